"""`kg_descriptions`: nouns that refer to an actor or thing without being its name (`North Korean troops`, `the refinery`).

Which nouns head such a mention, and of which type, is said in `ontology/lexicon.ttl` and `ontology/persons.ttl`. A description with an owner
(`Russian forces`) is the same entity in every document; one without (`protesters`) belongs to its document.
"""

import re
from collections.abc import Iterator

from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from kg.model import content_id, local_id
from kg.nlp.grammar import children
from kg.nlp.mentions import (
    ADJECTIVE,
    DESCRIPTION,
    NAME,
    get_mentions,
    make_mention,
    name_entity,
    plain,
    register_extensions,
    set_mentions,
)
from kg.ontology import head_nouns, role_nouns, words

_MODIFIERS = frozenset(
    {"amod", "compound", "nmod", "poss", "nummod", "quantmod", "det", "npadvmod", "advmod", "punct", "case", "predet"}
)
_KEPT = frozenset({"amod", "compound", "nmod", "npadvmod"})
_NEEDS_OWNER = frozenset(
    {"Government", "Military", "Media", "Company", "Region", "Party", "InternationalOrganization", "ArmedGroup"}
)
"""Types whose bare noun (`the army`) tells nobody which one is meant."""
_NEEDS_DETAIL = frozenset({"Facility", "Equipment", "Agreement", "NamedEvent", "Organization", "Location"})
"""Types whose bare noun (`a treaty`) is a mention only where it is definite or an argument of a verb."""
_DATED = frozenset({"NamedEvent", "Agreement"})
"""Types of which there is another one every few years."""
_ARGUMENTS = frozenset({"nsubj", "nsubjpass", "dobj", "pobj", "agent"})
_NEVER_ALONE = frozenset({"Country", "City"})
"""Types whose common noun (`the country`) only ever stands for something named: see `kg_coreference`."""


def head_types(noun: Token) -> tuple[str, ...]:
    """The entity types that a noun heads, with the word before it where the two make a term (`air force`)."""
    return next((head_nouns()[term] for term in _terms(noun) if term in head_nouns()), ())


def _terms(noun: Token) -> list[str]:
    """A noun with the word before it, and alone, as the lexicon may have it."""
    lemma = noun.lemma_.lower()
    before = [child for child in noun.children if child.dep_ in ("compound", "amod") and child.i == noun.i - 1]
    return [f"{child.lower_} {lemma}" for child in before] + [lemma, noun.lower_]


def phrase_start(noun: Token) -> int:
    """The first token of the modifiers directly before a noun, determiners, numbers and `many` left out."""
    start = noun.i
    for i in range(noun.i - 1, noun.sent.start - 1, -1):
        token = noun.doc[i]
        if (
            token.is_space
            or not _leads_to(token, noun)
            or token.pos_ in ("DET", "ADV")
            or token.tag_ in ("PRP$", "WP$")
        ):
            break
        if token.pos_ == "NUM" and token.dep_ in ("nummod", "quantmod"):
            break
        start = i
    while start < noun.i and (
        noun.doc[start].is_punct
        or noun.doc[start].tag_ == "POS"
        or noun.doc[start].dep_ == "case"
        or noun.doc[start].lower_ in words("quantifier")
    ):
        start += 1
    return start


def _count_start(noun: Token, start: int, years: bool) -> int:
    """The first token of the exact number before a noun (`36 people`), or of the year (`2020 election`).

    Who is counted is somebody else than who is not, and what is dated not what is of another year.
    """
    number = noun.doc[start - 1] if start > noun.sent.start else noun
    tells = number.pos_ == "NUM" and number.dep_ == "nummod" and all(token.pos_ == "NUM" for token in number.lefts)
    if not tells or (number.head != noun and not years) or years != (number.is_digit and len(number) == 4):
        return start
    return number.left_edge.i


def _leads_to(token: Token, noun: Token) -> bool:
    if token.is_punct and token.text in "\"'‘’“”-":
        return True
    while token.dep_ in _MODIFIERS and token.i < noun.i:
        if token.head == noun:
            return True
        token = token.head
    return False


def owner_of(noun: Token, at: dict[int, Span]) -> Span | None:
    """The mention that tells whose the described thing is: a demonym, a possessor, a name before it or behind `of`."""
    for child in noun.children:
        if child.dep_ in ("amod", "compound", "nmod", "poss") and child.i in at:
            return at[child.i]
    for child in noun.children:
        if child.dep_ == "prep" and child.lower_ in ("of", "in", "from"):
            for token in children(child, frozenset({"pobj"})):
                if token.i in at and at[token.i].id_ in (NAME, ADJECTIVE):
                    return at[token.i]
    return None


