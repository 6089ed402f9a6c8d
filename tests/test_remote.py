"""The store behind a SPARQL endpoint: against a real Virtuoso where one is installed, and what an endpoint can do wrong."""

import io
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pyoxigraph
import pytest

from kg.errors import QueryError, StoreError
from kg.ontology import ONTOLOGY
from kg.queries import named_queries
from kg.remote import Endpoint, read_address
from kg.store import Store, open_store
from tests.conftest import Outcome
from tests.examples import MEETING, MET, NO_AID, SIGN, TREATY, document, statement

HERE = Path(__file__).parent


def dumped(store: Store) -> bytes:
    file = io.BytesIO()
    store.dump(file, "nquads")
    return file.getvalue()


# --- addresses ---


@pytest.mark.parametrize(
    "url", ["http://me:p%40ss@host:8890/sparql-auth", Path("http://me:p%40ss@host:8890/sparql-auth")]
)
def test_an_address_may_hold_the_credentials(url: object) -> None:
    address = read_address(url, {})
    assert address[:3] == ("http://host:8890/sparql-auth", "http://host:8890/sparql-auth", None)
    assert (address.user, address.password) == ("me", "p@ss")


def test_the_environment_tells_the_rest() -> None:
    told = {"KG_STORE_UPDATE": "http://host/update", "KG_STORE_GRAPHS": "http://host/data", "KG_STORE_TOKEN": "t"}
    address = read_address("http://host/query", told)
    assert address == ("http://host/query", "http://host/update", "http://host/data", None, None, "t")


def test_an_endpoint_is_called_by_its_address_without_the_password() -> None:
    assert str(Endpoint(read_address("http://me:secret@host/sparql", {}))) == "http://host/sparql"


# --- a plain endpoint over pyoxigraph, with whatever can go wrong ---


