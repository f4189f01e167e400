"""Generates a deployment with many cases: the demo district, its people, and consistent history.

    .venv/bin/python -m benchmarks.generate --engine sqlite --cases 1000000
        [--open 0.04] [--name 1m] [--seed 1] [--until 2026-11-20] [--jobs 2] [--folder var/bench]

Every case stands as its steps would have left it: submission, report, case, clocks, assignment,
round, answer, texts in the vault under keys of their own, search document, journal entries with
canonical bytes, marks and seals. `gridward clocks audit` and `gridward journal verify` pass.
Photos have their rows but no bytes. The same seed gives the same cases; keys, nonces and ids
are drawn anew.

Indexes and constraints between tables are taken out meanwhile and put back at the end.
"""

from __future__ import annotations

import argparse
import base64
import fcntl
import gc
import json
import multiprocessing
import os
import random
import time
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.deployment import DEFAULT_FOLDER, ENGINES, OWNER, Deployment

if TYPE_CHECKING:
    from benchmarks.stories import Table, Told

SEED = 1
TOLD_AT_MOST = 10_000  # different stories; each is told of several places
CASES_A_CHUNK = 2_000
BUSY_CASES = 140  # at least so many in one grid
OPEN = 0.04


@dataclass(frozen=True)
class Order:
    """What is to be made. open: the share of cases that are still open."""

    cases: int
    open: float
    seed: int
    until: str  # ISO, UTC

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.until)

    @property
    def stories(self) -> int:
        return min(self.cases, TOLD_AT_MOST)

    @property
    def chunks(self) -> int:
        return -(-self.cases // CASES_A_CHUNK)

    def story_of(self, case: int) -> int:
        """The story of a case; neighbours share one."""
        return case * self.stories // self.cases


# --- the deployment without cases ---------------------------------------------------------------


def prepare(deployment: Deployment, order: Order, say: Any) -> None:
    """Tables, packs, ground, organisations and people: as the demonstration has them."""
    from django.core.management import call_command
    from django.db import connection

    from gridward.core import clock, grants
    from gridward.journal.actions import seal_pending
    from gridward.web.cli.demo import ground, people, phases

    call_command("migrate", verbosity=0, interactive=False)
    with clock.frozen(order.moment - timedelta(days=420)):
        phases.packs(say)
        ground.draw_district(say)
        people.make_organisations(say)
        people.make_people(say)
    seal_pending()
    if deployment.engine == "postgres":
        from benchmarks.deployment import APPLICATION

        grants.apply(connection, APPLICATION)


# --- workers ------------------------------------------------------------------------------------


class Worker:
    """Tells cases of one deployment; made once in every process."""

    def __init__(self, deployment: Deployment, order: Order) -> None:
        from benchmarks import stories
        from gridward.catalog.queries import catalogue
        from gridward.core.crypto import provider
        from gridward.journal import keys
        from gridward.journal.queries import remembered_generations
        from gridward.vault.keyring import keyring

        self.deployment, self.order = deployment, order
        self.book = catalogue()
        self.tables = stories.tables()
        self.sink = sink_for(deployment)
        self.keyring = keyring()
        self.seal = provider().seal
        self.entry_key = keys.entry_key()
        self.lock = (deployment.var / "generate.lock").open("a")
        self.calendar_open = self.book.hours("desk")
        self.places = Places(order.seed, order.cases, self.book, self.sink)
        self.conditions = self.places.conditions
        self.percent = self.book.settings.sample_percent
        self._remembered = remembered_generations()
        self._remembered.__enter__()
        self.words: dict[str, list[str]] = {}
        self.area_tokens: dict[int, list[str]] = {}
        self.told: dict[int, Told] = {}

    def story(self, number: int) -> Told:
        """The story of this number, the same in every process."""
        from benchmarks import stories

        found = self.told.get(number)
        if found is None:
            order = self.order
            rng = random.Random(f"{order.seed}:story:{number}")
            span = stories.SPAN_OPEN if order.open >= 0.5 else stories.SPAN
            fraction = (number + rng.random()) / order.stories
            opened = order.moment - span + fraction * (span - timedelta(minutes=20))
            # people report by day; the few at night stay where they are
            local = opened.astimezone(self.calendar_open._zone)
            if local.hour < 7 and rng.random() < 0.8:
                opened += timedelta(hours=rng.uniform(7, 11)) - timedelta(hours=local.hour)
            opened = min(opened, order.moment - timedelta(minutes=5))
            late = 1 - order.open * 1.25
            stays = rng.random() < 0.8 if fraction >= late else False
            if order.open >= 1:
                stays = True
            walk = rng.choices(("worker", "full", "called", "declined"), (45, 30, 15, 10))[0]
            condition = rng.choice(self.conditions)
            stop = 9
            if stays:
                walk = rng.choice(("worker", "full", "called"))
                stop = rng.choices((0, 1, 2, 3), (15, 25, 45, 15))[0]
                if walk == "called" and rng.random() < 0.1:
                    stop = 4
            plan = stories.Plan(walk, stop, opened, order.moment)
            made = stories.tell(rng, self.book, condition, plan)
            found = stories.compile_story(made, self.tables, self.sink.encode)
            self.told = {number: found}  # neighbours follow each other
        return found

    def chunk(self, number: int) -> tuple[int, bytes, int, int]:
        """Cases of one chunk, generated and written; (chunk, Merkle root, entries, open cases)."""
        from gridward.core import text
        from gridward.core.ids import _check_digit
        from gridward.journal import rules
        from gridward.journal.keys import mark
        from gridward.vault.rules import normal_phone

        order, sink, seal = self.order, self.sink, self.seal
        first = number * CASES_A_CHUNK
        last = min(first + CASES_A_CHUNK, order.cases)
        rng = random.Random(f"{order.seed}:chunk:{number}")
        rows: dict[Any, list[Any]] = {model: [] for model in self.tables}
        entries: list[tuple[Any, ...]] = []
        marks: list[bytes] = []
        entry_key, data = self.entry_key, b""
        wrapped: list[tuple[bytes, bytes, str]] = []
        master, is_hex = self.keyring._master, sink.ids_are_hex
        made_at = order.moment.isoformat()
        commit = _commit
        from gridward.journal.models import Entry

        opened = 0
        for case in range(first, last):
            story = self.story(order.story_of(case))
            opened += story.is_open
            place, area_chain, chain_key = self.places.draw(rng, story.matter, story.condition)
            count = len(story.prefixes)
            lot = rng.randbytes(9 * count).hex()
            dashed = [
                f"{p}-{q}-7{lot[o : o + 3]}-8{lot[o + 3 : o + 6]}-{lot[o + 6 : o + 18]}"
                for (p, q), o in zip(story.prefixes, range(0, 18 * count, 18), strict=True)
            ]
            ids = [one.replace("-", "") for one in dashed] if is_hex else dashed
            keys = {}
            drawn = os.urandom(32 * len(story.subjects) + 16 * len(story.texts))
            at = 0
            for n in story.subjects:
                key, raw = drawn[at : at + 32], bytes.fromhex(dashed[n].replace("-", ""))
                at += 32
                keys[n] = (key, raw)
                wrapped.append((raw, seal(master, key, raw), made_at))
            ciphers, commitments, lookup = [], [], None
            for n, subject, kind, plain in story.texts:
                if kind == "contact.phone":
                    plain = f"13{rng.randrange(10**9):09d}"
                    lookup = self.keyring.lookup(normal_phone(plain) or "")
                key, raw = keys[subject]
                salt, said = drawn[at : at + 16], plain.encode()
                at += 16
                bound = bytes.fromhex(dashed[n].replace("-", "")) + raw
                ciphers.append(sink.binary(seal(key, salt + said, bound)))
                commitments.append(commit(said, salt))
            a, b = divmod(case, 100 - self.percent)
            suffix = (a * 7919) % 100_000 * 100 + b + self.percent
            body = f"990{(case * 61_234_567 + 11) % 10**8:08d}"
            local = story.opened_at + timedelta(hours=8)
            lead = f" o{place[2].replace('-', '')}" if story.led else ""
            tokens = (
                f"{chain_key}{lead} {'so' if story.is_open else 'sc'} "
                f"m{story.opened_at:%Y%m} d{story.opened_at:%Y%m%d} "
                + " ".join(
                    dict.fromkeys(
                        [
                            *self._tokens(story.words, text),
                            *self._tokens(story.matter, text),
                            *self._area_tokens(area_chain, text),
                        ]
                    )
                )
            )
            own = (
                body + _check_digit(body),
                f"{local:%y%m%d}-{suffix:07d}",
                lot[:64].ljust(64, "0"),
                sink.number(case + 1),
                tokens,
                sink.null if lookup is None else lookup,
                None,
                *ciphers,
                *commitments,
            )
            pool = (*place, *own, *ids, *dashed, *story.constants)
            for model, getter in story.rows:
                rows[model].append(getter(pool))
            filled = list(pool)
            canonical_at = len(place) + 6
            for recorded, n, template, getter, row in story.entries:
                filled[canonical_at] = canonical = template % getter(pool)
                data = canonical.encode()
                marks.append(blake2b(data, key=entry_key, digest_size=16).digest())
                entries.append((recorded, dashed[n], row(filled), rules.leaf(data)))
        made = _texts_of_marks(marks)
        assert not entries or made[-1] == mark(entry_key, data.decode())
        entries = [(*one, text) for one, text in zip(entries, made, strict=True)]
        entries.sort(key=itemgetter(0, 1))
        root = rules.merkle_root([one[3] for one in entries])
        seal_number = sink.number(self.first_seal + number)
        rows[Entry] = [
            (*one[2], one[4], seal_number, sink.number(place)) for place, one in enumerate(entries)
        ]
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        try:
            self._keep_keys(wrapped)
            if sink.one_at_a_time:
                sink.write(self.tables, rows)
        finally:
            fcntl.flock(self.lock, fcntl.LOCK_UN)
        if not sink.one_at_a_time:
            sink.write(self.tables, rows)
        return number, root, len(entries), opened

    first_seal = 0

    def _tokens(self, said: str, text: Any) -> list[str]:
        found = self.words.get(said)
        if found is None:
            plain = said
            if said in self.book.matters:
                title = self.book.matter(said).title
                plain = f"{title.zh} {title.en}"
            if len(self.words) > 20_000:
                self.words.clear()
            token = self.keyring.token
            found = self.words[said] = [token(each) for each in text.tokens(plain)]
        return found

    def _area_tokens(self, areas: Sequence[int], text: Any) -> list[str]:
        found = self.area_tokens.get(areas[-1])
        if found is None:
            from gridward.territory import queries as territory

            token = self.keyring.token
            names = [territory.area(area).name for area in areas[1:]]
            plain = dict.fromkeys(each for name in names for each in text.tokens(name))
            found = self.area_tokens[areas[-1]] = [token(each) for each in plain]
        return found

    def _keep_keys(self, rows: list[tuple[bytes, bytes, str]]) -> None:
        link = self.keyring._link()
        link.execute("PRAGMA synchronous=OFF")
        with link:
            link.executemany("INSERT INTO subject (id, wrapped, made_at) VALUES (?, ?, ?)", rows)


def _texts_of_marks(digests: list[bytes]) -> list[str]:
    """Marks as the journal spells them, all at once: 22 characters each."""
    joined = base64.urlsafe_b64encode(b"".join([one + b"\0\0" for one in digests])).decode()
    return [joined[at : at + 22] for at in range(0, len(joined), 24)]


def _commit(plain: bytes, salt: bytes) -> str:
    from gridward.journal.rules import commitment_to

    return commitment_to(plain, salt)


class Places:
    """Points spread over the district's minimal units, with who answers for them."""

    def __init__(self, seed: int, cases: int, book: Any, sink: Any) -> None:
        import numpy as np
        import shapely

        from gridward.cases import queries
        from gridward.cases.models import Case
        from gridward.directory import models as directory
        from gridward.directory import queries as organisations
        from gridward.territory import queries as territory

        self.book, self.sink = book, sink
        ground = territory.ground()
        rng = np.random.default_rng(seed)
        self.units = list(ground.leaves)
        self.points: list[list[tuple[float, float]]] = []
        for unit in self.units:
            shape = ground.boundaries[unit.id]
            west, south, east, north = shape.bounds
            points = shapely.points(
                rng.uniform(west, east, 60).round(6), rng.uniform(south, north, 60).round(6)
            )
            inside = points[shapely.contains_properly(shape, points)]
            if not len(inside):
                inside = np.array([shape.representative_point()])
            self.points.append([(p.x, p.y) for p in inside[:20]])
        desks = organisations.organisations_in_memory()
        self.posts: dict[Any, tuple[Any, Any]] = {}
        self.workers: dict[int, tuple[Any, Any]] = {}
        wanted = ("district_desk", "street_desk", "community_cadre", "department_handler")
        for post in directory.Post.objects.order_by("id"):
            if post.role == "grid_worker":
                self.workers.setdefault(post.area_id, (post.id, post.person_id))
            elif post.role in wanted:
                self.posts.setdefault(post.organisation_id, (post.id, post.person_id))
        # where a grid has no worker of its own, one of the same community stands in
        near: dict[int, tuple[Any, Any]] = {}
        for unit in self.units:
            if unit.chain[3] in self.workers:
                near.setdefault(unit.chain[2], self.workers[unit.chain[3]])
        for unit in self.units:
            self.workers.setdefault(unit.chain[3], near[unit.chain[2]])
        self.stations = {o.area_id: o.id for o in desks.all if o.kind == "community_station"}
        self.streets = {o.area_id: o.id for o in desks.all if o.kind == "street_desk"}
        self.case = Case
        self.queries = queries
        self._answers: dict[tuple[int, str], tuple[Any, ...]] = {}
        self._chains: dict[int, str] = {}
        self.conditions = self._told_of()
        # one grid is busy enough for a full page at any size
        grid = self.units[0].chain[3]
        self.busy = [n for n, unit in enumerate(self.units) if unit.chain[3] == grid]
        self.busy_share = min(0.5, max(BUSY_CASES / cases, 0.01))

    def _told_of(self) -> list[str]:
        """The filing conditions whose rule finds an organisation everywhere."""
        grids = {unit.chain[3]: unit for unit in self.units}.values()
        sample = list(grids)
        found = []
        for condition in self.book.conditions.values():
            matter = self.book.matter(condition.matter)
            if condition.check == "site" or matter.sensitivity >= 2:
                continue
            if all(self._who(unit, matter.key, condition.key) is not None for unit in sample):
                found.append(condition.key)
        assert len(found) >= 10, found
        return found

    def _who(self, unit: Any, matter: str, condition: str) -> tuple[Any, ...] | None:
        """Desk, lead and rule for a unit's grid, as place values; None where no rule leads."""
        key = (unit.chain[3], condition)
        known = self._answers.get(key)
        if known is not None:
            return known
        chain = unit.chain
        starts = self.book.matter(matter).starts_at
        level = str(starts) if starts else "street"
        desk = self.stations[chain[2]] if level == "community" else self.streets[chain[1]]
        case = self.case(matter=matter, condition=condition, desk_id=desk, area_id=unit.id)
        case.chain = chain
        said = self.queries.suggested_lead(case, self.book)
        if said is None or said.organisation is None:
            return None
        if not self.queries.may_dispatch_to(case, self.book, said.organisation):
            return None
        desk_post, _ = self.posts[desk]
        handler_post, handler_person = self.posts[said.organisation]
        worker_post, worker_person = self.workers[chain[3]]
        uuids = (
            desk,
            desk_post,
            said.organisation,
            handler_post,
            handler_person,
            worker_post,
            worker_person,
            self.stations[chain[2]],
        )
        plain = [str(uuid) for uuid in uuids]
        as_rows = [uuid.hex for uuid in uuids] if self.sink.ids_are_hex else plain
        found = (*as_rows, *plain), said.rule
        self._answers[key] = found
        return found

    def draw(
        self, rng: random.Random, matter: str, condition: str
    ) -> tuple[tuple[Any, ...], Sequence[int], str]:
        """The place values of a case, its areas, and the tokens of its areas."""
        if rng.random() < self.busy_share:
            at = rng.choice(self.busy)
        else:
            at = rng.randrange(len(self.units))
        unit = self.units[at]
        lng, lat = rng.choice(self.points[at])
        said = self._who(unit, matter, condition)
        assert said is not None
        number, areas = self.sink.number, unit.chain[:5]
        key = self._chains.get(unit.id)
        if key is None:
            key = " ".join(f"a{n}x{area}" for n, area in enumerate(areas, 1))
            self._chains[unit.id] = key
        place = (
            *said[0],
            number(unit.id),
            *[number(area) for area in areas],
            number(lng),
            number(lat),
            said[1],
        )
        return place, areas, key


# --- sinks --------------------------------------------------------------------------------------


class SqliteSink:
    """Prepared inserts into the one file; workers take turns."""

    one_at_a_time = True
    ids_are_hex = True
    null = None

    def __init__(self, deployment: Deployment) -> None:
        import sqlite3

        path = deployment.var / "gridward.sqlite3"
        self.link = sqlite3.connect(path, isolation_level=None, timeout=60)
        for pragma in (
            "synchronous=OFF",
            "wal_autocheckpoint=50000",
            "cache_size=-300000",
            "foreign_keys=OFF",
            "mmap_size=30000000000",
        ):
            self.link.execute(f"PRAGMA {pragma}")

    def encode(self, value: Any) -> Any:
        """A constant as Django's field gave it."""
        return value

    def binary(self, value: bytes) -> Any:
        return value

    def number(self, value: int | float) -> Any:
        return value

    def write(self, tables: dict[Any, Table], rows: dict[Any, list[Any]]) -> None:
        self.link.execute("BEGIN IMMEDIATE")
        for model, table in tables.items():
            columns = _columns(table)
            marks = ", ".join("?" * len(columns))
            names = ", ".join(f'"{c}"' for c in columns)
            self.link.executemany(
                f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', rows[model]
            )
        self.link.execute("COMMIT")


class PostgresSink:
    """COPY of ready-made lines, each worker on a connection of its own."""

    one_at_a_time = False
    ids_are_hex = False
    null = "\\N"

    def __init__(self, deployment: Deployment) -> None:
        import psycopg

        url = deployment.url(OWNER).split("?")[0]
        self.link = psycopg.connect(url, options="-c synchronous_commit=off")

    def encode(self, value: Any) -> str:
        """A constant as COPY's text form takes it."""
        if value is None:
            return "\\N"
        if isinstance(value, bool):
            return "t" if value else "f"
        if isinstance(value, datetime):
            return value.astimezone(UTC).isoformat()
        if hasattr(value, "obj"):  # psycopg's Jsonb
            value = json.dumps(value.obj)
        if isinstance(value, bytes):
            return self.binary(value)
        text = str(value)
        return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")

    def binary(self, value: bytes) -> str:
        return f"\\\\x{value.hex()}"

    def number(self, value: int | float) -> str:
        return str(value)

    def write(self, tables: dict[Any, Table], rows: dict[Any, list[Any]]) -> None:
        with self.link.cursor() as cursor:
            for model, table in tables.items():
                if not rows[model]:
                    continue
                names = ", ".join(f'"{c}"' for c in _columns(table))
                with cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
                    copy.write("\n".join(["\t".join(row) for row in rows[model]]) + "\n")
        self.link.commit()


def _columns(table: Table) -> tuple[str, ...]:
    if table.name == "journal_entry":
        return (*table.columns, "mac", "seal_id", "position")
    return table.columns


def sink_for(deployment: Deployment) -> Any:
    return SqliteSink(deployment) if deployment.engine == "sqlite" else PostgresSink(deployment)


# --- indexes taken out and put back -------------------------------------------------------------


class SqliteBulk:
    """Drops what can be dropped, and makes it anew; the search index is built at the end."""

    def __init__(self, deployment: Deployment, tables: Iterable[str]) -> None:
        import sqlite3

        self.path = deployment.var / "gridward.sqlite3"
        self.link = sqlite3.connect(self.path, isolation_level=None, timeout=60)
        marks = ", ".join(f"'{name}'" for name in tables)
        self.made = self.link.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL "
            f"AND type IN ('index', 'trigger') AND tbl_name IN ({marks}) ORDER BY type, name"
        ).fetchall()

    def begin(self) -> None:
        for kind, name, _sql in self.made:
            self.link.execute(f'DROP {kind.upper()} "{name}"')

    def end(self, say: Any) -> None:
        link = self.link
        link.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for pragma in ("synchronous=OFF", "journal_mode=OFF", "cache_size=-600000", "threads=2"):
            link.execute(f"PRAGMA {pragma}")
        link.execute("PRAGMA mmap_size=30000000000")
        link.execute("PRAGMA temp_store=MEMORY")
        for _kind, name, sql in self.made:
            begun = time.monotonic()
            link.execute(sql)
            if (took := time.monotonic() - begun) > 2:
                say(f"{name}: {took:.1f} s")
        begun = time.monotonic()
        link.execute("INSERT INTO cases_searchdoc_fts(cases_searchdoc_fts) VALUES ('rebuild')")
        say(f"search index: {time.monotonic() - begun:.1f} s")
        link.execute("PRAGMA analysis_limit=1000")
        link.execute("ANALYZE")
        link.execute("PRAGMA journal_mode=WAL")
        link.close()


