"""Which entity a name means: what stands beside it, what the document says in full, and what is no name."""

from datetime import date

import pytest
from spacy.tokens import Doc

from kg.gazetteer import load_gazetteer
from kg.model import Document
from kg.nlp.linking import fits_place, full_name_of, may_lie_in, without_middle_names
from kg.nlp.mentions import ADJECTIVE, NAME, get_mentions
from kg.statements import analyse

LATER = (
    "kg_descriptions", "kg_coreference", "kg_attribution", "kg_dates", "kg_events", "kg_relations", "kg_salience",
)  # fmt: skip


def read(text: str, day: date | None = None) -> Doc:
    return next(iter(analyse([Document("d1", text, published=day)], without=LATER)))[1]


def ids(text: str, day: date | None = None) -> dict[str, str]:
    """The id of each name of a text of that day."""
    return {span.text: span.kb_id_ for span in get_mentions(read(text, day)) if span.id_ in (NAME, ADJECTIVE)}


def test_a_place_and_what_it_lies_in_are_two_names() -> None:
    found = ids("She was born in Minot, North Dakota, and died in 1999.")
    assert found["North Dakota"] == "wd:Q1207"


def test_the_word_that_tells_which_part_of_a_place_is_no_part_of_its_name() -> None:
    assert ids("It grows in the rain forests of north-eastern Queensland.")["Queensland"] == "wd:Q36074"


def test_no_place_is_meant_that_lies_elsewhere_than_the_text_says() -> None:
    assert ids("He studied in Paris, Ukraine, for a year.")["Paris"] != "wd:Q90"
    assert ids("He studied in Paris, France, for a year.")["Paris"] == "wd:Q90"


def test_a_list_of_places_says_nothing_of_where_they_lie() -> None:
    assert ids("He flew to Paris, Ukraine and Poland.")["Paris"] == "wd:Q90"


@pytest.mark.parametrize(
    ("place", "whole", "may"),
    [
        ("wd:Q90", "wd:Q142", True),  # Paris, France
        ("wd:Q90", "wd:Q212", False),  # Paris, Ukraine
        ("wd:Q16567", "wd:Q1397", True),  # Columbus, Ohio
        ("wd:Q16567", "wd:Q99", False),  # Columbus, California
    ],
)
def test_where_a_place_may_lie(place: str, whole: str, may: bool) -> None:
    gazetteer = load_gazetteer()
    entities = gazetteer.entities
    assert may_lie_in(entities[place], entities[whole], gazetteer) is may


def test_states_one_behind_the_other_are_a_list() -> None:
    gazetteer = load_gazetteer()
    assert fits_place(gazetteer.entities["wd:Q142"], [gazetteer.entities["wd:Q212"]], gazetteer)


def test_a_name_behind_an_office_is_a_person_s() -> None:
    assert ids("The army arrested General Trujillo on Monday.")["Trujillo"].startswith("kge:Person-")


def test_a_language_is_no_state() -> None:
    assert "English" not in ids("The book was translated into English last year.")
    assert ids("The English team arrived on Monday.")["English"] == "wd:Q21"


def test_a_surname_means_whom_the_text_names_most_often_in_full() -> None:
    short = read("Mugabe spoke.")[0:1]
    known = {"Grace Mugabe": ["kge:grace"], "Robert Mugabe": ["kge:robert", "kge:robert"]}
    assert full_name_of(short, known) == "kge:robert"
    assert full_name_of(short, {"Morgan Tsvangirai": ["kge:morgan"]}) is None


def test_middle_names_make_no_other_person_where_the_text_has_both() -> None:
    found = ids("Robert Mugabe has died. Robert Gabriel Mugabe was born in 1924.")
    assert found["Robert Gabriel Mugabe"] == found["Robert Mugabe"]


@pytest.mark.parametrize(
    ("name", "short"), [("Robert Gabriel Mugabe", "Robert Mugabe"), ("Robert Mugabe", ""), ("Mugabe", "")]
)
def test_without_middle_names(name: str, short: str) -> None:
    assert without_middle_names(name) == short


