"""Every write of tasks."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from gridward.access.rules import Viewer
from gridward.core import clock, jurisdiction
from gridward.core.action import action
from gridward.core.errors import Problem
from gridward.core.ids import new_id
from gridward.directory import queries as directory
from gridward.directory.errors import NoSuchPost
from gridward.journal import queries as journal
from gridward.journal.actions import note, note_many
from gridward.journal.rules import ActorRef
from gridward.tasks import errors, models, queries, rules
from gridward.territory.carriers import Grounds
from gridward.territory.rules import CHAIN, Change, chain_columns, lookups
from gridward.vault import actions as vault


@action
def ask_task(
    kind: str,
    *,
    subject_kind: str,
    subject_id: uuid.UUID,
    organisation_id: uuid.UUID,
    actor: ActorRef,
    round: int = 1,
    assignee_id: uuid.UUID | None = None,
    area_id: int | None = None,
    chain: Sequence[int | None] = (),
    due_at: datetime | None = None,
    barred: Collection[uuid.UUID] = (),
    at: datetime | None = None,
) -> uuid.UUID:
    """Ask somebody to look on site; returns the task's id.

    kind: closure_check or pre_verification; assignee_id: a post, None for whoever of the
    organisation takes it; chain: area ids from the top level down; barred: ids of the people who
    may not do it. Raises AlreadyAsked, HandlerMayNotCheck, ReporterMayNotVerify, NoSuchPost.
    """
    moment = at or clock.now()
    if queries.open_task_about(subject_id, kind) is not None:
        raise errors.AlreadyAsked()
    if assignee_id is not None and directory.holder(assignee_id).person_id in set(barred):
        raise _barred(kind)
    columns = [*chain, *[None] * 6][:6]
    task = models.Task(
        id=new_id(),
        kind=kind,
        assignee_id=assignee_id,
        organisation_id=organisation_id,
        area_id=area_id,
        a1=columns[0],
        a2=columns[1],
        a3=columns[2],
        a4=columns[3],
        a5=columns[4],
        a6=columns[5],
        subject_kind=subject_kind,
        subject_id=subject_id,
        round=round,
        asked_at=moment,
        due_at=due_at,
        barred=sorted(str(person) for person in barred),
    )
    task.save(force_insert=True)
    note(
        "task.asked",
        task.id,
        actor=actor,
        at=moment,
        kind=kind,
        about=subject_id,
        round=round,
        assignee=assignee_id,
        organisation=organisation_id,
        due=due_at,
    )
    return task.id


@action
def hand_in(
    viewer: Viewer,
    task_id: uuid.UUID,
    *,
    version: int,
    result: str,
    words: str = "",
    key_subject: uuid.UUID | None = None,
    at: datetime | None = None,
) -> queries.TaskCard:
    """Hand in what was found on site; returns the task as it is now.

    result: one of `rules.RESULTS` of its kind; words: needed for every result but the good one;
    they go to the vault, key_subject: under whose key (default: one of their own).
    Raises NoSuchTask, TaskChanged, TaskNotOpen, UnknownResult, WordsMissing, HandlerMayNotCheck,
    ReporterMayNotVerify.
    """
    moment = at or clock.now()
    task = _own_open_task(viewer, task_id, version)
    if not rules.is_result(task.kind, result):
        raise errors.UnknownResult(known=", ".join(rules.RESULTS[task.kind]))
    if result in rules.NEEDS_WORDS and not words.strip():
        raise errors.WordsMissing()
    if str(viewer.person_id) in task.barred:
        raise _barred(task.kind)
    entry_id, sealed = new_id(), None
    if words.strip():
        whose = key_subject if key_subject is not None else vault.new_subject()
        (sealed,) = vault.seal_texts([(whose, "task.words", words.strip(), entry_id)])
        task.words = sealed.id
    task.state = "done"
    task.result = result
    task.handed_in_at = moment
    task.handed_in_by_id = viewer.post_id
    task.version += 1
    task.save(update_fields=["state", "result", "words", "handed_in_at", "handed_in_by", "version"])
    note(
        "task.handed_in",
        task.id,
        actor=ActorRef("post", viewer.post_id),
        at=moment,
        entry_id=entry_id,
        kind=task.kind,
        about=task.subject_id,
        round=task.round,
        result=result,
        words=None if sealed is None else sealed.commitment,
    )
    return queries.card_of(task)


@action
def hand_to(
    viewer: Viewer,
    task_id: uuid.UUID,
    *,
    to_post_id: uuid.UUID,
    version: int,
    at: datetime | None = None,
) -> queries.TaskCard:
    """Hand a task to a colleague; returns the task as it is now.

    Raises NoSuchTask, TaskChanged, TaskNotOpen, NotAColleague.
    """
    moment = at or clock.now()
    task = _own_open_task(viewer, task_id, version)
    colleagues = {holder.post_id for holder in queries.colleagues_for(viewer, task_id)}
    if to_post_id not in colleagues:
        raise errors.NotAColleague()
    before = task.assignee_id
    task.assignee_id = to_post_id
    task.version += 1
    task.save(update_fields=["assignee", "version"])
    note(
        "task.handed_over",
        task.id,
        actor=ActorRef("post", viewer.post_id),
        at=moment,
        about=task.subject_id,
        from_post=before,
        to_post=to_post_id,
    )
    return queries.card_of(task)


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What `hand_all_to` did. kept: tasks that this colleague may not do."""

    handed: int
    kept: int


