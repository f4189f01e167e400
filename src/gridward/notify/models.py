"""Tables of notify. No text and no number stands here: both are put together at the moment of
sending, from ids and from the vault."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gridward.core.ids import new_id
from gridward.notify.rules import CHANNELS, RECIPIENTS, STATES, UNDER_WAY


class Notice(models.Model):
    """One message for one recipient by one way.

    id: goes to the provider as the key that makes a retry harmless; key, edition: the catalogue's
    entry; source: the room that puts the words together; entry: the journal entry that it follows;
    case, recipient: ids of things in rooms above or below; about: the report, or the case, whose
    older news a newer notice covers; due_at: a time that it says.
    bundled_into: the notice that carried this one's news.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=64)
    source = models.CharField(max_length=24)
    edition = models.PositiveIntegerField()
    entry_id = models.UUIDField()
    case_id = models.UUIDField()
    about_id = models.UUIDField()
    recipient_kind = models.CharField(max_length=12)
    recipient_id = models.UUIDField()
    channel = models.CharField(max_length=8)
    language = models.CharField(max_length=10)
    urgent = models.BooleanField(default=False)
    asks = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    state = models.CharField(max_length=8, default="waiting")
    not_before = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=60, blank=True)
    sent_at = models.DateTimeField(null=True)
    provider_ref = models.CharField(max_length=120, blank=True)
    bundled_into = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, related_name="members", db_index=False
    )

    class Meta:
        constraints = [
            # told once, however often a handler is called
            models.UniqueConstraint(
                name="notice_once",
                fields=["entry_id", "key", "recipient_id", "channel", "about_id"],
            ),
            models.CheckConstraint(name="notice_state_is_known", condition=Q(state__in=STATES)),
            models.CheckConstraint(
                name="notice_channel_is_known", condition=Q(channel__in=CHANNELS)
            ),
            models.CheckConstraint(
                name="notice_recipient_is_known", condition=Q(recipient_kind__in=RECIPIENTS)
            ),
            models.CheckConstraint(
                name="notice_sent_has_time",
                condition=Q(state="sent", sent_at__isnull=False)
                | Q(~Q(state="sent"), sent_at__isnull=True),
            ),
            models.CheckConstraint(
                name="notice_under_way_has_next_try",
                condition=Q(next_try_at__isnull=False)
                | ~Q(state__in=UNDER_WAY)
                | Q(bundled_into__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at", "id"],
                name="notice_due",
                condition=Q(state__in=UNDER_WAY, bundled_into__isnull=True),
            ),
            models.Index(
                fields=["bundled_into"],
                name="notice_members",
                condition=Q(bundled_into__isnull=False),
            ),
            models.Index(
                fields=["recipient_id", "sent_at"], name="notice_asked", condition=Q(asks=True)
            ),
            models.Index(fields=["state", "-made_at", "-id"], name="notice_by_state"),
            models.Index(fields=["-made_at", "-id"], name="notice_newest"),
            models.Index(fields=["case_id"], name="notice_of_case"),
        ]


class InboxItem(models.Model):
    """News for an organisation, or for one post of it; whoever reads it reads it for all of them.

    case_id, task_id: where it leads; the words are put together when it is shown.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=64)
    source = models.CharField(max_length=24)
    entry_id = models.UUIDField()
    case_id = models.UUIDField()
    task_id = models.UUIDField(null=True)
    organisation = models.ForeignKey(
        "directory.Organisation",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    post = models.ForeignKey(
        "directory.Post", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    urgent = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    read_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="inbox_once_organisation",
                fields=["entry_id", "key", "organisation"],
                condition=Q(organisation__isnull=False),
            ),
            models.UniqueConstraint(
                name="inbox_once_post",
                fields=["entry_id", "key", "post"],
                condition=Q(post__isnull=False),
            ),
            models.CheckConstraint(
                name="inbox_for_one",
                condition=Q(organisation__isnull=False, post__isnull=True)
                | Q(organisation__isnull=True, post__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "-id"],
                name="inbox_unread_organisation",
                condition=Q(read_at__isnull=True, organisation__isnull=False),
            ),
            models.Index(
                fields=["post", "-id"],
                name="inbox_unread_post",
                condition=Q(read_at__isnull=True, post__isnull=False),
            ),
            models.Index(
                fields=["organisation", "-id"],
                name="inbox_organisation",
                condition=Q(organisation__isnull=False),
            ),
            models.Index(
                fields=["post", "-id"], name="inbox_post", condition=Q(post__isnull=False)
            ),
            models.Index(fields=["made_at"], name="inbox_old"),
        ]


class Reply(models.Model):
    """That a gateway brought a reply to one of our questions: replays find it here.

    digest: keyed digest of the gateway's own id; outcome: what became of it. The words, where
    there were any, stand in the vault.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    notice = models.ForeignKey(
        Notice, on_delete=models.CASCADE, null=True, related_name="replies", db_index=False
    )
    outcome = models.CharField(max_length=12)
    received_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["received_at"], name="reply_received")]


class ReplyCount(models.Model):
    """How many replies ended so on a day. All that is kept of numbers that nobody here gave."""

    day = models.DateField()
    outcome = models.CharField(max_length=12)
    number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="reply_count_once", fields=["day", "outcome"]),
        ]
