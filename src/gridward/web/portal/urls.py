"""Addresses of the residents' portal."""

from django.urls import path

from gridward.web.portal import views, views_catalogue, views_place, views_privacy

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("catalogue/", views_catalogue.matters, name="catalogue"),
    path("report/", views.report, name="report"),
    path("report/done/", views.done, name="done"),
    path("report/photo/<slug:client_id>/<uuid:photo_id>/", views.staged_photo, name="staged-photo"),
    path("at/<slug:code>/", views_place.at, name="at"),
    path("worker/", views_place.worker, name="worker"),
    path("track/", views.track, name="track"),
    path("track/mine/", views.tracked, name="tracked"),
    path("track/mine/photo/<uuid:photo_id>/", views.photo, name="photo"),
    path("privacy/", views_privacy.privacy, name="privacy"),
    path("track/mine/data/", views_privacy.my_data, name="my-data"),
    path("track/mine/<slug:verb>/", views.act, name="act"),
]
