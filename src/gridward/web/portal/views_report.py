"""Reporting: the form, “is it the same?”, the receipt. All plain forms; script smooths them."""

from __future__ import annotations

import io
from uuid import UUID

import segno
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gridward.cases import actions as cases
from gridward.cases import queries
from gridward.cases.errors import ClientIdTaken, NotTheReporter
from gridward.cases.queries.suggesting import suggested_matters, usual_matters
from gridward.catalog.queries import catalogue
from gridward.core import clock, geodesy
from gridward.core.errors import NoRoom
from gridward.vault import queries as files
from gridward.web import limits
from gridward.web.portal import pages, views, wording
from gridward.web.ui import reporting
from gridward.web.ui.media import file_answer
from gridward.web.ui.pages import Choice
from gridward.web.ui.plates import portal_address
from gridward.web.ui.sessions import for_everybody

NEAR_SHOWN = 3
WORDS_READ = 500
BY_ITSELF = "none"  # what `join` says where it is another problem
CHANNEL = "portal"


@for_everybody
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """The form; a press on its picture map draws it again, Submit asks whether a neighbour's
    problem is the same, and gives the receipt."""
    if request.method != "POST":
        return report_form(request, reporting.blank_about(request.GET.get("matter", "")))
    before = known(request.POST.get("client_id", ""))
    if before is not None:
        return received(before, again=True)
    asked = reporting.read(request)
    if asked.goes_on or request.POST.get("edit"):
        return report_form(request, asked)
    asked = reporting.mended(asked)
    if asked.errors:
        return report_form(request, asked, status=422)
    join = request.POST.get("join", "")
    if not join and (near := near_cases(asked)):
        return _near_page(request, asked, near)
    return _send(request, asked, join)


def _send(request: HttpRequest, asked: reporting.Asked, join: str) -> HttpResponse:
    try:
        channel = channel_of(request, asked.values.get("phone", ""))
        receipt, asked = reporting.send(asked, channel=channel, join=_uuid(join))
    except (limits.TooOften, NoRoom) as problem:
        return report_form(request, asked, problem=problem.message, status=problem.status)
    except ClientIdTaken:
        # the same form once more, while its first sending was still under way
        before = known(asked.client_id)
        if before is None:
            raise
        return received(before, again=True)
    if receipt is None:
        return report_form(request, asked, status=422)
    return received(receipt)


def channel_of(request: HttpRequest, phone: str) -> cases.Channel:
    """By which way a resident reports, and whether many do so from the same address just now.

    phone: the number left with it, or "". Raises TooOften for one device that floods.
    """
    return cases.Channel(
        key=CHANNEL,
        source=CHANNEL,
        reporter_kind="resident",
        language=get_language() or "zh-hans",
        notice_version=reporting.notice_version(),
        crowded=limits.count_report(request, phone),
    )


def known(client_id: str) -> cases.Receipt | None:
    """The receipt that this form has brought already. Its id is made by us and is not guessed."""
    is_ours = len(client_id) == 32 and _uuid(client_id) is not None
    return cases.known_receipt(client_id, channel=CHANNEL) if is_ours else None


def received(receipt: cases.Receipt, *, again: bool = False) -> HttpResponse:
    """To the receipt, which this browser keeps for some hours."""
    there = reverse("portal:done") + ("?again=1" if again else "")
    return views.keep_receipt(HttpResponseRedirect(there, status=303), receipt.number, receipt.code)


def report_form(
    request: HttpRequest,
    asked: reporting.Asked,
    *,
    status: int = 200,
    problem: str = "",
    worker: pages.WorkerCard | None = None,
) -> HttpResponse:
    """The form as it stands; worker: who answers for the place, for whoever scanned a plate."""
    if asked.errors and not problem:
        problem = _("Something has to be mended below; nothing you wrote is lost.")
    page = reporting.form_of(
        asked, staged_photo="portal:staged-photo", problem=problem, usual=usual_matters()
    )
    context = {
        "page": page,
        "here": "report",
        "worker": worker,
        "fresh": request.method != "POST",
        "near": reverse("portal:near"),
        "suggest": reverse("portal:suggest"),
    }
    return views.private(render(request, "portal/report.html", context, status=status))


# --- is it the same? --------------------------------------------------------------------------


@for_everybody
@require_POST
def near(request: HttpRequest) -> HttpResponse:
    """What a neighbour reported around the point of the form, as a part of that form; nothing when
    there is nothing. Sent as a form: where somebody stands is in no address and no log."""
    asked = reporting.read_point(request)
    found = near_cases(asked)
    if not found:
        return views.private(HttpResponse(status=204))
    context = {"lines": _lines(found), "by_itself": BY_ITSELF}
    return views.private(render(request, "portal/_near.html", context))


