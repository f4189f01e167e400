"""A report written at the desk: for a caller, or for a system that passed it on with its own number
and date; accepted and dispatched at once where the desk is sure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gridward.access.rules import Viewer
from gridward.cases import actions, queries
from gridward.cases.queries.entering import is_sent, known_outside, same_around
from gridward.cases.queries.suggesting import suggested_matters
from gridward.catalog.definitions import Sensitivity
from gridward.catalog.queries import catalogue
from gridward.core import clock as wall
from gridward.core import jurisdiction
from gridward.core.errors import NotFound, Problem
from gridward.vault import queries as files
from gridward.web.ui import reporting, words
from gridward.web.ui.media import file_answer
from gridward.web.ui.pages import Choice, FormField
from gridward.web.ui.sessions import for_staff, staff_of
from gridward.web.ui.staff import channel_title, shell_of
from gridward.web.workbench import pages
from gridward.web.workbench.lines import case_address

OWN_WAYS = ("phone", "desk")  # the desk itself was told; everything else is an outside source
NUMBER_MAX = 80
FAR = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where it came from. due_text: as typed; near: the case that it is the same as, or "new"."""

    way: str = "phone"
    number: str = ""
    due_text: str = ""
    due_at: datetime | None = None
    near: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def is_outside(self) -> bool:
        return self.way not in OWN_WAYS


@for_staff("report.on_behalf")
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """The form of the desk; sent, the resident is the reporter and is told."""
    viewer = staff_of(request)
    if request.method != "POST":
        return _form(request, viewer, reporting.blank(), Origin())
    asked, origin = reporting.read(request), _origin(request)
    if asked.goes_on:
        return _form(request, viewer, asked, replace(origin, errors={}))
    if origin.errors or asked.errors:
        return _form(request, viewer, asked, origin, status=422)
    if origin.number:
        known = known_outside(origin.way, origin.number)
        if known is not None and known.client_id != asked.client_id:
            return _known(request, viewer, asked, origin, known.case_id, known.case_number)
    near = _near(viewer, asked, origin)
    if near and not origin.near and not is_sent(asked.client_id):
        return _form(request, viewer, asked, origin, near=near, status=422)
    return _send(request, viewer, asked, origin)


def _send(
    request: HttpRequest, viewer: Viewer, asked: reporting.Asked, origin: Origin
) -> HttpResponse:
    channel = actions.Channel(
        key="desk" if origin.is_outside else origin.way,
        source=origin.way,
        source_id=origin.number,
        outside_due_at=origin.due_at,
        reporter_kind="resident",
        language=get_language() or "zh-hans",
        notice_version=reporting.notice_version(),
    )
    join = _uuid(origin.near)
    receipt, asked = reporting.send(asked, channel=channel, by=viewer, join=join)
    if receipt is None:
        return _form(request, viewer, asked, origin, status=422)
    said = _("Received. Tell the reporter: number %(no)s, code %(code)s.")
    messages.success(
        request,
        said % {"no": reporting.grouped(receipt.number), "code": receipt.code},
        extra_tags="desk-report",
    )
    if request.POST.get("send") == "dispatch" and not receipt.joined:
        _dispatch(request, viewer, receipt.cases[0])
    return HttpResponseRedirect(_page_of(viewer, receipt.cases[0]), status=303)


def _page_of(viewer: Viewer, case_id: UUID) -> str:
    """The case's page, or the list where it stands on somebody else's ground."""
    try:
        queries.case_for(viewer, case_id)
    except NotFound:
        return reverse("workbench:report")
    return case_address(case_id)


def _dispatch(request: HttpRequest, viewer: Viewer, case_id: UUID) -> None:
    """Accept and dispatch what was just written down, as the rules say; a refusal is told, and the
    report stands all the same."""
    try:
        case = queries.case_for(viewer, case_id)
        book = catalogue(case.edition)
        matter = book.matters.get(case.matter)
        case.condition = matter.default_condition if matter else ""
        suggestion = queries.suggested_lead(case, book)
        actions.accept_and_dispatch(
            case_id,
            by=viewer,
            version=case.version,
            condition=case.condition,
            lead=suggestion.organisation if suggestion else None,
            helpers=suggestion.helpers if suggestion else (),
        )
    except Problem as problem:
        said = _("It is registered, but not dispatched yet: %(why)s")
        messages.warning(request, said % {"why": problem.message})
    else:
        messages.success(request, _("Accepted and dispatched."))


# --- reading ------------------------------------------------------------------------------------


