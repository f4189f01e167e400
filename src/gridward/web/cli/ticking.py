"""The ticker: calls what rooms registered in core.ticks, in every jurisdiction, under a lease."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

import structlog
from django.db import DatabaseError, connections
from django.utils.module_loading import import_string

from gridward.core import jurisdiction, ticks
from gridward.journal import actions as journal
from gridward.web.cli import jobs

LEASE_SECONDS = 60
PAUSE_SECONDS = 0.5
log = structlog.get_logger("gridward.ticker")


def run_all() -> dict[str, object]:
    """Calls every tick once in the current jurisdiction; what each returned, by name."""
    return {tick.name: call(tick) for tick in ticks.registered()}


def call(tick: ticks.Tick) -> object:
    """What the tick's function returns, in a context of its own."""
    return jobs.in_context(import_string(tick.target))


def tick_until(is_ending: Callable[[], bool], *, between: Callable[[], None] = lambda: None) -> int:
    """Ticks until `is_ending()`; returns how many calls were made.

    between: called after every round, so that no tick comes upon what it is doing
    """
    due: dict[tuple[str, str], float] = {}
    leased_until: dict[str, float] = {}
    holder, calls = jobs.holder(), 0
    while not is_ending():
        for here in jurisdiction.every():
            with jurisdiction.using(here.key):
                now = time.monotonic()
                waiting = [t for t in ticks.registered() if due.get((here.key, t.name), 0.0) <= now]
                if not waiting or not _has_lease(here.key, holder, leased_until):
                    continue
                for tick in waiting:
                    if is_ending():
                        break
                    _guarded(tick)
                    calls += 1
                    due[here.key, tick.name] = time.monotonic() + tick.every_seconds
        between()
        time.sleep(PAUSE_SECONDS)
    for key in leased_until:
        with jurisdiction.using(key), suppress(DatabaseError):
            journal.give_back("ticker", holder)
    return calls


def _has_lease(key: str, holder: str, leased_until: dict[str, float]) -> bool:
    now = time.monotonic()
    if leased_until.get(key, 0.0) > now:
        return True
    try:
        if not journal.lease("ticker", holder, LEASE_SECONDS):
            return False
    except DatabaseError as error:
        log.error("database unreachable", exc_info=error)
        _let_go()
        return False
    # prolonged at half its time, so that it never runs out under our hands
    leased_until[key] = now + LEASE_SECONDS / 2
    return True


def _guarded(tick: ticks.Tick) -> None:
    started = time.perf_counter()
    try:
        told = call(tick)
    except Exception as error:
        log.error("tick failed", tick=tick.name, exc_info=error)
        if isinstance(error, DatabaseError):
            _let_go()
        return
    ms = round((time.perf_counter() - started) * 1000, 1)
    if told:
        log.info("tick", tick=tick.name, did=told if isinstance(told, int) else True, ms=ms)


def _let_go() -> None:
    with suppress(Exception):
        connections[jurisdiction.current().database].close()
    time.sleep(1)
