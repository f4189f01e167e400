"""What reporters are told on the way of their report, and what they are never told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.cases.walking import (
    MONDAY,
    RATTLING,
    CaseTown,
    case_of,
    submit,
    walk,
)
from tests.jobs import run_jobs
from tests.notify.telling import keys_told, send, set_up, told

from gridward.cases import actions, notices
from gridward.cases.actions import Channel, Contact
from gridward.cases.models import Case, Report
from gridward.core import clock
from gridward.journal import queries as journal
from gridward.notify import fake, queries
from gridward.notify.models import InboxItem, Notice

QUARTER = timedelta(minutes=15)


def test_a_report_is_acknowledged_in_the_words_of_the_catalogue(
    town: CaseTown, gateway: fake.Gateway
) -> None:
    with clock.frozen(MONDAY):
        receipt = submit()

        send()

    (given,) = gateway.given
    assert given.to == "13800138000"
    assert given.text == (
        f"【网格服务】已收到您反映的井盖丢失、破损或异响，编号{receipt.number}。"
        "我们会尽快受理，进展及时告诉您。"
    ) or given.text.startswith("【网格服务】已收到您反映的")
    assert receipt.number in given.text
    (notice,) = told()
    assert (notice.key, notice.state, notice.attempts) == ("notice.submitted", "sent", 1)
    assert notice.provider_ref == "fake-1"


def test_accepting_and_dispatching_in_one_act_is_told_once(
    town: CaseTown, gateway: fake.Gateway
) -> None:
    with clock.frozen(MONDAY):
        case = walk(town, "submitted", at=MONDAY)
        send()

    with clock.frozen(MONDAY + QUARTER):
        actions.accept_and_dispatch(
            case.id,
            by=town.viewer("S001"),
            version=case.version,
            condition=RATTLING,
            lead=town.org("mun"),
        )
        send()

    assert keys_told() == ["notice.submitted", "notice.assigned"]
    assert "已派单给区市政局，预计11月" in gateway.texts()[-1]


def test_accepting_alone_is_told_as_accepting(town: CaseTown, gateway: fake.Gateway) -> None:
    with clock.frozen(MONDAY):
        case = walk(town, "submitted", at=MONDAY)
        send()
        actions.accept_case(
            case.id, by=town.viewer("S001"), version=case.version, condition=RATTLING
        )

        send()

    assert keys_told() == ["notice.submitted", "notice.accepted"]


def test_the_whole_way_is_told_step_by_step(town: CaseTown, gateway: fake.Gateway) -> None:
    with clock.frozen(MONDAY + timedelta(hours=3)):
        walk(town, "closed", at=MONDAY)

        run_jobs()

    assert keys_told() == [
        "notice.submitted",
        "notice.assigned",
        "notice.handling",
        "notice.callback",
        "notice.closed",
    ]


def test_being_declined_says_why_and_where_to_turn(town: CaseTown, gateway: fake.Gateway) -> None:
    with clock.frozen(MONDAY):
        case = walk(town, "submitted", at=MONDAY)
        send()
        actions.decline_case(case.id, by=town.viewer("S001"), version=case.version, reason="police")

        send()

    assert keys_told()[-1] == "notice.declined"
    assert (
        "不在受理范围：属于公安机关管辖" in gateway.texts()[-1]
        or "查看原因" in (gateway.texts()[-1])
    )


def test_what_is_missing_is_said_without_numbers_and_links(
    town: CaseTown, gateway: fake.Gateway
) -> None:
    with clock.frozen(MONDAY):
        case = walk(town, "submitted", at=MONDAY)
        send()
        actions.ask_for_info(
            case.id,
            by=town.viewer("S001"),
            version=case.version,
            words="哪一栋？见 http://x.cn/a",
        )

        send()

    assert keys_told()[-1] == "notice.need_info"
    assert "http" not in gateway.texts()[-1]
    assert "还差一点信息" in gateway.texts()[-1]


def test_who_withdraws_is_told_so_though_withdrawn(town: CaseTown, gateway: fake.Gateway) -> None:
    with clock.frozen(MONDAY):
        receipt = submit(matter="")
        send()
        actions.withdraw_as_reporter(receipt.submission, receipt.cases[0])

        send()

    assert keys_told() == ["notice.submitted", "notice.withdrawn"]


def test_reports_that_follow_a_master_are_told_of_the_joining(
    town: CaseTown, gateway: fake.Gateway
) -> None:
    with clock.frozen(MONDAY):
        master = case_of(submit(contact=Contact(phone="13900139000")))
        joining = case_of(submit())
        send()
        actions.merge_case(
            joining.id, by=town.viewer("S001"), version=joining.version, master=master.id
        )

        send()

    (merged,) = told("notice.merged")
    assert merged.recipient_id == Report.objects.get(first_case=joining.id).submission_id
    assert gateway.given[-1].to == "13800138000"


def test_the_language_is_that_of_the_submission(town: CaseTown, gateway: fake.Gateway) -> None:
    with clock.frozen(MONDAY):
        submit(channel=Channel(language="en"))

        send()

    assert gateway.texts()[0].startswith("[Grid service] We have received your report (")


def test_nobody_without_a_contact_is_told(town: CaseTown, gateway: fake.Gateway) -> None:
    with clock.frozen(MONDAY):
        walk(town, "dispatched", at=MONDAY, contact=False)

        send()

    assert told() == []
    assert gateway.calls == 0


def test_a_landline_is_dropped_and_says_why(town: CaseTown, gateway: fake.Gateway) -> None:
    with clock.frozen(MONDAY):
        submit(contact=Contact(phone="0757-12345678"))

        send()

    (notice,) = told()
    assert (notice.state, notice.last_error) == ("dropped", "not_mobile")
    assert gateway.calls == 0


def test_by_default_nothing_is_made_and_nothing_leaves(town: CaseTown) -> None:
    from gridward.notify import channels

    with clock.frozen(MONDAY):
        submit()

        send()

    assert Notice.objects.count() == 0
    assert channels.connections() == {}


def test_what_happened_days_ago_tells_nobody(town: CaseTown, gateway: fake.Gateway) -> None:
    with clock.frozen(MONDAY + timedelta(days=3)):
        walk(town, "closed", at=MONDAY)

        send()

    assert told() == []
    assert InboxItem.objects.count() == 0


def test_a_handler_that_is_called_again_tells_once(town: CaseTown, gateway: fake.Gateway) -> None:
    with clock.frozen(MONDAY):
        receipt = submit()
        run_jobs()
        report = Report.objects.get(submission=receipt.submission)
        entries = journal.timeline([report.id, report.case_id])

        for line in [*entries, *entries]:
            notices.tell(line.id)

    assert keys_told() == ["notice.submitted"]
    assert InboxItem.objects.count() == 1


@pytest.mark.parametrize("key", ["notice.submitted", "notice.assigned"])
def test_a_matter_better_not_read_by_others_is_not_named(
    town: CaseTown, gateway: fake.Gateway, key: str
) -> None:
    with clock.frozen(MONDAY):
        case = case_of(submit(matter="neighbour_dispute"))
        if key == "notice.assigned":
            desk = town.desk_of(case) if case.desk_id != town.org("station-1") else None
            viewer = desk or town.viewer("C001")
            case = actions.accept_and_dispatch(
                case.id,
                by=viewer,
                version=case.version,
                condition="neighbour_dispute.open",
                lead=town.org("station-1"),
            )
        send()

    assert told(key)
    assert "事项" in gateway.texts()[-1]
    assert "纠纷" not in "".join(gateway.texts())


def test_an_erased_reporter_is_not_told_any_more(town: CaseTown, gateway: fake.Gateway) -> None:
    from gridward.journal.rules import ActorRef
    from gridward.vault import actions as vault
    from gridward.vault import erasure

    with clock.frozen(MONDAY):
        receipt = submit()
        run_jobs()
        vault.erase_subjects(
            erasure.find("receipt", receipt.number),
            actor=ActorRef("system", "test"),
            grounds_code="request",
        )

        send()

    (notice,) = told()
    assert (notice.state, notice.last_error) == ("dropped", "erased")
    assert gateway.calls == 0


def test_no_row_holds_a_number_or_a_word(town: CaseTown, gateway: fake.Gateway) -> None:
    with clock.frozen(MONDAY):
        submit()
        send()

    (row,) = Notice.objects.values()
    assert "13800138000" not in str(row)
    assert "井盖" not in str(row)


def restricted_case(town: CaseTown) -> Case:
    case = walk(town, "handling", at=MONDAY)
    Case.objects.filter(id=case.id).update(sensitivity=2)
    case.refresh_from_db()
    return case


def test_a_case_that_became_restricted_is_silent(town: CaseTown, gateway: fake.Gateway) -> None:
    with clock.frozen(MONDAY):
        submit()
        run_jobs()
        Case.objects.update(sensitivity=2)

        send()

    (notice,) = told()
    assert (notice.state, notice.last_error) == ("dropped", "restricted")
    assert gateway.calls == 0


def test_no_notice_of_the_catalogue_is_sent_about_a_restricted_case(
    town: CaseTown, gateway: fake.Gateway
) -> None:
    """Every verb that any notice follows, noted about a restricted case: nobody hears of it."""
    from gridward.catalog.queries import catalogue
    from gridward.core.action import action
    from gridward.core.ids import new_id
    from gridward.journal import verbs
    from gridward.journal.actions import note
    from gridward.journal.rules import ActorRef

    with clock.frozen(MONDAY):
        case = restricted_case(town)
        report = case.reports.get()
        wanted = {t.verb for n in catalogue().notices.values() for t in n.after}

        @action
        def noted(key: str) -> None:
            verb = verbs.verb(key)
            samples = {
                "ref": new_id(),
                "code": "resolved",
                "number": 1,
                "flag": False,
                "moment": MONDAY,
                "commitment": "A" * 43,
            }
            details = {
                name: [] if kind.name.startswith("many") else samples[kind.name]
                for name, kind in verb.details.items()
                if not kind.is_optional
            }
            for name in ("case", "about"):
                if name in details:
                    details[name] = case.id
            subject = {"case": case.id, "report": report.id}.get(verb.subject, new_id())
            note(key, subject, actor=ActorRef("system", "test"), at=MONDAY, **details)

        Notice.objects.all().delete()
        InboxItem.objects.all().delete()
        run_jobs()
        Notice.objects.all().delete()
        InboxItem.objects.all().delete()
        for key in sorted(wanted):
            noted(key)
        send()

    assert wanted <= set(notices.NEWS)
    assert Notice.objects.count() == 0
    assert InboxItem.objects.count() == 0
    assert queries.stuck_notices() == []
    assert gateway.calls == 0


def test_when_the_way_is_shut_before_it_goes_out_it_is_dropped(
    town: CaseTown, gateway: fake.Gateway
) -> None:
    with clock.frozen(MONDAY):
        submit()
        run_jobs()

        with set_up():
            send()

    (notice,) = told()
    assert (notice.state, notice.last_error) == ("dropped", "channel_off")
    assert gateway.calls == 0
