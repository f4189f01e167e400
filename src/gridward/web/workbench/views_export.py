"""What leaves the screen: a list as a workbook, a case on one sheet of paper, words for a chat."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from gridward.access.rules import Viewer
from gridward.cases import actions, errors, queries
from gridward.cases.queries import CaseCard, CasePage
from gridward.cases.queries.exporting import EXPORT_MAX, export_rows
from gridward.cases.rules.masking import masked
from gridward.catalog.queries import catalogue
from gridward.core import clock as wall
from gridward.core import jurisdiction
from gridward.core.errors import Problem
from gridward.web.ui import maps, words
from gridward.web.ui.pages import Fact, Link
from gridward.web.ui.sessions import for_staff, staff_of
from gridward.web.ui.staff import clock_of, name_of, shell_of, title_of
from gridward.web.workbench import filters as filtering
from gridward.web.workbench import pages, sheets
from gridward.web.workbench.lines import case_address

PRINTED_PHOTOS = 3
PRINTED_WORDS = 600
PRINTED_ITEMS = 6


# --- a list as a workbook -----------------------------------------------------------------------


@for_staff("case.see")
@require_http_methods(["GET", "HEAD", "POST"])
def export(request: HttpRequest) -> HttpResponseBase:
    """Asks what the list is for; then the list of the address's filters as a workbook."""
    viewer = staff_of(request)
    if request.method == "POST":
        try:
            return _list_book(request, viewer)
        except (errors.PurposeMissing, errors.TooManyRows) as problem:
            return _export_form(request, viewer, problem)
    return _export_form(request, viewer)


def _export_form(
    request: HttpRequest, viewer: Viewer, problem: Problem | None = None
) -> HttpResponse:
    asked = filtering.read(request.GET)
    kept = urlencode({k: v for k, v in asked.kept.items() if k != "q"})
    back = reverse("workbench:list") + (f"?{kept}" if kept else "")
    page = pages.ExportPage(
        shell=shell_of(request, viewer, "list"),
        back=Link(_("All events"), back),
        address=f"{reverse('workbench:export')}?{kept}",
        chips=tuple(link.title for link in filtering.chips_of(viewer, asked)),
        most=EXPORT_MAX,
        purpose=request.POST.get("purpose", ""),
        problem=problem.message if problem else "",
    )
    status = problem.status if problem else 200
    return render(request, "workbench/export.html", {"page": page}, status=status)


def _list_book(request: HttpRequest, viewer: Viewer) -> FileResponse:
    purpose = actions.purpose_of(request.POST.get("purpose", ""))
    asked = filtering.read(request.GET)
    rows = export_rows(
        viewer,
        order=asked.order,
        area=asked.area,
        state=asked.state,
        mine=asked.mine,
        only=asked.only,
    )
    now = wall.now()
    part = sheets.Part(_("Events"), _("List of events"), _columns(), _cells(rows))
    made, count = sheets.write_book([part], mark_of(request, viewer, purpose))
    actions.record_export(viewer, kind="cases", rows=count, purpose=purpose)
    return sheets.sent(made, f"{_('Events')}-{words.local(now):%Y%m%d-%H%M}")


def mark_of(request: HttpRequest, viewer: Viewer, purpose: str) -> sheets.Mark:
    """The watermark of what this viewer takes out now."""
    shell = shell_of(request, viewer, "list", {})
    return sheets.Mark(viewer.person_name, shell.organisation, wall.now(), purpose)


def _columns() -> list[sheets.Column]:
    return [
        sheets.Column(_("Number"), 17),
        sheets.Column(_("Matter"), 22),
        sheets.Column(_("What was reported (in brief, names and numbers hidden)"), 46),
        sheets.Column(_("Place"), 34),
        sheets.Column(_("State"), 12),
        sheets.Column(_("Urgent"), 8),
        sheets.Column(_("Reports"), 8, is_number=True),
        sheets.Column(_("Lead"), 26),
        sheets.Column(_("Now with"), 26),
        sheets.Column(pgettext("column", "Opened"), 18),
        sheets.Column(_("Clock"), 20),
        sheets.Column(_("Promised to the reporter"), 18),
        sheets.Column(pgettext("column", "Closed"), 18),
        sheets.Column(_("How it ended"), 16),
    ]


def _cells(cards: Iterator[CaseCard]) -> Iterator[list[Any]]:
    ends = {t.key: str(t.title) for t in catalogue().settings.close_types}
    for card in cards:
        clock = clock_of(card.clock) if card.is_open else None
        yield [
            card.number,
            title_of(card.matter_title),
            card.summary,
            card.place or _("Place unknown"),
            str(card.state_title),
            _("yes") if card.urgent else "",
            card.reports,
            name_of(card.lead),
            name_of(card.holder) if card.is_open else "",
            _stamp(card.opened_at),
            clock.text if clock else "",
            _stamp(card.promised_at),
            _stamp(card.closed_at),
            ends.get(card.close_type, ""),
        ]


