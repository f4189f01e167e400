"""A reporter asks for a copy, for a correction, or to be forgotten."""

import django.db.models.deletion
from django.db import migrations, models

import gridward.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0018_retention"),
        ("directory", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="DataRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gridward.core.ids.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("kind", models.CharField(max_length=10)),
                ("field", models.CharField(blank=True, max_length=10)),
                ("state", models.CharField(default="filed", max_length=10)),
                ("what", models.UUIDField(null=True)),
                ("wish", models.UUIDField(null=True)),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("answer", models.UUIDField(null=True)),
                ("filed_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("identity", models.CharField(blank=True, max_length=20)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.UUIDField(null=True)),
                ("executed_at", models.DateTimeField(null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "desk",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.organisation",
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="data_requests",
                        to="cases.submission",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["filed", "granted"])),
                        fields=["desk", "due_at", "id"],
                        name="data_request_open",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["copy", "correct", "erase"])),
                        name="data_request_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["filed", "granted", "executed", "refused"])
                        ),
                        name="data_request_state",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["filed", "granted"])),
                        fields=("submission", "kind"),
                        name="data_request_one_open",
                    ),
                ],
            },
        ),
    ]
