"""The comparison with annotated articles: its rules on small cases, and its figures beside those of the reference script."""

import json
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import kg
from kg.errors import SourceError
from kg.evaluation import (
    Accuracy,
    Claim,
    Difference,
    Figures,
    GoldDocument,
    agreement,
    compare,
    compare_entities,
    evaluate,
    normalize,
    pair,
    read_gold,
    to_claim,
)
from kg.exchange import write
from kg.model import Document, Entity
from kg.nlp.pipeline import DEFAULT_MODEL
from tests.examples import KIM, MET, PUTIN

SENTENCE = "Putin met Kim in Pyongyang on Thursday"


def claim(
    type_: str = "Meet",
    actor: str = "putin",
    recipient: str = "kim",
    *,
    said: str = SENTENCE,
    place: str | None = None,
    time: str | None = None,
    by: str = "",
    modality: str = "asserted",
    optional: bool = False,
) -> Claim:
    """A claim in which each party has one name; several are joined by commas."""
    actors, recipients, sources = (
        tuple(frozenset({name}) for name in names.split(", ") if name) for names in (actor, recipient, by)
    )
    words = Counter(said.lower().split())
    return Claim(
        type_, actors, recipients, sources, frozenset({place}) if place else None, time, modality, words, optional
    )


# --- names ---


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("Mr. Putin's", "putin"),
        ("the U.S. President Donald Trump", "us president donald trump"),
        ("President Donald Trump", "donald trump"),
        ("The Prime Minister Giorgia Meloni", "giorgia meloni"),
        ("Prime Minister", "minister"),
        ("the President", "president"),
        ("President", "president"),
        ("The", "the"),
        ("Theresa May", "theresa may"),
        ("Kim Jong-un", "kim jong un"),
        ("  North   Korea ", "north korea"),
        ("U.S.", "us"),
        ("Secretary General António Guterres", "antónio guterres"),
        ("", ""),
    ],
)
def test_a_name_is_compared_without_titles_case_and_dots(name: str, same: str) -> None:
    assert normalize(name) == same


# --- pairing ---


def test_equal_claims_agree() -> None:
    assert agreement(claim(), claim(), "type") > 0


@pytest.mark.parametrize("level", ["root", "type"])
@pytest.mark.parametrize(
    ("gold", "guess"),
    [
        (claim("Visit", "putin", "kim"), claim("Visit", "trump", "kim")),
        (claim("Visit", "putin", "kim"), claim("Visit", "putin", "trump")),
        (claim("Visit", "putin", "kim"), claim("Visit", "kim", "putin")),
        (claim("Visit", "putin", "kim"), claim("Attack", "putin", "kim")),
        (claim("Meet", "putin", "kim"), claim("Meet", "putin", "trump")),
        (claim("headOfState", "putin", "russia"), claim("memberOf", "putin", "russia")),
    ],
)
def test_other_parties_or_roots_do_not_agree(gold: Claim, guess: Claim, level: str) -> None:
    assert agreement(gold, guess, level) == 0


def test_one_root_is_enough_at_the_level_of_roots() -> None:
    phone, meeting = claim("Phone"), claim("Meet")
    assert agreement(phone, meeting, "root") > 0
    assert agreement(phone, meeting, "type") == 0


def test_another_type_of_the_root_must_stand_in_the_same_passage() -> None:
    assert agreement(claim("Phone"), claim("Meet", said="They spoke long ago elsewhere"), "root") == 0


def test_the_sides_of_a_symmetric_type_do_not_matter() -> None:
    assert agreement(claim(actor="putin, kim", recipient=""), claim(), "type") > 0
    assert agreement(claim(actor="kim", recipient="putin"), claim(), "type") > 0


def test_without_a_gold_recipient_any_will_do() -> None:
    assert agreement(claim("Visit", recipient=""), claim("Visit"), "type") > 0


@pytest.mark.parametrize(
    "better",
    [
        claim("Meet", said="Putin met Kim"),
        claim("Meet", time="2025-08-14", said="x y z"),
        claim("Meet", recipient="kim, volodin", said="x y z"),
    ],
)
def test_the_fuller_guess_is_paired(better: Claim) -> None:
    gold = claim("Meet", recipient="kim, volodin", time="2025-08-14")
    poor = claim("Meet", said="x y z")
    pairs, repeats = pair([gold], [poor, better], "type")
    assert pairs == {0: 1}
    assert repeats == {0}


def test_each_guess_is_paired_once() -> None:
    pairs, repeats = pair([claim(), claim()], [claim()], "type")
    assert pairs == {0: 0}
    assert repeats == set()


# --- figures ---


