"""Measures coreference on MEANTIME: `python -m benchmarks.coreference` writes `coreference.json` and `coreference.md`.

The English part of MEANTIME (Minard et al. 2016, CC BY 4.0) is 120 Wikinews articles whose first sentences are annotated.
kg reads the whole article; only what stands in the annotated sentences is compared.

- **Mentions.** A mention of kg (name, adjective, description, pronoun) and one of the annotators are the same where one
  lies within the other and holds its head; pairs are one to one, those of the most alike extent first. The annotators'
  head where they give one, else the root in the parse. Where kg gives one span to several entities (`both companies`),
  it is left out of the partition: the annotators give such a span an entity of its own.
- **Pronouns.** Third-person personal, possessive and reflexive ones that the annotators put in an entity with a name or
  a description. One that kg resolves is right where the nearest mention before it (else behind it) that kg gives to the
  same entity, that is no pronoun and that the annotators have too, is in the annotators' entity. Of several entities
  (`they`) all must be so, or lie within one mention of that entity (`Airbus and Boeing`).
"""

import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import dateparser
from spacy.tokens import Doc, Span

from benchmarks.clusters import MEASURES, Partition, Score, score
from benchmarks.gold import GOLD, HERE
from benchmarks.tables import table
from kg.evaluation import Figures
from kg.model import Document
from kg.nlp.mentions import PRONOUN, get_mentions
from kg.nlp.pipeline import DEFAULT_MODEL
from kg.nlp.pronouns import PRONOUNS
from kg.statements import analyse

MEANTIME = GOLD.parent / "data" / "meantime" / "intra-doc_annotation"
_OPENING = frozenset("( [ $ £ € “".split())
_CLOSING = re.compile(r"[^\w\s$£€“(\[]|'s|n't|'|’s")
_QUOTES = {"``": "“", "''": "”"}


class Marked(NamedTuple):
    """An annotated mention: first and last character, the last character of its head or None, and its entity."""

    start: int
    end: int
    head: int | None
    entity: str


class Annotated(NamedTuple):
    """An article, the end of its annotated part, and the mentions there."""

    document: Document
    end: int
    mentions: list[Marked]


class Found(NamedTuple):
    """A mention of kg and the number of the annotators' mention that is the same, if there is one."""

    span: Span
    same: int | None


# --- Reading ---


def read_meantime(folder: Path) -> list[Annotated]:
    """The articles of all parts of the corpus, sorted by name."""
    return [read_article(file) for file in sorted(folder.glob("corpus_*/*.xml"))]


def read_article(file: Path) -> Annotated:
    """An article of MEANTIME; its text is made from the tokens, its second line tells its date."""
    root = ElementTree.parse(file).getroot()
    tokens = root.findall("token")
    text, at = _join(tokens)
    line = " ".join(token.text or "" for token in tokens if token.get("sentence") == "1")
    date = dateparser.parse(line, languages=["en"]) if re.search(r"\d{4}", line) and len(line) < 40 else None
    entities = {
        source.get("m_id"): target.get("m_id", "")
        for relation in root.iter("REFERS_TO")
        for target in relation.findall("target")
        for source in relation.findall("source")
    }
    mentions = []
    for element in root.iter("ENTITY_MENTION"):
        places = sorted(at[anchor.get("t_id", "")] for anchor in element.findall("token_anchor"))
        if not places:
            continue
        entity = entities.get(element.get("m_id"), f"alone {element.get('m_id')}")
        start, end = places[0][0], places[-1][1]
        mentions.append(Marked(start, end, _end_of_head(text, start, end, element.get("head") or ""), entity))
    end = max((mention.end for mention in mentions), default=0)
    sentence = max(int(token.get("sentence", 0)) for token in tokens if at[token.get("t_id", "")][0] < end)
    last = max(at[token.get("t_id", "")][1] for token in tokens if int(token.get("sentence", 0)) <= sentence)
    published = date.date() if date else None
    return Annotated(Document(file.stem, text, published=published), last, mentions)


def _join(tokens: list[ElementTree.Element]) -> tuple[str, dict[str, tuple[int, int]]]:
    """The text of tokens, with title and date on lines of their own, and where each token stands."""
    text, at, before = "", {}, 0
    for token in tokens:
        word = _QUOTES.get(token.text or "", token.text or "")
        sentence = int(token.get("sentence", 0))
        if sentence != before and before < 2:
            text += "\n\n"
        elif text and text[-1] not in _OPENING and not _CLOSING.fullmatch(word):
            text += " "
        at[token.get("t_id", "")] = (len(text), len(text) + len(word))
        text, before = text + word, sentence
    return text, at


