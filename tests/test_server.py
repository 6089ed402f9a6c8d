"""`kg serve` by its protocol: a real server on this machine, asked over HTTP."""

import gzip
import json
import os
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from rdflib import Dataset, Graph
from rdflib.namespace import Namespace
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from rdflib.query import Result

from kg.ontology import KG, NAMESPACES
from kg.store import open_store
from tests.conftest import Outcome
from tests.examples import MEETING, MET, NO_AID, SIGN, TREATY, document, statement
from tests.servers import Server, listening, serving, wait_until
from tests.test_architecture import loaded

pytest.importorskip("starlette", reason="needs the extra serve: pip install 'geokg[serve]'")
pytest.importorskip("uvicorn", reason="needs the extra serve: pip install 'geokg[serve]'")

TOKEN = "a secret of the tests"
FORM, QUERY, UPDATE = "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"
WHO = "SELECT ?whom WHERE { wd:Q7747 kg:met/rdfs:label ?whom }"
TRIPLES = "CONSTRUCT { ?s kg:met ?o } WHERE { ?s kg:met ?o }"
HOSTILE = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
GREEDY = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i"
GRAPH = "https://w3id.org/geokg/g/d1"
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graph on disk in which Putin has met Kim, and a treaty is planned; the tests of this file only read it."""
    path = tmp_path_factory.mktemp("served") / "small.kg"
    with open_store(path) as store:
        store.add(MEETING, [MET])
        store.add(TREATY, [SIGN, NO_AID])
    return path


@pytest.fixture(scope="module")
def server(path: Path) -> Iterator[Server]:
    """A server that only reads."""
    with serving(path, "--max-rows", 20, "--workers", 2) as server:
        yield server


@pytest.fixture(scope="module")
def impatient(path: Path) -> Iterator[Server]:
    """A server that gives a query a second."""
    with serving(path, "--timeout", 1, "--workers", 1) as server:
        yield server


@pytest.fixture(scope="module")
def frugal(path: Path) -> Iterator[Server]:
    """A server that gives a query little memory, and its answers to the pages of one origin."""
    with serving(path, "--timeout", 60, "--workers", 1, "--memory", 32, "--origin", "https://good.example") as server:
        yield server


@pytest.fixture(scope="module")
def own(path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the graph that may be written."""
    return copy(path, tmp_path_factory.mktemp("writable"))


@pytest.fixture(scope="module")
def writable(own: Path) -> Iterator[Server]:
    """A server over the copy, which takes updates from who knows the token."""
    with serving(own, "--workers", 1, KG_TOKEN=TOKEN) as server:
        yield server


def copy(path: Path, folder: Path) -> Path:
    """A copy of a graph, without what its present readers have put there."""
    return Path(shutil.copytree(path, folder / "copy.kg", ignore=shutil.ignore_patterns("reader-*")))


def names(body: str) -> list[str]:
    """The values of ?whom in a result in JSON."""
    return [row["whom"]["value"] for row in json.loads(body)["results"]["bindings"]]


# --- queries ---


def test_a_query_comes_by_get(server: Server) -> None:
    assert names(server.get(WHO).text) == ["Kim Jong Un"]


def test_a_query_comes_as_a_form(server: Server) -> None:
    assert names(server.post(urlencode({"query": WHO}), FORM).text) == ["Kim Jong Un"]


def test_a_query_comes_as_it_is(server: Server) -> None:
    assert names(server.post(WHO, f"{QUERY}; charset=utf-8").text) == ["Kim Jong Un"]


