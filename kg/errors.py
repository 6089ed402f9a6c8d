"""The errors that kg raises on purpose; each message is one sentence that names the culprit and the way out."""


class KgError(Exception):
    """Something that the user can mend; the command line prints it as one sentence and exits with 1."""


class SourceError(KgError):
    """A path, page or record cannot be read as an article."""


class VocabularyError(KgError):
    """A file of `ontology/` or `seeds/` is malformed."""


class StoreError(KgError):
    """A store cannot be opened, written or read."""


class QueryError(KgError):
    """A query is malformed, or its name is not known."""


class InvalidStatements(KgError):
    """What a document is said to say does not fit its text or the shapes."""
