"""Statements ↔ triples: inverse of each other for anything that a text can hold, whatever the order."""

from dataclasses import replace

import pytest
from hypothesis import given
from rdflib import PROV, RDF, RDFS, XSD, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS

from kg.model import Document, Quantity, Statement, Time
from kg.ontology import EDTF, ITSRDF, KG, NIF, SCHEMA, curie, iri
from kg.rdf import (
    document_id,
    document_iri,
    document_triples,
    from_graph,
    from_node,
    mention_triples,
    mentions_of,
    passage_iri,
    read_mentions,
    run_iri,
    shortcut_triples,
    statement_iri,
    to_graph,
    to_triples,
)
from tests.examples import KIM, MEETING, MET, NO_AID, PUTIN, SIGN, document, statement
from tests.strategies import articles, curies, words

Article = tuple[Document, list[Statement]]
WD = "http://www.wikidata.org/entity/"


@given(articles())
def test_statements_come_back_from_their_triples(article: Article) -> None:
    _, statements = article
    found = from_graph(to_graph(statements))
    assert found == sorted(statements, key=lambda one: one.sort_key)
    assert {one.id: one.confidence for one in found} == {one.id: one.confidence for one in statements}


@given(articles())
def test_statements_come_back_from_turtle(article: Article) -> None:
    _, statements = article
    text = to_graph(statements).serialize(format="ox-turtle")
    assert from_graph(Graph().parse(data=text, format="ox-turtle")) == sorted(statements, key=lambda one: one.sort_key)


@given(articles())
def test_the_order_of_statements_does_not_matter(article: Article) -> None:
    _, statements = article
    assert set(to_graph(statements[::-1])) == set(to_graph(statements))


@given(articles())
def test_a_statement_stands_at_its_own_address(article: Article) -> None:
    _, statements = article
    graph = to_graph(statements)
    assert [from_node(graph, statement_iri(one.id)) for one in statements] == statements


@given(curies)
def test_a_curie_comes_back_from_its_iri(text: str) -> None:
    assert curie(str(iri(text))) == text


@given(words)
def test_a_document_is_known_by_the_address_of_its_passages(id_: str) -> None:
    assert document_id(document_iri(id_)) == id_
    assert document_id(passage_iri(id_, 3, 7)) == id_


def test_a_passage_has_an_rfc_5147_address() -> None:
    assert str(passage_iri("3f2a", 120, 203)).endswith("/doc/3f2a#char=120,203")


def test_a_statement_is_typed_by_its_class_and_points_to_its_sentence() -> None:
    graph, node = to_graph([MET]), statement_iri(MET.id)
    sentence = passage_iri("d1", 0, len(MEETING.text))
    assert graph.value(node, RDF.type) == KG.Meet
    assert graph.value(node, PROV.wasDerivedFrom) == sentence
    assert graph.value(sentence, NIF.anchorOf) == Literal(MEETING.text)


def test_who_whom_where_and_who_says_so_are_direct_properties() -> None:
    graph, node = to_graph([MET]), statement_iri(MET.id)
    roles = (KG.actor, KG.recipient, KG.place, KG.attributedTo)
    assert [curie(str(graph.value(node, role))) for role in roles] == [
        "wd:Q7747",
        "wd:Q56226",
        "wd:Q18808",
        "kge:Media-kcna",
    ]


def test_a_mention_tells_its_words_and_its_entity() -> None:
    graph = to_graph([MET])
    phrase = graph.value(statement_iri(MET.id), KG.recipientMention)
    assert phrase is not None
    assert graph.value(phrase, NIF.anchorOf) == Literal("Kim")
    assert graph.value(phrase, ITSRDF.taIdentRef) == URIRef(WD + "Q56226")


def test_a_time_is_edtf_with_its_bounds_and_its_words() -> None:
    graph = to_graph([replace(MET, time=Time("2024-06", "last June"))])
    node = next(graph.subjects(RDF.type, KG.Meet))
    assert graph.value(node, KG.time) == Literal("2024-06", datatype=EDTF)
    assert graph.value(node, KG.earliest) == Literal("2024-06-01", datatype=XSD.date)
    assert graph.value(node, KG.latest) == Literal("2024-06-30", datatype=XSD.date)
    assert graph.value(node, KG.timeText) == Literal("last June")


def test_an_unresolved_time_keeps_only_its_words() -> None:
    times = to_triples(replace(MET, time=Time(None, "soon")))
    assert {predicate for _, predicate, _ in times if "ontology#time" in str(predicate)} == {KG.timeText}


def test_confidence_is_a_decimal_as_written() -> None:
    assert (statement_iri(MET.id), KG.confidence, Literal("0.86", datatype=XSD.decimal)) in to_graph([MET])


