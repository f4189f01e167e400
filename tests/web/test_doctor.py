"""`gridward doctor` names what is there, what is missing, and how to mend it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.utils import translation
from django_tasks_db.models import DBTaskResult
from tests.databases import Space, as_owner
from tests.web.test_jobs import fail_with, write_down

from gridward.web.cli import examination
from gridward.web.cli.base import NotOk
from gridward.web.cli.examination import Finding, examine


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def found(name: str) -> list[Finding]:
    return [one for one in examine() if one.name.startswith(name)]


def test_a_place_in_order_has_nothing_missing(space: Space) -> None:
    assert [one for one in examine() if one.state == "missing"] == []
    assert found(f"database {space.key}")[0].state == "ok"


def test_a_database_without_tables_is_missing_with_the_way_to_mend_it(
    space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examination, "database_state", lambda _alias: "not migrated")

    (one,) = found("database")
    assert one.state == "missing"
    assert "gridward migrate" in one.mend
    with pytest.raises(NotOk):
        call_command("doctor", "--json")


def test_a_database_that_does_not_answer_is_missing(
    space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examination, "database_state", lambda _alias: "unreachable")

    assert [one.what for one in found("database")] == ["does not answer"]


def test_jobs_without_a_worker_are_a_warning(space: Space) -> None:
    write_down.enqueue(1)

    (one,) = found("jobs")
    assert (one.state, one.what) == ("warn", "1 wait and no worker runs here")


def test_failed_jobs_are_a_warning(space: Space) -> None:
    fail_with.enqueue("x")
    DBTaskResult.objects.update(status="FAILED")

    assert [one.what for one in found("jobs") if one.state == "warn"] == ["1 failed"]


def test_keys_that_others_may_read_are_a_warning(space: Space) -> None:
    keys = Path(settings.GRIDWARD_VAR, space.key, "keys")
    keys.mkdir(parents=True, mode=0o700)
    (keys / "master.key").write_bytes(b"k")
    (keys / "master.key").chmod(0o644)

    (one,) = found("keys")
    assert one.state == "warn"
    assert one.what == "others may read master.key"
    assert one.mend == f"chmod -R go= {keys}"


def test_a_role_that_owns_the_tables_is_a_warning(space: Space) -> None:
    if connections[space.alias].vendor != "postgresql":
        return  # the embedded database knows no roles
    assert [one for one in found("database") if one.state == "warn"] == []

    with as_owner(space):
        (one,) = [one for one in found("database") if one.state == "warn"]

    assert "is the owner of the tables" in one.what
    assert "gridward grants" in one.mend


def test_a_way_out_that_is_half_named_is_a_warning_with_what_is_missing(
    space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [(one.state, one.what) for one in found("notices")] != []

    monkeypatch.setattr(examination.channels, "faults", lambda: ["say GRIDWARD_SMS_URL"])

    (one, *_rest) = found("notices")
    assert (one.state, one.what) == ("warn", "say GRIDWARD_SMS_URL")


def test_the_doctor_speaks_chinese_throughout(
    space: Space, capsys: pytest.CaptureFixture[str]
) -> None:
    with translation.override("zh-hans"):
        call_command("doctor")

    told = capsys.readouterr().out
    assert f"数据库 {space.key}" in told
    assert "front end" not in told
