"""How often is too often: per device, number and address together, never per address alone.

A whole estate shares one mobile address in a storm, so an address alone refuses nobody: reports
that come in a crowd are kept and marked for the desk. Counted in the database, so that every
process of a server counts with the others, under keys that nobody turns back into an address or a
number; a window that has closed is taken away.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from gridward.access import actions as access
from gridward.access.queries import tallied
from gridward.access.rules import Tallied
from gridward.core import clock
from gridward.core.errors import Problem

CROWD, CROWD_WITHIN = 30, timedelta(minutes=1)
REPORTS, REPORTS_WITHIN = 10, timedelta(minutes=10)
GUESSES, GUESSES_WITHIN = 5, timedelta(minutes=15)
LINKS, LINKS_WITHIN = 20, timedelta(minutes=10)


class TooOften(Problem):
    code = "too_often"
    status = 429
    text = _("A little too fast. Please try again in %(n)s minutes; nothing you wrote is lost.")


class TooManyLinks(Problem):
    code = "too_many_tries"
    status = 429
    text = _("Too many links that do not work. Wait ten minutes and try again.")


@dataclass(frozen=True, slots=True)
class Bound:
    """So many of one kind in a window that opens with the first."""

    kind: str
    most: int
    within: timedelta

    def key(self, *parts: str) -> str:
        """Under what is counted; keyed, so that it gives nothing of its parts away."""
        told = "\0".join((self.kind, *parts))
        secret = hashlib.sha256(settings.SECRET_KEY.encode()).digest()
        return hashlib.blake2b(told.encode(), key=secret, digest_size=16).hexdigest()

    def minutes_to_wait(self, *parts: str) -> int:
        """Minutes until it may happen again; 0 when it may now. One statement."""
        found = tallied(self.key(*parts))
        return 0 if found.count < self.most else found.minutes_left(clock.now())

    def add(self, *parts: str) -> None:
        """Count it once more. One statement."""
        access.count_up({self.key(*parts): self.within})


crowd = Bound("crowd", CROWD, CROWD_WITHIN)
reports = Bound("reports", REPORTS, REPORTS_WITHIN)
guesses = Bound("guesses", GUESSES, GUESSES_WITHIN)
links = Bound("links", LINKS, LINKS_WITHIN)


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


def count_report(request: HttpRequest, phone: str | None = None) -> bool:
    """Count a report that is about to be kept; whether many come from its address just now. One
    statement.

    phone: the number left with a form of the portal (maybe ""), where one device that sends report
    after report with one number waits: raises TooOften. None for a program, and a browser without
    a device is treated like one: kept, and marked.
    """
    address, device = address_of(request), device_of(request)
    near = crowd.key(address)
    windows = {near: crowd.within}
    mine = reports.key(device, phone, address) if phone is not None and device else ""
    if mine:
        windows[mine] = reports.within
    counts = access.count_up(windows)
    own = counts.get(mine, Tallied())
    if own.count > reports.most:
        raise TooOften(n=own.minutes_left(clock.now()))
    return counts[near].count > crowd.most


def refuse_guesses(request: HttpRequest, receipt: str) -> None:
    """Raises TooOften where codes of one receipt are tried out from one address. Neighbours behind
    the address open theirs, and the reporter opens it from anywhere else."""
    if n := guesses.minutes_to_wait(address_of(request), receipt):
        raise TooOften(n=n)


def count_guess(request: HttpRequest, receipt: str) -> None:
    """Count a code that was wrong."""
    guesses.add(address_of(request), receipt)


def refuse_links(request: HttpRequest) -> None:
    """Raises TooManyLinks for an address that came with too many links that do not work."""
    if links.minutes_to_wait(address_of(request)):
        raise TooManyLinks()


def count_link(request: HttpRequest) -> None:
    """Count a link that does not work; those that do are never counted."""
    links.add(address_of(request))
