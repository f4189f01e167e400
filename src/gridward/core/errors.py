"""How every refusal looks: a code, a status and a sentence that says what to do next."""

from __future__ import annotations

import errno
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _


class Problem(Exception):
    """A refusal that people can act on.

    code: stable, for programs; status: HTTP status; text: lazy sentence with %(name)s holes that
    `params` fill. Raising one inside an action rolls everything back and tells nobody.
    """

    code: ClassVar[str] = "problem"
    status: ClassVar[int] = 400
    text: ClassVar[Any] = _("This could not be done. Check what you entered and try again.")

    def __init__(self, **params: Any) -> None:
        self.params = params
        super().__init__(params)

    @property
    def message(self) -> str:
        """The sentence in the active language."""
        return str(self.text) % self.params if self.params else str(self.text)

    def __str__(self) -> str:
        return self.message


class NotFound(Problem):
    """Not there, or not for you: from outside the two look the same."""

    code = "not_found"
    status = 404
    text = _("This record does not exist, or you may not see it.")


class NotAllowed(Problem):
    code = "not_allowed"
    status = 403
    text = _("Your present post may not do this. Switch posts, or ask the duty chief.")


class BadInput(Problem):
    """One or more fields cannot be taken; `fields` maps a field's name to a sentence."""

    code = "bad_input"
    status = 422
    text = _("Some of what you entered cannot be used. See the marked fields.")

    def __init__(self, fields: dict[str, Any] | None = None, **params: Any) -> None:
        super().__init__(**params)
        self.fields = fields or {}

    @property
    def message(self) -> str:
        sentences = " ".join(f"{name}: {said}" for name, said in self.fields.items())
        return f"{self.text} {sentences}".strip()


class Outdated(Problem):
    """The form was made from an older version than the one that is stored."""

    code = "changed"
    status = 409
    text = _(
        "%(name)s already acted at %(time)s; the page is updated. Please look again before you act."
    )


class NoRoom(Problem):
    """The disk is full: of the database, of the files or of the keys."""

    code = "no_room"
    status = 507
    text = _(
        "The server has no room left, so this could not be kept and nothing was changed. "
        "What you wrote is still here: try again in a while, or call the duty phone."
    )


class FileTrouble(Problem):
    """A file or folder that the operator named cannot be read or written."""

    code = "file_trouble"
    status = 422
    text = _("%(file)s: %(why)s. Check the name and the folder, then try again.")


_REASONS = {
    errno.ENOENT: _("there is no such file or folder"),
    errno.EACCES: _("this account may not read or write it"),
    errno.EPERM: _("this account may not read or write it"),
    errno.EEXIST: _("it is there already"),
    errno.EISDIR: _("it is a folder, not a file"),
    errno.ENOTDIR: _("part of its name is a file, not a folder"),
    errno.ENOSPC: _("the disk is full"),
    errno.EROFS: _("the disk can only be read"),
}


def why_not(error: OSError) -> str:
    """Why a file could not be read or written, in the active language."""
    return str(_REASONS.get(error.errno or 0) or error.strerror or error)
