"""HTML pages → documents, by trafilatura."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from kg.errors import SourceError
from kg.model import Document, content_id
from kg.sources.pages import is_article
from kg.sources.text import decode, read_bytes

_CHARSET = re.compile(rb"<meta[^>]+charset=[\"']?([\w-]+)", re.IGNORECASE)


def to_document(html: str, url: str | None = None) -> Document | None:
    """The main article of an HTML page with title, outlet and date, or None where it has none."""
    from trafilatura import bare_extraction  # takes half a second to import, and other sources need it not
    from trafilatura.settings import Document as Page

    page = bare_extraction(html, url=url, with_metadata=True, include_comments=False, include_tables=False)
    if not isinstance(page, Page) or not page.text or not is_article(page.text.split("\n")):
        return None
    title = page.title or ""
    text = page.text if page.text.startswith(title) else f"{title}\n{page.text}"
    return Document(
        id=content_id(page.url or url, text),
        text=text,
        title=title,
        url=page.url or url,
        source=page.sitename or page.hostname,
        published=date.fromisoformat(page.date) if page.date else None,
    )


def read_html(path: Path, encoding: str, on_skip: Callable[[SourceError], None]) -> Iterator[Document]:
    """The article of an HTML file, in the encoding that it declares; SourceError where it holds none."""
    data = read_bytes(path)
    declared = _CHARSET.search(data[:2048]) if encoding == "utf-8" else None
    document = to_document(decode(data, declared[1].decode() if declared else encoding, path))
    if document is None:
        raise SourceError(f"{path} holds no article that can be told from its furniture: save the text instead")
    yield document


def read_url(url: str) -> Document:
    """The article behind a URL; SourceError where it cannot be fetched or holds none."""
    from trafilatura import fetch_url

    html = fetch_url(url)
    if html is None:
        raise SourceError(
            f"{url} cannot be fetched: check the address and the connection, or save the page and give the file"
        )
    document = to_document(html, url)
    if document is None:
        raise SourceError(
            f"{url} holds no article that can be told from its furniture: save its text and give the file"
        )
    return document