@pytest.mark.parametrize(
    ("accept", "type_", "begins"),
    [
        (None, "application/sparql-results+json", '{"head":{"vars":["whom"]}'),
        ("*/*", "application/sparql-results+json", '{"head"'),
        ("application/json", "application/sparql-results+json", '{"head"'),
        ("application/sparql-results+xml", "application/sparql-results+xml", '<?xml version="1.0"?>'),
        ("text/csv", "text/csv", "whom\r\nKim Jong Un\r\n"),
        ("text/tab-separated-values", "text/tab-separated-values", '?whom\n"Kim Jong Un"\n'),
        ("text/csv;q=0.2, application/sparql-results+xml;q=0.9", "application/sparql-results+xml", "<?xml"),
        ("text/*", "text/csv", "whom"),
        ("image/png, text/csv;q=0.1", "text/csv", "whom"),
    ],
)
def test_rows_come_in_the_form_that_the_client_likes_best(server: Server, accept: str, type_: str, begins: str) -> None:
    reply = server.get(WHO, accept)
    assert (reply.status, reply.type) == (200, type_)
    assert reply.text.startswith(begins)


@pytest.mark.parametrize(("format", "begins"), [("csv", "whom"), ("xml", "<?xml"), ("json", "{")])
def test_a_form_can_be_named_in_the_address(server: Server, format: str, begins: str) -> None:
    assert server.get(WHO, "text/html", format=format).text.startswith(begins)


@pytest.mark.parametrize(
    ("accept", "parser"),
    [
        ("text/turtle", "turtle"),
        ("application/n-triples", "nt"),
        ("application/trig", "trig"),
        ("application/n-quads", "nquads"),
        ("application/ld+json", "json-ld"),
        ("application/rdf+xml", "xml"),
    ],
)
@pytest.mark.parametrize("query", [TRIPLES, "DESCRIBE wd:Q7747"])
def test_triples_come_in_each_form_of_rdf(server: Server, query: str, accept: str, parser: str) -> None:
    reply = server.get(query, accept)
    assert (reply.status, reply.type) == (200, accept)
    dataset = Dataset(default_union=True)
    dataset.parse(data=reply.text, format=parser)
    assert any(dataset.triples((None, KG.met, None)))


@pytest.mark.parametrize(
    ("accept", "yes"),
    [("application/json", '"boolean": true'), ("text/csv", "true"), ("application/xml", "<boolean>true</boolean>")],
)
def test_a_question_is_answered_by_yes_or_no(server: Server, accept: str, yes: str) -> None:
    assert yes in server.get("ASK { wd:Q7747 kg:met wd:Q56226 }", accept).text


HARD = "quotes \" and ' and \\ tab\t line\nend <&> ünï \U0001f54a"
HARD_ROW = f"SELECT ?x ?y ?z {{ VALUES (?x ?y ?z) {{ ({json.dumps(HARD, ensure_ascii=False)} 'a'@en UNDEF) }} }}"


@pytest.mark.parametrize("format", ["json", "xml", "tsv", "csv"])
def test_what_is_hard_to_write_comes_out_as_it_is(server: Server, format: str) -> None:
    result = Result.parse(BytesIO(server.get(HARD_ROW, format=format).body), format=format)
    [row] = result.bindings
    assert {str(name): str(value) for name, value in row.items() if str(value)} == {"x": HARD, "y": "a"}


def test_json_tells_languages_and_leaves_out_what_is_unbound(server: Server) -> None:
    [row] = json.loads(server.get(HARD_ROW).text)["results"]["bindings"]
    assert row["y"] == {"type": "literal", "value": "a", "xml:lang": "en"}
    assert "z" not in row


def test_nothing_is_forced_on_a_client_that_accepts_nothing_of_it(server: Server) -> None:
    reply = server.get(WHO, "image/png")
    assert reply.status == 406
    assert "application/sparql-results+json" in reply.text
    assert server.get(TRIPLES, "text/csv").status == 406


def test_rdflib_asks_it_as_any_other_endpoint(server: Server) -> None:
    graph = Graph(SPARQLStore(f"{server.address}/sparql", returnFormat="json"))
    rows = list(graph.query("SELECT ?whom { wd:Q7747 kg:met/rdfs:label ?whom }", initNs=NAMESPACES))
    assert [str(row[0]) for row in rows] == ["Kim Jong Un"]  # type: ignore[index]


# --- the dataset ---


def test_a_query_sees_all_graphs_as_one(server: Server) -> None:
    count = "SELECT (COUNT(*) AS ?whom) { ?statement kg:modality ?modality }"
    assert names(server.get(count).text) == ["3"]


