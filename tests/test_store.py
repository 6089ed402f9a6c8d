"""The graph on disk: one named graph a document, each written, replaced and retracted as a whole."""

import io
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyoxigraph
import pytest
from hypothesis import given, settings
from rdflib import Literal, URIRef

from kg.errors import InvalidStatements, QueryError, StoreError
from kg.model import Document, Entity, Evidence, Mention, Statement
from kg.ontology import KG, ONTOLOGY, SCHEMA, curie, iri
from kg.rdf import graph_iri, statement_iri
from kg.snapshot import take_snapshot
from kg.store import Results, Store, open_store
from tests.examples import KIM, MEETING, MET, NO_AID, PUTIN, SIGN, TREATY, document, statement
from tests.strategies import articles

PRAISE_TEXT = document("Kim praised Putin after Putin met Kim.", "d3")
PRAISE = [statement(PRAISE_TEXT, "Praise", "Kim", "Putin"), statement(PRAISE_TEXT, "Meet", "Putin", "Kim")]


def dumped(store: Store, format: str = "nquads") -> bytes:
    file = io.BytesIO()
    store.dump(file, format)
    return file.getvalue()


def edges(store: Store) -> list[tuple[str, str, str]]:
    """The shortcut edges of the default graph."""
    query = "SELECT ?one ?edge ?other WHERE { ?one ?edge ?other . ?type kg:shortcut ?edge } ORDER BY ?one ?edge ?other"
    return [(str(one), str(edge), str(other)) for one, edge, other in store.query(query).rows]


def names(store: Store) -> list[str]:
    """The names of all entities."""
    rows = store.query("SELECT ?name WHERE { ?class rdfs:subClassOf kg:Entity . ?e a ?class ; rdfs:label ?name }").rows
    return sorted(str(name) for (name,) in rows)


@pytest.fixture
def empty() -> Iterator[Store]:
    with open_store() as store:
        yield store


# --- adding ---


def test_what_a_document_says_stands_in_a_graph_of_its_own(store: Store) -> None:
    rows = store.query("SELECT DISTINCT ?g ?type WHERE { GRAPH ?g { ?s kg:modality ?m ; a ?type } } ORDER BY ?g ?type")
    assert rows.rows == [("g:d1", "kg:Meet"), ("g:d2", "kg:MilitaryAid"), ("g:d2", "kg:SignAgreement")]


def test_documents_entities_and_shortcuts_stand_once_in_the_default_graph(store: Store) -> None:
    default = store.dataset.default_graph
    assert {curie(str(node)) for node in default.subjects(None, KG.Document)} == {"doc:d1", "doc:d2"}
    assert (iri(PUTIN.id), KG.met, iri(KIM.id)) in default
    assert not list(default.subjects(KG.modality))


def test_statements_come_back_as_they_were_put_in(store: Store) -> None:
    assert list(store.statements()) == sorted([MET, SIGN, NO_AID], key=lambda one: one.sort_key)
    assert list(store.statements("d1")) == [MET]


@settings(max_examples=25)
@given(articles())
def test_anything_that_a_text_can_hold_comes_back(article: tuple[Document, list[Statement]]) -> None:
    of, statements = article
    with open_store() as store:
        store.add(of, statements)
        assert list(store.statements(of.id)) == sorted(statements, key=lambda one: one.sort_key)
        assert store.document_ids() == [of.id]


def test_building_twice_changes_nothing(store: Store) -> None:
    before = dumped(store), dumped(store, "trig")
    store.add(MEETING, [MET])
    store.add(TREATY, [NO_AID, SIGN])
    assert (dumped(store), dumped(store, "trig")) == before


def test_the_order_of_documents_does_not_matter(store: Store, empty: Store) -> None:
    empty.add(TREATY, [NO_AID, SIGN])
    empty.add(MEETING, [MET])
    assert dumped(empty) == dumped(store)
    assert dumped(empty, "trig") == dumped(store, "trig")


def test_a_graph_on_disk_and_one_in_memory_give_the_same_bytes(store: Store, graph_path: Path) -> None:
    with open_store(graph_path, read_only=True) as on_disk:
        assert dumped(on_disk) == dumped(store)


