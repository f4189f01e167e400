"""What has been agreed, to be read: matters, admitted work, processes, calendars, editions."""

from __future__ import annotations

import calendar as months_of
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET

from gridward.access.capabilities import CAPABILITIES
from gridward.access.rules import Viewer
from gridward.catalog import queries as catalog
from gridward.catalog.compiled import Catalogue
from gridward.catalog.definitions import (
    Admitted,
    AdmittedState,
    AreaKind,
    CalendarDefinition,
    DeskKind,
    FilingCondition,
    Matter,
    Process,
)
from gridward.catalog.queries import catalogue
from gridward.catalog.rules import Shown, drawn
from gridward.core import clock
from gridward.core.errors import NotFound
from gridward.directory import queries as directory
from gridward.journal import queries as journal
from gridward.web.ui.pages import Badge, Choice, Fact, FormField, Link
from gridward.web.ui.sessions import for_staff, staff_of
from gridward.web.ui.staff import shell_of
from gridward.web.ui.words import MONTHS, is_chinese, local
from gridward.web.workbench import catalogue_words as say
from gridward.web.workbench import pages_catalogue as pages
from gridward.web.workbench import process_words as told
from gridward.web.workbench.pages_catalogue import Table

BOX_W, BOX_H, GAP_X, GAP_Y, TOP, EDGE = 124, 46, 56, 26, 40, 12
PER_LINE = {True: 8, False: 16}  # characters of a box in Chinese, in English
SUNDAY = 7
DAYS_MATTER = ("matters", "calendars", "decisions")


# --- the frame --------------------------------------------------------------------------------


def frame_of(
    request: HttpRequest, here: str, title: str, sub: str = "", back: Link | None = None
) -> pages.Frame:
    """What stands around a page of the catalogue; here: which of its tabs one is at."""
    viewer = staff_of(request)
    book = catalogue()
    # said where days are read or decided, and at the entrance; elsewhere it would be noise
    missing = catalog.years_to_load(book, clock.now()) if here in DAYS_MATTER and not back else ()
    may = viewer.may("packs.load")
    act = None
    if missing and may:
        key, year = missing[0]
        query = urlencode({"calendar": key, "year": str(year)})
        address = f"{reverse('workbench:decide', args=['year'])}?{query}"
        act = Link(_("Add the days off"), address)
    return pages.Frame(
        shell=shell_of(request, viewer, "catalogue"),
        tabs=tuple(_tabs(viewer, here)),
        title=title,
        sub=sub,
        warning=_missing_words(missing),
        act=act,
        back=back,
        sample=book.sample,
    )


def _tabs(viewer: Viewer, here: str) -> Iterable[Link]:
    names = [
        ("matters", _("Catalogue of matters"), "workbench:catalogue"),
        ("admitted", _("Admitted-work list"), "workbench:admitted"),
        ("process", _("Processes"), "workbench:process"),
        ("roles", _("Roles"), "workbench:roles"),
        ("settings", _("Rules and limits"), "workbench:settings"),
        ("calendars", _("Calendars"), "workbench:calendars"),
        ("editions", _("Editions"), "workbench:editions"),
    ]
    if viewer.may("packs.load"):
        names.append(("decisions", _("Decisions"), "workbench:decisions"))
    return [Link(title, reverse(name), current=key == here) for key, title, name in names]


def _missing_words(missing: Iterable[tuple[str, int]]) -> str:
    years = sorted({year for _key, year in missing})
    if not years:
        return ""
    said = say.joined(years)
    return _(
        "The days off of %(year)s are not in the calendar yet. Until they are, limits count plain"
        " weekdays and are marked provisional."
    ) % {"year": said}


# --- matters ----------------------------------------------------------------------------------


@for_staff()
@require_GET
def matters(request: HttpRequest) -> HttpResponse:
    """Every matter by its group; ?q= finds some by what people call them."""
    book = catalogue()
    said = request.GET.get("q", "").strip()[:80]
    found = catalog.found_matters(book, said)
    groups = []
    for group in book.groups.values():
        lines = tuple(_matter_line(book, each) for each in found if each.group == group.key)
        if lines:
            groups.append(pages.MatterGroup(str(group.title), group.icon, lines))
    count = sum(len(group.lines) for group in groups)
    sub = _("What anybody may report, how fast it is settled and who is responsible.")
    page = pages.MattersPage(
        frame=frame_of(request, "matters", _("Catalogue of matters"), sub),
        groups=tuple(groups),
        words=said,
        found=say.counted_matters(count),
    )
    return render(request, "workbench/catalogue/matters.html", {"page": page})


