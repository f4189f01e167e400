"""Replies by text message: 1 and 2 answer the one open question; all else waits for the caller."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError

from gridward.cases import queries
from gridward.cases.actions.given import clean
from gridward.cases.actions.steps import answer_as_reporter
from gridward.cases.actions.work import acting_reporter
from gridward.cases.models import Report
from gridward.core import clock as wall
from gridward.core.action import action
from gridward.core.ids import new_id
from gridward.journal.actions import note
from gridward.notify import actions as notify
from gridward.notify import queries as notices
from gridward.notify import rules
from gridward.vault import actions as vault
from gridward.vault import queries as vault_queries

if TYPE_CHECKING:
    from gridward.notify.models import Notice

WORDS_MOST = 500


def take_reply(phone: str, text: str, *, reference: str, at: datetime | None = None) -> str:
    """What came back from a reporter's number; returns what became of it.

    reference: the gateway's own id of the reply, by which a replay is known
    answered: it was 1 or 2, and exactly one question to this number was open
    several: more than one was open, so nothing is answered; the caller asks
    kept: other words, or no question open; the caller reads them at the case
    again: the same reply had come before · unknown: nobody here gave this number, or they have
    no report that it could be about; only counted
    """
    digest = hashlib.blake2b(
        reference.encode(), key=vault_queries.receipt_key()[:32], digest_size=32
    ).hexdigest()
    if notices.is_known_reply(digest):
        return "again"
    try:
        return _take_reply(phone, text, digest, at or wall.now())
    except IntegrityError:
        if notices.is_known_reply(digest):
            return "again"
        raise


@action
def _take_reply(phone: str, text: str, digest: str, moment: datetime) -> str:
    submissions = queries.submissions_by_phone(phone)
    if not submissions:
        notify.count_reply("unknown")
        return "unknown"
    asked = notices.questions_to(submissions, moment - rules.REPLY_SPAN)
    reports = queries.asked_reports(dict.fromkeys(one.about_id for one in asked))
    opened = [report for report in reports if queries.is_asked(report)]
    meaning = rules.understood(text)
    if meaning != "words" and len(opened) == 1:
        (report,) = opened
        notify.keep_reply(digest, outcome="answered", notice_id=_question(asked, report.id))
        answer_as_reporter(
            report.submission_id, report.case_id, answer=meaning, via="sms", at=moment
        )
        return "answered"
    about = next(iter(opened or reports), None) or queries.newest_open_report(submissions)
    if about is None:
        notify.count_reply("unknown")
        return "unknown"
    outcome = "several" if meaning != "words" and len(opened) > 1 else "kept"
    notify.keep_reply(digest, outcome=outcome, notice_id=_question(asked, about.id))
    _keep_words(about, text, outcome, moment)
    return outcome


def _question(asked: Sequence[Notice], about: UUID) -> UUID | None:
    return next((one.id for one in asked if one.about_id == about), None)


def _keep_words(report: Report, text: str, outcome: str, moment: datetime) -> None:
    """The words go under the reporter's key, so that an erasure takes them too."""
    entry = new_id()
    said = clean(text)[:WORDS_MOST]
    subject = report.submission.vault_subject
    sealed = None
    if said and subject is not None:
        (sealed,) = vault.seal_texts([(subject, "reply.words", said, entry)])
    note(
        "report.replied",
        report.id,
        actor=acting_reporter(report.submission_id).ref,
        at=moment,
        entry_id=entry,
        case=report.case_id,
        outcome=outcome,
        words=None if sealed is None else sealed.commitment,
    )
