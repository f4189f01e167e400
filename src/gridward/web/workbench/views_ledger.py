"""A street's ledger from before: checked row by row, then taken over at a second press."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from gridward.access.rules import Viewer
from gridward.cases import actions, queries
from gridward.cases.errors import LedgerUnreadable
from gridward.cases.queries import LedgerCheck, LedgerTerms
from gridward.cases.queries.ledgers import MAX_BYTES
from gridward.cases.rules.ledger import HEADINGS
from gridward.catalog.compiled import Catalogue
from gridward.catalog.definitions import Sensitivity
from gridward.catalog.queries import catalogue
from gridward.core.errors import Problem
from gridward.directory import files
from gridward.directory import queries as directory
from gridward.territory import queries as territory
from gridward.web.ui import ledgers
from gridward.web.ui.pages import Fact
from gridward.web.ui.sessions import for_staff, staff_of
from gridward.web.ui.staff import shell_of
from gridward.web.workbench.pages_ledger import (
    LedgerFaultRow,
    LedgerPage,
    MatterGroup,
    UnknownWord,
)
from gridward.web.workbench.sheets import MEDIA_TYPE

TICKET = "ledger"
FAULTS_SHOWN, UNKNOWN_SHOWN, LISTED = 100, 40, 12


@for_staff("case.import")
@require_http_methods(["GET", "HEAD", "POST"])
def ledger(request: HttpRequest) -> HttpResponse:
    """A workbook is checked first; what was checked is imported at a second press."""
    viewer = staff_of(request)
    try:
        terms = actions.desk_terms(viewer, _terms(request, viewer))
        if request.method != "POST":
            return _page(request, viewer, terms)
        if request.POST.get("do") in ("import", "good"):
            return _import(request, viewer, terms)
        name, content = _chosen(request)
        check = queries.check_ledger(content, name, terms)
    except Problem as problem:
        return _page(request, viewer, problem=problem.message, status=problem.status)
    return _page(request, viewer, terms, check=check)


@for_staff("case.import")
@require_GET
def template(request: HttpRequest) -> HttpResponse:
    """An empty ledger with the headings, the matters and the organisations."""
    return HttpResponse(
        ledgers.template(),
        content_type=MEDIA_TYPE,
        headers={"Content-Disposition": 'attachment; filename="ledger.xlsx"'},
    )


def _terms(request: HttpRequest, viewer: Viewer) -> LedgerTerms:
    """Under which name this desk's rows are known, and what the words chosen so far mean."""
    known = catalogue().matters
    matters = {}
    for at in range(UNKNOWN_SHOWN):
        matter = request.POST.get(f"matter-{at}", "")
        if matter in known:
            matters[request.POST.get(f"word-{at}", "")] = matter
    organisation = directory.organisation(viewer.organisation_id)
    return LedgerTerms(source=f"ledger.{organisation.key}"[:40], matters=matters)


def _chosen(request: HttpRequest) -> tuple[str, bytes]:
    """The uploaded file, kept until it is imported; without one, what is kept already.

    Raises LedgerUnreadable, StagedFileGone.
    """
    upload = request.FILES.get("file")
    if upload is None:
        return _kept(request)
    name = (upload.name or "")[:80]
    if (upload.size or 0) > MAX_BYTES:
        raise LedgerUnreadable(file=name)
    content = upload.read()
    before = request.session.pop(TICKET, None)
    if before:
        files.drop_staged(before["ticket"])
    request.session[TICKET] = {"ticket": files.stage(content), "name": name}
    return name, content


def _kept(request: HttpRequest) -> tuple[str, bytes]:
    kept: dict[str, str] = request.session.get(TICKET) or {"ticket": "", "name": ""}
    return kept["name"], files.staged(kept["ticket"])


def _import(request: HttpRequest, viewer: Viewer, terms: LedgerTerms) -> HttpResponse:
    name, content = _kept(request)
    try:
        told = actions.import_ledger(
            content, name, terms, by=viewer, good_rows_only=request.POST["do"] == "good"
        )
    except Problem as problem:
        check = queries.check_ledger(content, name, terms)
        return _page(
            request, viewer, terms, check=check, problem=problem.message, status=problem.status
        )
    files.drop_staged(request.session.pop(TICKET)["ticket"])
    return _page(request, viewer, terms, check=told.check, added=told.done.added)


