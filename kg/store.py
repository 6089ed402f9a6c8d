"""The graph on disk: an rdflib `Dataset` over an Oxigraph store, one named graph a document.

>>> store = open_store()  # in memory; give a path for one on disk
>>> store.query("SELECT (COUNT(*) AS ?n) WHERE { ?meeting a kg:Meet }").rows
[(0,)]
"""

import csv
import io
import json
import logging
import re
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from itertools import chain, islice
from math import isfinite
from pathlib import Path
from types import TracebackType
from typing import IO, Any, NamedTuple, Self, cast
from weakref import finalize

import pyoxigraph
from oxrdflib import OxigraphStore
from rdflib import Dataset, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, XSD
from rdflib.term import Node

from kg import rdf
from kg.errors import InvalidStatements, QueryError, SourceError, StoreError
from kg.gazetteer import load_gazetteer
from kg.happenings import find_links, link_happenings, to_happenings
from kg.identity import DIFFERENT, FILE_NAME, SAME, Decision, canonical_ids, read_decisions, write_decisions
from kg.model import Document, Entity, Statement
from kg.ontology import ITSRDF, KG, NAMESPACES, ONTOLOGY, SCHEMA, curie, iri, load_graph, types
from kg.queries import find_query, why_malformed
from kg.rdf import Mentions, Triple
from kg.remote import Endpoint, is_address, read_address
from kg.resources import hash_files, resource
from kg.snapshot import copy_files, fresh_folder, lock, recover, size_of, swap, take_snapshot
from kg.sorting import in_order
from kg.validation import checks, find_mismatches, find_misquotes, validate

log = logging.getLogger(__name__)
Value = str | int | float | bool | None

_OWN_DATASET = re.compile(
    r"\bFROM\s+(?:NAMED\s+)?(?:<[^<>\s]*>|[\w-]*:[\w-]*)\s*(?:\bWHERE\b|\bFROM\b|\{)", re.IGNORECASE
)
_UNION = "fill it with `kg build SOURCES -o URL`, and make the union of all graphs its default graph"
_DATABASE_FILE = "CURRENT"
_MANY = 500
_SLICE = 200_000
_FLUSH_AFTER = 100
"""So many transactions may wait in the log; a thousand of them cost each reader a second."""
_DOCUMENTS_WITH = """SELECT DISTINCT ?document {
  ?reference itsrdf:taIdentRef|kg:foundAs %s ; a kg:Reference ; nif:referenceContext ?document .
}"""
_ENTITIES_NAMED = """SELECT DISTINCT ?entity ?type ?name {
  ?class rdfs:subClassOf kg:Entity ; skos:notation ?type .
  ?entity a|schema:additionalType ?class ; rdfs:label|schema:name ?name .
  FILTER (LCASE(?name) = %s)
} ORDER BY ?entity"""
_DESCRIPTIONS = """SELECT ?entity ?predicate ?value {
  VALUES ?entity { %s } VALUES ?predicate { rdf:type rdfs:label owl:sameAs schema:additionalType schema:name }
  ?entity ?predicate ?value .
}"""
_GRAPHS_WITH = """SELECT DISTINCT ?node ?graph {
  VALUES ?node { %s } GRAPH ?graph { { ?node ?p ?o } UNION { ?s ?q ?node } }
}"""
_ONTOLOGY_FILES = ("kg.ttl", "plover.ttl")
_FORMATS = {"trig": pyoxigraph.RdfFormat.TRIG, "nquads": pyoxigraph.RdfFormat.N_QUADS}


