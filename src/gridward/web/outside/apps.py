from django.apps import AppConfig


class OutsideConfig(AppConfig):
    name = "gridward.web.outside"
    label = "outside"
