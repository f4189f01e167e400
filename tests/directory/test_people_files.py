"""What a people file says, row by row."""

from __future__ import annotations

import uuid

import pytest

from gridward.directory import errors, files, rules
from gridward.directory.rules import Fault

DESK = uuid.uuid4()
AREAS = {"440799001001001": [7], "第一网格": [7, 8]}
KNOWN = rules.Known(
    roles={"grid_worker": "grid_worker", "网格员": "grid_worker", "street_desk": "street_desk"},
    organisations={"street-1": [DESK], "twice": [DESK, uuid.uuid4()]},
    areas=lambda word: AREAS.get(word, []),
    organisation_areas={DESK: 3},
)
HEADINGS = ["工号", "姓名", "手机号(选填)", "人员类别", "岗位", "所属单位", "网格编码"]


def read(
    *rows: list[object], heading: list[object] | None = None
) -> tuple[list[rules.PersonRow], list[Fault]]:
    return rules.read_rows([heading or HEADINGS, *rows], KNOWN)


def test_a_row_with_chinese_headings_becomes_a_person_with_a_post() -> None:
    good, faults = read(
        ["A1", "张示例", "+86 139-0000-0001", "专职", "网格员", "street-1", 440799001001001.0]
    )

    assert faults == []
    assert good == [
        rules.PersonRow(2, "A1", "张示例", "13900000001", "full_time", "grid_worker", DESK, 7)
    ]


def test_english_headings_in_another_order_say_the_same() -> None:
    good, faults = read(
        ["part-time", "Example", "A2", "grid_worker", "street-1"],
        heading=["Kind", "Name", "Staff number", "Role", "Organisation"],
    )

    assert faults == []
    assert good == [rules.PersonRow(2, "A2", "Example", "", "part_time", "grid_worker", DESK, 3)]


def test_a_title_above_the_headings_is_passed_over_and_rows_keep_their_numbers() -> None:
    table = [["某街道人员花名册"], [], HEADINGS, ["A1", "", "", "", "", "", ""]]

    assert rules.heading_row(table) == 2
    assert rules.read_rows(table, KNOWN, heading=2) == ([], [Fault(4, "name", "missing")])


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (["", "甲", "", "", "", "", ""], Fault(2, "staff_number", "missing")),
        (["A 1", "甲", "", "", "", "", ""], Fault(2, "staff_number", "bad_staff_number", "A 1")),
        (["A1", "甲" * 81, "", "", "", "", ""], Fault(2, "name", "too_long", "甲" * 81)),
        # the number itself is never repeated in a fault
        (["A1", "甲", "12x", "", "", "", ""], Fault(2, "phone", "bad_phone")),
        (
            ["A1", "甲", "", "临时", "", "", ""],
            Fault(2, "worker_kind", "unknown_worker_kind", "临时"),
        ),
        (["A1", "甲", "", "", "局长", "street-1", ""], Fault(2, "role", "unknown_role", "局长")),
        (
            ["A1", "甲", "", "", "网格员", "nowhere", ""],
            Fault(2, "organisation", "unknown_organisation", "nowhere"),
        ),
        (["A1", "甲", "", "", "网格员", "", ""], Fault(2, "organisation", "missing")),
        (
            ["A1", "甲", "", "", "网格员", "twice", ""],
            Fault(2, "organisation", "ambiguous_organisation", "twice"),
        ),
        (
            ["A1", "甲", "", "", "网格员", "street-1", "第一网格"],
            Fault(2, "area", "ambiguous_area", "第一网格"),
        ),
        (
            ["A1", "甲", "", "", "网格员", "street-1", "999"],
            Fault(2, "area", "unknown_area", "999"),
        ),
        (["A1", "甲", "", "", "", "street-1", ""], Fault(2, "role", "missing")),
    ],
)
def test_a_fault_names_row_column_and_what_is_wrong(row: list[object], fault: Fault) -> None:
    assert read(row) == ([], [fault])


def test_two_rows_of_one_person_are_two_posts_when_they_agree() -> None:
    good, faults = read(
        ["A1", "甲", "", "", "网格员", "street-1", ""],
        ["A1", "甲", "", "", "street_desk", "street-1", ""],
        ["A1", "乙", "", "", "", "", ""],
    )

    assert [r.role for r in good] == ["grid_worker", "street_desk"]
    assert faults == [Fault(4, "staff_number", "not_the_same_person", "A1")]


def test_one_phone_cannot_be_two_peoples() -> None:
    good, faults = read(
        ["A1", "甲", "13900000001", "", "", "", ""], ["A2", "乙", "139 0000 0001", "", "", "", ""]
    )

    assert [r.staff_number for r in good] == ["A1"]
    assert faults == [Fault(3, "phone", "phone_of_another", "A1")]


def test_required_headings_are_asked_for() -> None:
    assert rules.columns(["姓名", "电话"]) == ({"name": 0, "phone": 1}, ["staff_number"])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
def test_csv_is_read_in_the_encodings_that_spreadsheets_write(encoding: str) -> None:
    content = "工号,姓名\r\nA1,张示例\r\n".encode(encoding)

    assert files.table_of(content, "people.csv") == [["工号", "姓名"], ["A1", "张示例"]]


def test_the_templates_are_read_back_as_good_tables() -> None:
    for kind in ("csv", "xlsx"):
        table = files.table_of(files.template(kind), f"template.{kind}")
        assert tuple(table[0]) == files.TEMPLATE_HEADINGS
        assert [row[0] for row in table[1:]] == ["A0001", "A0002"]
        assert rules.columns(table[0])[1] == []


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 no zip", b"\x00\x01\x02", b"\xd0\xcf\x11\xe0"]
)
def test_what_is_no_table_is_refused(content: bytes) -> None:
    with pytest.raises(errors.UnreadableFile):
        files.table_of(content, "x")


def test_administrators_hold_no_other_post() -> None:
    assert rules.may_hold_together(["street_desk", "caller"])
    assert rules.may_hold_together(["audit_admin"])
    assert not rules.may_hold_together(["audit_admin", "system_admin"])
    assert not rules.may_hold_together(["security_admin", "street_desk"])


@pytest.mark.guard
def test_every_fault_of_a_people_file_has_its_words() -> None:
    import ast
    import inspect

    from gridward.directory import actions

    codes = set()
    for module in (rules, actions):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if not isinstance(node, ast.Call):
                continue
            name = ast.unparse(node.func)
            place = {"fault": 1, "Fault": 2, "rules.Fault": 2}.get(name)
            if place is not None and len(node.args) > place:
                argument = node.args[place]
                if isinstance(argument, ast.Constant):
                    codes.add(argument.value)
    codes |= {
        f"{way}_{what}" for way in ("unknown", "ambiguous") for what in ("organisation", "area")
    }

    assert codes | {"missing"} == set(errors.FAULTS)
