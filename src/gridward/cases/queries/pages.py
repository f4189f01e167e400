"""What screens show of cases: values ready to render, the same statements for any size."""

from __future__ import annotations

import base64
import binascii
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from gridward.access.rules import Viewer
from gridward.cases.models import (
    CHAIN,
    Answer,
    Assignment,
    Case,
    CaseFile,
    Clock,
    Report,
    Return,
    Round,
    Submission,
)
from gridward.cases.queries import searching
from gridward.cases.queries.explaining import Audience, Why, explain_case
from gridward.cases.queries.narrowing import Narrowing, wanted
from gridward.cases.queries.nearby import Duplicate, duplicates_of
from gridward.cases.queries.parts import colleagues_of
from gridward.cases.queries.privacy import (
    Reveal,
    may_hear,
    reads_originals,
    require_reason,
    reveal_of,
    shown,
    shown_all,
)
from gridward.cases.queries.reading import (
    Suggestion,
    answers_of,
    case_for,
    facts_of,
    not_hidden,
    open_organisations,
    suggested_lead,
    visible_cases,
)
from gridward.cases.queries.saying import said_in
from gridward.cases.queries.verifying import verifiers_of
from gridward.cases.rules import clocks as clock_rules
from gridward.cases.rules import process as process_rules
from gridward.cases.rules.facts import ActorFacts
from gridward.catalog.compiled import Catalogue
from gridward.catalog.definitions import FilingCondition, Matter, Sensitivity, Step
from gridward.catalog.queries import catalogue
from gridward.core import clock as wall
from gridward.core import ids
from gridward.core.errors import BadInput, NotFound
from gridward.directory import queries as directory
from gridward.directory.errors import NoSuchOrganisation
from gridward.directory.rules import Holder, Organisation
from gridward.journal import queries as journal
from gridward.tasks import queries as tasks
from gridward.tasks.queries import TaskCard
from gridward.territory import queries as territory
from gridward.vault import queries as vault

CASES_PER_PAGE = 50
# words that stand with an entry and are for the auditor alone
UNSEEN = frozenset({"reveal.reason", "phone_search.reason", "open.reason", "report.shared"})
SUMMARY = 60


@dataclass(frozen=True)
class ClockView:
    """A clock as people see it. light: green, yellow, orange, red, or empty when none runs."""

    milestone: str
    title: object
    due_at: datetime | None
    light: str
    paused: bool = False
    provisional: bool = False
    stopped_at: datetime | None = None
    outcome: str = ""


@dataclass(frozen=True)
class CaseCard:
    """A case as a row of a list.

    hurries: reminders by reporters; has_news: something of theirs waits to be seen; proposed:
    neighbours' reports that wait to be joined; word_by: when a call was promised
    """

    id: UUID
    number: str
    version: int
    state: str
    state_title: object
    is_open: bool
    urgent: bool
    restricted: bool
    matter_title: object
    summary: str
    place: str
    holder: Organisation | None
    holder_kind: str
    lead: Organisation | None
    opened_at: datetime
    clock: ClockView | None
    promised_at: datetime | None
    closed_at: datetime | None
    close_type: str
    reports: int
    hurries: int = 0
    has_news: bool = False
    proposed: int = 0
    desk_id: UUID | None = None
    word_by: datetime | None = None


@dataclass(frozen=True)
class ListPage:
    """A page of cases; cursor: what the next page begins after, empty on the last one."""

    items: list[CaseCard]
    cursor: str
    order: str
    query: str = ""


@dataclass(frozen=True)
class StepCard:
    """A step that the viewer may take: key for the form, title for the button."""

    key: str
    title: object


@dataclass(frozen=True)
class TimelineItem:
    """One thing that happened, as staff see it; words: what was written with it."""

    at: datetime
    verb: str
    title: str
    who: str
    organisation: Organisation | None
    words: list[str] = field(default_factory=list)
    late: bool = False


