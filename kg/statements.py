"""Documents → statements: the one door out of spaCy."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from kg.model import Document, Entity, Evidence, Mention, Quantity, Statement, Time
from kg.nlp.mentions import PRONOUN, get_mentions, plain
from kg.nlp.pipeline import DEFAULT_MODEL, OWN, Extractors, load_pipeline
from kg.ontology import types

Frame = dict[str, Any]
BATCH = 8
"""So many documents go through the model's networks at once, which takes a quarter less time and gives the same numbers."""


def extract(
    document: Document,
    model: str = DEFAULT_MODEL,
    *,
    entities: str | Path | None = None,
    ner: str | None = None,
    extractors: Extractors = OWN,
) -> list[Statement]:
    """The statements of a document, sorted as in `statements.jsonl`; the options are those of `analyse`.

    >>> for statement in extract(Document("d1", "Vladimir Putin met Kim Jong Un in Vladivostok.")):
    ...     print(statement)
    Vladimir Putin — Meet → Kim Jong Un
    """
    analysed = analyse([document], model, entities=entities, ner=ner, extractors=extractors)
    return to_statements(document, next(iter(analysed))[1])


def analyse(
    documents: Iterable[Document],
    model: str = DEFAULT_MODEL,
    *,
    entities: str | Path | None = None,
    ner: str | None = None,
    extractors: Extractors = OWN,
    without: Iterable[str] = (),
) -> Iterator[tuple[Document, Doc]]:
    """Each document with its analysed spaCy `Doc`, in order; its neighbours do not matter.

    `entities` is a CSV file of own entities (see docs/entities.md), `ner` a finder of names (see docs/model-card.md),
    `extractors` tells who finds the statements (see docs/extraction.md). Components named in `without` do not run.
    """
    nlp = load_pipeline(model, entities, ner, extractors)
    pairs = ((_to_doc(nlp, document), document) for document in documents)
    for doc, document in nlp.pipe(pairs, as_tuples=True, batch_size=BATCH, disable=list(without)):
        yield document, doc


def _to_doc(nlp: Language, document: Document) -> Doc:
    doc = nlp.make_doc(document.text)
    doc._.kg_document = document.id
    doc._.kg_published = document.published.isoformat() if document.published else None
    return doc


def to_statements(document: Document, doc: Doc) -> list[Statement]:
    """The frames of an analysed document as statements, each once, sorted."""
    statements: dict[str, Statement] = {}
    for frame in doc._.kg_frames:
        statement = _to_statement(document, doc, frame)
        known = statements.get(statement.id)
        if known is None or known.confidence < statement.confidence:
            statements[statement.id] = statement
    return sorted(statements.values(), key=lambda statement: statement.sort_key)


def _to_statement(document: Document, doc: Doc, frame: Frame) -> Statement:
    type_ = types()[frame["type"]]
    time = frame["time"]
    return Statement(
        kind=type_.kind,
        type=type_.name,
        evidence=_evidence(document, doc, *frame["sentence"]),
        actor=_mentions(doc, frame["actor"]),
        recipient=_mentions(doc, frame["recipient"]),
        plover=type_.plover,
        mode=frame["mode"],
        cameo=type_.cameo,
        place=_mentions(doc, [frame["place"]])[0] if frame["place"] else None,
        time=Time(*time) if time else None,
        quantity=tuple(Quantity(*quantity) for quantity in frame["quantity"]),
        instrument=frame["instrument"],
        topic=frame["topic"],
        modality=frame["modality"],
        attribution=_mentions(doc, frame["attribution"]),
        confidence=frame["confidence"],
        trigger=_evidence(document, doc, *frame["trigger"]),
        component=frame.get("component") or frame.get("extractor"),
    )


def _evidence(document: Document, doc: Doc, start: int, end: int) -> Evidence:
    """The sentence without the spaces around it."""
    first, last = doc[start].idx, doc[end - 1].idx + len(doc[end - 1])
    text = document.text[first:last]
    first += len(text) - len(text.lstrip())
    return Evidence(document.id, first, first + len(text.strip()), text.strip())


def _mentions(doc: Doc, packed: list[list[Any]]) -> tuple[Mention, ...]:
    return tuple(_mention(doc, *row) for row in packed)


def _mention(doc: Doc, start: int, end: int, entity_id: str, type_: str) -> Mention:
    span = doc[start:end]
    return Mention(_entity(doc, entity_id, type_), span.text, span.start_char, span.end_char)


def _entity(doc: Doc, entity_id: str, type_: str) -> Entity:
    known = doc._.kg_entities.get(entity_id, [type_, entity_id])
    return Entity(entity_id, known[0], known[1])


def _mentions_in(frame: Frame) -> list[list[Any]]:
    place = [frame["place"]] if frame["place"] else []
    return [*frame["actor"], *frame["recipient"], *frame["attribution"], *place]


MATTERS = 0.4
"""From this salience on an entity is listed; the best F1 in cross-validation over the training documents."""


def to_entities(doc: Doc, least: float = MATTERS) -> list[tuple[Entity, list[str]]]:
    """The entities that matter to a document, by id, each with its mentions as printed, in the order of the text.

    These are the parties, places and sources of its statements, and others whose salience is at least `least`.
    """
    kept = {id_ for id_, salience in doc._.kg_salience.items() if salience >= least}
    kept |= {mention[2] for frame in doc._.kg_frames for mention in _mentions_in(frame)}
    found: dict[str, tuple[Entity, dict[str, None]]] = {}
    for span in get_mentions(doc):
        if span.kb_id_ not in kept:
            continue
        entity = _entity(doc, span.kb_id_, span.label_)
        words = found.setdefault(entity.id, (entity, {}))[1]
        if span.id_ != PRONOUN:
            words[plain(span.text)] = None
    return [(entity, list(mentions)) for _, (entity, mentions) in sorted(found.items())]
