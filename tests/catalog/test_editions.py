"""Editions: what was agreed, numbered, kept, compared; and decisions that no load overwrites."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import ProgrammingError, connections, transaction
from django.test.utils import CaptureQueriesContext
from tests.catalog.folders import write_pack
from tests.databases import Space

from gridward.catalog import queries
from gridward.catalog.actions import decide, load_packs, make_edition
from gridward.catalog.errors import (
    DecisionFaulty,
    NoCatalogue,
    NoResponsibleRule,
    NoSuchEdition,
    PackFaulty,
)
from gridward.catalog.loader import compile_packs
from gridward.catalog.models import Decision, Edition
from gridward.catalog.queries import catalogue, difference, responsible
from gridward.catalog.worktime import Limit, Unit, add
from gridward.core import jurisdiction
from gridward.core.action import action
from gridward.journal.actions import ActorRef
from gridward.journal.models import Entry
from gridward.journal.queries import remembered_generations

ACTOR = ActorRef("system", "tests")
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
MONDAY_OFF = {"calendar": "cn-mainland", "day": "2026-11-23", "works": False}
YEAR_2027: dict[str, Any] = {
    "calendar": "cn-mainland",
    "year": 2027,
    "holidays": ["2027-01-01..2027-01-03"],
    "workdays": [],
    "source": "notice 1 of 2026",
}


def connection() -> Any:
    return connections[jurisdiction.current().database]


@pytest.mark.usefixtures("db")
class TestLoading:
    def test_nothing_is_there_before_the_first_load(self) -> None:
        assert not queries.is_loaded()
        with pytest.raises(NoCatalogue):
            catalogue()

    def test_a_decision_needs_a_catalogue(self) -> None:
        with pytest.raises(NoCatalogue):
            decide("setting", {"photos_max": 3}, actor=ACTOR)

        assert Decision.objects.count() == 0

    def test_the_first_load_makes_edition_one_and_says_so_in_the_journal(self) -> None:
        made = load_packs(["urban-grid"], actor=ACTOR, at=NOON)

        edition = Edition.objects.get()
        entry = Entry.objects.get(verb="edition.made")
        assert (made.number, made.is_new) == (1, True)
        assert (edition.number, edition.digest, edition.created_at) == (1, made.digest, NOON)
        assert edition.stack == ["base@1", "urban-grid@1"]
        assert (entry.subject_id, entry.occurred_at) == (str(edition.id), NOON)
        assert catalogue().digest == made.digest

    def test_loading_the_same_again_makes_nothing(self) -> None:
        load_packs(["urban-grid"], actor=ACTOR)

        again = load_packs(["urban-grid"], actor=ACTOR)

        assert (again.number, again.is_new) == (1, False)
        assert Edition.objects.count() == 1
        assert Entry.objects.filter(verb="edition.made").count() == 1

    def test_a_content_compiled_before_makes_the_same_edition(self) -> None:
        compiled = compile_packs(["urban-grid"])

        made = make_edition(compiled, actor=ACTOR, remark="by hand")

        assert load_packs(["urban-grid"], actor=ACTOR).digest == made.digest
        assert queries.editions()[0].remark == "by hand"

    def test_another_stack_makes_a_new_edition_and_keeps_the_old_one(self, tmp_path: Path) -> None:
        load_packs(["urban-grid"], actor=ACTOR)
        changed = write_pack(
            tmp_path, "mine", matters="matters:\n  - { extends: manhole@1, radius_m: 80 }\n"
        )

        made = load_packs([changed], actor=ACTOR)

        assert (made.number, made.is_new) == (2, True)
        assert catalogue().matter("manhole").radius_m == 80
        assert catalogue(1).matter("manhole").radius_m == 50
        assert catalogue().origin("matters", "manhole") == "mine@1"

    def test_a_faulty_pack_changes_nothing_and_tells_nobody(self, tmp_path: Path) -> None:
        load_packs(["urban-grid"], actor=ACTOR)
        faulty = write_pack(tmp_path, "mine", matters="matters:\n  - { extends: dragon@1 }\n")

        with pytest.raises(PackFaulty) as refused:
            load_packs([faulty], actor=ACTOR)

        assert len(refused.value.faults) == 1
        assert Edition.objects.count() == 1
        assert Entry.objects.count() == 1

    def test_an_edition_never_made_is_not_found(self) -> None:
        load_packs(["urban-grid"], actor=ACTOR)

        with pytest.raises(NoSuchEdition):
            catalogue(7)

    def test_the_difference_names_entry_and_field(self, tmp_path: Path) -> None:
        load_packs(["urban-grid"], actor=ACTOR)
        load_packs(
            [
                write_pack(
                    tmp_path,
                    "mine",
                    matters="matters:\n  - { extends: manhole@1, radius_m: 80 }\n",
                    departments="- { key: XYZ, title: { zh: 新, en: New }, level: street }\n",
                )
            ],
            actor=ACTOR,
        )

        changes = difference(1, 2)

        told = {(each.kind, each.key, each.field): (each.before, each.after) for each in changes}
        assert told["matters", "manhole", "radius_m"] == (50, 80)
        assert told["departments", "XYZ", ""][0] is None
        assert {kind for kind, _, _ in told} == {"matters", "departments", "stack"}


@pytest.mark.usefixtures("db")
class TestMemory:
    def test_an_edition_in_memory_costs_one_statement_for_the_generations(self) -> None:
        load_packs(["urban-grid"], actor=ACTOR)
        catalogue()

        with CaptureQueriesContext(connection()) as asked:
            catalogue()
        assert len(asked) == 1

    def test_within_a_request_the_catalogue_is_asked_for_freely(self) -> None:
        load_packs(["urban-grid"], actor=ACTOR)

        with remembered_generations():
            catalogue()
            with CaptureQueriesContext(connection()) as asked:
                for _ in range(20):
                    catalogue().matter("manhole")
                    catalogue(1)
        assert len(asked) == 0

    def test_a_new_edition_is_seen_at_once(self) -> None:
        load_packs(["urban-grid"], actor=ACTOR)
        before = catalogue()

        decide("setting", {"photos_max": 3}, actor=ACTOR)

        assert (before.settings.photos_max, catalogue().settings.photos_max) == (9, 3)

    def test_an_edition_that_was_rolled_back_is_not_remembered(self) -> None:
        load_packs(["urban-grid"], actor=ACTOR)

        @action
        def fail() -> None:
            decide("setting", {"photos_max": 3}, actor=ACTOR)
            assert catalogue().settings.photos_max == 3
            raise RuntimeError

        with pytest.raises(RuntimeError):
            fail()

        assert catalogue().settings.photos_max == 9
        with pytest.raises(NoSuchEdition):
            catalogue(2)

    def test_an_edition_cannot_be_changed_in_memory(self) -> None:
        load_packs(["urban-grid"], actor=ACTOR)

        with pytest.raises(TypeError):
            catalogue().matters["x"] = catalogue().matter("manhole")  # type: ignore[index]
        with pytest.raises(ValueError, match="frozen"):
            catalogue().matter("manhole").radius_m = 1  # type: ignore[misc]


@pytest.mark.usefixtures("db")
def test_the_application_cannot_rewrite_what_was_agreed() -> None:
    if settings.GRIDWARD_TEST_ENGINE == "sqlite":
        return  # it knows no roles
    load_packs(["urban-grid"], actor=ACTOR)

    for change in (
        lambda: Edition.objects.update(content="{}"),
        lambda: Edition.objects.all().delete(),
        lambda: Decision.objects.update(payload={}),
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            change()


def test_two_jurisdictions_have_their_own_editions(two_spaces: tuple[Space, Space]) -> None:
    one, other = two_spaces
    with one.entered():
        load_packs(["urban-grid"], actor=ACTOR)
        decide("setting", {"photos_max": 3}, actor=ACTOR)
    with other.entered():
        assert not queries.is_loaded()
        load_packs(["urban-grid"], actor=ACTOR)

    with one.entered():
        assert (catalogue().number, catalogue().settings.photos_max) == (2, 3)
    with other.entered():
        assert (catalogue().number, catalogue().settings.photos_max) == (1, 9)
        assert catalogue(1).digest == catalogue().digest


def test_two_decisions_at_once_make_two_editions(space: Space) -> None:
    load_packs(["urban-grid"], actor=ACTOR)

    results = space.at_once(
        lambda: decide("setting", {"photos_max": 3}, actor=ACTOR).number,
        lambda: decide("setting", {"rating_days": 9}, actor=ACTOR).number,
    )

    assert sorted(results) == [2, 3]
    settings = catalogue(3).settings
    assert (settings.photos_max, settings.rating_days) == (3, 9)


class TestDecisions:
    @pytest.fixture(autouse=True)
    def _town(self, db: None) -> None:
        load_packs(["urban-grid"], actor=ACTOR)

    def test_a_day_off_is_decided_and_changes_the_deadlines_from_then_on(self) -> None:
        two_days = Limit(2, Unit.WORKING_DAY)
        friday = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
        before = catalogue().calendar("cn-mainland")

        made = decide("calendar_day", MONDAY_OFF, actor=ACTOR, source="order 7", at=NOON)

        after = catalogue().calendar("cn-mainland")
        assert (made.number, made.is_new) == (2, True)
        assert add(friday, two_days, before).at == datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
        assert add(friday, two_days, after).at == datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
        assert before.digest != after.digest
        assert catalogue(1).calendar("cn-mainland").digest == before.digest

    def test_a_decision_says_who_when_and_on_what_ground(self) -> None:
        decide("calendar_day", MONDAY_OFF, actor=ACTOR, source="order 7", at=NOON)

        decision = Decision.objects.get()
        assert (decision.kind, decision.key) == ("calendar_day", "cn-mainland/2026-11-23")
        assert (decision.decided_by_id, decision.decided_at, decision.source) == (
            "tests",
            NOON,
            "order 7",
        )
        assert Entry.objects.get(verb="decision.taken").subject_id == str(decision.id)
        assert catalogue().origin("calendars", "cn-mainland") == f"decision:{decision.id}"

    def test_a_year_that_is_loaded_ends_what_was_provisional(self) -> None:
        start = datetime(2026, 12, 31, 1, 0, tzinfo=UTC)
        one_day = Limit(1, Unit.WORKING_DAY)
        before = add(start, one_day, catalogue().calendar("cn-mainland"))

        decide("calendar_year", YEAR_2027, actor=ACTOR)

        after = add(start, one_day, catalogue().calendar("cn-mainland"))
        assert (before.at, before.provisional) == (datetime(2027, 1, 1, 9, 30, tzinfo=UTC), True)
        assert (after.at, after.provisional) == (datetime(2027, 1, 4, 9, 30, tzinfo=UTC), False)

    def test_a_day_amends_its_year_whichever_was_decided_first(self) -> None:
        saturday = {"calendar": "cn-mainland", "day": "2027-01-02", "works": True}
        decide("calendar_day", saturday, actor=ACTOR)
        assert 2027 not in catalogue().calendar("cn-mainland").years

        decide("calendar_year", YEAR_2027, actor=ACTOR)

        calendar = catalogue().calendar("cn-mainland")
        assert 2027 in calendar.years
        assert calendar.is_working_day(date(2027, 1, 2))
        assert not calendar.is_working_day(date(2027, 1, 1))

    def test_a_later_decision_on_the_same_thing_takes_the_place_of_the_earlier(self) -> None:
        decide("calendar_day", MONDAY_OFF, actor=ACTOR)
        decide("calendar_day", {**MONDAY_OFF, "works": True}, actor=ACTOR)

        assert catalogue().calendar("cn-mainland").is_working_day(date(2026, 11, 23))
        assert Decision.objects.count() == 2
        assert catalogue().number == 3

    def test_loading_packs_never_overwrites_a_decision(self, tmp_path: Path) -> None:
        decide("calendar_day", MONDAY_OFF, actor=ACTOR)
        decide("setting", {"photos_max": 3}, actor=ACTOR)
        changed = write_pack(tmp_path, "mine", settings="photos_max: 5\nrating_days: 9\n")

        load_packs([changed], actor=ACTOR)

        now = catalogue()
        assert (now.settings.photos_max, now.settings.rating_days) == (3, 9)
        assert not now.calendar("cn-mainland").is_working_day(date(2026, 11, 23))

    def test_a_ruling_becomes_the_rule_that_decides(self) -> None:
        rule = {
            "key": "ruling-manhole-broken",
            "matter": "manhole",
            "condition": "manhole.broken",
            "level": "district",
            "lead": "UTL",
            "because": {"zh": "裁定", "en": "Ruled"},
        }
        assert responsible(catalogue(), "manhole", "manhole.broken", None).lead == "MUN"

        decide("responsibility_rule", rule, actor=ACTOR)

        now = responsible(catalogue(), "manhole", "manhole.broken", None)
        assert (now.key, now.lead, str(now.because.en)) == ("ruling-manhole-broken", "UTL", "Ruled")
        assert responsible(catalogue(1), "manhole", "manhole.broken", None).lead == "MUN"

    @pytest.mark.parametrize(
        ("kind", "payload", "said"),
        [
            ("whim", {}, "is not one of"),
            ("calendar_day", {"calendar": "nowhere", "day": "2026-11-23", "works": False},
             "no calendar nowhere"),
            ("calendar_day", {"calendar": "cn-mainland", "day": "soon", "works": False}, "day"),
            ("setting", {"photos_max": 3, "rating_days": 1}, "exactly one"),
            ("setting", {"photos_max": 0}, "photos_max"),
            ("setting", {"calendars": {"desk": "nowhere", "always": "round-the-clock"}},
             "a known calendar"),
            ("responsibility_rule",
             {"key": "x", "matter": "manhole", "level": "street", "lead": "NOBODY",
              "because": {"zh": "x", "en": "x"}}, "a known department"),
            ("matter", {"key": "x"}, "title"),
        ],
    )  # fmt: skip
    def test_a_decision_that_does_not_fit_changes_nothing_and_tells_nobody(
        self, kind: str, payload: dict[str, Any], said: str
    ) -> None:
        entries = Entry.objects.count()

        with pytest.raises(DecisionFaulty) as refused:
            decide(kind, payload, actor=ACTOR)

        assert said in str(refused.value)
        assert Decision.objects.count() == 0
        assert Edition.objects.count() == 1
        assert Entry.objects.count() == entries

    def test_packs_that_a_decision_does_not_fit_are_not_loaded(self) -> None:
        matter = {
            "key": "swing",
            "title": {"zh": "秋千", "en": "Swing"},
            "group": "green",
            "class": "event",
            "process": "event",
            "conditions": ["amenity.damaged"],
            "default_condition": "amenity.damaged",
        }
        with pytest.raises(DecisionFaulty):
            decide("matter", matter, actor=ACTOR)
        decide(
            "responsibility_rule",
            {
                "key": "ruling",
                "matter": "manhole",
                "condition": "manhole.broken",
                "level": "district",
                "lead": "UTL",
                "because": {"zh": "裁定", "en": "Ruled"},
            },
            actor=ACTOR,
        )

        with pytest.raises(PackFaulty) as refused:
            load_packs(["base"], actor=ACTOR)  # has no manhole at all

        assert "responsibility/ruling" in {fault.file for fault in refused.value.faults}
        assert catalogue().number == 2

    def test_where_no_rule_fits_somebody_must_choose(self) -> None:
        shown = catalogue()
        empty = type(shown)(1, shown.content.model_copy(update={"responsibility": ()}), "x")

        with pytest.raises(NoResponsibleRule):
            responsible(empty, "manhole", None, None)
