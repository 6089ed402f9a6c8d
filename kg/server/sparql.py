"""What a SPARQL text would do, told by its tokens before it runs: call other servers, name graphs, have a dataset.

The engine calls whatever `SERVICE` and `LOAD` name, and reads keywords without spaces around them (`1SERVICE<http://…>`).

>>> find_call("SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }")
'SERVICE'
>>> find_call("SELECT ?service { ?service rdfs:label 'Secret Service' } # SERVICE")
>>> graphs_of("SELECT * FROM <http://example.org/a> FROM NAMED g:b { ?s ?p ?o }", {"g": "http://example.org/"})
['http://example.org/a', 'http://example.org/b']
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kg.errors import QueryError

_TOKEN = re.compile(
    r"""
    (?P<comment> \#[^\n\r]* )
  | (?P<iri> <[^<>"{}|^`\\\x00-\x20]*> )
  | (?P<string> \"{3}(?:"{0,2}(?:[^"\\]|\\.))*\"{3} | '{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}
              | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*' )
  | (?P<variable> [?$]\w+ )
  | (?P<local> :[\w:%-]* )
  | (?P<language> @[A-Za-z]+ )
  | (?P<word> \w+ )
  | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL,
)
_ABSOLUTE = re.compile(r"<[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_CALLS = re.compile("SERVICE|LOAD", re.IGNORECASE)


class Token(NamedTuple):
    """A piece of SPARQL: its kind, its text, where it starts, and in how many braces it stands."""

    kind: str
    text: str
    start: int
    depth: int


def find_call(text: str) -> str | None:
    """The keyword by which a query or update would call another server, or None.

    `<` opens an IRI or compares, which only a grammar can tell. Both readings are followed, so that nothing can hide in
    what only looks like an IRI or a string. Where in doubt, the answer is the keyword.
    """
    reachable = {0}
    for position in range(len(text)):
        if position not in reachable:
            continue
        reachable.discard(position)
        token = _TOKEN.match(text, position)
        assert token is not None, "a token is at least one character"
        call = _CALLS.search(token[0]) if token.lastgroup == "word" else None
        if call:
            return call[0].upper()
        reachable.add(token.end())
        if token.lastgroup == "iri" and not _ABSOLUTE.match(token[0]):
            reachable.add(position + 1)
    return None


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a text but for comments and spaces; `<…>` is read as an IRI wherever it can be one."""
    depth = 0
    for match in _TOKEN.finditer(text):
        kind, piece = str(match.lastgroup), match[0]
        if kind == "comment" or piece.isspace():
            continue
        depth -= piece == "}"
        yield Token(kind, piece.upper() if kind == "word" else piece, match.start(), depth)
        depth += piece == "{"


def graphs_of(text: str, prefixes: Mapping[str, str]) -> list[str]:
    """The IRIs that a query names by `FROM` and `FROM NAMED`, as far as its prefixes are known."""
    known, found = dict(prefixes), []
    pieces = [token for token in tokens(text) if token.depth == 0]
    for number, token in enumerate(pieces):
        if token.kind != "word" or token.text not in ("PREFIX", "FROM"):
            continue
        after = pieces[number + 1 :]
        if token.text == "PREFIX":
            prefix, rest = _prefix(text, after)
            if rest and rest[0].kind == "iri":
                known[prefix] = rest[0].text[1:-1]
        else:
            rest = after[1:] if after and after[0].text == "NAMED" else after
            if rest and rest[0].kind == "iri":
                found.append(rest[0].text[1:-1])
            else:
                prefix, rest = _prefix(text, rest, local=True)
                if prefix in known:
                    found.append(known[prefix] + rest[0].text[1:])
    return found


def _prefix(text: str, pieces: list[Token], *, local: bool = False) -> tuple[str, list[Token]]:
    """A prefix with what follows it: its colon and local name where `local`, else what comes after the colon."""
    for number, token in enumerate(pieces):
        if token.kind == "local":
            return text[pieces[0].start : token.start].strip(), pieces[number + (not local) :]
    return "", []


def with_dataset(update: str, default: list[str], named: list[str]) -> str:
    """The update with these graphs as the dataset of each `WHERE`; QueryError where it names a dataset itself.

    >>> with_dataset("DELETE { ?s ?p 1 } WHERE { ?s ?p 1 }", ["http://example.org/a"], [])
    'DELETE { ?s ?p 1 } USING <http://example.org/a> WHERE { ?s ?p 1 }'
    """
    if not default and not named:
        return update
    clause = "".join(f"USING <{graph}> " for graph in default) + "".join(f"USING NAMED <{graph}> " for graph in named)
    result, done, before = [], 0, ""
    for token in tokens(update):
        if token.depth:
            continue
        if token.kind == "word" and token.text in ("USING", "WITH"):
            raise QueryError(
                f"the update says {token.text} and the request names graphs as well: leave out one of them"
            )
        if token.text == "WHERE" and before == "DELETE":
            raise QueryError("DELETE WHERE takes no using-graph-uri: write DELETE { … } WHERE { … }")
        if token.kind == "word" and token.text == "WHERE":
            result += [update[done : token.start], clause]
            done = token.start
        before = token.text
    return "".join([*result, update[done:]])
