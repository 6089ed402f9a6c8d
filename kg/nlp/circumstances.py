"""When, where, how many, with what and about what an event is."""

import re
from collections.abc import Iterable
from typing import Any

from spacy.tokens import Span, Token

from kg.nlp.arguments import Index, mentions_of
from kg.nlp.attribution import is_speech
from kg.nlp.grammar import children, governor, is_verb, objects, prepositional, subjects
from kg.nlp.mentions import ADJECTIVE, DESCRIPTION, plain
from kg.nlp.triggers import Match, support_verb
from kg.ontology import place_types, types, words

_PLACE_PREPOSITIONS = (
    "in",
    "at",
    "near",
    "inside",
    "outside",
    "across",
    "throughout",
    "around",
    "on",
    "over",
    "within",
    "off",
)
_GOALS = ("to", "into", "onto", "towards", "toward")
_AT_THE_TIME = frozenset({"as", "while", "when", "where"})
_TOPIC_PREPOSITIONS = ("on", "about", "over", "regarding", "concerning", "for", "of")
_MAX_TOPIC_WORDS = 12
_ELSEWHERE = 4
_TIME_BARRIERS = frozenset({"before", "after", "ahead", "following", "since", "until", "when"})
_NUMBER_WORDS = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
        "nineteen twenty".split()
    )
} | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "dozen": 12}
_SCALES = {
    "hundred": 100,
    "thousand": 1_000,
    "million": 1_000_000,
    "billion": 1_000_000_000,
    "trillion": 1_000_000_000_000,
}


def clause_of(head: Token) -> Token | None:
    """The verb of a trigger's clause: the trigger itself, the light verb of a noun, or the verb that governs it."""
    if is_verb(head):
        return head
    return support_verb(head) or governor(head)


def time_of(head: Token) -> list[str | None] | None:
    """EDTF value and words of an event's own time, or None: inside the trigger's phrase, else of its clause."""
    spans = [
        (Span(head.doc, start, end), value)
        for start, end, value in head.doc._.kg_times
        if head.sent.start <= start < head.sent.end
    ]
    inside = set() if is_verb(head) else set(head.subtree)
    clause = clause_of(head)
    ranked = [
        (_time_rank(span, head, inside, clause), value is None, abs(span.start - head.i), span, value)
        for span, value in spans
    ]
    rank, _, _, span, value = min(ranked, key=lambda row: row[:3], default=(_ELSEWHERE, True, 0, None, None))
    if span is None or rank >= _ELSEWHERE:
        meanwhile = _meanwhile(clause)
        return time_of(meanwhile) if meanwhile is not None else None
    if value is not None and rank and "/" not in value and _goes_on(span):
        value = f"{value}/.."
    return [value, plain(_with_preposition(span).text)]


def _meanwhile(clause: Token | None) -> Token | None:
    """The verb of the clause that tells when another happens (`delivered the letter when he met Kim on Thursday`), or None."""
    beside = children(clause, frozenset({"advcl"})) if clause is not None else []
    return next((verb for verb in beside if is_verb(verb) and _has_mark(verb, _AT_THE_TIME)), None)


def _with_preposition(span: Span) -> Span:
    """The words of a time with what ties it to its clause (`on Thursday`)."""
    before = span.doc[span.start - 1] if span.start else None
    tied = before is not None and before.dep_ == "prep" and before == span.root.head
    return Span(span.doc, span.start - 1, span.end) if tied else span


def _goes_on(span: Span) -> bool:
    """True of a time since which something has been so."""
    return span.root.head.lower_ == "since"