def test_a_query_can_be_kept_to_the_graphs_that_the_request_names(server: Server) -> None:
    count = "SELECT (COUNT(*) AS ?whom) { ?statement kg:modality ?modality }"
    assert names(server.get(count, **{"default-graph-uri": GRAPH}).text) == ["1"]
    inside = "SELECT (COUNT(*) AS ?whom) { GRAPH ?g { ?statement kg:modality ?modality } }"
    assert names(server.get(inside, **{"named-graph-uri": GRAPH}).text) == ["1"]
    assert names(server.get(inside, **{"default-graph-uri": GRAPH}).text) == ["0"]


def test_the_graphs_of_the_request_overrule_those_of_the_query(server: Server) -> None:
    count = "SELECT (COUNT(*) AS ?whom) FROM g:d2 { ?statement kg:modality ?modality }"
    assert names(server.get(count).text) == ["2"]
    assert names(server.get(count, **{"default-graph-uri": GRAPH}).text) == ["1"]


@pytest.mark.parametrize("clause", ["FROM <URL>", "FROM NAMED <URL>", "FROM other:x"])
def test_a_graph_from_elsewhere_is_refused_and_not_fetched(server: Server, clause: str) -> None:
    with listening() as (url, heard):
        reply = server.get(f"PREFIX other: <{url}> SELECT * {clause.replace('URL', url)} {{ ?s ?p ?o }}")
        assert reply.status == 400
        assert "nothing is fetched from elsewhere" in reply.text
        assert heard == []


@pytest.mark.parametrize("parameter", ["default-graph-uri", "named-graph-uri"])
def test_a_graph_from_elsewhere_that_the_request_names_is_empty_and_not_fetched(server: Server, parameter: str) -> None:
    with listening() as (url, heard):
        reply = server.get("SELECT ?whom { { ?s ?p ?whom } UNION { GRAPH ?g { ?s ?p ?whom } } }", **{parameter: url})
        assert names(reply.text) == []
        assert f"no graph <{url}>, and nothing is fetched" in reply.headers["kg-note"]
        assert heard == []


@pytest.mark.parametrize(
    "query", ["SELECT * { SERVICE <URL> { ?s ?p ?o } }", "SELECT * { {}SERVICESILENT<URL>{ ?s ?p ?o } }"]
)
def test_no_other_server_is_called(server: Server, query: str) -> None:
    with listening() as (url, heard):
        reply = server.get(query.replace("URL", url))
        assert reply.status == 403
        assert "SERVICE is switched off" in reply.text
        assert heard == []


# --- what is wrong with a request ---


