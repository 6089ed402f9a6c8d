"""Files that kg has written, and other graphs of kg, → a store: document by document, validated like what a build adds.

A file is read to its end before anything is stored, so that a malformed one changes nothing.
"""

import logging
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from pathlib import Path

import pyoxigraph
from rdflib import OWL, PROV, XSD, Literal, URIRef

from kg import __version__, rdf
from kg.errors import InvalidStatements, SourceError, StoreError
from kg.exchange.lines import read_statements
from kg.exchange.quads import REIFIES
from kg.identity import DIFFERENT
from kg.model import Document, Statement
from kg.ontology import KG, NAMESPACES, curie
from kg.rdf import Triple
from kg.sources.text import BROKEN_GZIP, GZIP, broken_gzip, open_bytes
from kg.store import Store, extend, open_store
from kg.validation import find_mismatches

log = logging.getLogger(__name__)
RDF_FORMATS = {
    ".nq": pyoxigraph.RdfFormat.N_QUADS,
    ".nquads": pyoxigraph.RdfFormat.N_QUADS,
    ".trig": pyoxigraph.RdfFormat.TRIG,
    ".jsonld": pyoxigraph.RdfFormat.JSON_LD,
}
STATEMENTS = ".jsonl"
_IMPORTED = "statements as JSON lines"
"""What stands in place of the model in the run of what was imported: lines tell the component of a statement, not its run."""


@dataclass
class Imported:
    """What an import has done so far: counts, and one sentence for each document that it set aside."""

    documents: int = 0
    statements: int = 0
    skipped: list[str] = field(default_factory=list)
    left_out: int = 0
    """So many quads are none that kg writes, or follow from statements that are not there."""
    example: str = ""


OnProgress = Callable[[Imported], None]


def import_file(
    path: str | Path,
    store: Store,
    *,
    articles: Iterable[str | Path] = (),
    report: Imported | None = None,
    on_progress: OnProgress = lambda report: None,
) -> Imported:
    """Puts what a file says into the store, each document in a transaction of its own, in place of what was said of it before.

    The file is TriG, N-Quads, JSON-LD or statements as JSON lines, by its suffix, gzipped where it ends in `.gz`; or it is the
    folder of another graph of kg. JSON lines tell nothing of their documents: `articles` are sources with the texts, whose
    ids are the same, so that date and outlet come along and quotes are checked. Raises SourceError, before anything is
    stored, where a source is missing or malformed.
    """
    path, report = Path(path), Imported() if report is None else report
    if not path.exists():
        raise SourceError(f"{path} does not exist: check the name")
    plain = path.with_suffix("") if path.suffix == GZIP else path
    if path.is_dir():
        with open_store(path, read_only=True) as source:
            _import_graphs(source, store, report, on_progress)
    elif plain.suffix == STATEMENTS:
        _import_statements(path, store, _texts(articles), report, on_progress)
    elif plain.suffix in RDF_FORMATS:
        with tempfile.TemporaryDirectory(prefix="kg-import-") as folder:
            engine = pyoxigraph.Store(folder)
            _load(path, engine, RDF_FORMATS[plain.suffix])
            source = Store(engine, None)
            source.load_ontology()
            _import_graphs(source, store, report, on_progress)
    else:
        known = ", ".join([*RDF_FORMATS, STATEMENTS])
        raise SourceError(f"{path} is of no kind that kg reads back: name it {known}, or these with {GZIP}")
    return report


def _load(path: Path, engine: pyoxigraph.Store, format: pyoxigraph.RdfFormat) -> None:
    """Reads all quads but reifiers, which follow from the rest; SourceError with the line where one is malformed."""
    try:
        with open_bytes(path) as file:
            quads = pyoxigraph.parse(file, format=format)
            extend(engine, (quad for quad in quads if quad.predicate != REIFIES))
    except SyntaxError as error:
        raise SourceError(f"{path}:{error.lineno or 1} is malformed ({error.msg}): mend the line") from error
    except BROKEN_GZIP as error:
        raise broken_gzip(path, error) from error
    except OSError as error:
        raise SourceError(f"{path} cannot be read ({error}): check its permissions and free space") from error


# --- Graphs ---


def _import_graphs(source: Store, store: Store, report: Imported, on_progress: OnProgress) -> None:
    ids = source.document_ids()
    if not ids:
        raise SourceError("no document of kg is in this graph: give what `kg export` has written")
    if store.is_fresh() and _is_whole(source, ids):
        store.fill(source.quads())
        report.documents += len(ids)
        report.statements += source.count(KG.modality)
        on_progress(report)
        return
    _import_decisions(source, store)
    for id_ in ids:
        inside, outside = source.parts_of(id_)
        outside |= set(_runs(source, inside | outside))
        _store(partial(store.put, id_, inside, outside), _count(inside), report, on_progress)
    for quad in source.quads():
        if not store.holds(quad):
            report.left_out += 1
            report.example = report.example or str(quad)


