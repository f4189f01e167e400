"""The API's operations. Each says who may call it; refusals are application/problem+json."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import get_language
from ninja import File, Header, Status
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.files import UploadedFile

from gridward import __version__
from gridward.cases import actions, queries
from gridward.cases.actions import Channel, Contact, Place, Told
from gridward.cases.errors import NotTheReporter
from gridward.catalog.errors import NotInCatalogue
from gridward.catalog.queries import catalogue
from gridward.core.errors import BadInput, NotFound, Problem
from gridward.core.ids import plain_receipt
from gridward.directory.rules import Organisation
from gridward.territory import queries as territory
from gridward.web import limits
from gridward.web.api import schemas, staff
from gridward.web.api.described import DescribedAPI
from gridward.web.api.tokens import TokenMissing
from gridward.web.entrance import entrance
from gridward.web.problems import BadRequest, problem_response
from gridward.web.ui import reporting
from gridward.web.ui.media import take_in

api = DescribedAPI(
    title="Gridward",
    version=__version__,
    docs_url=None,
    urls_namespace="api",
    description=(
        "Report a problem and follow it; for staff: lists, events, steps and tasks with a personal "
        "token. Problems are application/problem+json."
    ),
)
api.add_router("", staff.router)
REFUSALS = {
    frozenset({400, 404, 409, 413, 415, 422, 429, 503, 507}): schemas.ProblemOut,
}


@api.exception_handler(Problem)
def _problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    return problem_response(request, problem)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, fault: ValidationError) -> HttpResponse:
    fields: dict[str, Any] = {}
    for each in fault.errors:
        where = [str(part) for part in each.get("loc", ()) if part not in ("body", "payload")]
        fields[".".join(where) or "body"] = each.get("msg", "")
    return problem_response(request, BadInput(fields))


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, fault: AuthenticationError) -> HttpResponse:
    response = problem_response(request, TokenMissing())
    response["WWW-Authenticate"] = 'Bearer realm="gridward"'
    return response


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, fault: HttpError) -> HttpResponse:
    return problem_response(request, BadRequest())


@api.post(
    "/uploads",
    response={201: schemas.PhotoOut, **REFUSALS},
    summary="Stage a photo, film or recording",
    operation_id="upload",
    tags=["reports"],
)
@entrance("everybody")
def upload(request: HttpRequest, photo: File[UploadedFile], client_id: str) -> Any:
    """Keep a photo, a film or a voice note for a day, cleaned of what the device wrote into it.

    How large and how long each may be is said by `GET /notice`.
    client_id: the one of the report that it will be sent with; only that report may link it.
    """
    if not 8 <= len(client_id) <= 64:
        raise BadInput({"client_id": "8–64"})
    kept = take_in(photo, f"api:{client_id}")
    return Status(201, schemas.staged(kept))


@api.post(
    "/reports",
    response={201: schemas.ReceiptOut, **REFUSALS},
    summary="Report a problem",
    operation_id="create_report",
    tags=["reports"],
    openapi_extra={
        "responses": {
            201: {
                "links": {
                    "follow": {
                        "operationId": "read_report",
                        "parameters": {
                            "path.receipt": "$response.body#/receipt",
                            "header.x-receipt-code": "$response.body#/code",
                        },
                        "description": "Number and code open the report.",
                    }
                }
            }
        }
    },
)
@entrance("everybody")
def create_report(request: HttpRequest, payload: schemas.ReportIn) -> Any:
    """Receive a report and give its receipt.

    Show the reporter what `GET /notice` says before sending: its version is kept with the report.
    The same client_id with the same body answers the same receipt; with another body 409.
    """
    if payload.matter is not None and payload.matter not in catalogue().matters:
        raise NotInCatalogue(kind="matter", key=payload.matter, edition=catalogue().number)
    contact = payload.contact or schemas.ContactIn()
    channel = Channel(
        key="api",
        source="api",
        language=get_language() or "zh-hans",
        notice_version=reporting.notice_version(),
        crowded=limits.count_report(request),
    )
    receipt = actions.submit_report(
        [
            Told(
                words=payload.text,
                place=Place(payload.lng, payload.lat, payload.datum, payload.place),
                matter=payload.matter or "",
                photos=tuple(payload.photos),
            )
        ],
        contact=Contact(phone=contact.phone, name=contact.name),
        channel=channel,
        client_id=payload.client_id,
        staged_by=f"api:{payload.client_id}",
    )
    return Status(
        201,
        {
            "receipt": receipt.number,
            "code": receipt.code,
            "case_number": receipt.case_numbers[0],
            "submitted_at": receipt.submitted_at,
            "notice_version": channel.notice_version,
            "areas": _areas(receipt.chain),
        },
    )


@api.get(
    "/notice",
    response={200: schemas.NoticeOut, **REFUSALS},
    summary="What reporters are to be told",
    operation_id="read_notice",
    tags=["reports"],
)
@entrance("everybody")
def read_notice(request: HttpRequest) -> Any:
    """What is kept of a reporter, in the words in force, and what a report may hold.

    The version in force is kept with every report.
    """
    book = catalogue()
    notice = book.privacy_for("reporter")
    if notice is None:
        raise NotFound()
    return {
        "version": notice.version,
        "title": str(notice.title),
        "points": [{"title": str(each.title), "text": str(each.text)} for each in notice.points],
        "source": notice.source,
        "photos": book.settings.photos_max,
        "photo_mb": book.settings.photo_mb_max,
        "video_seconds": book.settings.video_seconds,
        "voice_seconds": book.settings.voice_seconds,
    }


@api.get(
    "/reports/{receipt}",
    response={200: schemas.ReportOut, **REFUSALS},
    summary="Follow a report",
    operation_id="read_report",
    tags=["reports"],
)
@entrance("receipt")
def read_report(
    request: HttpRequest,
    receipt: str,
    x_receipt_code: Header[str],
) -> Any:
    """What the reporter may see: stage, promised date, timeline. The code comes in a header."""
    limits.refuse_guesses(request, plain_receipt(receipt))
    try:
        found = queries.track(receipt, x_receipt_code)
    except NotTheReporter:
        limits.count_guess(request, plain_receipt(receipt))
        raise
    report = found.reports[0]
    return {
        "receipt": found.receipt,
        "case_number": report.case_number,
        "stage": report.stage,
        "side": report.side or None,
        "promised_at": report.promised_at,
        "provisional": report.provisional,
        "late": report.late,
        "organisation": _title(report.lead),
        "reply": report.reply,
        "close_type": report.close_type or None,
        "closed_at": report.closed_at,
        "timeline": [
            {
                "at": told.at,
                "what": told.verb,
                "title": told.title,
                "organisation": _title(told.organisation),
                "words": told.words,
            }
            for told in report.told
        ],
    }


def _areas(chain: tuple[int | None, ...]) -> list[dict[str, Any]]:
    language = get_language() or "zh"
    found = [territory.area(area) for area in chain if area is not None]
    return [{"level": a.level, "code": a.code, "name": a.name_in(language)} for a in found]


def _title(organisation: Organisation | None) -> str | None:
    if organisation is None:
        return None
    english = (get_language() or "").startswith("en")
    return organisation.title_en if english else organisation.title_zh


urlpatterns = [path("", api.urls)]
