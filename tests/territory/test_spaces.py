"""Two jurisdictions side by side, and two who draw at once."""

from __future__ import annotations

import pytest
from tests.databases import Space
from tests.territory.ground import ACTOR, SQUARE, bay

from gridward.journal import queries as journal
from gridward.territory import actions, errors, queries, rules


def test_the_ground_of_one_jurisdiction_is_not_in_the_other(
    two_spaces: tuple[Space, Space],
) -> None:
    here, there = two_spaces
    with here.entered():
        actions.draw_cells(rules.draw([SQUARE], (4,)), actor=ACTOR, code="449901")
        assert queries.locate(113.11, 22.61).reason == "inside"
    with there.entered():
        assert queries.locate(113.11, 22.61).reason == "outside"
        actions.draw_cells(
            rules.draw([bay()], (2, 6)),
            actor=ACTOR,
            code="449902",
            scheme=rules.plain_scheme(["county", "town", "village"]),
        )
        assert queries.area_of_code("449902").level == 1

    with here.entered():
        assert queries.scheme().level(2).key == "street"
        assert len(queries.areas_of_level(2)) == 4
        with pytest.raises(errors.NoSuchArea):
            queries.area_of_code("449902")
        assert rules.prove(queries.survey()).counts == {1: 1, 2: 4}
        assert [line.verb for line in journal.timeline(["boundaries:1"])] == ["territory.drawn"]
        assert journal.timeline(["boundaries:1"])[0].details["cells"] == 5


def test_of_two_who_draw_the_same_ground_at_once_one_is_refused(space: Space) -> None:
    drawing = rules.draw([bay()], (3, 9))

    def draw() -> actions.Drawn:
        return actions.draw_cells(drawing, actor=ACTOR)

    results = space.at_once(draw, draw)

    assert sorted(type(result).__name__ for result in results) == ["AlreadyDrawn", "Drawn"]
    assert queries.boundary_version() == 1
    assert len(queries.areas_of_level(3)) == 9
    assert rules.prove(queries.survey()).holds


def test_what_another_process_drew_is_seen_at_the_next_question(space: Space) -> None:
    assert queries.locate(113.2, 22.7).reason == "outside"

    # as another process would: what this one holds in memory is not told
    held = dict(queries._grounds)
    actions.draw_cells(rules.draw([bay()], (3,)), actor=ACTOR)
    queries._grounds.update(held)

    assert queries.locate(113.2, 22.7).boundary_version == 1
