"""What one can ask of the picture: filters, days, neighbours, paths, the way back, other pictures, and what can be saved."""

import struct
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.browser.graphs import KIM, KOREA, PUTIN, RUSSIA, STATES, TRUMP, UKRAINE, VOLODIN
from tests.browser.test_view import hidden, line, spot

SCREENSHOTS = Path(__file__).parent / "screenshots"


def tab(page: Any, name: str) -> None:
    """Goes to the tab."""
    page.get_by_role("tab", name=name).click()


def shown(page: Any) -> str:
    """What the status line says."""
    text: str = page.locator("#status").inner_text()
    return text


def fragment(page: Any) -> str:
    """The fragment of the address."""
    text: str = page.evaluate("decodeURIComponent(location.hash)")
    return text


# --- filters ---


def test_kinds_of_statement_can_be_hidden(page: Any) -> None:
    page.locator("[data-fold=kinds] summary").click()
    page.locator("ul[data-kind=kinds] button", has_text="attack").click()
    assert line(page, RUSSIA, UKRAINE, "4", "asserted") == {}
    assert "no-kinds=Attack" in fragment(page)


def test_sources_can_be_hidden(page: Any) -> None:
    page.locator("[data-fold=sources] summary").click()
    page.locator("ul[data-kind=sources] button", has_text="Kyiv Post").click()
    assert line(page, TRUMP, PUTIN, "3", "asserted") == {}
    assert line(page, PUTIN, KIM, "1", "asserted")


def test_what_is_not_sure_enough_can_be_hidden(page: Any) -> None:
    page.locator("#sure").fill("0.9")
    assert shown(page).startswith("0 of 14 entities, 0 of 31 statements")
    page.locator("#sure").fill("0.85")
    assert shown(page).startswith("14 entities")


def test_lines_with_few_statements_can_be_hidden(page: Any) -> None:
    page.locator("#often").fill("3")
    page.locator("#often").press("Enter")
    assert page.evaluate("kg.edges.length") == 2
    assert shown(page).startswith("4 of 14 entities, 7 of 31 statements")


# --- days ---


def test_days_chosen_in_the_boxes_filter(page: Any) -> None:
    page.locator("#since").fill("2025-08-18")
    page.locator("#until").fill("2025-08-19")
    assert hidden(page, VOLODIN) and not hidden(page, UKRAINE)
    page.locator("#anytime").click()
    assert not hidden(page, VOLODIN)


def test_the_brush_filters_by_days(page: Any) -> None:
    box = page.locator("#bars").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 12, steps=4)
    page.mouse.up()
    assert page.locator("#since").input_value() > "2024-06-30"
    assert " of 31 statements" in shown(page)
    assert "since=" in fragment(page)


def test_the_ends_of_the_brush_move_with_the_keys(page: Any) -> None:
    page.locator("#lower").focus()
    page.keyboard.press("End")
    assert page.locator("#since").input_value() != ""
    assert page.locator("#lower").get_attribute("aria-valuetext").startswith("from ")
    page.keyboard.press("Home")
    assert page.locator("#since").input_value() == ""


def test_years_stand_under_the_bars(page: Any) -> None:
    assert page.locator("#ticks span").all_inner_texts() == [str(year) for year in range(2020, 2026)]


# --- neighbours, paths, history ---


def test_a_double_click_shows_the_neighbours_alone(page: Any) -> None:
    page.mouse.dblclick(*spot(page, VOLODIN))
    page.wait_for_function("() => kg.nodes.length === 3")
    assert not hidden(page, KIM) and hidden(page, UKRAINE)
    page.evaluate("id => kg.expand(id)", KIM)
    assert not hidden(page, PUTIN) and hidden(page, UKRAINE)
    assert page.locator("#left").inner_text().startswith("only Vyacheslav Volodin, Kim Jong Un")


