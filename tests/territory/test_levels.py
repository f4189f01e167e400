"""Level schemes, codes and names."""

from __future__ import annotations

import pytest

from gridward.territory import errors, rules


def test_schemes_have_two_to_six_levels() -> None:
    for count in range(2, 7):
        assert rules.plain_scheme([f"level_{n}" for n in range(count)]).deepest == count
    for count in (0, 1, 7):
        with pytest.raises(errors.BadLevels):
            rules.plain_scheme([f"level_{n}" for n in range(count)])


def test_levels_are_numbered_without_a_hole_and_named_once() -> None:
    with pytest.raises(errors.BadLevels):
        rules.scheme_from("x", [{"level": 1, "key": "a"}, {"level": 3, "key": "b"}])
    with pytest.raises(errors.BadLevels):
        rules.plain_scheme(["a", "a"])


def test_a_level_is_found_by_number_or_key() -> None:
    assert rules.FIVE_LEVELS.level(4).key == "grid"
    assert rules.FIVE_LEVELS.level("grid").number == 4
    with pytest.raises(errors.NoSuchLevel):
        rules.FIVE_LEVELS.level("village")


def test_codes_are_the_parents_and_three_digits() -> None:
    codes = rules.next_codes("449901", "street", ["other"] * 3, [])

    assert codes == ["449901001", "449901002", "449901003"]


def test_a_code_once_given_is_never_given_again() -> None:
    used = ["449901001", "449901007", "449901007001", "4499"]

    assert rules.next_codes("449901", "street", ["other"], used) == ["449901008"]


def test_villages_are_numbered_from_200() -> None:
    kinds = ["rural", "urban_community", "rural", "urban_community"]

    codes = rules.next_codes("449901001", "community", kinds, ["449901001002"])

    assert codes == ["449901001200", "449901001003", "449901001201", "449901001004"]


def test_when_a_run_of_codes_is_full_the_next_is_begun() -> None:
    assert rules.next_codes("449901", "grid", ["rural"] * 2, ["449901998"]) == [
        "449901999",
        "4499011000",
    ]
    kinds = ["urban_community", "rural", "urban_community"]
    assert rules.next_codes("4499", "community", kinds, ["4499199", "4499399"]) == [
        "4499400",
        "4499401",
        "4499402",
    ]


def test_when_no_code_is_left_nothing_is_reused() -> None:
    with pytest.raises(errors.CodesExhausted):
        rules.next_codes("449901", "grid", ["rural"], ["449901999", "44990199999"])


def test_a_chain_is_the_parents_and_oneself() -> None:
    chain = rules.chain_of(9, 3, (1, 4, None, None, None, None))

    assert chain == (1, 4, 9, None, None, None)
    assert rules.chain_columns(chain)["a3"] == 9
    assert rules.chain_column(3) == "a3"


def test_children_without_a_name_are_called_after_their_parent() -> None:
    assert rules.FIVE_LEVELS.level("grid").name_for(3, "榕荫社区", "Rongyin") == (
        "榕荫社区第3网格",
        "Rongyin grid 3",
    )
