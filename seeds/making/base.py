"""The base while it is made: entries with their names, offices and relations, and the confirmation of their QIDs."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from kg.model import local_id
from kg.ontology import types
from making.tables import TableError, cells, curated, facts, fold, tidy

NAME, ACRONYM, SHORT, ADJECTIVE, PEOPLE, METONYM = "name", "acronym", "short", "adjective", "people", "metonym"
COMMON = "common"
"""A name that means the entity only where the text is about its country."""
_GROWN_UP, _PERSON = 18, "Person"
_WELL_KNOWN_TYPES = 2
_HAS_NAMESAKES = frozenset({_PERSON, "Party", "City"})
"""Types of which several bear one name in one state: no majority tells which is meant."""


class Identity(NamedTuple):
    """What one source says about a QID: a name, the types that fit, and what tells namesakes apart."""

    qid: str
    label: str
    types: frozenset[str]
    country: str
    born: str
    died: str
    source: str


class Identities:
    """QIDs by name and by id."""

    def __init__(self) -> None:
        self.by_name: dict[str, list[Identity]] = defaultdict(list)
        self.by_qid: dict[str, list[Identity]] = defaultdict(list)
        self.not_same = {(row["qid"], fold(row["name"])) for row in curated("not_same", "qid", "name")}
        for row in facts("identities", "qid", "label", "types", "country", "born", "died", "source"):
            types = frozenset(row["types"].split("|"))
            identity = Identity(
                row["qid"], row["label"], types, row["country"], row["born"], row["died"], row["source"]
            )
            self.by_name[fold(row["label"])].append(identity)
            self.by_qid[row["qid"]].append(identity)

    def find(
        self, type_: str, names: Sequence[str], country: str = "", since: str = "", *, surely_there: bool = False
    ) -> str:
        """The QID of the only item of that type and name, empty where there is none or several.

        The first name that any source knows decides, and where it leads to several items, the other names and the number
        of sources; `country` and the year of an office rule out namesakes. With `surely_there` the sources must name the
        country: what they do not place may be of any.
        """
        for name in names:
            found = [
                one
                for one in self.by_name.get(fold(name), [])
                if type_ in one.types
                and _same_country(one.country, country)
                and (one.country or not surely_there)
                and _can_hold_office(one, since)
                and (one.qid, fold(names[0])) not in self.not_same
                and not (type_ == _PERSON and " " not in name and one.country != country)
            ]
            if found:
                return _only(found) or ("" if type_ in _HAS_NAMESAKES else self._best_named(found, type_, names))
        return ""

    def _best_named(self, found: list[Identity], type_: str, names: Sequence[str]) -> str:
        """The QID that most sources give most of the names, empty where two have as many."""
        folded = {fold(name) for name in names}
        votes = {
            qid: len({(fold(one.label), one.source) for one in self.confirming(qid, type_, folded)})
            for qid in {one.qid for one in found}
        }
        best = [qid for qid, number in votes.items() if number == max(votes.values())]
        return best[0] if len(best) == 1 else ""

    def confirming(self, qid: str, type_: str, names: Iterable[str]) -> list[Identity]:
        """What sources say about a QID under one of the names and a type that fits."""
        folded = {fold(name) for name in names}
        if any((qid, name) in self.not_same for name in folded):
            return []
        return [one for one in self.by_qid.get(qid, []) if type_ in one.types and fold(one.label) in folded]


def _same_country(some: str, other: str) -> bool:
    return not some or not other or some == other


def _can_hold_office(one: Identity, since: str) -> bool:
    year = since[:4]
    if not year.isdigit():
        return True
    old_enough = not one.born[:4].isdigit() or int(one.born[:4]) + _GROWN_UP <= int(year)
    alive = not one.died[:4].isdigit() or int(one.died[:4]) >= int(year)
    return old_enough and alive


def _only(found: list[Identity]) -> str:
    """The QID that all agree on; else the one that all sources name which know the type well."""
    qids = {one.qid for one in found}
    if len(qids) > 1:
        qids = {one.qid for one in found if len(one.types) <= _WELL_KNOWN_TYPES}
    return qids.pop() if len(qids) == 1 else ""


@dataclass(eq=False)
class Entry:
    """An entity while the base is made."""

    type: str
    name: str
    country: str
    rank: int
    source: str
    qid: str = ""
    latitude: str = ""
    longitude: str = ""
    codes: list[str] = field(default_factory=list)
    aliases: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    unnamed: set[str] = field(default_factory=set)
    """Names that a source gives it and that confirm its QID, though they are not enough to find it by."""
    id: str = ""

    def add(self, alias: str, kind: str = NAME, language: str = "", source: str = "") -> None:
        """Adds a name; the first kind stays."""
        alias = tidy(alias)
        if len(alias) > 1:
            self.aliases.setdefault((alias, language), (kind, source or self.source))

    def add_all(self, cell: str, kind: str = NAME, source: str = "") -> None:
        """Adds the names of a cell."""
        for alias in cells(cell):
            self.add(alias, kind, source=source)

    @property
    def names(self) -> list[str]:
        """The names that can stand for it alone, the main one first."""
        return [self.name, *(alias for (alias, _), (kind, _) in self.aliases.items() if kind in (NAME, ACRONYM))]


class Term(NamedTuple):
    """A term of office."""

    person: Entry
    relation: str
    title: str
    body: Entry
    start: str
    end: str
    confirmed: str
    source: str


class Base:
    """All entries, found by type and name."""

    def __init__(self, identities: Identities) -> None:
        self.identities = identities
        self.entries: list[Entry] = []
        self.terms: list[Term] = []
        self.terms_of: dict[Entry, list[Term]] = defaultdict(list)
        self.relations: set[tuple[Entry, str, Entry, str]] = set()
        self.members: dict[Entry, tuple[set[Entry], str]] = {}
        self.countries: dict[str, Entry] = {}
        self.by_qid: dict[str, Entry] = {}
        self._by_name: dict[tuple[str, str], list[Entry]] = defaultdict(list)

    def add(
        self, type_: str, name: str, country: str = "", rank: int = 0, source: str = "", qid: str = ""
    ) -> Entry:  # fmt: skip
        """A new entry with its name as first alias."""
        entry = Entry(type_, tidy(name), country, rank, source, qid)
        entry.add(name)
        self.entries.append(entry)
        self.index(entry)
        return entry

    def index(self, entry: Entry) -> None:
        """Makes an entry findable under all its names and its QID."""
        for alias in entry.names:
            known = self._by_name[entry.type, fold(alias)]
            if entry not in known:
                known.append(entry)
        if entry.qid:
            self.by_qid.setdefault(entry.qid, entry)

    def find(self, name: str, types: Iterable[str], country: str = "") -> Entry | None:
        """The entry of that name, one of the types and a country that fits; the likeliest of several."""
        found = [
            entry
            for type_ in types
            for entry in self._by_name.get((type_, fold(name)), [])
            if _same_country(entry.country, country)
        ]
        return max(found, key=lambda entry: entry.rank, default=None)

    def add_term(self, term: Term) -> None:
        """Adds a term of office."""
        self.terms.append(term)
        self.terms_of[term.person].append(term)

    def relate(self, subject: Entry, relation: str, object_: Entry | None, source: str) -> None:
        """Adds a lasting relation, where there is an object and the ontology lets such types stand in it."""
        type_ = types()[relation]
        if object_ is None or object_ is subject:
            return
        if subject.type in type_.subjects and object_.type in type_.objects:
            self.relations.add((subject, relation, object_, source))

    def country(self, code: str, where: str) -> Entry | None:
        """The entry of a country code, None of the empty code; TableError where the code is unknown."""
        if code and code not in self.countries:
            raise TableError(f"{where}: {code!r} is no country code: use one of seeds/curated/countries.csv")
        return self.countries.get(code)

    def settle(self) -> None:
        """Keeps the QIDs that evidence confirms, one entry each, and gives every entry its id."""
        self.entries.sort(key=lambda entry: (-entry.rank, entry.type, entry.name, entry.country, entry.qid))
        taken: set[str] = set()
        for entry in self.entries:
            if entry.qid and (entry.qid in taken or not self.evidence(entry)):
                entry.qid = ""
            taken.add(entry.qid)
        used: set[str] = set()
        for entry in self.entries:
            entry.id = f"wd:{entry.qid}" if entry.qid else next(id_ for id_ in _local_ids(entry) if id_ not in used)
            used.add(entry.id)

    def evidence(self, entry: Entry) -> list[Identity]:
        """What confirms the QID of an entry."""
        return self.identities.confirming(entry.qid, entry.type, [*entry.names, *entry.unnamed])


def _local_ids(entry: Entry) -> Iterator[str]:
    """Ids to try: by name; by name and country; then numbered."""
    yield local_id(entry.type, entry.name)
    yield local_id(entry.type, f"{entry.name} {entry.country}")
    for number in range(2, 1000):
        yield local_id(entry.type, f"{entry.name} {entry.country} {number}")
