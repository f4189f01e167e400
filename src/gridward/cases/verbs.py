"""What can have happened to a report, a case or a clock."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gridward.journal.verbs import (
    Verb,
    code,
    commitment,
    declare,
    flag,
    many,
    moment,
    number,
    optional,
    ref,
)

REPORT_SUBMITTED = Verb(
    "report.submitted",
    subject="report",
    title=_("Reported"),
    details={
        "case": ref,
        "submission": ref,
        "channel": code,
        "matter": optional(code),
        "area": optional(ref),
        "boundary": number,
        "reason": code,
        "words": optional(commitment),
        "place": optional(commitment),
        "photos": number,
        "contact": flag,
    },
)
CASE_OPENED = Verb(
    "case.opened",
    subject="case",
    title=_("Opened"),
    details={
        "desk": ref,
        "process": code,
        "edition": number,
        "matter": optional(code),
        "area": optional(ref),
        "sensitivity": number,
        "urgent": flag,
    },
)
CASE_INFO_ASKED = Verb(
    "case.info_asked", subject="case", title=_("Details asked for"), details={"words": commitment}
)
CASE_INFO_GIVEN = Verb(
    "case.info_given",
    subject="case",
    title=_("Details given"),
    details={"words": optional(commitment)},
)
CASE_INFO_LAPSED = Verb(
    "case.info_lapsed", subject="case", title=_("No details came in time"), details={}
)
CASE_DECLINED = Verb(
    "case.declined",
    subject="case",
    title=_("Declined"),
    details={"reason": code, "words": optional(commitment)},
)
CASE_OBJECTED = Verb(
    "case.objected",
    subject="case",
    title=_("A review was asked for"),
    details={"words": optional(commitment)},
)
CASE_MERGED = Verb(
    "case.merged",
    subject="case",
    title=_("Joined with the same problem"),
    details={
        "master": ref,
        "before": optional(code),
        "reports": many(ref),
        "parts": many(ref),
        "clocks": many(ref),
    },
)
CASE_PARTED = Verb(
    "case.parted",
    subject="case",
    title=_("Taken apart again"),
    details={"master": ref, "to": code, "reports": number, "words": optional(commitment)},
)
CASE_LEFT = Verb(
    "case.left",
    subject="case",
    title=_("A joined event went its own way again"),
    details={"parted": ref, "reports": number},
)
REPORT_JOIN_PROPOSED = Verb(
    "report.join_proposed",
    subject="report",
    title=_("A neighbour says it is the same problem"),
    details={"case": ref, "distance_m": optional(number)},
)
REPORT_JOIN_CONFIRMED = Verb(
    "report.join_confirmed",
    subject="report",
    title=_("Joined: it is the same problem"),
    details={"case": ref},
)
REPORT_JOIN_REFUSED = Verb(
    "report.join_refused",
    subject="report",
    title=_("Not the same problem: an event of its own"),
    details={"case": ref, "own": ref, "cause": code},
)
REPORT_DETAILS_ADDED = Verb(
    "report.details_added",
    subject="report",
    title=_("The reporter added details"),
    details={"case": ref, "photos": number, "words": optional(commitment)},
)
REPORT_HURRIED = Verb(
    "report.hurried",
    subject="report",
    title=_("The reporter asks to hurry"),
    details={"case": ref, "count": number},
)
REPORT_WITHDRAWN = Verb(
    "report.withdrawn",
    subject="report",
    title=_("A reporter withdrew; the event goes on"),
    details={"case": ref},
)
CASE_CONTACT_LOGGED = Verb(
    "case.contact_logged",
    subject="case",
    title=_("Telephone call"),
    details={
        "direction": code,
        "reached": flag,
        "report": optional(ref),
        "promised": optional(moment),
        "words": optional(commitment),
    },
)
CASE_HELP_DONE = Verb(
    "case.help_done",
    subject="case",
    title=_("A co-handler has done its part"),
    details={"organisation": ref, "words": optional(commitment)},
)
CASE_HANDED_INSIDE = Verb(
    "case.handed_inside",
    subject="case",
    title=_("Handed to a colleague"),
    details={"organisation": ref, "post": ref, "words": optional(commitment)},
)
CASE_JOINED = Verb(
    "case.joined",
    subject="case",
    title=_("Another report joined"),
    details={"merged": ref, "reports": number},
)
CASE_ACCEPTED = Verb(
    "case.accepted",
    subject="case",
    title=_("Accepted"),
    details={
        "matter": code,
        "condition": code,
        "edition": number,
        "urgent": flag,
        "promised": optional(moment),
        "provisional": flag,
    },
)
CASE_DISPATCHED = Verb(
    "case.dispatched",
    subject="case",
    title=_("Dispatched"),
    details={
        "lead": ref,
        "helpers": many(ref),
        "informed": many(ref),
        "rule": code,
        "edition": number,
        "by_rule": flag,
        "due": optional(moment),
        "acknowledge_by": optional(moment),
        "provisional": flag,
        "words": optional(commitment),
    },
)
CASE_HANDED_OVER = Verb(
    "case.handed_over",
    subject="case",
    title=_("Handed to another desk"),
    details={"desk": ref, "from_desk": ref, "reason": code, "words": optional(commitment)},
)
CASE_ACKNOWLEDGED = Verb(
    "case.acknowledged", subject="case", title=_("Acknowledged"), details={"organisation": ref}
)
CASE_RETURN_ASKED = Verb(
    "case.return_asked",
    subject="case",
    title=_("Return asked for"),
    details={
        "organisation": ref,
        "suggested": optional(ref),
        "after_look": flag,
        "count": number,
        "words": optional(commitment),
        "decide_by": optional(moment),
    },
)
CASE_REDISPATCHED = Verb(
    "case.redispatched",
    subject="case",
    title=_("Return granted, sent to another organisation"),
    details={
        "lead": ref,
        "before": ref,
        "rule": code,
        "edition": number,
        "due": optional(moment),
        "words": optional(commitment),
    },
)
CASE_RETURN_REFUSED = Verb(
    "case.return_refused",
    subject="case",
    title=_("Return refused, the organisation handles it"),
    details={"lead": ref, "given_back_s": number, "words": optional(commitment)},
)
CASE_RULED = Verb(
    "case.ruled",
    subject="case",
    title=_("The duty chief ruled who handles it"),
    details={
        "lead": ref,
        "before": ref,
        "due": optional(moment),
        "given_back_s": number,
        "words": optional(commitment),
    },
)
CASE_PROGRESS_NOTED = Verb(
    "case.progress_noted",
    subject="case",
    title=_("Progress"),
    details={"organisation": optional(ref), "words": commitment},
)
CASE_PLAN_GIVEN = Verb(
    "case.plan_given",
    subject="case",
    title=_("Plan given"),
    details={"organisation": optional(ref), "words": commitment},
)
CASE_CORRECTED = Verb(
    "case.corrected",
    subject="case",
    title=_("Corrected"),
    details={
        "matter": optional(code),
        "matter_before": optional(code),
        "condition": optional(code),
        "condition_before": optional(code),
        "area": optional(ref),
        "area_before": optional(ref),
        "urgent": flag,
        "urgent_before": flag,
        "sensitivity": number,
        "sensitivity_before": number,
        "desk": optional(ref),
        "lead_kept": optional(flag),
        "boundary": optional(number),
        "moved_m": optional(number),
        "words": optional(commitment),
    },
)
CASE_VERIFY_ASKED = Verb(
    "case.verify_asked",
    subject="case",
    title=_("Sent to be verified"),
    details={"task": ref, "words": optional(commitment)},
)
CASE_VERIFIED = Verb(
    "case.verified",
    subject="case",
    title=_("Verified on site"),
    details={"task": ref, "result": code, "photos": number, "words": optional(commitment)},
)
CASE_VERIFY_LAPSED = Verb(
    "case.verify_lapsed", subject="case", title=_("Nobody verified it in time"), details={}
)
CASE_SELF_HANDLED = Verb(
    "case.self_handled",
    subject="case",
    title=_("Settled on the spot"),
    details={
        "organisation": optional(ref),
        "close_type": code,
        "photos": number,
        "before": number,
        "internal": optional(commitment),
        "reply": optional(commitment),
    },
)
CASE_STEP_PROPOSED = Verb(
    "case.step_proposed",
    subject="case",
    title=_("Proposed, for a second person to confirm"),
    details={
        "proposal": ref,
        "step": code,
        "expires": moment,
        "words": optional(commitment),
        "reply": optional(commitment),
    },
)
CASE_PROPOSAL_CONFIRMED = Verb(
    "case.proposal_confirmed",
    subject="case",
    title=_("The proposal was confirmed by a second person"),
    details={"proposal": ref, "step": code, "proposed_by": ref},
)
CASE_PROPOSAL_REFUSED = Verb(
    "case.proposal_refused",
    subject="case",
    title=_("The proposal was refused"),
    details={"proposal": ref, "step": code, "words": optional(commitment)},
)
CASE_PROPOSAL_LAPSED = Verb(
    "case.proposal_lapsed",
    subject="case",
    title=_("Nobody decided on the proposal in time"),
    details={"proposal": ref, "step": code},
)
CASE_ARCHIVED = Verb(
    "case.archived",
    subject="case",
    title=_("Put away"),
    details={
        "closed": optional(moment),
        "retention": optional(code),
        "edition": optional(number),
    },
)
CASE_DISPOSED = Verb(
    "case.disposed",
    subject="case",
    title=_("Result reported"),
    details={
        "organisation": optional(ref),
        "close_type": code,
        "photos": number,
        "internal": optional(commitment),
        "reply": optional(commitment),
    },
)
CASE_CHECK_ASKED = Verb(
    "case.check_asked", subject="case", title=_("Sent to be checked"), details={"task": ref}
)
CASE_CHECKED = Verb(
    "case.checked",
    subject="case",
    title=_("Checked on site"),
    details={"task": ref, "result": code, "photos": number, "words": optional(commitment)},
)
CASE_CHECK_PASSED = Verb(
    "case.check_passed", subject="case", title=_("Check passed"), details={"round": number}
)
CASE_REWORK_ASKED = Verb(
    "case.rework_asked",
    subject="case",
    title=_("Sent back to redo"),
    details={"words": optional(commitment), "due": optional(moment)},
)
REPORT_CALLED = Verb(
    "report.called",
    subject="report",
    title=_("Called the reporter"),
    details={"case": ref, "round": number, "attempt": number, "reached": flag},
)
REPORT_ANSWERED = Verb(
    "report.answered",
    subject="report",
    title=_("The reporter answered"),
    details={
        "case": ref,
        "round": number,
        "answer": code,
        "rating": optional(number),
        "words": optional(commitment),
    },
)
REPORT_REPLIED = Verb(
    "report.replied",
    subject="report",
    title=_("The reporter wrote back by text message"),
    details={"case": ref, "outcome": code, "words": optional(commitment)},
)
CASE_NOT_SOLVED = Verb(
    "case.not_solved",
    subject="case",
    title=_("Not solved, a new round"),
    details={"round": number, "lead": ref, "due": optional(moment)},
)
CASE_CLOSED = Verb(
    "case.closed",
    subject="case",
    title=_("Closed"),
    details={"close_type": code, "round": number, "unreached": number},
)
CASE_REOPENED = Verb(
    "case.reopened",
    subject="case",
    title=_("Reopened"),
    details={
        "round": number,
        "lead": optional(ref),
        "due": optional(moment),
        "words": optional(commitment),
    },
)
CASE_WITHDRAWN = Verb(
    "case.withdrawn", subject="case", title=_("Withdrawn by the reporter"), details={}
)
CASE_VOIDED = Verb(
    "case.voided",
    subject="case",
    title=_("Void"),
    details={"reason": code, "words": optional(commitment)},
)
CASE_IMPORTED = Verb(
    "case.imported",
    subject="case",
    title=_("Imported from an older system"),
    details={
        "source": code,
        "mapping": code,
        "opened": moment,
        "area": optional(ref),
        "boundary": number,
        "due": optional(moment),
        "closed": optional(moment),
    },
)
CASE_SUGGESTED = Verb(
    "case.suggested",
    subject="case",
    title=_("Suggestions were made"),
    details={
        "matter": optional(code),
        "organisation": optional(ref),
        "rule": optional(code),
        "duplicates": many(ref),
    },
)
CLOCK_WARNED = Verb(
    "clock.warned", subject="clock", title=_("Half of the time is used"), details={"case": ref}
)
CLOCK_PRESSED = Verb(
    "clock.pressed", subject="clock", title=_("The time is nearly up"), details={"case": ref}
)
CLOCK_OVERDUE = Verb(
    "clock.overdue", subject="clock", title=_("Overdue"), details={"case": ref, "milestone": code}
)
CLOCK_RECOMPUTED = Verb(
    "clock.recomputed",
    subject="clock",
    title=_("A deadline was worked out again"),
    details={"case": ref, "cause": code, "before": optional(moment), "after": optional(moment)},
)
DATA_ERASED = Verb(
    "report.erased",
    subject="report",
    title=_("The reporter's words and contact were erased"),
    details={"case": ref},
)

VIEW_SAVED = Verb(
    "view.saved", subject="view", title=_("A list's filters were saved"), details={"shared": flag}
)
VIEW_REMOVED = Verb(
    "view.removed", subject="view", title=_("Saved filters were removed"), details={}
)
LIST_EXPORTED = Verb(
    "list.exported",
    subject="list",
    title=_("A list was exported"),
    details={"kind": code, "rows": number, "purpose": commitment},
)
DESK_HANDED_OVER = Verb(
    "desk.handed_over",
    subject="desk",
    title=_("The shift was handed over"),
    details={"handover": ref, "open": number, "late": number, "words": optional(commitment)},
)
DESK_TAKEN_OVER = Verb(
    "desk.taken_over",
    subject="desk",
    title=_("The shift was taken over"),
    details={"handover": ref},
)
LINK_MADE = Verb(
    "case.link_made",
    subject="case",
    title=_("A one-time link was made"),
    details={"link": ref, "organisation": ref, "expires": moment},
)
LINK_OPENED = Verb(
    "case.link_opened",
    subject="case",
    title=_("The one-time link was opened"),
    details={"link": ref, "organisation": ref},
)
LINK_REVOKED = Verb(
    "case.link_revoked",
    subject="case",
    title=_("The one-time link was taken back"),
    details={"link": ref, "organisation": ref},
)

CONTACT_REVEALED = Verb(
    "case.contact_revealed",
    subject="case",
    title=_("The reporter's number was looked at"),
    details={"report": ref, "reason": commitment},
)
RESTRICTED_OPENED = Verb(
    "case.opened_with_reason",
    subject="case",
    title=_("Opened with a reason"),
    details={"reason": commitment},
)
WORDS_SHARED = Verb(
    "report.words_shared",
    subject="report",
    title=_("The words for those who settle it were changed"),
    details={"case": ref, "words": commitment},
)
PHONE_SEARCHED = Verb(
    "phone.searched",
    subject="desk",
    title=_("A number was looked up"),
    details={"reason": commitment, "cases": many(ref)},
)
CONTACT_CORRECTED = Verb(
    "report.contact_corrected",
    subject="report",
    title=_("The reporter's contact was corrected"),
    details={"case": ref, "field": code},
)
DATA_ASKED = Verb(
    "data_request.filed",
    subject="data_request",
    title=_("A reporter asks about their data"),
    details={"submission": ref, "kind": code, "due": moment, "words": optional(commitment)},
)
DATA_GRANTED = Verb(
    "data_request.granted",
    subject="data_request",
    title=_("The request was granted"),
    details={"identity": code, "words": optional(commitment)},
)
DATA_REFUSED = Verb(
    "data_request.refused",
    subject="data_request",
    title=_("The request was refused"),
    details={"reason": code, "words": optional(commitment)},
)
DATA_EXECUTED = Verb(
    "data_request.executed",
    subject="data_request",
    title=_("The request was carried out"),
    details={"kind": code},
)
PERSON_EXPORTED = Verb(
    "person.exported",
    subject="person",
    title=_("A copy of what is kept was made"),
    details={"submissions": number, "texts": number, "files": number},
)
CASE_HELD = Verb(
    "case.held",
    subject="case",
    title=_("Kept for the law"),
    details={"grounds": code},
)
CASE_LET_GO = Verb(
    "case.let_go",
    subject="case",
    title=_("No longer kept for the law"),
    details={"grounds": code},
)
TIP_NOTED = Verb(
    "tip.noted",
    subject="tip",
    title=_("A tip was noted"),
    details={"desk": ref, "area": optional(ref), "photos": number, "words": optional(commitment)},
)
TIP_REPORTED = Verb(
    "tip.reported",
    subject="tip",
    title=_("A report was made of the tip"),
    details={"submission": ref, "case": ref},
)
TIP_READ = Verb(
    "tip.read",
    subject="tip",
    title=_("The tip was read; nothing to do"),
    details={"words": optional(commitment)},
)
CALL_HANDED = Verb(
    "report.call_handed",
    subject="report",
    title=_("A grid worker was asked to call in person"),
    details={"case": ref, "round": number, "post": ref},
)
CALL_TAKEN_BACK = Verb(
    "report.call_taken_back",
    subject="report",
    title=_("The call in person was taken back"),
    details={"case": ref, "round": number, "post": ref},
)
CALL_CONTACT_SHOWN = Verb(
    "report.call_contact_shown",
    subject="report",
    title=_("The number was shown for calling in person"),
    details={"case": ref, "round": number},
)
CASE_JOINED_ON_SITE = Verb(
    "case.joined_on_site",
    subject="case",
    title=_("Joined on site"),
    details={"came": many(ref), "photos": number, "words": optional(commitment)},
)

VERBS = declare(*[verb for verb in list(globals().values()) if isinstance(verb, Verb)])
