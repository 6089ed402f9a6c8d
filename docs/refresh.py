"""Writes what is printed, drawn or tabled in README.md and docs/ anew, so that nothing of it is typed by hand.

    python -m docs.refresh           all: runs the commands, draws the picture, makes the tables
    python -m docs.refresh --tables  the tables only
    python -m docs.refresh --check   changes nothing; exit code 1 where a table is not what it would be now

A block begins with `<!-- run: COMMAND -->` (its output follows), `<!-- table: NAME -->` (a function below) or
`<!-- example: NAME -->` (the same, but not checked, as it depends on the extraction), and ends with `<!-- end -->`.
`<!-- finally: COMMAND -->` is run when all else is done: the tests want to see current pages.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks import tables

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md")] + sorted((ROOT / "docs").glob("*.md"))
BLOCK = re.compile(r"(<!-- (run|table|example|finally): (.+?) -->\n)(.*?)(<!-- end -->)", re.DOTALL)
TOUR = re.compile(r"```python\n(.*?)```", re.DOTALL)
HOME = "/home/you/kg"
"""What the printed paths show in place of this folder."""
WIDTH = "100"
PICTURE = ROOT / "docs" / "graph.png"
WIDE, HIGH = 1280, 800


def main() -> None:
    """Refreshes or checks the pages."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tables", action="store_true", help="make the tables only")
    parser.add_argument("--check", action="store_true", help="change nothing, fail where a table is stale")
    arguments = parser.parse_args()
    kinds = {"table"} if arguments.tables or arguments.check else {"table", "example", "run"}
    stale = [path for path in PAGES if refresh(path, kinds, write=not arguments.check)]
    if "run" in kinds:
        draw_picture()
        for path in PAGES:
            refresh(path, {"finally"}, write=True)
    if arguments.check and stale:
        sys.exit(
            f"stale: {', '.join(path.name for path in stale)}; run `make docs`, or `python -m docs.refresh --tables`"
        )


def refresh(path: Path, kinds: set[str], *, write: bool) -> bool:
    """True where blocks of these kinds were not what they are now; written anew if wanted."""
    text = path.read_text(encoding="utf-8")

    def renew(block: re.Match[str]) -> str:
        opening, kind, name, content, end = block.groups()
        return opening + (make(kind, name) if kind in kinds else content) + end

    renewed = BLOCK.sub(renew, text)
    if write and renewed != text:
        path.write_text(renewed, encoding="utf-8")
    return renewed != text


def make(kind: str, name: str) -> str:
    """The content of a block."""
    return fence("text", run(name)) if kind in ("run", "finally") else MAKERS[name]().rstrip() + "\n"


def fence(language: str, text: str) -> str:
    """The text as a block of code."""
    return f"```{language}\n{text.rstrip()}\n```\n"


def run(command: str) -> str:
    """What a command prints, run in the checkout with its virtual environment; CalledProcessError where it fails."""
    print(f"$ {command}", flush=True)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    settings = {"PATH": path, "COLUMNS": WIDTH, "NO_COLOR": "1", "MAKEFLAGS": "", "MAKELEVEL": ""}
    shell = ["bash", "-o", "pipefail", "-c", command]
    done = subprocess.run(shell, cwd=ROOT, env=os.environ | settings, stdout=subprocess.PIPE, text=True, check=True)
    return "\n".join(line.rstrip() for line in done.stdout.replace(str(ROOT), HOME).strip().splitlines())


# --- Tables ---


def queries() -> str:
    """The named queries and what they ask."""
    from kg.queries import named_queries

    return tables.table(["name", "what it asks"], [[f"`{q.name}`", q.title] for q in named_queries().values()])


def commands() -> str:
    """The commands of kg."""
    from typer.main import get_command

    from kg.cli import app

    found: Any = get_command(app)
    rows = [[f"`kg {name}`", command.help.partition("\n")[0]] for name, command in found.commands.items()]
    return tables.table(["command", "what it does"], rows)


def statement_types() -> str:
    """All types of statements, events by their PLOVER type first."""
    from kg.ontology import types

    rows = [
        [f"`{t.name}`", t.plover or "–", t.cameo or "–", "yes" if t.symmetric else "", t.meaning, t.example]
        for t in sorted(types().values(), key=lambda t: (t.kind, t.quad or 0, t.plover or "", t.name))
    ]
    return tables.table(["type", "PLOVER", "CAMEO", "symmetric", "meaning", "example"], rows)


