"""EDTF values and the days that they allow."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.edtf import bounds


@pytest.mark.parametrize(
    ("value", "first", "last"),
    [
        ("2025-08-14", date(2025, 8, 14), date(2025, 8, 14)),
        ("2024-06", date(2024, 6, 1), date(2024, 6, 30)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2024-12", date(2024, 12, 1), date(2024, 12, 31)),
        ("2019", date(2019, 1, 1), date(2019, 12, 31)),
        ("199X", date(1990, 1, 1), date(1999, 12, 31)),
        ("2025-08-18/2025-08-19", date(2025, 8, 18), date(2025, 8, 19)),
        ("1941/1945", date(1941, 1, 1), date(1945, 12, 31)),
        ("2023-11/2024-02-03", date(2023, 11, 1), date(2024, 2, 3)),
        ("9999-12", date(9999, 12, 1), date(9999, 12, 31)),
    ],
)
def test_a_value_allows_these_days(value: str, first: date, last: date) -> None:
    assert bounds(value) == (first, last)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Thursday",
        "2025-02-30",
        "2025-13",
        "2025-8-1",
        "0000",
        "000X",
        "20XX",
        "+2025",
        "2025-08-14T10:00",
        "2025-08-14/",
        "/2025-08-14",
        "2025-08-19/2025-08-18",
        "２０２５",
    ],
)
def test_what_kg_does_not_write_has_no_bounds(value: str) -> None:
    assert bounds(value) is None


@given(st.dates())
def test_a_day_is_its_own_bounds(day: date) -> None:
    assert bounds(day.isoformat()) == (day, day)


@given(st.dates(), st.dates())
def test_an_interval_runs_from_its_first_to_its_last_day(one: date, other: date) -> None:
    first, last = sorted((one, other))
    assert bounds(f"{first}/{last}") == (first, last)
