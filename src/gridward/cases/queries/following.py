"""What a change of boundaries concerns of the cases."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from gridward.cases.models import Case
from gridward.territory.carriers import Concern
from gridward.territory.rules import Change, lookups

Box = tuple[float, float, float, float]
Placed = list[tuple[UUID, float | None, float | None]]


def points_in(cases: QuerySet[Case], box: Box) -> Placed:
    """Id and point of those of the cases that lie within west, south, east, north."""
    west, south, east, north = box
    found = cases.filter(lng__gte=west, lng__lte=east, lat__gte=south, lat__lte=north)
    return list(found.order_by("id").values_list("id", "lng", "lat"))


def concerned_by(change: Change) -> list[Concern]:
    """How many open and closed cases would follow; a statement for every area that is cut."""
    if change.ended:
        inside = Q(pk__in=[])
        for column, ids in change.ended_by_column().items():
            inside |= Q(**{f"{column}__in": ids})
        counted = Case.objects.filter(inside).aggregate(
            open=Count("id", filter=Q(is_open=True)), closed=Count("id", filter=Q(is_open=False))
        )
        return [
            Concern(_("open events"), counted["open"]),
            Concern(_("closed events"), counted["closed"]),
        ]
    follow: list[UUID] = []
    for recut in change.recuts:
        cases = Case.objects.filter(**lookups(recut.where))
        for found in change.relocated(recut, points_in(cases, recut.box)).values():
            follow += [id_ for id_ in found if isinstance(id_, UUID)]
    still = 0
    for start in range(0, len(follow), 2000):
        still += Case.objects.filter(id__in=follow[start : start + 2000], is_open=True).count()
    return [
        Concern(_("open events"), still),
        Concern(_("closed events"), len(follow) - still),
    ]
