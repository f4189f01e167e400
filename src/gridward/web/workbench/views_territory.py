"""The territory at the desk: who answers for which area, the proof of cover, and changing areas.

Everybody at a desk sees their own ground; whoever may manage the territory sees and changes all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from uuid import UUID

import shapely
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gridward.access.rules import Viewer
from gridward.core.errors import NotFound, Problem
from gridward.directory import actions as directory
from gridward.directory import grounds
from gridward.journal.rules import ActorRef
from gridward.territory import actions, errors, files, rules
from gridward.territory import queries as territory
from gridward.territory.carriers import Standing
from gridward.territory.rules import AreaView, Change, Part
from gridward.web.ui import maps, plates
from gridward.web.ui.pages import Choice, Fact, FormField, Link, MapView
from gridward.web.ui.sessions import for_staff, staff_of
from gridward.web.ui.staff import name_of, shell_of
from gridward.web.workbench import catalogue_words as say
from gridward.web.workbench import pages_territory as pages
from gridward.web.workbench.sketches import short_name, sketch_inside, sketch_of

MANAGE = "territory.manage"
UNSAID = "other"  # the kind of an area of which nobody has said more
SEEN_M2 = 1.0  # a smaller difference comes from knitting the edges together
GAPS_SHOWN = 30
ANSWERS_SHOWN = 6
FAULTS_SHOWN = 200
UPLOAD_MOST = 20 * 1024 * 1024
PARTS = 3


def _seen_area(viewer: Viewer, area_id: int) -> AreaView:
    """An area of the viewer's ground, or any for whoever manages it. Raises NotFound."""
    area = territory.ground().areas.get(area_id)
    if area is None:
        raise NotFound()
    if viewer.may(MANAGE) or viewer.area_id is None or viewer.area_id in area.chain:
        return area
    raise NotFound()


def _address(area: AreaView) -> str:
    return reverse("workbench:area", args=[area.id])


# --- one area ---------------------------------------------------------------------------------


@for_staff("figures.see", "case.accept", MANAGE, "people.manage")
@require_GET
def areas(request: HttpRequest) -> HttpResponse:
    """One's own ground."""
    viewer = staff_of(request)
    tops = territory.children(None)
    if not tops:
        raise errors.NotDrawnYet
    mine = viewer.area_id if viewer.area_id is not None and not viewer.may(MANAGE) else None
    area = territory.area(mine) if mine is not None else tops[0]
    return HttpResponseRedirect(_address(area))


@for_staff("figures.see", "case.accept", MANAGE, "people.manage")
@require_GET
def area(request: HttpRequest, area_id: int) -> HttpResponse:
    """Who answers for an area and how to reach them, what lies in it, and what it was."""
    viewer = staff_of(request)
    here = _seen_area(viewer, area_id)
    found = grounds.who_answers(here.id)
    below = territory.children(here.id)
    edits = viewer.may("people.manage")
    answering = [*_offices(found), *_people(here, found, edits=edits)]
    # who can be rung at once stands first; the sort keeps the order of each half
    answering.sort(key=lambda one: not one.phone)
    page = pages.AreaPage(
        shell=shell_of(request, viewer, "areas", {}),
        title=_name(here),
        sub=territory.level_title(here.level),
        path=tuple(
            Link(_name(one), _address(one))
            for one in (territory.area(id_) for id_ in here.chain if id_ not in (None, here.id))
            if viewer.may(MANAGE) or viewer.area_id is None or viewer.area_id in one.chain
        ),
        facts=tuple(_facts(here)),
        first=tuple(answering[:ANSWERS_SHOWN]),
        rest=tuple(answering[ANSWERS_SHOWN:]),
        children=tuple(_lines(below)),
        children_title=territory.level_title(here.level + 1) if below else "",
        gaps=tuple(_gaps(here)) if here.closed_on is None else (),
        history=tuple(_history(here)),
        plates=tuple(_plate_links(here)),
        changes=tuple(_change_links(viewer, here)),
        map=_map(here) if here.closed_on is None else None,
        ended=here.closed_on is not None,
        synthetic=here.synthetic,
        check=reverse("workbench:areas-check"),
    )
    return render(request, "workbench/territory/area.html", {"page": page})