@dataclass(frozen=True)
class ReportView:
    """One report of a case.

    words: as this viewer may read them; shared: as those read them who settle the matter; phone:
    only for whoever accepts or calls back, while they do; reveal: whether others may ask for it
    """

    id: UUID
    receipt: str
    submitted_at: datetime
    words: str | None
    shared: str | None
    reads_original: bool
    reveal: Reveal
    place_words: str | None
    channel: str
    language: str
    has_contact: bool
    phone: str | None
    name: str | None
    source: str
    outside: str
    outside_due_at: datetime | None
    photos: list[UUID]
    answer: Answer | None
    join_state: str = "own"
    is_withdrawn: bool = False
    crowded: bool = False
    unheard: int = 0  # recordings that are not for this viewer


@dataclass(frozen=True)
class CasePage:
    """Everything on a case's page."""

    case: CaseCard
    chain: list[str]
    lng: float | None
    lat: float | None
    matter: Matter | None
    condition: FilingCondition | None
    promise_provisional: bool
    reports: list[ReportView]
    assignments: list[tuple[Assignment, Organisation | None]]
    rounds: list[Round]
    texts: dict[UUID, str | None]
    photos: list[CaseFile]
    timeline: list[TimelineItem]
    clocks: list[ClockView]
    steps: list[StepCard]
    suggestion: Suggestion | None
    organisations: list[Organisation]
    matters: list[Matter]
    conditions: list[FilingCondition]
    why: list[Why]
    task: TaskCard | None
    open_return: Return | None
    edition: int
    duplicates: list[Duplicate] = field(default_factory=list)
    colleagues: list[Holder] = field(default_factory=list)
    verifiers: list[Holder] = field(default_factory=list)
    master: tuple[UUID, str] | None = None  # the event that this one was joined to, and its number
    parts: list[tuple[UUID, str]] = field(default_factory=list)  # what was joined to this one
    declined_by_viewer: bool = False  # and objected to: somebody else decides now


# --- lists --------------------------------------------------------------------------------------


def _clock_of(case: Case, book: Catalogue, now: datetime) -> ClockView | None:
    if case.due_at is None:
        return None
    warn, urgent = case.due_warn_at or case.due_at, case.due_urgent_at or case.due_at
    return ClockView(
        milestone=case.due_milestone,
        title=_milestone_title(case, book, case.due_milestone),
        due_at=case.due_at,
        light=clock_rules.light(case.opened_at, warn, urgent, case.due_at, now),
    )


def _milestone_title(case: Case, book: Catalogue, key: str) -> object:
    for milestone in book.milestones(case.process, case.condition or None):
        if milestone.key == key:
            return milestone.title or ""
    return ""


def _organisation(organisation_id: UUID | None) -> Organisation | None:
    if organisation_id is None:
        return None
    try:
        return directory.organisation(organisation_id)
    except NoSuchOrganisation:
        return None


def card_of(case: Case, summary: str, now: datetime) -> CaseCard:
    """A case as a row; no statement when its edition is in memory."""
    book = catalogue(case.edition)
    matter = book.matters.get(case.matter)
    deepest = next((a for a in reversed(case.chain[:4]) if a is not None), None)
    return CaseCard(
        id=case.id,
        number=case.number,
        version=case.version,
        state=case.state,
        state_title=process_rules.state_of(book.process(case.process), case.state).title,
        is_open=case.is_open,
        urgent=case.urgent,
        restricted=case.sensitivity >= Sensitivity.RESTRICTED,
        matter_title=matter.title if matter else None,
        summary=summary,
        place=territory.path_name(deepest) if deepest is not None else "",
        holder=_organisation(case.holder_id),
        holder_kind=case.holder_kind,
        lead=_organisation(case.lead_id),
        opened_at=case.opened_at,
        clock=_clock_of(case, book, now),
        promised_at=case.promised_at,
        closed_at=case.closed_at,
        close_type=case.close_type,
        reports=case.reports_count,
        hurries=case.hurries,
        has_news=case.news_at is not None,
        proposed=case.reports_proposed,
        desk_id=case.desk_id,
        word_by=case.word_by,
    )


