"""Which words of a document mean the same: short names, acronyms, descriptions, titles, pairs."""

from datetime import date

import pytest

from kg.model import Document
from kg.nlp.mentions import get_mentions
from kg.statements import analyse


def named(text: str) -> dict[str, str]:
    """The mentions of a text of 15 August 2025 with the names of their entities joined by commas."""
    ((_, doc),) = analyse([Document("d1", text, published=date(2025, 8, 15))])
    found: dict[str, set[str]] = {}
    for span in get_mentions(doc):
        found.setdefault(span.text, set()).add(doc._.kg_entities[span.kb_id_][1])
    return {words: ", ".join(sorted(names)) for words, names in found.items()}


@pytest.mark.parametrize(
    ("text", "short", "name"),
    [
        ("Vyacheslav Volodin flew to Pyongyang. Mr Volodin met Kim.", "Volodin", "Vyacheslav Volodin"),
        ("Mr Volodin left. Vyacheslav Volodin flew to Pyongyang.", "Volodin", "Vyacheslav Volodin"),
        ("Robert Mugabe died. Robert Gabriel Mugabe was 95.", "Robert Gabriel Mugabe", "Robert Mugabe"),
        ("Jacques Chirac died. Mr Chriac was 86.", "Chriac", "Jacques Chirac"),
        ("Northcote Steel Works closed. Northcote Steel owed money.", "Northcote Steel", "Northcote Steel Works"),
        ("Fiat Group SpA bought the plant.", "Fiat Group", "Fiat"),
    ],
)
def test_a_shorter_or_fuller_form_of_a_name_is_the_same(text: str, short: str, name: str) -> None:
    assert named(text)[short] == name


@pytest.mark.parametrize(
    ("text", "acronym", "name"),
    [
        (
            "Inspectors of the International Atomic Energy Agency (IAEA) came. IAEA said so.",
            "IAEA",
            "International Atomic Energy Agency",
        ),
        ("The Partido Nuevo Horizonte (PNH) won. PNH leader Luis Soto left.", "PNH", "Partido Nuevo Horizonte"),
        ("PNH (Partido Nuevo Horizonte) won. The PNH thanked voters.", "Partido Nuevo Horizonte", "PNH"),
        ("Singapore Airlines (SIA) ordered jets. SIA paid.", "SIA", "Singapore Airlines"),
    ],
)
def test_brackets_introduce_an_acronym(text: str, acronym: str, name: str) -> None:
    found = named(text)
    assert found[acronym] in (name, acronym)
    assert found[acronym] == found[name]


@pytest.mark.parametrize(
    ("text", "words", "name"),
    [
        ("North Korean troops came. The troops left.", "troops", "North Korean troops"),
        ("Russian forces came. The forces left.", "forces", "Russian Armed Forces"),
        ("The Saudi Press Agency wrote it. The agency gave no source.", "agency", "Saudi Press Agency"),
    ],
)
def test_a_definite_phrase_takes_up_what_has_its_head(text: str, words: str, name: str) -> None:
    assert named(text)[words] == name


def test_a_definite_phrase_that_fits_two_takes_up_none() -> None:
    text = "Russian soldiers met Ukrainian soldiers. The soldiers exchanged prisoners."
    assert named(text)["soldiers"] == "soldiers"


@pytest.mark.parametrize(
    ("text", "words", "name"),
    [
        ("The Turkish President, Recep Tayyip Erdogan, left.", "Turkish President", "Recep Tayyip Erdogan"),
        ("A spokesperson, Morgan Ortagus, left.", "spokesperson", "Morgan Ortagus"),
        ("The Russian president met Kim Jong Un.", "Russian president", "Vladimir Putin"),
        ("Keir Starmer flew to Paris. The prime minister met Emmanuel Macron.", "prime minister", "Keir Starmer"),
        ("Queen Elizabeth II agreed. The Queen signed.", "Queen", "Elizabeth II"),
        ("The Kremlin dictator met Kim Jong Un.", "Kremlin dictator", "Vladimir Putin"),
    ],
)
def test_a_title_means_who_is_called_so_or_holds_the_office(text: str, words: str, name: str) -> None:
    assert named(text)[words].endswith(name)


def test_a_pair_is_two_and_no_group_beside() -> None:
    text = "Donald Trump met Vladimir Putin in Alaska. The two leaders left."
    assert named(text)["two leaders"] == "Donald Trump, Vladimir Putin"


