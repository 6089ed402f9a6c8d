"""A graph as one HTML file that opens from disk: nothing is fetched, and nothing of the data can run as code.

The graph is the one that `kg.network` makes: each edge carries `type`, `label`, `kind`, `quad`, `modality`,
`symmetric` and its `statements`. The edges between two nodes that share their tone (quad class, or kind) and their
class of modality are drawn as one line. How all this looks stands in `palette.json`, `view.css` and `view.js`.
"""

import json
from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.resources import files
from math import sqrt
from pathlib import Path
from typing import Any

import networkx as nx
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from pyvis.network import Network

from kg.views.layout import Box, layout

Fact = dict[str, Any]
"""One statement about one pair of nodes, ready to be shown."""

VIS_NETWORK = "lib/vis-9.1.2/vis-network.min.js"
ARTICLE = ("source", "title", "url", "published")
MOST_STATEMENTS = 60
LONGEST_LABEL = 24


def write_html(graph: "nx.MultiDiGraph[str]", path: str | Path, *, title: str | None = None) -> Path:
    """The path of the page written, which any browser shows without a network."""
    path = Path(path)
    path.write_text(to_html(graph, title=title), encoding="utf-8", newline="\n")
    return path


def to_html(graph: "nx.MultiDiGraph[str]", *, title: str | None = None) -> str:
    """The graph as one self-contained page; the same graph gives the same text."""
    facts = _facts(graph)
    articles = list(dict.fromkeys(fact["article"] for fact in facts))
    numbers = {article: number for number, article in enumerate(articles)}
    network = Network(directed=True, heading=title or graph.graph.get("title") or "Knowledge graph")
    _add_nodes(network, graph, facts)
    _add_edges(network, facts)
    network.templateEnv = _environment(
        facts=[fact | {"article": numbers[fact["article"]]} for fact in facts],
        articles=[dict(zip(ARTICLE, article, strict=True)) for article in articles],
        documents=graph.graph.get("documents", len(articles)),
    )
    page: str = network.generate_html()
    return page


def _facts(graph: "nx.MultiDiGraph[str]") -> list[Fact]:
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


def _add_nodes(network: Network, graph: "nx.MultiDiGraph[str]", facts: list[Fact]) -> None:
    """Adds the nodes at their places, those with many statements last, so that they lie on top."""
    about: dict[str, set[str]] = {node: set() for node in graph}
    for fact in facts:
        about[fact["from"]].add(fact["id"])
        about[fact["to"]].add(fact["id"])
    sizes = {node: _dot_size(len(ids)) for node, ids in about.items()}
    simple = nx.Graph((fact["from"], fact["to"]) for fact in facts)
    simple.add_nodes_from(graph)
    places = layout(simple, {node: _box(graph.nodes[node]["name"], sizes[node]) for node in graph})
    for node in sorted(graph, key=lambda node: (len(about[node]), node)):
        x, y = places[node]
        entity = graph.nodes[node]
        network.add_node(
            node,
            label=entity["name"],
            type=entity["type"],
            iri=entity["iri"],
            size=sizes[node],
            x=x,
            y=y,
            statements=len(about[node]),
        )


def _dot_size(statements: int) -> float:
    """The radius of a node: its area grows with the number of statements."""
    return round(6 + 4 * sqrt(min(statements, MOST_STATEMENTS)), 1)


def _box(name: str, size: float) -> Box:
    """About the width and height that a node takes with its name below it."""
    return max(2 * size, 7.0 * min(len(name), LONGEST_LABEL)) + 12, 2 * size + 26


def _add_edges(network: Network, facts: list[Fact]) -> None:
    """Adds one line for each pair, tone and class of modality, with the numbers of its facts."""
    lines: dict[tuple[str, str], dict[tuple[str, str], list[int]]] = defaultdict(lambda: defaultdict(list))
    classes = {modality: name for name, look in _palette()["modalities"].items() for modality in look["of"]}
    for number, fact in enumerate(facts):
        pair = min(fact["from"], fact["to"]), max(fact["from"], fact["to"])
        modality: str = fact["modality"]
        lines[pair][fact["tone"], classes.get(modality, modality)].append(number)
    for (source, target), group in sorted(lines.items()):
        for place, ((tone, modality), numbers) in enumerate(sorted(group.items())):
            network.add_edge(
                source,
                target,
                id=f"{source} {target} {tone} {modality}",
                tone=tone,
                modality=modality,
                facts=numbers,
                arrows=_arrows(source, (facts[number] for number in numbers)),
                bend=place - (len(group) - 1) / 2,
            )


def _arrows(source: str, facts: Iterator[Fact]) -> str:
    """Which ends of the line bear an arrowhead, in vis-network's words."""
    ends = {"to" if fact["from"] == source else "from" for fact in facts if not fact["symmetric"]}
    return ", ".join(sorted(ends))


def _environment(**data: Any) -> Environment:
    """Our template's environment: it escapes all that it prints, and prints data as JSON that HTML cannot misread."""
    environment = Environment(loader=PackageLoader("kg.views", "."), autoescape=True, undefined=StrictUndefined)
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":"), "allow_nan": False}
    environment.filters["hash"] = _hash
    vis_network = files("pyvis").joinpath(VIS_NETWORK).read_text("utf-8").replace("\x85", r"\x85")  # no valid HTML raw
    scripts = [vis_network, _own("view.js")]
    environment.globals |= data | {
        "palette": _palette(),
        "style": Markup(_own("view.css")),
        "scripts": [Markup(script) for script in scripts],
    }
    return environment


def _hash(text: str) -> str:
    """The text's hash as a Content-Security-Policy names it."""
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


@cache
def _palette() -> dict[str, Any]:
    """The colours, shapes and names of entity types, tones and modalities."""
    palette: dict[str, Any] = json.loads(_own("palette.json"))
    return palette


def _own(name: str) -> str:
    """The text of a file beside this module."""
    return files("kg.views").joinpath(name).read_text("utf-8")
