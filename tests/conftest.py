"""What several tests share: stores in memory and on disk, the graph of the seed articles, and the command line."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import settings

import kg
from kg.store import Store, open_store
from tests.examples import MEETING, MET, NO_AID, SIGN, TREATY

settings.register_profile("kg", derandomize=True, deadline=None, database=None, max_examples=50)
settings.load_profile("kg")

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"


class Outcome(NamedTuple):
    """What a command did: its exit code, and what it printed."""

    code: int
    out: str
    err: str


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write tests/golden/*.ttl anew")


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of the annotated articles and the facts that stay outside the repository."""
    if not SHARED.is_dir():
        pytest.skip("needs ../shared, the annotated articles that stay outside the repository")
    return SHARED


@pytest.fixture
def store() -> Iterator[Store]:
    """A graph in memory in which Putin has met Kim, and a treaty is planned."""
    with open_store() as store:
        store.add(MEETING, [MET])
        store.add(TREATY, [SIGN, NO_AID])
        yield store


@pytest.fixture(scope="session")
def seeds_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The graph of seeds/articles on disk, built once; tests only read it."""
    path = tmp_path_factory.mktemp("seeds") / "seeds.kg"
    kg.build(ROOT / "seeds" / "articles", path).close()
    return path


@pytest.fixture
def seeds(seeds_path: Path) -> Iterator[Store]:
    """The graph of seeds/articles, open for reading."""
    with open_store(seeds_path, read_only=True) as store:
        yield store


@pytest.fixture
def graph_path(tmp_path: Path) -> Path:
    """A graph on disk in which Putin has met Kim, and a treaty is planned."""
    path = tmp_path / "small.kg"
    with open_store(path) as store:
        store.add(MEETING, [MET])
        store.add(TREATY, [SIGN, NO_AID])
    return path


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Runs the command `kg` with these arguments in this process."""
    from kg.cli import main

    def command(*arguments: object) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["kg", *map(str, arguments)])
        code: object = 0
        try:
            main()
        except SystemExit as leave:
            code = leave.code
        printed = capsys.readouterr()
        return Outcome(code if isinstance(code, int) else 0, printed.out, printed.err)

    return command
