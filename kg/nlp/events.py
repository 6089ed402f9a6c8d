"""`kg_events`: the frames of a document, from triggers and grammar.

A frame is a dict of plain data: `component` (its maker), `type`, `mode`, `trigger` and `sentence` ([start, end] tokens), `actor`, `recipient`,
`place` and `attribution` (lists of mentions as [start token, end token, entity id, entity type]), `time` ([EDTF or
None, text] or None), `quantity` (lists of [value or None, unit, text]), `instrument`, `topic`, `modality`,
`confidence`. Any component may append frames of this form to `doc._.kg_frames`, see `kg.nlp.frames`.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from kg.gazetteer import Gazetteer
from kg.nlp.arguments import (
    Index,
    acting,
    index_mentions,
    mentions_of,
    owners_of,
    pack,
    state_for,
    state_inside,
    states_of,
)
from kg.nlp.attribution import is_speech, speakers
from kg.nlp.candidates import (
    Candidate,
    Decision,
    Setting,
    actors_before,
    confidence_of,
    decide,
    make_candidate,
    mentions_by_sentence,
    with_read,
)
from kg.nlp.circumstances import instrument_of, place_of, quantities_of, time_of, topic_of
from kg.nlp.grammar import agents, is_passive, is_verb, prepositional
from kg.nlp.mentions import ADJECTIVE, NAME, get_mentions, make_mention, name_entity, register_extensions
from kg.nlp.modality import modality_of
from kg.nlp.reader import OWN, Reader, load_reader
from kg.nlp.triggers import SPEAKER, Match, at_position, find_triggers, is_reciprocal
from kg.ontology import Type, place_types, types
from kg.own_entities import gazetteer_with

Frame = dict[str, Any]

THRESHOLD = 0.35
"""Statements less likely than this, before calibration, are left out. In cross-validation at 0.25 the F1 is as high on sentences
and 0.016 higher on articles, but precision is lower by a tenth."""
_DEPTH = 3
_VIOLENT = 4
_CAUSES = ("in", "by", "during", "from")


@Language.factory(
    "kg_events",
    default_config={"entities": None, "reader": OWN},
    requires=["doc.spans", "token.dep", "doc._.kg_times"],
    assigns=["doc._.kg_frames"],
)
def make_events(nlp: Language, name: str, entities: str | None, reader: str | None) -> "Events":
    """The component that finds events; `reader` is the folder of a reader, `own` the one in `seeds/models/reader`, None none."""
    return Events(gazetteer_with(entities), load_reader(reader) if reader else None)


class Events:
    """Doc → Doc with a frame for each event."""

    def __init__(self, gazetteer: Gazetteer, reader: Reader | None = None) -> None:
        register_extensions()
        self.gazetteer = gazetteer
        self.reader = reader

    def __call__(self, doc: Doc) -> Doc:
        index = index_mentions(doc)
        frames: dict[tuple[int, str, str, str], Frame] = {}
        for candidates in self.candidates(doc):
            decisions = [decision for candidate in _fitting(candidates) if (decision := decide(candidate)) is not None]
            best = max(decisions, key=lambda decision: decision.probability, default=None)
            if best is not None and best.probability >= THRESHOLD:
                frame = self._frame(best, index)
                known = frames.get(_told(frame))
                if known is None or known["confidence"] < frame["confidence"]:
                    frames[_told(frame)] = frame
        doc._.kg_frames = [*doc._.kg_frames, *complete(list(frames.values()))]
        return doc

    def candidates(self, doc: Doc) -> Iterator[list[Candidate]]:
        """For each token that heads triggers its candidates, the likeliest by the lexicon first."""
        index, mentions = index_mentions(doc), mentions_by_sentence(doc)
        states = states_of(doc, index, self.gazetteer)
        reading = self.reader(doc) if self.reader is not None else None
        found = list(find_triggers(doc))
        if reading is not None:
            found = with_read(doc, found, reading)
        likeliest = {matches[0].head.i: matches[0] for matches in found}
        told: dict[tuple[str | None, str], set[str]] = defaultdict(set)
        settings: dict[int, Setting] = {}
        for matches in map(_one_each_type, found):
            sentence = matches[0].head.sent
            if sentence.start not in settings:
                near = mentions.get(sentence.start, [])
                before = actors_before(mentions, sentence)
                settings[sentence.start] = Setting(index, near, before, states, told, {}, reading)
            sides = [self._sides(match, index, likeliest) for match in matches]
            said_by = speakers(matches[0].head, index)
            chosen = next(
                (i for i, match in enumerate(matches) if match.strict and _is_complete(match, *sides[i])), None
            )
            yield [
                make_candidate(match, matches, settings[sentence.start], said_by, sides[i], chosen=i == chosen)
                for i, match in enumerate(matches)
            ]
            for match, parties in zip(matches, sides, strict=True):
                for role, spans in zip(("actor", "recipient"), parties, strict=True):
                    told[types()[match.trigger.type].plover, role] |= {span.kb_id_ for span in spans}

    def _frame(self, decision: Decision, index: Index) -> Frame:
        match = decision.candidate.match
        head, type_ = match.head, types()[match.trigger.type]
        actors, others = _sides_of(decision)
        actors = list(acting(actors, index, self.gazetteer)) or actors
        acting_ids = {span.kb_id_ for span in actors}
        mutual = is_reciprocal(match) and not type_.symmetric
        recipients = actors if mutual else self._as_parties(type_, others, index)
        if not mutual:
            recipients = [span for span in recipients if span.kb_id_ not in acting_ids]
        if not recipients and type_.of_state:
            recipients = [span for span in self._contested(decision, index) if span.kb_id_ not in acting_ids]
        place = place_of(match, index, recipients, acting_ids)
        said_by = [span for span in speakers(head, index) if not (is_speech(head) and span.kb_id_ in acting_ids)]
        return {
            "component": "kg_events",
            "type": match.trigger.type,
            "mode": match.trigger.mode,
            "head": head.i,
            "trigger": [min(token.i for token in match.tokens), max(token.i for token in match.tokens) + 1],
            "sentence": [head.sent.start, head.sent.end],
            "actor": [pack(span) for span in actors],
            "recipient": [pack(span) for span in recipients],
            "place": pack(place) if place is not None else None,
            "time": time_of(head),
            "quantity": quantities_of(match),
            "instrument": instrument_of(match, index),
            "topic": topic_of(match),
            "modality": modality_of(head),
            "attribution": [pack(span) for span in said_by],
            "confidence": round(confidence_of(decision), 2),
        }

    def _contested(self, decision: Decision, index: Index) -> list[Span]:
        """The place of the office or vote that an event is about (`president of Burundi`), else the actor's state, if named."""
        candidate = decision.candidate
        match = candidate.match
        offices = [span for span in mentions_of(at_position(match, "office"), index) if span.label_ in place_types()]
        if offices:
            return offices[:1]
        states = {span.kb_id_: state for span, state in zip(candidate.mentions, candidate.states, strict=True) if state}
        state = next((states[span.kb_id_] for span in decision.actors if span.kb_id_ in states), None)
        named = [
            span for span in get_mentions(match.head.doc) if span.kb_id_ == state and span.id_ in (NAME, ADJECTIVE)
        ]
        return [min(named, key=lambda span: abs(span.start - match.head.i))] if named else []

    def _sides(self, match: Match, index: Index, matches: dict[int, Match]) -> tuple[list[Span], list[Span]]:
        """Actors and recipients by the rules of the trigger's frame; either may be empty."""
        used: set[Token] = set()
        actors = self._actors(match, index, matches, used)
        recipients = self._recipients(match, index, used)
        names = {span.kb_id_ for span in actors}
        return actors, actors if is_reciprocal(match) else [span for span in recipients if span.kb_id_ not in names]

    def _actors(
        self, match: Match, index: Index, matches: dict[int, Match], used: set[Token], depth: int = 0
    ) -> list[Span]:
        """Who acts: at the trigger's own positions, else the actors of the event that does or brings it (`the strike killed`)."""
        for position in match.trigger.actor:
            tokens = at_position(match, position)
            spans = speakers(match.head, index)[:1] if position == SPEAKER else mentions_of(tokens, index)
            found = list(acting(spans, index, self.gazetteer))
            if found:
                used.update(tokens)
                return found
            for token in tokens:
                if token.i in matches and token != match.head and depth < _DEPTH:
                    return self._actors(matches[token.i], index, matches, set(), depth + 1)
        return self._actors_of_cause(match, index, matches, depth) if depth < _DEPTH else []

    def _actors_of_cause(self, match: Match, index: Index, matches: dict[int, Match], depth: int) -> list[Span]:
        """Of a passive without agent the actors of the event in which it happened (`killed in an Israeli air strike`)."""
        if types()[match.trigger.type].quad != _VIOLENT or not is_verb(match.head):
            return []
        for preposition in _CAUSES:
            for token in prepositional(match.head, preposition):
                if token.i in matches and types()[matches[token.i].trigger.type].quad == _VIOLENT:
                    return self._actors(matches[token.i], index, matches, set(), depth + 1)
        return []

    def _recipients(self, match: Match, index: Index, used: set[Token]) -> list[Span]:
        """To whom: the first position that holds a mention; what is said of a deed is said of who did it."""
        type_ = types()[match.trigger.type]
        through = not type_.physical
        for position in match.trigger.recipient:
            tokens = [token for token in at_position(match, position) if token not in used]
            found = mentions_of(tokens, index, through)
            if found:
                used.update(tokens)
                return self._as_parties(type_, found, index)
        return []

    def _as_parties(self, type_: Type, found: list[Span], index: Index) -> list[Span]:
        """The recipients with capitals as states, but where the place itself is meant."""
        if type_.symmetric:
            return list(acting(found, index, self.gazetteer))
        return found if type_.physical else [party for span in found for party in self._party(span, index)]

    def _party(self, span: Span, index: Index) -> list[Span]:
        """A mention as one to whom something is done: of a place the state, where the text or the knowledge base tells it."""
        if span.label_ not in ("City", "Region", "Facility", "Location"):
            return [span]
        state = state_for(span, self.gazetteer)
        if state is not None:
            return [state]
        whole = state_inside(span, index)
        owners = [whole] if whole else [owner for owner in owners_of(span.root, index) if owner.label_ == "Country"]
        country = self.gazetteer.country_of(span.kb_id_)
        if not owners and country is not None:
            name_entity(span.doc, country.id, country.type, country.name)
            owners = [make_mention(span.doc, span.start, span.end, country.type, country.id, NAME)]
        return owners or [span]


