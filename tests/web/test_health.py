"""Two addresses for machines."""

import pytest
from django.db import DatabaseError, connections
from django.test import Client

from gridward.core import jurisdiction
from gridward.web import health


def test_the_process_is_alive_without_a_database(client: Client) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"ok": True})
    assert "no-store" in answer["Cache-Control"]


def test_it_is_ready_when_every_database_has_its_tables(client: Client, db: None) -> None:
    answer = client.get("/readyz")

    key = jurisdiction.current().key
    assert (answer.status_code, answer.json()) == (200, {"ok": True, "databases": {key: "ok"}})


def test_it_is_not_ready_while_a_database_does_not_answer(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise DatabaseError

    with monkeypatch.context() as broken:
        broken.setattr(connections["default"], "cursor", fail)
        answer = client.get("/readyz")

    assert answer.status_code == 503
    assert list(answer.json()["databases"].values()) == ["unreachable"]


def test_it_is_not_ready_while_tables_are_missing(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_migrated", set())
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda *_: [("x", False)])

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert list(answer.json()["databases"].values()) == ["not migrated"]
