"""JSON lines → documents: one object a line with `text`, and `id`, `date`, `title`, `url`, `source` where known."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from kg.errors import SourceError
from kg.model import Document, content_id
from kg.sources.text import read_lines

_HALF = re.compile("[\ud800-\udfff]")


def read_records(path: Path, encoding: str, on_skip: Callable[[SourceError], None]) -> Iterator[Document]:
    """The documents of a file of JSON lines; a malformed line is handed to `on_skip`.

    Raises SourceError where no line is good.
    """
    good = 0
    for number, line in enumerate(read_lines(path, encoding), 1):
        if not line.strip():
            continue
        try:
            yield to_document(line)
            good += 1
        except ValueError as error:
            on_skip(SourceError(f"{path}:{number}: {error}"))
    if not good:
        raise SourceError(f'{path} holds no article: each line must be a JSON object with "text"')


def to_document(line: str) -> Document:
    """The document of one JSON object; ValueError says what is wrong with it."""
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON ({error.msg} at column {error.colno}): write one object a line") from error
    if not isinstance(record, dict):
        raise ValueError('not a JSON object: write {"text": "…"}')
    if _HALF.search(json.dumps(record, ensure_ascii=False)):
        raise ValueError("half a character (an unpaired surrogate): write the line as UTF-8")
    text = record.get("text")
    if not isinstance(text, str) or not text.strip():
        raise ValueError('no "text": give the article as a string')
    url = _string(record, "url")
    return Document(
        id=_string(record, "id") or content_id(url, text),
        text=text,
        title=_string(record, "title") or "",
        url=url,
        source=_string(record, "source") or _string(record, "outlet"),
        published=_date(record),
        language=_string(record, "language") or "en",
    )


def _string(record: dict[str, Any], key: str) -> str | None:
    value = record.get(key)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError(f'"{key}" is {type(value).__name__}, not a string')
    return str(value)


def _date(record: dict[str, Any]) -> date | None:
    value = _string(record, "date") or _string(record, "published")
    if value is None:
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        raise ValueError(f'"date" is {value!r}: write it as 2025-08-14') from None
