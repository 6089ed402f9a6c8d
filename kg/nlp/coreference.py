"""`kg_coreference`: pronouns and descriptions that refer to somebody named in the document; abstains rather than guesses.

Titles (`the Russian president`) go to who is called so in the document, else to who held the office on the document's
date; `the country`, `the city` to the last one named; `the two leaders` to the last two; pronouns to the last subject
that fits.
"""

from collections.abc import Iterator
from datetime import date
from itertools import takewhile

from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from kg.gazetteer import Gazetteer
from kg.nlp.arguments import Index, index_mentions, mentions_of, owners_of, state_for
from kg.nlp.descriptions import head_types, is_definite, phrase_start
from kg.nlp.grammar import apposed_to
from kg.nlp.mentions import (
    ADJECTIVE,
    DESCRIPTION,
    NAME,
    PRONOUN,
    get_mentions,
    make_mention,
    name_entity,
    register_extensions,
    set_mentions,
)
from kg.nlp.roles import Role, find_roles, holders, role_owners
from kg.ontology import words
from kg.own_entities import gazetteer_with

_HE = frozenset({"he", "him", "his", "himself", "she", "her", "hers", "herself"})
_IT = frozenset({"it", "its", "itself"})
_THEY = frozenset({"they", "them", "their", "theirs", "themselves"})
_SUBJECTS = frozenset({"nsubj", "nsubjpass", "agent"})
_STATES = frozenset({"Country"})
_BODIES = frozenset(
    {
        "Country",
        "Government",
        "Military",
        "ArmedGroup",
        "Party",
        "Company",
        "Media",
        "InternationalOrganization",
        "Organization",
    }
)
_SENTENCES_BACK = 3


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
        offices = self._offices(doc, index_mentions(doc))
        for role in find_roles(doc):
            index = index_mentions(doc)
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
        set_mentions(doc, [*get_mentions(doc), *_common_nouns(doc)])
        set_mentions(doc, [*get_mentions(doc), *_pairs(doc)])
        for token in doc:
            if token.pos_ in ("PRON", "DET") and (resolved := _pronoun(token)):
                set_mentions(doc, [*get_mentions(doc), *resolved])
        return doc

    def _offices(self, doc: Doc, index: Index) -> dict[tuple[str, str], Span]:
        """Who is called what in the document: role and owner's id (or "" for any) → the last person called so."""
        found: dict[tuple[str, str], Span] = {}
        for role in find_roles(doc):
            for holder in holders(role, index, doc):
                if holder.label_ != "Person" or holder.id_ != NAME:
                    continue
                for relation in role.relations:
                    owners = role_owners(role, holder, index)
                    for owner in owners:
                        body = (state_for(owner, self.gazetteer) or owner).kb_id_
                        found.setdefault((relation, body), holder)
                        found.setdefault((role.head.lemma_.lower(), body), holder)
                    found.setdefault((role.head.lemma_.lower(), ""), holder)
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
        if any(child.dep_ == "appos" for child in head.children) or not (is_definite(head) or _has_owner(head, index)):
            return None
        own = [state_for(span, self.gazetteer) or span for span in owners_of(head, index)]
        lemma = head.lemma_.lower()
        for owner in own:
            for key in (lemma, *role.relations):
                if (key, owner.kb_id_) in offices:
                    person = offices[key, owner.kb_id_]
                    return person.label_, person.kb_id_
            return self._office_holder(role, owner, head.doc)
        if (lemma, "") in offices and not own:
            person = offices[lemma, ""]
            return person.label_, person.kb_id_
        return None

    def _office_holder(self, role: Role, owner: Span, doc: Doc) -> tuple[str, str] | None:
        """The holder of the highest office of a country on the document's date, as the knowledge base has it."""
        day = date.fromisoformat(doc._.kg_published) if doc._.kg_published else None
        for relation in role.relations:
            if relation in ("headOfState", "headOfGovernment") and day is not None:
                terms = self.gazetteer.holders(owner.kb_id_, relation, day)
                title = role.head.lemma_.lower()
                fitting = [term for term in terms if title in term.title.lower()] or (
                    terms if title == "leader" else []
                )
                if fitting:
                    entity = self.gazetteer.entities[fitting[0].person]
                    name_entity(doc, entity.id, entity.type, entity.name)
                    return entity.type, entity.id
        return None


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
        last = next(_before(doc, noun, types), None)
        if last is not None:
            yield make_mention(doc, noun.i, noun.i + 1, last.label_, last.kb_id_, DESCRIPTION)


