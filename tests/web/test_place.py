"""A plate's address, and finding the grid worker: only what is published is shown."""

from __future__ import annotations

import pytest
import shapely
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cases.walking import CaseTown, case_town
from tests.town import ACTOR
from tests.web.test_portal import form_of

from gridward.cases.models import Case, Submission
from gridward.directory import actions as directory
from gridward.territory import actions, queries
from gridward.territory.rules import Part
from gridward.web.ui import reporting

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> CaseTown:
    return case_town()


@pytest.fixture
def resident(town: CaseTown) -> Client:
    directory.publish_phones({town.org("station-1"): "0999-7654321"}, actor=ACTOR)
    directory.publish_post(
        town.town.posts["G001"], name="网格员小榕", phone="0999-1234567", actor=ACTOR
    )
    return Client(headers={"accept-language": "zh-CN"})


def text_of(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def grid(town: CaseTown, n: int = 0) -> queries.AreaView:
    return queries.area(town.town.grids[n])


def test_a_plate_opens_the_report_with_place_worker_and_duty_phone(
    town: CaseTown, resident: Client
) -> None:
    page = text_of(resident, f"/at/{grid(town).code}/")

    assert "网格员小榕" in page
    assert "0999-1234567" in page
    assert "0999-7654321" in page
    assert f'<option value="{grid(town).id}" selected>' in page
    assert 'action="/report/"' in page


def test_a_report_sent_from_a_plate_lies_in_its_area(town: CaseTown, resident: Client) -> None:
    sent = form_of(resident, area=str(grid(town, 3).id), lng="", lat="")

    answer = resident.post("/report/", sent)

    assert answer.status_code == 303
    case = Case.objects.get()
    assert case.a4 == grid(town, 3).id
    assert case.lng is None


def test_a_form_that_has_to_be_mended_keeps_the_plates_place(
    town: CaseTown, resident: Client
) -> None:
    sent = form_of(resident, area=str(grid(town, 3).id), lng="", lat="", words="")

    answer = resident.post("/report/", sent)

    assert answer.status_code == 422
    assert f'<option value="{grid(town, 3).id}" selected>' in answer.content.decode()
    assert Submission.objects.count() == 0


def test_nobodys_own_number_is_shown(town: CaseTown, resident: Client) -> None:
    for n in range(8):
        for address in (f"/at/{grid(town, n).code}/", f"/worker/?area={grid(town, n).id}"):
            page = text_of(resident, address)
            assert "1390000000" not in page
            assert "社区员" not in page
            if n:
                assert "小榕" not in page


def test_what_is_taken_back_is_no_longer_shown(town: CaseTown, resident: Client) -> None:
    directory.publish_post(town.town.posts["G001"], name="", phone="", actor=ACTOR)

    page = text_of(resident, f"/at/{grid(town).code}/")

    assert "小榕" not in page
    assert "0999-1234567" not in page
    assert "0999-7654321" in page


def test_a_plate_of_an_area_that_ended_leads_to_what_took_its_place(
    town: CaseTown, resident: Client
) -> None:
    one, other = grid(town, 0), grid(town, 1)
    assert one.parent_id == other.parent_id
    merged = actions.merge_areas([one.id, other.id], name="合并网格", actor=ACTOR).opened[0]

    answer = resident.get(f"/at/{one.code}/")
    assert (answer.status_code, answer["Location"]) == (302, f"/at/{merged.code}/")

    west, south, east, north = queries.ground().boundary(merged.id).bounds
    halves = actions.split_area(
        merged.id,
        [
            Part("西半", ground=shapely.box(west, south, (west + east) / 2, north)),
            Part("东半"),
        ],
        actor=ACTOR,
        grounds={
            standing.key: [0]
            for standing in queries.preview(
                queries.planned_split(
                    merged.id,
                    [
                        Part("西半", ground=shapely.box(west, south, (west + east) / 2, north)),
                        Part("东半"),
                    ],
                )
            ).standings
        },
    ).opened
    page = text_of(resident, f"/at/{one.code}/")
    assert all(f"/at/{area.code}/" in page for area in halves)


def test_an_unknown_plate_says_so_and_offers_the_search(town: CaseTown, resident: Client) -> None:
    page = text_of(resident, "/at/nowhere/", 404)

    assert 'action="/worker/"' in page


@pytest.mark.parametrize(
    "asked",
    ["lng=113.1030&lat=22.6170", "q=独一网格", "area={grid}", "pick.x={x:.0f}&pick.y={y:.0f}"],
)
def test_the_worker_is_found_by_place_tap_area_and_words(
    town: CaseTown, resident: Client, asked: str
) -> None:
    wanted = queries.locate(113.1030, 22.6170)
    directory.publish_post(
        town.town.posts[f"G00{town.town.grids.index(wanted.area_id or 0) + 1}"],
        name="网格员小榕",
        phone="0999-1234567",
        actor=ACTOR,
    )
    actions.name_area(wanted.area_id or 0, name="独一网格", actor=ACTOR)
    window = reporting.whole_window()
    assert window is not None
    x, y = window.pixel(113.1030, 22.6170)

    page = text_of(resident, "/worker/?" + asked.format(grid=wanted.area_id, x=x, y=y))

    assert "网格员小榕" in page
    assert "0999-1234567" in page
    assert Submission.objects.count() == 0


def test_words_that_fit_many_places_offer_them(town: CaseTown, resident: Client) -> None:
    page = text_of(resident, "/worker/?q=街道")

    assert page.count("/worker/?area=") >= 2


@pytest.mark.parametrize(
    "asked",
    ["q=没有这个地方", "lng=0&lat=0", "lng=x&lat=y", "area=99999", "pick.x=1", "q=" + "字" * 500],
)
def test_what_is_not_found_is_said_and_never_an_error(
    town: CaseTown, resident: Client, asked: str
) -> None:
    page = text_of(resident, "/worker/?" + asked)

    assert 'action="/worker/"' in page
    assert "小榕" not in page


def test_finding_costs_few_statements(town: CaseTown, resident: Client) -> None:
    address = f"/worker/?area={grid(town).id}"
    resident.get(address)
    with CaptureQueriesContext(connection) as asked:
        resident.get(address)

    # generations, the published posts, the desk's number
    assert len(asked) <= 4


def test_a_list_that_is_cut_short_says_so(
    town: CaseTown, resident: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "请再多写几个字" not in text_of(resident, "/worker/?q=社区")
    monkeypatch.setattr("gridward.web.portal.views_place.MOST_FOUND", 1)

    assert "只列出前 1 个，请再多写几个字。" in text_of(resident, "/worker/?q=社区")


def test_after_a_tap_on_the_picture_map_the_page_stands_at_the_place(resident: Client) -> None:
    assert 'formaction="/report/#place"' in text_of(resident, "/report/")
