"""Sentences → statements: what kg makes of grammar, names, dates and sources. Printed on Friday, 15 August 2025."""

from datetime import date
from pathlib import Path

import pytest

from kg.model import Document, Statement
from kg.ontology import types
from kg.sources import read
from kg.statements import analyse, extract, to_statements


def statements(text: str) -> list[Statement]:
    """What a text says that was printed on 15 August 2025."""
    return extract(Document("d1", text, published=date(2025, 8, 15)))


def the(type_: str, text: str) -> Statement:
    """The one statement of that type that a text makes."""
    found = [statement for statement in statements(text) if statement.type == type_]
    assert len(found) == 1, [str(statement) for statement in statements(text)]
    return found[0]


@pytest.mark.parametrize("type_", sorted(types()))
def test_each_type_is_found_in_its_example(type_: str) -> None:
    text = types()[type_].example
    assert type_ in [statement.type for statement in statements(text)], [str(s) for s in statements(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Vladimir Putin met Kim Jong Un.", "Vladimir Putin — Meet → Kim Jong Un"),
        ("Kim Jong Un was received by Vladimir Putin.", "Vladimir Putin — Meet → Kim Jong Un"),
        ("The United States sanctioned Iran.", "United States — Sanction → Iran"),
        ("Iran was sanctioned by the United States.", "United States — Sanction → Iran"),
        ("Russia invaded Ukraine in 2022.", "Russia — Invade → Ukraine"),
        ("Ukraine was invaded by Russia in 2022.", "Russia — Invade → Ukraine"),
        ("The United States imposed sanctions on Iran.", "United States — Sanction → Iran"),
        ("Vladimir Putin held talks with Recep Tayyip Erdogan.", "Vladimir Putin — Negotiate → Recep Tayyip Erdogan"),
    ],
)
def test_voice_and_light_verbs_do_not_change_who_does_it(text: str, expected: str) -> None:
    assert expected in [str(statement) for statement in statements(text)]


@pytest.mark.parametrize(
    ("text", "modality"),
    [
        ("Donald Trump met Vladimir Putin.", "asserted"),
        ("Donald Trump did not meet Vladimir Putin.", "denied"),
        ("Donald Trump will meet Vladimir Putin.", "planned"),
        ("Donald Trump is set to meet Vladimir Putin.", "planned"),
        ("Donald Trump plans to meet Vladimir Putin.", "planned"),
        ("Donald Trump may meet Vladimir Putin.", "possible"),
    ],
)
def test_modality(text: str, modality: str) -> None:
    assert the("Meet", text).modality == modality


@pytest.mark.parametrize(
    ("when", "value"),
    [
        ("on Tuesday", "2025-08-12"),
        ("in June 2024", "2024-06"),
        ("yesterday", "2025-08-14"),
        ("on 3 March 2023", "2023-03-03"),
        ("last year", "2024"),
        ("two months ago", "2025-06"),
    ],
)
def test_dates_are_resolved_against_the_document(when: str, value: str) -> None:
    time = the("Meet", f"Vladimir Putin met Kim Jong Un {when}.").time
    assert time is not None
    assert time.value == value


def test_four_digits_before_a_time_zone_are_no_year() -> None:
    assert the("Meet", "Putin met Kim at 2100 UTC.").time is None


def test_without_a_date_relative_times_stay_words() -> None:
    meeting = extract(Document("d1", "Vladimir Putin met Kim Jong Un on Tuesday."))[0]
    assert meeting.time is not None
    assert (meeting.time.value, meeting.time.text) == (None, "on Tuesday")


@pytest.mark.parametrize(
    "text",
    [
        "Vladimir Putin met Kim Jong Un, according to KCNA.",
        "KCNA said Vladimir Putin met Kim Jong Un.",
        "Vladimir Putin met Kim Jong Un, KCNA reported.",
    ],
)
def test_who_says_so(text: str) -> None:
    assert [mention.text for mention in the("Meet", text).attribution] == ["KCNA"]


