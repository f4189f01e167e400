from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "gridward.web.portal"
    label = "portal"
