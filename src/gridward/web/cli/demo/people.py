"""The demonstration's organisations and people: desks, stations, departments, 2,642 grid workers.

Names are put together by lot from common characters and belong to nobody. The grid workers come
in by the same file import that an operator uses.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _

from gridward.access import actions as access
from gridward.catalog.definitions import Level
from gridward.catalog.queries import catalogue
from gridward.directory import actions, queries
from gridward.directory.actions import NewOrganisation, NewPerson, NewPost
from gridward.journal.actions import ActorRef
from gridward.territory import queries as territory

Say = Callable[[str], None]
ACTOR = ActorRef("import", "demo")
FULL_TIME, PART_TIME = 383, 2259
# on purpose: some grids have no worker and some units no head, and are listed as such
EMPTY_GRIDS = slice(40, None, 60)
HEADLESS_EACH = 40
SURNAMES = "陈李黄张梁林刘吴罗杨郑何谭周邓冯蔡叶曾彭卢苏潘谢廖朱蒋区温邝甄伍余"
GIVEN = "嘉俊伟明志强国华建文晓敏丽芳静婷慧玲燕霞雪梅思雅诗琪浩宇泽航子轩雨桐欣怡家豪永健秀兰玉珍"


def names(seed: int) -> Iterator[str]:
    """Invented personal names, without end."""
    lot = random.Random(seed)  # noqa: S311 - names by lot, not secrets
    while True:
        given = "".join(lot.sample(GIVEN, 2 if lot.random() < 0.85 else 1))
        yield lot.choice(SURNAMES) + given


# firms of the industrial parks; nobody's names
FIRMS = (
    ("澄芯电子", "Chengxin Electronics"), ("岚塑制品", "Lansu Plastics"),
    ("汀屿冷链", "Tingyu Cold Chain"), ("禾砚包装", "Heyan Packaging"),
    ("苇航物流", "Weihang Logistics"), ("荔芽食品", "Liya Foods"),
    ("鹭程机电", "Lucheng Machinery"), ("桑序纺织", "Sangxu Textiles"),
    ("棠谷灯饰", "Tanggu Lighting"),
)  # fmt: skip


POWER = "power"  # has no account, on purpose: it gets one-time links and printed sheets


def make_organisations(say: Say) -> None:
    """District desk, street desks, community stations, the departments of the catalogue, the
    managers of housing estates and parks, firms, and one organisation without an account."""
    (district,) = territory.areas_of_level("district")
    streets = territory.areas_of_level("street")
    communities = territory.areas_of_level("community")
    new = [
        NewOrganisation(
            "district-desk",
            "district_desk",
            f"{district.name}综合网格指挥中心",
            f"{district.name_en} command centre",
            "CMD",
            district.id,
            1,
        )
    ]
    new += [
        NewOrganisation(
            f"street-{n}",
            "street_desk",
            f"{area.name}综合网格指挥中心",
            f"{area.name_en} desk",
            "",
            area.id,
            10 + n,
        )
        for n, area in enumerate(streets, 1)
    ]
    new += [
        NewOrganisation(
            f"station-{n:02d}",
            "community_station",
            f"{area.name}工作站",
            f"{area.name_en} station",
            "VCM",
            area.id,
            100 + n,
        )
        for n, area in enumerate(communities, 1)
    ]
    order = 1000
    for department in catalogue().departments.values():
        if department.level == Level.COMMUNITY or department.key == "CMD":
            continue
        grounds = [district] if department.level == Level.DISTRICT else streets
        for n, area in enumerate(grounds, 1):
            order += 1
            new.append(
                NewOrganisation(
                    f"{department.key.lower()}-{n}",
                    "department",
                    f"{area.name}{department.title.zh}",
                    f"{area.name_en} {department.title.en[0].lower()}{department.title.en[1:]}",
                    department.key,
                    area.id,
                    order,
                )
            )
    managed = [area for area in communities if area.kind != "rural"]
    new += [
        NewOrganisation(
            f"pro-{n:02d}",
            "department",
            f"{_short(area.name)}物业服务有限公司",
            f"{_short_en(area.name_en)} Property Services",
            "PRO",
            area.id,
            2000 + n,
        )
        for n, area in enumerate(managed, 1)
    ]
    parks = [area for area in communities if area.kind == "park"]
    new += [
        NewOrganisation(
            f"firm-{n}",
            "other",
            f"{title}有限公司",
            f"{title_en} Co.",
            "",
            parks[n % len(parks)].id,
            3000 + n,
        )
        for n, (title, title_en) in enumerate(FIRMS if parks else ())
    ]
    power = f"{district.name}供电服务部", f"{district.name_en} power supply"
    new.append(NewOrganisation(POWER, "other", *power, "", district.id, 4000))
    made = actions.create_organisations(new, actor=ACTOR)
    say(_("%(count)s organisations") % {"count": len(made)})


def _short(community: str) -> str:
    return community.removesuffix("社区").removesuffix("村")


def _short_en(community: str) -> str:
    return community.removesuffix(" Community").removesuffix(" Village")


def make_people(say: Say) -> None:
    """Staff at every desk, department and firm, and the 2,642 grid workers from a file."""
    invented = names(7)
    staff: list[NewPerson] = []

    def person(number: str, role: str, key: str, area: int | None = None) -> None:
        post = NewPost(role, queries.organisation_by_key(key).id, area)
        staff.append(NewPerson(number, next(invented), "", "none", (post,)))

    person("Q001", "duty_chief", "district-desk")
    person("Q002", "district_desk", "district-desk")
    person("Q003", "district_desk", "district-desk")
    person("Q004", "district_leader", "district-desk")
    person("Q005", "protection_desk", "district-desk")
    person("Q006", "caller", "street-1")  # calls are made by the desk that has the event
    for number, role in (("G001", "system"), ("G002", "security"), ("G003", "audit")):
        person(number, f"{role}_admin", "district-desk")
    for n, _street in enumerate(territory.areas_of_level("street"), 1):
        for each in range(1, 4):
            person(f"J{n}{each:02d}", "street_desk", f"street-{n}")
    for n, _area in enumerate(territory.areas_of_level("community"), 1):
        for each in (1, 2):
            person(f"S{n:02d}{each}", "community_cadre", f"station-{n:02d}")
    for organisation in queries.organisations(kind="department"):
        for each in (1, 2):
            role = "department_handler" if each == 1 else "department_liaison"
            person(f"B-{organisation.key}-{each}".upper(), role, organisation.key)
    firms = [each for each in queries.organisations(kind="other") if each.key != POWER]
    for organisation in firms:
        person(f"E-{organisation.key}".upper(), "department_handler", organisation.key)
    # whoever looks after the firms of a park stands in its service centre
    for n, park in enumerate(dict.fromkeys(each.area_id for each in firms), 1):
        chain = territory.chain(park) if park is not None else ()
        centre = next(o for o in queries.departments_of("PRK", chain))
        person(f"Z{n:03d}", "enterprise_specialist", centre.key, park)
    actions.create_people(staff, actor=ACTOR)
    report = actions.import_people_file(_workers_file(), "grid-workers.csv", actor=ACTOR)
    _publish()
    told = {"staff": len(staff), "workers": report.people_added}
    say(_("%(staff)s members of staff, %(workers)s grid workers from a file") % told)
    opened = access.open_accounts(
        list(dict.fromkeys(h.person_id for h in queries.holders_of_roles(catalogue().roles))),
        actor=ACTOR,
    )
    say(_("%(count)s accounts, none with a password") % {"count": len(opened)})


def _publish() -> None:
    """Numbers that everybody may see: of every desk, and of one worker in each grid. 0999 is no
    area code."""
    desks = [
        o
        for kind in ("district_desk", "street_desk", "community_station")
        for o in queries.organisations(kind=kind)
    ]
    actions.publish_phones(
        {o.id: f"0999-{7000000 + n:07d}" for n, o in enumerate(desks)}, actor=ACTOR
    )
    shown: set[int] = set()
    for n, post in enumerate(queries.holders_of_roles(["grid_worker"])):
        if post.area_id is None or post.area_id in shown or post.worker_kind != "full_time":
            continue
        shown.add(post.area_id)
        phone = f"0999-{8000000 + n:07d}"
        actions.publish_post(post.post_id, name=post.name, phone=phone, actor=ACTOR)


def _workers_file() -> bytes:
    """The grid workers as an operator's file has them: two full-time ones a grid and some more,
    part-time ones by lot; and the heads of minimal units, out of their number."""
    invented = names(11)
    lot = random.Random(13)  # noqa: S311
    grids = list(territory.areas_of_level("grid"))
    stations = {o.area_id: o.key for o in queries.organisations(kind="community_station")}
    empty = {grid.id for grid in grids[EMPTY_GRIDS]}
    staffed = [grid for grid in grids if grid.id not in empty]
    full = [staffed[n % len(staffed)] for n in range(FULL_TIME)]
    full.sort(key=lambda grid: grid.id)
    part = [lot.choice(staffed) for _ in range(PART_TIME)]
    out = io.StringIO()
    table = csv.writer(out)
    named: dict[int, list[list[str]]] = {}
    table.writerow(["工号", "姓名", "手机号", "人员类别", "岗位", "所属单位", "网格"])
    for kind, letter, where in (("专职", "W", full), ("兼职", "P", part)):
        for n, grid in enumerate(where, 1):
            station = stations[grid.parent_id]
            row = [f"{letter}{n:04d}", next(invented), "", kind, "grid_worker", station, grid.code]
            table.writerow(row)
            named.setdefault(grid.id, []).append(row)
    for grid in staffed:
        people = named[grid.id]
        for n, unit in enumerate(territory.children(grid.id)):
            if unit.id % HEADLESS_EACH:
                number, name, phone, kind, _role, station, _code = people[n % len(people)]
                table.writerow([number, name, phone, kind, "unit_head", station, unit.code])
    return out.getvalue().encode("utf-8-sig")
