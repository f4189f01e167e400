"""A leash between parent and child: when the parent is gone, the child ends itself.

Linux tells a child at once (prctl); everywhere a thread looks every second whether the parent is
still the one that started us.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

PARENT = "GRIDWARD_PARENT"
_PR_SET_PDEATHSIG = 1
_holding = False


def hold(parent: int | None = None) -> None:
    """Ends this process with SIGTERM (after 15 s with SIGKILL) once its parent is gone.

    parent: the process that must be our parent; when it is gone already we end at once.
    """
    global _holding
    if _holding:
        return
    _holding = True
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    expected = parent or os.getppid()
    if os.getppid() != expected:
        os._exit(1)
    threading.Thread(target=_watch, args=(expected,), name="leash", daemon=True).start()


def is_held() -> bool:
    """Whether this process is on a leash."""
    return _holding


def hold_from_environment() -> None:
    """`hold()` when a supervisor started this process."""
    if found := os.environ.get(PARENT):
        hold(int(found))


def _watch(expected: int) -> None:
    while os.getppid() == expected:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(15)
    os.kill(os.getpid(), signal.SIGKILL)
