"""The packs that ship, and the one that shows that a process is data."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.utils import translation

from gridward.catalog import loader
from gridward.catalog.compiled import Catalogue, Content, digest_of
from gridward.catalog.definitions import CalendarDefinition, LimitFrom, Sensitivity
from gridward.catalog.errors import NotInCatalogue
from gridward.catalog.loader import compile_packs, packs_root, read_district
from gridward.catalog.queries import years_to_load
from gridward.catalog.worktime import Limit, Unit


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


REFERRAL = Path(__file__).parent / "packs" / "referral"


def catalogue_of(*packs: str | Path) -> Catalogue:
    content = compile_packs(packs)
    return Catalogue(1, content, digest_of(content.canonical()))


@pytest.fixture(scope="module")
def town() -> Catalogue:
    return catalogue_of("urban-grid")


def test_every_shipped_pack_is_without_fault() -> None:
    keys = [folder.name for folder in packs_root().iterdir() if (folder / "pack.yaml").is_file()]

    assert {"base", "urban-grid", "demo-district"} <= set(keys)
    for key in sorted(set(keys) - {"base"}):
        assert compile_packs([key]).stack[0] == "base@1"


def test_the_base_alone_is_a_catalogue_without_matters() -> None:
    base = catalogue_of("base")

    assert (len(base.matters), list(base.processes)) == (0, ["event"])


def test_the_loose_manhole_has_its_four_conditions(town: Catalogue) -> None:
    manhole = town.matter("manhole")

    assert str(manhole.title) != ""
    assert manhole.default_condition == "manhole.rattling"
    assert [(each.key, each.limit, each.urgent) for each in town.conditions_of("manhole")] == [
        ("manhole.missing", Limit(2, Unit.URGENT_HOUR), True),
        ("manhole.broken", Limit(4, Unit.WORKING_HOUR), False),
        ("manhole.rattling", Limit(2, Unit.WORKING_DAY), False),
        ("manhole.sunken", Limit(5, Unit.WORKING_DAY), False),
    ]


def test_only_urgent_matters_run_day_and_night(town: Catalogue) -> None:
    continuous = [
        condition.key
        for condition in town.conditions.values()
        if not condition.limit.unit.is_working and not condition.urgent
    ]

    # a firm counts from the moment it asked, whatever the desk's hours are
    assert continuous == ["enterprise_request.ask"]


def test_what_must_be_hidden_is_restricted_and_in_no_public_space(town: Catalogue) -> None:
    restricted = {matter.key for matter in town.matters.values() if matter.is_restricted}
    masked = {
        matter.key for matter in town.matters.values() if matter.sensitivity is Sensitivity.MASKED
    }

    assert restricted == {"harm_lead", "family_violence", "mental_care"}
    assert "neighbour_dispute" in masked
    assert all(not town.matter(key).public_space for key in restricted | masked)


def test_residents_choose_from_a_dozen_groups_none_of_them_empty(town: Catalogue) -> None:
    assert 10 <= len(town.groups) <= 14
    assert all(town.matters_of(group) for group in town.groups)


def test_the_sample_data_says_that_it_is(town: Catalogue) -> None:
    assert town.sample
    assert all(matter.sample for matter in town.matters.values())


def test_every_matter_has_somebody_responsible_in_every_kind_of_area(town: Catalogue) -> None:
    for matter in town.matters.values():
        for condition in matter.conditions:
            for kind in (None, "rural", "urban_community", "park"):
                found = town.candidates(matter.key, condition, kind)
                assert bool(found) is (matter.unassigned is None)


def test_the_most_specific_rule_decides(town: Catalogue) -> None:
    def lead(condition: str | None, kind: str | None) -> str:
        return town.candidates("manhole", condition, kind)[0].key

    assert lead(None, None) == "manhole-default"
    assert lead("manhole.rattling", "urban_community") == "manhole-default"
    assert lead("manhole.rattling", "park") == "manhole-park"
    assert lead("manhole.missing", None) == "manhole-missing"
    assert lead("manhole.missing", "park") == "manhole-missing"
    assert [rule.key for rule in town.candidates("manhole", "manhole.missing", "park")] == [
        "manhole-missing",
        "manhole-park",
        "manhole-default",
        "roads-park",
        "roads-default",
    ]


def test_a_milestone_finds_its_limit_where_the_pack_says(town: Catalogue) -> None:
    by_key = {each.key: each for each in town.milestones("event", "manhole.missing")}

    def limits(milestone: str, condition: str | None) -> tuple[Limit, ...] | None:
        return town.limits(by_key[milestone], condition)

    assert limits("accept", None) == (Limit(30, Unit.WORKING_MINUTE),)
    assert limits("accept", "manhole.missing") == (Limit(5, Unit.URGENT_MINUTE),)
    assert limits("disposal", "manhole.rattling") == (Limit(2, Unit.WORKING_DAY),)
    assert limits("disposal", None) is None
    assert limits("total", "manhole.rattling") == (Limit(5, Unit.WORKING_DAY),)
    assert limits("total", "bus_stop.damaged") == (
        Limit(30, Unit.WORKING_MINUTE),
        Limit(5, Unit.WORKING_DAY),
        Limit(4, Unit.WORKING_HOUR),
        Limit(3, Unit.WORKING_DAY),
        Limit(1, Unit.WORKING_DAY),
    )


def test_a_condition_adds_its_own_milestone(town: Catalogue) -> None:
    keys = [each.key for each in town.milestones("event", "neighbour_dispute.open")]

    assert keys == [each.key for each in town.process("event").milestones] + ["contact"]


def test_the_process_has_every_step_of_the_main_job(town: Catalogue) -> None:
    process = town.process("event")

    assert {step.key for step in process.steps} >= {
        "submit", "ask_info", "answer_info", "info_lapsed", "decline", "merge",
        "accept", "accept_dispatch", "dispatch", "hand_over", "acknowledge", "return",
        "redispatch", "uphold", "rule", "progress", "dispose", "send_to_check",
        "check_done", "rework", "pass_to_callback", "pass_close", "not_solved", "callback_close",
        "reopen", "withdraw", "void", "log_call",
    }  # fmt: skip
    assert {each.key for each in process.milestones} >= {
        "total", "accept", "dispatch", "need_info", "acknowledge", "disposal", "decision",
        "check", "callback",
    }  # fmt: skip


def test_the_promised_time_never_begins_anew(town: Catalogue) -> None:
    total = town.process("event").milestone("total")

    assert total is not None
    assert (total.starts[0], total.restart) == ("submit", "keep")


def test_a_second_process_needs_no_code() -> None:
    other = catalogue_of(REFERRAL)
    event, referral = other.process("event"), other.process("referral")

    assert {state.key for state in event.states} - {state.key for state in referral.states} == {
        "accepted"
    }
    assert {each.key for each in referral.milestones} - {each.key for each in event.milestones} == {
        "first_contact"
    }
    assert other.matter("firm_request").process == "referral"


def test_a_condition_puts_its_own_milestone_in_place_of_the_processes() -> None:
    other = catalogue_of(REFERRAL)

    def first_contact(condition: str) -> tuple[Limit, ...] | None:
        found = {each.key: each for each in other.milestones("referral", condition)}
        return other.limits(found["first_contact"], condition)

    assert first_contact("firm_request.plain") == (Limit(2, Unit.WORKING_HOUR),)
    assert first_contact("firm_request.urgent") == (Limit(60, Unit.URGENT_MINUTE),)


def test_the_compiled_content_comes_back_from_its_canonical_form() -> None:
    content = compile_packs(["demo-district"])

    again = Content.model_validate_json(content.canonical())

    assert again == content
    assert again.canonical() == content.canonical()
    assert json.loads(content.canonical())["settings"]["duty_phone"] == "0999-0000000"


def test_limits_that_stand_elsewhere_survive_the_canonical_form(town: Catalogue) -> None:
    again = Content.model_validate_json(town.content.canonical())

    total = again.processes[0].milestone("total")
    assert total is not None
    assert total.limit == LimitFrom.model_validate({"from": "condition.promise"})


def test_the_demo_district_has_the_scale_of_the_real_ones() -> None:
    district, outline = read_district("demo-district")

    communities = [each for street in district.streets for each in street.communities]
    names = [each.name.zh for each in communities]
    assert (len(district.streets), len(communities)) == (3, 63)
    assert (district.grids, district.units) == (190, 2590)
    assert sum(each.grids for each in communities) == 190
    assert len(set(names)) == 63
    ring = json.loads(outline.read_text())["features"][0]["geometry"]["coordinates"][0]
    assert len(ring) > 200
    assert ring[0] == ring[-1]


@pytest.mark.parametrize(
    ("now", "wanted"),
    [
        (datetime(2026, 10, 31, 15, 59, tzinfo=UTC), ()),
        (datetime(2026, 10, 31, 16, 0, tzinfo=UTC), (("cn-mainland", 2027),)),
        (datetime(2027, 3, 1, tzinfo=UTC), (("cn-mainland", 2027),)),
        (datetime(2027, 11, 2, tzinfo=UTC), (("cn-mainland", 2027), ("cn-mainland", 2028))),
    ],
)
def test_a_year_is_asked_for_from_november_before_it_begins(
    town: Catalogue, now: datetime, wanted: tuple[tuple[str, int], ...]
) -> None:
    assert years_to_load(town, now) == wanted


def _mainland(town: Catalogue) -> CalendarDefinition:
    return next(each for each in town.content.calendars if each.key == "cn-mainland")


def test_every_year_of_the_mainlands_calendar_names_the_notice_that_it_follows(
    town: Catalogue,
) -> None:
    notices = {year: days.source for year, days in _mainland(town).years.items()}

    assert set(notices) == {2024, 2025, 2026}
    for year, notice in notices.items():
        assert notice is not None
        assert f"关于{year}年部分节假日安排的通知" in notice
        assert f"国办发明电〔{year - 1}〕" in notice


@pytest.mark.parametrize(("year", "statutory"), [(2024, 11), (2025, 13), (2026, 13)])
def test_a_mainland_year_gives_as_many_days_off_as_the_law(
    town: Catalogue, year: int, statutory: int
) -> None:
    days = _mainland(town).years[year]

    off = [day for day in days.holidays if day.isoweekday() < 6]

    # what is off besides the law's own days is made up on a weekend
    assert len(off) - len(days.workdays) == statutory
    assert all(day.isoweekday() > 5 for day in days.workdays)


def test_what_an_edition_does_not_have_is_a_refusal(town: Catalogue) -> None:
    with pytest.raises(NotInCatalogue) as refused:
        town.matter("dragon")

    assert (refused.value.code, refused.value.status) == ("not_in_catalogue", 404)
    assert "dragon" in str(refused.value)


def test_a_desk_dispatches_only_to_its_own_kinds_of_department(town: Catalogue) -> None:
    assert town.may_dispatch("street_desk", "MUN")
    assert not town.may_dispatch("community_station", "MUN")
    assert town.may_dispatch("community_station", "VCM")
    assert town.may_dispatch("district_desk", "WOM")
    assert not town.may_dispatch("street_desk", "WOM")


def test_a_folder_that_is_not_there_is_a_fault() -> None:
    with pytest.raises(loader.PackFaulty) as refused:
        compile_packs(["no-such-pack"])

    assert [str(fault) for fault in refused.value.faults] == [
        "no-such-pack:1: expected a pack that is there, found no-such-pack"
    ]
