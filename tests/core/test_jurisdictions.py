"""Two jurisdictions in one process: what one has, remembers, queues or lets in is its own.

That no byte of one is stored with the other is in tests/web/test_two_jurisdictions.py.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import shapely
from django.db import connections
from django.test import Client
from tests.cases.walking import (
    HERE,
    MONDAY,
    WORDS,
    CaseTown,
    case_of,
    case_town,
    staged,
    submit,
    walk,
)
from tests.databases import Space
from tests.jobs import run_jobs
from tests.town import ACTOR, LONG_AGO
from tests.web.signing import client_of

from gridward.access import queries as access
from gridward.cases import actions, errors, queries
from gridward.cases.actions import Contact, Told
from gridward.cases.models import Case
from gridward.catalog import actions as catalog
from gridward.catalog.queries import catalogue
from gridward.core import jurisdiction
from gridward.core.errors import Problem
from gridward.core.ids import receipt_code
from gridward.directory import actions as directory
from gridward.directory import queries as people
from gridward.directory.actions import NewOrganisation
from gridward.journal import queries as journal
from gridward.territory import actions as territory
from gridward.territory import queries as ground
from gridward.territory.rules import draw
from gridward.vault import queries as vault

Pair = tuple[tuple[Space, CaseTown], tuple[Space, CaseTown]]


@pytest.fixture
def pair(two_spaces: tuple[Space, Space]) -> Pair:
    """The same town twice, side by side."""
    made = []
    for space in two_spaces:
        with space.entered():
            made.append((space, case_town()))
    return made[0], made[1]


@contextmanager
def no_statement(space: Space) -> Iterator[None]:
    """Within the block nobody asks this jurisdiction's database anything."""

    def refuse(execute: object, sql: str, *rest: object) -> None:
        raise AssertionError(f"the other database was asked: {sql[:80]}")

    with connections[space.alias].execute_wrapper(refuse):
        yield


def rows(space: Space) -> dict[str, int]:
    """How many rows each table of a jurisdiction's database has."""
    link = connections[space.alias]
    with link.cursor() as cursor:
        names = [n for n in link.introspection.table_names(cursor) if "_fts" not in n]
        found = {}
        for name in names:
            cursor.execute(f"SELECT count(*) FROM {link.ops.quote_name(name)}")
            found[name] = cursor.fetchone()[0]
    return found


def test_a_whole_walk_in_one_asks_the_other_nothing(pair: Pair) -> None:
    (north, town), (south, _) = pair
    before = rows(south)

    with no_statement(south), north.entered():
        case = walk(town, "closed")
        actions.sweep_clocks(now=MONDAY)
        queries.list_page(town.viewer("S001"), query="井盖")
        queries.case_page(town.viewer("S001"), case.id)
        run_jobs()

    assert rows(south) == before


def test_each_has_its_own_ground(pair: Pair) -> None:
    (north, _), (south, there) = pair
    with north.entered():
        before = ground.locate(HERE.lng, HERE.lat)
    with south.entered():
        territory.name_area(there.town.grids[0], name="南边网格", actor=ACTOR)
        assert ground.area(there.town.grids[0]).name == "南边网格"
    with north.entered():
        assert ground.locate(HERE.lng, HERE.lat) == before
        assert "南边网格" not in {area.name for area in ground.areas_of_level(4)}


def test_each_has_its_own_catalogue(pair: Pair) -> None:
    (north, _), (south, _) = pair
    with south.entered():
        before = catalogue().number
        catalog.decide("setting", {"photos_max": 3}, actor=ACTOR)
        assert (catalogue().number, catalogue().settings.photos_max) == (before + 1, 3)
    with north.entered():
        assert (catalogue().number, catalogue().settings.photos_max) == (before, 9)
    with south.entered():
        assert catalogue().settings.photos_max == 3


def test_each_has_its_own_people_and_organisations(pair: Pair) -> None:
    (north, here), (south, there) = pair
    with south.entered():
        (made,) = directory.create_organisations(
            [NewOrganisation("wat", "department", "南边水务局", "South water", "WAT")],
            actor=ACTOR,
            at=LONG_AGO,
        )
        assert people.organisation(made).title_zh == "南边水务局"
    with north.entered():
        assert made not in {each.id for each in people.organisations()}
        for ask in (
            lambda: people.organisation(made),
            lambda: access.viewer_of_post(there.town.posts["S001"]),
        ):
            with pytest.raises(Problem):
                ask()
        assert access.viewer_of_post(here.town.posts["S001"]).person_name == "街道员1"
        assert people.holders(there.town.posts.values()) == {}


def test_no_case_of_one_is_reached_from_the_other(pair: Pair) -> None:
    (north, here), (south, _) = pair
    with south.entered():
        receipt = submit()
        case = case_of(receipt)
    with north.entered():
        viewer = here.viewer("D002")
        with pytest.raises(Problem):
            queries.case_page(viewer, case.id)
        with pytest.raises(Problem):
            actions.void_case(case.id, by=viewer, version=None, reason="test")
        with pytest.raises(errors.NotTheReporter):
            queries.track(receipt.number, receipt.code)
        assert queries.list_page(viewer, query=receipt.number).items == []
        assert journal.timeline([case.id]) == []
    with south.entered():
        # a viewer from elsewhere has no ground here that is theirs
        assert Case.objects.get(id=case.id).state == "submitted"
        assert queries.track(receipt.number, receipt.code).reports[0].words == WORDS


