"""Call-backs in person: the caller asks the grid worker of the place, who logs what was said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gridward.access.rules import Viewer
from gridward.cases import errors, queries
from gridward.cases.actions.given import Given, clean, inputs_of
from gridward.cases.actions.steps import call_logged
from gridward.cases.actions.work import Work, acting_post, begin, keep
from gridward.cases.models import Answer, Case
from gridward.cases.queries import calling
from gridward.cases.rules import process as process_rules
from gridward.core import clock as wall
from gridward.core.action import action
from gridward.core.errors import NotFound
from gridward.journal.actions import note
from gridward.journal.rules import ActorRef
from gridward.vault import queries as vault

LOG = "log_call"


@dataclass(frozen=True, slots=True)
class ShownContact:
    """A reporter's number and name, for whoever calls on them."""

    phone: str
    name: str


@action
def hand_call(
    case_id: UUID,
    report_id: UUID,
    *,
    by: Viewer,
    version: int | None,
    post: UUID,
    at: datetime | None = None,
) -> Case:
    """Ask a grid worker of the place to call on a reporter in person; the caller still may call.

    Raises what logging a call raises, CallGone when the reporter has answered, NoWorkerToCall.
    """
    work = begin(case_id, acting_post(by), version=version, at=at)
    asked = _still_asked(work, report_id)
    lends = process_rules.offers(work.process, work.case.state, LOG, "worker")
    if not lends or post not in {each.post_id for each in calling.callers_in_person(work.case)}:
        raise errors.NoWorkerToCall()
    asked.handed_to, asked.handed_at = post, work.at
    asked.save(update_fields=["handed_to", "handed_at"])
    note(
        "report.call_handed",
        report_id,
        actor=work.actor.ref,
        at=work.at,
        case=case_id,
        round=work.case.round,
        post=post,
    )
    return keep(work)


def _still_asked(work: Work, report_id: UUID) -> Answer:
    """What this reporter is asked and has not answered, locked. Raises what logging a call raises,
    NotFound, CallGone."""
    work.check(LOG, inputs_of(work, Given()))
    asked = queries.lock_answer(report_id, work.case)
    if asked.report.case_id != work.case.id:
        raise NotFound()
    if asked.answer:
        raise errors.CallGone()
    return asked


@action
def take_call_back(
    case_id: UUID, report_id: UUID, *, by: Viewer, version: int | None, at: datetime | None = None
) -> Case:
    """The caller calls on this reporter after all; whoever was asked to sees the number no longer.

    Raises what logging a call raises, CallGone when the reporter has answered, CallNotHanded.
    """
    work = begin(case_id, acting_post(by), version=version, at=at)
    asked = _still_asked(work, report_id)
    if asked.handed_to is None:
        raise errors.CallNotHanded()
    before, asked.handed_to, asked.handed_at = asked.handed_to, None, None
    asked.save(update_fields=["handed_to", "handed_at"])
    note(
        "report.call_taken_back",
        report_id,
        actor=work.actor.ref,
        at=work.at,
        case=case_id,
        round=work.case.round,
        post=before,
    )
    return keep(work)


@action
def show_call_contact(answer_id: UUID, *, by: Viewer, at: datetime | None = None) -> ShownContact:
    """The reporter's number, while the call-back is the viewer's; each time is recorded.

    Raises NotFound, CallGone, NoContactLeft.
    """
    asked = calling.lock_call(by, answer_id)
    submission = asked.report.submission
    opened = vault.open_texts([submission.contact_phone, submission.contact_name])
    phone = opened.get(submission.contact_phone) if submission.contact_phone else None
    if not phone:
        raise errors.NoContactLeft()
    name = opened.get(submission.contact_name) if submission.contact_name else None
    note(
        "report.call_contact_shown",
        asked.report_id,
        actor=ActorRef("post", str(by.post_id)),
        at=at or wall.now(),
        case=asked.report.case_id,
        round=asked.round,
    )
    return ShownContact(phone, name or "")


@action
def log_call_in_person(
    answer_id: UUID,
    *,
    by: Viewer,
    version: int | None,
    reached: bool,
    answer: str = "",
    rating: int | None = None,
    words: str = "",
    at: datetime | None = None,
) -> Case:
    """Whoever was asked logs the call: nobody met, or what the reporter said. It counts like the
    caller's own. Raises NotFound, CallGone, CaseChanged and what logging a call raises.
    """
    found = calling.call_for(by, answer_id)
    work = begin(found.case.id, acting_post(by, check_task=True), version=version, at=at)
    asked: Answer = calling.lock_call(by, answer_id)
    return call_logged(work, asked.report_id, reached, answer, rating, "visit", clean(words))