def test_a_dump_leaves_the_ontology_out(store: Store) -> None:
    assert str(ONTOLOGY).encode() + b">" not in dumped(store)


def test_the_ontology_stands_in_a_graph_of_its_own_once(graph_path: Path) -> None:
    count = f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{ONTOLOGY}> {{ ?s ?p ?o }} }}"
    with open_store(graph_path) as store:
        before = store.query(count).rows
        store.load_ontology()
        assert store.query(count).rows == before != [(0,)]


def test_another_ontology_is_replaced_by_the_shipped_one(graph_path: Path) -> None:
    with open_store(graph_path) as store:
        ontology = store.dataset.get_context(ONTOLOGY)
        size = len(ontology)
        ontology.remove((KG.Meet, None, None))
        ontology.set((ONTOLOGY, SCHEMA.version, Literal("another")))
    with open_store(graph_path) as store:
        assert len(store.dataset.get_context(ONTOLOGY)) == size
        assert store.query("meetings").rows


def test_a_known_document_is_told_from_a_changed_one(empty: Store) -> None:
    run = empty.add_run("0.1.0", "sm")
    empty.add(MEETING, [MET], run=run)
    assert empty.has(MEETING, run)
    assert not empty.has(replace(MEETING, title="Other"), run)
    assert not empty.has(replace(MEETING, text=MEETING.text + " "), run)
    assert not empty.has(MEETING, empty.add_run("0.2.0", "sm"))


def test_entities_that_no_statement_is_about_are_kept_with_their_words(empty: Store) -> None:
    of = document("Putin met Kim in Pyongyang.")
    empty.add(of, [statement(of, "Meet", "Putin", "Kim")], [(Entity("wd:Q18808", "City", "Pyongyang"), ["Pyongyang"])])
    assert [(entity.name, words) for _, entity, words in empty.mentions()] == [
        ("Pyongyang", ["Pyongyang"]),
        ("Kim Jong Un", ["Kim"]),
        ("Vladimir Putin", ["Putin"]),
    ]


def test_a_document_without_statements_is_a_document(empty: Store) -> None:
    empty.add(MEETING, [])
    assert empty.document_ids() == ["d1"]
    assert list(empty.statements()) == []


# --- replacing and forgetting ---


def test_adding_a_document_again_replaces_what_it_said(store: Store) -> None:
    visit = statement(MEETING, "Visit", "Putin", "Pyongyang")
    store.add(MEETING, [visit])
    assert list(store.statements("d1")) == [visit]
    assert edges(store) == [("wd:Q7747", "kg:visited", "wd:Q18808")]
    assert "Kim Jong Un" in names(store), "the other document still mentions him"
    assert "Korean Central News Agency" not in names(store)


def test_forgetting_takes_out_what_only_that_document_supported(store: Store) -> None:
    before = dumped(store)
    store.add(PRAISE_TEXT, PRAISE)
    assert store.forget("d3")
    assert dumped(store) == before


def test_forgetting_keeps_the_edges_that_another_document_supports(store: Store) -> None:
    store.add(PRAISE_TEXT, PRAISE)
    store.forget("d1")
    met = [("wd:Q56226", "kg:met", "wd:Q7747"), ("wd:Q7747", "kg:met", "wd:Q56226")]
    assert edges(store) == [met[0], ("wd:Q56226", "kg:praised", "wd:Q7747"), met[1]]


def test_a_denial_elsewhere_supports_no_edge(store: Store) -> None:
    of = document("Putin never met Kim.", "d3")
    store.add(of, [statement(of, "Meet", "Putin", "Kim", modality="denied")])
    store.forget("d1")
    assert edges(store) == []


def test_forgetting_all_leaves_nothing(store: Store) -> None:
    assert store.forget("d1") and store.forget("d2")
    assert dumped(store) == b""


def test_forgetting_an_unknown_document_does_nothing(store: Store) -> None:
    before = dumped(store)
    assert not store.forget("d9")
    assert dumped(store) == before


def test_two_documents_share_an_entity_that_stands_once(store: Store) -> None:
    store.add(PRAISE_TEXT, PRAISE)
    query = "SELECT ?g WHERE { GRAPH ?g { ?d schema:mentions wd:Q7747 } } ORDER BY ?g"
    assert store.query(query).rows == [("g:d1",), ("g:d3",)]
    assert names(store).count("Vladimir Putin") == 1


