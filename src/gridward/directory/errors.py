"""Every way in which the directory refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gridward.core.errors import NotFound, Problem


class NoSuchOrganisation(NotFound):
    """No organisation with this id or key."""


class NoSuchPerson(NotFound):
    """No person with this id or staff number."""


class NoSuchPost(NotFound):
    """No post with this id."""


class KeyTaken(Problem):
    code = "organisation_key_taken"
    status = 409
    text = _("There is already an organisation with the key %(key)s. Choose another key.")


class UnknownKind(Problem):
    code = "unknown_kind"
    status = 422
    text = _("“%(value)s” is not one of: %(known)s.")


class StaffNumberTaken(Problem):
    code = "staff_number_taken"
    status = 409
    text = _("Staff number %(number)s already belongs to somebody else. Check the number.")


class PhoneTaken(Problem):
    code = "phone_taken"
    status = 409
    text = _(
        "This phone number already belongs to another member of staff (%(number)s). "
        "Each person signs in with a number of their own."
    )


class BadPhone(Problem):
    code = "bad_phone"
    status = 422
    text = _("This is not a phone number. Enter a mobile number of eleven digits.")


class BadOfficePhone(Problem):
    code = "bad_office_phone"
    status = 422
    text = _("This is not a telephone number. Write the office's, such as 0999-1234567.")


class UnknownRole(Problem):
    code = "unknown_role"
    status = 422
    text = _("There is no role “%(role)s” in the catalogue in force. Known roles: %(known)s.")


class PostsExclude(Problem):
    code = "posts_exclude_one_another"
    status = 409
    text = _(
        "The system, security and audit administrators are three different people and hold no "
        "other post. End the other posts first, or choose another person."
    )


class PostAlreadyHeld(Problem):
    code = "post_already_held"
    status = 409
    text = _("%(name)s already holds this post.")


class PostEnded(Problem):
    code = "post_ended"
    status = 409
    text = _("This post has already ended.")


class PostEndsBeforeItBegins(Problem):
    code = "post_ends_before_it_begins"
    status = 422
    text = _("A post cannot end before it begins. Check the two dates.")


class PeriodMissing(Problem):
    code = "period_missing"
    status = 422
    text = _(
        "An absence needs a first and a last moment, the last one later than now and than the "
        "first. Check the two dates."
    )


class NoDeputy(Problem):
    code = "no_deputy"
    status = 422
    text = _(
        "This person cannot stand in: a deputy is a colleague of the same organisation or on the "
        "same ground. Choose another one."
    )


class DeputyAway(Problem):
    code = "deputy_away"
    status = 409
    text = _("%(name)s is away in that time. Choose another deputy or other days.")


class AlreadyAway(Problem):
    code = "already_away"
    status = 409
    text = _(
        "For a part of that time there is a deputy already: %(name)s. End that absence first, or "
        "choose other days."
    )


class NotTheirPost(Problem):
    code = "not_their_post"
    status = 422
    text = _(
        "A post in which somebody only stands in cannot be handed on. Whoever holds it names the "
        "deputy."
    )


class UnreadableFile(Problem):
    code = "unreadable_people_file"
    status = 422
    text = _(
        "%(name)s cannot be read as a table. Save it as CSV (UTF-8 or GB18030) or as XLSX, "
        "with the headings of the template in the first row."
    )


class StagedFileGone(Problem):
    code = "staged_people_file_gone"
    status = 422
    text = _("The file that was checked is not kept any more. Choose it again and check it.")


class MissingHeadings(Problem):
    code = "missing_headings"
    status = 422
    text = _(
        "These columns are missing: %(missing)s. Start from the template; headings may be in "
        "Chinese or English."
    )


class TooManyRows(Problem):
    code = "too_many_rows"
    status = 413
    text = _("The file has more than %(limit)s rows. Split it and import one part at a time.")


class FaultyRows(Problem):
    """Nothing was imported. `params["faults"]` holds the rows.Fault values."""

    code = "faulty_rows"
    status = 422
    text = _(
        "%(count)s rows cannot be imported, so nothing was changed. Correct them, or import the "
        "good rows only."
    )


# what a fault in a people file is called; by `rules.Fault.code`
FAULTS = {
    "missing": _("is missing"),
    "bad_staff_number": _("is no staff number (letters, figures and . _ / - only)"),
    "too_long": _("is too long"),
    "bad_phone": _("is no telephone number"),
    "phone_of_another": _("already belongs to"),
    "not_the_same_person": _("stands above with another name, phone or kind:"),
    "unknown_worker_kind": _("is no kind of worker:"),
    "unknown_role": _("is no role of the catalogue:"),
    "unknown_organisation": _("is no organisation here:"),
    "ambiguous_organisation": _("could be several organisations; write its key:"),
    "unknown_area": _("is no area here:"),
    "ambiguous_area": _("could be several areas; write its code:"),
    "posts_exclude": _("cannot be held beside the person's other posts:"),
}
