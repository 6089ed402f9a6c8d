"""The annotated corpora under one set of labels: sentences as text with character spans, one article after another.

Names come from the annotators; what they leave in one class (`Location`, `Misc`) is told apart by the stock model's
label of the same words. Numbers and times come from the stock model, because kg reads `doc.ents` for both.
"""

import csv
import hashlib
import io
import itertools
import json
import re
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import filter_spans

NUMBERS = frozenset({"DATE", "TIME", "MONEY", "PERCENT", "QUANTITY", "ORDINAL", "CARDINAL"})
WORLDWIDE = {
    "Person": ("PERSON",),
    "Location": ("GPE", "LOC"),
    "Facility": ("FAC",),
    "Organization": ("ORG",),
    "NORP": ("NORP",),
    "Product": ("PRODUCT",),
    "Misc": ("MISC", "EVENT", "LAW", "WORK_OF_ART", "LANGUAGE"),
    "Date": ("DATE", "TIME"),
    "Money": ("MONEY",),
}
"""Classes of worldwide → our labels that fall under them, the usual one first."""
POLITICS = {
    "person": "Person",
    "politician": "Person",
    "country": "Location",
    "location": "Location",
    "organisation": "Organization",
    "politicalparty": "Organization",
    "election": "Misc",
    "event": "Misc",
    "misc": "Misc",
}
"""Classes of CrossNER politics → classes of worldwide."""
GMB = {"geo": "Location", "gpe": "NORP", "org": "Organization", "per": "Person", "eve": "Misc"}
"""Tags of GMB → classes of worldwide; its times are the stock model's business, its other tags too rare and wild."""
_TITLES = re.compile(r"(?:(?:vice|prime|foreign|defense|president|minister|mrs?|ms|pope|senator|king)\b\.? *)+", re.I)
_NO_SPACE_BEFORE = frozenset(", . ; : ! ? ) ] } ’ ” % … 's ’s n't n’t 'm 're 've 'll 'd".split())
_NO_SPACE_AFTER = frozenset("( [ { $ £ € “ ‘ #".split())
_INITIAL = re.compile(r"\b[A-Z]\.$")

Span = tuple[int, int, str]


class Sentence(NamedTuple):
    """Text and its names as character offsets with a label."""

    article: str
    text: str
    spans: list[Span]


def split_of(article: str) -> str:
    """The part that an article belongs to, by a hash of its name: a fifth `test`, a twentieth `dev`, the rest `train`."""
    number = int(hashlib.sha256(article.encode()).hexdigest(), 16) % 20
    return "test" if number < 4 else "dev" if number == 4 else "train"


def read_worldwide(folder: Path) -> Iterator[Sentence]:
    """The sentences of the worldwide articles with the annotators' classes, articles in the order of their names."""
    with tarfile.open(folder / "worldwide" / "articles.tar.gz") as archive:
        for member in sorted(archive.getmembers(), key=lambda member: member.name):
            file = archive.extractfile(member)
            if file is not None and member.name.endswith(".tsv"):
                article = Path(member.name).name.removesuffix(".txt.tsv")
                yield from _read_columns(article, file.read().decode("utf-8"))


def read_politics(folder: Path, part: str) -> Iterator[Sentence]:
    """The sentences of a part of CrossNER politics under worldwide's classes."""
    text = (folder / "crossner_politics" / f"{part}.txt").read_text(encoding="utf-8")
    for sentence in _read_columns(f"politics-{part}", text):
        yield sentence._replace(spans=[(start, end, POLITICS[label]) for start, end, label in sentence.spans])


def read_gmb(folder: Path) -> Iterator[Sentence]:
    """The sentences of GMB with worldwide's classes; twenty neighbours pass for an article, of which every third is read."""
    with zipfile.ZipFile(folder / "gmb" / "ner_dataset.csv.zip") as archive, archive.open("ner_dataset.csv") as raw:
        reader = csv.reader(io.TextIOWrapper(raw, encoding="latin-1"))
        next(reader)
        rows: list[tuple[str, str]] = []
        count = 0
        for number, word, _, tag in itertools.chain(reader, [("end", "", "", "O")]):
            if number and rows:
                if count // 20 % 3 == 0:
                    yield _under_worldwide(Sentence(f"gmb-{count // 20:05}", *_join(rows)))
                rows, count = [], count + 1
            rows.append((word, tag))


def _under_worldwide(sentence: Sentence) -> Sentence:
    """The sentence with worldwide's classes and without the titles that GMB counts to a person's name."""
    spans = [
        (_behind_titles(sentence.text, start, end) if label == "per" else start, end, GMB[label])
        for start, end, label in sentence.spans
        if label in GMB
    ]
    return sentence._replace(spans=[span for span in spans if span[0] < span[1]])


