"""Candidates for events: triggers with the mentions of their sentence, and the features by which they are judged.

A feature is a string; most are joined with the type of the event or its PLOVER root, so that what is learned of one
verb helps its whole class.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from itertools import combinations
from math import log
from typing import NamedTuple

from spacy.tokens import Doc, Span, Token

from kg.nlp.arguments import Index, States, mentions_of
from kg.nlp.grammar import OBJECT, agents, governor, is_passive, is_verb
from kg.nlp.mentions import get_mentions
from kg.nlp.modality import modality_of
from kg.nlp.scoring import load_scorer
from kg.nlp.triggers import SPEAKER, STRUCTURAL, Match, at_position, support_verb
from kg.ontology import Type, actor_types, agent_nouns, triggers, types, words

_LONG_PATH = 5
_PARTY = 0.5
"""From this probability on a mention is a party; 0.35 finds a little more, at the price of parties that were not there."""
_BY_RULES, _AS_MANY = 0.5, 20
"""The precision of complete matches by rules alone, and how many examples its word is worth: with fewer examples of a type
in the training data the rules count for more than the scorer."""
_SENTENCES_BACK, _MOST_BEFORE = 3, 6
_MAY_TELL, _MAY_TAKE_PART, _RIVALS = 0.04, 0.08, 3
"""From which probabilities on a word and a mention are in other readings, and how many mentions at most."""
_ONLY_ACTOR, _ONLY_RECIPIENT = 0.1, 0.15
"""From this probability on the likeliest mention is a party where no other one is."""


Held = dict[tuple[int, int, str], set[str]]
"""The positions of a frame that each mention holds."""


class Setting(NamedTuple):
    """What stands around the triggers of a sentence.

    The mentions of the sentence; of the sentences before it the last mention of each actor that it does not name, with
    the number of sentences between; of the whole document the first mention of each actor that is told by a common noun;
    the state of each entity; who took part in the events told before, by root and role;
    what stands at the positions of triggers, filled as they are judged, by the numbers of their tokens.
    """

    at: Index
    mentions: list[Span]
    before: list[tuple[Span, int]]
    described: list[Span]
    states: States
    told: dict[tuple[str | None, str], set[str]]
    held: dict[tuple[int, ...], Held]


class Stand(NamedTuple):
    """How a mention stands to a trigger: the way through the tree, its first position (`""`: none), whom the rules make it."""

    way: str
    position: str
    by_rules: tuple[bool, bool]


class Candidate(NamedTuple):
    """A trigger with the mentions that may play a part, the features of both, how each mention stands, and its state (`""`: unknown)."""

    match: Match
    mentions: list[Span]
    features: list[str]
    roles: list[list[str]]
    stands: list[Stand]
    states: list[str]


class Parts(NamedTuple):
    """What the scorers of parts make of a candidate: how likely its word tells the event, and each mention acts and undergoes."""

    trigger: float
    actor: list[float]
    recipient: list[float]


Side = list[tuple[int, float]]
"""Numbers of mentions with the probability that they play the role."""


class Reading(NamedTuple):
    """Who may act, and to whom; are these the likeliest one by one?"""

    actors: Side
    recipients: Side
    likeliest: bool = False


BEFORE = "before"
"""The way to a mention of another sentence."""
_ELSEWHERE = Stand(BEFORE, "", (False, False))


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


def is_agent(span: Span, match: Match) -> bool:
    """True of a mention whose noun names those who do such things (`protesters`, of a protest)."""
    return span.root.lemma_.lower() in agent_nouns().get(match.trigger.type, ())


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
    stands = [_stand(match, mention, held, parties) for mention in mentions]
    roles = [
        list(_role_features(match, mention, held, starts, parties, stand))
        for mention, stand in zip(mentions, stands, strict=True)
    ]
    if not parties[0] or (match.trigger.needs_recipient and not parties[1]):
        named = {span.kb_id_ for span in mentions}
        before = [row for row in before if row[0].kb_id_ not in named]
        named |= {span.kb_id_ for span, _ in before}
        agents_ = (span for span in setting.described if is_agent(span, match) and span.kb_id_ not in named)
        before += [(span, _SENTENCES_BACK + 1) for span in agents_]
        mentions = [*mentions, *(span for span, _ in before)]
        roles += _before_features(match, before, parties, setting.told)
        stands += [_ELSEWHERE] * len(before)
    for mention, known in zip(mentions, roles, strict=True):
        known.extend(_state_features(mention, parties, states, types()[match.trigger.type].plover))
    return Candidate(match, mentions, features, roles, stands, [states.get(mention.kb_id_, "") for mention in mentions])


def _stand(match: Match, mention: Span, held: Held, parties: tuple[list[Span], list[Span]]) -> Stand:
    actor, recipient = (
        any(span.start == mention.start and span.end == mention.end for span in spans) for spans in parties
    )
    position = min(held.get(_key(mention), ()), default="")
    return Stand(path_between(match.head, mention.root), position, (actor, recipient))


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
    stand: Stand,
) -> Iterator[str]:
    head, trigger = match.head, match.trigger
    type_ = types()[trigger.type]
    name, root, kind = type_.name, type_.plover, mention.label_
    word = "verb" if is_verb(head) else "noun"
    if is_agent(mention, match):
        yield from ("agent", f"agent {root}", f"agent {word}")
    yield from ("bias", f"{kind} {name}", f"{kind} {root}", f"{mention.id_} {root}", f"{kind} {word}", f"type={name}")
    at = held.get(_key(mention), set())
    for position in sorted(at):
        yield from (f"at {position}", f"at {position} {name}", f"at {position} {root}", f"at {position} {kind} {word}")
        plain = position.removeprefix("through ")
        for role, order in (("actor", trigger.actor), ("recipient", trigger.recipient)):
            if plain in order:
                yield f"{role} place {order.index(plain)} {position == plain}"
    yield f"held={len(at)} {word}"
    for role, spans, by_rule in zip(("actor", "recipient"), parties, stand.by_rules, strict=True):
        same = any(span.kb_id_ == mention.kb_id_ for span in spans)
        yield from (
            f"rule {role}={by_rule} {same}",
            f"rule {role}={by_rule} {root}",
            f"rule {role}={by_rule} {len(spans)}",
        )
    yield from _way(match, mention, starts, stand.way, name, str(root), word)


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
        if is_agent(mention, match):
            own += ["before agent", f"before agent {word} {root}"]
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


def _way(match: Match, mention: Span, starts: list[int], path: str, name: str, root: str, word: str) -> Iterator[str]:
    """The way through the tree and the text from a trigger to a mention."""
    head = match.head
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
    """The likeliest reading of a candidate, or None where nobody may have acted."""
    trigger, actor, recipient = (load_scorer(name).probability for name in ("trigger", "actor", "recipient"))
    parts = Parts(trigger(candidate.features), [*map(actor, candidate.roles)], [*map(recipient, candidate.roles)])
    statement = load_scorer("statement")
    judged = [(statement.weigh(statement_features(candidate, parts, it)), it) for it in readings(candidate, parts)]
    if not judged:
        return None
    probability, best = max(judged, key=lambda row: row[0])
    if "chosen=True" in candidate.features:
        probability = _shrunk(probability, candidate.match.trigger.type)
    actors, recipients = ([candidate.mentions[number] for number, _ in side] for side in (best.actors, best.recipients))
    return Decision(candidate, actors, recipients, probability)


def confidence_of(decision: Decision) -> float:
    """The probability as a share: of the statements with that confidence so many were right in cross-validation."""
    return load_scorer("calibration").weigh({"bias": 1.0, "odds": log_odds(decision.probability)})


def _shrunk(probability: float, type_name: str) -> float:
    """The probability drawn towards the rules' own precision, the more the fewer examples of the type the scorer has seen."""
    seen = load_scorer("seen").weights.get(type_name, 0.0)
    return (seen * probability + _AS_MANY * _BY_RULES) / (seen + _AS_MANY)


