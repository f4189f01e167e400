"""For the auditor and the security administrator: who may see what, who looked, who acted."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from gridward.access import actions as access
from gridward.access import queries as accounts
from gridward.cases import actions
from gridward.cases.queries.sight import case_numbers
from gridward.catalog.queries import catalogue
from gridward.core.errors import BadInput, NotFound, Problem
from gridward.directory import queries as directory
from gridward.directory.errors import NoSuchOrganisation, NoSuchPerson
from gridward.directory.rules import Holder
from gridward.journal import queries as journal
from gridward.journal import verbs
from gridward.journal.queries import Line
from gridward.journal.rules import ActorRef
from gridward.web.ui import words
from gridward.web.ui.pages import Choice, Pager
from gridward.web.ui.sessions import for_staff, staff_of
from gridward.web.ui.staff import name_of, shell_of
from gridward.web.workbench import pages_people as pages
from gridward.web.workbench.given import day_begins, day_ends

# --- why somebody may see an event --------------------------------------------------------------


@for_staff("people.manage", "audit.read")
@require_http_methods(["GET", "HEAD", "POST"])
def sight(request: HttpRequest) -> HttpResponse:
    """Why a person may or may not see an event; a restricted one answers as if there were none."""
    viewer = staff_of(request)
    shell = shell_of(request, viewer, "sight", {})
    if request.method != "POST":
        return render(request, "workbench/people/sight.html", {"page": pages.SightPage(shell)})
    who = request.POST.get("who", "").strip()[:32]
    number = request.POST.get("number", "").strip()[:24]
    problem: Problem | None = None
    found = None
    try:
        found = actions.ask_sight(who, number, actor=ActorRef("post", viewer.post_id))
    except NoSuchPerson:
        problem = BadInput({_("Staff number"): _("there is nobody with it.")})
    if found is None:
        problem = problem or NotFound()
        page = pages.SightPage(shell, who, number, problem=problem.message)
        return render(request, "workbench/people/sight.html", {"page": page}, status=problem.status)
    said = _("%(name)s may see this event") if found.sees else _("%(name)s may not see this event")
    page = pages.SightPage(
        shell,
        who=found.staff_number,
        number=found.case,
        answer=said % {"name": found.person},
        sees=found.sees,
        posts=tuple(pages.SightPost(p.post, p.sees, p.reasons) for p in found.posts),
        is_answered=True,
    )
    return render(request, "workbench/people/sight.html", {"page": page})


# --- the auditor's list -------------------------------------------------------------------------

# which verbs belong to which question: by their ending or their beginning, so that a room that
# comes later is found without a change here
LOOKED = ("revealed", "exported", "sight.asked", "link_opened", "searched", "export_made", "looked")
SIGNED = ("account.signed_in", "account.signed_out", "account.post_switched", "account.factor_used")
ADMINISTERED = (
    "account.",
    "person.",
    "post.",
    "organisation.",
    "token.",
    "pack.",
    "edition.",
    "decision.",
    "catalogue.",
    "territory.",
    "areas.",
    "area.",
    "boundary.",
    "delivery.",
    "subject.",
    "audit.",
)


def verbs_of(kind: str) -> set[str]:
    """The journal's verbs behind one choice of the auditor: looked, signed or administered."""
    keys = {verb.key for verb in verbs.every()}
    if kind == "signed":
        return keys & set(SIGNED)
    looked = {key for key in keys if key.endswith(LOOKED)}
    if kind == "looked":
        return looked
    return {key for key in keys if key.startswith(ADMINISTERED)} - set(SIGNED) - looked


@for_staff("audit.read")
@require_GET
def audit(request: HttpRequest) -> HttpResponse:
    """Who saw what, sign-ins and administrators' acts, by person and time; the newest first."""
    viewer = staff_of(request)
    asked = request.GET
    kinds = {
        "looked": _("Looked at or exported"),
        "signed": _("Signed in and out"),
        "administered": _("Administrators' acts"),
    }
    kind = asked.get("kind", "") if asked.get("kind", "") in kinds else "looked"
    who = asked.get("who", "").strip()[:32]
    problem: Problem | None = None
    found = journal.EntriesPage([], "")
    person = None
    try:
        person = _person_of(who) if who else None
        found = journal.entries_page(
            verbs_of(kind),
            about=_ids_of(person) if person is not None else None,
            since=day_begins(asked.get("since", ""), _("From")),
            until=day_ends(asked.get("until", ""), _("Last day")),
            cursor=asked.get("after", ""),
        )
    except BadInput as refused:
        problem = refused
    access.record_audit_look(viewer, kind=kind, about=person)
    names = ("kind", "who", "since", "until")
    kept = {name: asked[name] for name in names if asked.get(name)}
    page = pages.AuditPage(
        shell=shell_of(request, viewer, "audit", {}),
        rows=tuple(_rows(found.items)),
        kinds=tuple(Choice(key, title, chosen=key == kind) for key, title in kinds.items()),
        who=who,
        since=asked.get("since", ""),
        until=asked.get("until", ""),
        pager=Pager(
            f"?{urlencode(kept | {'after': found.cursor})}" if found.cursor else "",
            f"?{urlencode(kept)}" if asked.get("after") else "",
        ),
        problem=problem.message if problem else "",
        is_filtered=bool(kept),
    )
    status = problem.status if problem else 200
    return render(request, "workbench/people/audit.html", {"page": page}, status=status)


