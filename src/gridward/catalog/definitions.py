"""What a pack may say: one model per kind of entry, checked on load and never changed after.

Field by field in words: docs/reference/packs.md
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import IntEnum, StrEnum
from typing import Annotated, Any, Literal, Self

from django.utils import translation
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from gridward.catalog.worktime import Calendar, Convention, Limit, Unit, parse_windows

__all__ = ["Limit", "Unit"]  # a limit in a pack is the limit that is counted

KEY = r"^[a-z][a-z0-9_]*([.\-][a-z0-9_]+)*$"
CODE = r"^[A-Z][A-Z0-9]{1,7}$"

Key = Annotated[str, StringConstraints(pattern=KEY, max_length=64)]
AdmittedCode = Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9]{2}$")]
TypeCode = Annotated[str, StringConstraints(pattern=CODE)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Source = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


class Entry(BaseModel):
    """Anything a pack says: closed, and immutable once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Text(Entry):
    """Words in both languages; as a string, those of the language now active."""

    zh: Words
    en: Words

    def within(self, language: str | None) -> str:
        """The words in `language` (any tag); Chinese where the tag is not English."""
        return self.en if (language or "").lower().startswith("en") else self.zh

    def __str__(self) -> str:
        return self.within(translation.get_language())


class Pace(Entry):
    """Two limits for one thing: the everyday one, and the one for urgent matters."""

    normal: Limit
    urgent: Limit

    def of(self, *, urgent: bool) -> Limit:
        """The limit that holds for an urgent matter, or for any other."""
        return self.urgent if urgent else self.normal


class Sensitivity(IntEnum):
    """Who may know of a case: everybody concerned, without its name in messages, or the few."""

    NORMAL = 0
    MASKED = 1
    RESTRICTED = 2


class Level(StrEnum):
    """Whose organisation: of the whole district, of a street, of a community."""

    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"


class AreaKind(StrEnum):
    """What an area is like, where that decides who is responsible."""

    RURAL = "rural"
    URBAN_COMMUNITY = "urban_community"
    PARK = "park"


class DeskKind(StrEnum):
    """The organisations that accept and dispatch."""

    COMMUNITY_STATION = "community_station"
    STREET_DESK = "street_desk"
    DISTRICT_DESK = "district_desk"


# --- matters ------------------------------------------------------------------------------


class Group(Entry):
    """One of the plain groups a resident chooses from.

    discreet: messages do not name its matters, because lock screens are read by others
    """

    key: Key
    title: Text
    icon: Key
    discreet: bool = False


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else () if value is None else value


class Codes(Entry):
    """The matter's numbers in lists kept by others.

    admitted: the admitted work it stands for; several of either may belong together
    """

    gb: str | None = None
    admitted: Annotated[tuple[AdmittedCode, ...], BeforeValidator(_several)] = ()


class SearchWords(Entry):
    """Other words people use for a matter."""

    zh: tuple[Words, ...] = ()
    en: tuple[Words, ...] = ()


class Matter(Entry):
    """Something anybody may report.

    discreet: as for its group, for this matter alone
    unassigned: why deliberately no rule says who is responsible; the desk decides each time
    """

    key: Key
    title: Text
    group: Key
    class_: Literal["event", "component"] = Field(alias="class")
    codes: Codes = Codes()
    source: Source | None = None
    sample: bool = False
    sensitivity: Sensitivity = Sensitivity.NORMAL
    public_space: bool = False
    safety: bool = False
    about_party: bool = False
    discreet: bool = False
    starts_at: Level = Level.STREET
    radius_m: Annotated[int, Field(ge=0, le=5000)] = 0
    window_days: Annotated[int, Field(ge=0, le=365)] = 0
    process: Key
    conditions: Annotated[tuple[Key, ...], Field(min_length=1)]
    default_condition: Key
    search: SearchWords = SearchWords()
    unassigned: Text | None = None

    @model_validator(mode="after")
    def _default_is_offered(self) -> Self:
        if self.default_condition not in self.conditions:
            raise ValueError("default_condition must be one of conditions")
        if self.sensitivity is Sensitivity.RESTRICTED and self.public_space:
            raise ValueError("a restricted matter cannot be a public_space matter")
        return self

    @property
    def is_restricted(self) -> bool:
        """Whether its cases stay out of shared lists, search and public pages."""
        return self.sensitivity is Sensitivity.RESTRICTED


