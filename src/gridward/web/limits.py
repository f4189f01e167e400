"""How often is too often: per device, number and address together, never per address alone.

A whole estate shares one mobile address in a storm, so an address alone refuses nobody: reports
that come in a crowd are kept and marked for the desk. Counted in memory, in each process of the
server, under keys that nobody can turn back into an address or a number; nothing is stored.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections import OrderedDict, deque
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from gridward.core import clock, jurisdiction
from gridward.core.errors import Problem

CROWD, CROWD_WITHIN = 30, timedelta(minutes=1)
REPORTS, REPORTS_WITHIN = 10, timedelta(minutes=10)
GUESSES, GUESSES_WITHIN = 5, timedelta(minutes=15)
_SALT = secrets.token_bytes(16)


class TooOften(Problem):
    code = "too_often"
    status = 429
    text = _("A little too fast. Please try again in %(n)s minutes; nothing you wrote is lost.")


class Tally:
    """How often something happened lately, by key; at most `keys` of them, the oldest forgotten."""

    def __init__(self, most: int, within: timedelta, *, keys: int = 20_000) -> None:
        self.most, self.within, self.keys = most, within, keys
        self._seen: OrderedDict[bytes, deque[float]] = OrderedDict()
        self._line = threading.Lock()

    def minutes_to_wait(self, *parts: str) -> int:
        """Minutes until it may happen again; 0 when it may now."""
        with self._line:
            times = self._fresh(_key(parts))
            if len(times) < self.most:
                return 0
            left = times[-self.most] + self.within.total_seconds() - clock.now().timestamp()
        return max(1, -(-int(left) // 60))

    def add(self, *parts: str) -> int:
        """Count it once more; how often that is lately."""
        key = _key(parts)
        with self._line:
            times = self._fresh(key)
            times.append(clock.now().timestamp())
            self._seen[key] = times
            self._seen.move_to_end(key)
            while len(self._seen) > self.keys:
                self._seen.popitem(last=False)
            return len(times)

    def forget(self) -> None:
        """Begin anew."""
        with self._line:
            self._seen.clear()

    def _fresh(self, key: bytes) -> deque[float]:
        times = self._seen.get(key)
        if times is None:
            times = deque(maxlen=self.most * 2)
        since = clock.now().timestamp() - self.within.total_seconds()
        while times and times[0] < since:
            times.popleft()
        return times


crowd = Tally(CROWD, CROWD_WITHIN)
reports = Tally(REPORTS, REPORTS_WITHIN)
guesses = Tally(GUESSES, GUESSES_WITHIN)


def address_of(request: HttpRequest) -> str:
    """Where a request came from; behind a proxy, what the proxy next to us says."""
    if getattr(settings, "SECURE_PROXY_SSL_HEADER", None):
        said = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        if said:
            return said
    return str(request.META.get("REMOTE_ADDR", ""))


def device_of(request: HttpRequest) -> str:
    """What tells one browser from another: the key of its forms; "" for none."""
    return str(request.COOKIES.get(settings.CSRF_COOKIE_NAME, ""))


def count_in_crowd(request: HttpRequest) -> bool:
    """Count a report from this address; whether many come from it just now."""
    return crowd.add(address_of(request)) > CROWD


def refuse_flood(request: HttpRequest, phone: str) -> None:
    """Raises TooOften for one device that sends report after report with one number. A program
    without a device is kept and marked instead."""
    device = device_of(request)
    if device and (n := reports.minutes_to_wait(device, phone, address_of(request))):
        raise TooOften(n=n)


def count_report(request: HttpRequest, phone: str) -> None:
    """Count a report that was received."""
    device = device_of(request)
    if device:
        reports.add(device, phone, address_of(request))


def refuse_guesses(request: HttpRequest, receipt: str) -> None:
    """Raises TooOften where codes of one receipt are tried out from one address. Neighbours behind
    the address open theirs, and the reporter opens it from anywhere else."""
    if n := guesses.minutes_to_wait(address_of(request), receipt):
        raise TooOften(n=n)


def count_guess(request: HttpRequest, receipt: str) -> None:
    """Count a code that was wrong."""
    guesses.add(address_of(request), receipt)


def _key(parts: tuple[str, ...]) -> bytes:
    told = "\0".join((jurisdiction.current().key, *parts))
    return hashlib.blake2b(told.encode(), key=_SALT, digest_size=16).digest()
