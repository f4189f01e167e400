"""Splitting, merging and redrawing areas: what becomes of the ground, its codes and its history."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
import shapely
import shapely.affinity
from django.utils import translation
from tests.territory.ground import ACTOR, SQUARE, bay

from gridward.core import clock
from gridward.journal.models import Entry
from gridward.territory import actions, errors, queries, rules
from gridward.territory.models import AreaCode, AreaPlace, Boundary, Succession
from gridward.territory.rules import Part

pytestmark = pytest.mark.django_db
NEW_YEAR = datetime(2026, 1, 1, 2, 0, tzinfo=UTC)
JUNE = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_june() -> Iterator[None]:
    with translation.override("en"), clock.frozen(JUNE):
        yield


def draw(plan: tuple[int, ...] = (2, 4, 8), *, square: bool = True) -> actions.Drawn:
    drawing = (
        rules.draw([SQUARE], plan, method="square") if square else rules.draw([bay()], plan, seed=3)
    )
    return actions.draw_cells(drawing, actor=ACTOR, scheme=rules.FIVE_LEVELS, at=NEW_YEAR)


def cut(area_id: int, share: float = 0.5) -> list[shapely.Polygon]:
    """West and east of an upright line through an area."""
    west, south, east, north = queries.ground().boundary(area_id).bounds
    middle = west + (east - west) * share
    return [
        shapely.box(west - 0.01, south - 0.01, middle, north + 0.01),
        shapely.box(middle, south - 0.01, east + 0.01, north + 0.01),
    ]


def proved() -> bool:
    proof = rules.prove(queries.survey(), versions=queries.survey_versions())
    assert proof.faults == ()
    return proof.largest_m2 < 1e-3


def test_the_parts_of_a_split_fill_the_area_exactly_and_share_their_vertices() -> None:
    draw((2, 4, 8), square=False)
    grid = queries.areas_of_level(4)[2]
    left, right = cut(grid.id)

    change = actions.split_area(
        grid.id, [Part("西", "West", ground=left), Part("东", "East", ground=right)], actor=ACTOR
    )

    west, east = change.opened
    assert [west.name, east.name_en] == ["西", "East"]
    assert (west.level, west.kind, west.parent_id) == (4, grid.kind, grid.parent_id)
    assert west.chain[:3] == grid.chain[:3]
    assert west.area_m2 + east.area_m2 == pytest.approx(grid.area_m2, abs=0.1)
    assert proved()
    cells = [queries.ground().boundary(area.id) for area in queries.areas_of_level(4)]
    assert shapely.coverage_is_valid(cells)
    # communities and streets got the line's ends as vertices too
    assert shapely.coverage_is_valid(
        [queries.ground().boundary(area.id) for area in queries.areas_of_level(3)]
    )


def test_new_areas_get_fresh_ids_and_codes_and_nothing_of_the_old_is_used_again() -> None:
    draw()
    grid = queries.areas_of_level(4)[0]
    siblings = [area.code for area in queries.children(grid.parent_id)]
    left, right = cut(grid.id)

    change = actions.split_area(
        grid.id, [Part("西", ground=left), Part("东", ground=right)], actor=ACTOR
    )

    assert min(area.id for area in change.opened) > max(a.id for a in change.before.areas.values())
    assert not {area.code for area in change.opened} & set(siblings)
    closed = queries.area(grid.id)
    assert (closed.closed_on, closed.code) == (date(2026, 6, 1), grid.code)
    assert AreaCode.objects.get(code=grid.code).valid_to == date(2026, 6, 1)
    found = queries.find_code(grid.code)
    assert found is not None
    assert found.id == grid.id
    with pytest.raises(errors.NoSuchArea):
        queries.area_of_code(grid.code)
    again = actions.merge_areas([a.id for a in change.opened], name="又一", actor=ACTOR)
    assert again.opened[0].code not in {grid.code, *(a.code for a in change.opened)}


def test_predecessors_and_successors_stay_on_record_with_their_shares() -> None:
    draw()
    grid = queries.areas_of_level(4)[0]
    left, right = cut(grid.id, 0.25)
    split = actions.split_area(
        grid.id, [Part("西", ground=left), Part("东", ground=right)], actor=ACTOR
    )
    west, east = split.opened
    (merged,) = actions.merge_areas([west.id, east.id], name="一", actor=ACTOR).opened

    rows = {
        (row.area_id, row.successor_id): (round(row.share, 2), row.version_id)
        for row in Succession.objects.all()
    }
    assert rows == {
        (grid.id, west.id): (0.25, 2),
        (grid.id, east.id): (0.75, 2),
        (west.id, merged.id): (1.0, 3),
        (east.id, merged.id): (1.0, 3),
    }
    assert [area.id for area in queries.heirs(grid.id)] == [merged.id]
    assert [area.id for area in queries.heirs(merged.id)] == [merged.id]
    told = queries.history(grid.id)
    assert [(past.kind, past.day.isoformat()) for past in told] == [
        ("opened", "2026-01-01"),
        ("ended", "2026-06-01"),
    ]
    assert [area.id for area in told[-1].areas] == [east.id, west.id]
    opened = queries.history(merged.id)[0]
    assert {area.id for area in opened.areas} == {west.id, east.id}


def test_a_split_along_the_areas_inside_cuts_none_of_them() -> None:
    draw()
    street = queries.areas_of_level(2)[0]
    communities = queries.children(street.id)

    change = actions.split_area(
        street.id, [Part("甲", inside=(communities[0].id,)), Part("乙")], actor=ACTOR
    )

    one, other = change.opened
    assert [area.id for area in queries.children(one.id)] == [communities[0].id]
    assert [area.id for area in queries.children(other.id)] == [communities[1].id]
    for grid in queries.areas_of_level(4):
        host = one if grid.chain[2] == communities[0].id else other
        if grid.chain[2] in {c.id for c in communities}:
            assert grid.chain[1] == host.id
    assert queries.area(communities[0].id).code == communities[0].code
    places = AreaPlace.objects.filter(area_id=communities[0].id).order_by("id")
    assert [(p.parent_id, p.valid_to) for p in places] == [
        (street.id, date(2026, 6, 1)),
        (one.id, None),
    ]
    assert proved()


def test_each_area_inside_goes_to_the_part_that_has_most_of_it() -> None:
    draw((1, 1, 9))
    community = queries.areas_of_level(3)[0]
    grids = queries.children(community.id)
    left, right = cut(community.id, 0.45)

    change = actions.split_area(
        community.id, [Part("西", ground=left), Part("东", ground=right)], actor=ACTOR
    )

    west, east = change.opened
    for grid in grids:
        inside = shapely.intersection(queries.ground().boundary(grid.id), left).area
        most = west if inside > queries.ground().boundary(grid.id).area / 2 else east
        assert queries.area(grid.id).parent_id == most.id
    assert proved()


def test_merging_keeps_what_lies_inside_and_covers_exactly() -> None:
    draw((1, 3, 9), square=False)
    communities = queries.areas_of_level(3)
    touching = next(
        (a, b)
        for a in communities
        for b in communities
        if a.id < b.id
        and queries.ground().boundary(a.id).intersection(queries.ground().boundary(b.id)).length > 0
    )
    inside = [g.id for area in touching for g in queries.children(area.id)]

    change = actions.merge_areas([area.id for area in touching], name="合", actor=ACTOR)

    (one,) = change.opened
    assert {area.id for area in queries.children(one.id)} == set(inside)
    assert all(queries.area(id_).chain[2] == one.id for id_ in inside)
    assert proved()
    (told,) = Entry.objects.filter(verb="areas.merged")
    assert told.subject_id == "boundaries:2"


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        (lambda a: [Part("只一个")], "name at least two parts"),
        (lambda a: [Part(""), Part("乙", ground=cut(a)[0])], "every new area needs a name"),
        (lambda a: [Part("甲"), Part("乙")], "only one part may be what the others leave"),
        (
            lambda a: [Part("甲", ground=cut(a, 0.3)[0]), Part("乙", ground=cut(a, 0.6)[1])],
            "would belong to nobody",
        ),
        (
            lambda a: [Part("甲", ground=shapely.box(1, 1, 2, 2)), Part("乙")],
            "“甲” lies outside the area",
        ),
        (lambda a: [Part("甲", ground=cut(a, 2)[0]), Part("乙")], "“乙” would have no ground"),
        (lambda a: [Part("甲", inside=(a,)), Part("乙")], "is not cut further"),
    ],
)
def test_a_split_that_makes_no_sense_says_why_and_changes_nothing(wish: object, why: str) -> None:
    draw()
    grid = queries.areas_of_level(4)[0]

    with pytest.raises(errors.CannotChange) as refused:
        actions.split_area(grid.id, wish(grid.id), actor=ACTOR)  # type: ignore[operator]

    assert why in refused.value.message
    assert queries.boundary_version() == 1
    assert queries.area(grid.id).closed_on is None
    assert Boundary.objects.count() == 15


def test_only_neighbours_of_one_parent_are_merged() -> None:
    draw((2, 4, 8))
    first, *_rest, last = queries.areas_of_level(4)

    with pytest.raises(errors.CannotChange, match="one parent"):
        actions.merge_areas([first.id, last.id], name="一", actor=ACTOR)
    with pytest.raises(errors.CannotChange, match="at least two"):
        actions.merge_areas([first.id, first.id], name="一", actor=ACTOR)

    assert queries.boundary_version() == 1


def test_areas_that_do_not_touch_are_not_merged() -> None:
    draw((1, 1, 4))
    grids = queries.areas_of_level(4)
    here = queries.ground()
    apart = next(
        (a.id, b.id)
        for a in grids
        for b in grids
        if a.id < b.id and here.boundary(a.id).intersection(here.boundary(b.id)).length == 0
    )

    with pytest.raises(errors.CannotChange, match="beside each other"):
        actions.merge_areas(apart, name="一", actor=ACTOR)

    assert queries.boundary_version() == 1


def test_the_widest_area_and_ended_ones_are_not_split() -> None:
    draw()
    top = queries.areas_of_level(1)[0]
    one, other = queries.children(queries.areas_of_level(3)[0].id)
    actions.merge_areas([one.id, other.id], name="一", actor=ACTOR)

    with pytest.raises(errors.CannotChange, match="widest area"):
        actions.split_area(top.id, [Part("甲"), Part("乙")], actor=ACTOR)
    with pytest.raises(errors.NoSuchArea):
        actions.split_area(one.id, [Part("甲"), Part("乙")], actor=ACTOR)

    assert queries.boundary_version() == 2


def test_a_change_holds_from_today_or_a_past_day_of_the_area() -> None:
    draw()
    grid = queries.areas_of_level(4)[0]
    left, right = cut(grid.id)
    parts = [Part("西", ground=left), Part("东", ground=right)]

    with pytest.raises(errors.SinceTooLate):
        actions.split_area(grid.id, parts, actor=ACTOR, since=date(2026, 6, 2))
    with pytest.raises(errors.SinceTooEarly):
        actions.split_area(grid.id, parts, actor=ACTOR, since=date(2025, 12, 31))
    change = actions.split_area(grid.id, parts, actor=ACTOR, since=date(2026, 5, 1))

    assert queries.area(grid.id).closed_on == date(2026, 5, 1)
    assert {area.opened_on for area in change.opened} == {date(2026, 5, 1)}


def test_a_change_prepared_on_older_boundaries_is_refused() -> None:
    draw()
    one, other = queries.areas_of_level(4)[:2]
    left, right = cut(one.id)
    seen = queries.boundary_version()
    actions.name_area(other.id, name="改名", actor=ACTOR)
    actions.split_area(
        one.id, [Part("西", ground=left), Part("东", ground=right)], actor=ACTOR, version=seen
    )
    left, right = cut(other.id)

    with pytest.raises(errors.BoundariesMoved) as refused:
        actions.split_area(
            other.id, [Part("西", ground=left), Part("东", ground=right)], actor=ACTOR, version=seen
        )

    assert refused.value.params == {"was": 1, "now": 2}
    assert queries.area(other.id).closed_on is None


def test_smallest_areas_alone_are_redrawn_and_the_wider_ones_follow() -> None:
    draw((2, 4, 8))
    here = queries.ground()
    pairs = [
        (a, b)
        for a in queries.areas_of_level(4)
        for b in queries.areas_of_level(4)
        if a.chain[1] != b.chain[1]
        and here.boundary(a.id).intersection(here.boundary(b.id)).length > 0.001
    ]
    one, other = pairs[0]
    strip = shapely.intersection(
        here.boundary(one.id), here.boundary(other.id).buffer(0.002, join_style="mitre")
    )
    cells = {
        one.id: shapely.difference(here.boundary(one.id), strip),
        other.id: shapely.union(here.boundary(other.id), strip),
    }
    point = strip.representative_point()

    version = actions.redraw(rules.redrawn_cells(here, cells), actor=ACTOR)

    assert version == 2
    assert proved()
    found = queries.locate(point.x, point.y)
    assert (found.area_id, found.boundary_version) == (other.id, 2)
    assert found.chain[1] == other.chain[1]
    assert queries.history(one.id)[-1].kind == "redrawn"


def test_a_redraw_must_not_leave_ground_nor_take_it_from_others() -> None:
    draw((1, 1, 4))
    here = queries.ground()
    one, other = queries.areas_of_level(4)[:2]
    smaller = here.boundary(one.id).buffer(-0.0005)

    with pytest.raises(errors.CannotChange, match="belong to nobody"):
        rules.redrawn_cells(here, {one.id: smaller, other.id: here.boundary(other.id)})
    with pytest.raises(errors.CannotChange, match="areas that were not named"):
        rules.redrawn_cells(
            here, {one.id: here.boundary(one.id).buffer(0.001), other.id: here.boundary(other.id)}
        )
    with pytest.raises(errors.CannotChange, match="between two areas"):
        rules.redrawn_cells(here, {one.id: here.boundary(one.id)})
    with pytest.raises(errors.CannotChange, match="redraw the areas in it"):
        rules.redrawn_cells(
            here, {queries.areas_of_level(3)[0].id: SQUARE, one.id: here.boundary(one.id)}
        )


def neighbours(level: int) -> tuple[int, int]:
    """Two areas of a level that share an edge."""
    here = queries.ground()
    return next(
        (a.id, b.id)
        for a in queries.areas_of_level(level)
        for b in queries.areas_of_level(level)
        if a.id < b.id and here.boundary(a.id).intersection(here.boundary(b.id)).length > 0.001
    )


def slanted(one: int, other: int, *, reach: float) -> list[tuple[float, float]]:
    """A line through the middle of the shared edge, turned by twenty degrees.

    reach: how far it goes on, in lengths of the edge: 0.2 stays inside, 3 goes beyond
    """
    here = queries.ground()
    edge = shapely.intersection(here.boundary(one), here.boundary(other))
    middle = edge.centroid
    turned = shapely.affinity.rotate(shapely.MultiPoint(shapely.get_coordinates(edge)), 20)
    west, south, east, north = turned.bounds
    ends = [(west, north), (east, south)]
    return [
        (middle.x + (x - middle.x) * reach * 2, middle.y + (y - middle.y) * reach * 2)
        for x, y in ends
    ]


@pytest.mark.parametrize("square", [True, False])
@pytest.mark.parametrize("reach", [0.6, 3.0])
def test_a_drawn_line_parts_two_areas_and_each_keeps_what_it_can(
    square: bool, reach: float
) -> None:
    draw((1, 1, 6), square=square)
    here = queries.ground()
    one, other = neighbours(4)
    before = {id_: here.boundary(id_) for id_ in (one, other)}

    cells = rules.parted(here, one, other, slanted(one, other, reach=reach))

    assert set(cells) == {one, other}
    together = shapely.union_all(list(cells.values()))
    assert together.symmetric_difference(shapely.union_all(list(before.values()))).area < 1e-12
    assert cells[one].intersection(cells[other]).area < 1e-12
    for id_, cell in cells.items():
        assert cell.geom_type == "Polygon"
        assert cell.intersection(before[id_]).area > cell.area / 2
    actions.redraw(rules.redrawn_cells(here, cells), actor=ACTOR)
    assert proved()


def test_a_line_that_ends_inside_is_led_on_to_the_border() -> None:
    draw((1, 1, 4))
    here = queries.ground()
    one, other = neighbours(4)
    short = slanted(one, other, reach=0.35)
    both = shapely.union(here.boundary(one), here.boundary(other))
    assert all(both.contains(shapely.Point(end)) for end in short)

    cells = rules.parted(here, one, other, short)

    assert all(not cell.is_empty for cell in cells.values())
    assert shapely.union_all(list(cells.values())).symmetric_difference(both).area < 1e-12


def test_a_line_is_refused_where_it_parts_nothing() -> None:
    draw((1, 1, 9))
    here = queries.ground()
    one, other = neighbours(4)
    apart = next(
        area.id
        for area in queries.areas_of_level(4)
        if here.boundary(area.id).intersection(here.boundary(one)).is_empty
    )
    beside = [(0.0, 0.0), (1.0, 1.0)]
    zigzag = [
        (x, y)
        for n in range(12)
        for west, south, east, north in [here.boundary(one).bounds]
        for x in [west - 0.01 if n % 2 else east + 0.01]
        for y in [south + (north - south) * (n + 0.5) / 12]
    ]

    for line, second, why in (
        (beside, other, "does not cut"),
        ([(0.0, 0.0)], other, "draw the new line"),
        ([(float("nan"), 0.0), (1.0, 1.0)], other, "draw the new line"),
        (beside, apart, "do not lie beside"),
        (beside, one, "between two areas"),
        (zigzag, other, "too often"),
    ):
        with pytest.raises(errors.CannotChange, match=why):
            rules.parted(here, one, second, line)
    assert queries.boundary_version() == 1


def test_every_kind_of_fault_and_every_broken_border_has_words() -> None:
    bow = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])

    assert set(errors.FAULT_KINDS) == set(rules.FAULTS)
    with translation.override("zh-hans"):
        said = errors.broken(shapely.is_valid_reason(bow))
        assert said == "边界自相交叉 (0.5 0.5)"
        assert errors.broken("What nobody has heard of") == "边界有损坏"
