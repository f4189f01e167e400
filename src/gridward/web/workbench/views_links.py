"""One-time links as the desk makes them: shown once, with a QR code, and taken back."""

from __future__ import annotations

from uuid import UUID

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gridward.access.rules import Viewer
from gridward.cases import actions, queries
from gridward.cases.queries import CasePage, LinkCard
from gridward.core import clock as wall
from gridward.directory import queries as directory
from gridward.web.ui import words
from gridward.web.ui.pages import Link
from gridward.web.ui.sessions import for_staff, staff_of
from gridward.web.ui.staff import name_of, shell_of, title_of
from gridward.web.workbench import pages
from gridward.web.workbench.lines import case_address


def links_panel(found: CasePage, viewer: Viewer) -> pages.LinkPanel | None:
    """The panel for whoever dispatches at the case's desk, while its lead has no account or links
    were made; None for everybody else. Two statements at most."""
    card = found.case
    if not viewer.may("case.dispatch") or card.restricted or card.lead is None:
        return None
    if card.desk_id != viewer.organisation_id:
        return None
    needed = card.is_open and not directory.staff_of(card.lead.id)
    lines = queries.links_of(viewer, card.id, wall.now()) if needed else []
    if not needed:
        return None
    return pages.LinkPanel(
        organisation=name_of(card.lead),
        version=card.version,
        make=reverse("workbench:link-make", args=[card.id]),
        lines=tuple(_line(card.id, one) for one in lines),
    )


def _line(case_id: UUID, link: LinkCard) -> pages.LinkLine:
    if link.state == "live":
        until = words.moment_words(link.expires_at)
        said = _("works until %(until)s") % {"until": until}
        if link.opened_at is not None:
            at = words.moment_words(link.opened_at)
            said = _("opened %(at)s, works until %(until)s") % {"at": at, "until": until}
        return pages.LinkLine(
            link.made_at, said, reverse("workbench:link-revoke", args=[case_id, link.id])
        )
    said = {
        "used": _("used: the result came by it"),
        "revoked": _("taken back"),
        "expired": _("its time is up"),
    }[link.state]
    return pages.LinkLine(link.made_at, said)


@for_staff("case.dispatch")
@require_POST
def make(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Makes a link and shows it, this once; an earlier one stops working."""
    viewer = staff_of(request)
    version = request.POST.get("version", "")
    made = actions.make_link(
        case_id,
        by=viewer,
        version=int(version) if version.isdecimal() and len(version) < 9 else 0,
    )
    found = queries.case_page(viewer, case_id)
    address = request.build_absolute_uri(reverse("outside:page", args=[made.token]))
    page = pages.LinkMadePage(
        shell=shell_of(request, viewer, "home", {}),
        back=Link(_("Back to the event"), case_address(case_id)),
        title=title_of(found.case.matter_title),
        number=found.case.number,
        place=found.case.place,
        organisation=name_of(found.case.lead),
        address=address,
        picture=_qr(address),
        until=made.expires_at,
    )
    return render(request, "workbench/link_made.html", {"page": page})


def _qr(address: str) -> SafeString:
    """The address as a QR code, drawn inline."""
    drawn = segno.make(address, error="m").svg_inline(scale=5, border=2, omitsize=True)
    return mark_safe(drawn)  # noqa: S308 - drawn from our own address


@for_staff("case.dispatch")
@require_POST
def revoke(request: HttpRequest, case_id: UUID, link_id: UUID) -> HttpResponse:
    """Takes a link back; it stops working at once."""
    actions.revoke_link(case_id, link_id, by=staff_of(request))
    messages.success(request, _("The link was taken back and no longer works."))
    return HttpResponseRedirect(case_address(case_id), status=303)
