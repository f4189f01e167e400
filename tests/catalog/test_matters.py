"""What the town's packs promise about every matter and all admitted work."""

from collections import Counter
from datetime import date

import pytest
from tests.town import draw_ground

from gridward.cases.queries.suggesting import suggested_matters
from gridward.catalog.actions import load_packs
from gridward.catalog.compiled import Catalogue, digest_of
from gridward.catalog.definitions import (
    AdmittedState,
    AreaKind,
    DeskKind,
    Sensitivity,
    Unit,
)
from gridward.catalog.errors import NoResponsibleRule, NotInCatalogue
from gridward.catalog.loader import compile_packs
from gridward.catalog.queries import catalogue, responsible
from gridward.catalog.worktime import Limit
from gridward.directory import queries as directory
from gridward.journal.actions import ActorRef
from gridward.territory import queries as territory
from gridward.web.cli.demo.people import make_organisations

ACTOR = ActorRef("system", "tests")


def limit(text: str) -> Limit:
    """ "2UH" as two urgent hours, "5WD" as five working days."""
    units = {
        "UM": Unit.URGENT_MINUTE, "UH": Unit.URGENT_HOUR, "WH": Unit.WORKING_HOUR,
        "WD": Unit.WORKING_DAY, "ND": Unit.NATURAL_DAY, "NH": Unit.NATURAL_HOUR,
    }  # fmt: skip
    return Limit(int(text[:-2]), units[text[-2:]])


@pytest.fixture(scope="module")
def town() -> Catalogue:
    content = compile_packs(["urban-grid"])
    return Catalogue(1, content, digest_of(content.canonical()))


# --- matters ------------------------------------------------------------------------------


def test_there_are_about_a_hundred_and_twenty_matters_in_a_dozen_groups(town: Catalogue) -> None:
    assert 115 <= len(town.matters) <= 130
    assert 12 <= len(town.groups) <= 14
    assert all(5 <= len(town.matters_of(group)) <= 15 for group in town.groups)


def test_every_matter_says_in_both_languages_what_residents_type(town: Catalogue) -> None:
    for matter in town.matters.values():
        assert len(matter.title.zh) <= 16, matter.key
        assert matter.title.zh.isascii() is False, matter.key
        assert len(matter.search.zh) >= 2, matter.key
        assert matter.search.en, matter.key


def test_no_two_matters_are_called_the_same(town: Catalogue) -> None:
    for language in ("zh", "en"):
        titles = Counter(matter.title.within(language) for matter in town.matters.values())

        assert [title for title, times in titles.items() if times > 1] == []


def test_what_somebody_else_may_not_see_is_not_shown_nearby(town: Catalogue) -> None:
    shown = [matter for matter in town.matters.values() if matter.public_space]

    assert 60 <= len(shown) <= 90
    for matter in shown:
        assert matter.sensitivity is Sensitivity.NORMAL, matter.key
        assert not matter.about_party, matter.key
        assert not town.is_discreet(matter.key), matter.key
        assert matter.group not in {"neighbours", "market", "protection"}, matter.key


def test_messages_do_not_name_disputes_family_care_and_policing(town: Catalogue) -> None:
    discreet = {key for key in town.matters if town.is_discreet(key)}

    assert discreet >= {
        "neighbour_dispute", "ceiling_leak", "wage_dispute", "land_dispute", "noise", "fraud",
        "order_lead", "drug_lead", "theft", "rental_house", "elder_alone", "hardship",
        "disabled_help", "legal_aid", "staff_conduct", "harm_lead", "family_violence",
    }  # fmt: skip
    assert not discreet & {"manhole", "street_lamp", "litter", "elevator_trapped", "parking"}
    for group in ("neighbours", "protection"):
        assert {matter.key for matter in town.matters_of(group)} <= discreet


