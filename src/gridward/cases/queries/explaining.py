"""Why a case is where it is: this area, this organisation, this deadline, this state, who is next.

Each answer names its rule and its edition. The public half is what the holder of the receipt may
know: no organisation's inner limits, no names.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils.translation import get_language, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from gridward.cases.models import Assignment, Case, Clock
from gridward.cases.queries.saying import (
    CORRECTED,
    VERIFIED,
    corrected_words,
    said_in,
)
from gridward.cases.rules import process as process_rules
from gridward.cases.rules.facts import CaseFacts
from gridward.catalog.compiled import Catalogue
from gridward.core import jurisdiction
from gridward.directory import queries as directory
from gridward.directory.errors import NoSuchOrganisation
from gridward.journal.queries import Line
from gridward.journal.rules import moment_of
from gridward.territory import queries as territory

Audience = Literal["staff", "public"]


@dataclass(frozen=True)
class Why:
    """One answer. rule: where it is agreed.

    topic: area, corrected, organisation, deadline, state or next
    """

    topic: str
    question: str
    answer: str
    rule: str = ""
    edition: int | None = None


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def local(at: datetime | None) -> str:
    """A moment in the jurisdiction's time zone: 2026年11月26日17:30 or 26 Nov 2026 17:30."""
    if at is None:
        return "—"
    here = at.astimezone(jurisdiction.current().tz)
    if (get_language() or "zh").startswith("zh"):
        return f"{here.year}年{here.month}月{here.day}日{here:%H:%M}"
    return f"{here.day} {MONTHS[here.month - 1]} {here.year} {here:%H:%M}"


def explain_case(
    case: Case,
    book: Catalogue,
    assignments: Sequence[Assignment],
    clocks: Sequence[Clock],
    facts: CaseFacts,
    lines: Sequence[Line],
    *,
    audience: Audience,
    may: frozenset[str] | None = None,
) -> list[Why]:
    """The answers for a case, from what the page has read already; no statement of its own.

    may: what the reporter who asks may do now, where it is known.
    """
    found = [_area(case, lines)]
    if audience == "staff":
        found += _corrections(book, lines)
    found += _organisation(case, book, assignments, audience)
    found += _deadline(case, book, clocks, audience)
    found.append(_state(case, book, lines, audience))
    found += _next(case, book, facts, audience, may)
    return found


def _area(case: Case, lines: Sequence[Line]) -> Why:
    question = _("Why this place?")
    submitted = next((line for line in lines if line.verb == "report.submitted"), None)
    reason = str(submitted.details.get("reason", "")) if submitted else ""
    names = " › ".join(territory.chain_names(case.chain))
    sentences = {
        "inside": _("The point lies inside %(area)s."),
        "edge": _("The point lies on the line between areas; the first numbered has it: %(area)s."),
        "nearest": _("The point lies outside, within 30 m of %(area)s, the nearest one."),
        "outside": _("The point lies outside the district; the district desk looks for the place."),
        "chosen": _("The reporter chose %(area)s from the list."),
        "none": _("No point was given; the desk finds the place from the words."),
    }
    if reason in ("outside", "none") and names:
        answer = _("The desk set the place: %(area)s.") % {"area": names}
    else:
        answer = sentences.get(reason, _("The place is %(area)s.")) % {"area": names or "—"}
    return Why(
        "area",
        question,
        answer,
        rule=_("boundaries version %(number)s") % {"number": case.boundary},
    )


def _corrections(book: Catalogue, lines: Sequence[Line]) -> list[Why]:
    """What was corrected after the beginning, the oldest first, and what was found on site."""
    found = []
    for line in lines:
        if line.verb == CORRECTED:
            said = corrected_words(line, book)
            question = _("What was corrected?")
        elif line.verb == VERIFIED:
            said = said_in(line, book)
            question = _("What was found before acceptance?")
        else:
            continue
        answer = _("%(at)s: %(what)s.") % {"at": local(line.occurred_at), "what": _listed(said)}
        found.append(Why("corrected", question, answer, rule=line.verb))
    return found


