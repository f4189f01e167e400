"""A city's history from a table: every row accounted for, times right, nothing twice."""

from __future__ import annotations

import contextlib
import csv
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from django.core.management import call_command
from tests.cases.history import ACTOR, MAPPING, import_, make_city, row, run, write
from tests.databases import Space

from gridward.access import queries as access
from gridward.access.rules import Viewer
from gridward.cases import actions, queries
from gridward.cases.models import Assignment, Case, Clock, Report, SearchDoc, Submission
from gridward.cases.rules.importing import ImportMapping, PastCase, RowFault, RowReader
from gridward.core import clock
from gridward.directory import actions as directory
from gridward.directory import queries as people
from gridward.directory.actions import NewPerson, NewPost
from gridward.journal import queries as journal
from gridward.vault.models import Secret
from gridward.web.cli import importing
from gridward.web.cli.base import NotOk
from gridward.web.cli.importing import MappingFaulty, TableUnreadable, import_file, read_mapping

DAY = timedelta(days=1)
LEAD = "department_handler"


@pytest.fixture(autouse=True)
def _city(request: pytest.FixtureRequest) -> None:
    # committed where several connections look at it, rolled back where one does
    request.getfixturevalue("space" if "space" in request.fixturenames else "db")
    make_city()


def test_a_closed_row_becomes_submission_report_case_clock_and_closing(tmp_path: Path) -> None:
    table, mapping = write(tmp_path, [row("A1")])

    told = import_(table, mapping)

    case = Case.objects.get()
    submission = Submission.objects.get()
    report = Report.objects.get()
    total = Clock.objects.get()
    assert (told["read"], told["imported"], told["ok"]) == (1, 1, True)
    assert (case.state, case.is_open, case.close_type, case.holder_id) == (
        "closed", False, "resolved", None,
    )  # fmt: skip
    assert case.opened_at == datetime(2011, 7, 1, 16, tzinfo=UTC)
    assert case.closed_at == datetime(2011, 7, 2, 16, tzinfo=UTC)
    assert (case.matter, case.channel, case.edition) == ("street_light", "hotline", 1)
    assert (submission.source, submission.source_id) == ("lampton", "A1")
    assert submission.outside_due_at == total.due_at == datetime(2011, 7, 8, 16, tzinfo=UTC)
    assert (total.milestone, total.basis, total.limits) == ("total", "given", [])
    assert (total.stopped_at, total.outcome) == (case.closed_at, "met")
    assert (report.case_id, report.area_id) == (case.id, case.area_id)
    assert (report.locate_reason, report.words) == ("inside", None)
    lead = Assignment.objects.get()
    assert (lead.organisation.key, lead.active, lead.end_reason) == ("public-works", False, "done")
    assert case.lead_id == lead.organisation_id
    assert SearchDoc.objects.filter(case=case).exists()
    assert not Secret.objects.exists()
    (entry,) = journal.timeline([case.id])
    assert (entry.verb, entry.actor_kind, entry.details["source"]) == (
        "case.imported", "import", "lampton",
    )  # fmt: skip


def test_an_open_row_waits_at_the_desk_with_its_clock_running(tmp_path: Path) -> None:
    table, mapping = write(tmp_path, [row(1, ended="", state="Open")])

    import_(table, mapping)

    case = Case.objects.get()
    total = Clock.objects.get()
    assert (case.state, case.is_open, case.holder_kind) == ("submitted", True, "desk")
    assert case.holder_id == case.desk_id
    assert (case.due_at, case.due_milestone) == (total.due_at, "total")
    assert total.stopped_at is None
    # what had passed before it came is no news: the sweeper says nothing of it
    assert (total.swept, total.look_at) == (3, None)
    assert actions.sweep_clocks().total == 0


def test_a_clock_that_still_has_time_is_swept_in_its_turn(tmp_path: Path) -> None:
    table, mapping = write(tmp_path, [row(1, opened="2011-07-05 08:30:00", ended="", state="Open")])
    with clock.frozen(datetime(2011, 7, 5, 13, tzinfo=UTC)):
        import_(table, mapping)

    total = Clock.objects.get()
    assert (total.swept, total.look_at) == (0, total.warn_at)
    assert actions.sweep_clocks(now=datetime(2011, 7, 9, tzinfo=UTC)).overdue == 1


