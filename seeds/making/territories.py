"""Countries and territories, their bodies, regions and cities."""

import math
from collections import defaultdict
from collections.abc import Sequence

from making.base import ACRONYM, ADJECTIVE, COMMON, METONYM, PEOPLE, Base, Entry
from making.tables import Row, cells, curated, facts, fold, rank_of

_COUNTRY_RANK, _TERRITORY_RANK, _STATE_RANK, _REGION_RANK, _CAPITAL_RANK = 90, 60, 50, 34, 66
_CAPITAL = "Admin-0 capital"
_NOTHING = {"adjectives": "", "people": "", "metonyms": "", "acronyms": "", "names": ""}


def add_countries(base: Base) -> None:
    """Countries and territories of the curated table, with the ids of rigour and names in other languages."""
    territories = {row["code"]: row for row in facts("territories", "code", "qid", "name", "full_name")}
    for row in curated("countries", "code", "type", "name", "qid", "names", "adjectives", "people", "metonyms", "rank"):
        known = territories.get(row["code"], {"qid": "", "name": "", "full_name": "", "iso3": ""})
        type_ = row["type"] or "Country"
        rank = int(row["rank"] or (_COUNTRY_RANK if type_ == "Country" else _TERRITORY_RANK))
        entry = base.add(type_, row["name"], row["code"], rank, "curated", row["qid"] or known["qid"])
        _add_names(entry, row)
        for name in (known["name"], known["full_name"]):
            entry.add(name, source="rigour")
        entry.codes = [f"iso:{row['code']}", *([f"iso3:{known['iso3']}"] if known["iso3"] else [])]
        base.countries[row["code"]] = entry
        base.index(entry)
    for row in facts("territory_names", "code", "language", "name"):
        if row["code"] in base.countries:
            base.countries[row["code"]].add(row["name"], language=row["language"], source=row["source"])


def _add_names(entry: Entry, row: Row) -> None:
    cells_by_kind = {
        "names": "name",
        "acronyms": ACRONYM,
        "adjectives": ADJECTIVE,
        "people": PEOPLE,
        "metonyms": METONYM,
    }
    for column, kind in cells_by_kind.items():
        entry.add_all({**_NOTHING, **row}[column], kind)


def add_bodies(base: Base) -> None:
    """The bodies that every state has: government, ministries, parliament, armed forces, by the curated templates."""
    for template in curated("bodies", "type", "name", "names", "looser", "except", "territories", "rank"):
        for row in curated("countries", "code", "type", "name", "adjectives", "acronyms"):
            is_state = row["type"] in ("", "Country")
            if (is_state or template["territories"]) and row["code"] not in cells(template["except"]):
                _add_body(base, template, row)


def _add_body(base: Base, template: Row, row: Row) -> None:
    state = base.countries[row["code"]]
    adjectives, names = cells(row["adjectives"]) or [row["name"]], [row["name"], *cells(row["acronyms"])]
    main = _fill(template["name"], adjectives, names)[0]
    aliases = [alias for name in cells(template["names"]) for alias in _fill(name, adjectives, names)]
    aliases += _fill(template["name"], [*adjectives, *cells(row["acronyms"])], names)
    entry = base.find(main, [template["type"]], row["code"])
    if entry is None:
        known = (base.find(alias, [template["type"]], row["code"]) for alias in aliases)
        entry = next((found for found in known if found), None)
    if entry is None:
        qid = base.identities.find(template["type"], [main, *aliases], row["code"])
        entry = base.add(template["type"], main, row["code"], rank_of(template), "curated", qid)
        base.relate(entry, "partOf", state, "curated")
    looser = [alias for name in cells(template["looser"]) for alias in _fill(name, adjectives, names)]
    for alias in [*aliases, *looser]:
        entry.add(alias)
    base.index(entry)


def _fill(template: str, adjectives: list[str], names: list[str]) -> list[str]:
    values = adjectives if "{adjective}" in template else names
    return [template.format(adjective=value, country=value) for value in values]


