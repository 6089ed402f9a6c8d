"""What is wrong with statements: quotes that are not in the text, and what the shapes of `ontology/` find.

`shapes.ttl` holds of what one document says, `store-shapes.ttl` of a whole graph. A document is validated by pyshacl on
its way in; a whole graph by SPARQL queries that are made of the same shapes, because pyshacl takes a minute and a gigabyte over a million triples.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from rdflib import RDF, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import DCTERMS, SH, XSD
from rdflib.term import Node

from kg import rdf
from kg.errors import VocabularyError
from kg.model import Document, Statement
from kg.ontology import KG, NAMESPACES, NIF, curie, load_graph


def find_misquotes(document: Document, statements: Iterable[Statement]) -> list[str]:
    """The passages and mentions that do not stand in the document's text where they say, one sentence each."""
    found = []
    for statement in statements:
        passages = [(statement.evidence.start, statement.evidence.end, statement.evidence.quote)]
        passages += [(mention.start, mention.end, mention.text) for mention in statement.mentions]
        if statement.trigger is not None:
            passages.append((statement.trigger.start, statement.trigger.end, statement.trigger.quote))
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


# --- A document, by pyshacl ---


@cache
def _shapes(whole: bool) -> Graph:
    """The shapes as a graph of their own, since pyshacl writes into it."""
    shapes = Graph() + load_graph("shapes.ttl")
    if whole:
        shapes += load_graph("store-shapes.ttl")
        _declare_prefixes(shapes)
    return shapes


def _declare_prefixes(shapes: Graph) -> None:
    """Gives each SPARQL text of the shapes kg's prefixes, which SHACL wants to be declared."""
    for prefix, namespace in NAMESPACES.items():
        node = URIRef(f"{NAMESPACES['kg']}prefix-{prefix}")
        shapes.add((URIRef(NAMESPACES["kg"]), SH.declare, node))
        shapes.add((node, SH.prefix, Literal(prefix)))
        shapes.add((node, SH.namespace, Literal(namespace, datatype=XSD.anyURI)))
    for query in set(shapes.subjects(SH.select)):
        shapes.add((query, SH.prefixes, URIRef(NAMESPACES["kg"])))


def validate(graph: Graph, *, whole: bool = False) -> list[str]:
    """What the shapes find wrong, one sentence each, sorted; empty where the graph conforms.

    The graph must describe the document and the entities of its statements. `whole` says that it is the graph of a store
    with its ontology: then the shapes of a store count too.
    """
    import pyshacl  # takes a second to import, and reading needs it not

    conforms, report, _ = pyshacl.validate(
        graph, shacl_graph=_shapes(whole), ont_graph=None, inplace=True, advanced=whole
    )
    if conforms or not isinstance(report, Graph):
        return []
    found = ((report.value(result, p) for p in _PARTS) for result in report.subjects(RDF.type, SH.ValidationResult))
    return sorted({_sentence(*parts) for parts in found})


_PARTS = (SH.focusNode, SH.resultPath, SH.value, SH.resultMessage)


def _sentence(node: Node | None, path: Node | None, value: Node | None, message: Node | None) -> str:
    where = f" {curie(str(path))}" if isinstance(path, URIRef) else ""
    what = f" {curie(str(value))}" if value is not None else ""
    return f"{curie(str(node))}{where}{what}: {message}"


# --- A whole graph, by SPARQL ---


class Check(NamedTuple):
    """A rule of the shapes as a query for what breaks it: rows of `?this` and, by the rule, `?path` and `?value`."""

    query: str
    path: Node | None
    message: Node

    def describe(self, node: Node, path: Node | None, value: Node | None) -> str:
        """One sentence on a row, as `validate` puts it."""
        return _sentence(node, path or self.path, value, self.message)


@cache
def checks() -> tuple[Check, ...]:
    """The rules of both files of shapes as queries over a whole graph; VocabularyError where a constraint is not known."""
    shapes = load_graph("shapes.ttl") + load_graph("store-shapes.ttl")
    found = []
    for shape in sorted(shapes.subjects(RDF.type, SH.NodeShape), key=str):
        for rule in shapes.objects(shape, SH.property):
            path, message = shapes.value(rule, SH.path), shapes.value(rule, SH.message)
            assert path is not None and message is not None, "a test sees to it"
            found += [Check(query, path, message) for query in _queries(shapes, shape, rule, path)]
        for rule in shapes.objects(shape, SH.sparql):
            select = str(shapes.value(rule, SH.select)).replace("$this", "?this")
            found.append(Check(select, None, shapes.value(rule, SH.message) or Literal("")))
    return tuple(found)