class Server(ThreadingHTTPServer):
    """SPARQL 1.1 Query, Update and Graph Store Protocol; `failures` are status codes that come before the answers."""

    def __init__(self) -> None:
        self.store = pyoxigraph.Store()
        self.failures: list[int] = []
        self.requests: list[str] = []
        self.headers: dict[str, str] = {}
        self.wanted: str | None = None
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/sparql"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Any

    def do_POST(self) -> None:
        fields = parse_qs(self._body().decode())
        if not self._is_let_in():
            return
        self.server.requests.append("query" if "query" in fields else "update")
        try:
            if "update" in fields:
                self.server.store.update(fields["update"][0])
                self._answer(204)
            else:
                self._answer_query(fields["query"][0])
        except SyntaxError as error:
            self._answer(400, f"{error}".encode())

    def do_PUT(self) -> None:
        body = self._body()
        if not self._is_let_in():
            return
        self.server.requests.append("put")
        graph = pyoxigraph.NamedNode(parse_qs(self.path.partition("?")[2])["graph"][0])
        self.server.store.clear_graph(graph)
        self.server.store.load(body, format=pyoxigraph.RdfFormat.TURTLE, to_graph=graph)
        self._answer(204)

    def _answer_query(self, query: str) -> None:
        result = self.server.store.query(query, use_default_graph_as_union=True)
        if isinstance(result, pyoxigraph.QueryTriples):
            content, kind = result.serialize(format=pyoxigraph.RdfFormat.N_TRIPLES), "application/n-triples"
        else:
            content, kind = (
                result.serialize(format=pyoxigraph.QueryResultsFormat.JSON),
                "application/sparql-results+json",
            )
        assert content is not None
        self._answer(200, content, {"Content-Type": kind} | self.server.headers)

    def _is_let_in(self) -> bool:
        if self.server.failures:
            self._answer(self.server.failures.pop(0), b"busy")
            return False
        if self.server.wanted and self.headers.get("Authorization") != self.server.wanted:
            self._answer(401, b"who are you?", {"WWW-Authenticate": 'Basic realm="kg"'})
            return False
        return True

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"]))

    def _answer(self, status: int, content: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(content))} | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in [name for name in os.environ if name.startswith("KG_STORE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr("kg.remote._WAIT", 0.001)
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def fill(url: str) -> Store:
    store = open_store(url)
    run = store.add_run("0.1.0", "sm")
    store.add(MEETING, [MET], run=run)
    store.add(TREATY, [NO_AID, SIGN], run=run)
    return store


@pytest.fixture
def same() -> Iterator[Store]:
    """What the endpoint is filled with, in memory."""
    with open_store() as store:
        run = store.add_run("0.1.0", "sm")
        store.add(MEETING, [MET], run=run)
        store.add(TREATY, [NO_AID, SIGN], run=run)
        yield store


def assert_the_same(remote: Store, local: Store) -> None:
    """Both hold the same, and answer the same."""
    assert dumped(remote) == dumped(local)
    assert list(remote.statements()) == list(local.statements())
    assert list(remote.check()) == list(local.check()) == [("d1", []), ("d2", [])]
    for name in named_queries():
        assert sorted(map(str, remote.query(name).rows)) == sorted(map(str, local.query(name).rows)), name
    assert remote.query("ASK { wd:Q7747 kg:met wd:Q56226 }").rows == [(True,)]
    assert remote.query("CONSTRUCT WHERE { ?s kg:met ?o }") == local.query("CONSTRUCT WHERE { ?s kg:met ?o }")


def test_a_store_at_an_endpoint_holds_and_answers_the_same(server: Server, same: Store) -> None:
    with fill(server.url) as store:
        assert_the_same(store, same)


def test_documents_go_by_the_graph_store_protocol_where_there_is_one(
    server: Server, same: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KG_STORE_GRAPHS", server.url)
    with fill(server.url) as store:
        assert dumped(store) == dumped(same)
    assert server.requests.count("put") == 3  # the ontology and two documents


def test_a_document_that_is_there_is_known_again(server: Server) -> None:
    with fill(server.url) as store:
        run = store.add_run("0.1.0", "sm")
        assert store.has(MEETING, run)


def test_what_is_forgotten_is_gone_there_too(server: Server, same: Store) -> None:
    with fill(server.url) as store:
        assert store.forget("d1") and same.forget("d1")
        assert dumped(store) == dumped(same)
        assert not store.forget("d1")


def test_large_documents_go_in_several_requests(server: Server, same: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.remote.BATCH", 7)
    with fill(server.url) as store:
        assert dumped(store) == dumped(same)


def test_an_endpoint_can_be_read_without_writing(server: Server) -> None:
    fill(server.url).close()
    server.requests.clear()
    with open_store(server.url, read_only=True) as store:
        assert store.document_ids() == ["d1", "d2"]
    assert set(server.requests) == {"query"}


def test_an_endpoint_can_be_saved_to_disk(server: Server, same: Store, tmp_path: Path) -> None:
    with fill(server.url) as store:
        store.backup(tmp_path / "copy.kg")
    with open_store(tmp_path / "copy.kg") as copy:
        assert dumped(copy) == dumped(same)


def test_a_busy_endpoint_is_asked_again(server: Server) -> None:
    fill(server.url).close()
    server.failures = [503, 429, 502]
    with open_store(server.url, read_only=True) as store:
        assert store.document_ids() == ["d1", "d2"]


def test_an_endpoint_that_stays_busy_is_one_sentence(server: Server) -> None:
    server.failures = [503] * 99
    with pytest.raises(StoreError, match=r"does not answer \(HTTP 503: busy; 5 tries\): start it, or check the URL"):
        open_store(server.url)


def test_an_endpoint_that_is_not_there_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.remote._WAIT", 0.001)
    with pytest.raises(StoreError, match=r"http://127.0.0.1:1/sparql does not answer"):
        open_store("http://127.0.0.1:1/sparql")


@pytest.mark.parametrize(
    ("header", "settings"),
    [
        ("Basic bWU6c2VjcmV0", {"KG_STORE_USER": "me", "KG_STORE_PASSWORD": "secret"}),
        ("Bearer secret", {"KG_STORE_TOKEN": "secret"}),
    ],
)
def test_credentials_come_from_the_environment(
    server: Server, monkeypatch: pytest.MonkeyPatch, header: str, settings: dict[str, str]
) -> None:
    server.wanted = header
    with pytest.raises(StoreError, match="refuses access") as error:
        open_store(server.url.replace("//", "//me:wrong-password@"))
    assert "wrong-password" not in str(error.value)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    with fill(server.url) as store:
        assert store.document_ids() == ["d1", "d2"]


def test_a_cut_answer_is_an_error(server: Server) -> None:
    with fill(server.url) as store:
        server.headers = {"X-SPARQL-MaxRows": "10000"}
        with pytest.raises(QueryError, match="cut its answer off after 10000 rows"):
            store.query("meetings")


def test_a_page_that_is_no_endpoint_is_one_sentence(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Handler, "_answer_query", lambda handler, query: handler._answer(200, b"<html>hello</html>"))
    with pytest.raises(StoreError, match=r"does not answer as a SPARQL endpoint does .*: check the URL"):
        open_store(server.url, read_only=True)


def test_an_empty_endpoint_cannot_be_read(server: Server) -> None:
    with pytest.raises(StoreError, match="holds no kg graph"):
        open_store(server.url, read_only=True)


def test_a_malformed_query_is_told_as_the_endpoint_tells_it(server: Server) -> None:
    with fill(server.url) as store, pytest.raises(QueryError, match="malformed"):
        store.query("SELECT ?x WHERE {")


def test_decisions_on_identity_need_a_folder(server: Server) -> None:
    with fill(server.url) as store, pytest.raises(StoreError, match="keeps no decisions on identity"):
        store.same_as("wd:Q7747", "wd:Q56226")


# --- Virtuoso ---


@contextmanager
def virtuoso(folder: Path) -> Iterator[str]:
    """A Virtuoso of its own in a folder; its address over HTTP."""
    ports = [free_port(), free_port()]
    settings = (HERE / "virtuoso.ini").read_text(encoding="utf-8").format(sql=ports[0], http=ports[1])
    (folder / "virtuoso.ini").write_text(settings, encoding="utf-8")
    process = subprocess.Popen(
        ["virtuoso-t", "+foreground", "+configfile", "virtuoso.ini"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(ports[1], process, folder / "virtuoso.log")
        yield f"http://127.0.0.1:{ports[1]}"
    finally:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path, seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text(encoding="utf-8", errors="replace")[-2000:]
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise AssertionError("Virtuoso did not start")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if shutil.which("virtuoso-t") is None:
        pytest.skip("needs Virtuoso: apt install virtuoso-opensource-7")
    with virtuoso(tmp_path_factory.mktemp("virtuoso")) as address:
        yield address


@pytest.fixture
def address(database: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address for reading and writing, with its credentials in the environment."""
    monkeypatch.setenv("KG_STORE_USER", "dba")
    monkeypatch.setenv("KG_STORE_PASSWORD", "dba")
    monkeypatch.setenv("KG_STORE_GRAPHS", f"{database}/sparql-graph-crud-auth")
    return f"{database}/sparql-auth"


def test_virtuoso_holds_and_answers_the_same(address: str, same: Store) -> None:
    with fill(address) as store:
        assert_the_same(store, same)
        assert store.forget("d1") and same.forget("d1")
        assert dumped(store) == dumped(same)
        assert store.forget("d2")


def test_virtuoso_keeps_what_a_text_can_hold(address: str) -> None:
    text = 'Putin met Kim. \n "It\'s\ta \\ <b>größer</b> 会议 🕊" '
    of = document(text, "odd", title=" spaces \n")
    with open_store(address) as store:
        store.add(of, [statement(of, "Meet", "Putin", "Kim")])
        assert [one.evidence.quote for one in store.statements("odd")] == [text]
        assert store.has(of, None) and store.forget("odd")


def test_virtuoso_without_a_graph_store_takes_updates(
    address: str, same: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KG_STORE_GRAPHS")
    with fill(address) as store:
        assert dumped(store) == dumped(same)
        assert store.forget("d1") and store.forget("d2")


def test_virtuoso_is_filled_by_a_build_and_asked(run: Callable[..., Outcome], address: str, tmp_path: Path) -> None:
    source = tmp_path / "news.jsonl"
    source.write_text('{"id": "meeting", "date": "2025-08-15", "text": "Vladimir Putin met Kim Jong Un in Pyongyang."}')
    with_password = address.replace("//", "//dba:dba@")
    first = run("build", source, "--store", with_password)
    assert first.out.startswith(f"{address}: 1 documents read"), first
    again = run("build", source, "--store", address)
    assert "already there   │ 1" in again.out, again
    asked = run("query", address, "meetings", "-f", "csv")
    assert "Kim Jong Un,met,Vladimir Putin" in asked.out
    assert run("check", address).out.strip().endswith("1 documents conform")
    assert "»met«" in run("explain", address, "Vladimir Putin", "Kim Jong Un").out
    assert run("forget", address, "meeting").code == 0


def test_virtuoso_tells_when_it_cuts_an_answer_off(address: str) -> None:
    with open_store(address) as store, pytest.raises(QueryError, match="cut its answer off after 4000 rows"):
        store.query(f"SELECT ?a WHERE {{ GRAPH <{ONTOLOGY}> {{ ?a ?b ?c . ?d ?e ?f }} }}")


def test_virtuoso_refuses_a_stranger(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KG_STORE_PASSWORD", "wrong")
    with pytest.raises(StoreError, match="refuses access"):
        open_store(address)
