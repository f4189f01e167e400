"""What the catalogue says, in the words of those who manage it: limits, people, fields, changes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from gridward.access.capabilities import CAPABILITIES
from gridward.catalog.compiled import Catalogue
from gridward.catalog.definitions import (
    Admitted,
    FilingCondition,
    LimitFrom,
    Milestone,
    Pace,
    Process,
    Step,
    Text,
)
from gridward.catalog.queries import difference
from gridward.catalog.worktime import Limit, Unit
from gridward.web.ui import words
from gridward.web.workbench.pages_catalogue import ChangeLine, ChangeSet

LEVELS: Mapping[str, Promise] = {
    "community": gettext_lazy("Community station"),
    "street": gettext_lazy("Street desk"),
    "district": gettext_lazy("District desk"),
}
WHOSE: Mapping[str, Promise] = {
    "community": gettext_lazy("of the village or community"),
    "street": gettext_lazy("of the street"),
    "district": gettext_lazy("of the district"),
}
DESKS: Mapping[str, Promise] = {
    "community_station": gettext_lazy("Community station"),
    "street_desk": gettext_lazy("Street desk"),
    "district_desk": gettext_lazy("District desk"),
}
AREAS: Mapping[str, Promise] = {
    "rural": gettext_lazy("Village"),
    "urban_community": gettext_lazy("Urban community"),
    "park": gettext_lazy("Industrial park"),
}
PROOFS: Mapping[str, Promise] = {
    "none": gettext_lazy("No photo is asked for"),
    "optional": gettext_lazy("A photo helps"),
    "required": gettext_lazy("A photo of the result is needed"),
}
CHECKS: Mapping[str, Promise] = {
    "desk": gettext_lazy("Checked at the desk, by the photos"),
    "site": gettext_lazy("Somebody goes and looks"),
}
HANDLERS: Mapping[str, Promise] = {
    "worker": gettext_lazy("a grid worker of the place"),
    "community": gettext_lazy("the community's own people"),
}
HANDLED_PROOFS: Mapping[str, Promise] = {
    "none": gettext_lazy("no photo needed"),
    "after": gettext_lazy("a photo afterwards"),
    "before_after": gettext_lazy("photos before and after"),
}
HOLDERS: Mapping[str, Promise] = {
    "desk": gettext_lazy("The desk"),
    "organisation": gettext_lazy("The organisation in charge"),
    "worker": gettext_lazy("A grid worker"),
    "chief": gettext_lazy("The duty chief"),
    "caller": gettext_lazy("Whoever calls back"),
    "none": gettext_lazy("Nobody: it has ended"),
}
OUTSIDERS: Mapping[str, Promise] = {
    "reporter": gettext_lazy("The reporter"),
    "worker": gettext_lazy("The grid worker who was asked"),
    "system": gettext_lazy("By itself"),
}
OWNERS: Mapping[str, Promise] = {
    "case": gettext_lazy("The event"),
    "assignment": gettext_lazy("The organisation in charge"),
    "task": gettext_lazy("A check on site"),
    "report": gettext_lazy("One reporter"),
}
STAGES: Mapping[str, Promise] = {
    "submitted": gettext_lazy("Submitted"),
    "accepted": gettext_lazy("Accepted"),
    "assigned": gettext_lazy("Assigned"),
    "handling": gettext_lazy("In progress"),
    "checking": gettext_lazy("Checking the result"),
    "closed": gettext_lazy("Completed"),
}
RHYTHMS: Mapping[str, Promise] = {
    "week": gettext_lazy("every week"),
    "month": gettext_lazy("every month"),
    "quarter": gettext_lazy("every quarter"),
    "request": gettext_lazy("when asked for"),
    "campaign": gettext_lazy("as each campaign says"),
}
ADMISSIONS: Mapping[str, Promise] = {
    "admitted": gettext_lazy("Admitted"),
    "temporary": gettext_lazy("Temporary"),
    "trial": gettext_lazy("On trial"),
    "rejected": gettext_lazy("Rejected"),
    "negative": gettext_lazy("Never to be asked"),
}
ON_THE_SPOT: Mapping[str, Promise] = {
    "no": pgettext_lazy("not yes", "No"),
    "yes": gettext_lazy("Yes"),
    "make_safe": gettext_lazy("Only to make it safe"),
}
SCOPES: Mapping[str, Promise] = {
    "area": gettext_lazy("over an area"),
    "organisation": gettext_lazy("for one organisation"),
    "none": gettext_lazy("without an area"),
}
UNITS: Mapping[str, Promise] = {
    "urgent_minute": gettext_lazy("minutes, day and night"),
    "urgent_hour": gettext_lazy("hours, day and night"),
    "working_minute": gettext_lazy("working minutes"),
    "working_hour": gettext_lazy("working hours"),
    "working_day": gettext_lazy("working days"),
    "natural_hour": gettext_lazy("hours by the clock"),
    "natural_day": gettext_lazy("calendar days"),
}
SENSITIVITIES: Mapping[int, Promise] = {
    0: gettext_lazy("Open to all concerned"),
    1: gettext_lazy("Its name stays out of messages"),
    2: gettext_lazy("Restricted: only the few who protect see it"),
}
KINDS: Mapping[str, Promise] = {
    "admitted": gettext_lazy("Admitted work"),
    "admitted_groups": gettext_lazy("Chapter of the admitted work"),
    "calendars": gettext_lazy("Calendar"),
    "conditions": gettext_lazy("Filing condition"),
    "departments": gettext_lazy("Kind of organisation"),
    "desks": gettext_lazy("What a desk may dispatch to"),
    "groups": gettext_lazy("Group of matters"),
    "level_scheme": gettext_lazy("Scheme of levels"),
    "level_schemes": gettext_lazy("Scheme of levels"),
    "matters": gettext_lazy("Matter"),
    "notices": gettext_lazy("Message"),
    "processes": gettext_lazy("Process"),
    "responsibility": gettext_lazy("Responsibility rule"),
    "roles": gettext_lazy("Role"),
    "sample": gettext_lazy("Sample data"),
    "settings": gettext_lazy("Setting"),
    "stack": gettext_lazy("Packs"),
}
FIELDS: Mapping[str, Promise] = {
    "about_party": gettext_lazy("A complaint about a person or a firm"),
    "amendments": gettext_lazy("Days decided here"),
    "answered_by": gettext_lazy("Answered by"),
    "area_kind": gettext_lazy("Kind of area"),
    "basis": gettext_lazy("Basis"),
    "batch": gettext_lazy("Batch"),
    "because": gettext_lazy("Why"),
    "capabilities": gettext_lazy("What it may do"),
    "check": gettext_lazy("Check of the result"),
    "class": gettext_lazy("Class"),
    "closing": gettext_lazy("When it counts as settled"),
    "codes": gettext_lazy("Numbers in other lists"),
    "condition": gettext_lazy("Filing condition"),
    "conditions": gettext_lazy("Filing conditions"),
    "convention": gettext_lazy("How days are counted"),
    "default_condition": gettext_lazy("Condition when nobody chose"),
    "discreet": gettext_lazy("Messages do not name it"),
    "every": gettext_lazy("How often"),
    "gb": gettext_lazy("National number"),
    "group": gettext_lazy("Group"),
    "help": gettext_lazy("Helps"),
    "icon": gettext_lazy("Icon"),
    "lead": gettext_lazy("Leads"),
    "level": gettext_lazy("Whose organisation"),
    "levels": gettext_lazy("Levels"),
    "limit": gettext_lazy("Time limit"),
    "limits": gettext_lazy("Time limits"),
    "matter": gettext_lazy("Matter"),
    "matters": gettext_lazy("Matters"),
    "milestones": gettext_lazy("Milestones"),
    "process": gettext_lazy("Process"),
    "promise": gettext_lazy("Promised to the reporter"),
    "proof": gettext_lazy("Proof"),
    "proof_stamp": gettext_lazy("Time and place under the photo"),
    "public_space": gettext_lazy("May be shown nearby"),
    "radius_m": gettext_lazy("How near counts as the same (metres)"),
    "reason": gettext_lazy("Reason"),
    "safety": gettext_lazy("A matter of safety"),
    "sample": gettext_lazy("Sample data"),
    "scope": gettext_lazy("Scope"),
    "search": gettext_lazy("Other words for it"),
    "self_handle": gettext_lazy("On the spot"),
    "sensitivity": gettext_lazy("Who may know"),
    "source": gettext_lazy("Source"),
    "start": gettext_lazy("First state"),
    "starts_at": gettext_lazy("Comes first to"),
    "state": gettext_lazy("State"),
    "states": gettext_lazy("States"),
    "steps": gettext_lazy("Steps"),
    "title": gettext_lazy("Name"),
    "unassigned": gettext_lazy("Why no rule decides"),
    "until": gettext_lazy("Last day"),
    "urgent": gettext_lazy("Urgent"),
    "weekdays": gettext_lazy("Weekdays"),
    "window_days": gettext_lazy("How recent counts as the same (days)"),
    "windows": gettext_lazy("Hours"),
    "years": gettext_lazy("Years known"),
    "zone": gettext_lazy("Time zone"),
}
SETTINGS: Mapping[str, Promise] = {
    "accept": gettext_lazy("Time to accept"),
    "verify": gettext_lazy("Time to verify before accepting"),
    "acknowledge": gettext_lazy("Time to acknowledge"),
    "return_window": gettext_lazy("Time to ask for a return"),
    "return_fraction": gettext_lazy("… at most this part of the limit"),
    "return_decision": gettext_lazy("Time to decide on a return"),
    "check": gettext_lazy("Time to check the result"),
    "callback": gettext_lazy("Time to call back"),
    "rework_fraction": gettext_lazy("Second try: part of the limit"),
    "rework_minimum": gettext_lazy("Second try: at least"),
    "promise_slack": gettext_lazy("Slack on top of the stages in what is promised"),
    "warn_fraction": gettext_lazy("A clock warns when this part has passed"),
    "urgent_fraction": gettext_lazy("A clock presses when this part has passed"),
    "sample_percent": gettext_lazy("Results checked on site by lot, in percent"),
    "callback_attempts": gettext_lazy("Attempts before somebody counts as not reached"),
    "callback_days": gettext_lazy("… on at least so many days"),
    "proposal_days": gettext_lazy("Days until a proposal lapses"),
    "rating_days": gettext_lazy("Days to rate"),
    "reopen_days": gettext_lazy("Days in which a reporter may ask to redo"),
    "object_days": gettext_lazy("Days in which a refusal may be contested"),
    "archive_days": gettext_lazy("Days until a closed event is put away"),
    "quiet_hours": gettext_lazy("Quiet hours for messages"),
    "photos_max": gettext_lazy("Photos in one report, at most"),
    "photo_mb_max": gettext_lazy("Size of a photo in MB, at most"),
    "voice_seconds": gettext_lazy("Length of a voice note in seconds, at most"),
    "data_request_days": gettext_lazy("Days to answer somebody who asks for their own data"),
    "retention_by_itself": gettext_lazy("What may no longer be kept is erased by itself"),
    "second_factor_roles": gettext_lazy("Roles that sign in with a second step"),
    "sources": gettext_lazy("Outside sources"),
    "video_seconds": gettext_lazy("Length of a video in seconds, at most"),
    "nearby_blur_m": gettext_lazy("How roughly a place is shown nearby (metres)"),
    "nearby_radius_m": gettext_lazy("How near counts as nearby (metres)"),
    "nearby_window_days": gettext_lazy("How recent counts as nearby (days)"),
    "public_page": gettext_lazy("The public page is open"),
    "idle_minutes": gettext_lazy("Minutes until a desk is signed out"),
    "calendars": gettext_lazy("Calendars in use"),
    "decline_reasons": gettext_lazy("Reasons for declining"),
    "void_reasons": gettext_lazy("Reasons for voiding"),
    "return_reasons": gettext_lazy("Reasons for a return"),
    "close_types": gettext_lazy("Ways of ending"),
    "ratings": gettext_lazy("Answers of a rating"),
    "sign": gettext_lazy("Signature of messages"),
    "duty_phone": gettext_lazy("Duty telephone"),
}
# a setting that is called like a state, and none itself: kept out of the table above
_LIKE_A_STATE = (("need_info", gettext_lazy("Time to answer a question back")),)
SETTINGS = {**SETTINGS, **dict(_LIKE_A_STATE)}
WEEKDAYS = (
    gettext_lazy("Monday"), gettext_lazy("Tuesday"), gettext_lazy("Wednesday"),
    gettext_lazy("Thursday"), gettext_lazy("Friday"), gettext_lazy("Saturday"),
    gettext_lazy("Sunday"),
)  # fmt: skip
NOTHING = "—"
LONG = 240  # characters of a value in a table of changes


def joined(parts: Iterable[object], last: str = "") -> str:
    """Parts of a list as one reads them: 、 in Chinese, commas in English."""
    mark = "、" if words.is_chinese() else ", "
    return mark.join(str(part) for part in parts if str(part))


def listed(titles: Iterable[object]) -> str:
    """Titles that may hold commas themselves, in one line."""
    mark = "、" if words.is_chinese() else "; "
    return mark.join(dict.fromkeys(str(title) for title in titles))


def clauses(parts: Iterable[object]) -> str:
    """Several statements in one line."""
    mark = pgettext("between statements", "; ")
    return mark.join(str(part) for part in parts if str(part))


def limit_words(limit: Limit) -> str:
    """A limit with the kind of its clock: 2小时（昼夜连续）, 2 working days."""
    said = words.limit_words(limit.amount, str(limit.unit))
    if limit.unit in (Unit.URGENT_HOUR, Unit.URGENT_MINUTE):
        return _("%(limit)s, day and night") % {"limit": said}
    if limit.unit in (Unit.NATURAL_HOUR, Unit.NATURAL_DAY):
        return _("%(limit)s by the calendar") % {"limit": said}
    return said


def pace_words(pace: Pace) -> str:
    """The everyday limit and the urgent one."""
    told = {"normal": limit_words(pace.normal), "urgent": limit_words(pace.urgent)}
    return _("%(normal)s; urgent: %(urgent)s") % told


def promise_words(book: Catalogue, condition: FilingCondition) -> str:
    """What the reporter is told: the condition's own promise, or that the stages are added up."""
    if condition.promise is not None:
        return limit_words(condition.promise)
    return _("the stages added up: %(limit)s and the time to accept, check and call back") % {
        "limit": limit_words(condition.limit)
    }


