"""What a drawing of a graph shows: its facts, nodes with places and sizes, and lines that stand for facts.

The graph is the one that `kg.network` makes: each edge carries `type`, `label`, `kind`, `quad`, `modality`,
`symmetric` and its `statements`. The edges between two nodes that share their tone (quad class, or kind) and their
class of modality are drawn as one line. A graph of more than `LARGE` nodes is drawn by its communities first. How all this
looks stands in `palette.json`.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from itertools import pairwise
from math import sqrt
from typing import Any, NamedTuple

import networkx as nx

from kg.views.background import find_flag, find_offices, find_place
from kg.views.communities import find_communities, gather_small
from kg.views.layout import Box, layout, layout_parts

Fact = dict[str, Any]
"""One statement about one pair of nodes, ready to be shown."""

ARTICLE = ("source", "title", "url", "published")
IS_NAME, IS_TRIGGER = 1, 2
MOST_STATEMENTS = 60
LARGE = 1000
MOST_MEMBERS, FEWEST_MEMBERS = 250, 6
SMALL = "small groups"
LONGEST_LABEL = 24


class Node(NamedTuple):
    """An entity at its place; `size` is the radius, `group` the number of its community."""

    id: str
    label: str
    type: str
    iri: str
    size: float
    x: int
    y: int
    statements: int
    group: int


class Line(NamedTuple):
    """The facts between two nodes that share tone and class of modality, by their numbers; `bend` keeps lines apart."""

    source: str
    target: str
    tone: str
    modality: str
    facts: list[int]
    arrows: str
    bend: float


class Group(NamedTuple):
    """A community of a large graph as one node at `x, y`; opened, its members lie around `middle`, within `reach` of it."""

    label: str
    members: int
    statements: int
    size: float
    x: int
    y: int
    middle: tuple[int, int]
    reach: int


class Drawing(NamedTuple):
    """All that is drawn; `groups` are empty where the graph is small enough to be shown whole."""

    facts: list[Fact]
    nodes: list[Node]
    lines: list[Line]
    groups: list[Group]


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


def draw(graph: "nx.MultiDiGraph[str]") -> Drawing:
    """The drawing of a graph; the same graph gives the same one."""
    facts = find_facts(graph)
    nodes, groups = draw_nodes(graph, facts)
    return Drawing(facts, nodes, draw_lines(facts), groups)


def find_places(facts: Iterable[Fact]) -> dict[str, dict[str, Any]]:
    """What `kg.views.background` knows of the places where facts happened, by id."""
    ids = sorted({fact["place_id"] for fact in facts if fact["place_id"]})
    return {id_: place for id_ in ids if (place := find_place(id_))}


def describe(nodes: Iterable[Node]) -> dict[str, dict[str, Any]]:
    """The flags and offices of the entities that have some, by id."""
    found = {}
    for node in nodes:
        about = {"flag": find_flag(node.id), "offices": find_offices(node.id)}
        if any(about.values()):
            found[node.id] = {key: value for key, value in about.items() if value}
    return found


def _fact(source: str, target: str, edge: dict[str, Any], statement: dict[str, Any]) -> Fact:
    """The statement with its pair, its tone, and its sentence cut at the marks."""
    own = {key: statement[key] for key in ("id", "time", "place", "attribution", "confidence", "topic")}
    shared = {key: edge[key] for key in ("type", "label", "plover", "modality", "symmetric")}
    pieces, signs = _pieces(statement["quote"], statement["marks"], statement.get("trigger"))
    return (
        own
        | shared
        | {
            "from": source,
            "to": target,
            "tone": str(edge["quad"] or edge["kind"]),
            "days": statement.get("days"),
            "place_id": statement.get("place_id"),
            "quote": pieces,
            "signs": signs,
            "article": tuple(statement[key] for key in ARTICLE),
        }
    )


def _date(fact: Fact) -> str:
    """When it happened or, where that is unknown, when it was published."""
    return str(fact["time"] or fact["article"][ARTICLE.index("published")] or "")


def _pieces(quote: str, names: list[list[int]], trigger: list[int] | None) -> tuple[list[str], list[int]]:
    """The quote cut wherever a name or the trigger begins or ends, and what each piece is part of: a sum of `IS_NAME`, `IS_TRIGGER`.

    Offsets stay in Python, as JavaScript counts UTF-16 units.
    """
    spans = [(*name, IS_NAME) for name in names] + ([(*trigger, IS_TRIGGER)] if trigger else [])
    cuts = sorted({0, len(quote)}.union(*((start, end) for start, end, _ in spans)))
    pieces = [(start, end) for start, end in pairwise(cuts)]
    signs = [sum({sign for begin, stop, sign in spans if begin <= start and end <= stop}) for start, end in pieces]
    return [quote[start:end] for start, end in pieces], signs


def draw_nodes(graph: "nx.MultiDiGraph[str]", facts: Iterable[Fact]) -> tuple[list[Node], list[Group]]:
    """The nodes that facts join, at their places, and the groups of a large graph.

    Those with many statements come last, so that they lie on top.
    """
    about: dict[str, set[str]] = defaultdict(set)
    pairs: nx.Graph[str] = nx.Graph()
    for fact in facts:
        source, target = fact["from"], fact["to"]
        pairs.add_edge(source, target, weight=pairs.get_edge_data(source, target, {"weight": 0})["weight"] + 1)
        for end in (source, target):
            about[end].add(fact["id"])
    parts = find_communities(pairs, MOST_MEMBERS)
    sizes = {node: _dot_size(len(ids)) for node, ids in about.items()}
    boxes = {node: _box(graph.nodes[node]["name"], size) for node, size in sizes.items()}
    groups: list[Group] = []
    if len(about) > LARGE:
        parts, small = gather_small(parts, FEWEST_MEMBERS, MOST_MEMBERS)
        places, middles = layout_parts(pairs, boxes, parts + small)
        labels = [_label(part, about, graph) for part in parts] + [SMALL] * len(small)
        parts += small
        groups = _draw_groups(pairs, parts, labels, about, places, middles)
    else:
        places = layout(pairs, boxes)
    group_of = {node: number for number, part in enumerate(parts) for node in part}
    nodes = [
        Node(
            id=node,
            label=graph.nodes[node]["name"],
            type=graph.nodes[node]["type"],
            iri=graph.nodes[node]["iri"],
            size=sizes[node],
            x=places[node][0],
            y=places[node][1],
            statements=len(about[node]),
            group=group_of[node],
        )
        for node in sorted(about, key=lambda node: (len(about[node]), node))
    ]
    return nodes, groups


def _label(part: list[str], about: dict[str, set[str]], graph: "nx.MultiDiGraph[str]") -> str:
    """A community is called after the two of its members that are told of most."""
    first = sorted(part, key=lambda node: (-len(about[node]), node))[:2]
    return ", ".join(graph.nodes[node]["name"] for node in first)


def _draw_groups(
    pairs: "nx.Graph[str]",
    parts: list[list[str]],
    labels: list[str],
    about: dict[str, set[str]],
    places: dict[str, tuple[int, int]],
    middles: list[tuple[int, int]],
) -> list[Group]:
    """One node for each part, laid out by what joins the parts."""
    group_of = {node: str(number) for number, part in enumerate(parts) for node in part}
    joined: nx.Graph[str] = nx.Graph()
    joined.add_nodes_from(str(number) for number in range(len(parts)))
    joined.add_edges_from(
        (group_of[one], group_of[other]) for one, other in pairs.edges if group_of[one] != group_of[other]
    )
    sizes = [round(12 + 3 * sqrt(len(part)), 1) for part in parts]
    boxes = {str(number): _box(label, sizes[number]) for number, label in enumerate(labels)}
    spots = layout(joined, boxes)
    groups = []
    for number, (part, label, middle) in enumerate(zip(parts, labels, middles, strict=True)):
        statements = len(set().union(*(about[node] for node in part)))
        reach = max(max(abs(places[node][axis] - middle[axis]) for axis in (0, 1)) for node in part)
        groups.append(Group(label, len(part), statements, sizes[number], *spots[str(number)], middle, reach))
    return groups


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
