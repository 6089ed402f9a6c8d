"""The world as a flat picture: where a point of the Earth lies on it, and its lands, borders and meridians as SVG paths.

The projection is Equal Earth (Šavrič, Patterson and Jenny 2018), so that no country looks larger than it is. The shapes are
Natural Earth's, as the package `bqplot` carries them (the extra `map`); without it there are only meridians and parallels.

>>> project(0, 0)
(500.0, 244.0)
"""

import json
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import Any

WIDTH, HEIGHT, NORTH = 1000, 488, 244
SHAPES = "bqplot/map_data/WorldMap.json"
_TERMS = (1.340264, -0.081106, 0.000893, 0.003796)
_SCALE = WIDTH / 2 / 2.706629983
_ROOT = sqrt(3) / 2
_FINENESS = 6
"""Points of an outline that are nearer than so many tenths to the one before are left out."""

Point = tuple[float, float]


def project(latitude: float, longitude: float) -> Point:
    """Where the point lies on the picture, from left and from the top."""
    angle = asin(_ROOT * sin(radians(latitude)))
    one, two, three, four = _TERMS
    square = angle * angle
    sixth = square**3
    stretch = one + 3 * two * square + sixth * (7 * three + 9 * four * square)
    x = radians(longitude) * cos(angle) / (_ROOT * stretch)
    y = angle * (one + two * square + sixth * (three + four * square))
    return round(WIDTH / 2 + _SCALE * x, 1), round(NORTH - _SCALE * y, 1)


@cache
def base_map() -> dict[str, Any]:
    """`width`, `height`, and the paths `land` and `borders` (empty where the shapes are not installed), `graticule` and `frame`."""
    land, borders = _shapes()
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "land": land,
        "borders": borders,
        "graticule": "".join(map(_path, _graticule())),
        "frame": _path(_outline()) + "Z",
    }


def _shapes() -> tuple[str, str]:
    """The paths of the lands and of the borders between countries."""
    try:
        text = Path(str(distribution("bqplot").locate_file(SHAPES))).read_text(encoding="utf-8")
    except (PackageNotFoundError, FileNotFoundError):
        return "", ""
    topology = json.loads(text)
    arcs = [[project(*point) for point in arc] for arc in _arcs(topology)]
    rings = [ring for polygon in topology["objects"]["land"]["arcs"] for ring in polygon]
    coast = {number if number >= 0 else ~number for ring in rings for number in ring}
    return (
        "".join(_path(_ring(ring, arcs)) + "Z" for ring in rings),
        "".join(_path(arc) for number, arc in enumerate(arcs) if number not in coast),
    )


def _arcs(topology: dict[str, Any]) -> Iterator[list[Point]]:
    """Each arc as latitudes and longitudes: a TopoJSON holds the steps from point to point."""
    (across, up), (west, south) = topology["transform"]["scale"], topology["transform"]["translate"]
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for step in arc:
            x, y = x + step[0], y + step[1]
            points.append((y * up + south, x * across + west))
        yield points


def _ring(numbers: Iterable[int], arcs: list[list[Point]]) -> list[Point]:
    """The points of a closed line; an arc whose number is inverted runs backwards."""
    return [point for number in numbers for point in (arcs[number] if number >= 0 else reversed(arcs[~number]))]


def _graticule() -> Iterator[list[Point]]:
    for longitude in range(-150, 180, 30):
        yield [project(latitude, longitude) for latitude in range(-90, 91, 5)]
    for latitude in range(-60, 90, 30):
        yield [project(latitude, longitude) for longitude in (-180, 180)]


def _outline() -> list[Point]:
    """The edge of the Earth."""
    east = [project(latitude, 180) for latitude in range(-90, 91, 5)]
    return east + [project(latitude, -180) for latitude in range(90, -91, -5)]


def _path(points: Iterable[Point]) -> str:
    """The line through the points as an SVG path, in steps of whole tenths, without points that lie too close."""
    kept: list[tuple[int, int]] = []
    for x, y in points:
        point = round(x * 10), round(y * 10)
        if not kept or abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) >= _FINENESS:
            kept.append(point)
    steps = [(x - before[0], y - before[1]) for before, (x, y) in pairwise(kept)]
    return "M" + "l".join(_tenths(*step) for step in [kept[0], *steps]) if steps else ""


def _tenths(x: int, y: int) -> str:
    """Two numbers of tenths, as short as SVG allows."""
    first, second = (
        f"{value / 10:g}".replace("0.", ".", 1) if abs(value) < 10 and value else f"{value / 10:g}" for value in (x, y)
    )
    return first + second if second.startswith("-") else f"{first} {second}"