def add_regions(base: Base) -> None:
    """First-level and other regions: curated, then rigour's, then GeoNames'."""
    qids = {row["code"]: row["qid"] for row in facts("territories", "code", "qid")}
    for row in curated("regions", "code", "name", "country", "names", "within", "rank"):
        code = row["code"] if row["code"].startswith(row["country"]) or not row["country"] else ""
        qid = qids.get(code) or base.identities.find("Region", [row["name"], *cells(row["names"])], row["country"])
        entry = base.add("Region", row["name"], row["country"], rank_of(row), "curated", qid)
        _add_names(entry, row)
        entry.codes = [f"iso:{row['code']}"] if row["code"] else []
        base.index(entry)
        parent = base.find(row["within"], ["Region"]) if row["within"] else None
        base.relate(entry, "locatedIn", parent or base.country(row["country"], row["at"]), "curated")
    for row in facts("territories", "code", "qid", "name", "full_name"):
        if "-" in row["code"] and row["code"][:2] in base.countries and row["qid"] not in base.by_qid:
            names = [] if "(" in row["full_name"] else [row["full_name"]]  # `Ohio (United States of America)`
            _add_region(base, row["name"], names, row["code"][:2], row["qid"], "rigour")
    _add_geonames_regions(base)
    _vary_regions(base)


def _add_geonames_regions(base: Base) -> None:
    """GeoNames often leaves out what a region is: its `Kursk` is Kursk Oblast, its `Aichi` Aichi Prefecture."""
    rows = [
        row
        for row in facts("regions", "code", "name", "names", "country", "geonames")
        if row["country"] in base.countries
    ]
    kinds = [row["word"].removeprefix("{}") for row in curated("region_words", "word")]
    own = {(row["country"], fold(name)) for row in rows for name in cells(row["names"])}
    for row in rows:
        names, country = cells(row["names"]), row["country"]
        fuller = [full for name in names for kind in kinds if (country, fold(full := f"{name}{kind}")) not in own]
        shorter = [name.removesuffix(kind) for name in names for kind in kinds if name.endswith(kind)]
        known = any(base.find(name, ["Region"], country) for name in names)
        entry = None if known else _region_called(base, [*fuller, *shorter], country)
        if entry is None:
            entry = _add_region(base, row["name"], names, country, "", "geonames", fuller)
        else:
            for name in names:
                entry.add(name, COMMON, source="geonames")  # alone it is rather the city
        entry.codes += [f"geonames:{row['geonames']}", f"admin1:{row['code']}"]


def _region_called(base: Base, names: list[str], country: str) -> Entry | None:
    """The only region of the country with one of these as its main name, where no other row of GeoNames is that one."""
    found = {id(entry): entry for name in names if (entry := base.find(name, ["Region"], country))}
    entry = next(iter(found.values())) if len(found) == 1 else None
    if entry is None or entry.country != country or fold(entry.name) not in map(fold, names):
        return None
    return None if any(code.startswith("admin1:") for code in entry.codes) else entry


def _vary_regions(base: Base) -> None:
    """The other words that English has for kinds of regions: `Kursk Oblast` is `Kursk region` too."""
    variants = [
        (row["word"].removeprefix("{}"), cells(row["variants"])) for row in curated("region_words", "word", "variants")
    ]
    for entry in [entry for entry in base.entries if entry.type == "Region"]:
        for name in entry.names:
            for ending, others in variants:
                if name.endswith(ending):
                    for other in others:
                        entry.add(other.format(name.removesuffix(ending)))
        base.index(entry)


