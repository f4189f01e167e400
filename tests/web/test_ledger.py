"""A street's ledger at the desk's own page: checked, explained, taken over, once."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.cases.ledgers import HEADINGS, street_ledger, workbook
from tests.cases.walking import CaseTown, case_town
from tests.web.signing import client_of

from gridward.cases.models import Case
from gridward.core import clock

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
PAGE = "/desk/ledger/"


@pytest.fixture
def desk(db: None) -> Client:
    town = case_town()
    with clock.frozen(NOW):
        return client_of(town, "S001")


def upload(content: bytes, name: str = "台账.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_it_is_checked_first_then_imported_and_the_second_time_adds_nothing(desk: Client) -> None:
    with clock.frozen(NOW):
        checked = desk.post(PAGE, {"file": upload(street_ledger())})
        before = Case.objects.count()
        done = desk.post(PAGE, {"do": "import"})
        again = desk.post(PAGE, {"file": upload(street_ledger())})

    assert (checked.status_code, before) == (200, 0)
    assert 'value="import"' in checked.content.decode()
    assert (done.status_code, Case.objects.count()) == (200, 5)
    assert 'value="import"' not in again.content.decode()


def test_an_unknown_word_is_asked_about_and_taken_over_once_it_is_explained(desk: Client) -> None:
    odd = workbook({"11月": [HEADINGS, [1, "2026-11-3", "怪事", "", "没有这个事项"]]})
    with clock.frozen(NOW):
        asked = desk.post(PAGE, {"file": upload(odd)})
        words = {"word-0": "没有这个事项", "matter-0": "litter"}
        explained = desk.post(PAGE, {"do": "check", **words})
        done = desk.post(PAGE, {"do": "import", **words})

    assert 'name="word-0" value="没有这个事项"' in asked.content.decode()
    assert 'value="import"' not in asked.content.decode()
    assert 'value="import"' in explained.content.decode()
    assert done.status_code == 200
    assert Case.objects.get().matter == "litter"


def test_faults_are_listed_by_sheet_and_row_and_the_good_rows_can_go_alone(desk: Client) -> None:
    bad = workbook(
        {"11月": [HEADINGS, [1, "昨天", "垃圾", "", "路灯不亮"],
                  [2, "2026-11-3", "<b>路灯</b>", "", "路灯不亮"]]}
    )  # fmt: skip
    with clock.frozen(NOW):
        page = desk.post(PAGE, {"file": upload(bad)}).content.decode()
        refused = desk.post(PAGE, {"do": "import"})
        before = Case.objects.count()
        desk.post(PAGE, {"do": "good"})

    assert "11月" in page and "昨天" in page
    assert (refused.status_code, before) == (422, 0)
    assert Case.objects.count() == 1


@pytest.mark.parametrize("content", [b"MZ\x00\x00", b"", b"PK\x03\x04"])
def test_what_is_no_workbook_changes_nothing(desk: Client, content: bytes) -> None:
    with clock.frozen(NOW):
        answer = desk.post(PAGE, {"file": upload(content, "bad.xlsx")})

    assert answer.status_code == 422
    assert Case.objects.count() == 0


def test_importing_without_a_file_says_what_to_do(desk: Client) -> None:
    with clock.frozen(NOW):
        answer = desk.post(PAGE, {"do": "import"})

    assert answer.status_code == 422
    assert Case.objects.count() == 0


def test_the_template_is_a_workbook_with_this_month(desk: Client) -> None:
    from python_calamine import CalamineWorkbook

    with clock.frozen(NOW):
        told = desk.get(PAGE + "template.xlsx")

    book = CalamineWorkbook.from_filelike(io.BytesIO(told.content))
    assert book.sheet_names == ["2026年11月", "可用的事项", "可用的办理单位"]
    assert book.get_sheet_by_index(0).to_python()[1][1:3] == ["登记时间", "内容"]


@pytest.mark.parametrize("number", ["M001", "C001"])
def test_only_desks_of_streets_and_the_district_may(db: None, number: str) -> None:
    town: CaseTown = case_town()

    assert client_of(town, number).get(PAGE).status_code == 403
