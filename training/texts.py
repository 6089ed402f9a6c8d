"""The texts that `training/annotations` refers to: Wikinews articles, and the openings of articles of Worldwide Newswire.

Neither is part of the repository. Each annotated document names its source and the SHA-256 of its text, so that a text
that differs is refused.
"""

import json
import re
import tarfile
from functools import cache
from hashlib import sha256
from pathlib import Path

_OPENING = 1900
"""Characters: a Worldwide document is the first sentences of an article up to this length."""
_JOINS = (
    (r" ([.,;:!?%)\]’”])", r"\1"),
    (r"([(\[“‘$]) ", r"\1"),
    (r" ('s|’s|n't|n’t|'re|'ve|'ll|'d|'m)\b", r"\1"),
    (r"(\w) - (\w)", r"\1-\2"),
    (r"(\w) ’ (s|t|re|ve|ll|d|m)\b", r"\1’\2"),
    (r"(\d), (\d{3})\b", r"\1,\2"),
    (r'" ([^"]*?) "', r'"\1"'),
    (r"\b(Mr|Mrs|Ms|Dr|Sept|St|Gen|Lt|Col) \.", r"\1."),
)
"""Where a tokenized text gets back its own spacing."""


def digest(text: str) -> str:
    """The SHA-256 of a text, in hexadecimal digits."""
    return sha256(text.encode()).hexdigest()


def find_text(document_id: str, data: Path) -> str:
    """The text of an annotated document (`wikinews-081`, `ww-iran_times_7`) in the data folder; KeyError if missing."""
    return _wikinews(data)[document_id] if document_id.startswith("wikinews-") else _worldwide(data)[document_id]


@cache
def _wikinews(data: Path) -> dict[str, str]:
    lines = (data / "wikinews" / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    return {record["id"]: record["text"] for record in map(json.loads, lines)}


@cache
def _worldwide(data: Path) -> dict[str, str]:
    texts = {}
    with tarfile.open(data / "ner" / "worldwide" / "articles.tar.gz") as archive:
        for member in archive:
            file = archive.extractfile(member)
            if file is not None and member.name.endswith(".tsv"):
                texts[f"ww-{Path(member.name).name.split('.')[0]}"] = _opening(file.read().decode("utf-8"))
    return texts


def _opening(table: str) -> str:
    text = ""
    for sentence in re.split(r"\n\s*\n", table):
        words = [line.split("\t")[0].strip() for line in sentence.split("\n")]
        line = _join([word for word in words if word])
        if not line or line.startswith("http"):
            continue
        if len(text) + len(line) > _OPENING:
            break
        text += line + "\n"
    return text


def _join(words: list[str]) -> str:
    line = " ".join(words)
    for pattern, replacement in _JOINS:
        line = re.sub(pattern, replacement, line)
    return line.strip()
