"""What the templates of the people screens and of the audit are given."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from gridward.web.ui.pages import Badge, Choice, Fact, FormField, Link, Pager, Shell, Step


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person in the list. posts: in words, the first ones."""

    address: str
    name: str
    number: str
    posts: tuple[str, ...]
    badges: tuple[Badge, ...] = ()


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """`workbench/people/list.html`. invite: how many a bulk invitation would be for, on demand."""

    shell: Shell
    rows: tuple[PersonRow, ...]
    words: str = ""
    organisation: str = ""
    organisations: tuple[Choice, ...] = ()
    pager: Pager = field(default_factory=Pager)
    is_filtered: bool = False


@dataclass(frozen=True, slots=True)
class PostRow:
    """One post on a person's page. away: the deputy and until when; end, absence: addresses."""

    title: str
    where: str
    since: datetime
    until: datetime | None
    state: Badge
    is_current: bool
    end: str = ""
    absence: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class PersonPage:
    """`workbench/people/person.html`."""

    shell: Shell
    name: str
    number: str
    facts: tuple[Fact, ...]
    badges: tuple[Badge, ...]
    now: tuple[PostRow, ...]
    past: tuple[PostRow, ...]
    steps: tuple[Step, ...]
    back: Link


@dataclass(frozen=True, slots=True)
class FormPage:
    """`workbench/people/form.html`: one form under a headline."""

    shell: Shell
    title: str
    sub: str
    fields: tuple[FormField, ...]
    button: str
    back: Link
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Slip:
    """What is handed to one person on paper."""

    name: str
    number: str
    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SlipsPage:
    """`workbench/people/slips.html`: invitation codes, shown this once."""

    shell: Shell
    slips: tuple[Slip, ...]
    address: str
    back: Link


@dataclass(frozen=True, slots=True)
class FaultRow:
    """One fault of a file: where it stands, what is wrong, what was expected."""

    row: int
    column: str
    value: str
    fault: str
    expected: str


@dataclass(frozen=True, slots=True)
class ImportPage:
    """`workbench/people/import.html`. facts: what a file did, or would do; ticket: it may be
    imported now."""

    shell: Shell
    problem: str = ""
    file: str = ""
    facts: tuple[Fact, ...] = ()
    faults: tuple[FaultRow, ...] = ()
    more_faults: int = 0
    may_import: bool = False
    has_good_rows: bool = False
    is_done: bool = False
    headings: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Branch:
    """An area with its organisations and the areas below it."""

    name: str
    organisations: tuple[OrganisationRow, ...]
    branches: tuple[Branch, ...] = ()

    @property
    def everyone(self) -> tuple[OrganisationRow, ...]:
        """Its own organisations and those of every area below."""
        return (*self.organisations, *(row for each in self.branches for row in each.everyone))

    @property
    def count(self) -> int:
        return len(self.everyone)


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """An organisation in the list. people: how many hold a post there; phone: as published."""

    title: str
    kind: str
    people: int
    address: str
    active: bool
    phone: str = ""


@dataclass(frozen=True, slots=True)
class StaffLine:
    """A post of an organisation: who holds it, and as what."""

    title: str
    sub: str
    address: str


@dataclass(frozen=True, slots=True)
class OrganisationPage:
    """`workbench/people/organisation.html`. ground: the page of the area it answers for."""

    shell: Shell
    title: str
    sub: str
    badge: Badge | None
    facts: tuple[Fact, ...]
    posts: tuple[StaffLine, ...]
    people: int
    all_people: str
    steps: tuple[Step, ...]
    back: Link
    ground: Link | None = None


@dataclass(frozen=True, slots=True)
class OrganisationsPage:
    """`workbench/people/organisations.html`."""

    shell: Shell
    branches: tuple[Branch, ...]
    new: Step | None = None


@dataclass(frozen=True, slots=True)
class SightPost:
    """One post's answer. reasons: whether each holds, and the sentence."""

    title: str
    sees: bool
    reasons: tuple[tuple[bool, str], ...]


@dataclass(frozen=True, slots=True)
class SightPage:
    """`workbench/people/sight.html`: why somebody may or may not see an event."""

    shell: Shell
    who: str = ""
    number: str = ""
    problem: str = ""
    answer: str = ""
    sees: bool = False
    posts: tuple[SightPost, ...] = ()
    is_answered: bool = False


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One entry: when, what, who, about what, in words."""

    at: datetime
    title: str
    who: str
    about: str
    details: str


@dataclass(frozen=True, slots=True)
class AuditPage:
    """`workbench/people/audit.html`."""

    shell: Shell
    rows: tuple[AuditRow, ...]
    kinds: tuple[Choice, ...]
    who: str = ""
    since: str = ""
    until: str = ""
    pager: Pager = field(default_factory=Pager)
    problem: str = ""
    is_filtered: bool = False
