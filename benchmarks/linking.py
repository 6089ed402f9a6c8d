"""Measures which entity kg's names mean, on the public benchmarks of entity linking.

    python -m benchmarks.linking

As ELEVANT does (Bast, Hertel, Prange: EMNLP 2022, 2023): a prediction is right where both span and Wikidata id are gold's,
here without determiners and possessive endings on both sides; dates, quantities and names of classes (`chef`) do not
count; optional mentions are neither missed nor wrong. Where gold reads a passage in several ways (`Lille, France`: one
city, or a city and a state), the reading counts that agrees best. Beside kg stands a baseline of popularity: the same
names, each as the entity of the highest rank in the base that has this name. Writes `linking.json` and `linking.md`.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from spacy.tokens import Doc

from benchmarks.gold import GOLD, HERE
from benchmarks.tables import table
from kg.evaluation import Figures
from kg.gazetteer import Gazetteer, load_gazetteer
from kg.model import Document
from kg.nlp.linking import Linking
from kg.nlp.mentions import ADJECTIVE, NAME, get_mentions, plain
from kg.nlp.pipeline import DEFAULT_MODEL, load_pipeline
from kg.statements import analyse

FOLDER = GOLD.parent / "data" / "linking"
FILES = {
    "Wiki-Fair v2": "wiki-fair-v2-no-coref.benchmark.jsonl",
    "KORE50": "kore50.benchmark.jsonl",
    "RSS-500": "rss-500.benchmark.jsonl",
}
PUBLISHED = {"popularity": 0.47, "REL": 0.55, "ReFinED": 0.66}
"""F1 on news over all named mentions, as the authors of the benchmark report it."""
TYPES = frozenset({"Q215627", "Q27096213", "Q43229", "Q1656682"})
"""Gold's classes that the types of kg are part of: person, place, organisation, event."""
_NOT_NAMES = frozenset({"DATETIME", "QUANTITY"})
_UNKNOWN, _UNMAPPED = "<NIL>", "<NO_MAPPING>"
_LOOSE_START = re.compile(r"(?:(?:the|a|an|its|his|her|their|our)\s+|[\"'“‘(\s]+)+", re.IGNORECASE)
_LOOSE_END = re.compile(r"(?:['’]s?|[\"”’),\s]+)+$")

Place = tuple[int, int]
Table = dict[str, Any]


class Label(NamedTuple):
    """A gold mention: where it stands, what it means, and the mentions inside it that may be read in its place."""

    place: Place
    qid: str
    named: bool
    types: frozenset[str]
    optional: bool
    inner: "tuple[Label, ...]"

    def all(self) -> "Iterator[Label]":
        """The mention and those inside it."""
        yield self
        for label in self.inner:
            yield from label.all()


class Article(NamedTuple):
    """A text, the part of it that is annotated, and its gold mentions."""

    id: str
    text: str
    part: Place
    labels: tuple[Label, ...]


Predicted = dict[Place, str]
Scope = Callable[[Label], bool]


def read(path: Path) -> list[Article]:
    """The articles of a benchmark in ELEVANT's form."""
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return [to_article(row, f"{path.stem}-{number}") for number, row in enumerate(rows)]


def to_article(row: Table, id_: str) -> Article:
    """A row of a benchmark."""
    by_parent: dict[int | None, list[Table]] = {}
    for label in row["labels"]:
        by_parent.setdefault(label.get("parent"), []).append(label)

    def labels(parent: int | None) -> tuple[Label, ...]:
        return tuple(
            Label(
                trim(row["text"], *label["span"]), label["entity_id"], is_named(label),
                frozenset(label["type"].split("|")), bool(label.get("optional")), labels(label["id"]),
            )
            for label in by_parent.get(parent, [])
        )  # fmt: skip

    start, end = row["evaluation_span"]
    return Article(id_, row["text"], (start, end), labels(None))


def is_named(label: Table) -> bool:
    """True of mentions of one thing with a name of its own: by ELEVANT's rule, where Wikidata writes it with a capital."""
    if label["entity_id"] in _NOT_NAMES:
        return False
    first = next((letter for letter in label["name"] if letter.isalpha()), "")
    return first.isupper()


def trim(text: str, start: int, end: int) -> Place:
    """The place without determiners, quotation marks and possessive endings at its ends.

    >>> trim("the Kremlin's", 0, 13)
    (4, 11)
    """
    loose = _LOOSE_START.match(text, start, end)
    if loose and loose.end() < end:
        start = loose.end()
    ending = _LOOSE_END.search(text[start:end])
    return start, end - (len(ending.group()) if ending and ending.start() else 0)


# --- Predicting ---


class Systems:
    """kg and the baseline of popularity, over the same names of the same analysis."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer

    @cached_property
    def linking(self) -> Linking:
        """kg's linking, which runs after the baseline has read the names."""
        return Linking(self.gazetteer)

    def predict(self, articles: list[Article]) -> Iterator[tuple[Predicted, Predicted]]:
        """For each article what kg says and what the baseline says."""
        pipes = load_pipeline().pipe_names
        later = pipes[pipes.index("kg_linking") :]
        documents = (Document(article.id, article.text) for article in articles)
        for article, (_, doc) in zip(articles, analyse(documents, without=later), strict=True):
            popular = self._popular(article, doc)
            yield _predicted(article, self.linking(doc)), popular

    def _popular(self, article: Article, doc: Doc) -> Predicted:
        found = {}
        for span in get_mentions(doc):
            entities = self.gazetteer.find(plain(span.text))
            if entities:
                found[trim(article.text, span.start_char, span.end_char)] = entities[0].id
        return _with_ids(article, found)


