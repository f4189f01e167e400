"""Films and recordings at every door: what the settings in force allow, and who may hear them."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.cases import walking
from tests.cases.walking import MONDAY, CaseTown, case_town
from tests.town import ACTOR
from tests.vault.test_media import film, voice_note
from tests.web.signing import client_of
from tests.web.test_desk_work import led_outside, link_of
from tests.web.test_field_pages import near
from tests.web.test_portal import form_of, picture, text_of

from gridward.cases import actions
from gridward.cases.models import CaseFile, Submission
from gridward.catalog import actions as catalog
from gridward.catalog.queries import catalogue
from gridward.core import clock
from gridward.vault import actions as vault

WEB = Path(vault.__file__).parent.parent / "web"


@pytest.fixture
def town(db: None) -> CaseTown:
    return case_town()


@pytest.fixture
def resident(town: CaseTown) -> Client:
    return Client(headers={"accept-language": "zh-CN"})


def allow(**seconds: int) -> None:
    """Decide how long films and recordings may be, or how large photos."""
    for name, value in seconds.items():
        catalog.decide("setting", {name: value}, actor=ACTOR)


def talk(seconds: float) -> SimpleUploadedFile:
    return SimpleUploadedFile("talk.m4a", voice_note(seconds), "audio/mp4")


def moving(seconds: float) -> SimpleUploadedFile:
    return SimpleUploadedFile("a.mp4", film(seconds, fps=5), "video/mp4")


# --- one place ------------------------------------------------------------------------------------


def test_every_door_takes_uploads_in_by_the_one_that_reads_the_settings() -> None:
    calls = [
        path.relative_to(WEB).as_posix()
        for path in sorted(WEB.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "stage_upload"
    ]

    assert [path for path in calls if not path.startswith("cli/")] == ["ui/media.py"]


def test_the_form_says_what_the_settings_allow(resident: Client) -> None:
    usual = text_of(resident, "/report/")
    allow(video_seconds=0, voice_seconds=20)
    voices = text_of(resident, "/report/")
    allow(video_seconds=0, voice_seconds=0)
    nothing = text_of(resident, "/report/")

    assert "一段视频（最长 30 秒）或一段录音（最长 60 秒）" in usual
    assert 'accept="video/*,audio/*"' in usual
    assert "一段录音，最长 20 秒" in voices and 'accept="audio/*"' in voices
    assert 'name="media"' not in nothing


@pytest.mark.parametrize(
    ("allowed", "sent", "said"),
    [
        ({"voice_seconds": 2}, lambda: talk(4), "最多 2 秒"),
        ({"video_seconds": 2}, lambda: moving(4), "最多 2 秒"),
        ({"video_seconds": 0}, lambda: moving(1), "这里不收视频或录音"),
        ({"voice_seconds": 0}, lambda: talk(1), "这里不收视频或录音"),
    ],
)
def test_a_film_or_recording_beyond_the_settings_is_refused_at_the_form_and_the_api(
    resident: Client, allowed: dict[str, int], sent: Callable[[], Any], said: str
) -> None:
    allow(**allowed)

    form = resident.post("/report/", form_of(resident, media=sent(), phone="13800138000"))
    api = resident.post("/api/v1/uploads?client_id=client-0001", {"photo": sent()})

    page = form.content.decode()
    assert form.status_code == api.status_code == 422
    assert said in page and said in api.json()["detail"]
    assert 'value="13800138000"' in page  # nothing that was typed is lost
    assert Submission.objects.count() == 0


def test_the_same_holds_where_a_grid_worker_adds_photos(town: CaseTown) -> None:
    allow(voice_seconds=2)
    worker = client_of(town, "G001")
    page = worker.get("/field/report/full/").content.decode()
    sent = {"client_id": "f" * 32, "words": "井盖响", "media": talk(4), "send": "1"}

    answer = worker.post("/field/report/full/", sent)

    assert "一段录音（最长 2 秒）" in page
    assert answer.status_code == 422
    assert Submission.objects.count() == 0


def test_a_photo_may_be_as_large_as_the_settings_say(resident: Client) -> None:
    allow(photo_mb_max=1)
    large = SimpleUploadedFile("a.jpg", b"\xff\xd8\xff" + b"\0" * (2 << 20), "image/jpeg")

    answer = resident.post("/report/", form_of(resident, photos=[large]))

    assert answer.status_code == 422
    assert "2.0 MB" in answer.content.decode() and "1 MB" in answer.content.decode()


# --- what the API says ----------------------------------------------------------------------------


def test_the_api_says_what_kind_of_file_it_keeps(resident: Client) -> None:
    where = "/api/v1/uploads?client_id=client-0001"

    photo = resident.post(where, {"photo": picture()}).json()
    voice = resident.post(where, {"photo": talk(2)}).json()

    assert (photo["media"], photo["seconds"]) == ("photo", None)
    assert (voice["media"], voice["width"]) == ("voice", 0)
    assert 1.5 < voice["seconds"] < 2.5


def test_the_api_tells_the_notice_and_keeps_its_version_with_the_report(resident: Client) -> None:
    allow(voice_seconds=20)

    told = resident.get("/api/v1/notice").json()
    made = resident.post(
        "/api/v1/reports",
        {"client_id": "client-0001", "text": "井盖响"},
        content_type="application/json",
    ).json()

    notice = catalogue().privacy_for("reporter")
    assert notice is not None
    assert told["version"] == notice.version == made["notice_version"]
    assert [each["text"] for each in told["points"]] == [str(each.text) for each in notice.points]
    assert (told["video_seconds"], told["voice_seconds"]) == (30, 20)
    assert Submission.objects.get().notice_version == notice.version


# --- one-time links -------------------------------------------------------------------------------


def staged(data: bytes) -> Any:
    return vault.stage_upload(io.BytesIO(data), "x", "test").id


def test_a_link_shows_a_films_first_picture_and_never_its_sound(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        case = led_outside(town, photos=[staged(film(1))])
        address = link_of(client_of(town, "S001"), case)
        kept = CaseFile.objects.get(case=case)

        page = Client(headers={"accept-language": "zh-CN"}).get(address).content.decode()
        whole = Client().get(f"{address}photo/{kept.id}/")

    assert "视频首帧画面" in page
    assert "<video" not in page and "<audio" not in page
    assert whole["Content-Type"] == "image/jpeg"


def test_a_link_leaves_a_recording_out_and_says_so(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        case = led_outside(town, photos=[staged(voice_note(1))])
        address = link_of(client_of(town, "S001"), case)
        kept = CaseFile.objects.get(case=case)

        page = Client(headers={"accept-language": "zh-CN"}).get(address).content.decode()
        whole = Client().get(f"{address}photo/{kept.id}/")

    assert "有一段录音未列出" in page
    assert str(kept.id) not in page
    assert whole.status_code == 404


def test_a_link_offers_no_step_that_its_page_has_no_field_for(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        address = link_of(client_of(town, "S001"), led_outside(town))

        page = Client(headers={"accept-language": "zh-CN"}).get(address).content.decode()

    assert "签收" in page
    assert "记录通话" not in page


# --- at the desk, and beyond ----------------------------------------------------------------------


def test_a_recording_stays_with_the_desk_which_is_told_so_when_it_dispatches(
    town: CaseTown,
) -> None:
    with clock.frozen(MONDAY):
        case = walking.case_of(walking.submit(matter="manhole"))
        actions.add_details(
            Submission.objects.get().id, case.id, words="听", photos=[staged(voice_note(1))]
        )
        kept = CaseFile.objects.get(report__case=case)
        where = f"/desk/cases/{case.id}/"
        desk = client_of(town, "S001")
        before = desk.get(where).content.decode()
        case.refresh_from_db()
        actions.accept_and_dispatch(
            case.id,
            by=town.viewer("S001"),
            version=case.version,
            condition=walking.RATTLING,
            lead=town.org("mun"),
        )
        handler = client_of(town, "M001")
        after = handler.get(where).content.decode()
        heard = desk.get(f"{where}photo/{kept.id}/")
        refused = handler.get(f"{where}photo/{kept.id}/")

    assert "录音留在值班台" in before and "<audio" in before
    assert "有一段录音未列出" in after and "<audio" not in after
    assert (heard.status_code, refused.status_code) == (200, 404)


def test_a_grid_worker_is_told_of_a_recording_that_stays_with_the_desk(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        case = led_outside(town, photos=[staged(voice_note(1))])
        page = client_of(town, near(town, case)).get(f"/field/case/{case.id}/").content.decode()

    assert "有一段录音未列出" in page
    assert "<audio" not in page


def test_what_was_sent_by_a_link_is_kept_on_the_phone_no_longer(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        case = led_outside(town, photos=[])
        address = link_of(client_of(town, "S001"), case)
        outside = Client(headers={"accept-language": "zh-CN"})
        page = outside.get(address).content.decode()
        (key, version) = re.findall(r'id="step-(\w+)".+?name="version" value="(\d+)"', page, re.S)[
            0
        ]

        answer = outside.post(f"{address}{key}/", {"version": version, "words": "明早到场"})
        after = outside.get(answer["Location"]).content.decode()

    kept = f'data-draft-key-value="link-{case.id}-{key}"'
    assert f'{kept} data-draft-clear-value="true"' in after
    assert kept in page and "data-draft-clear-value" not in page
    assert outside.get(f"{address}{key}/")["Location"] == address


def test_the_page_with_words_given_back_offers_no_other_language_that_would_lose_them(
    db: None,
) -> None:
    case_town()
    sent = {"words": "灯连亮三晚"}

    page = Client().post("/field/tip/", sent, headers={"origin": "http://testserver"})

    assert "灯连亮三晚" in page.content.decode() and 'name="language"' not in page.content.decode()
