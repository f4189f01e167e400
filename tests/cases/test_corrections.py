"""更正: place, matter, urgency and sensitivity set right; every deadline worked out again."""

from __future__ import annotations

from typing import Any

import pytest
from tests.cases.stepping import One, at, one, refused
from tests.cases.walking import CaseTown

from gridward.cases import actions, errors, queries
from gridward.cases.actions import Place
from gridward.cases.models import Assignment, Case, Clock, Return, SearchDoc
from gridward.cases.queries.invariants import broken_invariants
from gridward.core import geodesy
from gridward.core.errors import NotAllowed, NotFound
from gridward.tasks import queries as tasks
from gridward.territory import queries as territory

WHY = "现场核对后更正"


def correct(found: One, when: str, by: str = "S001", **what: Any) -> One:
    what.setdefault("words", WHY)
    actions.correct_case(found.id, **found.by(by), at=at(when), **what)
    return found


def proved(found: One) -> None:
    """Clocks and invariants of the case hold."""
    assert actions.audit_clocks(case_ids=[found.id]).faults == []
    assert {i.key: i.cases for i in broken_invariants([found.id]) if i.cases} == {}


# --- deadlines ----------------------------------------------------------------------------------


def test_a_longer_limit_counts_from_the_clocks_own_start(town: CaseTown) -> None:
    found = one(town).dispatch("11-09 09:10", condition="manhole.broken")
    assert found.due("disposal") == "11-09 15:40"  # four working hours

    correct(found, "11-09 10:00", condition="manhole.rattling", keep_lead=True)

    assert found.due("disposal") == "11-11 17:30"  # two working days from the ninth
    clock = found.clock("disposal")
    assert [rule for _at, rule, _limits in clock.corrected] == ["manhole.broken"]
    proved(found)


def test_a_shorter_limit_counts_from_the_correction_and_never_ends_later(town: CaseTown) -> None:
    found = one(town).dispatch("11-09 09:10", condition="manhole.rattling")
    assert found.due("disposal") == "11-11 17:30"

    correct(found, "11-10 09:00", condition="manhole.missing", keep_lead=True)

    # two hours day and night from the correction: not from yesterday, which would be over already
    assert found.due("disposal") == "11-10 11:00"
    assert found.case.urgent
    proved(found)


def test_near_its_end_a_shorter_limit_gives_no_more_time_than_there_was(town: CaseTown) -> None:
    found = one(town).dispatch("11-09 09:10", condition="manhole.rattling")

    correct(found, "11-11 17:00", condition="manhole.missing", keep_lead=True)

    assert found.due("disposal") == "11-11 17:30"
    proved(found)


def test_urgency_alone_moves_the_stages_and_not_the_limit(town: CaseTown) -> None:
    found = one(town).dispatch("11-09 09:10")
    before = found.due("disposal")
    assert found.due("acknowledge") == "11-09 11:10"

    correct(found, "11-09 09:20", urgent=True)

    assert found.due("acknowledge") == "11-09 09:35"
    assert found.due("disposal") == before
    assert found.case.urgent
    proved(found)


def test_every_moved_deadline_has_an_entry_that_names_the_correction(town: CaseTown) -> None:
    from gridward.journal import queries as journal

    found = one(town).dispatch("11-09 09:10")
    clock = found.clock("acknowledge")

    correct(found, "11-09 09:20", urgent=True)

    (line,) = list(journal.happened("clock.recomputed", [clock.id]))
    assert line.details["cause"] == "correction"


def test_a_pause_is_not_lost_when_the_priority_changes(town: CaseTown) -> None:
    found = one(town)
    actions.ask_for_info(found.id, **found.by("S001"), words="哪个路口？", at=at("11-09 09:10"))

    correct(found, "11-09 10:00", urgent=True)

    clock = found.clock("accept")
    assert clock.paused_at == at("11-09 09:10")
    assert found.case.state == "need_info"
    actions.give_info(found.receipt.submission, found.id, words="第一街口", at=at("11-09 11:00"))
    # thirty working minutes from nine, ten used, an hour and fifty minutes paused; urgent ones are
    # five minutes from the correction, which the pause moves too
    assert found.due("accept") == "11-09 11:05"
    proved(found)