def _predicted(article: Article, doc: Doc) -> Predicted:
    found = {
        trim(article.text, span.start_char, span.end_char): span.kb_id_
        for span in get_mentions(doc)
        if span.id_ in (NAME, ADJECTIVE)
    }
    return _with_ids(article, found)


def _with_ids(article: Article, found: Mapping[Place, str]) -> Predicted:
    """The predictions with a Wikidata id in the annotated part of the text."""
    first, last = article.part
    return {
        place: id_.removeprefix("wd:")
        for place, id_ in found.items()
        if id_.startswith("wd:") and first <= place[0] and place[1] <= last
    }


# --- Comparing ---


def count(article: Article, predicted: Predicted, scope: Scope) -> Figures:
    """Right, predicted and gold mentions of an article, for the gold mentions that a scope takes in.

    A prediction that is right about an optional mention, one out of scope or another reading counts as if not made.
    """
    chosen = [label for root in article.labels for label in reading(root, predicted, scope) if scope(label)]
    counted = [label for label in chosen if not label.optional and label.qid not in (_UNKNOWN, _UNMAPPED)]
    right = sum(is_right(label, predicted) for label in counted)
    known = [label for root in article.labels for label in root.all()]
    silent = {label.place for label in known if is_right(label, predicted) or label.qid == _UNMAPPED}
    wrong = sum(place not in silent for place in predicted)
    return Figures(right, right + wrong, len(counted))


def reading(label: Label, predicted: Predicted, scope: Scope) -> list[Label]:
    """A mention, or in its place those inside it, whichever agrees better with the prediction."""
    inner = [part for one in label.inner for part in reading(one, predicted, scope)]
    if not any(scope(part) for part in inner):
        return [label]
    if not scope(label):
        return inner
    balance = 2 * sum(is_right(part, predicted) for part in inner) - len(inner)
    return inner if balance > 2 * is_right(label, predicted) - 1 else [label]


def is_right(label: Label, predicted: Predicted) -> bool:
    """True where span and id are as gold says."""
    return predicted.get(label.place) == label.qid


def scopes(gazetteer: Gazetteer) -> dict[str, Scope]:
    """Which gold mentions count, by a name for the tables."""
    return {
        "in the base": lambda label: label.named and f"wd:{label.qid}" in gazetteer.rows,
        "kg's types": lambda label: label.named and bool(label.types & TYPES),
        "all named": lambda label: label.named,
    }


def measure(articles: list[Article], gazetteer: Gazetteer) -> Table:
    """Figures by scope and system."""
    results = list(Systems(gazetteer).predict(articles))
    rows: Table = {}
    for name, scope in scopes(gazetteer).items():
        for number, system in enumerate(("kg", "popularity")):
            pairs = zip(articles, results, strict=True)
            rows.setdefault(name, {})[system] = _sum(count(article, both[number], scope) for article, both in pairs)
    return rows


def _sum(counts: Iterable[Figures]) -> Table:
    total = Figures(*(sum(column) for column in zip(*counts, strict=True)))
    rates = {"precision": total.precision, "recall": total.recall, "f1": total.f1}
    return {name: round(rate, 3) for name, rate in rates.items()} | total._asdict()


# --- Writing ---

_HEAD = """# Linking

Written by `python -m benchmarks.linking`; the counts stand in `linking.json` too. Which entity a name means, measured as ELEVANT
does (Bast, Hertel and Prange, 2022 and 2023): on Wiki-Fair v2 (120 passages of Wikipedia, hand-annotated), KORE50 (50 sentences made
to be hard) and RSS-500 (one sentence each, of which only two names are annotated, so that only its recall says something). Nothing in
kg's base comes from them, and no rule was written for one of their texts; but the kinds of errors on Wiki-Fair and KORE50 have led to rules,
so they are no longer unseen. Right is a prediction whose span and Wikidata id are gold's, without determiners and possessive endings.
Not counted are dates, quantities, and what Wikidata writes in lower case; optional mentions are neither missed nor wrong.

- **in the base**: gold mentions whose id kg's knowledge base has: what linking alone answers for.
- **kg's types**: gold mentions of persons, places, organisations and events, in the base or not, by the class that gold gives.
- **all named**: every named mention, films, songs and species too: the figure to hold beside the published ones.

In all three every wrong id counts against precision, of whatever a name really means. *Popularity* is our baseline: kg's own spans,
each as the entity of the highest rank that the base has under that name, without context.
"""


def to_markdown(results: Table) -> str:
    """The page of the results."""
    rows = [
        [name, scope, system, row["precision"], row["recall"], f"**{row['f1']}**",
         f"{row['right']} / {row['predicted']} / {row['gold']}"]
        for name, by_scope in results["benchmarks"].items()
        for scope, by_system in by_scope.items()
        for system, row in by_system.items()
    ]  # fmt: skip
    heads = ["benchmark", "mentions", "system", "precision", "recall", "F1", "right / predicted / gold"]
    published = ", ".join(f"{name} {f1}" for name, f1 in results["published"].items())
    return (
        f"{_HEAD}\n{table(heads, rows)}\n\nPublished F1 on news, over all named mentions, of systems that know all of "
        f"Wikidata: {published} (Bast et al., 2023). kg's base holds {results['entities']:,} entities with a Wikidata id, for news of world politics.\n"
    )


def main() -> None:
    """Measures and writes the two files."""
    gazetteer = load_gazetteer()
    results = {
        "model": DEFAULT_MODEL,
        "entities": sum(id_.startswith("wd:") for id_ in gazetteer.rows),
        "published": PUBLISHED,
        "benchmarks": {name: measure(read(FOLDER / file), gazetteer) for name, file in FILES.items()},
    }
    (HERE / "linking.json").write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (HERE / "linking.md").write_text(to_markdown(results), encoding="utf-8")
    print(to_markdown(results), end="")


if __name__ == "__main__":
    main()