def cards_of(cases: Sequence[Case], viewer: Viewer | None = None) -> list[CaseCard]:
    """Rows for cases, each with the beginning of its first report's words; three statements.

    viewer: reads the words of its own desk's cases as they were written; masked for all others
    """
    now = wall.now()
    asked: dict[UUID, tuple[UUID, bool]] = {}  # case → the words shown of it, and whether as given
    readable = {c.id: c for c in cases if c.sensitivity < Sensitivity.RESTRICTED}
    for case_id, words, shared in Report.objects.filter(first_case__in=list(readable)).values_list(
        "first_case_id", "words", "shared_words"
    ):
        original = viewer is not None and reads_originals(viewer, readable[case_id])
        chosen = words if original else shared or words
        if chosen is not None:
            asked[case_id] = chosen, original or chosen == shared
    opened = vault.open_texts(words for words, _ in asked.values())

    def beginning(case: Case) -> str:
        words, as_given = asked.get(case.id, (None, True))
        return _shortened(shown(opened.get(words) if words else None, original=as_given))

    return [card_of(case, beginning(case), now) for case in cases]


def cards(viewer: Viewer, case_ids: Sequence[UUID]) -> list[CaseCard]:
    """Rows of those of these cases that the viewer may see."""
    return cards_of(list(visible_cases(viewer).filter(id__in=case_ids)), viewer)


def _shortened(words: str | None) -> str:
    if not words:
        return ""
    line = " ".join(words.split())
    return line if len(line) <= SUMMARY else f"{line[: SUMMARY - 1]}…"


def _narrowed(viewer: Viewer, area: int | None) -> QuerySet[Case]:
    """The viewer's cases within an area: by that area's own column when it lies in theirs."""
    if area is None:
        return visible_cases(viewer)
    ground = territory.area(area)
    if viewer.scope == "area" and viewer.area_id in ground.chain and ground.closed_on is None:
        return Case.objects.filter(not_hidden(viewer), _within(area))
    return visible_cases(viewer).filter(_within(area))


def _within(area: int) -> Q:
    """Inside an area; inside what took its place, where it has ended since the list was kept."""
    ground = territory.area(area)
    column = CHAIN[ground.level - 1]
    if ground.closed_on is None:
        return Q(**{column: area})
    return Q(**{f"{column}__in": [heir.id for heir in territory.heirs(area)]})


def list_page(
    viewer: Viewer,
    *,
    order: str = "due",
    area: int | None = None,
    state: str = "",
    mine: bool = False,
    query: str = "",
    cursor: str = "",
    limit: int = CASES_PER_PAGE,
    only: Narrowing | None = None,
) -> ListPage:
    """A page of the cases that the viewer may see, by due (open ones) or newest first.

    mine: only what the viewer's organisation holds; query: words, a receipt or a case number,
    found whatever else is asked; only: what the list is narrowed to; cursor: from the page before.
    Raises BadInput on a cursor that no page gave.
    """
    if query.strip():
        return _found(viewer, query.strip(), area, cursor, limit)
    asked = wanted(only, wall.now()) if only is not None else Q()
    if viewer.scope == "organisation" and not mine:
        cases = _handled(viewer, area, state, order, cursor, limit, asked)
        return _page(viewer, cases, order, cursor if order == "due" else "", limit)
    if mine and area is None:  # what was handed here from elsewhere waits here too
        cases = Case.objects.filter(not_hidden(viewer), asked)
    else:
        cases = _narrowed(viewer, area).filter(asked)
    if mine:
        cases = cases.filter(holder=viewer.organisation_id, is_open=True)
    if state:
        cases = cases.filter(state=state)
    if order == "due":
        cases = cases.filter(is_open=True).order_by("due_order", "id")
    else:
        cases = cases.order_by("-opened_at", "-id")
    return _page(viewer, cases, order, cursor, limit)


def _handled(
    viewer: Viewer,
    area: int | None,
    state: str,
    order: str,
    cursor: str,
    limit: int,
    asked: Q,
) -> QuerySet[Case]:
    """An organisation's cases: by due those that are in its hands, newest first whatever it had
    a part in. What it has is asked of its assignments; ids of cases rise with time.
    """
    fit = not_hidden(viewer) & asked
    if area is not None:
        fit &= _within(area)
    if state:
        fit &= Q(state=state)
    own = Assignment.objects.filter(organisation=viewer.organisation_id)
    if order == "due":
        at_hand = own.filter(active=True, done_at=None).values("case")
        return Case.objects.filter(fit, is_open=True, id__in=at_hand).order_by("due_order", "id")
    own = own.exclude(end_reason="void").filter(_of_case(fit))
    if cursor:
        own = own.filter(case__lt=_read_cursor(cursor)[1])
    newest = own.order_by("-case").values("case").distinct()[: limit + 1]
    return Case.objects.filter(id__in=newest).order_by("-id")


