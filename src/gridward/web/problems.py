"""Problems in one place: a refusal becomes a page, a part of a page or application/problem+json."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from gridward.core.errors import NotFound, Problem
from gridward.web.requests import request_id_of
from gridward.web.ui.navigation import thumb_bar
from gridward.web.ui.sessions import known_viewer
from gridward.web.ui.staff import shell_of
from gridward.web.ui.typed import came_from, typed_here

log = structlog.get_logger("gridward.web")
PAGE = "ui/problem.html"
PARTIAL = "ui/_problem.html"
PUBLIC, DESK, FIELD = "ui/public.html", "workbench/base.html", "field/base.html"


class PageNotFound(Problem):
    code = "page_not_found"
    status = 404
    text = gettext_lazy(
        "There is no page at this address. Go to the start page and look from there."
    )


class Refused(Problem):
    code = "refused"
    status = 403
    text = gettext_lazy(
        "The page was open too long or was sent from elsewhere. Load it again and repeat the step."
    )


class BadRequest(Problem):
    code = "bad_request"
    status = 400
    text = gettext_lazy("This request cannot be read. Go back and try again.")


class MethodNotAllowed(Problem):
    code = "method_not_allowed"
    status = 405
    text = gettext_lazy("This address does not take this method; it takes %(allowed)s.")


class OnlySent(Problem):
    """A page that only follows a form was opened by itself: a tab was restored, a link copied."""

    code = "only_sent"
    status = 405
    text = gettext_lazy(
        "This page only follows a form and does not open by itself. Go back and look from there."
    )


class OurFault(Problem):
    code = "our_fault"
    status = 500
    text = gettext_lazy(
        "Something went wrong on our side; nothing was changed. Try again; if it stays, tell the "
        "operator the number below."
    )


class ProblemMiddleware:
    """Answers a Problem that a view raises; anything else goes on to Django."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code == 405 and not response.get("Content-Type", "").endswith("+json"):
            allowed = response.headers.get("Allow", "")
            problem = MethodNotAllowed(allowed=allowed) if wants_json(request) else OnlySent()
            response = problem_response(request, problem)
            response["Allow"] = allowed
        return response

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        if isinstance(exception, Problem):
            return problem_response(request, exception)
        return None


def wants_json(request: HttpRequest) -> bool:
    """Whether the answer is for a program: an API address, or JSON preferred to HTML."""
    if request.path.startswith(("/api/", "/open311/")):
        return True
    accepted = request.headers.get("Accept", "")
    return "json" in accepted and "text/html" not in accepted


def is_partial(request: HttpRequest) -> bool:
    """Whether HTMX asks for a part of a page (a boosted link asks for a whole one)."""
    return (
        request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"
    )


def problem_document(request: HttpRequest, problem: Problem) -> dict[str, Any]:
    """The problem as RFC 9457 has it, plus our code, the request's id and the marked fields."""
    document: dict[str, Any] = {
        "type": f"urn:gridward:problem:{problem.code}",
        "title": problem.code.replace("_", " "),
        "status": problem.status,
        "detail": problem.message,
        "code": problem.code,
        "request": request_id_of(request),
    }
    fields = getattr(problem, "fields", None)
    if fields:
        document["fields"] = {name: str(said) for name, said in fields.items()}
    return document


def problem_response(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The refusal in the shape that was asked for, with the problem's status."""
    if wants_json(request):
        return JsonResponse(
            problem_document(request, problem),
            status=problem.status,
            content_type="application/problem+json",
            json_dumps_params={"ensure_ascii": False},
        )
    partial = is_partial(request)
    context = {
        "problem": problem,
        "message": problem.message,
        "fields": getattr(problem, "fields", {}),
        "request_id": request_id_of(request),
        "back": came_from(request) or "/",
        "go_on": getattr(problem, "go_on", ""),
        "typed": () if partial else typed_here(request),
        "frame": PUBLIC,
    }
    try:
        body: str = render_to_string(
            PARTIAL if partial else PAGE, context | _frame(request, problem), request
        )
    except Exception as error:
        # the page about a fault must not fail itself; the log is loud about it
        log.error("problem page failed", code=problem.code, exc_info=error)
        body = _bare(problem, request)
    response = HttpResponse(body, status=problem.status)
    response["Cache-Control"] = "no-store"
    if partial:
        response["HX-Retarget"] = "#problem"
        response["HX-Reswap"] = "innerHTML"
    return response


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's 404: nothing there, or a record that this person may not see."""
    return problem_response(
        request, PageNotFound() if request.resolver_match is None else NotFound()
    )


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's 403."""
    if isinstance(exception, PermissionDenied):
        return problem_response(request, NotFound())
    return problem_response(request, Refused())


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token does not fit (CSRF_FAILURE_VIEW)."""
    return problem_response(request, Refused())


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's 400: a request that no honest browser sends."""
    return problem_response(request, BadRequest())


def our_fault(request: HttpRequest) -> HttpResponse:
    """Django's 500: the page with the number that stands in the log."""
    return problem_response(request, OurFault())


def _frame(request: HttpRequest, problem: Problem) -> dict[str, Any]:
    """Staff are told inside the page that they work in; everybody else, and whoever meets a
    fault of ours, in the public one, which needs no database."""
    viewer = known_viewer(request) if problem.status < 500 else None
    if viewer is None:
        return {}
    shell = shell_of(request, viewer, "", {}, asks=False)
    if request.path.startswith("/field/"):
        return {"frame": FIELD, "page": {"shell": shell, "nav": thumb_bar("")}}
    return {"frame": DESK, "page": {"shell": shell}}


def _bare(problem: Problem, request: HttpRequest) -> str:
    return (
        f'<!doctype html><html lang="{get_language() or "zh-hans"}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>Gridward</title>'
        f'<main id="problem"><p role="alert">{escape(problem.message)}</p>'
        f'<p><a href="/">{escape(_("Start page"))}</a> '
        f"<small>{escape(request_id_of(request))}</small></p></main></html>"
    )
