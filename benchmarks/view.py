"""Measures how soon the page shows its picture and how smoothly it moves, beside pyvis's own page of the same graph.

    python -m benchmarks.view [KG]

KG is a graph that `kg build` has made, of which the real statements are taken as far as they go; without it, and beyond,
statements are generated: of the same types, between entities that choose their partners by how many these have already.
Both pages are opened from disk by the same headless Chromium, software rendering, one after the other in one run. pyvis's
page asks for files from the network, which is not there. A picture is complete where all that it will show has been drawn:
ours when the page says so, pyvis's when its layout has come to rest or has used up its iterations, or not within the limit.
Frames are counted while the picture is dragged for two seconds. Writes `view.json` and `view.md`.
"""

import json
import platform
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import networkx as nx
from pyvis.network import Network

from benchmarks.gold import HERE
from benchmarks.tables import table
from kg.network import heaviest, to_networkx
from kg.ontology import types
from kg.store import open_store
from kg.views.html import write_html

SIZES = (300, 1000, 5000)
LIMIT = 120
"""Seconds that a page is waited for."""
DRAG = 2.0
SCREEN = {"width": 1280, "height": 800}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

COUNT_FRAMES = """() => { window.frames_ = 0; const next = () => { window.frames_ += 1; requestAnimationFrame(next); }; next(); }"""
AT_REST = """() => {
    const { stabilized, stabilizationIterations, targetIterations } = network.physics;
    return stabilized || (targetIterations > 0 && stabilizationIterations >= targetIterations);
}"""


