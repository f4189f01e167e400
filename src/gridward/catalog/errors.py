"""Every way the catalogue refuses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from gridward.core.errors import NotFound, Problem

# What a fault says, where it is always the same: for the reader's language.
_SAID = frozenset(
    {
        gettext_noop("a calendar for desk"),
        gettext_noop("a code of the list of admitted work"),
        gettext_noop("a declared journal verb"),
        gettext_noop("a file"),
        gettext_noop("a file beside this one"),
        gettext_noop("a file nobody reads"),
        gettext_noop("a known calendar"),
        gettext_noop("a known capability"),
        gettext_noop("a known capability, reporter, worker or system"),
        gettext_noop("a known department"),
        gettext_noop("a known department or *"),
        gettext_noop("a known effect"),
        gettext_noop("a known filing condition"),
        gettext_noop("a known group"),
        gettext_noop("a known group of this list"),
        gettext_noop("a known guard"),
        gettext_noop("a known level scheme"),
        gettext_noop("a known matter"),
        gettext_noop("a known process"),
        gettext_noop("a known role"),
        gettext_noop("a known side state"),
        gettext_noop("a known stage"),
        gettext_noop("a list"),
        gettext_noop("a list of department codes"),
        gettext_noop("a mapping"),
        gettext_noop("a message without links"),
        gettext_noop("a name of settings.calendars"),
        gettext_noop("a pace of the settings"),
        gettext_noop("a pack that is there"),
        gettext_noop("a pack.yaml"),
        gettext_noop("a plain key"),
        gettext_noop("a responsibility rule that always fits, or why none does"),
        gettext_noop("a state of this process"),
        gettext_noop("a state of this process, same or before"),
        gettext_noop("a state that some step reaches"),
        gettext_noop("a step of this process"),
        gettext_noop("a text in UTF-8"),
        gettext_noop("a verb that notices may follow"),
        gettext_noop("a way from here to a closed state"),
        gettext_noop("an entry of a pack below"),
        gettext_noop("an entry with a key"),
        gettext_noop("default_condition must be one of conditions"),
        gettext_noop("every key once"),
        gettext_noop("every lead once"),
        gettext_noop("it missing"),
        gettext_noop("no cycle in needs"),
        gettext_noop("no such file"),
        gettext_noop("no such folder"),
        gettext_noop("none"),
        gettext_noop("nothing"),
        gettext_noop("one notice each"),
        gettext_noop("only known fields"),
        gettext_noop("other bytes"),
        gettext_noop("well-formed YAML"),
    }
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a pack.

    file: as given, from the pack's folder on; line: from 1
    """

    file: str
    line: int
    expected: str
    found: str

    def __str__(self) -> str:
        return gettext("%(file)s:%(line)s: expected %(expected)s, found %(found)s") % {
            "file": self.file,
            "line": self.line,
            "expected": _told(self.expected),
            "found": _told(self.found),
        }


def _told(said: str) -> str:
    return gettext(said) if said in _SAID else said


class PackFaulty(Problem):
    """A pack cannot be taken as it stands; `faults` says all that is wrong, by file and line."""

    code = "pack_faulty"
    status = 422
    text = _("The packs have %(count)s faults; nothing was loaded. Mend them and try again.")

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(count=len(faults))
        self.faults = tuple(faults)


class NoCatalogue(Problem):
    """Nothing has been loaded here yet."""

    code = "no_catalogue"
    status = 503
    text = _("No catalogue has been loaded here yet. Run “gridward packs load” first.")


class NoSuchEdition(NotFound):
    """An edition that was never made."""

    code = "no_such_edition"
    text = _("There is no edition %(number)s of the catalogue.")


class NotInCatalogue(NotFound):
    """An entry that the edition does not have."""

    code = "not_in_catalogue"
    text = _("Edition %(edition)s of the catalogue has no %(kind)s “%(key)s”.")


class NoResponsibleRule(Problem):
    """Nothing says who is responsible."""

    code = "no_responsible_rule"
    status = 409
    text = _("No rule says who is responsible for “%(matter)s” here. Choose the lead yourself.")


class DecisionFaulty(Problem):
    """A decision that does not fit the schema or the catalogue it is taken for."""

    code = "decision_faulty"
    status = 422
    text = _("This decision cannot be taken: %(fault)s. Correct it and try again.")


class EditionOutdated(Problem):
    """Somebody decided meanwhile: what was looked at is no longer what holds."""

    code = "edition_outdated"
    status = 409
    text = _(
        "The catalogue has changed meanwhile: edition %(number)s holds now. Nothing was decided;"
        " look at it and decide again if it is still needed."
    )
