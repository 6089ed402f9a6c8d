"""Who is the same as whom: decisions are rows, the graph shows them, and deleting a row undoes it."""

import io
import json
from pathlib import Path

import pytest
from pytest import LogCaptureFixture

from kg.errors import StoreError
from kg.exchange import entity_lines, statement_lines
from kg.identity import FILE_NAME, Decision, canonical_ids, read_decisions
from kg.model import Document, Entity, Evidence, Mention, Statement
from kg.network import to_networkx
from kg.store import Store, open_store

FULL = Entity("kge:Person-vyacheslav-volodin", "Person", "Vyacheslav Volodin")
SHORT = Entity("kge:Person-volodin", "Person", "Volodin")
ANOTHER = Entity("kge:Person-w-volodin", "Person", "W. Volodin")
KNOWN = "wd:Q56226"
KIM = Entity("kge:Person-kim", "Person", "Kim")


def met(id_: str, one: Entity, other: Entity) -> tuple[Document, list[Statement]]:
    text = f"{one.name} met {other.name}."
    actor = Mention(one, one.name, 0, len(one.name))
    recipient = Mention(other, other.name, len(text) - 1 - len(other.name), len(text) - 1)
    evidence = Evidence(id_, 0, len(text), text)
    return Document(id_, text), [Statement("event", "Meet", evidence, (actor,), (recipient,), plover="CONSULT")]


ARTICLES = [met("d1", FULL, KIM), met("d2", SHORT, KIM), met("d3", FULL, SHORT)]


def filled(path: Path | None = None) -> Store:
    store = open_store(path)
    for document, statements in ARTICLES:
        store.add(document, statements)
    return store


def dumped(store: Store) -> bytes:
    file = io.BytesIO()
    store.dump(file, "nquads")
    return file.getvalue()


def people(store: Store) -> list[str]:
    return [str(id_) for (id_,) in store.query("SELECT ?x { ?x a kg:Person } ORDER BY ?x").rows]


def edges(store: Store) -> set[tuple[object, ...]]:
    return set(store.query("SELECT ?one ?other { ?one kg:met ?other }").rows)


def test_two_that_are_the_same_become_one_node() -> None:
    with filled() as store:
        store.same_as(SHORT.id, FULL.id)
        assert people(store) == [KIM.id, SHORT.id]
        assert edges(store) == {(SHORT.id, KIM.id), (KIM.id, SHORT.id)}
        assert store.query(f"SELECT DISTINCT ?x {{ ?s kg:actor|kg:recipient <{_iri(FULL)}> }}").rows == []


def test_the_wikidata_id_stands_for_both_and_brings_its_own_name() -> None:
    with filled() as store:
        store.same_as(KNOWN, KIM.id)
        assert KNOWN in people(store)
        assert store.query("SELECT ?name { wd:Q56226 rdfs:label ?name }").rows == [("Kim Jong Un",)]


def test_undoing_a_merge_restores_every_byte() -> None:
    with filled() as store:
        before = dumped(store)
        store.same_as(SHORT.id, FULL.id)
        store.same_as(KIM.id, KNOWN)
        assert dumped(store) != before
        assert store.undecide(FULL.id, SHORT.id)
        assert store.undecide(KIM.id, KNOWN)
        assert dumped(store) == before


def test_a_merge_and_a_document_may_come_in_either_order() -> None:
    with filled() as early:
        early.same_as(SHORT.id, FULL.id)
        after = dumped(early)
    with open_store() as late:
        late.add(*ARTICLES[0])
        late.same_as(SHORT.id, FULL.id)
        for document, statements in reversed(ARTICLES):
            late.add(document, statements)
        assert dumped(late) == after


def test_forgetting_a_document_forgets_who_was_merged_in_it() -> None:
    with open_store() as store:
        empty = dumped(store)
        store.add(*ARTICLES[1])
        store.same_as(SHORT.id, FULL.id)
        store.forget("d2")
        assert dumped(store) == empty


def test_a_merged_graph_conforms_and_keeps_what_extraction_found() -> None:
    with filled() as store:
        found = list(store.statements())
        store.same_as(SHORT.id, FULL.id)
        assert list(store.statements()) == found
        assert [problems for _, problems in store.check()] == [[], [], []]


def test_the_network_and_the_exports_show_one_entity() -> None:
    with filled() as store:
        store.same_as(KIM.id, KNOWN)
        assert sorted(to_networkx(store)) == sorted([FULL.id, SHORT.id, KNOWN])
        exported = [json.loads(line) for line in statement_lines(store)]
        assert {record["recipient"][0]["id"] for record in exported} == {KNOWN, SHORT.id}
        assert [record["id"] for record in exported] == [statement.id for statement in store.statements()]
        assert {json.loads(line)["name"] for line in entity_lines(store)} >= {"Kim Jong Un"}


