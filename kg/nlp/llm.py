"""`kg_llm`: statements as a language model behind an OpenAI-compatible server reads them, kept where the text bears them out.

One question a passage: its sentences, and the mentions that kg's own components have found in them. The model may only
point at mentions and quote words. What it quotes must stand in the passage, word for word; all offsets are computed here.
See docs/llm.md.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from enum import Enum
from functools import cache, cached_property
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, StrictUndefined
from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from spacy.language import Language
from spacy.tokens import Doc, Span

from kg.errors import KgError
from kg.model import content_id
from kg.nlp.arguments import pack
from kg.nlp.chat import Answer, Chat, default_cache
from kg.nlp.circumstances import quantity_of
from kg.nlp.mentions import get_mentions, plain, register_extensions
from kg.ontology import EVENT, MODALITIES, RELATION, Type, place_types, types

URL_VARIABLE, MODEL_VARIABLE = "KG_LLM_URL", "KG_LLM_MODEL"
_TEMPLATE = Path(__file__).with_name("llm.jinja")
_MOST_MENTIONS = 40
"""So many mentions a passage at most: their names are an enumeration in the schema, which is the same for all passages."""
_FEWEST_WORDS, _MOST_SENTENCES = 2, 2

NO_JSON = "the answer is not the JSON asked for"
CUT_OFF = "the rest of the answer was cut off: raise most_tokens"
NO_TYPE = "unknown type"
NO_MODALITY = "unknown modality"
NO_MENTION = "a party is no mention of the passage"
MALFORMED = "a statement is malformed"
NOT_VERBATIM = "the evidence is not verbatim in the text"
TOO_SHORT = "the evidence is a single word"
TOO_LONG = "the evidence runs over more than two sentences"
ELSEWHERE = "a party stands outside the evidence's sentence"
TWICE = "it has said so already"
UNFIT = "the parties do not fit the type"
EMPTIED = "a slot that the text does not bear out, left empty"

_REASONS = {"type": NO_TYPE, "modality": NO_MODALITY} | dict.fromkeys(
    ("actor", "recipient", "attribution", "place"), NO_MENTION
)


class Refused(Exception):
    """A statement of the model that is left out; the message says why."""


class Passage(NamedTuple):
    """Sentences that are asked about together, and their mentions: M1 is the first."""

    start: int
    end: int
    mentions: list[Span]


@Language.factory(
    "kg_llm",
    default_config={
        "url": None,
        "model": None,
        "sentences": 10,
        "concurrency": 4,
        "timeout": 120.0,
        "tries": 4,
        "pause": 1.0,
        "most_tokens": 2048,
        "seed": 1,
        "confidence": 0.5,
        "cache": None,
        "template": None,
    },
    requires=["doc.spans", "doc._.kg_times"],
    assigns=["doc._.kg_frames", "doc._.kg_refused"],
)
def make_llm(  # noqa: PLR0913, PLR0917  one parameter a setting
    nlp: Language,
    name: str,
    url: str | None,
    model: str | None,
    sentences: int,
    concurrency: int,
    timeout: float,
    tries: int,
    pause: float,
    most_tokens: int,
    seed: int,
    confidence: float,
    cache: str | None,
    template: str | None,
) -> "Llm":
    """The component that asks a server; `cache` is the folder of answers, in the user's folder for caches where none is given."""
    url = url or os.environ.get(URL_VARIABLE)
    if not url:
        raise KgError(
            f"{name} needs a server: give its URL by --set {name}.url=http://127.0.0.1:8080/v1 or in {URL_VARIABLE}"
        )
    if min(sentences, concurrency, tries, most_tokens) < 1 or not 0 <= confidence <= 1:
        raise KgError(f"{name}: sentences, concurrency, tries and most_tokens are 1 or more, confidence is 0 to 1")
    chat = Chat(
        url,
        model or os.environ.get(MODEL_VARIABLE),
        timeout=timeout,
        tries=tries,
        pause=pause,
        most_tokens=most_tokens,
        seed=seed,
        cache=Path(cache) if cache else default_cache(),
    )
    instructions = render_instructions(Path(template) if template else _TEMPLATE)
    return Llm(name, chat, instructions, sentences=sentences, concurrency=concurrency, confidence=confidence)


