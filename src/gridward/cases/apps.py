"""The cases room as a Django app."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "gridward.cases"
    label = "cases"
    verbose_name = "Cases"

    def ready(self) -> None:
        """Tell the lower floors which names packs may use and what follows from the journal."""
        from gridward.cases import registration

        registration.declare_all()
