"""Restricted matters: at every door, only who may know of them learns that there are any."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from tests.cases.walking import (
    HERE,
    MONDAY,
    CaseTown,
    case_of,
    staged,
    submit,
    walk,
)
from tests.town import ACTOR, LONG_AGO

from gridward.access import actions as access
from gridward.access.rules import Viewer
from gridward.cases import actions, errors, handlers, queries
from gridward.cases.models import Case, CaseFile, SearchDoc
from gridward.cases.queries.briefs import day_brief
from gridward.cases.queries.figures import figures
from gridward.cases.queries.photos import photo_of_case
from gridward.core import clock
from gridward.core.errors import NotFound
from gridward.core.ids import new_id
from gridward.directory import actions as directory
from gridward.directory import queries as people
from gridward.directory.actions import NewPerson, NewPost
from gridward.journal import queries as journal
from gridward.tasks import queries as tasks
from gridward.vault import queries as vault
from gridward.web.ui.sessions import BACKEND, POST, SEEN

MATTERS = ("harm_lead", "family_violence")
CONDITIONS = {"harm_lead": "harm_lead.lead", "family_violence": "family_violence.risk"}
WORDS = "三楼住户昨晚十点报过警"
EVERYBODY = (
    "D001", "D002", "D003", "M001", "U001", "S001", "S002",
    "C001", "C002", "C003", "C004", *(f"G00{n}" for n in range(1, 9)),
)  # fmt: skip
CHIEF, OFFICER = "D002", "P001"
UNAWARE = tuple(number for number in EVERYBODY if number != CHIEF)


@pytest.fixture
def guarded(town: CaseTown) -> CaseTown:
    """The town with a protection officer at the district's desk."""
    post = NewPost("protection_desk", town.org("district"), None)
    (person,) = directory.create_people(
        [NewPerson(OFFICER, "保护员", "", "none", (post,))], actor=ACTOR, at=LONG_AGO
    )
    access.open_accounts([person], actor=ACTOR, at=LONG_AGO)
    town.town.people[OFFICER] = person
    town.town.posts[OFFICER] = people.posts_of_person(person)[0].post_id
    return town


def told(matter: str = "family_violence") -> tuple[actions.Receipt, Case]:
    receipt = submit(words=WORDS, matter=matter)
    return receipt, case_of(receipt)


def led(town: CaseTown, case: Case, by: str = OFFICER, lead: str = "mun") -> Case:
    return actions.accept_and_dispatch(
        case.id,
        by=town.viewer(by),
        version=case.version,
        condition=CONDITIONS[case.matter],
        lead=town.org(lead),
        at=MONDAY + timedelta(minutes=2),
    )


def explained(town: CaseTown, number: str, case: Case) -> Viewer:
    """Somebody who has said why they open the case."""
    viewer = town.viewer(number)
    actions.open_restricted(case.id, by=viewer, reason="值班交接，核对报警情况")
    return viewer


def listed(viewer: Viewer, **asked: Any) -> list[UUID]:
    found = [queries.list_page(viewer, order=order, **asked) for order in ("due", "newest")]
    return [card.id for page in found for card in page.items]


# --- who knows ----------------------------------------------------------------------------------


@pytest.mark.parametrize("matter", MATTERS)
def test_both_matters_are_restricted_from_their_first_moment(town: CaseTown, matter: str) -> None:
    _, case = told(matter)

    assert (case.sensitivity, case.holder_id) == (2, town.org("district"))
    assert not SearchDoc.objects.filter(case=case).exists()


def test_no_list_of_anybody_unaware_holds_it(guarded: CaseTown) -> None:
    _receipt, case = told()
    grounds = [guarded.town.district, *guarded.town.streets, *guarded.town.grids]

    for number in UNAWARE:
        viewer = guarded.viewer(number)
        assert listed(viewer) == [], number
        assert listed(viewer, mine=True) == [], number
        assert listed(viewer, state=case.state) == [], number
        for area in grounds:
            assert listed(viewer, area=area) == [], (number, area)


def test_the_chief_and_the_officer_find_it_on_their_lists(guarded: CaseTown) -> None:
    _, case = told()
    street = next(s for s in guarded.town.streets if s in case.chain)

    for number in (CHIEF, OFFICER):
        viewer = guarded.viewer(number)
        assert listed(viewer) == [case.id, case.id], number
        assert listed(viewer, area=street) == [case.id, case.id], number


