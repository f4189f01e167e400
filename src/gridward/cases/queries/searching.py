"""What a case can be found by.

A document's tokens: keyed tokens of the reporter's words, the place, the matter and the areas'
names; and tokens of who may see it (area chain, state group), so that the index itself answers
“within this grid”. Restricted cases have no document.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from gridward.cases.models import Case, SearchDoc
from gridward.catalog.compiled import Catalogue
from gridward.catalog.definitions import Sensitivity
from gridward.core import db, text
from gridward.territory import queries as territory
from gridward.vault import queries as vault


def scope_token(level: int, area: int) -> str:
    """The token that stands for “inside this area”."""
    return f"a{level}x{area}"


def month_token(at: datetime) -> str:
    """The token of the month of opening: common words are looked for in the newest months first."""
    return f"m{at:%Y%m}"


def state_token(is_open: bool) -> str:
    return "so" if is_open else "sc"


def lead_token(organisation: UUID) -> str:
    """The token that stands for “in this organisation's hands”."""
    return f"o{organisation.hex}"


def fixed_tokens(case: Case) -> list[str]:
    """The tokens that say where and when a case stands."""
    found = [scope_token(n, area) for n, area in enumerate(case.chain, start=1) if area is not None]
    if case.lead_id is not None:
        found.append(lead_token(case.lead_id))
    return [*found, state_token(case.is_open), month_token(case.opened_at)]


def word_tokens(case: Case, book: Catalogue, words: Iterable[str]) -> list[str]:
    """Keyed tokens of the words, the matter and the areas."""
    said = list(words)
    if case.matter:
        said += _names(case.matter, book)
    for area in [area for area in case.chain if area is not None][1:]:
        said += _names(area, book)
    return _keyed(said)


def name_tokens(subject: str | int, book: Catalogue) -> list[str]:
    """Keyed tokens of the names of a matter (key) or an area (id)."""
    return _keyed(_names(subject, book))


def _names(subject: str | int, book: Catalogue) -> list[str]:
    if isinstance(subject, int):
        return [territory.area(subject).name]
    title = book.matter(subject).title
    return [title.zh, title.en]


def _keyed(said: Iterable[str]) -> list[str]:
    plain: dict[str, None] = {}
    for each in said:
        plain.update(dict.fromkeys(text.tokens(each)))
    return vault.keyed_tokens(list(plain))


def search_document(case: Case, book: Catalogue, words: Iterable[str]) -> SearchDoc | None:
    """The document of a new case; None for a restricted one, which stands in no index."""
    if case.sensitivity >= Sensitivity.RESTRICTED:
        return None
    return SearchDoc(
        case=case, tokens=" ".join([*fixed_tokens(case), *word_tokens(case, book, words)])
    )


def refresh_search(case: Case, book: Catalogue) -> None:
    """Make a case's document anew after its state group, matter, place or words changed."""
    from gridward.cases.models import Report

    if case.sensitivity >= Sensitivity.RESTRICTED:
        SearchDoc.objects.filter(case=case).delete()
        return
    rows = Report.objects.filter(case=case).values_list("words", "place_words")
    ids = [each for row in rows for each in row if each is not None]
    opened = [words for words in vault.open_texts(ids).values() if words]
    made = search_document(case, book, opened)
    assert made is not None
    if not SearchDoc.objects.filter(case=case).update(tokens=made.tokens):
        db.insert_many(SearchDoc, [made])


# --- asking the index ---------------------------------------------------------------------------

MONTHS_FIRST = (1, 6)  # common words are looked for in so many newest months, then everywhere


def find(
    query: str, scope: Sequence[str], *, before: int | None, limit: int, now: datetime
) -> list[tuple[int, UUID]]:
    """Documents with every word of `query` within `scope`, newest first: (document, case).

    scope: tokens that all must stand in the document; before: documents older than this one.
    One statement for words that are common lately, at most three.
    """
    words = vault.keyed_tokens(text.query_tokens(query))
    if not words:
        return []
    found: list[tuple[int, UUID]] = []
    for months in (*MONTHS_FIRST, None):
        recent = _months(now, months) if months else ()
        found = _ask([*scope, *words], recent, before, limit)
        if len(found) >= limit:
            break
    return found


def _months(now: datetime, count: int) -> tuple[str, ...]:
    made, year, month = [], now.year, now.month
    for _ in range(count):
        made.append(f"m{year:04d}{month:02d}")
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    return tuple(made)


def _ask(
    tokens: Sequence[str], one_of: Sequence[str], before: int | None, limit: int
) -> list[tuple[int, UUID]]:
    older = "AND d.id < %s" if before is not None else ""
    tail = [before, limit] if before is not None else [limit]
    with db.connection().cursor() as cursor:
        if db.vendor() == "postgresql":
            asked = " & ".join(tokens)
            if one_of:
                asked += f" & ({' | '.join(one_of)})"
            cursor.execute(
                "SELECT d.id, d.case_id FROM cases_searchdoc d "  # noqa: S608 - fixed words only
                f"WHERE d.vector @@ to_tsquery('simple', %s) {older} ORDER BY d.id DESC LIMIT %s",
                [asked, *tail],
            )
            return [(int(row[0]), row[1]) for row in cursor.fetchall()]
        asked = " AND ".join(tokens)
        if one_of:
            asked += f" AND ({' OR '.join(one_of)})"
        older = "AND f.rowid < %s" if before is not None else ""
        cursor.execute(
            "SELECT d.id, d.case_id FROM cases_searchdoc_fts f "  # noqa: S608 - fixed words only
            "JOIN cases_searchdoc d ON d.id = f.rowid "
            f"WHERE cases_searchdoc_fts MATCH %s {older} ORDER BY f.rowid DESC LIMIT %s",
            [asked, *tail],
        )
        return [(int(row[0]), UUID(row[1])) for row in cursor.fetchall()]
