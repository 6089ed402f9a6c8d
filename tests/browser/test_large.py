"""A graph too large to be drawn whole: its communities come first, and open."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from kg.views import drawing
from kg.views.html import write_html
from tests.browser.conftest import watch
from tests.browser.graphs import VERBS, add_entity, connect


def crowd(number: int) -> "nx.MultiDiGraph[str]":
    """A graph of people in circles of ten who know each other, and of pairs who know nobody else."""
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(title="A crowd", documents=1)
    chance, verbs = random.Random(number), list(VERBS)
    for person in range(number):
        add_entity(graph, f"wd:Q{person}", f"Somebody {person}", "Person")
    for person in range(0, number - 20, 10):
        for other in range(1, 10):
            connect(graph, f"wd:Q{person}", chance.choice(verbs), f"wd:Q{person + other}", quote="They met.")
        if person:
            connect(graph, f"wd:Q{person}", "Meet", f"wd:Q{chance.randrange(0, person, 10)}", quote="They met.")
    for person in range(number - 20, number, 2):
        connect(graph, f"wd:Q{person}", "Meet", f"wd:Q{person + 1}", quote="They met.")
    return graph


@pytest.fixture(scope="module")
def opened(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, list[str]]]:
    """The page of a crowd of 140, with the limit of what is drawn whole lowered to 100."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawing, "LARGE", 100)
        path = write_html(crowd(140), tmp_path_factory.mktemp("large") / "graph.html")
    faults: list[str] = []
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, offline=True, reduced_motion="reduce")
    page = context.new_page()
    watch(page, path.as_uri(), faults)
    page.goto(path.as_uri())
    page.wait_for_selector("body[data-ready=true]", timeout=60_000)
    yield page, faults
    context.close()


def test_a_large_graph_is_shown_by_its_communities(page: Any) -> None:
    assert page.evaluate("kg.nodes.length") < 20
    assert page.evaluate("[...kg.view.nodes.values()].reduce((sum, group) => sum + group.members, 0)") == 140
    assert page.locator("#left").inner_text().startswith("140 entities are drawn as ")
    assert "small groups" in page.evaluate("[...kg.view.nodes.values()].map(group => group.label)")


def test_a_click_opens_a_community(page: Any) -> None:
    group = page.evaluate("[...kg.view.nodes.values()].sort((a, b) => b.members - a.members)[0]")
    x, y = page.evaluate(
        """id => {
            const at = kg.network.canvasToDOM(kg.network.getPosition(id));
            const box = document.getElementById("canvas").getBoundingClientRect();
            return [box.x + at.x, box.y + at.y];
        }""",
        group["id"],
    )
    before = page.evaluate("kg.nodes.length")
    page.mouse.click(x, y)
    assert page.evaluate("kg.nodes.length") == before - 1 + group["members"]
    assert page.evaluate("new URLSearchParams(location.hash.slice(1)).getAll('open')") == [group["id"].split(" ")[1]]
    page.evaluate("history.back()")
    page.wait_for_function("(count) => kg.nodes.length === count", arg=before)


def test_opened_members_stand_clear_of_the_closed_communities(page: Any) -> None:
    page.evaluate("kg.openGroup(0)")
    overlaps = page.evaluate(
        """() => {
            const nodes = [...kg.view.nodes.values()];
            const clash = (a, b) => Math.hypot(a.x - b.x, a.y - b.y) < a.size + b.size;
            return nodes.flatMap((a, at) => nodes.slice(at + 1).filter(b => clash(a, b)).map(b => [a.id, b.id]));
        }"""
    )
    assert overlaps == []


def test_a_search_opens_the_community_of_what_it_finds(page: Any) -> None:
    page.locator("#query").fill("Somebody 77")
    page.keyboard.press("Enter")
    assert page.locator("#panel h2 bdi").inner_text() == "Somebody 77"
    assert page.evaluate("kg.view.nodes.get('wd:Q77').type") == "Person"


def test_neighbours_can_be_shown_without_their_communities(page: Any) -> None:
    page.evaluate("kg.expand('wd:Q30')")
    ids = page.evaluate("kg.nodes.getIds()")
    assert {f"wd:Q{person}" for person in range(30, 40)} <= set(ids)
    assert not any(id_.startswith("group") for id_ in ids)
    assert page.locator("#left").inner_text() == "only Somebody 30 with neighbours"


def test_the_same_large_graph_gives_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "LARGE", 100)
    one, other = (write_html(crowd(120), tmp_path / "graph.html").read_bytes() for _ in range(2))
    assert one == other
