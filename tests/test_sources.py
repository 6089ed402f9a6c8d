"""Files, folders and pages → documents: the seed pages, JSON lines, HTML, and what cannot be read."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kg.errors import SourceError
from kg.model import Document
from kg.sources import find_files, read, text
from kg.sources.dating import find_dates, find_printed_date, infer_date
from kg.sources.pages import days_ago, split_articles

FIRST, SECOND = "000_4820eaeef46101a6.txt", "002_ecd9c9564b07f1ed.txt"
ARTICLE = (
    "The two leaders met in Pyongyang and spoke for two hours about their treaty, the agency said on Friday.\n"
    "They agreed to meet again in Moscow, and to send their ministers ahead of them in the autumn."
)


def skipped(*sources: Path, encoding: str = "utf-8") -> tuple[list[Document], list[str]]:
    """The documents of the sources, and the reasons for what was left out."""
    reasons: list[str] = []
    documents = read(*sources, encoding=encoding, on_skip=lambda error: reasons.append(str(error)))
    return list(documents), reasons


# --- the seed pages ---


@pytest.fixture(scope="module")
def first(root: Path) -> list[Document]:
    """The first seed page: a main article, and three of other outlets glued behind it."""
    return list(read(root / "seeds" / "articles" / FIRST))


@pytest.fixture(scope="module")
def second(root: Path) -> list[Document]:
    """The second seed page: an article, and a list of headlines."""
    return list(read(root / "seeds" / "articles" / SECOND))


def test_the_first_seed_page_is_four_articles(first: list[Document]) -> None:
    assert [(one.title, one.source, one.published) for one in first] == [
        (
            "Putin praises ‘heroic' North Korean troops fighting in Ukraine in letter to Kim Jong-un",
            "Daily8",
            date(2025, 8, 15),
        ),
        (
            "Italian PM Giorgia Meloni caught rolling her eyes as Merz ‘lectures' Trump during Ukraine talks",
            "The Independent",
            date(2025, 8, 19),
        ),
        (
            "NATO scrambles war planes as Putin unleashes hell on Ukraine despite peace promise",
            "Daily Mirror",
            date(2025, 8, 19),
        ),
        (
            "Alaskan man is left 'speechless' after Putin gifts him Russian motorbike after the American complained"
            " that sanctions made refitting his own model impossible",
            "Daily Mail",
            date(2025, 8, 19),
        ),
    ]


def test_a_date_that_no_page_prints_is_marked_as_inferred(first: list[Document], second: list[Document]) -> None:
    assert all(one.inferred for one in first)
    assert not any(one.inferred for one in second)


def test_each_article_ends_where_its_text_ends(first: list[Document]) -> None:
    assert [one.text.split()[-3:] for one in first] == [
        ["signed", "the", "treaty."],
        ["two", "months", "ago."],
        ["a", "post-war", "Ukraine."],
        ["from", "exporting", "bikes."],
    ]


def test_the_second_seed_page_is_one_article(second: list[Document]) -> None:
    [article] = second
    assert article.title == "'Courageous' North Korean soldiers joined Ukraine war at Kim's initiative: Putin"
    assert article.source == "AA"
    assert article.published == date(2025, 9, 3)
    assert article.text.endswith("Pyongyang lost some 2,000 troops in the fight against Kiev.")


@pytest.mark.parametrize(
    "furniture",
    [
        "minutes ago",
        "Hashtags",
        "Try Our AI Features",
        "No comments yet",
        "Related Articles",
        "Explore what Daily8",
        "- The Independent",
        "2 min read",
        "SOURCE",
        "Recommended",
        "Explore",
        "Doha summit",
        "Tinder Swindler",
        "war games",
    ],
)
def test_furniture_and_headlines_of_other_stories_are_no_content(
    first: list[Document], second: list[Document], furniture: str
) -> None:
    assert not any(furniture in one.text for one in first + second)


def test_articles_have_different_ids_that_stay(first: list[Document], root: Path) -> None:
    again = list(read(root / "seeds" / "articles" / FIRST))
    assert [one.id for one in again] == [one.id for one in first]
    assert len({one.id for one in first}) == 4


# --- text pages ---


def write(path: Path, content: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(content.encode(encoding))
    return path


def test_a_plain_article_is_itself(tmp_path: Path) -> None:
    [article] = read(write(tmp_path / "a.txt", f"Leaders meet again\n\n{ARTICLE}\n"))
    assert article.title == "Leaders meet again"
    assert article.text == f"Leaders meet again\n\n{ARTICLE}"
    assert (article.source, article.published, article.inferred, article.url) == (None, None, False, None)


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n"])
def test_line_ends_do_not_matter(tmp_path: Path, ending: str) -> None:
    [article] = read(write(tmp_path / "a.txt", ARTICLE.replace("\n", ending)))
    assert article.text == ARTICLE


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_no_content(tmp_path: Path, encoding: str) -> None:
    [article] = read(write(tmp_path / "a.txt", ARTICLE, encoding))
    assert article.text == ARTICLE


def test_the_date_in_the_header_is_the_articles_own() -> None:
    [article] = split_articles(f"Leaders meet again\nPublished 15 August 2025\n{ARTICLE}")
    assert (article.published, article.inferred) == (date(2025, 8, 15), False)
    assert "Published" not in article.text


def test_a_card_dates_its_neighbours_by_the_days_that_have_passed() -> None:
    dated = ARTICLE.replace("the autumn", "the autumn of 2025, on August 18, 2025")
    page = f"Main\n{ARTICLE}\nDaily Mail\n1 day ago\nOne\n{dated}\nThe Sun\n3 hours ago\nTwo\n{ARTICLE}"
    main, one, two = split_articles(page)
    assert (one.source, one.published) == ("Daily Mail", date(2025, 8, 18))
    assert (two.source, two.published) == ("The Sun", date(2025, 8, 19))
    assert (main.source, main.published) == (None, date(2025, 8, 15))


def test_a_page_without_any_date_stays_undated() -> None:
    [article] = split_articles(f"Main\n{ARTICLE}")
    assert (article.published, article.inferred) == (None, False)


@pytest.mark.parametrize(
    ("line", "days"),
    [
        ("25 minutes ago", 0),
        ("an hour ago", 0),
        ("just now", 0),
        ("2 days ago", 2),
        ("one week ago", 7),
        ("yesterday", 1),
        ("Yesterday we met.", None),
        ("The war began two years ago.", None),
    ],
)
def test_a_relative_page_time_counts_whole_days(line: str, days: int | None) -> None:
    assert days_ago(line) == days


@pytest.mark.parametrize(
    ("line", "days"),
    [
        ("on 2025-08-14", [date(2025, 8, 14)]),
        ("August 14, 2025", [date(2025, 8, 14)]),
        ("Aug. 14th 2025", [date(2025, 8, 14)]),
        ("the 14th of August 2025", [date(2025, 8, 14)]),
        ("the night of August 18-19, 2025", [date(2025, 8, 19)]),
        ("1 May 2024 and 3 June 2024", [date(2024, 5, 1), date(2024, 6, 3)]),
        ("February 30, 2025", []),
        ("August 14", []),
    ],
)
def test_full_dates_are_found(line: str, days: list[date]) -> None:
    assert find_dates(line) == days


def test_a_date_in_a_sentence_is_no_header() -> None:
    long = "On August 14, 2025 the two leaders met in the capital and spoke about the treaty for hours."
    assert find_printed_date([long]) is None


def test_the_newest_date_of_a_text_is_the_likely_day() -> None:
    assert infer_date("In 2024-06-19 they signed; on 2025-08-14 they met.") == date(2025, 8, 14)


def test_a_date_after_the_page_is_not_its_day() -> None:
    assert infer_date("They meet on 2025-12-01, after 2025-08-14.", date(2025, 8, 19)) == date(2025, 8, 14)


def test_the_weekday_of_the_report_is_the_day_before_the_page() -> None:
    assert infer_date("the Guardian reported on Friday", date(2025, 8, 19)) == date(2025, 8, 15)


# --- JSON lines ---


def records(path: Path, *lines: Any) -> Path:
    return write(path, "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))


def test_a_record_keeps_its_id_and_fields(tmp_path: Path) -> None:
    record = {
        "id": "wikinews-045",
        "date": "2019-10-22",
        "title": "Elections",
        "url": "https://example.org/a",
        "text": ARTICLE,
        "source": "Wikinews",
        "language": "en",
    }
    [article] = read(records(tmp_path / "a.jsonl", record))
    assert article == Document(
        "wikinews-045", ARTICLE, "Elections", "https://example.org/a", "Wikinews", date(2019, 10, 22), False, "en"
    )


def test_the_text_of_a_record_is_kept_as_it_is(tmp_path: Path) -> None:
    [article] = read(records(tmp_path / "a.jsonl", {"text": "  Related Articles\r\n25 minutes ago \u2028"}))
    assert article.text == "  Related Articles\r\n25 minutes ago \u2028"


def test_a_record_needs_only_its_text(tmp_path: Path) -> None:
    [article] = read(records(tmp_path / "a.ndjson", {"text": ARTICLE}))
    assert (article.title, article.url, article.source, article.published) == ("", None, None, None)
    assert len(article.id) == 16


def test_a_number_may_be_an_id(tmp_path: Path) -> None:
    assert [one.id for one in read(records(tmp_path / "a.jsonl", {"id": 7, "text": ARTICLE}))] == ["7"]


@pytest.mark.parametrize("key", ["date", "published"])
def test_a_time_of_day_is_dropped(tmp_path: Path, key: str) -> None:
    [article] = read(records(tmp_path / "a.jsonl", {key: "2025-08-14T10:00:00Z", "text": ARTICLE}))
    assert article.published == date(2025, 8, 14)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('{"text": "Putin met', "not JSON .* at column"),
        ('["text"]', "not a JSON object"),
        ('{"title": "Putin"}', 'no "text"'),
        ('{"text": "  "}', 'no "text"'),
        ('{"text": "Putin met Kim.", "date": "last week"}', "\"date\" is 'last week': write it as 2025-08-14"),
        ('{"text": "Putin met Kim.", "title": ["a"]}', '"title" is list, not a string'),
        ('{"text": "Putin met Kim.", "title": true}', '"title" is bool, not a string'),
        (r'{"text": "Putin \ud800 met Kim."}', "half a character"),
        (r'{"text": "Putin met Kim.", "title": "\ud800"}', "half a character"),
    ],
)
def test_a_broken_line_is_told_by_its_number_and_the_others_are_read(tmp_path: Path, line: str, why: str) -> None:
    path = records(tmp_path / "a.jsonl", {"text": "One."}, line, "", {"text": "Two."})
    documents, [reason] = skipped(path)
    assert [one.text for one in documents] == ["One.", "Two."]
    assert reason.startswith(f"{path}:2: ")
    assert re.search(why, reason)


def test_a_file_of_broken_lines_holds_no_article(tmp_path: Path) -> None:
    path = records(tmp_path / "a.jsonl", "{", "[]")
    with pytest.raises(SourceError, match=r'a\.jsonl holds no article: each line must be a JSON object with "text"'):
        skipped(path)


def test_the_same_id_comes_once(tmp_path: Path) -> None:
    path = records(tmp_path / "a.jsonl", {"id": "a", "text": "One."}, {"id": "a", "text": "Two."})
    documents, [reason] = skipped(path)
    assert [one.text for one in documents] == ["One."]
    assert "document a comes twice" in reason


# --- HTML ---

PAGE = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Leaders meet again | Daily</title>
<meta property="og:title" content="Leaders meet again"><meta property="og:site_name" content="The Daily">
<meta property="og:url" content="https://daily.example/leaders">
<meta property="article:published_time" content="2025-08-15T10:00:00+00:00"></head><body>
<nav><a href="/">Home</a> <a href="/world">World</a></nav>
<main><article><h1>Leaders meet again</h1>{"".join(f"<p>{line}</p>" for line in ARTICLE.splitlines() * 3)}</article></main>
<aside><h2>Most read</h2><ul><li><a href="/x">Cat wins election</a></li></ul></aside>
<footer>© 2025 The Daily. Accept all cookies.</footer></body></html>"""