def readings(candidate: Candidate, parts: Parts) -> list[Reading]:
    """The parties that a candidate may have, those that are likeliest one by one first; none where nobody may act.

    Where the word may well tell the event, also each likely actor with each likely recipient and with none; of a symmetric
    type each likely one and each two of them.
    """
    parts = parts._replace(actor=_by_agents(candidate, parts.actor))
    likeliest = _likeliest_parties(candidate, parts)
    found = [likeliest] if likeliest.actors else []
    if parts.trigger >= _MAY_TELL:
        found += _other_readings(candidate, parts, likeliest)
    ids = [span.kb_id_ for span in candidate.mentions]
    by_entities: dict[tuple[frozenset[str], ...], Reading] = {}
    for reading in found:
        sides = (reading.actors, reading.recipients)
        by_entities.setdefault(tuple(frozenset(ids[number] for number, _ in side) for side in sides), reading)
    return list(by_entities.values())


def _by_agents(candidate: Candidate, as_actor: list[float]) -> list[float]:
    """The probabilities to act; of a passive that names its agent (`invited to Moscow by Putin`) nobody else acts."""
    head = candidate.match.head
    told = [stand.by_rules[0] for stand in candidate.stands]
    if not any(told) or not is_verb(head) or not is_passive(head) or not agents(head):
        return as_actor
    if types()[candidate.match.trigger.type].symmetric:
        return as_actor
    return [probability if by_rule else 0.0 for probability, by_rule in zip(as_actor, told, strict=True)]


