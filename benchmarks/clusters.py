"""Measures of coreference: MUC, B³, CEAF-e, their mean (the CoNLL score), and LEA.

A partition is a list of entities, an entity a set of mentions; mentions of both sides that are the same thing must be
equal. Counts are summed over documents before precision and recall are taken, as the CoNLL scorer does. MUC is of
Vilain et al. (1995), B³ of Bagga and Baldwin (1998) in the form for system mentions, CEAF-e of Luo (2005) with φ4,
LEA of Moosavi and Strube (2016), in which a singleton has one link, to itself.
"""

from collections.abc import Callable, Hashable, Iterable
from itertools import combinations
from typing import Any, NamedTuple

from networkx import Graph, max_weight_matching

Entity = frozenset[Hashable]
Partition = list[Entity]
Part = tuple[float, float]


class Score(NamedTuple):
    """Precision, recall and F1."""

    precision: float
    recall: float
    f1: float


def muc(entities: Partition, others: Partition) -> Part:
    """The links that keep each entity together and are there in the other partition too, of all such links."""
    of = _entity_of(others)
    right = sum(len(entity) - len({of.get(mention, mention) for mention in entity}) for entity in entities)
    return right, sum(len(entity) - 1 for entity in entities)


def b_cubed(entities: Partition, others: Partition) -> Part:
    """For each mention the share of its entity that shares its entity in the other partition."""
    right = sum(len(entity & other) ** 2 / len(entity) for entity in entities for other in others)
    return right, sum(len(entity) for entity in entities)


def ceaf_e(entities: Partition, others: Partition) -> Part:
    """The similarity of entities paired one to one in the best way, of the number of entities."""
    graph: Any = Graph()
    for i, entity in enumerate(entities):
        for j, other in enumerate(others):
            if entity & other:
                graph.add_edge((0, i), (1, j), weight=2 * len(entity & other) / (len(entity) + len(other)))
    right = sum(graph.edges[pair]["weight"] for pair in max_weight_matching(graph))
    return right, len(entities)


def lea(entities: Partition, others: Partition) -> Part:
    """The share of each entity's links that the other partition has too, weighted by the entity's size."""
    right = sum(
        len(entity) * sum(_links(entity & other, entity, other) for other in others) / _links(entity, entity, entity)
        for entity in entities
    )
    return right, sum(len(entity) for entity in entities)


def _links(common: Entity, entity: Entity, other: Entity) -> int:
    """The pairs of mentions; of two singletons the link of a mention to itself."""
    if len(entity) == 1:
        return int(len(common) == 1 and len(other) == 1)
    return sum(1 for _ in combinations(common, 2))


MEASURES: dict[str, Callable[[Partition, Partition], Part]] = {
    "MUC": muc,
    "B³": b_cubed,
    "CEAF-e": ceaf_e,
    "LEA": lea,
}
CONLL = ("MUC", "B³", "CEAF-e")


def score(documents: Iterable[tuple[Partition, Partition]], singletons: bool = True) -> dict[str, Score]:
    """All measures over documents of (gold, found), and `CoNLL`; without singletons these are left out on both sides."""
    sums = {name: [0.0] * 4 for name in MEASURES}
    for gold, found in documents:
        ours, theirs = (
            side if singletons else [entity for entity in side if len(entity) > 1] for side in (gold, found)
        )
        for name, measure in MEASURES.items():
            counts = (*measure(theirs, ours), *measure(ours, theirs))
            sums[name] = [before + count for before, count in zip(sums[name], counts, strict=True)]
    scores = {name: _score(*counts) for name, counts in sums.items()}
    parts = [scores[name] for name in CONLL]
    return scores | {"CoNLL": Score(*(sum(values) / len(parts) for values in zip(*parts, strict=True)))}


def _score(right: float, found: float, recalled: float, gold: float) -> Score:
    precision, recall = right / found if found else 0.0, recalled / gold if gold else 0.0
    total = precision + recall
    return Score(precision, recall, 2 * precision * recall / total if total else 0.0)


def _entity_of(partition: Partition) -> dict[Hashable, Entity]:
    return {mention: entity for entity in partition for mention in entity}
