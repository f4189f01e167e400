"""Restricted matters: 110 first, then as little as possible, seen by a protection desk alone.

No photo, no telling, no draft in the browser, no message; whoever reports says how they may be
reached, or that they must not be.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gridward.cases import actions as cases
from gridward.catalog.queries import catalogue
from gridward.core.ids import new_id
from gridward.vault import rules as vault_rules
from gridward.web import limits
from gridward.web.portal import pages, views, views_report
from gridward.web.ui import reporting
from gridward.web.ui.pages import Choice, FormField
from gridward.web.ui.sessions import for_everybody

NAMES = ("matter", "when", "place", "area", "alerted", "reach", "phone", "safe")
SHORT, PLACE_MAX = 60, 120


@for_everybody
@require_http_methods(["GET", "HEAD", "POST"])
def protection(request: HttpRequest) -> HttpResponse:
    """The minimal form; sent, it gives a receipt like any other."""
    if request.method != "POST":
        return _form(request, {}, {}, client_id=new_id().hex)
    given = {name: " ".join(request.POST.get(name, "").split()) for name in NAMES}
    client_id = request.POST.get("client_id", "")
    before = views_report.known(client_id)
    if before is not None:
        return views_report.received(before, again=True)
    faults = _faults(given)
    if faults:
        return _form(request, given, faults, client_id=client_id, status=422)
    phone = given["phone"] if given["reach"] == "call" else ""
    try:
        channel = views_report.channel_of(request, phone)
    except limits.TooOften as problem:
        said = problem.message
        return _form(request, given, {}, client_id=client_id, problem=said, status=problem.status)
    area = given["area"]
    told = cases.Told(
        words=_words(given),
        place=cases.Place(words=given["place"], area=reporting.known_area(area)),
        matter=given["matter"],
    )
    receipt = cases.submit_report(
        [told],
        contact=cases.Contact(phone=phone),
        channel=channel,
        client_id=client_id if len(client_id) == 32 and client_id.isalnum() else new_id().hex,
    )
    return views_report.received(receipt)


def _faults(given: dict[str, str]) -> dict[str, str]:
    said: dict[str, str] = {}
    if given["matter"] not in {choice.value for choice in _matters()}:
        said["matter"] = _("Choose what it is about.")
    if not given["place"] and not given["area"]:
        said["place"] = _("Say where, or choose the street and community.")
    if given["alerted"] not in _alerted():
        said["alerted"] = _("Choose whom you have alerted.")
    if given["reach"] not in _reach():
        said["reach"] = _("Choose how you may be reached.")
    if given["reach"] == "call" and not vault_rules.is_dialable(given["phone"]):
        said["phone"] = _(
            "This is not a phone number. Please check it, or choose not to be called."
        )
    for name, most in (("when", SHORT), ("safe", SHORT), ("place", PLACE_MAX)):
        if len(given[name]) > most:
            said[name] = _("At most %(n)d characters.") % {"n": most}
    return said


def _words(given: dict[str, str]) -> str:
    """What the protection desk reads: when, whom one alerted, how one may be reached."""
    lines = []
    if given["when"]:
        lines.append(_("When: %(when)s") % {"when": given["when"]})
    lines.append(_("Alerted: %(whom)s") % {"whom": _alerted()[given["alerted"]]})
    lines.append(_("To be reached: %(how)s") % {"how": _reach()[given["reach"]]})
    if given["reach"] == "call" and given["safe"]:
        lines.append(_("Safe to call: %(when)s") % {"when": given["safe"]})
    return "\n".join(lines)


def _matters() -> tuple[Choice, ...]:
    book = catalogue()
    return tuple(
        Choice(matter.key, str(matter.title))
        for group in book.groups.values()
        for matter in book.matters_of(group.key)
        if matter.is_restricted
    )


def _alerted() -> dict[str, str]:
    return {
        "police": _("The police (110)"),
        "others": _("A school, the community or the women's federation"),
        "nobody": _("Nobody yet"),
    }


def _reach() -> dict[str, str]:
    return {
        "never": _("Do not contact me; I follow it with number and code"),
        "call": _("You may call this number"),
    }


def _form(
    request: HttpRequest,
    given: dict[str, str],
    faults: dict[str, str],
    *,
    client_id: str,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    if faults:
        problem = _("Something has to be mended below; nothing you wrote is lost.")

    def field(name: str, kind: str, label: str, **more: object) -> FormField:
        value, error = given.get(name, ""), faults.get(name, "")
        return FormField(name, kind, label, value=value, error=error, **more)  # type: ignore[arg-type]

    def choices(said: dict[str, str]) -> tuple[Choice, ...]:
        return tuple(Choice(key, title) for key, title in said.items())

    page = pages.ProtectionPage(
        client_id=client_id,
        problem=problem,
        duty_phone=catalogue().settings.duty_phone or "",
        fields=(
            field(
                "matter",
                "choices",
                _("What is it about?"),
                choices=_matters(),
                required=True,
                most=1,
            ),
            field("when", "text", _("When?"), most=SHORT),
            field(
                "place",
                "text",
                _("Where?"),
                help=_("In words, or choose the street and community below."),
                most=PLACE_MAX,
            ),
            field("area", "select", _("Street and community"), choices=reporting.area_choices()),
            field(
                "alerted",
                "choices",
                _("Whom have you alerted?"),
                choices=choices(_alerted()),
                required=True,
                most=1,
            ),
            field(
                "reach",
                "choices",
                _("How may you be reached?"),
                help=_("No text message is ever sent about this."),
                choices=choices(_reach()),
                required=True,
                most=1,
            ),
            field("phone", "tel", _("Telephone"), most=30, shown_if=("reach", "call")),
            field(
                "safe",
                "text",
                _("When is it safe to call?"),
                most=SHORT,
                shown_if=("reach", "call"),
            ),
        ),
    )
    context = {"page": page, "here": "report"}
    return views.private(render(request, "portal/protection.html", context, status=status))