def test_a_row_without_a_target_has_no_clock(tmp_path: Path) -> None:
    table, mapping = write(tmp_path, [row(1, due=""), row(2, due="", ended="", state="Open")])

    told = import_(table, mapping)

    assert (told["imported"], told["with_target"]) == (2, 0)
    assert not Clock.objects.exists()


def test_every_fault_is_named_by_row_and_column_and_the_rest_goes_in(tmp_path: Path) -> None:
    table, mapping = write(
        tmp_path,
        [
            row("ok"),
            row(""),
            row("x", opened="yesterday"),
            row("x", ended="2011-06-30 12:00:00"),
            row("x", state="Perhaps"),
            row("x", ended=""),
            row("x", y="north"),
            row("x", x="200"),
            row("x")[:-1],
            row("ok too"),
        ],
    )

    told = import_(table, mapping)

    assert (told["read"], told["imported"], told["faulty"], told["ok"]) == (10, 2, 8, False)
    with Path(told["faults_file"]).open(encoding="utf-8") as file:
        listed = [tuple(line) for line in csv.reader(file)]
    assert listed == [
        ("row", "column", "found", "expected"),
        ("3", "nr", "", "an id of 1 to 80 characters"),
        ("4", "opened", "yesterday", "a time as %Y-%m-%d %H:%M:%S or %d.%m.%Y %H:%M"),
        ("5", "ended", "2011-06-30 12:00:00", "not before 2011-07-01 12:00:00"),
        ("6", "state", "Perhaps", "one of Open, Closed, Done"),
        ("7", "state", "Closed", "a closing time beside it"),
        ("8", "y", "north", "a number of degrees"),
        ("9", "x", "200, 42.3127", "a place on the earth"),
        ("10", "", "9 cells", "10 cells"),
    ]


def test_faulty_rows_give_exit_code_1_and_mended_ones_go_in_later(tmp_path: Path) -> None:
    table, mapping = write(tmp_path, [row(1), row(2, opened="?")])
    with pytest.raises(NotOk):
        call_command("cases", "import", str(table), "--mapping", str(mapping))
    assert (tmp_path / "past.csv.faults.csv").exists()
    write(tmp_path, [row(1), row(2)])

    told = import_(table, mapping)

    assert (told["imported"], told["already_there"], told["ok"]) == (1, 1, True)
    assert not (tmp_path / "past.csv.faults.csv").exists()


def test_where_the_table_lies_on_a_read_only_folder_faults_go_to_the_jurisdictions_own(
    tmp_path: Path,
) -> None:
    table, mapping = write(tmp_path, [row(1, opened="?")])

    told = import_(table, mapping, "--faults", str(tmp_path / "nowhere" / "faults.csv"))

    assert told["faults_file"].endswith("imports/past.csv.faults.csv")
    assert Path(told["faults_file"]).read_text().splitlines()[1].startswith("2,opened,?")


def test_a_second_run_adds_nothing(tmp_path: Path) -> None:
    table, mapping = write(tmp_path, [row(1), row(2), row(2)], zipped=True)
    first = import_(table, mapping)

    second = import_(table, mapping)

    assert (first["imported"], first["already_there"]) == (2, 1)
    assert (second["imported"], second["already_there"], second["ok"]) == (0, 3, True)
    assert (Case.objects.count(), Submission.objects.count()) == (2, 2)


def test_an_interrupted_run_keeps_its_batches_and_the_next_goes_on(tmp_path: Path) -> None:
    table, path = write(tmp_path, [row(n) for n in range(1, 8)])
    mapping = read_mapping(path)
    batches = 0

    def interrupted(rows: list[PastCase], mapping: ImportMapping) -> actions.Imported:
        nonlocal batches
        batches += 1
        if batches == 3:
            raise KeyboardInterrupt
        return actions.import_cases(rows, mapping)

    with patch.object(importing, "import_cases", interrupted):
        first = import_file(table, mapping, rows_at_once=2)
    there = Case.objects.count()
    second = import_file(table, mapping, rows_at_once=2)

    assert (first.interrupted, first.read, first.imported, there) == (True, 4, 4, 4)
    assert (second.imported, second.already, second.read) == (3, 4, 7)
    assert first.is_whole and second.is_whole


