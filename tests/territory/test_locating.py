"""Finding the area of a point, from memory."""

from __future__ import annotations

import math
import threading
from datetime import date

import numpy as np
import pytest
import shapely

from gridward.territory import errors, rules

DAY = date(2026, 1, 1)
# two cells side by side, 0.01 degrees each, under one parent; a third area beside is not cut
WEST = shapely.box(113.10, 22.60, 113.11, 22.61)
EAST = shapely.box(113.11, 22.60, 113.12, 22.61)
UNCUT = shapely.box(113.12, 22.60, 113.13, 22.61)


def _view(id_: int, level: int, parent: int | None, chain: rules.Chain) -> rules.AreaView:
    return rules.AreaView(
        id_, level, "rural", str(id_), f"区域{id_}", f"Area {id_}", parent, chain, True, DAY,
        None, 1.0, 0.0, 0.0,
    )  # fmt: skip


def _ground() -> rules.Ground:
    empty = (None, None, None)
    areas = [
        _view(1, 1, None, (1, None, None, *empty)),
        _view(2, 2, 1, (1, 2, None, *empty)),
        _view(3, 2, 1, (1, 3, None, *empty)),
        _view(4, 3, 2, (1, 2, 4, *empty)),
        _view(5, 3, 2, (1, 2, 5, *empty)),
    ]
    return rules.Ground(
        areas,
        {
            1: shapely.union_all([WEST, EAST, UNCUT]),
            2: shapely.union_all([WEST, EAST]),
            3: UNCUT,
            4: WEST,
            5: EAST,
        },
        version=7,
        scheme=rules.FIVE_LEVELS,
    )


def test_a_point_inside_a_cell_is_given_the_cell_its_chain_and_the_version() -> None:
    found = _ground().locate(113.105, 22.605)

    assert found == rules.Location(4, (1, 2, 4, None, None, None), "inside", "", 7)


def test_a_point_on_the_line_goes_to_the_lowest_id() -> None:
    found = _ground().locate(113.11, 22.605)

    assert (found.area_id, found.reason, found.rule) == (4, "edge", "lowest_id")


def test_a_point_just_outside_goes_to_the_nearest_cell_within_30_metres() -> None:
    ground = _ground()
    twenty, forty = 20 / 110_740, 40 / 110_740

    near = ground.locate(113.105, 22.60 - twenty)
    far = ground.locate(113.105, 22.60 - forty)
    between = ground.locate(113.11, 22.60 - twenty)

    assert (near.area_id, near.reason, near.rule) == (4, "nearest", "nearest_30m")
    assert near.distance_m == pytest.approx(20, abs=0.1)
    assert (far.area_id, far.chain, far.reason) == (None, (None,) * 6, "outside")
    assert between.area_id == 4  # as near to both: the lowest id


def test_a_point_in_an_area_that_is_not_cut_is_given_that_area() -> None:
    found = _ground().locate(113.125, 22.605)

    assert (found.area_id, found.chain[1], found.reason) == (3, 3, "inside")


@pytest.mark.parametrize(("lng", "lat"), [(math.nan, 22.0), (113.0, math.inf), (200.0, 22.0)])
def test_what_is_no_coordinate_is_refused(lng: float, lat: float) -> None:
    with pytest.raises(errors.NotAPlace):
        _ground().locate(lng, lat)
    with pytest.raises(errors.NotAPlace):
        _ground().locate_many([113.0, lng], [22.0, lat])


def test_many_points_are_answered_as_each_one_alone() -> None:
    ground = _ground()
    rng = np.random.default_rng(2)
    lngs = np.concatenate([rng.uniform(113.099, 113.131, 500), [113.11, 113.105, 0.0]])
    lats = np.concatenate([rng.uniform(22.599, 22.611, 500), [22.605, 22.5999, 0.0]])

    many = ground.locate_many(lngs, lats)

    for place, (lng, lat) in enumerate(zip(lngs.tolist(), lats.tolist(), strict=True)):
        one = ground.locate(lng, lat)
        assert many.area_ids[place] == (one.area_id or 0)
        assert rules.REASONS[many.reasons[place]] == one.reason
        assert many.chains()[place].tolist() == [x or 0 for x in one.chain]
    assert many.boundary_version == 7
    assert sum(many.counts().values()) == 503
    assert many.counts()["edge"] == 1
    assert many.counts()["nearest"] > 0


def test_where_all_points_lie_inside_the_quick_way_gives_the_same() -> None:
    ground = _ground()

    many = ground.locate_many([113.105, 113.115, 113.101], [22.605, 22.605, 22.605])

    assert many.area_ids.tolist() == [4, 5, 4]
    assert many.counts() == {"outside": 0, "inside": 3, "edge": 0, "nearest": 0}


def test_nothing_drawn_is_outside() -> None:
    empty = rules.Ground([], {}, version=0, scheme=None)

    assert empty.locate(113.1, 22.6).reason == "outside"
    assert empty.locate_many([113.1], [22.6]).counts()["outside"] == 1
    assert empty.locate_many([], []).area_ids.tolist() == []


def test_threads_share_one_ground() -> None:
    ground = _ground()
    lngs = np.random.default_rng(1).uniform(113.1, 113.12, 3000)
    expected = ground.locate_many(lngs, np.full(3000, 22.605)).area_ids.tolist()
    seen: list[list[int | None]] = []

    def ask() -> None:
        seen.append([ground.locate(lng, 22.605).area_id for lng in lngs.tolist()])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert seen == [expected] * 4


def test_areas_are_listed_by_parent_and_level() -> None:
    ground = _ground()

    assert [area.id for area in ground.children(1)] == [2, 3]
    assert [area.id for area in ground.of_level(3)] == [4, 5]
    assert [area.id for area in ground.under(2, 3)] == [4, 5]
    assert ground.area(5).name_in("en-gb") == "Area 5"
    assert ground.area(5).name_in("zh-hans") == "区域5"
    with pytest.raises(errors.NoSuchArea):
        ground.area(99)


def test_shapes_for_maps_keep_their_common_borders() -> None:
    drawing = rules.draw([shapely.box(113.1, 22.6, 113.2, 22.7)], (12,), seed=4)
    views = [_view(id_, 1, None, (id_, None, None, None, None, None)) for id_ in range(1, 13)]
    ground = rules.Ground(
        views, dict(zip(range(1, 13), drawing.layers[0].cells, strict=True)), version=1, scheme=None
    )

    shapes = ground.features(range(1, 13), tolerance_m=200.0, language="en")

    assert [feature["properties"]["name"] for feature in shapes["features"]][:2] == [
        "Area 1",
        "Area 2",
    ]
    grounds = [shapely.geometry.shape(feature["geometry"]) for feature in shapes["features"]]
    assert shapely.coverage_is_valid(shapely.set_precision(grounds, 1e-7))
