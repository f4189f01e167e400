"""Decisions of the jurisdiction: a form, what it would change, and only then the decision."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_GET, require_http_methods

from gridward.catalog import queries as catalog
from gridward.catalog.actions import decide as take_decision
from gridward.catalog.compiled import Catalogue
from gridward.catalog.definitions import AreaKind, Pace
from gridward.catalog.errors import DecisionFaulty, EditionOutdated
from gridward.catalog.queries import catalogue
from gridward.core import clock
from gridward.core.errors import NotFound, Problem
from gridward.journal.rules import ActorRef
from gridward.web.ui.pages import Choice, FormField, Link
from gridward.web.ui.sessions import for_staff, staff_of
from gridward.web.ui.words import local, moment_words
from gridward.web.workbench import catalogue_words as say
from gridward.web.workbench import pages_catalogue as pages
from gridward.web.workbench.pages_catalogue import Table
from gridward.web.workbench.views_catalogue import decision_words, frame_of, post_names

MOST_AMOUNT = 10_000
DECISIONS_SHOWN = 200
Said = Mapping[str, str]


UNFIT = gettext_lazy(
    "What is written does not fit the rest of the catalogue. Look at every field once more; if it"
    " is meant so, ask whoever keeps the packs."
)
LONGEST_RANGE = timedelta(days=60)


class Unsaid(ValueError):
    """A field of a decision that was left out or cannot be read; the words say what to do."""


# --- the list ---------------------------------------------------------------------------------


@for_staff("packs.load")
@require_GET
def decisions(request: HttpRequest) -> HttpResponse:
    """What can be decided, and everything decided so far, the newest first."""
    book = catalogue()
    taken = catalog.decisions()[: -DECISIONS_SHOWN - 1 : -1]
    names = post_names(e.decided_by_id for e in taken if e.decided_by_kind == "post")
    page = pages.DecisionsPage(
        frame=frame_of(
            request,
            "decisions",
            _("Decisions"),
            _("What this district decided itself stands above every pack."),
        ),
        kinds=tuple(
            Link(str(form.title()), reverse("workbench:decide", args=[kind]), form.icon)
            for kind, form in FORMS.items()
        ),
        taken=Table(
            _("Decided so far"),
            (_("What"), _("When"), _("Who"), _("Ground")),
            tuple(
                (
                    decision_words(book, each.kind, each.key, each.payload),
                    moment_words(each.decided_at),
                    names.get(each.decided_by_id) or _("The system"),
                    each.source or say.NOTHING,
                )
                for each in taken
            ),
            empty=_("Nothing has been decided here yet: everything is as the packs have it."),
        ),
    )
    return render(request, "workbench/catalogue/decisions.html", {"page": page})


# --- one decision -----------------------------------------------------------------------------


@for_staff("packs.load")
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, kind: str) -> HttpResponse:
    """The form of a decision; ?do=look shows what it would change, ?do=decide takes it."""
    form = FORMS.get(kind)
    if form is None:
        raise NotFound()
    if request.method != "POST":
        return _draw(request, kind, _words(request.GET))
    said, do = _words(request.POST), request.POST.get("do", "look")
    if do == "back":
        return _draw(request, kind, said)
    try:
        book = catalogue()
        payload = form.payload(book, said)
        if not said.get("ground", ""):
            raise Unsaid(_("Say on what ground this is decided: a document, a meeting, a date."))
        if do == "decide":
            based_on = said.get("edition", "")
            if not based_on.isdecimal():
                raise EditionOutdated(number=book.number)
            made = take_decision(
                form.kind,
                payload,
                actor=ActorRef("post", staff_of(request).post_id),
                source=said["ground"],
                based_on=int(based_on),
            )
            told = _("Decided. Edition %(n)s holds now; open events keep theirs.")
            messages.success(request, told % {"n": made.number})
            return HttpResponseRedirect(reverse("workbench:editions"), status=303)
        changes = say.changes_between(book, catalog.foretold(form.kind, payload))
    except DecisionFaulty:
        # its words are those of a pack's file; a form says what it can in the reader's language
        return _draw(request, kind, said, problem=Unsaid(UNFIT))
    except (Problem, Unsaid) as problem:
        return _draw(request, kind, said, problem=problem)
    return _draw(request, kind, said, changes=changes)


def _words(data: QueryDict) -> dict[str, str]:
    several = {"help"}
    return {
        name: ",".join(data.getlist(name)) if name in several else str(data[name]).strip()[:2000]
        for name in data
    }


def _draw(
    request: HttpRequest,
    kind: str,
    said: Said,
    *,
    problem: Problem | Unsaid | None = None,
    changes: tuple[pages.ChangeSet, ...] | None = None,
) -> HttpResponse:
    form = FORMS[kind]
    book = catalogue()
    fields = (
        *form.fields(book, said),
        FormField(
            "ground",
            "text",
            _("On what ground?"),
            _("The document, the meeting or the date it rests on. It stands beside the decision."),
            said.get("ground", ""),
            required=True,
            most=300,
        ),
    )
    kept = tuple(
        FormField(field.name, "hidden", value=value)
        for field in fields
        for value in (
            said.get(field.name, "").split(",")
            if field.kind == "checks"
            else [said.get(field.name, "")]
        )
        if value
    )
    page = pages.DecidePage(
        frame=frame_of(
            request,
            "decisions",
            str(form.title()),
            back=Link(_("Decisions"), reverse("workbench:decisions")),
        ),
        hint=str(form.hint()),
        fields=fields,
        edition=book.number,
        problem=str(problem) if problem else "",
        changes=changes,
        kept=kept,
    )
    status = 200 if problem is None else getattr(problem, "status", 422)
    return render(request, "workbench/catalogue/decide.html", {"page": page}, status=status)


# --- the forms --------------------------------------------------------------------------------


def _limit(said: Said, name: str) -> dict[str, Any] | None:
    """A limit of two fields; None when both are empty. Raises Unsaid."""
    amount, unit = said.get(f"{name}_amount", ""), said.get(f"{name}_unit", "")
    if not amount and not unit:
        return None
    if not amount.isdecimal() or not 1 <= int(amount) <= MOST_AMOUNT:
        raise Unsaid(_("Write the time as a whole number from 1, such as 2."))
    if unit not in say.UNITS:
        raise Unsaid(_("Choose the unit of the time."))
    return {"amount": int(amount), "unit": unit}


def _limit_fields(
    name: str, label: str, said: Said, now: Any = None, *, required: bool = True
) -> list[FormField]:
    amount = said.get(f"{name}_amount", str(now.amount) if now else "")
    unit = said.get(f"{name}_unit", str(now.unit) if now else "")
    return [
        FormField(f"{name}_amount", "number", label, value=amount, required=required),
        FormField(
            f"{name}_unit",
            "select",
            _("Unit"),
            value=unit,
            required=required,
            choices=tuple(Choice(key, str(title)) for key, title in say.UNITS.items()),
        ),
    ]


def _limit_form(book: Catalogue, said: Said) -> list[FormField]:
    chosen = book.conditions.get(said.get("condition", ""))
    return [
        FormField(
            "condition",
            "select",
            _("Which matter, in which condition?"),
            value=chosen.key if chosen else "",
            required=True,
            choices=tuple(
                Choice(each.key, str(each.title), say.limit_words(each.limit), False, title)
                for matter in book.matters.values()
                for title in [str(matter.title)]
                for each in book.conditions_of(matter.key)
            ),
        ),
        *_limit_fields("limit", _("New time limit"), said, chosen.limit if chosen else None),
        *_limit_fields(
            "promise",
            _("Promised to the reporter"),
            said,
            chosen.promise if chosen else None,
            required=False,
        ),
    ]


def _limit_payload(book: Catalogue, said: Said) -> dict[str, Any]:
    chosen = book.conditions.get(said.get("condition", ""))
    if chosen is None:
        raise Unsaid(_("Choose the matter and the condition whose limit changes."))
    limit = _limit(said, "limit")
    if limit is None:
        raise Unsaid(_("Write the time as a whole number from 1, such as 2."))
    shape: dict[str, Any] = chosen.model_dump(mode="json", by_alias=True)
    return shape | {"limit": limit, "promise": _limit(said, "promise")}


def _lead_form(book: Catalogue, said: Said) -> list[FormField]:
    chosen = [code for code in said.get("help", "").split(",") if code]
    choices = tuple(
        Choice(key, str(each.title), str(say.WHOSE[str(each.level)]))
        for key, each in book.departments.items()
    )
    return [
        FormField(
            "matter",
            "select",
            _("Matter"),
            value=said.get("matter", ""),
            required=True,
            choices=tuple(
                Choice(each.key, str(each.title), group=str(group.title))
                for group in book.groups.values()
                for each in book.matters_of(group.key)
                if each.unassigned is None
            ),
        ),
        FormField(
            "area_kind",
            "select",
            _("On which ground?"),
            _("Leave it empty when it holds everywhere."),
            said.get("area_kind", ""),
            choices=tuple(Choice(key, str(title)) for key, title in say.AREAS.items()),
        ),
        FormField(
            "lead", "select", _("Who leads?"), value=said.get("lead", ""), required=True,
            choices=choices,
        ),
        FormField(
            "help", "checks", _("Who helps?"),
            choices=tuple(
                Choice(each.value, each.title, chosen=each.value in chosen) for each in choices
            ),
        ),
        FormField(
            "because_zh", "text", _("Why, in Chinese"),
            _("It is shown wherever somebody asks why."), said.get("because_zh", ""),
            required=True, most=300,
        ),
        FormField(
            "because_en", "text", _("Why, in English"), value=said.get("because_en", ""),
            required=True, most=300,
        ),
    ]  # fmt: skip


def _lead_payload(book: Catalogue, said: Said) -> dict[str, Any]:
    matter = book.matters.get(said.get("matter", ""))
    if matter is None or matter.unassigned is not None:
        raise Unsaid(_("Choose the matter."))
    kind = said.get("area_kind", "")
    if kind and kind not in set(AreaKind):
        raise Unsaid(_("Choose the kind of area from the list."))
    lead = book.departments.get(said.get("lead", ""))
    if lead is None:
        raise Unsaid(_("Choose who leads."))
    helps = [code for code in said.get("help", "").split(",") if code]
    if any(code not in book.departments for code in helps):
        raise Unsaid(_("Choose who helps from the list."))
    if lead.key in helps:
        raise Unsaid(_("Whoever leads need not help too: take it out of the helpers."))
    because = {"zh": said.get("because_zh", ""), "en": said.get("because_en", "")}
    if not all(because.values()):
        raise Unsaid(_("Say why in both languages: it is shown wherever somebody asks."))
    same = next(
        (
            rule.key
            for rule in book.rules.values()
            if rule.matter == matter.key
            and rule.condition is None
            and str(rule.area_kind or "") == kind
        ),
        ".".join(part for part in ("own", matter.key, kind) if part),
    )
    return {
        "key": same,
        "matter": matter.key,
        "area_kind": kind or None,
        "level": str(lead.level),
        "lead": lead.key,
        "help": helps,
        "because": because,
        "source": said.get("ground") or None,
    }


def _calendar_field(book: Catalogue, said: Said) -> FormField:
    used = book.settings.calendars.get("desk", "")
    return FormField(
        "calendar",
        "select",
        _("Calendar"),
        value=said.get("calendar", used),
        required=True,
        choices=tuple(Choice(each.key, str(each.title)) for each in book.content.calendars),
    )


def _day_form(book: Catalogue, said: Said) -> list[FormField]:
    return [
        _calendar_field(book, said),
        FormField("day", "date", _("Which day?"), value=said.get("day", ""), required=True),
        FormField(
            "works", "choices", _("Is there work on it?"), value=said.get("works", ""),
            required=True,
            choices=(Choice("0", _("No: a day off")), Choice("1", _("Yes: a working day"))),
        ),
    ]  # fmt: skip


def _day_payload(book: Catalogue, said: Said) -> dict[str, Any]:
    if said.get("works") not in ("0", "1"):
        raise Unsaid(_("Say whether there is work on that day."))
    if not said.get("day"):
        raise Unsaid(_("Choose the day."))
    return {
        "calendar": _calendar(book, said),
        "day": _day(said["day"]).isoformat(),
        "works": said["works"] == "1",
    }


def _calendar(book: Catalogue, said: Said) -> str:
    key = said.get("calendar", "")
    if key not in {each.key for each in book.content.calendars}:
        raise Unsaid(_("Choose the calendar."))
    return key


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Unsaid(
            _("“%(what)s” is no day. Write it like 2027-01-01.") % {"what": text[:40]}
        ) from None


def _days(text: str, year: int) -> list[date]:
    """Days and ranges of days, all of one year. Raises Unsaid with the first that is none."""
    found: list[date] = []
    for item in text.split():
        first, _dots, last = item.partition("..")
        start, end = _day(first), _day(last or first)
        if not timedelta() <= end - start <= LONGEST_RANGE:
            told = _("“%(what)s” must run forward, over at most 60 days.")
            raise Unsaid(told % {"what": item[:40]})
        if {start.year, end.year} != {year}:
            told = _("“%(what)s” does not lie in %(year)s.")
            raise Unsaid(told % {"what": item[:40], "year": year})
        found += [start + timedelta(days=n) for n in range((end - start).days + 1)]
    return found


def _year_form(book: Catalogue, said: Said) -> list[FormField]:
    example = _("One day or range on each line: 2027-01-01 or 2027-02-05..2027-02-12")
    return [
        _calendar_field(book, said),
        FormField(
            "year", "number", _("Which year?"), required=True,
            value=said.get("year", str(local(clock.now()).year + 1)),
        ),
        FormField("holidays", "textarea", _("Which days are off?"), example,
                  said.get("holidays", ""), required=True, most=2000),
        FormField("workdays", "textarea", _("Weekend days that work"), example,
                  said.get("workdays", ""), most=2000),
    ]  # fmt: skip


def _year_payload(book: Catalogue, said: Said) -> dict[str, Any]:
    year = said.get("year", "")
    if not (year.isdecimal() and len(year) == len("2027")):
        raise Unsaid(_("Write the year in four digits."))
    off = _days(said.get("holidays", ""), int(year))
    on = _days(said.get("workdays", ""), int(year))
    if not off:
        raise Unsaid(_("Write the days off, one day or range on each line."))
    both = sorted(set(off) & set(on))
    if both:
        raise Unsaid(
            _("%(day)s stands among the days off and among the days that work. Keep one of them.")
            % {"day": say.day_words(both[0])}
        )
    return {
        "calendar": _calendar(book, said),
        "year": int(year),
        "holidays": [day.isoformat() for day in off],
        "workdays": [day.isoformat() for day in on],
        "source": said.get("ground") or None,
    }


def _setting_form(book: Catalogue, said: Said) -> list[FormField]:
    name = said.get("name", "")
    fields = [
        FormField(
            "name", "select", _("Which rule?"), value=name, required=True,
            choices=tuple(
                Choice(each, say.setting_title(each))
                for each in type(book.settings).model_fields
                if say.is_decidable(book, each)
            ),
        )
    ]  # fmt: skip
    if name not in type(book.settings).model_fields or not say.is_decidable(book, name):
        return fields
    value = getattr(book.settings, name)
    if isinstance(value, Pace):
        fields += _limit_fields("normal", _("Everyday"), said, value.normal)
        fields += _limit_fields("urgent", _("Urgent"), said, value.urgent)
    elif isinstance(value, bool):
        now = said.get("value", "1" if value else "0")
        fields.append(
            FormField(
                "value", "choices", _("From now on"), value=now, required=True,
                choices=(Choice("1", _("Yes")), Choice("0", pgettext("not yes", "No"))),
            )
        )  # fmt: skip
    else:
        now = said.get("value", _plain(value))
        help_ = _("A part, in percent") if isinstance(value, float) else ""
        kind = "text" if name == "duty_phone" else "number"
        fields.append(
            FormField("value", kind, _("From now on"), help_, now, required=True, most=40)
        )
    return fields


def _plain(value: Any) -> str:
    return f"{value * 100:g}" if isinstance(value, float) else str(value or "")


def _setting_payload(book: Catalogue, said: Said) -> dict[str, Any]:
    name = said.get("name", "")
    if name not in type(book.settings).model_fields or not say.is_decidable(book, name):
        raise Unsaid(_("Choose the rule that changes."))
    value, new = getattr(book.settings, name), said.get("value", "")
    if isinstance(value, Pace):
        paces = {part: _limit(said, part) for part in ("normal", "urgent")}
        if None in paces.values():
            raise Unsaid(_("Write both times, the everyday one and the urgent one."))
        return {name: paces}
    if isinstance(value, bool):
        if new not in ("0", "1"):
            raise Unsaid(_("Choose yes or no."))
        return {name: new == "1"}
    if name == "duty_phone":
        if not new:
            raise Unsaid(_("Write the telephone number."))
        return {name: new}
    if not new.isdecimal():
        raise Unsaid(_("Write a whole number, such as 3."))
    least, most = _bounds(book, name)
    if not least <= int(new) <= most:
        told = _("Write a number from %(least)s to %(most)s.") % {"least": least, "most": most}
        raise Unsaid(told)
    return {name: int(new) / 100 if isinstance(value, float) else int(new)}


def _bounds(book: Catalogue, name: str) -> tuple[int, int]:
    """The least and the greatest number that a rule takes; parts are percentages."""
    field = type(book.settings).model_fields[name]
    found = {
        key: float(value)
        for mark in field.metadata
        for key in ("ge", "gt", "le", "lt")
        if (value := getattr(mark, key, None)) is not None
    }
    by = 100 if isinstance(getattr(book.settings, name), float) else 1
    least = int(found["ge"] * by) if "ge" in found else int(found.get("gt", 0) * by) + 1
    most = int(found["le"] * by) if "le" in found else int(found.get("lt", 1) * by) - 1
    return least, most


class _Form:
    """A kind of decision as a form. kind: the catalogue's; title, hint: called when drawn."""

    def __init__(
        self,
        kind: str,
        icon: str,
        title: Callable[[], object],
        hint: Callable[[], object],
        fields: Callable[[Catalogue, Said], list[FormField]],
        payload: Callable[[Catalogue, Said], dict[str, Any]],
    ) -> None:
        self.kind, self.icon, self.title, self.hint = kind, icon, title, hint
        self.fields, self.payload = fields, payload


FORMS: Mapping[str, _Form] = {
    "limit": _Form(
        "filing_condition", "clock",
        lambda: _("Change a time limit"),
        lambda: _("Events that are open keep the limit they were opened with."),
        _limit_form, _limit_payload,
    ),
    "lead": _Form(
        "responsibility_rule", "users-group",
        lambda: _("Say who is responsible"),
        lambda: _("A rule for one matter outweighs that of its group; one for a kind of area"
                  " outweighs one for everywhere."),
        _lead_form, _lead_payload,
    ),
    "day": _Form(
        "calendar_day", "calendar",
        lambda: _("Decide on one day"),
        lambda: _("A day off or a working day, whatever the year says. Running clocks are worked"
                  " out anew only for provisional years."),
        _day_form, _day_payload,
    ),
    "year": _Form(
        "calendar_year", "calendar",
        lambda: _("Add or replace a year"),
        lambda: _("Take the days off and the make-up days from the yearly notice, all of them:"
                  " the year is replaced whole."),
        _year_form, _year_payload,
    ),
    "setting": _Form(
        "setting", "tool",
        lambda: _("Change a rule"),
        lambda: _("Choose the rule, look, and then write what holds from now on."),
        _setting_form, _setting_payload,
    ),
}  # fmt: skip
