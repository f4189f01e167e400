"""People and posts from a file: a dry run with faults by row, then all of it or nothing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from gridward.access import actions as access
from gridward.core.errors import Problem
from gridward.directory import actions as directory
from gridward.directory import files, rules
from gridward.directory.errors import FAULTS, FaultyRows, UnreadableFile
from gridward.web.ui.pages import Fact
from gridward.web.ui.sessions import for_staff, staff_of
from gridward.web.ui.staff import shell_of
from gridward.web.workbench import pages_people as pages
from gridward.web.workbench.given import actor

FAULTS_SHOWN = 200
TICKET = "people_file"


def _expected(column: str, code: str) -> str:
    """What a cell of this column should hold."""
    said = {
        "staff_number": _("letters, figures and . _ / - , at most 32"),
        "name": _("one to eighty characters"),
        "phone": _("one person's own mobile number of eleven digits, or nothing"),
        "worker_kind": _("full-time, part-time, professional or nothing"),
        "role": _("the key or the title of a role"),
        "organisation": _("the key or the title of an organisation"),
        "area": _("the code or the unique name of an area"),
    }
    if code == "posts_exclude":
        return _("an administrator in one row only, without any other post")
    if code == "not_the_same_person":
        return _("the same name, phone and kind in every row of one staff number")
    return said[column]


@for_staff("people.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def people_import(request: HttpRequest) -> HttpResponse:
    """A file is checked first; what was checked is imported at a second press."""
    if request.method != "POST":
        return _import_page(request)
    if request.POST.get("do") == "import":
        return _import_staged(request)
    upload = request.FILES.get("file")
    if upload is None:
        return _import_page(request, problem=_("Choose a file first."), status=422)
    name = (upload.name or "")[:80]
    if (upload.size or 0) > files.MAX_BYTES:
        return _import_page(request, problem=UnreadableFile(name=name).message, status=422)
    content = upload.read()
    before = request.session.pop(TICKET, None)
    if before:
        files.drop_staged(before["ticket"])
    try:
        report = access.admit_people(
            files.table_of(content, name), actor=actor(staff_of(request)), dry_run=True
        )
    except Problem as problem:
        return _import_page(request, problem=problem.message, status=problem.status)
    request.session[TICKET] = {"ticket": files.stage(content), "name": name}
    return _import_page(request, report=report, name=name)


def _import_staged(request: HttpRequest) -> HttpResponse:
    kept: dict[str, str] = request.session.get(TICKET) or {"ticket": "", "name": ""}
    good_only = request.POST.get("good_rows") == "1"
    try:
        content = files.staged(kept["ticket"])
        report = access.admit_people(
            files.table_of(content, kept["name"]),
            actor=actor(staff_of(request)),
            good_rows_only=good_only,
        )
    except FaultyRows as refused:
        # people were changed since the check: nothing was imported, the check is shown anew
        report = access.admit_people(
            files.table_of(content, kept["name"]), actor=actor(staff_of(request)), dry_run=True
        )
        return _import_page(
            request, report=report, name=kept["name"], problem=refused.message, status=422
        )
    except Problem as problem:
        return _import_page(request, problem=problem.message, status=problem.status)
    files.drop_staged(kept["ticket"])
    request.session.pop(TICKET, None)
    return _import_page(request, report=report, name=kept["name"])


def _import_page(
    request: HttpRequest,
    *,
    report: directory.ImportReport | None = None,
    name: str = "",
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    facts: list[Fact] = []
    faults: list[pages.FaultRow] = []
    if report is not None:
        facts = [
            Fact(_("Rows read"), str(report.rows)),
            Fact(_("People added"), str(report.people_added)),
            Fact(_("People changed"), str(report.people_changed)),
            Fact(_("People unchanged"), str(report.people_unchanged)),
            Fact(_("Posts given"), str(report.posts_given)),
            Fact(_("Posts held already"), str(report.posts_kept)),
            Fact(_("Rows without a post"), str(report.rows_without_post)),
            Fact(_("Rows with faults"), str(len({f.row for f in report.faults}))),
        ]
        faults = [
            pages.FaultRow(
                fault.row,
                rules.HEADINGS[fault.column][0],
                fault.value,
                str(FAULTS[fault.code]).rstrip(":："),
                _expected(fault.column, fault.code),
            )
            for fault in report.faults[:FAULTS_SHOWN]
        ]
    dry = report is not None and report.dry_run
    page = pages.ImportPage(
        shell=shell_of(request, staff_of(request), "people-import", {}),
        problem=problem,
        file=name,
        facts=tuple(facts),
        faults=tuple(faults),
        more_faults=max(0, len(report.faults) - FAULTS_SHOWN) if report else 0,
        may_import=dry and report is not None and not report.faults,
        has_good_rows=dry
        and report is not None
        and bool(report.faults)
        and report.rows > len({f.row for f in report.faults}),
        is_done=report is not None and not report.dry_run,
        headings=tuple(
            Fact("、".join(heads[:1]), _expected(key, "")) for key, heads in rules.HEADINGS.items()
        ),
    )
    return render(request, "workbench/people/import.html", {"page": page}, status=status)


@for_staff("people.manage")
@require_GET
def people_template(request: HttpRequest) -> HttpResponse:
    """An empty table with headings and two example rows."""
    media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return HttpResponse(
        files.template("xlsx"),
        content_type=media,
        headers={"Content-Disposition": 'attachment; filename="people.xlsx"'},
    )
