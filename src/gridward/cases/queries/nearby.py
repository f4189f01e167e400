"""What is in hand around a place: coarse and wordless for neighbours, as it is for the desk."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from gridward.access.rules import Viewer
from gridward.cases.models import Case
from gridward.cases.queries.reading import visible_cases
from gridward.cases.rules import process as process_rules
from gridward.cases.rules.joining import blurred, may_still_join, reach_of, rounded_up
from gridward.catalog.compiled import Catalogue
from gridward.catalog.definitions import Matter, Sensitivity
from gridward.catalog.queries import catalogue
from gridward.core import clock as wall
from gridward.core.geodesy import distance_m, metres_per_degree
from gridward.territory import queries as territory

MOST = 5
LOOKED_AT = 400  # open cases around one point; more than a crossing ever has


@dataclass(frozen=True)
class NearbyCase:
    """An open case as a neighbour may know of it: never words, photos, numbers or people.

    about_m: not farther than about so many metres; lng, lat: a point of a coarse grid, not its own;
    stage: as residents know it
    """

    id: UUID
    title: object
    place: str
    about_m: int
    lng: float
    lat: float
    since: datetime
    stage: str


@dataclass(frozen=True)
class Duplicate:
    """A case that may be the same, for the desk, and why it is offered.

    same_matter: both are about the same matter; else one of them has none yet
    """

    id: UUID
    number: str
    title: object
    state_title: object
    same_matter: bool
    distance_m: int
    since: datetime
    reports: int


def nearby(
    lng: float,
    lat: float,
    *,
    matter: str = "",
    among: Collection[str] = (),
    at: datetime | None = None,
    limit: int = MOST,
) -> list[NearbyCase]:
    """Open public-space cases around a point (WGS84) that a new report could join, nearest first.

    matter: only cases of this one; among: only of these, where any are named; never restricted
    ones; radius and window are each matter's own
    """
    moment = at or wall.now()
    book = catalogue()
    blur = book.settings.nearby_blur_m
    wanted = [
        m
        for m in book.matters.values()
        if m.public_space and matter in ("", m.key) and (not among or m.key in among)
    ]
    found = []
    for case, _metres in _around(lng, lat, wanted, book, moment):
        if not is_joinable(case):
            continue
        # told from the coarse point, so that asking from many sides finds no finer one
        shown_lng, shown_lat = blurred(case.lng or 0.0, case.lat or 0.0, blur)
        metres = distance_m(lng, lat, shown_lng, shown_lat)
        community = next((a for a in reversed(case.chain[:3]) if a is not None), None)
        found.append(
            NearbyCase(
                id=case.id,
                title=book.matter(case.matter).title,
                place=territory.path_name(community) if community is not None else "",
                about_m=rounded_up(metres, blur),
                lng=shown_lng,
                lat=shown_lat,
                since=case.opened_at,
                stage=_stage(case),
            )
        )
    return found[:limit]


def duplicates_of(
    case: Case, *, viewer: Viewer | None = None, at: datetime | None = None, limit: int = MOST
) -> list[Duplicate]:
    """Open cases that may be the same as this one, nearest first; one statement, none without a
    point. Never between restricted cases; viewer: only what they may see."""
    if case.lng is None or case.lat is None or case.sensitivity >= Sensitivity.RESTRICTED:
        return []
    book = catalogue()
    wanted: Iterable[Matter] = book.matters.values()
    if case.matter:
        wanted = [book.matters[case.matter]] if case.matter in book.matters else []
    rows = _around(
        case.lng, case.lat, list(wanted), book, at or wall.now(), viewer=viewer, unnamed=True
    )
    found = []
    for other, metres in rows:
        if other.id == case.id or other.sensitivity != case.sensitivity:
            continue
        process = catalogue(other.edition).process(other.process)
        title = book.matters[other.matter].title if other.matter in book.matters else ""
        found.append(
            Duplicate(
                id=other.id,
                number=other.number,
                title=title,
                state_title=process_rules.state_of(process, other.state).title,
                same_matter=bool(other.matter) and other.matter == case.matter,
                distance_m=round(metres),
                since=other.opened_at,
                reports=other.reports_count,
            )
        )
    return found[:limit]


def metres_to_join(case: Case, *, matter: str, lng: float, lat: float) -> int | None:
    """How far a case lies from a new report that wants to join it; None when it cannot: gone on
    too far, not in public space, another matter, too far away."""
    if case.lng is None or case.lat is None or not is_joinable(case):
        return None
    if matter and matter != case.matter:
        return None
    settings = catalogue().settings
    radius, _days = reach_of(catalogue().matters[case.matter], settings)
    metres = distance_m(lng, lat, case.lng, case.lat)
    # what was offered from its coarse point can be joined
    return round(metres) if metres <= radius + settings.nearby_blur_m else None


def is_joinable(case: Case) -> bool:
    """Whether a neighbour's report may be proposed to join: open, not yet being checked, about a
    public-space matter, not restricted."""
    matter = catalogue().matters.get(case.matter)
    if matter is None or not matter.public_space or case.sensitivity >= Sensitivity.RESTRICTED:
        return False
    return case.is_open and may_still_join(_stage(case))


def _stage(case: Case) -> str:
    process = catalogue(case.edition).process(case.process)
    return process_rules.state_of(process, case.state).stage


def _around(
    lng: float,
    lat: float,
    matters: list[Matter],
    book: Catalogue,
    now: datetime,
    *,
    viewer: Viewer | None = None,
    unnamed: bool = False,
) -> list[tuple[Case, float]]:
    """Open cases of these matters within each one's reach, with metres, nearest first."""
    reach = {m.key: reach_of(m, book.settings) for m in matters if not m.is_restricted}
    if unnamed:
        reach[""] = (book.settings.nearby_radius_m, book.settings.nearby_window_days)
    if not reach:
        return []
    widest = max(radius for radius, _days in reach.values())
    longest = max(days for _radius, days in reach.values())
    per_lng, per_lat = metres_per_degree(lat)
    across, along = widest / per_lng, widest / per_lat
    cases = Case.objects.all() if viewer is None else visible_cases(viewer)
    rows = cases.filter(
        Q(matter__in=list(reach)),
        is_open=True,
        sensitivity__lt=Sensitivity.RESTRICTED,
        lat__range=(lat - along, lat + along),
        lng__range=(lng - across, lng + across),
        opened_at__gte=now - timedelta(days=longest),
    ).order_by("-opened_at", "-id")[:LOOKED_AT]
    found = []
    for case in rows:
        radius, days = reach[case.matter]
        metres = distance_m(lng, lat, case.lng or 0.0, case.lat or 0.0)
        if metres <= radius and case.opened_at >= now - timedelta(days=days):
            found.append((case, metres))
    return sorted(found, key=lambda one: one[1])
