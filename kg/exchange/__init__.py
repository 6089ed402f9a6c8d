"""The graph in other forms: `FORMATS` says what each is for, `write` and `export` write it, `import_file` reads it back.

>>> FORMATS["gexf"].suffix, FORMATS["gexf"].reader
('.gexf', 'Gephi')
"""

import gzip
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

from kg.errors import KgError
from kg.store import Store

_HOMES = {
    "Imported": "importing",
    "entity_lines": "lines",
    "from_json": "lines",
    "import_file": "importing",
    "read_statements": "lines",
    "statement_lines": "lines",
    "to_json": "lines",
}
"""More public names, each with its module, which is loaded when the name is first used."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'kg.exchange' has no attribute {name!r}")
    return getattr(import_module(f"kg.exchange.{_HOMES[name]}"), name)


class Format(NamedTuple):
    """A form of the graph: the suffix of its files, who reads it, what it carries and what it loses.

    `written_by` names the function that writes: into a file, line by line, or, where the suffix is empty, into a folder.
    `back` is True where kg reads it back.
    """

    suffix: str
    title: str
    reader: str
    carries: str
    loses: str
    written_by: str
    back: bool = False


_STATEMENTS_LOSE = "outlet, date and address of the articles, and the runs"
_PLOVER_LOSES = "relations, types beyond PLOVER, offsets"
_NETWORK_LOSES = "offsets; which sentence is whose, where one edge has several; what joins fewer than two entities"
FORMATS: dict[str, Format] = {
    "trig": Format(
        ".trig", "RDF with named graphs", "RDF stores, rdflib, kg", "everything", "nothing", "quads.write_trig", True
    ),
    "nquads": Format(
        ".nq", "RDF, one quad a line", "RDF stores, line tools, kg", "everything", "nothing", "quads.write_nquads", True
    ),
    "jsonld": Format(
        ".jsonld", "RDF as JSON with short keys", "JavaScript, JSON-LD tools, kg", "everything", "nothing",
        "jsonld.write_jsonld", True,
    ),
    "rdf12": Format(
        ".trig", "TriG 1.2 with reifiers", "Oxigraph and other RDF 1.2 stores, kg",
        "everything, and which edge each statement is about", "nothing", "quads.write_reified", True,
    ),
    "statements": Format(
        ".jsonl", "statements as JSON lines", "scripts, jq, pandas, kg", "each statement with its sentence and offsets",
        _STATEMENTS_LOSE, "lines.statement_lines", True,
    ),
    "entities": Format(
        ".jsonl", "entities as JSON lines", "scripts, jq, pandas", "who occurs in which article, by which words",
        "what they do", "lines.entity_lines",
    ),
    "plover": Format(
        ".csv", "PLOVER records as CSV", "R, Stata, spreadsheets", "events with PLOVER's fields", _PLOVER_LOSES,
        "plover.plover_rows",
    ),
    "plover-json": Format(
        ".jsonl", "PLOVER records as JSON lines", "event-data scripts", "events with PLOVER's fields, parties as lists",
        _PLOVER_LOSES, "plover.plover_lines",
    ),
    "graphml": Format(
        ".graphml", "the network", "Gephi, yEd, Cytoscape, igraph, networkx", "entities and who did what to whom",
        _NETWORK_LOSES, "networks.write_graphml",
    ),
    "gexf": Format(
        ".gexf", "the network with its days", "Gephi", "the same, with a timeline", _NETWORK_LOSES, "networks.write_gexf"
    ),
    "followthemoney": Format(
        ".json", "FollowTheMoney entities as JSON lines", "Aleph, OpenSanctions' tools, followthemoney",
        "entities, asserted events and relations, articles as proof",
        "planned, possible, denied; who says so; offsets; agreements and equipment", "followthemoney.followthemoney_lines",
    ),
    "neo4j": Format(
        "", "a folder of CSV files", "neo4j-admin database import", "entities, statements, articles, edges, offsets",
        "quantities, runs, other names of merged entities", "neo4j.write_neo4j",
    ),
}  # fmt: skip
"""All forms by name."""


def find_format(path: Path) -> str:
    """The form that a file's name asks for; KgError where it asks for none, or several are named so."""
    plain = path.with_suffix("") if path.suffix == ".gz" else path
    fitting = [name for name, format in FORMATS.items() if format.suffix and format.suffix == plain.suffix]
    if not fitting or not (len(fitting) == 1 or all(FORMATS[name].back for name in fitting)):
        raise KgError(
            f"the name {path} does not tell the format: give one of {', '.join(fitting or FORMATS)} by --format"
        )
    return fitting[0]


def write(store: Store, format: str, file: IO[bytes]) -> None:
    """Writes the graph into a file that is open; KgError where the format needs a folder."""
    if not FORMATS[format].suffix:
        raise KgError(f"{format} is several files: give a folder with -o")
    writer = _writer(format)
    if writer.__name__.startswith("write_"):
        writer(store, file)
        return
    for line in cast("Iterator[str]", writer(store)):
        file.write(line.encode() + b"\n")


def export(store: Store, format: str, path: Path) -> None:
    """Writes the graph to a path, gzipped where it ends in `.gz`; equal graphs give equal bytes."""
    if not FORMATS[format].suffix:
        _writer(format)(store, path)
    elif path.suffix == ".gz":
        with path.open("wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as packed:
            write(store, format, cast("IO[bytes]", packed))
    else:
        with path.open("wb") as file:
            write(store, format, file)


def _writer(format: str) -> Callable[..., Any]:
    """The function that writes a format; its module is loaded now, as some take their time."""
    module, _, name = FORMATS[format].written_by.partition(".")
    return cast("Callable[..., Any]", getattr(import_module(f"kg.exchange.{module}"), name))
