"""The values: content ids, roles in the order of the text, and what makes two of them equal."""

from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest

from kg.model import Entity, Mention, Statement, content_id
from tests.examples import KIM, MEETING, MET, PUTIN, RUSSIA, SIGN, document, mention, statement


def test_equal_content_gives_an_equal_id() -> None:
    assert replace(MET).id == MET.id


@pytest.mark.parametrize("name", ["type", "modality", "topic", "instrument", "mode", "cameo", "time", "place"])
def test_other_content_gives_another_id(name: str) -> None:
    changes: dict[str, Any] = {name: "other"}
    assert replace(MET, **changes).id != MET.id


def test_confidence_is_no_content() -> None:
    surer = replace(MET, confidence=0.99)
    assert surer.id == MET.id
    assert surer == MET


def test_an_entity_counts_by_its_id_in_the_id_of_a_statement() -> None:
    first = MET.actor[0]
    renamed = replace(first, entity=Entity(PUTIN.id, "Group", "Putin, V.", aliases=("Vova",)))
    other = replace(first, entity=RUSSIA)
    assert replace(MET, actor=(renamed,)).id == MET.id
    assert replace(MET, actor=(other,)).id != MET.id


def test_the_order_in_which_parties_are_given_does_not_matter() -> None:
    assert replace(SIGN, actor=SIGN.actor[::-1]) == SIGN


def test_a_role_holds_each_entity_once_as_it_is_first_mentioned() -> None:
    twice = document("Kim said that Kim met Putin.")
    first = Mention(KIM, "Kim", 0, 3)
    again = Mention(KIM, "Kim", 14, 17)
    met = replace(statement(twice, "Meet", "Putin", "Kim"), recipient=(again, first))
    assert met.recipient == (first,)


def test_mentions_come_role_by_role() -> None:
    assert [each.text for each in MET.mentions] == ["Putin", "Kim", "Pyongyang", "KCNA"]


def test_a_statement_without_a_place_mentions_none() -> None:
    assert [each.text for each in replace(MET, place=None).mentions] == ["Putin", "Kim", "KCNA"]


def test_statements_sort_by_document_then_evidence_then_type() -> None:
    later = replace(MET, evidence=replace(MET.evidence, start=1))
    visit = replace(MET, type="Visit")
    assert sorted([SIGN, later, visit, MET], key=lambda row: row.sort_key) == [MET, visit, later, SIGN]


@pytest.mark.parametrize(
    ("of", "words"),
    [
        (MET, "Vladimir Putin — Meet → Kim Jong Un"),
        (SIGN, "Russia, North Korea — SignAgreement (planned) → ·"),
        (replace(MET, recipient=(), modality="denied"), "Vladimir Putin — Meet (denied) → ·"),
    ],
)
def test_a_statement_says_itself_in_one_line(of: Statement, words: str) -> None:
    assert str(of) == words


def test_values_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        MEETING.text = "other"  # type: ignore[misc]


def test_aliases_do_not_tell_entities_apart() -> None:
    assert Entity("wd:Q7747", "Person", "Vladimir Putin", aliases=("Putin",)) == PUTIN


def test_a_content_id_is_the_same_on_every_machine() -> None:
    assert content_id("https://example.org", "Putin met Kim.") == "c62f2f28255374d9"


@pytest.mark.parametrize(("some", "other"), [(("ab", "c"), ("a", "bc")), ((None,), ("null",)), (("1",), (1,))])
def test_a_content_id_keeps_parts_and_types_apart(some: tuple[object, ...], other: tuple[object, ...]) -> None:
    assert content_id(*some) != content_id(*other)


def test_a_mention_is_found_where_the_text_has_it() -> None:
    found = mention(MEETING, "Pyongyang")
    assert MEETING.text[found.start : found.end] == found.text
