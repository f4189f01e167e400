"""Away for a while: a colleague works in one's post, and it ends by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from tests.town import ACTOR, Town

from gridward.access import actions as access
from gridward.access import errors as access_errors
from gridward.access import queries as accounts
from gridward.core import clock
from gridward.directory import actions, errors, models, queries
from gridward.journal import queries as journal


def days(n: int) -> datetime:
    return clock.now() + timedelta(days=n)


@pytest.fixture
def pair(town: Town) -> Town:
    """The town with a second person at the first street's desk, S009."""
    post = actions.NewPost("street_desk", town.organisations["street-1"])
    new = actions.NewPerson("S009", "替班员", "", "none", (post,))
    (person,) = actions.create_people([new], actor=ACTOR)
    town.people["S009"] = person
    town.posts["S009"] = queries.posts_of_person(person)[0].post_id
    access.open_accounts([person], actor=ACTOR)
    return town


def name(town: Town, post: str = "S001", deputy: str = "S009", first: int = 0, last: int = 3):
    return actions.name_deputy(
        town.posts[post],
        deputy_id=town.people[deputy],
        begins=days(first),
        ends=days(last),
        actor=ACTOR,
    )


def test_a_deputy_has_the_post_as_one_more_of_their_own(pair: Town) -> None:
    stood = name(pair)

    account = accounts.account_of_person(pair.people["S009"])
    assert account is not None
    viewer = accounts.viewer_for(account, stood)
    own = accounts.viewer_of_post(pair.posts["S001"])
    assert (viewer.role, viewer.organisation_id, viewer.capabilities) == (
        own.role,
        own.organisation_id,
        own.capabilities,
    )
    assert (viewer.person_id, viewer.for_post) == (pair.people["S009"], pair.posts["S001"])
    assert viewer.posts == (stood, pair.posts["S001"])
    assert "替班员" in viewer.person_name and "街道员1" in viewer.person_name


def test_the_deputys_time_ends_by_itself(pair: Town) -> None:
    stood = name(pair)

    with clock.frozen(days(4)):
        assert stood not in {h.post_id for h in queries.posts_of_person(pair.people["S009"])}
        with pytest.raises(access_errors.NoPost):
            accounts.viewer_of_post(stood)


def test_an_absence_that_begins_later_gives_nothing_before(pair: Town) -> None:
    stood = name(pair, first=2, last=5)

    with pytest.raises(access_errors.NoPost):
        accounts.viewer_of_post(stood)
    with clock.frozen(days(3)):
        assert accounts.viewer_of_post(stood).for_post == pair.posts["S001"]


@pytest.mark.parametrize(
    ("deputy", "refusal"),
    [("S001", errors.NoDeputy), ("M001", errors.NoDeputy), ("S002", errors.NoDeputy)],
)
def test_a_deputy_is_a_colleague_of_the_house_or_of_the_ground(
    pair: Town, deputy: str, refusal: type[Exception]
) -> None:
    before = models.Post.objects.count()

    with pytest.raises(refusal):
        name(pair, deputy=deputy)

    assert models.Post.objects.count() == before


def test_the_three_administrators_cannot_come_together_through_an_absence(pair: Town) -> None:
    organisation = pair.organisations["street-1"]
    new = actions.NewPerson(
        "A001", "安全员", "", "none", (actions.NewPost("security_admin", organisation),)
    )
    (admin,) = actions.create_people([new], actor=ACTOR)
    post = queries.posts_of_person(admin)[0].post_id

    with pytest.raises(errors.PostsExclude):
        actions.name_deputy(
            post, deputy_id=pair.people["S009"], begins=days(0), ends=days(2), actor=ACTOR
        )

    assert [h.own_name for h in queries.possible_deputies(post)] == []


def test_a_post_has_one_deputy_at_a_time_and_nobody_stands_in_while_away(pair: Town) -> None:
    name(pair)

    with pytest.raises(errors.AlreadyAway):
        name(pair, first=2, last=6)
    # S001 is away and cannot stand in for S009 meanwhile
    with pytest.raises(errors.DeputyAway):
        name(pair, post="S009", deputy="S001")
    name(pair, first=4, last=6)


def test_a_post_that_one_stands_in_for_is_not_handed_on(pair: Town) -> None:
    stood = name(pair)

    with pytest.raises(errors.NotTheirPost):
        actions.name_deputy(
            stood, deputy_id=pair.people["S001"], begins=days(0), ends=days(1), actor=ACTOR
        )


@pytest.mark.parametrize(("first", "last"), [(3, 2), (-5, -1)])
def test_a_period_without_time_in_it_is_refused(pair: Town, first: int, last: int) -> None:
    with pytest.raises(errors.PeriodMissing):
        name(pair, first=first, last=last)


def test_back_early_the_deputy_is_out_and_once_is_enough(pair: Town) -> None:
    stood = name(pair)

    actions.end_absence(stood, actor=ACTOR)

    with pytest.raises(access_errors.NoPost):
        accounts.viewer_of_post(stood)
    with pytest.raises(errors.PostEnded):
        actions.end_absence(stood, actor=ACTOR)


def test_an_absence_is_taken_back_before_it_begins(pair: Town) -> None:
    stood = name(pair, first=2, last=5)

    actions.end_absence(stood, actor=ACTOR)

    with clock.frozen(days(3)), pytest.raises(access_errors.NoPost):
        accounts.viewer_of_post(stood)


def test_when_the_post_ends_the_deputy_ends_with_it(pair: Town) -> None:
    stood = name(pair)

    actions.end_post(pair.posts["S001"], actor=ACTOR)

    ended = [e.verb for e in journal.timeline([stood])]
    assert ended == ["post.stood_in", "post.ended"]
    with pytest.raises(access_errors.NoPost):
        accounts.viewer_of_post(stood)


def test_a_grid_whose_worker_is_away_has_the_deputy(town: Town) -> None:
    station = queries.organisation(queries.holder(town.posts["G001"]).organisation_id).id
    mate = next(
        h for h in queries.staff_of(station, role="grid_worker") if h.post_id != town.posts["G001"]
    )
    grid = queries.holder(town.posts["G001"]).area_id
    assert grid is not None

    actions.name_deputy(
        town.posts["G001"], deputy_id=mate.person_id, begins=days(0), ends=days(2), actor=ACTOR
    )

    assert [w.person_id for w in queries.workers_of_grid(grid)] == [mate.person_id]


def test_one_states_ones_own_absence_and_nobody_elses(pair: Town) -> None:
    mine, other = pair.viewer("S001"), pair.viewer("S002")

    with pytest.raises(access_errors.NotYourPost):
        access.state_absence(
            other,
            pair.posts["S001"],
            deputy_id=pair.people["S009"],
            begins=days(0),
            ends=days(1),
        )
    stood = access.state_absence(
        mine, pair.posts["S001"], deputy_id=pair.people["S009"], begins=days(0), ends=days(1)
    )
    with pytest.raises(access_errors.NotYourPost):
        access.withdraw_absence(other, stood)
    access.withdraw_absence(mine, stood)

    assert queries.stand_ins_of(pair.posts["S001"]) == []


def test_a_post_may_begin_later(town: Town) -> None:
    post = actions.give_post(
        town.people["S001"],
        role="duty_chief",
        organisation_id=town.organisations["district"],
        begins=days(2),
        valid_to=days(9),
        actor=ACTOR,
    )

    assert post not in {h.post_id for h in queries.posts_of_person(town.people["S001"])}
    with clock.frozen(days(3)):
        assert post in {h.post_id for h in queries.posts_of_person(town.people["S001"])}