def _matter_line(book: Catalogue, matter: Matter) -> pages.MatterLine:
    chosen = book.condition(matter.default_condition)
    leads = dict.fromkeys(
        rule.lead
        for kind in (None, *AreaKind)
        for rule in book.candidates(matter.key, chosen.key, kind)[:1]
    )
    return pages.MatterLine(
        title=str(matter.title),
        address=reverse("workbench:matter", args=[matter.key]),
        sub=" · ".join(
            part
            for part in (
                say.limit_words(chosen.limit),
                say.departments(book, leads) or _("The desk decides each time"),
            )
        ),
        badges=tuple(_matter_badges(book, matter)),
    )


def _matter_badges(book: Catalogue, matter: Matter) -> list[Badge]:
    found = []
    if any(each.urgent for each in book.conditions_of(matter.key)):
        found.append(Badge(_("Urgent when dangerous"), "orange"))
    if matter.is_restricted:
        found.append(Badge(_("Restricted"), "red"))
    return found


@for_staff()
@require_GET
def matter(request: HttpRequest, key: str) -> HttpResponse:
    """One matter: its conditions and limits, the proof, who handles it and why."""
    viewer = staff_of(request)
    book = catalogue()
    found = book.matter(key)
    page = pages.MatterPage(
        frame=frame_of(
            request,
            "matters",
            str(found.title),
            str(book.groups[found.group].title),
            Link(_("Catalogue of matters"), reverse("workbench:catalogue")),
        ),
        badges=tuple(_matter_badges(book, found)),
        facts=tuple(_matter_facts(book, found)),
        conditions=tuple(
            _condition_card(book, found, each, viewer) for each in book.conditions_of(key)
        ),
        links=tuple(
            Link(f"{code} {book.admitted(code).title}", f"{reverse('workbench:admitted')}#{code}")
            for code in found.codes.admitted
            if code in book.admitted_work
        ),
    )
    return render(request, "workbench/catalogue/matter.html", {"page": page})


def _matter_facts(book: Catalogue, matter: Matter) -> Iterable[Fact]:
    yield Fact(_("Also called"), say.joined(dict.fromkeys(_search_words(matter))) or say.NOTHING)
    yield Fact(_("Comes first to"), str(say.LEVELS[str(matter.starts_at)]))
    nearby = (
        _("Yes, by its name and roughly where")
        if matter.public_space
        else pgettext("not yes", "No")
    )
    yield Fact(_("May be shown nearby"), nearby)
    if matter.is_restricted:
        told = _("No message at all is sent; a safe way to be reached is agreed")
    elif book.is_discreet(matter.key):
        told = _("Every turn, without naming the matter")
    else:
        told = _("Every turn, by the name of the matter")
    yield Fact(_("Residents are told"), told)
    if matter.about_party:
        shown = _("Never: only who accepts and who calls back see it")
    else:
        shown = _("To whoever handles it, for a reason that is recorded")
    yield Fact(_("The reporter's number is shown"), shown)
    if matter.safety:
        yield Fact(_("A matter of safety"), _("It goes on although its reporter withdraws"))
    if matter.codes.gb:
        yield Fact(_("National number"), matter.codes.gb)
    if matter.unassigned is not None:
        yield Fact(_("Why no rule decides"), str(matter.unassigned))


def _search_words(matter: Matter) -> tuple[str, ...]:
    return matter.search.zh if is_chinese() else matter.search.en


def _condition_card(
    book: Catalogue, matter: Matter, condition: FilingCondition, viewer: Viewer
) -> pages.ConditionCard:
    facts = [
        Fact(_("Time limit"), say.limit_words(condition.limit)),
        Fact(_("Promised to the reporter"), say.promise_words(book, condition)),
        Fact(_("When it counts as settled"), str(condition.closing)),
        Fact(_("Proof"), say.proof_words(condition)),
        Fact(_("Check of the result"), str(say.CHECKS[condition.check])),
        Fact(_("May be settled on the spot by"), say.handle_words(condition)),
    ]
    facts += [
        Fact(str(each.title), say.milestone_words(book, each, condition.key))
        for each in condition.milestones
        if each.title is not None
    ]
    query = urlencode({"condition": condition.key})
    decide = f"{reverse('workbench:decide', args=['limit'])}?{query}"
    return pages.ConditionCard(
        title=str(condition.title),
        facts=tuple(facts),
        leads=_leads_table(book, matter, condition),
        urgent=condition.urgent,
        decide=decide if viewer.may("packs.load") else "",
    )