def test_a_pair_means_those_who_were_named_together() -> None:
    text = "North Korea and Russia helped each other in Ukraine. The two countries signed a treaty."
    assert named(text)["two countries"] == "North Korea, Russia"


def test_who_wants_an_office_is_not_its_holder() -> None:
    assert "Donald Trump" not in named("Joe Biden is the nominee for President of the United States.").values()


def test_a_member_is_not_the_one_who_was_called_a_member_before() -> None:
    text = "Samir Dilou, a member of the party, spoke. A member of the party resigned."
    assert named(text)["member"] != "Samir Dilou"
    assert "leaders" not in named(text)


def test_words_of_number_are_no_part_of_a_description() -> None:
    assert "analysts" in named("Most analysts expect a war.")


@pytest.mark.parametrize(
    "text",
    ["UNESCO, an agency of the United Nations, is based in Paris.", "UNESCO is an agency of the United Nations."],
)
def test_what_a_body_is_said_to_be_is_that_body(text: str) -> None:
    assert named(text)["agency"] == named(text)["UNESCO"]


def test_what_a_body_is_not_is_another() -> None:
    text = "UNESCO is not an agency of the African Union."
    assert named(text)["agency"] != named(text)["UNESCO"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Turkey bombed northern Iraq.", "northern Iraq"),
        ("Turkey left Iraq. Northern Iraq is calm.", "Northern Iraq"),
        ("Turkey bombed Iraq's north.", "Iraq's north"),
    ],
)
def test_a_quarter_of_a_country_is_a_region_however_it_is_written(text: str, words: str) -> None:
    assert named(text)[words] == "northern Iraq"


def test_a_name_that_begins_with_a_quarter_is_no_quarter() -> None:
    assert named("North Korea warned South Africa.") == {"North Korea": "North Korea", "South Africa": "South Africa"}


def test_nouns_that_wordnet_knows_as_persons_describe_somebody() -> None:
    assert {"plaintiffs", "whistleblower"} <= set(named("The plaintiffs accused a whistleblower."))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Vladimir\n\nPutin met Kim Jong Un.", "Vladimir\n\nPutin"),
        ("The leader of North\nKorea left.", "North\nKorea"),
        ("Drones flew over Moscow\nRegion officials said so.", "Moscow"),
        ("Kremlin confirms talks\nVladimir Putin met Kim Jong Un.", "Vladimir Putin"),
    ],
)
def test_a_name_goes_over_the_end_of_a_line_only_where_it_begins_with_no_other(text: str, name: str) -> None:
    assert name in named(text)


def test_the_country_is_not_the_state_that_acts_beside_it() -> None:
    text = "Iraq is at war. Lawmakers want to expel American troops from the country."
    assert named(text)["country"] == "Iraq"
    assert "country" not in named("Lawmakers want to expel American troops from the country.")


def test_police_act_without_a_word_before_them() -> None:
    found = named("Police arrested ten students. Security forces stormed the mosque.")
    assert {"Police", "Security forces"} <= set(found)


def test_who_is_counted_is_somebody_else_than_who_is_not() -> None:
    found = named("Two people were killed. People fled from the town.")
    assert (found["Two people"], found["People"]) == ("Two people", "People")


def test_an_election_is_that_of_its_year() -> None:
    found = named("Donald Trump won the 2016 presidential election and lost the 2020 presidential election.")
    assert {"2016 presidential election", "2020 presidential election"} <= set(found)


def test_what_is_written_with_a_capital_elsewhere_is_that_body() -> None:
    found = named("The British prime minister suspended parliament. Parliament is to meet in October.")
    assert found["parliament"] == found["Parliament"]


@pytest.mark.parametrize(
    ("text", "words", "same"),
    [
        ("Robert Mugabe, the president of Zimbabwe, came. The president spoke.", "president", True),
        ("Robert Mugabe, the president of Zimbabwe, came. He fired his vice president.", "vice president", False),
        ("Pavel Novak, the foreign minister, came. The minister spoke.", "minister", True),
        ("Pavel Novak, the foreign minister, came. The defence minister spoke.", "defence minister", False),
    ],
)
def test_a_title_is_that_of_who_bears_it_or_a_fuller_one_for_the_same_office(text: str, words: str, same: bool) -> None:
    person = next(iter(text.split(",")))
    assert (named(text).get(words) == person) is same


def test_a_number_of_the_next_noun_is_no_part_of_a_name() -> None:
    assert "Trump" in named("During the talks, Zelensky thanked Trump 11 times in four minutes.")