@pytest.mark.parametrize(
    ("method", "address", "type_", "body", "status", "why"),
    [
        ("GET", f"/sparql?query={quote('SELECT {')}", None, None, 400, "malformed at line 1"),
        ("GET", "/sparql?query=ASK{}&query=ASK{}", None, None, 400, "2 parameters named query"),
        ("GET", "/sparql?query=ASK{}&format=pdf", None, None, 400, "no format is named pdf"),
        ("GET", f"/sparql?update={quote('CLEAR ALL')}", None, None, 405, "by POST"),
        ("PUT", "/sparql?query=ASK{}", None, None, 405, "PUT is not possible"),
        ("POST", "/sparql", None, "ASK {}", 415, "of no type"),
        ("POST", "/sparql", "text/plain", "ASK {}", 415, "text/plain"),
        ("POST", "/sparql", f"{QUERY}; charset=utf-16", "ASK {}", 415, "utf-16"),
        ("POST", "/sparql", QUERY, b"ASK { ?s ?p '\xff' }", 400, "not UTF-8"),
        ("POST", "/sparql", FORM, "nothing=1", 400, "one parameter named query"),
        ("POST", "/sparql", FORM, "query=ASK{}&update=CLEAR+ALL", 400, "one parameter named query"),
        ("POST", "/sparql", QUERY, "#" * 2_000_000, 413, "longer than"),
        ("POST", "/sparql", UPDATE, "CLEAR ALL", 403, "read-only"),
        ("POST", "/sparql", FORM, "update=CLEAR+ALL", 403, "read-only"),
        ("GET", "/nowhere", None, None, 404, "nothing is at /nowhere"),
        ("GET", "/graphs", None, None, 400, "which graph"),
        ("GET", "/graphs?default&graph=http://e.org/", None, None, 400, "which graph"),
        ("GET", "/graphs?graph=http://example.org/none", None, None, 404, "no graph"),
        ("DELETE", "/graphs?default", None, None, 405, "only be read"),
        ("GET", "/entity/wd:Q1", None, None, 404, "no entity wd:Q1"),
        ("GET", "/entity/nonsense", None, None, 404, "no id of an entity"),
        ("GET", "/entity/wd:Q7747?format=pdf", None, None, 406, "text/turtle"),
    ],
)
def test_what_is_wrong_is_told_in_one_sentence(
    server: Server, method: str, address: str, type_: str | None, body: str | bytes | None, status: int, why: str
) -> None:
    reply = server.ask(address, method, body=body, headers={"Content-Type": type_} if type_ else {})
    assert reply.status == status
    assert why in reply.text
    assert len(reply.text.strip().splitlines()) == 1
    if status == 405:
        assert "GET" in reply.headers["allow"]


@pytest.mark.parametrize("address", ["/sparql", "/sparql?query=ASK{}", "/", "/graphs?default"])
def test_a_host_that_is_no_host_does_no_harm(server: Server, address: str) -> None:
    assert server.ask(address, headers={"Host": 'a"b<c> d', "Accept": "*/*"}).status in (200, 400)


def test_the_query_has_no_effect_on_the_graph(server: Server) -> None:
    assert server.get("DELETE WHERE { ?s ?p ?o }").status == 400


# --- what HTTP offers ---


def test_head_tells_what_get_would(server: Server) -> None:
    path = f"/sparql?{urlencode({'query': WHO})}"
    head, get = server.ask(path, "HEAD"), server.ask(path)
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == str(len(get.body))
    assert head.headers["etag"] == get.headers["etag"]


def test_what_a_client_has_already_is_not_sent_again(server: Server) -> None:
    path = f"/sparql?{urlencode({'query': WHO})}"
    tag = server.ask(path).headers["etag"]
    again = server.ask(path, headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status, again.body) == (304, b"")
    assert server.ask(path, headers={"If-None-Match": tag, "Accept": "text/csv"}).status == 200


def test_long_answers_are_compressed_for_clients_that_can_read_that(server: Server) -> None:
    path = f"/sparql?{urlencode({'query': 'SELECT * { ?s ?p ?o }'})}"
    small = server.ask(path, headers={"Accept-Encoding": "gzip"})
    assert small.headers["content-encoding"] == "gzip"
    assert gzip.decompress(small.body) == server.ask(path).body


