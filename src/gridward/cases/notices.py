"""Who is told of what happened to a case, and in which words.

`tell` hears of entries and gives `notify` recipients and ids. `compose` puts the words together at
the moment of sending, from ids, the catalogue and the vault; `news` does so for inboxes. Restricted
cases tell nobody anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from gridward.cases.models import Case, Report, Submission
from gridward.cases.queries.replying import is_asked
from gridward.catalog import messages
from gridward.catalog.compiled import Catalogue
from gridward.catalog.definitions import NoticeDefinition, Sensitivity, Text
from gridward.catalog.queries import catalogue
from gridward.core import clock as wall
from gridward.core import jurisdiction
from gridward.directory import queries as directory
from gridward.directory.errors import NoSuchOrganisation, NoSuchPost
from gridward.journal import queries as journal
from gridward.journal.queries import Line
from gridward.journal.rules import moment_of
from gridward.notify import actions as notify
from gridward.notify import channels
from gridward.notify import rules as notify_rules
from gridward.notify.actions import NewItem, NewNotice
from gridward.notify.rules import Composed
from gridward.territory import queries as territory
from gridward.vault import queries as vault
from gridward.vault.rules import masked_numbers, normal_phone

if TYPE_CHECKING:
    from gridward.notify.models import InboxItem, Notice

SOURCE = "cases"
NEWS = (
    "report.submitted",
    "report.called",
    "report.call_handed",
    "report.call_taken_back",
    "report.details_added",
    "report.hurried",
    "report.join_confirmed",
    "report.join_proposed",
    "report.replied",
    "report.withdrawn",
    "case.opened",
    "case.handed_over",
    "case.info_asked",
    "case.info_given",
    "case.declined",
    "case.objected",
    "case.merged",
    "case.accepted",
    "case.dispatched",
    "case.acknowledged",
    "case.return_asked",
    "case.redispatched",
    "case.return_refused",
    "case.ruled",
    "case.disposed",
    "case.rework_asked",
    "case.check_passed",
    "case.not_solved",
    "case.closed",
    "case.reopened",
    "case.withdrawn",
    "clock.pressed",
    "clock.overdue",
    "task.asked",
    "task.handed_over",
)
"""The entries that a notice of a pack may follow."""

# who of an organisation is written to when it is told something
READERS = frozenset({"case.accept", "case.acknowledge", "case.callback", "case.rule"})
WHAT_MOST, REASON_MOST = 20, 40
SENTENCE_ENDS = "。.；;！!"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


# --- who is told ----------------------------------------------------------------------------------


def tell(entry_id: UUID) -> None:
    """Has everybody told whom the catalogue's notices name after this entry; once, however often
    it is called."""
    line = journal.entry(entry_id)
    if line is None or not notify_rules.is_news(line.occurred_at, wall.now()):
        return
    book = catalogue()
    wanted = [each for each in book.notices_on(line.verb) if _follows(each, line)]
    if not wanted:
        return
    case = Case.objects.filter(id=_case_id(line)).first()
    if case is None or case.sensitivity >= Sensitivity.RESTRICTED:
        return
    doer = _organisation_of_actor(line)
    notices: list[NewNotice] = []
    items: list[NewItem] = []
    for each in wanted:
        if each.to == "reporter":
            notices += _to_reporters(each, line, case)
        else:
            told, kept = _to_staff(each, line, case, doer)
            notices += told
            items += kept
    if notices or items:
        notify.tell(notices, items)


def _follows(notice: NoticeDefinition, line: Line) -> bool:
    beside: set[str] | None = None
    for trigger in notice.after:
        if trigger.verb != line.verb:
            continue
        if any(line.details.get(name) not in fit for name, fit in trigger.where.items()):
            continue
        if trigger.without:
            if beside is None:
                beside = {each.verb for each in journal.entries_of_cause(line.cause)}
            if beside & set(trigger.without):
                continue
        return True
    return False


def _case_id(line: Line) -> UUID:
    if line.subject_kind == "case":
        return UUID(line.subject_id)
    return UUID(str(line.details.get("case") or line.details.get("about")))


def _organisation_of_actor(line: Line) -> UUID | None:
    """Whose doing it was: an organisation is not told what it did itself."""
    if line.actor_kind != "post":
        return None
    try:
        return directory.holder(UUID(line.actor_id)).organisation_id
    except NoSuchPost:
        return None


def _to_reporters(notice: NoticeDefinition, line: Line, case: Case) -> list[NewNotice]:
    if not all(channels.is_on(channel) for channel in notice.channels):
        return []
    return [
        NewNotice(
            key=notice.key,
            source=SOURCE,
            entry_id=line.id,
            case_id=report.case_id,
            about_id=report.id,
            recipient_kind="reporter",
            recipient_id=report.submission_id,
            channel=channel,
            language=report.submission.language,
            urgent=notice.urgent or case.urgent,
            asks=notice.asks,
        )
        for report in _reports(line, case)
        for channel in notice.channels
    ]


def _reports(line: Line, case: Case) -> list[Report]:
    """The confirmed reports that an entry concerns, of reporters who can be reached."""
    found = (
        Report.objects.filter(
            submission__has_contact=True,
            submission__contact_phone__isnull=False,
            submission__erased_at__isnull=True,
        )
        .exclude(join_state="proposed")
        .select_related("submission")
        .order_by("id")
    )
    if line.verb == "report.withdrawn":
        return list(found.filter(id=line.subject_id))
    if line.subject_kind == "report":
        return list(found.filter(id=line.subject_id, withdrawn_at=None))
    if line.verb == "case.merged":
        return list(found.filter(first_case=case.id, withdrawn_at=None))
    if line.verb == "case.withdrawn":
        return list(found.filter(case=case.id, submission=UUID(line.actor_id)))
    return list(found.filter(case=case.id, withdrawn_at=None))


def _to_staff(
    notice: NoticeDefinition, line: Line, case: Case, doer: UUID | None
) -> tuple[list[NewNotice], list[NewItem]]:
    if not case.is_open and notice.to not in ("informed", "returner"):
        return [], []
    due = _due(line, case)
    urgent = notice.urgent or case.urgent
    notices: list[NewNotice] = []
    items: list[NewItem] = []
    task = UUID(line.subject_id) if line.subject_kind == "task" else None
    for kind, recipient in _staff(notice.to, line, case):
        if kind == "organisation" and recipient == doer:
            continue
        if kind == "post" and str(recipient) == line.actor_id:
            continue
        for channel in notice.channels:
            if channel == "inbox":
                items.append(
                    NewItem(
                        key=notice.key,
                        source=SOURCE,
                        entry_id=line.id,
                        case_id=case.id,
                        organisation_id=recipient if kind == "organisation" else None,
                        post_id=recipient if kind == "post" else None,
                        task_id=task,
                        urgent=urgent,
                        due_at=due,
                    )
                )
            elif channels.is_on(channel):
                notices.append(
                    NewNotice(
                        key=notice.key,
                        source=SOURCE,
                        entry_id=line.id,
                        case_id=case.id,
                        about_id=case.id,
                        recipient_kind=kind,
                        recipient_id=recipient,
                        channel=channel,
                        urgent=urgent,
                        due_at=due,
                    )
                )
    return notices, items


def _staff(to: str, line: Line, case: Case) -> list[tuple[str, UUID]]:
    said = line.details
    if to == "worker":
        post = said.get("assignee") or said.get("to_post") or said.get("post")
        if post:
            return [("post", UUID(str(post)))]
        organisation = said.get("organisation")
        return [("organisation", UUID(str(organisation)))] if organisation else []
    if to == "desk":
        return [("organisation", case.desk_id)]
    if to == "holder":
        return [("organisation", case.holder_id)] if case.holder_id else []
    if to == "lead":
        lead = said.get("lead") or case.lead_id
        return [("organisation", UUID(str(lead)))] if lead else []
    if to == "returner":
        before = said.get("before") or said.get("lead")
        return [("organisation", UUID(str(before)))] if before else []
    listed = said.get({"co": "helpers", "informed": "informed"}[to]) or []
    return [("organisation", UUID(str(each))) for each in listed]


def _due(line: Line, case: Case) -> datetime | None:
    for name in ("due", "decide_by"):
        if line.details.get(name):
            return moment_of(str(line.details[name]))
    return case.due_at


# --- in which words -------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Told:
    """What the words of many notices are made from, read in a few statements."""

    lines: Mapping[UUID, Line]
    texts: Mapping[UUID, Sequence[vault.OpenedText]]
    cases: Mapping[UUID, Case]


def _gathered(entries: Iterable[UUID], cases: Iterable[UUID], *, words: bool) -> _Told:
    wanted = list(dict.fromkeys(entries))
    return _Told(
        lines=journal.entries(wanted),
        texts=vault.texts_of_entries(wanted) if words else {},
        cases={each.id: each for each in Case.objects.filter(id__in=set(cases))},
    )


def compose(notices: Sequence[Notice]) -> dict[UUID, Composed | str]:
    """The words and addresses of these notices, or the code of why one is not sent any more."""
    told = _gathered(
        [one.entry_id for one in notices], [one.case_id for one in notices], words=True
    )
    found: dict[UUID, Composed | str] = {}
    reporters = [one for one in notices if one.recipient_kind == "reporter"]
    reports = {
        each.id: each
        for each in Report.objects.filter(id__in=[one.about_id for one in reporters])
        .select_related("submission", "case")
        .prefetch_related("answers")
    }
    phones = vault.open_texts([each.submission.contact_phone for each in reports.values()])
    staff: dict[tuple[str, UUID], tuple[str, ...]] = {}
    for one in notices:
        if one.recipient_kind == "reporter":
            report = reports.get(one.about_id)
            found[one.id] = "gone" if report is None else _for_reporter(one, report, told, phones)
        else:
            found[one.id] = _for_staff(one, told, staff)
    return found


def _for_reporter(
    one: Notice, report: Report, told: _Told, phones: Mapping[UUID, str | None]
) -> Composed | str:
    case, submission = report.case, report.submission
    line = told.lines.get(one.entry_id)
    if line is None:
        return "gone"
    if case.sensitivity >= Sensitivity.RESTRICTED or report.first_case_id in _restricted(told):
        return "restricted"
    phone = submission.contact_phone
    number = (phones.get(phone) or "") if phone is not None else ""
    if not number:
        return "erased"
    digits = normal_phone(number)
    if not notify_rules.is_mobile(digits):
        return "not_mobile"
    if one.asks and not is_asked(report):
        return "answered"
    book = catalogue(one.edition)
    definition = book.notices.get(one.key)
    if definition is None:
        return "gone"
    with translation.override("en" if one.language.startswith("en") else "zh-hans"):
        values = _reporter_values(book, case, submission, line, told, definition)
        text = _said(definition.texts, values, one.language)
        if text is None:
            return "no_words"
        brief = ""
        if definition.brief is not None:
            brief = messages.filled(definition.brief.within(one.language), values) or ""
        return Composed(
            id=one.id,
            channel=one.channel,
            addresses=(digits,),
            subject=str(report.id),
            text=text,
            brief=brief,
            frame=_frame(values),
            asks=one.asks,
            key=one.key,
            values=tuple(sorted((name, value) for name, value in values.items() if value)),
        )


def _restricted(told: _Told) -> set[UUID]:
    return {each.id for each in told.cases.values() if each.sensitivity >= Sensitivity.RESTRICTED}


def _reporter_values(
    book: Catalogue,
    case: Case,
    submission: Submission,
    line: Line,
    told: _Told,
    definition: NoticeDefinition,
) -> dict[str, str]:
    settings = book.settings
    discreet = book.is_discreet(case.matter)
    matter = book.matters.get(case.matter)
    promised = case.promised_at
    values = {
        "sign": _sign(book),
        "item": _("matter") if discreet or matter is None else str(matter.title),
        "no": submission.receipt,
        "due": _moment(promised) if promised is not None and promised > wall.now() else "",
        "phone": settings.duty_phone or "",
        "days": str(settings.reopen_days),
    }
    if discreet:
        # who handles it and why would say what it is
        return values
    unit = line.details.get("lead") or line.details.get("organisation")
    values["unit"] = _name(UUID(str(unit))) if unit else ""
    values["what"] = _short(line, told, "step.ask_info", WHAT_MOST)
    key = line.details.get("reason")
    if line.details.get("close_type"):
        says_why = any("{reason}" in each.zh for each in definition.texts)
        values["reason"] = _reply(case) if says_why else ""
    elif key:
        reason = next((each for each in settings.decline_reasons if each.key == key), None)
        if reason is not None:
            values["reason"] = str(reason.title)
            values["where"] = str(reason.office or "")
            values["where_phone"] = reason.phone or ""
    return values


def _said(texts: Iterable[Text], values: Mapping[str, str], language: str) -> str | None:
    """The first of the texts that can be filled and is short enough; else the first that can."""
    filled = [messages.filled(each.within(language), values) for each in texts]
    known = [each for each in filled if each is not None]
    short = [each for each in known if len(each) <= messages.LONGEST]
    if not known:
        return None
    return short[0] if short and not language.startswith("en") else known[0]


def _first(definition: NoticeDefinition, values: Mapping[str, str], language: str) -> str | None:
    """The first of the texts that can be filled, however long."""
    said = (messages.filled(each.within(language), values) for each in definition.texts)
    return next((each for each in said if each is not None), None)


def _frame(values: Mapping[str, str]) -> tuple[str, str]:
    """The sentences around a bundle: all named, and with more than are named."""
    said = {"sign": values["sign"], "parts": "{parts}", "more": "{more}"}
    if not values.get("phone"):
        return (
            _("[%(sign)s] News of your reports. %(parts)s.") % said,
            _("[%(sign)s] News of your reports. %(parts)s; and %(more)s more.") % said,
        )
    said["phone"] = values["phone"]
    return (
        _("[%(sign)s] News of your reports. %(parts)s. Questions: %(phone)s.") % said,
        _("[%(sign)s] News of your reports. %(parts)s; and %(more)s more. Questions: %(phone)s.")
        % said,
    )


def _sign(book: Catalogue) -> str:
    return str(book.settings.sign or "") or jurisdiction.current().name or _("Grid service")


def _moment(moment: datetime) -> str:
    """11月26日17:30, or 26 Nov 17:30."""
    when = moment.astimezone(jurisdiction.current().tz)
    if (translation.get_language() or "zh").startswith("zh"):
        return f"{when.month}月{when.day}日{when:%H:%M}"
    return f"{when.day} {MONTHS[when.month - 1]} {when:%H:%M}"


def _name(organisation_id: UUID) -> str:
    try:
        found = directory.organisation(organisation_id)
    except NoSuchOrganisation:
        return ""
    return found.title(translation.get_language() or "zh")


def _short(line: Line, told: _Told, kind: str, most: int) -> str:
    """Words that staff wrote with this entry, without numbers and links; empty when too long."""
    for one in told.texts.get(line.id, ()):
        if one.kind == kind and one.text:
            plain = messages.without_links(masked_numbers(one.text)).rstrip(SENTENCE_ENDS)
            return plain if len(plain) <= most else ""
    return ""


def _reply(case: Case) -> str:
    """The newest reply to the reporter, when it is short enough for a message."""
    replies = case.rounds.order_by("-number").values_list("reply", flat=True)[:1]
    for reply in replies:
        text = vault.open_text(reply)
        if text:
            plain = messages.without_links(masked_numbers(text)).rstrip(SENTENCE_ENDS)
            return plain if len(plain) <= WHAT_MOST else ""
    return ""


# --- staff ----------------------------------------------------------------------------------------


def _for_staff(
    one: Notice, told: _Told, known: dict[tuple[str, UUID], tuple[str, ...]]
) -> Composed | str:
    case, line = told.cases.get(one.case_id), told.lines.get(one.entry_id)
    if case is None or line is None:
        return "gone"
    if case.sensitivity >= Sensitivity.RESTRICTED:
        return "restricted"
    place = (f"{one.recipient_kind}.{one.channel}", one.recipient_id)
    if place not in known:
        known[place] = _addresses(one)
    if not known[place]:
        return "no_address"
    book = catalogue(one.edition)
    definition = book.notices.get(one.key)
    if definition is None:
        return "gone"
    with translation.override("zh-hans"):
        values = _staff_values(book, case, line, told, one.due_at, outward=True)
        text = _first(definition, values, "zh")
        if text is None:
            return "no_words"
        return Composed(
            id=one.id,
            channel=one.channel,
            addresses=known[place],
            subject=str(one.entry_id),
            text=text,
            title=text,
            key=one.key,
        )


def _addresses(one: Notice) -> tuple[str, ...]:
    """Names at the channel, made from the staff numbers of those who are told."""
    said = channels.options()
    pattern = said.wecom.user if one.channel == "wecom" else said.email.address
    if one.recipient_kind == "post":
        try:
            holders = [directory.holder(one.recipient_id)]
        except NoSuchPost:
            return ()
    else:
        roles = catalogue().roles
        holders = [
            each
            for each in directory.staff_of(one.recipient_id)
            if each.role in roles and READERS & set(roles[each.role].capabilities)
        ]
    numbers = dict.fromkeys(each.staff_number for each in holders)
    return tuple(pattern.replace("{staff_number}", each) for each in numbers)


def _staff_values(
    book: Catalogue,
    case: Case,
    line: Line,
    told: _Told,
    due: datetime | None,
    *,
    outward: bool,
) -> dict[str, str]:
    matter = book.matters.get(case.matter)
    hidden = outward and book.is_discreet(case.matter)
    deepest = next((each for each in reversed(case.chain[:4]) if each is not None), None)
    rule = book.rules.get(str(line.details.get("rule") or ""))
    unit = line.details.get("lead") or line.details.get("organisation") or case.lead_id
    values = {
        "sign": _sign(book),
        "no": case.number,
        "item": _("matter") if hidden or matter is None else str(matter.title),
        "place": territory.path_name(deepest) if deepest is not None else _("Place unknown"),
        "due": _moment(due) if due is not None else "",
        "unit": _name(UUID(str(unit))) if unit else "",
        "rule": str(rule.because) if rule is not None and not hidden else "",
        "decision": _decision(line),
        "task": _task(line),
    }
    for kind in ("step.redispatch", "step.uphold", "step.rule"):
        if not hidden:
            values["reason"] = values.get("reason") or _short(line, told, kind, REASON_MOST)
    return values


def _decision(line: Line) -> str:
    lead = line.details.get("lead")
    unit = _name(UUID(str(lead))) if lead else ""
    if line.verb == "case.redispatched":
        return _("granted, now with %(unit)s") % {"unit": unit}
    if line.verb == "case.return_refused":
        return _("refused, please go on")
    if line.verb == "case.ruled":
        return _("the duty chief ruled that %(unit)s handles it") % {"unit": unit}
    return ""


def _task(line: Line) -> str:
    kind = line.details.get("kind")
    if kind == "pre_verification":
        return _("Verify whether it is so")
    if kind == "closure_check":
        return _("Check the result")
    return ""


@dataclass(frozen=True, slots=True)
class News:
    """One item of an inbox in words, in the reader's language."""

    item: InboxItem
    text: str
    is_open: bool


def news(items: Sequence[InboxItem]) -> list[News]:
    """Items of an inbox with their words; the same statements for two and for fifty.

    What has become restricted meanwhile says nothing any more but that it is there.
    """
    told = _gathered([one.entry_id for one in items], [one.case_id for one in items], words=True)
    book = catalogue()
    found = []
    language = translation.get_language() or "zh"
    for one in items:
        case, line = told.cases.get(one.case_id), told.lines.get(one.entry_id)
        definition = book.notices.get(one.key)
        text: str | None = None
        is_shown = case is not None and case.sensitivity < Sensitivity.RESTRICTED
        if case is not None and line is not None and definition is not None and is_shown:
            values = _staff_values(book, case, line, told, one.due_at, outward=False)
            text = _first(definition, values, language)
        words = text or _("Something changed in an event of yours")
        found.append(News(one, words, bool(case is not None and case.is_open)))
    return found
