"""The day of publication that a page prints, or that its text lets one conclude."""

import re
from collections.abc import Iterable
from datetime import date, timedelta

from kg.sources.furniture import patterns

_MONTHS = "January February March April May June July August September October November December".split()
_MONTH = "|".join(f"{month[:3]}(?:{month[3:]})?\\.?" if month != "May" else "May" for month in _MONTHS)
_WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_DATE = re.compile(
    rf"\b(?:(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})"
    rf"|(?P<month>{_MONTH})\s+(?:\d{{1,2}}\s*[-–]\s*)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})"
    rf"|(?:\d{{1,2}}\s*[-–]\s*)?(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month2>{_MONTH}),?\s+(?P<year2>\d{{4}}))\b"
)
_HEADER_LINES = 15
_HEADER_WORDS = 12


def find_dates(text: str) -> list[date]:
    """All full dates of a text, in its order; of a span of days (`August 18-19, 2025`) the last."""
    return [day for match in _DATE.finditer(text) if (day := _to_date(match))]


def _to_date(match: re.Match[str]) -> date | None:
    try:
        if match["iso"]:
            return date.fromisoformat(match["iso"])
        month = match["month"] or match["month2"]
        number = next(i for i, name in enumerate(_MONTHS, 1) if name.startswith(month[:3]))
        return date(int(match["year"] or match["year2"]), number, int(match["day"] or match["day2"]))
    except ValueError:
        return None


def find_printed_date(lines: Iterable[str]) -> date | None:
    """The date in a short line among the first of a page (`Published 15 August 2025`), or None."""
    header = [line for line in lines if line.strip()][:_HEADER_LINES]
    short = (line for line in header if len(line.split()) <= _HEADER_WORDS)
    return next((day for line in short for day in find_dates(line)), None)


def infer_date(text: str, page_date: date | None = None) -> date | None:
    """The likely day of publication, or None.

    With the page's own day: the last weekday on which somebody `said on Friday`, since agencies name the day of
    the report. Without it: the latest full date in the text, as news reports the newest thing that it dates.
    """
    days = [day for day in find_dates(text) if page_date is None or day <= page_date]
    if page_date:
        days += [_weekday_before(name, page_date) for name in _reporting_weekdays(text)]
    return max(days, default=None)


def _reporting_weekdays(text: str) -> set[str]:
    return {match["weekday"] for pattern in patterns("said") for match in pattern.finditer(text)}


def _weekday_before(name: str, day: date) -> date:
    """The last day of that name, the given day included."""
    return day - timedelta(days=(day.weekday() - _WEEKDAYS.index(name)) % 7)
