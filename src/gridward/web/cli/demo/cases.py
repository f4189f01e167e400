"""The demonstration's cases: 1,200 of the last four weeks, walked by the product's own verbs.

Each story is told on its own: a report, sometimes a neighbour's, and every step of their cases
until the next one would lie in the future, so that the youngest are where young cases are. The
newest stories are told while the demonstration is built, the others while it is served
(`Earlier`). A story has a fixed name, which is the client's id of its report, and its lot is
drawn from that name: told again it adds nothing, and broken off it goes on where it was.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from uuid import UUID

from django.utils.translation import gettext as _

from gridward.cases import actions, queries
from gridward.cases.actions import Channel, Contact, Place, Receipt, Told
from gridward.catalog import queries as catalog
from gridward.catalog.compiled import Catalogue
from gridward.catalog.definitions import Sensitivity
from gridward.catalog.queries import catalogue
from gridward.core import clock
from gridward.core.errors import Problem
from gridward.journal import queries as journal
from gridward.notify.rules import is_news
from gridward.territory import queries as territory
from gridward.web.cli import jobs
from gridward.web.cli.demo.pictures import NOTHING, staged_scene
from gridward.web.cli.demo.stories import Story, place_by_lot, restricted_story, story_by_lot
from gridward.web.cli.demo.telling import SEED, NobodyThereError, Teller, settled, waking

Say = Callable[[str], None]
CASES, FIRST, DAYS = 1200, 220, 28
SAY_EACH, BAR = 5, 24
ANCIENT = 8  # some are older still, so that there is something to put away
STEPS_MOST, TRIES_MOST = 150, 3
NOTICE = "2026-11"
# what another hand may have done first, or the clock: the story goes another way
TROUBLES = frozenset(
    {
        "return_late",
        "check_needed",
        "step_not_open",
        "lead_not_open",
        "case_changed",
        "hurried_today",
        "returned_before",
        "cannot_part",
        "objection_too_late",
        "lead_choice_missing",
        "not_joinable",
    }
)


@dataclass(frozen=True)
class Draft:
    """What a story begins with; everything of it follows from its number."""

    number: int
    key: str
    start: datetime
    story: Story
    words: str
    place: Place
    channel: Channel
    contact: Contact
    says_matter: bool
    photo: bool
    grid: int | None
    neighbour: str  # "", join or apart
    neighbour_at: datetime


@dataclass
class Tally:
    """What came of telling: how many steps, and how many were refused, by code."""

    steps: int = 0
    refused: dict[str, int] = field(default_factory=dict)


def make_cases(say: Say) -> None:
    """The newest stories, each brought as far as it would have come by now."""
    narrator = Narrator(clock.now(), is_building=True)
    for done, draft in enumerate(narrator.drafts[-FIRST:], 1):
        narrator.tell(draft)
        if done % SAY_EACH == 0:
            say(progress_line(done, FIRST))
    swept = 0
    while (found := actions.sweep_clocks()).total:
        swept += found.total
    jobs.run_pending("demo")
    say(_("%(count)s cases, %(clocks)s clocks looked at") % {"count": FIRST, "clocks": swept})


def progress_line(done: int, count: int) -> str:
    """A bar, and how many of how many."""
    full = round(BAR * done / count)
    told = _("%(done)s of %(count)s") % {"done": done, "count": count}
    return f"{'█' * full}{'░' * (BAR - full)} {told}"


def begun_at() -> datetime:
    """When this demonstration was built; its four weeks end there."""
    return catalog.editions()[-1].created_at


class Earlier:
    """The older stories, told one by one while the demonstration is served."""

    def __init__(self) -> None:
        narrator = Narrator(begun_at())
        waiting = narrator.drafts[:-FIRST]
        known = [draft for draft in waiting if narrator.receipt_of(draft) is not None]
        # told in order: only the last one that was begun may have been broken off
        self._left = known[-1:] + waiting[len(known) :]
        self._narrator, self.count = narrator, len(waiting)

    @property
    def left(self) -> int:
        """How many wait to be told."""
        return len(self._left)

    def tell_one(self) -> None:
        """Tell the oldest that is left."""
        self._narrator.tell(self._left[0])
        self._left.pop(0)


class Narrator:
    """Tells the stories of a demonstration that was built at `base`."""

    def __init__(self, base: datetime, *, is_building: bool = False) -> None:
        self.base, self.book = base, catalogue()
        self.teller = Teller()
        self.drafts = drafts_of(base, self.book)
        self.is_building = is_building
        self.told = Tally()

    def receipt_of(self, draft: Draft, suffix: str = "") -> Receipt | None:
        """The receipt of a story that was begun before."""
        return actions.known_receipt(draft.key + suffix, channel=draft.channel.key)

    def tell(self, draft: Draft) -> None:
        """The story from where it stands until its next step would lie in the future."""
        with journal.remembered_generations():  # nothing is loaded meanwhile
            self._tell(draft)

    def _tell(self, draft: Draft) -> None:
        now = clock.now()
        turns: list[tuple[datetime, int, str, UUID | None]] = []
        order, tries, since = count(), dict[UUID, int](), dict[UUID, datetime]()
        newest: dict[UUID, int] = {}

        def push(at: datetime, name: str, case_id: UUID | None) -> None:
            turn = next(order)
            if case_id is not None:
                newest[case_id] = turn  # what was planned for it before holds no more
            heapq.heappush(turns, (at, turn, name, case_id))

        def follow(name: str, case_id: UUID, at: datetime) -> None:
            since[case_id] = at
            found = self.teller.following(name, queries.case(case_id), at, tries.get(case_id, 0))
            if found is not None:
                push(found[0], name, case_id)

        for suffix in ("", "b"):
            receipt = self.receipt_of(draft, suffix)
            if receipt is None:
                if not suffix or draft.neighbour:
                    push(draft.neighbour_at if suffix else draft.start, draft.key + suffix, None)
                continue
            for known in receipt.cases:
                self._hint(known, draft)
                if known not in since:
                    follow(draft.key + suffix, known, _last_step(known, receipt.submitted_at))
        for _step in range(STEPS_MOST):
            if not turns or turns[0][0] >= now:
                break
            at, turn, name, case_id = heapq.heappop(turns)
            if case_id is None:
                for opened in self._report(draft, name, at):
                    self._hint(opened, draft)
                    if opened not in since:
                        follow(name, opened, at)
                    else:  # a neighbour joined it
                        follow(draft.key, opened, max(at, since[opened]))
                continue
            if newest[case_id] != turn:
                continue
            case = queries.case(case_id)
            planned = self.teller.following(name, case, since[case_id], tries.get(case_id, 0))
            if planned is None:
                continue
            if planned[0] > at:
                push(planned[0], name, case_id)
                continue
            if self._take(planned[1], at):
                tries.pop(case_id, None)
            elif tries.setdefault(case_id, 0) < TRIES_MOST:
                tries[case_id] += 1
            else:  # it waits; tomorrow somebody tries again
                tries[case_id] = 0
                at += timedelta(days=1)
            follow(name, case_id, at)
            if draft.neighbour == "join":  # refused, it is an event of its own
                told = self.receipt_of(draft, "b")
                for parted in told.cases if told is not None else ():
                    if parted not in since:
                        self._hint(parted, draft)
                        follow(draft.key + "b", parted, at)

    def _hint(self, case_id: UUID, draft: Draft) -> None:
        self.teller.hints.setdefault(case_id, (draft.story.matter, draft.story.condition))

    def _take(self, act: Callable[[datetime], object], at: datetime) -> bool:
        """Whether the step was taken; a refusal is part of the story when somebody was late."""
        try:
            with clock.frozen(at):
                act(at)
                if self.is_building and is_news(at, self.base):
                    jobs.run_pending("demo")
        except Problem as refused:
            self.told.refused[refused.code] = self.told.refused.get(refused.code, 0) + 1
            if self.is_building and refused.code not in TROUBLES:
                raise
            return False
        except NobodyThereError:
            self.told.refused["nobody"] = self.told.refused.get("nobody", 0) + 1
            return False
        self.told.steps += 1
        return True

    def _report(self, draft: Draft, name: str, at: datetime) -> tuple[UUID, ...]:
        """The story's report, or its neighbour's."""
        with clock.frozen(at):
            if name == draft.key:
                receipt = first_report(self.teller, draft)
            else:
                receipt = self._neighbours_report(draft, name, at)
            if self.is_building:  # suggestions come right after the report
                jobs.run_pending("demo")
        return receipt.cases

    def _neighbours_report(self, draft: Draft, name: str, at: datetime) -> Receipt:
        first = self.receipt_of(draft)
        join = first.cases[0] if first is not None and draft.neighbour == "join" else None
        lot = random.Random(f"{SEED}:{name}")  # noqa: S311 - a story by lot
        told = Told(
            words=lot.choice(draft.story.said).format(place=draft.place.words),
            place=draft.place,
            matter=draft.story.matter,
        )
        return actions.submit_report(
            [told], contact=_contact(lot), channel=draft.channel, client_id=name, join=join, at=at
        )


def _last_step(case_id: UUID, at: datetime) -> datetime:
    """When the last step of a case was taken; the clocks' own entries are none."""
    lines = journal.timeline([case_id], limit=20)
    return max((line.occurred_at for line in lines), default=at)


