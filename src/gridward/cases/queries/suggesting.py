"""What a report may be about, judged from its words alone. A suggestion never changes a case."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

from django.db.models import Count

from gridward.cases.models import Case
from gridward.cases.rules.start import suggest_matter
from gridward.catalog.compiled import Catalogue
from gridward.catalog.queries import catalogue
from gridward.core import clock, jurisdiction, text

USUAL, USUAL_DAYS, USUAL_FOR = 6, 60, timedelta(hours=1)
_usual: dict[str, tuple[datetime, tuple[str, ...]]] = {}


def suggested_matters(book: Catalogue, words: str) -> list[str]:
    """Up to three matters whose words fit best, best first; no statement."""
    table = _matter_tokens(jurisdiction.current().key, book.number)
    return suggest_matter(text.tokens(words), table)


@lru_cache(maxsize=24)
def _matter_tokens(jurisdiction_key: str, edition: int) -> dict[str, frozenset[str]]:
    book = catalogue(edition)
    found = {}
    for matter in book.matters.values():
        words = [matter.title.zh, matter.title.en, *matter.search.zh, *matter.search.en]
        found[matter.key] = frozenset(t for each in words for t in text.tokens(each))
    return found


def usual_matters() -> tuple[str, ...]:
    """The matters that were reported most lately, the most frequent first; never restricted ones.
    Counted once an hour in each process; no statement in between."""
    key, now = jurisdiction.current().key, clock.now()
    counted = _usual.get(key)
    if counted is None or not timedelta() <= now - counted[0] < USUAL_FOR:
        book = catalogue()
        open_to_all = [one.key for one in book.matters.values() if not one.is_restricted]
        rows = (
            Case.objects.filter(opened_at__gte=now - timedelta(days=USUAL_DAYS))
            .filter(matter__in=open_to_all)
            .values_list("matter")
            .annotate(n=Count("id"))
            .order_by("-n", "matter")[:USUAL]
        )
        counted = _usual[key] = (now, tuple(matter for matter, _n in rows))
    return counted[1]
