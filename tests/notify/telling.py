"""Notices in tests: what was told, and sending it to a gateway that only pretends."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from tests.jobs import run_jobs

from gridward.notify import channels, fake, ticker
from gridward.notify.environment import NoticeSettings, SmsSettings, WecomSettings
from gridward.notify.models import Notice


@contextlib.contextmanager
def set_up(**changed: object) -> Iterator[None]:
    """Within the block the channels' settings are these."""
    before = settings.GRIDWARD_NOTICES
    settings.GRIDWARD_NOTICES = replace(NoticeSettings(), **changed)
    channels.forget_tokens()
    try:
        yield
    finally:
        settings.GRIDWARD_NOTICES = before
        channels.forget_tokens()


@contextlib.contextmanager
def gateway(*, with_wecom: bool = False, **sms: str) -> Iterator[fake.Gateway]:
    """A gateway that listens, with text messages and WeCom going there."""
    with (
        fake.running() as found,
        set_up(
            sms=SmsSettings(way="fake", **sms),
            wecom=WecomSettings(way="fake" if with_wecom else "none"),
            fake=found.address,
        ),
    ):
        yield found


def send() -> int:
    """Lets the handlers hear, the ticker take what is due and the worker send it."""
    run_jobs()
    taken = ticker.queue_due()
    run_jobs()
    return taken


def told(key: str = "", *, kind: str = "reporter") -> list[Notice]:
    """The notices made for recipients of a kind, oldest first; of one key when it is given."""
    found = Notice.objects.filter(recipient_kind=kind).order_by("id")
    return list(found.filter(key=key) if key else found)


def keys_told(since: datetime | None = None) -> list[str]:
    """The keys of what reporters are told, in order."""
    found = Notice.objects.filter(recipient_kind="reporter").order_by("made_at", "id")
    if since is not None:
        found = found.filter(made_at__gte=since)
    return list(found.values_list("key", flat=True))
