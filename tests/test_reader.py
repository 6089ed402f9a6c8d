"""The reader: what a small transformer makes of words and mentions."""

import re
from typing import Any

import pytest
from spacy.tokens import Doc

from kg.errors import KgError
from kg.model import Document
from kg.nlp.mentions import get_mentions
from kg.nlp.pipeline import WITHOUT_READER, load_pipeline
from kg.nlp.reader import Reading, load_reader
from kg.nlp.triggers import lexicon
from kg.ontology import types
from kg.statements import analyse, extract

FAR = "Mali met Chad. " + "The talks in the capital went on for a long time and nobody said a word about it. " * 12


def read(text: str) -> tuple[Doc, Reading]:
    [(_, doc)] = analyse([Document("d1", text)], without=["kg_events"])
    return doc, load_reader("own")(doc)


def token_of(doc: Doc, word: str) -> int:
    return next(token.i for token in doc if token.text == word)


@pytest.mark.parametrize(
    ("text", "word", "root"),
    [
        ("The minister resigned on Monday.", "resigned", "RETREAT"),
        ("Rebels attacked the army base near the border.", "attacked", "ASSAULT"),
        ("Protesters marched through the capital against the government.", "marched", "PROTEST"),
        ("The court sentenced the general to ten years.", "sentenced", "SANCTION"),
    ],
)
def test_a_word_that_tells_an_event_is_read_as_one_of_its_root(text: str, word: str, root: str) -> None:
    doc, reading = read(text)
    told = reading.word(token_of(doc, word))
    assert told is not None
    assert max(told.roots, key=lambda name: told.roots[name]) == root
    assert told.none < 0.5


def test_a_word_that_tells_none_is_read_as_none() -> None:
    doc, reading = read("The old bridge over the river is beautiful.")
    told = reading.word(token_of(doc, "bridge"))
    assert told is not None
    assert told.none > 0.5


def test_the_probabilities_of_a_word_are_shares() -> None:
    doc, reading = read("Rebels attacked the army base.")
    told = reading.word(token_of(doc, "attacked"))
    assert told is not None
    assert sum(told.types.values()) + told.none == pytest.approx(1, abs=1e-4)
    assert sum(told.roots.values()) == pytest.approx(sum(told.types.values()), abs=1e-6)
    assert set(told.roots) == {types()[name].plover for name in told.types}


def test_it_tells_who_acts_from_who_undergoes() -> None:
    doc, reading = read("Turkey was invaded by Greece.")
    parts = reading.parts(token_of(doc, "invaded"), get_mentions(doc), "ASSAULT")
    assert [span.text for span in get_mentions(doc)] == ["Turkey", "Greece"]
    [patient, agent] = parts
    assert patient and agent
    assert agent[0] > patient[0]
    assert patient[1] > agent[1]


def test_what_stands_far_away_is_not_read_with_a_word() -> None:
    doc, reading = read(f"{FAR} Kenya attacked Uganda.")
    parts = reading.parts(token_of(doc, "attacked"), get_mentions(doc), "ASSAULT")
    assert parts[0] is None
    assert parts[-1] is not None


def test_extraction_works_without_it() -> None:
    statements = extract(Document("d1", "Vladimir Putin visited North Korea."), extractors=WITHOUT_READER)
    assert [statement.type for statement in statements] == ["Visit"]
    events: Any = load_pipeline(extractors=WITHOUT_READER).get_pipe("kg_events")
    assert events.reader is None


@pytest.mark.parametrize(
    ("text", "lemma"),
    [
        ("Rebels pummelled the city of Aleppo with rockets.", "pummel"),
        ("Israel pulverized Hamas positions in Gaza.", "pulverize"),
    ],
)
def test_it_finds_events_whose_words_the_lexicon_lacks(text: str, lemma: str) -> None:
    assert ("VERB", lemma) not in lexicon()
    assert extract(Document("d1", text), extractors=WITHOUT_READER) == []
    assert [statement.type for statement in extract(Document("d1", text))] == ["Attack"]


@pytest.mark.parametrize(
    ("reader", "message"),
    [
        (5, "the extractor kg does not take this reader: "),
        ("tests", "tests holds no model (no types.json): give the folder"),
    ],
)
def test_a_reader_that_is_none_is_told_in_one_sentence(reader: object, message: str) -> None:
    with pytest.raises(KgError, match=f"^{re.escape(message)}"):
        load_pipeline(extractors={"kg": {"reader": reader}})