class PostgresBulk:
    """Keys, constraints and indexes dropped, and made anew on two connections at once."""

    def __init__(self, deployment: Deployment, tables: Iterable[str]) -> None:
        self.url = deployment.url(OWNER).split("?")[0]
        self.link = self._connect()
        names = list(tables)
        self.tables = names
        self.constraints = self.link.execute(
            "SELECT c.conrelid::regclass::text, quote_ident(c.conname), c.contype::text, "
            "pg_get_constraintdef(c.oid) FROM pg_constraint c "
            "WHERE c.contype IN ('f', 'u', 'p') AND (c.conrelid::regclass::text = ANY(%s) "
            "OR c.confrelid::regclass::text = ANY(%s)) ORDER BY c.conname",
            [names, names],
        ).fetchall()
        self.indexes = self.link.execute(
            "SELECT i.indexname, i.indexdef, i.tablename FROM pg_indexes i "
            "WHERE i.schemaname = 'public' AND i.tablename = ANY(%s) AND NOT EXISTS ("
            "SELECT 1 FROM pg_constraint c WHERE c.conindid = (quote_ident(i.indexname))::regclass "
            "AND c.contype IN ('u', 'p')) ORDER BY i.tablename, i.indexname",
            [names],
        ).fetchall()

    def _connect(self) -> Any:
        import psycopg

        return psycopg.connect(
            self.url,
            autocommit=True,
            options="-c maintenance_work_mem=768MB -c max_parallel_maintenance_workers=0 "
            "-c synchronous_commit=off -c work_mem=256MB",
        )

    def begin(self) -> None:
        for kind in "fup":
            for table, name, is_kind, _sql in self.constraints:
                if is_kind == kind:
                    self.link.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        for name, _sql, _table in self.indexes:
            self.link.execute(f'DROP INDEX "{name}"')

    def end(self, say: Any) -> None:
        self.link.execute(
            "SELECT setval(pg_get_serial_sequence('cases_searchdoc', 'id'), "
            "(SELECT max(id) FROM cases_searchdoc))"
        )
        # by table, so that two connections do not wait for one another
        work: dict[str, list[str]] = {table: [] for table in self.tables}
        for _name, sql, table in self.indexes:
            work[table].append(sql)
        for kind in "pu":
            for table, name, is_kind, sql in self.constraints:
                if is_kind == kind:
                    work[table].append(f"ALTER TABLE {table} ADD CONSTRAINT {name} {sql}")
        self._in_two([[*todo, f"ANALYZE {table}"] for table, todo in work.items() if todo], say)
        last = [
            [f"ALTER TABLE {table} ADD CONSTRAINT {name} {sql}"]
            for table, name, is_kind, sql in self.constraints
            if is_kind == "f"
        ]
        for (statement,) in last:
            self._run(self.link, statement, say)
        self.link.close()

    def _run(self, link: Any, statement: str, say: Any) -> None:
        begun = time.monotonic()
        link.execute(statement)
        if (took := time.monotonic() - begun) > 3:
            say(f"{statement[:90]}: {took:.1f} s")

    def _in_two(self, todo: list[list[str]], say: Any) -> None:
        from concurrent.futures import ThreadPoolExecutor

        # the biggest tables first
        order = {"journal_entry": 0, "cases_searchdoc": 1, "vault_secret": 2, "cases_clock": 3}
        todo.sort(key=lambda many: order.get(many[-1].removeprefix("ANALYZE "), 9))

        def run(many: list[str]) -> None:
            with self._connect() as link:
                for statement in many:
                    self._run(link, statement, say)

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(run, todo))


