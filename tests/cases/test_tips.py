"""Tips: noted in ten seconds, read by the street desk, at times made a report of."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from benchmarks.wire import statements
from tests.cases.stepping import at, refused
from tests.cases.walking import HERE, MONDAY, CaseTown, staged

from gridward.cases import actions, errors, queries
from gridward.cases.actions import Place
from gridward.cases.models import Case, CaseFile, Submission, Tip
from gridward.cases.queries import tips
from gridward.core import clock
from gridward.core.errors import NotAllowed, NotFound
from gridward.journal import queries as journal
from gridward.journal.models import Entry
from gridward.journal.queries import remembered_generations
from gridward.vault import queries as vault

ODD = "三楼窗户一直亮着灯，敲门没人应"


def tip_of(town: CaseTown, number: str = "G001", **more: object) -> uuid.UUID:
    given = {"client_id": uuid.uuid4().hex, "words": ODD, "at": at("11-09 09:10"), **more}
    return actions.note_tip(town.viewer(number), **given)  # type: ignore[arg-type]


def street_of(town: CaseTown, number: str) -> str:
    """The staff number at the street desk of a worker's ground."""
    area = town.viewer(number).area_id
    return f"S00{1 + town.town.streets.index(_street(area))}"


def _street(area: int | None) -> int:
    from gridward.territory import queries as territory

    return territory.chain(area)[1] or 0


def test_a_tip_is_no_case_and_waits_at_the_street_desk_of_the_place(town: CaseTown) -> None:
    tip = tip_of(town, photos=[staged("G")], staged_by="G", place=HERE)

    (seen,) = tips.tips_of_desk(town.viewer("S001"))
    assert (seen.id, seen.words, seen.state, len(seen.photos)) == (tip, ODD, "noted", 1)
    assert seen.area in town.town.grids
    assert Case.objects.count() == 0
    assert tips.tips_of_desk(town.viewer("S002")) == []
    row = Tip.objects.get()
    assert ODD not in repr(vars(row))
    line = journal.timeline([tip])[0]
    assert (line.verb, line.details["photos"]) == ("tip.noted", 1)
    assert row.words is not None and vault.commitment_of(row.words) == line.details["words"]


def test_without_a_place_it_lies_on_the_workers_own_ground(town: CaseTown) -> None:
    tip_of(town)

    worker = town.viewer("G001")
    (seen,) = tips.tips_of_desk(town.viewer(street_of(town, "G001")))
    assert (seen.area, seen.lng) == (worker.area_id, None)


def test_the_same_form_sent_twice_is_one_tip(town: CaseTown) -> None:
    first = tip_of(town, client_id="a" * 32)

    assert tip_of(town, client_id="a" * 32) == first
    assert Tip.objects.count() == 1
    with refused(errors.ClientIdTaken):
        tip_of(town, "G002", client_id="a" * 32)


def test_a_tip_says_or_shows_something_and_who_may_not_report_notes_none(town: CaseTown) -> None:
    with refused(errors.NothingSaid):
        tip_of(town, words="  ")
    with refused(NotAllowed):
        tip_of(town, "M001")


def test_the_desk_makes_a_report_of_it_and_whoever_noted_it_is_the_reporter(
    town: CaseTown,
) -> None:
    tip = tip_of(town, photos=[staged("G")], staged_by="G", place=HERE)
    desk = town.viewer("S001")

    receipt = actions.report_tip(
        tip, by=desk, words="井盖松动", matter="manhole", at=at("11-09 10:00")
    )
    again = actions.report_tip(tip, by=desk, words="井盖松动", matter="manhole")

    assert again.number == receipt.number and again.again
    case = Case.objects.get()
    assert (case.matter, case.state, case.lng) == ("manhole", "submitted", pytest.approx(HERE.lng))
    assert CaseFile.objects.filter(case=case, kind="report").count() == 1
    submission = Submission.objects.get()
    worker = town.viewer("G001")
    assert (submission.reporter_post, submission.reporter_kind) == (worker.post_id, "worker")
    assert queries.reporters_of(case.id) == {worker.person_id}
    (mine,) = tips.tips_by(worker)
    assert (mine.state, mine.receipt) == ("reported", receipt.number)
    assert mine.case is not None and mine.case.id == case.id
    assert tips.tips_of_desk(desk) == []
    assert journal.timeline([tip])[-1].details["case"] == str(case.id)


def test_read_and_nothing_to_do_and_the_worker_sees_the_answer(town: CaseTown) -> None:
    tip = tip_of(town)
    desk = town.viewer(street_of(town, "G001"))

    actions.read_tip(tip, by=desk, words="住户外出，已联系", at=at("11-09 10:00"))
    actions.read_tip(tip, by=desk)

    (mine,) = tips.tips_by(town.viewer("G001"))
    assert (mine.state, mine.answer, mine.receipt) == ("read", "住户外出，已联系", "")
    assert Entry.objects.filter(verb="tip.read").count() == 1
    with refused(errors.TipRead):
        actions.report_tip(tip, by=desk, words="x")


def test_a_tip_of_another_desk_is_none(town: CaseTown) -> None:
    tip = tip_of(town)
    other = {"S001": "S002", "S002": "S001"}[street_of(town, "G001")]

    with refused(NotFound):
        actions.read_tip(tip, by=town.viewer(other))
    with refused(NotFound):
        actions.report_tip(tip, by=town.viewer(other), words="x")
    with refused(NotFound):
        actions.read_tip(tip, by=town.viewer("M001"))
    with pytest.raises(NotFound):
        tips.tip_for(town.viewer("G002"), tip)


def test_what_was_read_long_ago_is_forgotten_and_the_journal_stands(town: CaseTown) -> None:
    tip = tip_of(town, photos=[staged("G")], staged_by="G")
    unread = tip_of(town, words="还没人看")
    actions.read_tip(tip, by=town.viewer(street_of(town, "G001")), at=at("11-09 10:00"))
    much_later = MONDAY + timedelta(days=366 * 3 + 30)

    with clock.frozen(much_later):
        told = actions.run_retention(much_later, dry=True)
        done = actions.run_retention(much_later)

    assert (told.tips, done.tips) == (1, 1)
    row = Tip.objects.get(id=tip)
    assert (row.vault_subject, row.words, row.photos) == (None, None, 0)
    assert Tip.objects.get(id=unread).vault_subject is not None
    assert [line.verb for line in journal.timeline([tip])] == ["tip.noted", "tip.read"]


def test_who_asks_to_be_forgotten_is_forgotten_in_the_tip_too(town: CaseTown) -> None:
    tip = tip_of(town, place=HERE)
    receipt = actions.report_tip(tip, by=town.viewer("S001"), words="井盖松动")
    subject = Tip.objects.get(id=tip).vault_subject

    assert subject in queries.subjects_of_receipt(receipt.number)


def test_a_long_list_of_tips_costs_what_a_short_one_does(town: CaseTown) -> None:
    def noted(many: int) -> None:
        for number in range(many):
            tip_of(town, place=HERE, photos=[staged("G")] if number < 2 else [], staged_by="G")

    desk = town.viewer("S001")
    noted(2)
    tips.tips_of_desk(desk)
    with remembered_generations(), statements() as few:
        tips.tips_of_desk(desk)
    noted(10)
    with remembered_generations(), statements() as many:
        assert len(tips.tips_of_desk(desk)) == 12

    assert len(few) == len(many)


def test_half_a_place_is_refused(town: CaseTown) -> None:
    with refused(errors.PlaceOutOfRange):
        tip_of(town, place=Place(lng=113.1))