def _end_of_head(text: str, start: int, end: int, head: str) -> int | None:
    found = text.lower().find(head.lower(), start, end) if head else -1
    return found + len(head) - 1 if found >= 0 else None


# --- Comparing ---


def align(doc: Doc, article: Annotated) -> list[Found]:
    """kg's mentions in the annotated part, each with the annotators' mention that is the same, if there is one."""
    spans = list({(span.start, span.end): span for span in get_mentions(doc) if span.end_char <= article.end}.values())
    pairs = sorted(
        (abs(mention.start - span.start_char) + abs(mention.end - span.end_char), i, j)
        for i, span in enumerate(spans)
        for j, mention in enumerate(article.mentions)
        if _is_same(span, mention)
    )
    same: dict[int, int] = {}
    taken: set[int] = set()
    for _, i, j in pairs:
        if i not in same and j not in taken:
            same[i] = j
            taken.add(j)
    numbers = {(span.start, span.end): same.get(i) for i, span in enumerate(spans)}
    return [
        Found(span, numbers[span.start, span.end]) for span in get_mentions(doc) if (span.start, span.end) in numbers
    ]


def _is_same(span: Span, mention: Marked) -> bool:
    start, end = span.start_char, span.end_char
    if mention.start <= start and end <= mention.end:
        head = mention.head
        if head is None:
            marked = span.doc.char_span(mention.start, mention.end, alignment_mode="expand")
            head = marked.root.idx if marked is not None else mention.end - 1
        return start <= head < end
    return start <= mention.start and mention.end <= end and mention.start <= span.root.idx < mention.end


def partitions(article: Annotated, found: list[Found]) -> tuple[Partition, Partition]:
    """The annotators' entities and kg's, as sets of mentions: numbers of the annotators' ones, else offsets."""
    theirs: dict[str, set[Any]] = defaultdict(set)
    for number, mention in enumerate(article.mentions):
        theirs[mention.entity].add(number)
    several = Counter((mention.span.start, mention.span.end) for mention in found)
    ours: dict[str, set[Any]] = defaultdict(set)
    for span, same in found:
        if several[span.start, span.end] == 1:
            ours[span.kb_id_].add(same if same is not None else (span.start, span.end))
    return [frozenset(one) for one in theirs.values()], [frozenset(one) for one in ours.values()]


def judge_pronouns(doc: Doc, article: Annotated, found: list[Found]) -> Iterator[tuple[str, bool, bool]]:
    """For each annotated pronoun its class, whether kg resolves it, and whether it does so rightly."""
    named = {
        mention.entity
        for mention in article.mentions
        if doc.text[mention.start : mention.end].lower() not in PRONOUNS and _is_third(doc, mention)
    }
    for mention in article.mentions:
        class_ = PRONOUNS.get(doc.text[mention.start : mention.end].lower())
        if class_ is None or mention.entity not in named:
            continue
        ours = [one.span for one in found if one.span.start_char == mention.start and one.span.end_char == mention.end]
        nearest = [_nearest(span, article, found) for span in ours if span.id_ == PRONOUN]
        yield class_, bool(nearest), bool(nearest) and _is_right(mention.entity, nearest, article)


def _is_third(doc: Doc, mention: Marked) -> bool:
    """False of a pronoun of another person or kind (`we`, `which`)."""
    span = doc.char_span(mention.start, mention.end, alignment_mode="expand")
    return span is not None and not (len(span) == 1 and span[0].pos_ == "PRON")


def _nearest(pronoun: Span, article: Annotated, found: list[Found]) -> Marked | None:
    same = [one for one in found if one.span.kb_id_ == pronoun.kb_id_ and one.span.id_ != PRONOUN]
    both = [article.mentions[one.same] for one in same if one.same is not None]
    before = [mention for mention in both if mention.end <= pronoun.start_char]
    behind = [mention for mention in both if mention.end > pronoun.start_char]
    return max(before, key=lambda mention: mention.start, default=None) or min(
        behind, key=lambda mention: mention.start, default=None
    )


