"""What a grid worker does on site beside checks: joining those who handle it, calling in person."""

from __future__ import annotations

import pytest
from tests.cases import walking
from tests.cases.stepping import One, at, one, refused
from tests.cases.walking import CaseTown, staged

from gridward.cases import actions, errors
from gridward.cases.models import Answer, CaseFile
from gridward.cases.queries import calling
from gridward.cases.queries.onsite import solved_with, to_join
from gridward.catalog.queries import catalogue
from gridward.core.errors import NotAllowed, NotFound
from gridward.directory import queries as directory
from gridward.journal import queries as journal


@pytest.fixture
def case(town: CaseTown) -> One:
    """Reported on Monday at nine, with a telephone number."""
    return one(town)


def near(case: One) -> str:
    """The staff number of the grid worker of the place."""
    posts = {post: number for number, post in case.town.town.posts.items()}
    return next(
        posts[each.post_id]
        for area in case.case.chain
        if area is not None
        for each in directory.workers_of_grid(area)
    )


def far(case: One) -> str:
    """A grid worker of another street."""
    return next(
        n
        for n in ("G001", "G008")
        if case.viewer(n).organisation_id != case.viewer(near(case)).organisation_id
        and case.viewer(n).area_id not in case.case.chain
    )


def helped(case: One) -> One:
    """With the municipal works, the place's community helping."""
    actions.accept_and_dispatch(
        case.id,
        **case.by("S001"),
        matter="manhole",
        condition="manhole.rattling",
        lead=case.town.org("mun"),
        helpers=[case.viewer(near(case)).organisation_id],
        at=at("11-09 09:05"),
    )
    return case.acknowledge("11-09 09:20")


# --- joining --------------------------------------------------------------------------------------


def test_a_worker_joins_those_who_handle_it_and_nothing_moves(case: One) -> None:
    worker = near(helped(case))
    mine = case.viewer(worker).organisation_id
    before, running = case.where(), case.running()

    actions.join_on_site(
        case.id,
        **case.by(worker),
        came=[case.town.org("mun"), mine],
        words="一起看过，下午换",
        photos=[staged()],
        at=at("11-09 11:00"),
    )

    assert (case.where(), case.running()) == (before, running)
    line = case.last("case.joined_on_site")
    assert line.details["came"] == sorted(map(str, (case.town.org("mun"), mine)))
    assert line.details["photos"] == 1
    assert "一起看过，下午换" in case.said("case.joined_on_site").values()
    assert CaseFile.objects.get(case=case.id, kind="site").added_by == case.viewer(worker).post_id
    assert not {"lng", "lat", "point"} & set(line.details)


def test_what_may_be_joined_is_what_ones_organisation_has_a_part_in(case: One) -> None:
    worker = near(case)
    assert to_join(case.viewer(worker)) == []
    helped(case)

    assert [card.id for card in to_join(case.viewer(worker))] == [case.id]
    assert to_join(case.viewer(far(case))) == []


def test_who_came_is_said_of_those_who_take_part(case: One) -> None:
    worker = near(helped(case))

    with refused(errors.VisitMissing):
        actions.join_on_site(case.id, **case.by(worker), came=[])
    with refused(errors.VisitMissing):
        actions.join_on_site(case.id, **case.by(worker), came=[case.town.org("urb")])


def test_without_a_part_in_it_there_is_nothing_to_join(case: One) -> None:
    case.dispatch("11-09 09:05")

    with refused(errors.NotTakingPart):
        actions.join_on_site(case.id, **case.by(near(case)), came=[case.town.org("mun")])
    with refused(NotAllowed):
        actions.join_on_site(case.id, **case.by("M001"), came=[case.town.org("mun")])
    with refused(NotFound):
        actions.join_on_site(case.id, **case.by(far(case)), came=[case.town.org("mun")])


# --- calling in person ----------------------------------------------------------------------------


def waiting(case: One) -> Answer:
    """Handled, checked, the reporter to be called back."""
    case.dispatch("11-09 09:05").acknowledge("11-09 09:20").dispose("11-09 10:00")
    if case.case.check_on_site:  # the lot drew it
        actions.send_to_check(case.id, **case.by("S001"), at=at("11-09 10:05"))
        walking.check(case.town, case.case, at=at("11-09 10:10"))
    case.passed("11-09 10:15")
    return Answer.objects.get(report=case.report)


def handed(case: One) -> Answer:
    asked = waiting(case)
    actions.hand_call(
        case.id,
        case.report.id,
        **case.by("S001"),
        post=case.town.town.posts[near(case)],
        at=at("11-09 10:20"),
    )
    asked.refresh_from_db()
    return asked


