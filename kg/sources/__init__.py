"""Everything that kg reads, as `Document`s: text pages, JSON lines, HTML pages, folders of these, and URLs."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

from kg.errors import SourceError
from kg.model import Document
from kg.sources import html, pages, records

log = logging.getLogger(__name__)

OnSkip = Callable[[SourceError], None]
_READERS: dict[str, Callable[[Path, str, OnSkip], Iterator[Document]]] = {
    ".txt": pages.read_page,
    ".text": pages.read_page,
    ".md": pages.read_page,
    ".jsonl": records.read_records,
    ".ndjson": records.read_records,
    ".html": html.read_html,
    ".htm": html.read_html,
}


def _warn(error: SourceError) -> None:
    log.warning("%s", error)


def find_files(path: Path) -> list[Path]:
    """The path itself, or the readable files of a folder and its subfolders, sorted, without hidden ones.

    Raises SourceError where the path is missing, of a kind that kg does not read, or holds nothing of that kind.
    """
    kinds = ", ".join(sorted(_READERS))
    if not path.exists():
        raise SourceError(f"{path} does not exist: give a file, a folder or a URL")
    if path.is_file():
        if path.suffix.lower() not in _READERS:
            raise SourceError(f"{path} is of a kind that kg does not read: give a file that ends in {kinds}")
        return [path]
    inside = (file for file in path.rglob("*") if file.is_file() and file.suffix.lower() in _READERS)
    files = sorted(file for file in inside if not any(part.startswith(".") for part in file.relative_to(path).parts))
    if not files:
        raise SourceError(f"{path} holds no articles: kg reads files that end in {kinds}")
    return files


def read(*sources: str | Path, encoding: str = "utf-8", on_skip: OnSkip = _warn) -> Iterator[Document]:
    """The documents of files, folders and URLs, in order, each id once.

    Raises SourceError at once where a file or folder is missing or of no kind that kg reads, and on the way where a
    named file cannot be read; a file inside a folder, or a record inside a file, is handed to `on_skip` and left out.
    """
    if "" in sources:
        raise SourceError("one of the paths is empty: give a file, a folder or a URL")
    found = [(str(source), [] if _is_url(source) else find_files(Path(source))) for source in sources]
    return _once(_read_all(found, encoding, on_skip), on_skip)


def _is_url(source: str | Path) -> bool:
    return str(source).startswith(("http://", "https://"))


def _once(documents: Iterator[Document], on_skip: OnSkip) -> Iterator[Document]:
    seen: set[str] = set()
    for document in documents:
        if document.id in seen:
            on_skip(
                SourceError(f"document {document.id} comes twice: the first is kept, give the other an id of its own")
            )
        else:
            seen.add(document.id)
            yield document


def _read_all(found: list[tuple[str, list[Path]]], encoding: str, on_skip: OnSkip) -> Iterator[Document]:
    for source, files in found:
        if _is_url(source):
            yield html.read_url(source)
        for file in files:
            try:
                yield from _READERS[file.suffix.lower()](file, encoding, on_skip)
            except SourceError as error:
                if file == Path(source):
                    raise
                on_skip(error)
