"""The days that an EDTF value (ISO 8601-2, the levels that kg writes) allows."""

import re
from datetime import date, timedelta

_FIRST_OF_YEAR, _LAST_OF_YEAR = (1, 1), (12, 31)


def bounds(value: str) -> tuple[date, date] | None:
    """The first and the last day that an EDTF value allows, or None where it is none that kg writes.

    >>> bounds("2024-06")
    (datetime.date(2024, 6, 1), datetime.date(2024, 6, 30))
    """
    first, _, last = value.partition("/")
    start, end = _day_range(first), _day_range(last or first)
    return (start[0], end[1]) if start and end else None


def _day_range(value: str) -> tuple[date, date] | None:
    try:
        if match := re.fullmatch(r"(\d{3})X", value):
            return date(int(match[1]) * 10, *_FIRST_OF_YEAR), date(int(match[1]) * 10 + 9, *_LAST_OF_YEAR)
        parts = [int(part) for part in value.split("-")]
        if len(parts) == 1:
            return date(parts[0], *_FIRST_OF_YEAR), date(parts[0], *_LAST_OF_YEAR)
        if len(parts) == 2:
            following = date(parts[0] + parts[1] // 12, parts[1] % 12 + 1, 1)
            return date(parts[0], parts[1], 1), following - timedelta(days=1)
        return (date(*parts), date(*parts)) if len(parts) == 3 else None
    except (ValueError, TypeError):
        return None
