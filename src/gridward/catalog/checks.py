"""What must hold between the entries of a catalogue, whoever wrote them: a pack or a decision."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Final

from gridward.catalog import messages, registry, rules
from gridward.catalog.compiled import Content
from gridward.catalog.definitions import (
    BEFORE,
    OUTSIDERS,
    SAME,
    SIDES,
    STAGES,
    LimitFrom,
    Matter,
    Milestone,
    NoticeDefinition,
    Process,
    ResponsibilityRule,
    Text,
)
from gridward.catalog.errors import Fault
from gridward.catalog.registry import Kind
from gridward.catalog.yamlfile import Place
from gridward.journal import verbs

Spot = Callable[[str, str, Place], tuple[str, int]]  # section, key, place -> file, line


_sound: set[str] = set()  # digests of contents that this process found nothing wrong with
SOUND_KEPT: Final = 64


def is_sound(content: Content, digest: str) -> bool:
    """Whether `faults_of` finds nothing; a content is looked through once in a process, for
    neither it nor what code offers to packs changes in it."""
    if digest in _sound:
        return True
    if next(iter(faults_of(content, lambda section, key, place: (section, 1))), None) is not None:
        return False
    if len(_sound) >= SOUND_KEPT:
        _sound.clear()
    _sound.add(digest)
    return True


def faults_of(content: Content, spot: Spot) -> list[Fault]:
    """Everything that does not fit together; `spot` says where an entry stands."""
    return [
        *_matters(content, spot),
        *_conditions(content, spot),
        *_responsibility(content, spot),
        *_admitted(content, spot),
        *_people(content, spot),
        *_time(content, spot),
        *_notices(content, spot),
        *_persons(content, spot),
        *(fault for process in content.processes for fault in _process(process, content, spot)),
    ]


def _unknown(name: str, known: Collection[str], what: str, at: tuple[str, int]) -> Iterator[Fault]:
    if name not in known:
        yield Fault(*at, what, name)


def _matters(content: Content, spot: Spot) -> Iterator[Fault]:
    groups = {group.key for group in content.groups}
    processes = {process.key for process in content.processes}
    conditions = {condition.key: condition for condition in content.conditions}
    for matter in content.matters:
        at = matter.key
        yield from _unknown(matter.group, groups, "a known group", spot("matters", at, ("group",)))
        yield from _unknown(
            matter.process, processes, "a known process", spot("matters", at, ("process",))
        )
        for i, key in enumerate(matter.conditions):
            where = spot("matters", at, ("conditions", i))
            condition = conditions.get(key)
            if condition is None:
                yield Fault(*where, "a known filing condition", key)
            elif condition.matter != at:
                yield Fault(*where, f"a filing condition of {at}", f"{key} of {condition.matter}")


def _conditions(content: Content, spot: Spot) -> Iterator[Fault]:
    matters = {matter.key: matter for matter in content.matters}
    processes = {process.key: process for process in content.processes}
    for condition in content.conditions:
        where = spot("conditions", condition.key, ("matter",))
        matter = matters.get(condition.matter)
        if matter is None:
            yield Fault(*where, "a known matter", condition.matter)
            continue
        if condition.key not in matter.conditions:
            yield Fault(*where, f"{condition.key} among the matter's conditions", "it missing")
        process = processes.get(matter.process)
        if process is None:
            continue
        keys = [milestone.key for milestone in condition.milestones]
        for i, milestone in enumerate(condition.milestones):
            place: Place = ("milestones", i)
            if keys.index(milestone.key) != i:
                at = spot("conditions", condition.key, (*place, "key"))
                yield Fault(*at, "every key once", f"{milestone.key} again")
            yield from _milestone(
                milestone,
                process,
                content,
                lambda inner, place=place, key=condition.key: spot(  # type: ignore[misc]
                    "conditions", key, (*place, *inner)
                ),
            )


def _responsibility(content: Content, spot: Spot) -> Iterator[Fault]:
    matters = {matter.key: matter for matter in content.matters}
    groups = {group.key for group in content.groups}
    departments = {department.key for department in content.departments}
    for rule in content.responsibility:

        def at(*place: str | int, key: str = rule.key) -> tuple[str, int]:
            return spot("responsibility", key, place)

        if rule.matter:
            yield from _unknown(rule.matter, matters, "a known matter", at("matter"))
        for i, named in enumerate(rule.matters):
            yield from _unknown(named, matters, "a known matter", at("matters", i))
        if rule.group:
            yield from _unknown(rule.group, groups, "a known group", at("group"))
        if rule.condition and rule.matter in matters:
            offered = matters[rule.matter].conditions
            yield from _unknown(
                rule.condition, offered, f"a condition of {rule.matter}", at("condition")
            )
        yield from _unknown(rule.lead, departments, "a known department", at("lead"))
        for i, helper in enumerate(rule.help):
            yield from _unknown(helper, departments, "a known department", at("help", i))
    for matter, (first, second) in rules.tied_rules(content.responsibility, content.matters):
        where = spot("responsibility", second.key, ())
        yield Fault(
            *where, f"one rule to decide for {matter.key}", f"{first.key} and {second.key} alike"
        )
    for matter in content.matters:
        if matter.unassigned is not None:
            naming = [r for r in content.responsibility if matter.key in (r.matter, *r.matters)]
            for rule in naming:
                where = spot("responsibility", rule.key, ())
                yield Fault(*where, f"no rule for {matter.key}, which is unassigned", rule.key)
        elif not all(_rules_for(matter, key, content) for key in matter.conditions):
            where = spot("matters", matter.key, ())
            yield Fault(*where, "a responsibility rule that always fits, or why none does", "none")


def _rules_for(matter: Matter, condition: str, content: Content) -> tuple[ResponsibilityRule, ...]:
    return rules.fitting_rules(
        content.responsibility, matter=matter, condition=condition, area_kind=None
    )


def _admitted(content: Content, spot: Spot) -> Iterator[Fault]:
    groups = {group.key for group in content.admitted_groups}
    departments = {department.key for department in content.departments}
    known = {each.key for each in content.admitted}
    for each in content.admitted:
        at = each.key
        yield from _unknown(
            each.group, groups, "a known group of this list", spot("admitted", at, ("group",))
        )
        for i, code in enumerate(each.lead):
            yield from _unknown(
                code, departments, "a known department", spot("admitted", at, ("lead", i))
            )
            if each.lead.index(code) != i:
                yield Fault(*spot("admitted", at, ("lead", i)), "every lead once", code)
    for matter in content.matters:
        for i, code in enumerate(matter.codes.admitted):
            where = spot("matters", matter.key, ("codes", "admitted", i))
            yield from _unknown(code, known, "a code of the list of admitted work", where)


def _people(content: Content, spot: Spot) -> Iterator[Fault]:
    departments = {department.key for department in content.departments}
    for desk, codes in content.desks.items():
        for i, code in enumerate(codes):
            if code != "*":
                yield from _unknown(
                    code, departments, "a known department or *", spot("desks", desk, (i,))
                )
    capabilities = registry.names(Kind.CAPABILITY)
    for role in content.roles:
        for i, name in enumerate(role.capabilities):
            yield from _unknown(
                name,
                capabilities,
                "a known capability",
                spot("roles", role.key, ("capabilities", i)),
            )


def _time(content: Content, spot: Spot) -> Iterator[Fault]:
    calendars = {calendar.key for calendar in content.calendars}
    for name, key in content.settings.calendars.items():
        yield from _unknown(
            key, calendars, "a known calendar", spot("settings", "calendars", (name,))
        )
    if "desk" not in content.settings.calendars:
        yield Fault(*spot("settings", "calendars", ()), "a calendar for desk", "none")
    schemes = {scheme.key for scheme in content.level_schemes}
    if content.level_scheme not in schemes:
        yield Fault(
            *spot("level_schemes", content.level_scheme, ()),
            "a known level scheme",
            content.level_scheme,
        )
    roles = {role.key for role in content.roles}
    for scheme in content.level_schemes:
        for i, level in enumerate(scheme.levels):
            if level.answered_by is not None:
                yield from _unknown(
                    level.answered_by,
                    roles,
                    "a known role",
                    spot("level_schemes", scheme.key, ("levels", i, "answered_by")),
                )


def _persons(content: Content, spot: Spot) -> Iterator[Fault]:
    told: set[str] = set()
    for notice in content.privacy:
        if notice.for_ in told:
            yield Fault(*spot("privacy", notice.key, ("for",)), "one notice each", notice.for_)
        told.add(notice.for_)
    groups = {group.key for group in content.groups}
    matters = {matter.key for matter in content.matters}
    for each in content.retention:
        for i, key in enumerate(each.groups):
            at = spot("retention", each.key, ("groups", i))
            yield from _unknown(key, groups, "a known group", at)
        for i, key in enumerate(each.matters):
            at = spot("retention", each.key, ("matters", i))
            yield from _unknown(key, matters, "a known matter", at)


def _notices(content: Content, spot: Spot) -> Iterator[Fault]:
    news = registry.names(Kind.NEWS)
    for notice in content.notices:

        def at(*place: str | int, key: str = notice.key) -> tuple[str, int]:
            return spot("notices", key, place)

        for i, trigger in enumerate(notice.after):
            yield from _unknown(
                trigger.verb, news, "a verb that notices may follow", at("after", i, "verb")
            )
            details = verbs.verb(trigger.verb).details if trigger.verb in news else {}
            for name in trigger.where:
                if trigger.verb in news:
                    yield from _unknown(
                        name, details, f"a detail of {trigger.verb}", at("after", i, "where", name)
                    )
            for j, verb in enumerate(trigger.without):
                declared = {each.key for each in verbs.every()}
                yield from _unknown(
                    verb, declared, "a declared journal verb", at("after", i, "without", j)
                )
        yield from _texts(notice, at)


def _texts(notice: NoticeDefinition, at: Callable[..., tuple[str, int]]) -> Iterator[Fault]:
    known = messages.REPORTER if notice.to == "reporter" else messages.STAFF
    said: list[tuple[Place, Text]] = [(("text",), notice.text)]
    said += [(("otherwise", i), each) for i, each in enumerate(notice.otherwise)]
    if notice.brief is not None:
        said.append((("brief",), notice.brief))
    for place, text in said:
        for language in ("zh", "en"):
            words = text.within(language)
            where = at(*place, language)
            names = messages.placeholders(words)
            for name in names:
                yield from _unknown(name, known, ", ".join(sorted(known)), where)
            if messages.has_link(words):
                yield Fault(*where, "a message without links", words)
            fits = not set(names) - set(known)
            if notice.to == "reporter" and language == "zh" and fits:
                length = len(messages.sample(words))
                if length > messages.LONGEST:
                    limit = f"at most {messages.LONGEST} signs with ordinary values"
                    yield Fault(*where, limit, str(length))
    last = notice.texts[-1]
    here: Place = ("otherwise", len(notice.otherwise) - 1) if notice.otherwise else ("text",)
    for language in ("zh", "en"):
        unsure = set(messages.placeholders(last.within(language))) - messages.ALWAYS
        if unsure and not set(messages.placeholders(last.within(language))) - set(known):
            expected = f"an otherwise with only {', '.join(sorted(messages.ALWAYS))}"
            yield Fault(*at(*here, language), expected, ", ".join(sorted(unsure)))


def _process(process: Process, content: Content, spot: Spot) -> Iterator[Fault]:
    def at(*place: str | int) -> tuple[str, int]:
        return spot("processes", process.key, place)

    states = {state.key: state for state in process.states}
    for part, entries in (
        ("states", process.states),
        ("steps", process.steps),
        ("milestones", process.milestones),
    ):
        keys = [entry.key for entry in entries]
        for i, key in enumerate(keys):
            if keys.index(key) != i:
                yield Fault(*at(part, i, "key"), "every key once", f"{key} again")
    for i, state in enumerate(process.states):
        yield from _unknown(state.stage, STAGES, "a known stage", at("states", i, "stage"))
        if state.side:
            yield from _unknown(state.side, SIDES, "a known side state", at("states", i, "side"))
    yield from _unknown(process.start, states, "a state of this process", at("start"))
    known = {
        "guards": ("a known guard", registry.names(Kind.GUARD)),
        "effects": ("a known effect", registry.names(Kind.EFFECT)),
        "by": (
            "a known capability, reporter, worker or system",
            registry.names(Kind.CAPABILITY) | OUTSIDERS,
        ),
    }
    declared = registry.names(Kind.VERB) | {verb.key for verb in verbs.every()}
    for i, step in enumerate(process.steps):
        for j, key in enumerate(step.from_):
            yield from _unknown(key, states, "a state of this process", at("steps", i, "from", j))
        if step.to not in (SAME, BEFORE):
            yield from _unknown(
                step.to, states, "a state of this process, same or before", at("steps", i, "to")
            )
        if not step.from_ and step.to != process.start:
            yield Fault(*at("steps", i, "to"), f"{process.start}, where cases begin", step.to)
        for name, (what, names) in known.items():
            for j, value in enumerate(getattr(step, name)):
                yield from _unknown(value, names, what, at("steps", i, name, j))
        yield from _unknown(step.verb, declared, "a declared journal verb", at("steps", i, "verb"))
        if step.proposes is not None:
            yield from _unknown(
                step.proposes,
                {each.key for each in process.steps},
                "a step of this process",
                at("steps", i, "proposes"),
            )
    for i, milestone in enumerate(process.milestones):
        yield from _milestone(
            milestone,
            process,
            content,
            lambda inner, i=i: at("milestones", i, *inner),  # type: ignore[misc]
        )
    yield from _ways(process, at)


def _ways(process: Process, at: Callable[..., tuple[str, int]]) -> Iterator[Fault]:
    onward: dict[str, set[str]] = {state.key: set() for state in process.states}
    for step in process.steps:
        for key in step.from_:
            if key in onward and step.to != SAME and step.to in onward:
                onward[key].add(step.to)
    reached, waiting = set[str](), [process.start]
    while waiting:
        here = waiting.pop()
        if here not in reached and here in onward:
            reached.add(here)
            waiting += onward[here]
    ending = {state.key for state in process.states if state.group == "closed"}
    grown = True
    while grown:
        more = {key for key, to in onward.items() if key not in ending and to & ending}
        grown = bool(more)
        ending |= more
    for i, state in enumerate(process.states):
        if state.key not in reached:
            yield Fault(*at("states", i), "a state that some step reaches", state.key)
        elif state.key not in ending:
            yield Fault(*at("states", i), "a way from here to a closed state", state.key)


def _milestone(
    milestone: Milestone,
    process: Process,
    content: Content,
    at: Callable[[Place], tuple[str, int]],
) -> Iterator[Fault]:
    steps = {step.key for step in process.steps}
    states = {state.key for state in process.states}
    for name in ("starts", "stops"):
        for i, key in enumerate(getattr(milestone, name)):
            yield from _unknown(key, steps, "a step of this process", at((name, i)))
    for i, key in enumerate(milestone.pauses_in):
        yield from _unknown(key, states, "a state of this process", at(("pauses_in", i)))
    yield from _unknown(
        milestone.hours, content.settings.calendars, "a name of settings.calendars", at(("hours",))
    )
    if isinstance(milestone.limit, LimitFrom):
        kind, _, name = milestone.limit.from_.partition(".")
        if kind == "settings" and content.settings.pace(name) is None:
            yield Fault(*at(("limit", "from")), "a pace of the settings", milestone.limit.from_)
