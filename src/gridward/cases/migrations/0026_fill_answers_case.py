"""Answers that were there already belong to the case that their report belonged to when it was asked
about: until it was joined to another the one that it opened, from then on the other one."""

from django.db import migrations
from django.db.models import F, OuterRef, Q, Subquery


def fill(apps, schema_editor):
    alias = schema_editor.connection.alias
    answers = apps.get_model("cases", "Answer").objects.using(alias)
    reports = apps.get_model("cases", "Report").objects.using(alias)
    report = reports.filter(id=OuterRef("report"))
    went = Q(report__first_case__master__isnull=False) & Q(
        asked_at__lt=F("report__first_case__closed_at")
    )
    before = list(answers.filter(went).values_list("id", flat=True))
    answers.filter(id__in=before).update(case=Subquery(report.values("first_case")[:1]))
    answers.filter(case__isnull=True).update(case=Subquery(report.values("case")[:1]))


class Migration(migrations.Migration):
    dependencies = [("cases", "0025_answers_of_a_case")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
