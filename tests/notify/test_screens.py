"""The inbox of staff, its count, the operator's page and its command."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from uuid import UUID

import pytest
from benchmarks.wire import statements
from django.core.management import call_command
from django.test import Client
from tests.cases.walking import MONDAY, CaseTown, submit, walk
from tests.jobs import run_jobs
from tests.notify.telling import gateway as pretended
from tests.notify.telling import send, set_up, told
from tests.web.signing import client_of

from gridward.cases import actions as cases
from gridward.core import clock
from gridward.notify import actions, fake, queries
from gridward.notify.environment import SmsSettings
from gridward.notify.errors import NoSuchItem, SendingFailed
from gridward.notify.models import InboxItem
from gridward.web.cli.base import NotOk


def browser(town: CaseTown, number: str) -> Client:
    """A signed-in member of staff's browser, in Chinese."""
    return client_of(town, number)


def test_new_work_stands_in_the_inbox_of_the_desk_until_somebody_reads_it(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        receipt = submit()
        run_jobs()
        desk = browser(town, "S001")

        page = desk.get("/desk/inbox/")
        (item,) = InboxItem.objects.all()
        opened = desk.post("/desk/inbox/", {"open": str(item.id)})

    assert "新事件：" in page.content.decode()
    assert "请在 11月9日" in page.content.decode()
    assert opened.status_code == 303
    assert opened["Location"] == f"/desk/cases/{receipt.cases[0]}/"
    item.refresh_from_db()
    assert (item.read_at, item.read_by) == (MONDAY, town.town.posts["S001"])


def test_the_organisation_is_told_that_it_comes_again_because_it_is_not_solved(
    town: CaseTown,
) -> None:
    with clock.frozen(MONDAY + timedelta(hours=3)):
        case = walk(town, "callback_pending", at=MONDAY)
        run_jobs()
        cases.log_call(
            case.id,
            case.reports.get().id,
            by=town.viewer("S001"),
            version=case.version,
            reached=True,
            answer="no",
        )
        run_jobs()
        department = browser(town, "M001").get("/desk/inbox/").content.decode()

    assert department.count("没有解决，请重新办理：") == 1
    assert department.count("派给你单位：") == 1


def test_the_organisation_is_told_its_work_and_the_worker_the_task(town: CaseTown) -> None:
    with clock.frozen(MONDAY + timedelta(hours=3)):
        walk(town, "closure_checking", at=MONDAY)
        run_jobs()
        department = browser(town, "M001").get("/desk/inbox/").content.decode()
        post = InboxItem.objects.exclude(post=None).get()
        number = next(n for n, p in town.town.posts.items() if p == post.post_id)
        worker = browser(town, number)
        page = worker.get("/field/inbox/").content.decode()
        opened = worker.post("/field/inbox/", {"open": str(post.id)})

    assert "派给你单位：" in department and "依据：" in department
    assert "请到现场" in page
    assert opened["Location"] == f"/field/check/{post.task_id}/"


def test_nobody_reads_anothers_inbox(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        submit()
        run_jobs()
        (item,) = InboxItem.objects.all()
        other = town.viewer("S002")

        with pytest.raises(NoSuchItem):
            actions.read_items(other, [item.id])
        assert actions.read_items(other) == 0
        assert browser(town, "S002").post("/desk/inbox/", {"open": str(item.id)}).status_code == 404

    item.refresh_from_db()
    assert item.read_at is None


def test_a_grid_worker_does_not_read_what_the_station_was_told(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        submit(matter="neighbour_dispute")
        run_jobs()

        assert queries.unread_of(town.viewer("C001")).number == 1
        assert queries.unread_of(town.viewer("G001")).number == 0


def test_all_is_read_at_once_and_twice_changes_nothing(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        submit()
        submit()
        run_jobs()
        desk = browser(town, "S001")

        first = desk.post("/desk/inbox/", {"all": "1"})
        with clock.frozen(MONDAY + timedelta(minutes=1)):
            desk.post("/desk/inbox/", {"all": "1"})

    assert first.status_code == 303
    assert set(InboxItem.objects.values_list("read_at", flat=True)) == {MONDAY}


def test_the_count_says_what_is_new_and_costs_no_body_when_nothing_is(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        desk = browser(town, "S001")
        empty = desk.get("/desk/inbox/count")
        again = desk.get("/desk/inbox/count", headers={"If-None-Match": empty["ETag"]})
        submit()
        run_jobs()
        full = desk.get("/desk/inbox/count", headers={"If-None-Match": empty["ETag"]})

    assert empty.json() == {"unread": 0, "waiting": 0, "newest": ""}
    assert (again.status_code, again.content) == (304, b"")
    told_now = full.json()
    assert (told_now["unread"], told_now["waiting"]) == (1, 1)
    assert UUID(told_now["newest"]) == InboxItem.objects.get().id


def test_the_inbox_costs_the_same_for_two_and_for_forty(town: CaseTown) -> None:
    def cost(many: int) -> int:
        for n in range(many):
            submit(at=MONDAY + timedelta(seconds=n))
        run_jobs()
        desk.get("/desk/inbox/")
        with statements() as found:
            assert desk.get("/desk/inbox/").status_code == 200
        return len(found)

    with clock.frozen(MONDAY):
        desk = browser(town, "S001")
        few = cost(2)
        assert cost(38) == few


def test_a_case_that_became_restricted_says_nothing_in_the_inbox(town: CaseTown) -> None:
    from gridward.cases.models import Case

    with clock.frozen(MONDAY):
        submit()
        run_jobs()
        Case.objects.update(sensitivity=2)

        page = browser(town, "S001").get("/desk/inbox/").content.decode()

    assert "你经手的事件有变化" in page
    assert "井盖" not in page


# --- the operator ---------------------------------------------------------------------------------


@pytest.fixture
def operator(town: CaseTown) -> Client:
    """A system administrator's browser."""
    from tests.town import ACTOR, LONG_AGO

    from gridward.access import actions as access
    from gridward.directory import actions as directory
    from gridward.directory import queries as posts
    from gridward.directory.actions import NewPerson, NewPost

    post = NewPost("system_admin", town.town.organisations["district"], None)
    (person,) = directory.create_people(
        [NewPerson("A001", "管理员", "", "none", (post,))], actor=ACTOR, at=LONG_AGO
    )
    access.open_accounts([person], actor=ACTOR, at=LONG_AGO)
    town.town.people["A001"] = person
    town.town.posts["A001"] = posts.posts_of_person(person)[0].post_id
    return browser(town, "A001")


def test_the_operator_sees_what_failed_without_a_number_and_sends_it_again(
    town: CaseTown, operator: Client, gateway: fake.Gateway
) -> None:
    gateway.answers.append((403, {}))
    with clock.frozen(MONDAY):
        submit()
        send()
        (notice,) = told()
        page = operator.get("/desk/notices/?state=failed").content.decode()

        sent = operator.post("/desk/notices/", {"notice": str(notice.id)})
        twice = operator.post("/desk/notices/", {"notice": str(notice.id)})
        send()

    assert "收到反映" in page and "服务方不允许发送" in page
    assert "13800138000" not in page and "井盖" not in page
    assert (sent.status_code, twice.status_code) == (303, 303)
    assert told()[0].state == "sent"
    assert len(gateway.given) == 1


def test_only_the_operator_sees_what_was_sent(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        assert browser(town, "S001").get("/desk/notices/").status_code == 403
        assert browser(town, "D002").post("/desk/notices/", {"notice": "x"}).status_code == 403


def test_the_page_of_the_operator_is_there_when_nothing_was_sent(
    town: CaseTown, operator: Client
) -> None:
    with clock.frozen(MONDAY):
        page = operator.get("/desk/notices/").content.decode()

    assert "还没有发送过消息" in page
    assert page.count("未启用，不发送。") == 3


def test_the_operators_list_costs_the_same_for_two_and_for_forty(
    town: CaseTown, operator: Client, gateway: fake.Gateway
) -> None:
    def cost(many: int) -> int:
        for _ in range(many):
            submit()
        run_jobs()
        operator.get("/desk/notices/")
        with statements() as found:
            assert operator.get("/desk/notices/").status_code == 200
        return len(found)

    with clock.frozen(MONDAY):
        few = cost(2)
        assert cost(38) == few


def told_by(*arguments: str) -> dict[str, object]:
    said = StringIO()
    call_command("notices", *arguments, "--json", stdout=said, stderr=StringIO())
    found: dict[str, object] = json.loads(said.getvalue())
    return found


def test_the_command_lists_what_is_stuck_and_sends_it_again(
    town: CaseTown, gateway: fake.Gateway
) -> None:
    gateway.answers.append((400, {}))
    with clock.frozen(MONDAY):
        submit()
        send()
        with pytest.raises(NotOk):
            call_command("notices", "stuck", stdout=StringIO())
        listed = told_by("list", "--state", "failed")

        told_by("send-again", "--all")
        send()

        assert told_by("stuck") == {"ok": True, "notices": []}
    assert [one["key"] for one in listed["notices"]] == ["notice.submitted"]  # type: ignore[attr-defined,index]
    assert told()[0].state == "sent"


def test_the_command_names_the_ways_out_and_tries_one(town: CaseTown) -> None:
    with set_up():
        assert told_by("ways")["connections"] == {}
    with pretended() as gateway:
        assert list(told_by("ways")["connections"]) == ["sms"]  # type: ignore[call-overload]

        told_by("test", "--to", "13900139000")

        gateway.answers.append((401, {}))
        with pytest.raises(SendingFailed):
            told_by("test", "--to", "13900139000")
    (given,) = gateway.given
    assert given.to == "13900139000" and given.text.startswith("【澄棠格守】已收到")


# --- the portal -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("way", "promised"), [("none", False), ("log", False), ("fake", True)])
def test_text_messages_are_promised_only_where_they_are_sent(
    town: CaseTown, way: str, promised: bool
) -> None:
    with set_up(sms=SmsSettings(way=way)):
        page = Client().get("/report/").content.decode()

    assert ("进展会短信告诉您" in page) is promised
    assert "号码默认只有受理、回访人员可见" in page
