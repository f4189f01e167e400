"""Cases follow a change of boundaries: chains, search documents, tasks, and who holds them.

Set-wise: the number of statements grows with the areas that change and with the thousands of
cases that are placed by their point, never with the cases of the district.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Case as If
from django.db.models import F, Q, QuerySet, TextField, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Concat, Replace, Trim

from gridward.cases.models import CHAIN, Case, SearchDoc
from gridward.cases.queries.following import points_in
from gridward.cases.queries.searching import scope_token
from gridward.core import clock, text
from gridward.core.action import action
from gridward.directory import queries as directory
from gridward.journal.actions import note_many
from gridward.journal.rules import ActorRef
from gridward.tasks import actions as tasks
from gridward.territory import queries as territory
from gridward.territory.carriers import Grounds
from gridward.territory.rules import Change, chain_columns, lookups
from gridward.vault import queries as vault

AT_ONCE = 2000
REASON = "boundaries"
LEVEL_OF_DESK = {"community_station": "community", "street_desk": "street"}


@action
def follow_ground(
    change: Change, grounds: Grounds, *, actor: ActorRef, at: datetime | None = None
) -> int:
    """Chains of open and closed cases follow a change of boundaries; returns how many did.

    The area at opening stays. A case whose desk does not answer for its place any more goes to
    the desk that does; that one is told in the journal.
    """
    names = _Names()
    moved = 0
    for regroup in change.regroups:
        cases = Case.objects.filter(**lookups(regroup.where))
        _move_documents(cases, regroup.where, regroup.to, names)
        moved += cases.update(**regroup.to)
    for recut in change.recuts:
        cases = Case.objects.filter(**lookups(recut.where))
        old = chain_columns(change.before.area(recut.area_id).chain)
        for chain, ids in change.relocated(recut, points_in(cases, recut.box)).items():
            for some in _parts(ids):
                mine = Case.objects.filter(id__in=some)
                _move_documents(mine, old, chain_columns(chain), names)
                moved += mine.update(**chain_columns(chain))
                tasks.follow_subjects("case", some, chain)
        if recut.otherwise is not None:
            rest = chain_columns(recut.otherwise)
            _move_documents(cases, recut.where, rest, names)
            moved += cases.update(**rest)
    _rehost(change, actor=actor, at=at or clock.now())
    return moved


def _parts(ids: Sequence[object]) -> Iterator[list[UUID]]:
    for start in range(0, len(ids), AT_ONCE):
        yield [id_ for id_ in ids[start : start + AT_ONCE] if isinstance(id_, UUID)]


class _Names:
    """Tokens of the names of areas that are new to a document, made once each."""

    def __init__(self) -> None:
        self.held: dict[int, str] = {}

    def tokens(self, area_ids: Sequence[int]) -> str:
        for id_ in area_ids:
            if id_ not in self.held:
                said = list(dict.fromkeys(text.tokens(territory.area(id_).name)))
                self.held[id_] = " ".join(vault.keyed_tokens(said))
        return "".join(f"{self.held[id_]} " for id_ in area_ids if self.held[id_])


def _move_documents(
    cases: QuerySet[Case],
    old: Mapping[str, int | None],
    new: Mapping[str, int | None],
    names: _Names,
) -> None:
    """The tokens that say where the cases lie; the former name still finds them, and the new."""
    held: Combinable = Concat(_text(" "), F("tokens"), _text(" "), output_field=TextField())
    fresh: list[int] = []
    added: list[str] = []
    for level, column in enumerate(CHAIN, start=1):
        if column not in new or new[column] == old.get(column):
            continue
        was, now = old.get(column), new[column]
        if was is not None:
            token = f" {scope_token(level, now)} " if now is not None else " "
            held = Replace(held, _text(f" {scope_token(level, was)} "), _text(token))
        elif now is not None:
            added.append(scope_token(level, now))
        if now is not None:
            fresh.append(now)
    more = names.tokens(fresh) + "".join(f"{token} " for token in added)
    SearchDoc.objects.filter(case__in=cases.values("id")).update(
        tokens=Trim(Concat(held, _text(more), output_field=TextField()))
    )


def _text(said: str) -> Value:
    return Value(said, output_field=TextField())


def _rehost(change: Change, *, actor: ActorRef, at: datetime) -> None:
    """Open cases whose desk stands elsewhere now go to the desk that answers for their place."""
    grounds = {o.id: o for o in directory.organisations_in_memory().desks}
    places = Q(pk__in=[])
    for area in change.opened:
        places |= Q(**{CHAIN[area.level - 1]: area.id})
    for recut in change.recuts:
        if recut.otherwise is None:
            # ground changed hands between areas that stay: look at those beside it
            for neighbour in change.redrawn:
                if not change.after.children(neighbour):
                    level = change.after.area(neighbour).level
                    places |= Q(**{CHAIN[level - 1]: neighbour})
            break
    open_here = Case.objects.filter(places, is_open=True)
    held = open_here.order_by().values_list("desk_id", *CHAIN).distinct()
    for desk_id, *chain in held:
        desk = grounds.get(desk_id)
        if desk is None or desk.area_id is None or desk.area_id in chain:
            continue
        if desk.kind not in LEVEL_OF_DESK:
            continue
        now = directory.desk_for(LEVEL_OF_DESK[desk.kind], chain)
        if now.id == desk.id:
            continue
        cases = open_here.filter(
            desk_id=desk.id,
            **lookups(dict(zip(CHAIN, chain, strict=True))),
        )
        ids = list(cases.order_by("id").values_list("id", flat=True))
        for start in range(0, len(ids), AT_ONCE):
            some = ids[start : start + AT_ONCE]
            Case.objects.filter(id__in=some).update(
                desk_id=now.id,
                holder_id=If(When(holder_id=desk.id, then=Value(now.id)), default=F("holder_id")),
            )
        note_many(
            "case.handed_over",
            [
                (id_, {"desk": now.id, "from_desk": desk.id, "reason": REASON, "words": None})
                for id_ in ids
            ],
            actor=actor,
            at=at,
        )
