"""Every read of notify, and its locks."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from gridward.access.rules import Viewer
from gridward.core import clock
from gridward.notify import rules
from gridward.notify.errors import NoSuchItem, NoSuchNotice
from gridward.notify.models import InboxItem, Notice, Reply, ReplyCount

COUNTED_MOST = 99


# --- inboxes --------------------------------------------------------------------------------------


READS_FOR_ORGANISATION = ("case.accept", "case.acknowledge", "case.callback", "case.rule")
"""Whoever has one of these reads what their organisation is told; others only what is theirs."""


def _mine(viewer: Viewer) -> Q:
    if viewer.may_any(*READS_FOR_ORGANISATION):
        return Q(organisation=viewer.organisation_id) | Q(post=viewer.post_id)
    return Q(post=viewer.post_id)


@dataclass(frozen=True, slots=True)
class Unread:
    """number: at most COUNTED_MOST; newest: the newest unread item."""

    number: int
    newest: uuid.UUID | None


def unread_of(viewer: Viewer) -> Unread:
    """What the viewer's inbox has unread; one statement that reads COUNTED_MOST rows at most of
    the organisation's and as many of the post's."""
    rows = InboxItem.objects.filter(read_at=None).order_by("-id")
    wanted = Q(id__in=rows.filter(post=viewer.post_id).values("id")[:COUNTED_MOST])
    if viewer.may_any(*READS_FOR_ORGANISATION):
        own = rows.filter(organisation=viewer.organisation_id)
        wanted |= Q(id__in=own.values("id")[:COUNTED_MOST])
    found = list(InboxItem.objects.filter(wanted).order_by("-id").values_list("id", flat=True))
    return Unread(min(len(found), COUNTED_MOST), found[0] if found else None)


def item_for(viewer: Viewer, item_id: uuid.UUID) -> InboxItem:
    """One item of the viewer's inbox. Raises NoSuchItem."""
    found = InboxItem.objects.filter(_mine(viewer), id=item_id).first()
    if found is None:
        raise NoSuchItem()
    return found


@dataclass(frozen=True, slots=True)
class InboxPage:
    """unread: the newest of them; read: a page of the rest; next: where the following begins."""

    unread: list[InboxItem]
    read: list[InboxItem]
    next: uuid.UUID | None


def inbox_of(
    viewer: Viewer, *, after: uuid.UUID | None = None, limit: int = 30, unread_most: int = 60
) -> InboxPage:
    """The viewer's inbox, unread first, newest first; two statements a page."""
    own = InboxItem.objects.filter(_mine(viewer))
    unread = [] if after else list(own.filter(read_at=None).order_by("-id")[:unread_most])
    rest = own.exclude(read_at=None)
    if after is not None:
        rest = rest.filter(id__lt=after)
    found = list(rest.order_by("-id")[: limit + 1])
    shown = found[:limit]
    return InboxPage(unread, shown, shown[-1].id if len(found) > limit else None)


def cases_with_news(*, since: datetime, limit: int) -> list[uuid.UUID]:
    """The cases that staff was told of last, at most so many (the demonstration)."""
    rows = InboxItem.objects.filter(made_at__gte=since).order_by("-made_at")
    return list(dict.fromkeys(rows.values_list("case_id", flat=True)[: limit * 6]))[:limit]


def posts_and_organisations_with_unread() -> tuple[set[uuid.UUID], set[uuid.UUID]]:
    """Whose inboxes hold something unread; two statements."""
    unread = InboxItem.objects.filter(read_at=None).order_by()
    posts = unread.exclude(post=None).values_list("post_id", flat=True).distinct()
    own = unread.exclude(organisation=None).values_list("organisation_id", flat=True).distinct()
    return set(posts) - {None}, set(own) - {None}


def items_to_read(viewer: Viewer, ids: Iterable[uuid.UUID] | None) -> list[InboxItem]:
    """Unread items of this viewer, locked: these, or all of them (1,000 at once)."""
    own = InboxItem.objects.select_for_update().filter(_mine(viewer), read_at=None)
    if ids is not None:
        own = own.filter(id__in=list(ids))
    return list(own.order_by("id")[:1000])


# --- notices --------------------------------------------------------------------------------------


def lock_due(now: datetime, limit: int) -> list[Notice]:
    """Notices whose time to go out has come, oldest first; those that others hold are left.

    One that a killed worker had taken is due again when its claim has run out.
    """
    return list(
        Notice.objects.select_for_update(skip_locked=True)
        .filter(state__in=rules.UNDER_WAY, bundled_into=None, next_try_at__lte=now)
        .order_by("next_try_at", "id")[:limit]
    )


