"""What the knowledge base adds to a picture: flags, offices, and where places lie.

>>> find_flag("wd:Q423")
'🇰🇵'
"""

from functools import cache
from typing import Any

from kg.gazetteer import Gazetteer, load_gazetteer
from kg.views.world import Point, project

_FIRST_LETTER = ord("🇦") - ord("a")
_MOST_OFFICES = 8


def find_flag(id_: str) -> str:
    """The flag of a country as the two letters that Unicode shows as one, or nothing."""
    code = _codes().get(id_, "")
    return "".join(chr(ord(letter) + _FIRST_LETTER) for letter in code) if len(code) == 2 and code.isalpha() else ""


def find_offices(id_: str) -> list[tuple[str, str, str, str]]:
    """The offices of a person, the latest first: title, name of the body, first and last day (empty where open or unknown)."""
    gazetteer = load_gazetteer()
    terms = sorted(gazetteer.offices_of(id_), key=lambda office: (office.start, office.end, office.title), reverse=True)
    return [(term.title, _name(gazetteer, term.body), term.start, term.end) for term in terms[:_MOST_OFFICES]]


def find_place(id_: str) -> dict[str, Any] | None:
    """Where a place lies on the flat world, as `x`, `y` and whether that is `exact`; None where it is unknown.

    A country lies where the middle one of its cities does.
    """
    point = load_gazetteer().coordinates(id_)
    if point:
        x, y = project(*point)
        return {"x": x, "y": y, "exact": True}
    middle = _middles().get(_codes().get(id_, ""))
    return {"x": middle[0], "y": middle[1], "exact": False} if middle else None


def _name(gazetteer: Gazetteer, id_: str) -> str:
    return gazetteer.entities[id_].name if id_ in gazetteer.entities else ""


@cache
def _codes() -> dict[str, str]:
    """The ISO code of each country by its id."""
    return {id_: code for code, id_ in load_gazetteer().states.items()}


@cache
def _middles() -> dict[str, Point]:
    """By ISO code, the middle latitude and longitude of the country's cities, on the flat world."""
    cities: dict[str, list[tuple[float, float]]] = {}
    gazetteer = load_gazetteer()
    for id_, row in gazetteer.rows.items():
        point = gazetteer.coordinates(id_)
        if point and row[3]:
            cities.setdefault(row[3], []).append(point)
    middles = {}
    for code, points in cities.items():
        latitudes, longitudes = sorted(point[0] for point in points), sorted(point[1] for point in points)
        middles[code] = project(latitudes[len(points) // 2], longitudes[len(points) // 2])
    return middles
