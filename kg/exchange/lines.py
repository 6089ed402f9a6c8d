"""`statements.jsonl` both ways, in the form of the statement contract, and entities as JSON lines."""

import json
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from kg.errors import SourceError
from kg.model import OWN_EXTRACTOR, Entity, Evidence, Mention, Quantity, Statement, Time
from kg.sources.text import read_lines
from kg.store import Store


def statement_lines(store: Store) -> Iterator[str]:
    """The statements, sorted by document, start of the evidence, and type."""
    merged = store.merged
    for statement in store.statements():
        yield to_json(statement, merged)


def entity_lines(store: Store) -> Iterator[str]:
    """One JSON object for each document and entity, sorted by both: `doc`, `id`, `name`, `type`, `mentions`."""
    for document_id, entity, words in store.mentions():
        record = {"doc": document_id, "id": entity.id, "name": entity.name, "type": entity.type, "mentions": words}
        yield to_line(record)


_LINE_ENDS = str.maketrans({end: f"\\u{ord(end):04x}" for end in "\x85\u2028\u2029"})
"""Characters that JSON allows in strings, and at which some readers end a line."""


def to_line(record: Mapping[str, Any]) -> str:
    """The record as JSON on one line, whatever line ends its strings hold."""
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
    if statement.trigger is not None:
        words = statement.trigger
        record["trigger"] = {"start": words.start, "end": words.end, "text": words.quote}
    if statement.component is not None:
        record["component"] = statement.component
    if statement.extractor != OWN_EXTRACTOR:
        record["extractor"] = statement.extractor
    return to_line(record)


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
    trigger = record.get("trigger")
    return Statement(
        **{
            key: record[key]
            for key in ("kind", "type", "plover", "mode", "cameo", "instrument", "topic", "modality", "confidence")
        },
        trigger=Evidence(record["doc"], trigger["start"], trigger["end"], trigger["text"]) if trigger else None,
        component=record.get("component") or record.get("extractor"),
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
