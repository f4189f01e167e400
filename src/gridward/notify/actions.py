"""Every write of notify."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F

from gridward.access.rules import Viewer
from gridward.catalog.queries import catalogue
from gridward.core import clock, jurisdiction
from gridward.core.action import action
from gridward.core.ids import new_id
from gridward.journal.actions import note
from gridward.journal.rules import ActorRef
from gridward.notify import queries, rules
from gridward.notify.errors import NoticeNotFailed
from gridward.notify.models import InboxItem, Notice, Reply, ReplyCount


@dataclass(frozen=True, slots=True)
class NewNotice:
    """A message to be sent. recipient: submission, post or organisation; about: see `Notice`."""

    key: str
    source: str
    entry_id: UUID
    case_id: UUID
    about_id: UUID
    recipient_kind: str
    recipient_id: UUID
    channel: str
    language: str = "zh-hans"
    urgent: bool = False
    asks: bool = False
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewItem:
    """News for an inbox: of an organisation, or of one post."""

    key: str
    source: str
    entry_id: UUID
    case_id: UUID
    organisation_id: UUID | None = None
    post_id: UUID | None = None
    task_id: UUID | None = None
    urgent: bool = False
    due_at: datetime | None = None


@action
def tell(notices: Sequence[NewNotice] = (), items: Sequence[NewItem] = ()) -> None:
    """Puts messages on their way and news into inboxes; what was told before is not told again.

    In quiet hours a message is held until the next opening, unless it is urgent.
    """
    now = clock.now()
    book = catalogue()
    quiet = [(window.from_, window.to) for window in book.settings.quiet_hours]
    opening = rules.next_opening(now, quiet, jurisdiction.current().tz)
    rows = []
    for one in notices:
        start = now if one.urgent else opening
        rows.append(
            Notice(
                id=new_id(),
                key=one.key,
                source=one.source,
                edition=book.number,
                entry_id=one.entry_id,
                case_id=one.case_id,
                about_id=one.about_id,
                recipient_kind=one.recipient_kind,
                recipient_id=one.recipient_id,
                channel=one.channel,
                language=one.language,
                urgent=one.urgent,
                asks=one.asks,
                due_at=one.due_at,
                made_at=now,
                state="held" if start > now else "waiting",
                not_before=start,
                next_try_at=start,
            )
        )
    if rows:
        Notice.objects.bulk_create(rows, ignore_conflicts=True)
    if items:
        InboxItem.objects.bulk_create(
            [
                InboxItem(
                    id=new_id(),
                    key=one.key,
                    source=one.source,
                    entry_id=one.entry_id,
                    case_id=one.case_id,
                    task_id=one.task_id,
                    organisation_id=one.organisation_id,
                    post_id=one.post_id,
                    urgent=one.urgent,
                    due_at=one.due_at,
                    made_at=now,
                )
                for one in items
            ],
            ignore_conflicts=True,
        )


# --- on the way out -------------------------------------------------------------------------------


@action
def claim_due(*, limit: int = rules.BATCH) -> list[UUID]:
    """Takes notices whose time has come, to be sent by whoever called; returns their ids.

    A message that would go out in quiet hours by now (its worker slept) is held again.
    """
    now = clock.now()
    quiet = [(window.from_, window.to) for window in catalogue().settings.quiet_hours]
    opening = rules.next_opening(now, quiet, jurisdiction.current().tz)
    taken: list[Notice] = []
    held: list[Notice] = []
    for one in queries.lock_due(now, limit):
        if opening > now and not one.urgent:
            one.state, one.next_try_at = "held", opening
            held.append(one)
            continue
        one.state = "sending"
        one.attempts += 1
        one.next_try_at = now + rules.CLAIM
        taken.append(one)
    changed = [*taken, *held]
    if changed:
        Notice.objects.bulk_update(changed, ["state", "attempts", "next_try_at"])
        Notice.objects.filter(bundled_into__in=[one.id for one in taken]).update(state="sending")
    return [one.id for one in taken]


@action
def bind_bundles(outgoing: Iterable[rules.Outgoing]) -> None:
    """Writes down which notices go out in one message, before it does: a retry tells the same."""
    for one in outgoing:
        if one.members:
            Notice.objects.filter(id__in=one.members, bundled_into=None, state="sending").update(
                bundled_into=one.lead.id, next_try_at=None
            )


@action
def mark_sent(notice_id: UUID, *, reference: str = "") -> None:
    """The message has been taken by the provider; what was bundled into it has gone out too."""
    now = clock.now()
    sent = {"state": "sent", "sent_at": now, "next_try_at": None, "last_error": ""}
    Notice.objects.filter(id=notice_id, state="sending").update(
        **sent, provider_ref=reference[:120]
    )
    Notice.objects.filter(bundled_into=notice_id, state="sending").update(**sent)


@action
def mark_failed(notice_id: UUID, *, error: str, for_good: bool) -> str:
    """The message did not go out: it waits for its next try, or has failed; returns its state.

    error: a code, never what was said nor to whom
    """
    one = queries.lock_notice(notice_id)
    pause = None if for_good else rules.pause_after(one.attempts)
    if one.state != "sending":
        return str(one.state)
    one.last_error = error[:60]
    if pause is None:
        one.state, one.next_try_at = "failed", None
    else:
        one.state, one.next_try_at = "waiting", clock.now() + pause
    one.save(update_fields=["state", "next_try_at", "last_error"])
    Notice.objects.filter(bundled_into=notice_id).update(state=one.state, last_error=one.last_error)
    return str(one.state)


@action
def put_back(notice_ids: Iterable[UUID]) -> None:
    """Notices that were taken and not tried go back as they were."""
    ids = list(notice_ids)
    Notice.objects.filter(id__in=ids, state="sending").update(
        state="waiting", next_try_at=clock.now() + rules.PAUSES[0], attempts=F("attempts") - 1
    )
    Notice.objects.filter(bundled_into__in=ids, state="sending").update(state="waiting")


@action
def drop(notice_id: UUID, *, reason: str) -> None:
    """Nobody is told: the person was erased, the case became restricted, there is no number.

    What was bundled into it goes its own way again.
    """
    now = clock.now()
    Notice.objects.filter(bundled_into=notice_id).update(
        bundled_into=None, state="waiting", next_try_at=now
    )
    Notice.objects.filter(id=notice_id).exclude(state="sent").update(
        state="dropped", next_try_at=None, last_error=reason[:60], bundled_into=None
    )


@action
def send_again(notice_id: UUID, *, actor: ActorRef) -> None:
    """A failed notice is tried anew at once, with all its tries before it.

    Raises NoSuchNotice, NoticeNotFailed.
    """
    one = queries.lock_notice(notice_id)
    if one.state != "failed":
        raise NoticeNotFailed()
    lead = one
    if one.bundled_into_id is not None:
        lead = queries.lock_notice(one.bundled_into_id)
    tried = lead.attempts
    now = clock.now()
    Notice.objects.filter(id=lead.id).update(
        state="waiting", attempts=0, next_try_at=now, not_before=now
    )
    Notice.objects.filter(bundled_into=lead.id).update(state="waiting")
    note(
        "notice.resent",
        lead.id,
        actor=actor,
        key=lead.key,
        channel=lead.channel,
        attempts=tried,
    )


@action
def clear_notices(before: datetime, *, limit: int = 2000) -> int:
    """Removes what ended before `before`, so many rows at once; returns how many."""
    old = list(
        Notice.objects.filter(made_at__lt=before, bundled_into=None)
        .exclude(state__in=rules.UNDER_WAY)
        .order_by("made_at")
        .values_list("id", flat=True)[:limit]
    )
    gone = Notice.objects.filter(id__in=old).delete()[0] if old else 0
    items = list(
        InboxItem.objects.filter(made_at__lt=before)
        .order_by("made_at")
        .values_list("id", flat=True)[:limit]
    )
    gone += InboxItem.objects.filter(id__in=items).delete()[0] if items else 0
    gone += Reply.objects.filter(received_at__lt=before).delete()[0]
    return int(gone)


# --- inboxes --------------------------------------------------------------------------------------


@action
def read_items(viewer: Viewer, ids: Iterable[UUID] | None = None) -> int:
    """Marks news as read for the viewer's organisation and post; returns how many.

    ids: which; None for all. Reading twice changes nothing. Raises NoSuchItem for another's.
    """
    wanted = None if ids is None else list(ids)
    for one in wanted or ():
        queries.item_for(viewer, one)
    rows = queries.items_to_read(viewer, wanted)
    InboxItem.objects.filter(id__in=[row.id for row in rows]).update(
        read_at=clock.now(), read_by=viewer.post_id
    )
    return len(rows)


# --- replies --------------------------------------------------------------------------------------


@action
def count_reply(outcome: str) -> None:
    """One more reply that ended so today; of a number that nobody here gave nothing else stays."""
    day = clock.now().astimezone(jurisdiction.current().tz).date()
    ReplyCount.objects.get_or_create(day=day, outcome=outcome)
    ReplyCount.objects.filter(day=day, outcome=outcome).update(number=F("number") + 1)


@action
def keep_reply(digest: str, *, outcome: str, notice_id: UUID | None) -> bool:
    """Whether this reply is new; then it is remembered, so that its replay changes nothing."""
    if queries.is_known_reply(digest):
        return False
    Reply.objects.create(
        digest=digest, outcome=outcome, notice_id=notice_id, received_at=clock.now()
    )
    count_reply(outcome)
    return True
