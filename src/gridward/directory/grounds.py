"""Who answers for which ground: on every area, where nobody does, and what follows when areas end.

Read only; what moves is written by `actions.follow_grounds`. Numbers that everybody may see are
those that an office publishes of itself or of a post; a person's own stays in the vault.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from gridward.catalog.queries import catalogue, is_loaded
from gridward.core import clock
from gridward.directory import models, queries, rules
from gridward.directory.rules import Organisation
from gridward.territory import queries as ground
from gridward.territory.carriers import Concern, Standing
from gridward.territory.rules import AreaView, Change

WORKER = "grid_worker"


@dataclass(frozen=True, slots=True)
class Answerer:
    """Somebody in a post on an area. name: the person's, for staff; public_name and phone: what
    is published; role: as the catalogue titles it."""

    post_id: uuid.UUID
    name: str
    role: str
    organisation: Organisation
    public_name: str
    phone: str


@dataclass(frozen=True, slots=True)
class Office:
    """An organisation and the number that it publishes."""

    organisation: Organisation
    phone: str


@dataclass(frozen=True, slots=True)
class Answering:
    """Who answers for an area. people: in posts on the area itself; offices: organisations whose
    ground it is; desk: the nearest one up that takes what happens here, with duty_phone where it
    publishes none of its own."""

    area: AreaView
    people: tuple[Answerer, ...]
    offices: tuple[Office, ...]
    desk: Office | None
    duty_phone: str


@dataclass(frozen=True, slots=True)
class PublicContact:
    """What everybody may know of who answers for a place. worker_name, worker_phone: as published,
    empty where not; area: the grid; desk: the community's station or the next desk up."""

    area: AreaView
    worker_name: str
    worker_phone: str
    desk: Organisation | None
    desk_phone: str
    duty_phone: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Areas of one level where nobody holds the role that answers for them."""

    level: int
    role: str
    areas: tuple[AreaView, ...]
    of: int


def who_answers(area_id: int, *, at: datetime | None = None) -> Answering:
    """Who answers for an area and how to reach them; two statements. Raises NoSuchArea."""
    area = ground.area(area_id)
    posts = _current_posts(at).filter(area_id=area_id).order_by("role", "person__staff_number")
    # administrators answer for the system, for no ground
    posts = posts.exclude(role__in=rules.ADMINISTRATORS)
    organisations = queries.organisations_in_memory()
    found = [o for o in organisations.all if o.active and o.area_id == area_id]
    desk = rules.choose_desk(organisations.desks, "community", area.chain)
    phones = public_phones([o.id for o in [*found, *([desk] if desk else [])]])
    return Answering(
        area,
        tuple(_answerer(post) for post in posts.select_related("person")),
        tuple(Office(o, phones.get(o.id, "")) for o in found),
        Office(desk, phones.get(desk.id, "")) if desk else None,
        _duty_phone(),
    )


def public_contact(area_id: int, *, at: datetime | None = None) -> PublicContact:
    """What everybody may know of who answers for a place; two statements. Raises NoSuchArea.

    The published worker of the smallest area up the chain that has one.
    """
    return public_contacts([area_id], at=at)[area_id]


def public_contacts(
    area_ids: Iterable[int], *, at: datetime | None = None
) -> dict[int, PublicContact]:
    """`public_contact` of many areas, still in two statements."""
    areas = [ground.area(id_) for id_ in dict.fromkeys(area_ids)]
    above = {id_ for area in areas for id_ in area.chain if id_ is not None}
    posts = _current_posts(at).filter(role=WORKER).exclude(public_name="", public_phone="")
    if len(above) <= 900:
        posts = posts.filter(area_id__in=above)
    published: dict[int, models.Post] = {}
    # full-time workers first; the first of a grid is the one to call
    for post in posts.select_related("person").order_by("person__staff_number"):
        held = published.get(post.area_id or 0)
        if held is None or (
            held.person.worker_kind == "part_time" and post.person.worker_kind != "part_time"
        ):
            published[post.area_id or 0] = post
    organisations = queries.organisations_in_memory()
    desks = {
        area.id: rules.choose_desk(organisations.desks, "community", area.chain) for area in areas
    }
    phones = public_phones({desk.id for desk in desks.values() if desk is not None})
    duty = _duty_phone()
    found: dict[int, PublicContact] = {}
    for area in areas:
        near = [id_ for id_ in reversed(area.chain) if id_ is not None and id_ in published]
        shown = published[near[0]] if near else None
        desk = desks[area.id]
        found[area.id] = PublicContact(
            ground.area(near[0]) if near else area,
            shown.public_name if shown is not None else "",
            shown.public_phone if shown is not None else "",
            desk,
            phones.get(desk.id, "") if desk else "",
            duty,
        )
    return found


def answerers_of(
    area_ids: Iterable[int], *, at: datetime | None = None, most: int = 3
) -> dict[int, list[str]]:
    """Area → names of up to `most` people in posts on it, full-time workers first."""
    wanted = list(dict.fromkeys(area_ids))
    posts = _current_posts(at).filter(area_id__in=wanted, person__active=True)
    rows = posts.order_by("person__staff_number").values_list(
        "area_id", "person__name", "person__worker_kind"
    )
    found: dict[int, list[str]] = {}
    for area_id, name, _kind in sorted(rows, key=lambda row: row[2] == "part_time"):
        names = found.setdefault(area_id or 0, [])
        if len(names) < most and name not in names:
            names.append(name)
    return found


def unanswered(*, within: int | None = None, at: datetime | None = None) -> list[Gap]:
    """Where nobody answers: for every level whose scheme names a role, the areas in force without
    a present post in that role; one statement. within: only under this area."""
    if not is_loaded() or ground.boundary_version() == 0:
        return []
    wanted = {
        level.key: level.answered_by
        for level in catalogue().level_scheme.levels
        if level.answered_by
    }
    held: dict[str, set[int]] = {role: set() for role in wanted.values()}
    rows = _current_posts(at).filter(role__in=list(held), person__active=True)
    for role, area_id in rows.values_list("role", "area_id").distinct():
        held[role].add(area_id or 0)
    found = []
    for level in ground.scheme().levels:
        if level.key not in wanted:
            continue
        role = wanted[level.key]
        areas = (
            ground.areas_of_level(level.number)
            if within is None
            else ground.ground().under(within, level.number)
        )
        empty = tuple(area for area in areas if area.id not in held[role])
        found.append(Gap(level.number, role, empty, len(areas)))
    return found


def public_phones(organisation_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Organisation → the number it publishes; one statement."""
    rows = models.Organisation.objects.filter(id__in=list(organisation_ids))
    return dict(rows.exclude(public_phone="").values_list("id", "public_phone"))