def handle_words(condition: FilingCondition) -> str:
    """Who may settle it on the spot, and by what proof."""
    handle = condition.self_handle
    if not handle.by:
        return _("Nobody: it is dispatched")
    told = {
        "who": joined(HANDLERS[each] for each in handle.by),
        "proof": str(HANDLED_PROOFS[handle.proof]),
    }
    return _("%(who)s; %(proof)s") % told


def proof_words(condition: FilingCondition) -> str:
    """Which photos prove the result."""
    said = str(PROOFS[condition.proof])
    if condition.proof_stamp:
        return clauses([said, _("with time and place printed under it")])
    return said


def milestone_words(book: Catalogue, milestone: Milestone, condition: str | None = None) -> str:
    """A milestone's time: its limit, or where it stands."""
    source = milestone.limit
    if isinstance(source, LimitFrom):
        kind, _dot, name = source.from_.partition(".")
        if condition is None and kind == "condition":
            told = _("the condition's limit") if name == "limit" else _("the promised date")
            return str(told)
        if condition is None:
            pace = book.settings.pace(name)
            return pace_words(pace) if pace else NOTHING
    limits = book.limits(milestone, condition)
    plus = " + "
    return plus.join(limit_words(each) for each in limits) if limits else NOTHING


def admitted_limits(work: Admitted) -> str:
    """Every limit or rhythm of admitted work."""
    said = []
    for each in work.limits:
        time = limit_words(each.limit) if each.limit else str(RHYTHMS[str(each.every)])
        if each.when is not None:
            time = _("%(when)s: %(time)s") % {"when": each.when, "time": time}
        said.append(time)
    return clauses(said) or NOTHING


