"""Pronouns: for whom each stands, and where kg abstains."""

from datetime import date

import pytest

from kg.model import Document
from kg.nlp.mentions import PRONOUN, get_mentions
from kg.statements import analyse


def pronouns(text: str) -> dict[str, str]:
    """The pronouns that a text resolves, with the names of their entities joined by commas."""
    ((_, doc),) = analyse([Document("d1", text, published=date(2025, 8, 15))])
    found: dict[str, set[str]] = {}
    for span in get_mentions(doc):
        if span.id_ == PRONOUN:
            found.setdefault(span.text.lower(), set()).add(doc._.kg_entities[span.kb_id_][1])
    return {word: ", ".join(sorted(names)) for word, names in found.items()}


@pytest.mark.parametrize(
    ("text", "word", "name"),
    [
        ("Vladimir Putin met Kim Jong Un. He thanked the guests.", "he", "Vladimir Putin"),
        ("Vladimir Putin met Kim Jong Un. Vladimir Putin thanked him.", "him", "Kim Jong Un"),
        ("Vladimir Putin saw himself as a victim.", "himself", "Vladimir Putin"),
        ("Vladimir Putin praised his guest, Kim Jong Un.", "his", "Vladimir Putin"),
        ("Hamas accused Israel of shelling Gaza. It denied the claim.", "it", "Hamas"),
        ("Russia attacked Kharkiv, Ukraine said, adding that it would respond.", "it", "Ukraine"),
    ],
)
def test_a_pronoun_stands_for_the_most_salient_that_grammar_allows(text: str, word: str, name: str) -> None:
    assert pronouns(text)[word] == name


@pytest.mark.parametrize(
    ("text", "word", "name"),
    [
        ("Mr Putin met Angela Merkel. She left.", "she", "Angela Merkel"),
        ("The spokeswoman, Maria Zakharova, met Sergei Lavrov. He left.", "he", "Sergei Lavrov"),
    ],
)
def test_titles_and_nouns_tell_he_from_she(text: str, word: str, name: str) -> None:
    assert pronouns(text)[word] == name


def test_gender_stays_through_the_document() -> None:
    assert pronouns("Mr Putin met Angela Merkel. She left. Putin stayed. She wrote.")["she"] == "Angela Merkel"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Russia and Ukraine signed a deal. They will exchange prisoners.", "Russia, Ukraine"),
        ("Protesters clashed with police in Minsk. They threw stones.", "Protesters"),
        ("Boeing says they have 800 orders.", "Boeing"),
        ("Vladimir Putin met Kim Jong Un. They signed a treaty.", "Kim Jong Un, Vladimir Putin"),
        ("Iran held talks with Turkey. They signed a treaty.", "Iran, Turkey"),
        ("Putin came to China for a summit with Kim Jong Un. They signed a treaty.", "Kim Jong Un, Vladimir Putin"),
    ],
)
def test_they_are_several_or_a_body_of_many(text: str, names: str) -> None:
    assert pronouns(text)["they"] == names


@pytest.mark.parametrize(
    "text",
    [
        "Russia agreed. It is clear that talks will resume.",
        "Russia agreed. It was announced that talks would resume.",
        "Russia agreed. It was raining.",
        "Russia agreed. It comes after Iran refused to talk.",
    ],
)
def test_it_that_stands_for_nothing_is_nobody(text: str) -> None:
    assert "it" not in pronouns(text)


def test_a_thing_without_a_mention_is_not_passed_over() -> None:
    assert pronouns("Russia bought a machine from Iran. The machine failed because it was old.") == {}


@pytest.mark.parametrize(
    ("text", "word", "name"),
    [
        ('Vladimir Putin spoke of Robert Mugabe. Putin said: "He was a friend of Russia."', "he", "Robert Mugabe"),
        ('Trump wrote: "I have called President Zelensky about it," he said.', "he", "Donald Trump"),
    ],
)
def test_who_is_quoted_does_not_call_himself_he(text: str, word: str, name: str) -> None:
    assert pronouns(text)[word] == name


def test_a_style_of_address_is_no_pronoun() -> None:
    assert "her" not in pronouns("Boris Johnson gave advice to Her Majesty.")
