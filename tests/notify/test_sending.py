"""Quiet hours, bundles, retries, kills, gateways that fail: told once, and what failed is seen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from benchmarks.wire import statements
from tests.cases.walking import MONDAY, CaseTown, case_of, submit, walk
from tests.jobs import run_jobs
from tests.notify.telling import gateway as pretended
from tests.notify.telling import send, set_up, told

from gridward.cases import actions as cases
from gridward.cases.actions import Contact, Told
from gridward.core import clock
from gridward.journal.rules import ActorRef
from gridward.notify import actions, fake, jobs, queries, rules, ticker
from gridward.notify.environment import SmsSettings
from gridward.notify.errors import NoSuchNotice, NoticeNotFailed
from gridward.notify.models import Notice

MINUTE = timedelta(minutes=1)
NIGHT = MONDAY.replace(hour=14)  # 22:00 in the town
OPENING = (MONDAY + timedelta(days=1)).replace(hour=0, minute=30)  # 08:30
OPERATOR = ActorRef("system", "operator")


def test_at_night_a_message_is_held_until_the_next_opening(
    town: CaseTown, gateway: fake.Gateway
) -> None:
    with clock.frozen(NIGHT):
        submit(at=NIGHT)
        assert send() == 0
    (held,) = told()
    assert (held.state, held.not_before) == ("held", OPENING)
    assert gateway.calls == 0

    with clock.frozen(OPENING):
        assert send() == 1

    assert told()[0].state == "sent"
    assert len(gateway.given) == 1


def test_an_urgent_one_goes_out_at_night(town: CaseTown, gateway: fake.Gateway) -> None:
    from gridward.core.ids import new_id

    with clock.frozen(NIGHT):
        report = case_of(submit(at=NIGHT)).reports.get()
        run_jobs()
        Notice.objects.all().delete()
        actions.tell(
            [
                actions.NewNotice(
                    key="notice.submitted",
                    source="cases",
                    entry_id=new_id(),
                    case_id=report.case_id,
                    about_id=report.id,
                    recipient_kind="reporter",
                    recipient_id=report.submission_id,
                    channel="sms",
                    urgent=True,
                )
            ]
        )

    (notice,) = told()
    assert (notice.state, notice.not_before) == ("waiting", NIGHT)


def test_what_waited_overnight_is_told_in_one_message(
    town: CaseTown, gateway: fake.Gateway
) -> None:
    with clock.frozen(NIGHT):
        walk(town, "handling", at=NIGHT)
        submit(at=NIGHT, matter="")
        run_jobs()
        assert len(told()) == 4

    with clock.frozen(OPENING):
        send()

    (given,) = gateway.given
    assert given.text.startswith("【网格服务】您反映的几件事有新进展：")
    assert "正在办理" in given.text and "事项已收到" in given.text
    assert {one.state for one in told()} == {"sent"}
    assert sum(one.bundled_into_id is None for one in told()) == 1


def test_two_people_get_a_message_each(town: CaseTown, gateway: fake.Gateway) -> None:
    with clock.frozen(MONDAY):
        submit()
        submit(contact=Contact(phone="13900139000"))

        send()

    assert sorted(one.to for one in gateway.given) == ["13800138000", "13900139000"]


def test_a_worker_killed_between_sending_and_marking_tells_once(
    town: CaseTown, gateway: fake.Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*args: Any, **kwargs: Any) -> None:
        raise Killed

    with clock.frozen(MONDAY):
        submit()
        submit()
        run_jobs()
        ids = actions.claim_due()
        with monkeypatch.context() as patched:
            patched.setattr(actions, "mark_sent", die)
            with pytest.raises(Killed):
                jobs.send_batch(ids)
        assert {one.state for one in told()} == {"sending"}
        assert len(gateway.given) == 1
        assert ticker.queue_due() == 0, "somebody has it in hand"

    with clock.frozen(MONDAY + rules.CLAIM + MINUTE):
        submit(at=MONDAY + rules.CLAIM)
        send()

    assert gateway.calls == 3
    assert len(gateway.given) == 2, "the gateway knew the first by its key"
    assert [one.state for one in told()] == ["sent"] * 3
    assert gateway.given[0].key == gateway.given[0].headers["idempotency-key"]


def test_a_gateway_that_is_down_is_asked_again_later(town: CaseTown, gateway: fake.Gateway) -> None:
    gateway.answers.append((503, {}))
    with clock.frozen(MONDAY):
        submit()
        send()
    (notice,) = told()
    assert (notice.state, notice.attempts, notice.last_error) == ("waiting", 1, "http_503")
    assert notice.next_try_at == MONDAY + MINUTE

    with clock.frozen(MONDAY + MINUTE):
        send()

    (notice,) = told()
    assert (notice.state, notice.attempts, notice.last_error) == ("sent", 2, "")
    assert len(gateway.given) == 1


def test_what_cannot_be_mended_fails_at_once_and_can_be_sent_again(
    town: CaseTown, gateway: fake.Gateway
) -> None:
    gateway.answers.append((400, {"error": "template"}))
    with clock.frozen(MONDAY):
        submit()
        send()
        (notice,) = told()
        assert (notice.state, notice.last_error) == ("failed", "http_400")
        assert [one.id for one in queries.stuck_notices()] == [notice.id]
        assert ticker.queue_due() == 0

        actions.send_again(notice.id, actor=OPERATOR)
        send()

    (notice,) = told()
    assert (notice.state, notice.attempts) == ("sent", 1)
    assert queries.stuck_notices() == []
    assert len(gateway.given) == 1


def test_only_what_failed_is_sent_again(town: CaseTown, gateway: fake.Gateway) -> None:
    with clock.frozen(MONDAY):
        submit()
        send()
        (notice,) = told()

        with pytest.raises(NoticeNotFailed):
            actions.send_again(notice.id, actor=OPERATOR)
        with pytest.raises(NoSuchNotice):
            actions.send_again(UUID(int=7), actor=OPERATOR)

    assert told()[0].state == "sent"
    assert len(gateway.given) == 1


def test_after_the_last_try_it_has_failed(town: CaseTown, gateway: fake.Gateway) -> None:
    gateway.answers += [(500, {})] * 10
    moment = MONDAY
    for _ in range(len(rules.PAUSES) + 1):
        with clock.frozen(moment):
            if moment == MONDAY:
                submit()
            send()
            (notice,) = told()
        moment = notice.next_try_at or moment

    assert (notice.state, notice.attempts) == ("failed", 6)
    assert gateway.calls == 6
    assert gateway.given == []


def test_one_that_is_refused_does_not_stop_the_others(
    town: CaseTown, gateway: fake.Gateway
) -> None:
    gateway.answers.append((422, {}))
    with clock.frozen(MONDAY):
        submit()
        submit(contact=Contact(phone="13900139000"))

        send()

    assert sorted(one.state for one in told()) == ["failed", "sent"]
    assert len(gateway.given) == 1


def test_a_gateway_that_does_not_answer_is_left_alone_for_the_rest_of_the_batch(
    town: CaseTown,
) -> None:
    with pretended() as gateway:
        gateway.answers += [(503, {})] * 10
        with clock.frozen(MONDAY):
            for n in range(6):
                submit(contact=Contact(phone=f"1390013900{n}"))

            send()

        assert gateway.calls == rules.DOWN_AFTER
        assert [one.attempts for one in told()] == [1, 1, 1, 0, 0, 0]
        assert {one.state for one in told()} == {"waiting"}


def test_nobody_listening_is_a_reason_to_wait(town: CaseTown) -> None:
    with pretended() as gateway, clock.frozen(MONDAY):
        submit()
        run_jobs()
        address = gateway.address
    with set_up(sms=SmsSettings(way="fake"), fake=address, seconds=2.0), clock.frozen(MONDAY):
        send()

    (notice,) = told()
    assert (notice.state, notice.last_error) == ("waiting", "no_connection")


def test_when_its_leader_is_dropped_the_rest_goes_its_own_way(
    town: CaseTown, gateway: fake.Gateway
) -> None:
    with clock.frozen(MONDAY):
        submit()
        submit()
        run_jobs()
        first, second = told()
        Notice.objects.update(state="sending")
        actions.bind_bundles(
            [
                rules.Outgoing(
                    rules.Composed(first.id, "sms", ("1",), "a", "text"), "text", (second.id,)
                )
            ]
        )

        actions.drop(first.id, reason="gone")
        send()

    assert [one.state for one in told()] == ["dropped", "sent"]
    assert len(gateway.given) == 1


def test_what_was_taken_and_not_tried_goes_back_as_it_was(
    town: CaseTown, gateway: fake.Gateway
) -> None:
    with clock.frozen(MONDAY):
        submit()
        run_jobs()
        ids = actions.claim_due()

        actions.put_back(ids)

    (notice,) = told()
    assert (notice.state, notice.attempts) == ("waiting", 0)


def test_a_mark_that_comes_late_changes_nothing(town: CaseTown, gateway: fake.Gateway) -> None:
    with clock.frozen(MONDAY):
        submit()
        send()
        (notice,) = told()

        assert actions.mark_failed(notice.id, error="late", for_good=True) == "sent"

    assert told()[0].state == "sent"


def test_old_notices_are_cleared_and_what_is_under_way_stays(
    town: CaseTown, gateway: fake.Gateway
) -> None:
    with clock.frozen(MONDAY):
        submit()
        send()
        submit()
        run_jobs()

        gone = actions.clear_notices(MONDAY + MINUTE)

    assert gone >= 1
    assert [one.state for one in told()] == ["waiting"]


def test_sending_costs_the_same_reads_for_two_and_for_twenty(
    town: CaseTown, gateway: fake.Gateway
) -> None:
    from gridward.notify.sources import compose

    def reads(count: int) -> int:
        with clock.frozen(MONDAY):
            Notice.objects.all().delete()
            for n in range(count):
                submit(contact=Contact(phone=f"13900139{n:03d}"))
            run_jobs()
            rows = told()
            assert len(rows) == count
            compose(rows)
            with statements() as found:
                compose(rows)
            return len(found)

    assert reads(2) == reads(20)


def test_a_report_costs_no_more_statements_for_its_notices(
    town: CaseTown, gateway: fake.Gateway
) -> None:
    def cost() -> int:
        with statements() as found:
            submit(at=MONDAY)
        return len(found)

    with clock.frozen(MONDAY):
        cost()
        on = cost()
    with clock.frozen(MONDAY), set_up():
        off = cost()

    assert on == off <= 14


def test_cases_of_four_matters_are_acknowledged_in_one_message(
    town: CaseTown, gateway: fake.Gateway
) -> None:
    with clock.frozen(MONDAY):
        cases.submit_report(
            [Told(words=f"第{n}件", matter="manhole") for n in range(4)],
            contact=Contact(phone="13800138000"),
            at=MONDAY,
        )

        send()

    (given,) = gateway.given
    assert "已收到" in given.text and len(given.text) <= 140
    assert [one.state for one in told()] == ["sent"] * 4
