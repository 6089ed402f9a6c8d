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
from kg.resources import resource

ADJECTIVE, PEOPLE, METONYM = "adjective", "people", "metonym"
_COUNTRY = "Country"
_LANGUAGE = "en"


class Office(NamedTuple):
    """A term of office: `start` and `end` are ISO dates or years, empty where unknown or not over.

    `confirmed` is the day up to which a source is sure of a term without an end, empty where that is today.
    """

    person: str
    relation: str
    title: str
    body: str
    start: str
    end: str
    confirmed: str = ""


class Gazetteer:
    """The knowledge base in memory; opened by `load_gazetteer()`, never changed afterwards."""

    def __init__(self) -> None:
        self.entities: dict[str, Entity] = {}
        self.countries: dict[str, str] = {}
        self.ranks: dict[str, int] = {}
        self.aliases: dict[str, dict[str, str]] = {}
        self.coordinates: dict[str, tuple[float, float]] = {}
        self.relations: list[tuple[str, str, str]] = []

    def find(self, name: str, kind: str | None = None) -> list[Entity]:
        """The entities of that name, likeliest first; with `kind`, only those that the alias names in that way."""
        found = self.aliases.get(name)
        if not found:
            return []
        ids = [id_ for id_, how in found.items() if kind is None or how == kind]
        if len(ids) > 1:
            ids.sort(key=lambda id_: (-self.ranks[id_], id_))
        return [self.entities[id_] for id_ in ids]

    def kind(self, name: str, id_: str) -> str | None:
        """How the name names the entity: `name`, `acronym`, `adjective`, `people`, `short`, `metonym`, or None."""
        return self.aliases.get(name, {}).get(id_)

    def country_of(self, id_: str) -> Entity | None:
        """The state that an entity belongs to, or None."""
        code = self.countries.get(id_, "")
        return self.entities.get(self.states.get(code, ""))

    def members_of(self, id_: str) -> list[Entity]:
        """The states that are members of an organisation, by name."""
        return sorted((self.entities[member] for member in self._members[id_]), key=lambda entity: entity.name)

    @cached_property
    def states(self) -> dict[str, str]:
        """The id of the country by its ISO code."""
        return {
            self.countries[id_]: id_
            for id_, entity in self.entities.items()
            if entity.type == _COUNTRY and self.countries[id_]
        }

    @cached_property
    def longest(self) -> dict[str, int]:
        """The number of words of the longest name by its first word."""
        found: dict[str, int] = {}
        for name in self.aliases:
            first, _, rest = name.partition(" ")
            length = rest.count(" ") + 2 if rest else 1
            if found.get(first, 0) < length:
                found[first] = length
        return found

    @cached_property
    def capitals(self) -> dict[str, str]:
        """The id of the country of which a city is the capital, else of the region."""
        found: dict[str, str] = {}
        for subject, relation, object_ in self.relations:
            if relation == "capitalOf" and (subject not in found or self.entities[object_].type == _COUNTRY):
                found[subject] = object_
        return found

    @cached_property
    def parents(self) -> dict[str, set[str]]:
        """The ids of what an entity is part of, located in or a member of."""
        found: dict[str, set[str]] = defaultdict(set)
        for subject, _, object_ in self.relations:
            found[subject].add(object_)
        return found

    @cached_property
    def offices(self) -> list[Office]:
        """All terms of office."""
        fields = ("person", "relation", "title", "body", "start", "end", "confirmed")
        return [Office(*row) for row in _rows("offices.csv", fields)]

    @cached_property
    def _members(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for subject, relation, object_ in self.relations:
            if relation == "memberOf":
                found[object_].append(subject)
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
        """The terms of an office at a body that cover the day, latest first; without a day those that are not over.

        Terms that are open only because their source ends before the day come last.
        """
        terms = [office for office in self._offices_of[body] if office.relation == relation and _covers(office, day)]
        terms.sort(key=lambda office: office.start, reverse=True)
        return sorted(terms, key=lambda office: bool(office.confirmed) and (day is None or office.confirmed < str(day)))


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
                f"{path}:1 lacks the column {missing[0]!r}: its first row must name {', '.join(fields)}"
            )
        columns = [header.index(field) for field in fields]
        width = len(header)
        for number, row in enumerate(reader, 2):
            if len(row) != width:
                raise VocabularyError(
                    f"{path}:{number} has {len(row)} cells, not {width}: quote cells that hold commas"
                )
            yield tuple([row[column] for column in columns])


def _add_entities(gazetteer: Gazetteer) -> None:
    known: dict[str, str] = {}
    fields = ("id", "type", "name", "country", "rank", "latitude", "longitude")
    for number, (id_, type_, name, country, rank, latitude, longitude) in enumerate(_rows("entities.csv", fields), 2):
        if type_ not in known:
            known[type_] = _checked(type_, number)
        gazetteer.entities[id_] = Entity(id_, known[type_], name)
        gazetteer.countries[id_] = country
        gazetteer.ranks[id_] = int(rank or 0)
        if latitude:
            gazetteer.coordinates[id_] = float(latitude), float(longitude)


def _checked(type_: str, number: int) -> str:
    """The type itself; VocabularyError where it is none of the ontology's."""
    from kg.ontology import entity_types

    if type_ not in entity_types():
        raise VocabularyError(
            f"seeds/entities/entities.csv:{number}: {type_!r} is no entity type: use one of {', '.join(entity_types())}"
        )
    return type_


@cache
def load_gazetteer() -> Gazetteer:
    """The embedded knowledge base; VocabularyError names file, row and fix where a table is malformed.

    Only names in English, the language of the texts, are taken.
    """
    gazetteer = Gazetteer()
    _add_entities(gazetteer)
    aliases = gazetteer.aliases
    for id_, alias, kind, language in _rows("aliases.csv", ("id", "alias", "kind", "language")):
        if not language or language == _LANGUAGE:
            found = aliases.get(alias)
            if found is None:
                aliases[alias] = {id_: kind}
            else:
                found.setdefault(id_, kind)
    gazetteer.relations = [
        (subject, relation, object_)
        for subject, relation, object_ in _rows("relations.csv", ("subject", "relation", "object"))
    ]
    return gazetteer
