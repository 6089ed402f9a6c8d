"""kg's own finders of names: tags to spans, windows of sentences, the case of words, and the shipped weights."""

from pathlib import Path

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from kg.errors import KgError
from kg.nlp.minilm import WINDOW, case_of, to_windows
from kg.nlp.ner import to_spans

OUTSIDE_THE_WEST = [
    ("President Alassane Ouattara met Guillaume Soro in Yamoussoukro.", "Alassane Ouattara", "PERSON"),
    ("Kenyan police arrested protesters near Kakamega on Monday.", "Kakamega", "GPE"),
    ("Kenyan police arrested protesters near Kakamega on Monday.", "Kenyan", "NORP"),
    ("Kenyan police arrested protesters near Kakamega on Monday.", "Monday", "DATE"),
    ("The Economic Freedom Fighters walked out of parliament in Cape Town.", "Economic Freedom Fighters", "ORG"),
]


class Letters:
    """A tokenizer that makes one piece of each letter, and none of the word `void`."""

    def token_to_id(self, mark: str) -> int:
        return 0

    def encode_batch(self, words: list[str], add_special_tokens: bool) -> list["Letters"]:
        return [Letters(word) for word in words]

    def __init__(self, word: str = "") -> None:
        self.ids = [] if word == "void" else [ord(letter) for letter in word]


def make_doc(*sentences: list[str]) -> Doc:
    words = [word for sentence in sentences for word in sentence]
    starts: list[bool | int | None] = [i == 0 for sentence in sentences for i in range(len(sentence))]
    return Doc(spacy.blank("en").vocab, words=words, sent_starts=starts)


@pytest.mark.parametrize(
    ("tags", "spans"),
    [
        ("O B-PERSON I-PERSON O", [("b c", "PERSON")]),
        ("B-GPE B-GPE O O", [("a", "GPE"), ("b", "GPE")]),
        ("O I-ORG I-ORG O", [("b c", "ORG")]),
        ("B-ORG I-GPE I-GPE O", [("a", "ORG"), ("b c", "GPE")]),
        ("O O O B-DATE", [("d", "DATE")]),
        ("O O O O", []),
    ],
)
def test_tags_become_spans(tags: str, spans: list[tuple[str, str]]) -> None:
    doc = make_doc(["a", "b", "c", "d"])
    assert [(span.text, span.label_) for span in to_spans(doc, tags.split())] == spans


@pytest.mark.parametrize(
    ("word", "case"),
    [("Kim", 2), ("KIM", 3), ("kim", 1), ("McKim", 4), ("2025", 5), ("“", 5), ("K", 2), ("U.S.", 3), ("Ōsaka", 2)],
)
def test_case_of_a_word(word: str, case: int) -> None:
    assert case_of(word) == case


def test_windows_join_sentences_that_fit_and_lose_no_token() -> None:
    half, third = "a" * (WINDOW // 2), "b" * (WINDOW // 3)
    windows = list(to_windows(make_doc([half], [third], [half, "void"], ["c" * (2 * WINDOW)]), Letters()))
    assert [[token.i for token in window.tokens] for window in windows] == [[0, 1], [2, 3], [4]]
    assert [window.firsts for window in windows] == [[0, WINDOW // 2], [0, WINDOW // 2], [0]]
    assert all(len(window.pieces) == len(window.cases) <= WINDOW for window in windows)


def test_sentence_longer_than_a_window_is_cut_between_tokens() -> None:
    windows = list(to_windows(make_doc(["abcdefgh"] * 50), Letters()))
    assert [len(window.tokens) for window in windows] == [WINDOW // 8, WINDOW // 8, 50 - 2 * (WINDOW // 8)]


@pytest.fixture(scope="module")
def own() -> Language:
    """A pipeline of nothing but kg's own finder."""
    nlp = spacy.blank("en")
    nlp.add_pipe("kg_ner")
    return nlp


@pytest.mark.parametrize(("text", "name", "label"), OUTSIDE_THE_WEST)
def test_shipped_weights_find_names(own: Language, text: str, name: str, label: str) -> None:
    assert (name, label) in [(entity.text, entity.label_) for entity in own(text).ents]


def test_shipped_weights_keep_the_labels_that_kg_reads(own: Language) -> None:
    labels = set(own.pipe_labels["kg_ner"])
    assert labels >= {
        "PERSON",
        "GPE",
        "LOC",
        "NORP",
        "ORG",
        "FAC",
        "EVENT",
        "LAW",
        "PRODUCT",
        "DATE",
        "TIME",
        "ORDINAL",
    }


def test_finder_survives_saving(own: Language, tmp_path: Path) -> None:
    own.to_disk(tmp_path)
    text = OUTSIDE_THE_WEST[0][0]
    assert [str(entity) for entity in spacy.load(tmp_path)(text).ents] == [str(entity) for entity in own(text).ents]


def test_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(KgError, match="absent"):
        spacy.blank("en").add_pipe("kg_ner", config={"path": str(tmp_path / "absent")})


@pytest.mark.parametrize(("text", "name", "label"), OUTSIDE_THE_WEST)
def test_minilm_finds_names(text: str, name: str, label: str) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("kg_ner_minilm")
    assert (name, label) in [(entity.text, entity.label_) for entity in nlp(text).ents]