def department(book: Catalogue, code: str) -> str:
    """A kind of organisation by its name."""
    found = book.departments.get(code)
    return str(found.title) if found else NOTHING


def departments(book: Catalogue, codes: Iterable[str]) -> str:
    """Several kinds of organisations by their names."""
    return joined(department(book, code) for code in codes)


def who_words(book: Catalogue, step: Step) -> str:
    """Who may take a step: the roles that may, or what one must be allowed where no role is."""
    found: list[object] = []
    for by in step.by:
        roles = [role.title for role in book.roles.values() if by in role.capabilities]
        found += roles or [OUTSIDERS.get(by) or CAPABILITIES.get(by) or NOTHING]
    return listed(found)


def step_titles(process: Process, keys: Iterable[str]) -> str:
    """Steps by their buttons, each name once."""
    found = (process.step(key) for key in keys)
    return listed(step.title for step in found if step is not None)


def day_words(day: date) -> str:
    """2026年11月20日 or 20 Nov 2026."""
    if words.is_chinese():
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {words.MONTHS[day.month - 1]} {day.year}"


def setting_title(name: str) -> str:
    """What a setting is called; plainly where it has no name of its own."""
    return str(SETTINGS.get(name) or name.replace("_", " "))


def setting_words(book: Catalogue, name: str) -> str:
    """What a setting says."""
    value = getattr(book.settings, name)
    if name == "calendars":
        titles = {each.key: each.title for each in book.content.calendars}
        return joined(titles.get(key, NOTHING) for key in dict.fromkeys(value.values()))
    if name == "second_factor_roles":
        return joined(book.roles[key].title for key in value if key in book.roles) or NOTHING
    if isinstance(value, Pace):
        return pace_words(value)
    if isinstance(value, Limit):
        return limit_words(value)
    if isinstance(value, bool):
        return str(_("Yes") if value else pgettext("not yes", "No"))
    if isinstance(value, float):
        return f"{value:.0%}"
    if isinstance(value, tuple):
        if all(hasattr(each, "from_") for each in value):
            return joined(f"{each.from_}–{each.to}" for each in value) or NOTHING
        return joined(getattr(each, "title", each) for each in value) or NOTHING
    return NOTHING if value is None or value == "" else str(value)


