"""Measures MiniLM-L6 as a classifier of PLOVER roots where source and target are given, on the PLV sentences.

    python -m training.roots --data ../shared/data

The lower three layers stay as they are, so what they give is computed once; above them each word is marked as part of the source, of the
target, or of neither. The first states of both, a look over the sentence from them, and the first state of the sentence decide. Five folds
by sentence; settings were chosen within four of them. Writes benchmarks/roots.md.
"""

import argparse
import json
import math
import random
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import spacy
import torch
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional

from kg.nlp.minilm import case_of
from training.minilm import WIDTH, Encoder, load_tokenizer, make_layered_optimizer

SEED, FOLDS = 1, 5
EPOCHS, BATCH, RATE, FRESH_RATE, DECAY, SMOOTHING, DROPOUT = 15, 32, 2e-4, 1e-3, 0.9, 0.1, 0.1
MARKS = {"<s>": 1, "</s>": 0, "<t>": 2, "</t>": 0}
"""The marks of the corpus, and on which side the words behind each stand: of the source (1), the target (2), or neither."""
_FIRST, _LAST, _UNKNOWN, _LONGEST = 101, 102, 100, 300
_REPORT = Path(__file__).parent.parent / "benchmarks" / "roots.md"


class Sentence(NamedTuple):
    """A sentence as the model reads it: pieces, cases, sides, where source and target begin (0 where there is none), its root."""

    id: str
    pieces: list[int]
    cases: list[int]
    sides: list[int]
    source: int
    target: int
    root: str


def read_sentences(path: Path) -> list[Sentence]:
    """The sentences of a PLV file."""
    nlp, tokenizer = spacy.blank("en"), load_tokenizer()
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [_to_sentence(row["id"], row["marked"], row["root"], nlp, tokenizer) for row in rows]


def _to_sentence(id_: str, marked: str, root: str, nlp: spacy.Language, tokenizer: Tokenizer) -> Sentence:
    pieces, cases, sides, side = [_FIRST], [0], [0], 0
    starts: dict[int, int] = {}
    for part in re.split(r"(</?[st]>)", marked):
        if part in MARKS:
            side = MARKS[part]
            starts.setdefault(side, len(pieces))
            continue
        for token in nlp(part):
            if not token.is_space:
                found = tokenizer.encode(token.text, add_special_tokens=False).ids or [_UNKNOWN]
                pieces += found
                cases += [case_of(token.text)] * len(found)
                sides += [side] * len(found)
    source, target = (start if (start := starts.get(side, 0)) < _LONGEST else 0 for side in (1, 2))
    rows = ([*row[:_LONGEST], last] for row, last in ((pieces, _LAST), (cases, 0), (sides, 0)))
    return Sentence(id_, *rows, source, target, root)


