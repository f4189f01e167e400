"""The steps of a case as forms: what each asks for, and how what was sent becomes an act.

A step that no form is written for here (another pack's process) gets a plain one with a field for
words, so that a new process needs no change of the screens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from gridward.access.rules import Viewer
from gridward.cases import actions, errors, queries
from gridward.cases.queries import Duplicate
from gridward.cases.queries.calling import callers_in_person
from gridward.cases.queries.deciding import ProposalView
from gridward.cases.queries.pages import CasePage, ReportView
from gridward.cases.queries.reading import Suggestion
from gridward.cases.queries.suggesting import suggested_matters
from gridward.catalog.compiled import Catalogue
from gridward.catalog.definitions import Reason, Sensitivity
from gridward.catalog.queries import catalogue
from gridward.core import clock as wall
from gridward.core import jurisdiction
from gridward.core.errors import NotFound, Outdated, Problem
from gridward.directory import queries as directory
from gridward.vault import queries as secrets
from gridward.web.ui import words
from gridward.web.ui.media import take_in
from gridward.web.ui.onsite import ids_in, visit_fields
from gridward.web.ui.pages import Choice, Fact, FormField, Step
from gridward.web.ui.reporting import area_choices
from gridward.web.ui.staff import name_of
from gridward.web.ui.views import point_from

WORDS_MAX = 2000
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
# steps that decide on a proposal: shown while there is one of somebody else's
DECIDES = frozenset({"force_close", "refuse_force_close"})
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


# --- drawing --------------------------------------------------------------------------------


def steps_of(
    page: CasePage,
    viewer: Viewer,
    waiting: ProposalView | None = None,
    sent: Sent | None = None,
) -> tuple[Step, ...]:
    """The forms for everything that the viewer may do now, the likeliest first and open.

    waiting: what somebody else proposed, as `proposal_for` found it
    """
    keys = [
        card.key
        for card in page.steps
        if card.key not in NOT_HERE
        and (card.key not in DECIDES or waiting is not None)
        and (card.key != "self_handle" or _settled_choices(page, viewer))
    ]
    titles = {card.key: str(card.title) for card in page.steps}
    place = {key: number for number, key in enumerate(ORDER)}
    keys.sort(key=lambda key: place.get(key, len(ORDER)))
    found = []
    for number, key in enumerate(keys):
        if waiting is not None and key in DECIDES:
            fields = tuple(_deciding(key, waiting))
        else:
            fields = tuple(FIELDS.get(key, _plain)(page, viewer))
        step = Step(
            key=key,
            title=titles[key],
            address=reverse("workbench:step", args=[page.case.id, key]),
            version=page.case.version,
            fields=fields,
            hint=_hint(key, page, viewer),
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


def _on_dispatch(page: CasePage) -> Iterable[str]:
    """Why this organisation, and what it will not hear."""
    if page.suggestion is not None:
        yield _("Basis: %(because)s") % {"because": page.suggestion.because}
    if any(one.media == "voice" and one.report_id is not None for one in page.photos):
        yield _("Recordings stay with the desk: write down what those who settle it have to know.")


def _hint(key: str, page: CasePage, viewer: Viewer) -> str:
    if key in ("accept_dispatch", "dispatch"):
        return " ".join(_on_dispatch(page))
    if key in ("redispatch", "uphold", "rule") and page.open_return is not None:
        grounds = page.texts.get(page.open_return.grounds) if page.open_return.grounds else None
        return _("Grounds for the return: %(grounds)s") % {"grounds": grounds} if grounds else ""
    if key == "dispose" and page.condition is not None:
        return _("Done when: %(closing)s") % {"closing": page.condition.closing}
    if key == "return":
        lead = next((a for a, _o in page.assignments if a.active and a.role == "lead"), None)
        if lead is not None and lead.return_until is not None:
            until = words.moment_words(lead.return_until)
            return _("Possible once, until %(until)s; also after a look on site.") % {
                "until": until
            }
    if key == "ask_info":
        return _("The reporter reads this; the clock for accepting stands still meanwhile.")
    if key in ("progress", "give_plan"):
        return _("The reporter can read this.")
    if key == "force_close":
        return _("It is closed at once. The reporter reads the answer above.")
    if key == "refuse_force_close":
        return _("It goes on as before. Whoever proposed it reads why.")
    if key in ("pass_to_callback", "pass_close") and page.condition is not None:
        return _("Done when: %(closing)s") % {"closing": page.condition.closing}
    if key == "pre_verify":
        return _("Before acceptance; the clock for accepting stands still meanwhile.")
    if key == "propose_force_close":
        return _("Another person decides on it. It counts among no results.")
    if key == "correct":
        return _("Limits are worked out again; what it was before stays in the record.")
    if key == "part":
        return _("State, lead and limits become what they were; its reporters are told.")
    if key == "refuse_join":
        return _("The report becomes an event of its own, with limits from its own time.")
    if key == "join_site":
        return _("Where anybody is, is not kept; only who came.")
    if key == "contact":
        return _("Any call but the call-back. Only staff read it.")
    return ""


def _words(label: str, *, required: bool = True, help: str = "") -> FormField:
    return FormField("words", "textarea", label, help, required=required, most=WORDS_MAX)


def _plain(page: CasePage, viewer: Viewer) -> list[FormField]:
    return [_words(_("Remarks"), required=False)]


def _nothing(page: CasePage, viewer: Viewer) -> list[FormField]:
    return []


def _condition(page: CasePage, viewer: Viewer) -> FormField:
    """Matter and condition in one choice, under the groups of matters."""
    book = catalogue(page.edition)
    restricted = viewer.may("case.see_restricted") or page.case.restricted
    choices = tuple(
        Choice(condition.key, f"{matter.title} · {condition.title}", group=str(group.title))
        for group in book.groups.values()
        for matter in book.matters_of(group.key)
        if restricted or matter.sensitivity < Sensitivity.RESTRICTED
        for condition in book.conditions_of(matter.key)
    )
    chosen, help = page.condition.key if page.condition else "", ""
    if not chosen and page.matter is not None:
        chosen = page.matter.default_condition
    elif not chosen:
        said = " ".join(report.words for report in page.reports if report.words)
        offered = {choice.value for choice in choices}
        for key in suggested_matters(book, said):
            if book.matter(key).default_condition in offered:
                chosen = book.matter(key).default_condition
                help = _("Suggested from what was reported; please check.")
                break
    return FormField(
        "condition", "select", _("Matter"), help, chosen, required=True, choices=choices
    )


def _organisations(page: CasePage) -> tuple[Choice, ...]:
    suggested = page.suggestion.organisation if page.suggestion else None
    ordered = sorted(page.organisations, key=lambda one: one.id != suggested)
    return tuple(
        Choice(str(one.id), name_of(one), hint=_("suggested") if one.id == suggested else "")
        for one in ordered
    )


def _lead(page: CasePage, label: str, *, suggest: bool = True) -> FormField:
    suggested = page.suggestion.organisation if page.suggestion else None
    return FormField(
        "lead",
        "select",
        label,
        required=True,
        value=str(suggested) if suggested and suggest else "",
        choices=_organisations(page),
    )


def _place(page: CasePage) -> list[FormField]:
    if len(page.chain) >= 3:
        return []
    label = _("Place: street and community")
    required = len(page.chain) == 0
    return [FormField("area", "select", label, required=required, choices=area_choices())]


def _accept_dispatch(page: CasePage, viewer: Viewer) -> list[FormField]:
    lead = _lead(page, _("Lead"))
    if not page.matter:
        # the matter decides: the rules name the organisation once it is chosen
        rest = tuple(lead.choices)
        by_rule = Choice("rule", _("By the responsibility rules"))
        lead = replace(lead, value="rule", choices=(by_rule, *rest))
    return [_condition(page, viewer), *_place(page), lead, _helper(page)]


def _helper(page: CasePage) -> FormField:
    """Who helps the lead: as the rules say, somebody else, or nobody."""
    by_rule = Choice("rule", _("By the responsibility rules"))
    suggested = page.suggestion.helpers if page.suggestion else ()
    wanted = "rule" if suggested or not page.matter else ""
    return FormField(
        "helper",
        "select",
        _("Co-handler"),
        value=wanted,
        choices=(by_rule, *_organisations(page)) if wanted else _organisations(page),
    )


def _accept(page: CasePage, viewer: Viewer) -> list[FormField]:
    return [_condition(page, viewer), *_place(page)]


def _reasons(name: str, label: str, reasons: Iterable[Reason]) -> FormField:
    choices = tuple(Choice(each.key, str(each.title)) for each in reasons)
    return FormField(name, "select", label, required=True, choices=choices)


def _decline(page: CasePage, viewer: Viewer) -> list[FormField]:
    reasons = catalogue(page.edition).settings.decline_reasons
    return [
        _reasons("reason", _("Reason"), reasons),
        _words(_("What the reporter should know"), required=False),
    ]


def _void(page: CasePage, viewer: Viewer) -> list[FormField]:
    reasons = catalogue(page.edition).settings.void_reasons
    return [_reasons("reason", _("Reason"), reasons), _words(_("Remarks"), required=False)]


def _hand_over(page: CasePage, viewer: Viewer) -> list[FormField]:
    own = {
        "community_station": "community",
        "street_desk": "street",
        "district_desk": "district",
    }.get(viewer.organisation_kind, "")
    levels = {
        "community": _("Hand to the community"),
        "street": _("Send up to the street") if own == "community" else _("Hand to the street"),
        "district": _("Send up to the district"),
    }
    choices = [Choice(key, title) for key, title in levels.items() if key != own]
    if own == "street":
        choices += [
            Choice(str(one.id), _("Hand sideways to %(street)s") % {"street": name_of(one)})
            for one in directory.organisations(kind=viewer.organisation_kind)
            if one.id != viewer.organisation_id
        ]
    return [
        FormField("level", "choices", _("To whom"), required=True, choices=tuple(choices)),
        _words(_("Why")),
    ]


def _merge(page: CasePage, viewer: Viewer) -> list[FormField]:
    number = FormField("master", "text", _("Number of the other event"), required=True, most=24)
    if not page.duplicates:
        return [number]
    choices = tuple(
        Choice(one.number, f"{one.title} · {one.state_title}", hint=_alike(one))
        for one in page.duplicates
    )
    offered = FormField(
        "near",
        "choices",
        _("Perhaps the same"),
        choices=(*choices, Choice("", _("Another one"))),
        value=choices[0].value,
        most=1,
    )
    return [offered, replace(number, required=False, shown_if=("near", ""))]


def _alike(one: Duplicate) -> str:
    """Why a case is offered as the same."""
    far = _("%(metres)s m away") % {"metres": one.distance_m}
    since = _("since %(when)s") % {"when": words.moment_words(one.since)}
    same = [_("same matter")] if one.same_matter else []
    return " · ".join([*same, far, since, one.number])


def _join(page: CasePage, viewer: Viewer) -> list[FormField]:
    waiting = [one for one in page.reports if one.join_state == "proposed" and not one.is_withdrawn]
    choices = tuple(Choice(str(one.id), _report_line(one)) for one in waiting)
    return [
        FormField(
            "report",
            "choices",
            _("Which report?"),
            required=True,
            value=choices[0].value if len(choices) == 1 else "",
            choices=choices,
            most=1,
        )
    ]


def _report_line(report: ReportView) -> str:
    said = " ".join((report.words or "").split())
    short = said if len(said) <= 40 else f"{said[:39]}…"
    if not short:
        short = _("photos only")
    return f"{words.moment_words(report.submitted_at)} · {short}"


def _contact(page: CasePage, viewer: Viewer) -> list[FormField]:
    reporters = tuple(
        Choice(str(one.id), _report_line(one)) for one in page.reports if one.has_contact
    )
    promised = page.case.word_by
    fields = [
        FormField(
            "call",
            "choices",
            _("Who called?"),
            required=True,
            value="out",
            choices=(Choice("out", _("We called")), Choice("in", _("We were called"))),
        ),
        FormField(
            "reached",
            "choices",
            _("Reached?"),
            required=True,
            choices=(Choice("yes", _("Reached")), Choice("no", _("Not reached"))),
        ),
        replace(
            _words(_("What was said"), required=False), help=_("Needed when somebody was reached.")
        ),
        FormField(
            "promised",
            "moment",
            _("Promised to call again by"),
            _("Stands among what is promised when the shift is handed over.")
            if promised is None
            else _("Promised until now: %(due)s. A call that reaches somebody replaces it.")
            % {"due": words.moment_words(promised)},
        ),
    ]
    if reporters:
        with_whom = FormField("report", "select", _("Which reporter?"), choices=reporters)
        fields.insert(1, with_whom)
    return fields


def _hand_inside(page: CasePage, viewer: Viewer) -> list[FormField]:
    colleagues = tuple(Choice(str(one.post_id), one.name) for one in page.colleagues)
    return [
        FormField("colleague", "select", _("Colleague"), required=True, choices=colleagues),
        _words(_("What the colleague should know"), required=False),
    ]


def _correct(page: CasePage, viewer: Viewer) -> list[FormField]:
    place = page.case.place or _("not known")
    area = FormField(
        "area",
        "select",
        _("Place: street and community"),
        _("Now: %(place)s. Leave empty what stays.") % {"place": place},
        choices=area_choices(),
        placeholder=_("as it is"),
    )
    urgent = FormField(
        "urgent",
        "select",
        _("Urgency"),
        placeholder=_("as it is"),
        choices=(Choice("1", _("Urgent")), Choice("0", _("Not urgent"))),
    )
    careful = FormField(
        "sensitivity",
        "select",
        _("Who may know"),
        placeholder=_("as it is"),
        choices=(
            Choice("0", _("Everybody concerned")),
            Choice("1", _("Everybody concerned; messages do not name it")),
            Choice("2", _("Only the few who may see restricted events")),
        ),
    )
    pin = FormField("pin", "pin", _("Place: tap the map"))
    fields = [replace(_condition(page, viewer), required=False), pin, area, urgent, careful]
    if page.condition is None and page.matter is None:
        fields[0] = replace(fields[0], value="", help="")
    if any(a.active and a.role == "lead" for a, _organisation in page.assignments):
        fields.append(
            FormField(
                "keep_lead",
                "choices",
                _("If another organisation is responsible after this"),
                choices=(
                    Choice("1", _("The present lead goes on")),
                    Choice("0", _("Take it back to the desk and dispatch anew")),
                ),
            )
        )
    return [*fields, _words(_("Why"))]


def _pre_verify(page: CasePage, viewer: Viewer) -> list[FormField]:
    return [
        FormField(
            "worker",
            "select",
            _("Who looks"),
            _("Left empty: a grid worker of the place, whoever has the fewest open tasks."),
            choices=tuple(Choice(str(one.post_id), one.name) for one in page.verifiers),
        ),
        _words(_("What to look at"), required=False),
    ]


def _settled_choices(page: CasePage, viewer: Viewer) -> tuple[Choice, ...]:
    """The conditions that this viewer may settle on the spot, under their matters."""
    book = catalogue(page.edition)
    matters = [page.matter] if page.matter is not None else list(book.matters.values())
    return tuple(
        Choice(condition.key, f"{matter.title} · {condition.title}")
        for matter in matters
        for condition in book.conditions_of(matter.key)
        if ("worker" in condition.self_handle.by and viewer.may("case.self_handle"))
        or ("community" in condition.self_handle.by and viewer.may("case.self_handle_team"))
    )


def _self_handle(page: CasePage, viewer: Viewer) -> list[FormField]:
    choices = _settled_choices(page, viewer)
    value = choices[0].value if len(choices) == 1 else ""
    return [
        FormField("condition", "select", _("Matter"), value=value, required=True, choices=choices),
        FormField(
            "internal", "textarea", _("What was done (internal)"), required=True, most=WORDS_MAX
        ),
        FormField("reply", "textarea", _("Reply to the reporter"), required=True, most=WORDS_MAX),
        FormField("before", "photos", _("Photos from before (if the report has none)"), most=3),
        FormField("photos", "photos", _("Photos after the work"), most=9),
    ]


def _propose(page: CasePage, viewer: Viewer) -> list[FormField]:
    return [
        _words(_("Grounds, for whoever decides")),
        FormField(
            "reply",
            "textarea",
            _("What the reporter will read"),
            required=True,
            most=WORDS_MAX,
        ),
    ]


def proposal_for(page: CasePage, viewer: Viewer) -> ProposalView | None:
    """Somebody else's proposal that waits for this viewer's word; asked for only by who may."""
    if not any(card.key in DECIDES for card in page.steps):
        return None
    found = queries.open_proposal(page.case.id, wall.now())
    if found is None or found.proposed_person == viewer.person_id:
        return None
    return found


def proposal_facts(found: ProposalView) -> tuple[Fact, ...]:
    """What is proposed, in the words of whoever proposed it."""
    texts = secrets.open_texts([found.grounds, found.reply])
    by = directory.holders([found.proposed_by]).get(found.proposed_by)
    return (
        Fact(_("Proposed by"), by.name if by is not None else "—"),
        Fact(_("Why"), texts.get(found.grounds) or "—"),
        Fact(
            _("What the reporter will read"),
            (texts.get(found.reply) if found.reply else None) or "—",
        ),
        Fact(_("To be decided by"), words.moment_words(found.expires_at)),
    )


def _deciding(key: str, found: ProposalView) -> list[FormField]:
    proposal = FormField("proposal", "hidden", value=str(found.id))
    return [proposal] if key == "force_close" else [proposal, _words(_("Why not"))]


def _return(page: CasePage, viewer: Viewer) -> list[FormField]:
    others = tuple(
        choice for choice in _organisations(page) if choice.value != str(viewer.organisation_id)
    )
    return [
        _words(_("Grounds")),
        FormField("suggested", "select", _("Whose is it?"), choices=others),
        FormField("after_look", "check", _("After a look on site")),
        FormField(
            "photos",
            "photos",
            _("Photos from the site"),
            _("Needed after a look on site."),
            most=3,
        ),
    ]


def _redispatch(page: CasePage, viewer: Viewer) -> list[FormField]:
    return [_lead(page, _("New lead"), suggest=False), _words(_("Decision"))]


def _decision(page: CasePage, viewer: Viewer) -> list[FormField]:
    return [_words(_("Decision"))]


def _rule(page: CasePage, viewer: Viewer) -> list[FormField]:
    return [_lead(page, _("Who handles it")), _words(_("Decision"))]


def _dispose(page: CasePage, viewer: Viewer) -> list[FormField]:
    offered = ("resolved", "partly", "explained", "transferred", "unsolvable")
    types = [t for t in catalogue(page.edition).settings.close_types if t.key in offered]
    proof = page.condition is not None and page.condition.proof == "required"
    label = _("Photos after the work") if proof else _("Photos after the work (optional)")
    return [
        FormField(
            "internal",
            "textarea",
            _("What was done (internal)"),
            required=True,
            most=WORDS_MAX,
        ),
        FormField("reply", "textarea", _("Reply to the reporter"), required=True, most=WORDS_MAX),
        replace(_reasons("close_type", _("How it ended"), types), value="resolved"),
        FormField("photos", "photos", label, most=9),
    ]


def _why(page: CasePage, viewer: Viewer) -> list[FormField]:
    return [_words(_("Why"))]


def _details(page: CasePage, viewer: Viewer) -> list[FormField]:
    return [_words(_("What the reporter said"))]


def _progress(page: CasePage, viewer: Viewer) -> list[FormField]:
    return [_words(_("How it is going"))]


def _ask(page: CasePage, viewer: Viewer) -> list[FormField]:
    return [_words(_("What is needed"))]


def _log_call(page: CasePage, viewer: Viewer) -> list[FormField]:
    # as `queries.contactable_reports` has it: whoever withdrew is not called any more
    waiting = [
        one
        for one in page.reports
        if one.has_contact
        and not one.is_withdrawn
        and one.join_state != "proposed"
        and not _has_answered(one)
    ]
    handed = any(_is_handed(one) for one in waiting)
    reports = tuple(Choice(str(one.id), _caller_line(one)) for one in waiting)
    ratings = catalogue(page.edition).settings.ratings
    workers = tuple(
        Choice(str(each.post_id), each.name)
        for each in callers_in_person(queries.case_for(viewer, page.case.id))
    )
    return [
        FormField(
            "report",
            "select",
            _("Reporter"),
            required=True,
            value=reports[0].value if len(reports) == 1 else "",
            choices=reports,
        ),
        FormField(
            "outcome",
            "choices",
            _("Has the problem been solved?"),
            required=True,
            choices=(
                Choice("solved", _("Yes, solved")),
                Choice("partly", _("Partly")),
                Choice("no", _("No")),
                Choice("unreached", _("Not reached")),
                *([Choice("visit", _("A grid worker calls in person"))] if workers else []),
                *([Choice("take_back", _("Take the call in person back"))] if handed else []),
            ),
        ),
        *(
            [
                FormField(
                    "worker",
                    "select",
                    _("Grid worker of the place"),
                    _("Sees the number while the call is theirs; each look is recorded."),
                    value=workers[0].value if len(workers) == 1 else "",
                    choices=workers,
                    shown_if=("outcome", "visit"),
                )
            ]
            if workers
            else []
        ),
        FormField(
            "rating",
            "select",
            _("How satisfied is the reporter?"),
            choices=tuple(
                Choice(str(len(ratings) - number), str(each.title))
                for number, each in enumerate(ratings)
            ),
            shown_if=("outcome", "solved partly no"),
        ),
    ]


def _has_answered(report: ReportView) -> bool:
    return report.answer is not None and bool(report.answer.answer)


def _is_handed(report: ReportView) -> bool:
    return report.answer is not None and report.answer.handed_to is not None


def _caller_line(report: ReportView) -> str:
    number = words.receipt_words(report.receipt)
    said = f"{report.name or ''} {report.phone or ''} · {number}".strip(" ·")
    return _("%(caller)s · with a grid worker") % {"caller": said} if _is_handed(report) else said


FIELDS: dict[str, Callable[[CasePage, Viewer], list[FormField]]] = {
    "accept_dispatch": _accept_dispatch,
    "accept": _accept,
    "dispatch": lambda page, viewer: [_lead(page, _("Lead")), _helper(page)],
    "ask_info": _ask,
    "answer_info": _details,
    "hand_over": _hand_over,
    "merge": _merge,
    "decline": _decline,
    "correct": _correct,
    "pre_verify": _pre_verify,
    "self_handle": _self_handle,
    "propose_force_close": _propose,
    "acknowledge": _nothing,
    "return": _return,
    "redispatch": _redispatch,
    "uphold": _decision,
    "rule": _rule,
    "progress": _progress,
    "give_plan": lambda page, viewer: [_words(_("How and by when it is to be solved"))],
    "dispose": _dispose,
    "send_to_check": _nothing,
    "rework": _why,
    "pass_to_callback": _nothing,
    "pass_close": _nothing,
    "log_call": _log_call,
    "callback_close": _nothing,
    "reopen": _why,
    "void": _void,
    "part": _why,
    "confirm_join": _join,
    "refuse_join": _join,
    "contact": _contact,
    "join_site": lambda page, viewer: list(visit_fields(page)),
    "help_done": lambda page, viewer: [_words(_("What was done"), required=False)],
    "hand_inside": _hand_inside,
}


# --- doing ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Form:
    """What was sent with a step, read once. photos: staged already."""

    case: UUID
    viewer: Viewer
    post: QueryDict
    photos: Sequence[UUID] = ()
    before: Sequence[UUID] = ()

    @property
    def version(self) -> int:
        text = self.post.get("version", "")
        return int(text) if text.isdecimal() and len(text) < 9 else 0

    def text(self, name: str) -> str:
        return self.post.get(name, "").strip()

    def id(self, name: str) -> UUID | None:
        try:
            return UUID(self.text(name))
        except ValueError:
            return None

    def moment(self, name: str) -> datetime | None:
        """A day and time as they were typed, in the town's own time."""
        text = self.text(name)
        if not text:
            return None
        try:
            typed = datetime.fromisoformat(text)
        except ValueError:
            raise errors.PromiseUnfit() from None
        return typed if typed.tzinfo else typed.replace(tzinfo=jurisdiction.current().tz)

    def number(self, name: str) -> int | None:
        text = self.text(name)
        return int(text) if text.isdecimal() and len(text) < 18 else None


