"""CSV tables in and out: checked when read, sorted when written."""

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from kg.ontology import entity_types

SEEDS = Path(__file__).parent.parent
CURATED, FACTS, ENTITIES = SEEDS / "curated", SEEDS / "facts", SEEDS / "entities"
Row = dict[str, str]
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"})


class TableError(Exception):
    """A table is malformed; the message names file, row and fix."""


def read_table(path: Path, fields: Sequence[str]) -> Iterator[Row]:
    """The rows of a table by column name, and where each stands as `at`; TableError where a row or the header is wrong."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        header = next(reader, [])
        for field in fields:
            if field not in header:
                raise TableError(f"{path}:1 lacks the column {field!r}: name it in the first row")
        for number, cells in enumerate(reader, 2):
            if len(cells) != len(header):
                raise TableError(f"{path}:{number} has {len(cells)} cells, not {len(header)}: quote cells with commas")
            row = dict(zip(header, (cell.strip() for cell in cells), strict=True))
            yield {**row, "at": f"{path.name}:{number}"}


def curated(name: str, *fields: str) -> list[Row]:
    """The rows of a curated table."""
    return list(read_table(CURATED / f"{name}.csv", fields))


def facts(name: str, *fields: str) -> list[Row]:
    """The rows of a table of extracted facts."""
    return list(read_table(FACTS / f"{name}.csv", fields))


def write_table(path: Path, fields: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Writes rows under a header and returns their number; equal ones once, sorted, so that the bytes are the same."""
    unique = sorted({tuple("" if cell is None else str(cell) for cell in row) for row in rows})
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(fields)
        writer.writerows(unique)
    return len(unique)


def cells(text: str) -> list[str]:
    """The values of a cell that holds several, separated by `|`."""
    return [part.strip() for part in text.split("|") if part.strip()]


def rank_of(row: Row) -> int:
    """The rank of a row; TableError where it is no number from 0 to 100."""
    if not row["rank"].isdigit() or int(row["rank"]) > 100:
        raise TableError(f"{row['at']}: {row['rank']!r} is no rank: give a whole number from 0 to 100")
    return int(row["rank"])


def type_of(row: Row, type_: str = "") -> str:
    """The entity type of a row; TableError where it is none of the ontology's."""
    name = row.get("type") or type_
    if name not in entity_types():
        raise TableError(f"{row['at']}: {name!r} is no entity type: use one of {', '.join(entity_types())}")
    return name


@cache
def fold(name: str) -> str:
    """The name as it is compared: lower case, without accents, punctuation and a leading article.

    >>> fold("The Côte-d’Ivoire"), fold("Wałęsa")
    ('cote d ivoire', 'walesa')
    """
    text = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    text = re.sub(r"\b((?:\w\.){2,})", lambda match: match.group().replace(".", ""), text)
    return re.sub(r"^the ", "", " ".join(re.sub(r"[^\w]+", " ", text).split()))


def tidy(name: str) -> str:
    """The name with straight apostrophes and single spaces, as the text is read."""
    text = name.replace("’", "'").replace("‘", "'").replace("ʻ", "'").replace("ʼ", "'").replace("`", "'")
    return " ".join(text.replace("\u200e", "").split())


def abbreviates(short: str, name: str) -> bool:
    """True where the letters of the acronym begin words of the name, in order."""
    initials = "".join(word[0] for word in re.findall(r"\w+", name)).upper()
    position = -1
    for letter in short.upper():
        position = initials.find(letter, position + 1)
        if position < 0:
            return False
    return len(short) >= 2
