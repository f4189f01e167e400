"""What a list of cases can be narrowed to beside area and state."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from django.db.models import Q

from gridward.cases.models import Report


@dataclass(frozen=True)
class Narrowing:
    """What is asked of a case; what stands empty asks nothing.

    channel: by which way it came; source: the outside system it came from; since, until: opened
    within, `until` not included; overdue: the clock on whoever holds it has run out; soon: a fifth
    of that clock's time is left, or none; broken: the date promised to the reporter is past;
    unplaced: nobody knows yet in which area it lies;
    at_hand: not out with a grid worker, who looks at it on site.
    """

    group: str = ""
    matter: str = ""
    channel: str = ""
    source: str = ""
    urgent: bool = False
    overdue: bool = False
    soon: bool = False
    broken: bool = False
    returned: bool = False
    reworked: bool = False
    reopened: bool = False
    hurried: bool = False
    unplaced: bool = False
    at_hand: bool = False
    since: datetime | None = None
    until: datetime | None = None

    @property
    def asks_nothing(self) -> bool:
        return all(getattr(self, each.name) == each.default for each in fields(self))


def wanted(asked: Narrowing, now: datetime) -> Q:
    """The condition that a case must meet."""
    found = Q()
    for name in ("group", "matter", "channel"):
        if value := getattr(asked, name):
            found &= Q(**{name: value})
    if asked.source:
        told = Report.objects.filter(submission__source=asked.source)
        found &= Q(id__in=told.values("case"))
    if asked.urgent:
        found &= Q(urgent=True)
    if asked.overdue:
        found &= Q(is_open=True, due_order__lt=now)
    if asked.soon:
        found &= Q(is_open=True, due_urgent_at__lte=now)
    if asked.broken:
        found &= Q(is_open=True, promised_at__lt=now)
    if asked.returned:
        found &= Q(returns__gt=0)
    if asked.reworked:
        found &= Q(reworks__gt=0)
    if asked.reopened:
        found &= Q(reopened__gt=0)
    if asked.hurried:
        found &= Q(hurries__gt=0)
    if asked.unplaced:
        found &= Q(is_open=True, a1__isnull=True)
    if asked.at_hand:
        found &= ~Q(holder_kind="worker")
    if asked.since is not None:
        found &= Q(opened_at__gte=asked.since)
    if asked.until is not None:
        found &= Q(opened_at__lt=asked.until)
    return found
