"""Candidates for events: triggers with the mentions of their sentence, and the features by which they are judged.

A feature is a string; most are joined with the type of the event or its PLOVER root, so that what is learned of one
verb helps its whole class.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from math import log
from typing import NamedTuple

from spacy.tokens import Doc, Span, Token

from kg.nlp.arguments import Index, States, mentions_of
from kg.nlp.grammar import OBJECT, agents, governor, is_passive, is_verb
from kg.nlp.mentions import get_mentions
from kg.nlp.modality import modality_of
from kg.nlp.reader import Reading
from kg.nlp.scoring import Scorer, load_scorer
from kg.nlp.triggers import SPEAKER, STRUCTURAL, Match, at_position, support_verb, usual_trigger
from kg.ontology import actor_types, triggers, types, words

_LONG_PATH = 5
_PARTY = 0.5
"""From this probability on a mention is a party; 0.35 finds a little more, at the price of parties that were not there."""
_FURTHER = 0.7
"""So likely must be a third party of a symmetric event at no position of the frame, where the rules find all."""
_BY_RULES, _AS_MANY = 0.5, 20
"""The precision of complete matches by rules alone, and how many examples its word is worth: with fewer examples of a type
in the training data the rules count for more than the scorer."""
_SENTENCES_BACK, _MOST_BEFORE = 3, 6
_TELLS = 0.3
"""From this probability on a word may tell an event that the lexicon does not know of it."""
_READ = 0.15
"""So likely the reader must hold an event that one word evokes and the rules would not take: one of the two must see it."""
_ONLY_ACTOR, _ONLY_RECIPIENT = 0.1, 0.15
"""From this probability on the likeliest mention is a party where no other one is."""


Held = dict[tuple[int, int, str], set[str]]
"""The positions of a frame that each mention holds."""


class Setting(NamedTuple):
    """What stands around the triggers of a sentence.

    The mentions of the sentence; of the sentences before it the last mention of each actor that it does not name, with
    the number of sentences between; the state of each entity; who took part in the events told before, by root and role;
    what stands at the positions of triggers, filled as they are judged, by the numbers of their tokens; what the reader
    makes of the document, where there is one.
    """

    at: Index
    mentions: list[Span]
    before: list[tuple[Span, int]]
    states: States
    told: dict[tuple[str | None, str], set[str]]
    held: dict[tuple[int, ...], Held]
    reading: Reading | None = None


class Candidate(NamedTuple):
    """A trigger with the mentions that may play a part, the features of both, and the state of each mention (`""`: unknown).

    `read` is how likely the reader holds that the word tells an event of that root; None where no reader takes part.
    """

    match: Match
    mentions: list[Span]
    features: list[str]
    roles: list[list[str]]
    states: list[str]
    read: float | None = None


class Decision(NamedTuple):
    """Who takes part in the event of a candidate, and how likely all of it is right."""

    candidate: Candidate
    actors: list[Span]
    recipients: list[Span]
    probability: float


@cache
def positions() -> tuple[str, ...]:
    """All argument positions that the frames name, in alphabetical order."""
    return tuple(sorted({position for trigger in triggers() for position in (*trigger.actor, *trigger.recipient)}))


@cache
def _first_words() -> tuple[tuple[str, str], ...]:
    """The positions, each with its first word."""
    return tuple((position, position.partition(" ")[0]) for position in positions())


def mentions_by_sentence(doc: Doc) -> dict[int, list[Span]]:
    """The mentions of each sentence, by its first token."""
    found: dict[int, list[Span]] = defaultdict(list)
    for span in get_mentions(doc):
        found[span[0].sent.start].append(span)
    return found


def actors_before(by_sentence: dict[int, list[Span]], sentence: Span) -> list[tuple[Span, int]]:
    """The last mention of each actor in the sentences before one, nearest first, of those that it does not name itself.

    With each, how many sentences it lies back.
    """
    seen = {span.kb_id_ for span in by_sentence.get(sentence.start, ())}
    found: list[tuple[Span, int]] = []
    start = sentence.start
    for back in range(1, _SENTENCES_BACK + 1):
        if start == 0:
            break
        start = sentence.doc[start - 1].sent.start
        for span in reversed(by_sentence.get(start, [])):
            if span.label_ in actor_types() and span.kb_id_ not in seen:
                seen.add(span.kb_id_)
                found.append((span, back))
    return found[:_MOST_BEFORE]


def with_read(doc: Doc, found: list[list[Match]], reading: Reading) -> list[list[Match]]:
    """The matches, and one of the likeliest type for each word that tells an event whose root none of its matches has.

    Where an entry of the lexicon fits wholly, its word is not put in question.
    """
    by_head = {matches[0].head.i: matches for matches in found}
    for token in doc:
        pos = "VERB" if is_verb(token) else token.pos_
        word = reading.word(token.i) if pos in ("VERB", "NOUN") and reading.tells(token.i) >= _TELLS else None
        if word is None:
            continue
        best = max(word.types, key=lambda name: word.types[name])
        known = by_head.get(token.i, [])
        trigger = usual_trigger(best, pos)
        if trigger and all(not m.strict and types()[m.trigger.type].plover != types()[best].plover for m in known):
            by_head[token.i] = [*known, Match(token, (token,), trigger, strict=False)]
    return [by_head[i] for i in sorted(by_head)]


def make_candidate(
    match: Match,
    rivals: list[Match],
    setting: Setting,
    said_by: list[Span],
    parties: tuple[list[Span], list[Span]],
    *,
    chosen: bool,
) -> Candidate:
    """A trigger with its features; `rivals` are all matches of its head, `parties` those that the rules find.

    `said_by` are the speakers of its clause, also those that its sentence does not name; `chosen` says that of all
    rivals the rules would take this one. Where the rules miss a party, the actors of the sentences before may be it.
    """
    mentions, before, states = setting.mentions, setting.before, setting.states
    tokens = tuple(token.i for token in match.tokens)
    if tokens not in setting.held:
        setting.held[tokens] = _held(match, setting.at, said_by)
    held = setting.held[tokens]
    here = {_key(span) for span in mentions}
    mentions = [*mentions, *(span for span in said_by if _key(span) not in here)]
    features = list(_trigger_features(match, rivals, held, parties))
    features += [f"chosen={chosen}", f"chosen={chosen} {match.trigger.type}", f"chosen={chosen} {match.trigger.prior}"]
    starts = sorted(mention.start for mention in mentions)
    roles = [list(_role_features(match, mention, held, starts, parties)) for mention in mentions]
    if not parties[0] or (match.trigger.needs_recipient and not parties[1]):
        named = {span.kb_id_ for span in mentions}
        before = [row for row in before if row[0].kb_id_ not in named]
        mentions = [*mentions, *(span for span, _ in before)]
        roles += _before_features(match, before, parties, setting.told)
    for mention, known in zip(mentions, roles, strict=True):
        known.extend(_state_features(mention, parties, states, types()[match.trigger.type].plover))
    own = [states.get(mention.kb_id_, "") for mention in mentions]
    candidate = Candidate(match, mentions, features, roles, own)
    return candidate if setting.reading is None else _read(candidate, setting.reading)


def _read(candidate: Candidate, reading: Reading) -> Candidate:
    """The candidate with what the reader makes of its trigger and of each mention."""
    match, mentions, features, roles = candidate[:4]
    type_ = types()[match.trigger.type]
    root = str(type_.plover)
    word = reading.word(match.head.i)
    if word is not None:
        best = max(word.roots, key=lambda name: word.roots[name])
        features += [
            f"read {_level(word.roots[root])}",
            f"read {_level(word.roots[root])} prior={match.trigger.prior}",
            f"read type {_level(word.types.get(type_.name, 0.0))}",
            f"read none {_level(word.none)}",
            f"read best={best == root} {min(int(word.roots[best] * 5), 4)}",
        ]
    parts = reading.parts(match.head.i, mentions, root)
    tops = [max((part[side] for part in parts if part), default=0.0) for side in (0, 1)]
    for known, part in zip(roles, parts, strict=True):
        if part is None:
            known.append("read apart")
            continue
        known.append(f"read part {_level(sum(part))}")
        for side, name in enumerate(("actor", "recipient")):
            level = _level(part[side])
            known += [f"read {name} {level}", f"read {name} best={part[side] == tops[side]} {level // 2}"]
    return candidate._replace(read=word.roots[root] if word is not None else 0.0)


def _level(probability: float) -> int:
    """The log odds as a whole number from -6 to 6."""
    return round(max(-6.0, min(6.0, log_odds(probability))))


def _held(match: Match, index: Index, said_by: list[Span]) -> Held:
    """The positions that each mention holds, directly or (`through …`) as owner of what stands there."""
    found: Held = defaultdict(set)
    for span in said_by:
        found[_key(span)].add(SPEAKER)
    said = {token.lower_ for token in match.head.sent}
    for position, first in _first_words():
        if first not in said and position not in STRUCTURAL:
            continue
        tokens = at_position(match, position)
        direct = mentions_of(tokens, index)
        for span in direct:
            found[_key(span)].add(position)
        if not direct:
            for span in mentions_of(tokens, index, through=True):
                found[_key(span)].add(f"through {position}")
    return found


def _key(span: Span) -> tuple[int, int, str]:
    return span.start, span.end, span.kb_id_


def _trigger_features(
    match: Match,
    rivals: list[Match],
    held: Held,
    parties: tuple[list[Span], list[Span]],
) -> Iterator[str]:
    head, trigger = match.head, match.trigger
    type_ = types()[trigger.type]
    name, root = type_.name, type_.plover
    lemma = head.lemma_.lower()
    yield from (
        "bias",
        f"type={name}",
        f"root={root}",
        f"lemma={lemma} {name}",
        f"lemma={lemma}",
        f"prior={trigger.prior}",
    )
    yield from (
        f"pos={head.pos_} {name}",
        f"tag={head.tag_} {root}",
        f"dep={head.dep_} {root}",
        f"dep={head.dep_} {head.pos_}",
    )
    yield f"words={len(match.tokens)} about={trigger.about is not None} {root}"
    yield from (f"strict={match.strict}", f"strict={match.strict} {name}", f"strict={match.strict} {trigger.prior}")
    yield f"first={match is rivals[0]} {name}"
    yield from (f"rival={rival.trigger.type} {name}" for rival in rivals if rival.trigger.type != name)
    yield from _filled(held, root)
    actors, recipients = parties
    sides = f"actor={bool(actors)} recipient={bool(recipients)}"
    yield from (sides, f"{sides} {name}", f"{sides} {root}")
    yield from (f"actor is {span.label_} {root}" for span in actors[:1])
    yield from (f"recipient is {span.label_} {root}" for span in recipients[:1])
    yield f"{modality_of(head)} {root}"
    yield from _around(head, name, str(root))


def _filled(held: Held, root: str | None) -> Iterator[str]:
    full = {position for held_here in held.values() for position in held_here}
    yield from (f"filled {position} {root}" for position in sorted(full))
    yield f"positions={min(len(full), 4)}"


def _around(head: Token, name: str, root: str) -> Iterator[str]:
    """Governor, light verb, complements and determiner of a trigger."""
    above = governor(head)
    if above is not None and above != head:
        yield f"under {above.lemma_.lower()} {root}"
    light = support_verb(head) if not is_verb(head) else None
    if light is not None:
        yield f"light={light.lemma_} {name}"
    for child in head.children:
        if child.dep_ in ("prep", "prt", "mark", "neg", "det", "agent"):
            yield f"{child.dep_}={child.lower_} {root}"
        elif child.dep_ in OBJECT | {"xcomp", "ccomp", "amod", "compound"}:
            yield f"{child.dep_}={child.lemma_.lower()} {name}"
            yield f"{child.dep_} {root}"
    yield f"passive={is_verb(head) and is_passive(head)} {root}"
    if any(
        ancestor.dep_ == "ccomp" and ancestor.head.lemma_ in words("speech") for ancestor in [head, *head.ancestors]
    ):
        yield f"said {root}"
    if head.sent.text.rstrip().endswith("?"):
        yield "question"
    if head.i in head.doc._.kg_speakers:
        yield f"quoted {root}"


def _role_features(
    match: Match,
    mention: Span,
    held: Held,
    starts: list[int],
    parties: tuple[list[Span], list[Span]],
) -> Iterator[str]:
    head, trigger = match.head, match.trigger
    type_ = types()[trigger.type]
    name, root, kind = type_.name, type_.plover, mention.label_
    word = "verb" if is_verb(head) else "noun"
    yield from ("bias", f"{kind} {name}", f"{kind} {root}", f"{mention.id_} {root}", f"{kind} {word}", f"type={name}")
    at = held.get(_key(mention), set())
    for position in sorted(at):
        yield from (f"at {position}", f"at {position} {name}", f"at {position} {root}", f"at {position} {kind} {word}")
        plain = position.removeprefix("through ")
        for role, order in (("actor", trigger.actor), ("recipient", trigger.recipient)):
            if plain in order:
                yield f"{role} place {order.index(plain)} {position == plain}"
    yield f"held={len(at)} {word}"
    for role, spans in zip(("actor", "recipient"), parties, strict=True):
        by_rule = any(span.start == mention.start and span.end == mention.end for span in spans)
        same = any(span.kb_id_ == mention.kb_id_ for span in spans)
        yield from (
            f"rule {role}={by_rule} {same}",
            f"rule {role}={by_rule} {root}",
            f"rule {role}={by_rule} {len(spans)}",
        )
    yield from _way(match, mention, starts, name, str(root), word)


def _before_features(
    match: Match,
    before: list[tuple[Span, int]],
    parties: tuple[list[Span], list[Span]],
    told: dict[tuple[str | None, str], set[str]],
) -> list[list[str]]:
    """Of mentions before the sentence: how far, how they stand there, and whether they took part in such an event before."""
    head, type_ = match.head, types()[match.trigger.type]
    name, root, word = type_.name, type_.plover, "verb" if is_verb(head) else "noun"
    sides = f"actor={bool(parties[0])} recipient={bool(parties[1])}"
    definite = any(child.lower_ in ("the", "this", "that", "their", "its") for child in head.children)
    common = [
        "before",
        f"before {word} {name}",
        f"before {sides} {word}",
        f"before {sides} {root}",
        f"before passive={word == 'verb' and is_passive(head)}",
        f"before definite={definite} {word}",
    ]
    found = []
    for rank, (mention, back) in enumerate(before):
        kind = mention.label_
        own = [f"before {kind} {root}", f"before {kind} {word}", f"before {back} {word}", f"before rank={rank} {word}"]
        own += [f"before {mention.root.dep_} {back}", f"before {mention.id_} {word}"]
        for role in ("actor", "recipient"):
            took_part = mention.kb_id_ in told.get((root, role), ())
            own += [f"before told {role}={took_part}", f"before told {role}={took_part} {word} {root}"]
        found.append(common + own)
    return found


def _state_features(
    mention: Span, parties: tuple[list[Span], list[Span]], states: States, root: str | None
) -> Iterator[str]:
    """Whether a mention belongs to the state of the other side, as the rules find it: few attack their own."""
    for side, spans in zip(("actor", "recipient"), parties, strict=True):
        if spans and spans[0].kb_id_ != mention.kb_id_:
            yield f"{_compare(states.get(mention.kb_id_), states.get(spans[0].kb_id_))} as {side} {root}"


def _compare(one: str | None, other: str | None) -> str:
    if not one or not other:
        return "state unknown"
    return "same state" if one == other else "other state"


def _way(match: Match, mention: Span, starts: list[int], name: str, root: str, word: str) -> Iterator[str]:
    """The way through the tree and the text from a trigger to a mention."""
    head = match.head
    path = path_between(head, mention.root)
    yield from (f"path={path} {word}", f"path={path} {root}", f"path length={path.count(' ')}")
    side = "inside" if mention.start <= head.i < mention.end else "before" if mention.end <= head.i else "behind"
    first, last = min(head.i, mention.end), max(head.i, mention.start)
    between = bisect_left(starts, last) - bisect_left(starts, first)
    yield from (f"{side} {root}", f"{side} {word} between={min(between, 4)}", f"{mention.root.dep_} {word} {side}")
    if mention.root.head == head.sent.root and mention.root.dep_ in ("nsubj", "nsubjpass"):
        yield f"subject of the sentence {word} {root}"
    before = mention.root.head if mention.root.dep_ == "pobj" else None
    if before is not None:
        yield f"behind {before.lower_} {root}"
        yield f"behind {before.lower_} {name}"


def path_between(start: Token, end: Token) -> str:
    """The dependency labels from one token up and down to another: `^xcomp vnsubj`; `far` beyond five steps."""
    above = [start, *start.ancestors]
    place = {token.i: number for number, token in enumerate(above)}
    down: list[str] = []
    token = end
    while token.i not in place:
        down.append(f"v{token.dep_}")
        if token.head == token:
            return "apart"
        token = token.head
    up = [f"^{token.dep_}" for token in above[: place[token.i]]]
    steps = up + down[::-1]
    return " ".join(steps) if len(steps) <= _LONG_PATH else "far"


def decide(candidate: Candidate) -> Decision | None:
    """The likeliest parties of a candidate, or None where nobody may have acted."""
    parties = choose_parties(
        candidate,
        [scorer_for(candidate, "actor").probability(features) for features in candidate.roles],
        [scorer_for(candidate, "recipient").probability(features) for features in candidate.roles],
    )
    if not parties[0]:
        return None
    trigger = scorer_for(candidate, "trigger").probability(candidate.features)
    probability = scorer_for(candidate, "statement").weigh(statement_features(candidate, trigger, *parties))
    if "chosen=True" in candidate.features:
        probability = _shrunk(probability, candidate)
    elif candidate.read is not None and candidate.read < _READ and len(candidate.match.tokens) == 1:
        probability = 0.0
    actors, recipients = ([candidate.mentions[number] for number, _ in side] for side in parties)
    return Decision(candidate, actors, recipients, probability)


def confidence_of(decision: Decision) -> float:
    """The probability as a share: of the statements with that confidence so many were right in cross-validation."""
    scorer = scorer_for(decision.candidate, "calibration")
    return scorer.weigh({"bias": 1.0, "odds": log_odds(decision.probability)})


def scorer_for(candidate: Candidate, name: str) -> Scorer:
    """The scorer of that name for a candidate; one whose sentence was read has scorers of its own."""
    return load_scorer(name if candidate.read is None else f"{name}, read")


def _shrunk(probability: float, candidate: Candidate) -> float:
    """The probability drawn towards the rules' own precision, the more the fewer examples of the type the scorer has seen."""
    seen = scorer_for(candidate, "seen").weights.get(candidate.match.trigger.type, 0.0)
    return (seen * probability + _AS_MANY * _BY_RULES) / (seen + _AS_MANY)


