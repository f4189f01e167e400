"""Addresses of the workbench."""

from django.urls import path

from gridward.web.workbench import (
    views,
    views_approvals,
    views_brief,
    views_bulk,
    views_data,
    views_export,
    views_inbox,
    views_ledger,
    views_links,
    views_lists,
    views_map,
    views_privacy,
    views_report,
    views_shift,
    views_tips,
)
from gridward.web.workbench.urls_catalogue import catalogue_urls
from gridward.web.workbench.urls_people import people_urls
from gridward.web.workbench.urls_territory import territory_urls

app_name = "workbench"
urlpatterns = [
    path("", views.home, name="home"),
    path("next/", views.following, name="next"),
    path("cases/", views_lists.case_list, name="list"),
    path("cases/export/", views_export.export, name="export"),
    path("cases/<uuid:case_id>/link/", views_links.make, name="link-make"),
    path(
        "cases/<uuid:case_id>/link/<uuid:link_id>/revoke/", views_links.revoke, name="link-revoke"
    ),
    path("cases/<uuid:case_id>/print/", views_export.print_case, name="print"),
    path("cases/bulk/", views_bulk.bulk, name="bulk"),
    path("views/", views_lists.save_view, name="view-save"),
    path("views/<uuid:view_id>/remove/", views_lists.remove_view, name="view-remove"),
    path("cases/<uuid:case_id>/", views.case, name="case"),
    path("cases/<uuid:case_id>/photo/<uuid:photo_id>/", views.photo, name="photo"),
    path("cases/<uuid:case_id>/open/", views_privacy.open_case, name="open"),
    path(
        "cases/<uuid:case_id>/reports/<uuid:report_id>/number/",
        views_privacy.reveal,
        name="reveal",
    ),
    path("cases/<uuid:case_id>/reports/<uuid:report_id>/words/", views.share, name="share"),
    path("phone/", views_privacy.phone, name="phone"),
    path("data/", views_data.data_requests, name="data"),
    path("data/<uuid:request_id>/", views_data.data_request, name="data-request"),
    path("data/<uuid:request_id>/copy/", views_data.data_copy, name="data-copy"),
    path("cases/<uuid:case_id>/step/<slug:key>/", views.step, name="step"),
    path("report/", views_report.report, name="report"),
    path("report/suggest/", views_report.suggest, name="suggest"),
    path(
        "report/photo/<slug:client_id>/<uuid:photo_id>/",
        views_report.staged_photo,
        name="staged-photo",
    ),
    path("ledger/", views_ledger.ledger, name="ledger"),
    path("ledger/template.xlsx", views_ledger.template, name="ledger-template"),
    path("inbox/", views_inbox.inbox, name="inbox"),
    path("inbox/count", views_inbox.inbox_count, name="inbox-count"),
    path("notices/", views_inbox.notices, name="notices"),
    path("approvals/", views_approvals.approvals, name="approvals"),
    path("map/", views_map.case_map, name="map"),
    path("map/points.json", views_map.map_points, name="map-points"),
    path("shift/", views_shift.shift, name="shift"),
    path("shift/<uuid:handover_id>/take/", views_shift.take, name="shift-take"),
    path("tips/", views_tips.tip_list, name="tips"),
    path("tips/<uuid:tip_id>/", views_tips.tip, name="tip"),
    path("tips/<uuid:tip_id>/photo/<uuid:photo_id>/", views_tips.tip_photo, name="tip-photo"),
    path("overview/", views_brief.overview, name="overview"),
    *people_urls,
    *territory_urls,
    *catalogue_urls,
]
