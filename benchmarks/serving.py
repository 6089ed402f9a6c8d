"""Measures `kg serve` under load: `python -m benchmarks.serving KG` writes `serving.json` and `serving.md`.

32 clients ask at once, each sending its next request when it has the last answer: named queries, look-ups, pages of entities.
Rounds take turns: in every second one of the clients sends nothing but a cross product that never ends. The others are compared
with themselves in the rounds beside, since other work on the same machine moves both alike. Clients and server share the cores.
"""

import argparse
import asyncio
import json
import os
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode, urlsplit

from benchmarks.gold import HERE
from benchmarks.tables import table
from kg.queries import named_queries
from kg.store import open_store
from tests.servers import Server, serving

CLIENTS = 32
NAMED = ("meetings", "visits", "agreements", "aid", "planned", "denied", "spokespersons", "offices")
LOOK_UPS = (
    "SELECT ?whom ?name WHERE { wd:Q30 ?how ?whom . ?whom a/rdfs:subClassOf kg:Entity ; rdfs:label ?name }",
    "SELECT ?type (COUNT(*) AS ?n) WHERE { ?s a ?type ; kg:actor wd:Q30 } GROUP BY ?type",
    "ASK { wd:Q30 kg:met ?somebody }",
)
HOSTILE = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


def paths_of(pages: list[str]) -> list[str]:
    """What the clients ask for, in their order."""
    queries = [named_queries()[name].text for name in NAMED] + list(LOOK_UPS)
    return [*(f"/sparql?{urlencode({'query': query})}" for query in queries), *pages]


@dataclass
class Round:
    """What came back in a round: seconds and statuses of the ordinary clients, statuses of the hostile one."""

    hostile: bool
    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    hostile_statuses: Counter[int] = field(default_factory=Counter)


class Client:
    """A connection that stays open."""

    def __init__(self, address: str) -> None:
        self.host = urlsplit(address).hostname or ""
        self.port = urlsplit(address).port or 80

    async def __aenter__(self) -> "Client":
        self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
        return self

    async def __aexit__(self, *error: object) -> None:
        self.writer.close()

    async def get(self, path: str) -> tuple[int, bytes]:
        """Status and body of the answer to a request."""
        self.writer.write(f"GET {path} HTTP/1.1\r\nHost: {self.host}\r\nAccept: */*\r\n\r\n".encode())
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = next(int(line[15:]) for line in head.split("\r\n") if line.startswith("content-length:"))
        return int(head.split(" ", 2)[1]), await self.reader.readexactly(length)


async def ask_on(address: str, paths: list[str], start: int, end: float, into: Round) -> None:
    """Asks one thing after the other until the round is over."""
    async with Client(address) as client:
        number = start
        while time.perf_counter() < end:
            began = time.perf_counter()
            status, _ = await client.get(paths[number % len(paths)])
            into.seconds.append(time.perf_counter() - began)
            into.statuses[status] += 1
            number += 1


async def attack(address: str, end: float, into: Round) -> None:
    """Sends the cross product again and again until the round is over."""
    while time.perf_counter() < end:
        async with Client(address) as client:
            try:
                left = end - time.perf_counter()
                status, _ = await asyncio.wait_for(client.get(f"/sparql?{urlencode({'query': HOSTILE})}"), left)
            except TimeoutError:
                return
            into.hostile_statuses[status] += 1


async def run_round(address: str, paths: list[str], seconds: float, *, hostile: bool) -> Round:
    """One round of that many seconds."""
    result = Round(hostile)
    end = time.perf_counter() + seconds
    work = [ask_on(address, paths, 7 * number, end, result) for number in range(CLIENTS - hostile)]
    if hostile:
        work.append(attack(address, end, result))
    await asyncio.gather(*work)
    return result


async def watch_memory(address: str, seen: list[tuple[float, int, int]]) -> None:
    """Notes every two seconds how many bytes the server and its workers hold."""
    began = time.perf_counter()
    async with Client(address) as client:
        while True:
            _, body = await client.get("/metrics")
            numbers = dict(line.split(" ", 1) for line in body.decode().splitlines() if not line.startswith("#"))
            server = int(float(numbers["process_resident_memory_bytes"]))
            workers = int(float(numbers["kg_workers_resident_memory_bytes"]))
            seen.append((round(time.perf_counter() - began, 1), server, workers))
            await asyncio.sleep(2)


async def measure(server: Server, paths: list[str], rounds: int, seconds: float) -> dict[str, Any]:
    """All rounds, by turns without and with the hostile client, and the memory meanwhile."""
    await run_round(server.address, paths, 5, hostile=False)  # until all is loaded
    memory: list[tuple[float, int, int]] = []
    watch = asyncio.create_task(watch_memory(server.address, memory))
    done = [await run_round(server.address, paths, seconds, hostile=bool(number % 2)) for number in range(2 * rounds)]
    watch.cancel()
    return {"rounds": [_figures(one) for one in done], "all": _compare(done), "memory": _memory(memory)}


def _figures(one: Round) -> dict[str, Any]:
    return {
        "hostile": one.hostile,
        "requests": len(one.seconds),
        "p50": round(_quantile(one.seconds, 0.50), 4),
        "p95": round(_quantile(one.seconds, 0.95), 4),
        "statuses": {str(status): count for status, count in sorted(one.statuses.items())},
        "hostile_statuses": {str(status): count for status, count in sorted(one.hostile_statuses.items())},
    }


