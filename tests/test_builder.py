"""The whole way: sources → documents → statements → graph, again and again."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import kg
from kg.builder import Report, build
from kg.errors import KgError, SourceError, VocabularyError
from kg.exchange import statement_lines, to_json
from kg.model import Statement
from kg.nlp.pipeline import DEFAULT_MODEL, load_pipeline
from kg.sources import read
from kg.statements import to_statements
from kg.store import Store, open_store

MEETING = {"id": "meeting", "date": "2025-08-15", "text": "Vladimir Putin met Kim Jong Un in Pyongyang on Thursday."}
VISIT = {"id": "visit", "date": "2024-06-20", "text": "Vladimir Putin visited North Korea on Wednesday."}
UNDATED = {"id": "undated", "text": "Vladimir Putin met Kim Jong Un on Thursday."}


def records(path: Path, *rows: dict[str, Any] | str) -> Path:
    lines = (row if isinstance(row, str) else json.dumps(row) for row in rows)
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def lines(store: Store) -> list[str]:
    return list(statement_lines(store))


def test_the_seed_articles_become_a_graph(seeds: Store) -> None:
    assert len(seeds.document_ids()) == 5
    assert seeds.query("ASK { wd:Q7747 kg:met wd:Q56226 }").rows == [(True,)]
    assert [problem for _, problems in seeds.check() for problem in problems] == []


def test_each_statement_quotes_its_article(seeds: Store, root: Path) -> None:
    texts = {document.id: document.text for document in read(root / "seeds" / "articles")}
    statements = list(seeds.statements())
    quoted = [texts[one.document][one.evidence.start : one.evidence.end] for one in statements]
    assert quoted == [one.evidence.quote for one in statements]


def test_a_document_says_the_same_alone_as_among_others(seeds: Store, root: Path) -> None:
    *_, document = read(root / "seeds" / "articles")
    assert kg.extract(document) == list(seeds.statements(document.id))


def test_building_twice_changes_nothing(seeds_path: Path, seeds: Store, root: Path, tmp_path: Path) -> None:
    copy = tmp_path / "again.kg"
    shutil.copytree(seeds_path, copy)
    report = Report()
    with build(root / "seeds" / "articles", copy, report=report) as again:
        assert (report.added, report.unchanged, report.skipped) == (0, 5, [])
        assert lines(again) == lines(seeds)


def test_the_order_of_sources_does_not_matter(tmp_path: Path) -> None:
    one, other = records(tmp_path / "a.jsonl", MEETING), records(tmp_path / "b.jsonl", VISIT)
    with build([one, other]) as forwards, build([other, one]) as backwards:
        assert lines(forwards) == lines(backwards) != []


def test_a_graph_grows_by_what_is_new(tmp_path: Path) -> None:
    path, report = tmp_path / "grown.kg", Report()
    build(records(tmp_path / "a.jsonl", MEETING), path).close()
    with build(records(tmp_path / "b.jsonl", MEETING, VISIT), path, report=report) as store:
        assert (report.added, report.unchanged) == (1, 1)
        assert store.document_ids() == ["meeting", "visit"]


def test_a_changed_article_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    path, report = tmp_path / "changed.kg", Report()
    build(records(tmp_path / "a.jsonl", MEETING), path).close()
    changed = MEETING | {"text": "Vladimir Putin visited North Korea."}
    with build(records(tmp_path / "a.jsonl", changed), path, report=report) as store:
        assert report.added == 1
        assert [one.type for one in store.statements("meeting")] == ["Visit"]
        assert store.query("ASK { wd:Q7747 kg:met ?x }").rows == [(False,)]


def test_a_changed_vocabulary_reads_the_articles_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, report = tmp_path / "graph.kg", Report()
    source = records(tmp_path / "a.jsonl", MEETING)
    build(source, path).close()
    monkeypatch.setattr("kg.builder.fingerprint", lambda: "another")
    build(source, path, report=report).close()
    assert (report.added, report.unchanged) == (1, 0)


def test_every_process_gives_the_same_bytes(seeds: Store, root: Path) -> None:
    *_, document = read(root / "seeds" / "articles")
    code = """
