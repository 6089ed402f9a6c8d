"""A text page → its articles: furniture is left out, articles glued behind the main one become documents of their own.

Lines are told apart by the patterns of `seeds/furniture.tsv`. A page is one main article, and any number of cards
that begin with an outlet and a relative time (`The Independent` / `25 minutes ago`). Lists of headlines have no
sentences and yield nothing.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from kg.errors import SourceError
from kg.model import Document, content_id
from kg.sources.dating import find_printed_date, infer_date
from kg.sources.furniture import match_line
from kg.sources.text import read_text

_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*(?:\s*\[\d+\])?\s*$")
_LAST_PART, _FIRST_PART = re.compile(r"\w+-$"), re.compile(r"\w+")
_PAGE_BREAK = "\f"
_RUNNING = 4
"""Words from which on a line is running text, not a label beside a number."""
_MIN_WORDS = 25
"""A passage with fewer words in sentences is a teaser or a caption, no article."""


class Card(NamedTuple):
    """A stretch of a page that may be an article: its lines, its outlet, and the days since its publication."""

    lines: list[str]
    outlet: str | None
    days_ago: int | None


def is_sentence(line: str) -> bool:
    """True where a line ends as a sentence does."""
    return bool(_SENTENCE_END.search(line))


_DAYS = {"h": 0, "m": 0, "s": 0, "d": 1, "w": 7}
_COUNTS = {word: count for count, word in enumerate("one two three four five six seven eight nine ten".split(), 1)}
_WORDS = {"yesterday": 1}


def days_ago(line: str) -> int | None:
    """The whole days that a relative page time names (`25 minutes ago`: 0), or None where the line is none."""
    match = match_line("ago", line)
    if not match:
        return None
    if match["word"]:
        return _WORDS.get(match["word"], 0)
    count = int(match["count"]) if match["count"].isdigit() else _COUNTS.get(match["count"], 1)
    return count * _DAYS[match["unit"][0]]


def split_page(text: str) -> list[Card]:
    """The main part of a page, and the cards behind it."""
    lines = text.split("\n")
    heads = [i for i, line in enumerate(lines) if days_ago(line) is not None and _outlet_above(lines, i) is not None]
    starts = [_outlet_above(lines, i) or 0 for i in heads]
    cards = [Card(lines[: starts[0]] if starts else lines, None, None)]
    for head, start, end in zip(heads, starts, [*starts, len(lines)][1:], strict=True):
        outlet = lines[start].strip()
        body = lines[head + 1 : end]
        if body and body[0].strip().lstrip("-–—•· ").strip() == outlet:
            body = body[1:]
        cards.append(Card(body, outlet, days_ago(lines[head])))
    return cards


def _outlet_above(lines: list[str], index: int) -> int | None:
    """The line of the outlet that stands right above a relative time: a short one that is no sentence."""
    above = index - 1
    if above < 0 or not lines[above].strip() or is_sentence(lines[above]) or len(lines[above].split()) > 6:
        return None
    return above


def _content(lines: list[str]) -> list[str]:
    """The lines of an article: no furniture, and nothing behind its last sentence."""
    kept: list[str] = []
    for line in lines:
        if match_line("outlet", line):
            break
        if match_line("end", line) and is_article(kept):
            break
        if match_line("page", line) and (_is_torn(kept) or not line.strip().isdigit()):
            kept.append(_PAGE_BREAK)
        elif not any(match_line(kind, line) for kind in ("furniture", "site", "end", "ago")):
            kept.append(line.rstrip())
    kept = _joined(kept)
    while kept and not is_sentence(kept[-1]):
        kept.pop()
    first = next((i for i, line in enumerate(kept) if line.strip() and not _is_date_line(line)), len(kept))
    return kept[first:]


def _is_torn(lines: list[str]) -> bool:
    """True where the last line is running text that does not end."""
    last = next((line for line in reversed(lines) if line.strip()), "")
    return len(last.split()) >= _RUNNING and not is_sentence(last)


def _joined(lines: list[str]) -> list[str]:
    """The lines, those that the end of a line or page tears apart as one: `Mos-` and `cow`, `Vladimir` and `Putin`.

    A line goes on in the next one where that begins in lower case, or behind the number of a page; a line that ends as a
    sentence does, and a headline, which a line with a capital follows, stay as they are.
    """
    text = "\n".join(lines)
    joined: list[str] = []
    torn = ""  # the line breaks, and the page break, behind the last line
    for line in lines:
        if not line.strip() or line == _PAGE_BREAK:
            torn += line + "\n"
            continue
        last = joined[-1] if joined else ""
        if last and not is_sentence(last) and (line[0].islower() or (_PAGE_BREAK in torn and _is_torn(joined))):
            joined[-1] = _glue(last, line, text)
        else:
            joined += [""] * torn.replace(_PAGE_BREAK, "").count("\n")
            joined.append(line)
        torn = ""
    return joined


def _glue(line: str, rest: str, text: str) -> str:
    """Two parts of a sentence as one; a word torn by a hyphen keeps it where the text has the word so elsewhere."""
    end, start = _LAST_PART.search(line), _FIRST_PART.match(rest)
    if end is None or start is None:
        return f"{line} {rest}"
    kept = not start[0][0].islower() or f"{end[0]}{start[0]}" in text
    return (line if kept else line[:-1]) + rest


def is_article(lines: list[str]) -> bool:
    """True where the lines hold enough sentences to be more than a teaser."""
    return sum(len(line.split()) for line in lines if is_sentence(line)) >= _MIN_WORDS


def _is_date_line(line: str) -> bool:
    return len(line.split()) <= 8 and not is_sentence(line) and find_printed_date([line]) is not None


def _article(card: Card, url: str | None) -> Document | None:
    """The document of a card, or None where it holds too few sentences to be an article."""
    lines = _content(card.lines)
    if not is_article(lines):
        return None
    text = "\n".join(lines)
    outlet = card.outlet or _named_outlet(card.lines)
    return Document(
        id=content_id(url, text),
        text=text,
        title=lines[0].strip(),
        url=url,
        source=outlet,
        published=find_printed_date(card.lines),
    )


def _named_outlet(lines: list[str]) -> str | None:
    """The outlet that a line of the page names as the article's, else the one whose site the page belongs to."""
    for kind in ("outlet", "site"):
        for line in lines:
            if match := match_line(kind, line):
                return match["outlet"].strip()
    return None


