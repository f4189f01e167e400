"""On my ground: an event there, joining on site, calling in person, my grid, what was solved."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from gridward.access.rules import Viewer
from gridward.cases import actions, queries
from gridward.cases.queries import calling, onsite
from gridward.cases.queries.pages import CaseCard, CasePage
from gridward.cases.queries.photos import photo_of_case
from gridward.core.errors import NotFound, Problem
from gridward.directory import grounds
from gridward.territory import queries as territory
from gridward.web.field import pages
from gridward.web.ui import maps, words
from gridward.web.ui.media import file_answer, picture_of, said_again, take_in
from gridward.web.ui.navigation import thumb_bar
from gridward.web.ui.onsite import answer_fields, as_sent, ids_in, visit_fields
from gridward.web.ui.pages import Fact, Link, MapView, Photo, Row, Step
from gridward.web.ui.sessions import for_staff, staff_of
from gridward.web.ui.staff import clock_of, name_of, shell_of, state_badge, title_of

JOIN = "join_site"
AS_IT_WAS = frozenset({"before", "look", "verify"})  # photos of a case from before the work


def case_row(card: CaseCard) -> Row:
    """An event on my ground as a line of a list."""
    return Row(
        title=title_of(card.matter_title, card.summary),
        address=reverse("field:case", args=[card.id]),
        sub=_told(card),
        clock=clock_of(card.clock) if card.is_open else None,
        badge=state_badge(card.state, card.state_title),
    )


def _told(card: CaseCard) -> str:
    """The beginning of the words, where the matter stands above them; the place on one's ground
    says little."""
    return card.summary if card.matter_title and card.summary else card.place


def call_row(call: calling.CallView) -> Row:
    """Somebody to call on."""
    return Row(
        title=title_of(call.case.matter_title, call.case.summary),
        address=reverse("field:call", args=[call.id]),
        sub=_told(call.case),
    )


# --- an event on my ground -------------------------------------------------------------------


@for_staff("case.see")
@require_http_methods(["GET", "HEAD", "POST"])
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """What was reported, who has it, and joining those who handle it."""
    viewer = staff_of(request)
    if request.method != "POST":
        return _case_page(request, viewer, case_id)
    try:
        photos = [
            take_in(upload, f"post:{viewer.post_id}").id
            for upload in request.FILES.getlist("photos")
        ]
        version = request.POST.get("version", "")
        actions.join_on_site(
            case_id,
            by=viewer,
            version=int(version) if version.isdecimal() and len(version) < 9 else 0,
            came=ids_in(request.POST, "came"),
            words=request.POST.get("words", ""),
            photos=photos,
        )
    except NotFound:
        raise
    except Problem as problem:
        return _case_page(request, viewer, case_id, problem)
    messages.success(
        request, _("Kept. Everybody who handles it can read it."), extra_tags=f"{JOIN}-{case_id}"
    )
    return HttpResponseRedirect(reverse("field:case", args=[case_id]) + "#main", status=303)


def _case_page(
    request: HttpRequest, viewer: Viewer, case_id: UUID, problem: Problem | None = None
) -> HttpResponse:
    found = queries.case_page(viewer, case_id)
    card = found.case
    page = pages.CasePage(
        shell=shell_of(request, viewer, ""),
        nav=thumb_bar("grid"),
        title=title_of(card.matter_title),
        badge=state_badge(card.state, card.state_title),
        clock_text=clock.text if (clock := clock_of(card.clock)) and card.is_open else "",
        place=card.place,
        words=tuple(report.words for report in found.reports if report.words),
        where=tuple(report.place_words for report in found.reports if report.place_words),
        unheard=sum(report.unheard for report in found.reports),
        facts=tuple(_facts(found)),
        before=_photos(found, before=True),
        after=_photos(found, before=False),
        map=map_at(found.lng, found.lat),
        steps=_steps(request, found, problem),
        happened=tuple(
            (f"{words.moment_words(item.at)} · {item.title}", " ".join(item.words))
            for item in list(reversed(found.timeline))[:6]
        ),
        whole=reverse("workbench:case", args=[card.id]),
    )
    status = problem.status if problem is not None else 200
    return render(request, "field/case.html", {"page": page}, status=status)


def _facts(found: CasePage) -> list[Fact]:
    card = found.case
    helpers = [name_of(one) for part, one in found.assignments if part.active and part.role == "co"]
    facts = [
        Fact(_("Number"), card.number),
        Fact(_("Lead"), name_of(card.lead)),
        Fact(_("Co-handlers"), words.listed(helpers)),
    ]
    if card.promised_at is not None and card.is_open:
        facts.append(Fact(_("Promised by"), words.day_words(card.promised_at)))
    return [fact for fact in facts if fact.value]


def _photos(found: CasePage, *, before: bool) -> tuple[Photo, ...]:
    return tuple(
        picture_of(
            reverse("field:case-photo", args=[found.case.id, one.id]),
            media=one.media,
            seconds=one.seconds,
        )
        for one in found.photos
        if (one.report_id is not None or one.kind in AS_IT_WAS) is before
    )


def _steps(request: HttpRequest, found: CasePage, problem: Problem | None) -> tuple[Step, ...]:
    title = next((str(card.title) for card in found.steps if card.key == JOIN), "")
    if not title:
        return ()
    sent = request.POST if problem is not None else None
    return (
        Step(
            key=JOIN,
            title=title,
            address=f"{reverse('field:case', args=[found.case.id])}#step-{JOIN}",
            version=found.case.version,
            fields=tuple(
                as_sent(field, sent) if sent is not None else field for field in visit_fields(found)
            ),
            hint=_("Where anybody is, is not kept; only who came."),
            button=_("Keep it"),
            icon="users",
            tone="first",
            is_open=problem is not None,
            error=said_again(request, problem) if problem is not None else "",
            with_files=True,
            draft=f"{JOIN}-{found.case.id}",
        ),
    )


@for_staff("case.see")
@require_GET
def case_photo(request: HttpRequest, case_id: UUID, photo_id: UUID) -> HttpResponse:
    """A photo of an event on my ground."""
    file_id = photo_of_case(staff_of(request), case_id, photo_id)
    return file_answer(request, file_id, thumb="small" in request.GET)


def map_at(lng: float | None, lat: float | None) -> MapView | None:
    """The map around a point; None without one."""
    if lng is None or lat is None:
        return None
    point = f"{lng:.6f},{lat:.6f}"
    window = maps.Window(lng, lat, 0.008)
    picture = f"{reverse('ui:map-picture')}?{urlencode({'window': window.key, 'pin': point})}"
    areas = f"{reverse('ui:map-areas')}?{urlencode({'near': point})}"
    return maps.map_of(areas, picture, lng=lng, lat=lat)


# --- calling in person ------------------------------------------------------------------------


@for_staff("case.check_task")
@require_http_methods(["GET", "HEAD", "POST"])
def call(request: HttpRequest, answer_id: UUID) -> HttpResponse:
    """Somebody to call on: what it was, what was done, and what they say."""
    viewer = staff_of(request)
    if request.method != "POST":
        return _call_page(request, viewer, answer_id)
    outcome, rating = request.POST.get("outcome", ""), request.POST.get("rating", "")
    version = request.POST.get("version", "")
    try:
        actions.log_call_in_person(
            answer_id,
            by=viewer,
            version=int(version) if version.isdecimal() and len(version) < 9 else 0,
            reached=outcome != "unreached",
            answer="" if outcome == "unreached" else outcome,
            rating=int(rating) if rating in ("1", "2", "3", "4", "5") else None,
            words=request.POST.get("words", ""),
        )
    except NotFound:
        raise
    except Problem as problem:
        return _call_page(request, viewer, answer_id, problem)
    messages.success(request, _("Handed in. Thank you."), extra_tags=f"call-{answer_id}")
    return HttpResponseRedirect(reverse("field:home"), status=303)


@for_staff("case.check_task")
@require_http_methods(["GET", "HEAD", "POST"])
def call_number(request: HttpRequest, answer_id: UUID) -> HttpResponse:
    """The number of whom I am to call on; that it was shown is recorded."""
    viewer = staff_of(request)
    if request.method != "POST":  # a page that the phone opens again shows no number
        return HttpResponseRedirect(reverse("field:call", args=[answer_id]))
    try:
        shown = actions.show_call_contact(answer_id, by=viewer)
    except NotFound:
        raise
    except Problem as problem:
        return _call_page(request, viewer, answer_id, problem)
    return _call_page(request, viewer, answer_id, shown=shown)


def _call_page(
    request: HttpRequest,
    viewer: Viewer,
    answer_id: UUID,
    problem: Problem | None = None,
    shown: actions.ShownContact | None = None,
) -> HttpResponse:
    call_ = calling.call_for(viewer, answer_id)
    found = queries.case_page(viewer, call_.case.id)
    round_ = found.rounds[-1] if found.rounds else None
    reply = found.texts.get(round_.reply) if round_ is not None and round_.reply else None
    sent = request.POST if problem is not None else None
    page = pages.CallPage(
        shell=shell_of(request, viewer, ""),
        nav=thumb_bar("home"),
        title=title_of(found.case.matter_title),
        place=found.case.place,
        words=tuple(report.words for report in found.reports if report.words),
        reply=reply or "",
        attempts=call_.attempts,
        after=_photos(found, before=False),
        number=reverse("field:call-number", args=[answer_id]),
        phone=shown.phone if shown is not None else "",
        name=shown.name if shown is not None else "",
        step=Step(
            key="call",
            title=_("What the reporter says"),
            address=reverse("field:call", args=[answer_id]),
            version=found.case.version,
            fields=tuple(
                as_sent(field, sent) if sent is not None else field
                for field in answer_fields(found.edition)
            ),
            button=_("Submit"),
            error=problem.message if problem is not None else "",
            draft=f"call-{answer_id}",
        ),
    )
    status = problem.status if problem is not None else 200
    answer = render(request, "field/call.html", {"page": page}, status=status)
    answer["Cache-Control"] = "no-store, private"
    return answer


# --- my grid ----------------------------------------------------------------------------------


@for_staff("case.see")
@require_GET
def grid(request: HttpRequest) -> HttpResponse:
    """My ground: its map and units, who answers there, what is open and what closed lately."""
    viewer = staff_of(request)
    shell = shell_of(request, viewer, "")
    if viewer.area_id is None:
        return render(
            request, "field/grid.html", {"page": pages.GridPage(shell, thumb_bar("grid"), "")}
        )
    here = territory.area(viewer.area_id)
    found = grounds.who_answers(here.id)
    ground = onsite.ground_of(viewer)
    page = pages.GridPage(
        shell=shell,
        nav=thumb_bar("grid"),
        title=territory.path_name(here.id),
        synthetic=here.synthetic,
        map=_grid_map(here.id),
        people=tuple(
            (one.name, f"{one.role} · {name_of(one.organisation)}") for one in found.people
        ),
        desk=name_of(found.desk.organisation) if found.desk is not None else "",
        desk_phone=(found.desk.phone if found.desk is not None else "") or found.duty_phone,
        units=tuple(_units(here.id)),
        open=tuple(case_row(card) for card in ground.open),
        closed=tuple(case_row(card) for card in ground.closed),
        links=tuple(_grid_links(viewer)),
    )
    return render(request, "field/grid.html", {"page": page})


def _units(area_id: int) -> list[tuple[str, str]]:
    """The areas right in mine, each with who answers for it; one statement for any number."""
    below = [area for area in territory.children(area_id) if area.closed_on is None]
    heads = grounds.answerers_of([area.id for area in below])
    language = get_language() or "zh"
    return [(area.name_in(language), words.listed(heads.get(area.id, []))) for area in below]


def _grid_links(viewer: Viewer) -> list[Link]:
    links = [Link(_("All events"), reverse("workbench:list"), "list")]
    if viewer.may("task.hand_over"):
        links.append(
            Link(_("Hand my open tasks to a colleague"), reverse("account:hand-all"), "users")
        )
    return links


def _grid_map(area_id: int) -> MapView | None:
    bounds = maps.bounds_of([area_id])
    if bounds is None:
        return None
    picture = f"{reverse('ui:map-picture')}?{urlencode({'window': maps.window_of(bounds).key})}"
    return MapView(areas=reverse("field:grid-shapes"), bounds=bounds, picture=picture)


@for_staff("case.see")
@require_GET
def grid_shapes(request: HttpRequest) -> HttpResponse:
    """Polygons of my ground and of what lies right in it."""
    viewer = staff_of(request)
    if viewer.area_id is None:
        raise NotFound()
    below = [area.id for area in territory.children(viewer.area_id)]
    language = get_language() or "zh"
    shapes = territory.polygon_geojson([viewer.area_id, *below], language=language)
    return JsonResponse(shapes, headers={"Cache-Control": "private, max-age=60"})


@for_staff("case.check_task")
@require_GET
def solved(request: HttpRequest) -> HttpResponse:
    """What came to a good end and I had a hand in."""
    viewer = staff_of(request)
    page = pages.SolvedPage(
        shell=shell_of(request, viewer, ""),
        nav=thumb_bar("home"),
        rows=tuple(case_row(card) for card in onsite.solved_with(viewer, limit=50)),
    )
    return render(request, "field/solved.html", {"page": page})
