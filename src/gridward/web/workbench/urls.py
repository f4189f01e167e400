"""Addresses of the workbench."""

from django.urls import path

from gridward.web.workbench import views, views_bulk, views_lists

app_name = "workbench"
urlpatterns = [
    path("", views.home, name="home"),
    path("next/", views.following, name="next"),
    path("cases/", views_lists.case_list, name="list"),
    path("cases/bulk/", views_bulk.bulk, name="bulk"),
    path("views/", views_lists.save_view, name="view-save"),
    path("views/<uuid:view_id>/remove/", views_lists.remove_view, name="view-remove"),
    path("cases/<uuid:case_id>/", views.case, name="case"),
    path("cases/<uuid:case_id>/photo/<uuid:photo_id>/", views.photo, name="photo"),
    path("cases/<uuid:case_id>/step/<slug:key>/", views.step, name="step"),
    path("report/", views.report, name="report"),
    path("report/photo/<slug:client_id>/<uuid:photo_id>/", views.staged_photo, name="staged-photo"),
    path("overview/", views.overview, name="overview"),
]
