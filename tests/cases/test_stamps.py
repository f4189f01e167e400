"""Time and place printed below a proof photo, where the item's policy asks for it."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from PIL import Image
from tests.cases.walking import MONDAY, CaseTown, case_of, staged, submit, walk
from tests.jobs import run_jobs
from tests.web.signing import client_of

from gridward.cases import actions, queries
from gridward.cases.actions.files import keep_stamped
from gridward.cases.models import Case, CaseFile
from gridward.cases.queries.photos import photo_of_case
from gridward.cases.stamping import stamped
from gridward.catalog.queries import catalogue
from gridward.vault import actions as vault
from gridward.vault import queries as files
from gridward.vault.models import File


def proof_of(case: Case) -> CaseFile:
    return CaseFile.objects.get(case=case, kind="after")


def picture(file_id: object, *, thumb: bool = False) -> Image.Image:
    return Image.open(io.BytesIO(files.open_file(file_id, thumb=thumb).data))  # type: ignore[arg-type]


def jpeg(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (10, 120, 60)).save(out, "JPEG", quality=95)
    return out.getvalue()


def test_the_band_stands_below_and_covers_nothing() -> None:
    data, small, width, height = stamped(jpeg(1200, 900), ["2026-11-09 10:30", "北坊街道·和安社区"])

    made = Image.open(io.BytesIO(data)).convert("RGB")
    green = made.getpixel((600, 890))
    band = made.crop((0, 905, 1200, height))
    assert (made.size, width) == ((1200, height), 1200)
    assert height > 900
    assert isinstance(green, tuple) and green[1] > green[0] + 60
    assert min(band.convert("L").tobytes()) < 90  # letters
    assert Image.open(io.BytesIO(small)).width <= 480


def test_a_very_long_place_is_broken_into_lines() -> None:
    _, _, _, short = stamped(jpeg(400, 300), ["和安社区"])
    _, _, width, long = stamped(jpeg(400, 300), ["和安社区" * 30])

    assert (width, long > short + 40) == (400, True)


def test_a_proof_is_stamped_by_the_worker_and_the_original_is_kept(town: CaseTown) -> None:
    assert catalogue().condition("manhole.rattling").proof_stamp
    case = walk(town, "disposed")
    before = proof_of(case)
    assert before.stamped is None

    run_jobs()

    proof = proof_of(case)
    viewer = town.viewer("M001")
    assert proof.stamped is not None
    assert photo_of_case(viewer, case.id, proof.id) == proof.stamped
    assert photo_of_case(viewer, case.id, proof.id, original=True) == before.file
    assert picture(proof.stamped).height > picture(before.file).height
    assert picture(proof.stamped, thumb=True).width <= 480


def test_doing_it_again_makes_no_second_copy(town: CaseTown) -> None:
    case = walk(town, "disposed")
    run_jobs()
    proof = proof_of(case)
    kept = File.objects.filter(state="linked").count()

    keep_stamped(proof.id, staged("stamp"))

    assert queries.proofs_to_stamp(case.id) == []
    assert proof_of(case).stamped == proof.stamped
    assert File.objects.filter(state="linked").count() == kept


def test_where_no_policy_asks_for_it_nothing_is_printed(town: CaseTown) -> None:
    book = catalogue()
    plain = next(
        condition
        for condition in book.conditions.values()
        if not condition.proof_stamp and not book.matter(condition.matter).is_restricted
    )
    case = case_of(submit(matter=plain.matter))
    actions.accept_and_dispatch(
        case.id,
        by=town.desk_of(case),
        version=case.version,
        condition=plain.key,
        lead=town.org("mun"),
        at=MONDAY,
    )
    case.refresh_from_db()
    handler = town.viewer("M001")
    case = actions.acknowledge_case(case.id, by=handler, version=case.version, at=MONDAY)
    case = actions.dispose_case(
        case.id,
        by=handler,
        version=case.version,
        internal="已处理",
        reply="已处理",
        photos=[staged()],
        at=MONDAY + timedelta(hours=1),
    )

    run_jobs()

    assert proof_of(case).stamped is None


def test_an_erased_photo_is_passed_over(town: CaseTown) -> None:
    case = walk(town, "disposed")
    proof = proof_of(case)
    File.objects.filter(id=proof.file).update(state="erased", digest="")

    run_jobs()

    assert proof_of(case).stamped is None


@pytest.mark.parametrize("ask", ["", "?small=1", "?original=1"])
def test_the_page_shows_it_stamped_and_the_original_on_request(town: CaseTown, ask: str) -> None:
    case = walk(town, "disposed")
    run_jobs()
    proof = proof_of(case)

    answer = client_of(town, "S001").get(f"/desk/cases/{case.id}/photo/{proof.id}/{ask}")

    shown = Image.open(io.BytesIO(answer.content))
    assert answer["Content-Type"] == "image/jpeg"
    assert (shown.size == (32, 24)) == (ask == "?original=1")


def test_a_picture_drawn_by_the_product_is_staged_like_an_upload(db: None) -> None:
    made = vault.stage_picture(*stamped(jpeg(64, 48), ["2026-11-09"]), "stamp")

    assert [one.id for one in files.staged_files("stamp")] == [made]
