"""One process tree: starts children, starts them again when they fall, ends them by their id."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from gridward.web.cli import leash

PATIENCE_SECONDS = 10.0
STUMBLE_SECONDS = 10.0
STUMBLES = 5


@dataclass
class Child:
    """arguments: of `gridward`, e.g. ["worker"]."""

    name: str
    arguments: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    start_at: float = 0.0
    stumbles: int = 0

    def start(self) -> None:
        # a session of its own: Ctrl-C reaches the supervisor alone, which then ends us in order
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gridward.cli", *self.arguments],
            env={**os.environ, **self.environment, leash.PARENT: str(os.getpid())},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.started = time.monotonic()


class Supervisor:
    """Keeps `children` running until a signal comes or one of them keeps falling."""

    def __init__(self, children: list[Child], say: Callable[[str], None]) -> None:
        self.children = children
        self.say = say
        self.stopping = False

    def run(self) -> int:
        """0 when asked to end; 1 when a child could not be kept running."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked)
        code = 0
        try:
            for child in self.children:
                child.start()
            while not self.stopping:
                if fallen := self._look():
                    self.say(
                        _(
                            "%(part)s ended %(count)s times right after its start; stopping. "
                            "“gridward doctor” may know why."
                        )
                        % {"part": fallen.name, "count": STUMBLES}
                    )
                    code = 1
                    break
                time.sleep(0.1)
        finally:
            self._end()
        return code

    def _asked(self, number: int, _frame: object) -> None:
        self.stopping = True

    def _look(self) -> Child | None:
        now = time.monotonic()
        for child in self.children:
            if child.process is None:
                if now >= child.start_at:
                    child.start()
                continue
            ended = child.process.poll()
            if ended is None:
                continue
            quick = now - child.started < STUMBLE_SECONDS
            child.stumbles = child.stumbles + 1 if quick else 1
            if child.stumbles >= STUMBLES:
                return child
            told = {"part": child.name, "code": ended}
            self.say(_("%(part)s ended with code %(code)s; starting it again") % told)
            child.process, child.start_at = None, now + min(child.stumbles, 5)
        return None

    def _end(self) -> None:
        running = [c.process for c in self.children if c.process and c.process.poll() is None]
        for process in running:
            process.send_signal(signal.SIGTERM)
        until = time.monotonic() + PATIENCE_SECONDS
        for process in running:
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