def test_an_html_page_is_its_main_article(tmp_path: Path) -> None:
    [article] = read(write(tmp_path / "page.html", PAGE))
    assert article.title == "Leaders meet again"
    assert article.source == "The Daily"
    assert article.published == date(2025, 8, 15)
    assert article.url == "https://daily.example/leaders"
    assert article.text.startswith("Leaders meet again\nThe two leaders met in Pyongyang")


@pytest.mark.parametrize("furniture", ["Home", "Most read", "Cat wins election", "cookies"])
def test_the_furniture_of_an_html_page_is_no_content(tmp_path: Path, furniture: str) -> None:
    [article] = read(write(tmp_path / "page.htm", PAGE))
    assert furniture not in article.text


def test_an_html_page_in_the_encoding_that_it_declares(tmp_path: Path) -> None:
    page = PAGE.replace("utf-8", "windows-1252").replace("two leaders", "leaders of Türkiye")
    [article] = read(write(tmp_path / "page.html", page, "cp1252"))
    assert "The leaders of Türkiye met" in article.text


def test_an_html_page_without_an_article_is_one_sentence(tmp_path: Path) -> None:
    path = write(tmp_path / "page.html", "<html><body><nav><a href='/'>Home</a></nav></body></html>")
    with pytest.raises(SourceError, match=r"page\.html holds no article"):
        list(read(path))