def _leads_table(book: Catalogue, matter: Matter, condition: FilingCondition) -> Table:
    """Who is responsible on which ground; grounds with the same rule stand in one row."""
    grounds: dict[str, list[AreaKind]] = {}
    for kind in AreaKind:
        fitting = book.candidates(matter.key, condition.key, kind)
        if fitting:
            grounds.setdefault(fitting[0].key, []).append(kind)
    rows = []
    for key, kinds in grounds.items():
        rule = book.rule(key)
        everywhere = len(kinds) == len(AreaKind)
        where = _("Everywhere") if everywhere else say.joined(say.AREAS[kind] for kind in kinds)
        desks = [desk for desk in DeskKind if book.may_dispatch(desk, rule.lead)]
        rows.append(
            (
                where,
                _("%(lead)s (%(whose)s)")
                % {
                    "lead": say.department(book, rule.lead),
                    "whose": say.WHOSE[str(rule.level)],
                },
                say.departments(book, rule.help) or say.NOTHING,
                str(rule.because),
                say.joined(say.DESKS[str(desk)] for desk in desks),
            )
        )
    return Table(
        title=_("Who is responsible"),
        headings=(_("Kind of area"), _("Leads"), _("Helps"), _("Why"), _("May be dispatched by")),
        rows=tuple(rows),
        empty=str(matter.unassigned or ""),
    )


# --- admitted work ----------------------------------------------------------------------------


@for_staff()
@require_GET
def admitted(request: HttpRequest) -> HttpResponse:
    """What departments may ask of a grid worker, and what they may not; ?state= and ?batch=."""
    book = catalogue()
    state, batch = request.GET.get("state", ""), request.GET.get("batch", "")
    tables = []
    for group in book.admitted_groups.values():
        rows = tuple(
            _admitted_row(book, each)
            for each in book.admitted_work.values()
            if each.group == group.key
            and state in ("", str(each.state))
            and batch in ("", str(each.batch or ""))
        )
        if rows:
            tables.append(Table(str(group.title), _admitted_headings(), rows))
    count = sum(1 for e in book.admitted_work.values() if e.state is AdmittedState.ADMITTED)
    sub = ngettext(
        "%(n)s kind of work that departments may ask of grid workers. Matters that residents"
        " report stand in their own list.",
        "%(n)s kinds of work that departments may ask of grid workers. Matters that residents"
        " report stand in their own list.",
        count,
    ) % {"n": count}
    batches = sorted({each.batch for each in book.admitted_work.values() if each.batch})
    page = pages.TablesPage(
        frame=frame_of(request, "admitted", _("Admitted-work list"), sub),
        tables=tuple(tables)
        or (Table(_("Nothing found"), (), (), empty=_("Choose another state or batch.")),),
        filters=(
            FormField(
                "state", "select", _("State"), value=state, placeholder=_("All states"),
                choices=tuple(Choice(key, str(said)) for key, said in say.ADMISSIONS.items()),
            ),
            FormField(
                "batch", "select", _("Batch"), value=batch, placeholder=_("All batches"),
                choices=tuple(
                    Choice(str(n), _("Batch %(n)s") % {"n": n}) for n in batches
                ),
            ),
        ),
    )  # fmt: skip
    return render(request, "workbench/catalogue/tables.html", {"page": page})


def _admitted_headings() -> tuple[str, ...]:
    return (
        _("Work"), _("State"), _("Leads"), _("Helps"), _("Time limit"), _("On the spot"),
        _("Batch"), _("Basis"), _("What residents report"),
    )  # fmt: skip


