"""Addresses that every surface shares: preferences, places, maps."""

from django.urls import path

from gridward.web.ui import views

app_name = "ui"
urlpatterns = [
    path("prefs/", views.prefs, name="prefs"),
    path("place/found/", views.place_found, name="place-found"),
    path("map/areas.json", views.map_areas, name="map-areas"),
    path("map/base.pmtiles", views.map_base, name="map-base"),
    path("map/picture.svg", views.map_picture, name="map-picture"),
]