def _behind_titles(text: str, start: int, end: int) -> int:
    titles = _TITLES.match(text, start, end)
    return titles.end() if titles else start


def _read_columns(article: str, text: str) -> Iterator[Sentence]:
    """Sentences of tab-separated lines of word and tag; a blank line ends one; malformed lines count as untagged."""
    rows: list[tuple[str, str]] = []
    for line in [*text.splitlines(), ""]:
        word, _, tag = line.strip("\ufeff ").partition("\t")
        if word.strip():
            rows.append((word.strip(), tag.split("\t")[0] or "O"))
        elif rows:
            yield Sentence(article, *_join(rows))
            rows = []


def _join(rows: list[tuple[str, str]]) -> tuple[str, list[Span]]:
    """Words written as running text again, and the spans of their B- and I- tags."""
    text, spans = "", []
    open_quote, glue = False, True
    for word, tag in rows:
        closing = word == '"' and open_quote
        joined = glue or closing or word.lower() in _NO_SPACE_BEFORE or (word == "'" and text[-1:] == "s")
        joined |= bool(_INITIAL.search(text) and _INITIAL.fullmatch(word)) or (text[-1:] == "’" and word == "s")
        if word == "-" or text[-1:] == "-":
            joined = text[-2:] != " -" and bool(text)
        start = len(text) + (not joined)
        text = f"{text}{'' if joined else ' '}{word}"
        if tag.startswith("B-"):
            spans.append((start, len(text), tag[2:]))
        elif tag.startswith("I-") and spans:
            spans[-1] = (spans[-1][0], len(text), spans[-1][2])
        if word == '"':
            open_quote = not open_quote
        glue = word in _NO_SPACE_AFTER or (word == '"' and open_quote)
    return text, spans


def relabel(sentences: list[Sentence], stock: Language) -> Iterator[Sentence]:
    """The sentences with our labels: the annotators' names, told apart by the stock model, and the stock's numbers."""
    docs = stock.pipe(sentence.text for sentence in sentences)
    for sentence, doc in zip(sentences, docs, strict=True):
        named = [(start, end, _finer(label, start, end, doc)) for start, end, label in sentence.spans]
        numbers = [
            (entity.start_char, entity.end_char, entity.label_)
            for entity in doc.ents
            if entity.label_ in NUMBERS
            and not any(start < entity.end_char and entity.start_char < end for start, end, _ in sentence.spans)
        ]
        yield sentence._replace(spans=sorted(named + numbers))


def _finer(label: str, start: int, end: int, doc: Doc) -> str:
    """The label within the annotators' class that the stock model gives to the same place, else the class's usual one."""
    allowed = WORLDWIDE[label]
    for entity in doc.ents:
        if entity.label_ in allowed and entity.start_char < end and start < entity.end_char:
            return entity.label_
        if label == "Misc" and entity.label_ == "DATE" and (entity.start_char, entity.end_char) == (start, end):
            return "DATE"  # some articles have their weekdays under Misc
    return allowed[0]


def to_doc(sentences: list[Sentence], nlp: Language) -> Doc:
    """Neighbouring sentences as one text in spaCy's tokens, with their starts and their names as `doc.ents`."""
    docs = []
    for sentence in sentences:
        doc = nlp.make_doc(sentence.text)
        spans = [doc.char_span(a, b, label=label, alignment_mode="expand") for a, b, label in sentence.spans]
        doc.ents = filter_spans([span for span in spans if span is not None])
        for token in doc:
            token.is_sent_start = token.i == 0
        docs.append(doc)
    return Doc.from_docs(docs)


def find_with(finder: Callable[[Doc], Doc], sentences: list[Sentence]) -> Iterator[Sentence]:
    """The sentences with the names that a finder sees in them, article by article."""
    nlp = spacy.blank("en")
    for _, group in itertools.groupby(sentences, key=lambda sentence: sentence.article):
        article = list(group)
        doc = finder(to_doc(article, nlp))
        for sentence, part in zip(article, doc.sents, strict=True):
            begin = part.start_char
            spans = [(entity.start_char - begin, entity.end_char - begin, entity.label_) for entity in part.ents]
            yield sentence._replace(spans=spans)


def write(path: Path, sentences: Iterable[Sentence]) -> int:
    """Writes one JSON object a line; returns their number."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(sentence._asdict(), ensure_ascii=False) for sentence in sentences]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(lines)


def read(path: Path) -> list[Sentence]:
    """The sentences of a file that `write` made."""
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return [Sentence(row["article"], row["text"], [(a, b, label) for a, b, label in row["spans"]]) for row in rows]
