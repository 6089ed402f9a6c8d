"""Acronyms: those that a name can have, and the one that brackets introduce for it.

Which short form belongs to a name is told as by Schwartz and Hearst (2003): its letters stand in the name, in this order.
"""

import re

from spacy.tokens import Span

ACRONYM = re.compile(r"^(?:[A-Z]\.?){2,8}s?$")


def initials(name: str) -> set[str]:
    """The acronyms that a name can have: initials of all words, and of those in capitals only.

    >>> sorted(initials("Bank for International Settlements"))
    ['BFIS', 'BIS']
    """
    parts = [part for part in re.split(r"[\s-]+", name) if part]
    return {
        "".join(part[0] for part in parts).upper(),
        "".join(part[0] for part in parts if part[0].isupper()),
    }


def introduced_by(span: Span) -> str | None:
    """The acronym that stands in brackets behind a name, or before a name in brackets (`IAEA (the International …)`)."""
    doc, behind, before = span.doc, span.end, span.start - 1
    if behind + 2 < len(doc) and doc[behind].text == "(" and doc[behind + 2].text == ")":
        short = doc[behind + 1].text
    else:
        before -= before > 0 and doc[before].lower_ == "the"
        if before < 1 or doc[before].text != "(" or behind >= len(doc) or doc[behind].text != ")":
            return None
        short = doc[before - 1].text
    short = short.replace(".", "")
    return short if ACRONYM.match(short) and abbreviates(short, span.text) else None


def abbreviates(short: str, name: str) -> bool:
    """True where the letters of a short form stand in a name of several words in their order, the first as its first.

    >>> abbreviates("IAEA", "International Atomic Energy Agency"), abbreviates("EU", "United Nations")
    (True, False)
    """
    letters = iter(name.lower())
    return " " in name and name[0].lower() == short[0].lower() and all(letter in letters for letter in short.lower())