def about(entity: Entity, id_: str) -> tuple[Document, list[Statement]]:
    """A document that says that the entity resigned."""
    of = document("He resigned.", id_)
    return of, [Statement("event", "Resign", Evidence(id_, 0, 12, of.text), (Mention(entity, "He", 0, 2),))]


def test_of_two_names_of_a_local_entity_one_stays_whatever_the_order(empty: Store) -> None:
    one, other = (Entity("kge:Person-a-b", "Person", name) for name in ("A. B.", "A b"))
    empty.add(*about(one, "d1"))
    empty.add(*about(other, "d2"))
    first = names(empty)
    empty.add(*about(one, "d1"))
    assert names(empty) == first == ["A b"]


def test_a_new_name_and_type_of_a_known_entity_take_the_place_of_the_old_ones(empty: Store) -> None:
    empty.add(*about(Entity("wd:Q1", "Group", "Zelensky"), "d1"))
    empty.add(*about(Entity("wd:Q1", "Person", "Zelenskyy"), "d2"))
    assert {one.actor[0].entity for one in empty.statements()} == {Entity("wd:Q1", "Person", "Zelenskyy")}
    assert names(empty) == ["Zelenskyy"]


# --- refusing ---


@pytest.mark.parametrize(
    ("of", "bad", "why"),
    [
        (MEETING, replace(MET, confidence=1.5), "confidence between 0 and 1"),
        (MEETING, replace(MET, actor=()), "at least one actor"),
        (MEETING, replace(MET, evidence=Evidence("d1", 0, 5, "Trump")), "characters 0 to 5 are 'Putin'"),
        (MEETING, replace(MET, evidence=replace(MET.evidence, document="d2")), "is about document d2"),
        (replace(MEETING, text="Putin"), MET, "quotes"),
    ],
)
def test_a_bad_document_is_refused_and_the_old_content_stays(
    store: Store, of: Document, bad: Statement, why: str
) -> None:
    before = dumped(store)
    with pytest.raises(InvalidStatements, match=f"document d1 was set aside: .*{why}"):
        store.add(of, [bad])
    assert dumped(store) == before


def test_a_conforming_graph_has_no_problems(store: Store) -> None:
    assert list(store.check()) == [("d1", []), ("d2", [])]


def test_checking_finds_what_was_damaged(store: Store) -> None:
    store.dataset.get_context(graph_iri("d1")).remove((statement_iri(MET.id), KG.actor, None))
    found = dict(store.check())
    assert any("at least one actor" in problem for problem in found["d1"])
    assert found["d2"] == []
    assert any("a direct edge has a statement that asserts it" in problem for problem in found[""])


# --- opening ---


