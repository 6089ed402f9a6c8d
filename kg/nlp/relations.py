"""`kg_relations`: lasting relations from titles, appositions, possessives, places beside places, and a few verbs.

Which noun states which relation is said in `ontology/lexicon.ttl` (`kg:role`), what a relation can join in `kg.ttl`.
"""

from collections.abc import Iterator
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from kg.gazetteer import Gazetteer
from kg.nlp.arguments import Index, index_mentions, longest, mentions_of, owners_of, pack, state_for
from kg.nlp.attribution import speakers
from kg.nlp.candidates import mentions_by_sentence
from kg.nlp.circumstances import time_of
from kg.nlp.grammar import children, prepositional
from kg.nlp.mentions import (
    ADJECTIVE,
    DESCRIPTION,
    NAME,
    get_mentions,
    make_mention,
    name_entity,
    plain,
    register_extensions,
)
from kg.nlp.modality import is_negated
from kg.nlp.pairs import Facts, Pair, Relation, make_pair, may_hold, possible_relations
from kg.nlp.roles import HIGHEST, OF_PLACES, OFFICES, Role, find_roles, holders, is_former, relation_of, role_owners
from kg.nlp.scoring import load_scorer
from kg.nlp.triggers import at_position, match_token
from kg.ontology import RELATION, place_types, words
from kg.own_entities import gazetteer_with

THRESHOLD = 0.3
"""Relations less likely than this are left out."""
_WITH_TERMS = OFFICES | {"memberOf"}
_BODIES = frozenset({"Government", "Military", "Party"})


@Language.factory(
    "kg_relations", default_config={"entities": None}, requires=["doc.spans", "token.dep"], assigns=["doc._.kg_frames"]
)
def make_relations(nlp: Language, name: str, entities: str | None) -> "Relations":
    """The component that finds relations."""
    return Relations(gazetteer_with(entities))


