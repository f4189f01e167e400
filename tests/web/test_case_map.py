"""Open events on the map: what is drawn is what the list holds, and nothing is cut off."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from tests.cases import walking
from tests.cases.walking import MONDAY, CaseTown, case_of, case_town
from tests.web.signing import client_of, statements

from gridward.cases.models import Case
from gridward.cases.queries import mapping
from gridward.core import clock
from gridward.territory import queries as territory

WHOLE = "113,22,115,24"


@pytest.fixture
def town(db: None) -> CaseTown:
    return case_town()


def drawn(client: Client, **asked: str) -> dict[str, Any]:
    answer = client.get("/desk/map/points.json", {"box": WHOLE, **asked})
    assert answer.status_code == 200, answer.content
    return json.loads(answer.content)


def whole_box() -> str:
    boxes = [territory.ground().boundary(a.id).bounds for a in territory.children(None)]
    west, south = min(b[0] for b in boxes), min(b[1] for b in boxes)
    east, north = max(b[2] for b in boxes), max(b[3] for b in boxes)
    return f"{west - 0.01},{south - 0.01},{east + 0.01},{north + 0.01}"


def test_an_open_event_lies_where_it_was_reported_with_its_light(town: CaseTown) -> None:
    case = case_of(walking.submit())

    found = drawn(client_of(town, "S001"), box=whole_box())

    feature = found["features"][0]
    assert feature["geometry"]["coordinates"] == [round(case.lng or 0, 6), round(case.lat or 0, 6)]
    assert feature["properties"]["address"] == f"/desk/cases/{case.id}/"
    assert feature["properties"]["light"] in ("green", "yellow", "orange", "red")
    assert found["said"] == "这里有 1 件未办结事件"


def test_a_desk_sees_nothing_of_another_street(town: CaseTown) -> None:
    walking.submit()

    assert drawn(client_of(town, "S002"), box=whole_box())["features"] == []


def test_a_restricted_event_is_on_no_map_of_those_who_may_not_see_it(town: CaseTown) -> None:
    case = case_of(walking.submit())
    Case.objects.filter(id=case.id).update(sensitivity=2)

    seen = {who: len(drawn(client_of(town, who), box=whole_box())["features"]) for who in ("S001",)}

    assert seen == {"S001": 0}


def test_where_many_lie_areas_are_counted_and_the_counts_are_the_lists(
    town: CaseTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        walking.submit(client_id=f"many-{number}")
    monkeypatch.setattr(mapping, "MOST_POINTS", 3)
    desk = client_of(town, "S001")

    found = drawn(desk, box=whole_box())

    assert found["counted"] is True
    assert sum(each["properties"]["total"] for each in found["features"]) == 4
    address = found["features"][0]["properties"]["address"]
    assert desk.get(address).content.decode().count('id="case-') >= 4


def test_a_filter_narrows_the_map_as_it_narrows_the_list(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        walking.submit()
        desk = client_of(town, "S001")

        assert len(drawn(desk, box=whole_box(), overdue="1")["features"]) == 0
        assert len(drawn(desk, box=whole_box(), state="submitted")["features"]) == 1


def test_looking_again_costs_nothing_while_nothing_changed(town: CaseTown) -> None:
    walking.submit()
    desk = client_of(town, "S001")
    first = desk.get("/desk/map/points.json", {"box": whole_box()})

    again = desk.get(
        "/desk/map/points.json", {"box": whole_box()}, headers={"If-None-Match": first["ETag"]}
    )

    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("box", ["", "1,2,3", "5,5,4,6", "a,b,c,d", "nan,0,1,1"])
def test_a_box_that_is_none_is_refused_in_words(town: CaseTown, box: str) -> None:
    answer = client_of(town, "S001").get("/desk/map/points.json", {"box": box})

    assert answer.status_code == 422


def test_the_map_costs_the_same_for_two_and_for_many(town: CaseTown) -> None:
    desk = client_of(town, "S001")
    address = f"/desk/map/points.json?box={whole_box()}"
    for number in range(2):
        walking.submit(client_id=f"few-{number}")
    few = statements(desk, address)
    for number in range(10):
        walking.submit(client_id=f"more-{number}")

    many = statements(desk, address)

    assert many == few


def test_the_page_stands_without_script_too(town: CaseTown) -> None:
    case = case_of(walking.submit())

    page = client_of(town, "S001").get("/desk/map/").content.decode()

    assert f'href="/desk/cases/{case.id}/"' in page
    assert "data-map-base-value" not in page
