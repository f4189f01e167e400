"""Coordinates and the datums they stand in, distances, and a flat equal-area plane.

A coordinate is longitude, latitude in degrees. The raw coordinate and its datum are the record;
WGS84 is derived from them here and can be derived again. Everything takes floats or numpy arrays
of floats alike, and answers in kind.
"""

from __future__ import annotations

import math
import threading
from enum import StrEnum
from types import ModuleType
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt
import pyproj

Floats = npt.NDArray[np.float64]
N = TypeVar("N", float, Floats)


class Datum(StrEnum):
    """Which earth a coordinate was measured on.

    cgcs2000 differs from wgs84 by centimetres and is taken as equal; gcj02 is what Chinese map
    makers and phones there give (100 to 700 m off); bd09 is Baidu's further shift of it.
    """

    WGS84 = "wgs84"
    CGCS2000 = "cgcs2000"
    GCJ02 = "gcj02"
    BD09 = "bd09"


# Krasovsky's ellipsoid, on which GCJ-02 computes its shift.
_AXIS = 6378245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323
# GCJ-02 shifts nothing outside this box.
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271
_BD_TURN = math.pi * 3000.0 / 180.0
# 1e-10 degrees is about 0.01 mm: far below the centimetre that is promised.
_CLOSE_ENOUGH = 1e-10
_MOST_ROUNDS = 40


def to_wgs84(lng: N, lat: N, datum: Datum | str) -> tuple[N, N]:
    """The WGS84 longitude and latitude of a coordinate given in `datum`.

    lng, lat: degrees, two floats or two arrays of one shape. A round trip with from_wgs84 stays
    below 1 cm everywhere (found by iteration, not by the usual one-step guess).
    Raises ValueError for an unknown datum.
    """
    datum = Datum(datum)
    if datum in (Datum.WGS84, Datum.CGCS2000):
        return lng, lat
    forward = _wgs84_to_gcj02 if datum is Datum.GCJ02 else _wgs84_to_bd09
    return _inverse(forward, lng, lat)


def from_wgs84(lng: N, lat: N, datum: Datum | str) -> tuple[N, N]:
    """The coordinate in `datum` of a WGS84 longitude and latitude; see to_wgs84."""
    datum = Datum(datum)
    if datum in (Datum.WGS84, Datum.CGCS2000):
        return lng, lat
    if datum is Datum.GCJ02:
        return _wgs84_to_gcj02(lng, lat)
    return _wgs84_to_bd09(lng, lat)


def convert(lng: N, lat: N, source: Datum | str, target: Datum | str) -> tuple[N, N]:
    """The coordinate in `target` of one given in `source`."""
    if Datum(source) is Datum(target):
        return lng, lat
    return from_wgs84(*to_wgs84(lng, lat, source), target)


def is_coordinate(lng: float, lat: float) -> bool:
    """Whether the two numbers can stand for a place on earth (finite, within the ranges)."""
    return -180.0 <= lng <= 180.0 and -90.0 <= lat <= 90.0


def distance_m(lng1: float, lat1: float, lng2: float, lat2: float) -> float:
    """Metres along the WGS84 ellipsoid between two WGS84 points; to the millimetre."""
    return float(_geod().inv(lng1, lat1, lng2, lat2)[2])


def distances_m(lng1: Floats, lat1: Floats, lng2: Floats, lat2: Floats) -> Floats:
    """Metres between points pair by pair; four arrays of one shape."""
    return np.asarray(_geod().inv(lng1, lat1, lng2, lat2)[2], dtype=np.float64)


def metres_per_degree(lat: float) -> tuple[float, float]:
    """Metres in one degree of longitude and in one of latitude at `lat`, on WGS84."""
    axis, flat = 6378137.0, 1 / 298.257223563
    e2 = flat * (2 - flat)
    bent = 1 - e2 * math.sin(math.radians(lat)) ** 2
    across = math.radians(1) * axis * math.cos(math.radians(lat)) / math.sqrt(bent)
    along = math.radians(1) * axis * (1 - e2) / bent**1.5
    return across, along


def square_metres(square_degrees: Floats, lat: Floats) -> Floats:
    """Ground areas of shapes in the longitude-latitude plane, given their middles' latitudes.

    What an equal-area projection about each shape's own middle gives where lines are straight in
    longitude and latitude; exact in the limit, to 1 part in 100,000 for 20 km across.
    """
    axis, flat = 6378137.0, 1 / 298.257223563
    e2 = flat * (2 - flat)
    bent = 1 - e2 * np.sin(np.radians(lat)) ** 2
    per_square_degree = np.radians(1) ** 2 * axis**2 * (1 - e2) * np.cos(np.radians(lat)) / bent**2
    return np.asarray(square_degrees * np.nan_to_num(per_square_degree), dtype=np.float64)


