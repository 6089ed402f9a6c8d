"""Pronouns of the third person: for which noun phrase one stands, or for none that is clear.

Every noun phrase before a pronoun competes, also one that is no mention: where `the plane` is the likeliest antecedent of
`it`, no company may take its place. Salience is that of Lappin and Leass (1994): subjects before objects before what
stands behind prepositions, heads before what modifies them, each sentence half of the one after it. Phrases that do not
agree in number, gender or kind, and those that grammar keeps apart (`Putin met him`), are out.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from spacy.tokens import Doc, Span, Token

from kg.nlp.descriptions import head_types
from kg.nlp.grammar import OBJECT, apposed_to, grammatical_subjects, prepositional
from kg.nlp.mentions import ADJECTIVE, PRONOUN, get_mentions, make_mention
from kg.nlp.triggers import support_verb
from kg.ontology import actor_types, words

PRONOUNS = {
    **dict.fromkeys(("he", "him", "his", "himself"), "he"),
    **dict.fromkeys(("she", "her", "hers", "herself"), "she"),
    **dict.fromkeys(("it", "its", "itself"), "it"),
    **dict.fromkeys(("they", "them", "their", "theirs", "themselves"), "they"),
}
"""The pronouns of the third person, each with its nominative."""
_POSSESSIVE = frozenset({"his", "her", "its", "their"})
_REFLEXIVE = frozenset({"himself", "herself", "itself", "themselves"})
_SUBJECT = frozenset({"nsubj", "nsubjpass"})
_MODIFIER = frozenset({"compound", "amod", "nmod", "npadvmod", "nummod"})
_PREDICATE = frozenset({"attr", "oprd", "acomp"})
_CLAUSES = frozenset({"relcl", "acl", "advcl", "ccomp", "csubj"})
_NO_THINGS = frozenset({"DATE", "TIME", "PERCENT", "MONEY", "QUANTITY", "CARDINAL", "ORDINAL"})
BODIES = frozenset(
    {"Country", "Government", "Military", "ArmedGroup", "Party", "Company", "Media", "Organization"}
    | {"InternationalOrganization"}
)
"""Types of which English speaks as one (`it`) or as many (`they`)."""
_OCCASION = ("for", "during", "after")
"""What stands before the event for which somebody does something (`came for talks`)."""
_RECENT, _AS_SUBJECT, _AS_OBJECT, _OBLIQUE, _AS_HEAD, _NO_ADVERBIAL, _PARALLEL = 100, 80, 50, 40, 80, 50, 35
"""The weights of Lappin and Leass."""
_OPENING, _CLOSING, _EITHER = frozenset("“‘«"), frozenset("”»"), frozenset('"')
_SENTENCES_BACK = 1
_BACK = {"he": 3, "she": 3}
"""How many sentences before its own a pronoun may look: a person is kept in mind longer than a thing."""
_AS_MANY = 0.5
"""How likely `they` stands for a body, beside a plural."""

Key = tuple[str, ...]


class Referent(NamedTuple):
    """A noun phrase: its head, what it refers to (ids of entities, else the noun), and its mentions, if it has any."""

    head: Token
    key: Key
    spans: tuple[Span, ...]
    plural: bool

    @property
    def types(self) -> frozenset[str]:
        """The types of entity that the phrase can be."""
        return frozenset(span.label_ for span in self.spans) or frozenset(head_types(self.head))


def find_pronouns(doc: Doc) -> list[Span]:
    """The mentions of the pronouns that stand for entities, as far as it is clear for which."""
    referents = sorted(_referents(doc), key=lambda referent: referent.head.i)
    genders = _genders(referents)
    sentences, quoted = _numbers(doc), _quotations(doc)
    found: list[Span] = []
    for token in doc:
        word = PRONOUNS.get(token.lower_)
        if word is None or token.pos_ not in ("PRON", "DET") or is_pleonastic(token) or is_style(token):
            continue
        fitting = [
            one
            for one in referents
            if one.head.i < token.i
            and sentences[token.i] - sentences[one.head.i] <= _BACK.get(word, _SENTENCES_BACK)
            and all(span.start < token.i for span in one.spans)
            and agrees(one, word, token, genders)
            and quoted[one.head.i] in (None, quoted[token.i])
            and not (quoted[token.i] is not None and quoted[one.head.i] is None and _is_speaker(one.head))
        ]
        best = _most_salient(token, fitting, sentences)
        if best is None:
            continue
        referents.append(Referent(token, best.key, best.spans, best.plural))
        if word in ("he", "she"):
            genders[best.key].add(word)
        found += [make_mention(doc, token.i, token.i + 1, span.label_, span.kb_id_, PRONOUN) for span in best.spans]
    return found


def is_pleonastic(token: Token) -> bool:
    """True of an `it` that stands for a clause or for nothing (`it is clear that …`, `it was announced that …`)."""
    if token.lower_ != "it" or token.dep_ not in _SUBJECT | {"expl"}:
        return token.dep_ == "expl"
    verb = token.head.head if token.head.dep_ == "aux" else token.head
    if verb.lemma_ in words("weather"):
        return True
    clausal = {child.dep_ for child in verb.children if child.i > token.i and child.dep_ in _CLAUSES | {"xcomp"}}
    if token.dep_ == "nsubjpass":
        return "ccomp" in clausal
    predicates = [child for child in verb.children if child.dep_ in _PREDICATE]
    if verb.lemma_ != "be":
        return verb.lemma_ in words("seeming") and bool(clausal)
    below = {child.dep_ for predicate in predicates for child in predicate.children}
    return bool(predicates) and bool((clausal | below) & {"ccomp", "xcomp", "csubj", "advcl", "relcl", "acl"})


def is_style(token: Token) -> bool:
    """True of a possessive that is part of a style of address (`Her Majesty`)."""
    return token.dep_ == "poss" and token.head.lower_ in words("style")


# --- What a pronoun may stand for ---


def _referents(doc: Doc) -> Iterator[Referent]:
    """The noun phrases of a document: mentions, nouns that are none, and what is coordinated."""
    mentions = get_mentions(doc)
    covered = {i for span in mentions for i in range(span.start, span.end)}
    at: dict[int, list[Span]] = defaultdict(list)
    for span in mentions:
        if span.id_ not in (ADJECTIVE, PRONOUN) and span.root.dep_ not in _MODIFIER | _PREDICATE:
            at[span.root.i].append(span)
    single: dict[int, Referent] = {}
    for token in doc:
        if token.i in at:
            single[token.i] = _referent(token, at[token.i])
        elif token.i not in covered and _is_thing(token):
            single[token.i] = Referent(token, (token.lemma_.lower(),), (), token.tag_ in ("NNS", "NNPS"))
    for referent in single.values():
        yield _with_apposition(referent, single)
        together = [single[token.i] for token in _conjuncts(referent.head) if token.i in single]
        if len(together) > 1:
            spans = tuple(span for one in together for span in one.spans) if all(one.spans for one in together) else ()
            yield Referent(referent.head, tuple(sorted({part for one in together for part in one.key})), spans, True)
    for subject, partner in _companions(doc):
        if subject.i in single and partner.i in single:
            pair = (*single[subject.i].spans, *single[partner.i].spans)
            if len(pair) == 2 and pair[0].label_ == pair[1].label_ and pair[0].kb_id_ != pair[1].kb_id_:
                yield Referent(subject, tuple(sorted(span.kb_id_ for span in pair)), pair, True)


def _companions(doc: Doc) -> Iterator[tuple[Token, Token]]:
    """A subject and with whom it does something: together they are `they`.

    So in `Putin held talks with Kim`, `Putin met Kim`, `Putin came for a summit with Kim`.
    """
    for subject in doc:
        verb = subject.head
        if subject.dep_ != "nsubj" or verb.pos_ != "VERB":
            continue
        things = [child for child in verb.children if child.dep_ in OBJECT]
        if verb.lemma_ in words("mutual"):
            yield from ((subject, thing) for thing in things)
        events = [token for preposition in _OCCASION for token in prepositional(verb, preposition)]
        for token in (verb, *things, *events):
            yield from ((subject, partner) for partner in prepositional(token, "with"))


def _referent(token: Token, spans: list[Span]) -> Referent:
    longest = max(len(span) for span in spans)
    kept = {span.kb_id_: span for span in spans if len(span) == longest}
    plural = len(kept) > 1 or (
        token.tag_ in ("NNS", "NNPS") and (spans[0].id_ != "name" or spans[0].label_ in ("Group", "Equipment"))
    )
    return Referent(token, tuple(sorted(kept)), tuple(kept.values()), plural)


def _with_apposition(referent: Referent, single: dict[int, Referent]) -> Referent:
    """A noun without a mention is what its apposition is (`a car maker, Chrysler`)."""
    if referent.spans:
        return referent
    beside = [child for child in referent.head.children if child.dep_ == "appos"]
    outer = apposed_to(referent.head)
    for token in [*beside, outer]:
        if token.i in single and single[token.i].spans:
            return single[token.i]._replace(head=referent.head)
    return referent


def _is_thing(token: Token) -> bool:
    """True of a noun that heads a phrase about something: no modifier, predicate, number or time."""
    return (
        token.pos_ in ("NOUN", "PROPN")
        and token.dep_ not in _MODIFIER | _PREDICATE
        and token.ent_type_ not in _NO_THINGS
    )


def _conjuncts(head: Token) -> list[Token]:
    """The head and what `and` joins to it."""
    if head.dep_ == "conj" or not any(child.dep_ == "cc" and child.lower_ == "and" for child in _chain(head)):
        return []
    return [head, *head.conjuncts]


def _chain(head: Token) -> Iterator[Token]:
    for token in (head, *head.conjuncts):
        yield from token.children


def _genders(referents: Iterable[Referent]) -> dict[Key, set[str]]:
    """Whether the words for somebody call for `he` or `she`: a title before the name, a noun of a man or woman."""
    found: dict[Key, set[str]] = defaultdict(set)
    for referent in referents:
        first = referent.spans[0].start if referent.spans else referent.head.i
        around = [*referent.head.doc[max(first - 1, 0) : referent.head.i + 1], *apposed_to(referent.head).children]
        for word, name in (("he", "male"), ("she", "female")):
            if any(token.lemma_.lower() in words(name) for token in (*around, apposed_to(referent.head))):
                found[referent.key].add(word)
    return found


def agrees(referent: Referent, word: str, pronoun: Token, genders: dict[Key, set[str]]) -> bool:
    """True where number, gender and kind of a phrase allow the pronoun, and what the pronoun does is no mismatch."""
    types = referent.types
    if word == "they":
        return referent.plural or bool(types & BODIES)
    if referent.plural:
        return False
    if word in ("he", "she"):
        return "Person" in types and genders.get(referent.key, {word}) & {word} != set()
    if "Person" in types and (referent.spans or types <= {"Person", "Group"}):
        return False
    return not _speaks(pronoun) or bool(types & actor_types())


def _speaks(pronoun: Token) -> bool:
    return pronoun.dep_ == "nsubj" and pronoun.head.lemma_ in words("speech")


# --- Which is likeliest ---


def _numbers(doc: Doc) -> list[int]:
    """For each token the number of its sentence."""
    number, numbers = 0, []
    for token in doc:
        number += bool(token.is_sent_start)
        numbers.append(number)
    return numbers


def _quotations(doc: Doc) -> list[int | None]:
    """For each token the first token of the quotation that holds it, or None outside; a quotation ends with its paragraph."""
    opened: int | None = None
    found = []
    for token in doc:
        if token.is_space and "\n" in token.text:
            opened = None
        elif token.text in _OPENING or (token.text in _EITHER and opened is None):
            opened = token.i
        elif token.text in _CLOSING or token.text in _EITHER:
            opened = None
        found.append(opened)
    return found


def _is_speaker(head: Token) -> bool:
    """True of the subject of a verb of speech: whom a quotation calls `he` is somebody else."""
    return apposed_to(head).dep_ == "nsubj" and apposed_to(head).head.lemma_ in words("speech")


def _most_salient(pronoun: Token, fitting: list[Referent], sentences: list[int]) -> Referent | None:
    """The likeliest antecedent that grammar allows, or None where there is none."""
    apart = _kept_apart(pronoun, fitting)
    best: dict[Key, dict[int, float]] = defaultdict(dict)
    nearest: dict[Key, Referent] = {}
    for referent in fitting:
        distance = sentences[pronoun.i] - sentences[referent.head.i]
        if referent.key in apart or _holds(referent.head, pronoun):
            continue
        weight = _weight(referent, pronoun) / 2**distance
        if PRONOUNS[pronoun.lower_] == "they" and not referent.plural:
            weight *= _AS_MANY
        best[referent.key][distance] = max(weight, best[referent.key].get(distance, 0.0))
        nearest[referent.key] = referent
    ranked = sorted(best, key=lambda key: (-sum(best[key].values()), -nearest[key].head.i))
    return nearest[ranked[0]] if ranked else None


def _weight(referent: Referent, pronoun: Token) -> float:
    head = apposed_to(referent.head)
    while head.dep_ == "conj":
        head = head.head
    weight = _RECENT
    governor = head.head
    if head.dep_ in _SUBJECT:
        weight += _AS_SUBJECT + _AS_HEAD + _NO_ADVERBIAL
    elif head.dep_ in OBJECT | {"dative"}:
        weight += _AS_OBJECT + _AS_HEAD + _NO_ADVERBIAL
    elif head.dep_ == "pobj" and governor.head.pos_ in ("VERB", "AUX"):
        weight += _OBLIQUE + _AS_HEAD + _NO_ADVERBIAL * (governor.i > governor.head.i)
    elif head.dep_ in ("ROOT", "attr"):
        weight += _AS_HEAD + _NO_ADVERBIAL
    if pronoun.lower_ not in _POSSESSIVE and (head.dep_ in _SUBJECT) == (pronoun.dep_ in _SUBJECT):
        weight += _PARALLEL
    return weight


def _kept_apart(pronoun: Token, fitting: list[Referent]) -> set[Key]:
    """What a pronoun cannot stand for because both are arguments of one verb; of a reflexive, all but the subject.

    So with the owner of what a light verb does (`paid his visit`): it is who does it.
    """
    verb = pronoun.head if pronoun.dep_ != "pobj" else pronoun.head.head
    if pronoun.dep_ == "poss" and verb.dep_ in OBJECT and (light := support_verb(verb)) is not None:
        doers = {token.i for token in grammatical_subjects(light)}
        return {referent.key for referent in fitting if referent.head.i not in doers} if doers else set()
    subjects = {token.i for token in grammatical_subjects(verb)} if verb.pos_ in ("VERB", "AUX") else set()
    if pronoun.lower_ in _REFLEXIVE:
        return {referent.key for referent in fitting if subjects and referent.head.i not in subjects}
    if pronoun.lower_ in _POSSESSIVE and pronoun.dep_ == "poss":
        return set()
    if pronoun.dep_ in _SUBJECT:
        subjects = set()
    arguments = subjects | {
        token.i
        for child in verb.children
        for token in (child, *child.children)
        if token.dep_ in OBJECT | {"pobj", "dative"}
    }
    return {referent.key for referent in fitting if referent.head.i in arguments}


def _holds(head: Token, pronoun: Token) -> bool:
    """True of a phrase that the pronoun is part of, unless a clause lies between (`the plane that lost its engine`)."""
    token = pronoun
    while token.head != token:
        if token.dep_ in _CLAUSES:
            return False
        token = token.head
        if token == head:
            return True
    return False
