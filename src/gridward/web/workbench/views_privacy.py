"""People's numbers and words at the desk: shown for a reason, looked up exactly, shared masked."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gridward.access.rules import Viewer
from gridward.cases import actions, errors, queries
from gridward.cases.actions.privacy import REASON_LEAST
from gridward.cases.queries import Reveal
from gridward.cases.queries.pages import CasePage, ReportView
from gridward.core.errors import NotFound, Problem
from gridward.web.ui.pages import Fact, FormField, Link, Row, Step
from gridward.web.ui.sessions import for_staff, staff_of
from gridward.web.ui.staff import clock_of, shell_of, state_badge, title_of
from gridward.web.ui.words import moment_words, receipt_words
from gridward.web.workbench import pages_privacy as pages

REASON_MOST = 200
NO_STORE = "no-store, private"


def _reason_field(error: str = "", value: str = "") -> FormField:
    return FormField(
        "reason",
        "textarea",
        _("Why do you need it?"),
        _("In your own words, at least %(n)d characters.") % {"n": REASON_LEAST},
        required=True,
        most=REASON_MOST,
        value=value,
        error=error,
    )


def _case_address(case_id: UUID) -> str:
    return reverse("workbench:case", args=[case_id])


# --- on the case page -----------------------------------------------------------------------------


def reveal_step(found: CasePage, one: ReportView) -> Step | None:
    """The form behind 查看号码; None where the number stands there, is never shown or not left."""
    if one.reveal is not Reveal.OFFERED or one.phone:
        return None
    return _reveal_step(found.case.id, one.id)


def _reveal_step(case_id: UUID, report_id: UUID, *, error: str = "", value: str = "") -> Step:
    return Step(
        key=f"reveal-{report_id.hex[-6:]}",
        title=_("Show the number"),
        address=reverse("workbench:reveal", args=[case_id, report_id]),
        version=0,
        fields=(_reason_field(error, value),),
        hint=_("Your name, the time and the reason are recorded with this event."),
        button=_("Show the number"),
        icon="phone",
        is_open=bool(error),
    )


def share_key(report_id: UUID) -> str:
    """Names the form of `share_step` on a page that may have several."""
    return f"share-{report_id.hex[-6:]}"


def share_step(found: CasePage, one: ReportView, viewer: Viewer) -> Step | None:
    """The form with what others read in place of the reporter's words; for the case's desk."""
    if not one.reads_original or not (one.words or one.shared):
        return None
    field = FormField(
        "words",
        "textarea",
        _("What whoever settles it reads"),
        value=one.shared or "",
        most=2000,
        help=_("Empty goes back to the words with names and numbers hidden by rule."),
    )
    return Step(
        key=share_key(one.id),
        title=_("What others read of this"),
        address=reverse("workbench:share", args=[found.case.id, one.id]),
        version=found.case.version,
        fields=(field,),
        hint=_("Names and numbers are hidden from others. What was said here stays as it is."),
        button=_("Save"),
        icon="eye-off",
    )


@for_staff("contact.reveal")
@require_POST
def reveal(request: HttpRequest, case_id: UUID, report_id: UUID) -> HttpResponse:
    """The number, on this page alone: nothing of it is in the address, and no copy is kept."""
    viewer = staff_of(request)
    reason = request.POST.get("reason", "")
    contact, step, status = None, None, 200
    try:
        contact = actions.reveal_contact(case_id, report_id, by=viewer, reason=reason)
    except (errors.OwnReasonMissing, errors.WordsTooLong) as problem:
        step = _reveal_step(case_id, report_id, error=problem.message, value=reason)
        status = problem.status
    page = pages.ContactPage(
        shell=shell_of(request, viewer, "list", {}),
        back=Link(_("Back to the event"), _case_address(case_id)),
        phone=contact.phone if contact else "",
        name=contact.name if contact else "",
        step=step,
    )
    answer = render(request, "workbench/contact.html", {"page": page}, status=status)
    answer["Cache-Control"] = NO_STORE
    return answer


# --- restricted cases -----------------------------------------------------------------------------


def ask_reason(
    request: HttpRequest,
    case_id: UUID,
    *,
    error: str = "",
    status: int = 200,
    typed: tuple[Fact, ...] = (),
) -> HttpResponse:
    """The page before a restricted case: why is it opened?"""
    viewer = staff_of(request)
    step = Step(
        key="open",
        title=_("Open this event"),
        address=reverse("workbench:open", args=[case_id]),
        version=0,
        fields=(_reason_field(error, request.POST.get("reason", "")),),
        button=_("Open this event"),
        icon="lock",
        tone="first",
        is_open=True,
    )
    page = pages.ReasonPage(
        shell=shell_of(request, viewer, "list", {}),
        back=Link(_("All events"), reverse("workbench:list")),
        step=step,
        typed=typed,
    )
    return render(request, "workbench/reason.html", {"page": page}, status=status)


@for_staff("case.see")
@require_POST
def open_case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Records why, then shows the case; the reason holds for half an hour."""
    reason = request.POST.get("reason", "")
    try:
        actions.open_restricted(case_id, by=staff_of(request), reason=reason)
    except NotFound:
        raise
    except Problem as problem:
        return ask_reason(request, case_id, error=problem.message, status=problem.status)
    return HttpResponseRedirect(_case_address(case_id), status=303)


# --- by number ------------------------------------------------------------------------------------


@for_staff("case.accept", "case.callback")
@require_http_methods(["GET", "HEAD", "POST"])
def phone(request: HttpRequest) -> HttpResponse:
    """What of this desk is in hand under exactly this number; asked by POST, so that no number
    stands in an address, a log or the browser's history."""
    viewer = staff_of(request)
    number, reason = request.POST.get("phone", ""), request.POST.get("reason", "")
    problem: Problem | None = None
    rows: tuple[Row, ...] = ()
    asked = request.method == "POST"
    if asked:
        try:
            hits = actions.find_by_phone(number, by=viewer, reason=reason)
            rows = _rows(viewer, hits)
        except Problem as said:
            problem = said
    page = pages.PhonePage(
        shell=shell_of(request, viewer, "phone"),
        fields=(
            FormField(
                "phone",
                "tel",
                _("The whole number"),
                required=True,
                most=30,
                value=number if problem is not None else "",
                error=problem.message if isinstance(problem, errors.PhoneUnclear) else "",
            ),
            _reason_field(
                problem.message if isinstance(problem, errors.OwnReasonMissing) else "",
                reason if problem is not None else "",
            ),
        ),
        rows=rows,
        asked=asked and problem is None,
        problem=problem.message
        if problem is not None
        and not isinstance(problem, (errors.PhoneUnclear, errors.OwnReasonMissing))
        else "",
    )
    answer = render(
        request,
        "workbench/phone.html",
        {"page": page},
        status=problem.status if problem is not None else 200,
    )
    answer["Cache-Control"] = NO_STORE
    return answer


def _rows(viewer: Viewer, hits: list[actions.PhoneHit]) -> tuple[Row, ...]:
    cards = {card.id: card for card in queries.cards(viewer, [hit.case for hit in hits])}
    return tuple(
        Row(
            title=title_of(card.matter_title, card.summary),
            address=_case_address(card.id),
            sub=f"{moment_words(hit.submitted_at)} · {receipt_words(hit.receipt)} · {card.place}",
            clock=clock_of(card.clock) if card.is_open else None,
            badge=state_badge(card.state, card.state_title),
        )
        for hit in hits
        if (card := cards.get(hit.case)) is not None
    )
