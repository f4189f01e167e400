"""What is kept of whoever reports, in plain words; and what they can ask about it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from gridward.cases import actions
from gridward.cases import queries as cases
from gridward.cases.errors import NotTheReporter
from gridward.catalog.queries import catalogue
from gridward.core import clock
from gridward.core.errors import NotFound, Problem
from gridward.web.portal import pages_privacy as pages
from gridward.web.portal.views import receipt_of, to_track
from gridward.web.ui.pages import Badge, Choice, FormField, Step, Tone
from gridward.web.ui.sessions import for_everybody


@for_everybody
@require_GET
def privacy(request: HttpRequest) -> HttpResponse:
    """The notice in force: its version is kept with each submission."""
    book = catalogue()
    notice = book.privacy_for("reporter")
    if notice is None:
        raise NotFound()
    page = pages.PrivacyPage(
        title=str(notice.title),
        version=notice.version,
        points=tuple((str(each.title), str(each.text)) for each in notice.points),
        duty_phone=book.settings.duty_phone or "",
        source=notice.source or "",
    )
    return render(request, "portal/privacy.html", {"page": page, "here": "privacy"})


# --- what one asks about one's own data -----------------------------------------------------------

KIND_TITLES = {
    "copy": _("A copy of what is kept"),
    "correct": _("Correct something"),
    "erase": _("Erase what is kept of me"),
}
STATES: dict[str, tuple[Any, Tone]] = {
    "filed": (_("Being looked at"), "teal"),
    "granted": (_("Agreed"), "blue"),
    "executed": (_("Done"), "green"),
    "refused": (_("Not possible"), "yellow"),
}
FIELDS = (
    ("phone", _("My number")),
    ("name", _("My name")),
    ("words", _("What I wrote, or the place")),
)


class NothingChosen(Problem):
    code = "nothing_chosen"
    status = 422
    text = _("Choose what is wrong: your number, your name, or what you wrote.")


@for_everybody
@require_http_methods(["GET", "HEAD", "POST"])
def my_data(request: HttpRequest) -> HttpResponse:
    """Ask for a copy, a correction or erasure; number and code are who one is."""
    held = receipt_of(request)
    if held is None:
        return to_track(request)
    try:
        submission = cases.submission_for(*held)
    except NotTheReporter:
        return HttpResponseRedirect(reverse("portal:track"))
    problem, kind = None, ""
    if request.method == "POST":
        kind = request.POST.get("kind", "")
        try:
            if kind == "correct" and request.POST.get("field") not in dict(FIELDS):
                raise NothingChosen()
            actions.ask_about_data(
                submission.id,
                kind,
                field=request.POST.get("field", ""),
                what=request.POST.get("what", ""),
                wish=request.POST.get("wish", ""),
            )
            return HttpResponseRedirect(reverse("portal:my-data") + "?said=1#main", status=303)
        except Problem as refused:
            problem = refused
    now = clock.now()
    asked = cases.requests_of_submission(submission.id, now)
    pending = {one.kind for one in asked if one.state in ("filed", "granted")}
    page = pages.MyDataPage(
        receipt=submission.receipt,
        asked=tuple(
            pages.AskedLine(
                title=str(KIND_TITLES[one.kind]),
                badge=Badge(str(STATES[one.state][0]), STATES[one.state][1]),
                filed=one.filed_at,
                due=one.due_at if one.state in ("filed", "granted") else None,
                answer=one.answer,
            )
            for one in asked
        ),
        steps=tuple(
            _step(each, request, problem if each == kind else None)
            for each in KIND_TITLES
            if each not in pending and submission.erased_at is None
        ),
        erased=submission.erased_at is not None,
        said=gettext("We have it. You are answered here.") if request.GET.get("said") else "",
    )
    answer = render(
        request,
        "portal/my_data.html",
        {"page": page, "here": "track"},
        status=problem.status if problem is not None else 200,
    )
    answer["Cache-Control"] = "no-store, private"
    return answer


def _step(kind: str, request: HttpRequest, problem: Problem | None) -> Step:
    post = request.POST if problem is not None else {}
    fields = [FormField("kind", "hidden", value=kind)]
    if kind == "correct":
        fields += [
            FormField(
                "field",
                "choices",
                gettext("What is wrong in it?"),
                required=True,
                value=post.get("field", ""),
                choices=tuple(Choice(key, str(title)) for key, title in FIELDS),
            ),
            FormField(
                "what",
                "textarea",
                gettext("What stands there now"),
                value=post.get("what", ""),
                most=500,
            ),
            FormField(
                "wish",
                "textarea",
                gettext("What it should be"),
                required=True,
                value=post.get("wish", ""),
                most=500,
            ),
        ]
    else:
        fields.append(
            FormField(
                "what",
                "textarea",
                gettext("Anything you want to say about it"),
                value=post.get("what", ""),
                most=500,
            )
        )
    hints = {
        "copy": gettext("You get a file with everything, from the desk."),
        "erase": gettext(
            "Your words, number and photos go for good; the progress can then not be shown."
        ),
    }
    return Step(
        key=kind,
        title=str(KIND_TITLES[kind]),
        address=f"{reverse('portal:my-data')}#step-{kind}",
        version=0,
        fields=tuple(fields),
        hint=hints.get(kind, ""),
        button=gettext("Ask for it"),
        icon={"copy": "download", "correct": "edit", "erase": "trash"}[kind],
        is_open=problem is not None,
        error=problem.message if problem is not None else "",
    )
