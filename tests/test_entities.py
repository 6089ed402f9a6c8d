"""The shipped tables of the knowledge base: what confirms them, what they cover, and how they are made."""

import csv
import importlib
import os
import re
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path
from types import ModuleType

import pytest

from kg.ontology import entity_types, types

SEEDS = Path(__file__).parents[1] / "seeds"
TABLES = ("entities", "aliases", "offices", "relations", "members", "evidence", "sources")
FLOORS = {
    "Country": 195,
    "Region": 4_000,
    "City": 7_000,
    "Person": 2_000,
    "InternationalOrganization": 800,
    "Party": 4_000,
    "Government": 600,
    "Military": 200,
    "ArmedGroup": 190,
    "Company": 1_000,
    "Media": 150,
    "Equipment": 300,
    "Facility": 500,
    "NamedEvent": 300,
    "Agreement": 190,
}
Row = dict[str, str]


def rows(name: str) -> list[Row]:
    with (SEEDS / "entities" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def entities() -> dict[str, Row]:
    return {row["id"]: row for row in rows("entities")}


@pytest.fixture(scope="module")
def aliases() -> list[Row]:
    return rows("aliases")


@pytest.fixture(scope="module")
def making() -> ModuleType:
    """The module of the script that compares names."""
    sys.path.insert(0, str(SEEDS))
    return importlib.import_module("making.tables")


def test_every_wikidata_id_is_confirmed_by_a_source_with_that_name_and_type(
    entities: dict[str, Row], aliases: list[Row], making: ModuleType
) -> None:
    names: dict[str, set[str]] = defaultdict(set)
    for row in [*entities.values(), *aliases]:
        names[row["id"]].add(making.fold(row.get("alias") or row["name"]))
    confirmed = set()
    for row in rows("evidence"):
        entity = entities[f"wd:{row['qid']}"]
        assert entity["type"] in row["types"].split("|"), f"{row} does not fit {entity}"
        if making.fold(row["label"]) in names[entity["id"]] or _is_untitled(row["label"], entity["name"]):
            confirmed.add(row["qid"])
    used = {id_.removeprefix("wd:") for id_ in entities if id_.startswith("wd:")}
    assert used - confirmed == set()


def _is_untitled(label: str, name: str) -> bool:
    """`Naruhito` of `Emperor Naruhito`."""
    return name.casefold().endswith(f" {label.casefold()}")


def test_no_id_serves_two_entities_and_each_is_well_formed() -> None:
    ids = [row["id"] for row in rows("entities")]
    assert [id_ for id_, number in Counter(ids).items() if number > 1] == []
    assert all((id_.startswith("wd:Q") and id_[4:].isdigit()) or id_.startswith("kge:") for id_ in ids)


def test_refused_ids_are_not_used_for_what_they_are_not(entities: dict[str, Row]) -> None:
    with (SEEDS / "curated" / "not_same.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            assert entities.get(f"wd:{row['qid']}", {}).get("name") != row["name"]


def test_a_region_stands_once_whatever_geonames_calls_it(entities: dict[str, Row]) -> None:
    kursk = [row["name"] for row in entities.values() if row["type"] == "Region" and row["name"].startswith("Kursk")]
    assert kursk == ["Kursk Oblast"]
    assert entities["wd:Q80434"]["name"] == "Aichi"  # whose source says Aichi Prefecture


def test_no_region_of_geonames_has_the_id_of_something_unplaced(entities: dict[str, Row]) -> None:
    with (SEEDS / "facts" / "identities.csv").open(encoding="utf-8", newline="") as file:
        placed = {row["qid"] for row in csv.DictReader(file) if row["country"]}
    regions = [row for row in entities.values() if row["type"] == "Region" and row["source"] == "geonames"]
    assert [row["name"] for row in regions if row["id"].startswith("wd:") and row["id"][3:] not in placed] == []


@pytest.fixture(scope="module")
def sources() -> ModuleType:
    """The module of the script that reads the public data sets."""
    sys.path.insert(0, str(SEEDS))
    return importlib.import_module("making.extract")


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("a province of northern Argentina", "ar"),
        ("one of the 13 states of the Federation of Malaysia", "my"),
        ("a region of South Africa on the Indian Ocean", "za"),
        ("on the border of France and Spain", ""),
    ],
)
def test_the_country_of_a_description_is_the_only_one_that_it_names(
    sources: ModuleType, text: str, country: str
) -> None:
    read = sources.Facts.__new__(sources.Facts)
    read.demonyms = {"argentina": "ar", "states": "us", "malaysia": "my", "south africa": "za", "indian": "in"}
    read.demonyms |= {"france": "fr", "spain": "es"}
    assert read.country_in(text) == country


@pytest.mark.parametrize(
    ("gloss", "remembered"),
    [("Israeli statesman (1898-1978)", True), ("4th President (1751-1836)", False), ("leader (born in 1925)", True)],
)
def test_only_people_of_living_memory_are_taken_from_the_lexicon(
    sources: ModuleType, gloss: str, remembered: bool
) -> None:
    assert sources._is_remembered(gloss) is remembered


