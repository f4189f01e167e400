"""Who calls: a personal token, what it may do, and how often."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja.security import HttpBearer

from gridward.access import queries
from gridward.access.errors import TooManyCalls
from gridward.access.rules import Viewer
from gridward.core import clock, jurisdiction
from gridward.core.errors import NotAllowed, Problem

WINDOW_S = 60


class TokenMissing(Problem):
    code = "token_missing"
    status = 401
    text = _(
        "This address asks for a personal access token: “Authorization: Bearer …”. Make one on "
        "your account page."
    )


@dataclass
class _Window:
    begins: float
    calls: int = 0


_windows: dict[tuple[str, str], _Window] = {}
_line = threading.Lock()


def count_call(token_id: str, *, limit: int) -> None:
    """Count a call of a token in this process. Raises TooManyCalls beyond `limit` a minute."""
    now = clock.now().timestamp()
    key = (jurisdiction.current().key, token_id)
    with _line:
        window = _windows.get(key)
        if window is None or now - window.begins >= WINDOW_S:
            for old in [k for k, w in _windows.items() if now - w.begins >= WINDOW_S]:
                del _windows[old]
            window = _windows[key] = _Window(now)
        window.calls += 1
        if window.calls > limit:
            raise TooManyCalls(seconds=max(1, int(window.begins + WINDOW_S - now) + 1))


class StaffToken(HttpBearer):
    """`Authorization: Bearer gwt_…`: the post and the rights that the token has."""

    openapi_name = "personalToken"

    def authenticate(self, request: HttpRequest, token: str) -> Viewer:
        """Who speaks. Raises BadToken, TooManyCalls."""
        viewer = queries.viewer_for_token(token)
        count_call(str(viewer.token_id), limit=int(settings.GRIDWARD_API_CALLS_A_MINUTE))
        return viewer


def viewer_of(request: HttpRequest, *capabilities: str) -> Viewer:
    """Who calls, inside an operation with `StaffToken`.

    Raises NotAllowed when the token has none of `capabilities`, where any are named.
    """
    found = getattr(request, "auth", None)
    if not isinstance(found, Viewer):
        raise TokenMissing()
    if capabilities and not found.may_any(*capabilities):
        raise NotAllowed()
    return found
