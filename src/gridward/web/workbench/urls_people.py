"""Addresses of the people screens, of “who may see what” and of the audit."""

from django.urls import path

from gridward.web.workbench import (
    views_audit,
    views_organisations,
    views_people,
    views_people_import,
)

people_urls = [
    path("people/", views_people.people, name="people"),
    path("people/new/", views_people.person_new, name="person-new"),
    path("people/import/", views_people_import.people_import, name="people-import"),
    path(
        "people/import/template.xlsx", views_people_import.people_template, name="people-template"
    ),
    path("people/invite/", views_people.invite_all, name="invite-all"),
    path("people/<uuid:person_id>/", views_people.person, name="person"),
    path("people/<uuid:person_id>/do/<slug:key>/", views_people.person_act, name="person-act"),
    path(
        "people/<uuid:person_id>/post/<uuid:post_id>/end/",
        views_people.post_end,
        name="post-end",
    ),
    path("organisations/", views_organisations.organisations, name="organisations"),
    path(
        "organisations/<uuid:organisation_id>/",
        views_organisations.organisation,
        name="organisation",
    ),
    path(
        "organisations/<uuid:organisation_id>/phone/",
        views_organisations.organisation_phone,
        name="organisation-phone",
    ),
    path(
        "organisations/<uuid:organisation_id>/active/",
        views_organisations.organisation_active,
        name="organisation-active",
    ),
    path("sight/", views_audit.sight, name="sight"),
    path("audit/", views_audit.audit, name="audit"),
]