def test_types_and_relations_are_the_ontology_s(entities: dict[str, Row]) -> None:
    assert {row["type"] for row in entities.values()} <= set(entity_types())
    for row in rows("relations"):
        type_ = types()[row["relation"]]
        assert entities[row["subject"]]["type"] in type_.subjects, row
        assert entities[row["object"]]["type"] in type_.objects, row
    for row in rows("offices"):
        assert row["relation"] in ("headOfState", "headOfGovernment", "holdsOffice")
        assert entities[row["person"]]["type"] == "Person"
        assert row["relation"] == "holdsOffice" or entities[row["body"]]["type"] == "Country", row


def test_rows_point_to_entities_and_sources(entities: dict[str, Row], aliases: list[Row]) -> None:
    sources = {row["source"] for row in rows("sources")}
    for name in ("entities", "aliases", "offices", "relations", "members", "evidence"):
        assert {row["source"] for row in rows(name)} <= sources, name
    assert {row["id"] for row in aliases} <= set(entities)
    assert {row["organization"] for row in rows("members")} <= set(entities)
    assert {row["kind"] for row in aliases} <= {
        "name", "acronym", "short", "adjective", "people", "metonym", "common"
    }  # fmt: skip


@pytest.mark.parametrize(("type_", "floor"), FLOORS.items())
def test_coverage_by_type(entities: dict[str, Row], type_: str, floor: int) -> None:
    assert sum(row["type"] == type_ for row in entities.values()) >= floor


def test_the_whole_has_names_enough_and_stays_under_ten_megabytes(aliases: list[Row]) -> None:
    assert len(aliases) >= 80_000
    assert sum((SEEDS / "entities" / f"{name}.csv").stat().st_size for name in TABLES) < 10_000_000


def test_cities_have_coordinates_and_ranks_are_in_range(entities: dict[str, Row]) -> None:
    cities = [row for row in entities.values() if row["type"] == "City" and row["source"] != "oewn"]
    assert all(-90 <= float(row["latitude"]) <= 90 and -180 <= float(row["longitude"]) <= 180 for row in cities)
    assert all(0 <= int(row["rank"]) <= 100 for row in entities.values())


def test_no_person_goes_by_a_surname_that_nobody_curated(entities: dict[str, Row], aliases: list[Row]) -> None:
    single = [
        row
        for row in aliases
        if entities[row["id"]]["type"] == "Person"
        and " " not in row["alias"]
        and row["kind"] != "common"
        and row["source"] != "curated"
    ]
    assert single == []


def test_terms_of_office_do_not_end_before_they_begin() -> None:
    for row in rows("offices"):
        if row["start"] and row["end"]:
            assert row["start"][:4] <= row["end"][:4], row


def test_english_comes_first_so_that_reading_can_stop(aliases: list[Row]) -> None:
    foreign = [bool(row["language"]) for row in aliases]
    assert foreign == sorted(foreign)


def page() -> str:
    return (SEEDS.parent / "docs" / "entities.md").read_text(encoding="utf-8")


def test_the_page_names_every_source_with_its_licence() -> None:
    for row in rows("sources"):
        assert f"| `{row['source']}` |" in page()
        assert f"| {row['licence']} |" in page()


def make(*arguments: str, seeds: Path = SEEDS, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(seeds / "make_entities.py"), *arguments],
        capture_output=True, text=True, check=False, cwd=SEEDS.parent, env={**os.environ, **environment},
    )  # fmt: skip


def test_the_tables_are_what_the_script_makes_of_the_repository(tmp_path: Path) -> None:
    done = make("--out", str(tmp_path), PYTHONHASHSEED="7")
    assert done.returncode == 0, done.stderr
    different = [
        name
        for name in TABLES
        if (tmp_path / f"{name}.csv").read_bytes() != (SEEDS / "entities" / f"{name}.csv").read_bytes()
    ]
    assert different == [], "run `make entities` and commit what it writes"
    assert done.stdout.split("\n\n")[1].strip() in page(), (
        "copy the table that `make entities` prints to docs/entities.md"
    )


@pytest.mark.parametrize(
    ("table", "line", "message"),
    [
        ("forces", "Army,Some Army,ru,,,,50", r"forces.csv:\d+: 'Army' is no entity type: use one of "),
        (
            "media",
            "Some Paper,qq,,,50",
            r"media.csv:\d+: 'qq' is no country code: use one of seeds/curated/countries.csv",
        ),
        ("media", "Some Paper,ru,,,high", r"media.csv:\d+: 'high' is no rank: give a whole number from 0 to 100"),
        ("media", "Some Paper, Inc.,ru,,,50", r"media.csv:\d+ has 6 cells, not 5: quote cells with commas"),
        (
            "offices",
            "A B,holdsOffice,Chair,No Such Body,2020,",
            r"offices.csv:\d+: 'No Such Body' is neither a country code",
        ),
    ],
)
def test_a_wrong_row_is_named_with_its_fix(tmp_path: Path, table: str, line: str, message: str) -> None:
    seeds = tmp_path / "seeds"
    for folder in ("curated", "facts", "making"):
        shutil.copytree(SEEDS / folder, seeds / folder)
    shutil.copy(SEEDS / "make_entities.py", seeds)
    with (seeds / "curated" / f"{table}.csv").open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
    done = make("--out", str(tmp_path), seeds=seeds)
    assert done.returncode == 1
    assert done.stdout == ""
    assert re.search(message, done.stderr), done.stderr
