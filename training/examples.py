"""Annotated news for training: the gold sentences, and the documents of `training/annotations`.

Articles on which kg reports figures (`gold/dev`, `gold/seeds`) are never among them.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from spacy.tokens import Doc, Span

from kg.evaluation import Keys, normalize
from kg.gazetteer import Gazetteer
from kg.model import Document
from kg.nlp.arguments import state_for
from kg.nlp.mentions import get_mentions
from training.texts import digest, find_text

_ANNOTATIONS = Path(__file__).with_name("annotations")


class Told(NamedTuple):
    """An annotated statement: parties as sets of names, the characters of its trigger, and its passage."""

    type: str
    trigger: tuple[int, int]
    evidence: str
    actors: list[Keys]
    recipients: list[Keys]
    optional: bool


class Example(NamedTuple):
    """An annotated document."""

    document: Document
    entities: list[Keys]
    told: list[Told]


def parse_folders(description: str | None) -> argparse.Namespace:
    """`data` and `gold` from the command line of a script that learns from examples."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--gold", type=Path, default=Path("../shared/gold"))
    return parser.parse_args()


def read_examples(data: Path, gold: Path) -> Iterator[Example]:
    """All examples: gold sentences, then annotated documents, in a fixed order."""
    yield from _sentences_in(gold)
    yield from _annotated_in(_ANNOTATIONS, data)


def read_all(data: Path, gold: Path) -> Iterator[Example]:
    """The gold sentences, and the articles of `annotations/more`: those of `read_examples` completed, and others."""
    yield from _sentences_in(gold)
    yield from _annotated_in(_ANNOTATIONS / "more", data)


def _sentences_in(gold: Path) -> Iterator[Example]:
    for file in sorted((gold / "sentences").glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            yield _sentence(json.loads(line))


def _annotated_in(folder: Path, data: Path) -> Iterator[Example]:
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            yield _annotated(json.loads(line), data)


def _sentence(record: dict[str, Any]) -> Example:
    text = record["text"]
    keys = {entity["id"]: _keys(entity["names"], entity.get("wikidata")) for entity in record["entities"]}
    told = []
    for statement in record["statements"]:
        start = max(text.find(statement["trigger"]), 0)
        characters = (start, start + len(statement["trigger"]))
        told.append(_told(statement, characters, statement["evidence"], keys))
    return Example(Document(record["id"], text), list(keys.values()), told)


def _annotated(record: dict[str, Any], data: Path) -> Example:
    text = find_text(record["id"], data)
    if digest(text) != record["sha256"]:
        raise SystemExit(f"the text of {record['id']} in {data} is not the one that was annotated")
    keys = {
        entity["id"]: _keys([text[start:end] for start, end in entity["mentions"]], None)
        for entity in record["entities"]
    }
    told = []
    for statement in record["statements"]:
        (first, last), (start, end) = statement["trigger"], statement["evidence"]
        told.append(_told(statement, (first, last), text[start:end], keys))
    return Example(Document(record["id"], text), list(keys.values()), told)


def _keys(names: list[str], wikidata: str | None) -> Keys:
    return frozenset({normalize(name) for name in names} | ({f"wd:{wikidata}"} if wikidata else set()))


def _told(statement: dict[str, Any], trigger: tuple[int, int], evidence: str, keys: dict[str, Keys]) -> Told:
    actors, recipients = ([keys[id_] for id_ in statement[role] or []] for role in ("actor", "recipient"))
    return Told(statement["type"], trigger, evidence, actors, recipients, bool(statement.get("optional")))


def keys_of(span: Span, gazetteer: Gazetteer) -> Keys:
    """By which names and ids a mention may be one of an example's entities; of a capital those of its state too."""
    state = state_for(span, gazetteer)
    named = span.doc._.kg_entities
    keys = {normalize(span.text)}
    for mention in (span, state) if state is not None else (span,):
        keys |= {mention.kb_id_, normalize(named.get(mention.kb_id_, ["", mention.text])[1])}
    return frozenset(keys)


def entities_of(doc: Doc) -> dict[str, list[Span]]:
    """The mentions of a document by the id of their entity."""
    found: dict[str, list[Span]] = {}
    for span in get_mentions(doc):
        found.setdefault(span.kb_id_, []).append(span)
    return found
