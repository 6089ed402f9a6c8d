"""`kg_coreference`: pronouns and descriptions that refer to somebody named in the document; abstains rather than guesses.

Titles (`the Russian president`) go to who is called so in the document, else to who held the office on the document's
date; `the country`, `the city` to the last one named; `the two leaders` to the last two; pronouns as `kg.nlp.pronouns`
says.
"""

from collections.abc import Iterator
from datetime import date

from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from kg.gazetteer import Gazetteer
from kg.nlp.arguments import Index, index_mentions, longest, owners_of, state_for
from kg.nlp.descriptions import head_types, is_definite, phrase_start
from kg.nlp.grammar import SUBJECT, appositions, children, governor
from kg.nlp.mentions import (
    ADJECTIVE,
    DESCRIPTION,
    NAME,
    get_mentions,
    make_mention,
    name_entity,
    register_extensions,
    set_mentions,
)
from kg.nlp.pronouns import BODIES, find_pronouns
from kg.nlp.roles import HIGHEST, OFFICES, Role, find_roles, holders, role_owners, titles_of
from kg.ontology import words
from kg.own_entities import gazetteer_with

_SENTENCES_BACK, _JOINED_BACK = 5, 2
"""How many sentences before its own a pair may look: those named longer ago are not the two that are meant."""


@Language.factory(
    "kg_coreference", default_config={"entities": None}, requires=["doc.spans", "token.dep"], assigns=["doc.spans"]
)
def make_coreference(nlp: Language, name: str, entities: str | None) -> "Coreference":
    """The component that resolves pronouns and descriptions."""
    return Coreference(gazetteer_with(entities))


class Coreference:
    """Doc → Doc with mentions for the pronouns and descriptions that the document resolves."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        register_extensions()
        self.gazetteer = gazetteer

    def __call__(self, doc: Doc) -> Doc:
        set_mentions(doc, _identified(doc))
        index = index_mentions(doc)
        offices = self._offices(doc, index)
        for role in find_roles(doc):
            found = self._resolve_title(role, index, offices)
            if found is not None:
                start = phrase_start(role.head)
                mention = make_mention(doc, min(start, role.span.start), role.span.end, *found, DESCRIPTION)
                same = [
                    span
                    for span in get_mentions(doc)
                    if not (span.id_ == DESCRIPTION and span.root.i == mention.root.i)
                ]
                set_mentions(doc, [*same, mention])
                index = index_mentions(doc)
        set_mentions(doc, [*get_mentions(doc), *_common_nouns(doc)])
        pairs = list(_pairs(doc))
        roots = {span.root.i for span in pairs}
        set_mentions(doc, [*(span for span in get_mentions(doc) if span.root.i not in roots), *pairs])
        set_mentions(doc, [*get_mentions(doc), *find_pronouns(doc)])
        return doc

    def _offices(self, doc: Doc, index: Index) -> dict[tuple[str, str], Span]:
        """Who is called what in the document: title or highest office, and owner's id (or "" for any) → the first one called so."""
        found: dict[tuple[str, str], Span] = {}
        for role in find_roles(doc):
            for holder in holders(role, index, doc):
                if holder.label_ != "Person" or holder.id_ != NAME:
                    continue
                bodies = [
                    (state_for(owner, self.gazetteer) or owner).kb_id_ for owner in role_owners(role, holder, index)
                ]
                titles = list(titles_of(role))
                for key in (*titles, *(HIGHEST & set(role.relations))):
                    for body in bodies:
                        found.setdefault((key, body), holder)
                for title in titles:
                    found.setdefault((title, ""), holder)
            for span in index.get(role.span.start, []):
                if span.label_ == "Person" and span.id_ == NAME and span.start == role.span.start:
                    for title in titles_of(role):
                        found.setdefault((title, ""), span)
        return found

    def _resolve_title(self, role: Role, index: Index, offices: dict[tuple[str, str], Span]) -> tuple[str, str] | None:
        """Type and id of the person whom `the Russian president` means, or None where it is no such phrase or unclear."""
        head = role.head
        if (
            head.tag_ in ("NNS", "NNPS")
            or head.dep_ in ("appos", "attr", "compound", "nmod", "amod", "oprd")
            or head.i in _named(index)
        ):
            return None
        if (
            _is_office(head)
            or any(child.dep_ == "appos" for child in head.children)
            or not (is_definite(head) or _has_owner(head, index))
        ):
            return None
        own = [state_for(span, self.gazetteer) or span for span in owners_of(head, index)]
        title = next(titles_of(role))
        for owner in own:
            for key in (title, *(name for name in role.relations if name in HIGHEST)):
                if (key, owner.kb_id_) in offices:
                    person = offices[key, owner.kb_id_]
                    return person.label_, person.kb_id_
            return self._office_holder(role, owner, head.doc)
        if (title, "") in offices and not own:
            person = offices[title, ""]
            return person.label_, person.kb_id_
        return self._in_office(role) if not own else None

    def _in_office(self, role: Role) -> tuple[str, str] | None:
        """The one person named before whose title that is on the document's date (`the prime minister`: Keir Starmer)."""
        doc = role.head.doc
        if not doc._.kg_published or not OFFICES & set(role.relations):
            return None
        day = date.fromisoformat(doc._.kg_published)
        title = role.span.text.lower()
        fitting = {
            span.kb_id_
            for span in _before(doc, role.span[0], frozenset({"Person"}), (NAME,))
            if any(title in term.title.lower() and term.covers(day) for term in self.gazetteer.offices_of(span.kb_id_))
        }
        return ("Person", fitting.pop()) if len(fitting) == 1 else None

    def _office_holder(self, role: Role, owner: Span, doc: Doc) -> tuple[str, str] | None:
        """The holder of the highest office of a country on the document's date, as the knowledge base has it."""
        day = date.fromisoformat(doc._.kg_published) if doc._.kg_published else None
        for relation in role.relations:
            if relation in HIGHEST and day is not None:
                terms = self.gazetteer.holders(owner.kb_id_, relation, day)
                title = role.head.lemma_.lower()
                fitting = [term for term in terms if title in term.title.lower()] or (
                    terms if title in words("whatever-office") else []
                )
                if fitting:
                    entity = self.gazetteer.entities[fitting[0].person]
                    name_entity(doc, entity.id, entity.type, entity.name)
                    return entity.type, entity.id
        return None


