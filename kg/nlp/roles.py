"""Nouns of office, kinship and belonging: who holds them, and at whom (`Italian Prime Minister Giorgia Meloni`).

Which noun states which relation is said in `ontology/lexicon.ttl` (`kg:role`).
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from spacy.tokens import Doc, Span, Token

from kg.model import slug
from kg.nlp.arguments import Index, longest, mentions_of
from kg.nlp.grammar import OBJECT, appositions, children, grammatical_subjects, prepositional
from kg.nlp.mentions import ADJECTIVE, DESCRIPTION, NAME, plain
from kg.ontology import role_nouns, types, words

_OWNER_PREPOSITIONS = ("of", "for", "to", "at", "in", "with", "on")
_MAX_ROLE_WORDS = 4
_NOMINAL = frozenset({"NOUN", "PROPN", "ADJ", "NUM"})
HIGHEST = frozenset({"headOfState", "headOfGovernment"})
"""The offices that only one person of a state holds."""
OFFICES = HIGHEST | {"holdsOffice"}
OF_PLACES = frozenset({"locatedIn", "capitalOf"})


class Role(NamedTuple):
    """A noun of office or kinship in a text: its tokens, its head, and the relations that it can state."""

    span: Span
    head: Token
    relations: tuple[str, ...]


def find_roles(doc: Doc) -> Iterator[Role]:
    """The nouns of office and kinship, the longest at each place (`foreign minister`, `secretary of state`)."""
    longest_from, free = _longest(), 0
    for token in doc:
        size = max(longest_from.get(token.lower_, 0), longest_from.get(token.lemma_.lower(), 0))
        if not size or token.i < free:
            continue
        ends = range(min(token.i + size, len(doc)), token.i, -1)
        role = next((found for end in ends if (found := _role(doc[token.i : end]))), None)
        if role is not None:
            yield role
            free = role.span.end


@cache
def _longest() -> dict[str, int]:
    """The tokens of the longest role noun by its first word; a hyphen or apostrophe makes tokens of its own."""
    found: dict[str, int] = {}
    for noun in role_nouns():
        words_ = re.findall(r"\w+|[^\w\s]+", noun)
        for first in (words_[0], noun.split(" ")[0]):
            found[first] = max(found.get(first, 0), min(len(words_), _MAX_ROLE_WORDS))
    return found


def _role(span: Span) -> Role | None:
    text = plain(span.text).lower()
    relations = role_nouns().get(text) or role_nouns().get(f"{span[:-1].text_with_ws}{span[-1].lemma_}".lower())
    head = next((token for token in span if token.head not in span or token.head == token), span[-1])
    if not relations or head.pos_ not in ("NOUN", "PROPN", "ADJ"):
        return None
    return Role(span, head, relations)


def titles_of(role: Role) -> Iterator[str]:
    """The title and its shorter forms for the same office: `foreign minister`, `minister`; not `president` of a vice president."""
    words_ = [token.lower_ for token in role.span[:-1]] + [role.span[-1].lemma_.lower()]
    yield " ".join(words_)
    for start in range(1, len(words_)):
        shorter = " ".join(words_[start:])
        if role_nouns().get(shorter) == role.relations:
            yield shorter


def holders(role: Role, index: Index, doc: Doc) -> list[Span]:
    """Who holds a role: the name after it, its apposition, or the subject of which it is said."""
    after = [span for span in index.get(role.span.end, []) if span.start == role.span.end and span.id_ == NAME]
    if after:
        return longest(after, after[0].root) or after
    head = role.head
    if OF_PLACES & set(role.relations):
        named = [
            span
            for span in mentions_of(prepositional(head, "of"), index)
            if span.label_ in ("City", "Region", "Facility")
        ]
        if named:
            return named
    found = mentions_of(appositions(head), index)
    if found:
        return found
    if head.dep_ == "appos":
        return longest(index.get(head.head.i, []), head.head)
    if head.dep_ in ("attr", "oprd") or (head.dep_ == "pobj" and head.head.lower_ == "as"):
        return next((found for said_of in _said_of(head) if (found := mentions_of(said_of, index))), [])
    first = head
    while first.dep_ == "conj":
        first = first.head
    if first != head and first.dep_ == "appos":
        return longest(index.get(first.head.i, []), first.head)
    return [
        span
        for span in index.get(head.i, [])
        if span.id_ == DESCRIPTION and span.root == head and not _is_described(span)
    ]


def _said_of(noun: Token) -> Iterator[list[Token]]:
    """Of whom a noun may be predicated: the object (`appointed him minister`), then the subject (`served two years as`)."""
    verb = noun.head if noun.dep_ != "pobj" else noun.head.head
    if verb.pos_ in ("VERB", "AUX"):
        if noun.dep_ != "attr":
            yield children(verb, OBJECT)
        yield grammatical_subjects(verb)


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
    offices = HIGHEST & set(relations)
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
