"""Mentions as kg keeps them on a spaCy `Doc`: spans of the group `kg_mentions`.

A span's label is the type of the entity, its `kb_id_` the entity's CURIE, its `id_` how the words refer to it: one of
`NAME`, `ADJECTIVE` (demonyms), `DESCRIPTION` (`the Russian president`, `North Korean troops`), `PRONOUN`. One span of
text may carry several mentions: `the two leaders` refers to two entities.
"""

from collections.abc import Iterable
from typing import Any

from spacy.tokens import Doc, Span, Token

KEY = "kg_mentions"
NAME, ADJECTIVE, DESCRIPTION, PRONOUN = "name", "adjective", "description", "pronoun"


def register_extensions() -> None:
    """Adds the extension attributes that kg's components read and write; all hold plain data."""
    defaults: dict[str, Any] = {
        "kg_document": "",  # id of the document
        "kg_published": None,  # ISO date of the document
        "kg_entities": {},  # CURIE → [type, name]
        "kg_times": [],  # [start token, end token, EDTF or None]
        "kg_speakers": {},  # token inside a quotation → number of the mention that speaks
        "kg_frames": [],  # see kg.nlp.frames
        "kg_refused": [],  # what an extractor has left out: extractor, start token, type, words, why
        "kg_salience": {},  # CURIE → how likely the entity matters to the document
    }
    for name, default in defaults.items():
        if not Doc.has_extension(name):
            Doc.set_extension(name, default=default)


def get_mentions(doc: Doc) -> list[Span]:
    """The mentions of a document in the order of the text, longer ones first."""
    return list(doc.spans[KEY]) if KEY in doc.spans else []


def set_mentions(doc: Doc, mentions: Iterable[Span]) -> None:
    """Stores mentions in the order of the text; equal ones once."""
    unique = {(span.start, -span.end, span.kb_id_, span.label_): span for span in mentions}
    doc.spans[KEY] = [span for _, span in sorted(unique.items())]


def make_mention(doc: Doc, start: int, end: int, type_: str, entity_id: str, kind: str) -> Span:
    """A mention of tokens `start` to `end`."""
    return Span(doc, start, end, label=type_, kb_id=entity_id, span_id=kind)


def name_entity(doc: Doc, entity_id: str, type_: str, name: str) -> None:
    """Notes type and name of an entity of this document; the first name stays."""
    known = dict(doc._.kg_entities)
    known.setdefault(entity_id, [type_, name])
    doc._.kg_entities = known


def plain(text: str) -> str:
    """The text with straight apostrophes and single spaces."""
    return " ".join(text.replace("’", "'").replace("‘", "'").split())


def head_of(span: Span) -> Token:
    """The token that the span's other tokens depend on; of a name that the parser tears apart, its last."""
    return span.root
