"""The ontology beside SEM, schema.org, ORG, PROV and OWL-Time: a reasoner finds no contradiction, and would find one.

OWL 2 RL over the ontology, the facts of `vocabularies.ttl`, and the graph of an article.
"""

from importlib.util import find_spec
from pathlib import Path

import pytest
from owlrl import OWLRL_Semantics
from rdflib import RDF, RDFS, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, ORG, OWL, PROV, SDO, SKOS, TIME

from kg.ontology import KG, NAMESPACES, SCHEMA, load_graph, types
from kg.rdf import statement_iri
from kg.store import Store, open_store
from tests.examples import MEETING, MET, NO_AID, SIGN, TREATY

SEM = Namespace("http://semanticweb.cs.vu.nl/2009/11/sem/")
FACTS = Path(__file__).with_name("vocabularies.ttl")
OTHERS = {str(SEM): "sem", str(SCHEMA): "schema", str(ORG): "org", str(PROV): "prov", str(TIME): "time"}
WD = Namespace(NAMESPACES["wd"])


def vocabulary() -> Graph:
    """The axioms of the ontology and of the vocabularies beside it, without what is only for people."""
    graph, whole = Graph().parse(FACTS), load_graph("kg.ttl", "plover.ttl")
    notes = set(whole.subjects(RDF.type, OWL.AnnotationProperty))
    for subject, predicate, value in whole:
        told = str(predicate).startswith((str(SKOS), str(DCTERMS))) or predicate in notes | {RDFS.label}
        if not told and value not in (SKOS.Concept, OWL.AnnotationProperty):
            graph.add((subject, predicate, value))
    return graph


def close(graph: Graph) -> list[str]:
    """What the reasoner says is wrong, after the graph was given all that follows from it."""
    reasoner = OWLRL_Semantics(graph, axioms=False, daxioms=False, rdfs=False)
    reasoner.closure()
    return [str(message) for message in reasoner.error_messages]


@pytest.fixture(scope="module")
def closed(seeds_path: Path) -> tuple[Graph, list[str]]:
    """All that follows from the ontology, a real article and two made ones, and what is wrong with it."""
    graph = vocabulary()
    with open_store(seeds_path, read_only=True) as seeds:
        add(graph, seeds, seeds.document_ids()[0])
    with open_store() as store:
        store.add(MEETING, [MET])
        store.add(TREATY, [SIGN, NO_AID])
        add(graph, store, "d1", "d2")
    return graph, close(graph)


def add(graph: Graph, store: Store, *document_ids: str) -> None:
    """Adds what the documents say, and the direct edges of the store."""
    for id_ in document_ids:
        graph += store.graph_of(id_)
    for type_ in types().values():
        for actor, recipient in store.dataset.default_graph.subject_objects(type_.shortcut):
            graph.add((actor, type_.shortcut, recipient))


def test_nothing_contradicts(closed: tuple[Graph, list[str]]) -> None:
    graph, errors = closed
    assert errors == []
    assert list(graph.subjects(RDF.type, OWL.Nothing)) == []


def test_the_closure_is_no_empty_promise(closed: tuple[Graph, list[str]]) -> None:
    graph, _ = closed
    met = statement_iri(MET.id)
    for class_ in (SEM.Event, SEM.Core, PROV.Entity, KG.Statement, KG.Event):
        assert (met, RDF.type, class_) in graph
    assert (WD.Q159, RDF.type, SCHEMA.Place) in graph
    assert (URIRef(NAMESPACES["kge"] + "Media-kcna"), RDF.type, PROV.Agent) in graph
    assert (met, SEM.hasEarliestBeginTimeStamp, None) in graph


def test_no_class_is_empty(closed: tuple[Graph, list[str]]) -> None:
    graph, _ = closed
    assert list(graph.subjects(RDFS.subClassOf, OWL.Nothing)) in ([], [OWL.Nothing])


@pytest.mark.parametrize(
    "wrong",
    [
        (statement_iri(MET.id), RDF.type, PROV.Activity),
        (statement_iri(MET.id), KG.modality, KG.planned),  # owlrl 7 forgets the last of those that are different
        (WD.Q7747, KG.actor, WD.Q159),  # who acts is no statement
        (WD.Q7747, OWL.sameAs, WD.Q159),
    ],
)
def test_what_contradicts_is_found(store: Store, wrong: tuple[URIRef, URIRef, URIRef]) -> None:
    graph = vocabulary()
    add(graph, store, "d1")
    graph.add((WD.Q159, RDF.type, KG.Country))
    graph.add(wrong)
    assert close(graph) != []


def matched() -> set[URIRef]:
    """The terms of other vocabularies that the ontology names."""
    nodes = {node for triple in load_graph("kg.ttl") for node in triple if isinstance(node, URIRef)}
    return {node for node in nodes if str(node).startswith(tuple(OTHERS))}


def test_each_of_the_vocabularies_is_aligned_to() -> None:
    found = {name for base, name in OTHERS.items() for node in matched() if str(node).startswith(base)}
    assert found == set(OTHERS.values())


def test_the_terms_of_others_exist() -> None:
    newer = {SCHEMA.PoliticalParty}  # rdflib's list of schema.org's terms is older
    for node in matched() - newer:
        for base, terms in ((str(SCHEMA), SDO), (str(ORG), ORG), (str(PROV), PROV), (str(TIME), TIME)):
            if str(node).startswith(base):
                assert str(node).removeprefix(base) in terms, node


def test_the_facts_of_prov_are_those_of_its_text() -> None:
    pylode = find_spec("pylode")
    text = Path(str(pylode.origin)).with_name("rdf") / "prov.ttl" if pylode else Path("none")
    if not text.is_file():
        pytest.skip("needs a pylode that carries the text of PROV-O")
    prov = Graph().parse(text)
    facts = [triple for triple in Graph().parse(FACTS) if str(triple[0]).startswith(str(PROV))]
    assert len(facts) > 4
    assert [triple for triple in facts if triple not in prov] == []


def test_literals_of_the_examples_have_their_types(closed: tuple[Graph, list[str]]) -> None:
    graph, _ = closed
    ill_typed = [value for value in graph.objects() if isinstance(value, Literal) and value.ill_typed]
    assert ill_typed == []
