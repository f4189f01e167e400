"""Words that were typed and not taken: shown to be copied where their form is gone.

Somebody else was faster, the step is over, the session ended, the page was open too long: whatever
the reason, a page that answers a form shows every word of it again, with script and without.
"""

from __future__ import annotations

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _

from gridward.web.ui.pages import Fact


def typed_in(values: QueryDict) -> tuple[Fact, ...]:
    """Free words of a form, each under what its field is called; nothing that was only chosen,
    and neither numbers nor passwords."""
    labels = {
        "internal": _("What was done (internal)"),
        "reply": _("Reply to the reporter"),
        "words": _("What you wrote"),
        "what": _("What you wrote"),
        "wish": _("What it should be"),
        "place_words": _("The place in words"),
        "settled_internal": _("What was done (internal)"),
        "settled_reply": _("Reply to the reporter"),
    }
    found = ((label, values.get(name, "").strip()) for name, label in labels.items())
    return tuple(Fact(label, text) for label, text in found if text)


def typed_here(request: HttpRequest) -> tuple[Fact, ...]:
    """Free words of the form that this request sends; nothing when it comes from another site,
    whose words are not to stand on a page of ours, or cannot be read."""
    own = f"{request.scheme}://{request.get_host()}"
    sent_from = request.headers.get("Origin") or request.headers.get("Referer", "")
    if request.method != "POST" or not f"{sent_from}/".startswith(f"{own}/"):
        return ()
    try:
        return typed_in(request.POST)
    except (SuspiciousOperation, MultiPartParserError, OSError):
        return ()


def came_from(request: HttpRequest) -> str:
    """The page of this site that a form was sent from, as a path; empty when it is not told."""
    own = f"{request.scheme}://{request.get_host()}"
    referer = request.headers.get("Referer", "")
    return referer[len(own) :] if referer.startswith(f"{own}/") else ""
