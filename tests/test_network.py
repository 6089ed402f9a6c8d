"""The store → a networkx graph: who did what to whom, filtered, in a fixed order."""

from collections.abc import Iterator
from dataclasses import replace

import networkx as nx
import pytest

from kg.errors import KgError
from kg.model import Evidence, Time
from kg.network import around, heaviest, to_networkx
from kg.store import Store, open_store
from tests.examples import MEETING, MET, document, statement

PUTIN, KIM, RUSSIA, KOREA = "wd:Q7747", "wd:Q56226", "wd:Q159", "wd:Q423"


def edges(graph: "nx.MultiDiGraph[str]") -> list[tuple[str, str, str, str]]:
    """Actor, type, modality and recipient of each edge."""
    return [(one, type_, modality, other) for one, other, (type_, modality) in graph.edges(keys=True)]


@pytest.fixture
def years() -> Iterator[Store]:
    """A graph of three visits: in June 2024, in 2019, and one of which only the article of 2025 is dated."""
    times = {"Putin": Time("2024-06", "in June"), "Kim": Time("2019", "in 2019"), "Volodin": None}
    with open_store() as store:
        for name, time in times.items():
            of = document(f"{name} visited Pyongyang.", name)
            store.add(of, [statement(of, "Visit", name, "Pyongyang", time=time)])
        yield store


def test_nodes_are_entities_with_name_type_and_address(store: Store) -> None:
    graph = to_networkx(store)
    assert graph.nodes[PUTIN] == {
        "name": "Vladimir Putin",
        "type": "Person",
        "iri": "http://www.wikidata.org/entity/Q7747",
    }


def test_an_edge_stands_for_a_type_and_a_modality(store: Store) -> None:
    assert edges(to_networkx(store)) == [
        (RUSSIA, "MilitaryAid", "denied", KOREA),
        (RUSSIA, "SignAgreement", "planned", KOREA),
        (KIM, "Meet", "asserted", PUTIN),
    ]


def test_an_edge_says_what_its_type_means(store: Store) -> None:
    edge = dict(to_networkx(store).edges[KIM, PUTIN, ("Meet", "asserted")])
    del edge["statements"]
    assert edge == {
        "type": "Meet",
        "label": "met",
        "kind": "event",
        "plover": "CONSULT",
        "quad": 1,
        "symmetric": True,
        "modality": "asserted",
    }


def test_an_edge_carries_its_statements_with_their_sentences(store: Store) -> None:
    [statement] = to_networkx(store).edges[KIM, PUTIN, ("Meet", "asserted")]["statements"]
    assert statement == {
        "id": f"s:{MET.id}",
        "quote": MEETING.text,
        "marks": [[0, 5], [10, 13]],
        "trigger": None,
        "time": "2025-08-14",
        "days": ["2025-08-14", "2025-08-14"],
        "place": "Pyongyang",
        "place_id": "wd:Q18808",
        "attribution": ["Korean Central News Agency"],
        "source": "Daily",
        "title": MEETING.title,
        "url": "https://example.org/meeting",
        "published": "2025-08-15",
        "confidence": 0.86,
        "topic": "their treaty",
    }


def test_the_trigger_is_where_it_stands_in_the_sentence() -> None:
    of = document("It rained. Putin met Kim.")
    sentence, words = Evidence(of.id, 11, 25, "Putin met Kim."), Evidence(of.id, 17, 20, "met")
    with open_store() as store:
        store.add(of, [replace(statement(of, "Meet", "Putin", "Kim"), evidence=sentence, trigger=words)])
        [told] = to_networkx(store).edges[KIM, PUTIN, ("Meet", "asserted")]["statements"]
    assert told["quote"][slice(*told["trigger"])] == "met"


def test_statements_of_several_articles_gather_on_one_edge_newest_first(store: Store) -> None:
    again = document("In 2019, Putin met Kim.", "d3")
    store.add(again, [statement(again, "Meet", "Putin", "Kim", time=Time("2019", "In 2019"))])
    statements = to_networkx(store).edges[KIM, PUTIN, ("Meet", "asserted")]["statements"]
    assert [one["time"] for one in statements] == ["2025-08-14", "2019"]


def test_three_parties_are_joined_two_by_two(store: Store) -> None:
    of = document("Putin, Kim and Volodin met.", "d3")
    store.add(of, [statement(of, "Meet", "Putin, Kim, Volodin")])
    graph = to_networkx(store, only=["Meet"])
    assert graph.number_of_nodes() == 3
    assert graph.number_of_edges() == 3