def _of_case(fit: Q) -> Q:
    """What is wanted of a case, asked of its assignments."""
    children = [
        _of_case(each) if isinstance(each, Q) else (f"case__{each[0]}", each[1])  # type: ignore[index]
        for each in fit.children
    ]
    return Q(*children, _connector=fit.connector, _negated=fit.negated)


def _page(viewer: Viewer, cases: QuerySet[Case], order: str, cursor: str, limit: int) -> ListPage:
    if cursor:
        at, last = _read_cursor(cursor)
        if order == "due":
            cases = cases.filter(Q(due_order__gt=at) | Q(due_order=at, id__gt=last))
            cases = cases.filter(due_order__gte=at)
        else:
            cases = cases.filter(Q(opened_at__lt=at) | Q(opened_at=at, id__lt=last))
            cases = cases.filter(opened_at__lte=at)
    rows = list(cases[: limit + 1])
    more, rows = len(rows) > limit, rows[:limit]
    after = ""
    if more:
        after = _cursor(rows[-1].due_order if order == "due" else rows[-1].opened_at, rows[-1].id)
    return ListPage(items=cards_of(rows, viewer), cursor=after, order=order)


def _found(viewer: Viewer, query: str, area: int | None, cursor: str, limit: int) -> ListPage:
    exact = _by_number(viewer, query)
    if exact is not None:
        return ListPage(items=cards_of(exact, viewer), cursor="", order="newest", query=query)
    scope: list[str] = []
    if viewer.scope == "area" and viewer.area_id is not None:
        scope.append(searching.scope_token(viewer.area_level, viewer.area_id))
    elif viewer.scope == "organisation":
        scope.append(searching.lead_token(viewer.organisation_id))
    else:
        return ListPage(items=[], cursor="", order="newest", query=query)
    if area is not None:
        ground = territory.area(area)
        within = searching.any_of(
            [searching.scope_token(heir.level, heir.id) for heir in territory.heirs(area)]
        )
        # inside the viewer's ground the smaller area says it all
        inside = (
            viewer.scope == "area" and viewer.area_id in ground.chain and ground.closed_on is None
        )
        scope = [within] if inside else [*scope, within]
    found = searching.find(query, scope, cursor=cursor, limit=limit, now=wall.now())
    rows = {c.id: c for c in visible_cases(viewer).filter(id__in=found.cases)}
    ordered = [rows[case] for case in found.cases if case in rows]
    return ListPage(
        items=cards_of(ordered, viewer), cursor=found.cursor, order="newest", query=query
    )


def _by_number(viewer: Viewer, query: str) -> list[Case] | None:
    """Cases by a receipt or a case number; None when `query` is neither."""
    if ids.is_receipt(query):
        receipt = ids.plain_receipt(query)
        return list(visible_cases(viewer).filter(reports__submission__receipt=receipt).distinct())
    plain = query.replace(" ", "")
    if len(plain) == 14 and plain[6] == "-" and plain.replace("-", "").isdigit():
        return list(visible_cases(viewer).filter(number=plain))
    return None


def _cursor(at: datetime, last: UUID) -> str:
    stamp = int(at.timestamp() * 1_000_000).to_bytes(8, "big", signed=True)
    return base64.urlsafe_b64encode(stamp + last.bytes).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[datetime, UUID]:
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        stamp = int.from_bytes(raw[:8], "big", signed=True)
        whole, rest = divmod(stamp, 1_000_000)
        at = datetime.fromtimestamp(whole, tz=UTC).replace(microsecond=rest)
        return at, UUID(bytes=raw[8:])
    except (ValueError, binascii.Error, OverflowError, OSError):
        raise BadInput({"cursor": "—"}) from None


@dataclass(frozen=True)
class Waiting:
    """What an organisation holds: by state, how much of it is pressing, late, without place."""

    by_state: dict[str, int]
    soon: int
    late: int
    unplaced: int

    @property
    def total(self) -> int:
        return sum(self.by_state.values())


