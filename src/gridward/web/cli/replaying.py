"""An older system's rows walked through the real steps, each at the source's own times.

What an import takes over as a fact, the replay has people do: somebody at the desk accepts and
dispatches, the department acknowledges and disposes, the desk checks and closes. Every tenth row
takes a detour (returned and decided, redone, accepted first and dispatched later).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np
import shapely

from gridward.access import queries as access
from gridward.access.rules import Viewer
from gridward.cases import actions, queries
from gridward.cases.actions import Channel, Place, Told
from gridward.cases.rules import process as process_rules
from gridward.cases.rules.importing import ImportMapping, PastCase
from gridward.catalog import actions as catalog_actions
from gridward.catalog.compiled import Catalogue, Content
from gridward.catalog.queries import catalogue
from gridward.core import clock
from gridward.core.errors import Problem
from gridward.directory import actions as directory_actions
from gridward.directory import queries as directory
from gridward.directory.actions import NewOrganisation, NewPerson, NewPost
from gridward.directory.rules import Holder
from gridward.journal.rules import ActorRef
from gridward.tasks import queries as tasks
from gridward.territory import actions as territory_actions
from gridward.territory import queries as territory
from gridward.territory import rules as territory_rules
from gridward.territory.errors import BadOutline

if TYPE_CHECKING:
    from gridward.cases.models import Case

ACTOR = ActorRef("import", "replay")
CELLS = 24  # of the smallest level of a drawn territory
TELL_EVERY = 100
DETOURS = {3: "return", 5: "progress", 7: "accept_first", 9: "rework"}


@dataclass
class Replayed:
    """What became of the rows. ended: by state; refused: by (step, code), with its sentence."""

    rows: int = 0
    already: int = 0
    steps: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    sentences: dict[tuple[str, str], str] = field(default_factory=dict)
    expected: Counter[str] = field(default_factory=Counter)
    cases: list[UUID] = field(default_factory=list)
    seconds: float = 0.0


class Stuck(Exception):
    """A step that the walk cannot do without was refused."""


def replay_source(mapping: ImportMapping) -> str:
    """Under which source replayed cases stand: never among those that were imported."""
    return f"replay.{mapping.source}"[:40]


# --- a town for the rehearsal ---------------------------------------------------------------------


def build_town(content: Content, rows: Sequence[PastCase]) -> None:
    """Ground around the rows' points, a desk, departments and people, from before the first row."""
    first = min((row.opened for row in rows), default=clock.now())
    at = min(first, clock.now()) - timedelta(days=1)
    catalog_actions.make_edition(content, actor=ACTOR, at=at)
    book = catalogue()
    levels = len(book.level_scheme.levels) - 1
    plan = [max(1, round(CELLS ** ((n + 1) / levels))) for n in range(levels)]
    drawing = territory_rules.draw([_outline(rows)], plan)
    territory_actions.draw_cells(drawing, actor=ACTOR, at=at)
    whole = territory.areas_of_level(1)[0].id
    new = [NewOrganisation("desk", "district_desk", "台", "Desk", "", whole, 1)]
    new += [
        NewOrganisation(
            code.lower(), "department", entry.title.zh, entry.title.en, code, whole, 2 + at_
        )
        for at_, (code, entry) in enumerate(book.departments.items())
    ]
    ids = directory_actions.create_organisations(new, actor=ACTOR, at=at)
    desk, departments = ids[0], ids[1:]
    staff = [
        NewPerson("D1", "D1", posts=(NewPost(_role(book, DESK), desk, whole),)),
        NewPerson("D2", "D2", posts=(NewPost(_role(book, {"case.rule"}), desk, whole),)),
        *(
            NewPerson(f"H{n}", f"H{n}", posts=(NewPost(_role(book, LEAD), id_, whole),))
            for n, id_ in enumerate(departments)
        ),
    ]
    grid = book.level_scheme.named("grid")
    areas = territory.areas_of_level(grid.level) if grid else ()
    staff += [
        NewPerson(f"G{n}", f"G{n}", "", "full_time", (NewPost("grid_worker", desk, area.id),))
        for n, area in enumerate(areas)
    ]
    directory_actions.create_people(staff, actor=ACTOR, at=at)


DESK = {"case.accept", "case.dispatch", "case.decide_return", "case.check", "case.close"}
LEAD = {"case.acknowledge", "case.return", "case.progress", "case.dispose"}


def _role(book: Catalogue, needs: Collection[str]) -> str:
    """The role with the fewest rights that has these."""
    fitting = [r for r in book.roles.values() if set(needs) <= set(r.capabilities)]
    if not fitting:
        raise LookupError(f"no role of the catalogue may {', '.join(sorted(needs))}")
    return min(fitting, key=lambda r: (len(r.capabilities), r.key)).key


