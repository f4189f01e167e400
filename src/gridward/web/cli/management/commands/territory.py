"""`gridward territory outline | draw | import | check | show | crosswalk | plates`."""

from __future__ import annotations

import csv
import io
import json
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import yaml
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from shapely.geometry.base import BaseGeometry

from gridward.core import geodesy
from gridward.core.errors import why_not
from gridward.journal.actions import ActorRef
from gridward.territory import actions, errors, files, queries, rules
from gridward.web.cli.base import ReportCommand
from gridward.web.ui import plates

ACTOR = ActorRef("system", "territory.draw")
IMPORTS = ActorRef("import", "territory.import")
PROPERTY_OPTIONS = (
    ("name", "name", "property with the name (default name)"),
    ("name-en", "", "property with the English name"),
    ("code", "", "property with the code (default: codes are given)"),
    ("parent", "", "property with the code one level up (default: where it lies)"),
    ("kind", "", "property with the kind (default: the parent's)"),
)
FAULT_TITLES = {
    "gap": gettext_lazy("gap"),
    "overlap": gettext_lazy("overlap"),
    "overhang": gettext_lazy("beyond its parent"),
    "sliver": gettext_lazy("sliver"),
    "orphan": gettext_lazy("orphan"),
    "duplicate": gettext_lazy("duplicate"),
    "no_boundary": gettext_lazy("no boundary"),
    "broken_boundary": gettext_lazy("broken boundary"),
    "wrong_chain": gettext_lazy("wrong chain"),
    "altered": gettext_lazy("altered"),
}


