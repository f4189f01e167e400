"""What reporters ask about their data, and what goes when its time is over."""

from __future__ import annotations

import io
import json
import os
import zipfile
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test import Client
from tests.cases.stepping import refused
from tests.cases.walking import HERE, MONDAY, CaseTown, case_of, staged, submit, walk
from tests.town import ACTOR
from tests.web.signing import client_of

from gridward.cases import actions, errors, queries
from gridward.cases.actions import Contact, Receipt, Told
from gridward.cases.actions.data_requests import retain_by_itself
from gridward.cases.models import Case, DataRequest, Submission
from gridward.cases.rules.retention import months_after
from gridward.catalog.actions import make_edition
from gridward.catalog.queries import catalogue
from gridward.core import clock
from gridward.core.errors import BadInput, NotFound
from gridward.journal import queries as journal
from gridward.journal.models import Entry
from gridward.vault import queries as vault
from gridward.vault.errors import FileGone

PHONE = "13800138000"


def told(words: str = "井盖松了，我叫王小明") -> Receipt:
    return actions.submit_report(
        [Told(words=words, place=HERE, matter="manhole", photos=(staged(),))],
        contact=Contact(PHONE, "王小明"),
        staged_by="test",
        at=MONDAY,
    )


def filed(receipt: Receipt, kind: str, **said: str) -> DataRequest:
    return DataRequest.objects.get(
        id=actions.ask_about_data(receipt.submission, kind, at=MONDAY, **said)
    )


# --- asking ---------------------------------------------------------------------------------------


def test_a_request_waits_at_the_desk_of_the_case_and_is_due_in_fifteen_days(
    town: CaseTown,
) -> None:
    receipt = told()

    row = filed(receipt, "correct", field="phone", what="号码错了", wish="13900139000")

    (shown,) = queries.requests_of_desk(town.viewer("S001"), MONDAY)
    assert (row.state, row.due_at - row.filed_at) == ("filed", timedelta(days=15))
    assert (shown.what, shown.wish, shown.late) == ("号码错了", "13900139000", False)
    assert queries.requests_of_desk(town.viewer("S002"), MONDAY) == []
    assert queries.requests_of_desk(town.viewer("M001"), MONDAY) == []
    assert not any("13900139000" in str(entry.canonical) for entry in Entry.objects.all())


def test_the_same_is_not_asked_twice_at_once(town: CaseTown) -> None:
    receipt = told()
    filed(receipt, "copy")

    with refused(errors.RequestOpen):
        actions.ask_about_data(receipt.submission, "copy", at=MONDAY)


@pytest.mark.parametrize(
    ("kind", "said", "problem"),
    [
        ("correct", {"field": "phone", "wish": ""}, errors.RequestUnclear),
        ("correct", {"field": "phone", "wish": "不是号码"}, errors.PhoneUnclear),
        ("correct", {"field": "age", "wish": "3"}, BadInput),
        ("everything", {}, BadInput),
    ],
)
def test_what_cannot_be_understood_is_refused(
    town: CaseTown, kind: str, said: dict[str, str], problem: type[Any]
) -> None:
    receipt = told()

    with refused(problem):
        actions.ask_about_data(receipt.submission, kind, at=MONDAY, **said)
    assert not DataRequest.objects.exists()


# --- deciding -------------------------------------------------------------------------------------


def test_a_wrong_number_is_replaced_and_the_old_one_is_gone(town: CaseTown) -> None:
    receipt = told()
    row = filed(receipt, "correct", field="phone", wish="13900139000")
    before = Submission.objects.get(id=receipt.submission).contact_phone

    state = actions.grant_request(
        row.id, by=town.viewer("S001"), identity="code", words="已更正", version=row.version
    )

    submission = Submission.objects.get(id=receipt.submission)
    assert state == "executed"
    assert vault.open_text(submission.contact_phone) == "13900139000"
    assert vault.open_text(before) is None
    assert vault.subjects_by_phone(PHONE) == []
    assert [
        line.details["field"]
        for line in journal.happened(
            "report.contact_corrected", [case_of(receipt).reports.get().id]
        )
    ] == ["phone"]
    (answered,) = queries.requests_of_submission(receipt.submission, MONDAY)
    assert (answered.answer, answered.wish) == ("已更正", "")


