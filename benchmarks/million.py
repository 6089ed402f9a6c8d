"""A million quads: kg's store beside pyoxigraph used directly and rdflib's own memory, by turns in one run.

    python -m benchmarks.million

Each of the three is a process of its own, which tells its processor time and its peak memory. Writes `million.json` and
`million.md`.
"""

import json
import multiprocessing
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
LIMIT = 10
"""Seconds of processor time after which a query is given up."""
ROUNDS = 3
LONG = 0.5
"""Seconds from which one round is enough."""
PATIENCE = 60.0
"""Seconds after which a query is given up with kg, whose engine cannot be interrupted."""
GIVEN_UP: dict[str, Any] = {"seconds": None, "rows": None}
SLOW = {
    "sources": "it gives one row for each statement",
    "provenance": "it gives one row for each statement, with all that is known of it",
    "disputed": "it compares statements with each other, and the generated graph has many about the same few",
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

    def ask(peer: str, what: str, patience: float | None = None) -> Any:
        print(f"{peer}: {what}", file=sys.stderr, flush=True)
        pipes[peer].send(what)
        return pipes[peer].recv() if pipes[peer].poll(patience) else GIVEN_UP

    load = {peer: ask(peer, "load") for peer in PEERS}
    queries = {name: {peer: ask(peer, name) for peer in PEERS} for name in ANALYST}
    memory = {peer: ask(peer, "memory") for peer in PEERS}
    others: Table = {}
    for name in [name for name in named_queries() if name not in (*ANALYST, *SLOW)] + list(SLOW):
        others[name] = ask("kg", name, PATIENCE) if GIVEN_UP not in others.values() else GIVEN_UP
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
            pipe.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
        elif answers is None:
            began = process_time()
            answers = next(loads)
            pipe.send({"seconds": process_time() - began, "rows": None})
        else:
            pipe.send(_timed(answers, named_queries()[what].text))


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
    against_rdflib = statistics.geometric_mean(
        (row["rdflib"]["seconds"] or LIMIT) / row["kg"]["seconds"] for row in timed
    )
    against_direct = statistics.geometric_mean(row["kg"]["seconds"] / row["pyoxigraph"]["seconds"] for row in timed)
    given_up = sum(row["rdflib"]["seconds"] is None for row in timed)
    others = [
        [f"`{name}`", row["rows"] or "", "given up" if row["seconds"] is None else _seconds(row), SLOW.get(name, "")]
        for name, row in results["others"].items()
    ]
    memory = ", ".join(f"{peer} {size} MB" for peer, size in results["memory"].items())
    return (
        "# A million quads\n\nWritten by `make million`. "
        f"{setting_line(results['setting'])} A graph of {results['quads']:,} quads made by `benchmarks/generate.py`, on disk with kg and "
        "pyoxigraph, in memory with rdflib. Seconds are of processor time, the best of up to three rounds, the three by turns in one run.\n\n"
        + table(["", "rows", "kg, s", "pyoxigraph, s", "rdflib, s", "rdflib / kg", "kg / pyoxigraph"], rows)
        + f"\n\nGeometric mean: kg takes {against_direct:.2f} of the time of pyoxigraph used directly, and is "
        f"{'at least ' if given_up else ''}{against_rdflib:.1f} times faster than rdflib"
        + (f", which was given up after {LIMIT} s {given_up} times.\n\n" if given_up else ".\n\n")
        + f"Peak memory: {memory}.\n\nThe other named queries with kg (after one that was given up, no further one is asked):\n\n"
        + table(["", "rows", "kg, s", "why longer"], others)
        + "\n"
    )


def _row(name: str, row: Table) -> list[Any]:
    own, direct, rdflib = (row[peer]["seconds"] for peer in PEERS)
    times = f"> {LIMIT / own:.0f} ×" if rdflib is None else f"{rdflib / own:.1f} ×"
    return [name, row["kg"]["rows"] or "", *(_seconds(row[peer]) for peer in PEERS), times, f"{own / direct:.2f}"]


def _seconds(row: Table) -> str:
    return f"> {LIMIT}" if row["seconds"] is None else f"{row['seconds']:.3f}"


if __name__ == "__main__":
    main()