class Command(ReportCommand):
    help = "Outline, draw, check and show the territory."

    def add_options(self, parser: CommandParser) -> None:
        subs = self.subcommands(parser)

        outline = subs.add("outline", help="an outline around points, as GeoJSON")
        outline.add_argument("--points", required=True, metavar="FILE", help="CSV or zipped CSV")
        outline.add_argument("--lng-column", default="longitude")
        outline.add_argument("--lat-column", default="latitude")
        outline.add_argument("--out", required=True, metavar="FILE")
        outline.add_argument("--margin", type=float, default=250.0, help="metres (default 250)")
        outline.add_argument(
            "--hollow",
            type=float,
            default=0.25,
            help="0 follows every bay, 1 is the convex hull (default 0.25)",
        )

        draw = subs.add("draw", help="cut ground into cells")
        draw.add_argument(
            "--outline", metavar="FILE", help="GeoJSON polygon of the whole: begins a territory"
        )
        draw.add_argument("--parent", metavar="CODE", help="cut the area with this code")
        draw.add_argument("--all", action="store_true", help="cut every area above --level")
        draw.add_argument("--level", metavar="KEY", help="level to draw: number or key")
        draw.add_argument("--count", type=int, help="how many cells in all")
        draw.add_argument(
            "--plan", metavar="N,N,…", help="cells per level, widest first: 3,63,190,2590"
        )
        draw.add_argument("--method", choices=rules.METHODS, default="voronoi")
        draw.add_argument("--seed", type=int, default=1)
        draw.add_argument(
            "--towns", type=int, default=0, help="built-up centres with smaller cells (default 0)"
        )
        draw.add_argument(
            "--parks", type=int, default=0, help="grids that are parks (with --towns)"
        )
        draw.add_argument("--kind", help="kind of the new areas (default: their parent's)")
        draw.add_argument("--code", default="449901", help="code of the whole (default 449901)")
        draw.add_argument("--name", default="", help="name of the whole")
        draw.add_argument("--name-en", default="", help="its English name")
        draw.add_argument(
            "--names", metavar="FILE", help="YAML or JSON: level key → list of {zh, en}"
        )
        draw.add_argument(
            "--levels", metavar="KEY,KEY,…", help="level keys, where no pack names a scheme"
        )
        draw.add_argument(
            "--real", action="store_true", help="real lines: do not mark the areas as generated"
        )

        read = subs.add("import", help="areas of one level from a file; a dry run without --apply")
        read.add_argument("file", help="GeoJSON; SHP, GPKG, KML with gridward[import]")
        read.add_argument("--level", required=True, metavar="KEY", help="number or key")
        read.add_argument(
            "--datum",
            choices=[str(datum) for datum in geodesy.Datum],
            default="wgs84",
            help="in which the file's degrees stand (default wgs84)",
        )
        for name, default, what in PROPERTY_OPTIONS:
            read.add_argument(f"--{name}-property", default=default, metavar="NAME", help=what)
        read.add_argument("--tolerance", type=float, default=rules.TOLERANCE_M2, metavar="M2")
        read.add_argument(
            "--levels", metavar="KEY,KEY,…", help="level keys, where no pack names a scheme"
        )
        read.add_argument(
            "--synthetic", action="store_true", help="generated ground: screens say so"
        )
        read.add_argument("--apply", action="store_true", help="write; without it nothing is")

        walk = subs.add("crosswalk", help="where cells of a former grid lie today")
        walk.add_argument(
            "file", nargs="?", help="polygons of the former cells, or CSV: code,area,share"
        )
        walk.add_argument("--system", required=True, help="whose grid it was, e.g. police")
        walk.add_argument("--code-property", default="code", metavar="NAME")
        walk.add_argument("--level", metavar="KEY", help="areas to share out over (default grid)")
        walk.add_argument(
            "--datum", choices=[str(datum) for datum in geodesy.Datum], default="wgs84"
        )
        walk.add_argument("--look", metavar="CODE", help="where this former cell lies today")
        walk.add_argument("--apply", action="store_true", help="write; without it nothing is")

        check = subs.add(
            "check", help="prove that the areas cover their ground; exit code 1 if not"
        )
        check.add_argument("--tolerance", type=float, default=rules.TOLERANCE_M2, metavar="M2")
        check.add_argument("--thinnest", type=float, default=rules.THINNEST_M, metavar="M")

        plate = subs.add("plates", help="QR plates for grids and minimal units, as PDF")
        plate.add_argument("--area", required=True, metavar="CODE", help="one, or all within")
        plate.add_argument("--size", choices=sorted(plates.SIZES), default="a4")
        plate.add_argument("--address", default="", help="of the portal: https://grid.example")
        plate.add_argument("--out", required=True, metavar="FILE")

        show = subs.add("show", help="how many areas of which level, or one area")
        show.add_argument("code", nargs="?")
        listing = subs.add("list", "codes and names of areas, level by level")
        listing.add_argument("--level", metavar="KEY", help="of one level only: number or key")
        listing.add_argument("--area", metavar="CODE", help="what lies in this area only")
        listing.add_argument("--out", metavar="FILE.csv", type=Path, help="write a table instead")

    def report(self, **options: Any) -> None:
        sub = options.pop("sub")
        getattr(self, f"_{sub}")(options)

    # outline

    def _outline(self, options: Mapping[str, Any]) -> None:
        points = np.array(
            list(_points(options["points"], options["lng_column"], options["lat_column"]))
        ).reshape(-1, 2)
        outline = rules.outline_of_points(
            points, margin_m=options["margin"], hollow=options["hollow"]
        )
        feature = {
            "type": "Feature",
            "properties": {"datum": "wgs84", "synthetic": True},
            "geometry": shapely.geometry.mapping(outline),
        }
        Path(options["out"]).write_text(json.dumps(feature), encoding="utf-8")
        vertices = int(shapely.get_num_coordinates(outline)) - 1
        self.finish(
            data={"points": len(points), "vertices": vertices, "out": options["out"]},
            text=_("%(out)s: an outline of %(vertices)s corners around %(points)s points")
            % {"out": options["out"], "vertices": vertices, "points": len(points)},
        )

    # draw

    def _draw(self, options: Mapping[str, Any]) -> None:
        plan = [options["count"]] if options["count"] else []
        if options["plan"]:
            if plan:
                raise CommandError(_("Give --count or --plan, not both."), returncode=2)
            plan = _plan(options["plan"])
        if not plan:
            raise CommandError(_("Say how many cells: --count N or --plan N,N,…"), returncode=2)
        begun = time.perf_counter()
        under, grounds = self._grounds(options)
        drawing = rules.draw(
            grounds,
            plan,
            method=options["method"],
            seed=options["seed"],
            towns=options["towns"],
        )
        drawn = actions.draw_cells(
            drawing,
            actor=ACTOR,
            under=under,
            scheme=_scheme(options["levels"]),
            code=options["code"],
            name=(options["name"] or options["code"], options["name_en"] or options["name"]),
            names=_names(options["names"]),
            kinds=_kinds(drawing, options, bool(under)),
            synthetic=not options["real"],
        )
        by_level = {queries.area(ids[0]).level: len(ids) for ids in drawn.ids}
        counts = {queries.scheme().level(each).key: count for each, count in by_level.items()}
        seconds = round(time.perf_counter() - begun, 1)
        listed = ", ".join(
            f"{count} {queries.level_title(each)}" for each, count in by_level.items()
        )
        self.finish(
            data={"version": drawn.version, "areas": counts, "seconds": seconds},
            text=_("Boundaries version %(version)s: %(listed)s, in %(seconds)s s")
            % {"version": drawn.version, "listed": listed, "seconds": seconds},
        )

    def _grounds(self, options: Mapping[str, Any]) -> tuple[list[int], Sequence[BaseGeometry]]:
        chosen = [name for name in ("outline", "parent", "all") if options[name]]
        if len(chosen) != 1:
            raise CommandError(
                _("Say what to cut: --outline FILE, --parent CODE or --all."), returncode=2
            )
        if chosen == ["outline"]:
            return [], [_outline_of(options["outline"])]
        here = queries.ground()
        if chosen == ["parent"]:
            areas = [queries.area_of_code(options["parent"])]
        else:
            if not options["level"]:
                raise CommandError(_("--all needs --level: which level to draw."), returncode=2)
            above = queries.scheme().level(options["level"]).number - 1
            areas = [area for area in here.of_level(above) if not here.children(area.id)]
            if not areas:
                raise errors.CannotDraw(why=_("no area above that level is left to be cut"))
        level = areas[0].level + 1
        if options["level"] and queries.scheme().level(options["level"]).number != level:
            raise errors.CannotDraw(
                why=_("under %(code)s the next level is %(level)s")
                % {"code": areas[0].code, "level": queries.scheme().level(level).key}
            )
        return [area.id for area in areas], [here.boundary(area.id) for area in areas]

    # import

    def _import(self, options: Mapping[str, Any]) -> None:
        features = files.read_features(options["file"])
        named = {
            name.replace("-", "_"): options[f"{name.replace('-', '_')}_property"]
            for name, _default, _help in PROPERTY_OPTIONS
        }
        imported = actions.import_areas(
            features,
            level=options["level"],
            properties=rules.Properties(**named),
            datum=options["datum"],
            tolerance_m2=options["tolerance"],
            scheme=_scheme(options["levels"]),
            synthetic=options["synthetic"],
            actor=IMPORTS,
            dry_run=True,
        )
        found = imported.found
        drawn = None
        if options["apply"] and not found.faults:
            drawn = actions.import_areas(
                features,
                level=options["level"],
                properties=rules.Properties(**named),
                datum=options["datum"],
                tolerance_m2=options["tolerance"],
                scheme=_scheme(options["levels"]),
                synthetic=options["synthetic"],
                actor=IMPORTS,
            ).drawn
        said = (
            _(
                "%(features)s features, %(cells)s of them areas under %(parents)s parents; "
                "tolerance %(tolerance)s m², largest fault %(most)s m²"
            )
            if found.level > 1
            else _("%(features)s features, %(cells)s of them the widest area")
        )
        lines = [
            said
            % {
                "features": found.features,
                "cells": len(found.cells),
                "parents": len(found.under),
                "tolerance": f"{options['tolerance']:g}",
                "most": f"{found.largest_m2:.4f}",
            }
        ]
        lines += [_feature_line(fault) for fault in found.faults]
        if found.faults:
            lines.append(_("%(count)s faults; nothing was written.") % {"count": len(found.faults)})
        elif drawn is None:
            lines.append(_("No fault. Nothing was written: add --apply."))
        else:
            lines.append(
                _("Boundaries version %(version)s: %(count)s areas.")
                % {"version": drawn.version, "count": drawn.count}
            )
        data = {
            "ok": not found.faults,
            "applied": drawn is not None,
            "version": drawn.version if drawn else None,
            "features": found.features,
            "areas": len(found.cells),
            "largest_m2": round(found.largest_m2, 6),
            "tolerance_m2": options["tolerance"],
            "faults": [asdict(fault) for fault in found.faults],
        }
        self.finish(not found.faults, data, "\n".join(lines))

    # crosswalk

    def _crosswalk(self, options: Mapping[str, Any]) -> None:
        system = options["system"]
        if options["look"]:
            self._look(system, options["look"])
            return
        if not options["file"]:
            raise CommandError(_("Give a file, or --look CODE."), returncode=2)
        outside: list[str] = []
        if options["file"].lower().endswith(".csv"):
            shares = [_share(line) for line in files.crosswalk_lines(options["file"])]
        else:
            level = queries.scheme().level(options["level"] or "grid").number
            former = [
                (_former_code(feature, options["code_property"]), feature.geometry)
                for feature in (
                    rules.in_wgs84(each, options["datum"])
                    for each in files.read_features(options["file"])
                )
                if feature.geometry is not None
            ]
            shares, outside = rules.shares_of(former, queries.ground(), level)
        cells = len({share.code for share in shares})
        if options["apply"]:
            actions.record_crosswalk(system, shares, actor=IMPORTS)
        text = _("%(cells)s former cells in %(rows)s rows; %(outside)s lie outside.") % {
            "cells": cells,
            "rows": len(shares),
            "outside": len(outside),
        }
        if outside:
            text += "\n" + ", ".join(outside[:20])
        if not options["apply"]:
            text += "\n" + _("Nothing was written: add --apply.")
        self.finish(
            not outside,
            {
                "system": system,
                "applied": options["apply"],
                "cells": cells,
                "rows": len(shares),
                "outside": outside,
            },
            text,
        )

    def _look(self, system: str, code: str) -> None:
        found = queries.crosswalk(system, code)
        lines = [f"{share:.1%}  {area.code}  {queries.path_name(area.id)}" for area, share in found]
        self.finish(
            bool(found),
            {
                "system": system,
                "code": code,
                "areas": [
                    {"code": area.code, "name": area.name, "share": share} for area, share in found
                ],
            },
            "\n".join(lines) or _("Nothing is recorded for this former cell."),
        )

    # check

    def _check(self, options: Mapping[str, Any]) -> None:
        areas = queries.survey()
        if not areas:
            raise errors.NotDrawnYet
        proof = rules.prove(
            areas,
            versions=queries.survey_versions(),
            tolerance_m2=options["tolerance"],
            thinnest_m=options["thinnest"],
        )
        counts = ", ".join(
            f"{count} {queries.level_title(level)}" for level, count in sorted(proof.counts.items())
        )
        lines = [
            _("%(counts)s on %(km2)s km²; tolerance %(tolerance)s m², largest fault %(most)s m²")
            % {
                "counts": counts,
                "km2": f"{proof.area_m2 / 1e6:.1f}",
                "tolerance": f"{proof.tolerance_m2:g}",
                "most": f"{proof.largest_m2:.4f}",
            }
        ]
        lines += [_fault_line(fault) for fault in proof.faults]
        lines.append(
            _("Proved: every level covers the whole ground once.")
            if proof.holds
            else _("%(count)s faults. Redraw the areas named first in each line.")
            % {"count": len(proof.faults)}
        )
        self.finish(
            proof.holds,
            {**proof.as_data(), "boundary_version": queries.boundary_version()},
            "\n".join(lines),
        )

    # plates

    def _plates(self, options: Mapping[str, Any]) -> None:
        areas = plates.plate_areas(queries.area_of_code(options["area"]).id)
        address = (options["address"] or plates.portal_address()).rstrip("/")
        made = plates.plates_pdf(areas, size=options["size"], address=address)
        Path(options["out"]).write_bytes(made)
        self.finish(
            data={"plates": len(areas), "size": options["size"], "out": options["out"]},
            text=_("%(out)s: %(count)s plates") % {"out": options["out"], "count": len(areas)},
        )

    # list

    def _list(self, options: Mapping[str, Any]) -> None:
        here = queries.ground()
        wanted = queries.scheme().level(options["level"]).number if options["level"] else None
        within = queries.area_of_code(options["area"]).id if options["area"] else None
        rows = [
            {
                "code": area.code,
                "level": level.key,
                "name": area.name,
                "name_en": area.name_en,
                "parent": here.area(area.parent_id).code if area.parent_id else "",
            }
            for level in queries.scheme().levels
            if wanted in (None, level.number)
            for area in here.of_level(level.number)
            if within is None or within in area.chain
        ]
        if options["out"]:
            # the mark at the front makes spreadsheets read the names rightly
            with options["out"].open("w", encoding="utf-8-sig", newline="") as file:
                table = csv.DictWriter(file, ("code", "level", "name", "name_en", "parent"))
                table.writeheader()
                table.writerows(rows)
            text = _("%(count)s areas written to %(file)s") % {
                "count": len(rows),
                "file": options["out"],
            }
        else:
            text = "\n".join(f"{r['code']:<20} {r['level']:<14} {r['name']}" for r in rows)
        self.finish(bool(rows), {"areas": rows}, text or _("No area matches."))

    # show

    def _show(self, options: Mapping[str, Any]) -> None:
        here = queries.ground()
        if options["code"]:
            area = queries.find_code(options["code"])
            if area is None:
                raise errors.NoSuchArea(area=options["code"])
            data = {
                "id": area.id,
                "code": area.code,
                "name": area.name,
                "name_en": area.name_en,
                "level": queries.scheme().level(area.level).key,
                "kind": area.kind,
                "chain": [x for x in area.chain if x],
                "path": queries.path_name(area.id),
                "km2": round(area.area_m2 / 1e6, 4),
                "synthetic": area.synthetic,
                "children": len(here.children(area.id)),
            }
            self.finish(data=data)
            return
        levels = {level.key: len(here.of_level(level.number)) for level in queries.scheme().levels}
        self.finish(data={"boundary_version": here.version, "areas": levels})


