"""A process that evaluates queries, one at a time, and may be killed at any moment: `python -m kg.server.worker`.

It reads one line of JSON a job from standard input, and writes one line of JSON, with `length`, and so many bytes.
Only the engine and light modules are imported, since a killed worker must be replaced at once.
"""

import csv
import gzip
import io
import json
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from math import ceil
from pathlib import Path
from typing import IO, Any
from xml.sax.saxutils import escape, quoteattr

import pyoxigraph
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat

from kg.errors import QueryError
from kg.queries import why_malformed
from kg.server.sparql import find_call, graphs_of, with_dataset

Job = dict[str, Any]
Answer = tuple[dict[str, Any], bytes]

MAX_BYTES = 64 * 2**20
_XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"
_XML_HEAD = '<?xml version="1.0"?>\n<sparql xmlns="http://www.w3.org/2005/sparql-results#">'
_GRACE = 5
_SMALL, _EFFORT = 1000, 5
_OWN_MEMORY = 2**30
"""The address space of an idle worker, where the system does not tell."""


class Refused(Exception):
    """A job that cannot be done, with the HTTP status and one sentence that says why."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def main() -> None:
    """Answers jobs until standard input ends."""
    answers = sys.stdout.buffer
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server decides when a worker ends
    _send(answers, ({"status": 200}, b""))
    opened = _Opened()
    for line in sys.stdin.buffer:
        job = json.loads(line)
        with _alarm(job["timeout"] + _GRACE):
            try:
                answer = _answer(opened, job)
            except MemoryError:
                os._exit(1)
        _send(answers, answer)


class _alarm:  # noqa: N801  a context manager
    """The kernel ends the process after so many seconds, also where the server is gone and the engine listens to nobody."""

    def __init__(self, seconds: float) -> None:
        self.seconds = ceil(seconds)

    def __enter__(self) -> None:
        if hasattr(signal, "alarm"):
            signal.alarm(self.seconds)

    def __exit__(self, *error: object) -> None:
        if hasattr(signal, "alarm"):
            signal.alarm(0)


def _send(file: IO[bytes], answer: Answer) -> None:
    header, body = answer
    file.write(json.dumps(header | {"length": len(body)}).encode() + b"\n" + body)
    file.flush()


def _limit_memory(megabytes: int | None) -> None:
    """The process gets so much more memory than it has now, and ends where it asks for more; None takes the limit away."""
    try:
        import resource
    except ImportError:
        return  # no POSIX system: the time limit must do
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    now = 0
    if megabytes is not None:
        with suppress(OSError):
            now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    soft = hard if megabytes is None else (now or _OWN_MEMORY) + megabytes * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


class _Opened:
    """The store that is open for reading: the one of the last job, until a job names another."""

    def __init__(self) -> None:
        self.path: str | None = None
        self.store: pyoxigraph.Store | None = None

    def read(self, path: str, megabytes: int) -> pyoxigraph.Store:
        if self.path != path or self.store is None:
            self.path = self.store = None
            _limit_memory(None)
            self.store = pyoxigraph.Store.read_only(path)
            self.path = path
            _limit_memory(megabytes)
        return self.store


def _answer(opened: _Opened, job: Job) -> Answer:
    try:
        if job["do"] == "update":
            return _update(job)
        try:
            store = opened.read(job["store"], job["memory"])
        except (OSError, RuntimeError) as error:
            return {"status": 503, "stale": True, "reason": f"the store cannot be read now ({error}): try again"}, b""
        return _compress(_KINDS[job["do"]](store, job), job)
    except Refused as refused:
        return {"status": refused.status, "reason": str(refused)}, b""
    except QueryError as error:
        return {"status": 400, "reason": str(error)}, b""
    except (SyntaxError, ValueError) as error:
        return {"status": 400, "reason": why_malformed(error)}, b""
    except OSError as error:
        return {"status": 500, "reason": f"the store failed ({error}): check it by `kg check`"}, b""


def _compress(answer: Answer, job: Job) -> Answer:
    """The answer packed for a client that can unpack it; here, where it holds up nobody."""
    about, body = answer
    if not job["gzip"] or len(body) < _SMALL:
        return answer
    return about | {"encoding": "gzip"}, gzip.compress(body, _EFFORT, mtime=0)


def _refuse_calls(text: str) -> None:
    call = find_call(text)
    if call:
        raise Refused(
            403,
            f"{call} is switched off: this server calls no other one (where it is a prefix or part of one, rename that)",
        )


# --- queries ---


def _query(store: pyoxigraph.Store, job: Job) -> Answer:
    text, default, named = job["text"], job["default"], job["named"]
    _refuse_calls(text)
    own = graphs_of(text, job["prefixes"])
    missing = [graph for graph in default + named or own if not store.contains_named_graph(NamedNode(graph))]
    about: dict[str, Any] = {"missing": missing} if missing else {}
    if missing and not default and not named:
        raise Refused(
            400, f"the store has no graph <{missing[0]}>, and nothing is fetched from elsewhere: name one of its own"
        )
    dataset: dict[str, Any] = {"use_default_graph_as_union": not own}
    if default or named:
        dataset = {"default_graph": _nodes(default), "named_graphs": _nodes(named)}
    found = store.query(text, base_iri=job["base"], prefixes=job["prefixes"], **dataset)
    if isinstance(found, pyoxigraph.QueryTriples):
        return _write_triples(found, job, about)
    format = _accepted(job, "solutions")
    if isinstance(found, pyoxigraph.QueryBoolean):
        return about | {"status": 200, "format": format}, _BOOLEANS[format](bool(found))
    names = [variable.value for variable in found.variables]
    rows = _Cut(_rows(found), job["max_rows"])
    body = b"".join(piece.encode() for piece in rows.limit(_SOLUTIONS[format](names, rows)))
    return about | {"status": 200, "format": format, "cut": rows.cut, "rows": rows.count}, body


def _queries(store: pyoxigraph.Store, job: Job) -> Answer:
    """The rows of several SELECT queries over all graphs, as a JSON array of results: what one page needs, in one go."""
    results = [_query(store, job | {"text": text}) for text in job["texts"]]
    return {"status": 200}, b"[" + b",".join(body for _, body in results) + b"]"


def _nodes(iris: Iterable[str]) -> list[NamedNode]:
    return [NamedNode(iri) for iri in iris]


def _accepted(job: Job, kind: str) -> str:
    """The format that the client has asked for."""
    format: str | None = job["formats"][kind]
    if format is None:
        raise Refused(406, f"this query can be answered as {', '.join(job['offered'][kind])}: accept one of these")
    return format


def _rows(solutions: pyoxigraph.QuerySolutions) -> Iterator[list[Any]]:
    indices = range(len(solutions.variables))
    for solution in solutions:
        yield [solution[index] for index in indices]


class _Cut:
    """Rows or triples until there are too many of them, or their text is too long; `cut` tells whether there were more."""

    def __init__(self, rows: Iterable[Any], most: int) -> None:
        self._rows, self._most = rows, most
        self.count, self.bytes, self.cut = 0, 0, False

    def __iter__(self) -> Iterator[Any]:
        for row in self._rows:
            if self.count == self._most or self.bytes > MAX_BYTES:
                self.cut = True
                return
            self.count += 1
            yield row

    def limit(self, pieces: Iterable[str]) -> Iterator[str]:
        """The pieces of text, counted."""
        for piece in pieces:
            self.bytes += len(piece)
            yield piece


def _json(names: list[str], rows: Iterable[list[Any]]) -> Iterator[str]:
    keys = [json.dumps(name, ensure_ascii=False) for name in names]
    yield f'{{"head":{{"vars":[{",".join(keys)}]}},"results":{{"bindings":['
    for number, row in enumerate(rows):
        pairs = (f"{key}:{_json_term(term)}" for key, term in zip(keys, row, strict=True) if term is not None)
        yield f"{',' if number else ''}\n{{{','.join(pairs)}}}"
    yield "\n]}}\n"


@lru_cache(maxsize=20_000)
def _json_term(term: Any) -> str:
    return json.dumps(_term(term), ensure_ascii=False, separators=(",", ":"))


def _term(term: Any) -> dict[str, Any]:
    if isinstance(term, NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, BlankNode):
        return {"type": "bnode", "value": term.value}
    if isinstance(term, Literal):
        more: dict[str, str] = {}
        if term.language:
            more["xml:lang"] = term.language
        elif term.datatype.value != _XSD_STRING:
            more["datatype"] = term.datatype.value
        return {"type": "literal", "value": term.value, **more}
    parts = {"subject": term.subject, "predicate": term.predicate, "object": term.object}
    return {"type": "triple", "value": {name: _term(part) for name, part in parts.items()}}


def _xml(names: list[str], rows: Iterable[list[Any]]) -> Iterator[str]:
    yield f"{_XML_HEAD}<head>{''.join(f'<variable name={quoteattr(name)}/>' for name in names)}</head><results>"
    for row in rows:
        cells = (
            f"<binding name={quoteattr(name)}>{_xml_term(term)}</binding>"
            for name, term in zip(names, row, strict=True)
            if term is not None
        )
        yield f"\n<result>{''.join(cells)}</result>"
    yield "\n</results></sparql>\n"


@lru_cache(maxsize=20_000)
def _xml_term(term: Any) -> str:
    if isinstance(term, NamedNode):
        return f"<uri>{escape(term.value)}</uri>"
    if isinstance(term, BlankNode):
        return f"<bnode>{escape(term.value)}</bnode>"
    if isinstance(term, Literal):
        about = f" xml:lang={quoteattr(term.language)}" if term.language else ""
        if not about and term.datatype.value != _XSD_STRING:
            about = f" datatype={quoteattr(term.datatype.value)}"
        return f"<literal{about}>{escape(_XML_UNFIT(term.value))}</literal>"
    parts = (("subject", term.subject), ("predicate", term.predicate), ("object", term.object))
    return f"<triple>{''.join(f'<{name}>{_xml_term(part)}</{name}>' for name, part in parts)}</triple>"


def _XML_UNFIT(text: str) -> str:  # noqa: N802
    """The text without the control characters that XML cannot hold."""
    return "".join(char if char >= " " or char in "\t\n\r" else "\N{REPLACEMENT CHARACTER}" for char in text)


def _csv(names: list[str], rows: Iterable[list[Any]]) -> Iterator[str]:
    text = io.StringIO()
    writer = csv.writer(text)
    for row in _chain(names, rows):
        writer.writerow(row)
        yield text.getvalue()
        text.seek(0)
        text.truncate()


def _chain(names: list[str], rows: Iterable[list[Any]]) -> Iterator[list[str]]:
    yield names
    for row in rows:
        yield ["" if term is None else _plain(term) for term in row]


def _plain(term: Any) -> str:
    return str(term.value) if isinstance(term, NamedNode | Literal) else str(term)


def _tsv(names: list[str], rows: Iterable[list[Any]]) -> Iterator[str]:
    yield "\t".join(f"?{name}" for name in names) + "\n"
    for row in rows:
        yield "\t".join("" if term is None else str(term).replace("\t", "\\t") for term in row) + "\n"


_SOLUTIONS: dict[str, Callable[[list[str], Iterable[list[Any]]], Iterator[str]]] = {
    "json": _json,
    "xml": _xml,
    "csv": _csv,
    "tsv": _tsv,
}
_BOOLEANS: dict[str, Callable[[bool], bytes]] = {
    "json": lambda value: json.dumps({"head": {}, "boolean": value}).encode(),
    "xml": lambda value: f"{_XML_HEAD}<head/><boolean>{str(value).lower()}</boolean></sparql>\n".encode(),
    "csv": lambda value: str(value).lower().encode(),
    "tsv": lambda value: str(value).lower().encode(),
}
RDF = {
    "turtle": RdfFormat.TURTLE,
    "ntriples": RdfFormat.N_TRIPLES,
    "trig": RdfFormat.TRIG,
    "nquads": RdfFormat.N_QUADS,
    "jsonld": RdfFormat.JSON_LD,
    "rdfxml": RdfFormat.RDF_XML,
}


def _write_triples(triples: Iterable[Any], job: Job, about: dict[str, Any]) -> Answer:
    format = _accepted(job, "triples")
    kept = _Cut(triples, job["max_rows"])
    unique = list(dict.fromkeys(kept))
    body = pyoxigraph.serialize(unique, format=RDF[format], prefixes=_used(job["prefixes"], unique))
    assert isinstance(body, bytes)
    return about | {"status": 200, "format": format, "cut": kept.cut, "rows": kept.count}, body


def _used(prefixes: dict[str, str], triples: Iterable[Any]) -> dict[str, str]:
    """The prefixes that shorten something."""
    iris = {term.value for triple in triples for term in triple if isinstance(term, NamedNode)}
    iris |= {triple.object.datatype.value for triple in triples if isinstance(triple.object, Literal)}
    spaces = {max((space for space in prefixes.values() if iri.startswith(space)), key=len, default="") for iri in iris}
    return {prefix: space for prefix, space in prefixes.items() if space in spaces}


# --- graphs and updates ---


def _graph(store: pyoxigraph.Store, job: Job) -> Answer:
    """All triples of the first of the named graphs that is there; an empty name is the default graph."""
    for name in job["graphs"]:
        node = NamedNode(name) if name else pyoxigraph.DefaultGraph()
        if not name or store.contains_named_graph(node):
            quads = store.quads_for_pattern(None, None, None, node)
            return _write_triples((quad.triple for quad in quads), job, {})
    raise Refused(
        404, f"the store has no graph <{job['graphs'][0]}>: `SELECT DISTINCT ?g {{ GRAPH ?g {{}} }}` lists them"
    )


def _update(job: Job) -> Answer:
    """One transaction on the store itself, which no other process may be writing meanwhile."""
    _refuse_calls(job["text"])
    text = with_dataset(job["text"], job["default"], job["named"])
    _limit_memory(None)
    try:
        store = pyoxigraph.Store(job["store"])
    except (OSError, RuntimeError) as error:
        raise Refused(
            503, f"the store cannot be written now ({error}): wait until no other process writes it"
        ) from error
    _limit_memory(job["memory"])
    store.update(text, base_iri=job["base"], prefixes=job["prefixes"])
    store.flush()
    return {"status": 204}, b""


_KINDS: dict[str, Callable[[pyoxigraph.Store, Job], Answer]] = {
    "query": _query,
    "queries": _queries,
    "graph": _graph,
}


if __name__ == "__main__":
    with suppress(BrokenPipeError):  # the server has ended first
        main()
    os._exit(0)
