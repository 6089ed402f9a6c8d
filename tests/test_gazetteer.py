"""The knowledge base as the rest of kg asks it: names, offices at a date, what belongs where; and tables that are wrong."""

import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from kg import gazetteer as module
from kg.errors import VocabularyError
from kg.gazetteer import ADJECTIVE, COMMON, METONYM, PEOPLE, Gazetteer, load_gazetteer
from kg.ontology import entity_types
from kg.resources import resource


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer()


@pytest.mark.parametrize(
    ("name", "type_", "id_"),
    [
        ("North Korea", "Country", "wd:Q423"),
        ("DPRK", "Country", "wd:Q423"),
        ("Denmark", "Country", "wd:Q35"),
        ("Netherlands", "Country", "wd:Q55"),
        ("Washington", "City", "wd:Q61"),
        ("Kyiv", "City", "wd:Q1899"),
        ("Kiev", "City", "wd:Q1899"),
        ("Kursk region", "Region", "wd:Q3178"),
        ("Vladimir Putin", "Person", "wd:Q7747"),
        ("Queen Elizabeth II", "Person", "wd:Q9682"),
        ("NATO", "InternationalOrganization", "wd:Q7184"),
        ("Hamas", "ArmedGroup", "wd:Q38799"),
        ("The Guardian", "Media", "wd:Q11148"),
        ("the Guardian", "Media", "wd:Q11148"),
        ("Gazprom", "Company", "wd:Q102673"),
        ("World War II", "NamedEvent", "wd:Q362"),
        ("United Russia", "Party", "wd:Q151469"),
        ("Hezbollah", "ArmedGroup", "wd:Q41053"),
        ("Taliban", "ArmedGroup", "wd:Q42418"),
        ("World Trade Organization", "InternationalOrganization", "wd:Q7825"),
        ("Red Sea", "Location", "wd:Q23406"),
        ("Ohio", "Region", "wd:Q1397"),
        ("Golda Meir", "Person", "wd:Q42992"),
    ],
)
def test_likeliest_entity_of_a_name(gazetteer: Gazetteer, name: str, type_: str, id_: str) -> None:
    found = gazetteer.find(name)[0]
    assert (found.type, found.id) == (type_, id_)


@pytest.mark.parametrize(
    ("name", "kind", "country"),
    [
        ("Russian", ADJECTIVE, "Russia"),
        ("North Korean", ADJECTIVE, "North Korea"),
        ("Filipino", ADJECTIVE, "Philippines"),
        ("Danes", PEOPLE, "Denmark"),
        ("Kremlin", METONYM, "Russia"),
        ("Downing Street", METONYM, "United Kingdom"),
    ],
)
def test_demonyms_and_seats_of_power_lead_to_the_state(
    gazetteer: Gazetteer, name: str, kind: str, country: str
) -> None:
    assert [(entity.type, entity.name) for entity in gazetteer.find(name, kind)] == [("Country", country)]


@pytest.mark.parametrize(
    "name", ["South", "North", "Of", "of", "Reading", "Mobile", "Change", "Future", "The", "Central"]
)
def test_ordinary_words_are_no_names(gazetteer: Gazetteer, name: str) -> None:
    assert gazetteer.find(name) == []


def test_a_common_name_is_found_only_when_asked_for(gazetteer: Gazetteer) -> None:
    assert gazetteer.find("Reform Party") == []
    assert {entity.type for entity in gazetteer.find("Reform Party", COMMON)} == {"Party"}


@pytest.mark.parametrize(
    ("body", "relation", "day", "person"),
    [
        ("United Kingdom", "headOfGovernment", date(2019, 1, 15), "Theresa May"),
        ("United Kingdom", "headOfGovernment", date(2019, 9, 15), "Boris Johnson"),
        ("United States", "headOfState", date(2015, 6, 1), "Barack Obama"),
        ("United States", "headOfState", date(2025, 8, 14), "Donald Trump"),
        ("Russia", "headOfState", date(2010, 3, 1), "Dmitry Medvedev"),
        ("Russia", "headOfState", date(2025, 8, 14), "Vladimir Putin"),
        ("Germany", "headOfGovernment", date(2010, 3, 1), "Angela Merkel"),
        ("Ukraine", "headOfState", date(2025, 8, 14), "Volodymyr Zelensky"),
        ("Sri Lanka", "headOfState", date(2022, 3, 1), "Gotabaya Rajapaksa"),
    ],
)
def test_who_held_an_office_on_a_day(gazetteer: Gazetteer, body: str, relation: str, day: date, person: str) -> None:
    terms = gazetteer.holders(gazetteer.find(body)[0].id, relation, day)
    assert gazetteer.entities[terms[0].person].name == person


def test_a_term_that_only_its_source_ends_comes_after_a_known_one(gazetteer: Gazetteer) -> None:
    for country in gazetteer.states.values():
        terms = gazetteer.holders(country, "headOfGovernment", date(2025, 8, 14))
        confirmed = [bool(term.confirmed) for term in terms]
        assert confirmed == sorted(confirmed)


