"""What lies under our own cells on a map: nothing (the default), or one configured source.

A base map is a foreign thing: it is off until somebody names an approved one, its approval number
stands on every map that shows it, and the page's policy opens for its host alone.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

Kind = Literal["none", "tianditu", "xyz", "pmtiles"]
DATUMS = ("wgs84", "cgcs2000")  # a shifted source would show every cell some 500 m off
TIANDITU = "https://t{n}.tianditu.gov.cn"
TIANDITU_HOSTS = "https://*.tianditu.gov.cn"
TIANDITU_LAYERS = {"vec": ("vec", "cva"), "img": ("img", "cia"), "ter": ("ter", "cta")}
PMTILES_ADDRESS = "/map/base.pmtiles"
HEADER_BYTES = 127
FORMS = {1: "vector", 2: "raster", 3: "raster", 4: "raster", 5: "raster"}


@dataclass(frozen=True, slots=True)
class Basemap:
    """One source under the cells.

    tiles: addresses with {z}/{x}/{y}, drawn above each other from the first on; file: of PMTiles;
    form: raster or vector; approval: the number that the law wants to see (审图号); credit: whose
    map it is; hosts: what the page's policy opens for.
    """

    kind: Kind = "none"
    tiles: tuple[tuple[str, ...], ...] = ()
    file: Path | None = None
    form: str = "raster"
    approval: str = ""
    credit: str = ""
    max_zoom: int = 18
    hosts: tuple[str, ...] = ()

    @property
    def is_there(self) -> bool:
        """Whether any base map may be shown."""
        return self.kind != "none"

    def for_page(self) -> dict[str, Any]:
        """What a map in the page is told."""
        return {
            "form": self.form,
            "tiles": [list(addresses) for addresses in self.tiles],
            "file": PMTILES_ADDRESS if self.kind == "pmtiles" else "",
            "approval": self.approval,
            "credit": self.credit,
            "maxZoom": self.max_zoom,
        }


def from_environment(env: Callable[..., str]) -> Basemap:
    """The base map as the environment says; `env(name, default)` gives its words.

    Raises ImproperlyConfigured with what to set when something is missing.
    """
    kind = env("GRIDWARD_MAP") or "none"
    if kind == "none":
        return Basemap()
    if kind not in ("tianditu", "xyz", "pmtiles"):
        raise ImproperlyConfigured(f"GRIDWARD_MAP is {kind!r}: say none, tianditu, xyz or pmtiles")
    approval, credit = env("GRIDWARD_MAP_APPROVAL"), env("GRIDWARD_MAP_CREDIT")
    if not approval:
        raise ImproperlyConfigured(
            "GRIDWARD_MAP_APPROVAL is empty: a base map is shown with its approval number only"
        )
    datum = env("GRIDWARD_MAP_DATUM") or "cgcs2000"
    if datum not in DATUMS:
        raise ImproperlyConfigured(
            f"GRIDWARD_MAP_DATUM is {datum!r}: choose a source in {' or '.join(DATUMS)}; a shifted "
            "one would not lie under the cells"
        )
    if kind == "tianditu":
        return _tianditu(env, approval, credit or "天地图")
    if kind == "xyz":
        return _xyz(env, approval, credit)
    return _pmtiles(env, approval, credit)


def _tianditu(env: Callable[..., str], approval: str, credit: str) -> Basemap:
    key = env("GRIDWARD_MAP_KEY")
    if not key:
        raise ImproperlyConfigured("GRIDWARD_MAP_KEY is empty: 天地图 answers with a key only")
    look = env("GRIDWARD_MAP_LAYER") or "vec"
    if look not in TIANDITU_LAYERS:
        raise ImproperlyConfigured(
            f"GRIDWARD_MAP_LAYER is {look!r}: say {', '.join(TIANDITU_LAYERS)}"
        )
    # Web Mercator (_w): the only one that MapLibre draws
    tiles = tuple(
        tuple(
            f"{TIANDITU.format(n=n)}/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
            f"&LAYER={layer}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
            f"&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={key}"
            for n in range(8)
        )
        for layer in TIANDITU_LAYERS[look]
    )
    return Basemap(
        kind="tianditu", tiles=tiles, approval=approval, credit=credit, hosts=(TIANDITU_HOSTS,)
    )


def _xyz(env: Callable[..., str], approval: str, credit: str) -> Basemap:
    address = env("GRIDWARD_MAP_URL")
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not all(
        part in address for part in ("{z}", "{x}", "{y}")
    ):
        raise ImproperlyConfigured(
            "GRIDWARD_MAP_URL is no tile address: it begins https:// and holds {z}, {x} and {y}"
        )
    return Basemap(
        kind="xyz",
        tiles=((address,),),
        approval=approval,
        credit=credit,
        hosts=(f"{parts.scheme}://{parts.netloc}",),
    )


def _pmtiles(env: Callable[..., str], approval: str, credit: str) -> Basemap:
    file = Path(env("GRIDWARD_MAP_FILE")).resolve()
    try:
        form, max_zoom = pmtiles_header(file)
    except (OSError, ValueError) as fault:
        raise ImproperlyConfigured(f"GRIDWARD_MAP_FILE {file}: {fault}") from None
    return Basemap(
        kind="pmtiles", file=file, form=form, approval=approval, credit=credit, max_zoom=max_zoom
    )


def pmtiles_header(file: Path) -> tuple[str, int]:
    """Form (raster or vector) and deepest zoom of a PMTiles file, version 3.

    Raises ValueError when it is none, OSError when it cannot be read.
    Source: the PMTiles specification, version 3, §3 (127 bytes, little endian).
    """
    with file.open("rb") as handle:
        head = handle.read(HEADER_BYTES)
    if len(head) < HEADER_BYTES or head[:7] != b"PMTiles":
        raise ValueError("is no PMTiles file")
    if head[7] != 3:
        raise ValueError(f"is PMTiles version {head[7]}; write it anew as version 3")
    tile_type, max_zoom = struct.unpack_from("<B", head, 99)[0], head[101]
    if tile_type not in FORMS:
        raise ValueError(f"holds tiles of an unknown type {tile_type}")
    return FORMS[tile_type], max_zoom
