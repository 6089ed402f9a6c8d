"""Names → entities: the embedded knowledge base of `seeds/entities/`, with offices at a date.

>>> [entity.id for entity in load_gazetteer().find("North Korea")]
['wd:Q423']
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache, cached_property
from itertools import chain
from operator import itemgetter
from typing import NamedTuple
from unicodedata import combining, normalize

from kg.errors import VocabularyError
from kg.model import Entity, slug
from kg.resources import resource

NAME, ADJECTIVE, PEOPLE, METONYM, COMMON = "name", "adjective", "people", "metonym", "common"
ENTITY_FIELDS = ("id", "type", "name", "country", "rank", "latitude", "longitude")
LEADING = frozenset({"headOfState", "headOfGovernment"})
_COUNTRY = "Country"
_BODIES = frozenset({"Government", "Military", "Party"})
_FAMILY_FIRST = frozenset({"cn", "hk", "kp", "kr", "mo", "tw"})
"""Where the family name comes first, in the base's names too."""
_ACRONYM = 4
"""So many capitals may be an acronym."""
_REMEMBERED = 10
"""So many years after their terms the surname alone still means a leader."""


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

    def covers(self, day: date | None) -> bool:
        """True where the term covers the day; without a day, where it is not over."""
        if day is None:
            return not self.end
        now = day.isoformat()
        return self.start[: len(now)] <= now and (not self.end or now[: len(self.end)] <= self.end)


class Entities(Mapping[str, Entity]):
    """The entities of the base by id; each is made when it is first asked for, so that loading is quick."""

    def __init__(self, rows: dict[str, tuple[str, ...]]) -> None:
        self._rows = rows
        self._made: dict[str, Entity] = {}

    def __getitem__(self, id_: str) -> Entity:
        entity = self._made.get(id_)
        if entity is None:
            _, type_, name, *_ = self._rows[id_]
            entity = self._made[id_] = Entity(id_, type_, name)
        return entity

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, id_: object) -> bool:
        return id_ in self._rows


