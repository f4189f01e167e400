"""Tasks from asking to handing in."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from tests.databases import Space
from tests.town import ACTOR, Town, make_town

from gridward.access import queries as accounts
from gridward.core.ids import new_id
from gridward.directory import actions as directory
from gridward.directory import queries as people
from gridward.directory.actions import NewPerson, NewPost
from gridward.journal import queries as journal
from gridward.tasks import actions, errors, models, queries
from gridward.territory import queries as ground
from gridward.vault import queries as vault

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def asked(town: Town, worker: str | None = "G001", **more: object) -> uuid.UUID:
    grid = town.grids[0]
    given = {
        "subject_kind": "case",
        "subject_id": new_id(),
        "organisation_id": town.viewer("G001").organisation_id,
        "assignee_id": town.posts[worker] if worker else None,
        "area_id": grid,
        "chain": ground.area(grid).chain,
        "due_at": AT + timedelta(hours=4),
        "actor": ACTOR,
        "at": AT,
        **more,
    }
    return actions.ask_task("closure_check", **given)  # type: ignore[arg-type]


def test_a_task_waits_for_its_worker_alone_the_earliest_due_first(town: Town) -> None:
    late = asked(town, due_at=AT + timedelta(hours=9))
    soon = asked(town, due_at=AT + timedelta(hours=1))

    assert [t.id for t in queries.tasks_of(town.viewer("G001"))] == [soon, late]
    assert queries.tasks_of(town.viewer("G002")) == []
    with pytest.raises(errors.NoSuchTask):
        queries.task_for(town.viewer("G002"), soon)


def test_a_task_knows_where_it_lies(town: Town) -> None:
    task = models.Task.objects.get(id=asked(town))

    assert task.area_id == town.grids[0]
    assert (task.a1, task.a2, task.a3, task.a4, task.a5, task.a6) == ground.area(
        town.grids[0]
    ).chain


def test_the_list_costs_one_statement_for_two_and_for_thirty(
    town: Town, django_assert_num_queries: object
) -> None:
    viewer = town.viewer("G001")
    for many in (2, 28):
        for _ in range(many):
            asked(town)
        with django_assert_num_queries(1):  # type: ignore[operator]
            queries.tasks_of(viewer)
    assert len(queries.tasks_of(viewer)) == 30


def test_a_result_is_handed_in_once_and_the_journal_says_so(town: Town) -> None:
    task_id = asked(town)
    viewer = town.viewer("G001")

    done = actions.hand_in(viewer, task_id, version=1, result="passed", at=AT)

    assert (done.state, done.result, done.version) == ("done", "passed", 2)
    assert done.handed_in_by_id == viewer.post_id
    assert queries.tasks_of(viewer) == []
    assert [t.id for t in queries.done_by(viewer)] == [task_id]
    assert [line.verb for line in journal.timeline([task_id])] == ["task.asked", "task.handed_in"]
    with pytest.raises(errors.TaskNotOpen):
        actions.hand_in(viewer, task_id, version=2, result="passed")
    with pytest.raises(errors.TaskChanged, match="网格员1"):
        actions.hand_in(viewer, task_id, version=1, result="passed")


def test_a_bad_result_needs_words(town: Town) -> None:
    task_id = asked(town)
    viewer = town.viewer("G001")

    with pytest.raises(errors.WordsMissing):
        actions.hand_in(viewer, task_id, version=1, result="not_passed")
    with pytest.raises(errors.UnknownResult):
        actions.hand_in(viewer, task_id, version=1, result="confirmed")
    assert queries.task_for(viewer, task_id).state == "open"

    done = actions.hand_in(viewer, task_id, version=1, result="not_passed", words=" 还在响 ")

    assert vault.open_text(done.words_id) == "还在响"
    entry = journal.timeline([task_id])[-1]
    assert [t.text for t in vault.texts_of_entries([entry.id])[entry.id]] == ["还在响"]
    assert entry.details["words"] == vault.commitment_of(done.words_id)  # type: ignore[arg-type]


def test_somebody_elses_task_and_no_task_look_the_same(town: Town) -> None:
    for task_id in (asked(town), new_id()):
        with pytest.raises(errors.NoSuchTask):
            actions.hand_in(town.viewer("G002"), task_id, version=1, result="passed")


def test_a_task_for_nobody_in_particular_is_taken_by_who_comes_first(town: Town) -> None:
    task_id = asked(town, worker=None)
    station = town.viewer("G001").organisation_id
    directory.create_people(
        [NewPerson("A1", "骑手", "", "part_time", (NewPost("grid_worker", station),))],
        actor=ACTOR,
    )

    assert [t.id for t in queries.tasks_of(town.viewer("G001"))] == [task_id]
    # who calls people back for the same station has no eyes on site
    (caller,) = directory.create_people(
        [NewPerson("A2", "回访员", "", "none", (NewPost("caller", station),))], actor=ACTOR
    )
    post = people.posts_of_person(caller)[0].post_id
    assert queries.tasks_of(accounts.viewer_of_post(post)) == []
    assert actions.hand_in(town.viewer("G001"), task_id, version=1, result="passed").state == "done"


def test_who_was_asked_or_answered_has_a_task_about_it(town: Town) -> None:
    about = new_id()
    task_id = asked(town, subject_id=about)

    assert queries.has_task_about(town.viewer("G001"), about)
    assert not queries.has_task_about(town.viewer("G002"), about)
    actions.hand_in(town.viewer("G001"), task_id, version=1, result="passed")
    assert queries.has_task_about(town.viewer("G001"), about)
    assert not queries.has_task_about(town.viewer("G001"), new_id())


def test_a_subject_is_asked_about_once_at_a_time(town: Town) -> None:
    about = new_id()
    first = asked(town, subject_id=about)

    with pytest.raises(errors.AlreadyAsked):
        asked(town, worker="G002", subject_id=about)
    actions.end_task(first, reason="case.closed", actor=ACTOR)
    second = asked(town, worker="G002", subject_id=about)

    assert [t.state for t in queries.tasks_about([about])[about]] == ["ended", "open"]
    assert queries.open_task_about(about, "closure_check").id == second  # type: ignore[union-attr]


def test_two_who_ask_at_once_ask_once(space: Space) -> None:
    town, about = make_town(), new_id()

    results = space.at_once(
        lambda: asked(town, subject_id=about), lambda: asked(town, worker="G002", subject_id=about)
    )

    refused = [r for r in results if isinstance(r, errors.AlreadyAsked | IntegrityError)]
    assert len(refused) == 1
    assert len(queries.tasks_about([about])[about]) == 1


def test_one_task_handed_in_twice_at_once_is_handed_in_once(space: Space) -> None:
    town = make_town()
    task_id, viewer = asked(town), town.viewer("G001")

    results = space.at_once(
        *(lambda: actions.hand_in(viewer, task_id, version=1, result="passed") for _ in range(2))
    )

    assert sum(isinstance(r, errors.TaskChanged) for r in results) == 1
    verbs = [line.verb for line in journal.timeline([task_id])]
    assert verbs == ["task.asked", "task.handed_in"]


def test_a_task_is_handed_to_a_colleague_but_never_to_who_is_barred(town: Town) -> None:
    station = town.viewer("G001").organisation_id
    free, handler = directory.create_people(
        [
            NewPerson(number, name, "", "full_time", (NewPost("grid_worker", station),))
            for number, name in (("A1", "同事"), ("A2", "经办人"))
        ],
        actor=ACTOR,
    )
    task_id = asked(town, barred=[handler])
    viewer = town.viewer("G001")

    colleagues = {h.person_id: h.post_id for h in queries.colleagues_for(viewer, task_id)}
    assert free in colleagues
    assert handler not in colleagues
    barred_post = people.posts_of_person(handler)[0].post_id
    for other in (barred_post, town.posts["G008"]):
        with pytest.raises(errors.NotAColleague):
            actions.hand_to(viewer, task_id, to_post_id=other, version=1)

    moved = actions.hand_to(viewer, task_id, to_post_id=colleagues[free], version=1)

    assert (moved.assignee_id, moved.version) == (colleagues[free], 2)
    assert queries.tasks_of(viewer) == []
    with pytest.raises(errors.NoSuchTask):
        actions.hand_in(viewer, task_id, version=1, result="passed")


def test_a_handler_is_not_asked_to_check(town: Town) -> None:
    with pytest.raises(errors.HandlerMayNotCheck):
        asked(town, barred=[town.people["G001"]])
    free = asked(town, worker=None, barred=[town.people["G001"]])
    with pytest.raises(errors.HandlerMayNotCheck):
        actions.hand_in(town.viewer("G001"), free, version=1, result="passed")


def test_the_checker_of_a_grid_is_found_in_two_statements(
    town: Town, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(2):  # type: ignore[operator]
        found = queries.checker_for(town.grids[0], handlers=())
    assert found is not None
    assert found.post_id == town.posts["G001"]
    assert queries.checker_for(town.grids[0], handlers={town.people["G001"]}) is None


def test_the_table_itself_refuses_a_result_without_an_end(town: Town) -> None:
    task_id = asked(town)

    for change in ({"state": "done"}, {"result": "passed"}, {"state": "lost"}, {"kind": "walk"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            models.Task.objects.filter(id=task_id).update(**change)
