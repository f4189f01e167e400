"""`gridward packs` and `gridward catalog`, as they are called."""

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation
from tests.catalog.folders import write_pack

from gridward.catalog.actions import decide
from gridward.journal.actions import ActorRef
from gridward.web.cli.base import NotOk


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out, stderr=StringIO())
    return out.getvalue()


def run_json(*words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(*words, "--json"))
    return found


def test_check_names_every_fault_and_fails(tmp_path: Path) -> None:
    faulty = write_pack(tmp_path, "mine", matters="matters:\n  - { extends: dragon@1 }\n")
    out = StringIO()

    with pytest.raises(NotOk):
        call_command("packs", "check", str(faulty), stdout=out)

    assert out.getvalue().splitlines() == [
        "mine/matters.yaml:2: expected an entry of a pack below, found dragon@1",
        "1 fault",
    ]


def test_check_counts_what_a_pack_holds() -> None:
    told = run_json("packs", "check", "urban-grid")

    assert (told["ok"], told["stack"], told["faults"]) == (True, ["base@1", "urban-grid@1"], [])
    assert told["counts"]["processes"] == 1


@pytest.mark.usefixtures("db")
def test_load_makes_an_edition_once() -> None:
    first = run_json("packs", "load", "urban-grid")
    again = run_json("packs", "load")

    assert (first["edition"], first["new"]) == (1, True)
    assert again == {**first, "new": False}


@pytest.mark.usefixtures("db")
def test_load_needs_to_know_what_the_first_time() -> None:
    with pytest.raises(CommandError) as refused:
        run("packs", "load")

    assert refused.value.returncode == 2


@pytest.mark.usefixtures("db")
def test_show_gives_an_overview_a_section_or_an_entry() -> None:
    run("packs", "load", "urban-grid")

    assert run_json("catalog", "show")["counts"]["matters"] == 127
    assert run_json("catalog", "show", "matters")["matters"]["manhole"] != ""
    entry = run_json("catalog", "show", "matters", "manhole")
    assert (entry["origin"], entry["entry"]["radius_m"]) == ("urban-grid@1", 50)
    assert "from urban-grid@1, edition 1" in run("catalog", "show", "matters", "manhole")
    with pytest.raises(CommandError):
        run("catalog", "show", "matters", "dragon")


@pytest.mark.usefixtures("db")
def test_diff_prints_what_changed() -> None:
    run("packs", "load", "urban-grid")
    decide("setting", {"photos_max": 3}, actor=ActorRef("system", "tests"))

    assert run("catalog", "diff", "1") == "~ settings photos_max: 9 → 3\n"
    assert run("catalog", "diff", "2", "2") == "no difference\n"
