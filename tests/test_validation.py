"""What the shapes refuse: one damaged graph for each rule of `ontology/shapes.ttl`."""

from dataclasses import replace

import pytest
from rdflib import RDF, Graph
from rdflib.namespace import SH

from kg.ontology import NAMESPACES, load_graph
from kg.store import Store
from kg.validation import find_misquotes, validate
from tests.examples import MEETING, MET, NO_AID, PYONGYANG, SIGN, TREATY

DAMAGES = {
    "a statement has exactly one type": "INSERT { ?s a kg:Visit } WHERE { ?s a kg:Meet }",
    "a statement has at least one actor": "DELETE { ?s kg:actor ?x } WHERE { ?s kg:actor ?x }",
    "a recipient is an entity": "INSERT { ?s kg:recipient 'Kim' } WHERE { ?s a kg:Meet }",
    "a statement has at most one place": "INSERT { ?s kg:place wd:Q423 } WHERE { ?s a kg:Meet }",
    "who says so is an entity": "INSERT { ?s kg:attributedTo 'KCNA' } WHERE { ?s a kg:Meet }",
    "a statement is asserted, planned, possible or denied": """
        DELETE { ?s kg:modality ?m } INSERT { ?s kg:modality kg:rumoured } WHERE { ?s a kg:Meet ; kg:modality ?m }""",
    "a statement has one confidence between 0 and 1": """
        DELETE { ?s kg:confidence ?c } INSERT { ?s kg:confidence 1.1 } WHERE { ?s kg:confidence ?c }""",
    "a statement has at most one time, in EDTF": "INSERT { ?s kg:time '2025' } WHERE { ?s a kg:Meet }",
    "the earliest day is a date not after the latest": """
        DELETE { ?s kg:earliest ?d } INSERT { ?s kg:earliest '2025-08-15'^^xsd:date } WHERE { ?s kg:earliest ?d }""",
    "the latest day is a date": """
        DELETE { ?s kg:latest ?d } INSERT { ?s kg:latest '2025-08-14' } WHERE { ?s kg:latest ?d }""",
    "a statement has exactly one passage as evidence": """
        DELETE { ?s prov:wasDerivedFrom ?p } WHERE { ?s prov:wasDerivedFrom ?p }""",
    "each actor has its mention": "DELETE { ?s kg:actorMention ?p } WHERE { ?s kg:actorMention ?p }",
    "a passage begins before it ends": """
        DELETE { ?p nif:beginIndex ?b } INSERT { ?p nif:beginIndex 99 } WHERE { ?p a nif:Sentence ; nif:beginIndex ?b }""",
    "a passage ends once": "INSERT { ?p nif:endIndex 99 } WHERE { ?p a nif:Sentence }",
    "a passage has its words": "DELETE { ?p nif:anchorOf ?w } WHERE { ?p a nif:Phrase ; nif:anchorOf ?w }",
    "a passage stands in one document": """
        DELETE { ?p nif:referenceContext ?d } WHERE { ?p a nif:Sentence ; nif:referenceContext ?d }""",
    "a document has one id": "INSERT { ?d dcterms:identifier 'd9' } WHERE { ?d a kg:Document }",
    "a document has one graph": "DELETE { ?d kg:inGraph ?g } WHERE { ?d kg:inGraph ?g }",
    "a document has at most one title": "INSERT { ?d dcterms:title 'Other' } WHERE { ?d a kg:Document }",
    "a document has at most one date": "INSERT { ?d dcterms:issued 'yesterday' } WHERE { ?d a kg:Document }",
    "an entity has exactly one type": "INSERT { wd:Q7747 a kg:Group } WHERE {}",
    "an entity has exactly one name": "DELETE { wd:Q7747 rdfs:label ?n } WHERE { wd:Q7747 rdfs:label ?n }",
}
"""A change that breaks each rule, by the message that the rule gives."""


@pytest.fixture
def graph(store: Store) -> Graph:
    """What a good document says."""
    return store.graph_of("d1")


def test_a_good_document_conforms(graph: Graph) -> None:
    assert validate(graph) == []


@pytest.mark.parametrize("message", DAMAGES)
def test_each_rule_refuses_what_breaks_it(graph: Graph, message: str) -> None:
    graph.update(DAMAGES[message], initNs=NAMESPACES)
    assert any(problem.endswith(f": {message}") for problem in validate(graph))


def test_each_rule_has_a_damage_that_breaks_it() -> None:
    assert {str(message) for message in load_graph("shapes.ttl").objects(None, SH.message)} == set(DAMAGES)


def test_each_shape_has_a_target_and_each_rule_a_message() -> None:
    shapes = load_graph("shapes.ttl")
    targets = {SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf}
    assert all(targets & set(shapes.predicates(shape)) for shape in shapes.subjects(RDF.type, SH.NodeShape))
    assert all(shapes.value(rule, SH.message) for rule in shapes.objects(None, SH.property))


def test_a_problem_names_the_node_and_the_rule(graph: Graph) -> None:
    graph.update(DAMAGES["an entity has exactly one type"], initNs=NAMESPACES)
    assert validate(graph) == ["wd:Q7747 rdf:type: an entity has exactly one type"]


def test_validating_changes_nothing(graph: Graph) -> None:
    before = set(graph)
    validate(graph)
    assert set(graph) == before


def test_right_quotes_are_no_problem() -> None:
    assert find_misquotes(MEETING, [MET]) == []
    assert find_misquotes(TREATY, [SIGN, NO_AID]) == []


def test_a_mention_must_stand_where_it_says() -> None:
    assert MET.place is not None
    moved = replace(MET, place=replace(MET.place, entity=PYONGYANG, start=0, end=9))
    assert find_misquotes(MEETING, [moved]) == [
        f"statement {moved.id} quotes 'Pyongyang', but characters 0 to 9 are 'Putin met'"
    ]


def test_evidence_must_be_of_the_document() -> None:
    other = replace(MEETING, id="d7")
    assert find_misquotes(other, [MET]) == [f"statement {MET.id} is about document d1"]
