"""What may lie under the cells: nothing by itself, and then only what was named with its number."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from gridward.web.ui.basemap import Basemap, from_environment
from gridward.web.ui.ranges import asked_range


def configured(**given: str) -> Basemap:
    return from_environment(lambda name, default="": given.get(name, default))


def pmtiles(folder: Path, *, version: int = 3, form: int = 2) -> Path:
    """The header of a PMTiles file and a few bytes behind it."""
    head = bytearray(127)
    head[:8] = b"PMTiles" + bytes([version])
    struct.pack_into("<B", head, 99, form)
    head[101] = 15
    file = folder / "base.pmtiles"
    file.write_bytes(bytes(head) + b"tiles-and-directories")
    return file


def test_without_a_word_there_is_no_base_map_and_the_policy_stays_closed(
    settings: Any,
) -> None:
    assert configured() == Basemap()
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    assert directives["connect-src"] == ["'self'"]
    assert directives["img-src"] == ["'self'", "data:", "blob:"]


def test_tianditu_is_asked_for_both_sheets_and_shows_its_number() -> None:
    found = configured(
        GRIDWARD_MAP="tianditu", GRIDWARD_MAP_KEY="abc", GRIDWARD_MAP_APPROVAL="GS（2026）0001号"
    )

    assert [sheet[0].split("LAYER=")[1][:3] for sheet in found.tiles] == ["vec", "cva"]
    assert all("tk=abc" in address for sheet in found.tiles for address in sheet)
    assert found.hosts == ("https://*.tianditu.gov.cn",)
    assert found.for_page()["approval"] == "GS（2026）0001号"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"GRIDWARD_MAP": "tianditu", "GRIDWARD_MAP_KEY": "abc"}, "GRIDWARD_MAP_APPROVAL is empty"),
        ({"GRIDWARD_MAP": "tianditu", "GRIDWARD_MAP_APPROVAL": "n"}, "GRIDWARD_MAP_KEY is empty"),
        ({"GRIDWARD_MAP": "osm", "GRIDWARD_MAP_APPROVAL": "n"}, "say none, tianditu, xyz"),
        (
            {
                "GRIDWARD_MAP": "xyz",
                "GRIDWARD_MAP_APPROVAL": "n",
                "GRIDWARD_MAP_URL": "https://tiles.example/{z}",
            },
            "holds {z}, {x} and {y}",
        ),
        (
            {"GRIDWARD_MAP": "xyz", "GRIDWARD_MAP_APPROVAL": "n", "GRIDWARD_MAP_DATUM": "gcj02"},
            "a shifted one would not lie under the cells",
        ),
    ],
)
def test_a_source_that_is_half_named_stops_the_start(given: dict[str, str], said: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=said.replace("{", r"\{").replace("}", r"\}")):
        configured(**given)


def test_a_pmtiles_file_says_what_it_holds(tmp_path: Path) -> None:
    names = {"GRIDWARD_MAP": "pmtiles", "GRIDWARD_MAP_APPROVAL": "n"}

    found = configured(**names, GRIDWARD_MAP_FILE=str(pmtiles(tmp_path, form=1)))

    assert (found.form, found.max_zoom, found.hosts) == ("vector", 15, ())
    with pytest.raises(ImproperlyConfigured, match="version 2"):
        configured(**names, GRIDWARD_MAP_FILE=str(pmtiles(tmp_path, version=2)))
    with pytest.raises(ImproperlyConfigured, match="No such file"):
        configured(**names, GRIDWARD_MAP_FILE=str(tmp_path / "none"))


def test_the_file_is_served_in_parts_and_never_whole(
    client: Client, settings: Any, tmp_path: Path, db: None
) -> None:
    file = pmtiles(tmp_path)
    settings.GRIDWARD_MAP = Basemap(kind="pmtiles", file=file, approval="n")

    part = client.get("/map/base.pmtiles", headers={"Range": "bytes=0-6"})
    whole = client.get("/map/base.pmtiles")
    behind = client.get("/map/base.pmtiles", headers={"Range": "bytes=900-"})

    assert (part.status_code, part.content) == (206, b"PMTiles")
    assert part["Content-Range"] == f"bytes 0-6/{file.stat().st_size}"
    assert (whole.status_code, behind.status_code) == (416, 416)


def test_without_a_file_there_is_nothing_to_serve(client: Client, db: None) -> None:
    assert client.get("/map/base.pmtiles", headers={"Range": "bytes=0-6"}).status_code == 404


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("", None),
        ("bytes=0-9", (0, 9)),
        ("bytes=5-", (5, 99)),
        ("bytes=-10", (90, 99)),
        ("bytes=90-200", (90, 99)),
        ("bytes=0-1,5-6", None),
        ("lines=0-1", None),
    ],
)
def test_ranges_are_cut_to_what_is_there(header: str, found: tuple[int, int] | None) -> None:
    assert asked_range(header, 100) == found
