"""Addresses of a grid worker's pages."""

from django.urls import path

from gridward.web.field import views, views_inbox, views_onsite, views_report, views_tips

app_name = "field"
urlpatterns = [
    path("", views.home, name="home"),
    path("check/<uuid:task_id>/", views.check, name="check"),
    path("check/<uuid:task_id>/photo/<uuid:photo_id>/", views.photo, name="photo"),
    path("inbox/", views_inbox.inbox, name="inbox"),
    path("report/", views_report.quick, name="report"),
    path("report/full/", views_report.full, name="report-full"),
    path("report/resident/", views_report.behalf, name="behalf"),
    path("report/done/<str:receipt>/", views_report.done, name="done"),
    path(
        "report/photo/<slug:client_id>/<uuid:photo_id>/",
        views_report.staged_photo,
        name="staged-photo",
    ),
    path("tip/", views_tips.tip, name="tip"),
    path("tip/<uuid:tip_id>/photo/<uuid:photo_id>/", views_tips.tip_photo, name="tip-photo"),
    path("case/<uuid:case_id>/", views_onsite.case, name="case"),
    path("case/<uuid:case_id>/photo/<uuid:photo_id>/", views_onsite.case_photo, name="case-photo"),
    path("call/<uuid:answer_id>/", views_onsite.call, name="call"),
    path("call/<uuid:answer_id>/number/", views_onsite.call_number, name="call-number"),
    path("grid/", views_onsite.grid, name="grid"),
    path("grid/shapes.json", views_onsite.grid_shapes, name="grid-shapes"),
    path("solved/", views_onsite.solved, name="solved"),
]
