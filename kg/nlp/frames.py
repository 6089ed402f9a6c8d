"""`kg_frames`: checks, completes and signs what the extractor before it has written to `doc._.kg_frames`.

`Frame` is the contract: what an extractor must write, and what stands where it writes nothing (see docs/extraction.md).
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from spacy.language import Language
from spacy.tokens import Doc

from kg.errors import KgError
from kg.nlp.mentions import register_extensions
from kg.ontology import MODALITIES, entity_types, types

Span = Annotated[list[int], Field(min_length=2, max_length=2)]
"""Start and end token."""
Mention = Annotated[list[Any], Field(min_length=4, max_length=4)]
"""Start and end token, CURIE and type of the entity."""


class Frame(BaseModel):
    """What an extractor says: plain data, so that a `Doc` can be stored and sent between processes."""

    model_config = ConfigDict(extra="allow")

    type: str
    sentence: Span
    actor: Annotated[list[Mention], Field(min_length=1)]
    recipient: list[Mention] = []
    trigger: Span | None = None
    mode: str | None = None
    place: Mention | None = None
    time: Annotated[list[str | None], Field(min_length=2, max_length=2)] | None = None
    quantity: list[Annotated[list[Any], Field(min_length=3, max_length=3)]] = []
    instrument: str | None = None
    topic: str | None = None
    modality: str = "asserted"
    attribution: list[Mention] = []
    confidence: Annotated[float, Field(ge=0, le=1)] = 1.0
    how: str = ""


@Language.factory(
    "kg_frames", default_config={"extractor": "kg"}, requires=["doc._.kg_frames"], assigns=["doc._.kg_frames"]
)
def make_frames(nlp: Language, name: str, extractor: str) -> "Frames":
    """The component that signs the new frames with the name of their extractor."""
    return Frames(extractor)


class Frames:
    """Doc → Doc in which each frame fits the contract and bears the name of its extractor.

    What an earlier extractor has said already (sentence, type, parties) is left out, and counted in `repeated`.
    """

    def __init__(self, extractor: str) -> None:
        register_extensions()
        self.extractor = extractor
        self.repeated = 0

    def __call__(self, doc: Doc) -> Doc:
        known = [frame for frame in doc._.kg_frames if "extractor" in frame]
        new = [self._signed(doc, frame) for frame in doc._.kg_frames if "extractor" not in frame]
        told = {_told(frame) for frame in known}
        fresh = [frame for frame in new if _told(frame) not in told]
        self.repeated += len(new) - len(fresh)
        doc._.kg_frames = known + fresh
        return doc

    def _signed(self, doc: Doc, frame: Any) -> dict[str, Any]:
        """The frame with all its keys; KgError where it breaks the contract, since that is a fault of the component."""
        try:
            complete = Frame.model_validate(frame).model_dump()
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "the whole"
            raise KgError(self._complaint(f"{where}: {first['msg']}")) from error
        wrong = _what_is_wrong(doc, complete)
        if wrong:
            raise KgError(self._complaint(wrong))
        return {**complete, "trigger": complete["trigger"] or complete["sentence"], "extractor": self.extractor}

    def _complaint(self, what: str) -> str:
        return f"the extractor {self.extractor} wrote a frame that breaks the contract of docs/extraction.md ({what}): mend the component"


def _what_is_wrong(doc: Doc, frame: dict[str, Any]) -> str:
    """The first fault that shapes do not tell, or nothing."""
    if frame["type"] not in types():
        return f"type: {frame['type']!r} is no type of the ontology"
    if frame["modality"] not in MODALITIES:
        return f"modality: {frame['modality']!r} is none of {', '.join(MODALITIES)}"
    spans = [frame["sentence"], *([frame["trigger"]] if frame["trigger"] else [])]
    mentions = [*frame["actor"], *frame["recipient"], *frame["attribution"]]
    mentions += [frame["place"]] if frame["place"] else []
    for start, end in [*spans, *(mention[:2] for mention in mentions)]:
        if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(doc)):
            return f"[{start}, {end}] are no tokens of a document of {len(doc)}"
    for _, _, id_, type_ in mentions:
        if not isinstance(id_, str) or ":" not in id_:
            return f"{id_!r} is no CURIE of an entity"
        if type_ not in entity_types():
            return f"{type_!r} is no type of entity"
    return ""


def _told(frame: dict[str, Any]) -> tuple[Any, ...]:
    """Sentence, type and parties of a frame; of a symmetric type all parties on one side."""
    actors, recipients = (frozenset(mention[2] for mention in frame[role]) for role in ("actor", "recipient"))
    parties = (actors | recipients,) if types()[frame["type"]].symmetric else (actors, recipients)
    return frame["sentence"][0], frame["type"], *parties
