"""What a drawing of a graph shows: its facts, nodes with places and sizes, and lines that stand for facts.

The graph is the one that `kg.network` makes: each edge carries `type`, `label`, `kind`, `quad`, `modality`,
`symmetric` and its `statements`. The edges between two nodes that share their tone (quad class, or kind) and their
class of modality are drawn as one line. How all this looks stands in `palette.json`.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from math import sqrt
from typing import Any, NamedTuple

import networkx as nx

from kg.views.layout import Box, layout

Fact = dict[str, Any]
"""One statement about one pair of nodes, ready to be shown."""

ARTICLE = ("source", "title", "url", "published")
MOST_STATEMENTS = 60
LONGEST_LABEL = 24


class Node(NamedTuple):
    """An entity at its place; `size` is the radius."""

    id: str
    label: str
    type: str
    iri: str
    size: float
    x: int
    y: int
    statements: int


class Line(NamedTuple):
    """The facts between two nodes that share tone and class of modality, by their numbers; `bend` keeps lines apart."""

    source: str
    target: str
    tone: str
    modality: str
    facts: list[int]
    arrows: str
    bend: float


@cache
def palette() -> dict[str, Any]:
    """The colours, shapes and names of entity types, tones and modalities."""
    found: dict[str, Any] = json.loads(files("kg.views").joinpath("palette.json").read_text("utf-8"))
    return found


def find_facts(graph: "nx.MultiDiGraph[str]") -> list[Fact]:
    """Each statement of each edge once, newest first; a symmetric one stands once for both directions."""
    facts: dict[tuple[str, ...], Fact] = {}
    for source, target, edge in sorted(graph.edges(data=True), key=lambda edge: edge[:2]):
        ends = sorted((source, target)) if edge["symmetric"] else (source, target)
        for statement in edge["statements"]:
            key = (*ends, edge["type"], edge["modality"], statement["id"])
            facts.setdefault(key, _fact(source, target, edge, statement))
    return [facts[key] for key in sorted(sorted(facts), key=lambda key: _date(facts[key]), reverse=True)]


def _fact(source: str, target: str, edge: dict[str, Any], statement: dict[str, Any]) -> Fact:
    """The statement with its pair, its tone, and its sentence cut at the marks."""
    own = {key: statement[key] for key in ("id", "time", "place", "attribution", "confidence", "topic")}
    shared = {key: edge[key] for key in ("type", "label", "plover", "modality", "symmetric")}
    return (
        own
        | shared
        | {
            "from": source,
            "to": target,
            "tone": str(edge["quad"] or edge["kind"]),
            "quote": list(_pieces(statement["quote"], statement["marks"])),
            "article": tuple(statement[key] for key in ARTICLE),
        }
    )


def _date(fact: Fact) -> str:
    """When it happened or, where that is unknown, when it was published."""
    return str(fact["time"] or fact["article"][ARTICLE.index("published")] or "")


def _pieces(quote: str, marks: list[list[int]]) -> Iterator[str]:
    """The quote in pieces, by turns plain and marked; offsets stay in Python, as JavaScript counts UTF-16 units."""
    end = 0
    for start, stop in sorted(marks):
        if start >= end:
            yield quote[end:start]
            yield quote[start:stop]
            end = stop
    yield quote[end:]


def draw_nodes(graph: "nx.MultiDiGraph[str]", facts: Iterable[Fact]) -> list[Node]:
    """The nodes that facts join, at their places; those with many statements last, so that they lie on top."""
    about: dict[str, set[str]] = defaultdict(set)
    pairs: nx.Graph[str] = nx.Graph()
    for fact in facts:
        pairs.add_edge(fact["from"], fact["to"])
        for end in ("from", "to"):
            about[fact[end]].add(fact["id"])
    sizes = {node: _dot_size(len(ids)) for node, ids in about.items()}
    places = layout(pairs, {node: _box(graph.nodes[node]["name"], size) for node, size in sizes.items()})
    return [
        Node(
            id=node,
            label=graph.nodes[node]["name"],
            type=graph.nodes[node]["type"],
            iri=graph.nodes[node]["iri"],
            size=sizes[node],
            x=places[node][0],
            y=places[node][1],
            statements=len(about[node]),
        )
        for node in sorted(about, key=lambda node: (len(about[node]), node))
    ]


def _dot_size(statements: int) -> float:
    """The radius of a node: its area grows with the number of statements."""
    return round(6 + 4 * sqrt(min(statements, MOST_STATEMENTS)), 1)


def _box(name: str, size: float) -> Box:
    """About the width and height that a node takes with its name below it."""
    return max(2 * size, 7.0 * min(len(name), LONGEST_LABEL)) + 12, 2 * size + 26


def draw_lines(facts: Iterable[Fact]) -> list[Line]:
    """One line for each pair, tone and class of modality."""
    groups: dict[tuple[str, str], dict[tuple[str, str], list[int]]] = defaultdict(lambda: defaultdict(list))
    classes = {modality: name for name, look in palette()["modalities"].items() for modality in look["of"]}
    facts = list(facts)
    for number, fact in enumerate(facts):
        pair = min(fact["from"], fact["to"]), max(fact["from"], fact["to"])
        modality: str = fact["modality"]
        groups[pair][fact["tone"], classes.get(modality, modality)].append(number)
    return [
        Line(
            *pair, *look, numbers, _arrows(pair[0], (facts[number] for number in numbers)), place - (len(group) - 1) / 2
        )
        for pair, group in sorted(groups.items())
        for place, (look, numbers) in enumerate(sorted(group.items()))
    ]


def _arrows(source: str, facts: Iterator[Fact]) -> str:
    """Which ends of the line bear an arrowhead, in vis-network's words."""
    ends = {"to" if fact["from"] == source else "from" for fact in facts if not fact["symmetric"]}
    return ", ".join(sorted(ends))
