"""`kg_relations`: lasting relations from titles, appositions, possessives, places beside places, and a few verbs.

Which noun states which relation is said in `ontology/lexicon.ttl` (`kg:role`), what a relation can join in `kg.ttl`.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from kg.gazetteer import Gazetteer, load_gazetteer
from kg.nlp.arguments import Index, index_mentions, longest, mentions_of, owners_of, pack, state_for
from kg.nlp.attribution import speakers
from kg.nlp.circumstances import time_of
from kg.nlp.grammar import OBJECT, children, grammatical_subjects, prepositional, subjects
from kg.nlp.mentions import (
    ADJECTIVE,
    DESCRIPTION,
    NAME,
    get_mentions,
    make_mention,
    name_entity,
    plain,
    register_extensions,
    slug,
)
from kg.nlp.modality import is_negated
from kg.ontology import place_types, role_nouns, types, words

_WITH_TERMS = frozenset({"headOfState", "headOfGovernment", "holdsOffice", "memberOf"})
_BODIES = frozenset({"Government", "Military", "Party"})
_OWNER_PREPOSITIONS = ("of", "for", "to", "at", "in", "with", "on")
_MAX_ROLE_WORDS = 4
_NOMINAL = frozenset({"NOUN", "PROPN", "ADJ", "NUM"})
_PLACE_RELATIONS = frozenset({"locatedIn", "capitalOf"})


class Role(NamedTuple):
    """A noun of office or kinship in a text: its tokens, its head, and the relations that it can state."""

    span: Span
    head: Token
    relations: tuple[str, ...]


def find_roles(doc: Doc) -> Iterator[Role]:
    """The nouns of office and kinship, the longest at each place (`foreign minister`, `secretary of state`)."""
    i = 0
    while i < len(doc):
        role = next(
            (found for end in range(min(i + _MAX_ROLE_WORDS, len(doc)), i, -1) if (found := _role(doc[i:end]))), None
        )
        if role is not None:
            yield role
        i = role.span.end if role is not None else i + 1


def _role(span: Span) -> Role | None:
    text = plain(span.text).lower()
    relations = role_nouns().get(text) or role_nouns().get(f"{span[:-1].text_with_ws}{span[-1].lemma_}".lower())
    head = next((token for token in span if token.head not in span or token.head == token), span[-1])
    if not relations or head.pos_ not in ("NOUN", "PROPN", "ADJ"):
        return None
    return Role(span, head, relations)


def holders(role: Role, index: Index, doc: Doc) -> list[Span]:
    """Who holds a role: the name after it, its apposition, or the subject of which it is said."""
    after = [span for span in index.get(role.span.end, []) if span.start == role.span.end and span.id_ == NAME]
    if after:
        return longest(after, after[0].root) or after
    head = role.head
    if _PLACE_RELATIONS & set(role.relations):
        named = [
            span
            for span in mentions_of(prepositional(head, "of"), index)
            if span.label_ in ("City", "Region", "Facility")
        ]
        if named:
            return named
    found = mentions_of(children(head, frozenset({"appos"})), index)
    if found:
        return found
    if head.dep_ == "appos":
        return longest(index.get(head.head.i, []), head.head)
    if head.dep_ in ("attr", "oprd") or (head.dep_ == "pobj" and head.head.lower_ == "as"):
        verb = head.head if head.dep_ != "pobj" else head.head.head
        return mentions_of(grammatical_subjects(verb), index) if verb.pos_ in ("VERB", "AUX") else []
    if head.dep_ == "conj" and head.head.dep_ == "appos":
        return longest(index.get(head.head.head.i, []), head.head.head)
    return [
        span
        for span in index.get(head.i, [])
        if span.id_ == DESCRIPTION and span.root == head and not _is_described(span)
    ]


def _is_described(span: Span) -> bool:
    """True of a mention whose entity has no name, only the description itself."""
    return span.kb_id_.startswith("kge:") and slug(span.root.text) in span.kb_id_


def role_owners(role: Role, holder: Span, index: Index) -> list[Span]:
    """At whom a role is held: what stands before the noun, nearest first, or behind `of` and the like."""
    before = [span for span in _before_role(role, index) if span.kb_id_ != holder.kb_id_]
    if before:
        return before[:1]
    for preposition in _OWNER_PREPOSITIONS:
        behind = [span for span in mentions_of(_behind(role, preposition), index) if span.kb_id_ != holder.kb_id_]
        if behind:
            return behind
    return []


def _before_role(role: Role, index: Index) -> Iterator[Span]:
    """The mentions in the noun phrase before a role, nearest first (`Russia's foreign minister`, `his aide`)."""
    doc = role.span.doc
    for i in range(role.span.start - 1, role.head.sent.start - 1, -1):
        token = doc[i]
        spans = longest(index.get(i, []), token)
        if spans and (token.pos_ != "PRON" or token.tag_ == "PRP$"):
            yield from (span for span in spans if span.end <= role.span.start)
        elif token.pos_ not in _NOMINAL and token.tag_ not in ("POS", "HYPH", "PRP$"):
            return


def _behind(role: Role, preposition: str) -> list[Token]:
    return [token for word in role.span for token in prepositional(word, preposition) if token not in role.span]


def relation_of(relations: tuple[str, ...], holder: Span, owner: Span) -> str | None:
    """The relation that a role states between these types of entities; an office of state held elsewhere is just an office."""
    fitting = [
        name for name in relations if holder.label_ in types()[name].subjects and owner.label_ in types()[name].objects
    ]
    if fitting:
        if "affiliatedWith" in fitting and "citizenOf" in fitting:
            return "citizenOf" if owner.id_ == ADJECTIVE else "affiliatedWith"
        return fitting[0]
    offices = {"headOfState", "headOfGovernment"} & set(relations)
    return (
        "holdsOffice"
        if offices and holder.label_ == "Person" and owner.label_ in types()["holdsOffice"].objects
        else None
    )


def is_former(role: Role, holder: Span) -> bool:
    """True where a word before the role says that it is over (`former`, `ex-`)."""
    tokens = [
        *role.head.children,
        *holder.root.children,
        *(token for token in role.span.doc[max(0, role.span.start - 3) : role.span.start]),
    ]
    return any(token.lower_ in words("over") and token.i < role.span.end for token in tokens)


@Language.factory("kg_relations", requires=["doc.spans", "token.dep"], assigns=["doc._.kg_frames"])
def make_relations(nlp: Language, name: str) -> "Relations":
    """The component that finds relations."""
    return Relations(load_gazetteer())


class Relations:
    """Doc → Doc with a frame for each relation."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        register_extensions()
        self.gazetteer = gazetteer

    def __call__(self, doc: Doc) -> Doc:
        index = index_mentions(doc)
        frames: dict[tuple[str, str, str, str], dict[str, Any]] = {}
        for type_, subject, object_, token, topic, modality in self._find(doc, index):
            signature = types()[type_]
            if (
                subject.kb_id_ == object_.kb_id_
                or subject.label_ not in signature.subjects
                or object_.label_ not in signature.objects
            ):
                continue
            key = (type_, subject.kb_id_, object_.kb_id_, modality)
            frames.setdefault(key, self._frame(type_, subject, object_, token, topic, modality, index))
        doc._.kg_frames = [*doc._.kg_frames, *frames.values()]
        return doc

    def _frame(
        self, type_: str, subject: Span, object_: Span, token: Token, topic: str | None, modality: str, index: Index
    ) -> dict[str, Any]:
        said_by = speakers(token, index) if token.pos_ == "VERB" else []
        return {
            "type": type_,
            "mode": None,
            "head": token.i,
            "trigger": [token.i, token.i + 1],
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
            "confidence": 0.85,
        }

    def _find(self, doc: Doc, index: Index) -> Iterator[tuple[str, Span, Span, Token, str | None, str]]:
        yield from self._roles(doc, index)
        yield from _possessed(doc, index)
        yield from _parts(doc, index, self.gazetteer)
        yield from _places(doc, index)
        yield from _verbs(doc, index)

    def _roles(self, doc: Doc, index: Index) -> Iterator[tuple[str, Span, Span, Token, str | None, str]]:
        for role in find_roles(doc):
            for holder in holders(role, index, doc):
                for owner in role_owners(role, holder, index) or self._known_owners(role, holder):
                    of_place = _PLACE_RELATIONS & set(role.relations)
                    body = owner if of_place else state_for(owner, self.gazetteer) or owner
                    type_ = relation_of(role.relations, holder, body)
                    if type_ is None:
                        continue
                    topic = plain(role.span.text) if type_ in ("holdsOffice", "affiliatedWith") else None
                    yield type_, holder, body, role.head, topic, "denied" if is_former(role, holder) else "asserted"

    def _known_owners(self, role: Role, holder: Span) -> list[Span]:
        """Of a bare title (`President Trump`) the state that the document names and the knowledge base gives the holder."""
        doc = role.span.doc
        bodies = {
            office.body for office in self.gazetteer.offices_of(holder.kb_id_) if office.relation in role.relations
        }
        named = [span for span in get_mentions(doc) if span.kb_id_ in bodies and span.id_ in (NAME, ADJECTIVE)]
        return named[:1]


