"""A graph of a million quads, made by chance but always the same: documents, statements, mentions, as kg stores them.

    python -m benchmarks.generate graph.nq

How often there is what, `news.json` tells, as counted in the graph of 279 articles of Wikinews: types, modalities, entities
by type (all, and those in three articles or more), offices, and what events come with. Relations join the entities that their types allow, and stay what they are
from document to document; a few entities are everywhere and most are rare, as in news.
"""

import json
import random
import sys
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

import pyoxigraph
from rdflib import Literal, URIRef
from rdflib.term import Node

from benchmarks.gold import HERE
from kg import rdf
from kg.model import Document, Entity, Evidence, Mention, Quantity, Statement, Time
from kg.ontology import EVENT, KG, Type, types

NEWS: dict[str, Any] = json.loads((HERE / "news.json").read_text(encoding="utf-8"))
QUADS = 1_000_000
SEED = 7
ENTITIES = 20_000
OFTEN = 400
"""So many of them, the first, are in the news often, and are of other types than the rest."""
FIRST_DAY = date(2015, 1, 1)
DAYS = 730
SAME_DAYS = timedelta(days=3)
"""Documents that tell the same of the same within so many days tell one happening."""
CAST = 20
"""The entities that a document speaks of."""
OUTLETS = [f"Outlet {number}" for number in range(60)]
WORDS = "the of to and in on that for with after before over talks border trade pact forces leaders officials region week".split()


def main() -> None:
    """Writes the graph into the file that is named."""
    generate(Path(sys.argv[1]))


def generate(path: Path, wanted: int = QUADS) -> None:
    """Writes the graph as N-Quads."""
    with path.open("wb") as file:
        pyoxigraph.serialize(quads(wanted), file, format=pyoxigraph.RdfFormat.N_QUADS)


def quads(wanted: int = QUADS, seed: int = SEED) -> Iterator[pyoxigraph.Quad]:
    """About so many quads, the last document whole, each once."""
    world = World(random.Random(seed))
    run = rdf.run_iri("0.1.0", "generated", "")
    outside: set[rdf.Triple] = set(rdf.run_triples("0.1.0", "generated", ""))
    told: dict[tuple[str, str, str], list[tuple[date, URIRef]]] = {}
    number = written = 0
    while written + len(outside) < wanted:
        document, statements = world.article(number)
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
    statement: Statement, document: Document, told: dict[tuple[str, str, str], list[tuple[date, URIRef]]]
) -> Iterator[rdf.Triple]:
    """Links to the events of the same days that tell the same of the same."""
    if statement.kind != EVENT or not statement.recipient or document.published is None:
        return
    node = rdf.statement_iri(statement.id)
    others = told.setdefault((statement.type, statement.actor[0].entity.id, statement.recipient[0].entity.id), [])
    for day, other in others:
        if abs(day - document.published) <= SAME_DAYS:
            yield node, KG.sameHappeningAs, other
            yield other, KG.sameHappeningAs, node
    others.append((document.published, node))


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


