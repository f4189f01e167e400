"""People and posts: giving, ending, importing."""

from __future__ import annotations

import csv
import io
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from tests.databases import Space
from tests.town import ACTOR, LONG_AGO, Town, make_town

from gridward.core import clock
from gridward.directory import actions, errors, queries
from gridward.directory.actions import NewPerson, NewPost
from gridward.journal import queries as journal
from gridward.vault import queries as vault
from gridward.web.cli.base import NotOk

HEADINGS = ["工号", "姓名", "手机号", "人员类别", "岗位", "所属单位", "网格"]


def table(*rows: list[object]) -> list[list[object]]:
    return [list(HEADINGS), *rows]


def names() -> dict[str, str]:
    return {
        n: p.name
        for n, p in queries.people_by_staff_number(["A1", "A2", "A3", "G001", "S001"]).items()
    }


# --- posts ------------------------------------------------------------------------------------


def test_somebody_can_hold_several_posts_at_once(town: Town) -> None:
    person = town.people["S001"]

    actions.give_post(
        person, role="caller", organisation_id=town.organisations["street-1"], actor=ACTOR
    )

    held = queries.posts_of_person(person)
    assert [h.role for h in held] == ["street_desk", "caller"]
    # without an area of its own a post stands on the organisation's ground
    assert [h.area_id for h in held] == [town.streets[0], town.streets[0]]


def test_a_post_ends_at_its_moment_and_stays_known(town: Town) -> None:
    end = LONG_AGO + timedelta(days=30)

    actions.end_post(town.posts["S001"], actor=ACTOR, at=end)

    assert queries.posts_of_person(town.people["S001"]) == []
    before = queries.posts_of_person(town.people["S001"], at=end - timedelta(seconds=1))
    assert [h.post_id for h in before] == [town.posts["S001"]]
    assert queries.holder(town.posts["S001"]).valid_to == end
    with pytest.raises(errors.PostEnded):
        actions.end_post(town.posts["S001"], actor=ACTOR)


def test_a_post_cannot_end_before_it_begins(town: Town) -> None:
    with pytest.raises(errors.PostEndsBeforeItBegins):
        actions.end_post(town.posts["S001"], actor=ACTOR, at=LONG_AGO - timedelta(days=1))
    with pytest.raises(errors.PostEndsBeforeItBegins):
        actions.give_post(
            town.people["S001"],
            role="caller",
            organisation_id=town.organisations["street-1"],
            valid_to=clock.now() - timedelta(days=1),
            actor=ACTOR,
        )


def test_the_same_post_is_not_given_twice(town: Town) -> None:
    with pytest.raises(errors.PostAlreadyHeld):
        actions.give_post(
            town.people["S001"],
            role="street_desk",
            organisation_id=town.organisations["street-1"],
            actor=ACTOR,
        )


def test_an_unknown_role_is_refused_and_known_ones_are_named(town: Town) -> None:
    with pytest.raises(errors.UnknownRole, match="street_desk"):
        actions.give_post(
            town.people["S001"],
            role="mayor",
            organisation_id=town.organisations["street-1"],
            actor=ACTOR,
        )


def test_administrators_exclude_every_other_post(town: Town) -> None:
    district = town.organisations["district"]
    (admin,) = actions.create_people(
        [NewPerson("X1", "安全员", posts=(NewPost("security_admin", district),))], actor=ACTOR
    )

    for person, role in (
        (admin, "audit_admin"),
        (admin, "street_desk"),
        (town.people["S001"], "system_admin"),
    ):
        with pytest.raises(errors.PostsExclude):
            actions.give_post(person, role=role, organisation_id=district, actor=ACTOR)

    assert [h.role for h in queries.posts_of_person(admin)] == ["security_admin"]
    # once the first post has ended the other may follow
    actions.end_post(queries.posts_of_person(admin)[0].post_id, actor=ACTOR)
    actions.give_post(admin, role="audit_admin", organisation_id=district, actor=ACTOR)


def test_two_posts_given_at_once_cannot_slip_past_the_administrators_rule(space: Space) -> None:
    town = make_town()
    district = town.organisations["district"]
    (person,) = actions.create_people([NewPerson("X1", "新人")], actor=ACTOR)

    def give(role: str) -> object:
        return actions.give_post(person, role=role, organisation_id=district, actor=ACTOR)

    results = space.at_once(lambda: give("audit_admin"), lambda: give("security_admin"))

    assert len(queries.posts_of_person(person)) == 1
    assert sum(isinstance(r, errors.PostsExclude) for r in results) == 1


def test_who_works_in_a_grid_is_known_full_time_first(town: Town) -> None:
    grid = town.grids[0]
    station = queries.holder(town.posts["G001"]).organisation_id
    actions.create_people(
        [NewPerson("A0", "骑手", "", "part_time", (NewPost("grid_worker", station, grid),))],
        actor=ACTOR,
    )

    assert [h.staff_number for h in queries.workers_of_grid(grid)] == ["G001", "A0"]
    assert {h.staff_number for h in queries.staff_of(station, role="grid_worker")} >= {"G001", "A0"}


