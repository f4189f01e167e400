"""Today in brief: one page for a desk and for whoever leads, by area and by organisation."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from gridward.access.rules import Viewer
from gridward.cases import actions, errors, queries
from gridward.cases.queries import Brief, DayFigures
from gridward.cases.queries.figures import PERIOD, Figures, figures
from gridward.catalog.queries import catalogue
from gridward.core import clock as wall
from gridward.core import jurisdiction
from gridward.core.errors import Problem
from gridward.web.ui import maps, words
from gridward.web.ui.pages import Fact, Tile
from gridward.web.ui.sessions import for_staff, staff_of
from gridward.web.ui.staff import name_of, shell_of
from gridward.web.workbench import pages, sheets
from gridward.web.workbench.views_export import mark_of

# heading, and what stands in it; the order of every table of the day
COLUMNS: Sequence[tuple[object, Callable[[DayFigures], int]]] = (
    (gettext_lazy("Received"), lambda f: f.received),
    (gettext_lazy("Accepted in time"), lambda f: f.accept_met),
    (gettext_lazy("Accepted late"), lambda f: f.accept_late),
    (gettext_lazy("Dispatched (times)"), lambda f: f.dispatched),
    (gettext_lazy("Closed"), lambda f: f.closed),
    (gettext_lazy("Closed in time"), lambda f: f.closed_in_time),
    (gettext_lazy("Returns asked"), lambda f: f.returned),
    (gettext_lazy("Not solved"), lambda f: f.unsolved),
    (gettext_lazy("Open"), lambda f: f.open),
    (gettext_lazy("Overdue"), lambda f: f.late),
)


@for_staff("figures.see")
@require_http_methods(["GET", "HEAD", "POST"])
def overview(request: HttpRequest) -> HttpResponseBase:
    """The day's figures of one's ground, with what they mean; sent as a form, as a workbook."""
    viewer = staff_of(request)
    if request.method == "POST":
        try:
            return _book(request, viewer)
        except errors.PurposeMissing as problem:
            return _page(request, viewer, problem)
    return _page(request, viewer)


def _page(request: HttpRequest, viewer: Viewer, problem: Problem | None = None) -> HttpResponse:
    now = wall.now()
    brief = queries.day_brief(viewer, now)
    found = figures(viewer, now)
    page = pages.OverviewPage(
        shell=shell_of(request, viewer, "overview"),
        tiles=tuple(_tiles(brief, found)),
        headings=tuple(str(title) for title, _get in COLUMNS),
        areas=tuple(
            pages.FigureLine(line.name or _("Place unknown"), _numbers(line.figures))
            for line in brief.areas
        ),
        total=_numbers(brief.total),
        organisations=tuple(
            pages.FigureLine(name_of(line.organisation), _numbers(line.figures))
            for line in brief.organisations
        ),
        sources=tuple(_sources(brief)),
        definitions=tuple(_definitions()),
        chat=chat_of(brief),
        map=maps.map_of(reverse("ui:map-areas"), reverse("ui:map-picture"), within=viewer.area_id),
        as_of=now,
        purpose=request.POST.get("purpose", ""),
        problem=problem.message if problem else "",
    )
    status = problem.status if problem else 200
    return render(request, "workbench/overview.html", {"page": page}, status=status)


def _numbers(found: DayFigures) -> tuple[int, ...]:
    return tuple(get(found) for _title, get in COLUMNS)


def _tiles(brief: Brief, found: Figures) -> list[Tile]:
    total = brief.total
    percent = found.total.on_time_percent
    there = reverse("workbench:list")
    return [
        Tile(_("New today"), str(total.received)),
        Tile(_("Closed today"), str(total.closed)),
        Tile(_("Open"), str(total.open), there),
        Tile(_("Overdue"), str(total.late), f"{there}?broken=1", tone="red" if total.late else ""),
        Tile(
            _("On time"),
            "—" if percent is None else f"{percent}%",
            hint=_("last %(days)d days") % {"days": PERIOD.days},
        ),
        *(
            [
                Tile(
                    _("Closed by special approval"),
                    str(found.total.forced),
                    hint=_("last %(days)d days; in no rate") % {"days": PERIOD.days},
                )
            ]
            if found.total.forced
            else []
        ),
    ]


def _sources(brief: Brief) -> list[pages.SourceLine]:
    titles = {s.key: str(s.title) for s in catalogue().settings.sources}
    address = reverse("workbench:list")
    return [
        pages.SourceLine(
            title=titles.get(line.source, ""),
            address=f"{address}?source={line.source}",
            open=line.open,
            late=line.late,
            soonest=line.soonest,
        )
        for line in brief.sources
    ]


def _definitions() -> list[Fact]:
    days = {"days": PERIOD.days}
    return [
        Fact(_("Received"), _("Events opened today, since midnight.")),
        Fact(
            _("Accepted in time"),
            _("Of those received today: taken up within the time for accepting; the rest wait."),
        ),
        Fact(_("Dispatched (times)"), _("How often a lead was given an event today.")),
        Fact(
            _("Closed"),
            _("Closed today with a result; not void, joined, declined or withdrawn."),
        ),
        Fact(
            _("Closed in time"), _("Of those closed today: by the date promised to the reporter.")
        ),
        Fact(_("Returns asked"), _("How often an organisation asked to give an event back today.")),
        Fact(_("Not solved"), _("Reporters who said today that it is not solved.")),
        Fact(_("Open"), _("Not closed now, whenever it was opened.")),
        Fact(_("Overdue"), _("Open and past the date promised to the reporter.")),
        Fact(
            _("On time"),
            _("Closed by the promised date ÷ (closed + open overdue), last %(days)d days.") % days,
        ),
        Fact(
            _("Organisations"),
            _("In the fixed order of their list, by present lead; people are never counted."),
        ),
        Fact(_("Restricted events"), _("Are counted in no figure of the day.")),
    ]


def chat_of(brief: Brief) -> str:
    """The day as a message for a chat group: numbers only."""
    total = brief.total
    values = {
        "place": jurisdiction.current().name or _("Gridward"),
        "at": words.moment_words(brief.until),
        "received": total.received,
        "met": total.accept_met,
        "given": total.dispatched,
        "closed": total.closed,
        "early": total.closed_in_time,
        "open": total.open,
        "late": total.late,
        "back": total.returned,
        "unsolved": total.unsolved,
    }
    lines = [
        _("[%(place)s] Today in brief, as of %(at)s") % values,
        _("Received %(received)d, accepted in time %(met)d, dispatched %(given)d times.") % values,
        _("Closed %(closed)d, of them in time %(early)d.") % values,
        _("Open now %(open)d, overdue %(late)d; returns %(back)d, not solved %(unsolved)d.")
        % values,
    ]
    for line in brief.areas:
        if not line.figures.is_empty:
            said = {
                "name": line.name or _("Place unknown"),
                "received": line.figures.received,
                "closed": line.figures.closed,
                "open": line.figures.open,
                "late": line.figures.late,
            }
            text = _("%(name)s: %(received)d in, %(closed)d closed, %(open)d open, %(late)d late")
            lines.append(text % said)
    return "\n".join(lines)


# --- as a workbook --------------------------------------------------------------------------------


def _book(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    purpose = actions.purpose_of(request.POST.get("purpose", ""))
    now = wall.now()
    brief = queries.day_brief(viewer, now)
    title = _("Today in brief, %(day)s") % {"day": words.day_words(now)}
    notes = [f"{fact.label}: {fact.value}" for fact in _definitions()]
    areas = [[line.name or _("Place unknown"), *_numbers(line.figures)] for line in brief.areas]
    organisations = [
        [name_of(line.organisation), *_numbers(line.figures)] for line in brief.organisations
    ]
    parts = [
        _part(_("By area"), _("Area"), title, [*areas, [_("All"), *_numbers(brief.total)]], notes),
        _part(_("By organisation"), _("Organisation"), title, organisations, notes),
    ]
    made, count = sheets.write_book(parts, mark_of(request, viewer, purpose))
    actions.record_export(viewer, kind="brief", rows=count, purpose=purpose)
    return sheets.sent(made, f"{_('Today in brief')}-{words.local(now):%Y%m%d-%H%M}")


def _part(
    name: str, first: str, title: str, rows: list[list[object]], notes: list[str]
) -> sheets.Part:
    columns = [sheets.Column(first, 28)]
    columns += [sheets.Column(str(each), 12, is_number=True) for each, _get in COLUMNS]
    return sheets.Part(name, f"{title} · {name}", columns, rows, notes)