def test_a_correction_of_a_pause_that_is_over_keeps_what_it_gave(town: CaseTown) -> None:
    found = one(town)
    actions.ask_for_info(found.id, **found.by("S001"), words="哪个路口？", at=at("11-09 09:10"))
    actions.give_info(found.receipt.submission, found.id, words="第一街口", at=at("11-09 10:10"))
    assert found.due("accept") == "11-09 10:30"

    correct(found, "11-09 10:12", urgent=True)

    assert found.due("accept") == "11-09 10:17"
    proved(found)


def test_the_promised_date_follows_and_never_begins_anew(town: CaseTown) -> None:
    found = one(town).dispatch("11-09 09:10", condition="manhole.broken")
    assert found.due("total") == "11-12 17:30"

    correct(found, "11-10 09:00", condition="manhole.sunken", keep_lead=True)

    assert found.clock("total").start_at == at("11-09 09:00")
    assert found.due("total") == "11-19 17:30"
    assert found.case.promised_at == at("11-19 17:30")


def test_correcting_back_and_forth_gains_nobody_time_that_no_rule_gives(town: CaseTown) -> None:
    found = one(town).dispatch("11-09 09:10", condition="manhole.broken")

    correct(found, "11-09 10:00", condition="manhole.rattling", keep_lead=True)
    correct(found, "11-09 10:10", condition="manhole.broken", keep_lead=True)

    # four working hours from the second correction: sooner than two days, later than at first
    assert found.due("disposal") == "11-09 16:40"
    assert len(found.clock("disposal").corrected) == 2
    proved(found)


# --- facts --------------------------------------------------------------------------------------


def test_what_was_and_what_is_stand_in_the_entry(town: CaseTown) -> None:
    found = one(town).dispatch("11-09 09:10")

    correct(found, "11-09 09:30", condition="manhole.broken", keep_lead=True)

    details = found.last("case.corrected").details
    assert (details["condition_before"], details["condition"]) == (
        "manhole.rattling",
        "manhole.broken",
    )
    assert found.said("case.corrected") == {"step.correct": WHY}
    assert found.last("case.accepted").occurred_at == at("11-09 09:10")


def test_a_case_without_a_place_gets_it_here(town: CaseTown) -> None:
    found = one(town, place=Place())
    grid = town.town.grids[0]

    correct(found, "11-09 09:05", by="D001", area=grid)

    case = found.case
    assert grid in case.chain
    assert case.area_id == grid
    assert case.desk_id == town.org("district")
    assert queries.list_page(town.viewer("S001")).items[0].id == case.id
    proved(found)


def test_a_case_of_other_ground_moves_to_the_desk_of_that_ground(town: CaseTown) -> None:
    found = one(town)
    before = found.case.area_id
    elsewhere = town.town.communities[-1]

    correct(found, "11-09 09:10", area=elsewhere)

    case = found.case
    assert found.where() == ("submitted", "desk", town.org("street-2"))
    assert case.area_id == before  # what it was at the opening stays
    assert (case.lng, case.lat) == (None, None)
    assert found.clock("accept").start_at == at("11-09 09:10")
    with pytest.raises(NotFound):
        queries.case_for(town.viewer("S001"), found.id)
    assert queries.case_for(town.viewer("S002"), found.id).id == found.id
    proved(found)


