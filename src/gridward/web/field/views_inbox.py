"""A grid worker's inbox."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from gridward.web.ui import inbox as inboxes
from gridward.web.ui.navigation import thumb_bar
from gridward.web.ui.sessions import for_staff, staff_of
from gridward.web.ui.staff import shell_of


@for_staff("case.check_task")
@require_http_methods(["GET", "HEAD", "POST"])
def inbox(request: HttpRequest) -> HttpResponse:
    """What this worker has been told, unread first."""
    viewer = staff_of(request)
    if request.method == "POST":
        return inboxes.take_inbox(request, viewer, case_route="workbench:case")
    shell = shell_of(request, viewer, "inbox")
    page = inboxes.inbox_page(request, viewer, shell, thumb_bar(""))
    return render(request, "field/inbox.html", {"page": page})
