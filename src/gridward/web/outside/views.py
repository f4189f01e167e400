"""One page for an organisation without an account: a one-time link is the whole key to it.

Nothing of any reporter stands here, and what is sent goes the way of every step, under the same
guards. A link that is wrong, used, taken back or past says the same.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from gridward.cases import actions, queries
from gridward.cases.errors import LinkGone
from gridward.cases.queries import LinkPage
from gridward.catalog.queries import catalogue
from gridward.core import clock as wall
from gridward.core.errors import NotFound, Problem
from gridward.web import limits
from gridward.web.entrance import entrance
from gridward.web.outside.pages import WorkPage
from gridward.web.ui import maps
from gridward.web.ui.media import file_answer, said_again, take_in
from gridward.web.ui.pages import Choice, FormField, Photo, Step
from gridward.web.ui.staff import name_of

WORDS_MAX = 2000
ENDINGS = ("resolved", "partly", "explained", "transferred", "unsolvable")

View = Callable[..., HttpResponse]


def for_link(view: View) -> View:
    """Only whoever has a link that works. What is shown stands in no cache and tells no other
    site where it came from. Raises LinkGone, TooManyLinks."""

    @functools.wraps(view)
    def entered(request: HttpRequest, token: str, *args: Any, **kwargs: Any) -> HttpResponse:
        limits.refuse_links(request)
        try:
            response = view(request, token, *args, **kwargs)
        except LinkGone:
            limits.count_link(request)
            raise
        response.headers["Cache-Control"] = "no-store, private"
        # "no-referrer" would also keep the address from our own forms, which have to prove it
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return entrance("link")(entered)


@for_link
@require_GET
def page(request: HttpRequest, token: str) -> HttpResponse:
    """What is to be done, and the forms to send back how it went."""
    actions.open_link(token)
    return _page(request, token, said=request.GET.get("said", ""))


@for_link
@require_GET
def photo(request: HttpRequest, token: str, photo_id: UUID) -> HttpResponse:
    """A photo of before the work, or a film's first picture; ?small=1 for the thumbnail."""
    file_id, small = queries.photo_of_link(actions.digest_of(token), photo_id, wall.now())
    return file_answer(request, file_id, thumb=small or "small" in request.GET)


@for_link
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, token: str, key: str) -> HttpResponse:
    """Takes a step; with the result the link has done its work and a plain page says so."""
    if request.method != "POST":  # a tab that the phone opens again
        return HttpResponseRedirect(reverse("outside:page", args=[token]))
    now = wall.now()
    found = queries.link_page(actions.digest_of(token), now)
    wanted = next((one for one in found.steps if one.key == key), None)
    if wanted is None:
        raise NotFound()
    try:
        # photos are read before any transaction is open: that takes a while
        photos = [
            take_in(upload, f"link:{found.case}").id
            for upload in request.FILES.getlist("photos")[: catalogue().settings.photos_max]
        ]
        post = request.POST
        version = post.get("version", "")
        actions.take_link_step(
            token,
            key,
            version=int(version) if version.isdecimal() and len(version) < 9 else 0,
            given=actions.Given(
                words=post.get("words", "").strip()[:WORDS_MAX],
                reason=post.get("words", "").strip()[:WORDS_MAX],
                internal=post.get("internal", "").strip()[:WORDS_MAX],
                reply=post.get("reply", "").strip()[:WORDS_MAX],
                close_type=post.get("close_type", "") or ENDINGS[0],
                photos=tuple(photos),
            ),
        )
    except LinkGone:
        raise
    except Problem as problem:
        return _page(request, token, problem=problem, key=key)
    if wanted.asks == "result":
        context = {"number": found.number, "draft": _draft(found, key)}
        return render(request, "outside/done.html", context)
    there = f"{reverse('outside:page', args=[token])}?{urlencode({'said': key})}#main"
    return HttpResponseRedirect(there, status=303)


# --- drawing ------------------------------------------------------------------------------------