def test_a_page_behind_a_url_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trafilatura.fetch_url", lambda url: PAGE)
    [article] = read("https://daily.example/other")
    assert article.title == "Leaders meet again"


def test_a_url_that_cannot_be_fetched_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trafilatura.fetch_url", lambda url: None)
    with pytest.raises(SourceError, match=r"https://daily\.example/other cannot be fetched"):
        list(read("https://daily.example/other"))


# --- folders and what cannot be read ---


def test_a_folder_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / ".hidden").mkdir()
    records(tmp_path / "b.jsonl", {"id": "b", "text": "B."})
    records(tmp_path / "sub" / "c.jsonl", {"id": "c", "text": "C."})
    records(tmp_path / "a.jsonl", {"id": "a", "text": "A."})
    records(tmp_path / ".hidden" / "d.jsonl", {"id": "d", "text": "D."})
    write(tmp_path / "notes.xyz", "no article")
    assert [one.id for one in read(tmp_path)] == ["a", "b", "c"]


def test_an_unreadable_file_in_a_folder_is_left_out(tmp_path: Path) -> None:
    records(tmp_path / "a.jsonl", {"id": "a", "text": "A."})
    path = write(tmp_path / "b.txt", "")
    documents, reasons = skipped(tmp_path)
    assert [one.id for one in documents] == ["a"]
    assert reasons == [f"{path} is empty: remove it or fill it"]


