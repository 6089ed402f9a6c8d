"""What docs/security.md promises of queries: which of them reach out of the store, and which do not."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

import kg
from kg.errors import QueryError


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """The address of a server on this machine, and the requests that it has had."""
    requests: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requests.append(self.path)
            self.send_error(404)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", requests
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("clause", ["FROM", "FROM NAMED"])
def test_from_fetches_nothing(listener: tuple[str, list[str]], clause: str) -> None:
    address, requests = listener
    assert kg.open().query(f"SELECT * {clause} <{address}/data> WHERE {{ ?s ?p ?o }}").rows == []
    assert requests == []


@pytest.mark.parametrize(
    "update",
    ["LOAD <{}/data>", "DROP ALL", "CLEAR DEFAULT", "INSERT DATA {{ <x:a> <x:b> 1 }}", "DELETE WHERE {{ ?s ?p ?o }}"],
)
def test_updates_are_no_queries(listener: tuple[str, list[str]], update: str) -> None:
    address, requests = listener
    with pytest.raises(QueryError, match="malformed"):
        kg.open().query(update.format(address))
    assert requests == []


def test_service_reaches_out_as_the_page_warns(listener: tuple[str, list[str]]) -> None:
    address, requests = listener
    with pytest.raises(QueryError, match="service"):
        kg.open().query(f"SELECT * WHERE {{ SERVICE <{address}/sparql> {{ ?s ?p ?o }} }}")
    assert requests == ["/sparql"]
