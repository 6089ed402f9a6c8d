"""How well finders of names agree with the annotators, by class, and how fast they are beside the stock model."""

import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from spacy.language import Language
from spacy.tokens import Doc, Span

from kg.evaluation import Figures, evaluate
from kg.gazetteer import ADJECTIVE, PEOPLE, load_gazetteer
from kg.nlp.mentions import plain
from kg.nlp.names import MODEL_TYPES, gazetteer_spans, merge_spans
from training.corpora import WORLDWIDE, Sentence

CORE = ("Person", "Location", "Organization", "NORP")
_CLASS_OF_LABEL = {label: class_ for class_, labels in WORLDWIDE.items() for label in labels}
_CLASS_OF_TYPE = {type_: _CLASS_OF_LABEL[label] for label, type_ in MODEL_TYPES.items()} | {
    "Country": "Location",
    "Region": "Location",
    **dict.fromkeys(
        ("Government", "Military", "ArmedGroup", "Party", "Company", "Media", "InternationalOrganization"),
        "Organization",
    ),
}
Annotated = tuple[str, list[tuple[int, int, str]]]
_HEAD = """# Finders of names, compared

Written by `training/ner.py measure`. F1 on a fifth of worldwide held back by article (152 articles) and on CrossNER politics' test part
under worldwide's classes; four classes: Person, Location, Organization, NORP. Exact: the annotators' offsets; bare: without determiners
and possessive endings on both sides, as in the first table. Speed: the whole spaCy pipeline in processor time, as a ratio to the stock model in the same run
(above 1 is faster). Gold dev: `kg eval` with that finder in place of the model's.
"""
Finder = Callable[[Doc], Iterable[Span]]


class Count(NamedTuple):
    """Right, predicted and annotated names."""

    right: int
    predicted: int
    gold: int

    def to_dict(self) -> dict[str, float | int]:
        """Precision, recall and F1 beside the counts."""
        precision = self.right / self.predicted if self.predicted else 0.0
        recall = self.right / self.gold if self.gold else 0.0
        total = precision + recall
        f1 = 2 * precision * recall / total if total else 0.0
        return {"p": round(precision, 4), "r": round(recall, 4), "f1": round(f1, 4), **self._asdict()}


def from_model(doc: Doc) -> Iterable[Span]:
    """The model's entities as they are."""
    return doc.ents


def with_gazetteer(doc: Doc) -> Iterable[Span]:
    """The model's entities and the names of the knowledge base, agreed on as `kg_names` does."""
    names = [entity for entity in doc.ents if entity.label_ in MODEL_TYPES]
    yield from merge_spans(doc, list(gazetteer_spans(doc, load_gazetteer())), names)
    yield from (entity for entity in doc.ents if entity.label_ not in MODEL_TYPES)


def _class_of(span: Span) -> str | None:
    if span.label_ not in _CLASS_OF_TYPE:
        return _CLASS_OF_LABEL.get(span.label_)
    gazetteer = load_gazetteer()
    if any(gazetteer.find(plain(span.text), kind) for kind in (ADJECTIVE, PEOPLE)):
        return "NORP"
    return _CLASS_OF_TYPE[span.label_]


def to_articles(sentences: list[Sentence]) -> list[Annotated]:
    """The sentences of each article as one text, so that a finder may read beyond the sentence."""
    articles = []
    for _, group in itertools.groupby(sentences, key=lambda sentence: sentence.article):
        text, spans = "", []
        for sentence in group:
            spans += [(len(text) + a, len(text) + b, label) for a, b, label in sentence.spans]
            text += sentence.text + "\n\n"
        articles.append((text, spans))
    return articles


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    """The offsets without spaces, a determiner and a possessive ending: corpora differ on these, kg drops them."""
    start += len(text[start:end]) - len(text[start:end].lstrip())
    end -= len(text[start:end]) - len(text[start:end].rstrip())
    for word in ("the ", "The ", "a "):
        if text.startswith(word, start):
            start += len(word)
    for ending in ("'s", "’s"):
        if text[start:end].endswith(ending):
            end -= len(ending)
    return start, end


def _exact(start: int, end: int) -> tuple[int, int]:
    return start, end


