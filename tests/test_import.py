"""What comes back: exports into an empty graph give the same graph, and bad files change nothing."""

import gzip
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
from hypothesis import given, settings

from kg.errors import KgError, SourceError, StoreError
from kg.exchange import FORMATS, Imported, export, find_format, import_file, write
from kg.exchange.lines import to_json
from kg.model import Document, Entity, Evidence, Statement
from kg.store import Store, open_store
from tests.examples import MEETING, MET, NO_AID, SIGN, TREATY
from tests.strategies import articles

BACK = [name for name, format in FORMATS.items() if format.back and name != "statements"]
"""The formats that carry all."""
Run = Callable[..., Any]


def quads(store: Store) -> bytes:
    """The whole graph as sorted N-Quads."""
    file = io.BytesIO()
    write(store, "nquads", file)
    return file.getvalue()


def exported(store: Store, format: str, folder: Path, suffix: str = "") -> Path:
    path = folder / f"graph{FORMATS[format].suffix}{suffix}"
    export(store, format, path)
    return path


def imported(path: Path) -> tuple[bytes, Imported]:
    """The graph that a file makes of an empty one, and the report."""
    with open_store() as store:
        return (report := import_file(path, store)) and quads(store), report


# --- round trips ---


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("format", BACK)
def test_a_graph_comes_back_as_it_was(store: Store, tmp_path: Path, format: str, suffix: str) -> None:
    back, report = imported(exported(store, format, tmp_path, suffix))
    assert back == quads(store)
    assert report == Imported(documents=2, statements=3)


@settings(max_examples=4)
@given(article=articles())
def test_whatever_an_article_holds_comes_back(
    tmp_path_factory: pytest.TempPathFactory, article: tuple[Document, list[Statement]]
) -> None:
    folder = tmp_path_factory.mktemp("back")
    with open_store() as store:
        store.add(*article)
        for format in ("nquads", "jsonld", "rdf12"):
            assert imported(exported(store, format, folder, ".gz")) == (quads(store), Imported(1, len(article[1])))


def test_the_graph_of_real_articles_comes_back(seeds: Store, tmp_path: Path) -> None:
    back, report = imported(exported(seeds, "rdf12", tmp_path))
    assert back == quads(seeds)
    assert (report.documents, report.skipped, report.left_out) == (5, [], 0)


def test_a_graph_on_disk_is_imported_as_it_is(graph_path: Path, store: Store) -> None:
    assert imported(graph_path)[0] == quads(store)


def test_decisions_on_identity_come_back(store: Store, tmp_path: Path) -> None:
    store.same_as("wd:Q7747", "kge:Person-putin")
    path = exported(store, "trig", tmp_path)
    with open_store() as other:
        import_file(path, other)
        assert quads(other) == quads(store)
        other.undecide("wd:Q7747", "kge:Person-putin")
        store.undecide("wd:Q7747", "kge:Person-putin")
        assert quads(other) == quads(store)


def test_a_decision_that_contradicts_another_is_refused(store: Store, tmp_path: Path) -> None:
    store.same_as("wd:Q7747", "wd:Q56226")
    path = exported(store, "trig", tmp_path)
    with open_store() as other:
        other.different("wd:Q7747", "wd:Q56226")
        with pytest.raises(StoreError, match=r"makes one of .* which differ here"):
            import_file(path, other)


def test_statements_come_back_from_lines(store: Store, tmp_path: Path) -> None:
    path = exported(store, "statements", tmp_path)
    with open_store() as other:
        assert import_file(path, other) == Imported(2, 3)
        assert list(other.statements()) == list(store.statements())


def test_lines_with_their_articles_give_the_same_graph(store: Store, tmp_path: Path) -> None:
    path = exported(store, "statements", tmp_path, ".gz")
    texts = tmp_path / "texts.jsonl"
    lines = [
        f'{{"id": "{one.id}", "text": "{one.text}", "title": "{one.title}", "source": "Daily", "date": "2025-08-15"'
        + (f', "url": "{one.url}"}}' if one.url else "}")
        for one in (MEETING, TREATY)
    ]
    texts.write_text("\n".join(lines), encoding="utf-8")
    with open_store() as other:
        import_file(path, other, articles=[texts])
        assert quads(other) == quads(store)


def test_lines_keep_what_the_graph_knows_of_their_document(store: Store, tmp_path: Path) -> None:
    before = quads(store)
    import_file(exported(store, "statements", tmp_path), store)
    assert quads(store) == before


def test_lines_keep_trigger_and_component(tmp_path: Path) -> None:
    found = replace(MET, trigger=Evidence(MEETING.id, 6, 9, "met"), component="kg_events")
    with open_store() as store, open_store() as other:
        store.add(MEETING, [found], run=store.add_run("1", "model"))
        import_file(exported(store, "statements", tmp_path), other)
        [back] = other.statements()
    assert (back, back.trigger, back.component) == (found, found.trigger, "kg_events")