def test_who_complains_about_a_person_or_a_firm_is_protected(town: Catalogue) -> None:
    protected = {key for key, matter in town.matters.items() if matter.about_party}

    assert protected >= {
        "noise", "neighbour_dispute", "property_dispute", "wage_dispute", "labour_rights",
        "consumer", "fake_goods", "unlicensed_shop", "eatery_hygiene", "food_drug",
        "restaurant_fumes", "group_rental", "drug_lead", "order_lead", "staff_conduct",
        "illegal_building", "live_in_shop", "work_safety", "village_accounts",
    }  # fmt: skip
    assert not protected & {"manhole", "lost_person", "errand", "elder_alone", "opinion"}


def test_what_is_restricted_begins_at_the_district(town: Catalogue) -> None:
    restricted = {key: town.matter(key) for key in town.matters if town.matter(key).is_restricted}

    assert set(restricted) == {"harm_lead", "family_violence", "mental_care"}
    for matter in restricted.values():
        assert matter.starts_at == "district"
        for condition in town.conditions_of(matter.key):
            assert condition.proof == "none"
            assert condition.self_handle.by == ()


# --- filing conditions --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        ("fire_lane.blocked", "2WH"), ("fire_equipment.damaged", "3WD"),
        ("ebike_charging.yard", "1WD"), ("ebike_charging.stairwell", "2UH"),
        ("live_in_shop.living", "5WD"), ("gas_hazard.smell", "2UH"), ("gas_bottles.unsafe", "2UH"),
        ("wiring.sparking", "2UH"), ("wiring.old", "2UH"), ("wiring.hanging", "2WH"),
        ("facade.falling", "2UH"), ("facade.loose", "15WD"), ("old_house.unsafe", "5WD"),
        ("construction_site.everyday", "1WD"), ("construction_site.storm", "2UH"),
        ("work_safety.hazard", "5WD"), ("hazardous_goods.stored", "2UH"),
        ("drowning_spot.unfenced", "3WD"),
        ("litter.exposed", "4WH"), ("construction_waste.dumped", "5WD"),
        ("dirty_road.spill", "2WH"), ("dirty_road.dirty", "4WH"), ("flyers.posted", "1WD"),
        ("street_trade.occupying", "2UH"), ("illegal_building.ongoing", "48UH"),
        ("illegal_building.standing", "15WD"), ("bikes.blocking", "2WH"),
        ("ground_lock.installed", "2WD"), ("animals.kept", "1WD"),
        ("manhole.missing", "2UH"), ("manhole.broken", "4WH"), ("manhole.rattling", "2WD"),
        ("road_damage.collapse", "2UH"), ("road_damage.damaged", "5WD"), ("street_lamp.out", "1WD"),
        ("traffic_facility.dangerous", "1WD"), ("traffic_facility.worn", "3WD"),
        ("pipe_burst.supply", "1UH"), ("pipe_burst.sewer", "2UH"), ("waterlogging.deep", "2UH"),
        ("amenity.damaged", "5WD"),
        ("order_lead.lead", "1UH"), ("fraud.ongoing", "2UH"), ("drug_lead.lead", "2UH"),
        ("rental_house.change", "3WD"), ("school_area.hazard", "1WD"), ("harm_lead.lead", "1UH"),
        ("neighbour_dispute.open", "7WD"), ("property_dispute.open", "10WD"),
        ("wage_dispute.group", "2UH"), ("wage_dispute.single", "5WD"),
        ("family_violence.risk", "2UH"), ("land_dispute.open", "15WD"),
        ("errand.open", "3WD"), ("resident_help.open", "1WD"), ("noise.day", "2UH"),
        ("noise.night", "2UH"), ("elevator_retrofit.ask", "5WD"), ("micro_wish.wish", "10WD"),
        ("micro_project.idea", "5WD"), ("parking.demand", "5WD"),
        ("river_litter.floating", "2WD"), ("discharge.traces", "2WD"),
        ("burning.burning", "2UH"), ("burning.dust", "2WH"),
        ("storm_danger.danger", "2UH"), ("emergency.first", "15UM"), ("epidemic.several", "4UH"),
        ("food_drug.lead", "3WD"), ("enterprise_request.ask", "7ND"),
    ],
)  # fmt: skip
def test_the_limits_are_those_of_the_admitted_work(
    town: Catalogue, condition: str, wanted: str
) -> None:
    found = town.condition(condition)

    assert found.limit == limit(wanted)
    assert limit(wanted) in {
        each.limit
        for code in town.matter(found.matter).codes.admitted
        for each in town.admitted(code).limits
    }