def _parts(doc: Doc, index: Index, gazetteer: Gazetteer) -> Iterator[tuple[str, Span, Span, Token, str | None, str]]:
    """Bodies of states: `the Russian Ministry of Defence`, `Russia's Duma`, `the Parliament of Iraq`."""
    for span in get_mentions(doc):
        if span.label_ not in _BODIES or span.id_ not in (NAME, DESCRIPTION):
            continue
        for owner in [*_owners(span, index), *_states_in_name(span, gazetteer)]:
            if owner.label_ in ("Country", "Region", "InternationalOrganization", "Government", "ArmedGroup"):
                yield "partOf", span, owner, span.root, None, "asserted"
                break


def _owners(span: Span, index: Index) -> list[Span]:
    inner = [
        other
        for i in range(span.start, span.end)
        for other in index.get(i, [])
        if other.kb_id_ != span.kb_id_ and other.end <= span.end
    ]
    return inner or [owner for owner in owners_of(span.root, index) if owner.kb_id_ != span.kb_id_]


def _possessed(doc: Doc, index: Index) -> Iterator[tuple[str, Span, Span, Token, str | None, str]]:
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
            yield (
                "citizenOf" if owner.label_ == "Country" else "affiliatedWith",
                span,
                owner,
                span.root,
                None,
                "asserted",
            )


