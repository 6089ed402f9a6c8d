"""A user's own entities: the rows of a CSV file, beside those of the embedded knowledge base.

A row names an entity; only `name` and `type` must be given:

    name,type,aliases,country,id,latitude,longitude,rank,note
    Acme Shipping,Company,Acme|ACME Lines,PA,,,,,owner of the Ever Green

`aliases` are separated by `|`. `country` is an ISO code or a name. Without `id` a row means the entity of the knowledge
base with that name, type and country, where there is one, else an entity of its own. `rank` (0 to 100, default 80) says
how likely a name that several have means this one. `note` is for the file's readers.
"""

import csv
import difflib
import io
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from kg.errors import SourceError
from kg.gazetteer import Gazetteer, load_gazetteer
from kg.model import local_id
from kg.ontology import entity_types
from kg.resources import hash_files

FIELDS = ("name", "type", "aliases", "country", "id", "latitude", "longitude", "rank", "note")
RANK = 80
"""Above all but states and the best known of the knowledge base: a user who adds a name means it."""
_REQUIRED = ("name", "type")
_DELIMITERS = ",;\t"
_ID = re.compile(r"wd:Q[1-9]\d*|kge:\S+")


class OwnEntity(NamedTuple):
    """One row, checked; `rank` and coordinates are empty where the row leaves them to the knowledge base."""

    id: str
    type: str
    name: str
    aliases: tuple[str, ...]
    country: str
    latitude: str
    longitude: str
    rank: str


def gazetteer_with(path: str | Path | None) -> Gazetteer:
    """The knowledge base with the entities of a CSV file, or alone; SourceError names file, row and fix."""
    if path is None:
        return load_gazetteer()
    try:
        return _extended(Path(path), hash_files(Path(path)))
    except OSError as error:
        raise SourceError(f"{path} cannot be read ({error.strerror}): give a CSV file of entities") from error


@cache
def _extended(path: Path, content: str) -> Gazetteer:
    base = load_gazetteer()
    return extend(base, read_own(path, base))


def extend(base: Gazetteer, entities: Iterable[OwnEntity]) -> Gazetteer:
    """The knowledge base with more entities; of those that it has, the given cells replace its own."""
    rows: dict[str, tuple[str, ...]] = {}
    names: list[tuple[str, str]] = []
    for own in entities:
        old = rows.get(own.id) or base.rows.get(own.id) or (own.id, own.type, own.name, "", str(RANK), "", "")
        given = (own.id, own.type, old[2], own.country, own.rank, own.latitude, own.longitude)
        rows[own.id] = tuple(new or was for new, was in zip(given, old, strict=True))
        names += [(name, own.id) for name in (own.name, *own.aliases)]
    return base.extended(rows, names)


def read_own(path: Path, base: Gazetteer) -> list[OwnEntity]:
    """The checked rows of a file; SourceError names the first row that is wrong, and the fix."""
    found: dict[str, tuple[OwnEntity, int]] = {}
    entities = []
    for number, cells in _read(path):
        own = _check(cells, f"{path}:{number}", base)
        other, line = found.setdefault(own.id, (own, number))
        if other.type != own.type:
            raise SourceError(
                f"{path}:{number} makes {own.id} a {own.type}, row {line} a {other.type}: give one type, or two ids"
            )
        entities.append(own)
    if not entities:
        raise SourceError(f"{path} has no rows below its header: add one entity a row, or leave out --entities")
    return entities


