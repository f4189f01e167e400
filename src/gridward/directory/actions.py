"""Every write of the directory."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from gridward.catalog.queries import catalogue
from gridward.core import clock
from gridward.core.action import action, context
from gridward.core.db import insert_many
from gridward.core.ids import new_id
from gridward.directory import errors, files, grounds, models, queries, rules
from gridward.journal.actions import bump_generation, note, note_many
from gridward.journal.rules import ActorRef
from gridward.territory import queries as ground
from gridward.territory.carriers import Grounds
from gridward.territory.rules import Change
from gridward.vault import actions as vault
from gridward.vault import queries as vaulted


@dataclass(frozen=True, slots=True)
class NewOrganisation:
    """What `create_organisations` takes; the fields are those of the table."""

    key: str
    kind: str
    title_zh: str
    title_en: str
    type_code: str = ""
    area_id: int | None = None
    order: int = 0


@dataclass(frozen=True, slots=True)
class NewPost:
    """A post to be given with a person. area_id: None takes the organisation's own area."""

    role: str
    organisation_id: uuid.UUID
    area_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What `create_people` takes. phone: as written; it goes to the vault and nowhere else."""

    staff_number: str
    name: str
    phone: str = ""
    worker_kind: str = "none"
    posts: tuple[NewPost, ...] = ()


@dataclass(frozen=True)
class ImportReport:
    """What an import did, or with dry_run would do. Every row is in exactly one of the counts.

    rows = posts_given + posts_kept + rows_without_post + len(faulty rows);
    people: staff number → person id, of every good row.
    """

    rows: int
    people_added: int
    people_changed: int
    people_unchanged: int
    posts_given: int
    posts_kept: int
    rows_without_post: int
    faults: tuple[rules.Fault, ...]
    dry_run: bool
    people: dict[str, uuid.UUID] = field(default_factory=dict)


# --- organisations ----------------------------------------------------------------------------


@action
def create_organisations(
    new: Iterable[NewOrganisation], *, actor: ActorRef, at: datetime | None = None
) -> list[uuid.UUID]:
    """Write organisations; returns their ids in the order given.

    Raises UnknownKind or KeyTaken before anything is written.
    """
    wanted = list(new)
    taken = set(queries.organisations_in_memory().by_key)
    for one in wanted:
        if one.kind not in rules.ORGANISATION_KINDS:
            raise errors.UnknownKind(value=one.kind, known=", ".join(rules.ORGANISATION_KINDS))
        if one.key in taken:
            raise errors.KeyTaken(key=one.key)
        taken.add(one.key)
    rows = [
        models.Organisation(
            id=new_id(),
            key=one.key,
            kind=one.kind,
            type_code=one.type_code,
            title_zh=one.title_zh,
            title_en=one.title_en,
            area_id=one.area_id,
            order=one.order,
        )
        for one in wanted
    ]
    insert_many(models.Organisation, rows)
    _organisations_changed()
    note_many(
        "organisation.created",
        [
            (o.id, {"kind": o.kind, "type_code": o.type_code or None, "area": o.area_id})
            for o in rows
        ],
        actor=actor,
        at=at or clock.now(),
    )
    return [o.id for o in rows]


def create_organisation(
    *,
    key: str,
    kind: str,
    title_zh: str,
    title_en: str,
    actor: ActorRef,
    type_code: str = "",
    area_id: int | None = None,
    order: int = 0,
    at: datetime | None = None,
) -> uuid.UUID:
    """Write one organisation; returns its id. Refuses as `create_organisations` does."""
    one = NewOrganisation(key, kind, title_zh, title_en, type_code, area_id, order)
    return create_organisations([one], actor=actor, at=at)[0]


@action
def set_organisation_active(
    organisation_id: uuid.UUID, *, active: bool, actor: ActorRef, at: datetime | None = None
) -> None:
    """Take an organisation out of dispatch, or back in. Its history stays."""
    known = queries.organisation(organisation_id)
    if known.active == active:
        return
    models.Organisation.objects.filter(id=organisation_id).update(active=active)
    _organisations_changed()
    note(
        "organisation.changed",
        organisation_id,
        actor=actor,
        at=at or clock.now(),
        active=active,
        order=known.order,
    )


def _organisations_changed() -> None:
    context().memo[queries.CHANGED] = None
    bump_generation("directory")


# --- people and posts -------------------------------------------------------------------------


@action
def create_people(
    new: Iterable[NewPerson], *, actor: ActorRef, at: datetime | None = None
) -> list[uuid.UUID]:
    """Write people with their posts, in flat statements; returns person ids in the order given.

    Raises StaffNumberTaken, BadPhone, PhoneTaken, UnknownRole, PostsExclude, NoSuchOrganisation.
    """
    wanted = [replace(n, staff_number=rules.plain_staff_number(n.staff_number)) for n in new]
    moment = at or clock.now()
    numbers: set[str] = set()
    for one in wanted:
        if one.worker_kind not in rules.WORKER_KINDS:
            raise errors.UnknownKind(value=one.worker_kind, known=", ".join(rules.WORKER_KINDS))
        if one.staff_number in numbers:
            raise errors.StaffNumberTaken(number=one.staff_number)
        numbers.add(one.staff_number)
        _check_roles(p.role for p in one.posts)
        if not rules.may_hold_together(p.role for p in one.posts):
            raise errors.PostsExclude()
    for number in queries.person_ids(numbers):
        raise errors.StaffNumberTaken(number=number)
    phones = _plain_phones({one.staff_number: one.phone for one in wanted if one.phone})
    _refuse_taken_phones(phones, owners={})
    return _write_people(wanted, phones, actor=actor, at=moment)


def _write_people(
    wanted: Sequence[NewPerson], phones: dict[str, str], *, actor: ActorRef, at: datetime
) -> list[uuid.UUID]:
    secrets = _seal_phones([(number, None, phone) for number, phone in phones.items()])
    people = []
    for one in wanted:
        subject, phone = secrets.get(one.staff_number, (None, None))
        people.append(
            models.Person(
                id=new_id(),
                name=one.name,
                staff_number=one.staff_number,
                worker_kind=one.worker_kind,
                subject=subject,
                phone=phone,
            )
        )
    insert_many(models.Person, people)
    note_many(
        "person.added",
        [(p.id, {"worker_kind": p.worker_kind, "phone": p.phone is not None}) for p in people],
        actor=actor,
        at=at,
    )
    posts = [
        _post(person.id, post, at=at)
        for person, one in zip(people, wanted, strict=True)
        for post in one.posts
    ]
    _write_posts(posts, actor=actor, at=at)
    return [p.id for p in people]


def _post(
    person_id: uuid.UUID, new: NewPost, *, at: datetime, valid_to: datetime | None = None
) -> models.Post:
    organisation = queries.organisation(new.organisation_id)
    return models.Post(
        id=new_id(),
        person_id=person_id,
        role=new.role,
        organisation_id=organisation.id,
        area_id=new.area_id if new.area_id is not None else organisation.area_id,
        valid_from=at,
        valid_to=valid_to,
    )


def _write_posts(posts: Sequence[models.Post], *, actor: ActorRef, at: datetime) -> None:
    insert_many(models.Post, posts)
    note_many(
        "post.given",
        [
            (
                p.id,
                {
                    "person": p.person_id,
                    "role": p.role,
                    "organisation": p.organisation_id,
                    "area": p.area_id,
                    "begins": p.valid_from,
                    "ends": p.valid_to,
                },
            )
            for p in posts
        ],
        actor=actor,
        at=at,
    )


def _check_roles(roles: Iterable[str]) -> None:
    known = catalogue().roles
    for role in roles:
        if role not in known:
            raise errors.UnknownRole(role=role, known=", ".join(sorted(known)))


@action
def give_post(
    person_id: uuid.UUID,
    *,
    role: str,
    organisation_id: uuid.UUID,
    actor: ActorRef,
    area_id: int | None = None,
    begins: datetime | None = None,
    valid_to: datetime | None = None,
    at: datetime | None = None,
) -> uuid.UUID:
    """Give a person one more post; returns the post's id.

    area_id: None takes the organisation's own area; begins: None is at once, and never in the
    past. Raises NoSuchPerson, UnknownRole, PostsExclude, PostAlreadyHeld, PostEndsBeforeItBegins.
    """
    moment = at or clock.now()
    begins = max(begins or moment, moment)
    if valid_to is not None and valid_to <= begins:
        raise errors.PostEndsBeforeItBegins()
    _check_roles([role])
    # the person's row is the lock: two posts given at once could else exclude one another
    person = queries.lock_people([person_id]).get(person_id)
    if person is None:
        raise errors.NoSuchPerson()
    held = [
        p
        for p in models.Post.objects.filter(person_id=person_id)
        if p.valid_to is None or p.valid_to > moment
    ]
    if not rules.may_hold_together([role, *(p.role for p in held)]):
        raise errors.PostsExclude()
    post = _post(person_id, NewPost(role, organisation_id, area_id), at=begins, valid_to=valid_to)
    if any(_same_post(post, other) for other in held if other.stands_in_for_id is None):
        raise errors.PostAlreadyHeld(name=person.name)
    _write_posts([post], actor=actor, at=moment)
    return post.id


def _same_post(one: models.Post, other: models.Post) -> bool:
    return (one.role, one.organisation_id, one.area_id) == (
        other.role,
        other.organisation_id,
        other.area_id,
    )


@action
def end_post(post_id: uuid.UUID, *, actor: ActorRef, at: datetime | None = None) -> None:
    """End a post at `at`. Raises NoSuchPost, PostEnded, PostEndsBeforeItBegins."""
    moment = at or clock.now()
    post = queries.lock_post(post_id)
    if post.valid_to is not None and post.valid_to <= moment:
        raise errors.PostEnded()
    if moment < post.valid_from:
        raise errors.PostEndsBeforeItBegins()
    # whoever stands in for a post that ends, stands in no longer
    for deputy in queries.stand_ins_of(post_id, at=moment):
        _end(deputy.post_id, deputy.person_id, post.role, deputy.valid_from, actor, moment)
    _end(post_id, post.person_id, post.role, post.valid_from, actor, moment)


def _end(
    post_id: uuid.UUID,
    person_id: uuid.UUID,
    role: str,
    begins: datetime,
    actor: ActorRef,
    at: datetime,
) -> None:
    # one that has not begun ends with its beginning: it never stood
    ends = max(at, begins)
    models.Post.objects.filter(id=post_id).update(valid_to=ends)
    note("post.ended", post_id, actor=actor, at=at, person=person_id, role=role, ends=ends)


# --- absence ----------------------------------------------------------------------------------


@action
def name_deputy(
    post_id: uuid.UUID,
    *,
    deputy_id: uuid.UUID,
    begins: datetime,
    ends: datetime,
    actor: ActorRef,
    at: datetime | None = None,
) -> uuid.UUID:
    """Have a colleague work in a post while its holder is away; returns the deputy's post.

    The deputy's post has the same role, organisation and ground and ends by itself. A period that
    began already counts from now. deputy_id: a person.
    Raises PeriodMissing, NoSuchPost, PostEnded, NotTheirPost, NoDeputy, PostsExclude, AlreadyAway,
    DeputyAway.
    """
    moment = at or clock.now()
    begins = max(begins, moment)
    if ends <= begins:
        raise errors.PeriodMissing()
    # the deputy's row is the lock against other posts, the post's row against other deputies
    deputy = queries.lock_people([deputy_id]).get(deputy_id)
    post = queries.lock_post(post_id)
    if post.stands_in_for_id is not None:
        raise errors.NotTheirPost()
    if post.valid_to is not None and post.valid_to <= begins:
        raise errors.PostEnded()
    if post.valid_to is not None:
        ends = min(ends, post.valid_to)
    if deputy is None or not deputy.active or deputy.id == post.person_id:
        raise errors.NoDeputy()
    held = [
        p
        for p in models.Post.objects.filter(person=deputy)
        if rules.overlaps(begins, ends, p.valid_from, p.valid_to)
    ]
    own = [p for p in held if p.stands_in_for_id is None]
    if not rules.may_deputise(
        (post.organisation_id, post.area_id), [(p.organisation_id, p.area_id) for p in own]
    ):
        raise errors.NoDeputy()
    if not rules.may_hold_together([post.role, *(p.role for p in held)]):
        raise errors.PostsExclude()
    for other in queries.stand_ins_of(post_id, at=moment):
        if rules.overlaps(begins, ends, other.valid_from, other.valid_to):
            raise errors.AlreadyAway(name=other.name)
    away = models.Post.objects.filter(
        stands_in_for__person=deputy, valid_from__lt=ends, valid_to__gt=begins
    )
    if away.exists():
        raise errors.DeputyAway(name=deputy.name)
    row = models.Post(
        id=new_id(),
        person=deputy,
        role=post.role,
        organisation_id=post.organisation_id,
        area_id=post.area_id,
        valid_from=begins,
        valid_to=ends,
        stands_in_for=post,
    )
    row.save(force_insert=True)
    note(
        "post.stood_in",
        row.id,
        actor=actor,
        at=moment,
        person=deputy.id,
        for_post=post.id,
        absent=post.person_id,
        role=post.role,
        organisation=post.organisation_id,
        begins=begins,
        ends=ends,
    )
    return row.id


@action
def end_absence(stand_in_id: uuid.UUID, *, actor: ActorRef, at: datetime | None = None) -> None:
    """End a deputy's time, or take it back before it begins. Raises NoSuchPost, PostEnded."""
    moment = at or clock.now()
    post = queries.lock_post(stand_in_id)
    if post.stands_in_for_id is None:
        raise errors.NoSuchPost()
    if post.valid_to is not None and post.valid_to <= max(moment, post.valid_from):
        raise errors.PostEnded()
    _end(post.id, post.person_id, post.role, post.valid_from, actor, moment)


