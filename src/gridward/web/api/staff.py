"""The staff's half of the API: lists, one event, its steps, tasks; with a personal token.

Restricted events are not there for programs at all: opening one asks a person for a reason.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from ninja import File, Header, Path, Query, Router, Status
from ninja.files import UploadedFile
from pydantic import StringConstraints

from gridward.access import actions as access
from gridward.access.rules import Viewer
from gridward.cases import actions, queries
from gridward.cases.queries.pages import CaseCard, CasePage, cards_of
from gridward.catalog.definitions import Sensitivity
from gridward.catalog.queries import catalogue
from gridward.core.errors import NotFound, Outdated, Problem
from gridward.directory import queries as directory
from gridward.directory.rules import Organisation
from gridward.tasks import queries as tasks
from gridward.tasks.queries import TaskCard
from gridward.tasks.rules import RESULTS
from gridward.territory import queries as territory
from gridward.territory.errors import NoSuchArea
from gridward.web.api import schemas, steps
from gridward.web.api import schemas_staff as shapes
from gridward.web.api.tokens import StaffToken, viewer_of
from gridward.web.entrance import entrance
from gridward.web.ui.media import take_in

router = Router(auth=StaffToken())
REFUSALS: Any = {
    frozenset(
        {400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 428, 429, 503, 507}
    ): schemas.ProblemOut
}
IfMatch = Annotated[str, StringConstraints(max_length=40)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class VersionMissing(Problem):
    code = "version_missing"
    status = 428
    text = _(
        'Say which version your act was made from: “If-Match: "7"”, as the ETag of the event or '
        "the version of the task says it."
    )


class VersionOutdated(Problem):
    """`core.errors.Outdated` for programs: the precondition failed; who acted stands in it."""

    code = "changed"
    status = 412
    text = Outdated.text


def version_of(if_match: str | None) -> int:
    """The version that If-Match says. Raises VersionMissing for none and for anything else."""
    plain = (if_match or "").strip().removeprefix("W/").strip('"')
    if not plain.isascii() or not plain.isdigit() or len(plain) > 9:
        raise VersionMissing()
    return int(plain)


def _etag(version: int) -> str:
    return f'"{version}"'


def _links(**links: Any) -> dict[str, Any]:
    return {"responses": {200: {"links": links}}}


# --- whose token ----------------------------------------------------------------------------------


@router.get(
    "/me",
    response={200: shapes.MeOut, **REFUSALS},
    summary="Whose token this is",
    operation_id="me",
    tags=["staff"],
)
@entrance("token")
def me(request: HttpRequest) -> Any:
    """The person, the post that the token works in, and what it may do."""
    viewer = viewer_of(request)
    role = catalogue().roles.get(viewer.role)
    return {
        "name": viewer.person_name,
        "role": viewer.role,
        "role_title": str(role.title) if role else viewer.role,
        "organisation": _organisation(directory.organisation(viewer.organisation_id)),
        "standing_in_for": viewer.absent_name or None,
        "scopes": sorted(viewer.capabilities),
    }


# --- events ---------------------------------------------------------------------------------------

_OPEN_ONE = {
    "operationId": "read_case",
    "parameters": {"case_id": "$response.body#/items/0/id"},
    "description": "An id of the list opens the event.",
}
_ITS_STEPS = {
    "operationId": "read_steps",
    "parameters": {"case_id": "$response.body#/id"},
    "description": "What may be done with it now.",
}


@router.get(
    "/cases",
    response={200: shapes.CasesOut, **REFUSALS},
    summary="List events",
    operation_id="list_cases",
    tags=["staff"],
    openapi_extra=_links(
        case=_OPEN_ONE,
        steps={
            "operationId": "read_steps",
            "parameters": {"case_id": "$response.body#/items/0/id"},
            "description": "What may be done with the first one.",
        },
        following={
            "operationId": "list_cases",
            "parameters": {"cursor": "$response.body#/cursor"},
            "description": "The page after this one, while cursor is not null.",
        },
    ),
)
@entrance("token")
def list_cases(
    request: HttpRequest,
    state: Annotated[str, Query(max_length=40, examples=["handling"])] = "",
    area: Annotated[int | None, Query(ge=1, le=2**53)] = None,
    mine: bool = False,
    query: Annotated[str, Query(max_length=80)] = "",
    order: Annotated[str, Query(pattern="^(due|newest)$")] = "due",
    cursor: Annotated[str, Query(max_length=64)] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Any:
    """The events of this post's ground or organisation: open ones by due, or the newest first.

    A state or an area that is not known here has no events. query: words, a receipt or a number.
    """
    viewer = viewer_of(request, "case.see")
    if area is not None and not _is_area(area):
        return {"items": [], "cursor": None}
    found = queries.list_page(
        viewer,
        order=order,
        area=area,
        state=state,
        mine=mine,
        query=query,
        cursor=cursor,
        limit=limit,
    )
    return {
        "items": [_card(card) for card in found.items if not card.restricted],
        "cursor": found.cursor or None,
    }


@router.get(
    "/cases/{case_id}",
    response={200: shapes.CaseDetailOut, **REFUSALS},
    summary="Read an event",
    operation_id="read_case",
    tags=["staff"],
    openapi_extra=_links(steps=_ITS_STEPS),
)
@entrance("token")
def read_case(request: HttpRequest, response: HttpResponse, case_id: UUID) -> Any:
    """The event with its reports, parts, clocks and what happened. The ETag is its version."""
    page = _page(viewer_of(request, "case.see"), case_id)
    response["ETag"] = _etag(page.case.version)
    return _detail(page)


@router.get(
    "/cases/{case_id}/steps",
    response={200: shapes.StepsOut, **REFUSALS},
    summary="What may be done with an event",
    operation_id="read_steps",
    tags=["staff"],
    openapi_extra=_links(
        take={
            "operationId": "take_step",
            "parameters": {
                "path.case_id": "$response.body#/case",
                "path.key": "$response.body#/steps/0/key",
                "header.If-Match": "$response.header.ETag",
            },
            "requestBody": "$response.body#/steps/0/example",
            "description": "The first step, as its example says.",
        },
        case={
            "operationId": "read_case",
            "parameters": {"case_id": "$response.body#/case"},
            "description": "The event itself.",
        },
    ),
)
@entrance("token")
def read_steps(request: HttpRequest, response: HttpResponse, case_id: UUID) -> Any:
    """The steps that this token may take now, and what each asks for."""
    viewer = viewer_of(request, "case.see")
    page = _page(viewer, case_id)
    response["ETag"] = _etag(page.case.version)
    return {
        "case": page.case.id,
        "version": page.case.version,
        "steps": steps.steps_of(page, viewer),
    }


@router.post(
    "/cases/{case_id}/steps/{key}",
    response={200: shapes.CaseOut, **REFUSALS},
    summary="Take a step",
    operation_id="take_step",
    tags=["staff"],
    openapi_extra=_links(
        steps={
            "operationId": "read_steps",
            "parameters": {"case_id": "$response.body#/id"},
            "description": "What may be done next.",
        }
    ),
)
@entrance("token")
def take_step(
    request: HttpRequest,
    response: HttpResponse,
    case_id: UUID,
    key: Annotated[Key, Path(examples=["progress"])],
    payload: shapes.StepIn,
    if_match: Annotated[IfMatch | None, Header(alias="If-Match", examples=['"3"'])] = None,
) -> Any:
    """Take a step of the event's own process.

    If-Match says from which version: 428 without it, 412 when somebody acted meanwhile. With a
    client_id the same request again answers as it stands now and changes nothing; other content
    under the same client_id is refused with 409.
    """
    viewer = viewer_of(request, "case.see")
    version = version_of(if_match)
    _page_allowed(viewer, case_id)

    def act() -> UUID:
        token = _stager(viewer)
        return steps.take(case_id, key, payload, by=viewer, version=version, token=token).id

    _done_once(viewer, payload.client_id, f"{case_id}/{key}/{version}", payload, act)
    page = _card_after(viewer, case_id)
    response["ETag"] = _etag(page["version"])
    return page


# --- photos ---------------------------------------------------------------------------------------


@router.post(
    "/uploads/staff",
    response={201: schemas.PhotoOut, **REFUSALS},
    summary="Stage a photo, film or recording for a step or an answer",
    operation_id="stage_photo",
    tags=["staff"],
)
@entrance("token")
def stage_photo(request: HttpRequest, photo: File[UploadedFile]) -> Any:
    """Keep a photo, a film or a voice note for a day, cleaned of what the device wrote into it.

    This account links it.
    """
    kept = take_in(photo, _stager(viewer_of(request)))
    return Status(201, schemas.staged(kept))


def _stager(viewer: Viewer) -> str:
    return f"api:account:{viewer.account_id}"


# --- tasks ----------------------------------------------------------------------------------------


@router.get(
    "/tasks",
    response={200: shapes.TasksOut, **REFUSALS},
    summary="List one's tasks",
    operation_id="list_tasks",
    tags=["staff"],
    openapi_extra=_links(
        answer={
            "operationId": "answer_task",
            "parameters": {
                "task_id": "$response.body#/items/0/id",
            },
            "description": "Hand in what was found; If-Match is the task's version.",
        },
    ),
)
@entrance("token")
def list_tasks(request: HttpRequest, limit: Annotated[int, Query(ge=1, le=100)] = 50) -> Any:
    """The open tasks that wait for this post, the earliest due first."""
    found = tasks.tasks_of(viewer_of(request), limit=limit)
    return {"items": [_task(task) for task in found]}


@router.post(
    "/tasks/{task_id}/answer",
    response={200: shapes.CaseOut, **REFUSALS},
    summary="Hand in what was found",
    operation_id="answer_task",
    tags=["staff"],
)
@entrance("token")
def answer_task(
    request: HttpRequest,
    response: HttpResponse,
    task_id: UUID,
    payload: shapes.TaskIn,
    if_match: Annotated[IfMatch | None, Header(alias="If-Match", examples=['"1"'])] = None,
) -> Any:
    """Answer a task on site. If-Match is the task's version; client_id as for a step."""
    viewer = viewer_of(request, "case.check_task")
    version = version_of(if_match)
    task = tasks.task_for(viewer, task_id)
    _page_allowed(viewer, task.subject_id)

    def act() -> UUID:
        return actions.answer_check(
            task_id,
            by=viewer,
            version=version,
            result=payload.result,
            words=payload.words,
            photos=payload.photos,
        ).id

    _done_once(viewer, payload.client_id, f"{task_id}/{version}", payload, act)
    page = _card_after(viewer, task.subject_id)
    response["ETag"] = _etag(page["version"])
    return page


