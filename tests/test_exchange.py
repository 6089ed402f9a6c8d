"""The graph in other forms: the statement contract's JSON lines both ways, entities as lines, RDF."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from rdflib import Dataset

from kg.errors import SourceError
from kg.exchange import entity_lines, from_json, read_statements, statement_lines, to_json, write
from kg.model import Document, Statement, Time
from kg.ontology import KG
from kg.rdf import graph_iri, statement_iri
from kg.store import Store
from tests.examples import MEETING, MET, NO_AID, SIGN
from tests.strategies import articles

KEYS = [
    "doc",
    "id",
    "kind",
    "type",
    "plover",
    "mode",
    "cameo",
    "actor",
    "recipient",
    "place",
    "time",
    "quantity",
    "instrument",
    "topic",
    "modality",
    "attribution",
    "confidence",
    "evidence",
]
"""The keys of a statement, in the order of the statement contract."""


def line(of: Statement) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(to_json(of))
    return record


def test_a_statement_is_one_object_with_the_keys_of_the_contract() -> None:
    assert list(line(MET)) == KEYS
    assert list(line(SIGN)) == KEYS


def test_a_statement_as_the_contract_has_it() -> None:
    assert line(MET) == {
        "doc": "d1",
        "id": MET.id,
        "kind": "event",
        "type": "Meet",
        "plover": "CONSULT",
        "mode": None,
        "cameo": "040",
        "actor": [
            {"id": "wd:Q7747", "name": "Vladimir Putin", "type": "Person", "mention": "Putin", "start": 0, "end": 5}
        ],
        "recipient": [
            {"id": "wd:Q56226", "name": "Kim Jong Un", "type": "Person", "mention": "Kim", "start": 10, "end": 13}
        ],
        "place": {
            "id": "wd:Q18808",
            "name": "Pyongyang",
            "type": "City",
            "mention": "Pyongyang",
            "start": 17,
            "end": 26,
        },
        "time": {"value": "2025-08-14", "text": "on Thursday"},
        "quantity": [],
        "instrument": None,
        "topic": "their treaty",
        "modality": "asserted",
        "attribution": [
            {
                "id": "kge:Media-kcna",
                "name": "Korean Central News Agency",
                "type": "Media",
                "mention": "KCNA",
                "start": 40,
                "end": 44,
            }
        ],
        "confidence": 0.86,
        "evidence": {"start": 0, "end": 50, "text": MEETING.text},
    }


def test_empty_slots_stay_empty() -> None:
    record = line(replace(SIGN, topic=None))
    empty = {key for key, value in record.items() if value in (None, [])}
    assert empty == {
        "mode",
        "cameo",
        "recipient",
        "place",
        "time",
        "quantity",
        "instrument",
        "topic",
        "attribution",
    }


def test_a_quantity_keeps_number_unit_and_words() -> None:
    assert line(NO_AID)["quantity"] == [{"value": 5000.0, "unit": "troops", "text": "5,000 troops"}]


def test_an_unresolved_time_keeps_its_words() -> None:
    assert line(replace(MET, time=Time(None, "soon")))["time"] == {"value": None, "text": "soon"}


@given(articles())
def test_statements_come_back_from_their_lines(article: tuple[Document, list[Statement]]) -> None:
    _, statements = article
    found = [from_json(to_json(one)) for one in statements]
    assert found == statements
    assert [(one.id, one.confidence) for one in found] == [(one.id, one.confidence) for one in statements]


@given(articles())
def test_a_line_is_one_line(article: tuple[Document, list[Statement]]) -> None:
    _, statements = article
    assert [len(to_json(one).splitlines()) for one in statements] == [1] * len(statements)


def test_a_graph_gives_its_statements_in_order(store: Store) -> None:
    records = [json.loads(text) for text in statement_lines(store)]
    order = [(record["doc"], record["evidence"]["start"], record["type"]) for record in records]
    assert order == [("d1", 0, "Meet"), ("d2", 0, "MilitaryAid"), ("d2", 0, "SignAgreement")]


def test_a_file_of_statements_is_read_back(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "statements.jsonl"
    with path.open("wb") as file:
        write(store, "statements", file)
    assert list(read_statements(path)) == list(store.statements())


@pytest.mark.parametrize(
    "bad", ["{", "[]", '{"doc": "d1"}', '{"doc": "d1", "evidence": null, "time": null, "place": null}']
)
def test_a_line_that_is_no_statement_is_told_by_its_number(tmp_path: Path, bad: str) -> None:
    path = tmp_path / "statements.jsonl"
    path.write_text(f"{to_json(MET)}\n{bad}\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"statements\.jsonl:2 is no statement"):
        list(read_statements(path))


def test_entities_are_one_line_for_each_document_and_entity(store: Store) -> None:
    records = [json.loads(text) for text in entity_lines(store)]
    assert [(record["doc"], record["id"]) for record in records] == [
        ("d1", "kge:Media-kcna"),
        ("d1", "wd:Q18808"),
        ("d1", "wd:Q56226"),
        ("d1", "wd:Q7747"),
        ("d2", "wd:Q159"),
        ("d2", "wd:Q423"),
        ("d2", "wd:Q56226"),
    ]
    assert records[3] == {
        "doc": "d1",
        "id": "wd:Q7747",
        "name": "Vladimir Putin",
        "type": "Person",
        "mentions": ["Putin"],
    }


def exported(store: Store, format: str) -> bytes:
    file = io.BytesIO()
    write(store, format, file)
    return file.getvalue()


@pytest.mark.parametrize("format", ["statements", "entities", "trig", "nquads"])
def test_a_graph_is_exported_the_same_each_time(store: Store, format: str) -> None:
    assert exported(store, format) == exported(store, format) != b""


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rdflib's own parsers use names that it deprecates
@pytest.mark.parametrize("format", ["trig", "nquads"])
def test_rdf_with_named_graphs_is_read_by_others(store: Store, format: str) -> None:
    dataset = Dataset().parse(data=exported(store, format), format=format)
    assert (statement_iri(MET.id), KG.topic, None) in dataset.graph(graph_iri("d1"))
    assert (None, KG.met, None) in dataset.default_graph


def test_trig_uses_the_short_names(store: Store) -> None:
    assert b"a kg:Meet" in exported(store, "trig")


def test_letters_of_all_scripts_stay_readable(store: Store) -> None:
    korean = replace(MET, topic="평양 회담 — “договор”")
    assert "평양 회담 — “договор”" in to_json(korean)


def plover_records(store: Store) -> list[dict[str, str]]:
    file = io.BytesIO()
    write(store, "plover", file)
    return list(csv.DictReader(io.StringIO(file.getvalue().decode(), newline="")))


def test_a_plover_record_has_the_event_with_its_parties_and_its_article(store: Store) -> None:
    [record] = [one for one in plover_records(store) if one["event_id"] == MET.id]
    assert record["event_type"] == "CONSULT"
    assert (record["quad"], record["score"]) == ("1", "2.5")
    assert (record["event_date"], record["event_date_end"]) == ("2025-08-14", "2025-08-14")
    assert (record["actor_id"], record["actor_country"]) == ("wd:Q7747", "RU")
    assert record["recipient"] == "Kim Jong Un"
    assert (record["place"], record["place_country"], record["latitude"][:2]) == ("Pyongyang", "KP", "39")
    assert (record["attribution"], record["auxiliary_modes"]) == ("Korean Central News Agency", "")
    assert (record["source"], record["publication_date"]) == ("Daily", "2025-08-15")
    assert record["text"] == MET.evidence.quote


def test_auxiliary_modes_tell_how_an_event_is_told(store: Store) -> None:
    modes = {record["event_id"]: record["auxiliary_modes"] for record in plover_records(store)}
    assert (modes[SIGN.id], modes[NO_AID.id]) == ("future", "negation")


def test_what_is_long_past_is_historical(store: Store) -> None:
    store.add(MEETING, [replace(MET, time=Time("1999", "in 1999"))])
    [record] = [one for one in plover_records(store) if one["actor"] == "Vladimir Putin"]
    assert (record["event_date"], record["auxiliary_modes"]) == ("1999-01-01", "historical")


def test_parties_of_an_event_stand_in_one_cell(store: Store) -> None:
    [record] = [one for one in plover_records(store) if one["event_id"] == SIGN.id]
    assert (record["actor"], record["actor_country"]) == ("Russia; North Korea", "RU; KP")
