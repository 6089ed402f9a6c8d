"""`kg_dates`: finds expressions of time and resolves them against the document's date, to EDTF (levels 0 and 1).

dateparser reads the expression; kg adds the precision, the rule of news (a bare `Tuesday` is the last one, today
included, in the past tense, and the next one otherwise), intervals, and vague words such as `overnight`.

>>> resolve("two months ago", date(2025, 8, 19))
'2025-06'
>>> resolve("Tuesday", date(2025, 8, 15))
'2025-08-12'
>>> resolve("Tuesday", date(2025, 8, 15), future=True)
'2025-08-19'
>>> resolve("10:30 BST", date(2019, 9, 24)) is None
True
>>> resolve("from 1967 to 1995", None)
'1967/1995'
>>> resolve("by the end of August", date(2025, 8, 19), future=True)
'2025-08'
>>> resolve("overnight", date(2025, 8, 19))
'2025-08-18/2025-08-19'
>>> resolve("five years", date(2025, 8, 19)) is None
True
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from dateparser.date import DateDataParser
from spacy.language import Language
from spacy.tokens import Doc, Span

from kg.nlp.mentions import NAME, get_mentions, plain, register_extensions
from kg.nlp.modality import is_future

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_WEEKDAY = re.compile(rf"\b(?:(?P<which>last|this|next|past|coming)\s+)?(?P<day>{'|'.join(_WEEKDAYS)})s?\b")
_MONTH = re.compile(rf"\b(?P<month>{'|'.join(_MONTHS)})\b")
_YEAR = re.compile(r"\b(1[5-9]\d\d|20\d\d)\b")
_DECADE = re.compile(r"\b(1[5-9]\d|20\d)0s\b")
_DAY_SPAN = re.compile(
    rf"\b(?P<month>{'|'.join(_MONTHS)})\s+(?P<from>\d{{1,2}})\s*(?:-|–|to|and)\s*(?P<to>\d{{1,2}})(?:,?\s+(?P<year>\d{{4}}))?\b"
)
_YEAR_SPAN = re.compile(
    r"\b(?:from|between)?\s*(?P<from>1[5-9]\d\d|20\d\d)\s*(?:-|–|to|and|until)\s*(?P<to>1[5-9]\d\d|20\d\d)\b"
)
_LAST_YEARS = re.compile(r"\b(?:last|past)\s+(?P<count>\w+)\s+years\b")
_PERIOD = re.compile(
    r"\b(?P<which>this|last|next|past|earlier this|later this|early this|late this|early last|late last|earlier in the|later in the)\s+(?P<unit>week|weekend|month|year|quarter)\b"
)
_NOT_A_TIME = re.compile(
    r"^(?:\W*(?:about|around|some|nearly|over|more than|at least|up to|a|an|the|several|few|many)\s+)*[\w.,-]+(?:\s+and\s+a\s+half)?[\s-]+(?:minute|hour|day|week|month|year|decade|centurie|century)s?(?:[\s-]old)?\W*$"
)
_VAGUE = {
    "today": 0,
    "tonight": 0,
    "this morning": 0,
    "this afternoon": 0,
    "this evening": 0,
    "yesterday": -1,
    "last night": -1,
    "tomorrow": 1,
}
_LEADING = re.compile(
    r"^(?:on|in|at|by|since|until|from|during|late|early|earlier|later|mid|about|around|the (?:morning|night|evening|afternoon|end|beginning|start|middle) of|the|of|end of)[\s-]+"
)
_EARLIEST_YEAR, _LATEST_YEAR = 1000, 2100
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_SENTENCES_ON, _SOON_AFTER = 3, timedelta(days=60)
"""How many sentences and days a story goes on in the year that it has told."""
_NUMBERS = {word: number for number, word in enumerate("one two three four five six seven eight nine ten".split(), 1)}


def resolve(text: str, published: date | None, future: bool = False) -> str | None:
    """The EDTF value of an expression of time, or None where it tells no time or needs a document date that is missing."""
    words = plain(text).lower()
    absolute = _spans(words, published)
    if absolute:
        return absolute
    if published is None:
        return _parse(words, None, future) if _YEAR.search(words) else None
    return _relative(words, published, future) or _parse(words, published, future)


def _spans(words: str, published: date | None) -> str | None:
    """Intervals of days or years, and decades."""
    if match := _DAY_SPAN.search(words):
        year = int(match["year"]) if match["year"] else published.year if published else None
        month = _MONTHS.index(match["month"]) + 1
        if year and int(match["from"]) < int(match["to"]) <= 31:
            return f"{year}-{month:02}-{int(match['from']):02}/{year}-{month:02}-{int(match['to']):02}"
    if match := _YEAR_SPAN.search(words):
        return f"{match['from']}/{match['to']}"
    if match := _DECADE.search(words):
        return f"{match[1]}X"
    return None


def _relative(words: str, published: date, future: bool) -> str | None:
    """What depends on the document's date by a rule of its own."""
    if "overnight" in words:
        return f"{published - timedelta(days=1)}/{published}"
    for word, days in _VAGUE.items():
        if re.search(rf"\b{word}\b", words):
            return str(published + timedelta(days=days))
    if (match := _WEEKDAY.search(words)) and not _MONTH.search(words):
        return str(_weekday(match["day"], match["which"], published, future))
    if match := _LAST_YEARS.search(words):
        count = _NUMBERS.get(match["count"]) or (int(match["count"]) if match["count"].isdigit() else 0)
        return f"{published.year - count}/{published.year}" if count else None
    if match := _PERIOD.search(words):
        return _period(match["which"], match["unit"], words, published)
    return _bare_month(words, published, future)