class World:
    """The entities of the news, who holds what relation to whom, and a chance that tells of them."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        kinds = chance.choices(*_shares("entities_often"), k=OFTEN) + chance.choices(
            *_shares("entities"), k=ENTITIES - OFTEN
        )
        self._entities = [Entity(f"kge:{kind}-{n}", kind, f"{kind} {n}") for n, kind in enumerate(kinds)]
        self._weights = list(accumulate(1 / (rank + 3) for rank in range(ENTITIES)))
        self._partners: dict[tuple[str, str], Entity] = {}
        self._taken: set[tuple[str, str]] = set()

    def article(self, number: int) -> tuple[Document, list[Statement]]:
        """A document whose sentences are the evidence of its statements."""
        chance = self._chance
        drafts = [_Sentence(chance, *self._said(cast)) for cast in [self._cast()] for _ in range(self._length())]
        starts = list(accumulate((len(draft.text) + 1 for draft in drafts), initial=0))
        text = " ".join(draft.text for draft in drafts)
        published = FIRST_DAY + timedelta(days=chance.randrange(DAYS))
        id_ = f"article-{number:05}"
        url = f"https://example.org/{id_}"
        document = Document(id_, text, f"Article {number}", url, chance.choice(OUTLETS), published)
        return document, [
            draft.to_statement(chance, document, start) for draft, start in zip(drafts, starts, strict=False)
        ]

    def _length(self) -> int:
        return max(1, round(self._chance.gauss(NEWS["statements_a_document"], 4)))

    def _cast(self) -> list[Entity]:
        return sorted({*self._chance.choices(self._entities, cum_weights=self._weights, k=CAST)}, key=_by_id)

    def _said(self, cast: Sequence[Entity]) -> tuple[Type, list[Entity]]:
        """A type, drawn until it is one that fits somebody of the cast, and who, to whom, where, who says so, and with whom."""
        type_ = types()[self._chance.choices(*_shares("types"))[0]]
        if type_.kind == EVENT:
            return type_, self._chance.sample(cast, 5)
        is_headed = type_.objects == {"Country"}  # one country, one head
        known = [entity for entity in cast if entity.type in (type_.objects if is_headed else type_.subjects)]
        if not known:
            return self._said(cast)
        entity = self._chance.choice(known)
        partner = self._partner(entity, type_, type_.subjects if is_headed else type_.objects, is_headed)
        return type_, [partner, entity] if is_headed else [entity, partner]

    def _partner(self, entity: Entity, type_: Type, kinds: frozenset[str], of_one: bool) -> Entity:
        """Whom the entity has that relation to, always the same, and where it is `of_one` nobody else has."""
        key = entity.id, type_.name
        while key not in self._partners:
            found = self._chance.choices(self._entities, cum_weights=self._weights)[0]
            if found.type in kinds and found != entity and (found.id, type_.name) not in self._taken:
                self._partners[key] = found
                self._taken |= {(found.id, type_.name)} if of_one else set()
        return self._partners[key]


def _shares(name: str) -> tuple[list[str], list[int]]:
    return list(NEWS[name]), list(NEWS[name].values())


def _by_id(entity: Entity) -> str:
    return entity.id


class _Sentence:
    """A sentence that says that a type holds between entities, with the places of their names in it."""

    def __init__(self, chance: random.Random, type_: Type, entities: list[Entity]) -> None:
        self._type, self._entities = type_, entities
        self.text, self._starts = "", list[int]()
        for entity in entities:
            self.text += " ".join(chance.choices(WORDS, k=3)) + " "
            self._starts.append(len(self.text))
            self.text += f"{entity.name} "
        self._trigger = len(self.text)
        self.text += " ".join(chance.choices(WORDS, k=8)) + "."

    def to_statement(self, chance: random.Random, document: Document, start: int) -> Statement:
        def mention(number: int) -> tuple[Mention, ...]:
            entity, at = self._entities[number], start + self._starts[number]
            return (Mention(entity, entity.name, at, at + len(entity.name)),)

        def comes_with(what: str) -> bool:
            return self._type.kind == EVENT and chance.random() < float(NEWS["events_with"][what])

        is_event = self._type.kind == EVENT
        assert document.published is not None
        day = (document.published - timedelta(days=chance.randrange(4))).isoformat()
        topic = f"{chance.choice(WORDS)} {chance.choice(WORDS)}" if comes_with("topic") else None
        trigger = start + self._trigger
        word = self.text[self._trigger :].partition(" ")[0]
        return Statement(
            kind=self._type.kind,
            type=self._type.name,
            plover=self._type.plover,
            cameo=self._type.cameo,
            evidence=Evidence(document.id, start, start + len(self.text), self.text),
            actor=mention(0) + (mention(4) if is_event and chance.random() < NEWS["second_actor"] else ()),
            recipient=mention(1) if not is_event or comes_with("recipient") else (),
            place=mention(2)[0] if comes_with("place") else None,
            time=Time(day, "on that day") if comes_with("time") else None,
            quantity=(Quantity(float(chance.randrange(1, 900)), "people", "people"),) if comes_with("quantity") else (),
            topic=chance.choices(*_shares("offices"))[0] if self._type.name == "holdsOffice" else topic,
            modality=chance.choices(*_shares("modalities"))[0],
            attribution=mention(3) if comes_with("attribution") else (),
            confidence=chance.randrange(30, 100) / 100,
            trigger=Evidence(document.id, trigger, trigger + len(word), word),
            component="kg_events" if is_event else "kg_relations",
        )


if __name__ == "__main__":
    main()
