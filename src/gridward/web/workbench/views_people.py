"""The security administrator's screens: people, their posts, invitations."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gridward.access import actions as access
from gridward.access import queries as accounts
from gridward.access.capabilities import EXCLUSIVE
from gridward.access.queries import AccountState
from gridward.access.rules import Viewer
from gridward.catalog.queries import catalogue
from gridward.core import clock
from gridward.core.errors import BadInput, NotAllowed, NotFound, Problem
from gridward.directory import actions as directory
from gridward.directory import queries, rules
from gridward.directory.errors import FAULTS
from gridward.directory.rules import Holder
from gridward.territory import queries as territory
from gridward.web.ui import words
from gridward.web.ui.pages import Badge, Choice, Fact, FormField, Link, Pager, Step
from gridward.web.ui.sessions import for_staff, staff_of
from gridward.web.ui.staff import name_of, shell_of
from gridward.web.workbench import pages_people as pages
from gridward.web.workbench.given import actor, area_named, day_begins, day_ends, id_in, role_title


def _where(holder: Holder) -> str:
    """The organisation, and the ground where it is not the organisation's own."""
    organisation = queries.organisation(holder.organisation_id)
    name = name_of(organisation)
    if holder.area_id is None or holder.area_id == organisation.area_id:
        return name
    return f"{name} · {territory.path_name(holder.area_id)}"


# --- the list ---------------------------------------------------------------------------------


@for_staff("people.manage")
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """People by staff number, found by name or number, of one organisation if asked."""
    viewer = staff_of(request)
    asked = request.GET
    said, organisation = asked.get("q", "").strip()[:80], id_in(asked.get("organisation", ""))
    found = queries.people_page(
        words=said, organisation_id=organisation, cursor=asked.get("after", "")[:32]
    )
    states = accounts.account_states(one.id for one in found.items)
    kept = {k: v for k, v in (("q", said), ("organisation", str(organisation or ""))) if v}
    page = pages.PeoplePage(
        shell=shell_of(request, viewer, "people", {}),
        rows=tuple(
            pages.PersonRow(
                address=reverse("workbench:person", args=[one.id]),
                name=one.name,
                number=one.staff_number,
                posts=tuple(_post_words(post) for post in one.posts),
                badges=tuple(_account_badges(states.get(one.id))),
            )
            for one in found.items
        ),
        words=said,
        organisation=str(organisation or ""),
        organisations=tuple(
            Choice(str(one.id), name_of(one)) for one in queries.organisations(active_only=False)
        ),
        pager=Pager(
            f"?{urlencode(kept | {'after': found.cursor})}" if found.cursor else "",
            f"?{urlencode(kept)}" if asked.get("after") else "",
        ),
        is_filtered=bool(kept),
    )
    return render(request, "workbench/people/list.html", {"page": page})


def _post_words(holder: Holder) -> str:
    line = f"{role_title(holder.role)} · {_where(holder)}"
    if not holder.absent_name:
        return line
    return _("for %(absent)s: %(post)s") % {"absent": holder.absent_name, "post": line}


def _account_badges(state: AccountState | None) -> list[Badge]:
    if state is None:
        return [Badge(_("No account"), "yellow")]
    found = []
    if not state.is_active:
        found.append(Badge(_("Locked"), "red"))
    if state.invited_until is not None:
        until = words.day_words(state.invited_until)
        found.append(Badge(_("Invited until %(day)s") % {"day": until}, "blue"))
    elif not state.has_password:
        found.append(Badge(_("Not invited yet"), "yellow"))
    if state.has_second_factor:
        found.append(Badge(_("Second step"), "green"))
    return found


# --- one person -------------------------------------------------------------------------------


