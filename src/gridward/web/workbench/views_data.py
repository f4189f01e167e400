"""What reporters ask about their data, at the desk that decides: copy, correction, erasure."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gridward.cases import actions, queries
from gridward.cases.queries.data_requests import AskedView
from gridward.catalog.queries import catalogue
from gridward.core import clock
from gridward.core.errors import NotFound, Problem
from gridward.web.ui.copies import zip_of
from gridward.web.ui.pages import Badge, Choice, Fact, FormField, Link, Row, Step
from gridward.web.ui.sessions import for_staff, staff_of
from gridward.web.ui.staff import shell_of
from gridward.web.ui.typed import typed_in
from gridward.web.ui.words import clock_pill, day_words, receipt_words
from gridward.web.workbench import pages_privacy as pages

DESK = ("case.accept", "case.callback")


def _kind(key: str) -> str:
    return {
        "copy": _("A copy of what is kept"),
        "correct": _("A correction"),
        "erase": _("Erasure"),
    }[key]


def _field(key: str) -> str:
    return {"phone": _("Telephone"), "name": _("Name"), "words": _("Words or place")}.get(key, "")


@for_staff(*DESK)
@require_GET
def data_requests(request: HttpRequest) -> HttpResponse:
    """What waits for this desk, the most pressing first."""
    viewer = staff_of(request)
    found = queries.requests_of_desk(viewer, clock.now())
    page = pages.DataPage(
        shell=shell_of(request, viewer, "data"),
        rows=tuple(
            Row(
                title=" · ".join(part for part in (_kind(one.kind), _field(one.field)) if part),
                address=reverse("workbench:data-request", args=[one.id]),
                sub=f"{receipt_words(one.receipt)} · {day_words(one.filed_at)}",
                clock=clock_pill(due=one.due_at),
                badge=Badge(_("Copy to hand out"), "blue") if one.state == "granted" else None,
            )
            for one in found
        ),
        days=catalogue().settings.data_request_days,
        staff_notice=_staff_notice(),
    )
    return render(request, "workbench/data.html", {"page": page})


def _staff_notice() -> tuple[tuple[str, str], ...]:
    notice = catalogue().privacy_for("staff")
    return tuple((str(one.title), str(one.text)) for one in notice.points) if notice else ()


@for_staff(*DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def data_request(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """One request: what is asked, and the two ways to answer it."""
    viewer = staff_of(request)
    one = queries.request_for(viewer, request_id, clock.now())
    problem: Problem | None = None
    if request.method == "POST":
        version = request.POST.get("version", "")
        number = int(version) if version.isdecimal() else 0
        words = request.POST.get("words", "")
        try:
            if request.POST.get("decision") == "grant":
                actions.grant_request(
                    one.id,
                    by=viewer,
                    identity=request.POST.get("identity", ""),
                    words=words,
                    version=number,
                )
            else:
                actions.refuse_request(
                    one.id,
                    by=viewer,
                    reason=request.POST.get("reason", ""),
                    words=words,
                    version=number,
                )
            messages.success(request, _("Done. The reporter reads it on the progress page."))
            return HttpResponseRedirect(
                reverse("workbench:data-request", args=[one.id]), status=303
            )
        except NotFound:
            raise
        except Problem as refused:
            problem = refused
            one = queries.request_for(viewer, request_id, clock.now())
    gone = problem is not None and one.state != "filed"
    page = pages.DataRequestPage(
        shell=shell_of(request, viewer, "data"),
        back=Link(_("Requests about data"), reverse("workbench:data")),
        title=" · ".join(part for part in (_kind(one.kind), _field(one.field)) if part),
        facts=tuple(_facts(one)),
        steps=_steps(request, one, problem) if one.state == "filed" else (),
        copy=reverse("workbench:data-copy", args=[one.id])
        if one.kind == "copy" and one.state in ("granted", "executed")
        else "",
        case=reverse("workbench:case", args=[one.case]) if one.case else "",
        problem=problem.message if problem and gone else "",
        typed=typed_in(request.POST) if gone else (),
    )
    answer = render(
        request,
        "workbench/data_request.html",
        {"page": page},
        status=problem.status if problem else 200,
    )
    answer["Cache-Control"] = "no-store, private"
    return answer


def _facts(one: AskedView) -> list[Fact]:
    states = {
        "filed": _("To be decided"),
        "granted": _("Agreed"),
        "executed": _("Done"),
        "refused": _("Refused"),
    }
    found = [
        Fact(_("State"), states[one.state]),
        Fact(_("Receipt"), receipt_words(one.receipt)),
        Fact(_("Answer by"), day_words(one.due_at)),
        Fact(_("What stands there now"), one.what),
        Fact(_("What it should be"), one.wish),
        Fact(_("Answered"), one.answer),
    ]
    return [fact for fact in found if fact.value]


def _steps(request: HttpRequest, one: AskedView, problem: Problem | None) -> tuple[Step, ...]:
    post = request.POST if problem is not None else {}
    chosen = post.get("decision", "")
    address = reverse("workbench:data-request", args=[one.id])
    identities = (
        Choice("code", _("Asked with number and code")),
        Choice("called_back", _("Called back under the number that was left")),
        Choice("came_in", _("Came in with a document")),
    )
    reasons = (
        Choice("not_identified", _("Not clear that it is this person")),
        Choice("still_open", _("Still needed: the event is in hand")),
        Choice("kept_by_law", _("The law asks to keep it")),
        Choice("not_theirs", _("It concerns somebody else")),
        Choice("unfounded", _("What stands there is right")),
    )
    hints = {
        "copy": _("Afterwards the file can be fetched here and handed out."),
        "correct": _(
            "Number and name are changed at once; words and place you correct in the event."
        ),
        "erase": _("Words, number and photos go at once and for good."),
    }
    grant = Step(
        key="grant",
        title=_("Agree"),
        address=address,
        version=one.version,
        fields=(
            FormField("decision", "hidden", value="grant"),
            FormField(
                "identity",
                "choices",
                _("How did you make sure who asks?"),
                required=True,
                value=post.get("identity", ""),
                choices=identities,
                most=1,
            ),
            FormField(
                "words",
                "textarea",
                _("What you tell the reporter"),
                value=post.get("words", "") if chosen == "grant" else "",
                most=500,
            ),
        ),
        hint=hints[one.kind],
        button=_("Agree and do it"),
        icon="check",
        tone="first",
        is_open=chosen == "grant",
        error=problem.message if problem and chosen == "grant" else "",
    )
    refuse = Step(
        key="refuse",
        title=_("Refuse"),
        address=address,
        version=one.version,
        fields=(
            FormField("decision", "hidden", value="refuse"),
            FormField(
                "reason",
                "choices",
                _("Reason"),
                required=True,
                value=post.get("reason", ""),
                choices=reasons,
                most=1,
            ),
            FormField(
                "words",
                "textarea",
                _("What you tell the reporter"),
                required=True,
                value=post.get("words", "") if chosen == "refuse" else "",
                most=500,
            ),
        ),
        button=_("Refuse"),
        icon="x",
        tone="warn",
        is_open=chosen == "refuse",
        error=problem.message if problem and chosen == "refuse" else "",
    )
    return grant, refuse


@for_staff(*DESK)
@require_POST
def data_copy(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """The file for the reporter: made now, recorded, kept nowhere here."""
    made = actions.hand_out_copy(request_id, by=staff_of(request))
    answer = HttpResponse(zip_of(made), content_type="application/zip")
    answer["Content-Disposition"] = 'attachment; filename="my-data.zip"'
    answer["Cache-Control"] = "no-store, private"
    return answer
