"""Every way in which notify refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gridward.core.errors import NotFound, Problem


class NoSuchNotice(NotFound):
    """No notice with this id."""


class NoticeNotFailed(Problem):
    code = "notice_not_failed"
    status = 409
    text = _("This notice has gone out or is still on its way. Only failed ones are sent again.")


class NoSuchItem(NotFound):
    """No item with this id in this post's inbox."""


class ChannelUnknown(Problem):
    code = "channel_unknown"
    status = 500
    text = _("%(setting)s is “%(value)s”. Use one of: %(known)s.")


class ChannelOff(Problem):
    code = "channel_off"
    status = 409
    text = _(
        "The way “%(channel)s” is switched off here. Say how it is reached in %(setting)s, "
        "then try again."
    )


class ChannelIncomplete(Problem):
    code = "channel_incomplete"
    status = 500
    text = _("To send by %(channel)s, %(settings)s must be set too.")


class SendingFailed(Problem):
    code = "sending_failed"
    status = 502
    text = _("The message did not go out: %(why)s. Look at the address and the settings.")


class ReplyRefused(Problem):
    code = "reply_refused"
    status = 403
    text = _("The signature does not fit. Sign time and body with the shared secret.")
