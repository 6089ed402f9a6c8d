"""A million quads: kg's store beside pyoxigraph used directly and rdflib's own memory, by turns in one run.

    python -m benchmarks.million

Each of the three is a process of its own, which tells its processor time and its peak memory. pyoxigraph is given the named
queries as they are; rdflib, which joins row by row whatever is asked, is given them without the inner SELECTs that would only
slow it down. Writes `million.json` and `million.md`.
"""

import json
import multiprocessing
import re
import resource
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import process_time
from typing import Any

import pyoxigraph
from rdflib import Dataset

from benchmarks.generate import generate
from benchmarks.gold import HERE
from benchmarks.run import limited, setting
from benchmarks.tables import setting_line, table
from kg.errors import QueryError
from kg.ontology import NAMESPACES
from kg.queries import named_queries
from kg.resources import resource as shipped
from kg.store import open_store

ANALYST = "accusations agreements aid conflicts country-pairs denied documents meetings planned visits".split()
"""The ten queries that all three answer."""
PEERS = ("kg", "pyoxigraph", "rdflib")
LIMIT = 90
"""Seconds of processor time after which a query is given up."""
ROUNDS = 3
LONG = 0.5
"""Seconds from which one round is enough."""
SLOW = {
    "sources": "ten columns of each of the {rows:,} actors of all statements, sorted by names",
    "provenance": "nineteen columns of each of the {rows:,} statements, read from a dozen whole predicates of the graph",
    "disputed": "{rows:,} pairs of rival statements with two sentences each: the generated news tells of few heads of state again and again",
}
"""The queries that are known to take longer than a second, each with the reason; they come last."""
ONTOLOGY = ("kg.ttl", "plover.ttl")
Ask = Callable[[str], int]
Table = dict[str, Any]


def main() -> None:
    """Generates the graph, measures the three by turns and writes the two files of results."""
    with tempfile.TemporaryDirectory() as folder:
        dump = Path(folder) / "graph.nq"
        generate(dump)
        results = measure(dump, Path(folder))
    (HERE / "million.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    (HERE / "million.md").write_text(to_markdown(results), encoding="utf-8")
    print(to_markdown(results), end="")


# --- Measuring ---


def measure(dump: Path, folder: Path) -> Table:
    """The times of loading and of each query by peer, the peak memory, and the times of all other named queries with kg."""
    context = multiprocessing.get_context("spawn")
    pipes = {}
    processes = []
    for peer in PEERS:
        here, there = context.Pipe()
        process = context.Process(target=serve, args=(peer, str(dump), str(folder / peer), there), daemon=True)
        process.start()
        processes.append(process)
        pipes[peer] = here

    def ask(peer: str, what: str) -> Any:
        print(f"{peer}: {what}", file=sys.stderr, flush=True)
        pipes[peer].send(what)
        return pipes[peer].recv()

    load = {peer: ask(peer, "load") for peer in PEERS}
    queries = {name: {peer: ask(peer, name) for peer in PEERS} for name in ANALYST}
    rest = [name for name in named_queries() if name not in (*ANALYST, *SLOW)] + list(SLOW)
    others = {name: {peer: ask(peer, name) for peer in ("kg", "pyoxigraph")} for name in rest}
    memory = {peer: ask(peer, "memory") for peer in PEERS}
    for process in processes:
        process.terminate()
    with dump.open("rb") as file:
        count = sum(1 for _ in file)
    return {"setting": setting(), "quads": count, "load": load, "queries": queries, "others": others, "memory": memory}


def serve(peer: str, dump: str, folder: str, pipe: Any) -> None:
    """Answers, in a process of its own, what it is asked: `load`, `memory`, or the name of a query."""
    loads = _PEERS[peer](dump, folder)
    answers: Ask | None = None
    while True:
        what = pipe.recv()
        if what == "memory":
            pipe.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)  # with the pages of mapped files
        elif answers is None:
            began = process_time()
            answers = next(loads)
            pipe.send({"seconds": process_time() - began, "rows": None})
        else:
            text = named_queries()[what].text
            pipe.send(_timed(answers, _row_by_row(text) if peer == "rdflib" else text))


def _row_by_row(query: str) -> str:
    """The query with the content of each `{ SELECT * { … } }` in its place."""
    start = query.find("{ SELECT * {")
    if start < 0:
        return query
    depth = 0
    for brace in re.finditer(r"[{}]", query[start:]):
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            break
    end = start + brace.end()
    content = query[start + len("{ SELECT * {") : end].rpartition("}")[0].rpartition("}")[0].strip()
    before = query[:start].rstrip()
    dot = " . " if before[-1] not in "{}." else " "
    return _row_by_row(f"{before}{dot}{content}{'' if content[-1] in '.}' else ' .'}{query[end:]}")


def _timed(ask: Ask, query: str) -> Table:
    times: list[float] = []
    rows = 0
    try:
        with limited(LIMIT):
            while len(times) < ROUNDS and (not times or times[-1] < LONG):
                began = process_time()
                rows = ask(query)
                times.append(process_time() - began)
    except (TimeoutError, QueryError):  # the store takes the time-out for a failure of the disk
        return {"seconds": None, "rows": None}
    return {"seconds": min(times), "rows": rows}


