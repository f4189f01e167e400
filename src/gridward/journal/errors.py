"""Every way the journal refuses."""

from django.utils.translation import gettext_lazy as _

from gridward.core.errors import Problem


class UnknownVerb(Problem):
    code = "unknown_verb"
    status = 500
    text = _("The journal does not know the verb “%(verb)s”. Declare it in its room's verbs.py.")


class BadDetails(Problem):
    code = "bad_details"
    status = 500
    text = _(
        "The entry “%(verb)s” cannot be written: %(fault)s. "
        "Details hold codes, ids, moments and numbers as the verb declares them."
    )


class OutsideAction(Problem):
    code = "outside_action"
    status = 500
    text = _("“%(verb)s” was to be noted outside an action. Only actions write to the journal.")


class DeliveryNotFound(Problem):
    code = "delivery_not_found"
    status = 404
    text = _("There is no such delivery. Look at the list of stuck deliveries again.")


class DeliveryDone(Problem):
    code = "delivery_done"
    status = 409
    text = _("This delivery has already arrived and is not sent twice.")


class HeadUnreadable(Problem):
    code = "head_unreadable"
    status = 422
    text = _(
        "The file %(file)s is not a published head of this journal. "
        "Give a file written by “gridward journal head --out FILE”."
    )


class SealerBusy(Problem):
    code = "sealer_busy"
    status = 409
    text = _("Another process is sealing the journal just now. Try again in a minute.")


class KeyMissing(Problem):
    code = "seal_key_missing"
    status = 500
    text = _(
        "The sealing key %(file)s is missing although seals were written with it. "
        "Bring the keys back from their backup before sealing goes on."
    )