def test_danger_is_urgent_and_has_somebody_look(town: Catalogue) -> None:
    urgent = [each for each in town.conditions.values() if each.urgent]

    assert len(urgent) >= 50
    for condition in urgent:
        assert condition.limit.unit in (Unit.URGENT_HOUR, Unit.URGENT_MINUTE), condition.key
        assert condition.promise is not None, condition.key
    for condition in town.conditions.values():
        if town.matter(condition.matter).safety and condition.urgent:
            assert condition.check == "site", condition.key


def test_only_what_can_be_photographed_asks_for_a_stamped_photo(town: Catalogue) -> None:
    stamped = [each for each in town.conditions.values() if each.proof_stamp]

    assert {each.proof for each in stamped} == {"required"}
    assert {each.key for each in town.conditions_of("manhole")} <= {each.key for each in stamped}
    assert {each.matter for each in stamped} >= {"litter", "fire_lane", "road_damage"}


def test_who_may_settle_on_the_spot_follows_the_condition(town: Catalogue) -> None:
    def by(key: str) -> tuple[str, ...]:
        return town.condition(key).self_handle.by

    assert {each.key: each.self_handle.by for each in town.conditions_of("manhole")} == {
        "manhole.missing": ("community",),
        "manhole.broken": (),
        "manhole.rattling": ("worker", "community"),
        "manhole.sunken": (),
    }
    assert by("litter.exposed") == by("flyers.posted") == ("worker", "community")
    assert by("wiring.sparking") == by("storm_danger.danger") == ("community",)
    assert by("dirty_road.spill") == by("gas_hazard.smell") == by("road_damage.collapse") == ()


def test_a_photo_before_and_after_is_asked_for_where_a_result_can_be_seen(
    town: Catalogue,
) -> None:
    for condition in town.conditions.values():
        if not condition.self_handle.by:
            continue
        expected = {"required": "before_after", "optional": "after", "none": "none"}
        if condition.key != "animals.kept":
            assert condition.self_handle.proof == expected[condition.proof], condition.key


# --- responsibility -----------------------------------------------------------------------


@pytest.mark.usefixtures("db")
def test_every_matter_finds_an_organisation_of_the_demo_in_every_kind_of_area() -> None:
    load_packs(["urban-grid", "demo-district"], actor=ACTOR)
    draw_ground()
    make_organisations(lambda said: None)
    book = catalogue()
    chain = territory.areas_of_level("grid")[0].chain
    left = {}

    for matter in book.matters.values():
        for condition in matter.conditions:
            for kind in AreaKind:
                try:
                    rule = responsible(book, matter.key, condition, kind)
                except NoResponsibleRule:
                    left[matter.key] = (str(matter.starts_at), matter.unassigned)
                    continue
                lead = directory.department_for(rule.lead, chain, level=str(rule.level))
                assert lead is not None, (condition, kind, rule.key)
                assert lead.kind in ("department", "community_station"), (condition, rule.key)
                assert book.may_dispatch(DeskKind.DISTRICT_DESK, rule.lead)

    assert set(left) == {"staff_conduct"}
    start, reason = left["staff_conduct"]
    assert start == "district"
    assert reason is not None
    assert directory.desk_for(start, chain).kind == "district_desk"


@pytest.mark.parametrize(
    ("matter", "kind", "lead"),
    [
        ("street_lamp", "urban_community", "MUN"),
        ("street_lamp", "rural", "VCM"),
        ("street_lamp", "park", "PRK"),
        ("road_damage", "urban_community", "MUN"),
        ("road_damage", "rural", "AGR"),
        ("road_damage", "park", "PRK"),
        ("litter", "urban_community", "SAN"),
        ("litter", "rural", "VCM"),
        ("litter", "park", "PRK"),
        ("tree", "urban_community", "LAN"),
        ("tree", "rural", "VCM"),
        ("enterprise_request", "park", "PRK"),
        ("enterprise_request", "urban_community", "ECN"),
    ],
)
def test_the_kind_of_area_decides_who_leads(
    town: Catalogue, matter: str, kind: str, lead: str
) -> None:
    assert responsible(town, matter, None, kind).lead == lead


