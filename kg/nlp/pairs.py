"""Candidates for relations: two mentions of a sentence, and the features by which they are judged."""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from spacy.tokens import Doc, Span, Token

from kg.gazetteer import Gazetteer
from kg.nlp.arguments import Index
from kg.nlp.candidates import path_between
from kg.nlp.mentions import DESCRIPTION
from kg.nlp.roles import OFFICES, find_roles, holders, role_owners
from kg.ontology import RELATION, types

_FAR = 12
"""Tokens between two mentions beyond which only the rules relate them."""
_FEW = 4


class Relation(NamedTuple):
    """A relation that may hold between two mentions: the token that states it, the office or kinship, the modality."""

    type: str
    subject: Span
    object: Span
    token: Token
    topic: str | None = None
    modality: str = "asserted"

    @property
    def key(self) -> tuple[str, str, str]:
        """Type and entities: what the relation says, wherever it is said."""
        return self.type, self.subject.kb_id_, self.object.kb_id_


class Pair(NamedTuple):
    """A relation with its features."""

    relation: Relation
    features: list[str]


class Facts:
    """What is known before pairs are judged: the knowledge base, the relations by rule, the offices in the text."""

    def __init__(
        self, gazetteer: Gazetteer, doc: Doc, index: Index, by_rule: dict[tuple[str, str, str], Relation]
    ) -> None:
        self.gazetteer = gazetteer
        self._features: dict[tuple[int | str | None, ...], list[str]] = {}
        self.rules: dict[tuple[str, str], set[str]] = {}
        for type_, subject, object_ in by_rule:
            self.rules.setdefault((subject, object_), set()).add(type_)
        self.roles: dict[str, list[tuple[str, set[str], tuple[str, ...]]]] = {}
        for role in find_roles(doc):
            for holder in holders(role, index, doc):
                owners = {owner.kb_id_ for owner in role_owners(role, holder, index)}
                noun = role.head.lemma_.lower()
                self.roles.setdefault(holder.kb_id_, []).append((noun, owners, role.relations))

    def features(self, relation: Relation) -> list[str]:
        """The features of a relation that do not depend on its type: found once for all types of a pair."""
        key = (*_identity(relation.subject), *_identity(relation.object), relation.topic)
        if key not in self._features:
            self._features[key] = list(_features(relation, self))
        return self._features[key]

    def known(self, subject: str, object_: str) -> Iterator[str]:
        """What the knowledge base says of two entities."""
        yield from {office.relation for office in self.gazetteer.offices_of(subject) if office.body == object_}
        if self.gazetteer.capitals.get(subject) == object_:
            yield "capital"
        if object_ in self.gazetteer.parents.get(subject, ()):
            yield "part"
        if (country := self.gazetteer.country_of(subject)) is not None and country.id == object_:
            yield "country"


def may_hold(relation: Relation) -> bool:
    """True where the relation joins two entities of the types that it can join.

    That a nameless person has an office (`the mayor of London`) says nothing of anybody.
    """
    type_ = types()[relation.type]
    subject, object_ = relation.subject, relation.object
    fits = subject.label_ in type_.subjects and object_.label_ in type_.objects
    return fits and subject.kb_id_ != object_.kb_id_ and not (relation.type in OFFICES and _is_nameless(subject))


def _is_nameless(span: Span) -> bool:
    return span.label_ == "Person" and span.id_ == DESCRIPTION and span.kb_id_.startswith("kge:")


def possible_relations(mentions: list[Span]) -> Iterator[Relation]:
    """All relations that two mentions near each other may have, see `may_hold`."""
    known = [(span, span.label_, span.kb_id_) for span in mentions]
    for subject, kind, id_ in known:
        out = OFFICES if _is_nameless(subject) else ()
        for object_, other_kind, other_id in known:
            names = _between_types(kind, other_kind) if id_ != other_id else ()
            if names and _gap(subject, object_) <= _FAR:
                yield from (Relation(name, subject, object_, subject.root) for name in names if name not in out)


@cache
def _between_types(subject: str, object_: str) -> tuple[str, ...]:
    """The relations that can join entities of two types."""
    relations = (type_ for type_ in types().values() if type_.kind == RELATION)
    return tuple(type_.name for type_ in relations if subject in type_.subjects and object_ in type_.objects)


def _identity(span: Span) -> tuple[int, ...]:
    return span.start, span.end, span.label, span.kb_id, span.id


def _gap(one: Span, other: Span) -> int:
    return max(one.start - other.end, other.start - one.end, 0)


def make_pair(relation: Relation, facts: Facts, *, by_rule: bool) -> Pair:
    """A relation with its features; most are joined with its type."""
    name = relation.type
    features = ["bias", f"type={name}", f"rule={by_rule}", f"rule={by_rule} {name}"]
    features += [f"{feature} {name}" for feature in facts.features(relation)]
    return Pair(relation, features)


def _features(relation: Relation, facts: Facts) -> Iterator[str]:
    subject, object_ = relation.subject, relation.object
    kinds = f"{subject.label_} {object_.label_}"
    yield from (kinds, f"{subject.id_} {object_.id_}", f"topic={relation.topic}")
    path = path_between(subject.root, object_.root)
    yield from (f"path={path}", f"path={path} {kinds}", f"steps={path.count(' ')}")
    yield f"{_order(subject, object_)} gap={min(_gap(subject, object_), 6)}"
    yield f"between={_between(subject, object_)}"
    above = subject.root.head
    yield f"under {above.lemma_.lower()} {above.pos_}"
    yield from (f"known {fact}" for fact in sorted(set(facts.known(subject.kb_id_, object_.kb_id_))))
    rules = sorted(facts.rules.get((subject.kb_id_, object_.kb_id_), ()))
    yield from (f"by rule {rule}" for rule in rules)
    yield from _role_features(subject, object_, facts)


def _role_features(subject: Span, object_: Span, facts: Facts) -> Iterator[str]:
    for noun, owners, relations in facts.roles.get(subject.kb_id_, []):
        at = "here" if object_.kb_id_ in owners else "elsewhere" if owners else "nowhere"
        yield f"{noun} {at}"
        yield from (f"role {relation} {at} {object_.label_}" for relation in relations)


def _order(one: Span, other: Span) -> str:
    if one.start <= other.start and other.end <= one.end:
        return "inside"
    return "before" if one.end <= other.start else "behind" if other.end <= one.start else "across"


def _between(one: Span, other: Span) -> str:
    """The words between two mentions where they are few."""
    first, last = (one, other) if one.end <= other.start else (other, one)
    tokens = one.doc[first.end : max(last.start, first.end)]
    return " ".join(token.lower_ for token in tokens) if len(tokens) <= _FEW else "many"
