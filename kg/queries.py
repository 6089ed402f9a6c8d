"""SPARQL by name, from `ontology/queries/*.rq`, and the ways to give a query: name, file, text.

The first comment line of a file is its title.
"""

import difflib
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from kg.errors import QueryError
from kg.resources import resource

_NAME = re.compile(r"[\w-]+")
_POSITION = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_SENTENCE = re.compile(r"(?:expected |one of |, )([A-Z][a-z]*(?: \w+)+)")
_LONGEST_REASON = 100


class NamedQuery(NamedTuple):
    """A query that an analyst asks often."""

    name: str
    title: str
    text: str


@cache
def named_queries() -> dict[str, NamedQuery]:
    """The shipped queries by name, in alphabetical order."""
    found = {}
    for path in sorted(resource("ontology", "queries").glob("*.rq")):
        text = path.read_text(encoding="utf-8")
        found[path.stem] = NamedQuery(path.stem, text.partition("\n")[0].lstrip("# ").strip(), text)
    return found


def find_query(argument: str) -> str:
    """The SPARQL text that a user means: of a named query, of a file, or the argument itself.

    Raises QueryError, with the known names, where the argument is one word and no known name or file.
    """
    if argument in named_queries():
        return named_queries()[argument].text
    if argument.endswith((".rq", ".sparql")):
        return _read(Path(argument))
    if _NAME.fullmatch(argument):
        near = difflib.get_close_matches(argument, named_queries(), n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise QueryError(f"no query is named {argument!r}{hint} (known: {', '.join(named_queries())})")
    return argument


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise QueryError(f"{path} does not exist: give a file with a SPARQL query") from None
    except (OSError, UnicodeError) as error:
        raise QueryError(f"{path} cannot be read ({error}): give a file with a SPARQL query in UTF-8") from error


def why_malformed(error: Exception) -> str:
    """One sentence, with line and column, of what the engine says of a malformed query."""
    match = _POSITION.search(str(error))
    if not match:
        return f"the query is malformed: {error}"
    line, column, reason = match.groups()
    said, reason = _SENTENCE.search(reason), " ".join(reason.split())
    why = said[1] if said else reason if len(reason) <= _LONGEST_REASON else "it cannot go on like this"
    return f"the query is malformed at line {line}, column {column}: {why}"
