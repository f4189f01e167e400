"""Every read of tasks, beginning with whose they are."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from gridward.access.rules import Viewer
from gridward.directory import queries as directory
from gridward.directory.rules import Holder
from gridward.tasks import models, rules
from gridward.tasks.errors import NoSuchTask
from gridward.territory.carriers import Concern
from gridward.territory.rules import Change

DOES_TASKS = "case.check_task"


@dataclass(frozen=True, slots=True)
class TaskCard:
    """A task as lists and forms show it. assignee_id: None while anybody may take it."""

    id: uuid.UUID
    kind: str
    state: str
    subject_kind: str
    subject_id: uuid.UUID
    round: int
    assignee_id: uuid.UUID | None
    organisation_id: uuid.UUID
    area_id: int | None
    asked_at: datetime
    due_at: datetime | None
    result: str
    words_id: uuid.UUID | None
    handed_in_at: datetime | None
    handed_in_by_id: uuid.UUID | None
    version: int


def card_of(task: models.Task) -> TaskCard:
    """The task as a card."""
    return TaskCard(
        id=task.id,
        kind=task.kind,
        state=task.state,
        subject_kind=task.subject_kind,
        subject_id=task.subject_id,
        round=task.round,
        assignee_id=task.assignee_id,
        organisation_id=task.organisation_id,
        area_id=task.area_id,
        asked_at=task.asked_at,
        due_at=task.due_at,
        result=task.result,
        words_id=task.words,
        handed_in_at=task.handed_in_at,
        handed_in_by_id=task.handed_in_by_id,
        version=task.version,
    )


def _mine(viewer: Viewer) -> Q:
    mine = Q(assignee_id__in=viewer.posts)
    if viewer.may(DOES_TASKS):
        mine |= Q(assignee_id=None, organisation_id=viewer.organisation_id)
    return mine


def tasks_of(viewer: Viewer, *, limit: int = 50) -> list[TaskCard]:
    """The open tasks that wait for the viewer's post, the earliest due first; one statement.

    Its own, and those of its organisation that nobody has been named for.
    """
    rows = models.Task.objects.filter(_mine(viewer), state="open")
    return [card_of(t) for t in rows.order_by("due_at", "id")[:limit]]


def done_by(viewer: Viewer, *, limit: int = 50) -> list[TaskCard]:
    """What the viewer's post has handed in, the newest first."""
    rows = models.Task.objects.filter(handed_in_by_id=viewer.post_id)
    return [card_of(t) for t in rows.order_by("-handed_in_at")[:limit]]


def task_for(viewer: Viewer, task_id: uuid.UUID) -> TaskCard:
    """A task that waits for the viewer's post or was done by it. Raises NoSuchTask."""
    found = models.Task.objects.filter(
        _mine(viewer) | Q(handed_in_by_id__in=viewer.posts), id=task_id
    ).first()
    if found is None:
        raise NoSuchTask()
    return card_of(found)


def tasks_about(subject_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[TaskCard]]:
    """Subject → its tasks in the order asked. Whoever calls has decided who may see the subject."""
    found: dict[uuid.UUID, list[TaskCard]] = {}
    rows = models.Task.objects.filter(subject_id__in=list(subject_ids)).order_by("asked_at", "id")
    for task in rows:
        found.setdefault(task.subject_id, []).append(card_of(task))
    return found


def open_task_about(subject_id: uuid.UUID, kind: str) -> TaskCard | None:
    """The one open task of this kind about a subject."""
    found = models.Task.objects.filter(subject_id=subject_id, kind=kind, state="open").first()
    return None if found is None else card_of(found)


def open_tasks_about(subject_id: uuid.UUID) -> list[TaskCard]:
    """Every open task about a subject, of whatever kind."""
    rows = models.Task.objects.filter(subject_id=subject_id, state="open").order_by("id")
    return [card_of(task) for task in rows]


def has_task_about(viewer: Viewer, subject_id: uuid.UUID) -> bool:
    """Whether the viewer's post was named for a task about this, or handed one in."""
    return models.Task.objects.filter(
        Q(assignee_id__in=viewer.posts) | Q(handed_in_by_id__in=viewer.posts),
        subject_id=subject_id,
    ).exists()


def open_counts(post_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Post → how many open tasks it has; posts without any are left out."""
    rows = (
        models.Task.objects.filter(state="open", assignee_id__in=list(post_ids))
        .order_by()
        .values_list("assignee_id")
        .annotate(many=Count("id"))
    )
    return {post: many for post, many in rows if post is not None}


def checker_for(
    area_id: int, *, handlers: Collection[uuid.UUID], at: datetime | None = None
) -> Holder | None:
    """The grid worker of `area_id` who is to be asked; two statements.

    handlers: ids of the *people* who held or acted in the round. None when nobody is free.
    """
    workers = directory.workers_of_grid(area_id, at=at)
    if not workers:
        return None
    chosen = rules.choose_checker(
        [rules.Candidate(w.post_id, w.person_id, w.staff_number, w.worker_kind) for w in workers],
        open_tasks=open_counts([w.post_id for w in workers]),
        handlers=handlers,
    )
    return next((w for w in workers if chosen is not None and w.post_id == chosen.post_id), None)


def colleagues_for(viewer: Viewer, task_id: uuid.UUID) -> list[Holder]:
    """To whom the viewer may hand this task: same organisation, same role, nobody barred.

    Raises NoSuchTask.
    """
    found = models.Task.objects.filter(_mine(viewer), id=task_id, state="open").first()
    if found is None:
        raise NoSuchTask()
    return [
        holder
        for holder in directory.staff_of(viewer.organisation_id, role=viewer.role)
        if holder.post_id != viewer.post_id and str(holder.person_id) not in found.barred
    ]


def colleagues_of(viewer: Viewer) -> list[Holder]:
    """Others in the viewer's role and organisation, by staff number."""
    return [
        holder
        for holder in directory.staff_of(viewer.organisation_id, role=viewer.role)
        if holder.person_id != viewer.person_id and holder.post_id not in viewer.posts
    ]


def lock_open_tasks_of(viewer: Viewer) -> list[models.Task]:
    """The open tasks that name the viewer's post, locked in the order of their ids."""
    return list(
        models.Task.objects.select_for_update()
        .filter(assignee_id__in=viewer.posts, state="open")
        .order_by("id")
    )


def lock_task(task_id: uuid.UUID) -> models.Task:
    """The task, locked until the action ends. Raises NoSuchTask."""
    found = models.Task.objects.select_for_update().filter(id=task_id).first()
    if found is None:
        raise NoSuchTask()
    return found


def on_ended_areas(change: Change) -> QuerySet[models.Task]:
    """The tasks that lie in areas which end with a change of boundaries."""
    inside = Q(pk__in=[])
    for column, ids in change.ended_by_column().items():
        inside |= Q(**{f"{column}__in": ids})
    return models.Task.objects.filter(inside)


def concerned_by(change: Change) -> list[Concern]:
    """How many open tasks a change of boundaries concerns; one statement."""
    return [Concern(_("open tasks"), on_ended_areas(change).filter(state="open").count())]