class Classifier(nn.Module):
    """An encoder that knows source and target, and a head over their first states."""

    def __init__(self, roots: int) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.side = nn.Embedding(3, WIDTH)
        self.side.weight.data *= 0.02
        self.query, self.key = nn.Linear(2 * WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.hidden, self.out = nn.Linear(4 * WIDTH, WIDTH), nn.Linear(WIDTH, roots)
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        """The logits of each root."""
        mask = batch["mask"]
        states = self.encoder.above(self.dropout(batch["below"]) + self.side(batch["sides"]), mask, batch["cases"])
        rows = torch.arange(len(states))
        source, target = states[rows, batch["source"]], states[rows, batch["target"]]
        asked = self.query(torch.cat([source, target], -1))
        weights = (asked[:, None] * self.key(states)).sum(-1) / math.sqrt(states.shape[-1])
        seen = (weights.masked_fill(mask == 0, -1e4).softmax(-1)[..., None] * states).sum(1)
        joined = torch.cat([source, target, seen, states[:, 0]], -1)
        return self.out(functional.gelu(self.hidden(self.dropout(joined))))


Below = dict[str, torch.Tensor]
"""What the frozen layers give for each sentence, by its id."""


@torch.no_grad()
def read_below(sentences: list[Sentence]) -> Below:
    """What the frozen layers give for each sentence."""
    encoder = Encoder().eval()
    pieces = {one.id: torch.tensor([one.pieces]) for one in sentences}
    return {id_: encoder.below(row, torch.ones_like(row))[0] for id_, row in pieces.items()}


def to_batch(sentences: list[Sentence], below: Below) -> dict[str, torch.Tensor]:
    """The sentences padded to the longest."""
    size = max(len(sentence.pieces) for sentence in sentences)
    cases, sides, mask = (torch.zeros(len(sentences), size, dtype=torch.long) for _ in range(3))
    states = torch.zeros(len(sentences), size, WIDTH)
    for row, sentence in enumerate(sentences):
        length = len(sentence.pieces)
        cases[row, :length] = torch.tensor(sentence.cases)
        sides[row, :length] = torch.tensor(sentence.sides)
        mask[row, :length] = 1
        states[row, :length] = below[sentence.id]
    source, target = (torch.tensor([getattr(one, side) for one in sentences]) for side in ("source", "target"))
    return {"below": states, "cases": cases, "sides": sides, "mask": mask, "source": source, "target": target}


def train(sentences: list[Sentence], roots: list[str], below: Below) -> Classifier:
    """A classifier that has learned the sentences; a root counts the more the rarer it is, by the square root."""
    torch.manual_seed(SEED)
    shuffle = random.Random(SEED)
    model = Classifier(len(roots)).train()
    counts = Counter(sentence.root for sentence in sentences)
    mean = len(sentences) / len(counts)
    weights = torch.tensor([math.sqrt(mean / max(counts[root], 1)) for root in roots])
    steps = EPOCHS * math.ceil(len(sentences) / BATCH)
    optimizer, schedule = make_layered_optimizer(model, RATE, FRESH_RATE, DECAY, steps)
    for _ in range(EPOCHS):
        order = sorted(sentences, key=lambda sentence: len(sentence.pieces) + shuffle.random() * 15)
        groups = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
        shuffle.shuffle(groups)
        for group in groups:
            wanted = torch.tensor([roots.index(sentence.root) for sentence in group])
            loss = functional.cross_entropy(
                model(to_batch(group, below)), wanted, weight=weights, label_smoothing=SMOOTHING
            )
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return model.eval()


@torch.no_grad()
def classify(model: Classifier, sentences: list[Sentence], roots: list[str], below: Below) -> list[str]:
    """The likeliest root of each sentence."""
    return [roots[int(model(to_batch([sentence], below)).argmax())] for sentence in sentences]


def f1_of(wanted: list[str], found: list[str], root: str) -> float:
    """The F1 of one root."""
    right = sum(one == other == root for one, other in zip(wanted, found, strict=True))
    return 2 * right / max(wanted.count(root) + found.count(root), 1)


def main() -> None:
    """Cross-validates and writes the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--data", type=Path, default=Path("../shared/data"), help="the folder that holds plv/train.jsonl"
    )
    parser.add_argument("--folds", type=int, default=FOLDS, help="how many of the five folds to measure")
    options = parser.parse_args()
    sentences = sorted(read_sentences(options.data / "plv" / "train.jsonl"))
    random.Random(3).shuffle(sentences)
    roots = sorted({sentence.root for sentence in sentences})
    below = read_below(sentences)
    wanted: list[str] = []
    found: list[str] = []
    for fold in range(options.folds):
        held_back = sentences[fold::FOLDS]
        others = [sentence for number, sentence in enumerate(sentences) if number % FOLDS != fold]
        model = train(others, roots, below)
        wanted += [sentence.root for sentence in held_back]
        found += classify(model, held_back, roots, below)
        mean = sum(f1_of(wanted, found, root) for root in roots) / len(roots)
        print(f"after fold {fold + 1}: macro-F1 {mean:.3f} over {len(wanted)} sentences", flush=True)
    if options.folds == FOLDS:
        rows = [f"| {root} | {wanted.count(root)} | {f1_of(wanted, found, root):.3f} |" for root in roots]
        head = ["# PLOVER roots, source and target given", "", "Written by `python -m training.roots`.", ""]
        table = [
            "| root | sentences | F1 |",
            "| --- | ---: | ---: |",
            *rows,
            f"| mean | {len(wanted)} | {mean:.3f} |",
            "",
        ]
        _REPORT.write_text("\n".join([*head, *table]), encoding="utf-8")


if __name__ == "__main__":
    main()
