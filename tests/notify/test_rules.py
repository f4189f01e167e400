"""When a message may go out, what is told together, and what a reply means."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from gridward.notify import rules
from gridward.notify.rules import Composed

ZONE = ZoneInfo("Asia/Shanghai")
QUIET = [("21:00", "24:00"), ("00:00", "08:30"), ("12:00", "14:00")]


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("09T08:29", "09T08:30"),
        ("09T08:30", "09T08:30"),
        ("09T11:59", "09T11:59"),
        ("09T12:00", "09T14:00"),
        ("09T13:59", "09T14:00"),
        ("09T14:00", "09T14:00"),
        ("09T20:59", "09T20:59"),
        ("09T21:00", "10T08:30"),
        ("09T23:59", "10T08:30"),
        ("10T00:00", "10T08:30"),
        ("30T21:30", "30T21:30"),
    ],
)
def test_a_message_waits_for_the_end_of_the_quiet_hours(at: str, opens: str) -> None:
    moment = local(at)

    opening = rules.next_opening(moment.astimezone(UTC), QUIET, ZONE)

    if at.startswith("30"):
        assert opening == moment.replace(month=12, day=1, hour=8, minute=30)
    else:
        assert opening == local(opens)
    assert opening.tzinfo is UTC


def test_without_quiet_hours_nothing_waits() -> None:
    moment = local("09T03:00")

    assert rules.next_opening(moment, [], ZONE) == moment


def test_hours_that_are_quiet_all_day_do_not_go_on_for_ever() -> None:
    moment = local("09T03:00")

    assert rules.next_opening(moment, [("00:00", "24:00")], ZONE) > moment


def composed(
    n: int,
    subject: str,
    *,
    to: str = "13800138000",
    asks: bool = False,
    channel: str = "sms",
    phone: bool = True,
) -> Composed:
    frame = ("【格】进展：{parts}。", "【格】进展：{parts}等，另有{more}件。")
    return Composed(
        id=UUID(int=n),
        channel=channel,
        addresses=(to,),
        subject=subject,
        text=f"text {n}",
        brief=f"{subject}第{n}步",
        frame=frame,
        asks=asks,
    )


def test_one_notice_goes_out_in_its_own_words() -> None:
    (out,) = rules.bundled([composed(1, "a")])

    assert (out.text, out.members) == ("text 1", ())


def test_of_several_notices_about_one_report_the_newest_is_said() -> None:
    (out,) = rules.bundled([composed(1, "a"), composed(2, "a"), composed(3, "a")])

    assert out.text == "text 3"
    assert out.lead.id == UUID(int=3)
    assert set(out.members) == {UUID(int=1), UUID(int=2)}


def test_notices_about_several_reports_become_one_message() -> None:
    (out,) = rules.bundled([composed(1, "a"), composed(2, "b"), composed(3, "a")])

    assert out.text == "【格】进展：b第2步；a第3步。"
    assert {out.lead.id, *out.members} == {UUID(int=n) for n in (1, 2, 3)}


def test_more_than_three_are_counted() -> None:
    (out,) = rules.bundled([composed(n, f"r{n}") for n in range(1, 6)])

    assert out.text == "【格】进展：r1第1步；r2第2步；r3第3步等，另有2件。"


def test_a_question_stands_alone_and_covers_what_came_before_it() -> None:
    found = rules.bundled([composed(1, "a"), composed(2, "b"), composed(3, "a", asks=True)])

    assert [(out.text, out.members) for out in found] == [
        ("text 3", (UUID(int=1),)),
        ("text 2", ()),
    ]


def test_people_are_not_told_of_each_other() -> None:
    found = rules.bundled([composed(1, "a"), composed(2, "b", to="13900139000")])

    assert [out.text for out in found] == ["text 1", "text 2"]


def test_staff_reads_one_line_for_each() -> None:
    (out,) = rules.bundled([composed(1, "a", channel="wecom"), composed(2, "b", channel="wecom")])

    assert out.text == "text 1\ntext 2"


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("1", "solved"),
        (" １。", "solved"),
        ("“1”", "solved"),
        ("2", "no"),
        ("【2】", "no"),
        ("12", "words"),
        ("解决了", "words"),
        ("", "words"),
        ("1号楼还在响", "words"),
    ],
)
def test_only_a_bare_one_or_two_is_an_answer(text: str, means: str) -> None:
    assert rules.understood(text) == means


def test_tries_come_further_apart_and_end() -> None:
    pauses = [rules.pause_after(n) for n in range(1, 7)]

    assert pauses == [timedelta(minutes=m) for m in (1, 5, 15, 60, 240)] + [None]


def test_what_happened_long_ago_is_no_news() -> None:
    now = local("09T09:00")

    assert rules.is_news(now - timedelta(hours=48), now)
    assert not rules.is_news(now - timedelta(hours=48, seconds=1), now)


@pytest.mark.parametrize(
    ("digits", "reached"),
    [
        ("13800138000", True),
        ("07571234567", False),
        ("85291234567", False),
        ("4412345678901", True),
    ],
)
def test_text_messages_reach_mobile_numbers(digits: str, reached: bool) -> None:
    assert rules.is_mobile(digits) is reached
