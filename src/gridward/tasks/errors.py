"""Every way in which tasks refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gridward.core.errors import NotFound, Outdated, Problem


class NoSuchTask(NotFound):
    """No task with this id, or not for this post."""


class TaskChanged(Outdated):
    """Somebody handed in, handed over or ended the task meanwhile."""


class TaskNotOpen(Problem):
    code = "task_not_open"
    status = 409
    text = _("This task has been handed in or has ended already. Look at your list again.")


class UnknownResult(Problem):
    code = "unknown_result"
    status = 422
    text = _("Choose one of the results: %(known)s.")


class NotYourTask(Problem):
    code = "not_your_task"
    status = 403
    text = _("This task is somebody else's. Ask them to hand it to you.")


class NotAColleague(Problem):
    code = "not_a_colleague"
    status = 422
    text = _("A task can only be handed to a colleague of the same organisation or ground.")


class AlreadyAsked(Problem):
    code = "already_asked"
    status = 409
    text = _("Somebody has been asked for this already. Wait for the answer, or end that task.")


class HandlerMayNotCheck(Problem):
    code = "same_person"
    status = 409
    text = _("A handler cannot check their own work. Please choose a colleague.")


class ReporterMayNotVerify(Problem):
    code = "own_report"
    status = 409
    text = _("Whoever reported it does not verify it. Please choose a colleague.")


class WordsMissing(Problem):
    code = "words_missing"
    status = 422
    text = _("Say in a few words what you found, so that the desk can decide.")
