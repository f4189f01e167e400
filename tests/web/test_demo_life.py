"""The demonstration's stories: told once however often, on after an interruption, and alive."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from tests.cases import walking
from tests.cases.walking import CaseTown, case_town
from tests.town import ACTOR, LONG_AGO

from gridward.access.queries import DEMO_ROLES
from gridward.cases import queries
from gridward.cases.actions import Receipt
from gridward.cases.models import Assignment, Case, Report, Submission
from gridward.catalog.definitions import Sensitivity
from gridward.catalog.queries import catalogue
from gridward.core import clock
from gridward.directory import actions as directory
from gridward.directory.actions import NewOrganisation
from gridward.journal.models import Entry
from gridward.territory import queries as territory
from gridward.web.cli.demo import cases, living
from gridward.web.cli.demo.building import NotADemo
from gridward.web.cli.demo.pictures import NOTHING, staged_scene
from gridward.web.cli.demo.scenes import PAINTERS, painted
from gridward.web.cli.demo.stories import place_by_lot, restricted_story, story_of, talk_about
from gridward.web.cli.demo.telling import Teller

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # Friday 10:00


@pytest.fixture
def town(db: None) -> Iterator[CaseTown]:
    town = case_town()
    with clock.frozen(NOW):
        # the town's deepest areas are its grids
        places = [
            (area.lng, area.lat, area.id, area.chain)
            for area in map(territory.area, town.town.grids)
        ]
        with patch.object(cases, "_units", lambda _version: places):
            yield town


def told_of(drafts: list[cases.Draft]) -> cases.Narrator:
    narrator = cases.Narrator(NOW)
    for draft in drafts:
        narrator.tell(draft)
    return narrator


def test_the_stories_follow_from_the_day_alone_and_fill_four_weeks(town: CaseTown) -> None:
    book = catalogue()

    drafts = cases.drafts_of(NOW, book)

    assert drafts == cases.drafts_of(NOW, book)
    assert len(drafts) == 1200
    assert len({draft.key for draft in drafts}) == 1200
    young = [draft for draft in drafts if draft.start > NOW - timedelta(days=28)]
    assert len(young) >= 1150
    assert max(draft.start for draft in drafts) < NOW
    told = {draft.story.matter for draft in drafts}
    known = {m.key for m in book.matters.values() if m.sensitivity < Sensitivity.RESTRICTED}
    assert known <= told


def test_a_story_told_again_adds_nothing(town: CaseTown) -> None:
    drafts = cases.Narrator(NOW).drafts[300:312]
    told_of(drafts)
    before = (Submission.objects.count(), Case.objects.count(), Entry.objects.count())

    told_of(drafts)

    assert before[0] >= 12
    assert (Submission.objects.count(), Case.objects.count(), Entry.objects.count()) == before


def test_a_story_broken_off_goes_on_where_it_was(town: CaseTown) -> None:
    drafts = cases.Narrator(NOW).drafts[320:326]
    with patch.object(cases, "STEPS_MOST", 3):
        told_of(drafts)
    some = Entry.objects.count()

    told_of(drafts)

    assert Entry.objects.count() > some
    assert all(Submission.objects.filter(client_id=draft.key).count() == 1 for draft in drafts)
    verbs = Entry.objects.values_list("verb", flat=True)
    assert list(verbs).count("case.opened") == Case.objects.count()


def test_every_case_of_the_stories_holds_what_must_hold(town: CaseTown) -> None:
    told_of(cases.Narrator(NOW).drafts[400:440])

    broken = [found.key for found in queries.broken_invariants() if found.cases]

    assert broken == []
    assert Case.objects.filter(is_open=False).count() > 20


def test_of_restricted_matters_no_photo_and_no_account_is_told(town: CaseTown) -> None:
    book = catalogue()
    few = [m for m in book.matters.values() if m.sensitivity >= Sensitivity.RESTRICTED]

    told = [story_of(book, matter.key, "") for matter in few]

    assert restricted_story(book, random.Random(1)).matter in {matter.key for matter in few}
    assert all("请打电话给我" in words for story in told for words in story.said)
    assert {story.picture for story in told} == {NOTHING}


def test_every_matter_has_words_of_its_own_and_its_group_what_is_said_on_the_way(
    town: CaseTown,
) -> None:
    book = catalogue()
    said: dict[str, str] = {}

    for matter in book.matters.values():
        talk = talk_about(matter.group)
        assert talk.details and talk.progress and talk.still and talk.again and talk.grounds
        for condition in matter.conditions:
            story = story_of(book, matter.key, condition)
            assert story.done and story.reply and story.said
            assert story.picture in (NOTHING, *PAINTERS)
            if matter.sensitivity < Sensitivity.RESTRICTED:
                for words in story.said:
                    assert said.setdefault(words, matter.key) == matter.key


def test_a_photo_shows_what_was_reported_and_another_that_it_is_settled(town: CaseTown) -> None:
    for subject in PAINTERS:
        before, after = (painted(subject, 3, fixed=fixed).tobytes() for fixed in (False, True))
        assert before != after, subject
    unsettled = {painted(subject, 3, fixed=False).tobytes() for subject in PAINTERS}

    assert len(unsettled) == len(PAINTERS)
    assert painted("cover", 3, fixed=False).tobytes() in unsettled  # a place looks the same again
    assert staged_scene("cover", (113.1, 22.6), fixed=False)


def test_places_are_named_after_the_ground_they_lie_on() -> None:
    lot = random.Random(5)

    urban = {place_by_lot(lot, "棠头社区", "urban_community", 2) for _ in range(60)}
    rural = {place_by_lot(lot, "砚涌村", "rural", 2) for _ in range(60)}

    assert any("棠头" in where for where in urban)
    assert all("{" not in where for where in urban | rural)
    assert all("砚涌" in where for where in rural)


def test_what_lies_on_its_ground_goes_to_the_manager_of_an_estate(town: CaseTown) -> None:
    new = [
        NewOrganisation(f"pro-{area}", "department", "物业", "Manager", "PRO", area, 900)
        for area in town.town.communities
    ]
    theirs = set(directory.create_organisations(new, actor=ACTOR, at=LONG_AGO))
    corridor = story_of(catalogue(), "corridor", "")

    told_of([replace(each, story=corridor) for each in cases.Narrator(NOW).drafts[300:312]])

    assert theirs & set(Assignment.objects.values_list("organisation_id", flat=True))


def test_a_neighbours_report_joins_the_first_one(town: CaseTown) -> None:
    draft = next(
        replace(each, neighbour="join", neighbour_at=each.start + timedelta(minutes=2))
        for each in cases.Narrator(NOW).drafts[600:]
        if each.story.matter == "litter" and each.channel.key == "portal" and each.says_matter
    )

    told_of([draft])

    first, second = (Submission.objects.get(client_id=draft.key + suffix) for suffix in ("", "b"))
    assert Report.objects.get(submission=second).submitted_at > first.submitted_at
    assert Entry.objects.filter(verb="report.join_proposed").count() == 1


def test_a_neighbours_report_that_is_parted_again_goes_its_own_way(town: CaseTown) -> None:
    drafts = [
        replace(each, neighbour="join", neighbour_at=each.start + timedelta(minutes=2))
        for each in cases.Narrator(NOW).drafts[400:600]
        if each.story.matter == "litter" and each.channel.key == "portal" and each.says_matter
    ]

    told_of(drafts)

    assert Entry.objects.filter(verb="report.join_refused").exists()
    since = NOW - timedelta(days=4)
    assert not Case.objects.filter(state="submitted", opened_at__lt=since).exists()


def test_somebody_takes_the_next_step_and_nobody_is_flooded(town: CaseTown) -> None:
    life = living.Life(teller=Teller())

    done = [life.move() for _ in range(60)]

    assert done.count("reported") <= living.REPORTS_AN_HOUR
    assert "reported" in done
    assert len({word for word in done if word}) >= 3
    assert Entry.objects.count() > 60
    desk = town.viewer("S001")
    assert sum(queries.waiting_counts(desk).values()) <= 40
    assert [each.key for each in queries.broken_invariants() if each.cases] == []


def test_served_anew_nobody_files_a_report_without_a_matter_as_an_opinion(town: CaseTown) -> None:
    """Whoever took it down knew what it was about; the one who goes on reads its words."""
    drafts = [each for each in cases.Narrator(NOW).drafts if not each.says_matter][:40]
    meant = {}
    for draft in drafts:
        receipt = cases.first_report(Teller(), draft)
        meant[receipt.cases[0]] = (draft.story.matter, draft.story.condition)

    read = {case.id: Teller().meant(case) for case in Case.objects.filter(id__in=meant)}

    assert len(meant) > 20
    matters = {id_: matter for id_, (matter, _condition) in meant.items()}
    assert {id_: matter for id_, (matter, _condition) in read.items()} == matters
    assert len(set(matters.values())) > 10


def test_what_nobody_of_the_demonstration_said_is_read_as_the_desk_would(town: CaseTown) -> None:
    receipt = walking.submit(at=NOW, matter="", words="路灯不亮")
    strange = walking.submit(at=NOW, matter="", words="嗯")

    def read(told: Receipt) -> str:
        return Teller().meant(walking.case_of(told))[0]

    assert read(receipt) == "street_lamp"
    assert read(strange) == "opinion"


def test_a_database_that_is_no_demonstrations_is_refused(town: CaseTown) -> None:
    with pytest.raises(NotADemo):
        living.between_rounds(lambda _text: None)

    assert Case.objects.count() == 0


def test_between_the_rounds_of_the_ticker_a_demonstration_goes_on(town: CaseTown) -> None:
    with patch.object(living, "is_demo_database", return_value=True):
        between = living.between_rounds(lambda _text: None)
    with patch.object(living.Life, "move", return_value="moved") as moved:
        between()

    assert moved.call_count == 1


def test_there_are_cards_for_whoever_runs_the_district() -> None:
    assert {"caller", "system_admin", "security_admin", "audit_admin"} <= set(DEMO_ROLES)
    assert {"community_cadre", "duty_chief"} <= set(DEMO_ROLES)