def _admitted_row(book: Catalogue, work: Admitted) -> tuple[str, ...]:
    state = str(say.ADMISSIONS[str(work.state)])
    if work.until is not None:
        state = say.clauses([state, _("until %(day)s") % {"day": say.day_words(work.until)}])
    if work.state is AdmittedState.TEMPORARY and not work.is_in_force(local(clock.now()).date()):
        state = say.clauses([state, _("expired")])
    return (
        f"{work.key} {work.title}",
        say.clauses([state, work.reason or ""]),
        say.departments(book, work.lead[:1]) or say.NOTHING,
        say.departments(book, work.lead[1:]) or say.NOTHING,
        say.admitted_limits(work),
        str(say.ON_THE_SPOT[work.self_handle]) if work.lead else say.NOTHING,
        str(work.batch or say.NOTHING),
        say.clauses(
            [work.basis, _("national number %(number)s") % {"number": work.gb} if work.gb else ""]
        ),
        say.joined(each.title for each in book.matters_admitted_as(work.key)) or say.NOTHING,
    )


# --- processes --------------------------------------------------------------------------------


@for_staff()
@require_GET
def process(request: HttpRequest, key: str = "") -> HttpResponse:
    """A process: drawn, and its states, steps and clocks in words."""
    book = catalogue()
    found = book.process(key or next(iter(book.processes)))
    page = pages.ProcessPage(
        frame=frame_of(
            request,
            "process",
            str(found.title),
            _("From the first word to the last answer: who holds it, what may be done, by when."),
        ),
        picture=_picture(found),
        tables=(_states_table(found), _steps_table(book, found), _milestones_table(book, found)),
        others=tuple(
            Link(str(each.title), reverse("workbench:process", args=[each.key]),
                 current=each.key == found.key)
            for each in book.processes.values()
        ) if len(book.processes) > 1 else (),
    )  # fmt: skip
    return render(request, "workbench/catalogue/process.html", {"page": page})