def test_a_missing_path_is_told_before_anything_is_read(tmp_path: Path) -> None:
    good = records(tmp_path / "a.jsonl", {"id": "a", "text": "A."})
    with pytest.raises(SourceError, match=r"none\.txt does not exist: give a file, a folder or a URL"):
        read(good, tmp_path / "none.txt")


def test_a_folder_without_articles_is_one_sentence(tmp_path: Path) -> None:
    write(tmp_path / "picture.png", "no article")
    with pytest.raises(SourceError, match=r"holds no articles: kg reads files that end in .*\.txt"):
        find_files(tmp_path)


def test_a_file_of_another_kind_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is of a kind that kg does not read"):
        read(write(tmp_path / "picture.png", "no article"))


BAD_BYTES = {
    "is empty": b"",
    "is empty: remove it or fill it": b" \n\t\n",
    "is binary, no text": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "it looks like cp125": "Türkiye’s president said “no” – again, for the third time.".encode("cp1252"),
    "is not utf-8 text": bytes(range(0x80, 0x100)) * 4,
}


@pytest.mark.parametrize("suffix", ["txt", "jsonl", "html"])
@pytest.mark.parametrize("why", BAD_BYTES)
def test_bytes_that_are_no_text_are_one_sentence(tmp_path: Path, why: str, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(BAD_BYTES[why])
    with pytest.raises(SourceError) as error:
        list(read(path))
    assert str(error.value).startswith(f"{path} ")
    assert why in str(error.value)


def test_the_encoding_that_is_proposed_works(tmp_path: Path) -> None:
    page = f"Встреча\n{'Президент России Владимир Путин встретился с Ким Чен Ыном во Владивостоке. ' * 5}".strip()
    path = write(tmp_path / "a.txt", page, "cp1251")
    with pytest.raises(SourceError, match="--encoding") as error:
        list(read(path))
    proposed = str(error.value).rpartition(" ")[2]
    assert text.read_text(path, proposed) == page


@pytest.mark.parametrize("encoding", ["klingon", "base64"])
def test_an_unknown_encoding_is_one_sentence(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(SourceError, match=f"'{encoding}' is no encoding that Python knows"):
        list(read(write(tmp_path / "a.txt", ARTICLE), encoding=encoding))


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(text.MAX_BYTES + 1)
    with pytest.raises(SourceError, match="has 200,000,001 bytes, more than 200,000,000: split it"):
        list(read(path))


def test_json_lines_may_be_of_any_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "MAX_BYTES", 10)
    path = records(tmp_path / "a.jsonl", *({"id": str(number), "text": ARTICLE} for number in range(3)))
    assert [one.id for one in read(path)] == ["0", "1", "2"]


def test_records_are_read_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id": "a", "text": "A."}\n' * 10_000 + b'{"text": "T\xfcrkiye"}\n')
    first = next(read(path))
    assert first.id == "a"


def test_a_page_of_headlines_holds_no_article(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no article, only headlines or furniture"):
        list(read(write(tmp_path / "a.txt", "Explore\nTrump did not say no\nUK summons ambassador\n")))


TORN = """Kremlin says talks go on

The Russian president, Vladimir
{page}

Putin, met the North Korean leader in Mos-
cow on Monday, and pre-
election talks went on.
A pre-election rally was held by the governing party in
the capital on the same day, and thousands came to see it.
"""


@pytest.mark.parametrize("page", ["Page 2 of 5", "14 August 2025 - Page 2", "- 2 -", "2"])
def test_what_the_end_of_a_line_or_page_tears_apart_is_one(tmp_path: Path, page: str) -> None:
    (document,) = read(write(tmp_path / "a.txt", TORN.format(page=page)))
    assert document.text.split("\n") == [
        "Kremlin says talks go on",
        "",
        "The Russian president, Vladimir Putin, met the North Korean leader in Moscow on Monday, and pre-election talks went on.",
        "A pre-election rally was held by the governing party in the capital on the same day, and thousands came to see it.",
    ]


def test_a_headline_stays_apart_from_the_text_below(tmp_path: Path) -> None:
    (document,) = read(write(tmp_path / "a.txt", f"Kremlin says that talks go on with Vladimir\n\n{ARTICLE}"))
    assert document.text.startswith("Kremlin says that talks go on with Vladimir\n\n")
