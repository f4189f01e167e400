"""Tables of the cases room: submission, report, case, assignment are four things."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import models
from django.db.models import F, Q

from gridward.core.ids import new_id

LEVELS = 6
CHAIN = tuple(f"a{n}" for n in range(1, LEVELS + 1))


class Submission(models.Model):
    """One act of one reporter: a receipt, a channel, a contact; one to four reports.

    crowded: many came from the same network address in that minute; nothing else of it is kept.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    receipt = models.CharField(max_length=12, unique=True)
    client_id = models.CharField(max_length=64, null=True, unique=True)
    digest = models.CharField(max_length=64)
    channel = models.CharField(max_length=20)
    source = models.CharField(max_length=40)
    source_id = models.CharField(max_length=80, blank=True)
    outside_due_at = models.DateTimeField(null=True)
    language = models.CharField(max_length=10)
    notice_version = models.CharField(max_length=20, blank=True)
    reporter_kind = models.CharField(max_length=20)
    reporter_post = models.UUIDField(null=True)
    vault_subject = models.UUIDField(null=True, db_index=True)
    has_contact = models.BooleanField(default=False)
    contact_phone = models.UUIDField(null=True)
    contact_name = models.UUIDField(null=True)
    submitted_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)
    crowded = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="submission_source_once",
                fields=["source", "source_id"],
                condition=~Q(source_id=""),
            ),
        ]
        indexes = [
            # what is still kept of anybody, oldest first: for retention
            models.Index(
                fields=["submitted_at", "id"],
                name="submission_kept",
                condition=Q(erased_at__isnull=True) & Q(vault_subject__isnull=False),
            ),
            # to whom an outside source gave a date: for the shift that takes over, and the brief
            models.Index(
                fields=["outside_due_at"],
                name="submission_outside",
                condition=Q(outside_due_at__isnull=False),
            ),
        ]


