"""How a small transformer reads a document: whether a word tells an event and of which type, and who plays which part.

`training/reader.py` fine-tunes MiniLM-L6 on annotated news and writes the folder `seeds/models/reader`: `model.onnx` gives for each
piece its state and its odds over the types of `types.json` and none; `parts.onnx` gives for the states of a word and a mention, and
a root of PLOVER, the odds of neither, actor and recipient. See `docs/scorers.md`.
"""

import json
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from spacy.tokens import Doc, Span

from kg.nlp.minilm import MiniLM, model_folder, open_session
from kg.ontology import types

OWN = "own"


class Word(NamedTuple):
    """What the reader makes of a word: the probability of each type of event, of each root, and that it tells none."""

    types: dict[str, float]
    roots: dict[str, float]
    none: float


class Reader(MiniLM):
    """Doc → `Reading`, with the models of a folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.types: list[str] = json.loads((folder / "types.json").read_text(encoding="utf-8"))
        self.root_of = [str(types()[name].plover) for name in self.types]
        self.roots = sorted(set(self.root_of))

    @cached_property
    def parts(self) -> Any:
        """The session of `parts.onnx`."""
        return open_session(self.folder / "parts.onnx")

    def __call__(self, doc: Doc) -> "Reading":
        return Reading(self, doc)


def load_reader(path: str) -> Reader:
    """The reader of a folder; of `own` that of `seeds/models/reader`."""
    return Reader(model_folder(None if path == OWN else path, "reader", "types.json"))


class Reading:
    """What a reader makes of a document."""

    def __init__(self, reader: Reader, doc: Doc) -> None:
        self._reader = reader
        self._at: dict[int, tuple[int, int]] = {}
        self._words: dict[int, Word] = {}
        self._parts: dict[tuple[int, str, tuple[int, ...]], list[tuple[float, float] | None]] = {}
        self._states: list[Any] = []
        self._shares: list[Any] = []
        for number, (window, (states, scores)) in enumerate(reader.read(doc)):
            self._at |= {token.i: (number, first) for token, first in zip(window.tokens, window.firsts, strict=True)}
            self._states.append(states)
            self._shares.append(_softmax(scores))

    def tells(self, token: int) -> float:
        """How likely a word tells an event, of whatever type."""
        window, piece = self._at.get(token, (-1, -1))
        return 1 - float(self._shares[window][piece, -1]) if window >= 0 else 0.0

    def word(self, token: int) -> Word | None:
        """What a word tells; None of white space."""
        if token not in self._words and token in self._at:
            self._words[token] = self._word(*self._at[token])
        return self._words.get(token)

    def _word(self, window: int, piece: int) -> Word:
        *shares, none = self._shares[window][piece].tolist()
        names = self._reader.types
        roots = dict.fromkeys(self._reader.roots, 0.0)
        for root, share in zip(self._reader.root_of, shares, strict=True):
            roots[root] += share
        return Word(dict(zip(names, shares, strict=True)), roots, none)

    def parts(self, token: int, mentions: list[Span], root: str) -> list[tuple[float, float] | None]:
        """For each mention the probabilities that it is actor and recipient; None of one that is read apart from the word."""
        key = (token, root, tuple(span.root.i for span in mentions))
        if key not in self._parts:
            self._parts[key] = self._read_parts(*key)
        return self._parts[key]

    def _read_parts(self, token: int, root: str, mentions: tuple[int, ...]) -> list[tuple[float, float] | None]:
        found: list[tuple[float, float] | None] = [None] * len(mentions)
        window, piece = self._at.get(token, (-1, -1))
        near = {n: at[1] for n, other in enumerate(mentions) if (at := self._at.get(other)) and at[0] == window}
        if near and root in self._reader.roots:
            states = self._states[window]
            inputs = {
                "word": np.repeat(states[piece : piece + 1], len(near), axis=0),
                "mention": states[list(near.values())],
                "root": np.full(len(near), self._reader.roots.index(root), dtype=np.int64),
            }
            (scores,) = self._reader.parts.run(None, inputs)
            for number, (_, actor, recipient) in zip(near, _softmax(scores).tolist(), strict=True):
                found[number] = (actor, recipient)
        return found


def _softmax(scores: Any) -> Any:
    shares = np.exp(scores - scores.max(-1, keepdims=True))
    return shares / shares.sum(-1, keepdims=True)
