"""An invented city with an older system: a small table and its mapping, made on the spot."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import shapely
from django.conf import settings
from django.core.management import call_command

from gridward.catalog import actions as catalog
from gridward.directory import actions as directory
from gridward.directory.actions import NewOrganisation
from gridward.journal.rules import ActorRef
from gridward.territory import actions as territory
from gridward.territory import queries as ground
from gridward.territory.rules import draw
from gridward.web.cli.base import NotOk

ACTOR = ActorRef("system", "test")
HEADINGS = ["nr", "opened", "due", "ended", "state", "kind", "unit", "way", "x", "y"]
HERE = ("-71.0531", "42.3127")
MAPPING = """\
key: lampton
source: lampton
zone: America/New_York
calendar: us-eastern
times: ["%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M"]
language: en
columns:
  id: nr
  opened: opened
  target: due
  closed: ended
  status: state
  matter: kind
  department: unit
  channel: way
  lng: x
  lat: y
status: { open: [Open], closed: [Closed, Done] }
channels: { fallback: other, table: { Phone: hotline } }
departments: { fallback: general, table: { Works: public-works } }
matters:
  fallback: general
  table:
    Lamp: street_light
    Hole: road_surface
"""


def make_city() -> None:
    """Two levels of ground, a desk, two departments, the pack of an imported city."""
    packs = Path(settings.GRIDWARD_PACKS)
    catalog.load_packs([packs / "base", packs / "imported-city"], actor=ACTOR)
    drawing = draw([shapely.box(-71.10, 42.30, -71.00, 42.36)], (6,), method="square")
    territory.draw_cells(drawing, actor=ACTOR, name=("灯城", "Lampton"))
    city = ground.areas_of_level(1)[0].id
    directory.create_organisations(
        [
            NewOrganisation("desk", "district_desk", "市政热线", "City desk", "", city, 1),
            NewOrganisation("public-works", "department", "工程", "Works", "PWD", city, 2),
            NewOrganisation("general", "department", "综合", "General", "GEN", city, 3),
        ],
        actor=ACTOR,
    )


def row(nr: int | str, **changed: str) -> list[str]:
    """A lamp reported at noon, due a week later, done the next day; what is named differs."""
    usual = {
        "nr": str(nr),
        "opened": "2011-07-01 12:00:00",
        "due": "2011-07-08 12:00:00",
        "ended": "2011-07-02 12:00:00",
        "state": "Closed",
        "kind": "Lamp",
        "unit": "Works",
        "way": "Phone",
        "x": HERE[0],
        "y": HERE[1],
    }
    return [(usual | changed)[name] for name in HEADINGS]


def write(folder: Path, rows: list[list[str]], *, zipped: bool = False) -> tuple[Path, Path]:
    """The table and the mapping as files."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(HEADINGS)
    table.writerows(rows)
    mapping = folder / "lampton.yaml"
    mapping.write_text(MAPPING, encoding="utf-8")
    path = folder / ("past.zip" if zipped else "past.csv")
    if zipped:
        with zipfile.ZipFile(path, "w") as packed:
            packed.writestr("past.csv", text.getvalue())
    else:
        path.write_text(text.getvalue(), encoding="utf-8")
    return path, mapping


def run(*words: str) -> dict[str, Any]:
    """What a command reports with --json, also when its exit code says that something is wrong."""
    out = io.StringIO()
    with contextlib.suppress(NotOk):
        call_command(*words, "--json", stdout=out, stderr=io.StringIO())
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def import_(table: Path, mapping: Path, *more: str) -> dict[str, Any]:
    return run("cases", "import", str(table), "--mapping", str(mapping), *more)