@for_staff("people.manage")
@require_GET
def person(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """A person's posts now and past, and how the account stands."""
    return _person_page(request, person_id)


def _person_page(
    request: HttpRequest, person_id: uuid.UUID, wrong: str = "", problem: Problem | None = None
) -> HttpResponse:
    viewer = staff_of(request)
    found = queries.person(person_id)
    state = accounts.account_states([person_id]).get(person_id)
    held = queries.all_posts_of(person_id)
    now = clock.now()
    rows = [(h, _post_row(person_id, h, now)) for h in held]
    kinds = {
        "full_time": _("Full-time grid worker"),
        "part_time": _("Part-time grid worker"),
        "professional": _("Professional grid worker"),
    }
    facts = [
        Fact(_("Staff number"), found.staff_number),
        Fact(_("Phone"), _("kept, shown to nobody") if found.phone else _("none")),
    ]
    if found.worker_kind in kinds:
        facts.append(Fact(_("Kind"), kinds[found.worker_kind]))
    page = pages.PersonPage(
        shell=shell_of(request, viewer, "people", {}),
        name=found.name,
        number=found.staff_number,
        facts=tuple(facts),
        badges=tuple(_account_badges(state)),
        now=tuple(row for h, row in rows if h.valid_to is None or h.valid_to > now),
        past=tuple(row for h, row in rows if h.valid_to is not None and h.valid_to <= now),
        steps=tuple(_person_steps(request, viewer, person_id, state, wrong, problem)),
        back=Link(_("People"), reverse("workbench:people")),
    )
    status = problem.status if problem is not None else 200
    return render(request, "workbench/people/person.html", {"page": page}, status=status)


def _post_row(person_id: uuid.UUID, held: Holder, now: datetime) -> pages.PostRow:
    ended = held.valid_to is not None and held.valid_to <= now
    if ended:
        state = Badge(_("Ended"), "")
    elif held.valid_from > now:
        state = Badge(_("Begins later"), "blue")
    else:
        state = Badge(_("Holds now"), "green")
    return pages.PostRow(
        title=role_title(held.role),
        where=_where(held),
        since=held.valid_from,
        until=held.valid_to,
        state=state,
        is_current=not ended,
        end="" if ended else reverse("workbench:post-end", args=[person_id, held.post_id]),
        absence=""
        if ended or held.stands_in_for is not None
        else reverse("account:absence", args=[held.post_id]),
        note=_("Stands in for %(name)s") % {"name": held.absent_name} if held.absent_name else "",
    )


def _person_steps(
    request: HttpRequest,
    viewer: Viewer,
    person_id: uuid.UUID,
    state: AccountState | None,
    wrong: str,
    problem: Problem | None,
) -> Iterable[Step]:
    def step(key: str, title: str, icon: str, hint: str = "", **more: object) -> Step:
        mistaken = problem is not None and wrong == key
        return Step(
            key=key,
            title=title,
            address=reverse("workbench:person-act", args=[person_id, key]),
            version=0,
            hint=hint,
            icon=icon,
            error=problem.message if problem is not None and mistaken else "",
            is_open=mistaken,
            **more,  # type: ignore[arg-type]
        )

    values = request.POST if wrong == "post" else {}
    yield step(
        "post",
        _("Give a post"),
        "briefcase",
        _(
            "The system, security and audit administrators hold no other post, and are three "
            "different people."
        ),
        fields=tuple(_post_fields(values)),
    )
    if not viewer.may("accounts.manage"):
        return
    if state is None:
        yield step("open", _("Open an account"), "key")
        return
    hint = _(
        "The code is shown once, on a slip to print. An invitation that is still open ends; a "
        "password that was chosen goes on working until the code is used."
    )
    yield step("invite", _("Invite, or give a new password"), "send", hint)
    if state.is_active:
        yield step(
            "lock",
            _("Lock the account"),
            "lock",
            _("Whoever is signed in is out at once. Posts and work stay as they are."),
            tone="warn",
        )
    else:
        yield step("unlock", _("Unlock the account"), "shield-check")
    if state.has_second_factor:
        yield step(
            "reset",
            _("Reset the second step"),
            "refresh",
            _(
                "For a lost phone. Make sure that it is really them: afterwards the password alone "
                "signs in."
            ),
            tone="warn",
        )


def _post_fields(values: object) -> Iterable[FormField]:
    given = values.get if hasattr(values, "get") else {}.get
    roles = tuple(
        Choice(role.key, str(role.title), group=_role_group(role.capabilities))
        for role in catalogue().roles.values()
    )
    yield FormField(
        "role",
        "select",
        _("Role"),
        value=str(given("role", "")),
        required=True,
        choices=tuple(sorted(roles, key=lambda choice: choice.group)),
    )
    yield FormField(
        "organisation",
        "select",
        _("Organisation"),
        value=str(given("organisation", "")),
        required=True,
        choices=tuple(Choice(str(o.id), name_of(o)) for o in queries.organisations()),
    )
    yield FormField(
        "area",
        "text",
        _("Area"),
        _("Code or name of a grid or another area; empty takes the organisation's own ground."),
        str(given("area", "")),
        most=80,
    )
    yield FormField("begins", "date", _("From"), _("Empty is at once."), str(given("begins", "")))
    yield FormField(
        "ends", "date", _("Last day"), _("Empty is until further notice."), str(given("ends", ""))
    )


def _role_group(capabilities: Iterable[str]) -> str:
    exclusive = not set(EXCLUSIVE).isdisjoint(capabilities)
    return _("Administrators (hold no other post)") if exclusive else _("Posts")


@for_staff("people.manage")
@require_POST
def person_act(request: HttpRequest, person_id: uuid.UUID, key: str) -> HttpResponse:
    """One of the forms of a person's page; a refusal shows it again with what was typed."""
    viewer = staff_of(request)
    acts: dict[str, Callable[[HttpRequest, Viewer, uuid.UUID], HttpResponse]] = {
        "post": _give_post,
        "open": _open,
        "invite": _invite,
        "lock": _lock,
        "unlock": _unlock,
        "reset": _reset,
    }
    if key not in acts:
        raise NotFound()
    queries.person(person_id)
    if key != "post" and not viewer.may("accounts.manage"):
        raise NotAllowed()
    try:
        return acts[key](request, viewer, person_id)
    except NotFound:
        raise
    except Problem as problem:
        return _person_page(request, person_id, key, problem)


def _done(request: HttpRequest, person_id: uuid.UUID, said: str) -> HttpResponse:
    messages.success(request, said)
    return HttpResponseRedirect(reverse("workbench:person", args=[person_id]), status=303)


def _give_post(request: HttpRequest, viewer: Viewer, person_id: uuid.UUID) -> HttpResponse:
    asked = request.POST
    organisation = id_in(asked.get("organisation", ""))
    if organisation is None or not asked.get("role"):
        raise BadInput({_("Post"): _("choose a role and an organisation.")})
    directory.give_post(
        person_id,
        role=asked["role"],
        organisation_id=organisation,
        area_id=area_named(asked.get("area", "")),
        begins=day_begins(asked.get("begins", ""), _("From")),
        valid_to=day_ends(asked.get("ends", ""), _("Last day")),
        actor=actor(viewer),
    )
    return _done(request, person_id, _("The post is given."))


def _open(request: HttpRequest, viewer: Viewer, person_id: uuid.UUID) -> HttpResponse:
    access.open_accounts([person_id], actor=actor(viewer))
    return _done(request, person_id, _("The account is open. Invite the person next."))


def _account_id(person_id: uuid.UUID) -> uuid.UUID:
    found = accounts.account_of_person(person_id)
    if found is None:
        raise NotFound()
    return found.id


@sensitive_variables()
def _invite(request: HttpRequest, viewer: Viewer, person_id: uuid.UUID) -> HttpResponse:
    invited = access.invite([_account_id(person_id)], actor=actor(viewer))
    back = Link(invited[0].name, reverse("workbench:person", args=[person_id]))
    return _slips(request, viewer, invited, back)


def _lock(request: HttpRequest, viewer: Viewer, person_id: uuid.UUID) -> HttpResponse:
    if person_id == viewer.person_id:
        raise BadInput({_("Account"): _("one's own account cannot be locked.")})
    access.lock_account(_account_id(person_id), actor=actor(viewer))
    return _done(request, person_id, _("The account is locked."))


def _unlock(request: HttpRequest, viewer: Viewer, person_id: uuid.UUID) -> HttpResponse:
    access.unlock_account(_account_id(person_id), actor=actor(viewer))
    return _done(request, person_id, _("The account is unlocked."))


def _reset(request: HttpRequest, viewer: Viewer, person_id: uuid.UUID) -> HttpResponse:
    access.reset_second_factor(_account_id(person_id), actor=actor(viewer))
    return _done(request, person_id, _("The second step is reset."))


@for_staff("people.manage")
@require_POST
def post_end(request: HttpRequest, person_id: uuid.UUID, post_id: uuid.UUID) -> HttpResponse:
    """Ends a post of this person now; one that has not begun is taken back."""
    viewer = staff_of(request)
    held = queries.holder(post_id)
    if held.person_id != person_id:
        raise NotFound()
    try:
        directory.end_post(post_id, actor=actor(viewer))
    except Problem as problem:
        if isinstance(problem, NotFound):
            raise
        messages.error(request, problem.message)
        return HttpResponseRedirect(reverse("workbench:person", args=[person_id]), status=303)
    return _done(request, person_id, _("The post has ended."))


@sensitive_variables()
def _slips(
    request: HttpRequest, viewer: Viewer, invited: Sequence[access.Invited], back: Link
) -> HttpResponse:
    page = pages.SlipsPage(
        shell=shell_of(request, viewer, "people", {}),
        slips=tuple(
            pages.Slip(one.name, one.staff_number, one.code, one.expires_at) for one in invited
        ),
        address=request.build_absolute_uri(reverse("account:invitation")),
        back=back,
    )
    response = render(request, "workbench/people/slips.html", {"page": page})
    response["Cache-Control"] = "no-store, private"
    return response


@for_staff("accounts.manage")
@require_POST
def invite_all(request: HttpRequest) -> HttpResponse:
    """Slips for everybody of one organisation who has no password yet."""
    viewer = staff_of(request)
    organisation = id_in(request.POST.get("organisation", ""))
    if organisation is None:
        raise NotFound()
    title = name_of(queries.organisation(organisation))
    there = list(dict.fromkeys(h.person_id for h in queries.staff_of(organisation)))
    access.open_accounts(there, actor=actor(viewer))
    states = accounts.account_states(there)
    waiting = [s.id for s in states.values() if s.is_active and not s.has_password]
    address = f"{reverse('workbench:people')}?{urlencode({'organisation': str(organisation)})}"
    if not waiting:
        messages.info(request, _("Everybody there has a password already."))
        return HttpResponseRedirect(address, status=303)
    invited = access.invite(waiting, actor=actor(viewer))
    return _slips(request, viewer, invited, Link(title, address))


# --- a new person -----------------------------------------------------------------------------


@for_staff("people.manage")
@sensitive_post_parameters("phone")
@require_http_methods(["GET", "HEAD", "POST"])
def person_new(request: HttpRequest) -> HttpResponse:
    """One person by hand; many come from a file."""
    viewer = staff_of(request)
    given = request.POST
    problem: Problem | None = None
    if request.method == "POST":
        try:
            new = _new_person(given)
            (person_id,) = directory.create_people([new], actor=actor(viewer))
            access.open_accounts([person_id], actor=actor(viewer))
        except Problem as refused:
            problem = refused
        else:
            return _done(request, person_id, _("The person is added. Give a post next."))
    page = pages.FormPage(
        shell=shell_of(request, viewer, "people", {}),
        title=_("Add a person"),
        sub=_("For many people at once, import a file."),
        fields=(
            FormField(
                "staff_number",
                "text",
                _("Staff number"),
                _("Letters and figures; the same person keeps it for ever."),
                given.get("staff_number", ""),
                required=True,
                most=32,
            ),
            FormField(
                "name",
                "text",
                pgettext("person", "Name"),
                "",
                given.get("name", ""),
                required=True,
                most=80,
            ),
            FormField(
                "phone",
                "tel",
                _("Mobile number"),
                _("The person's own; it goes to the vault and signs them in."),
                given.get("phone", ""),
                most=20,
            ),
            FormField(
                "worker_kind",
                "select",
                _("Kind"),
                value=given.get("worker_kind", "none"),
                required=True,
                choices=(
                    Choice("none", _("No grid worker")),
                    Choice("full_time", _("Full-time grid worker")),
                    Choice("part_time", _("Part-time grid worker")),
                    Choice("professional", _("Professional grid worker")),
                ),
            ),
        ),
        button=_("Add"),
        back=Link(_("People"), reverse("workbench:people")),
        problem=problem.message if problem else "",
    )
    status = problem.status if problem else 200
    return render(request, "workbench/people/form.html", {"page": page}, status=status)


def _new_person(given: object) -> directory.NewPerson:
    get = given.get  # type: ignore[attr-defined]
    number, name = get("staff_number", "").strip(), " ".join(get("name", "").split())
    if not rules.is_staff_number(number):
        raise BadInput({_("Staff number"): str(FAULTS["bad_staff_number"])})
    if not name or len(name) > 80:
        raise BadInput(
            {pgettext("person", "Name"): str(FAULTS["missing" if not name else "too_long"])}
        )
    return directory.NewPerson(
        number, name, get("phone", "").strip(), get("worker_kind", "none") or "none"
    )
