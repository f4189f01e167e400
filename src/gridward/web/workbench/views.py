"""The workbench: what waits for me, one case with the steps I may take, lists, figures."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gridward.access.rules import Viewer
from gridward.cases import actions, queries
from gridward.cases.queries.figures import PERIOD, figures
from gridward.cases.queries.pages import CaseCard, CasePage, ReportView
from gridward.cases.queries.photos import photo_of_case
from gridward.catalog.queries import catalogue
from gridward.core import clock as wall
from gridward.core.errors import NotFound, Outdated, Problem
from gridward.territory import queries as territory
from gridward.vault import queries as files
from gridward.web.ui import maps, reporting
from gridward.web.ui.pages import (
    Badge,
    Choice,
    Fact,
    FormField,
    Link,
    MapView,
    Pager,
    Photo,
    Row,
    Tile,
    TimelineItem,
)
from gridward.web.ui.sessions import for_staff, staff_of
from gridward.web.ui.staff import (
    channel_title,
    clock_of,
    holds_cases,
    name_of,
    shell_of,
    state_badge,
    title_of,
    why_of,
)
from gridward.web.workbench import pages, steps

HOME_ROWS = 50


# --- what waits for me ------------------------------------------------------------------------


@for_staff()
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What waits for this post's organisation, the most pressing first."""
    viewer = staff_of(request)
    if not holds_cases(viewer):
        there = "workbench:overview" if viewer.may("figures.see") else "workbench:list"
        return HttpResponseRedirect(reverse(there))
    counts = queries.waiting_counts(viewer)
    shell = shell_of(request, viewer, "home", counts)
    found = queries.list_page(viewer, mine=True, order="due", limit=HOME_ROWS)
    rows = [(card.clock.light if card.clock else "", _row(card)) for card in found.items]
    pressing = tuple(row for light, row in rows if light in ("red", "orange"))
    rest = tuple(row for light, row in rows if light not in ("red", "orange"))
    more = reverse("workbench:list") + "?mine=1"
    sections = []
    if pressing:
        sections.append(pages.Section(_("Due soon"), pressing, more))
    if rest or not pressing:
        empty = _("All done. Take a break")
        sections.append(pages.Section(_("Waiting for me"), rest, more, empty))
    page = pages.HomePage(shell, tuple(_tiles(counts)), tuple(sections))
    return render(request, "workbench/home.html", {"page": page})


def _tiles(counts: dict[str, int]) -> list[Tile]:
    titles = _state_titles()
    address = reverse("workbench:list")
    return [
        Tile(titles.get(key, key), str(many), f"{address}?{urlencode({'mine': '1', 'state': key})}")
        for key, many in sorted(counts.items(), key=lambda pair: list(titles).index(pair[0]))
        if key in titles
    ]


def _state_titles() -> dict[str, str]:
    """State → title over all processes of the edition in force, in the packs' order."""
    return {
        state.key: str(state.title)
        for process in catalogue().processes.values()
        for state in process.states
    }


def _case_address(case_id: UUID) -> str:
    return reverse("workbench:case", args=[case_id])


def _badges(card: CaseCard) -> tuple[Badge, ...]:
    found = []
    if card.urgent:
        found.append(Badge(_("Urgent"), "red"))
    if card.restricted:
        found.append(Badge(_("Restricted"), "dark"))
    if card.reports > 1:
        found.append(Badge(_("%(n)d reports") % {"n": card.reports}, "blue"))
    return tuple(found)


def _row(card: CaseCard) -> Row:
    title = title_of(card.matter_title, card.summary)
    if card.matter_title and card.summary:
        title = f"{card.matter_title} · {card.summary}"
    return Row(
        title=title,
        address=_case_address(card.id),
        sub=card.place or _("Place unknown"),
        clock=clock_of(card.clock),
        badge=state_badge(card.state, card.state_title),
    )


# --- list ---------------------------------------------------------------------------------------