def test_a_name_is_corrected_alike(town: CaseTown) -> None:
    receipt = told()

    actions.correct_contact(receipt.submission, "name", "王晓明", actor=ACTOR)

    assert vault.open_text(Submission.objects.get().contact_name) == "王晓明"


def test_erasure_takes_words_number_and_photos_and_the_track_page_says_so(town: CaseTown) -> None:
    receipt = told()
    row = filed(receipt, "erase")
    subject = Submission.objects.get(id=receipt.submission).vault_subject

    actions.grant_request(
        row.id, by=town.viewer("S001"), identity="called_back", version=row.version
    )

    assert [one.text for one in vault.texts_of_subjects([subject]) if one.text] == []  # type: ignore[list-item]
    assert queries.track(receipt.number, receipt.code).erased
    assert DataRequest.objects.get(id=row.id).state == "executed"
    assert len(journal.happened("person.erased", [subject])) == 1  # type: ignore[list-item]


def test_what_is_kept_for_the_law_is_not_erased(town: CaseTown) -> None:
    receipt = told()
    case = case_of(receipt)
    actions.hold_case(case.id, grounds="court", actor=ACTOR)
    row = filed(receipt, "erase")

    with refused(errors.KeptForTheLaw):
        actions.grant_request(row.id, by=town.viewer("S001"), identity="code", version=row.version)

    actions.let_go_case(case.id, grounds="court", actor=ACTOR)
    actions.grant_request(row.id, by=town.viewer("S001"), identity="code", version=row.version)
    assert DataRequest.objects.get(id=row.id).state == "executed"


def test_a_refusal_says_why_and_changes_nothing_else(town: CaseTown) -> None:
    receipt = told()
    row = filed(receipt, "erase")
    desk = town.viewer("S001")

    with refused(errors.RefusalReasonMissing):
        actions.refuse_request(row.id, by=desk, reason="still_open", words="", version=row.version)
    actions.refuse_request(
        row.id, by=desk, reason="still_open", words="事件还在办理", version=row.version
    )

    (answered,) = queries.requests_of_submission(receipt.submission, MONDAY)
    assert (answered.state, answered.answer) == ("refused", "事件还在办理")
    assert queries.track(receipt.number, receipt.code).reports[0].words


def test_only_the_desk_decides_once_and_having_made_sure(town: CaseTown) -> None:
    receipt = told()
    row = filed(receipt, "correct", field="name", wish="王晓明")

    for number in ("M001", "S002", "D003"):
        with refused(NotFound):
            actions.grant_request(
                row.id, by=town.viewer(number), identity="code", version=row.version
            )
    with refused(errors.IdentityMissing):
        actions.grant_request(row.id, by=town.viewer("S001"), identity="", version=row.version)
    actions.grant_request(row.id, by=town.viewer("S001"), identity="code", version=row.version)
    with refused(errors.RequestAnswered):
        actions.grant_request(row.id, by=town.viewer("S001"), identity="code", version=row.version)


# --- a copy ---------------------------------------------------------------------------------------


def opened(data: bytes) -> tuple[dict[str, Any], zipfile.ZipFile]:
    packed = zipfile.ZipFile(io.BytesIO(data))
    return json.loads(packed.read("data.json")), packed


def test_a_copy_holds_what_the_person_told_and_says_what_is_left_out(town: CaseTown) -> None:
    receipt = told()
    case = case_of(receipt)
    actions.reveal_contact(
        case.id, case.reports.get().id, by=town.viewer("S001"), reason="约定上门时间"
    )
    row = filed(receipt, "copy")
    desk = town.viewer("S001")
    actions.grant_request(row.id, by=desk, identity="came_in", version=row.version)

    made = actions.hand_out_copy(row.id, by=desk, at=MONDAY)

    texts = {one["kind"]: one["text"] for one in made.data["texts"]}
    assert texts["contact.phone"] == PHONE
    assert texts["report.words"] == "井盖松了，我叫王小明"
    assert made.data["submissions"][0]["receipt"] == receipt.number
    assert list(made.files) == ["files/001.jpg"]
    assert len(made.data["number_looked_at"]) == 1
    assert len(made.data["left_out"]) == 3
    assert DataRequest.objects.get(id=row.id).state == "executed"


