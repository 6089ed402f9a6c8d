"""Tokens → the mentions that they refer to, and which of those can act."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from spacy.tokens import Doc, Span, Token

from kg.gazetteer import METONYM, Gazetteer
from kg.nlp.grammar import appositions, children, with_conjuncts
from kg.nlp.mentions import ADJECTIVE, NAME, get_mentions, make_mention, name_entity, plain
from kg.ontology import actor_types, head_nouns, place_types, words

Index = dict[int, list[Span]]
States = dict[str, str]
"""The id of the state that an entity is or belongs to, by the entity's id."""


def pack(span: Span) -> list[Any]:
    """A mention as plain data: start and end token, id and type of its entity."""
    return [span.start, span.end, span.kb_id_, span.label_]


def index_mentions(doc: Doc) -> Index:
    """The mentions that a token heads; of a name, those that it is part of."""
    index: Index = defaultdict(list)
    for span in get_mentions(doc):
        tokens = range(span.start, span.end) if span.id_ in (NAME, ADJECTIVE) else (span.root.i,)
        for i in tokens:
            index[i].append(span)
    return index


def mentions_of(tokens: Iterable[Token], index: Index, through: bool = False) -> list[Span]:
    """The mentions that noun phrases refer to, with what is coordinated; each entity once, in the order of the text.

    With `through`, a noun that refers to nobody leads to whose it is (`condemned Israel's decision`).
    """
    found: dict[str, Span] = {}
    for token in with_conjuncts(list(tokens)):
        for span in _of_phrase(token, index) or (owners_of(token, index) if through else []):
            found.setdefault(span.kb_id_, span)
    return list(found.values())


def _of_phrase(token: Token, index: Index, depth: int = 0) -> list[Span]:
    """What one noun phrase refers to: its head, its apposition, or what a transparent noun belongs to."""
    own = longest(index.get(token.i, []), token)
    if own:
        return own
    for child in appositions(token):
        if child.i in index:
            return longest(index[child.i], child)
    if depth < 3 and token.lemma_.lower() in words("transparent"):
        return _named_by(token, index) or owners_of(token, index, depth)
    return []


def _named_by(noun: Token, index: Index) -> list[Span]:
    """The place that a noun for a kind of place is the noun of (`the Polish city of Gdańsk`)."""
    if not place_types() & set(head_nouns().get(noun.lemma_.lower(), ())):
        return []
    of = [token for child in noun.children if child.dep_ == "prep" and child.lower_ == "of" for token in child.children]
    return [span for token in of for span in longest(index.get(token.i, []), token) if span.label_ in place_types()]


def longest(spans: list[Span], token: Token) -> list[Span]:
    """Of the mentions of a token those that it heads, else those that hold it; of these the longest."""
    if not spans:
        return []
    heading = [span for span in spans if span.root.i == token.i] or [
        span for span in spans if span.id_ == NAME or span.root.i == token.i
    ]
    size = max((len(span) for span in heading), default=0)
    return [span for span in heading if len(span) == size]


def owners_of(noun: Token, index: Index, depth: int = 0) -> list[Span]:
    """Whose a thing is: the demonym, possessor or name before the noun, or the noun behind `of`."""
    for child in noun.children:
        if child.dep_ in ("amod", "compound", "nmod", "poss") and child.i < noun.i:
            found = longest(index.get(child.i, []), child) or _of_phrase(child, index, depth + 1)
            if found:
                return found
    for child in noun.children:
        if child.dep_ == "prep" and child.lower_ in ("of", "from"):
            found = [
                span
                for token in with_conjuncts(children(child, frozenset({"pobj"})))
                for span in _of_phrase(token, index, depth + 1)
            ]
            if found:
                return found
    return []


def acting(spans: Iterable[Span], index: Index, gazetteer: Gazetteer) -> Iterator[Span]:
    """The mentions as actors: a capital or seat of power stands for its state, a thing for its owner."""
    for span in spans:
        state = state_for(span, gazetteer)
        if state is not None:
            yield state
        elif span.label_ in actor_types() or span.label_ in ("Region", "City"):
            yield span
        else:
            yield from (owner for owner in owners_of(span.root, index) if owner.label_ in actor_types())


def state_inside(span: Span, index: Index) -> Span | None:
    """The mention of a country that the name of a region holds (`northern Iraq`), or None."""
    inside = (other for i in range(span.start, span.end) for other in index.get(i, []))
    return next((other for other in inside if other.label_ == "Country" and other.kb_id_ != span.kb_id_), None)


def state_for(span: Span, gazetteer: Gazetteer) -> Span | None:
    """The mention of a capital or seat of power as one of the state that it stands for, or None."""
    if span.id_ != NAME:
        return None
    metonyms = gazetteer.find(plain(span.text), METONYM)
    id_ = metonyms[0].id if metonyms else gazetteer.capitals.get(span.kb_id_)
    if id_ is None or id_ not in gazetteer.entities or gazetteer.entities[id_].type != "Country":
        return None
    entity = gazetteer.entities[id_]
    name_entity(span.doc, entity.id, entity.type, entity.name)
    return make_mention(span.doc, span.start, span.end, entity.type, entity.id, NAME)


def states_of(doc: Doc, index: Index, gazetteer: Gazetteer) -> States:
    """The states of the entities of a document, as the knowledge base or their own words tell (`Russian forces`)."""
    found: States = {}
    for span in get_mentions(doc):
        if span.kb_id_ in found:
            continue
        known = gazetteer.country_of(span.kb_id_)
        if span.label_ == "Country":
            found[span.kb_id_] = span.kb_id_
        elif known is not None:
            found[span.kb_id_] = known.id
        else:
            owner = next((owner for owner in owners_of(span.root, index) if owner.label_ == "Country"), None)
            owner = owner or state_inside(span, index)
            if owner is not None:
                found[span.kb_id_] = owner.kb_id_
    return found