class Case(models.Model):
    """The matter from submission to its end: one state, one holder, one lead at a time.

    a1 … a6: the current chain of areas, moved set-wise when boundaries change; area: the area at
    opening, which stays. due_order: the one clock that runs on the holder, or the end of time, so
    that lists sort without nulls. version: every form says which one it was made from.
    declined_person: who declined it last; another person decides on an objection. reports_count:
    reports that belong to it, withdrawn ones too, proposed ones not yet. news_at: since when
    something of the reporter's waits to be seen by the holder. word_by: when a call was promised,
    while it is open. held: kept for the law; no retention
    runs out meanwhile.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=14, unique=True)
    process = models.CharField(max_length=40)
    edition = models.PositiveIntegerField()
    matter = models.CharField(max_length=60, blank=True)
    group = models.CharField(max_length=40, blank=True)
    condition = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=32)
    is_open = models.BooleanField(default=True)
    round = models.PositiveSmallIntegerField(default=1)
    urgent = models.BooleanField(default=False)
    sensitivity = models.PositiveSmallIntegerField(default=0)
    safety = models.BooleanField(default=False)
    channel = models.CharField(max_length=20)
    area = models.ForeignKey(
        "territory.Area", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    a1 = models.BigIntegerField(null=True)
    a2 = models.BigIntegerField(null=True)
    a3 = models.BigIntegerField(null=True)
    a4 = models.BigIntegerField(null=True)
    a5 = models.BigIntegerField(null=True)
    a6 = models.BigIntegerField(null=True)
    boundary = models.PositiveIntegerField(default=0)
    lng = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    desk = models.ForeignKey(
        "directory.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    holder_kind = models.CharField(max_length=12)
    holder = models.ForeignKey(
        "directory.Organisation",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    lead = models.ForeignKey(
        "directory.Organisation",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    opened_at = models.DateTimeField()
    promised_at = models.DateTimeField(null=True)
    promise_provisional = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True)
    due_milestone = models.CharField(max_length=32, blank=True)
    due_warn_at = models.DateTimeField(null=True)
    due_urgent_at = models.DateTimeField(null=True)
    due_order = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    close_type = models.CharField(max_length=20, blank=True)
    returns = models.PositiveSmallIntegerField(default=0)
    reworks = models.PositiveSmallIntegerField(default=0)
    unsolved = models.PositiveSmallIntegerField(default=0)
    reopened = models.PositiveSmallIntegerField(default=0)
    objected = models.PositiveSmallIntegerField(default=0)
    declined_person = models.UUIDField(null=True)
    reports_count = models.PositiveSmallIntegerField(default=1)
    hurries = models.PositiveSmallIntegerField(default=0)
    news_at = models.DateTimeField(null=True)
    word_by = models.DateTimeField(null=True)
    reports_proposed = models.PositiveSmallIntegerField(default=0)
    reports_withdrawn = models.PositiveSmallIntegerField(default=0)
    contactable = models.PositiveSmallIntegerField(default=0)
    master = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="merged", db_index=False
    )
    vault_subject = models.UUIDField(null=True)
    check_task = models.UUIDField(null=True)
    check_on_site = models.BooleanField(default=False)
    archived_at = models.DateTimeField(null=True)
    retention = models.CharField(max_length=64, blank=True)
    retention_edition = models.PositiveIntegerField(null=True)
    held = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="case_open_has_holder",
                condition=Q(is_open=False) | Q(holder__isnull=False),
            ),
            models.CheckConstraint(
                name="case_joined_is_closed",
                condition=Q(master__isnull=True) | Q(is_open=False),
            ),
            models.CheckConstraint(
                name="case_not_own_master", condition=Q(master__isnull=True) | ~Q(master=F("id"))
            ),
        ]
        indexes = [
            # the widest area holds every case: its lists need no column
            models.Index(fields=["due_order", "id"], name="case_open", condition=Q(is_open=True)),
            models.Index(
                fields=["due_order", "id"],
                name="case_open_unplaced",
                condition=Q(is_open=True, a1__isnull=True),
            ),
            models.Index(F("opened_at").desc(), F("id").desc(), name="case_new"),
            *[
                models.Index(
                    fields=[level, "due_order", "id"],
                    name=f"case_open_{level}",
                    condition=Q(is_open=True) & Q(**{f"{level}__isnull": False}),
                )
                for level in CHAIN[1:]
            ],
            *[
                models.Index(
                    F(level),
                    F("opened_at").desc(),
                    F("id").desc(),
                    name=f"case_new_{level}",
                    condition=Q(**{f"{level}__isnull": False}),
                )
                for level in CHAIN[1:]
            ],
            models.Index(
                fields=["holder", "due_order", "id"],
                name="case_open_holder",
                condition=Q(is_open=True),
            ),
            models.Index(
                fields=["holder", "state", "sensitivity"],
                name="case_open_holder_state",
                condition=Q(is_open=True),
            ),
            models.Index(
                fields=["closed_at"], name="case_closed", condition=Q(closed_at__isnull=False)
            ),
            models.Index(fields=["master"], name="case_master", condition=Q(master__isnull=False)),
            # what has ended and is not put away yet: as long as the days until then, at any size
            models.Index(
                fields=["closed_at", "id"],
                name="case_to_archive",
                condition=Q(closed_at__isnull=False) & Q(archived_at__isnull=True),
            ),
            # to whom word was promised, soonest first: for the shift that takes over
            models.Index(
                fields=["word_by", "id"], name="case_word", condition=Q(word_by__isnull=False)
            ),
            # which classes of retention are in use, without looking at a row
            models.Index(
                fields=["retention_edition", "retention"],
                name="case_retention",
                condition=Q(retention_edition__isnull=False),
            ),
            # what is in hand around a point: a band of latitudes among the open ones
            models.Index(
                fields=["lat", "lng"],
                name="case_open_point",
                condition=Q(is_open=True) & Q(lat__isnull=False),
            ),
        ]

    @property
    def chain(self) -> tuple[int | None, ...]:
        """The areas that hold the place now, from the top level down."""
        return (self.a1, self.a2, self.a3, self.a4, self.a5, self.a6)

    @chain.setter
    def chain(self, areas: Sequence[int | None]) -> None:
        self.a1, self.a2, self.a3, self.a4, self.a5, self.a6 = [*areas, *[None] * LEVELS][:LEVELS]


class Report(models.Model):
    """One matter that one person told: words, place, photos. Always in exactly one case.

    first_case: the case it opened; case: the one it belongs to now. The raw point and its datum
    are the record; lng and lat (WGS84) are derived and can be derived again.
    shared_words: what the desk wrote for those who settle it, in place of the masked words.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="reports")
    ordinal = models.PositiveSmallIntegerField()
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reports")
    first_case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    join_state = models.CharField(max_length=12, default="own")
    matter = models.CharField(max_length=60, blank=True)
    words = models.UUIDField(null=True)
    place_words = models.UUIDField(null=True)
    shared_words = models.UUIDField(null=True)
    raw_lng = models.FloatField(null=True)
    raw_lat = models.FloatField(null=True)
    datum = models.CharField(max_length=10, blank=True)
    lng = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    locate_reason = models.CharField(max_length=12)
    boundary = models.PositiveIntegerField(default=0)
    area = models.ForeignKey(
        "territory.Area", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    submitted_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    hurried_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="report_ordinal_once", fields=["submission", "ordinal"]),
            models.CheckConstraint(
                name="report_one_to_four", condition=Q(ordinal__gte=1) & Q(ordinal__lte=4)
            ),
            models.CheckConstraint(
                name="report_join_state",
                condition=Q(join_state__in=["own", "proposed", "confirmed"]),
            ),
        ]


