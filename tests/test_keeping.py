"""Keeping a graph: forgetting, backing up beside a writer, compacting, loading a dump, and telling where statements come from."""

import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.errors import SourceError, StoreError
from kg.identity import FILE_NAME
from kg.model import Evidence
from kg.provenance import explain_pair, explain_statement
from kg.snapshot import fresh_folder, recover
from kg.store import Store, open_store
from tests.conftest import Outcome
from tests.examples import MEETING, MET, NO_AID, SIGN, TREATY, document, statement

PRAISE = document("Kim praised Putin.", "d3")


def dumped(store: Store) -> bytes:
    file = io.BytesIO()
    store.dump(file, "nquads")
    return file.getvalue()


def dump_of(path: Path) -> bytes:
    with open_store(path, read_only=True) as store:
        return dumped(store)


def around(path: Path) -> set[str]:
    """The names of all beside a graph."""
    return {other.name for other in path.parent.iterdir()} - {path.name}


# --- backups ---


def test_a_backup_is_the_same_graph(graph_path: Path, tmp_path: Path) -> None:
    with open_store(graph_path, read_only=True) as store:
        quads = store.backup(tmp_path / "copy.kg")
    assert quads > 1000
    assert dump_of(tmp_path / "copy.kg") == dump_of(graph_path)
    assert around(graph_path) == {"copy.kg"}


def test_a_backup_is_taken_beside_a_writer_and_does_not_change_with_it(graph_path: Path, tmp_path: Path) -> None:
    before = dump_of(graph_path)
    with open_store(graph_path) as writer:
        with open_store(graph_path, read_only=True) as reader:
            reader.backup(tmp_path / "copy.kg")
        writer.add(PRAISE, [statement(PRAISE, "Praise", "Kim", "Putin")])
        writer.forget("d1")
    assert dump_of(tmp_path / "copy.kg") == before != dump_of(graph_path)


def test_a_backup_keeps_the_decisions_on_identity(graph_path: Path, tmp_path: Path) -> None:
    with open_store(graph_path) as store:
        store.same_as("kge:Media-kcna", "wd:Q1", "a test")
        store.backup(tmp_path / "copy.kg")
    assert (tmp_path / "copy.kg" / FILE_NAME).read_text() == (graph_path / FILE_NAME).read_text()


def test_a_backup_takes_no_name_that_is_taken(graph_path: Path, tmp_path: Path) -> None:
    with open_store(graph_path, read_only=True) as store, pytest.raises(StoreError, match="exists already"):
        store.backup(tmp_path)