# --- all together -------------------------------------------------------------------------------

_worker: Worker | None = None


def _begin(deployment: Deployment, order: Order, first_seal: int) -> None:
    global _worker
    deployment.enter(OWNER)
    _worker = Worker(deployment, order)
    _worker.first_seal = first_seal
    # rows by the million make no cycles; what was read stays
    gc.freeze()
    gc.disable()


def _chunk(number: int) -> tuple[int, bytes, int, int]:
    assert _worker is not None
    try:
        if number % 20 == 0:
            gc.collect()
        return _worker.chunk(number)
    except Exception as fault:  # not every exception crosses to the parent as it is
        raise RuntimeError(traceback.format_exc()) from fault


def generate(
    deployment: Deployment, order: Order, *, jobs: int = 2, say: Any = print
) -> dict[str, Any]:
    """A fresh deployment with the ordered cases; what was made, with the seconds it took.

    This process becomes one of the deployment's.
    """
    began = time.monotonic()
    deployment.make_database()
    deployment.enter(OWNER)
    prepare(deployment, order, say)
    from benchmarks import stories

    ready, spent = time.monotonic(), _processor_time()
    say(f"prepared in {ready - began:.1f} s")
    names = [model._meta.db_table for model in stories.TABLES]
    from django.db import connections

    connections.close_all()
    bulk = (SqliteBulk if deployment.engine == "sqlite" else PostgresBulk)(deployment, names)
    from gridward.journal.models import Seal

    last = Seal.objects.order_by("-number").first()
    connections.close_all()
    bulk.begin()
    first_seal = (last.number if last else 0) + 1
    done: list[tuple[int, bytes, int, int]] = []
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(jobs, _begin, (deployment, order, first_seal)) as pool:
        for one in pool.imap_unordered(_chunk, range(order.chunks)):
            done.append(one)
            if len(done) % 50 == 0:
                say(f"{len(done) * CASES_A_CHUNK:,} cases, {time.monotonic() - ready:.0f} s")
    written = time.monotonic()
    say(f"written in {written - ready:.1f} s")
    bulk.end(say)
    _seal(last, sorted(done))
    ended = time.monotonic()
    made = {
        "engine": deployment.engine,
        "cases": order.cases,
        "open": sum(one[3] for one in done),
        "entries": sum(one[2] for one in done),
        "seed": order.seed,
        "until": order.until,
        "share": order.open,
        "made_of": fingerprint(),
        "prepare_s": round(ready - began, 1),
        "write_s": round(written - ready, 1),
        "finish_s": round(ended - written, 1),
        "seconds": round(ended - ready, 1),
        # on a busy machine the processors' time says more; a server's own is not in it
        "cpu_s": round(_processor_time() - spent, 1),
    }
    deployment.stamp.write_text(json.dumps(made))
    return made


