from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "gridward.web.ui"
    label = "ui"