class Relations:
    """Doc → Doc with a frame for each relation."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        register_extensions()
        self.gazetteer = gazetteer

    def __call__(self, doc: Doc) -> Doc:
        index = index_mentions(doc)
        best: dict[tuple[str, str, str], tuple[float, Relation]] = {}
        for pair in self.candidates(doc):
            probability = load_scorer("relation").probability(pair.features)
            if probability >= THRESHOLD and probability > best.get(pair.relation.key, (0.0, None))[0]:
                best[pair.relation.key] = (probability, pair.relation)
        frames = [self._frame(relation, probability, index) for probability, relation in best.values()]
        doc._.kg_frames = [*doc._.kg_frames, *frames]
        return doc

    def candidates(self, doc: Doc) -> Iterator[Pair]:
        """The relations that the rules find, and all others that two mentions of a sentence may have."""
        index = index_mentions(doc)
        by_rule: dict[tuple[str, str, str], Relation] = {}
        for relation in self._find(doc, index):
            if may_hold(relation):
                by_rule.setdefault(relation.key, relation)
        facts = Facts(self.gazetteer, doc, index, by_rule)
        yield from (make_pair(relation, facts, by_rule=True) for relation in by_rule.values())
        for mentions in mentions_by_sentence(doc).values():
            for relation in possible_relations(mentions):
                if relation.key not in by_rule and not self._is_known_elsewhere(relation):
                    yield make_pair(relation, facts, by_rule=False)

    def _is_known_elsewhere(self, relation: Relation) -> bool:
        """True of the highest office of a state for somebody whom the knowledge base has in such an office of other states only."""
        if relation.type not in HIGHEST:
            return False
        bodies = {term.body for term in self.gazetteer.offices_of(relation.subject.kb_id_) if term.relation in HIGHEST}
        return bool(bodies) and relation.object.kb_id_ not in bodies

    def _frame(self, relation: Relation, probability: float, index: Index) -> dict[str, Any]:
        type_, subject, object_, token, topic, modality = relation
        said_by = speakers(token, index) if token.pos_ == "VERB" else []
        named = subject.id_ == NAME and token == subject.root
        return {
            "component": "kg_relations",
            "type": type_,
            "mode": None,
            "head": token.i,
            "trigger": [subject.start, subject.end] if named else [token.i, token.i + 1],
            "sentence": [token.sent.start, token.sent.end],
            "actor": [pack(subject)],
            "recipient": [pack(object_)],
            "place": None,
            "time": time_of(token) if type_ in _WITH_TERMS else None,
            "quantity": [],
            "instrument": None,
            "topic": topic,
            "modality": modality,
            "attribution": [pack(span) for span in said_by if span.kb_id_ != subject.kb_id_],
            "confidence": round(probability, 2),
        }

    def _find(self, doc: Doc, index: Index) -> Iterator[Relation]:
        yield from self._roles(doc, index)
        yield from _possessed(doc, index)
        yield from _parts(doc, index, self.gazetteer)
        yield from _places(doc, index)
        yield from _verbs(doc, index)

    def _roles(self, doc: Doc, index: Index) -> Iterator[Relation]:
        for role in find_roles(doc):
            for holder in holders(role, index, doc):
                for owner in role_owners(role, holder, index) or self._known_owners(role, holder):
                    local = OF_PLACES & set(role.relations) or plain(role.span.text).lower() in words("local-office")
                    body = owner if local else state_for(owner, self.gazetteer) or owner
                    type_ = relation_of(role.relations, holder, body)
                    if type_ is None:
                        continue
                    topic = plain(role.span.text) if type_ in ("holdsOffice", "affiliatedWith") else None
                    yield Relation(
                        type_, holder, body, role.head, topic, "denied" if is_former(role, holder) else "asserted"
                    )

    def _known_owners(self, role: Role, holder: Span) -> list[Span]:
        """Of a bare title (`President Trump`, `the capital, Riyadh`) the state that the document names and the knowledge base tells."""
        doc = role.span.doc
        bodies = {
            office.body for office in self.gazetteer.offices_of(holder.kb_id_) if office.relation in role.relations
        }
        if "capitalOf" in role.relations and holder.kb_id_ in self.gazetteer.capitals:
            bodies.add(self.gazetteer.capitals[holder.kb_id_])
        named = [span for span in get_mentions(doc) if span.kb_id_ in bodies and span.id_ in (NAME, ADJECTIVE)]
        return named[:1]


def _parts(doc: Doc, index: Index, gazetteer: Gazetteer) -> Iterator[Relation]:
    """Bodies of states: `the Russian Ministry of Defence`, `Russia's Duma`, `the Parliament of Iraq`."""
    for span in get_mentions(doc):
        if span.label_ not in _BODIES or span.id_ not in (NAME, DESCRIPTION):
            continue
        for owner in [*_owners(span, index), *_states_in_name(span, gazetteer)]:
            if owner.label_ in ("Country", "Region", "InternationalOrganization", "Government", "ArmedGroup"):
                yield Relation("partOf", span, owner, span.root)
                break


def _owners(span: Span, index: Index) -> list[Span]:
    inner = [
        other
        for i in range(span.start, span.end)
        for other in index.get(i, [])
        if other.kb_id_ != span.kb_id_ and other.end <= span.end
    ]
    return inner or [owner for owner in owners_of(span.root, index) if owner.kb_id_ != span.kb_id_]


def _possessed(doc: Doc, index: Index) -> Iterator[Relation]:
    """Persons of places and bodies: `VOA's Brian Wagner`, `Marco Buechel of Liechtenstein`."""
    for span in get_mentions(doc):
        if span.label_ != "Person" or span.id_ != NAME:
            continue
        owners = [
            other
            for child in children(span.root, frozenset({"poss"}))
            for other in longest(index.get(child.i, []), child)
        ]
        owners += mentions_of(prepositional(span.root, "of") + prepositional(span.root, "from"), index)
        for owner in owners:
            yield Relation("citizenOf" if owner.label_ == "Country" else "affiliatedWith", span, owner, span.root)


def _states_in_name(span: Span, gazetteer: Gazetteer) -> Iterator[Span]:
    """The country that the name of a body holds (`Parliament of Iraq`)."""
    for start in range(span.start, span.end):
        for end in range(span.end, start, -1):
            found = gazetteer.find(plain(span.doc[start:end].text))
            if found and found[0].type == "Country" and (start, end) != (span.start, span.end):
                name_entity(span.doc, found[0].id, found[0].type, found[0].name)
                yield make_mention(span.doc, start, end, found[0].type, found[0].id, ADJECTIVE)
                return


def _places(doc: Doc, index: Index) -> Iterator[Relation]:
    """Places in places: `Kabul, Afghanistan`, `Russia's Kursk region`, `Vladivostok in Russia`, `the base at Aden`."""
    for span in get_mentions(doc):
        if span.label_ not in place_types() or span.label_ == "Country" or not _is_named(span):
            continue
        for other in _containers(span, index):
            if other.label_ in place_types() and other.kb_id_ != span.kb_id_:
                yield Relation("locatedIn", span, other, span.root)


def _is_named(span: Span) -> bool:
    """True of a name, and of a description with a name of its own (`Russia's Kursk region`, but not `the Russian border`)."""
    return span.id_ == NAME or any(token.pos_ == "PROPN" and token.dep_ in ("compound", "nmod") for token in span)


def _containers(span: Span, index: Index) -> Iterator[Span]:
    doc = span.doc
    if span.end + 1 < len(doc) and doc[span.end].text == "," and span.id_ == NAME:
        yield from (
            other
            for other in index.get(span.end + 1, [])
            if other.start == span.end + 1 and other.id_ == NAME and _larger(other, span)
        )
    for child in span.root.children:
        if child.dep_ in ("poss", "amod", "compound", "nmod") and child.i < span.root.i:
            yield from (other for other in longest(index.get(child.i, []), child) if other.id_ != DESCRIPTION)
    for preposition in ("in", "of", "at"):
        yield from mentions_of(prepositional(span.root, preposition), index)


_SIZES = ("Facility", "City", "Region", "Country")


def _larger(place: Span, than: Span) -> bool:
    return place.label_ in _SIZES and than.label_ in _SIZES and _SIZES.index(place.label_) > _SIZES.index(than.label_)


def _verbs(doc: Doc, index: Index) -> Iterator[Relation]:
    """Relations that a verb states (`is based in`, `joined`, `owned by`), or a participle (`Moscow-based`)."""
    for token in doc:
        for type_, whose, whom in [*_compound(token), *_stated(token)]:
            for subject in mentions_of(whose, index):
                for object_ in mentions_of(whom, index):
                    yield Relation(type_, subject, object_, token, None, "denied" if is_negated(token) else "asserted")


def _stated(verb: Token) -> Iterator[tuple[str, list[Token], list[Token]]]:
    """The relations that a verb may state, each with the heads of its subjects and objects."""
    if verb.pos_ != "VERB" or _modifies(verb):
        return
    for match in match_token(verb, RELATION):
        whose, whom = (
            [token for position in positions for token in at_position(match, position)]
            for positions in (match.trigger.actor, match.trigger.recipient)
        )
        yield match.trigger.type, whose, whom


def _compound(participle: Token) -> Iterator[tuple[str, list[Token], list[Token]]]:
    """The same of a participle before a noun: `the Moscow-based company`, `Russia's state-owned bank`."""
    if not _modifies(participle):
        return
    before = children(participle, frozenset({"npadvmod", "compound", "nmod", "advmod"}))
    if participle.lower_ in words("based"):
        yield "basedIn", [participle.head], before
    elif participle.lower_ in words("owned") and before:
        public = before[0].lower_ in words("public")
        owners = children(participle.head, frozenset({"poss", "amod", "compound"})) if public else before
        yield "ownerOf", [owner for owner in owners if owner != participle], [participle.head]


def _modifies(token: Token) -> bool:
    return token.dep_ == "amod" and token.head.pos_ in ("NOUN", "PROPN") and token.pos_ in ("VERB", "ADJ")
