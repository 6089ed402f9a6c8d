"""The graph in other forms: `statements.jsonl` both ways, entities as JSON lines, PLOVER records, RDF with named graphs."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import IO, Any

from kg.edtf import bounds
from kg.errors import SourceError
from kg.gazetteer import Gazetteer, load_gazetteer
from kg.model import OWN_EXTRACTOR, Entity, Evidence, Mention, Quantity, Statement, Time
from kg.ontology import types
from kg.sources.text import read_lines
from kg.store import Store, Value


def write(store: Store, format: str, file: IO[bytes]) -> None:
    """Writes the graph as `statements` or `entities` (JSON lines of the statement contract), `plover` (CSV), `trig` or `nquads`."""
    if format in ("trig", "nquads"):
        store.dump(file, format)
        return
    for line in _LINES[format](store):
        file.write(line.encode() + b"\n")


def statement_lines(store: Store) -> Iterator[str]:
    """The statements, sorted by document, start of the evidence, and type."""
    merged = store.merged
    for statement in store.statements():
        yield to_json(statement, merged)


def entity_lines(store: Store) -> Iterator[str]:
    """One JSON object for each document and entity, sorted by both: `doc`, `id`, `name`, `type`, `mentions`."""
    for document_id, entity, words in store.mentions():
        record = {"doc": document_id, "id": entity.id, "name": entity.name, "type": entity.type, "mentions": words}
        yield _to_line(record)


PLOVER_FIELDS = (
    "event_id", "event_date", "event_date_end", "event_type", "event_mode", "auxiliary_modes", "quad", "score", "cameo", "kg_type",
    "actor", "actor_id", "actor_type", "actor_country", "recipient", "recipient_id", "recipient_type", "recipient_country",
    "place", "place_id", "place_country", "latitude", "longitude", "attribution", "confidence",
    "text", "document", "title", "source", "publication_date", "url",
)  # fmt: skip
"""The columns of `plover_lines`."""
_AUXILIARY = {"planned": "future", "possible": "hypothetical", "denied": "negation"}
_HISTORICAL = timedelta(days=365)
_DOCUMENTS = """SELECT ?id ?title ?source ?issued ?url {
  ?document dcterms:identifier ?id .
  OPTIONAL { ?document dcterms:title ?title } OPTIONAL { ?document dcterms:publisher ?source }
  OPTIONAL { ?document dcterms:issued ?issued } OPTIONAL { ?document schema:url ?url }
}"""
_SCORES = "SELECT ?type ?score { ?concept skos:notation ?type ; kg:score ?score }"


def plover_lines(store: Store) -> Iterator[str]:
    """The events as CSV with a header of `PLOVER_FIELDS`, one record a statement, several parties joined by `; `.

    Type, mode, quad and score are PLOVER's. Its auxiliary modes say how an event is told: `future` (planned),
    `hypothetical` (possible), `negation` (denied), `historical` (over a year before the article). Countries are ISO codes of two
    letters. Relations, and types that kg adds to PLOVER, have no record.
    """
    yield _to_row(PLOVER_FIELDS)
    merged, gazetteer = store.merged, load_gazetteer()
    documents = {str(row[0]): row[1:] for row in store.query(_DOCUMENTS).rows}
    scores = {str(type_): score for type_, score in store.query(_SCORES).rows}
    for statement in store.statements():
        if statement.plover in scores:
            yield _to_row(_plover_record(statement, merged, gazetteer, documents[statement.document], scores))


def _plover_record(
    statement: Statement,
    merged: Mapping[str, Entity],
    gazetteer: Gazetteer,
    document: tuple[Value, ...],
    scores: Mapping[str, Value],
) -> list[object]:
    title, source, issued, url = document
    days = bounds(statement.time.value) if statement.time and statement.time.value else None
    modes = [_AUXILIARY[statement.modality]] if statement.modality in _AUXILIARY else []
    if days and issued and days[1] < date.fromisoformat(str(issued)) - _HISTORICAL:
        modes.append("historical")
    sides = []
    for mentions in (statement.actor, statement.recipient):
        entities = [merged.get(mention.entity.id, mention.entity) for mention in mentions]
        sides += [
            "; ".join(values)
            for values in (
                [entity.name for entity in entities],
                [entity.id for entity in entities],
                [entity.type for entity in entities],
                [_country(entity, gazetteer) for entity in entities],
            )
        ]
    place = merged.get(statement.place.entity.id, statement.place.entity) if statement.place else None
    where = [place.name, place.id, _country(place, gazetteer)] if place else ["", "", ""]
    type_ = types()[statement.type]
    return [
        statement.id, *(days or ("", "")), statement.plover, statement.mode or "", "; ".join(modes), type_.quad,
        scores[str(statement.plover)], statement.cameo or "", statement.type, *sides, *where,
        *((gazetteer.coordinates(place.id) if place else None) or ("", "")),
        "; ".join(merged.get(mention.entity.id, mention.entity).name for mention in statement.attribution),
        statement.confidence, statement.evidence.quote, statement.document, title or "", source or "", issued or "", url or "",
    ]  # fmt: skip


def _country(entity: Entity, gazetteer: Gazetteer) -> str:
    row = gazetteer.rows.get(entity.id)
    return row[3].upper() if row else ""


def _to_row(cells: Iterable[object]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue()


_LINES = {"statements": statement_lines, "entities": entity_lines, "plover": plover_lines}

_LINE_ENDS = str.maketrans({end: f"\\u{ord(end):04x}" for end in "\x85\u2028\u2029"})
"""Characters that JSON allows in strings, and at which some readers end a line."""


def _to_line(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False).translate(_LINE_ENDS)


def read_statements(path: Path) -> Iterator[Statement]:
    """The statements of a file of JSON lines; SourceError names the line that is none."""
    for number, line in enumerate(read_lines(path), 1):
        try:
            yield from_json(line)
        except (KeyError, TypeError, ValueError) as error:
            raise SourceError(
                f"{path}:{number} is no statement ({type(error).__name__}: {error}): see docs/statements.md"
            ) from error


def to_json(statement: Statement, merged: Mapping[str, Entity] | None = None) -> str:
    """One line of `statements.jsonl`, in the form of the statement contract.

    Entities that others stand for, by id in `merged`, give way to these; the statement keeps its id.
    """
    time = statement.time
    refer = partial(_reference, merged=merged or {})
    record = {
        "doc": statement.document,
        "id": statement.id,
        "kind": statement.kind,
        "type": statement.type,
        "plover": statement.plover,
        "mode": statement.mode,
        "cameo": statement.cameo,
        "actor": [refer(mention) for mention in statement.actor],
        "recipient": [refer(mention) for mention in statement.recipient],
        "place": refer(statement.place) if statement.place else None,
        "time": {"value": time.value, "text": time.text} if time else None,
        "quantity": [{"value": q.value, "unit": q.unit, "text": q.text} for q in statement.quantity],
        "instrument": statement.instrument,
        "topic": statement.topic,
        "modality": statement.modality,
        "attribution": [refer(mention) for mention in statement.attribution],
        "confidence": statement.confidence,
        "evidence": {
            "start": statement.evidence.start,
            "end": statement.evidence.end,
            "text": statement.evidence.quote,
        },
    }
    if statement.extractor != OWN_EXTRACTOR:
        record["extractor"] = statement.extractor
    return _to_line(record)


def _reference(mention: Mention, merged: Mapping[str, Entity]) -> dict[str, Any]:
    entity = merged.get(mention.entity.id, mention.entity)
    return {
        "id": entity.id,
        "name": entity.name,
        "type": entity.type,
        "mention": mention.text,
        "start": mention.start,
        "end": mention.end,
    }


def from_json(line: str) -> Statement:
    """The statement of one line of `statements.jsonl`; ValueError or KeyError where it is malformed."""
    record = json.loads(line)
    evidence, time, place = record["evidence"], record["time"], record["place"]
    return Statement(
        **{
            key: record[key]
            for key in ("kind", "type", "plover", "mode", "cameo", "instrument", "topic", "modality", "confidence")
        },
        extractor=record.get("extractor", OWN_EXTRACTOR),
        evidence=Evidence(record["doc"], evidence["start"], evidence["end"], evidence["text"]),
        actor=tuple(map(_from_reference, record["actor"])),
        recipient=tuple(map(_from_reference, record["recipient"])),
        attribution=tuple(map(_from_reference, record["attribution"])),
        place=_from_reference(place) if place else None,
        time=Time(time["value"], time["text"]) if time else None,
        quantity=tuple(Quantity(q["value"], q["unit"], q["text"]) for q in record["quantity"]),
    )


def _from_reference(reference: dict[str, Any]) -> Mention:
    entity = Entity(reference["id"], reference["type"], reference["name"])
    return Mention(entity, reference["mention"], reference["start"], reference["end"])
