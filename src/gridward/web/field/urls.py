"""Addresses of a grid worker's pages."""

from django.urls import path

from gridward.web.field import views, views_inbox

app_name = "field"
urlpatterns = [
    path("", views.home, name="home"),
    path("check/<uuid:task_id>/", views.check, name="check"),
    path("check/<uuid:task_id>/photo/<uuid:photo_id>/", views.photo, name="photo"),
    path("inbox/", views_inbox.inbox, name="inbox"),
    path("report/", views.report, name="report"),
    path("report/done/<str:receipt>/", views.done, name="done"),
    path("report/photo/<slug:client_id>/<uuid:photo_id>/", views.staged_photo, name="staged-photo"),
]
