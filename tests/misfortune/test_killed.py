"""kill -9 at each statement of web, worker and ticker: all or nothing, and nothing told twice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client
from tests.cases.walking import MONDAY, RATTLING, CaseTown, case_town, staged, submit, walk
from tests.databases import Space
from tests.misfortune.killing import come_back, is_killed, points, truth
from tests.notify.telling import gateway as pretended

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
    space: Space, town: CaseTown, gateway: fake.Gateway
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
