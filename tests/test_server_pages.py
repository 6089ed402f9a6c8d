"""The pages of `kg serve`: start, search, entities with their sentences, and queries; hostile data stays text."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import RDFS

from kg.model import Document, Entity, Evidence, Mention, Statement
from kg.ontology import KG, iri
from kg.store import open_store
from tests.examples import MEETING, MET, NO_AID, PUTIN, SIGN, TREATY, document, statement
from tests.servers import Reply, Server, serving

pytest.importorskip("starlette", reason="needs the extra serve: pip install 'geokg[serve]'")

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
NASTY = "<script>alert('name')</script> & \"quotes\""
OFFICE = document("Putin leads Russia; it has been so for long.", "d4")
HOLDS = statement(OFFICE, "headOfState", "Putin", "Russia", confidence=0.9)


def hostile() -> tuple[Document, Statement]:
    """A document whose title, outlet, address, names and sentence all try to become markup."""
    text = f"Putin met {NASTY} in the <b>dark</b>."
    url = "javascript:alert('url')"
    of = Document("d3", text, title=f"<img src=x onerror=alert(1)>{NASTY}", source="<i>outlet</i>", url=url)
    start = text.index(NASTY)
    nasty = Mention(Entity("kge:Person-nasty", "Person", NASTY), NASTY, start, start + len(NASTY))
    return of, Statement(
        kind="event",
        type="Meet",
        plover="CONSULT",
        evidence=Evidence("d3", 0, len(text), text),
        actor=(Mention(PUTIN, "Putin", 0, 5),),
        recipient=(nasty,),
        confidence=0.5,
    )


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graph on disk with a meeting, an office, a treaty, a denial, two entities that are one, and hostile names."""
    path = tmp_path_factory.mktemp("pages") / "pages.kg"
    bad, met_nasty = hostile()
    with open_store(path) as store:
        store.add(MEETING, [MET])
        store.add(TREATY, [SIGN, NO_AID])
        store.add(OFFICE, [HOLDS])
        store.add(bad, [met_nasty])
        volodin = document("Volodin met Kim.", "d5")
        store.add(volodin, [statement(volodin, "Meet", "Volodin", "Kim")])
        odd = document("Putin visited Київ/№1?# today.", "d6")
        there = Mention(Entity("kge:City-київ/№1?#", "City", "Київ/№1?#"), "Київ/№1?#", 14, 23)
        store.add(odd, [replace(statement(odd, "Visit", "Putin"), recipient=(there,))])
        store.same_as("kge:Person-vyacheslav-volodin", "wd:Q982461")
    return path


@pytest.fixture(scope="module")
def server(path: Path) -> Iterator[Server]:
    """A server over that graph."""
    with serving(path, "--workers", 2) as server:
        yield server


def page(server: Server, address: str) -> Reply:
    """What a browser gets at an address."""
    reply = server.ask(address, headers=BROWSER)
    assert reply.type == "text/html", reply.text
    return reply


def words(reply: Reply) -> str:
    """The text of a page as one line."""
    reader = _Reader()
    reader.feed(reply.text)
    return " ".join(" ".join(reader.words).split())