def _outline(rows: Sequence[PastCase]) -> Any:
    points = np.array(
        [(row.lng, row.lat) for row in rows if row.lng is not None and row.lat is not None],
        dtype=float,
    ).reshape(-1, 2)
    try:
        return territory_rules.outline_of_points(points)
    except BadOutline:
        west, south = points.min(axis=0) if len(points) else (0.0, 0.0)
        east, north = points.max(axis=0) if len(points) else (0.0, 0.0)
        return shapely.box(west - 0.01, south - 0.01, east + 0.01, north + 0.01)


# --- the walk -------------------------------------------------------------------------------------


@dataclass
class People:
    """Who does what here: found by organisation and right, remembered."""

    book: Catalogue
    _known: dict[tuple[UUID, str], Viewer | None] = field(default_factory=dict)

    def viewer(self, organisation: UUID | None, right: str) -> Viewer:
        """Somebody of the organisation who has the right. Raises Stuck."""
        if organisation is None:
            raise Stuck
        key = (organisation, right)
        if key not in self._known:
            holders: Iterable[Holder] = directory.staff_of(organisation)
            viewers = [access.viewer_of_post(holder.post_id) for holder in holders]
            self._known[key] = next((v for v in viewers if v.may(right)), None)
        found = self._known[key]
        if found is None:
            raise Stuck
        return found


def replay(
    rows: Iterable[PastCase],
    mapping: ImportMapping,
    *,
    tell: Callable[[Replayed], None] = lambda done: None,
) -> Replayed:
    """Walk rows through the real steps of the current jurisdiction; returns what happened.

    A refused step is counted with its reason; the row goes on where it can.
    """
    done = Replayed()
    begun = time.perf_counter()
    people = People(catalogue())
    for row in rows:
        _Walk(row, mapping, people, done).run()
        done.rows += 1
        done.seconds = time.perf_counter() - begun
        if done.rows % TELL_EVERY == 0:
            tell(done)
    done.ended.update(case.state for case in queries.cases_by_id(done.cases))
    return done


