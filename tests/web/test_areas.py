"""The territory at the desk: who answers, what is missing, the proof, and changing areas."""

from __future__ import annotations

import json
import re

import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cases.walking import CaseTown, case_of, case_town, submit
from tests.town import ACTOR
from tests.web.signing import client_of

from gridward.access import actions as access
from gridward.cases.models import Case
from gridward.directory import actions as directory
from gridward.directory import queries as posts
from gridward.directory.actions import NewPerson, NewPost
from gridward.journal.models import Entry
from gridward.territory import queries
from gridward.territory.models import Boundary

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> CaseTown:
    made = case_town()
    (person,) = directory.create_people(
        [NewPerson("A001", "系管员", "", "none", (NewPost("system_admin", made.org("district")),))],
        actor=ACTOR,
    )
    made.town.people["A001"] = person
    made.town.posts["A001"] = posts.posts_of_person(person)[0].post_id
    access.open_accounts([person], actor=ACTOR)
    return made


def page_of(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()[:400]
    return answer.content.decode()


def test_an_area_shows_who_answers_and_by_which_number(town: CaseTown) -> None:
    directory.publish_post(town.town.posts["G001"], name="小榕", phone="0999-1234567", actor=ACTOR)
    directory.publish_phones({town.org("station-1"): "0999-7654321"}, actor=ACTOR)
    client = client_of(town, "D001")

    page = page_of(client, f"/desk/areas/{town.town.grids[0]}/")

    assert "网格员1" in page
    assert "0999-1234567" in page
    assert "第1社区" in page
    assert "0999-7654321" in page
    assert "13900000001" not in page


def test_where_nobody_answers_is_listed_and_counted(town: CaseTown) -> None:
    client = client_of(town, "D001")
    assert "全部 8 个都有人" in page_of(client, f"/desk/areas/{town.town.district}/")
    directory.end_post(town.town.posts["G003"], actor=ACTOR)

    page = page_of(client, f"/desk/areas/{town.town.district}/")

    assert "没有网格员的网格" in page
    assert "共 8 个，缺 1 个" in page
    assert f"/desk/areas/{town.town.grids[2]}/" in page


def test_staff_see_their_own_ground_and_no_other(town: CaseTown) -> None:
    client = client_of(town, "S001")
    own, other = town.town.streets

    assert client.get("/desk/areas/")["Location"] == f"/desk/areas/{own}/"
    assert page_of(client, f"/desk/areas/{own}/")
    for address in (
        f"/desk/areas/{other}/",
        f"/desk/areas/{other}/shapes.json",
        f"/desk/areas/{other}/plates/?size=a6",
        "/desk/areas/999999/",
    ):
        assert client.get(address).status_code == 404
    assert client.get(f"/desk/areas/{town.town.grids[0]}/split/").status_code == 403


def test_the_proof_is_shown_with_its_faults_on_the_map(town: CaseTown) -> None:
    client = client_of(town, "D001")
    assert "不重不漏" in page_of(client, "/desk/areas/check/")
    grid = town.town.grids[0]
    smaller = queries.ground().boundary(grid).buffer(-0.0005)
    Boundary.objects.filter(area_id=grid).update(wkb=shapely.to_wkb(smaller))

    page = page_of(client, "/desk/areas/check/")
    points = client.get("/desk/areas/check/points.json").json()

    assert "空隙" in page
    assert points["features"]
    lng, lat = points["features"][0]["geometry"]["coordinates"]
    assert queries.locate(lng, lat).area_id is not None


def stands_in(page: str) -> list[str]:

    return re.findall(r'name="(stand:[^"]+)"', page)


def test_whoever_sorts_the_areas_inside_sees_where_each_of_them_lies(town: CaseTown) -> None:
    client = client_of(town, "A001")
    street = town.town.streets[0]
    named = [area.name for area in queries.children(street)]

    for change in ("split", "merge"):
        page = page_of(client, f"/desk/areas/{street}/{change}/")
        drawn = re.findall(r"<text[^>]*>([^<]+)</text>", page)
        assert len(drawn) == len(named)
        assert all(name.endswith(said) for name, said in zip(named, drawn, strict=True))
        assert "gw-sketch-former" not in page
    assert page.count("（选填）") == 1  # the English name alone


def test_a_split_is_previewed_and_then_made_once(town: CaseTown) -> None:
    client = client_of(town, "A001")
    grid = town.town.grids[0]
    ground = queries.ground().boundary(grid)
    from gridward.cases.actions import Place

    centre = ground.centroid
    case = case_of(submit(place=Place(lng=centre.x - 0.001, lat=centre.y)))
    form = {"cut": "west_east", "share": "50", "name1": "西网格", "name2": "东网格"}

    seen = client.post(f"/desk/areas/{grid}/split/", {**form, "look": "1"}).content.decode()
    assert "西网格" in seen
    assert queries.boundary_version() == 1
    (stand,) = stands_in(seen)
    refused = client.post(f"/desk/areas/{grid}/split/", {**form, "version": "1", "make": "1"})
    assert refused.status_code == 422
    assert queries.boundary_version() == 1
    made = client.post(
        f"/desk/areas/{grid}/split/", {**form, "version": "1", "make": "1", stand: "0,1"}
    )
    again = client.post(
        f"/desk/areas/{grid}/split/", {**form, "version": "1", "make": "1", stand: "0,1"}
    )

    assert made.status_code == 303
    assert again.status_code in (404, 409)
    assert queries.boundary_version() == 2
    assert Entry.objects.filter(verb="area.split").count() == 1
    assert queries.area(Case.objects.get(id=case.id).a4 or 0).name == "西网格"
    page = page_of(client, f"/desk/areas/{grid}/")
    assert "西网格" in page
    assert "东网格" in page


def test_areas_are_merged_from_their_parents_page(town: CaseTown) -> None:
    client = client_of(town, "A001")
    community = town.town.communities[0]
    one, other = (str(area.id) for area in queries.children(community))
    form = {"areas": [one, other], "name": "合并网格"}

    seen = client.post(f"/desk/areas/{community}/merge/", {**form, "look": "1"})
    made = client.post(f"/desk/areas/{community}/merge/", {**form, "version": "1", "make": "1"})

    assert seen.status_code == 200
    assert made.status_code == 303
    assert [area.name for area in queries.children(community)] == ["合并网格"]


def test_lines_are_redrawn_from_a_file(town: CaseTown) -> None:
    client = client_of(town, "A001")
    community = town.town.communities[0]
    one, other = queries.children(community)
    here = queries.ground()
    both = shapely.union(here.boundary(one.id), here.boundary(other.id))
    west, south, east, north = both.bounds
    upright = here.boundary(one.id).bounds[2] < east
    first = (
        shapely.box(west, south, west + (east - west) * 0.4, north)
        if upright
        else shapely.box(west, south + (north - south) * 0.6, east, north)
    )
    cells = {one: shapely.intersection(both, first), other: shapely.difference(both, first)}
    data = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"code": area.code},
                "geometry": shapely.geometry.mapping(cell),
            }
            for area, cell in cells.items()
        ],
    }
    file = SimpleUploadedFile("lines.geojson", json.dumps(data).encode())

    seen = client.post(f"/desk/areas/{community}/redraw/", {"file": file, "look": "1"})
    made = client.post(
        f"/desk/areas/{community}/redraw/",
        {"shapes": json.dumps(data), "version": "1", "make": "1"},
    )

    assert seen.status_code == 200
    assert made.status_code == 303
    assert queries.boundary_version() == 2
    assert queries.area(one.id).area_m2 == pytest.approx(
        0.4 * (one.area_m2 + other.area_m2), rel=0.01
    )


