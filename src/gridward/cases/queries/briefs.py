"""A day in brief: what came in, what was done and what is late, by area and by organisation.

Restricted cases are counted in none of these figures: small numbers would speak of people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet

from gridward.access.rules import Viewer
from gridward.cases.models import CHAIN, Answer, Assignment, Case, Clock, Report, Return
from gridward.cases.queries.figures import NO_RESULT
from gridward.cases.queries.reading import about, visible_by_time, visible_cases
from gridward.catalog.definitions import LimitFrom, Sensitivity
from gridward.catalog.queries import catalogue
from gridward.core import jurisdiction
from gridward.directory import queries as directory
from gridward.directory.rules import Organisation
from gridward.territory import queries as territory


@dataclass
class DayFigures:
    """Counts of one area or one organisation.

    received … unsolved: since midnight; accept_met, accept_late: of those received, accepted in
    time or not (the others wait still); open, late: now.
    """

    received: int = 0
    accept_met: int = 0
    accept_late: int = 0
    dispatched: int = 0
    closed: int = 0
    closed_in_time: int = 0
    open: int = 0
    late: int = 0
    returned: int = 0
    unsolved: int = 0

    def add(self, other: DayFigures) -> None:
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))

    @property
    def is_empty(self) -> bool:
        return not any(getattr(self, each.name) for each in fields(self))


@dataclass(frozen=True)
class AreaLine:
    """An area of the viewer's ground in reading order; name "" stands for “place unknown”."""

    area_id: int | None
    name: str
    figures: DayFigures


@dataclass(frozen=True)
class OrganisationLine:
    """An organisation, in the fixed order of the list of organisations."""

    organisation: Organisation
    figures: DayFigures


@dataclass(frozen=True)
class SourceLine:
    """What an outside source still waits for. soonest: the nearest date it gave."""

    source: str
    open: int
    late: int
    soonest: datetime | None


@dataclass(frozen=True)
class Brief:
    """One day on the viewer's ground, from local midnight to `until`."""

    since: datetime
    until: datetime
    total: DayFigures
    areas: list[AreaLine]
    organisations: list[OrganisationLine]
    sources: list[SourceLine]


def day_brief(viewer: Viewer, now: datetime) -> Brief:
    """The figures of today; eight statements at any size."""
    tz = jurisdiction.current().tz
    since = now.astimezone(tz).replace(hour=0, minute=0, second=0, microsecond=0)
    level = min((viewer.area_level or 1) + 1, len(CHAIN))
    gathered = _gathered(viewer, CHAIN[level - 1], since, now)
    by_area: dict[int | None, DayFigures] = defaultdict(DayFigures)
    by_lead: dict[UUID, DayFigures] = defaultdict(DayFigures)
    total = DayFigures()
    for (area, lead), figures in gathered.items():
        by_area[area].add(figures)
        total.add(figures)
        if lead is not None:
            by_lead[lead].add(figures)
    return Brief(
        since=since,
        until=now,
        total=total,
        areas=_areas(viewer, level, by_area),
        organisations=[
            OrganisationLine(each, by_lead[each.id])
            for each in directory.organisations(active_only=False)
            if each.id in by_lead and not by_lead[each.id].is_empty
        ],
        sources=_sources(viewer, now),
    )


def _areas(viewer: Viewer, level: int, by_area: dict[int | None, DayFigures]) -> list[AreaLine]:
    ground = territory.areas_of_level(level) if territory.ground().scheme else ()
    lines = [
        AreaLine(area.id, territory.chain_names([area.id])[0], by_area[area.id])
        for area in ground
        if viewer.area_id is None or viewer.area_id in area.chain
    ]
    rest = DayFigures()
    for area_id, figures in by_area.items():
        if all(line.area_id != area_id for line in lines):
            rest.add(figures)
    return lines if rest.is_empty else [*lines, AreaLine(None, "", rest)]


Gathered = dict[tuple[int | None, UUID | None], DayFigures]


def _open_to(cases: QuerySet[Case]) -> QuerySet[Case]:
    return cases.filter(sensitivity__lt=Sensitivity.RESTRICTED).order_by()


