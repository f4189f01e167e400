"""The ways out: chosen by the settings, none by default, each with its own failures."""

from __future__ import annotations

import hashlib
import hmac
import json
import smtplib
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend as Kept
from tests.notify.telling import set_up

from gridward.core.ids import new_id
from gridward.notify import channels, fake
from gridward.notify.channels import mail as mail_channel
from gridward.notify.channels.base import Message, Refused, Unavailable
from gridward.notify.environment import (
    EmailSettings,
    SmsSettings,
    WecomSettings,
    from_environment,
)
from gridward.notify.errors import ChannelIncomplete, ChannelOff, ChannelUnknown


def message(text: str = "您反映的井盖已办结", to: tuple[str, ...] = ("13800138000",)) -> Message:
    return Message(id=new_id(), key="notice.closed", addresses=to, text=text, title=text)


def test_by_default_there_is_no_way_out() -> None:
    found = from_environment(lambda name, default="": default)

    with set_up():
        assert {found.sms.way, found.wecom.way, found.email.way} == {"none"}
        assert channels.connections() == {}
        assert channels.faults() == []
        with pytest.raises(ChannelOff):
            channels.channel("sms")


def test_the_log_takes_everything_and_connects_to_nobody() -> None:
    with set_up(sms=SmsSettings(way="log")):
        assert channels.channel("sms").send(message()) == "log"
        assert channels.connections() == {}


def test_a_way_that_nobody_knows_or_that_is_not_whole_is_said() -> None:
    with set_up(sms=SmsSettings(way="pigeon"), wecom=WecomSettings(way="wecom", corp="c")):
        with pytest.raises(ChannelUnknown):
            channels.channel("sms")
        with pytest.raises(ChannelIncomplete) as missing:
            channels.channel("wecom")
        assert "GRIDWARD_WECOM_AGENT, GRIDWARD_WECOM_SECRET" in missing.value.message
        assert len(channels.faults()) == 2


def test_the_environment_is_read_with_its_types() -> None:
    given = {
        "GRIDWARD_SMS": "http",
        "GRIDWARD_SMS_TEMPLATES": '{"notice.callback": "SMS_1"}',
        "GRIDWARD_EMAIL_PORT": "465",
        "GRIDWARD_NOTICES_SECONDS": "3.5",
    }

    found = from_environment(lambda name, default="": given.get(name, default))

    assert found.sms.templates == {"notice.callback": "SMS_1"}
    assert (found.email.port, found.seconds) == (465, 3.5)


def test_a_table_that_is_none_stops_the_start() -> None:
    with pytest.raises(ValueError, match="GRIDWARD_SMS_FIELDS"):
        from_environment(lambda name, default="": "x" if name == "GRIDWARD_SMS_FIELDS" else default)


def test_a_text_message_is_signed_and_in_the_gateways_own_names() -> None:
    with (
        fake.running() as gateway,
        set_up(
            sms=SmsSettings(
                way="http",
                url=f"{gateway.address}/sms/send",
                token="t",
                secret="s",
                templates={"notice.closed": "SMS_9"},
                fields={"to": "phone", "template": "templateCode"},
            )
        ),
    ):
        reference = channels.channel("sms").send(message())

        assert channels.connections() == {"sms": (gateway.address.removeprefix("http://"),)}

    (given,) = gateway.given
    raw = json.dumps(given.body, ensure_ascii=False, sort_keys=True).encode()
    stamp = given.headers["x-timestamp"]
    wanted = hmac.new(b"s", stamp.encode() + b"." + raw, hashlib.sha256).hexdigest()
    assert reference == "fake-1"
    assert given.headers["authorization"] == "Bearer t"
    assert given.headers["x-signature"] == wanted
    assert given.body["phone"] == "13800138000"
    assert given.body["templateCode"] == "SMS_9"


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, Refused), (404, Refused), (408, Unavailable), (429, Unavailable), (500, Unavailable)],
)
def test_an_answer_says_whether_waiting_helps(status: int, kind: type[Exception]) -> None:
    with (
        fake.running() as gateway,
        set_up(sms=SmsSettings(way="fake"), fake=gateway.address),
    ):
        gateway.answers.append((status, {}))

        with pytest.raises(kind, match=f"http_{status}"):
            channels.channel("sms").send(message())

    assert gateway.given == []


def test_wecom_gets_a_token_once_and_anew_when_it_is_old() -> None:
    with (
        fake.running() as gateway,
        set_up(wecom=WecomSettings(way="fake"), fake=gateway.address),
    ):
        way = channels.channel("wecom")
        way.send(message(to=("S001", "S002")))
        way.send(message(to=("S001",)))
        assert gateway.tokens == 1

        gateway.answers.append((200, {"errcode": 42001, "errmsg": "expired"}))
        way.send(message(to=("S001",)))

    assert gateway.tokens == 2
    assert [one.to for one in gateway.given] == ["S001|S002", "S001", "S001"]


@pytest.mark.parametrize(
    ("code", "kind"), [(45009, Unavailable), (81013, Refused), (-1, Unavailable), (60011, Refused)]
)
def test_wecoms_error_codes_say_whether_waiting_helps(code: int, kind: type[Exception]) -> None:
    with (
        fake.running() as gateway,
        set_up(wecom=WecomSettings(way="fake"), fake=gateway.address),
    ):
        gateway.answers.append((200, {"errcode": code, "errmsg": "no"}))

        with pytest.raises(kind, match=f"wecom_{code}"):
            channels.channel("wecom").send(message())

    assert gateway.given == []


EMAIL = EmailSettings(
    way="smtp",
    host="mail.example",
    sender="grid@district.example",
    address="{staff_number}@district.example",
)


def test_a_mail_goes_to_each_unseen_by_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_channel, "EmailBackend", lambda **_: Kept())
    mail.outbox = []
    sent = message(to=("a@district.example", "b@district.example"))
    with set_up(email=EMAIL):
        reference = channels.channel("email").send(sent)

    (kept,) = mail.outbox
    assert reference == f"<{sent.id}@district.example>"
    assert kept.extra_headers["Message-ID"] == reference
    assert (kept.to, kept.bcc) == ([], ["a@district.example", "b@district.example"])


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        (smtplib.SMTPRecipientsRefused({}), Refused, "mail_recipients"),
        (smtplib.SMTPResponseException(550, b""), Refused, "mail_550"),
        (smtplib.SMTPResponseException(451, b""), Unavailable, "mail_451"),
        (smtplib.SMTPAuthenticationError(535, b""), Unavailable, "mail_535"),
        (ConnectionRefusedError(), Unavailable, "no_connection"),
    ],
)
def test_a_mail_servers_faults_say_whether_waiting_helps(
    monkeypatch: pytest.MonkeyPatch, fault: Exception, kind: type[Exception], code: str
) -> None:
    class Broken(Kept):
        def send_messages(self, messages: Any) -> int:
            raise fault

    monkeypatch.setattr(mail_channel, "EmailBackend", lambda **_: Broken())
    with set_up(email=EMAIL), pytest.raises(kind, match=code):
        channels.channel("email").send(message())