def _is_right(entity: str, nearest: list[Marked | None], article: Annotated) -> bool:
    antecedents = [mention for mention in nearest if mention is not None]
    if len(antecedents) < len(nearest):
        return False
    if all(mention.entity == entity for mention in antecedents):
        return True
    return len(antecedents) > 1 and any(
        all(whole.start <= mention.start and mention.end <= whole.end for mention in antecedents)
        for whole in article.mentions
        if whole.entity == entity
    )


# --- Writing ---


def measure(articles: list[Annotated], model: str = DEFAULT_MODEL) -> dict[str, Any]:
    """The scores with and without singletons, of the mentions, and of the pronouns by class, with counts."""
    by_id = {article.document.id: article for article in articles}
    compared: list[tuple[Partition, Partition]] = []
    judged: list[tuple[str, bool, bool]] = []
    for document, doc in analyse((article.document for article in articles), model):
        article = by_id[document.id]
        found = align(doc, article)
        compared.append(partitions(article, found))
        judged += judge_pronouns(doc, article, found)
    classes = sorted({class_ for class_, *_ in judged})
    return {
        "documents": len(articles),
        "mentions": _rates(_mentions(compared)),
        "without singletons": _scores(score(compared, singletons=False)),
        "with singletons": _scores(score(compared)),
        "pronouns": {name: _rates(_pronouns(judged, name)) for name in classes}
        | {"all": _rates(_pronouns(judged, *classes))},
    }


def _mentions(compared: Iterable[tuple[Partition, Partition]]) -> Figures:
    both = [(set().union(*gold), set().union(*found)) for gold, found in compared]
    return Figures(*(sum(counts) for counts in zip(*((len(a & b), len(b), len(a)) for a, b in both), strict=True)))


def _pronouns(judged: list[tuple[str, bool, bool]], *classes: str) -> Figures:
    rows = [row for row in judged if row[0] in classes]
    return Figures(sum(right for *_, right in rows), sum(resolved for _, resolved, _ in rows), len(rows))


def _rates(figures: Figures) -> dict[str, float | int]:
    rates = {"precision": figures.precision, "recall": figures.recall, "f1": figures.f1}
    return {name: round(rate, 3) for name, rate in rates.items()} | figures._asdict()


def _scores(scores: dict[str, Score]) -> dict[str, dict[str, float]]:
    return {name: {part: round(value, 3) for part, value in row._asdict().items()} for name, row in scores.items()}


def to_markdown(results: dict[str, Any]) -> str:
    """The results as tables, with what they mean."""
    heads = ["entities", "measure", "precision", "recall", "F1"]
    rows = [
        [which, name, *(results[which][name][part] for part in ("precision", "recall", "f1"))]
        for which in ("without singletons", "with singletons")
        for name in (*MEASURES, "CoNLL")
    ]
    counted = [["mentions", results["mentions"]]] + [
        [f"pronouns, {name}", row] for name, row in results["pronouns"].items()
    ]
    counts = [
        [name, row["precision"], row["recall"], row["f1"], f"{row['right']} / {row['predicted']} / {row['gold']}"]
        for name, row in counted
    ]
    explained = (__doc__ or "").split("\n\n", 1)[1].strip()
    return (
        "# Coreference\n\nWritten by `python -m benchmarks.coreference` with "
        f"{DEFAULT_MODEL} on the {results['documents']} English articles of MEANTIME; all counts in `coreference.json`.\n\n"
        f"{table(heads, rows)}\n\n"
        f"{table(['what', 'precision', 'recall', 'F1', 'right / found / gold'], counts)}\n\n"
        f"{explained}\n\n"
        "CoNLL is the mean of MUC, B³ and CEAF-e. Without singletons an entity of one mention is left out on both sides, as in\n"
        "the CoNLL-2012 task: this is the figure to compare with other systems. With singletons all mentions count; of these\n"
        "MEANTIME has many that are no entities to kg (products, sums of money, people in general).\n"
    )


def main() -> None:
    """Measures and writes the two files of results."""
    if not MEANTIME.is_dir():
        sys.exit(f"{MEANTIME} is missing: put the English part of MEANTIME there")
    results = measure(read_meantime(MEANTIME))
    (HERE / "coreference.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    (HERE / "coreference.md").write_text(to_markdown(results), encoding="utf-8")
    print(to_markdown(results), end="")


if __name__ == "__main__":
    main()
