"""What people and programs send by mistake or on purpose, through the doors: a sentence, no trace,
and what is merely strange is kept."""

from __future__ import annotations

import io
import json
import os
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from tests.cases.stepping import stored
from tests.cases.walking import HERE, MONDAY, CaseTown, case_town, submit
from tests.web.signing import client_of
from tests.web.test_portal import form_of, text_of

from gridward.cases.models import Case, Report, Submission
from gridward.core import clock, geodesy
from gridward.vault import queries as vault
from gridward.vault.models import File
from gridward.web import limits


@pytest.fixture
def town(db: None) -> Iterator[CaseTown]:
    yield case_town()


def told(**changed: Any) -> Any:
    """The API's answer to a report."""
    body = {"client_id": "odd-0001", "text": "井盖松了", "lng": HERE.lng, "lat": HERE.lat}
    return Client().post("/api/v1/reports", json.dumps({**body, **changed}), "application/json")


# --- places ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lng", "lat"), [(113.1, 122.6), (999, 22.6), (-180.01, 0), (22.617, 113.103), (1e300, 0)]
)
def test_a_place_that_is_nowhere_on_earth_is_refused_in_words(
    town: CaseTown, lng: float, lat: float
) -> None:
    before = stored()
    resident = Client(headers={"accept-language": "zh-CN"})

    answer = told(lng=lng, lat=lat)
    page = resident.post("/report/", form_of(resident, lng=str(lng), lat=str(lat)))

    assert (answer.status_code, answer.json()["code"]) == (422, "bad_input")
    assert set(answer.json()["fields"]) & {"lng", "lat"}
    assert page.status_code == 422
    assert "井盖松了" in page.content.decode(), "nothing typed is lost"
    assert stored() == before


def test_swapped_coordinates_within_range_are_kept_as_outside_and_wait_for_the_desk(
    town: CaseTown,
) -> None:
    """Nobody guesses: 22.6° east, 83.1° north may be meant. It is told, and the desk sets it."""
    answer = told(lng=22.617, lat=83.103)

    case = Case.objects.get()
    assert answer.status_code == 201
    assert (case.lng, case.lat, case.a1) == (22.617, 83.103, None)
    assert case.desk_id == town.org("district")


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_another_datum_is_turned_back_and_the_raw_point_stays_the_record(
    town: CaseTown, datum: str
) -> None:
    lng, lat = (float(each) for each in geodesy.from_wgs84(HERE.lng, HERE.lat, datum))

    answer = told(lng=lng, lat=lat, datum=datum)

    assert answer.status_code == 201
    report = Report.objects.get()
    assert (report.raw_lng, report.raw_lat, report.datum) == (lng, lat, datum)
    case = Case.objects.get()
    assert (case.lng, case.lat) == pytest.approx((HERE.lng, HERE.lat), abs=1e-6)


def test_an_unknown_datum_is_refused(town: CaseTown) -> None:
    answer = told(datum="beijing54")

    assert (answer.status_code, answer.json()["code"]) == (422, "bad_input")
    assert Submission.objects.count() == 0


# --- files ----------------------------------------------------------------------------------------