def _is_office(head: Token) -> bool:
    """True of a bare title behind `for` or `as`, which means the office and nobody in it (`nominee for President of the U.S.`)."""
    bare = not any(child.dep_ in ("det", "poss") for child in head.children)
    return bare and head.dep_ == "pobj" and head.head.lower_ in ("for", "as")


def _identified(doc: Doc) -> list[Span]:
    """The mentions, those of a description as ones of the name that it stands beside (`the minister, Radoslaw Sikorski`).

    A definite one (`the minister`) goes on meaning that name; `a minister` is another one again.
    """
    index = index_mentions(doc)
    same: dict[str, Span] = {}
    found = []
    for span in get_mentions(doc):
        if span.id_ == DESCRIPTION:
            names = _names_beside(span, index)
            if len(names) == 1:
                same[span.kb_id_] = names[0]
            elif not (is_definite(span.root) or span.root.tag_ in ("NNS", "NNPS")):
                same.pop(span.kb_id_, None)
        name = same.get(span.kb_id_) if span.id_ == DESCRIPTION else None
        found.append(
            span if name is None else make_mention(doc, span.start, span.end, name.label_, name.kb_id_, DESCRIPTION)
        )
    return found


def _names_beside(span: Span, index: Index) -> list[Span]:
    """The names that a description stands beside, of its type or both of bodies.

    In apposition (`UNESCO, an agency of the UN`), or as what they are said to be (`the YPG is the main force`).
    """
    noun = span.root
    outer = [noun.head] if noun.dep_ == "appos" else []
    said_of = children(noun.head, SUBJECT) if noun.dep_ == "attr" and _is_plain_copula(noun.head) else []
    return [
        name
        for token in (*appositions(noun), *outer, *said_of)
        for name in longest(index.get(token.i, []), token)
        if name.id_ == NAME and (name.label_ == span.label_ or {name.label_, span.label_} <= BODIES)
    ]


def _is_plain_copula(verb: Token) -> bool:
    """True of `is` or `was` without a negation or a modal."""
    return verb.lemma_ == "be" and not any(child.dep_ in ("neg", "aux") for child in verb.children)


def _named(index: Index) -> set[int]:
    return {i for i, spans in index.items() if any(span.id_ == NAME for span in spans)}