class Owner(StrEnum):
    """What a clock belongs to."""

    CASE = "case"
    ASSIGNMENT = "assignment"
    TASK = "task"
    REPORT = "report"


class LimitFrom(Entry):
    """A limit that stands elsewhere: `settings.<pace>`, `condition.limit`, `condition.promise`."""

    from_: Annotated[
        str, StringConstraints(pattern=r"^(settings\.[a-z_]+|condition\.(limit|promise))$")
    ] = Field(alias="from")


class Milestone(Entry):
    """A point by which something must be done: what starts its clock, what stops it."""

    key: Key
    title: Text | None = None
    owner: Owner
    limit: Limit | LimitFrom
    hours: Key = "desk"  # a name of settings.calendars
    starts: Annotated[tuple[Key, ...], Field(min_length=1)]  # step keys
    stops: tuple[Key, ...] = ()  # step keys
    pauses_in: tuple[Key, ...] = ()  # state keys
    restart: Literal["new", "keep"] = "new"


class SelfHandle(Entry):
    """Who may settle a matter on the spot, before anybody was sent, and what has to prove it.

    by: worker: one grid worker of the place alone; community: whoever acts for its village or
    community station; nobody when empty
    """

    by: tuple[Literal["worker", "community"], ...] = ()
    proof: Literal["none", "after", "before_after"] = "after"


# the one word that earlier editions have instead, and what it stands for
SELF_HANDLE_WORDS: dict[str, dict[str, Any]] = {
    "nobody": {},
    "worker": {"by": ("worker", "community")},
    "team": {"by": ("community",)},
}


def _self_handle(value: Any) -> Any:
    return SELF_HANDLE_WORDS.get(value, value) if isinstance(value, str) else value


class FilingCondition(Entry):
    """One way a matter can be: how fast it must be settled and what proves it is."""

    key: Key
    matter: Key
    title: Text
    urgent: bool = False
    limit: Limit
    promise: Limit | None = None
    milestones: tuple[Milestone, ...] = ()
    proof: Literal["none", "optional", "required"] = "optional"
    proof_stamp: bool = False
    closing: Text
    self_handle: Annotated[SelfHandle, BeforeValidator(_self_handle)] = SelfHandle()
    check: Literal["desk", "site"] = "desk"
    source: Source | None = None


class ResponsibilityRule(Entry):
    """Who leads, who helps, and why: for a condition, for matters or for a whole group."""

    key: Key
    matter: Key | None = None
    matters: tuple[Key, ...] = ()
    group: Key | None = None
    condition: Key | None = None
    area_kind: AreaKind | None = None
    level: Level
    lead: TypeCode
    help: tuple[TypeCode, ...] = ()
    because: Text
    source: Source | None = None

    @model_validator(mode="after")
    def _names_one_subject(self) -> Self:
        named = [bool(self.matter), bool(self.matters), bool(self.group)]
        if sum(named) != 1:
            raise ValueError("name exactly one of matter, matters or group")
        if self.condition and not self.matter:
            raise ValueError("a condition needs its matter beside it")
        if self.lead in self.help:
            raise ValueError("the lead cannot help itself")
        return self

    @property
    def weight(self) -> tuple[int, int]:
        """How specific the rule is; the heaviest that fits wins."""
        subject = 3 if self.condition else 2 if self.matter else 1 if self.matters else 0
        return (subject, 1 if self.area_kind else 0)


class AdmittedGroup(Entry):
    """A chapter of the list of admitted work."""

    key: Annotated[str, StringConstraints(pattern=r"^[A-Z]$")]
    title: Text


class AdmittedState(StrEnum):
    """Whether departments may ask it of a grid worker."""

    ADMITTED = "admitted"
    TEMPORARY = "temporary"
    TRIAL = "trial"
    REJECTED = "rejected"
    NEGATIVE = "negative"


class AdmittedLimit(Entry):
    """By when: a limit, or how often; `when` says in which case, where there are several."""

    when: Text | None = None
    limit: Limit | None = None
    every: Literal["week", "month", "quarter", "request", "campaign"] | None = None

    @model_validator(mode="after")
    def _says_one(self) -> Self:
        if (self.limit is None) == (self.every is None):
            raise ValueError("say either limit or every")
        return self