def test_pages_of_any_origin_may_read_and_see_the_headers(server: Server) -> None:
    reply = server.ask(f"/sparql?{urlencode({'query': WHO})}", headers={"Origin": "https://example.org"})
    assert reply.headers["access-control-allow-origin"] == "*"
    assert "Kg-Cut" in reply.headers["access-control-expose-headers"]
    asked = {
        "Origin": "https://example.org",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    before = server.ask("/sparql", "OPTIONS", headers=asked)
    assert before.status == 200
    assert "POST" in before.headers["access-control-allow-methods"]


def test_the_origins_can_be_named(frugal: Server) -> None:
    good, other = (frugal.ask("/health", headers={"Origin": f"https://{name}.example"}) for name in ("good", "other"))
    assert good.headers["access-control-allow-origin"] == "https://good.example"
    assert "access-control-allow-origin" not in other.headers


def test_a_long_result_is_cut_and_says_so(server: Server) -> None:
    whole, cut = server.get("SELECT * { ?s ?p ?o } LIMIT 20"), server.get("SELECT * { ?s ?p ?o }")
    assert "kg-cut" not in whole.headers
    assert "after 20 rows" in cut.headers["kg-cut"]
    assert len(json.loads(cut.text)["results"]["bindings"]) == 20
    assert "after 20 rows" in server.get("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }", "text/turtle").headers["kg-cut"]


def test_the_service_describes_itself(server: Server) -> None:
    reply = server.ask("/sparql", headers={"Accept": "text/turtle"})
    graph = Graph().parse(data=reply.text, format="turtle")
    [service] = graph.subjects(predicate=SD.endpoint)
    assert str(graph.value(service, SD.endpoint)) == f"{server.address}/sparql"
    assert set(graph.objects(service, SD.supportedLanguage)) == {SD.SPARQL10Query, SD.SPARQL11Query}
    assert SD.UnionDefaultGraph in set(graph.objects(service, SD.feature))


def test_a_browser_at_the_endpoint_comes_to_the_query_page(server: Server) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    assert server.ask("/sparql", headers=browser).headers["location"] == "/query"
    reply = server.ask("/sparql?query=ASK{}", headers=browser)
    assert (reply.status, reply.headers["location"]) == (303, "/query?query=ASK%7B%7D")


# --- graphs ---


@pytest.mark.parametrize("address", [f"/graphs?graph={quote(GRAPH, safe='')}", "/graphs/d1"])
def test_a_graph_is_read_by_its_name_or_its_address(server: Server, address: str) -> None:
    reply = server.ask(address, headers={"Accept": "text/turtle"})
    graph = Graph().parse(data=reply.text, format="turtle")
    assert len(list(graph.subject_objects(KG.modality))) == 1
    head = server.ask(address, "HEAD")
    assert (head.status, head.body) == (200, b"")


def test_the_default_graph_holds_what_is_shared(server: Server) -> None:
    graph = Graph().parse(data=server.ask("/graphs?default").text, format="turtle")
    assert any(graph.subject_objects(KG.met))
    assert not any(graph.subject_objects(KG.modality))


def test_a_whole_graph_is_never_cut(server: Server) -> None:
    reply = server.ask("/graphs?default", headers={"Accept": "application/n-triples"})
    assert len(reply.text.splitlines()) > 20
    assert "kg-cut" not in reply.headers


# --- limits ---


def workers_of(server: Server) -> list[int]:
    """The ids of the processes that a server has started; the test is skipped where the system does not tell."""
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    if not children.is_file():
        pytest.skip("needs /proc to see the workers")
    return [int(child) for child in children.read_text().split()]


def processor_seconds(server: Server) -> float:
    """The processor's time that the server's workers have taken so far."""
    ticks = [Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[11:13] for child in workers_of(server)]
    return sum(int(user) + int(system) for user, system in ticks) / os.sysconf("SC_CLK_TCK")


def metric(server: Server, name: str) -> float:
    """A number that the server tells of itself; 0 where it has nothing to tell yet."""
    lines = [line for line in server.ask("/metrics").text.splitlines() if line.startswith(name)]
    return float(lines[0].rpartition(" ")[2]) if lines else 0.0


def test_a_query_without_end_is_stopped_with_a_reason(impatient: Server) -> None:
    reply = impatient.get(HOSTILE)
    assert reply.status == 503
    assert "stopped after 1 s" in reply.text
    assert reply.headers["retry-after"]


def test_a_stopped_query_frees_the_processor_and_the_next_one_is_answered(impatient: Server) -> None:
    before = metric(impatient, 'kg_workers_ended_total{reason="time"}')
    assert impatient.get(HOSTILE).status == 503
    assert names(impatient.get(WHO).text) == ["Kim Jong Un"]
    assert metric(impatient, 'kg_workers_ended_total{reason="time"}') == before + 1
    spent = processor_seconds(impatient)
    assert not wait_until(lambda: processor_seconds(impatient) > spent + 0.5, seconds=1)


def test_a_query_that_takes_all_memory_is_stopped_with_a_reason(frugal: Server) -> None:
    reply = frugal.get(GREEDY)
    assert reply.status == 503
    assert "more than 32 MB of memory" in reply.text
    assert names(frugal.get(WHO).text) == ["Kim Jong Un"]


def test_a_query_that_nests_too_deep_ends_its_worker_alone(frugal: Server) -> None:
    deep = frugal.post(f"ASK {{ FILTER ({'(' * 200_000}1{')' * 200_000}) }}", QUERY)
    assert deep.status == 503
    assert "nests too deep" in deep.text
    assert names(frugal.get(WHO).text) == ["Kim Jong Un"]


def test_a_client_that_goes_away_frees_the_worker(frugal: Server) -> None:
    host, port = frugal.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(f"GET /sparql?{urlencode({'query': HOSTILE})} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert wait_until(lambda: metric(frugal, "kg_workers_busy") == 1)
    assert wait_until(lambda: metric(frugal, 'kg_workers_ended_total{reason="gone"}') == 1)
    assert names(frugal.get(WHO).text) == ["Kim Jong Un"]


def test_queries_wait_in_a_line_until_a_worker_is_free(server: Server) -> None:
    found: list[list[str]] = []
    threads = [threading.Thread(target=lambda: found.append(names(server.get(WHO).text))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [["Kim Jong Un"]] * 20


def test_a_worker_that_is_killed_is_replaced(frugal: Server) -> None:
    for child in workers_of(frugal):
        os.kill(child, signal.SIGKILL)
    wait_until(lambda: frugal.get(WHO).status == 200)
    assert names(frugal.get(WHO).text) == ["Kim Jong Un"]


def test_no_worker_outlives_its_server(path: Path) -> None:
    with serving(path, "--workers", 2) as server:
        children = workers_of(server)
        assert len(children) == 2
        server.process.kill()
        assert wait_until(lambda: not any(Path(f"/proc/{child}").exists() for child in children))


def test_the_keyboard_stops_the_server_and_its_workers(path: Path) -> None:
    with serving(path, "--workers", 2) as server:
        children = workers_of(server)
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(timeout=30) == 0
        assert not any(Path(f"/proc/{child}").exists() for child in children)


# --- updates ---


def test_who_knows_the_token_can_write_and_reads_it_at_once(writable: Server) -> None:
    somebody = "DATA { wd:Q7747 kg:met wd:Q1 . wd:Q1 rdfs:label 'Somebody' }"
    assert writable.update(f"INSERT {somebody}", TOKEN).status == 204
    assert sorted(names(writable.get(WHO).text)) == ["Kim Jong Un", "Somebody"]
    assert writable.update(f"DELETE {somebody}", TOKEN).status == 204
    assert names(writable.get(WHO).text) == ["Kim Jong Un"]
    described = Graph().parse(data=writable.ask("/sparql").text, format="turtle")
    assert SD.SPARQL11Update in set(described.objects(None, SD.supportedLanguage))


@pytest.mark.parametrize("authorization", [None, "Bearer", "Bearer wrong", f"Basic {TOKEN}"])
def test_who_does_not_know_the_token_cannot_write(writable: Server, authorization: str | None) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    reply = writable.post("CLEAR ALL", UPDATE, **headers)
    assert reply.status == 401
    assert reply.headers["www-authenticate"].startswith("Bearer")
    assert names(writable.get(WHO).text) == ["Kim Jong Un"]


def test_an_update_that_fails_changes_nothing(writable: Server) -> None:
    reply = writable.update("CLEAR ALL ; INSERT DATA { <http://e.org/s> }", TOKEN)
    assert reply.status == 400
    assert "malformed at line 1" in reply.text
    assert names(writable.get(WHO).text) == ["Kim Jong Un"]


def test_an_update_that_is_broken_off_changes_nothing_and_lets_others_write(writable: Server) -> None:
    endless = "INSERT { ?a ?b ?d } WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    head = f"POST /sparql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nContent-Type: {UPDATE}\r\n"
    host, port = writable.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(f"{head}Content-Length: {len(endless)}\r\n\r\n{endless}".encode())
        assert wait_until(lambda: metric(writable, "kg_workers_busy") == 1)
    assert wait_until(lambda: metric(writable, 'kg_workers_ended_total{reason="gone"}') == 1)
    assert names(writable.get(WHO).text) == ["Kim Jong Un"]
    assert writable.update("INSERT DATA { } ", TOKEN).status == 204


def test_an_update_loads_nothing_from_elsewhere(writable: Server) -> None:
    with listening() as (url, heard):
        reply = writable.update(f"LOAD <{url}>", TOKEN)
        assert reply.status == 403
        assert "LOAD is switched off" in reply.text
        assert heard == []


def test_an_update_waits_for_no_other_writer(writable: Server, own: Path) -> None:
    with open_store(own):
        reply = writable.update("CLEAR ALL", TOKEN)
        assert reply.status == 503
        assert "until no other process writes it" in reply.text


# --- beside a builder ---


def test_what_a_builder_adds_beside_it_is_seen(path: Path, tmp_path: Path) -> None:
    growing = copy(path, tmp_path)
    with open_store(growing) as store, serving(growing, "--workers", 1) as server:
        assert names(server.get(WHO).text) == ["Kim Jong Un"]
        tag = server.get(WHO).headers["etag"]
        new = document("Putin met Volodin.", "d3")
        store.add(new, [statement(new, "Meet", "Putin", "Volodin")])
        assert wait_until(lambda: sorted(names(server.get(WHO).text)) == ["Kim Jong Un", "Vyacheslav Volodin"])
        assert server.get(WHO).headers["etag"] != tag


def test_no_snapshot_stays_behind(path: Path, tmp_path: Path) -> None:
    tidy = copy(path, tmp_path)
    with serving(tidy, "--workers", 1) as server:
        assert server.get(WHO).status == 200
        assert list(tidy.glob("reader-*"))
    assert not list(tidy.glob("reader-*"))


# --- health and numbers ---


def test_health_tells_that_the_store_can_be_read(server: Server) -> None:
    reply = server.ask("/health")
    assert (reply.status, json.loads(reply.text)["status"]) == (200, "ok")


def test_health_tells_that_the_store_is_gone(path: Path, tmp_path: Path) -> None:
    gone = copy(path, tmp_path)
    with serving(gone, "--workers", 1) as server:
        shutil.rmtree(gone)
        reply = server.ask("/health")
        assert reply.status == 503
        assert "cannot be read" in reply.text


def test_metrics_count_requests_and_workers(server: Server) -> None:
    server.get(WHO)
    text = server.ask("/metrics").text
    for name in ("kg_requests_total{", "kg_request_seconds_bucket{", "kg_workers 2.0", "process_resident_memory_bytes"):
        assert name in text


# --- what is loaded ---


def test_a_worker_loads_the_engine_and_little_else() -> None:
    modules = loaded("import kg.server.worker")
    assert "pyoxigraph" in modules
    assert not modules & {"rdflib", "starlette", "uvicorn", "jinja2", "typer", "spacy"}


def test_the_server_does_not_load_the_language_model() -> None:
    modules = loaded("import kg.server.app")
    assert not modules & {"spacy", "thinc", "pyshacl", "trafilatura", "pandas"}


# --- the command ---


def test_a_port_in_use_is_told(run: Callable[..., Outcome], path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        outcome = run("serve", path, "--port", taken.getsockname()[1])
    assert outcome.code == 1
    assert "choose another with --port" in outcome.err


def test_a_store_that_is_not_there_is_told(run: Callable[..., Outcome], tmp_path: Path) -> None:
    outcome = run("serve", tmp_path / "none.kg")
    assert outcome.code == 1
    assert "none.kg does not exist" in outcome.err


def test_a_missing_extra_is_told(run: Callable[..., Outcome], path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "starlette.applications", None)
    monkeypatch.delitem(sys.modules, "kg.server.app", raising=False)
    outcome = run("serve", path)
    assert outcome.code == 1
    assert 'pip install "geokg[serve]"' in outcome.err
