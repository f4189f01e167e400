"""Words that were typed and not taken: shown to be copied where their form is gone.

Somebody else was faster, the step is over, the case is with others now: whatever the reason, a
page that answers a form shows every word of it again, with script and without.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from gridward.access.rules import Viewer
from gridward.core.errors import Problem
from gridward.web.ui.pages import Fact, Link
from gridward.web.ui.staff import shell_of
from gridward.web.workbench import pages


def typed_in(values: QueryDict) -> tuple[Fact, ...]:
    """Free words of a form, each under what its field is called; nothing that was only chosen."""
    labels = {
        "internal": _("What was done (internal)"),
        "reply": _("Reply to the reporter"),
        "words": _("What you wrote"),
    }
    found = ((label, values.get(name, "").strip()) for name, label in labels.items())
    return tuple(Fact(label, text) for label, text in found if text)


def gone_page(
    request: HttpRequest, viewer: Viewer, problem: Problem, typed: tuple[Fact, ...]
) -> HttpResponse:
    """For a form whose case is not this post's to see any more: its words, and the way back."""
    page = pages.GonePage(
        shell=shell_of(request, viewer, "list", {}),
        back=Link(_("All events"), reverse("workbench:list")),
        title=_("This event is with others now"),
        problem=problem.message,
        typed=typed,
    )
    return render(request, "workbench/gone.html", {"page": page}, status=problem.status)
