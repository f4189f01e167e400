"""The proof of cover holds on what was drawn, and finds every seeded fault by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import shapely
from django.utils import translation
from shapely import affinity
from tests.territory.ground import SQUARE, surveyed

from gridward.territory import rules


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def _changed(
    areas: list[rules.Surveyed], code: str, **to: object
) -> tuple[list[rules.Surveyed], rules.Surveyed]:
    at = next(place for place, area in enumerate(areas) if area.code == code)
    return [*areas[:at], replace(areas[at], **to), *areas[at + 1 :]], areas[at]


def _named(areas: list[rules.Surveyed], code: str) -> rules.Surveyed:
    return next(area for area in areas if area.code == code)


def test_what_was_drawn_is_proved_covered() -> None:
    proof = rules.prove(surveyed((3, 12, 60)))

    assert proof.faults == ()
    assert proof.holds
    assert proof.largest_m2 < 0.01
    assert proof.counts == {1: 1, 2: 3, 3: 12, 4: 60}
    assert proof.tolerance_m2 == 1.0


def test_a_gap_is_found_with_its_parent_place_size_and_neighbours() -> None:
    areas = surveyed()
    cell = _named(areas, "1.2.1").geometry
    hole = shapely.box(-5e-5, -5e-5, 5e-5, 5e-5)  # about 10 m by 11 m
    hole = affinity.translate(hole, *shapely.get_coordinates(cell.centroid)[0])
    areas, was = _changed(areas, "1.2.1", geometry=cell.difference(hole))

    proof = rules.prove(areas)

    assert [fault.kind for fault in proof.faults] == ["gap"]
    gap = proof.faults[0]
    assert gap.areas == ("1.2 Cell 1.2",)
    assert gap.neighbours == (f"{was.code} {was.name}",)
    assert gap.size_m2 == pytest.approx(hole.area * 102_700 * 110_740, rel=0.01)
    assert hole.contains(shapely.Point(gap.lng, gap.lat))
    assert not proof.holds


def test_a_gap_below_the_tolerance_is_tolerated_and_told() -> None:
    areas = surveyed()
    cell = _named(areas, "1.2.1").geometry
    hole = affinity.translate(
        shapely.box(-3e-6, -3e-6, 3e-6, 3e-6), *shapely.get_coordinates(cell.centroid)[0]
    )
    areas, _was = _changed(areas, "1.2.1", geometry=cell.difference(hole))

    assert rules.prove(areas).faults == ()
    assert rules.prove(areas).largest_m2 == pytest.approx(0.41, abs=0.01)
    assert [f.kind for f in rules.prove(areas, tolerance_m2=0.3).faults] == ["gap"]


def test_an_area_left_uncut_where_others_are_cut_is_a_gap() -> None:
    areas = [area for area in surveyed() if not area.code.startswith("1.3.")]

    proof = rules.prove(areas)

    assert [(fault.kind, fault.areas) for fault in proof.faults] == [("gap", ("1.3 Cell 1.3",))]
    assert proof.faults[0].neighbours


def test_an_overlap_is_found_between_both() -> None:
    areas = surveyed()
    first, second = _named(areas, "1.1.1"), _named(areas, "1.1.2")
    if not first.geometry.touches(second.geometry):
        pytest.fail("the drawing changed: choose two neighbours")
    reach = first.geometry.union(second.geometry.intersection(first.geometry.buffer(2e-4)))
    areas, _was = _changed(areas, "1.1.1", geometry=reach)

    proof = rules.prove(areas)

    overlap = next(f for f in proof.faults if f.areas == ("1.1.1 Cell 1.1.1", "1.1.2 Cell 1.1.2"))
    assert overlap.kind == "overlap"
    assert overlap.size_m2 > 1000
    assert second.geometry.covers(shapely.Point(overlap.lng, overlap.lat))
    assert {fault.kind for fault in proof.faults} == {"overlap"}


def test_an_area_that_leaves_its_parent_is_found() -> None:
    areas = surveyed()
    cell = _named(areas, "1.1.1").geometry
    areas, _was = _changed(areas, "1.1.1", geometry=cell.buffer(1e-3))

    proof = rules.prove(areas)

    over = [fault for fault in proof.faults if fault.kind == "overhang"]
    assert over
    assert all(fault.areas == ("1.1.1 Cell 1.1.1", "1.1 Cell 1.1") for fault in over)


def test_a_sliver_is_found() -> None:
    areas = surveyed()
    cell = _named(areas, "1.2.1").geometry
    west, south, east, north = cell.bounds
    middle = (west + east) / 2
    strip = cell.intersection(shapely.box(middle, south, middle + 1e-5, north))  # 1 m wide
    areas, was = _changed(areas, "1.2.1", geometry=cell.difference(strip))
    areas.append(replace(was, id=999, code="1.2.99", name="Strip", geometry=strip))

    proof = rules.prove(areas)

    assert [(fault.kind, fault.areas) for fault in proof.faults] == [("sliver", ("1.2.99 Strip",))]
    assert "1.2.1 Cell 1.2.1" in proof.faults[0].neighbours
    assert proof.faults[0].detail == "1.03 m wide"


def test_an_orphan_is_found_whoever_its_parent_was() -> None:
    areas = surveyed()
    lost, _was = _changed(areas, "1.2.1", parent_id=None)
    strange, _was = _changed(areas, "1.2.1", parent_id=12345)
    too_high, _was = _changed(areas, "1.2.1", parent_id=1)

    for seeded, why in (
        (lost, "no parent"),
        (strange, "its parent is not an area in force"),
        (too_high, "its parent 1 stands at level 1"),
    ):
        faults = rules.prove(seeded).faults
        orphan = next(fault for fault in faults if fault.kind == "orphan")
        assert orphan.areas == ("1.2.1 Cell 1.2.1",)
        assert orphan.detail == why
        assert orphan.neighbours
        # and the ground it left behind lies open
        assert {fault.kind for fault in faults} == {"orphan", "gap"}


def test_a_duplicate_is_found_by_ground_and_by_code() -> None:
    areas = surveyed()
    twin = replace(_named(areas, "1.2.1"), id=999, code="1.2.99", name="Twin")
    same_code = replace(_named(areas, "1.2.2"), code="1.2.1")

    by_ground = rules.prove([*areas, twin]).faults
    by_code = rules.prove([a if a.code != "1.2.2" else same_code for a in areas]).faults

    assert [(f.kind, f.areas) for f in by_ground] == [
        ("duplicate", ("1.2.1 Cell 1.2.1", "1.2.99 Twin"))
    ]
    assert [(f.kind, f.detail) for f in by_code] == [("duplicate", "the code 1.2.1 stands 2 times")]


def test_missing_and_broken_boundaries_are_found() -> None:
    bow = shapely.Polygon([(113, 22), (113.1, 22.1), (113.1, 22), (113, 22.1)])
    top = rules.Surveyed(1, "1", "Top", 1, None, SQUARE)

    none = rules.prove([replace(top, geometry=None)])
    broken = rules.prove([replace(top, geometry=bow)])

    assert [fault.kind for fault in none.faults] == ["no_boundary"]
    assert [fault.kind for fault in broken.faults] == ["broken_boundary"]


def test_chain_columns_that_are_not_the_parents_are_found() -> None:
    top = rules.Surveyed(1, "1", "Top", 1, None, SQUARE, (1, None, None, None, None, None))
    child = rules.Surveyed(2, "2", "In it", 2, 1, SQUARE, (1, 2, None, None, None, None))
    astray = replace(child, chain=(7, 2, None, None, None, None))

    assert rules.prove([top, child]).holds
    assert [(f.kind, f.areas) for f in rules.prove([top, astray]).faults] == [
        ("wrong_chain", ("2 In it",))
    ]
