"""The page for a form whose case went where its post does not see."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from gridward.access.rules import Viewer
from gridward.core.errors import Problem
from gridward.web.ui.pages import Fact, Link
from gridward.web.ui.staff import shell_of
from gridward.web.workbench import pages


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