@for_staff("case.see")
@require_GET
def case_list(request: HttpRequest) -> HttpResponse:
    """The cases that this post may see; filters and words in the address, keyset pages."""
    viewer = staff_of(request)
    asked = request.GET
    order = "newest" if asked.get("order") == "newest" else "due"
    state = asked.get("state", "")
    query = asked.get("q", "").strip()
    mine = asked.get("mine") == "1"
    closed = {s.key for p in catalogue().processes.values() for s in p.states if s.group != "open"}
    found = queries.list_page(
        viewer,
        order="newest" if state in closed else order,
        area=_area_of(asked.get("area", "")),
        state=state if state in _state_titles() else "",
        mine=mine,
        query=query,
        cursor=asked.get("after", ""),
    )
    kept = {k: str(v) for k, v in asked.items() if v and k not in ("after", "page")}
    following = f"?{urlencode(kept | {'after': found.cursor})}" if found.cursor else ""
    first = f"?{urlencode(kept)}" if asked.get("after") else ""
    page = pages.ListPage(
        shell=shell_of(request, viewer, "list"),
        title=_("All events"),
        lines=tuple(_line(card) for card in found.items),
        filters=tuple(_filters(viewer, kept)),
        words=query,
        pager=Pager(following, first),
        is_filtered=bool(kept.keys() - {"order"}),
        order=kept.get("order", ""),
        orders=tuple(_orders(kept, found.order)) if not query else (),
    )
    return render(request, "workbench/list.html", {"page": page})