class Gazetteer:
    """The knowledge base in memory; opened by `load_gazetteer()`, never changed afterwards.

    `rows` holds what `entities.csv` says in the order of `ENTITY_FIELDS`. `names` gives the id of each plain name, and
    `aliases` the other ids and kinds of names: two dictionaries, because most names are plain and one holds them fast.
    """

    def __init__(
        self, rows: dict[str, tuple[str, ...]], names: dict[str, str], aliases: dict[str, dict[str, str]]
    ) -> None:
        self.rows = rows
        self.names = names
        self.aliases = aliases
        self.entities = Entities(rows)

    def extended(self, rows: Mapping[str, tuple[str, ...]], names: Iterable[tuple[str, str]]) -> "Gazetteer":
        """A copy with more rows, or others in place of its own, and with more names, each with its id."""
        plain, others = dict(self.names), {name: dict(ids) for name, ids in self.aliases.items()}
        for name, id_ in names:
            if plain.setdefault(name, id_) != id_:
                others.setdefault(name, {})[id_] = NAME
            else:
                others.get(name, {}).pop(id_, None)
        return Gazetteer({**self.rows, **rows}, plain, others)

    def find(self, name: str, kind: str | None = None) -> list[Entity]:
        """The entities of that name, likeliest first; with `kind`, only those that the alias names in that way.

        Names that are ordinary words or that many share (`Reform Party`, `Central District`) are found as `COMMON` only.
        """
        ids = [id_ for id_, how in self._named(name).items() if (how != COMMON if kind is None else how == kind)]
        if len(ids) > 1:
            ids.sort(key=lambda id_: (-self.rank(id_), id_))
        return [self.entities[id_] for id_ in ids]

    def find_spelled(self, name: str) -> list[Entity]:
        """The entities with a name of several words that differs only in capitals, hyphens, dots and accents.

        A single word is taken for another only where it is all capitals and no acronym (`TEHRAN`).
        """
        if name.isupper() and name.isalpha() and len(name) > _ACRONYM:
            return self.find(name.capitalize())
        spelled = self._spelled.get(slug(name)) if " " in name or "-" in name else None
        return self.find(spelled) if spelled else []

    @cached_property
    def _spelled(self) -> dict[str, str]:
        return {slug(name): name for name in reversed([*self.names, *self.aliases]) if " " in name}

    def _named(self, name: str) -> dict[str, str]:
        """The ids that a name has, each with how it names it."""
        plain, found = self.names.get(name), self.aliases.get(name)
        if plain is None:
            return found or {}
        return {plain: NAME, **(found or {})}

    def rank(self, id_: str) -> int:
        """How likely a name means this entity rather than others of the name: 0 to 100."""
        return int(self.rows[id_][4] or 0)

    def coordinates(self, id_: str) -> tuple[float, float] | None:
        """Latitude and longitude of a place, or None where they are unknown."""
        row = self.rows.get(id_)
        return (float(row[5]), float(row[6])) if row and row[5] else None

    def kind(self, name: str, id_: str) -> str | None:
        """How the name names the entity: `name`, `acronym`, `adjective`, `people`, `short`, `metonym`, `common`, or None."""
        return self._named(name).get(id_)

    def country_of(self, id_: str) -> Entity | None:
        """The state that an entity belongs to, or None."""
        row = self.rows.get(id_)
        state = self.states.get(row[3]) if row else None
        return self.entities[state] if state else None

    def members_of(self, id_: str) -> list[Entity]:
        """The states that are members of an organisation, by name."""
        return sorted(
            (self.entities[self.states[code]] for code in self._members.get(id_, ()) if code in self.states),
            key=lambda entity: entity.name,
        )

    def names_in(self, id_: str, language: str) -> list[str]:
        """The names of an entity in another language, in alphabetical order."""
        return self._foreign_names.get((id_, language), [])

    @cached_property
    def states(self) -> dict[str, str]:
        """The id of the country by its ISO code."""
        return {row[3]: id_ for id_, row in self.rows.items() if row[1] == _COUNTRY and row[3]}

    @cached_property
    def longest(self) -> dict[str, int]:
        """The number of words of the longest name by its first word."""
        found: dict[str, int] = {}
        for name in chain(self.names, self.aliases):
            first, _, rest = name.partition(" ")
            length = rest.count(" ") + 2 if rest else 1
            if found.get(first, 0) < length:
                found[first] = length
        return found

    @cached_property
    def surnames(self) -> dict[str, list[str]]:
        """The ids of the persons by the last word of their names."""
        found: dict[str, list[str]] = defaultdict(list)
        for id_, row in self.rows.items():
            if row[1] == "Person":
                found[row[2].rpartition(" ")[2]].append(id_)
        return found

    @cached_property
    def leading_terms(self) -> dict[str, list[Office]]:
        """The terms of heads of state and government by each form of their surnames."""
        found: dict[str, list[Office]] = defaultdict(list)
        for office in self.offices:
            row = self.rows.get(office.person) if office.relation in LEADING else None
            for surname in surnames_of(row[2], row[3]) if row else ():
                found[surname].append(office)
        return found

    def leaders_called(self, surname: str, day: date | None) -> list[Entity]:
        """The heads of state and government whom a surname alone means on a day: those in office.

        Else, where the base knows one person of that surname, the one who left office in the ten years before. Without a
        day, today's leaders.
        """
        terms = self.leading_terms.get(surname, [])
        known = {office.person for office in terms if office.covers(day)}
        if not known and day is not None and len(self.surnames.get(surname, terms)) == 1:
            since = str(day.year - _REMEMBERED)
            known = {office.person for office in terms if since <= office.end < day.isoformat()}
        return [self.entities[id_] for id_ in sorted(known)]

    @cached_property
    def bodies(self) -> dict[str, dict[str, str]]:
        """The bodies of states by their names without the state (`Parliament`, `Ministry of Defence`) and by state.

        Only names that bodies of several states have are among them.
        """
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for id_, names in self._names_of.items():
            row = self.rows[id_]
            state = self.states.get(row[3])
            if row[1] in _BODIES and state:
                for name in names:
                    found[without_state(name, self._names_of[state])].setdefault(state, id_)
        return {name: ids for name, ids in found.items() if len(ids) > 1 and name[:1].isupper()}

    @cached_property
    def _names_of(self) -> dict[str, list[str]]:
        """The names of the states and their bodies."""
        found: dict[str, list[str]] = {id_: [] for id_, row in self.rows.items() if row[1] in _BODIES | {_COUNTRY}}
        for name, id_ in self.names.items():
            if id_ in found:
                found[id_].append(name)
        for name, ids in self.aliases.items():
            for id_ in ids:
                if id_ in found:
                    found[id_].append(name)
        return found

    @cached_property
    def capitals(self) -> dict[str, str]:
        """The id of the country of which a city is the capital, else of the region."""
        found: dict[str, str] = {}
        for subject, relation, object_ in self.relations:
            if relation == "capitalOf" and (subject not in found or self.rows[object_][1] == _COUNTRY):
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
    def relations(self) -> list[tuple[str, ...]]:
        """Lasting relations as subject, type and object; those of the offices and the members are not among them."""
        return list(_rows("relations.csv", ("subject", "relation", "object")))

    @cached_property
    def _members(self) -> dict[str, list[str]]:
        return {id_: codes.split("|") for id_, codes in _rows("members.csv", ("organization", "members"))}

    @cached_property
    def _foreign_names(self) -> dict[tuple[str, str], list[str]]:
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for language, alias, id_ in _rows("aliases.csv", ("language", "alias", "id")):
            if language:
                found[id_, language].append(alias)
        return dict(found)

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
        terms = [office for office in self._offices_of[body] if office.relation == relation and office.covers(day)]
        terms.sort(key=lambda office: office.start, reverse=True)
        return sorted(terms, key=lambda office: bool(office.confirmed) and (day is None or office.confirmed < str(day)))


