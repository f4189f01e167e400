"""Every way in which notify refuses."""

from __future__ import annotations

from django.utils.translation import gettext
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
    text = _("The message did not go out. %(why)s Look at the address and the settings.")


class ReplyRefused(Problem):
    code = "reply_refused"
    status = 403
    text = _("The signature does not fit. Sign time and body with the shared secret.")


def why_words(code: str) -> str:
    """Why a notice did not go out, as a sentence."""
    known = {
        "": "",
        "timeout": gettext("The provider did not answer in time."),
        "no_connection": gettext("The provider could not be reached. Is the address right?"),
        "bad_answer": gettext("The provider's answer could not be read."),
        "http_401": gettext("The provider does not know us. Check token and secret."),
        "http_403": gettext(
            "The provider does not let us send. Check token, secret and address list."
        ),
        "http_404": gettext("There is nothing at the provider's address. Check it."),
        "http_429": gettext("The provider takes no more for now."),
        "mail_recipients": gettext("The mail server refused every receiver."),
        "no_address": gettext("Nobody there can be reached this way."),
        "not_mobile": gettext("The number takes no text messages; a call is needed."),
        "erased": gettext("The reporter's data were erased."),
        "restricted": gettext("Nothing is sent about restricted events."),
        "answered": gettext("The reporter had answered already."),
        "channel_off": gettext("This way was switched off meanwhile."),
        "gone": gettext("What it was about is no longer there."),
        "no_source": gettext("What it was about is no longer there."),
        "no_words": gettext("No text of the catalogue could be filled."),
    }
    if code in known:
        return known[code]
    return gettext("The provider refused it (%(code)s).") % {"code": code}