def test_the_path_between_two_entities(page: Any) -> None:
    page.evaluate("id => kg.focus(id)", VOLODIN)
    page.get_by_role("button", name="Path to").click()
    page.keyboard.type("ukraine")
    page.keyboard.press("Enter")
    assert page.locator("#panel h2").inner_text() == "Vyacheslav Volodin to Ukraine"
    way = page.evaluate("kg.view.way")
    assert (way[0], way[-1], len(way)) == (VOLODIN, UKRAINE, 4)
    assert page.locator("#panel .group").count() == 3
    assert page.locator("#panel blockquote").count() >= 3


def test_a_click_chooses_the_other_end_of_a_path(page: Any) -> None:
    page.evaluate("id => kg.showNode(id)", TRUMP)
    page.get_by_role("button", name="Path to").click()
    page.mouse.click(*spot(page, UKRAINE))
    page.wait_for_function("() => kg.state.path.length")
    assert page.locator("#panel h2").inner_text() == "Donald Trump to Ukraine"


def test_back_and_forward(page: Any) -> None:
    page.evaluate("id => kg.showNode(id)", KIM)
    page.evaluate("id => kg.showNode(id)", TRUMP)
    page.locator("#back").click()
    page.wait_for_function("() => document.querySelector('#panel h2')?.textContent === 'Kim Jong Un'")
    page.locator("#forward").click()
    page.wait_for_function("() => document.querySelector('#panel h2')?.textContent === 'Donald Trump'")


def test_the_address_keeps_the_view(page: Any) -> None:
    page.locator("#legend button", has_text="lasting relation").click()
    tab(page, "Matrix")
    page.evaluate("id => kg.showNode(id)", TRUMP)
    address = page.evaluate("location.hash")
    page.evaluate("kg.reset()")
    page.evaluate("hash => { location.hash = hash }", address)
    page.wait_for_function("() => kg.state.tab === 'matrix'")
    assert page.locator("#panel h2").inner_text() == "Donald Trump"
    assert page.evaluate("[...kg.state.hidden.tones]") == ["relation"]


def test_an_address_of_nonsense_is_passed_over(page: Any) -> None:
    page.evaluate("location.hash = '#tab=kitchen&node=<script>&since=yesterday&at=NaN&sure=9&often=-4&open=__proto__'")
    page.wait_for_function("() => kg.state.sure === 1")
    assert page.evaluate("[kg.state.tab, kg.state.node, kg.state.since, kg.state.often, kg.state.open.length]") == [
        *("graph", None, "", 1, 0),
    ]


# --- entities and lines ---


def test_a_person_has_offices_and_a_country_a_flag(page: Any) -> None:
    page.evaluate("id => kg.showNode(id)", PUTIN)
    page.locator("#panel .offices summary").click()
    assert "President, Russia 7 May 2012" in page.locator("#panel .offices").inner_text()
    page.evaluate("id => kg.showNode(id)", KOREA)
    is_drawn = page.evaluate(
        """() => {
            const context = document.createElement("canvas").getContext("2d");
            return context.measureText("🇰🇵").width < 1.5 * context.measureText("🇰").width;
        }"""
    )  # by a font that has flags: others show two letters or two boxes, and the page leaves them out
    assert [text.strip() for text in page.locator("#panel .flag").all_inner_texts()] == ["🇰🇵"] * is_drawn


def test_the_sentence_shows_the_trigger(page: Any) -> None:
    page.evaluate("id => kg.showEdge(id)", f"{RUSSIA} {UKRAINE} 3 asserted")
    assert page.locator("#panel strong.trigger").all_inner_texts() == ["threatened"]
    assert page.locator("#panel mark").all_inner_texts() == ["Russia", "Ukraine"]


def test_a_trigger_inside_a_name_is_both(page: Any) -> None:
    page.evaluate("id => kg.showEdge(id)", f"{TRUMP} {STATES} relation asserted")
    assert page.locator("#panel blockquote").inner_text() == "US president Donald Trump returned."
    assert page.locator("#panel mark").all_inner_texts() == ["US ", "president", "Donald Trump"]
    assert page.locator("#panel mark strong.trigger").all_inner_texts() == ["president"]


