"""Cases, tasks, posts and lists across a change of boundaries: split, merge, redraw."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
import shapely
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from tests.cases.walking import MONDAY, CaseTown, case_of, case_town, submit, walk
from tests.town import ACTOR

from gridward.cases import queries
from gridward.cases.actions import Place
from gridward.cases.actions import following as case_following
from gridward.cases.models import Case, SearchDoc
from gridward.cases.queries.figures import figures
from gridward.core import clock
from gridward.directory import actions as directory_actions
from gridward.directory import models as directory_models
from gridward.directory import queries as directory
from gridward.journal import queries as journal
from gridward.journal.models import Entry
from gridward.tasks import actions as task_actions
from gridward.tasks.models import Task
from gridward.territory import actions, errors, rules
from gridward.territory import queries as territory
from gridward.territory.rules import Part

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(days=30)


@pytest.fixture
def town() -> Iterator[CaseTown]:
    with translation.override("zh-hans"):
        made = case_town()
        with clock.frozen(LATER):
            yield made


def places_in(area_id: int, count: int) -> list[Place]:
    """Points spread over an area, well inside."""
    ground = territory.ground().boundary(area_id)
    west, south, east, north = ground.buffer(-0.0004).bounds
    found = []
    for n in range(count):
        share = (n + 0.5) / count
        found.append(Place(lng=west + (east - west) * share, lat=south + (north - south) * share))
    return found


def halves(area_id: int) -> tuple[shapely.Polygon, shapely.Polygon]:
    """The western and the eastern half of an area's surroundings."""
    west, south, east, north = territory.ground().boundary(area_id).bounds
    middle = west + (east - west) * 0.6
    return (
        shapely.box(west - 0.01, south - 0.01, middle, north + 0.01),
        shapely.box(middle, south - 0.01, east + 0.01, north + 0.01),
    )


def listed(town: CaseTown, number: str, *, area: int | None = None) -> set[uuid.UUID]:
    found = queries.list_page(town.viewer(number), order="newest", area=area, limit=200)
    return {card.id for card in found.items}


def split_grid(town: CaseTown, grid: int, **more: object) -> rules.Change:
    left, right = halves(grid)
    keys = [
        s.key
        for s in territory.preview(
            territory.planned_split(grid, [Part("西", ground=left), Part("东", ground=right)])
        ).standings
    ]
    return actions.split_area(
        grid,
        [Part("西网格", "West grid", ground=left), Part("东网格", "East grid", ground=right)],
        grounds={key: [0] for key in keys},
        actor=ACTOR,
        **more,  # type: ignore[arg-type]
    )


def test_a_split_grid_hands_every_case_to_the_part_that_holds_its_point(town: CaseTown) -> None:
    grid = town.town.grids[0]
    cases = [
        case_of(submit(place=place, at=MONDAY + timedelta(minutes=n)))
        for n, place in enumerate(places_in(grid, 10))
    ]
    closed = walk_closed(town, grid)

    change = split_grid(town, grid)

    west, east = change.opened
    middle = territory.ground().boundary(east.id).bounds[0]
    for case in [*cases, closed]:
        was = case
        case = Case.objects.get(id=case.id)
        expected = west if was.lng < middle else east
        assert case.chain == expected.chain
        assert case.area_id == grid
        assert case.boundary == was.boundary
        assert (case.version, case.state) == (was.version, was.state)
    counted = Counter(Case.objects.values_list("a4", flat=True))
    assert counted[west.id] + counted[east.id] == 11
    assert counted[grid] == 0
    assert min(counted[west.id], counted[east.id]) >= 4


def walk_closed(town: CaseTown, grid: int) -> Case:
    found = walk(town, "closed")
    place = places_in(grid, 3)[0]
    Case.objects.filter(id=found.id).update(
        lng=place.lng,
        lat=place.lat,
        area=grid,
        **rules.chain_columns(territory.chain(grid)),
    )
    return Case.objects.get(id=found.id)


