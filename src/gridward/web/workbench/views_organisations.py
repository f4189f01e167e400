"""Organisations: the ground they answer for, their office number, open or closed for work."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gridward.access.rules import Viewer
from gridward.catalog.queries import catalogue
from gridward.core.errors import BadInput, NotFound, Problem
from gridward.directory import actions as directory
from gridward.directory import grounds, queries, rules
from gridward.directory.errors import FAULTS
from gridward.directory.rules import Holder, Organisation
from gridward.territory import queries as territory
from gridward.web.ui.pages import Badge, Choice, Fact, FormField, Link, Step
from gridward.web.ui.sessions import for_staff, staff_of
from gridward.web.ui.staff import name_of, shell_of
from gridward.web.workbench import pages_people as pages
from gridward.web.workbench.given import actor, area_named, role_title

STAFF_SHOWN = 60


@for_staff("people.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def organisations(request: HttpRequest) -> HttpResponse:
    """All organisations on the ground they answer for; a new one below."""
    viewer = staff_of(request)
    problem: Problem | None = None
    if request.method == "POST":
        try:
            _new_organisation(request, viewer)
        except Problem as refused:
            problem = refused
        else:
            messages.success(request, _("The organisation is added."))
            return HttpResponseRedirect(reverse("workbench:organisations"), status=303)
    page = pages.OrganisationsPage(
        shell=shell_of(request, viewer, "organisations", {}),
        branches=tuple(_branches()),
        new=_organisation_step(request, problem),
    )
    status = problem.status if problem else 200
    return render(request, "workbench/people/organisations.html", {"page": page}, status=status)


def kind_title(kind: str) -> str:
    """What kind of organisation, in words."""
    titles = {
        "district_desk": _("District desk"),
        "street_desk": _("Street desk"),
        "community_station": _("Community station"),
        "department": _("Department"),
        "team": _("Team"),
        "other": _("Other"),
    }
    return titles.get(kind, kind)


def _branches() -> list[pages.Branch]:
    by_area: dict[int | None, list[Organisation]] = {}
    for one in queries.organisations(active_only=False):
        by_area.setdefault(one.area_id, []).append(one)
    people_there = queries.staff_counts()
    phones = grounds.public_phones(one.id for each in by_area.values() for one in each)
    areas = {area for area in by_area if area is not None}
    needed = {up for area in areas for up in territory.chain(area) if up is not None}
    language = get_language() or "zh"

    def branch(area_id: int) -> pages.Branch:
        below = [one.id for one in territory.children(area_id) if one.id in needed]
        return pages.Branch(
            territory.area(area_id).name_in(language),
            tuple(_organisation_row(o, people_there, phones) for o in by_area.get(area_id, ())),
            tuple(branch(one) for one in below),
        )

    found = [branch(one.id) for one in territory.children(None) if one.id in needed]
    if None in by_area:
        rest = tuple(_organisation_row(o, people_there, phones) for o in by_area[None])
        found.append(pages.Branch(_("Without ground of their own"), rest))
    return found


def _organisation_row(
    one: Organisation, people_there: dict[uuid.UUID, int], phones: dict[uuid.UUID, str]
) -> pages.OrganisationRow:
    return pages.OrganisationRow(
        title=name_of(one),
        kind=kind_title(one.kind),
        people=people_there.get(one.id, 0),
        address=reverse("workbench:organisation", args=[one.id]),
        active=one.active,
        phone=phones.get(one.id, ""),
    )


def _organisation_step(request: HttpRequest, problem: Problem | None) -> Step:
    given = request.POST.get
    return Step(
        key="organisation",
        title=_("Add an organisation"),
        address=reverse("workbench:organisations"),
        version=0,
        icon="plus",
        error=problem.message if problem else "",
        is_open=problem is not None,
        fields=(
            FormField(
                "title_zh", "text", _("Name in Chinese"), "", given("title_zh", ""), True, most=120
            ),
            FormField(
                "title_en", "text", _("Name in English"), "", given("title_en", ""), True, most=160
            ),
            FormField(
                "kind",
                "select",
                _("Kind"),
                value=given("kind", ""),
                required=True,
                choices=tuple(Choice(k, kind_title(k)) for k in rules.ORGANISATION_KINDS),
            ),
            FormField(
                "key",
                "text",
                _("Key"),
                _("A short name for files and packs, such as street-3; it is never reused."),
                given("key", ""),
                True,
                most=80,
            ),
            FormField(
                "type_code",
                "text",
                _("Type"),
                _("Departments only: the code by which the responsibility rules find it."),
                given("type_code", ""),
                most=16,
            ),
            FormField(
                "area",
                "text",
                _("Area"),
                _("Code or name of the ground it answers for."),
                given("area", ""),
                most=80,
            ),
        ),
        button=_("Add"),
    )


def _new_organisation(request: HttpRequest, viewer: Viewer) -> None:
    given = {key: value.strip() for key, value in request.POST.items() if isinstance(value, str)}
    wrong = {}
    for name, most, label in (
        ("title_zh", 120, _("Name in Chinese")),
        ("title_en", 160, _("Name in English")),
        ("key", 80, _("Key")),
    ):
        if not 0 < len(given.get(name, "")) <= most:
            wrong[label] = str(FAULTS["missing" if not given.get(name) else "too_long"])
    if given.get("kind") == "department" and not given.get("type_code"):
        wrong[_("Type")] = str(FAULTS["missing"])
    if len(given.get("type_code", "")) > 16:
        wrong[_("Type")] = str(FAULTS["too_long"])
    if wrong:
        raise BadInput(wrong)
    directory.create_organisation(
        key=given["key"],
        kind=given.get("kind", ""),
        title_zh=given["title_zh"],
        title_en=given["title_en"],
        type_code=given.get("type_code", ""),
        area_id=area_named(given.get("area", "")),
        order=max((o.order for o in queries.organisations(active_only=False)), default=0) + 1,
        actor=actor(viewer),
    )


@for_staff("people.manage")
@require_GET
def organisation(request: HttpRequest, organisation_id: uuid.UUID) -> HttpResponse:
    """Who works in an organisation, on which ground, and the number that it publishes."""
    return _organisation_page(request, organisation_id)


@for_staff("people.manage")
@require_POST
def organisation_phone(request: HttpRequest, organisation_id: uuid.UUID) -> HttpResponse:
    """The number that everybody may know of an organisation; empty takes it back."""
    typed = request.POST.get("phone", "").strip()
    try:
        directory.publish_phones({organisation_id: typed}, actor=actor(staff_of(request)))
    except NotFound:
        raise
    except Problem as problem:
        return _organisation_page(request, organisation_id, typed=typed, problem=problem)
    said = (
        _("Published. It stands on the portal and on plates from now.")
        if typed
        else _("No number is published any more.")
    )
    messages.success(request, said)
    return _to_organisation(organisation_id)


def _to_organisation(organisation_id: uuid.UUID) -> HttpResponse:
    address = reverse("workbench:organisation", args=[organisation_id])
    return HttpResponseRedirect(address, status=303)


def _organisation_page(
    request: HttpRequest,
    organisation_id: uuid.UUID,
    *,
    typed: str | None = None,
    problem: Problem | None = None,
) -> HttpResponse:
    viewer = staff_of(request)
    one = queries.organisation(organisation_id)
    staff = queries.staff_of(one.id)
    phone = grounds.public_phones([one.id]).get(one.id, "")
    ground = territory.area(one.area_id) if one.area_id is not None else None
    facts = [
        Fact(_("Published number"), phone or _("none")),
        Fact(_("Answers for"), territory.path_name(ground.id) if ground else _("no ground")),
        Fact(_("Key"), one.key),
    ]
    if one.type_code:
        found = catalogue().departments.get(one.type_code)
        facts.insert(1, Fact(_("Type"), str(found.title) if found else one.type_code))
    page = pages.OrganisationPage(
        shell=shell_of(request, viewer, "organisations", {}),
        title=name_of(one),
        sub=kind_title(one.kind),
        badge=None if one.active else Badge(_("closed"), ""),
        facts=tuple(facts),
        posts=tuple(_staff_line(held) for held in staff[:STAFF_SHOWN]),
        people=len({held.person_id for held in staff}),
        all_people=f"{reverse('workbench:people')}?{urlencode({'organisation': str(one.id)})}",
        steps=tuple(_organisation_steps(one, phone if typed is None else typed, problem)),
        back=Link(_("Organisations"), reverse("workbench:organisations")),
        ground=Link(_("To the area"), reverse("workbench:area", args=[ground.id]))
        if ground
        else None,
    )
    status = problem.status if problem else 200
    return render(request, "workbench/people/organisation.html", {"page": page}, status=status)


def _staff_line(held: Holder) -> pages.StaffLine:
    return pages.StaffLine(
        title=held.name,
        sub=f"{role_title(held.role)} · {held.staff_number}",
        address=reverse("workbench:person", args=[held.person_id]),
    )


def _organisation_steps(one: Organisation, phone: str, problem: Problem | None) -> Iterable[Step]:
    yield Step(
        key="phone",
        title=_("Publish the office number"),
        address=reverse("workbench:organisation-phone", args=[one.id]),
        version=0,
        hint=_("It stands on the portal, on plates and where somebody asks who answers."),
        icon="phone",
        tone="first",
        is_open=True,
        error=problem.message if problem else "",
        button=_("Publish"),
        fields=(
            FormField(
                "phone",
                "text",
                _("Office number"),
                _("A number of the office, never a private one. Empty takes it back."),
                phone,
                most=30,
            ),
        ),
    )
    active = FormField("active", "hidden", value="0" if one.active else "1")
    yield Step(
        key="active",
        title=_("Close it for new work") if one.active else _("Open it again"),
        address=reverse("workbench:organisation-active", args=[one.id]),
        version=0,
        hint=_("Its open work and its people stay; nothing new is dispatched to it.")
        if one.active
        else _("From now on it can be dispatched to again."),
        icon="x" if one.active else "check",
        tone="warn" if one.active else "",
        fields=(active,),
    )


@for_staff("people.manage")
@require_POST
def organisation_active(request: HttpRequest, organisation_id: uuid.UUID) -> HttpResponse:
    """Takes an organisation out of dispatch, or back in; asked twice it stays as it is."""
    active = request.POST.get("active") == "1"
    directory.set_organisation_active(
        organisation_id, active=active, actor=actor(staff_of(request))
    )
    said = _("It is open for work again.") if active else _("Nothing new is given to it any more.")
    messages.success(request, said)
    return _to_organisation(organisation_id)
