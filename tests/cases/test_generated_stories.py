"""What the benchmarks' generator tells stands as the real steps would have left it."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from benchmarks import stories
from tests.cases.walking import (
    HERE,
    MONDAY,
    RATTLING,
    CaseTown,
    case_of,
    case_town,
    staged,
    submit,
)
from tests.databases import Space

from gridward.cases import actions
from gridward.cases.models import Case, Clock
from gridward.catalog.queries import catalogue
from gridward.journal import queries as journal

CLOCK = (
    "milestone", "owner_kind", "round", "start_at", "due_at", "warn_at", "urgent_at", "stopped_at",
    "outcome", "limits", "basis", "rule", "edition", "calendar", "calendar_digest", "provisional",
)  # fmt: skip
CASE = (
    "state", "is_open", "round", "urgent", "sensitivity", "condition", "holder_kind", "opened_at",
    "promised_at", "due_at", "due_milestone", "due_order", "closed_at", "close_type", "returns",
    "contactable", "version",
)  # fmt: skip


@pytest.fixture
def town(space: Space) -> Any:
    with space.entered():
        stories._generations.cache_clear()
        yield case_town()
        stories._generations.cache_clear()


def real(town: CaseTown, moments: dict[str, Any], contact: bool) -> Case:
    """The same case, walked by the real steps at the story's own moments."""
    desk, handler = town.viewer("S001"), town.viewer("M001")
    given = actions.Contact(phone="13800138000") if contact else actions.Contact()
    case = case_of(submit(at=MONDAY, contact=given, place=HERE))
    if "case.dispatched" in moments:
        case = actions.accept_and_dispatch(
            case.id,
            by=desk,
            version=case.version,
            condition=RATTLING,
            lead=town.org("mun"),
            at=moments["case.dispatched"],
        )
    if "case.acknowledged" in moments:
        case = actions.acknowledge_case(
            case.id, by=handler, version=case.version, at=moments["case.acknowledged"]
        )
    if "case.disposed" in moments:
        case = actions.dispose_case(
            case.id,
            by=handler,
            version=case.version,
            internal="已处理",
            reply="已处理",
            photos=[staged()],
            at=moments["case.disposed"],
        )
        Case.objects.filter(id=case.id).update(check_on_site=False)  # not drawn by lot
    passed = moments.get("case.check_passed") or moments.get("case.closed")
    if passed is not None:
        case = actions.pass_check(case.id, by=desk, version=case.version, at=passed)
    if "report.called" in moments:
        case = actions.log_call(
            case.id,
            case.reports.get().id,
            by=desk,
            version=case.version,
            reached=True,
            answer="solved",
            rating=5,
            at=moments["report.called"],
        )
    return case


@pytest.mark.parametrize(
    ("walk", "stop"),
    [("full", 0), ("full", 1), ("full", 2), ("full", 3), ("full", 9), ("called", 9)],
)
def test_a_told_case_is_what_the_steps_make_of_it(town: CaseTown, walk: str, stop: int) -> None:
    plan = stories.Plan(walk, stop, MONDAY, MONDAY + timedelta(days=60))

    told = stories.tell(random.Random(7), catalogue(), RATTLING, plan)

    assert told.case is not None
    swept = ("clock.warned", "clock.pressed", "clock.overdue")
    entries = [one for one in told.entries if one.verb not in swept]
    case = real(town, {one.verb: one.facts[7] for one in entries}, walk == "called")
    assert {f: getattr(told.case, f) for f in CASE} == {f: getattr(case, f) for f in CASE}
    clocks = [row for row in told.rows if isinstance(row, Clock)]
    assert sorted(map(shown, clocks)) == sorted(map(shown, Clock.objects.filter(case=case)))
    subjects = [case.id, case.reports.get().id, *(c.id for c in Clock.objects.filter(case=case))]
    assert sorted(one.verb for one in entries) == sorted(
        line.verb for line in journal.timeline(subjects)
    )


def shown(clock: Clock) -> str:
    return str([getattr(clock, name) for name in CLOCK])
