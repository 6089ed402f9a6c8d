"""The page as its users meet it: opened from disk in Chromium, without a network, with a real mouse and keyboard."""

import json
import re
from collections.abc import Callable
from itertools import combinations
from math import hypot
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from html5rdf import HTMLParser

from kg.network import to_networkx
from kg.store import Store
from kg.views.html import to_html, write_html
from tests.browser.graphs import KIM, PUTIN, RUSSIA, STATES, TRUMP, UKRAINE, VOLODIN, add_entity, connect

View = Callable[..., Any]


def spot(page: Any, *ids: str) -> tuple[float, float]:
    """Where the node, or the point half-way between the two nodes, is on the screen."""
    x, y = page.evaluate(
        """ids => {
            const points = Object.values(kg.network.getPositions(ids));
            const mean = axis => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
            const at = kg.network.canvasToDOM({ x: mean("x"), y: mean("y") });
            const box = document.getElementById("canvas").getBoundingClientRect();
            return [box.x + at.x, box.y + at.y];
        }""",
        list(ids),
    )
    return x, y


def hidden(page: Any, id_: str) -> bool:
    """Whether the node is not drawn."""
    return bool(page.evaluate("id => kg.nodes.get(id) === null", id_))


def line(page: Any, source: str, target: str, tone: str, modality: str) -> dict[str, Any]:
    """The line that is drawn for the pair, tone and class of modality; empty where there is none."""
    ends = sorted((source, target))
    found: dict[str, Any] = page.evaluate(
        "id => ({ ...kg.view.edges.get(id), ...kg.edges.get(id) })", f"{ends[0]} {ends[1]} {tone} {modality}"
    )
    return found


def test_the_page_shows_the_graph(page: Any) -> None:
    assert page.title() == "Pyongyang, Moscow, Washington"
    assert page.evaluate(f"kg.view.nodes.get('{PUTIN}').label") == "Vladimir Putin"
    assert page.evaluate(f"kg.view.nodes.get('{KIM}').label") == "Kim Jong Un"
    assert page.locator("#status").inner_text() == "14 entities, 31 statements, 2 documents"
    assert page.locator("html").get_attribute("lang") == "en"


def test_the_real_articles_show_putin_kim_and_the_sentence_between_them(
    seeds: Store, tmp_path: Path, view: View
) -> None:
    page = view(write_html(to_networkx(seeds), tmp_path / "graph.html"))
    assert page.evaluate(f"kg.view.nodes.get('{PUTIN}').label") == "Vladimir Putin"
    assert page.evaluate(f"kg.view.nodes.get('{KIM}').label") == "Kim Jong Un"
    page.evaluate("id => kg.showEdge(id)", f"{KIM} {PUTIN} 1 asserted")
    summit = page.locator(
        "#panel blockquote", has_text="Earlier, Putin and Kim met for their first summit in 2019"
    ).first
    assert summit.locator("mark").all_inner_texts() == ["Putin", "Kim"]
    assert summit.locator("strong.trigger").inner_text() in ("met", "summit")


def test_the_page_draws_pixels(page: Any) -> None:
    colours = page.evaluate(
        """() => {
            const canvas = document.querySelector("#canvas canvas"), { width, height } = canvas;
            const pixels = new Uint32Array(canvas.getContext("2d").getImageData(0, 0, width, height).data.buffer);
            return new Set(pixels).size;
        }"""
    )
    assert colours > 20


def test_one_line_stands_for_a_pair_a_tone_and_a_modality(page: Any) -> None:
    assert len(line(page, PUTIN, KIM, "1", "asserted")["facts"]) == 3
    assert page.evaluate("kg.edges.length") == 25


def test_a_click_on_a_line_shows_its_sentences(page: Any) -> None:
    page.mouse.click(*spot(page, PUTIN, KIM))
    panel = page.locator("#panel")
    panel.wait_for()
    facts = panel.locator(".fact")
    assert panel.locator("h2").inner_text() == "Kim Jong Un and Vladimir Putin"
    assert facts.locator(".line").all_inner_texts() == [
        "Vladimir Putin wrote to Kim Jong Un",
        "Vladimir Putin spoke by phone with Kim Jong Un",
        "Vladimir Putin met Kim Jong Un",
    ]
    call = facts.nth(1)
    assert call.locator("blockquote").inner_text().startswith("Mr Putin spoke with Kim on Tuesday")
    assert call.locator("mark").all_inner_texts() == ["Mr Putin", "Kim"]
    assert call.locator(".note").all_inner_texts() == [
        "12 Aug 2025 · about the Alaska summit · according to Korean Central News Agency",
        "The Independent · Putin praises 'heroic' North Korean troops · published 15 Aug 2025",
        "confidence 86 % · phone · CONSULT",
    ]
    assert call.locator("a").get_attribute("href") == "https://www.independent.co.uk/a1"


