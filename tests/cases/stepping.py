"""What tests of single steps share: local times, refusals without a trace, one case to hold."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from tests.cases.walking import HERE, CaseTown, case_of, staged, submit
from tests.town import ACTOR, LONG_AGO

from gridward.access.rules import Viewer
from gridward.cases import actions
from gridward.cases.actions import Contact, Place, Receipt
from gridward.cases.models import (
    Answer,
    Assignment,
    Case,
    CaseFile,
    Clock,
    ClockPause,
    Proposal,
    Report,
    Return,
    Round,
    Tip,
)
from gridward.core.errors import Problem
from gridward.directory import actions as directory
from gridward.directory import queries as directory_queries
from gridward.directory.actions import NewPerson, NewPost
from gridward.journal import queries as journal
from gridward.journal.models import Delivery, Entry
from gridward.tasks.models import Task
from gridward.vault import queries as vault

ZONE = ZoneInfo("Asia/Shanghai")
TABLES = (
    Case,
    Report,
    Assignment,
    Round,
    Return,
    Answer,
    CaseFile,
    Clock,
    ClockPause,
    Proposal,
    Tip,
    Task,
)
_numbers = itertools.count(1)


def at(local: str) -> datetime:
    """A moment of the town's own time: "11-09 09:15" of 2026, or with a year before it."""
    text = local if local.count("-") == 2 else f"2026-{local}"
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)


def stored() -> dict[str, Any]:
    """Every row of cases and tasks, and how many entries and deliveries there are."""
    found: dict[str, Any] = {
        model.__name__: sorted(map(repr, model.objects.values())) for model in TABLES
    }
    found["entries"] = (Entry.objects.count(), Delivery.objects.count())
    return found


@contextmanager
def refused(problem: type[Problem]) -> Iterator[None]:
    """What is done within the block is refused so, changes no row and tells nobody."""
    before = stored()
    with pytest.raises(problem) as said:
        yield
    assert type(said.value) is problem
    assert stored() == before


@dataclass
class One:
    """One case of the town, taken from step to step by whoever may."""

    town: CaseTown
    receipt: Receipt
    id: UUID

    @property
    def case(self) -> Case:
        return Case.objects.get(id=self.id)

    @property
    def report(self) -> Report:
        return Report.objects.get(submission=self.receipt.submission)

    def by(self, number: str) -> dict[str, Any]:
        """Who acts, on what is there now."""
        return {"by": self.town.viewer(number), "version": self.case.version}

    def viewer(self, number: str) -> Viewer:
        return self.town.viewer(number)

    # --- steps that other steps stand on

    def dispatch(self, when: str, *, condition: str = "manhole.rattling", lead: str = "mun") -> One:
        actions.accept_and_dispatch(
            self.id,
            **self.by("S001"),
            matter=condition.split(".", maxsplit=1)[0],
            condition=condition,
            lead=self.town.org(lead),
            at=at(when),
        )
        return self

    def acknowledge(self, when: str, by: str = "M001") -> One:
        actions.acknowledge_case(self.id, **self.by(by), at=at(when))
        return self

    def give_back(self, when: str, by: str = "M001", words: str = "井盖上是污水公司的字") -> One:
        actions.return_case(self.id, **self.by(by), words=words, at=at(when))
        return self

    def dispose(self, when: str, by: str = "M001", *, photo: bool = True) -> One:
        actions.dispose_case(
            self.id,
            **self.by(by),
            internal="更换胶垫三个",
            reply="三个井盖已更换胶垫",
            photos=[staged()] if photo else [],
            at=at(when),
        )
        return self

    def passed(self, when: str) -> One:
        actions.pass_check(self.id, **self.by("S001"), at=at(when))
        return self

    def call(self, when: str, answer: str = "", report: UUID | None = None) -> One:
        actions.log_call(
            self.id,
            report or self.report.id,
            **self.by("S001"),
            reached=bool(answer),
            answer=answer,
            at=at(when),
        )
        return self

    def closed(self, when: str = "11-09 10:30") -> One:
        """From the report to the end within one Monday morning."""
        self.dispatch("11-09 09:05").acknowledge("11-09 09:20").dispose("11-09 10:00")
        self.passed("11-09 10:15")
        return self.call(when, "solved") if self.case.is_open else self

    # --- what is there

    def clock(self, milestone: str, *, owner: UUID | None = None) -> Clock:
        """The newest clock of this milestone."""
        found = Clock.objects.filter(case=self.id, milestone=milestone)
        if owner is not None:
            found = found.filter(owner_id=owner)
        newest = found.order_by("-start_at", "-id").first()
        assert newest is not None, milestone
        return newest

    def due(self, milestone: str) -> str:
        """When the newest clock of this milestone is due, in local time; seconds when not 0."""
        return local(self.clock(milestone).due_at)

    def running(self) -> set[str]:
        """Milestones with a running clock."""
        rows = Clock.objects.filter(case=self.id, stopped_at=None)
        return set(rows.values_list("milestone", flat=True))

    def last(self, verb: str) -> journal.Line:
        """The newest entry of this verb."""
        lines = [one for one in journal.timeline([self.id, self.report.id]) if one.verb == verb]
        assert lines, verb
        return lines[-1]

    def said(self, verb: str) -> dict[str, str | None]:
        """Kind → words in the vault that the newest entry of this verb commits to; each one's
        commitment stands in the entry."""
        line = self.last(verb)
        texts = vault.texts_of_entries([line.id]).get(line.id, [])
        for one in texts:
            assert vault.commitment_of(one.id) in line.details.values(), one.kind
        return {one.kind: one.text for one in texts}

    def lead(self) -> Assignment:
        return Assignment.objects.get(case=self.id, role="lead", active=True)

    def where(self) -> tuple[str, str, UUID | None]:
        case = self.case
        return case.state, case.holder_kind, case.holder_id


def local(moment: datetime | None) -> str:
    if moment is None:
        return ""
    here = moment.astimezone(ZONE)
    text = here.strftime("%m-%d %H:%M" if here.year == 2026 else "%Y-%m-%d %H:%M")
    return text + (here.strftime(":%S") if here.second else "")


def one(
    town: CaseTown,
    when: str = "11-09 09:00",
    *,
    matter: str = "manhole",
    place: Place = HERE,
    phone: str = "13800138000",
    drawn: bool = False,
) -> One:
    """A case just reported; drawn: whether the lot draws it for a check on site."""
    receipt = submit(at=at(when), matter=matter, place=place, contact=Contact(phone=phone))
    case = case_of(receipt)
    day = case.number[:6]
    case.number = f"{day}-{next(_numbers) * 100 + (3 if drawn else 53):07d}"
    case.save(update_fields=["number"])
    return One(town, receipt, case.id)


def join_staff(town: CaseTown, number: str, role: str, organisation: str) -> str:
    """One more member of an organisation's staff; returns the staff number."""
    post = NewPost(role, town.org(organisation), None)
    (person,) = directory.create_people(
        [NewPerson(number, f"同事{number}", "", "none", (post,))], actor=ACTOR, at=LONG_AGO
    )
    town.town.people[number] = person
    town.town.posts[number] = directory_queries.posts_of_person(person)[0].post_id
    return number