# --- telephone numbers ------------------------------------------------------------------------


def test_a_phone_stands_in_the_vault_and_finds_its_person(town: Town) -> None:
    person = queries.person(town.people["G001"])

    assert vault.open_text(person.phone) == "13900000001"
    assert vault.subjects_by_phones(["+86 139 0000 0001"]) == {
        "+86 139 0000 0001": [person.subject]
    }


def test_a_phone_belongs_to_one_member_of_staff(town: Town) -> None:
    with pytest.raises(errors.PhoneTaken):
        actions.create_people([NewPerson("A1", "另一人", "139-0000-0001")], actor=ACTOR)

    assert names() == {"G001": "网格员1", "S001": "街道员1"}


# --- import -----------------------------------------------------------------------------------


def test_an_import_adds_people_with_posts_and_the_journal_says_so(town: Town) -> None:
    code = queries_area_code(town.grids[0])
    report = actions.import_people(
        table(
            ["A1", "张示例", "13911110001", "专职", "网格员", "station-1", code],
            ["A2", "李示例", "", "", "", "", ""],
        ),
        actor=ACTOR,
    )

    assert (report.rows, report.people_added, report.posts_given, report.rows_without_post) == (
        2,
        2,
        1,
        1,
    )
    (post,) = queries.posts_of_person(report.people["A1"])
    assert (post.role, post.area_id, post.worker_kind) == (
        "grid_worker",
        town.grids[0],
        "full_time",
    )
    assert [line.verb for line in journal.timeline([report.people["A1"]])] == ["person.added"]
    assert [line.verb for line in journal.timeline([post.post_id])] == ["post.given"]


def queries_area_code(area_id: int) -> str:
    from gridward.territory import queries as ground

    return ground.area(area_id).code


def test_the_same_file_twice_changes_nothing(town: Town) -> None:
    rows = table(
        ["A1", "张示例", "13911110001", "专职", "网格员", "station-1", ""],
        ["A1", "张示例", "13911110001", "专职", "caller", "street-1", ""],
        ["A2", "李示例", "13911110002", "", "", "", ""],
    )
    actions.import_people(rows, actor=ACTOR)
    entries = count_entries()

    again = actions.import_people(rows, actor=ACTOR)

    assert (again.people_added, again.people_changed, again.people_unchanged) == (0, 0, 2)
    assert (again.posts_given, again.posts_kept) == (0, 2)
    assert count_entries() == entries


def count_entries() -> int:
    from gridward.core.db import connection

    with connection().cursor() as cursor:
        cursor.execute("SELECT count(*) FROM journal_entry")
        return int(cursor.fetchone()[0])


def test_a_changed_row_changes_the_person_and_the_old_phone_opens_nothing(town: Town) -> None:
    actions.import_people(table(["A1", "张示例", "13911110001", "", "", "", ""]), actor=ACTOR)

    report = actions.import_people(
        table(["A1", "张改名", "13911110009", "兼职", "", "", ""]), actor=ACTOR
    )

    assert report.people_changed == 1
    person = queries.person_by_staff_number("A1")
    assert (person.name, person.worker_kind) == ("张改名", "part_time")
    assert vault.open_text(person.phone) == "13911110009"
    assert vault.subjects_by_phones(["13911110001"]) == {}
    # an empty cell says nothing about the number
    actions.import_people(table(["A1", "张改名", "", "兼职", "", "", ""]), actor=ACTOR)
    assert vault.open_text(queries.person_by_staff_number("A1").phone) == "13911110009"


def test_one_faulty_row_stops_the_whole_import(town: Town) -> None:
    rows = table(
        ["A1", "张示例", "", "", "", "", ""],
        ["A2", "", "", "", "", "", ""],
        ["A3", "王示例", "13900000001", "", "", "", ""],
        ["S001", "街道员1", "", "", "audit_admin", "district", ""],
    )

    with pytest.raises(errors.FaultyRows) as refused:
        actions.import_people(rows, actor=ACTOR)

    assert [(f.row, f.column, f.code, f.value) for f in refused.value.params["faults"]] == [
        (3, "name", "missing", ""),
        (4, "phone", "phone_of_another", "G001"),
        (5, "role", "posts_exclude", "audit_admin"),
    ]
    assert names() == {"G001": "网格员1", "S001": "街道员1"}


def test_the_good_rows_alone_can_be_imported(town: Town) -> None:
    rows = table(["A1", "张示例", "", "", "", "", ""], ["A2", "", "", "", "", "", ""])

    report = actions.import_people(rows, actor=ACTOR, good_rows_only=True)

    assert (report.rows, report.people_added, len(report.faults)) == (2, 1, 1)
    assert names() == {"A1": "张示例", "G001": "网格员1", "S001": "街道员1"}


