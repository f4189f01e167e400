"""Who is signed in, in which post, and since when they have been still.

Every view says who may enter it: `@for_everybody`, `@for_account` or `@for_staff(...)`.
"""

from __future__ import annotations

import functools
import math
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gridward.access import actions, queries, rules
from gridward.access.errors import LockedOut, NoPost, NotYourPost
from gridward.access.rules import Viewer
from gridward.catalog.queries import catalogue, is_loaded
from gridward.core import clock
from gridward.core.demo import is_demo_database
from gridward.core.errors import NotAllowed, Problem
from gridward.web.entrance import entrance
from gridward.web.ui.typed import came_from, typed_here

if TYPE_CHECKING:
    from gridward.access.models import Account
    from gridward.access.queries import PostCard

POST = "post"
SEEN = "seen"
STEPPED = "second_step"
HALF = "half_signed_in"
PRESENT = "_gridward_present"
BACKEND = "gridward.access.backends.StaffBackend"

View = Callable[..., HttpResponseBase]


class SignedOut(Problem):
    """A form with words in it came after its session had ended; go_on: where to sign in."""

    code = "signed_out"
    status = 401
    text = gettext_lazy("Nothing was sent, because nobody is signed in. Sign in and send it again.")

    def __init__(self, go_on: str) -> None:
        super().__init__()
        self.go_on = go_on


class SessionMiddleware:
    """Signs out who has been still too long. Stands after Django's session, sign-in and messages.

    A request that a page makes by
    itself (header X-Gridward-Poll) is answered, but does not count as somebody being there.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if SEEN in request.session and self._is_idle(request):
            account = account_of(request)
            if account is not None:
                post = _session_post(request)
                actions.record_sign_out(account.id, post_id=post, how="idle")
            logout(request)
            messages.info(request, _("You were away for a while and have been signed out."))
        return self.get_response(request)

    def _is_idle(self, request: HttpRequest) -> bool:
        now = clock.now()
        seen = datetime.fromtimestamp(request.session[SEEN], tz=UTC)
        if rules.is_idle(seen, now, _idle_limit()):
            return True
        # once a minute is enough: a page must not cost a write each time it is looked at
        if (now - seen).total_seconds() > 60 and "X-Gridward-Poll" not in request.headers:
            request.session[SEEN] = int(now.timestamp())
        return False


def _idle_limit() -> timedelta:
    if not is_loaded():
        return rules.IDLE
    return timedelta(minutes=catalogue().settings.idle_minutes)


def account_of(request: HttpRequest) -> Account | None:
    """The account that is signed in; None for a visitor."""
    found = request.user
    return found if found.is_authenticated else None


def signed_in(request: HttpRequest) -> Account:
    """The account inside a view for signed-in people. Raises NotAllowed."""
    account = account_of(request)
    if account is None:
        raise NotAllowed()
    return account


def viewer_of(request: HttpRequest) -> Viewer | None:
    """Who looks; None for a visitor, and for an account without any post. Asked once a request."""
    return _present(request)[0]


def known_viewer(request: HttpRequest) -> Viewer | None:
    """Who looks, if that was asked already in this request; no statement."""
    return getattr(request, PRESENT, (None, []))[0]


def posts_of(request: HttpRequest) -> list[PostCard]:
    """The posts that whoever looks may switch to; read together with the viewer."""
    return _present(request)[1]


def staff_of(request: HttpRequest) -> Viewer:
    """Who looks, inside a `@for_staff` view. Raises NoPost."""
    viewer = viewer_of(request)
    if viewer is None:
        raise NoPost()
    return viewer


def _present(request: HttpRequest) -> tuple[Viewer | None, list[PostCard]]:
    found: tuple[Viewer | None, list[PostCard]] | None = getattr(request, PRESENT, None)
    if found is None:
        found = _read_present(request)
        setattr(request, PRESENT, found)
    return found


def _read_present(request: HttpRequest) -> tuple[Viewer | None, list[PostCard]]:
    account = account_of(request)
    if account is None:
        return None, []
    try:
        return queries.viewer_and_posts(account, _session_post(request))
    except NotYourPost:
        # the post has ended since: go on in another one, never silently in none
        request.session.pop(POST, None)
    except NoPost:
        return None, []
    try:
        return queries.viewer_and_posts(account)
    except NoPost:
        return None, []


def _session_post(request: HttpRequest) -> uuid.UUID | None:
    held = request.session.get(POST)
    return uuid.UUID(held) if held else None


@dataclass(frozen=True, slots=True)
class Half:
    """Somebody whose password was right and whose code is still asked for."""

    account: uuid.UUID
    login: str
    how: str
    after: str


def sign_in_or_ask(request: HttpRequest, account: Account, *, how: str, after: str = "") -> str:
    """Begin a session, or have the code asked for first; returns where to go on."""
    if not queries.has_second_factor(account.id):
        sign_in(request, account, how=how)
        return after or home_of(viewer_of(request))
    # a fresh session: nothing that was there before the password carries over
    request.session.flush()
    request.session[HALF] = {
        "account": str(account.id),
        "login": account.login,
        "how": how,
        "after": after,
        "at": int(clock.now().timestamp()),
    }
    return reverse("account:second-step")


def half_of(request: HttpRequest) -> Half | None:
    """Who stands between password and code in this session; None when that took too long."""
    held = request.session.get(HALF)
    if not held:
        return None
    begun = datetime.fromtimestamp(held["at"], tz=UTC)
    if rules.is_idle(begun, clock.now(), rules.SECOND_STEP):
        request.session.pop(HALF)
        return None
    return Half(uuid.UUID(held["account"]), held["login"], held["how"], held["after"])


def may_try(request: HttpRequest, credentials: dict[str, str]) -> bool:
    """Whether this name may be tried from this address, or has been tried too often."""
    return bool(AxesProxyHandler.is_allowed(request, credentials))


def locked_out() -> LockedOut:
    """The refusal that says how long to wait."""
    return LockedOut(minutes=math.ceil(settings.AXES_COOLOFF_TIME.total_seconds() / 60))


def count_wrong_try(request: HttpRequest, login_name: str) -> None:
    """Count a wrong code outside the sign-in like a failed sign-in."""
    AxesProxyHandler.user_login_failed(None, {"username": login_name}, request)


def mark_second_step(request: HttpRequest) -> None:
    """This session has shown a code."""
    request.session[STEPPED] = True


def sign_in(
    request: HttpRequest,
    account: Account,
    *,
    how: str,
    post: uuid.UUID | None = None,
    second_step: bool = False,
) -> None:
    """Begin a session for `account` in one of its posts. how: password, invitation, demo.

    second_step: whether a code was shown; the demo's cards need none.
    """
    login(request, account, backend=BACKEND)
    request.session.pop(HALF, None)
    if second_step or how == "demo":
        mark_second_step(request)
    try:
        viewer = queries.viewer_for(account, post)
    except NoPost:
        viewer = None
    _look_again(request)
    request.session[SEEN] = int(clock.now().timestamp())
    if viewer is not None:
        request.session[POST] = str(viewer.post_id)
    actions.record_sign_in(account.id, post_id=viewer.post_id if viewer else None, how=how)


def sign_out(request: HttpRequest) -> None:
    """End the session."""
    viewer = viewer_of(request)
    account = account_of(request)
    if account is not None:
        actions.record_sign_out(account.id, post_id=viewer.post_id if viewer else None, how="asked")
    logout(request)
    _look_again(request)


def _look_again(request: HttpRequest) -> None:
    """Forget who was looking: somebody has signed in or out, or works in another post."""
    if hasattr(request, PRESENT):
        delattr(request, PRESENT)


def change_post(request: HttpRequest, post_id: uuid.UUID) -> Viewer:
    """Go on in another post of one's own. Raises NotYourPost."""
    viewer = actions.switch_post(signed_in(request).id, post_id)
    request.session[POST] = str(post_id)
    _look_again(request)
    return viewer


