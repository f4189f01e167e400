"""Signing in and out, choosing a post, invitations, one's password and tokens."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth import authenticate, update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from gridward.access import actions, capabilities, queries
from gridward.access.errors import (
    BadInvitation,
    LockedOut,
    NoDemoSignIn,
    NotYourPost,
    TokenTooLong,
    TokenTooWide,
    WeakPassword,
    WrongSignIn,
)
from gridward.core.errors import Problem
from gridward.territory import queries as territory
from gridward.web.ui import sessions
from gridward.web.ui.sessions import for_account, for_everybody, for_staff
from gridward.web.ui.words import is_chinese

if TYPE_CHECKING:
    from gridward.access.models import Account


@dataclass(frozen=True, slots=True)
class Card:
    """A sign-in card of the demo: a role, who stands for it and where."""

    role: str
    title: str
    name: str
    where: str
    post_id: uuid.UUID | None = None
    address: str = ""


@dataclass(frozen=True, slots=True)
class PostChoice:
    """One line of the post switcher."""

    post_id: uuid.UUID
    title: str
    where: str
    current: bool
    absent: str = ""

    @property
    def words(self) -> str:
        """The post in one line; a deputy's says for whom."""
        line = f"{self.title} · {self.where}"
        if not self.absent:
            return line
        return _("for %(absent)s: %(post)s") % {"absent": self.absent, "post": line}


def demo_cards(request: HttpRequest) -> list[Card]:
    """The cards of the demo, the resident first; empty wherever they may not exist."""
    if sessions.demo_refusal(request) is not None:
        return []
    people = [
        Card(
            role=one.role,
            title=str(one.role_title),
            name=one.name,
            where=one.organisation_zh if is_chinese() else one.organisation_en,
            post_id=one.post_id,
        )
        for one in queries.demo_people()
    ]
    resident = Card(
        "resident", _("Resident"), _("No account needed"), "", address=reverse("portal:report")
    )
    return [resident, *people]


def post_choices(request: HttpRequest) -> list[PostChoice]:
    """The posts of whoever is signed in, for the switcher; no statement of its own."""
    viewer = sessions.viewer_of(request)
    return [
        PostChoice(
            post_id=card.post_id,
            title=str(card.role_title),
            where=_where(card),
            absent=card.absent_name,
            current=viewer is not None and card.post_id == viewer.post_id,
        )
        for card in sessions.posts_of(request)
    ]


def _where(card: queries.PostCard) -> str:
    """The organisation, and the area, so that two posts of the same role differ."""
    organisation = card.organisation_zh if is_chinese() else card.organisation_en
    if card.area_id is None:
        return organisation
    area = territory.area(card.area_id)
    return f"{organisation} · {area.name_in('zh' if is_chinese() else 'en')}"


@for_everybody
@sensitive_post_parameters("password", "login")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Staff number or phone, and the password."""
    after = sessions.safe_next(request, request.POST.get("next") or request.GET.get("next") or "")
    problem: Problem | None = None
    if request.method == "POST":
        try:
            account = _checked(request)
        except (WrongSignIn, LockedOut) as refused:
            problem = refused
        else:
            there = sessions.sign_in_or_ask(request, account, how="password", after=after)
            return HttpResponseRedirect(there)
    elif request.user.is_authenticated:
        return HttpResponseRedirect(after or sessions.home_of(sessions.viewer_of(request)))
    context = {
        "next": after,
        "login": request.POST.get("login", ""),
        "problem": problem,
        "cards": demo_cards(request),
    }
    return _page(request, "ui/account/sign_in.html", context, problem)


def _checked(request: HttpRequest) -> Account:
    """The account whose number and password were typed. Raises WrongSignIn, LockedOut."""
    name = queries.counted_name(request.POST.get("login", ""))
    credentials = {"username": name}
    if not sessions.may_try(request, credentials):
        raise sessions.locked_out()
    account = authenticate(
        request=request, username=name, password=request.POST.get("password", "")
    )
    if account is not None:
        return account
    if not sessions.may_try(request, credentials):
        raise sessions.locked_out()
    raise WrongSignIn()


@for_everybody
@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in by a card of the demo. Raises NoDemoSignIn wherever cards may not exist."""
    if sessions.demo_refusal(request) is not None:
        raise NoDemoSignIn()
    asked = _id(request.POST.get("post", ""))
    chosen = next((p for p in queries.demo_people() if p.post_id == asked), None)
    if chosen is None:
        raise NoDemoSignIn()
    if request.user.is_authenticated:
        sessions.sign_out(request)
    sessions.sign_in(request, queries.account(chosen.account_id), how="demo", post=chosen.post_id)
    return HttpResponseRedirect(sessions.home_of(sessions.viewer_of(request)))


