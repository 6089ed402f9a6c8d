"""Which entities of a graph are likely the same: what `kg review` asks a reader to decide.

Only names are compared, within the kinds of thing that can be one (persons, organisations, places); what the two have
to do with others in the graph raises or lowers the odds. Whatever has been decided, and two different Wikidata ids, is
not asked again.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from itertools import combinations
from typing import NamedTuple

from kg.model import Entity, slug
from kg.ontology import actor_types, place_types
from kg.store import Store

_SAME_NAME, _INITIALS, _SHORT, _LONGER, _ALIKE = 0.7, 0.7, 0.5, 0.4, 0.6
"""How likely two entities are one, by how their names agree; by judgement, to put the likelier first."""
_TOGETHER, _OPPOSED = 0.2, -0.4
_LEAST_ALIKE = 0.85
_LARGEST_BLOCK = 100
"""Names that more entities share than this tell nothing."""
_OF_ONE_DOCUMENT = re.compile(r"\.[0-9a-f]{8}$")
"""Ends the ids of things described in one document (`protesters`): no name to compare."""


class Duplicate(NamedTuple):
    """Two entities that are likely one: how likely (0 to 1), and why."""

    entity: Entity
    other: Entity
    score: float
    reasons: tuple[str, ...]


class _Node(NamedTuple):
    entity: Entity
    words: tuple[str, ...]
    partners: dict[str, set[str]]
    """The entities that it deals with, by id, each with the statements."""


def likely_duplicates(store: Store, *, only: Iterable[str] = (), least: float = 0.0) -> list[Duplicate]:
    """The pairs of entities that are likely the same, likeliest first; `only` some types, from a score of `least` on."""
    nodes = {node.entity.id: node for node in _nodes(store, frozenset(only))}
    names = {id_: node.entity.name for id_, node in nodes.items()}
    decided = {decision.pair for decision in store.decisions}
    found = []
    for pair in _pairs(nodes):
        one, other = (nodes[id_] for id_ in pair)
        if frozenset(pair) in decided or all(id_.startswith("wd:") for id_ in pair):
            continue
        reason = _by_name(one, other)
        if reason is None:
            continue
        points, why = zip(reason, *_by_context(one, other, names), strict=True)
        score = round(min(max(sum(points), 0.0), 1.0), 2)
        if score >= least:
            found.append(Duplicate(one.entity, other.entity, score, why))
    return sorted(found, key=lambda duplicate: (-duplicate.score, duplicate.entity.id, duplicate.other.id))


def _nodes(store: Store, only: frozenset[str]) -> Iterator[_Node]:
    partners: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    parties: dict[str, set[str]] = defaultdict(set)
    for statement, party in store.query("SELECT ?s ?e { ?s kg:actor|kg:recipient ?e }").rows:
        parties[str(statement)].add(str(party))
    for statement, together in parties.items():
        for id_ in together:
            for other in together - {id_}:
                partners[id_][other].add(statement)
    rows = store.query("SELECT ?e ?type ?name { ?e a/skos:notation ?type ; rdfs:label ?name } ORDER BY ?e").rows
    for row in rows:
        entity = Entity(str(row[0]), str(row[1]), str(row[2]))
        if not _OF_ONE_DOCUMENT.search(entity.id) and (not only or entity.type in only):
            yield _Node(entity, tuple(slug(entity.name).split("-")), partners[entity.id])


def _pairs(nodes: dict[str, _Node]) -> list[tuple[str, str]]:
    """The ids of entities of one kind whose names share a key, each pair once."""
    blocks: dict[tuple[str, str], set[str]] = defaultdict(set)
    for id_, node in nodes.items():
        for key in _keys(node):
            blocks[_kind(node.entity.type), key].add(id_)
    small = (sorted(block) for block in blocks.values() if len(block) <= _LARGEST_BLOCK)
    return sorted({pair for block in small for pair in combinations(block, 2)})


def _kind(type_: str) -> str:
    """What can be one thing: an organisation may be taken for a company, never for a person."""
    if type_ in place_types():
        return "place"
    return type_ if type_ == "Person" or type_ not in actor_types() else "organization"


def _keys(node: _Node) -> Iterator[str]:
    """What two names have in common that are compared: the first word, the last, and the initials."""
    yield node.words[0]
    yield node.words[-1]
    yield _initials(node.words)
    yield "".join(node.words)


def _initials(words: tuple[str, ...]) -> str:
    return "".join(word[:1] for word in words)


def _by_name(one: _Node, other: _Node) -> tuple[float, str] | None:
    """How the names agree, or None where they do not."""
    short, long = sorted((one, other), key=lambda node: (len(node.words), node.entity.name))
    quoted = f"“{short.entity.name}”", f"“{long.entity.name}”"
    if short.words == long.words:
        types = sorted({one.entity.type, other.entity.type})
        return _SAME_NAME, f"one name, as {' and '.join(types)}" if len(types) > 1 else "one name"
    if len(short.words) == 1 and len(long.words) > 2 and short.words[0] == _initials(long.words):
        return _INITIALS, f"{quoted[0]} are the initials of {quoted[1]}"
    if one.entity.type == "Person" and len(short.words) == 1 and short.words[0] == long.words[-1]:
        return _SHORT, f"{quoted[0]} is how news shortens {quoted[1]}"
    if not all(node.entity.name.split()[-1][0].isupper() for node in (one, other)):
        return None  # a description (`Chinese officials`), which names nobody
    alike = SequenceMatcher(None, "".join(short.words), "".join(long.words)).ratio()
    if alike >= _LEAST_ALIKE and not _differ_in_number(short.words, long.words):
        return _ALIKE * alike, f"spelled alike ({alike:.0%})"
    if one.entity.type != "Person" and long.words[: len(short.words)] == short.words:
        return _LONGER, f"{quoted[1]} begins with {quoted[0]}"
    return None


def _differ_in_number(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """True of `Resolution 1874` and `Resolution 1847`: a digit is no misspelling."""
    return [word for word in one if word.isdigit()] != [word for word in other if word.isdigit()]


def _by_context(one: _Node, other: _Node, names: dict[str, str]) -> Iterator[tuple[float, str]]:
    """What the two have to do with each other and with the same others."""
    if other.entity.id in one.partners:
        count = len(one.partners[other.entity.id])
        yield _OPPOSED, f"but {count} statement{'s name' if count > 1 else ' names'} both as parties"
    shared = sorted(
        one.partners.keys() & other.partners.keys() & names.keys(),
        key=lambda id_: (-len(one.partners[id_]) - len(other.partners[id_]), id_),
    )
    if shared:
        more = " …" if len(shared) > 3 else ""
        yield _TOGETHER, f"both deal with {', '.join(names[id_] for id_ in shared[:3])}{more}"
