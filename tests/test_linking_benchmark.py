"""How `benchmarks/linking.py` counts: spans, names, readings, what is neither right nor wrong; and that the page is true."""

import json
from typing import Any

import pytest

from benchmarks.gold import HERE
from benchmarks.linking import Article, Label, Predicted, count, is_named, reading, to_article, to_markdown, trim

LILLE, FRANCE = (0, 5), (7, 13)


def label(place: tuple[int, int], qid: str, *inner: Label, optional: bool = False, named: bool = True) -> Label:
    return Label(place, qid, named, frozenset({"Q27096213"}), optional, inner)


def counts(labels: tuple[Label, ...], predicted: Predicted) -> tuple[int, int, int]:
    figures = count(Article("a", "Lille, France", (0, 13), labels), predicted, lambda one: one.named)
    return figures.right, figures.predicted, figures.gold


CITY_OR_BOTH = label((0, 13), "Q648", label(LILLE, "Q648"), label(FRANCE, "Q142"))


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("the Kremlin", "Kremlin"),
        ("Russia's", "Russia"),
        ("the Philippines’", "Philippines"),
        ('"Pravda"', "Pravda"),
        ("Theresa May", "Theresa May"),
        ("the", "the"),
    ],
)
def test_spans_are_compared_without_determiners_and_possessive_endings(text: str, bare: str) -> None:
    start, end = trim(text, 0, len(text))
    assert text[start:end] == bare


@pytest.mark.parametrize(
    ("id_", "name", "named"), [("Q159", "Russia", True), ("Q3499072", "chef", False), ("DATETIME", "Unknown", False)]
)
def test_named_is_what_wikidata_writes_with_a_capital(id_: str, name: str, named: bool) -> None:
    assert is_named({"entity_id": id_, "name": name}) is named


def test_the_reading_counts_that_agrees_best() -> None:
    assert counts((CITY_OR_BOTH,), {(0, 13): "Q648"}) == (1, 1, 1)
    assert counts((CITY_OR_BOTH,), {LILLE: "Q648", FRANCE: "Q142"}) == (2, 2, 2)
    assert counts((CITY_OR_BOTH,), {}) == (0, 0, 1)


def test_a_part_in_scope_is_not_hidden_by_a_whole_out_of_scope() -> None:
    whole = label((0, 13), "Q1", label(FRANCE, "Q142"), named=False)
    assert [one.qid for one in reading(whole, {}, lambda one: one.named)] == ["Q142"]


def test_right_about_a_mention_out_of_scope_is_neither_right_nor_wrong() -> None:
    labels = (label(LILLE, "Q648", named=False), label(FRANCE, "Q142"))
    assert counts(labels, {LILLE: "Q648", FRANCE: "Q142"}) == (1, 1, 1)
    assert counts(labels, {LILLE: "Q90", FRANCE: "Q142"}) == (1, 2, 1)


def test_an_optional_mention_is_neither_missed_nor_wrong() -> None:
    labels = (label(LILLE, "Q648", optional=True),)
    assert counts(labels, {}) == (0, 0, 0)
    assert counts(labels, {LILLE: "Q648"}) == (0, 0, 0)


def test_an_id_for_what_wikidata_lacks_is_wrong() -> None:
    assert counts((label(LILLE, "<NIL>"),), {LILLE: "Q648"}) == (0, 1, 0)


def test_mentions_inside_others_are_read_as_their_parts() -> None:
    row: dict[str, Any] = {
        "text": "Lille, France",
        "evaluation_span": [0, 13],
        "labels": [
            {"id": 1, "span": [0, 13], "entity_id": "Q648", "name": "Lille", "type": "Q27096213"},
            {"id": 2, "span": [7, 13], "entity_id": "Q142", "name": "France", "type": "Q27096213|Q43229", "parent": 1},
        ],
    }
    (outer,) = to_article(row, "a").labels
    assert [part.qid for part in outer.inner] == ["Q142"]


def test_the_page_says_what_the_table_of_figures_says() -> None:
    results = json.loads((HERE / "linking.json").read_text(encoding="utf-8"))
    assert (HERE / "linking.md").read_text(encoding="utf-8") == to_markdown(results)
