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


class UnknownStep(Problem):
    code = "unknown_step"
    status = 404
    text = _("This process has no such step.")


class CaseChanged(Outdated):
    """Somebody acted meanwhile; `by` and `at` say who and when."""


REFUSALS: dict[str, type[Problem]] = {
    problem.code: problem
    for problem in list(globals().values())
    if isinstance(problem, type) and issubclass(problem, Problem) and problem.__module__ == __name__
}
