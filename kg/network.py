"""The store → a networkx `MultiDiGraph` of who did what to whom.

A node is an entity (key: its CURIE; attributes `name`, `type`, `iri`). An edge stands for all statements of one type and
modality from one entity to another (key: `(type, modality)`; attributes `type`, `label`, `kind`, `plover`, `quad`,
`symmetric`, `modality`, and `statements`, a list of dicts with `id`, `quote`, `marks`, `trigger`, `time`, `days`, `place`,
`place_id`, `attribution`, `source`, `title`, `url`, `published`, `confidence`, `topic`). `marks` are the
offsets of the parties in the quote, `trigger` those of the words that evoke the statement, None where the store has none;
`days` are the first and last day of the time, else of the article's date. The graph itself knows its `title`, the number of `documents`, and, once `around` or `heaviest` has cut it, what it had `before`
(numbers of `entities` and `statements`).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import networkx as nx

from kg.edtf import bounds
from kg.errors import KgError
from kg.ontology import iri, types
from kg.store import Store, Value

Edge = tuple[str, str, tuple[str, str]]

_STATEMENTS = """
SELECT ?statement ?notation ?modality ?confidence ?time ?earliest ?latest ?topic ?quote ?begin ?trigger_begin
       ?trigger_end ?document ?title ?source ?url ?published ?place ?spot WHERE {
  ?statement a ?type ; kg:modality/rdfs:label ?modality ; kg:confidence ?confidence ; prov:wasDerivedFrom ?passage .
  ?type kg:shortcut ?shortcut ; skos:notation ?notation .
  ?passage nif:anchorOf ?quote ; nif:beginIndex ?begin ; nif:referenceContext ?document .
  OPTIONAL { ?statement kg:trigger ?words . ?words nif:beginIndex ?trigger_begin ; nif:endIndex ?trigger_end }
  OPTIONAL { ?statement kg:time ?time }
  OPTIONAL { ?statement kg:earliest ?earliest ; kg:latest ?latest }
  OPTIONAL { ?statement kg:topic ?topic }
  OPTIONAL { ?statement kg:place ?spot . ?spot rdfs:label ?place }
  OPTIONAL { ?document dcterms:title ?title }
  OPTIONAL { ?document dcterms:publisher ?source }
  OPTIONAL { ?document schema:url ?url }
  OPTIONAL { ?document dcterms:issued ?published }
}
"""
_PARTIES = """
SELECT ?statement ?role ?entity ?name ?class ?begin ?end WHERE {
  VALUES (?role ?plays ?mentioned) {
    ("actor" kg:actor kg:actorMention) ("recipient" kg:recipient kg:recipientMention) ("attribution" kg:attributedTo kg:attributionMention)
  }
  ?statement ?plays ?entity ; ?mentioned ?phrase .
  ?phrase itsrdf:taIdentRef ?entity ; nif:beginIndex ?begin ; nif:endIndex ?end .
  ?entity a/skos:notation ?class ; rdfs:label ?name .
}
ORDER BY ?statement ?begin
"""


class _Party(NamedTuple):
    entity: str
    name: str
    type: str
    begin: int
    end: int


def to_networkx(
    store: Store,
    *,
    since: str | None = None,
    until: str | None = None,
    only: Iterable[str] = (),
    min_confidence: float = 0.0,
    title: str | None = None,
) -> "nx.MultiDiGraph[str]":
    """The graph of the statements that pass the filters, with nodes and edges in a fixed order.

    `since` and `until` are days (or months, or years) that the time of a statement, or else its document's date, must
    touch; `only` are names of statement types (`Meet`), all where empty. Raises KgError where a name is no type, or a
    day no date.
    """
    first, last = _day(since, 0), _day(until, 1)
    wanted = set(only)
    unknown = sorted(wanted - set(types()))
    if unknown:
        raise KgError(f"{unknown[0]!r} is no type of statement: use one of {', '.join(types())}")
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(title=title or "", documents=len(store.document_ids()))
    edges: dict[Edge, list[dict[str, Any]]] = defaultdict(list)
    parties = _parties(store)
    for row in store.query(_STATEMENTS).to_dicts():
        if (wanted and row["notation"] not in wanted) or float(row["confidence"] or 0) < min_confidence:
            continue
        if _is_within(row, first, last):
            _add(row, parties[str(row["statement"])], graph, edges)
    for (actor, recipient, key), statements in sorted(edges.items()):
        statements.sort(
            key=lambda statement: (statement["time"] or statement["published"] or "", statement["id"]), reverse=True
        )
        graph.add_edge(actor, recipient, key, **_edge_attributes(*key), statements=statements)
    ordered: nx.MultiDiGraph[str] = nx.MultiDiGraph(**graph.graph)
    ordered.add_nodes_from(sorted(graph.nodes(data=True)))
    for actor, recipient, key, attributes in graph.edges(keys=True, data=True):
        ordered.add_edge(actor, recipient, key, **attributes)
    return ordered


def around(graph: "nx.MultiDiGraph[str]", entity: str, depth: int = 1) -> "nx.MultiDiGraph[str]":
    """The part of the graph that is at most `depth` steps, in either direction, from an entity.

    Raises KgError where the entity is not in the graph.
    """
    if entity not in graph:
        raise KgError(
            f"{entity} takes part in nothing that passes these filters: loosen them, or choose another entity"
        )
    return _part(graph, nx.single_source_shortest_path_length(graph.to_undirected(as_view=True), entity, cutoff=depth))


def heaviest(graph: "nx.MultiDiGraph[str]", number: int, keep: Iterable[str] = ()) -> "nx.MultiDiGraph[str]":
    """The graph of the `number` entities with the most statements, those to `keep` among them."""
    kept = set(keep)
    told: dict[str, set[str]] = {node: set() for node in graph}
    for source, target, edge in graph.edges(data=True):
        for statement in edge["statements"]:
            told[source].add(statement["id"])
            told[target].add(statement["id"])
    return _part(graph, sorted(graph, key=lambda node: (node not in kept, -len(told[node]), node))[:number])


def _part(graph: "nx.MultiDiGraph[str]", nodes: Iterable[str]) -> "nx.MultiDiGraph[str]":
    """The graph of these nodes, in the old order; it knows what the whole graph held."""
    kept = set(nodes)
    part: nx.MultiDiGraph[str] = nx.MultiDiGraph(**{"before": _counts(graph)} | graph.graph)
    part.add_nodes_from((node, data) for node, data in graph.nodes(data=True) if node in kept)
    for source, target, key, data in graph.edges(keys=True, data=True):
        if source in kept and target in kept:
            part.add_edge(source, target, key, **data)
    return part


def _counts(graph: "nx.MultiDiGraph[str]") -> dict[str, int]:
    told = {statement["id"] for *_, edge in graph.edges(data=True) for statement in edge["statements"]}
    return {"entities": sum(1 for node in graph if graph.degree(node)), "statements": len(told)}


def _parties(store: Store) -> dict[str, dict[str, list[_Party]]]:
    found: dict[str, dict[str, list[_Party]]] = defaultdict(lambda: defaultdict(list))
    for statement, role, entity, name, class_, begin, end in store.query(_PARTIES).rows:
        party = _Party(str(entity), str(name), str(class_), int(str(begin)), int(str(end)))
        found[str(statement)][str(role)].append(party)
    return found


def _day(value: str | None, end: int) -> str | None:
    """The first (0) or last (1) day of a day, month or year."""
    if value is None:
        return None
    days = bounds(value)
    if days is None:
        raise KgError(f"{value!r} is no date: write it as 2024-01-31, 2024-01 or 2024")
    return days[end].isoformat()


def _is_within(row: dict[str, Value], since: str | None, until: str | None) -> bool:
    first, last = row["earliest"] or row["published"], row["latest"] or row["published"]
    if since and (last is None or str(last) < since):
        return False
    return not (until and (first is None or str(first) > until))


def _add(
    row: dict[str, Value],
    parties: dict[str, list[_Party]],
    graph: "nx.MultiDiGraph[str]",
    edges: dict[Edge, list[dict[str, Any]]],
) -> None:
    """Adds the statement of a row to the edges between its parties, and the parties to the graph."""
    for role in ("actor", "recipient"):
        for party in parties[role]:
            graph.add_node(party.entity, name=party.name, type=party.type, iri=str(iri(party.entity)))
    detail = _detail(row, parties)
    key = (str(row["notation"]), str(row["modality"]))
    for actor, recipient in _pairs(parties, types()[key[0]].symmetric):
        edges[actor, recipient, key].append(detail)


def _pairs(parties: dict[str, list[_Party]], symmetric: bool) -> Iterator[tuple[str, str]]:
    """Actor and recipient; of a symmetric type each two parties once, in the order of their ids."""
    actors, recipients = [[party.entity for party in parties[role]] for role in ("actor", "recipient")]
    if symmetric:
        ids = sorted(set(actors + recipients))
        yield from ((one, other) for i, one in enumerate(ids) for other in ids[i + 1 :])
    else:
        yield from ((actor, recipient) for actor in actors for recipient in recipients if actor != recipient)


def _detail(row: dict[str, Value], parties: dict[str, list[_Party]]) -> dict[str, Any]:
    parts = (party for role in ("actor", "recipient") for party in parties[role])
    marks = sorted(filter(None, {_in_quote(row, party.begin, party.end) for party in parts}))
    trigger = _in_quote(row, row["trigger_begin"], row["trigger_end"])
    kept = ("quote", "time", "place", "source", "title", "url", "published", "confidence", "topic")
    first, last = row["earliest"] or row["published"], row["latest"] or row["published"]
    return {
        "id": row["statement"],
        "marks": [list(span) for span in marks],
        "trigger": list(trigger) if trigger else None,
        "days": [str(first), str(last)] if first and last else None,
        "place_id": row["spot"],
        "attribution": [party.name for party in parties["attribution"]],
        **{name: row[name] for name in kept},
    }


def _in_quote(row: dict[str, Value], begin: Value, end: Value) -> tuple[int, int] | None:
    """Offsets in the document as offsets in the quote; None where they are unknown, or lie outside it."""
    if begin is None or end is None:
        return None
    before = int(str(row["begin"]))
    span = int(str(begin)) - before, int(str(end)) - before
    return span if 0 <= span[0] < span[1] <= len(str(row["quote"])) else None


def _edge_attributes(type_name: str, modality: str) -> dict[str, Any]:
    type_ = types()[type_name]
    return {
        "type": type_name,
        "label": type_.verb,
        "kind": type_.kind,
        "plover": type_.plover,
        "quad": type_.quad,
        "symmetric": type_.symmetric,
        "modality": modality,
    }
