"""Cells that fill their ground exactly."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.territory.ground import SQUARE, bay, crescent

from gridward.territory import errors, rules


@pytest.mark.parametrize("method", rules.METHODS)
@pytest.mark.parametrize("outline", [SQUARE, bay(), crescent()], ids=["square", "bay", "crescent"])
def test_cells_fill_their_ground_without_gap_or_overlap(
    outline: shapely.Polygon, method: str
) -> None:
    drawing = rules.draw([outline], (3, 12, 60), method=method, seed=4)

    for layer, count in zip(drawing.layers, (3, 12, 60), strict=True):
        assert len(layer.cells) == count
        assert shapely.coverage_is_valid(layer.cells)
        assert {cell.geom_type for cell in layer.cells} == {"Polygon"}
        assert shapely.equals(shapely.coverage_union_all(layer.cells), drawing.grounds[0])
    assert shapely.area(drawing.grounds[0]) == pytest.approx(outline.area, rel=1e-9)


def test_neighbours_share_identical_vertices_and_children_are_cut_from_their_parents() -> None:
    drawing = rules.draw([bay()], (4, 20, 100), method="voronoi", seed=1)

    wider = list(drawing.layers)
    for above, below in pairwise(wider):
        corners = set(map(tuple, shapely.get_coordinates(below.cells)))
        assert set(map(tuple, shapely.get_coordinates(above.cells))) <= corners
        for parent, cell in enumerate(above.cells):
            mine = below.cells[below.parents == parent]
            assert shapely.equals(shapely.coverage_union_all(mine), cell)


@pytest.mark.parametrize("method", rules.METHODS)
def test_the_same_seed_draws_the_same_and_another_draws_another(method: str) -> None:
    first, again = (rules.draw([bay()], (3, 30), method=method, seed=9) for _ in range(2))
    other = rules.draw([bay()], (3, 30), method=method, seed=10, towns=2)

    assert list(map(shapely.to_wkb, first.layers[1].cells)) == list(
        map(shapely.to_wkb, again.layers[1].cells)
    )
    assert list(map(shapely.to_wkb, first.layers[1].cells)) != list(
        map(shapely.to_wkb, other.layers[1].cells)
    )


@given(count=st.integers(1, 40), seed=st.integers(0, 10_000), method=st.sampled_from(rules.METHODS))
@settings(max_examples=40, deadline=None)
def test_any_number_of_cells_covers_any_of_these_grounds(
    count: int, seed: int, method: str
) -> None:
    outline = (SQUARE, bay(), crescent())[seed % 3]

    cells = rules.draw([outline], (count,), method=method, seed=seed).layers[0].cells

    assert len(cells) == count
    assert shapely.coverage_is_valid(cells)
    assert float(shapely.area(cells).sum()) == pytest.approx(outline.area, rel=1e-9)


def test_square_cells_have_equal_areas() -> None:
    cells = rules.draw([bay()], (64,), method="square").layers[0].cells

    areas = shapely.area(cells)
    assert areas.max() / areas.min() < 1.01


def test_cells_are_compact_and_smaller_in_towns() -> None:
    drawing = rules.draw([bay()], (3, 60), method="voronoi", seed=3, towns=2)

    cells, density = drawing.layers[1].cells, drawing.layers[1].density
    roundness = 4 * np.pi * shapely.area(cells) / shapely.length(cells) ** 2
    assert roundness.min() > 0.4
    assert shapely.area(cells[density > 3]).mean() < shapely.area(cells[density < 1.5]).mean() / 2


def test_a_district_is_drawn_at_full_scale() -> None:
    drawing = rules.draw([bay()], (3, 63, 190, 2590), method="voronoi", seed=7, towns=3)

    assert [len(layer.cells) for layer in drawing.layers] == [3, 63, 190, 2590]
    assert shapely.coverage_is_valid(drawing.layers[-1].cells)


def test_several_grounds_are_cut_in_one_net() -> None:
    halves = rules.draw([SQUARE], (2,), method="square").layers[0].cells

    drawing = rules.draw(list(halves), (10,), method="voronoi", seed=2)

    assert np.bincount(drawing.layers[0].parents).tolist() == [5, 5]
    assert shapely.coverage_is_valid(drawing.layers[0].cells)


def test_a_plan_may_say_how_many_cells_each_parent_gets() -> None:
    drawing = rules.draw([bay()], (3, [5, 2, 1], 30), seed=2)
    first_two = rules.draw([bay()], (3, [5, 2, 1]), seed=2)

    assert np.bincount(drawing.layers[1].parents).tolist() == [5, 2, 1]
    assert len(drawing.layers[2].cells) == 30
    # what is drawn below moves nothing above
    for deep, flat in zip(drawing.layers[1].cells, first_two.layers[1].cells, strict=True):
        assert deep.symmetric_difference(flat).area < 1e-10
    for shares in ([5, 2], [5, 2, 0]):
        with pytest.raises(errors.CannotDraw):
            rules.draw([bay()], (3, shares), seed=2)


def test_shares_follow_weight_with_at_least_one_each() -> None:
    assert rules.apportion(10, [6.0, 3.0, 1.0]) == [6, 3, 1]
    assert rules.apportion(3, [100.0, 1.0, 1.0]) == [1, 1, 1]
    assert rules.apportion(7, [1.0, 1.0, 1.0]) == [3, 2, 2]
    with pytest.raises(errors.CannotDraw):
        rules.apportion(2, [1.0, 1.0, 1.0])


def test_reading_order_is_north_to_south_then_west_to_east() -> None:
    centres = np.array([[0.0, 0.0], [1.0, 0.1], [0.1, 1.0], [1.1, 0.9]])

    assert rules.reading_order(centres) == [2, 3, 0, 1]


def test_what_cannot_be_an_outline_is_refused() -> None:
    bow = shapely.Polygon([(113, 22), (113.1, 22.1), (113.1, 22), (113, 22.1)])
    for outline in (shapely.Point(113, 22), shapely.Polygon(), bow, shapely.box(500, 0, 501, 1)):
        with pytest.raises(errors.BadOutline):
            rules.draw([outline], (3,))
    with pytest.raises(errors.CannotDraw):
        rules.draw([SQUARE], (3, 2))
    with pytest.raises(errors.CannotDraw):
        rules.draw([SQUARE], (3,), method="hexagon")


def test_an_outline_around_points_holds_them_all_in_one_piece() -> None:
    rng = np.random.default_rng(3)
    points = rng.normal([-71.08, 42.32], [0.02, 0.02], (2000, 2))
    points[0] = [-71.2, 42.45]  # far from all others

    outline = rules.outline_of_points(points, margin_m=200)

    assert outline.geom_type == "Polygon"
    assert not outline.interiors
    assert shapely.contains_xy(outline, points[:, 0], points[:, 1]).all()
    with pytest.raises(errors.BadOutline):
        rules.outline_of_points(np.array([[1.0, 1.0], [1.0, 1.0], [2.0, 2.0]]))


def test_kinds_follow_how_built_up_the_ground_is() -> None:
    drawing = rules.draw([bay()], (3, 20, 60, 200), method="voronoi", seed=5, towns=2)

    streets, communities, grids, units = rules.kinds_by_density(drawing, parks=2)

    assert set(streets) == {"other"}
    assert set(communities) == {"rural", "urban_community"}
    assert grids.count("park") == 2
    parents = drawing.layers[3].parents
    assert all(units[place] == grids[int(parents[place])] for place in range(200))
