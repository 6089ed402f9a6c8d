"""Why a text gives the statements that it gives, and no others: what `kg extract --explain` shows.

Every trigger and every pair of mentions that was judged is told, with the parties, the probabilities, and the features
that weighed most, also where the statement was left out; and what other extractors have found and refused.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from kg.model import OWN_EXTRACTOR, Document
from kg.nlp.candidates import Candidate, Decision, confidence_of, decide, scorer_for
from kg.nlp.events import THRESHOLD
from kg.nlp.mentions import NAME, get_mentions, plain
from kg.nlp.pairs import Pair
from kg.nlp.pipeline import DEFAULT_MODEL, OWN, Extractors, load_pipeline
from kg.nlp.relations import THRESHOLD as RELATION_THRESHOLD
from kg.nlp.scoring import load_scorer
from kg.ontology import types
from kg.statements import analyse

Frame = dict[str, Any]
_MOST = 4


class Party(NamedTuple):
    """A mention that may take part: its words, its entity, and how likely it is actor and recipient."""

    words: str
    entity: str
    actor: float
    recipient: float


class Judged(NamedTuple):
    """A candidate: what evoked it, how it was found, how likely it is right, whether it became a statement, and why.

    `verdict` is empty of a statement, and tells of others why they are left out; `details` are the other slots of a
    statement, by name; `probability` is None where nobody has judged.
    """

    sentence: str
    type: str
    trigger: str
    how: str
    probability: float | None
    verdict: str
    actors: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    details: tuple[tuple[str, str], ...] = ()
    parties: tuple[Party, ...] = ()
    reasons: tuple[tuple[str, float], ...] = ()

    @property
    def kept(self) -> bool:
        """True where it is a statement."""
        return not self.verdict


def explain(
    document: Document,
    model: str = DEFAULT_MODEL,
    *,
    entities: str | Path | None = None,
    ner: str | None = None,
    extractors: Extractors = OWN,
) -> list[Judged]:
    """All that was judged in a document, in the order of the text, in each sentence the statements first.

    Of the candidates of one trigger at most one is kept, of those for one relation the likeliest; a happening that is
    told twice in a sentence is one statement.
    """
    nlp = load_pipeline(model, entities, ner, extractors)
    [(_, doc)] = analyse([document], model, entities=entities, ner=ner, extractors=extractors)
    judged = [*_by_others(doc), *_refused(doc)]
    if "kg_events" in nlp.pipe_names:
        judged += [*_events(doc, nlp.get_pipe("kg_events")), *_relations(doc, nlp.get_pipe("kg_relations"))]
    judged.sort(key=lambda row: (doc[row[0]].sent.start, not row[1].kept, row[0]))
    return [one for _, one in judged]


def _own_frames(doc: Any) -> list[Frame]:
    return [frame for frame in doc._.kg_frames if frame.get("extractor", OWN_EXTRACTOR) == OWN_EXTRACTOR]


def _frame_at(frames: list[Frame], head: int, type_: str, *entities: str) -> Frame | None:
    """The frame of that type at that token, with these entities if any are given."""
    for frame in frames:
        ids = [mention[2] for mention in (*frame["actor"], *frame["recipient"])]
        if (frame["head"], frame["type"]) == (head, type_) and (not entities or ids == list(entities)):
            return frame
    return None


def _events(doc: Any, events: Any) -> Iterator[tuple[int, Judged]]:
    frames = _own_frames(doc)
    for candidates in events.candidates(doc):
        decisions = [(candidate, decide(candidate)) for candidate in candidates]
        best = max((decision.probability for _, decision in decisions if decision), default=0.0)
        for candidate, decision in decisions:
            head = candidate.match.head.i
            chosen = decision is not None and decision.probability == best >= THRESHOLD
            frame = _frame_at(frames, head, candidate.match.trigger.type) if chosen else None
            verdict = "" if frame else _why_not(decision, best, chosen=chosen)
            yield head, _event(candidate, decision, frame, verdict)


def _why_not(decision: Decision | None, best: float, *, chosen: bool) -> str:
    if decision is None:
        return "nobody who acts"
    if chosen:
        return "the sentence tells it once more, likelier"
    if decision.probability < THRESHOLD:
        return f"below the threshold ({decision.probability:.2f} of {THRESHOLD}, before calibration)"
    return (
        f"another reading of the word is likelier ({best:.2f} against {decision.probability:.2f}, before calibration)"
    )


def _event(candidate: Candidate, decision: Decision | None, frame: Frame | None, verdict: str) -> Judged:
    match = candidate.match
    as_actor, as_recipient = scorer_for(candidate, "actor"), scorer_for(candidate, "recipient")
    return Judged(
        sentence=plain(match.head.sent.text),
        type=match.trigger.type,
        trigger=" ".join(token.text for token in sorted(match.tokens, key=lambda token: token.i)),
        how=_how(candidate),
        probability=confidence_of(decision) if decision else None,
        verdict=verdict,
        actors=_names(decision.actors if decision else []),
        recipients=_names(decision.recipients if decision else []),
        details=_details(match.head.doc, frame) if frame else (),
        parties=tuple(
            Party(
                mention.text,
                mention.kb_id_,
                as_actor.probability(features),
                as_recipient.probability(features),
            )
            for mention, features in zip(candidate.mentions, candidate.roles, strict=True)
        ),
        reasons=tuple(scorer_for(candidate, "trigger").reasons(candidate.features, _MOST)),
    )


def _how(candidate: Candidate) -> str:
    """Who found an event: rules, scorer and reader; the entry of the lexicon and where it looks for the parties."""
    trigger = candidate.match.trigger
    positions = " and ".join(
        f"{role} at {', '.join(positions)}"
        for role, positions in (("actor", trigger.actor), ("recipient", trigger.recipient))
        if positions
    )
    read = "" if candidate.read is None else f"; the reader holds {types()[trigger.type].plover} {candidate.read:.2f}"
    entry = f"lexicon: the set of “{' '.join(trigger.words[0])}”" if trigger.words else "not in the lexicon"
    return f"{_by('chosen=True' in candidate.features)}; {entry}, {positions}{read}"


def _by(by_rules: bool) -> str:
    return "rules and scorer" if by_rules else "the scorer alone"


def _relations(doc: Any, relations: Any) -> Iterator[tuple[int, Judged]]:
    best: dict[tuple[str, str, str], Pair] = {}
    scorer = load_scorer("relation")
    pairs = list(relations.candidates(doc))
    for pair in pairs:
        key = pair.relation.key
        if key not in best or scorer.probability(pair.features) > scorer.probability(best[key].features):
            best[key] = pair
    frames = _own_frames(doc)
    for pair in pairs:
        relation, probability = pair.relation, scorer.probability(pair.features)
        chosen = best[relation.key] is pair
        verdict = "" if chosen else "told elsewhere in the document, likelier"
        if probability < RELATION_THRESHOLD:
            verdict = f"below the threshold ({RELATION_THRESHOLD})"
        by_rules = "rule=True" in pair.features
        ids = relation.subject.kb_id_, relation.object.kb_id_
        frame = _frame_at(frames, relation.token.i, relation.type, *ids) if not verdict else None
        if not verdict or by_rules:
            yield (
                relation.token.i,
                Judged(
                    sentence=plain(relation.token.sent.text),
                    type=relation.type,
                    trigger=relation.token.text,
                    how=_by(by_rules),
                    probability=probability,
                    verdict=verdict,
                    actors=_names([relation.subject]),
                    recipients=_names([relation.object]),
                    details=_details(doc, frame) if frame else (),
                    reasons=tuple(scorer.reasons(pair.features, _MOST)),
                ),
            )


def _by_others(doc: Any) -> Iterator[tuple[int, Judged]]:
    """What extractors that are not kg's own have found, by what they say of it themselves."""
    known = {(span.start, span.end, span.kb_id_): span for span in get_mentions(doc)}
    for frame in doc._.kg_frames:
        if frame.get("extractor", OWN_EXTRACTOR) == OWN_EXTRACTOR:
            continue
        actors, recipients = (
            tuple(_name(doc, known.get((start, end, id_), doc[start:end])) for start, end, id_, _ in frame[role])
            for role in ("actor", "recipient")
        )
        yield (
            frame["sentence"][0],
            Judged(
                sentence=_span(doc, frame["sentence"]),
                type=frame["type"],
                trigger=_span(doc, frame["trigger"]),
                how=": ".join(filter(None, (frame["extractor"], frame["how"]))),
                probability=frame["confidence"],
                verdict="",
                actors=actors,
                recipients=recipients,
                details=_details(doc, frame),
            ),
        )


