"""The days that an EDTF value (ISO 8601-2, the levels that kg writes) allows."""

import re
from calendar import monthrange
from datetime import date

_DATE = re.compile(r"[0-9]{4}(?:-[0-9]{2}){0,2}")
_DECADE = re.compile(r"([0-9]{3})X")


def bounds(value: str) -> tuple[date, date] | None:
    """The first and the last day that an EDTF value allows, or None where it is none that kg writes.

    >>> bounds("2024-06")
    (datetime.date(2024, 6, 1), datetime.date(2024, 6, 30))
    >>> bounds("2025-08-18/2025-08-19")
    (datetime.date(2025, 8, 18), datetime.date(2025, 8, 19))
    >>> bounds("1967/..")
    (datetime.date(1967, 1, 1), datetime.date(9999, 12, 31))
    """
    first, slash, last = value.partition("/")
    start = _day_range(first)
    end = (date.max, date.max) if last == ".." else _day_range(last if slash else first)
    return (start[0], end[1]) if start and end and start[0] <= end[1] else None


def _day_range(value: str) -> tuple[date, date] | None:
    if match := _DECADE.fullmatch(value):
        return bounds(f"{match[1]}0/{match[1]}9")
    if not _DATE.fullmatch(value):
        return None
    try:
        first = date.fromisoformat(f"{value}-01-01"[:10])
    except ValueError:
        return None
    if len(value) == len("2024"):
        return first, first.replace(month=12, day=31)
    if len(value) == len("2024-06"):
        return first, first.replace(day=monthrange(first.year, first.month)[1])
    return first, first