# --- the catalogue --------------------------------------------------------------------------------


@router.get(
    "/catalogue/matters",
    response={200: shapes.MattersOut, **REFUSALS},
    summary="The catalogue of matters",
    operation_id="list_matters",
    tags=["staff"],
)
@entrance("token")
def list_matters(request: HttpRequest) -> Any:
    """What anybody may report, with the conditions under which it is settled."""
    book = catalogue()
    return {
        "edition": book.number,
        "items": [
            {
                "key": matter.key,
                "title": str(matter.title),
                "group": str(group.title),
                "conditions": [
                    {
                        "key": condition.key,
                        "title": str(condition.title),
                        "urgent": condition.urgent,
                        "done_when": str(condition.closing),
                    }
                    for condition in book.conditions_of(matter.key)
                ],
            }
            for group in book.groups.values()
            for matter in book.matters_of(group.key)
            if matter.sensitivity < Sensitivity.RESTRICTED
        ],
    }


# --- shared ---------------------------------------------------------------------------------------


def _is_area(area_id: int) -> bool:
    try:
        territory.area(area_id)
    except NoSuchArea:
        return False
    return True


def _page(viewer: Viewer, case_id: UUID) -> CasePage:
    """The event's page. Raises NotFound, also for every restricted one."""
    _page_allowed(viewer, case_id)
    return queries.case_page(viewer, case_id)