def _area_of(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 18 else None


def _line(card: CaseCard) -> pages.CaseLine:
    title = title_of(card.matter_title, card.summary)
    if card.matter_title and card.summary:
        title = f"{card.matter_title} · {card.summary}"
    return pages.CaseLine(
        address=_case_address(card.id),
        title=title,
        number=card.number,
        place=card.place or _("Place unknown"),
        state=state_badge(card.state, card.state_title),
        holder=name_of(card.holder) if card.is_open else name_of(card.lead),
        opened_at=card.opened_at,
        clock=clock_of(card.clock) if card.is_open else None,
        badges=_badges(card),
    )


def _filters(viewer: Viewer, kept: dict[str, str]) -> list[FormField]:
    language = get_language() or "zh"
    ground = territory.ground()
    if viewer.area_id is not None:
        areas = territory.children(viewer.area_id)
    else:
        areas = ground.of_level(2) if ground.scheme else ()
    found = [
        FormField(
            "state",
            "select",
            _("State"),
            value=kept.get("state", ""),
            placeholder=_("All states"),
            choices=tuple(Choice(key, title) for key, title in _state_titles().items()),
        )
    ]
    if areas:
        found.append(
            FormField(
                "area",
                "select",
                _("Area"),
                value=kept.get("area", ""),
                placeholder=_("All areas"),
                choices=tuple(Choice(str(a.id), a.name_in(language)) for a in areas),
            )
        )
    if holds_cases(viewer):
        found.append(
            FormField(
                "mine",
                "select",
                _("Now with"),
                value=kept.get("mine", ""),
                placeholder=_("Anybody"),
                choices=(Choice("1", _("My organisation")),),
            )
        )
    return found


def _orders(kept: dict[str, str], order: str) -> list[Link]:
    rest = {k: v for k, v in kept.items() if k != "order"}
    return [
        Link(_("By due time"), f"?{urlencode(rest | {'order': 'due'})}", current=order == "due"),
        Link(
            _("Newest first"),
            f"?{urlencode(rest | {'order': 'newest'})}",
            current=order == "newest",
        ),
    ]


# --- one case -----------------------------------------------------------------------------------


@for_staff("case.see")
@require_GET
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """One case: words, photos, map, the clock, the steps, what happened and why."""
    return _case_page(request, case_id)


@for_staff("case.see")
@require_POST
def step(request: HttpRequest, case_id: UUID, key: str) -> HttpResponse:
    """Takes a step and shows the case as it is then; a refusal shows the form again."""
    viewer = staff_of(request)
    try:
        steps.take(request, case_id, key, viewer)
    except NotFound:
        raise
    except Problem as problem:
        return _case_page(request, case_id, steps.Sent(key, request.POST, problem))
    said = _("Done. What happens next stands below.")
    messages.success(request, said, extra_tags=steps.draft_name(case_id, key))
    return HttpResponseRedirect(_case_address(case_id), status=303)


@for_staff("case.see")
@require_GET
def photo(request: HttpRequest, case_id: UUID, photo_id: UUID) -> HttpResponse:
    """A photo of a case that this post may see; ?small=1 for the thumbnail."""
    file_id = photo_of_case(staff_of(request), case_id, photo_id)
    return _picture(file_id, thumb="small" in request.GET)


def _picture(file_id: UUID, *, thumb: bool) -> HttpResponse:
    opened = files.open_file(file_id, thumb=thumb)
    return HttpResponse(
        opened.data,
        content_type=opened.media_type,
        headers={"Cache-Control": "private, max-age=600", "X-Content-Type-Options": "nosniff"},
    )


def _case_page(request: HttpRequest, case_id: UUID, sent: steps.Sent | None = None) -> HttpResponse:
    viewer = staff_of(request)
    found = queries.case_page(viewer, case_id)
    card = found.case
    notice = ""
    if sent is not None and isinstance(sent.problem, Outdated):
        # somebody else acted: what was typed belongs to a case that no longer looks so
        notice, sent = sent.problem.message, None
        status = 409
    else:
        status = sent.problem.status if sent is not None and sent.problem else 200
    mine = steps.steps_of(found, viewer, sent)
    if sent is not None and not any(one.key == sent.key for one in mine):
        notice = sent.problem.message if sent.problem else ""
    page = pages.CasePage(
        # what waits is counted on the lists; here every statement belongs to the case
        shell=shell_of(request, viewer, "home" if card.is_open else "list", {}),
        title=title_of(card.matter_title),
        number=card.number,
        place=card.place or _("Place unknown"),
        state=state_badge(card.state, card.state_title),
        badges=_badges(card),
        clock=clock_of(card.clock) if card.is_open else None,
        promised=card.promised_at if card.is_open else None,
        holder=_holder(card),
        facts=tuple(_facts(found)),
        reports=tuple(_report(found, one) for one in found.reports),
        proofs=tuple(_photo(card.id, one.id) for one in found.photos if one.report_id is None),
        map=_map(found),
        steps=mine,
        timeline=_timeline(found),
        why=why_of(found.why),
        back=_back(viewer),
        notice=notice,
        withheld=card.restricted,
    )
    return render(request, "workbench/case.html", {"page": page}, status=status)


def _back(viewer: Viewer) -> Link:
    if holds_cases(viewer):
        return Link(_("Waiting for me"), reverse("workbench:home"))
    return Link(_("All events"), reverse("workbench:list"))


def _holder(card: CaseCard) -> str:
    if not card.is_open:
        return ""
    name = name_of(card.holder)
    kinds = {
        "chief": _("The duty chief"),
        "worker": _("A grid worker, on site"),
        "caller": _("Call-back"),
    }
    kind = kinds.get(card.holder_kind, "")
    return " · ".join(part for part in (name, kind) if part)


def _facts(found: CasePage) -> list[Fact]:
    facts = []
    if found.condition is not None and found.matter is not None:
        facts.append(Fact(_("Matter"), str(found.condition.title)))
    roles = {"lead": _("Lead"), "co": _("Co-handler"), "informed": _("Informed")}
    for assignment, organisation in found.assignments:
        if assignment.active and organisation is not None:
            facts.append(Fact(roles.get(assignment.role, ""), name_of(organisation)))
    record = found.rounds[-1] if found.rounds else None
    if record is not None:
        if record.number > 1:
            facts.append(Fact(_("Round"), str(record.number)))
        for label, secret in (
            (_("What was done (internal)"), record.internal),
            (_("Reply to the reporter"), record.reply),
        ):
            text = found.texts.get(secret) if secret else None
            if text:
                facts.append(Fact(label, text))
    if found.case.close_type:
        types = {t.key: str(t.title) for t in catalogue(found.edition).settings.close_types}
        facts.append(Fact(_("How it ended"), types.get(found.case.close_type, "")))
    return [fact for fact in facts if fact.label]


def _photo(case_id: UUID, photo_id: UUID) -> Photo:
    address = reverse("workbench:photo", args=[case_id, photo_id])
    return Photo(address, f"{address}?small=1")


def _report(found: CasePage, one: ReportView) -> pages.ReportView:
    contact = ""
    if one.phone or one.name:
        contact = " ".join(part for part in (one.name, one.phone) if part)
    elif one.has_contact:
        contact = _("A number was left; intake and call-back see it")
    else:
        contact = _("No contact left")
    badge = None
    if one.answer is not None and one.answer.answer:
        titles = {"solved": _("Yes, solved"), "partly": _("Partly"), "no": _("No")}
        tone = {"solved": "green", "partly": "yellow", "no": "red"}
        badge = Badge(
            titles.get(one.answer.answer, ""),
            tone.get(one.answer.answer, ""),  # type: ignore[arg-type]
        )
    return pages.ReportView(
        receipt=one.receipt,
        submitted_at=one.submitted_at,
        source=channel_title(one.channel),
        words=one.words or "",
        place=one.place_words or "",
        photos=tuple(_photo(found.case.id, each) for each in one.photos),
        contact=contact,
        outside_number=one.outside,
        badge=badge,
    )


def _map(found: CasePage) -> MapView | None:
    if found.lng is None or found.lat is None:
        return None
    point = f"{found.lng:.6f},{found.lat:.6f}"
    near = maps.Window(found.lng, found.lat, 0.008)
    picture = f"{reverse('ui:map-picture')}?{urlencode({'window': near.key, 'pin': point})}"
    areas = f"{reverse('ui:map-areas')}?{urlencode({'near': point})}"
    return maps.map_of(areas, picture, lng=found.lng, lat=found.lat)


def _timeline(found: CasePage) -> tuple[TimelineItem, ...]:
    return tuple(
        TimelineItem(
            at=item.at,
            title=item.title,
            who=" · ".join(part for part in (name_of(item.organisation), item.who) if part),
            words="\n".join(item.words),
            tone="warn" if item.verb in WARN_VERBS else "",
        )
        for item in reversed(found.timeline)
    )


WARN_VERBS = frozenset(
    {"case.return_asked", "case.rework_asked", "case.not_solved", "case.declined", "case.voided"}
)


# --- report for a resident ------------------------------------------------------------------------


@for_staff("report.on_behalf")
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """The resident's report, written by the desk: the resident is the reporter and is told."""
    viewer = staff_of(request)
    if request.method != "POST":
        return _report_form(request, viewer, reporting.blank())
    asked = reporting.read(request)
    if asked.pick is not None:
        return _report_form(request, viewer, asked)
    channel = actions.Channel(
        key="phone",
        source="phone",
        reporter_kind="resident",
        language=get_language() or "zh-hans",
        notice_version=reporting.NOTICE_VERSION,
    )
    receipt, asked = reporting.send(asked, channel=channel, by=viewer)
    if receipt is None:
        return _report_form(request, viewer, asked, status=422)
    said = _("Received. Tell the reporter: number %(no)s, code %(code)s.")
    messages.success(
        request, said % {"no": reporting.grouped(receipt.number), "code": receipt.code}
    )
    return HttpResponseRedirect(_case_address(receipt.cases[0]), status=303)


def _report_form(
    request: HttpRequest, viewer: Viewer, asked: reporting.Asked, *, status: int = 200
) -> HttpResponse:
    problem = ""
    if asked.errors:
        problem = _("Something has to be mended below; nothing you wrote is lost.")
    page = pages.ReportPage(
        shell_of(request, viewer, "report"),
        reporting.form_of(asked, staged_photo="workbench:staged-photo", problem=problem),
    )
    return render(request, "workbench/report.html", {"page": page}, status=status)


@for_staff("report.on_behalf")
@require_GET
def staged_photo(request: HttpRequest, client_id: str, photo_id: UUID) -> HttpResponse:
    """A photo of a form that is not submitted yet."""
    if photo_id not in {one.id for one in files.staged_files(f"form:{client_id}")}:
        raise NotFound()
    return _picture(photo_id, thumb=True)


# --- figures ------------------------------------------------------------------------------------


@for_staff("figures.see")
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Today in brief: simple counts of one's ground, area by area, with what they mean."""
    viewer = staff_of(request)
    now = wall.now()
    found = figures(viewer, now)
    total = found.total
    days = {"days": PERIOD.days}
    tiles = (
        Tile(_("Open"), str(total.open)),
        Tile(_("Overdue"), str(total.late), tone="red" if total.late else ""),
        Tile(_("New today"), str(found.opened_today)),
        Tile(_("Closed today"), str(found.closed_today)),
        Tile(_("On time"), _percent(total.on_time_percent)),
    )
    definitions = (
        Fact(_("Overdue"), _("Open and past the date promised to the reporter.")),
        Fact(_("Closed"), _("Closed in the last %(days)d days, without void ones.") % days),
        Fact(
            _("On time"),
            _("Closed by the promised date ÷ (closed + open overdue), last %(days)d days.") % days,
        ),
    )
    page = pages.OverviewPage(
        shell=shell_of(request, viewer, "overview"),
        tiles=tiles,
        units=tuple(
            pages.UnitLine(
                line.name, line.open, line.late, line.closed, _percent(line.on_time_percent)
            )
            for line in found.areas
        ),
        definitions=definitions,
        map=maps.map_of(reverse("ui:map-areas"), reverse("ui:map-picture"), within=viewer.area_id),
        as_of=now,
    )
    return render(request, "workbench/overview.html", {"page": page})


def _percent(value: int | None) -> Any:
    return "—" if value is None else f"{value}%"
