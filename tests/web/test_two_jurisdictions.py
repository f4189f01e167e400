"""Two jurisdictions in one process, walked in turns: nothing of one is found in the other."""

from pathlib import Path
from uuid import UUID

from django.db import connections
from tests.cases.walking import MONDAY, CaseTown, case_of, case_town, staged, submit, walk
from tests.databases import Space
from tests.vault.test_erasure import spellings

from gridward.cases.actions import Contact
from gridward.cases.models import Case, Submission
from gridward.core.ids import is_receipt
from gridward.journal import verification
from gridward.journal.actions import seal_pending
from gridward.vault import queries as vault
from gridward.web.cli import jobs, ticking

NORTH_WORDS, NORTH_PHONE = "北边的路灯整夜不亮", "13811110001"
SOUTH_WORDS, SOUTH_PHONE = "南边的污水漫过人行道", "13822220002"


def stored(space: Space) -> bytes:
    """Everything that one jurisdiction stores: the files of its folder and its database."""
    found = [p.read_bytes() for p in sorted(space.var.rglob("*")) if p.is_file()]
    connection = connections[space.alias]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return b"\n".join([*found, Path(connection.settings_dict["NAME"]).read_bytes()])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables "
            "WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT CAST(t.* AS text) FROM "{table}" t')
            found += [row[0].encode() for row in cursor.fetchall()]
    return b"\n".join(found)


def ids(id: UUID) -> list[bytes]:
    return [str(id).encode(), id.hex.encode(), id.bytes]


def test_nothing_of_one_jurisdiction_is_found_in_the_other(
    two_spaces: tuple[Space, Space],
) -> None:
    north, south = two_spaces
    towns: dict[str, CaseTown] = {}
    for space in two_spaces:
        with space.entered():
            towns[space.key] = case_town()
    with north.entered():
        first = submit(words=NORTH_WORDS, contact=Contact(phone=NORTH_PHONE, name="北来"))
    with south.entered():
        second = submit(words=SOUTH_WORDS, contact=Contact(phone=SOUTH_PHONE, name="南来"))
        staged()
    with north.entered():
        assert walk(towns[north.key], "closed", at=MONDAY).state == "closed"
    assert jobs.work(lambda: False, drain=True) > 0
    for space in two_spaces:
        with space.entered():
            ticking.run_all()
            seal_pending()

    # each knows its own and nothing else
    for space, own, other in ((north, first, second), (south, second, first)):
        with space.entered():
            assert Submission.objects.filter(receipt=own.number).count() == 1
            assert not Submission.objects.filter(receipt=other.number).exists()
            assert not Case.objects.filter(id=other.cases[0]).exists()
            assert verification.verify().ok
            assert own.number.startswith(space.jurisdiction.number)
            assert is_receipt(own.number)
    with north.entered():
        assert vault.subjects_by_phone(SOUTH_PHONE) == []
        assert Case.objects.count() == 2
    with south.entered():
        assert vault.subjects_by_phone(NORTH_PHONE) == []
        assert Case.objects.count() == 1
        assert case_of(second).state == "submitted"

    # nor do the bytes of one hold anything of the other
    with north.entered():
        north_case = case_of(first)
    with south.entered():
        south_case = case_of(second)
    in_north, in_south = stored(north), stored(south)
    assert first.number.encode() in in_north
    assert second.number.encode() in in_south
    for trace in (second.number.encode(), *ids(south_case.id), south.key.encode()):
        assert trace not in in_north
    for trace in (first.number.encode(), *ids(north_case.id), north.key.encode()):
        assert trace not in in_south
    for words in (NORTH_WORDS, SOUTH_WORDS, NORTH_PHONE, SOUTH_PHONE):
        for spelling in spellings(words):
            assert spelling not in in_north + in_south


def test_a_job_says_which_jurisdiction_it_works_for(two_spaces: tuple[Space, Space]) -> None:
    for space in two_spaces:
        with space.entered():
            case_town()
            submit()
            waiting = list(jobs.DBTaskResult.objects.filter(status="READY"))
            assert waiting
            for job in waiting:
                assert space.key in str(job.args_kwargs)
