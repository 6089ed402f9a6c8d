"""A real model behind a real server, `make llm`: whatever it makes up, only what stands in the text is kept."""

import os
from pathlib import Path

import pytest
from spacy.tokens import Doc

from kg.nlp import llm
from kg.nlp.llm import Llm, make_llm
from kg.nlp.pipeline import load_pipeline
from kg.statements import analyse, to_statements
from kg.validation import find_misquotes
from tests.examples import document

URL = os.environ.get("KG_LLM_URL", "")
pytestmark = pytest.mark.skipif(
    not URL, reason="needs KG_LLM_URL, a server of the OpenAI protocol: `make llm` starts one"
)

ARTICLE = document(
    "Vladimir Putin met Kim Jong Un in Vladivostok on Thursday. Donald Trump visited Poland last week.\n"
    "The White House imposed sanctions on Iran."
)
SENTENCES = 3
INSTRUCTIONS = """Copy statements out of the passage, as JSON. Types: Meet (people meet each other), Visit (go to a place), Praise (praise somebody), Sanction (punish by sanctions), Attack.
"evidence" is copied exactly from one sentence. Actors and recipients are mentions (M1, M2).

Example passage:
S1: Angela Merkel visited Turkey in May.
  M1: Angela Merkel (Person)
  M2: Turkey (Country)
Example answer:
{"statements": [{"evidence": "Angela Merkel visited Turkey", "type": "Visit", "actor": ["M1"], "recipient": ["M2"], "place": "M2", "time": "in May", "quantity": null, "instrument": null, "topic": null, "modality": "asserted", "attribution": []}]}
"""
"""Shorter than kg's own, with an example: so much a model of 135 million parameters can follow."""


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of answers, so that the model is asked once by all tests, and of the instructions."""
    folder = tmp_path_factory.mktemp("answers")
    (folder / "short.jinja").write_text(INSTRUCTIONS, encoding="utf-8")
    return folder


def component(answers: Path) -> Llm:
    defaults = dict(load_pipeline().get_factory_meta("kg_llm").default_config or {})
    settings: dict[str, object] = {"url": URL, "cache": str(answers), "template": str(answers / "short.jinja")}
    settings |= {"timeout": 900.0, "most_tokens": 200, "sentences": 1}
    made: Llm = make_llm(load_pipeline(), "kg_llm", **defaults | settings)
    return made


def fresh() -> Doc:
    [(_, doc)] = analyse([ARTICLE], without=["kg_events", "kg_relations", "kg_salience"])
    return doc


def test_what_is_kept_stands_in_the_text(answers: Path) -> None:
    asked = component(answers)
    doc = asked(fresh())
    found = to_statements(ARTICLE, doc)
    print(f"\n{asked.description}: {asked.summary}")
    print(*(f"kept: {statement}: {statement.evidence.quote}" for statement in found), sep="\n")
    print(
        *(f"refused ({refused['why']}): {refused['type']} “{refused['words']}”" for refused in doc._.kg_refused),
        sep="\n",
    )
    assert asked.usage["requests"] == SENTENCES
    assert asked.usage["answered"] > 0
    assert find_misquotes(ARTICLE, found) == []
    assert len(doc._.kg_frames) + len(doc._.kg_refused) > 0


def test_a_server_that_holds_to_the_schema_gives_no_malformed_statement(answers: Path) -> None:
    asked = component(answers)
    asked(fresh())
    shapes = {llm.NO_JSON, llm.MALFORMED, llm.NO_TYPE, llm.NO_MODALITY}
    assert not shapes & set(asked.refused)


def test_a_rebuild_asks_nothing_and_finds_the_same(answers: Path) -> None:
    first = component(answers)(fresh())
    again = component(answers)
    assert again(fresh())._.kg_frames == first._.kg_frames
    assert again.usage == {"cached": SENTENCES}
