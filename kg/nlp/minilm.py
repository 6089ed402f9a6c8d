"""MiniLM as kg runs it: word pieces of neighbouring sentences with the case of each word, in ONNX sessions."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnxruntime
from spacy.tokens import Doc, Token
from tokenizers import Tokenizer

from kg.errors import KgError
from kg.resources import resource

CASES = ("special", "lower", "title", "upper", "mixed", "other")
"""How a word is written; MiniLM reads lower case only and takes the number of the case as a second input."""
WINDOW = 160
"""The number of pieces that MiniLM reads at once: as many sentences as fit, for what is near tells what a word means."""
_BATCH = 8


class Window(NamedTuple):
    """Neighbouring sentences as MiniLM reads them: pieces, their cases, and where each token begins."""

    tokens: list[Token]
    pieces: list[int]
    cases: list[int]
    firsts: list[int]


def model_folder(path: str | None, name: str, file: str) -> Path:
    """The folder of a model: the one given, else the one of that name in `seeds/models`; KgError where it lacks the file."""
    folder = Path(path) if path else resource("seeds", "models", name)
    if not (folder / file).is_file():
        raise KgError(f"{folder} holds no model (no {file}): give the folder that the script in `training/` wrote")
    return folder


class MiniLM:
    """A folder with `tokenizer.json` and ONNX models that read windows."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        vocabulary = self.tokenizer.get_vocab()
        self.ends = [vocabulary[mark] for mark in ("[CLS]", "[SEP]")]

    @cached_property
    def session(self) -> Any:
        """The session of `model.onnx`, opened by the process that needs it: it does not outlive a fork."""
        return open_session(self.folder / "model.onnx")

    def read(self, doc: Doc) -> Iterator[tuple[Window, list[Any]]]:
        """The windows of a document, each with the model's outputs for its pieces, `[CLS]` and `[SEP]` left out."""
        windows = list(to_windows(doc, self.tokenizer))
        for start in range(0, len(windows), _BATCH):
            batch = windows[start : start + _BATCH]
            outputs = self._run(batch)
            for row, window in enumerate(batch):
                yield window, [output[row, 1 : len(window.pieces) + 1] for output in outputs]

    def _run(self, windows: list[Window]) -> list[Any]:
        """The outputs of the model for windows padded to the longest."""
        shape = (len(windows), max(len(window.pieces) for window in windows) + 2)
        ids, cases, mask = (np.zeros(shape, dtype=np.int64) for _ in range(3))
        for row, window in enumerate(windows):
            size = len(window.pieces) + 2
            ids[row, :size] = [self.ends[0], *window.pieces, self.ends[1]]
            cases[row, 1 : size - 1] = window.cases
            mask[row, :size] = 1
        outputs: list[Any] = self.session.run(None, {"input_ids": ids, "attention_mask": mask, "token_type_ids": cases})
        return outputs


def open_session(path: Path) -> Any:
    """An ONNX session of one thread, as spaCy's own components: more processes, not threads, use more cores."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


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
