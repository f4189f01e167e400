"""kill -9 at each statement of web, worker and ticker: all or nothing, and nothing told twice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client
from tests.cases.walking import MONDAY, RATTLING, CaseTown, case_town, staged, submit, walk
from tests.databases import Space
from tests.misfortune.killing import answer_lost, come_back, is_killed, points, truth
from tests.notify.telling import gateway as pretended
from tests.web.signing import client_of

from gridward.access import actions as access
from gridward.cases import actions
from gridward.cases.actions import Contact
from gridward.cases.errors import CaseChanged
from gridward.cases.models import Case, Clock, Report, Submission
from gridward.cases.queries.invariants import broken_invariants
from gridward.core import clock
from gridward.journal.actions import seal_pending
from gridward.journal.models import Delivery, Entry
from gridward.journal.queries import verify
from gridward.notify import fake
from gridward.notify.models import Notice
from gridward.web import limits
from gridward.web.cli import jobs

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def town(space: Space) -> Iterator[CaseTown]:
    with space.entered():
        yield case_town()


@pytest.fixture
def gateway() -> Iterator[fake.Gateway]:
    with pretended() as found:
        yield found


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The portal lets one device try as often as its server is killed."""
    monkeypatch.setattr(limits, "reports", replace(limits.reports, most=1000))


def nothing_is_half_done() -> None:
    assert {i.key: i.cases for i in broken_invariants() if i.cases} == {}
    assert actions.audit_clocks().faults == []
    assert not Delivery.objects.filter(done_at=None).exists()
    under_way = Notice.objects.exclude(state__in=("sent", "dropped"))
    assert list(under_way.filter(recipient_kind="reporter").values("key", "state")) == []


# --- actions --------------------------------------------------------------------------------------

Act = Callable[[], Any]


def to_submit(town: CaseTown) -> tuple[Act, str]:
    return partial(submit, client_id="phone-0001"), "report.submitted"


def to_dispatch(town: CaseTown) -> tuple[Act, str]:
    case = walk(town, "submitted")
    dispatch = partial(
        actions.accept_and_dispatch,
        case.id,
        by=town.viewer("S001"),
        version=case.version,
        condition=RATTLING,
        lead=town.org("mun"),
        helpers=[town.org("urb")],
        at=MONDAY + HOUR / 4,
    )
    return dispatch, "case.dispatched"


def to_dispose(town: CaseTown) -> tuple[Act, str]:
    case = walk(town, "handling")
    dispose = partial(
        actions.dispose_case,
        case.id,
        by=town.viewer("M001"),
        version=case.version,
        internal="更换胶垫三个",
        reply="三个井盖已更换胶垫",
        photos=[staged()],
        at=MONDAY + HOUR,
    )
    return dispose, "case.disposed"


def to_close(town: CaseTown) -> tuple[Act, str]:
    case = walk(town, "callback_pending")
    close = partial(
        actions.log_call,
        case.id,
        case.reports.get().id,
        by=town.viewer("S001"),
        version=case.version,
        reached=True,
        answer="solved",
        rating=5,
        at=MONDAY + 3 * HOUR,
    )
    return close, "case.closed"


@pytest.mark.parametrize("prepare", [to_submit, to_dispatch, to_dispose, to_close])
def test_an_action_killed_at_any_statement_is_done_wholly_or_not_at_all(
    space: Space, town: CaseTown, gateway: fake.Gateway, prepare: Callable[..., tuple[Act, str]]
) -> None:
    with clock.frozen(MONDAY):
        act, verb = prepare(town)
        before = truth(space)

        for point in points(space, lambda _point: act(), most=80):  # noqa: B007 - read below
            if truth(space) != before:
                break

        # killed right after the commit: everything is there, and once
        assert point > 8
        assert Entry.objects.filter(verb=verb).count() == 1
        done = truth(space)
        try:
            again = act()
        except CaseChanged:
            again = None
        assert again is None or again.again
        assert truth(space) == done
    come_back(MONDAY + 5 * HOUR)  # nobody is disturbed at noon
    nothing_is_half_done()
    told = Notice.objects.filter(recipient_kind="reporter").values_list("entry_id", "about_id")
    assert len(set(told)) == len(told) >= 1


# --- the web --------------------------------------------------------------------------------------


