"""Away for a while: a deputy for a post, and handing one's open tasks to a colleague."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gridward.access import actions
from gridward.access.errors import NotYourPost
from gridward.catalog.queries import catalogue
from gridward.core import clock, jurisdiction
from gridward.core.errors import BadInput, NotFound, Problem
from gridward.directory import queries as directory
from gridward.directory.errors import NoDeputy
from gridward.directory.rules import Holder
from gridward.tasks import actions as tasks
from gridward.tasks import queries as task_queries
from gridward.tasks.errors import NotAColleague
from gridward.web.ui.pages import Choice, FormField
from gridward.web.ui.sessions import for_staff, staff_of
from gridward.web.ui.staff import name_of


@for_staff()
@require_http_methods(["GET", "HEAD", "POST"])
def absence(request: HttpRequest, post_id: uuid.UUID) -> HttpResponse:
    """Who stands in for a post and until when; one's own, or anybody's for the administrator."""
    viewer = staff_of(request)
    post = directory.holder(post_id)
    if post.person_id != viewer.person_id and not viewer.may("people.manage"):
        raise NotFound()
    problem: Problem | None = None
    if request.method == "POST":
        try:
            deputy = _id(request.POST.get("deputy", ""))
            if deputy is None:
                raise NoDeputy()
            actions.state_absence(
                viewer,
                post_id,
                deputy_id=deputy,
                begins=_moment(request.POST.get("begins", ""), _("First day")),
                ends=_moment(request.POST.get("ends", ""), _("Last day"), after=True),
            )
        except (NotFound, NotYourPost):
            raise
        except Problem as refused:
            problem = refused
        else:
            messages.success(request, _("The deputy is named. They find the post among their own."))
            return HttpResponseRedirect(reverse("account:absence", args=[post_id]), status=303)
    given = request.POST
    today = clock.now().astimezone(jurisdiction.current().tz).date()
    candidates = directory.possible_deputies(post_id)
    context = {
        "problem": problem,
        "post": post,
        "title": _title(post),
        "is_own": post.person_id == viewer.person_id,
        "back": reverse("account:mine")
        if post.person_id == viewer.person_id
        else reverse("workbench:person", args=[post.person_id]),
        "stand_ins": directory.stand_ins_of(post_id),
        "has_candidates": bool(candidates),
        "fields": (
            FormField(
                "deputy",
                "select",
                _("Deputy"),
                _("A colleague of the same organisation, or on the same ground."),
                given.get("deputy", ""),
                required=True,
                choices=tuple(
                    Choice(str(one.person_id), f"{one.own_name} {one.staff_number}", _title(one))
                    for one in candidates
                ),
            ),
            FormField(
                "begins",
                "date",
                _("First day"),
                value=given.get("begins", today.isoformat()),
                required=True,
            ),
            FormField("ends", "date", _("Last day"), value=given.get("ends", ""), required=True),
        ),
    }
    status = problem.status if problem is not None else 200
    return render(request, "ui/account/absence.html", context, status=status)


def _title(post: Holder) -> str:
    role = catalogue().roles.get(post.role)
    where = name_of(directory.organisation(post.organisation_id))
    return f"{role.title if role else post.role} · {where}"


@for_staff()
@require_POST
def absence_end(request: HttpRequest, stand_in_id: uuid.UUID) -> HttpResponse:
    """Back again: the deputy's time ends now."""
    viewer = staff_of(request)
    stood = directory.holder(stand_in_id)
    try:
        actions.withdraw_absence(viewer, stand_in_id)
    except NotYourPost:
        raise NotFound() from None
    messages.success(request, _("The absence has ended."))
    there = reverse("account:absence", args=[stood.stands_in_for])
    return HttpResponseRedirect(there, status=303)


@for_staff()
@require_http_methods(["GET", "HEAD", "POST"])
def hand_all(request: HttpRequest) -> HttpResponse:
    """Hand all open tasks of the present post to one colleague."""
    viewer = staff_of(request)
    problem: Problem | None = None
    if request.method == "POST":
        try:
            to = _id(request.POST.get("to", ""))
            if to is None:
                raise NotAColleague()
            done = tasks.hand_all_to(viewer, to_post_id=to)
        except NotAColleague as refused:
            problem = refused
        else:
            said = _("%(n)d tasks are with your colleague now.") % {"n": done.handed}
            if done.kept:
                said += " " + _("%(n)d stay with you: the colleague had a part in them.") % {
                    "n": done.kept
                }
            messages.success(request, said)
            return HttpResponseRedirect(reverse("account:mine"), status=303)
    colleagues = task_queries.colleagues_of(viewer)
    context = {
        "problem": problem,
        "waiting": len(task_queries.tasks_of(viewer, limit=500)),
        "has_colleagues": bool(colleagues),
        "field": FormField(
            "to",
            "select",
            _("Colleague"),
            required=True,
            choices=tuple(
                Choice(str(one.post_id), f"{one.name} {one.staff_number}") for one in colleagues
            ),
        ),
    }
    status = problem.status if problem is not None else 200
    return render(request, "ui/account/hand_all.html", context, status=status)


def _moment(text: str, label: str, *, after: bool = False) -> datetime:
    """The beginning of a day that was typed; after: the end of it. Raises BadInput."""
    try:
        day = date.fromisoformat(text.strip())
        found = datetime.combine(
            day + timedelta(days=1 if after else 0), time.min, tzinfo=jurisdiction.current().tz
        )
    except (ValueError, OverflowError):
        raise BadInput({label: _("is no date; write it as 2026-11-26.")}) from None
    if not 2000 <= day.year <= 2200:
        raise BadInput({label: _("is no date of our time.")})
    return found


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