def waiting(viewer: Viewer, now: datetime) -> Waiting:
    """What waits for the viewer's organisation, as far as the viewer may see it; one statement."""
    rows = list(
        Case.objects.filter(not_hidden(viewer), holder=viewer.organisation_id, is_open=True)
        .order_by()
        .values_list("state")
        .annotate(
            many=Count("*"),
            soon=Count("id", filter=Q(due_urgent_at__lte=now)),
            late=Count("id", filter=Q(due_order__lt=now)),
            unplaced=Count("id", filter=Q(a1__isnull=True)),
        )
    )
    return Waiting(
        by_state={row[0]: row[1] for row in rows},
        soon=sum(row[2] for row in rows),
        late=sum(row[3] for row in rows),
        unplaced=sum(row[4] for row in rows),
    )


read_cursor, write_cursor = _read_cursor, _cursor  # for lists in files of their own


def waiting_counts(viewer: Viewer) -> dict[str, int]:
    """How many open cases that the viewer may see its organisation holds, by state; one
    statement."""
    rows = (
        Case.objects.filter(not_hidden(viewer), holder=viewer.organisation_id, is_open=True)
        .order_by()
        .values_list("state")
        .annotate(many=Count("*"))
    )
    return dict(rows)


# --- one case -----------------------------------------------------------------------------------


def actor_facts(viewer: Viewer, *, check_task: bool = False) -> ActorFacts:
    """The viewer as the rules see them."""
    return ActorFacts(
        kind="post",
        post=viewer.post_id,
        person=viewer.person_id,
        organisation=viewer.organisation_id,
        capabilities=viewer.capabilities,
        area=viewer.area_id,
        area_level=viewer.area_level,
        check_task=check_task,
    )


def case_page(viewer: Viewer, case_id: UUID) -> CasePage:
    """Everything the case's page shows to this viewer. Raises NotFound, ReasonNeeded."""
    case = case_for(viewer, case_id)
    require_reason(viewer, case)
    book = catalogue(case.edition)
    process = book.process(case.process)
    now = wall.now()
    assignments = list(Assignment.objects.filter(case=case).order_by("dispatched_at", "id"))
    clocks = list(Clock.objects.filter(case=case).order_by("start_at", "id"))
    reports = list(
        Report.objects.filter(case=case).select_related("submission").order_by("submitted_at", "id")
    )
    rounds = list(Round.objects.filter(case=case).order_by("number"))
    returns = list(Return.objects.filter(case=case).order_by("asked_at"))
    answers = answers_of(case.id, case.round)
    photos = list(
        CaseFile.objects.filter(
            Q(case=case, report=None) | Q(report__in=[report.id for report in reports])
        ).order_by("added_at", "id")
    )
    asked = tasks.tasks_about([case.id]).get(case.id, [])
    task: TaskCard | None = asked[-1] if asked else None
    record = next((r for r in rounds if r.number == case.round), None)
    facts = facts_of(
        case,
        [a for a in assignments if a.active],
        book,
        returned=[r.organisation_id for r in returns],
        record=record,
        answers=answers,
    )
    own_task = task is not None and task.state == "open" and task.assignee_id == viewer.post_id
    actor = actor_facts(viewer, check_task=own_task)
    steps = process_rules.steps_open_to(process, facts, actor, now)
    lines = journal.timeline([case.id, *[r.id for r in reports]])
    shows_contact = _shows_contact(viewer, case, steps)
    original = reads_originals(viewer, case)
    unheard = Counter(
        p.report_id
        for p in photos
        if not may_hear(viewer, case, media=p.media, is_report_s=p.report_id is not None)
    )
    photos = [p for p in photos if p.media != "voice" or p.report_id not in unheard]
    texts, entry_texts = vault.texts_of(
        _text_ids(reports, rounds, returns, shows_contact), [line.id for line in lines]
    )
    holders = directory.holders(
        [UUID(line.actor_id) for line in lines if line.actor_kind == "post"]
    )
    desk_acts = any(step.key in ("accept_dispatch", "accept", "dispatch") for step in steps)
    chooses = desk_acts or any(step.key in ("redispatch", "rule", "return") for step in steps)
    rows = {a.report_id: a for a in answers}
    return CasePage(
        case=card_of(case, "", now),
        chain=territory.chain_names(case.chain),
        lng=case.lng,
        lat=case.lat,
        matter=book.matters.get(case.matter),
        condition=book.conditions.get(case.condition),
        promise_provisional=case.promise_provisional,
        reports=[
            _report_view(
                r,
                texts,
                photos,
                rows,
                contact=shows_contact,
                original=original,
                reveal=reveal_of(viewer, case, book, has_contact=r.submission.has_contact),
                unheard=unheard[r.id],
            )
            for r in reports
        ],
        assignments=[(a, _organisation(a.organisation_id)) for a in assignments],
        rounds=rounds,
        texts=_readable_texts(viewer, texts, rounds, returns, original=original),
        photos=photos,
        timeline=[_item(viewer, line, holders, entry_texts, original, book) for line in lines],
        clocks=[_clock_view(c, case, book, now) for c in clocks],
        steps=[StepCard(step.key, step.title) for step in steps],
        suggestion=suggested_lead(case, book),
        organisations=open_organisations(case, book) if chooses else [],
        matters=list(book.matters.values()) if desk_acts else [],
        conditions=list(book.conditions_of(case.matter)) if case.matter else [],
        why=explain_case(case, book, assignments, clocks, facts, lines, audience="staff"),
        task=task,
        open_return=next((r for r in returns if r.decided_at is None), None),
        edition=case.edition,
        duplicates=duplicates_of(case, viewer=viewer, at=now) if _offers(steps, "merge") else [],
        colleagues=colleagues_of(viewer.organisation_id, viewer.person_id)
        if _offers(steps, "hand_inside")
        else [],
        verifiers=verifiers_of(case, book, at=now, reporters=_reporting(reports, holders))
        if _offers(steps, "pre_verify")
        else [],
        master=next(iter(_numbers(viewer, {case.master_id})), None) if case.master_id else None,
        parts=_numbers(viewer, {r.first_case_id for r in reports} - {case.id}),
        declined_by_viewer=bool(case.objected)
        and case.state == process.start
        and case.declined_person == viewer.person_id,
    )