def test_two_imports_of_one_table_at_once_take_each_row_once(space: Space, tmp_path: Path) -> None:
    table, path = write(tmp_path, [row(n) for n in range(40)])
    mapping = read_mapping(path)
    gate = threading.Barrier(2)
    known = actions.importing.queries.known_source_ids
    asked: list[int] = []

    def both_look_first(source: str, ids: list[str]) -> set[str]:
        found = known(source, ids)
        asked.append(1)
        if len(asked) <= 2:
            with contextlib.suppress(threading.BrokenBarrierError):
                gate.wait(2)
        return found

    def import_() -> importing.Told:
        return import_file(table, mapping, rows_at_once=20)

    with patch.object(actions.importing.queries, "known_source_ids", both_look_first):
        told = space.at_once(import_, import_)

    assert [one.read for one in told] == [40, 40]
    assert sum(one.imported for one in told) == Case.objects.count() == 40
    assert all(one.is_whole for one in told)
    assert [each.key for each in queries.broken_invariants() if each.cases] == []


def test_a_batch_goes_in_whole_or_not_at_all(tmp_path: Path) -> None:
    table, path = write(tmp_path, [row(1), row(2)])
    mapping = read_mapping(path)
    rows = [each for each in importing.rows_of(table, mapping) if isinstance(each, PastCase)]

    with (
        patch("gridward.cases.actions.importing.note_many", side_effect=RuntimeError),
        pytest.raises(RuntimeError),
    ):
        actions.import_cases(rows, mapping)

    assert not Case.objects.exists()
    assert actions.import_cases(rows, mapping).added == 2


def test_a_point_outside_and_a_row_without_one_go_to_the_desk(tmp_path: Path) -> None:
    table, mapping = write(tmp_path, [row(1, x="-70.5"), row(2, x="", y="")])

    told = import_(table, mapping)

    assert (told["imported"], told["outside"], told["without_place"]) == (2, 1, 1)
    assert set(Case.objects.values_list("area_id", "a1")) == {(None, None)}


def test_kinds_that_the_mapping_does_not_name_are_counted(tmp_path: Path) -> None:
    table, mapping = write(tmp_path, [row(1, kind="Whale"), row(2, kind="Whale"), row(3)])

    told = import_(table, mapping)

    assert told["unmapped"] == {"Whale": 2}
    assert Case.objects.filter(matter="general").count() == 2


def test_the_closing_line_accounts_for_every_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, mapping = write(tmp_path, [row(1), row(1), row(2, x="?")])

    with pytest.raises(NotOk):
        call_command("cases", "import", str(table), "--mapping", str(mapping))

    closing = capsys.readouterr().out.strip().splitlines()[-1]
    assert all(number in closing for number in ("3", "1"))
    told = import_(table, mapping)
    assert told["read"] == told["imported"] + told["already_there"] + told["faulty"]
    assert told["accounted_for"] is True


def test_a_mapping_is_checked_by_line(tmp_path: Path) -> None:
    table, path = write(tmp_path, [row(1)])
    path.write_text(
        MAPPING.replace("America/New_York", "America/Nowhere")
        .replace("  lat: y\n", "")
        .replace("language: en", "tongue: en"),
        encoding="utf-8",
    )

    with pytest.raises(MappingFaulty) as refused:
        import_(table, path)

    lines = {fault.line for fault in refused.value.faults}
    assert {3, 6, 7} <= lines
    assert not Case.objects.exists()


def test_keys_that_the_catalogue_lacks_are_named_by_line(tmp_path: Path) -> None:
    table, path = write(tmp_path, [row(1)])
    path.write_text(
        MAPPING.replace("Lamp: street_light", "Lamp: lighthouse")
        .replace("calendar: us-eastern", "calendar: lunar")
        .replace("public-works", "navy"),
        encoding="utf-8",
    )

    with pytest.raises(MappingFaulty) as refused:
        import_(table, path)

    assert [(fault.line, fault.found) for fault in refused.value.faults] == [
        (24, "lighthouse"),
        (4, "lunar"),
        (20, "navy"),
    ]