def test_a_whole_graph_is_taken_as_it_is(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = exported(store, "nquads", tmp_path)
    monkeypatch.delattr(Store, "put")
    with open_store(tmp_path / "new.kg") as new:
        assert import_file(path, new) == Imported(documents=2, statements=3)
        assert quads(new) == quads(store)
        new.add(MEETING, [])


def test_a_document_takes_the_place_of_what_was_said_of_it(store: Store, tmp_path: Path) -> None:
    path = exported(store, "nquads", tmp_path)
    with open_store() as other:
        other.add(MEETING, [replace(MET, modality="denied")])
        import_file(path, other)
        assert quads(other) == quads(store)


def test_importing_twice_changes_nothing(store: Store, tmp_path: Path) -> None:
    before = quads(store)
    import_file(exported(store, "trig", tmp_path), store)
    assert quads(store) == before


def test_lines_in_any_order_are_one_graph(store: Store, tmp_path: Path) -> None:
    path = exported(store, "nquads", tmp_path)
    path.write_bytes(b"".join(reversed(path.read_bytes().splitlines(keepends=True))))
    assert imported(path)[0] == quads(store)


# --- bad input ---


def refused(path: Path, reason: str) -> None:
    """The file is refused for that reason, and the graph stays what it was."""
    with open_store() as store:
        store.add(MEETING, [MET])
        before = quads(store)
        with pytest.raises(SourceError, match=reason):
            import_file(path, store)
        assert quads(store) == before


def test_json_of_real_articles_holds_the_same_quads(seeds: Store, tmp_path: Path) -> None:
    found = pyoxigraph.parse(path=exported(seeds, "jsonld", tmp_path), format=pyoxigraph.RdfFormat.JSON_LD)
    assert {*found} == {*seeds.quads()}


@pytest.mark.parametrize("format", ["nquads", "trig", "jsonld"])
def test_a_file_that_is_cut_off_is_refused(store: Store, tmp_path: Path, format: str) -> None:
    path = exported(store, format, tmp_path)
    path.write_bytes(path.read_bytes()[:-30])
    refused(path, rf"graph\{FORMATS[format].suffix}:\d+ is malformed")


def test_the_line_that_is_malformed_is_told(store: Store, tmp_path: Path) -> None:
    path = exported(store, "nquads", tmp_path)
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines[:6], "<no", *lines[6:]]), encoding="utf-8")
    refused(path, r"graph\.nq:7 is malformed")


def test_a_broken_gzip_file_is_refused(store: Store, tmp_path: Path) -> None:
    path = exported(store, "nquads", tmp_path, ".gz")
    path.write_bytes(path.read_bytes()[:-100])
    refused(path, "is a broken gzip file")


def test_what_is_no_gzip_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "graph.nq.gz"
    path.write_bytes(b"plain")
    refused(path, "is a broken gzip file")


def test_a_line_that_is_no_statement_is_refused_before_anything_is_stored(tmp_path: Path) -> None:
    path = tmp_path / "statements.jsonl"
    path.write_text(f"{to_json(SIGN)}\n{{}}\n", encoding="utf-8")
    refused(path, r"statements\.jsonl:2 is no statement")


@pytest.mark.parametrize(
    "wrong", [{"type": "Dance"}, {"actor": (replace(MET.actor[0], entity=Entity("wd:Q1", "Robot", "R2")),)}]
)
def test_a_type_that_is_not_known_is_told_with_its_line(tmp_path: Path, wrong: dict[str, Any]) -> None:
    path = tmp_path / "statements.jsonl"
    path.write_text(f"{to_json(SIGN)}\n{to_json(replace(MET, **wrong))}\n", encoding="utf-8")
    refused(path, r"statements\.jsonl:2 names what kg does not know \('(Dance|Robot)'\)")


def test_a_document_in_two_pieces_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "statements.jsonl"
    path.write_text("\n".join(map(to_json, (SIGN, MET, NO_AID))), encoding="utf-8")
    refused(path, r"statements\.jsonl:3 returns to document d2: sort the lines")