def _other_readings(candidate: Candidate, parts: Parts, likeliest: Reading) -> Iterator[Reading]:
    ids = [span.kb_id_ for span in candidate.mentions]
    acting: list[Side] = [[one] for one in _likely(ids, parts.actor)]
    if types()[candidate.match.trigger.type].symmetric:
        yield from (Reading(side, []) for side in acting)
        yield from (Reading(one + other, []) for one, other in combinations(acting, 2))
        return
    undergoing: list[Side] = [[one] for one in _likely(ids, parts.recipient)]
    for actors in [likeliest.actors] * (len(likeliest.actors) > 1) + acting:
        taken = {ids[number] for number, _ in actors}
        for recipients in [likeliest.recipients] * (len(likeliest.recipients) > 1) + undergoing:
            if not taken & {ids[number] for number, _ in recipients}:
                yield Reading(actors, recipients)
        yield Reading(actors, [])


def _likely(ids: list[str], probabilities: list[float]) -> Side:
    """The few likeliest entities, each by its likeliest mention."""
    found: dict[str, tuple[int, float]] = {}
    for number in sorted(range(len(ids)), key=lambda number: (-probabilities[number], number)):
        if probabilities[number] >= _MAY_TAKE_PART:
            found.setdefault(ids[number], (number, probabilities[number]))
    return list(found.values())[:_RIVALS]


def _likeliest_parties(candidate: Candidate, parts: Parts) -> Reading:
    """Who acts and to whom: each entity once, by its likeliest mention; of a symmetric type all are actors."""
    symmetric = types()[candidate.match.trigger.type].symmetric
    ids = [span.kb_id_ for span in candidate.mentions]
    as_actor, as_recipient = parts.actor, [0.0] * len(ids) if symmetric else parts.recipient
    actors = _likeliest(ids, as_actor, lambda number: as_actor[number] >= as_recipient[number], _ONLY_ACTOR)
    taken = {ids[number] for number, _ in actors}
    recipients = _likeliest(ids, as_recipient, lambda number: ids[number] not in taken, _ONLY_RECIPIENT)
    return Reading(actors, [] if symmetric else recipients, likeliest=True)