# --- telephone numbers ------------------------------------------------------------------------


def _plain_phones(written: dict[str, str]) -> dict[str, str]:
    plain: dict[str, str] = {}
    for number, phone in written.items():
        digits = rules.plain_phone(phone)
        if digits is None:
            raise errors.BadPhone()
        plain[number] = digits
    return plain


def _refuse_taken_phones(phones: dict[str, str], owners: dict[str, uuid.UUID | None]) -> None:
    """Raise PhoneTaken when a phone is another's. owners: staff number → their vault subject."""
    for number, other in phones_of_others(phones, owners):
        raise errors.PhoneTaken(number=other or number)


def phones_of_others(
    phones: dict[str, str], owners: dict[str, uuid.UUID | None]
) -> list[tuple[str, str]]:
    """(staff number, whose phone it is) for every phone that already belongs to another person.

    phones: staff number → plain phone; owners: staff number → vault subject, where known.
    """
    first: dict[str, str] = {}
    clashes = []
    for number, phone in phones.items():
        if first.setdefault(phone, number) != number:
            clashes.append((number, first[phone]))
    subjects = vaulted.subjects_by_phones(list(first))
    every = {subject for found in subjects.values() for subject in found}
    staff = queries.staff_numbers_of_subjects(every)
    for number, phone in phones.items():
        for subject in subjects.get(phone, ()):
            if subject in staff and subject != owners.get(number):
                clashes.append((number, staff[subject]))
                break
    return clashes