def _organisation(
    case: Case, book: Catalogue, assignments: Sequence[Assignment], audience: Audience
) -> list[Why]:
    question = _("Why this organisation?")
    lead = next((a for a in reversed(assignments) if a.role == "lead" and a.active), None)
    if lead is None:
        lead = next((a for a in reversed(assignments) if a.role == "lead"), None)
    if lead is None:
        answer = _("The matter has not been dispatched yet; %(desk)s takes it up.") % {
            "desk": _name(case.desk_id)
        }
        return [Why("organisation", question, answer)]
    name = _name(lead.organisation_id)
    if lead.binding:
        answer = _("%(organisation)s handles it because the duty chief ruled so.")
    elif lead.by_rule and lead.rule:
        answer = _("%(organisation)s handles it by the responsibility rule.")
    else:
        answer = _("%(organisation)s handles it because the desk chose so.")
    said = answer % {"organisation": name}
    because = book.rules.get(lead.rule)
    if because is not None and lead.by_rule:
        said += f" {because.because}"
    rule = lead.rule if audience == "staff" or lead.by_rule else ""
    return [Why("organisation", question, said, rule=rule, edition=lead.edition)]


def _deadline(
    case: Case, book: Catalogue, clocks: Sequence[Clock], audience: Audience
) -> list[Why]:
    question = _("Why this deadline?")
    found: list[Why] = []
    for clock in clocks:
        if clock.stopped_at is not None and clock.milestone != "total":
            continue
        if audience == "public" and clock.milestone != "total":
            continue
        title = next(
            (
                m.title
                for m in book.milestones(case.process, case.condition or None)
                if m.key == clock.milestone
            ),
            clock.milestone,
        )
        if clock.basis == "pending":
            answer = _("%(what)s: fixed when the matter is accepted.") % {"what": title}
        elif clock.basis == "given":
            answer = _("%(what)s: %(due)s, as given by the system it came from.") % {
                "what": title,
                "due": local(clock.due_at),
            }
        else:
            limit = " + ".join(limit_words(int(n), str(unit)) for n, unit in clock.limits)
            answer = _("%(what)s: %(limit)s from %(start)s, so %(due)s.")
            if audience == "public" and len(clock.limits) > 1:
                # what each step inside may take is not the reporter's to know
                answer = _(
                    "%(what)s: the time for every step together, from %(start)s, so %(due)s."
                )
            answer %= {
                "what": title,
                "limit": limit,
                "start": local(clock.start_at),
                "due": local(clock.due_at),
            }
            if clock.corrected:
                answer += " " + _("Corrected on %(at)s.") % {
                    "at": local(moment_of(clock.corrected[-1][0]))
                }
            if clock.provisional:
                answer += " " + _("Provisional: that year's calendar is not loaded yet.")
        found.append(
            Why("deadline", question, answer, rule=clock.rule or clock.basis, edition=clock.edition)
        )
    return found


def _process(case: Case) -> str:
    return _("process %(key)s") % {"key": case.process}


def limit_words(amount: int, unit: str) -> str:
    """A limit in words, in the active language."""
    words = {
        "urgent_minute": ngettext(
            "%(n)s minute, day and night", "%(n)s minutes, day and night", amount
        ),
        "urgent_hour": ngettext("%(n)s hour, day and night", "%(n)s hours, day and night", amount),
        "natural_hour": ngettext("%(n)s hour", "%(n)s hours", amount),
        "natural_day": ngettext("%(n)s day", "%(n)s days", amount),
        "working_minute": ngettext("%(n)s working minute", "%(n)s working minutes", amount),
        "working_hour": ngettext("%(n)s working hour", "%(n)s working hours", amount),
        "working_day": ngettext("%(n)s working day", "%(n)s working days", amount),
    }
    return words.get(unit, "%(n)s") % {"n": amount}


# the stages that residents know, in their words; inward states are never shown to them
_STAGES = {
    "submitted": pgettext_lazy("stage", "Submitted"),
    "accepted": pgettext_lazy("stage", "Accepted"),
    "assigned": pgettext_lazy("stage", "Assigned"),
    "handling": pgettext_lazy("stage", "In progress"),
    "checking": pgettext_lazy("stage", "Checking the result"),
    "closed": pgettext_lazy("stage", "Completed"),
}


