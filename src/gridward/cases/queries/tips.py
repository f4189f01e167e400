"""Tips: what waits to be read at a desk, and what became of those that a worker noted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import get_language

from gridward.access.rules import Viewer
from gridward.cases.models import Report, Tip
from gridward.cases.queries.pages import CaseCard, card_of
from gridward.cases.rules.retention import months_after
from gridward.catalog.queries import catalogue
from gridward.core import clock as wall
from gridward.core.errors import NotFound
from gridward.directory import queries as directory
from gridward.territory import queries as territory
from gridward.vault import queries as vault

TIPS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class TipView:
    """A tip as its desk and its author read it.

    state: noted, reported or read; words, answer: None where nothing was said or it is erased;
    photos: the vault's files; receipt, case: of the report that was made of it
    """

    id: UUID
    state: str
    noted_at: datetime
    noted_by: str
    words: str | None
    place: str
    area: int | None
    lng: float | None
    lat: float | None
    photos: tuple[UUID, ...]
    read_at: datetime | None
    answer: str | None
    receipt: str
    case: CaseCard | None


def may_read_tips(viewer: Viewer) -> bool:
    """Whether tips are read in this post."""
    return viewer.may("case.accept")


def tips_waiting(viewer: Viewer) -> int:
    """How many tips wait at the viewer's desk; counted in an index of those alone."""
    if not may_read_tips(viewer):
        return 0
    return Tip.objects.filter(desk=viewer.organisation_id, state="noted").count()


def tips_of_desk(viewer: Viewer) -> list[TipView]:
    """What waits to be read at the viewer's desk, oldest first; flat in statements."""
    if not may_read_tips(viewer):
        return []
    rows = Tip.objects.filter(desk=viewer.organisation_id, state="noted")
    return _views(list(rows.order_by("noted_at", "id")[:TIPS_SHOWN]))


def tips_by(viewer: Viewer, *, limit: int = TIPS_SHOWN) -> list[TipView]:
    """What the viewer's post has noted, the newest first, with what became of it."""
    rows = Tip.objects.filter(post__in=viewer.posts).select_related("submission")
    return _views(list(rows.order_by("-noted_at")[:limit]))


def tip_for(viewer: Viewer, tip_id: UUID) -> TipView:
    """A tip of the viewer's desk, or one that the viewer noted. Raises NotFound."""
    mine = Q(post__in=viewer.posts)
    if may_read_tips(viewer):
        mine |= Q(desk=viewer.organisation_id)
    found = Tip.objects.filter(mine, id=tip_id).select_related("submission").first()
    if found is None:
        raise NotFound()
    return _views([found])[0]


def lock_tip(viewer: Viewer, tip_id: UUID) -> Tip:
    """A tip of the viewer's desk, locked until the action ends. Raises NotFound."""
    found = Tip.objects.select_for_update().filter(id=tip_id, desk=viewer.organisation_id).first()
    if found is None or not may_read_tips(viewer):
        raise NotFound()
    return found


def tip_noted(client_id: str) -> Tip | None:
    """The tip that this form has brought already."""
    return Tip.objects.filter(client_id=client_id).first()


def expired_tips(now: datetime, *, limit: int | None = None) -> list[UUID]:
    """Keys of tips that were read longer ago than the shortest time that anything is kept, oldest
    first; a tip whose report is kept for the law stays."""
    classes = catalogue().retention.values()
    if not classes:
        return []
    since = months_after(now, -min(each.months for each in classes))
    held = Report.objects.filter(submission=OuterRef("submission"), case__held=True)
    rows = Tip.objects.filter(~Exists(held), read_at__lt=since, vault_subject__isnull=False)
    found = rows.order_by("read_at", "id").values_list("vault_subject", flat=True)[:limit]
    return [subject for subject in found if subject is not None]


def _views(tips: Sequence[Tip]) -> list[TipView]:
    texts = vault.open_texts(id_ for tip in tips for id_ in (tip.words, tip.answer))
    files = vault.files_of(reference(tip.id) for tip in tips if tip.photos)
    names = {id_: one.name for id_, one in directory.holders([t.post for t in tips]).items()}
    cards = _cases_of([tip.submission_id for tip in tips if tip.submission_id is not None])
    return [
        TipView(
            id=tip.id,
            state=tip.state,
            noted_at=tip.noted_at,
            noted_by=names.get(tip.post, ""),
            words=texts.get(tip.words) if tip.words else None,
            place=territory.path_name(tip.area_id, get_language()) if tip.area_id else "",
            area=tip.area_id,
            lng=tip.lng,
            lat=tip.lat,
            photos=tuple(one.id for one in files.get(reference(tip.id), ())),
            read_at=tip.read_at,
            answer=texts.get(tip.answer) if tip.answer else None,
            receipt=tip.submission.receipt if tip.submission is not None else "",
            case=cards.get(tip.submission_id) if tip.submission_id is not None else None,
        )
        for tip in tips
    ]


def _cases_of(submissions: Sequence[UUID]) -> dict[UUID, CaseCard]:
    """Submission → its case as a row without words; one statement, none for none."""
    if not submissions:
        return {}
    now = wall.now()
    rows = Report.objects.filter(submission__in=submissions).select_related("case")
    return {row.submission_id: card_of(row.case, "", now) for row in rows}


def reference(tip_id: UUID) -> str:
    """What the vault's files of a tip refer to."""
    return f"tip:{tip_id}"
