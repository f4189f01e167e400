"""A process that is killed (SIGKILL) at a chosen statement, and what is in the database afterwards.

The child is a fork of the test: it knows what the test knows, opens connections of its own, and
has no chance to tidy up. Points are counted: before every statement (also BEGIN and savepoints),
before every COMMIT and right after it.
"""

from __future__ import annotations

import hashlib
import os
import signal
import tempfile
import traceback
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.db import connections
from tests.databases import Space

from gridward.core import clock
from gridward.web.cli import jobs, ticking

MINUTE = timedelta(minutes=1)


def is_killed(space: Space, point: int, act: Callable[[], Any]) -> bool:
    """Run `act` in a child that is killed at its `point`-th point; False when it ended before.

    What the child raises is raised here as an AssertionError.
    """
    for connection in connections.all(initialized_only=True):
        connection.close()
    with tempfile.TemporaryFile("w+") as fault:
        child = os.fork()
        if child == 0:
            _die_or_end(space, point, act, fault)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            assert os.WTERMSIG(status) == signal.SIGKILL
            return True
        fault.seek(0)
        told = fault.read()
    assert not told, told
    return False


def _die_or_end(space: Space, point: int, act: Callable[[], Any], fault: Any) -> None:
    try:
        connection = connections[space.alias]
        left = iter(range(point - 1, -1, -1))

        def next_point() -> None:
            if next(left, -1) == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        def counted(execute: Any, *statement: Any) -> Any:
            next_point()
            return execute(*statement)

        commit = connection._commit

        def counted_commit() -> Any:
            next_point()
            done = commit()
            next_point()
            return done

        connection._commit = counted_commit
        connection.execute_wrappers.append(counted)
        with space.entered():
            act()
    except BaseException:
        traceback.print_exc(file=fault)
        fault.flush()
    finally:
        os._exit(0)  # neither pytest nor any exit handler of the parent runs here


def points(space: Space, act: Callable[[int], Any], *, most: int = 400) -> Iterator[int]:
    """The points at which `act(point)` was killed, each after the kill; ends with the child that
    came to its end."""
    for point in count(1):
        assert point < most, "does it ever end?"
        if not is_killed(space, point, lambda: act(point)):  # noqa: B023 - called at once
            return
        yield point


def answer_lost(space: Space, act: Callable[[], Any], is_done: Callable[[], bool]) -> None:
    """`act` in children that are killed ever later, until one died with its work done and its
    answer not given: between the COMMIT and whatever it would have said."""
    for _point in points(space, lambda _point: act()):
        if is_done():
            return
    raise AssertionError("it answered before it was done")


def truth(space: Space) -> dict[str, str]:
    """A digest of every row of every table, by table."""
    connection = connections[space.alias]
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows = sorted(map(repr, cursor.fetchall()))
            found[table] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def come_back(at: datetime, *, times: int = 4) -> None:
    """Ticker and worker work again, several times within the hour after `at`: every claim that a
    killed one left behind has run out by then."""
    for n in range(times):
        with clock.frozen(at + n * 11 * MINUTE):
            ticking.run_all()
            jobs.work(lambda: False, drain=True)
