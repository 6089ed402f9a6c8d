"""Statements and documents ↔ triples, pure and inverse of each other.

A statement is a node typed by its class; its evidence and mentions are NIF nodes with an RFC 5147 address inside the
document (`doc:3f2a#char=120,203`), shared by all statements of a sentence. Entities are described once, wherever they
occur. See `docs/rdf.md`.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from hashlib import sha256
from urllib.parse import quote, unquote

from rdflib import OWL, PROV, RDF, RDFS, XSD, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS
from rdflib.term import Node

from kg.edtf import bounds
from kg.model import Document, Entity, Evidence, Mention, Quantity, Statement, Time, content_id
from kg.ontology import EDTF, ITSRDF, KG, NAMESPACES, NIF, SCHEMA, curie, entity_types, iri, type_names, types

Triple = tuple[Node, Node, Node]
Mentions = Iterable[tuple[Entity, list[str]]]
"""Entities with the words that refer to them in one document."""

_ROLES = {
    "actor": (KG.actor, KG.actorMention),
    "recipient": (KG.recipient, KG.recipientMention),
    "place": (KG.place, KG.placeMention),
    "attribution": (KG.attributedTo, KG.attributionMention),
}


def _escape(name: str) -> str:
    return quote(name, safe="-._~")


def document_iri(document_id: str) -> URIRef:
    """The IRI of a document by its id."""
    return URIRef(NAMESPACES["doc"] + _escape(document_id))


def graph_iri(document_id: str) -> URIRef:
    """The IRI of the named graph that holds what a document says."""
    return URIRef(NAMESPACES["g"] + _escape(document_id))


def statement_iri(statement_id: str) -> URIRef:
    """The IRI of a statement by its id."""
    return URIRef(NAMESPACES["s"] + statement_id)


def run_iri(version: str, model: str, vocabulary: str) -> URIRef:
    """The IRI of an extraction run: equal for equal versions and settings, so that repeating it changes nothing."""
    return URIRef(NAMESPACES["run"] + content_id(version, model, vocabulary))


def component_iri(run: URIRef, component: str | None) -> URIRef:
    """The IRI of what one component did in a run; of the run itself where none is known."""
    return URIRef(f"{run}#{_escape(component)}") if component else run


def passage_iri(document_id: str, start: int, end: int) -> URIRef:
    """The RFC 5147 address of characters `start` to `end` of a document."""
    return URIRef(f"{document_iri(document_id)}#char={start},{end}")


def document_id(document: URIRef | str) -> str:
    """The id of a document by its IRI, or by that of a passage in it."""
    return unquote(str(document)[len(NAMESPACES["doc"]) :].partition("#")[0])


def document_id_of_graph(graph: URIRef | str) -> str:
    """The id of the document whose named graph it is."""
    return unquote(str(graph)[len(NAMESPACES["g"]) :])


def stub_triples(document_id: str) -> Iterator[Triple]:
    """What is known of a document of which nothing but the id is known."""
    node = document_iri(document_id)
    yield node, RDF.type, KG.Document
    yield node, KG.inGraph, graph_iri(document_id)
    yield node, DCTERMS.identifier, Literal(document_id)


def document_triples(document: Document, run: URIRef | None) -> Iterator[Triple]:
    """What is known of a document itself; its text is not kept, only its length and its hash."""
    node = document_iri(document.id)
    yield from stub_triples(document.id)
    if run is not None:
        yield node, PROV.wasGeneratedBy, run
    yield node, DCTERMS.language, Literal(document.language)
    yield node, NIF.beginIndex, Literal(0)
    yield node, NIF.endIndex, Literal(len(document.text))
    yield node, SCHEMA.sha256, Literal(sha256(document.text.encode()).hexdigest())
    if document.title:
        yield node, DCTERMS.title, Literal(document.title)
    if document.source:
        yield node, DCTERMS.publisher, Literal(document.source)
    if document.url:
        yield node, SCHEMA.url, Literal(document.url, datatype=XSD.anyURI)
    if document.published:
        yield node, DCTERMS.issued, Literal(document.published)
        yield node, KG.dateInferred, Literal(document.inferred)


def run_triples(
    version: str, model: str, vocabulary: str, extractors: Mapping[str, str] | None = None
) -> Iterator[Triple]:
    """The activity that extracted: kg's version, the model, and the hash of the vocabulary.

    Each of `extractors`, names with descriptions, has an activity of its own in it, and an agent that is the same in all runs.
    """
    node = run_iri(version, model, vocabulary)
    yield node, RDF.type, PROV.Activity
    yield node, RDFS.label, Literal(f"kg {version} with {model} and vocabulary {vocabulary}")
    yield node, SCHEMA.softwareVersion, Literal(version)
    yield node, KG.model, Literal(model)
    yield node, KG.vocabulary, Literal(vocabulary)
    agent = URIRef(f"{NAMESPACES['run']}kg-{_escape(version)}")
    yield node, PROV.wasAssociatedWith, agent
    yield agent, RDF.type, PROV.SoftwareAgent
    yield agent, RDFS.label, Literal(f"kg {version}")
    for name, description in sorted((extractors or {}).items()):
        part, agent = component_iri(node, name), iri(f"agent:{content_id(name, description)}")
        yield part, RDFS.label, Literal(name)
        yield part, RDF.type, PROV.Activity
        yield part, DCTERMS.isPartOf, node
        yield part, PROV.wasAssociatedWith, agent
        yield agent, RDF.type, PROV.SoftwareAgent
        yield agent, RDFS.label, Literal(name)
        yield agent, DCTERMS.description, Literal(description)


def component_triples(run: URIRef, statements: Iterable[Statement]) -> Iterator[Triple]:
    """The activities inside a run that found these statements: one a component."""
    for component in {statement.component for statement in statements if statement.component}:
        node = component_iri(run, component)
        yield node, RDF.type, PROV.Activity
        yield node, RDFS.label, Literal(component)
        yield node, DCTERMS.isPartOf, run


def entity_triples(entity: Entity) -> Iterator[Triple]:
    """Type and name of an entity."""
    node = iri(entity.id)
    yield node, RDF.type, entity_types()[entity.type]
    yield node, RDFS.label, Literal(entity.name)


def mentions_of(statements: Iterable[Statement]) -> list[tuple[Entity, list[str]]]:
    """The entities of statements with the words that refer to them, by id."""
    found: dict[str, tuple[Entity, dict[str, None]]] = {}
    for statement in statements:
        for mention in statement.mentions:
            found.setdefault(mention.entity.id, (mention.entity, {}))[1][mention.text] = None
    return [(entity, list(words)) for _, (entity, words) in sorted(found.items())]


def complete_mentions(mentions: Mentions, statements: Iterable[Statement]) -> list[tuple[Entity, list[str]]]:
    """The mentions with those of the statements where they lack, by id."""
    found = {entity.id: (entity, words) for entity, words in mentions_of(statements)}
    found |= {entity.id: (entity, words) for entity, words in mentions}
    return [found[id_] for id_ in sorted(found)]


def mention_triples(document_id: str, mentions: Mentions) -> Iterator[Triple]:
    """Which entities a document mentions, and with which words."""
    document = document_iri(document_id)
    for entity, words in mentions:
        node = URIRef(f"{document}#ref={_escape(entity.id)}")
        yield document, SCHEMA.mentions, iri(entity.id)
        yield node, RDF.type, KG.Reference
        yield node, NIF.referenceContext, document
        yield node, ITSRDF.taIdentRef, iri(entity.id)
        for word in words:
            yield node, NIF.anchorOf, Literal(word)


def read_mentions(graph: Graph, document_id: str) -> list[tuple[Entity, list[str]]]:
    """The entities that a document mentions, by id, with the words that refer to them, sorted."""
    found = []
    for node in graph.subjects(RDF.type, KG.Reference):
        words = sorted(str(word) for word in graph.objects(node, NIF.anchorOf))
        found.append((read_entity(graph, _found(graph, node)), words))
    return sorted(found, key=lambda row: row[0].id)


def to_triples(statement: Statement, run: URIRef | None = None) -> Iterator[Triple]:
    """The triples of a statement without those that describe its entities."""
    node = statement_iri(statement.id)
    evidence = statement.evidence
    yield node, RDF.type, types()[statement.type].iri
    yield node, KG.modality, KG[statement.modality]
    yield node, KG.confidence, Literal(Decimal(str(statement.confidence)))
    yield node, PROV.wasDerivedFrom, passage_iri(evidence.document, evidence.start, evidence.end)
    if run is not None:
        yield node, PROV.wasGeneratedBy, component_iri(run, statement.component)
    for predicate, value in (
        (KG.mode, statement.mode),
        (KG.cameo, statement.cameo),
        (KG.instrument, statement.instrument),
        (KG.topic, statement.topic),
    ):
        if value is not None:
            yield node, predicate, Literal(value)
    yield from _passage_triples(passage_iri(evidence.document, evidence.start, evidence.end), NIF.Sentence, evidence)
    yield from _trigger_triples(node, statement.trigger)
    yield from _time_triples(node, statement.time)
    yield from _quantity_triples(node, statement.quantity)
    for role in _ROLES:
        value = getattr(statement, role)
        for mention in (value,) if isinstance(value, Mention) else value or ():
            yield from _mention_triples(node, role, mention, evidence.document)


def _passage_triples(node: URIRef, kind: URIRef, evidence: Evidence) -> Iterator[Triple]:
    yield node, RDF.type, kind
    yield node, NIF.referenceContext, document_iri(evidence.document)
    yield node, NIF.beginIndex, Literal(evidence.start)
    yield node, NIF.endIndex, Literal(evidence.end)
    yield node, NIF.anchorOf, Literal(evidence.quote)


def _trigger_triples(node: URIRef, trigger: Evidence | None) -> Iterator[Triple]:
    if trigger is not None:
        words = passage_iri(trigger.document, trigger.start, trigger.end)
        yield node, KG.trigger, words
        yield from _passage_triples(words, NIF.Phrase, trigger)


def _time_triples(node: URIRef, time: Time | None) -> Iterator[Triple]:
    if time is None:
        return
    yield node, KG.timeText, Literal(time.text)
    if time.value is not None:
        yield node, KG.time, Literal(time.value, datatype=EDTF)
        days = bounds(time.value)
        if days:
            yield node, KG.earliest, Literal(days[0])
            yield node, KG.latest, Literal(days[1])


def _quantity_triples(node: URIRef, quantities: tuple[Quantity, ...]) -> Iterator[Triple]:
    for number, quantity in enumerate(quantities, 1):
        part = URIRef(f"{node}#quantity-{number}")
        yield node, KG.quantity, part
        yield part, RDF.type, KG.Quantity
        yield part, SCHEMA.unitText, Literal(quantity.unit)
        yield part, RDFS.label, Literal(quantity.text)
        if quantity.value is not None:
            yield part, SCHEMA.value, Literal(Decimal(str(quantity.value)))


def _mention_triples(node: URIRef, role: str, mention: Mention, document: str) -> Iterator[Triple]:
    plays, mentioned = _ROLES[role]
    entity = iri(mention.entity.id)
    phrase = URIRef(f"{passage_iri(document, mention.start, mention.end)};ref={_escape(mention.entity.id)}")
    yield node, plays, entity
    yield node, mentioned, phrase
    yield from _passage_triples(phrase, NIF.Phrase, Evidence(document, mention.start, mention.end, mention.text))
    yield phrase, ITSRDF.taIdentRef, entity


def identify(triples: set[Triple], canonical: Mapping[Node, Node]) -> set[Triple]:
    """The graph of a document in which each entity that extraction found gives way to the one that it is the same as.

    Mentions and references keep the entity found as `kg:foundAs`, so that another mapping, or none, can be applied later.
    """
    found = {node: entity for node, predicate, entity in triples if predicate == ITSRDF.taIdentRef}
    found |= {node: entity for node, predicate, entity in triples if predicate == KG.foundAs}
    derived = {ITSRDF.taIdentRef, KG.foundAs, SCHEMA.mentions, *(plays for plays, _ in _ROLES.values())}
    plays_by_mention: dict[Node, URIRef] = {mentioned: plays for plays, mentioned in _ROLES.values()}
    result = {triple for triple in triples if triple[1] not in derived}
    for node, entity in found.items():
        result.add((node, ITSRDF.taIdentRef, canonical.get(entity, entity)))
        if entity in canonical:
            result.add((node, KG.foundAs, entity))
    for subject, predicate, value in triples:
        if predicate in plays_by_mention:
            result.add((subject, plays_by_mention[predicate], canonical.get(found[value], found[value])))
        elif value == KG.Reference:
            document = URIRef(str(subject).partition("#")[0])
            result.add((document, SCHEMA.mentions, canonical.get(found[subject], found[subject])))
    return result


def merged_triples(entity: Entity, canonical: URIRef) -> Iterator[Triple]:
    """An entity that another stands for: whom it is the same as, and what it was called."""
    node = iri(entity.id)
    yield node, OWL.sameAs, canonical
    yield node, SCHEMA.additionalType, entity_types()[entity.type]
    yield node, SCHEMA.name, Literal(entity.name)


def shortcut_triples(statement: Statement, canonical: Mapping[Node, Node] | None = None) -> Iterator[Triple]:
    """The direct edges of an asserted statement: actor to recipient; of a symmetric type each party to each other one.

    An entity gives way to its canonical one.
    """
    return edge_triples(statement, canonical) if statement.modality == "asserted" else iter(())


def edge_triples(statement: Statement, canonical: Mapping[Node, Node] | None = None) -> Iterator[Triple]:
    """What the direct edges of a statement would be, whether it is asserted or not."""
    type_, canonical = types()[statement.type], canonical or {}
    actors, recipients = (
        [canonical.get(party := iri(mention.entity.id), party) for mention in role]
        for role in (statement.actor, statement.recipient)
    )
    if type_.symmetric:
        actors = recipients = list(dict.fromkeys(actors + recipients))
    for actor in actors:
        for recipient in recipients:
            if actor != recipient:
                yield actor, type_.shortcut, recipient


def to_graph(statements: Iterable[Statement], run: URIRef | None = None) -> Graph:
    """The statements with their entities as one rdflib graph."""
    graph = Graph()
    for prefix, namespace in NAMESPACES.items():
        graph.bind(prefix, namespace, override=True, replace=True)
    for statement in statements:
        for triple in to_triples(statement, run):
            graph.add(triple)
        for mention in statement.mentions:
            for triple in entity_triples(mention.entity):
                graph.add(triple)
    return graph


def from_graph(graph: Graph) -> list[Statement]:
    """The statements of a graph that also describes their entities, sorted as in `statements.jsonl`."""
    names = type_names()
    nodes = {node for node in graph.subjects(PROV.wasDerivedFrom) if isinstance(node, URIRef)}
    found = [from_node(graph, node) for node in nodes if URIRef(str(graph.value(node, RDF.type))) in names]
    return sorted(found, key=lambda statement: statement.sort_key)


def from_node(graph: Graph, node: URIRef) -> Statement:
    """The statement of one node."""
    type_ = types()[type_names()[URIRef(str(graph.value(node, RDF.type)))]]
    place = _mentions(graph, node, "place")
    return Statement(
        kind=type_.kind,
        type=type_.name,
        evidence=_evidence(graph, graph.value(node, PROV.wasDerivedFrom)),
        actor=_mentions(graph, node, "actor"),
        recipient=_mentions(graph, node, "recipient"),
        plover=type_.plover,
        mode=_text(graph, node, KG.mode),
        cameo=_text(graph, node, KG.cameo),
        place=place[0] if place else None,
        time=_time(graph, node),
        quantity=_quantities(graph, node),
        instrument=_text(graph, node, KG.instrument),
        topic=_text(graph, node, KG.topic),
        modality=str(graph.value(node, KG.modality))[len(KG) :],
        attribution=_mentions(graph, node, "attribution"),
        confidence=float(str(graph.value(node, KG.confidence))),
        trigger=_evidence(graph, words) if (words := graph.value(node, KG.trigger)) is not None else None,
        component=unquote(str(graph.value(node, PROV.wasGeneratedBy) or "").partition("#")[2]) or None,
    )


def _text(graph: Graph, node: Node, predicate: URIRef) -> str | None:
    value = graph.value(node, predicate)
    return None if value is None else str(value)


def _number(graph: Graph, node: Node, predicate: URIRef) -> int:
    return int(str(graph.value(node, predicate)))


def _evidence(graph: Graph, node: Node | None) -> Evidence:
    assert node is not None, "a statement without evidence does not pass the shapes"
    start, end = _number(graph, node, NIF.beginIndex), _number(graph, node, NIF.endIndex)
    return Evidence(document_id(str(node)), start, end, str(graph.value(node, NIF.anchorOf)))


def _mentions(graph: Graph, node: URIRef, role: str) -> tuple[Mention, ...]:
    found = []
    for phrase in graph.objects(node, _ROLES[role][1]):
        evidence = _evidence(graph, phrase)
        entity = read_entity(graph, _found(graph, phrase))
        found.append(Mention(entity, evidence.quote, evidence.start, evidence.end))
    return tuple(found)


def _found(graph: Graph, mention: Node) -> Node | None:
    """The entity that extraction found, whatever it is now the same as."""
    return graph.value(mention, KG.foundAs) or graph.value(mention, ITSRDF.taIdentRef)


def read_entity(graph: Graph, node: Node | None) -> Entity:
    """The entity that a graph describes, as itself or as one that another stands for."""
    classes = set(graph.objects(node, RDF.type)) or set(graph.objects(node, SCHEMA.additionalType))
    type_ = next(name for name, class_ in entity_types().items() if class_ in classes)
    name = graph.value(node, RDFS.label)
    return Entity(curie(str(node)), type_, str(graph.value(node, SCHEMA.name) if name is None else name))


def _time(graph: Graph, node: URIRef) -> Time | None:
    text = _text(graph, node, KG.timeText)
    return None if text is None else Time(_text(graph, node, KG.time), text)


def _quantities(graph: Graph, node: URIRef) -> tuple[Quantity, ...]:
    found = []
    for part in sorted(graph.objects(node, KG.quantity), key=lambda part: int(str(part).rpartition("-")[2])):
        value = graph.value(part, SCHEMA.value)
        found.append(
            Quantity(
                None if value is None else float(str(value)),
                str(graph.value(part, SCHEMA.unitText)),
                str(graph.value(part, RDFS.label)),
            )
        )
    return tuple(found)