class Answer(models.Model):
    """What one report's reporter said of one round: informed, solved, satisfied, or not reached.

    case: whose round; a report that joins another case is asked about that one's round too, and
    what was said of the first stays with the first.
    handed_to: the post of the grid worker who was asked to call on the reporter in person.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="answers")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField()
    asked_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    attempt_days = models.PositiveSmallIntegerField(default=0)
    last_attempt_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=12, blank=True)
    answered_at = models.DateTimeField(null=True)
    via = models.CharField(max_length=12, blank=True)
    rating = models.PositiveSmallIntegerField(null=True)
    rated_at = models.DateTimeField(null=True)
    handed_to = models.UUIDField(null=True)
    handed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="answer_once_a_case_and_round", fields=["report", "case", "round"]
            ),
            models.CheckConstraint(
                name="answer_rating_1_to_5",
                condition=Q(rating__isnull=True) | (Q(rating__gte=1) & Q(rating__lte=5)),
            ),
        ]
        indexes = [
            models.Index(fields=["answered_at"], name="answer_no_day", condition=Q(answer="no")),
            models.Index(
                fields=["handed_to"],
                name="answer_handed",
                condition=Q(handed_to__isnull=False) & Q(answer=""),
            ),
        ]


class Round(models.Model):
    """One way through from dispatch to result; reopening begins a new one, the earlier stays."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="rounds")
    number = models.PositiveSmallIntegerField()
    opened_at = models.DateTimeField()
    verified_at = models.DateTimeField(null=True)
    verified_by = models.UUIDField(null=True)
    verify_result = models.CharField(max_length=12, blank=True)
    disposed_at = models.DateTimeField(null=True)
    disposed_by = models.UUIDField(null=True)
    disposed_person = models.UUIDField(null=True)
    disposed_organisation = models.UUIDField(null=True)
    internal = models.UUIDField(null=True)
    reply = models.UUIDField(null=True)
    close_type = models.CharField(max_length=20, blank=True)
    checked_at = models.DateTimeField(null=True)
    checked_by = models.UUIDField(null=True)
    check_result = models.CharField(max_length=12, blank=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="round_number_once", fields=["case", "number"]),
        ]


