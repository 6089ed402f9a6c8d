"""Sources → store: read, extract and add, document by document; what is there already is not read again."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from kg import __version__
from kg.errors import InvalidStatements, SourceError
from kg.model import Document
from kg.nlp.pipeline import DEFAULT_MODEL, describe_model, load_pipeline
from kg.sources import read
from kg.statements import analyse, to_entities, to_statements
from kg.store import Store, open_store

OnProgress = Callable[[int, int], None]
"""Called with the number of documents done and of all."""


@dataclass
class Report:
    """What a build did: counts, and one sentence for each thing that it left out."""

    added: list[Document] = field(default_factory=list)
    unchanged: int = 0
    skipped: list[str] = field(default_factory=list)
    types: Counter[str] = field(default_factory=Counter)
    modalities: Counter[str] = field(default_factory=Counter)
    entities: set[str] = field(default_factory=set)

    @property
    def undated(self) -> list[str]:
        """The ids of added documents without a date: their relative times stay unresolved."""
        return [document.id for document in self.added if document.published is None]

    @property
    def inferred(self) -> list[str]:
        """The ids of added documents whose date was concluded from their text."""
        return [document.id for document in self.added if document.inferred]


def build(
    sources: str | Path | Iterable[str | Path],
    path: str | Path | None = None,
    *,
    model: str = DEFAULT_MODEL,
    encoding: str = "utf-8",
) -> Store:
    """The open store at `path` (in memory without one) with all that the files, folders and URLs say.

    Raises SourceError where a named source cannot be read; what cannot be read inside a folder is logged and left out.
    """
    store = open_store(path)
    add_sources(store, [sources] if isinstance(sources, str | Path) else list(sources), model=model, encoding=encoding)
    return store


def add_sources(
    store: Store,
    sources: Iterable[str | Path],
    *,
    model: str = DEFAULT_MODEL,
    encoding: str = "utf-8",
    on_progress: OnProgress = lambda done, total: None,
) -> Report:
    """What was added to the store from files, folders and URLs, and what was left out."""
    report = Report()
    documents = list(read(*sources, encoding=encoding, on_skip=lambda error: report.skipped.append(str(error))))
    if not documents:
        raise SourceError(_nothing(report))
    add_documents(store, documents, report, model=model, on_progress=on_progress)
    return report


def _nothing(report: Report) -> str:
    reason = f": {report.skipped[0]}" if report.skipped else ""
    return f"no article could be read from these sources{reason}"


def add_documents(
    store: Store,
    documents: list[Document],
    report: Report,
    *,
    model: str = DEFAULT_MODEL,
    on_progress: OnProgress = lambda done, total: None,
) -> None:
    """Extracts and adds the documents, each in a transaction of its own, and counts in the report."""
    nlp = load_pipeline(model)
    run = store.add_run(__version__, describe_model(nlp))
    fresh = [document for document in documents if not store.has(document, run)]
    report.unchanged += len(documents) - len(fresh)
    too_long = [document for document in fresh if len(document.text) > nlp.max_length]
    report.skipped += [
        f"document {document.id} has {len(document.text):,} characters, more than {nlp.max_length:,}: split it into its articles"
        for document in too_long
    ]
    done = len(documents) - len(fresh) + len(too_long)
    for document, doc in analyse((document for document in fresh if document not in too_long), model):
        statements, mentions = to_statements(document, doc), to_entities(doc)
        try:
            store.add(document, statements, mentions, run)
        except InvalidStatements as error:
            report.skipped.append(str(error))
        else:
            report.added.append(document)
            report.types.update(statement.type for statement in statements)
            report.modalities.update(statement.modality for statement in statements)
            report.entities.update(entity.id for entity, _ in mentions)
        done += 1
        on_progress(done, len(documents))
