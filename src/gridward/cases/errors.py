"""Every way in which the cases room refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gridward.core.errors import NotAllowed, Outdated, Problem


class NothingSaid(Problem):
    code = "nothing_said"
    status = 422
    text = _("Say in a few words what is wrong, or add a photo. Either is enough.")


class WordsTooLong(Problem):
    code = "words_too_long"
    status = 422
    text = _("Your words have %(count)s characters; the limit is %(max)s. Please shorten them.")


class TooManyReports(Problem):
    code = "too_many_reports"
    status = 422
    text = _("One submission holds up to four matters. Please send the others separately.")


class PlaceOutOfRange(Problem):
    code = "place_out_of_range"
    status = 422
    text = _(
        "Longitude must lie between -180 and 180 and latitude between -90 and 90. "
        "Perhaps the two were swapped."
    )


class ClientIdTaken(Problem):
    """The same client_id came with another body."""

    code = "client_id_taken"
    status = 409
    text = _("This client_id was used for a different report. Make a new client_id and send again.")


class StepNotOpen(Problem):
    """The process has no such step from the state that the case is in."""

    code = "step_not_open"
    status = 409
    text = _("This step is not possible now: the case is at “%(state)s”. Look at the case again.")


class NotInYourHands(NotAllowed):
    code = "not_in_your_hands"
    text = _("This case is not in your hands now. See the case page for who may act next.")


class NotPlaced(Problem):
    code = "not_placed"
    status = 422
    text = _("Choose the place first: without it nobody can be sent.")


class MatterMissing(Problem):
    code = "matter_missing"
    status = 422
    text = _("Choose the matter first: it decides who handles it and by when.")


class ConditionMissing(Problem):
    code = "condition_missing"
    status = 422
    text = _("Choose which condition applies: it decides the limit.")


class ReasonMissing(Problem):
    code = "reason_missing"
    status = 422
    text = _("Give the reason in a few words; it stays with the case.")


class ReasonUnknown(Problem):
    code = "reason_unknown"
    status = 422
    text = _("Choose one of the listed reasons.")


class LeadMissing(Problem):
    code = "lead_missing"
    status = 422
    text = _("Choose exactly one lead organisation.")


class LeadNotOpen(Problem):
    code = "lead_not_open"
    status = 422
    text = _(
        "Your desk may not dispatch to this organisation. "
        "Choose one from the list, or send the case up."
    )


class PinOutside(Problem):
    code = "pin_outside"
    status = 422
    text = _(
        "This point lies outside the district. Tap inside it, or decline the event as outside "
        "with the office to turn to."
    )


class HelperGone(Problem):
    code = "helper_gone"
    status = 422
    text = _(
        "One of the chosen co-handlers or informed organisations does not take work. "
        "Choose from the list."
    )


class ReturnTooLate(Problem):
    code = "return_late"
    status = 409
    text = _(
        "The time for returns has passed. If it is not yours, send your grounds to the duty chief."
    )


class ReturnedBefore(Problem):
    code = "returned_before"
    status = 409
    text = _("Your organisation already returned this case once; the decision stands.")


class RulingBinds(Problem):
    code = "ruling_binds"
    status = 409
    text = _("The duty chief has ruled who handles this case. Please handle it.")


class GroundsMissing(Problem):
    code = "grounds_missing"
    status = 422
    text = _("Write the grounds and name the organisation that you think responsible.")


class DecisionMissing(Problem):
    code = "decision_missing"
    status = 422
    text = _("Write the decision in a sentence; the organisation will read it.")


class ChiefDecides(Problem):
    code = "chief_decides"
    status = 409
    text = _("This is the second return: the duty chief rules who handles it.")


class DeskDecides(Problem):
    code = "desk_decides"
    status = 409
    text = _("This is the first return: the desk decides it.")


class ProofMissing(Problem):
    code = "need_photo"
    status = 422
    text = _("This matter needs an after-photo before it can be closed. Please add one.")


class ReplyMissing(Problem):
    code = "reply_missing"
    status = 422
    text = _("Write what was done, and the reply to the reporter.")


class SamePerson(Problem):
    code = "same_person"
    status = 409
    text = _("A handler cannot check their own work. Please choose a colleague.")


class CheckNeeded(Problem):
    code = "check_needed"
    status = 409
    text = _("This result has to be looked at on site first. Send somebody to check.")


class ReporterWaits(Problem):
    code = "reporter_waits"
    status = 409
    text = _("A reporter can be reached: pass this to call-back before closing.")


class NobodyToCall(Problem):
    code = "nobody_to_call"
    status = 409
    text = _("No reporter can be reached: pass and close; the receipt page shows the result.")


class CallbacksOpen(Problem):
    code = "callbacks_open"
    status = 409
    text = _("Some reporters have neither answered nor been tried often enough. Try them first.")


class ReopenTooLate(Problem):
    code = "reopen_late"
    status = 409
    text = _("The time to ask for a redo has passed. Please report it anew; we look at it afresh.")


class ReopenedBefore(Problem):
    code = "reopened_before"
    status = 409
    text = _("This was redone once already. Please report it anew, or call the duty desk.")


class CannotJoin(Problem):
    code = "cannot_join"
    status = 409
    text = _("A case can join another open case of the same matter only, never itself.")


class OthersWait(Problem):
    code = "others_wait"
    status = 409
    text = _("Others reported this too, or it concerns safety: it goes on. You need do nothing.")


class NobodyElse(Problem):
    """One of several withdraws, but there is only one."""

    code = "nobody_else"
    status = 409
    text = _("Nobody else reported this: taking it back ends it. Look at the page again.")


class ObjectionTooLate(Problem):
    code = "object_late"
    status = 409
    text = _("The time to ask for a review has passed. Please report it anew.")


class ObjectedBefore(Problem):
    code = "objected_before"
    status = 409
    text = _("This was reviewed once already. Please report it anew, or call the duty desk.")


class DecidedBefore(Problem):
    """Whoever declined a report does not decide on the objection."""

    code = "decided_before"
    status = 409
    text = _("You declined this report before. A colleague decides on the review.")


class HurriedToday(Problem):
    code = "hurried_today"
    status = 409
    text = _("Your reminder has reached us; one a working day is enough. We are on it.")


class TooManyPhotos(Problem):
    code = "too_many_photos"
    status = 422
    text = _("A report holds up to %(max)s photos; there is room for %(left)s more.")


class CannotPart(Problem):
    """The master went on so far that parting would lie about what the reporters were told."""

    code = "cannot_part"
    status = 409
    text = _(
        "The joined event has ended, or these reporters were already asked about its result. "
        "Reopen it, or register the problem anew."
    )


class JoinMissing(Problem):
    code = "join_missing"
    status = 422
    text = _("Choose which of the proposed reports you mean.")


class NothingProposed(Problem):
    code = "nothing_proposed"
    status = 409
    text = _("No report waits to be joined with this event.")


class JoinsOpen(Problem):
    code = "joins_open"
    status = 409
    text = _("Neighbours' reports wait to be joined. Say first whether it is the same problem.")


class LookPhotoMissing(Problem):
    code = "look_photo_missing"
    status = 422
    text = _("A return after a look on site needs a photo that shows it. Please add one.")


class CallMissing(Problem):
    code = "call_missing"
    status = 422
    text = _("Say who called whom, and what was said if somebody was reached.")


class NotAHelper(NotAllowed):
    code = "not_a_helper"
    text = _("Your organisation does not help with this case, or has done its part already.")


class ColleagueMissing(Problem):
    code = "colleague_missing"
    status = 422
    text = _("Choose a colleague of your own organisation who can handle it.")


class NotTheReporter(Problem):
    code = "not_the_reporter"
    status = 404
    text = _("The number or the code is wrong. Please check and try again.")


class NoDesk(Problem):
    code = "no_desk"
    status = 409
    text = _(
        "No desk of that level answers for this place. Ask the system administrator to add one."
    )


class RestrictedWords(Problem):
    code = "restricted_words"
    status = 422
    text = _("Write only when, where and whom you alerted. No names, no photos.")


class StaysWithFew(Problem):
    code = "stays_with_few"
    status = 409
    text = _("Only those who may know of this case may look at it. Decide on the words.")


class MayNotSettle(Problem):
    code = "may_not_settle"
    status = 409
    text = _(
        "This matter is not one to settle on the spot by you alone. Report it; the desk sends help."
    )


class SpotPhotosMissing(Problem):
    code = "spot_photos_missing"
    status = 422
    text = _("This matter needs a photo from before and one from after the work. Please add them.")


class SpotPhotoMissing(Problem):
    code = "spot_photo_missing"
    status = 422
    text = _("This matter needs a photo from after the work. Please add one.")


class OwnReport(Problem):
    code = "own_report"
    status = 409
    text = _("Whoever reported it does not verify it. Please choose a colleague.")


class NoSuchVerifier(Problem):
    code = "no_such_verifier"
    status = 422
    text = _("Choose a grid worker of this place, or leave it to the rule.")


class NothingCorrected(Problem):
    code = "nothing_corrected"
    status = 422
    text = _("Nothing would change. Choose what is to be corrected first.")


class LeadChoiceMissing(Problem):
    code = "lead_choice_missing"
    status = 422
    text = _(
        "After this correction another organisation is responsible. "
        "Say whether the present one goes on, or the event comes back to the desk."
    )


class SensitivityTooLow(Problem):
    code = "sensitivity_too_low"
    status = 422
    text = _("The matter itself asks for more care than that. Choose at least its own level.")


class OtherProcess(Problem):
    code = "other_process"
    status = 409
    text = _(
        "That matter is handled in another way. Void this event and report the matter anew, "
        "or bring it back to the desk first."
    )


class ProposalReplyMissing(Problem):
    code = "proposal_reply_missing"
    status = 422
    text = _("Write what the reporter will read: why it ends here, and where to turn.")


class SecondPersonMissing(Problem):
    code = "second_person_missing"
    status = 409
    text = _("This takes two people: somebody proposes it first, another person confirms.")


class SameProposer(Problem):
    code = "same_proposer"
    status = 409
    text = _("Whoever proposed this cannot decide on it. Another person has to.")


class ProposedAlready(Problem):
    code = "proposed_already"
    status = 409
    text = _("This has been proposed already and waits for a decision.")


class ProposalGone(Problem):
    code = "proposal_gone"
    status = 409
    text = _("This proposal no longer waits: it was decided, or its time is up. Propose it anew.")


class StillPending(Problem):
    code = "still_pending"
    status = 409
    text = _("Something about this event can still be asked for; it is put away later.")


class UnknownStep(Problem):
    code = "unknown_step"
    status = 404
    text = _("This process has no such step.")


class ViewUnnamed(Problem):
    code = "view_unnamed"
    status = 422
    text = _("Give the view a short name, so that you find it again.")


class ViewEmpty(Problem):
    code = "view_empty"
    status = 422
    text = _("Choose at least one filter first. Words that you searched for are not kept.")


class TooManyViews(Problem):
    code = "too_many_views"
    status = 409
    text = _("You have %(max)s saved views already. Remove one that you no longer need.")


class PurposeMissing(Problem):
    code = "purpose_missing"
    status = 422
    text = _("Say in a few words what it is for; that is printed on every page of it.")


class TooManyRows(Problem):
    code = "too_many_rows"
    status = 422
    text = _("More than %(max)s events fit. Narrow the list first, by days for example.")


class ShiftNotTaken(Problem):
    code = "shift_not_taken"
    status = 409
    text = _("The last hand-over has not been taken over yet. Take it over first.")


class ShiftGone(Problem):
    code = "shift_gone"
    status = 409
    text = _("There is nothing to take over now: a colleague was faster, or none was given.")


class OwnShift(Problem):
    code = "own_shift"
    status = 409
    text = _("You handed this shift over yourself. Whoever comes next takes it over.")


class LinkGone(Problem):
    code = "link_gone"
    status = 404
    text = _("This link does not work, or no longer. Ask whoever sent it for a new one.")


class LinkUnneeded(Problem):
    code = "link_unneeded"
    status = 409
    text = _("This organisation has accounts and works here itself. It needs no link.")


class LinkRestricted(Problem):
    code = "link_restricted"
    status = 409
    text = _(
        "A restricted event leaves by no link and on no paper. Speak to the organisation directly."
    )


class LinkWithoutLead(Problem):
    code = "link_without_lead"
    status = 409
    text = _("Dispatch the event first: a link is for the organisation that leads it.")


class CaseChanged(Outdated):
    """Somebody acted meanwhile; `by` and `at` say who and when."""


# --- persons -------------------------------------------------------------------------------------


class OwnReasonMissing(Problem):
    code = "own_reason_missing"
    status = 422
    text = _("Write in your own words why you need it, at least %(least)s characters.")


class ReasonNeeded(Problem):
    """A restricted case is opened by whoever says why; what is said is recorded."""

    code = "reason_needed"
    status = 403
    text = _("Give your reason for opening this. The access is recorded.")


class OneFilm(Problem):
    code = "one_film"
    status = 422
    text = _("One video or one recording can come with it. Choose one; photos may be more.")


class ContactNotShown(NotAllowed):
    code = "contact_not_shown"
    text = _(
        "The reporter's number is not shown here. "
        "Ask the desk of this event to pass on your message."
    )


class NoContactLeft(Problem):
    code = "no_contact_left"
    status = 409
    text = _("This reporter left no number, or it has been erased.")


class OnlyTheDesk(NotAllowed):
    code = "only_the_desk"
    text = _("Only the desk of this event may do this. Tell the desk what should change.")


class PhoneUnclear(Problem):
    code = "phone_unclear"
    status = 422
    text = _("Type the whole number, as it was given. Parts of numbers are not looked for.")


class RequestOpen(Problem):
    code = "request_open"
    status = 409
    text = _("You have already asked for this; it is being looked at. You will be told here.")


class RequestUnclear(Problem):
    code = "request_unclear"
    status = 422
    text = _("Say what is wrong and what it should be, so that it can be put right.")


class RequestAnswered(Outdated):
    code = "request_answered"
    status = 409
    text = _("This request has been dealt with meanwhile. Look at it again.")


class IdentityMissing(Problem):
    code = "identity_missing"
    status = 422
    text = _("Say how you made sure that it is this person: called back, came in, or by the code.")


class KeptForTheLaw(Problem):
    code = "kept_for_the_law"
    status = 409
    text = _(
        "Events %(numbers)s are kept for the law; nothing of them can be erased before they are "
        "let go. Refuse the request with this reason, or ask who ordered it."
    )


class RefusalReasonMissing(Problem):
    code = "refusal_reason_missing"
    status = 422
    text = _("Whoever is refused is told why. Choose the reason.")


class TipRead(Problem):
    code = "tip_read"
    status = 409
    text = _("A colleague has read this tip already. The list shows what is left.")


class CallGone(Problem):
    code = "call_gone"
    status = 409
    text = _("This call-back is not yours any more: it was answered, or handed to somebody else.")


class CallNotHanded(Problem):
    code = "call_not_handed"
    status = 409
    text = _(
        "Nobody is asked to call on this reporter in person, so there is nothing to take back."
    )


class NoWorkerToCall(Problem):
    code = "no_worker_to_call"
    status = 422
    text = _("Choose a grid worker of the place; nobody else can be asked to call in person.")


class PromiseUnfit(Problem):
    code = "promise_unfit"
    status = 422
    text = _("Give the day and time of the promised call, later than now and within sixty days.")


class NoPlanAsked(Problem):
    code = "no_plan_asked"
    status = 409
    text = _("No plan is due for this matter. Write progress, or report the result.")


class NotTakingPart(NotAllowed):
    code = "not_taking_part"
    text = _("Your organisation has no part in this event now, so there is nothing to join.")


class VisitMissing(Problem):
    code = "visit_missing"
    status = 422
    text = _("Tick who came to the place: at least one organisation that takes part.")


class LedgerUnreadable(Problem):
    code = "ledger_unreadable"
    status = 422
    text = _(
        "%(file)s holds no ledger that can be read. Save it as XLSX with the headings of the "
        "template, with at most 20,000 rows; nothing was imported."
    )


class LedgerFaulty(Problem):
    code = "ledger_faulty"
    status = 422
    text = _(
        "%(count)s rows have faults; nothing was imported. Mend them in the workbook, or import "
        "the good rows only."
    )


REFUSALS: dict[str, type[Problem]] = {
    problem.code: problem
    for problem in list(globals().values())
    if isinstance(problem, type) and issubclass(problem, Problem) and problem.__module__ == __name__
}
