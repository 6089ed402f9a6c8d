"""The vocabulary: the closed list of types, PLOVER and CAMEO, triggers and their frames."""

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from rdflib import RDF, RDFS, Graph, URIRef
from rdflib.namespace import OWL, SKOS

from kg import ontology
from kg.errors import VocabularyError
from kg.ontology import (
    CLASS,
    EVENT,
    KG,
    MODALITIES,
    NAMESPACES,
    PLOVER,
    RELATION,
    actor_types,
    entity_types,
    head_nouns,
    load_graph,
    place_types,
    role_nouns,
    triggers,
    type_names,
    types,
    words,
)
from kg.resources import resource

TYPES = Path(__file__).with_name("types.csv")
EVENTS = [name for name, type_ in types().items() if type_.kind == EVENT]
RELATIONS = [name for name, type_ in types().items() if type_.kind == RELATION]
FILES = sorted(path.name for path in resource("ontology").glob("*.ttl"))
EXTENSIONS = {"POLITICS", "ECONOMY"}
"""The event types that kg adds to PLOVER's own."""


def rows(path: Path) -> list[tuple[str, str, str, str]]:
    """Kind, type, PLOVER type and symmetry of each type in the list."""
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["kind"], row["type"], row["plover"], row["symmetric"]) for row in csv.DictReader(file)]


def ours() -> set[tuple[str, str, str, str]]:
    found = types().values()
    return {(one.kind, one.name, one.plover or "", "yes" if one.symmetric else "no") for one in found}


# --- the closed list ---


def test_the_types_are_those_of_the_list() -> None:
    listed = {(kind, name, plover, symmetric or "no") for kind, name, plover, symmetric in rows(TYPES)}
    assert ours() == listed


def test_the_list_is_that_of_the_contract(shared: Path) -> None:
    assert rows(TYPES) == rows(shared / "contract" / "types.csv")


def test_the_list_is_long() -> None:
    assert (len(EVENTS), len(RELATIONS)) == (58, 14)


@pytest.mark.parametrize("name", types())
def test_a_type_has_label_meaning_example_and_verb(name: str) -> None:
    type_ = types()[name]
    assert type_.label and type_.verb
    assert type_.meaning.endswith(".")
    assert len(type_.example.split()) >= 3


@pytest.mark.parametrize("name", types())
def test_a_type_is_a_class_and_its_shortcut_a_property(name: str) -> None:
    graph, type_ = load_graph("kg.ttl"), types()[name]
    assert (type_.iri, RDF.type, OWL.Class) in graph
    assert (type_.shortcut, RDF.type, OWL.ObjectProperty) in graph
    assert ((type_.shortcut, RDF.type, OWL.SymmetricProperty) in graph) == type_.symmetric


def test_each_type_has_a_shortcut_of_its_own() -> None:
    assert len({type_.shortcut for type_ in types().values()}) == len(types())
    assert len(type_names()) == len(types())


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_type_has_its_plover_type_and_quad_class(name: str) -> None:
    type_ = types()[name]
    assert type_.plover
    assert (type_.quad in (1, 2, 3, 4)) or type_.plover in EXTENSIONS


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_type_has_triggers(name: str) -> None:
    assert any(trigger.type == name for trigger in triggers())


@pytest.mark.parametrize("name", RELATIONS)
def test_a_relation_joins_known_types_of_entities(name: str) -> None:
    type_ = types()[name]
    assert type_.plover is None
    assert type_.subjects and type_.objects
    assert type_.subjects | type_.objects <= set(entity_types())


@pytest.mark.parametrize("name", entity_types())
def test_an_entity_type_has_label_definition_and_example(name: str) -> None:
    graph, node = load_graph("kg.ttl"), entity_types()[name]
    assert all(graph.value(node, predicate) for predicate in (RDFS.label, SKOS.definition, SKOS.example))
    assert str(graph.value(node, SKOS.notation)) == name


def test_the_entity_types_are_those_of_the_contract() -> None:
    names = (
        "Person Country Region City Location Facility Government Military ArmedGroup Party Company Media"
        " InternationalOrganization Organization Agreement NamedEvent Equipment Group"
    )
    assert set(entity_types()) == set(names.split())


def test_countries_act_and_are_places() -> None:
    assert "Country" in actor_types() & place_types()
    assert "City" not in actor_types()
    assert "Person" not in place_types()


def test_the_modalities_are_four() -> None:
    named = set(load_graph("kg.ttl").subjects(RDF.type, KG.Modality))
    assert named == {KG[name] for name in MODALITIES}


# --- PLOVER and CAMEO ---


def concepts(scheme: str) -> dict[str, URIRef]:
    """The concepts of a scheme by the last part of their IRI."""
    graph, base = load_graph("plover.ttl"), NAMESPACES[scheme]
    found = graph.subjects(SKOS.inScheme, URIRef(base.rstrip("/")))
    return {str(node)[len(base) :]: URIRef(str(node)) for node in found}


@pytest.fixture(scope="module")
def facts(shared: Path) -> dict[str, Any]:
    """PLOVER's and CAMEO's own tables."""
    read: dict[str, Any] = json.loads((shared / "data" / "plover_cameo_facts.json").read_text(encoding="utf-8"))
    return read


