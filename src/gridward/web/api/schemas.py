"""What goes in and out of the API. Names follow the glossary; moments are ISO 8601 in UTC."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field, StringConstraints

from gridward.vault.queries import StoredFile

Text = Annotated[str, StringConstraints(max_length=2000)]


class ContactIn(Schema):
    """How the reporter can be reached; kept apart, shown to intake and call-back only."""

    model_config = ConfigDict(extra="forbid")

    phone: Annotated[str, StringConstraints(max_length=40)] = ""
    name: Annotated[str, StringConstraints(max_length=80)] = ""


class ReportIn(Schema):
    """One matter. client_id: made by the client once; sending it again changes nothing."""

    model_config = ConfigDict(extra="forbid")

    client_id: Annotated[str, StringConstraints(min_length=8, max_length=64)]
    text: Text = ""
    lng: float | None = Field(default=None, ge=-180, le=180)
    lat: float | None = Field(default=None, ge=-90, le=90)
    datum: Literal["wgs84", "cgcs2000", "gcj02", "bd09"] = "wgs84"
    place: Annotated[str, StringConstraints(max_length=500)] = ""
    matter: Annotated[str, StringConstraints(max_length=60)] | None = None
    contact: ContactIn | None = None
    photos: Annotated[list[UUID], Field(max_length=9)] = []


class AreaOut(Schema):
    """An area of the chain, widest first."""

    level: int
    code: str
    name: str


class ReceiptOut(Schema):
    """What the reporter takes away; the code opens the report. Keep both."""

    receipt: str
    code: str
    case_number: str
    submitted_at: datetime
    notice_version: str
    areas: list[AreaOut]


class NoticePointOut(Schema):
    """One thing that reporters are told of their data."""

    title: str
    text: str


class NoticeOut(Schema):
    """What is kept of a reporter, to be shown before a report is sent; and what it may hold."""

    version: str
    title: str
    points: list[NoticePointOut]
    source: str | None
    photos: int
    photo_mb: int
    video_seconds: int
    voice_seconds: int


class TimelineOut(Schema):
    """One thing the reporter is told."""

    at: datetime
    what: str
    title: str
    organisation: str | None
    words: list[str]


class ReportOut(Schema):
    """A report as its reporter sees it."""

    receipt: str
    case_number: str
    stage: str
    side: str | None
    promised_at: datetime | None
    provisional: bool
    late: bool
    organisation: str | None
    reply: str | None
    close_type: str | None
    closed_at: datetime | None
    timeline: list[TimelineOut]


class PhotoOut(Schema):
    """A photo, film or voice note that waits to be sent with a report, for a day.

    width, height: 0 for a voice note; seconds: how long a film or voice note plays.
    """

    id: UUID
    media: Literal["photo", "video", "voice"]
    width: int
    height: int
    bytes: int
    seconds: float | None


def staged(kept: StoredFile) -> dict[str, Any]:
    """A staged file as `PhotoOut` says it."""
    return {
        "id": kept.id,
        "media": kept.media,
        "width": kept.width,
        "height": kept.height,
        "bytes": kept.bytes,
        "seconds": kept.seconds,
    }


class ProblemOut(Schema):
    """RFC 9457 problem details; `code` is stable, `detail` says what to do next."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request: str
    fields: dict[str, str] | None = None
