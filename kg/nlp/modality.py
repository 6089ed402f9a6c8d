"""Whether an event happened: `asserted`, `planned`, `possible` or `denied`, from the grammar around its trigger.

The words that decide stand in `ontology/lexicon.ttl` (classes planned, possible, denied, upcoming, doubtful).
"""

from spacy.tokens import Token

from kg.nlp.grammar import OBJECT, PASSIVE_SUBJECT, SUBJECT, is_verb
from kg.ontology import words

ASSERTED, PLANNED, POSSIBLE, DENIED = "asserted", "planned", "possible", "denied"
_WILL = frozenset({"will", "'ll", "’ll", "shall", "wo"})
_FINITE = frozenset({"VBD", "VBZ", "VBP"})
_MODALS = frozenset({"would", "could", "may", "might", "should", "can", "must", "ca", "'d", "ought"})


def modality_of(trigger: Token) -> str:
    """The modality of the event that a verb or noun names."""
    return _of_verb(trigger, 0) if is_verb(trigger) else _of_noun(trigger)


def is_future(token: Token) -> bool:
    """True where the clause of a token speaks of what is to come, or looks forward before it (`ahead of talks on Friday`)."""
    verb = token if is_verb(token) else next((ancestor for ancestor in token.ancestors if is_verb(ancestor)), None)
    if verb is not None and any(word.lower_ in words("awaiting") for word in token.doc[verb.i : token.i]):
        return True
    if verb is None or any(child.dep_ == "aux" and child.lemma_ == "have" for child in verb.children):
        return False
    planned = class_of(verb) == PLANNED and any(word.lower_ == "for" for word in (token, *token.ancestors))
    return planned or _of_verb(verb, 0) in (PLANNED, POSSIBLE)


def class_of(word: Token) -> str | None:
    """The modality that a governing verb, adjective or noun gives to what it governs, or None."""
    lemma = word.lemma_.lower()
    for modality in (DENIED, PLANNED, POSSIBLE):
        if lemma in words(modality):
            return modality
    return None


def is_negated(token: Token) -> bool:
    """True of a word with `not`, `never`, `no` or the like."""
    return any(
        child.dep_ in ("neg", "det", "advmod", "preconj") and child.lower_ in words("negation")
        for child in token.children
    )


def _negative_argument(verb: Token) -> bool:
    return any(
        child.dep_ in SUBJECT | PASSIVE_SUBJECT | OBJECT
        and any(inner.dep_ == "det" and inner.lower_ in ("no", "neither") for inner in child.children)
        for child in verb.children
    )


def _of_verb(verb: Token, depth: int) -> str:
    if is_negated(verb) or _negative_argument(verb):
        return DENIED
    auxiliaries = {child.lower_ for child in verb.children if child.dep_ == "aux"}
    if auxiliaries & _WILL:
        return PLANNED
    if auxiliaries & _MODALS:
        return POSSIBLE
    if any(child.dep_ == "mark" and child.lower_ in words("conditional") for child in verb.children):
        return POSSIBLE
    if verb.dep_ == "ROOT" and verb.sent[-1].text == "?":
        return POSSIBLE
    return _from_above(verb, depth) if depth < 5 else ASSERTED


def _from_above(verb: Token, depth: int) -> str:
    """What the governor of a clause makes of it."""
    head, label = verb.head, verb.dep_
    infinitive = any(child.lower_ == "to" and child.dep_ == "aux" for child in verb.children)
    if label == "xcomp" or (label in ("advcl", "ccomp") and infinitive and class_of(head)):
        return _governed(head, depth)
    if label == "ccomp" and is_negated(head):
        return DENIED
    if label == "ccomp" and (verb.tag_ == "VB" or class_of(head) == DENIED):
        return class_of(head) or ASSERTED
    if label == "acl" and infinitive:
        return class_of(head) or ASSERTED
    if label == "pcomp":
        return _of_prepositional_clause(head, depth)
    if label == "conj" and verb.tag_ in _FINITE and head.tag_ not in _FINITE:
        return ASSERTED  # an auxiliary of the first verb has no say over a finite one ("would not go and called")
    if label in ("conj", "advcl") and is_verb(head) and (infinitive or label == "conj"):
        above = _of_verb(head, depth + 1)
        return ASSERTED if above == DENIED and label == "advcl" else above
    return ASSERTED