def test_receipts_and_their_codes_tell_the_jurisdictions_apart(pair: Pair) -> None:
    (north, _), (south, _) = pair
    with north.entered():
        first = submit()
        first_key = vault.receipt_key()
    with south.entered():
        second = submit()
        second_key = vault.receipt_key()

    assert (first.number[:3], second.number[:3]) == (
        north.jurisdiction.number,
        south.jurisdiction.number,
    )
    assert first_key != second_key
    assert receipt_code(first.number, first_key) != receipt_code(first.number, second_key)


def test_a_client_id_is_taken_in_its_own_jurisdiction_only(pair: Pair) -> None:
    (north, _), (south, _) = pair
    with north.entered():
        first = submit(client_id="phone-0001")
    with south.entered():
        second = submit(client_id="phone-0001", words="南边的事")

    assert (second.again, second.number == first.number) == (False, False)


def test_words_and_photos_open_in_their_own_vault_only(pair: Pair) -> None:
    (north, _), (south, _) = pair
    with south.entered():
        photo = staged("browser")
        receipt = actions.submit_report(
            [Told(words=WORDS, place=HERE, photos=(photo,))],
            contact=Contact(phone="13800138000"),
            staged_by="browser",
            at=MONDAY,
        )
        report = case_of(receipt).reports.select_related("submission").get()
        subject = report.submission.vault_subject
        assert subject is not None
        assert vault.open_text(report.words) == WORDS
        assert vault.is_known(subject)
        tokens = vault.keyed_tokens(["井盖"])
    with north.entered():
        assert vault.open_text(report.words) is None
        assert not vault.is_known(subject)
        assert vault.subjects_by_phone("13800138000") == []
        assert vault.keyed_tokens(["井盖"]) != tokens
        with pytest.raises(Problem):
            vault.open_file(photo)
    rings = [space.var / "keys" / "keyring.sqlite3" for space in (north, south)]
    assert rings[0] != rings[1]
    for ring, is_here in zip(rings, (False, True), strict=True):
        with sqlite3.connect(ring) as link:
            keys = link.execute("SELECT id FROM subject").fetchall()
        assert ((subject.bytes,) in keys) is is_here


def test_jobs_of_one_are_not_run_in_the_other(pair: Pair) -> None:
    (north, _), (south, _) = pair
    with south.entered():
        run_jobs()
        case = case_of(submit())
    with north.entered():
        run_jobs()
        assert run_jobs() == 0
    with south.entered():
        verbs = [line.verb for line in journal.timeline([case.id])]
        assert "case.suggested" not in verbs
        assert run_jobs() == 1
        verbs = [line.verb for line in journal.timeline([case.id])]
        assert "case.suggested" in verbs


def test_a_session_of_one_opens_nothing_in_the_other(pair: Pair) -> None:
    (north, here), (south, _) = pair
    with north.entered():
        case = walk(here, "dispatched")
        browser = client_of(here, "S001")
        assert browser.get(f"/desk/cases/{case.id}/").status_code == 200
    with south.entered():
        answer = browser.get(f"/desk/cases/{case.id}/")
        assert (answer.status_code, "/account/sign-in/" in answer["Location"]) == (302, True)
        assert Client().get("/desk/").status_code == 302


def test_a_receipt_kept_by_a_browser_opens_nothing_in_the_other(pair: Pair) -> None:
    (north, _), (south, _) = pair
    browser = Client()
    with north.entered():
        receipt = submit()
        typed = {"number": receipt.number, "code": receipt.code}
        assert browser.post("/track/", typed).status_code == 303
        assert WORDS in browser.get("/track/mine/").content.decode()
    with south.entered():
        assert WORDS not in browser.get("/track/mine/", follow=True).content.decode()
        assert browser.post("/track/", typed).status_code == 404


def test_memory_of_one_is_not_used_for_the_other(two_spaces: tuple[Space, Space]) -> None:
    """Ids of areas, matters and editions are the same in both; only the names differ."""
    north, south = two_spaces
    for space, name in ((north, "北"), (south, "南")):
        with space.entered():
            town = case_town()
            territory.name_area(town.town.streets[0], name=f"{name}街", actor=ACTOR)
            ground.chain_names([town.town.streets[0]])
            queries.list_page(town.viewer("S001"))
    names = []
    for space in (north, south, north):
        with space.entered():
            names.append(ground.areas_of_level(2)[0].name)
            assert jurisdiction.current().key == space.key
    assert names == ["北街", "南街", "北街"]


def test_a_second_drawing_stays_where_it_was_made(two_spaces: tuple[Space, Space]) -> None:
    north, south = two_spaces
    with north.entered():
        case_town()
    with south.entered(), pytest.raises(Problem):
        submit()  # nothing is drawn, loaded or staffed there
    with south.entered():
        territory.draw_cells(
            draw([shapely.box(10, 10, 10.1, 10.1)], (1, 1, 1), method="square"),
            actor=ACTOR,
            at=LONG_AGO,
        )
        assert ground.locate(HERE.lng, HERE.lat).area_id is None
    with north.entered():
        assert ground.locate(HERE.lng, HERE.lat).area_id is not None
