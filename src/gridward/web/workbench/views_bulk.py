"""Like cases accepted and dispatched together: one form, each case an act of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gridward.access.rules import Viewer
from gridward.cases import actions, queries
from gridward.cases.queries.alike import MOST, STEP, Alike, alike
from gridward.catalog.queries import catalogue
from gridward.core.action import one_cause
from gridward.core.errors import Problem
from gridward.directory import queries as directory
from gridward.web.ui import words
from gridward.web.ui.pages import Choice, FormField, Link
from gridward.web.ui.sessions import for_staff, staff_of
from gridward.web.ui.staff import name_of, shell_of
from gridward.web.workbench import pages
from gridward.web.workbench.lines import case_address, line_of

WORDS_MAX = 500


@dataclass(frozen=True, slots=True)
class Picked:
    """A case as the form had it: its id and the version that was shown."""

    id: UUID
    version: int


@for_staff("case.dispatch")
@require_http_methods(["GET", "HEAD", "POST"])
def bulk(request: HttpRequest) -> HttpResponse:
    """The cases that were picked, with one form for all; then what became of each of them."""
    viewer = staff_of(request)
    if request.method == "POST":
        return _dispatched(request, viewer)
    groups = alike(viewer, _ids(request.GET.getlist("case")))
    return _form(request, viewer, groups)


def _ids(texts: Sequence[str]) -> list[UUID]:
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _form(
    request: HttpRequest,
    viewer: Viewer,
    groups: Sequence[Alike],
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    group = groups[0] if groups else None
    page = pages.BulkPage(
        shell=shell_of(request, viewer, "home"),
        back=Link(_("Waiting for me"), reverse("workbench:home")),
        lines=tuple(_line(group, card) for card in group.cases) if group else (),
        fields=tuple(_fields(group, request.POST)) if group else (),
        others=tuple(_others(groups[1:])),
        problem=problem,
    )
    return render(request, "workbench/bulk.html", {"page": page}, status=status)


def _line(group: Alike, card: queries.CaseCard) -> pages.BulkLine:
    suggestion = group.suggestions.get(card.id)
    lead = ""
    if suggestion is not None and suggestion.organisation is not None:
        lead = name_of(directory.organisation(suggestion.organisation))
    return pages.BulkLine(
        line=line_of(card),
        value=f"{card.id}.{card.version}",
        lead=lead
        or (
            _("No rule fits: choose the lead below")
            if group.matter
            else _("as the matter says that you choose below")
        ),
    )


def _others(groups: Sequence[Alike]) -> list[Link]:
    """The other matters among what was picked, each with a form of its own."""
    there = reverse("workbench:bulk")
    return [
        Link(
            _("%(matter)s (%(n)d)") % {"matter": _matter_title(group), "n": len(group.cases)},
            f"{there}?{urlencode([('case', str(card.id)) for card in group.cases])}",
        )
        for group in groups
    ]


def _matter_title(group: Alike) -> str:
    matter = catalogue(group.edition).matters.get(group.matter)
    return str(matter.title) if matter else _("Matter not chosen yet")


def _fields(group: Alike, typed: object) -> list[FormField]:
    book = catalogue(group.edition)
    get = typed.get if hasattr(typed, "get") else {}.get
    if group.matter:
        matters = [book.matter(group.matter)]
        chosen = book.matter(group.matter).default_condition
    else:
        matters = [m for m in book.matters.values() if not m.sensitivity]
        chosen = ""
    conditions = tuple(
        Choice(
            condition.key,
            f"{matter.title} · {condition.title}",
            group="" if group.matter else str(book.groups[matter.group].title),
        )
        for matter in matters
        for condition in book.conditions_of(matter.key)
    )
    by_rule = Choice("rule", _("By the responsibility rules, for each by itself"))
    organisations = tuple(Choice(str(one.id), name_of(one)) for one in group.organisations)
    return [
        FormField(
            "condition",
            "select",
            _("Matter"),
            value=get("condition", chosen) or chosen,
            required=True,
            choices=conditions,
        ),
        FormField(
            "lead",
            "select",
            _("Lead"),
            value=get("lead", "rule") or "rule",
            required=True,
            choices=(by_rule, *organisations),
        ),
        FormField(
            "words",
            "textarea",
            _("Why together"),
            _("Stands with each event; the organisation reads it, reporters do not."),
            value=get("words", "") or "",
            required=True,
            most=WORDS_MAX,
        ),
    ]


# --- doing --------------------------------------------------------------------------------------


def _dispatched(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    picked = _picked(request.POST.getlist("case"))
    groups = alike(viewer, [one.id for one in picked])
    said = request.POST.get("words", "").strip()
    if not said:
        problem = _("Say in a few words why they belong together; it stands with each event.")
        return _form(request, viewer, groups, problem=problem, status=422)
    condition, lead = request.POST.get("condition", ""), request.POST.get("lead", "")
    outcomes = []
    with one_cause():  # each is an act of its own; the journal knows that they belong together
        for one in picked:
            outcomes.append(_dispatch(viewer, one, condition, lead, said[:WORDS_MAX]))
    done = sum(outcome.done for outcome in outcomes)
    page = pages.BulkDonePage(
        shell=shell_of(request, viewer, "home"),
        back=Link(_("Waiting for me"), reverse("workbench:home")),
        title=_("%(done)d of %(all)d dispatched") % {"done": done, "all": len(outcomes)},
        outcomes=tuple(outcomes),
    )
    return render(request, "workbench/bulk_done.html", {"page": page})


def _picked(texts: Sequence[str]) -> list[Picked]:
    found: dict[UUID, Picked] = {}
    for text in texts:
        name, _dot, version = text.partition(".")
        try:
            key = UUID(name)
        except ValueError:
            continue
        if version.isdecimal() and len(version) < 9:
            found[key] = Picked(key, int(version))
    return list(found.values())[:MOST]


def _dispatch(
    viewer: Viewer, one: Picked, condition: str, lead: str, said: str
) -> pages.BulkOutcome:
    """One of them, in a transaction of its own; a refusal stays with that one."""
    number = ""
    try:
        case = queries.case_for(viewer, one.id)
        number = case.number
        book = catalogue(case.edition)
        matter = next((m.key for m in book.matters.values() if condition in m.conditions), "")
        # ask the rules as if the choice stood on the case already; nothing is saved here
        case.matter, case.condition = matter or case.matter, condition or case.condition
        suggestion = queries.suggested_lead(case, book)
        by_rule = suggestion.organisation if suggestion else None
        chosen = by_rule if lead == "rule" else _uuid(lead)
        helpers = suggestion.helpers if suggestion and chosen == by_rule else ()
        done = actions.take_step(
            one.id,
            STEP,
            actor=actions.acting_post(viewer),
            given=actions.Given(
                matter=matter, condition=condition, lead=chosen, helpers=tuple(helpers), words=said
            ),
            version=one.version,
        )
    except Problem as problem:
        return pages.BulkOutcome(number, case_address(one.id) if number else "", problem.message)
    name = name_of(directory.organisation(done.lead_id)) if done.lead_id else ""
    told = _("Dispatched to %(lead)s") % {"lead": name}
    if done.promised_at is not None:
        due = words.moment_words(done.promised_at)
        told = _("Dispatched to %(lead)s; promised by %(due)s") % {"lead": name, "due": due}
    return pages.BulkOutcome(number, case_address(one.id), told, done=True)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