def first_report(teller: Teller, draft: Draft) -> Receipt:
    """The report that a story begins with; a grid worker may have settled it at once."""
    book = catalogue()
    told = Told(
        words=draft.words,
        place=draft.place,
        matter=draft.story.matter if draft.says_matter else "",
        photos=[_photo(draft)] if draft.photo else [],
    )
    by = teller.worker_at(draft.grid) if draft.channel.reporter_kind == "worker" else None
    staged_by = "demo" if draft.photo else None
    condition = draft.story.condition or book.matter(draft.story.matter).default_condition
    if by is not None and "worker" in book.condition(condition).self_handle.by and told.matter:
        return actions.report_and_settle(
            told,
            settled(draft.story, condition, (draft.place.lng, draft.place.lat)),
            by=by,
            channel=draft.channel,
            client_id=draft.key,
            staged_by="demo",
            at=draft.start,
        )
    return actions.submit_report(
        [told],
        contact=draft.contact,
        channel=draft.channel,
        client_id=draft.key,
        staged_by=staged_by,
        by=by,
        at=draft.start,
    )


def _photo(draft: Draft) -> UUID:
    spot = (draft.place.lng, draft.place.lat)
    return staged_scene(draft.story.picture, spot, fixed=False)


# --- drafts -------------------------------------------------------------------------------------


