"""Finds the words that evoke events (`ontology/triggers.ttl`) and where their arguments stand."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from spacy.tokens import Doc, Token

from kg.nlp.grammar import (
    OBJECT,
    PASSIVE_SUBJECT,
    SUBJECT,
    agents,
    children,
    governor,
    grammatical_subjects,
    indirect_objects,
    is_passive,
    is_verb,
    objects,
    prepositional,
    subjects,
)
from kg.nlp.roles import OFFICES
from kg.ontology import EVENT, Trigger, role_nouns, triggers, types, words

_COMPLEMENTS = frozenset(
    {
        "prt",
        "prep",
        "dobj",
        "pobj",
        "acomp",
        "advmod",
        "oprd",
        "attr",
        "xcomp",
        "agent",
        "dative",
        "nsubjpass",
        "advcl",
        "compound",
        "amod",
        "npadvmod",
        "pcomp",
        "nmod",
        "conj",
        "ccomp",
    }
)
_BEFORE = frozenset({"nsubjpass", "compound", "amod", "nmod", "npadvmod", "advmod"})
SPEAKER = "speaker"
STRUCTURAL = frozenset(
    {"subject", "object", "indirect", "patient", "clause", "adjunct", "adjunct object", "judged", "office", SPEAKER}
)
"""The positions of a frame that are no preposition."""
_RECIPROCAL = ("each other", "one another")


class Match(NamedTuple):
    """A trigger found: its head token, all its tokens, the lexicon entry, and whether the conditions of the entry hold."""

    head: Token
    tokens: tuple[Token, ...]
    trigger: Trigger
    strict: bool = True


@cache
def lexicon(kind: str = EVENT) -> dict[tuple[str, str], list[tuple[tuple[str, ...], Trigger]]]:
    """The entries for events, or for relations, by part of speech and head lemma, those of more words first."""
    index: dict[tuple[str, str], list[tuple[tuple[str, ...], Trigger]]] = defaultdict(list)
    for trigger in (trigger for trigger in triggers() if types()[trigger.type].kind == kind):
        for term in trigger.words:
            head = term[-1] if trigger.pos == "NOUN" and not _is_phrase(term) else term[0]
            index[trigger.pos, head].append((term, trigger))
    for entries in index.values():
        entries.sort(key=lambda entry: (-len(entry[0]), entry[1].about is None, -entry[1].prior, entry[1].type))
    return dict(index)


@cache
def usual_trigger(type_name: str, pos: str) -> Trigger | None:
    """The entry for a word that the lexicon lacks: the frame of most words of the type and part of speech, with prior 0."""
    entries = [t for t in triggers() if (t.type, t.pos) == (type_name, pos) and t.about is None and not t.clausal]
    usual = max(entries, key=lambda trigger: len(trigger.words), default=None)
    return usual and usual._replace(words=(), prior=0.0)


def _is_phrase(term: tuple[str, ...]) -> bool:
    """True of a noun term with a preposition inside (`halt to fighting`), whose head is its first word."""
    return len(term) > 1 and any(word in ("of", "to", "on", "at", "in", "from", "against", "for") for word in term[1:])


def find_triggers(doc: Doc) -> Iterator[list[Match]]:
    """For each token that may head triggers all its matches, strict ones and the likeliest first, in the order of the text."""
    inside = _parts_of_triggers(doc)
    for token in doc:
        matches = sorted(match_token(token), key=lambda match: not match.strict)
        if token.i in inside:
            matches = [match._replace(strict=False) for match in matches]
        if matches:
            yield matches


def _parts_of_triggers(doc: Doc) -> set[int]:
    """The nouns that belong to the likeliest trigger of a verb (`hold talks`): they seldom head one of their own."""
    likeliest = (next(filter(lambda match: match.strict, match_token(token)), None) for token in doc if is_verb(token))
    return {part.i for match in likeliest if match for part in match.tokens if part != match.head}


def match_token(token: Token, kind: str = EVENT) -> Iterator[Match]:
    """The entries of the lexicon that a token heads: those of more words first, then those that name what it is about.

    A match whose entry asks for more than is there (another object, a clause, no particle) is not strict.
    """
    pos = "VERB" if is_verb(token) else "NOUN" if token.pos_ in ("NOUN", "PROPN") else token.pos_
    lemmas = dict.fromkeys((token.lemma_.lower(), token.lower_)) if pos == "NOUN" else {token.lemma_.lower(): None}
    for lemma in lemmas:
        for term, trigger in lexicon(kind).get((pos, lemma), ()):
            tokens = _match_term(token, term, pos)
            if tokens is not None:
                yield Match(token, tokens, trigger, _fits(token, term, trigger))


def _fits(token: Token, term: tuple[str, ...], trigger: Trigger) -> bool:
    """True where a token has what the entry asks for."""
    if trigger.about is not None and not _is_about(token, trigger.about):
        return False
    if is_verb(token):
        return _particle_fits(token, term) and (not trigger.clausal or _has_clause(token))
    return trigger.pos != "NOUN" or _is_event_noun(token)


def _has_clause(verb: Token) -> bool:
    """True of a verb with a complement clause, or a noun behind `for` (`asked Iran to stop`, `asked for help`)."""
    return any(
        child.dep_ in ("xcomp", "ccomp") or (child.dep_ == "prep" and child.lower_ == "for") for child in verb.children
    )


def _match_term(token: Token, term: tuple[str, ...], pos: str) -> tuple[Token, ...] | None:
    """The tokens of a term that its head token governs, or None."""
    if len(term) == 1:
        return (token,)
    if pos == "NOUN" and not _is_phrase(term):
        return _match_compound(token, term)
    found = [token]
    for word in term[1:]:
        following = _dependent(found, word)
        if following is None:
            return None
        found.append(following)
    return tuple(found)


def _match_compound(noun: Token, term: tuple[str, ...]) -> tuple[Token, ...] | None:
    """The tokens of a noun compound (`car bomb attack`): the words right before the noun."""
    start = noun.i - len(term) + 1
    if start < noun.sent.start:
        return None
    tokens = tuple(noun.doc[start : noun.i + 1])
    for token, word in zip(tokens[:-1], term[:-1], strict=True):
        if word not in (token.lemma_.lower(), token.lower_):
            return None
    return tokens


def _dependent(found: list[Token], word: str) -> Token | None:
    for token in reversed(found):
        for child in token.children:
            if (
                child.dep_ in _COMPLEMENTS
                and word in (child.lemma_.lower(), child.lower_)
                and (child.i > token.i or child.dep_ in _BEFORE)
            ):
                return child
    return None


def _particle_fits(verb: Token, term: tuple[str, ...]) -> bool:
    """False where the verb has a particle that the term lacks: it means something else (`call off`, `break out`)."""
    return all(child.lower_ in term for child in children(verb, frozenset({"prt"})))


def _is_event_noun(noun: Token) -> bool:
    """False of a noun inside a compound (`attack helicopter`), which names no event."""
    return noun.dep_ not in ("compound", "nmod", "npadvmod")


def _is_about(token: Token, nouns: frozenset[str]) -> bool:
    """True where the object, or a noun behind `with` or `of`, or one before a noun, is one of the nouns."""
    if is_verb(token):
        candidates = objects(token) + prepositional(token, "with") + indirect_objects(token)
    else:
        candidates = prepositional(token, "of") + children(token, frozenset({"compound", "amod", "nmod"}))
    return any(_names(noun, nouns) for candidate in candidates for noun in [candidate, *candidate.conjuncts])


def _names(noun: Token, nouns: frozenset[str]) -> bool:
    if noun.lemma_.lower() in nouns or noun.lower_ in nouns:
        return True
    if noun.lemma_.lower() in words("transparent") or noun.pos_ == "NUM":
        return any(inner.lemma_.lower() in nouns for inner in prepositional(noun, "of"))
    return False


def support_verb(noun: Token) -> Token | None:
    """The light verb that an event noun completes (`held talks`, `is in talks`, `took part in the battle`), or None."""
    head = noun.head
    if noun.dep_ == "conj":
        return support_verb(head)
    if noun.dep_ in OBJECT | PASSIVE_SUBJECT | {"acomp", "attr", "oprd"} and is_verb(head):
        return head if head.lemma_ in words("light") or head.lemma_ == "be" else None
    if noun.dep_ == "pobj" and head.dep_ in ("prep", "agent"):
        verb = head.head
        if is_verb(verb) and (verb.lemma_ in words("light") or verb.lemma_ == "be"):
            return verb
        if verb.lemma_ in words("participation") and is_verb(verb.head):
            return verb.head
        return None
    return None


def at_position(match: Match, position: str) -> list[Token]:
    """The heads of the noun phrases at a position of a frame; see `ontology/triggers.ttl` for the positions."""
    if position == "office":
        return _of_office(match)
    return _of_verb(match, position) if is_verb(match.head) else _of_noun(match, position)


def _of_verb(match: Match, position: str) -> list[Token]:
    verb = match.head
    if position == "subject":
        return subjects(verb)
    if position == "object":
        return [token for token in objects(verb) if token not in match.tokens]
    if position == "indirect":
        return indirect_objects(verb)
    if position == "patient":
        return grammatical_subjects(verb)
    if position == "clause":
        return _clause_subjects(verb)
    if position in ("adjunct", "judged", SPEAKER):
        return []
    found = _behind(verb, position)
    for token in [*match.tokens[1:], *objects(verb)]:
        if token.dep_ in OBJECT | PASSIVE_SUBJECT | {"prep", "prt"}:
            found += _behind(token, position)
            if token.lower_ == position:
                found += children(token, frozenset({"pobj"}))
    if not found:
        found = [
            inner
            for child in children(verb, frozenset({"prep"}))
            for noun in children(child, frozenset({"pobj"}))
            for inner in _behind(noun, position)
        ]
    return list(dict.fromkeys(found))


def _behind(token: Token, preposition: str) -> list[Token]:
    """The nouns behind a preposition, or behind one of several words (`in support of`)."""
    first, *rest = preposition.split(" ")
    found = prepositional(token, first)
    if rest:
        found = [inner for noun in found if noun.lower_ == rest[0] for inner in prepositional(noun, rest[1])]
    return found


def _clause_subjects(verb: Token) -> list[Token]:
    """The subjects of the clauses that complete a verb (`demanded that Iran stop`)."""
    found = []
    for clause in children(verb, frozenset({"ccomp", "xcomp"})):
        found += children(clause, frozenset({"nsubj", "nsubjpass"}))
    return found


def _of_noun(match: Match, position: str) -> list[Token]:
    noun = match.head
    verb = support_verb(noun)
    if position == "subject":
        return _actors_of_noun(match, verb)
    if position == "object":
        return prepositional(noun, "of") + _places_before(match)
    if position == "indirect":
        return indirect_objects(verb) if verb is not None else []
    if position in _OF_NOUN:
        return _OF_NOUN[position](noun)
    found = _behind(noun, position)
    if verb is not None:
        found += _behind(verb, position)
    for word in match.tokens[:-1]:
        found += _behind(word, position)
    return list(dict.fromkeys(found))


def _actors_of_noun(match: Match, verb: Token | None) -> list[Token]:
    noun = match.head
    owners = children(noun, frozenset({"poss"})) or agents(noun)
    if owners and not (verb is not None and noun.dep_ in OBJECT and owners[0].tag_ == "PRP$"):
        return owners
    undergoes = verb is not None and verb.lemma_ in words("undergo")
    if verb is not None and not undergoes and noun.dep_ not in PASSIVE_SUBJECT:
        found = subjects(verb) or (grammatical_subjects(verb) if noun.dep_ == "pobj" else [])
        if found:
            return found
    if verb is not None and noun.dep_ in PASSIVE_SUBJECT and agents(verb):
        return agents(verb)
    if owners:
        return owners
    return [child for child in _before(match) if not _is_place_name(child)]


def _before(match: Match) -> list[Token]:
    """The modifiers before a noun, of its compound parts too: demonyms and names."""
    found = []
    for token in match.tokens:
        for child in token.children:
            if child.dep_ in ("amod", "compound", "nmod") and child.i < token.i and child not in match.tokens:
                found += [child, *children(child, frozenset({"compound", "nmod", "amod", "conj", "npadvmod"}))]
    return found


def _is_place_name(token: Token) -> bool:
    """True of a place's name before a noun (`the Kursk offensive`), which is where or against whom, not who."""
    return (
        token.ent_type_ in ("GPE", "LOC", "FAC")
        and token.pos_ == "PROPN"
        and not token.text.isupper()
        and "." not in token.text
    )


