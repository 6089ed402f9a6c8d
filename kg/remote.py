"""A store behind a SPARQL 1.1 endpoint: the part of `pyoxigraph.Store` that kg uses, over HTTP.

So one adapter to rdflib (`oxrdflib`) serves graphs on disk and at endpoints, and `kg.store.Store` hardly tells them apart.
What stands in the default graph of a store on disk stands in the named graph `SHARED` of an endpoint, because many have
no default graph to write to. The endpoint must answer queries from the union of its graphs, as Virtuoso and GraphDB do.
"""

import json
import logging
import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit, urlunsplit

import pyoxigraph as ox

from kg.errors import KgError, QueryError, StoreError
from kg.ontology import BASE, ONTOLOGY

log = logging.getLogger(__name__)

SHARED = ox.NamedNode(BASE + "shared")
"""The graph of documents, entities, runs and direct edges."""
BATCH = 1000
"""So many triples go into one update; Virtuoso takes no more than about 5000."""
TRIES = 5
_WAIT = 0.5
"""Seconds before the second try; each further one waits twice as long."""
_TIMEOUT = 600.0
_AGAIN = {429, 502, 503, 504}
_FORM = re.compile(r"\b(SELECT|ASK|CONSTRUCT|DESCRIBE)\b", re.IGNORECASE)
_NOT_CODE = re.compile(r"<[^<>\s]*>|#[^\n]*")
_ROWS = ox.QueryResultsFormat.JSON  # pyoxigraph trims the texts of XML
_TRIPLES = ox.RdfFormat.N_TRIPLES


_IS_BOOLEAN = b'"datatype": "http://www.w3.org/2001/XMLSchema#boolean", "value": '
_VIRTUOSO = (
    (b'"type": "typed-literal"', b'"type": "literal"'),
    (b'"type": "bnode", "value": "nodeID://', b'"type": "bnode", "value": "'),
    (_IS_BOOLEAN + b'"1"', _IS_BOOLEAN + b'"true"'),
    (_IS_BOOLEAN + b'"0"', _IS_BOOLEAN + b'"false"'),
)
"""What Virtuoso writes otherwise than the standard says; inside a text no such bytes can stand, as its quotes are escaped."""


class Address(NamedTuple):
    """Where an endpoint is, and who asks: `graphs` is its Graph Store Protocol, None where it has none."""

    query: str
    update: str
    graphs: str | None
    user: str | None
    password: str | None
    token: str | None


def is_address(path: object) -> bool:
    """True of a URL of HTTP, also where a `Path` has made one slash of two."""
    return re.match(r"https?:/", str(path)) is not None


def read_address(url: object, environment: Mapping[str, str] = os.environ) -> Address:
    """The address by a URL, which may hold `user:password@`, and by the environment.

    `KG_STORE_UPDATE` and `KG_STORE_GRAPHS` give the URLs for updates and of the Graph Store Protocol where they are others,
    `KG_STORE_USER`, `KG_STORE_PASSWORD` and `KG_STORE_TOKEN` the credentials.
    """
    parts = urlsplit(re.sub(r"^(https?):/+", r"\1://", str(url)))
    bare = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    return Address(
        query=bare,
        update=environment.get("KG_STORE_UPDATE") or bare,
        graphs=environment.get("KG_STORE_GRAPHS"),
        user=unquote(parts.username) if parts.username else environment.get("KG_STORE_USER"),
        password=unquote(parts.password) if parts.password else environment.get("KG_STORE_PASSWORD"),
        token=environment.get("KG_STORE_TOKEN"),
    )


def show(path: object) -> str:
    """A path as it is, a URL without its credentials."""
    return read_address(path).query if is_address(path) else str(path)


