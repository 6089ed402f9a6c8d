"""What a SPARQL text would do, told before it runs: nothing may call another server, however it is written."""

from contextlib import suppress

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import QueryError
from kg.server.sparql import find_call, graphs_of, with_dataset


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <URL> { ?s ?p ?o } }",
        "SELECT * { service silent <URL> { ?s ?p ?o } }",
        "SELECT * { {}SERVICE<URL>{ ?s ?p ?o } }",
        "SELECT * { ?s ?p 1SERVICE<URL>{ ?a ?b ?c } }",
        "SELECT * { ?s ?p trueSERVICESILENT<URL>{ ?a ?b ?c } }",
        "PREFIX e: <URL> SELECT * { SERVICEe:x{ ?s ?p ?o } }",
        "PREFIX : <URL> SELECT * { SERVICE:x{ ?s ?p ?o } }",
        "SELECT * { VALUES ?x { <URL> } SERVICE?x{ ?s ?p ?o } }",
        "SELECT * { ?s ?p ?o # a comment\rSERVICE <URL> { ?a ?b ?c } }",
        "SELECT * { BIND (1 AS ?a) FILTER (?a<'x'&&'>'='>') SERVICE <URL> { ?s ?p ?o } FILTER ('z'='z') }",
        'SELECT * { BIND (1 AS ?a) FILTER (?a<"x"||">"="#") SERVICE <URL> { ?s ?p ?o } FILTER ("z"="z") }',
        "SELECT * { BIND ('''it's''' AS ?a) SERVICE <URL> { ?s ?p ?o } }",
        "SELECT * { BIND ('\\\\' AS ?a) SERVICE <URL> { ?s ?p ?o } BIND ('' AS ?b) }",
        "ASK { FILTER EXISTS { SERVICE <URL> { ?s ?p ?o } } }",
    ],
)
def test_a_call_of_another_server_is_found(query: str) -> None:
    text = query.replace("URL", "http://127.0.0.1:9/")
    assert find_call(text) == "SERVICE"
    with suppress(OSError):
        pyoxigraph.Store().query(text)  # no SyntaxError: the engine understands it, and would call


@pytest.mark.parametrize(
    "update", ["LOAD <URL>", "CLEAR ALL;load<URL>", "PREFIX e: <URL> LOADe:x", "INSERT {} WHERE {} ;LOAD SILENT <URL>"]
)
def test_a_load_is_found(update: str) -> None:
    text = update.replace("URL", "http://127.0.0.1:9/")
    assert find_call(text) == "LOAD"
    with suppress(OSError):
        pyoxigraph.Store().update(text)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?service { ?service a $load }",
        "SELECT * { ?s rdfs:label 'Federal Security Service' }",
        'SELECT * { ?s rdfs:label """the "Service" of \\"LOAD\\" """@en }',
        "SELECT * { ?s <http://example.org/service#load> ex:service }",
        "SELECT * { ?s ?p ?o } # a SERVICE",
        "PREFIX ex: <http://example.org/service/> ASK { ex:service ex:load _:service }",
        "SELECT * { ?s ?p 'x'@service }",
    ],
)
def test_a_word_in_a_name_or_a_text_is_no_call(query: str) -> None:
    assert find_call(query) is None


@given(st.text(alphabet=" \n<>\"'\\\\{}()?$:@#.=&|^`aSERVICE1", max_size=60))
def test_a_call_stays_a_call_whatever_stands_before_it(before: str) -> None:
    """Where the engine understands a text, it finds a call there exactly where we do; where it does not, nothing runs."""
    text = f"ASK {{ {before} SERVICE <http://127.0.0.1:9/> {{ ?s ?p ?o }} }}"
    try:
        pyoxigraph.Store().query(text)
    except SyntaxError:
        return
    except OSError:
        pass
    in_a_comment = "#" in before.rpartition("\n")[2]
    assert find_call(text) == "SERVICE" or in_a_comment


def test_the_graphs_of_a_query_are_those_of_its_from_clauses() -> None:
    query = """PREFIX a: <http://example.org/a/> PREFIX : <http://example.org/>
    SELECT * FROM a:b FROM NAMED :c FROM<http://example.org/d> # FROM <http://example.org/e>
    WHERE { ?from ?p "FROM <http://example.org/f>" FILTER EXISTS { SELECT * { ?s ?p 'FROM' } } }"""
    assert graphs_of(query, {}) == ["http://example.org/a/b", "http://example.org/c", "http://example.org/d"]


def test_a_prefix_from_outside_is_known() -> None:
    assert graphs_of("SELECT * FROM g:d1 { ?s ?p ?o }", {"g": "http://example.org/g/"}) == ["http://example.org/g/d1"]


def test_graphs_of_a_request_become_the_dataset_of_each_where() -> None:
    update = (
        "INSERT { ?s ?p 2 } WHERE { ?s ?p 1 FILTER EXISTS { ?a ?b ?c } } ; DELETE { ?s ?p 'WHERE' } WHERE { ?s ?p 1 }"
    )
    assert with_dataset(update, ["http://e.org/a"], ["http://e.org/b"]) == (
        "INSERT { ?s ?p 2 } USING <http://e.org/a> USING NAMED <http://e.org/b> WHERE { ?s ?p 1 FILTER EXISTS { ?a ?b ?c } } ; "
        "DELETE { ?s ?p 'WHERE' } USING <http://e.org/a> USING NAMED <http://e.org/b> WHERE { ?s ?p 1 }"
    )


@pytest.mark.parametrize(
    ("update", "why"),
    [
        ("INSERT { ?s ?p 2 } USING <http://e.org/c> WHERE { ?s ?p 1 }", "says USING"),
        ("WITH <http://e.org/c> DELETE { ?s ?p 2 } WHERE { ?s ?p 1 }", "says WITH"),
        ("DELETE WHERE { ?s ?p 1 }", "DELETE WHERE takes no"),
    ],
)
def test_an_update_has_one_dataset(update: str, why: str) -> None:
    with pytest.raises(QueryError, match=why):
        with_dataset(update, ["http://e.org/a"], [])


def test_without_graphs_an_update_stays_as_it_is() -> None:
    assert with_dataset("CLEAR ALL", [], []) == "CLEAR ALL"
