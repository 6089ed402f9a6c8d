"""Bytes of a file → text, with errors that say what to do."""

from pathlib import Path

from charset_normalizer import from_bytes

from kg.errors import SourceError

MAX_BYTES = 200_000_000
"""Larger files are refused: they are archives or logs, no articles, and would not fit beside the model in memory."""


def read_text(path: Path, encoding: str = "utf-8") -> str:
    """The text of a file with `\\n` line ends; SourceError where it is empty, binary, too large or in another encoding."""
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= MAX_BYTES else b""
    except OSError as error:
        raise SourceError(f"{path} cannot be read ({error.strerror}): check its permissions") from error
    if size > MAX_BYTES:
        raise SourceError(f"{path} has {size:,} bytes, more than {MAX_BYTES:,}: split it into smaller files")
    if not data.strip():
        raise SourceError(f"{path} is empty: remove it or fill it")
    return decode(data, encoding, path)


def decode(data: bytes, encoding: str, path: Path) -> str:
    """The text of the bytes; SourceError where they are binary or not in that encoding."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif b"\0" in data:
        raise SourceError(f"{path} is binary, no text: give the article as text, JSON lines or HTML")
    try:
        text = data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except LookupError as error:
        raise SourceError(f"{encoding!r} is no encoding that Python knows: try utf-8, cp1252 or cp1251") from error
    except UnicodeError as error:
        raise SourceError(_not_in(data, encoding, path)) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _not_in(data: bytes, encoding: str, path: Path) -> str:
    guess = from_bytes(data[:100_000]).best()
    if guess is None:
        return f"{path} is not {encoding} text, nor in another encoding that kg can tell: give it as UTF-8"
    return f"{path} is not {encoding} text, it looks like {guess.encoding}: read it with --encoding {guess.encoding}"