@pytest.mark.parametrize(
    ("text", "actor"),
    [
        ("Vladimir Putin landed in Beijing. Later Mr Putin met Kim Jong Un.", "wd:Q7747"),
        ("Vladimir Putin landed in Beijing. Later he met Kim Jong Un.", "wd:Q7747"),
        ("Vladimir Putin landed in Beijing. The Russian president met Kim Jong Un.", "wd:Q7747"),
        ("The chair of Russia's Duma, Vyacheslav Volodin, spoke when he met Kim Jong Un.", "wd:Q982461"),
    ],
)
def test_titles_short_names_and_pronouns_mean_somebody(text: str, actor: str) -> None:
    assert actor in [mention.entity.id for mention in the("Meet", text).actor]


def test_a_capital_that_acts_is_its_state_and_else_a_city() -> None:
    text = "Moscow warned NATO. Vladimir Putin met Kim Jong Un in Moscow."
    assert [mention.entity.name for mention in the("Threaten", text).actor] == ["Russia"]
    place = the("Meet", text).place
    assert place is not None
    assert place.entity.type == "City"


def test_the_place_is_where_it_happened() -> None:
    place = the("Meet", "Vladimir Putin met Kim Jong Un in Vladivostok.").place
    assert place is not None
    assert place.entity.id == "wd:Q959"


@pytest.mark.parametrize(
    ("type_", "text"),
    [
        ("Meet", "Vladimir Putin flew to Vladivostok for a summit with Kim Jong Un."),
        ("Meet", "Vladimir Putin flew to Vladivostok to meet Kim Jong Un."),
        ("Meet", "Angela Merkel was in Vladivostok as Vladimir Putin met Kim Jong Un."),
        ("Mobilize", "Russia moved thousands of troops to Vladivostok."),
    ],
)
def test_the_place_is_where_one_goes_for_it_or_brings_something(type_: str, text: str) -> None:
    place = the(type_, text).place
    assert place is not None
    assert place.entity.id == "wd:Q959"


def test_what_is_done_when_something_else_is_has_its_time_and_place() -> None:
    letter = the("Correspond", "Vyacheslav Volodin delivered a letter to Kim when he met him in Pyongyang on Thursday.")
    assert letter.time is not None and letter.time.value == "2025-08-14"
    assert letter.place is not None and letter.place.text == "Pyongyang"


def test_a_month_is_no_time_where_a_person_is_called_so() -> None:
    text = "Theresa May left. Boris Johnson met Michael Gove and criticized May's deal."
    assert all(statement.time is None for statement in statements(text))


def test_a_time_right_behind_what_lies_ahead_is_its_own() -> None:
    text = (
        "Vladimir Putin held a phone call with Kim Jong Un ahead of his summit with Donald Trump in Alaska on Friday."
    )
    [meeting] = [one for one in extract(Document("d1", text, published=date(2025, 8, 13))) if one.type == "Meet"]
    assert meeting.time is not None
    assert meeting.time.value == "2025-08-15"


@pytest.mark.parametrize(
    ("text", "town"),
    [
        ("Sadiq Khan, the mayor of London, met Vladimir Putin.", "wd:Q84"),
        ("Sadiq Khan, mayor of the British city of London, met Vladimir Putin.", "wd:Q84"),
    ],
)
def test_a_mayor_holds_the_office_of_the_town_not_of_its_state(text: str, town: str) -> None:
    assert [mention.entity.id for mention in the("holdsOffice", text).recipient] == [town]


def test_evidence_is_the_sentence_with_its_offsets() -> None:
    text = "It rained. Vladimir Putin met Kim Jong Un. It went on raining."
    evidence = the("Meet", text).evidence
    assert evidence.quote == "Vladimir Putin met Kim Jong Un."
    assert text[evidence.start : evidence.end] == evidence.quote


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Italian Prime Minister Giorgia Meloni spoke.", "Giorgia Meloni — headOfGovernment → Italy"),
        ("Emmanuel Macron, the president of France, spoke.", "Emmanuel Macron — headOfState → France"),
        ("Yury Ushakov, Putin's foreign policy aide, spoke.", "Yury Ushakov — affiliatedWith → Vladimir Putin"),
        ("The Russian Defence Ministry denied it.", "Russian Defense Ministry — partOf → Russia"),
    ],
)
def test_titles_and_appositions_give_relations(text: str, expected: str) -> None:
    assert expected in [str(statement) for statement in statements(text)]


