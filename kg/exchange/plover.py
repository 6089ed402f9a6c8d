"""The events as PLOVER records: CSV with one row an event, or JSON lines with lists."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from kg.edtf import bounds
from kg.exchange.articles import Article, country_of, read_articles, shown
from kg.exchange.lines import to_line
from kg.gazetteer import load_gazetteer
from kg.model import Entity, Statement
from kg.ontology import CAMEO, KG, PLOVER, load_graph, types
from kg.store import Store

FIELDS = (
    "event_id", "event_date", "event_date_end", "event_type", "event_mode", "contexts", "auxiliary_modes", "quad", "score",
    "cameo", "kg_type",
    "actor", "actor_id", "actor_type", "actor_country", "recipient", "recipient_id", "recipient_type", "recipient_country",
    "place", "place_id", "place_country", "latitude", "longitude", "attribution", "confidence",
    "text", "document", "title", "source", "publication_date", "url",
)  # fmt: skip
"""The columns of `plover_rows`, and the keys of `plover_lines`."""
_AUXILIARY = {"planned": "future", "possible": "hypothetical", "denied": "negation"}
_HISTORICAL = timedelta(days=365)


def plover_rows(store: Store) -> Iterator[str]:
    """The events as CSV with a header of `FIELDS`, several values in one cell joined by `; `.

    Type, mode, contexts, quad and score are PLOVER's. Its auxiliary modes say how an event is told: `future` (planned),
    `hypothetical` (possible), `negation` (denied), `historical` (over a year before the article). Countries are ISO codes of two
    letters. Relations, and types that kg adds to PLOVER, have no record.
    """
    yield _to_row(FIELDS)
    for record in _records(store):
        yield _to_row(
            "; ".join(map(str, value)) if isinstance(value, list) else "" if value is None else value
            for value in record.values()
        )


def plover_lines(store: Store) -> Iterator[str]:
    """The same records as JSON objects, one a line: parties, contexts and auxiliary modes as lists, null where unknown."""
    for record in _records(store):
        yield to_line({name: None if value == "" else value for name, value in record.items()})


def _records(store: Store) -> Iterator[dict[str, Any]]:
    merged = store.merged
    for article in read_articles(store):
        for statement in article.statements:
            if types()[statement.type].quad is not None:
                yield dict(zip(FIELDS, _values(statement, article, merged), strict=True))


def _values(statement: Statement, article: Article, merged: Mapping[str, Entity]) -> list[Any]:
    days = bounds(statement.time.value) if statement.time and statement.time.value else None
    modes = [_AUXILIARY[statement.modality]] if statement.modality in _AUXILIARY else []
    if days and article.published and days[1] < date.fromisoformat(article.published) - _HISTORICAL:
        modes.append("historical")
    first, last = (day.isoformat() for day in days) if days else ("", "")
    place = next(iter(shown([statement.place], merged)), None)
    latitude, longitude = (load_gazetteer().coordinates(place.id) if place else None) or ("", "")
    return [
        statement.id, first, last, statement.plover, statement.mode or "", _contexts(statement), modes,
        types()[statement.type].quad, _score(statement), statement.cameo or "", statement.type,
        *_party(shown(statement.actor, merged)), *_party(shown(statement.recipient, merged)),
        *((place.name, place.id, country_of(place.id)) if place else ("", "", "")), latitude, longitude,
        [entity.name for entity in shown(statement.attribution, merged)], statement.confidence,
        statement.evidence.quote, article.id, article.title, article.source, article.published, article.url,
    ]  # fmt: skip


def _party(entities: list[Entity]) -> tuple[list[str], list[str], list[str], list[str]]:
    return (
        [entity.name for entity in entities],
        [entity.id for entity in entities],
        [entity.type for entity in entities],
        [country_of(entity.id) for entity in entities],
    )


def _contexts(statement: Statement) -> list[str]:
    """The contexts that PLOVER's own table gives to the CAMEO code."""
    return sorted(map(str, load_graph("plover.ttl").objects(CAMEO[statement.cameo or ""], KG.context)))


def _score(statement: Statement) -> float:
    return float(str(load_graph("plover.ttl").value(PLOVER[str(statement.plover)], KG.score)))


def _to_row(cells: Iterable[object]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue()