def _is_whole(source: Store, ids: list[str]) -> bool:
    """True where a graph is to the last triple what importing it document by document makes: so it can be taken as it is."""
    if any(problems for _, problems in source.check()):
        return False
    expected: set[Triple] = set()
    for id_ in ids:
        inside, outside = source.parts_of(id_)
        if find_mismatches(source.graph_of(id_), id_):
            return False
        expected |= outside | set(_runs(source, inside | outside)) | source.implied_by(id_)
    found = set(source.default_triples())
    is_merged = any(predicate == OWL.sameAs for _, predicate, _ in found)
    is_whole = {*map(_key, found)} == {*map(_key, expected)}
    return is_whole and not is_merged and source.graph_names() == {str(rdf.graph_iri(id_)) for id_ in ids}


def _key(triple: Triple) -> tuple[str, str, str, str]:
    """A triple by its words: whether a string has its datatype spelt out does not matter."""
    subject, predicate, value = triple
    datatype = str(value.datatype or XSD.string) if isinstance(value, Literal) else ""
    return str(subject), str(predicate), str(value), datatype


def _store(put: Callable[[], None], statements: int, report: Imported, on_progress: OnProgress) -> None:
    try:
        put()
    except InvalidStatements as error:
        log.info("%s", error)
        report.skipped.append(str(error))
    else:
        report.documents += 1
        report.statements += statements
    on_progress(report)


def _count(graph: Iterable[Triple]) -> int:
    return sum(predicate == KG.modality for _, predicate, _ in graph)


def _runs(source: Store, triples: Iterable[Triple]) -> Iterator[Triple]:
    """What the default graph says of the runs that made these triples, and of what these runs refer to in turn."""
    default, seen = source.dataset.default_graph, set()
    waiting = {value for _, predicate, value in triples if predicate == PROV.wasGeneratedBy}
    while waiting:
        node = waiting.pop()
        seen.add(node)
        for predicate, value in default.predicate_objects(node):
            yield node, predicate, value
            if str(value).startswith(NAMESPACES["run"]) and value not in seen:
                waiting.add(value)


def _import_decisions(source: Store, store: Store) -> None:
    """Takes over which entities the graph shows as one; StoreError where the store says that they differ."""
    known = {decision.pair: decision.verdict for decision in store.decisions}
    found = sorted(source.dataset.default_graph.subject_objects(OWL.sameAs))
    pairs = [(curie(str(entity)), curie(str(canonical))) for entity, canonical in found]
    for one, other in pairs:
        if known.get(frozenset((one, other))) == DIFFERENT:
            raise StoreError(f"the file makes one of {one} and {other}, which differ here: undo one of the decisions")
    for one, other in pairs:
        if frozenset((one, other)) not in known:
            store.same_as(one, other, "imported")


# --- Statements as lines ---


def _import_statements(
    path: Path, store: Store, texts: Mapping[str, Document], report: Imported, on_progress: OnProgress
) -> None:
    run = store.add_run(__version__, _IMPORTED) if _check_lines(path, texts) else None
    for id_, group in groupby(read_statements(path), key=lambda statement: statement.document):
        statements = list(group)
        if id_ in texts:
            put = partial(store.add, texts[id_], statements, run=run)
        else:
            put = partial(store.put, id_, *_triples(id_, statements, store, run))
        _store(put, len(statements), report, on_progress)


def _triples(
    id_: str, statements: list[Statement], store: Store, run: URIRef | None
) -> tuple[set[Triple], set[Triple]]:
    """The content of a document's graph, and what is known of the document: what the store says, else no more than its id."""
    inside = {triple for statement in statements for triple in rdf.to_triples(statement, run)}
    mentions = rdf.mentions_of(statements)
    inside |= set(rdf.mention_triples(id_, mentions))
    _, known = store.parts_of(id_)
    node = rdf.document_iri(id_)
    about = {triple for triple in known if triple[0] == node} or set(rdf.stub_triples(id_))
    about |= {triple for entity, _ in mentions for triple in rdf.entity_triples(entity)}
    return inside, about | (set(rdf.component_triples(run, statements)) if run is not None else set())


def _check_lines(path: Path, texts: Mapping[str, Document]) -> bool:
    """Goes through the file once: each line must be a statement that kg can store, and each document stand in one piece.

    True where the lines tell by which component statements were found.
    """
    seen, last, told = set[str](), "", False
    for number, statement in enumerate(read_statements(path), 1):
        try:
            list(rdf.to_graph([statement]))
        except (KeyError, ValueError) as error:
            raise SourceError(
                f"{path}:{number} names what kg does not know ({error}): see docs/statements.md"
            ) from error
        if statement.document != last and statement.document in seen:
            raise SourceError(
                f"{path}:{number} returns to document {statement.document}: sort the lines by their `doc`"
            )
        last = statement.document
        seen.add(last)
        told = told or statement.component is not None
    if texts and not seen & set(texts):
        raise SourceError(f"no article has the id of a document in {path}: give the sources that it was extracted from")
    return told


def _texts(sources: Iterable[str | Path]) -> dict[str, Document]:
    from kg.sources import read  # what cleans pages takes its time to load

    given = list(sources)
    return {document.id: document for document in read(*given)} if given else {}