def _name(area: AreaView) -> str:
    return area.name_in(get_language() or "zh")


def _size(m2: float) -> str:
    return f"{m2 / 1e6:,.2f} km²" if m2 >= 1e5 else f"{m2:,.0f} m²"


def _kind(kind: str) -> str:
    titles = {
        "rural": _("Rural"),
        "urban_community": _("Urban community"),
        "park": _("Park"),
        "market": _("Market"),
        "water": _("Water"),
        "other": _("Other"),
    }
    return titles.get(kind, kind.replace("_", " "))


def _facts(here: AreaView) -> list[Fact]:
    facts = [
        *([Fact(_("Kind"), _kind(here.kind))] if here.kind != UNSAID else []),
        Fact(_("Size"), _size(here.area_m2)),
        Fact(_("Area code"), here.code),
        Fact(_("Boundaries"), _("Version %(n)d") % {"n": territory.boundary_version()}),
    ]
    if here.closed_on is not None:
        facts.append(Fact(_("Ended"), here.closed_on.isoformat()))
    return facts


def _people(here: AreaView, found: grounds.Answering, *, edits: bool) -> list[pages.Person]:
    return [
        pages.Person(
            one.name,
            one.role,
            name_of(one.organisation),
            one.phone,
            one.public_name,
            reverse("workbench:area-publish", args=[here.id, one.post_id]) if edits else "",
        )
        for one in found.people
    ]


def _offices(found: grounds.Answering) -> list[pages.Person]:
    offices = [pages.Person(name_of(one.organisation), "", "", one.phone) for one in found.offices]
    desk = found.desk
    if desk is not None and desk.organisation.id not in {o.organisation.id for o in found.offices}:
        phone = desk.phone or found.duty_phone
        offices.append(
            pages.Person(name_of(desk.organisation), _("Takes what happens here"), "", phone)
        )
    if found.duty_phone:
        offices.append(pages.Person(_("Duty desk"), "", "", found.duty_phone))
    return offices


def _lines(areas: Sequence[AreaView]) -> list[pages.AreaLine]:
    """Areas with who answers for them; two statements for any number."""
    contacts = grounds.answerers_of([area.id for area in areas])
    return [
        pages.AreaLine(
            _name(area),
            _address(area),
            _about(area),
            _size(area.area_m2),
            say.joined(contacts.get(area.id, ())),
        )
        for area in areas
    ]


def _about(area: AreaView) -> str:
    kind = "" if area.kind == UNSAID else _kind(area.kind)
    count = len(territory.children(area.id))
    inside = _("%(count)s inside") % {"count": count} if count else ""
    return " · ".join(part for part in (kind, inside) if part)


def _gaps(here: AreaView) -> list[pages.GapBlock]:
    found = []
    for gap in grounds.unanswered(within=here.id):
        if not gap.of or gap.level < here.level or (gap.level == here.level and not gap.areas):
            continue
        title = _("%(level)s: no %(role)s") % {
            "level": territory.level_title(gap.level),
            "role": grounds.role_title(gap.role).lower(),
        }
        shown = gap.areas[:GAPS_SHOWN]
        links = tuple(Link(territory.path_name(one.id), _address(one)) for one in shown)
        found.append(pages.GapBlock(title, links, len(gap.areas), gap.of))
    return found


def _history(here: AreaView) -> list[pages.PastLine]:
    said: dict[str, Callable[[territory.Past], str]] = {
        "opened": lambda p: _("Opened, code %(code)s") % {"code": p.text},
        "coded": lambda p: _("Code %(code)s") % {"code": p.text},
        "named": lambda p: _("Called %(name)s") % {"name": p.text},
        "placed": lambda p: _("Put under another area"),
        "redrawn": lambda p: _("Boundary drawn anew, version %(n)d") % {"n": p.version},
        "ended": lambda p: _("Ended; what took its place:"),
    }
    lines = []
    for past in territory.history(here.id):
        text = said[past.kind](past)
        if past.kind == "opened" and past.areas:
            text = _("Opened, code %(code)s, in the place of:") % {"code": past.text}
        links = tuple(Link(_name(one), _address(one)) for one in past.areas)
        lines.append(pages.PastLine(past.day, text, links))
    return list(reversed(lines))