def png(width: int, height: int, data: bytes = b"") -> bytes:
    """A PNG whose head says these measures."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    body = chunk(b"IDAT", data or zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + head + body + chunk(b"IEND", b"")


def cut_short() -> bytes:
    made = io.BytesIO()
    Image.effect_noise((400, 300), 50).save(made, "JPEG")
    return made.getvalue()[:2000]


FILES: dict[str, tuple[Callable[[], bytes], int, str]] = {
    "executable": (lambda: b"MZ" + os.urandom(4000), 415, "photo_unknown"),
    "elf": (lambda: b"\x7fELF" + os.urandom(4000), 415, "photo_unknown"),
    "script": (lambda: b"<script>alert(1)</script>", 415, "photo_unknown"),
    "svg": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "photo_unknown"),
    "executable with the head of a photo": (
        lambda: b"\xff\xd8\xff\xe0" + b"MZ" * 2000,
        422,
        "photo_broken",
    ),
    "bomb": (
        lambda: png(9000, 9000, zlib.compress(b"\0" * 9000 * 3 * 9000, 9)),
        422,
        "photo_too_many_pixels",
    ),
    "200 megapixels": (lambda: png(20_000, 10_000), 422, "photo_too_many_pixels"),
    "nothing": (lambda: b"", 422, "photo_empty"),
    "heic": (lambda: b"\0\0\0\x18ftypheic" + os.urandom(4000), 415, "photo_heic"),
    "cut short": (cut_short, 422, "photo_broken"),
    "11 MB": (lambda: b"\xff\xd8\xff\xe0" + bytes(11 << 20), 413, "photo_too_big"),
}


@pytest.mark.parametrize("kind", list(FILES))
def test_a_file_that_is_no_photo_is_named_and_the_report_goes_without_it(
    town: CaseTown, kind: str
) -> None:
    make, status, code = FILES[kind]
    data = make()
    resident = Client(headers={"accept-language": "zh-CN"})
    sent = form_of(resident, join="none")

    upload = SimpleUploadedFile("photo.jpg", data, "image/jpeg")
    answer = Client().post("/api/v1/uploads?client_id=odd-0002", {"photo": upload})
    refused = resident.post(
        "/report/", {**sent, "photos": [SimpleUploadedFile("photo.jpg", data, "image/jpeg")]}
    )

    # Django itself leaves an empty file of a form out of the API's parameters or lets it in
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["detail"]
    assert refused.status_code == 422
    assert str(sent["words"]) in refused.content.decode()
    assert (File.objects.count(), Submission.objects.count()) == (0, 0)
    assert resident.post("/report/", sent).status_code == 303


# --- words ----------------------------------------------------------------------------------------


def test_ten_megabytes_of_text_are_refused_in_words_at_both_doors(town: CaseTown) -> None:
    text = "井" * (10 << 20)
    resident = Client(headers={"accept-language": "zh-CN"})
    sent = form_of(resident, words=text, join="none")
    before = stored()

    answer = told(text=text)
    page = resident.post("/report/", sent)

    assert answer.status_code in (400, 413, 422)
    assert answer["Content-Type"] == "application/problem+json"
    assert page.status_code in (400, 413, 422)
    assert "<html" in page.content.decode()
    assert stored() == before


def test_control_characters_are_left_out_and_script_is_kept_as_words(town: CaseTown) -> None:
    script = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    said = f"井盖\0松\x08了\x1b[31m\u202e{script}"

    answer = told(text=said)

    report = Report.objects.get()
    assert answer.status_code == 201
    assert report.words is not None
    kept = vault.open_text(report.words) or ""
    assert script in kept and "井盖" in kept
    assert not any(ord(each) < 32 for each in kept)
    desk = client_of(town, "S001")
    page = text_of(desk, f"/desk/cases/{report.case_id}/")
    assert "<script>alert" not in page and "<img src=x" not in page
    assert "&lt;script&gt;alert(1)" in page


# --- guesses and floods ---------------------------------------------------------------------------


def test_a_guessed_receipt_opens_nothing_and_looks_like_one_that_is_not_there(
    town: CaseTown,
) -> None:
    mine = submit()
    program = Client()

    guessed = program.get(f"/api/v1/reports/{mine.number}", headers={"X-Receipt-Code": "AAAAAA"})
    nowhere = program.get("/api/v1/reports/990000000000", headers={"X-Receipt-Code": "AAAAAA"})

    assert guessed.status_code == nowhere.status_code == 404
    same = ("code", "detail", "title", "type")
    assert [guessed.json()[name] for name in same] == [nowhere.json()[name] for name in same]
    assert mine.code not in guessed.content.decode()


@pytest.mark.slow
def test_a_thousand_reports_a_minute_are_all_kept_and_three_hundred_neighbours_get_receipts(
    town: CaseTown,
) -> None:
    program, receipts = Client(), set()
    with clock.frozen(MONDAY):
        for n in range(1000):
            body = {"client_id": f"flood-{n:06d}", "text": f"第 {n} 条"}
            answer = program.post("/api/v1/reports", json.dumps(body), "application/json")
            assert answer.status_code == 201
            receipts.add(answer.json()["receipt"])
        for n in range(300):
            neighbour = Client()
            sent = {"client_id": f"{n:032x}", "words": f"停水了 {n}", "join": "none"}
            assert neighbour.post("/report/", sent)["Location"] == "/report/done/"
            assert "gw_receipt" in neighbour.cookies

    assert len(receipts) == 1000
    assert Submission.objects.count() == 1300
    assert Submission.objects.filter(crowded=True).count() == 1300 - limits.CROWD


def test_what_came_in_a_crowd_is_worked_on_like_any_other(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        for n in range(limits.CROWD + 1):
            told(client_id=f"crowd-{n:04d}", text=f"第 {n} 条")

    case = case_of_last()
    assert Submission.objects.filter(crowded=True).count() == 1
    assert (case.state, case.is_open) == ("submitted", True)


def case_of_last() -> Case:
    return Case.objects.order_by("-id")[0]