Side = list[tuple[int, float]]
"""Numbers of mentions with the probability that they play the role."""


def choose_parties(candidate: Candidate, as_actor: list[float], as_recipient: list[float]) -> tuple[Side, Side]:
    """Who acts and to whom: each entity once, by its likeliest mention; of a symmetric type all are actors."""
    symmetric = types()[candidate.match.trigger.type].symmetric
    ids = [span.kb_id_ for span in candidate.mentions]
    apart: set[int] = set()
    if symmetric:
        as_recipient = [0.0] * len(ids)
        apart = {number for number, known in enumerate(candidate.roles) if _stands_apart(known)}
    else:
        as_actor = _by_agents(candidate, as_actor)
    actors = _likeliest(ids, as_actor, lambda number: as_actor[number] >= as_recipient[number], _ONLY_ACTOR, apart)
    taken = {ids[number] for number, _ in actors}
    recipients = _likeliest(ids, as_recipient, lambda number: ids[number] not in taken, _ONLY_RECIPIENT, set())
    return actors, [] if symmetric else recipients


def _stands_apart(features: list[str]) -> bool:
    """True of a mention at no position of the trigger's frame (`he delivered Putin's letter when he met Kim`)."""
    return "before" not in features and not any(feature.startswith("at ") for feature in features)