def _seal_phones(
    phones: Sequence[tuple[str, uuid.UUID | None, str]],
) -> dict[str, tuple[uuid.UUID, uuid.UUID]]:
    """(staff number, subject if any, phone) → staff number → (subject, secret), sealed in bulk."""
    if not phones:
        return {}
    fresh = iter(vault.new_subjects(sum(1 for _, subject, _ in phones if subject is None)))
    placed = [
        (number, subject if subject is not None else next(fresh), phone)
        for number, subject, phone in phones
    ]
    secrets = vault.seal_texts(
        [(subject, "contact.phone", phone, None) for _, subject, phone in placed]
    )
    return {
        number: (subject, secret.id)
        for (number, subject, _), secret in zip(placed, secrets, strict=True)
    }


# --- import -----------------------------------------------------------------------------------


@action
def import_people(
    table: Sequence[Sequence[object]],
    *,
    actor: ActorRef,
    good_rows_only: bool = False,
    dry_run: bool = False,
    at: datetime | None = None,
) -> ImportReport:
    """Bring people and posts to what a table says; returns what was done, row by row accounted.

    table: rows of cells, headings first, in Chinese or English (`rules.HEADINGS`). People are
    recognised by staff number: a known one is changed where the row differs, so the same file
    twice changes nothing the second time. Posts are only ever added here. With faults nothing is
    written, unless good_rows_only. dry_run writes nothing and reports all the same.
    Raises MissingHeadings, TooManyRows, FaultyRows.
    """
    moment = at or clock.now()
    good, faults, filled = _read(table)
    known = queries.people_by_staff_number({r.staff_number for r in good})
    first = {r.staff_number: r for r in reversed(good)}
    held = queries.open_posts_of(p.id for p in known.values())
    owners = {number: p.subject for number, p in known.items()}
    faults += _clashes(good, known, held, owners, first)
    if faults and not good_rows_only and not dry_run:
        faulty = len({f.row for f in faults})
        raise errors.FaultyRows(count=faulty, faults=tuple(sorted_faults(faults)))
    bad = {f.row for f in faults}
    good = [r for r in good if r.row not in bad]
    first = {r.staff_number: r for r in reversed(good)}

    changed = _changed(first, known)
    added = [r for number, r in first.items() if number not in known]
    posts, kept = _missing_posts(good, known, held)
    if not dry_run:
        ids = _write_import(added, changed, known, posts, actor=actor, at=moment)
    else:
        ids = {number: p.id for number, p in known.items() if number in first}
    return ImportReport(
        rows=filled,
        people_added=len(added),
        people_changed=len(changed),
        people_unchanged=len(first) - len(added) - len(changed),
        posts_given=len(posts),
        posts_kept=kept,
        rows_without_post=sum(1 for r in good if r.role is None),
        faults=tuple(sorted_faults(faults)),
        dry_run=dry_run,
        people=ids,
    )


