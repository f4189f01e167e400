"""Addresses of the catalogue and of the decisions about it."""

from django.urls import path

from gridward.web.workbench import views_catalogue, views_deciding

catalogue_urls = [
    path("catalogue/", views_catalogue.matters, name="catalogue"),
    path("catalogue/matters/<str:key>/", views_catalogue.matter, name="matter"),
    path("catalogue/admitted/", views_catalogue.admitted, name="admitted"),
    path("catalogue/process/", views_catalogue.process, name="process"),
    path("catalogue/process/<str:key>/", views_catalogue.process, name="process"),
    path("catalogue/roles/", views_catalogue.roles, name="roles"),
    path("catalogue/rules/", views_catalogue.settings, name="settings"),
    path("catalogue/calendars/", views_catalogue.calendars, name="calendars"),
    path("catalogue/editions/", views_catalogue.editions, name="editions"),
    path("catalogue/difference/", views_catalogue.edition_difference, name="difference"),
    path("catalogue/decisions/", views_deciding.decisions, name="decisions"),
    path("catalogue/decisions/<slug:kind>/", views_deciding.decide, name="decide"),
]