def test_the_caller_asks_the_worker_of_the_place_who_logs_the_answer(case: One) -> None:
    asked = handed(case)
    worker = case.viewer(near(case))
    (call,) = calling.calls_of(worker)
    assert (call.id, call.case.id, call.attempts) == (asked.id, case.id, 0)

    shown = actions.show_call_contact(asked.id, by=worker, at=at("11-09 14:00"))
    done = actions.log_call_in_person(
        asked.id,
        by=worker,
        version=call.case.version,
        reached=True,
        answer="solved",
        rating=5,
        at=at("11-09 14:10"),
    )

    assert shown.phone == "13800138000"
    assert (done.state, done.close_type) == ("closed", "resolved")
    asked.refresh_from_db()
    assert (asked.answer, asked.via, asked.rating) == ("solved", "visit", 5)
    verbs = [line.verb for line in journal.timeline([case.report.id])]
    assert verbs[-4:] == [
        "report.call_handed",
        "report.call_contact_shown",
        "report.called",
        "report.answered",
    ]
    assert calling.calls_of(worker) == []
    assert [card.id for card in solved_with(worker)] == [case.id]


def test_the_number_is_shown_only_while_the_call_is_theirs(case: One) -> None:
    asked = waiting(case)
    worker, other = case.viewer(near(case)), case.viewer(far(case))
    with refused(NotFound):
        actions.show_call_contact(asked.id, by=worker)

    actions.hand_call(case.id, case.report.id, **case.by("S001"), post=worker.post_id)
    with refused(NotFound):
        actions.show_call_contact(asked.id, by=other)
    assert actions.show_call_contact(asked.id, by=worker).phone == "13800138000"

    case.call("11-09 15:00", "solved")
    with refused(errors.CallGone):
        actions.show_call_contact(asked.id, by=worker)
    with refused(errors.CallGone):
        actions.log_call_in_person(asked.id, by=worker, version=None, reached=True, answer="no")


def test_a_handed_call_is_taken_back_and_handed_to_somebody_again(case: One) -> None:
    asked = handed(case)
    worker = case.viewer(near(case))

    actions.take_call_back(case.id, case.report.id, **case.by("S001"), at=at("11-09 10:30"))

    assert calling.calls_of(worker) == []
    with refused(errors.CallGone):
        actions.show_call_contact(asked.id, by=worker)
    with refused(errors.CallGone):
        actions.log_call_in_person(asked.id, by=worker, version=None, reached=True, answer="no")
    (line,) = (x for x in journal.timeline([case.report.id]) if x.verb == "report.call_taken_back")
    assert line.details["post"] == str(worker.post_id)
    with refused(errors.CallNotHanded):
        actions.take_call_back(case.id, case.report.id, **case.by("S001"))

    actions.hand_call(case.id, case.report.id, **case.by("S001"), post=worker.post_id)
    assert [call.id for call in calling.calls_of(worker)] == [asked.id]
    case.call("11-09 15:00", "solved")
    with refused(errors.StepNotOpen):
        actions.take_call_back(case.id, case.report.id, **case.by("S001"))


def test_whoever_may_not_call_takes_no_call_back(case: One) -> None:
    handed(case)

    with refused(NotAllowed):
        actions.take_call_back(case.id, case.report.id, **case.by(near(case)))
    with refused(errors.CaseChanged):
        actions.take_call_back(case.id, case.report.id, by=case.viewer("S001"), version=1)


def test_nobody_met_counts_as_an_attempt_and_the_call_stays(case: One) -> None:
    asked = handed(case)
    worker = case.viewer(near(case))

    actions.log_call_in_person(
        asked.id, by=worker, version=case.case.version, reached=False, at=at("11-09 14:00")
    )

    asked.refresh_from_db()
    assert (asked.attempts, asked.answer) == (1, "")
    assert [call.attempts for call in calling.calls_of(worker)] == [1]


def test_a_no_in_person_sends_it_back_to_be_done(case: One) -> None:
    asked = handed(case)

    actions.log_call_in_person(
        asked.id,
        by=case.viewer(near(case)),
        version=case.case.version,
        reached=True,
        answer="no",
        at=at("11-09 14:00"),
    )

    assert (case.case.state, case.case.round) == ("dispatched", 2)
    assert calling.calls_of(case.viewer(near(case))) == []


def test_only_a_worker_of_the_place_is_asked_and_only_by_a_caller(case: One) -> None:
    waiting(case)
    posts = case.town.town.posts

    for post in (posts["M001"], posts[far(case)]):
        with refused(errors.NoWorkerToCall):
            actions.hand_call(case.id, case.report.id, **case.by("S001"), post=post)
    with refused(NotAllowed):
        actions.hand_call(case.id, case.report.id, **case.by(near(case)), post=posts[near(case)])


def test_a_complaint_about_somebody_is_followed_up_by_the_caller_alone(case: One) -> None:
    found = case.case
    book = catalogue(found.edition)
    assert calling.callers_in_person(found)

    found.matter = next(m.key for m in book.matters.values() if m.about_party)

    assert calling.callers_in_person(found) == []


def test_nothing_of_the_number_stands_in_the_journal(case: One) -> None:
    asked = handed(case)
    actions.show_call_contact(asked.id, by=case.viewer(near(case)))

    lines = journal.timeline([case.report.id, case.id])
    assert all("13800138000" not in repr(line.details) for line in lines)
    assert len(lines) > 5
