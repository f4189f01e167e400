"""A grid worker's pages: my checks, one check on site, report an event."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from gridward.access.rules import Viewer
from gridward.cases import actions, queries
from gridward.cases.queries.pages import CaseCard, CasePage, cards_of
from gridward.cases.queries.photos import photo_of_case
from gridward.cases.queries.saying import result_words
from gridward.core import ids
from gridward.core.errors import NotFound, Problem
from gridward.tasks import queries as tasks
from gridward.tasks import rules as task_rules
from gridward.tasks.queries import TaskCard
from gridward.vault import actions as vault
from gridward.vault import queries as files
from gridward.web.field import pages, settling
from gridward.web.ui import maps, reporting, words
from gridward.web.ui.media import file_answer, picture_of
from gridward.web.ui.pages import Badge, Choice, FormField, Link, MapView, Photo, Row, Step
from gridward.web.ui.sessions import for_staff, staff_of
from gridward.web.ui.staff import shell_of, title_of

VERIFICATION = "pre_verification"  # before acceptance; every other look on site is after the work
AS_IT_WAS = frozenset({"before", "look", "verify"})  # photos of a case from before the work
DONE_SHOWN = 5


def _nav(current: str, waiting: int | None = None) -> tuple[Link, ...]:
    return (
        Link(
            _("Waiting for me on site"),
            reverse("field:home"),
            "clipboard-check",
            current == "home",
            waiting,
        ),
        Link(_("Report an event"), reverse("field:report"), "camera", current == "report"),
    )


# --- checks -----------------------------------------------------------------------------------


@for_staff("case.check_task")
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What waits for me on site, and what I have looked at lately."""
    viewer = staff_of(request)
    open_tasks = tasks.tasks_of(viewer)
    done_tasks = tasks.done_by(viewer, limit=DONE_SHOWN)
    cards = _cards(viewer, [*open_tasks, *done_tasks])
    page = pages.HomePage(
        shell=shell_of(request, viewer, ""),
        nav=_nav("home", len(open_tasks) or None),
        checks=tuple(_row(task, cards[task.subject_id]) for task in open_tasks),
        done=tuple(_done_row(task, cards[task.subject_id]) for task in done_tasks),
    )
    return render(request, "field/home.html", {"page": page})


def _cards(viewer: Viewer, found: list[TaskCard]) -> dict[UUID, CaseCard | None]:
    """Case → its card, for the tasks' cases; None where the case may not be seen any more."""
    wanted = {task.subject_id for task in found}
    seen = {
        card.id: card
        for card in cards_of(list(queries.visible_cases(viewer).filter(id__in=wanted)), viewer)
    }
    cards: dict[UUID, CaseCard | None] = {}
    for case_id in wanted:
        if case_id not in seen:
            try:
                seen[case_id] = cards_of([queries.case_for(viewer, case_id)], viewer)[0]
            except NotFound:
                cards[case_id] = None
                continue
        cards[case_id] = seen[case_id]
    return cards


def _kind(task: TaskCard) -> Badge:
    titles = {
        "closure_check": _("Check the result"),
        "pre_verification": _("Verify before accepting"),
    }
    return Badge(titles.get(task.kind, _("Look on site")), "teal")


def _row(task: TaskCard, card: CaseCard | None) -> Row:
    pill = words.clock_pill(due=task.due_at) if task.due_at else None
    return Row(
        title=title_of(card.matter_title, card.summary) if card else _("No longer visible"),
        address=reverse("field:check", args=[task.id]),
        sub=card.place if card else "",
        clock=pill,
        badge=_kind(task),
    )


def _done_row(task: TaskCard, card: CaseCard | None) -> Row:
    return replace(
        _row(task, card), clock=None, badge=Badge(_result_title(task.kind, task.result), "green")
    )


def _result_title(kind: str, result: str) -> str:
    if kind == VERIFICATION:
        return result_words(result)
    titles = {
        "passed": _("Check passed"),
        "not_passed": _("Not put right"),
        "unable": _("Unable to tell"),
    }
    return titles.get(result, _("Handed in"))


@for_staff("case.check_task")
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """One check on site: what was reported, what was done, and what I find."""
    viewer = staff_of(request)
    task = tasks.task_for(viewer, task_id)
    if request.method != "POST":
        return _check_page(request, viewer, task)
    result = request.POST.get("result", "")
    try:
        photos = [
            vault.stage_upload(upload, upload.name or "", f"post:{viewer.post_id}").id
            for upload in request.FILES.getlist("photos")
        ]
        version = request.POST.get("version", "")
        answer = actions.answer_verification if task.kind == VERIFICATION else actions.answer_check
        answer(
            task.id,
            by=viewer,
            version=int(version) if version.isdecimal() else 0,
            result=result,
            words=request.POST.get("words", ""),
            photos=photos,
        )
    except NotFound:
        raise
    except Problem as problem:
        return _check_page(request, viewer, tasks.task_for(viewer, task_id), problem)
    messages.success(request, _("Handed in. Thank you."))
    return HttpResponseRedirect(reverse("field:home"), status=303)