@pytest.mark.parametrize("asked", ["三楼住户", "家庭暴力", "number", "receipt"])
def test_no_search_of_anybody_unaware_finds_it(guarded: CaseTown, asked: str) -> None:
    receipt, case = told()
    query = {"number": case.number, "receipt": receipt.number}.get(asked, asked)

    for number in UNAWARE:
        assert queries.list_page(guarded.viewer(number), query=query).items == [], number


def test_nobody_finds_it_by_words_and_who_may_know_finds_it_by_number(guarded: CaseTown) -> None:
    receipt, case = told()

    for number in (CHIEF, OFFICER):
        viewer = guarded.viewer(number)
        assert queries.list_page(viewer, query="三楼住户").items == []
        for query in (case.number, receipt.number):
            assert [c.id for c in queries.list_page(viewer, query=query).items] == [case.id]


def test_its_page_answers_the_unaware_as_if_it_did_not_exist(guarded: CaseTown) -> None:
    _, case = told()

    for number in UNAWARE:
        viewer = guarded.viewer(number)
        answers = []
        for id in (case.id, new_id()):
            with pytest.raises(NotFound) as said:
                queries.case_page(viewer, id)
            answers.append((type(said.value), said.value.message, said.value.params))
        assert answers[0] == answers[1], number


def test_its_page_opens_for_who_may_know(guarded: CaseTown) -> None:
    _, case = told()

    for number in (CHIEF, OFFICER):
        page = queries.case_page(explained(guarded, number, case), case.id)
        assert (page.case.restricted, page.case.summary) == (True, "")


def test_nothing_of_it_is_counted_for_the_unaware(guarded: CaseTown) -> None:
    told()

    for number in UNAWARE:
        viewer = guarded.viewer(number)
        counted = figures(viewer, MONDAY + timedelta(hours=1))
        assert queries.waiting_counts(viewer) == {}, number
        told_today = day_brief(viewer, MONDAY + timedelta(hours=1)).total.received
        assert (counted.total.open, told_today) == (0, 0), number
    assert sum(queries.waiting_counts(guarded.viewer(OFFICER)).values()) == 1
    assert figures(guarded.viewer(CHIEF), MONDAY + timedelta(hours=1)).total.open == 1


# --- the organisation in lead --------------------------------------------------------------------


def test_the_organisation_in_lead_sees_it_and_no_other(guarded: CaseTown) -> None:
    case = led(guarded, told()[1])

    assert listed(guarded.viewer("M001")) == [case.id, case.id]
    assert queries.case_page(explained(guarded, "M001", case), case.id).case.restricted
    assert sum(queries.waiting_counts(guarded.viewer("M001")).values()) == 1
    for number in UNAWARE:
        if number != "M001":
            assert listed(guarded.viewer(number)) == [], number


def test_a_station_in_lead_sees_it_though_its_role_reaches_over_an_area(guarded: CaseTown) -> None:
    _, case = told()
    station = next(n for n, a in enumerate(guarded.town.communities, 1) if a in case.chain)
    case = led(guarded, case, lead=f"station-{station}")

    for number in ("C001", "C002", "C003", "C004"):
        viewer = guarded.viewer(number)
        mine = viewer.organisation_id == case.lead_id
        assert listed(viewer) == ([case.id, case.id] if mine else []), number


def test_an_organisation_that_only_helps_does_not_learn_of_it(guarded: CaseTown) -> None:
    _, case = told()
    actions.accept_and_dispatch(
        case.id,
        by=guarded.viewer(OFFICER),
        version=case.version,
        condition=CONDITIONS[case.matter],
        lead=guarded.org("mun"),
        helpers=[guarded.org("urb")],
        at=MONDAY,
    )

    assert listed(guarded.viewer("U001")) == []
    with pytest.raises(NotFound):
        queries.case_for(guarded.viewer("U001"), case.id)


# --- steps --------------------------------------------------------------------------------------


def steps(town: CaseTown, viewer: Viewer) -> dict[str, Callable[[UUID, int], object]]:
    mun = town.org("mun")
    return {
        "accept": lambda i, v: actions.accept_case(i, by=viewer, version=v),
        "accept_dispatch": lambda i, v: actions.accept_and_dispatch(
            i, by=viewer, version=v, condition="family_violence.risk", lead=mun
        ),
        "decline": lambda i, v: actions.decline_case(i, by=viewer, version=v, reason="police"),
        "hand_over": lambda i, v: actions.hand_over(
            i, by=viewer, version=v, level="street", words="x"
        ),
        "acknowledge": lambda i, v: actions.acknowledge_case(i, by=viewer, version=v),
        "void": lambda i, v: actions.void_case(i, by=viewer, version=v, reason="test"),
        "any": lambda i, v: actions.take_step(
            i, "progress", actor=actions.acting_post(viewer), version=v
        ),
    }


