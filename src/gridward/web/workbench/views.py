"""The workbench: what waits for me, one case with the steps I may take, lists, figures."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from gridward.access.rules import Viewer
from gridward.cases import actions, queries
from gridward.cases.errors import ReasonNeeded
from gridward.cases.queries.deciding import ProposalView
from gridward.cases.queries.pages import CaseCard, CasePage, ReportView
from gridward.cases.queries.photos import photo_of_case
from gridward.cases.queries.saying import result_words
from gridward.catalog.queries import catalogue
from gridward.core import clock as wall
from gridward.core.errors import NotFound, Problem
from gridward.web.ui import maps, words
from gridward.web.ui.media import file_answer, picture_of
from gridward.web.ui.navigation import holds_cases
from gridward.web.ui.pages import (
    Badge,
    Fact,
    Link,
    MapView,
    Pager,
    Photo,
    Tile,
    TimelineItem,
)
from gridward.web.ui.sessions import for_staff, staff_of
from gridward.web.ui.staff import (
    channel_title,
    clock_of,
    name_of,
    shell_of,
    state_badge,
    title_of,
    why_of,
)
from gridward.web.ui.typed import typed_in
from gridward.web.workbench import pages, steps, views_privacy
from gridward.web.workbench.gone import gone_page
from gridward.web.workbench.lines import (
    badges_of,
    case_address,
    kept_of,
    line_of,
    picks_of,
    state_titles,
)
from gridward.web.workbench.views_export import chat_of
from gridward.web.workbench.views_links import links_panel

HOME_ROWS = 50


# --- what waits for me ------------------------------------------------------------------------


def _begins_at(viewer: Viewer) -> str:
    """Where the day of somebody begins for whom no events wait."""
    if viewer.may("figures.see"):
        return "workbench:overview"
    if viewer.may("people.manage"):
        return "workbench:people"
    if viewer.may("packs.load"):
        return "workbench:catalogue"
    if viewer.may("audit.read"):
        return "workbench:audit"
    return "workbench:list" if viewer.may("case.see") else "account:mine"


@for_staff()
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What waits for this post's organisation, the most pressing first; ?tab=soon, ?tab=unplaced
    and ?tab=passed show what falls due soon, what has no place, what this post passed on."""
    viewer = staff_of(request)
    if not holds_cases(viewer):
        return HttpResponseRedirect(reverse(_begins_at(viewer)))
    waiting = queries.waiting(viewer, wall.now())
    shell = shell_of(request, viewer, "home", waiting.by_state)
    tab = request.GET.get("tab", "")
    tab = tab if tab in ("soon", "unplaced", "passed") else ""
    cursor = request.GET.get("after", "")
    if tab == "passed":
        found = queries.passed_on_page(viewer, cursor=cursor, size=HOME_ROWS)
    else:
        only = queries.Narrowing(soon=tab == "soon", unplaced=tab == "unplaced")
        found = queries.list_page(
            viewer, mine=True, order="due", cursor=cursor, limit=HOME_ROWS, only=only
        )
    picks = picks_of(viewer) if tab != "passed" else frozenset()
    lines = tuple(line_of(card, picks=picks) for card in found.items)
    kept = kept_of(request.GET)
    here = reverse("workbench:home")
    page = pages.HomePage(
        shell,
        tabs=tuple(_tabs(viewer, waiting, tab)),
        tiles=tuple(_tiles(waiting.by_state)) if not tab else (),
        lines=lines,
        pager=Pager(
            f"?{urlencode(kept | {'after': found.cursor})}" if found.cursor else "",
            (f"?{urlencode(kept)}" if kept else here) if cursor else "",
        ),
        empty={
            "": _("All done. Take a break"),
            "soon": _("Nothing falls due soon"),
            "unplaced": _("Every event here has its place"),
            "passed": _("Nothing passed on yet"),
        }[tab],
        empty_text={
            "": _("What comes in shows here by itself."),
            "passed": _("What you dispatch or hand on stays here until it is closed."),
        }.get(tab, ""),
        poll=request.get_full_path(),
        at_title=pgettext("column", "Opened"),
        can_pick=any(line.pick for line in lines),
        shows_holder=tab == "passed",
    )
    return render(request, "workbench/home.html", {"page": page})


def _tabs(viewer: Viewer, waiting: queries.Waiting, tab: str) -> list[Link]:
    here = reverse("workbench:home")
    unplaced = Link(
        _("Place unknown"),
        f"{here}?tab=unplaced",
        current=tab == "unplaced",
        count=waiting.unplaced,
    )
    # what has no place stands with the widest desk; others meet one when its place was taken back
    shows = (
        waiting.unplaced
        or tab == "unplaced"
        or (viewer.area_level == 1 and viewer.may("case.accept"))
    )
    return [
        Link(_("Waiting for me"), here, current=not tab, count=waiting.total),
        Link(_("Due soon"), f"{here}?tab=soon", current=tab == "soon", count=waiting.soon),
        *([unplaced] if shows else []),
        Link(_("Passed on by me"), f"{here}?tab=passed", current=tab == "passed"),
    ]