def _processor_time() -> float:
    """Seconds that this process and its ended children have computed."""
    import resource

    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _seal(last: Any, done: list[tuple[int, bytes, int, int]]) -> None:
    """The seals of all chunks, chained and signed."""
    from gridward.core import clock, db
    from gridward.journal import keys, rules
    from gridward.journal.models import Seal

    key = keys.signer()
    number, total = (last.number, last.total) if last else (0, 0)
    previous = last.hash if last else rules.NO_SEAL
    made = []
    for _chunk_number, root, count, _open in done:
        number, total, at = number + 1, total + count, clock.now()
        text = rules.seal_text(
            number=number,
            previous=previous,
            root=root.hex(),
            count=count,
            total=total,
            sealed_at=at,
            key_id=key.id,
        )
        made.append(
            Seal(
                number=number,
                previous=previous,
                root=root.hex(),
                count=count,
                total=total,
                sealed_at=at,
                key_id=key.id,
                hash=rules.seal_hash(text),
                signature=key.sign(text),
            )
        )
        previous = made[-1].hash
    db.insert_many(Seal, made)


def fingerprint() -> str:
    """One digest over what decides how a generated database looks."""
    import hashlib

    root = Path(__file__).parent
    digest = hashlib.sha256()
    found = [root / "generate.py", root / "stories.py"]
    found += sorted((root.parent / "src" / "gridward").glob("*/migrations/*.py"))
    for path in found:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generate")
    parser.add_argument("--engine", choices=ENGINES, default="sqlite")
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--open", type=float, default=OPEN, help="share of cases still open")
    parser.add_argument("--name", help="of the database; default from the number of cases")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--until", help="the last day of the history; default today")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--folder", type=Path, default=DEFAULT_FOLDER)
    given = parser.parse_args()
    until = (
        datetime.fromisoformat(given.until).replace(tzinfo=UTC)
        if given.until
        else datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    )
    order = Order(given.cases, given.open, given.seed, until.isoformat())
    name = given.name or size_name(given.cases)
    made = generate(Deployment(given.engine, name, given.folder), order, jobs=given.jobs)
    print(json.dumps(made))


def size_name(cases: int) -> str:
    """1000 → 1k, 1000000 → 1m."""
    if cases % 1_000_000 == 0:
        return f"{cases // 1_000_000}m"
    return f"{cases // 1000}k" if cases % 1000 == 0 else str(cases)


if __name__ == "__main__":
    main()
