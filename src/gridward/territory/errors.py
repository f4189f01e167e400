"""Every way the territory refuses."""

from django.utils.translation import gettext_lazy as _

from gridward.core.errors import Problem


class NoSuchArea(Problem):
    code = "no_such_area"
    status = 404
    text = _("There is no area %(area)s today. Look the code up with “territory check”.")


class NoSuchLevel(Problem):
    code = "no_such_level"
    status = 404
    text = _("There is no level “%(level)s”. Choose one of: %(known)s.")


class BadLevels(Problem):
    code = "bad_levels"
    status = 422
    text = _(
        "The level scheme “%(key)s” has %(count)s levels; it needs 2 to 6, numbered from 1, "
        "each with a key of its own."
    )


class OtherLevels(Problem):
    code = "other_levels"
    status = 409
    text = _("This territory already stands in the levels %(known)s. Draw into those.")


class BadKind(Problem):
    code = "bad_area_kind"
    status = 422
    text = _("“%(kind)s” cannot be a kind of area. Use small letters, digits and underscores.")


class BadCode(Problem):
    code = "bad_area_code"
    status = 422
    text = _("“%(code)s” cannot be an area's code. Use up to 40 letters, digits and hyphens.")


class CodesExhausted(Problem):
    code = "codes_exhausted"
    status = 409
    text = _("No code is left under %(code)s: codes are never used twice. Open a new parent area.")


class CodeTaken(Problem):
    code = "area_code_taken"
    status = 409
    text = _("The code %(code)s has been given before and is never used again. Choose another.")


class BadOutline(Problem):
    code = "bad_outline"
    status = 422
    text = _("The outline cannot be used: %(why)s")


class CannotDraw(Problem):
    code = "cannot_draw"
    status = 422
    text = _("This cannot be drawn: %(why)s")


class AlreadyDrawn(Problem):
    code = "already_drawn"
    status = 409
    text = _("%(area)s is already cut into %(count)s areas. Redraw those, or choose another area.")


class NotCovering(Problem):
    code = "not_covering"
    status = 422
    text = _("The new boundaries leave %(count)s faults; nothing was changed. First: %(first)s")


class NotDrawnYet(Problem):
    code = "no_territory"
    status = 409
    text = _("No area has been drawn yet. Begin with “gridward territory draw”.")


class NotAPlace(Problem):
    code = "not_a_place"
    status = 422
    text = _("%(lng)s, %(lat)s is not a longitude and latitude in degrees.")