def _fault_line(fault: rules.Fault) -> str:
    parts = [f"{FAULT_TITLES[fault.kind]}: {' / '.join(fault.areas)}"]
    if fault.lng is not None:
        parts.append(f"{fault.lng}, {fault.lat}")
    if fault.size_m2:
        parts.append(f"{fault.size_m2:.1f} m²")
    if fault.detail:
        parts.append(fault.detail)
    if fault.neighbours:
        shown = ", ".join(fault.neighbours[:6])
        more = f" … (+{len(fault.neighbours) - 6})" if len(fault.neighbours) > 6 else ""
        parts.append(_("beside: %(areas)s") % {"areas": shown + more})
    return "  ".join(parts)


def _feature_line(fault: rules.FeatureFault) -> str:
    head = (
        _("Feature %(number)s") % {"number": fault.feature}
        if fault.feature
        else _("The whole file")
    )
    parts = [f"{head}{' ' + fault.name if fault.name else ''}: {fault.text}"]
    if fault.lng is not None:
        parts.append(f"{fault.lng}, {fault.lat}")
    return "  ".join(parts)


def _share(line: tuple[int, str, str, str]) -> rules.Share:
    number, code, area, share = line
    found = queries.find_code(area)
    if found is None:
        raise errors.BadShare(line=number, why=errors.NO_AREA_OF_CODE % {"code": area or "–"})
    try:
        return rules.Share(code, found.id, float(share))
    except ValueError:
        raise errors.BadShare(line=number, why=errors.SHARE_RANGE) from None


