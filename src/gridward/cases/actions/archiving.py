"""Putting away what has ended and can no longer be asked about."""

from __future__ import annotations

from datetime import datetime

from gridward.cases import queries
from gridward.cases.actions.effects import effect
from gridward.cases.actions.given import Given, days_until_archived
from gridward.cases.actions.steps import take_step
from gridward.cases.actions.work import SYSTEM, Work
from gridward.catalog.definitions import Sensitivity
from gridward.catalog.queries import catalogue
from gridward.core import clock as wall
from gridward.core.errors import Problem

AT_ONCE = 200
STEPS = ("archive", "archive_apart")


@effect
def put_away(work: Work, given: Given) -> None:
    """The days of its retention begin to count: which class it is kept under is decided now, from
    what holds now, and no later edition changes it."""
    case, book = work.case, catalogue()
    found = book.retention_of(
        case.group, case.matter, restricted=case.sensitivity >= Sensitivity.RESTRICTED
    )
    case.archived_at = work.at
    case.retention, case.retention_edition = found.key if found is not None else "", book.number


def archive_closed(*, now: datetime | None = None, limit: int = AT_ONCE) -> int:
    """Put away closed cases whose days are over; returns how many. At most `limit` at a time.

    Each in a transaction of its own: one that cannot be put away keeps no other waiting.
    """
    moment = now or wall.now()
    days = days_until_archived(catalogue().settings)
    done = 0
    for case_id in queries.cases_to_archive(moment, days, STEPS, limit):
        case = queries.case(case_id)
        process = catalogue(case.edition).process(case.process)
        key = next(step.key for step in process.steps_from(case.state) if step.key in STEPS)
        try:
            take_step(case_id, key, actor=SYSTEM, version=None, at=moment)
        except Problem:
            continue  # somebody reopened it meanwhile
        done += 1
    return done