def _places_before(match: Match) -> list[Token]:
    return [child for child in _before(match) if _is_place_name(child)]


def _adjunct_subjects(noun: Token) -> list[Token]:
    """The subjects of the clause in whose adjunct a noun stands (`Putin said during talks with Kim`)."""
    if noun.dep_ != "pobj":
        return []
    verb = governor(noun)
    return grammatical_subjects(verb) if verb is not None and not is_passive(verb) else []


def _of_office(match: Match) -> list[Token]:
    """Where an office or vote is held that a trigger is about: the owners of the nouns that it governs, nearest first."""
    told = words("ballot") | _offices()
    nouns = [
        token
        for token in match.head.subtree
        if token.pos_ == "NOUN" and token.lemma_.lower() in told and token.i != match.head.i
    ]
    if not is_verb(match.head):
        nouns = [match.head, *nouns]
    found = prepositional(match.head, "in") if nouns else []
    for noun in nouns:
        found += (
            children(noun, frozenset({"poss", "amod", "compound", "nmod"}))
            + prepositional(noun, "of")
            + prepositional(noun, "in")
        )
    return found


@cache
def _offices() -> frozenset[str]:
    """The nouns of public office."""
    return frozenset(noun for noun, relations in role_nouns().items() if OFFICES & set(relations))