def near_cases(asked: reporting.Asked) -> list[queries.NearbyCase]:
    """Open public-space cases that it may be the same as: of the matter chosen, else of those that
    the words sound like, else any."""
    if asked.point is None:
        return []
    lng, lat = asked.point
    if not geodesy.is_coordinate(lng, lat):
        return []
    datum = asked.values.get("datum") or "wgs84"
    if datum not in tuple(geodesy.Datum):
        return []
    lng, lat = geodesy.to_wgs84(lng, lat, geodesy.Datum(datum))
    book = catalogue()
    matter = asked.values.get("matter", "")
    if matter:
        known = book.matters.get(matter)
        if known is None or not known.public_space:
            return []
    likely = () if matter else suggested_matters(book, asked.values.get("words", ""))
    return queries.nearby(lng, lat, matter=matter, among=likely, limit=NEAR_SHOWN)


def _lines(found: list[queries.NearbyCase]) -> tuple[pages.NearLine, ...]:
    return tuple(
        pages.NearLine(
            id=str(one.id),
            title=str(one.title),
            place=one.place,
            about_m=one.about_m,
            since=one.since,
            stage=str(wording.STAGE_TITLES.get(one.stage, "")),
        )
        for one in found
    )


def _near_page(
    request: HttpRequest, asked: reporting.Asked, found: list[queries.NearbyCase]
) -> HttpResponse:
    """The question on a page of its own, with everything typed and the photos kept."""
    form = reporting.form_of(asked, staged_photo="portal:staged-photo")
    kept = [(name, value) for name, value in form.values.items() if value]
    kept += [("client_id", asked.client_id), ("window", form.picture_window)]
    kept += [("staged", id_) for id_, _photo in form.staged]
    page = pages.NearPage(
        lines=_lines(found),
        kept=tuple(kept),
        words=asked.values.get("words", ""),
        photos=len(form.staged),
        by_itself=BY_ITSELF,
    )
    context = {"page": page, "here": "report"}
    return views.private(render(request, "portal/near.html", context))


@for_everybody
@require_POST
def suggest(request: HttpRequest) -> HttpResponse:
    """Matters that fit the words so far, as a part of the form; for restricted ones another way."""
    book = catalogue()
    said = request.POST.get("words", "")[:WORDS_READ]
    found = [book.matters[key] for key in suggested_matters(book, said)]
    context = {
        "suggested": [Choice(one.key, str(one.title)) for one in found if not one.is_restricted],
        "protected": any(one.is_restricted for one in found),
    }
    return views.private(render(request, "portal/_suggested.html", context))


# --- the receipt ------------------------------------------------------------------------------


@for_everybody
@require_GET
def done(request: HttpRequest) -> HttpResponse:
    """The receipt, once more for whoever has just reported from this device."""
    held = views.receipt_of(request)
    if held is None:
        return HttpResponseRedirect(reverse("portal:track"))
    number, code = held
    try:
        submission = queries.submission_for(number, code)
    except NotTheReporter:
        return views.forget(HttpResponseRedirect(reverse("portal:track")))
    placed = submission.reports.select_related("case").first()
    book = catalogue()
    calendar = book.hours("desk")
    now = clock.now()
    page = pages.DonePage(
        receipt=number,
        code=code,
        address=_track_address(request, number),
        outside=placed is not None and placed.locate_reason == "outside",
        joined=placed is not None and placed.join_state == "proposed",
        again="again" in request.GET,
        restricted=placed is not None and is_restricted(placed.case.matter),
        opens_at=None if calendar.is_open(now) else calendar.next_opening(now),
        duty_phone=book.settings.duty_phone or "",
    )
    return views.private(render(request, "portal/done.html", {"page": page}))


def is_restricted(matter: str) -> bool:
    """Whether a matter is one of the few that only a protection desk sees."""
    known = catalogue().matters.get(matter)
    return known is not None and known.is_restricted


def _track_address(request: HttpRequest, number: str) -> str:
    """Where the number is followed; without the code, so that a picture passed on gives nothing
    away."""
    base = portal_address(request.build_absolute_uri("/"))
    return f"{base}{reverse('portal:track')}?{urlencode({'number': number})}"


@for_everybody
@require_GET
def receipt_picture(request: HttpRequest) -> HttpResponse:
    """The QR code of the page where the receipt of this browser is followed."""
    held = views.receipt_of(request)
    if held is None:
        return HttpResponse(status=404)
    drawn = io.BytesIO()
    # plain fills: an inline style would not be drawn under our policy
    segno.make(_track_address(request, held[0]), error="m", micro=False).save(
        drawn,
        kind="svg",
        scale=5,
        border=3,
        dark="#000",
        light="#fff",
        svgclass=None,
        lineclass=None,
    )
    answer = HttpResponse(drawn.getvalue(), content_type="image/svg+xml")
    answer["X-Content-Type-Options"] = "nosniff"
    return views.private(answer)


@for_everybody
@require_GET
def staged_photo(request: HttpRequest, client_id: str, photo_id: UUID) -> HttpResponse:
    """A photo that was sent with a form which is not submitted yet, for that form alone."""
    mine = {one.id for one in files.staged_files(f"form:{client_id}")}
    if photo_id not in mine:
        return HttpResponse(status=404)
    return file_answer(request, photo_id, thumb=True)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
