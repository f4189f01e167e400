"""Addresses of the residents' portal."""

from django.urls import path

from gridward.web.portal import views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("report/", views.report, name="report"),
    path("report/done/", views.done, name="done"),
    path("report/photo/<slug:client_id>/<uuid:photo_id>/", views.staged_photo, name="staged-photo"),
    path("track/", views.track, name="track"),
    path("track/mine/", views.tracked, name="tracked"),
    path("track/mine/photo/<uuid:photo_id>/", views.photo, name="photo"),
    path("track/mine/<slug:verb>/", views.act, name="act"),
]