def without_state(name: str, states: Iterable[str]) -> str:
    """The name of a body without that of its state before it, or behind `of` or in brackets.

    >>> without_state("Parliament of Sri Lanka", ["Sri Lanka"]), without_state("Dutch Navy", ["Dutch"])
    ('Parliament', 'Navy')
    """
    for state in states:
        for end in (f" of {state}", f" of the {state}", f" ({state})"):
            name = name.removesuffix(end)
        name = name.removeprefix(f"{state} ")
    return name


def surnames_of(name: str, country: str) -> set[str]:
    """The words that a person is called by alone: the last one, in East Asia the first, without article and accents too.

    >>> sorted(surnames_of("Bashar al-Assad", "sy")), sorted(surnames_of("Yoon Suk Yeol", "kr"))
    (['Assad', 'al-Assad'], ['Yoon'])
    """
    first, *_, last = name.split(" ") if " " in name else (name, name)
    surname = first if country in _FAMILY_FIRST else last
    if not surname.strip("IVX") or surname.endswith("."):
        return set()  # a monarch's number, `Jr.`
    forms = {surname, surname.removeprefix("al-").removeprefix("el-")}
    return forms | {"".join(c for c in normalize("NFD", form) if not combining(c)) for form in forms}


def _rows(name: str, fields: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The cells of the named columns of each row; VocabularyError names the row that is malformed and its fix."""
    path = resource("seeds", "entities", name)
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        header = next(reader, [])
        missing = [field for field in fields if field not in header]
        if missing:
            raise VocabularyError(
                f"{path}:1 lacks the column {missing[0]!r}: its first row must name {', '.join(fields)}"
            )
        pick, width = itemgetter(*(header.index(field) for field in fields)), len(header)
        for row in reader:
            if len(row) != width:
                raise VocabularyError(
                    f"{path}:{reader.line_num} has {len(row)} cells, not {width}: quote cells that hold commas"
                )
            yield pick(row)


@cache
def load_gazetteer() -> Gazetteer:
    """The embedded knowledge base; VocabularyError names file, row and fix where a table is malformed.

    Only names in English, the language of the texts, are taken.
    """
    rows = {row[0]: row for row in _rows("entities.csv", ENTITY_FIELDS)}
    names: dict[str, str] = {}
    aliases: dict[str, dict[str, str]] = {}
    for language, alias, id_, kind in _rows("aliases.csv", ("language", "alias", "id", "kind")):
        if language:
            break  # the table has English first
        if kind == NAME and alias not in names:
            names[alias] = id_
        else:
            aliases.setdefault(alias, {}).setdefault(id_, kind)
    return Gazetteer(rows, names, aliases)
