"""How long is so many months: pure."""

from __future__ import annotations

import calendar
from datetime import datetime


def months_after(moment: datetime, months: int) -> datetime:
    """The same day and time so many months later (earlier when negative); the last day of the
    month where it has no such day."""
    whole = moment.year * 12 + moment.month - 1 + months
    year, month = divmod(whole, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