def complete(frames: list[Frame]) -> list[Frame]:
    """The frames, each without time or place with that of the others that tell the same happening, if these agree."""
    told: dict[tuple[str, str], list[Frame]] = defaultdict(list)
    for frame in frames:
        told[frame["type"], frame["modality"]].append(frame)
    return [_completed(frame, told[frame["type"], frame["modality"]]) for frame in frames]


def _completed(frame: Frame, likely: list[Frame]) -> Frame:
    same = [other for other in likely if other is not frame and _is_same_happening(frame, other)]
    found = dict(frame)
    for slot in ("time", "place"):
        values = {str(value[0 if slot == "time" else 2]): value for other in same if (value := other[slot])}
        if found[slot] is None and len(values) == 1:
            [found[slot]] = values.values()
    return found


def _is_same_happening(one: Frame, other: Frame) -> bool:
    """True where type and parties are the same, and times and places do not differ."""
    if any(
        one[slot] and other[slot] and one[slot][key] != other[slot][key] for slot, key in (("time", 0), ("place", 2))
    ):
        return False
    sides = [[{span[2] for span in frame[role]} for role in ("actor", "recipient")] for frame in (one, other)]
    if types()[one["type"]].symmetric:
        sides = [[actors | recipients, set()] for actors, recipients in sides]
    return sides[0] == sides[1]