class Results(NamedTuple):
    """The solutions of a query: names of the variables, and rows of plain values, IRIs as CURIEs, None where unbound."""

    columns: list[str]
    rows: list[tuple[Value, ...]]

    def to_dicts(self) -> list[dict[str, Value]]:
        """One dict a row."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def to_csv(self, delimiter: str = ",") -> str:
        """The rows as CSV with a header."""
        text = io.StringIO()
        writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(self.rows)
        return text.getvalue()

    def to_json(self) -> str:
        """The rows as a JSON array of objects."""
        return json.dumps(self.to_dicts(), ensure_ascii=False, indent=1)

    def to_dataframe(self) -> Any:
        """The rows as a pandas DataFrame; ImportError where the extra `notebook` is not installed."""
        import pandas

        return pandas.DataFrame(self.rows, columns=self.columns)

    def _repr_html_(self) -> str:
        return str(self.to_dataframe().to_html(index=False))


def open_store(path: str | Path | None = None, *, read_only: bool = False) -> "Store":
    """The store at a path, made where it is missing; without a path one in memory; at a URL one behind a SPARQL endpoint.

    Read-only, a store can be opened while another process writes it. Raises StoreError where the path is no store,
    is missing and read-only is asked for, or is being written by another process, and where an endpoint does not answer.
    """
    if path is None:
        store = Store(pyoxigraph.Store(), None)
        store.load_ontology()
        return store
    if is_address(path):
        return _open_endpoint(path, read_only)
    path = Path(path)
    recover(path)
    is_store = (path / _DATABASE_FILE).is_file()
    if read_only and not path.exists():
        raise StoreError(f"{path} does not exist: make it with `kg build SOURCES -o {path}`")
    if path.exists() and not is_store and (read_only or path.is_file() or any(path.iterdir())):
        raise StoreError(f"{path} is no kg graph: give the folder that `kg build -o` has written, or a new name")
    try:
        return _open_to_read(path) if read_only else _open_to_write(path)
    except (OSError, RuntimeError) as error:
        raise StoreError(_why_closed(path, error)) from error


def _open_endpoint(url: object, read_only: bool) -> "Store":
    endpoint = Endpoint(read_address(url))
    store = Store(endpoint, None)
    try:
        if not read_only:
            store.load_ontology()
        if not store.query(f"ASK {{ {ONTOLOGY.n3()} a owl:Ontology }}").rows[0][0]:
            raise StoreError(
                f"{endpoint} holds no kg graph, or its queries do not see the union of its graphs: {_UNION}"
            )
    except BaseException:
        store.close()
        raise
    return store


def _open_to_write(path: Path) -> "Store":
    path.mkdir(parents=True, exist_ok=True)
    store = Store(pyoxigraph.Store(str(path)), path)
    store.load_ontology()
    store.identify()
    return store


def _open_to_read(path: Path) -> "Store":
    store = _open_snapshot(path)
    if store.is_identified():
        return store
    try:
        _open_to_write(path).close()
    except (OSError, RuntimeError):
        log.warning("%s is not applied yet: the graph cannot be written now", path / FILE_NAME)
        return store
    store.close()
    return _open_snapshot(path)


def _open_snapshot(path: Path, tries: int = 10) -> "Store":
    snapshot = take_snapshot(path)
    try:
        return Store(pyoxigraph.Store.read_only(str(snapshot or path)), path, snapshot)
    except (OSError, RuntimeError):
        _delete(snapshot)
        if tries == 1:
            raise
    return _open_snapshot(path, tries - 1)  # a writer was in the middle of something


def _fill(path: Path, quads: Iterable[pyoxigraph.Quad]) -> int:
    """Puts quads into the files of a folder, made where they lack, and reads them through; the number of all quads."""
    engine = pyoxigraph.Store(str(path))
    extend(engine, quads)
    engine.flush()
    return len(engine)


def extend(engine: pyoxigraph.Store, quads: Iterable[pyoxigraph.Quad]) -> None:
    """Puts quads in the fast way, a slice at a time: a million at once take a gigabyte of memory."""
    iterator = iter(quads)
    for first in iterator:
        engine.bulk_extend(chain([first], islice(iterator, _SLICE)))


def _delete(snapshot: Path | None) -> None:
    if snapshot is not None:
        shutil.rmtree(snapshot, ignore_errors=True)


def _why_closed(path: Path, error: Exception) -> str:
    if "lock" in str(error).lower():
        return f"{path} is being written by another kg process: wait until that ends (reading works meanwhile)"
    return f"{path} cannot be opened ({error}): check permissions and free space, or restore a backup"


class Store:
    """A graph that is open; close it, or use it as a context manager.

    What documents say stands in one named graph a document; documents, runs, entities and shortcut edges stand once, in
    the default graph. Queries see the union of all.
    """

    def __init__(self, engine: pyoxigraph.Store | Endpoint, path: Path | None, snapshot: Path | None = None) -> None:
        self._tidy = finalize(self, _delete, snapshot)
        self._unflushed = 0
        self.path = path
        self.decisions: list[Decision] = read_decisions(path / FILE_NAME) if path is not None else []
        self._canonical: dict[Node, URIRef] = {}
        self._use(engine)

    def _use(self, engine: pyoxigraph.Store | Endpoint) -> None:
        self._engine = engine
        self.dataset = Dataset(store=OxigraphStore(store=cast(pyoxigraph.Store, engine)), default_union=True)
        for prefix, namespace in NAMESPACES.items():
            self.dataset.bind(prefix, namespace, override=True, replace=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Frees the store for other processes; a closed store can do nothing but be closed again."""
        if hasattr(self, "_engine"):
            try:
                self._flush()
            finally:
                self._release()
                self._tidy()

    def _release(self) -> None:
        if isinstance(self._engine, Endpoint):
            self._engine.close()
        del self._engine
        self.dataset.store.close()

    # --- writing ---

    def add(
        self, document: Document, statements: Iterable[Statement], mentions: Mentions = (), run: URIRef | None = None
    ) -> None:
        """Puts what a document says in place of what it said before, in one transaction.

        `mentions` are the entities of the document with their words; those of the statements are added where they lack.
        Raises InvalidStatements where a quote is not in the text or a shape is violated, and StoreError where the disk
        refuses; then the document's old content stays.
        """
        statements = list(statements)
        mentions = rdf.complete_mentions(mentions, statements)
        inside = {triple for statement in statements for triple in rdf.to_triples(statement, run)}
        inside = rdf.identify(inside | set(rdf.mention_triples(document.id, mentions)), self._canonical)
        about, entities = set(rdf.document_triples(document, run)), set(self._entities(mentions))
        if run is not None:
            about |= set(rdf.component_triples(run, statements))
        problems = find_misquotes(document, statements) or validate(_to_graph(inside | about | entities))
        _refuse(document.id, problems)
        self._place(document.id, document.published, statements, (inside, about, entities))

    def put(self, document_id: str, inside: Iterable[Triple], outside: Iterable[Triple]) -> None:
        """Puts a document that is RDF already in place of what it said before, in one transaction.

        `inside` is the content of its named graph, `outside` what describes the document, its runs and its entities. Direct
        edges and links between happenings are made anew. Raises InvalidStatements where a shape is violated or a statement
        does not have the id of its content, and StoreError where the disk refuses; then the document's old content stays.
        """
        given, outside = {*inside}, {*outside}
        graph = _to_graph(given | outside)
        _refuse(document_id, validate(graph) or find_mismatches(graph, document_id))
        statements, mentions = rdf.from_graph(graph), rdf.read_mentions(graph, document_id)
        issued = graph.value(rdf.document_iri(document_id), DCTERMS.issued)
        named = {*graph.objects(None, ITSRDF.taIdentRef), *graph.objects(None, KG.foundAs)}
        about = {triple for triple in outside if triple[0] not in named}
        parts = rdf.identify(given, self._canonical), about, set(self._entities(mentions))
        self._place(document_id, date.fromisoformat(str(issued)) if issued else None, statements, parts)

    def _place(
        self,
        document_id: str,
        published: date | None,
        statements: list[Statement],
        parts: tuple[set[Triple], set[Triple], set[Triple]],
    ) -> None:
        """Writes what was found valid, with all that follows from it; the parts are graph, document and entities."""
        inside, about, entities = parts
        outside = about | entities
        shortcuts = self._shortcuts(statements)
        stale = self._default_triples(document_id) | self._unsupported(document_id, shortcuts)
        stale |= self._descriptions({entity for entity, _, _ in entities})
        told_again = self._told_again(document_id, statements, published)
        self._replace(rdf.graph_iri(document_id), inside, stale - outside, outside | shortcuts | told_again)

    def add_run(
        self, version: str, model: str, vocabulary: str = "", extractors: Mapping[str, str] | None = None
    ) -> URIRef:
        """The IRI of an extraction run, described in the graph with its extractors, given by name and description."""
        self._replace(None, set(), set(), set(rdf.run_triples(version, model, vocabulary, extractors)))
        return rdf.run_iri(version, model, vocabulary)

    def forget(self, document_id: str) -> bool:
        """Takes out a document and all that only it supported; False where there is no such document."""
        graph = rdf.graph_iri(document_id)
        stale = self._default_triples(document_id)
        if not stale:
            return False
        self._replace(graph, set(), stale | self._unsupported(document_id, set()), set())
        return True

    def same_as(self, entity: str, other: str, reason: str = "") -> None:
        """Makes one node of two entities, given by their ids, until that is undone: a row of `identity.csv`.

        The Wikidata id stands for both, else the alphabetically first. Raises StoreError where an earlier decision says
        that they differ.
        """
        self._decide(Decision(entity, SAME, other, reason))

    def different(self, entity: str, other: str, reason: str = "") -> None:
        """Notes that two entities are not the same: `kg review` asks no more. StoreError where others make them the same."""
        self._decide(Decision(entity, DIFFERENT, other, reason))

    def find_entity(self, name: str) -> Entity:
        """The entity of an id or a name, as the graph or the knowledge base has it.

        Raises StoreError where there is none, or several have the name.
        """
        if ":" in name and name.partition(":")[0] in NAMESPACES:
            known = self._known(iri(name))
            if known is None:
                raise StoreError(f"no entity has the id {name!r}: find it with `kg query KG entities`")
            return known
        rows = self.query(_ENTITIES_NAMED % _to_term(Literal(name.lower()))).rows
        if len(rows) != 1:
            ids = ", ".join(str(id_) for id_, *_ in rows) or "find it with `kg query KG entities`"
            raise StoreError(f"{'several entities have' if rows else 'no entity has'} the name {name!r}: {ids}")
        return Entity(str(rows[0][0]), str(rows[0][1]), str(rows[0][2]))

    def undecide(self, entity: str, other: str) -> bool:
        """Deletes what was decided about two entities; False where nothing was."""
        kept = [decision for decision in self.decisions if decision.pair != {entity, other}]
        if len(kept) == len(self.decisions):
            return False
        self._set_decisions(kept)
        return True

    def _decide(self, decision: Decision) -> None:
        kept = [other for other in self.decisions if other.pair != decision.pair]
        self._set_decisions([*kept, decision])

    def _set_decisions(self, decisions: list[Decision]) -> None:
        canonical_ids(decisions)
        if isinstance(self._engine, Endpoint):
            raise StoreError(
                f"{self._engine} keeps no decisions on identity: decide in a graph on disk, and build from there"
            )
        if self.path is not None:
            write_decisions(self.path / FILE_NAME, decisions)
        self.decisions = decisions
        self.identify()

    def identify(self) -> int:
        """Applies the decisions on identity to the documents that they concern; returns the number of these.

        Each document is one transaction. What was interrupted goes on when the store is next opened.
        """
        self._canonical = {iri(id_): iri(other) for id_, other in canonical_ids(self.decisions).items()}
        stale = self._misidentified()
        documents = {str(row[0]) for entity in stale for row in self.query(_DOCUMENTS_WITH % entity.n3()).rows}
        for document in sorted(documents):
            self._identify(rdf.document_id(iri(document)))
        leftovers = {triple for entity in stale for triple in self._outdated(entity)}
        if leftovers:
            self._replace(None, set(), leftovers, set())
        return len(documents)

    def is_identified(self) -> bool:
        """True where the graph shows all that the decisions on identity say."""
        self._canonical = {iri(id_): iri(other) for id_, other in canonical_ids(self.decisions).items()}
        return not self._misidentified()

    def _misidentified(self) -> list[URIRef]:
        """The entities that the graph does not show as the decisions say."""
        shown = set(self.dataset.default_graph.subject_objects(OWL.sameAs))
        wrong = {entity for entity, other in shown if self._canonical.get(entity) != other}
        wrong |= {entity for entity in self._canonical if (entity, RDF.type, None) in self.dataset.default_graph}
        return sorted(URIRef(str(entity)) for entity in wrong)

    def _identify(self, document_id: str) -> None:
        graph = rdf.graph_iri(document_id)
        inside = {(subject, predicate, _plain(value)) for subject, predicate, value in self._named(graph)}
        entities = set(self._entities(rdf.read_mentions(self.graph_of(document_id), document_id)))
        shortcuts = self._shortcuts(self.statements(document_id))
        stale = self._unsupported(document_id, shortcuts)
        issued = self.dataset.default_graph.value(rdf.document_iri(document_id), DCTERMS.issued)
        published = date.fromisoformat(str(issued)) if issued is not None else None
        told_again = self._told_again(document_id, self.statements(document_id), published)
        new = entities | shortcuts | told_again
        self._replace(graph, rdf.identify(inside, self._canonical), stale - new, new)

    def _outdated(self, entity: URIRef) -> Iterator[Triple]:
        """What is still said of an entity though a decision, or its end, has made it wrong."""
        canonical = self._canonical.get(entity)
        for triple in self._descriptions([entity]):
            of_merged = triple[1] in (OWL.sameAs, SCHEMA.additionalType, SCHEMA.name)
            if of_merged != (canonical is not None) or (triple[1] == OWL.sameAs and triple[2] != canonical):
                yield triple

    def _replace(self, graph: URIRef | None, inside: set[Triple], stale: set[Triple], outside: set[Triple]) -> None:
        """Puts triples in place of a named graph, takes `stale` out of the default graph and puts `outside` in: one transaction."""
        lines = [_to_lines(triples) for triples in (inside, stale, outside)]
        if isinstance(self._engine, Endpoint):
            self._engine.replace(None if graph is None else str(graph), *lines)
            return
        parts = [] if graph is None else [f"DROP SILENT GRAPH {graph.n3()}"]
        parts += [_data("DELETE", None, lines[1]), _data("INSERT", graph, lines[0]), _data("INSERT", None, lines[2])]
        self._write(" ;\n".join(filter(None, parts)))

    def _write(self, update: str) -> None:
        try:
            self._engine.update(update)
        except RuntimeError as error:
            raise StoreError(f"{self.path} cannot be written: it is open for reading only") from error
        except OSError as error:
            raise self._unwritable(error) from error
        self._unflushed += 1
        if self._unflushed >= _FLUSH_AFTER:
            self._flush()

    def _flush(self) -> None:
        """Moves what was written out of the log, which each reader would have to go through again."""
        if not self._unflushed:
            return
        self._unflushed = 0
        try:
            self._engine.flush()
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> StoreError:
        return StoreError(f"{self.path} cannot be written ({error}): free some space or check its permissions")

    def _entities(self, mentions: Mentions) -> Iterator[Triple]:
        """The descriptions of entities; of two names of one local entity the alphabetically first, so that order does not matter."""
        known = self._names([iri(entity.id) for entity, _ in mentions if entity.id.startswith("kge:")])
        own = {}
        for entity, _ in mentions:
            node = iri(entity.id)
            own[node] = Entity(entity.id, entity.type, min(entity.name, known.get(node, entity.name)))
        shown = {node: entity for node, entity in own.items() if node not in self._canonical}
        for node, entity in own.items():
            if node in self._canonical:
                canonical = self._canonical[node]
                yield from rdf.merged_triples(entity, canonical)
                if canonical not in shown:
                    shown[canonical] = self._known(canonical) or Entity(curie(canonical), entity.type, entity.name)
        for entity in shown.values():
            yield from rdf.entity_triples(entity)

    def _names(self, entities: list[URIRef]) -> dict[Node, str]:
        """What the graph calls entities, as themselves or as ones that others stand for."""
        described = self._descriptions(entities)
        names = {node: str(value) for node, predicate, value in described if predicate == SCHEMA.name}
        return names | {node: str(value) for node, predicate, value in described if predicate == RDFS.label}

    def _known(self, node: URIRef) -> Entity | None:
        """The entity as the graph describes it, else as the knowledge base does."""
        graph = self.dataset.default_graph
        if (node, RDF.type, None) in graph or (node, OWL.sameAs, None) in graph:
            return rdf.read_entity(graph, node)
        return load_gazetteer().entities.get(curie(node))

    def _told_again(self, document_id: str, statements: Iterable[Statement], published: date | None) -> set[Triple]:
        """The links from the events of a document to those of others that tell the same happening."""
        return link_happenings(self.dataset, document_id, to_happenings(statements, published, self._canonical))

    def _shortcuts(self, statements: Iterable[Statement]) -> set[Triple]:
        return {triple for statement in statements for triple in rdf.shortcut_triples(statement, self._canonical)}

    def _descriptions(self, entities: Iterable[Node]) -> set[Triple]:
        """What the default graph says of entities: types and names."""
        wanted = " ".join(sorted(entity.n3() for entity in entities))
        if not wanted:
            return set()
        rows = self._rows(_DESCRIPTIONS % wanted)
        return {(row["entity"], row["predicate"], _plain(row["value"])) for row in rows}

    def _named(self, graph: URIRef) -> Graph:
        """A view of a named graph; unlike `Dataset.graph` it does not write, so that it works read-only."""
        return Graph(store=self.dataset.store, identifier=graph)

    def _default_triples(self, document_id: str) -> set[Triple]:
        """What the default graph says of a document."""
        node = rdf.document_iri(document_id)
        return {
            (node, predicate, _plain(value)) for predicate, value in self.dataset.default_graph.predicate_objects(node)
        }

    def _unsupported(self, document_id: str, still: set[Triple]) -> set[Triple]:
        """The shortcuts and entities that only this document's present content supports."""
        graph = rdf.graph_iri(document_id)
        named = self._named(graph)
        shown: dict[Node, Node] = {
            found: next(named.objects(node, ITSRDF.taIdentRef)) for node, found in named.subject_objects(KG.foundAs)
        }
        shortcuts = {
            triple for statement in self.statements(document_id) for triple in rdf.shortcut_triples(statement, shown)
        } - still
        entities = {*named.objects(rdf.document_iri(document_id), SCHEMA.mentions), *shown}
        lost = [entity for entity in entities if not self._is_mentioned(entity, graph)]
        unsupported = {triple for triple in shortcuts if not self._is_supported(triple, graph)}
        return unsupported | self._descriptions(lost) | find_links(self.dataset, named)

    def _is_supported(self, shortcut: Triple, but: URIRef) -> bool:
        """True where an asserted statement outside that graph gives the same shortcut."""
        actor, edge, recipient = shortcut
        type_ = next(type_ for type_ in types().values() if type_.shortcut == edge)
        roles = ("kg:actor|kg:recipient",) * 2 if type_.symmetric else ("kg:actor", "kg:recipient")
        return self._ask(
            f"ASK {{ GRAPH ?g {{ ?s a {type_.iri.n3()} ; kg:modality kg:asserted ; "
            f"{roles[0]} {actor.n3()} ; {roles[1]} {recipient.n3()} }} FILTER (?g != {but.n3()}) }}"
        )

    def _is_mentioned(self, entity: Node, but: URIRef) -> bool:
        return self._ask(
            f"ASK {{ GRAPH ?g {{ ?d schema:mentions|kg:foundAs {entity.n3()} }} FILTER (?g != {but.n3()}) }}"
        )

    def _ask(self, query: str) -> bool:
        return bool(self.dataset.query(query, initNs=NAMESPACES).askAnswer)

    def load_ontology(self) -> None:
        """Puts the shipped ontology into a graph of its own, where another or none is there."""
        version = hash_files(*(resource("ontology", name) for name in _ONTOLOGY_FILES))
        if str(self._named(ONTOLOGY).value(ONTOLOGY, SCHEMA.version)) != version:
            triples = {*load_graph(*_ONTOLOGY_FILES), (ONTOLOGY, SCHEMA.version, Literal(version))}
            self._replace(ONTOLOGY, triples, set(), set())

    # --- keeping ---

    def backup(self, target: str | Path) -> int:
        """Copies the graph as it is now into a new folder, which is a store itself; returns the number of its quads.

        Works beside a writer, and saves a graph in memory or behind an endpoint too. The copy is opened and read through
        before it gets its name. Raises StoreError where the target exists or the disk refuses; then nothing is left.
        """
        target = Path(target)
        if target.exists():
            raise StoreError(f"{target} exists already: give a new name for the backup")
        fresh = fresh_folder(target)
        try:
            if self.path is not None:
                copy_files(self.path, fresh)
                if (self.path / FILE_NAME).exists():
                    shutil.copyfile(self.path / FILE_NAME, fresh / FILE_NAME)
            count = _fill(fresh, self.quads(but="") if self.path is None else ())
            fresh.rename(target)
        except (OSError, RuntimeError) as error:
            raise StoreError(
                f"{target} cannot be written ({error}): free some space or check its permissions"
            ) from error
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        return count

    def compact(self) -> tuple[int, int]:
        """Writes the graph anew without what was forgotten, whose words the files else keep; bytes before and after.

        A killed process leaves the old files or the new ones. Raises StoreError where the graph is in memory, behind an
        endpoint or open for reading only, and where the disk refuses: it takes as much free space as the graph.
        """
        if self.path is None or isinstance(self._engine, Endpoint):
            raise StoreError("only a graph on disk can be compacted: give the folder that `kg build -o` has written")
        self._write("DELETE DATA {}")
        before = size_of(self.path)
        self._rewrite(lambda fresh: _fill(fresh, self._engine.quads_for_pattern(None, None, None)))
        return before, size_of(self.path)

    def implied_by(self, document_id: str) -> set[Triple]:
        """The direct edges of a document's statements, and the links to those of others that tell the same happening."""
        statements = list(self.statements(document_id))
        issued = self.dataset.default_graph.value(rdf.document_iri(document_id), DCTERMS.issued)
        published = date.fromisoformat(str(issued)) if issued is not None else None
        return self._shortcuts(statements) | self._told_again(document_id, statements, published)

    def default_triples(self) -> Iterator[Triple]:
        """What stands in the default graph: documents, runs, entities, direct edges, links between happenings."""
        yield from self.dataset.default_graph

    def load(self, dump: str | Path) -> int:
        """Fills an empty store from a file of N-Quads or TriG that another has dumped; returns the number of its quads.

        The fast way in, and all or nothing: a killed process leaves the store empty. Nothing is validated: see `check`.
        Raises StoreError where the store is not empty or the disk refuses, and SourceError where the file cannot be read.
        """
        dump = Path(dump)
        if not self.is_fresh():
            raise StoreError(f"{self.path or self._engine} is not an empty graph of this machine: give a new name")
        if not dump.is_file():
            raise SourceError(f"{dump} does not exist: give a file of N-Quads (.nq) or TriG (.trig)")
        try:
            return self.fill(pyoxigraph.parse(path=str(dump)))
        except (SyntaxError, ValueError) as error:
            raise SourceError(f"{dump} is no N-Quads (.nq) or TriG (.trig): {error}") from error

    def is_fresh(self) -> bool:
        """True of a graph on this machine that holds no document."""
        return not isinstance(self._engine, Endpoint) and not self.document_ids()

    def fill(self, quads: Iterable[pyoxigraph.Quad]) -> int:
        """Fills an empty store with quads as `load` does; returns the number of all. StoreError where the disk refuses."""
        assert not isinstance(self._engine, Endpoint), "asked before"
        if self.path is None:
            extend(self._engine, quads)
            return len(self._engine)
        self._write("DELETE DATA {}")
        return self._rewrite(lambda fresh: _fill(fresh, chain(self._engine.quads_for_pattern(None, None, None), quads)))

    def _rewrite(self, fill: Callable[[Path], int]) -> int:
        """Puts what `fill` writes into a fresh folder in place of the files; returns the number of quads that it tells."""
        assert self.path is not None
        fresh = fresh_folder(self.path)
        try:
            count = fill(fresh)
            if (self.path / FILE_NAME).exists():
                shutil.copyfile(self.path / FILE_NAME, fresh / FILE_NAME)
            self._flush()
            self._release()
            with lock(self.path):
                swap(fresh, self.path)
        except OSError as error:
            raise self._unwritable(error) from error
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
            if not hasattr(self, "_engine"):
                self._use(pyoxigraph.Store(str(self.path)))
        return count

    # --- reading ---

    def has(self, document: Document, run: URIRef | None) -> bool:
        """True where the store holds that text, title and date of the document, read by that run."""
        return set(rdf.document_triples(document, run)) == self._default_triples(document.id)

    def query(self, query: str) -> Results:
        """The solutions of a SPARQL query, a named query or a query file; of CONSTRUCT and DESCRIBE the triples.

        The prefixes of `kg.ontology.NAMESPACES` are known. Raises QueryError with line and column where the query is malformed.
        """
        text = find_query(query)
        is_union = not _OWN_DATASET.search(text)  # the union would overrule the query's own FROM
        try:
            return _to_results(self._engine.query(text, prefixes=NAMESPACES, use_default_graph_as_union=is_union))
        except (SyntaxError, ValueError) as error:
            raise QueryError(why_malformed(error)) from error
        except OSError as error:
            raise QueryError(
                f"the query failed while reading ({error}): check the store, or the service it calls"
            ) from error

    def document_ids(self) -> list[str]:
        """The ids of all documents, sorted."""
        found = self.dataset.default_graph.subject_objects(DCTERMS.identifier)
        return sorted(str(identifier) for _, identifier in found)

    def graph_of(self, document_id: str) -> Graph:
        """A copy in memory of what a document says, with the document and the entities that it mentions."""
        inside, outside = self.parts_of(document_id)
        return _to_graph(inside | outside)

    def parts_of(self, document_id: str) -> tuple[set[Triple], set[Triple]]:
        """What stands in the named graph of a document, and what describes it and the entities that it mentions."""
        inside = {
            (subject, predicate, _plain(value)) for subject, predicate, value in self._named(rdf.graph_iri(document_id))
        }
        entities = {value for _, predicate, value in inside if predicate in (SCHEMA.mentions, KG.foundAs)}
        return inside, self._default_triples(document_id) | self._descriptions(entities)

    def graph_names(self) -> set[str]:
        """The IRIs of all named graphs but the ontology's."""
        return {graph.value for graph in self._engine.named_graphs()} - {str(ONTOLOGY)}

    def count(self, predicate: URIRef) -> int:
        """The number of quads with a predicate."""
        return sum(1 for _ in self._engine.quads_for_pattern(None, pyoxigraph.NamedNode(predicate), None))

    def holds(self, quad: pyoxigraph.Quad) -> bool:
        """True where the graph has that quad."""
        return any(True for _ in self._engine.quads_for_pattern(*quad))

    def statements(self, document_id: str | None = None) -> Iterator[Statement]:
        """The statements of a document, or of all in the order of their ids, with the entities that extraction found."""
        for id_ in self.document_ids() if document_id is None else [document_id]:
            yield from rdf.from_graph(self.graph_of(id_))

    def mentions(self) -> Iterator[tuple[str, Entity, list[str]]]:
        """The entities of each document, with the words that refer to them: document id, entity, words."""
        merged = self.merged
        for id_ in self.document_ids():
            found: dict[str, tuple[Entity, list[str]]] = {}
            for entity, words in rdf.read_mentions(self.graph_of(id_), id_):
                shown = merged.get(entity.id, entity)
                found.setdefault(shown.id, (shown, []))[1].extend(words)
            for _, (entity, words) in sorted(found.items()):
                yield id_, entity, sorted(set(words))

    @property
    def merged(self) -> dict[str, Entity]:
        """The id of each entity that is shown as another, with that other one."""
        graph = self.dataset.default_graph
        pairs = sorted(graph.subject_objects(OWL.sameAs))
        return {curie(str(merged)): rdf.read_entity(graph, canonical) for merged, canonical in pairs}

    def check(self) -> Iterator[tuple[str, list[str]]]:
        """The id of each document with what the shapes find wrong in it, one sentence each; none where it conforms.

        What is wrong in no document, as a direct edge that no statement asserts, comes last, with an empty id.
        """
        problems = self._problems()
        for id_ in self.document_ids():
            yield id_, sorted(problems.pop(id_, ()))
        rest = sorted({problem for found in problems.values() for problem in found})
        if rest:
            yield "", rest

    def _problems(self) -> dict[str, set[str]]:
        """The problems of the whole graph by document."""
        found: dict[Node, set[str]] = defaultdict(set)
        problems: dict[str, set[str]] = defaultdict(set)
        for check in checks():
            for row in self._rows(check.query):
                node, path = row["this"], row.get("path")
                (found[node] if path is None else problems[""]).add(check.describe(node, path, row.get("value")))
        for node, documents in self._documents_with(list(found)).items():
            for id_ in documents:
                problems[id_] |= found[node]
        return problems

    def _documents_with(self, nodes: list[Node]) -> dict[Node, set[str]]:
        """The ids of the documents that say something of each node; an empty id where none does."""
        documents = {node: {rdf.document_id(str(node))} for node in nodes if str(node).startswith(NAMESPACES["doc"])}
        others = [node for node in nodes if node not in documents]
        for start in range(0, len(others), _MANY):
            wanted = " ".join(node.n3() for node in others[start : start + _MANY])
            for row in self._rows(_GRAPHS_WITH % wanted):
                graph = str(row["graph"])
                if graph.startswith(NAMESPACES["g"]):
                    documents.setdefault(row["node"], set()).add(rdf.document_id_of_graph(graph))
        return {node: documents.get(node, {""}) for node in nodes}

    def _rows(self, query: str) -> Iterator[dict[str, Node]]:
        """The solutions of a query over the union of all graphs, as terms by the name of the variable."""
        for row in self.dataset.store.query(query, NAMESPACES, {}, "__UNION__").bindings:
            yield {str(name): node for name, node in row.items() if node is not None}

    def dump(self, file: IO[bytes], format: str) -> None:
        """Writes all quads but the ontology's, as `trig` or `nquads`; equal graphs give equal bytes."""
        pyoxigraph.serialize(self.quads(), file, format=_FORMATS[format], prefixes=NAMESPACES)

    def quads(self, but: str = str(ONTOLOGY)) -> Iterator[pyoxigraph.Quad]:
        """All quads but those of one named graph, the default graph first, in an order that only depends on what they are."""
        named = (graph for graph in self._engine.named_graphs() if graph.value != but)
        for graph in [pyoxigraph.DefaultGraph(), *sorted(named, key=str)]:
            yield from in_order(self._engine.quads_for_pattern(None, None, None, graph))


