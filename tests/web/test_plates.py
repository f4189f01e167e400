"""QR plates: one page a grid or unit, with what is published and nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cases.walking import CaseTown, case_town
from tests.town import ACTOR

from gridward.directory import actions as directory
from gridward.journal.queries import remembered_generations
from gridward.territory import queries
from gridward.web.ui import plates

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> CaseTown:
    made = case_town()
    directory.publish_phones({made.org("station-1"): "0999-7654321"}, actor=ACTOR)
    directory.publish_post(
        made.town.posts["G001"], name="网格员小榕", phone="0999-1234567", actor=ACTOR
    )
    return made


def sizes(pdf: bytes) -> list[tuple[int, int]]:
    """Millimetres of every page."""
    found = re.findall(rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    return [(round(float(w) / 72 * 25.4), round(float(h) / 72 * 25.4)) for w, h in found]


def test_a_street_gets_one_page_for_every_grid_in_it(town: CaseTown) -> None:
    street = town.town.streets[0]
    areas = plates.plate_areas(street)

    a4 = plates.plates_pdf(areas, size="a4", address="https://grid.example")
    a6 = plates.plates_pdf(areas[:1], size="a6", address="https://grid.example")

    assert [area.id for area in areas] == [
        area.id for area in queries.areas_of_level(4) if area.chain[1] == street
    ]
    assert b"GridwardSansSC" in a6  # not signs of another font, or boxes
    assert sizes(a4) == [(210, 297)] * len(areas)
    assert sizes(a6) == [(105, 148)]


def test_a_plate_says_what_is_published_and_nothing_more(
    town: CaseTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, Any] = {}

    def compiled(files: dict[str, bytes], **more: object) -> bytes:
        given.update(files)
        return b"%PDF"

    monkeypatch.setattr(plates.typst, "compile", compiled)
    areas = [queries.area(id_) for id_ in town.town.grids]
    plates.plates_pdf(areas, size="a6", address="https://grid.example")

    said = given["plates.json"].decode()
    first = f"https://grid.example/at/{areas[0].code}/"
    assert first in said
    assert "网格员小榕 0999-1234567" in said
    assert "0999-7654321" in said
    assert "13900000" not in said
    assert "网格员2" not in said
    assert len([name for name in given if name.endswith(".svg")]) == 8


def test_the_command_writes_one_file(town: CaseTown, tmp_path: Path) -> None:
    out = tmp_path / "plates.pdf"
    area = queries.area(town.town.grids[0])

    call_command(
        "territory", "plates", "--area", area.code, "--size", "a6", "--out", str(out),
        "--address", "https://grid.example",
    )  # fmt: skip

    assert out.read_bytes().startswith(b"%PDF")
    with pytest.raises(plates.NoAddress):
        call_command("territory", "plates", "--area", area.code, "--out", str(out))


def test_the_number_of_statements_is_flat(town: CaseTown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plates.typst, "compile", lambda files, **more: b"%PDF")
    areas = [queries.area(id_) for id_ in town.town.grids]
    with remembered_generations(), CaptureQueriesContext(connection) as one:
        plates.plates_pdf(areas[:1], size="a4", address="https://grid.example")
    with remembered_generations(), CaptureQueriesContext(connection) as many:
        plates.plates_pdf(areas, size="a4", address="https://grid.example")

    assert len(many) <= len(one)