def _former_code(feature: rules.Feature, name: str) -> str:
    code = str(feature.properties.get(name) or "").strip()
    if not code:
        raise errors.BadShare(line=feature.number, why=errors.NO_FORMER_CODE)
    return code


def _outline_of(path: str) -> BaseGeometry:
    try:
        return rules.outline_of_geojson(json.loads(Path(path).read_text(encoding="utf-8")))
    except OSError as error:
        raise errors.BadOutline(why=f"{path}: {why_not(error)}") from None
    except ValueError:
        raise errors.BadOutline(why=f"{path}: {errors.NOT_JSON}") from None


def _points(path: str, lng_column: str, lat_column: str) -> Iterator[tuple[float, float]]:
    """Longitude and latitude of every row that has both; CSV, or the first CSV of a zip."""
    try:
        with _text(path) as text:
            rows = csv.DictReader(text)
            missing = {lng_column, lat_column} - set(rows.fieldnames or ())
            if missing:
                why = errors.NO_COLUMN % {"columns": ", ".join(sorted(missing))}
                raise errors.BadOutline(why=f"{path}: {why}")
            for row in rows:
                try:
                    yield float(row[lng_column]), float(row[lat_column])
                except (TypeError, ValueError):
                    continue
    except OSError as error:
        raise errors.BadOutline(why=f"{path}: {why_not(error)}") from None


