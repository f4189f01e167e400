"""`gridward locate LNG LAT`: which area a point lies in, why, and by which boundaries."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from gridward.core import geodesy
from gridward.territory import errors, queries
from gridward.web.cli.base import ReportCommand


class Command(ReportCommand):
    help = "Say which area a point lies in, and why. Exit code 1 when it lies outside."

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("lng", type=float)
        parser.add_argument("lat", type=float)
        parser.add_argument(
            "--datum",
            choices=[str(datum) for datum in geodesy.Datum],
            default="wgs84",
            help="what the coordinate was measured in (default wgs84)",
        )

    def report(self, **options: Any) -> None:
        lng, lat, datum = options["lng"], options["lat"], options["datum"]
        if not geodesy.is_coordinate(lng, lat):
            raise errors.NotAPlace(lng=lng, lat=lat)
        if queries.boundary_version() == 0:
            raise errors.NotDrawnYet
        at_lng, at_lat = geodesy.to_wgs84(lng, lat, datum)
        found = queries.locate(at_lng, at_lat)
        areas = [queries.area(area_id) for area_id in found.chain if area_id is not None]
        why = str(queries.reason_text(found))
        data = {
            "lng": lng,
            "lat": lat,
            "datum": datum,
            "wgs84": {"lng": round(at_lng, 8), "lat": round(at_lat, 8)},
            "area_id": found.area_id,
            "chain": [
                {
                    "id": area.id,
                    "level": queries.scheme().level(area.level).key,
                    "code": area.code,
                    "name": area.name,
                    "name_en": area.name_en,
                    "kind": area.kind,
                    "synthetic": area.synthetic,
                }
                for area in areas
            ],
            "reason": found.reason,
            "rule": found.rule,
            "why": why,
            "distance_m": found.distance_m,
            "boundary_version": found.boundary_version,
        }
        lines = [
            f"{queries.level_title(area.level)}  {area.code}  {queries.chain_names([area.id])[0]}"
            for area in areas
        ]
        lines.append(why)
        if found.distance_m:
            lines.append(_("%(metres)s m away") % {"metres": found.distance_m})
        if areas and areas[-1].synthetic:
            lines.append(_("These boundaries were generated; they are not administrative lines."))
        lines.append(_("Boundaries version %(version)s") % {"version": found.boundary_version})
        self.finish(found.area_id is not None, data, "\n".join(lines))