class Admitted(Entry):
    """Work that departments may ask of a grid worker, or that was asked for and is not admitted.

    lead: the first leads, the others help; batch: with which it was admitted; until: the last day
    of temporary work; matters name it by their `codes.admitted`
    """

    key: AdmittedCode
    title: Text
    group: Annotated[str, StringConstraints(pattern=r"^[A-Z]$")]
    state: AdmittedState = AdmittedState.ADMITTED
    lead: tuple[TypeCode, ...] = ()
    limits: tuple[AdmittedLimit, ...] = ()
    batch: Annotated[int, Field(ge=1, le=99)] | None = None
    self_handle: Literal["no", "yes", "make_safe"] = "no"
    gb: Annotated[str, StringConstraints(max_length=40)] | None = None
    sensitivity: Sensitivity = Sensitivity.NORMAL
    until: date | None = None
    sample: bool = False
    basis: Text
    reason: Text | None = None
    source: Source | None = None

    @model_validator(mode="after")
    def _is_complete_for_its_state(self) -> Self:
        if self.state is AdmittedState.ADMITTED:
            if not (self.lead and self.limits and self.batch):
                raise ValueError("admitted work names its lead, limits and batch")
        elif self.reason is None:
            raise ValueError("work that is not admitted for good says its reason")
        if (self.state is AdmittedState.TEMPORARY) != (self.until is not None):
            raise ValueError("until belongs to temporary work, and only to it")
        return self

    def is_in_force(self, day: date) -> bool:
        """Whether a department may ask for it on a day."""
        if self.state is AdmittedState.TEMPORARY:
            return self.until is not None and day <= self.until
        return self.state is AdmittedState.ADMITTED


class Department(Entry):
    """A kind of organisation that can be given work."""

    key: TypeCode
    title: Text
    level: Level


# --- people -------------------------------------------------------------------------------


class Role(Entry):
    """What a post of this kind may do, and over what."""

    key: Key
    title: Text
    capabilities: tuple[str, ...] = ()
    scope: Literal["area", "organisation", "none"]


# --- time ---------------------------------------------------------------------------------


class Window(Entry):
    """From when to when a desk is open, in local time; `24:00` is the end of the day."""

    from_: str = Field(alias="from")
    to: str


def _day_range(value: Any) -> Any:
    """A single day, or "first..last", as the days it stands for."""
    if not isinstance(value, (list, tuple)):
        return value
    days: list[Any] = []
    for item in value:
        first, dots, last = str(item).partition("..")
        if not dots:
            days.append(item)
            continue
        try:
            start, end = date.fromisoformat(first.strip()), date.fromisoformat(last.strip())
        except ValueError:
            raise ValueError(f"{item!r} is not a range such as 2026-02-15..2026-02-23") from None
        if end < start or end - start > timedelta(days=60):
            raise ValueError(f"{item!r} must run forward and not over more than 60 days")
        days += [start + timedelta(days=i) for i in range((end - start).days + 1)]
    return days


Days = Annotated[tuple[date, ...], BeforeValidator(_day_range)]


class CalendarYear(Entry):
    """The days of one year on which the week does not say whether there is work."""

    holidays: Days = ()
    workdays: Days = ()
    source: Source | None = None


class AmendedDay(Entry):
    """One day that a jurisdiction decided on its own, whatever the year says."""

    day: date
    works: bool


class CalendarDefinition(Entry):
    """A desk's hours and the years whose holidays are known."""

    key: Key
    title: Text
    zone: str
    windows: Annotated[tuple[Window, ...], Field(min_length=1)]
    weekdays: Annotated[tuple[Annotated[int, Field(ge=1, le=7)], ...], Field(min_length=1)]
    convention: Convention = Convention.END_OF_LAST_WINDOW
    years: dict[int, CalendarYear] = {}
    amendments: tuple[AmendedDay, ...] = ()
    source: Source | None = None

    @model_validator(mode="after")
    def _can_be_counted(self) -> Self:
        for number, year in self.years.items():
            for day in (*year.holidays, *year.workdays):
                if day.year != number:
                    raise ValueError(f"{day} does not lie in {number}")
            both = set(year.holidays) & set(year.workdays)
            if both:
                raise ValueError(f"{min(both)} is both a holiday and a workday")
        try:
            self.calendar()
        except (KeyError, OSError) as fault:  # ZoneInfoNotFoundError is a KeyError
            raise ValueError(f"{self.zone!r} is not a time zone") from fault
        return self

    def calendar(self) -> Calendar:
        """The calendar to count with."""
        days: dict[date, bool] = {}
        for year in self.years.values():
            days.update(dict.fromkeys(year.holidays, False))
            days.update(dict.fromkeys(year.workdays, True))
        days.update({each.day: each.works for each in self.amendments})
        return Calendar(
            key=self.key,
            zone=self.zone,
            windows=parse_windows((window.from_, window.to) for window in self.windows),
            weekdays=frozenset(self.weekdays),
            convention=self.convention,
            years=frozenset(self.years),
            days=days,
        )