def test_a_backup_that_fails_leaves_nothing(graph_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.snapshot.filecmp.cmp", lambda *_, **__: False)
    with open_store(graph_path, read_only=True) as store, pytest.raises(StoreError, match="is not what was copied"):
        store.backup(tmp_path / "copy.kg")
    assert around(graph_path) == set()


def test_a_graph_in_memory_is_saved_by_a_backup(store: Store, tmp_path: Path) -> None:
    store.backup(tmp_path / "saved.kg")
    assert dump_of(tmp_path / "saved.kg") == dumped(store)


# --- compacting ---


def test_compacting_keeps_the_graph_and_drops_the_words_of_what_was_forgotten(graph_path: Path) -> None:
    with open_store(graph_path) as store:
        for number in range(30):
            of = document(f"Kim praised Putin. {'And so on. ' * 2000}", f"long-{number}")
            store.add(of, [statement(of, "Praise", "Kim", "Putin")])
        store.forget("d1")
        for number in range(30):
            store.forget(f"long-{number}")
        kept = dumped(store)
        before, after = store.compact()
        assert dumped(store) == kept
        assert after < before
    words = MEETING.text.encode()
    assert not any(words in file.read_bytes() for file in graph_path.iterdir())
    assert around(graph_path) == set()


def test_a_reader_goes_on_while_the_graph_is_compacted(graph_path: Path) -> None:
    with open_store(graph_path, read_only=True) as reader, open_store(graph_path) as writer:
        writer.forget("d1")
        writer.compact()
        assert writer.document_ids() == ["d2"]
        assert reader.document_ids() == ["d1", "d2"]
        assert reader.query("meetings").rows
    assert not list(graph_path.glob("reader-*"))


def test_a_compacted_graph_can_be_written(graph_path: Path) -> None:
    with open_store(graph_path) as store:
        store.compact()
        store.add(PRAISE, [statement(PRAISE, "Praise", "Kim", "Putin")])
    with open_store(graph_path) as store:
        assert store.document_ids() == ["d1", "d2", "d3"]


@pytest.mark.parametrize("read_only", [True, False])
def test_only_a_writer_on_disk_can_compact(graph_path: Path, read_only: bool) -> None:
    reason = "open for reading only" if read_only else "only a graph on disk"
    path = graph_path if read_only else None
    with open_store(path, read_only=read_only) as store, pytest.raises(StoreError, match=reason):
        store.compact()


def test_a_process_killed_between_old_files_and_new_ones_loses_nothing(graph_path: Path) -> None:
    before = dump_of(graph_path)
    code = """
import os, signal, sys
from pathlib import Path
from kg.store import open_store
real, moved = Path.rename, []
def rename(self, target):
    if moved:
        os.kill(os.getpid(), signal.SIGKILL)
    moved.append(self)
    return real(self, target)
store = open_store(sys.argv[1])
Path.rename = rename
store.compact()
"""
    done = subprocess.run([sys.executable, "-c", code, str(graph_path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert not graph_path.exists()
    assert dump_of(graph_path) == before
    with open_store(graph_path) as store:
        store.compact()
    assert around(graph_path) == set()


def test_recovery_touches_no_graph_that_is_there(graph_path: Path) -> None:
    recover(graph_path)
    assert dump_of(graph_path)


# --- loading ---


def dump_to(store: Store, path: Path) -> Path:
    with path.open("wb") as file:
        store.dump(file, "nquads")
    return path


def test_a_dump_fills_an_empty_graph(store: Store, tmp_path: Path) -> None:
    dump = dump_to(store, tmp_path / "dump.nq")
    with open_store(tmp_path / "new.kg") as new, open_store() as in_memory:
        new.load(dump)
        in_memory.load(dump)
        assert dumped(new) == dumped(in_memory) == dumped(store)
        assert list(new.check()) == [("d1", []), ("d2", [])]
        assert new.query("meetings") == store.query("meetings")


def test_a_load_in_several_slices_is_the_same_graph(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dump = tmp_path / "dump.nq"
    dump.write_bytes(dump_of(path))
    monkeypatch.setattr("kg.store._SLICE", 3000)
    with open_store(tmp_path / "new.kg") as store:
        store.load(dump)
    assert dump_of(tmp_path / "new.kg") == dump_of(path)


def test_a_dump_is_loaded_into_no_graph_that_holds_something(store: Store, tmp_path: Path) -> None:
    dump = dump_to(store, tmp_path / "dump.nq")
    with pytest.raises(StoreError, match="is not an empty graph"):
        store.load(dump)


@pytest.mark.parametrize(("name", "content"), [("dump.nq", "<a> <b>"), ("dump.pdf", "%PDF"), ("dump.nq", None)])
def test_a_dump_that_cannot_be_read_leaves_the_graph_empty(tmp_path: Path, name: str, content: str | None) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    with open_store(tmp_path / "new.kg") as new:
        with pytest.raises(SourceError, match=name):
            new.load(tmp_path / name)
        assert new.document_ids() == []
    assert not fresh_folder(tmp_path / "new.kg").exists()


def test_a_loading_that_was_killed_leaves_the_graph_empty(store: Store, tmp_path: Path) -> None:
    dump = dump_to(store, tmp_path / "dump.nq")
    code = """
import os, signal, sys
import kg.store
kg.store.swap = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
kg.store.open_store(sys.argv[1]).load(sys.argv[2])
"""
    command = [sys.executable, "-c", code, str(tmp_path / "new.kg"), str(dump)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    with open_store(tmp_path / "new.kg") as new:
        assert new.document_ids() == []
        new.load(dump)
        assert new.document_ids() == ["d1", "d2"]


@pytest.mark.skipif(os.name != "posix", reason="needs a limit on the size of files")
def test_a_disk_that_is_full_while_compacting_loses_nothing(graph_path: Path) -> None:
    before = dump_of(graph_path)
    code = """
import resource, signal, sys
from kg.store import open_store
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = open_store(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
store.compact()
"""
    done = subprocess.run([sys.executable, "-c", code, str(graph_path)], capture_output=True, text=True, check=False)
    assert "cannot be written" in done.stderr, done.stderr
    assert dump_of(graph_path) == before
    assert around(graph_path) == set()


# --- where statements come from ---

TOLD = document("On Thursday Putin met Kim in Pyongyang, KCNA said.", "d7", title="Talks", url="https://example.org/7")
TALK = statement(
    TOLD,
    "Meet",
    "Putin",
    "Kim",
    place="Pyongyang",
    attribution="KCNA",
    trigger=Evidence("d7", 18, 21, "met"),
    component="kg_events",
)


@pytest.fixture
def told() -> Store:
    """A graph of one statement with all that is known of where it comes from."""
    store = open_store()
    store.add(TOLD, [TALK], run=store.add_run("0.1.0", "en_core_web_sm 3.8.0", "abc"))
    return store


def test_a_statement_leads_to_its_words_its_document_and_what_found_it(told: Store) -> None:
    [account] = explain_statement(told, f"s:{TALK.id}")
    assert account.marked == ("On Thursday Putin ", "met", " Kim in Pyongyang, KCNA said.")
    assert TOLD.text[account.start : account.end] == account.sentence
    assert account.parties == {
        "actor": ["Vladimir Putin"],
        "recipient": ["Kim Jong Un"],
        "place": ["Pyongyang"],
        "attribution": ["Korean Central News Agency"],
    }
    assert (account.document, account.title, account.outlet) == ("doc:d7", "Talks", "Daily")
    assert (account.published, account.url) == ("2025-08-15", "https://example.org/7")
    assert (account.component, account.model, account.version) == ("kg_events", "en_core_web_sm 3.8.0", "0.1.0")


def test_trigger_and_component_come_back(told: Store) -> None:
    [found] = told.statements()
    assert (found.trigger, found.component) == (TALK.trigger, "kg_events")
    assert found.id == TALK.id


def test_the_component_is_a_part_of_the_run_of_a_version(told: Store) -> None:
    query = """SELECT ?component ?agent { ?s prov:wasGeneratedBy ?activity . ?activity a prov:Activity ; rdfs:label ?component ;
        dcterms:isPartOf ?run . ?run prov:wasAssociatedWith/rdfs:label ?agent . ?document prov:wasGeneratedBy ?run }"""
    assert told.query(query).rows == [("kg_events", "kg 0.1.0")]


def test_two_entities_lead_to_the_statements_between_them(store: Store) -> None:
    assert [one.id for one in explain_pair(store, "Vladimir Putin", "wd:Q56226")] == [f"s:{MET.id}"]
    assert {one.modality for one in explain_pair(store, "Russia", "North Korea")} == {"planned", "denied"}
    assert explain_pair(store, "Vladimir Putin", "Russia") == []


def test_without_a_trigger_the_whole_sentence_stands_unmarked(store: Store) -> None:
    [account] = explain_statement(store, MET.id)
    assert account.marked == ("", "", MEETING.text)


def test_an_unknown_statement_is_one_sentence(store: Store) -> None:
    with pytest.raises(StoreError, match=r"no statement has the id 's:0000000000000000': find it with"):
        explain_statement(store, "s:0000000000000000")


# --- commands ---


@pytest.fixture
def path(graph_path: Path) -> Path:
    with open_store(graph_path) as store:
        store.add(TOLD, [TALK], run=store.add_run("0.1.0", "sm"))
    return graph_path


def test_kg_explain_marks_the_trigger(run: Callable[..., Outcome], path: Path) -> None:
    done = run("explain", path, "Vladimir Putin", "Kim Jong Un")
    assert "Vladimir Putin met Kim Jong Un in Pyongyang, says Korean Central News Agency" in done.out
    assert "On Thursday Putin »met« Kim in Pyongyang" in done.out
    assert "doc:d7, characters 0 to 50" in " ".join(done.out.split())
    assert done.out.strip().endswith("2 statements")


def test_kg_explain_wants_one_statement_or_two_entities(run: Callable[..., Outcome], path: Path) -> None:
    assert "give the id of one statement, or two entities" in run("explain", path, "a", "b", "c").err


def test_kg_forget_takes_documents_out(run: Callable[..., Outcome], path: Path) -> None:
    done = run("forget", path, "doc:d1", "d2")
    assert done.out == f"{path}: 2 documents forgotten, 1 left\n"
    with open_store(path) as store:
        assert store.document_ids() == ["d7"]


def test_kg_forget_does_nothing_where_one_is_not_known(run: Callable[..., Outcome], path: Path) -> None:
    done = run("forget", path, "d1", "d9")
    assert done.code == 1 and "no document has the id 'd9', and none was forgotten" in done.err
    with open_store(path) as store:
        assert store.document_ids() == ["d1", "d2", "d7"]


@pytest.mark.parametrize("command", [("forget", "d1"), ("compact",)])
def test_a_wrong_name_makes_no_graph(run: Callable[..., Outcome], tmp_path: Path, command: tuple[str, ...]) -> None:
    name, *rest = command
    assert "does not exist" in run(name, tmp_path / "none.kg", *rest).err
    assert list(tmp_path.iterdir()) == []


def test_kg_backup_and_kg_compact_say_what_they_did(run: Callable[..., Outcome], path: Path, tmp_path: Path) -> None:
    assert "quads, copied from" in run("backup", path, tmp_path / "copy.kg").out
    assert " MB before, " in run("compact", path).out
    assert dump_of(tmp_path / "copy.kg") == dump_of(path)


def test_kg_backup_restores_as_well(run: Callable[..., Outcome], path: Path, tmp_path: Path) -> None:
    run("backup", path, tmp_path / "copy.kg")
    run("backup", tmp_path / "copy.kg", tmp_path / "restored.kg")
    with open_store(tmp_path / "restored.kg") as store:
        store.add(TREATY, [SIGN, NO_AID])
        assert store.document_ids() == ["d1", "d2", "d7"]
