"""A store, article by article, so that no export holds more than one of them in memory."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from rdflib.namespace import DCTERMS

from kg import rdf
from kg.gazetteer import load_gazetteer
from kg.model import Entity, Mention, Statement
from kg.ontology import SCHEMA
from kg.store import Store


class Article(NamedTuple):
    """A document with all that it says; the texts are empty where nothing is known, `published` is an ISO date."""

    id: str
    title: str
    source: str
    published: str
    url: str
    language: str
    statements: list[Statement]
    mentions: list[tuple[Entity, list[str]]]


def read_articles(store: Store) -> Iterator[Article]:
    """The documents in the order of their ids, with the entities that extraction found."""
    for id_ in store.document_ids():
        graph, node = store.graph_of(id_), rdf.document_iri(id_)
        about = (DCTERMS.title, DCTERMS.publisher, DCTERMS.issued, SCHEMA.url, DCTERMS.language)
        title, source, published, url, language = (str(graph.value(node, predicate) or "") for predicate in about)
        statements, mentions = rdf.from_graph(graph), rdf.read_mentions(graph, id_)
        yield Article(id_, title, source, published, url, language, statements, mentions)


def shown(mentions: Iterable[Mention | None], merged: Mapping[str, Entity]) -> list[Entity]:
    """The entities of mentions, each once, as the decisions on identity show them."""
    entities = [merged.get(mention.entity.id, mention.entity) for mention in mentions if mention is not None]
    return list({entity.id: entity for entity in entities}.values())


@cache
def country_of(entity_id: str) -> str:
    """The ISO code of two capital letters that the knowledge base gives for an entity, or an empty text."""
    row = load_gazetteer().rows.get(entity_id)
    return row[3].upper() if row else ""
