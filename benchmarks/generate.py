"""A graph of a million quads, made by chance but always the same: documents, statements, mentions, as kg stores them.

    python -m benchmarks.generate graph.nq

Types, modalities, numbers of parties and of statements a document are drawn as often as in the news of Wikinews 2019-20;
a few entities are everywhere and most are rare, as in news.
"""

import random
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path

import pyoxigraph
from rdflib import Literal, URIRef
from rdflib.term import Node

from kg import rdf
from kg.model import Document, Entity, Evidence, Mention, Quantity, Statement, Time
from kg.ontology import EVENT, KG, Type, types

QUADS = 1_000_000
SEED = 7
ENTITIES = 20_000
STATEMENTS = 13
"""Statements a document, on average."""
FIRST_DAY = date(2015, 1, 1)
DAYS = 3650
MODALITIES = {"asserted": 895, "denied": 40, "possible": 40, "planned": 25}
COUNTRIES = 150
KINDS = {"Person": 40, "City": 12, "Organization": 14, "Government": 10, "Party": 6, "Company": 8, "Media": 6}
TYPES = {
    "holdsOffice": 100, "locatedIn": 80, "Elect": 70, "memberOf": 54, "Request": 44, "partOf": 43, "headOfState": 40,
    "affiliatedWith": 37, "Meet": 45, "Consult": 20, "Negotiate": 15, "Attack": 40, "Arrest": 20, "Sanction": 15, "Accuse": 25,
    "Criticize": 25, "Threaten": 15, "SignAgreement": 20, "Praise": 15, "Visit": 25, "MilitaryAid": 12, "headOfGovernment": 20, "Phone": 8,
}  # fmt: skip
OUTLETS = [f"Outlet {number}" for number in range(60)]
WORDS = "the of to and in on that for with after before over talks border trade pact forces leaders officials region week".split()


def main() -> None:
    """Writes the graph into the file that is named."""
    generate(Path(sys.argv[1]))


def generate(path: Path) -> None:
    """Writes the graph as N-Quads."""
    with path.open("wb") as file:
        pyoxigraph.serialize(quads(), file, format=pyoxigraph.RdfFormat.N_QUADS)


def quads(wanted: int = QUADS, seed: int = SEED) -> Iterator[pyoxigraph.Quad]:
    """About so many quads, the last document whole, each once."""
    chance = random.Random(seed)
    entities = _entities(chance)
    weights = list(accumulate(1 / (rank + 3) for rank in range(len(entities))))
    homes = {entity.id: chance.choice(entities[: 2 * COUNTRIES : 2]) for entity in entities}
    outside: set[rdf.Triple] = set()
    run = rdf.run_iri("0.1.0", "generated", "")
    outside |= set(rdf.run_triples("0.1.0", "generated", ""))
    told: dict[tuple[str, str, str], list[tuple[date, str]]] = {}
    number = written = 0
    while written + len(outside) < wanted:
        document, statements = _article(chance, number, entities, weights, homes)
        mentions = rdf.mentions_of(statements)
        inside = {triple for statement in statements for triple in rdf.to_triples(statement, run)}
        inside |= set(rdf.mention_triples(document.id, mentions))
        outside |= set(rdf.document_triples(document, run)) | set(rdf.component_triples(run, statements))
        outside |= {triple for entity, _ in mentions for triple in rdf.entity_triples(entity)}
        outside |= {triple for statement in statements for triple in rdf.shortcut_triples(statement)}
        outside |= {link for statement in statements for link in _told_again(statement, document, told)}
        graph = pyoxigraph.NamedNode(str(rdf.graph_iri(document.id)))
        yield from (_quad(triple, graph) for triple in sorted(inside))
        written += len(inside)
        number += 1
    yield from (_quad(triple, pyoxigraph.DefaultGraph()) for triple in sorted(outside))


def _told_again(
    statement: Statement, document: Document, told: dict[tuple[str, str, str], list[tuple[date, str]]]
) -> Iterator[rdf.Triple]:
    """Links to the statements of the same days that tell the same of the same."""
    assert document.published is not None
    key = statement.type, statement.actor[0].entity.id, statement.recipient[0].entity.id
    others = told.setdefault(key, [])
    node = rdf.statement_iri(statement.id)
    if statement.kind == EVENT:
        for day, other in others:
            if abs(day - document.published) <= timedelta(days=30):
                yield node, KG.sameHappeningAs, URIRef(other)
                yield URIRef(other), KG.sameHappeningAs, node
        others.append((document.published, str(node)))