def test_a_copy_holds_nothing_of_a_neighbour_or_of_staff(town: CaseTown) -> None:
    receipt, other = told(), told("我是隔壁的，也听见了")
    case, neighbour = case_of(receipt), case_of(other)
    actions.merge_case(
        neighbour.id, by=town.viewer("S001"), version=neighbour.version, master=case.id, at=MONDAY
    )
    handled = walk(town, "closed", at=MONDAY)
    subjects = queries.subjects_of_receipt(receipt.number)

    text = json.dumps(queries.person_copy(subjects, now=MONDAY).data, ensure_ascii=False)

    assert "隔壁" not in text
    assert "更换胶垫三个" not in text
    assert handled.number not in text


def test_the_command_writes_the_file_for_nobody_else_and_notes_it(
    town: CaseTown, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    receipt = told()
    out = tmp_path / "copy.zip"

    call_command("persons", "export", "--receipt", receipt.number, "--out", str(out))

    data, packed = opened(out.read_bytes())
    assert data["submissions"][0]["receipt"] == receipt.number
    assert "files/001.jpg" in packed.namelist()
    assert os.stat(out).st_mode & 0o077 == 0
    subject = Submission.objects.get().vault_subject
    assert len(journal.happened("person.exported", [subject])) == 1  # type: ignore[list-item]
    assert "1 次提交" in capsys.readouterr().out


def test_the_page_of_the_desk_hands_the_file_out(town: CaseTown) -> None:
    row = filed(told(), "copy")
    desk = client_of(town, "S001")
    address = f"/desk/data/{row.id}/"

    early = desk.post(f"{address}copy/")
    desk.post(address, {"decision": "grant", "identity": "code", "version": row.version})
    page = desk.get(address).content.decode()
    answer = desk.post(f"{address}copy/")

    assert early.status_code == 409
    assert "取副本" in page
    assert answer["Content-Type"] == "application/zip"
    assert "no-store" in answer["Cache-Control"]
    assert opened(answer.content)[0]["texts"]
    assert client_of(town, "S002").get(address).status_code == 404


# --- the reporter's page --------------------------------------------------------------------------


def test_the_reporter_asks_on_the_progress_page_and_reads_the_answer_there(
    town: CaseTown,
) -> None:
    receipt = told()
    client = Client(headers={"accept-language": "zh-CN"})
    assert client.get("/track/mine/data/").status_code == 302
    client.post("/track/", {"number": receipt.number, "code": receipt.code})

    nothing = client.post("/track/mine/data/", {"kind": "correct", "wish": "x"})
    wrong = client.post("/track/mine/data/", {"kind": "correct", "field": "phone", "wish": "x"})
    client.post("/track/mine/data/", {"kind": "correct", "field": "phone", "wish": "13900139000"})
    row = DataRequest.objects.get()
    actions.grant_request(
        row.id, by=town.viewer("S001"), identity="code", words="已为您更正号码", version=row.version
    )
    page = client.get("/track/mine/data/").content.decode()

    assert nothing.status_code == wrong.status_code == 422
    assert "请选择哪里有误" in nothing.content.decode()
    assert "kind:" not in nothing.content.decode()
    assert "请输入完整号码" in wrong.content.decode()
    assert "已为您更正号码" in page
    assert "已办好" in page


def test_the_notice_stands_on_a_page_and_its_version_with_each_report(town: CaseTown) -> None:
    client = Client(headers={"accept-language": "zh-CN"})

    page = client.get("/privacy/").content.decode()
    form = client.get("/report/").content.decode()
    client.post("/report/", {"client_id": "a" * 32, "words": "井盖松了", "send": "1"})

    notice = catalogue().privacy_for("reporter")
    assert notice is not None
    assert "个人信息处理告知" in page and notice.version in page
    assert 'href="/privacy/"' in form
    assert Submission.objects.get().notice_version == notice.version


# --- retention ------------------------------------------------------------------------------------


def kept_as(case: Case, key: str, at: datetime) -> None:
    """Put away at `at`, long before its days are over."""
    Case.objects.filter(id=case.id).update(
        archived_at=at, retention=key, retention_edition=catalogue().number
    )


def put_away(town: CaseTown, at: datetime = MONDAY) -> tuple[Receipt, Case]:
    case = walk(town, "closed", at=at)
    kept_as(case, "everyday", at)
    submission = Submission.objects.get(reports__case=case)
    receipt = actions.Receipt(
        submission.receipt, "", submission.id, (case.id,), (case.number,), case.chain, at
    )
    return receipt, Case.objects.get(id=case.id)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ((2026, 1, 31), 1, (2026, 2, 28)),
        ((2024, 1, 31), 1, (2024, 2, 29)),
        ((2026, 11, 9), 36, (2029, 11, 9)),
        ((2026, 3, 31), -1, (2026, 2, 28)),
        ((2026, 12, 31), 2, (2027, 2, 28)),
    ],
)
def test_months_are_counted_by_the_calendar(
    start: tuple[int, int, int], months: int, end: tuple[int, int, int]
) -> None:
    assert months_after(datetime(*start, tzinfo=UTC), months) == datetime(*end, tzinfo=UTC)


