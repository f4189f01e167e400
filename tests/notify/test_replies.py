"""A reply of 1 or 2 answers the one open question; everything else waits for the caller."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from django.test import Client
from tests.cases.walking import MONDAY, CaseTown, walk
from tests.notify.telling import gateway as pretended
from tests.notify.telling import send, told

from gridward.cases import actions
from gridward.cases.models import Answer, Case
from gridward.core import clock
from gridward.journal import queries as journal
from gridward.notify import actions as notify
from gridward.notify import fake, queries
from gridward.notify.models import Reply, ReplyCount
from gridward.vault import queries as vault

LATER = MONDAY + timedelta(hours=6)  # 15:00 in the town
NUMBER = "138 0013 8000"


def asked_case(town: CaseTown) -> Case:
    """A case whose reporter has been asked by message whether it is solved."""
    case = walk(town, "callback_pending", at=MONDAY)
    send()
    assert told("notice.callback")[-1].state == "sent"
    return case


@pytest.mark.parametrize(
    ("text", "answer", "is_open"), [("1", "solved", False), ("２", "no", True)]
)
def test_a_reply_answers_like_a_call(
    town: CaseTown, gateway: fake.Gateway, text: str, answer: str, is_open: bool
) -> None:
    with clock.frozen(LATER):
        case = asked_case(town)

        outcome = actions.take_reply(NUMBER, text, reference="r-1")

    said = Answer.objects.get(report__case=case, round=1)
    assert (outcome, said.answer, said.via) == ("answered", answer, "sms")
    case.refresh_from_db()
    assert case.is_open is is_open


def test_a_replay_changes_nothing(town: CaseTown, gateway: fake.Gateway) -> None:
    with clock.frozen(LATER):
        case = asked_case(town)
        actions.take_reply(NUMBER, "2", reference="r-1")
        before = Case.objects.get(id=case.id).version

        outcome = actions.take_reply(NUMBER, "2", reference="r-1")

    assert outcome == "again"
    assert Case.objects.get(id=case.id).version == before
    assert Reply.objects.count() == 1
    assert ReplyCount.objects.get().number == 1


def test_other_words_are_kept_for_the_caller_under_the_reporters_key(
    town: CaseTown, gateway: fake.Gateway
) -> None:
    with clock.frozen(LATER):
        case = asked_case(town)

        outcome = actions.take_reply(NUMBER, "还有一个井盖在响", reference="r-1")

    report = case.reports.get()
    (line,) = journal.happened("report.replied", [report.id])
    assert (outcome, line.details["outcome"]) == ("kept", "kept")
    (text,) = vault.texts_of_entries([line.id])[line.id]
    assert text.text == "还有一个井盖在响"
    assert text.subject_id == report.submission.vault_subject
    assert Answer.objects.get(report=report, round=1).answer == ""


def test_with_two_open_questions_nothing_is_guessed(town: CaseTown, gateway: fake.Gateway) -> None:
    with clock.frozen(LATER):
        asked_case(town)
        asked_case(town)

        outcome = actions.take_reply(NUMBER, "1", reference="r-1")

    assert outcome == "several"
    assert set(Answer.objects.values_list("answer", flat=True)) == {""}


def test_after_the_question_is_over_a_number_is_only_words(
    town: CaseTown, gateway: fake.Gateway
) -> None:
    with clock.frozen(LATER):
        case = asked_case(town)
        actions.take_reply(NUMBER, "2", reference="r-1")
        round_now = Case.objects.get(id=case.id).round

        outcome = actions.take_reply(NUMBER, "1", reference="r-2")

    assert outcome == "kept"
    assert Case.objects.get(id=case.id).round == round_now
    assert not Answer.objects.filter(report__case=case, round=round_now).exclude(answer="").exists()


def test_a_question_of_long_ago_is_not_answered(town: CaseTown, gateway: fake.Gateway) -> None:
    with clock.frozen(LATER):
        case = asked_case(town)

    with clock.frozen(LATER + timedelta(days=16)):
        outcome = actions.take_reply(NUMBER, "1", reference="r-1")

    assert outcome == "kept"
    assert Answer.objects.get(report__case=case, round=1).answer == ""


def test_an_unknown_number_leaves_nothing_but_a_count(
    town: CaseTown, gateway: fake.Gateway
) -> None:
    with clock.frozen(LATER):
        entries = len(journal.timeline([]))

        outcome = actions.take_reply("13700137000", "1", reference="r-1")

        assert outcome == "unknown"
        assert Reply.objects.count() == 0
        assert [(row.outcome, row.number) for row in queries.reply_counts()] == [("unknown", 1)]
        assert len(journal.timeline([])) == entries


def test_counting_and_keeping_are_one_truth(town: CaseTown) -> None:
    with clock.frozen(LATER):
        notify.count_reply("unknown")

        assert notify.keep_reply("d" * 64, outcome="kept", notice_id=None)
        assert not notify.keep_reply("d" * 64, outcome="kept", notice_id=None)

        counts = {row.outcome: row.number for row in queries.reply_counts()}
    assert counts == {"unknown": 1, "kept": 1}


# --- the gateway's door ---------------------------------------------------------------------------


def brought(body: dict[str, str], *, secret: str = "shared", age: int = 0) -> int:
    raw = json.dumps(body).encode()
    stamp = str(int(clock.now().timestamp()) - age)
    signed = hmac.new(secret.encode(), stamp.encode() + b"." + raw, hashlib.sha256).hexdigest()
    answer = Client().post(
        "/hooks/sms/",
        raw,
        content_type="application/json",
        headers={"X-Timestamp": stamp, "X-Signature": signed},
    )
    return answer.status_code


def test_the_gateway_brings_replies_with_a_signature(town: CaseTown) -> None:
    with pretended(reply_secret="shared"), clock.frozen(LATER):
        case = asked_case(town)
        body = {"id": "g-1", "from": "+8613800138000", "text": "1"}

        refused = brought(body, secret="other"), brought(body, age=3600)
        assert Answer.objects.get(report__case=case).answer == ""
        taken = brought(body), brought(body)

    assert (refused, taken) == ((403, 403), (200, 200))
    assert Answer.objects.get(report__case=case).answer == "solved"
    assert Reply.objects.count() == 1


def test_without_a_secret_the_door_is_not_there(town: CaseTown) -> None:
    with clock.frozen(LATER):
        assert brought({"id": "g-1", "from": "1", "text": "1"}) == 404


def test_a_body_that_says_nothing_is_refused(town: CaseTown) -> None:
    with pretended(reply_secret="shared"), clock.frozen(LATER):
        assert brought({"id": "g-1"}) in (400, 422)
        assert brought({"id": "", "from": "13800138000", "text": "1"}) in (400, 422)

        assert Reply.objects.count() == 0
