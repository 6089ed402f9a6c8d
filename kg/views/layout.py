"""Where to draw each node: a graph's components, each laid out by its distances, packed side by side.

The same graph gives the same coordinates on any machine: the start is seeded, and only exact arithmetic
(the four operations and square roots) follows.

>>> layout(nx.Graph([("Kim", "Putin")]), {"Kim": (60, 30), "Putin": (60, 30)})
{'Kim': (300, 15), 'Putin': (30, 15)}
"""

from collections.abc import Mapping, Sequence
from random import Random

import networkx as nx
import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Box = tuple[float, float]
Goals = tuple[NDArray[np.intp], Points, Points]

EDGE_LENGTH = 150.0
STRETCH = 1.8
LANDSCAPE = 1.6
MARGIN = 70.0
PIVOTS = 250
STEPS = 80
PUSHES = 400
ROUNDS = 10
GROWTH = 1.05


def layout(graph: "nx.Graph[str]", boxes: Mapping[str, Box]) -> dict[str, tuple[int, int]]:
    """A point for the middle of each node's box, so that neighbours are near and boxes keep clear of each other."""
    components = [sorted(component) for component in nx.connected_components(graph)]
    components.sort(key=lambda names: (-len(names), names[0]))
    sizes = [np.array([boxes[name] for name in names], dtype=float) for names in components]
    drawings = [_component(graph, names, size) for names, size in zip(components, sizes, strict=True)]
    places = {}
    for names, points in zip(components, _packed(drawings, sizes), strict=True):
        places.update({name: (int(x), int(y)) for name, (x, y) in zip(names, points.round(), strict=True)})
    return dict(sorted(places.items()))


def layout_parts(
    graph: "nx.Graph[str]", boxes: Mapping[str, Box], parts: Sequence[Sequence[str]]
) -> tuple[dict[str, tuple[int, int]], list[tuple[int, int]]]:
    """A point for each node, as each part of the graph is laid out by itself and set beside the others; and their middles."""
    drawings, sizes = [], []
    for part in parts:
        places = layout(graph.subgraph(part), {name: boxes[name] for name in part})
        drawings.append(np.array([places[name] for name in part], dtype=float))
        sizes.append(np.array([boxes[name] for name in part], dtype=float))
    found: dict[str, tuple[int, int]] = {}
    middles = []
    for part, points in zip(parts, _packed(drawings, sizes), strict=True):
        found.update({name: (int(x), int(y)) for name, (x, y) in zip(part, points.round(), strict=True)})
        x, y = ((points.min(axis=0) + points.max(axis=0)) / 2).round()
        middles.append((int(x), int(y)))
    return found, middles


def _component(graph: "nx.Graph[str]", names: list[str], sizes: Points) -> Points:
    """The nodes of one component, its long side level, without overlaps."""
    return _apart(_level(_spread(graph, names)) * (EDGE_LENGTH * STRETCH, EDGE_LENGTH), sizes)


def _spread(graph: "nx.Graph[str]", names: list[str]) -> Points:
    """Points whose distances come near the graph's own: stress majorization, node by node (Gansner et al. 2004)."""
    goals = _goals(graph, names)
    random = Random(len(names))
    start = [(random.random() - 0.5, random.random() - 0.5) for _ in names]
    points: Points = np.array(start) * np.sqrt(len(names))
    for _ in range(STEPS):
        for index, (others, lengths, weights) in enumerate(goals):
            if len(others):
                away = points[index] - points[others]
                distances = np.maximum(np.sqrt((away * away).sum(axis=1)), 1e-6)
                wished = points[others] + away * (lengths / distances)[:, None]
                points[index] = (wished * weights[:, None]).sum(axis=0)
    return points


