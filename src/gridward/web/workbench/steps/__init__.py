"""The steps of a case as forms: what each asks for, and how what was sent becomes an act.

A step that no form is written for here (another pack's process) gets a plain one with a field for
words, so that a new process needs no change of the screens.
"""

from gridward.web.workbench.steps.drawing import Sent, again, draft_name, sent, steps_of
from gridward.web.workbench.steps.proposing import is_to_decide, proposal_facts, proposal_of
from gridward.web.workbench.steps.taking import take

__all__ = [
    "Sent",
    "again",
    "draft_name",
    "is_to_decide",
    "proposal_facts",
    "proposal_of",
    "sent",
    "steps_of",
    "take",
]