def test_after_its_time_a_report_is_erased_and_not_a_day_before(town: CaseTown) -> None:
    receipt, _case = put_away(town)
    over = months_after(MONDAY, 36)

    early = actions.run_retention(over - timedelta(days=1))
    dry = actions.run_retention(over + timedelta(minutes=1), dry=True)
    assert Submission.objects.get(id=receipt.submission).erased_at is None
    done = actions.run_retention(over + timedelta(minutes=1))

    assert (early.submissions, dry.by_class, done.by_class) == (
        0,
        {"everyday": 1},
        {"everyday": 1},
    )
    assert Submission.objects.get(id=receipt.submission).erased_at is not None
    assert actions.run_retention(over + timedelta(days=9)).submissions == 0
    assert [
        json.loads(entry.canonical)["details"]["grounds"]
        for entry in Entry.objects.filter(verb="person.erased")
    ] == ["retention", "retention"]


def test_photos_and_the_words_of_staff_go_with_it(town: CaseTown) -> None:
    _receipt, case = put_away(town)
    files = list(case.files.values_list("file", flat=True))
    assert files

    actions.run_retention(months_after(MONDAY, 40))

    for file in files:
        with pytest.raises(FileGone):
            vault.open_file(file)


def test_what_is_open_not_put_away_or_kept_for_the_law_stays(town: CaseTown) -> None:
    submit()
    walk(town, "closed", at=MONDAY)
    _, held = put_away(town)
    actions.hold_case(held.id, grounds="court", actor=ACTOR)

    assert actions.run_retention(months_after(MONDAY, 100)).submissions == 0
    assert not Submission.objects.filter(erased_at__isnull=False).exists()


def agreed(**months: int) -> None:
    """A new edition whose classes of retention have these months; those not named are gone."""
    content = catalogue().content
    kept = tuple(
        each.model_copy(update={"months": months[each.key]})
        for each in content.retention
        if each.key in months
    )
    make_edition(content.model_copy(update={"retention": kept}), actor=ACTOR, at=MONDAY)