def is_definite(noun: Token) -> bool:
    """True of a noun with `the`, `this`, `that` or a possessor."""
    return any(
        child.lower_ in ("the", "this", "that", "these", "those") or child.dep_ == "poss"
        for child in noun.children
        if child.i < noun.i
    )


def same_head(noun: Token, start: int, mentions: list[Span]) -> Span | None:
    """What a definite phrase (`the troops`) takes up: the mention before it with its head and all its other words.

    That is first of all what the document writes with a capital elsewhere (`parliament`, `Parliament`). Of several
    (`Russian troops`, `Ukrainian troops`) it takes up the one of its own sentence or the one before, or none where that
    is not one.
    """
    written = noun.doc[start : noun.i + 1].text.lower()
    named = {span.kb_id_: span for span in mentions if span.id_ == NAME and span.text.lower() == written}
    if len(named) == 1:
        return next(iter(named.values()))
    number = noun.tag_ in ("NNS", "NNPS")
    wanted = {token.lemma_.lower() for token in noun.doc[start : noun.i + 1] if token.is_alpha}
    before = [
        span
        for span in mentions
        if span.end <= start
        and span.id_ in (NAME, DESCRIPTION)
        and span.root.lemma_.lower() == noun.lemma_.lower()
        and (span.root.tag_ in ("NNS", "NNPS")) == number
        and wanted <= {token.lemma_.lower() for token in span}
    ]
    if len({span.kb_id_ for span in before}) > 1:
        near = noun.sent.start - 1
        first = noun.doc[near].sent.start if near >= 0 else 0
        before = [span for span in before if span.start >= first]
    return before[-1] if len({span.kb_id_ for span in before}) == 1 else None


@Language.factory("kg_descriptions", requires=["doc.spans", "token.dep"], assigns=["doc.spans"])
def make_descriptions(nlp: Language, name: str) -> "Descriptions":
    """The component that finds described actors and things."""
    return Descriptions()


class Descriptions:
    """Doc → Doc with mentions for the nouns that describe an actor or thing."""

    def __init__(self) -> None:
        register_extensions()

    def __call__(self, doc: Doc) -> Doc:
        mentions = list(_with_quarters(get_mentions(doc)))
        at = {i: span for span in mentions for i in range(span.start, span.end)}
        replaced: set[tuple[int, int]] = set()
        described: list[Span] = []
        for noun in doc:
            span = self._describe(noun, at, [*mentions, *described])
            if span is not None:
                described.append(span)
                if span.label_ in ("Region", "City", "Location", "Facility"):
                    replaced |= {(inner.start, inner.end) for inner in mentions if _is_part_of_name(inner, span)}
        kept = [span for span in mentions if (span.start, span.end) not in replaced]
        set_mentions(doc, kept + described)
        return doc

    def _describe(self, noun: Token, at: dict[int, Span], mentions: list[Span]) -> Span | None:
        if noun.pos_ not in ("NOUN", "PROPN") or noun.i in at or noun.dep_ in ("compound", "nmod"):
            return None
        type_ = _type(noun)
        if type_ is None:
            return None
        start = phrase_start(noun)
        if type_ in _DATED:
            start = _count_start(noun, start, years=True)
        owner = owner_of(noun, at)
        same = same_head(noun, start, mentions) if owner is None and (is_definite(noun) or _acts_alone(noun)) else None
        if same is not None:
            return make_mention(noun.doc, start, noun.i + 1, same.label_, same.kb_id_, DESCRIPTION)
        if not _is_specific(noun, type_, start, owner):
            return None
        if owner is None and type_ in ("Group", "Person"):
            start = _count_start(noun, start, years=False)
        name = _name(noun, start, owner)
        id_ = (
            local_id(type_, name)
            if owner is not None
            else f"{local_id(type_, name)}.{content_id(noun.doc._.kg_document)[:8]}"
        )
        name_entity(noun.doc, id_, type_, name)
        return make_mention(noun.doc, start, noun.i + 1, noun.doc._.kg_entities[id_][0], id_, DESCRIPTION)


