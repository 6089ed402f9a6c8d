"""Office holders with their terms."""

from making.base import SHORT, Base, Entry, Term
from making.tables import TableError, curated, facts

_LEADER_RANK, _OFFICE_RANK = 72, 62
_BODIES = (
    "InternationalOrganization", "Organization", "Government", "Military", "ArmedGroup", "Party", "Region", "Media",
    "Company", "Group", "City", "NamedEvent", "Facility",
)  # fmt: skip


def add_leaders(base: Base) -> None:
    """Heads of state and government in office: the curated names over the World Factbook's list."""
    in_office = facts("leaders", "country", "relation", "leader", "start", "source")
    for row in curated(
        "leaders", "country", "factbook", "relation", "title", "name", "names", "shorts", "qid", "start"
    ):
        terms = [
            term for term in in_office if term["country"] == row["country"] and term["leader"].endswith(row["factbook"])
        ]
        person = _person(base, row["name"], row["country"], _LEADER_RANK, row["qid"], row["start"])
        person.add_all(row["names"])
        person.add_all(row["shorts"], SHORT)
        base.index(person)
        body = base.country(row["country"], f"leaders.csv, {row['name']}")
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
                f"offices.csv, {row['person']}: {row['body']!r} is neither a country code nor the name of a body in the "
                "curated tables: add the body or mend the name"
            )
        person = _person(base, row["person"], body.country, _OFFICE_RANK, "", row["start"])
        _add_term(base, person, row["relation"], row["title"], body, row["start"], row["end"])


def _person(base: Base, name: str, country: str, rank: int, qid: str, since: str) -> Entry:
    known = base.by_qid.get(qid) if qid else base.find(name, ["Person"])
    if known:
        known.rank = max(known.rank, rank)
        known.add(name)
        return known
    found = qid or base.identities.find("Person", [name], country, since)
    return base.add("Person", name, country, rank, "curated", "" if found in base.by_qid else found)


def _add_term(
    base: Base, person: Entry, relation: str, title: str, body: Entry | None, start: str, end: str
) -> None:  # fmt: skip
    if body is not None:
        base.terms.append(Term(person, relation, title, body, start, end, "", "curated"))
