"""The line patterns of web pages, from `seeds/furniture.tsv`."""

import csv
import re
from functools import cache

from kg.resources import resource


@cache
def patterns(kind: str) -> tuple[re.Pattern[str], ...]:
    """The line patterns of one kind in `seeds/furniture.tsv`."""
    with resource("seeds", "furniture.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return tuple(re.compile(row["pattern"]) for row in rows if row["kind"] == kind)


def match_line(kind: str, line: str) -> re.Match[str] | None:
    """The match of the whole line with a pattern of that kind, if there is one."""
    return next((match for pattern in patterns(kind) if (match := pattern.fullmatch(line.strip()))), None)