def test_a_step_of_the_unaware_is_refused_as_if_it_did_not_exist(guarded: CaseTown) -> None:
    _, case = told()

    for number in UNAWARE:
        for key, take in steps(guarded, guarded.viewer(number)).items():
            for version in (case.version, case.version + 7):
                with pytest.raises(NotFound) as said:
                    take(case.id, version)
                assert said.value.code == "not_found", (number, key)
    assert Case.objects.get(id=case.id).version == case.version


def test_nobody_can_join_a_case_to_one_that_they_may_not_see(guarded: CaseTown) -> None:
    _, hidden = told()
    case = case_of(submit(matter=""))

    for master in (hidden.id, new_id()):
        with pytest.raises(NotFound):
            actions.merge_case(
                case.id, by=guarded.viewer("S001"), version=case.version, master=master
            )


def test_a_matter_chosen_as_restricted_takes_the_case_out_of_every_list(guarded: CaseTown) -> None:
    case = case_of(submit(words=WORDS, matter=""))
    before = listed(guarded.viewer("S001"))
    actions.accept_and_dispatch(
        case.id,
        by=guarded.viewer("S001"),
        version=case.version,
        matter="harm_lead",
        condition="harm_lead.lead",
        lead=guarded.org("mun"),
        at=MONDAY,
    )

    assert before == [case.id, case.id]
    assert listed(guarded.viewer("S001")) == []
    assert not SearchDoc.objects.filter(case=case).exists()
    assert queries.list_page(guarded.viewer("S001"), query="三楼住户").items == []


def test_nobody_is_sent_to_look_at_it(guarded: CaseTown) -> None:
    case = led(guarded, told()[1])
    handler = guarded.viewer("M001")
    case = actions.acknowledge_case(case.id, by=handler, version=case.version, at=MONDAY)
    case = actions.dispose_case(
        case.id, by=handler, version=case.version, internal="已移交", reply="已移交", at=MONDAY
    )
    officer = explained(guarded, OFFICER, case)

    assert case.check_on_site is False
    assert "send_to_check" not in {s.key for s in queries.case_page(officer, case.id).steps}
    with pytest.raises(errors.StaysWithFew):
        actions.send_to_check(case.id, by=officer, version=case.version)
    for number in EVERYBODY:
        assert not tasks.has_task_about(guarded.viewer(number), case.id)


# --- photos and words -----------------------------------------------------------------------------


def test_a_report_of_it_takes_no_photo(town: CaseTown) -> None:
    with pytest.raises(errors.RestrictedWords):
        actions.submit_report(
            [actions.Told(words=WORDS, place=HERE, matter="harm_lead", photos=(staged(),))],
            staged_by="test",
        )

    assert (Case.objects.count(), CaseFile.objects.count()) == (0, 0)


@pytest.mark.parametrize("verb", ["return", "dispose"])
def test_no_step_of_it_takes_a_photo(guarded: CaseTown, verb: str) -> None:
    case = led(guarded, told()[1])
    handler = guarded.viewer("M001")
    if verb == "dispose":
        case = actions.acknowledge_case(case.id, by=handler, version=case.version, at=MONDAY)

    with pytest.raises(errors.RestrictedWords):
        if verb == "return":
            actions.return_case(
                case.id,
                by=handler,
                version=case.version,
                words="不是我们的",
                photos=[staged()],
                at=MONDAY,
            )
        else:
            actions.dispose_case(
                case.id,
                by=handler,
                version=case.version,
                internal="已移交",
                reply="已移交",
                photos=[staged()],
                at=MONDAY,
            )

    assert not CaseFile.objects.filter(case=case).exists()
    assert Case.objects.get(id=case.id).version == case.version


def test_a_photo_from_before_the_matter_was_known_is_shown_to_few(guarded: CaseTown) -> None:
    receipt = actions.submit_report(
        [actions.Told(words=WORDS, place=HERE, photos=(staged(),))], staged_by="test", at=MONDAY
    )
    case = case_of(receipt)
    photo = CaseFile.objects.get(case=case).id
    assert photo_of_case(guarded.viewer("S001"), case.id, photo)
    actions.accept_and_dispatch(
        case.id,
        by=guarded.viewer("S001"),
        version=case.version,
        matter="harm_lead",
        condition="harm_lead.lead",
        lead=guarded.org("mun"),
        at=MONDAY,
    )

    for number in UNAWARE:
        if number != "M001":
            with pytest.raises(NotFound):
                photo_of_case(guarded.viewer(number), case.id, photo)