def _page(
    request: HttpRequest,
    viewer: Viewer,
    terms: LedgerTerms | None = None,
    *,
    check: LedgerCheck | None = None,
    added: int | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    done = added is not None
    page = LedgerPage(
        shell=shell_of(request, viewer, "ledger"),
        ground=territory.path_name(viewer.area_id) if viewer.area_id is not None else "",
        problem=problem,
        headings=tuple(
            Fact(heads[0], _("also: %(names)s") % {"names": "、".join(heads[1:5])})
            if heads[1:]
            else Fact(heads[0], "")
            for heads in HEADINGS.values()
        ),
    )
    if check is not None and terms is not None:
        page = LedgerPage(
            shell=page.shell,
            ground=page.ground,
            problem=problem,
            headings=page.headings,
            file=check.name,
            facts=_facts(check, added),
            notes=_notes(check),
            faults=tuple(
                LedgerFaultRow(
                    ledgers.sheet_words(fault),
                    fault.column,
                    fault.found,
                    ledgers.expected_words(fault),
                )
                for fault in check.faults[:FAULTS_SHOWN]
            ),
            more_faults=max(0, len(check.faults) - FAULTS_SHOWN),
            unknown=() if done else _unknown(check, terms.matters),
            groups=_groups(catalogue()),
            may_import=not done and not check.faults and check.fresh > 0,
            has_good_rows=not done and bool(check.faults) and check.fresh > 0,
            is_done=done,
        )
    return render(request, "workbench/ledger.html", {"page": page}, status=status)


def _facts(check: LedgerCheck, added: int | None) -> tuple[Fact, ...]:
    fresh = check.fresh if added is None else added
    return (
        Fact(_("Sheets read"), "、".join(check.sheets[:LISTED])),
        Fact(_("To be added") if added is None else _("Added"), str(fresh)),
        Fact(_("Already there"), str(len(check.rows) - fresh)),
        Fact(_("Rows with faults"), str(len(check.faults))),
        Fact(_("Titles, totals and empty rows left out"), str(check.skipped)),
    )


def _notes(check: LedgerCheck) -> tuple[str, ...]:
    """What a person should know before they go on."""
    notes = []
    if check.other_sheets:
        said = _("No ledger was found on: %(names)s.")
        notes.append(said % {"names": "、".join(check.other_sheets[:LISTED])})
    if check.unused:
        said = _("Not taken over: the columns %(names)s.")
        notes.append(said % {"names": "、".join(check.unused[:LISTED])})
    if check.at_large:
        notes.append(
            ngettext(
                "%(n)s row names no community or grid; it lies in your ground as a whole.",
                "%(n)s rows name no community or grid; they lie in your ground as a whole.",
                check.at_large,
            )
            % {"n": check.at_large}
        )
    if check.unknown_departments:
        said = _("Organisations that nobody knows here, left out: %(names)s.")
        names = [f"{word} ({n})" for word, n in check.unknown_departments.most_common(LISTED)]
        notes.append(said % {"names": "、".join(names)})
    return tuple(notes)


def _unknown(check: LedgerCheck, chosen: Mapping[str, str]) -> tuple[UnknownWord, ...]:
    """Words to be explained, those explained already among them."""
    words = [(word, check.unknown_matters[word]) for word in chosen]
    words += check.unknown_matters.most_common(UNKNOWN_SHOWN - len(words))
    return tuple(
        UnknownWord(at, word, many, chosen.get(word, "")) for at, (word, many) in enumerate(words)
    )


def _groups(book: Catalogue) -> tuple[MatterGroup, ...]:
    groups = []
    for group in book.groups.values():
        inside = tuple(
            (matter.key, str(matter.title))
            for matter in book.matters.values()
            if matter.group == group.key and matter.sensitivity < Sensitivity.RESTRICTED
        )
        if inside:
            groups.append(MatterGroup(str(group.title), inside))
    return tuple(groups)