def _with_quarters(mentions: list[Span]) -> Iterator[Span]:
    """The mentions, and regions that a quarter of the compass sets apart (`northeastern Syria`, `Syria's northeast`).

    A name that begins with one (`Eastern Ukraine`) is such a region where the document names the rest of it, too.
    """
    wholes = {plain(span.text) for span in mentions if span.id_ == NAME and span.label_ in ("Country", "Region")}
    for span in mentions:
        quarter = _quarter_of(span) if span.id_ == NAME else None
        if quarter is None:
            yield span
        elif span.start <= quarter.start < span.end:
            rest = span.doc[quarter.end : span.end]
            yield _region(quarter, rest) if span.kb_id_.startswith("kge:") and plain(rest.text) in wholes else span
        elif span.label_ in ("Country", "Region"):
            yield make_mention(span.doc, span.start, span.end, span.label_, span.kb_id_, ADJECTIVE)
            yield _region(quarter, span)
        else:
            yield span


def _region(quarter: Span, place: Span) -> Span:
    name = f"{_adjective(quarter.text)} {plain(place.text)}"
    id_ = local_id("Region", name)
    name_entity(place.doc, id_, "Region", name)
    return make_mention(place.doc, min(quarter.start, place.start), max(quarter.end, place.end), "Region", id_, NAME)


def _quarter_of(place: Span) -> Span | None:
    """The words for a quarter that a name of a place begins with, or stands with: before it, or what it owns."""
    doc, start = place.doc, place.start
    if len(place) > 1 and _is_quarter(doc[start]):
        return doc[start : start + 1]
    if start > place.sent.start and _is_quarter(doc[start - 1]) and doc[start - 1].head in place:
        hyphenated = start - 3 >= place.sent.start and doc[start - 2].text == "-" and _is_quarter(doc[start - 3])
        return doc[start - 3 if hyphenated else start - 1 : start]
    owned = place.root.head
    if place.root.dep_ == "poss" and _is_quarter(owned) and owned.i - place.end <= 1:
        return doc[owned.i : owned.i + 1]
    return None


def _is_quarter(token: Token) -> bool:
    return token.lower_ in words("quarter")


def _adjective(quarter: str) -> str:
    """A quarter as the adjective that English writes in one word (`north-east`: `northeastern`)."""
    written = quarter.replace("-", "").lower()
    return f"{written}ern" if written.endswith(("th", "st")) else written


def _type(noun: Token) -> str | None:
    """The type of what a noun describes, or None; one of a group's kind (`a protester`) is a person, several persons a group."""
    plural = noun.tag_ in ("NNS", "NNPS")
    types = [type_ for type_ in head_types(noun) if plural or type_ not in _NEVER_ALONE]
    if not types:
        return None
    if not plural and types[0] == "Group" and noun.lemma_.lower() in role_nouns():
        return "Person"
    return "Group" if plural and types[0] == "Person" else types[0]


def _is_part_of_name(inner: Span, outer: Span) -> bool:
    return (
        inner.id_ == NAME
        and (inner.label_ != "Country" or outer.label_ != "Facility")  # whose it is (`U.S. naval base`)
        and outer.start <= inner.start
        and inner.end <= outer.end
        and inner.root.dep_ in ("compound", "nmod", "amod")
    )


def _is_specific(noun: Token, type_: str, start: int, owner: Span | None) -> bool:
    if owner is not None:
        return noun.lemma_.lower() not in words("transparent")
    if type_ in _NEEDS_OWNER:
        return (type_ in ("Government", "Military") and is_definite(noun)) or _acts_alone(noun)
    if type_ in _NEEDS_DETAIL:
        return is_definite(noun) or noun.dep_ in _ARGUMENTS
    return type_ == "Group" or (type_ == "Person" and noun.dep_ in _ARGUMENTS)


def _acts_alone(noun: Token) -> bool:
    """True of a noun that tells who acts without any word before it (`police said`, `security forces stormed`)."""
    determined = any(child.dep_ in ("det", "nummod") for child in noun.children)
    return noun.dep_ in _ARGUMENTS and not determined and not words("acts-alone").isdisjoint(_terms(noun))


def _name(noun: Token, start: int, owner: Span | None) -> str:
    """The words before the noun that say which one, without quotes: `North Korean troops`."""
    span = noun.doc[start : noun.i + 1]
    kept = [token.text for token in span if not token.is_punct or token.text == "-"]
    name = re.sub(r" (?='s\b)", "", re.sub(r" ?- ?", "-", plain(" ".join(kept))))
    if owner is not None and (owner.end <= start or noun.i < owner.start):
        return f"{name} of {plain(owner.text)}" if owner.start > noun.i else f"{plain(owner.text)} {name}"
    return name