def _pairs(doc: Doc) -> Iterator[Span]:
    """`the two leaders`, `both countries`, `the two`: the last two of that kind."""
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
        last: dict[str, Span] = {}
        for span in _before(doc, token, frozenset({wanted} if wanted else {"Person", "Country"})):
            if wanted is None and last and span.label_ != next(iter(last.values())).label_:
                continue
            last.setdefault(span.kb_id_, span)
            if len(last) == 2:
                break
        if len(last) == 2:
            for span in last.values():
                yield make_mention(doc, token.i, noun.i + 1, span.label_, span.kb_id_, DESCRIPTION)


def _kind_of_pair(noun: Token) -> str | None:
    """The type of entity of which `the two …` names two, or None where the noun tells none."""
    lemma = noun.lemma_.lower()
    if lemma in words("pair-of-persons"):
        return "Person"
    return "Country" if lemma in words("pair-of-states") else None


def _pronoun(token: Token) -> list[Span]:
    """The mentions of a third-person pronoun; empty where nothing near fits."""
    word = token.lower_
    if word in _HE:
        types: frozenset[str] = frozenset({"Person"})
    elif word in _IT:
        types = _BODIES
    elif word in _THEY:
        return _plural(token)
    else:
        return []
    found = _salient(token, types)
    return (
        [make_mention(token.doc, token.i, token.i + 1, found.label_, found.kb_id_, PRONOUN)]
        if found is not None
        else []
    )


def _salient(token: Token, types: frozenset[str]) -> Span | None:
    """The nearest subject of that kind before a pronoun: in its sentence, else in the last few; else the nearest mention."""
    doc = token.doc
    backwards = _before(doc, token, types, (NAME, DESCRIPTION, PRONOUN))
    near = takewhile(lambda span: _sentences_between(span, token) <= _SENTENCES_BACK, backwards)
    candidates = [(_sentences_between(span, token), span) for span in near if _may_refer(span, token)]
    for distance in range(_SENTENCES_BACK + 1):
        here = [span for sentences, span in candidates if sentences == distance]
        subjects = [span for span in here if _is_subject(span)]
        subject = subjects[-1 if distance else 0] if subjects else None
        if subject is not None:
            return subject
        if here:
            return here[-1] if distance else here[0]
    return None


def _is_subject(span: Span) -> bool:
    """True of a subject, and of the apposition of one."""
    return apposed_to(span.root).dep_ in _SUBJECTS


def _may_refer(span: Span, pronoun: Token) -> bool:
    """False where pronoun and name are arguments of one verb (`Putin met him`), which makes them different."""
    if pronoun.dep_ in ("poss", "nmod"):
        return True
    return not (
        span.root.head == pronoun.head and pronoun.dep_ in ("dobj", "dative", "nsubj")
    ) and span.root.dep_ not in ("compound", "amod")


def _sentences_between(span: Span, token: Token) -> int:
    return sum(1 for i in range(span.start + 1, token.i + 1) if token.doc[i].is_sent_start)


def _plural(token: Token) -> list[Span]:
    """`they`: the nearest group, or a subject of several persons or states coordinated."""
    doc = token.doc
    for span in _before(
        doc, token, frozenset({"Group", "Military", "ArmedGroup", "Person", "Country"}), (NAME, DESCRIPTION)
    ):
        if _sentences_between(span, token) > 1:
            break
        if span.label_ in ("Group", "Military", "ArmedGroup") and span.root.dep_ in _SUBJECTS:
            return [make_mention(doc, token.i, token.i + 1, span.label_, span.kb_id_, PRONOUN)]
        if span.root.dep_ in _SUBJECTS and any(child.dep_ == "conj" for child in span.root.children):
            several = mentions_of([span.root], index_mentions(doc))
            return [make_mention(doc, token.i, token.i + 1, other.label_, other.kb_id_, PRONOUN) for other in several]
    return []