def test_cases_without_a_point_go_to_the_largest_part(town: CaseTown) -> None:
    grid = town.town.grids[0]
    case = case_of(submit(place=Place(area=grid, words="巷口")))
    assert case.lng is None

    change = split_grid(town, grid)

    largest = max(change.opened, key=lambda area: area.area_m2)
    assert change.ended == {grid: (largest.id, min(a.id for a in change.opened if a != largest))}
    assert Case.objects.get(id=case.id).chain == largest.chain


def test_lists_numbers_and_search_stay_right_across_a_split_and_a_merge(town: CaseTown) -> None:
    grid = town.town.grids[0]
    cases = {
        case_of(submit(place=place, at=MONDAY + timedelta(minutes=n))).id
        for n, place in enumerate(places_in(grid, 6))
    }
    elsewhere = case_of(submit(place=places_in(town.town.grids[7], 1)[0])).id
    before = {number: listed(town, number) for number in ("D001", "S001", "S002", "C001")}
    totals = figures(town.viewer("D001"), clock.now()).total
    worker = town.viewer("G001")
    assert listed(town, "G001") == cases

    change = split_grid(town, grid)
    west, east = change.opened

    assert {number: listed(town, number) for number in before} == before
    assert figures(town.viewer("D001"), clock.now()).total == totals
    # the worker went on in the western part
    assert town.viewer("G001").area_id == west.id
    assert town.viewer("G001").post_id == worker.post_id
    in_west, in_east = (listed(town, "D001", area=area.id) for area in (west, east))
    assert in_west | in_east == cases
    assert not in_west & in_east
    assert listed(town, "G001") == in_west
    found = queries.list_page(town.viewer("G001"), query="井盖", limit=50)
    assert {card.id for card in found.items} == in_west

    # a list that was kept with the former grid shows what took its place
    assert listed(town, "D001", area=grid) == cases
    found = queries.list_page(town.viewer("D001"), query="井盖", area=grid, limit=50)
    assert {card.id for card in found.items} == cases

    merged = actions.merge_areas([west.id, east.id], name="合并网格", actor=ACTOR)

    (one,) = merged.opened
    assert {number: listed(town, number) for number in before} == before
    assert listed(town, "G001") == cases
    found = queries.list_page(town.viewer("G001"), query="井盖", limit=50)
    assert {card.id for card in found.items} == cases
    assert listed(town, "D001", area=one.id) == cases
    assert elsewhere in listed(town, "D001")
    assert figures(town.viewer("D001"), clock.now()).total == totals
    assert [each.key for each in queries.broken_invariants() if each.cases] == []


def test_the_new_name_finds_a_case_and_the_former_one_still_does(town: CaseTown) -> None:
    grid = town.town.grids[0]
    actions.name_area(grid, name="旧榕网格", actor=ACTOR)
    case = case_of(submit(place=places_in(grid, 1)[0])).id
    split_grid(town, grid)
    viewer = town.viewer("D001")

    by_new = queries.list_page(viewer, query="西网格", limit=50)
    by_old = queries.list_page(viewer, query="旧榕", limit=50)

    assert {card.id for card in by_new.items} | {
        card.id for card in queries.list_page(viewer, query="东网格", limit=50).items
    } == {case}
    assert {card.id for card in by_old.items} == {case}
    tokens = SearchDoc.objects.get(case=case).tokens.split(" ")
    assert f"a4x{grid}" not in tokens
    assert "" not in tokens


def test_a_split_community_takes_its_grids_along_and_hands_cases_to_the_desk_of_the_place(
    town: CaseTown,
) -> None:
    community = town.town.communities[0]
    first, second = [area.id for area in territory.children(community)]
    station = town.org("station-1")
    here = case_of(submit(place=places_in(first, 1)[0]))
    there = case_of(submit(place=places_in(second, 1)[0]))
    Case.objects.filter(id__in=[here.id, there.id]).update(
        desk=station, holder=station, holder_kind="desk"
    )
    keys = [
        s.key
        for s in territory.preview(
            territory.planned_split(community, [Part("甲", inside=(first,)), Part("乙")])
        ).standings
    ]
    assert f"organisation:{station}" in keys

    change = actions.split_area(
        community,
        [Part("甲社区", inside=(first,)), Part("乙社区")],
        grounds={key: [0] for key in keys},
        actor=ACTOR,
    )

    one, other = change.opened
    assert [area.id for area in territory.children(one.id)] == [first]
    assert [area.id for area in territory.children(other.id)] == [second]
    assert Case.objects.get(id=here.id).chain[:4] == (*one.chain[:3], first)
    moved = Case.objects.get(id=there.id)
    assert moved.chain[:4] == (*other.chain[:3], second)
    # the new community has no station of its own: its street takes what the old one held
    assert (moved.desk_id, moved.holder_id) == (town.org("street-1"), town.org("street-1"))
    assert Case.objects.get(id=here.id).holder_id == station
    told = Entry.objects.filter(verb="case.handed_over")
    assert [entry.subject_id for entry in told] == [str(there.id)]
    assert there.id in listed(town, "S001")
    assert directory.organisation(station).area_id == one.id
    assert rules.prove(territory.survey(), versions=territory.survey_versions()).faults == ()


