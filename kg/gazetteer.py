"""Names → entities: the embedded knowledge base of `seeds/entities/`, with offices at a date.

>>> [entity.id for entity in load_gazetteer().find("North Korea")]
['wd:Q423']
"""

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from functools import cache, cached_property
from typing import NamedTuple

from kg.errors import VocabularyError
from kg.model import Entity
from kg.ontology import entity_types
from kg.resources import resource

ADJECTIVE, PEOPLE, METONYM = "adjective", "people", "metonym"


class Office(NamedTuple):
    """A term of office: `start` and `end` are ISO dates or years, empty where unknown or not over."""

    person: str
    relation: str
    title: str
    body: str
    start: str
    end: str


class Gazetteer:
    """The knowledge base in memory; opened by `load_gazetteer()`, never changed afterwards."""

    def __init__(self) -> None:
        self.entities: dict[str, Entity] = {}
        self.countries: dict[str, str] = {}
        self.ranks: dict[str, int] = {}
        self.aliases: dict[str, dict[str, str]] = defaultdict(dict)
        self.capitals: dict[str, str] = {}
        self.offices: list[Office] = []
        self.parents: dict[str, set[str]] = defaultdict(set)

    def find(self, name: str, kind: str | None = None) -> list[Entity]:
        """The entities of that name, likeliest first; with `kind`, only those that the alias names in that way."""
        found = self.aliases.get(name, {})
        ids = [id_ for id_, how in found.items() if kind is None or how == kind]
        return [self.entities[id_] for id_ in sorted(ids, key=lambda id_: (-self.ranks[id_], id_))]

    def kind(self, name: str, id_: str) -> str | None:
        """How the name names the entity: `name`, `acronym`, `adjective`, `people`, `short`, `metonym`, or None."""
        return self.aliases.get(name, {}).get(id_)

    def country_of(self, id_: str) -> Entity | None:
        """The state that an entity belongs to, or None."""
        code = self.countries.get(id_, "")
        return self.entities.get(self.states.get(code, ""))

    @cached_property
    def states(self) -> dict[str, str]:
        """The id of the country by its ISO code."""
        return {
            self.countries[id_]: id_
            for id_, entity in self.entities.items()
            if entity.type == "Country" and self.countries[id_]
        }

    @cached_property
    def longest(self) -> dict[str, int]:
        """The number of words of the longest name by its first word."""
        found: dict[str, int] = {}
        for name in self.aliases:
            words = name.split(" ")
            found[words[0]] = max(found.get(words[0], 0), len(words))
        return found

    @cached_property
    def _offices_of(self) -> dict[str, list[Office]]:
        found: dict[str, list[Office]] = defaultdict(list)
        for office in self.offices:
            found[office.body].append(office)
        return found

    @cached_property
    def _offices_by_person(self) -> dict[str, list[Office]]:
        found: dict[str, list[Office]] = defaultdict(list)
        for office in self.offices:
            found[office.person].append(office)
        return found

    def offices_of(self, person: str) -> list[Office]:
        """The terms of office of a person."""
        return self._offices_by_person.get(person, [])

    def holders(self, body: str, relation: str, day: date | None) -> list[Office]:
        """The terms of an office at a body that cover the day, latest first; without a day those that are not over."""
        terms = [office for office in self._offices_of[body] if office.relation == relation and _covers(office, day)]
        return sorted(terms, key=lambda office: office.start, reverse=True)


def _covers(office: Office, day: date | None) -> bool:
    if day is None:
        return not office.end
    now = day.isoformat()
    return office.start[: len(now)] <= now and (not office.end or now[: len(office.end)] <= office.end)


def _rows(name: str, fields: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    path = resource("seeds", "entities", name)
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        header = next(reader, [])
        missing = [field for field in fields if field not in header]
        if missing:
            raise VocabularyError(
                f"{path} lacks the column {missing[0]!r}: its first row must name {', '.join(fields)}"
            )
        columns = [header.index(field) for field in fields]
        for number, row in enumerate(reader, 2):
            if len(row) != len(header):
                raise VocabularyError(
                    f"{path}:{number} has {len(row)} cells, not {len(header)}: quote cells that hold commas"
                )
            yield tuple(row[column] for column in columns)


def _add_entities(gazetteer: Gazetteer) -> None:
    known = entity_types()
    for number, (id_, type_, name, country, rank) in enumerate(
        _rows("entities.csv", ("id", "type", "name", "country", "rank")), 2
    ):
        if type_ not in known:
            raise VocabularyError(
                f"seeds/entities/entities.csv:{number}: {type_!r} is no entity type: use one of {', '.join(known)}"
            )
        gazetteer.entities[id_] = Entity(id_, type_, name)
        gazetteer.countries[id_] = country
        gazetteer.ranks[id_] = int(rank or 0)
        gazetteer.aliases[name][id_] = "name"


@cache
def load_gazetteer() -> Gazetteer:
    """The embedded knowledge base; VocabularyError names file, row and fix where a table is malformed."""
    gazetteer = Gazetteer()
    _add_entities(gazetteer)
    for id_, alias, kind in _rows("aliases.csv", ("id", "alias", "kind")):
        gazetteer.aliases[alias].setdefault(id_, kind)
    for row in _rows("offices.csv", ("person", "relation", "title", "body", "start", "end")):
        gazetteer.offices.append(Office(*row))
    for subject, relation, object_ in _rows("relations.csv", ("subject", "relation", "object")):
        if relation == "capitalOf":
            gazetteer.capitals.setdefault(subject, object_)
        gazetteer.parents[subject].add(object_)
    return gazetteer