def test_correcting_to_a_restricted_matter_hides_it_at_once(town: CaseTown) -> None:
    found = one(town, matter="noise")
    assert SearchDoc.objects.filter(case=found.id).exists()

    correct(found, "11-09 09:10", matter="family_violence", condition="family_violence.risk")

    assert found.case.sensitivity == 2
    assert found.where() == ("submitted", "desk", town.org("district"))
    assert not SearchDoc.objects.filter(case=found.id).exists()
    for number in ("S001", "C001", "G001", "D001"):
        assert queries.list_page(town.viewer(number)).items == []
        with pytest.raises(NotFound):
            queries.case_for(town.viewer(number), found.id)
    assert queries.case_for(town.viewer("D002"), found.id).id == found.id
    proved(found)


def test_a_verification_under_way_ends_when_the_matter_turns_out_restricted(
    town: CaseTown,
) -> None:
    found = one(town, matter="noise")
    actions.send_to_verify(found.id, **found.by("S001"), at=at("11-09 09:05"))

    correct(found, "11-09 09:10", matter="family_violence", condition="family_violence.risk")

    assert found.case.state == "submitted"
    assert tasks.open_task_about(found.id, "pre_verification") is None
    proved(found)


def test_sensitivity_is_raised_by_hand_and_never_below_the_matters_own(town: CaseTown) -> None:
    found = one(town).dispatch("11-09 09:10")

    correct(found, "11-09 09:20", sensitivity=2, keep_lead=False)

    assert found.case.sensitivity == 2
    assert found.where() == ("accepted", "desk", town.org("district"))
    with pytest.raises(NotFound):
        queries.case_for(town.viewer("M001"), found.id)
    proved(found)


# --- the lead -----------------------------------------------------------------------------------


def test_where_another_organisation_is_responsible_somebody_has_to_say_who_goes_on(
    town: CaseTown,
) -> None:
    found = one(town).dispatch("11-09 09:10").acknowledge("11-09 09:20")

    with refused(errors.LeadChoiceMissing):
        correct(found, "11-09 09:30", matter="street_trade", condition="street_trade.occupying")


def test_the_lead_stays_by_choice(town: CaseTown) -> None:
    found = one(town).dispatch("11-09 09:10").acknowledge("11-09 09:20")

    correct(
        found,
        "11-09 09:30",
        matter="street_trade",
        condition="street_trade.occupying",
        keep_lead=True,
    )

    assert found.where() == ("handling", "organisation", town.org("mun"))
    assert not found.lead().by_rule
    proved(found)


def test_the_case_comes_back_to_the_desk_by_choice(town: CaseTown) -> None:
    found = one(town).dispatch("11-09 09:10").acknowledge("11-09 09:20")
    lead = found.lead()

    correct(
        found,
        "11-09 09:30",
        matter="street_trade",
        condition="street_trade.occupying",
        keep_lead=False,
    )

    assert found.where() == ("accepted", "desk", town.org("street-1"))
    assert found.case.lead_id is None
    ended = Assignment.objects.get(id=lead.id)
    assert (ended.active, ended.end_reason) == (False, "corrected")
    assert Clock.objects.get(owner_id=lead.id, milestone="disposal").outcome == "void"
    assert found.running() == {"total", "dispatch"}
    actions.dispatch_case(found.id, **found.by("S001"), lead=town.org("urb"), at=at("11-09 09:40"))
    assert found.due("disposal") > "11-09 09:40"
    proved(found)


def test_a_return_that_waits_ends_with_the_correction_that_takes_the_case_back(
    town: CaseTown,
) -> None:
    found = one(town).dispatch("11-09 09:10").give_back("11-09 09:30")

    correct(
        found,
        "11-09 09:40",
        matter="street_trade",
        condition="street_trade.occupying",
        keep_lead=False,
    )

    assert Return.objects.get(case=found.id).decided_at == at("11-09 09:40")
    assert found.clock("decision").stopped_at == at("11-09 09:40")
    assert found.case.state == "accepted"
    proved(found)


# --- refusals -----------------------------------------------------------------------------------


def test_a_correction_says_why(town: CaseTown) -> None:
    found = one(town)

    with refused(errors.ReasonMissing):
        correct(found, "11-09 09:05", urgent=True, words=" ")


