"""The catalogue's two tables: what was agreed, edition by edition, and what was decided here."""

from __future__ import annotations

from django.db import models

from gridward.core.ids import new_id


class Edition(models.Model):
    """Everything agreed at one moment, complete and never changed.

    content: canonical JSON of `compiled.Content`; digest: its SHA-256 in hex
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    number = models.PositiveIntegerField(unique=True)
    digest = models.CharField(max_length=64)
    stack = models.JSONField()  # ["base@1", …], lowest first
    packs = models.TextField()  # canonical JSON of the packs' part, before decisions
    content = models.TextField()
    created_at = models.DateTimeField()
    remark = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(number__gte=1), name="catalog_edition_from_1")
        ]


class Decision(models.Model):
    """Something this jurisdiction decided itself; it stands above every pack, whatever is loaded.

    kind and payload: see `decisions.py`; key: what it is about, a later one of the same kind and
    key takes its place; source: the document it rests on
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    payload = models.JSONField()
    decided_by_kind = models.CharField(max_length=20)
    decided_by_id = models.CharField(max_length=40)
    decided_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    source = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["recorded_at", "id"], name="catalog_decision_order")]