def test_without_a_known_trigger_no_word_is_underlined(page: Any) -> None:
    page.evaluate("id => kg.showEdge(id)", f"{RUSSIA} {KOREA} 2 asserted")
    assert page.locator("#panel mark").all_inner_texts() == ["North Korea"]
    assert page.locator("#panel .trigger").count() == 0


# --- the other pictures ---


def test_the_map_shows_places_and_opens_their_statements(page: Any) -> None:
    tab(page, "Map")
    assert page.locator("#atlas path.land").get_attribute("d")
    assert page.locator("#map-others button").all_inner_texts() == ["Alaska"]
    page.get_by_role("button", name="Pyongyang: 1 statement, rather cooperation").press("Enter")
    assert page.locator("#panel h2").inner_text() == "Pyongyang"
    assert page.locator("#panel .fact").count() == 1


def test_the_map_moves_and_zooms_by_keys(page: Any) -> None:
    tab(page, "Map")
    whole = page.locator("#atlas").get_attribute("viewBox")
    page.locator("#atlas").focus()
    for key in ("+", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    x, y, width, _ = map(float, page.locator("#atlas").get_attribute("viewBox").split())
    assert x > (1000 - width) / 2 and y > 0 and width < 700
    page.keyboard.press("0")
    assert page.locator("#atlas").get_attribute("viewBox") == whole


def test_no_name_on_the_map_covers_a_place_or_a_name(page: Any) -> None:
    tab(page, "Map")
    assert page.locator("#atlas text").count() == 2
    boxes = page.evaluate(
        "[...document.querySelectorAll('#atlas text, #atlas .marker')].map((one) => one.getBoundingClientRect())"
    )
    assert not any(
        one["left"] < other["right"]
        and other["left"] < one["right"]
        and one["top"] < other["bottom"]
        and other["top"] < one["bottom"]
        for one, other in combinations([box for box in boxes if box["width"] < 200], 2)
    )


def test_the_timeline_tells_day_by_day(page: Any) -> None:
    tab(page, "Timeline")
    days = [text.split("\n")[0] for text in page.locator("#view-timeline h2").all_inner_texts()]
    assert days[0].startswith("20 Aug 2025")
    assert page.locator("#view-timeline .fact").count() > 10


def test_the_timeline_does_not_know_more_than_the_news(page: Any) -> None:
    tab(page, "Timeline")
    days = [text.split("\n")[0] for text in page.locator("#view-timeline h2").all_inner_texts()]
    assert "Jun 2024" in "".join(days) and "1 Jun 2024" not in "".join(days)


def test_the_matrix_tells_who_does_what_to_whom(page: Any) -> None:
    tab(page, "Matrix")
    page.get_by_role("button", name="Russia to Ukraine: 5 statements, rather conflict").click()
    assert page.locator("#panel h2").inner_text() == "Russia and Ukraine"
    assert page.locator("#panel .fact").count() == 5


def test_filters_hold_for_all_pictures(page: Any) -> None:
    page.locator("#legend button", has_text="material conflict").click()
    tab(page, "Matrix")
    assert page.get_by_role("button", name="Russia to Ukraine: 1 statement,").count() == 1
    tab(page, "Table")
    assert page.locator("#view-table caption").first.inner_text() == "23 statements"


@pytest.mark.parametrize("name", ["Graph", "Map", "Timeline", "Matrix", "Table"])
def test_each_picture_fills_the_screen(page: Any, name: str) -> None:
    """The screenshots are kept in a folder that git ignores, to be looked at."""
    tab(page, name)
    SCREENSHOTS.mkdir(exist_ok=True)
    picture = page.screenshot(path=SCREENSHOTS / f"{name.lower()}.png")
    assert len(picture) > 20_000


# --- keyboard ---


def test_the_drawing_can_be_walked_by_keys(page: Any) -> None:
    page.evaluate("id => kg.showNode(id)", STATES)
    page.locator("#canvas").focus()
    for key in ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "ArrowLeft"):
        page.keyboard.press(key)
    said = page.locator("#said").inner_text()
    page.keyboard.press("Enter")
    assert said.startswith(page.locator("#panel h2 bdi").inner_text())
    page.keyboard.press("Escape")
    assert page.locator("#panel").is_hidden()


