"""Sources → store: read, extract and add, document by document; what is there already is not read again."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from rdflib import URIRef

from kg import __version__
from kg.errors import InvalidStatements, KgError, SourceError
from kg.model import Document, Entity, Statement
from kg.nlp.pipeline import DEFAULT_MODEL, describe_model, load_pipeline
from kg.resources import fingerprint, hash_files
from kg.sources import read
from kg.statements import analyse, to_entities, to_statements
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


OnProgress = Callable[[Report], None]
"""Called after each document with the report so far."""


def build(  # noqa: PLR0913  one keyword an option
    sources: str | Path | Iterable[str | Path],
    path: str | Path | None = None,
    *,
    model: str = DEFAULT_MODEL,
    entities: str | Path | None = None,
    ner: str | None = None,
    encoding: str = "utf-8",
    report: Report | None = None,
    on_progress: OnProgress = lambda report: None,
) -> Store:
    """The open store at `path` (in memory without one) with all that the files, folders and URLs say.

    `entities` is a CSV file of own entities, known beside those of the knowledge base (see docs/entities.md), `ner` a
    finder of names (see docs/model-card.md).
    Documents go through one by one, each stored as soon as it is read, so that a build that was stopped goes on where
    it was. What is left out is counted in the report and logged. Raises SourceError, before the store is made, where a
    source is missing or none holds an article, and later where a named file cannot be read.
    """
    report = Report() if report is None else report
    documents = _read(sources, encoding, report)
    settings = Settings(model, entities, ner)
    run = settings.describe()
    store = open_store(path)
    try:
        _add_all(store, documents, store.add_run(__version__, *run), settings, report, on_progress)
    except BaseException:
        store.close()
        raise
    return store


class Settings(NamedTuple):
    """With what a build extracts: a spaCy model, a CSV file of own entities, a finder of names."""

    model: str
    entities: str | Path | None
    ner: str | None

    def describe(self) -> tuple[str, str]:
        """The model with its version, and a hash of the vocabulary, the user's own included."""
        model = describe_model(load_pipeline(*self))
        return model, fingerprint() + (f"+{hash_files(Path(self.entities))}" if self.entities else "")


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
    for document in documents:
        if store.has(document, run):
            report.unchanged += 1
        else:
            try:
                _add(store, document, run, settings, report)
            except (InvalidStatements, SourceError) as error:
                _skip(report, error)
        on_progress(report)


def _add(store: Store, document: Document, run: URIRef, settings: Settings, report: Report) -> None:
    """Extracts and adds a document in one transaction, and counts it."""
    statements, mentions = _extract(document, settings)
    store.add(document, statements, mentions, run)
    report.added += 1
    if document.published is None:
        report.undated.append(document.id)
    if document.inferred:
        report.inferred.append(document.id)
    report.types.update(statement.type for statement in statements)
    report.modalities.update(statement.modality for statement in statements)
    report.entities.update(entity.id for entity, _ in mentions)


def _extract(document: Document, settings: Settings) -> tuple[list[Statement], list[tuple[Entity, list[str]]]]:
    """The statements and entities of a document; SourceError where it cannot be analysed."""
    longest = load_pipeline(*settings).max_length
    if len(document.text) > longest:
        raise SourceError(
            f"document {document.id} has {len(document.text):,} characters, more than {longest:,}: split it into its articles"
        )
    try:
        [(_, doc)] = analyse([document], settings.model, entities=settings.entities, ner=settings.ner)
        return to_statements(document, doc), to_entities(doc)
    except (KgError, OSError):  # of kg itself, not of this article
        raise
    except Exception as error:  # whatever fails on one odd text, the other articles still count
        log.debug("analysing document %s failed", document.id, exc_info=True)
        raise SourceError(
            f"document {document.id} could not be analysed ({type(error).__name__}: {error}): please report it"
        ) from error
