"""The table of tasks."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from gridward.core.ids import new_id
from gridward.tasks.rules import KINDS, STATES


class Task(models.Model):
    """One thing to do for one person at one place by one time.

    subject_kind, subject_id: what it is about, in a room above (no key upward); round: which
    round of that subject. assignee: the post that does it; empty while anybody of the
    organisation may take it. area: where the place lay when it was asked; a1 … a6: where it lies
    now, one column per level. barred: ids of people who may not do it, because they handled what
    is to be checked. words: the vault's secret with what was found.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=24)
    state = models.CharField(max_length=8, default="open")
    assignee = models.ForeignKey(
        "directory.Post",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    organisation = models.ForeignKey(
        "directory.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    area = models.ForeignKey(
        "territory.Area",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    a1 = models.BigIntegerField(null=True)
    a2 = models.BigIntegerField(null=True)
    a3 = models.BigIntegerField(null=True)
    a4 = models.BigIntegerField(null=True)
    a5 = models.BigIntegerField(null=True)
    a6 = models.BigIntegerField(null=True)
    subject_kind = models.CharField(max_length=16)
    subject_id = models.UUIDField()
    round = models.PositiveSmallIntegerField(default=1)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    barred = models.JSONField(default=list)
    result = models.CharField(max_length=16, default="", blank=True)
    words = models.UUIDField(null=True, blank=True)
    handed_in_at = models.DateTimeField(null=True, blank=True)
    handed_in_by = models.ForeignKey(
        "directory.Post",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [
            models.CheckConstraint(name="task_kind_is_known", condition=Q(kind__in=KINDS)),
            models.CheckConstraint(name="task_state_is_known", condition=Q(state__in=STATES)),
            models.CheckConstraint(
                name="task_done_has_result",
                condition=Q(
                    Q(state="done", handed_in_at__isnull=False, handed_in_by__isnull=False)
                    & ~Q(result="")
                )
                | Q(~Q(state="done"), handed_in_at__isnull=True, result=""),
            ),
            models.CheckConstraint(
                name="task_handed_in_after_asked",
                condition=Q(handed_in_at__isnull=True) | Q(handed_in_at__gte=F("asked_at")),
            ),
            models.UniqueConstraint(
                name="task_asked_once",
                fields=["subject_id", "kind"],
                condition=Q(state="open"),
            ),
        ]
        indexes = [
            models.Index(
                fields=["assignee", "due_at", "id"],
                name="task_open_of_post",
                condition=Q(state="open"),
            ),
            models.Index(
                fields=["organisation", "due_at", "id"],
                name="task_open_of_organisation",
                condition=Q(state="open"),
            ),
            models.Index(fields=["subject_id", "asked_at"], name="task_of_subject"),
            # what somebody has done, the newest first
            models.Index(
                fields=["handed_in_by", "handed_in_at"],
                name="task_done_by",
                condition=Q(handed_in_by__isnull=False),
            ),
        ]
