"""What surrounds every request: its id, a context of its own and one log line."""

from __future__ import annotations

import contextvars
import re
import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponseBase

from gridward.core import jurisdiction
from gridward.core.ids import new_id
from gridward.journal.queries import remembered_generations

HEADER = "X-Request-ID"
_GIVEN = re.compile(r"^[A-Za-z0-9-]{8,64}$")
# asked every few seconds by machines: not worth a line each
QUIET = {"/healthz", "/readyz"}

Next = Callable[[HttpRequest], HttpResponseBase]


class RequestMiddleware:
    """Gives each request an id (a proxy's own is kept), runs it in a context of its own, so that
    nothing remembered for one request is met by the next on the same thread, and logs route,
    status and time: never path, query or body.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return contextvars.copy_context().run(self._answer, request)

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get(HEADER, "")
        request_id = given if _GIVEN.match(given) else new_id().hex
        request.META["gridward.request_id"] = request_id
        structlog.contextvars.bind_contextvars(
            request=request_id, jurisdiction=jurisdiction.current().key
        )
        started = time.perf_counter()
        with remembered_generations():
            response = self.get_response(request)
        response[HEADER] = request_id
        if request.path not in QUIET and not request.path.startswith("/static/"):
            match = request.resolver_match
            structlog.get_logger("gridward.web").info(
                "request",
                method=request.method,
                route=match.route if match else "",
                status=response.status_code,
                ms=round((time.perf_counter() - started) * 1000, 1),
                account=_account(request),
            )
        return response


def request_id_of(request: HttpRequest) -> str:
    """The id that stands in the answer's header, the log and the problem page."""
    return str(request.META.get("gridward.request_id", ""))


def _account(request: HttpRequest) -> str | None:
    user = request.__dict__.get("_cached_user")  # never load one for the log's sake
    return str(user.pk) if user is not None and user.pk is not None else None
