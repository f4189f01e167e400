"""What the journal says about the ground. Names of areas are in the tables, not in the journal."""

from django.utils.translation import gettext_lazy as _

from gridward.journal.verbs import Verb, code, declare, many, number, optional, ref

declare(
    Verb(
        "territory.drawn",
        subject="boundary_version",
        title=_("%(cells)s areas drawn; boundaries version %(version)s"),
        details={
            "version": number,
            "level": number,
            "cells": number,
            "method": code,
            "seed": number,
            # over ids, codes and boundaries: what was drawn cannot be exchanged unseen
            "digest": code,
        },
    ),
    Verb(
        "boundary.redrawn",
        subject="boundary_version",
        title=_("Boundaries redrawn, version %(version)s"),
        details={
            "version": number,
            "areas": many(ref),
            "digest": code,
            "since": optional(code),
            # how many rows of other rooms lay in ground that changed hands
            "rows": optional(number),
        },
    ),
    Verb(
        "area.split",
        subject="boundary_version",
        title=_("Area split, boundaries version %(version)s"),
        details={
            "version": number,
            "ended": many(ref),
            "opened": many(ref),
            "digest": code,
            "since": code,
            "rows": number,
        },
    ),
    Verb(
        "areas.merged",
        subject="boundary_version",
        title=_("Areas merged, boundaries version %(version)s"),
        details={
            "version": number,
            "ended": many(ref),
            "opened": many(ref),
            "digest": code,
            "since": code,
            "rows": number,
        },
    ),
    Verb(
        "crosswalk.recorded",
        subject="crosswalk",
        title=_("Cross-walk from a former grid recorded"),
        details={"cells": number, "rows": number},
    ),
    Verb(
        "area.named",
        subject="area",
        title=_("Area %(code)s named"),
        details={"area": ref, "code": code},
    ),
)
