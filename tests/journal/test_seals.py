"""Sealing, and what verification finds when somebody has been at the rows."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connections
from django.utils import translation
from tests import databases
from tests.databases import Space
from tests.journal import verbs_for_tests  # noqa: F401

from gridward.core import clock, jurisdiction, keyfiles
from gridward.core.action import action
from gridward.core.ids import new_id
from gridward.journal import actions, guards, keys, queries, rules, sealing
from gridward.journal.actions import ActorRef, note
from gridward.journal.errors import SealerBusy
from gridward.journal.models import Entry, Seal


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


ACTOR = ActorRef("system", "tests")
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)


@action
def make(count: int, *, state: str = "a") -> list[UUID]:
    return [note("thing.changed", new_id(), actor=ACTOR, state=state) for _ in range(count)]


@pytest.fixture
def sealed(space: Space) -> Space:
    """Three seals of four entries each, and two entries that wait."""
    for minute in range(3):
        with clock.frozen(NOON + timedelta(minutes=minute)):
            make(4)
            assert actions.seal_pending() == [minute + 1]
    with clock.frozen(NOON + timedelta(minutes=3)):
        make(2)
    return space


class Intruder:
    """Somebody with every right on the database, but without the keys."""

    def __init__(self, space: Space) -> None:
        self.space = space
        self.connection = connections[space.alias]
        guards.lower_guards(self.connection)

    def __call__(self, statement: str, *params: Any) -> None:
        if self.connection.vendor == "sqlite":
            with self.connection.cursor() as cursor:
                cursor.execute(statement, params)
            return
        import psycopg

        info = psycopg.conninfo.conninfo_to_dict(databases.admin_url())
        info["dbname"] = self.connection.settings_dict["NAME"]
        with psycopg.connect(**info, autocommit=True) as link:
            link.execute("SET session_replication_role = replica")  # nor do keys hold him back
            link.execute(statement, params)


@pytest.fixture
def intruder(sealed: Space) -> Intruder:
    return Intruder(sealed)


def raw(id: UUID) -> Any:
    return id if settings.GRIDWARD_TEST_ENGINE == "postgres" else id.hex


def entry(seal: int, position: int) -> Entry:
    return Entry.objects.get(seal=seal, position=position)


def codes(head: dict[str, Any] | None = None) -> dict[str, int]:
    return dict(queries.verify(head).counts)


def test_an_untouched_journal_verifies(sealed: Space) -> None:
    report = queries.verify()

    assert report.ok
    assert (report.entries, report.seals, report.pending) == (14, 3, 2)
    assert report.marks_checked
    assert not report.head_checked
    assert report.last_hash == Seal.objects.get(number=3).hash


def test_an_empty_journal_verifies(space: Space) -> None:
    assert queries.verify().ok
    assert queries.verify(queries.head()).ok
    assert actions.seal_pending() == []


def test_seals_follow_one_another(sealed: Space) -> None:
    first, second, third = Seal.objects.order_by("number")

    assert first.previous == rules.NO_SEAL
    assert (second.previous, third.previous) == (first.hash, second.hash)
    assert [s.total for s in (first, second, third)] == [4, 8, 12]
    leaves = [
        rules.leaf(text)
        for text in Entry.objects.filter(seal=2)
        .order_by("recorded_at", "id")
        .values_list("canonical", flat=True)
    ]
    assert second.root == rules.merkle_root(leaves).hex()


def test_an_entry_committed_late_is_sealed_whatever_its_id(sealed: Space) -> None:
    with clock.frozen(NOON - timedelta(hours=1)):
        (late,) = make(1)

    assert actions.seal_pending() == [4]

    assert Entry.objects.get(id=late).seal_id == 4
    assert Entry.objects.get(id=late).position == 0
    assert queries.verify().ok


def test_large_backlogs_are_sealed_in_portions(space: Space) -> None:
    make(25)

    assert sealing.seal_pending(batch=10, limit=2) == [1, 2]
    assert sealing.seal_pending(batch=10) == [3]

    assert [s.count for s in Seal.objects.order_by("number")] == [10, 10, 5]
    assert queries.verify().ok


def test_only_one_sealer_works_at_a_time(space: Space) -> None:
    make(3)
    assert actions.lease(sealing.LEASE, "somebody else", 60)

    assert actions.seal_pending() == []

    actions.give_back(sealing.LEASE, "somebody else")
    assert actions.seal_pending() == [1]


def test_two_sealers_at_once_seal_everything_once(space: Space) -> None:
    make(30)

    results = space.at_once(
        lambda: sealing.seal_pending(batch=5), lambda: sealing.seal_pending(batch=5)
    )

    assert sorted(n for made in results for n in made) == list(range(1, Seal.objects.count() + 1))
    actions.seal_pending()
    assert queries.verify().ok
    assert queries.verify().pending == 0


# --- Somebody has been at it ---------------------------------------------------------------------

Deed = Callable[[Intruder], None]


def alter_column(deed: Intruder) -> None:
    deed("UPDATE journal_entry SET actor_id = 'nobody' WHERE id = %s", raw(entry(2, 1).id))


def alter_time(deed: Intruder) -> None:
    at = connections[deed.space.alias].ops.adapt_datetimefield_value(NOON - timedelta(days=9))
    deed("UPDATE journal_entry SET occurred_at = %s WHERE id = %s", at, raw(entry(2, 1).id))


def alter_text(deed: Intruder) -> None:
    row = entry(2, 1)
    text = row.canonical.replace('"state":"a"', '"state":"b"')
    deed("UPDATE journal_entry SET canonical = %s WHERE id = %s", text, raw(row.id))


def remove(deed: Intruder) -> None:
    deed("DELETE FROM journal_entry WHERE id = %s", raw(entry(2, 1).id))


def remove_last(deed: Intruder) -> None:
    deed("DELETE FROM journal_entry WHERE id = %s", raw(entry(2, 3).id))


COPY = (
    "INSERT INTO journal_entry (id, verb, subject_kind, subject_id, actor_kind, actor_id, cause, "
    "occurred_at, recorded_at, canonical, mac, seal_id, position) SELECT %s, verb, subject_kind, "
    "subject_id, actor_kind, actor_id, cause, occurred_at, recorded_at, %s, mac, {seal}, {place} "
    "FROM journal_entry WHERE id = %s"
)


def forged(row: Entry) -> tuple[UUID, str]:
    id = new_id()
    return id, row.canonical.replace(str(row.id), str(id))


def add_to_seal(deed: Intruder) -> None:
    row = entry(2, 1)
    id, text = forged(row)
    deed(COPY.format(seal="2", place="4"), raw(id), text, raw(row.id))


def add_waiting(deed: Intruder) -> None:
    row = entry(2, 1)
    id, text = forged(row)
    deed(COPY.format(seal="NULL", place="NULL"), raw(id), text, raw(row.id))


def add_beyond(deed: Intruder) -> None:
    row = entry(2, 1)
    id, text = forged(row)
    deed(COPY.format(seal="9", place="0"), raw(id), text, raw(row.id))


def swap(deed: Intruder) -> None:
    one, other = entry(2, 1), entry(2, 2)
    deed("UPDATE journal_entry SET position = -1 WHERE id = %s", raw(one.id))
    deed("UPDATE journal_entry SET position = 1 WHERE id = %s", raw(other.id))
    deed("UPDATE journal_entry SET position = 2 WHERE id = %s", raw(one.id))


def swap_between_seals(deed: Intruder) -> None:
    one, other = entry(1, 1), entry(3, 1)
    deed("UPDATE journal_entry SET seal_id = NULL, position = NULL WHERE id = %s", raw(one.id))
    deed("UPDATE journal_entry SET seal_id = 1 WHERE id = %s", raw(other.id))
    deed("UPDATE journal_entry SET seal_id = 3, position = 1 WHERE id = %s", raw(one.id))


def exchange_texts(deed: Intruder) -> None:
    one, other = entry(2, 1), entry(2, 2)
    deed("UPDATE journal_entry SET canonical = %s WHERE id = %s", other.canonical, raw(one.id))
    deed("UPDATE journal_entry SET canonical = %s WHERE id = %s", one.canonical, raw(other.id))


def alter_waiting(deed: Intruder) -> None:
    row = Entry.objects.filter(seal=None).order_by("id")[0]
    text = row.canonical.replace('"state":"a"', '"state":"b"')
    deed("UPDATE journal_entry SET canonical = %s WHERE id = %s", text, raw(row.id))


def alter_seal(deed: Intruder) -> None:
    deed("UPDATE journal_seal SET root = %s WHERE number = 2", "0" * 64)


def remove_seal(deed: Intruder) -> None:
    deed("DELETE FROM journal_seal WHERE number = 2")


def remove_seal_with_entries(deed: Intruder) -> None:
    deed("DELETE FROM journal_entry WHERE seal_id = 2")
    deed("DELETE FROM journal_seal WHERE number = 2")


@pytest.mark.parametrize(
    ("deed", "found"),
    [
        (alter_column, {"entry_altered": 1}),
        (alter_time, {"entry_altered": 1}),
        (alter_text, {"entry_altered": 1, "root_differs": 1}),
        (remove, {"entry_removed": 1, "root_differs": 1}),
        (remove_last, {"entry_removed": 1, "root_differs": 1}),
        (add_to_seal, {"entry_added": 1}),
        (add_waiting, {"entry_foreign": 1}),
        (add_beyond, {"entry_added": 1, "seal_removed": 1}),
        (swap, {"entry_moved": 1, "root_differs": 1}),
        (swap_between_seals, {"entry_moved": 2, "root_differs": 2}),
        (exchange_texts, {"entry_altered": 2, "root_differs": 1}),
        (alter_waiting, {"entry_foreign": 1}),
        (alter_seal, {"seal_altered": 1, "seal_unsigned": 1, "root_differs": 1}),
        (remove_seal, {"seal_removed": 1, "chain_broken": 1}),
        (remove_seal_with_entries, {"seal_removed": 1, "chain_broken": 1}),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_it_is_found(intruder: Intruder, deed: Deed, found: dict[str, int]) -> None:
    deed(intruder)

    assert codes() == found


def test_the_report_names_the_entry(intruder: Intruder) -> None:
    row = entry(2, 1)

    alter_text(intruder)

    fault = queries.verify().faults[0]
    assert (fault.code, fault.seal, fault.entry, fault.position) == (
        "entry_altered",
        2,
        str(row.id),
        1,
    )
    assert str(fault) == f"entry {row.id} (seal 2, place 1) was changed after it was written"


def test_it_is_found_although_every_later_seal_was_rewritten(intruder: Intruder) -> None:
    """The intruder changes an entry and makes all seals anew, with a key of his own."""
    alter_text(intruder)
    row = entry(2, 1)
    rewrite(intruder, row, sign=lambda text: "A" * 86)

    assert codes() == {"seal_unsigned": 2}


def test_with_the_sealing_key_only_a_published_head_tells(intruder: Intruder) -> None:
    published = json.loads(json.dumps(queries.head()))
    signer = keys.signer()
    alter_text(intruder)
    row = entry(2, 1)
    rewrite(intruder, row, sign=signer.sign)
    intruder(
        "UPDATE journal_entry SET mac = %s WHERE id = %s",
        keys.mark(keys.entry_key(), row.canonical),
        raw(row.id),
    )

    assert codes() == {}
    assert codes(published) == {"head_differs": 1}


def test_a_journal_cut_short_is_found_by_a_published_head(intruder: Intruder) -> None:
    published = queries.head()
    intruder("DELETE FROM journal_entry WHERE seal_id = 3")
    intruder("DELETE FROM journal_seal WHERE number = 3")

    assert codes() == {}
    assert codes(published) == {"head_gone": 1}


def test_a_published_head_still_fits_after_more_seals(sealed: Space) -> None:
    published = queries.head()
    make(5)
    actions.seal_pending()

    report = queries.verify(published)

    assert report.ok
    assert report.head_checked
    assert report.last_seal == 4


def rewrite(intruder: Intruder, row: Entry, sign: Callable[[str], str]) -> None:
    """Every seal from the row's on is computed anew and signed."""
    previous = Seal.objects.get(number=row.seal_id - 1).hash  # type: ignore[operator]
    for seal in Seal.objects.filter(number__gte=row.seal_id).order_by("number"):
        texts = seal.entries.order_by("position").values_list("canonical", flat=True)
        root = rules.merkle_root([rules.leaf(text) for text in texts]).hex()
        text = rules.seal_text(
            number=seal.number,
            previous=previous,
            root=root,
            count=seal.count,
            total=seal.total,
            sealed_at=seal.sealed_at,
            key_id=seal.key_id,
        )
        intruder(
            "UPDATE journal_seal SET root = %s, previous = %s, hash = %s, signature = %s "
            "WHERE number = %s",
            root,
            previous,
            rules.seal_hash(text),
            sign(text),
            seal.number,
        )
        previous = rules.seal_hash(text)