def _stamp(at: Any) -> str:
    return f"{words.local(at):%Y-%m-%d %H:%M}" if at is not None else ""


# --- a case on one sheet ------------------------------------------------------------------------


@for_staff("case.see")
@require_GET
def print_case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """A case on one A4 page; ?for=outside for an organisation without an account: nothing of any
    reporter, and room to write what was done. Raises LinkRestricted: no such case on paper.
    """
    viewer = staff_of(request)
    found = queries.case_page(viewer, case_id)
    outside = request.GET.get("for") == "outside"
    if found.case.restricted:
        raise errors.LinkRestricted()
    return render(request, "workbench/print.html", {"page": _sheet(found, viewer, outside)})


def _sheet(found: CasePage, viewer: Viewer, outside: bool) -> pages.SheetPage:
    card = found.case
    picture = ""
    if found.lng is not None and found.lat is not None:
        window = maps.Window(found.lng, found.lat, 0.006)
        pin = f"{found.lng:.6f},{found.lat:.6f}"
        picture = f"{reverse('ui:map-picture')}?{urlencode({'window': window.key, 'pin': pin})}"
    reports = found.reports
    said = [masked(one.words) for one in reports if one.words]
    places = dict.fromkeys(masked(one.place_words) for one in reports if one.place_words)
    before = [photo for one in reports for photo in one.photos][:PRINTED_PHOTOS]
    return pages.SheetPage(
        title=title_of(card.matter_title),
        number=card.number,
        place=card.place or _("Place unknown"),
        places=tuple(_short(each, 120) for each in list(places)[:2]),
        words=tuple(_short(each, PRINTED_WORDS // max(1, len(said[:3]))) for each in said[:3]),
        more_reports=max(0, len(said) - 3),
        facts=tuple(_sheet_facts(found, outside)),
        photos=tuple(
            f"{reverse('workbench:photo', args=[card.id, photo])}?small=1" for photo in before
        ),
        picture=picture,
        timeline=()
        if outside
        else tuple(
            Fact(words.moment_words(item.at), item.title, name_of(item.organisation))
            for item in found.timeline[-PRINTED_ITEMS:]
        ),
        outside=outside,
        printed=_("Printed by %(person)s, %(at)s")
        % {"person": viewer.person_name, "at": words.moment_words(wall.now())},
        back=case_address(card.id),
        other=reverse("workbench:print", args=[card.id]) + ("" if outside else "?for=outside"),
    )


def _sheet_facts(found: CasePage, outside: bool) -> Iterator[Fact]:
    card = found.case
    yield Fact(_("State"), str(card.state_title))
    if found.condition is not None:
        yield Fact(_("Matter"), str(found.condition.title))
        yield Fact(_("Done when"), str(found.condition.closing))
    if card.lead is not None:
        yield Fact(_("Lead"), name_of(card.lead))
    yield Fact(pgettext("column", "Opened"), words.moment_words(card.opened_at))
    if card.is_open and card.clock is not None and card.clock.due_at is not None:
        title = str(card.clock.title or "")
        yield Fact(_("Due"), f"{words.moment_words(card.clock.due_at)} {title}".strip())
    if not outside and card.promised_at is not None:
        yield Fact(_("Promised to the reporter"), words.moment_words(card.promised_at))
    if not outside and card.closed_at is not None:
        yield Fact(pgettext("column", "Closed"), words.moment_words(card.closed_at))


def _short(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


# --- words for a chat group ---------------------------------------------------------------------


def chat_of(found: CasePage) -> str:
    """A case as a message for a chat group: what, which grid, how far, who, by when; how it ended.
    No word of any reporter, no house number; empty for a restricted case.
    """
    card = found.case
    if card.restricted:
        return ""
    lines = [
        _("[%(place)s] Event %(number)s")
        % {"place": jurisdiction.current().name or _("Gridward"), "number": card.number},
        _("Matter: %(value)s") % {"value": title_of(card.matter_title)},
        _("Place: %(value)s") % {"value": card.place or _("Place unknown")},
        _("State: %(value)s") % {"value": card.state_title},
    ]
    if card.lead is not None:
        lines.append(_("Lead: %(value)s") % {"value": name_of(card.lead)})
    if card.is_open and card.promised_at is not None:
        lines.append(_("Due: %(value)s") % {"value": words.moment_words(card.promised_at)})
    record = found.rounds[-1] if found.rounds else None
    reply = found.texts.get(record.reply) if record is not None and record.reply else None
    if reply:
        lines.append(_("Result: %(value)s") % {"value": _short(masked(reply), 200)})
    return "\n".join(lines)