def drafts_of(base: datetime, book: Catalogue) -> list[Draft]:
    """Every story of a demonstration that was built at `base`, the oldest first."""
    starts = sorted(_start(base, number) for number in range(CASES))
    return [_draft(number, start, book) for number, start in enumerate(starts)]


def _start(base: datetime, number: int) -> datetime:
    lot = random.Random(f"{SEED}:start:{number}")  # noqa: S311 - a story by lot
    back = lot.uniform(33, 36) if number < ANCIENT else lot.uniform(0, DAYS)
    local = (base - timedelta(days=back)).astimezone(catalogue().hours("desk").tz)
    hour = int(lot.triangular(6, 23, 10))
    made = local.replace(hour=hour, minute=lot.randrange(60), second=7, microsecond=number)
    return min(made, base - timedelta(minutes=lot.uniform(3, 90)))


def _draft(number: int, start: datetime, book: Catalogue) -> Draft:
    key = f"demo-{number:04d}"
    lot = random.Random(f"{SEED}:{key}")  # noqa: S311 - a story by lot
    return draft_by_lot(lot, key, start, book, number=number)


def draft_by_lot(
    lot: random.Random,
    key: str,
    start: datetime,
    book: Catalogue,
    *,
    number: int = 0,
    within: int | None = None,
    story: Story | None = None,
) -> Draft:
    """A story that begins at `start`. within: an area where it happens; story: what happens"""
    units = _units(territory.boundary_version())
    if within is not None:
        units = [unit for unit in units if within in unit[3]] or units
    lng, lat, grid, chain = lot.choice(units)
    told = story or (
        restricted_story(book, lot) if lot.random() < 0.004 else story_by_lot(book, lot, number)
    )
    matter = book.matter(told.matter)
    few = matter.sensitivity >= Sensitivity.RESTRICTED
    known = _communities(territory.boundary_version())
    community, kind, near = next(known[each] for each in chain if each in known)
    where = place_by_lot(lot, community, kind, near)
    channel = _channel(lot, start, number)
    is_worker = channel.reporter_kind == "worker"
    neighbour = lot.choices(("", "join", "apart"), (88, 7, 5))[0]
    return Draft(
        number=number,
        key=key,
        start=start,
        story=told,
        words=lot.choice(told.said).format(place=where),
        place=Place(lng, lat, words=where),
        channel=channel,
        contact=Contact() if is_worker else _contact(lot),
        says_matter=few or lot.random() < 0.8,
        photo=told.picture != NOTHING and lot.random() < 0.45,
        grid=grid,
        neighbour=neighbour if matter.public_space and not is_worker else "",
        neighbour_at=waking(lot, start, 0.1, 4),
    )


@cache
def _units(version: int) -> list[tuple[float, float, int | None, tuple[int | None, ...]]]:
    """Where stories happen: point, grid and chain of every minimal unit."""
    return [
        (unit.lng, unit.lat, unit.parent_id, tuple(territory.chain(unit.id)))
        for unit in territory.areas_of_level("minimal_unit")
    ]


@cache
def _communities(version: int) -> dict[int | None, tuple[str, str, int]]:
    """Every community's name, its kind, and the area whose roads run there."""
    return {
        each.id: (each.name, str(each.kind), each.parent_id or 0)
        for each in territory.areas_of_level("community")
    }


def _channel(lot: random.Random, start: datetime, number: int) -> Channel:
    """By which way: the portal, by telephone, a grid worker, or from an outside source."""
    way = lot.choices(("portal", "phone", "worker", "hotline", "leader"), (60, 16, 10, 12, 2))[0]
    if way in ("portal", "phone"):
        return Channel(key=way, source=way, notice_version=NOTICE)
    if way == "worker":
        return Channel(key="worker", source="worker", reporter_kind="worker")
    return Channel(
        key="desk",
        source=way,
        source_id=f"D{start:%y%m%d}{number:05d}",
        outside_due_at=start + timedelta(days=lot.choice((3, 5, 7))),
        notice_version=NOTICE,
    )


def _contact(lot: random.Random) -> Contact:
    # numbers of a range that is given to nobody
    if lot.random() < 0.8:
        return Contact(phone=f"100{lot.randrange(10**8):08d}", name="")
    return Contact()


__all__ = [
    "CASES",
    "FIRST",
    "Earlier",
    "Narrator",
    "begun_at",
    "draft_by_lot",
    "first_report",
    "make_cases",
]
