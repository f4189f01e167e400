"""What the journal can say about the directory."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gridward.journal.verbs import Verb, code, declare, flag, moment, number, optional, ref

declare(
    Verb(
        "organisation.created",
        subject="organisation",
        title=_("Organisation created"),
        details={"kind": code, "type_code": optional(code), "area": optional(ref)},
    ),
    Verb(
        "organisation.changed",
        subject="organisation",
        title=_("Organisation changed"),
        details={"active": flag, "order": number},
    ),
    Verb(
        "person.added",
        subject="person",
        title=_("Person added"),
        details={"worker_kind": code, "phone": flag},
    ),
    Verb(
        "person.changed",
        subject="person",
        title=_("Person's particulars changed"),
        details={"name": flag, "phone": flag, "worker_kind": optional(code)},
    ),
    Verb(
        "post.given",
        subject="post",
        title=_("Post given"),
        details={
            "person": ref,
            "role": code,
            "organisation": ref,
            "area": optional(ref),
            "begins": moment,
            "ends": optional(moment),
        },
    ),
    Verb(
        "post.stood_in",
        subject="post",
        title=_("Deputy named for an absence"),
        details={
            "person": ref,
            "for_post": ref,
            "absent": ref,
            "role": code,
            "organisation": ref,
            "begins": moment,
            "ends": moment,
        },
    ),
    Verb(
        "post.ended",
        subject="post",
        title=_("Post ended"),
        details={"person": ref, "role": code, "ends": moment},
    ),
    Verb(
        "organisation.moved",
        subject="organisation",
        title=_("Organisation's ground changed with the boundaries"),
        details={"from_area": optional(ref), "area": ref, "version": number},
    ),
    Verb(
        "post.moved",
        subject="post",
        title=_("Post's ground changed with the boundaries"),
        details={"from_area": optional(ref), "area": ref, "version": number},
    ),
    Verb(
        "post.published",
        subject="post",
        title=_("What is published of a post changed"),
        details={"name": flag, "phone": flag},
    ),
    Verb(
        "organisation.published",
        subject="organisation",
        title=_("The published number of an organisation changed"),
        details={"phone": flag},
    ),
)
