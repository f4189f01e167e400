"""The steps of an event for programs: what each asks for, an example, and how it is taken.

A step that is not named here (another pack's process) asks for words, so that a new process needs
no change of the API.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gridward.access.rules import Viewer
from gridward.cases import actions, errors, queries
from gridward.cases.actions import Given
from gridward.cases.queries.pages import CasePage
from gridward.catalog.compiled import Catalogue
from gridward.catalog.definitions import Sensitivity
from gridward.catalog.queries import catalogue
from gridward.core.errors import BadInput
from gridward.directory import queries as directory
from gridward.web.api.schemas_staff import StepIn

if TYPE_CHECKING:
    from gridward.cases.models import Case

# which inputs a step has; ! marks what it cannot do without
INPUTS: dict[str, tuple[str, ...]] = {
    "accept_dispatch": ("condition!", "area", "lead!", "helpers", "informed"),
    "accept": ("condition!", "area"),
    "dispatch": ("lead!", "helpers", "informed"),
    "ask_info": ("words!",),
    "answer_info": ("words!",),
    "hand_over": ("level!", "words!"),
    "merge": ("master!",),
    "decline": ("decline_reason!", "words"),
    "acknowledge": (),
    "return": ("words!", "suggested", "after_look", "photos"),
    "redispatch": ("lead!", "words!"),
    "uphold": ("words!",),
    "rule": ("lead!", "words!"),
    "progress": ("words!",),
    "give_plan": ("words!",),
    "dispose": ("internal!", "reply!", "close_type!", "photos"),
    "send_to_check": (),
    "rework": ("words!",),
    "pass_to_callback": (),
    "pass_close": (),
    "callback_close": (),
    "log_call": ("report!", "reached!", "answer", "rating", "words"),
    "correct": ("condition", "area", "words!"),
    "reopen": ("words!",),
    "void": ("void_reason!", "words"),
    "hand_inside": ("colleague!", "words"),
    "contact": ("call!", "reached", "words!", "promised"),
    "help_done": ("words!",),
}
PLAIN = ("words",)
TEXTS = {"words", "internal", "reply"}
FLAGS = {"after_look", "reached"}


def steps_of(page: CasePage, viewer: Viewer) -> list[dict[str, Any]]:
    """The steps that this viewer may take, each with its inputs and an example."""
    return [
        {
            "key": card.key,
            "title": str(card.title),
            "inputs": inputs,
            "example": {one["field"]: one["example"] for one in inputs if one["required"]},
        }
        for card in page.steps
        for inputs in [_inputs(card.key, page, viewer)]
    ]


def _inputs(key: str, page: CasePage, viewer: Viewer) -> list[dict[str, Any]]:
    found = []
    for written in INPUTS.get(key, PLAIN):
        name, required = written.rstrip("!"), written.endswith("!")
        field = "reason" if name.endswith("_reason") else name
        choices = CHOICES[name](page, viewer) if name in CHOICES else []
        found.append(
            {
                "name": field,
                "field": field,
                "kind": _kind(name),
                "title": _title(name),
                "required": required,
                "choices": [{"value": value, "title": title} for value, title in choices],
                "example": _example(name, choices, page),
            }
        )
    # what a matter's own condition asks for cannot be left out
    if key == "dispose" and page.condition is not None and page.condition.proof == "required":
        for one in found:
            if one["name"] == "photos":
                one["required"], one["example"] = True, []
    return found


def _kind(name: str) -> str:
    if name in TEXTS or name in ("master",):
        return "text"
    if name in FLAGS:
        return "flag"
    if name in ("helpers", "informed"):
        return "choices"
    kinds = {"area": "area", "rating": "number", "photos": "photos", "promised": "moment"}
    return kinds.get(name, "choice")


def _title(name: str) -> str:
    titles = {
        "condition": _("Matter"),
        "area": _("Place: street and community"),
        "lead": _("Lead"),
        "helpers": _("Co-handler"),
        "informed": _("Informed"),
        "words": _("Remarks"),
        "level": _("To whom"),
        "master": _("Number of the other event"),
        "decline_reason": _("Reason"),
        "void_reason": _("Reason"),
        "suggested": _("Whose is it?"),
        "after_look": _("After a look on site"),
        "internal": _("What was done (internal)"),
        "reply": _("Reply to the reporter"),
        "close_type": _("How it ended"),
        "photos": _("Photos"),
        "report": _("Reporter"),
        "reached": _("Reached"),
        "answer": _("Has the problem been solved?"),
        "rating": _("How satisfied is the reporter?"),
        "colleague": _("Colleague"),
        "call": _("Which way"),
        "promised": _("Promised to call again by"),
    }
    return titles[name]


Choices = list[tuple[str, str]]


def _organisations(page: CasePage, viewer: Viewer) -> Choices:
    suggested = page.suggestion.organisation if page.suggestion else None
    language = get_language() or "zh"
    ordered = sorted(page.organisations, key=lambda one: one.id != suggested)
    return [(str(one.id), one.title(language)) for one in ordered]


def _conditions(page: CasePage, viewer: Viewer) -> Choices:
    book = catalogue(page.edition)
    return [
        (condition.key, f"{matter.title} · {condition.title}")
        for matter in book.matters.values()
        if matter.sensitivity < Sensitivity.RESTRICTED
        for condition in book.conditions_of(matter.key)
    ]


def _levels(page: CasePage, viewer: Viewer) -> Choices:
    own = {"community_station": "community", "street_desk": "street", "district_desk": "district"}
    titles = {"community": _("Community"), "street": _("Street"), "district": _("District")}
    mine = own.get(viewer.organisation_kind)
    return [(key, title) for key, title in titles.items() if key != mine]


def _reasons(which: str) -> Callable[[CasePage, Viewer], Choices]:
    def reasons(page: CasePage, viewer: Viewer) -> Choices:
        found = getattr(catalogue(page.edition).settings, which)
        return [(each.key, str(each.title)) for each in found]

    return reasons


CHOICES: dict[str, Callable[[CasePage, Viewer], Choices]] = {
    "condition": _conditions,
    "lead": _organisations,
    "helpers": _organisations,
    "informed": _organisations,
    "suggested": _organisations,
    "level": _levels,
    "decline_reason": _reasons("decline_reasons"),
    "void_reason": _reasons("void_reasons"),
    "close_type": _reasons("close_types"),
    "report": lambda page, viewer: [(str(r.id), r.receipt) for r in page.reports if r.has_contact],
    "answer": lambda page, viewer: [
        ("solved", _("Yes, solved")),
        ("partly", _("Partly")),
        ("no", _("No")),
    ],
    "colleague": lambda page, viewer: [(str(h.post_id), h.name) for h in page.colleagues],
    "call": lambda page, viewer: [("out", _("We called")), ("in", _("They called"))],
}


def _example(name: str, choices: Choices, page: CasePage) -> Any:
    if name == "condition":
        if page.condition is not None:
            return page.condition.key
        if page.matter is not None:
            return page.matter.default_condition
    if name in TEXTS:
        return _("Looked at on site; three covers get new rubber rings.")
    if name in FLAGS:
        return False
    if name == "close_type":
        return "resolved"
    if name == "master":
        return str(page.duplicates[0].id) if page.duplicates else str(page.case.id)
    return choices[0][0] if choices else ""


# --- doing --------------------------------------------------------------------------------------


def take(case_id: UUID, key: str, body: StepIn, *, by: Viewer, version: int, token: str) -> Case:
    """Take a step. token: with which photos were staged. Raises whatever Problem refuses it."""
    _check_organisations(body)
    act = TAKES.get(key, _plain)
    return act(case_id, key, body, by, version, token)


def _check_organisations(body: StepIn) -> None:
    """Refuse ids that no organisation or post has, by the input they came in. Raises BadInput."""
    said = {
        "helpers": body.helpers,
        "informed": body.informed,
        "suggested": [body.suggested] if body.suggested else [],
        "lead": [body.lead] if body.lead else [],
        "desk": [body.desk] if body.desk else [],
    }
    known = {one.id for one in directory.organisations(active_only=False)}
    wrong = {name: _("No organisation has this id.") for name in said if set(said[name]) - known}
    if wrong:
        raise BadInput(wrong)


def _matter(condition: str, book: Catalogue) -> str:
    if not condition:
        return ""
    matter = next((m.key for m in book.matters.values() if condition in m.conditions), "")
    if not matter:
        raise errors.ConditionMissing()
    return matter


def _book(case_id: UUID, by: Viewer) -> Catalogue:
    return catalogue(queries.case_for(by, case_id).edition)


def _plain(case_id: UUID, key: str, body: StepIn, by: Viewer, version: int, token: str) -> Case:
    given = Given(
        matter=_matter(body.condition, _book(case_id, by)),
        condition=body.condition,
        area=body.area,
        lead=body.lead,
        helpers=tuple(body.helpers),
        informed=tuple(body.informed),
        reason=body.reason or body.words,
        words=body.words,
        suggested=body.suggested,
        after_look=body.after_look,
        internal=body.internal,
        reply=body.reply,
        close_type=body.close_type,
        photos=tuple(body.photos),
        report=body.report,
        colleague=body.colleague,
        call=body.call,
        reached=body.reached,
        promised=body.promised,
        staged_by=token,
    )
    return actions.take_step(
        case_id, key, actor=actions.acting_post(by), given=given, version=version
    )


def _accept_dispatch(
    case_id: UUID, key: str, body: StepIn, by: Viewer, version: int, token: str
) -> Case:
    return actions.accept_and_dispatch(
        case_id,
        by=by,
        version=version,
        matter=_matter(body.condition, _book(case_id, by)),
        condition=body.condition,
        area=body.area,
        lead=body.lead,
        helpers=body.helpers,
        informed=body.informed,
    )


def _accept(case_id: UUID, key: str, body: StepIn, by: Viewer, version: int, token: str) -> Case:
    return actions.accept_case(
        case_id,
        by=by,
        version=version,
        matter=_matter(body.condition, _book(case_id, by)),
        condition=body.condition,
        area=body.area,
    )


def _hand_over(case_id: UUID, key: str, body: StepIn, by: Viewer, version: int, token: str) -> Case:
    return actions.hand_over(
        case_id, by=by, version=version, desk=body.desk, level=body.level, words=body.words
    )


def _merge(case_id: UUID, key: str, body: StepIn, by: Viewer, version: int, token: str) -> Case:
    if body.master is None or body.master == case_id:
        raise errors.CannotJoin()
    return actions.merge_case(case_id, by=by, version=version, master=body.master)


def _pass(case_id: UUID, key: str, body: StepIn, by: Viewer, version: int, token: str) -> Case:
    return actions.pass_check(case_id, by=by, version=version)


def _log_call(case_id: UUID, key: str, body: StepIn, by: Viewer, version: int, token: str) -> Case:
    if body.report is None:
        raise errors.ReasonMissing()
    return actions.log_call(
        case_id,
        body.report,
        by=by,
        version=version,
        reached=body.reached,
        answer=body.answer if body.reached else "",
        rating=body.rating if body.reached else None,
        words=body.words if body.reached else "",
    )


TAKES: dict[str, Callable[[UUID, str, StepIn, Viewer, int, str], Case]] = {
    "accept_dispatch": _accept_dispatch,
    "accept": _accept,
    "hand_over": _hand_over,
    "merge": _merge,
    "pass_to_callback": _pass,
    "pass_close": _pass,
    "log_call": _log_call,
}