def across(one: int, other: int, *, share: float = 0.4) -> str:
    """The points of a straight line over two areas that lie side by side."""
    here = queries.ground()
    both = shapely.union(here.boundary(one), here.boundary(other))
    west, south, east, north = both.bounds
    if here.boundary(one).bounds[2] < east or here.boundary(other).bounds[2] < east:
        x = west + (east - west) * share
        return f"{x:.7f}, {south - 0.001:.7f}\n{x:.7f}，{north + 0.001:.7f}"
    y = south + (north - south) * share
    return f"{west - 0.001:.7f} {y:.7f}\n{east + 0.001:.7f} {y:.7f}\n"


def test_a_line_is_drawn_between_two_areas(town: CaseTown) -> None:
    client = client_of(town, "A001")
    community = town.town.communities[0]
    one, other = queries.children(community)
    both = one.area_m2 + other.area_m2
    form = {"one": one.id, "other": other.id, "line": across(one.id, other.id)}
    address = f"/desk/areas/{community}/redraw/"

    seen = client.post(address, {**form, "look": "1"})
    made = client.post(address, {**form, "version": "1", "make": "1"})
    again = client.post(address, {**form, "version": "1", "make": "1"})

    assert "gw-sketch-former" in seen.content.decode()
    assert "→" in seen.content.decode()
    assert made.status_code == 303
    assert again.status_code == 409
    assert queries.boundary_version() == 2
    assert Entry.objects.filter(verb="boundary.redrawn").count() == 1
    sizes = sorted(queries.area(area.id).area_m2 / both for area in (one, other))
    assert sizes == pytest.approx([0.4, 0.6], abs=0.01)


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({}, "界线在两个区域之间"),
        ({"one": "1", "other": "2", "line": "113, 22"}, "界线在两个区域之间"),
        ({"line": ""}, "请画出新界线"),
        ({"line": "113.1, 22.5"}, "请画出新界线"),
        ({"line": "113.1, 22.5, 8\n113.2, 22.6"}, "不是一个点"),
        ({"line": "10, 10\n11, 11"}, "没有把两个区域分开"),
    ],
)
def test_a_line_that_draws_nothing_says_why(town: CaseTown, form: dict[str, str], why: str) -> None:
    client = client_of(town, "A001")
    community = town.town.communities[0]
    one, other = queries.children(community)
    both = {"one": one.id, "other": other.id} if form else {}

    answer = client.post(f"/desk/areas/{community}/redraw/", {**both, **form, "look": "1"})

    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert queries.boundary_version() == 1


@pytest.mark.parametrize(
    "sent",
    [
        {"cut": "west_east", "name1": "", "name2": ""},
        {"cut": "file", "name1": "甲", "name2": "乙"},
        {"cut": "file", "name1": "甲", "name2": "乙", "shapes": "nonsense"},
        {"cut": "west_east", "share": "much", "name1": "甲", "name2": ""},
    ],
)
def test_a_form_that_makes_no_sense_says_why(town: CaseTown, sent: dict[str, str]) -> None:
    client = client_of(town, "A001")
    grid = town.town.grids[0]

    answer = client.post(f"/desk/areas/{grid}/split/", {**sent, "look": "1"})

    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert queries.boundary_version() == 1


def test_an_areas_page_costs_the_same_for_few_and_for_many(town: CaseTown) -> None:
    client = client_of(town, "D001")
    few, many = town.town.communities[0], town.town.district
    for address in (few, many):
        client.get(f"/desk/areas/{address}/")
    with CaptureQueriesContext(connection) as one:
        client.get(f"/desk/areas/{few}/")
    with CaptureQueriesContext(connection) as other:
        client.get(f"/desk/areas/{many}/")

    assert len(other) <= len(one)
