"""`kg_ner` and `kg_ner_minilm`: kg's own finders of names, each in place of the model's `ner`.

Both were trained on news from outside the West (docs/model-card.md) and write `doc.ents` with OntoNotes labels, so that
all that reads the stock model's entities reads theirs. `kg_ner` is spaCy's own architecture and needs nothing more than
spaCy; `kg_ner_minilm` is a small transformer and needs the extra `geokg[minilm]` (onnxruntime, tokenizers).
"""

import json
from collections.abc import Iterable, Iterator
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from spacy.language import Language
from spacy.pipeline import EntityRecognizer
from spacy.tokens import Doc, Span, Token
from thinc.api import Config

from kg.errors import KgError
from kg.resources import resource

CASES = ("special", "lower", "title", "upper", "mixed", "other")
"""How a word is written; MiniLM reads lower case only and takes the number of the case as a second input."""
WINDOW = 160
"""The number of pieces that MiniLM reads at once: as many sentences as fit, for what is near tells what a name is."""
_BATCH = 8
_ASSIGNS = ["doc.ents", "token.ent_iob", "token.ent_type"]


@Language.factory("kg_ner", default_config={"path": None}, assigns=_ASSIGNS)
def make_ner(nlp: Language, name: str, path: str | None) -> EntityRecognizer:
    """spaCy's own finder of names with the weights of a folder, which is `seeds/models/ner` where none is given."""
    folder = _folder(path, "ner")
    config = Config().from_disk(folder / "config.cfg")["components"]["ner"]
    del config["factory"]
    recognizer: EntityRecognizer = nlp.create_pipe("ner", name=name, config=config)
    return recognizer.from_disk(folder / "ner", exclude=["vocab"])


@Language.factory("kg_ner_minilm", default_config={"path": None}, requires=["token.sent_start"], assigns=_ASSIGNS)
def make_minilm(nlp: Language, name: str, path: str | None) -> "MiniLM":
    """The finder of names that runs the MiniLM of a folder, which is `seeds/models/minilm` where none is given."""
    return MiniLM(_folder(path, "minilm"))


def _folder(path: str | None, name: str) -> Path:
    folder = Path(path) if path else resource("seeds", "models", name)
    if not folder.is_dir():
        raise KgError(f"{folder} holds no finder of names: give the folder that `training/ner.py` wrote")
    return folder


def _optional(module: str) -> Any:
    try:
        return import_module(module)
    except ImportError as error:
        raise KgError(f"kg_ner_minilm needs {module}: run `pip install geokg[minilm]`") from error


class Window(NamedTuple):
    """Neighbouring sentences as MiniLM reads them: pieces, their cases, and where each token begins."""

    tokens: list[Token]
    pieces: list[int]
    cases: list[int]
    firsts: list[int]


class MiniLM:
    """Doc → Doc with `doc.ents` as the ONNX model in a folder tags the first piece of each token."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tokenizer = _optional("tokenizers").Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tags: list[str] = json.loads((folder / "tags.json").read_text(encoding="utf-8"))
        self.ends = [self.tokenizer.token_to_id(mark) for mark in ("[CLS]", "[SEP]")]

    @cached_property
    def session(self) -> Any:
        """The ONNX session, opened by the process that needs it: it does not outlive a fork."""
        runtime = _optional("onnxruntime")
        options = runtime.SessionOptions()
        options.intra_op_num_threads = 1  # as spaCy's own components: more processes, not threads, use more cores
        return runtime.InferenceSession(self.folder / "model.onnx", options, providers=["CPUExecutionProvider"])

    def __call__(self, doc: Doc) -> Doc:
        windows = list(to_windows(doc, self.tokenizer))
        tags = ["O"] * len(doc)
        for start in range(0, len(windows), _BATCH):
            batch = windows[start : start + _BATCH]
            for window, best in zip(batch, self._best(batch), strict=True):
                for token, first in zip(window.tokens, window.firsts, strict=True):
                    tags[token.i] = self.tags[best[first + 1]]
        doc.ents = tuple(to_spans(doc, tags))
        return doc

    def _best(self, windows: list[Window]) -> Any:
        """The number of the likeliest tag of each piece, windows padded to the longest."""
        shape = (len(windows), max(len(window.pieces) for window in windows) + 2)
        ids, cases, mask = (np.zeros(shape, dtype=np.int64) for _ in range(3))
        for row, window in enumerate(windows):
            size = len(window.pieces) + 2
            ids[row, :size] = [self.ends[0], *window.pieces, self.ends[1]]
            cases[row, 1 : size - 1] = window.cases
            mask[row, :size] = 1
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": cases}
        return self.session.run(None, inputs)[0].argmax(-1)


def to_windows(doc: Doc, tokenizer: Any) -> Iterator[Window]:
    """The sentences of a document, joined as long as they fit; a longer one is cut."""
    unknown = [tokenizer.token_to_id("[UNK]")]
    window = Window([], [], [], [])
    for sentence in doc.sents:
        tokens = [token for token in sentence if not token.is_space]
        encodings = tokenizer.encode_batch([token.text for token in tokens], add_special_tokens=False)
        pieces = [encoding.ids or unknown for encoding in encodings]
        if window.pieces and len(window.pieces) + sum(map(len, pieces)) > WINDOW:
            yield window
            window = Window([], [], [], [])
        for token, ids in zip(tokens, pieces, strict=True):
            if window.pieces and len(window.pieces) + len(ids) > WINDOW:
                yield window
                window = Window([], [], [], [])
            _append(window, token, ids[:WINDOW])
    if window.pieces:
        yield window


def _append(window: Window, token: Token, ids: list[int]) -> None:
    window.tokens.append(token)
    window.firsts.append(len(window.pieces))
    window.pieces.extend(ids)
    window.cases.extend([case_of(token.text)] * len(ids))


def case_of(word: str) -> int:
    """The number of the case of a word in `CASES`.

    >>> [CASES[case_of(word)] for word in ("Kyiv", "KCNA", "iPhone", "troops", "2025", "A")]
    ['title', 'upper', 'mixed', 'lower', 'other', 'title']
    """
    if not any(character.isalpha() for character in word):
        return CASES.index("other")
    if word.islower():
        return CASES.index("lower")
    if word.isupper() and len(word) > 1:
        return CASES.index("upper")
    titled = word[0].isupper() and (len(word) == 1 or word[1:].islower())
    return CASES.index("title" if titled else "mixed")


def to_spans(doc: Doc, tags: Iterable[str]) -> Iterator[Span]:
    """The spans of `B-` and `I-` tags; an `I-` that goes on from nothing, or from another label, begins a span."""
    start, label = 0, ""
    for i, tag in enumerate([*tags, "O"]):
        prefix, _, name = tag.partition("-")
        if label and (prefix != "I" or name != label):
            yield Span(doc, start, i, label=label)
            label = ""
        if name and not label:
            start, label = i, name
