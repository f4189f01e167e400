"""`gridward clocks`: proved, and exactly those clocks named that a change concerns."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import CommandError, call_command
from tests.cases.history import run
from tests.cases.walking import MONDAY, CaseTown, walk
from tests.town import ACTOR

from gridward.cases.actions import audit_clocks
from gridward.cases.models import Clock
from gridward.catalog import actions as catalog
from gridward.catalog.compiled import Catalogue
from gridward.catalog.queries import catalogue
from gridward.core import clock
from gridward.web.cli.base import NotOk

DAY = timedelta(days=1)


def concerned(*words: str) -> set[tuple[str, str]]:
    """(case number, milestone) of every clock that the audit names."""
    told = run("clocks", "audit", *words)
    return {(fault["case_number"], fault["milestone"]) for fault in told["faults"]}


def spans(day: str) -> set[tuple[str, str]]:
    """(case number, milestone) of the clocks in working time that this day lies within: worked
    out here from the walk alone. The day is a working day strictly between start and due day."""
    found = set()
    for each in Clock.objects.exclude(basis="pending").select_related("case"):
        if any(unit.startswith("working") for _amount, unit in each.limits):
            assert each.due_at is not None
            # 08:30 to 17:30 in the town is 00:30 to 09:30 in UTC: the UTC day is the local one
            if each.start_at.date() <= datetime.fromisoformat(day).date() <= each.due_at.date():
                found.add((each.case.number, each.milestone))
    return found


def test_the_clocks_of_a_walk_are_right(town: CaseTown) -> None:
    walk(town, "closed")
    walk(town, "returned", at=MONDAY + DAY)

    told = run("clocks", "audit")

    assert (told["ok"], told["faults"], told["calendars"]) == (True, [], [])
    assert told["clocks"] == Clock.objects.count() > 8


def test_a_changed_due_time_is_named_with_what_it_should_be(town: CaseTown) -> None:
    walk(town, "handling", at=MONDAY + DAY)
    case = walk(town, "handling")
    disposal = Clock.objects.get(case=case, milestone="disposal")
    right = disposal.due_at
    assert right is not None
    Clock.objects.filter(id=disposal.id).update(due_at=right + DAY)

    told = run("clocks", "audit")

    (fault,) = told["faults"]
    assert (fault["case_number"], fault["milestone"], fault["what"]) == (
        case.number,
        "disposal",
        "due",
    )
    assert fault["worked_out"] == right.isoformat()
    assert fault["stored"] == (right + DAY).isoformat()
    with pytest.raises(NotOk):
        call_command("clocks", "audit")


def test_a_calendar_day_changed_in_a_copy_names_exactly_the_clocks_it_lies_in(
    town: CaseTown,
) -> None:
    walk(town, "handling", at=MONDAY)
    walk(town, "handling", at=MONDAY + 7 * DAY)
    walk(town, "submitted", at=MONDAY + DAY)
    before = list(Clock.objects.order_by("id").values())

    wednesday = concerned("--with-calendar-day", "cn-mainland=2026-11-11=off")
    far = concerned("--with-calendar-day", "cn-mainland=2026-03-11=off")
    sunday = concerned("--with-calendar-day", "cn-mainland=2026-11-15=works")

    assert wednesday == spans("2026-11-11") != set()
    assert far == set()
    assert sunday == spans("2026-11-15") != wednesday
    assert list(Clock.objects.order_by("id").values()) == before
    assert run("clocks", "audit")["ok"]


def test_a_rule_changed_in_a_copy_names_exactly_its_clocks(town: CaseTown, tmp_path: Path) -> None:
    rattling = walk(town, "handling")
    waiting = walk(town, "submitted", at=MONDAY + DAY)
    packs = Path(settings.GRIDWARD_PACKS)
    pack = tmp_path / "swifter"
    pack.mkdir()
    (pack / "pack.yaml").write_text(
        "key: swifter\nversion: 1\ntitle: { zh: 更快, en: Swifter }\nneeds: [urban-grid]\n"
        "languages: [zh, en]\nlevel_scheme: county-five\n"
    )
    (pack / "settings.yaml").write_text(
        "acknowledge:\n  normal: { amount: 1, unit: working_hour }\n"
        "  urgent: { amount: 15, unit: urgent_minute }\n"
    )
    assert (packs / "urban-grid").is_dir()

    named = concerned("--with-pack", str(pack))

    assert named == {(rattling.number, "acknowledge")}
    assert waiting.number not in {number for number, _milestone in named}


def test_another_edition_names_the_clocks_that_it_would_concern(town: CaseTown) -> None:
    case = walk(town, "handling")
    packs = Path(settings.GRIDWARD_PACKS)
    shape = next(
        each
        for each in yaml.safe_load((packs / "urban-grid/filing_conditions.yaml").read_text())
        if each["key"] == "manhole.rattling"
    )
    shape["limit"] = {"amount": 3, "unit": "working_day"}
    made = catalog.decide("filing_condition", shape, actor=ACTOR)

    assert concerned("--with-edition", str(made.number)) == {(case.number, "disposal")}
    assert concerned("--with-edition", str(made.number - 1)) == set()
    assert run("clocks", "audit")["ok"]


def test_a_calendar_changed_in_place_is_told_once_and_names_only_what_it_moves(
    town: CaseTown,
) -> None:
    walk(town, "handling", at=MONDAY)
    walk(town, "handling", at=MONDAY + 14 * DAY)

    def changed(number: int) -> Catalogue:
        content = catalogue(number).content
        changed = content.with_day("cn-mainland", date(2026, 11, 11), works=False)
        return Catalogue(number, changed, "")

    audit = audit_clocks(editions=changed)

    assert not audit.ok
    assert {key for _edition, key, _digest in audit.calendars} == {"cn-mainland"}
    assert {(f.case_number, f.milestone) for f in audit.faults} == spans("2026-11-11")


def test_an_unknown_calendar_or_a_bad_day_is_refused(town: CaseTown) -> None:
    for word in ("lunar=2026-11-11=off", "cn-mainland=soon=off", "cn-mainland=2026-11-11"):
        with pytest.raises(CommandError):
            call_command("clocks", "audit", "--with-calendar-day", word)


def test_the_sweep_notes_each_mark_once(town: CaseTown) -> None:
    walk(town, "submitted")
    with clock.frozen(MONDAY + timedelta(minutes=20)):
        first = run("clocks", "sweep")
        again = run("clocks", "sweep")
    with clock.frozen(datetime(2026, 11, 20, tzinfo=UTC)):
        later = run("clocks", "sweep")

    assert (first["warned"], first["overdue"]) == (1, 0)
    assert (again["warned"], again["overdue"]) == (0, 0)
    assert later["overdue"] == 1
    assert audit_clocks().ok