def take(request: HttpRequest, case_id: UUID, key: str, viewer: Viewer) -> None:
    """Do what the form asks. Raises whatever Problem refuses it; then nothing has changed."""
    actor = f"post:{viewer.post_id}"
    # photos are read before any transaction is open: that takes a while
    photos = [take_in(upload, actor).id for upload in request.FILES.getlist("photos")]
    before = [take_in(upload, actor).id for upload in request.FILES.getlist("before")]
    form = Form(case_id, viewer, request.POST, photos, before)
    TAKES.get(key, _take_plain(key))(form)


def _matter_of(form: Form, book: Catalogue) -> tuple[str, str]:
    """Matter and condition keys from the one choice; empty when nothing was chosen."""
    condition = form.text("condition")
    if not condition:
        return "", ""
    matter = next((m.key for m in book.matters.values() if condition in m.conditions), "")
    if not matter:
        raise errors.ConditionMissing()
    return matter, condition


def _book(form: Form) -> Catalogue:
    return catalogue(queries.case_for(form.viewer, form.case).edition)


def _take_accept_dispatch(form: Form) -> None:
    case = queries.case_for(form.viewer, form.case)
    book = catalogue(case.edition)
    matter, condition = _matter_of(form, book)
    # ask the rules as if the choices stood on the case already; nothing is saved here
    case.matter, case.condition = matter or case.matter, condition or case.condition
    suggestion = queries.suggested_lead(case, book)
    lead = form.id("lead")
    if form.text("lead") == "rule":
        lead = suggestion.organisation if suggestion else None
    actions.accept_and_dispatch(
        form.case,
        by=form.viewer,
        version=form.version,
        matter=matter,
        condition=condition,
        area=form.number("area"),
        lead=lead,
        helpers=_helpers_of(form, suggestion, lead),
    )