class Llm:
    """Doc → Doc with a frame for each statement of the model that the text bears out; the others in `kg_refused`."""

    def __init__(
        self, name: str, chat: Chat, instructions: str, *, sentences: int, concurrency: int, confidence: float
    ) -> None:
        register_extensions()
        self.name = name
        self.chat = chat
        self.instructions = instructions
        self.sentences = sentences
        self.concurrency = concurrency
        self.confidence = confidence
        self.kept = 0
        self.refused: Counter[str] = Counter()
        self.usage: Counter[str] = Counter()

    @cached_property
    def description(self) -> str:
        """The model, and a hash of what it is asked: another one means another run."""
        asked = content_id(self.instructions, schema(), self.sentences, self.confidence, self.chat.fixed)
        return f"{self.chat.model}, prompt {asked[:8]}"

    @property
    def summary(self) -> str:
        """What was asked and kept so far, in one line."""
        used, left_out = self.usage, self.refused.total() - self.refused[EMPTIED]
        reasons = ", ".join(f"{count} × {why}" for why, count in self.refused.most_common())
        return (
            f"requests: {used['requests']}, and {used['cached']} answered from the cache; "
            f"tokens: {used['asked']:,} in, {used['answered']:,} out; "
            f"statements: {self.kept} kept, {left_out} refused{f' ({reasons})' if reasons else ''}"
        )

    def __call__(self, doc: Doc) -> Doc:
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], batch_size: int = 8) -> Iterator[Doc]:
        """The documents in their order; their passages are asked about a few at a time."""
        executor = ThreadPoolExecutor(self.concurrency, thread_name_prefix=self.name)
        try:
            documents = iter(stream)
            while batch := list(islice(documents, batch_size)):
                asked = [(doc, [self._ask(executor, doc, one) for one in self._passages(doc)]) for doc in batch]
                for doc, questions in asked:
                    for passage, answer in questions:
                        self._take(doc, passage, answer.result())
                    yield doc
        finally:
            executor.shutdown(wait=False, cancel_futures=True)

    def _passages(self, doc: Doc) -> Iterator[Passage]:
        """The passages of a document that mention somebody: as many neighbouring sentences as fit."""
        mentions = get_mentions(doc)
        open_: Passage | None = None
        number = 0
        for sentence in doc.sents:
            here = [span for span in mentions if sentence.start <= span.start < sentence.end]
            if open_ and (number == self.sentences or len(open_.mentions) + len(here) > _MOST_MENTIONS):
                yield open_
                open_ = None
            if open_ is None:
                open_, number = Passage(sentence.start, sentence.end, []), 0
            open_ = Passage(open_.start, sentence.end, [*open_.mentions, *here][:_MOST_MENTIONS])
            number += 1
        if open_:
            yield open_

    def _ask(self, executor: ThreadPoolExecutor, doc: Doc, passage: Passage) -> tuple[Passage, "Future[Answer | None]"]:
        if not passage.mentions:
            return passage, executor.submit(lambda: None)
        question = render_passage(doc, passage)
        return passage, executor.submit(self.chat.ask, self.instructions, question, schema())

    def _take(self, doc: Doc, passage: Passage, answer: Answer | None) -> None:
        """Puts what an answer states on the document, and counts."""
        if answer is None:
            return
        self.usage["cached" if answer.cached else "requests"] += 1
        if not answer.cached:
            self.usage.update(asked=answer.asked, answered=answer.answered)
        if not answer.complete:
            self._refuse(doc, passage, answer.content[-200:], "", CUT_OFF)
        try:
            said = read_answer(answer)
        except Refused as refusal:
            self._refuse(doc, passage, answer.content[:200], "", str(refusal))
            return
        for one in said:
            try:
                frame = self._to_frame(doc, passage, one)
                if frame in doc._.kg_frames:
                    raise Refused(TWICE)
            except Refused as refusal:
                quote = one.get("evidence") if isinstance(one, dict) else one
                type_ = one.get("type") if isinstance(one, dict) else ""
                self._refuse(doc, passage, str(quote), str(type_), str(refusal))
            else:
                self.kept += 1
                doc._.kg_frames = [*doc._.kg_frames, frame]

    def _refuse(self, doc: Doc, passage: Passage, words: str, type_: str, why: str) -> None:
        self.refused[why] += 1
        refused = {"extractor": self.name, "start": passage.start, "type": _printable(type_), "why": why}
        doc._.kg_refused = [*doc._.kg_refused, refused | {"words": _printable(words)}]

    def _to_frame(self, doc: Doc, passage: Passage, item: Any) -> dict[str, Any]:
        """The frame of one statement; Refused where the text does not bear it out."""
        said = check(item)
        parties = {role: _mentions(passage, said[role]) for role in ("actor", "recipient", "attribution")}
        quote, sentences = self._evidence(doc, passage, said["evidence"], [*parties["actor"], *parties["recipient"]])
        actor, recipient = fit(types()[said["type"]], parties["actor"], parties["recipient"])
        place = next(iter(_mentions(passage, [said["place"]] if said["place"] else [])), None)
        if place is not None and place.label_ not in place_types():
            place = None
            self.refused[EMPTIED] += 1
        slots = {slot: self._slot(doc, passage, said[slot]) for slot in ("time", "quantity", "instrument", "topic")}
        return {
            "type": said["type"],
            "mode": None,
            "trigger": [quote.start, quote.end],
            "sentence": [sentences.start, sentences.end],
            "actor": [pack(span) for span in actor],
            "recipient": [pack(span) for span in recipient],
            "place": pack(place) if place is not None else None,
            "time": _time(doc, slots["time"]),
            "quantity": _quantity(slots["quantity"]),
            "instrument": plain(slots["instrument"].text) if slots["instrument"] else None,
            "topic": plain(slots["topic"].text) if slots["topic"] else None,
            "modality": said["modality"],
            "attribution": [pack(span) for span in parties["attribution"]],
            "confidence": self.confidence,
            "how": f"{self.description}; it quoted these words",
        }

    def _evidence(self, doc: Doc, passage: Passage, quote: str, parties: list[Span]) -> tuple[Span, Span]:
        """The tokens of the quote and of its sentences: the first place in the passage whose sentences hold all parties."""
        found = list(find_verbatim(doc, passage, quote))
        if not found:
            raise Refused(NOT_VERBATIM)
        if len(quote.split()) < _FEWEST_WORDS:
            raise Refused(TOO_SHORT)
        for span in found:
            sentences = Span(doc, span[0].sent.start, span[-1].sent.end)
            if len(_sentences(sentences)) > _MOST_SENTENCES:
                raise Refused(TOO_LONG)
            if all(sentences.start <= party.start and party.end <= sentences.end for party in parties):
                return span, sentences
        raise Refused(ELSEWHERE)

    def _slot(self, doc: Doc, passage: Passage, words: str | None) -> Span | None:
        """The first place of a slot's words in the passage; None, and counted, where they do not stand there."""
        if not words or not words.strip():
            return None
        found = next(find_verbatim(doc, passage, words), None)
        if found is None:
            self.refused[EMPTIED] += 1
        return found


