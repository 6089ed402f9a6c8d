"""The benchmark of coreference: reads MEANTIME's form, pairs mentions by their heads, judges pronouns."""

from datetime import date
from pathlib import Path

import pytest

from benchmarks.coreference import Annotated, measure, read_article

SENTENCES = ("Russia buys planes", "August 15 , 2025", "Vladimir Putin met Kim . He thanked him .")
MENTIONS = {"1": "7 8", "2": "10", "3": "12", "4": "14"}
ENTITIES = {"20": ("1", "3"), "21": ("2", "4")}


@pytest.fixture
def article(tmp_path: Path) -> Annotated:
    """An article in MEANTIME's form in which the annotators have two persons, each with a name and a pronoun."""
    words = [(word, number) for number, sentence in enumerate(SENTENCES) for word in sentence.split()]
    tokens = "".join(f'<token sentence="{number}" t_id="{i}">{word}</token>' for i, (word, number) in enumerate(words))
    marked = "".join(
        f'<ENTITY_MENTION m_id="{id_}" head="">'
        + "".join(f'<token_anchor t_id="{place}"/>' for place in places.split())
        + "</ENTITY_MENTION>"
        for id_, places in MENTIONS.items()
    )
    relations = "".join(
        "<REFERS_TO>" + "".join(f'<source m_id="{id_}"/>' for id_ in ids) + f'<target m_id="{entity}"/></REFERS_TO>'
        for entity, ids in ENTITIES.items()
    )
    file = tmp_path / "1_Russia.xml"
    file.write_text(f"<Document>{tokens}<Markables>{marked}</Markables><Relations>{relations}</Relations></Document>")
    return read_article(file)


def test_text_date_and_mentions_are_read(article: Annotated) -> None:
    text = article.document.text
    assert text == "Russia buys planes\n\nAugust 15, 2025\n\nVladimir Putin met Kim. He thanked him."
    assert article.document.published == date(2025, 8, 15)
    assert [text[mention.start : mention.end] for mention in article.mentions] == ["Vladimir Putin", "Kim", "He", "him"]


def test_all_that_is_right_gives_full_marks(article: Annotated) -> None:
    results = measure([article])
    assert results["without singletons"]["CoNLL"]["f1"] == 1
    assert results["pronouns"]["all"]["precision"] == 1


def test_a_pronoun_of_another_entity_is_wrong(article: Annotated) -> None:
    swapped = [mention._replace(entity={"20": "21", "21": "20"}[mention.entity]) for mention in article.mentions[2:]]
    results = measure([article._replace(mentions=article.mentions[:2] + swapped)])
    assert results["pronouns"]["all"]["right"] == 0
