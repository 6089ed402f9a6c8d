"""The ontology for people: each term says what it is called, what it means, and shows an example."""

from collections.abc import Iterator

import pytest
from rdflib import RDF, RDFS, Graph, URIRef
from rdflib.namespace import OWL, SH, SKOS

from kg.ontology import BASE, KG, NAMESPACES, PLOVER, load_graph

SHAPE = BASE + "shape/"
KINDS = (
    OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, SKOS.Concept, SH.NodeShape, KG.Modality,
)  # fmt: skip
SAYS = {"a label": RDFS.label, "a definition": SKOS.definition, "an example": SKOS.example}


def whole() -> Graph:
    return load_graph("kg.ttl", "plover.ttl", "shapes.ttl")


def terms() -> list[URIRef]:
    """All terms of kg, PLOVER and the shapes. CAMEO's codes are not among them: the manual's one line is label and meaning."""
    found = {node for kind in KINDS for node in whole().subjects(RDF.type, kind) if isinstance(node, URIRef)}
    return sorted(node for node in found if str(node).startswith((str(KG), str(PLOVER), SHAPE)))


def used() -> Iterator[URIRef]:
    """The terms of kg that any file of the ontology speaks of."""
    for name in ("kg.ttl", "plover.ttl", "shapes.ttl", "triggers.ttl", "lexicon.ttl", "persons.ttl"):
        for triple in load_graph(name):
            yield from (node for node in triple if isinstance(node, URIRef) and str(node).startswith(str(KG)))


@pytest.mark.parametrize("what", SAYS)
def test_no_term_lacks(what: str) -> None:
    lacking = [str(node) for node in terms() if not whole().value(node, SAYS[what])]
    assert lacking == [], f"these lack {what}"


def test_there_are_many_terms() -> None:
    assert len(terms()) > 300


def test_each_term_that_is_used_is_declared() -> None:
    assert {*used()} <= {*terms()}


@pytest.mark.parametrize("what", SAYS)
def test_a_term_says_it_once(what: str) -> None:
    assert [node for node in terms() if len(list(whole().objects(node, SAYS[what]))) > 1] == []


def test_definitions_are_sentences() -> None:
    assert [node for node in terms() if not str(whole().value(node, SKOS.definition)).endswith(".")] == []


def test_an_example_of_a_direct_edge_uses_it() -> None:
    for shortcut in load_graph("kg.ttl").objects(None, KG.shortcut):
        name = str(shortcut).replace(NAMESPACES["kg"], "kg:")
        assert f" {name} " in str(whole().value(shortcut, SKOS.example))