def _page(
    request: HttpRequest,
    token: str,
    *,
    said: str = "",
    problem: Problem | None = None,
    key: str = "",
) -> HttpResponse:
    found = queries.link_page(actions.digest_of(token), wall.now())
    drawn = WorkPage(
        title=str(found.title or _("Matter not chosen yet")),
        number=found.number,
        organisation=name_of(found.organisation),
        words=found.words,
        place=found.place,
        places=found.places,
        closing=str(found.closing or ""),
        photos=tuple(_photo(token, each, each in found.films) for each in found.photos),
        unheard=found.unheard,
        map=_map(found),
        due=found.due_at,
        until=found.expires_at,
        steps=tuple(_steps(request, token, found, problem, key)),
        said=_("Thank you, it has been passed on.") if said else "",
        arrived=_draft(found, said) if said.isidentifier() else "",
        problem=problem.message if problem else "",
    )
    status = problem.status if problem else 200
    return render(request, "outside/page.html", {"page": drawn}, status=status)


def _photo(token: str, photo_id: UUID, of_film: bool) -> Photo:
    address = reverse("outside:photo", args=[token, photo_id])
    caption = _("First picture of a video") if of_film else ""
    return Photo(address, f"{address}?small=1", caption)


def _map(found: LinkPage) -> Any:
    if found.lng is None or found.lat is None:
        return None
    point = f"{found.lng:.6f},{found.lat:.6f}"
    near = maps.Window(found.lng, found.lat, 0.008)
    picture = f"{reverse('ui:map-picture')}?{urlencode({'window': near.key, 'pin': point})}"
    areas = f"{reverse('ui:map-areas')}?{urlencode({'near': point})}"
    return maps.map_of(areas, picture, lng=found.lng, lat=found.lat)


def _steps(
    request: HttpRequest, token: str, found: LinkPage, problem: Problem | None, key: str
) -> list[Step]:
    drawn = []
    for number, one in enumerate(found.steps):
        fields = _fields(one.asks, found)
        mine = problem is not None and one.key == key
        if mine:
            fields = [
                field
                if field.kind == "photos"
                else FormField(
                    field.name,
                    field.kind,
                    field.label,
                    field.help,
                    request.POST.get(field.name, field.value),
                    field.required,
                    field.choices,
                    most=field.most,
                )
                for field in fields
            ]
        drawn.append(
            Step(
                key=one.key,
                title=str(one.title),
                # with the form's place on the page, so that a refusal is seen beside it
                address=f"{reverse('outside:step', args=[token, one.key])}#step-{one.key}",
                version=found.version,
                fields=tuple(fields),
                hint="" if one.asks else _("Say that you have it; then the work counts as begun."),
                button=str(one.title),
                icon={"result": "circle-check", "words": "note"}.get(one.asks, "check"),
                tone="first" if number == 0 else "",
                is_open=mine or (number == 0 and problem is None),
                error=said_again(request, problem) if mine and problem else "",
                with_files=one.asks == "result",
                draft=_draft(found, one.key),
            )
        )
    return drawn


def _draft(found: LinkPage, key: str) -> str:
    """What the browser keeps the words of a step under until they have arrived."""
    return f"link-{found.case}-{key}"


def _fields(asks: str, found: LinkPage) -> list[FormField]:
    if asks == "words":
        return [FormField("words", "textarea", _("How it is going"), required=True, most=WORDS_MAX)]
    if asks != "result":
        return []
    types = [t for t in catalogue(found.edition).settings.close_types if t.key in ENDINGS]
    proof = found.proof == "required"
    label = _("Photos after the work") if proof else _("Photos after the work (optional)")
    return [
        FormField("internal", "textarea", _("What was done"), required=True, most=WORDS_MAX),
        FormField(
            "reply",
            "textarea",
            _("Reply to the reporter"),
            _("The reporter reads this."),
            required=True,
            most=WORDS_MAX,
        ),
        FormField(
            "close_type",
            "select",
            _("How it ended"),
            value=ENDINGS[0],
            required=True,
            choices=tuple(Choice(t.key, str(t.title)) for t in types),
        ),
        FormField("photos", "photos", label, most=9),
    ]