@pytest.mark.parametrize(
    ("matter", "lead", "helps"),
    [
        ("fire_lane", "FIR", "URB"), ("ebike_charging", "FIR", "PRO"),
        ("gas_hazard", "HOU", "UTL"), ("wiring", "UTL", "EMG"), ("construction_site", "HOU", "EMG"),
        ("hazardous_goods", "EMG", "PSB"), ("drowning_spot", "WAT", "VCM"),
        ("animals", "URB", "PSB"), ("manhole", "MUN", "UTL"), ("traffic_facility", "TRA", "MUN"),
        ("pipe_burst", "UTL", "MUN"), ("amenity", "LAN", "CIV"), ("rental_house", "POP", "PSB"),
        ("school_area", "EDU", "PSB"), ("harm_lead", "WOM", "PSB"),
        ("neighbour_dispute", "VCM", "JUS"), ("property_dispute", "HOU", "VCM"),
        ("family_violence", "WOM", "PSB"), ("land_dispute", "AGR", "JUS"),
        ("micro_wish", "ORG", "VCM"), ("discharge", "ECO", "WAT"), ("burning", "ECO", "URB"),
        ("noise", "PSB", "URB"), ("child_in_need", "CIV", "WOM"),
    ],
)  # fmt: skip
def test_of_two_organisations_the_first_leads_and_the_second_helps(
    town: Catalogue, matter: str, lead: str, helps: str
) -> None:
    rule = responsible(town, matter, None, None)

    assert (rule.lead, rule.help[0]) == (lead, helps)


def test_a_matter_left_to_its_desk_takes_no_rule_not_even_its_groups(town: Catalogue) -> None:
    assert town.matter("staff_conduct").unassigned is not None
    assert town.candidates("staff_conduct", None, "rural") == ()
    assert town.candidates("opinion", None, "rural") != ()


# --- admitted work ------------------------------------------------------------------------


def test_the_list_of_admitted_work_has_its_sixty_five(town: Catalogue) -> None:
    admitted = [e for e in town.admitted_work.values() if e.state is AdmittedState.ADMITTED]

    assert len(admitted) == 65
    assert Counter(each.group for each in admitted) == {
        "A": 12, "B": 9, "C": 6, "D": 6, "E": 5, "F": 7, "G": 6, "H": 4, "I": 3, "J": 4, "K": 2,
        "L": 1,
    }  # fmt: skip
    assert Counter(each.batch for each in admitted) == {1: 38, 2: 27}
    first = [each.key for each in admitted if each.batch == 1]
    assert Counter(key[0] for key in first) == {
        "A": 12, "B": 7, "C": 6, "D": 2, "E": 3, "G": 1, "H": 4, "J": 3,
    }  # fmt: skip


def test_admitted_work_names_its_group_and_says_that_it_is_a_sample(town: Catalogue) -> None:
    for each in town.admitted_work.values():
        assert each.sample, each.key
        assert each.basis.zh.startswith("样例"), each.key
        assert each.key[0] == each.group, each.key
    assert {e.key for e in town.admitted_work.values() if e.sensitivity == 2} == {
        "D06", "E04", "G06",
    }  # fmt: skip


def test_what_may_be_handled_on_the_spot_is_as_the_list_has_it(town: Catalogue) -> None:
    found = {key: each.self_handle for key, each in town.admitted_work.items()}

    assert {key for key, said in found.items() if said == "yes"} == {
        "A01", "A03", "A12", "B01", "B04", "B07", "B09", "D02", "D04", "E01", "F01", "F02", "F05",
        "G01", "G02", "G03", "G04", "G05", "H01", "H02", "H03", "H04", "J02", "K01", "L01",
    }  # fmt: skip
    assert {key for key, said in found.items() if said == "make_safe"} == {"A06"}