def test_suggestions_name_no_other_case(guarded: CaseTown) -> None:
    """Whatever is suggested for an open matter never points to a hidden one."""
    told()
    _, case = told()
    entry = next(e for e in journal.timeline([case.reports.get().id]))
    handlers.suggest(entry.id)

    suggested = [e for e in journal.timeline([case.id]) if e.verb == "case.suggested"]
    assert [e.details["duplicates"] for e in suggested] == [[]]


# --- the reporter's door --------------------------------------------------------------------------


def test_the_reporter_follows_it_with_number_and_code_only(client: Client, town: CaseTown) -> None:
    receipt, _case = told()
    address = f"/api/v1/reports/{receipt.number}"

    right = client.get(address, headers={"x-receipt-code": receipt.code})
    wrong = client.get(address, headers={"x-receipt-code": "AAAAAA"})
    nowhere = client.get(
        "/api/v1/reports/" + submit(at=MONDAY).number, headers={"x-receipt-code": "AAAAAA"}
    )

    assert (right.status_code, wrong.status_code, nowhere.status_code) == (200, 404, 404)
    assert WORDS not in right.content.decode()
    without = ("instance", "request")
    assert {k: v for k, v in wrong.json().items() if k not in without} == {
        k: v for k, v in nowhere.json().items() if k not in without
    }


def test_the_track_page_marks_it_so_that_words_stay_away(town: CaseTown) -> None:
    receipt, _ = told()

    (report,) = queries.track(receipt.number, receipt.code).reports

    assert (report.restricted, report.photos) == (True, [])


# --- the screens ----------------------------------------------------------------------------------


def browser_of(town: CaseTown, number: str) -> Client:
    from gridward.access.models import Account

    client = Client()
    client.force_login(Account.objects.get(id=town.town.account(number)), backend=BACKEND)
    session = client.session
    session[POST] = str(town.town.posts[number])
    session[SEEN] = int(clock.now().timestamp())
    session.save()
    return client


@pytest.mark.parametrize("number", [n for n in UNAWARE if n < "G002"] + ["G008"])
def test_no_screen_of_anybody_unaware_tells_of_it(guarded: CaseTown, number: str) -> None:
    receipt, case = told()
    browser = browser_of(guarded, number)
    for address in (
        "/desk/",
        "/desk/cases/",
        "/desk/cases/?order=newest",
        f"/desk/cases/?state={case.state}",
        f"/desk/cases/?area={guarded.town.streets[0]}",
        "/desk/cases/?q=" + case.number,
        "/desk/cases/?q=" + receipt.number,
        "/desk/cases/?q=" + WORDS[:4],
        "/desk/overview/",
        "/field/",
    ):
        answer = browser.get(address, follow=True)
        text = answer.content.decode()
        assert answer.status_code in (200, 403), address
        assert str(case.id) not in text, address
        assert WORDS[:4] not in text.replace(f'value="{WORDS[:4]}"', ""), address
        if "q=" not in address:
            assert case.number not in text, address

    there = browser.get(f"/desk/cases/{case.id}/")
    nowhere = browser.get(f"/desk/cases/{new_id()}/")
    assert there.status_code == nowhere.status_code == 404
    for key in ("accept_dispatch", "void", "progress", "merge", "nothing"):
        answers = [
            browser.post(f"/desk/cases/{id}/step/{key}/", {"version": "1", "words": "x"})
            for id in (case.id, new_id())
        ]
        assert [a.status_code for a in answers] == [404, 404], key


@pytest.mark.parametrize("number", [CHIEF, OFFICER])
def test_the_screens_of_who_may_know_show_it_without_words(guarded: CaseTown, number: str) -> None:
    _, case = told()
    browser = browser_of(guarded, number)

    asked = browser.get(f"/desk/cases/{case.id}/")
    said = browser.post(f"/desk/cases/{case.id}/open/", {"reason": "值班交接，核对报警情况"})
    page = browser.get(f"/desk/cases/{case.id}/")
    rows = browser.get("/desk/cases/").content.decode()

    assert "本次查看会被记录" in asked.content.decode()
    assert case.number not in asked.content.decode()
    assert (said.status_code, page.status_code) == (303, 200)
    assert case.number in page.content.decode()
    assert str(case.id) in rows
    assert WORDS not in rows


# --- a reason to open it --------------------------------------------------------------------------


