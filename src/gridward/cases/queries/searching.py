"""What a case can be found by.

A document's tokens: keyed tokens of the reporter's words, the place, the matter and the areas'
names; and tokens of who may see it (area chain, state group), so that the index itself answers
“within this grid”. Restricted cases have no document.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from gridward.cases.models import Case, SearchDoc
from gridward.cases.rules.masking import without_persons
from gridward.catalog.compiled import Catalogue
from gridward.catalog.definitions import Sensitivity
from gridward.core import db, text
from gridward.territory import queries as territory
from gridward.vault import queries as vault


def scope_token(level: int, area: int) -> str:
    """The token that stands for “inside this area”."""
    return f"a{level}x{area}"


def any_of(tokens: Sequence[str]) -> str:
    """What stands in a scope for “one of these tokens”."""
    if len(tokens) == 1:
        return tokens[0]
    return f"({(' | ' if db.vendor() == 'postgresql' else ' OR ').join(tokens)})"


def month_token(at: datetime) -> str:
    """The token of the month of opening (UTC)."""
    return f"m{at.astimezone(UTC):%Y%m}"


def day_token(at: datetime) -> str:
    """The token of the day of opening (UTC): common words are looked for in the newest first."""
    return f"d{at.astimezone(UTC):%Y%m%d}"


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
    return [
        *found,
        state_token(case.is_open),
        month_token(case.opened_at),
        day_token(case.opened_at),
    ]


def word_tokens(case: Case, book: Catalogue, words: Iterable[str]) -> list[str]:
    """Keyed tokens of the words, the matter and the areas."""
    # nobody finds a person here: numbers are looked up in one place, with a reason
    said = [without_persons(each) for each in words]
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

FIRST = 2  # days; then so many more days, the months they lie in, more months, and everything else
DAYS, MONTHS_NEAR, MONTHS = 10, 2, 8


@dataclass(frozen=True)
class Found:
    """Cases in the order they were found; cursor: what the next page begins after."""

    cases: list[UUID]
    cursor: str


def find(query: str, scope: Sequence[str], *, cursor: str, limit: int, now: datetime) -> Found:
    """Cases with every word of `query` within `scope`, newest first; one statement.

    scope: tokens that all must stand in the document; cursor: from the page before, or empty.
    """
    words = vault.keyed_tokens(text.query_tokens(query))
    if not words:
        return Found([], "")
    tokens = [*scope, *words]
    if db.vendor() == "postgresql":
        rows = _ask_postgresql(tokens, _tiers(now), _read(cursor), limit + 1)
    else:
        rows = _ask_sqlite(tokens, _read(cursor), limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    after = f"{rows[-1][0]}-{rows[-1][1]}" if more else ""
    return Found([case for _, _, case in rows], after)


def _read(cursor: str) -> tuple[int, int] | None:
    tier, _, document = cursor.partition("-")
    if tier.isdecimal() and document.isdecimal() and len(cursor) < 24:
        return int(tier), int(document)
    return None


def _ask_sqlite(
    tokens: Sequence[str], after: tuple[int, int] | None, limit: int
) -> list[tuple[int, int, UUID]]:
    """FTS5 walks its lists from the newest document down and stops when the page is full."""
    older = "AND f.rowid < %s" if after is not None else ""
    with db.connection().cursor() as cursor:
        cursor.execute(
            "SELECT d.id, d.case_id FROM cases_searchdoc_fts f "  # noqa: S608 - fixed words only
            "JOIN cases_searchdoc d ON d.id = f.rowid "
            f"WHERE cases_searchdoc_fts MATCH %s {older} ORDER BY f.rowid DESC LIMIT %s",
            [" AND ".join(tokens), *([after[1]] if after is not None else []), limit],
        )
        return [(0, int(row[0]), UUID(row[1])) for row in cursor.fetchall()]


def _ask_postgresql(
    tokens: Sequence[str],
    tiers: Sequence[str],
    after: tuple[int, int] | None,
    limit: int,
) -> list[tuple[int, int, UUID]]:
    """GIN has no order: a common word would fetch every document that holds it.

    So the newest days are asked first and what is older only while the page is not full, in one
    statement: the parts of a UNION ALL are run one after another and not at all once the limit
    is reached. `id + 0` keeps the planner from walking the whole table by id in the hope of
    meeting a word that is common elsewhere.
    """
    said = " & ".join(tokens)
    parts, given = [], []
    for number, tier in enumerate(tiers):
        if after is not None and number < after[0]:
            continue
        older = "AND id < %s" if after is not None and number == after[0] else ""
        parts.append(
            f"(SELECT {number} AS tier, id, case_id FROM cases_searchdoc "  # noqa: S608
            f"WHERE vector @@ %s::tsquery {older} ORDER BY id + 0 DESC LIMIT %s)"
        )
        given += [f"{said} & {tier}", *([after[1]] if older and after is not None else []), limit]
    with db.connection().cursor() as cursor:
        cursor.execute(
            f"SELECT tier, id, case_id FROM ({' UNION ALL '.join(parts)}) found LIMIT %s",  # noqa: S608
            [*given, limit],
        )
        return [(int(row[0]), int(row[1]), row[2]) for row in cursor.fetchall()]


def _tiers(now: datetime) -> tuple[str, ...]:
    """What the parts of time ask for, newest first, none of them overlapping."""
    today = now.astimezone(UTC)
    days = [day_token(today - timedelta(days=n)) for n in range(DAYS)]
    months, at = [], today
    for _ in range(MONTHS):
        months.append(month_token(at))
        at = at.replace(day=1) - timedelta(days=1)

    def any_of(tokens: Sequence[str]) -> str:
        return f"({' | '.join(tokens)})"

    return (
        any_of(days[:FIRST]),
        any_of(days[FIRST:]),
        f"{any_of(months[:MONTHS_NEAR])} & !{any_of(days)}",
        any_of(months[MONTHS_NEAR:]),
        f"!{any_of(months)}",
    )