def test_a_redraw_moves_only_cases_whose_ground_changed_hands(town: CaseTown) -> None:
    one, other = town.town.grids[0], town.town.grids[1]
    here = territory.ground()
    left, right = halves(one)
    cases = [case_of(submit(place=place)) for place in places_in(one, 8)]
    by_hand = case_of(submit(place=places_in(town.town.grids[6], 1)[0]))
    Case.objects.filter(id=by_hand.id).update(**rules.chain_columns(territory.chain(one)))
    assert here.boundary(one).touches(here.boundary(other))
    cells = {
        one: shapely.intersection(here.boundary(one), left),
        other: shapely.union(here.boundary(other), shapely.intersection(here.boundary(one), right)),
    }

    version = actions.redraw(rules.redrawn_cells(here, cells), actor=ACTOR)

    assert version == 2
    now = {case.id: Case.objects.get(id=case.id) for case in cases}
    for case in cases:
        expected = territory.locate(case.lng or 0, case.lat or 0).area_id
        assert now[case.id].a4 == expected
        assert now[case.id].area_id == one
    assert Counter(case.a4 for case in now.values()) == {one: 5, other: 3}
    # somebody had put it there: its point never lay in this grid
    assert Case.objects.get(id=by_hand.id).a4 == one
    assert rules.prove(territory.survey(), versions=territory.survey_versions()).faults == ()


def test_the_preview_counts_what_the_change_then_moves(town: CaseTown) -> None:
    grid = town.town.grids[0]
    for place in places_in(grid, 4):
        submit(place=place)
    walk_closed(town, grid)
    left, right = halves(grid)

    seen = territory.preview(
        territory.planned_split(grid, [Part("西", ground=left), Part("东", ground=right)])
    )

    counted = {str(concern.title): concern.count for concern in seen.concerns}
    assert list(counted.values()) == [0, 1, 0, 4, 1]
    assert seen.faults == ()
    assert [standing.title for standing in seen.standings] == ["网格员1"]
    assert territory.boundary_version() == 1
    assert Case.objects.filter(a4=grid).count() == 5


def test_who_stands_on_an_area_that_ends_is_named_and_nothing_happens(town: CaseTown) -> None:
    grid = town.town.grids[0]
    case = case_of(submit(place=places_in(grid, 1)[0]))
    left, right = halves(grid)
    parts = [Part("西", ground=left), Part("东", ground=right)]
    noted = Entry.objects.count()

    with pytest.raises(errors.GroundsNeeded) as refused:
        actions.split_area(grid, parts, actor=ACTOR)

    assert refused.value.params == {"count": 1, "first": "网格员1"}
    assert territory.area(grid).closed_on is None
    assert Case.objects.get(id=case.id).a4 == grid
    assert Entry.objects.count() == noted


