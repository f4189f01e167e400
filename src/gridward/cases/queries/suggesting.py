"""What a report may be about, judged from its words alone. A suggestion never changes a case."""

from __future__ import annotations

from functools import lru_cache

from gridward.cases.rules.start import suggest_matter
from gridward.catalog.compiled import Catalogue
from gridward.catalog.queries import catalogue
from gridward.core import jurisdiction, text


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