# --- what is asked ---


def render_instructions(template: Path) -> str:
    """The instructions, with all types of the ontology; KgError where the template is missing or malformed."""
    try:
        made = Environment(undefined=StrictUndefined).from_string(template.read_text("utf-8"))
        chosen = {f"{kind}s": [type_ for type_ in types().values() if type_.kind == kind] for kind in (EVENT, RELATION)}
        return made.render(chosen)
    except Exception as error:  # jinja2's, the file system's, whatever a template calls
        raise KgError(f"{template} is no template of instructions ({error}): see docs/llm.md") from error


def render_passage(doc: Doc, passage: Passage) -> str:
    """The date, the sentences on a line each, and below each its mentions with the entities that they mean."""
    lines = [f"Published: {doc._.kg_published or 'unknown'}"]
    for number, sentence in enumerate(_sentences(Span(doc, passage.start, passage.end)), 1):
        lines.append(f"S{number}: {' '.join(sentence.text.split())}")
        for name, span in zip(_names(), passage.mentions, strict=False):
            if sentence.start <= span.start < sentence.end:
                entity = doc._.kg_entities.get(span.kb_id_, [span.label_, span.text])[1]
                meant = "" if entity == span.text else f" = {entity}"
                lines.append(f"  {name}: {' '.join(span.text.split())}{meant} ({span.label_})")
    return "\n".join(lines)


def _sentences(span: Span) -> list[Span]:
    return [sentence for sentence in span.doc.sents if span.start <= sentence.start < span.end]


def _names() -> list[str]:
    return [f"M{number}" for number in range(1, _MOST_MENTIONS + 1)]


@cache
def statement_model() -> type[BaseModel]:
    """One statement as the language model must write it: what makes the schema checks the answer too."""
    mention: Any = _enumeration("Mention", _names())
    mentions: Any = list[mention]
    words = (str | None, ...)
    fields: dict[str, Any] = {
        "evidence": (str, ...), "type": (_enumeration("Type", types()), ...),
        "actor": (mentions, ...), "recipient": (mentions, ...), "place": (mention | None, ...),
        "time": words, "quantity": words, "instrument": words, "topic": words,
        "modality": (_enumeration("Modality", MODALITIES), ...), "attribution": (mentions, ...),
    }  # fmt: skip
    model: type[BaseModel] = create_model("Statement", __config__=ConfigDict(extra="forbid"), **fields)
    return model


