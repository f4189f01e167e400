"""Reading files of areas: GeoJSON by itself; SHP, GPKG and KML with the `import` extra.

What comes out is in degrees: a file that says it stands in a projection is turned back. Which
datum its degrees stand in no file of the trade says reliably; that is asked of whoever imports.
"""

from __future__ import annotations

import csv
import errno
import glob
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely

from gridward.core.errors import why_not
from gridward.territory import errors
from gridward.territory.rules import Feature

GEOJSON = (".geojson", ".json")


def read_features(path: str | Path) -> list[Feature]:
    """Every feature of a file, in its order. Raises UnreadableMap."""
    path = Path(path)
    try:
        if path.suffix.lower() in GEOJSON:
            return features_of_geojson(path.read_bytes(), path.name)
    except OSError as error:
        raise errors.UnreadableMap(name=path.name, why=why_not(error)) from None
    if not path.exists():
        gone = FileNotFoundError(errno.ENOENT, "")
        raise errors.UnreadableMap(name=path.name, why=why_not(gone))
    return _with_pyogrio(path)


def features_of_geojson(data: bytes, name: str) -> list[Feature]:
    """The features of a GeoJSON file. Raises UnreadableMap.

    A feature whose shape cannot be read has none: that is a fault of the feature, not of the file.
    """
    try:
        parsed = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise errors.UnreadableMap(name=name, why=errors.NOT_JSON) from None
    if isinstance(parsed, dict) and parsed.get("type") == "Feature":
        parsed = {"type": "FeatureCollection", "features": [parsed]}
    features = parsed.get("features") if isinstance(parsed, dict) else None
    if not isinstance(features, list):
        raise errors.UnreadableMap(name=name, why=errors.NO_GEOJSON_FEATURES)
    return [_feature(number, each) for number, each in enumerate(features, 1)]


def _feature(number: int, each: Any) -> Feature:
    properties = each.get("properties") if isinstance(each, dict) else None
    try:
        geometry = shapely.geometry.shape(each["geometry"])
        finite = bool(shapely.get_num_coordinates(geometry))
    except (ValueError, KeyError, TypeError, AttributeError, shapely.errors.ShapelyError):
        geometry, finite = None, False
    return Feature(
        number, properties if isinstance(properties, dict) else {}, geometry if finite else None
    )


def _with_pyogrio(path: Path) -> list[Feature]:
    try:
        import pyogrio
        from pyogrio.errors import DataLayerError, DataSourceError
    except ImportError:
        raise errors.UnreadableMap(name=path.name, why=errors.NO_READER) from None
    encodings: tuple[str | None, ...] = (None,)
    if path.suffix.lower() == ".shp":
        encodings = _shapefile_encodings(path)
    for encoding in encodings:
        try:
            meta, _fids, shapes, columns = pyogrio.raw.read(path, encoding=encoding)
        except UnicodeDecodeError:
            if encoding == encodings[-1]:
                raise errors.UnreadableMap(name=path.name, why=errors.CUT_HEADING) from None
        except (DataSourceError, DataLayerError, ValueError):
            raise errors.UnreadableMap(name=path.name, why=errors.NOT_READ_HERE) from None
        else:
            break
    if shapes is None:
        raise errors.UnreadableMap(name=path.name, why=errors.NO_LAYER)
    grounds = _in_degrees(shapely.from_wkb(shapes, on_invalid="ignore"), meta.get("crs"))
    names = list(meta["fields"])
    return [
        Feature(
            number,
            {name: _plain(column[number - 1]) for name, column in zip(names, columns, strict=True)},
            ground,
        )
        for number, ground in enumerate(grounds, 1)
    ]


def _shapefile_encodings(path: Path) -> tuple[str | None, ...]:
    """In what its table may be written: None is what it says of itself. Raises UnreadableMap.

    Without a .cpg nothing says it; what Chinese programs wrote is GBK then.
    """
    beside = {each.suffix.lower() for each in path.parent.glob(f"{glob.escape(path.stem)}.*")}
    missing = [part for part in (".shx", ".dbf") if part not in beside]
    if missing:
        why = errors.SHP_PARTS % {"missing": ", ".join(missing)}
        raise errors.UnreadableMap(name=path.name, why=why)
    return (None,) if ".cpg" in beside else ("utf-8", "gb18030")


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and value != value else value


def _in_degrees(grounds: Any, crs: str | None) -> list[Any]:
    if not crs:
        return list(grounds)
    stands = pyproj.CRS.from_user_input(crs)
    if stands.is_geographic or stands.geodetic_crs is None:
        return list(grounds)
    # back to the degrees of its own earth: no shift between datums is guessed here
    turn = pyproj.Transformer.from_crs(stands, stands.geodetic_crs, always_xy=True)
    return [
        shapely.transform(
            shapely.force_2d(ground), lambda p: np.column_stack(turn.transform(p[:, 0], p[:, 1]))
        )
        if ground is not None
        else None
        for ground in grounds
    ]


def crosswalk_lines(path: str | Path) -> list[tuple[int, str, str, str]]:
    """(line, former code, area code, share) of a CSV with the columns code, area and share.

    Raises UnreadableMap.
    """
    path = Path(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            missing = {"code", "area", "share"} - set(rows.fieldnames or ())
            if missing:
                why = errors.NO_COLUMN % {"columns": ", ".join(sorted(missing))}
                raise errors.UnreadableMap(name=path.name, why=why)
            return [
                (
                    rows.line_num,
                    (row["code"] or "").strip(),
                    (row["area"] or "").strip(),
                    (row["share"] or "").strip(),
                )
                for row in rows
            ]
    except OSError as error:
        raise errors.UnreadableMap(name=path.name, why=why_not(error)) from None
    except UnicodeDecodeError:
        raise errors.UnreadableMap(name=path.name, why=errors.NOT_UTF8) from None
