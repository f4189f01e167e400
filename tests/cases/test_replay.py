"""`gridward replay`: rows of an older system walked through the real steps."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import pytest
from tests.cases.history import import_, make_city, row, run, write
from tests.databases import Space

from gridward.cases import errors, queries
from gridward.cases.models import Case, Submission
from gridward.cases.rules.importing import ImportMapping, PastCase
from gridward.catalog.errors import NoCatalogue
from gridward.catalog.loader import compile_packs
from gridward.core import jurisdiction
from gridward.web.cli import replaying
from gridward.web.cli.importing import MappingFaulty, read_mapping, rows_of
from gridward.web.cli.replaying import build_town, replay
from gridward.web.cli.scratch import scratch_jurisdiction

ROWS = [
    *(row(n, ended=f"2011-07-0{n} 15:00:00") for n in range(2, 8)),
    row(8, ended="2011-07-08 12:00:00"),
    row(9, ended="2011-07-08 12:00:01"),
    row(10, ended="2011-07-01 12:00:00"),  # closed in the second it was opened
    row(11, due="", ended="2011-07-20 12:00:00", kind="Hole"),
    row(12, ended="", state="Open"),
    row(13, x="", y=""),
]
FIGURES = {
    "cases": 12,
    "with_target": 11,
    "closed_by_target": 9,
    "closed_late": 1,
    "open_overdue": 1,
}


def test_rows_are_walked_in_a_jurisdiction_of_their_own_and_counted_alike(
    space: Space, tmp_path: Path
) -> None:
    make_city()
    table, mapping = write(tmp_path, ROWS)

    told = run("replay", str(table), "--mapping", str(mapping))

    assert told["ok"], told
    assert (told["rows"], told["where"], told["faulty_rows"]) == (12, "scratch", 0)
    assert told["on_time"] == told["on_time_of_the_rows"] == FIGURES
    assert told["ended"] == {"closed": 11, "handling": 1}
    assert (told["broken_invariants"], told["clock_faults"], told["refused"]) == ({}, [], [])
    steps = told["steps"]
    assert steps["submit"] == 12
    assert steps["accept_dispatch"] + steps["accept"] == 12
    assert steps["accept"] == steps["dispatch"] == 1
    assert steps["return"] == steps["redispatch"] + steps.get("uphold", 0) == 2
    assert (steps["rework"], steps["dispose"], steps["pass_check"]) == (1, 12, 11)
    assert not Case.objects.exists()
    import_(table, mapping)
    assert {key: run("cases", "count")[key] for key in FIGURES} == FIGURES


@pytest.mark.django_db
def test_into_the_current_jurisdiction_rows_are_walked_once(tmp_path: Path) -> None:
    table, path = write(tmp_path, ROWS[:3])
    mapping = read_mapping(path)
    rows = _rows(table, mapping)
    build_town(compile_packs(["imported-city"]), rows)
    path.write_text(path.read_text().replace("public-works", "pwd").replace("general }", "gen }"))
    path.write_text(path.read_text().replace("fallback: general, table", "fallback: gen, table"))

    first = run("replay", str(table), "--mapping", str(path), "--into", "current")
    second = run("replay", str(table), "--mapping", str(path), "--into", "current")

    assert (first["ok"], first["ended"], first["where"]) == (True, {"closed": 3}, "current")
    assert (second["already_there"], second["steps"]) == (3, {})
    assert set(Submission.objects.values_list("source", flat=True)) == {"replay.lampton"}
    assert [each.key for each in queries.broken_invariants() if each.cases] == []


@pytest.mark.django_db
def test_refused_steps_are_told_with_their_reasons(tmp_path: Path) -> None:
    table, path = write(tmp_path, ROWS[:2])
    mapping = read_mapping(path)
    rows = _rows(table, mapping)
    build_town(compile_packs(["imported-city"]), rows)

    with patch.object(replaying.actions, "dispose_case", lambda case_id, **given: _refuse()):
        done = replay(rows, mapping)

    assert done.refused == {("dispose", "reply_missing"): 2}
    assert "dispose" not in done.steps
    assert dict(done.ended) == {"handling": 2}


def _rows(table: Path, mapping: ImportMapping) -> list[PastCase]:
    return [each for each in rows_of(table, mapping) if isinstance(each, PastCase)]


def _refuse() -> Case:
    raise errors.REFUSALS["reply_missing"]()


def test_a_mapping_with_packs_is_rehearsed_where_nothing_is_loaded(
    space: Space, tmp_path: Path
) -> None:
    table, mapping = write(tmp_path, ROWS[:2])
    with pytest.raises(NoCatalogue):
        run("replay", str(table), "--mapping", str(mapping))
    text = mapping.read_text() + "packs: [imported-city]\n"
    mapping.write_text(text)

    told = run("replay", str(table), "--mapping", str(mapping), "--rows", "1")

    assert (told["ok"], told["rows"], told["ended"]) == (True, 1, {"closed": 1})
    mapping.write_text(text.replace("Lamp: street_light", "Lamp: lighthouse"))
    with pytest.raises(MappingFaulty):
        run("replay", str(table), "--mapping", str(mapping))


def test_a_scratch_jurisdiction_leaves_nothing_behind(space: Space) -> None:
    before = {each.key for each in jurisdiction.every()}
    with scratch_jurisdiction("America/New_York") as scratch:
        folder = jurisdiction.var_path("x").parent
        assert (scratch.zone, Case.objects.count()) == ("America/New_York", 0)
        assert folder.exists()

    assert not folder.exists()
    assert {each.key for each in jurisdiction.every()} == before