def test_marks_count_characters_as_python_does(page: Any) -> None:
    page.evaluate("id => kg.showEdge(id)", f"{KIM} {PUTIN} 1 asserted")
    assert page.locator(".fact").first.locator("mark").all_inner_texts() == ["Putin", "Kim Jong-un"]
    assert page.locator("blockquote").first.inner_text().endswith("— and Kim answers.")


def test_a_click_on_a_node_shows_its_statements(page: Any) -> None:
    page.mouse.click(*spot(page, KIM))
    panel = page.locator("#panel")
    panel.wait_for()
    assert panel.locator("h2").inner_text() == "Kim Jong Un"
    assert panel.locator(".about a").get_attribute("href") == "http://www.wikidata.org/entity/Q56226"
    others = panel.locator("summary bdi").all_inner_texts()
    assert sorted(others) == ["North Korea", "Vladimir Putin", "Vyacheslav Volodin"]
    assert "Kim Jong Un met Vyacheslav Volodin" in panel.inner_text()


def test_a_local_entity_has_no_wikidata_link(page: Any) -> None:
    page.evaluate("id => kg.showNode(id)", VOLODIN)
    assert page.locator("#panel .about a").count() == 0


def test_names_in_the_panel_lead_on(page: Any) -> None:
    page.evaluate("id => kg.showNode(id)", VOLODIN)
    page.locator("#panel .fact button.name", has_text="Kim Jong Un").first.click()
    assert page.locator("#panel h2").inner_text() == "Kim Jong Un"


@pytest.mark.parametrize(
    ("words", "name"),
    [("Kim Jong Un", "Kim Jong Un"), ("kim", "Kim Jong Un"), ("zelen", "Volodymyr Zelenskyy")],
)
def test_the_search_focuses(page: Any, words: str, name: str) -> None:
    page.keyboard.press("/")
    page.keyboard.type(words)
    page.keyboard.press("Enter")
    assert page.locator("#panel h2").inner_text() == name
    page.wait_for_function(
        """() => {
            const { x } = kg.network.canvasToDOM(kg.network.getPosition(kg.network.getSelectedNodes()[0]));
            return 400 < x && x < 740;
        }"""
    )


def test_the_search_completes_names(page: Any) -> None:
    page.locator("#query").press_sequentially("north korea")
    assert page.locator("#offers li").all_inner_texts() == ["North Korea", "North Korean troops"]
    assert page.locator("#query").get_attribute("aria-expanded") == "true"
    assert page.locator("#panel").is_hidden()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.locator("#panel h2").inner_text() == "North Korean troops"


def test_a_name_picked_from_the_list_is_focused_at_once(page: Any) -> None:
    page.locator("#query").press_sequentially("donald")
    page.locator("#offers li").first.click()
    assert page.locator("#panel h2").inner_text() == "Donald Trump"


def test_the_search_says_what_it_does_not_find(page: Any) -> None:
    page.locator("#query").press_sequentially("Atlantis")
    page.keyboard.press("Enter")
    assert "unknown" in page.locator("#query").get_attribute("class")
    assert page.locator("#panel").is_hidden()


def test_the_legend_filters_types(page: Any) -> None:
    person = page.locator("#legend ul[data-kind=types] button", has_text="person")
    person.click()
    assert person.get_attribute("aria-pressed") == "false"
    assert hidden(page, PUTIN) and hidden(page, KIM) and not hidden(page, RUSSIA)
    assert line(page, PUTIN, KIM, "1", "asserted") == {}
    assert page.locator("#status").inner_text().startswith("9 of 14 entities, ")
    page.locator("#legend .reset").click()
    assert not hidden(page, PUTIN)


def test_the_legend_filters_tones_and_modalities(page: Any) -> None:
    page.locator("#legend button", has_text="material conflict").dblclick()
    assert hidden(page, PUTIN) and not hidden(page, UKRAINE)
    assert line(page, RUSSIA, UKRAINE, "4", "asserted")
    page.locator("#legend .reset").click()
    page.locator("#legend button", has_text="planned or possible").click()
    assert line(page, PUTIN, TRUMP, "1", "expected") == {}
    assert line(page, PUTIN, TRUMP, "3", "asserted")


