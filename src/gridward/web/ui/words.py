"""Moments, spans and clocks in the reader's words.

Dates as 11月26日17:30, spans as 1天2小时: no zero-padded months, no seconds, no raw codes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gridward.core import clock, jurisdiction
from gridward.web.ui.pages import Clock, Light

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def is_chinese() -> bool:
    """Whether the active language is Chinese."""
    return (get_language() or "zh").startswith("zh")


def local(moment: datetime) -> datetime:
    """The moment in the jurisdiction's own zone."""
    return moment.astimezone(jurisdiction.current().tz)


def day_words(moment: datetime, *, now: datetime | None = None) -> str:
    """11月26日 or 26 Nov; with the year when it is not this one."""
    when, today = local(moment), local(now or clock.now())
    if is_chinese():
        year = f"{when.year}年" if when.year != today.year else ""
        return f"{year}{when.month}月{when.day}日"
    year = f" {when.year}" if when.year != today.year else ""
    return f"{when.day} {MONTHS[when.month - 1]}{year}"


def time_words(moment: datetime) -> str:
    """17:30 in the jurisdiction's zone."""
    return local(moment).strftime("%H:%M")


def moment_words(moment: datetime, *, now: datetime | None = None) -> str:
    """11月26日17:30 or 26 Nov 17:30."""
    blank = "" if is_chinese() else " "
    return f"{day_words(moment, now=now)}{blank}{time_words(moment)}"


def span_words(span: timedelta) -> str:
    """1天2小时 / 1 d 2 h: the two largest parts, never less than a minute."""
    minutes = max(1, int(span.total_seconds() // 60))
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    if is_chinese():
        parts = [(days, "天"), (hours, "小时"), (minutes, "分钟")]
        blank = ""
    else:
        parts = [(days, " d"), (hours, " h"), (minutes, " min")]
        blank = " "
    first = next(i for i, (amount, _unit) in enumerate(parts) if amount)
    shown = [f"{amount}{unit}" for amount, unit in parts[first : first + 2] if amount]
    return blank.join(shown)


def limit_words(amount: int, unit: str) -> str:
    """A limit as people say it: 2个工作日 / 2 working days."""
    names = {
        "urgent_hour": ("小时", "hour", "hours"),
        "urgent_minute": ("分钟", "minute", "minutes"),
        "working_hour": ("个工作小时", "working hour", "working hours"),
        "working_minute": ("个工作分钟", "working minute", "working minutes"),
        "working_day": ("个工作日", "working day", "working days"),
        "natural_day": ("天", "day", "days"),
        "natural_hour": ("小时", "hour", "hours"),
    }
    zh, one, many = names[unit]
    return f"{amount}{zh}" if is_chinese() else f"{amount} {one if amount == 1 else many}"


def light_of(
    now: datetime, *, due: datetime, warn_at: datetime | None, urgent_at: datetime | None
) -> Light:
    """Green below half of the time, yellow, orange from 80 %, red once it is overdue."""
    if now >= due:
        return "red"
    if urgent_at is not None and now >= urgent_at:
        return "orange"
    if warn_at is not None and now >= warn_at:
        return "yellow"
    return "green"


def clock_pill(
    *,
    due: datetime | None,
    warn_at: datetime | None = None,
    urgent_at: datetime | None = None,
    paused: bool = False,
    provisional: bool = False,
    title: str = "",
    now: datetime | None = None,
) -> Clock:
    """The pill for a running clock. A clock without a due time counts as stopped."""
    at = now or clock.now()
    if paused or due is None:
        return Clock("paused", _("Clock stopped"), "green", due, title, provisional)
    light = light_of(at, due=due, warn_at=warn_at, urgent_at=urgent_at)
    if at >= due:
        return Clock(
            "late", _("%(d)s overdue") % {"d": span_words(at - due)}, light, due, title, provisional
        )
    if local(at).date() == local(due).date():
        text = _("Due today at %(time)s") % {"time": time_words(due)}
        return Clock("today", text, light, due, title, provisional)
    text = _("%(d)s left") % {"d": span_words(due - at)}
    return Clock("left", text, light, due, title, provisional)


def receipt_words(receipt: str) -> str:
    """A receipt in groups of four, whatever blanks and dashes it came with."""
    digits = "".join(sign for sign in receipt if sign.isdigit())
    return " ".join(digits[i : i + 4] for i in range(0, len(digits), 4)) or receipt


def listed(parts: Iterable[str]) -> str:
    """Parts of a list as one reads them: 、 in Chinese, commas in English; empty ones left out."""
    return ("、" if is_chinese() else ", ").join(part for part in parts if part)