def _time_rank(span: Span, head: Token, inside: set[Token], clause: Token | None) -> int:
    """0 inside the event's noun phrase or for its relative clause (`in 1904, when …`), 1 in its clause, 2 in the clause above

    that is no verb of speech, 3 elsewhere.
    """
    verb = governor(span.root)
    if (span.root in inside and verb not in inside) or (clause is not None and _is_of(span, head, clause)):
        return 0
    if clause is None or verb is None:
        return 2 if verb is None and clause is None else _ELSEWHERE
    begin = span.root.head.i if _goes_on(span) else span.start
    between = head.doc[head.i : begin]
    if any(token.lower_ in _TIME_BARRIERS for token in between) or _is_set_off(head, clause):
        return _ELSEWHERE
    if verb == clause or verb in clause.conjuncts:
        return 1
    accompanies = clause.dep_ == "advcl" and clause.tag_ == "VBG"
    tied = clause.dep_ in ("xcomp", "advcl", "ccomp", "pcomp", "acl") and verb in clause.ancestors
    if tied and (accompanies or not is_speech(verb)):
        return _ELSEWHERE if _has_mark(clause, _TIME_BARRIERS - {"when"}) else 2
    if is_speech(verb) and clause.dep_ == "ccomp" and clause.head == verb and _is_past(clause):
        return 3
    return 2 if clause in verb.ancestors and verb.dep_ in ("xcomp", "advcl") else _ELSEWHERE


def _is_past(verb: Token) -> bool:
    """True of a simple or progressive past."""
    tags = {verb.tag_, *(child.tag_ for child in verb.children if child.dep_ in ("aux", "auxpass"))}
    return "VBD" in tags and not any(child.dep_ == "aux" and child.lemma_ == "have" for child in verb.children)


def _is_of(span: Span, head: Token, clause: Token) -> bool:
    """True of a time that belongs to a trigger though the parser ties it elsewhere."""
    return _is_told_by(span, clause) or (_is_set_off(head, clause) and _follows(span, head))


def _is_told_by(span: Span, clause: Token) -> bool:
    """True of a time that a relative clause with `when` is about: right before its `when`, or before what it is set beside

    (`in June 2024, his first visit in 24 years, when …`).
    """
    when = next((child for child in clause.children if child.lower_ == "when" and child.i < clause.i), None)
    if when is None or when.i < span.end:
        return False
    if all(token.is_punct or token.is_space for token in span.doc[span.end : when.i]):
        return True
    beside = clause.dep_ == "relcl" and clause.head.dep_ == "appos"
    return beside and span.end <= clause.head.left_edge.i and governor(span.root) == governor(clause.head.head)


def _is_set_off(noun: Token, clause: Token) -> bool:
    """True of an event noun that the clause only dates itself by (`spoke on Tuesday ahead of the summit`)."""
    for token in noun.ancestors:
        if token == clause:
            break
        if token.lower_ in _TIME_BARRIERS:
            return not is_verb(noun)
    return False


def _follows(span: Span, noun: Token) -> bool:
    """True of a time right behind the phrase of a noun, whatever the parser ties it to (`his summit in Alaska on Friday`)."""
    phrase = set(noun.subtree)
    between = noun.doc[noun.i + 1 : span.start]
    return span.start > noun.i and all(token in phrase or token.i == span.start - 1 for token in between)


def _has_mark(clause: Token, marks: frozenset[str]) -> bool:
    return any(child.dep_ in ("mark", "advmod") and child.lower_ in marks for child in clause.children)


def place_of(match: Match, index: Index, recipients: list[Span], acting: set[str]) -> Span | None:
    """The mention of where it happens, or None.

    Behind a preposition of place at the trigger, its arguments or its clause; else the place that names an event noun (`the Baghdad attack`) and
    is no state that acts, a recipient that is a place, where somebody or something is brought, where the one who acts is, or where the clause is that tells the
    occasion (`travelled to Moscow to meet`).
    """
    tokens = [match.head, *match.tokens]
    clause = clause_of(match.head)
    if clause is not None:
        tokens += [clause, *objects(clause)]
    tokens += [
        noun for child in match.head.children if child.dep_ == "prep" for noun in children(child, frozenset({"pobj"}))
    ]
    type_ = types()[match.trigger.type]
    fitting = [span for span in recipients if type_.physical or span.label_ != "Country"]
    hit = [span for span in recipients if type_.physical and span.label_ not in ("Country", "Region")]
    return (
        _place(hit, index)
        or _place_at(tokens, index)
        or _place(_names_of_event(match.head, index, acting), index)
        or _place(fitting, index)
        or _goal([match.head, clause], index)
        or _place_at(subjects(clause) if clause is not None else [], index)
        or _place_of_occasion(match.head, clause, index)
        or _place_meanwhile(clause, index)
    )