def _quad(triple: rdf.Triple, graph: pyoxigraph.NamedNode | pyoxigraph.DefaultGraph) -> pyoxigraph.Quad:
    subject, predicate, value = triple
    return pyoxigraph.Quad(
        pyoxigraph.NamedNode(str(subject)), pyoxigraph.NamedNode(str(predicate)), _term(value), graph
    )


def _term(node: Node) -> pyoxigraph.NamedNode | pyoxigraph.Literal:
    if isinstance(node, URIRef):
        return pyoxigraph.NamedNode(str(node))
    assert isinstance(node, Literal)
    datatype = pyoxigraph.NamedNode(str(node.datatype)) if node.datatype else None
    return pyoxigraph.Literal(str(node), datatype=datatype)


def _entities(chance: random.Random) -> list[Entity]:
    kinds = chance.choices(list(KINDS), list(KINDS.values()), k=ENTITIES)
    kinds[: 2 * COUNTRIES : 2] = ["Country"] * COUNTRIES  # what is in the news most
    return [Entity(f"kge:{kind}-{number}", kind, f"{kind} {number}") for number, kind in enumerate(kinds)]


def _article(
    chance: random.Random, number: int, entities: list[Entity], weights: list[float], homes: dict[str, Entity]
) -> tuple[Document, list[Statement]]:
    """A document whose sentences are the evidence of its statements."""
    id_ = f"article-{number:05}"
    day = FIRST_DAY + timedelta(days=chance.randrange(DAYS))
    cast = chance.choices(entities, cum_weights=weights, k=14)
    text, drafts = "", []
    for _ in range(max(1, round(chance.gauss(STATEMENTS, 4)))):
        start = len(text)
        who, whom, place, source = (chance.choice(cast) for _ in range(4))
        type_ = types()[chance.choices(list(TYPES), list(TYPES.values()))[0]]
        if type_.kind != EVENT:  # a relation holds between what fits, and each has one home
            whom = homes[who.id] if who.type in type_.subjects and "Country" in type_.objects else whom
            type_ = type_ if who.type in type_.subjects and whom.type in type_.objects else types()["Consult"]
        trigger = chance.choice(WORDS)
        parts = [who.name, trigger, whom.name, " ".join(chance.choices(WORDS, k=14)), place.name, source.name]
        text += " ".join(parts) + ". "
        drafts.append((type_, start, len(text) - 1, who, whom, place, source, trigger))
    document = Document(
        id_, text, f"Article {number}", f"https://example.org/{id_}", chance.choice(OUTLETS), published=day
    )
    return document, [_statement(chance, document, day, *draft) for draft in drafts]


def _statement(  # noqa: PLR0913, PLR0917  the parts of a sentence
    chance: random.Random,
    of: Document,
    day: date,
    type_: Type,
    start: int,
    end: int,
    who: Entity,
    whom: Entity,
    place: Entity,
    source: Entity,
    trigger: str,
) -> Statement:
    def mention(entity: Entity) -> Mention:
        at = of.text.index(entity.name, start, end)
        return Mention(entity, entity.name, at, at + len(entity.name))

    is_event = type_.kind == EVENT
    at = of.text.index(f" {trigger} ", start) + 1
    when = (day - timedelta(days=chance.randrange(4))).isoformat()
    return Statement(
        kind=type_.kind,
        type=type_.name,
        plover=type_.plover,
        cameo=type_.cameo,
        evidence=Evidence(of.id, start, end, of.text[start:end]),
        actor=(mention(who),),
        recipient=(mention(whom),),
        place=mention(place) if is_event and chance.random() < 0.2 else None,
        time=Time(when, "on that day") if is_event and chance.random() < 0.4 else None,
        quantity=(Quantity(float(chance.randrange(1, 900)), "people", "people"),) if chance.random() < 0.05 else (),
        modality=chance.choices(list(MODALITIES), list(MODALITIES.values()))[0],
        attribution=(mention(source),) if is_event and chance.random() < 0.2 else (),
        confidence=chance.randrange(30, 100) / 100,
        trigger=Evidence(of.id, at, at + len(trigger), trigger),
        component="kg_events" if is_event else "kg_relations",
    )


if __name__ == "__main__":
    main()