def test_a_form_whose_server_is_killed_at_any_statement_can_be_sent_again(
    space: Space, town: CaseTown, gateway: fake.Gateway, patient: None
) -> None:
    resident = Client(headers={"accept-language": "zh-CN"})
    page = resident.get("/report/").content.decode()
    named = re.search(r'name="client_id" value="([^"]+)"', page)
    assert named is not None
    typed = {
        "client_id": named[1],
        "words": "路口三个井盖松了",
        "lng": "113.1030",
        "lat": "22.6170",
        "phone": "13800138000",
        "send": "1",
    }

    with clock.frozen(MONDAY):
        send = partial(resident.post, "/report/", typed)
        for killed in points(space, lambda _point: send(), most=120):  # noqa: B007 - read below
            submissions = Submission.objects.count()
            assert submissions == Report.objects.count() == Case.objects.count() <= 1
            assert Entry.objects.filter(verb="report.submitted").count() == submissions
        answer = resident.post("/report/", typed)

    assert killed > 8
    assert (answer.status_code, answer["Location"]) == (303, "/report/done/?again=1")
    assert Submission.objects.count() == 1
    come_back(MONDAY)
    nothing_is_half_done()
    assert len(gateway.given) == 1


class Door:
    """One way in: `send` is what somebody sends, and sends again when no answer came.

    verb: what is noted when it is done; is_again: whether the second answer is as it should be
    """

    def __init__(self, send: Act, verb: str, is_again: Callable[[Any], bool]) -> None:
        self.send, self.verb, self.is_again = send, verb, is_again


def form_of_a_resident(town: CaseTown) -> Door:
    resident = Client(headers={"accept-language": "zh-CN"})
    page = resident.get("/report/").content.decode()
    named = re.search(r'name="client_id" value="([^"]+)"', page)
    assert named is not None
    typed = {"client_id": named[1], "words": "井盖松了", "lng": "113.1030", "lat": "22.6170"}
    send = partial(resident.post, "/report/", {**typed, "phone": "13800138000", "send": "1"})
    return Door(send, "report.submitted", lambda a: a["Location"] == "/report/done/?again=1")


def report_of_a_program(town: CaseTown) -> Door:
    told = {
        "client_id": "client-0001",
        "text": "井盖松了",
        "lng": 113.1030,
        "lat": 22.6170,
        "matter": "manhole",
        "contact": {"phone": "13800138000"},
    }
    send = partial(Client().post, "/api/v1/reports", told, content_type="application/json")
    return Door(send, "report.submitted", lambda a: a.status_code == 201 and a.json()["receipt"])


def step_of_a_program(town: CaseTown) -> Door:
    case = walk(town, "dispatched")
    viewer = town.viewer("M001")
    _id, token = access.issue_token(viewer, name="test", scopes=sorted(viewer.capabilities))
    send = partial(
        Client(headers={"authorization": f"Bearer {token}"}).post,
        f"/api/v1/cases/{case.id}/steps/acknowledge",
        {"client_id": "sync-0001"},
        content_type="application/json",
        headers={"if-match": f'"{case.version}"'},
    )
    return Door(
        send,
        "case.acknowledged",
        lambda a: a.status_code == 200 and a.json()["version"] == case.version + 1,
    )


def form_of_the_desk(town: CaseTown) -> Door:
    case = walk(town, "submitted")
    lead = str(town.org("mun"))
    send = partial(
        client_of(town, "S001").post,
        f"/desk/cases/{case.id}/step/accept_dispatch/",
        {"version": case.version, "condition": RATTLING, "lead": lead},
    )
    # the form says what it was made from: the desk is shown who has done it meanwhile
    return Door(send, "case.dispatched", lambda a: a.status_code == 409)


def reminder_of_a_reporter(town: CaseTown) -> Door:
    receipt = submit()
    (case,) = receipt.cases
    send = partial(actions.hurry_case, receipt.submission, case, form="f1", at=MONDAY + HOUR)
    return Door(send, "report.hurried", lambda _case: True)


KNOWN_BY = ("access", "auth", "axes", "django", "sessions")
"""Tables that only say who called and how often."""


