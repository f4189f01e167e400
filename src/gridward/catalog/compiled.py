"""An edition in memory: everything agreed, ready to be asked, never changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import TypeVar

from pydantic import BaseModel

from gridward.catalog import rules, worktime
from gridward.catalog.definitions import (
    Admitted,
    AdmittedGroup,
    AmendedDay,
    AreaKind,
    CalendarDefinition,
    Department,
    DeskKind,
    Entry,
    FilingCondition,
    Group,
    LevelScheme,
    Matter,
    Milestone,
    NoticeDefinition,
    PrivacyNotice,
    Process,
    ResponsibilityRule,
    RetentionClass,
    Role,
    Settings,
)
from gridward.catalog.errors import NotInCatalogue

E = TypeVar("E", bound=BaseModel)


class Content(Entry):
    """What an edition holds, in the order of the packs."""

    stack: tuple[str, ...]  # key@version, lowest first
    sample: bool = False
    groups: tuple[Group, ...]
    matters: tuple[Matter, ...]
    conditions: tuple[FilingCondition, ...]
    responsibility: tuple[ResponsibilityRule, ...]
    departments: tuple[Department, ...]
    admitted_groups: tuple[AdmittedGroup, ...] = ()
    admitted: tuple[Admitted, ...] = ()
    desks: dict[DeskKind, tuple[str, ...]]
    calendars: tuple[CalendarDefinition, ...]
    roles: tuple[Role, ...]
    level_schemes: tuple[LevelScheme, ...]
    level_scheme: str
    settings: Settings
    processes: tuple[Process, ...]
    notices: tuple[NoticeDefinition, ...] = ()
    privacy: tuple[PrivacyNotice, ...] = ()
    retention: tuple[RetentionClass, ...] = ()
    origins: dict[str, str]  # "matters/manhole" -> "urban-grid@1", or "decision:<id>"

    def canonical(self) -> str:
        """The content as one line of JSON that is equal for equal contents."""
        shape = self.model_dump(mode="json", by_alias=True)
        return json.dumps(shape, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    def with_day(self, calendar: str, day: date, *, works: bool) -> Content:
        """A copy in which one day of a calendar works, or does not: to ask what it would move."""

        def changed(entry: CalendarDefinition) -> CalendarDefinition:
            if entry.key != calendar:
                return entry
            kept = tuple(each for each in entry.amendments if each.day != day)
            amended = (*kept, AmendedDay(day=day, works=works))
            return entry.model_copy(update={"amendments": amended})

        return self.model_copy(update={"calendars": tuple(map(changed, self.calendars))})


def digest_of(canonical: str) -> str:
    """SHA-256 of a canonical content, in hex."""
    return hashlib.sha256(canonical.encode()).hexdigest()


def _by_key(entries: Iterable[E]) -> Mapping[str, E]:
    return MappingProxyType({entry.key: entry for entry in entries})  # type: ignore[attr-defined]


class Catalogue:
    """One edition of what a jurisdiction has agreed.

    number: the edition's; digest: of its content; stack: key@version of its packs, lowest first
    The mappings keep the order of the packs and cannot be written.
    """

    def __init__(self, number: int, content: Content, digest: str) -> None:
        self.number = number
        self.digest = digest
        self.content = content
        self.stack = content.stack
        self.sample = content.sample
        self.groups: Mapping[str, Group] = _by_key(content.groups)
        self.matters: Mapping[str, Matter] = _by_key(content.matters)
        self.conditions: Mapping[str, FilingCondition] = _by_key(content.conditions)
        self.rules: Mapping[str, ResponsibilityRule] = _by_key(content.responsibility)
        self.departments: Mapping[str, Department] = _by_key(content.departments)
        self.admitted_groups: Mapping[str, AdmittedGroup] = _by_key(content.admitted_groups)
        self.admitted_work: Mapping[str, Admitted] = _by_key(content.admitted)
        self.desks: Mapping[DeskKind, tuple[str, ...]] = MappingProxyType(content.desks)
        self.roles: Mapping[str, Role] = _by_key(content.roles)
        self.processes: Mapping[str, Process] = _by_key(content.processes)
        self.notices: Mapping[str, NoticeDefinition] = _by_key(content.notices)
        self.privacy: Mapping[str, PrivacyNotice] = _by_key(content.privacy)
        self.retention: Mapping[str, RetentionClass] = _by_key(content.retention)
        self.settings: Settings = content.settings
        self.level_schemes: Mapping[str, LevelScheme] = _by_key(content.level_schemes)
        self.level_scheme: LevelScheme = self.level_schemes[content.level_scheme]
        self._merged: dict[tuple[str, str | None], tuple[Milestone, ...]] = {}

    def __repr__(self) -> str:
        return f"<Catalogue {self.number} {self.digest[:12]}>"

    @cached_property
    def calendars(self) -> Mapping[str, worktime.Calendar]:
        """Every calendar, ready to count with; its digest is part of a clock's basis."""
        return MappingProxyType({each.key: each.calendar() for each in self.content.calendars})

    def matter(self, key: str) -> Matter:
        """The matter with this key; raises NotInCatalogue."""
        return self._one(self.matters, "matter", key)

    def condition(self, key: str) -> FilingCondition:
        """The filing condition with this key; raises NotInCatalogue."""
        return self._one(self.conditions, "condition", key)

    def process(self, key: str) -> Process:
        """The process with this key; raises NotInCatalogue."""
        return self._one(self.processes, "process", key)

    def rule(self, key: str) -> ResponsibilityRule:
        """The responsibility rule with this key; raises NotInCatalogue."""
        return self._one(self.rules, "responsibility rule", key)

    def role(self, key: str) -> Role:
        """The role with this key; raises NotInCatalogue."""
        return self._one(self.roles, "role", key)

    def department(self, key: str) -> Department:
        """The kind of department with this code; raises NotInCatalogue."""
        return self._one(self.departments, "department", key)

    def admitted(self, code: str) -> Admitted:
        """The entry of the list of admitted work with this code; raises NotInCatalogue."""
        return self._one(self.admitted_work, "admitted work", code)

    def matters_admitted_as(self, code: str) -> tuple[Matter, ...]:
        """The matters that stand for this admitted work, in the packs' order."""
        return tuple(each for each in self.matters.values() if code in each.codes.admitted)

    def privacy_for(self, who: str) -> PrivacyNotice | None:
        """What people are told about their data: `reporter` or `staff`; None when no pack says."""
        return next((each for each in self.privacy.values() if each.for_ == who), None)

    def retention_of(self, group: str, matter: str, *, restricted: bool) -> RetentionClass | None:
        """How long a case of this kind is kept: the first class that fits; None keeps it."""
        return next(
            (
                each
                for each in self.retention.values()
                if each.fits(group, matter, restricted=restricted)
            ),
            None,
        )

    def calendar(self, key: str) -> worktime.Calendar:
        """The calendar with this key; raises NotInCatalogue."""
        found = self.calendars.get(key)
        if found is None:
            raise NotInCatalogue(kind="calendar", key=key, edition=self.number)
        return found

    def hours(self, name: str) -> worktime.Calendar:
        """The calendar that a milestone's `hours` stand for; raises NotInCatalogue."""
        return self.calendar(self.settings.calendars.get(name, name))

    def notices_on(self, verb: str) -> tuple[NoticeDefinition, ...]:
        """The notices that may follow an entry of this verb, in the packs' order."""
        return self._notices_by_verb.get(verb, ())

    @cached_property
    def _notices_by_verb(self) -> Mapping[str, tuple[NoticeDefinition, ...]]:
        found: dict[str, tuple[NoticeDefinition, ...]] = {}
        for notice in self.notices.values():
            for verb in dict.fromkeys(trigger.verb for trigger in notice.after):
                found[verb] = (*found.get(verb, ()), notice)
        return MappingProxyType(found)

    def is_discreet(self, matter: str) -> bool:
        """Whether messages must not name this matter: its sensitivity, itself or its group says
        so."""
        known = self.matters.get(matter)
        if known is None:
            return False
        group = self.groups.get(known.group)
        return bool(known.sensitivity) or known.discreet or bool(group and group.discreet)

    def conditions_of(self, matter: str) -> tuple[FilingCondition, ...]:
        """The filing conditions a matter offers, in its own order."""
        return tuple(self.condition(key) for key in self.matter(matter).conditions)

    def matters_of(self, group: str) -> tuple[Matter, ...]:
        """The matters of a group, in the packs' order."""
        return tuple(matter for matter in self.matters.values() if matter.group == group)

    def origin(self, kind: str, key: str) -> str:
        """Where an entry came from: "urban-grid@1" or "decision:<id>"."""
        return self.content.origins.get(f"{kind}/{key}", "")

    def milestones(self, process: str, condition: str | None) -> tuple[Milestone, ...]:
        """The milestones of a case: its process's, with its condition's put in or added."""
        cached = self._merged.get((process, condition))
        if cached is None:
            own = self.condition(condition).milestones if condition else ()
            cached = rules.merged_milestones(self.process(process).milestones, own)
            self._merged[process, condition] = cached
        return cached

    def limits(
        self, milestone: Milestone, condition: str | None, *, urgent: bool | None = None
    ) -> tuple[worktime.Limit, ...] | None:
        """The limits, one after the other, that make up a milestone's time.

        Almost always one; a promise that the condition does not make itself is the sum of its
        stages. None while the condition that would say it is not known.
        urgent: overrides the condition's own urgency
        """
        chosen = self.condition(condition) if condition else None
        return rules.limits_of(milestone, chosen, self.settings, urgent=urgent)

    def candidates(
        self, matter: str, condition: str | None, area_kind: AreaKind | str | None
    ) -> tuple[ResponsibilityRule, ...]:
        """Every responsibility rule that fits, the one that holds first."""
        return rules.fitting_rules(
            self.rules.values(),
            matter=self.matter(matter),
            condition=condition,
            area_kind=AreaKind(area_kind) if area_kind else None,
        )

    def may_dispatch(self, desk: DeskKind | str, department: str) -> bool:
        """Whether a desk of this kind may give work to this kind of department directly."""
        allowed = self.desks.get(DeskKind(desk), ())
        return "*" in allowed or department in allowed

    def _one(self, entries: Mapping[str, E], kind: str, key: str) -> E:
        found = entries.get(key)
        if found is None:
            raise NotInCatalogue(kind=kind, key=key, edition=self.number)
        return found
