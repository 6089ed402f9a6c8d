"""Where the places of the map lie."""

import pytest

from kg.views.background import find_flag, find_offices, find_place
from kg.views.world import base_map, project

EQUATOR = 244.0


def test_the_middle_of_the_picture_is_where_equator_and_prime_meridian_cross() -> None:
    assert project(0, 0) == (500.0, EQUATOR)


@pytest.mark.parametrize(("latitude", "longitude"), [(51.5, -0.1), (-33.9, 151.2), (90, 0), (0, 180), (39.0, 125.8)])
def test_north_is_up_and_east_is_right(latitude: float, longitude: float) -> None:
    x, y = project(latitude, longitude)
    assert (x > 500) == (longitude > 0) or abs(x - 500) < 1
    assert (y < EQUATOR) == (latitude > 0) or y == EQUATOR
    assert 0 <= x <= 1000 and 0 <= y <= 488


def test_areas_are_true() -> None:
    """A square degree at 60 degrees north is half as large as one at the equator."""
    (left, south), (right, _), (_, north) = project(60, 0), project(60, 10), project(61, 0)
    (west, low), (east, _), (_, high) = project(0, 0), project(0, 10), project(1, 0)
    assert (right - left) * (south - north) / ((east - west) * (low - high)) == pytest.approx(0.5, abs=0.04)


def test_the_base_map_has_lands_and_meridians() -> None:
    paths = base_map()
    assert paths["land"].startswith("M") and paths["borders"].startswith("M") and paths["graticule"].startswith("M")
    assert len(paths["land"] + paths["borders"]) < 100_000


def test_a_city_lies_exactly_and_a_country_among_its_cities() -> None:
    city, country, unknown = find_place("wd:Q18808"), find_place("wd:Q423"), find_place("kge:City-atlantis")
    assert city and city["exact"]
    assert country and not country["exact"]
    assert abs(city["x"] - country["x"]) < 20 and abs(city["y"] - country["y"]) < 20
    assert unknown is None


def test_only_countries_have_flags() -> None:
    assert (find_flag("wd:Q423"), find_flag("wd:Q7747"), find_flag("kge:x")) == ("🇰🇵", "", "")


def test_offices_stand_the_latest_first() -> None:
    offices = find_offices("wd:Q7747")
    assert ("President", "Russia", "2012-05-07", "") in offices
    assert [office[2] for office in offices] == sorted((office[2] for office in offices), reverse=True)
