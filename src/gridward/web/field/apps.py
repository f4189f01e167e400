from django.apps import AppConfig


class FieldConfig(AppConfig):
    name = "gridward.web.field"
    label = "field"