def _governed(head: Token, depth: int) -> str:
    """An infinitive under a verb or adjective: what that says of it, else what is said of that itself."""
    if head.lemma_ == "be":
        return PLANNED
    if head.lemma_ == "go" and head.tag_ == "VBG":
        return PLANNED
    own = class_of(head)
    if is_negated(head):
        return DENIED
    if own:
        return own
    return _of_verb(head if is_verb(head) else head.head, depth + 1)


def _of_prepositional_clause(preposition: Token, depth: int) -> str:
    if preposition.lower_ in ("without", "against", "from") or preposition.lower_ == "instead":
        return DENIED if preposition.lower_ == "without" or class_of(preposition.head) == DENIED else ASSERTED
    governor = preposition.head
    own = (
        class_of(governor)
        if governor.pos_ in ("NOUN", "VERB") and preposition.lower_ in ("of", "on", "about", "for")
        else None
    )
    return own if own and governor.pos_ == "NOUN" else ASSERTED


def _of_noun(noun: Token) -> str:
    if is_negated(noun) or any(child.lower_ == "no" for child in noun.children):
        return DENIED
    adjectives = {child.lower_ for child in noun.children if child.dep_ in ("amod", "advmod", "det")}
    if adjectives & words("upcoming"):
        return PLANNED
    if adjectives & words("doubtful"):
        return POSSIBLE
    return _of_relative_clause(noun) or (PLANNED if _is_awaited(noun) else _of_argument(noun))


def _of_relative_clause(noun: Token) -> str | None:
    """What a relative clause tells: `a meeting that will be watched`, `that would be the first` are still to come."""
    auxiliaries = {
        child.lower_
        for clause in noun.children
        if clause.dep_ == "relcl"
        for child in clause.children
        if child.dep_ == "aux"
    }
    if auxiliaries & _WILL:
        return PLANNED
    return POSSIBLE if auxiliaries & _MODALS else None


def _is_awaited(noun: Token) -> bool:
    """True behind words that look forward to an event (`ahead of his summit with Mr Trump`)."""
    return noun.dep_ == "pobj" and any(word.lower_ in words("awaiting") for word in (noun.head, noun.head.head))


def _of_argument(noun: Token) -> str:
    """An event noun under a verb: as the verb's class says (`cancelled talks`), or as the verb itself stands (`will hold talks`)."""
    head = noun.head
    if noun.dep_ == "conj":
        return _of_noun(head)
    if noun.dep_ == "pobj" and head.dep_ in ("prep", "agent", "dative"):
        governor = head.head
        if governor.pos_ == "NOUN":
            return class_of(governor) or ASSERTED if head.lower_ in ("of", "for") else ASSERTED
        if head.lower_ in ("for", "against") and is_verb(governor):
            own = class_of(governor)
            return own if own in (POSSIBLE, DENIED) else ASSERTED
        if head.lower_ == "without":
            return DENIED
        return (
            _of_verb(governor, 1)
            if is_verb(governor) and head.lower_ in ("in", "to", "on", "into") and _is_light(governor)
            else ASSERTED
        )
    if is_verb(head) and noun.dep_ in OBJECT | SUBJECT | PASSIVE_SUBJECT | {"attr"}:
        own = class_of(head) if noun.dep_ not in SUBJECT else None
        above = _of_verb(head, 0)
        if own and above == ASSERTED:
            return own
        return above
    return ASSERTED


def _is_light(verb: Token) -> bool:
    return verb.lemma_ in words("light") or verb.lemma_ == "be"
