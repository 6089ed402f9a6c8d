"""A headless Chromium without a network, and a small graph of real news to look at."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from kg.views.html import write_html
from tests.browser.graphs import news

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
def graph() -> "nx.MultiDiGraph[str]":
    """August 2025 in fourteen entities."""
    return news()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A running headless Chromium; tests that want it are skipped where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs Playwright: pip install playwright")
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not executable:
        pytest.skip("needs a browser: install Chromium (apt install chromium)")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def view(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Opens a file in a fresh, offline profile; fails on any other request, any error, warning or dialog."""
    contexts: list[Any] = []
    faults: list[str] = []

    def opened(path: Path, fragment: str = "", **options: Any) -> Any:
        context = chromium.new_context(**({"viewport": {"width": 1280, "height": 800}, "offline": True} | options))
        contexts.append(context)
        context.route(lambda url: url.partition("#")[0] != path.as_uri(), lambda route: route.abort())
        page = context.new_page()
        watch(page, path.as_uri(), faults)
        page.goto(path.as_uri() + fragment)
        page.wait_for_selector("body[data-ready=true]", timeout=60_000)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture(scope="module")
def opened(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, list[str]]]:
    """The page of the small graph, opened once for all tests of a module, and what went wrong on it."""
    path = write_html(news(), tmp_path_factory.mktemp("page") / "graph.html")
    faults: list[str] = []
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, offline=True, reduced_motion="reduce")
    context.route(lambda url: not url.startswith((path.as_uri(), "blob:")), lambda route: route.abort())
    page = context.new_page()
    watch(page, path.as_uri(), faults)
    page.goto(path.as_uri())
    page.wait_for_selector("body[data-ready=true]", timeout=60_000)
    yield page, faults
    context.close()


@pytest.fixture
def page(opened: tuple[Any, list[str]]) -> Iterator[Any]:
    """The opened page as it was at first; fails on any request, error, warning or dialog."""
    page, faults = opened
    page.keyboard.press("Escape")
    page.evaluate("() => { kg.reset(); document.activeElement.blur(); }")
    page.mouse.move(640, 5)
    yield page
    assert faults == []


def watch(page: Any, address: str, faults: list[str]) -> None:
    """Notes each request but for the address itself, each error, warning and dialog of the page."""
    page.on("request", lambda request: None if request.url.partition("#")[0] == address else faults.append(request.url))
    page.on("console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("dialog", lambda dialog: dismiss(dialog, faults))


def dismiss(dialog: Any, faults: list[str]) -> None:
    """Notes a dialog and closes it."""
    faults.append(dialog.message)
    dialog.dismiss()
