"""Which organisation answers for a place."""

from __future__ import annotations

import uuid

import pytest
from tests.town import ACTOR, Town

from gridward.core.action import action
from gridward.directory import actions, errors, queries, rules
from gridward.territory import queries as ground


def organisation(
    key: str, kind: str, area: int | None, type_code: str = "", order: int = 0, active: bool = True
) -> rules.Organisation:
    return rules.Organisation(uuid.uuid4(), key, kind, type_code, key, key, area, order, active)


def chosen(*args: object) -> str | None:
    found = rules.choose_desk(*args)  # type: ignore[arg-type]
    return None if found is None else found.key


CHAIN = (1, 11, 111, 1111, None, None)
DISTRICT = organisation("district", "district_desk", 1)
STREET = organisation("street", "street_desk", 11)
OTHER = organisation("other", "street_desk", 12)
STATION = organisation("station", "community_station", 111)


def test_the_desk_of_a_level_is_the_one_whose_ground_holds_the_place() -> None:
    every = [DISTRICT, OTHER, STREET, STATION]

    assert chosen(every, "community", CHAIN) == "station"
    assert chosen(every, "street", CHAIN) == "street"
    assert chosen(every, "district", CHAIN) == "district"


def test_where_a_level_has_no_desk_the_next_one_up_answers() -> None:
    assert chosen([DISTRICT, OTHER, STREET], "community", CHAIN) == "street"
    assert chosen([DISTRICT, OTHER], "community", CHAIN) == "district"


def test_a_closed_desk_takes_nothing() -> None:
    closed = organisation("closed", "community_station", 111, active=False)

    assert chosen([DISTRICT, STREET, closed], "community", CHAIN) == "street"


def test_a_place_without_areas_goes_to_the_district_desk() -> None:
    assert chosen([STREET, DISTRICT], "street", (None,) * 6) == "district"
    assert chosen([STREET, STATION], "street", (None,) * 6) is None


def test_a_department_of_the_street_comes_before_the_one_of_the_district() -> None:
    every = [
        organisation("all", "department", None, "MUN"),
        organisation("district", "department", 1, "MUN"),
        organisation("street", "department", 11, "MUN"),
        organisation("elsewhere", "department", 12, "MUN"),
        organisation("closed", "department", 111, "MUN", active=False),
        organisation("other type", "department", 11, "URB"),
    ]

    found = rules.choose_departments(every, "MUN", CHAIN)

    assert [o.key for o in found] == ["street", "district", "all"]


def test_desks_and_departments_are_found_by_the_chain_of_a_grid(town: Town) -> None:
    chain = ground.area(town.grids[0]).chain

    assert queries.desk_for("street", chain).key == "street-1"
    assert queries.desk_for("community", chain).area_id == chain[2]
    assert queries.department_for("MUN", chain).key == "mun-1"
    assert queries.department_for("MUN", chain, level="district").key == "mun"
    assert queries.department_for("XXX", chain) is None
    far = ground.area(town.grids[-1]).chain
    assert queries.desk_for("street", far).key == "street-2"
    assert queries.department_for("MUN", far).key == "mun"


def test_a_key_is_taken_once_and_nothing_of_the_rest_is_written(town: Town) -> None:
    before = len(queries.organisations())
    new = [
        actions.NewOrganisation("fresh", "team", "新队", "New team"),
        actions.NewOrganisation("mun", "department", "重复", "Twice", "MUN"),
    ]

    with pytest.raises(errors.KeyTaken):
        actions.create_organisations(new, actor=ACTOR)

    assert len(queries.organisations()) == before


def test_an_organisation_taken_out_is_not_dispatched_to_but_still_known(town: Town) -> None:
    chain = ground.area(town.grids[0]).chain

    actions.set_organisation_active(town.organisations["mun-1"], active=False, actor=ACTOR)

    assert queries.department_for("MUN", chain).key == "mun"
    assert queries.organisation(town.organisations["mun-1"]).active is False


def test_an_action_that_fails_leaves_no_organisation_in_anybodys_memory(town: Town) -> None:
    @action
    def fails() -> None:
        actions.create_organisation(
            key="ghost", kind="team", title_zh="幽灵", title_en="Ghost", actor=ACTOR
        )
        assert queries.organisation_by_key("ghost").title_zh == "幽灵"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()

    with pytest.raises(errors.NoSuchOrganisation):
        queries.organisation_by_key("ghost")