def test_a_table_without_a_mapped_column_is_refused(tmp_path: Path) -> None:
    table, mapping = write(tmp_path, [row(1)])
    table.write_text("nr,opened\n1,2011-07-01 12:00:00\n")

    with pytest.raises(TableUnreadable) as refused:
        import_(table, mapping)

    assert "due, ended, state" in refused.value.message


# --- moments --------------------------------------------------------------------------------------


def _read(tmp_path: Path, **changed: str) -> PastCase | RowFault:
    table, path = write(tmp_path, [row(1, **changed)])
    (found,) = importing.rows_of(table, read_mapping(path))
    return found


def test_local_times_are_read_in_summer_and_in_winter_time(tmp_path: Path) -> None:
    found = _read(
        tmp_path,
        opened="2011-11-05 12:00:00",
        due="2011-11-07 12:00:00",
        ended="06.11.2011 12:00",
    )

    assert isinstance(found, PastCase)
    assert found.opened == datetime(2011, 11, 5, 16, tzinfo=UTC)
    assert found.closed == datetime(2011, 11, 6, 17, tzinfo=UTC)
    assert found.target == datetime(2011, 11, 7, 17, tzinfo=UTC)


def test_in_the_hour_that_comes_twice_a_closing_is_not_before_the_opening(tmp_path: Path) -> None:
    found = _read(
        tmp_path,
        opened="2011-11-06 01:40:00",
        due="2011-11-07 12:00:00",
        ended="2011-11-06 01:10:00",
    )

    assert isinstance(found, PastCase)
    assert found.opened == datetime(2011, 11, 6, 5, 40, tzinfo=UTC)
    assert found.closed == datetime(2011, 11, 6, 6, 10, tzinfo=UTC)


def test_a_time_that_the_spring_change_skips_counts_an_hour_later(tmp_path: Path) -> None:
    found = _read(tmp_path, opened="2011-03-13 02:30:00")

    assert isinstance(found, PastCase)
    assert found.opened == datetime(2011, 3, 13, 7, 30, tzinfo=UTC)


def test_a_mapped_datum_is_turned_into_wgs84() -> None:
    import yaml

    shape = yaml.safe_load(MAPPING) | {"datum": "gcj02"}
    reader = RowReader(
        ImportMapping.model_validate(shape),
        ["nr", "opened", "due", "ended", "state", "kind", "unit", "way", "x", "y"],
    )

    found = reader.read(2, row(1, x="113.30", y="22.80"))

    assert isinstance(found, PastCase)
    assert (found.raw_lng, found.raw_lat) == (113.30, 22.80)
    assert found.lng is not None and found.lat is not None
    assert abs(found.lng - 113.2946) < 0.001 and abs(found.lat - 22.8027) < 0.001


# --- counting -------------------------------------------------------------------------------------


def test_counts_come_from_clocks_and_closings(tmp_path: Path) -> None:
    table, mapping = write(
        tmp_path,
        [
            row(1),
            row(2, ended="2011-07-08 12:00:00"),  # on the second of its target
            row(3, ended="2011-07-08 12:00:01"),
            row(4, ended="", state="Open"),
            row(5, ended="", state="Open", due="2059-12-31 12:00:00"),
            row(6, due=""),
            row(7, due="", ended="", state="Open"),
        ],
    )
    import_(table, mapping)

    counted = run("cases", "count", "--source", "lampton")

    assert {key: counted[key] for key in _KEYS} == {
        "cases": 7,
        "with_target": 5,
        "closed_by_target": 2,
        "closed_late": 1,
        "open_overdue": 1,
    }
    assert run("cases", "count", "--source", "elsewhere")["cases"] == 0
    assert run("cases", "count")["cases"] == 7


_KEYS = ("cases", "with_target", "closed_by_target", "closed_late", "open_overdue")