def _helpers_of(form: Form, suggestion: Suggestion | None, lead: UUID | None) -> list[UUID]:
    """The helpers that were chosen, or the rule's when the lead is the rule's too."""
    if form.text("helper") == "rule":
        fits = suggestion is not None and suggestion.organisation == lead
        return list(suggestion.helpers) if suggestion is not None and fits else []
    helper = form.id("helper")
    return [helper] if helper is not None and helper != lead else []


def _take_accept(form: Form) -> None:
    matter, condition = _matter_of(form, _book(form))
    actions.accept_case(
        form.case,
        by=form.viewer,
        version=form.version,
        matter=matter,
        condition=condition,
        area=form.number("area"),
    )


def _lead_of(form: Form) -> UUID:
    lead = form.id("lead")
    if lead is None:
        raise errors.LeadMissing()
    return lead


def _take_merge(form: Form) -> None:
    number = form.text("near") or form.text("master")
    found = queries.list_page(form.viewer, query=number, limit=2).items
    others = [card for card in found if card.id != form.case]
    if len(others) != 1:
        raise errors.CannotJoin()
    actions.merge_case(form.case, by=form.viewer, version=form.version, master=others[0].id)


def _take_join(act: Callable[..., object]) -> Callable[[Form], None]:
    def take_join(form: Form) -> None:
        report = form.id("report")
        if report is None:
            raise errors.JoinMissing()
        act(form.case, report, by=form.viewer, version=form.version)

    return take_join