def test_an_office_is_that_of_the_subject_where_the_object_is_a_time() -> None:
    found = the("holdsOffice", "Boris Johnson served eight years as the mayor of London.")
    assert (found.actor[0].entity.name, found.recipient[0].entity.name) == ("Boris Johnson", "London")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("Emmanuel Macron won the presidential election in France.", "France"),
        ("Hamas won the Palestinian elections.", "Palestine"),
        ("Turkey celebrated. Recep Tayyip Erdoğan won re-election on Sunday.", "Turkey"),
    ],
)
def test_who_is_elected_is_elected_in_the_state_of_office_or_vote(text: str, where: str) -> None:
    assert [party.entity.name for party in the("Elect", text).recipient] == [where]


def test_of_a_light_verb_the_subject_acts_whoever_its_pronoun_may_be() -> None:
    text = "Kim Jong Un held a summit with Vladimir Putin, who paid his second visit to Pyongyang in June."
    assert the("Visit", text).actor[0].entity.name == "Vladimir Putin"


def test_what_others_do_to_each_other_is_not_done_to_each_other_by_the_subject() -> None:
    visit = the(
        "Visit", "Vladimir Putin travelled to China for talks with Xi Jinping, obliging them to help each other."
    )
    assert [party.text for party in visit.recipient] == ["China"]


def test_that_a_nameless_person_has_an_office_says_nothing() -> None:
    assert "holdsOffice" not in [statement.type for statement in statements("The mayor of London met Vladimir Putin.")]


def test_a_former_office_is_denied() -> None:
    text = "Former French President Nicolas Sarkozy spoke."
    assert the("headOfState", text).modality == "denied"


@pytest.mark.parametrize("text", ["", "\n\n", "It rained all day.", "The the the.", "🌧️ 🌧️", "a" * 5000])
def test_where_nothing_is_told_nothing_is_found(text: str) -> None:
    assert statements(text) == []


@pytest.mark.parametrize(
    ("text", "type_", "time"),
    [
        ("In 1904, when Chile signed a treaty with Bolivia, Peru protested.", "SignAgreement", "1904"),
        ("Russia has occupied Crimea since 2014.", "Invade", "2014/.."),
        ("Protesters have demonstrated in Hong Kong since early June.", "Protest", "2019-06/.."),
        ("The army said on Sunday that Israel attacked Hamas.", "Attack", "2019-08-25"),
        ("Putin spoke with Kim on Tuesday ahead of his summit with Trump.", "Meet", None),
        ("Vladimir Putin spoke with Kim Jong Un on Tuesday, pledging more help.", "Pledge", "2019-08-27"),
        (
            "Putin made a trip to Vietnam in June 2024, his first visit in years, when he signed a treaty with Hanoi.",
            "SignAgreement",
            "2024-06",
        ),
        (
            "Hungary invaded Austria on 15 November 2017. Its army withdrew from Vienna on 21 November.",
            "Withdraw",
            "2017-11-21",
        ),
    ],
)
def test_the_time_of_an_event_is_its_own(text: str, type_: str, time: str | None) -> None:
    found = [one for one in extract(Document("d1", text, published=date(2019, 8, 28))) if one.type == type_]
    assert {one.time.value if one.time else None for one in found} == {time}


def test_the_neighbours_of_a_document_do_not_matter(root: Path) -> None:
    documents = list(read(root / "seeds" / "articles"))
    together = [to_statements(document, doc) for document, doc in analyse(documents)]
    assert together == [extract(document) for document in documents]


def test_an_auxiliary_has_no_say_over_a_finite_verb_behind_and() -> None:
    text = "Viktor Orban would not support Russia, and urged Germany to release the funds."
    assert the("Request", text).modality == "asserted"


@pytest.mark.parametrize(
    ("text", "parties"),
    [
        ("The Trump-Zelensky talks ended.", {"Donald Trump", "Volodymyr Zelensky"}),
        ("The U.S.-Russia talks ended.", {"United States", "Russia"}),
    ],
)
def test_a_hyphen_before_what_two_share_joins_its_parties(text: str, parties: set[str]) -> None:
    talks = the("Negotiate", text)
    assert {mention.entity.name for mention in (*talks.actor, *talks.recipient)} == parties
    assert talks.place is None


def test_the_year_in_a_name_is_no_time() -> None:
    statement = the("Visit", "Emmanuel Macron visited Japan for Expo 2020.")
    assert statement.time is None
