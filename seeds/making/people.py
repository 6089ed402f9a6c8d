"""Office holders with their terms."""

import re
from collections.abc import Iterator, Sequence

from making.base import SHORT, Base, Entry, Term
from making.tables import Row, TableError, cells, curated, facts, fold, rank_of

_LEADER_RANK, _OFFICE_RANK, _KNOWN_HEAD_RANK, _KNOWN_RANK = 72, 62, 56, 42
_TITLES = frozenset({"King", "Queen", "Pope", "Emperor", "Emir", "Sultan", "Prince"})
_OLDEST_HEAD, _OLDEST_OFFICE, _CONFIRMED = "1985", "2010", "2023-01"
_BODIES = (
    "InternationalOrganization", "Organization", "Government", "Military", "ArmedGroup", "Party", "Region", "Media",
    "Company", "Group", "City", "NamedEvent", "Facility",
)  # fmt: skip


def add_leaders(base: Base) -> None:
    """Heads of state and government in office: the curated names over the World Factbook's list."""
    in_office = facts("leaders", "country", "relation", "leader", "start", "source")
    rows = curated("leaders", "country", "factbook", "relation", "title", "name", "names", "shorts", "qid", "start")
    # Who heads several states (Andorra and France) is of the one that matters most.
    for row in sorted(rows, key=lambda row: -base.countries[row["country"]].rank):
        terms = [
            term for term in in_office if term["country"] == row["country"] and term["leader"].endswith(row["factbook"])
        ]
        person = _person(base, row["name"], row["country"], _LEADER_RANK, row["qid"], row["start"])
        person.add_all(row["names"])
        person.add_all(row["shorts"], SHORT)
        base.index(person)
        body = base.country(row["country"], row["at"])
        for term in terms:
            _add_term(
                base, person, row["relation"] or term["relation"], row["title"], body, row["start"] or term["start"], ""
            )
        if not terms and row["start"] and row["relation"]:
            _add_term(base, person, row["relation"], row["title"], body, row["start"], "")


def add_offices(base: Base) -> None:
    """The curated terms of office."""
    for row in curated("offices", "person", "relation", "title", "body", "start", "end"):
        body = base.countries.get(row["body"]) or base.find(row["body"], _BODIES)
        if body is None:
            raise TableError(
                f"{row['at']}: {row['body']!r} is neither a country code nor the name of a body in the "
                "curated tables: add the body or mend the name"
            )
        person = _person(base, row["person"], body.country, _OFFICE_RANK, "", row["start"])
        _add_term(base, person, row["relation"], row["title"], body, row["start"], row["end"])


def add_people(base: Base) -> None:
    """People without an office of their own: opposition leaders, commanders, dissidents, owners of companies."""
    for row in curated("people", "name", "country", "names", "rank"):
        base.country(row["country"], row["at"])
        person = _person(base, row["name"], row["country"], rank_of(row), "", "", cells(row["names"]))
        person.add_all(row["names"])
        base.index(person)


def _person(base: Base, name: str, country: str, rank: int, qid: str, since: str, names: Sequence[str] = ()) -> Entry:
    known = base.by_qid.get(qid) if qid else base.find(name, ["Person"])
    if known:
        known.rank = max(known.rank, rank)
        known.add(name)
        return known
    found = qid or base.identities.find("Person", [name, _untitled(name), *names], country, since)
    person = base.add("Person", name, country, rank, "curated", "" if found in base.by_qid else found)
    person.unnamed.add(_untitled(name))
    return person


def _untitled(name: str) -> str:
    """The name of a monarch or pope without the title."""
    first, _, rest = name.partition(" ")
    return rest if first in _TITLES else name


def _add_term(
    base: Base, person: Entry, relation: str, title: str, body: Entry | None, start: str, end: str
) -> None:  # fmt: skip
    if body is not None:
        base.add_term(Term(person, relation, title, body, start, end, "", "curated"))


def add_known_terms(base: Base) -> None:
    """Terms of office from the facts, with the people who held them, where the office matters and is recent enough."""
    rules = [(row["pattern"], row["relation"]) for row in curated("titles", "pattern", "relation")]
    states = {code: {fold(name) for name in entry.names} for code, entry in base.countries.items()}
    kept = [
        term
        for row in facts("terms", "qid", "person", "title", "body", "country", "start", "end")
        for term in _known_term(base, row, rules, states)
    ]
    latest = _latest(base)
    for term in sorted(
        kept, key=lambda term: (-len(term.start), term.body.name, term.relation, term.start, term.person.name, term.end)
    ):
        _overlay(base, term, latest)