def test_a_quantity_has_number_unit_and_words() -> None:
    graph = to_graph([NO_AID])
    node = graph.value(statement_iri(NO_AID.id), KG.quantity)
    assert node is not None
    assert graph.value(node, SCHEMA.value) == Literal("5000.0", datatype=XSD.decimal)
    assert graph.value(node, SCHEMA.unitText) == Literal("troops")
    assert graph.value(node, RDFS.label) == Literal("5,000 troops")


def test_quantities_keep_their_order() -> None:
    several = tuple(Quantity(float(number), "drones", str(number)) for number in (12, 3, 270, 1, 2, 4, 5, 6, 7, 8, 9))
    [found] = from_graph(to_graph([replace(NO_AID, quantity=several)]))
    assert found.quantity == several


def test_statements_of_one_sentence_share_its_node() -> None:
    graph = to_graph([SIGN, NO_AID])
    assert len(set(graph.objects(None, PROV.wasDerivedFrom))) == 1


def test_a_run_is_named_where_it_is_known() -> None:
    run = run_iri("0.1.0", "en_core_web_sm 3.8.0", "3f2a")
    assert (statement_iri(MET.id), PROV.wasGeneratedBy, run) in to_graph([MET], run)
    assert (None, PROV.wasGeneratedBy, None) not in to_graph([MET])


@pytest.mark.parametrize("other", [("0.2.0", "sm", "a"), ("0.1.0", "trf", "a"), ("0.1.0", "sm", "b")])
def test_another_version_model_or_vocabulary_is_another_run(other: tuple[str, str, str]) -> None:
    assert run_iri(*other) != run_iri("0.1.0", "sm", "a")


def shortcuts(of: Statement) -> list[tuple[str, str, str]]:
    return sorted((curie(str(s)), curie(str(p)), curie(str(o))) for s, p, o in shortcut_triples(of))


def test_an_asserted_statement_gives_a_direct_edge() -> None:
    visit = statement(MEETING, "Visit", "Putin", "Pyongyang")
    assert shortcuts(visit) == [("wd:Q7747", "kg:visited", "wd:Q18808")]


def test_a_symmetric_statement_gives_edges_both_ways() -> None:
    assert shortcuts(MET) == [("wd:Q56226", "kg:met", "wd:Q7747"), ("wd:Q7747", "kg:met", "wd:Q56226")]


@pytest.mark.parametrize("modality", ["planned", "possible", "denied"])
def test_what_is_not_asserted_gives_no_direct_edge(modality: str) -> None:
    assert shortcuts(replace(MET, modality=modality)) == []


def test_nobody_gets_an_edge_to_himself() -> None:
    assert shortcuts(replace(MET, recipient=MET.actor)) == []


def test_a_document_is_described_without_its_text() -> None:
    node = document_iri("d1")
    graph = Graph()
    for triple in document_triples(MEETING, None):
        graph.add(triple)
    assert graph.value(node, DCTERMS.title) == Literal("Putin met Kim in Pyo")
    assert graph.value(node, DCTERMS.publisher) == Literal("Daily")
    assert graph.value(node, DCTERMS.issued) == Literal("2025-08-15", datatype=XSD.date)
    assert graph.value(node, NIF.endIndex) == Literal(len(MEETING.text))
    assert graph.value(node, KG.inGraph) == iri("g:d1")
    assert Literal(MEETING.text) not in set(graph.objects())


def test_a_document_of_which_nothing_is_known_claims_nothing() -> None:
    bare = Document("d1", "Putin met Kim.")
    told = {predicate for _, predicate, _ in document_triples(bare, None)}
    assert not told & {DCTERMS.title, DCTERMS.publisher, DCTERMS.issued, SCHEMA.url, KG.dateInferred}


def test_other_text_changes_the_hash_of_a_document() -> None:
    other = replace(MEETING, text=MEETING.text.replace("met", "saw"))
    assert set(document_triples(other, None)) != set(document_triples(MEETING, None))


def test_the_words_for_an_entity_are_kept_by_document() -> None:
    graph = to_graph([MET])
    for triple in mention_triples("d1", [(PUTIN, ["Putin", "he"]), (KIM, ["Kim"])]):
        graph.add(triple)
    assert read_mentions(graph, "d1") == [(KIM, ["Kim"]), (PUTIN, ["Putin", "he"])]


def test_the_entities_of_statements_come_with_all_their_words_once() -> None:
    of = document("Putin met Kim.")
    found = mentions_of([statement(of, "Meet", "Putin", "Kim"), statement(of, "Praise", "Kim", "Putin")])
    assert found == [(KIM, ["Kim"]), (PUTIN, ["Putin"])]