class Endpoint:
    """An endpoint that is open; its methods are those of `pyoxigraph.Store`, and raise StoreError where it fails."""

    def __init__(self, address: Address) -> None:
        try:
            import httpx
        except ImportError as error:
            raise KgError("a store at an endpoint needs httpx: run `pip install 'geokg[remote]'`") from error
        self.address = address
        self._failures = httpx.TransportError
        headers = {"Authorization": f"Bearer {address.token}"} if address.token else {}
        self._client = httpx.Client(auth=_to_auth(address), headers=headers, timeout=_TIMEOUT)

    def __str__(self) -> str:
        return self.address.query

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    def flush(self) -> None:
        """Does nothing: an endpoint keeps what it has answered for."""

    # --- reading ---

    def query(
        self,
        query: str,
        *,
        use_default_graph_as_union: bool = False,
        default_graph: Any = None,
        prefixes: Mapping[str, str] | None = None,
        substitutions: Mapping[Any, Any] | None = None,
    ) -> Any:
        """The solutions, the truth value or the triples; SyntaxError where the endpoint finds the query malformed."""
        if substitutions:
            raise NotImplementedError("an endpoint takes no substitutions")
        form = _FORM.search(_NOT_CODE.sub("", query))
        kind = form[1].upper() if form else ""
        is_graph = kind in ("CONSTRUCT", "DESCRIBE")
        fields = {"query": _declare(prefixes or {}) + query}
        if default_graph is not None:
            fields["default-graph-uri"] = _graph_name(default_graph).value
        accept = _TRIPLES.media_type if is_graph else _ROWS.media_type
        response = self._send("POST", self.address.query, data=fields, headers={"Accept": accept})
        if response.status_code == 400:
            raise SyntaxError(_first_line(response.text))
        self._refuse(response)
        self._refuse_cut(response)
        try:
            return _to_triples(response.content) if is_graph else _to_rows(response.content, kind)
        except (SyntaxError, ValueError) as error:
            reason = f"{response.headers.get('content-type')}: {_first_line(response.text)}"
            raise StoreError(f"{self} does not answer as a SPARQL endpoint does ({reason}): check the URL") from error

    def quads_for_pattern(self, subject: Any, predicate: Any, object: Any, graph_name: Any = None) -> Iterator[ox.Quad]:
        """The quads that match; None matches anything, DefaultGraph the shared graph."""
        given = {"s": subject, "p": predicate, "o": object}
        pattern = " ".join(f"?{name}" if term is None else str(term) for name, term in given.items())
        graph = "?g" if graph_name is None else str(_graph_name(graph_name))
        names = [name for name, term in given.items() if term is None] + (["g"] if graph_name is None else [])
        wanted = " ".join(f"?{name}" for name in names) or "(1 AS ?found)"
        for row in self.query(f"SELECT {wanted} WHERE {{ GRAPH {graph} {{ {pattern} }} }}"):
            s, p, o = (row[name] if term is None else term for name, term in given.items())
            found = row["g"] if graph_name is None else graph_name
            yield ox.Quad(s, p, o, ox.DefaultGraph() if found == SHARED else found)

    def named_graphs(self) -> Iterator[Any]:
        """The graphs of kg: those of documents, and the ontology's; an endpoint may hold others."""
        yield ox.NamedNode(str(ONTOLOGY))
        query = f"SELECT DISTINCT ?g WHERE {{ GRAPH {SHARED} {{ ?document <{BASE}ontology#inGraph> ?g }} }}"
        yield from (row["g"] for row in self.query(query))

    # --- writing ---

    def replace(self, graph: str | None, inside: list[str], stale: list[str], outside: list[str]) -> None:
        """Puts the triples `inside` in place of a named graph, takes `stale` out of the shared graph and puts `outside` in.

        Triples are lines of N-Triples. What fits goes in one request; what comes last are the triples outside, so that a
        document that was interrupted is not described as it should be, and is read again.
        """
        operations = _operations("DELETE DATA", str(SHARED), stale)
        if graph is not None and self.address.graphs and inside:
            self._update(operations)
            body = "\n".join(inside).encode()
            headers = {"Content-Type": "text/turtle"}  # Virtuoso knows it; N-Triples are Turtle
            params = {"graph": graph}
            self._refuse(self._send("PUT", self.address.graphs, content=body, headers=headers, params=params))
            operations = []
        elif graph is not None:
            operations.append((1, f"DROP SILENT GRAPH <{graph}>"))
            operations += _operations("INSERT DATA", f"<{graph}>", inside)
        self._update(operations + _operations("INSERT DATA", str(SHARED), outside))

    def _update(self, operations: Iterable[tuple[int, str]]) -> None:
        """Sends operations, each with its size, in as few requests as may be."""
        waiting: list[str] = []
        size = 0
        for more, operation in operations:
            if waiting and size + more > BATCH:
                self.update(" ;\n".join(waiting))
                waiting, size = [], 0
            waiting.append(operation)
            size += more
        if waiting:
            self.update(" ;\n".join(waiting))

    def update(self, update: str, *, prefixes: Mapping[str, str] | None = None) -> None:
        """Sends one update; doing it twice must do what doing it once does, since it may be sent again."""
        fields = {"update": _declare(prefixes or {}) + update}
        self._refuse(self._send("POST", self.address.update, data=fields))

    # --- HTTP ---

    def _send(self, method: str, url: str, **content: Any) -> Any:
        """The response, asked for again after a while where the endpoint is busy or cannot be reached."""
        for number in range(TRIES):
            if number:
                time.sleep(_WAIT * 2 ** (number - 1))
            try:
                response = self._client.request(method, url, **content)
            except self._failures as error:
                reason = str(error) or type(error).__name__
            else:
                if response.status_code not in _AGAIN:
                    return response
                reason = f"HTTP {response.status_code}: {_first_line(response.text)}"
            log.info("%s: try %d of %d failed (%s)", self, number + 1, TRIES, reason)
        raise StoreError(f"{self} does not answer ({reason}; {TRIES} tries): start it, or check the URL")

    def _refuse(self, response: Any) -> None:
        if response.status_code in (401, 403):
            raise StoreError(
                f"{self} refuses access (HTTP {response.status_code}): give KG_STORE_USER and KG_STORE_PASSWORD, or KG_STORE_TOKEN, "
                "and let that user write"
            )
        if response.status_code >= 400:
            reason = f"HTTP {response.status_code}: {_first_line(response.text)}"
            raise StoreError(f"{response.request.url} failed ({reason}): check the URL and the endpoint's log")

    def _refuse_cut(self, response: Any) -> None:
        most = response.headers.get("x-sparql-maxrows")
        if most is not None or response.status_code == 206:
            raise QueryError(
                f"{self} cut its answer off{f' after {most} rows' if most else ''}: raise its limits (of Virtuoso ResultSetMaxRows and MaxQueryExecutionTime)"
            )