def _take_contact(form: Form) -> None:
    reached = form.text("reached")
    if reached not in ("yes", "no"):
        raise errors.CallMissing()
    actions.log_contact_with(
        form.case,
        by=form.viewer,
        version=form.version,
        call=form.text("call"),
        reached=reached == "yes",
        promised=form.moment("promised"),
        words=form.text("words"),
        report=form.id("report"),
    )


def _take_hand_inside(form: Form) -> None:
    colleague = form.id("colleague")
    if colleague is None:
        raise errors.ColleagueMissing()
    actions.hand_to_colleague(
        form.case,
        by=form.viewer,
        version=form.version,
        colleague=colleague,
        words=form.text("words"),
    )


def _take_correct(form: Form) -> None:
    matter, condition = _matter_of(form, _book(form))
    actions.correct_case(
        form.case,
        by=form.viewer,
        version=form.version,
        words=form.text("words"),
        matter=matter,
        condition=condition,
        area=form.number("area"),
        pin=_pin_of(form),
        urgent=_yes_or_no(form, "urgent"),
        sensitivity=form.number("sensitivity"),
        keep_lead=_yes_or_no(form, "keep_lead"),
    )


def _pin_of(form: Form) -> tuple[float, float] | None:
    """The point that was tapped; None when none was."""
    return point_from(f"{form.text('lng')},{form.text('lat')}")


