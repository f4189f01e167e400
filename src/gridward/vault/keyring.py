"""The keyring: one key per person, outside the database, so that erasing is throwing away a key.

    var/<jurisdiction>/keys/keyring.sqlite3   keys, each wrapped by the master key
    var/<jurisdiction>/keys/master.key        32 bytes, mode 600
    var/<jurisdiction>/keys/index.key         32 bytes for keyed lookups and search tokens
    var/<jurisdiction>/keys/erasures.log      who was erased and when; only ever appended to

An erased person leaves a tombstone in the keyring and a line in the register. The register is read
whenever a keyring is opened, so that an old copy of the keyring loses again what had been erased.
"""

import fcntl
import json
import os
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from django.conf import settings

from gridward.core import clock, jurisdiction
from gridward.core.crypto import new_key, provider
from gridward.core.ids import new_id
from gridward.core.keyfiles import folder, is_durable, keep_secret, sync
from gridward.vault.errors import KeysMissing, SubjectUnknown

POOL = 64
"""Keys made at once and handed out one by one: one write to disk for so many new people."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
TOKENS_KNOWN = 20_000
_TWO_LETTERS = [first + second for first in _LETTERS for second in _LETTERS]
"""Base 32, ten bits at a time: tokens are made by the hundred."""

OPEN_AT_ONCE = 64
"""So many jurisdictions' keyrings stay open in one process."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS subject (
    id BLOB PRIMARY KEY,
    wrapped BLOB,
    made_at TEXT NOT NULL,
    erased_at TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Erasure:
    """One line of the register."""

    subject: UUID
    at: str
    grounds: str

    def line(self) -> str:
        return json.dumps(
            {"subject": str(self.subject), "at": self.at, "grounds": self.grounds},
            separators=(",", ":"),
        )