def score(gold: list[Claim], guesses: list[Claim]) -> dict[str, Any]:
    return dict(compare({"d": gold}, {"d": guesses}))


def test_right_wrong_and_missed_are_counted() -> None:
    figures = score([claim(), claim("Visit")], [claim(), claim("Attack")])["all, type"]
    assert figures == Figures(right=1, predicted=2, gold=2)
    assert (figures.precision, figures.recall, figures.f1) == (0.5, 0.5, 0.5)


def test_an_optional_claim_is_neither_missed_nor_wrong() -> None:
    optional = claim("Visit", optional=True)
    assert score([claim(), optional], [claim()])["all, type"] == Figures(1, 1, 1)
    assert score([claim(), optional], [claim(), claim("Visit")])["all, type"] == Figures(1, 1, 1)


def test_a_repetition_is_not_wrong() -> None:
    assert score([claim()], [claim(), claim()])["all, type"] == Figures(1, 1, 1)


def test_events_and_relations_are_counted_apart() -> None:
    result = score([claim(), claim("headOfState", "putin", "russia")], [claim()])
    assert result["event, root"] == Figures(1, 1, 1)
    assert result["relation, root"] == Figures(0, 0, 1)
    assert result["all, root"] == Figures(1, 1, 2)


def test_guesses_about_other_documents_do_not_count() -> None:
    assert compare({"d": [claim()]}, {"e": [claim()]})["all, root"] == Figures(0, 0, 1)


def test_nothing_at_all_is_zero() -> None:
    assert Figures(0, 0, 0).f1 == 0.0
    assert str(Accuracy(0, 0)) == "accuracy None   (0 of 0)"


@pytest.mark.parametrize(
    ("gold", "guess", "right"),
    [
        ("2025-08-14", "2025-08-14", 1),
        ("2025-08", "2025-08-14", 1),
        ("2025-08-14", "2025-08", 1),
        ("2025-08-14", "2025-08-15", 0),
        ("2025-08-18/2025-08-19", "2025-08", 0),
        ("2025-08-14", None, 0),
    ],
)
def test_a_time_is_right_as_far_as_both_say(gold: str, guess: str | None, right: int) -> None:
    assert score([claim(time=gold)], [claim(time=guess)])["time"] == Accuracy(right, 1)


def test_a_time_or_place_that_gold_lacks_does_not_count() -> None:
    result = score([claim()], [claim(time="2025", place="pyongyang")])
    assert (result["time"], result["place"]) == (Accuracy(0, 0), Accuracy(0, 0))


def test_places_modality_and_sources_are_checked_on_pairs() -> None:
    gold = claim(place="pyongyang", modality="planned", by="kcna")
    right = score([gold], [gold])
    wrong = score([gold], [claim(place="moscow")])
    assert [right[slot] for slot in ("place", "modality", "attribution")] == [Accuracy(1, 1)] * 3
    assert [wrong[slot] for slot in ("place", "modality", "attribution")] == [Accuracy(0, 1)] * 3


def test_the_writers_own_voice_is_no_source() -> None:
    assert score([claim()], [claim()])["attribution"] == Accuracy(1, 1)
    assert score([claim()], [claim(by="kcna")])["attribution"] == Accuracy(0, 1)


def test_a_predicted_statement_is_known_by_name_mention_and_id() -> None:
    found = to_claim(MET)
    assert found.actor == (frozenset({"vladimir putin", "putin", "wd:Q7747"}),)
    assert found.place == frozenset({"pyongyang", "wd:Q18808"})
    assert found.time == "2025-08-14"
    assert to_claim(replace(MET, place=None, time=None)).place is None


def test_entities_are_compared_by_name_and_links_by_id() -> None:
    gold = GoldDocument(
        Document("d", ""),
        [(frozenset({"putin", "wd:Q7747"}), "Q7747"), (frozenset({"kim", "wd:Q1"}), "Q1"), (frozenset({"x"}), None)],
        [],
        [],
    )
    found: dict[str, list[tuple[Entity, list[str]]]] = {"d": [(PUTIN, ["Putin"]), (KIM, ["Mr Kim"])]}
    assert compare_entities([gold], found) == {"entities": Figures(2, 2, 3), "linking": Accuracy(1, 2)}


# --- gold files ---