def _numbers(viewer: Viewer, cases: set[UUID]) -> list[tuple[UUID, str]]:
    """Ids and numbers of those of these cases that the viewer may see, in order of time."""
    if not cases:
        return []
    seen = visible_cases(viewer).filter(id__in=cases).order_by("opened_at", "id")
    return list(seen.values_list("id", "number"))


def _reporting(reports: Sequence[Report], holders: Mapping[UUID, Holder]) -> frozenset[UUID]:
    """The persons among the staff who reported it themselves: their entries name their posts."""
    told = [r.submission for r in reports if r.submission.reporter_kind == "worker"]
    found = [holders.get(one.reporter_post) for one in told if one.reporter_post is not None]
    return frozenset(holder.person_id for holder in found if holder is not None)


def _offers(steps: Sequence[Step], key: str) -> bool:
    return any(step.key == key for step in steps)


def _shows_contact(viewer: Viewer, case: Case, steps: Sequence[Step]) -> bool:
    """Whether names and numbers are shown: to whoever accepts or calls back, while they do."""
    asks = {right for right in ("case.accept", "case.callback") if viewer.may(right)}
    return viewer.organisation_id == case.desk_id and any(asks & set(step.by) for step in steps)


def _text_ids(
    reports: Sequence[Report],
    rounds: Sequence[Round],
    returns: Sequence[Return],
    contact: bool,
) -> list[UUID | None]:
    found: list[UUID | None] = []
    for report in reports:
        found += [report.words, report.place_words, report.shared_words]
        if contact:
            found += [report.submission.contact_phone, report.submission.contact_name]
    for record in rounds:
        found += [record.internal, record.reply]
    for each in returns:
        found += [each.grounds, each.decision_words]
    return found


def _readable_texts(
    viewer: Viewer,
    texts: dict[UUID, str | None],
    rounds: Sequence[Round],
    returns: Sequence[Return],
    *,
    original: bool,
) -> dict[UUID, str | None]:
    """What organisations wrote about it, as this viewer may read it; one's own words as written."""
    own: set[UUID | None] = set()
    for record in rounds:
        if record.disposed_organisation == viewer.organisation_id:
            own |= {record.internal, record.reply}
    for each in returns:
        if each.organisation_id == viewer.organisation_id:
            own.add(each.grounds)
    return {
        secret: shown(text, original=original or secret in own) for secret, text in texts.items()
    }