def _likeliest(ids: list[str], probabilities: list[float], may: Callable[[int], bool], only: float) -> Side:
    ordered = sorted(range(len(ids)), key=lambda number: (-probabilities[number], number))
    found: dict[str, tuple[int, float]] = {}
    for number in ordered:
        if probabilities[number] > _PARTY and may(number):
            found.setdefault(ids[number], (number, probabilities[number]))
    if not found:
        best = next((number for number in ordered if may(number) and probabilities[number] > only), None)
        return [] if best is None else [(best, probabilities[best])]
    return list(found.values())


def statement_features(candidate: Candidate, parts: Parts, reading: Reading) -> dict[str, float]:
    """The features, with their values, by which a whole statement is judged."""
    actors, recipients = reading.actors, reading.recipients
    type_ = types()[candidate.match.trigger.type]
    head = candidate.match.head
    word = "verb" if is_verb(head) else "noun"
    sides = f"actor={len(actors) > 0} recipient={len(recipients) > 0}"
    names = [
        f"root={type_.plover}",
        f"{word} {type_.plover}",
        f"lemma={head.lemma_.lower()} {type_.name}",
        f"{sides} {type_.name}",
        f"{sides} {type_.plover}",
        f"needs recipient={candidate.match.trigger.needs_recipient} {sides} {word}",
        f"parties={min(len(actors) + len(recipients), 3)} symmetric={type_.symmetric}",
        f"rules: {next((feature for feature in candidate.features if feature.startswith('actor=')), '')}",
        f"strict={candidate.match.strict}",
        f"likeliest={reading.likeliest}",
        f"{_states_of(candidate, actors, recipients)} {type_.plover}",
        f"before: {_is_before(candidate, actors)} {_is_before(candidate, recipients)}",
    ]
    both = [*actors[:1], *recipients[:1]] if not type_.symmetric else actors[:2]
    names += _together(candidate, [number for number, _ in both], word, str(type_.plover))
    return dict.fromkeys(names, 1.0) | _odds(parts, reading, type_)


def _odds(parts: Parts, reading: Reading, type_: Type) -> dict[str, float]:
    """The log odds of word and parties, and by how much likelier ones were passed over."""
    actors, recipients = reading.actors, reading.recipients
    actor = log_odds(max((probability for _, probability in actors), default=0.0))
    passed_actor = log_odds(max(parts.actor, default=0.0)) - actor
    found = {"bias": 1.0, "trigger": log_odds(parts.trigger), "actor": actor, "passed actor": passed_actor}
    if type_.symmetric:
        numbers = {number for number, _ in actors}
        rest = (probability for number, probability in enumerate(parts.actor) if number not in numbers)
        return found | {
            "weakest": log_odds(min((probability for _, probability in actors), default=0.0)),
            "left out": log_odds(max(rest, default=0.0)),
        }
    likeliest = log_odds(max(parts.recipient, default=0.0))
    if not recipients:
        return found | {"no recipient": likeliest, f"no recipient {type_.plover}": likeliest / 3}
    recipient = log_odds(max(probability for _, probability in recipients))
    return found | {"recipient": recipient, "passed recipient": likeliest - recipient}


def _together(candidate: Candidate, numbers: list[int], word: str, root: str) -> Iterator[str]:
    """How the first of each side go together: their types, kinds, places and order."""
    mentions = [candidate.mentions[number] for number in numbers]
    stands = [candidate.stands[number] for number in numbers]
    kinds = " ".join(mention.label_ for mention in mentions)
    rules = " ".join(str(stand.by_rules[side]) for side, stand in enumerate(stands))
    positions_ = " | ".join(stand.position for stand in stands)
    order = sorted([(candidate.match.head.i, "T"), *zip((mention.start for mention in mentions), "AR", strict=False)])
    yield from (f"types {kinds}", f"types {kinds} {root}", f"kinds {' '.join(mention.id_ for mention in mentions)}")
    yield from (f"by rules {rules} {word}", f"by rules {rules} {root}")
    yield from (f"at {positions_} {word}", f"at {positions_} {root}")
    yield f"ways {' | '.join(stand.way for stand in stands)} {word}"
    yield f"order {''.join(name for _, name in order)} {word}"


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