class Assignment(models.Model):
    """An organisation's part in one round: one lead at a time, any number of others.

    handler_person: whose desk it lies on; earlier_handlers: who had it before. done_at: a helper's
    part is done; it stands until the lead's does.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assignments")
    round = models.PositiveSmallIntegerField()
    organisation = models.ForeignKey(
        "directory.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    role = models.CharField(max_length=10)
    active = models.BooleanField(default=True)
    binding = models.BooleanField(default=False)
    rule = models.CharField(max_length=80, blank=True)
    edition = models.PositiveIntegerField()
    by_rule = models.BooleanField(default=False)
    dispatched_at = models.DateTimeField()
    dispatched_by = models.UUIDField(null=True)
    return_until = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.UUIDField(null=True)
    handler_person = models.UUIDField(null=True)
    earlier_handlers = models.JSONField(default=list)
    done_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=12, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="assignment_one_lead",
                fields=["case"],
                condition=Q(role="lead") & Q(active=True),
            ),
            models.UniqueConstraint(
                name="assignment_organisation_once",
                fields=["case", "organisation"],
                condition=Q(active=True),
            ),
            models.CheckConstraint(
                name="assignment_role", condition=Q(role__in=["lead", "co", "informed"])
            ),
            models.CheckConstraint(
                name="assignment_ended",
                condition=Q(active=True, ended_at__isnull=True)
                | Q(active=False, ended_at__isnull=False),
            ),
        ]
        indexes = [
            # ids of cases rise with time: an organisation's newest are read from the end
            models.Index(fields=["organisation", "case"], name="assignment_organisation"),
            models.Index(
                fields=["organisation"], name="assignment_at_hand", condition=Q(active=True)
            ),
            # what a day's brief counts
            models.Index(
                fields=["dispatched_at"], name="assignment_lead_day", condition=Q(role="lead")
            ),
        ]


class Return(models.Model):
    """An organisation asks to give a case back; the desk, then the duty chief decides."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="return_requests")
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(
        "directory.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    round = models.PositiveSmallIntegerField()
    count = models.PositiveSmallIntegerField()
    grounds = models.UUIDField(null=True)
    suggested = models.ForeignKey(
        "directory.Organisation",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    after_look = models.BooleanField(default=False)
    asked_at = models.DateTimeField()
    asked_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    decision = models.CharField(max_length=12, blank=True)
    decision_words = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="return_once_an_organisation", fields=["case", "organisation"]
            ),
            models.UniqueConstraint(
                name="return_one_open", fields=["case"], condition=Q(decided_at__isnull=True)
            ),
        ]
        indexes = [models.Index(fields=["asked_at"], name="return_day")]


class Hand(models.Model):
    """That a post had a case in hand: when it last took a step there, for what it passed on."""

    post = models.UUIDField()
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="hands", db_index=False)
    acted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="hand_once", fields=["case", "post"]),
        ]
        indexes = [
            models.Index(F("post"), F("acted_at").desc(), F("case").desc(), name="hand_newest"),
        ]


class Proposal(models.Model):
    """A step that takes two people: one proposes it with grounds, another one confirms or refuses.

    step: the step of the case's own process that is proposed; payload: codes it will be taken
    with; grounds, reply, decision: secrets of the vault; capability: who may confirm. It holds for
    its round and until expires_at.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="proposals")
    step = models.CharField(max_length=64)
    payload = models.JSONField(default=dict)
    round = models.PositiveSmallIntegerField()
    capability = models.CharField(max_length=40)
    state = models.CharField(max_length=10, default="open")
    grounds = models.UUIDField()
    reply = models.UUIDField(null=True)
    proposed_at = models.DateTimeField()
    proposed_by = models.UUIDField()
    proposed_person = models.UUIDField()
    expires_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    decided_person = models.UUIDField(null=True)
    decision = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="proposal_one_open", fields=["case", "step"], condition=Q(state="open")
            ),
            models.CheckConstraint(
                name="proposal_state",
                condition=Q(state="open", decided_at__isnull=True)
                | Q(state__in=["confirmed", "refused", "lapsed"], decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="proposal_two_people",
                condition=Q(decided_person__isnull=True) | ~Q(decided_person=F("proposed_person")),
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], name="proposal_open", condition=Q(state="open")),
        ]


class CaseFile(models.Model):
    """A photo, video or voice note of a report or a case: before, after, check, look,
    verify.

    stamped: the same photo with time and place printed below it, once a worker has drawn it
    media: photo, video or voice; seconds: how long it plays
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="files")
    report = models.ForeignKey(
        Report, on_delete=models.PROTECT, null=True, related_name="files", db_index=False
    )
    round = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=10)
    file = models.UUIDField(unique=True)
    stamped = models.UUIDField(null=True)
    media = models.CharField(max_length=10, default="photo")
    seconds = models.FloatField(null=True)
    added_at = models.DateTimeField()
    added_by = models.UUIDField(null=True)

    class Meta:
        indexes = [  # what its reporters sent stands on the case that they were joined to
            models.Index(
                fields=["report"],
                condition=models.Q(report__isnull=False),
                name="case_file_report",
            )
        ]


