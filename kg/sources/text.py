"""Bytes of a file → text, with errors that say what to do."""

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from charset_normalizer import from_bytes

from kg.errors import SourceError

MAX_BYTES = 200_000_000
"""Larger pages are refused: they are archives or logs, no articles, and would not fit beside the model in memory."""
GZIP = ".gz"
BROKEN_GZIP = (EOFError, zlib.error, gzip.BadGzipFile)
"""What reading a damaged file raises."""
_START = 100_000
"""So many bytes tell what a file is."""


def read_text(path: Path, encoding: str = "utf-8") -> str:
    """The text of a file with `\\n` line ends; SourceError where it is empty, binary, too large or in another encoding."""
    return decode(read_bytes(path), encoding, path)


def read_bytes(path: Path) -> bytes:
    """The content of a file; SourceError where it is empty, too large or cannot be read."""
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= MAX_BYTES else b""
    except OSError as error:
        raise _unreadable(path, error) from error
    if size > MAX_BYTES:
        raise SourceError(f"{path} has {size:,} bytes, more than {MAX_BYTES:,}: split it into smaller files")
    if not data.strip():
        raise _empty(path)
    return data


def open_bytes(path: Path) -> IO[bytes]:
    """The content of a file, unpacked where its name ends in `.gz`; what is read raises BROKEN_GZIP where it is damaged."""
    return cast("IO[bytes]", gzip.open(path)) if path.suffix == GZIP else path.open("rb")


def broken_gzip(path: Path, error: Exception) -> SourceError:
    """One sentence for a damaged file."""
    return SourceError(f"{path} is a broken gzip file ({error}): fetch or export it again")


def read_lines(path: Path, encoding: str = "utf-8") -> Iterator[str]:
    """The lines of a file of any size; SourceError where it is empty, binary, or when a line is in another encoding."""
    try:
        with open_bytes(path) as file:
            start = file.read(_START)
            if not start.strip() and len(start) < _START:
                raise _empty(path)
            used = _find_encoding(start, encoding, path)
            file.seek(0)
            yield from io.TextIOWrapper(file, used, newline="\n")
    except BROKEN_GZIP as error:
        raise broken_gzip(path, error) from error
    except UnicodeDecodeError as error:
        raise _misread(error.object, encoding, path) from error
    except OSError as error:
        raise _unreadable(path, error) from error


def decode(data: bytes, encoding: str, path: Path) -> str:
    """The text of the bytes; SourceError where they are binary or not in that encoding."""
    try:
        text = data.decode(_find_encoding(data, encoding, path))
    except UnicodeError as error:
        raise _misread(data, encoding, path) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _find_encoding(data: bytes, encoding: str, path: Path) -> str:
    """The encoding as the byte order mark has it, else the given one."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in data:
        raise SourceError(f"{path} is binary, no text: give the article as text, JSON lines or HTML")
    try:
        "".encode(encoding)
        name = codecs.lookup(encoding).name
    except LookupError as error:
        raise SourceError(f"{encoding!r} is no encoding that Python knows: try utf-8, cp1252 or cp1251") from error
    return "utf-8-sig" if name == "utf-8" else name


def _empty(path: Path) -> SourceError:
    return SourceError(f"{path} is empty: remove it or fill it")


def _unreadable(path: Path, error: OSError) -> SourceError:
    return SourceError(f"{path} cannot be read ({error.strerror}): check its permissions")


def _misread(data: bytes, encoding: str, path: Path) -> SourceError:
    guess = from_bytes(data[:_START]).best()
    if guess is None:
        return SourceError(f"{path} is not {encoding} text, nor in another encoding that kg can tell: give it as UTF-8")
    found = guess.encoding
    return SourceError(f"{path} is not {encoding} text, it looks like {found}: read it with --encoding {found}")