def _names_of_event(noun: Token, index: Index, acting: set[str]) -> list[Span]:
    """The mentions before an event noun, without the states that act (`the India–Pakistan ceasefire`)."""
    before = mentions_of(children(noun, frozenset({"compound", "nmod"})), index)
    return [span for span in before if span.label_ != "Country" or span.kb_id_ not in acting]


def _goal(tokens: Iterable[Token | None], index: Index) -> Span | None:
    """The place to which one of the verbs and nouns of moving and bringing leads."""
    said = [token for token in tokens if token is not None]
    nouns = [noun for token in said if is_verb(token) for noun in objects(token)]
    return _place_at([token for token in [*said, *nouns] if token.lemma_.lower() in words("motion")], index, _GOALS)


def _place_of_occasion(head: Token, clause: Token | None, index: Index) -> Span | None:
    """Where the clause is on whose occasion it happens: that a purpose, `as`, `while` or `when` ties it to."""
    occasion = _occasion(head, clause)
    if occasion is None:
        return None
    return _goal([occasion], index) or _place_at(
        [occasion, *objects(occasion), *children(occasion, frozenset({"attr"})), *_inner(occasion)], index
    )


def _place_meanwhile(clause: Token | None, index: Index) -> Span | None:
    """Where that is on whose occasion the clause happens: of a clause with `when`, `while` or `as` below it."""
    meanwhile = _meanwhile(clause)
    return _place_at([meanwhile, *objects(meanwhile)], index) if meanwhile is not None else None


def _occasion(head: Token, clause: Token | None) -> Token | None:
    """The verb of moving whose purpose it is (`flew in for talks`, `to meet`), or that of the clause it happens beside."""
    verb = governor(clause if clause is not None and is_verb(head) else head)
    if verb is None or is_speech(verb):
        return None
    if any(token.lemma_.lower() in words("motion") for token in [verb, *objects(verb)]):
        purpose = head.dep_ in ("xcomp", "advcl") or (head.dep_ == "pobj" and head.head.lower_ == "for")
        return verb if purpose or _has_mark(head, _AT_THE_TIME) else None
    return verb if head.dep_ == "advcl" and _has_mark(head, _AT_THE_TIME) else None


def _inner(verb: Token) -> list[Token]:
    """What the attribute of a copula is of (`was one of the leaders in Washington`)."""
    return [noun for attribute in children(verb, frozenset({"attr"})) for noun in prepositional(attribute, "of")]


def _place_at(
    tokens: Iterable[Token], index: Index, prepositions: tuple[str, ...] = _PLACE_PREPOSITIONS
) -> Span | None:
    """The first place behind one of the prepositions that depends on one of the tokens."""
    for token in dict.fromkeys(tokens):
        for preposition in prepositions:
            found = _place(mentions_of(prepositional(token, preposition), index), index)
            if found is not None:
                return found
    return None


def _place(spans: Iterable[Span], index: Index) -> Span | None:
    """The first of the mentions that is a place; of `the Greek island of Samos` the one that is named."""
    for span in spans:
        if span.label_ in place_types() and span.id_ != ADJECTIVE:
            named = mentions_of(prepositional(span.root, "of"), index) if span.id_ == DESCRIPTION else []
            return next((other for other in named if other.label_ in place_types()), span)
    return None