def test_decisions_are_rows_that_outlive_the_process(tmp_path: Path) -> None:
    with filled(tmp_path / "kg") as store:
        store.same_as(SHORT.id, FULL.id, "the Duma's only Volodin")
    assert read_decisions(tmp_path / "kg" / FILE_NAME) == [
        Decision(SHORT.id, "same", FULL.id, "the Duma's only Volodin")
    ]
    with open_store(tmp_path / "kg", read_only=True) as store:
        assert people(store) == [KIM.id, SHORT.id]


def test_deleting_the_row_undoes_the_merge(tmp_path: Path) -> None:
    with filled(tmp_path / "kg") as store:
        before = dumped(store)
        store.same_as(SHORT.id, FULL.id)
    (tmp_path / "kg" / FILE_NAME).write_text("entity,verdict,other,reason\n", encoding="utf-8")
    with open_store(tmp_path / "kg", read_only=True) as store:
        assert dumped(store) == before


def test_a_row_added_by_hand_is_applied(tmp_path: Path) -> None:
    filled(tmp_path / "kg").close()
    row = f"entity,verdict,other,reason\n{SHORT.id},same,{FULL.id},\n"
    (tmp_path / "kg" / FILE_NAME).write_text(row, encoding="utf-8")
    with open_store(tmp_path / "kg", read_only=True) as store:
        assert people(store) == [KIM.id, SHORT.id]


def test_a_reader_beside_a_writer_reads_what_there_is(tmp_path: Path, caplog: LogCaptureFixture) -> None:
    with filled(tmp_path / "kg"):
        row = f"entity,verdict,other,reason\n{SHORT.id},same,{FULL.id},\n"
        (tmp_path / "kg" / FILE_NAME).write_text(row, encoding="utf-8")
        with open_store(tmp_path / "kg", read_only=True) as store:
            assert len(people(store)) == 3
    assert "is not applied yet" in caplog.text


def test_an_interrupted_merge_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with filled() as store:
        store.same_as(SHORT.id, FULL.id)
        merged = dumped(store)
    with filled(tmp_path / "kg") as store:
        whole, done = store._identify, iter([True])
        monkeypatch.setattr(store, "_identify", lambda id_: next(done) and whole(id_))
        with pytest.raises(StopIteration):
            store.same_as(SHORT.id, FULL.id)
    with open_store(tmp_path / "kg", read_only=True) as store:
        assert dumped(store) == merged


def test_chains_lead_to_one() -> None:
    rows = [
        Decision(SHORT.id, "same", FULL.id),
        Decision(FULL.id, "same", ANOTHER.id),
        Decision(KNOWN, "same", "kge:a"),
    ]
    assert canonical_ids(rows) == {FULL.id: SHORT.id, ANOTHER.id: SHORT.id, "kge:a": KNOWN}


def test_a_contradiction_is_refused_and_nothing_changes() -> None:
    with filled() as store:
        store.same_as(SHORT.id, FULL.id)
        store.same_as(FULL.id, ANOTHER.id)
        before = dumped(store)
        with pytest.raises(StoreError, match="both the same and different: delete one"):
            store.different(SHORT.id, ANOTHER.id)
        assert dumped(store) == before


def test_a_later_decision_replaces_the_earlier_on_the_same_two() -> None:
    with filled() as store:
        store.same_as(SHORT.id, FULL.id)
        store.different(FULL.id, SHORT.id)
        assert store.decisions == [Decision(FULL.id, "different", SHORT.id)]
        assert len(people(store)) == 3


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a,b\n", "identity.csv:1 is not the header entity,verdict,other,reason"),
        ("entity,verdict,other,reason\nkge:a,same\n", "identity.csv:2 has 2 cells"),
        ("entity,verdict,other,reason\nkge:a,equal,kge:b,\n", "identity.csv:2 has the verdict 'equal': write same or"),
        ("entity,verdict,other,reason\nKim,same,kge:b,\n", "identity.csv:2 has the id 'Kim'"),
        ("entity,verdict,other,reason\nkge:a,same,kge:a,\n", "identity.csv:2 is about one entity"),
        (
            "entity,verdict,other,reason\nkge:a,same,kge:b,\nkge:b,same,kge:c,\nkge:c,different,kge:a,\n",
            "identity.csv:4 makes kge:c and kge:a both the same and different",
        ),
    ],
)
def test_errors_name_file_row_and_fix(tmp_path: Path, text: str, told: str) -> None:
    filled(tmp_path / "kg").close()
    (tmp_path / "kg" / FILE_NAME).write_text(text, encoding="utf-8")
    with pytest.raises(StoreError) as error:
        open_store(tmp_path / "kg", read_only=True)
    assert told in str(error.value)


def _iri(entity: Entity) -> str:
    return f"https://w3id.org/geokg/entity/{entity.id.removeprefix('kge:')}"
