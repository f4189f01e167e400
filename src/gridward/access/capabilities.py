"""The closed set of things that a post may allow. Packs hand them out; none can be invented there.

What is written into a role of a pack and does not stand here stops the load.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

CAPABILITIES: dict[str, Any] = {
    "report.submit": _("Report what one sees"),
    "report.on_behalf": _("Report for a resident"),
    "case.see": _("See the events of one's ground or organisation"),
    "case.see_restricted": _("See restricted events"),
    "case.accept": _("Accept, ask for details, send to verify"),
    "case.dispatch": _("Dispatch"),
    "case.decline": _("Decline"),
    "case.hand_over": _("Hand up, down and sideways"),
    "case.merge": _("Join and part events"),
    "case.correct": _("Correct place, matter and urgency"),
    "case.self_handle": _("Handle on the spot"),
    "case.self_handle_team": _("Settle on the spot with the community's own people"),
    "case.force_propose": _("Propose closing by special approval"),
    "case.force_confirm": _("Confirm closing by special approval"),
    "case.acknowledge": _("Acknowledge for one's organisation"),
    "case.return": _("Ask to return"),
    "case.rule": _("Decide returns, for good"),
    "case.decide_return": _("Decide a first return"),
    "case.progress": _("Write progress"),
    "case.help": _("Report one's part done as a co-handler"),
    "case.join_site": _("Join those who handle it on site"),
    "case.dispose": _("Report the result"),
    "case.check": _("Check results at the desk"),
    "case.check_task": _("Check and verify on site"),
    "case.contact": _("Log telephone calls"),
    "case.callback": _("Call reporters back"),
    "case.close": _("Close"),
    "case.import": _("Take over a ledger of one's own ground"),
    "case.reopen": _("Reopen"),
    "case.void": _("Void"),
    "contact.reveal": _("Show a reporter's number, with a reason"),
    "task.hand_over": _("Hand a task to a colleague"),
    "figures.see": _("See the district's figures"),
    "people.manage": _("Manage organisations, people and posts"),
    "accounts.manage": _("Invite people, lock and unlock accounts"),
    "packs.load": _("Load packs and take decisions"),
    "territory.manage": _("Draw and change areas"),
    "system.run": _("Run the system: jobs, copies, health"),
    "audit.read": _("Read the journal and who saw what"),
}

# capabilities that only one of the three administrators may have
EXCLUSIVE: dict[str, str] = {
    "packs.load": "system_admin",
    "territory.manage": "system_admin",
    "system.run": "system_admin",
    "people.manage": "security_admin",
    "accounts.manage": "security_admin",
    "audit.read": "audit_admin",
}


def declare() -> None:
    """Tell the catalogue which capabilities there are."""
    from gridward.catalog.registry import declare_capabilities

    declare_capabilities(set(CAPABILITIES))
