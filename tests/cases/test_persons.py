"""People's numbers and words: who reads them as they were given, who is shown a number, who not."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from tests.cases.stepping import refused
from tests.cases.walking import MONDAY, CaseTown, case_of, submit, walk
from tests.web.signing import client_of

from gridward.access.rules import Viewer
from gridward.cases import actions, errors, queries
from gridward.cases.actions import Contact
from gridward.cases.models import Case, Report, SearchDoc
from gridward.cases.queries import Reveal
from gridward.catalog import queries as catalog
from gridward.core import clock
from gridward.core.errors import NotAllowed, NotFound
from gridward.core.ids import new_id
from gridward.journal import queries as journal
from gridward.journal.models import Entry
from gridward.vault import queries as vault

PHONE = "13800138000"
SAID = "我叫王小明，电话13800138000，粤J12345压坏了井盖"
HIDDEN = "我叫***，电话138********，粤J*****压坏了井盖"
WHY = "约定上门时间，需要联系反映人"


def handled(town: CaseTown, words: str = SAID) -> Case:
    """A case with names and numbers in its words, in the municipal office's hands."""
    case = case_of(submit(words=words, contact=Contact(PHONE, "王小明")))
    actions.accept_and_dispatch(
        case.id,
        by=town.viewer("S001"),
        version=case.version,
        matter="manhole",
        condition="manhole.rattling",
        lead=town.org("mun"),
        at=MONDAY + timedelta(minutes=5),
    )
    case.refresh_from_db()
    return case


def words_of(viewer: Viewer, case: UUID) -> str | None:
    (report,) = queries.case_page(viewer, case).reports
    return report.words


# --- words ----------------------------------------------------------------------------------------


def test_the_desk_reads_what_was_written_and_the_lead_reads_no_name_or_number(
    town: CaseTown,
) -> None:
    case = handled(town)

    assert words_of(town.viewer("S001"), case.id) == SAID
    assert words_of(town.viewer("M001"), case.id) == HIDDEN


@pytest.mark.parametrize("number", ["D001", "D002", "D003", "M001"])
def test_nobody_but_the_desk_of_the_case_reads_them_on_a_list(town: CaseTown, number: str) -> None:
    handled(town)

    (row,) = queries.list_page(town.viewer(number), order="newest").items
    (desk,) = queries.list_page(town.viewer("S001"), order="newest").items

    assert row.summary == HIDDEN
    assert desk.summary == SAID


@pytest.mark.parametrize("asked", ["13800138000", "王小明", "粤J12345", "J12345", "小明"])
def test_nobody_finds_a_case_by_a_name_or_a_number_in_its_words(town: CaseTown, asked: str) -> None:
    handled(town)

    for number in ("S001", "D001", "D002", "M001"):
        assert queries.list_page(town.viewer(number), query=asked).items == [], number
    assert len(queries.list_page(town.viewer("S001"), query="井盖").items) == 1


def test_no_document_of_the_index_holds_a_token_of_a_number(town: CaseTown) -> None:
    case = handled(town)
    tokens = SearchDoc.objects.get(case=case).tokens.split()

    assert vault.keyed_tokens(["井盖"])[0] in tokens
    for word in vault.keyed_tokens([PHONE, "王小", "小明", "j12345"]):
        assert word not in tokens


def test_details_that_the_reporter_adds_are_masked_in_the_timeline(town: CaseTown) -> None:
    receipt = submit(contact=Contact(PHONE))
    case = case_of(receipt)
    case = actions.ask_for_info(
        case.id, by=town.viewer("S001"), version=case.version, words="哪一个路口？", at=MONDAY
    )
    actions.give_info(
        receipt.submission, case.id, words="找李师傅，电话13900139000", version=None, at=MONDAY
    )

    def said(number: str) -> str:
        page = queries.case_page(town.viewer(number), case.id)
        return " ".join(" ".join(item.words) for item in page.timeline)

    assert "13900139000" in said("S001")
    assert "13900139000" not in said("D001")
    assert "找*师傅，电话139********" in said("D001")


def test_an_organisation_reads_its_own_words_as_it_wrote_them(town: CaseTown) -> None:
    case = handled(town)
    handler = town.viewer("M001")
    case = actions.acknowledge_case(case.id, by=handler, version=case.version, at=MONDAY)
    actions.add_progress(
        case.id, by=handler, version=case.version, words="已联系施工队李师傅13900139000", at=MONDAY
    )

    def said(number: str) -> str:
        page = queries.case_page(town.viewer(number), case.id)
        return " ".join(" ".join(item.words) for item in page.timeline)

    assert "李师傅13900139000" in said("M001")
    assert "13900139000" not in said("D002")


def test_the_reporter_reads_their_own_words_whole(town: CaseTown) -> None:
    receipt = submit(words=SAID)

    (report,) = queries.track(receipt.number, receipt.code).reports

    assert report.words == SAID


# --- what the desk shares -------------------------------------------------------------------------


