"""Organisations, bodies, forces, parties, companies, media, groups, events, equipment and places."""

from kg.ontology import entity_types
from making.base import ACRONYM, ADJECTIVE, COMMON, NAME, PEOPLE, Base, Entry
from making.plain_words import common_words
from making.tables import Row, abbreviates, cells, curated, facts, fold, rank_of, type_of

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
_NAMING = ("names", "adjectives", "people")
_ORGANIZATION_RANK, _PARTY_RANK, _BODY_RANK, _EQUIPMENT_RANK = 40, 28, 32, 26
_KNOWN_RANK = 36
_WELL_KNOWN = 50
_WITH_MEMBERS = frozenset({"InternationalOrganization", "Organization"})
_BODIES = frozenset({"Government", "Military"})
_PLACES = frozenset({"Facility", "Location"})
_TYPES = tuple(entity_types())
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
            base.country(row["country"], row["at"])
            entry = _add(base, row, type_of(row, type_))
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
        entry.rank = max(entry.rank, rank_of(row))
    else:
        names = [name for column in _NAMING for name in cells(row.get(column, ""))]
        qid = base.identities.find(type_, [row["name"], *names], row["country"])
        entry = base.add(type_, row["name"], row["country"], rank_of(row), "curated", "" if qid in base.by_qid else qid)
    entry.add_all(row["names"])
    entry.add_all(row.get("acronyms", ""), ACRONYM)
    entry.add_all(row.get("adjectives", ""), ADJECTIVE)
    entry.add_all(row.get("people", ""), PEOPLE)
    _add_without_article(entry)
    base.index(entry)
    return entry


def _add_without_article(entry: Entry) -> None:
    """`the Guardian` beside `The Guardian`, as running text has it, where that can mean nothing else."""
    for name in [name for name in entry.names if name.startswith("The ")]:
        if name.count(" ") > 1 or entry.rank >= _WELL_KNOWN:
            entry.add("the " + name.removeprefix("The "))
        if name.count(" ") > 1:
            entry.add(name.removeprefix("The "))


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


def add_organizations(base: Base) -> None:
    """International organisations and blocs with their members."""
    for row in facts("organizations", "key", "qid", "name", "names", "acronyms", "types", "country", "members"):
        types = row["types"].split("|")
        entry = base.by_qid.get(row["qid"]) or base.find(row["name"], types)
        qid = row["qid"] or base.identities.find(types[0], [row["name"]])
        free = "" if qid in base.by_qid else qid
        if entry is None or entry.type not in types:
            entry = base.add(types[0], row["name"], "", _ORGANIZATION_RANK, row["source"], free)
        entry.qid = entry.qid or free
        entry.add(row["name"], source=row["source"])
        for name in cells(row["names"]):
            language, _, alias = name.partition(":")
            entry.add(alias, language="" if language == "en" else language, source=row["source"])
        for acronym in cells(row["acronyms"]):
            if any(abbreviates(acronym, name) for name in entry.names):
                entry.add(acronym, ACRONYM, source=row["source"])
        base.index(entry)
        base.relate(entry, "basedIn", base.countries.get(row["country"]), row["source"])
        if entry.type in _WITH_MEMBERS:
            members = {base.countries[code] for code in cells(row["members"]) if code in base.countries}
            base.members.setdefault(entry, (set(), row["source"]))[0].update(members)


def add_parties(base: Base) -> None:
    """Parties of the world."""
    for row in facts("parties", "qid", "name", "short", "native", "country"):
        if row["country"] not in base.countries:
            continue
        entry = _known_or_new(base, row, "Party", _PARTY_RANK)
        entry.add(row["name"], source=row["source"])
        if row["short"] != row["name"]:
            entry.add(row["short"], ACRONYM if row["short"].isupper() else NAME, source=row["source"])
        entry.add(row["native"], language="" if row["native"].isascii() else "und", source=row["source"])
        base.index(entry)
        base.relate(entry, "basedIn", base.countries[row["country"]], row["source"])


def add_known_bodies(base: Base) -> None:
    """Government bodies, forces, companies and media that the curated tables lack.

    A name of ordinary words (`Ministry of Education`) gets its state: alone it tells nobody which one.
    """
    words = common_words()
    adjectives = {row["code"]: cells(row["adjectives"]) for row in curated("countries", "code", "adjectives")}
    for row in facts("bodies", "qid", "name", "type", "country"):
        generic = all(word in words for word in fold(row["name"]).split())
        if generic and (not row["country"] or row["type"] == "Company"):
            continue
        state = base.countries.get(row["country"])
        its = adjectives.get(row["country"]) or ([state.name] if state else [])
        name = f"{its[0]} {row['name']}" if generic else row["name"]
        other = base.find(name, [row["type"]], row["country"])
        if generic and other and other.qid and other.qid != row["qid"]:
            continue
        entry = _known_or_new(base, {**row, "name": name}, row["type"], _BODY_RANK)
        if generic:
            entry.add(row["name"], COMMON, source=row["source"])
            entry.unnamed.add(row["name"])
            for adjective in its:
                entry.add(f"{adjective} {row['name']}", source=row["source"])
        base.index(entry)
        if state:
            base.relate(entry, "partOf" if entry.type in _BODIES else "basedIn", state, row["source"])


def _known_or_new(base: Base, row: Row, type_: str, rank: int) -> Entry:
    known = base.by_qid.get(row["qid"]) if row["qid"] else None
    if known is not None and type_ == "Party" and known.type == "ArmedGroup":
        return known  # Hezbollah is both: the curated table says what it is first of all
    if known is None or known.type != type_:
        known = base.find(row["name"], [type_], row["country"])
        if known and known.qid and row["qid"] and known.qid != row["qid"]:
            known = None
    if known is None:
        qid = "" if row["qid"] in base.by_qid else row["qid"]
        known = base.add(type_, row["name"], row["country"], rank, row["source"], qid)
    elif row["qid"] and not known.qid and row["qid"] not in base.by_qid:
        known.qid = row["qid"]
    return known


def add_known(base: Base) -> None:
    """Places, waters, wars, statesmen and universities of the lexicon that the base lacks under every name of theirs.

    A city may share its name with others where it is known in which region it lies: that tells them apart.
    """
    for row in facts("known", "qid", "name", "names", "type", "country", "region"):
        region = base.find(row["region"], ["Region"]) if row["type"] == "City" else None
        country = region.country if region else row["country"]
        names = cells(row["names"])
        if row["qid"] in base.by_qid or country not in {"", *base.countries}:
            continue
        if any(base.find(name, _TYPES) for name in names) and not (region and row["type"] == "City"):
            continue
        if base.find(row["name"], [row["type"]], country):
            continue
        entry = base.add(row["type"], row["name"], country, _KNOWN_RANK, row["source"], row["qid"])
        for name in names:
            entry.add(name, source=row["source"])
        base.index(entry)
        base.relate(entry, "locatedIn", region or base.countries.get(country), row["source"])


def add_equipment(base: Base) -> None:
    """Weapon models."""
    makers = {fold(name): entry.country for entry in base.countries.values() for name in entry.names}
    for row in facts("equipment", "name", "country"):
        entry = base.find(row["name"], ["Equipment"])
        if entry is None:
            base.add("Equipment", row["name"], makers.get(fold(row["country"]), ""), _EQUIPMENT_RANK, row["source"])
