"""Stage two: curated tables and facts → `seeds/entities/*.csv`."""

from collections.abc import Iterator
from pathlib import Path

from making.actors import add_curated, add_equipment, add_known, add_known_bodies, add_organizations, add_parties
from making.base import Base, Identities
from making.people import add_known_terms, add_leaders, add_offices, add_people
from making.plain_words import prune
from making.tables import ENTITIES, TableError, curated, write_table
from making.territories import add_bodies, add_cities, add_countries, add_regions

_SMALLEST_CITY = 5_000
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
    add_people(base)
    add_organizations(base)
    add_known_bodies(base)
    add_parties(base)
    add_equipment(base)
    add_known_terms(base)
    add_known(base)
    prune(base)
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
            ("language", "alias", "id", "kind", "source"),
            (
                (language, alias, entry.id, kind, source)
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
        "members": (
            ("organization", "members", "source"),
            (
                (organization.id, "|".join(sorted(member.country for member in members)), source)
                for organization, (members, source) in base.members.items()
                if members
            ),
        ),
        "evidence": (("qid", "label", "types", "source"), _evidence(base)),
        "sources": (_SOURCE_FIELDS, _sources(base)),
    }  # fmt: skip
    return {name: write_table(folder / f"{name}.csv", fields, rows) for name, (fields, rows) in tables.items()}


def _evidence(base: Base) -> Iterator[tuple[str, ...]]:
    """One row for every source that confirms the QID of an entry."""
    for entry in base.entries:
        by_source = {one.source: one for one in sorted(base.evidence(entry), key=lambda one: one.label, reverse=True)}
        for one in by_source.values() if entry.qid else ():
            yield one.qid, one.label, "|".join(sorted(one.types)), one.source


def _sources(base: Base) -> Iterator[tuple[str, ...]]:
    """The sources that some row of the base names."""
    used = {entry.source for entry in base.entries} | {term.source for term in base.terms}
    used |= {source for entry in base.entries for _, source in entry.aliases.values()}
    used |= {source for *_, source in base.relations} | {source for _, source in base.members.values()}
    used |= {one.source for entry in base.entries if entry.qid for one in base.evidence(entry)}
    known = {row["source"]: row for row in curated("sources", *_SOURCE_FIELDS)}
    for source in used:
        if source not in known:
            raise TableError(f"curated/sources.csv lacks the source {source!r}: add its title and licence")
        yield tuple(known[source][field] for field in _SOURCE_FIELDS)
