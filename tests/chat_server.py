"""A small server that speaks the OpenAI protocol: real HTTP on loopback, with answers that the test has written down."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Reply(NamedTuple):
    """What the server sends: a status, a body, headers."""

    status: int
    body: Any
    headers: dict[str, str] | None = None


class Asked(NamedTuple):
    """What the server was sent."""

    path: str
    body: Any
    authorization: str | None

    @property
    def question(self) -> str:
        """The passage that was asked about."""
        return str(self.body["messages"][-1]["content"])

    @property
    def format(self) -> str:
        """The form of answer that was asked for, or nothing."""
        return str(self.body.get("response_format", {}).get("type", ""))


Answerer = Callable[[Asked], Reply]


class ChatServer:
    """A server on a free port; `answer` tells what it says next, `asked` what it was asked."""

    def __init__(self, answer: Answerer) -> None:
        self.answer = answer
        self.asked: list[Asked] = []
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/v1"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.respond(None)

            def do_POST(self) -> None:
                self.respond(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

            def respond(self, body: Any) -> None:
                asked = Asked(self.path, body, self.headers.get("Authorization"))
                server.asked.append(asked)
                reply = server.answer(asked)
                content = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
                self.send_response(reply.status)
                for name, value in {"Content-Length": str(len(content)), **(reply.headers or {})}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *arguments: Any) -> None:
                pass

        return Handler


@contextmanager
def serve(answer: Answerer) -> Iterator[ChatServer]:
    """The running server."""
    server = ChatServer(answer)
    thread = threading.Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.http.shutdown()
        server.http.server_close()
        thread.join()


def completion(content: str, finish: str = "stop") -> Reply:
    """A completion with that content."""
    choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": finish}
    return Reply(200, {"choices": [choice], "usage": {"prompt_tokens": 100, "completion_tokens": 10}})


def statements(*said: dict[str, Any]) -> Reply:
    """A completion with these statements."""
    return completion(json.dumps({"statements": said}))


def mention(question: str, words: str) -> str:
    """The name (`M1`) that a passage gives to the first mention with these words."""
    found = re.search(rf"^  (M\d+): {re.escape(words)}(?: = | \()", question, re.MULTILINE)
    assert found, f"{words} is no mention of {question}"
    return found[1]
