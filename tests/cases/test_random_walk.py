"""Random legal and illegal steps: whatever people try, no invariant breaks and no refusal leaks.

Counts how often each step was taken and each refusal met; prints them with `pytest -rP`.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.cases.stepping import join_staff
from tests.cases.walking import MONDAY, CaseTown, staged

from gridward.cases import actions, queries
from gridward.cases.actions import Contact, Place, Settled, Told
from gridward.cases.models import Case, Clock, Report
from gridward.cases.queries.invariants import broken_invariants
from gridward.catalog.queries import catalogue
from gridward.core import clock as wall
from gridward.core.errors import Problem
from gridward.journal.models import Delivery, Entry
from gridward.tasks.models import Task

STEPS, OLD = 1700, 7
PEOPLE = ("D001", "D002", "D003", "M001", "U001", "S001", "S101", "S002", "C001", "G001", "G002")
MUST_MEET = {
    "accept_and_dispatch", "acknowledge", "return", "redispatch", "refuse_return", "dispose",
    "send_to_check", "answer_check", "pass_check", "rework", "log_call", "hand_over", "decline",
    "ask_info", "give_info", "void", "reopen", "merge", "accept", "dispatch", "progress",
    "object", "part", "add_details", "hurry", "withdraw", "contact", "end_help", "hand_inside",
    "confirm_join", "refuse_join", "send_to_verify", "answer_verification", "lapse", "settle",
    "correct", "propose", "confirm", "refuse_proposal",
}  # fmt: skip
MUST_REFUSE = {"step_not_open", "not_in_your_hands", "not_allowed", "changed", "lead_not_open"}


class Walker:
    """Takes one random step after another on a handful of cases."""

    def __init__(self, town: CaseTown, seed: int) -> None:
        self.town = town
        self.lot = random.Random(seed)
        self.at = MONDAY
        join_staff(town, "M002", "department_handler", "mun")
        join_staff(town, "S101", "street_desk", "street-1")
        self.viewers = [town.viewer(number) for number in PEOPLE]
        self.cases: list[UUID] = []
        self.receipts: dict[UUID, tuple[UUID, UUID]] = {}
        self.taken: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.photo = [staged() for _ in range(80)]

    def report(self) -> None:
        lot = self.lot
        open_ones = Case.objects.filter(id__in=self.cases[-OLD:], lng__isnull=False, is_open=True)
        near = list(open_ones.order_by("id")) if lot.random() < 0.5 else []
        beside = lot.choice(near) if near else None
        where = [Place(113.103, 22.617), Place(113.117, 22.603), Place(), Place(120.0, 30.0)]
        receipt = actions.submit_report(
            [
                Told(
                    words="井盖响",
                    place=Place(beside.lng, beside.lat)
                    if beside is not None
                    else lot.choices(where, [5, 3, 1, 1])[0],
                    matter=""
                    if beside is not None
                    else lot.choice(["manhole", "noise", "noise", "litter", ""]),
                )
            ],
            contact=Contact(phone="10012345678") if lot.random() < 0.6 else None,
            join=beside.id if beside is not None else None,
            at=self.at,
        )
        if receipt.joined:
            self.taken["join"] += 1
            return
        self.cases.append(receipt.cases[0])
        # the lot for checks on site goes by the number: the same walk every time
        number = f"261109-{len(self.cases) * 37:07d}"
        Case.objects.filter(id=receipt.cases[0]).update(number=number)
        self.receipts[receipt.cases[0]] = (receipt.submission, receipt.cases[0])

    def step(self) -> None:
        lot = self.lot
        if len(self.cases) < OLD or lot.random() < 0.08:
            self.report()
        self.at += timedelta(minutes=lot.choice([1, 2, 5, 20, 240]))
        case = Case.objects.get(id=lot.choice(self.cases[-OLD:]))
        verb, act = self.chosen(case)
        entries, deliveries = Entry.objects.count(), Delivery.objects.count()
        before = Case.objects.filter(id=case.id).values().get()
        try:
            act()
        except Problem as problem:
            self.refused[problem.code] += 1
            assert Case.objects.filter(id=case.id).values().get() == before
            assert Entry.objects.count() == entries, "a refusal was noted"
            assert Delivery.objects.count() == deliveries, "a refusal told somebody"
        else:
            self.taken[verb] += 1
            assert Entry.objects.count() > entries
            after = Case.objects.get(id=case.id)
            assert after.version > case.version or verb in ("rate", "hurry")
            self.follow_own()
            assert not after.is_open or after.holder_id is not None

    def follow_own(self) -> None:
        """Cases that reports got of their own, after they were not joined, are walked on too."""
        for report in Report.objects.exclude(first_case__in=self.cases).order_by("id"):
            if report.join_state == "own":
                self.cases.append(report.first_case_id)
                self.receipts[report.first_case_id] = (report.submission_id, report.first_case_id)

    def chosen(self, case: Case) -> tuple[str, Callable[[], Any]]:
        """A random verb with random inputs; half of the time one that the process offers."""
        lot = self.lot
        every = self.verbs(case)
        likely = {
            "submitted": ["accept_and_dispatch"] * 8
            + ["send_to_verify", "send_to_verify", "settle", "settle", "correct"]
            + ["decline", "ask_info", "hand_over", "merge", "merge", "merge", "accept"],
            "pre_verifying": ["answer_verification"] * 6 + ["lapse", "correct", "void"],
            "need_info": ["give_info", "correct", "void"],
            "accepted": ["dispatch", "dispatch", "correct", "hand_over"],
            "dispatched": ["correct", "acknowledge", "acknowledge"] + ["return"] * 4,
            "returned": ["redispatch"] * 3 + ["refuse_return"] * 3 + ["rule"],
            "handling": ["dispose"] * 4
            + ["return", "return", "progress", "merge"]
            + ["correct", "propose", "confirm", "refuse_proposal"],
            "disposed": ["pass_check"] * 4 + ["send_to_check", "rework"],
            "closure_checking": ["answer_check", "rework", "pass_check"],
            "callback_pending": ["log_call"] * 4 + ["answer"],
            "to_rule": ["rule"],
            "closed": ["reopen", "reopen", "reopen", "rate", "reopen_case"],
            "declined": ["object"] * 3,
            "merged": ["part", "part"],
        }.get(case.state)
        if likely and case.is_open:
            aside = ["add_details", "hurry", "contact", "end_help"]
            joins = ["confirm_join", "refuse_join"] * 8 if case.reports_proposed else []
            aside += ["withdraw"] if lot.random() < 0.2 else []
            likely = [*likely * 3, *aside, *joins, "hand_inside"]
        verb = lot.choice(likely) if likely and lot.random() < 0.85 else lot.choice(list(every))
        return verb, every[verb]

    def photos(self) -> list[UUID]:
        return [self.photo.pop()] if self.photo and self.lot.random() < 0.7 else []

    def by(self, case: Case) -> Any:
        """Mostly somebody of whoever holds the case, sometimes anybody."""
        fitting = [
            v
            for v in self.viewers
            if v.organisation_id == case.holder_id and v.role not in ("duty_chief", "grid_worker")
        ]
        if fitting and self.lot.random() < 0.9:
            return self.lot.choice(fitting)
        return self.lot.choice(self.viewers)

    def verbs(self, case: Case) -> dict[str, Callable[[], Any]]:
        lot, at = self.lot, self.at
        version = case.version if lot.random() < 0.93 else case.version - 1
        by = self.by(case)
        keys = ("mun", "mun", "urb", "urb", "mun-1", "station-4")
        lead = self.town.org(lot.choice(keys))
        words = lot.choice(["看过了，不是我们的", "看过了，不是我们的", ""])
        submission = self.receipts[case.id][0]
        condition = ""
        if case.matter:
            condition = lot.choice(catalogue(case.edition).conditions_of(case.matter)).key
        area = None if case.a1 is not None else self.town.town.grids[0]
        common = {"by": by, "version": version, "at": at}
        task = Task.objects.filter(subject_id=case.id, state="open").first()
        checker = by
        if task is not None and task.assignee_id is not None and lot.random() < 0.9:
            from gridward.access.queries import viewer_of_post

            checker = viewer_of_post(task.assignee_id)
        report = Report.objects.filter(case=case).first()
        report_id = report.id if report is not None else case.id
        teller = report.submission_id if report is not None else submission
        waiting = Report.objects.filter(case=case, join_state="proposed").first()
        waiting_id = waiting.id if waiting is not None else report_id
        chief = {"by": self.town.viewer("D002"), "version": version, "at": at}
        chosen = {"matter": case.matter or "litter", "condition": condition}
        if not case.matter:
            chosen["condition"] = "litter.exposed"
        other = lot.choice(self.cases[-OLD:])
        waiting = queries.open_proposal(case.id, at)
        proposal = waiting.id if waiting is not None else case.id
        leader = {"by": self.town.viewer("D003"), "version": version, "at": at}
        stations = [self.town.viewer(number) for number in ("C001", "C002", "C003", "C004")]
        cadre = next((v for v in stations if v.area_id in case.chain), by)
        return {
            "accept_and_dispatch": lambda: actions.accept_and_dispatch(
                case.id, **common, **chosen, area=area, lead=lead, helpers=[self.town.org("urb")]
            ),
            "accept": lambda: actions.accept_case(case.id, **common, **chosen, area=area),
            "dispatch": lambda: actions.dispatch_case(case.id, **common, lead=lead),
            "decline": lambda: actions.decline_case(
                case.id, **common, reason=lot.choice(["private", "nonsense"])
            ),
            "ask_info": lambda: actions.ask_for_info(case.id, **common, words=words),
            "give_info": lambda: actions.give_info(submission, case.id, words="门牌12号", at=at),
            "hand_over": lambda: actions.hand_over(
                case.id, **common, level=lot.choice(["community", "street", "district"]), words="转"
            ),
            "merge": lambda: actions.merge_case(case.id, **common, master=other),
            "acknowledge": lambda: actions.acknowledge_case(case.id, **common),
            "return": lambda: actions.return_case(
                case.id,
                **common,
                words=words,
                suggested=lead,
                after_look=True,
                photos=self.photos(),
            ),
            "redispatch": lambda: actions.redispatch_case(
                case.id, **common, lead=lead, words=words
            ),
            "refuse_return": lambda: actions.refuse_return(case.id, **common, words=words),
            "rule": lambda: actions.rule_case(case.id, **chief, lead=lead, words=words),
            "progress": lambda: actions.add_progress(case.id, **common, words="正在修"),
            "dispose": lambda: actions.dispose_case(
                case.id, **common, internal="修好", reply=words, photos=self.photos()
            ),
            "send_to_check": lambda: actions.send_to_check(case.id, **common),
            "answer_check": lambda: actions.answer_check(
                task.id if task else case.id,
                by=checker,
                version=task.version if task else 1,
                result=lot.choice(["passed", "not_passed"]),
                words="还有一处",
                at=at,
            ),
            "pass_check": lambda: actions.pass_check(case.id, **common),
            "rework": lambda: actions.ask_rework(case.id, **common, words="还在响"),
            "log_call": lambda: actions.log_call(
                case.id,
                report_id,
                **common,
                reached=lot.random() < 0.7,
                answer=lot.choice(["solved", "solved", "partly", "no"]),
                rating=5,
            ),
            "answer": lambda: actions.answer_as_reporter(
                submission, case.id, answer=lot.choice(["solved", "no"]), at=at
            ),
            "reopen": lambda: actions.reopen_as_reporter(
                submission, case.id, words="又响了", at=at
            ),
            "reopen_case": lambda: actions.reopen_case(case.id, **chief, words="抽查未修好"),
            "rate": lambda: actions.rate_as_reporter(submission, case.id, rating=4, at=at),
            "send_to_verify": lambda: actions.send_to_verify(case.id, **common, words=words),
            "answer_verification": lambda: actions.answer_verification(
                task.id if task else case.id,
                by=checker,
                version=task.version if task else 1,
                result=lot.choice(["confirmed", "not_found", "unable"]),
                words="到现场看过",
                at=at,
            ),
            "lapse": lambda: actions.verify_lapsed(case.id, at=at),
            "settle": lambda: actions.settle_on_spot(
                case.id,
                by=cadre,
                version=version,
                settled=Settled(
                    chosen["condition"], "当场办好", "已当场办好", self.photos(), self.photos()
                ),
                matter=chosen["matter"],
                at=at,
            ),
            "correct": lambda: actions.correct_case(
                case.id,
                **common,
                words=words or "更正",
                condition=condition if lot.random() < 0.7 else "",
                area=lot.choice([None, None, *self.town.town.grids]),
                urgent=lot.choice([None, None, True, False]),
                keep_lead=lot.choice([None, True, True, False]),
            ),
            "propose": lambda: actions.propose_force_close(
                case.id, **chief, words="由工程一并解决", reply="将整体改造"
            ),
            "confirm": lambda: actions.confirm_force_close(case.id, proposal, **leader),
            "refuse_proposal": lambda: actions.refuse_force_close(
                case.id, proposal, **leader, words="继续办理"
            ),
            "archive": lambda: actions.take_step(
                case.id, "archive", actor=actions.SYSTEM, version=None, at=at
            ),
            "object": lambda: actions.object_as_reporter(
                submission, case.id, words=words or "是公共道路", at=at
            ),
            "part": lambda: actions.part_case(case.id, **common, words=words or "两处"),
            "add_details": lambda: actions.add_details(
                teller, case.id, words=words, photos=self.photos(), at=at
            ),
            "hurry": lambda: actions.hurry_case(teller, case.id, at=at),
            "withdraw": lambda: actions.withdraw_as_reporter(teller, case.id, at=at),
            "contact": lambda: actions.log_contact_with(
                case.id, **common, call=lot.choice(["in", "out"]), reached=bool(words), words=words
            ),
            "end_help": lambda: actions.end_help_on(
                case.id, **{**common, "by": self.town.viewer("U001")}
            ),
            "hand_inside": lambda: actions.hand_to_colleague(
                case.id,
                **{**common, "by": self.town.viewer("M001")},
                colleague=self.town.town.posts[lot.choice(["M002", "M002", "U001"])],
            ),
            "confirm_join": lambda: actions.confirm_joined(case.id, waiting_id, **common),
            "refuse_join": lambda: actions.refuse_joined(case.id, waiting_id, **common),
            "void": lambda: actions.void_case(
                case.id, **(chief if lot.random() < 0.3 else common), reason="test"
            ),
        }


@pytest.mark.parametrize("seed", [1, 2])
def test_random_steps_break_no_invariant(town: CaseTown, seed: int) -> None:
    walker = Walker(town, seed)
    with wall.frozen(MONDAY):
        for _ in range(STEPS):
            walker.step()

    assert {i.key: i.cases for i in broken_invariants() if i.cases} == {}
    assert actions.audit_clocks().faults == []
    print(dict(walker.taken), dict(walker.refused))
    if seed == 1:
        assert set(walker.taken) >= MUST_MEET, MUST_MEET - set(walker.taken)
        assert set(walker.refused) >= MUST_REFUSE, MUST_REFUSE - set(walker.refused)
    closed = Case.objects.filter(is_open=False).values_list("id", flat=True)
    assert not Clock.objects.filter(case__in=closed, stopped_at__isnull=True).exists()