def test_even_who_may_know_reads_it_after_a_reason_only(guarded: CaseTown) -> None:
    _, case = told()
    chief = guarded.viewer(CHIEF)

    with pytest.raises(errors.ReasonNeeded):
        queries.case_page(chief, case.id)
    explained(guarded, OFFICER, case)
    with pytest.raises(errors.ReasonNeeded):
        queries.case_page(chief, case.id)  # another's reason opens nothing for the chief


@pytest.mark.parametrize("reason", ["", "看看", "      ", "aaaaaaaaaa"])
def test_a_reason_is_a_few_words(guarded: CaseTown, reason: str) -> None:
    _, case = told()

    with pytest.raises(errors.OwnReasonMissing):
        actions.open_restricted(case.id, by=guarded.viewer(CHIEF), reason=reason)

    assert not journal.happened("case.opened_with_reason", [case.id])


def test_every_opening_is_recorded_and_its_reason_is_not_in_the_journal(guarded: CaseTown) -> None:
    _, case = told()
    chief = explained(guarded, CHIEF, case)

    (line,) = journal.happened("case.opened_with_reason", [case.id])
    (text,) = vault.texts_of_entries([line.id])[line.id]
    assert (line.actor_id, list(line.details)) == (str(chief.post_id), ["reason"])
    assert text.text == "值班交接，核对报警情况"
    assert vault.commitment_of(text.id) == line.details["reason"]
    assert text.text not in " ".join(
        " ".join(item.words) for item in queries.case_page(chief, case.id).timeline
    )


def test_a_reason_holds_for_half_an_hour(guarded: CaseTown) -> None:
    _, case = told()
    with clock.frozen(MONDAY):
        chief = explained(guarded, CHIEF, case)

    with clock.frozen(MONDAY + timedelta(minutes=29)):
        assert queries.case_page(chief, case.id).case.restricted
    with clock.frozen(MONDAY + timedelta(minutes=31)), pytest.raises(errors.ReasonNeeded):
        queries.case_page(chief, case.id)


def test_who_may_not_know_learns_nothing_from_asking_with_a_reason(guarded: CaseTown) -> None:
    _, case = told()

    for number in UNAWARE:
        for id in (case.id, new_id()):
            with pytest.raises(NotFound):
                actions.open_restricted(id, by=guarded.viewer(number), reason="例行检查需要看一下")
    assert not journal.happened("case.opened_with_reason", [case.id])


def test_no_number_of_it_is_shown_for_any_reason(guarded: CaseTown) -> None:
    receipt = submit(words=WORDS, matter="family_violence", contact=actions.Contact("13800138000"))
    case = case_of(receipt)
    report = case.reports.get()

    for number in (CHIEF, OFFICER):
        with pytest.raises(errors.ContactNotShown):
            actions.reveal_contact(
                case.id, report.id, by=guarded.viewer(number), reason="需要联系报告人核实"
            )
    for number in UNAWARE:
        with pytest.raises((NotFound, errors.ContactNotShown)):
            actions.reveal_contact(
                case.id, report.id, by=guarded.viewer(number), reason="需要联系报告人核实"
            )
        viewer = guarded.viewer(number)
        if viewer.may_any("case.accept", "case.callback"):
            assert actions.find_by_phone("13800138000", by=viewer, reason="有人来电查询") == []
    assert not journal.happened("case.contact_revealed", [case.id])


@pytest.mark.parametrize("number", [n for n in UNAWARE if n < "G002"] + ["G008"])
def test_the_doors_of_numbers_and_words_are_shut_to_the_unaware(
    guarded: CaseTown, number: str
) -> None:
    _, case = told()
    report = case.reports.get()
    browser = browser_of(guarded, number)

    for address in (
        f"/desk/cases/{case.id}/open/",
        f"/desk/cases/{case.id}/reports/{report.id}/number/",
        f"/desk/cases/{case.id}/reports/{report.id}/words/",
    ):
        form = {"reason": "例行检查需要看一下", "version": "1", "words": "x"}
        there = browser.post(address, form)
        nowhere = browser.post(address.replace(str(case.id), str(new_id())), form)
        assert there.status_code == nowhere.status_code, address
        assert there.status_code in (403, 404), address
        assert WORDS not in there.content.decode()


def test_an_everyday_case_beside_it_is_shown_as_ever(guarded: CaseTown) -> None:
    told()
    case = walk(guarded, "dispatched")

    assert listed(guarded.viewer("S001")) == [case.id, case.id]
    assert json.dumps(queries.waiting_counts(guarded.viewer("M001"))) == '{"dispatched": 1}'