def _person_of(staff_number: str) -> uuid.UUID:
    try:
        return directory.person_by_staff_number(staff_number).id
    except NoSuchPerson:
        raise BadInput({_("Staff number"): _("there is nobody with it.")}) from None


def _ids_of(person_id: uuid.UUID) -> list[uuid.UUID | int | str]:
    """Everything under which a person stands in the journal: posts, account, the person."""
    ids: list[uuid.UUID | int | str] = [person_id]
    ids += [held.post_id for held in directory.all_posts_of(person_id)]
    account = accounts.account_of_person(person_id)
    if account is not None:
        ids += [account.id, f"account:{account.id}"]
    return ids


def _rows(lines: list[Line]) -> Iterable[pages.AuditRow]:
    """Entries in words; as many statements for fifty as for two."""
    # the names are read at once: a line by itself asks nothing
    posts = {_uuid(line.actor_id) for line in lines if line.actor_kind == "post"}
    posts |= {_uuid(line.subject_id) for line in lines if line.subject_kind == "post"}
    posts |= {_uuid(line.details.get("post", "")) for line in lines}
    holders = directory.holders(post for post in posts if post is not None)
    account_ids = {_uuid(line.subject_id) for line in lines if line.subject_kind == "account"}
    account_ids |= {_uuid(line.actor_id.removeprefix("account:")) for line in lines}
    account_ids |= {_uuid(line.details.get("account", "")) for line in lines}
    people = accounts.names_of_accounts(one for one in account_ids if one is not None)
    person_ids = {_uuid(line.subject_id) for line in lines if line.subject_kind == "person"}
    person_ids |= {_uuid(line.details.get("person", "")) for line in lines}
    named = directory.person_names(one for one in person_ids if one is not None)
    cases = {_uuid(line.subject_id) for line in lines if line.subject_kind == "case"}
    cases |= {_uuid(line.details.get("case", "")) for line in lines}
    numbers = case_numbers(one for one in cases if one is not None)
    for line in lines:
        yield pages.AuditRow(
            at=line.recorded_at,
            title=line.title,
            who=_who(line, holders, people),
            about=_about(line, holders, people, named, numbers),
            details=_details(line, numbers),
        )


def _who(line: Line, holders: dict[uuid.UUID, Holder], people: dict[uuid.UUID, str]) -> str:
    if line.actor_kind == "post":
        held = holders.get(_uuid(line.actor_id) or uuid.UUID(int=0))
        if held is None:
            return ""
        role = catalogue().roles.get(held.role)
        return f"{held.name} · {role.title if role else held.role}"
    own = people.get(_uuid(line.actor_id.removeprefix("account:")) or uuid.UUID(int=0))
    if own:
        return own
    return {
        "reporter": _("A reporter"),
        "import": _("An import"),
    }.get(line.actor_kind, _("The system"))


def _about(
    line: Line,
    holders: dict[uuid.UUID, Holder],
    people: dict[uuid.UUID, str],
    named: dict[uuid.UUID, str],
    numbers: dict[uuid.UUID, str],
) -> str:
    subject = _uuid(line.subject_id) or uuid.UUID(int=0)
    if line.subject_kind == "account":
        return people.get(subject, "")
    if line.subject_kind == "person":
        return named.get(subject, "")
    if line.subject_kind == "case":
        return numbers.get(subject, "")
    if line.subject_kind == "post":
        held = holders.get(subject)
        return f"{held.name} · {_role(held.role)}" if held else ""
    if line.subject_kind == "organisation":
        try:
            return name_of(directory.organisation(subject))
        except NoSuchOrganisation:
            return ""
    if line.subject_kind == "token":
        return people.get(_uuid(line.details.get("account", "")) or uuid.UUID(int=0), "")
    return ""


def _role(key: str) -> str:
    role = catalogue().roles.get(key)
    return str(role.title) if role else key


def _details(line: Line, numbers: dict[uuid.UUID, str]) -> str:
    """The few particulars that an auditor asks for, in words."""
    said = []
    case = numbers.get(_uuid(line.details.get("case", "")) or uuid.UUID(int=0))
    if case and line.subject_kind != "case":
        said.append(case)
    ways = {
        "password": _("with the password"),
        "invitation": _("with an invitation"),
        "demo": _("with a card of the demo"),
        "idle": _("after being away"),
        "code": _("with a code"),
        "recovery": _("with a recovery code"),
        "reset": _("reset by the security administrator"),
    }
    way = ways.get(str(line.details.get("how", "")))
    if way:
        said.append(way)
    for name in ("ends", "expires"):
        if line.details.get(name):
            moment = datetime.fromisoformat(str(line.details[name]))
            said.append(_("until %(moment)s") % {"moment": words.moment_words(moment)})
    return "; ".join(said)


def _uuid(text: object) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(text))
    except ValueError:
        return None