def _state(case: Case, book: Catalogue, lines: Sequence[Line], audience: Audience) -> Why:
    process = book.process(case.process)
    state = process_rules.state_of(process, case.state)
    if audience == "public":
        heard = {step.verb for step in process.steps if "tell_reporter" in step.effects}
        last = next((line for line in reversed(lines) if line.verb in heard), None)
        said = str(_STAGES.get(state.stage, _STAGES["submitted"]))
        if state.side == "declined":
            said = _("Outside our remit")
        elif case.close_type == "withdrawn":
            said = pgettext("stage", "Withdrawn")
        answer = _("It is at “%(state)s” since %(at)s.") % {
            "state": said,
            "at": local(last.occurred_at if last is not None else case.opened_at),
        }
        return Why(
            "state",
            _("Why this state?"),
            answer,
            rule=_process(case),
            edition=case.edition,
        )
    title = state.title
    steps = {step.verb for step in process.steps}
    last = next((line for line in reversed(lines) if line.verb in steps), None)
    if last is None:
        answer = _("It is at “%(state)s”.") % {"state": title}
    else:
        told = {"state": title, "at": local(last.occurred_at), "what": last.title}
        if str(last.title) == str(title):
            answer = _("It is at “%(state)s” since %(at)s.") % told
        else:
            answer = _("It is at “%(state)s” since %(at)s: %(what)s.") % told
    return Why("state", _("Why this state?"), answer, rule=_process(case), edition=case.edition)


# step → what the reporter calls it: their list of what they may do, as the track page has it
_REPORTERS = {
    "answer_info": "give_info",
    "details": "add_details",
    "leave": "withdraw",
    "reopen_to_desk": "reopen",
}


def _next(
    case: Case,
    book: Catalogue,
    facts: CaseFacts,
    audience: Audience,
    may: frozenset[str] | None,
) -> list[Why]:
    question = _("Who may do what next?")
    process = book.process(case.process)
    if audience == "public":
        if may is None:
            may = frozenset(
                "answer" if "case.callback" in step.by else _REPORTERS.get(step.key, step.key)
                for step in process.steps_from(case.state)
                if "reporter" in step.by
            )
        words = {
            "answer": _("say whether it is solved"),
            "rate": _("say how satisfied you are"),
            "give_info": _("Add details"),
            "add_details": _("Add details"),
            "hurry": _("Send a reminder"),
            "object": _("Ask for a review"),
            "reopen": _("ask to have it redone"),
            "withdraw": _("Withdraw"),
        }
        said = _listed(dict.fromkeys(said for key, said in words.items() if key in may))
        answer = (
            _("You may: %(steps)s.") % {"steps": said} if said else _("Nothing is needed from you.")
        )
        return [Why("next", question, answer, rule=_process(case), edition=case.edition)]
    found: list[Why] = []
    for step in process.steps_from(case.state):
        roles = [
            str(role.title)
            for role in book.roles.values()
            if any(capability in role.capabilities for capability in step.by)
        ]
        who = _listed(roles) or _listed(_actor_word(name) for name in step.by)
        holder = _holder_of(step.by, case)
        found.append(
            Why(
                "next",
                question,
                _("%(step)s: %(who)s") % {"step": step.title, "who": who}
                + (f" · {holder}" if holder else ""),
                rule=f"{case.process}.{step.key}",
                edition=case.edition,
            )
        )
    if not found:
        answer = _("Nobody: it has been put away, and nothing more can be done with it.")
        rule = f"process {case.process}"
        found = [Why("next", question, answer, rule=rule, edition=case.edition)]
    return found


def _holder_of(by: Sequence[str], case: Case) -> str:
    positions = {process_rules.POSITIONS.get(name, "") for name in by}
    if "desk" in positions:
        return _name(case.desk_id)
    if "lead" in positions and case.lead_id is not None:
        return _name(case.lead_id)
    return ""


def _listed(words: Iterable[str]) -> str:
    """Words in a row, as the active language puts them."""
    english = (get_language() or "").startswith("en")
    return (", " if english else "、").join(words)


def _actor_word(name: str) -> str:
    words = {
        "reporter": _("the reporter"),
        "system": _("the timer"),
        "worker": _("the grid worker who was asked"),
    }
    return words.get(name, name)


def _name(organisation_id: object) -> str:
    from uuid import UUID

    try:
        found = directory.organisation(UUID(str(organisation_id)))
    except (NoSuchOrganisation, ValueError):
        return "—"
    return found.title_en if (get_language() or "").startswith("en") else found.title_zh
