"""归档: what has ended is put away when nothing about it can be asked for any more."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cases.stepping import One, at, one, refused
from tests.cases.walking import CaseTown

from gridward.cases import actions, errors, queries
from gridward.cases.models import Case
from gridward.cases.queries.invariants import broken_invariants

LATER = "12-10 10:00"  # 30 days and more after the ninth


def test_a_closed_case_is_put_away_after_its_days(town: CaseTown) -> None:
    found = one(town).closed()
    assert actions.archive_closed(now=at("12-09 10:00")) == 0

    assert actions.archive_closed(now=at("12-09 11:00")) == 1

    case = found.case
    assert (case.state, case.is_open, case.close_type) == ("archived", False, "resolved")
    assert case.archived_at == at("12-09 11:00")
    assert case.closed_at == at("11-09 10:30")
    assert found.last("case.archived").actor_kind == "system"
    assert {i.key: i.cases for i in broken_invariants([found.id]) if i.cases} == {}


def test_again_puts_nothing_away_twice(town: CaseTown) -> None:
    one(town).closed()

    assert [actions.archive_closed(now=at(LATER)) for _ in range(3)] == [1, 0, 0]


def test_an_open_case_stays(town: CaseTown) -> None:
    one(town).dispatch("11-09 09:10")

    assert actions.archive_closed(now=at(LATER)) == 0


def test_what_came_to_no_result_keeps_saying_so(town: CaseTown) -> None:
    found = one(town)
    actions.decline_case(found.id, **found.by("S001"), reason="private", at=at("11-09 09:10"))

    assert actions.archive_closed(now=at(LATER)) == 1

    assert found.case.state == "declined"
    assert found.case.archived_at == at(LATER)


def test_a_joined_case_waits_for_its_master(town: CaseTown) -> None:
    master, joined = one(town), one(town)
    actions.merge_case(joined.id, **joined.by("S001"), master=master.id, at=at("11-09 09:10"))

    assert actions.archive_closed(now=at(LATER)) == 0
    with refused(errors.StillPending):
        actions.take_step(
            joined.id, "archive_apart", actor=actions.SYSTEM, version=None, at=at(LATER)
        )


def test_a_reopened_case_is_not_put_away(town: CaseTown) -> None:
    found = one(town).closed()
    actions.reopen_as_reporter(
        found.receipt.submission, found.id, words="又响了", at=at("11-20 09:00")
    )

    assert actions.archive_closed(now=at(LATER)) == 0


def test_put_away_it_is_not_reopened(town: CaseTown) -> None:
    found = one(town).closed()
    actions.archive_closed(now=at(LATER))

    with refused(errors.StepNotOpen):
        actions.reopen_case(found.id, **found.by("D002"), words="抽查未修好", at=at(LATER))


def test_its_reporter_still_reads_how_it_ended(town: CaseTown) -> None:
    found = one(town).closed()

    actions.archive_closed(now=at(LATER))

    (tracked,) = queries.track(found.receipt.number, found.receipt.code).reports
    assert (tracked.stage, tracked.may) == ("closed", frozenset())
    assert tracked.reply == "三个井盖已更换胶垫"


def test_so_many_at_a_time_and_the_longest_closed_first(town: CaseTown) -> None:
    cases = [one(town).closed("11-09 10:30"), one(town).closed("11-09 10:31")]

    assert actions.archive_closed(now=at(LATER), limit=1) == 1

    assert [c.case.state for c in cases] == ["archived", "closed"]


def test_looking_for_them_costs_the_same_for_any_number(town: CaseTown) -> None:
    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            queries.cases_to_archive(at("11-10 09:00"), 30, ("archive",), 200)
        return len(seen)

    one(town).closed()
    few = statements()
    for _ in range(5):
        one(town).closed()

    assert statements() == few <= 2


def test_what_waits_to_be_put_away_is_found_by_an_index(town: CaseTown) -> None:
    names = {index.name for index in Case._meta.indexes}

    assert "case_to_archive" in names


@pytest.mark.parametrize("number", ["S001", "D002", "D003"])
def test_nobody_puts_away_by_hand(town: CaseTown, number: str) -> None:
    from gridward.core.errors import NotAllowed

    found: One = one(town).closed()

    with refused(NotAllowed):
        actions.take_step(
            found.id,
            "archive",
            actor=actions.acting_post(town.viewer(number)),
            version=found.case.version,
            at=at(LATER),
        )
