"""Tips of grid workers, at the desk that reads them: make a report of one, or let it rest."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from gridward.cases import actions
from gridward.cases.queries import tips
from gridward.cases.queries.tips import TipView
from gridward.core.errors import NotFound, Problem
from gridward.web.ui import maps, reporting
from gridward.web.ui.media import file_answer, picture_of
from gridward.web.ui.pages import Fact, FormField, Link, MapView, Row, Step
from gridward.web.ui.sessions import for_staff, staff_of
from gridward.web.ui.staff import shell_of
from gridward.web.ui.typed import typed_in
from gridward.web.ui.words import moment_words
from gridward.web.workbench import pages_tips as pages
from gridward.web.workbench.lines import case_address

WORDS_MAX = 2000
SHORT = 40


def title_of(tip: TipView) -> str:
    """The beginning of a tip's words; that there is a photo where nothing was said."""
    line = " ".join((tip.words or "").split())
    if not line:
        return _("A photo without words") if tip.photos else _("Erased")
    return line if len(line) <= SHORT else f"{line[: SHORT - 1]}…"


@for_staff("case.accept")
@require_GET
def tip_list(request: HttpRequest) -> HttpResponse:
    """What waits to be read at this desk, the oldest first."""
    viewer = staff_of(request)
    page = pages.TipsPage(
        shell=shell_of(request, viewer, "tips"),
        rows=tuple(
            Row(
                title=title_of(one),
                address=reverse("workbench:tip", args=[one.id]),
                sub=f"{one.place} · {one.noted_by} · {moment_words(one.noted_at)}",
            )
            for one in tips.tips_of_desk(viewer)
        ),
    )
    return render(request, "workbench/tips.html", {"page": page})


@for_staff("case.accept")
@require_http_methods(["GET", "HEAD", "POST"])
def tip(request: HttpRequest, tip_id: UUID) -> HttpResponse:
    """One tip, and the two things that can be done with it."""
    viewer = staff_of(request)
    one = tips.tip_for(viewer, tip_id)
    problem: Problem | None = None
    if request.method == "POST":
        words = request.POST.get("words", "")
        try:
            if request.POST.get("do") == "report":
                receipt = actions.report_tip(
                    one.id, by=viewer, words=words, matter=request.POST.get("matter", "")
                )
                messages.success(request, _("Registered. Accept and dispatch it as usual."))
                return HttpResponseRedirect(case_address(receipt.cases[0]), status=303)
            actions.read_tip(one.id, by=viewer, words=words)
            messages.success(request, _("Read. Whoever noted it sees that, and your answer."))
            return HttpResponseRedirect(reverse("workbench:tips"), status=303)
        except NotFound:
            raise
        except Problem as refused:
            problem = refused
            one = tips.tip_for(viewer, tip_id)
    page = pages.TipPage(
        shell=shell_of(request, viewer, "tips"),
        back=Link(_("Tips"), reverse("workbench:tips")),
        title=title_of(one),
        words=one.words or "",
        facts=(
            Fact(_("Place"), one.place),
            Fact(_("Noted by"), one.noted_by),
            Fact(_("When"), moment_words(one.noted_at)),
        ),
        photos=tuple(
            picture_of(reverse("workbench:tip-photo", args=[one.id, photo])) for photo in one.photos
        ),
        map=_map(one),
        steps=_steps(request, one, problem) if one.state == "noted" else (),
        problem=problem.message if problem and one.state != "noted" else "",
        typed=typed_in(request.POST) if problem and one.state != "noted" else (),
        case=case_address(one.case.id) if one.case else "",
        answer=one.answer or "",
    )
    status = problem.status if problem else 200
    return render(request, "workbench/tip.html", {"page": page}, status=status)


def _map(one: TipView) -> MapView | None:
    if one.lng is None or one.lat is None:
        return None
    point = f"{one.lng:.6f},{one.lat:.6f}"
    window = maps.Window(one.lng, one.lat, 0.008)
    picture = f"{reverse('ui:map-picture')}?{urlencode({'window': window.key, 'pin': point})}"
    areas = f"{reverse('ui:map-areas')}?{urlencode({'near': point})}"
    return maps.map_of(areas, picture, lng=one.lng, lat=one.lat)


def _steps(request: HttpRequest, one: TipView, problem: Problem | None) -> tuple[Step, ...]:
    sent = request.POST if problem is not None else {}
    did = sent.get("do", "")
    address = reverse("workbench:tip", args=[one.id])
    report = Step(
        key="report",
        title=_("Make a report of it"),
        address=address,
        version=1,
        fields=(
            FormField("do", "hidden", value="report"),
            FormField(
                "words",
                "textarea",
                _("What is wrong?"),
                value=sent.get("words", "") if did == "report" else one.words or "",
                required=not one.photos,
                most=WORDS_MAX,
            ),
            FormField(
                "matter",
                "select",
                _("What is it about?"),
                value=sent.get("matter", ""),
                choices=reporting.matter_choices(),
            ),
        ),
        hint=_("Photos and place go along. Whoever noted it is the reporter."),
        button=_("Make a report of it"),
        icon="message-report",
        tone="first",
        is_open=did in ("", "report"),
        error=problem.message if problem and did == "report" else "",
    )
    rest = Step(
        key="read",
        title=_("Read, nothing to do"),
        address=address,
        version=1,
        fields=(
            FormField("do", "hidden", value="read"),
            FormField(
                "words",
                "textarea",
                _("Answer to whoever noted it"),
                value=sent.get("words", "") if did == "read" else "",
                most=500,
            ),
        ),
        button=_("Read, nothing to do"),
        icon="check",
        is_open=did == "read",
        error=problem.message if problem and did == "read" else "",
    )
    return report, rest


@for_staff("case.accept")
@require_GET
def tip_photo(request: HttpRequest, tip_id: UUID, photo_id: UUID) -> HttpResponse:
    """A photo of a tip of this desk."""
    one = tips.tip_for(staff_of(request), tip_id)
    if photo_id not in one.photos:
        raise NotFound()
    return file_answer(request, photo_id, thumb="small" in request.GET)