def role_title(role: str) -> str:
    """What a role is called; its key where the edition in force does not know it."""
    found = catalogue().roles.get(role) if is_loaded() else None
    return str(found.title) if found is not None else role


def _answerer(post: models.Post) -> Answerer:
    return Answerer(
        post.id,
        post.person.name,
        role_title(post.role),
        queries.organisation(post.organisation_id),
        post.public_name,
        post.public_phone,
    )


def _duty_phone() -> str:
    return (catalogue().settings.duty_phone or "") if is_loaded() else ""


def _current_posts(at: datetime | None) -> QuerySet[models.Post]:
    now = at or clock.now()
    return models.Post.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=now), valid_from__lte=now
    )


# --- when areas end ---------------------------------------------------------------------------


def on_ended(change: Change) -> tuple[list[Organisation], list[models.Post]]:
    """Organisations, and posts held now or later, on areas that end; one statement."""
    ended = list(change.ended)
    if not ended:
        return [], []
    organisations = [o for o in queries.organisations_in_memory().all if o.area_id in change.ended]
    now = clock.now()
    posts = models.Post.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=now), area_id__in=ended
    ).select_related("person")
    return organisations, list(posts.order_by("area_id", "person__staff_number", "id"))


def standings(change: Change) -> Sequence[Standing]:
    """Organisations and posts whose ground ends with a change of boundaries; one statement."""
    organisations, posts = on_ended(change)
    language = get_language() or "zh"
    found = [
        Standing(f"organisation:{o.id}", o.area_id or 0, o.title(language)) for o in organisations
    ]
    for post in posts:
        office = queries.organisation(post.organisation_id).title(language)
        found.append(
            Standing(
                f"post:{post.id}",
                post.area_id or 0,
                post.person.name,
                f"{role_title(post.role)} · {office}",
                several=post.stands_in_for_id is None,
            )
        )
    return found


def concerns(change: Change) -> Sequence[Concern]:
    """How many organisations and posts stand on ended areas; one statement."""
    organisations, posts = on_ended(change)
    return [
        Concern(_("organisations"), len(organisations)),
        Concern(_("posts"), len(posts)),
    ]