def _bare_month(words: str, published: date, future: bool) -> str | None:
    """A month without day and year: the last one, the present one included, or in the future tense the next one."""
    month = _MONTH.search(words)
    if not month or re.search(r"\d", words):
        return None
    number = _MONTHS.index(month["month"]) + 1
    later, earlier = number > published.month, number < published.month
    year = published.year + (1 if future and earlier else -1 if not future and later else 0)
    return f"{year}-{number:02}"


def _weekday(name: str, which: str | None, published: date, future: bool) -> date:
    number = _WEEKDAYS.index(name)
    back = (published.weekday() - number) % 7
    ahead = (number - published.weekday()) % 7
    if which in ("last", "past"):
        return published - timedelta(days=back or 7)
    if which in ("next", "coming"):
        return published + timedelta(days=ahead or 7)
    return published + timedelta(days=ahead) if future else published - timedelta(days=back)


def _period(which: str, unit: str, words: str, published: date) -> str | None:
    """A calendar week, month or year next to the document's date; with a month's name, that month of that year."""
    step = -1 if "last" in which or which == "past" else 1 if which == "next" else 0
    if unit == "year":
        month = _MONTH.search(words)
        return (
            f"{published.year + step}-{_MONTHS.index(month['month']) + 1:02}" if month else str(published.year + step)
        )
    if unit == "month":
        months = published.year * 12 + published.month - 1 + step
        return f"{months // 12}-{months % 12 + 1:02}"
    if unit in ("week", "weekend"):
        monday = published - timedelta(days=published.weekday()) + timedelta(weeks=step)
        first = monday + timedelta(days=5) if unit == "weekend" else monday
        return f"{first}/{monday + timedelta(days=6)}"
    return None


@cache
def _parser(base: date | None, future: bool) -> DateDataParser:
    settings = {
        "PREFER_DATES_FROM": "future" if future else "past",
        "PREFER_DAY_OF_MONTH": "first",
        "PREFER_MONTH_OF_YEAR": "first",
        "RELATIVE_BASE": datetime(base.year, base.month, base.day) if base else datetime(2000, 1, 1),
    }
    return DateDataParser(languages=["en"], settings=settings)


def _parse(words: str, published: date | None, future: bool) -> str | None:
    """What dateparser makes of it, cut to the precision of the words."""
    if _NOT_A_TIME.match(words):
        return None
    rest = words.strip(" ,.()")
    while match := _LEADING.match(rest):
        rest = rest[match.end() :]
    rest = re.sub(
        r"\b\d{1,2}(?::\d\d|\s*[ap]\.?m\b)(?:\s*[ap]\.?m\b)?\.?\s*(?:[A-Z]{2,4}\b)?", "", rest, flags=re.IGNORECASE
    )
    if not re.search(r"\d|ago|" + "|".join(month[:3] for month in _MONTHS), rest):
        return None
    data = _parser(published, future).get_date_data(rest)
    if data.date_obj is None:
        return None
    return _to_edtf(data.date_obj.date(), data.period)


def _to_edtf(day: date, period: str) -> str | None:
    if not _EARLIEST_YEAR <= day.year <= _LATEST_YEAR:
        return None
    if period == "year":
        return f"{day.year:04}"
    if period == "month":
        return f"{day.year:04}-{day.month:02}"
    if period == "week":
        monday = day - timedelta(days=day.weekday())
        return f"{monday}/{monday + timedelta(days=6)}"
    return str(day)


