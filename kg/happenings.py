"""Which statements of several documents tell one happening: by type, parties, time and place.

Two events are one where they have the same type, share parties on each side (two of the parties of a symmetric type),
their days meet, and no places contradict. An event's days are its own time where that is no longer than a month, else the
days before the article. What is denied or doubted counts too: rival accounts of one happening must meet.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from rdflib import Dataset, Graph, URIRef
from rdflib.term import Node

from kg.edtf import bounds
from kg.gazetteer import load_gazetteer
from kg.model import Mention, Statement
from kg.ontology import EVENT, KG, NAMESPACES, curie, iri, types
from kg.rdf import Triple, document_iri, statement_iri

_LONGEST = timedelta(days=31)
"""A time that allows more days than these (`in 2019`) does not tell when."""
_BEFORE = timedelta(days=3)
"""An event without a time of its own is taken to be so many days old at most when its article is published."""

_ALIKE = """SELECT DISTINCT ?statement ?name ?place ?earliest ?latest ?published {
  VALUES (?type ?party) { %s }
  ?statement kg:actor|kg:recipient ?party ; a ?type ; prov:wasDerivedFrom/nif:referenceContext ?document .
  ?type kg:shortcut ?shortcut ; skos:notation ?name .
  FILTER (?document != %s)
  OPTIONAL { ?statement kg:place ?place }
  OPTIONAL { ?statement kg:earliest ?earliest ; kg:latest ?latest }
  OPTIONAL { ?document dcterms:issued ?published }
}"""
_PARTIES = """SELECT ?statement ?role ?party {
  VALUES ?statement { %s }
  VALUES (?role ?plays) { ("actor" kg:actor) ("recipient" kg:recipient) }
  ?statement ?plays ?party .
}"""


class Happening(NamedTuple):
    """An event as one document tells it: `earliest` and `latest` are its own days, `published` is the article's."""

    statement: str
    type: str
    symmetric: bool
    actors: frozenset[str]
    recipients: frozenset[str]
    place: str | None
    earliest: date | None
    latest: date | None
    published: date | None


def days_of(happening: Happening) -> tuple[date, date] | None:
    """The first and the last day on which it may have happened, or None where nothing tells."""
    first, last = happening.earliest, happening.latest
    if first is not None and last is not None:
        return (first, last) if last - first <= _LONGEST else None
    if happening.published is not None:
        return happening.published - _BEFORE, happening.published
    return None


def is_same(one: Happening, other: Happening, within: dict[str, str] | None = None) -> bool:
    """True where two accounts tell one happening; `within` gives the state that a place lies in."""
    return (
        one.type == other.type
        and _share_parties(one, other)
        and _meet(days_of(one), days_of(other))
        and _agree(one.place, other.place, within or {})
    )


def _share_parties(one: Happening, other: Happening) -> bool:
    if one.symmetric:
        return len((one.actors | one.recipients) & (other.actors | other.recipients)) > 1
    if bool(one.recipients) != bool(other.recipients):
        return False
    return bool(one.actors & other.actors) and (not one.recipients or bool(one.recipients & other.recipients))


def _meet(one: tuple[date, date] | None, other: tuple[date, date] | None) -> bool:
    return one is not None and other is not None and one[0] <= other[1] and other[0] <= one[1]


def _agree(one: str | None, other: str | None, within: dict[str, str]) -> bool:
    return one is None or other is None or one == other or one == within.get(other) or other == within.get(one)


def to_happenings(
    statements: Iterable[Statement], published: date | None, canonical: Mapping[Node, Node]
) -> list[Happening]:
    """The events among the statements of a document, as they are compared with those of others."""

    def shown(mention: Mention) -> str:
        node = iri(mention.entity.id)
        return str(canonical.get(node, node))

    found = []
    for statement in statements:
        if statement.kind == EVENT:
            days = bounds(statement.time.value) if statement.time and statement.time.value else None
            found.append(
                Happening(
                    str(statement_iri(statement.id)),
                    statement.type,
                    types()[statement.type].symmetric,
                    frozenset(map(shown, statement.actor)),
                    frozenset(map(shown, statement.recipient)),
                    shown(statement.place) if statement.place else None,
                    days[0] if days else None,
                    days[1] if days else None,
                    published,
                )
            )
    return found


def link_happenings(dataset: Dataset, document_id: str, happenings: list[Happening]) -> set[Triple]:
    """The links, both ways, between events of a document and those of others that tell the same happening."""
    others = _find_alike(dataset, document_id, happenings)
    within = _states({happening.place for happening in [*happenings, *others] if happening.place})
    links: set[Triple] = set()
    for happening in happenings:
        for other in others:
            if is_same(happening, other, within):
                pair = URIRef(happening.statement), URIRef(other.statement)
                links |= {(pair[0], KG.sameHappeningAs, pair[1]), (pair[1], KG.sameHappeningAs, pair[0])}
    return links


def find_links(dataset: Dataset, named: Graph) -> set[Triple]:
    """The links, both ways, that the graph has between the statements of a document's named graph and others."""
    links = {
        (statement, KG.sameHappeningAs, other)
        for statement in named.subjects(KG.modality)
        for other in dataset.default_graph.objects(statement, KG.sameHappeningAs)
    }
    return links | {(other, predicate, statement) for statement, predicate, other in links}


def _states(places: set[str]) -> dict[str, str]:
    """The state of each place that the knowledge base puts into one."""
    found = ((place, load_gazetteer().country_of(curie(place))) for place in places)
    return {place: str(iri(state.id)) for place, state in found if state is not None}


def _find_alike(dataset: Dataset, document_id: str, happenings: list[Happening]) -> list[Happening]:
    """The events of other documents that have type and a party in common with one of these."""
    wanted = {
        f"({types()[happening.type].iri.n3()} <{party}>)"
        for happening in happenings
        for party in (happening.actors | happening.recipients if happening.symmetric else happening.actors)
    }
    if not wanted:
        return []
    rows = _select(dataset, _ALIKE % (" ".join(sorted(wanted)), document_iri(document_id).n3()))
    parties: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    nodes = " ".join(sorted({f"<{row[0]}>" for row in rows}))
    for statement, role, party in _select(dataset, _PARTIES % nodes) if nodes else []:
        parties[str(statement)][str(role)].add(str(party))
    return [
        Happening(
            str(statement),
            str(name),
            types()[str(name)].symmetric,
            frozenset(parties[str(statement)]["actor"]),
            frozenset(parties[str(statement)]["recipient"]),
            str(place) if place is not None else None,
            *(date.fromisoformat(str(day)) if day is not None else None for day in days),
        )
        for statement, name, place, *days in rows
    ]


def _select(dataset: Dataset, query: str) -> list[tuple[Node | None, ...]]:
    """The rows of a query over the union of all graphs, as terms."""
    result = dataset.store.query(query, NAMESPACES, {}, "__UNION__")
    return [tuple(row.get(name) for name in result.vars or []) for row in result.bindings]