def _tiles(counts: dict[str, int]) -> list[Tile]:
    titles = state_titles()
    address = reverse("workbench:list")
    return [
        Tile(titles[key], str(counts[key]), f"{address}?{urlencode({'mine': '1', 'state': key})}")
        for key in titles
        if key in counts
    ]


@for_staff("case.see")
@require_GET
def following(request: HttpRequest) -> HttpResponse:
    """To the most pressing case that waits, other than the one that was open (?not=) and those
    that a grid worker looks at now."""
    viewer = staff_of(request)
    only = queries.Narrowing(at_hand=True)
    found = queries.list_page(viewer, mine=True, order="due", limit=2, only=only)
    left = request.GET.get("not", "")
    there = next((card for card in found.items if str(card.id) != left), None)
    if there is None:
        messages.info(request, _("All done. Take a break"))
        return HttpResponseRedirect(reverse("workbench:home"))
    return HttpResponseRedirect(case_address(there.id))


# --- one case -----------------------------------------------------------------------------------


@for_staff("case.see")
@require_GET
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """One case: words, photos, map, the clock, the steps, what happened and why."""
    try:
        return _case_page(request, case_id)
    except ReasonNeeded:
        return views_privacy.ask_reason(request, case_id)


@for_staff("case.see")
@require_POST
def step(request: HttpRequest, case_id: UUID, key: str) -> HttpResponse:
    """Takes a step and shows the case as it is then; a refusal shows the form again."""
    try:
        steps.take(request, case_id, key, staff_of(request))
    except Problem as problem:
        return refused(request, case_id, steps.sent(request, key, problem))
    said = _("Done. What happens next stands below.")
    messages.success(request, said, extra_tags=steps.draft_name(case_id, key))
    return HttpResponseRedirect(case_address(case_id), status=303)


@for_staff("case.see")
@require_POST
def share(request: HttpRequest, case_id: UUID, report_id: UUID) -> HttpResponse:
    """Keeps what others read in place of the reporter's words."""
    version = request.POST.get("version", "")
    try:
        actions.share_words(
            case_id,
            report_id,
            by=staff_of(request),
            words=request.POST.get("words", ""),
            version=int(version) if version.isdecimal() else 0,
        )
    except Problem as problem:
        return refused(
            request, case_id, steps.sent(request, views_privacy.share_key(report_id), problem)
        )
    messages.success(request, _("Saved. Whoever settles it now reads this."))
    return HttpResponseRedirect(case_address(case_id), status=303)


def refused(request: HttpRequest, case_id: UUID, sent: steps.Sent) -> HttpResponse:
    """The case with the form that was refused, or whatever this post still sees of it; never
    without the words that were typed."""
    try:
        return _case_page(request, case_id, sent)
    except ReasonNeeded:
        return views_privacy.ask_reason(request, case_id, typed=typed_in(sent.values))
    except NotFound as problem:
        words = typed_in(sent.values)
        if not words:
            raise
        return gone_page(request, staff_of(request), problem, words)


@for_staff("case.see")
@require_GET
def photo(request: HttpRequest, case_id: UUID, photo_id: UUID) -> HttpResponse:
    """A photo, film or voice note of a case that this post may see; ?small=1 for the small picture,
    ?original=1 for a stamped proof as it was taken."""
    file_id = photo_of_case(
        staff_of(request), case_id, photo_id, original="original" in request.GET
    )
    return file_answer(request, file_id, thumb="small" in request.GET)


def _case_page(request: HttpRequest, case_id: UUID, sent: steps.Sent | None = None) -> HttpResponse:
    viewer = staff_of(request)
    found = queries.case_page(viewer, case_id)
    card = found.case
    proposed = steps.proposal_of(found)
    decides = proposed is not None and steps.is_to_decide(proposed, found, viewer)
    waiting = proposed if decides else None
    mine = steps.steps_of(found, viewer, waiting, sent, proposed=proposed is not None)
    reports = tuple(_report(found, one, viewer, sent) for one in found.reports)
    forms = [*mine, *(one.share for one in reports if one.share is not None)]
    stays = sent is not None and any(one.key == sent.key for one in forms)
    page = pages.CasePage(
        # what waits is counted on the lists; here every statement belongs to the case
        shell=shell_of(request, viewer, "home" if card.is_open else "list", asks=False),
        title=title_of(card.matter_title),
        number=card.number,
        place=card.place or _("Place unknown"),
        state=state_badge(card.state, card.state_title),
        badges=badges_of(card),
        clock=clock_of(card.clock) if card.is_open else None,
        promised=card.promised_at if card.is_open else None,
        holder=_holder(card),
        facts=tuple(_facts(found)),
        reports=reports,
        proofs=tuple(
            _photo(card.id, one.id, one.media, one.seconds)
            for one in found.photos
            if one.report_id is None
        ),
        map=_map(found),
        steps=mine,
        timeline=_timeline(found),
        why=why_of(found.why),
        back=_back(viewer),
        proposal=steps.proposal_facts(waiting) if waiting is not None else (),
        notice=sent.problem.message if sent is not None else "",
        notice_to=f"step-{sent.key}" if sent is not None and stays else "",
        typed=typed_in(sent.values) if sent is not None and not stays else (),
        withheld=card.restricted,
        following=f"{reverse('workbench:next')}?not={card.id}" if holds_cases(viewer) else "",
        sheet="" if card.restricted else reverse("workbench:print", args=[card.id]),
        chat=chat_of(found),
        links=links_panel(found, viewer),
        before_steps=_before_steps(found, None if decides else proposed),
    )
    status = sent.problem.status if sent is not None else 200
    return render(request, "workbench/case.html", {"page": page}, status=status)