def test_a_worker_may_go_on_in_both_parts_and_one_post_of_two_remains_after_the_merge(
    town: CaseTown,
) -> None:
    grid = town.town.grids[0]
    post = town.town.posts["G001"]
    left, right = halves(grid)

    change = actions.split_area(
        grid,
        [Part("西", ground=left), Part("东", ground=right)],
        grounds={f"post:{post}": [0, 1]},
        actor=ACTOR,
    )

    held = directory.posts_of_person(town.town.people["G001"])
    assert sorted(h.area_id or 0 for h in held) == sorted(area.id for area in change.opened)
    assert post in [h.post_id for h in held]
    second = next(h.post_id for h in held if h.post_id != post)
    case = case_of(submit(place=places_in(change.opened[1].id, 1)[0]))
    Task.objects.create(
        kind="closure_check",
        assignee_id=second,
        organisation_id=directory.holder(second).organisation_id,
        area_id=case.a4,
        **rules.chain_columns(case.chain),  # type: ignore[arg-type]
        subject_kind="case",
        subject_id=case.id,
        asked_at=clock.now(),
    )

    merged = actions.merge_areas([a.id for a in change.opened], name="一", actor=ACTOR)

    (one,) = merged.opened
    held = directory.posts_of_person(town.town.people["G001"])
    assert [(h.post_id, h.area_id) for h in held] == [(post, one.id)]
    task = Task.objects.get(subject_id=case.id)
    assert (task.assignee_id, task.a4) == (post, one.id)
    ended = directory_models.Post.objects.get(id=second)
    assert ended.valid_to is not None


def test_tasks_lie_where_their_case_lies(town: CaseTown) -> None:
    grid = town.town.grids[0]
    cases = [case_of(submit(place=place)) for place in places_in(grid, 6)]
    holder = directory.holder(town.town.posts["G001"])
    for case in cases:
        Task.objects.create(
            kind="pre_verification",
            organisation_id=holder.organisation_id,
            area_id=grid,
            **rules.chain_columns(case.chain),  # type: ignore[arg-type]
            subject_kind="case",
            subject_id=case.id,
            asked_at=clock.now(),
        )

    split_grid(town, grid)

    for task in Task.objects.all():
        assert task.a4 == Case.objects.get(id=task.subject_id).a4
        assert task.area_id == grid


def test_one_journal_entry_tells_of_the_change_and_boundaries_keep_their_digest(
    town: CaseTown,
) -> None:
    grid = town.town.grids[0]
    submit(place=places_in(grid, 1)[0])

    change = split_grid(town, grid)

    (told,) = Entry.objects.filter(verb="area.split")
    assert told.subject_id == f"boundaries:{change.version}"
    line = journal.timeline([f"boundaries:{change.version}"])[0]
    assert line.details["ended"] == [grid]
    assert line.details["opened"] == [area.id for area in change.opened]
    assert line.details["rows"] == 2  # a case and a post
    assert territory.boundary_version() == change.version == 2
    assert rules.prove(territory.survey(), versions=territory.survey_versions()).faults == ()


def test_the_number_of_statements_does_not_grow_with_the_cases(town: CaseTown) -> None:
    first, second = town.town.grids[0], town.town.grids[2]
    for place in places_in(first, 4):
        submit(place=place)
    for place in places_in(second, 30):
        submit(place=place)

    territory.ground()
    with CaptureQueriesContext(connection) as few:
        split_grid(town, first)
    territory.ground()
    with CaptureQueriesContext(connection) as many:
        split_grid(town, second)

    assert len(many) - len(few) <= 1


def test_following_twice_finds_nothing_left_to_move(town: CaseTown) -> None:
    grid = town.town.grids[0]
    for place in places_in(grid, 4):
        submit(place=place)
    change = split_grid(town, grid)

    moved = (
        directory_actions.follow_grounds(change, {}, actor=ACTOR),
        task_actions.follow_ground(change, {}, actor=ACTOR),
        case_following.follow_ground(change, {}, actor=ACTOR),
    )

    assert moved == (0, 0, 0)


def test_tasks_follow_the_subjects_that_are_named(town: CaseTown) -> None:
    one, other = town.town.grids[0], town.town.grids[7]
    case = case_of(submit(place=places_in(one, 1)[0]))
    holder = directory.holder(town.town.posts["G001"])
    Task.objects.create(
        kind="pre_verification",
        organisation_id=holder.organisation_id,
        area_id=one,
        **rules.chain_columns(case.chain),  # type: ignore[arg-type]
        subject_kind="case",
        subject_id=case.id,
        asked_at=clock.now(),
    )

    task_actions.follow_subjects("case", [case.id], territory.chain(other))

    assert Task.objects.get(subject_id=case.id).a4 == other