def test_modality_is_seen_on_the_line(page: Any) -> None:
    assert line(page, PUTIN, KIM, "1", "asserted")["dashes"] is False
    planned = line(page, PUTIN, TRUMP, "1", "expected")["dashes"]
    denied = line(page, STATES, RUSSIA, "4", "denied")["dashes"]
    assert planned and denied and planned != denied
    page.evaluate("id => kg.showEdge(id)", f"{TRUMP} {PUTIN} 1 expected")
    assert page.locator("#panel .badge").inner_text() == "planned"


def test_arrows_tell_who_did_it(page: Any) -> None:
    def heads(*ends: str) -> tuple[bool, bool]:
        arrows = line(page, *ends)["arrows"]
        return arrows["from"]["enabled"], arrows["to"]["enabled"]

    assert heads(RUSSIA, UKRAINE, "4", "asserted") == (False, True)
    assert heads(VOLODIN, KIM, "1", "asserted") == (False, False)


def test_escape_closes_the_panel_and_goes_back(page: Any) -> None:
    page.locator("#query").fill("Donald Trump")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "panel"
    page.keyboard.press("Escape")
    assert page.locator("#panel").is_hidden()
    assert page.evaluate("document.activeElement.id") == "query"
    assert page.evaluate("kg.network.getSelectedNodes()") == []


def test_all_statements_and_entities_are_tables_too(page: Any) -> None:
    assert page.locator("#view-table table").count() == 0
    page.get_by_role("tab", name="Table").click()
    statements, entities = page.locator("#view-table table").all()
    assert statements.locator("tbody tr").count() == 31
    assert statements.locator("td").first.inner_text() == "20 Aug 2025"
    assert entities.locator("tbody tr").count() == 14


def test_pointing_at_a_node_names_it(page: Any) -> None:
    x, y = spot(page, TRUMP)
    page.mouse.move(x - 5, y)
    page.mouse.move(x, y)
    page.locator("#tip").wait_for()
    assert page.locator("#tip").inner_text().split("\n")[0] == "Donald Trump"


@pytest.mark.parametrize("width", [400, 1280])
def test_nothing_sticks_out_sideways(graph: "nx.MultiDiGraph[str]", tmp_path: Path, view: View, width: int) -> None:
    page = view(write_html(graph, tmp_path / "graph.html"), viewport={"width": width, "height": 800})
    page.evaluate("id => kg.focus(id)", PUTIN)
    assert page.evaluate("document.getElementById('legend').open") == (width > 700)
    for tab in ("Map", "Timeline", "Matrix", "Table"):
        page.get_by_role("tab", name=tab).click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.getElementById('panel').getBoundingClientRect().right") <= width


def test_the_graph_is_seen_whole_after_another_tab(graph: "nx.MultiDiGraph[str]", tmp_path: Path, view: View) -> None:
    page = view(write_html(graph, tmp_path / "graph.html"), "#tab=table")
    page.get_by_role("tab", name="Graph").click()
    places = page.evaluate("Object.values(kg.network.getPositions()).map((place) => kg.network.canvasToDOM(place))")
    assert all(250 < place["x"] < 1280 and 0 < place["y"] < 640 for place in places)
    assert max(place["x"] for place in places) - min(place["x"] for place in places) > 500


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_follows_the_colour_scheme(
    graph: "nx.MultiDiGraph[str]", tmp_path: Path, view: View, scheme: str
) -> None:
    page = view(write_html(graph, tmp_path / "graph.html"), color_scheme=scheme)
    red = page.evaluate("Number(getComputedStyle(document.documentElement).backgroundColor.match(/\\d+/)[0])")
    assert red < 60 if scheme == "dark" else red > 200
    page.emulate_media(color_scheme="dark" if scheme == "light" else "light")
    assert page.evaluate("Number(getComputedStyle(document.documentElement).backgroundColor.match(/\\d+/)[0])") != red


def test_without_javascript_the_page_says_so(graph: "nx.MultiDiGraph[str]", tmp_path: Path, chromium: Any) -> None:
    context = chromium.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(write_html(graph, tmp_path / "graph.html").as_uri())
    assert page.locator("#noscript").is_visible()
    context.close()


