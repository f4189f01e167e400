"""Two people at once: exactly one act counts, the other is told so, and nothing is done twice.

Every race is run once more with its lock taken out, to show that the test would notice.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, OperationalError, connections
from tests.cases.walking import HERE, RATTLING, CaseTown, case_of, case_town, submit, walk
from tests.databases import Space

from gridward.cases import actions, errors, queries
from gridward.cases.actions import Contact, Told
from gridward.cases.actions import submit as submitting
from gridward.cases.models import Assignment, Case, Proposal, Report, Return, Round, Submission
from gridward.core import action as core_action
from gridward.core.ids import new_id
from gridward.journal.models import Entry


@pytest.fixture
def city(space: Space) -> CaseTown:
    return case_town()


@pytest.fixture
def without_lock(monkeypatch: pytest.MonkeyPatch, space: Space) -> Iterator[None]:
    """The case is read without its lock, and both actions have read it before either writes.

    SQLite locks the whole file at the start of an action, and threads wait in line for it; here
    there is no line and the lock is put off to the first write.
    """
    monkeypatch.setattr(core_action, "_in_line", lambda database: nullcontext())
    gate = threading.Barrier(2)

    def unlocked(case_id: UUID) -> Case:
        found = Case.objects.get(id=case_id)
        gate.wait(5)
        return found

    monkeypatch.setattr(queries, "lock_case", unlocked)
    options = connections.databases[space.alias].get("OPTIONS", {})
    before = options.get("transaction_mode")
    if before is not None:
        options["transaction_mode"] = "DEFERRED"
    yield
    if before is not None:
        options["transaction_mode"] = before


def won(results: list[Any]) -> list[Any]:
    return [each for each in results if not isinstance(each, BaseException)]


def lost(results: list[Any]) -> list[type]:
    return [type(each) for each in results if isinstance(each, BaseException)]


def is_sqlite(space: Space) -> bool:
    return space.environment["GRIDWARD_DATABASE_URL"].startswith("sqlite")


# --- two dispatchers ----------------------------------------------------------------------------


def two_dispatchers(town: CaseTown, case: Case) -> list[Callable[[], Any]]:
    def to(organisation: str) -> Callable[[], Any]:
        return lambda: actions.accept_and_dispatch(
            case.id,
            by=town.viewer("S001"),
            version=case.version,
            condition=RATTLING,
            lead=town.org(organisation),
        )

    return [to("mun"), to("urb")]


def test_of_two_dispatchers_one_dispatches_and_the_other_is_told(
    space: Space, city: CaseTown
) -> None:
    case = case_of(submit())

    results = space.at_once(*two_dispatchers(city, case))

    assert (len(won(results)), lost(results)) == (1, [errors.CaseChanged])
    assert Assignment.objects.filter(case=case, role="lead", active=True).count() == 1
    assert Entry.objects.filter(subject_id=str(case.id), verb="case.dispatched").count() == 1


def test_without_the_lock_two_dispatchers_fall_onto_the_constraint(
    space: Space, city: CaseTown, without_lock: None
) -> None:
    case = case_of(submit())

    results = space.at_once(*two_dispatchers(city, case))

    assert lost(results) in ([IntegrityError], [OperationalError])


# --- return against dispose ---------------------------------------------------------------------


def return_and_dispose(town: CaseTown, case: Case) -> list[Callable[[], Any]]:
    handler = town.viewer("M001")
    return [
        lambda: actions.return_case(case.id, by=handler, version=case.version, words="不是我们的"),
        lambda: actions.dispose_case(
            case.id, by=handler, version=case.version, internal="已修", reply="已修好"
        ),
    ]


def test_return_against_dispose_leaves_one_truth(
    space: Space, city: CaseTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = handled_now(city)

    results = space.at_once(*return_and_dispose(city, case))

    assert (len(won(results)), lost(results)) == (1, [errors.CaseChanged])
    state = Case.objects.get(id=case.id).state
    returned = Return.objects.filter(case=case).exists()
    disposed = Round.objects.filter(case=case, disposed_at__isnull=False).exists()
    assert (state, returned, disposed) in (("returned", True, False), ("disposed", False, True))


def test_without_the_lock_return_and_dispose_are_not_told_apart(
    space: Space, city: CaseTown, request: pytest.FixtureRequest
) -> None:
    case = handled_now(city)
    request.getfixturevalue("without_lock")

    results = space.at_once(*return_and_dispose(city, case))

    assert lost(results) in ([], [OperationalError])


def handled_now(town: CaseTown) -> Case:
    """A case in handling, dispatched just now, with a condition that needs no proof."""
    from gridward.core import clock

    case = case_of(submit(at=clock.now(), matter="noise"))
    conditions = queries.case_page(town.viewer("S001"), case.id).conditions
    condition = next(c.key for c in conditions if c.proof != "required")
    case = actions.accept_and_dispatch(
        case.id,
        by=town.viewer("S001"),
        version=case.version,
        condition=condition,
        lead=town.org("mun"),
    )
    return actions.acknowledge_case(case.id, by=town.viewer("M001"), version=case.version)


# --- the same report twice ----------------------------------------------------------------------


def test_the_same_report_sent_twice_at_once_is_one_report(space: Space, city: CaseTown) -> None:
    results = space.at_once(*[lambda: submit(client_id="phone-0001")] * 4)

    assert lost(results) == []
    assert len({receipt.number for receipt in results}) == 1
    assert sorted(receipt.again for receipt in results) == [False, True, True, True]
    assert (Submission.objects.count(), Report.objects.count(), Case.objects.count()) == (1, 1, 1)
    assert Entry.objects.filter(verb="report.submitted").count() == 1


def test_without_the_client_id_s_constraint_it_would_be_two(
    space: Space, city: CaseTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = submitting.Submission

    def nameless(**fields: Any) -> Submission:
        return kept(**{**fields, "client_id": str(new_id())})

    monkeypatch.setattr(submitting, "Submission", nameless)

    results = space.at_once(*[lambda: submit(client_id="phone-0001")] * 2)

    assert lost(results) == []
    assert Submission.objects.count() == 2


# --- a double click -----------------------------------------------------------------------------


def test_a_double_click_on_acknowledge_counts_once(space: Space, city: CaseTown) -> None:
    case = walk(city, "dispatched")

    def click() -> Any:
        return actions.acknowledge_case(
            case.id, by=city.viewer("M001"), version=case.version, at=case.opened_at
        )

    results = space.at_once(click, click)

    assert (len(won(results)), lost(results)) == (1, [errors.CaseChanged])
    assert Entry.objects.filter(subject_id=str(case.id), verb="case.acknowledged").count() == 1


# --- merge against close --------------------------------------------------------------------------


def merge_and_close(town: CaseTown) -> tuple[Case, Case, list[Callable[[], Any]]]:
    """One case is joined to another while that one is closed."""
    master = walk(town, "disposed", contact=False)
    joining = case_of(submit(contact=Contact(phone="13900139000")))
    desk = town.viewer("S001")
    if master.check_on_site:
        Case.objects.filter(id=master.id).update(check_on_site=False)
    return (
        joining,
        master,
        [
            lambda: actions.merge_case(
                joining.id, by=desk, version=joining.version, master=master.id
            ),
            lambda: actions.pass_check(master.id, by=desk, version=master.version),
        ],
    )


def test_merge_against_close_leaves_no_reporter_in_a_closed_case(
    space: Space, city: CaseTown
) -> None:
    joining, master, acts = merge_and_close(city)

    results = space.at_once(*acts)

    told = Report.objects.get(first_case=joining)
    master.refresh_from_db()
    joining.refresh_from_db()
    if joining.master_id is None:  # closed first
        assert lost(results) == [errors.CannotJoin]
        assert (told.case_id, joining.is_open, master.is_open) == (joining.id, True, False)
    else:  # joined first: whoever joined is asked before it closes
        assert lost(results) == [errors.CaseChanged]
        assert (told.case_id, master.is_open) == (master.id, True)


def test_without_the_locks_a_reporter_falls_into_a_closed_case(
    space: Space,
    city: CaseTown,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    joining, master, acts = merge_and_close(city)
    request.getfixturevalue("without_lock")
    meeting, once = queries.lock_case, threading.local()

    def meet_once(case_id: UUID) -> Case:
        if getattr(once, "met", False):  # the merge reads its master too
            return Case.objects.get(id=case_id)
        once.met = True
        return meeting(case_id)

    monkeypatch.setattr(queries, "lock_case", meet_once)
    monkeypatch.setattr(queries, "lock_cases", lambda ids: [])

    results = space.at_once(*acts)

    master.refresh_from_db()
    joining.refresh_from_db()
    in_closed = joining.master_id == master.id and not master.is_open
    assert in_closed or OperationalError in lost(results)


# --- two neighbours at once -----------------------------------------------------------------------


def two_joins(case: Case) -> list[Callable[[], Any]]:
    def join(phone: str) -> Callable[[], Any]:
        return lambda: actions.submit_report(
            [Told(words="我家门口也在响", place=HERE)], contact=Contact(phone=phone), join=case.id
        )

    return [join("13900139001"), join("13900139002")]


def fresh() -> Case:
    """An open case of just now."""
    from gridward.core import clock

    return case_of(submit(at=clock.now()))


def test_two_neighbours_who_join_at_once_are_both_counted(space: Space, city: CaseTown) -> None:
    case = fresh()

    results = space.at_once(*two_joins(case))

    assert [receipt.joined for receipt in results] == [True, True]
    case.refresh_from_db()
    assert case.reports_proposed == 2
    assert Report.objects.filter(case=case, join_state="proposed").count() == 2


def test_without_the_lock_one_of_two_joins_is_not_counted(
    space: Space, city: CaseTown, request: pytest.FixtureRequest
) -> None:
    case = fresh()
    request.getfixturevalue("without_lock")

    results = space.at_once(*two_joins(case))

    case.refresh_from_db()
    assert case.reports_proposed < 2 or OperationalError in lost(results)


# --- a reporter's double click --------------------------------------------------------------------


def test_a_form_of_the_track_page_sent_twice_at_once_is_one_act(
    space: Space, city: CaseTown
) -> None:
    receipt = submit()
    case = case_of(receipt)

    def remind() -> Any:
        return actions.hurry_case(receipt.submission, case.id, form="f1", at=case.opened_at)

    results = space.at_once(remind, remind)

    assert lost(results) == []
    assert Case.objects.get(id=case.id).hurries == 1
    assert Entry.objects.filter(verb="report.hurried").count() == 1


def test_without_the_lock_a_double_reminder_falls_onto_the_entry_s_id(
    space: Space, city: CaseTown, request: pytest.FixtureRequest
) -> None:
    receipt = submit()
    case = case_of(receipt)
    request.getfixturevalue("without_lock")

    def remind() -> Any:
        return actions.hurry_case(receipt.submission, case.id, form="f1", at=case.opened_at)

    results = space.at_once(remind, remind)

    assert lost(results) in ([IntegrityError], [OperationalError])


# --- two who confirm ------------------------------------------------------------------------------


def two_confirmers(town: CaseTown) -> tuple[Case, list[Callable[[], Any]]]:
    """A proposal that one leader confirms while another refuses it."""
    case = fresh()
    case = actions.propose_force_close(
        case.id,
        by=town.viewer("D002"),
        version=case.version,
        words="由新建工程一并解决",
        reply="该路段将整体改造",
    )
    proposal = Proposal.objects.get(case=case)
    leader = {"by": town.viewer("D003"), "version": case.version}
    return case, [
        lambda: actions.confirm_force_close(case.id, proposal.id, **leader),
        lambda: actions.refuse_force_close(case.id, proposal.id, **leader, words="继续办理"),
    ]


def test_of_two_who_decide_on_a_proposal_one_decides(space: Space, city: CaseTown) -> None:
    case, acts = two_confirmers(city)

    results = space.at_once(*acts)

    assert (len(won(results)), lost(results)) == (1, [errors.CaseChanged])
    decided = Proposal.objects.get(case=case).state
    case.refresh_from_db()
    assert (decided == "open", case.is_open) in ((False, True), (False, False))
    verbs = ("case.closed", "case.proposal_refused")
    assert Entry.objects.filter(subject_id=str(case.id), verb__in=verbs).count() == 1


def test_without_the_lock_of_the_case_only_the_proposal_s_own_tells(
    space: Space, city: CaseTown, request: pytest.FixtureRequest
) -> None:
    _case, acts = two_confirmers(city)
    request.getfixturevalue("without_lock")

    results = space.at_once(*acts)

    # SQLite knows no other lock; PostgreSQL holds the second one at the proposal's row, if the
    # first was not so fast that the guard sees it decided
    told = lost(results)
    if is_sqlite(space):
        assert told == [OperationalError]
    else:
        assert told in ([errors.ProposalGone], [errors.SecondPersonMissing])


def test_without_both_locks_a_proposal_is_agreed_to_and_refused(
    space: Space,
    city: CaseTown,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    case, acts = two_confirmers(city)
    request.getfixturevalue("without_lock")
    gate = threading.Barrier(2)

    def unlocked(proposal: UUID) -> Proposal:
        found = Proposal.objects.get(id=proposal)
        gate.wait(5)
        return found

    monkeypatch.setattr(queries, "lock_proposal", unlocked)

    results = space.at_once(*acts)

    verbs = ("case.closed", "case.proposal_refused")
    told = Entry.objects.filter(subject_id=str(case.id), verb__in=verbs).count()
    if is_sqlite(space):  # whoever writes second is refused by the file itself
        assert (lost(results), told) == ([OperationalError], 1)
    else:
        assert (lost(results), told) == ([], 2)


# --- two closers, and a neighbour who joins -------------------------------------------------------


def to_pass(town: CaseTown) -> Case:
    case = walk(town, "disposed", contact=False)
    Case.objects.filter(id=case.id).update(check_on_site=False)
    return case


def test_of_two_who_close_one_closes(space: Space, city: CaseTown) -> None:
    case = to_pass(city)

    def close() -> Any:
        return actions.pass_check(case.id, by=city.viewer("S001"), version=case.version)

    results = space.at_once(close, close)

    assert (len(won(results)), lost(results)) == (1, [errors.CaseChanged])
    assert Entry.objects.filter(subject_id=str(case.id), verb="case.closed").count() == 1


def test_without_the_lock_it_is_closed_twice(
    space: Space, city: CaseTown, request: pytest.FixtureRequest
) -> None:
    case = to_pass(city)
    request.getfixturevalue("without_lock")

    def close() -> Any:
        return actions.pass_check(case.id, by=city.viewer("S001"), version=case.version)

    results = space.at_once(close, close)

    assert lost(results) in ([], [OperationalError])


def join_and_end(town: CaseTown, case: Case) -> list[Callable[[], Any]]:
    """A neighbour joins a case while the desk declines it."""
    desk = town.viewer("S001")
    return [
        two_joins(case)[0],
        lambda: actions.decline_case(case.id, by=desk, version=case.version, reason="private"),
    ]


def test_join_against_the_end_leaves_no_neighbour_waiting_in_an_ended_case(
    space: Space, city: CaseTown
) -> None:
    case = fresh()

    results = space.at_once(*join_and_end(city, case))

    assert lost(results) == []
    case.refresh_from_db()
    told = Report.objects.get(submission=results[0].submission)
    assert (case.is_open, case.reports_proposed) == (False, 0)
    assert told.case_id != case.id  # joined first or too late: a case of their own
    assert Case.objects.get(id=told.case_id).is_open


def test_without_the_lock_a_neighbour_waits_in_an_ended_case(
    space: Space, city: CaseTown, request: pytest.FixtureRequest
) -> None:
    case = fresh()
    request.getfixturevalue("without_lock")

    results = space.at_once(*join_and_end(city, case))

    case.refresh_from_db()
    waits = Report.objects.filter(case=case, join_state="proposed").exists()
    if is_sqlite(space):  # whoever writes second is refused by the file itself
        assert lost(results) == [OperationalError]
    else:
        assert lost(results) == []
        assert waits and not case.is_open