_EXTRA = re.compile(
    r"\b(?:overnight|yesterday|today|tomorrow|tonight|last night|this (?:morning|afternoon|evening)"
    r"|(?:from|between)\s+(?:1[5-9]|20)\d\d\s+(?:to|and|until)\s+(?:1[5-9]|20)\d\d"
    r"|(?:earlier|later)\s+this\s+(?:week|month|year)"
    rf"|(?:last|this|next)\s+(?:{'|'.join(_WEEKDAYS)}|week|month|year)(?:\s+in\s+(?:{'|'.join(_MONTHS)}))?"
    rf"|(?:{'|'.join(_WEEKDAYS)}))\b",
    re.IGNORECASE,
)


_CLOCK = re.compile(r"^(?:[01]\d|2[0-4])[0-5]\d$")
_ZONE = re.compile(r"^\s*\(?(?:UTC|GMT|[ECMP][SD]T|BST|CET|IST|JST|hours|hrs|local time)\b")


def _is_name(span: Span) -> bool:
    """True of a year that belongs to a name (`Expo 2020`, `Vision 2030`)."""
    year = span[0]
    return len(span) == 1 and year.dep_ == "nummod" and year.i == year.head.i + 1 and year.head.pos_ == "PROPN"


def _is_clock(span: Span) -> bool:
    """True of a time of the day in four digits (`2100 UTC`), which is no year."""
    return bool(_CLOCK.match(span.text) and _ZONE.match(span.doc.text[span.end_char :][:12]))


def _is_surname(span: Span) -> bool:
    """True of a month that a person of the document is called by (`Theresa May … May's agreement`), with no word of time before it."""
    owns = span.end < len(span.doc) and span.doc[span.end].tag_ == "POS"
    timed = span.start > 0 and span.doc[span.start - 1].pos_ in ("ADP", "SCONJ", "ADJ", "ADV")
    if len(span) > 1 or (timed and not owns):
        return False
    persons = (other for other in get_mentions(span.doc) if other.label_ == "Person" and other.id_ == NAME)
    return any(len(other) > 1 and other[-1].text == span.text for other in persons)


def _is_time(span: Span) -> bool:
    return span.label_ in ("DATE", "TIME") and not (_is_clock(span) or _is_name(span) or _is_surname(span))


def find_times(doc: Doc) -> Iterator[Span]:
    """The spans that tell a time: the model's, made longer or completed by the words that news use."""
    spans = [entity for entity in doc.ents if _is_time(entity)]
    for match in _EXTRA.finditer(doc.text):
        span = doc.char_span(match.start(), match.end(), alignment_mode="expand")
        if span is not None and not any(other.start <= span.start and span.end <= other.end for other in spans):
            spans = [other for other in spans if other.end <= span.start or span.end <= other.start]
            spans.append(span)
    yield from sorted(spans, key=lambda span: span.start)


def _tells_no_time(text: str) -> bool:
    """True of durations, ages and times of the day."""
    words = plain(text).lower()
    return bool(_NOT_A_TIME.match(words)) or not re.search(
        r"\b(?:day|week|month|year|now|recent|" + "|".join(_WEEKDAYS + _MONTHS) + ")", words
    )


def _in_years_told(doc: Doc, times: list[list[Any]]) -> list[list[Any]]:
    """The times, a day without a year in the year of the day told just before it (`on 15 November 2017 … on 21 November`)."""
    told: tuple[date, int] | None = None
    found = []
    for start, end, printed in times:
        value = printed
        day = date.fromisoformat(value) if value and _DAY.fullmatch(value) else None
        words = doc[start:end].text.lower()
        if day is not None and _YEAR.search(words):
            told = day, start
        elif day is not None and told is not None and _MONTH.search(words):
            follows = _same_day(day, told[0].year)
            near = sum(1 for token in doc[told[1] : start] if token.is_sent_start) <= _SENTENCES_ON
            if near and follows and follows < day and timedelta(0) <= follows - told[0] <= _SOON_AFTER:
                value = str(follows)
        found.append([start, end, value])
    return found


def _same_day(day: date, year: int) -> date | None:
    return None if (day.month, day.day) == (2, 29) else day.replace(year=year)


@Language.factory("kg_dates", requires=["doc.ents", "token.dep"], assigns=["doc._.kg_times"])
def make_dates(nlp: Language, name: str) -> "Dates":
    """The component that resolves dates."""
    return Dates()


class Dates:
    """Doc → Doc with `kg_times`: start token, end token and EDTF value (None where unresolved) of each expression."""

    def __init__(self) -> None:
        register_extensions()

    def __call__(self, doc: Doc) -> Doc:
        published = date.fromisoformat(doc._.kg_published) if doc._.kg_published else None
        times = []
        for span in find_times(doc):
            value = resolve(span.text, published, future=is_future(span.root))
            if value is not None or not _tells_no_time(span.text):
                times.append([span.start, span.end, value])
        doc._.kg_times = _in_years_told(doc, times)
        return doc
