"""A grid worker's first page, and one verification or check on site."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from gridward.access.rules import Viewer
from gridward.cases import actions, queries
from gridward.cases.queries import calling, onsite
from gridward.cases.queries.pages import CaseCard, cards_of
from gridward.cases.queries.photos import photo_of_case
from gridward.cases.queries.saying import result_words
from gridward.core.errors import NotFound, Problem
from gridward.tasks import queries as tasks
from gridward.tasks import rules as task_rules
from gridward.tasks.queries import TaskCard
from gridward.territory import queries as territory
from gridward.web.field import pages
from gridward.web.field.views_onsite import AS_IT_WAS, call_row, case_row, map_at
from gridward.web.ui import words
from gridward.web.ui.media import file_answer, picture_of, said_again, take_in
from gridward.web.ui.navigation import thumb_bar
from gridward.web.ui.pages import Badge, Choice, FormField, Photo, Row, Step
from gridward.web.ui.sessions import for_staff, staff_of
from gridward.web.ui.staff import shell_of, title_of

VERIFICATION = "pre_verification"  # before acceptance; every other look on site is after the work
DONE_SHOWN = 5
NEWS_SHOWN = 5


# --- checks -----------------------------------------------------------------------------------


@for_staff("case.check_task")
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What waits for me, what came up on my ground, and what came of what I did."""
    viewer = staff_of(request)
    open_tasks = tasks.tasks_of(viewer)
    done_tasks = tasks.done_by(viewer, limit=DONE_SHOWN)
    cards = _cards(viewer, [*open_tasks, *done_tasks])
    calls = calling.calls_of(viewer)
    joins = onsite.to_join(viewer)
    waiting = len(open_tasks) + len(calls)
    verifying = [task for task in open_tasks if task.kind == VERIFICATION]
    checking = [task for task in open_tasks if task.kind != VERIFICATION]
    blocks = (
        pages.Block(_("To verify"), tuple(_row(one, cards[one.subject_id]) for one in verifying)),
        pages.Block(
            _("Results to check"), tuple(_row(one, cards[one.subject_id]) for one in checking)
        ),
        pages.Block(_("Call back in person"), tuple(call_row(one) for one in calls)),
        pages.Block(_("Join on site"), tuple(case_row(one) for one in joins)),
    )
    page = pages.HomePage(
        shell=shell_of(request, viewer, ""),
        nav=thumb_bar("home", waiting or None),
        waiting=tuple(block for block in blocks if block.rows),
        news=tuple(case_row(one) for one in onsite.new_on_ground(viewer, limit=NEWS_SHOWN)),
        grid=territory.path_name(viewer.area_id) if viewer.area_id is not None else "",
        grid_text=_grid_text(onsite.open_on_ground(viewer)),
        behalf=viewer.may("report.on_behalf"),
        solved=tuple(case_row(one) for one in onsite.solved_with(viewer, limit=DONE_SHOWN)),
        done=tuple(_done_row(task, cards[task.subject_id]) for task in done_tasks),
    )
    return render(request, "field/home.html", {"page": page})


def _grid_text(open_cases: int) -> str:
    if not open_cases:
        return _("Nothing is open there now")
    said = ngettext("%(n)d event is open there", "%(n)d events are open there", open_cases)
    return said % {"n": open_cases}


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
        _row(task, card),
        clock=None,
        badge=Badge(_result_title(task.kind, task.result), "green" if _is_good(task) else "yellow"),
    )


def _is_good(task: TaskCard) -> bool:
    """Whether nothing more has to be said about what was found."""
    return task.result not in task_rules.NEEDS_WORDS


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
            take_in(upload, f"post:{viewer.post_id}").id
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
    messages.success(request, _("Handed in. Thank you."), extra_tags=f"check-{task.id}")
    return HttpResponseRedirect(reverse("field:home"), status=303)


def _check_page(
    request: HttpRequest, viewer: Viewer, task: TaskCard, problem: Problem | None = None
) -> HttpResponse:
    found = queries.case_page(viewer, task.subject_id)
    page = pages.CheckPage(
        shell=shell_of(request, viewer, ""),
        nav=thumb_bar("home"),
        title=title_of(found.case.matter_title),
        place=found.case.place,
        kind=_kind(task),
        clock_text=words.clock_pill(due=task.due_at).text
        if task.due_at and task.state == "open"
        else "",
        words="\n".join(report.words for report in found.reports if report.words),
        where="\n".join(report.place_words for report in found.reports if report.place_words),
        unheard=sum(report.unheard for report in found.reports),
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
        map=map_at(found.lng, found.lat),
        step=_step(request, task, problem) if task.state == "open" else None,
        result="" if task.state == "open" else _result_title(task.kind, task.result),
        result_tone="good" if _is_good(task) else "warn",
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
                needed=True,
                shown_if=("result", bad),
            ),
            FormField("photos", "photos", _("Photos on site (optional)"), most=3),
        ),
        button=_("Submit"),
        error=said_again(request, problem) if problem else "",
        with_files=True,
        draft=f"check-{task.id}",
    )


def _photo(task_id: UUID, photo_id: UUID, media: str, seconds: float | None) -> Photo:
    address = reverse("field:photo", args=[task_id, photo_id])
    return picture_of(address, media=media, seconds=seconds)


@for_staff("case.check_task")
@require_GET
def photo(request: HttpRequest, task_id: UUID, photo_id: UUID) -> HttpResponse:
    """A photo of the case behind one of my checks."""
    viewer = staff_of(request)
    task = tasks.task_for(viewer, task_id)
    file_id = photo_of_case(viewer, task.subject_id, photo_id)
    return file_answer(request, file_id, thumb="small" in request.GET)