def import_people_file(
    content: bytes,
    name: str,
    *,
    actor: ActorRef,
    good_rows_only: bool = False,
    dry_run: bool = False,
    at: datetime | None = None,
) -> ImportReport:
    """`import_people` from the bytes of a CSV or XLSX file. Raises UnreadableFile besides."""
    return import_people(
        files.table_of(content, name),
        actor=actor,
        good_rows_only=good_rows_only,
        dry_run=dry_run,
        at=at,
    )


def sorted_faults(faults: Iterable[rules.Fault]) -> list[rules.Fault]:
    """Faults in the order of the file, each once."""
    return sorted(set(faults), key=lambda f: (f.row, f.column, f.code))


def _read(
    table: Sequence[Sequence[object]],
) -> tuple[list[rules.PersonRow], list[rules.Fault], int]:
    if len(table) - 1 > rules.MAX_ROWS:
        raise errors.TooManyRows(limit=rules.MAX_ROWS)
    heading = rules.heading_row(table)
    _where, missing = rules.columns(table[heading] if table else [])
    if missing:
        raise errors.MissingHeadings(
            missing=", ".join(f"{rules.HEADINGS[m][0]} ({m})" for m in missing)
        )
    filled = sum(1 for cells in table[heading + 1 :] if any(rules.cell(c) for c in cells))
    good, faults = rules.read_rows(table, _known(), heading=heading)
    return good, faults, filled


