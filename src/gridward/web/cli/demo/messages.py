"""The demonstration's messages: inboxes as a day leaves them, and the last day's notices.

Nothing leaves the machine: text messages are only noted in the log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from gridward.access import queries as access
from gridward.access.rules import Viewer
from gridward.cases import notices
from gridward.core import clock
from gridward.directory import queries as directory
from gridward.journal import queries as journal
from gridward.notify import actions, queries
from gridward.notify.environment import SmsSettings
from gridward.notify.jobs import send_batch

FRESH = timedelta(hours=4)
DAY = timedelta(hours=24)
TOLD_OF = 60
FAILED = 2


def make_messages(say: Callable[[str], None]) -> None:
    """Staff has read what is older than a few hours; reporters of the last day are told."""
    for viewer in _readers():
        _read(viewer)
    before = settings.GRIDWARD_NOTICES
    settings.GRIDWARD_NOTICES = replace(before, sms=SmsSettings(way="log"))
    try:
        told = _tell_reporters()
    finally:
        settings.GRIDWARD_NOTICES = before
    say(_("%(count)s messages") % {"count": told})


def _read(viewer: Viewer) -> None:
    """This viewer has read what is older than a few hours."""
    past = clock.now() - FRESH
    while old := [
        one.id for one in queries.inbox_of(viewer, unread_most=2000).unread if one.made_at < past
    ]:
        actions.read_items(viewer, old)


def _readers() -> Iterator[Viewer]:
    """Every post with news of its own, and one reader of each organisation with news."""
    posts, organisations = queries.posts_and_organisations_with_unread()
    for post in posts:
        yield access.viewer_of_post(post)
    for organisation in organisations:
        for holder in directory.staff_of(organisation):
            viewer = access.viewer_of_post(holder.post_id)
            if viewer.may_any(*queries.READS_FOR_ORGANISATION):
                yield viewer
                break


def _tell_reporters() -> int:
    now = clock.now()
    recent = queries.cases_with_news(since=now - DAY, limit=TOLD_OF)
    for line in journal.timeline(recent, limit=TOLD_OF * 12):
        if line.verb in notices.NEWS and line.occurred_at >= now - DAY:
            notices.tell(line.id)
    taken = actions.claim_due(limit=2000)
    for one in taken[:FAILED]:
        actions.mark_failed(one, error="timeout", for_good=True)
    send_batch(taken[FAILED:])
    return len(taken)
