"""Every read of the directory. Organisations come from memory, people and posts from the tables."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from gridward.core import clock, jurisdiction
from gridward.core.action import context, in_action
from gridward.directory import models, rules
from gridward.directory.errors import NoSuchOrganisation, NoSuchPerson, NoSuchPost
from gridward.directory.rules import Holder, Organisation
from gridward.journal.queries import generation


@dataclass(frozen=True)
class Organisations:
    """All organisations of a jurisdiction, as of one generation."""

    generation: int
    all: tuple[Organisation, ...]
    by_id: dict[uuid.UUID, Organisation]
    by_key: dict[str, Organisation]
    by_type: dict[str, list[Organisation]] = field(default_factory=dict)
    desks: list[Organisation] = field(default_factory=list)


_held: dict[str, Organisations] = {}
CHANGED = "directory.organisations"


def organisations_in_memory() -> Organisations:
    """Every organisation, read again when the directory's generation has grown."""
    if in_action() and CHANGED in context().memo:
        # this action has changed organisations: what it reads is nobody else's before the commit
        memo = context().memo
        if memo[CHANGED] is None:
            memo[CHANGED] = _read_organisations(0)
        own: Organisations = memo[CHANGED]
        return own
    here = jurisdiction.current().key
    number = generation("directory")
    held = _held.get(here)
    if held is None or held.generation != number:
        held = _held[here] = _read_organisations(number)
    return held


def _read_organisations(number: int) -> Organisations:
    rows = tuple(
        Organisation(
            id=o.id,
            key=o.key,
            kind=o.kind,
            type_code=o.type_code,
            title_zh=o.title_zh,
            title_en=o.title_en,
            area_id=o.area_id,
            order=o.order,
            active=o.active,
        )
        for o in models.Organisation.objects.all()
    )
    by_type: dict[str, list[Organisation]] = {}
    for row in rows:
        if row.type_code:
            by_type.setdefault(row.type_code, []).append(row)
    return Organisations(
        generation=number,
        all=rows,
        by_id={o.id: o for o in rows},
        by_key={o.key: o for o in rows},
        by_type=by_type,
        desks=[o for o in rows if o.kind in rules.DESK_OF_LEVEL["community"]],
    )


def organisations(*, kind: str | None = None, active_only: bool = True) -> list[Organisation]:
    """Organisations in the fixed order of the list, of one kind if asked."""
    return [
        o
        for o in organisations_in_memory().all
        if (kind is None or o.kind == kind) and (o.active or not active_only)
    ]


def organisation(organisation_id: uuid.UUID) -> Organisation:
    """The organisation with this id. Raises NoSuchOrganisation."""
    try:
        return organisations_in_memory().by_id[organisation_id]
    except KeyError:
        raise NoSuchOrganisation() from None


def is_at_work(organisation_id: uuid.UUID) -> bool:
    """Whether there is such an organisation and it has not been closed."""
    found = organisations_in_memory().by_id.get(organisation_id)
    return found is not None and found.active


def organisation_by_key(key: str) -> Organisation:
    """The organisation with this key. Raises NoSuchOrganisation."""
    try:
        return organisations_in_memory().by_key[key]
    except KeyError:
        raise NoSuchOrganisation() from None


def desk_for(level: str, chain: Sequence[int | None]) -> Organisation:
    """The desk that takes what happens at a place.

    level: community, street or district, as the matter says; chain: area ids from the top down.
    Where no such desk stands the next one up answers; without a place, the district desk.
    Raises NoSuchOrganisation when not even a district desk exists.
    """
    found = rules.choose_desk(organisations_in_memory().desks, level, chain)
    if found is None:
        raise NoSuchOrganisation()
    return found


def departments_of(type_code: str, chain: Sequence[int | None]) -> list[Organisation]:
    """Active organisations of a type that answer for a place, the nearest first.

    For a place in a street that has its own department that one comes before the district's.
    """
    of_type = organisations_in_memory().by_type.get(type_code, [])
    return rules.choose_departments(of_type, type_code, chain)


def department_for(
    type_code: str, chain: Sequence[int | None], *, level: str | None = None
) -> Organisation | None:
    """The one organisation of a type for a place; level `district` takes the furthest one up."""
    found = departments_of(type_code, chain)
    if not found:
        return None
    return found[-1] if level == "district" else found[0]


# --- people and posts -------------------------------------------------------------------------


def _current(at: datetime | None) -> Q:
    now = at or clock.now()
    return Q(valid_from__lte=now) & (Q(valid_to__isnull=True) | Q(valid_to__gt=now))


def _holders(posts: QuerySet[models.Post]) -> list[Holder]:
    return [
        Holder(
            post_id=p.id,
            person_id=p.person_id,
            name=_acting_name(p),
            own_name=p.person.name,
            staff_number=p.person.staff_number,
            worker_kind=p.person.worker_kind,
            role=p.role,
            organisation_id=p.organisation_id,
            area_id=p.area_id,
            valid_from=p.valid_from,
            valid_to=p.valid_to,
            stands_in_for=p.stands_in_for_id,
            absent_name=p.stands_in_for.person.name if p.stands_in_for is not None else "",
        )
        for p in posts.select_related("person", "stands_in_for__person").order_by(
            "person__staff_number", "valid_from", "id"
        )
    ]