def _check_page(
    request: HttpRequest, viewer: Viewer, task: TaskCard, problem: Problem | None = None
) -> HttpResponse:
    found = queries.case_page(viewer, task.subject_id)
    page = pages.CheckPage(
        shell=shell_of(request, viewer, ""),
        nav=_nav("home"),
        title=title_of(found.case.matter_title),
        place=found.case.place,
        kind=_kind(task),
        clock_text=words.clock_pill(due=task.due_at).text if task.due_at else "",
        words="\n".join(report.words for report in found.reports if report.words),
        where="\n".join(report.place_words for report in found.reports if report.place_words),
        before=tuple(
            _photo(task.id, one.id, one.media, one.seconds)
            for one in found.photos
            if one.report_id is not None or one.kind in AS_IT_WAS
        ),
        after=tuple(
            _photo(task.id, one.id, one.media, one.seconds)
            for one in found.photos
            if one.report_id is None and one.kind not in AS_IT_WAS
        ),
        map=_map(found),
        step=_step(request, task, problem) if task.state == "open" else None,
        result="" if task.state == "open" else _result_title(task.kind, task.result),
    )
    status = problem.status if problem is not None else 200
    return render(request, "field/check.html", {"page": page}, status=status)


def _step(request: HttpRequest, task: TaskCard, problem: Problem | None) -> Step:
    sent = request.POST
    choices = tuple(
        Choice(key, _result_title(task.kind, key)) for key in task_rules.RESULTS[task.kind]
    )
    verifying = task.kind == VERIFICATION
    bad = " ".join(key for key in task_rules.RESULTS[task.kind] if key in task_rules.NEEDS_WORDS)
    return Step(
        key="check",
        title=_("What you find on site"),
        address=reverse("field:check", args=[task.id]),
        version=task.version,
        fields=(
            FormField(
                "result",
                "choices",
                _("Result"),
                required=True,
                value=sent.get("result", ""),
                choices=choices,
            ),
            FormField(
                "words",
                "textarea",
                _("What you saw instead, or why you cannot tell")
                if verifying
                else _("What is still wrong, or why you cannot tell"),
                value=sent.get("words", ""),
                most=2000,
                shown_if=("result", bad),
            ),
            FormField("photos", "photos", _("Photos on site (optional)"), most=3),
        ),
        button=_("Submit"),
        error=problem.message if problem else "",
        with_files=True,
    )


def _photo(task_id: UUID, photo_id: UUID, media: str, seconds: float | None) -> Photo:
    address = reverse("field:photo", args=[task_id, photo_id])
    return picture_of(address, media=media, seconds=seconds)


def _map(found: CasePage) -> MapView | None:
    if found.lng is None or found.lat is None:
        return None
    point = f"{found.lng:.6f},{found.lat:.6f}"
    window = maps.Window(found.lng, found.lat, 0.008)
    picture = f"{reverse('ui:map-picture')}?{urlencode({'window': window.key, 'pin': point})}"
    areas = f"{reverse('ui:map-areas')}?{urlencode({'near': point})}"
    return maps.map_of(areas, picture, lng=found.lng, lat=found.lat)


@for_staff("case.check_task")
@require_GET
def photo(request: HttpRequest, task_id: UUID, photo_id: UUID) -> HttpResponse:
    """A photo of the case behind one of my checks."""
    viewer = staff_of(request)
    task = tasks.task_for(viewer, task_id)
    file_id = photo_of_case(viewer, task.subject_id, photo_id)
    return file_answer(request, file_id, thumb="small" in request.GET)


# --- report -------------------------------------------------------------------------------------


@for_staff("report.submit")
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Report what I see."""
    viewer = staff_of(request)
    if request.method != "POST":
        return _form(request, viewer, reporting.blank())
    asked = reporting.read(request)
    if asked.pick is not None:
        return _form(request, viewer, asked)
    channel = actions.Channel(
        key="field",
        source="field",
        reporter_kind="worker",
        language=get_language() or "zh-hans",
        notice_version=reporting.notice_version(),
    )
    try:
        settled = settling.settled_of(request, viewer)
    except Problem as problem:
        asked = replace(asked, errors={**asked.errors, "settled": problem.message})
        settled = None
    receipt, asked = reporting.send(asked, channel=channel, by=viewer, settled=settled)
    if receipt is None:
        return _form(request, viewer, asked, status=422)
    return HttpResponseRedirect(reverse("field:done", args=[receipt.number]), status=303)


def _form(
    request: HttpRequest, viewer: Viewer, asked: reporting.Asked, *, status: int = 200
) -> HttpResponse:
    problem = ""
    if asked.errors:
        problem = _("Something has to be mended below; nothing you wrote is lost.")
    page = pages.ReportPage(
        shell=shell_of(request, viewer, ""),
        nav=_nav("report"),
        settling=settling.fields(
            viewer, sent=request.POST, problem=asked.errors.get("settled", "")
        ),
        settling_open=bool(request.POST.get(settling.CONDITION)) or "settled" in asked.errors,
        form=reporting.form_of(asked, staged_photo="field:staged-photo", problem=problem),
    )
    return render(request, "field/report.html", {"page": page}, status=status)


@for_staff("report.submit")
@require_GET
def done(request: HttpRequest, receipt: str) -> HttpResponse:
    """The number of what was just reported."""
    if not ids.is_receipt(receipt):
        raise NotFound()
    viewer = staff_of(request)
    page = pages.DonePage(
        shell_of(request, viewer, ""), ids.plain_receipt(receipt), nav=_nav("report")
    )
    return render(request, "field/done.html", {"page": page})


@for_staff("report.submit")
@require_GET
def staged_photo(request: HttpRequest, client_id: str, photo_id: UUID) -> HttpResponse:
    """A photo of a form that is not submitted yet."""
    if photo_id not in {one.id for one in files.staged_files(f"form:{client_id}")}:
        raise NotFound()
    return file_answer(request, photo_id, thumb=True)
