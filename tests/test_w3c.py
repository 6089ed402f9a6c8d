"""W3C's tests of the SPARQL 1.1 Protocol, the Graph Store Protocol and the Service Description, against a real server.

The records are read from the folder that KG_W3C names, or from `../shared/data/w3c`; they are W3C's, and not part of kg.
Each says which requests to send and what to expect. kg's graphs are read-only over the Graph Store Protocol: what a record
writes is written by SPARQL Update, and what it reads is checked.
"""

import os
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from rdflib import RDF, RDFS, Graph, Namespace
from rdflib.collection import Collection
from rdflib.compare import isomorphic
from rdflib.term import Node

from kg.store import open_store
from tests.servers import Reply, Server, serving

pytest.importorskip("starlette", reason="needs the extra serve: pip install 'geokg[serve]'")

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")

FOLDER = Path(os.environ.get("KG_W3C") or Path(__file__).parents[2] / "shared" / "data" / "w3c")
EXCEPTIONS: dict[str, str] = {}
"""The records that kg does not follow, by name, each with the reason."""
TOKEN = "a secret of the tests"
STATUS = {"OK": 200, "Created": 201, "NoContent": 204, "NotFound": 404}
KINDS = {
    "boolean": {"application/sparql-results+json", "application/sparql-results+xml"},
    "tabular": {"application/sparql-results+json", "application/sparql-results+xml", "text/csv"},
    "RDF": {"text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"},
}
NEW = "http://www.example/gsp/new.ttl"
"""The graph that a server would choose for what is posted without a name."""


class Exchange(NamedTuple):
    """One request of a record with what is expected of the reply."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None
    statuses: set[str]
    boolean: bool | None
    kind: str | None
    content: str | None


class Record(NamedTuple):
    """A test: graphs that must be there, by name, and requests."""

    name: str
    graphs: dict[str, Path]
    exchanges: list[Exchange]


def read_records(path: str) -> list[Record]:
    """The tests of a manifest; none where it is not there."""
    file = FOLDER / path
    if not file.is_file():
        return []
    graph = Graph().parse(file)
    [entries] = graph.objects(None, MF.entries)
    return [_record(graph, node, file.parent) for node in Collection(graph, entries)]


def _record(graph: Graph, node: Node, folder: Path) -> Record:
    data = [
        (str(graph.value(one, RDFS.label)), graph.value(one, UT.graph)) for one in graph.objects(node, UT.graphData)
    ]
    graphs = {name: folder / str(file).rpartition("/")[2] for name, file in data}
    requests = Collection(graph, graph.value(graph.value(node, MF.action), HT.requests))  # type: ignore[arg-type]
    return Record(str(node).rpartition("#")[2], graphs, [_exchange(graph, request) for request in requests])


def _exchange(graph: Graph, node: Node) -> Exchange:
    reply = graph.value(node, HT.resp)
    boolean, kind = graph.value(reply, MF.expectedBoolean), graph.value(reply, MF.expectedFormat)
    return Exchange(
        str(graph.value(node, HT.methodName)),
        str(graph.value(node, HT.absolutePath)),
        _headers(graph, node),
        _body(graph, node),
        {str(status).rpartition("#")[2] for status in graph.objects(reply, MF.expectedStatus)},
        None if boolean is None else bool(boolean.toPython()),  # type: ignore[attr-defined]
        None if kind is None else str(kind),
        (_body(graph, reply) or b"").decode() or None if reply else None,
    )


def _headers(graph: Graph, node: Node) -> dict[str, str]:
    head = graph.value(node, HT.headers)
    found = Collection(graph, head) if head else ()
    return {str(graph.value(one, HT.fieldName)): str(graph.value(one, HT.fieldValue)) for one in found}


def _body(graph: Graph, node: Node | None) -> bytes | None:
    body = graph.value(node, HT.body)
    if body is None:
        return None
    return str(graph.value(body, CNT.chars)).encode(str(graph.value(body, CNT.characterEncoding)))


PROTOCOL = read_records("protocol/manifest.ttl")
GRAPHS = read_records("graph-store-protocol/manifest-direct.ttl") + read_records(
    "graph-store-protocol/manifest-indirect.ttl"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server over an empty graph that may be written."""
    if not FOLDER.is_dir():
        pytest.skip(f"needs W3C's records in {FOLDER}, or KG_W3C to name their folder")
    path = tmp_path_factory.mktemp("w3c") / "w3c.kg"
    open_store(path).close()
    with serving(path, "--workers", 1, "--token", TOKEN) as server:
        yield server


@pytest.mark.skipif(not FOLDER.is_dir(), reason="needs W3C's records: KG_W3C names their folder")
def test_all_records_are_read() -> None:
    assert (len(PROTOCOL), len(GRAPHS)) == (34, 13)
    assert set(EXCEPTIONS) <= {record.name for record in PROTOCOL + GRAPHS}


# --- SPARQL 1.1 Protocol ---


