"""What the shapes refuse: one damaged graph for each rule, by pyshacl over a document and by SPARQL over a whole store."""

from dataclasses import replace

import pytest
from rdflib import RDF, Graph
from rdflib.namespace import SH

from kg.model import Evidence
from kg.ontology import NAMESPACES, load_graph
from kg.store import Store, open_store
from kg.validation import checks, find_misquotes, validate
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
    "a statement comes from at most one run": "INSERT { ?s prov:wasGeneratedBy run:a, run:b } WHERE { ?s a kg:Meet }",
    "a statement has at most one trigger, a passage": "INSERT { ?s kg:trigger doc:d1 } WHERE { ?s a kg:Meet }",
    "each recipient has its mention": "DELETE { ?s kg:recipientMention ?p } WHERE { ?s kg:recipientMention ?p }",
    "the place has its mention": "DELETE { ?s kg:placeMention ?p } WHERE { ?s kg:placeMention ?p }",
    "who says so has a mention": "DELETE { ?s kg:attributionMention ?p } WHERE { ?s kg:attributionMention ?p }",
    "each actor has its mention": "DELETE { ?s kg:actorMention ?p } WHERE { ?s kg:actorMention ?p }",
    "a passage begins before it ends": """
        DELETE { ?p nif:beginIndex ?b } INSERT { ?p nif:beginIndex 99 } WHERE { ?p a nif:Sentence ; nif:beginIndex ?b }""",
    "a passage ends once": "INSERT { ?p nif:endIndex 99 } WHERE { ?p a nif:Sentence }",
    "a passage has its words": "DELETE { ?p nif:anchorOf ?w } WHERE { ?p a nif:Phrase ; nif:anchorOf ?w }",
    "a passage stands in one document": """
        DELETE { ?p nif:referenceContext ?d } WHERE { ?p a nif:Sentence ; nif:referenceContext ?d }""",
    "a document has one id": "INSERT { ?d dcterms:identifier 'd9' } WHERE { ?d a kg:Document }",
    "a document has one graph": "DELETE { ?d kg:inGraph ?g } WHERE { ?d kg:inGraph ?g }",
    "a passage lies inside its document": """
        DELETE { ?d nif:endIndex ?e } INSERT { ?d nif:endIndex 20 } WHERE { ?d a kg:Document ; nif:endIndex ?e }""",
    "a document has at most one title": "INSERT { ?d dcterms:title 'Other' } WHERE { ?d a kg:Document }",
    "a document has at most one date": "INSERT { ?d dcterms:issued 'yesterday' } WHERE { ?d a kg:Document }",
    "an entity has exactly one type": "INSERT { wd:Q7747 a kg:Group } WHERE {}",
    "an entity has exactly one name": "DELETE { wd:Q7747 rdfs:label ?n } WHERE { wd:Q7747 rdfs:label ?n }",
}
"""A change to a document that breaks each rule, by the message that the rule gives."""
STORE_DAMAGES = {
    "the type of a statement is one of the ontology's": """
        DELETE { ?s a kg:Meet } INSERT { ?s a kg:Dance } WHERE { ?s a kg:Meet }""",
    "a passage is as long as its offsets say": """
        DELETE { ?p nif:anchorOf ?w } INSERT { ?p nif:anchorOf "Putin met" } WHERE { ?p a nif:Sentence ; nif:anchorOf ?w }""",
    "a direct edge has a statement that asserts it": """
        DELETE { ?s kg:modality kg:asserted } INSERT { ?s kg:modality kg:denied } WHERE { ?s a kg:Meet }""",
}
"""A change to a whole graph that breaks each rule for it."""


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


@pytest.mark.parametrize(("file", "damages"), [("shapes.ttl", DAMAGES), ("store-shapes.ttl", STORE_DAMAGES)])
def test_each_rule_has_a_damage_that_breaks_it(file: str, damages: dict[str, str]) -> None:
    assert {str(message) for message in load_graph(file).objects(None, SH.message)} == set(damages)


@pytest.fixture(scope="module")
def ontology() -> Graph:
    """The ontology as it stands in a store."""
    return load_graph("kg.ttl", "plover.ttl")


def damaged(graph: Graph, damage: str) -> Store:
    """A store of the damaged document, as if it were the only one, with its direct edge."""
    graph.update("INSERT { ?a kg:met ?b . ?b kg:met ?a } WHERE { ?s kg:actor ?a ; kg:recipient ?b }", initNs=NAMESPACES)
    graph.update(damage, initNs=NAMESPACES)
    store = open_store()
    for triple in graph:
        store.dataset.default_graph.add(triple)
    return store


@pytest.mark.parametrize("message", [None, *DAMAGES, *STORE_DAMAGES])
def test_sparql_and_shacl_say_the_same_of_a_whole_graph(graph: Graph, ontology: Graph, message: str | None) -> None:
    damage = (DAMAGES | STORE_DAMAGES)[message] if message else "DELETE { ?s a ?s } WHERE {}"
    with damaged(graph, damage) as store:
        by_sparql = {problem for _, problems in store.check() for problem in problems}
    by_shacl = set(validate(graph + ontology, whole=True))
    assert by_sparql == by_shacl
    assert any(problem.endswith(f": {message}") for problem in by_sparql) == (message is not None)


def test_a_constraint_becomes_one_query() -> None:
    shapes = load_graph("shapes.ttl") + load_graph("store-shapes.ttl")
    constraints = [
        (rule, constraint)
        for rule in shapes.objects(None, SH.property)
        for constraint in shapes.predicates(rule)
        if constraint not in (SH.path, SH.message)
    ]
    assert len(checks()) == len(constraints) + len(list(shapes.objects(None, SH.sparql)))


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


def test_a_trigger_must_stand_where_it_says() -> None:
    moved = replace(MET, trigger=Evidence("d1", 0, 3, "met"))
    assert find_misquotes(MEETING, [moved]) == [f"statement {moved.id} quotes 'met', but characters 0 to 3 are 'Put'"]


def test_evidence_must_be_of_the_document() -> None:
    other = replace(MEETING, id="d7")
    assert find_misquotes(other, [MET]) == [f"statement {MET.id} is about document d1"]