def test_the_desk_writes_what_others_read_and_the_original_stays(town: CaseTown) -> None:
    case = handled(town)
    report = case.reports.get()

    case = actions.share_words(
        case.id,
        report.id,
        by=town.viewer("S001"),
        words="白色面包车粤J12345压坏井盖",
        version=case.version,
    )

    assert words_of(town.viewer("M001"), case.id) == "白色面包车粤J12345压坏井盖"
    assert words_of(town.viewer("S001"), case.id) == SAID
    assert queries.list_page(town.viewer("M001")).items[0].summary == "白色面包车粤J12345压坏井盖"
    actions.share_words(case.id, report.id, by=town.viewer("S001"), words="", version=case.version)
    assert words_of(town.viewer("M001"), case.id) == HIDDEN


def test_only_the_desk_of_the_case_may_and_only_from_what_is_there(town: CaseTown) -> None:
    case = handled(town)
    report = case.reports.get()

    with refused(errors.OnlyTheDesk):
        actions.share_words(
            case.id, report.id, by=town.viewer("M001"), words="x", version=case.version
        )
    with refused(errors.OnlyTheDesk):
        actions.share_words(
            case.id, report.id, by=town.viewer("D001"), words="x", version=case.version
        )
    with refused(errors.CaseChanged):
        actions.share_words(
            case.id, report.id, by=town.viewer("S001"), words="x", version=case.version - 1
        )
    with refused(NotFound):
        actions.share_words(
            case.id, new_id(), by=town.viewer("S001"), words="x", version=case.version
        )


# --- 查看号码 -------------------------------------------------------------------------------------


def shown(town: CaseTown, number: str, case: UUID) -> tuple[str | None, Reveal]:
    (report,) = queries.case_page(town.viewer(number), case).reports
    return report.phone, report.reveal


def test_a_number_is_with_the_desk_while_it_accepts_and_with_nobody_afterwards(
    town: CaseTown,
) -> None:
    fresh = case_of(submit(contact=Contact(PHONE)))
    case = handled(town)

    assert shown(town, "S001", fresh.id)[0] == PHONE
    assert shown(town, "S001", case.id) == (None, Reveal.OFFERED)
    assert shown(town, "M001", case.id) == (None, Reveal.OFFERED)


def test_who_gives_a_reason_sees_it_and_that_is_recorded_without_the_number(
    town: CaseTown,
) -> None:
    case = handled(town)
    report = case.reports.get()
    handler = town.viewer("M001")

    found = actions.reveal_contact(case.id, report.id, by=handler, reason=WHY)

    (line,) = journal.happened("case.contact_revealed", [case.id])
    (text,) = vault.texts_of_entries([line.id])[line.id]
    assert (found.phone, found.name) == (PHONE, "王小明")
    assert (line.actor_id, line.details["report"]) == (str(handler.post_id), str(report.id))
    assert vault.commitment_of(text.id) == line.details["reason"]
    assert text.text == WHY
    assert not any(PHONE in str(entry.canonical) for entry in Entry.objects.all())
    assert Case.objects.get(id=case.id).version == case.version


def test_others_do_not_read_why_somebody_looked(town: CaseTown) -> None:
    case = handled(town)
    actions.reveal_contact(case.id, case.reports.get().id, by=town.viewer("M001"), reason=WHY)

    page = queries.case_page(town.viewer("M001"), case.id)

    assert "case.contact_revealed" in [item.verb for item in page.timeline]
    assert WHY not in " ".join(" ".join(item.words) for item in page.timeline)


@pytest.mark.parametrize("reason", ["", "  ", "看看", "......", "aaaaaaaa"])
def test_a_reason_of_nothing_shows_nothing(town: CaseTown, reason: str) -> None:
    case = handled(town)

    with refused(errors.OwnReasonMissing):
        actions.reveal_contact(
            case.id, case.reports.get().id, by=town.viewer("M001"), reason=reason
        )


def test_who_may_not_is_refused_whatever_the_reason(town: CaseTown) -> None:
    case = handled(town)
    report = case.reports.get()

    with refused(errors.ContactNotShown):
        actions.reveal_contact(case.id, report.id, by=town.viewer("G001"), reason=WHY)
    with refused(errors.ContactNotShown):
        actions.reveal_contact(case.id, report.id, by=town.viewer("D003"), reason=WHY)
    with refused(NotFound):
        actions.reveal_contact(case.id, report.id, by=town.viewer("U001"), reason=WHY)
    with refused(NotFound):
        actions.reveal_contact(case.id, new_id(), by=town.viewer("M001"), reason=WHY)


def test_without_a_number_there_is_nothing_to_show(town: CaseTown) -> None:
    case = case_of(submit(contact=Contact()))

    with refused(errors.NoContactLeft):
        actions.reveal_contact(case.id, case.reports.get().id, by=town.viewer("D002"), reason=WHY)