def _known() -> rules.Known:
    roles: dict[str, str] = {}
    for key, role in catalogue().roles.items():
        for word in (key, role.title.zh, role.title.en):
            roles[rules.folded(word)] = key
    organisations: dict[str, list[uuid.UUID]] = {}
    everyone = [o for o in queries.organisations_in_memory().all if o.active]
    for one in everyone:
        for word in {rules.folded(w) for w in (one.key, one.title_zh, one.title_en)}:
            organisations.setdefault(word, []).append(one.id)
    return rules.Known(
        roles=roles,
        organisations=organisations,
        areas=AreaFinder(),
        organisation_areas={o.id: o.area_id for o in everyone},
    )


def _clashes(
    good: Sequence[rules.PersonRow],
    known: dict[str, models.Person],
    held: dict[uuid.UUID, list[models.Post]],
    owners: dict[str, uuid.UUID | None],
    first: dict[str, rules.PersonRow],
) -> list[rules.Fault]:
    """Faults that only the tables can show: phones of others, posts that exclude one another."""
    faults = []
    phones = {r.staff_number: r.phone for r in first.values() if r.phone}
    for number, other in phones_of_others(phones, owners):
        faults.append(rules.Fault(first[number].row, "phone", "phone_of_another", other))
    roles: dict[str, set[str]] = {}
    for row in good:
        mine = roles.setdefault(row.staff_number, set())
        if not mine and row.staff_number in known:
            mine.update(p.role for p in held.get(known[row.staff_number].id, ()))
        if row.role is not None:
            mine.add(row.role)
            if not rules.may_hold_together(mine):
                faults.append(rules.Fault(row.row, "role", "posts_exclude", row.role))
    return faults


