"""The command `kg`: what it prints, in which form, and one sentence for each thing that a user can mend."""

import csv
import io
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

import kg
from kg import cli
from kg.exchange import to_json
from kg.model import Document
from kg.nlp import pipeline
from kg.ontology import KG
from kg.queries import named_queries
from kg.rdf import graph_iri, statement_iri
from kg.store import Store, open_store
from tests.conftest import Outcome
from tests.examples import MEETING, MET, NO_AID, SIGN, document, statement

Run = Callable[..., Outcome]
GROUP: Any = get_command(cli.app)
COMMANDS: list[str] = list(GROUP.commands)
ARTICLE = {"id": "meeting", "date": "2025-08-15", "text": "Vladimir Putin met Kim Jong Un in Pyongyang on Thursday."}
KG_COMMAND = Path(sys.executable).with_name("kg")


def records(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def one_sentence(outcome: Outcome, *words: str) -> None:
    """Asserts that the command failed, and told why in one line on standard error."""
    assert outcome.code == 1
    assert outcome.out == ""
    [line] = outcome.err.strip().splitlines()
    assert line.startswith("kg: ")
    assert all(word in line for word in words)


def shell(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """Runs the installed command in a process of its own."""
    command = [str(KG_COMMAND), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


# --- help ---


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_helps_with_an_example(name: str) -> None:
    shown = CliRunner().invoke(cli.app, [name, "--help"], terminal_width=200)
    assert shown.exit_code == 0
    assert "Example" in shown.output
    assert f"kg {name} " in shown.output


def test_the_command_lists_its_commands() -> None:
    shown = CliRunner().invoke(cli.app, ["-h"])
    assert shown.exit_code == 0
    assert all(name in shown.output for name in COMMANDS)


def test_the_command_tells_its_version(run: Run) -> None:
    assert run("--version") == Outcome(0, f"kg {kg.__version__}\n", "")


def test_the_installed_command_is_this_one() -> None:
    assert shell("--version").stdout == f"kg {kg.__version__}\n"


def test_the_default_model_is_the_pipelines() -> None:
    assert cli.DEFAULT_MODEL == pipeline.DEFAULT_MODEL


@pytest.mark.parametrize(
    "arguments",
    [
        ["build", "a.txt"],
        ["build", "-o", "a.kg"],
        ["query"],
        ["query", "a.kg", "meetings", "-f", "xml"],
        ["query", "a.kg", "meetings", "-n", "0"],
        ["view", "a.kg", "--min-confidence", "2"],
        ["export", "a.kg", "-f", "pdf"],
        ["dance"],
        ["check", "--none"],
    ],
)
def test_a_mistake_in_the_command_is_exit_code_2(run: Run, arguments: list[str]) -> None:
    outcome = run(*arguments)
    assert outcome.code == 2
    assert "Error" in outcome.err


# --- build ---


def test_a_build_stores_and_sums_up(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "new.kg"
    outcome = run("build", records(tmp_path / "a.jsonl", ARTICLE), "-o", path)
    assert outcome.code == 0
    assert f"{path}: 1 documents read in" in outcome.out
    rows = dict(line.strip("│ ").split("│") for line in outcome.out.splitlines() if line.startswith("│"))
    assert {name.strip(): value.strip() for name, value in rows.items()}["documents added"] == "1"
    with open_store(path, read_only=True) as store:
        assert store.query("ASK { wd:Q7747 kg:met wd:Q56226 }").rows == [(True,)]


def test_a_build_again_adds_nothing(run: Run, tmp_path: Path) -> None:
    source, path = records(tmp_path / "a.jsonl", ARTICLE), tmp_path / "new.kg"
    run("build", source, "-o", path)
    again = run("build", source, "-o", path)
    assert again.code == 0
    assert "0 documents read" in again.out
    assert "already there   │ 1" in again.out


def test_an_article_without_a_date_is_told_in_the_summary(run: Run, tmp_path: Path) -> None:
    source = records(tmp_path / "a.jsonl", {"id": "undated", "text": ARTICLE["text"]})
    outcome = run("build", source, "-o", tmp_path / "new.kg")
    assert outcome.code == 0
    assert "without a date" in outcome.out
    assert "their relative times stay" in outcome.out
    assert "undated" in outcome.out


def test_what_is_left_out_is_told_and_the_rest_is_stored(run: Run, tmp_path: Path) -> None:
    source = records(tmp_path / "a[1].jsonl", ARTICLE, {"title": "[bold]no text[/x]"})
    outcome = run("build", source, "-o", tmp_path / "new.kg")
    assert outcome.code == 0
    assert f'left out: {source}:2: no "text": give the article as a string' in outcome.err
    assert "left out        │ 1" in outcome.out


BAD_FILES = {
    "is empty: remove it or fill it": ("a.txt", b""),
    "is binary, no text": ("a.txt", b"\x89PNG\r\n\x1a\n\0\0"),
    "it looks like cp125": ("a.txt", "Türkiye’s president said “no” – again, for the third time.".encode("cp1252")),
    "is of a kind that kg does not read": ("a.png", b"picture"),
    "holds no article, only headlines or furniture": ("a.txt", b"Menu\nHome\n"),
    'holds no article: each line must be a JSON object with "text"': ("a.jsonl", b"{\n"),
}


@pytest.mark.parametrize("why", BAD_FILES)
def test_a_file_that_cannot_be_read_is_one_sentence(run: Run, tmp_path: Path, why: str) -> None:
    name, content = BAD_FILES[why]
    path = tmp_path / name
    path.write_bytes(content)
    one_sentence(run("build", path, "-o", tmp_path / "new.kg"), str(path), why)
    assert not (tmp_path / "new.kg").exists()


def test_a_build_of_which_nothing_could_be_stored_fails(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline.load_pipeline(cli.DEFAULT_MODEL), "max_length", 10)
    outcome = run("build", records(tmp_path / "a.jsonl", ARTICLE), "-o", tmp_path / "new.kg")
    assert outcome.code == 1
    assert "left out: document meeting has 56 characters, more than 10" in outcome.err
    assert outcome.err.endswith("kg: no article could be stored: see above why each was left out\n")


def test_a_build_knows_own_entities(run: Run, tmp_path: Path) -> None:
    article = {**ARTICLE, "text": "Acme Lines signed an agreement with Russia on Thursday in Moscow."}
    own = tmp_path / "mine.csv"
    own.write_text("name,type,aliases\nAcme Shipping,Company,Acme Lines\n", encoding="utf-8")
    run("build", records(tmp_path / "a.jsonl", article), "-o", tmp_path / "new.kg", "--entities", own)
    assert "kge:Company-acme-shipping,Acme Shipping" in run("query", tmp_path / "new.kg", "entities", "-f", "csv").out


def test_a_wrong_row_of_own_entities_is_one_sentence(run: Run, tmp_path: Path) -> None:
    own = tmp_path / "mine.csv"
    own.write_text("name,type\nAcme,Compny\n", encoding="utf-8")
    outcome = run("build", records(tmp_path / "a.jsonl", ARTICLE), "-o", tmp_path / "new.kg", "--entities", own)
    one_sentence(outcome, "mine.csv:2 has an unknown type 'Compny': did you mean 'Company'?")
    assert not (tmp_path / "new.kg").exists()


# --- extract ---


def test_a_text_gives_statements_as_json_lines(run: Run) -> None:
    outcome = run("extract", "--text", ARTICLE["text"], "--date", "2025-08-15")
    [record] = [json.loads(line) for line in outcome.out.splitlines() if '"Meet"' in line]
    assert record["time"] == {"value": "2025-08-14", "text": "on Thursday"}


def test_articles_give_statements_and_store_nothing(run: Run, tmp_path: Path) -> None:
    source = records(tmp_path / "a.jsonl", ARTICLE)
    assert '"type": "Meet"' in run("extract", source).out
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]


def test_an_explanation_tells_what_was_kept_and_why(run: Run) -> None:
    outcome = run("extract", "--text", ARTICLE["text"], "--explain")
    assert "✓ Vladimir Putin, Kim Jong Un — Meet → ·" in outcome.out
    assert "“met”, by rules and scorer; lexicon:" in outcome.out
    assert "Vladimir Putin (wd:Q7747): actor 0." in outcome.out
    assert "weighs: " in outcome.out


def test_extracting_needs_one_source_of_text(run: Run) -> None:
    one_sentence(run("extract"), "give either sources or --text")
    one_sentence(run("extract", "a.txt", "--text", "b"), "give either sources or --text")


# --- identity ---


def test_a_merge_and_its_undoing(run: Run, graph_path: Path) -> None:
    count = ("query", graph_path, "SELECT (COUNT(DISTINCT ?e) AS ?n) { ?d schema:mentions ?e }", "-f", "csv")
    before = run(*count).out
    said = run("same-as", graph_path, "Korean Central News Agency", "wd:Q7747", "--why", "a test")
    assert (said.code, said.err) == (0, "")
    assert "are one, shown as wd:Q7747" in said.out
    assert run(*count).out != before
    assert run("same-as", graph_path, "wd:Q7747", "kge:Media-kcna", "--undo").code == 0
    assert run(*count).out == before


def test_an_entity_that_is_not_there_is_one_sentence(run: Run, graph_path: Path) -> None:
    one_sentence(run("same-as", graph_path, "Nobody", "Kim Jong Un"), "no entity has the name 'Nobody'", "kg query")
    one_sentence(run("different", graph_path, "kge:nobody", "wd:Q7747"), "no entity has the id 'kge:nobody'")
    one_sentence(run("same-as", graph_path.with_name("none"), "a", "b"), "none does not exist")
    one_sentence(run("same-as", graph_path, "Kim Jong Un", "Vladimir Putin", "--undo"), "nothing was decided about")


def test_a_review_lists_pairs_with_reasons(run: Run, tmp_path: Path) -> None:
    articles = [{**ARTICLE, "id": name, "text": f"{name} met Kim Jong Un."} for name in ("Sergei Lavrenko", "Lavrenko")]
    run("build", records(tmp_path / "a.jsonl", *articles), "-o", tmp_path / "new.kg")
    outcome = run("review", tmp_path / "new.kg", "-f", "json")
    [pair] = json.loads(outcome.out)
    assert "is how news shortens" in pair["why"]
    run("different", tmp_path / "new.kg", pair["id"], pair["other_id"])
    assert run("review", tmp_path / "new.kg", "-f", "json").out == "[]\n"


def test_a_link_is_explained(run: Run) -> None:
    outcome = run("link", "Georgia", "--context", "Atlanta is the capital of Georgia in the US.")
    assert outcome.code == 0
    assert "Georgia at character 26: Georgia wd:Q1428 (Region)" in outcome.out
    one_sentence(run("link", "Foo", "--context", "bar"), "the context does not have 'Foo'")


def test_a_missing_path_is_one_sentence(run: Run, tmp_path: Path) -> None:
    one_sentence(run("build", tmp_path / "none", "-o", tmp_path / "new.kg"), "none does not exist")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_path_is_one_sentence(run: Run, tmp_path: Path) -> None:
    one_sentence(run("build", "", "-o", tmp_path / "new.kg"), "one of the paths is empty")


def test_a_folder_without_articles_is_one_sentence(run: Run, tmp_path: Path) -> None:
    one_sentence(run("build", tmp_path, "-o", tmp_path / "new.kg"), "holds no articles: kg reads files that end in")


def test_a_path_with_brackets_is_printed_as_it_is(run: Run, tmp_path: Path) -> None:
    one_sentence(run("build", tmp_path / "[red]none[/x]", "-o", tmp_path / "new.kg"), "[red]none[/x] does not exist")


def test_a_model_that_is_not_installed_is_one_sentence(run: Run, tmp_path: Path) -> None:
    source = records(tmp_path / "a.jsonl", ARTICLE)
    one_sentence(run("build", source, "-o", tmp_path / "new.kg", "--model", "xx_none"), "'xx_none' is not installed")


def test_a_graph_that_is_being_written_is_one_sentence(run: Run, tmp_path: Path, graph_path: Path) -> None:
    source = records(tmp_path / "a.jsonl", ARTICLE)
    with open_store(graph_path):
        one_sentence(run("build", source, "-o", graph_path), "is being written by another kg process")
    with open_store(graph_path) as store:
        assert set(store.statements()) == {MET, SIGN, NO_AID}


@pytest.mark.parametrize(("place", "why"), [("file", "is no kg graph"), ("file/new.kg", "cannot be opened")])
def test_a_place_that_cannot_be_written_is_one_sentence(run: Run, tmp_path: Path, place: str, why: str) -> None:
    source = records(tmp_path / "a.jsonl", ARTICLE)
    (tmp_path / "file").write_text("mine")
    one_sentence(run("build", source, "-o", tmp_path / place), why)
    assert (tmp_path / "file").read_text() == "mine"


def test_a_bad_source_behind_good_ones_loses_nothing(run: Run, tmp_path: Path) -> None:
    good, bad, path = records(tmp_path / "a.jsonl", ARTICLE), tmp_path / "b.txt", tmp_path / "new.kg"
    bad.touch()
    one_sentence(run("build", good, bad, "-o", path), "b.txt is empty")
    with open_store(path) as store:
        assert store.document_ids() == ["meeting"]


def test_a_stopped_build_keeps_what_it_has_and_says_so(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop_at_the_second(documents: list[Document], model: str, **options: Any) -> Iterator[Any]:
        for one in documents:
            if one.id == "second":
                signal.raise_signal(signal.SIGINT)
            yield from kg.statements.analyse([one], model, **options)

    monkeypatch.setattr("kg.builder.analyse", stop_at_the_second)
    path = tmp_path / "new.kg"
    outcome = run("build", records(tmp_path / "a.jsonl", ARTICLE, ARTICLE | {"id": "second"}), "-o", path)
    assert outcome.code == 130
    assert outcome.err == "kg: stopped: what was stored stays, and the same command goes on from there\n"
    with open_store(path) as store:
        assert store.document_ids() == ["meeting"]


# --- query ---

MET_ROW = {"who": "Kim Jong Un", "how": "met", "whom": "Vladimir Putin", "when": "2025-08-14", "where": "Pyongyang"}


def test_a_named_query_as_a_table(run: Run, graph_path: Path) -> None:
    outcome = run("query", graph_path, "meetings")
    head, row, *rest = outcome.out.splitlines()
    assert head.split() == ["who", "how", "whom", "when", "where", "said_by", "outlet"]
    assert row.split()[:2] == ["Kim", "Jong"]
    assert f"    {MEETING.text}" in [line.rstrip() for line in rest]
    assert outcome.out.endswith("1 row\n")


def test_a_named_query_as_csv(run: Run, graph_path: Path) -> None:
    [row] = csv.DictReader(io.StringIO(run("query", graph_path, "meetings", "-f", "csv").out))
    assert {name: row[name] for name in MET_ROW} == MET_ROW
    assert row["sentence"] == MEETING.text


def test_a_named_query_as_tsv(run: Run, graph_path: Path) -> None:
    head, row = run("query", graph_path, "meetings", "-f", "tsv").out.splitlines()
    assert dict(zip(head.split("\t"), row.split("\t"), strict=True)) | MET_ROW == dict(
        zip(head.split("\t"), row.split("\t"), strict=True)
    )


def test_a_named_query_as_json(run: Run, graph_path: Path) -> None:
    [row] = json.loads(run("query", graph_path, "meetings", "-f", "json").out)
    assert {name: row[name] for name in MET_ROW} == MET_ROW


COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?statement kg:actor ?actor }"


def test_a_query_as_text(run: Run, graph_path: Path) -> None:
    assert run("query", graph_path, COUNT, "-f", "csv").out == "n\n4\n"


def test_a_query_from_a_file(run: Run, graph_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "count.rq"
    path.write_text(COUNT, encoding="utf-8")
    assert run("query", graph_path, path, "-f", "csv").out == "n\n4\n"


def test_a_query_from_standard_input(graph_path: Path) -> None:
    assert shell("query", graph_path, "-", "-f", "csv", input=COUNT).stdout == "n\n4\n"


def test_a_query_in_another_encoding_is_one_sentence(
    run: Run, graph_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"# \xff")))
    one_sentence(run("query", graph_path, "-"), "standard input is not UTF-8")


def test_without_a_query_the_named_ones_are_listed(run: Run, graph_path: Path) -> None:
    outcome = run("query", graph_path)
    assert outcome.code == 0
    assert all(name in outcome.out for name in named_queries())


def test_only_rows_about_somebody(run: Run, graph_path: Path) -> None:
    assert "1 row\n" in run("query", graph_path, "sources", "--about", "putin").out
    assert "0 rows\n" in run("query", graph_path, "sources", "--about", "putin", "--about", "troops").out


def test_at_most_so_many_rows(run: Run, graph_path: Path) -> None:
    assert len(json.loads(run("query", graph_path, "sources", "-n", "2", "-f", "json").out)) == 2


def test_a_query_without_rows(run: Run, graph_path: Path) -> None:
    assert run("query", graph_path, "SELECT ?x WHERE { ?x a kg:Dance }").out == "0 rows\n"


def test_a_long_table_is_cut_and_says_so(run: Run, graph_path: Path) -> None:
    outcome = run("query", graph_path, "SELECT ?s ?p ?o WHERE { ?s ?p ?o }")
    assert outcome.out.rstrip().endswith("rows, the first 200 shown: use -f csv for all")


def test_a_graph_can_be_asked_while_it_is_written(graph_path: Path) -> None:
    with open_store(graph_path):
        assert shell("query", graph_path, COUNT, "-f", "csv").stdout == "n\n4\n"


def test_a_malformed_query_is_told_by_line_and_column(run: Run, graph_path: Path) -> None:
    one_sentence(run("query", graph_path, "SELECT ?x WHERE {\n ?x a }"), "malformed at line 2, column 8")


def test_an_unknown_name_lists_the_known_ones(run: Run, graph_path: Path) -> None:
    one_sentence(run("query", graph_path, "meeting"), "did you mean 'meetings'", *named_queries())


def test_a_missing_query_file_is_one_sentence(run: Run, graph_path: Path) -> None:
    one_sentence(run("query", graph_path, "none.rq"), "none.rq does not exist")


@pytest.mark.parametrize("command", ["query", "check", "view"])
def test_a_missing_graph_is_one_sentence(run: Run, tmp_path: Path, command: str) -> None:
    one_sentence(run(command, tmp_path / "none.kg"), "none.kg does not exist: make it with `kg build")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["query", "check", "view"])
def test_what_is_no_graph_is_one_sentence(run: Run, tmp_path: Path, command: str) -> None:
    one_sentence(run(command, tmp_path), "is no kg graph")


def test_a_reader_that_closes_early_is_no_error(seeds_path: Path) -> None:
    command = f"{KG_COMMAND} export {seeds_path} --format nquads | head -c 20"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
    assert (len(done.stdout), done.stderr) == (20, "")


# --- view ---


def test_a_view_is_one_file_with_the_names_and_sentences(run: Run, graph_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "graph.html"
    outcome = run("view", graph_path, "-o", path, "--title", "Two [leaders]")
    page = path.read_text(encoding="utf-8")
    assert outcome.code == 0
    assert path.as_uri() in outcome.out
    assert all(text in page for text in ("Vladimir Putin", "Kim Jong Un", "Two [leaders]"))


def test_a_view_goes_to_graph_html_by_default(
    run: Run, graph_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run("view", graph_path)
    assert (tmp_path / "graph.html").is_file()


def test_a_view_of_some_types(run: Run, graph_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "graph.html"
    assert "2 entities, 1 edges" in run("view", graph_path, "-o", path, "--type", "Meet").out
    assert '"wd:Q423"' not in path.read_text(encoding="utf-8")


def test_a_view_of_what_is_near_an_entity(run: Run, graph_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "graph.html"
    assert "2 entities" in run("view", graph_path, "-o", path, "--focus", "kim jong un", "--depth", "1").out
    assert '"before":{"entities":4' in path.read_text(encoding="utf-8")


def test_a_view_of_the_entities_with_the_most_statements(run: Run, graph_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "graph.html"
    outcome = run("view", graph_path, "-o", path, "--top", "2")
    assert outcome.code == 0
    assert outcome.out.startswith(f"{path}: 2 entities")


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--focus", "Atlantis"], "no entity has the name 'Atlantis'"),
        (["--since", "2030"], "nothing in"),
        (["--since", "yesterday"], "'yesterday' is no date: write it as 2024-01-31"),
        (["--until", "2024-02-30"], "'2024-02-30' is no date"),
        (["--type", "Dance"], "'Dance' is no type of statement: use one of"),
    ],
)
def test_a_filter_that_leaves_nothing_is_one_sentence(
    run: Run, graph_path: Path, tmp_path: Path, options: list[str], why: str
) -> None:
    one_sentence(run("view", graph_path, "-o", tmp_path / "graph.html", *options), why)
    assert not (tmp_path / "graph.html").exists()


# --- export ---


def test_statements_are_exported_in_the_contracts_form(run: Run, graph_path: Path) -> None:
    lines = run("export", graph_path, "--format", "statements").out.splitlines()
    assert lines == [to_json(one) for one in sorted((MET, SIGN, NO_AID), key=lambda one: one.sort_key)]


def test_entities_are_exported_in_the_contracts_form(run: Run, graph_path: Path) -> None:
    lines = run("export", graph_path, "--format", "entities").out.splitlines()
    assert all(list(json.loads(line)) == ["doc", "id", "name", "type", "mentions"] for line in lines)
    assert len(lines) == 7


@pytest.mark.parametrize("format", ["statements", "entities", "trig", "nquads"])
def test_a_file_holds_what_standard_output_shows(run: Run, graph_path: Path, tmp_path: Path, format: str) -> None:
    path = tmp_path / "out"
    assert run("export", graph_path, "-f", format, "-o", path) == Outcome(0, "", "")
    assert path.read_text(encoding="utf-8") == run("export", graph_path, "-f", format).out != ""


@pytest.mark.parametrize(
    ("command", "place", "why"),
    [
        (["export", "-f", "trig"], "none/out", "No such file or directory"),
        (["export", "-f", "trig"], ".", "Is a directory"),
        (["view"], "none/graph.html", "No such file or directory"),
        (["view"], ".", "Is a directory"),
    ],
)
def test_a_file_that_cannot_be_written_is_one_sentence(
    run: Run, graph_path: Path, tmp_path: Path, command: list[str], place: str, why: str
) -> None:
    one_sentence(run(command[0], graph_path, *command[1:], "-o", tmp_path / place), f"cannot be written ({why})")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a disk that is always full")
@pytest.mark.parametrize("command", ["export {} -f nquads -o /dev/full", "query {} sources -f csv > /dev/full"])
def test_a_full_disk_is_one_sentence(graph_path: Path, command: str) -> None:
    line = f"{KG_COMMAND} {command.format(graph_path)}"
    done = subprocess.run(line, shell=True, capture_output=True, text=True, check=False)
    one_sentence(Outcome(done.returncode, done.stdout, done.stderr), "No space left on device")


def test_pipes_are_utf_8_everywhere(tmp_path: Path) -> None:
    of = document("Putin met Kim – “평양”.")
    with open_store(tmp_path / "korea.kg") as store:
        store.add(of, [statement(of, "Meet", "Putin", "Kim")])
    command = [str(KG_COMMAND), "query", str(tmp_path / "korea.kg"), "meetings", "-f", "json"]
    done = subprocess.run(command, capture_output=True, env={"PYTHONIOENCODING": "ascii"}, check=True)
    assert json.loads(done.stdout.decode())[0]["sentence"] == of.text


# --- check and eval ---


def test_a_good_graph_conforms(run: Run, graph_path: Path) -> None:
    assert run("check", graph_path) == Outcome(0, f"{graph_path}: 2 documents conform\n", "")


def test_a_damaged_graph_is_exit_code_1(run: Run, graph_path: Path) -> None:
    with open_store(graph_path) as store:
        damage(store)
    outcome = run("check", graph_path)
    assert outcome.code == 1
    assert "a statement has at least one actor" in outcome.out
    assert f"problems in {graph_path}: build it again from its sources" in outcome.err


def damage(store: Store) -> None:
    store.dataset.get_context(graph_iri("d1")).remove((statement_iri(MET.id), KG.actor, None))


def test_an_evaluation_prints_its_figures(run: Run, tmp_path: Path) -> None:
    article = ARTICLE | {
        "entities": [
            {"id": "e1", "names": ["Vladimir Putin"], "wikidata": "Q7747"},
            {"id": "e2", "names": ["Kim Jong Un"], "wikidata": "Q56226"},
        ],
        "statements": [
            {"type": "Meet", "actor": ["e1"], "recipient": ["e2"], "modality": "asserted", "evidence": ARTICLE["text"]}
        ],
    }
    records(tmp_path / "meeting.json", article)
    lines = run("eval", tmp_path).out.splitlines()
    assert lines[0] == "event, root      P 1.000  R 1.000  F1 1.000   (1 right of 1 predicted, 1 gold)"
    assert [line.split("  ")[0].rstrip() for line in lines][6:] == [
        "time",
        "place",
        "modality",
        "attribution",
        "entities",
        "linking",
    ]


def test_an_evaluation_shows_what_is_wrong(run: Run, tmp_path: Path) -> None:
    records(tmp_path / "meeting.json", ARTICLE | {"entities": [], "statements": []})
    assert "wrong   Vladimir Putin — Meet → Kim Jong Un\n" in run("eval", tmp_path, "--errors").out


def test_a_folder_without_gold_is_one_sentence(run: Run, tmp_path: Path) -> None:
    one_sentence(run("eval", tmp_path), "holds no gold articles")
