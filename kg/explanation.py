"""Why a text gives the statements that it gives, and no others: what `kg extract --explain` shows.

Every trigger and every pair of mentions that was judged is told, with the parties, the probabilities, and the features
that weighed most, also where the statement was left out.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from kg.model import Document
from kg.nlp.candidates import Candidate, Decision, confidence_of, decide
from kg.nlp.events import THRESHOLD
from kg.nlp.pairs import Pair
from kg.nlp.pipeline import DEFAULT_MODEL, load_pipeline
from kg.nlp.relations import THRESHOLD as RELATION_THRESHOLD
from kg.nlp.scoring import load_scorer
from kg.statements import analyse

_MOST = 4


class Party(NamedTuple):
    """A mention that may take part: its words, its entity, and how likely it is actor and recipient."""

    words: str
    entity: str
    actor: float
    recipient: float


class Judged(NamedTuple):
    """A candidate: what evoked it, how it was found, how likely it is right, whether it became a statement, and why."""

    sentence: str
    type: str
    trigger: str
    how: str
    probability: float
    kept: bool
    actors: tuple[str, ...]
    recipients: tuple[str, ...]
    parties: tuple[Party, ...]
    reasons: tuple[tuple[str, float], ...]


def explain(
    document: Document, model: str = DEFAULT_MODEL, *, entities: str | Path | None = None, ner: str | None = None
) -> list[Judged]:
    """All that was judged in a document, in the order of the text.

    Of the candidates of one trigger at most one is kept, of those for one relation the likeliest; a happening that is
    told twice in a sentence is one statement.
    """
    nlp = load_pipeline(model, entities, ner)
    [(_, doc)] = analyse([document], model, entities=entities, ner=ner)
    judged = [*_events(doc, nlp.get_pipe("kg_events")), *_relations(doc, nlp.get_pipe("kg_relations"))]
    return [one for _, one in sorted(judged, key=lambda row: row[0])]


def _events(doc: Any, events: Any) -> Iterator[tuple[int, Judged]]:
    for candidates in events.candidates(doc):
        decisions = [(candidate, decide(candidate)) for candidate in candidates]
        best = max((decision.probability for _, decision in decisions if decision), default=0.0)
        for candidate, decision in decisions:
            probability = decision.probability if decision else 0.0
            kept = decision is not None and probability == best and probability >= THRESHOLD
            yield candidate.match.head.i, _event(candidate, decision, kept)


def _event(candidate: Candidate, decision: Decision | None, kept: bool) -> Judged:
    match = candidate.match
    by_rules = "chosen=True" in candidate.features
    frame = " and ".join(
        f"{role} at {', '.join(positions)}"
        for role, positions in (("actor", match.trigger.actor), ("recipient", match.trigger.recipient))
        if positions
    )
    return Judged(
        sentence=_plain(match.head.sent),
        type=match.trigger.type,
        trigger=" ".join(token.text for token in sorted(match.tokens, key=lambda token: token.i)),
        how=f"{'rules and scorer' if by_rules else 'scorer'}; lexicon: {' '.join(match.trigger.words[0])} …, {frame}",
        probability=confidence_of(decision) if decision else 0.0,
        kept=kept,
        actors=_names(decision.actors if decision else []),
        recipients=_names(decision.recipients if decision else []),
        parties=tuple(
            Party(
                mention.text,
                mention.kb_id_,
                load_scorer("actor").probability(features),
                load_scorer("recipient").probability(features),
            )
            for mention, features in zip(candidate.mentions, candidate.roles, strict=True)
        ),
        reasons=tuple(load_scorer("trigger").reasons(candidate.features, _MOST)),
    )


def _relations(doc: Any, relations: Any) -> Iterator[tuple[int, Judged]]:
    best: dict[tuple[str, str, str], Pair] = {}
    scorer = load_scorer("relation")
    pairs = list(relations.candidates(doc))
    for pair in pairs:
        key = pair.relation.key
        if key not in best or scorer.probability(pair.features) > scorer.probability(best[key].features):
            best[key] = pair
    for pair in pairs:
        relation, probability = pair.relation, scorer.probability(pair.features)
        kept = probability >= RELATION_THRESHOLD and best[relation.key] is pair
        by_rules = "rule=True" in pair.features
        if kept or by_rules:
            yield (
                relation.token.i,
                Judged(
                    sentence=_plain(relation.token.sent),
                    type=relation.type,
                    trigger=relation.token.text,
                    how="rules and scorer" if by_rules else "scorer",
                    probability=probability,
                    kept=kept,
                    actors=_names([relation.subject]),
                    recipients=_names([relation.object]),
                    parties=(),
                    reasons=tuple(scorer.reasons(pair.features, _MOST)),
                ),
            )


def _names(spans: list[Any]) -> tuple[str, ...]:
    return tuple(span.text for span in spans)


def _plain(span: Any) -> str:
    return " ".join(span.text.split())