# --- ground -------------------------------------------------------------------------------


class SchemeLevel(Entry):
    """One level of a jurisdiction's tree of areas; 1 is the whole jurisdiction.

    answered_by: the role that somebody should hold on every area of this level; where nobody
    does, it is listed
    """

    level: Annotated[int, Field(ge=1, le=6)]
    key: Key
    title: Text
    answered_by: Key | None = None


class LevelScheme(Entry):
    """How many levels a jurisdiction has and what they are called."""

    key: Key
    title: Text | None = None
    levels: Annotated[tuple[SchemeLevel, ...], Field(min_length=2, max_length=6)]

    @model_validator(mode="after")
    def _levels_follow_each_other(self) -> Self:
        if [level.level for level in self.levels] != list(range(1, len(self.levels) + 1)):
            raise ValueError("levels must be numbered 1, 2, 3 … without a gap")
        if len({level.key for level in self.levels}) != len(self.levels):
            raise ValueError("two levels have the same key")
        return self

    def named(self, key: str) -> SchemeLevel | None:
        """The level with this key, if the scheme has it."""
        return next((level for level in self.levels if level.key == key), None)


# --- persons ------------------------------------------------------------------------------


class Point(Entry):
    """One thing that people are told about their data."""

    title: Text
    text: Text


class PrivacyNotice(Entry):
    """What people are told about what is kept of them: the version stands on each submission.

    for_: who is told: whoever reports, or whoever works here
    """

    key: Key
    for_: Literal["reporter", "staff"] = Field(alias="for")
    version: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.-]{1,20}$")]
    title: Text
    points: Annotated[tuple[Point, ...], Field(min_length=1)]
    source: Source | None = None


class RetentionClass(Entry):
    """How long what people told is kept after a case was put away, and what is then blanked.

    groups, matters, restricted: which cases; the first class that fits holds, and one that names
    none holds for the rest. blanks: reporter: words, number, name and files of whoever reported;
    staff: what was written and photographed while it was settled
    """

    key: Key
    title: Text
    groups: tuple[Key, ...] = ()
    matters: tuple[Key, ...] = ()
    restricted: bool = False
    months: Annotated[int, Field(ge=1, le=600)]
    blanks: Annotated[tuple[Literal["reporter", "staff"], ...], Field(min_length=1)]
    source: Source | None = None

    def fits(self, group: str, matter: str, *, restricted: bool) -> bool:
        """Whether a case belongs to this class."""
        if self.restricted or restricted:
            return self.restricted and restricted
        if not self.groups and not self.matters:
            return True
        return group in self.groups or matter in self.matters


# --- settings -----------------------------------------------------------------------------


class Reason(Entry):
    """An entry of a closed list, with where to turn instead when that helps.

    where: as a sentence, for pages; office, phone: the bare name and number, for text messages
    """

    key: Key
    title: Text
    where: Text | None = None
    office: Text | None = None
    phone: Annotated[str, StringConstraints(max_length=40)] | None = None