def test_an_adverb_or_an_edited_word_is_no_name() -> None:
    found = ids('Reportedly, two people died. "[W]e will help," Boris Johnson said.')
    assert [name for name in found if name in ("Reportedly", "W]e", "[W]e")] == []


def test_the_state_of_an_office_is_no_part_of_the_name_behind_it() -> None:
    found = ids("On Monday, United States Senator from Vermont Bernie Sanders endorsed Joe Biden.")
    assert found["Vermont"] == "wd:Q16551"
    assert found["Bernie Sanders"].startswith("kge:Person-")


@pytest.mark.parametrize(
    ("text", "name", "id_"),
    [
        ("The United States votes today. Biden won, the report said.", "Biden", "wd:Q6279"),
        ("He joined the U.S. Libertarian Party in May.", "U.S. Libertarian Party", "wd:Q558334"),
        ("The European union met on Friday.", "European union", "wd:Q458"),
    ],
)
def test_other_forms_of_a_known_name(text: str, name: str, id_: str) -> None:
    assert ids(text)[name] == id_


def test_a_surname_alone_is_no_leader_who_left_office_of_a_state_that_the_text_does_not_name() -> None:
    assert ids("Biden won, the report said.")["Biden"] == "kge:Person-biden"


@pytest.mark.parametrize(
    ("text", "day", "name", "id_"),
    [
        ("Scholz criticised the plan.", date(2022, 5, 5), "Scholz", "wd:Q61053"),  # the model takes him for a city
        ("Duterte landed in Beijing.", date(2020, 5, 5), "Duterte", "wd:Q457786"),  # it sees nobody
        ("Trudeau resigned.", date(2025, 6, 1), "Trudeau", "wd:Q3099714"),
        (
            "Mason Scholz, a nurse, criticised the plan. Scholz left.",
            date(2022, 5, 5),
            "Scholz",
            "kge:Person-mason-scholz",
        ),
    ],
)
def test_a_surname_alone_means_the_leader_in_office_or_just_gone(text: str, day: date, name: str, id_: str) -> None:
    assert ids(text, day)[name] == id_


def test_a_name_that_bodies_of_many_states_have_is_that_of_the_state_in_question() -> None:
    ukrainian = ids("Ukraine will vote in May. The Ministry of Defence and the Supreme Court said so.")
    assert ukrainian["Ministry of Defence"] == "kge:Government-ukrainian-defense-ministry"
    assert ukrainian["Supreme Court"] == "kge:Government-supreme-court-ukraine"
    assert ids("The Supreme Court ruled on Monday.")["Supreme Court"] == "wd:Q11201"


@pytest.mark.parametrize(
    "text",
    [
        "Tehran's nuclear programme goes on.",
        "Aid to Tehran was stopped.",
        "The minister accused Tehran of lying.",
        "Tehran was urged to talk.",
        "Tehran warned its neighbours.",
        "They hope to persuade Tehran to stop.",
        "Tehran was forced to withdraw.",
        "Tehran's signing of the protocol came late.",
        "It is a plan by Tehran to divide them.",
    ],
)
def test_a_capital_stands_for_its_state(text: str) -> None:
    assert ids(text)["Tehran"] == "wd:Q794"


@pytest.mark.parametrize(
    "text",
    ["They met in Tehran.", "He visited Tehran.", "Tehran's streets are empty.", "The road to Tehran is closed."],
)
def test_a_capital_is_a_place(text: str) -> None:
    assert ids(text)["Tehran"] == "wd:Q3616"


def test_a_name_ends_before_the_day_behind_it() -> None:
    assert "Kara-Suu" in ids("The clash in the border town of Kara-Suu Thursday was the second.")


def test_a_name_in_capitals_is_that_of_the_knowledge_base() -> None:
    assert ids("TEHRAN - The minister said so.")["TEHRAN"] == "wd:Q3616"


def test_who_follows_an_office_and_its_body_is_a_person() -> None:
    found = ids("He welcomed the president of the World Economic Forum Borge Brende.")
    assert found["Borge Brende"] == "kge:Person-borge-brende"
