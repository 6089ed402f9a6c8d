"""The named queries: each runs, has a title, gives rows on the seed articles, and shows what its title says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kg.errors import QueryError
from kg.model import Quantity, Time
from kg.queries import find_query, named_queries
from kg.resources import resource
from kg.store import Store, open_store
from tests.examples import document, statement


def rows(store: Store, name: str, *columns: str) -> list[tuple[object, ...]]:
    """These columns of the rows of a named query."""
    return [tuple(row[column] for column in columns) for row in store.query(name).to_dicts()]


# --- all of them ---


def test_there_are_at_least_twelve() -> None:
    assert len(named_queries()) >= 12


def test_each_file_is_a_query() -> None:
    assert sorted(named_queries()) == sorted(path.stem for path in resource("ontology", "queries").iterdir())


@pytest.mark.parametrize("name", named_queries())
def test_each_has_a_title_that_says_what_it_asks(name: str) -> None:
    title = named_queries()[name].title
    assert title[0].isupper()
    assert len(title.split()) >= 3
    assert named_queries()[name].text.startswith(f"# {title}\n")


@pytest.mark.parametrize("name", named_queries())
def test_each_gives_rows_on_the_seed_articles(seeds: Store, name: str) -> None:
    assert seeds.query(name).rows


@pytest.mark.parametrize("name", named_queries())
def test_each_says_the_same_again(seeds: Store, name: str) -> None:
    assert seeds.query(name) == seeds.query(name)


@pytest.mark.parametrize("name", named_queries())
def test_each_runs_on_an_empty_graph(name: str) -> None:
    with open_store() as store:
        assert store.query(name).rows == []


@pytest.mark.parametrize("name", [name for name, query in named_queries().items() if "?sentence" in query.text])
def test_each_sentence_comes_with_its_outlet(seeds: Store, name: str) -> None:
    found = seeds.query(name).to_dicts()
    assert all(row["sentence"] and row["outlet"] for row in found)


# --- what they show ---


MEETING = {"place": "Pyongyang", "attribution": "KCNA", "time": Time("2025-08-14", "on Thursday")}
TROOPS = {"quantity": (Quantity(5000.0, "troops", "5,000 troops"),)}
MORE_TROOPS = {"quantity": (Quantity(9000.0, "troops", "9,000 troops"),)}
NEWS: list[tuple[str, tuple[str, str, str], dict[str, Any]]] = [
    ("Putin met Kim in Pyongyang on Thursday, KCNA said.", ("Meet", "Putin", "Kim"), MEETING),
    ("Putin will meet Kim.", ("Meet", "Putin", "Kim"), {"modality": "planned"}),
    ("Putin may meet Kim.", ("Meet", "Putin", "Kim"), {"modality": "possible"}),
    ("KCNA denied that Putin met Kim.", ("Meet", "Putin", "Kim"), {"modality": "denied", "attribution": "KCNA"}),
    ("North Korea gave Russia 5,000 troops.", ("MilitaryAid", "North Korea", "Russia"), TROOPS),
    ("North Korea gave Russia 9,000 troops.", ("MilitaryAid", "North Korea", "Russia"), MORE_TROOPS),
    ("North Korea attacked Russia.", ("Attack", "North Korea", "Russia"), {}),
    ("North Korea accused Russia.", ("Accuse", "North Korea", "Russia"), {}),
    ("Volodin, the ambassador of Russia.", ("holdsOffice", "Volodin", "Russia"), {"topic": "ambassador"}),
    ("Russia and North Korea signed a pact.", ("SignAgreement", "Russia, North Korea", ""), {"topic": "a pact"}),
    ("Volodin visited Pyongyang.", ("Visit", "Volodin", "Pyongyang"), {"place": "Pyongyang"}),
]


@pytest.fixture(scope="module")
def news() -> Iterator[Store]:
    """A graph in which each of the usual questions has an answer, and something that must not be one."""
    with open_store() as store:
        for number, (text, (type_, who, whom), fields) in enumerate(NEWS):
            of = document(text, f"d{number}")
            store.add(of, [statement(of, type_, who, whom, **fields)])
        yield store


def test_meetings_show_who_met_whom_when_where_and_who_says_so(news: Store) -> None:
    [row] = news.query("meetings").to_dicts()
    assert row == {
        "who": "Kim Jong Un",
        "how": "met",
        "whom": "Vladimir Putin",
        "when": "2025-08-14",
        "where": "Pyongyang",
        "said_by": "Korean Central News Agency",
        "sentence": "Putin met Kim in Pyongyang on Thursday, KCNA said.",
        "outlet": "Daily",
    }


def test_planned_shows_what_is_announced_alone(news: Store) -> None:
    assert rows(news, "planned", "who", "what", "whom", "sentence") == [
        ("Vladimir Putin", "met", "Kim Jong Un", "Putin will meet Kim.")
    ]


def test_denied_shows_what_is_denied_alone_and_who_denies_it(news: Store) -> None:
    assert rows(news, "denied", "who", "what", "whom", "said_by") == [
        ("Vladimir Putin", "met", "Kim Jong Un", "Korean Central News Agency")
    ]


def test_disputed_sets_rival_claims_side_by_side(news: Store) -> None:
    found = rows(news, "disputed", "who", "whom", "one_says", "another_says")
    numbers = {frozenset(row[2:]) for row in found if row[0] == "North Korea"}
    assert numbers == {frozenset({"asserted, 5,000 troops", "asserted, 9,000 troops"})}
    rivals = {frozenset(row[2:]) for row in found if row[0] == "Vladimir Putin"}
    assert frozenset({"asserted", "denied"}) in rivals


def test_spokespersons_show_who_speaks_for_whom(news: Store) -> None:
    assert rows(news, "spokespersons", "who", "office", "for_whom") == [("Vyacheslav Volodin", "ambassador", "Russia")]


def test_country_pairs_count_cooperation_and_conflict_by_month(news: Store) -> None:
    found = rows(news, "country-pairs", "month", "one", "other", "events", "cooperation", "conflict")
    assert found == [("2025-08", "North Korea", "Russia", 5, 3, 2)]


def test_aid_shows_how_many(news: Store) -> None:
    assert set(rows(news, "aid", "who", "whom", "how_many")) == {
        ("North Korea", "Russia", "5,000 troops"),
        ("North Korea", "Russia", "9,000 troops"),
    }


def test_conflicts_show_material_conflict_alone(news: Store) -> None:
    assert rows(news, "conflicts", "who", "what", "whom") == [("North Korea", "attacked", "Russia")]


def test_accusations_show_verbal_conflict_alone(news: Store) -> None:
    assert rows(news, "accusations", "who", "what", "whom") == [("North Korea", "accused", "Russia")]


def test_agreements_show_all_parties(news: Store) -> None:
    assert {row[0] for row in rows(news, "agreements", "who")} == {"Russia", "North Korea"}


def test_the_timeline_holds_what_is_dated(news: Store) -> None:
    assert rows(news, "timeline", "when", "who") == [("2025-08-14", "Vladimir Putin")]


def test_visits_show_where_to(news: Store) -> None:
    assert rows(news, "visits", "who", "where") == [("Vyacheslav Volodin", "Pyongyang")]


def test_sources_show_outlet_and_confidence_behind_each_claim(news: Store) -> None:
    found = rows(news, "sources", "who", "said_by", "outlet", "published", "confidence")
    assert ("Vladimir Putin", "Korean Central News Agency", "Daily", "2025-08-15", 1) in found


def test_documents_count_their_statements(news: Store) -> None:
    found = rows(news, "documents", "document", "published", "statements")
    assert ("doc:d0", "2025-08-15", 1) in found
    assert len(found) == 11


# --- ways to give a query ---


def test_a_name_is_a_query() -> None:
    assert find_query("meetings") == named_queries()["meetings"].text


def test_a_file_is_a_query(tmp_path: Path) -> None:
    path = tmp_path / "mine.rq"
    path.write_text("ASK {}", encoding="utf-8")
    assert find_query(str(path)) == "ASK {}"


def test_a_text_is_a_query() -> None:
    assert find_query("ASK { ?s ?p ?o }") == "ASK { ?s ?p ?o }"


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(QueryError) as error:
        find_query("whatever")
    assert all(name in str(error.value) for name in named_queries())


def test_a_misspelt_name_gets_a_suggestion() -> None:
    with pytest.raises(QueryError, match="did you mean 'meetings'"):
        find_query("meetigns")


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(QueryError, match=r"none\.rq does not exist"):
        find_query(str(tmp_path / "none.rq"))


def test_a_file_in_another_encoding_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "mine.rq"
    path.write_bytes(b"# \xff\nASK {}")
    with pytest.raises(QueryError, match=r"mine\.rq cannot be read"):
        find_query(str(path))
