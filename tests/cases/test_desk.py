"""What a desk does beside its cases, at the room's own doors."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.cases import walking
from tests.cases.walking import MONDAY, RATTLING, CaseTown, case_of, case_town

from gridward.cases import actions, errors, queries
from gridward.cases.actions import Given
from gridward.cases.models import Case, DeskHandover, OutsideLink, SavedView
from gridward.core import clock
from gridward.core.errors import NotAllowed
from gridward.journal.models import Entry


@pytest.fixture
def town(db: None) -> CaseTown:
    return case_town()


def outside(town: CaseTown) -> Case:
    """A case that an organisation without accounts leads."""
    case = case_of(walking.submit())
    return actions.accept_and_dispatch(
        case.id,
        by=town.viewer("S001"),
        version=case.version,
        condition=RATTLING,
        lead=town.org("mun-1"),
        at=MONDAY + timedelta(minutes=5),
    )


def test_save_view_replaces_a_name_and_remove_view_takes_it_away(town: CaseTown) -> None:
    desk = town.viewer("S001")

    first = actions.save_view(desk, name="急件", query="urgent=1")
    second = actions.save_view(desk, name=" 急件 ", query="overdue=1", shared=True)
    (card,) = queries.saved_views(desk)
    actions.remove_view(desk, first)

    assert (first == second, card.query, card.shared, card.own) == (True, "overdue=1", True, True)
    assert queries.saved_views(desk) == []


def test_save_view_refuses_the_view_too_many(town: CaseTown) -> None:
    desk = town.viewer("S001")
    for number in range(30):
        actions.save_view(desk, name=str(number), query="urgent=1")

    with pytest.raises(errors.TooManyViews):
        actions.save_view(desk, name="30", query="urgent=1")

    assert SavedView.objects.count() == 30


def test_hand_over_shift_is_for_desks_and_take_over_shift_for_somebody_else(
    town: CaseTown,
) -> None:
    desk = town.viewer("S001")

    with pytest.raises(NotAllowed):
        actions.hand_over_shift(town.viewer("M001"), words="")
    given = actions.hand_over_shift(desk, words="", at=MONDAY)
    with pytest.raises(errors.OwnShift):
        actions.take_over_shift(desk, given)
    with pytest.raises(errors.ShiftGone):
        actions.take_over_shift(town.viewer("S002"), given)

    assert DeskHandover.objects.get().taken_at is None
    assert list(Entry.objects.filter(verb__startswith="desk.").values_list("verb", flat=True)) == [
        "desk.handed_over"
    ]


def test_record_export_keeps_the_purpose_out_of_the_journal(town: CaseTown) -> None:
    export = actions.record_export(
        town.viewer("S001"), kind="cases", rows=12, purpose="给张主任的周报"
    )

    entry = Entry.objects.get(subject_id=str(export))
    assert (entry.details["rows"], "张主任" in entry.canonical) == (12, False)
    with pytest.raises(errors.PurposeMissing):
        actions.record_export(town.viewer("S001"), kind="cases", rows=1, purpose=" ")
    assert Entry.objects.filter(verb="list.exported").count() == 1


def test_make_link_replaces_the_link_before_and_open_link_is_noted_once(town: CaseTown) -> None:
    case, desk = outside(town), town.viewer("S001")

    with clock.frozen(MONDAY):
        first = actions.make_link(case.id, by=desk)
        second = actions.make_link(case.id, by=desk)
        with pytest.raises(errors.LinkGone):
            actions.open_link(first.token)
        actions.open_link(second.token)
        actions.open_link(second.token)

    kept = OutsideLink.objects.get(id=second.id)
    assert (kept.digest, second.token in str(vars(kept))) == (
        actions.digest_of(second.token),
        False,
    )
    assert Entry.objects.filter(verb="case.link_opened").count() == 1


def test_take_link_step_asks_the_same_guards_and_revoke_link_ends_it(town: CaseTown) -> None:
    case, desk = outside(town), town.viewer("S001")

    with clock.frozen(MONDAY + timedelta(hours=1)):
        link = actions.make_link(case.id, by=desk)
        with pytest.raises(errors.CaseChanged):
            actions.take_link_step(link.token, "acknowledge", version=99, given=Given())
        with pytest.raises(errors.UnknownStep):
            actions.take_link_step(link.token, "return", version=case.version, given=Given())
        actions.take_link_step(link.token, "acknowledge", version=case.version, given=Given())
        case.refresh_from_db()
        with pytest.raises(errors.ProofMissing):
            actions.take_link_step(
                link.token,
                "dispose",
                version=case.version,
                given=Given(internal="换了", reply="修好了"),
            )
        actions.revoke_link(case.id, link.id, by=desk)
        actions.revoke_link(case.id, link.id, by=desk)
        with pytest.raises(errors.LinkGone):
            actions.take_link_step(link.token, "progress", version=1, given=Given(words="在路上"))

    case.refresh_from_db()
    assert case.state == "handling"
    assert Entry.objects.filter(verb="case.link_revoked").count() == 1
