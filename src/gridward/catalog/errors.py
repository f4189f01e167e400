"""Every way the catalogue refuses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from gridward.core.errors import NotFound, Problem


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
        return f"{self.file}:{self.line}: expected {self.expected}, found {self.found}"


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
