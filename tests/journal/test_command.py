"""`gridward journal`, as an operator uses it."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from django.utils import translation
from tests.databases import Space
from tests.jobs import run_jobs
from tests.journal.test_entries import change
from tests.journal.test_seals import Intruder, alter_text, make, sealed  # noqa: F401

from gridward.core.ids import new_id
from gridward.journal import actions, guards, queries, rules, subscriptions
from gridward.journal.errors import DeliveryNotFound, HeadUnreadable
from gridward.journal.models import Delivery, Entry
from gridward.web.cli.base import NotOk
from gridward.web.cli.management.commands.journal import Command


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def run(*arguments: str) -> tuple[dict[str, Any], str]:
    out = io.StringIO()
    command = Command(stdout=out)
    call_command(command, *arguments)
    return dict(command.data), out.getvalue()


def test_a_whole_journal_says_so(sealed: Space) -> None:  # noqa: F811
    data, text = run("verify")

    assert data["ok"] is True
    assert (data["entries"], data["seals"], data["pending"]) == (14, 3, 2)
    assert text.strip().splitlines() == [
        "14 entries under 3 seals, 2 waiting for the next one",
        "the journal is whole",
    ]


def test_a_fault_is_named_and_the_exit_code_is_one(sealed: Space) -> None:  # noqa: F811
    id = Entry.objects.get(seal=2, position=1).id
    alter_text(Intruder(sealed))

    with pytest.raises(NotOk) as told:
        run("verify")

    assert told.value.returncode == 1
    assert told.value.report["counts"] == {"entry_altered": 1, "root_differs": 1}
    assert told.value.report["faults"][0]["entry"] == str(id)


def test_the_head_is_published_and_compared(sealed: Space, tmp_path: Path) -> None:  # noqa: F811
    file = tmp_path / "head.json"

    data, text = run("head", "--out", str(file))
    assert text.strip() == f"head of seal 3 written to {file}"
    assert json.loads(file.read_text()) == queries.head()
    assert data["number"] == 3

    data, text = run("seal")
    assert data["seals"] == [4]
    data, text = run("verify", "--head", str(file))
    assert data["head_checked"] is True
    assert "the published head was compared" in text


def test_a_journal_cut_short_fails_against_the_head(
    sealed: Space,  # noqa: F811
    tmp_path: Path,
) -> None:
    file = tmp_path / "head.json"
    run("head", "--out", str(file))
    intruder = Intruder(sealed)
    intruder("DELETE FROM journal_entry WHERE seal_id = 3")
    intruder("DELETE FROM journal_seal WHERE number = 3")

    with pytest.raises(NotOk) as told:
        run("verify", "--head", str(file))

    assert told.value.report["counts"] == {"head_gone": 1}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"number": "x", "hash": "y"}'])
def test_a_file_that_is_no_head_is_refused(space: Space, tmp_path: Path, text: str) -> None:
    file = tmp_path / "head.json"
    file.write_text(text)

    with pytest.raises(HeadUnreadable):
        run("verify", "--head", str(file))
    with pytest.raises(HeadUnreadable):
        run("verify", "--head", str(tmp_path / "nowhere.json"))


def test_stuck_deliveries_are_listed_and_sent_again(space: Space) -> None:
    subscriptions.subscribe(
        "test.failing",
        verbs=["thing.changed"],
        handler="tests.journal.test_entries.listen_and_fail",
    )
    try:
        change(new_id())
        run_jobs()
        row = Delivery.objects.get()
        Delivery.objects.update(attempts=rules.ATTEMPTS)
        assert actions.fail_delivery(row.id, error="x") == "stuck"

        with pytest.raises(NotOk) as told:
            run("stuck")
        assert [d.id for d in told.value.report["deliveries"]] == [row.id]

        subscriptions.unsubscribe("test.failing")
        run("send-again", str(row.id))
        actions.finish_delivery(row.id)
        assert run("stuck")[1].strip() == "nothing is stuck"
    finally:
        subscriptions.unsubscribe("test.failing")
    with pytest.raises(DeliveryNotFound):
        run("send-again", str(new_id()))
    with pytest.raises(DeliveryNotFound):
        run("send-again", "no id")


def test_a_thousand_faults_are_counted_and_not_all_listed(space: Space) -> None:
    make(300)
    actions.seal_pending()
    guards.lower_guards(connections[space.alias])
    Intruder(space)("UPDATE journal_entry SET actor_id = 'nobody'")

    report = queries.verify()

    assert report.counts == {"entry_altered": 300}
    assert len(report.faults) == 200