class _Walk:
    """One row on its way."""

    def __init__(
        self, row: PastCase, mapping: ImportMapping, people: People, done: Replayed
    ) -> None:
        self.row, self.mapping, self.people, self.done = row, mapping, people, done
        self.detour = DETOURS.get(row.row % 10, "")
        self.last = row.opened
        self.case: Case

    def run(self) -> None:
        """From submitting to the source's own end."""
        _expect(self.done.expected, self.row)
        try:
            self._submit()
            self._dispatch()
            if self.detour == "return":
                self._return()
            self._take("acknowledge", actions.acknowledge_case, self._lead(), at=self._at(0.3))
            if self.detour == "progress":
                self._try("progress", actions.add_progress, self._lead(), words=self._words())
            if self.row.closed is None:
                return
            self._dispose(0.8)
            if self.detour == "rework":
                reworked = self._try(
                    "rework", actions.ask_rework, self._desk("case.check"), words=self._words()
                )
                if reworked:
                    self._dispose(0.9)
            if self.case.check_on_site:
                self._check()
            self._take("pass_check", actions.pass_check, self._desk("case.check"), at=self._at(1))
        except Stuck:
            return

    def _submit(self) -> None:
        row = self.row
        told = Told(
            words=self._words(),
            place=Place(row.raw_lng, row.raw_lat, str(self.mapping.datum))
            if row.raw_lng is not None
            else Place(),
            matter=row.matter,
        )
        channel = Channel(
            key=row.channel[:20],
            source=replay_source(self.mapping),
            source_id=row.source_id,
            outside_due_at=row.target,
            language=self.mapping.language,
        )
        try:
            receipt = actions.submit_report([told], channel=channel, at=row.opened)
        except Problem as problem:
            self._refused("submit", problem)
            raise Stuck from None
        if receipt.again:
            self.done.already += 1
            raise Stuck
        self.done.steps["submit"] += 1
        (self.case,) = queries.cases_by_id(receipt.cases)
        self.done.cases.append(self.case.id)

    def _dispatch(self) -> None:
        case, book = self.case, self.people.book
        chosen: dict[str, Any] = {"condition": book.matter(self.row.matter).default_condition}
        if case.a1 is None:  # a place without a point, or outside: the desk chooses one
            leaf = territory.ground().leaves[0]
            chosen["area"] = leaf.id
            case.chain = leaf.chain  # in memory: who is responsible there
        desk = self._desk("case.dispatch")
        if self.detour == "accept_first":
            self._take("accept", actions.accept_case, desk, at=self._at(0.05), **chosen)
            chosen = {}
            step, act = "dispatch", actions.dispatch_case
        else:
            step, act = "accept_dispatch", actions.accept_and_dispatch
        suggestion = queries.suggested_lead(self.case, book)
        lead = suggestion.organisation if suggestion is not None else None
        if lead is None:
            lead = next((o.id for o in queries.open_organisations(self.case, book)), None)
        self._take(step, act, desk, at=self._at(0.1), lead=lead, **chosen)

    def _return(self) -> None:
        soon = self.last + timedelta(minutes=1)
        returned = self._try(
            "return", actions.return_case, self._lead(), at=soon, words=self._words()
        )
        if not returned:
            return
        desk = self._desk("case.decide_return")
        others = [
            o.id
            for o in queries.open_organisations(self.case, self.people.book)
            if o.id != self.case.lead_id and o.kind == "department"
        ]
        decided = self.last + timedelta(minutes=10)
        if self.row.row % 20 == 3 or not others:
            self._take("uphold", actions.refuse_return, desk, at=decided, words=self._words())
        else:
            self._take(
                "redispatch",
                actions.redispatch_case,
                desk,
                at=decided,
                words=self._words(),
                lead=others[self.row.row % len(others)],
            )

    def _dispose(self, share: float) -> None:
        self._take(
            "dispose",
            actions.dispose_case,
            self._lead(),
            at=self._at(share),
            internal=self._words(),
            reply=self._words(),
        )

    def _check(self) -> None:
        desk = self._desk("case.check")
        self._take("send_to_check", actions.send_to_check, desk, at=self._at(0.92))
        card = tasks.open_task_about(self.case.id, "closure_check")
        if card is None or card.assignee_id is None:
            return  # nobody walks there: the desk has to decide by itself
        worker = access.viewer_of_post(card.assignee_id)
        moment = self._clamped(self._at(0.95))
        try:
            self.case = actions.answer_check(
                card.id, by=worker, version=card.version, result="passed", at=moment
            )
        except Problem as problem:
            self._refused("check_done", problem)
            raise Stuck from None
        self.last = moment
        self.done.steps["check_done"] += 1

    # one step

    def _take(
        self, step: str, act: Callable[..., Case], by: Viewer, *, at: datetime, **given: Any
    ) -> None:
        """Take a step that the walk needs. Raises Stuck when it is refused."""
        if not self._try(step, act, by, at=at, **given):
            raise Stuck

    def _try(
        self,
        step: str,
        act: Callable[..., Case],
        by: Viewer,
        *,
        at: datetime | None = None,
        **given: Any,
    ) -> bool:
        moment = self._clamped(at or self.last)
        if step == "acknowledge" and self._is_offered("dispose"):
            return True  # a return that was not granted leads straight to work
        try:
            self.case = act(self.case.id, by=by, version=self.case.version, at=moment, **given)
        except Problem as problem:
            self._refused(step, problem)
            return False
        self.done.steps[step] += 1
        self.last = moment
        return True

    def _is_offered(self, step: str) -> bool:
        process = catalogue(self.case.edition).process(self.case.process)
        return process_rules.offers(process, self.case.state, step)

    def _refused(self, step: str, problem: Problem) -> None:
        key = (step, problem.code)
        self.done.refused[key] += 1
        self.done.sentences.setdefault(key, problem.message)

    def _desk(self, right: str) -> Viewer:
        return self._somebody(self.case.desk_id, right)

    def _lead(self) -> Viewer:
        return self._somebody(self.case.lead_id, "case.acknowledge")

    def _somebody(self, organisation: UUID | None, right: str) -> Viewer:
        try:
            return self.people.viewer(organisation, right)
        except Stuck:
            key = (right, "nobody_there")
            self.done.refused[key] += 1
            raise

    # times

    def _at(self, share: float) -> datetime:
        """The moment when `share` of the row's time has passed."""
        row = self.row
        end = row.closed
        if end is None:
            end = row.target if row.target is not None and row.target > row.opened else None
            end = min(end or row.opened + timedelta(days=1), row.opened + timedelta(days=7))
        elif share >= 1:
            return end
        return row.opened + (end - row.opened) * share

    def _clamped(self, moment: datetime) -> datetime:
        """Never before the last step, never after the closing."""
        if self.row.closed is not None:
            moment = min(moment, self.row.closed)
        return max(moment, self.last)

    def _words(self) -> str:
        return self.row.word or self.row.matter


def _expect(expected: Counter[str], row: PastCase) -> None:
    """Count the row as an import would."""
    expected["cases"] += 1
    if row.target is None:
        return
    expected["with_target"] += 1
    if row.closed is None:
        expected["open_overdue"] += row.target < clock.now()
    elif row.closed <= row.target:
        expected["closed_by_target"] += 1
    else:
        expected["closed_late"] += 1


__all__ = ["Replayed", "build_town", "replay", "replay_source"]