def main() -> None:
    """Measures, prints and writes the tables."""
    from playwright.sync_api import sync_playwright

    graph = load(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        sys.exit("needs a browser: install Chromium (apt install chromium)")
    rows = []
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as folder:
        chromium = driver.chromium.launch(executable_path=executable, args=ARGUMENTS)
        for size in SIZES:
            some, real = of_size(graph, size)
            start = time.perf_counter()
            path = write_html(some, Path(folder) / f"{size}.html", title=f"{size} entities")
            written = time.perf_counter() - start
            row: dict[str, Any] = {
                "nodes": size,
                "edges": some.number_of_edges(),
                "real statements": real,
                "written in s": round(written, 1),
            }
            row |= {"kg": measure(chromium, path, ours=True), "bytes": path.stat().st_size}
            row["pyvis"] = measure(chromium, plain_page(some, Path(folder) / f"plain-{size}.html"), ours=False)
            print(json.dumps(row), flush=True)
            rows.append(row)
        results = {"browser": f"Chromium {chromium.version}", "python": platform.python_version(), "rows": rows}
        chromium.close()
    (HERE / "view.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    (HERE / "view.md").write_text(to_markdown(results), encoding="utf-8")


def load(path: Path | None) -> "nx.MultiDiGraph[str]":
    """The graph of the store; an empty one without a path."""
    if path is None:
        return nx.MultiDiGraph(documents=0)
    with open_store(path, read_only=True) as store:
        return to_networkx(store)


def of_size(graph: "nx.MultiDiGraph[str]", size: int) -> tuple["nx.MultiDiGraph[str]", int]:
    """The `size` weightiest entities of the graph that are joined, and as many more as are wanting; and the number of real statements."""
    joined = graph.subgraph([node for node in graph if graph.degree(node)])
    some: nx.MultiDiGraph[str] = nx.MultiDiGraph(heaviest(nx.MultiDiGraph(joined), size))
    some.remove_nodes_from([node for node in some if not some.degree(node)])
    some.graph = {"documents": graph.graph.get("documents", 0)}
    real = sum(len(edge["statements"]) for *_, edge in some.edges(data=True))
    for source, target, type_name in generated(some, size):
        add(some, source, target, type_name)
    return some, real


def generated(graph: "nx.MultiDiGraph[str]", size: int) -> Iterator[tuple[str, str, str]]:
    """Statements that bring the graph to `size` nodes, two for each new one."""
    chance = random.Random(size)
    ends = [end for edge in graph.edges() for end in edge] or ["kge:Person-generated-0"]
    names = sorted(types())
    for number in range(1, size - len(graph) + (0 if len(graph) else 1)):
        new = f"kge:Person-generated-{number}"
        for other in {chance.choice(ends), chance.choice(ends)} - {new}:
            yield new, other, chance.choice(names)
            ends += [new, other]
    new = f"kge:Person-generated-{size}"
    if len(graph) < size:
        yield new, chance.choice(ends), chance.choice(names)


def add(graph: "nx.MultiDiGraph[str]", source: str, target: str, type_name: str) -> None:
    """Adds one generated statement, in the shape that `kg.network` gives."""
    for node in (source, target):
        if node not in graph:
            graph.add_node(
                node, name=node.partition("-")[2], type="Person", iri=f"https://w3id.org/geokg/entity/{node[4:]}"
            )
    type_ = types()[type_name]
    number = graph.number_of_edges()
    day = f"2019-{number % 12 + 1:02d}-{number % 28 + 1:02d}"
    statement: dict[str, Any] = {
        "id": f"s:{number}", "quote": f"{source} {type_.verb} {target} on {day}, officials said.", "marks": [], "time": day,
        "days": [day, day], "place": None, "place_id": None, "attribution": [], "source": "generated", "title": f"Article {number % 300}",
        "url": None, "published": day, "confidence": 0.5 + number % 50 / 100, "topic": None,
    }  # fmt: skip
    about: dict[str, Any] = {
        "type": type_name,
        "label": type_.verb,
        "kind": type_.kind,
        "plover": type_.plover,
        "quad": type_.quad,
    }
    about |= {"symmetric": type_.symmetric, "modality": "asserted", "statements": [statement]}
    graph.add_edge(source, target, (type_name, "asserted", number), **about)


def plain_page(graph: "nx.MultiDiGraph[str]", path: Path) -> Path:
    """The page that pyvis makes of the same nodes and edges by itself, with its scripts inside."""
    network = Network(height="800px", width="100%", directed=True, cdn_resources="in_line")
    for node, about in graph.nodes(data=True):
        network.add_node(node, label=about["name"])
    for source, target, edge in graph.edges(data=True):
        network.add_edge(source, target, title=edge["label"])
    path.write_text(network.generate_html(), encoding="utf-8")
    return path


def measure(chromium: Any, path: Path, *, ours: bool) -> dict[str, Any]:
    """Seconds from opening to the complete picture (None: not within the limit), and frames a second while it is dragged."""
    context = chromium.new_context(viewport=SCREEN, offline=True)
    page = context.new_page()
    page.set_default_timeout(LIMIT * 1000)
    start = time.perf_counter()
    try:
        page.goto(path.as_uri(), wait_until="commit")
        if ours:
            page.wait_for_selector("body[data-ready=true]", timeout=LIMIT * 1000)
        else:
            page.wait_for_function("() => typeof network === 'object'", timeout=LIMIT * 1000)
            page.wait_for_function(AT_REST, timeout=LIMIT * 1000)
        seconds: float | None = round(time.perf_counter() - start, 2)
    except Exception as error:
        if "Timeout" not in type(error).__name__:
            raise
        context.close()
        return {"seconds": None, "fps": None}
    fps = drag(page)
    context.close()
    return {"seconds": seconds, "fps": fps}


def drag(page: Any) -> float:
    """Frames a second while the picture is dragged to and fro."""
    page.wait_for_timeout(500)
    box = page.locator("canvas").first.bounding_box()
    x, y = box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.97
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(COUNT_FRAMES)
    before, start, step = page.evaluate("window.frames_"), time.perf_counter(), 0
    while time.perf_counter() - start < DRAG:
        step += 1
        page.mouse.move(x + 120 * (step % 2), y - 60 * (step % 3))
    counted: int = page.evaluate("window.frames_") - before
    spent = time.perf_counter() - start
    page.mouse.up()
    return round(counted / spent, 1)


def to_markdown(results: dict[str, Any]) -> str:
    """The results as a page."""
    rows = []
    for row in results["rows"]:
        ours, plain = row["kg"], row["pyvis"]
        slow = f"{plain['seconds']}" if plain["seconds"] else f"more than {LIMIT}"
        times = (plain["seconds"] or LIMIT) / ours["seconds"]
        sooner = f"{'' if plain['seconds'] else 'over '}{times:.0f} ×"
        size = [row["nodes"], row["edges"], row["real statements"], f"{row['bytes'] / 1e6:.2f}"]
        rows.append([*size, ours["seconds"], slow, sooner, ours["fps"], plain["fps"] or "–"])
    return (
        "# The page\n\nWritten by `python -m benchmarks.view KG`; every figure stands in `view.json`.\n\n"
        f"Measured with {results['browser']}, headless, without a GPU, 1280 × 800, both pages in one run. The first picture is counted "
        "from opening the file to the moment all of it is drawn; frames are counted while the picture is dragged. "
        "Above 1,000 entities kg draws communities, which open on a click.\n\n"
        + table(
            [
                "entities",
                "edges",
                "real statements",
                "MB",
                "kg: first picture, s",
                "pyvis, s",
                "sooner",
                "kg: frames / s",
                "pyvis: frames / s",
            ],
            rows,
        )
        + "\n"
    )


if __name__ == "__main__":
    main()
