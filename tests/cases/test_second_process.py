"""A second process is data: the same acts, screens and clocks, whatever its states are called.

`referral` has one milestone more (a first contact) and one state less. It is walked once as its
pack has it, and once with every state renamed: nothing may notice.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.test import Client
from tests.cases.stepping import One, at, local, one, refused
from tests.cases.walking import CaseTown, case_town, check
from tests.town import ACTOR, LONG_AGO
from tests.web.signing import client_of

from gridward.cases import actions, errors, queries
from gridward.cases.actions import Given, acting_post
from gridward.cases.models import Case, Clock
from gridward.catalog import actions as catalog
from gridward.catalog.queries import catalogue
from gridward.journal import queries as journal

PACK = Path(__file__).parent.parent / "catalog" / "packs" / "referral"
PLAIN, URGENT = "firm_request.plain", "firm_request.urgent"


def renamed(folder: Path) -> Path:
    """The pack with every state called otherwise."""
    pack = Path(shutil.copytree(PACK, folder / "referral"))
    path = pack / "processes" / "referral.yaml"
    process: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    new = {state["key"]: f"station_{n}" for n, state in enumerate(process["states"], 1)}
    process["start"] = new[process["start"]]
    for state in process["states"]:
        state["key"] = new[state["key"]]
    for step in process["steps"]:
        step["from"] = [new[key] for key in step["from"]]
        step["to"] = new.get(step["to"], step["to"])
    for milestone in process["milestones"]:
        if "pauses_in" in milestone:
            milestone["pauses_in"] = [new[key] for key in milestone["pauses_in"]]
    path.write_text(yaml.safe_dump(process, allow_unicode=True, sort_keys=False), "utf-8")
    return pack


@pytest.fixture(params=["as it is", "renamed"])
def firms(request: pytest.FixtureRequest, db: None, tmp_path: Path) -> CaseTown:
    """The town with events and referrals in one edition."""
    town = case_town()
    packs = Path(settings.GRIDWARD_PACKS)
    pack = PACK if request.param == "as it is" else renamed(tmp_path)
    catalog.load_packs([packs / "base", packs / "urban-grid", pack], actor=ACTOR, at=LONG_AGO)
    return town


def ask(town: CaseTown, **more: Any) -> One:
    return one(town, matter="firm_request", **more)


def stage(case: One) -> str:
    """What the holder of the receipt is told."""
    return queries.track(case.receipt.number, case.receipt.code).reports[0].stage


def test_it_goes_from_report_to_close_by_the_same_acts(firms: CaseTown) -> None:
    case = ask(firms)
    stages, holders = [stage(case)], [case.case.holder_kind]
    for act in (
        lambda: case.dispatch("11-09 09:05", condition=PLAIN),
        lambda: case.acknowledge("11-09 09:20"),
        lambda: case.dispose("11-09 10:00", photo=False),
        lambda: case.passed("11-09 10:15"),
        lambda: case.call("11-09 10:30", "solved"),
    ):
        act()
        stages.append(stage(case))
        holders.append(case.case.holder_kind)

    assert case.case.process == "referral"
    assert stages == ["submitted", "assigned", "handling", "checking", "checking", "closed"]
    assert holders == ["desk", "organisation", "organisation", "desk", "caller", "none"]
    assert (case.case.close_type, case.running()) == ("resolved", set())
    assert [i.key for i in queries.broken_invariants() if i.cases] == []
    assert actions.audit_clocks().ok


def test_every_detour_is_there_too(firms: CaseTown) -> None:
    case = ask(firms, drawn=True)
    actions.ask_for_info(case.id, **case.by("S001"), words="哪家企业？", at=at("11-09 09:02"))
    assert case.clock("accept").paused_at == at("11-09 09:02")
    actions.give_info(case.receipt.submission, case.id, words="江边那家", at=at("11-09 09:03"))
    case.dispatch("11-09 09:05", condition=PLAIN).give_back("11-09 09:20")
    actions.refuse_return(case.id, **case.by("S001"), words="维持", at=at("11-09 09:30"))
    actions.add_progress(case.id, **case.by("M001"), words="已联系", at=at("11-09 09:40"))
    case.dispose("11-09 10:00", photo=False)
    with refused(errors.CheckNeeded):
        case.passed("11-09 10:05")
    actions.send_to_check(case.id, **case.by("S001"), at=at("11-09 10:10"))
    check(firms, case.case, at=at("11-09 10:30"), result="not_passed")
    actions.ask_rework(case.id, **case.by("S001"), words="没解决", at=at("11-09 10:40"))
    case.dispose("11-09 11:00", photo=False)
    actions.send_to_check(case.id, **case.by("S001"), at=at("11-09 11:10"))
    check(firms, case.case, at=at("11-09 11:20"))
    case.passed("11-09 11:30")
    actions.answer_as_reporter(case.receipt.submission, case.id, answer="no", at=at("11-09 11:40"))
    assert (case.case.round, case.case.holder_kind) == (2, "organisation")
    case.acknowledge("11-09 11:45").dispose("11-09 11:50", photo=False)
    if case.case.check_on_site:
        actions.send_to_check(case.id, **case.by("S001"), at=at("11-09 11:52"))
        check(firms, case.case, at=at("11-09 11:54"))
    case.passed("11-09 11:55").call("11-09 11:58", "solved")
    actions.rate_as_reporter(case.receipt.submission, case.id, rating=5, at=at("11-09 12:00"))
    assert stage(case) == "rated"
    actions.reopen_as_reporter(
        case.receipt.submission, case.id, words="又来了", at=at("11-10 09:00")
    )
    actions.void_case(case.id, **case.by("D002"), reason="mistaken", at=at("11-10 09:10"))

    assert (case.case.is_open, case.running()) == (False, set())
    assert [i.key for i in queries.broken_invariants() if i.cases] == []
    assert actions.audit_clocks().ok


def test_declining_joining_withdrawing_and_handing_over_work_too(firms: CaseTown) -> None:
    declined, joined, master, back, moved = (ask(firms) for _ in range(5))
    actions.decline_case(declined.id, **declined.by("S001"), reason="private")
    actions.merge_case(joined.id, **joined.by("S001"), master=master.id)
    actions.withdraw_as_reporter(back.receipt.submission, back.id)
    actions.hand_over(moved.id, **moved.by("S001"), level="district", words="跨街道")

    seen = {
        each.id: queries.track(each.receipt.number, each.receipt.code).reports[0]
        for each in (declined, joined, back)
    }
    assert [s.side for s in seen.values()] == ["declined", "merged", "withdrawn"]
    assert moved.case.holder_id == firms.org("district")
    assert [i.key for i in queries.broken_invariants() if i.cases] == []


def test_details_that_lapse_are_noticed_in_any_process(firms: CaseTown) -> None:
    case = ask(firms)
    actions.ask_for_info(case.id, **case.by("S001"), words="哪家企业？", at=at("11-09 09:20"))
    assert queries.track(case.receipt.number, case.receipt.code).reports[0].may >= {"give_info"}

    actions.sweep_clocks(now=at("11-12 17:31"))

    assert "accept" in case.running()
    assert case.last("case.info_lapsed").actor_kind == "system"


# --- the milestone more ---------------------------------------------------------------------------


@pytest.mark.parametrize(("condition", "due"), [(PLAIN, "11-09 16:05"), (URGENT, "11-09 12:35")])
def test_the_first_contact_is_timed_and_stops_with_a_note(
    firms: CaseTown, condition: str, due: str
) -> None:
    case = ask(firms).dispatch("11-09 11:35", condition=condition)
    assert case.due("first_contact") == due
    case.acknowledge("11-09 11:40")
    assert "first_contact" in case.running()
    actions.add_progress(case.id, **case.by("M001"), words="已电话联系", at=at("11-09 11:50"))

    contact = case.clock("first_contact")
    assert (contact.outcome, contact.stopped_at) == ("met", at("11-09 11:50"))
    assert contact.owner_id == case.lead().id
    assert actions.audit_clocks().ok


def test_the_first_contact_is_swept_when_nobody_calls(firms: CaseTown) -> None:
    case = ask(firms).dispatch("11-09 09:00", condition=URGENT).acknowledge("11-09 09:05")
    contact = case.clock("first_contact")
    assert local(contact.due_at) == "11-09 10:00"

    for moment in ("11-09 09:30", "11-09 09:48", "11-09 10:00", "11-09 10:30"):
        actions.sweep_clocks(now=at(moment))

    verbs = [line.verb for line in journal.timeline([contact.id])]
    assert verbs == ["clock.warned", "clock.pressed", "clock.overdue"]
    actions.add_progress(case.id, **case.by("M001"), words="迟了", at=at("11-09 10:31"))
    assert case.clock("first_contact").outcome == "late"


def test_a_wrong_first_contact_is_named_by_the_audit(firms: CaseTown) -> None:
    case = ask(firms).dispatch("11-09 09:00", condition=PLAIN)
    Clock.objects.filter(id=case.clock("first_contact").id).update(due_at=at("11-09 18:00"))

    (fault,) = actions.audit_clocks().faults

    assert (fault.case_number, fault.milestone, fault.what) == (
        case.case.number,
        "first_contact",
        "due",
    )


# --- the state less -------------------------------------------------------------------------------


def test_what_the_process_does_not_have_is_refused(firms: CaseTown) -> None:
    case = ask(firms)
    with refused(errors.UnknownStep):
        actions.accept_case(case.id, **case.by("S001"), condition=PLAIN)


def test_a_matter_chosen_at_the_desk_brings_its_process(firms: CaseTown) -> None:
    case = one(firms, matter="")
    assert case.case.process == "event"
    case.dispatch("11-09 09:05", condition=PLAIN)

    assert (case.case.process, case.case.group) == ("referral", "firms")
    assert case.case.state in {s.key for s in catalogue().process("referral").states}
    assert {"first_contact", "disposal", "total"} <= case.running()
    assert case.clock("accept").outcome == "met"
    assert [i.key for i in queries.broken_invariants() if i.cases] == []
    assert actions.audit_clocks().ok


def test_an_accepted_case_does_not_change_its_process(firms: CaseTown) -> None:
    case = one(firms)
    actions.accept_case(case.id, **case.by("S001"), condition="manhole.rattling")
    with refused(errors.StepNotOpen):
        actions.take_step(
            case.id,
            "dispatch",
            actor=acting_post(case.viewer("S001")),
            given=Given(matter="firm_request", lead=firms.org("mun")),
            version=None,
        )


# --- the screens ----------------------------------------------------------------------------------


def test_the_desk_sees_its_steps_its_contact_and_its_list(firms: CaseTown) -> None:
    case = ask(firms)
    page = queries.case_page(firms.viewer("S001"), case.id)

    keys = {step.key for step in page.steps}
    assert {"accept_dispatch", "ask_info", "decline", "hand_over", "merge"} <= keys
    assert "accept" not in keys
    assert page.reports[0].phone == "13800138000"
    assert [c.id for c in queries.list_page(firms.viewer("S001")).items] == [case.id]
    assert sum(queries.waiting_counts(firms.viewer("S001")).values()) == 1
    case.dispatch("11-09 09:05", condition=PLAIN)
    assert queries.case_page(firms.viewer("S001"), case.id).reports[0].phone is None
    case.acknowledge("11-09 09:20").dispose("11-09 10:00", photo=False).passed("11-09 10:15")
    assert queries.case_page(firms.viewer("S001"), case.id).reports[0].phone == "13800138000"


def test_every_page_of_every_state_is_drawn(firms: CaseTown, client: Client) -> None:
    case = ask(firms)
    desk, lead = client_of(firms, "S001"), client_of(firms, "M001")

    def drawn() -> None:
        found = case.case
        title = str(
            next(s for s in catalogue().process("referral").states if s.key == found.state).title
        )
        for browser in (desk, lead) if found.lead_id else (desk,):
            page = browser.get(f"/desk/cases/{case.id}/")
            assert page.status_code == 200
            assert title in page.content.decode()
            rows = browser.get(f"/desk/cases/?order=newest&state={found.state}")
            assert found.number in rows.content.decode()
            assert browser.get("/desk/").status_code == 200
        seen = client.post(
            "/track/", {"number": case.receipt.number, "code": case.receipt.code}, follow=True
        )
        assert seen.status_code == 200
        told = client.get(
            f"/api/v1/reports/{case.receipt.number}",
            headers={"x-receipt-code": case.receipt.code},
        )
        assert (told.status_code, told.json()["stage"]) == (200, stage(case))

    drawn()
    for act in (
        lambda: case.dispatch("11-09 09:05", condition=PLAIN),
        lambda: case.acknowledge("11-09 09:20"),
        lambda: case.dispose("11-09 10:00", photo=False),
        lambda: case.passed("11-09 10:15"),
        lambda: case.call("11-09 10:30", "solved"),
    ):
        act()
        drawn()
    assert Case.objects.get(id=case.id).is_open is False


def test_its_steps_are_taken_through_the_forms(firms: CaseTown) -> None:
    case = ask(firms)
    desk, lead = client_of(firms, "S001"), client_of(firms, "M001")

    def send(browser: Client, key: str, **typed: str) -> None:
        answer = browser.post(
            f"/desk/cases/{case.id}/step/{key}/", {"version": str(case.case.version), **typed}
        )
        assert answer.status_code == 303, (key, answer.content.decode()[:2000])

    send(desk, "accept_dispatch", condition=PLAIN, lead=str(firms.org("mun")))
    send(lead, "acknowledge")
    send(lead, "progress", words="已联系企业")
    send(lead, "dispose", internal="已协调", reply="已答复", close_type="explained")
    send(desk, "pass_to_callback")
    send(desk, "log_call", report=str(case.report.id), outcome="solved", rating="5")

    assert (case.case.is_open, case.case.close_type) == (False, "explained")
