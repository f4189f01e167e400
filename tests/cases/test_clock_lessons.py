"""Clocks that others got wrong, one test for each number that users lost time over.

The numbers name issues of other systems; what they complain about stands in each test.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.cases.stepping import One, at, one
from tests.cases.test_clock_commands import concerned
from tests.cases.walking import CaseTown, staged

from gridward.cases import actions
from gridward.cases.actions import audit_clocks, sweep_clocks
from gridward.cases.models import Clock
from gridward.cases.queries.invariants import broken_invariants
from gridward.journal.models import Entry

MARKS = ("clock.warned", "clock.pressed", "clock.overdue")


def proved(found: One) -> None:
    """What is stored is what the journal and the calendar give when worked out from the start."""
    assert audit_clocks(case_ids=[found.id]).faults == []
    assert {i.key: i.cases for i in broken_invariants([found.id]) if i.cases} == {}


def ask(found: One, when: str) -> None:
    actions.ask_for_info(found.id, **found.by("S001"), words="哪个路口？", at=at(when))


def answer(found: One, when: str) -> None:
    actions.give_info(found.receipt.submission, found.id, words="第一街口", at=at(when))


def correct(found: One, when: str, **what: Any) -> None:
    actions.correct_case(found.id, **found.by("S001"), words="更正", at=at(when), **what)


def sweep(when: str) -> None:
    sweep_clocks(now=at(when))


def marks(found: One, milestone: str) -> list[str]:
    """What was noted of the newest clock of this milestone, in order."""
    clock = found.clock(milestone)
    noted = Entry.objects.filter(verb__in=MARKS, subject_id=str(clock.id)).order_by("id")
    return list(noted.values_list("verb", flat=True))


# --- pauses and priorities ------------------------------------------------------------------------


def test_glpi_15605_a_change_of_priority_while_paused_keeps_the_pause(town: CaseTown) -> None:
    found = one(town)
    ask(found, "11-09 09:10")

    correct(found, "11-09 09:40", urgent=True)

    assert found.clock("accept").paused_at == at("11-09 09:10")
    answer(found, "11-09 10:40")
    # five minutes from the correction; the pause went on for an hour after it
    assert found.due("accept") == "11-09 10:45"
    proved(found)


def test_glpi_6902_a_pause_that_is_over_still_counts_after_a_change_of_priority(
    town: CaseTown,
) -> None:
    found = one(town)
    ask(found, "11-09 09:05")
    answer(found, "11-09 09:45")
    assert found.due("accept") == "11-09 10:10"

    correct(found, "11-09 09:50", urgent=True)
    correct(found, "11-09 09:52", urgent=False)

    # thirty minutes from the second correction would end later than what there was
    assert found.due("accept") <= "11-09 10:22"
    proved(found)


def test_glpi_15429_two_pauses_with_a_change_between_them_are_both_kept(town: CaseTown) -> None:
    found = one(town)
    ask(found, "11-09 09:05")
    answer(found, "11-09 09:20")  # 15 minutes
    correct(found, "11-09 09:22", matter="litter", condition="litter.exposed")
    ask(found, "11-09 09:30")

    answer(found, "11-09 10:10")  # 40 more

    assert found.due("accept") == "11-09 10:25"
    assert found.clock("accept").pauses.count() == 2
    proved(found)


def test_frappe_helpdesk_1554_nothing_is_marked_while_a_clock_is_paused(town: CaseTown) -> None:
    found = one(town)
    ask(found, "11-09 09:10")

    sweep("11-09 09:16")
    sweep("11-09 11:00")

    assert marks(found, "accept") == []
    answer(found, "11-09 11:30")
    sweep("11-09 11:34")
    assert marks(found, "accept") == []  # fourteen of thirty minutes are over
    sweep("11-09 11:35")
    assert marks(found, "accept") == ["clock.warned"]
    proved(found)


def test_frappe_helpdesk_1675_back_and_forth_while_paused_gives_back_the_whole_pause(
    town: CaseTown,
) -> None:
    found = one(town)
    ask(found, "11-09 09:10")

    correct(found, "11-09 09:20", urgent=True)
    correct(found, "11-09 09:30", urgent=False)

    assert found.clock("accept").paused_at == at("11-09 09:10")
    answer(found, "11-09 11:00")
    assert found.clock("accept").pauses.get().until == at("11-09 11:00")
    assert found.due("accept") > "11-09 11:00"
    proved(found)


def test_osticket_2131_waiting_for_the_reporter_stops_the_desk_s_clock(town: CaseTown) -> None:
    found = one(town)
    assert found.due("accept") == "11-09 09:30"
    ask(found, "11-09 09:20")

    answer(found, "11-10 09:00")

    assert found.due("accept") == "11-10 09:10"
    proved(found)


def test_osticket_3034_waiting_for_a_look_on_site_stops_it_too(town: CaseTown) -> None:
    from tests.cases.walking import verify

    found = one(town)
    actions.send_to_verify(found.id, **found.by("S001"), at=at("11-09 09:20"))

    verify(found.case, at=at("11-09 10:40"))

    assert found.due("accept") == "11-09 10:50"
    proved(found)


# --- lunch, holidays, midnight --------------------------------------------------------------------


def test_frappe_2212_lunch_does_not_count(town: CaseTown) -> None:
    found = one(town, "11-09 11:50")

    assert found.due("accept") == "11-09 14:50"
    found.dispatch("11-09 11:55", condition="manhole.broken")
    assert found.due("acknowledge") == "11-09 16:25"
    assert found.due("disposal") == "11-10 09:25"
    proved(found)


def test_frappe_1542_holidays_do_not_count_and_made_up_days_do(town: CaseTown) -> None:
    eve = one(town, "09-30 17:20")
    friday = one(town, "10-09 17:20")

    assert eve.due("accept") == "10-08 08:50"  # the first to the seventh are days off
    assert friday.due("accept") == "10-10 08:50"  # a Saturday that is worked
    proved(eve)
    proved(friday)


def test_zammad_4432_no_alarm_rings_at_midnight(town: CaseTown) -> None:
    found = one(town, "11-09 17:25").dispatch("11-09 17:28", condition="manhole.broken")

    for hour in ("11-09 18:00", "11-09 23:59", "11-10 00:00", "11-10 00:01", "11-10 08:29"):
        sweep(hour)

    assert not Entry.objects.filter(verb__in=MARKS).exists()
    moments = Clock.objects.filter(case=found.id, stopped_at=None).values_list(
        "warn_at", "urgent_at", "due_at"
    )
    open_from, open_to = timedelta(hours=8, minutes=30), timedelta(hours=17, minutes=30)
    for moment in (each for row in moments for each in row if each is not None):
        here = moment.astimezone(at("11-09 09:00").tzinfo)
        of_day = here - here.replace(hour=0, minute=0, second=0, microsecond=0)
        assert open_from <= of_day <= open_to, here
    proved(found)


# --- answered is answered -------------------------------------------------------------------------


def test_zammad_3140_nothing_escalates_once_somebody_has_answered(town: CaseTown) -> None:
    found = one(town).dispatch("11-09 09:10").acknowledge("11-09 09:20")

    sweep("11-09 12:00")
    sweep("12-31 12:00")

    for milestone in ("accept", "acknowledge"):
        assert found.clock(milestone).outcome == "met"
        assert marks(found, milestone) == []
    assert marks(found, "disposal")[-1] == "clock.overdue", "what runs is marked"


def test_zammad_3140_a_warning_before_the_answer_is_followed_by_none_after_it(
    town: CaseTown,
) -> None:
    found = one(town)
    sweep("11-09 09:26")
    found.dispatch("11-09 09:28")

    sweep("11-09 09:31")
    sweep("11-20 09:31")

    assert marks(found, "accept") == ["clock.pressed"]
    assert found.clock("accept").outcome == "met"


def test_zammad_5177_a_later_update_leaves_the_first_response_as_it_was(town: CaseTown) -> None:
    found = one(town).dispatch("11-09 09:10").acknowledge("11-09 09:40")
    first = list(Clock.objects.filter(case=found.id).exclude(stopped_at=None).order_by("id"))
    before = [(c.milestone, c.stopped_at, c.due_at, c.outcome) for c in first]
    assert {milestone for milestone, *_more in before} == {"accept", "acknowledge"}

    actions.add_progress(found.id, **found.by("M001"), words="正在修", at=at("11-09 14:40"))
    correct(found, "11-09 15:00", condition="manhole.missing", keep_lead=True)
    found.give_back("11-09 15:10")
    actions.refuse_return(found.id, **found.by("S001"), words="是你们的", at=at("11-09 15:20"))
    found.dispose("11-09 16:00")

    after = Clock.objects.filter(id__in=[c.id for c in first]).order_by("id")
    assert [(c.milestone, c.stopped_at, c.due_at, c.outcome) for c in after] == before
    proved(found)


# --- how late -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "outcome"),
    [("11-09 09:29", "met"), ("11-09 09:30", "met"), ("11-09 09:31", "late")],
)
def test_frappe_3354_late_is_after_the_due_time_and_never_by_less_than_nothing(
    town: CaseTown, when: str, outcome: str
) -> None:
    found = one(town).dispatch(when)

    clock = found.clock("accept")
    assert clock.outcome == outcome
    assert clock.due_at is not None and clock.stopped_at is not None
    assert (clock.stopped_at - clock.due_at > timedelta(0)) is (outcome == "late")
    assert clock.start_at <= clock.stopped_at


def test_frappe_3354_a_pause_never_makes_a_clock_due_before_it_began(town: CaseTown) -> None:
    found = one(town, "11-09 17:29")
    ask(found, "11-09 17:30")
    answer(found, "11-12 08:30")

    clock = found.clock("accept")
    assert found.due("accept") == "11-12 08:59"
    assert clock.due_at is not None and clock.due_at > clock.start_at
    proved(found)


# --- proved, also of corrected and settled cases --------------------------------------------------


def corrected_and_settled(town: CaseTown) -> tuple[One, One, One]:
    """One whose condition was corrected, one settled on the spot, one a week later."""
    changed = one(town).dispatch("11-09 09:10", condition="manhole.broken")
    correct(changed, "11-09 10:00", condition="manhole.rattling", keep_lead=True)
    settled = one(town, "11-10 09:00")
    cadre = next(
        v
        for v in map(town.viewer, ("C001", "C002", "C003", "C004"))
        if v.area_id in settled.case.chain
    )
    photos = actions.Settled(
        "manhole.rattling", "垫了胶圈", "井盖已垫胶圈", photos=[staged()], before=[staged()]
    )
    actions.settle_on_spot(
        settled.id, by=cadre, version=settled.case.version, settled=photos, at=at("11-10 09:10")
    )
    return changed, settled, one(town, "11-23 09:00")


def worked_out(found: One, day: str) -> set[tuple[str, str]]:
    """(case number, milestone) of the clocks in working time that this working day lies within,
    from the day each began, or was corrected to a shorter limit, to the day it is due."""
    noon = at(f"{day} 12:00").date()
    spans: set[tuple[str, str]] = set()
    for clock in Clock.objects.filter(case=found.id).exclude(basis="pending"):
        if any(unit.startswith("working") for _amount, unit in clock.limits):
            assert clock.due_at is not None
            begun: datetime = clock.start_at
            if begun.date() <= noon <= clock.due_at.date():
                spans.add((found.case.number, clock.milestone))
    return spans


@pytest.mark.parametrize("day", ["11-10", "11-11", "11-23"])
def test_a_changed_day_names_exactly_the_clocks_of_corrected_and_settled_cases_it_lies_in(
    town: CaseTown, day: str
) -> None:
    cases = corrected_and_settled(town)

    named = concerned("--with-calendar-day", f"cn-mainland=2026-{day}=off")

    assert named == set().union(*(worked_out(found, day) for found in cases)) != set()
    assert audit_clocks().ok


def test_a_changed_rule_names_a_corrected_clock_by_the_rule_it_has_now(town: CaseTown) -> None:
    import yaml
    from django.conf import settings
    from tests.town import ACTOR

    from gridward.catalog import actions as catalog

    changed, _settled, other = corrected_and_settled(town)
    path = f"{settings.GRIDWARD_PACKS}/urban-grid/filing_conditions.yaml"
    with open(path, encoding="utf-8") as file:
        shapes = {each["key"]: each for each in yaml.safe_load(file)}

    def with_limit(key: str) -> set[tuple[str, str]]:
        shape = {**shapes[key], "limit": {"amount": 4, "unit": "working_day"}}
        made = catalog.decide("filing_condition", shape, actor=ACTOR)
        return concerned("--with-edition", str(made.number))

    # what it is counted with now, and what it was counted with when it was corrected
    assert (changed.case.number, "disposal") in with_limit("manhole.rattling")
    assert other.case.number not in {number for number, _m in with_limit("manhole.rattling")}
    assert audit_clocks().ok