class Clock(models.Model):
    """A running or stopped limit of a case, an assignment, a report, a desk or a task.

    milestone: which one of the process or the filing condition; limits: [[amount, unit], …] as
    agreed; rule, edition, calendar, calendar_digest: its basis, from which the audit works out
    due_at again. basis: rule | given (an outside target) | rework | pending (no limit known yet).
    corrected: [[at, rule, limits], …] what held before each correction, and until when.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="clocks")
    milestone = models.CharField(max_length=32)
    owner_kind = models.CharField(max_length=12)
    owner_id = models.UUIDField()
    round = models.PositiveSmallIntegerField(default=1)
    start_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    warn_at = models.DateTimeField(null=True)
    urgent_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, blank=True)
    limits = models.JSONField(default=list)
    basis = models.CharField(max_length=10)
    rule = models.CharField(max_length=80, blank=True)
    edition = models.PositiveIntegerField()
    calendar = models.CharField(max_length=40, blank=True)
    calendar_digest = models.CharField(max_length=64, blank=True)
    provisional = models.BooleanField(default=False)
    corrected = models.JSONField(default=list)
    after = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    swept = models.PositiveSmallIntegerField(default=0)
    look_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="clock_one_running",
                fields=["case", "milestone", "owner_id"],
                condition=Q(stopped_at__isnull=True),
            ),
            models.CheckConstraint(
                name="clock_outcome",
                condition=Q(stopped_at__isnull=True, outcome="")
                | (Q(stopped_at__isnull=False) & ~Q(outcome="")),
            ),
        ]
        indexes = [
            models.Index(fields=["look_at"], name="clock_look", condition=Q(look_at__isnull=False)),
            models.Index(fields=["id"], name="clock_provisional", condition=Q(provisional=True)),
        ]


class ClockPause(models.Model):
    """Time that does not count for a clock: while details are awaited, or given back."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="pauses")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    reason = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="pause_one_open", fields=["clock"], condition=Q(until__isnull=True)
            ),
            models.CheckConstraint(
                name="pause_forward", condition=Q(until__isnull=True) | Q(until__gte=F("since"))
            ),
        ]


class SearchDoc(models.Model):
    """What a case can be found by: keyed tokens of its words and place, and of who may see it.

    One per unrestricted case. Tokens are keyed (see vault), so no word stands in the index.
    """

    id = models.BigAutoField(primary_key=True)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="search_doc")
    tokens = models.TextField()