class _Reader(HTMLParser):
    """Gathers text, links, and the names of elements and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.elements: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def links(reply: Reply) -> list[str]:
    """Where the links of a page lead."""
    reader = _Reader()
    reader.feed(reply.text)
    return reader.links


# --- an entity ---


def test_an_entity_has_a_page_with_its_events_and_their_sentences(server: Server) -> None:
    text = words(page(server, "/entity/wd:Q7747"))
    assert "Vladimir Putin met Kim Jong Un" in text
    assert "2025-08-14" in text
    assert "in Pyongyang" in text
    assert "says Korean Central News Agency" in text
    assert "Putin met Kim in Pyongyang on Thursday, KCNA said." in text


def test_each_sentence_leads_to_its_source_and_each_name_to_its_page(server: Server) -> None:
    found = links(page(server, "/entity/wd:Q7747"))
    assert {"https://example.org/meeting", "/entity/wd:Q56226", "/entity/wd:Q18808", "/entity/kge:Media-kcna"} <= set(
        found
    )


def test_offices_stand_apart_from_events(server: Server) -> None:
    text = words(page(server, "/entity/wd:Q7747"))
    assert (
        text.index("Offices")
        < text.index("is head of state of Russia")
        < text.index("Timeline")
        < text.index("met Kim")
    )
    assert "is head of state of Russia" in words(page(server, "/entity/wd:Q159"))


def test_what_has_not_happened_is_marked(server: Server) -> None:
    text = words(page(server, "/entity/wd:Q159"))
    assert re.search(r"signed an agreement with North Korea planned", text)
    assert "denied" in text
    assert "5,000 troops" in text


def test_parties_of_one_side_are_told_from_the_entity_of_the_page(server: Server) -> None:
    assert "North Korea signed an agreement with Russia" in words(page(server, "/entity/wd:Q423"))


def test_what_an_entity_says_of_others_stands_apart(server: Server) -> None:
    text = words(page(server, "/entity/kge:Media-kcna"))
    assert text.index("What it says of others") < text.index("Vladimir Putin met Kim Jong Un")


def test_an_entity_that_is_one_with_another_leads_there(server: Server) -> None:
    reply = server.ask("/entity/kge:Person-vyacheslav-volodin", headers=BROWSER)
    assert (reply.status, reply.headers["location"]) == (303, "/entity/wd:Q982461")
    assert "One with: Vyacheslav Volodin" in words(page(server, "/entity/wd:Q982461"))


@pytest.mark.parametrize(
    ("accept", "parser"),
    [("text/turtle", "turtle"), ("application/ld+json", "json-ld"), ("application/n-triples", "nt")],
)
def test_an_entity_comes_as_rdf_with_its_statements_and_sentences(server: Server, accept: str, parser: str) -> None:
    reply = server.ask("/entity/wd:Q7747", headers={"Accept": accept})
    assert reply.type == accept
    assert reply.headers["vary"].startswith("Accept")
    graph = Graph().parse(data=reply.text, format=parser)
    assert str(graph.value(iri("wd:Q7747"), RDFS.label)) == "Vladimir Putin"
    assert (iri("wd:Q7747"), KG.met, iri("wd:Q56226")) in graph
    quotes = {
        str(text)
        for text in graph.objects(
            None, URIRef("http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#anchorOf")
        )
    }
    assert "Putin met Kim in Pyongyang on Thursday, KCNA said." in quotes


def test_the_page_names_its_other_forms(server: Server) -> None:
    reply = page(server, "/entity/wd:Q7747")
    assert '<link rel="alternate" type="text/turtle" href="?format=turtle">' in reply.text
    assert server.ask("/entity/wd:Q7747?format=turtle", headers=BROWSER).type == "text/turtle"


def test_names_of_all_scripts_and_signs_have_pages(server: Server) -> None:
    [odd] = [
        link for link in links(page(server, "/search?q=%D0%9A%D0%B8%D1%97%D0%B2")) if link.startswith("/entity/kge")
    ]
    assert words(page(server, odd)).count("Київ/№1?#") >= 1


# --- hostile data ---


@pytest.mark.parametrize(
    "address", ["/", "/entity/wd:Q7747", "/entity/kge:Person-nasty", "/search?q=script", f"/search?q={quote(NASTY)}"]
)
def test_names_and_sentences_stay_text(server: Server, address: str) -> None:
    reply = server.ask(address, headers=BROWSER)
    if reply.status == 303:
        reply = server.ask(reply.headers["location"], headers=BROWSER)
    reader = _Reader()
    reader.feed(reply.text)
    assert NASTY in " ".join(reader.words)
    assert not reader.elements & {"script", "img", "b", "i"}
    assert not any(name.startswith("on") or name == "style" for name in reader.attributes)


def test_an_address_that_is_no_web_page_is_no_link(server: Server) -> None:
    assert not any("javascript" in link for link in links(page(server, "/entity/wd:Q7747")))
    query = "SELECT ?url { ?document schema:url ?url }"
    found = links(page(server, f"/query?{urlencode({'plain': '', 'query': query})}"))
    assert "https://example.org/meeting" in found
    assert not any(link.lower().startswith("javascript") for link in found)


@pytest.mark.parametrize("address", ["/", "/entity/wd:Q7747", "/search?q=kim", "/query?plain", "/entity/wd:Q1"])
def test_a_page_lets_the_browser_do_nothing_but_what_the_server_gives(server: Server, address: str) -> None:
    policy = server.ask(address, headers=BROWSER).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert server.ask(address, headers=BROWSER).headers["x-content-type-options"] == "nosniff"


# --- search ---


def test_names_are_found_by_a_part(server: Server) -> None:
    found = links(page(server, "/search?q=kor"))
    assert {"/entity/wd:Q423", "/entity/kge:Media-kcna"} <= set(found)


def test_an_entity_is_found_by_what_the_news_call_it(server: Server) -> None:
    assert "/entity/kge:Media-kcna" in links(page(server, "/search?q=KCNA"))


def test_the_very_name_leads_to_the_page(server: Server) -> None:
    reply = server.ask("/search?q=vladimir+putin", headers=BROWSER)
    assert (reply.status, reply.headers["location"]) == (303, "/entity/wd:Q7747")


def test_a_name_that_nobody_has_is_told(server: Server) -> None:
    assert "No entity has this in its name" in words(page(server, "/search?q=zzz%22%27%5C%0A"))


def test_the_start_tells_how_much_there_is(server: Server) -> None:
    reply = page(server, "/")
    assert "7 statements of 6 documents" in words(reply)
    assert {"/entity/wd:Q7747", "/query?name=meetings"} <= set(links(reply))


# --- queries ---


def test_the_plain_page_runs_a_query_without_scripts(server: Server) -> None:
    query = "SELECT ?whom ?name { wd:Q7747 kg:met ?whom . ?whom rdfs:label ?name } ORDER BY ?name"
    reply = page(server, f"/query?{urlencode({'plain': '', 'query': query})}")
    assert "2 rows" in words(reply)
    assert "/entity/wd:Q56226" in links(reply)


def test_the_named_queries_are_examples_and_their_names_lead_to_pages(server: Server) -> None:
    assert "/query?plain&name=meetings" in links(page(server, "/query?plain"))
    reply = page(server, "/query?plain&name=meetings")
    assert "Putin met Kim in Pyongyang on Thursday, KCNA said." in words(reply)
    assert {"/entity/wd:Q7747", "/entity/wd:Q56226"} <= set(links(reply))


def test_results_can_be_taken_away_in_each_form(server: Server) -> None:
    found = links(page(server, "/query?plain&name=meetings"))
    [csv] = [link for link in found if link.startswith("/sparql") and link.endswith("format=csv")]
    assert server.ask(csv, headers=BROWSER).type == "text/csv"


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("ASK { wd:Q7747 kg:met wd:Q56226 }", "The answer is yes"),
        ("CONSTRUCT { ?s kg:met ?o } WHERE { ?s kg:met ?o FILTER (?s = wd:Q56226) }", "2 triples"),
        ("SELECT ?x { ?x kg:nothing ?y }", "0 rows"),
        ("SELECT {", "malformed at line 1"),
        ("SELECT * { SERVICE <http://example.org/> {} }", "SERVICE is switched off"),
    ],
)
def test_the_plain_page_shows_each_kind_of_result(server: Server, query: str, shown: str) -> None:
    assert shown in words(page(server, f"/query?{urlencode({'plain': '', 'query': query})}"))


def test_words_for_completion_are_the_prefixes_and_the_ontology(server: Server) -> None:
    found = json.loads(server.ask("/terms.json").text)
    assert found["prefixes"]["kg"] == str(KG)
    assert {"term": "kg:met", "iri": str(KG.met), "label": "met"} in found["property"]
    assert "kg:Meet" in {one["term"] for one in found["class"]}
    assert "nif:anchorOf" in {one["term"] for one in found["property"]}


def test_style_and_colours_come_from_the_server(server: Server) -> None:
    assert server.ask("/static/server.css").type == "text/css"
    assert ".tone-4 { --tone: #c62f1d; }" in server.ask("/palette.css").text
    assert server.ask("/static/../app.py").status == 404
