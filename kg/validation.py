"""What is wrong with statements: quotes that are not in the text, and what `ontology/shapes.ttl` finds."""

from collections.abc import Iterable
from functools import cache

from rdflib import RDF, Graph
from rdflib.namespace import SH
from rdflib.term import Node

from kg.model import Document, Statement
from kg.ontology import curie, load_graph


def find_misquotes(document: Document, statements: Iterable[Statement]) -> list[str]:
    """The passages and mentions that do not stand in the document's text where they say, one sentence each."""
    found = []
    for statement in statements:
        passages = [(statement.evidence.start, statement.evidence.end, statement.evidence.quote)]
        passages += [(mention.start, mention.end, mention.text) for mention in statement.mentions]
        found += [
            f"statement {statement.id} quotes {quote!r}, but characters {start} to {end} are {document.text[start:end]!r}"
            for start, end, quote in passages
            if document.text[start:end] != quote
        ]
        if statement.document != document.id:
            found.append(f"statement {statement.id} is about document {statement.document}")
    return found


@cache
def _shapes() -> Graph:
    """The shapes as a graph of their own, since pyshacl writes into it."""
    return Graph() + load_graph("shapes.ttl")


def validate(graph: Graph) -> list[str]:
    """What the shapes find wrong, one sentence each, sorted; empty where the graph conforms.

    The graph must describe the document and the entities of its statements.
    """
    import pyshacl  # takes a second to import, and reading needs it not

    conforms, report, _ = pyshacl.validate(graph, shacl_graph=_shapes(), ont_graph=None, inplace=True)
    if conforms or not isinstance(report, Graph):
        return []
    return sorted(_sentence(report, result) for result in report.subjects(RDF.type, SH.ValidationResult))


def _sentence(report: Graph, result: Node) -> str:
    node, path, value, message = (
        report.value(result, p) for p in (SH.focusNode, SH.resultPath, SH.value, SH.resultMessage)
    )
    where = f" {curie(str(path))}" if path else ""
    what = f" {curie(str(value))}" if value else ""
    return f"{curie(str(node))}{where}{what}: {message}"
