"""Questions to a server that speaks the OpenAI protocol, answered from a cache on disk where they were asked before.

Only `kg_llm` uses it. Needs the extra `geokg[llm]` (httpx). The key stands in the environment and nowhere else.
"""

import json
import os
import time
from collections.abc import Callable, Iterator
from functools import cached_property
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, NamedTuple, TypeVar

from kg.errors import KgError

KEY_VARIABLE = "KG_LLM_API_KEY"
_AGAIN = frozenset({408, 409, 429, 500, 502, 503, 504})
_NO_SUCH_FORMAT = frozenset({400, 415, 422, 501})
_LONGEST_WAIT = 60.0
Found = TypeVar("Found")
_GOES_ON = "what was stored and answered stays, and the same command goes on from there"


class Answer(NamedTuple):
    """What a model answered, whether it was cut off, the tokens of question and answer, and whether it was known."""

    content: str
    complete: bool
    asked: int
    answered: int
    cached: bool


class Chat:
    """A model behind an URL; `ask` may be called from several threads.

    Temperature and seed are fixed, so that a server that honours them answers the same twice; the cache makes sure of it.
    """

    def __init__(  # noqa: PLR0913  one parameter a setting
        self,
        url: str,
        model: str | None,
        *,
        timeout: float,
        tries: int,
        pause: float,
        most_tokens: int,
        seed: int,
        cache: Path | None,
    ) -> None:
        self.url = url.rstrip("/")
        self.timeout, self.tries, self.pause = timeout, tries, pause
        self.fixed = {"temperature": 0, "seed": seed, "max_tokens": most_tokens}
        self.cache = cache
        self._model = model
        self._format = 0

    @cached_property
    def model(self) -> str:
        """The name of the model: the one given, else the only one that the server offers; KgError where it offers several."""
        if self._model:
            return self._model
        found = _read(lambda: [str(one["id"]) for one in self._send("GET", "/models").json()["data"]], self.url)
        if len(found) != 1:
            offered = ", ".join(found[:8]) or "none"
            raise KgError(f"the server at {self.url} offers {len(found)} models ({offered}): name one as the model")
        return found[0]

    def ask(self, instructions: str, question: str, schema: dict[str, Any]) -> Answer:
        """The answer, which fits the JSON schema if the server can hold to one; KgError where there is none to be had."""
        messages = [{"role": "system", "content": instructions}, {"role": "user", "content": question}]
        request = {"model": self.model, "messages": messages, **self.fixed}
        path = self._path(request, schema)
        known = _read_answer(path) if path else None
        if known is not None:
            return known
        body = self._complete(request, schema)
        answer = _read(lambda: _to_answer(body), self.url)
        if path:
            _write_answer(path, answer, self.model)
        return answer

    # --- the protocol ---

    @cached_property
    def _client(self) -> Any:
        """The connections, opened by the process that needs them."""
        key = os.environ.get(KEY_VARIABLE)
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        try:
            return _httpx().Client(timeout=self.timeout, headers=headers)
        except (_httpx().InvalidURL, ValueError) as error:
            raise KgError(f"no connection can be made ({self._discreet(error)}): check the proxy settings") from error

    def _complete(self, request: dict[str, Any], schema: dict[str, Any]) -> Any:
        """The body of the answer to a request in the strictest form that the server takes."""
        formats = list(_formats(schema))
        for number in range(self._format, len(formats)):
            last = number == len(formats) - 1
            response = self._send("POST", "/chat/completions", request | formats[number], may_refuse=not last)
            if response is not None:
                self._format = max(number, self._format)
                return _read(response.json, self.url)
        raise AssertionError("the last form raises where it is refused")

    def _send(self, method: str, path: str, body: Any = None, *, may_refuse: bool = False) -> Any:
        """The response, asked for again where that may help; None where the form of the request is refused and may be."""
        for attempt in range(1, self.tries + 1):
            try:
                response = self._client.request(method, self.url + path, json=body)
            except (_httpx().InvalidURL, _httpx().UnsupportedProtocol, UnicodeError) as error:
                raise KgError(
                    f"{self.url} is no URL of a server ({error}): give one as http://127.0.0.1:8080/v1"
                ) from error
            except _httpx().TransportError as error:
                if attempt == self.tries:
                    raise KgError(self._unreachable(error)) from error
                wait = None
            else:
                if response.is_success:
                    return response
                if may_refuse and _refuses_format(response):
                    return None
                if response.status_code not in _AGAIN or attempt == self.tries:
                    raise KgError(self._refused(response))
                wait = _seconds(response.headers.get("Retry-After"))
            time.sleep(min(self.pause * 2 ** (attempt - 1) if wait is None else wait, _LONGEST_WAIT))
        raise AssertionError("the last try returns or raises")

    def _unreachable(self, error: Exception) -> str:
        why = self._discreet(error) or type(error).__name__
        return f"the server at {self.url} does not answer ({why}): start it, or correct the URL; {_GOES_ON}"

    def _refused(self, response: Any) -> str:
        status, said = response.status_code, self._discreet(_message(response))
        fix = {
            401: f"set {KEY_VARIABLE} to a key that it knows",
            403: f"set {KEY_VARIABLE} to a key that may do this",
            404: f"check that the URL ends as the server wants it (mostly /v1), and the model {self._model!r}",
            429: "wait, or allow it more; fewer requests at once help (concurrency)",
        }.get(status, "check the model and the settings" if status < 500 else "see the server's own log")
        return f"the server at {self.url} refuses ({status} {said}): {fix}; {_GOES_ON}"

    def _discreet(self, said: object) -> str:
        """One short line without the key and without what a terminal would obey."""
        text = " ".join("".join(one if one.isprintable() else " " for one in str(said)).split())
        key = os.environ.get(KEY_VARIABLE)
        return (text.replace(key, "…") if key else text)[:200]

    # --- the cache ---

    def _path(self, request: dict[str, Any], schema: dict[str, Any]) -> Path | None:
        if self.cache is None:
            return None
        content = json.dumps([request, schema], ensure_ascii=False, sort_keys=True)
        key = sha256(content.encode()).hexdigest()
        return self.cache / key[:2] / f"{key}.json"