class Keyring:
    """The keys of one jurisdiction. Safe to use from many threads and processes."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.path = home / "keyring.sqlite3"
        self.register = home / "erasures.log"
        self._local = threading.local()
        self._lock = threading.Lock()
        self._pool: list[tuple[UUID, bytes]] = []
        self._pool_of = os.getpid()
        self._fresh: dict[UUID, bytes] = {}
        is_new = not self.path.exists()
        master = home / "master.key"
        if not is_new and not master.exists():
            raise KeysMissing(file="keys/master.key")
        self._master = keep_secret(master, new_key())
        self._index = keep_secret(home / "index.key", new_key())
        self._tokens: dict[str, str] = {}
        link = self._link()
        link.executescript(_SCHEMA)
        self._check_master(link)
        self.apply_erasures()

    # Keys

    def new_subjects(self, count: int = 1) -> list[UUID]:
        """So many new people, each with a key that is on disk before this returns."""
        with self._lock:
            if self._pool_of != os.getpid():  # forked: those keys are the parent's to hand out
                self._pool, self._pool_of, self._fresh = [], os.getpid(), {}
            short = count - len(self._pool)
            if short > 0:
                self._pool += self._make(short if count > POOL else max(short, POOL))
            taken, self._pool = self._pool[:count], self._pool[count:]
            if len(self._fresh) > 20 * POOL:
                self._fresh.clear()
            self._fresh.update(taken)
        return [subject for subject, _ in taken]

    def _make(self, count: int) -> list[tuple[UUID, bytes]]:
        made = [(new_id(), new_key()) for _ in range(count)]
        seal, master, at = provider().seal, self._master, clock.now().isoformat()
        link = self._link()
        with link:
            link.executemany(
                "INSERT INTO subject (id, wrapped, made_at) VALUES (?, ?, ?)",
                [(id.bytes, seal(master, key, id.bytes), at) for id, key in made],
            )
        return made

    def keys_of(self, subjects: Iterable[UUID]) -> dict[UUID, bytes]:
        """The keys of those who have one; erased and unknown people are left out. One read."""
        wanted = list(dict.fromkeys(subjects))
        if not wanted:
            return {}
        found: dict[UUID, bytes] = {}
        link, open_ = self._link(), provider().open
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            marks = ",".join("?" * len(part))
            rows = link.execute(
                f"SELECT id, wrapped FROM subject WHERE id IN ({marks})"  # noqa: S608
                " AND wrapped IS NOT NULL",
                [one.bytes for one in part],
            )
            for raw, wrapped in rows:
                found[UUID(bytes=raw)] = open_(self._master, wrapped, raw)
        return found

    def keys_to_seal(self, subjects: Iterable[UUID]) -> dict[UUID, bytes]:
        """The keys of all these people. Raises SubjectUnknown when one has none.

        A person just made by this process needs no read.
        """
        wanted = set(subjects)
        with self._lock:
            found = {one: key for one in wanted if (key := self._fresh.pop(one, None)) is not None}
        found.update(self.keys_of(wanted - found.keys()))
        if len(found) < len(wanted):
            raise SubjectUnknown()
        return found

    def drop(self, subjects: Sequence[UUID]) -> None:
        """Removes keys that nothing was ever kept under (uploads never linked); no tombstone."""
        self._forget(subjects)
        link = self._link()
        with link:
            link.executemany("DELETE FROM subject WHERE id = ?", [(one.bytes,) for one in subjects])

    # Lookups

    def lookup(self, text: str) -> str:
        """A digest of `text` that only this jurisdiction can make: 32 hexadecimal characters."""
        return provider().mac(self._index, b"lookup\x00" + text.encode()).hex()[:32]

    def token(self, text: str) -> str:
        """A search token that says nothing about `text`: k and ten of a-z2-7."""
        found = self._tokens.get(text)
        if found is None:
            found = self._token(text)
            if len(self._tokens) < TOKENS_KNOWN:  # a language's pairs of characters come again
                self._tokens[text] = found
        return found

    def _token(self, text: str) -> str:
        digest = blake2b(text.encode(), key=self._index, digest_size=8, person=b"search").digest()
        bits, two = int.from_bytes(digest, "big") >> 14, _TWO_LETTERS
        return (
            f"k{two[bits >> 40]}{two[bits >> 30 & 1023]}{two[bits >> 20 & 1023]}"
            f"{two[bits >> 10 & 1023]}{two[bits & 1023]}"
        )

    def derived(self, purpose: str) -> bytes:
        """A key of 32 bytes for one purpose, the same each time (the secret of receipts)."""
        return provider().mac(self._master, b"derived\x00" + purpose.encode())

    # Erasure

    def erase(self, subjects: Sequence[UUID], *, grounds: str, at: datetime) -> None:
        """Their keys are gone for good: register first, then keys, then the file's free space."""
        self._append([Erasure(one, at.isoformat(), grounds) for one in subjects])
        self.apply_erasures()

    def erasures(self, register: Path | None = None) -> list[Erasure]:
        """All lines of the register (or of another one), oldest first."""
        try:
            text = (register or self.register).read_text()
        except FileNotFoundError:
            return []
        found = []
        for line in text.splitlines():
            with suppress(ValueError, KeyError):  # a line cut short by a power cut is no line
                row = json.loads(line)
                found.append(Erasure(UUID(row["subject"]), row["at"], row["grounds"]))
        return found

    def apply_erasures(self, register: Path | None = None) -> int:
        """Puts tombstones where the register (or another one) says so; returns how many were new.

        Another register's lines are taken over into this one.
        """
        if register is not None and register.resolve() != self.register.resolve():
            known = {one.subject for one in self.erasures()}
            self._append([one for one in self.erasures(register) if one.subject not in known])
        size = self.register.stat().st_size if self.register.exists() else 0
        link = self._link()
        seen = link.execute("SELECT value FROM fact WHERE name = 'register'").fetchone()
        if size == 0 or (seen is not None and seen[0] == size):
            return 0
        gone = self.erasures()
        self._forget([one.subject for one in gone])
        with link:
            before = link.total_changes
            link.executemany(
                "INSERT INTO subject (id, wrapped, made_at, erased_at) VALUES (?, NULL, ?, ?) "
                "ON CONFLICT (id) DO UPDATE SET wrapped = NULL, erased_at = excluded.erased_at "
                "WHERE subject.wrapped IS NOT NULL",
                [(one.subject.bytes, one.at, one.at) for one in gone],
            )
            changed = link.total_changes - before
            link.execute("INSERT OR REPLACE INTO fact VALUES ('register', ?)", [size])
        self.scrub()
        return changed

    def is_erased(self, subject: UUID) -> bool:
        """Whether a tombstone stands for this person."""
        row = (
            self._link()
            .execute("SELECT erased_at FROM subject WHERE id = ?", [subject.bytes])
            .fetchone()
        )
        return row is not None and row[0] is not None

    def scrub(self) -> None:
        """No byte of a removed key is left in the file or beside it."""
        link = self._link()
        with suppress(sqlite3.OperationalError):  # another reader is in the way: the next one will
            link.execute("VACUUM")
        link.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    # Facts and copies

    def fact(self, name: str) -> str | None:
        """A remembered fact (when the database was last scrubbed)."""
        row = self._link().execute("SELECT value FROM fact WHERE name = ?", [name]).fetchone()
        return None if row is None else str(row[0])

    def set_fact(self, name: str, value: str) -> None:
        link = self._link()
        with link:
            link.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", [name, value])

    def copy_to(self, path: Path) -> None:
        """An online copy of the keyring file."""
        target = sqlite3.connect(path)
        try:
            self._link().backup(target)
            target.execute("PRAGMA journal_mode=DELETE")
        finally:
            target.close()

    def close(self) -> None:
        """Closes all connections and forgets all keys held in memory."""
        with self._lock:
            self._pool, self._fresh = [], {}
            self._local = threading.local()  # what no thread is using closes with it

    # Inside

    def _forget(self, subjects: Iterable[UUID]) -> None:
        with self._lock:
            for one in subjects:
                self._fresh.pop(one, None)

    def _append(self, erasures: Sequence[Erasure]) -> None:
        if not erasures:
            return
        handle = os.open(self.register, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "r+b", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            end = file.seek(0, os.SEEK_END)
            torn = False
            if end:
                file.seek(end - 1)
                torn = file.read(1) != b"\n"
            text = "".join(one.line() + "\n" for one in erasures)
            file.write((("\n" if torn else "") + text).encode())
            sync(file.fileno())

    def _link(self) -> sqlite3.Connection:
        link: sqlite3.Connection | None = getattr(self._local, "link", None)
        if link is not None and self._local.pid == os.getpid():
            return link
        link = sqlite3.connect(self.path, timeout=10, check_same_thread=False)
        self.path.chmod(0o600)
        link.execute(f"PRAGMA synchronous={'FULL' if is_durable() else 'OFF'}")
        link.execute("PRAGMA journal_mode=WAL")
        link.execute("PRAGMA secure_delete=ON")
        self._local.link, self._local.pid = link, os.getpid()
        return link

    def _check_master(self, link: sqlite3.Connection) -> None:
        row = link.execute("SELECT value FROM fact WHERE name = 'master'").fetchone()
        if row is None:
            with link:
                link.execute(
                    "INSERT OR IGNORE INTO fact VALUES ('master', ?)",
                    [provider().seal(self._master, b"gridward", b"master")],
                )
            return
        try:
            provider().open(self._master, row[0], b"master")
        except InvalidTag:
            raise KeysMissing(file="keys/master.key") from None


_keyrings: dict[tuple[str, str], Keyring] = {}
_making = threading.Lock()


def _place() -> tuple[str, str]:
    return str(settings.GRIDWARD_VAR), jurisdiction.current().key


def keyring() -> Keyring:
    """The keyring of the current jurisdiction, made on first use. Raises KeysMissing."""
    place = _place()
    found = _keyrings.get(place)
    if found is None:
        with _making:
            found = _keyrings.get(place)
            if found is None:
                while len(_keyrings) >= OPEN_AT_ONCE:
                    _keyrings.pop(next(iter(_keyrings)))
                found = _keyrings[place] = Keyring(folder())
    return found


def close() -> None:
    """Closes the current jurisdiction's keyring; the next use opens it anew (after a restore)."""
    found = _keyrings.pop(_place(), None)
    if found is not None:
        found.close()


def apply_erasures(register: Path) -> int:
    """Takes the erasures of another register over; returns how many keys were thrown away."""
    return keyring().apply_erasures(register)