def test_the_tabs_move_with_the_arrow_keys(page: Any) -> None:
    page.get_by_role("tab", name="Graph").focus()
    page.keyboard.press("ArrowLeft")
    assert page.get_by_role("tab", name="Table").get_attribute("aria-selected") == "true"
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.id") == "tab-graph"


# --- saving ---


def test_the_picture_can_be_saved_from_each_tab(page: Any) -> None:
    for name in ("Timeline", "Matrix", "Table"):
        tab(page, name)
        page.locator("#export summary").click()
        with page.expect_download() as waiting:
            page.get_by_role("button", name="Picture (PNG)").click()
        assert waiting.value.path().stat().st_size > 20_000


@pytest.mark.parametrize(
    ("name", "ending", "start"),
    [
        ("Picture (PNG)", "png", b"\x89PNG"),
        ("Drawing (SVG)", "svg", b'<svg xmlns="http://www.w3.org/2000/svg"'),
        ("Statements (CSV)", "csv", b'\xef\xbb\xbf"from","type","to"'),
    ],
)
def test_the_view_can_be_saved(page: Any, tmp_path: Path, name: str, ending: str, start: bytes) -> None:
    page.locator("#export summary").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name).click()
    saved = tmp_path / "saved"
    waiting.value.save_as(saved)
    assert waiting.value.suggested_filename == f"Pyongyang-Moscow-Washington.{ending}"
    assert saved.read_bytes().startswith(start)
    assert ending == "png" or b"Vladimir Putin" in saved.read_bytes()


def test_a_saved_drawing_has_each_line_with_its_arrows(page: Any, tmp_path: Path) -> None:
    page.locator("#export summary").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Drawing (SVG)").click()
    waiting.value.save_as(tmp_path / "graph.svg")
    picture = ElementTree.parse(tmp_path / "graph.svg").getroot()
    heads = [path for path in picture.iter("{http://www.w3.org/2000/svg}path") if path.get("d", "").endswith("Z")]
    lines = [path for path in picture.iter("{http://www.w3.org/2000/svg}path") if "Q" in path.get("d", "")]
    arrows = "kg.edges.get().reduce((sum, { arrows }) => sum + arrows.from.enabled + arrows.to.enabled, 0)"
    assert len(lines) == 25
    assert len([head for head in heads if head.get("stroke") == "none"]) == page.evaluate(arrows) > 15


def test_the_map_can_be_saved_as_a_picture(page: Any, tmp_path: Path) -> None:
    tab(page, "Map")
    page.locator("#export summary").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Picture (PNG)").click()
    waiting.value.save_as(tmp_path / "map.png")
    width, height = struct.unpack(">II", (tmp_path / "map.png").read_bytes()[16:24])
    assert (width, height) == (2000, 976)


def test_a_print_has_the_legend_below_the_picture(page: Any) -> None:
    page.emulate_media(media="print")
    picture, legend, bars = (page.locator(name).bounding_box() for name in ("#canvas", "#legend", "#activity"))
    page.emulate_media(media="screen")
    assert picture["y"] + picture["height"] <= legend["y"]
    assert legend["y"] + legend["height"] <= bars["y"]


def test_a_print_is_on_white(page: Any) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    colours = page.evaluate(
        "[getComputedStyle(document.documentElement).backgroundColor, document.querySelector('#search').checkVisibility()]"
    )
    page.emulate_media(media="screen", color_scheme="light")
    assert colours == ["rgb(255, 255, 255)", False]