def _yes_or_no(form: Form, name: str) -> bool | None:
    return {"1": True, "0": False}.get(form.text(name))


def _take_pre_verify(form: Form) -> None:
    actions.send_to_verify(
        form.case,
        by=form.viewer,
        version=form.version,
        worker=form.id("worker"),
        words=form.text("words"),
    )


def _take_self_handle(form: Form) -> None:
    matter, condition = _matter_of(form, _book(form))
    settled = actions.Settled(
        condition=condition,
        internal=form.text("internal"),
        reply=form.text("reply"),
        photos=form.photos,
        before=form.before,
    )
    actions.settle_on_spot(
        form.case, by=form.viewer, version=form.version, settled=settled, matter=matter
    )


def _take_propose(form: Form) -> None:
    actions.propose_force_close(
        form.case,
        by=form.viewer,
        version=form.version,
        words=form.text("words"),
        reply=form.text("reply"),
    )


def _proposal_of(form: Form) -> UUID:
    found = form.id("proposal")
    if found is None:
        raise errors.SecondPersonMissing()
    return found


def _take_force_close(form: Form) -> None:
    actions.confirm_force_close(form.case, _proposal_of(form), by=form.viewer, version=form.version)


def _take_refuse_force_close(form: Form) -> None:
    actions.refuse_force_close(
        form.case,
        _proposal_of(form),
        by=form.viewer,
        version=form.version,
        words=form.text("words"),
    )