@action
def hand_all_to(viewer: Viewer, *, to_post_id: uuid.UUID, at: datetime | None = None) -> HandedOver:
    """Hand all open tasks of the viewer's post to a colleague at once.

    Those in which the colleague had a part, so that they may not look, stay where they are.
    Raises NotAColleague.
    """
    moment = at or clock.now()
    colleague = next((h for h in queries.colleagues_of(viewer) if h.post_id == to_post_id), None)
    if colleague is None:
        raise errors.NotAColleague()
    handed = kept = 0
    entries = []
    for task in queries.lock_open_tasks_of(viewer):
        if str(colleague.person_id) in task.barred:
            kept += 1
            continue
        entries.append(
            (
                task.id,
                {
                    "about": task.subject_id,
                    "from_post": task.assignee_id,
                    "to_post": to_post_id,
                },
            )
        )
        task.assignee_id = to_post_id
        task.version += 1
        task.save(update_fields=["assignee", "version"])
        handed += 1
    note_many("task.handed_over", entries, actor=ActorRef("post", viewer.post_id), at=moment)
    return HandedOver(handed, kept)


@action
def end_task(
    task_id: uuid.UUID, *, reason: str, actor: ActorRef, at: datetime | None = None
) -> None:
    """End an open task without a result, because what it was about went on without it.

    reason: a code. Raises NoSuchTask, TaskNotOpen.
    """
    task = queries.lock_task(task_id)
    if task.state != "open":
        raise errors.TaskNotOpen()
    task.state = "ended"
    task.version += 1
    task.save(update_fields=["state", "version"])
    note(
        "task.ended",
        task.id,
        actor=actor,
        at=at or clock.now(),
        about=task.subject_id,
        reason=reason,
    )


def _barred(kind: str) -> Problem:
    """Why somebody who had a part in it may not look: the handler check, the reporter verify."""
    if kind == "pre_verification":
        return errors.ReporterMayNotVerify()
    return errors.HandlerMayNotCheck()


@action
def follow_ground(
    change: Change, grounds: Grounds, *, actor: ActorRef, at: datetime | None = None
) -> int:
    """The chains of all tasks follow a change of boundaries; returns how many did.

    A task has no point of its own: where an area was cut it goes to the largest part, until the
    room that asked for it says where its subject lies (`follow_subjects`). Open tasks of a post
    that went into another of the same person go on with that one.
    """
    moved = 0
    for regroup in change.regroups:
        rows = models.Task.objects.filter(**lookups(regroup.where))
        moved += rows.update(**regroup.to)
    for recut in change.recuts:
        if recut.otherwise is not None:
            rows = models.Task.objects.filter(**lookups(recut.where))
            moved += rows.update(**chain_columns(recut.otherwise))
    if change.ended:
        _follow_posts(change, at=at)
    return moved


def _follow_posts(change: Change, *, at: datetime | None) -> None:
    left = models.Task.objects.filter(
        state="open", assignee__area_id__in=list(change.ended)
    ).values_list("assignee_id", flat=True)
    for post in directory.holders(set(left)).values():
        heirs = change.ended[post.area_id or 0]
        now = next(
            (
                other.post_id
                for other in directory.posts_of_person(post.person_id, at=at)
                if other.area_id in heirs and other.role == post.role
            ),
            None,
        )
        # nobody any more: whoever of the organisation is free takes it
        models.Task.objects.filter(state="open", assignee_id=post.post_id).update(assignee_id=now)


@action
def follow_subjects(
    subject_kind: str, subject_ids: Sequence[uuid.UUID], chain: Sequence[int | None]
) -> None:
    """The tasks about these subjects lie where their subjects do; one statement."""
    models.Task.objects.filter(subject_kind=subject_kind, subject_id__in=list(subject_ids)).update(
        **dict(zip(CHAIN, [*chain, *[None] * len(CHAIN)], strict=False))
    )


def _own_open_task(viewer: Viewer, task_id: uuid.UUID, version: int) -> models.Task:
    task = queries.lock_task(task_id)
    taken = task.assignee_id is None and viewer.may(queries.DOES_TASKS)
    if task.assignee_id not in viewer.posts and not (
        taken and task.organisation_id == viewer.organisation_id
    ):
        # somebody else's task and no task look the same, unless it was one's own a moment ago
        if task.version != version and task.handed_in_by_id == viewer.post_id:
            raise _changed(task)
        raise errors.NoSuchTask()
    if task.version != version:
        raise _changed(task)
    if task.state != "open":
        raise errors.TaskNotOpen()
    return task


def _changed(task: models.Task) -> errors.TaskChanged:
    """The refusal that says who did something meanwhile, and when."""
    name, when = "", ""
    for line in journal.timeline([task.id], limit=1):
        when = line.occurred_at.astimezone(jurisdiction.current().tz).strftime("%H:%M")
        if line.actor_kind == "post":
            try:
                name = directory.holder(uuid.UUID(line.actor_id)).name
            except NoSuchPost:
                name = ""
    return errors.TaskChanged(name=name, time=when)
