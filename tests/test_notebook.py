"""Jupyter: the graph shows itself, `%%sparql` gives DataFrames, and the shipped notebooks run."""

import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pandas
import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

import kg
from kg.model import Document, Entity, Evidence, Mention, Statement
from kg.store import Store

TEXT = "Putin met Kim <b>Jong</b> Un."
PUTIN = Mention(Entity("wd:Q7747", "Person", "Vladimir Putin"), "Putin", 0, 5)
KIM = Mention(Entity("wd:Q56226", "Person", "Kim Jong Un"), "Kim <b>Jong</b> Un", 10, 28)
EXECUTE = Path(__file__).parents[1] / "notebooks" / "execute.py"
ASK = "SELECT ?name WHERE { wd:Q7747 kg:met/rdfs:label ?name }"


@pytest.fixture
def store() -> Iterator[Store]:
    """A graph in which Putin has met Kim."""
    with kg.open() as store:
        meeting = Statement("event", "Meet", Evidence("d1", 0, len(TEXT), TEXT), (PUTIN,), (KIM,), plover="CONSULT")
        store.add(Document("d1", TEXT), [meeting])
        yield store


@pytest.fixture
def shell(store: Store) -> Iterator[InteractiveShell]:
    """An IPython shell with the extension loaded and a store in the variable `korea`."""
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "kg.notebook")
    shell.push({"korea": store})
    yield shell
    InteractiveShell.clear_instance()


def test_a_view_is_a_frame_a_picture_and_a_sentence(store: Store) -> None:
    shown = kg.view(store, title="A & B")._repr_mimebundle_()
    assert set(shown) == {"text/html", "image/svg+xml", "text/plain"}
    assert shown["text/plain"] == "2 entities, 1 edges"
    opening, _, page = shown["text/html"].partition(' srcdoc="')
    assert 'sandbox="allow-scripts allow-popups allow-popups-to-escape-sandbox"' in opening
    assert page.count('"') == 1, "the page must not end its attribute"
    assert "<title>A &amp; B</title>" in unescape(page)


def test_the_picture_is_xml_with_both_names_and_what_joins_them(store: Store) -> None:
    picture = ElementTree.fromstring(kg.view(store)._repr_mimebundle_()["image/svg+xml"])
    words = [element.text for element in picture.iter() if element.text]
    assert words.count("Vladimir Putin") == words.count("Kim Jong Un") == 1
    assert any("met" in text.split() for text in words)


def test_a_view_takes_a_graph_and_leaves_out_who_is_joined_to_nobody(store: Store) -> None:
    graph = kg.to_networkx(store)
    graph.nodes["wd:Q7747"]["name"] = "Putin\x00"
    graph.add_node("wd:Q1", name="Nobody", type="Person", iri="http://example.org/1")
    shown = kg.view(graph)._repr_mimebundle_()
    assert shown["text/plain"] == "2 entities, 1 edges"
    labels = [element.text for element in ElementTree.fromstring(shown["image/svg+xml"]).iter() if element.text]
    assert "Putin" in labels and "Nobody" not in labels
    assert "Nobody" not in shown["text/html"]


def test_a_cell_of_sparql_gives_a_data_frame(shell: InteractiveShell) -> None:
    rows = shell.run_cell_magic("sparql", "korea", ASK)
    assert isinstance(rows, pandas.DataFrame)
    assert rows.to_dict("records") == [{"name": "Kim Jong Un"}]


def test_a_line_of_sparql_runs_a_named_query_and_binds_a_variable(shell: InteractiveShell) -> None:
    shell.run_line_magic("sparql", "korea -o rows meetings")
    assert list(shell.user_ns["rows"]["whom"]) == ["Vladimir Putin"]
    shell.run_line_magic("sparql", f"korea -o rows {ASK}")
    assert list(shell.user_ns["rows"]["name"]) == ["Kim Jong Un"]


@pytest.mark.parametrize(
    ("line", "cell", "message"),
    [
        ("russia", ASK, "'russia' is no open graph"),
        ("korea", "SELECT ?x WHERE {", "line 1, column"),
        ("korea", "metings", "did you mean 'meetings'"),
        ("korea", " ", "no query is given"),
        ("", ASK, "no store"),
    ],
)
def test_a_wrong_cell_is_one_sentence(shell: InteractiveShell, line: str, cell: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        shell.run_cell_magic("sparql", line, cell)


def run_notebook(source: str, folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "story.py").write_text(source)
    command: list[str | Path] = [sys.executable, EXECUTE, folder / "story.py", "-o", folder]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_real_kernel_shows_the_graph_and_the_rows(tmp_path: Path) -> None:
    source = f"""# %%
import kg
from kg.model import Document, Entity, Evidence, Mention, Statement
# %load_ext kg.notebook
store = kg.open()
putin = Mention(Entity("wd:Q7747", "Person", "Vladimir Putin"), "Putin", 0, 5)
kim = Mention(Entity("wd:Q56226", "Person", "Kim Jong Un"), "Kim", 10, 13)
meeting = Statement("event", "Meet", Evidence("d1", 0, 13, "Putin met Kim"), (putin,), (kim,), plover="CONSULT")
store.add(Document("d1", "Putin met Kim"), [meeting])
kg.view(store)
# %%
store.query("{ASK}").to_dataframe()
# %%
# %sparql store {ASK}
"""
    run = run_notebook(source, tmp_path)
    assert (run.returncode, run.stderr, len(run.stdout.splitlines())) == (0, "", 1)
    cells = nbformat.read(tmp_path / "story.ipynb", as_version=4).cells
    shown, asked, by_magic = [cell.outputs[-1].data for cell in cells]
    assert shown["text/html"].startswith("<iframe ")
    assert shown["image/svg+xml"].startswith("<svg ")
    assert "Kim Jong Un" in asked["text/html"]
    assert asked == by_magic


def test_a_notebook_that_fails_stops_the_runner(tmp_path: Path) -> None:
    run = run_notebook("# %%\n1 / 0\n", tmp_path)
    assert run.returncode == 1
    assert "story.py" in run.stderr and "ZeroDivisionError" in run.stderr
