"""Entries and seals are never changed: SQLite says so by triggers, PostgreSQL by grants."""

from django.db import migrations

from gridward.journal import guards


def guard(apps, schema_editor):
    guards.raise_guards(schema_editor.connection)


def unguard(apps, schema_editor):
    guards.lower_guards(schema_editor.connection)


def begin_generations(apps, schema_editor):
    generation = apps.get_model("journal", "Generation")
    for name in ("catalog", "territory"):
        generation.objects.using(schema_editor.connection.alias).get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]

    operations = [
        migrations.RunPython(begin_generations, migrations.RunPython.noop),
        migrations.RunPython(guard, unguard),
    ]
