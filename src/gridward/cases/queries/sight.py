"""Why somebody may or may not see a case, and nothing of the case itself.

For the security administrator and the auditor. A restricted case answers as one that does not
exist.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gridward.access import queries as access
from gridward.access.errors import NoPost
from gridward.access.rules import Viewer
from gridward.cases.models import Case
from gridward.cases.queries.reading import visible_cases
from gridward.catalog.definitions import Sensitivity
from gridward.catalog.queries import catalogue
from gridward.core import ids
from gridward.directory import queries as directory
from gridward.directory.rules import Holder
from gridward.tasks import queries as tasks
from gridward.territory import queries as territory


@dataclass(frozen=True)
class PostSight:
    """What one post lets its holder see of a case, step by step.

    post: role and organisation in words; reasons: the chain, each with whether it holds
    """

    post_id: UUID
    post: str
    sees: bool
    reasons: tuple[tuple[bool, str], ...]


@dataclass(frozen=True)
class Sight:
    """The answer for one person and one case. case: its number, as it was asked for."""

    case_id: UUID
    case: str
    person: str
    staff_number: str
    sees: bool
    posts: tuple[PostSight, ...]


def sight_of(staff_number: str, number: str) -> Sight | None:
    """Why this person may see the case, post by post; None for a case that does not answer.

    number: a case's number or a receipt. Raises NoSuchPerson.
    """
    person = directory.person_by_staff_number(staff_number)
    case = _case_of(number)
    if case is None:
        return None
    posts = tuple(_of_post(held, case) for held in directory.posts_of_person(person.id))
    return Sight(
        case_id=case.id,
        case=case.number,
        person=person.name,
        staff_number=person.staff_number,
        sees=any(post.sees for post in posts),
        posts=posts,
    )


def _case_of(number: str) -> Case | None:
    ordinary = Case.objects.filter(sensitivity__lt=Sensitivity.RESTRICTED)
    plain = "".join(number.split())
    if ids.is_receipt(plain):
        receipt = ids.plain_receipt(plain)
        return ordinary.filter(reports__submission__receipt=receipt).order_by("id").first()
    return ordinary.filter(number=plain).first()


def _of_post(held: Holder, case: Case) -> PostSight:
    try:
        viewer = access.viewer_of_post(held.post_id)
    except NoPost:  # it ended while we were asking
        return PostSight(held.post_id, held.role, False, ())
    reasons = [_capability(viewer), _reach(viewer, case)]
    sees = all(holds for holds, _said in reasons)
    if tasks.has_task_about(viewer, case.id):
        reasons.append((True, _("A task about this event was given to this post.")))
        sees = sees or viewer.may("case.see")
    if sees:
        reasons.append((True, _("The event is not a restricted one.")))
    account = access.account_of_person(held.person_id)
    if account is None or not account.is_active:
        said = _("The account is locked.") if account else _("There is no account.")
        reasons.append((False, said))
        sees = False
    role = catalogue().roles.get(held.role)
    where = directory.organisation(held.organisation_id).title(get_language() or "zh")
    title = f"{role.title if role else held.role} · {where}"
    if held.absent_name:
        title = _("for %(absent)s: %(post)s") % {"absent": held.absent_name, "post": title}
    return PostSight(held.post_id, title, sees, tuple(reasons))


def _capability(viewer: Viewer) -> tuple[bool, str]:
    if viewer.may("case.see"):
        return True, _("The role may see the events of its ground or organisation.")
    return False, _("The role may not see events at all.")


def _reach(viewer: Viewer, case: Case) -> tuple[bool, str]:
    """Whether the post's ground or organisation has the case; the door itself is asked."""
    has = visible_cases(viewer).filter(id=case.id).exists()
    if viewer.scope == "organisation":
        return has, (
            _("Its organisation has or had a part in the event.")
            if has
            else _("Its organisation has no part in the event.")
        )
    if viewer.scope == "area" and viewer.area_id is not None:
        area = territory.path_name(viewer.area_id)
        said = (
            _("The event lies on its ground: %(area)s.")
            if has
            else _("The event does not lie on its ground: %(area)s.")
        )
        return has, said % {"area": area}
    return has, _("The role reaches no ground and no organisation.")


def case_numbers(case_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Case id → number, restricted cases left out; one statement."""
    rows = Case.objects.filter(id__in=list(case_ids), sensitivity__lt=Sensitivity.RESTRICTED)
    return dict(rows.values_list("id", "number"))