def test_in_a_complaint_about_a_party_nobody_is_shown_the_number(town: CaseTown) -> None:
    book = catalog.catalogue()
    about = next(m for m in book.matters.values() if m.about_party and not m.is_restricted)
    fresh = case_of(submit(matter=about.key, contact=Contact(PHONE)))
    case = case_of(submit(matter=about.key, contact=Contact(PHONE)))
    desk = town.desk_of(case)
    actions.accept_and_dispatch(
        case.id,
        by=desk,
        version=case.version,
        condition=about.default_condition,
        lead=town.org("mun"),
        at=MONDAY,
    )

    for number in ("S001", "M001", "D001", "D002"):
        assert shown(town, number, case.id) == (None, Reveal.NEVER), number
        with refused(errors.ContactNotShown):
            actions.reveal_contact(
                case.id, case.reports.get().id, by=town.viewer(number), reason=WHY
            )
    (report,) = queries.case_page(desk, fresh.id).reports
    assert report.phone == PHONE  # who accepts it still can ask back


def test_the_page_shows_the_number_once_and_keeps_it_in_no_address_and_no_cache(
    town: CaseTown,
) -> None:
    case = handled(town)
    report = case.reports.get()
    browser = client_of(town, "M001")
    page = browser.get(f"/desk/cases/{case.id}/").content.decode()
    address = f"/desk/cases/{case.id}/reports/{report.id}/number/"

    refusal = browser.post(address, {"reason": "看"})
    answer = browser.post(address, {"reason": WHY})
    again = browser.get(address)

    assert address in page and PHONE not in page
    assert refusal.status_code == 422 and "至少 6 个字" in refusal.content.decode()
    assert answer.status_code == 200 and PHONE in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert again.status_code == 405
    assert PHONE not in browser.get(f"/desk/cases/{case.id}/").content.decode()
    assert len(journal.happened("case.contact_revealed", [case.id])) == 1


# --- by number ------------------------------------------------------------------------------------


def test_the_desk_finds_what_it_has_in_hand_under_exactly_this_number(town: CaseTown) -> None:
    case = handled(town)
    case_of(submit(contact=Contact("13800138001")))
    desk = town.viewer("S001")

    with clock.frozen(MONDAY + timedelta(hours=1)):
        hits = actions.find_by_phone("138-0013 8000", by=desk, reason="来电询问进度，核对事件")

    assert [hit.case for hit in hits] == [case.id]
    (line,) = journal.happened("phone.searched", [desk.organisation_id])
    assert line.details["cases"] == [str(case.id)]
    assert (line.actor_id, set(line.details)) == (str(desk.post_id), {"reason", "cases"})


def test_a_part_of_a_number_or_of_another_desk_finds_nothing(town: CaseTown) -> None:
    handled(town)

    with clock.frozen(MONDAY + timedelta(hours=1)):
        assert actions.find_by_phone(PHONE, by=town.viewer("S002"), reason="来电询问进度") == []
        assert (
            actions.find_by_phone("1380013800", by=town.viewer("S001"), reason="来电询问进度") == []
        )
        for part in ("138", "0000", "", "手机"):
            with refused(errors.PhoneUnclear):
                actions.find_by_phone(part, by=town.viewer("S001"), reason="来电询问进度")


def test_only_intake_and_call_back_look_numbers_up_and_say_why(town: CaseTown) -> None:
    handled(town)

    for number in ("M001", "D003", "G001"):
        with refused(NotAllowed):
            actions.find_by_phone(PHONE, by=town.viewer(number), reason="来电询问进度")
    with refused(errors.OwnReasonMissing):
        actions.find_by_phone(PHONE, by=town.viewer("S001"), reason="查")


def test_what_was_closed_long_ago_is_no_list_of_somebodys_complaints(town: CaseTown) -> None:
    closed = walk(town, "closed", at=MONDAY)
    Report.objects.get(case=closed)
    assert closed.closed_at is not None
    desk = town.viewer("S001")

    with clock.frozen(closed.closed_at + timedelta(days=14)):
        soon = actions.find_by_phone(PHONE, by=desk, reason="来电要求重办")
    with clock.frozen(closed.closed_at + timedelta(days=16)):
        late = actions.find_by_phone(PHONE, by=desk, reason="来电要求重办")

    assert ([hit.case for hit in soon], late) == ([closed.id], [])


def test_the_page_asks_by_form_and_costs_the_same_for_two_and_for_ten(town: CaseTown) -> None:
    from tests.cases.test_statements import statements

    browser = client_of(town, "S001")
    asked = {"phone": PHONE, "reason": "来电询问进度，核对事件"}

    def cost(reports: int) -> int:
        for n in range(reports):
            submit(at=clock.now() - timedelta(minutes=n), contact=Contact(PHONE))
        with statements() as found:
            answer = browser.post("/desk/phone/", asked)
        assert answer.status_code == 200
        return len(found)

    cost(1)
    two, ten = cost(1), cost(8)
    empty = browser.post("/desk/phone/", {**asked, "phone": "13911112222"}).content.decode()

    assert ten == two
    assert "本台没有这个号码正在办理的事件" in empty
    assert PHONE not in browser.post("/desk/phone/", asked).content.decode()