def test_what_was_asked_for_and_not_admitted_says_why(town: Catalogue) -> None:
    left = {e.key: e for e in town.admitted_work.values() if e.state is not AdmittedState.ADMITTED}

    assert {key: str(each.state) for key, each in left.items()} == {
        "X01": "rejected", "X02": "rejected", "X03": "negative", "X04": "temporary",
        "X05": "negative", "X06": "rejected", "X07": "trial", "X08": "negative",
    }  # fmt: skip
    assert all(each.reason for each in left.values())
    assert not any(each.is_in_force(date(2026, 11, 20)) for each in left.values())
    assert left["X04"].is_in_force(date(2023, 1, 7))
    assert not left["X04"].is_in_force(date(2023, 1, 8))
    assert town.admitted("A01").is_in_force(date(2026, 11, 20))


def test_matters_and_admitted_work_stand_for_each_other_many_to_many(town: Catalogue) -> None:
    assert {each.key for each in town.matters_admitted_as("F03")} >= {"noise", "site_noise"}
    assert len(town.matter("waterlogging").codes.admitted) == 2
    without = {code for code in town.admitted_work if not town.matters_admitted_as(code)}
    # collections, and what is not admitted: work, but nothing that a resident reports
    assert without == {"H01", "H02", "H03", "X01", "X02", "X03", "X04", "X05", "X06", "X07", "X08"}


def test_a_code_that_is_not_in_the_list_is_a_refusal(town: Catalogue) -> None:
    with pytest.raises(NotInCatalogue) as refused:
        town.admitted("Z99")

    assert refused.value.status == 404


# --- what residents type ------------------------------------------------------------------


SAID = [
    ("路口三个井盖松了，车一过就响", "manhole"),
    ("小区门口路灯坏了几天，晚上很黑", "street_lamp"),
    ("公交站牌倒了", "bus_stop"),
    ("有人从楼上高空抛物", "falling_objects"),
    ("电梯困人了，里面有个老人", "elevator_trapped"),
    ("楼下垃圾桶满了没人收", "litter"),
    ("电动车在楼道里飞线充电", "ebike_charging"),
    ("消防通道被车堵了", "fire_lane"),
    ("楼上漏水把我家天花泡坏了", "ceiling_leak"),
    ("老板拖欠工资三个月", "wage_dispute"),
    ("广场舞音响太吵了", "loudspeaker"),
    ("隔壁工地半夜还在夜间施工", "site_noise"),
    ("饭店油烟往我家飘", "restaurant_fumes"),
    ("河涌发黑发臭，有死鱼", "black_water"),
    ("有流浪狗咬人", "stray_animals"),
    ("人行道的地砖松动会踩水", "pavement"),
    ("盲道被占了", "tactile_path"),
    ("红绿灯不亮", "traffic_light"),
    ("家里停水一天了", "no_water"),
    ("自来水发黄", "water_quality"),
    ("健身房跑路不退钱", "consumer"),
    ("买到假货", "fake_goods"),
    ("独居老人没人照顾", "elder_alone"),
    ("小孩走失了", "lost_person"),
    ("树上有马蜂窝", "snakes_wasps"),
    ("僵尸车占着车位半年", "abandoned_car"),
    ("traffic light out at the junction", "traffic_light"),
    ("pothole in the road", "road_damage"),
    ("stray dog in the yard", "stray_animals"),
    ("公园草地有一堆垃圾", "litter"),
    ("马路上有个大坑", "road_damage"),
    ("楼上的狗一直叫", "noise"),
]


@pytest.mark.usefixtures("db")
def test_what_residents_say_leads_to_the_matter_they_mean() -> None:
    load_packs(["urban-grid"], actor=ACTOR)
    book = catalogue()

    found = {said: suggested_matters(book, said) for said, _meant in SAID}

    # the first is what a desk's form has chosen already
    assert {said: found[said] for said, meant in SAID if found[said][:1] != [meant]} == {}