def _acting_name(post: models.Post) -> str:
    if post.stands_in_for is None:
        return post.person.name
    return _("%(deputy)s (for %(absent)s)") % {
        "deputy": post.person.name,
        "absent": post.stands_in_for.person.name,
    }


def person(person_id: uuid.UUID) -> models.Person:
    """The person with this id. Raises NoSuchPerson."""
    try:
        return models.Person.objects.get(id=person_id)
    except models.Person.DoesNotExist:
        raise NoSuchPerson() from None


def person_by_staff_number(staff_number: str) -> models.Person:
    """The person with this staff number. Raises NoSuchPerson."""
    try:
        return models.Person.objects.get(staff_number=rules.plain_staff_number(staff_number))
    except models.Person.DoesNotExist:
        raise NoSuchPerson() from None


def person_of_subject(subjects: Collection[uuid.UUID]) -> models.Person | None:
    """The active person to whom one of these vault subjects belongs, when it is only one."""
    found = list(models.Person.objects.filter(subject__in=list(subjects), active=True)[:2])
    return found[0] if len(found) == 1 else None


def person_ids(staff_numbers: Iterable[str]) -> dict[str, uuid.UUID]:
    """Staff number → person id, of those that exist."""
    wanted = list(staff_numbers)
    found: dict[str, uuid.UUID] = {}
    for start in range(0, len(wanted), 5000):
        rows = models.Person.objects.filter(staff_number__in=wanted[start : start + 5000])
        found.update(rows.values_list("staff_number", "id"))
    return found


def holder(post_id: uuid.UUID) -> Holder:
    """The post with who holds it, current or not. Raises NoSuchPost."""
    found = _holders(models.Post.objects.filter(id=post_id))
    if not found:
        raise NoSuchPost()
    return found[0]


def holders(post_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Holder]:
    """Post id → post with its holder, current or not, in one statement."""
    wanted = set(post_ids)
    if not wanted:
        return {}
    return {h.post_id: h for h in _holders(models.Post.objects.filter(id__in=wanted))}


def posts_of_person(person_id: uuid.UUID, *, at: datetime | None = None) -> list[Holder]:
    """The posts this person holds at `at` (default now), oldest first."""
    found = _holders(models.Post.objects.filter(_current(at), person_id=person_id))
    return sorted(found, key=lambda h: (h.valid_from, h.post_id))


def staff_of(
    organisation_id: uuid.UUID, *, role: str | None = None, at: datetime | None = None
) -> list[Holder]:
    """The current posts of an organisation, by staff number."""
    posts = models.Post.objects.filter(_current(at), organisation_id=organisation_id)
    return _holders(posts.filter(role=role) if role else posts)


def workers_of_grid(
    area_id: int, *, role: str = "grid_worker", at: datetime | None = None
) -> list[Holder]:
    """Who works in the grid `area_id` now, full-time workers first; deputies for who is away."""
    away = models.Post.objects.filter(_current(at), stands_in_for=OuterRef("pk"))
    posts = models.Post.objects.filter(_current(at), ~Exists(away), role=role, area_id=area_id)
    found = _holders(posts)
    return sorted(found, key=lambda h: (h.worker_kind == "part_time", h.staff_number))


def holders_of_roles(
    roles: Iterable[str], *, area_ids: Collection[int] | None = None, at: datetime | None = None
) -> list[Holder]:
    """The current posts in these roles, on these areas if given, by staff number."""
    posts = models.Post.objects.filter(_current(at), role__in=list(roles))
    if area_ids is not None:
        posts = posts.filter(area_id__in=list(area_ids))
    return _holders(posts)


def lock_people(person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, models.Person]:
    """These people, locked in the order of their ids until the action ends."""
    rows = models.Person.objects.select_for_update().filter(id__in=list(person_ids)).order_by("id")
    return {p.id: p for p in rows}


def lock_post(post_id: uuid.UUID) -> models.Post:
    """This post, locked until the action ends. Raises NoSuchPost."""
    try:
        return models.Post.objects.select_for_update().get(id=post_id)
    except models.Post.DoesNotExist:
        raise NoSuchPost() from None


def people_by_staff_number(staff_numbers: Iterable[str]) -> dict[str, models.Person]:
    """Staff number → person, of those that exist."""
    wanted = list(staff_numbers)
    found: dict[str, models.Person] = {}
    for start in range(0, len(wanted), 5000):
        for one in models.Person.objects.filter(staff_number__in=wanted[start : start + 5000]):
            found[one.staff_number] = one
    return found


