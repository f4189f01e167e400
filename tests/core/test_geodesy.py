"""Datums, distances and the equal-area plane."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gridward.core import geodesy
from gridward.core.geodesy import Datum

# inside the box where GCJ-02 shifts, a kilometre off its rim
LNG = st.floats(72.02, 137.82)
LAT = st.floats(0.84, 55.81)
DATUMS = st.sampled_from(list(Datum))


@given(LNG, LAT, DATUMS)
def test_a_coordinate_carried_to_another_datum_and_back_is_less_than_a_centimetre_off(
    lng: float, lat: float, datum: Datum
) -> None:
    there = geodesy.from_wgs84(lng, lat, datum)

    back = geodesy.to_wgs84(*there, datum)

    assert geodesy.distance_m(lng, lat, *back) < 0.01


@given(LNG, LAT, DATUMS, DATUMS)
def test_any_datum_converts_to_any_other_and_back(
    lng: float, lat: float, source: Datum, target: Datum
) -> None:
    given_there = geodesy.from_wgs84(lng, lat, source)

    across = geodesy.convert(*given_there, source, target)
    back = geodesy.convert(*across, target, source)

    assert geodesy.distance_m(*given_there, *back) < 0.01


@given(st.floats(-180, 180), st.floats(-85, 85))
def test_outside_china_gcj02_shifts_nothing(lng: float, lat: float) -> None:
    if 72.0 <= lng <= 137.84 and 0.82 <= lat <= 55.83:
        return

    assert geodesy.from_wgs84(lng, lat, Datum.GCJ02) == (lng, lat)
    assert geodesy.to_wgs84(lng, lat, Datum.GCJ02) == (lng, lat)


def test_the_published_example_of_each_datum_comes_out() -> None:
    gcj02 = geodesy.from_wgs84(116.404, 39.915, Datum.GCJ02)
    bd09 = geodesy.from_wgs84(116.404, 39.915, Datum.BD09)

    assert gcj02 == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-11)
    assert bd09 == pytest.approx((116.41662724378733, 39.922699552216216), abs=1e-11)


def test_cgcs2000_is_taken_as_wgs84() -> None:
    assert geodesy.to_wgs84(113.1, 22.6, Datum.CGCS2000) == (113.1, 22.6)
    assert geodesy.to_wgs84(113.1, 22.6, "cgcs2000") == (113.1, 22.6)


def test_arrays_give_what_single_numbers_give() -> None:
    lngs, lats = np.array([113.1, 116.4, 2.35]), np.array([22.6, 39.9, 48.85])

    for datum in Datum:
        many = geodesy.to_wgs84(lngs, lats, datum)
        single = [
            geodesy.to_wgs84(float(x), float(y), datum) for x, y in zip(lngs, lats, strict=True)
        ]
        assert np.column_stack(many) == pytest.approx(np.array(single), abs=1e-9)


def test_an_unknown_datum_is_refused() -> None:
    with pytest.raises(ValueError, match="nad27"):
        geodesy.to_wgs84(113.1, 22.6, "nad27")


def test_only_finite_numbers_in_range_are_a_coordinate() -> None:
    assert geodesy.is_coordinate(-180.0, 90.0)
    assert not geodesy.is_coordinate(180.1, 0.0)
    assert not geodesy.is_coordinate(0.0, -90.5)
    assert not geodesy.is_coordinate(math.nan, 0.0)
    assert not geodesy.is_coordinate(0.0, math.inf)


def test_distances_are_those_of_the_ellipsoid() -> None:
    # one degree along the equator of WGS84
    assert geodesy.distance_m(0, 0, 1, 0) == pytest.approx(111_319.491, abs=0.001)
    across, along = geodesy.metres_per_degree(22.6)
    assert geodesy.distance_m(113, 22.6, 113.01, 22.6) == pytest.approx(across / 100, rel=1e-6)
    assert geodesy.distance_m(113, 22.595, 113, 22.605) == pytest.approx(along / 100, rel=1e-6)


def test_areas_in_the_plane_are_the_areas_on_the_ground() -> None:
    import pyproj

    ring = np.array([[113.0, 22.5], [113.2, 22.5], [113.2, 22.7], [113.0, 22.7]])
    fine = shapely.segmentize(shapely.Polygon(ring), 0.001)
    on_the_ground = abs(pyproj.Geod(ellps="WGS84").geometry_area_perimeter(fine)[0])

    plane = geodesy.equal_area(113.1, 22.6)
    flat = shapely.transform(fine, plane.to_plane)

    assert flat.area == pytest.approx(on_the_ground, rel=1e-6)
    middle = geodesy.square_metres(np.array([fine.area]), np.array([22.6]))
    assert middle[0] == pytest.approx(on_the_ground, rel=1e-5)
    assert plane.to_earth(plane.to_plane(ring)) == pytest.approx(ring, abs=1e-7)
