"""What goes in and out of the staff's half of the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints

ClientId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{8,64}$")]
Words = Annotated[str, StringConstraints(max_length=2000)]
Word = Annotated[str, StringConstraints(max_length=80)]


class OrganisationOut(Schema):
    """An organisation; title in the language that was asked for."""

    id: UUID
    key: str
    title: str


class MeOut(Schema):
    """Whose token this is. scopes: what it may do: what both the token and the post have."""

    name: str
    role: str
    role_title: str
    organisation: OrganisationOut
    standing_in_for: str | None
    scopes: list[str]


class CaseOut(Schema):
    """An event as a line of a list. version: also the ETag; summary: the beginning of the words."""

    id: UUID
    number: str
    version: int
    state: str
    state_title: str
    open: bool
    urgent: bool
    matter: str | None
    summary: str
    place: str
    holder: OrganisationOut | None
    lead: OrganisationOut | None
    reports: int
    opened_at: datetime
    due_at: datetime | None
    light: str | None
    promised_at: datetime | None
    closed_at: datetime | None
    close_type: str | None


class CasesOut(Schema):
    """A page of events. cursor: what the next page begins after; null on the last one."""

    items: list[CaseOut]
    cursor: str | None


class ReportOut(Schema):
    """One report of an event; telephone numbers and names are never in it."""

    id: UUID
    receipt: str
    submitted_at: datetime
    channel: str
    words: str | None
    place: str | None
    has_contact: bool
    photos: list[UUID]


class PartOut(Schema):
    """An organisation's part. role: lead, co or informed."""

    role: str
    organisation: OrganisationOut | None
    active: bool


class EntryOut(Schema):
    """One thing that happened."""

    at: datetime
    what: str
    title: str
    who: str
    organisation: str | None
    words: list[str]


class ClockOut(Schema):
    """One clock. light: green, yellow, orange or red while it runs."""

    milestone: str
    title: str
    due_at: datetime | None
    light: str | None
    paused: bool
    provisional: bool
    stopped_at: datetime | None


class CaseDetailOut(CaseOut):
    """An event whole."""

    areas: list[str]
    lng: float | None
    lat: float | None
    condition: str | None
    reports_in_it: list[ReportOut]
    parts: list[PartOut]
    clocks: list[ClockOut]
    timeline: list[EntryOut]


class InputChoiceOut(Schema):
    """One value that an input takes."""

    value: str
    title: str


class InputOut(Schema):
    """What a step asks for. kind: text, choice, choices, area, flag, number or photos."""

    name: str
    kind: Literal["text", "choice", "choices", "area", "flag", "number", "photos", "moment"]
    title: str
    required: bool
    choices: list[InputChoiceOut] = []


class StepOut(Schema):
    """A step that may be taken now. example: a body in the shape that the step takes."""

    key: str
    title: str
    inputs: list[InputOut]
    example: dict[str, Any]


class StepsOut(Schema):
    """The steps of an event for this token, the process's own order."""

    case: UUID
    version: int
    steps: list[StepOut]


class StepIn(Schema):
    """Everything that can come with a step; which of it a step asks for, `steps` says.

    client_id: made by the program once; sending the same again changes nothing.
    """

    model_config = ConfigDict(extra="forbid")

    client_id: ClientId | None = None
    words: Words = ""
    reason: Word = ""
    condition: Word = ""
    area: int | None = Field(default=None, ge=1, le=2**53)
    lead: UUID | None = None
    helpers: Annotated[list[UUID], Field(max_length=20)] = []
    informed: Annotated[list[UUID], Field(max_length=20)] = []
    suggested: UUID | None = None
    after_look: bool = False
    internal: Words = ""
    reply: Words = ""
    close_type: Word = ""
    level: Literal["", "community", "street", "district"] = ""
    desk: UUID | None = None
    master: UUID | None = None
    report: UUID | None = None
    colleague: UUID | None = None
    call: Literal["", "in", "out"] = ""
    reached: bool = False
    promised: AwareDatetime | None = None
    answer: Literal["", "solved", "partly", "no"] = ""
    rating: int | None = Field(default=None, ge=1, le=5)
    photos: Annotated[list[UUID], Field(max_length=9)] = []


class TaskOut(Schema):
    """A task that waits. version: also what If-Match of the answer says."""

    id: UUID
    kind: str
    version: int
    case: UUID | None
    asked_at: datetime
    due_at: datetime | None
    results: list[str]


class TasksOut(Schema):
    """The open tasks of this post, the earliest due first."""

    items: list[TaskOut]


class TaskIn(Schema):
    """What was found on site. words: needed for every result but the good one."""

    model_config = ConfigDict(extra="forbid")

    client_id: ClientId | None = None
    result: Word
    words: Words = ""
    photos: Annotated[list[UUID], Field(max_length=9)] = []


class ConditionOut(Schema):
    """A filing condition: when a matter is taken up, and when it is done."""

    key: str
    title: str
    urgent: bool
    done_when: str


class MatterOut(Schema):
    """A matter of the catalogue in force; restricted ones are not in it."""

    key: str
    title: str
    group: str
    conditions: list[ConditionOut]


class MattersOut(Schema):
    """The catalogue of matters. edition: its number."""

    edition: int
    items: list[MatterOut]