def _refuse(document_id: str, problems: list[str]) -> None:
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise InvalidStatements(f"document {document_id} was set aside: {problems[0]}{more}")


def _to_graph(triples: Iterable[Triple]) -> Graph:
    graph = Graph()
    for triple in triples:
        graph.add(triple)
    return graph


def _plain(node: Node) -> Node:
    """A string literal as rdflib writes it, without the datatype that Oxigraph spells out."""
    return Literal(str(node)) if isinstance(node, Literal) and node.datatype == XSD.string else node


def _to_lines(triples: Iterable[Triple]) -> list[str]:
    """The triples as lines of N-Triples, sorted."""
    return sorted(f"{_to_term(s)} {_to_term(p)} {_to_term(o)} ." for s, p, o in triples)


def _data(verb: str, graph: URIRef | None, lines: list[str]) -> str:
    """The update that puts lines of N-Triples into a graph or takes them out; empty where there are none."""
    content = "\n".join(lines if graph is None else [f"GRAPH {graph.n3()} {{", *lines, "}"])
    return f"{verb} DATA {{\n{content}\n}}" if lines else ""


def _to_term(node: Node) -> str:
    """A term as N-Triples have it; rdflib's own `n3` breaks where a line end comes before a backslash and a quote."""
    if not isinstance(node, Literal):
        return node.n3()
    datatype = pyoxigraph.NamedNode(str(node.datatype)) if node.datatype else None
    return str(pyoxigraph.Literal(str(node), datatype=datatype, language=node.language))