def _plate_links(here: AreaView) -> list[Link]:
    if here.closed_on is not None:
        return []
    try:
        count = len(plates.plate_areas(here.id))
    except Problem:
        return []
    if count > plates.MOST:
        return []
    address = reverse("workbench:area-plates", args=[here.id])
    return [
        Link(
            _("%(size)s plates (%(count)d)") % {"size": size.upper(), "count": count},
            f"{address}?{urlencode({'size': size})}",
            "printer",
        )
        for size in plates.SIZES
    ]


def _change_links(viewer: Viewer, here: AreaView) -> list[Link]:
    if not viewer.may(MANAGE) or here.closed_on is not None:
        return []
    links = []
    if here.parent_id is not None:
        links.append(Link(_("Split"), reverse("workbench:area-split", args=[here.id])))
    below = territory.children(here.id)
    if len(below) > 1:
        links.append(Link(_("Merge areas inside"), reverse("workbench:area-merge", args=[here.id])))
        if not territory.children(below[0].id):
            links.append(
                Link(_("Redraw lines inside"), reverse("workbench:area-redraw", args=[here.id]))
            )
    return links


def _map(here: AreaView, *, points: str = "") -> MapView | None:
    bounds = maps.bounds_of([here.id])
    if bounds is None:
        return None
    picture = f"{reverse('ui:map-picture')}?{urlencode({'window': maps.window_of(bounds).key})}"
    return MapView(
        areas=reverse("workbench:area-shapes", args=[here.id]),
        bounds=bounds,
        picture=picture,
        points=points,
    )


@for_staff("figures.see", "case.accept", MANAGE, "people.manage")
@require_GET
def area_shapes(request: HttpRequest, area_id: int) -> HttpResponse:
    """Polygons of an area and of those right in it."""
    here = _seen_area(staff_of(request), area_id)
    ids = [here.id, *(area.id for area in territory.children(here.id))]
    shapes = territory.polygon_geojson(ids, language=get_language() or "zh")
    for feature in shapes["features"]:  # “3单元” is enough inside the grid whose name it repeats
        said = feature["properties"]
        said["name"] = said["name"].removeprefix(_name(here)).strip() or said["name"]
    return JsonResponse(shapes, headers={"Cache-Control": "private, max-age=60"})


