"""`kg_salience`: how likely each entity matters to its document: whether a reader would list it among those it is about.

Passing mentions (`European` in `the European Parliament`, `war`, `people`) are what a graph of a thousand articles must
not be cluttered with; whoever takes part in a statement always stays.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span

from kg.gazetteer import Gazetteer
from kg.nlp.mentions import ADJECTIVE, DESCRIPTION, NAME, get_mentions, register_extensions
from kg.nlp.scoring import load_scorer
from kg.own_entities import gazetteer_with

_MANY = 4
_ROLES = ("actor", "recipient", "attribution", "place")


@Language.factory(
    "kg_salience",
    default_config={"entities": None},
    requires=["doc.spans", "doc._.kg_frames"],
    assigns=["doc._.kg_salience"],
)
def make_salience(nlp: Language, name: str, entities: str | None) -> "Salience":
    """The component that judges which entities matter."""
    return Salience(gazetteer_with(entities))


class Salience:
    """Doc → Doc with `kg_salience`: the probability that an entity matters, by its id."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        register_extensions()
        self.gazetteer = gazetteer

    def __call__(self, doc: Doc) -> Doc:
        scorer = load_scorer("entity")
        doc._.kg_salience = {id_: round(scorer.probability(found), 2) for id_, found in self.features(doc).items()}
        return doc

    def features(self, doc: Doc) -> dict[str, list[str]]:
        """The features of each entity of a document, by its id."""
        spans: dict[str, list[Span]] = defaultdict(list)
        for span in get_mentions(doc):
            spans[span.kb_id_].append(span)
        parts = _parts_played(doc)
        return {id_: list(self._features(id_, found, parts.get(id_, {}))) for id_, found in sorted(spans.items())}

    def _features(self, id_: str, spans: list[Span], parts: dict[str, float]) -> Iterator[str]:
        type_ = spans[0].label_
        kinds = {span.id_ for span in spans}
        kind = next((kind for kind in (NAME, ADJECTIVE, DESCRIPTION) if kind in kinds), "pronoun")
        known = "known" if id_ in self.gazetteer.entities else "local"
        yield from ("bias", f"type={type_}", f"{kind} {type_}", f"{known} {type_} {kind}", known)
        yield from (f"mentions={min(len(spans), _MANY)}", f"mentions={min(len(spans), _MANY)} {type_}")
        yield from (f"words={min(len(spans[0]), _MANY)} {type_} {kind}", f"short document={len(spans[0].doc) < 60}")
        if known == "known":
            yield f"rank={self.gazetteer.rank(id_) // 10} {type_}"
        for role in _ROLES:
            level = int(parts[role] * 4) if role in parts else "none"
            yield from (f"{role}={level}", f"{role}={level} {type_}")
        yield f"plays={len(parts) > 0} {type_} {kind}"
        yield from {f"dep={span.root.dep_} {type_}" for span in spans}
        if kind == DESCRIPTION:
            head = spans[0].root
            yield from (f"noun={head.lemma_.lower()}", f"article={_article(spans[0])} {type_}")
            yield f"owned={not id_.rpartition('.')[2].isalnum() or '.' not in id_} {type_}"
        yield f"first in {'opening' if spans[0].start < 60 else 'rest'} {type_}"


def _article(span: Span) -> str:
    return next((child.lower_ for child in span.root.children if child.dep_ == "det"), "none")


def _parts_played(doc: Doc) -> dict[str, dict[str, float]]:
    """For each entity the highest confidence of a frame in which it plays each role."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for frame in doc._.kg_frames:
        for role in _ROLES:
            parties: list[list[Any]] = [frame[role]] if role == "place" else frame[role]
            for party in parties:
                if party:
                    found[party[2]][role] = max(found[party[2]].get(role, 0.0), frame["confidence"])
    return found
