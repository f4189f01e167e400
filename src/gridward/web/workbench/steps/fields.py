"""What each step asks for. One that is not named in FIELDS asks for remarks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from django.utils.translation import gettext as _

from gridward.access.rules import Viewer
from gridward.cases import queries
from gridward.cases.queries import Duplicate
from gridward.cases.queries.calling import callers_in_person
from gridward.cases.queries.deciding import ProposalView
from gridward.cases.queries.pages import CasePage, ReportView
from gridward.cases.queries.suggesting import suggested_matters
from gridward.catalog.definitions import Reason, Sensitivity
from gridward.catalog.queries import catalogue
from gridward.directory import queries as directory
from gridward.web.ui import words
from gridward.web.ui.onsite import said_fields, visit_fields
from gridward.web.ui.pages import Choice, FormField
from gridward.web.ui.reporting import area_choices
from gridward.web.ui.staff import name_of

WORDS_MAX = 2000
# steps that decide on a proposal: shown while there is one of somebody else's
DECIDES = frozenset({"force_close", "refuse_force_close"})
PROPOSES = "propose_force_close"  # shown while there is none


def _words(label: str, *, required: bool = True, help: str = "") -> FormField:
    return FormField("words", "textarea", label, help, required=required, most=WORDS_MAX)


def plain(page: CasePage, viewer: Viewer) -> list[FormField]:
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


def settled_choices(page: CasePage, viewer: Viewer) -> tuple[Choice, ...]:
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
    choices = settled_choices(page, viewer)
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


def deciding(key: str, found: ProposalView) -> list[FormField]:
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
        *said_fields(page.edition),
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
