"""Tables of the directory. Telephone numbers stand in the vault, never here."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from gridward.core.ids import new_id
from gridward.directory.rules import ORGANISATION_KINDS, WORKER_KINDS


class Organisation(models.Model):
    """A body that can hold work: a desk, a community station, a department, a team.

    area: the ground it answers for; type_code: what kind of department (MUN, URB, …), empty for
    desks; order: place in the fixed list that every table of organisations follows.
    public_phone: the office number that is printed on plates and shown to everybody.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=20)
    type_code = models.CharField(max_length=16, default="", blank=True)
    title_zh = models.CharField(max_length=120)
    title_en = models.CharField(max_length=160)
    area = models.ForeignKey(
        "territory.Area", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    order = models.IntegerField(default=0)
    active = models.BooleanField(default=True)
    public_phone = models.CharField(max_length=30, default="", blank=True)

    class Meta:
        ordering = ["order", "key"]
        constraints = [
            models.CheckConstraint(
                name="organisation_kind_is_known", condition=Q(kind__in=ORGANISATION_KINDS)
            ),
            models.CheckConstraint(
                name="organisation_department_has_type",
                condition=~Q(kind="department") | ~Q(type_code=""),
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "area"], name="organisation_kind_area"),
        ]


class Person(models.Model):
    """A member of staff, a grid worker or a volunteer with a post.

    subject: the vault's key of this person; phone: the vault's secret that holds the number.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=80)
    staff_number = models.CharField(max_length=32, unique=True)
    worker_kind = models.CharField(max_length=12, default="none")
    subject = models.UUIDField(null=True, blank=True, unique=True)
    phone = models.UUIDField(null=True, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["staff_number"]
        constraints = [
            models.CheckConstraint(
                name="person_worker_kind_is_known", condition=Q(worker_kind__in=WORKER_KINDS)
            ),
            models.CheckConstraint(
                name="person_phone_has_subject",
                condition=Q(phone__isnull=True) | Q(subject__isnull=False),
            ),
        ]


class Post(models.Model):
    """One person in one role for one organisation on one ground, for a while.

    Rights follow from posts. A post is never deleted: it ends (valid_to), so that what somebody
    did stays bound to what they were.

    stands_in_for: the post of somebody absent, in which this person works meanwhile as deputy.
    public_name, public_phone: what the office publishes of this post, on plates and pages that
    everybody may see; empty: nothing. The person's own number stays in the vault.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(max_length=40)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="posts")
    area = models.ForeignKey(
        "territory.Area", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)
    stands_in_for = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="stand_ins"
    )
    public_name = models.CharField(max_length=80, default="", blank=True)
    public_phone = models.CharField(max_length=30, default="", blank=True)

    class Meta:
        ordering = ["valid_from", "id"]
        constraints = [
            models.CheckConstraint(
                name="post_ends_after_it_begins",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
            models.UniqueConstraint(
                name="post_held_once",
                fields=["person", "role", "organisation", "area"],
                condition=Q(valid_to__isnull=True) & Q(area__isnull=False),
            ),
            models.UniqueConstraint(
                name="post_held_once_without_area",
                fields=["person", "role", "organisation"],
                condition=Q(valid_to__isnull=True) & Q(area__isnull=True),
            ),
            models.CheckConstraint(
                name="post_of_deputy_ends",
                condition=Q(stands_in_for__isnull=True) | Q(valid_to__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["role", "area"], name="post_role_area"),
            models.Index(fields=["organisation", "role"], name="post_organisation_role"),
        ]