def test_the_class_is_decided_when_a_case_is_put_away_and_no_edition_changes_it(
    town: CaseTown,
) -> None:
    case = walk(town, "archived", at=MONDAY)
    away = MONDAY + timedelta(days=40)
    assert (case.retention, case.retention_edition) == ("everyday", catalogue().number)
    (entry,) = Entry.objects.filter(verb="case.archived", subject_id=str(case.id))
    assert json.loads(entry.canonical)["details"]["retention"] == "everyday"

    agreed(everyday=12, restricted=60)
    shorter = actions.run_retention(months_after(away, 13), dry=True)
    agreed(restricted=60)
    gone = actions.run_retention(months_after(away, 35), dry=True)
    over = actions.run_retention(months_after(away, 37), dry=True)

    assert (shorter.by_class, gone.by_class, over.by_class) == ({}, {}, {"everyday": 1})


def test_what_was_put_away_before_is_kept_as_the_newest_edition_says(town: CaseTown) -> None:
    away, secret = walk(town, "archived", at=MONDAY), case_of(submit(matter="family_violence"))
    Case.objects.filter(id=secret.id).update(archived_at=MONDAY)
    Case.objects.update(retention="", retention_edition=None)
    migration = import_module("gridward.cases.migrations.0029_fill_retention")

    migration.fill(apps, SimpleNamespace(connection=connection))

    found = dict(Case.objects.values_list("id", "retention"))
    assert found == {away.id: "everyday", secret.id: "restricted"}
    assert set(Case.objects.values_list("retention_edition", flat=True)) == {catalogue().number}


def test_what_was_promised_to_go_early_goes_early(town: CaseTown) -> None:
    agreed(everyday=12, restricted=60)
    walk(town, "archived", at=MONDAY)
    agreed(everyday=48, restricted=60)

    away = MONDAY + timedelta(days=40)
    assert actions.run_retention(months_after(away, 13), dry=True).by_class == {"everyday": 1}


def test_what_no_class_names_when_it_is_put_away_stays(town: CaseTown) -> None:
    agreed(restricted=60)
    case = walk(town, "archived", at=MONDAY)
    assert (case.retention, case.retention_edition) == ("", catalogue().number)

    agreed(everyday=12, restricted=60)

    assert actions.run_retention(months_after(MONDAY, 600), dry=True).submissions == 0


def test_restricted_reports_have_a_time_of_their_own(town: CaseTown) -> None:
    case = case_of(submit(matter="family_violence"))
    kept_as(case, "restricted", MONDAY)

    assert actions.run_retention(months_after(MONDAY, 59), dry=True).submissions == 0
    assert actions.run_retention(months_after(MONDAY, 61), dry=True).by_class == {"restricted": 1}


def test_nothing_goes_by_itself_before_a_district_says_so(town: CaseTown) -> None:
    put_away(town)

    with clock.frozen(months_after(MONDAY, 100)):
        assert retain_by_itself() == 0
    assert not Submission.objects.filter(erased_at__isnull=False).exists()


def test_the_commands_say_what_would_go_hold_and_erase(
    town: CaseTown, capsys: pytest.CaptureFixture[str]
) -> None:
    receipt, case = put_away(town)

    with clock.frozen(months_after(MONDAY, 37)):
        call_command("persons", "retention", "--dry-run")
        assert "将删除：1 件反映、0 条线索。尚未删除。\neveryday 1" in capsys.readouterr().out
        call_command("persons", "hold", "--case", case.number, "--grounds", "court")
        call_command("persons", "retention", "--apply")
        assert "已删除：0 件反映" in capsys.readouterr().out
        call_command("persons", "hold", "--case", case.number, "--grounds", "court", "--release")
        call_command("persons", "retention", "--apply")

    assert "已删除：1 件反映、0 条线索。\neveryday 1" in capsys.readouterr().out
    assert Submission.objects.get(id=receipt.submission).erased_at is not None
    assert [line.verb for line in journal.timeline([case.id])].count("case.held") == 1


def test_that_a_copy_was_made_is_one_entry_for_each_person(town: CaseTown) -> None:
    subjects = queries.subjects_of_receipt(told().number)
    made = queries.person_copy(subjects, now=MONDAY)

    actions.record_copy(subjects, made, actor=ACTOR, at=MONDAY)

    (line,) = journal.happened("person.exported", subjects[:1])
    assert line.details == {"submissions": 1, "texts": 3, "files": 1}
