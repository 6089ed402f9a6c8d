"""Measures kg: quality on annotated articles, speed beside bare spaCy, and its store beside rdflib's own.

    python -m benchmarks.run

Times are processor time, so that other programs disturb little, and stand as ratios within one run, because they depend
on the machine. Writes `results.json` and `results.md`.
"""

import json
import os
import platform
import signal
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from time import process_time
from typing import Any

import pyoxigraph
import spacy
from rdflib import Dataset
from rdflib.query import ResultRow
from spacy.language import Language

import kg
from benchmarks.gold import GOLD, HERE, read_floors
from benchmarks.tables import to_markdown
from kg.errors import InvalidStatements
from kg.evaluation import Accuracy, Figures, evaluate
from kg.model import Document
from kg.nlp.pipeline import DEFAULT_MODEL, WITHOUT_READER, load_pipeline
from kg.ontology import NAMESPACES
from kg.queries import NamedQuery, named_queries
from kg.resources import resource
from kg.statements import analyse, to_entities, to_statements
from kg.store import Store

WIKINEWS = GOLD.parent / "data" / "wikinews" / "articles.jsonl"
PACKAGES = ("spacy", "rdflib", "pyoxigraph", "oxrdflib", "pyshacl")
SAMPLE = 4
"""Every fourth document is enough for the parts of the extraction."""
AFTER_ENTITIES = ("kg_attribution", "kg_dates", "kg_events", "kg_relations", "kg_salience")
BATCH = 16
LIMIT = 30
"""Seconds of processor time after which a query is given up."""
ROUNDS = 3
LONG = 1.0
"""Seconds from which one round is enough."""

Table = dict[str, Any]


def main() -> None:
    """Measures all and writes the two files of results."""
    with tempfile.TemporaryDirectory() as folder:
        speed, store = measure_speed(Path(folder))
    results = {"setting": setting(), "quality": measure_quality(), "speed": speed, "store": store}
    (HERE / "results.json").write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (HERE / "results.md").write_text(to_markdown(results), encoding="utf-8")
    print(to_markdown(results), end="")


def setting() -> Table:
    """What the figures depend on."""
    return {
        "kg": kg.__version__,
        "model": DEFAULT_MODEL,
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        **{name: version(name) for name in PACKAGES},
    }


def measure_quality() -> Table:
    """The rows of `kg eval` for each gold set that is there."""
    sets = [name for name in read_floors() if (GOLD / name).is_dir()]
    return {
        name: {row: _rounded(value) for row, value in evaluate(GOLD / name, DEFAULT_MODEL).items()} for name in sets
    }


def _rounded(value: Figures | Accuracy) -> Table:
    if isinstance(value, Accuracy):
        return {"accuracy": round(value.right / value.of, 3) if value.of else None} | value._asdict()
    rates = {"precision": value.precision, "recall": value.recall, "f1": value.f1}
    return {name: round(rate, 3) for name, rate in rates.items()} | value._asdict()


# --- Reading ---


def read_corpus() -> tuple[str, list[Document]]:
    """The news of Wikinews where it is there, else the articles that kg ships; with its name."""
    if WIKINEWS.is_file():
        return "Wikinews 2019-20", list(kg.read(WIKINEWS))
    return "seeds/articles", list(kg.read(resource("seeds", "articles")))


def measure_speed(folder: Path) -> tuple[Table, Table]:
    """How fast spaCy alone, kg's extraction and its store are, by turns over one corpus; then the graph's own table."""
    corpus, documents = read_corpus()
    bare = spacy.load(DEFAULT_MODEL)
    for nlp in (bare, load_pipeline(), load_pipeline(extractors=WITHOUT_READER), load_pipeline(ner="kg_ner_minilm")):
        nlp(documents[0].text)
    seconds: dict[str, float] = defaultdict(float)
    sentences = refused = 0
    with kg.open(folder / "corpus.kg") as store:
        for start in range(0, len(documents), BATCH):
            batch = documents[start : start + BATCH]
            print(f"reading {corpus}: {start} of {len(documents)}", file=sys.stderr)
            with timed(seconds, "spacy"):
                sentences += sum(len(list(doc.sents)) for doc in bare.pipe(document.text for document in batch))
            with timed(seconds, "extract"):
                found = [(to_statements(document, doc), to_entities(doc)) for document, doc in analyse(batch)]
            measure_parts(batch[::SAMPLE], bare, seconds)
            with timed(seconds, "store"):
                for document, (statements, mentions) in zip(batch, found, strict=True):
                    try:
                        store.add(document, statements, mentions)
                    except InvalidStatements:
                        refused += 1
        stored = measure_store(store, folder)
    sample = seconds["spacy"] / seconds["sample: spacy"]
    stages = {
        "bare spaCy pipeline": seconds["spacy"],
        "bare spaCy pipeline, one document at a time": seconds["sample: spacy one by one"] * sample,
        "kg, names and entities": seconds["sample: entities"] * sample,
        "kg, extraction without the reader": seconds["sample: rules"] * sample,
        "kg, extraction": seconds["extract"],
        "kg, extraction, checks and store": seconds["extract"] + seconds["store"],
    }
    stages["kg, extraction with kg_ner_minilm"] = seconds["sample: minilm"] * sample
    counts = {"corpus": corpus, "documents": len(documents), "sentences": sentences, "set_aside": refused}
    return counts | {"stages": {name: _rate(taken, counts, seconds["spacy"]) for name, taken in stages.items()}}, stored