def split_articles(text: str, url: str | None = None) -> list[Document]:
    """The articles of a page; those without a printed date get one by inference, where the page allows it."""
    found = [(card, document) for card in split_page(text) if (document := _article(card, url))]
    page_date = _page_date(found)
    return [_dated(card, document, page_date) for card, document in found]


def _page_date(found: list[tuple[Card, Document]]) -> date | None:
    """The day on which the page was taken: an article's date plus the days that have passed since.

    Cards count from the same moment, so that one dated card dates its neighbours.
    """
    days = []
    for card, document in found:
        published = document.published or infer_date(document.text)
        if published and card.days_ago is not None:
            days.append(published + timedelta(days=card.days_ago))
    return max(days, default=None)


def _dated(card: Card, document: Document, page_date: date | None) -> Document:
    if document.published:
        return document
    if page_date and card.days_ago is not None:
        published: date | None = page_date - timedelta(days=card.days_ago)
    else:
        published = infer_date(document.text, page_date)
    return replace(document, published=published, inferred=published is not None)


def read_page(path: Path, encoding: str, on_skip: Callable[[SourceError], None]) -> Iterator[Document]:
    """The articles of a text file; SourceError where it holds none."""
    documents = split_articles(read_text(path, encoding))
    if not documents:
        raise SourceError(f"{path} holds no article, only headlines or furniture: leave it out")
    yield from documents