def test_who_acts_on_nobody_is_a_node_alone() -> None:
    of = document("Volodin resigned.")
    with open_store() as store:
        store.add(of, [statement(of, "Resign", "Volodin")])
        graph = to_networkx(store)
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (1, 0)


def test_the_graph_knows_its_title_and_the_number_of_documents(store: Store) -> None:
    assert to_networkx(store, title="Korea").graph == {"title": "Korea", "documents": 2}


def test_the_same_store_gives_the_same_order(store: Store) -> None:
    one, other = to_networkx(store), to_networkx(store)
    assert list(one.nodes(data=True)) == list(other.nodes(data=True))
    assert list(one.edges(keys=True, data=True)) == list(other.edges(keys=True, data=True))


def test_nodes_and_edges_stand_in_the_order_of_their_ids(seeds: Store) -> None:
    graph = to_networkx(seeds)
    assert list(graph) == sorted(graph)
    assert graph.number_of_edges() > 20


def test_an_empty_graph_has_no_nodes() -> None:
    with open_store() as store:
        assert len(to_networkx(store)) == 0


# --- filters ---


def test_only_some_types(store: Store) -> None:
    assert [edge[1] for edge in edges(to_networkx(store, only=["Meet", "SignAgreement"]))] == ["SignAgreement", "Meet"]


def test_only_what_is_sure_enough(store: Store) -> None:
    assert [edge[1] for edge in edges(to_networkx(store, min_confidence=0.7))] == ["SignAgreement", "Meet"]


@pytest.mark.parametrize(
    ("since", "until", "names"),
    [
        (None, None, ["Kim Jong Un", "Vladimir Putin", "Vyacheslav Volodin"]),
        ("2024-06-15", None, ["Vladimir Putin", "Vyacheslav Volodin"]),
        ("2024-07-01", None, ["Vyacheslav Volodin"]),
        (None, "2024-06-15", ["Kim Jong Un", "Vladimir Putin"]),
        (None, "2019-01-01", ["Kim Jong Un"]),
        ("2019-12-31", "2024-06-01", ["Kim Jong Un", "Vladimir Putin"]),
        ("2024", "2024", ["Vladimir Putin"]),
        ("2024-06", "2024-06", ["Vladimir Putin"]),
        ("2026", None, []),
    ],
)
def test_only_what_touches_the_days(years: Store, since: str | None, until: str | None, names: list[str]) -> None:
    graph = to_networkx(years, since=since, until=until)
    assert sorted(graph.nodes[one]["name"] for one, _ in graph.edges()) == names


def test_an_unknown_type_is_one_sentence(store: Store) -> None:
    with pytest.raises(KgError, match="'Dance' is no type of statement: use one of Abduct, Accuse"):
        to_networkx(store, only=["Dance"])


@pytest.mark.parametrize("day", ["yesterday", "2025-13-01", "14.8.2025", ""])
def test_a_malformed_day_is_one_sentence(store: Store, day: str) -> None:
    with pytest.raises(KgError, match=f"'{day}' is no date: write it as 2024-01-31, 2024-01 or 2024"):
        to_networkx(store, since=day)


# --- parts ---


def chain() -> "nx.MultiDiGraph[str]":
    """One told b, b told c twice, c told d."""
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(title="chain", documents=3)
    for source, target, number in [("a", "b", 1), ("b", "c", 2), ("c", "d", 1)]:
        graph.add_edge(source, target, statements=[{"id": f"{source}{target}{at}"} for at in range(number)])
    return graph


@pytest.mark.parametrize(("depth", "names"), [(1, "abc"), (2, "abcd")])
def test_around_an_entity_are_those_few_steps_away(depth: int, names: str) -> None:
    assert list(around(chain(), "b", depth)) == list(names)


def test_nobody_is_around_who_is_not_there() -> None:
    with pytest.raises(KgError, match="wd:Q1 takes part in nothing that passes these filters"):
        around(chain(), "wd:Q1")


def test_the_heaviest_have_the_most_statements() -> None:
    assert list(heaviest(chain(), 2)) == ["b", "c"]
    assert list(heaviest(chain(), 2, keep=["d"])) == ["b", "d"]


def test_a_part_knows_what_the_whole_was() -> None:
    part = heaviest(around(chain(), "b", 1), 2)
    assert part.graph == {"title": "chain", "documents": 3, "before": {"entities": 4, "statements": 4}}
    assert [edge[:2] for edge in part.edges] == [("b", "c")]
