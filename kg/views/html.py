"""A graph as one HTML file that opens from disk: nothing is fetched, and nothing of the data can run as code.

What it shows is made in `drawing.py`; how it looks and what it does stands in `palette.json`, `view.css`, and the scripts
beside this module, which are joined into one, in the order of `SCRIPTS`, as they share their names.
"""

from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

import networkx as nx
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from pyvis.network import Network

from kg.views.drawing import ARTICLE, Fact, Line, Node, describe, draw, find_places, palette
from kg.views.world import base_map

VIS_NETWORK = "lib/vis-9.1.2/vis-network.min.js"
KIND = ("type", "label", "plover", "symmetric", "tone")
SCRIPTS = ("text", "looks", "state", "canvas", "panel", "filters", "activity", "tabs", "export", "start")


def write_html(graph: "nx.MultiDiGraph[str]", path: str | Path, *, title: str | None = None) -> Path:
    """The path of the page written, which any browser shows without a network."""
    path = Path(path)
    path.write_text(to_html(graph, title=title), encoding="utf-8", newline="\n")
    return path


def to_html(graph: "nx.MultiDiGraph[str]", *, title: str | None = None) -> str:
    """The graph as one self-contained page; the same graph gives the same text."""
    drawing = draw(graph)
    articles = list(dict.fromkeys(fact["article"] for fact in drawing.facts))
    numbers = {article: number for number, article in enumerate(articles)}
    kinds = {kind: number for number, kind in enumerate(dict.fromkeys(map(_kind, drawing.facts)))}
    network = Network(directed=True, heading=title or graph.graph.get("title") or "Knowledge graph")
    _fill(network, drawing.nodes, drawing.lines)
    network.templateEnv = _environment(
        facts=[_short(fact, numbers[fact["article"]], kinds) for fact in drawing.facts],
        kinds=[dict(zip(KIND, kind, strict=True)) for kind in kinds],
        articles=[dict(zip(ARTICLE, article, strict=True)) for article in articles],
        documents=graph.graph.get("documents", len(articles)),
        before=graph.graph.get("before"),
        groups=[group._asdict() for group in drawing.groups],
        places=find_places(drawing.facts),
        about=describe(drawing.nodes),
        world=base_map(),
    )
    page: str = network.generate_html()
    return page


def _kind(fact: Fact) -> tuple[Any, ...]:
    """What a fact shares with all of its type."""
    return tuple(fact[key] for key in KIND)


def _short(fact: Fact, article: int, kinds: dict[tuple[Any, ...], int]) -> dict[str, Any]:
    """The fact without what is empty or shared; `text.js` puts that back."""
    own = {key: value for key, value in fact.items() if key not in KIND and value not in (None, [])}
    return own | {"article": article, "kind": kinds[_kind(fact)]}


def _fill(network: Network, nodes: Iterable[Node], lines: Iterable[Line]) -> None:
    """Adds the nodes and lines to pyvis's network."""
    for node in nodes:
        about = node._asdict()
        network.add_node(about.pop("id"), **about)
    for line in lines:
        look = line._asdict()
        source, target = look.pop("source"), look.pop("target")
        network.add_edge(source, target, id=f"{source} {target} {line.tone} {line.modality}", **look)


def _environment(**data: Any) -> Environment:
    """Our template's environment: it escapes all that it prints, and prints data as JSON that HTML cannot misread."""
    environment = Environment(loader=PackageLoader("kg.views", "."), autoescape=True, undefined=StrictUndefined)
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":"), "allow_nan": False}
    environment.filters["hash"] = _hash
    vis_network = files("pyvis").joinpath(VIS_NETWORK).read_text("utf-8").replace("\x85", r"\x85")  # no valid HTML raw
    own = "\n".join(_own(f"{name}.js") for name in SCRIPTS)
    scripts = [vis_network, f'"use strict";\n(() => {{\n{own}}})();\n']
    environment.globals |= data | {
        "palette": palette(),
        "style": Markup(_own("view.css")),
        "scripts": [Markup(script) for script in scripts],
    }
    return environment


def _hash(text: str) -> str:
    """The text's hash as a Content-Security-Policy names it."""
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


def _own(name: str) -> str:
    """The text of a file beside this module."""
    return files("kg.views").joinpath(name).read_text("utf-8")