# --- who may enter ----------------------------------------------------------------------------


for_everybody = entrance("everybody")


def for_staff(*capabilities: str) -> Callable[[View], View]:
    """Only signed-in staff, in a post with one of `capabilities` (any post when none is named).

    Visitors are sent to the sign-in page and back. Raises NotAllowed, NoPost.
    """

    def wrap(view: View) -> View:
        @functools.wraps(view)
        def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            viewer = staff_of(request)
            if not request.session.get(STEPPED) and is_step_required(viewer):
                return HttpResponseRedirect(reverse("account:factor"))
            if capabilities and not viewer.may_any(*capabilities):
                raise NotAllowed()
            response = view(request, *args, **kwargs)
            # what staff see stands in no shared cache and not behind the back button
            response.headers.setdefault("Cache-Control", "no-store, private")
            return response

        return entrance("staff")(entered)

    return wrap


def is_step_required(viewer: Viewer) -> bool:
    """Whether the present post may only be worked in with a code; no statement."""
    return viewer.role in queries.roles_with_second_factor()


def for_account(view: View) -> View:
    """Only signed-in people, also those who hold no post at present."""

    @functools.wraps(view)
    def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        return view(request, *args, **kwargs)

    return entrance("account")(entered)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page, and afterwards back to what was asked for, or to the page of the form
    that was sent. Raises SignedOut when that form holds words: they are shown to be copied."""
    if request.method == "GET":
        there = request.get_full_path()
    else:
        there = safe_next(request, came_from(request))
    address = reverse("account:sign-in")
    if there and there != "/":
        address += "?" + urlencode({"next": there})
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    if typed_here(request):
        raise SignedOut(address)
    return HttpResponseRedirect(address)


def safe_next(request: HttpRequest, asked: str) -> str:
    """`asked` when it is an address of this site, else nothing."""
    here = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if here and asked.startswith("/") else ""


def home_of(viewer: Viewer | None) -> str:
    """Where work begins in this post."""
    if viewer is None:
        return reverse("account:mine")
    return "/field/" if viewer.role == "grid_worker" else "/desk/"


# --- the demo's cards -------------------------------------------------------------------------


def demo_refusal(request: HttpRequest) -> str | None:
    """Why there are no sign-in cards for this request; None when there are."""
    if not settings.GRIDWARD_DEMO:
        return "switch"
    return rules.demo_sign_in_refusal(
        switch=settings.GRIDWARD_DEMO,
        marked=is_demo_database(),
        bind=settings.GRIDWARD_BIND,
        remote=request.META.get("REMOTE_ADDR", ""),
        host=_name_of(request.get_host()),
        forwarded=any(
            name in request.META
            for name in ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")
        ),
    )


def _name_of(host: str) -> str:
    """A host header without its port: 127.0.0.1:8000, localhost, [::1]:8000."""
    if host.startswith("["):
        return host[1 : host.index("]")] if "]" in host else host
    return host.rsplit(":", 1)[0] if ":" in host else host
