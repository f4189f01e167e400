"""A served jurisdiction and browsers for journeys; a journey fails on what a person would not see.

`serving(space)` runs the real `gridward serve`: web server, worker and ticker.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.databases import Space, as_owner

from gridward.core.demo import mark_demo_database

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
DESK = {"viewport": {"width": 1440, "height": 900}}


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(space: Space, *, demo: bool = False, seconds: float = 40) -> Iterator[str]:
    """The address (without a slash at the end) under which `space` is served.

    demo: mark the space as a demonstration, so that the sign-in cards are there
    """
    environment = {**os.environ, **space.environment}
    if demo:
        with space.entered(), as_owner(space):
            mark_demo_database()
        environment["GRIDWARD_DEMO"] = "1"
    port = free_port()
    log = Path(space.var).with_suffix(".serve.log")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "gridward.cli", "serve", "--port", str(port)],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + seconds
        while not _answers(address):
            if process.poll() is not None or time.monotonic() > until:
                raise AssertionError(f"not served: {log.read_text()[-2000:]}")
            time.sleep(0.1)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=2) as told:
            return bool(told.status == 200)
    except OSError:
        return False


class Watched:
    """What went wrong unseen on the pages of one browser context."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.faults: list[str] = []

    def watch(self, page: Any) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.on("request", self._request)

    def _console(self, message: Any) -> None:
        # a refusal answered with 4xx is told by the page; the browser's echo is no fault
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.faults.append(f"console: {message.text}")

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.address, "data:", "blob:", "about:")):
            self.faults.append(f"foreign request: {request.url}")


@contextlib.contextmanager
def browsing(
    browser: Any,
    address: str,
    shape: dict[str, Any],
    *,
    locale: str = "zh-CN",
    maps: bool = False,
) -> Iterator[Any]:
    """A page of a fresh browser context on `address`; fails at the end on CSP reports, console
    errors and foreign requests. shape: PHONE or DESK; maps: with WebGL, so that maps move."""
    watched = Watched(address)
    context = browser.new_context(base_url=address, locale=locale, maps=maps, **shape)
    context.on("page", watched.watch)
    page = context.new_page()
    try:
        yield page
    finally:
        context.close()
    assert watched.faults == [], watched.faults