def _known_term(base: Base, row: Row, rules: list[tuple[str, str]], states: dict[str, set[str]]) -> Iterator[Term]:
    title, place = _split(row["title"], states.get(row["country"], set()))
    relation = next((relation for pattern, relation in rules if re.fullmatch(pattern, title)), "holdsOffice")
    since = _OLDEST_HEAD if relation.startswith("head") else _OLDEST_OFFICE
    last = row["end"] or (_CONFIRMED if row["start"] >= since else "")
    if not relation or last < since or " " not in row["person"]:
        return
    body = base.find(row["body"], _BODIES) if row["body"] else _body_of(base, place, row["country"])
    if body is None or (relation != "holdsOffice" and body.type != "Country"):
        return
    rank = _KNOWN_HEAD_RANK if relation != "holdsOffice" else _KNOWN_RANK
    person = _known_person(base, row, rank, (relation, body))
    confirmed = "" if row["end"] or row["source"] != "everypol" else _CONFIRMED
    yield Term(person, relation, title, body, row["start"], row["end"], confirmed, row["source"])


def _split(title: str, state: set[str]) -> tuple[str, str]:
    """Title and place: `Governor of Alaska` → both parts; the state itself is no place of its own."""
    head, _, place = title.partition(" of ")
    name = place.removeprefix("the ")
    if fold(name) in state:
        return head, ""
    return title, name


def _body_of(base: Base, place: str, country: str) -> Entry | None:
    found = base.find(place, ("InternationalOrganization", "Region", "City", "Government"), country) if place else None
    return found or base.countries.get(country)


def _known_person(base: Base, row: Row, rank: int, office: tuple[str, Entry]) -> Entry:
    """The person of the row: by QID; by name where it had the same office at the same time; else a new one."""
    known = base.by_qid.get(row["qid"])
    if known is None or known.type != "Person":
        known = _namesake(base, row, office)
    confirmed = bool(base.identities.by_qid.get(row["qid"]))
    if known is None:
        known = base.add("Person", row["person"], row["country"], rank, row["source"], row["qid"] if confirmed else "")
    elif confirmed and not known.qid:
        known.qid = row["qid"]
    known.rank = max(known.rank, rank)
    for identity in base.identities.by_qid.get(row["qid"], []):
        if "Person" in identity.types and " " in identity.label:
            known.add(identity.label, source=identity.source)
    base.index(known)
    return known


def _namesake(base: Base, row: Row, office: tuple[str, Entry]) -> Entry | None:
    known = base.find(row["person"], ["Person"], row["country"])
    if known is None or known.qid:
        return None
    start = row["start"][:4]
    same = [term for term in base.terms_of[known] if (term.relation, term.body) == office]
    return known if any(term.start[:4] <= start <= (term.end or "9999")[:4] for term in same) else None


def _latest(base: Base) -> dict[tuple[Entry, str], str]:
    """The first day of whoever heads a state or government now."""
    found: dict[tuple[Entry, str], str] = {}
    for term in base.terms:
        if term.relation != "holdsOffice" and not term.end:
            key = term.body, term.relation
            found[key] = max(found.get(key, ""), term.start)
    return found


def _overlay(base: Base, term: Term, latest: dict[tuple[Entry, str], str]) -> None:
    """Adds a term unless the base has it already; an open one of a head ends where the present head's begins."""
    now = latest.get((term.body, term.relation), "")
    if not term.end and now and term.start[:4] < now[:4] and term.relation != "holdsOffice":
        term = term._replace(end=now, confirmed="")
    same = [
        other
        for other in base.terms_of[term.person]
        if (other.relation, other.body) == (term.relation, term.body)
        and (other.relation != "holdsOffice" or other.title == term.title)
        and _overlaps(other, term)
    ]
    if not same:
        base.add_term(term)


def _overlaps(some: Term, other: Term) -> bool:
    return some.start[:4] <= (other.end or "9999")[:4] and other.start[:4] <= (some.end or "9999")[:4]
