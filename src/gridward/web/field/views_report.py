"""A grid worker reports: in three taps, in full, or for a resident."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from gridward.access.rules import Viewer
from gridward.cases import actions
from gridward.cases.queries.suggesting import usual_matters
from gridward.catalog.queries import catalogue
from gridward.core import ids
from gridward.core.errors import NotFound, Problem
from gridward.territory import queries as territory
from gridward.vault import queries as files
from gridward.web.field import pages, settling
from gridward.web.ui import reporting
from gridward.web.ui.media import file_answer
from gridward.web.ui.navigation import thumb_bar
from gridward.web.ui.pages import Choice, FormField
from gridward.web.ui.sessions import for_staff, staff_of
from gridward.web.ui.staff import shell_of

QUICK, FULL, BEHALF = "report", "report-full", "behalf"  # how, and the name of the route
USUAL = 6  # big buttons while nothing was reported yet


@for_staff("report.submit")
@require_http_methods(["GET", "HEAD", "POST"])
def quick(request: HttpRequest) -> HttpResponse:
    """A photo, what it is about, and off it goes; the place is known or my grid."""
    return _report(request, QUICK)


@for_staff("report.submit")
@require_http_methods(["GET", "HEAD", "POST"])
def full(request: HttpRequest) -> HttpResponse:
    """Everything that can be said of an event."""
    return _report(request, FULL)


@for_staff("report.on_behalf")
@require_http_methods(["GET", "HEAD", "POST"])
def behalf(request: HttpRequest) -> HttpResponse:
    """For a resident: they are the reporter, get the number and the code, and are told."""
    return _report(request, BEHALF)


def _report(request: HttpRequest, how: str) -> HttpResponse:
    viewer = staff_of(request)
    if request.method != "POST":
        return _form(request, viewer, _begun(viewer, how), how)
    asked = reporting.read(request)
    if asked.goes_on:
        return _form(request, viewer, asked, how)
    settled = None
    if how != BEHALF:
        asked = replace(asked, values={**asked.values, "phone": "", "name": ""})
        try:
            settled = settling.settled_of(request, viewer)
        except Problem as problem:
            asked = replace(asked, errors={**asked.errors, "settled": problem.message})
    channel = actions.Channel(
        key="field",
        source="field",
        reporter_kind="resident" if how == BEHALF else "worker",
        language=get_language() or "zh-hans",
        notice_version=reporting.notice_version(),
    )
    receipt, asked = reporting.send(asked, channel=channel, by=viewer, settled=settled)
    if receipt is None:
        return _form(request, viewer, asked, how, status=422)
    if how == BEHALF:
        said = _("Tell the reporter: number %(no)s, code %(code)s.")
        numbers = {"no": reporting.grouped(receipt.number), "code": receipt.code}
        messages.success(request, said % numbers)
    done_ = reverse("field:done", args=[receipt.number])
    return HttpResponseRedirect(f"{done_}?how={how}", status=303)


def _begun(viewer: Viewer, how: str) -> reporting.Asked:
    """A form that nobody has touched; in three taps it lies on the worker's own grid."""
    asked = reporting.blank()
    if how == QUICK and viewer.area_id is not None:
        asked = replace(asked, values={"area": str(viewer.area_id)})
    return asked


def _form(
    request: HttpRequest,
    viewer: Viewer,
    asked: reporting.Asked,
    how: str,
    *,
    status: int = 200,
) -> HttpResponse:
    problem = ""
    if asked.errors:
        problem = _("Something has to be mended below; nothing you wrote is lost.")
    shell = shell_of(request, viewer, "")
    form = reporting.form_of(
        asked, staged_photo="field:staged-photo", problem=problem, usual=usual_matters()
    )
    own: tuple[FormField, ...] = ()
    if how != BEHALF:
        said = asked.errors.get("settled", "")
        own = settling.fields(viewer, sent=request.POST, problem=said)
    settling_open = bool(request.POST.get(settling.CONDITION)) or "settled" in asked.errors
    if how == QUICK:
        usual, groups = _matters(asked.values.get("matter", ""))
        page: object = pages.QuickPage(
            shell=shell,
            nav=thumb_bar("report"),
            form=form,
            fresh=request.method != "POST",
            ground=territory.path_name(viewer.area_id) if viewer.area_id is not None else "",
            usual=usual,
            groups=groups,
            elsewhere=any(open_ for _title, _choices, open_ in groups),
            settling=own,
            settling_open=settling_open,
        )
        return render(request, "field/quick.html", {"page": page}, status=status)
    page = pages.ReportPage(
        shell=shell,
        nav=thumb_bar("report"),
        form=form,
        address=reverse(f"field:{how}"),
        draft=f"field.{how}",
        fresh=request.method != "POST",
        for_resident=how == BEHALF,
        notice=_notice() if how == BEHALF else (),
        settling=own,
        settling_open=settling_open,
    )
    return render(request, "field/report.html", {"page": page}, status=status)


Groups = tuple[tuple[str, tuple[Choice, ...], bool], ...]


def _matters(chosen: str) -> tuple[tuple[Choice, ...], Groups]:
    """The matters chosen most, as big buttons, and all others under their plain groups."""
    choices = reporting.matter_choices()
    known = {one.value: one for one in choices}
    often = [key for key in usual_matters() if key in known] or list(known)[:USUAL]
    groups: dict[str, list[Choice]] = {}
    for one in choices:
        if one.value not in often:
            groups.setdefault(one.group, []).append(replace(one, chosen=one.value == chosen))
    return (
        tuple(replace(known[key], chosen=key == chosen) for key in often),
        tuple((title, tuple(each), any(c.chosen for c in each)) for title, each in groups.items()),
    )


def _notice() -> tuple[tuple[str, str], ...]:
    """What the resident is to be told of what is kept, as the packs have it."""
    notice = catalogue().privacy_for("reporter")
    return tuple((str(one.title), str(one.text)) for one in notice.points) if notice else ()


@for_staff("report.submit")
@require_GET
def done(request: HttpRequest, receipt: str) -> HttpResponse:
    """The number of what was just reported."""
    if not ids.is_receipt(receipt):
        raise NotFound()
    viewer = staff_of(request)
    how = request.GET.get("how", "")
    page = pages.DonePage(
        shell_of(request, viewer, ""),
        ids.plain_receipt(receipt),
        nav=thumb_bar("report"),
        draft=f"field.{how if how in (QUICK, FULL, BEHALF) else QUICK}",
    )
    return render(request, "field/done.html", {"page": page})


@for_staff("report.submit")
@require_GET
def staged_photo(request: HttpRequest, client_id: str, photo_id: UUID) -> HttpResponse:
    """A photo of a form that is not submitted yet."""
    if photo_id not in {one.id for one in files.staged_files(f"form:{client_id}")}:
        raise NotFound()
    return file_answer(request, photo_id, thumb=True)