def _take_log_call(form: Form) -> None:
    report = form.id("report")
    if report is None:
        raise NotFound()
    outcome = form.text("outcome")
    if outcome == "visit":
        worker = form.id("worker")
        if worker is None:
            raise errors.NoWorkerToCall()
        actions.hand_call(form.case, report, by=form.viewer, version=form.version, post=worker)
        return
    if outcome == "take_back":
        actions.take_call_back(form.case, report, by=form.viewer, version=form.version)
        return
    actions.log_call(
        form.case,
        report,
        by=form.viewer,
        version=form.version,
        reached=outcome != "unreached",
        answer="" if outcome == "unreached" else outcome,
        rating=form.number("rating") if outcome != "unreached" else None,
    )


def _take_join_site(form: Form) -> None:
    actions.join_on_site(
        form.case,
        by=form.viewer,
        version=form.version,
        came=ids_in(form.post, "came"),
        words=form.text("words"),
        photos=form.photos,
    )


def _take_plain(key: str) -> Callable[[Form], None]:
    def take_plain(form: Form) -> None:
        text = form.text("words")
        actions.take_step(
            form.case,
            key,
            actor=actions.acting_post(form.viewer),
            given=actions.Given(words=text, reason=text, photos=tuple(form.photos)),
            version=form.version,
        )

    return take_plain