HOSTILE = [
    "<script>document.title = 'owned'</script>",
    "<img src=x onerror=\"document.title = 'owned'\">",
    "</script><script>document.title = 'owned'</script>",
    "<!--<script>",
    "\"'><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}${7 * 7}",
    "a\u2028b\u2029c\u0000d",
    "\u202eevil\u202c \u200fשלום",
    "__proto__",
    "x" * 10_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_only_text(tmp_path: Path, view: View, text: str) -> None:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(title=text)
    add_entity(graph, f"kge:{text}", text, text)
    add_entity(graph, "wd:Q1", "Somebody", "Person")
    graph.nodes["wd:Q1"]["iri"] = "javascript:document.title='owned'"
    fields: dict[str, Any] = dict.fromkeys(
        ("modality", "quote", "time", "place", "topic", "source", "title", "published"), text
    )
    evil: dict[str, Any] = {"url": "javascript:document.title='owned'", "attribution": [text]}
    connect(graph, f"kge:{text}", "Meet", "wd:Q1", **fields, **evil)
    page = view(write_html(graph, tmp_path / "graph.html"))
    page.evaluate("id => kg.focus(id)", f"kge:{text}")
    for tab in ("Map", "Timeline", "Matrix", "Table"):
        page.get_by_role("tab", name=tab).click()
    page.locator("#view-table table").first.wait_for()
    assert page.locator("body a").count() == 0
    page.get_by_role("tab", name="Graph").click()
    page.evaluate("id => kg.focus(id)", f"kge:{text}")
    assert page.title() == text.replace("\u0000", "\ufffd")
    assert page.locator("#panel h2").evaluate("h => h.textContent") == text
    assert page.locator("#panel blockquote").evaluate("q => q.textContent") == text
    assert page.locator("body a").count() == 0
    assert page.locator("body img, body svg[onload]").count() == 0
    assert page.locator("script").count() == 3
    page.locator("#legend button").first.click()
    assert page.title() == text.replace("\u0000", "\ufffd")


def test_the_same_graph_gives_the_same_bytes(graph: "nx.MultiDiGraph[str]", tmp_path: Path) -> None:
    other: nx.MultiDiGraph[str] = nx.MultiDiGraph(**graph.graph)
    other.add_nodes_from(reversed(list(graph.nodes(data=True))))
    for source, target, key, attributes in reversed(list(graph.edges(keys=True, data=True))):
        other.add_edge(source, target, key, **attributes)
    first, again, shuffled = (write_html(each, tmp_path / "graph.html").read_bytes() for each in (graph, graph, other))
    assert first == again == shuffled


def test_the_page_is_valid_html(graph: "nx.MultiDiGraph[str]") -> None:
    parser = HTMLParser(strict=True)
    parser.parse(to_html(graph, title="A & B <i>"))
    assert parser.errors == []


def test_nothing_is_fetched_and_only_known_scripts_run(graph: "nx.MultiDiGraph[str]") -> None:
    page = to_html(graph, title="A & B")
    policy = page.partition('Content-Security-Policy" content="')[2].partition('"')[0]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy and "<title>A &amp; B</title>" in page
    assert not any(tag in page for tag in ("<script src", '<link rel="stylesheet', "@import", "url("))
    assert len(page.encode()) < 800_000


def test_a_script_that_slips_into_the_file_does_not_run(
    graph: "nx.MultiDiGraph[str]", tmp_path: Path, chromium: Any
) -> None:
    path = tmp_path / "graph.html"
    evil = "<script>document.title = 'owned'</script></body>"
    path.write_text(to_html(graph).replace("</body>", evil), encoding="utf-8")
    page = chromium.new_page(offline=True)
    page.goto(path.as_uri())
    page.wait_for_selector("body[data-ready=true]")
    assert page.title() == "Pyongyang, Moscow, Washington"
    page.close()


def test_an_empty_graph_is_a_page(tmp_path: Path, view: View) -> None:
    page = view(write_html(nx.MultiDiGraph(), tmp_path / "graph.html"))
    assert page.locator("#status").inner_text() == "0 entities, 0 statements, 0 documents"


def a_thousand_people() -> "nx.MultiDiGraph[str]":
    """A graph of 1,000 people, of whom a few have met many."""
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for number in range(1000):
        add_entity(graph, f"wd:Q{number}", f"Somebody {number}", "Person")
    for source, target in nx.barabasi_albert_graph(1000, 2, seed=1).edges:
        connect(graph, f"wd:Q{source}", "Meet", f"wd:Q{target}", quote="They met.")
    return graph


def test_a_thousand_nodes_stand_clear_of_each_other_on_a_small_page() -> None:
    page = to_html(a_thousand_people())
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert data
    nodes = json.loads(data[1])["nodes"]
    overlapping = [
        (one["id"], other["id"])
        for one, other in combinations(nodes, 2)
        if hypot(one["x"] - other["x"], one["y"] - other["y"]) < one["size"] + other["size"]
    ]
    assert len(nodes) == 1000
    assert overlapping == []
    assert len(page.encode()) < 2_000_000