def _queries(shapes: Graph, shape: Node, rule: Node, path: Node) -> Iterator[str]:
    target, steps = _target(shapes, shape), _path(shapes, path)
    for constraint, value in shapes.predicate_objects(rule):
        if constraint in (SH.path, SH.message):
            continue
        if constraint not in _BROKEN:
            raise VocabularyError(
                f"the shapes use {curie(str(constraint))}, which `kg check` does not know: use another"
            )
        parameter = _list(shapes, value) if constraint == SH["in"] else value.n3()
        datatype = _well_formed(value) if constraint == SH.datatype else ""
        yield _BROKEN[constraint].format(target=target, path=steps, value=parameter, well_formed=datatype)


def _target(shapes: Graph, shape: Node) -> str:
    parts = [f"{{ ?this a {node.n3()} }}" for node in shapes.objects(shape, SH.targetClass)]
    parts += [f"{{ ?this {node.n3()} ?any }}" for node in shapes.objects(shape, SH.targetSubjectsOf)]
    objects = [f"{{ ?any {node.n3()} ?this }}" for node in shapes.objects(shape, SH.targetObjectsOf)]
    union = " UNION ".join(sorted(parts + objects))
    return f"{{ SELECT DISTINCT ?this {{ {union} }} }}" if objects else union  # an entity has many mentions


def _path(shapes: Graph, path: Node) -> str:
    if isinstance(path, URIRef):
        return path.n3()
    inverse = shapes.value(path, SH.inversePath)
    if inverse is not None:
        return f"^{inverse.n3()}"
    return "/".join(_path(shapes, step) for step in Collection(shapes, path))


def _list(shapes: Graph, head: Node) -> str:
    return ", ".join(node.n3() for node in Collection(shapes, head))


def _well_formed(datatype: Node) -> str:
    """A condition that a literal of a datatype that SPARQL can cast to is well formed."""
    castable = {XSD.boolean, XSD.date, XSD.dateTime, XSD.decimal, XSD.double, XSD.integer}
    return f" && COALESCE(STRLEN(STR({datatype.n3()}(?value))) > 0, false)" if datatype in castable else ""


_EACH = "SELECT DISTINCT ?this ?value {{ {target} ?this {path} ?value . FILTER ("
_BROKEN: dict[Node, str] = {
    SH.minCount: "SELECT DISTINCT ?this {{ {target} FILTER NOT EXISTS {{ ?this {path} ?one }} }}",
    SH.maxCount: "SELECT ?this {{ {target} ?this {path} ?one }} GROUP BY ?this HAVING (COUNT(DISTINCT ?one) > {value})",
    SH.nodeKind: _EACH + "!isIRI(?value)) }}",
    SH["in"]: _EACH + "?value NOT IN ({value})) }}",
    SH.datatype: _EACH + "!(isLiteral(?value) && DATATYPE(?value) = {value}{well_formed})) }}",
    SH.minInclusive: _EACH + "!COALESCE(?value >= {value}, false)) }}",
    SH.maxInclusive: _EACH + "!COALESCE(?value <= {value}, false)) }}",
    SH.minLength: _EACH + "STRLEN(STR(?value)) < {value}) }}",
    SH[
        "class"
    ]: "SELECT DISTINCT ?this ?value {{ {target} ?this {path} ?value . FILTER NOT EXISTS {{ ?value a {value} }} "
    "FILTER NOT EXISTS {{ ?value a ?kind . ?kind rdfs:subClassOf+ {value} }} }}",
    SH.equals: "SELECT DISTINCT ?this ?value {{ {target} "
    "{{ ?this {path} ?value . FILTER NOT EXISTS {{ ?this {value} ?value }} }} UNION "
    "{{ ?this {value} ?value . FILTER NOT EXISTS {{ ?this {path} ?value }} }} }}",
    SH.lessThan: "SELECT DISTINCT ?this ?value {{ {target} ?this {path} ?value ; {value} ?other . "
    "FILTER (!COALESCE(?value < ?other, false)) }}",
    SH.lessThanOrEquals: "SELECT DISTINCT ?this ?value {{ {target} ?this {path} ?value ; {value} ?other . "
    "FILTER (!COALESCE(?value <= ?other, false)) }}",
}
"""What breaks each kind of constraint; minCount is only used as 1, nodeKind only as IRI."""
