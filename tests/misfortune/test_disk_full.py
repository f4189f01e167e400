"""No room left: a sentence instead of a fault, nothing half kept, and all of it a moment later."""

from __future__ import annotations

import errno
import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connections
from django.test import Client
from tests.cases.stepping import stored
from tests.cases.walking import RATTLING, CaseTown, case_of, case_town, photo, submit
from tests.databases import Space
from tests.web.test_portal import form_of, picture

from gridward.cases import actions
from gridward.cases.models import Case, Submission
from gridward.core import disk, jurisdiction
from gridward.core.errors import NoRoom
from gridward.vault import actions as vault
from gridward.vault.models import File

FULL = "服务器空间已满"


@pytest.fixture
def town(space: Space) -> Iterator[CaseTown]:
    with space.entered():
        yield case_town()


@pytest.fixture
def resident(town: CaseTown) -> Client:
    return Client(headers={"accept-language": "zh-CN"})


@contextmanager
def full_database(space: Space) -> Iterator[None]:
    """The database may not grow by a page any more. SQLite says so itself; for PostgreSQL the
    driver's own error is raised at the first insert: its disk is not ours to fill."""
    connection = connections[space.alias]
    if settings.GRIDWARD_TEST_ENGINE == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
            (pages,) = cursor.execute("PRAGMA page_count").fetchone()
            cursor.execute(f"PRAGMA max_page_count={pages}")
            try:
                yield
            finally:
                cursor.execute("PRAGMA max_page_count=1073741823")
        return
    from psycopg.errors import DiskFull

    def full(execute: Any, sql: str, *more: Any) -> Any:
        if sql.startswith("INSERT"):
            raise OperationalError from DiskFull("could not extend file")
        return execute(sql, *more)

    with connection.execute_wrapper(full):
        yield


@contextmanager
def full_store(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing more can be written into the folder of files."""
    real = os.fdopen

    def fdopen(handle: int, *more: Any, **options: Any) -> Any:
        opened = real(handle, *more, **options)
        if "/files/" in os.readlink(f"/proc/self/fd/{handle}"):
            opened.write(b"the first few bytes")
            opened.flush()
            os.close(handle)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return opened

    with monkeypatch.context() as patched:
        patched.setattr(os, "fdopen", fdopen)
        yield


def kept_files() -> list[Path]:
    return sorted(p for p in jurisdiction.var_path("files", "x").parent.rglob("*") if p.is_file())


def test_a_form_sent_to_a_full_database_keeps_what_was_typed_and_goes_through_later(
    space: Space, resident: Client
) -> None:
    sent = form_of(resident, words="三个井盖松了。" * 150, phone="13800138000", join="none")
    before = stored()

    with full_database(space):
        refused = resident.post("/report/", sent)

    page = refused.content.decode()
    assert refused.status_code == 507
    assert FULL in page and "三个井盖松了。" in page and str(sent["client_id"]) in page
    assert stored() == before
    assert Submission.objects.count() == 0
    assert resident.post("/report/", sent).status_code == 303
    assert Submission.objects.count() == 1


def test_a_program_is_told_that_there_is_no_room(space: Space, town: CaseTown) -> None:
    body = json.dumps({"client_id": "full-disk-1", "text": "井盖松了。" * 200})
    program = Client()

    with full_database(space):
        refused = program.post("/api/v1/reports", body, "application/json")

    assert (refused.status_code, refused.json()["code"]) == (507, "no_room")
    assert Submission.objects.count() == 0
    assert program.post("/api/v1/reports", body, "application/json").status_code == 201


def test_a_step_on_a_full_database_is_not_taken_and_told_nobody(
    space: Space, town: CaseTown
) -> None:
    waiting = [case_of(submit(words=f"第{n}处")) for n in range(12)]

    def dispatch(case: Case) -> Case:
        return actions.accept_and_dispatch(
            case.id,
            by=town.viewer("S001"),
            version=case.version,
            condition=RATTLING,
            lead=town.org("mun"),
        )

    with full_database(space):
        with pytest.raises(NoRoom):
            for _ in range(50):  # what was free inside the file is used up first
                submit(words="井盖松了。" * 200)
        with pytest.raises(NoRoom):
            while True:
                case, before = waiting.pop(), stored()
                dispatch(case)

    assert stored() == before
    assert dispatch(case).version > case.version


def test_a_photo_without_room_is_named_and_the_report_can_go_without_it(
    resident: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = kept_files()
    sent = form_of(resident, join="none")

    with full_store(monkeypatch):
        refused = resident.post("/report/", {**sent, "photos": [picture()]})

    page = refused.content.decode()
    assert refused.status_code == 422
    assert FULL in page and str(sent["words"]) in page
    assert kept_files() == files
    assert (File.objects.count(), Submission.objects.count()) == (0, 0)
    assert resident.post("/report/", sent).status_code == 303


def test_a_program_s_photo_without_room_leaves_no_file(
    town: CaseTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = kept_files()

    with full_store(monkeypatch):
        refused = Client().post(
            "/api/v1/uploads?client_id=full-disk-2", {"photo": io.BytesIO(photo())}
        )

    assert (refused.status_code, refused.json()["code"]) == (507, "no_room")
    assert (kept_files(), File.objects.count()) == (files, 0)


def test_new_keys_without_room_are_refused_alike(
    town: CaseTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlite3

    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL

    def none_left(*_more: Any) -> Any:
        raise full

    monkeypatch.setattr("gridward.vault.keyring.Keyring.new_subjects", none_left)
    before = stored()

    with pytest.raises(NoRoom):
        submit()
    with pytest.raises(NoRoom):
        vault.stage_upload(io.BytesIO(photo()), "photo.jpg", "test")

    assert stored() == before


def test_other_faults_stay_faults() -> None:
    with pytest.raises(OSError, match="is a directory"), disk.needs_room():
        raise OSError(errno.EISDIR, "is a directory")