def _changed(
    first: dict[str, rules.PersonRow], known: dict[str, models.Person]
) -> list[tuple[models.Person, rules.PersonRow, bool]]:
    """(person, row, whether the phone is new) of the people whom the table changes.

    A number that was erased went with its key: the person gets a new one for the new number.
    """
    there = {n: p for n, p in known.items() if n in first}
    phones = vaulted.open_texts([p.phone for p in there.values() if p.phone is not None])
    found = []
    for number, person in there.items():
        row = first[number]
        old = phones.get(person.phone) if person.phone is not None else None
        if person.phone is not None and old is None:
            person.subject = person.phone = None
        # an empty cell says nothing; it does not take a number away
        new_phone = bool(row.phone) and row.phone != old
        if new_phone or (person.name, person.worker_kind) != (row.name, row.worker_kind):
            found.append((person, row, new_phone))
    return found


def _missing_posts(
    good: Sequence[rules.PersonRow],
    known: dict[str, models.Person],
    held: dict[uuid.UUID, list[models.Post]],
) -> tuple[list[rules.PersonRow], int]:
    there = {
        (number, p.role, p.organisation_id, p.area_id)
        for number, person in known.items()
        for p in held.get(person.id, ())
    }
    missing, kept = [], 0
    for row in good:
        if row.role is None or row.organisation_id is None:
            continue
        key = (row.staff_number, row.role, row.organisation_id, row.area_id)
        if key in there:
            kept += 1
            continue
        there.add(key)
        missing.append(row)
    return missing, kept


def _write_import(
    added: Sequence[rules.PersonRow],
    changed: Sequence[tuple[models.Person, rules.PersonRow, bool]],
    known: dict[str, models.Person],
    posts: Sequence[rules.PersonRow],
    *,
    actor: ActorRef,
    at: datetime,
) -> dict[str, uuid.UUID]:
    queries.lock_people(person.id for person, _, _ in changed)
    new = [NewPerson(r.staff_number, r.name, r.phone, r.worker_kind) for r in added]
    phones = {r.staff_number: r.phone for r in added if r.phone}
    ids = {number: p.id for number, p in known.items()}
    ids.update(
        zip(
            (r.staff_number for r in added),
            _write_people(new, phones, actor=actor, at=at),
            strict=True,
        )
    )
    _write_changes(changed, actor=actor, at=at)
    rows = [
        _post(ids[r.staff_number], NewPost(r.role or "", r.organisation_id, r.area_id), at=at)
        for r in posts
        if r.organisation_id is not None
    ]
    _write_posts(rows, actor=actor, at=at)
    return ids


def _write_changes(
    changed: Sequence[tuple[models.Person, rules.PersonRow, bool]],
    *,
    actor: ActorRef,
    at: datetime,
) -> None:
    sealed = _seal_phones([(r.staff_number, p.subject, r.phone) for p, r, new in changed if new])
    details = []
    outdated = []
    for person, row, _new in changed:
        renamed, other_kind = person.name != row.name, person.worker_kind != row.worker_kind
        person.name, person.worker_kind = row.name, row.worker_kind
        if row.staff_number in sealed:
            if person.phone is not None:
                outdated.append(person.phone)
            person.subject, person.phone = sealed[row.staff_number]
        details.append(
            (
                person.id,
                {
                    "name": renamed,
                    "phone": row.staff_number in sealed,
                    "worker_kind": row.worker_kind if other_kind else None,
                },
            )
        )
    models.Person.objects.bulk_update(
        [p for p, _, _ in changed], ["name", "worker_kind", "subject", "phone"], batch_size=500
    )
    if outdated:
        vault.drop_texts(outdated)
    note_many("person.changed", details, actor=actor, at=at)


class AreaFinder:
    """Areas by code, place name or key, from memory."""

    def __init__(self) -> None:
        self._found: dict[str, list[int]] = {}
        for area in ground.ground().by_code.values():
            for word in {rules.folded(w) for w in (area.code, area.name) if w}:
                self._found.setdefault(word, []).append(area.id)

    def __call__(self, word: str) -> Sequence[int]:
        return self._found.get(word, ())


# --- grounds and what is published ------------------------------------------------------------


