"""A street's ledger from a workbook: dates in many shapes, words resolved, nothing twice."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from tests.cases.ledgers import HEADINGS, street_ledger, workbook
from tests.cases.walking import CaseTown, case_town

from gridward.cases import actions, queries
from gridward.cases.errors import LedgerFaulty, LedgerUnreadable
from gridward.cases.models import Assignment, Case, Report, Submission
from gridward.cases.queries import LedgerTerms
from gridward.cases.rules import ledger as rules
from gridward.core import clock
from gridward.core.errors import NotAllowed
from gridward.journal import queries as journal
from gridward.territory import queries as territory
from gridward.vault import queries as vault

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)
ZONE = ZoneInfo("Asia/Shanghai")
TERMS = LedgerTerms(source="ledger.street-1")


@pytest.fixture
def town(db: None) -> CaseTown:
    return case_town()


def at(*parts: int) -> datetime:
    """A local moment of the street."""
    return datetime(*parts, tzinfo=ZONE)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("cell", "local"),
    [
        ("2026-11-3", (2026, 11, 3)),
        ("2026年11月3日", (2026, 11, 3)),
        ("11月3日", (2026, 11, 3)),
        ("11.3", (2026, 11, 3)),
        ("3日", (2026, 11, 3)),
        ("2026.11.3 上午9点", (2026, 11, 3, 9)),
        ("11-3 下午3点半", (2026, 11, 3, 15, 30)),
        ("2026年11月3日（星期二） 9时5分左右", (2026, 11, 3, 9, 5)),
        ("２０２６／１１／３ １５：２０", (2026, 11, 3, 15, 20)),
        ("20261103", (2026, 11, 3)),
        ("2026-11-03T09:05:07", (2026, 11, 3, 9, 5, 7)),
        (46329.0, (2026, 11, 3)),
        ("46329.5", (2026, 11, 3, 12)),
        (datetime(2026, 11, 3, 8, 30), (2026, 11, 3, 8, 30)),
        (date(2026, 11, 3), (2026, 11, 3)),
    ],
)
def test_a_date_is_read_in_every_shape_that_people_write(
    cell: object, local: tuple[int, ...]
) -> None:
    found = rules.moment(cell, rules.Month(2026, 11), TODAY)

    assert found == datetime(*local)  # type: ignore[arg-type]


@pytest.mark.parametrize("cell", ["昨天", "13月3日", "2026-2-30", "11月", "上午", 11.3, "25:00"])
def test_what_is_no_date_or_could_be_two_is_not_guessed(cell: object) -> None:
    with pytest.raises(ValueError):
        rules.moment(cell, rules.Month(2026, 11), TODAY)


def test_a_date_without_a_year_takes_that_of_its_sheet_and_turns_with_the_year() -> None:
    january = rules.month_of("2026年1月")
    nothing = rules.month_of("Sheet1")

    assert rules.moment("12月30日", january, TODAY) == datetime(2025, 12, 30)
    settled = rules.moment("1月2日", rules.Month(2025, 12), TODAY, after=date(2025, 12, 30))
    assert settled == datetime(2026, 1, 2)
    assert rules.moment("12月1日", nothing, TODAY) == datetime(2025, 12, 1)
    assert rules.month_of("十一月", "2026年台账") == rules.Month(2026, 11)


def test_titles_totals_and_empty_rows_are_left_out_and_the_rest_is_taken_over(
    town: CaseTown,
) -> None:
    by = town.viewer("S001")
    with clock.frozen(NOW):
        told = actions.import_ledger(street_ledger(), "台账.xlsx", TERMS, by=by)

    assert (told.done.added, told.done.open, told.done.closed) == (5, 2, 3)
    assert told.check.sheets == ("10月", "2026年11月")
    assert told.check.other_sheets == ("说明",)
    assert told.check.skipped == 5
    assert told.check.unused == ("备注",)
    assert told.check.unknown_departments == {"不知名单位": 1}
    cases = list(Case.objects.order_by("opened_at"))
    assert [case.opened_at for case in cases] == [
        at(2026, 10, 9, 9), at(2026, 10, 12, 15, 30), at(2026, 11, 3), at(2026, 11, 4, 8, 30),
        at(2026, 11, 5),
    ]  # fmt: skip
    assert [case.closed_at for case in cases] == [
        at(2026, 10, 10, 23, 59), at(2026, 10, 15, 23, 59), at(2026, 11, 5, 23, 59), None, None,
    ]  # fmt: skip
    assert [case.matter for case in cases] == [
        "manhole", "street_lamp", "litter", "road_damage", "road_damage",
    ]  # fmt: skip
    leads = Assignment.objects.order_by("case__opened_at")
    assert [part.organisation.key for part in leads] == ["mun-1", "mun", "urb"]
    assert all(town.town.streets[0] in case.chain for case in cases)


def test_its_words_are_kept_in_the_vault_and_found_by_the_search(town: CaseTown) -> None:
    by = town.viewer("S001")
    with clock.frozen(NOW):
        actions.import_ledger(street_ledger(), "台账.xlsx", TERMS, by=by)

    first = Report.objects.order_by("submitted_at").select_related("submission")[0]
    texts = vault.open_texts([first.words, first.place_words])
    assert texts == {first.words: "路口井盖响", first.place_words: "第一社区路口"}
    assert first.submission.vault_subject is not None
    assert "井盖" not in first.submission.source_id
    with clock.frozen(NOW):
        found = queries.list_page(by, order="newest", query="井盖响")
    assert [card.id for card in found.items] == [first.case_id]
    entry = journal.timeline([first.case_id])[0]
    assert (entry.verb, entry.actor_id) == ("case.imported", str(by.post_id))


def test_the_same_file_again_adds_nothing_and_one_row_more_adds_one(town: CaseTown) -> None:
    by = town.viewer("S001")
    more = workbook(
        {"11月": [HEADINGS, [1, "2026-11-5", "路面有坑", "", "路面坑洼"],
                  [2, "2026-11-6", "路面有坑", "", "路面坑洼"]]}
    )  # fmt: skip
    with clock.frozen(NOW):
        actions.import_ledger(street_ledger(), "台账.xlsx", TERMS, by=by)

        again = actions.import_ledger(street_ledger(), "另存.xlsx", TERMS, by=by)
        longer = actions.import_ledger(more, "台账.xlsx", TERMS, by=by)

    assert (again.done.added, again.done.already) == (0, 5)
    assert (longer.done.added, longer.done.already) == (1, 1)
    assert Submission.objects.count() == 6


def test_a_faulty_row_is_named_by_sheet_and_row_and_nothing_is_imported(town: CaseTown) -> None:
    by = town.viewer("S001")
    bad = workbook(
        {
            "11月": [
                ["2026年台账"],
                HEADINGS,
                [1, "昨天", "垃圾", "", "暴露垃圾、垃圾满溢", "", "", ""],
                [2, "11月3日", "", "某路口", "路灯不亮", "", "", ""],
                [3, "11月9日", "路灯不亮", "", "路灯不亮", "", "11月8日", ""],
                [4, "11月3日", "怪事", "", "没有这个事项", "", "", ""],
                [5, "11月3日", "路灯不亮", "", "路灯不亮", "", "", ""],
                [6, "2027-1-3", "路灯不亮", "", "路灯不亮", "", "", ""],
            ]
        }
    )
    with clock.frozen(NOW):
        check = queries.check_ledger(bad, "台账.xlsx", TERMS)
        with pytest.raises(LedgerFaulty):
            actions.import_ledger(bad, "台账.xlsx", TERMS, by=by)

    assert [(f.sheet, f.row, f.column, f.expected) for f in check.faults] == [
        ("11月", 3, "登记日期", "date"),
        ("11月", 4, "反映内容", "words"),
        ("11月", 5, "办结时间", "not_before"),
        ("11月", 6, "事项", "matter"),
        ("11月", 8, "登记日期", "past"),
    ]
    assert check.unknown_matters == {"没有这个事项": 1}
    assert Case.objects.count() == 0
    with clock.frozen(NOW):
        told = actions.import_ledger(bad, "台账.xlsx", TERMS, by=by, good_rows_only=True)
    assert told.done.added == 1


def test_a_word_that_a_person_explained_is_taken_over(town: CaseTown) -> None:
    odd = workbook({"11月": [HEADINGS, [1, "2026-11-3", "怪事", "", "没有这个事项"]]})
    terms = LedgerTerms(source="ledger.street-1", matters={"没有这个事项": "litter"})

    with clock.frozen(NOW):
        told = actions.import_ledger(odd, "台账.xlsx", terms, by=town.viewer("S001"))

    assert told.done.added == 1
    assert Case.objects.get().matter == "litter"


def test_a_desk_takes_over_what_lies_on_its_own_ground_only(town: CaseTown) -> None:

    other = territory.area(town.town.streets[1])
    far = workbook({"11月": [HEADINGS, [1, "2026-11-3", "路灯不亮", other.name, "路灯不亮"]]})

    with clock.frozen(NOW):
        with pytest.raises(LedgerFaulty):
            actions.import_ledger(far, "台账.xlsx", TERMS, by=town.viewer("S001"))
        with pytest.raises(NotAllowed):
            actions.import_ledger(far, "台账.xlsx", TERMS, by=town.viewer("M001"))

    assert Case.objects.count() == 0


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04nothing", b"\x00" * 200])
def test_what_is_no_workbook_gets_a_sentence(town: CaseTown, content: bytes) -> None:
    with pytest.raises(LedgerUnreadable, match=r"模板|template"):
        queries.check_ledger(content, "x.xlsx", TERMS)


def test_the_narrowest_area_that_words_name_is_found() -> None:
    street = rules.NamedArea(1, ("临汀街道", "临汀"), (1, None, None))
    here = rules.NamedArea(2, ("棠头社区", "棠头"), (1, 2, None))
    there = rules.NamedArea(3, ("苇步社区", "苇步"), (1, 3, None))
    grid = rules.NamedArea(4, ("棠头社区第二网格",), (1, 2, 4))
    areas = [street, here, there, grid]

    assert rules.area_in("临汀街道棠头村口", areas) == here
    assert rules.area_in("棠头社区 第二网格 12号", areas) == grid
    assert rules.area_in("棠头与苇步交界", areas) is None
    assert rules.area_in("某路口", areas) is None


def test_the_command_checks_imports_and_writes_an_empty_template(
    town: CaseTown, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, empty, words = tmp_path / "台账.xlsx", tmp_path / "空.xlsx", tmp_path / "words.yaml"
    file.write_bytes(street_ledger())
    words.write_text("departments: { 不知名单位: urb }\n", encoding="utf-8")

    def run(*arguments: str) -> dict[str, object]:
        with clock.frozen(NOW):
            call_command("cases", *arguments, "--json")
        told: dict[str, object] = json.loads(capsys.readouterr().out)
        return told

    dry = run("import", str(file), "--desk", "street-1", "--dry-run")
    assert (dry["to_import"], dry["imported"], Case.objects.count()) == (5, 0, 0)
    done = run("import", str(file), "--desk", "street-1", "--mapping", str(words))
    again = run("import", str(file), "--desk", "street-1")
    run("template", str(empty))

    assert (done["imported"], done["faulty"], done["unknown_departments"]) == (5, 0, {})
    assert (again["imported"], again["already_there"]) == (0, 5)
    with clock.frozen(NOW):
        check = queries.check_ledger(empty.read_bytes(), empty.name, TERMS)
    assert (check.rows, check.faults) == ((), ())
    assert check.sheets == ("2026年11月",)