def _add_region(
    base: Base, name: str, names: list[str], country: str, qid: str, source: str, fuller: Sequence[str] = ()
) -> Entry:
    """The region of that name, a new one where the base has none; `fuller` are names that sources may give its item."""
    known = (base.find(one, ["Region"], country) for one in [name, *names] if one)
    entry = next((found for found in known if found), None)
    if entry is None:
        qid = qid or base.identities.find("Region", [name, *names, *fuller], country, surely_there=True)
        rank = _STATE_RANK if source == "rigour" else _REGION_RANK
        entry = base.add("Region", name, country, rank, source, "" if qid in base.by_qid else qid)
        base.relate(entry, "locatedIn", base.countries[country], source)
        names = [*names, *(one.label for one in base.identities.confirming(entry.qid, "Region", fuller))]
    for alias in names:
        entry.add(alias, source=source)
    base.index(entry)
    return entry


def add_cities(base: Base, smallest: int) -> None:
    """Cities with coordinates and population; capitals whatever their size."""
    geonames = {row["geonames"]: row for row in facts("cities", "geonames", "name", "country", "region", "population")}
    regions = {code: entry for entry in base.entries for code in entry.codes if code.startswith("admin1:")}
    done: set[str] = set()
    for row in facts("places", "qid", "name", "names", "country", "latitude", "population", "geonames", "feature"):
        known = geonames.get(row["geonames"], {"population": "0", "region": ""})
        population = max(int(row["population"] or 0), int(known["population"]))
        capital = row["feature"] == _CAPITAL
        is_seat = row["feature"].startswith("Admin-")
        if row["country"] not in base.countries or not (is_seat or population >= smallest):
            continue
        done.add(row["geonames"])
        entry = base.add(
            "City", row["name"], row["country"], _city_rank(population, capital), row["source"], row["qid"]
        )
        _describe_city(base, entry, row)
        region = regions.get(f"admin1:{known['region']}") or base.find(row["admin"], ["Region"], row["country"])
        _locate_city(base, entry, row, region)
    _add_more_cities(base, geonames, regions, done, smallest)


def _city_rank(population: int, capital: bool) -> int:
    rank = round(10 * math.log10(population + 10)) - 6
    return max(rank + 6, _CAPITAL_RANK) if capital else rank


def _describe_city(base: Base, entry: Entry, row: Row) -> None:
    entry.latitude, entry.longitude = row["latitude"], row["longitude"]
    entry.codes = [f"geonames:{row['geonames']}"] if row["geonames"] else []
    for name in cells(row["names"]):
        language, _, alias = name.partition(":")
        entry.add(alias, language="" if language == "en" else language)
    if row["feature"] == _CAPITAL:
        entry.add(entry.name.partition(",")[0])
    base.index(entry)


def _locate_city(base: Base, entry: Entry, row: Row, region: Entry | None) -> None:
    country = base.countries[row["country"]]
    base.relate(entry, "locatedIn", region or country, row["source"])
    if row["feature"] == _CAPITAL:
        base.relate(entry, "capitalOf", country, row["source"])
    elif row["feature"].startswith("Admin-1 capital"):
        base.relate(entry, "capitalOf", region, row["source"])


def _add_more_cities(
    base: Base, geonames: dict[str, Row], regions: dict[str, Entry], done: set[str], smallest: int
) -> None:
    """Big cities that the table of places lacks."""
    by_country: dict[str, set[str]] = defaultdict(set)
    for entry in base.entries:
        if entry.type == "City":
            by_country[entry.country] |= {fold(name) for name in entry.names}
    for row in sorted(geonames.values(), key=lambda row: (-int(row["population"]), row["geonames"])):
        new = row["geonames"] not in done and row["country"] in base.countries
        if (
            new
            and int(row["population"]) >= max(smallest, 300_000)
            and fold(row["name"]) not in by_country[row["country"]]
        ):
            qid = base.identities.find("City", [row["name"]], row["country"])
            rank = _city_rank(int(row["population"]), capital=False) - 4
            entry = base.add(
                "City", row["name"], row["country"], rank, row["source"], "" if qid in base.by_qid else qid
            )
            _describe_city(base, entry, {**row, "names": "", "feature": ""})
            region = regions.get(f"admin1:{row['region']}") or base.countries[row["country"]]
            base.relate(entry, "locatedIn", region, row["source"])
            by_country[row["country"]].add(fold(row["name"]))
