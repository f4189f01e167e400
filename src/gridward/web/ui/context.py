"""What every page knows without its view: text size, the name of the place, the demo mark."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest

from gridward.catalog.queries import catalogue
from gridward.core import demo, jurisdiction
from gridward.core.errors import Problem
from gridward.notify.channels import way_of
from gridward.web.ui.typed import came_from
from gridward.web.ui.words import is_chinese

TEXT_COOKIE = "gw_text"


def shell(request: HttpRequest) -> dict[str, Any]:
    """Names begin gw_ so that no view's own name is shadowed. No statement is sent."""
    is_demo = bool(getattr(settings, "GRIDWARD_DEMO", False))
    return {
        "gw_large": request.COOKIES.get(TEXT_COOKIE) == "large",
        "gw_place": jurisdiction.current().name,
        "gw_demo": is_demo,
        "gw_demo_progress": demo.progress() if is_demo else None,
        "gw_chinese": is_chinese(),
        "gw_texts": way_of("sms") in ("fake", "http"),  # promised only where it is kept
        "gw_public": _shows_public,  # asked by the portal's navigation alone
        # an answer to a form has no page of its own to come back to: where the form stood has
        "gw_here": request.get_full_path()
        if request.method != "POST"
        else came_from(request) or request.get_full_path(),
    }


def _shows_public() -> bool:
    """Whether there is a page of what is in hand; on a page about a fault, where there may be no
    database, the way to it is left out."""
    try:
        return catalogue().settings.public_page
    except (DatabaseError, Problem):
        return False
