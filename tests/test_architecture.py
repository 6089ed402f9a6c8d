"""Imports go one way: see the design. A part may import parts of the rows above its own, and its own modules."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROWS = [
    ["errors", "model", "resources", "edtf", "snapshot"],
    ["identity", "sorting"],
    ["ontology", "queries"],
    ["gazetteer"],
    ["own_entities"],
    ["sources", "nlp"],
    ["rdf", "statements", "remote"],
    ["validation", "happenings"],
    ["store"],
    ["network", "builder", "evaluation", "disambiguation", "explanation", "provenance", "review"],
    ["exchange"],
    ["views", "server"],
    ["notebook"],
    ["cli"],
]
"""The parts of kg; `sources`, `nlp`, `exchange` and `views` are packages, and count as one part each."""
RANK = {part: number for number, row in enumerate(ROWS) for part in row}
PACKAGE = Path(__file__).parents[1] / "kg"
MODULES = sorted(
    path.relative_to(PACKAGE).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")
    for path in PACKAGE.rglob("*.py")
    if path != PACKAGE / "__init__.py"
)
READERS = ["cli", "network", "exchange", "store", "queries", "views.html", "views.svg", "notebook"]
"""What reading a graph needs: none of it may load the language model."""


def path_of(module: str) -> Path:
    path = PACKAGE.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@cache
def imports(module: str) -> frozenset[str]:
    """The full names of all that a module imports, wherever in it."""
    return frozenset(_imports(ast.parse(path_of(module).read_text(encoding="utf-8"))))


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "kg imports by full names"
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own_imports(module: str) -> set[str]:
    """The modules of kg that a module imports."""
    return {name.removeprefix("kg.") for name in imports(module) if name.removeprefix("kg.") in MODULES} - {module}


def part(module: str) -> str:
    return module.partition(".")[0]


def uses(module: str, library: str) -> bool:
    return any(name == library or name.startswith(f"{library}.") for name in imports(module))


@pytest.mark.parametrize("module", MODULES)
def test_each_module_has_its_place(module: str) -> None:
    assert part(module) in RANK


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_one_way(module: str) -> None:
    lower = {
        name for name in own_imports(module) if RANK[part(name)] < RANK[part(module)] or part(name) == part(module)
    }
    assert own_imports(module) == lower


def test_no_module_imports_itself_by_a_detour() -> None:
    assert len(list(TopologicalSorter({name: own_imports(name) for name in MODULES}).static_order())) == len(MODULES)


@pytest.mark.parametrize("module", [name for name in MODULES if part(name) == "nlp"])
def test_extraction_knows_nothing_of_rdf(module: str) -> None:
    assert not any(uses(module, library) for library in ("rdflib", "pyoxigraph", "oxrdflib", "pyshacl"))


@pytest.mark.parametrize("module", MODULES)
def test_each_library_has_its_place(module: str) -> None:
    assert not uses(module, "pyvis") or module == "views.html"
    assert not uses(module, "spacy") or part(module) in ("nlp", "statements")
    assert not uses(module, "pyoxigraph") or part(module) in ("store", "remote", "sorting", "exchange", "server")
    assert not uses(module, "trafilatura") or part(module) == "sources"
    assert not uses(module, "typer") or part(module) == "cli"
    assert not uses(module, "pydantic") or module in ("nlp.frames", "nlp.llm")


def test_the_values_need_the_standard_library_alone() -> None:
    roots = {name.partition(".")[0] for module in ROWS[0] for name in imports(module)}
    assert roots <= sys.stdlib_module_names | {"kg"}


def loaded(code: str, *arguments: str) -> set[str]:
    """The names of the modules that a fresh process has loaded after this code."""
    code = f"{code}\nimport sys\nprint('\\n'.join(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    return set(done.stderr.splitlines())


def test_reading_a_graph_does_not_load_the_language_model() -> None:
    modules = loaded("\n".join(f"import kg.{module}" for module in READERS))
    assert "kg.store" in modules
    assert not modules & {"spacy", "thinc", "pyshacl", "trafilatura", "pandas"}


def test_importing_kg_loads_nothing() -> None:
    modules = loaded("import kg")
    assert {name for name in modules if name.startswith("kg.")} == set()


def test_a_query_from_the_shell_does_not_load_the_language_model(graph_path: Path) -> None:
    code = "import sys\nsys.argv[0] = 'kg'\nfrom kg.cli import app\napp(standalone_mode=False)"
    modules = loaded(code, "query", str(graph_path), "meetings")
    assert "kg.store" in modules
    assert not modules & {"spacy", "thinc", "pyshacl", "networkx", "pyvis", "trafilatura", "pandas"}


def test_drawing_a_graph_does_not_load_the_language_model(graph_path: Path, tmp_path: Path) -> None:
    code = "import sys\nsys.argv[0] = 'kg'\nfrom kg.cli import app\napp(standalone_mode=False)"
    modules = loaded(code, "view", str(graph_path), "-o", str(tmp_path / "graph.html"))
    assert "pyvis" in modules
    assert not modules & {"spacy", "thinc", "pyshacl", "trafilatura"}