def narrower(parents: Iterable[str]) -> dict[str, set[str]]:
    graph = load_graph("plover.ttl")
    return {
        parent: {str(graph.value(node, SKOS.notation)) for node in graph.subjects(SKOS.broader, PLOVER[parent])}
        for parent in parents
    }


def test_each_concept_has_a_notation_and_a_label() -> None:
    graph = load_graph("plover.ttl")
    nodes = [*concepts("plover").values(), *concepts("cameo").values()]
    assert len(nodes) > 300
    assert all(graph.value(node, SKOS.notation) and graph.value(node, SKOS.prefLabel) for node in nodes)


def test_the_plover_types_have_their_quad_class_and_score() -> None:
    graph = load_graph("plover.ttl")
    tops = {name for name in concepts("plover") if "-" not in name} - EXTENSIONS
    facts = [graph.value(PLOVER[name], predicate) for name in tops for predicate in (KG.quad, KG.score)]
    assert len(tops) == 16
    assert None not in facts


def test_the_quad_classes_are_plovers(facts: dict[str, Any]) -> None:
    graph = load_graph("plover.ttl")
    for quad, names in facts["plover_quad"].items():
        assert {str(graph.value(PLOVER[name], KG.quad)) for name in names} == {quad}


def test_the_modes_are_plovers(facts: dict[str, Any]) -> None:
    modes = {name: set(listed) for name, listed in facts["plover_modes"].items()}
    assert narrower(modes) == modes


def test_the_scores_are_plovers_but_for_the_printing_error(facts: dict[str, Any]) -> None:
    graph = load_graph("plover.ttl")
    scores = {name: float(str(graph.value(PLOVER[name], KG.score))) for name in facts["plover_scores_manual_table"]}
    assert scores == facts["plover_scores_manual_table"] | {"ACCUSE": -3}


def test_the_cameo_codes_lead_to_their_plover_types(facts: dict[str, Any]) -> None:
    graph, codes = load_graph("plover.ttl"), concepts("cameo")
    expected = {code: row["event"] for code, row in facts["cameo_code_to_plover_2021"].items() if row["event"]}
    found = {code: graph.value(codes[code], SKOS.broadMatch) for code in expected}
    assert found == {code: PLOVER[name] for code, name in expected.items()}


def test_the_twenty_cameo_roots_are_there() -> None:
    assert {f"{number:02}" for number in range(1, 21)} <= set(concepts("cameo"))


def test_the_nearest_cameo_codes_of_the_types_exist() -> None:
    assert {type_.cameo for type_ in types().values() if type_.cameo} <= set(concepts("cameo"))


# --- triggers and words ---


def test_each_trigger_has_words_positions_and_a_likely_prior() -> None:
    for trigger in triggers():
        assert trigger.words and all(word for word in trigger.words), trigger
        assert trigger.actor, trigger
        assert 0 < trigger.prior <= 1, trigger
        assert trigger.pos in ("VERB", "NOUN", "ADJ"), trigger


def test_each_frame_that_a_trigger_names_is_defined() -> None:
    graph = load_graph("triggers.ttl")
    named, defined = set(graph.objects(None, KG.frame)), set(graph.subjects(RDF.type, KG.Frame))
    assert named <= defined
    assert all(graph.value(frame, KG.actorAt) and graph.value(frame, KG.recipientAt) for frame in defined)


def test_each_class_of_words_that_a_trigger_names_has_words() -> None:
    named = {str(node)[len(CLASS) :] for node in load_graph("triggers.ttl").objects(None, KG.about)}
    assert named
    assert all(words(name) for name in named)


def test_the_mode_of_a_trigger_is_one_of_plovers() -> None:
    used = {trigger.mode for trigger in triggers() if trigger.mode}
    assert used <= set().union(*narrower({str(type_.plover) for type_ in types().values()}).values())


def test_words_that_head_a_mention_name_known_types() -> None:
    assert {type_ for found in head_nouns().values() for type_ in found} <= set(entity_types())


def test_nouns_of_office_state_relations() -> None:
    assert {name for found in role_nouns().values() for name in found} <= set(RELATIONS)
    assert "headOfGovernment" in role_nouns()["prime minister"]


def test_an_unknown_class_of_words_is_one_sentence() -> None:
    with pytest.raises(VocabularyError, match="has no words for class:none"):
        words("none")


# --- files ---


@pytest.mark.parametrize("name", FILES)
def test_the_turtle_is_read_by_two_parsers(name: str) -> None:
    text = resource("ontology", name).read_text(encoding="utf-8")
    assert len(Graph().parse(data=text, format="turtle")) == len(load_graph(name)) > 0


def test_each_prefix_of_the_files_means_what_it_means_in_queries() -> None:
    declared = [line.split() for name in FILES for line in resource("ontology", name).read_text("utf-8").splitlines()]
    prefixes = {(row[1].rstrip(":"), row[2].strip("<>")) for row in declared if row[:1] == ["@prefix"]}
    assert {(prefix, iri) for prefix, iri in prefixes if NAMESPACES.get(prefix, iri) != iri} == set()


def test_malformed_turtle_names_file_and_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bad.ttl").write_text("@prefix kg: <http://example.org/> .\nkg:a kg:b \n", encoding="utf-8")
    monkeypatch.setattr(ontology, "resource", lambda *parts: tmp_path / parts[-1])
    with pytest.raises(VocabularyError, match=r"bad\.ttl is not valid Turtle: .* line \d+"):
        load_graph("bad.ttl")
