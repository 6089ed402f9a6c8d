"""Sentences and the Turtle that they become: the whole way on one page each, to be read and compared as graphs.

`pytest tests/test_golden.py --update-golden` writes the files anew; look at the difference before it is committed.
"""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from rdflib import Graph
from rdflib.compare import isomorphic

from kg.model import Document
from kg.rdf import to_graph
from kg.statements import extract

GOLDEN = Path(__file__).with_name("golden")
SENTENCES = {
    "meeting": "Vladimir Putin met Kim Jong Un in Vladivostok on Thursday, according to NATO.",
    "plan": "Donald Trump will meet Vladimir Putin in Alaska on Friday.",
    "denial": "Donald Trump did not meet Vladimir Putin.",
    "passive": "Kim Jong Un was invited to Moscow by Vladimir Putin.",
    "relation": "Emmanuel Macron, the president of France, praised Ukraine.",
}
"""The sentence behind each file of `tests/golden/`."""


def graph_of(name: str) -> Graph:
    """What a sentence says, printed on 15 August 2025; confidence is left out, as it is tuned from time to time."""
    document = Document(name, SENTENCES[name], published=date(2025, 8, 15))
    return to_graph(replace(statement, confidence=1.0) for statement in extract(document))


@pytest.mark.parametrize("name", SENTENCES)
def test_a_sentence_becomes_this_graph(name: str, request: pytest.FixtureRequest) -> None:
    path, graph = GOLDEN / f"{name}.ttl", graph_of(name)
    if request.config.getoption("--update-golden"):
        path.write_text(graph.serialize(format="turtle"), encoding="utf-8")
    assert isomorphic(graph, Graph().parse(path, format="turtle"))


def test_each_golden_file_has_its_sentence() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(SENTENCES)


@pytest.mark.parametrize("name", SENTENCES)
def test_each_golden_file_quotes_its_sentence(name: str) -> None:
    assert SENTENCES[name].rstrip(".") in (GOLDEN / f"{name}.ttl").read_text(encoding="utf-8")