def is_decidable(book: Catalogue, name: str) -> bool:
    """Whether a setting can be changed by the form: a number, a truth, a pace or the telephone."""
    value = getattr(book.settings, name, None)
    return name == "duty_phone" or isinstance(value, (Pace, bool, int, float))


# --- what differs between two editions ----------------------------------------------------------


def changes_between(before: Catalogue, after: Catalogue) -> tuple[ChangeSet, ...]:
    """What differs, entry by entry and field by field, in words; whole entries in one line."""
    old, new = (json.loads(each.content.canonical()) for each in (before, after))
    fields: dict[tuple[str, str], dict[str, None]] = {}
    for change in difference(before, after):
        part = change.field.partition(".")[0]
        fields.setdefault((change.kind, change.key), {})[part] = None
    sets = []
    for (kind, key), names in fields.items():
        was, is_ = _entry(old.get(kind), key), _entry(new.get(kind), key)
        state = "new" if was is None else "gone" if is_ is None else "changed"
        sets.append(
            ChangeSet(
                kind=str(KINDS.get(kind) or _("Other")),
                title=_entry_title(kind, key, is_ if is_ is not None else was, before, after),
                state=state,
                lines=()
                if state != "changed"
                else tuple(_line(kind, name, was, is_, before, after) for name in names),
            )
        )
    return tuple(sets)


