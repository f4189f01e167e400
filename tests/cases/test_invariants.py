"""Every invariant holds after the walk, and names the case that breaks it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.cases.history import run
from tests.cases.walking import MONDAY, CaseTown, walk

from gridward.cases import queries
from gridward.cases.models import (
    Assignment,
    Case,
    Clock,
    ClockPause,
    Report,
    Return,
    Round,
    SearchDoc,
    Submission,
)
from gridward.core.ids import new_id

STATES = [
    "submitted",
    "dispatched",
    "handling",
    "returned",
    "disposed",
    "closure_checking",
    "callback_pending",
    "closed",
    "pre_verifying",
    "verified",
    "self_handled",
    "forced",
    "archived",
]


def broken(case: Case) -> list[str]:
    """The keys of the invariants that this case breaks."""
    return [each.key for each in queries.broken_invariants() if case.number in each.cases]


@pytest.mark.parametrize("state", STATES)
def test_every_invariant_holds_in_every_state_of_the_walk(town: CaseTown, state: str) -> None:
    walk(town, state)

    assert [each.key for each in queries.broken_invariants() if each.cases] == []


def _set(**values: object) -> Callable[[Case], object]:
    return lambda case: Case.objects.filter(id=case.id).update(**values)


def _clock(milestone: str, **values: object) -> Callable[[Case], object]:
    return lambda case: Clock.objects.filter(case=case, milestone=milestone).update(**values)


def _pause(case: Case) -> None:
    clock = Clock.objects.filter(case=case, milestone="total").get()
    ClockPause.objects.create(id=new_id(), clock=clock, since=MONDAY, reason="waiting")


def _late_return(case: Case) -> None:
    part = Assignment.objects.get(case=case, role="lead")
    Return.objects.create(
        id=new_id(),
        case=case,
        assignment=part,
        organisation=part.organisation,
        round=1,
        count=1,
        asked_at=MONDAY,
    )


def _chain_of_masters(case: Case) -> None:
    other = Case.objects.exclude(id=case.id).get()
    Case.objects.filter(id=other.id).update(master=case, is_open=False)
    Case.objects.filter(id=case.id).update(master=other, is_open=False)


def _checked_own_work(case: Case) -> None:
    round_ = Round.objects.get(case=case)
    round_.checked_by = round_.disposed_by
    round_.save()


def _second_total(case: Case) -> None:
    first = Clock.objects.get(case=case, milestone="total")
    Clock.objects.create(
        id=new_id(),
        case=case,
        milestone="total",
        owner_kind="case",
        owner_id=case.id,
        start_at=first.start_at + timedelta(days=1),
        stopped_at=first.start_at + timedelta(days=2),
        outcome="met",
        basis="pending",
        edition=first.edition,
    )


def _report_lost(case: Case) -> None:
    other = Case.objects.exclude(id=case.id).get()
    Report.objects.filter(case=case).update(case=other)


def _moved_silently(case: Case) -> None:
    clock = Clock.objects.get(case=case, milestone="total")
    clock.due_at = clock.due_at + timedelta(days=1) if clock.due_at else None
    clock.save()


def _reviewed_twice(case: Case) -> None:
    Case.objects.filter(id=case.id).update(objected=2)


def _waits_at_the_end(case: Case) -> None:
    Report.objects.filter(case=case).update(join_state="proposed")


def _verified_own_report(case: Case) -> None:
    record = Round.objects.get(case=case, number=1)
    Submission.objects.filter(reports__case=case).update(
        reporter_kind="worker", reporter_post=record.verified_by
    )


SEEDED: dict[str, tuple[str, Callable[[Case], object]]] = {
    "one_lead": ("handling", _set(lead=None)),
    "open_has_holder": ("submitted", _set(holder_kind="none")),
    "holder_fits_state": (
        "handling",
        lambda case: Assignment.objects.filter(case=case).update(role="co"),
    ),
    "state_fits_process": ("submitted", _set(state="somewhere")),
    "closed_has_closing": ("closed", _set(closed_at=None)),
    "closed_parts_ended": (
        "closed",
        lambda case: Assignment.objects.filter(case=case).update(active=True, ended_at=None),
    ),
    "returns_decided": ("closed", _late_return),
    "closed_clocks_stopped": ("closed", _clock("total", stopped_at=None, outcome="")),
    "total_never_resets": ("handling", _second_total),
    "due_moves_by_entry": ("handling", _moved_silently),
    "outcome_fits_times": ("closed", _clock("disposal", outcome="late")),
    "paused_has_pause": ("handling", _pause),
    "shown_clock_runs": ("handling", _set(due_at=MONDAY)),
    "no_orphan_reports": ("submitted", _report_lost),
    "reports_counted": ("submitted", _set(reports_count=2)),
    "reports_sorted": ("submitted", _set(reports_withdrawn=1)),
    "nobody_waits_at_an_end": ("closed", _waits_at_the_end),
    "reviewed_by_another": ("submitted", _reviewed_twice),
    "no_chain_of_masters": ("submitted", _chain_of_masters),
    "chain_fits_ground": ("submitted", _set(a2=None)),
    "checker_is_not_handler": ("disposed", _checked_own_work),
    "verifier_is_not_reporter": ("verified", _verified_own_report),
    "forced_by_two": ("closed", _set(close_type="forced")),
    "archived_is_over": ("submitted", _set(archived_at=MONDAY, retention_edition=1)),
    "retention_is_decided": ("submitted", _set(retention_edition=1)),
    "search_fits": (
        "submitted",
        lambda case: SearchDoc.objects.filter(case=case).delete(),
    ),
}


@pytest.mark.parametrize("key", SEEDED)
def test_a_seeded_fault_is_named_with_its_case(town: CaseTown, key: str) -> None:
    state, seed = SEEDED[key]
    sound = walk(town, "submitted", at=MONDAY - timedelta(days=1))
    case = walk(town, state)

    seed(case)

    assert key in broken(case)
    if key not in ("no_chain_of_masters", "no_orphan_reports", "reports_counted"):
        assert broken(sound) == []


def test_a_submission_without_a_report_is_named_by_its_receipt(town: CaseTown) -> None:
    case = walk(town, "submitted")
    submission = Submission.objects.get()
    submission.pk, submission.receipt = new_id(), "990000000000"
    submission.save(force_insert=True)

    found = {each.key: each.cases for each in queries.broken_invariants()}

    assert found["no_empty_submissions"] == ("990000000000",)
    assert broken(case) == []


def test_a_case_that_the_journal_does_not_know_is_named(town: CaseTown) -> None:
    known = walk(town, "submitted")
    smuggled = Case.objects.get(id=known.id)
    smuggled.pk, smuggled.number = new_id(), "261109-0000000"
    smuggled.save(force_insert=True)

    assert "journal_knows_beginning" in broken(smuggled)
    assert broken(known) == []


def test_all_invariants_have_a_seeded_fault() -> None:
    elsewhere = {"no_empty_submissions", "journal_knows_beginning"}
    from gridward.cases.queries.invariants import _asked

    assert set(SEEDED) | elsewhere == set(_asked)


def test_the_command_names_what_is_broken_and_ends_with_exit_code_1(town: CaseTown) -> None:
    case = walk(town, "submitted")
    assert run("cases", "check") == {"ok": True, "checked": 28, "broken": {}}

    Case.objects.filter(id=case.id).update(reports_count=7)

    told = run("cases", "check")
    assert (told["ok"], told["broken"]) == (False, {"reports_counted": [case.number]})
