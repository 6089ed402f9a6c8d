"""The graph of who did what to whom as GraphML and GEXF, for Gephi, yEd, Cytoscape and igraph."""

import re
from collections.abc import Iterable
from typing import IO, Any

import networkx as nx
from networkx.readwrite.gexf import GEXFWriter

from kg.edtf import bounds
from kg.exchange.articles import country_of
from kg.gazetteer import load_gazetteer
from kg.network import to_networkx
from kg.ontology import iri
from kg.store import Store

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, whatever one writes."""


def write_graphml(store: Store, file: IO[bytes]) -> None:
    """Writes a node an entity, and an edge for all statements of one type and modality between two entities."""
    nx.write_graphml(_flat(store), file)


def write_gexf(store: Store, file: IO[bytes]) -> None:
    """Writes the same as a dynamic graph: an edge is there on the days that its statements tell of."""
    graph = _flat(store, dated=True)
    graph.graph.update(mode="dynamic")
    writer = GEXFWriter(encoding="utf-8", prettyprint=True, version="1.2draft")
    writer.add_graph(graph)
    for meta in writer.xml.iter("meta"):
        meta.attrib.pop("lastmodifieddate", None)  # equal graphs give equal bytes
    writer.write(file)


def _flat(store: Store, dated: bool = False) -> "nx.MultiDiGraph[str]":
    """The graph with plain values for attributes; with `dated`, edges have spells."""
    rich = to_networkx(store)
    flat: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for id_, node in rich.nodes(data=True):
        place = load_gazetteer().coordinates(id_)
        where = {"latitude": place[0], "longitude": place[1]} if place else {}
        about = {"label": _clean(node["name"]), "type": node["type"], "iri": node["iri"], "country": country_of(id_)}
        flat.add_node(_node_id(id_), **about, **where)
    for number, (actor, recipient, edge) in enumerate(rich.edges(data=True)):
        attributes = _attributes(edge, dated)
        flat.add_edge(_node_id(actor), _node_id(recipient), str(number), id=str(number), **attributes)
    return flat


def _attributes(edge: dict[str, Any], dated: bool) -> dict[str, Any]:
    statements = edge["statements"]
    days = sorted({days for one in statements if (days := _days(one))})
    return {
        "label": edge["label"],
        "event": edge["type"],
        "kind": edge["kind"],
        "plover": edge["plover"] or "",
        "quad": edge["quad"] or 0,
        "symmetric": edge["symmetric"],
        "modality": edge["modality"],
        "weight": len(statements),
        "confidence": max(float(one["confidence"]) for one in statements),
        "first": min((first for first, _ in days), default=""),
        "last": max((last for _, last in days), default=""),
        "said_by": _joined(name for one in statements for name in one["attribution"]),
        "sources": _joined(one["source"] or "" for one in statements),
        "quotes": _clean("\n".join(one["quote"] for one in statements)),
    } | ({"spells": days} if dated and days else {})  # fmt: skip


def _days(statement: dict[str, Any]) -> tuple[str, str] | None:
    """The first and last day of a statement's time, or twice the day of its article."""
    days = bounds(str(statement["time"])) if statement["time"] else None
    if days:
        return days[0].isoformat(), days[1].isoformat()
    return (statement["published"], statement["published"]) if statement["published"] else None


def _joined(texts: Iterable[str]) -> str:
    return _clean("; ".join(sorted({text for text in texts if text})))


def _clean(text: str) -> str:
    return _NOT_IN_XML.sub("\ufffd", text)


def _node_id(id_: str) -> str:
    """The id, or its IRI, which escapes all letters, where XML could not hold the id."""
    return str(iri(id_)) if _NOT_IN_XML.search(id_) else id_
