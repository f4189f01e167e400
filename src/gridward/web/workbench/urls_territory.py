"""Addresses of the territory's pages at the desk."""

from django.urls import path

from gridward.web.workbench import views_territory as views

territory_urls = [
    path("areas/", views.areas, name="areas"),
    path("areas/check/", views.coverage, name="areas-check"),
    path("areas/check/points.json", views.coverage_points, name="areas-check-points"),
    path("areas/<int:area_id>/", views.area, name="area"),
    path("areas/<int:area_id>/shapes.json", views.area_shapes, name="area-shapes"),
    path("areas/<int:area_id>/plates/", views.area_plates, name="area-plates"),
    path(
        "areas/<int:area_id>/publish/<uuid:post_id>/",
        views.area_publish,
        name="area-publish",
    ),
    path("areas/<int:area_id>/split/", views.area_split, name="area-split"),
    path("areas/<int:area_id>/merge/", views.area_merge, name="area-merge"),
    path("areas/<int:area_id>/redraw/", views.area_redraw, name="area-redraw"),
]
