"""Addresses of the residents' portal."""

from django.urls import path

from gridward.web.portal import (
    views,
    views_catalogue,
    views_place,
    views_privacy,
    views_protection,
    views_public,
    views_report,
)

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("catalogue/", views_catalogue.matters, name="catalogue"),
    path("report/", views_report.report, name="report"),
    path("report/protection/", views_protection.protection, name="protection"),
    path("report/matters/", views_report.suggest, name="suggest"),
    path("report/near/", views_report.near, name="near"),
    path("report/done/", views_report.done, name="done"),
    path("report/done/qr.svg", views_report.receipt_picture, name="receipt-picture"),
    path(
        "report/photo/<slug:client_id>/<uuid:photo_id>/",
        views_report.staged_photo,
        name="staged-photo",
    ),
    path("at/<slug:code>/", views_place.at, name="at"),
    path("nearby/", views_public.in_hand, name="public"),
    path("nearby/points.json", views_public.points, name="public-points"),
    path("worker/", views_place.worker, name="worker"),
    path("track/", views.track, name="track"),
    path("track/mine/", views.tracked, name="tracked"),
    path("track/mine/photo/<uuid:photo_id>/", views.photo, name="photo"),
    path("privacy/", views_privacy.privacy, name="privacy"),
    path("track/mine/data/", views_privacy.my_data, name="my-data"),
    path("track/mine/<slug:verb>/", views.act, name="act"),
]
