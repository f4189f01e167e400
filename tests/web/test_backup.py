"""A backup is taken while everything runs and restored whole; who was erased stays away."""

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connections
from django.utils import translation
from tests.databases import Space, as_owner
from tests.journal import verbs_for_tests  # noqa: F401
from tests.vault.test_erasure import PHONE, WORDS, a_photo, report_as

from gridward.journal import verification
from gridward.journal.actions import ActorRef, seal_pending
from gridward.journal.models import Entry
from gridward.vault import actions as vault
from gridward.vault import queries as vault_queries
from gridward.vault.models import Secret
from gridward.web.cli import backups


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


ACTOR = ActorRef("post", UUID("01975b1e-0000-7000-8000-000000000001"))
OTHER_WORDS = "路灯坏了三天"


def quiet(_text: str) -> None:
    """Nobody listens."""


def two_reports() -> tuple[UUID, UUID]:
    """Two people who each reported something; the journal is sealed."""
    first, second = vault.new_subject(), vault.new_subject()
    photo = vault.stage_upload(a_photo(), "p.jpg", "somebody").id
    report_as(first, WORDS, PHONE, photo)
    report_as(second, OTHER_WORDS, "13900139000")
    seal_pending()
    return first, second


def words_of(person: UUID) -> list[str | None]:
    ids = list(
        Secret.objects.filter(subject_id=person, kind="report.words").values_list("id", flat=True)
    )
    opened = vault_queries.open_texts(ids)
    return [opened.get(one) for one in ids]


def test_a_backup_comes_back_whole_in_an_empty_place(
    two_spaces: tuple[Space, Space], tmp_path: Path
) -> None:
    here, there = two_spaces
    copy, keys = tmp_path / "copy", tmp_path / "keys"
    with here.entered():
        first, second = two_reports()
        entries = Entry.objects.count()
        manifest = backups.make_backup(copy, keys, quiet)

    with there.entered(), as_owner(there):
        told = backups.restore_backup(copy, keys, quiet)

        assert told["journal_ok"] is True
        assert told["files"] == manifest["files"] == 2  # a photo and its thumbnail
        assert Entry.objects.count() == entries
        assert (words_of(first), words_of(second)) == ([WORDS], [OTHER_WORDS])
        assert len(vault_queries.subjects_by_phone(PHONE)) == 1
        assert verification.verify().ok


def test_who_was_erased_after_the_backup_does_not_come_back(space: Space, tmp_path: Path) -> None:
    copy, keys = tmp_path / "copy", tmp_path / "keys"
    first, second = two_reports()
    backups.make_backup(copy, keys, quiet)
    vault.erase_subjects([first], actor=ACTOR, grounds_code="by_request")

    with as_owner(space):
        told = backups.restore_backup(copy, keys, quiet, replace=True)

    assert told["journal_ok"] is True
    assert told["keys_erased_again"] >= 1
    assert told["rows_erased_again"] >= 1
    assert (words_of(first), words_of(second)) == ([], [OTHER_WORDS])
    assert vault_queries.subjects_by_phone(PHONE) == []


def test_a_register_kept_elsewhere_is_honoured_on_a_new_machine(
    two_spaces: tuple[Space, Space], tmp_path: Path
) -> None:
    here, there = two_spaces
    copy, keys = tmp_path / "copy", tmp_path / "keys"
    with here.entered():
        first, second = two_reports()
        backups.make_backup(copy, keys, quiet)
        vault.erase_subjects([first], actor=ACTOR, grounds_code="by_request")
    register = here.var / "keys" / "erasures.log"

    with there.entered(), as_owner(there):
        backups.restore_backup(copy, keys, quiet, register=register)

        assert (words_of(first), words_of(second)) == ([], [OTHER_WORDS])


def test_neither_folder_alone_tells_anything(space: Space, tmp_path: Path) -> None:
    copy, keys = tmp_path / "copy", tmp_path / "keys"
    two_reports()
    backups.make_backup(copy, keys, quiet)

    stored = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
    assert WORDS.encode() not in stored
    assert PHONE.encode() not in stored
    assert not any("key" in p.name for p in copy.rglob("*"))
    assert [p for p in keys.iterdir() if p.stat().st_mode & 0o077] == []


def test_what_is_here_is_not_lost_without_a_word(space: Space, tmp_path: Path) -> None:
    copy, keys = tmp_path / "copy", tmp_path / "keys"
    first, _second = two_reports()
    backups.make_backup(copy, keys, quiet)
    report_as(first, "之后的", PHONE)
    entries = Entry.objects.count()

    with as_owner(space), pytest.raises(backups.SomethingThere):
        backups.restore_backup(copy, keys, quiet)

    assert Entry.objects.count() == entries


def test_a_changed_or_cut_backup_is_refused(space: Space, tmp_path: Path) -> None:
    copy, keys = tmp_path / "copy", tmp_path / "keys"
    two_reports()
    manifest = backups.make_backup(copy, keys, quiet)
    database = copy / manifest["database"]["name"]
    whole = database.read_bytes()

    database.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(backups.NotABackup, match="was changed"):
        backups.read_manifest(copy, keys)
    database.write_bytes(whole)
    (keys / "master.key").unlink()
    with pytest.raises(backups.NoKeys, match=r"master\.key is missing.*--keys"):
        backups.read_manifest(copy, keys)
    (copy / "backup.json").unlink()
    with pytest.raises(backups.NotABackup, match=r"backup\.json cannot be read"):
        backups.read_manifest(copy, keys)


def test_keys_never_go_into_the_copy_and_no_folder_is_overwritten(
    space: Space, tmp_path: Path
) -> None:
    with pytest.raises(backups.KeysInside):
        backups.make_backup(tmp_path / "copy", tmp_path / "copy" / "keys", quiet)
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "letter").touch()
    with pytest.raises(backups.FolderTaken):
        backups.make_backup(tmp_path / "taken", tmp_path / "keys", quiet)


def test_the_application_may_not_restore_over_the_journal(space: Space, tmp_path: Path) -> None:
    if connections[space.alias].vendor != "postgresql":
        return  # the embedded database has one user
    copy, keys = tmp_path / "copy", tmp_path / "keys"
    two_reports()
    backups.make_backup(copy, keys, quiet)

    with pytest.raises(backups.NotOwner):
        backups.restore_backup(copy, keys, quiet, replace=True)


def test_the_manifest_tells_what_is_in_it(space: Space, tmp_path: Path) -> None:
    two_reports()
    told = backups.make_backup(tmp_path / "copy", tmp_path / "keys", quiet)

    stored = json.loads((tmp_path / "copy" / "backup.json").read_text())
    assert stored == told
    assert stored["tables"]["journal_entry"] == Entry.objects.count()
    assert stored["jurisdiction"] == space.key


@pytest.mark.parametrize("content", [None, "not a register\n", '{"at": "2026-11-20"}\n'])
def test_a_register_that_cannot_be_read_stops_the_restore(
    space: Space, tmp_path: Path, content: str | None
) -> None:
    """Else whoever was erased since the backup would come back, and nobody would be told."""
    copy, keys = tmp_path / "copy", tmp_path / "keys"
    two_reports()
    backups.make_backup(copy, keys, quiet)
    entries = Entry.objects.count()
    register = tmp_path / "erasures.log"
    if content is not None:
        register.write_text(content)

    with as_owner(space), pytest.raises(backups.NoRegister, match="nothing was restored"):
        backups.restore_backup(copy, keys, quiet, replace=True, register=register)

    assert Entry.objects.count() == entries
