"""Erasing a person: no byte is left, and the journal still verifies."""

import io
import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import connections
from PIL import Image
from tests.databases import Space
from tests.journal import verbs_for_tests  # noqa: F401

from gridward.core import clock, db, jurisdiction, keyfiles
from gridward.core.action import action
from gridward.core.ids import new_id
from gridward.journal import actions as journal
from gridward.journal import queries as journal_queries
from gridward.journal.actions import ActorRef, note
from gridward.vault import actions, backup, erasure, keyring, queries, ticker
from gridward.vault.actions import Text
from gridward.vault.errors import FileGone, GroundsUnfit, NobodyFound, SubjectUnknown
from gridward.vault.keyring import Keyring
from gridward.vault.models import File, Secret

ACTOR = ActorRef("post", UUID("01975b1e-0000-7000-8000-000000000001"))
WORDS = "巷口的井盖夜里咣当响个不停"
PHONE = "13800138000"


def a_photo(shade: int = 120) -> io.BytesIO:
    out = io.BytesIO()
    Image.effect_noise((320, 240), shade).convert("RGB").save(out, "JPEG")
    out.seek(0)
    return out


@action
def report_as(person: UUID, words: str, phone: str, photo: UUID | None = None) -> UUID:
    """What a room does with a report: texts under the person's key, commitments in the journal."""
    report, entry = new_id(), new_id()
    kept, _ = actions.seal_texts(
        [
            Text(person, "report.words", words, entry, f"report:{report}"),
            Text(person, "contact.phone", phone, None, f"report:{report}"),
        ]
    )
    if photo is not None:
        actions.adopt_files([photo], person=person, reference=f"report:{report}")
    note("thing.changed", report, actor=ACTOR, entry_id=entry, state="sent", words=kept.commitment)
    return report


def all_bytes(space: Space) -> bytes:
    """Everything that is stored: all files under var, the database's own files or all its rows."""
    stored = [p.read_bytes() for p in sorted(space.var.parent.rglob("*")) if p.is_file()]
    connection = connections[space.alias]
    if connection.vendor == "sqlite":
        name = Path(connection.settings_dict["NAME"])
        stored += [p.read_bytes() for p in sorted(name.parent.glob(f"{name.name}*"))]
        return b"\n".join(stored)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables "
            "WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT CAST(t.* AS text) FROM "{table}" t')
            stored += [row[0].encode() for row in cursor.fetchall()]
    return b"\n".join(stored)


def spellings(words: str) -> list[bytes]:
    return [words.encode(), words.encode().hex().encode(), words.encode("utf-16-le")]


@pytest.fixture
def told() -> Iterator[list[list[UUID]]]:
    """What a room that asked to be told of erasures was told."""
    heard: list[list[UUID]] = []

    def hear(subjects: Sequence[UUID]) -> None:
        heard.append(list(subjects))

    erasure.on_erase(hear)
    yield heard
    erasure._handlers.remove(hear)


