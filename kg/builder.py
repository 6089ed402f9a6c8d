"""Sources → store: read, extract and add, document by document; what is there already is not read again."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

from rdflib import URIRef

from kg import __version__
from kg.errors import InvalidStatements, KgError, SourceError
from kg.model import Document, Entity, Statement
from kg.nlp.pipeline import (
    DEFAULT_MODEL,
    OWN,
    Extractors,
    describe_extractors,
    describe_model,
    load_pipeline,
    summarize_extractors,
)
from kg.rdf import Mentions
from kg.resources import fingerprint, hash_files
from kg.sources import read
from kg.statements import BATCH, analyse, to_entities, to_statements
from kg.store import Store, open_store

log = logging.getLogger(__name__)


@dataclass
class Report:
    """What a build has done so far: counts, and one sentence for each thing that it left out."""

    added: int = 0
    unchanged: int = 0
    skipped: list[str] = field(default_factory=list)
    undated: list[str] = field(default_factory=list)
    """The ids of added documents without a date: their relative times stay unresolved."""
    inferred: list[str] = field(default_factory=list)
    """The ids of added documents whose date was concluded from their text."""
    types: Counter[str] = field(default_factory=Counter)
    modalities: Counter[str] = field(default_factory=Counter)
    entities: set[str] = field(default_factory=set)
    pipeline: Any = None
    """The spaCy pipeline that extracts."""

    @property
    def told(self) -> list[str]:
        """What the extractors that are not kg's own tell of their work so far, one line each."""
        return summarize_extractors(self.pipeline) if self.pipeline is not None else []

    @property
    def activity(self) -> str:
        """The same in one line."""
        return " · ".join(self.told)


Found = tuple[list[Statement], list[tuple[Entity, list[str]]]]
OnProgress = Callable[[Report], None]
"""Called after each document with the report so far."""


def build(  # noqa: PLR0913  one keyword an option
    sources: str | Path | Iterable[str | Path],
    path: str | Path | None = None,
    *,
    model: str = DEFAULT_MODEL,
    entities: str | Path | None = None,
    ner: str | None = None,
    extractors: Extractors = OWN,
    encoding: str = "utf-8",
    report: Report | None = None,
    on_progress: OnProgress = lambda report: None,
) -> Store:
    """The open store at `path` (in memory without one) with all that the files, folders and URLs say.

    `entities` is a CSV file of own entities, known beside those of the knowledge base (see docs/entities.md), `ner` a
    finder of names (see docs/model-card.md), `extractors` tells who finds the statements (see docs/extraction.md).
    Documents go through a few at a time, each stored in a transaction of its own, so that a build that was stopped goes
    on where it was. What is left out is counted in the report and logged. Raises SourceError, before the store is made, where a
    source is missing or none holds an article, and later where a named file cannot be read.
    """
    report = Report() if report is None else report
    documents = _read(sources, encoding, report)
    settings = Settings(model, entities, ner, extractors)
    report.pipeline = load_pipeline(*settings)
    run = settings.describe()
    store = open_store(path)
    try:
        _add_all(store, documents, store.add_run(__version__, *run), settings, report, on_progress)
    except BaseException:
        store.close()
        raise
    return store


class Settings(NamedTuple):
    """With what a build extracts: a spaCy model, a CSV file of own entities, a finder of names, extractors."""

    model: str
    entities: str | Path | None
    ner: str | None
    extractors: Extractors

    def describe(self) -> tuple[str, str, dict[str, str]]:
        """The model with its version, a hash of the vocabulary, the user's own included, and the extractors."""
        nlp = load_pipeline(*self)
        vocabulary = fingerprint() + (f"+{hash_files(Path(self.entities))}" if self.entities else "")
        return describe_model(nlp), vocabulary, describe_extractors(nlp)


def _skip(report: Report, reason: object) -> None:
    log.info("%s", reason)
    report.skipped.append(str(reason))


def _read(sources: str | Path | Iterable[str | Path], encoding: str, report: Report) -> Iterator[Document]:
    """The documents of the sources; SourceError at once where there are none."""
    given = [sources] if isinstance(sources, str | Path) else list(sources)
    documents = read(*given, encoding=encoding, on_skip=lambda error: _skip(report, error))
    first = next(documents, None)
    if first is None:
        reason = f": {report.skipped[0]}" if report.skipped else ""
        raise SourceError(f"no article could be read from these sources{reason}")
    return chain([first], documents)


def _add_all(
    store: Store,
    documents: Iterable[Document],
    run: URIRef,
    settings: Settings,
    report: Report,
    on_progress: OnProgress,
) -> None:
    for batch in _in_batches(documents):
        fresh = [document for document in batch if not store.has(document, run)]
        for document in batch:
            if document not in fresh:
                report.unchanged += 1
                on_progress(report)
        for document, found in _extract(fresh, settings):
            try:
                if isinstance(found, SourceError):
                    raise found
                _add(store, document, *found, run, report)
            except (InvalidStatements, SourceError) as error:
                _skip(report, error)
            on_progress(report)


def _in_batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """The documents in lists of a few; what was read before a source fails comes before its error."""
    iterator, failure = iter(documents), None
    while failure is None:
        batch: list[Document] = []
        try:
            for document in islice(iterator, BATCH):
                batch.append(document)
        except SourceError as error:
            failure = error
        if batch:
            yield batch
        elif failure is None:
            return
    raise failure


def _add(
    store: Store, document: Document, statements: list[Statement], mentions: Mentions, run: URIRef, report: Report
) -> None:
    """Adds a document in one transaction, and counts it."""
    store.add(document, statements, mentions, run)
    report.added += 1
    if document.published is None:
        report.undated.append(document.id)
    if document.inferred:
        report.inferred.append(document.id)
    report.types.update(statement.type for statement in statements)
    report.modalities.update(statement.modality for statement in statements)
    report.entities.update(entity.id for entity, _ in mentions)


def _extract(documents: list[Document], settings: Settings) -> Iterator[tuple[Document, Found | SourceError]]:
    """The statements and entities of each document, as soon as they are found; the reason where it cannot be analysed."""
    longest = load_pipeline(*settings).max_length
    fitting = [document for document in documents if len(document.text) <= longest]
    for document in documents:
        if document not in fitting:
            size = f"{len(document.text):,} characters, more than {longest:,}"
            yield document, SourceError(f"document {document.id} has {size}: split it into its articles")
    done = 0
    try:
        for document, doc in analyse(fitting, **settings._asdict()):
            found = to_statements(document, doc), to_entities(doc)
            done += 1
            yield document, found
    except (KgError, OSError):  # of kg itself, not of an article
        raise
    except Exception as error:  # whatever fails on one odd text, the other articles still count
        failed, rest = fitting[done], fitting[done + 1 :]
        if len(fitting) > 1:  # the batch does not tell which one it was
            yield from (outcome for document in [failed, *rest] for outcome in _extract([document], settings))
            return
        log.debug("analysing document %s failed", failed.id, exc_info=True)
        reason = f"({type(error).__name__}: {error}): please report it"
        yield failed, SourceError(f"document {failed.id} could not be analysed {reason}")