import sys, kg
from kg.exchange import to_json
*_, document = kg.read(sys.argv[1])
print(*map(to_json, kg.extract(document)), sep="\\n")
"""
    command = [sys.executable, "-c", code, str(root / "seeds" / "articles")]
    other = subprocess.run(
        command, env=os.environ | {"PYTHONHASHSEED": "7"}, capture_output=True, text=True, check=True
    )
    assert other.stdout.splitlines() == [to_json(one) for one in seeds.statements(document.id)]


def test_the_run_is_described(seeds: Store) -> None:
    [(label,)] = seeds.query("SELECT ?label WHERE { ?run a prov:Activity ; kg:model ?m ; rdfs:label ?label }").rows
    assert str(label).startswith(f"kg {kg.__version__} with en_core_web_sm")


def test_a_report_counts_what_was_done(tmp_path: Path) -> None:
    report = Report()
    with build(records(tmp_path / "a.jsonl", MEETING, VISIT, UNDATED), report=report) as store:
        assert (report.added, report.unchanged, report.skipped) == (3, 0, [])
        assert report.types.total() == report.modalities.total() == len(list(store.statements()))
        assert {"wd:Q7747", "wd:Q56226", "wd:Q18808", "wd:Q423"} <= report.entities


def test_progress_is_told_after_each_document(tmp_path: Path) -> None:
    seen: list[int] = []
    source = records(tmp_path / "a.jsonl", MEETING, VISIT)
    build(source, on_progress=lambda report: seen.append(report.added)).close()
    assert seen == [1, 2]


def test_an_article_without_a_date_keeps_its_times_as_words(tmp_path: Path) -> None:
    report = Report()
    with build(records(tmp_path / "a.jsonl", UNDATED), report=report) as store:
        [met] = [one for one in store.statements() if one.type == "Meet"]
    assert report.undated == ["undated"]
    assert met.time is not None
    assert met.time.value is None
    assert "Thursday" in met.time.text


def test_an_inferred_date_is_counted(tmp_path: Path) -> None:
    report = Report()
    page = tmp_path / "page.txt"
    page.write_text("Putin meets Kim\nOn August 14, 2025, " + "Vladimir Putin met Kim Jong Un in Pyongyang. " * 4)
    build(page, report=report).close()
    assert len(report.inferred) == 1
    assert report.undated == []


# --- what cannot be read ---


def test_a_broken_record_is_left_out_and_told(tmp_path: Path) -> None:
    report = Report()
    source = records(tmp_path / "a.jsonl", MEETING, "{", VISIT)
    with build(source, report=report) as store:
        assert store.document_ids() == ["meeting", "visit"]
    [reason] = report.skipped
    assert reason.startswith(f"{source}:2: not JSON")


@pytest.mark.parametrize("content", ["", "{"])
def test_nothing_is_made_where_nothing_can_be_read(tmp_path: Path, content: str) -> None:
    source = records(tmp_path / "a.jsonl", content)
    with pytest.raises(SourceError, match=r"a\.jsonl"):
        build(source, tmp_path / "new.kg")
    assert not (tmp_path / "new.kg").exists()


def test_a_folder_of_unreadable_files_says_why(tmp_path: Path) -> None:
    records(tmp_path / "a.jsonl", "")
    with pytest.raises(SourceError, match=r"no article could be read from these sources: .*a\.jsonl is empty"):
        build(tmp_path)


def test_a_model_that_is_not_installed_is_one_sentence(tmp_path: Path) -> None:
    source = records(tmp_path / "a.jsonl", MEETING)
    with pytest.raises(KgError, match="the spaCy model 'xx_none' is not installed"):
        build(source, tmp_path / "new.kg", model="xx_none")
    assert not (tmp_path / "new.kg").exists()


def test_what_was_stored_before_a_bad_source_stays(tmp_path: Path) -> None:
    good, bad, path = records(tmp_path / "a.jsonl", MEETING), records(tmp_path / "b.jsonl", ""), tmp_path / "graph.kg"
    with pytest.raises(SourceError, match="is empty"):
        build([good, bad], path)
    with open_store(path) as store:
        assert store.document_ids() == ["meeting"]


def test_an_article_that_is_too_long_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_pipeline(DEFAULT_MODEL), "max_length", 50)
    report = Report()
    build(records(tmp_path / "a.jsonl", MEETING, VISIT), report=report).close()
    assert report.added == 1
    assert report.skipped == ["document meeting has 56 characters, more than 50: split it into its articles"]


def test_an_article_that_cannot_be_analysed_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(document: Any, doc: Any) -> list[Statement]:
        if document.id == "meeting":
            raise IndexError("out of range")
        return to_statements(document, doc)

    monkeypatch.setattr("kg.builder.to_statements", fail)
    report = Report()
    with build(records(tmp_path / "a.jsonl", MEETING, VISIT), report=report) as store:
        assert store.document_ids() == ["visit"]
    assert report.skipped == ["document meeting could not be analysed (IndexError: out of range): please report it"]


def test_an_article_that_breaks_a_shape_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def overrate(document: Any, doc: Any) -> list[Statement]:
        return [
            replace(one, confidence=2.0 if document.id == "meeting" else 1.0) for one in to_statements(document, doc)
        ]

    monkeypatch.setattr("kg.builder.to_statements", overrate)
    report = Report()
    with build(records(tmp_path / "a.jsonl", MEETING, VISIT), report=report) as store:
        assert store.document_ids() == ["visit"]
    assert report.skipped[0].startswith("document meeting was set aside: ")


def test_a_fault_of_the_installation_stops_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(document: Any, doc: Any) -> list[Statement]:
        raise VocabularyError("kg.ttl is malformed")

    monkeypatch.setattr("kg.builder.to_statements", fail)
    with pytest.raises(VocabularyError):
        build(records(tmp_path / "a.jsonl", MEETING, VISIT))
