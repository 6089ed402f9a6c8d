"""The graph as JSON-LD that reads well: short keys, typed dates, evidence inside its statement.

The context is `ontology/exchange/context.jsonld`. It stands in each file, so that nothing has to be fetched.
"""

import json
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby
from typing import IO, Any, cast

import pyoxigraph
from rdflib import XSD, BNode, Graph, Literal, URIRef
from rdflib.plugins.serializers.jsonld import from_rdf
from rdflib.plugins.shared.jsonld.context import Context
from rdflib.term import Node as Term

from kg.exchange.lines import to_line
from kg.resources import resource
from kg.store import Store

Node = dict[str, Any]
_EMBEDDED = ("evidence", "actorMention", "recipientMention", "placeMention", "attributionMention", "quantity")
"""The keys whose nodes stand inside the node that refers to them, where that is the first to do so."""


@cache
def context() -> dict[str, Any]:
    """The context that is shipped, by which a file is written and read."""
    read: dict[str, Any] = json.loads(resource("ontology", "exchange", "context.jsonld").read_text(encoding="utf-8"))
    found: dict[str, Any] = read["@context"]
    return found


@cache
def _compiled() -> Context:
    return Context(context())


def write_jsonld(store: Store, file: IO[bytes]) -> None:
    """Writes one node or one document a line: entities, documents and edges first, then each document's own graph."""
    file.write(b'{"@context": ' + to_line(context()).encode() + b',\n "graph": [\n')
    separator = b""
    for node in _nodes(store):
        file.write(separator + to_line(node).encode())
        separator = b",\n"
    file.write(b"\n]}\n")


def _nodes(store: Store) -> Iterator[Node]:
    for name, quads in groupby(store.quads(), key=lambda quad: quad.graph_name):
        if isinstance(name, pyoxigraph.NamedNode):
            yield {"id": _compiled().shrink_iri(name.value), "graph": _embed(compact(quads))}
        else:
            for _, about in groupby(quads, key=lambda quad: quad.subject):
                yield from compact(about)


def compact(quads: Iterable[pyoxigraph.Quad]) -> list[Node]:
    """The nodes of some quads of one graph, with the short keys of the context, in the order of their ids."""
    graph = Graph()
    for quad in quads:
        graph.add((_to_rdflib(quad.subject), _to_rdflib(quad.predicate), _to_rdflib(quad.object)))
    found = cast("Node", from_rdf(graph, _compiled(), use_native_types=True))  # type: ignore[no-untyped-call]
    found.pop("@context")
    nodes: list[Node] = found.get("graph", [found])
    return sorted((_in_order(node) for node in nodes), key=lambda node: str(node["id"]))


def _to_rdflib(term: object) -> Term:
    match term:
        case pyoxigraph.NamedNode():
            return URIRef(term.value)
        case pyoxigraph.BlankNode():
            return BNode(term.value)
        case pyoxigraph.Literal():
            plain = term.language or term.datatype.value == str(XSD.string)
            return Literal(term.value, lang=term.language, datatype=None if plain else URIRef(term.datatype.value))
    raise TypeError(f"a triple inside a triple, {term}, has no form in JSON-LD 1.1")


def _in_order(node: Node) -> Node:
    """The node with its id and type first, and the rest in the order of the context."""
    keys = list(context())
    rank = {key: number for number, key in enumerate(keys)}
    return {key: _sorted(node[key]) for key in sorted(node, key=lambda key: (rank.get(key, len(keys)), key))}


def _sorted(value: Any) -> Any:
    return sorted(value, key=str) if isinstance(value, list) else value


def _embed(nodes: list[Node]) -> list[Node]:
    """The nodes, those that say where something stands put inside the first one that refers to them."""
    waiting = {node["id"]: node for node in nodes}

    def fetch(value: Any) -> Any:
        if isinstance(value, list):
            return [fetch(one) for one in value]
        return waiting.pop(value, value) if isinstance(value, str) else value

    for node in nodes:
        for key in _EMBEDDED:
            if key in node:
                node[key] = fetch(node[key])
    return [node for node in nodes if node["id"] in waiting]
