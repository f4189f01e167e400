"""Tables of the journal. Only `journal` writes them, and entries and seals are never changed."""

import json
from typing import Any

from django.db import models
from django.db.models import Q

from gridward.core.ids import new_id


class Seal(models.Model):
    """One link of the chain: so many entries, in this order, were there at this moment."""

    number = models.BigIntegerField(primary_key=True)
    previous = models.CharField(max_length=64)
    root = models.CharField(max_length=64)
    count = models.IntegerField()
    total = models.BigIntegerField()
    sealed_at = models.DateTimeField()
    key_id = models.CharField(max_length=16)
    hash = models.CharField(max_length=64)
    signature = models.CharField(max_length=86)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(number__gte=1), name="seal_number_from_1"),
        ]

    def __str__(self) -> str:
        return f"seal {self.number}"


class Entry(models.Model):
    """Something that happened: audit line, timeline item and outbox entry in one row.

    canonical: the whole entry as RFC 8785 text; details stand there and nowhere else
    mac: proof that this installation wrote it, until a seal says so
    seal, position: set once by the sealer, the only columns that ever change
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    verb = models.CharField(max_length=80)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=40)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=120)
    cause = models.UUIDField()
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    canonical = models.TextField()
    mac = models.CharField(max_length=22)
    seal = models.ForeignKey(
        Seal,
        null=True,
        on_delete=models.PROTECT,
        related_name="entries",
        db_constraint=False,
        db_index=False,
    )
    position = models.IntegerField(null=True)

    class Meta:
        verbose_name_plural = "entries"
        indexes = [
            models.Index(fields=["subject_id", "occurred_at"], name="entry_subject"),
            models.Index(fields=["cause"], name="entry_cause"),
            # the auditor's lists: few verbs among many entries
            models.Index(fields=["verb", "id"], name="entry_verb"),
            models.Index(
                fields=["recorded_at", "id"], name="entry_unsealed", condition=Q(seal=None)
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["seal", "position"], name="entry_place_in_seal"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.id}"

    @property
    def details(self) -> dict[str, Any]:
        """The details as JSON values."""
        found: dict[str, Any] = json.loads(self.canonical)["details"]
        return found


class Delivery(models.Model):
    """One entry on its way to one subscriber."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        STUCK = "stuck"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="deliveries")
    subscriber = models.CharField(max_length=80)
    cause = models.UUIDField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.SmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=240, default="", blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(fields=["cause"], name="delivery_open", condition=Q(done_at=None)),
            models.Index(fields=["next_try_at"], name="delivery_due", condition=Q(done_at=None)),
            models.Index(
                fields=["done_at"], name="delivery_done", condition=Q(done_at__isnull=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["entry", "subscriber"], name="delivery_once"),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber} {self.entry_id}"


class Lease(models.Model):
    """Who alone may do something for a while."""

    name = models.CharField(max_length=80, primary_key=True)
    holder = models.CharField(max_length=120)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Generation(models.Model):
    """The number of a thing that processes hold in memory; they read it anew when it grows."""

    name = models.CharField(max_length=80, primary_key=True)
    number = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} {self.number}"
