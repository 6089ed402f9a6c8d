"""Who is the same as whom: a user's decisions, as rows of `identity.csv` in the folder of a graph.

    entity,verdict,other,reason
    kge:Person-volodin,same,wd:Q982461,the Duma's only Volodin
    kge:Company-acme,different,kge:Organization-acme,

What a document says keeps the entity that extraction found; the graph shows the one that the rows lead to. So deleting
a row undoes it. `different` only keeps `kg review` from asking again, and forbids a chain of `same` between the two.
"""

import csv
import io
import os
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from kg.errors import StoreError

SAME, DIFFERENT = "same", "different"
FILE_NAME = "identity.csv"
_FIELDS = ("entity", "verdict", "other", "reason")


class Decision(NamedTuple):
    """One row: an entity is the same as another, or is not."""

    entity: str
    verdict: str
    other: str
    reason: str = ""

    @property
    def pair(self) -> frozenset[str]:
        """The two ids, in no order."""
        return frozenset((self.entity, self.other))


def read_decisions(path: Path) -> list[Decision]:
    """The rows of a file, none where it is missing; StoreError names the row that is wrong, and the fix."""
    if not path.exists():
        return []
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise StoreError(f"{path} is not UTF-8 (byte {error.start}): save it as “CSV UTF-8”") from error
    reader = csv.reader(io.StringIO(text, newline=""))
    decisions: list[Decision] = []
    for cells in reader:
        where = f"{path}:{reader.line_num}"
        row = tuple(cell.strip() for cell in cells)
        if reader.line_num == 1 and row != _FIELDS:
            raise StoreError(f"{where} is not the header {','.join(_FIELDS)}: put it back as the first row")
        if reader.line_num == 1 or not any(row):
            continue
        decisions.append(_check(row, where))
        canonical_ids(decisions, where)
    return decisions


def _check(row: tuple[str, ...], where: str) -> Decision:
    if not 3 <= len(row) <= len(_FIELDS):
        raise StoreError(f"{where} has {len(row)} cells, not {len(_FIELDS)}: give {', '.join(_FIELDS)}")
    decision = Decision(*row)
    if decision.verdict not in (SAME, DIFFERENT):
        raise StoreError(f"{where} has the verdict {decision.verdict!r}: write {SAME} or {DIFFERENT}")
    for id_ in decision.pair:
        if not id_.startswith(("wd:", "kge:")):
            raise StoreError(f"{where} has the id {id_!r}: write it as wd:Q7747 or kge:Person-volodin")
    if len(decision.pair) == 1:
        raise StoreError(f"{where} is about one entity: name two, or delete the row")
    return decision


def write_decisions(path: Path, decisions: Iterable[Decision]) -> None:
    """Writes the rows at once: a process that is killed leaves the old file or the new one."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_FIELDS)
    writer.writerows(decisions)
    fresh = path.with_suffix(".new")
    fresh.write_text(text.getvalue(), encoding="utf-8")
    os.replace(fresh, path)  # noqa: PTH105


def canonical_ids(decisions: Iterable[Decision], where: str = "") -> dict[str, str]:
    """The id that each merged one stands behind: of those that are the same the Wikidata one, else the first.

    Raises StoreError where two that are said to be different are the same by other rows.
    """
    decisions = list(decisions)
    clusters = _clusters(decision for decision in decisions if decision.verdict == SAME)
    for decision in decisions:
        if decision.verdict == DIFFERENT and decision.other in clusters.get(decision.entity, ()):
            raise StoreError(
                f"{where + ' makes ' if where else ''}{decision.entity} and {decision.other} both the same and different: "
                "delete one of the rows that say so"
            )
    best = {id_: min(cluster, key=lambda one: (not one.startswith("wd:"), one)) for id_, cluster in clusters.items()}
    return {id_: canonical for id_, canonical in sorted(best.items()) if id_ != canonical}


def _clusters(same: Iterable[Decision]) -> dict[str, set[str]]:
    """Each id with all that it is the same as, itself included."""
    found: dict[str, set[str]] = defaultdict(set)
    for decision in same:
        joined = found[decision.entity] | found[decision.other] | decision.pair
        for id_ in joined:
            found[id_] = joined
    return found
