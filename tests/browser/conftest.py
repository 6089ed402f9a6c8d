"""A headless Chromium without a network, and a small graph of real news to look at."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

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

    def opened(path: Path, **options: Any) -> Any:
        context = chromium.new_context(**({"viewport": {"width": 1280, "height": 800}, "offline": True} | options))
        contexts.append(context)
        context.route(lambda url: url != path.as_uri(), lambda route: route.abort())
        page = context.new_page()
        watch(page, path.as_uri(), faults)
        page.goto(path.as_uri())
        page.wait_for_selector("body[data-ready=true]", timeout=20_000)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


def watch(page: Any, address: str, faults: list[str]) -> None:
    """Notes each request but for the address itself, each error, warning and dialog of the page."""
    page.on("request", lambda request: None if request.url == address else faults.append(request.url))
    page.on("console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("dialog", lambda dialog: dismiss(dialog, faults))


def dismiss(dialog: Any, faults: list[str]) -> None:
    """Notes a dialog and closes it."""
    faults.append(dialog.message)
    dialog.dismiss()
