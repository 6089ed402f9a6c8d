"""What is wrong with statements: quotes that are not in the text, and what `ontology/shapes.ttl` finds."""

from collections.abc import Iterable
from functools import cache

from rdflib import RDF, Graph
from rdflib.namespace import DCTERMS, SH
from rdflib.term import Node

from kg import rdf
from kg.model import Document, Statement
from kg.ontology import KG, NIF, curie, load_graph


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


def find_mismatches(graph: Graph, document_id: str) -> list[str]:
    """What contradicts itself in the graph of a document that conforms to the shapes, one sentence each, sorted.

    The ids of its statements must be those of their content, its quotes as long as their addresses say.
    """
    node = rdf.document_iri(document_id)
    found = []
    if (node, KG.inGraph, rdf.graph_iri(document_id)) not in graph or document_id not in map(
        str, graph.objects(node, DCTERMS.identifier)
    ):
        found.append(f"{curie(str(node))} is not described by its id and its graph")
    for passage, words in graph.subject_objects(NIF.anchorOf):
        begin, end = graph.value(passage, NIF.beginIndex), graph.value(passage, NIF.endIndex)
        if begin is not None and len(str(words)) != int(str(end)) - int(str(begin)):
            found.append(f"{curie(str(passage))} quotes {str(words)!r}, which is not of that length")
    try:
        ids = {rdf.statement_iri(statement.id) for statement in rdf.from_graph(graph)}
    except (ArithmeticError, AssertionError, LookupError, StopIteration, TypeError, ValueError) as error:
        return [*sorted(found), f"its statements cannot be read ({type(error).__name__}: {error})"]
    strange = set(graph.subjects(KG.modality)) - ids
    return sorted(found + [f"{curie(str(node))} does not have the id of its content" for node in strange])


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
