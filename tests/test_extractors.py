"""Other extractors than kg's own: found by entry point, checked by the contract of frames, told apart in the graph."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from spacy.language import Language
from spacy.tokens import Doc

import kg
from kg.errors import KgError
from kg.exchange import from_json, to_json
from kg.nlp.frames import Frames
from kg.nlp.mentions import get_mentions
from kg.nlp.pipeline import describe_extractors, describe_model, load_pipeline
from kg.rdf import from_graph, run_iri, to_graph
from kg.statements import analyse
from kg.store import open_store
from tests.conftest import Outcome
from tests.examples import MET, document

Run = Callable[..., Outcome]

QUARRELS = '''
"""A third-party extractor: whoever stands on both sides of `versus` is said to criticize the other."""

from spacy.language import Language


@Language.factory("quarrels", default_config={"word": "versus"})
def make_quarrels(nlp, name, word):
    def find_quarrels(doc):
        mentions = [span for span in doc.spans["kg_mentions"] if span.id_ == "name"]
        for token in doc:
            before = [span for span in mentions if span.end <= token.i and span.sent == token.sent]
            behind = [span for span in mentions if span.start > token.i and span.sent == token.sent]
            if token.lower_ == word and before and behind:
                sides = [[span.start, span.end, span.kb_id_, span.label_] for span in (before[-1], behind[0])]
                frame = {
                    "type": "Criticize",
                    "sentence": [token.sent.start, token.sent.end],
                    "trigger": [token.i, token.i + 1],
                    "actor": [sides[0]],
                    "recipient": [sides[1]],
                    "confidence": 0.6,
                    "how": f"the word {word}",
                }
                doc._.kg_frames = [*doc._.kg_frames, frame]
        return doc

    return find_quarrels
'''


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the distribution `geokg-quarrels` is installed, as pip lays it down."""
    site = tmp_path_factory.mktemp("site")
    (site / "geokg_quarrels.py").write_text(QUARRELS, encoding="utf-8")
    info = site / "geokg_quarrels-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: geokg-quarrels\nVersion: 1.2\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(
        "[spacy_factories]\nquarrels = geokg_quarrels:make_quarrels\n", encoding="utf-8"
    )
    (info / "INSTALLER").write_text("pip\n", encoding="utf-8")
    return site


