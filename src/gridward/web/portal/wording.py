"""What residents read for stages, side states and things that happened: never the inward words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

STAGE_TITLES: Mapping[str, Any] = {
    "submitted": pgettext_lazy("stage", "Submitted"),
    "accepted": pgettext_lazy("stage", "Accepted"),
    "assigned": pgettext_lazy("stage", "Assigned"),
    "handling": pgettext_lazy("stage", "In progress"),
    "checking": pgettext_lazy("stage", "Checking the result"),
    "closed": pgettext_lazy("stage", "Completed"),
    "rated": pgettext_lazy("stage", "Rated"),
}

SIDE_TITLES: Mapping[str, Any] = {
    "need_info": gettext_lazy("We need a little more from you"),
    "declined": gettext_lazy("Outside our remit"),
    "merged": gettext_lazy("Joined with the same problem"),
    "returned": gettext_lazy("Confirming who will handle it"),
    "joint": gettext_lazy("Several departments at work"),
    "suspended": gettext_lazy("On hold"),
    "reopened": gettext_lazy("Being redone"),
    "withdrawn": pgettext_lazy("stage", "Withdrawn"),
}

CLOSE_TITLES: Mapping[str, Any] = {
    "resolved": gettext_lazy("Solved"),
    "partly": gettext_lazy("Partly solved"),
    "explained": gettext_lazy("Explained"),
    "transferred": gettext_lazy("Passed to another channel"),
    "unsolvable": gettext_lazy("Cannot be solved for now"),
    "self_handled": gettext_lazy("Done on the spot"),
    "self_governed": gettext_lazy("Settled by the residents"),
    "withdrawn": pgettext_lazy("stage", "Withdrawn"),
    "forced": gettext_lazy("Completed"),  # how it was approved is the staff's matter
}

# verb → (without a unit, with the unit's name)
TOLD: Mapping[str, tuple[Any, Any]] = {
    "case.accepted": (gettext_lazy("Your report is accepted"), None),
    "case.dispatched": (
        gettext_lazy("Your report is assigned"),
        gettext_lazy("Your report is now with %(unit)s"),
    ),
    "case.redispatched": (
        gettext_lazy("Another unit takes it over"),
        gettext_lazy("%(unit)s takes it over"),
    ),
    "case.ruled": (
        gettext_lazy("Decided who handles it"),
        gettext_lazy("Decided: %(unit)s handles it"),
    ),
    "case.acknowledged": (
        gettext_lazy("Work has started"),
        gettext_lazy("%(unit)s has started work"),
    ),
    "case.progress_noted": (gettext_lazy("How it is going"), None),
    "case.plan_given": (
        gettext_lazy("How it is to be solved"),
        gettext_lazy("%(unit)s says how it is to be solved"),
    ),
    "case.info_asked": (gettext_lazy("We need a little more from you"), None),
    "case.info_given": (gettext_lazy("You added details"), None),
    "report.details_added": (gettext_lazy("You added details"), None),
    "report.hurried": (gettext_lazy("You sent a reminder; we are on it"), None),
    "report.withdrawn": (gettext_lazy("Withdrawn as you wished; it goes on for others"), None),
    "report.join_confirmed": (
        gettext_lazy("A neighbour reported it too; handled together"),
        None,
    ),
    "case.parted": (gettext_lazy("Another problem than your neighbour's; handled apart"), None),
    "case.objected": (gettext_lazy("You asked for a review; a colleague decides"), None),
    "case.declined": (gettext_lazy("Outside our remit"), None),
    "case.merged": (gettext_lazy("A neighbour reported it too; handled together"), None),
    "case.rework_asked": (gettext_lazy("The result did not hold; it is being redone"), None),
    "case.check_passed": (gettext_lazy("The result was checked; please tell us your view"), None),
    "case.not_solved": (gettext_lazy("Not solved: it is being redone"), None),
    "case.reopened": (gettext_lazy("Being redone at your wish"), None),
    "case.corrected": (gettext_lazy("We set its place or matter right"), None),
    "case.self_handled": (gettext_lazy("Dealt with on the spot"), None),
    "case.closed": (gettext_lazy("Completed; thank you for caring"), None),
    "case.voided": (gettext_lazy("Not handled as an event"), None),
    "case.withdrawn": (gettext_lazy("Withdrawn as you wished"), None),
}


def told_title(verb: str, unit: str, fallback: str) -> str:
    """What the reporter reads for something that happened."""
    plain, with_unit = TOLD.get(verb, (fallback, None))
    if unit and with_unit is not None:
        return str(with_unit) % {"unit": unit}
    return str(plain)


def close_title(key: str) -> str:
    """How it ended, in words; empty while it is open."""
    return str(CLOSE_TITLES.get(key, _("Completed"))) if key else ""