def _refused(doc: Any) -> Iterator[tuple[int, Judged]]:
    for refused in doc._.kg_refused:
        start = refused["start"]
        yield (
            start,
            Judged(
                sentence=plain(doc[start].sent.text),
                type=refused["type"] or "no type",
                trigger=refused["words"],
                how=refused["extractor"],
                probability=None,
                verdict=refused["why"],
            ),
        )


def _details(doc: Any, frame: Frame) -> tuple[tuple[str, str], ...]:
    """The slots of a frame beside its parties that hold something, in words."""
    mentioned = {
        "where": [frame["place"]] if frame["place"] else [],
        "said by": frame["attribution"],
    }
    when = frame["time"]
    found = {
        "modality": "" if frame["modality"] == "asserted" else frame["modality"],
        "when": f"{when[1]} ({when[0] or 'unresolved'})" if when else "",
        "mode": frame["mode"],
        "topic": frame["topic"],
        "with": frame["instrument"],
        "how many": ", ".join(quantity[2] for quantity in frame["quantity"]),
    } | {name: ", ".join(_span(doc, mention) for mention in spans) for name, spans in mentioned.items()}
    return tuple((name, plain(value)) for name, value in found.items() if value)


def _span(doc: Any, bounds: list[Any]) -> str:
    return plain(doc[bounds[0] : bounds[1]].text)


def _names(spans: list[Any]) -> tuple[str, ...]:
    return tuple(_name(span.doc, span) for span in spans)


def _name(doc: Any, span: Any) -> str:
    """The words of a mention, with the name of its entity where they are none themselves (`he (Vladimir Putin)`)."""
    name = doc._.kg_entities.get(span.kb_id_, ["", span.text])[1]
    return plain(span.text) if span.id_ in (NAME, "") or name == span.text else f"{plain(span.text)} ({name})"