def count(docs: list[Doc], gold: list[list[tuple[int, int, str]]], find: Finder, bare: bool) -> dict[str, Any]:
    """Figures by class, over `CORE` and over all classes that the gold has."""
    right, predicted, wanted = Counter(), Counter(), Counter()
    classes = {class_ for spans in gold for *_, class_ in spans}
    for doc, spans in zip(docs, gold, strict=True):
        cut = partial(_bare, doc.text) if bare else _exact
        theirs = {(*cut(span.start_char, span.end_char), _class_of(span)) for span in find(doc)}
        ours = {(*cut(a, b), class_) for a, b, class_ in spans}
        predicted.update(class_ for *_, class_ in theirs if class_ in classes)
        wanted.update(class_ for *_, class_ in ours)
        right.update(class_ for *_, class_ in theirs & ours)
    groups = {class_: (class_,) for class_ in WORLDWIDE if class_ in classes}
    groups |= {"core": CORE, "all": tuple(classes)}
    return {
        name: Count(*(sum(counter[c] for c in members) for counter in (right, predicted, wanted))).to_dict()
        for name, members in groups.items()
    }


def agreement(nlp: Language, sets: dict[str, list[Annotated]]) -> dict[str, Any]:
    """Figures on each set: by the model alone, exact; by the model alone, bare; with the knowledge base's names, bare."""
    found = {}
    for name, articles in sets.items():
        docs = list(nlp.pipe(text for text, _ in articles))
        gold = [spans for _, spans in articles]
        found[name] = {
            "model": count(docs, gold, from_model, bare=False),
            "model, bare": count(docs, gold, from_model, bare=True),
            "with gazetteer, bare": count(docs, gold, with_gazetteer, bare=True),
        }
    return found


def speeds(pipelines: dict[str, Language], texts: list[str]) -> dict[str, dict[str, float]]:
    """Sentences per second of processor time: the whole pipeline, best of three turns about, and its ratio to stock's."""
    seconds: dict[str, list[float]] = {name: [] for name in pipelines}
    sentences = 0
    for _ in range(3):
        for name, nlp in pipelines.items():
            begun = time.process_time()
            sentences = sum(len(list(doc.sents)) for doc in nlp.pipe(texts, batch_size=8))
            seconds[name].append(time.process_time() - begun)
    base = min(seconds["stock"])
    return {
        name: {"sentences/s": round(sentences / min(one), 1), "ratio": round(base / min(one), 3)}
        for name, one in seconds.items()
    }


def gold_entities(nlp: Language, folder: Path, gold: Path) -> dict[str, Any]:
    """What `kg eval` prints for entities and statements of the gold articles, with this pipeline under kg's components."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    nlp.to_disk(folder)
    figures = evaluate(gold, str(folder))
    rows = {name: figures[name] for name in ("entities", "linking", "all, root", "all, type", "time")}
    return {
        name: Count(*row).to_dict() if isinstance(row, Figures) else {"right": row.right, "of": row.of}
        for name, row in rows.items()
    }


def to_markdown(rows: dict[str, Any]) -> str:
    """The tables of benchmarks/ner.md."""
    return "\n".join([_HEAD, *_summary(rows), *(line for name in rows for line in _by_class(name, rows[name])), ""])


def _summary(rows: dict[str, Any]) -> Iterator[str]:
    yield "| finder | MB | speed | worldwide, four classes | nine classes | with gazetteer, four | politics, four | gold dev entities | linking | statements (root) |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for name, row in rows.items():
        world, politics, dev = row["worldwide"], row["politics"], row["gold dev"]
        cells = [
            name,
            f"{row['bytes'] / 1e6:.1f}" if row["bytes"] else "",
            f"{row['speed']['ratio']:.2f}",
            f"{world['model, bare']['core']['f1']:.3f}",
            f"{world['model, bare']['all']['f1']:.3f}",
            f"{world['with gazetteer, bare']['core']['f1']:.3f}",
            f"{politics['model, bare']['core']['f1']:.3f}",
            f"{dev['entities']['f1']:.3f}",
            f"{dev['linking']['right'] / dev['linking']['of']:.3f}",
            f"{dev['all, root']['f1']:.3f}",
        ]
        yield f"| {' | '.join(cells)} |"


def _by_class(name: str, row: dict[str, Any]) -> Iterator[str]:
    yield f"\n## {name}\n"
    yield "| set | finder | class | P | R | F1 | right | predicted | gold |"
    yield "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    for set_ in ("worldwide", "politics"):
        for how, classes in row[set_].items():
            for class_, figures in classes.items():
                numbers = " | ".join(f"{figures[key]:.3f}" for key in ("p", "r", "f1"))
                yield f"| {set_} | {how} | {class_} | {numbers} | {figures['right']} | {figures['predicted']} | {figures['gold']} |"
