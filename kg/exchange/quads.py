"""RDF with named graphs, and RDF 1.2, in which each statement is tied to the direct edge that it tells of."""

from collections.abc import Iterator
from itertools import groupby
from typing import IO

import pyoxigraph
from rdflib import RDF
from rdflib.term import Node

from kg import rdf
from kg.ontology import NAMESPACES, iri
from kg.store import Store

REIFIES = pyoxigraph.NamedNode(str(RDF) + "reifies")


def write_trig(store: Store, file: IO[bytes]) -> None:
    """Writes all quads but the ontology's as TriG."""
    store.dump(file, "trig")


def write_nquads(store: Store, file: IO[bytes]) -> None:
    """Writes all quads but the ontology's as N-Quads."""
    store.dump(file, "nquads")


def write_reified(store: Store, file: IO[bytes]) -> None:
    """Writes TriG 1.2: all quads, and `STATEMENT rdf:reifies <<( ACTOR EDGE RECIPIENT )>>` in the graph of the document.

    Whatever its modality, a statement reifies its edge; only what is asserted stands as an edge in the default graph.
    """
    pyoxigraph.serialize(_reified(store), file, format=pyoxigraph.RdfFormat.TRIG, prefixes=NAMESPACES)


def _reified(store: Store) -> Iterator[pyoxigraph.Quad]:
    documents = {str(rdf.graph_iri(id_)): id_ for id_ in store.document_ids()}
    canonical: dict[Node, Node] = {iri(id_): iri(entity.id) for id_, entity in store.merged.items()}
    for name, quads in groupby(store.quads(), key=lambda quad: quad.graph_name):
        yield from quads
        if not isinstance(name, pyoxigraph.NamedNode) or name.value not in documents:
            continue
        for statement in store.statements(documents[name.value]):
            node = pyoxigraph.NamedNode(rdf.statement_iri(statement.id))
            for edge in rdf.edge_triples(statement, canonical):
                yield pyoxigraph.Quad(node, REIFIES, pyoxigraph.Triple(*map(_to_node, edge)), name)


def _to_node(node: object) -> pyoxigraph.NamedNode:
    return pyoxigraph.NamedNode(str(node))
