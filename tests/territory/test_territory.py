"""Drawing, naming and redrawing areas in the tables, and what memory holds of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import shapely
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from tests.territory.ground import ACTOR, SQUARE, bay

from gridward.core.action import action
from gridward.core.geodesy import Datum, from_wgs84
from gridward.journal import queries as journal
from gridward.territory import actions, errors, queries, rules
from gridward.territory.models import (
    Area,
    AreaCode,
    AreaName,
    AreaPlace,
    Boundary,
    BoundaryVersion,
)

pytestmark = pytest.mark.django_db
NEW_YEAR = datetime(2026, 1, 1, 2, 0, tzinfo=UTC)  # the same day in Asia/Shanghai
MAY = datetime(2026, 5, 4, 20, 0, tzinfo=UTC)  # 5 May there


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def _drawn(plan: tuple[int, ...] = (2, 6, 18), **more: object) -> actions.Drawn:
    drawing = rules.draw([bay()], plan, seed=3, towns=1)
    return actions.draw_cells(drawing, actor=ACTOR, scheme=rules.FIVE_LEVELS, at=NEW_YEAR, **more)  # type: ignore[arg-type]


def test_a_drawing_becomes_areas_with_ids_codes_names_chains_and_boundaries() -> None:
    drawn = _drawn(names={"street": [("云澜街道", "Yunlan Street")]})

    assert drawn.version == 1
    assert [len(ids) for ids in drawn.ids] == [1, 2, 6, 18]
    assert [id_ for level in drawn.ids for id_ in level] == list(range(1, 28))
    first, second = queries.areas_of_level("street")
    assert (first.code, first.name, first.name_en) == ("449901001", "云澜街道", "Yunlan Street")
    assert (second.code, second.name) == ("449901002", "第2街道")
    assert first.synthetic
    assert first.opened_on.isoformat() == "2026-01-01"
    grid = queries.areas_of_level(4)[0]
    assert grid.chain == (1, first.id, queries.children(first.id)[0].id, grid.id, None, None)
    assert len(grid.code) == 15
    assert grid.code.startswith(first.code)
    assert AreaCode.objects.count() == AreaPlace.objects.count() == AreaName.objects.count() == 27
    assert Boundary.objects.filter(to_version=None).count() == 27


def test_drawing_is_one_journal_entry_with_the_digest_of_what_was_drawn() -> None:
    drawn = _drawn()

    entries = journal.timeline([f"boundaries:{drawn.version}"])
    assert [entry.verb for entry in entries] == ["territory.drawn"]
    digest = rules.digest_of(
        (area.id, area.code, shapely.to_wkb(queries.ground().boundary(area.id)))
        for area in queries.ground().areas.values()
    )
    assert entries[0].details["digest"] == digest
    assert entries[0].details["cells"] == 27
    assert entries[0].occurred_at == NEW_YEAR


def test_what_was_written_is_proved_covered() -> None:
    _drawn()

    proof = rules.prove(queries.survey())

    assert proof.faults == ()
    assert proof.counts == {1: 1, 2: 2, 3: 6, 4: 18}
    assert proof.largest_m2 == 0.0


def test_areas_that_stand_can_be_cut_further_each_once() -> None:
    drawn = _drawn((2,))
    streets = list(drawn.ids[1])
    grounds = [queries.ground().boundary(id_) for id_ in streets]

    more = actions.draw_cells(
        rules.draw(grounds, (8,), seed=1), actor=ACTOR, under=streets, at=NEW_YEAR
    )

    assert more.version == 2
    assert len(more.ids[0]) == 8
    assert {area.parent_id for area in queries.areas_of_level("community")} == set(streets)
    proof = rules.prove(queries.survey())
    assert proof.holds
    assert proof.largest_m2 == 0.0
    with pytest.raises(errors.AlreadyDrawn):
        actions.draw_cells(rules.draw(grounds, (8,)), actor=ACTOR, under=streets)
    with pytest.raises(errors.AlreadyDrawn):
        _drawn((2,))
    assert queries.boundary_version() == 2


def test_areas_cut_one_after_the_other_still_share_identical_vertices() -> None:
    drawn = _drawn((3,))
    for street in drawn.ids[1]:
        ground = queries.ground().boundary(street)
        actions.draw_cells(
            rules.draw([ground], (7,), seed=street), actor=ACTOR, under=[street], at=NEW_YEAR
        )

    here = queries.ground()
    cells = [here.boundary(area.id) for area in here.of_level(3)]
    assert shapely.coverage_is_valid(cells)
    assert shapely.coverage_is_valid([here.boundary(area.id) for area in here.of_level(2)])
    for street in drawn.ids[1]:
        mine = shapely.coverage_union_all([here.boundary(a.id) for a in here.children(street)])
        assert mine.normalize().equals_exact(here.boundary(street).normalize(), 0)
    assert (
        shapely.coverage_union_all(cells).normalize().equals_exact(here.boundary(1).normalize(), 0)
    )


def test_a_drawing_deeper_than_the_scheme_is_refused_and_leaves_nothing() -> None:
    with pytest.raises(errors.NoSuchLevel):
        _drawn((1, 1, 1, 1, 1))

    assert not Area.objects.exists()
    assert queries.boundary_version() == 0


def test_the_levels_of_a_territory_stay() -> None:
    drawn = _drawn((2,))
    grounds = [queries.ground().boundary(id_) for id_ in drawn.ids[1]]

    with pytest.raises(errors.OtherLevels):
        actions.draw_cells(
            rules.draw(grounds, (4,)),
            actor=ACTOR,
            under=drawn.ids[1],
            scheme=rules.plain_scheme(["city", "cell"]),
        )
    assert queries.level_title(4, "en") == "Grid"
    assert queries.level_title(4, "zh-hans") == "网格"


def test_two_levels_are_enough_for_a_territory() -> None:
    actions.draw_cells(
        rules.draw([SQUARE], (9,), method="square"),
        actor=ACTOR,
        scheme=rules.plain_scheme(["city", "cell"]),
        code="BOS",
        name=("Harbour City", "Harbour City"),
        synthetic=True,
    )

    found = queries.locate(113.11, 22.605)

    assert queries.scheme().deepest == 2
    assert queries.area(found.area_id or 0).code.startswith("BOS0")
    assert found.chain[2:] == (None,) * 4


def test_locating_takes_any_datum_and_says_which_boundaries_it_used() -> None:
    _drawn()
    lng, lat = 113.2, 22.7

    plain = queries.locate(lng, lat)
    gcj02 = queries.locate(*from_wgs84(lng, lat, Datum.GCJ02), datum="gcj02")
    outside = queries.locate(0.0, 0.0)

    assert plain.reason == "inside"
    assert plain.boundary_version == 1
    assert gcj02.area_id == plain.area_id
    assert outside.area_id is None
    assert str(queries.reason_text(outside))


def test_once_in_memory_the_ground_costs_one_statement_for_all_questions() -> None:
    _drawn()
    queries.locate(113.2, 22.7)

    with CaptureQueriesContext(connection) as counted, journal.remembered_generations():
        found = queries.locate(113.2, 22.7)
        assert found.area_id is not None
        queries.chain_names(found.chain)
        queries.area_of_code("449901001")
        queries.polygon_geojson([found.area_id])

    assert len(counted) == 1


def test_names_of_a_chain_stand_in_the_readers_language() -> None:
    _drawn(names={"street": [("云澜街道", "Yunlan Street")]}, name=("示例区", "Sample district"))
    grid = queries.areas_of_level("grid")[0]

    assert queries.chain_names(grid.chain, "en")[:2] == ["Sample district", "Yunlan Street"]
    assert queries.chain_names(grid.chain, "zh-hans")[:2] == ["示例区", "云澜街道"]
    assert queries.path_name(grid.id, "zh-hans") == "云澜街道第1社区第1网格"


def test_a_new_name_holds_from_its_day_and_the_old_one_stays_on_record() -> None:
    drawn = _drawn()
    street = drawn.ids[1][0]

    actions.name_area(street, name="新名街道", name_en="New Street", actor=ACTOR, at=MAY)

    assert queries.area(street).name == "新名街道"
    rows = list(
        AreaName.objects.filter(area_id=street)
        .order_by("id")
        .values_list("name", "valid_from", "valid_to")
    )
    assert [(name, str(begun), str(ended)) for name, begun, ended in rows] == [
        ("第1街道", "2026-01-01", "2026-05-05"),
        ("新名街道", "2026-05-05", "None"),
    ]
    assert [entry.verb for entry in journal.timeline([f"area:{street}"])] == ["area.named"]


def test_redrawn_boundaries_are_a_new_version_and_the_old_ones_stay_on_record() -> None:
    drawn = _drawn((2,))
    one, two = drawn.ids[1]
    whole = queries.ground().boundary(1)
    west, south, _east, north = whole.bounds
    left = whole.intersection(shapely.box(west, south, 113.21, north))
    right = whole.difference(left)

    version = actions.redraw({one: left, two: right}, actor=ACTOR, at=MAY)

    assert version == 2
    assert queries.locate(113.2099, 22.7).area_id == one
    assert queries.locate(113.2101, 22.7).area_id == two
    assert queries.locate(113.2101, 22.7).boundary_version == 2
    assert Boundary.objects.filter(area_id=one).count() == 2
    assert Boundary.objects.get(area_id=one, to_version=2).from_version_id == 1
    assert queries.area(one).area_m2 != queries.area(two).area_m2


def test_a_redrawing_that_leaves_a_gap_changes_nothing() -> None:
    drawn = _drawn((2,))
    one = drawn.ids[1][0]
    before = queries.ground().boundary(one)

    with pytest.raises(errors.NotCovering, match="gap"):
        actions.redraw({one: before.buffer(-1e-3)}, actor=ACTOR)

    assert queries.boundary_version() == 1
    assert queries.ground().boundary(one).equals(before)
    assert journal.timeline(["boundaries:2"]) == []


def _faults() -> list[tuple[str, tuple[str, ...]]]:
    proof = rules.prove(queries.survey(), versions=queries.survey_versions())
    return [(fault.kind, fault.areas) for fault in proof.faults]


def test_nothing_is_altered_after_drawing_cutting_further_and_redrawing() -> None:
    drawn = _drawn((2,))
    one, two = drawn.ids[1]
    whole = queries.ground().boundary(1)
    west, south, _east, north = whole.bounds
    left = whole.intersection(shapely.box(west, south, 113.21, north))
    actions.redraw({one: left, two: whole.difference(left)}, actor=ACTOR, at=MAY)
    grounds = [queries.ground().boundary(id_) for id_ in (one, two)]
    actions.draw_cells(rules.draw(grounds, (6,)), actor=ACTOR, under=[one, two], at=MAY)

    assert _faults() == []
    assert [version.number for version in queries.survey_versions()] == [1, 2, 3]


def test_boundaries_exchanged_between_two_areas_are_found() -> None:
    _drawn()
    one, two = queries.children(queries.areas_of_level(3)[0].id)[:2]
    wkbs = [bytes(Boundary.objects.get(area_id=area.id).wkb) for area in (one, two)]
    Boundary.objects.filter(area_id=one.id).update(wkb=wkbs[1])
    Boundary.objects.filter(area_id=two.id).update(wkb=wkbs[0])

    assert _faults() == [
        ("altered", ("1",)),
        ("altered", (f"{one.code} {one.name}",)),
        ("altered", (f"{two.code} {two.name}",)),
    ]


def test_a_code_or_a_parent_changed_past_the_actions_is_found() -> None:
    _drawn()
    grid = queries.areas_of_level(4)[0]
    Area.objects.filter(id=grid.id).update(code="449901999999")

    assert _faults() == [("altered", (f"449901999999 {grid.name}",))]


def test_a_digest_rewritten_beside_the_boundaries_is_found_by_the_journal() -> None:
    _drawn()
    grid = queries.areas_of_level(4)[0]
    ground = queries.ground().boundary(grid.id)
    moved = shapely.transform(ground, lambda points: points + 1e-12)
    Boundary.objects.filter(area_id=grid.id).update(wkb=shapely.to_wkb(moved))
    BoundaryVersion.objects.update(digest=queries.digest_of_version(1))

    assert _faults() == [("altered", ("1",))]


def test_an_action_sees_its_own_drawing_and_others_never_see_one_undone() -> None:
    class Undone(Exception):
        pass

    @action
    def draw_then_fail() -> None:
        _drawn((2,))
        assert queries.locate(113.2, 22.7).reason == "inside"
        raise Undone

    with pytest.raises(Undone):
        draw_then_fail()

    assert queries.locate(113.2, 22.7).reason == "outside"
    _drawn((3,))
    assert len(queries.areas_of_level(2)) == 3


def test_a_code_outlives_its_area() -> None:
    _drawn((2,))

    with pytest.raises(errors.NoSuchArea):
        queries.area_of_code("449901009")
    assert queries.find_code("449901009") is None
    found = queries.find_code("449901002")
    assert found is not None
    assert found.level == 2
