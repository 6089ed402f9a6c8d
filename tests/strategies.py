"""Arbitrary documents and statements about them, for hypothesis: quotes, brackets, line ends, any script, empty slots."""

from datetime import date
from typing import Any

from hypothesis import strategies as st

from kg.model import Document, Entity, Evidence, Mention, Quantity, Statement, Time
from kg.ontology import MODALITIES, NAMESPACES, entity_types, types

characters = st.characters(exclude_categories=["Cs"]) | st.sampled_from(
    list("\"'\\\n\r\t{}<>#%;=,…’🇰🇵\x00\x1c\x85\u2028")
)
texts = st.text(characters, max_size=30)
words = st.text(characters, min_size=1, max_size=30)
slots = st.none() | texts
names = st.one_of(st.integers(1, 10**9).map(lambda number: f"wd:Q{number}"), words.map(lambda name: f"kge:{name}"))
edtf = st.sampled_from(["2025-08-14", "2024-06", "2019", "199X", "2025-08-18/2025-08-19", "not EDTF"])
times = st.none() | st.builds(Time, st.none() | edtf, texts)
numbers = st.integers(-(10**12), 10**12).map(float) | st.decimals(-1000, 1000, places=3).map(float)
quantities = st.lists(st.builds(Quantity, st.none() | numbers, texts, texts), max_size=3).map(tuple)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """A document of any text that is not empty."""
    return Document(
        id=draw(words),
        text=draw(st.text(characters, min_size=1, max_size=80)),
        title=draw(texts),
        url=draw(st.none() | words.map("https://example.org/{}".format)),
        source=draw(st.none() | words),
        published=draw(st.none() | st.dates(date(1000, 1, 1))),
        inferred=draw(st.booleans()),
    )


@st.composite
def entities(draw: st.DrawFn) -> list[Entity]:
    """Up to five entities with different ids."""
    ids = draw(st.lists(names, min_size=1, max_size=5, unique=True))
    return [Entity(id_, draw(st.sampled_from(sorted(entity_types()))), draw(texts)) for id_ in ids]


@st.composite
def statements(draw: st.DrawFn, of: Document, known: list[Entity]) -> Statement:
    """A statement of the document about some of the entities."""
    type_ = types()[draw(st.sampled_from(sorted(types())))]
    mentions = st.builds(lambda entity, span: _mention(of, entity, *span), st.sampled_from(known), _spans(of.text))
    roles: dict[str, Any] = {
        role: draw(st.lists(mentions, min_size=least, max_size=3).map(tuple))
        for role, least in (("actor", 1), ("recipient", 0), ("attribution", 0))
    }
    roles |= {slot: draw(slots) for slot in ("mode", "cameo", "instrument", "topic")}
    start, end = draw(_spans(of.text))
    return Statement(
        kind=type_.kind,
        type=type_.name,
        plover=type_.plover,
        evidence=Evidence(of.id, start, end, of.text[start:end]),
        place=draw(st.none() | mentions),
        time=draw(times),
        quantity=draw(quantities),
        modality=draw(st.sampled_from(MODALITIES)),
        confidence=draw(st.decimals(0, 1, places=4).map(float)),
        **roles,
    )


def _spans(text: str) -> st.SearchStrategy[tuple[int, int]]:
    ends = st.integers(0, len(text))
    return st.tuples(ends, ends).filter(lambda span: span[0] != span[1]).map(lambda span: (min(span), max(span)))


def _mention(of: Document, entity: Entity, start: int, end: int) -> Mention:
    return Mention(entity, of.text[start:end], start, end)


@st.composite
def articles(draw: st.DrawFn) -> tuple[Document, list[Statement]]:
    """A document with what it says, each statement once."""
    of, known = draw(documents()), draw(entities())
    found = draw(st.lists(statements(of, known), max_size=4))
    return of, list({statement.id: statement for statement in found}.values())


curies = st.tuples(st.sampled_from(sorted(NAMESPACES)), texts).map(":".join)