def _judged(word: Token) -> list[Token]:
    """Of what an adjective or noun is said: the noun that it modifies, or the subject of its copula."""
    if word.dep_ == "amod":
        return [word.head]
    if word.dep_ in ("acomp", "attr", "oprd") and is_verb(word.head):
        return grammatical_subjects(word.head) if word.dep_ != "oprd" else objects(word.head)
    return children(word, SUBJECT)


def _adjunct_objects(noun: Token) -> list[Token]:
    """Who is spoken to in the clause in whose adjunct a noun stands (`Putin told Trump in a phone call`)."""
    verb = governor(noun) if noun.dep_ == "pobj" else None
    return indirect_objects(verb) + objects(verb) if verb is not None else []


def is_reciprocal(match: Match) -> bool:
    """True where the parties do it to `each other`, which what they do beside it (`…, obliging each other to`) does not tell."""
    below = [below for child in match.head.children if not is_verb(child) for below in (child, *child.children)]
    if not any(token.lower_ in ("other", "another") for token in below):
        return False
    text = match.head.sent.text.lower()
    return any(word in text for word in _RECIPROCAL)


_OF_NOUN: dict[str, Callable[[Token], list[Token]]] = {
    "patient": lambda noun: children(noun, frozenset({"poss"})) or prepositional(noun, "of"),
    "clause": _clause_subjects,
    "adjunct": _adjunct_subjects,
    "adjunct object": _adjunct_objects,
    "judged": _judged,
    SPEAKER: lambda noun: [],
}
"""The positions of a noun or adjective that its head alone tells."""