def test_a_correction_that_changes_nothing_is_refused(town: CaseTown) -> None:
    found = one(town).dispatch("11-09 09:10")

    with refused(errors.NothingCorrected):
        correct(found, "11-09 09:20", condition="manhole.rattling", urgent=False)


def test_another_matter_comes_with_its_condition(town: CaseTown) -> None:
    found = one(town).dispatch("11-09 09:10")

    with refused(errors.ConditionMissing):
        correct(found, "11-09 09:20", matter="street_trade", keep_lead=True)


def test_sensitivity_is_never_less_than_the_matter_asks(town: CaseTown) -> None:
    found = one(town)

    with refused(errors.SensitivityTooLow):
        correct(found, "11-09 09:05", sensitivity=3)


def test_a_result_is_not_corrected_any_more(town: CaseTown) -> None:
    found = one(town).dispatch("11-09 09:05").acknowledge("11-09 09:10").dispose("11-09 09:30")

    with refused(errors.StepNotOpen):
        correct(found, "11-09 09:40", urgent=True)


@pytest.mark.parametrize("number", ["M001", "G001", "D002"])
def test_only_the_desk_corrects(town: CaseTown, number: str) -> None:
    found = one(town).dispatch("11-09 09:05")
    before = Case.objects.filter(id=found.id).values().get()

    with pytest.raises((NotAllowed, NotFound)):
        correct(found, "11-09 09:10", by=number, urgent=True)
    assert Case.objects.filter(id=found.id).values().get() == before


def test_an_outdated_form_corrects_nothing(town: CaseTown) -> None:
    found = one(town).dispatch("11-09 09:05")

    with refused(errors.CaseChanged):
        actions.correct_case(
            found.id, by=town.viewer("S001"), version=1, words=WHY, urgent=True,
            at=at("11-09 09:10"),
        )  # fmt: skip


# --- the pin ------------------------------------------------------------------------------------


def test_a_tap_on_the_map_moves_the_pin_and_the_area_with_it(town: CaseTown) -> None:
    found = one(town)
    grid = territory.area(town.town.grids[1])

    correct(found, "11-09 09:05", pin=(grid.lng, grid.lat))

    case = found.case
    assert (case.lng, case.lat) == (grid.lng, grid.lat)
    assert grid.id in case.chain
    line = found.last("case.corrected")
    assert line.details["moved_m"] == round(
        geodesy.distance_m(113.1030, 22.6170, grid.lng, grid.lat)
    )
    proved(found)


def test_a_tap_outside_the_district_changes_nothing(town: CaseTown) -> None:
    found = one(town)

    with refused(errors.PinOutside):
        correct(found, "11-09 09:05", pin=(110.0, 20.0))
    with refused(errors.NothingCorrected):
        correct(found, "11-09 09:05", pin=(found.case.lng, found.case.lat))


def test_a_case_accepted_anew_for_another_matter_needs_a_condition_of_that(town: CaseTown) -> None:
    found = one(town)
    correct(found, "11-09 09:05", condition="manhole.rattling")

    with refused(errors.ConditionMissing):
        actions.accept_case(
            found.id, **found.by("S001"), matter="noise", condition="", at=at("11-09 09:10")
        )


def test_a_case_taken_back_and_declined_leaves_nobody_helping(town: CaseTown) -> None:
    found = one(town)
    actions.accept_and_dispatch(
        found.id,
        **found.by("S001"),
        condition="manhole.rattling",
        lead=town.org("mun"),
        helpers=[town.org("urb")],
        at=at("11-09 09:10"),
    )
    correct(found, "11-09 09:20", urgent=True, keep_lead=False)
    by = found.by("S001")
    actions.hand_over(found.id, **by, level="district", words="转", at=at("11-09 09:30"))

    actions.decline_case(found.id, **found.by("D001"), reason="private", at=at("11-09 09:40"))

    assert not Assignment.objects.filter(case=found.id, active=True).exists()
    proved(found)
