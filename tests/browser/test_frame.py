"""The frame that a notebook shows: its page runs, and reaches neither the network nor the notebook around it."""

from pathlib import Path
from typing import Any

import networkx as nx

import kg


def test_the_page_draws_in_its_frame_without_an_origin(
    graph: "nx.MultiDiGraph[str]", tmp_path: Path, chromium: Any
) -> None:
    notebook = tmp_path / "notebook.html"
    frame = kg.view(graph)._repr_mimebundle_()["text/html"]
    notebook.write_text(f"<!doctype html><meta charset=utf-8><title>mine</title>{frame}", encoding="utf-8")
    page = chromium.new_page(offline=True)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(notebook.as_uri())
    page.frame_locator("iframe").locator("body[data-ready=true]").wait_for()
    inside = next(frame for frame in page.frames if frame != page.main_frame)
    assert inside.evaluate("origin") == "null"
    assert inside.evaluate("(() => { try { return parent.document.title } catch { return 'closed' } })()") == "closed"
    assert [url for url in requests if not url.startswith(("file:", "about:"))] == []
    page.close()


def test_the_picture_is_valid_in_a_browser(graph: "nx.MultiDiGraph[str]", tmp_path: Path, chromium: Any) -> None:
    picture = tmp_path / "graph.svg"
    picture.write_text(kg.view(graph)._repr_mimebundle_()["image/svg+xml"], encoding="utf-8")
    page = chromium.new_page(offline=True)
    page.goto(picture.as_uri())
    names = page.locator("text").all_text_contents()
    assert {"Vladimir Putin", "Kim Jong Un", "NATO"} <= set(names)
    assert page.locator("parsererror").count() == 0
    page.close()
