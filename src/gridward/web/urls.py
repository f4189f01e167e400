"""Every address of the product. Each surface keeps its own list."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from gridward.web import health, hooks

handler400 = "gridward.web.problems.bad_request"
handler403 = "gridward.web.problems.refused"
handler404 = "gridward.web.problems.not_found"
handler500 = "gridward.web.problems.our_fault"

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("hooks/sms/", hooks.sms, name="hooks-sms"),
]
for prefix, module in (
    ("", "gridward.web.ui.urls"),
    ("account/", "gridward.web.ui.urls_account"),
    ("", "gridward.web.portal.urls"),
    ("desk/", "gridward.web.workbench.urls"),
    ("field/", "gridward.web.field.urls"),
    ("o/", "gridward.web.outside.urls"),
    ("api/v1/", "gridward.web.api.urls"),
):
    if find_spec(module.rsplit(".", 1)[0]) and find_spec(module):
        urlpatterns.append(path(prefix, include(module)))
