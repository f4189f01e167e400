"""A small town for tests: two streets, four communities, eight grids, their desks and people.

Everything in it is made by the rooms' own actions. Names are invented.
"""

from __future__ import annotations

import shutil
import tempfile
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import shapely
from django.conf import settings

from gridward.access import actions as access
from gridward.access import queries as accounts
from gridward.access.rules import Viewer
from gridward.catalog import actions as catalog
from gridward.catalog.compiled import Content
from gridward.catalog.loader import compile_packs
from gridward.directory import actions as directory
from gridward.directory import queries as directory_queries
from gridward.directory.actions import NewOrganisation, NewPerson, NewPost
from gridward.journal.rules import ActorRef
from gridward.territory import actions as territory
from gridward.territory import queries as ground
from gridward.territory.rules import draw

ACTOR = ActorRef("system", "test")
LONG_AGO = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)


@dataclass
class Town:
    """organisations: key → id; posts: staff number → post id; people: staff number → person id."""

    district: int
    streets: list[int]
    communities: list[int]
    grids: list[int]
    organisations: dict[str, uuid.UUID] = field(default_factory=dict)
    people: dict[str, uuid.UUID] = field(default_factory=dict)
    posts: dict[str, uuid.UUID] = field(default_factory=dict)

    def viewer(self, staff_number: str) -> Viewer:
        """Who holds the first post of this staff number, as a viewer."""
        return accounts.viewer_of_post(self.posts[staff_number])

    def account(self, staff_number: str) -> uuid.UUID:
        found = accounts.account_of_person(self.people[staff_number])
        assert found is not None
        return found.id


@cache
def compiled(*packs: str) -> Content:
    """What these packs hold; read once in a test process, for they do not change in it."""
    return compile_packs(Path(settings.GRIDWARD_PACKS, pack) for pack in packs)


@cache
def _roles_alone() -> Content:
    with tempfile.TemporaryDirectory() as folder:
        pack = Path(folder, "base")
        shutil.copytree(
            Path(settings.GRIDWARD_PACKS, "base"), pack, ignore=shutil.ignore_patterns("processes")
        )
        return compile_packs([pack])


def load_roles() -> None:
    """An edition with the levels, roles and settings of the base pack and no processes."""
    catalog.make_edition(_roles_alone(), actor=ACTOR, at=LONG_AGO)


def draw_ground() -> Town:
    """The areas: 1 district, 2 streets, 4 communities, 8 grids."""
    drawing = draw([shapely.box(113.10, 22.60, 113.12, 22.62)], (2, 4, 8), method="square")
    territory.draw_cells(drawing, actor=ACTOR, at=LONG_AGO)
    return Town(*([a.id for a in ground.areas_of_level(level)] for level in (1, 2, 3, 4)))


def make_town() -> Town:
    """The whole town, as of `LONG_AGO`."""
    load_roles()
    town = draw_ground()
    (town.district,) = town.district  # type: ignore[misc]
    new = [
        NewOrganisation(
            "district", "district_desk", "区指挥中心", "District centre", "CMD", town.district
        ),
        NewOrganisation(
            "mun", "department", "区市政局", "Municipal works", "MUN", town.district, 10
        ),
        NewOrganisation(
            "urb", "department", "区城管局", "Urban management", "URB", town.district, 11
        ),
        NewOrganisation(
            "mun-1",
            "department",
            "第一街道市政所",
            "First street works",
            "MUN",
            town.streets[0],
            12,
        ),
    ]
    new += [
        NewOrganisation(f"street-{n}", "street_desk", f"第{n}街道", f"Street {n}", "", area, 20 + n)
        for n, area in enumerate(town.streets, 1)
    ]
    new += [
        NewOrganisation(
            f"station-{n}", "community_station", f"第{n}社区", f"Community {n}", "VCM", area, 30 + n
        )
        for n, area in enumerate(town.communities, 1)
    ]
    ids = directory.create_organisations(new, actor=ACTOR, at=LONG_AGO)
    town.organisations = {one.key: id_ for one, id_ in zip(new, ids, strict=True)}

    def person(
        number: str, name: str, role: str, where: str, area: int | None = None, phone: str = ""
    ) -> NewPerson:
        kind = "full_time" if role == "grid_worker" else "none"
        post = NewPost(role, town.organisations[where], area)
        return NewPerson(number, name, phone, kind, (post,))

    stations = {area: f"station-{n}" for n, area in enumerate(town.communities, 1)}
    staff = [
        person("D001", "区台一", "district_desk", "district"),
        person("D002", "值班长", "duty_chief", "district"),
        person("D003", "区领导", "district_leader", "district"),
        person("M001", "市政员", "department_handler", "mun"),
        person("U001", "城管员", "department_handler", "urb"),
        *(person(f"S00{n}", f"街道员{n}", "street_desk", f"street-{n}") for n in (1, 2)),
        *(person(f"C00{n}", f"社区员{n}", "community_cadre", f"station-{n}") for n in (1, 2, 3, 4)),
        *(
            person(
                f"G00{n}",
                f"网格员{n}",
                "grid_worker",
                stations[ground.area(area).chain[2] or 0],
                area,
                f"1390000000{n}",
            )
            for n, area in enumerate(town.grids, 1)
        ),
    ]
    people = directory.create_people(staff, actor=ACTOR, at=LONG_AGO)
    town.people = {one.staff_number: id_ for one, id_ in zip(staff, people, strict=True)}
    access.open_accounts(people, actor=ACTOR, at=LONG_AGO)
    holders = directory_queries.holders_of_roles({one.posts[0].role for one in staff})
    town.posts = {holder.staff_number: holder.post_id for holder in holders}
    return town