def _by_agents(candidate: Candidate, as_actor: list[float]) -> list[float]:
    """The probabilities to act; of a passive that names its agent (`invited to Moscow by Putin`) nobody else acts."""
    head = candidate.match.head
    if not is_verb(head) or not is_passive(head) or not agents(head):
        return as_actor
    told = [any(feature.startswith("rule actor=True True") for feature in known) for known in candidate.roles]
    if not any(told):
        return as_actor
    return [probability if by_rule else 0.0 for probability, by_rule in zip(as_actor, told, strict=True)]


def _likeliest(
    ids: list[str], probabilities: list[float], may: Callable[[int], bool], only: float, apart: set[int]
) -> Side:
    """The likeliest mention of each entity that plays a role; `apart` are those that must be likelier beside two others."""
    ordered = sorted(range(len(ids)), key=lambda number: (-probabilities[number], number))
    found: dict[str, tuple[int, float]] = {}
    for number in ordered:
        least = _FURTHER if len(found) > 1 and number in apart else _PARTY
        if probabilities[number] > least and may(number):
            found.setdefault(ids[number], (number, probabilities[number]))
    if not found:
        best = next((number for number in ordered if may(number) and probabilities[number] > only), None)
        return [] if best is None else [(best, probabilities[best])]
    return list(found.values())