def test_a_dry_run_reports_and_writes_nothing(town: Town) -> None:
    entries = count_entries()

    report = actions.import_people(
        table(["A1", "张示例", "13911110001", "", "caller", "street-1", ""]),
        actor=ACTOR,
        dry_run=True,
    )

    assert (report.people_added, report.posts_given, report.dry_run) == (1, 1, True)
    assert names() == {"G001": "网格员1", "S001": "街道员1"}
    assert count_entries() == entries
    assert vault.subjects_by_phones(["13911110001"]) == {}


def test_missing_headings_are_named_in_both_languages(town: Town) -> None:
    with pytest.raises(errors.MissingHeadings, match="工号 \\(staff_number\\)"):
        actions.import_people([["姓名"], ["张示例"]], actor=ACTOR)


def test_a_district_of_2642_people_is_imported_within_ten_seconds(town: Town) -> None:
    rows = table(
        *(
            [
                f"P{n:04d}",
                f"人员{n}",
                f"137{n:08d}",
                "专职" if n < 383 else "兼职",
                "网格员",
                f"station-{n % 4 + 1}",
                "",
            ]
            for n in range(2642)
        )
    )

    started = time.perf_counter()
    report = actions.import_people(rows, actor=ACTOR)
    seconds = time.perf_counter() - started

    assert (report.people_added, report.posts_given) == (2642, 2642)
    assert seconds < 10


def test_import_sends_the_same_statements_for_few_and_for_many(
    town: Town, django_assert_max_num_queries: object
) -> None:
    def rows(first: int, last: int) -> list[list[object]]:
        return table(
            *(
                [f"P{n}", f"人员{n}", f"137{n:08d}", "", "网格员", "station-1", ""]
                for n in range(first, last)
            )
        )

    for first, last in ((0, 2), (2, 402)):
        with django_assert_max_num_queries(30):  # type: ignore[operator]
            actions.import_people(rows(first, last), actor=ACTOR)


# --- commands ---------------------------------------------------------------------------------


def written(path: Path, *rows: list[str]) -> Path:
    out = io.StringIO()
    csv.writer(out).writerows([HEADINGS, *rows])
    path.write_text(out.getvalue(), encoding="utf-8-sig")
    return path


def test_people_import_opens_accounts_and_reports_as_json(
    town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import json

    from gridward.access import queries as access

    path = written(tmp_path / "people.csv", ["A1", "张示例", "", "", "caller", "street-1", ""])

    call_command("people", "import", str(path), "--json")

    told = json.loads(capsys.readouterr().out)
    assert told["people"] == {"added": 1, "changed": 0, "unchanged": 0}
    assert told["posts"] == {"given": 1, "kept": 0}
    account = access.account_by_login("a1")
    assert account is not None
    assert not account.has_usable_password()


def test_people_import_with_faults_ends_with_exit_code_1(town: Town, tmp_path: Path) -> None:
    path = written(tmp_path / "people.csv", ["A1", "", "", "", "", "", ""])

    with pytest.raises(NotOk) as refused:
        call_command("people", "import", str(path), "--json")

    assert refused.value.report["faults"] == [
        {"row": 2, "column": "name", "code": "missing", "value": ""}
    ]
    assert names() == {"G001": "网格员1", "S001": "街道员1"}


def test_one_staff_number_in_small_and_capital_letters_is_one_person(town: Town) -> None:
    report = actions.import_people(table(["ａ1", "张示例", "", "", "", "", ""]), actor=ACTOR)

    assert list(report.people) == ["A1"]
    with pytest.raises(errors.StaffNumberTaken):
        actions.create_people([NewPerson("a1", "另一人")], actor=ACTOR)
    assert queries.person_by_staff_number("a1").name == "张示例"


def test_a_number_that_was_erased_can_be_given_again(town: Town) -> None:
    from gridward.vault import actions as vault_actions

    person = queries.person(town.people["G001"])
    assert person.subject is not None
    vault_actions.erase_subjects([person.subject], actor=ACTOR, grounds_code="asked")
    assert vault.subjects_by_phones(["13900000001"]) == {}

    report = actions.import_people(
        table(["G001", "网格员1", "13900000001", "专职", "", "", ""]), actor=ACTOR
    )

    assert report.people_changed == 1
    again = queries.person(town.people["G001"])
    assert again.subject != person.subject
    assert vault.open_text(again.phone) == "13900000001"


def test_two_jurisdictions_in_one_process_know_nothing_of_one_another(
    two_spaces: tuple[Space, Space],
) -> None:
    from gridward.access import queries as access

    first, second = two_spaces
    with first.entered():
        make_town()
        assert queries.organisation_by_key("street-1").title_zh == "第1街道"
    with second.entered():
        assert queries.organisations() == []
        assert queries.person_ids(["G001"]) == {}
        assert access.account_by_login("13900000001") is None
        with pytest.raises(errors.NoSuchOrganisation):
            queries.organisation_by_key("street-1")
        town = make_town()
        actions.set_organisation_active(town.organisations["street-1"], active=False, actor=ACTOR)
    with first.entered():
        assert queries.organisation_by_key("street-1").active is True
    with second.entered():
        assert queries.organisation_by_key("street-1").active is False
