"""Cases that were put away before are kept as the newest edition says now: that held for them."""

import json

from django.db import migrations

RESTRICTED = 2


def fill(apps, schema_editor):
    alias = schema_editor.connection.alias
    cases = apps.get_model("cases", "Case").objects.using(alias)
    away = cases.filter(archived_at__isnull=False, retention_edition__isnull=True)
    kinds = away.order_by().values_list("group", "matter", "sensitivity").distinct()
    newest = apps.get_model("catalog", "Edition").objects.using(alias).order_by("-number").first()
    if newest is None:
        return
    classes = json.loads(newest.content).get("retention") or []
    for group, matter, sensitivity in list(kinds):
        found = _first(classes, group, matter, sensitivity >= RESTRICTED)
        away.filter(group=group, matter=matter, sensitivity=sensitivity).update(
            retention=found, retention_edition=newest.number
        )


def _first(classes, group, matter, restricted):
    for each in classes:
        groups, matters = each.get("groups") or (), each.get("matters") or ()
        if each.get("restricted") or restricted:
            fits = bool(each.get("restricted")) and restricted
        else:
            fits = (not groups and not matters) or group in groups or matter in matters
        if fits:
            return each["key"]
    return ""


class Migration(migrations.Migration):
    dependencies = [("cases", "0028_retention_of_a_case"), ("catalog", "0001_initial")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