def _take_words(act: Callable[..., object]) -> Callable[[Form], None]:
    def take_words(form: Form) -> None:
        act(form.case, by=form.viewer, version=form.version, words=form.text("words"))

    return take_words


def _take_only(act: Callable[..., object]) -> Callable[[Form], None]:
    def take_only(form: Form) -> None:
        act(form.case, by=form.viewer, version=form.version)

    return take_only


def _take_reason(act: Callable[..., object]) -> Callable[[Form], None]:
    def take_reason(form: Form) -> None:
        act(
            form.case,
            by=form.viewer,
            version=form.version,
            reason=form.text("reason"),
            words=form.text("words"),
        )

    return take_reason


def _take_lead_words(act: Callable[..., object]) -> Callable[[Form], None]:
    def take_lead_words(form: Form) -> None:
        act(
            form.case,
            by=form.viewer,
            version=form.version,
            lead=_lead_of(form),
            words=form.text("words"),
        )

    return take_lead_words


def _take_dispatch(form: Form) -> None:
    case = queries.case_for(form.viewer, form.case)
    lead = _lead_of(form)
    suggestion = queries.suggested_lead(case, catalogue(case.edition))
    actions.dispatch_case(
        form.case,
        by=form.viewer,
        version=form.version,
        lead=lead,
        helpers=_helpers_of(form, suggestion, lead),
    )


