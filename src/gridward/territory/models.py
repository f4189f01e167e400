"""Tables of the territory. An area's id never changes; code, name, place and boundary are dated.

Dates are days of the jurisdiction: valid from `valid_from` (included) to `valid_to` (excluded).
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class Level(models.Model):
    """One level of the scheme this territory stands in; 1 is the widest."""

    number = models.SmallIntegerField(primary_key=True)
    scheme = models.CharField(max_length=64)
    key = models.CharField(max_length=64, unique=True)
    title_zh = models.CharField(max_length=100)
    title_en = models.CharField(max_length=100)
    naming_zh = models.CharField(max_length=100, blank=True)
    naming_en = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=6), name="territory_level_1_to_6"
            ),
        ]


class Area(models.Model):
    """A piece of ground that somebody answers for, as it is now.

    id: given in reading order by the drawing action, never reused. a1 … a6: the areas it lies in
    by level, itself included; the same six columns stand on every operational row.
    """

    id = models.BigIntegerField(primary_key=True)
    level = models.SmallIntegerField()
    kind = models.CharField(max_length=32)
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    a1 = models.BigIntegerField(null=True)
    a2 = models.BigIntegerField(null=True)
    a3 = models.BigIntegerField(null=True)
    a4 = models.BigIntegerField(null=True)
    a5 = models.BigIntegerField(null=True)
    a6 = models.BigIntegerField(null=True)
    # generated ground, not a real administrative line; screens say so
    synthetic = models.BooleanField(default=False)
    area_m2 = models.FloatField()
    lng = models.FloatField()
    lat = models.FloatField()
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(level=1, parent=None) | Q(level__gt=1, parent__isnull=False),
                name="territory_area_parent_by_level",
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(closed_on__gte=F("opened_on")),
                name="territory_area_opened_before_closed",
            ),
            models.UniqueConstraint(
                fields=["level"],
                condition=Q(level=1, closed_on=None),
                name="territory_one_widest_area",
            ),
        ]


class AreaCode(models.Model):
    """The code an area carried for a while. A code is never given twice."""

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="codes")
    code = models.CharField(max_length=40, unique=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["area"], condition=Q(valid_to=None), name="territory_one_code_at_a_time"
            ),
        ]


class AreaName(models.Model):
    """The name an area carried for a while."""

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="names")
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["area"], condition=Q(valid_to=None), name="territory_one_name_at_a_time"
            ),
        ]


class AreaPlace(models.Model):
    """Under which parent an area stood for a while."""

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="places")
    parent = models.ForeignKey(Area, null=True, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["area"], condition=Q(valid_to=None), name="territory_one_place_at_a_time"
            ),
        ]


class BoundaryVersion(models.Model):
    """A numbered state of all boundaries; every location says which one it was found in."""

    number = models.IntegerField(primary_key=True)
    in_force_from = models.DateField()
    recorded_at = models.DateTimeField()
    # over ids, codes and WKB of what this version drew; stands in the journal too
    digest = models.CharField(max_length=64)


class Boundary(models.Model):
    """An area's polygon from one version on, until another version replaced it."""

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="boundaries")
    from_version = models.ForeignKey(
        BoundaryVersion, on_delete=models.PROTECT, related_name="begun"
    )
    to_version = models.ForeignKey(
        BoundaryVersion, null=True, on_delete=models.PROTECT, related_name="ended"
    )
    # WKB, WGS84 degrees
    wkb = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["area"],
                condition=Q(to_version=None),
                name="territory_one_boundary_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(to_version=None) | Q(to_version__gt=F("from_version")),
                name="territory_boundary_versions_rise",
            ),
        ]


class Succession(models.Model):
    """Which area took the place of which, from one boundary version on.

    share: which part of the ended area's ground the successor has, 0 to 1.
    """

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="successions")
    successor = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="predecessions")
    version = models.ForeignKey(BoundaryVersion, on_delete=models.PROTECT, related_name="+")
    share = models.FloatField()
    since = models.DateField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["area", "successor"], name="territory_succeeded_once"),
            models.CheckConstraint(
                condition=~Q(area=F("successor")), name="territory_not_own_successor"
            ),
            models.CheckConstraint(
                condition=Q(share__gte=0, share__lte=1), name="territory_share_0_to_1"
            ),
        ]


class CrossWalk(models.Model):
    """Where the ground of a cell of a former, single-purpose grid lies today.

    system: whose cells they were; code: the cell's code there; share: which part of that cell
    lies in the area, 0 to 1.
    """

    system = models.CharField(max_length=40)
    code = models.CharField(max_length=80)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    share = models.FloatField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["system", "code", "area"], name="territory_crosswalk_once"
            ),
            models.CheckConstraint(
                condition=Q(share__gt=0, share__lte=1), name="territory_crosswalk_share"
            ),
        ]
