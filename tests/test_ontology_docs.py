"""The HTML documentation of the ontology: each term has its entry, and the pages fetch nothing."""

import re

import pytest

from docs.ontology import write_pages
from kg.ontology import NAMESPACES
from tests.test_ontology_terms import terms

pytest.importorskip("pylode", reason="needs pylode: pip install -r requirements-dev.txt")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The text of each page by its name."""
    paths = write_pages(tmp_path_factory.mktemp("ontology"))
    return {path.stem: path.read_text(encoding="utf-8") for path in paths}


def test_there_is_a_page_for_kg_plover_and_cameo(pages: dict[str, str]) -> None:
    assert list(pages) == ["kg", "plover", "cameo"]


@pytest.mark.parametrize("name", ["kg", "plover"])
def test_each_term_has_its_entry(pages: dict[str, str], name: str) -> None:
    own = [node for node in terms() if str(node).startswith(NAMESPACES[name])]
    assert [node for node in own if f"<code>{node}</code>" not in pages[name]] == []


def test_a_term_is_shown_with_its_example(pages: dict[str, str]) -> None:
    assert "Putin met Kim in Vladivostok." in pages["kg"]
    assert "Kim travelled to Russia." in pages["plover"]


def test_the_pages_fetch_nothing(pages: dict[str, str]) -> None:
    for text in pages.values():
        assert not re.search(r"""<(?:img|iframe|script)[^>]*\ssrc=|<link[^>]*rel="?stylesheet|@import""", text)
