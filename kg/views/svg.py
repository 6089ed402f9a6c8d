"""A graph as one still picture in SVG, for places where the interactive page cannot run.

>>> to_svg(nx.MultiDiGraph()).startswith("<svg")
True
"""

from collections.abc import Iterable, Mapping
from math import hypot
from xml.etree.ElementTree import Element, SubElement, tostring

import networkx as nx

from kg.views.drawing import LONGEST_LABEL, Fact, Line, Node, draw, palette

MARGIN = 100
BEND = 40.0
INK, PAPER, FONT = "#1b1e23", "#fafaf7", "system-ui, 'DejaVu Sans', sans-serif"
SHAPE_SIDE = 16


def to_svg(graph: "nx.MultiDiGraph[str]") -> str:
    """The graph as an SVG document: the places and colours of the interactive page, with the verbs as tooltips."""
    drawing = draw(graph)
    facts, nodes = drawing.facts, {node.id: node for node in drawing.nodes}
    left, top, width, height = _frame(nodes.values())
    svg = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"{left} {top} {width} {height}",
            "font-family": FONT,
            "font-size": "14",
        },
    )
    SubElement(svg, "rect", {"x": str(left), "y": str(top), "width": "100%", "height": "100%", "fill": PAPER})
    _add_arrowheads(svg)
    for line in drawing.lines:
        _add_line(svg, line, nodes, facts)
    for node in nodes.values():
        _add_node(svg, node)
    for node in nodes.values():
        _add_label(svg, node)
    return tostring(svg, encoding="unicode")


def _frame(nodes: Iterable[Node]) -> tuple[int, int, int, int]:
    """Left, top, width and height of the picture."""
    xs, ys = [node.x for node in nodes] or [0], [node.y for node in nodes] or [0]
    left, top = min(xs) - MARGIN, min(ys) - MARGIN
    return left, top, max(xs) + MARGIN - left, max(ys) + MARGIN - top


def _add_arrowheads(svg: Element) -> None:
    definitions = SubElement(svg, "defs")
    for tone, look in palette()["tones"].items():
        size = {"viewBox": "0 0 10 10", "refX": "9", "refY": "5", "markerWidth": "9", "markerHeight": "9"}
        fixed = {"orient": "auto-start-reverse", "markerUnits": "userSpaceOnUse"}
        head = SubElement(definitions, "marker", {"id": f"head-{tone}", **size, **fixed})
        SubElement(head, "path", {"d": "M0 1L10 5L0 9Z", "fill": look["light"]})


def _add_line(svg: Element, line: Line, nodes: Mapping[str, Node], facts: list[Fact]) -> None:
    look = {
        "d": _curve(nodes[line.source], nodes[line.target], line.bend),
        "fill": "none",
        "stroke": palette()["tones"][line.tone]["light"],
        "stroke-width": str(min(1 + len(line.facts) / 2, 5)),
        "stroke-opacity": "0.75",
    }
    dashes = palette()["modalities"].get(line.modality, {}).get("dashes")
    if dashes:
        look["stroke-dasharray"] = " ".join(map(str, dashes))
    for end, place in (("from", "marker-start"), ("to", "marker-end")):
        if end in line.arrows:
            look[place] = f"url(#head-{line.tone})"
    path = SubElement(svg, "path", look)
    SubElement(path, "title").text = _clean("\n".join(dict.fromkeys(_words(facts[fact], nodes) for fact in line.facts)))


def _curve(source: Node, target: Node, bend: float) -> str:
    """A line from edge to edge of two nodes, bent so that lines between the same two keep apart."""
    across, down = target.x - source.x, target.y - source.y
    length = hypot(across, down) or 1
    x, y = across / length, down / length
    start = source.x + x * source.size, source.y + y * source.size
    end = target.x - x * target.size, target.y - y * target.size
    aside = bend * min(BEND, length / 4)
    middle = (start[0] + end[0]) / 2 - y * aside, (start[1] + end[1]) / 2 + x * aside
    return f"M{start[0]:.1f} {start[1]:.1f}Q{middle[0]:.1f} {middle[1]:.1f} {end[0]:.1f} {end[1]:.1f}"


def _words(fact: Fact, nodes: Mapping[str, Node]) -> str:
    modality = "" if fact["modality"] == "asserted" else f" ({fact['modality']})"
    return f"{nodes[fact['from']].label} {fact['label']} {nodes[fact['to']].label}{modality}"


def _add_node(svg: Element, node: Node) -> None:
    types, families, shapes = (palette()[name] for name in ("types", "families", "shapes"))
    look = types.get(node.type, {"family": "things", "shape": "dot"})
    scale = 2 * node.size / SHAPE_SIDE
    shape = SubElement(
        svg,
        "path",
        {
            "d": shapes[look["shape"]],
            "fill": families[look["family"]]["light"],
            "transform": f"translate({node.x - node.size:.1f} {node.y - node.size:.1f}) scale({scale:.3f})",
        },
    )
    SubElement(shape, "title").text = _clean(f"{node.label} ({node.statements})")


def _add_label(svg: Element, node: Node) -> None:
    label = SubElement(
        svg,
        "text",
        {
            "x": str(node.x),
            "y": f"{node.y + node.size + 14:.1f}",
            "fill": INK,
            "text-anchor": "middle",
            "stroke": PAPER,
            "stroke-width": "3",
            "paint-order": "stroke",
        },
    )
    text = _clean(node.label)
    label.text = text if len(text) <= LONGEST_LABEL else text[: LONGEST_LABEL - 1].rstrip() + "…"


def _clean(text: str) -> str:
    """The text without the control characters that XML cannot hold."""
    return "".join(character for character in text if character.isprintable() or character == "\n")