@pytest.mark.parametrize(
    "door",
    [
        form_of_a_resident,
        report_of_a_program,
        step_of_a_program,
        form_of_the_desk,
        reminder_of_a_reporter,
    ],
)
def test_what_was_committed_and_never_answered_is_answered_again_and_done_once(
    space: Space,
    town: CaseTown,
    gateway: fake.Gateway,
    patient: None,
    door: Callable[[CaseTown], Door],
) -> None:
    def kept() -> dict[str, str]:
        return {t: rows for t, rows in truth(space).items() if not t.startswith(KNOWN_BY)}

    with clock.frozen(MONDAY):
        way = door(town)
        noted = Entry.objects.filter(verb=way.verb)
        answer_lost(space, way.send, noted.exists)
        done = kept()

        again = way.send()

        assert way.is_again(again)
        assert kept() == done
        assert noted.count() == 1
        assert way.is_again(way.send()) and kept() == done
    come_back(MONDAY + HOUR)
    nothing_is_half_done()
    told = Notice.objects.filter(recipient_kind="reporter").values_list("entry_id", "about_id")
    assert len(set(told)) == len(told)
    sent = [(one.to, one.text) for one in gateway.given]
    assert len(set(sent)) == len(sent) >= 1


# --- the worker -----------------------------------------------------------------------------------


def phone_of(point: int) -> str:
    return f"139{point:08d}"


def test_a_worker_killed_at_any_statement_leaves_nothing_untold_and_tells_nothing_twice(
    space: Space, town: CaseTown, gateway: fake.Gateway
) -> None:
    """From the delivery of entries to their rooms to the message at the gateway."""

    def report(point: int) -> None:
        with clock.frozen(MONDAY):
            submit(contact=Contact(phone=phone_of(point)))

    def work() -> None:
        with clock.frozen(MONDAY):
            jobs.work(lambda: False, drain=True)

    report(1)
    point = 1
    while is_killed(space, point, work):
        point += 1
        report(point)
        assert point < 200
    come_back(MONDAY)

    nothing_is_half_done()
    wanted = [phone_of(n) for n in range(1, point + 1)]
    assert sorted(one.to for one in gateway.given) == wanted
    assert Notice.objects.filter(recipient_kind="reporter").count() == point
    suggested = Entry.objects.filter(verb="case.suggested").values_list("subject_id", flat=True)
    assert len(suggested) == len(set(suggested)) == point
    assert point > 20


# --- the ticker -----------------------------------------------------------------------------------


def test_a_ticker_killed_at_any_statement_of_a_sweep_marks_once_and_ends_what_lapsed(
    space: Space, town: CaseTown
) -> None:
    due = MONDAY + 30 * DAY

    def wait(_point: int) -> Case:
        """A case that waits for details, which nobody will give."""
        case = walk(town, "submitted")
        desk = town.viewer("S001")
        return actions.ask_for_info(
            case.id, by=desk, version=case.version, words="哪个路口？", at=MONDAY + HOUR
        )

    waiting = [wait(1)]
    while is_killed(space, len(waiting), lambda: actions.sweep_clocks(now=due)):
        waiting.append(wait(len(waiting) + 1))
        assert len(waiting) < 100
    come_back(due)

    assert len(waiting) > 10
    states = Case.objects.filter(id__in=[case.id for case in waiting]).values_list("state")
    assert set(states) == {("submitted",)}, "what lapsed goes on"
    entries = Entry.objects.filter(verb__in=("clock.overdue", "case.info_lapsed"))
    told = list(entries.values_list("verb", "subject_id"))
    assert len(told) == len(set(told))
    asked = Clock.objects.filter(milestone="need_info")
    overdue = {subject for verb, subject in told if verb == "clock.overdue"}
    assert {str(each.id) for each in asked} <= overdue
    assert sum(verb == "case.info_lapsed" for verb, _subject in told) == len(waiting)
    nothing_is_half_done()


def test_a_ticker_killed_at_any_statement_of_a_seal_seals_everything_once(
    space: Space, town: CaseTown
) -> None:
    def seal(point: int) -> None:
        with clock.frozen(MONDAY + point * HOUR):  # the lease of the one killed before is over
            seal_pending()

    for killed in points(space, seal):  # noqa: B007 - read below
        assert verify().ok
        submit()
    seal(killed + 2)

    assert killed > 8
    assert not Entry.objects.filter(seal=None).exists()
    assert verify().ok
