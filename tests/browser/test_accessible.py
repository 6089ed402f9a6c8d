"""The page for those who see little, or use no mouse: axe-core finds nothing serious, in each picture, light and dark."""

from pathlib import Path
from typing import Any

import pytest

from tests.browser.test_interactions import tab

TABS = ("Graph", "Map", "Timeline", "Matrix", "Table")
SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def axe() -> str:
    """The script of axe-core."""
    package = pytest.importorskip("axe_playwright_python", reason="needs axe-core: pip install axe-playwright-python")
    return (Path(package.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", TABS)
def test_axe_finds_nothing_serious(page: Any, axe: str, name: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.evaluate("kg.showNode('wd:Q7747')")
    tab(page, name)
    page.evaluate(axe)
    found = page.evaluate("axe.run({ resultTypes: ['violations'] })")
    page.emulate_media(color_scheme="light")
    assert len(found["passes"]) > 15
    assert [
        (rule["id"], node["html"][:160], node["failureSummary"])
        for rule in found["violations"]
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
    ] == []


def test_what_has_the_keyboard_is_seen(page: Any) -> None:
    page.locator("#query").focus()
    seen = set()
    for _ in range(25):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("getComputedStyle(document.activeElement).outlineStyle"))
    assert seen <= {"solid", "auto"}