def _page_allowed(viewer: Viewer, case_id: UUID) -> None:
    if queries.case_for(viewer, case_id).sensitivity >= Sensitivity.RESTRICTED:
        raise NotFound()


def _card_after(viewer: Viewer, case_id: UUID) -> dict[str, Any]:
    """How the event stands after the act; who handed it on may not see all of it any more."""
    case = queries.case(case_id)
    (card,) = cards_of([case], viewer)
    return _card(card)


def _done_once(viewer: Viewer, client_id: str | None, what: str, payload: Any, act: Any) -> None:
    digest = hashlib.sha256(f"{what}\n{payload.model_dump_json()}".encode()).hexdigest()
    try:
        if client_id is None:
            act()
        else:
            access.send_once(viewer, client_id=client_id, digest=digest, act=act)
    except Outdated as outdated:
        raise VersionOutdated(**outdated.params) from None


def _organisation(one: Organisation | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {"id": one.id, "key": one.key, "title": one.title(get_language() or "zh")}


def _card(card: CaseCard) -> dict[str, Any]:
    return {
        "id": card.id,
        "number": card.number,
        "version": card.version,
        "state": card.state,
        "state_title": str(card.state_title),
        "open": card.is_open,
        "urgent": card.urgent,
        "matter": str(card.matter_title) if card.matter_title else None,
        "summary": card.summary,
        "place": card.place,
        "holder": _organisation(card.holder),
        "lead": _organisation(card.lead),
        "reports": card.reports,
        "opened_at": card.opened_at,
        "due_at": card.clock.due_at if card.clock else None,
        "light": (card.clock.light or None) if card.clock else None,
        "promised_at": card.promised_at,
        "closed_at": card.closed_at,
        "close_type": card.close_type or None,
    }


def _detail(page: CasePage) -> dict[str, Any]:
    return {
        **_card(page.case),
        "areas": page.chain,
        "lng": page.lng,
        "lat": page.lat,
        "condition": str(page.condition.title) if page.condition else None,
        "reports_in_it": [
            {
                "id": one.id,
                "receipt": one.receipt,
                "submitted_at": one.submitted_at,
                "channel": one.channel,
                "words": one.words,
                "place": one.place_words,
                "has_contact": one.has_contact,
                "photos": one.photos,
            }
            for one in page.reports
        ],
        "parts": [
            {
                "role": assignment.role,
                "organisation": _organisation(organisation),
                "active": assignment.active,
            }
            for assignment, organisation in page.assignments
        ],
        "clocks": [
            {
                "milestone": clock.milestone,
                "title": str(clock.title or ""),
                "due_at": clock.due_at,
                "light": clock.light or None,
                "paused": clock.paused,
                "provisional": clock.provisional,
                "stopped_at": clock.stopped_at,
            }
            for clock in page.clocks
        ],
        "timeline": [
            {
                "at": item.at,
                "what": item.verb,
                "title": item.title,
                "who": item.who,
                "organisation": (
                    item.organisation.title(get_language() or "zh") if item.organisation else None
                ),
                "words": item.words,
            }
            for item in page.timeline
        ],
    }


def _task(task: TaskCard) -> dict[str, Any]:
    return {
        "id": task.id,
        "kind": task.kind,
        "version": task.version,
        "case": task.subject_id if task.subject_kind == "case" else None,
        "asked_at": task.asked_at,
        "due_at": task.due_at,
        "results": list(RESULTS.get(task.kind, ())),
    }
