"""Before acceptance: a grid worker of the place looks whether it is as reported."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from gridward.access.rules import Viewer
from gridward.cases import errors, queries
from gridward.cases.actions.effects import add_photos, effect
from gridward.cases.actions.given import Given, clean
from gridward.cases.actions.steps import take_step
from gridward.cases.actions.work import SYSTEM, Work, acting_post, keep_words, round_of
from gridward.cases.models import Case
from gridward.cases.rules import clocks as clock_rules
from gridward.core.action import action
from gridward.directory.rules import Holder
from gridward.tasks import actions as tasks
from gridward.tasks import queries as task_queries
from gridward.vault import actions as vault


@effect
def create_verify_task(work: Work, given: Given) -> None:
    """Ask a grid worker of the place, the named one or the one whose turn it is."""
    case = work.case
    reporters = queries.reporters_of(case.id)
    worker = _chosen(work, given, reporters)
    task = tasks.ask_task(
        "pre_verification",
        subject_kind="case",
        subject_id=case.id,
        round=case.round,
        organisation_id=worker.organisation_id if worker is not None else case.desk_id,
        assignee_id=worker.post_id if worker is not None else None,
        area_id=case.area_id,
        chain=case.chain,
        barred=reporters,
        due_at=_due(work),
        actor=work.actor.ref,
        at=work.at,
    )
    case.check_task = task
    given.memo["task"] = task


def _chosen(work: Work, given: Given, reporters: frozenset[UUID]) -> Holder | None:
    if given.assignee is None:
        return queries.verifier_of(work.case, work.catalogue, reporters, at=work.at)
    offered = queries.verifiers_of(work.case, work.catalogue, at=work.at)
    found = next((each for each in offered if each.post_id == given.assignee), None)
    if found is None:
        raise errors.NoSuchVerifier()
    return found


def _due(work: Work) -> datetime | None:
    """When the task's own clock, which begins with this step, will be due."""
    key = work.taking.key if work.taking is not None else ""
    for milestone in work.catalogue.milestones(work.process.key, work.case.condition or None):
        if milestone.owner != "task" or key not in milestone.starts:
            continue
        limits = work.catalogue.limits(
            milestone, work.case.condition or None, urgent=work.case.urgent
        )
        if limits:
            calendar = work.catalogue.hours(milestone.hours)
            return clock_rules.timing(work.at, limits, calendar).due
    return None


@effect
def record_verification(work: Work, given: Given) -> None:
    """What was found on site, before anybody accepted it: a fact of the round."""
    record = round_of(work)
    record.verified_at = work.at
    record.verified_by = work.actor.post
    record.verify_result = given.result
    record.save()
    if given.words:
        _, given.memo["words"] = keep_words(work, "verify.words", given.words)
    add_photos(work, given, "verify")


@action
def send_to_verify(
    case_id: UUID,
    *,
    by: Viewer,
    version: int | None,
    worker: UUID | None = None,
    words: str = "",
    at: datetime | None = None,
) -> Case:
    """Have a grid worker of the place look before the case is accepted; the accept clock pauses.

    worker: the post to ask; None leaves it to the rule. words: what to look at.
    Raises NotPlaced, StaysWithFew, NoSuchVerifier, AlreadyAsked, StepNotOpen.
    """
    given = Given(assignee=worker, words=clean(words))
    return take_step(
        case_id, "pre_verify", actor=acting_post(by), given=given, version=version, at=at
    )


@action
def answer_verification(
    task_id: UUID,
    *,
    by: Viewer,
    version: int,
    result: str,
    words: str = "",
    photos: Sequence[UUID] = (),
    at: datetime | None = None,
) -> Case:
    """A grid worker hands in whether it is as reported; the desk accepts or declines on it.

    version: the task's; result: confirmed, not_found or unable, the latter two with words.
    Raises NoSuchTask, TaskChanged, TaskNotOpen, UnknownResult, WordsMissing, ReporterMayNotVerify.
    """
    card = task_queries.task_for(by, task_id)
    case = queries.lock_case(card.subject_id)
    said = clean(words)
    if said and case.vault_subject is None:
        case.vault_subject = vault.new_subject()
        case.save(update_fields=["vault_subject"])
    tasks.hand_in(
        by,
        task_id,
        version=version,
        result=result,
        words=said,
        key_subject=case.vault_subject,
        at=at,
    )
    given = Given(result=result, words=said, photos=tuple(photos), task=task_id)
    return take_step(
        card.subject_id,
        "verify_done",
        actor=acting_post(by, check_task=True),
        given=given,
        version=None,
        at=at,
    )


@action
def verify_lapsed(case_id: UUID, *, at: datetime | None = None) -> Case:
    """Nobody looked in time: the case goes back to be accepted as it is."""
    return take_step(case_id, "verify_lapsed", actor=SYSTEM, version=None, at=at)
