"""Searching: one statement, newest first, every case once however the pages are cut."""

from __future__ import annotations

from datetime import timedelta

from benchmarks.wire import statements
from tests.cases.walking import MONDAY, CaseTown, case_of, submit

from gridward.cases import queries
from gridward.core import clock

AGES = (400, 260, 45, 20, 8, 5, 1, 0)  # days: each part of time that is asked, twice where it ends


def test_pages_give_every_case_once_and_the_newest_first(town: CaseTown) -> None:
    desk = town.viewer("S001")
    cases = [case_of(submit(at=MONDAY - timedelta(days=days))).number for days in AGES]

    with clock.frozen(MONDAY + timedelta(hours=1)):
        found: list[str] = []
        cursor = ""
        while True:
            page = queries.list_page(desk, query="井盖", cursor=cursor, limit=3)
            found += [card.number for card in page.items]
            cursor = page.cursor
            if not cursor:
                break

    assert found == cases[::-1]


def test_what_came_late_from_long_ago_is_found_too(town: CaseTown) -> None:
    desk = town.viewer("S001")
    new = case_of(submit(at=MONDAY)).number
    late = case_of(submit(at=MONDAY - timedelta(days=400))).number

    with clock.frozen(MONDAY + timedelta(hours=1)):
        first = queries.list_page(desk, query="井盖", limit=1)
        second = queries.list_page(desk, query="井盖", limit=1, cursor=first.cursor)

    assert {first.items[0].number, second.items[0].number} == {new, late}
    assert not second.cursor


def test_a_word_costs_one_statement_however_rare(town: CaseTown) -> None:
    desk = town.viewer("S001")
    submit(at=MONDAY)

    def asked(word: str) -> int:
        queries.list_page(desk, query=word)
        with statements() as found:
            queries.list_page(desk, query=word)
        return sum("searchdoc" in text for text in found)

    assert (asked("井盖"), asked("云梯")) == (1, 1)


def test_a_broken_cursor_begins_anew(town: CaseTown) -> None:
    desk = town.viewer("S001")
    submit(at=MONDAY)

    for cursor in ("x", "9-", "-9", "1-2-3", "9" * 40):
        assert len(queries.list_page(desk, query="井盖", cursor=cursor).items) <= 1