def _entry(section: Any, key: str) -> Any:
    if isinstance(section, list):
        if section and isinstance(section[0], dict):
            return next((each for each in section if each["key"] == key), None)
        return section if key == "" else None
    if isinstance(section, dict):
        return section.get(key)
    return section if key == "" else None


def _entry_title(kind: str, key: str, entry: Any, before: Catalogue, after: Catalogue) -> str:
    if kind == "settings":
        return setting_title(key)
    if kind == "desks":
        return str(DESKS.get(key) or "")
    if kind in ("stack", "sample", "level_scheme"):
        return ""
    title = text_of(entry.get("title")) if isinstance(entry, dict) else ""
    if kind == "conditions":
        return " · ".join([_matter_title(entry["matter"], before, after), title])
    if kind == "responsibility":
        return _rule_title(entry, before, after)
    return title or NOTHING


def _matter_title(key: str, before: Catalogue, after: Catalogue) -> str:
    found = after.matters.get(key) or before.matters.get(key)
    return str(found.title) if found else NOTHING


def _rule_title(rule: dict[str, Any], before: Catalogue, after: Catalogue) -> str:
    if rule.get("group"):
        group = after.groups.get(rule["group"]) or before.groups.get(rule["group"])
        subject = str(group.title) if group else NOTHING
    else:
        keys = [rule["matter"]] if rule.get("matter") else rule.get("matters", [])
        subject = joined(_matter_title(key, before, after) for key in keys)
    kind = rule.get("area_kind")
    return f"{subject} · {AREAS[kind]}" if kind else subject