def default_cache() -> Path:
    """The folder of answers: `kg/llm` in the user's folder for caches."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kg" / "llm"


def _formats(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """How to ask for JSON, the strictest first: OpenAI's way, that of llama.cpp, any JSON object, no way at all."""
    named = {"name": "statements", "strict": True, "schema": schema}
    yield {"response_format": {"type": "json_schema", "json_schema": named}}
    yield {"response_format": {"type": "json_object", "schema": schema}}
    yield {"response_format": {"type": "json_object"}}
    yield {}


def _httpx() -> Any:
    try:
        return import_module("httpx")
    except ImportError as error:
        raise KgError("kg_llm needs httpx: run `pip install 'geokg[llm]'`") from error


def _seconds(text: str | None) -> float | None:
    """The seconds of a `Retry-After`; None where it holds a date or nothing."""
    try:
        return max(0.0, float(text or ""))
    except ValueError:
        return None


def _refuses_format(response: Any) -> bool:
    """True where the form of the answer may be at fault; llama-cpp-python calls that an error of its own (500)."""
    return response.status_code in _NO_SUCH_FORMAT or "response_format" in response.text


def _message(response: Any) -> str:
    """What the server says of an error, in whichever of the usual places."""
    try:
        body = response.json()
    except ValueError:
        return str(response.text)
    error = body.get("error", body) if isinstance(body, dict) else body
    return str(error.get("message", error) if isinstance(error, dict) else error)


def _read(read: Callable[[], Found], url: str) -> Found:
    """What a function finds in a response; KgError where it is not of the form that it expects."""
    try:
        return read()
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise KgError(
            f"the server at {url} answers, but not in the OpenAI protocol: check that the URL ends as it wants (mostly /v1)"
        ) from error


def _to_answer(body: Any) -> Answer:
    [choice, *_] = body["choices"]
    usage = body.get("usage") or {}
    return Answer(
        content=choice["message"].get("content") or "",
        complete=choice.get("finish_reason") != "length",
        asked=int(usage.get("prompt_tokens") or 0),
        answered=int(usage.get("completion_tokens") or 0),
        cached=False,
    )


def _read_answer(path: Path) -> Answer | None:
    """The answer in a file; None where there is none, or the file is not what was written."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        return Answer(
            str(record["content"]), bool(record["complete"]), int(record["asked"]), int(record["answered"]), True
        )
    except (FileNotFoundError, KeyError, TypeError, ValueError):
        return None


def _write_answer(path: Path, answer: Answer, model: str) -> None:
    """Writes an answer so that a reader finds all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    record = {"model": model, **answer._asdict()}
    del record["cached"]
    with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, suffix=".part", delete=False) as file:
        json.dump(record, file, ensure_ascii=False)
    Path(file.name).replace(path)
