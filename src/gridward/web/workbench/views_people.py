"""The security administrator's screens: organisations, people, posts, invitations, import."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gridward.access import actions as access
from gridward.access import queries as accounts
from gridward.access.capabilities import EXCLUSIVE
from gridward.access.queries import AccountState
from gridward.access.rules import Viewer
from gridward.catalog.queries import catalogue
from gridward.core import clock, jurisdiction
from gridward.core.errors import BadInput, NotAllowed, NotFound, Problem
from gridward.directory import actions as directory
from gridward.directory import files, grounds, queries, rules
from gridward.directory.errors import FAULTS, FaultyRows, UnreadableFile
from gridward.directory.rules import Holder, Organisation
from gridward.journal.rules import ActorRef
from gridward.territory import queries as territory
from gridward.web.ui import words
from gridward.web.ui.pages import Badge, Choice, Fact, FormField, Link, Pager, Step
from gridward.web.ui.sessions import for_staff, staff_of
from gridward.web.ui.staff import name_of, shell_of
from gridward.web.workbench import pages_people as pages

FAULTS_SHOWN = 200
STAFF_SHOWN = 60
TICKET = "people_file"


def _actor(viewer: Viewer) -> ActorRef:
    return ActorRef("post", viewer.post_id)


def _role_title(key: str) -> str:
    role = catalogue().roles.get(key)
    return str(role.title) if role else key


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
    said, organisation = asked.get("q", "").strip()[:80], _id(asked.get("organisation", ""))
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
    line = f"{_role_title(holder.role)} · {_where(holder)}"
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
        title=_role_title(held.role),
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
    organisation = _id(asked.get("organisation", ""))
    if organisation is None or not asked.get("role"):
        raise BadInput({_("Post"): _("choose a role and an organisation.")})
    directory.give_post(
        person_id,
        role=asked["role"],
        organisation_id=organisation,
        area_id=area_named(asked.get("area", "")),
        begins=day_begins(asked.get("begins", ""), _("From")),
        valid_to=day_ends(asked.get("ends", ""), _("Last day")),
        actor=_actor(viewer),
    )
    return _done(request, person_id, _("The post is given."))


def _open(request: HttpRequest, viewer: Viewer, person_id: uuid.UUID) -> HttpResponse:
    access.open_accounts([person_id], actor=_actor(viewer))
    return _done(request, person_id, _("The account is open. Invite the person next."))


def _account_id(person_id: uuid.UUID) -> uuid.UUID:
    found = accounts.account_of_person(person_id)
    if found is None:
        raise NotFound()
    return found.id


@sensitive_variables()
def _invite(request: HttpRequest, viewer: Viewer, person_id: uuid.UUID) -> HttpResponse:
    invited = access.invite([_account_id(person_id)], actor=_actor(viewer))
    back = Link(invited[0].name, reverse("workbench:person", args=[person_id]))
    return _slips(request, viewer, invited, back)


def _lock(request: HttpRequest, viewer: Viewer, person_id: uuid.UUID) -> HttpResponse:
    if person_id == viewer.person_id:
        raise BadInput({_("Account"): _("one's own account cannot be locked.")})
    access.lock_account(_account_id(person_id), actor=_actor(viewer))
    return _done(request, person_id, _("The account is locked."))


def _unlock(request: HttpRequest, viewer: Viewer, person_id: uuid.UUID) -> HttpResponse:
    access.unlock_account(_account_id(person_id), actor=_actor(viewer))
    return _done(request, person_id, _("The account is unlocked."))


def _reset(request: HttpRequest, viewer: Viewer, person_id: uuid.UUID) -> HttpResponse:
    access.reset_second_factor(_account_id(person_id), actor=_actor(viewer))
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
        directory.end_post(post_id, actor=_actor(viewer))
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
    organisation = _id(request.POST.get("organisation", ""))
    if organisation is None:
        raise NotFound()
    title = name_of(queries.organisation(organisation))
    there = list(dict.fromkeys(h.person_id for h in queries.staff_of(organisation)))
    access.open_accounts(there, actor=_actor(viewer))
    states = accounts.account_states(there)
    waiting = [s.id for s in states.values() if s.is_active and not s.has_password]
    address = f"{reverse('workbench:people')}?{urlencode({'organisation': str(organisation)})}"
    if not waiting:
        messages.info(request, _("Everybody there has a password already."))
        return HttpResponseRedirect(address, status=303)
    invited = access.invite(waiting, actor=_actor(viewer))
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
            (person_id,) = directory.create_people([new], actor=_actor(viewer))
            access.open_accounts([person_id], actor=_actor(viewer))
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


# --- import -----------------------------------------------------------------------------------


def _expected(column: str, code: str) -> str:
    """What a cell of this column should hold."""
    said = {
        "staff_number": _("letters, figures and . _ / - , at most 32"),
        "name": _("one to eighty characters"),
        "phone": _("one person's own mobile number of eleven digits, or nothing"),
        "worker_kind": _("full-time, part-time, professional or nothing"),
        "role": _("the key or the title of a role"),
        "organisation": _("the key or the title of an organisation"),
        "area": _("the code or the unique name of an area"),
    }
    if code == "posts_exclude":
        return _("an administrator in one row only, without any other post")
    if code == "not_the_same_person":
        return _("the same name, phone and kind in every row of one staff number")
    return said[column]


@for_staff("people.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def people_import(request: HttpRequest) -> HttpResponse:
    """A file is checked first; what was checked is imported at a second press."""
    if request.method != "POST":
        return _import_page(request)
    if request.POST.get("do") == "import":
        return _import_staged(request)
    upload = request.FILES.get("file")
    if upload is None:
        return _import_page(request, problem=_("Choose a file first."), status=422)
    name = (upload.name or "")[:80]
    if (upload.size or 0) > files.MAX_BYTES:
        return _import_page(request, problem=UnreadableFile(name=name).message, status=422)
    content = upload.read()
    before = request.session.pop(TICKET, None)
    if before:
        files.drop_staged(before["ticket"])
    try:
        report = access.admit_people(
            files.table_of(content, name), actor=_actor(staff_of(request)), dry_run=True
        )
    except Problem as problem:
        return _import_page(request, problem=problem.message, status=problem.status)
    request.session[TICKET] = {"ticket": files.stage(content), "name": name}
    return _import_page(request, report=report, name=name)


def _import_staged(request: HttpRequest) -> HttpResponse:
    kept: dict[str, str] = request.session.get(TICKET) or {"ticket": "", "name": ""}
    good_only = request.POST.get("good_rows") == "1"
    try:
        content = files.staged(kept["ticket"])
        report = access.admit_people(
            files.table_of(content, kept["name"]),
            actor=_actor(staff_of(request)),
            good_rows_only=good_only,
        )
    except FaultyRows as refused:
        # people were changed since the check: nothing was imported, the check is shown anew
        report = access.admit_people(
            files.table_of(content, kept["name"]), actor=_actor(staff_of(request)), dry_run=True
        )
        return _import_page(
            request, report=report, name=kept["name"], problem=refused.message, status=422
        )
    except Problem as problem:
        return _import_page(request, problem=problem.message, status=problem.status)
    files.drop_staged(kept["ticket"])
    request.session.pop(TICKET, None)
    return _import_page(request, report=report, name=kept["name"])


def _import_page(
    request: HttpRequest,
    *,
    report: directory.ImportReport | None = None,
    name: str = "",
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    facts: list[Fact] = []
    faults: list[pages.FaultRow] = []
    if report is not None:
        facts = [
            Fact(_("Rows read"), str(report.rows)),
            Fact(_("People added"), str(report.people_added)),
            Fact(_("People changed"), str(report.people_changed)),
            Fact(_("People unchanged"), str(report.people_unchanged)),
            Fact(_("Posts given"), str(report.posts_given)),
            Fact(_("Posts held already"), str(report.posts_kept)),
            Fact(_("Rows without a post"), str(report.rows_without_post)),
            Fact(_("Rows with faults"), str(len({f.row for f in report.faults}))),
        ]
        faults = [
            pages.FaultRow(
                fault.row,
                rules.HEADINGS[fault.column][0],
                fault.value,
                str(FAULTS[fault.code]).rstrip(":："),
                _expected(fault.column, fault.code),
            )
            for fault in report.faults[:FAULTS_SHOWN]
        ]
    dry = report is not None and report.dry_run
    page = pages.ImportPage(
        shell=shell_of(request, staff_of(request), "people-import", {}),
        problem=problem,
        file=name,
        facts=tuple(facts),
        faults=tuple(faults),
        more_faults=max(0, len(report.faults) - FAULTS_SHOWN) if report else 0,
        may_import=dry and report is not None and not report.faults,
        has_good_rows=dry
        and report is not None
        and bool(report.faults)
        and report.rows > len({f.row for f in report.faults}),
        is_done=report is not None and not report.dry_run,
        headings=tuple(
            Fact("、".join(heads[:1]), _expected(key, "")) for key, heads in rules.HEADINGS.items()
        ),
    )
    return render(request, "workbench/people/import.html", {"page": page}, status=status)


@for_staff("people.manage")
@require_GET
def people_template(request: HttpRequest) -> HttpResponse:
    """An empty table with headings and two example rows."""
    media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return HttpResponse(
        files.template("xlsx"),
        content_type=media,
        headers={"Content-Disposition": 'attachment; filename="people.xlsx"'},
    )


# --- organisations ----------------------------------------------------------------------------


@for_staff("people.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def organisations(request: HttpRequest) -> HttpResponse:
    """All organisations on the ground they answer for; a new one below."""
    viewer = staff_of(request)
    problem: Problem | None = None
    if request.method == "POST":
        try:
            _new_organisation(request, viewer)
        except Problem as refused:
            problem = refused
        else:
            messages.success(request, _("The organisation is added."))
            return HttpResponseRedirect(reverse("workbench:organisations"), status=303)
    page = pages.OrganisationsPage(
        shell=shell_of(request, viewer, "organisations", {}),
        branches=tuple(_branches()),
        new=_organisation_step(request, problem),
    )
    status = problem.status if problem else 200
    return render(request, "workbench/people/organisations.html", {"page": page}, status=status)


def kind_title(kind: str) -> str:
    """What kind of organisation, in words."""
    titles = {
        "district_desk": _("District desk"),
        "street_desk": _("Street desk"),
        "community_station": _("Community station"),
        "department": _("Department"),
        "team": _("Team"),
        "other": _("Other"),
    }
    return titles.get(kind, kind)


def _branches() -> list[pages.Branch]:
    by_area: dict[int | None, list[Organisation]] = {}
    for one in queries.organisations(active_only=False):
        by_area.setdefault(one.area_id, []).append(one)
    people_there = queries.staff_counts()
    phones = grounds.public_phones(one.id for each in by_area.values() for one in each)
    areas = {area for area in by_area if area is not None}
    needed = {up for area in areas for up in territory.chain(area) if up is not None}
    language = get_language() or "zh"

    def branch(area_id: int) -> pages.Branch:
        below = [one.id for one in territory.children(area_id) if one.id in needed]
        return pages.Branch(
            territory.area(area_id).name_in(language),
            tuple(_organisation_row(o, people_there, phones) for o in by_area.get(area_id, ())),
            tuple(branch(one) for one in below),
        )

    found = [branch(one.id) for one in territory.children(None) if one.id in needed]
    if None in by_area:
        rest = tuple(_organisation_row(o, people_there, phones) for o in by_area[None])
        found.append(pages.Branch(_("Without ground of their own"), rest))
    return found


def _organisation_row(
    one: Organisation, people_there: dict[uuid.UUID, int], phones: dict[uuid.UUID, str]
) -> pages.OrganisationRow:
    return pages.OrganisationRow(
        title=name_of(one),
        kind=kind_title(one.kind),
        people=people_there.get(one.id, 0),
        address=reverse("workbench:organisation", args=[one.id]),
        active=one.active,
        phone=phones.get(one.id, ""),
    )


def _organisation_step(request: HttpRequest, problem: Problem | None) -> Step:
    given = request.POST.get
    return Step(
        key="organisation",
        title=_("Add an organisation"),
        address=reverse("workbench:organisations"),
        version=0,
        icon="plus",
        error=problem.message if problem else "",
        is_open=problem is not None,
        fields=(
            FormField(
                "title_zh", "text", _("Name in Chinese"), "", given("title_zh", ""), True, most=120
            ),
            FormField(
                "title_en", "text", _("Name in English"), "", given("title_en", ""), True, most=160
            ),
            FormField(
                "kind",
                "select",
                _("Kind"),
                value=given("kind", ""),
                required=True,
                choices=tuple(Choice(k, kind_title(k)) for k in rules.ORGANISATION_KINDS),
            ),
            FormField(
                "key",
                "text",
                _("Key"),
                _("A short name for files and packs, such as street-3; it is never reused."),
                given("key", ""),
                True,
                most=80,
            ),
            FormField(
                "type_code",
                "text",
                _("Type"),
                _("Departments only: the code by which the responsibility rules find it."),
                given("type_code", ""),
                most=16,
            ),
            FormField(
                "area",
                "text",
                _("Area"),
                _("Code or name of the ground it answers for."),
                given("area", ""),
                most=80,
            ),
        ),
        button=_("Add"),
    )


def _new_organisation(request: HttpRequest, viewer: Viewer) -> None:
    given = {key: value.strip() for key, value in request.POST.items() if isinstance(value, str)}
    wrong = {}
    for name, most, label in (
        ("title_zh", 120, _("Name in Chinese")),
        ("title_en", 160, _("Name in English")),
        ("key", 80, _("Key")),
    ):
        if not 0 < len(given.get(name, "")) <= most:
            wrong[label] = str(FAULTS["missing" if not given.get(name) else "too_long"])
    if given.get("kind") == "department" and not given.get("type_code"):
        wrong[_("Type")] = str(FAULTS["missing"])
    if len(given.get("type_code", "")) > 16:
        wrong[_("Type")] = str(FAULTS["too_long"])
    if wrong:
        raise BadInput(wrong)
    directory.create_organisation(
        key=given["key"],
        kind=given.get("kind", ""),
        title_zh=given["title_zh"],
        title_en=given["title_en"],
        type_code=given.get("type_code", ""),
        area_id=area_named(given.get("area", "")),
        order=max((o.order for o in queries.organisations(active_only=False)), default=0) + 1,
        actor=_actor(viewer),
    )


@for_staff("people.manage")
@require_GET
def organisation(request: HttpRequest, organisation_id: uuid.UUID) -> HttpResponse:
    """Who works in an organisation, on which ground, and the number that it publishes."""
    return _organisation_page(request, organisation_id)


@for_staff("people.manage")
@require_POST
def organisation_phone(request: HttpRequest, organisation_id: uuid.UUID) -> HttpResponse:
    """The number that everybody may know of an organisation; empty takes it back."""
    typed = request.POST.get("phone", "").strip()
    try:
        directory.publish_phones({organisation_id: typed}, actor=_actor(staff_of(request)))
    except NotFound:
        raise
    except Problem as problem:
        return _organisation_page(request, organisation_id, typed=typed, problem=problem)
    said = (
        _("Published. It stands on the portal and on plates from now.")
        if typed
        else _("No number is published any more.")
    )
    messages.success(request, said)
    return _to_organisation(organisation_id)


def _to_organisation(organisation_id: uuid.UUID) -> HttpResponse:
    address = reverse("workbench:organisation", args=[organisation_id])
    return HttpResponseRedirect(address, status=303)


def _organisation_page(
    request: HttpRequest,
    organisation_id: uuid.UUID,
    *,
    typed: str | None = None,
    problem: Problem | None = None,
) -> HttpResponse:
    viewer = staff_of(request)
    one = queries.organisation(organisation_id)
    staff = queries.staff_of(one.id)
    phone = grounds.public_phones([one.id]).get(one.id, "")
    ground = territory.area(one.area_id) if one.area_id is not None else None
    facts = [
        Fact(_("Published number"), phone or _("none")),
        Fact(_("Answers for"), territory.path_name(ground.id) if ground else _("no ground")),
        Fact(_("Key"), one.key),
    ]
    if one.type_code:
        found = catalogue().departments.get(one.type_code)
        facts.insert(1, Fact(_("Type"), str(found.title) if found else one.type_code))
    page = pages.OrganisationPage(
        shell=shell_of(request, viewer, "organisations", {}),
        title=name_of(one),
        sub=kind_title(one.kind),
        badge=None if one.active else Badge(_("closed"), ""),
        facts=tuple(facts),
        posts=tuple(_staff_line(held) for held in staff[:STAFF_SHOWN]),
        people=len({held.person_id for held in staff}),
        all_people=f"{reverse('workbench:people')}?{urlencode({'organisation': str(one.id)})}",
        steps=tuple(_organisation_steps(one, phone if typed is None else typed, problem)),
        back=Link(_("Organisations"), reverse("workbench:organisations")),
        ground=Link(_("To the area"), reverse("workbench:area", args=[ground.id]))
        if ground
        else None,
    )
    status = problem.status if problem else 200
    return render(request, "workbench/people/organisation.html", {"page": page}, status=status)


def _staff_line(held: Holder) -> pages.StaffLine:
    return pages.StaffLine(
        title=held.name,
        sub=f"{_role_title(held.role)} · {held.staff_number}",
        address=reverse("workbench:person", args=[held.person_id]),
    )


def _organisation_steps(one: Organisation, phone: str, problem: Problem | None) -> Iterable[Step]:
    yield Step(
        key="phone",
        title=_("Publish the office number"),
        address=reverse("workbench:organisation-phone", args=[one.id]),
        version=0,
        hint=_("It stands on the portal, on plates and where somebody asks who answers."),
        icon="phone",
        tone="first",
        is_open=True,
        error=problem.message if problem else "",
        button=_("Publish"),
        fields=(
            FormField(
                "phone",
                "text",
                _("Office number"),
                _("A number of the office, never a private one. Empty takes it back."),
                phone,
                most=30,
            ),
        ),
    )
    active = FormField("active", "hidden", value="0" if one.active else "1")
    yield Step(
        key="active",
        title=_("Close it for new work") if one.active else _("Open it again"),
        address=reverse("workbench:organisation-active", args=[one.id]),
        version=0,
        hint=_("Its open work and its people stay; nothing new is dispatched to it.")
        if one.active
        else _("From now on it can be dispatched to again."),
        icon="x" if one.active else "check",
        tone="warn" if one.active else "",
        fields=(active,),
    )


@for_staff("people.manage")
@require_POST
def organisation_active(request: HttpRequest, organisation_id: uuid.UUID) -> HttpResponse:
    """Takes an organisation out of dispatch, or back in; asked twice it stays as it is."""
    active = request.POST.get("active") == "1"
    directory.set_organisation_active(
        organisation_id, active=active, actor=_actor(staff_of(request))
    )
    said = _("It is open for work again.") if active else _("Nothing new is given to it any more.")
    messages.success(request, said)
    return _to_organisation(organisation_id)


# --- what was typed ---------------------------------------------------------------------------


def area_named(text: str) -> int | None:
    """The area with this code or unique name; None for nothing. Raises BadInput."""
    plain = text.strip()
    if not plain:
        return None
    found = directory.AreaFinder()(rules.folded(plain))
    if len(found) != 1:
        fault = FAULTS["unknown_area" if not found else "ambiguous_area"]
        raise BadInput({_("Area"): f"{fault} {plain}"})
    return found[0]


def day_begins(text: str, label: str) -> datetime | None:
    """The beginning of a day that was typed; None for nothing. Raises BadInput."""
    day = _day(text, label)
    return None if day is None else _local(day)


def day_ends(text: str, label: str) -> datetime | None:
    """The end of a last day that was typed; None for nothing. Raises BadInput."""
    day = _day(text, label)
    return None if day is None else _local(day + timedelta(days=1))


def _local(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=jurisdiction.current().tz)


def _day(text: str, label: str) -> date | None:
    if not text.strip():
        return None
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        raise BadInput({label: _("is no date; write it as 2026-11-26.")}) from None
    if not 2000 <= found.year <= 2200:
        raise BadInput({label: _("is no date of our time.")})
    return found


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