def staff_numbers_of_subjects(subjects: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Vault subject → staff number, of the subjects that are members of staff."""
    wanted = list(subjects)
    found: dict[uuid.UUID, str] = {}
    for start in range(0, len(wanted), 5000):
        rows = models.Person.objects.filter(subject__in=wanted[start : start + 5000])
        found.update(
            (subject, number)
            for subject, number in rows.values_list("subject", "staff_number")
            if subject is not None
        )
    return found


def open_posts_of(person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[models.Post]]:
    """Person id → posts without an end."""
    wanted = list(person_ids)
    found: dict[uuid.UUID, list[models.Post]] = {}
    for start in range(0, len(wanted), 5000):
        rows = models.Post.objects.filter(
            person_id__in=wanted[start : start + 5000], valid_to__isnull=True
        )
        for post in rows:
            found.setdefault(post.person_id, []).append(post)
    return found


def person_names(person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Person id → name; one statement."""
    rows = models.Person.objects.filter(id__in=list(person_ids))
    return dict(rows.values_list("id", "name"))


def staff_numbers(person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Person id → staff number."""
    wanted = list(person_ids)
    found: dict[uuid.UUID, str] = {}
    for start in range(0, len(wanted), 5000):
        rows = models.Person.objects.filter(id__in=wanted[start : start + 5000])
        found.update(rows.values_list("id", "staff_number"))
    return found


def stand_ins_of(
    post_id: uuid.UUID, *, ended_too: bool = False, at: datetime | None = None
) -> list[Holder]:
    """Who stands in for a post, now or later (or ever), the earliest first."""
    posts = models.Post.objects.filter(stands_in_for=post_id)
    if not ended_too:
        posts = posts.filter(valid_to__gt=at or clock.now())
    return sorted(_holders(posts), key=lambda h: (h.valid_from, h.post_id))


def possible_deputies(post_id: uuid.UUID, *, at: datetime | None = None) -> list[Holder]:
    """Who may stand in for a post: one post for each person of its organisation or its ground.

    Raises NoSuchPost.
    """
    post = holder(post_id)
    near = Q(organisation_id=post.organisation_id)
    if post.area_id is not None:
        near |= Q(area_id=post.area_id)
    posts = models.Post.objects.filter(
        near, _current(at), person__active=True, stands_in_for__isnull=True
    ).exclude(person_id=post.person_id)
    found: dict[uuid.UUID, Holder] = {}
    for one in _holders(posts):
        if rules.may_hold_together([post.role, one.role]):
            found.setdefault(one.person_id, one)
    return list(found.values())


PEOPLE_PER_PAGE = 50


@dataclass(frozen=True)
class PersonLine:
    """A person as a row of the list. posts: those held now, oldest first."""

    id: uuid.UUID
    name: str
    staff_number: str
    worker_kind: str
    posts: tuple[Holder, ...] = ()


@dataclass(frozen=True)
class PeoplePage:
    """A page of people by staff number; cursor: what the next page begins after, or empty."""

    items: list[PersonLine]
    cursor: str


def people_page(
    *,
    words: str = "",
    organisation_id: uuid.UUID | None = None,
    cursor: str = "",
    limit: int = PEOPLE_PER_PAGE,
    at: datetime | None = None,
) -> PeoplePage:
    """People by staff number, with their present posts; two statements for any number.

    words: the beginning of a staff number, or a part of a name; organisation_id: only people who
    hold a post there now.
    """
    people = models.Person.objects.order_by("staff_number")
    asked = " ".join(words.split())
    if asked:
        people = people.filter(
            Q(staff_number__startswith=rules.plain_staff_number(asked)) | Q(name__contains=asked)
        )
    if organisation_id is not None:
        there = models.Post.objects.filter(_current(at), organisation_id=organisation_id)
        people = people.filter(id__in=there.values("person_id"))
    if cursor:
        people = people.filter(staff_number__gt=cursor)
    rows = list(people[: limit + 1])
    more, rows = len(rows) > limit, rows[:limit]
    held: dict[uuid.UUID, list[Holder]] = {}
    for post in _holders(models.Post.objects.filter(_current(at), person__in=rows)):
        held.setdefault(post.person_id, []).append(post)
    items = [
        PersonLine(p.id, p.name, p.staff_number, p.worker_kind, tuple(held.get(p.id, ())))
        for p in rows
    ]
    return PeoplePage(items, rows[-1].staff_number if more else "")


def all_posts_of(person_id: uuid.UUID) -> list[Holder]:
    """Every post a person holds, will hold or has held, the newest first; one statement."""
    found = _holders(models.Post.objects.filter(person_id=person_id))
    return sorted(found, key=lambda h: (h.valid_from, h.post_id), reverse=True)


def staff_counts(*, at: datetime | None = None) -> dict[uuid.UUID, int]:
    """Organisation → how many people hold a post there now; one statement."""
    rows = (
        models.Post.objects.filter(_current(at))
        .order_by()
        .values_list("organisation_id")
        .annotate(many=Count("person", distinct=True))
    )
    return dict(rows)


def active_people() -> list[uuid.UUID]:
    """Ids of everybody who is not struck off, by staff number."""
    return list(models.Person.objects.filter(active=True).values_list("id", flat=True))
