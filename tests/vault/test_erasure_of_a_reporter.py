"""A reporter asks to be forgotten after the whole walk: report, photo, search, jobs, backup."""

import io
import logging
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from tests.cases.walking import HERE, MONDAY, case_of, case_town, staged, submit
from tests.databases import Space
from tests.jobs import run_jobs
from tests.vault.test_erasure import all_bytes, spellings

from gridward.cases import actions as cases
from gridward.cases.actions import Contact, Told
from gridward.cases.models import SearchDoc, Submission
from gridward.core import db, jurisdiction
from gridward.journal import actions as journal
from gridward.journal import queries as journal_queries
from gridward.vault import actions, backup, queries
from gridward.vault.models import File, Secret
from gridward.web.cli import backups
from gridward.web.cli.management.commands.persons import Command

WORDS = "榕树巷口的井盖夜里咣当响个不停"
PLACE = "修鞋摊正对面"
PHONE = "13800138000"
NAME = "何来来"
STAFF = "已到榕树巷看过并联系何来来"


@pytest.fixture
def walked(space: Space) -> str:
    """The receipt of a report with words, place, name, number and photo; the case is dispatched
    and acknowledged, a neighbour has reported something else."""
    town = case_town()
    submit(words="路灯不亮", contact=Contact(phone="13900139000"), at=MONDAY)
    receipt = cases.submit_report(
        [
            Told(
                words=WORDS,
                place=replace(HERE, words=PLACE),
                matter="manhole",
                photos=(staged("browser"),),
            )
        ],
        contact=Contact(phone=PHONE, name=NAME),
        staged_by="browser",
        at=MONDAY,
    )
    run_jobs()
    case = case_of(receipt)
    case = cases.accept_and_dispatch(
        case.id,
        by=town.viewer("S001"),
        version=case.version,
        condition="manhole.rattling",
        lead=town.org("mun"),
        at=MONDAY + timedelta(minutes=10),
    )
    case = cases.acknowledge_case(
        case.id, by=town.viewer("M001"), version=case.version, at=MONDAY + timedelta(minutes=30)
    )
    cases.return_case(
        case.id,
        by=town.viewer("M001"),
        version=case.version,
        words=STAFF,
        suggested=town.org("urb"),
        at=MONDAY + timedelta(hours=1),
    )
    run_jobs()
    journal.seal_pending()
    return receipt.number


def traces(receipt: str) -> list[bytes]:
    """Every byte string that would tell of this person, plain or not."""
    submission = Submission.objects.get(receipt=receipt)
    secrets = Secret.objects.filter(subject_id=submission.vault_subject)
    found = [bytes(one.ciphertext) for one in secrets]
    found += [str(one.lookup).encode() for one in secrets if one.lookup]
    for file in File.objects.filter(person_id=submission.vault_subject):
        found += [file.digest.encode(), file.thumb_digest.encode()]
    for text in (WORDS, PLACE, NAME, STAFF, PHONE):
        found += spellings(text)
    return found


def erase(*arguments: str) -> dict[str, Any]:
    command = Command(stdout=io.StringIO())
    key = jurisdiction.current().key
    call_command(command, "erase", *arguments, "--yes", "--jurisdiction", key)
    return dict(command.data)


@pytest.mark.parametrize("by", ["receipt", "phone"])
def test_nothing_gives_the_words_or_the_number_back(
    space: Space, walked: str, by: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    head = journal_queries.head()
    told = traces(walked)
    before = all_bytes(space)
    if connections[space.alias].vendor == "sqlite":
        assert told[0] in before
    tokens = queries.keyed_tokens(["榕树"])
    assert SearchDoc.objects.filter(tokens__contains=tokens[0]).exists()

    value = walked if by == "receipt" else "+86 138 0013 8000"
    report = erase(f"--{by}", value, "--grounds", "request")

    assert report["persons"] == 2  # the reporter, and the case that nobody else reported
    assert report["texts"] >= 5
    assert report["files"] == 1
    left = all_bytes(space)
    assert [one for one in told if one in left] == []
    assert tokens[0].encode() not in left
    assert not SearchDoc.objects.filter(tokens__contains=tokens[0]).exists()
    assert queries.subjects_by_phone(PHONE) == []
    assert [one for one in (WORDS, PLACE, NAME, PHONE, STAFF) if one in caplog.text] == []
    journal.seal_pending()
    assert journal_queries.verify(head).ok
    (neighbour,) = queries.subjects_by_phone("13900139000")
    assert "路灯不亮" in [one.text for one in queries.texts_of_subjects([neighbour])]


def test_neither_does_a_backup_made_before(space: Space, walked: str, tmp_path: Path) -> None:
    told = traces(walked)
    copy, keys = tmp_path / "copy", tmp_path / "keys"
    person = Submission.objects.get(receipt=walked).vault_subject
    rows = list(Secret.objects.filter(subject_id=person))
    if settings.GRIDWARD_TEST_ENGINE == "postgres":
        backup.copy_keys(keys)  # restoring tables is the owner's: tests/web/test_backup.py
    else:
        backups.make_backup(copy, keys, lambda said: None)
    erase("--receipt", walked, "--grounds", "request")

    if settings.GRIDWARD_TEST_ENGINE == "postgres":
        db.insert_many(Secret, rows)
        backup.restore_keys(keys)
        assert actions.finish_erasures() == len(rows)
    else:
        report = backups.restore_backup(copy, keys, lambda said: None, replace=True)
        assert report["journal_ok"] is True
        assert report["rows_erased_again"] > len(rows)

    assert queries.subjects_by_phone(PHONE) == []
    left = all_bytes(space)
    assert [one for one in told if one in left] == []
    assert journal_queries.verify().ok