class EqualArea:
    """A flat plane in metres about one point, in which areas are true.

    Lambert's azimuthal equal-area projection on WGS84. Areas are exact anywhere; lengths near the
    centre are true to 1 part in 100,000 within 50 km.
    """

    def __init__(self, lng: float, lat: float) -> None:
        self.lng, self.lat = float(lng), float(lat)
        plane = f"+proj=laea +lat_0={self.lat} +lon_0={self.lng} +datum=WGS84 +units=m +no_defs"
        self._transformer = pyproj.Transformer.from_crs("EPSG:4326", plane, always_xy=True)

    def to_plane(self, points: Floats) -> Floats:
        """Metres (n, 2) of degrees (n, 2)."""
        x, y = self._transformer.transform(points[:, 0], points[:, 1])
        return np.column_stack([x, y])

    def to_earth(self, points: Floats) -> Floats:
        """Degrees (n, 2) of metres (n, 2)."""
        lng, lat = self._transformer.transform(points[:, 0], points[:, 1], direction="INVERSE")
        return np.column_stack([lng, lat])


_of_thread = threading.local()


def _geod() -> pyproj.Geod:
    # one per thread: pyproj's objects carry state that threads must not share
    found = getattr(_of_thread, "geod", None)
    if found is None:
        found = _of_thread.geod = pyproj.Geod(ellps="WGS84")
    return found


def equal_area(lng: float, lat: float) -> EqualArea:
    """This thread's plane about a point rounded to a tenth of a degree (made once each)."""
    planes: dict[tuple[float, float], EqualArea] = _of_thread.__dict__.setdefault("planes", {})
    centre = (round(lng, 1), round(lat, 1))
    if centre not in planes:
        planes[centre] = EqualArea(*centre)
    return planes[centre]


def _functions(value: object) -> ModuleType:
    return np if isinstance(value, np.ndarray) else math


def _wgs84_to_gcj02(lng: N, lat: N) -> tuple[N, N]:
    f = _functions(lng)
    x, y = lng - 105.0, lat - 35.0
    wave = (20.0 * f.sin(6.0 * x * math.pi) + 20.0 * f.sin(2.0 * x * math.pi)) * 2.0 / 3.0
    root = f.sqrt(f.fabs(x))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
    north += (20.0 * f.sin(y * math.pi) + 40.0 * f.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    north += (160.0 * f.sin(y / 12.0 * math.pi) + 320 * f.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
    east += (20.0 * f.sin(x * math.pi) + 40.0 * f.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    east += (150.0 * f.sin(x / 12.0 * math.pi) + 300.0 * f.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    sine = f.sin(lat * (math.pi / 180.0))
    bent = 1 - _ECCENTRICITY_SQUARED * sine * sine
    root_bent = f.sqrt(bent)
    along = (_AXIS * (1 - _ECCENTRICITY_SQUARED)) / (bent * root_bent) * math.pi
    across = _AXIS / root_bent * f.cos(lat * (math.pi / 180.0)) * math.pi
    shifted_lng = lng + east * 180.0 / across
    shifted_lat = lat + north * 180.0 / along
    if f is math:
        if _in_box(lng, lat):
            return shifted_lng, shifted_lat
        return lng, lat
    inside = (lng >= _WEST) & (lng <= _EAST) & (lat >= _SOUTH) & (lat <= _NORTH)
    return (
        cast(N, np.where(inside, shifted_lng, lng)),
        cast(N, np.where(inside, shifted_lat, lat)),
    )


def _in_box(lng: Any, lat: Any) -> bool:
    return bool(_WEST <= lng <= _EAST and _SOUTH <= lat <= _NORTH)


def _gcj02_to_bd09(lng: N, lat: N) -> tuple[N, N]:
    f = _functions(lng)
    radius = f.sqrt(lng * lng + lat * lat) + 0.00002 * f.sin(lat * _BD_TURN)
    turn = f.arctan2(lat, lng) if f is np else f.atan2(lat, lng)
    turn = turn + 0.000003 * f.cos(lng * _BD_TURN)
    return radius * f.cos(turn) + 0.0065, radius * f.sin(turn) + 0.006


def _wgs84_to_bd09(lng: N, lat: N) -> tuple[N, N]:
    return _gcj02_to_bd09(*_wgs84_to_gcj02(lng, lat))


def _inverse(forward: object, lng: N, lat: N) -> tuple[N, N]:
    """The point that `forward` carries to lng, lat: guess, look how far off, move by that much.

    The shift changes by less than 1 part in 100 over its own length, so each round gains two
    figures; five or six are enough. On the rim of GCJ-02's box, where the shift starts at once,
    a point may have no origin: the last guess inside 700 m is kept.
    """
    carry = forward
    guess_lng, guess_lat = lng, lat
    for _ in range(_MOST_ROUNDS):
        there_lng, there_lat = carry(guess_lng, guess_lat)  # type: ignore[operator]
        off_lng, off_lat = lng - there_lng, lat - there_lat
        guess_lng, guess_lat = guess_lng + off_lng, guess_lat + off_lat
        if np.max(np.abs(off_lng)) < _CLOSE_ENOUGH and np.max(np.abs(off_lat)) < _CLOSE_ENOUGH:
            break
    return guess_lng, guess_lat