def _text(path: str) -> io.TextIOWrapper:
    if not zipfile.is_zipfile(path):
        return Path(path).open(encoding="utf-8-sig", newline="")
    packed = zipfile.ZipFile(path)
    inside = [name for name in packed.namelist() if name.lower().endswith(".csv")]
    if not inside:
        raise errors.BadOutline(why=_("%(path)s holds no CSV") % {"path": path})
    return io.TextIOWrapper(packed.open(inside[0]), encoding="utf-8-sig", newline="")


def _plan(text: str) -> list[int]:
    try:
        return [int(part) for part in text.replace(" ", "").split(",")]
    except ValueError:
        raise CommandError(
            _("--plan takes numbers with commas between: 3,63,190,2590"), returncode=2
        ) from None


def _scheme(keys: str | None) -> rules.LevelScheme | None:
    return rules.plain_scheme([key.strip() for key in keys.split(",")]) if keys else None


def _names(path: str | None) -> dict[str, list[tuple[str, str]]]:
    if not path:
        return {}
    try:
        data = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        return {
            str(level): [(str(name["zh"]), str(name.get("en", ""))) for name in listed]
            for level, listed in data.items()
        }
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError):
        raise CommandError(
            _("%(path)s is not a list of names: level key → [{zh: …, en: …}]") % {"path": path},
            returncode=2,
        ) from None


def _kinds(
    drawing: rules.Drawing, options: Mapping[str, Any], cutting_further: bool
) -> list[tuple[str, ...]] | None:
    if options["kind"]:
        kind = rules.checked_kind(options["kind"])
        return [(kind,) * len(layer.cells) for layer in drawing.layers]
    if options["towns"] and not cutting_further:
        return list(rules.kinds_by_density(drawing, parks=options["parks"]))
    return None
