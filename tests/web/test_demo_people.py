"""The demonstration's people: at full number, with gaps left on purpose and shown as such."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from gridward.access.queries import DEMO_ROLES, demo_people
from gridward.catalog import actions as catalog
from gridward.directory import queries as directory
from gridward.directory.grounds import unanswered
from gridward.journal.rules import ActorRef
from gridward.territory import queries as territory
from gridward.web.cli.demo import people
from gridward.web.cli.demo.ground import draw_district


@pytest.fixture
def district(db: None) -> None:
    """The demonstration's ground, organisations and people."""
    packs = Path(settings.GRIDWARD_PACKS)
    catalog.load_packs(
        [packs / "base", packs / "urban-grid", packs / "demo-district"],
        actor=ActorRef("import", "test"),
    )
    draw_district(lambda _text: None)
    people.make_organisations(lambda _text: None)
    people.make_people(lambda _text: None)


@pytest.mark.usefixtures("district")
def test_some_grids_have_no_worker_and_some_units_no_head_and_everybody_else_is_there() -> None:
    gaps = {gap.role: (len(gap.areas), gap.of) for gap in unanswered()}
    workers = directory.holders_of_roles(["grid_worker"])

    assert gaps["grid_worker"] == (3, 190)
    assert gaps["unit_head"] == (121, 2590)
    assert len(workers) == people.FULL_TIME + people.PART_TIME == 2642
    assert [card.role for card in demo_people()] == list(DEMO_ROLES)


@pytest.mark.usefixtures("district")
def test_estates_and_parks_have_a_manager_and_parks_have_firms_each_with_somebody() -> None:
    communities = territory.areas_of_level("community")

    managers = [each for each in directory.organisations() if each.type_code == "PRO"]
    firms = [each for each in directory.organisations(kind="other") if each.key != people.POWER]

    assert {each.area_id for each in managers} == {
        each.id for each in communities if each.kind != "rural"
    }
    assert {each.area_id for each in firms} == {
        each.id for each in communities if each.kind == "park"
    }
    assert all(directory.staff_of(each.id) for each in (*managers, *firms))
    assert len(directory.holders_of_roles(["enterprise_specialist"])) == 3


@pytest.mark.usefixtures("district")
def test_one_organisation_has_no_account_and_calls_wait_at_a_street_desk() -> None:
    power = directory.organisation_by_key(people.POWER)
    (caller,) = directory.holders_of_roles(["caller"])

    assert not directory.staff_of(power.id)
    assert directory.organisation(caller.organisation_id).kind == "street_desk"
