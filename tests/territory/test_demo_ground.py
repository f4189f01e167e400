"""The demonstration's district at full scale."""

from __future__ import annotations

import pytest

from gridward.territory import queries, rules
from gridward.web.cli.demo.ground import draw_district


@pytest.mark.django_db
def test_the_demo_district_is_drawn_at_full_scale_and_covers_its_ground() -> None:
    said: list[str] = []

    draw_district(said.append)

    proof = rules.prove(queries.survey(), versions=queries.survey_versions())
    assert proof.faults == ()
    assert proof.counts == {1: 1, 2: 3, 3: 63, 4: 190, 5: 2590}
    assert len(said) == 1 and "2847" in said[0]
    assert all(rules.is_invented(area.code) for area in queries.ground().areas.values())
    assert all(area.synthetic for area in queries.ground().areas.values())
    kinds = [area.kind for area in queries.areas_of_level(3)]
    assert (kinds.count("urban_community"), kinds.count("rural"), kinds.count("park")) == (
        39,
        21,
        3,
    )
    names = {area.name for area in queries.areas_of_level(3)}
    assert len(names) == 63
    assert not any(name.startswith("第") for name in names)