@pytest.mark.parametrize("record", PROTOCOL, ids=lambda record: record.name)
def test_the_protocol(server: Server, record: Record) -> None:
    if record.name in EXCEPTIONS:
        pytest.skip(EXCEPTIONS[record.name])
    for name, file in record.graphs.items():
        write(server, name, Graph().parse(file, format="nt"), empty=True)
    for exchange in record.exchanges:
        reply = send(server, exchange, exchange.path.replace("/sparql/", "/sparql", 1))
        check_status(exchange, reply)
        if exchange.kind:
            assert reply.type in KINDS[exchange.kind]
        if exchange.boolean is not None:
            assert f'"boolean": {str(exchange.boolean).lower()}' in reply.text


def send(server: Server, exchange: Exchange, path: str) -> Reply:
    """The reply to the request of a record, sent with the token."""
    headers = {**exchange.headers, "Authorization": f"Bearer {TOKEN}"}
    return server.ask(path, exchange.method, body=exchange.body, headers=headers)


def check_status(exchange: Exchange, reply: Reply) -> None:
    """Fails where the status is none of those expected, which are codes or classes of them."""
    allowed = {str(STATUS[name]) if name in STATUS else name.removeprefix("StatusCode") for name in exchange.statuses}
    assert str(reply.status) in allowed or f"{reply.status // 100}xx" in allowed, reply.text


def write(server: Server, name: str, graph: Graph, *, empty: bool) -> None:
    """Puts triples into a graph, without its old ones where `empty` says so; the default graph has no name."""
    place = f"GRAPH <{name}>" if name else ""
    clear = f"DROP SILENT {place or 'DEFAULT'} ; " if empty else ""
    triples = graph.serialize(format="nt")
    reply = server.update(
        f"{clear}INSERT DATA {{ {place} {{ {triples} }} }}" if place else f"{clear}INSERT DATA {{ {triples} }}", TOKEN
    )
    assert reply.status == 204, reply.text


# --- Graph Store Protocol ---


@pytest.mark.parametrize("record", GRAPHS, ids=lambda record: record.name)
def test_the_graphs(server: Server, record: Record) -> None:
    if record.name in EXCEPTIONS:
        pytest.skip(EXCEPTIONS[record.name])
    assert server.update("DROP ALL", TOKEN).status == 204  # each record begins with an empty store
    read = 0
    for exchange in record.exchanges:
        path = exchange.path.replace("$LOCATION$", quote(NEW, safe="")).replace("/gsp", "/graphs", 1)
        if exchange.method not in ("GET", "HEAD"):
            assert send(server, exchange, path).status == 405
            _write_as_asked(server, exchange, path)
            continue
        read += 1
        reply = send(server, exchange, path)
        check_status(exchange, reply)
        if exchange.content:
            assert reply.headers["content-type"] == "text/turtle; charset=utf-8"
            assert isomorphic(_parse(reply.text, server, path), _parse(exchange.content, server, path))
    assert read


def _write_as_asked(server: Server, exchange: Exchange, path: str) -> None:
    name = graph_name(server, path)
    if exchange.method == "DELETE":
        assert server.update(f"DROP SILENT GRAPH <{name}>", TOKEN).status == 204
        return
    content = Graph()
    for text in _parts(exchange):
        content += _parse(text, server, path)
    write(server, name, content, empty=exchange.method == "PUT")


def graph_name(server: Server, path: str) -> str:
    """The IRI of the graph that a request is about; empty for the default graph."""
    parameters = parse_qs(urlsplit(path).query, keep_blank_values=True)
    if "default" in parameters:
        return ""
    if "graph" in parameters:
        return parameters["graph"][0]
    return NEW if path == "/graphs" else server.address + path


def _parts(exchange: Exchange) -> list[str]:
    """The texts in Turtle that a request sends: its body, or the parts of that."""
    head = f"Content-Type: {exchange.headers['content-type']}\r\n\r\n".encode()
    message = message_from_bytes(head + (exchange.body or b""))
    parts: list[Any] = [part for part in message.walk() if not part.is_multipart()]
    return [part.get_payload(decode=True).decode() for part in parts]


def _parse(text: str, server: Server, path: str) -> Graph:
    return Graph().parse(data=text, format="turtle", publicID=server.address + path)


# --- Service Description ---


@pytest.fixture(scope="module")
def description(server: Server) -> Reply:
    """What the server says of itself."""
    return server.ask("/sparql")


def test_the_endpoint_describes_itself_in_rdf(description: Reply) -> None:
    assert description.status == 200
    assert description.type in KINDS["RDF"]


def test_the_description_names_the_endpoint(server: Server, description: Reply) -> None:
    graph = Graph().parse(data=description.text, format="turtle")
    assert [str(node) for node in graph.objects(None, SD.endpoint)] == [f"{server.address}/sparql"]


def test_the_description_conforms_to_its_vocabulary(description: Reply) -> None:
    graph = Graph().parse(data=description.text, format="turtle")
    [service] = graph.subjects(RDF.type, SD.Service)
    [dataset] = graph.objects(service, SD.defaultDataset)
    [default] = graph.objects(dataset, SD.defaultGraph)
    assert (dataset, RDF.type, SD.Dataset) in graph
    assert (default, RDF.type, SD.Graph) in graph
