"""The viewer: rights follow from posts."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from tests.town import ACTOR, LONG_AGO, Town

from gridward.access import actions, errors, queries
from gridward.core import clock
from gridward.directory import actions as directory
from gridward.journal.queries import remembered_generations


def test_rights_and_ground_follow_from_the_post(town: Town) -> None:
    viewer = queries.viewer_for(queries.account(town.account("G001")))

    assert viewer.post_id == town.posts["G001"]
    assert (viewer.role, viewer.scope, viewer.person_name) == ("grid_worker", "area", "网格员1")
    assert (viewer.area_id, viewer.area_level) == (town.grids[0], 4)
    assert viewer.organisation_kind == "community_station"
    assert viewer.may("case.check_task")
    assert not viewer.may("case.dispatch")
    assert viewer.may_any("case.dispatch", "report.submit")


def test_a_department_sees_by_organisation(town: Town) -> None:
    viewer = town.viewer("M001")

    assert (viewer.scope, viewer.organisation_id) == ("organisation", town.organisations["mun"])
    assert viewer.organisation_type_code == "MUN"


def test_only_the_present_post_counts_and_one_can_switch(town: Town) -> None:
    account = town.account("S001")
    street = town.organisations["street-1"]
    caller = directory.give_post(
        town.people["S001"], role="caller", organisation_id=street, actor=ACTOR
    )

    viewer = queries.viewer_for(queries.account(account))
    assert viewer.role == "street_desk"
    switched = actions.switch_post(account, caller)

    assert switched.role == "caller"
    assert not switched.may("case.dispatch")
    # the next time work goes on where it was left
    assert queries.viewer_for(queries.account(account)).post_id == caller
    assert [card.role for card in queries.posts_of(queries.account(account))] == [
        "street_desk",
        "caller",
    ]


def test_a_post_of_somebody_else_is_refused(town: Town) -> None:
    account = queries.account(town.account("S001"))

    for post in (town.posts["S002"], uuid.uuid4()):
        with pytest.raises(errors.NotYourPost):
            queries.viewer_for(account, post)
        with pytest.raises(errors.NotYourPost):
            actions.switch_post(account.id, post)

    assert queries.viewer_for(queries.account(account.id)).post_id == town.posts["S001"]


def test_an_ended_post_gives_nothing(town: Town) -> None:
    account = queries.account(town.account("S001"))
    directory.end_post(town.posts["S001"], actor=ACTOR, at=LONG_AGO + timedelta(days=1))

    with pytest.raises(errors.NoPost):
        queries.viewer_for(account)
    with pytest.raises(errors.NoPost):
        queries.viewer_of_post(town.posts["S001"])
    # at the time when it was held it was held
    at = LONG_AGO + timedelta(hours=1)
    assert queries.viewer_for(account, at=at).role == "street_desk"


def test_a_locked_account_has_no_viewer(town: Town) -> None:
    actions.lock_account(town.account("S001"), actor=ACTOR)

    with pytest.raises(errors.NoPost):
        queries.viewer_for(queries.account(town.account("S001")))


def test_the_viewer_costs_one_statement_besides_the_generations(
    town: Town, django_assert_num_queries: object
) -> None:
    account = queries.account(town.account("G001"))
    with remembered_generations():
        queries.viewer_for(account)
        with django_assert_num_queries(1):  # type: ignore[operator]
            queries.viewer_for(account)


def test_every_right_can_be_traced_to_its_post(town: Town) -> None:
    grants = queries.grants_of(town.people["M001"])

    assert {g.post_id for g in grants} == {town.posts["M001"]}
    assert {g.capability for g in grants} == set(town.viewer("M001").capabilities)


# --- tokens -----------------------------------------------------------------------------------


def test_a_token_has_at_most_the_rights_of_its_post(town: Town) -> None:
    viewer = town.viewer("S001")

    with pytest.raises(errors.TokenTooWide, match=r"audit\.read"):
        actions.issue_token(viewer, name="x", scopes=["case.see", "audit.read"])
    _id, token = actions.issue_token(viewer, name="x", scopes=["case.see", "report.submit"])

    spoken = queries.viewer_for_token(token)
    assert spoken.capabilities == {"case.see", "report.submit"}
    assert (spoken.post_id, spoken.account_id) == (viewer.post_id, viewer.account_id)
    assert spoken.token_id == _id


def test_a_token_ends_with_its_day_its_withdrawal_its_post_and_its_account(town: Town) -> None:
    def fresh(number: str) -> tuple[uuid.UUID, str]:
        return actions.issue_token(town.viewer(number), name="x", scopes=["case.see"], days=30)

    _id, expired = fresh("S001")
    with pytest.raises(errors.BadToken):
        queries.viewer_for_token(expired, at=clock.now() + timedelta(days=31))
    withdrawn_id, withdrawn = fresh("S001")
    actions.withdraw_token(town.viewer("S001"), withdrawn_id)
    _id, without_post = fresh("S002")
    directory.end_post(town.posts["S002"], actor=ACTOR)
    _id, locked = fresh("M001")
    actions.lock_account(town.account("M001"), actor=ACTOR)

    for token in (withdrawn, without_post, locked, "gwt_nothing", ""):
        with pytest.raises(errors.BadToken):
            queries.viewer_for_token(token)
    assert queries.viewer_for_token(expired).role == "street_desk"


def test_nobody_withdraws_anothers_token(town: Town) -> None:
    token_id, token = actions.issue_token(town.viewer("S001"), name="x", scopes=["case.see"])

    with pytest.raises(errors.BadToken):
        actions.withdraw_token(town.viewer("S002"), token_id)

    assert queries.viewer_for_token(token).role == "street_desk"


# --- the demo's people ------------------------------------------------------------------------


def test_the_demos_people_stand_on_one_anothers_ground(town: Town) -> None:
    from gridward.territory import queries as ground

    people = {one.role: one for one in queries.demo_people()}
    chain = ground.area(town.grids[0]).chain

    # this small town has no caller and no administrators
    assert set(people) == set(queries.DEMO_ROLES) - {
        "caller",
        "system_admin",
        "security_admin",
        "audit_admin",
    }
    assert people["grid_worker"].post_id == town.posts["G001"]
    station = queries.viewer_of_post(people["community_cadre"].post_id)
    desk = queries.viewer_of_post(people["street_desk"].post_id)
    assert (desk.area_id, station.area_id) == (chain[1], chain[2])


def test_the_demos_grid_worker_is_the_one_who_is_asked_to_check(town: Town) -> None:
    from gridward.directory.actions import NewPerson, NewPost, create_people
    from gridward.tasks import queries as tasks

    first = town.viewer("G001")
    post = NewPost("grid_worker", first.organisation_id, town.grids[0])
    create_people([NewPerson("A001", "陈一", "", "part_time", (post,))], actor=ACTOR)

    card = next(one for one in queries.demo_people() if one.role == "grid_worker")
    asked = tasks.checker_for(town.grids[0], handlers=())
    assert asked is not None
    assert card.post_id == asked.post_id == first.post_id