class SavedView(models.Model):
    """A list's filters under a name, kept for a post, or for everybody of its organisation.

    query: the filters as they stand in the address; never words that were searched for.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    post = models.UUIDField()
    organisation = models.ForeignKey(
        "directory.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=400)
    shared = models.BooleanField(default=False)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="view_name_once_a_post", fields=["post", "name"]),
        ]
        indexes = [
            models.Index(fields=["organisation"], name="view_shared", condition=Q(shared=True)),
        ]


class DeskHandover(models.Model):
    """A shift at a desk given to the next one: how much stood open, and what to know, in words."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    desk = models.ForeignKey(
        "directory.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    given_by = models.UUIDField()
    given_at = models.DateTimeField()
    open_cases = models.PositiveIntegerField()
    urgent_cases = models.PositiveIntegerField()
    late_cases = models.PositiveIntegerField()
    promises = models.PositiveIntegerField()
    vault_subject = models.UUIDField(null=True)
    words = models.UUIDField(null=True)
    taken_by = models.UUIDField(null=True)
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="handover_one_open", fields=["desk"], condition=Q(taken_at__isnull=True)
            ),
            models.CheckConstraint(
                name="handover_taken",
                condition=Q(taken_at__isnull=True, taken_by__isnull=True)
                | Q(taken_at__isnull=False, taken_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(F("desk"), F("given_at").desc(), name="handover_desk"),
        ]


class Tip(models.Model):
    """Something odd that a grid worker noted in passing: no case, no clock; a desk reads it.

    words, answer: in the vault under the tip's own key; photos: the vault's files of `tip:<id>`.
    noted → reported (with the submission that was made of it) or read.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    client_id = models.CharField(max_length=64, unique=True)
    desk = models.ForeignKey(
        "directory.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    area = models.ForeignKey(
        "territory.Area", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    lng = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    post = models.UUIDField()
    noted_at = models.DateTimeField()
    state = models.CharField(max_length=10, default="noted")
    vault_subject = models.UUIDField(null=True, db_index=True)
    words = models.UUIDField(null=True)
    photos = models.PositiveSmallIntegerField(default=0)
    read_at = models.DateTimeField(null=True)
    read_by = models.UUIDField(null=True)
    answer = models.UUIDField(null=True)
    submission = models.ForeignKey(
        Submission, on_delete=models.PROTECT, null=True, related_name="tips"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="tip_state", condition=Q(state__in=["noted", "reported", "read"])
            ),
            models.CheckConstraint(
                name="tip_read",
                condition=Q(state="noted", read_at__isnull=True)
                | Q(~Q(state="noted"), read_at__isnull=False),
            ),
            models.CheckConstraint(
                name="tip_reported",
                condition=Q(state="reported", submission__isnull=False)
                | Q(~Q(state="reported"), submission__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                fields=["desk", "noted_at", "id"], name="tip_noted", condition=Q(state="noted")
            ),
            models.Index(F("post"), F("noted_at").desc(), name="tip_of_post"),
            # what was read and is still kept, oldest first: for retention
            models.Index(
                fields=["read_at", "id"],
                name="tip_kept",
                condition=Q(read_at__isnull=False) & Q(vault_subject__isnull=False),
            ),
        ]


class OutsideLink(models.Model):
    """A one-time page for the lead of one round, where the organisation has no account.

    digest: of the token, which is shown once and stored nowhere.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="links")
    assignment = models.ForeignKey(
        Assignment, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    organisation = models.ForeignKey(
        "directory.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    digest = models.CharField(max_length=64, unique=True)
    made_by = models.UUIDField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="link_one_live_an_assignment",
                fields=["assignment"],
                condition=Q(used_at__isnull=True, revoked_at__isnull=True),
            ),
            models.CheckConstraint(
                name="link_ends_after_it_begins", condition=Q(expires_at__gt=F("made_at"))
            ),
        ]


class DataRequest(models.Model):
    """A reporter asks for a copy of what is kept, for a correction, or to be forgotten.

    filed → granted → executed, or refused. what, wish, answer: words in the vault under the
    reporter's own key, so that an erasure takes them along.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    submission = models.ForeignKey(
        Submission, on_delete=models.PROTECT, related_name="data_requests"
    )
    desk = models.ForeignKey(
        "directory.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=10)
    field = models.CharField(max_length=10, blank=True)
    state = models.CharField(max_length=10, default="filed")
    what = models.UUIDField(null=True)
    wish = models.UUIDField(null=True)
    reason = models.CharField(max_length=40, blank=True)
    answer = models.UUIDField(null=True)
    filed_at = models.DateTimeField()
    due_at = models.DateTimeField()
    identity = models.CharField(max_length=20, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    executed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="data_request_kind", condition=Q(kind__in=["copy", "correct", "erase"])
            ),
            models.CheckConstraint(
                name="data_request_state",
                condition=Q(state__in=["filed", "granted", "executed", "refused"]),
            ),
            models.UniqueConstraint(
                name="data_request_one_open",
                fields=["submission", "kind"],
                condition=Q(state__in=["filed", "granted"]),
            ),
        ]
        indexes = [
            models.Index(
                fields=["desk", "due_at", "id"],
                name="data_request_open",
                condition=Q(state__in=["filed", "granted"]),
            ),
        ]