def _before_steps(found: CasePage, proposed: ProposalView | None) -> str:
    """Why a step that one might look for is not there. proposed: what another person decides."""
    if found.declined_by_viewer:
        return _("You declined this and the reporter asks for a review: a colleague decides.")
    if proposed is not None:
        until = {"until": words.moment_words(proposed.expires_at)}
        return _("Proposed; another person decides until %(until)s.") % until
    return ""


def _back(viewer: Viewer) -> Link:
    if holds_cases(viewer):
        return Link(_("Waiting for me"), reverse("workbench:home"))
    return Link(_("All events"), reverse("workbench:list"))


def _holder(card: CaseCard) -> str:
    """Who has it now; the lead of a case in hand is not named a second time."""
    if not card.is_open:
        return ""
    name = name_of(card.holder)
    kinds = {
        "chief": _("The duty chief"),
        "worker": _("A grid worker, on site"),
        "caller": _("Call-back"),
    }
    kind = kinds.get(card.holder_kind, _("Lead") if _leads(card) else "")
    return " · ".join(part for part in (name, kind) if part)


def _leads(card: CaseCard) -> bool:
    """Whether whoever has the case is its lead."""
    return (
        card.holder_kind == "organisation"
        and card.lead is not None
        and card.holder is not None
        and card.holder.id == card.lead.id
    )


def _facts(found: CasePage) -> list[Fact]:
    facts = []
    if found.condition is not None and found.matter is not None:
        facts.append(Fact(_("Matter"), str(found.condition.title)))
    roles = {"lead": _("Lead"), "co": _("Co-handler"), "informed": _("Informed")}
    for assignment, organisation in found.assignments:
        if assignment.role == "lead" and found.case.is_open and _leads(found.case):
            continue
        if assignment.active and organisation is not None:
            facts.append(Fact(roles.get(assignment.role, ""), name_of(organisation)))
    record = found.rounds[-1] if found.rounds else None
    if record is not None:
        if record.number > 1:
            facts.append(Fact(_("Round"), str(record.number)))
        if record.verify_result:
            facts.append(Fact(_("Verified before acceptance"), result_words(record.verify_result)))
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
    joined = [(_("Joined to"), found.master)] if found.master else []
    joined += [(_("Joined with it"), part) for part in found.parts]
    facts += [
        Fact(label, number, address=case_address(case_id)) for label, (case_id, number) in joined
    ]
    return [fact for fact in facts if fact.label]


def _photo(case_id: UUID, photo_id: UUID, media: str, seconds: float | None) -> Photo:
    address = reverse("workbench:photo", args=[case_id, photo_id])
    return picture_of(address, media=media, seconds=seconds)


def _outside(one: ReportView) -> str:
    """Its number where it was passed on from, and until when to answer."""
    due = ""
    if one.outside_due_at is not None:
        due = _("to be answered by %(due)s") % {"due": words.moment_words(one.outside_due_at)}
    return " · ".join(part for part in (one.outside, due) if part)


def _came_by(one: ReportView) -> str:
    """The outside source that passed it on, or else by which way it came."""
    titles = {source.key: str(source.title) for source in catalogue().settings.sources}
    return titles.get(one.source) or channel_title(one.channel)


def _report(
    found: CasePage, one: ReportView, viewer: Viewer, sent: steps.Sent | None
) -> pages.ReportView:
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
    elif one.is_withdrawn:
        badge = Badge(_("Withdrawn by the reporter"))
    elif one.join_state == "proposed":
        badge = Badge(_("The same problem? To be confirmed"), "yellow")
    return pages.ReportView(
        receipt=one.receipt,
        submitted_at=one.submitted_at,
        source=_came_by(one),
        words=one.words or "",
        place=one.place_words or "",
        photos=tuple(
            _photo(found.case.id, each.id, each.media, each.seconds)
            for each in found.photos
            if each.id in one.photos
        ),
        contact=contact,
        reveal=views_privacy.reveal_step(found, one),
        share=steps.again(views_privacy.share_step(found, one, viewer), sent),
        outside_number=_outside(one),
        badge=badge,
        crowded=one.crowded,
        unheard=one.unheard,
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