class Settings(Entry):
    """First-day defaults; a later pack or a decision replaces single fields."""

    calendars: dict[Key, Key]
    accept: Pace
    verify: Pace
    acknowledge: Pace
    need_info: Pace
    return_window: Pace
    return_fraction: Annotated[float, Field(gt=0, le=1)]
    return_decision: Pace
    check: Pace
    callback: Pace
    rework_fraction: Annotated[float, Field(gt=0, le=1)]
    rework_minimum: Limit
    promise_slack: Pace
    warn_fraction: Annotated[float, Field(gt=0, lt=1)] = 0.5
    urgent_fraction: Annotated[float, Field(gt=0, lt=1)] = 0.8
    sample_percent: Annotated[int, Field(ge=0, le=100)]
    callback_attempts: Annotated[int, Field(ge=1, le=10)]
    callback_days: Annotated[int, Field(ge=1, le=10)]
    rating_days: Annotated[int, Field(ge=1, le=90)]
    reopen_days: Annotated[int, Field(ge=1, le=365)]
    object_days: Annotated[int, Field(ge=1, le=365)]
    archive_days: Annotated[int, Field(ge=1, le=3650)]
    proposal_days: Annotated[int, Field(ge=1, le=30)] = 3
    quiet_hours: tuple[Window, ...] = ()
    photos_max: Annotated[int, Field(ge=1, le=30)]
    photo_mb_max: Annotated[int, Field(ge=1, le=100)]
    video_seconds: Annotated[int, Field(ge=0, le=300)]
    nearby_blur_m: Annotated[int, Field(ge=0, le=5000)]
    nearby_radius_m: Annotated[int, Field(ge=10, le=5000)] = 100
    nearby_window_days: Annotated[int, Field(ge=1, le=365)] = 30
    public_page: bool = False
    voice_seconds: Annotated[int, Field(ge=0, le=300)] = 60
    data_request_days: Annotated[int, Field(ge=1, le=60)] = 15
    retention_by_itself: bool = False
    idle_minutes: Annotated[int, Field(ge=1, le=600)]
    second_factor_roles: tuple[Key, ...] = ()
    decline_reasons: Annotated[tuple[Reason, ...], Field(min_length=1)]
    void_reasons: Annotated[tuple[Reason, ...], Field(min_length=1)]
    return_reasons: Annotated[tuple[Reason, ...], Field(min_length=1)]
    close_types: Annotated[tuple[Reason, ...], Field(min_length=1)]
    ratings: Annotated[tuple[Reason, ...], Field(min_length=2)]
    sources: tuple[Reason, ...] = ()
    sign: Text | None = None
    duty_phone: Annotated[str, StringConstraints(max_length=40)] | None = None

    def pace(self, name: str) -> Pace | None:
        """The pace with this name, if the settings have it."""
        found = getattr(self, name, None) if name in type(self).model_fields else None
        return found if isinstance(found, Pace) else None


# --- processes ----------------------------------------------------------------------------

SAME = "same"
BEFORE = "before"  # where the case stood before it came here; the step's effects know
# what a reporter can be shown; screens have a wording for each
STAGES = frozenset({"submitted", "accepted", "assigned", "handling", "checking", "closed"})
SIDES = frozenset(
    {
        "need_info",
        "declined",
        "merged",
        "returned",
        "joint",
        "suspended",
        "reopened",
        "withdrawn",
    }
)
OUTSIDERS = frozenset({"reporter", "worker", "system"})


class State(Entry):
    """Where a case can stand, who holds it there, and what the reporter is shown."""

    key: Key
    title: Text
    group: Literal["open", "closed"]
    holder: Literal["desk", "organisation", "worker", "chief", "caller", "none"]
    stage: Key
    side: Key | None = None

    @model_validator(mode="after")
    def _open_is_held(self) -> Self:
        if (self.group == "open") == (self.holder == "none"):
            raise ValueError("an open state needs a holder, a closed one has none")
        return self


class Step(Entry):
    """One act that moves a case, leaves it where it is (`to: same`), or takes it back to where
    it stood before (`to: before`)."""

    key: Key
    title: Text
    verb: Annotated[str, StringConstraints(pattern=r"^[a-z_]+(\.[a-z_]+)+$")]
    from_: tuple[Key, ...] = Field(alias="from")
    to: Key
    by: Annotated[tuple[str, ...], Field(min_length=1)]
    guards: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    proposes: Key | None = None  # a step that another person then confirms

    def lands_in(self, state: str) -> str:
        """The state after this step was taken in `state`."""
        return state if self.to in (SAME, BEFORE) else self.to


