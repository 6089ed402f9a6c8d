"""What a name means in a context, and why: what `kg link` shows.

>>> [reading] = disambiguate("Georgia", "Tbilisi is the capital of Georgia.")
>>> str(reading.entity.id), reading.candidates[0].clues["how well known it is"]
('wd:Q230', 90)
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from kg.errors import SourceError
from kg.model import Entity
from kg.nlp.linking import Candidate, Link
from kg.nlp.mentions import DESCRIPTION, NAME, PRONOUN, get_mentions, make_mention, set_mentions
from kg.nlp.pipeline import DEFAULT_MODEL, load_pipeline
from kg.own_entities import gazetteer_with

ACTS = "it stands for its state here"
DESCRIBED = "a description: the one whom the text calls so, else who held the office on that day, else a local entity"
REFERS = "a pronoun: the nearest mention that fits"
_NO_NAMES = {DESCRIPTION: DESCRIBED, PRONOUN: REFERS}


class Reading(NamedTuple):
    """One occurrence of a name: its place in the text, what it means, why, and what else it could mean."""

    text: str
    start: int
    entity: Entity
    how: str
    candidates: list[Candidate]


def disambiguate(
    name: str,
    context: str | None = None,
    day: date | None = None,
    *,
    model: str = DEFAULT_MODEL,
    entities: str | Path | None = None,
    ner: str | None = None,
) -> list[Reading]:
    """What each occurrence of a name in a context means, or the bare name without one, in the order of the text.

    `day` is the day of the text: who was in office then? A name that refers to several (`the two leaders`) has a reading
    for each. Raises SourceError where the context does not have the name, or kg takes it for no name.
    """
    text = name if context is None else context
    places = list(_occurrences(name, text))
    if not places:
        raise SourceError(f"the context does not have {name!r}: give a sentence in which the name stands")
    nlp = load_pipeline(model, entities, ner)
    doc = nlp.make_doc(text)
    doc._.kg_published = day.isoformat() if day else None
    links: dict[tuple[int, int], Link] = {}
    for component, process in nlp.pipeline:
        if component == "kg_linking":
            if context is None and (known := gazetteer_with(entities).find(name)):
                set_mentions(doc, [make_mention(doc, 0, len(doc), known[0].type, "", NAME)])
            linking: Any = process
            links = {(span.start, span.end): link for span, link in linking.links(doc)}
        doc = process(doc)
        if component == "kg_coreference":
            break
    spans = _widest([span for span in get_mentions(doc) if any(_is_at(place, span) for place in places)])
    if not spans:
        raise SourceError(
            f"{name!r} is taken for no name there: give another context, or add it with --entities (see docs/entities.md)"
        )
    return [_reading(span, links.get((span.start, span.end))) for span in spans]


def _reading(span: Any, link: Link | None) -> Reading:
    entity = Entity(span.kb_id_, *span.doc._.kg_entities[span.kb_id_])
    if span.id_ in _NO_NAMES or link is None:
        return Reading(span.text, span.start_char, entity, _NO_NAMES[span.id_], [])
    how = link.how if link.entity.id == entity.id else ACTS
    return Reading(span.text, span.start_char, entity, how, link.candidates)


def _widest(spans: list[Any]) -> list[Any]:
    """The spans that lie in no longer one."""
    return [
        span
        for span in spans
        if not any(o.start <= span.start and span.end <= o.end and len(o) > len(span) for o in spans)
    ]


def _occurrences(name: str, text: str) -> Iterator[tuple[int, int]]:
    start = text.find(name)
    while name and start >= 0:
        yield start, start + len(name)
        start = text.find(name, start + 1)


def _is_at(place: tuple[int, int], span: Any) -> bool:
    """True of a mention that lies within the place, or holds it: determiners and titles may stand in one of them only."""
    start, end = place
    within = start <= span.start_char and span.end_char <= end
    return bool(within or (span.id_ == NAME and span.start_char <= start and end <= span.end_char))


def describe(entity: Entity, day: date | None, entities: str | Path | None = None) -> str:
    """What tells an entity from others of its name: its state, and for a person the offices on that day."""
    gazetteer = gazetteer_with(entities)
    if entity.type == "Person":
        return "; ".join(
            f"{office.title}, {gazetteer.entities[office.body].name}"
            for office in gazetteer.offices_of(entity.id)
            if office.covers(day) and office.body in gazetteer.entities
        )
    state = gazetteer.country_of(entity.id)
    return state.name if state is not None and state.id != entity.id else ""
