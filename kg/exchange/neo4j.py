"""The graph as a folder of CSV files with the headers that `neo4j-admin database import` reads."""

import csv
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

from rdflib import RDF

from kg import rdf
from kg.edtf import bounds
from kg.exchange.articles import Article, country_of, read_articles, shown
from kg.model import Entity, Statement
from kg.ontology import KG, curie, entity_types, types
from kg.store import Store

HEADERS = {
    "entities.csv": ["id:ID(Entity)", "name", "iri", "country", ":LABEL"],
    "documents.csv": ["id:ID(Document)", "title", "source", "published:date", "url", "language", ":LABEL"],
    "statements.csv": [
        "id:ID(Statement)", "type", "plover", "quad:int", "mode", "cameo", "modality", "confidence:double",
        "time", "earliest:date", "latest:date", "topic", "instrument", "sentence", ":LABEL",
    ],
    "roles.csv": [":START_ID(Statement)", ":END_ID(Entity)", ":TYPE", "mention", "begin:int", "end:int"],
    "evidence.csv": [":START_ID(Statement)", ":END_ID(Document)", ":TYPE", "begin:int", "end:int"],
    "mentions.csv": [":START_ID(Document)", ":END_ID(Entity)", ":TYPE"],
    "edges.csv": [":START_ID(Entity)", ":END_ID(Entity)", ":TYPE", "verb"],
    "happenings.csv": [":START_ID(Statement)", ":END_ID(Statement)", ":TYPE"],
}  # fmt: skip
"""The files, each with its header."""
NODES = ("entities.csv", "documents.csv", "statements.csv")
_ROLES = {"actor": "ACTOR", "recipient": "RECIPIENT", "place": "PLACE", "attribution": "ATTRIBUTED_TO"}


class _Writer(Protocol):
    def writerow(self, row: list[Any], /) -> Any: ...


def write_neo4j(store: Store, folder: Path) -> None:
    """Writes nodes for entities, documents and statements, and what joins them, into a folder that is made if missing."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        writers: dict[str, _Writer] = {}
        for name, header in HEADERS.items():
            file = stack.enter_context((folder / name).open("w", encoding="utf-8", newline=""))
            writers[name] = csv.writer(file, lineterminator="\n")
            writers[name].writerow(header)
        merged = store.merged
        for article in read_articles(store):
            _write_article(article, merged, writers)
        for name, rows in (
            ("entities.csv", _entities(store)),
            ("edges.csv", _edges(store)),
            ("happenings.csv", _happenings(store)),
        ):
            for row in rows:
                writers[name].writerow(row)


def _write_article(article: Article, merged: Mapping[str, Entity], writers: Mapping[str, _Writer]) -> None:
    writers["documents.csv"].writerow(
        [article.id, article.title, article.source, article.published, article.url, article.language, "Document"]
    )
    for id_ in sorted({merged.get(entity.id, entity).id for entity, _ in article.mentions}):
        writers["mentions.csv"].writerow([article.id, id_, "MENTIONS"])
    for statement in article.statements:
        evidence = statement.evidence
        writers["statements.csv"].writerow(_statement(statement))
        writers["evidence.csv"].writerow([statement.id, article.id, "SAID_IN", evidence.start, evidence.end])
        for role, type_ in _ROLES.items():
            mentions = getattr(statement, role)
            for mention in mentions if isinstance(mentions, tuple) else filter(None, [mentions]):
                [entity] = shown([mention], merged)
                writers["roles.csv"].writerow(
                    [statement.id, entity.id, type_, mention.text, mention.start, mention.end]
                )


def _statement(statement: Statement) -> list[Any]:
    type_ = types()[statement.type]
    days = bounds(statement.time.value) if statement.time and statement.time.value else None
    return [
        statement.id, statement.type, statement.plover or "", type_.quad or "", statement.mode or "", statement.cameo or "",
        statement.modality, statement.confidence, (statement.time.value or "") if statement.time else "", *(days or ("", "")),
        statement.topic or "", statement.instrument or "", statement.evidence.quote,
        ";".join(["Statement", statement.kind.title(), str(type_.iri)[len(KG) :]]),
    ]  # fmt: skip


def _entities(store: Store) -> Iterator[list[Any]]:
    """The entities that the graph shows; those that others stand for are not among them."""
    graph = store.dataset.default_graph
    for name, class_ in entity_types().items():
        for node in sorted(graph.subjects(RDF.type, class_)):
            entity = rdf.read_entity(graph, node)
            yield [entity.id, entity.name, str(node), country_of(entity.id), f"Entity;{name}"]


def _edges(store: Store) -> Iterator[list[Any]]:
    """The direct edges; of a symmetric type each pair once, as Neo4j reads them both ways."""
    graph = store.dataset.default_graph
    for type_ in types().values():
        relationship = str(type_.shortcut)[len(KG) :]
        named = "".join(f"_{letter}" if letter.isupper() else letter for letter in relationship).upper()
        for actor, recipient in sorted(graph.subject_objects(type_.shortcut)):
            if not type_.symmetric or actor < recipient:
                yield [curie(str(actor)), curie(str(recipient)), named, type_.verb]


def _happenings(store: Store) -> Iterator[list[Any]]:
    for one, other in sorted(store.dataset.default_graph.subject_objects(KG.sameHappeningAs)):
        if one < other:
            yield [*(str(node)[len(rdf.statement_iri("")) :] for node in (one, other)), "SAME_HAPPENING_AS"]
