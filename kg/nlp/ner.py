"""`kg_ner` and `kg_ner_minilm`: kg's own finders of names, each in place of the model's `ner`.

Both were trained on news from outside the West (docs/model-card.md) and write `doc.ents` with OntoNotes labels, so that
all that reads the stock model's entities reads theirs. `kg_ner` is spaCy's own architecture, `kg_ner_minilm` a small
transformer.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from spacy.language import Language
from spacy.pipeline import EntityRecognizer
from spacy.tokens import Doc, Span
from thinc.api import Config

from kg.nlp.minilm import MiniLM, model_folder

_ASSIGNS = ["doc.ents", "token.ent_iob", "token.ent_type"]


@Language.factory("kg_ner", default_config={"path": None}, assigns=_ASSIGNS)
def make_ner(nlp: Language, name: str, path: str | None) -> EntityRecognizer:
    """spaCy's own finder of names with the weights of a folder, which is `seeds/models/ner` where none is given."""
    folder = model_folder(path, "ner", "config.cfg")
    config = Config().from_disk(folder / "config.cfg")["components"]["ner"]
    del config["factory"]
    recognizer: EntityRecognizer = nlp.create_pipe("ner", name=name, config=config)
    return recognizer.from_disk(folder / "ner", exclude=["vocab"])


@Language.factory("kg_ner_minilm", default_config={"path": None}, requires=["token.sent_start"], assigns=_ASSIGNS)
def make_minilm(nlp: Language, name: str, path: str | None) -> "Tagger":
    """The finder of names that runs the MiniLM of a folder, which is `seeds/models/minilm` where none is given."""
    return Tagger(model_folder(path, "minilm", "tags.json"))


class Tagger(MiniLM):
    """Doc → Doc with `doc.ents` as the model tags the first piece of each token."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.tags: list[str] = json.loads((folder / "tags.json").read_text(encoding="utf-8"))

    def __call__(self, doc: Doc) -> Doc:
        tags = ["O"] * len(doc)
        for window, (scores,) in self.read(doc):
            best = scores.argmax(-1)
            for token, first in zip(window.tokens, window.firsts, strict=True):
                tags[token.i] = self.tags[best[first]]
        doc.ents = tuple(to_spans(doc, tags))
        return doc


def to_spans(doc: Doc, tags: Iterable[str]) -> Iterator[Span]:
    """The spans of `B-` and `I-` tags; an `I-` that goes on from nothing, or from another label, begins a span."""
    start, label = 0, ""
    for i, tag in enumerate([*tags, "O"]):
        prefix, _, name = tag.partition("-")
        if label and (prefix != "I" or name != label):
            yield Span(doc, start, i, label=label)
            label = ""
        if name and not label:
            start, label = i, name