def lock_notices(ids: Iterable[uuid.UUID]) -> list[Notice]:
    """These notices, locked in the order of their ids."""
    return list(Notice.objects.select_for_update().filter(id__in=list(ids)).order_by("id"))


def lock_notice(notice_id: uuid.UUID) -> Notice:
    """One notice, locked. Raises NoSuchNotice."""
    found = Notice.objects.select_for_update().filter(id=notice_id).first()
    if found is None:
        raise NoSuchNotice()
    return found


def claimed(ids: Iterable[uuid.UUID]) -> list[Notice]:
    """Those of these notices that are being sent, with what is bundled into them, oldest first."""
    wanted = list(ids)
    return list(
        Notice.objects.filter(
            Q(id__in=wanted, bundled_into=None) | Q(bundled_into__in=wanted), state="sending"
        ).order_by("id")
    )


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A notice as an operator sees it: nothing of whom it is for but the kind."""

    id: uuid.UUID
    key: str
    channel: str
    recipient_kind: str
    state: str
    made_at: datetime
    not_before: datetime
    next_try_at: datetime | None
    sent_at: datetime | None
    attempts: int
    last_error: str
    is_bundled: bool


@dataclass(frozen=True, slots=True)
class NoticePage:
    lines: list[NoticeLine]
    next: uuid.UUID | None


def notice_page(*, state: str = "", after: uuid.UUID | None = None, limit: int = 50) -> NoticePage:
    """What went out, waits or failed, newest first; one statement."""
    rows = Notice.objects.all()
    if state in rules.STATES:
        rows = rows.filter(state=state)
    if after is not None:
        seen = Notice.objects.filter(id=after).values_list("made_at", flat=True).first()
        if seen is not None:
            rows = rows.filter(Q(made_at__lt=seen) | Q(made_at=seen, id__lt=after))
    found = list(rows.order_by("-made_at", "-id")[: limit + 1])
    lines = [_line(one) for one in found[:limit]]
    return NoticePage(lines, lines[-1].id if len(found) > limit else None)


def stuck_notices(*, late_after: timedelta = timedelta(hours=1)) -> list[NoticeLine]:
    """Notices that failed, or should have gone out some time ago; oldest first, at most 200."""
    now = clock.now()
    failed = list(Notice.objects.filter(state="failed").order_by("-made_at", "-id")[:200])
    late = Notice.objects.filter(
        state__in=rules.UNDER_WAY, bundled_into=None, next_try_at__lt=now - late_after
    ).order_by("next_try_at", "id")[:200]
    return [_line(one) for one in sorted([*failed, *late], key=lambda n: n.made_at)][:200]


def counts_by_state(*, most: int = 1000) -> dict[str, int]:
    """How many notices wait, are held or failed; each counted to `most` at the most."""
    return {
        state: Notice.objects.filter(state=state).order_by("-made_at")[:most].count()
        for state in ("waiting", "held", "sending", "failed")
    }


def notices_of_case(case_id: uuid.UUID) -> list[NoticeLine]:
    """What was told about a case, oldest first."""
    found = Notice.objects.filter(case_id=case_id).order_by("made_at", "id")[:200]
    return [_line(one) for one in found]


def questions_to(recipients: Iterable[uuid.UUID], since: datetime) -> list[Notice]:
    """The questions sent to these recipients since then, newest first, at most 50."""
    return list(
        Notice.objects.filter(
            asks=True, recipient_id__in=list(recipients), sent_at__gte=since
        ).order_by("-sent_at", "-id")[:50]
    )


def is_known_reply(digest: str) -> bool:
    """Whether this reply has been taken in before."""
    return Reply.objects.filter(digest=digest).exists()


def reply_counts(*, days: int = 30) -> list[ReplyCount]:
    """How replies ended lately, day by day."""
    since = (clock.now() - timedelta(days=days)).date()
    return list(ReplyCount.objects.filter(day__gte=since).order_by("-day", "outcome"))


def _line(one: Notice) -> NoticeLine:
    return NoticeLine(
        id=one.id,
        key=one.key,
        channel=one.channel,
        recipient_kind=one.recipient_kind,
        state=one.state,
        made_at=one.made_at,
        not_before=one.not_before,
        next_try_at=one.next_try_at,
        sent_at=one.sent_at,
        attempts=one.attempts,
        last_error=one.last_error,
        is_bundled=one.bundled_into_id is not None,
    )