def _picture(process: Process) -> pages.Picture:
    """Columns by what residents see, states below each other, ways between them."""
    shown: Shown = drawn(process)
    chinese = is_chinese()

    def left(column: int) -> int:
        return EDGE + column * (BOX_W + GAP_X)

    def top(row: int) -> int:
        return TOP + row * (BOX_H + GAP_Y)

    at = {key: (left(column), top(row)) for key, (column, row) in shown.places.items()}
    arrows = []
    for start, end in shown.ways:
        (x1, y1), (x2, y2) = at[start], at[end]
        column1, column2 = shown.places[start][0], shown.places[end][0]
        if column1 < column2:
            a, b = (x1 + BOX_W, y1 + BOX_H // 2), (x2, y2 + BOX_H // 2)
            bend = (b[0] - a[0]) // 2
            path = f"M{a[0]} {a[1]}C{a[0] + bend} {a[1]} {b[0] - bend} {b[1]} {b[0]} {b[1]}"
        elif column1 > column2:
            a, b = (x1, y1 + BOX_H - 10), (x2 + BOX_W, y2 + BOX_H - 10)
            bend = (a[0] - b[0]) // 2
            path = f"M{a[0]} {a[1]}C{a[0] - bend} {a[1]} {b[0] + bend} {b[1]} {b[0]} {b[1]}"
        else:
            down = y2 > y1
            middle = x1 + BOX_W // 2 + (12 if down else -12)
            a_y, b_y = (y1 + BOX_H, y2) if down else (y1, y2 + BOX_H)
            side = 0 if abs(y2 - y1) <= BOX_H + GAP_Y else (BOX_W // 2 + 14) * (1 if down else -1)
            path = f"M{middle} {a_y}C{middle + side} {a_y} {middle + side} {b_y} {middle} {b_y}"
        arrows.append(pages.Arrow(path, column1 > column2))
    states = {state.key: state for state in process.states}
    rows = max(row for _column, row in shown.places.values()) + 1
    return pages.Picture(
        width=left(len(shown.stages)) - GAP_X + EDGE,
        height=top(rows) - GAP_Y + EDGE,
        columns=tuple(
            (left(n) + BOX_W // 2, str(say.STAGES[stage])) for n, stage in enumerate(shown.stages)
        ),
        boxes=tuple(
            pages.Box(
                *at[key],
                tuple(_lines(str(states[key].title), PER_LINE[chinese])),
                states[key].group == "closed",
            )
            for key in shown.places
        ),
        arrows=tuple(arrows),
        words=_("%(states)s states and the ways between them; the tables below say the same.")
        % {"states": len(process.states)},
    )


def _lines(title: str, most: int) -> list[str]:
    """A title in at most two lines of a box."""
    if len(title) <= most:
        return [title]
    if " " in title:
        cut = title.rfind(" ", 0, most + 1)
        cut = cut if cut > 0 else most
        return [title[:cut], _short(title[cut:].strip(), most)]
    return [title[:most], _short(title[most:], most)]


def _short(words: str, most: int) -> str:
    return words if len(words) <= most + 2 else f"{words[: most + 1]}…"


def _states_table(process: Process) -> Table:
    return Table(
        _("States"),
        (_("State"), _("Held by"), _("What the reporter sees"), _("Steps from here")),
        tuple(
            (
                str(state.title),
                str(say.HOLDERS[state.holder]),
                str(say.STAGES[state.stage]),
                say.listed(step.title for step in process.steps_from(state.key)) or say.NOTHING,
            )
            for state in process.states
        ),
    )


def _steps_table(book: Catalogue, process: Process) -> Table:
    titles = {state.key: str(state.title) for state in process.states}
    return Table(
        _("Steps"),
        (_("Step"), _("From"), _("To"), _("Who may"), _("Only if"), _("Then")),
        tuple(
            (
                str(step.title),
                say.joined(titles[key] for key in step.from_) or _("The beginning"),
                titles.get(step.to) or _("It stays where it is"),
                say.who_words(book, step),
                told.guard_words(step),
                told.effect_words(step),
            )
            for step in process.steps
        ),
    )


def _milestones_table(book: Catalogue, process: Process) -> Table:
    return Table(
        _("Clocks"),
        (_("Clock"), _("Of"), _("Time limit"), _("Starts with"), _("Stops with")),
        tuple(
            (
                str(each.title or _("Time limit")),
                str(say.OWNERS[str(each.owner)]),
                say.milestone_words(book, each),
                say.step_titles(process, each.starts),
                say.step_titles(process, each.stops) or say.NOTHING,
            )
            for each in process.milestones
        ),
        note=_("A condition may add clocks of its own or put others in their place."),
    )


# --- roles and settings -----------------------------------------------------------------------


@for_staff()
@require_GET
def roles(request: HttpRequest) -> HttpResponse:
    """Kinds of posts and what they may, and which organisations each desk may dispatch to."""
    book = catalogue()
    tables = [
        Table(
            str(role.title),
            (_("What it may do"),),
            tuple((str(CAPABILITIES.get(each) or say.NOTHING),) for each in role.capabilities),
            note=str(say.SCOPES[role.scope]),
        )
        for role in book.roles.values()
    ]
    desks = Table(
        _("Which organisations each desk may dispatch to"),
        (_("Desk"), _("Organisations")),
        tuple(
            (
                str(say.DESKS[str(desk)]),
                _("All of them") if "*" in codes else say.departments(book, codes) or say.NOTHING,
            )
            for desk, codes in book.desks.items()
        ),
    )
    page = pages.TablesPage(
        frame=frame_of(
            request, "roles", _("Roles"), _("Rights come from posts, and posts from roles.")
        ),
        tables=(desks, *tables),
    )
    return render(request, "workbench/catalogue/tables.html", {"page": page, "folded": True})


@for_staff()
@require_GET
def settings(request: HttpRequest) -> HttpResponse:
    """The rules that hold for every matter, in words."""
    viewer = staff_of(request)
    book = catalogue()
    rows: list[tuple[str | Link, ...]] = []
    may = viewer.may("packs.load")
    for name in type(book.settings).model_fields:
        change: str | Link = ""
        if may and say.is_decidable(book, name):
            address = reverse("workbench:decide", args=["setting"])
            change = Link(_("Change"), f"{address}?{urlencode({'name': name})}")
        line = (say.setting_title(name), say.setting_words(book, name))
        rows.append((*line, change) if may else line)
    headings = (_("Rule"), _("What holds"))
    page = pages.TablesPage(
        frame=frame_of(
            request, "settings", _("Rules and limits"), _("They hold for every matter.")
        ),
        tables=(Table("", (*headings, _("Decide")) if may else headings, tuple(rows)),),
    )
    return render(request, "workbench/catalogue/tables.html", {"page": page})


# --- calendars --------------------------------------------------------------------------------


@for_staff()
@require_GET
def calendars(request: HttpRequest) -> HttpResponse:
    """A calendar year by month: days off, make-up days, days decided here."""
    viewer = staff_of(request)
    book = catalogue()
    known = {each.key: each for each in book.content.calendars}
    used = book.hours("desk").key
    chosen = known.get(request.GET.get("calendar", ""), known[used])
    today = local(clock.now()).date()
    year = _year(request.GET.get("year", ""), today.year)
    address = reverse("workbench:calendars")
    years = sorted({*chosen.years, today.year, today.year + 1})
    actions = []
    if viewer.may("packs.load"):
        for kind, title in (("day", _("Decide on one day")), ("year", _("Add or replace a year"))):
            query = urlencode({"calendar": chosen.key, "year": str(year)})
            actions.append(Link(title, f"{reverse('workbench:decide', args=[kind])}?{query}"))
    page = pages.CalendarPage(
        frame=frame_of(
            request, "calendars", f"{chosen.title} {year}", _("What working time is counted by.")
        ),
        facts=tuple(_calendar_facts(chosen, year)),
        weekdays=tuple(_weekday_heads()),
        months=tuple(_month(chosen, year, month) for month in range(1, 13)),
        years=tuple(
            Link(
                str(each),
                f"{address}?{urlencode({'calendar': chosen.key, 'year': str(each)})}",
                current=each == year,
            )
            for each in years
        ),
        calendars=tuple(
            Link(
                str(each.title),
                f"{address}?{urlencode({'calendar': each.key, 'year': str(year)})}",
                current=each.key == chosen.key,
            )
            for each in known.values()
        ),
        missing=""
        if year in chosen.years
        else _("The days off of %(year)s are not known yet: only weekdays are counted.")
        % {"year": year},
        actions=tuple(actions),
    )
    return render(request, "workbench/catalogue/calendars.html", {"page": page})


def _year(said: str, otherwise: int) -> int:
    return int(said) if said.isdecimal() and 2000 <= int(said) <= 2100 else otherwise


def _calendar_facts(chosen: CalendarDefinition, year: int) -> Iterable[Fact]:
    yield Fact(_("Hours"), say.joined(f"{each.from_}–{each.to}" for each in chosen.windows))
    if len(chosen.weekdays) < SUNDAY:
        yield Fact(_("Weekdays"), say.joined(say.WEEKDAYS[day - 1] for day in chosen.weekdays))
    days = chosen.years.get(year)
    if days is not None:
        yield Fact(_("Days off"), str(len(days.holidays)))
        yield Fact(_("Weekend days that work"), str(len(days.workdays)))
    source = (days.source if days else None) or chosen.source
    if source:
        yield Fact(_("Source"), source)


def _weekday_heads() -> list[str]:
    return list("一二三四五六日") if is_chinese() else ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]


def _month(chosen: CalendarDefinition, year: int, month: int) -> pages.Month:
    data = chosen.years.get(year)
    off = set(data.holidays) if data else set()
    on = set(data.workdays) if data else set()
    decided = {each.day: each.works for each in chosen.amendments}
    weeks = []
    for week in months_of.Calendar().monthdatescalendar(year, month):
        weeks.append(
            tuple(
                _day(day, chosen, off, on, decided) if day.month == month else pages.Day(0)
                for day in week
            )
        )
    title = f"{month}月" if is_chinese() else MONTHS[month - 1]
    return pages.Month(title, tuple(weeks))


def _day(
    day: date,
    chosen: CalendarDefinition,
    off: set[date],
    on: set[date],
    decided: Mapping[date, bool],
) -> pages.Day:
    is_week = day.isoweekday() in chosen.weekdays
    works = decided.get(day, True if day in on else False if day in off else is_week)
    here = _("decided here") if day in decided else ""
    if not works and (day in off or day in decided):
        return pages.Day(day.day, "off", _("off"), say.clauses([_("day off"), here]))
    if works and not is_week:
        return pages.Day(day.day, "makeup", _("on"), say.clauses([_("make-up day"), here]))
    return pages.Day(day.day, "work" if works else "week")


# --- editions ---------------------------------------------------------------------------------


@for_staff()
@require_GET
def editions(request: HttpRequest) -> HttpResponse:
    """Every edition, the newest first: who made it, when and why."""
    book = catalogue()
    rows = catalog.editions()
    taken = {(f"{e.kind} {e.key}"[:200], e.decided_at): e for e in catalog.decisions()}
    who = _makers(str(row.id) for row in rows)
    page = pages.EditionsPage(
        frame=frame_of(
            request,
            "editions",
            _("Editions"),
            _("Open events keep the edition that they were opened under."),
        ),
        editions=tuple(
            pages.EditionLine(
                number=row.number,
                at=row.created_at,
                who=who.get(str(row.id), _("The system")),
                why=decision_words(book, decision.kind, decision.key, decision.payload)
                if (decision := taken.get((row.remark, row.created_at)))
                else row.remark or _("Packs loaded"),
                source=decision.source if decision else "",
                address=f"{reverse('workbench:difference')}?"
                + urlencode({"before": row.number - 1, "after": row.number})
                if row.number > 1
                else "",
            )
            for row in rows
        ),
    )
    return render(request, "workbench/catalogue/editions.html", {"page": page})


def _makers(ids: Iterable[str]) -> dict[str, str]:
    """Who made each edition, by its id: the name of a post's holder, or what made it."""
    made = {line.subject_id: line for line in journal.happened("edition.made", list(ids))}
    names = post_names(line.actor_id for line in made.values() if line.actor_kind == "post")
    return {
        subject: names.get(line.actor_id) or _actor_words(line.actor_id)
        for subject, line in made.items()
    }


def post_names(posts: Iterable[str]) -> dict[str, str]:
    """The names of those who hold posts, by the post's id as a text."""
    wanted = {UUID(post) for post in posts}
    return {str(key): held.name for key, held in directory.holders(wanted).items()}


def _actor_words(actor: str) -> str:
    return _("An operator, at the command line") if actor.startswith("cli") else _("The system")


def decision_words(book: Catalogue, kind: str, key: str, payload: Mapping[str, object]) -> str:
    """What a decision is about, in words."""
    titles: dict[str, Callable[[], str]] = {
        "filing_condition": lambda: (
            _("Filing condition: %(what)s") % {"what": _condition(book, key)}
        ),
        "responsibility_rule": lambda: (
            _("Responsibility: %(what)s") % {"what": _subject(book, key)}
        ),
        "matter": lambda: _("Matter: %(what)s") % {"what": say.text_of(payload.get("title"))},
        "department": lambda: (
            _("Kind of organisation: %(what)s") % {"what": say.text_of(payload.get("title"))}
        ),
        "admitted": lambda: (
            _("Admitted work: %(what)s") % {"what": say.text_of(payload.get("title"))}
        ),
        "setting": lambda: _("Rule: %(what)s") % {"what": say.setting_title(key)},
        "calendar_day": lambda: (
            _("Calendar day: %(what)s")
            % {"what": say.day_words(date.fromisoformat(key.rpartition("/")[2]))}
        ),
        "calendar_year": lambda: _("Calendar year: %(what)s") % {"what": key.rpartition("/")[2]},
    }
    made = titles.get(kind)
    return made() if made else _("Decision")


def _condition(book: Catalogue, key: str) -> str:
    found = book.conditions.get(key)
    if found is None:
        return say.NOTHING
    return f"{book.matter(found.matter).title} · {found.title}"


def _subject(book: Catalogue, key: str) -> str:
    rule = book.rules.get(key)
    if rule is None:
        return say.NOTHING
    keys = [rule.matter] if rule.matter else list(rule.matters)
    named = [str(book.matter(each).title) for each in keys if each in book.matters]
    if rule.group is not None and rule.group in book.groups:
        named.append(str(book.groups[rule.group].title))
    return say.joined(named)


@for_staff()
@require_GET
def edition_difference(request: HttpRequest) -> HttpResponse:
    """What differs between two editions, field by field; ?before= and ?after=."""
    now = catalogue().number
    after = _number(request.GET.get("after", ""), now)
    before = _number(request.GET.get("before", ""), max(1, after - 1))
    changes = say.changes_between(catalogue(before), catalogue(after))
    choices = tuple(
        Choice(str(n), _("Edition %(n)s") % {"n": n}) for n in range(now, max(0, now - 200), -1)
    )
    page = pages.DifferencePage(
        frame=frame_of(
            request,
            "editions",
            _("What differs"),
            back=Link(_("Editions"), reverse("workbench:editions")),
        ),
        filters=(
            FormField("before", "select", _("From"), value=str(before), choices=choices),
            FormField("after", "select", _("To"), value=str(after), choices=choices),
        ),
        changes=changes,
        between=_("From edition %(before)s to edition %(after)s")
        % {"before": before, "after": after},
    )
    return render(request, "workbench/catalogue/difference.html", {"page": page})


def _number(said: str, otherwise: int) -> int:
    if not said:
        return otherwise
    if not said.isdecimal() or not 1 <= int(said) <= catalogue().number:
        raise NotFound()
    return int(said)