def command(site: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Runs `kg` in a process that finds what is installed in the folder."""
    paths = [str(Path(kg.__file__).parents[1]), str(site)]
    return subprocess.run(
        [sys.executable, "-c", "from kg.cli import main; main()", *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_installed_extractor_takes_part_by_its_name(installed: Path, tmp_path: Path) -> None:
    source, path = tmp_path / "a.jsonl", tmp_path / "a.kg"
    text = "It is Donald Trump against Iran. Vladimir Putin met Kim Jong Un."
    source.write_text(json.dumps({"id": "a", "date": "2025-08-15", "text": text}), encoding="utf-8")
    options = ("--extractor", "quarrels", "--extractor", "kg", "--set", "quarrels.word=against")
    done = command(installed, "build", source, "-o", path, *options)
    assert (done.returncode, done.stderr) == (0, "")
    with open_store(path, read_only=True) as store:
        found = {str(statement): statement.extractor for statement in store.statements()}
        agents = store.query(
            "SELECT ?name ?about { ?a a prov:SoftwareAgent ; rdfs:label ?name ; dcterms:description ?about }"
        )
    assert found == {"Donald Trump — Criticize → Iran": "quarrels", "Vladimir Putin — Meet → Kim Jong Un": "kg"}
    assert agents.rows == [("quarrels", "geokg-quarrels 1.2, word=against")]


def test_an_installed_extractor_can_stand_alone_and_explains_itself(installed: Path) -> None:
    text = "In short: Donald Trump versus Iran. Vladimir Putin met Kim Jong Un."
    shown = command(installed, "extract", "--text", text, "--explain", "--extractor", "quarrels").stdout
    assert "✓ Donald Trump — Criticize → Iran  0.60" in shown
    assert "“versus”, by quarrels: the word versus" in shown
    assert "Meet" not in shown


def test_a_broken_package_is_one_sentence(tmp_path: Path) -> None:
    info = tmp_path / "geokg_broken-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: geokg-broken\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[spacy_factories]\nbroken = geokg_nothing:make\n", encoding="utf-8")
    done = command(tmp_path, "extract", "--text", "Putin met Kim.")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("kg: spaCy cannot load a package that extends it (No module named 'geokg_nothing')")


@pytest.mark.parametrize(
    ("extractors", "words"),
    [
        ({"nobody": {}}, "no extractor is called 'nobody'"),
        ({"kg": {"word": "red"}}, "the extractor kg has no setting 'word': it has reader"),
        ({}, "no extractor is given"),
        ({"kg_llm": {"colour": "red"}}, "kg_llm has no setting 'colour': it has url, model"),
        ({"kg_llm": {"url": "http://127.0.0.1:9", "sentences": "many"}}, "kg_llm does not take this .*sentences"),
        ({"kg_dates": {}}, "kg_dates is a part of the pipeline"),
    ],
)
def test_a_mistake_in_naming_an_extractor_is_one_sentence(extractors: dict[str, Any], words: str) -> None:
    with pytest.raises(KgError, match=words):
        load_pipeline(extractors=extractors)


@pytest.mark.parametrize("setting", ["quarrels.word=red", "word=red", "kg", "kg.word"])
def test_a_setting_of_nobody_is_one_sentence(run: Run, setting: str) -> None:
    failed = run("extract", "--text", "Putin met Kim.", "--set", setting)
    assert failed.code == 1
    assert f"--set {setting}: give EXTRACTOR.KEY=VALUE for one of kg" in failed.err


# --- the contract ---


@pytest.fixture(scope="module")
def analysed() -> Doc:
    """A text with its mentions and without statements."""
    [(_, doc)] = analyse([document("Putin met Kim.")], without=["kg_events", "kg_relations", "kg_salience"])
    return doc


@pytest.fixture
def doc(analysed: Doc) -> Iterator[Doc]:
    yield analysed
    analysed._.kg_frames = []


def frame(doc: Doc, **more: Any) -> dict[str, Any]:
    """The least that says that Putin met Kim."""
    putin, kim = ([span.start, span.end, span.kb_id_, span.label_] for span in get_mentions(doc))
    return {"type": "Meet", "sentence": [0, len(doc)], "actor": [putin], "recipient": [kim]} | more


def test_a_frame_needs_no_more_than_type_sentence_and_actor(doc: Doc) -> None:
    doc._.kg_frames = [frame(doc)]
    [found] = Frames("mine")(doc)._.kg_frames
    assert found["extractor"] == "mine"
    assert found["trigger"] == found["sentence"]
    assert (found["modality"], found["confidence"], found["place"], found["quantity"]) == ("asserted", 1.0, None, [])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"type": "Hug"}, "'Hug' is no type of the ontology"),
        ({"actor": []}, "actor: List should have at least 1 item"),
        ({"actor": [[0, 1]]}, "actor.0: List should have at least 4 items"),
        ({"actor": [[0, 99, "wd:Q1", "Person"]]}, "[0, 99] are no tokens of a document of 4"),
        ({"actor": [[0, 1, "wd:Q1", "Hero"]]}, "'Hero' is no type of entity"),
        ({"actor": [[0, 1, "Putin", "Person"]]}, "'Putin' is no CURIE"),
        ({"sentence": [3, 3]}, "[3, 3] are no tokens"),
        ({"confidence": 7}, "confidence: Input should be less than or equal to 1"),
        ({"modality": "certain"}, "modality: 'certain' is none of asserted"),
        ({"time": "Thursday"}, "time: Input should be a valid list"),
    ],
)
def test_a_frame_that_breaks_the_contract_names_its_extractor(doc: Doc, change: dict[str, Any], words: str) -> None:
    doc._.kg_frames = [frame(doc) | change]
    with pytest.raises(KgError, match="the extractor mine wrote a frame that breaks the contract") as caught:
        Frames("mine")(doc)
    assert words in str(caught.value)


def test_what_is_no_frame_at_all_names_its_extractor(doc: Doc) -> None:
    doc._.kg_frames = ["Putin met Kim"]
    with pytest.raises(KgError, match="the extractor mine wrote a frame"):
        Frames("mine")(doc)


def test_what_another_extractor_has_told_is_not_told_again(doc: Doc) -> None:
    kim_first = frame(doc)
    kim_first["actor"], kim_first["recipient"] = kim_first["recipient"], kim_first["actor"]
    doc._.kg_frames = [frame(doc)]
    Frames("first")(doc)
    doc._.kg_frames = [*doc._.kg_frames, kim_first, frame(doc, type="Praise")]
    second = Frames("second")
    second(doc)
    assert [(one["type"], one["extractor"]) for one in doc._.kg_frames] == [("Meet", "first"), ("Praise", "second")]
    assert second.repeated == 1


def test_kg_alone_is_the_pipeline_without_more() -> None:
    assert load_pipeline() is load_pipeline(extractors=["kg"]) is load_pipeline(extractors={"kg": {}})
    assert describe_extractors(load_pipeline()) == {}
    assert describe_model(load_pipeline()).endswith("with kg_ner")


def test_a_component_of_the_same_process_is_an_extractor_too() -> None:
    @Language.component("say_nothing")
    def say_nothing(doc: Doc) -> Doc:
        return doc

    nlp = load_pipeline(extractors=["kg", "say_nothing"])
    assert nlp.pipe_names[-5:] == [
        "kg_relations", "kg_frames_kg", "say_nothing", "kg_frames_say_nothing", "kg_salience",
    ]  # fmt: skip
    assert describe_model(nlp).endswith("with kg_ner, statements by kg and say_nothing (say_nothing)")
    assert kg.extract(document("Putin met Kim."), extractors=["say_nothing"]) == []


def test_an_extractor_survives_statements_jsonl() -> None:
    found = replace(MET, component="mine")
    assert from_json(to_json(found)).extractor == "mine"
    assert from_json(to_json(MET)).extractor == "kg"
    assert "extractor" not in json.loads(to_json(MET))


def test_an_extractor_survives_rdf() -> None:
    run = run_iri("0.1.0", "sm", "a")
    [found] = from_graph(to_graph([replace(MET, component="mine/1 #2")], run))
    assert found.extractor == "mine/1 #2"
    assert found.id == MET.id