def _seen(viewer: Viewer) -> QuerySet[Case]:
    return _open_to(visible_cases(viewer))


def _gathered(viewer: Viewer, column: str, since: datetime, now: datetime) -> Gathered:
    """Counts by area and lead, each kind in one statement."""
    found: Gathered = defaultdict(DayFigures)
    cases = _seen(viewer)

    def keep(rows: Iterable[dict[str, object]], area: str, lead: str, **names: str) -> None:
        for row in rows:
            figures = found[row[area], row[lead]]  # type: ignore[index]
            for name, key in names.items():
                setattr(figures, name, getattr(figures, name) + row[key])

    day = Q(opened_at__gte=since, opened_at__lte=now)
    accepting = Clock.objects.filter(case=OuterRef("pk"), milestone__in=_accepting())
    # handed on, a case is to be accepted anew: it counts once, by all its times for accepting
    late, taken, waits = (Q(Exists(accepting.filter(outcome=o))) for o in ("late", "met", ""))
    keep(
        cases.filter(day)
        .values(column, "lead")
        .annotate(
            many=Count("id"),
            met=Count("id", filter=taken & ~late & ~waits),
            gone=Count("id", filter=late & ~waits),
        ),
        column,
        "lead",
        received="many",
        accept_met="met",
        accept_late="gone",
    )
    keep(
        Assignment.objects.filter(role="lead", dispatched_at__gte=since, dispatched_at__lte=now)
        .filter(about(cases))
        .order_by()
        .values(f"case__{column}", "organisation")
        .annotate(many=Count("id")),
        f"case__{column}",
        "organisation",
        dispatched="many",
    )
    keep(
        _open_to(visible_by_time(viewer))
        .filter(closed_at__gte=since, closed_at__lte=now)
        .exclude(close_type__in=[*NO_RESULT, "forced"])  # special approval is counted apart
        .values(column, "lead")
        .annotate(many=Count("id"), early=Count("id", filter=Q(closed_at__lte=F("promised_at")))),
        column,
        "lead",
        closed="many",
        closed_in_time="early",
    )
    keep(
        cases.filter(is_open=True)
        .values(column, "lead")
        .annotate(many=Count("id"), late=Count("id", filter=Q(promised_at__lt=now))),
        column,
        "lead",
        open="many",
        late="late",
    )
    keep(
        Return.objects.filter(about(cases), asked_at__gte=since, asked_at__lte=now)
        .order_by()
        .values(f"case__{column}", "organisation")
        .annotate(many=Count("id")),
        f"case__{column}",
        "organisation",
        returned="many",
    )
    keep(
        Answer.objects.filter(answer="no", answered_at__gte=since, answered_at__lte=now)
        .filter(about(cases))
        .order_by()
        .values(f"case__{column}", "case__lead")
        .annotate(many=Count("id")),
        f"case__{column}",
        "case__lead",
        unsolved="many",
    )
    return found


def _accepting() -> list[str]:
    """The milestones within which a report has to be taken up, over all processes."""
    return sorted(
        {
            milestone.key
            for process in catalogue().processes.values()
            for milestone in process.milestones
            if isinstance(milestone.limit, LimitFrom)
            and milestone.limit.from_ == "settings.accept"
            and "submit" in milestone.starts
        }
    )


def _sources(viewer: Viewer, now: datetime) -> list[SourceLine]:
    rows = {
        row["submission__source"]: row
        for row in Report.objects.filter(
            case__in=_seen(viewer).filter(is_open=True), submission__outside_due_at__isnull=False
        )
        .order_by()
        .values("submission__source")
        .annotate(
            many=Count("case", distinct=True),
            late=Count("case", distinct=True, filter=Q(submission__outside_due_at__lt=now)),
            soonest=Min("submission__outside_due_at"),
        )
    }
    return [
        SourceLine(
            source.key,
            rows[source.key]["many"],
            rows[source.key]["late"],
            rows[source.key]["soonest"],
        )
        for source in catalogue().settings.sources
        if source.key in rows
    ]