def _kg(dump: str, folder: str) -> Iterator[Ask]:
    store = open_store(folder)
    store.load(dump)
    yield lambda query: len(store.query(query).rows)


def _pyoxigraph(dump: str, folder: str) -> Iterator[Ask]:
    store = pyoxigraph.Store(folder)
    store.bulk_load(path=dump)
    for name in ONTOLOGY:
        store.load(path=shipped("ontology", name), to_graph=pyoxigraph.NamedNode("https://w3id.org/geokg/ontology"))

    def ask(query: str) -> int:
        found: Any = store.query(query, prefixes=NAMESPACES, use_default_graph_as_union=True)
        return len([tuple(None if term is None else term.value for term in row) for row in found])

    yield ask


def _rdflib(dump: str, folder: str) -> Iterator[Ask]:
    dataset = Dataset(default_union=True)
    dataset.parse(dump, format="nquads")
    for name in ONTOLOGY:
        dataset.parse(shipped("ontology", name), format="turtle")
    yield lambda query: len(list(dataset.query(query, initNs=NAMESPACES)))


_PEERS = {"kg": _kg, "pyoxigraph": _pyoxigraph, "rdflib": _rdflib}


# --- The tables ---


def to_markdown(results: Table) -> str:
    """The times side by side with their geometric means, the memory, and the other named queries."""
    rows = [_row("load", results["load"])] + [_row(f"`{name}`", row) for name, row in results["queries"].items()]
    timed = [results["load"], *results["queries"].values()]
    queries = list(results["queries"].values())
    given_up = sum(row["rdflib"]["seconds"] is None for row in timed)
    after = f", which was given up after {LIMIT} s {given_up} times" if given_up else ""
    asked = [*results["queries"].values(), *results["others"].values()]
    quick = sum(row["kg"]["seconds"] is not None and row["kg"]["seconds"] < 1 for row in asked)
    memory = results["memory"]
    others = [_other(name, row) for name, row in results["others"].items()]
    return (
        "# A million quads\n\nWritten by `make million`. "
        f"{setting_line(results['setting'])} A graph of {results['quads']:,} quads made by `benchmarks/generate.py`, on disk with kg and "
        "pyoxigraph, in memory with rdflib. Seconds are of processor time, the best of up to three rounds, the three by turns in one run. "
        "rdflib, which joins row by row, is given the queries without the inner SELECTs that make Oxigraph join by hash.\n\n"
        + table(["", "rows", "kg, s", "pyoxigraph, s", "rdflib, s", "rdflib / kg", "kg / pyoxigraph"], rows)
        + f"\n\nGeometric mean of loading and the queries: kg takes {_mean(timed, 'kg', 'pyoxigraph'):.2f} of the time of pyoxigraph used "
        f"directly, and is {'at least ' if given_up else ''}{_mean(timed, 'rdflib', 'kg'):.1f} times faster than rdflib{after}; of the "
        f"queries alone {_mean(queries, 'kg', 'pyoxigraph'):.2f} and {'at least ' if given_up else ''}{_mean(queries, 'rdflib', 'kg'):.1f}.\n\n"
        f"Peak resident memory, loading and all queries: kg {memory['kg']} MB, pyoxigraph {memory['pyoxigraph']} MB (which loads the "
        f"whole file at once), rdflib {memory['rdflib']} MB (without the other named queries).\n\nThe other named queries; of all "
        f"{len(asked)}, {quick} take less than a second with kg:\n\n"
        + table(["", "rows", "kg, s", "pyoxigraph, s", "kg / pyoxigraph", "why longer than a second"], others)
        + "\n"
    )


def _mean(rows: list[Table], one: str, other: str) -> float:
    """The geometric mean of the ratios of two peers; a query that was given up counts with the limit."""
    return statistics.geometric_mean((row[one]["seconds"] or LIMIT) / (row[other]["seconds"] or LIMIT) for row in rows)


def _other(name: str, row: Table) -> list[Any]:
    own, direct = row["kg"], row["pyoxigraph"]
    both = own["seconds"] and direct["seconds"]
    ratio = f"{own['seconds'] / direct['seconds']:.2f}" if both else ""
    why = SLOW.get(name, "").format(rows=own["rows"] or 0)
    return [f"`{name}`", own["rows"] or "", _seconds(own), _seconds(direct), ratio, why]


def _row(name: str, row: Table) -> list[Any]:
    own, direct, rdflib = (row[peer]["seconds"] for peer in PEERS)
    times = f"> {LIMIT / own:.0f} ×" if rdflib is None else f"{rdflib / own:.1f} ×"
    return [name, row["kg"]["rows"] or "", *(_seconds(row[peer]) for peer in PEERS), times, f"{own / direct:.2f}"]


def _seconds(row: Table) -> str:
    return f"> {LIMIT}" if row["seconds"] is None else f"{row['seconds']:.3f}"


if __name__ == "__main__":
    main()
