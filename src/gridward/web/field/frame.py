"""What every page of a grid worker stands in: the bar under the thumb."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from gridward.web.ui.pages import Link


def nav(current: str, waiting: int | None = None) -> tuple[Link, ...]:
    """The four places of the bar; current: home, report, tip or grid."""
    return (
        Link(
            _("To do"),
            reverse("field:home"),
            "clipboard-check",
            current == "home",
            waiting,
        ),
        Link(
            pgettext("in the bar", "Report"), reverse("field:report"), "camera", current == "report"
        ),
        Link(_("Tip"), reverse("field:tip"), "bulb", current == "tip"),
        Link(_("My grid"), reverse("field:grid"), "map", current == "grid"),
    )
