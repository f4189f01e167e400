"""Which steps a page shows, in what order, and as what forms."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from gridward.access.rules import Viewer
from gridward.cases.queries.deciding import ProposalView
from gridward.cases.queries.pages import CasePage
from gridward.core.errors import Outdated, Problem
from gridward.web.ui import words
from gridward.web.ui.pages import FormField, Step
from gridward.web.workbench.steps.fields import (
    DECIDES,
    FIELDS,
    PROPOSES,
    deciding,
    plain,
    settled_choices,
)
from gridward.web.workbench.steps.hints import hint

ICONS = {
    "accept_dispatch": "check",
    "accept": "check",
    "dispatch": "arrow-forward-up",
    "ask_info": "help-circle",
    "answer_info": "message",
    "hand_over": "arrows-exchange",
    "merge": "git-merge",
    "decline": "x",
    "correct": "edit",
    "acknowledge": "check",
    "return": "arrow-back-up",
    "redispatch": "arrow-forward-up",
    "uphold": "hand-stop",
    "rule": "gavel",
    "progress": "note",
    "give_plan": "clipboard-list",
    "dispose": "circle-check",
    "self_handle": "tool",
    "send_to_check": "walk",
    "rework": "refresh",
    "pass_to_callback": "checks",
    "pass_close": "checks",
    "log_call": "phone-call",
    "callback_close": "checks",
    "reopen": "refresh",
    "void": "trash",
    "pre_verify": "walk",
    "propose_force_close": "gavel",
    "force_close": "checks",
    "refuse_force_close": "hand-stop",
    "part": "arrows-exchange",
    "confirm_join": "git-merge",
    "refuse_join": "x",
    "contact": "phone-call",
    "help_done": "circle-check",
    "join_site": "users",
    "hand_inside": "arrow-forward-up",
}
# the likeliest first; what is not named keeps the pack's order behind these
ORDER = (
    "force_close",
    "refuse_force_close",
    "accept_dispatch",
    "dispatch",
    "acknowledge",
    "rule",
    "uphold",
    "redispatch",
    "dispose",
    "pass_to_callback",
    "pass_close",
    "send_to_check",
    "log_call",
    "callback_close",
    "help_done",
    "confirm_join",
    "refuse_join",
    "give_plan",
    "progress",
    "accept",
    "ask_info",
    "answer_info",
    "pre_verify",
    "self_handle",
    "hand_over",
    "rework",
    "return",
    "correct",
    "merge",
    "part",
    "contact",
    "join_site",
    "hand_inside",
    "decline",
    "reopen",
    "propose_force_close",
    "void",
)
WARNINGS = frozenset({"decline", "void", "rework", "return", "propose_force_close", "force_close"})
# never the likeliest, however little else there is to do: folded, and not what the key "a" opens
ASIDE = frozenset(
    {
        "correct",
        "correct_recall",
        "merge",
        "part",
        "contact",
        "join_site",
        "hand_inside",
        "hand_over",
        "reopen",
        "reopen_to_desk",
        "archive",
    }
)
# what others do: the worker on the field page, the reporter, timers
NOT_HERE = frozenset(
    {
        "submit",
        "check_done",
        "info_lapsed",
        "object",
        "details",
        "hurry",
        "withdraw",
        "leave",
        "not_solved",
        "not_solved_again",
        "verify_done",
        "verify_lapsed",
        "reopen_to_desk",  # `reopen` finds out whether anybody led it
        "correct_recall",  # the same form as `correct`, by the choice in it
        "archive",
        "archive_apart",
    }
)


@dataclass(frozen=True, slots=True)
class Sent:
    """A step's form as it came back: what was typed, and why it was refused.

    files: whether photos came with it; a browser cannot be given them back.
    """

    key: str
    values: QueryDict
    problem: Problem
    files: bool = False


def steps_of(
    page: CasePage,
    viewer: Viewer,
    waiting: ProposalView | None = None,
    sent: Sent | None = None,
    *,
    proposed: bool = False,
) -> tuple[Step, ...]:
    """The forms for everything that the viewer may do now, the likeliest first and open.

    waiting: what somebody else proposed and the viewer decides; proposed: whether anything is
    """
    keys = [
        card.key
        for card in page.steps
        if card.key not in NOT_HERE
        and (card.key not in DECIDES or waiting is not None)
        and (card.key != PROPOSES or not proposed)
        and (card.key != "self_handle" or settled_choices(page, viewer))
    ]
    titles = {card.key: str(card.title) for card in page.steps}
    place = {key: number for number, key in enumerate(ORDER)}
    keys.sort(key=lambda key: place.get(key, len(ORDER)))
    found = []
    for number, key in enumerate(keys):
        if waiting is not None and key in DECIDES:
            fields = tuple(deciding(key, waiting))
        else:
            fields = tuple(FIELDS.get(key, plain)(page, viewer))
        step = Step(
            key=key,
            title=titles[key],
            address=reverse("workbench:step", args=[page.case.id, key]),
            version=page.case.version,
            fields=fields,
            hint=hint(key, page),
            button=titles[key],
            icon=ICONS.get(key, "chevron-right"),
            tone="warn" if key in WARNINGS else "first" if number == 0 and key not in ASIDE else "",
            is_open=number == 0 and key not in WARNINGS | ASIDE,
            with_files=any(field.kind == "photos" for field in fields),
            # nothing of a restricted case stays on a desk's machine
            draft="" if page.case.restricted else draft_name(page.case.id, key),
        )
        if sent is not None:
            step = _as_sent(step, sent) if sent.key == key else replace(step, is_open=False)
        found.append(step)
    return tuple(found)


def sent(request: HttpRequest, key: str, problem: Problem) -> Sent:
    """What came with a request that was refused."""
    return Sent(key, request.POST, problem, files=any(request.FILES.values()))


def draft_name(case_id: UUID, key: str) -> str:
    """Under which name the browser keeps what was typed into a step's form."""
    return f"case-{case_id}-{key}"


def again(step: Step | None, sent: Sent | None) -> Step | None:
    """A form beside the steps as it was sent, where it is the one that was."""
    return _as_sent(step, sent) if step and sent and step.key == sent.key else step


def _as_sent(step: Step, sent: Sent) -> Step:
    fields = tuple(_field_as_sent(field, sent.values) for field in step.fields)
    said = [sent.problem.message]
    if isinstance(sent.problem, Outdated):
        said.append(_("What you typed stands below; send it again if it still fits."))
    if sent.files:
        said.append(_("Please choose the photos again."))
    if sent.values.get("lng") and any(field.kind == "pin" for field in fields):
        said.append(_("Please tap the place on the map again."))
    between = "" if words.is_chinese() else " "
    return replace(step, fields=fields, error=between.join(said), is_open=True)


def _field_as_sent(field: FormField, values: QueryDict) -> FormField:
    if field.kind in ("photos", "hidden"):
        return field
    if field.kind == "checks":
        ticked = values.getlist(field.name)
        choices = tuple(replace(each, chosen=each.value in ticked) for each in field.choices)
        return replace(field, choices=choices)
    return replace(
        field, value=values.get(field.name, "" if field.kind == "check" else field.value)
    )
