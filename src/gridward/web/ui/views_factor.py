"""The second step of signing in: asked for, turned on and off, and its picture."""

from __future__ import annotations

import io
from collections.abc import Mapping

import segno
from django.contrib import messages
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods

from gridward.access import actions, queries
from gridward.access.errors import (
    FactorRequired,
    FactorThere,
    LockedOut,
    NoFactor,
    SignInAgain,
    WrongCode,
)
from gridward.core.errors import Problem
from gridward.web.ui import sessions
from gridward.web.ui.sessions import for_account, for_everybody


@for_everybody
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """The code, after the password was right. Nobody is signed in before it is."""
    half = sessions.half_of(request)
    if half is None:
        if request.method == "POST":
            messages.info(request, SignInAgain().message)
        return HttpResponseRedirect(reverse("account:sign-in"))
    problem: Problem | None = None
    if request.method == "POST":
        credentials = {"username": half.login}
        code = request.POST.get("code", "")[:40]
        try:
            if not sessions.may_try(request, credentials):
                raise sessions.locked_out()
            found = authenticate(request=request, username=half.login, code=code)
            if found is None:
                if not sessions.may_try(request, credentials):
                    raise sessions.locked_out()
                raise WrongCode()
        except (WrongCode, LockedOut) as refused:
            problem = refused
        else:
            account = queries.account(half.account)
            sessions.sign_in(request, account, how=half.how, second_step=True)
            left = queries.recovery_codes_left(account.id)
            if getattr(found, "second_step", "") == "recovery":
                said = _("A recovery code was used; %(n)d are left. Set up a new phone soon.")
                messages.warning(request, said % {"n": left})
            return HttpResponseRedirect(half.after or sessions.home_of(sessions.viewer_of(request)))
    return _page(request, "ui/account/second_step.html", {"problem": problem}, problem)


@for_account
@sensitive_post_parameters("code")
@sensitive_variables("fresh")
@require_http_methods(["GET", "HEAD", "POST"])
def factor(request: HttpRequest) -> HttpResponse:
    """One's own second step: on, off, new recovery codes. Codes are shown on this page, once."""
    account = sessions.signed_in(request)
    problem: Problem | None = None
    fresh: list[str] = []
    if request.method == "POST":
        code, what = request.POST.get("code", "")[:40], request.POST.get("do", "")
        try:
            # wrong codes count here too: a screen left open is no place to guess
            if what != "begin" and not sessions.may_try(request, {"username": account.login}):
                raise sessions.locked_out()
            if what == "begin":
                actions.begin_second_factor(account.id)
                return HttpResponseRedirect(reverse("account:factor"))
            if what == "confirm":
                fresh = actions.confirm_second_factor(account.id, code)
                sessions.mark_second_step(request)
            elif what == "renew":
                fresh = actions.renew_recovery_codes(account.id, code)
            elif what == "drop":
                actions.drop_second_factor(account.id, code)
                messages.success(request, _("The second step is off."))
                return HttpResponseRedirect(reverse("account:mine"))
        except WrongCode as refused:
            sessions.count_wrong_try(request, account.login)
            problem = refused
        except (FactorThere, FactorRequired, NoFactor, LockedOut) as refused:
            problem = refused
    is_on = queries.has_second_factor(account.id)
    setup = None
    if not is_on:
        try:
            setup = queries.factor_setup(account.id)
        except NoFactor:
            setup = None
    viewer = sessions.viewer_of(request)
    context = {
        "problem": problem,
        "fresh": fresh,
        "is_on": is_on,
        "setup": setup,
        "secret_groups": _groups(setup.secret) if setup else [],
        "left": queries.recovery_codes_left(account.id) if is_on else 0,
        "is_required": viewer is not None and viewer.role in queries.roles_with_second_factor(),
    }
    return _page(request, "ui/account/factor.html", context, problem)


def _groups(secret: str) -> list[str]:
    return [secret[i : i + 4] for i in range(0, len(secret), 4)]


@for_account
@require_GET
def factor_picture(request: HttpRequest) -> HttpResponse:
    """The picture that an authenticator reads; there only until the first code was typed."""
    setup = queries.factor_setup(sessions.signed_in(request).id)
    drawn = io.BytesIO()
    # plain fills: an inline style would not be drawn under our policy
    segno.make(setup.address, error="m", micro=False).save(
        drawn,
        kind="svg",
        scale=6,
        border=3,
        dark="#000",
        light="#fff",
        svgclass=None,
        lineclass=None,
    )
    return HttpResponse(
        drawn.getvalue(),
        content_type="image/svg+xml",
        headers={"Cache-Control": "no-store, private", "X-Content-Type-Options": "nosniff"},
    )


def _page(
    request: HttpRequest, template: str, context: Mapping[str, object], problem: Problem | None
) -> HttpResponse:
    response = render(
        request, template, dict(context), status=200 if problem is None else problem.status
    )
    response["Cache-Control"] = "no-store, private"
    return response