def _to_results(result: Any) -> Results:
    if isinstance(result, pyoxigraph.QueryBoolean):
        return Results(["answer"], [(bool(result),)])
    if isinstance(result, pyoxigraph.QuerySolutions):
        names = [variable.value for variable in result.variables]
        return Results(names, [tuple(map(_to_value, row)) for row in result])
    rows = ((str(_to_value(t.subject)), str(_to_value(t.predicate)), str(_to_value(t.object))) for t in result)
    return Results(["subject", "predicate", "object"], sorted(rows))


def _to_value(term: Any) -> Value:
    """A term as a plain value: a number, a truth value or a string, an IRI as its CURIE."""
    if term is None:
        return None
    if isinstance(term, pyoxigraph.Literal):
        convert = _PLAIN.get(term.datatype.value)
        return term.value if convert is None else _number(convert, term.value)
    return curie(term.value) if isinstance(term, pyoxigraph.NamedNode) else str(term)


def _number(convert: Callable[[str], Value], text: str) -> Value:
    try:
        value = convert(text)
    except ValueError:
        return text
    return value if not isinstance(value, float) or isfinite(value) else text


def _to_bool(text: str) -> bool:
    if text not in ("true", "false", "1", "0"):
        raise ValueError(text)
    return text in ("true", "1")


_INTEGERS = """integer long int short byte nonNegativeInteger positiveInteger nonPositiveInteger negativeInteger
    unsignedLong unsignedInt unsignedShort unsignedByte""".split()
_PLAIN: dict[str, Callable[[str], Value]] = {
    **{str(XSD[name]): int for name in _INTEGERS},
    **{str(XSD[name]): float for name in ("decimal", "double", "float")},
    str(XSD.boolean): _to_bool,
}
"""How to read the literals of a datatype; others are their text."""