@for_everybody
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and go to the first page."""
    sessions.sign_out(request)
    messages.success(request, _("You are signed out."))
    return HttpResponseRedirect(reverse("account:sign-in"))


@for_everybody
@sensitive_post_parameters("password", "again", "code")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest) -> HttpResponse:
    """Choose a password with an invitation code."""
    problem: Problem | None = None
    if request.method == "POST":
        code, password = request.POST.get("code", ""), request.POST.get("password", "")
        # wrong codes are not counted: 80 bits cannot be guessed, and a whole office may share one
        # address on the day that it is invited
        try:
            if password != request.POST.get("again", ""):
                raise WeakPassword(reasons=_("the two entries differ."))
            account_id = actions.accept_invitation(code, password)
        except (BadInvitation, WeakPassword) as refused:
            problem = refused
        else:
            account = queries.account(account_id)
            there = sessions.sign_in_or_ask(request, account, how="invitation")
            messages.success(request, _("Your password is set. Welcome."))
            return HttpResponseRedirect(there)
    context = {"code": request.POST.get("code", ""), "problem": problem}
    return _page(request, "ui/account/invitation.html", context, problem)


@for_staff()
@require_POST
def switch_post(request: HttpRequest) -> HttpResponse:
    """Go on in another of one's own posts."""
    asked = _id(request.POST.get("post", ""))
    if asked is None:
        raise NotYourPost()
    return HttpResponseRedirect(sessions.home_of(sessions.change_post(request, asked)))


@for_account
@require_http_methods(["GET", "HEAD"])
def mine(request: HttpRequest) -> HttpResponse:
    """One's own account: posts, password, tokens. Also for accounts without any post."""
    viewer = sessions.viewer_of(request)
    work = sessions.home_of(viewer) if viewer is not None else ""
    context = {"viewer": viewer, "posts": post_choices(request), "work": work}
    return _page(request, "ui/account/mine.html", context, None)


@for_staff()
@sensitive_post_parameters("old", "password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password."""
    problem: Problem | None = None
    if request.method == "POST":
        try:
            if request.POST.get("password", "") != request.POST.get("again", ""):
                raise WeakPassword(reasons=_("the two entries differ."))
            actions.change_password(
                sessions.signed_in(request).id,
                old=request.POST.get("old", ""),
                new=request.POST.get("password", ""),
            )
        except (WeakPassword, WrongSignIn) as refused:
            problem = refused
        else:
            update_session_auth_hash(request, queries.account(sessions.signed_in(request).id))
            messages.success(request, _("Your password is changed."))
            return HttpResponseRedirect(reverse("account:mine"))
    return _page(request, "ui/account/password.html", {"problem": problem}, problem)


@for_staff()
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """One's own access tokens; a new one is shown once, on this page."""
    viewer = sessions.staff_of(request)
    problem: Problem | None = None
    fresh = ""
    if request.method == "POST":
        try:
            days = request.POST.get("days", "90")
            _made, fresh = actions.issue_token(
                viewer,
                name=request.POST.get("name", "").strip() or _("Unnamed"),
                scopes=request.POST.getlist("scopes"),
                days=int(days) if days.isdecimal() else 0,
            )
        except (TokenTooWide, TokenTooLong) as refused:
            problem = refused
    context = {
        "problem": problem,
        "fresh": fresh,
        "tokens": queries.tokens_of(queries.account(sessions.signed_in(request).id)),
        "scopes": [
            (key, title)
            for key, title in capabilities.CAPABILITIES.items()
            if key in viewer.capabilities
        ],
    }
    return _page(request, "ui/account/tokens.html", context, problem)


@for_staff()
@require_POST
def withdraw_token(request: HttpRequest, token_id: uuid.UUID) -> HttpResponse:
    """End one of one's own tokens."""
    actions.withdraw_token(sessions.staff_of(request), token_id)
    messages.success(request, _("The token is withdrawn."))
    return HttpResponseRedirect(reverse("account:tokens"))


def _page(
    request: HttpRequest, template: str, context: Mapping[str, object], problem: Problem | None
) -> HttpResponse:
    response = render(
        request, template, dict(context), status=200 if problem is None else problem.status
    )
    response["Cache-Control"] = "no-store, private"
    return response


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
