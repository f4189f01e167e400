"""The desk's inbox and its count; the operator's page of what went out, waits or failed."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from gridward.catalog.queries import catalogue
from gridward.core.errors import Problem
from gridward.journal.rules import ActorRef
from gridward.notify import actions, channels, queries
from gridward.notify.errors import why_words
from gridward.notify.rules import STATES
from gridward.web.ui import inbox as inboxes
from gridward.web.ui import words
from gridward.web.ui.navigation import holds_cases
from gridward.web.ui.pages import Badge, Fact, Link, Pager, Tone
from gridward.web.ui.sessions import for_staff, staff_of
from gridward.web.ui.staff import shell_of
from gridward.web.workbench import pages

TONES: dict[str, Tone] = {
    "waiting": "blue",
    "held": "",
    "sending": "blue",
    "sent": "green",
    "failed": "red",
    "dropped": "",
}


@for_staff()
@require_http_methods(["GET", "HEAD", "POST"])
def inbox(request: HttpRequest) -> HttpResponse:
    """What this post and its organisation have been told, unread first."""
    viewer = staff_of(request)
    if request.method == "POST":
        return inboxes.take_inbox(request, viewer, case_route="workbench:case")
    page = inboxes.inbox_page(request, viewer, shell_of(request, viewer, "inbox"))
    return render(request, "workbench/inbox.html", {"page": page})


@for_staff()
@require_GET
def inbox_count(request: HttpRequest) -> HttpResponse:
    """How much is unread and waits, for the title of the page and the sound."""
    viewer = staff_of(request)
    return inboxes.count_answer(request, viewer, waits=holds_cases(viewer))


@for_staff("system.run")
@require_http_methods(["GET", "HEAD", "POST"])
def notices(request: HttpRequest) -> HttpResponse:
    """What went out, waits or failed: nothing of whom it was for, nor of what it said."""
    viewer = staff_of(request)
    if request.method == "POST":
        return _send_again(request)
    state = request.GET.get("state", "")
    after = _id(request.GET.get("after", ""))
    found = queries.notice_page(state=state, after=after)
    titles = state_titles()
    address = request.path
    kept = {"state": state} if state in STATES else {}
    more = f"{address}?{urlencode({**kept, 'after': str(found.next)})}" if found.next else ""
    first = f"{address}?{urlencode(kept)}" if kept else address
    counts = queries.counts_by_state()
    page = pages.NoticesPage(
        shell=shell_of(request, viewer, "notices"),
        ways=tuple(Fact(name, said) for name, said in way_facts()),
        faults=tuple(channels.faults()),
        filters=(
            Link(_("Every state"), address, current=state not in STATES),
            *(
                Link(
                    title,
                    f"{address}?{urlencode({'state': key})}",
                    current=key == state,
                    count=counts.get(key) or None,
                )
                for key, title in titles.items()
            ),
        ),
        lines=tuple(_line(one, titles) for one in found.lines),
        pager=Pager(next=more, first=first if after else ""),
        is_filtered=state in STATES,
        here=request.get_full_path(),
    )
    return render(request, "workbench/notices.html", {"page": page})


def _send_again(request: HttpRequest) -> HttpResponse:
    viewer = staff_of(request)
    chosen = _id(request.POST.get("notice", ""))
    try:
        actions.send_again(chosen or UUID(int=0), actor=ActorRef("post", viewer.post_id))
    except Problem as problem:
        messages.error(request, problem.message)
    else:
        messages.success(request, _("It goes out again within a minute."))
    back = {"state": request.POST.get("state", "")}
    address = reverse("workbench:notices")
    if back["state"] in STATES:
        address += f"?{urlencode(back)}"
    return HttpResponseRedirect(address, status=303)


def _line(one: queries.NoticeLine, titles: dict[str, str]) -> pages.NoticeLine:
    definition = catalogue().notices.get(one.key)
    said = why_words(one.last_error)
    if one.is_bundled and one.state == "sent":
        said = _("Went out together with another one.")
    elif one.state == "held":
        said = _("Quiet hours; goes out at %(time)s.") % {
            "time": words.moment_words(one.not_before)
        }
    elif one.state == "waiting" and one.attempts and one.next_try_at is not None:
        said += " " + _("Next try at %(time)s.") % {"time": words.moment_words(one.next_try_at)}
    return pages.NoticeLine(
        value=str(one.id) if one.state == "failed" else "",
        title=str(definition.title) if definition is not None else _("A notice of before"),
        way=way_titles()[one.channel],
        whom=whom_titles()[one.recipient_kind],
        state=Badge(titles[one.state], TONES[one.state]),
        made=words.moment_words(one.made_at),
        sent=words.moment_words(one.sent_at) if one.sent_at else "",
        tries=one.attempts,
        why=said.strip(),
    )


def state_titles() -> dict[str, str]:
    """What operators call the states."""
    return {
        "failed": _("Failed"),
        "waiting": _("Waiting"),
        "held": _("Held in quiet hours"),
        "sending": _("Being sent"),
        "sent": _("Sent"),
        "dropped": _("Not sent"),
    }


def way_titles() -> dict[str, str]:
    """What operators call the channels."""
    return {"sms": _("Text message"), "email": _("E-mail"), "wecom": _("WeCom")}


def whom_titles() -> dict[str, str]:
    """Whom a notice is for, as far as is said."""
    return {
        "reporter": _("A reporter"),
        "post": _("A member of staff"),
        "organisation": _("An organisation"),
    }


def way_facts() -> list[tuple[str, str]]:
    """Channel → whether and where it goes, in words."""
    there = {}
    if not channels.faults():
        there = channels.connections()
    found = []
    for name, title in way_titles().items():
        way = channels.way_of(name)
        if way == "none":
            said = _("Off. Nothing is sent this way.")
        elif way == "log":
            said = _("Only noted in the log; nothing leaves this machine.")
        else:
            said = _("Goes to %(host)s.") % {"host": ", ".join(there.get(name, ("?",)))}
        found.append((title, said))
    return found


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