def _line(
    kind: str, name: str, was: Any, is_: Any, before: Catalogue, after: Catalogue
) -> ChangeLine:
    if kind == "settings":
        label, old, new = "", was, is_
    elif name and isinstance(was, dict) and isinstance(is_, dict):
        label, old, new = str(FIELDS.get(name) or _("Other")), was.get(name), is_.get(name)
    else:
        label, old, new = "", was, is_
    if name == "years" and isinstance(old, dict) and isinstance(new, dict):
        differing = [year for year in {**old, **new} if old.get(year) != new.get(year)]
        old, new = ({y: years[y] for y in differing if y in years} for years in (old, new))
    return ChangeLine(label, _value(name, old, before, after), _value(name, new, before, after))


def text_of(value: Any) -> str:
    """Words given as `{zh, en}` in the reader's language."""
    if isinstance(value, dict) and value.keys() == {"zh", "en"}:
        return Text(**value).within(get_language()) if isinstance(value["zh"], str) else ""
    return ""


def _value(name: str, value: Any, before: Catalogue, after: Catalogue) -> str:
    said = _said(name, value, before, after)
    return said if len(said) <= LONG else f"{said[: LONG - 1]}…"


def _said(name: str, value: Any, before: Catalogue, after: Catalogue) -> str:
    if value is None or value in ("", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return str(_("Yes") if value else pgettext("not yes", "No"))
    if isinstance(value, float):
        return f"{value:.0%}"
    if name in _CLOSED and not isinstance(value, (list, dict)):
        return str(_CLOSED[name].get(value) or value)
    if isinstance(value, list):
        if name in ("lead", "help"):
            return departments_in((after, before), value)
        if name == "weekdays":
            return joined(WEEKDAYS[day - 1] for day in value)
        if name in ("milestones", "states", "steps", "levels", "conditions"):
            return joined(_part(each, before, after) for each in value)
        return joined(_said(name, each, before, after) for each in value)
    if isinstance(value, dict):
        return _mapping_said(name, value, before, after)
    if name == "lead":
        return departments_in((after, before), [value])
    if name in ("matter", "condition", "default_condition", "group"):
        return _part(value, before, after)
    return str(value)


def _mapping_said(name: str, value: dict[str, Any], before: Catalogue, after: Catalogue) -> str:
    if text := text_of(value):
        return text
    if value.keys() == {"amount", "unit"}:
        return limit_words(Limit(value["amount"], Unit(value["unit"])))
    if value.keys() == {"normal", "urgent"}:
        return pace_words(Pace.model_validate(value))
    if value.keys() == {"from", "to"}:
        return f"{value['from']}–{value['to']}"
    if value.keys() == {"day", "works"}:
        state = _("working day") if value["works"] else _("day off")
        return f"{day_words(date.fromisoformat(value['day']))} {state}"
    if name == "self_handle":
        who = joined(HANDLERS[each] for each in value["by"])
        return clauses([who or _("Nobody"), HANDLED_PROOFS[value["proof"]] if who else ""])
    if name == "years":
        return joined(_year_said(year, days) for year, days in value.items())
    if "title" in value:
        return text_of(value["title"])
    return clauses(said for each in value.values() if (said := _said("", each, before, after)))


def _year_said(year: str, days: Any) -> str:
    off, on = (_spans(days.get(part, ())) for part in ("holidays", "workdays"))
    told = {"year": year, "off": joined(off), "on": joined(on) or NOTHING}
    return _("%(year)s: off %(off)s; worked %(on)s") % told


def _spans(days: Iterable[str]) -> list[str]:
    """Days one after another as spans in words, such as 2月5日–11日."""
    spans: list[list[date]] = []
    for day in sorted(map(date.fromisoformat, days)):
        if spans and day - spans[-1][-1] == timedelta(days=1):
            spans[-1].append(day)
        else:
            spans.append([day])
    return [_span(first=span[0], last=span[-1]) for span in spans]


def _span(*, first: date, last: date) -> str:
    if words.is_chinese():
        begin, month = f"{first.month}月{first.day}日", f"{last.month}月"
        end = f"{'' if first.month == last.month else month}{last.day}日"
    else:
        begin = f"{first.day} {words.MONTHS[first.month - 1]}"
        end = f"{last.day} {words.MONTHS[last.month - 1]}"
    return begin if first == last else f"{begin}–{end}"


def _part(value: Any, before: Catalogue, after: Catalogue) -> str:
    if isinstance(value, dict):
        return text_of(value.get("title")) or NOTHING
    for book in (after, before):
        for table in (book.matters, book.conditions, book.groups):
            if found := table.get(str(value)):
                return str(found.title)
    return NOTHING


def departments_in(books: Iterable[Catalogue], codes: Iterable[str]) -> str:
    """Kinds of organisations by name, from the first edition that knows each."""
    known: dict[str, str] = {}
    for book in books:
        for key, found in book.departments.items():
            known.setdefault(key, str(found.title))
    return joined(known.get(code, NOTHING) for code in codes)


_CLOSED: Mapping[str, Mapping[Any, Promise]] = {
    "area_kind": AREAS,
    "check": CHECKS,
    "every": RHYTHMS,
    "level": WHOSE,
    "proof": PROOFS,
    "scope": SCOPES,
    "sensitivity": SENSITIVITIES,
    "starts_at": LEVELS,
    "state": ADMISSIONS,
    "self_handle": ON_THE_SPOT,
}


def counted_matters(count: int) -> str:
    """12 matters"""
    return ngettext("%(n)s matter", "%(n)s matters", count) % {"n": count}