ARTICLE: dict[str, Any] = {
    "id": "g1",
    "date": "2025-08-15",
    "title": "Leaders meet",
    "url": None,
    "text": "Vladimir Putin met Kim Jong Un.",
    "entities": [
        {"id": "e1", "names": ["Vladimir Putin", "Mr Putin"], "type": "Person", "wikidata": "Q7747"},
        {"id": "e2", "names": ["Kim Jong Un"], "type": "Person", "wikidata": "Q56226"},
    ],
    "statements": [
        {
            "kind": "event",
            "type": "Meet",
            "actor": ["e1"],
            "recipient": ["e2"],
            "place": None,
            "time": None,
            "modality": "asserted",
            "attribution": [],
            "evidence": "Vladimir Putin met Kim Jong Un.",
        }
    ],
}


def gold_folder(path: Path, article: object) -> Path:
    (path / "g1.json").write_text(json.dumps(article), encoding="utf-8")
    return path


def test_gold_articles_are_read(tmp_path: Path) -> None:
    [article] = read_gold(gold_folder(tmp_path, ARTICLE))
    assert article.document.id == "g1"
    assert article.entities[0] == (frozenset({"vladimir putin", "putin", "wd:Q7747"}), "Q7747")
    assert article.claims[0].actor == (frozenset({"vladimir putin", "putin", "wd:Q7747"}),)


def test_a_folder_without_gold_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no gold articles"):
        read_gold(tmp_path / "none")


@pytest.mark.parametrize(
    "bad",
    [
        [],
        ARTICLE | {"entities": None},
        ARTICLE | {"statements": ["Meet"]},
        ARTICLE | {"statements": [ARTICLE["statements"][0] | {"type": "Dance"}]},
        ARTICLE | {"statements": [ARTICLE["statements"][0] | {"actor": ["e9"]}]},
        ARTICLE | {"date": "yesterday"},
    ],
)
def test_a_malformed_gold_article_is_one_sentence(tmp_path: Path, bad: object) -> None:
    with pytest.raises(SourceError, match=r"g1\.json is no gold article"):
        read_gold(gold_folder(tmp_path, bad))


def test_an_article_is_extracted_and_compared(tmp_path: Path) -> None:
    result = evaluate(gold_folder(tmp_path, ARTICLE), DEFAULT_MODEL)
    assert result["event, type"] == Figures(1, 1, 1)
    assert result["entities"] == Figures(2, 2, 2)
    assert result["linking"] == Accuracy(2, 2)


def test_what_is_missed_and_what_is_wrong_is_told_with_its_sentence(tmp_path: Path) -> None:
    found: list[Difference] = []
    wrong = ARTICLE["statements"][0] | {"type": "Praise"}
    evaluate(gold_folder(tmp_path, ARTICLE | {"statements": [wrong]}), DEFAULT_MODEL, on_difference=found.append)
    assert [(one.document, one.what, one.statement) for one in found] == [
        ("g1", "missed", "Vladimir Putin — Praise → Kim Jong Un"),
        ("g1", "wrong", "Vladimir Putin — Meet → Kim Jong Un"),
    ]
    assert {one.evidence for one in found} == {"Vladimir Putin met Kim Jong Un."}


# --- beside the reference ---


@pytest.fixture(scope="module", params=["seeds", "dev"])
def reference(request: pytest.FixtureRequest, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command of the reference script for the statements and entities that kg finds in a folder of gold articles."""
    gold, path = shared / "gold" / request.param, tmp_path_factory.mktemp(request.param)
    articles = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(gold.glob("*.json"))]
    fields = ("id", "date", "title", "url", "text")
    lines = (json.dumps({field: article.get(field) for field in fields}) for article in articles)
    (path / "gold.jsonl").write_text("\n".join(lines), encoding="utf-8")
    with kg.build(path / "gold.jsonl") as store:
        for form in ("statements", "entities"):
            with (path / f"{form}.jsonl").open("wb") as file:
                write(store, form, file)
    options = ["--entities", str(path / "entities.jsonl")]
    return [sys.executable, str(shared / "eval" / "score.py"), str(gold), str(path / "statements.jsonl"), *options]


def printed(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def rounded(row: Figures | Accuracy) -> dict[str, Any]:
    """The row as the reference script writes it."""
    if isinstance(row, Accuracy):
        return {"accuracy": round(row.right / row.of, 4) if row.of else None, "right": row.right, "of": row.of}
    figures = {"precision": round(row.precision, 4), "recall": round(row.recall, 4), "f1": round(row.f1, 4)}
    return figures | {"right": row.right, "predicted": row.predicted, "gold": row.gold}


def test_figures_and_printed_table_are_those_of_the_reference(reference: list[str]) -> None:
    gold = Path(reference[2])
    result = evaluate(gold, DEFAULT_MODEL)
    assert {name: rounded(row) for name, row in result.items()} == json.loads(printed([*reference, "--json"]))
    assert "".join(f"{name:16} {row}\n" for name, row in result.items()) == printed(reference)
