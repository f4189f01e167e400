"""The demonstration lives: between the ticker's rounds somebody takes the next step.

Twice a minute or so a person does what would come next, by the product's own verbs, so that screens
move whatever the hour. At the desks of the sign-in cards there is always work, and never a flood.
While older stories are left, they are told in the same process, so that no sweep of the clocks
comes upon a case whose past is told halfway.
"""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from django.db import DatabaseError
from django.utils.translation import gettext as _

from gridward.access import queries as access
from gridward.access.queries import DemoPerson
from gridward.access.rules import Viewer
from gridward.cases import actions, queries
from gridward.catalog.definitions import Sensitivity
from gridward.catalog.queries import catalogue
from gridward.core import clock, jurisdiction
from gridward.core.demo import is_demo_database, note_progress
from gridward.core.errors import Problem
from gridward.core.ids import new_id
from gridward.tasks import queries as tasks
from gridward.web.cli.demo import cases
from gridward.web.cli.demo.building import NotADemo
from gridward.web.cli.demo.stories import Story, story_of, talk_about
from gridward.web.cli.demo.telling import SEED, NobodyThereError, Teller

if TYPE_CHECKING:
    from gridward.cases.models import Case

Say = Callable[[str], None]
PAUSE_S = (8.0, 25.0)  # between two steps
OPEN_MOST = 450  # nobody reports when so many are open
REPORTS_AN_HOUR = 20
SHARE_S = 0.35  # of every round of the ticker's, for stories of the past
TELL_EACH = 100
NOTE_S = 5.0  # how often the pages learn how far they are
LOOKED_AT = 25

# how many wait at least and at most, by state, for whoever has a sign-in card
WAITING: dict[str, dict[str, tuple[int, int]]] = {
    "street_desk": {
        "submitted": (6, 18),
        "returned": (0, 4),
        "disposed": (3, 10),
        "callback_pending": (3, 12),
    },
    "community_cadre": {"submitted": (1, 5), "disposed": (0, 4)},
    "department_handler": {"dispatched": (2, 8), "handling": (4, 14)},
    "duty_chief": {"to_rule": (1, 3)},
}
# by what a step into each state is taken, from the state before
BEFORE = {
    "disposed": "handling",
    "callback_pending": "disposed",
    "handling": "dispatched",
    "dispatched": "submitted",
    "returned": "handling",
}
TASKS = (1, 4)


