"""`kg serve` in a real browser: nothing is fetched from elsewhere, nothing of the data runs, small and dark screens work."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from kg.store import open_store
from tests.browser.conftest import dismiss
from tests.examples import MEETING, MET, NO_AID, SIGN, TREATY
from tests.servers import Server, serving
from tests.test_server_pages import hostile

pytest.importorskip("starlette", reason="needs the extra serve: pip install 'geokg[serve]'")

WAIT = 30_000
WHO = "SELECT ?whom ?name { wd:Q7747 kg:met ?whom . ?whom rdfs:label ?name } ORDER BY ?name"
EDITOR = Path(__file__).parents[2] / "kg" / "server" / "static" / "yasgui" / "yasgui.min.js"
needs_editor = pytest.mark.skipif(not EDITOR.is_file(), reason="needs the editor of the query page: make editor")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server over a meeting, a treaty and hostile names."""
    path = tmp_path_factory.mktemp("browsed") / "browsed.kg"
    bad, met_nasty = hostile()
    with open_store(path) as store:
        store.add(MEETING, [MET])
        store.add(TREATY, [SIGN, NO_AID])
        store.add(bad, [met_nasty])
    with serving(path, "--workers", 2) as server:
        yield server


@pytest.fixture
def browse(chromium: Any, server: Server) -> Iterator[Callable[..., Any]]:
    """Opens an address of the server in a fresh profile; fails on any request elsewhere, any error, warning or dialog."""
    contexts: list[Any] = []
    faults: list[str] = []

    def opened(address: str, **options: Any) -> Any:
        context = chromium.new_context(**({"viewport": {"width": 1280, "height": 800}} | options))
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(WAIT)
        page.on("request", lambda request: note_request(request.url))
        page.on("console", note_message)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("dialog", lambda dialog: dismiss(dialog, faults))
        page.goto(server.address + address)
        return page

    def note_request(url: str) -> None:
        if not url.startswith((server.address, "data:")):
            faults.append(url)

    def note_message(message: Any) -> None:
        if message.type in ("error", "warning"):
            faults.append(message.text)

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


def test_an_entity_is_found_and_leads_to_the_next(browse: Callable[..., Any]) -> None:
    page = browse("/")
    page.get_by_role("searchbox").fill("Vladimir Putin")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("heading", name="Vladimir Putin").wait_for()
    page.get_by_role("link", name="Kim Jong Un").first.click()
    page.get_by_role("heading", name="Kim Jong Un").wait_for()
    assert page.url.endswith("/entity/wd:Q56226")


def test_hostile_names_do_nothing(browse: Callable[..., Any]) -> None:
    page = browse("/entity/kge:Person-nasty")
    assert "<script>alert" in page.get_by_role("heading", level=1).inner_text()
    assert page.locator("blockquote").inner_text().count("<b>dark</b>") == 1


@pytest.mark.parametrize("address", ["/", "/entity/wd:Q7747", "/search?q=kim", "/query?plain&name=meetings"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_small_screens(browse: Callable[..., Any], address: str, scheme: str) -> None:
    page = browse(address, viewport={"width": 400, "height": 800}, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    colour = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert colour == {"light": "rgb(250, 250, 247)", "dark": "rgb(20, 22, 26)"}[scheme]


def test_the_plain_page_completes_words_by_key_and_by_click_and_runs(browse: Callable[..., Any]) -> None:
    page = browse("/query?plain")
    page.wait_for_selector("body[data-ready=true]")
    area = page.get_by_role("combobox", name="SPARQL")
    area.press_sequentially("SELECT ?whom { wd:Q7747 kg:medi")
    page.get_by_role("option", name="kg:mediatedFor").wait_for()
    area.press("Enter")
    assert area.input_value().endswith("kg:mediatedFor")
    area.press_sequentially("|kg:me")
    page.get_by_role("option", name="kg:met", exact=False).last.click()
    assert area.input_value().endswith("|kg:met")
    area.press_sequentially(" ?whom }")
    area.press("Control+Enter")
    page.get_by_role("link", name="wd:Q56226").click()
    page.get_by_role("heading", name="Kim Jong Un").wait_for()


def test_completion_can_be_left_alone(browse: Callable[..., Any]) -> None:
    page = browse("/query?plain")
    page.wait_for_selector("body[data-ready=true]")
    area = page.get_by_role("combobox", name="SPARQL")
    area.press_sequentially("sk")
    page.get_by_role("option", name="skos:").first.wait_for()
    area.press("Escape")
    area.press("Enter")
    assert area.input_value() == "sk\n"
    assert page.get_by_role("option").count() == 0


@needs_editor
def test_the_editor_runs_a_query_and_its_entities_lead_to_their_pages(browse: Callable[..., Any]) -> None:
    page = browse(f"/query?{urlencode({'query': WHO})}")
    page.locator(".yasr td a", has_text="wd:Q56226").hover()
    assert page.locator(".yasr td a", has_text="wd:Q56226").get_attribute("href") == "/entity/wd:Q56226"
    page.locator(".yasr td a", has_text="Kim Jong Un").wait_for()


@needs_editor
def test_the_editor_knows_the_prefixes_and_the_words_of_the_ontology(browse: Callable[..., Any]) -> None:
    page = browse("/query")
    page.wait_for_selector("body[data-ready=true]")
    page.evaluate("document.querySelector('.CodeMirror').CodeMirror.setValue('')")
    page.locator(".CodeMirror").first.click()
    page.keyboard.type("SELECT * { ?s kg:me")
    page.wait_for_function(
        "document.querySelector('.CodeMirror').CodeMirror.getValue().includes('PREFIX kg: <https://w3id.org/')"
    )
    page.keyboard.press("Control+Space")
    page.locator(".CodeMirror-hints", has_text="kg:met").wait_for()


@needs_editor
def test_the_named_queries_are_examples_in_the_editor(browse: Callable[..., Any]) -> None:
    page = browse("/query")
    page.get_by_role("link", name="Who met, phoned or negotiated").click()
    page.locator(".yasr td a", has_text="Vladimir Putin").first.wait_for()