def _quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def _compare(rounds: list[Round]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, hostile in (("without", False), ("with", True)):
        seconds = [second for one in rounds if one.hostile == hostile for second in one.seconds]
        found[name] = {f"p{share}": round(_quantile(seconds, share / 100), 4) for share in (50, 95, 99)} | {
            "requests": len(seconds)
        }
    pairs = zip(rounds[::2], rounds[1::2], strict=True)
    ratios = [_quantile(bad.seconds, 0.95) / _quantile(good.seconds, 0.95) for good, bad in pairs]
    found["p95_ratio"] = round(found["with"]["p95"] / found["without"]["p95"], 2)
    found["p95_ratio_by_pair"] = [round(ratio, 2) for ratio in ratios]
    found["server_errors_of_others"] = sum(
        count for one in rounds for status, count in one.statuses.items() if status >= 500
    )
    return found


def _memory(seen: list[tuple[float, int, int]]) -> dict[str, Any]:
    megabytes = [(at, server / 2**20, workers / 2**20) for at, server, workers in seen]
    return {
        "server_mb_first_half": round(median(server for _, server, _ in megabytes[: len(megabytes) // 2]), 1),
        "server_mb_second_half": round(median(server for _, server, _ in megabytes[len(megabytes) // 2 :]), 1),
        "workers_mb_first_half": round(median(workers for *_, workers in megabytes[: len(megabytes) // 2]), 1),
        "workers_mb_second_half": round(median(workers for *_, workers in megabytes[len(megabytes) // 2 :]), 1),
        "most_mb_together": round(max(server + workers for _, server, workers in megabytes), 1),
        "every_ten_seconds": [[at, round(server), round(workers)] for at, server, workers in megabytes[::5]],
    }


def describe(path: Path) -> dict[str, Any]:
    """How large the graph is."""
    with open_store(path, read_only=True) as store:
        counts = "SELECT (COUNT(*) AS ?n) WHERE { ?s kg:modality ?m }"
        triples = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
        return {
            "documents": len(store.document_ids()),
            "statements": store.query(counts).rows[0][0],
            "triples": store.query(triples).rows[0][0],
            "pages": [f"/entity/{row[0]}" for row in store.query("entities").rows[:6]],
        }


def to_markdown(results: dict[str, Any]) -> str:
    """The results as tables, with what they mean."""
    all_, memory, graph = results["all"], results["memory"], results["graph"]
    rows = [
        [name, all_[name]["requests"], *(f"{1000 * all_[name][share]:.0f} ms" for share in ("p50", "p95", "p99"))]
        for name in ("without", "with")
    ]
    turns = [
        [
            number,
            "yes" if one["hostile"] else "no",
            one["requests"],
            f"{1000 * one['p95']:.0f} ms",
            _counts(one["statuses"]),
            _counts(one["hostile_statuses"]),
        ]
        for number, one in enumerate(results["rounds"], 1)
    ]
    explained = (__doc__ or "").split("\n\n", 1)[1].strip()
    return (
        f"# Serving under load\n\nWritten by `python -m benchmarks.serving`: {CLIENTS} clients, {len(turns)} rounds of "
        f"{results['seconds']:g} s by turns, a graph of {graph['documents']} news articles ({graph['statements']} statements, "
        f"{graph['triples']} triples), {results['workers']} workers, a time limit of {results['timeout']:g} s, "
        f"{results['cores']} cores with a load of {results['load'][0]:.1f} before and {results['load'][1]:.1f} after.\n\n"
        f"{table(['hostile client', 'requests of the others', 'p50', 'p95', 'p99'], rows)}\n\n"
        f"The others' p95 is **{all_['p95_ratio']} times** what it is without the hostile client (pair by pair: "
        f"{', '.join(map(str, all_['p95_ratio_by_pair']))}). Answers of 500 and more to the others: {all_['server_errors_of_others']}.\n\n"
        f"{table(['round', 'hostile client', 'requests', 'p95', 'statuses', 'statuses of the hostile one'], turns)}\n\n"
        f"Memory, median of the first and of the second half: server {memory['server_mb_first_half']} and "
        f"{memory['server_mb_second_half']} MB, all workers {memory['workers_mb_first_half']} and "
        f"{memory['workers_mb_second_half']} MB; at most {memory['most_mb_together']} MB together.\n\n"
        f"{explained}\n"
    )


def _counts(statuses: dict[str, int]) -> str:
    return ", ".join(f"{count} × {status}" for status, count in statuses.items()) or "–"


def main() -> None:
    """Measures and writes the two files of results."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("graph", type=Path, metavar="KG", help="a graph that `kg build` has made")
    parser.add_argument("--rounds", type=int, default=2, help="pairs of rounds")
    parser.add_argument("--seconds", type=float, default=30, help="how long a round takes")
    parser.add_argument("--timeout", type=float, default=10, help="the server's time limit")
    parser.add_argument("--workers", type=int, default=2 * (os.cpu_count() or 1))
    given = parser.parse_args()
    graph = describe(given.graph)
    load = os.getloadavg()[0]
    with serving(given.graph, "--timeout", given.timeout, "--workers", given.workers) as server:
        results = asyncio.run(measure(server, paths_of(graph.pop("pages")), given.rounds, given.seconds))
    results |= {
        "graph": graph,
        "seconds": given.seconds,
        "timeout": given.timeout,
        "workers": given.workers,
        "cores": os.cpu_count(),
        "load": [load, os.getloadavg()[0]],
    }
    (HERE / "serving.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    (HERE / "serving.md").write_text(to_markdown(results), encoding="utf-8")
    print(to_markdown(results), end="")


if __name__ == "__main__":
    main()
