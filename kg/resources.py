"""Where `ontology/` and `seeds/` lie: in `kg/_data/` of an installed wheel, beside the package in a checkout."""

from functools import cache
from hashlib import sha256
from pathlib import Path

_PACKAGE = Path(__file__).parent


def resource(*parts: str) -> Path:
    """The path of a shipped file or folder, as `resource("ontology", "kg.ttl")`; FileNotFoundError where it is missing."""
    for root in (_PACKAGE / "_data", _PACKAGE.parent):
        path = root.joinpath(*parts)
        if path.exists():
            return path
    raise FileNotFoundError(f"kg's own file {'/'.join(parts)} is missing: install kg again")


@cache
def fingerprint() -> str:
    """A hash of the ontology, the tables of entities and the trained models: extraction may change where it changes."""
    paths = [*resource("ontology").glob("*.ttl"), *resource("seeds", "entities").glob("*.csv")]
    return hash_files(*paths, *(path for path in resource("seeds", "models").rglob("*") if path.is_file()))


def hash_files(*paths: Path) -> str:
    """A hash of the names and contents of files, in whatever order they are given."""
    content = b"".join(path.name.encode() + path.read_bytes() for path in sorted(paths))
    return sha256(content).hexdigest()[:16]