# --- Keys ----------------------------------------------------------------------------------------


def test_old_seals_verify_after_the_key_was_renewed(sealed: Space) -> None:
    before = keys.signer().id

    keys.renew_signer()
    actions.seal_pending()

    assert Seal.objects.get(number=4).key_id != before
    assert queries.verify().ok


def test_a_seal_by_a_key_that_is_not_ours_is_found(sealed: Space) -> None:
    folder = keyfiles.folder()
    (folder / "seal.pub").write_text("")

    assert codes() == {"seal_unsigned": 3}


def test_keys_are_for_the_owner_alone(sealed: Space) -> None:
    folder = keyfiles.folder()

    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "seal.key").stat().st_mode & 0o777 == 0o600
    assert (folder / "entry.key").stat().st_mode & 0o777 == 0o600


# --- Many ----------------------------------------------------------------------------------------


def test_generators_write_sealed_entries_that_verify(space: Space) -> None:
    make(2)
    cause, subjects = new_id(), [new_id() for _ in range(1250)]

    @action
    def generate() -> None:
        with sealing.SealedWriter(batch=600) as journal:
            for n, subject in enumerate(subjects):
                journal.add(
                    "thing.changed",
                    subject,
                    actor=ActorRef("import", "generator"),
                    at=NOON - timedelta(days=n),
                    recorded_at=NOON + timedelta(microseconds=n % 7),
                    cause=cause,
                    details={"state": "a", "count": n},
                )

    generate()

    report = queries.verify()
    assert report.ok
    assert (report.entries, report.seals, report.pending) == (1252, 3, 2)
    (line,) = queries.timeline([subjects[7]])
    assert (line.occurred_at, line.recorded_at) == (NOON - timedelta(days=7), NOON)
    assert line.details == {"state": "a", "count": 7}
    assert actions.seal_pending() == [4]
    assert queries.verify().ok


def test_a_generator_waits_for_the_sealer(space: Space) -> None:
    assert actions.lease(sealing.LEASE, "somebody else", 60)

    with pytest.raises(SealerBusy), sealing.SealedWriter():
        pass


def test_two_jurisdictions_seal_apart(two_spaces: tuple[Space, Space]) -> None:
    one, other = two_spaces
    with one.entered():
        make(3)
        actions.seal_pending()
        head = queries.head()
    with other.entered():
        assert queries.verify().entries == 0
        make(1)
        actions.seal_pending()
        assert codes(head) == {"head_differs": 1}
        assert jurisdiction.current().key == other.key
    with one.entered():
        assert codes(head) == {}
