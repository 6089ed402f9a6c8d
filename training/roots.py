"""Measures MiniLM-L6 as a classifier of PLOVER roots where source and target are given, on the PLV sentences.

    python -m training.roots --data ../shared/data

Each sentence is read once with marks around source and target; the states at the marks, a look over the sentence from both,
and the first state decide. Five folds by sentence; settings were chosen within four of them. Writes benchmarks/roots.md.
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
from torch.optim import AdamW
from torch.optim.lr_scheduler import LambdaLR
from transformers import BertModel

from kg.nlp.ner import CASES, case_of
from training.minilm import SOURCE, load_tokenizer

SEED, FOLDS = 1, 5
EPOCHS, BATCH, RATE, FRESH_RATE, DECAY, SMOOTHING = 15, 32, 2e-4, 1e-3, 0.9, 0.1
MARKS = {"<s>": 1, "</s>": 2, "<t>": 3, "</t>": 4}
"""The marks of the corpus and the unused pieces that stand for them."""
_FIRST, _LAST, _UNKNOWN, _LONGEST = 101, 102, 100, 300
_DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
_REPORT = Path(__file__).parent.parent / "benchmarks" / "roots.md"


class Sentence(NamedTuple):
    """A sentence as the model reads it: pieces, cases, where source and target begin (0 where there is none), its root."""

    id: str
    pieces: list[int]
    cases: list[int]
    source: int
    target: int
    root: str


def read_sentences(path: Path) -> list[Sentence]:
    """The sentences of a PLV file."""
    nlp, tokenizer = spacy.blank("en"), load_tokenizer()
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [_to_sentence(row["id"], row["marked"], row["root"], nlp, tokenizer) for row in rows]


def _to_sentence(id_: str, marked: str, root: str, nlp: spacy.Language, tokenizer: Tokenizer) -> Sentence:
    pieces, cases, starts = [_FIRST], [0], {}
    for part in re.split(r"(</?[st]>)", marked):
        if part in MARKS:
            starts[part] = len(pieces)
            pieces.append(MARKS[part])
            cases.append(0)
            continue
        for token in nlp(part):
            if not token.is_space:
                found = tokenizer.encode(token.text, add_special_tokens=False).ids or [_UNKNOWN]
                pieces += found
                cases += [case_of(token.text)] * len(found)
    source, target = (start if (start := starts.get(mark, 0)) < _LONGEST else 0 for mark in ("<s>", "<t>"))
    return Sentence(id_, [*pieces[:_LONGEST], _LAST], [*cases[:_LONGEST], 0], source, target, root)


class Classifier(nn.Module):
    """MiniLM-L6 with the case of each word as second input, and a head over two marks."""

    def __init__(self, roots: int) -> None:
        super().__init__()
        self.bert = BertModel.from_pretrained(SOURCE, add_pooling_layer=False)
        embeddings, width = self.bert.embeddings, self.bert.config.hidden_size
        old = embeddings.token_type_embeddings.weight.data
        embeddings.token_type_embeddings = nn.Embedding(len(CASES), width)
        embeddings.token_type_embeddings.weight.data = (
            old[:1].repeat(len(CASES), 1) + torch.randn(len(CASES), width) * 0.01
        )
        embeddings.word_embeddings.requires_grad_(False)
        self.query, self.key = nn.Linear(2 * width, width), nn.Linear(width, width)
        self.hidden, self.out = nn.Linear(4 * width, width), nn.Linear(width, roots)
        self.dropout = nn.Dropout(0.1)

    def forward(self, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        """The logits of each root."""
        mask = batch["mask"]
        states = self.bert(batch["pieces"], attention_mask=mask, token_type_ids=batch["cases"]).last_hidden_state
        rows = torch.arange(len(states), device=states.device)
        source, target = states[rows, batch["source"]], states[rows, batch["target"]]
        asked = self.query(torch.cat([source, target], -1))
        weights = (asked[:, None] * self.key(states)).sum(-1) / math.sqrt(states.shape[-1])
        seen = (weights.masked_fill(mask == 0, -1e4).softmax(-1)[..., None] * states).sum(1)
        joined = torch.cat([source, target, seen, states[:, 0]], -1)
        return self.out(functional.gelu(self.hidden(self.dropout(joined))))


def to_batch(sentences: list[Sentence]) -> dict[str, torch.Tensor]:
    """The sentences padded to the longest."""
    size = max(len(sentence.pieces) for sentence in sentences)
    pieces, cases, mask = (torch.zeros(len(sentences), size, dtype=torch.long) for _ in range(3))
    for row, sentence in enumerate(sentences):
        length = len(sentence.pieces)
        pieces[row, :length] = torch.tensor(sentence.pieces)
        cases[row, :length] = torch.tensor(sentence.cases)
        mask[row, :length] = 1
    source, target = (torch.tensor([getattr(one, side) for one in sentences]) for side in ("source", "target"))
    batch = {"pieces": pieces, "cases": cases, "mask": mask, "source": source, "target": target}
    return {name: values.to(_DEVICE) for name, values in batch.items()}


def make_optimizer(model: Classifier, steps: int) -> tuple[AdamW, LambdaLR]:
    """AdamW whose rate is lower the deeper a layer lies, rises over a tenth of the steps and falls to nothing."""
    parts = []
    for name, weight in model.named_parameters():
        layer = re.match(r"bert\.encoder\.layer\.(\d)", name)
        depth = 5 - int(layer[1]) if layer else 6
        rate = RATE * DECAY**depth if name.startswith("bert.") else FRESH_RATE
        if weight.requires_grad:
            parts.append({"params": [weight], "lr": rate, "weight_decay": 0.01 if weight.dim() > 1 else 0.0})
    optimizer = AdamW(parts)
    return optimizer, LambdaLR(optimizer, lambda step: min((step + 1) / (0.1 * steps), (steps - step) / (0.9 * steps)))


def train(sentences: list[Sentence], roots: list[str]) -> Classifier:
    """A classifier that has learned the sentences; a root counts the more the rarer it is, by the square root."""
    torch.manual_seed(SEED)
    shuffle = random.Random(SEED)
    model = Classifier(len(roots)).to(_DEVICE).train()
    counts = Counter(sentence.root for sentence in sentences)
    mean = len(sentences) / len(counts)
    weights = torch.tensor([math.sqrt(mean / max(counts[root], 1)) for root in roots], device=_DEVICE)
    optimizer, schedule = make_optimizer(model, EPOCHS * math.ceil(len(sentences) / BATCH))
    for _ in range(EPOCHS):
        order = sorted(sentences, key=lambda sentence: len(sentence.pieces) + shuffle.random() * 15)
        groups = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
        shuffle.shuffle(groups)
        for group in groups:
            wanted = torch.tensor([roots.index(sentence.root) for sentence in group], device=_DEVICE)
            with torch.autocast(_DEVICE, torch.bfloat16, enabled=_DEVICE == "cuda"):
                logits = model(to_batch(group)).float()
            loss = functional.cross_entropy(logits, wanted, weight=weights, label_smoothing=SMOOTHING)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return model.eval()


@torch.no_grad()
def classify(model: Classifier, sentences: list[Sentence], roots: list[str]) -> list[str]:
    """The likeliest root of each sentence."""
    return [roots[int(model(to_batch([sentence])).argmax())] for sentence in sentences]


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
    wanted: list[str] = []
    found: list[str] = []
    for fold in range(options.folds):
        held_back = sentences[fold::FOLDS]
        model = train([sentence for number, sentence in enumerate(sentences) if number % FOLDS != fold], roots)
        wanted += [sentence.root for sentence in held_back]
        found += classify(model, held_back, roots)
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