@dataclass
class Life:
    """What goes on in one demonstration while it is served."""

    lot: random.Random = field(default_factory=lambda: random.Random(SEED))  # noqa: S311
    teller: Teller = field(default_factory=Teller)
    earlier: cases.Earlier | None = None
    due: float = 0.0
    noted: float = -NOTE_S
    reports: deque[float] = field(default_factory=deque)
    tries: dict[UUID, int] = field(default_factory=dict)
    last_report: UUID | None = None

    # --- the next step --------------------------------------------------------------------------

    def move(self) -> str:
        """Take one step somewhere; what was done, in a word, empty for nothing."""
        for wanted in (*self._wanted(), self._anything):
            with suppress(NobodyThereError):
                if done := wanted():
                    return done
        return ""

    def _wanted(self) -> Iterator[Callable[[], str]]:
        """What somebody with a card lacks, and what has become too much for them."""
        cards = {person.role: person for person in access.demo_people()}
        for role, states in WAITING.items():
            card = cards.get(role)
            if card is None:
                continue
            viewer = access.viewer_of_post(card.post_id)
            waiting = queries.waiting_counts(viewer)
            for state, (least, most) in states.items():
                if waiting.get(state, 0) < least:
                    yield lambda v=viewer, r=role, s=state: self._bring(v, r, s)  # type: ignore[misc]
                elif waiting.get(state, 0) > most:
                    yield lambda v=viewer, s=state: self._go_on(  # type: ignore[misc]
                        self._at(v, s).order_by("-due_order"), "relieved"
                    )
        if worker := cards.get("grid_worker"):
            yield lambda: self._task_for(worker)

    def _at(self, viewer: Viewer, state: str):  # type: ignore[no-untyped-def]
        """What waits in this state at the viewer's organisation, the most urgent first."""
        return queries.visible_cases(viewer).filter(
            is_open=True, state=state, holder_id=viewer.organisation_id
        )

    def _bring(self, viewer: Viewer, role: str, state: str) -> str:
        """See to it that one more waits for this viewer in this state."""
        if state == "to_rule":
            return self._return_again(viewer)
        if role == "street_desk" and state == "submitted":
            return self._report(within=viewer.area_id)
        if role == "community_cadre":
            return self._hand_down(viewer)
        before = BEFORE[state]
        found = queries.visible_cases(viewer).filter(is_open=True, state=before)
        if role == "street_desk":
            return self._go_on(found.filter(desk_id=viewer.organisation_id), "brought")
        if state == "handling":
            return self._go_on(found.filter(lead_id=viewer.organisation_id), "brought")
        return self._dispatch_to(viewer)

    def _dispatch_to(self, viewer: Viewer) -> str:
        """A street desk gives this organisation something it is responsible for."""
        if self.last_report is not None:
            case = queries.case(self.last_report)
            self.last_report = None
            if case.state == "submitted" and self._step(case):
                return "dispatched"
        kind = self.lot.choice(("manhole.rattling", "manhole.rattling", "manhole.missing"))
        return self._report(story=story_of(catalogue(), "manhole", kind))

    def _hand_down(self, viewer: Viewer) -> str:
        """The street hands something of this ground to the community's own people."""
        found = queries.visible_cases(viewer).filter(is_open=True, state="submitted")
        for case in found.exclude(desk_id=viewer.organisation_id).order_by("-due_order")[:5]:
            if case.sensitivity >= Sensitivity.RESTRICTED:
                continue
            desk = self.teller.anybody(self.lot, case.desk_id, "case.hand_over")
            with suppress(Problem):
                actions.hand_over(
                    case.id,
                    by=desk,
                    version=case.version,
                    level="community",
                    words="请社区先行处理",
                    at=clock.now(),
                )
                return "handed down"
        return self._report(within=viewer.area_id)

    def _return_again(self, viewer: Viewer) -> str:
        """A second organisation gives the same case back: the duty chief's word is needed."""
        found = queries.visible_cases(viewer).filter(
            is_open=True, state__in=("dispatched", "handling"), returns=1
        )
        for case in found[:LOOKED_AT]:
            assert case.lead_id is not None
            able = self.teller.able(case.lead_id, "case.return")
            group = catalogue(case.edition).matter(case.matter).group
            with suppress(Problem):
                if able:
                    actions.return_case(
                        case.id,
                        by=able[0],
                        version=case.version,
                        words=talk_about(group).grounds,
                        at=clock.now(),
                    )
                    return "returned again"
        return ""

    def _task_for(self, worker: DemoPerson) -> str:
        """Something to look at for the worker with the card; done by them when it is too much."""
        viewer = access.viewer_of_post(worker.post_id)
        open_tasks = tasks.tasks_of(viewer)
        if len(open_tasks) > TASKS[1]:
            return self._go_on(
                queries.visible_cases(viewer).filter(id=open_tasks[-1].subject_id), "looked"
            )
        if len(open_tasks) >= TASKS[0]:
            return ""
        found = queries.visible_cases(viewer).filter(is_open=True, state="submitted")
        for case in found.order_by("-opened_at")[:5]:
            desk = self.teller.anybody(self.lot, case.desk_id, "case.accept")
            with suppress(Problem):
                actions.send_to_verify(
                    case.id,
                    by=desk,
                    version=case.version,
                    worker=worker.post_id,
                    words="请顺路看一下",
                    at=clock.now(),
                )
                return "sent to verify"
        return self._report(within=viewer.area_id)

    def _anything(self) -> str:
        """A new report, or the next step of a case by lot among those that are due first."""
        chief = self.teller.at_district("case.see")
        found = queries.visible_cases(chief).filter(is_open=True)
        if self.lot.random() < 0.4 and found.count() < OPEN_MOST and (done := self._report()):
            return done
        kept = {person.organisation_id for person in self._people()}
        return self._go_on(found.exclude(holder_id__in=kept).order_by("due_order"), "went on")

    def _people(self) -> list[Viewer]:
        return [access.viewer_of_post(card.post_id) for card in access.demo_people()]

    def _go_on(self, found, word: str) -> str:  # type: ignore[no-untyped-def]
        """The next step of one of these cases, by lot."""
        waiting = list(found[:LOOKED_AT])
        self.lot.shuffle(waiting)
        for case in waiting[:5]:
            if self._step(case):
                return word
        return ""

    def _step(self, case: Case) -> bool:
        """Whether the case's next step could be taken now."""
        now = clock.now()
        following = self.teller.following(case.number, case, now, self.tries.get(case.id, 0))
        if following is None:
            return False
        try:
            following[1](now)
        except (Problem, NobodyThereError):
            self.tries[case.id] = self.tries.get(case.id, 0) + 1  # another lot next time
            return False
        self.tries.pop(case.id, None)
        return True

    def _report(self, *, within: int | None = None, story: Story | None = None) -> str:
        """Somebody reports something; nobody when there were enough this hour."""
        past = time.monotonic() - 3600
        while self.reports and self.reports[0] < past:
            self.reports.popleft()
        if len(self.reports) >= REPORTS_AN_HOUR:
            return ""
        draft = cases.draft_by_lot(
            self.lot,
            f"demo-live-{new_id()}",
            clock.now(),
            catalogue(),
            number=self.lot.randrange(10**5),
            within=within,
            story=story,
        )
        receipt = cases.first_report(self.teller, draft)
        self.last_report = receipt.cases[0]
        self.teller.hints[receipt.cases[0]] = (draft.story.matter, draft.story.condition)
        self.reports.append(time.monotonic())
        return "reported"

    # --- between the ticker's rounds --------------------------------------------------------------

    def between(self, say: Say) -> None:
        """What one round leaves time for: a step when one is due, else stories of the past."""
        now = time.monotonic()
        if now >= self.due:
            self.due = now + self.lot.uniform(*PAUSE_S)
            self.move()
            return
        if self.earlier is None:
            self.earlier = cases.Earlier()
        if self.earlier.left and now >= self.noted + NOTE_S:
            self.noted = now
            note_progress(self.earlier.count - self.earlier.left, self.earlier.count)
        until = now + SHARE_S
        while self.earlier.left and time.monotonic() < until:
            self.earlier.tell_one()
            done = self.earlier.count - self.earlier.left
            if not self.earlier.left:
                note_progress(done, done)
            if done % TELL_EACH == 0 or not self.earlier.left:
                say(
                    _("The past of the demonstration: %(done)s of %(count)s cases told")
                    % {"done": done, "count": self.earlier.count}
                )


def between_rounds(say: Say) -> Callable[[], None]:
    """What a demonstration's ticker calls after each of its rounds; one life a jurisdiction.

    Raises NotADemo where a database is not marked as a demonstration's.
    """
    for here in jurisdiction.every():
        with jurisdiction.using(here.key):
            if not is_demo_database():
                raise NotADemo(path=here.database)
    lives: dict[str, Life] = {}
    log = structlog.get_logger("gridward.demo")

    def call() -> None:
        for here in jurisdiction.every():
            with jurisdiction.using(here.key):
                try:
                    lives.setdefault(here.key, Life()).between(say)
                except DatabaseError as error:  # busy, or gone: the ticker knows what to do
                    log.warning("the demonstration waits", exc_info=error)
                except Problem as refused:
                    log.warning("the demonstration was refused", code=refused.code)

    return call


__all__ = ["Life", "between_rounds"]
