"""Addresses of one-time links."""

from django.urls import path

from gridward.web.outside import views

app_name = "outside"
urlpatterns = [
    path("<str:token>/", views.page, name="page"),
    path("<str:token>/photo/<uuid:photo_id>/", views.photo, name="photo"),
    path("<str:token>/<slug:key>/", views.step, name="step"),
]
