"""What a process asks before a step and what follows from it, in the words of those who manage it.

Every guard and effect that the code knows has a phrase here; a guard test holds that.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from gridward.catalog.definitions import Step
from gridward.web.workbench.catalogue_words import NOTHING, clauses

GUARDS: Mapping[str, Promise] = {
    "placed": gettext_lazy("it is known in which area it lies"),
    "matter_chosen": gettext_lazy("a matter is chosen"),
    "condition_chosen": gettext_lazy("a filing condition is chosen"),
    "reason_given": gettext_lazy("a reason is written"),
    "closed_reason": gettext_lazy("a reason from the list is chosen"),
    "one_lead": gettext_lazy("exactly one organisation leads"),
    "may_dispatch_to": gettext_lazy("this desk may dispatch to that organisation"),
    "is_lead": gettext_lazy("one's own organisation leads"),
    "within_return_window": gettext_lazy("the time to return it is not over"),
    "organisation_not_returned_before": gettext_lazy(
        "this organisation has not returned it before"
    ),
    "grounds_given": gettext_lazy("the grounds of the return are written"),
    "decision_given": gettext_lazy("the decision is written"),
    "proof_given": gettext_lazy("the photos that the condition asks for are there"),
    "reply_given": gettext_lazy("what was done and the reply to the reporter are written"),
    "not_handler": gettext_lazy("whoever checks it did not handle it"),
    "has_contactable_reports": gettext_lazy("some reporter can be called back"),
    "no_contactable_reports": gettext_lazy("no reporter can be called back"),
    "callbacks_done": gettext_lazy("everybody was called back, or tried as often as agreed"),
    "within_reopen_window": gettext_lazy("the days to ask for a redo are not over"),
    "reopen_once": gettext_lazy("it was not redone before at a reporter's wish"),
    "no_self_merge": gettext_lazy("it is joined to another event that it may be joined to"),
    "master_open": gettext_lazy("the other event is still open"),
    "is_confirmed_reporter": gettext_lazy("it is one of its reporters who asks"),
    "chief_when_second_return": gettext_lazy(
        "it was returned twice or found unsolved twice, so that the duty chief decides"
    ),
    "desk_when_first_return": gettext_lazy(
        "it was returned once at most, so that the desk decides"
    ),
    "not_restricted_words": gettext_lazy("no account and no photo where the matter is restricted"),
    "not_restricted": gettext_lazy("the matter is not restricted"),
    "site_check_done": gettext_lazy("somebody has looked on site where that is asked for"),
    "only_reporter": gettext_lazy("nobody else waits for it, and it is no matter of safety"),
    "others_stay": gettext_lazy("others wait for it, or it is a matter of safety"),
    "within_object_window": gettext_lazy("the days to contest a refusal are not over"),
    "object_once": gettext_lazy("no review was asked for before"),
    "decided_by_another": gettext_lazy("after a review was asked for, another person decides"),
    "join_waits": gettext_lazy("a neighbour's report waits to be joined"),
    "join_chosen": gettext_lazy("the report that is meant is chosen"),
    "joins_decided": gettext_lazy("no neighbour's report waits to be joined"),
    "parting_tells_truth": gettext_lazy(
        "the joint event is open, and no reporter of this one was asked about its result"
    ),
    "hurry_once_a_day": gettext_lazy(
        "this reporter has sent no reminder since the last working day"
    ),
    "look_proved": gettext_lazy("a return after a look on site comes with a photo"),
    "call_described": gettext_lazy("it is written who called whom and what was said"),
    "is_helper": gettext_lazy("one's own organisation helps and is not done yet"),
    "colleague_chosen": gettext_lazy("a colleague who may handle it is chosen"),
    "not_reporter": gettext_lazy("whoever verifies it did not report it"),
    "may_self_handle": gettext_lazy("the filing condition lets them settle it on the spot"),
    "spot_proof_given": gettext_lazy(
        "the photos from the spot that the condition asks for are there"
    ),
    "plan_agreed": gettext_lazy("the filing condition asks for a plan"),
    "something_corrected": gettext_lazy("the correction changes something"),
    "second_person": gettext_lazy("another person has proposed exactly this"),
    "nothing_pending": gettext_lazy("its days are over and nothing about it is still awaited"),
    "takes_part": gettext_lazy("one's own organisation leads or helps"),
    "visit_described": gettext_lazy("it is written who came to the place"),
}

EFFECTS: Mapping[str, Promise] = {
    "open_round": gettext_lazy("a new round of handling begins"),
    "end_round": gettext_lazy("this round of handling ends"),
    "new_lead": gettext_lazy("the chosen organisation leads, and its time begins"),
    "keep_lead": gettext_lazy("the same organisation goes on leading"),
    "void_lead": gettext_lazy("the part of the present lead ends, and its clocks count for nobody"),
    "add_helpers": gettext_lazy("the chosen organisations help"),
    "give_time_back": gettext_lazy("time lost by a late decision is given back"),
    "half_limit": gettext_lazy("half the limit is given once more, at least what was left"),
    "start_callbacks": gettext_lazy("every reporter who can be reached is called back"),
    "close_case": gettext_lazy("the event ends with its result"),
    "void_case": gettext_lazy("the event ends and counts in no figure"),
    "hand_to_desk": gettext_lazy("the desk named takes it"),
    "hand_to_chief": gettext_lazy("from the second time on the duty chief takes it"),
    "join_master": gettext_lazy("its reporters are told what becomes of the joint event"),
    "sample_check": gettext_lazy("it is decided whether somebody looks on site, sometimes by lot"),
    "create_check_task": gettext_lazy("a grid worker of the place is asked to check"),
    "end_check_task": gettext_lazy("a check that is still open is called off"),
    "record_acknowledgement": gettext_lazy("it is kept when the organisation took it up"),
    "record_check": gettext_lazy("what the check found is kept"),
    "record_disposal": gettext_lazy("what was done, the reply and the photos are kept"),
    "record_return": gettext_lazy("the return and its grounds wait for a decision"),
    "decide_return": gettext_lazy("the organisation is told the decision"),
    "bind_lead": gettext_lazy("the organisation may not return it any more"),
    "create_verify_task": gettext_lazy("a grid worker of the place is asked to verify"),
    "record_verification": gettext_lazy("what was found on site is kept"),
    "record_self_handling": gettext_lazy(
        "the community's own organisation counts as having done it"
    ),
    "correct_facts": gettext_lazy("place, matter and urgency are set right, the old ones kept"),
    "recall_lead": gettext_lazy("it is taken back from its lead, and the desk dispatches anew"),
    "make_proposal": gettext_lazy("it is proposed, and waits for a second person"),
    "confirm_proposal": gettext_lazy("the proposal is agreed to"),
    "refuse_proposal": gettext_lazy("the proposal is not agreed to"),
    "close_forced": gettext_lazy("the event ends by special approval and is counted apart"),
    "put_away": gettext_lazy("the days of keeping it begin to count"),
    "tell_reporter": gettext_lazy("the reporter sees it"),
    "keep_informed": gettext_lazy("organisations that help or are to know see it"),
    "record_decline": gettext_lazy("it is kept who declined"),
    "count_objection": gettext_lazy("the one review is used"),
    "resume_round": gettext_lazy("the round that had ended goes on"),
    "resume_total": gettext_lazy("the promised date stays what it was"),
    "leave_master": gettext_lazy("it is what it was before it was joined"),
    "confirm_join": gettext_lazy("the neighbour's report belongs to this event"),
    "refuse_join": gettext_lazy("the neighbour's report becomes an event of its own"),
    "keep_details": gettext_lazy("the reporter's words and photos are added"),
    "count_hurry": gettext_lazy("the desk and the lead see the reminder; no clock changes"),
    "leave_case": gettext_lazy("this reporter leaves, the event goes on"),
    "log_contact": gettext_lazy("the call is kept"),
    "end_help": gettext_lazy("the helper's part is done"),
    "change_handler": gettext_lazy("the colleague handles it"),
    "record_joint_visit": gettext_lazy("the photos of the visit are kept, nobody's position"),
}


def guard_words(step: Step) -> str:
    """What must hold before the step, in one line."""
    return clauses(GUARDS[name] for name in step.guards) or NOTHING


def effect_words(step: Step) -> str:
    """What follows from the step, in one line."""
    return clauses(EFFECTS[name] for name in step.effects) or NOTHING
