"""Stage two: curated tables and facts → `seeds/entities/*.csv`."""

from collections.abc import Iterator
from pathlib import Path

from making.actors import add_curated
from making.base import Base, Identities
from making.people import add_leaders, add_offices
from making.tables import ENTITIES, TableError, curated, write_table
from making.territories import add_bodies, add_cities, add_countries, add_regions

_SMALLEST_CITY = 300_000
_SOURCE_FIELDS = ("source", "title", "version", "licence", "origin")


def compile_base() -> Base:
    """The base of the tables as they stand."""
    base = Base(Identities())
    add_countries(base)
    add_regions(base)
    add_curated(base)
    add_bodies(base)
    add_cities(base, _SMALLEST_CITY)
    add_leaders(base)
    add_offices(base)
    base.settle()
    return base


def write(base: Base, folder: Path = ENTITIES) -> dict[str, int]:
    """Writes the tables of the base and returns the number of rows of each."""
    tables = {
        "entities": (
            ("id", "type", "name", "country", "rank", "latitude", "longitude", "codes", "source"),
            (
                (e.id, e.type, e.name, e.country, e.rank, e.latitude, e.longitude, "|".join(e.codes), e.source)
                for e in base.entries
            ),
        ),
        "aliases": (
            ("id", "alias", "kind", "language", "source"),
            (
                (entry.id, alias, kind, language, source)
                for entry in base.entries
                for (alias, language), (kind, source) in entry.aliases.items()
            ),
        ),
        "offices": (
            ("person", "relation", "title", "body", "start", "end", "confirmed", "source"),
            (
                (t.person.id, t.relation, t.title, t.body.id, t.start, t.end, t.confirmed, t.source)
                for t in base.terms
            ),
        ),
        "relations": (
            ("subject", "relation", "object", "source"),
            ((subject.id, relation, object_.id, source) for subject, relation, object_, source in base.relations),
        ),
        "evidence": (
            ("qid", "label", "types", "source"),
            (
                (one.qid, one.label, "|".join(sorted(one.types)), one.source)
                for entry in base.entries
                if entry.qid
                for one in base.evidence(entry)
            ),
        ),
        "sources": (_SOURCE_FIELDS, _sources(base)),
    }  # fmt: skip
    return {name: write_table(folder / f"{name}.csv", fields, rows) for name, (fields, rows) in tables.items()}


def _sources(base: Base) -> Iterator[tuple[str, ...]]:
    """The sources that some row of the base names."""
    used = {entry.source for entry in base.entries} | {term.source for term in base.terms}
    used |= {source for entry in base.entries for _, source in entry.aliases.values()}
    used |= {source for *_, source in base.relations}
    used |= {one.source for entry in base.entries if entry.qid for one in base.evidence(entry)}
    known = {row["source"]: row for row in curated("sources", *_SOURCE_FIELDS)}
    for source in used:
        if source not in known:
            raise TableError(f"curated/sources.csv lacks the source {source!r}: add its title and licence")
        yield tuple(known[source][field] for field in _SOURCE_FIELDS)
