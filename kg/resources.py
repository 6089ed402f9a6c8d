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
    """A hash of the ontology, the table of entities and the trained models: extraction may change where it changes."""
    paths = [*resource("ontology").glob("*.ttl"), *resource("seeds", "entities").glob("*.csv")]
    paths += [path for path in resource("seeds", "models").rglob("*") if path.is_file()]
    content = b"".join(path.name.encode() + path.read_bytes() for path in sorted(paths))
    return sha256(content).hexdigest()[:16]
