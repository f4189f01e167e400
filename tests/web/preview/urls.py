"""Addresses of the preview: every screen with invented content, no database behind it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, include, path
from tests.web.preview import samples


def preview(request: HttpRequest, name: str) -> HttpResponse:
    template, context = samples.screen(name)
    return render(request, template, context)


def index(request: HttpRequest) -> HttpResponse:
    links = "".join(f'<li><a href="/_preview/{n}/">{n}</a></li>' for n in samples.names())
    return HttpResponse(f"<ul>{links}</ul>")


def areas(request: HttpRequest) -> JsonResponse:
    return JsonResponse(samples.areas())


def photo(request: HttpRequest, n: int) -> HttpResponse:
    return HttpResponse(samples.photo(n), content_type="image/svg+xml")


urlpatterns: list[URLPattern | URLResolver] = [
    path("", index),
    path("healthz", index, name="healthz"),
    path("_preview/<slug:name>/", preview),
    path("_preview/photo/<int:n>.svg", photo),
    path("map/areas.json", areas),
    path("portal/", include("gridward.web.portal.urls")),
    path("desk/", include("gridward.web.workbench.urls")),
    path("field/", include("gridward.web.field.urls")),
    path("", include("gridward.web.ui.urls")),
    path("account/", include("gridward.web.ui.urls_account")),
]