class Process(Entry):
    """A line of states from the first to an end, the steps between them and the clocks."""

    key: Key
    title: Text
    start: Key
    states: Annotated[tuple[State, ...], Field(min_length=2)]
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    milestones: tuple[Milestone, ...] = ()
    source: Source | None = None

    def state(self, key: str) -> State | None:
        """The state with this key, if the process has it."""
        return next((state for state in self.states if state.key == key), None)

    def step(self, key: str) -> Step | None:
        """The step with this key, if the process has it."""
        return next((step for step in self.steps if step.key == key), None)

    def milestone(self, key: str) -> Milestone | None:
        """The milestone with this key, if the process has it."""
        return next((each for each in self.milestones if each.key == key), None)

    def steps_from(self, state: str) -> tuple[Step, ...]:
        """The steps that start in `state`, in the pack's order."""
        return tuple(step for step in self.steps if state in step.from_)


# --- notices ------------------------------------------------------------------------------


class NoticeTrigger(Entry):
    """What a notice follows: an entry of the journal.

    where: details of the entry and the values that they may have; without: verbs that the same
    act must not have noted beside it (accepting and dispatching in one act is told once)
    """

    verb: Annotated[str, StringConstraints(pattern=r"^[a-z_]+(\.[a-z_]+)+$")]
    where: dict[str, tuple[str | int | bool, ...]] = {}
    without: tuple[str, ...] = ()


class NoticeDefinition(Entry):
    """A message: after what, to whom, by which ways, in which words.

    title: what operators call it; text: with {placeholders} from a closed list; otherwise: what
    is said instead when one of them has no value, the first that can be filled; brief: its part of
    a message that bundles several; asks: the answer 1 or 2 is understood; urgent: goes out in
    quiet hours too
    """

    key: Key
    title: Text
    after: Annotated[tuple[NoticeTrigger, ...], Field(min_length=1)]
    to: Literal["reporter", "desk", "lead", "co", "informed", "returner", "worker", "holder"]
    channels: Annotated[tuple[Literal["inbox", "sms", "email", "wecom"], ...], Field(min_length=1)]
    text: Text
    otherwise: tuple[Text, ...] = ()
    brief: Text | None = None
    asks: bool = False
    urgent: bool = False

    @model_validator(mode="after")
    def _can_reach(self) -> Self:
        if self.to == "reporter" and set(self.channels) != {"sms"}:
            raise ValueError("a reporter is told by sms alone")
        if self.to != "reporter" and "sms" in self.channels:
            raise ValueError("staff is told by inbox, email or wecom")
        if self.to == "reporter" and self.brief is None and not self.asks:
            raise ValueError("a notice to reporters needs a brief, for several in one message")
        return self

    @property
    def texts(self) -> tuple[Text, ...]:
        """The text and what is said instead, in the order in which they are tried."""
        return (self.text, *self.otherwise)


# --- the pack itself and what a jurisdiction decides ------------------------------------------


class PackHead(Entry):
    """Who a pack is and what must be loaded below it."""

    key: Key
    version: Annotated[int, Field(ge=1)]
    title: Text
    about: Text | None = None
    needs: tuple[Key, ...] = ()
    languages: tuple[Literal["zh", "en"], ...] = ("zh", "en")
    level_scheme: Key | None = None
    sample: bool = False


class CalendarDay(Entry):
    """A decision: one day of a calendar works, or does not."""

    calendar: Key
    day: date
    works: bool
    because: Text | None = None


class CalendarYearData(Entry):
    """A decision: the holidays and make-up days of a whole year, as announced."""

    calendar: Key
    year: Annotated[int, Field(ge=1900, le=2200)]
    holidays: Days = ()
    workdays: Days = ()
    source: Source | None = None


class District(Entry):
    """An invented or a real place to draw: names and codes, and the file with its outline."""

    key: Key
    name: Text
    county_code: Annotated[str, StringConstraints(pattern=r"^\d{6}$")]
    zone: str
    outline: str
    scheme: Key
    grids: Annotated[int, Field(ge=1)]
    units: Annotated[int, Field(ge=1)]
    streets: Annotated[tuple[DistrictStreet, ...], Field(min_length=1)]


class DistrictStreet(Entry):
    """A street (or town) of the district with its communities, in the order of their codes."""

    name: Text
    code: Annotated[str, StringConstraints(pattern=r"^\d{3}$")]
    communities: Annotated[tuple[DistrictCommunity, ...], Field(min_length=1)]


class DistrictCommunity(Entry):
    """A community or village with the number of its grids."""

    name: Text
    kind: AreaKind
    grids: Annotated[int, Field(ge=1)]


District.model_rebuild()