def test_a_missing_graph_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"does not exist: make it with `kg build"):
        open_store(tmp_path / "none.kg", read_only=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("read_only", [True, False])
def test_a_file_is_no_graph(tmp_path: Path, read_only: bool) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("notes")
    with pytest.raises(StoreError, match="is no kg graph"):
        open_store(path, read_only=read_only)
    assert path.read_text() == "notes"


def test_a_folder_of_other_things_is_no_graph(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("notes")
    with pytest.raises(StoreError, match="is no kg graph"):
        open_store(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_an_empty_folder_becomes_a_graph(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        assert store.document_ids() == []


def test_a_place_below_a_file_cannot_be_a_graph(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be opened"):
        open_store(tmp_path / "file" / "graph.kg")


def test_a_graph_open_for_reading_cannot_be_written(graph_path: Path) -> None:
    with open_store(graph_path, read_only=True) as store, pytest.raises(StoreError, match="open for reading only"):
        store.add(PRAISE_TEXT, PRAISE)


def test_closing_twice_is_closing(graph_path: Path) -> None:
    store = open_store(graph_path)
    store.close()
    store.close()
    with open_store(graph_path) as again:
        assert again.document_ids() == ["d1", "d2"]


def outside_the_log(path: Path) -> list[str]:
    """The documents that a reader finds without going through the log, which takes seconds where it is long."""
    snapshot = take_snapshot(path)
    assert snapshot is not None
    for log in snapshot.glob("*.log"):
        log.unlink()
    with Store(pyoxigraph.Store.read_only(str(snapshot)), path, snapshot) as store:
        return store.document_ids()


def test_a_closed_graph_leaves_nothing_in_its_log(graph_path: Path) -> None:
    assert outside_the_log(graph_path) == ["d1", "d2"]


def test_the_log_of_a_graph_that_is_being_written_stays_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.store._FLUSH_AFTER", 3)  # the ontology, and two documents
    with open_store(tmp_path / "graph.kg") as store:
        store.add(MEETING, [MET])
        store.add(TREATY, [SIGN, NO_AID])
        store.add(PRAISE_TEXT, PRAISE)
        assert outside_the_log(tmp_path / "graph.kg") == ["d1", "d2"]


def python(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Runs the code in a process of its own."""
    command = [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_second_writer_is_refused(graph_path: Path) -> None:
    code = """
        import sys
        from kg.store import open_store
        open_store(sys.argv[1])
    """
    with open_store(graph_path):
        other = python(code, graph_path)
    assert "is being written by another kg process: wait until that ends" in other.stderr
    assert python(code, graph_path).returncode == 0


def test_a_graph_can_be_read_while_another_process_writes_it(graph_path: Path) -> None:
    code = """
        import sys
        from kg.store import open_store
        with open_store(sys.argv[1], read_only=True) as store:
            print(store.document_ids())
    """
    with open_store(graph_path) as writer:
        writer.add(PRAISE_TEXT, PRAISE)
        assert python(code, graph_path).stdout == "['d1', 'd2', 'd3']\n"


def test_a_killed_process_loses_nothing_that_was_stored(tmp_path: Path) -> None:
    code = """
        import os, signal, sys
        from kg.store import open_store
        from tests.examples import MEETING, MET, NO_AID, SIGN, TREATY
        store = open_store(sys.argv[1])
        store.add(MEETING, [MET])
        store.add(TREATY, [SIGN, NO_AID])
        os.kill(os.getpid(), signal.SIGKILL)
    """
    path = tmp_path / "killed.kg"
    assert python(code, path).returncode == -signal.SIGKILL
    with open_store(path) as store:
        assert set(store.statements()) == {MET, SIGN, NO_AID}


def test_a_full_disk_is_one_sentence_and_what_was_stored_stays(graph_path: Path) -> None:
    code = """
        import resource, sys
        from kg.store import open_store
        from tests.examples import document, statement
        with open_store(sys.argv[1]) as store:
            resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
            for number in range(1000):
                of = document("Putin met Kim. " + "And so on. " * 1000, f"more-{number}")
                store.add(of, [statement(of, "Meet", "Putin", "Kim")])
    """
    full = python(code, graph_path)
    assert "cannot be written" in full.stderr
    with open_store(graph_path) as store:
        assert {"d1", "d2", "more-0"} <= set(store.document_ids())
        assert all(not problems for _, problems in store.check())


# --- asking ---


@pytest.mark.parametrize(
    ("term", "value"),
    [
        ('"2025-08-14"^^xsd:date', "2025-08-14"),
        ('"2025-08-14T10:00:00Z"^^xsd:dateTime', "2025-08-14T10:00:00Z"),
        ('"2025"^^xsd:gYear', "2025"),
        ('"P1D"^^xsd:duration', "P1D"),
        ('"2025-08"^^edtf:EDTF', "2025-08"),
        ('"Kim"@en', "Kim"),
        ("7", 7),
        ("0.86", 0.86),
        ("1.5e0", 1.5),
        ("true", True),
        ('"INF"^^xsd:double', "INF"),
        ('"many"^^xsd:integer', "many"),
        ("kg:Meet", "kg:Meet"),
        ("<https://example.org/x>", "https://example.org/x"),
    ],
)
def test_a_term_is_a_plain_value(empty: Store, term: str, value: object) -> None:
    [(found,)] = empty.query(f"SELECT ({term} AS ?x) WHERE {{}}").rows
    assert found == value
    assert type(found) is type(value)


def test_an_unbound_variable_is_none(empty: Store) -> None:
    assert empty.query("SELECT ?x WHERE {}").rows == [(None,)]


def test_a_blank_node_is_shown_as_one(empty: Store) -> None:
    [(found,)] = empty.query("SELECT (BNODE() AS ?x) WHERE {}").rows
    assert str(found).startswith("_:")


def test_a_yes_or_no_question_is_one_row(store: Store) -> None:
    assert store.query("ASK { wd:Q7747 kg:met wd:Q56226 }") == Results(["answer"], [(True,)])


def test_a_construction_gives_sorted_triples(store: Store) -> None:
    found = store.query("CONSTRUCT { ?one kg:met ?other } WHERE { ?one kg:met ?other }")
    assert found.columns == ["subject", "predicate", "object"]
    assert found.rows == [("wd:Q56226", "kg:met", "wd:Q7747"), ("wd:Q7747", "kg:met", "wd:Q56226")]


def test_queries_see_all_graphs_as_one(store: Store) -> None:
    query = "SELECT ?name WHERE { ?s kg:actor/rdfs:label ?name } ORDER BY ?name"
    assert [name for (name,) in store.query(query).rows] == ["North Korea", "Russia", "Russia", "Vladimir Putin"]


def test_a_query_may_choose_its_graph(store: Store) -> None:
    found = store.query("SELECT ?type FROM g:d1 WHERE { ?s a ?type ; kg:modality ?m }").rows
    assert found == [("kg:Meet",)]


def test_nothing_is_fetched_for_a_query(store: Store) -> None:
    assert store.query("SELECT * FROM <http://localhost:9/other> WHERE { ?s ?p ?o }").rows == []


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("SELECT ?x WHERE {\n  ?x a kg:Meet .\n  FILTER ( }", "at line 3, column 13"),
        ("SELECT ?x WHERE { ?x foo:bar 1 }", r"at line 1, column \d+: Prefix not found"),
        ("SELECT ?x (COUNT(*) AS ?n) WHERE { ?x a ?y }", r"at line 1, column \d+: The SELECT contains a variable"),
        ("", "at line 1, column 1"),
        ("DELETE WHERE { ?s ?p ?o }", "at line 1, column"),
    ],
)
def test_a_malformed_query_is_told_by_line_and_column(store: Store, query: str, why: str) -> None:
    with pytest.raises(QueryError, match=f"malformed {why}"):
        store.query(query)


def test_a_service_that_does_not_answer_is_one_sentence(store: Store) -> None:
    with pytest.raises(QueryError, match="the query failed while reading"):
        store.query("SELECT ?x WHERE { SERVICE <http://localhost:1/sparql> { ?x a ?y } }")


def test_the_prefixes_of_a_query_win(store: Store) -> None:
    assert store.query("PREFIX kg: <http://example.org/> SELECT ?x WHERE { ?x a kg:Meet }").rows == []


RESULTS = Results(["who", "n"], [("Kim, J.", 1), (None, 2)])


def test_results_as_csv() -> None:
    assert RESULTS.to_csv() == 'who,n\n"Kim, J.",1\n,2\n'


def test_results_as_tsv() -> None:
    assert RESULTS.to_csv("\t") == "who\tn\nKim, J.\t1\n\t2\n"


def test_results_as_json() -> None:
    assert RESULTS.to_json() == '[\n {\n  "who": "Kim, J.",\n  "n": 1\n },\n {\n  "who": null,\n  "n": 2\n }\n]'


def test_results_as_a_dataframe() -> None:
    frame = RESULTS.to_dataframe()
    assert list(frame.columns) == ["who", "n"]
    assert frame["n"].sum() == 3


def test_results_show_themselves_in_a_notebook() -> None:
    assert "<td>Kim, J.</td>" in RESULTS._repr_html_()


def test_the_dataset_is_a_plain_rdflib_dataset(store: Store) -> None:
    graph = store.dataset.get_context(graph_iri("d1"))
    assert URIRef(str(KG.Meet)) in set(graph.objects(statement_iri(MET.id)))


def test_the_graph_of_a_document_is_a_copy(store: Store) -> None:
    before = dumped(store)
    store.graph_of("d1").remove((None, None, None))
    assert dumped(store) == before
