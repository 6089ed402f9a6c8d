"""Reading beside a writer: the files that a reader may still need stay, and nothing is left behind."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from kg import snapshot
from kg.snapshot import take_snapshot
from kg.store import open_store

HERE = f"reader-{platform.node()}-"


def readers(path: Path) -> list[Path]:
    """The folders of readers inside a store."""
    return sorted(path.glob("reader-*"))


def dead_process() -> int:
    """The number of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_a_reader_keeps_what_a_writer_deletes(graph_path: Path) -> None:
    with open_store(graph_path, read_only=True) as store:
        for file in graph_path.glob("*.sst"):
            file.unlink()
        assert store.document_ids() == ["d1", "d2"]
        assert store.query("meetings").rows


def test_a_reader_sees_the_state_at_its_opening(graph_path: Path) -> None:
    with open_store(graph_path, read_only=True) as reader, open_store(graph_path) as writer:
        writer.forget("d1")
        assert writer.document_ids() == ["d2"]
        assert reader.document_ids() == ["d1", "d2"]


def test_a_closed_reader_leaves_nothing_behind(graph_path: Path) -> None:
    with open_store(graph_path, read_only=True):
        assert len(readers(graph_path)) == 1
    assert readers(graph_path) == []


def test_a_forgotten_reader_leaves_nothing_behind(graph_path: Path) -> None:
    store = open_store(graph_path, read_only=True)
    assert len(readers(graph_path)) == 1
    del store
    code = "import sys, kg; kg.open(sys.argv[1], read_only=True)"
    subprocess.run([sys.executable, "-c", code, str(graph_path)], check=True)
    assert readers(graph_path) == []


def test_what_a_killed_reader_has_left_is_deleted(graph_path: Path) -> None:
    left, alive = graph_path / f"{HERE}{dead_process()}-x", graph_path / f"{HERE}{os.getpid()}-y"
    other = graph_path / "reader-another-machine-1-z"
    for folder in (left, alive, other):
        folder.mkdir()
    open_store(graph_path, read_only=True).close()
    assert readers(graph_path) == sorted((alive, other))


def test_a_store_that_changes_meanwhile_is_taken_again(graph_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, seen = snapshot._state, []

    def moving(path: Path) -> set[tuple[str, int]]:
        seen.append(path)
        return real(path) | ({("new.sst", 0)} if len(seen) == 1 else set())

    monkeypatch.setattr(snapshot, "_state", moving)
    with open_store(graph_path, read_only=True) as store:
        assert store.document_ids() == ["d1", "d2"]
    assert len(seen) == 3


@pytest.mark.parametrize("function", ["os.link", "kg.snapshot.mkdtemp"])
def test_where_nothing_can_be_linked_the_store_itself_is_read(
    graph_path: Path, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise PermissionError

    monkeypatch.setattr(function, refuse)
    assert take_snapshot(graph_path) is None
    with open_store(graph_path, read_only=True) as store:
        assert store.document_ids() == ["d1", "d2"]
    assert readers(graph_path) == []