def test_texts_of_other_articles_are_refused(store: Store, tmp_path: Path) -> None:
    path, other = exported(store, "statements", tmp_path), tmp_path / "other.txt"
    other.write_text("Vladimir Putin met Kim Jong Un in Pyongyang on Thursday. " * 4, encoding="utf-8")
    with pytest.raises(SourceError, match="no article has the id of a document"):
        import_file(path, store, articles=[other])


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("graph.pdf", "", r"is of no kind that kg reads back: name it \.nq"),
        ("graph.nq", "", "no document of kg is in this graph"),
        ("graph.nq", "<http://a> <http://b> <http://c> .", "no document of kg is in this graph"),
        ("statements.jsonl", "", "is empty"),
    ],
)
def test_what_kg_has_not_written_is_refused(tmp_path: Path, name: str, content: str, reason: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    refused(tmp_path / name, reason)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    refused(tmp_path / "none.nq", "none.nq does not exist")


def changed(store: Store, folder: Path, *, old: str, new: str) -> Path:
    path = exported(store, "nquads", folder)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('ontology#confidence> "0.86"', 'ontology#confidence> "8.6"', "one confidence between 0 and 1"),
        ('ontology#topic> "their treaty"', 'ontology#topic> "their war"', "does not have the id of its content"),
        ('"Putin met Kim in Pyongyang on Thursday, KCNA said."', '"Putin met Kim."', "which is not of that length"),
        ('identifier> "d1"', 'identifier> "d9"', "is not described by its id and its graph"),
    ],
)
def test_a_document_that_was_tampered_with_is_set_aside(
    store: Store, tmp_path: Path, old: str, new: str, reason: str
) -> None:
    path = changed(store, tmp_path, old=old, new=new)
    with open_store() as other:
        report = import_file(path, other)
        assert other.document_ids() == ["d2"]
    [why] = report.skipped
    assert reason in why


def test_an_edge_that_no_statement_supports_is_left_out_and_told(store: Store, tmp_path: Path) -> None:
    path = exported(store, "nquads", tmp_path)
    edge = (
        "<http://www.wikidata.org/entity/Q1> <https://w3id.org/geokg/ontology#met> <http://www.wikidata.org/entity/Q2>"
    )
    path.write_bytes(f"{edge} .\n".encode() + path.read_bytes())
    back, report = imported(path)
    assert back == quads(store)
    assert (report.left_out, report.example) == (1, edge)


def test_what_others_added_to_the_graph_of_a_document_is_kept(store: Store, tmp_path: Path) -> None:
    path = exported(store, "nquads", tmp_path)
    note = b'<http://example.org/a> <http://example.org/note> "checked by hand" <https://w3id.org/geokg/g/d1> .\n'
    path.write_bytes(path.read_bytes() + note)
    assert note in imported(path)[0]


# --- names and the command ---


@pytest.mark.parametrize(
    ("name", "format"), [("a.trig", "trig"), ("a.nq.gz", "nquads"), ("a.b.jsonld", "jsonld"), ("x.gexf", "gexf")]
)
def test_the_name_of_a_file_tells_the_format(name: str, format: str) -> None:
    assert find_format(Path(name)) == format


@pytest.mark.parametrize("name", ["a.jsonl", "a.nope", "folder", "-"])
def test_a_name_that_does_not_tell_is_one_sentence(name: str) -> None:
    with pytest.raises(KgError, match=f"the name {name} does not tell the format: give one of .* by --format"):
        find_format(Path(name))


def test_a_gzipped_export_is_the_plain_one_and_the_same_each_time(store: Store, tmp_path: Path) -> None:
    path = exported(store, "nquads", tmp_path, ".gz")
    first = path.read_bytes()
    assert gzip.decompress(first) == quads(store)
    assert exported(store, "nquads", tmp_path, ".gz").read_bytes() == first


def test_the_command_takes_a_graph_from_one_machine_to_another(run: Run, graph_path: Path, tmp_path: Path) -> None:
    packed, copy = tmp_path / "small.nq.gz", tmp_path / "copy.kg"
    assert run("export", graph_path, "-o", packed).code == 0
    outcome = run("import", packed, "-o", copy)
    assert (outcome.code, outcome.out) == (0, f"{copy}: 2 documents with 3 statements\n")
    assert run("export", copy, "-f", "nquads").out == run("export", graph_path, "-f", "nquads").out


def test_the_command_tells_what_it_left_out(run: Run, store: Store, tmp_path: Path) -> None:
    path = changed(store, tmp_path, old='ontology#confidence> "0.86"', new='ontology#confidence> "8.6"')
    outcome = run("import", path, "-o", tmp_path / "copy.kg")
    assert outcome.code == 0
    assert "left out: document d1 was set aside" in outcome.err


def test_a_malformed_file_is_one_sentence(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "bad.nq"
    path.write_text("<a\n", encoding="utf-8")
    outcome = run("import", path, "-o", tmp_path / "copy.kg")
    assert outcome.code == 1
    assert outcome.err.startswith(f"kg: {path}:1 is malformed")
    assert "Traceback" not in outcome.err
    assert not (tmp_path / "copy.kg").exists()


def test_a_folder_cannot_go_to_standard_output(run: Run, graph_path: Path) -> None:
    outcome = run("export", graph_path, "-f", "neo4j")
    assert (outcome.code, outcome.err) == (1, "kg: neo4j is several files: give a folder with -o\n")