def _sides_of(decision: Decision) -> tuple[list[Span], list[Span]]:
    """Actors and recipients; of a symmetric event who stands before the trigger acts, if others stand behind it.

    Of a passive with an agent it is the other way round.
    """
    actors, head = decision.actors, decision.candidate.match.head
    before = [span for span in actors if span.start < head.i]
    behind = [span for span in actors if span.start >= head.i]
    if decision.recipients or not (before and behind) or not types()[decision.candidate.match.trigger.type].symmetric:
        return actors, decision.recipients
    return (behind, before) if is_verb(head) and is_passive(head) and agents(head) else (before, behind)


def _fitting(candidates: list[Candidate]) -> list[Candidate]:
    """The readings of a word; where one fits what it is about (`sent food`), those are out that are about something else (`sent a letter`)."""
    fits = any(one.match.strict and one.match.trigger.about for one in candidates)
    return [one for one in candidates if one.match.strict or not (fits and one.match.trigger.about)]


def _is_complete(match: Match, actors: list[Span], recipients: list[Span]) -> bool:
    """True where the rules find all parties that the trigger needs."""
    if not match.trigger.needs_recipient:
        return bool(actors)
    if types()[match.trigger.type].symmetric:
        return bool(actors) and len({span.kb_id_ for span in actors + recipients}) > 1
    return bool(actors and recipients)


def _one_each_type(matches: list[Match]) -> list[Match]:
    """The first match of each type of event."""
    first: dict[str, Match] = {}
    for match in matches:
        first.setdefault(match.trigger.type, match)
    return list(first.values())


def _told(frame: Frame) -> tuple[int, str, str, str]:
    """Sentence, type and parties of a frame: a happening that one sentence names twice is one."""
    sides = (" ".join(sorted(party[2] for party in frame[role])) for role in ("actor", "recipient"))
    return frame["sentence"][0], frame["type"], *sides