def _to_auth(address: Address) -> Any:
    """Basic or digest authentication, as the endpoint asks for it; None without a user."""
    if address.user is None:
        return None
    import httpx

    class AsAsked(httpx.Auth):
        """Digest where the first answer asks for it, else basic."""

        def __init__(self, user: str, password: str) -> None:
            self.basic, self.digest = httpx.BasicAuth(user, password), httpx.DigestAuth(user, password)
            self.chosen: httpx.Auth | None = None

        def auth_flow(self, request: httpx.Request) -> Any:
            if self.chosen is None:
                response = yield request
                if response.status_code != 401:
                    return
                asked = response.headers.get("www-authenticate", "").lower()
                self.chosen = self.digest if asked.startswith("digest") else self.basic
            yield from self.chosen.auth_flow(request)

    return AsAsked(address.user, address.password or "")


def _declare(prefixes: Mapping[str, str]) -> str:
    """The prefixes on one line, so that the lines of the query keep their numbers."""
    lines = [f"PREFIX {prefix}: <{namespace}>" for prefix, namespace in prefixes.items() if prefix]
    return " ".join(lines) + " " if lines else ""


def _operations(verb: str, graph: str, lines: list[str]) -> list[tuple[int, str]]:
    """The triples in operations of a batch each, with their sizes; blank nodes, which no two requests share, in the first."""
    lines = sorted(lines, key=lambda line: "_:" not in line)
    batches = [lines[start : start + BATCH] for start in range(0, len(lines), BATCH)]
    return [(len(batch), "\n".join([f"{verb} {{ GRAPH {graph} {{", *batch, "} }"])) for batch in batches]


def _graph_name(graph: Any) -> ox.NamedNode:
    return SHARED if isinstance(graph, ox.DefaultGraph) else graph


def _to_rows(content: bytes, form: str) -> Any:
    """The solutions, or the truth value, which Virtuoso gives as a row with the number 1 or 0."""
    for old, new in _VIRTUOSO:
        content = content.replace(old, new)
    found = ox.parse_query_results(content, format=_ROWS)
    if form != "ASK" or isinstance(found, ox.QueryBoolean):
        return found
    answer = any(row[0].value != "0" for row in found)
    return ox.parse_query_results(json.dumps({"head": {}, "boolean": answer}), format=_ROWS)


def _to_triples(content: bytes) -> Any:
    """The triples as pyoxigraph's own kind of result."""
    store = ox.Store()
    store.load(content, format=_TRIPLES)
    return store.query("CONSTRUCT WHERE { ?s ?p ?o }")


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "no reason given")[:200]
