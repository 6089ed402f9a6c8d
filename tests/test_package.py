"""The wheel: it carries the ontology, the queries and the seeds, works alone, and holds nothing else."""

import os
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path, PurePosixPath

import pytest

from kg import __version__

DATA = {
    "ontology": {".ttl"},
    "ontology/queries": {".rq"},
    "ontology/exchange": {".jsonld", ".ttl"},
    "seeds": {".tsv"},
    "seeds/articles": {".txt"},
    "seeds/entities": {".csv"},
    "seeds/models": {".gz"},
}
"""The folders below `kg/_data`, each with the kinds of files that belong there."""
CODE = {".py", ".typed", ".cfg", ".json", ".html", ".css", ".js", ".jinja"}


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without a network from what the checkout holds."""
    pytest.importorskip("hatchling", reason="needs hatchling: pip install -r requirements.txt")
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=root, env=os.environ | {"KG_WITHOUT_EDITOR": "1"}, check=True, capture_output=True)
    [path] = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def names(wheel: Path) -> list[PurePosixPath]:
    """The files in the wheel, without those that describe it."""
    with zipfile.ZipFile(wheel) as archive:
        paths = [PurePosixPath(name) for name in archive.namelist()]
    return [path for path in paths if not path.parts[0].endswith(".dist-info")]


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which the wheel was unpacked, far from the checkout."""
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_it_is_called_by_its_name_and_version(wheel: Path) -> None:
    assert wheel.name == f"geokg-{__version__}-py3-none-any.whl"


def test_it_describes_itself(unpacked: Path) -> None:
    text = (unpacked / f"geokg-{__version__}.dist-info" / "METADATA").read_text(encoding="utf-8")
    metadata = Parser().parsestr(text)
    assert metadata["Name"] == "geokg"
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Requires-Python"] == ">=3.11"
    assert str(metadata.get_payload()).strip()


def test_it_holds_all_code_that_the_checkout_holds(root: Path, names: list[PurePosixPath]) -> None:
    inside = {str(path) for path in names if path.suffix == ".py"}
    assert inside == {path.relative_to(root).as_posix() for path in (root / "kg").rglob("*.py")}


@pytest.mark.parametrize("folder", DATA)
def test_it_holds_the_ontology_the_queries_and_the_seeds(root: Path, names: list[PurePosixPath], folder: str) -> None:
    inside = {path.name for path in names if str(path.parent) == f"kg/_data/{folder}"}
    assert inside == {path.name for path in (root / folder).iterdir() if path.suffix in DATA[folder]} != set()


def test_it_holds_nothing_but_what_is_meant(names: list[PurePosixPath]) -> None:
    meant = {PurePosixPath("kg/_data", folder): kinds for folder, kinds in DATA.items()}
    trained = [PurePosixPath("kg/_data/seeds/models", finder) for finder in ("ner", "minilm", "reader")]
    known = [path for path in names if not any(path.is_relative_to(folder) for folder in trained)]
    strange = [str(path) for path in known if path.suffix not in meant.get(path.parent, CODE)]
    assert strange == []
    assert not [str(path) for path in names if any(part.startswith((".", "__pycache__")) for part in path.parts)]
    assert {path.parts[0] for path in names} == {"kg"}


def test_it_is_small(wheel: Path) -> None:
    assert wheel.stat().st_size < 55_000_000  # 42 MB of these are the weights of two MiniLMs


def test_it_extracts_far_from_the_checkout(unpacked: Path, tmp_path: Path) -> None:
    code = "import kg\nprint(*kg.extract(kg.Document('d1', 'Vladimir Putin visited North Korea.')))"
    environment = os.environ | {"PYTHONPATH": str(unpacked)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.stdout == "Vladimir Putin — Visit → North Korea\n"


def test_it_works_far_from_the_checkout(unpacked: Path, tmp_path: Path) -> None:
    code = """
from kg.gazetteer import load_gazetteer
from kg.ontology import triggers, types
from kg.queries import named_queries
from kg.resources import resource
from kg.sources import read
print(resource("ontology", "kg.ttl"))
print(len(types()) == 72, len(named_queries()) >= 12, len(triggers()) > 100)
print(load_gazetteer().find("North Korea")[0].id, len(list(read(resource("seeds", "articles")))))
"""
    environment = os.environ | {"PYTHONPATH": str(unpacked)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        str(unpacked / "kg" / "_data" / "ontology" / "kg.ttl"),
        "True True True",
        "wd:Q423 5",
    ]


def test_its_command_works_far_from_the_checkout(unpacked: Path, graph_path: Path, tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(unpacked)}
    command = [sys.executable, "-m", "kg.cli", "query", str(graph_path), "meetings", "-f", "csv"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[1].startswith("Kim Jong Un,met,Vladimir Putin,2025-08-14,Pyongyang")