def _has_owner(head: Token, index: Index) -> bool:
    return bool(owners_of(head, index))


def _before(
    doc: Doc, token: Token, types: frozenset[str], kinds: tuple[str, ...] = (NAME, ADJECTIVE)
) -> Iterator[Span]:
    """The mentions of these types before a token, nearest first."""
    for span in reversed(get_mentions(doc)):
        if span.end <= token.i and span.label_ in types and span.id_ in kinds:
            yield span


def _common_nouns(doc: Doc) -> Iterator[Span]:
    """`the country`, `the city`, `the region`, `the group`: the last one named, unless the noun has a name of its own."""
    index = index_mentions(doc)
    for noun in doc:
        if noun.pos_ != "NOUN" or noun.tag_ == "NNS" or noun.i in index or noun.dep_ in ("compound", "appos", "attr"):
            continue
        types = frozenset(head_types(noun))
        if not types & {
            "Country",
            "City",
            "Region",
            "Company",
            "ArmedGroup",
            "Party",
            "InternationalOrganization",
        } or not is_definite(noun):
            continue
        if owners_of(noun, index) or any(child.dep_ in ("appos", "relcl") for child in noun.children):
            continue
        last = next((span for span in _before(doc, noun, types) if not _binds(span, noun)), None)
        if last is not None:
            yield make_mention(doc, noun.i, noun.i + 1, last.label_, last.kb_id_, DESCRIPTION)


def _binds(span: Span, noun: Token) -> bool:
    """True of a name that does or owns something in the clause of a noun: `U.S. troops left the country` is another's."""
    owns = span.root.dep_ in ("nsubj", "nsubjpass", "poss", "compound", "amod", "nmod")
    return owns and (governor(span.root) or span.sent.root) == (governor(noun) or noun.sent.root)


def _pairs(doc: Doc) -> Iterator[Span]:
    """`the two leaders`, `both countries`, `the two`: the last two of that kind that were named together, else the last two."""
    for token in doc:
        if token.lower_ not in words("pair") or token.dep_ not in (
            "nummod",
            "det",
            "nsubj",
            "nsubjpass",
            "pobj",
            "dobj",
            "poss",
            "preconj",
        ):
            continue
        noun = token.head if token.dep_ in ("nummod", "det") else token
        wanted = _kind_of_pair(noun) if noun != token else None
        if wanted is None and noun != token:
            continue
        kinds = frozenset({wanted} if wanted else {"Person", "Country"})
        for span in _joined_before(doc, token, kinds) or _last_two(doc, token, kinds):
            yield make_mention(doc, token.i, noun.i + 1, span.label_, span.kb_id_, DESCRIPTION)


def _last_two(doc: Doc, token: Token, kinds: frozenset[str]) -> list[Span]:
    """The last two of one kind that were named before a token, or none."""
    last: dict[str, Span] = {}
    for span in _before(doc, token, kinds):
        if _sentences_between(span, token) > _SENTENCES_BACK:
            break
        if not last or span.label_ == next(iter(last.values())).label_:
            last.setdefault(span.kb_id_, span)
        if len(last) == 2:
            return list(last.values())
    return []


def _joined_before(doc: Doc, token: Token, kinds: frozenset[str]) -> list[Span]:
    """The last two of a kind that a conjunction makes one party (`North Korea and Russia have supported each other`)."""
    index = index_mentions(doc)
    for span in _before(doc, token, kinds):
        if _sentences_between(span, token) > _JOINED_BACK:
            break
        joined = {
            other.kb_id_: other
            for conjunct in (span.root, *span.root.conjuncts)
            for other in longest(index.get(conjunct.i, []), conjunct)
            if other.label_ == span.label_ and other.id_ == NAME and other.end <= token.i
        }
        if len(joined) == 2:
            return list(joined.values())
    return []


def _kind_of_pair(noun: Token) -> str | None:
    """The type of entity of which `the two …` names two, or None where the noun tells none."""
    lemma = noun.lemma_.lower()
    if lemma in words("pair-of-persons"):
        return "Person"
    return "Country" if lemma in words("pair-of-states") else None


def _sentences_between(span: Span, token: Token) -> int:
    return sum(1 for i in range(span.start + 1, token.i + 1) if token.doc[i].is_sent_start)
