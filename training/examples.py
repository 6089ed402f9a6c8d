"""Annotated news for training: the gold sentences, and the documents of `training/annotations`.

Articles on which kg reports figures (`gold/dev`, `gold/seeds`) are never among them.
"""

import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from spacy.tokens import Doc, Span, Token

from kg.evaluation import Keys, normalize
from kg.gazetteer import Gazetteer
from kg.model import Document
from kg.nlp.arguments import state_for
from kg.nlp.grammar import prepositional
from kg.nlp.mentions import NAME
from kg.ontology import words
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
    """An annotated document; of its entities the names, and where in the text they stand (first character, end, names)."""

    document: Document
    entities: list[Keys]
    told: list[Told]
    named: list[tuple[int, int, Keys]]


def parse_folders(description: str | None) -> argparse.Namespace:
    """`data` and `gold` from the command line of a script that learns from examples."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--gold", type=Path, default=Path("../shared/gold"))
    return parser.parse_args()


def read_examples(data: Path, gold: Path) -> Iterator[Example]:
    """All examples: gold sentences, then annotated articles, in a fixed order."""
    yield from _sentences_in(gold)
    yield from _articles_in(data)


def _sentences_in(gold: Path) -> Iterator[Example]:
    for file in sorted((gold / "sentences").glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            yield _sentence(json.loads(line))


def _articles_in(data: Path) -> Iterator[Example]:
    for file in sorted(_ANNOTATIONS.glob("*.jsonl")):
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
    named = [
        (*match.span(), keys[entity["id"]])
        for entity in record["entities"]
        for name in entity["names"]
        for match in re.finditer(rf"\b{re.escape(name)}(?!\w)", text)
    ]
    return Example(Document(record["id"], text), list(keys.values()), told, named)


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
    named = [(start, end, keys[entity["id"]]) for entity in record["entities"] for start, end in entity["mentions"]]
    return Example(Document(record["id"], text), list(keys.values()), told, named)


def _keys(names: list[str], wikidata: str | None) -> Keys:
    return frozenset({normalize(name) for name in names} | ({f"wd:{wikidata}"} if wikidata else set()))


def _told(statement: dict[str, Any], trigger: tuple[int, int], evidence: str, keys: dict[str, Keys]) -> Told:
    actors, recipients = ([keys[id_] for id_ in statement[role] or []] for role in ("actor", "recipient"))
    return Told(statement["type"], trigger, evidence, actors, recipients, bool(statement.get("optional")))


def heads_of(doc: Doc, example: Example) -> dict[int, Keys]:
    """The names of the entity that each token heads in the annotation: the last word of `several thousand people`."""
    found: dict[int, Keys] = {}
    for start, end, keys in example.named:
        span = doc.char_span(start, end, alignment_mode="expand")
        if span is not None:
            found[_head(span).i] = keys
    return found


def _head(span: Span) -> Token:
    """The word that says what a phrase means: not how many of them (`dozens of people`)."""
    head = span.root
    inner = [token for token in prepositional(head, "of") if token.i < span.end]
    return inner[0] if inner and head.lemma_.lower() in words("transparent") else head


def keys_of(span: Span, gazetteer: Gazetteer, heads: dict[int, Keys]) -> Keys:
    """By which names and ids a mention may be one of an example's entities; of a capital those of its state too.

    What is no name is one by its head, however many of the words around it the annotation has taken in.
    """
    state = state_for(span, gazetteer)
    named = span.doc._.kg_entities
    keys = {normalize(span.text)}
    for mention in (span, state) if state is not None else (span,):
        keys |= {mention.kb_id_, normalize(named.get(mention.kb_id_, ["", mention.text])[1])}
    if span.id_ != NAME or span.label_ == "Person":
        keys |= heads.get(_head(span).i, frozenset())
    return frozenset(keys)