def _goals(graph: "nx.Graph[str]", names: list[str]) -> list[Goals]:
    """For each node the other nodes to keep a distance from, that distance, and how much it counts (sum 1)."""
    number = {name: index for index, name in enumerate(names)}
    distances = _pivot_distances(graph, names, number)
    goals = []
    for index, name in enumerate(names):
        lengths = {pivot: row[index] for pivot, row in distances.items() if pivot != index}
        lengths |= {number[neighbour]: 1.0 for neighbour in sorted(graph[name]) if neighbour != name}
        wanted = np.array(list(lengths.values()))
        weights = 1 / (wanted * wanted)
        goals.append((np.array(list(lengths), dtype=np.intp), wanted, weights / weights.sum()))
    return goals


def _pivot_distances(graph: "nx.Graph[str]", names: list[str], number: Mapping[str, int]) -> dict[int, Points]:
    """The distances from up to `PIVOTS` nodes to all: the best connected one, then always the farthest one left."""
    rows: dict[int, Points] = {}
    nearest = np.full(len(names), np.inf)
    pivot = max(range(len(names)), key=lambda index: graph.degree(names[index]))
    while len(rows) < min(PIVOTS, len(names)):
        row = np.zeros(len(names))
        for name, distance in nx.single_source_shortest_path_length(graph, names[pivot]).items():
            row[number[name]] = distance
        rows[pivot] = row
        nearest = np.minimum(nearest, row)
        pivot = int(nearest.argmax())
    return rows


def _level(points: Points) -> Points:
    """The points turned about their middle so that they spread farthest from left to right."""
    centred: Points = points - points.sum(axis=0) / len(points)
    x, y = centred.T
    spread, slant = (x * x).sum() - (y * y).sum(), 2 * (x * y).sum()
    length = np.sqrt(spread * spread + slant * slant)
    if not length:
        return centred
    cosine = np.sqrt(max(0.0, 1 + spread / length) / 2)
    sine = np.sqrt(max(0.0, 1 - spread / length) / 2) * (1 if slant >= 0 else -1)
    return np.column_stack((cosine * x + sine * y, cosine * y - sine * x))


def _apart(points: Points, sizes: Points) -> Points:
    """The points moved until the boxes around them do not overlap; where that takes long, the drawing grows."""
    points = points.copy()
    for number in range(1, PUSHES + 1):
        if not sum(_make_room(points, sizes, index) for index in range(len(points))):
            break
        if number % ROUNDS == 0:
            points *= GROWTH
    return points


def _make_room(points: Points, sizes: Points, index: int) -> bool:
    """Whether boxes overlapped that of the point; it and they have moved apart, where relatively less was wanting."""
    gap = points - points[index]
    room = (sizes + sizes[index]) / 2
    overlap = room - np.abs(gap)
    hit = (overlap > 0.5).all(axis=1)
    hit[index] = False
    others = np.flatnonzero(hit)
    if not len(others):
        return False
    axes = (overlap / room)[others].argmin(axis=1)
    along = gap[others, axes]
    shift = np.where((along > 0) | ((along == 0) & (others > index)), 0.5, -0.5) * overlap[others, axes]
    points[others, axes] += shift
    np.subtract.at(points[index], axes, shift / len(others))
    return True


def _packed(drawings: list[Points], sizes: list[Points]) -> list[Points]:
    """The drawings set in rows, the largest first, in a frame that is wider than high."""
    corners = [
        ((points - size / 2).min(axis=0), (points + size / 2).max(axis=0))
        for points, size in zip(drawings, sizes, strict=True)
    ]
    extents = [high - low + MARGIN for low, high in corners]
    width = max([np.sqrt(LANDSCAPE * sum(e[0] * e[1] for e in extents)), *(e[0] for e in extents)], default=0.0)
    left = top = height = 0.0
    placed = []
    for points, (low, _), extent in zip(drawings, corners, extents, strict=True):
        if left and left + extent[0] > width:
            left, top, height = 0.0, top + height, 0.0
        placed.append(points - low + (left, top))
        left, height = left + extent[0], max(height, extent[1])
    return placed
