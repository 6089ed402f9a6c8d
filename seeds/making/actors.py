"""Organisations, bodies, forces, parties, companies, media, groups, events, equipment and places."""

from making.base import ACRONYM, ADJECTIVE, PEOPLE, Base, Entry
from making.tables import Row, cells, curated

_TABLES = {
    "organizations": "",
    "government": "Government",
    "forces": "",
    "parties": "Party",
    "companies": "Company",
    "media": "Media",
    "groups": "Group",
    "events": "",
    "equipment": "Equipment",
    "places": "",
}
"""Curated tables and the type of their rows, where the table does not name it."""
_BODIES = frozenset({"Government", "Military"})
_PLACES = frozenset({"Facility", "Location"})
_WHOLES = (
    "InternationalOrganization",
    "Organization",
    "Government",
    "Military",
    "ArmedGroup",
    "Facility",
    "Location",
    "Region",
)


def add_curated(base: Base) -> None:
    """The rows of the curated tables, with QIDs where name, type and country lead to one item."""
    for table, type_ in _TABLES.items():
        within: list[tuple[Entry, str]] = []
        for row in curated(table, "name", "country", "names", "rank"):
            entry = _add(base, row, row.get("type") or type_)
            base.country(row["country"], f"{table}.csv, {row['name']}")
            if row.get("within"):
                within.append((entry, row["within"]))
            elif row["country"]:
                _place_in_country(base, entry)
        for entry, whole in within:
            relation = "locatedIn" if entry.type in _PLACES else "partOf"
            base.relate(entry, relation, base.find(whole, _WHOLES), "curated")


def _add(base: Base, row: Row, type_: str) -> Entry:
    known = base.find(row["name"], [type_], row["country"])
    if known and fold_equal(known.name, row["name"]):
        entry = known
        entry.rank = max(entry.rank, int(row["rank"]))
    else:
        qid = base.identities.find(type_, [row["name"], *cells(row["names"])], row["country"])
        entry = base.add(
            type_, row["name"], row["country"], int(row["rank"]), "curated", "" if qid in base.by_qid else qid
        )
    entry.add_all(row["names"])
    entry.add_all(row.get("acronyms", ""), ACRONYM)
    entry.add_all(row.get("adjectives", ""), ADJECTIVE)
    entry.add_all(row.get("people", ""), PEOPLE)
    base.index(entry)
    return entry


def fold_equal(some: str, other: str) -> bool:
    """True of names that are written alike."""
    return some.casefold() == other.casefold()


def _place_in_country(base: Base, entry: Entry) -> None:
    if entry.type in _BODIES:
        base.relate(entry, "partOf", base.countries[entry.country], "curated")
    elif entry.type in _PLACES:
        base.relate(entry, "locatedIn", base.countries[entry.country], "curated")
    elif entry.type in ("Company", "Media", "Party", "Organization", "ArmedGroup"):
        base.relate(entry, "basedIn", base.countries[entry.country], "curated")