@for_staff("figures.see", "case.accept", MANAGE, "people.manage")
@require_GET
def area_plates(request: HttpRequest, area_id: int) -> HttpResponse:
    """The QR plates of an area, or of every grid and unit in it, as one PDF."""
    here = _seen_area(staff_of(request), area_id)
    size = request.GET.get("size", "a4")
    if size not in plates.SIZES:
        raise NotFound()
    address = plates.portal_address(request.build_absolute_uri("/"))
    made = plates.plates_pdf(plates.plate_areas(here.id), size=size, address=address)
    name = f"plates-{here.code}-{size}.pdf"
    return HttpResponse(
        made,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@for_staff("people.manage")
@require_POST
def area_publish(request: HttpRequest, area_id: int, post_id: UUID) -> HttpResponse:
    """What everybody may know of a post on this area."""
    viewer = staff_of(request)
    here = _seen_area(viewer, area_id)
    if post_id not in {one.post_id for one in grounds.who_answers(here.id).people}:
        raise NotFound()
    try:
        directory.publish_post(
            post_id,
            name=request.POST.get("name", ""),
            phone=request.POST.get("phone", ""),
            actor=ActorRef("post", viewer.post_id),
        )
        messages.success(request, _("Published. It stands on the portal and on plates from now."))
    except Problem as problem:
        messages.error(request, problem.message)
    return HttpResponseRedirect(_address(here), status=303)


# --- the proof of cover -------------------------------------------------------------------------


def _proof() -> rules.Proof:
    return rules.prove(territory.survey(), versions=territory.survey_versions())


def _fault_title(kind: str) -> str:
    return str(errors.FAULT_KINDS[kind])


@for_staff("figures.see", MANAGE)
@require_GET
def coverage(request: HttpRequest) -> HttpResponse:
    """Whether the areas cover their ground, and every place where they do not."""
    viewer = staff_of(request)
    tops = territory.children(None)
    if not tops:
        raise errors.NotDrawnYet
    proof = _proof()
    counts = say.joined(
        _("%(level)s %(count)s") % {"count": count, "level": territory.level_title(level)}
        for level, count in sorted(proof.counts.items())
    )
    page = pages.CheckPage(
        shell=shell_of(request, viewer, "areas", {}),
        summary=_(
            "%(counts)s on %(km2)s km²; tolerance %(tolerance)s m², largest fault %(most)s m²"
        )
        % {
            "counts": counts,
            "km2": f"{proof.area_m2 / 1e6:.1f}",
            "tolerance": f"{proof.tolerance_m2:g}",
            "most": f"{proof.largest_m2:,.0f}"
            if proof.largest_m2 >= 1
            else f"{proof.largest_m2:.4f}",
        },
        holds=proof.holds,
        count=len(proof.faults),
        found=ngettext(
            "Not covered exactly once: %(n)d fault, on the map and in the table.",
            "Not covered exactly once: %(n)d faults, on the map and in the table.",
            len(proof.faults),
        )
        % {"n": len(proof.faults)},
        faults=tuple(
            pages.FaultLine(
                _fault_title(fault.kind),
                " / ".join(fault.areas),
                _size(fault.size_m2) if fault.size_m2 else "",
                f"{fault.lng}, {fault.lat}" if fault.lng is not None else "",
                say.joined(fault.neighbours[:6]),
                fault.detail,
            )
            for fault in proof.faults[:FAULTS_SHOWN]
        ),
        map=_map(tops[0], points=reverse("workbench:areas-check-points")),
        back=Link(_("Areas"), reverse("workbench:areas")),
    )
    return render(request, "workbench/territory/check.html", {"page": page})


@for_staff("figures.see", MANAGE)
@require_GET
def coverage_points(request: HttpRequest) -> HttpResponse:
    """The faults of the proof as points for the map."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [fault.lng, fault.lat]},
            "properties": {"light": "red", "kind": fault.kind},
        }
        for fault in _proof().faults
        if fault.lng is not None
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features})


# --- changing areas -----------------------------------------------------------------------------


@for_staff(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def area_split(request: HttpRequest, area_id: int) -> HttpResponse:
    """Split an area: the form, the preview, the change."""
    viewer = staff_of(request)
    here = _seen_area(viewer, area_id)
    below = territory.children(here.id)
    return _change(
        request,
        viewer,
        title=_("Split %(area)s") % {"area": _name(here)},
        intro=_("Each area inside goes whole to one part. The line follows them.")
        if below
        else _("Cut straight across, or upload a GeoJSON file with one polygon for each part."),
        back=here,
        fields=_split_fields(request, below),
        inside=_inside(here),
        sorted_=_sorting_fields(request, below),
        upload="" if below else _("GeoJSON file with the parts (only for “by the file”)"),
        planned=lambda data: territory.planned_split(here.id, _parts(data, here, below)),
        made=lambda data, stands, version: actions.split_area(
            here.id,
            _parts(data, here, below),
            grounds=stands,
            version=version,
            actor=ActorRef("post", viewer.post_id),
        ),
        after=here.parent_id or here.id,
    )


@for_staff(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def area_merge(request: HttpRequest, area_id: int) -> HttpResponse:
    """Merge areas that lie in this one."""
    viewer = staff_of(request)
    here = _seen_area(viewer, area_id)
    below = territory.children(here.id)
    fields = (
        FormField(
            "areas",
            "checks",
            _("Areas to merge"),
            required=True,
            choices=tuple(
                Choice(str(a.id), _short(a), chosen=str(a.id) in request.POST.getlist("areas"))
                for a in below
            ),
        ),
        FormField(
            "name",
            "text",
            _("Name of the new area"),
            required=True,
            most=200,
            value=request.POST.get("name", ""),
        ),
        FormField(
            "name_en", "text", _("English name"), most=200, value=request.POST.get("name_en", "")
        ),
    )

    def chosen(data: Mapping[str, list[str]]) -> list[int]:
        known = {a.id for a in below}
        return [int(v) for v in data.get("areas", []) if v.isdecimal() and int(v) in known]

    return _change(
        request,
        viewer,
        title=_("Merge areas in %(area)s") % {"area": _name(here)},
        intro=_("The areas end; one new area takes their place, with a new code."),
        back=here,
        fields=fields,
        inside=_inside(here),
        planned=lambda data: territory.planned_merge(
            chosen(data), name=_first(data, "name"), name_en=_first(data, "name_en")
        ),
        made=lambda data, stands, version: actions.merge_areas(
            chosen(data),
            name=_first(data, "name"),
            name_en=_first(data, "name_en"),
            version=version,
            actor=ActorRef("post", viewer.post_id),
        ),
        after=here.id,
    )


@for_staff(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def area_redraw(request: HttpRequest, area_id: int) -> HttpResponse:
    """Redraw the line between two of the smallest areas by drawing it, or several from a file."""
    viewer = staff_of(request)
    here = _seen_area(viewer, area_id)
    below = territory.children(here.id)

    def boundaries(data: Mapping[str, list[str]]) -> dict[int, shapely.Geometry]:
        if not _first(data, "shapes"):
            pair = [_first(data, name) for name in ("one", "other")]
            known = {str(area.id): area.id for area in below}
            if not all(name in known for name in pair):
                raise errors.CannotChange(why=errors.TWO_TO_REDRAW)
            one, other = (known[name] for name in pair)
            line = _points(_first(data, "line"))
            drawn = rules.parted(territory.ground(), one, other, line)
            return rules.redrawn_cells(territory.ground(), drawn)
        cells = {}
        for feature in _features(data):
            code = str(feature.properties.get("code") or "").strip()
            if feature.geometry is not None:
                cells[territory.area_of_code(code).id] = feature.geometry
        return rules.redrawn_cells(territory.ground(), cells)

    def made(
        data: Mapping[str, list[str]], stands: Mapping[str, list[int]], version: int
    ) -> Change | None:
        actor = ActorRef("post", viewer.post_id)
        actions.redraw(boundaries(data), version=version, actor=actor)
        return None

    return _change(
        request,
        viewer,
        title=_("Redraw lines in %(area)s") % {"area": _name(here)},
        intro=_("Say between which two areas, and draw the new line across both."),
        back=here,
        fields=(),
        upload=_(
            "GeoJSON file with the areas on both sides of each line, their code in the property "
            "“code”; together they must fill the ground they have now"
        ),
        line=_line_form(request, here, below),
        planned=lambda data: territory.planned_redraw(boundaries(data)),
        made=made,
        after=here.id,
    )


Data = Mapping[str, list[str]]
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
MOST_POINTS = 500


def _points(text: str) -> list[tuple[float, float]]:
    """Points written one on a line, longitude first. Raises CannotChange."""
    points = []
    for line in text.splitlines():
        found = [float(number) for number in NUMBER.findall(line)]
        if not found:
            continue
        if len(found) != 2:
            raise errors.CannotChange(why=errors.NO_POINT % {"line": line.strip()[:40]})
        points.append((found[0], found[1]))
    if not 2 <= len(points) <= MOST_POINTS:
        raise errors.CannotChange(why=errors.NO_LINE)
    return points


def _line_form(
    request: HttpRequest, here: AreaView, below: Sequence[AreaView]
) -> pages.LineForm | None:
    map_ = _map(here)
    if map_ is None:
        return None
    post = request.POST.get
    choices = tuple(Choice(str(area.id), _short(area)) for area in below)
    return pages.LineForm(
        map=map_,
        between=tuple(
            FormField(name, "select", title, value=post(name, ""), choices=choices, required=True)
            for name, title in (("one", _("Between")), ("other", _("and")))
        ),
        points=FormField(
            "line",
            "textarea",
            _("Points of the new line"),
            _("One on each line, longitude and latitude (WGS84). Drawing fills them in."),
            post("line", ""),
        ),
    )


def _change(
    request: HttpRequest,
    viewer: Viewer,
    *,
    title: str,
    intro: str,
    back: AreaView,
    fields: tuple[FormField, ...],
    planned: Callable[[Data], Change],
    made: Callable[[Data, Mapping[str, list[int]], int], Change | None],
    after: int,
    upload: str = "",
    line: pages.LineForm | None = None,
    inside: pages.Sketch | None = None,
    sorted_: tuple[FormField, ...] = (),
) -> HttpResponse:
    """The form of a change, its preview, and the change itself; a refusal shows the form again."""
    data = {key: [str(v) for v in request.POST.getlist(key)] for key in request.POST}
    page = pages.ChangePage(
        shell=shell_of(request, viewer, "areas", {}),
        title=title,
        intro=intro,
        action=request.path,
        back=Link(_name(back), _address(back)),
        fields=fields,
        upload=upload,
        line=line,
        inside=inside,
        sorted=sorted_,
        button=_("Look at what would change"),
    )
    if request.method != "POST":
        return render(request, "workbench/territory/change.html", {"page": page})
    status = 200
    try:
        data = _with_upload(request, data)
        if "make" in data:
            version = _first(data, "version")
            stands = {
                key[6:]: [int(v) for part in values for v in part.split(",") if v.isdecimal()]
                for key, values in data.items()
                if key.startswith("stand:")
            }
            made(data, stands, int(version) if version.isdecimal() else 0)
            messages.success(request, _("Done. The areas have changed, and what lies in them."))
            return HttpResponseRedirect(reverse("workbench:area", args=[after]), status=303)
        page = _previewed(page, planned(data), data)
    except Problem as problem:
        status = problem.status
        try:
            page = _previewed(page, planned(data), data, problem.message)
        except Problem:
            page = _with(page, problem=problem.message)
    return render(request, "workbench/territory/change.html", {"page": page}, status=status)


def _with(page: pages.ChangePage, **more: object) -> pages.ChangePage:
    from dataclasses import replace

    return replace(page, **more)  # type: ignore[arg-type]


def _previewed(
    page: pages.ChangePage, change: Change, data: Data, problem: str = ""
) -> pages.ChangePage:
    seen = territory.preview(change)
    kept = [
        (key, value)
        for key, values in data.items()
        if key not in ("csrfmiddlewaretoken", "look", "make", "version")
        and not key.startswith("stand:")
        for value in values
    ]
    return _with(
        page,
        problem=problem,
        seen=True,
        sketch=sketch_of(change, get_language() or "zh"),
        kept=tuple(kept),
        version=change.before.version,
        new=tuple(_new_areas(change)),
        ended=say.joined(_name(change.before.area(id_)) for id_ in change.ended),
        concerns=tuple(Fact(str(concern.title), f"{concern.count:,}") for concern in seen.concerns),
        stands=tuple(_stands(change, seen.standings, data)) if len(change.opened) > 1 else (),
        faults=tuple(
            f"{_fault_title(fault.kind)}: {' / '.join(fault.areas)} {fault.detail}".strip()
            for fault in seen.faults[:20]
        ),
        button=_("Look again"),
    )


def _new_areas(change: Change) -> Iterable[pages.NewArea]:
    """The areas that begin; of a redraw the smallest ones whose size differs, before and after."""
    for area in change.opened:
        inside = len(change.after.children(area.id))
        yield pages.NewArea(_name(area), area.code, _size(area.area_m2), inside)
    for id_ in change.redrawn if change.kind == "redrawn" else ():
        before, after = change.before.area(id_), change.after.area(id_)
        if change.after.children(id_) or abs(after.area_m2 - before.area_m2) < SEEN_M2:
            continue
        sizes = f"{_size(before.area_m2)} → {_size(after.area_m2)}"
        yield pages.NewArea(_name(after), after.code, sizes, 0)


def _stands(change: Change, standings: Sequence[Standing], data: Data) -> list[pages.Stand]:
    found = []
    for standing in standings:
        name = f"stand:{standing.key}"
        chosen = _first(data, name)
        choices = [
            Choice(str(n), _name(area), chosen=chosen == str(n))
            for n, area in enumerate(change.opened)
        ]
        if standing.several:
            every = ",".join(str(n) for n in range(len(change.opened)))
            choices.append(Choice(every, _("In all of them"), chosen=chosen == every))
        found.append(pages.Stand(name, standing.title, standing.hint, tuple(choices)))
    return found


def _first(data: Data, name: str) -> str:
    values = data.get(name) or [""]
    return values[0].strip()


def _with_upload(request: HttpRequest, data: dict[str, list[str]]) -> dict[str, list[str]]:
    given = request.FILES.get("file")
    if given is None:
        return data
    if (given.size or 0) > UPLOAD_MOST:
        raise errors.UnreadableMap(name=given.name, why=errors.TOO_LARGE)
    read = files.features_of_geojson(given.read(), str(given.name))
    shapes = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {
                    key: value
                    for key, value in feature.properties.items()
                    if isinstance(value, str | int | float)
                },
                "geometry": shapely.geometry.mapping(feature.geometry)
                if feature.geometry is not None
                else None,
            }
            for feature in read
        ],
    }
    return data | {"shapes": [json.dumps(shapes, ensure_ascii=False)]}


def _features(data: Data) -> list[rules.Feature]:
    text = _first(data, "shapes")
    if not text:
        raise errors.CannotChange(why=errors.NO_FILE)
    return files.features_of_geojson(text.encode(), "")


def _split_fields(request: HttpRequest, below: Sequence[AreaView]) -> tuple[FormField, ...]:
    post = request.POST
    fields = []
    if not below:
        fields.append(
            FormField(
                "cut",
                "select",
                _("How to cut"),
                required=True,
                value=post.get("cut", "west_east"),
                choices=(
                    Choice("west_east", _("Straight: west and east")),
                    Choice("north_south", _("Straight: north and south")),
                    Choice("file", _("By the file")),
                ),
            )
        )
        fields.append(
            FormField(
                "share",
                "number",
                _("Size of the first part, in percent (only when cut straight)"),
                value=post.get("share", "50"),
            )
        )
    for n in range(1, PARTS + 1):
        label = _("Name of part %(n)d") % {"n": n}
        fields.append(
            FormField(
                f"name{n}",
                "text",
                label,
                required=n <= 2,
                most=200,
                value=post.get(f"name{n}", ""),
            )
        )
    return tuple(fields)


def _sorting_fields(request: HttpRequest, below: Sequence[AreaView]) -> tuple[FormField, ...]:
    """To which part each area inside goes; called as the drawing calls them."""
    parts = tuple(Choice(str(n), _("Part %(n)d") % {"n": n}) for n in range(1, PARTS + 1))
    return tuple(
        FormField(
            f"in:{child.id}",
            "select",
            _("%(area)s goes to") % {"area": _short(child)},
            required=True,
            value=request.POST.get(f"in:{child.id}", "1"),
            choices=parts,
        )
        for child in below
    )


def _inside(here: AreaView) -> pages.Sketch | None:
    return sketch_inside(territory.ground(), here.id, get_language() or "zh")


def _short(area: AreaView) -> str:
    return short_name(territory.ground(), area, get_language() or "zh")


def _parts(data: Data, here: AreaView, below: Sequence[AreaView]) -> list[Part]:
    names = [_first(data, f"name{n}") for n in range(1, PARTS + 1)]
    if below:
        inside: dict[int, list[int]] = {}
        for child in below:
            part = _first(data, f"in:{child.id}")
            inside.setdefault(int(part) if part.isdecimal() else 1, []).append(child.id)
        count = PARTS if names[-1] or PARTS in inside else PARTS - 1
        for n in range(1, count + 1):
            if n not in inside:
                raise errors.CannotChange(why=errors.EMPTY_PART % {"part": names[n - 1] or n})
        return [Part(names[n - 1], inside=tuple(inside[n])) for n in range(1, count + 1)]
    how = _first(data, "cut")
    if how == "file":
        features = [f for f in _features(data) if f.geometry is not None]
        said = [
            names[n] if n < PARTS and names[n] else str(f.properties.get("name") or "")
            for n, f in enumerate(features)
        ]
        parts = [Part(name, ground=f.geometry) for name, f in zip(said, features, strict=True)]
        if len(parts) == 1:
            parts.append(Part(names[1]))
        return parts
    try:
        share = float(_first(data, "share") or 50) / 100
    except ValueError:
        share = 0.5
    ground = territory.ground().boundary(here.id)
    return [
        Part(names[0], ground=rules.straight_piece(ground, share, upright=how != "north_south")),
        Part(names[1]),
    ]
