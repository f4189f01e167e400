"""Verbs that only tests note."""

from gridward.journal.verbs import (
    Verb,
    code,
    commitment,
    declare,
    flag,
    many,
    moment,
    number,
    optional,
    ref,
)

declare(
    Verb("thing.made", subject="thing", title="Made"),
    Verb(
        "thing.changed",
        subject="thing",
        title="Changed to %(state)s",
        details={
            "state": code,
            "by": optional(ref),
            "due": optional(moment),
            "count": optional(number),
            "urgent": optional(flag),
            "words": optional(commitment),
            "places": optional(many(ref)),
        },
    ),
)