def _report_view(
    report: Report,
    texts: dict[UUID, str | None],
    photos: Sequence[CaseFile],
    answers: dict[UUID, Answer],
    *,
    contact: bool,
    original: bool,
    reveal: Reveal,
    unheard: int,
) -> ReportView:
    submission: Submission = report.submission

    def text(secret: UUID | None) -> str | None:
        return texts.get(secret) if secret is not None else None

    shared = text(report.shared_words) or shown(text(report.words), original=False)
    return ReportView(
        id=report.id,
        receipt=submission.receipt,
        submitted_at=report.submitted_at,
        words=text(report.words) if original else shared,
        shared=shared,
        reads_original=original,
        reveal=reveal,
        place_words=shown(text(report.place_words), original=original),
        channel=submission.channel,
        language=submission.language,
        has_contact=submission.has_contact,
        phone=text(submission.contact_phone) if contact else None,
        name=text(submission.contact_name) if contact else None,
        source=submission.source,
        outside=submission.source_id,
        outside_due_at=submission.outside_due_at,
        crowded=submission.crowded,
        photos=[p.id for p in photos if p.report_id == report.id],
        unheard=unheard,
        answer=answers.get(report.id),
        join_state=report.join_state,
        is_withdrawn=report.withdrawn_at is not None,
    )


def _item(
    viewer: Viewer,
    line: journal.Line,
    holders: dict[UUID, Holder],
    texts: dict[UUID, list[vault.OpenedText]],
    original: bool,
    book: Catalogue,
) -> TimelineItem:
    holder = holders.get(UUID(line.actor_id)) if line.actor_kind == "post" else None
    own = holder is not None and holder.organisation_id == viewer.organisation_id
    return TimelineItem(
        at=line.occurred_at,
        verb=line.verb,
        title=line.title,
        who=holder.name if holder else "",
        organisation=_organisation(holder.organisation_id) if holder else None,
        words=[
            *said_in(line, book),
            *shown_all(
                [one.text for one in texts.get(line.id, []) if one.text and one.kind not in UNSEEN],
                original=original or own,
            ),
        ],
        late=line.is_late,
    )


def _clock_view(clock: Clock, case: Case, book: Catalogue, now: datetime) -> ClockView:
    light = ""
    if clock.stopped_at is None and clock.due_at and clock.warn_at and clock.urgent_at:
        light = clock_rules.light(clock.start_at, clock.warn_at, clock.urgent_at, clock.due_at, now)
    return ClockView(
        milestone=clock.milestone,
        title=_milestone_title(case, book, clock.milestone),
        due_at=clock.due_at,
        light=light,
        paused=clock.paused_at is not None,
        provisional=clock.provisional,
        stopped_at=clock.stopped_at,
        outcome=clock.outcome,
    )


def step_titles(steps: Sequence[Step]) -> list[StepCard]:
    """Steps as buttons."""
    return [StepCard(step.key, step.title) for step in steps]


def explain_number(number: str, *, audience: Audience) -> list[tuple[str, list[Why]]]:
    """The answers for the cases behind a receipt or a case's number. Raises NotFound.

    For the command line, where the operator stands; screens ask `case_page` and `track`.
    """
    if ids.is_receipt(number):
        receipt = ids.plain_receipt(number)
        cases = list(Case.objects.filter(reports__submission__receipt=receipt).distinct())
    else:
        cases = list(Case.objects.filter(number=number.strip()))
    if not cases:
        raise NotFound()
    found = []
    for case in cases:
        book = catalogue(case.edition)
        assignments = list(Assignment.objects.filter(case=case).order_by("dispatched_at", "id"))
        clocks = list(Clock.objects.filter(case=case).order_by("start_at", "id"))
        reports = Report.objects.filter(case=case).values_list("id", flat=True)
        facts = facts_of(case, [a for a in assignments if a.active], book)
        lines = journal.timeline([case.id, *reports])
        whys = explain_case(case, book, assignments, clocks, facts, lines, audience=audience)
        found.append((case.number, whys))
    return found