def entity_types() -> str:
    """The types of entities."""
    from rdflib.namespace import SKOS

    from kg.ontology import entity_types as classes
    from kg.ontology import load_graph

    graph = load_graph("kg.ttl")
    rows = [
        [f"`{name}`", graph.value(node, SKOS.definition), graph.value(node, SKOS.example)]
        for name, node in classes().items()
    ]
    return tables.table(["type", "meaning", "example"], rows)


def prefixes() -> str:
    """The prefixes that queries and Turtle files know."""
    from kg.ontology import NAMESPACES

    return tables.table(["prefix", "namespace"], [[f"`{prefix}:`", f"`{iri}`"] for prefix, iri in NAMESPACES.items()])


def formats() -> str:
    """The forms in which a graph can be exported."""
    from kg.exchange import FORMATS

    rows = [
        [
            f"`{name}`",
            one.title,
            f"`{one.suffix}`" if one.suffix else "folder",
            one.reader,
            one.carries,
            one.loses,
            "yes" if one.back else "",
        ]
        for name, one in FORMATS.items()
    ]
    header = ["format", "what it is", "file", "who reads it", "carries", "loses", "`kg import`"]
    return tables.table(header, rows)


def components() -> str:
    """kg's spaCy components in their order, with what each reads and writes."""
    from kg.nlp.pipeline import load_pipeline

    nlp = load_pipeline()
    rows = []
    for name, component in nlp.pipeline:
        if name.startswith("kg_"):
            meta = nlp.get_factory_meta(name)
            about = (type(component).__doc__ or "").partition("\n")[0].removeprefix("Doc → Doc ").rstrip(".")
            rows.append([f"`{name}`", about, _code(meta.requires), _code(meta.assigns)])
    return tables.table(["component", "gives a Doc", "reads", "writes"], rows)


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _results() -> dict[str, Any]:
    results: dict[str, Any] = json.loads((ROOT / "benchmarks" / "results.json").read_text(encoding="utf-8"))
    return results


def quality() -> str:
    """Precision, recall and F1 as measured."""
    return tables.quality_table(_results()["quality"])


def speed() -> str:
    """The speed as measured."""
    return tables.speed_table(_results()["speed"])


def store() -> str:
    """The store's speed as measured."""
    return tables.store_table(_results()["store"])


# --- Examples ---


def turtle() -> str:
    """The RDF of one sentence."""
    from kg import Document, extract
    from kg.rdf import to_graph

    text = "KCNA said that Kim Jong Un met Vladimir Putin in Vladivostok on Thursday."
    graph = to_graph(extract(Document("example", text, published=date(2019, 4, 26))))
    return fence("turtle", graph.serialize(format="turtle"))


def tour() -> str:
    """What the Python example of the README prints."""
    code = TOUR.search((ROOT / "README.md").read_text(encoding="utf-8"))
    assert code, "README.md has lost its Python example"
    command = [sys.executable, "-c", code[1]]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return fence("text", done.stdout.replace(str(ROOT), HOME))


MAKERS: dict[str, Callable[[], str]] = {
    "queries": queries,
    "commands": commands,
    "statement types": statement_types,
    "entity types": entity_types,
    "prefixes": prefixes,
    "formats": formats,
    "components": components,
    "quality": quality,
    "speed": speed,
    "store": store,
    "turtle": turtle,
    "tour": tour,
}


# --- The picture ---


def draw_picture() -> None:
    """Writes the picture of the README: the page of `make demo` in Chromium, with Kim Jong Un looked up."""
    from playwright.sync_api import sync_playwright

    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        sys.exit("needs a browser to draw the picture: install Chromium (apt install chromium)")
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        page = chromium.new_context(
            viewport={"width": WIDE, "height": HIGH}, offline=True, reduced_motion="reduce"
        ).new_page()
        page.goto((ROOT / "graph.html").as_uri())
        page.wait_for_selector("body[data-ready=true]")
        page.fill("#query", "Kim Jong Un")
        page.press("#query", "Enter")
        page.evaluate("document.activeElement.blur()")
        page.wait_for_timeout(500)
        page.screenshot(path=PICTURE)
        chromium.close()
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