def _read(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows with their line numbers, as cells by column, stripped; a spreadsheet's mark and separators are known."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"{path} is not UTF-8 (byte {error.start}): save it as “CSV UTF-8”") from error
    delimiter = max(_DELIMITERS, key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        _check_header(header, path)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                raise SourceError(
                    f"{path}:{reader.line_num} has {len(cells)} cells, not {len(header)}: quote cells that hold {delimiter!r}"
                )
            yield (
                reader.line_num,
                dict(zip(header, (" ".join(cell.replace("’", "'").split()) for cell in cells), strict=True)),
            )
    except csv.Error as error:
        raise SourceError(f"{path}:{reader.line_num} is no CSV ({error}): mend its quotes") from error


def _check_header(header: list[str], path: Path) -> None:
    for name in _REQUIRED:
        if name not in header:
            raise SourceError(f"{path}:1 lacks the column {name!r}: the first row must name {' and '.join(_REQUIRED)}")
    for number, name in enumerate(header):
        if name not in FIELDS:
            raise SourceError(f"{path}:1 has an unknown column {name!r}{_near(name, FIELDS)}")
        if name in header[:number]:
            raise SourceError(f"{path}:1 has the column {name!r} twice: delete one")


def _check(cells: dict[str, str], where: str, base: Gazetteer) -> OwnEntity:
    for name in _REQUIRED:
        if not cells[name]:
            raise SourceError(f"{where} has no {name}: fill the cell or delete the row")
    type_ = cells["type"]
    if type_ not in entity_types():
        raise SourceError(f"{where} has an unknown type {type_!r}{_near(type_, sorted(entity_types()))}")
    country = _country(cells.get("country", ""), where, base)
    id_ = _id(cells, country, where, base)
    aliases = tuple(filter(None, (alias.strip() for alias in cells.get("aliases", "").split("|"))))
    latitude, longitude = (_number(cells, name, bound, where) for name, bound in (("latitude", 90), ("longitude", 180)))
    if bool(latitude) != bool(longitude):
        raise SourceError(f"{where} has only one of latitude and longitude: give both or none")
    rank = _number(cells, "rank", 100, where)
    if rank and float(rank) < 0:
        raise SourceError(f"{where} has the rank {rank}: give a number from 0 to 100")
    return OwnEntity(
        id_, type_, cells["name"], aliases, country, latitude, longitude, str(round(float(rank))) if rank else ""
    )


def _country(given: str, where: str, base: Gazetteer) -> str:
    """The ISO code of a country given by code or name."""
    if not given or given.lower() in base.states:
        return given.lower()
    for entity in base.find(given):
        if entity.type == "Country":
            return base.rows[entity.id][3]
    raise SourceError(f"{where} has an unknown country {given!r}: give its ISO code (UA) or English name")


def _id(cells: dict[str, str], country: str, where: str, base: Gazetteer) -> str:
    """The id that the row gives, else that of the one entity of the knowledge base that it fits, else one of its own."""
    given, type_, name = cells.get("id", ""), cells["type"], cells["name"]
    if not given:
        known = [
            entity.id
            for entity in base.find(name)
            if entity.type == type_ and (not country or base.rows[entity.id][3] == country)
        ]
        return known[0] if len(known) == 1 else local_id(type_, name)
    given = f"wd:{given}" if re.fullmatch(r"Q\d+", given) else given
    if not _ID.fullmatch(given):
        raise SourceError(
            f"{where} has the id {given!r}: give a Wikidata id (wd:Q7747), one of your own (kge:acme), or none"
        )
    if given in base.entities and (known_type := base.entities[given].type) != type_:
        raise SourceError(
            f"{where} makes {given} a {type_}, but it is the {known_type} {base.entities[given].name}: correct type or id"
        )
    return given


def _number(cells: dict[str, str], name: str, bound: int, where: str) -> str:
    text = cells.get(name, "")
    try:
        fits = not text or abs(float(text)) <= bound
    except ValueError:
        fits = False
    if not fits:
        raise SourceError(f"{where} has the {name} {text!r}: give a number up to {bound}, with a point")
    return text


def _near(word: str, known: Iterable[str]) -> str:
    known = list(known)
    near = difflib.get_close_matches(word.lower(), [name.lower() for name in known], n=1)
    hint = f": did you mean {next(name for name in known if name.lower() == near[0])!r}?" if near else ":"
    return f"{hint} (known: {', '.join(known)})" if near else f"{hint} give one of {', '.join(known)}"