def test_counts_can_be_asked_as_of_an_earlier_day(tmp_path: Path) -> None:
    table, mapping = write(
        tmp_path, [row(1), row(2, opened="2011-07-05 12:00:00", ended="2011-07-09 12:00:00")]
    )
    import_(table, mapping)

    early = run("cases", "count", "--as-of", "2011-07-02T11:00-04:00")
    between = run("cases", "count", "--as-of", "2011-07-08T13:00-04:00")

    assert [early[key] for key in _KEYS] == [1, 1, 0, 0, 0]
    assert [between[key] for key in _KEYS] == [2, 2, 1, 0, 1]


def test_a_target_across_the_autumn_change_is_met_by_the_wall_clock(tmp_path: Path) -> None:
    table, mapping = write(
        tmp_path,
        [
            row(
                1,
                opened="2011-11-05 12:00:00",
                due="2011-11-07 12:00:00",
                ended="2011-11-07 12:00:00",
            )
        ],
    )
    import_(table, mapping)

    assert run("cases", "count")["closed_by_target"] == 1


# --- what was taken over is a case like any other -------------------------------------------------


def test_imported_cases_hold_every_invariant_and_every_clock_is_right(tmp_path: Path) -> None:
    table, mapping = write(tmp_path, [row(1), row(2, ended="", state="Open"), row(3, due="")])
    import_(table, mapping)

    assert run("cases", "check")["broken"] == {}
    audited = run("clocks", "audit")
    assert (audited["ok"], audited["clocks"]) == (True, 2)
    Clock.objects.filter(stopped_at=None).update(due_at=datetime(2012, 1, 1, tzinfo=UTC))
    wrong = run("clocks", "audit")
    case = Case.objects.get(is_open=True)
    assert [(f["case_number"], f["milestone"], f["what"]) for f in wrong["faults"]] == [
        (case.number, "total", "due")
    ]


def test_imported_cases_stand_on_pages_and_in_the_search(tmp_path: Path) -> None:
    table, mapping = write(tmp_path, [row(1), row(2, ended="", state="Open")])
    import_(table, mapping)
    viewer = _somebody("desk", "district_desk")

    listed = queries.list_page(viewer, order="newest")
    found = queries.list_page(viewer, query="路灯")
    page = queries.case_page(viewer, Case.objects.get(is_open=False).id)

    assert len(listed.items) == len(found.items) == 2
    assert page.reports[0].words in (None, "")


def test_an_open_one_goes_on_through_the_real_steps_and_keeps_its_target(tmp_path: Path) -> None:
    table, mapping = write(tmp_path, [row(1, ended="", state="Open")])
    import_(table, mapping)
    desk, works = _somebody("desk", "district_desk"), _somebody("public-works", LEAD)
    total = Clock.objects.get()
    case = Case.objects.get()
    Case.objects.filter(id=case.id).update(number="110701-9999999")  # not drawn for a check
    at = datetime(2011, 7, 5, 14, tzinfo=UTC)

    actions.accept_and_dispatch(
        case.id,
        by=desk,
        version=None,
        condition="street_light.usual",
        lead=works.organisation_id,
        at=at,
    )
    actions.acknowledge_case(case.id, by=works, version=None, at=at)
    actions.dispose_case(
        case.id, by=works, version=None, internal="Lamp 7", reply="Mended", at=at + DAY
    )
    closed = actions.pass_check(case.id, by=desk, version=None, at=at + 2 * DAY)

    assert (closed.state, closed.closed_at) == ("closed", at + 2 * DAY)
    after = Clock.objects.get(id=total.id)
    assert (after.start_at, after.due_at, after.basis) == (total.start_at, total.due_at, "given")
    assert (after.stopped_at, after.outcome) == (closed.closed_at, "met")
    assert run("cases", "count")["closed_by_target"] == 1
    assert run("cases", "check")["broken"] == {}
    assert run("clocks", "audit")["ok"]


def _somebody(organisation: str, role: str) -> Viewer:
    where = people.organisation_by_key(organisation)
    (person,) = directory.create_people(
        [NewPerson(organisation, "某人", posts=(NewPost(role, where.id, where.area_id),))],
        actor=ACTOR,
    )
    return access.viewer_of_post(people.posts_of_person(person)[0].post_id)
