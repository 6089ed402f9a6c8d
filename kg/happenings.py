"""Which statements of several documents tell one happening: by type, parties, time and place.

Two events are one where they have the same type, share parties on each side (two of the parties of a symmetric type),
their days meet, and no places contradict. An event's days are its own time where that is no longer than a month, else the
days before the article. What is denied or doubted counts too: rival accounts of one happening must meet.
"""

from datetime import date, timedelta
from typing import NamedTuple

_LONGEST = timedelta(days=31)
"""A time that allows more days than these (`in 2019`) does not tell when."""
_BEFORE = timedelta(days=3)
"""An event without a time of its own is taken to be so many days old at most when its article is published."""


class Happening(NamedTuple):
    """An event as one document tells it: `earliest` and `latest` are its own days, `published` is the article's."""

    statement: str
    type: str
    symmetric: bool
    actors: frozenset[str]
    recipients: frozenset[str]
    place: str | None
    earliest: date | None
    latest: date | None
    published: date | None


def days_of(happening: Happening) -> tuple[date, date] | None:
    """The first and the last day on which it may have happened, or None where nothing tells."""
    first, last = happening.earliest, happening.latest
    if first is not None and last is not None:
        return (first, last) if last - first <= _LONGEST else None
    if happening.published is not None:
        return happening.published - _BEFORE, happening.published
    return None


def is_same(one: Happening, other: Happening, within: dict[str, str] | None = None) -> bool:
    """True where two accounts tell one happening; `within` gives the state that a place lies in."""
    return (
        one.type == other.type
        and _share_parties(one, other)
        and _meet(days_of(one), days_of(other))
        and _agree(one.place, other.place, within or {})
    )


def _share_parties(one: Happening, other: Happening) -> bool:
    if one.symmetric:
        return len((one.actors | one.recipients) & (other.actors | other.recipients)) > 1
    if bool(one.recipients) != bool(other.recipients):
        return False
    return bool(one.actors & other.actors) and (not one.recipients or bool(one.recipients & other.recipients))


def _meet(one: tuple[date, date] | None, other: tuple[date, date] | None) -> bool:
    return one is not None and other is not None and one[0] <= other[1] and other[0] <= one[1]


def _agree(one: str | None, other: str | None, within: dict[str, str]) -> bool:
    return one is None or other is None or one == other or one == within.get(other) or other == within.get(one)