@action
def follow_grounds(
    change: Change, chosen: Grounds, *, actor: ActorRef, at: datetime | None = None
) -> int:
    """Organisations and posts of ended areas go on where it was chosen; returns how many did.

    A post keeps its id, so that whatever waits for it goes on waiting; for a second new area its
    person gets another post. Two posts that become the same one end as one: the older stays.
    """
    moment = at or clock.now()
    organisations, posts = grounds.on_ended(change)
    moved = 0
    for one in organisations:
        to = chosen.get(f"organisation:{one.id}")
        if not to:
            continue
        models.Organisation.objects.filter(id=one.id).update(area_id=to[0])
        note(
            "organisation.moved",
            one.id,
            actor=actor,
            at=moment,
            from_area=one.area_id,
            area=to[0],
            version=change.version,
        )
        moved += 1
    if organisations:
        _organisations_changed()
    for post in posts:
        to = chosen.get(f"post:{post.id}")
        if to:
            moved += _move_post(post, to, change.version, actor=actor, at=moment)
    return moved


def _move_post(
    post: models.Post, to: Sequence[int], version: int, *, actor: ActorRef, at: datetime
) -> int:
    here = models.Post.objects.filter(
        person_id=post.person_id,
        role=post.role,
        organisation_id=post.organisation_id,
        area_id__in=list(to),
        valid_to__isnull=True,
    )
    taken = set(here.values_list("area_id", flat=True)) if post.valid_to is None else set()
    fresh = [area for area in to if area not in taken]
    if not fresh:
        models.Post.objects.filter(id=post.id).update(valid_to=max(at, post.valid_from))
        note(
            "post.ended",
            post.id,
            actor=actor,
            at=at,
            person=post.person_id,
            role=post.role,
            ends=max(at, post.valid_from),
        )
        return 1
    models.Post.objects.filter(id=post.id).update(area_id=fresh[0])
    note(
        "post.moved",
        post.id,
        actor=actor,
        at=at,
        from_area=post.area_id,
        area=fresh[0],
        version=version,
    )
    more = [
        models.Post(
            id=new_id(),
            person_id=post.person_id,
            role=post.role,
            organisation_id=post.organisation_id,
            area_id=area,
            valid_from=max(at, post.valid_from),
            valid_to=post.valid_to,
            public_name=post.public_name,
            public_phone=post.public_phone,
        )
        for area in fresh[1:]
    ]
    _write_posts(more, actor=actor, at=at)
    return 1


@action
def publish_post(
    post_id: uuid.UUID, *, name: str, phone: str, actor: ActorRef, at: datetime | None = None
) -> None:
    """What everybody may know of a post: a name and a working number; empty takes it back.

    The number is the office's for this post; nobody's own is taken over from the vault.
    Raises NoSuchPost, PostEnded, BadOfficePhone.
    """
    moment = at or clock.now()
    post = queries.lock_post(post_id)
    if post.valid_to is not None and post.valid_to <= moment:
        raise errors.PostEnded()
    said, number = " ".join(name.split())[:80], _public_phone(phone)
    if (post.public_name, post.public_phone) == (said, number):
        return
    models.Post.objects.filter(id=post_id).update(public_name=said, public_phone=number)
    note(
        "post.published",
        post_id,
        actor=actor,
        at=moment,
        name=bool(said),
        phone=bool(number),
    )


@action
def publish_phones(
    phones: Mapping[uuid.UUID, str], *, actor: ActorRef, at: datetime | None = None
) -> None:
    """The numbers that organisations print on plates and show to everybody; empty takes one back.

    Raises NoSuchOrganisation, BadOfficePhone; then nothing is changed.
    """
    plain = {queries.organisation(id_).id: _public_phone(phone) for id_, phone in phones.items()}
    held = grounds.public_phones(plain)
    changed = {id_: phone for id_, phone in plain.items() if held.get(id_, "") != phone}
    for id_, phone in changed.items():
        models.Organisation.objects.filter(id=id_).update(public_phone=phone)
    note_many(
        "organisation.published",
        [(id_, {"phone": bool(phone)}) for id_, phone in changed.items()],
        actor=actor,
        at=at or clock.now(),
    )


def _public_phone(written: str) -> str:
    """As it was written, when it is a number at all: offices group theirs as people dial them."""
    said = " ".join(written.split())
    if said and rules.plain_phone(said) is None:
        raise errors.BadOfficePhone()
    return said[:30]