def _enumeration(name: str, values: Iterable[str]) -> Any:
    enumeration: Any = Enum
    return enumeration(name, {value: value for value in values}, type=str)


@cache
def schema() -> dict[str, Any]:
    """The JSON schema of an answer: the same for all passages, so that servers prepare it once."""
    statement: Any = statement_model()
    answer: Any = create_model("Statements", __config__=ConfigDict(extra="forbid"), statements=(list[statement], ...))
    found: dict[str, Any] = answer.model_json_schema()
    return found


# --- what is answered ---


def read_answer(answer: Answer) -> list[Any]:
    """The statements of an answer, as they are; of one that was cut off those that are whole. Refused where there are none."""
    text = answer.content
    try:
        found, _ = json.JSONDecoder().raw_decode(text, max(text.find("{"), 0))
        statements = found["statements"]
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        if answer.complete:
            raise Refused(NO_JSON) from error
        return _whole_ones(text)
    if not isinstance(statements, list):
        raise Refused(NO_JSON)
    return statements


def _whole_ones(text: str) -> list[Any]:
    """The objects in the list of an answer that ends in the middle."""
    found, position = [], text.find("[") + 1
    while (start := text.find("{", position)) >= 0:
        try:
            one, position = json.JSONDecoder().raw_decode(text, start)
        except (ValueError, RecursionError):
            break
        found.append(one)
    return found


def check(item: Any) -> dict[str, Any]:
    """A statement of the model with all its keys; Refused where it does not fit the schema."""
    try:
        return statement_model().model_validate(item).model_dump(mode="json")
    except ValidationError as error:
        raise Refused(_REASONS.get(str(next(iter(error.errors()[0]["loc"]), "")), MALFORMED)) from error


def find_verbatim(doc: Doc, passage: Passage, quote: str) -> Iterator[Span]:
    """The places in a passage where exactly these words stand, as whole words; only spaces and line ends may differ."""
    words = quote.split()
    if not words:
        return
    text = Span(doc, passage.start, passage.end)
    for match in re.finditer(r"(?<!\w)" + r"\s+".join(map(re.escape, words)) + r"(?!\w)", text.text):
        start, end = (text.start_char + offset for offset in match.span())
        span = doc.char_span(start, end, alignment_mode="expand")
        if span is not None:
            yield span


def fit(type_: Type, actor: list[Span], recipient: list[Span]) -> tuple[list[Span], list[Span]]:
    """The parties of a type, each entity once; Refused where one lacks, or a relation cannot join them."""
    actor = list({span.kb_id_: span for span in reversed(actor)}.values())[::-1]
    acting = {span.kb_id_ for span in actor}
    recipient = list({span.kb_id_: span for span in reversed(recipient) if span.kb_id_ not in acting}.values())[::-1]
    if type_.kind == RELATION:
        fits = bool(recipient) and all(span.label_ in type_.subjects for span in actor)
        fits = fits and all(span.label_ in type_.objects for span in recipient)
    elif type_.symmetric:
        fits = type_.alone or len(actor) + len(recipient) > 1
    else:
        fits = type_.alone or bool(recipient)
    if not actor or not fits:
        raise Refused(UNFIT)
    return actor, recipient


def _mentions(passage: Passage, names: list[str]) -> list[Span]:
    """The mentions of these names; Refused where the passage has not so many."""
    numbers = [int(name[1:]) - 1 for name in names]
    if any(number >= len(passage.mentions) for number in numbers):
        raise Refused(NO_MENTION)
    return [passage.mentions[number] for number in numbers]


def _time(doc: Doc, words: Span | None) -> list[str | None] | None:
    """EDTF value and words of a time: the value is what kg's own component for dates makes of it."""
    if words is None:
        return None
    values = [value for start, end, value in doc._.kg_times if start < words.end and words.start < end]
    return [next(iter(values), None), plain(words.text)]


def _quantity(words: Span | None) -> list[list[Any]]:
    """Value, unit and words of a counted noun, read by kg's own grammar."""
    found = quantity_of(words.root) if words is not None else None
    return [found] if found else []


def _printable(text: str) -> str:
    """One line without what a terminal would obey."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())[:300]
