"""Each form of the graph, opened by what reads it: PyLD, Oxigraph, networkx, FollowTheMoney's schemata, Neo4j's rules."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import networkx as nx
import pyoxigraph
import pytest
from pyld import jsonld
from rdflib import RDF

from kg.cli import ExportFormat
from kg.exchange import FORMATS, export, write
from kg.exchange.jsonld import compact, context
from kg.exchange.neo4j import HEADERS, NODES
from kg.model import Mention, Time
from kg.ontology import KG, NAMESPACES, load_graph
from kg.rdf import graph_iri, statement_iri
from kg.sorting import in_order
from kg.store import Store, open_store
from tests.examples import KCNA, KIM, MEETING, MET, NO_AID, SIGN, TREATY, document, statement

Record = dict[str, Any]
TRIG, N_QUADS = pyoxigraph.RdfFormat.TRIG, pyoxigraph.RdfFormat.N_QUADS


def exported(store: Store, format: str) -> bytes:
    file = io.BytesIO()
    write(store, format, file)
    return file.getvalue()


def quads(text: bytes, format: pyoxigraph.RdfFormat = N_QUADS) -> set[pyoxigraph.Quad]:
    return set(pyoxigraph.parse(text, format=format))


@pytest.fixture
def hostile() -> Iterator[Store]:
    """A graph whose texts break whoever writes formats by hand."""
    text = 'Putin\x0b met\x00 Kim "in" <Pyongyang> & said;\r\n\\,\u2028 KCNA \U0001f1f0'
    of = document(text, "d/1 %#\x1f", title='";\n<b>', url="https://example.org/?a=b&c;d", source="A; \x02")
    met = statement(of, "Meet", "Putin", "Kim", place="Pyongyang", attribution="KCNA", topic="\x01]]>&amp;")
    odd = replace(KIM, id="kge:Person-\x07 ’", name="\ufffeKim\x1b")
    met = replace(met, recipient=(Mention(odd, "Kim", text.index("Kim"), text.index("Kim") + 3),))
    with open_store() as store:
        store.add(of, [met])
        yield store


# --- all ---


def test_the_command_offers_all_formats() -> None:
    assert [format.value for format in ExportFormat] == list(FORMATS)


@pytest.mark.parametrize("format", FORMATS)
def test_equal_graphs_give_equal_bytes(store: Store, tmp_path: Path, format: str) -> None:
    with open_store() as other:
        other.add(TREATY, [NO_AID, SIGN])
        other.add(MEETING, [MET])
        for name, graph in (("one", store), ("two", other)):
            export(graph, format, tmp_path / name)
    one, two = (tmp_path / name for name in ("one", "two"))
    pairs = [(one, two)] if one.is_file() else [(path, two / path.name) for path in sorted(one.iterdir())]
    assert pairs
    assert all(left.read_bytes() == right.read_bytes() != b"" for left, right in pairs)


@pytest.mark.parametrize("format", [name for name in FORMATS if name != "neo4j"])
def test_an_empty_graph_is_written_too(format: str) -> None:
    with open_store() as store:
        exported(store, format)


def test_quads_are_in_the_same_order_however_few_are_sorted_at_once(store: Store) -> None:
    [*all_of_them] = store.quads()
    named = [quad for quad in all_of_them if quad.graph_name != pyoxigraph.DefaultGraph()]
    one = [quad for quad in named if quad.graph_name == named[0].graph_name]
    assert list(in_order(reversed(one), at_once=7)) == one == sorted(one, key=str)


# --- JSON-LD ---


@cache
def read_jsonld(text: bytes) -> list[Record]:
    nodes: list[Record] = json.loads(text)["graph"]
    return nodes


def in_graph(store: Store, document_id: str) -> list[Record]:
    """The nodes of the graph of a document."""
    nodes = {node["id"]: node for node in read_jsonld(exported(store, "jsonld"))}
    graph: list[Record] = nodes[f"g:{document_id}"]["graph"]
    return graph


def test_a_statement_reads_well_in_json(store: Store) -> None:
    [node] = [one for one in in_graph(store, "d1") if one["id"] == f"s:{MET.id}"]
    shown = {key: node[key] for key in ("type", "actor", "recipient", "place", "modality", "time", "earliest", "topic")}
    assert shown == {
        "type": "Meet",
        "actor": ["wd:Q7747"],
        "recipient": ["wd:Q56226"],
        "place": "wd:Q18808",
        "modality": "asserted",
        "time": "2025-08-14",
        "earliest": "2025-08-14",
        "topic": "their treaty",
    }
    assert node["evidence"] == {
        "id": "https://w3id.org/geokg/doc/d1#char=0,50",
        "type": "Sentence",
        "start": 0,
        "end": 50,
        "text": MEETING.text,
        "document": "doc:d1",
    }


def test_evidence_stands_in_the_first_statement_that_has_it(store: Store) -> None:
    evidence = [node["evidence"] for node in in_graph(store, "d2") if "evidence" in node]
    assert sorted(type(one).__name__ for one in evidence) == ["dict", "str"]


def test_entities_have_their_names_and_types(store: Store) -> None:
    assert {"id": "wd:Q7747", "type": "Person", "name": "Vladimir Putin", "met": {"id": "wd:Q56226"}} in read_jsonld(
        exported(store, "jsonld")
    )


@pytest.mark.parametrize("graph", ["store", "hostile"])
def test_another_reader_finds_the_same_quads_in_json(graph: str, request: pytest.FixtureRequest) -> None:
    store: Store = request.getfixturevalue(graph)
    found = jsonld.to_rdf(json.loads(exported(store, "jsonld")), {"format": "application/n-quads"})
    assert quads(found.encode()) == quads(exported(store, "nquads"))


def test_the_context_knows_the_prefixes_of_queries() -> None:
    assert {prefix: context().get(prefix) for prefix in NAMESPACES} == NAMESPACES


def test_the_context_gives_labels_of_the_ontology_by_language() -> None:
    engine = pyoxigraph.Store()
    engine.bulk_extend(
        pyoxigraph.Quad(
            pyoxigraph.NamedNode(KG.Meet), pyoxigraph.NamedNode(str(p)), pyoxigraph.Literal(str(o), language="en")
        )
        for p, o in load_graph("kg.ttl").predicate_objects(KG.Meet)
        if getattr(o, "language", None) == "en"
    )
    [node] = compact(engine)
    assert node["label"] == {"en": "meet"}
    assert node["example"] == {"en": "Putin met Kim in Vladivostok."}


# --- RDF 1.2 ---


def reified(store: Store) -> set[pyoxigraph.Quad]:
    return {quad for quad in quads(exported(store, "rdf12"), TRIG) if quad.predicate.value == f"{RDF}reifies"}


def edge(actor: str, name: str, recipient: str) -> pyoxigraph.Triple:
    nodes = (NAMESPACES["wd"] + actor, str(KG[name]), NAMESPACES["wd"] + recipient)
    return pyoxigraph.Triple(*map(pyoxigraph.NamedNode, nodes))


def test_a_statement_reifies_the_edge_that_it_tells_of(store: Store) -> None:
    found = {quad.object for quad in reified(store) if quad.subject == pyoxigraph.NamedNode(statement_iri(MET.id))}
    assert found == {edge("Q7747", "met", "Q56226"), edge("Q56226", "met", "Q7747")}


def test_a_reifier_stands_in_the_graph_of_its_document(store: Store) -> None:
    graphs = {quad.graph_name for quad in reified(store)}
    assert graphs == {pyoxigraph.NamedNode(graph_iri(id_)) for id_ in ("d1", "d2")}


def test_what_is_denied_is_reified_but_no_edge(store: Store) -> None:
    aid = edge("Q159", "gaveMilitaryAidTo", "Q423")
    found = quads(exported(store, "rdf12"), TRIG)
    assert any(quad.object == aid and quad.subject == pyoxigraph.NamedNode(statement_iri(NO_AID.id)) for quad in found)
    assert not any(quad.predicate == aid.predicate for quad in found)


def test_without_reifiers_it_is_the_plain_graph(store: Store) -> None:
    assert quads(exported(store, "rdf12"), TRIG) - reified(store) == quads(exported(store, "nquads"))


def test_reifiers_can_be_asked_for_in_sparql(store: Store) -> None:
    engine = pyoxigraph.Store()
    engine.bulk_load(exported(store, "rdf12"), TRIG)
    query = "SELECT ?modality { GRAPH ?g { ?s rdf:reifies <<( wd:Q159 kg:signedAgreementWith wd:Q423 )>> ; kg:modality ?modality } }"
    rows: Any = engine.query(query, prefixes=NAMESPACES)
    assert [row["modality"].value for row in rows] == [str(KG.planned)]


# --- Networks ---

READERS: dict[str, Callable[[Any], Any]] = {"graphml": nx.read_graphml, "gexf": nx.read_gexf}


@pytest.mark.parametrize("format", READERS)
def test_networkx_reads_the_network_back(store: Store, format: str) -> None:
    graph = READERS[format](io.BytesIO(exported(store, format)))
    assert set(graph) == {"wd:Q7747", "wd:Q56226", "wd:Q159", "wd:Q423"}
    assert {(data["event"], data["modality"]) for _, _, data in graph.edges(data=True)} == {
        ("Meet", "asserted"),
        ("SignAgreement", "planned"),
        ("MilitaryAid", "denied"),
    }
    assert (graph.nodes["wd:Q159"]["label"], graph.nodes["wd:Q159"]["country"]) == ("Russia", "RU")


@pytest.mark.parametrize("format", READERS)
def test_texts_that_xml_cannot_hold_do_not_break_it(hostile: Store, format: str) -> None:
    graph = READERS[format](io.BytesIO(exported(hostile, format)))
    assert graph.number_of_edges() == 1
    assert "\ufffdKim\ufffd" in {data["label"] for _, data in graph.nodes(data=True)}


def test_an_edge_of_gexf_is_there_on_the_days_it_tells_of(store: Store) -> None:
    store.add(
        document("Putin met Kim.", "d3"),
        [statement(document("Putin met Kim.", "d3"), "Meet", "Putin", "Kim", time=Time("2019-04", "in April 2019"))],
    )
    text = exported(store, "gexf").decode()
    assert 'mode="dynamic"' in text and 'timeformat="date"' in text
    assert '<spell start="2019-04-01" end="2019-04-30" />' in text
    assert '<spell start="2025-08-14" end="2025-08-14" />' in text


def test_an_edge_counts_its_statements(store: Store) -> None:
    graph = nx.read_graphml(io.BytesIO(exported(store, "graphml")))
    [meeting] = [data for _, _, data in graph.edges(data=True) if data["event"] == "Meet"]
    assert (meeting["weight"], meeting["first"], meeting["said_by"]) == (1, "2025-08-14", KCNA.name)
    assert meeting["quotes"] == MEETING.text


# --- FollowTheMoney ---

SCHEMATA: dict[str, Any] = json.loads(Path(__file__).with_name("followthemoney.json").read_text(encoding="utf-8"))[
    "schemata"
]
ENTITY_ID = re.compile(r"[0-9a-zA-Z]([0-9a-zA-Z.\-]*[0-9a-zA-Z])?")


def ftm(store: Store) -> dict[str, Record]:
    """The entities by id, in their order."""
    records = map(json.loads, exported(store, "followthemoney").splitlines())
    return {record["id"]: record for record in records}


@pytest.mark.parametrize("graph", ["store", "hostile", "seeds"])
def test_each_entity_is_what_the_schemata_ask_for(graph: str, request: pytest.FixtureRequest) -> None:
    found = ftm(request.getfixturevalue(graph))
    assert found
    for record in found.values():
        schema = SCHEMATA[record["schema"]]
        assert ENTITY_ID.fullmatch(record["id"])
        assert set(record["properties"]) <= set(schema["properties"]), record
        assert set(schema["required"]) <= set(record["properties"]), record
        for name, values in record["properties"].items():
            kind, wanted = schema["properties"][name]
            assert all(isinstance(value, str) and value for value in values)
            if kind == "entity":
                assert all(wanted in SCHEMATA[found[value]["schema"]]["isa"] for value in values), (record, wanted)


@pytest.mark.parametrize("graph", ["store", "seeds"])
def test_followthemoney_takes_each_value(graph: str, request: pytest.FixtureRequest) -> None:
    package = pytest.importorskip("followthemoney", reason="needs followthemoney: pip install followthemoney")
    for record in ftm(request.getfixturevalue(graph)).values():
        proxy = package.model.get_proxy(record, cleaned=False)
        kept = {name: sorted(values) for name, values in proxy.to_dict()["properties"].items()}
        assert kept == {name: sorted(set(values)) for name, values in record["properties"].items()}


def test_the_facts_are_those_of_the_package() -> None:
    model = pytest.importorskip("followthemoney", reason="needs followthemoney: pip install followthemoney").model
    for name, schema in SCHEMATA.items():
        assert schema["isa"] == sorted(one.name for one in model.get(name).schemata)
        properties = model.get(name).properties
        assert schema["properties"] == {
            key: [properties[key].type.name, properties[key].range.name if properties[key].range else ""]
            for key in schema["properties"]
        }


def test_an_event_has_its_parties_and_its_proof(store: Store) -> None:
    found = ftm(store)
    [event] = [record["properties"] for record in found.values() if record["schema"] == "Event"]
    assert event["name"] == ["Vladimir Putin met Kim Jong Un"]
    assert (event["involved"], event["location"], event["date"]) == (["Q7747", "Q56226"], ["Pyongyang"], ["2025-08-14"])
    assert (event["publisher"], event["sourceUrl"]) == (["Daily"], ["https://example.org/meeting"])
    assert found[event["proof"][0]]["properties"]["publishedAt"] == ["2025-08-15"]
    assert event["summary"] == [MEETING.text]


def relation(type_: str, actor: str, recipient: str, **fields: Any) -> dict[str, Record]:
    """The entities of a graph that holds one relation, by their schema."""
    of = document(f"{actor} and {recipient} and Pyongyang.")
    with open_store() as store:
        store.add(of, [statement(of, type_, actor, recipient, **fields)])
        return {record["schema"]: record["properties"] for record in ftm(store).values()}


def test_who_holds_an_office_occupies_a_position() -> None:
    found = relation("holdsOffice", "Volodin", "Russia", topic="chair of the Duma")
    assert found["Position"]["name"] == ["chair of the Duma, Russia"]
    assert found["Occupancy"]["holder"] and found["Occupancy"]["post"]


def test_what_does_not_fit_a_schema_is_another_link() -> None:
    assert relation("memberOf", "Volodin", "Kim")["UnknownLink"]["role"] == ["is a member of"]


def test_relatives_are_family() -> None:
    assert relation("relativeOf", "Putin", "Kim", topic="sister")["Family"]["relationship"] == ["sister"]


def test_what_is_not_asserted_is_no_fact(store: Store) -> None:
    assert not {f"kg-s-{one.id}" for one in (SIGN, NO_AID)} & set(ftm(store))


# --- Neo4j ---

TYPED: dict[str, Callable[[str], Any]] = {
    "int": int,
    "double": float,
    "date": lambda value: re.fullmatch(r"\d{4}-\d\d-\d\d", value) or 1 / 0,
}


def tables(store: Store, folder: Path) -> dict[str, list[dict[str, str]]]:
    export(store, "neo4j", folder)
    found = {}
    for name in HEADERS:
        with (folder / name).open(encoding="utf-8", newline="") as file:
            found[name] = list(csv.DictReader(file))
    return found


def space(header: str) -> str:
    """The space of ids that a column speaks of."""
    return header.partition("(")[2].rstrip(")")


@pytest.mark.parametrize("graph", ["store", "hostile", "seeds"])
def test_what_neo4j_imports_is_consistent(graph: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    found = tables(request.getfixturevalue(graph), tmp_path / "csv")
    ids = {}
    for name in NODES:
        column = next(header for header in HEADERS[name] if ":ID(" in header)
        rows = [row[column] for row in found[name]]
        assert len(rows) == len(set(rows)) > 0
        ids[space(column)] = set(rows)
        assert all(row[":LABEL"] for row in found[name])
    for name in set(HEADERS) - set(NODES):
        for row in found[name]:
            assert row[":TYPE"].replace("_", "").isalnum()
            for header in HEADERS[name][:2]:
                assert row[header] in ids[space(header)], (name, row)


@pytest.mark.parametrize("graph", ["store", "seeds"])
def test_typed_columns_hold_their_type(graph: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    for rows in tables(request.getfixturevalue(graph), tmp_path / "csv").values():
        for row in rows:
            for header, value in row.items():
                kind = header.partition(":")[2]
                assert not value or kind not in TYPED or TYPED[kind](value) is not None


def test_a_statement_stands_between_its_parties(store: Store, tmp_path: Path) -> None:
    found = tables(store, tmp_path)
    [met] = [row for row in found["statements.csv"] if row["id:ID(Statement)"] == MET.id]
    assert (met["type"], met["modality"], met[":LABEL"]) == ("Meet", "asserted", "Statement;Event;Meet")
    roles = {
        (row[":TYPE"], row[":END_ID(Entity)"]) for row in found["roles.csv"] if row[":START_ID(Statement)"] == MET.id
    }
    assert roles == {
        ("ACTOR", "wd:Q7747"), ("RECIPIENT", "wd:Q56226"), ("PLACE", "wd:Q18808"), ("ATTRIBUTED_TO", "kge:Media-kcna"),
    }  # fmt: skip


def test_direct_edges_are_relationships_of_their_own_type(store: Store, tmp_path: Path) -> None:
    assert [list(row.values()) for row in tables(store, tmp_path)["edges.csv"]] == [
        ["wd:Q56226", "wd:Q7747", "MET", "met"]
    ]


# --- PLOVER as JSON ---


def test_a_plover_record_in_json_has_lists_and_nulls(store: Store) -> None:
    records = {record["event_id"]: record for record in map(json.loads, exported(store, "plover-json").splitlines())}
    assert (records[SIGN.id]["actor"], records[SIGN.id]["event_date"]) == (["Russia", "North Korea"], None)
    assert (records[NO_AID.id]["auxiliary_modes"], records[MET.id]["auxiliary_modes"]) == (["negation"], [])
    assert records[MET.id]["score"] == 2.5


def test_contexts_are_those_of_plovers_table(store: Store) -> None:
    store.add(TREATY, [replace(NO_AID, cameo="0872")])
    records = [json.loads(line) for line in exported(store, "plover-json").splitlines()]
    assert [record["contexts"] for record in records] == [[], ["military"]]


def test_a_plover_record_has_the_same_fields_in_both_forms(store: Store) -> None:
    rows = csv.DictReader(io.StringIO(exported(store, "plover").decode()))
    lines = [json.loads(line) for line in exported(store, "plover-json").splitlines()]
    assert [list(row) for row in rows] == [list(line) for line in lines]