def statement_features(candidate: Candidate, trigger: float, actors: Side, recipients: Side) -> dict[str, float]:
    """The features, with their values, by which a whole statement is judged."""
    type_ = types()[candidate.match.trigger.type]
    sides = f"actor={len(actors) > 0} recipient={len(recipients) > 0}"
    return {
        "bias": 1.0,
        "trigger": log_odds(trigger),
        "actor": log_odds(max((probability for _, probability in actors), default=0.0)),
        "recipient": log_odds(max(probability for _, probability in recipients)) if recipients else 0.0,
        f"root={type_.plover}": 1.0,
        f"{sides} {type_.name}": 1.0,
        f"parties={min(len(actors) + len(recipients), 3)} symmetric={type_.symmetric}": 1.0,
        f"rules: {next((feature for feature in candidate.features if feature.startswith('actor=')), '')}": 1.0,
        f"strict={candidate.match.strict}": 1.0,
        f"{_states_of(candidate, actors, recipients)} {type_.plover}": 1.0,
        f"before: {_is_before(candidate, actors)} {_is_before(candidate, recipients)}": 1.0,
    }


def _is_before(candidate: Candidate, side: Side) -> bool:
    """Whether the likeliest party stands before the sentence."""
    return bool(side) and candidate.mentions[side[0][0]].end <= candidate.match.head.sent.start


def _states_of(candidate: Candidate, actors: Side, recipients: Side) -> str:
    """How the states of the likeliest actor and recipient relate."""
    if not actors or not recipients:
        return "one side"
    return _compare(candidate.states[actors[0][0]], candidate.states[recipients[0][0]])


def log_odds(probability: float) -> float:
    """The logarithm of the odds, within bounds."""
    kept = min(max(probability, 1e-4), 1 - 1e-4)
    return log(kept / (1 - kept))