def _origin(request: HttpRequest) -> Origin:
    post = request.POST
    way = post.get("way", "phone")
    known = {*OWN_WAYS, *(source.key for source in catalogue().settings.sources)}
    way = way if way in known else "phone"
    number = " ".join(post.get("outside_number", "").split())
    due_text = post.get("outside_due", "").strip()
    said: dict[str, str] = {}
    due_at = None
    if way in OWN_WAYS:
        number, due_text = "", ""
    if len(number) > NUMBER_MAX:
        said["outside_number"] = _("At most %(n)d characters.") % {"n": NUMBER_MAX}
    if due_text:
        due_at = _moment(due_text)
        if due_at is None or abs(due_at - wall.now()) > FAR:
            said["outside_due"] = _(
                "Give day and time within a year, for example 2026-11-26 17:30."
            )
    near = post.get("near", "")
    return Origin(way, number, due_text, due_at, near, said)


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=jurisdiction.current().tz)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _near(viewer: Viewer, asked: reporting.Asked, origin: Origin) -> list[Choice]:
    """Open cases around the point that it may be the same as."""
    if asked.point is None or origin.near == "new":
        return []
    found = same_around(viewer, *asked.point, matter=asked.values.get("matter", ""))
    return [
        Choice(
            str(one.id),
            f"{one.title or _('Matter not chosen yet')} · {one.number}",
            hint=_("%(state)s, about %(n)d m away, since %(day)s")
            % {
                "state": one.state_title,
                "n": one.distance_m,
                "day": words.day_words(one.since),
            },
        )
        for one in found
    ]


# --- drawing ------------------------------------------------------------------------------------


def _known(
    request: HttpRequest,
    viewer: Viewer,
    asked: reporting.Asked,
    origin: Origin,
    case_id: UUID,
    number: str,
) -> HttpResponse:
    """The outside number stands already: say so, and where, as far as this post may see it."""
    try:
        queries.case_for(viewer, case_id)
        there = case_address(case_id)
        said = _("This number is registered already, as event %(no)s.") % {"no": number}
    except NotFound:
        there, said = "", _("This number is registered already, at another desk.")
    shown = replace(origin, errors={"outside_number": said})
    return _form(request, viewer, asked, shown, there=there, status=409)


def _form(
    request: HttpRequest,
    viewer: Viewer,
    asked: reporting.Asked,
    origin: Origin,
    *,
    near: list[Choice] | None = None,
    there: str = "",
    status: int = 200,
) -> HttpResponse:
    problem = ""
    if asked.errors or origin.errors:
        problem = _("Something has to be mended below; nothing you wrote is lost.")
    elif near:
        problem = _(
            "Something similar is in hand nearby. Is it the same? Say so below, then submit."
        )
    page = pages.ReportPage(
        shell=shell_of(request, viewer, "report"),
        form=reporting.form_of(asked, staged_photo="workbench:staged-photo", problem=problem),
        origin=tuple(_origin_fields(origin)),
        near=FormField(
            "near",
            "choices",
            _("Is it the same?"),
            required=True,
            choices=(*near, Choice("new", _("No, register it by itself"))),
            most=1,
        )
        if near
        else None,
        known=there,
        may_dispatch=viewer.may("case.dispatch"),
        suggested=tuple(_suggested(asked.values.get("words", ""))),
    )
    return render(request, "workbench/report.html", {"page": page}, status=status)


def _origin_fields(origin: Origin) -> list[FormField]:
    sources = catalogue().settings.sources
    ways = (
        Choice("phone", _("A caller")),
        Choice("desk", channel_title("desk")),
        *(Choice(source.key, str(source.title)) for source in sources),
    )
    outside = ("way", " ".join(source.key for source in sources))
    return [
        FormField("way", "select", _("How it came"), value=origin.way, required=True, choices=ways),
        FormField(
            "outside_number",
            "text",
            _("Number there"),
            _("A number that is here already is said at once."),
            value=origin.number,
            most=NUMBER_MAX,
            error=origin.errors.get("outside_number", ""),
            shown_if=outside,
        ),
        FormField(
            "outside_due",
            "moment",
            _("To be answered by"),
            value=origin.due_text,
            error=origin.errors.get("outside_due", ""),
            shown_if=outside,
        ),
    ]


# --- while typing -------------------------------------------------------------------------------


def _suggested(said: str) -> list[Choice]:
    """Matters that fit the words so far, best first; restricted ones are never guessed."""
    book = catalogue()
    found = (book.matter(key) for key in suggested_matters(book, said[:1000]))
    return [
        Choice(matter.key, str(matter.title))
        for matter in found
        if matter.sensitivity < Sensitivity.RESTRICTED
    ]


@for_staff("report.on_behalf")
@require_POST
def suggest(request: HttpRequest) -> HttpResponse:
    """The matters that fit the words so far, as a part of the form; nothing is kept."""
    found = _suggested(request.POST.get("words", ""))
    return render(request, "workbench/_suggested.html", {"suggested": found})


@for_staff("report.on_behalf")
@require_GET
def staged_photo(request: HttpRequest, client_id: str, photo_id: UUID) -> HttpResponse:
    """A photo of a form that is not submitted yet."""
    if photo_id not in {one.id for one in files.staged_files(f"form:{client_id}")}:
        raise NotFound()
    return file_answer(request, photo_id, thumb=True)