def _take_hand_over(form: Form) -> None:
    actions.hand_over(
        form.case,
        by=form.viewer,
        version=form.version,
        desk=form.id("level"),
        level="" if form.id("level") else form.text("level"),
        words=form.text("words"),
    )


def _take_return(form: Form) -> None:
    actions.return_case(
        form.case,
        by=form.viewer,
        version=form.version,
        words=form.text("words"),
        suggested=form.id("suggested"),
        after_look=form.text("after_look") == "1",
        photos=form.photos,
    )


def _take_dispose(form: Form) -> None:
    actions.dispose_case(
        form.case,
        by=form.viewer,
        version=form.version,
        internal=form.text("internal"),
        reply=form.text("reply"),
        close_type=form.text("close_type") or "resolved",
        photos=form.photos,
    )


TAKES: dict[str, Callable[[Form], None]] = {
    "accept_dispatch": _take_accept_dispatch,
    "accept": _take_accept,
    "dispatch": _take_dispatch,
    "ask_info": _take_words(actions.ask_for_info),
    "hand_over": _take_hand_over,
    "merge": _take_merge,
    "decline": _take_reason(actions.decline_case),
    "correct": _take_correct,
    "pre_verify": _take_pre_verify,
    "self_handle": _take_self_handle,
    "propose_force_close": _take_propose,
    "force_close": _take_force_close,
    "refuse_force_close": _take_refuse_force_close,
    "acknowledge": _take_only(actions.acknowledge_case),
    "return": _take_return,
    "redispatch": _take_lead_words(actions.redispatch_case),
    "uphold": _take_words(actions.refuse_return),
    "rule": _take_lead_words(actions.rule_case),
    "progress": _take_words(actions.add_progress),
    "give_plan": _take_words(actions.give_plan),
    "dispose": _take_dispose,
    "send_to_check": _take_only(actions.send_to_check),
    "rework": _take_words(actions.ask_rework),
    "pass_to_callback": _take_only(actions.pass_check),
    "pass_close": _take_only(actions.pass_check),
    "log_call": _take_log_call,
    "join_site": _take_join_site,
    "reopen": _take_words(actions.reopen_case),
    "void": _take_reason(actions.void_case),
    "part": _take_words(actions.part_case),
    "confirm_join": _take_join(actions.confirm_joined),
    "refuse_join": _take_join(actions.refuse_joined),
    "contact": _take_contact,
    "help_done": _take_words(actions.end_help_on),
    "hand_inside": _take_hand_inside,
}
