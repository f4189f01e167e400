"""What stands above a step's form: what it does, and what to know before."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gridward.cases.queries.pages import CasePage
from gridward.web.ui import words


def hint(key: str, page: CasePage) -> str:
    """The line above the form of step `key`; empty where its title says enough."""
    asked = ABOUT_THIS_CASE.get(key)
    return asked(page) if asked is not None else str(ALWAYS.get(key, ""))


ALWAYS = {
    "ask_info": gettext_lazy(
        "The reporter reads this; the clock for accepting stands still meanwhile."
    ),
    "contact": gettext_lazy("Any call but the call-back. Only staff read it."),
    "correct": gettext_lazy("Limits are worked out again; what it was before stays in the record."),
    "force_close": gettext_lazy("It is closed at once. The reporter reads the answer above."),
    "give_plan": gettext_lazy("The reporter can read this."),
    "join_site": gettext_lazy("Where anybody is, is not kept; only who came."),
    "part": gettext_lazy("State, lead and limits become what they were; its reporters are told."),
    "pre_verify": gettext_lazy(
        "Before acceptance; the clock for accepting stands still meanwhile."
    ),
    "progress": gettext_lazy("The reporter can read this."),
    "propose_force_close": gettext_lazy(
        "Another person decides on it. It counts among no results."
    ),
    "refuse_force_close": gettext_lazy("It goes on as before. Whoever proposed it reads why."),
    "refuse_join": gettext_lazy(
        "The report becomes an event of its own, with limits from its own time."
    ),
}


def _on_dispatch(page: CasePage) -> str:
    """Why this organisation, and what it will not hear."""
    said = []
    if page.suggestion is not None:
        said.append(_("Basis: %(because)s") % {"because": page.suggestion.because})
    if any(one.media == "voice" and one.report_id is not None for one in page.photos):
        said.append(
            _("Recordings stay with the desk: write down what those who settle it have to know.")
        )
    return " ".join(said)


def _grounds(page: CasePage) -> str:
    """Why the lead wants to give it back."""
    given = page.open_return.grounds if page.open_return is not None else None
    grounds = page.texts.get(given) if given else None
    return _("Grounds for the return: %(grounds)s") % {"grounds": grounds} if grounds else ""


def _closing(page: CasePage) -> str:
    """What has to be true before it counts as done."""
    if page.condition is None:
        return ""
    return _("Done when: %(closing)s") % {"closing": page.condition.closing}


def _return_until(page: CasePage) -> str:
    lead = next((a for a, _o in page.assignments if a.active and a.role == "lead"), None)
    if lead is None or lead.return_until is None:
        return ""
    until = words.moment_words(lead.return_until)
    return _("Possible once, until %(until)s; also after a look on site.") % {"until": until}


ABOUT_THIS_CASE: dict[str, Callable[[CasePage], str]] = {
    "accept_dispatch": _on_dispatch,
    "dispatch": _on_dispatch,
    "redispatch": _grounds,
    "uphold": _grounds,
    "rule": _grounds,
    "dispose": _closing,
    "pass_to_callback": _closing,
    "pass_close": _closing,
    "return": _return_until,
}