def test_no_byte_of_a_person_is_left_and_the_journal_verifies(
    space: Space, told: list[list[UUID]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    neighbour, person = actions.new_subjects(2)
    photo = actions.stage_upload(a_photo(), "IMG_1.jpg", "session-1")
    report_as(person, WORDS, PHONE, photo.id)
    report_as(neighbour, "路灯不亮", "13900139000")
    journal.seal_pending()
    head = journal_queries.head()
    key = keyring.keyring().keys_of([person])[person]
    secrets = list(Secret.objects.filter(subject_id=person))
    file = File.objects.get(id=photo.id)
    traces = [bytes(one.ciphertext) for one in secrets]
    traces += [str(one.lookup).encode() for one in secrets if one.lookup]
    if connections[space.alias].vendor == "sqlite":
        assert traces[0] in all_bytes(space)
    assert queries.subjects_by_phone(PHONE) == [person]

    gone = actions.erase_subjects([person], actor=ACTOR, grounds_code="request")
    erasure.scrub_if_due()

    assert (gone.subjects, gone.texts, gone.files) == (1, 2, 1)
    assert told == [[person]]
    assert queries.open_texts([one.id for one in secrets]) == {one.id: None for one in secrets}
    assert queries.subjects_by_phone(PHONE) == []
    with pytest.raises(FileGone):
        queries.open_file(photo.id)
    left = all_bytes(space)
    for trace in [*traces, key, *spellings(WORDS), *spellings(PHONE), file.digest.encode()]:
        assert trace not in left
    assert PHONE not in caplog.text
    assert WORDS not in caplog.text
    journal.seal_pending()
    report = journal_queries.verify(head)
    assert report.ok
    assert report.pending == 0
    (line,) = journal_queries.timeline([person])
    assert (line.verb, line.details) == (
        "person.erased",
        {"grounds": "request", "texts": 2, "files": 1},
    )
    (other,) = queries.texts_of_subjects([neighbour])[:1]
    assert other.text == "路灯不亮"


def test_the_key_is_gone_and_cannot_be_used_again(space: Space) -> None:
    person = actions.new_subject()
    report_as(person, WORDS, PHONE)

    actions.erase_subjects([person], actor=ACTOR, grounds_code="request")

    assert keyring.keyring().is_erased(person)
    assert Keyring(keyfiles.folder()).is_erased(person)
    with pytest.raises(SubjectUnknown):
        report_as(person, WORDS, PHONE)


def test_erasing_twice_does_nothing_the_second_time(space: Space) -> None:
    person = actions.new_subject()
    report_as(person, WORDS, PHONE)
    actions.erase_subjects([person], actor=ACTOR, grounds_code="request")

    gone = actions.erase_subjects([person], actor=ACTOR, grounds_code="request")

    assert gone == actions.Erased(0, 0, 0)
    assert len(journal_queries.timeline([person])) == 1
    assert len(keyring.keyring().erasures()) == 1


def test_a_refused_erasure_changes_nothing(space: Space, told: list[list[UUID]]) -> None:
    person = actions.new_subject()
    report_as(person, WORDS, PHONE)

    def refuse(subjects: Sequence[UUID]) -> None:
        raise NobodyFound()

    erasure.on_erase(refuse)
    try:
        with pytest.raises(NobodyFound):
            actions.erase_subjects([person], actor=ACTOR, grounds_code="request")
    finally:
        erasure._handlers.remove(refuse)

    assert queries.subjects_by_phone(PHONE) == [person]
    assert queries.texts_of_subjects([person])[0].text == WORDS
    assert keyring.keyring().erasures() == []
    with pytest.raises(GroundsUnfit):
        actions.erase_subjects([person], actor=ACTOR, grounds_code="he asked for it")


def test_an_old_backup_of_database_and_keys_does_not_bring_a_person_back(
    space: Space, tmp_path: Path, told: list[list[UUID]]
) -> None:
    person, neighbour = actions.new_subjects(2)
    photo = actions.stage_upload(a_photo(), "IMG_1.jpg", "session-1")
    report_as(person, WORDS, PHONE, photo.id)
    report_as(neighbour, "路灯不亮", "13900139000")
    journal.seal_pending()
    copied = backup.copy_keys(tmp_path / "keys")
    rows = list(Secret.objects.filter(subject_id=person))
    file = File.objects.get(id=photo.id)
    actions.erase_subjects([person], actor=ACTOR, grounds_code="request")

    # the old rows are back, and so are the old keys
    db.insert_many(Secret, rows)
    File.objects.filter(id=file.id).update(
        state=file.state, digest=file.digest, thumb_digest=file.thumb_digest
    )
    assert backup.restore_keys(tmp_path / "keys") == 2  # the person's key and the photo's

    assert "keyring.sqlite3" in copied
    assert set(queries.open_texts([one.id for one in rows]).values()) == {None}
    with pytest.raises(FileGone):
        queries.open_file(photo.id)
    assert queries.subjects_by_phone(PHONE) == [person]  # until the erasure is done again
    assert actions.finish_erasures() == 3
    erasure.scrub_if_due()
    assert queries.subjects_by_phone(PHONE) == []
    assert told == [[person], [person]]
    assert bytes(rows[0].ciphertext) not in all_bytes(space)
    assert queries.texts_of_subjects([neighbour])[0].text == "路灯不亮"
    assert journal_queries.verify().ok
    assert actions.finish_erasures() == 0


def test_keys_restored_into_an_empty_place_open_what_was_not_erased(
    space: Space, tmp_path: Path
) -> None:
    person, erased = actions.new_subjects(2)
    report_as(person, WORDS, PHONE)
    report_as(erased, "x", "13900139000")
    actions.erase_subjects([erased], actor=ACTOR, grounds_code="request")
    token = queries.keyed_tokens(["井盖"])
    backup.copy_keys(tmp_path / "keys")
    keyring.close()
    for path in keyfiles.folder().iterdir():
        path.unlink()

    backup.restore_keys(tmp_path / "keys")

    assert queries.texts_of_subjects([person])[0].text == WORDS
    assert queries.keyed_tokens(["井盖"]) == token
    assert keyring.keyring().is_erased(erased)
    assert [one.subject for one in keyring.keyring().erasures()] == [erased]


def test_another_places_register_is_taken_over(space: Space, tmp_path: Path) -> None:
    person = actions.new_subject()
    report_as(person, WORDS, PHONE)
    register = tmp_path / "erasures.log"
    register.write_text(
        f'{{"subject":"{person}","at":"2026-11-20T00:00:00+00:00","grounds":"court"}}\n{{"subj'
    )

    assert backup.merge_erasures(register) == 1

    assert keyring.keyring().is_erased(person)
    assert actions.finish_erasures() == 2
    assert [e.grounds for e in keyring.keyring().erasures()] == ["court"]


def test_an_erasure_cut_off_before_the_commit_is_finished_by_the_ticker(space: Space) -> None:
    person = actions.new_subject()
    report_as(person, WORDS, PHONE)
    keyring.keyring().erase([person], grounds="request", at=clock.now())

    assert ticker.finish() == 2

    assert Secret.objects.count() == 0


class TestCommand:
    def test_without_yes_it_only_says_what_there_is(self, space: Space) -> None:
        person = actions.new_subject()
        report_as(person, WORDS, PHONE)

        told = run("persons", "erase", "--phone", "138 0013 8000", "--grounds", "request")

        assert told["erased"] is False
        assert told["texts"] == 2
        assert queries.subjects_by_phone(PHONE) == [person]

    def test_by_phone(self, space: Space) -> None:
        person = actions.new_subject()
        report_as(person, WORDS, PHONE)

        told = run("persons", "erase", "--phone", PHONE, "--grounds", "request", "--yes")

        assert (told["persons"], told["texts"], told["files"]) == (1, 2, 0)
        assert queries.subjects_by_phone(PHONE) == []

    def test_by_subject(self, space: Space) -> None:
        person = actions.new_subject()
        report_as(person, WORDS, PHONE)

        told = run("persons", "erase", "--subject", str(person), "--grounds", "court", "--yes")

        assert told["subjects"] == [person]
        with pytest.raises(NobodyFound):
            run("persons", "erase", "--subject", str(person), "--grounds", "court", "--yes")

    def test_by_what_a_room_knows(self, space: Space) -> None:
        person = actions.new_subject()
        report_as(person, WORDS, PHONE)
        erasure.declare_finder("test", lambda value: [person] if value == "7" else [])

        assert erasure.find("test", "7") == [person]
        assert erasure.find("test", "8") == []
        with pytest.raises(erasure.FinderUnknown):
            erasure.find("shoe size", "44")

    def test_a_sentence_is_no_grounds(self, space: Space) -> None:
        with pytest.raises(GroundsUnfit):
            run("persons", "erase", "--phone", PHONE, "--grounds", "he asked", "--yes")


def run(*arguments: str) -> Any:
    from gridward.web.cli.management.commands.persons import Command

    command = Command(stdout=io.StringIO())
    call_command(command, *arguments[1:], "--jurisdiction", jurisdiction.current().key)
    return command.data


MOMENT = datetime(2026, 11, 20, 4, tzinfo=UTC)


def test_a_staged_photo_nobody_linked_is_reaped(space: Space) -> None:
    with clock.frozen(MOMENT):
        stale = actions.stage_upload(a_photo(), "a.jpg", "session-1")
    with clock.frozen(MOMENT + timedelta(hours=23)):
        fresh = actions.stage_upload(a_photo(60), "b.jpg", "session-1")
        assert ticker.reap_staged_files() == 0
    file = File.objects.get(id=stale.id)

    with clock.frozen(MOMENT + timedelta(hours=25)):
        assert ticker.reap_staged_files() == 1

    assert [one.id for one in queries.staged_files("session-1")] == [fresh.id]
    assert list((space.var / "files").rglob(file.digest)) == []
    assert keyring.keyring().keys_of([file.key_id]) == {}
