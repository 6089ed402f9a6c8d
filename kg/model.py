"""The values of kg: a `Document` says `Statement`s about `Entity`s, each with its `Evidence`.

Everything else in the package turns one of these (or a spaCy `Doc`, an rdflib `Dataset`, a networkx
`MultiDiGraph`) into another. The fields of a statement are those of the statement contract: see
`docs/statements.md`.

>>> putin = Entity("wd:Q7747", "Person", "Vladimir Putin")
>>> kim = Entity("wd:Q56226", "Person", "Kim Jong Un")
>>> sentence = Evidence("d1", 0, 21, "Putin met Kim Jong Un")
>>> meeting = Statement(
...     kind="event", type="Meet", evidence=sentence,
...     actor=(Mention(putin, "Putin", 0, 5),), recipient=(Mention(kim, "Kim Jong Un", 10, 21),),
... )
>>> str(meeting)
'Vladimir Putin — Meet → Kim Jong Un'
>>> len(meeting.id)
16
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

ID_LENGTH = 16
"""Hexadecimal digits of a content id: 64 bits, so that a collision among a million values has odds of 1 in 37 million."""
OWN_EXTRACTOR = "kg"
"""The name of kg's own extractor, which is the components for events and for relations."""
OWN_COMPONENTS = ("kg_events", "kg_relations")


def content_id(*parts: object) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of the parts' JSON: equal content, equal id."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:ID_LENGTH]


def slug(name: str) -> str:
    """The name in lower-case ASCII letters, digits and hyphens, where it has any; else in its own script.

    >>> slug("U.S. Libertarian Party"), slug("Élysée")
    ('us-libertarian-party', 'elysee')
    """
    folded = unicodedata.normalize("NFKD", name.casefold())
    folded = re.sub(r"\b(?:\w\.){2,}", lambda initials: initials.group().replace(".", ""), folded)
    ascii_only = re.sub(r"[^a-z0-9]+", "-", folded.encode("ascii", "ignore").decode()).strip("-")
    return ascii_only or re.sub(r"\W+", "-", folded).strip("-")


def local_id(type_: str, name: str) -> str:
    """The id of an entity that the knowledge base lacks: equal for equal type and name, in every document and run.

    >>> local_id("Person", "Vyacheslav Volodin")
    'kge:Person-vyacheslav-volodin'
    """
    return f"kge:{type_}-{slug(name)}"


@dataclass(frozen=True)
class Document:
    """One article: its own text (offsets count into it) and where and when it was published.

    `published` is None where no date is known; `inferred` says that the date was not printed as the article's
    own but concluded from dates in its text.
    """

    id: str
    text: str
    title: str = ""
    url: str | None = None
    source: str | None = None
    published: date | None = None
    inferred: bool = False
    language: str = "en"


@dataclass(frozen=True)
class Entity:
    """Somebody or something that a reader can name: `id` is a CURIE, `wd:Q7747`, or a local `kge:` one."""

    id: str
    type: str
    name: str
    aliases: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Evidence:
    """A passage of a document: `quote` is exactly `document.text[start:end]`."""

    document: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True)
class Mention:
    """An entity as the words `text` at `start:end` of the document refer to it, in one role of one statement."""

    entity: Entity
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Time:
    """When: `value` in EDTF (`2025-08-14`, `2024-06`, `2025-08-18/2025-08-19`) or None, `text` as printed."""

    value: str | None
    text: str


@dataclass(frozen=True)
class Quantity:
    """How many: `value` is None where the text gives no number (`thousands of troops`)."""

    value: float | None
    unit: str
    text: str


def _in_text_order(mentions: Iterable[Mention]) -> tuple[Mention, ...]:
    """One mention an entity, the first in the text, in the order of the text."""
    first: dict[str, Mention] = {}
    for mention in sorted(mentions, key=lambda m: (m.start, m.end, m.entity.id)):
        first.setdefault(mention.entity.id, mention)
    return tuple(first.values())


def _by_id(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    """The fields of a value as a dict in which an entity is its id."""
    return {name: value["id"] if name == "entity" else value for name, value in fields}


@dataclass(frozen=True)
class Statement:
    """Somebody did something to somebody, or a relation holds, as one passage of one document puts it.

    Roles hold each entity once, in the order of the text. `trigger` are the words that evoke it, `component` is the part of the
    extraction that found it. Equal content gives an equal `id`, whatever the confidence, trigger and component.
    """

    kind: str
    type: str
    evidence: Evidence
    actor: tuple[Mention, ...]
    recipient: tuple[Mention, ...] = ()
    plover: str | None = None
    mode: str | None = None
    cameo: str | None = None
    place: Mention | None = None
    time: Time | None = None
    quantity: tuple[Quantity, ...] = ()
    instrument: str | None = None
    topic: str | None = None
    modality: str = "asserted"
    attribution: tuple[Mention, ...] = ()
    confidence: float = field(default=1.0, compare=False)
    trigger: Evidence | None = field(default=None, compare=False)
    component: str | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        for role in ("actor", "recipient", "attribution"):
            object.__setattr__(self, role, _in_text_order(getattr(self, role)))

    @property
    def extractor(self) -> str:
        """Whose the component is that found it: a component that is none of kg's own is an extractor by its name."""
        return OWN_EXTRACTOR if self.component in (None, *OWN_COMPONENTS) else self.component

    @cached_property
    def id(self) -> str:
        """Content hash of everything but how it was found; an entity counts by its id, whatever its name."""
        content = asdict(self, dict_factory=_by_id)
        for found in ("confidence", "trigger", "component"):
            del content[found]
        return content_id(content)

    @property
    def document(self) -> str:
        """The id of the document that says so."""
        return self.evidence.document

    @property
    def mentions(self) -> tuple[Mention, ...]:
        """All mentions, role by role: actor, recipient, place, attribution."""
        place = (self.place,) if self.place else ()
        return self.actor + self.recipient + place + self.attribution

    @property
    def sort_key(self) -> tuple[str, int, str, str]:
        """The order of `statements.jsonl`: document, start of the evidence, type, id."""
        return self.document, self.evidence.start, self.type, self.id

    def __str__(self) -> str:
        actor, recipient = (", ".join(m.entity.name for m in role) for role in (self.actor, self.recipient))
        modality = "" if self.modality == "asserted" else f" ({self.modality})"
        return f"{actor} — {self.type}{modality} → {recipient or '·'}"
