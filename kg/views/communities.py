"""The communities of a graph: who has more to do with each other than with the rest.

>>> find_communities(nx.disjoint_union(nx.complete_graph(4), nx.complete_graph(3)), most=300)
[[0, 1, 2, 3], [4, 5, 6]]
"""

from collections.abc import Iterable, Iterator

import networkx as nx


def find_communities(graph: "nx.Graph[str]", most: int) -> list[list[str]]:
    """All nodes in communities by Louvain's method, the largest first; one of more than `most` nodes is divided again."""
    found = [sorted(part) for part in _divided(_in_order(graph, graph), most)]
    return sorted(found, key=lambda part: (-len(part), part[0]))


def gather_small(parts: list[list[str]], fewest: int, most: int) -> tuple[list[list[str]], list[list[str]]]:
    """The parts of at least `fewest` nodes, and the smaller ones put together so that none has more than `most` nodes."""
    large = [part for part in parts if len(part) >= fewest]
    gathered: list[list[str]] = []
    for part in parts:
        if len(part) < fewest:
            if not gathered or len(gathered[-1]) + len(part) > most:
                gathered.append([])
            gathered[-1].extend(part)
    return large, gathered


def _divided(graph: "nx.Graph[str]", most: int) -> Iterator[set[str]]:
    parts = nx.community.louvain_communities(graph, weight="weight", seed=0) if graph else []
    for part in parts:
        if len(part) <= most:
            yield part
        elif len(parts) > 1:
            yield from _divided(_in_order(graph, part), most)
        else:
            yield from _cut(sorted(part), most)


def _cut(names: list[str], most: int) -> Iterator[set[str]]:
    """Pieces of what does not divide by itself, as a star of a thousand."""
    yield from (set(names[start : start + most]) for start in range(0, len(names), most))


def _in_order(graph: "nx.Graph[str]", names: Iterable[str]) -> "nx.Graph[str]":
    """The part of the graph, with all in a fixed order, as the method depends on it."""
    part: nx.Graph[str] = nx.Graph()
    kept = sorted(names)
    part.add_nodes_from(kept)
    inside = set(kept)
    for name in kept:
        for other in sorted(graph[name]):
            if name <= other and other in inside:
                part.add_edge(name, other, weight=graph[name][other].get("weight", 1))
    return part