def _states_in_name(span: Span, gazetteer: Gazetteer) -> Iterator[Span]:
    """The country that the name of a body holds (`Parliament of Iraq`)."""
    for start in range(span.start, span.end):
        for end in range(span.end, start, -1):
            found = gazetteer.find(plain(span.doc[start:end].text))
            if found and found[0].type == "Country" and (start, end) != (span.start, span.end):
                name_entity(span.doc, found[0].id, found[0].type, found[0].name)
                yield make_mention(span.doc, start, end, found[0].type, found[0].id, ADJECTIVE)
                return


def _places(doc: Doc, index: Index) -> Iterator[tuple[str, Span, Span, Token, str | None, str]]:
    """Places in places: `Kabul, Afghanistan`, `Russia's Kursk region`, `Vladivostok in Russia`."""
    for span in get_mentions(doc):
        if span.label_ not in place_types() or span.label_ == "Country" or not _is_named(span):
            continue
        for other in _containers(span, index):
            if other.label_ in place_types() and other.kb_id_ != span.kb_id_:
                yield "locatedIn", span, other, span.root, None, "asserted"


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
    for preposition in ("in", "of"):
        yield from mentions_of(prepositional(span.root, preposition), index)


_SIZES = ("Facility", "City", "Region", "Country")


def _larger(place: Span, than: Span) -> bool:
    return place.label_ in _SIZES and than.label_ in _SIZES and _SIZES.index(place.label_) > _SIZES.index(than.label_)


def _verbs(doc: Doc, index: Index) -> Iterator[tuple[str, Span, Span, Token, str | None, str]]:
    """Relations that a verb states: `is based in`, `joined`, `owned by`, `heads`, `Iran-backed`."""
    for token in doc:
        if token.pos_ not in ("VERB", "ADJ"):
            continue
        for type_, whose, whom in _stated(token):
            for subject in mentions_of(whose, index):
                for object_ in mentions_of(whom, index):
                    yield type_, subject, object_, token, None, "denied" if is_negated(token) else "asserted"


def _stated(token: Token) -> Iterator[tuple[str, list[Token], list[Token]]]:
    lemma = token.lemma_.lower()
    subject = grammatical_subjects(token)
    if token.dep_ == "amod" and token.head.pos_ in ("NOUN", "PROPN"):
        before = children(token, frozenset({"npadvmod", "compound", "nmod", "advmod"}))
        if lemma == "base" or token.lower_ == "based":
            yield "basedIn", [token.head], before
        elif token.lower_ in ("owned", "run") and before:
            owners = (
                children(token.head, frozenset({"poss", "amod", "compound"}))
                if before[0].lower_ in ("state", "government")
                else before
            )
            yield "ownerOf", [owner for owner in owners if owner != token], [token.head]
        return
    if lemma in ("base", "headquarter", "locate", "situate"):
        yield (
            "basedIn" if lemma in ("base", "headquarter") else "locatedIn",
            subject,
            prepositional(token, "in") + prepositional(token, "at"),
        )
    elif lemma == "join":
        yield "memberOf", subjects(token), children(token, OBJECT)
    elif lemma == "own":
        yield "ownerOf", subjects(token), children(token, OBJECT | frozenset({"nsubjpass"}))
    elif lemma == "belong":
        yield "memberOf", subjects(token), prepositional(token, "to")
        yield "ownerOf", prepositional(token, "to"), subject if subject else [token.head]
    elif lemma in ("head", "chair"):
        yield "holdsOffice", subjects(token), children(token, OBJECT)
    elif lemma in ("ally", "align"):
        yield "alliedWith", subject, prepositional(token, "with") + prepositional(token, "to")
    elif lemma in ("sign", "ratify"):
        yield "signatoryOf", subjects(token), children(token, OBJECT | frozenset({"nsubjpass"}))
    elif lemma == "marry":
        yield "relativeOf", subject, children(token, OBJECT) + prepositional(token, "to")