def quantities_of(match: Match) -> list[list[Any]]:
    """The counted nouns among the arguments of a trigger, as value, unit and words."""
    tokens = [*objects(match.head), *subjects(match.head)] if is_verb(match.head) else [match.head]
    found = []
    for token in tokens:
        for noun in [token, *token.conjuncts]:
            quantity = quantity_of(noun)
            if quantity is not None and quantity not in found:
                found.append(quantity)
    return found


def quantity_of(noun: Token) -> list[Any] | None:
    """Value (None where only vague), unit and words of a counted noun (`around 15,000 troops`, `thousands of troops`)."""
    numbers = [
        child
        for child in noun.children
        if child.dep_ == "nummod" and child.ent_type_ not in ("DATE", "TIME", "ORDINAL")
    ]
    if numbers:
        words_ = [token for token in noun.subtree if token.i <= noun.i and not token.is_space]
        unit = " ".join(token.text for token in words_ if token.i > numbers[-1].i)
        return [number_of(numbers[-1]), unit, plain(noun.doc[min(token.i for token in words_) : noun.i + 1].text)]
    if noun.lemma_.lower() in _SCALES or noun.lemma_.lower() == "dozen":
        counted = prepositional(noun, "of")
        if counted:
            return [None, plain(counted[0].text), plain(noun.doc[noun.left_edge.i : counted[0].i + 1].text)]
    return None


def number_of(token: Token) -> float | None:
    """The value of a number token with the numbers that complete it (`5.7 million`), or None where it is vague."""
    value = 1.0
    known = False
    for part in [*children(token, frozenset({"compound", "quantmod", "nummod"})), token]:
        text = part.lower_.replace(",", "")
        if re.fullmatch(r"\d+(?:\.\d+)?", text):
            value, known = value * float(text), True
        elif text in _NUMBER_WORDS:
            value, known = value * _NUMBER_WORDS[text], True
        elif text in _SCALES and known:
            value *= _SCALES[text]
        elif text in _SCALES and part == token:
            value, known = value * _SCALES[text], True
    return value if known else None


def instrument_of(match: Match, index: Index) -> str | None:
    """What it is done with: the weapon or message that the trigger is about, or one behind `with`, `using` or `by`."""
    head = match.head
    candidates = (
        [token for token in objects(head) if match.trigger.about and token.lemma_.lower() in match.trigger.about]
        if is_verb(head)
        else []
    )
    for preposition in ("with", "using", "by", "in"):
        candidates += [token for token in prepositional(head, preposition) if _is_means(token, index)]
    return plain(_phrase(candidates[0])) if candidates else None


def _is_means(token: Token, index: Index) -> bool:
    lemma = token.lemma_.lower()
    return any(lemma in words(name) for name in ("missiles", "weapons", "message")) or any(
        span.label_ == "Equipment" for span in index.get(token.i, [])
    )


def topic_of(match: Match) -> str | None:
    """What it is about: the phrase behind `on`, `about`, `over`, else the clause that completes the trigger."""
    head = match.head
    for preposition in _TOPIC_PREPOSITIONS[: None if not is_verb(head) else 5]:
        for child in head.children:
            if child.dep_ == "prep" and child.lower_ == preposition:
                for noun in children(child, frozenset({"pobj", "pcomp"})):
                    if noun.ent_type_ not in ("DATE", "TIME", "GPE", "PERSON"):
                        return _short(plain(_phrase(noun)))
    for clause in children(head, frozenset({"xcomp", "ccomp"})):
        return _short(plain(_phrase(clause)))
    return None


def _phrase(token: Token) -> str:
    """The words of a phrase from its left edge, determiners left out, to its right edge."""
    tokens = list(token.subtree)
    while tokens and (tokens[0].pos_ in ("DET", "PUNCT", "SPACE") or tokens[0].lower_ in ("that", "to")):
        tokens.pop(0)
    return token.doc[tokens[0].i : tokens[-1].i + 1].text if tokens else token.text


def _short(text: str) -> str:
    parts = text.split(" ")
    return text if len(parts) <= _MAX_TOPIC_WORDS else " ".join(parts[:_MAX_TOPIC_WORDS]) + " …"