def test_what_belongs_where(gazetteer: Gazetteer) -> None:
    kyiv, ukraine = gazetteer.find("Kyiv")[0], gazetteer.find("Ukraine")[0]
    assert gazetteer.capitals[kyiv.id] == ukraine.id
    assert gazetteer.country_of(kyiv.id) == ukraine
    place = gazetteer.coordinates(kyiv.id)
    assert place is not None
    assert (round(place[0]), round(place[1])) == (50, 31)
    assert ukraine.id in gazetteer.parents[gazetteer.find("Ukrainian Foreign Ministry")[0].id]
    members = {entity.name for entity in gazetteer.members_of(gazetteer.find("NATO")[0].id)}
    assert {"United States", "Turkey", "Finland", "Sweden"} <= members
    assert "Russia" not in members
    assert "Москва" in gazetteer.names_in(gazetteer.find("Moscow")[0].id, "ru")


def test_every_capital_of_a_state_stands_for_it(gazetteer: Gazetteer) -> None:
    with_capital = set(gazetteer.capitals.values())
    lacking = [gazetteer.entities[id_].name for code, id_ in gazetteer.states.items() if id_ not in with_capital]
    abolished = {"Soviet Union", "Czechoslovakia", "Yugoslavia", "Serbia and Montenegro", "Zaire", "East Germany"}
    without_a_city = {"Nauru", "Palestine"}  # Natural Earth marks no capital
    assert set(lacking) <= abolished | without_a_city


def test_unknown_names_and_ids_give_nothing(gazetteer: Gazetteer) -> None:
    assert gazetteer.find("Vyacheslav Nobody") == []
    assert gazetteer.country_of("kge:Person-nobody") is None
    assert gazetteer.coordinates("kge:Person-nobody") is None
    assert gazetteer.members_of("wd:Q159") == []


def test_longest_name_by_its_first_word(gazetteer: Gazetteer) -> None:
    assert gazetteer.longest["United"] >= len("United Arab Emirates".split())
    assert "the" in gazetteer.longest
    for name in ("Vladimir Putin", "Democratic Republic of the Congo"):
        assert gazetteer.longest[name.split()[0]] >= len(name.split())


def test_types_are_the_ontology_s(gazetteer: Gazetteer) -> None:
    assert {row[1] for row in gazetteer.rows.values()} <= set(entity_types())


def test_the_base_loads_without_rdflib_and_spacy_and_stays_small() -> None:
    code = "import sys, kg.gazetteer as g; g.load_gazetteer(); print('rdflib' in sys.modules, 'spacy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
    tracemalloc.start()
    load_gazetteer.__wrapped__()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size < 150e6


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with copies of the first rows of the tables, for kg to read instead of its own."""
    for name in ("entities.csv", "aliases.csv", "relations.csv", "offices.csv", "members.csv"):
        lines = resource("seeds", "entities", name).read_text(encoding="utf-8").splitlines(keepends=True)
        (tmp_path / name).write_text("".join(lines[:5]), encoding="utf-8")
    monkeypatch.setattr(module, "resource", lambda *parts: tmp_path / parts[-1])
    yield tmp_path


@pytest.mark.parametrize("name", ["entities.csv", "aliases.csv"])
def test_a_row_with_too_many_cells_is_named_with_its_fix(broken: Path, name: str) -> None:
    with (broken / name).open("a", encoding="utf-8") as file:
        file.write("wd:Q1,City,A, B,C,D,E,F,G,H,I\n")
    with pytest.raises(VocabularyError, match=rf"{name}:6 has 11 cells, not \d+: quote cells that hold commas"):
        load_gazetteer.__wrapped__()


@pytest.mark.parametrize(("name", "column"), [("entities.csv", "rank"), ("aliases.csv", "kind")])
def test_a_missing_column_is_named_with_its_fix(broken: Path, name: str, column: str) -> None:
    text = (broken / name).read_text(encoding="utf-8")
    (broken / name).write_text(text.replace(column, "other", 1), encoding="utf-8")
    with pytest.raises(
        VocabularyError, match=rf"{name}:1 lacks the column '{column}': its first row must name .*{column}"
    ):
        load_gazetteer.__wrapped__()


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("Washington DC", "wd:Q61"),
        ("European union", "wd:Q458"),
        ("United-States", "wd:Q30"),
        ("Democratic party", "wd:Q29552"),
    ],
)
def test_a_name_in_another_spelling_is_found_when_asked_for(gazetteer: Gazetteer, name: str, id_: str) -> None:
    assert gazetteer.find(name) == []
    assert gazetteer.find_spelled(name)[0].id == id_


@pytest.mark.parametrize("name", ["us", "who", "Nobody Knows Him", ""])
def test_one_word_in_other_capitals_is_no_name(gazetteer: Gazetteer, name: str) -> None:
    assert gazetteer.find_spelled(name) == []


def test_surnames_lead_to_persons(gazetteer: Gazetteer) -> None:
    assert "wd:Q3052772" in gazetteer.surnames["Macron"]
