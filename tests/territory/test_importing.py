"""Areas from files: what is taken, what is refused and how it is named; former grids."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from django.core.management import call_command
from django.utils import translation
from tests.territory.ground import ACTOR, SQUARE, bay

from gridward.core import geodesy
from gridward.journal.models import Entry
from gridward.territory import actions, errors, files, queries, rules
from gridward.territory.models import Area, CrossWalk
from gridward.web.cli.base import NotOk

pytestmark = pytest.mark.django_db
LEVELS = "district,street,grid"


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def run(*words: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command(*words, "--json", stdout=out, stderr=io.StringIO())
    report: dict[str, Any] = json.loads(out.getvalue())
    return report


def faulty(*words: str) -> list[dict[str, Any]]:
    with pytest.raises(NotOk) as found:
        call_command(*words, stdout=io.StringIO(), stderr=io.StringIO())
    faults: list[dict[str, Any]] = found.value.report["faults"]
    return faults


def begin(ground: shapely.Polygon = SQUARE, streets: int = 2) -> None:
    drawing = rules.draw([ground], (streets,), method="square")
    scheme = rules.plain_scheme(LEVELS.split(","))
    actions.draw_cells(drawing, actor=ACTOR, scheme=scheme, code="449901", name=("区", ""))


def grids(count: int = 6) -> list[tuple[dict[str, Any], shapely.Polygon]]:
    """(properties, polygon) of cells that cover both streets."""
    streets = queries.areas_of_level("street")
    drawing = rules.draw(
        [queries.ground().boundary(area.id) for area in streets], (count,), method="square"
    )
    layer = drawing.layers[0]
    return [
        (
            {
                "名称": f"第{n}网格",
                "代码": f"G{n:03d}",
                "街道": streets[int(parent)].code,
                "类型": "park" if n == 2 else "rural",
            },
            cell,
        )
        for n, (cell, parent) in enumerate(zip(layer.cells, layer.parents, strict=True), 1)
    ]


def save(
    folder: Path, features: list[tuple[dict[str, Any], Any]], name: str = "grids.geojson"
) -> str:
    path = folder / name
    path.write_text(
        json.dumps(
            {
                "type": "FeatureCollection",
                "features": [
                    {
                        "type": "Feature",
                        "properties": said,
                        "geometry": shapely.geometry.mapping(ground) if ground else None,
                    }
                    for said, ground in features
                ],
            }
        ),
        encoding="utf-8",
    )
    return str(path)


OPTIONS = (
    "--level", "grid", "--name-property", "名称", "--code-property", "代码",
    "--parent-property", "街道", "--kind-property", "类型",
)  # fmt: skip


def test_a_file_is_looked_at_first_and_written_only_when_asked(tmp_path: Path) -> None:
    begin()
    path = save(tmp_path, grids())

    looked = run("territory", "import", path, *OPTIONS)
    assert looked["ok"]
    assert (looked["applied"], looked["areas"], Area.objects.count()) == (False, 6, 3)
    written = run("territory", "import", path, *OPTIONS, "--apply")

    assert (written["applied"], written["version"]) == (True, 2)
    made = queries.areas_of_level("grid")
    assert [area.code for area in made] == [f"G{n:03d}" for n in range(1, 7)]
    assert [area.name for area in made][:2] == ["第1网格", "第2网格"]
    assert [area.kind for area in made] == ["rural", "park", *["rural"] * 4]
    assert not any(area.synthetic for area in made)
    assert rules.prove(queries.survey(), versions=queries.survey_versions()).faults == ()
    entry = Entry.objects.filter(verb="territory.drawn").latest("recorded_at")
    assert entry.subject_id == "boundaries:2"
    with pytest.raises(errors.AlreadyDrawn, match="449901"):
        run("territory", "import", path, *OPTIONS, "--apply")
    assert Area.objects.count() == 9


def test_the_widest_level_comes_from_a_file_too(tmp_path: Path) -> None:
    path = save(tmp_path, [({"name": "示例街道", "id": 449901}, bay())])

    run(
        "territory", "import", path, "--level", "street", "--code-property", "id",
        "--levels", "street,community,grid,compound", "--apply",
    )  # fmt: skip

    (top,) = queries.areas_of_level(1)
    assert (top.code, top.name, top.synthetic) == ("449901", "示例街道", False)
    assert [level.key for level in queries.scheme().levels] == [
        "street",
        "community",
        "grid",
        "compound",
    ]


def test_without_codes_and_parents_the_place_decides_and_codes_are_given(tmp_path: Path) -> None:
    begin()
    path = save(tmp_path, [({"name": said["名称"]}, cell) for said, cell in grids()])

    run("territory", "import", path, "--level", "grid", "--apply")

    for street in queries.areas_of_level("street"):
        codes = [area.code for area in queries.children(street.id)]
        assert codes == [f"{street.code}{n:03d}" for n in range(1, len(codes) + 1)]


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_a_file_in_another_datum_is_turned_back_to_the_ground(tmp_path: Path, datum: str) -> None:
    begin()
    shifted = [
        (
            said,
            shapely.transform(
                shapely.segmentize(cell, 0.002),
                lambda p: np.column_stack(
                    geodesy.from_wgs84(p[:, 0].copy(), p[:, 1].copy(), datum)
                ),
            ),
        )
        for said, cell in grids()
    ]
    path = save(tmp_path, shifted)

    found = faulty("territory", "import", path, *OPTIONS)
    assert [(f["feature"], f["kind"]) for f in found] == [(0, "other_datum")]
    assert f"--datum {datum}" in found[0]["text"]
    assert Area.objects.count() == 3
    run("territory", "import", path, *OPTIONS, "--datum", datum, "--apply")

    assert len(queries.areas_of_level("grid")) == 6
    assert rules.prove(queries.survey()).faults == ()


def spoil(
    cells: list[tuple[dict[str, Any], Any]], at: int, ground: Any = None, **said: str
) -> list[tuple[dict[str, Any], Any]]:
    made = list(cells)
    properties, was = made[at]
    made[at] = ({**properties, **said}, was if ground is None else ground)
    return made


def swapped(ground: shapely.Polygon) -> shapely.Polygon:
    return shapely.transform(ground, lambda p: p[:, ::-1])


def bow(ground: shapely.Polygon) -> shapely.Polygon:
    west, south, east, north = ground.bounds
    return shapely.Polygon([(west, south), (east, north), (east, south), (west, north)])


FAULTS = {
    "crosses_itself": lambda c: spoil(c, 2, bow(c[2][1])),
    "no_parent": lambda c: spoil(c, 2, 街道="449999"),
    "other_parent": lambda c: spoil(c, 2, 街道=c[5][0]["街道"]),
    "duplicate_code": lambda c: spoil(c, 2, 代码="G001"),
    "code_taken": lambda c: spoil(c, 2, 代码="449901"),
    "no_code": lambda c: spoil(c, 2, 代码=""),
    "bad_code": lambda c: spoil(c, 2, 代码="三号"),
    "bad_kind": lambda c: spoil(c, 2, 类型="Park!"),
    "nameless": lambda c: spoil(c, 2, 名称=" "),
    "swapped": lambda c: spoil(c, 2, swapped(c[2][1])),
    "not_degrees": lambda c: spoil(c, 2, shapely.transform(c[2][1], lambda p: p * 100_000)),
    "not_polygon": lambda c: spoil(c, 2, c[2][1].exterior),
    "gap": lambda c: spoil(c, 2, c[2][1].buffer(-0.0001)),
    "overlap": lambda c: spoil(c, 2, c[2][1].buffer(0.0002)),
    "hole": lambda c: spoil(c, 2, shapely.difference(c[2][1], c[2][1].centroid.buffer(0.0004))),
    "duplicate": lambda c: [*c, ({**c[2][0], "代码": "G099"}, c[2][1])],
    "sliver": lambda c: [
        *spoil(c, 2, shapely.difference(c[2][1], strip(c[2][1]))),
        ({**c[2][0], "代码": "G098"}, shapely.intersection(c[2][1], strip(c[2][1]))),
    ],
}


def strip(ground: shapely.Polygon) -> shapely.Polygon:
    west, south, _east, north = ground.bounds
    return shapely.box(west, south, west + 0.00001, north)


@pytest.mark.parametrize("kind", list(FAULTS))
def test_every_seeded_fault_is_found_and_named_with_its_feature(tmp_path: Path, kind: str) -> None:
    begin()
    path = save(tmp_path, FAULTS[kind](grids()))

    found = faulty("territory", "import", path, *OPTIONS, "--apply")

    mine = [f for f in found if f["kind"] == kind]
    assert mine, [(f["feature"], f["kind"], f["text"]) for f in found]
    assert {f["feature"] for f in mine} & {0, 3, 7}
    assert all(f["text"] for f in found)
    assert Area.objects.count() == 3
    assert queries.boundary_version() == 1


def test_a_feature_missing_leaves_a_gap_that_is_measured_and_placed(tmp_path: Path) -> None:
    begin()
    cells = grids()
    gone = cells.pop(1)
    path = save(tmp_path, cells)

    (fault,) = faulty("territory", "import", path, *OPTIONS)

    assert fault["kind"] == "gap"
    assert fault["size_m2"] == pytest.approx(rules.measured_m2([gone[1]])[0], rel=1e-4)
    assert gone[1].contains(shapely.Point(fault["lng"], fault["lat"]))


def test_small_gaps_within_the_tolerance_are_knit(tmp_path: Path) -> None:
    begin()
    rounded = [(said, shapely.transform(cell, lambda p: np.round(p, 6))) for said, cell in grids(7)]
    path = save(tmp_path, rounded)

    run("territory", "import", path, *OPTIONS, "--tolerance", "400", "--apply")

    proof = rules.prove(queries.survey(), versions=queries.survey_versions())
    assert proof.faults == ()
    assert proof.largest_m2 < 1e-3


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("nonsense", "JSON"),
        ('{"type": "Topology"}', "GeoJSON"),
        ("[" * 100_000, "JSON"),
    ],
)
def test_a_file_that_is_no_map_is_refused_in_a_sentence(
    tmp_path: Path, text: str, why: str
) -> None:
    begin()
    path = tmp_path / "a.geojson"
    path.write_text(text)

    with pytest.raises(errors.UnreadableMap, match=why):
        files.read_features(path)
    with pytest.raises(errors.UnreadableMap):
        files.read_features(tmp_path / "not-there.geojson")


def test_a_feature_that_cannot_be_read_is_a_fault_of_its_own(tmp_path: Path) -> None:
    begin()
    path = save(tmp_path, [*grids(), ({"名称": "无形", "代码": "G007"}, None)])

    found = faulty("territory", "import", path, *OPTIONS)

    assert [(f["feature"], f["kind"]) for f in found] == [(7, "no_geometry")]


@pytest.mark.parametrize("ending", ["gpkg", "shp", "kml"])
def test_the_trades_other_formats_are_read_with_the_extra(tmp_path: Path, ending: str) -> None:
    pyogrio = pytest.importorskip("pyogrio")
    begin()
    cells = grids()
    path = tmp_path / f"grids.{ending}"
    pyogrio.raw.write(
        str(path),
        geometry=np.array(shapely.to_wkb([cell for _said, cell in cells])),
        field_data=[np.array([said["名称"] for said, _cell in cells], dtype=object)],
        fields=["Name"],
        geometry_type="Polygon",
        crs="EPSG:4326",
        driver={"gpkg": "GPKG", "shp": "ESRI Shapefile", "kml": "KML"}[ending],
    )

    written = run(
        "territory", "import", str(path), "--level", "grid", "--name-property", "Name", "--apply"
    )

    assert written["areas"] == 6
    assert {area.name for area in queries.areas_of_level("grid")} == {
        said["名称"] for said, _cell in cells
    }


def test_a_projected_file_comes_back_in_degrees(tmp_path: Path) -> None:
    pyogrio = pytest.importorskip("pyogrio")
    import pyproj

    turn = pyproj.Transformer.from_crs("EPSG:4490", "EPSG:4526", always_xy=True)
    plane = shapely.transform(SQUARE, lambda p: np.column_stack(turn.transform(p[:, 0], p[:, 1])))
    path = tmp_path / "plane.gpkg"
    pyogrio.raw.write(
        str(path),
        geometry=np.array([shapely.to_wkb(plane)]),
        field_data=[np.array(["区"], dtype=object)],
        fields=["name"],
        geometry_type="Polygon",
        crs="EPSG:4526",
    )

    (feature,) = files.read_features(path)

    assert feature.geometry is not None
    assert shapely.hausdorff_distance(feature.geometry, SQUARE) < 1e-8


def test_a_faulty_file_is_refused_whole_with_every_fault(tmp_path: Path) -> None:
    begin()
    cells = grids()
    features = files.read_features(save(tmp_path, spoil(cells, 2, 代码="G001")))
    named = rules.Properties(name="名称", code="代码", parent="街道")

    with pytest.raises(errors.FaultyFile) as refused:
        actions.import_areas(features, level="grid", properties=named, actor=ACTOR)

    assert refused.value.params == {"count": 1}
    assert [(fault.feature, fault.kind) for fault in refused.value.faults] == [
        (3, "duplicate_code")
    ]
    assert Area.objects.count() == 3


# former grids


def cut_into_grids(tmp_path: Path) -> None:
    begin()
    run("territory", "import", save(tmp_path, grids()), *OPTIONS, "--apply")


def test_former_cells_are_shared_out_over_the_grids_of_today(tmp_path: Path) -> None:
    cut_into_grids(tmp_path)
    one, other = queries.areas_of_level("grid")[:2]
    here = queries.ground()
    both = shapely.union(here.boundary(one.id), here.boundary(other.id))
    path = save(
        tmp_path,
        [({"code": "PC-1"}, both), ({"code": "PC-2"}, shapely.box(1, 1, 1.1, 1.1))],
        "police.geojson",
    )
    words = ("territory", "crosswalk", path, "--system", "police")

    with pytest.raises(NotOk) as looked:
        call_command(*words, stdout=io.StringIO(), stderr=io.StringIO())
    assert looked.value.report["outside"] == ["PC-2"]
    assert CrossWalk.objects.count() == 0
    with pytest.raises(NotOk):
        call_command(*words, "--apply", stdout=io.StringIO(), stderr=io.StringIO())

    found = queries.crosswalk("police", "PC-1")
    assert {area.code for area, _share in found} == {one.code, other.code}
    assert sum(share for _area, share in found) == pytest.approx(1, abs=1e-3)
    assert run("territory", "crosswalk", "--system", "police", "--look", "PC-1")["areas"][0][
        "share"
    ] == pytest.approx(found[0][1])
    assert Entry.objects.filter(verb="crosswalk.recorded").count() == 1


def test_a_cross_walk_that_does_not_add_up_changes_nothing(tmp_path: Path) -> None:
    cut_into_grids(tmp_path)
    grid = queries.areas_of_level("grid")[0]
    actions.record_crosswalk("fire", [rules.Share("A1", grid.id, 1.0)], actor=ACTOR)

    with pytest.raises(errors.BadShare):
        actions.record_crosswalk(
            "fire",
            [rules.Share("A1", grid.id, 0.5), rules.Share("A1", grid.id + 1, 0.7)],
            actor=ACTOR,
        )
    with pytest.raises(errors.NoSuchArea):
        actions.record_crosswalk("fire", [rules.Share("A1", 999, 1.0)], actor=ACTOR)

    assert queries.crosswalk("fire", "A1") == [(grid, 1.0)]


def test_a_cross_walk_by_hand_follows_splits_and_says_what_is_wrong(tmp_path: Path) -> None:
    cut_into_grids(tmp_path)
    grid = queries.areas_of_level("grid")[0]
    path = tmp_path / "walk.csv"
    path.write_text(f"code,area,share\nA1,{grid.code},1\n", encoding="utf-8")
    words = ("territory", "crosswalk", str(path), "--system", "fire")
    run(*words, "--apply")
    run(*words, "--apply")
    assert CrossWalk.objects.count() == 1
    west, south, east, north = queries.ground().boundary(grid.id).bounds
    middle = west + (east - west) / 4
    split = actions.split_area(
        grid.id,
        [rules.Part("西", ground=shapely.box(west, south, middle, north)), rules.Part("东")],
        actor=ACTOR,
    )

    assert [(area.id, share) for area, share in queries.crosswalk("fire", "A1")] == [
        (split.opened[1].id, pytest.approx(0.75, abs=1e-3)),
        (split.opened[0].id, pytest.approx(0.25, abs=1e-3)),
    ]
    for line, why in (
        ("A2,none,1", "there is no area none"),
        (f"A2,{grid.code},2", "above 0"),
        (f"A2,{grid.code},many", "above 0"),
        (f",{grid.code},1", "no former code"),
        (f"A2,{grid.code},0.6\nA2,{split.opened[0].code},0.6", "more than 1"),
    ):
        path.write_text(f"code,area,share\n{line}\n", encoding="utf-8")
        with pytest.raises(errors.BadShare, match=why):
            run(*words, "--apply")
    assert CrossWalk.objects.count() == 1


def test_a_shapefile_of_a_chinese_program_is_read_without_its_cpg(tmp_path: Path) -> None:
    pyogrio = pytest.importorskip("pyogrio")
    begin()
    cells = grids()
    path = tmp_path / "网格.shp"
    pyogrio.raw.write(
        str(path),
        geometry=np.array(shapely.to_wkb([cell for _said, cell in cells])),
        field_data=[np.array([said["名称"] for said, _cell in cells], dtype=object)],
        fields=["名称"],
        geometry_type="Polygon",
        crs="EPSG:4490",
        driver="ESRI Shapefile",
        encoding="GB18030",
    )
    path.with_suffix(".cpg").unlink()

    named = [feature.properties["名称"] for feature in files.read_features(path)]
    path.with_suffix(".dbf").unlink()

    assert named == [said["名称"] for said, _cell in cells]
    with pytest.raises(errors.UnreadableMap, match=r"\.dbf"):
        files.read_features(path)


def test_a_property_that_no_feature_has_is_one_fault_with_those_that_are_there(
    tmp_path: Path,
) -> None:
    begin()
    path = save(tmp_path, grids())

    found = faulty("territory", "import", path, "--level", "grid", "--code-property", "nummer")

    assert [(f["feature"], f["kind"]) for f in found] == [(0, "no_property"), (0, "no_property")]
    assert "nummer" in found[1]["text"] and "名称" in found[1]["text"]


def test_a_level_whose_wider_one_is_not_drawn_yet_says_which_is_next(tmp_path: Path) -> None:
    path = save(tmp_path, [({"名称": "网格"}, SQUARE)])
    words = ("territory", "import", path, "--levels", LEVELS, "--name-property", "名称")

    with pytest.raises(errors.WiderFirst) as refused:
        run(*words, "--level", "grid")

    assert refused.value.params == {"level": "grid", "next": "district"}
