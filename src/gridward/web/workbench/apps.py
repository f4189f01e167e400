from django.apps import AppConfig


class WorkbenchConfig(AppConfig):
    name = "gridward.web.workbench"
    label = "workbench"
