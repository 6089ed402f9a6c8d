"""Where `ontology/` and `seeds/` lie: in `kg/_data/` of an installed wheel, beside the package in a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def resource(*parts: str) -> Path:
    """The path of a shipped file or folder, as `resource("ontology", "kg.ttl")`; FileNotFoundError where it is missing."""
    for root in (_PACKAGE / "_data", _PACKAGE.parent):
        path = root.joinpath(*parts)
        if path.exists():
            return path
    raise FileNotFoundError(f"kg's own file {'/'.join(parts)} is missing: install kg again")
