"""The commands `territory` and `locate`."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.core.management import CommandError, call_command
from tests.territory.ground import bay

from gridward.territory import errors, queries
from gridward.territory.models import Area, Boundary
from gridward.web.cli.base import NotOk

pytestmark = pytest.mark.django_db


def _run(*words: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command(*words, "--json", stdout=out, stderr=io.StringIO())
    report: dict[str, Any] = json.loads(out.getvalue())
    return report


def _outline(folder: Path) -> str:
    path = folder / "outline.geojson"
    path.write_text(json.dumps(shapely.geometry.mapping(bay())))
    return str(path)


def _draw(folder: Path) -> dict[str, Any]:
    return _run(
        "territory", "draw", "--outline", _outline(folder), "--plan", "2,5,20",
        "--levels", "district,street,community,grid", "--name", "示例区",
    )  # fmt: skip


def test_an_outline_is_drawn_level_by_level_and_proved(tmp_path: Path) -> None:
    drawn = _draw(tmp_path)
    checked = _run("territory", "check")

    assert drawn["areas"] == {"district": 1, "street": 2, "community": 5, "grid": 20}
    assert checked["ok"]
    assert checked["areas"] == {"1": 1, "2": 2, "3": 5, "4": 20}
    assert checked["tolerance_m2"] == 1.0
    assert _run("territory", "show")["areas"]["grid"] == 20
    assert _run("territory", "show", "449901001")["children"] >= 1


def test_one_level_after_the_other_covers_too(tmp_path: Path) -> None:
    _run(
        "territory", "draw", "--outline", _outline(tmp_path), "--count", "3",
        "--method", "square", "--levels", "district,street,grid",
    )  # fmt: skip
    _run("territory", "draw", "--parent", "449901002", "--level", "grid", "--count", "4")
    with pytest.raises(NotOk):
        _run("territory", "check")  # two streets are not cut yet
    rest = _run("territory", "draw", "--all", "--level", "grid", "--count", "9", "--seed", "4")

    assert rest["areas"] == {"grid": 9}
    assert _run("territory", "check")["largest_m2"] == 0.0
    with pytest.raises(errors.CannotDraw):
        _run("territory", "draw", "--all", "--level", "grid", "--count", "9")
    with pytest.raises(errors.AlreadyDrawn):
        _run("territory", "draw", "--parent", "449901002", "--count", "4")


def test_seeded_faults_end_the_check_with_code_1_and_are_named(tmp_path: Path) -> None:
    _draw(tmp_path)
    gone = queries.areas_of_level("grid")[3]
    ground = queries.ground().boundary(gone.id)
    hole = shapely.Point(gone.lng, gone.lat).buffer(5e-5)
    Boundary.objects.filter(area_id=gone.id).update(wkb=shapely.to_wkb(ground.difference(hole)))
    orphan = queries.areas_of_level("grid")[7]
    Area.objects.filter(id=orphan.id).update(parent_id=1)
    out = io.StringIO()

    with pytest.raises(NotOk) as told:
        call_command("territory", "check", stdout=out)

    faults = told.value.report["faults"]
    parent = queries.area(gone.parent_id or 0)
    assert told.value.returncode == 1
    assert [f["kind"] for f in faults if f["areas"] == (f"{parent.code} {parent.name}",)] == ["gap"]
    assert [f["areas"] for f in faults if f["kind"] == "orphan"] == [
        (f"{orphan.code} {orphan.name}",)
    ]
    text = out.getvalue()
    assert gone.code in text  # the gap's neighbour
    assert f"{gone.lng:.3f}"[:-1] in text


def test_a_point_is_located_with_its_chain_in_any_datum(tmp_path: Path) -> None:
    _draw(tmp_path)

    plain = _run("locate", "113.2", "22.7")
    shifted = _run("locate", "113.205207", "22.697300", "--datum", "gcj02")

    assert [area["level"] for area in plain["chain"]] == ["district", "street", "community", "grid"]
    assert plain["reason"] == "inside"
    assert plain["boundary_version"] == 1
    assert plain["chain"][0]["synthetic"]
    assert shifted["chain"][-1] == plain["chain"][-1]
    assert shifted["wgs84"]["lng"] == pytest.approx(113.2, abs=1e-3)
    with pytest.raises(NotOk):
        _run("locate", "-71.06", "42.36")
    with pytest.raises(errors.NotAPlace):
        _run("locate", "500", "22")


def test_before_any_drawing_the_commands_say_where_to_begin() -> None:
    with pytest.raises(errors.NotDrawnYet):
        _run("territory", "check")
    with pytest.raises(errors.NotDrawnYet):
        _run("locate", "113.2", "22.7")


def test_an_outline_around_a_zipped_csv_of_points_can_be_drawn(tmp_path: Path) -> None:
    rows = ["id,lat,lng", *(f"{n},{42.3 + n % 7 / 100},{-71.1 + n % 11 / 100}" for n in range(77))]
    with zipfile.ZipFile(tmp_path / "points.zip", "w") as packed:
        packed.writestr("points.csv", "\n".join([*rows, "78,,", "79,no,number"]))
    out = str(tmp_path / "out.geojson")

    made = _run(
        "territory", "outline", "--points", str(tmp_path / "points.zip"),
        "--lng-column", "lng", "--lat-column", "lat", "--out", out,
    )  # fmt: skip
    _run("territory", "draw", "--outline", out, "--count", "12", "--levels", "city,cell")

    assert made["points"] == 77
    assert _run("territory", "check")["areas"] == {"1": 1, "2": 12}
    assert _run("locate", "-71.1", "42.3")["reason"] == "inside"


def test_names_and_kinds_may_be_given(tmp_path: Path) -> None:
    names = tmp_path / "names.yaml"
    names.write_text("street:\n- {zh: 云澜街道, en: Yunlan Street}\n")

    _run(
        "territory", "draw", "--outline", _outline(tmp_path), "--plan", "1,2", "--names",
        str(names), "--kind", "park", "--levels", "district,street,grid", "--real",
    )  # fmt: skip

    street = queries.areas_of_level("street")[0]
    assert (street.name, street.name_en, street.kind) == ("云澜街道", "Yunlan Street", "park")
    assert not street.synthetic


@pytest.mark.parametrize(
    "words",
    [
        ("--count", "3"),
        ("--outline", "x", "--all", "--count", "3"),
        ("--outline", "x"),
        ("--outline", "x", "--count", "3", "--plan", "3,4"),
        ("--outline", "x", "--plan", "three"),
    ],
)
def test_a_draw_that_does_not_say_what_is_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        _run("territory", "draw", *words)


def test_a_file_that_is_no_outline_is_refused(tmp_path: Path) -> None:
    (tmp_path / "no.json").write_text("[1, 2")

    for name in ("no.json", "missing.json"):
        with pytest.raises(errors.BadOutline):
            _run("territory", "draw", "--outline", str(tmp_path / name), "--count", "3")


def test_codes_and_names_are_listed_and_written_for_whoever_fills_in_tables(
    tmp_path: Path,
) -> None:
    _draw(tmp_path)
    street = queries.areas_of_level("street")[0]
    out = tmp_path / "areas.csv"

    inside = _run("territory", "list", "--area", street.code, "--level", "community")["areas"]
    everything = _run("territory", "list", "--out", str(out))["areas"]

    assert {one["parent"] for one in inside} == {street.code}
    assert len(inside) == len(queries.children(street.id))
    assert len(everything) == len(queries.ground())
    rows = out.read_text("utf-8-sig").splitlines()
    assert rows[0] == "code,level,name,name_en,parent"
    assert len(rows) == len(everything) + 1
