"""The annotated articles that kg is measured on: where they lie, and the floors under the figures.

    python -m benchmarks.gold

measures again and lifts the floors of `floors.json` to just below the figures; it never lowers one. Where the gold files
themselves have changed, as their hash tells, the floors are set anew.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from kg.evaluation import Figures, evaluate
from kg.nlp.pipeline import DEFAULT_MODEL

HERE = Path(__file__).parent
GOLD = HERE.parents[1] / "shared" / "gold"
FLOORS = HERE / "floors.json"
MARGIN = 0.01
"""How far below the measured figure a floor is set."""

Floors = dict[str, dict[str, Any]]


def read_floors() -> Floors:
    """For each gold set the hash of its files and the least F1 by figure."""
    floors: Floors = json.loads(FLOORS.read_text(encoding="utf-8"))
    return floors


def fingerprint(name: str) -> str:
    """The SHA-256 of a gold set's files."""
    found = hashlib.sha256()
    for path in sorted((GOLD / name).glob("*.json")):
        found.update(path.name.encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def measure(name: str, model: str = DEFAULT_MODEL) -> dict[str, Figures]:
    """The figures with an F1 that `kg eval` prints for a gold set."""
    rows = evaluate(GOLD / name, model)
    return {figure: row for figure, row in rows.items() if isinstance(row, Figures)}


def lift(floors: Floors) -> Floors:
    """The floors, each at least as high as before, and no more than the margin below what is measured."""
    lifted: Floors = {}
    for name, old in floors.items():
        figures, mark = measure(name), fingerprint(name)
        kept = old["f1"] if old["files"] == mark else {}
        least = {figure: round(figures[figure].f1 - MARGIN, 3) for figure in old["f1"]}
        lifted[name] = {"files": mark, "f1": {figure: max(least[figure], kept.get(figure, 0)) for figure in least}}
    return lifted


if __name__ == "__main__":
    FLOORS.write_text(json.dumps(lift(read_floors()), indent=2) + "\n", encoding="utf-8")
