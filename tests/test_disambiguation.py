"""`kg link`: what a name means in a context, and why."""

from datetime import date
from pathlib import Path

import pytest

from kg.disambiguation import ACTS, DESCRIBED, REFERS, describe, disambiguate
from kg.errors import SourceError
from kg.nlp.linking import KNOWN, LOCAL, SHORT


@pytest.mark.parametrize(
    ("name", "context", "id_", "how"),
    [
        ("Georgia", None, "wd:Q230", KNOWN),
        ("Georgia", "Atlanta is the capital of Georgia in the US.", "wd:Q1428", KNOWN),
        ("Moscow", "The ministers met in Moscow on Friday.", "wd:Q649", KNOWN),
        ("Moscow", "Moscow warned Kyiv on Friday.", "wd:Q159", ACTS),
        ("Macron", "Emmanuel Macron spoke on Friday. Macron left on Sunday.", "wd:Q3052772", SHORT),
        ("Xyzzy Corp", "Xyzzy Corp bought a ship.", "kge:Company-xyzzy-corp", LOCAL),
        ("he", "Vladimir Putin said he would come.", "wd:Q7747", REFERS),
    ],
)
def test_a_name_in_its_context(name: str, context: str | None, id_: str, how: str) -> None:
    reading = disambiguate(name, context)[-1]
    assert (reading.entity.id, reading.how) == (id_, how)


@pytest.mark.parametrize(("day", "who"), [(date(2010, 1, 1), "Nicolas Sarkozy"), (date(2019, 1, 1), "Emmanuel Macron")])
def test_a_title_means_who_held_the_office_on_the_day(day: date, who: str) -> None:
    [reading] = disambiguate("the French president", "On Tuesday the French president left.", day)
    assert (reading.entity.name, reading.how) == (who, DESCRIBED)


def test_the_clues_add_up_to_the_points_and_the_likeliest_comes_first() -> None:
    [reading] = disambiguate("Georgia", "Atlanta is the capital of Georgia in the US.")
    assert [candidate.entity.id for candidate in reading.candidates] == ["wd:Q1428", "wd:Q230"]
    assert all(candidate.points == sum(candidate.clues.values()) for candidate in reading.candidates)
    assert reading.candidates[0].clues["its state stands beside the name"] > 0


def test_candidates_are_told_apart_by_state_or_office() -> None:
    [reading] = disambiguate("Emmanuel Macron", "Emmanuel Macron left.", date(2019, 1, 1))
    assert "France" in describe(reading.entity, date(2019, 1, 1))
    assert describe(reading.entity, date(1990, 1, 1)) == ""


def test_own_entities_are_candidates(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("name,type\nXyzzy Corp,Media\n", encoding="utf-8")
    [reading] = disambiguate("Xyzzy Corp", entities=path)
    assert (reading.entity.type, reading.how) == ("Media", KNOWN)


@pytest.mark.parametrize(("name", "context"), [("Foo", "bar"), ("", "bar"), ("of", "The capital of Georgia.")])
def test_what_cannot_be_told_is_one_sentence(name: str, context: str) -> None:
    with pytest.raises(SourceError, match="give a"):
        disambiguate(name, context)