def measure_parts(documents: list[Document], bare: Language, seconds: dict[str, float]) -> None:
    """Times, on some of the documents, what takes part in the extraction beside spaCy over the same ones."""
    with timed(seconds, "sample: spacy"):
        list(bare.pipe(document.text for document in documents))
    with timed(seconds, "sample: spacy one by one"):
        list(bare.pipe((document.text for document in documents), batch_size=1))
    with timed(seconds, "sample: entities"):
        list(analyse(documents, without=AFTER_ENTITIES))
    with timed(seconds, "sample: rules"):
        list(analyse(documents, extractors=WITHOUT_READER))
    with timed(seconds, "sample: minilm"):
        list(analyse(documents, ner="kg_ner_minilm"))


def _rate(taken: float, counts: Table, unit: float) -> Table:
    return {
        "documents_per_second": round(counts["documents"] / taken, 1),
        "sentences_per_second": round(counts["sentences"] / taken),
        "times_spacy": round(taken / unit, 2),
    }


@contextmanager
def timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    """Adds the time that the block takes under the name."""
    began = process_time()
    yield
    seconds[name] += process_time() - began


# --- Asking ---


def measure_store(store: Store, folder: Path) -> Table:
    """Loading and the named queries: kg's store on disk beside rdflib's own in memory, over the same quads."""
    quads = folder / "corpus.nq"
    with quads.open("wb") as file:
        store.dump(file, "nquads")
    memory = Dataset(default_union=True)
    loads = {
        "rdflib": seconds_of(lambda: memory.parse(quads, format="nquads")),
        "kg": seconds_of(lambda: pyoxigraph.Store(str(folder / "again")).bulk_load(path=str(quads))),
    }
    memory.parse(resource("ontology", "kg.ttl"), format="turtle")
    memory.parse(resource("ontology", "plover.ttl"), format="turtle")
    return {
        "quads": sum(1 for _ in quads.open("rb")),
        "load": _ratio(loads),
        "queries": {query.name: _compare(store.dataset, memory, query) for query in named_queries().values()},
    }


def seconds_of(run: Callable[[], object]) -> float:
    """How long the call takes."""
    began = process_time()
    run()
    return process_time() - began


def _ratio(seconds: Mapping[str, float | None]) -> Table:
    """The two times, and rdflib's in units of kg's; None where the query was given up."""
    rdflib, own = seconds["rdflib"], seconds["kg"]
    return {name: None if taken is None else round(taken, 4) for name, taken in seconds.items()} | {
        "times_rdflib": None if rdflib is None or own is None else round(rdflib / own, 1)
    }


def _compare(dataset: Dataset, memory: Dataset, query: NamedQuery) -> Table:
    print(f"asking {query.name}", file=sys.stderr)
    own, rows = answer(dataset, query.text)
    rdflib, others = answer(memory, query.text)
    return _ratio({"rdflib": rdflib, "kg": own}) | {
        "rows": len(rows),
        "same": None if rdflib is None else rows == others,
    }


def answer(dataset: Dataset, query: str) -> tuple[float | None, list[tuple[str, ...]]]:
    """The shortest time of a few rounds, and the rows, sorted; None where the time limit was reached."""
    times: list[float] = []
    rows: list[tuple[str, ...]] = []
    try:
        with limited(LIMIT):
            while len(times) < ROUNDS and (not times or times[-1] < LONG):
                began = process_time()
                found = dataset.query(query, initNs=NAMESPACES)
                rows = sorted(tuple(map(str, row)) for row in found if isinstance(row, ResultRow))
                times.append(process_time() - began)
    except TimeoutError:
        return None, []
    return min(times), rows


@contextmanager
def limited(seconds: int) -> Iterator[None]:
    """Raises TimeoutError inside the block after so many seconds of processor time."""

    def give_up(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGPROF, give_up)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


if __name__ == "__main__":
    main()
