"""What grid workers note in passing: no case, no clock."""

import django.db.models.deletion
from django.db import migrations, models

import gridward.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0021_crowded_submission"),
        ("directory", "0003_published_phones"),
        ("territory", "0003_crosswalk"),
    ]

    operations = [
        migrations.CreateModel(
            name="Tip",
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
                ("client_id", models.CharField(max_length=64, unique=True)),
                ("lng", models.FloatField(null=True)),
                ("lat", models.FloatField(null=True)),
                ("post", models.UUIDField()),
                ("noted_at", models.DateTimeField()),
                ("state", models.CharField(default="noted", max_length=10)),
                ("vault_subject", models.UUIDField(db_index=True, null=True)),
                ("words", models.UUIDField(null=True)),
                ("photos", models.PositiveSmallIntegerField(default=0)),
                ("read_at", models.DateTimeField(null=True)),
                ("read_by", models.UUIDField(null=True)),
                ("answer", models.UUIDField(null=True)),
                (
                    "area",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="territory.area",
                    ),
                ),
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
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tips",
                        to="cases.submission",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "noted")),
                        fields=["desk", "noted_at", "id"],
                        name="tip_noted",
                    ),
                    models.Index(
                        models.F("post"),
                        models.OrderBy(models.F("noted_at"), descending=True),
                        name="tip_of_post",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("read_at__isnull", False), ("vault_subject__isnull", False)
                        ),
                        fields=["read_at", "id"],
                        name="tip_kept",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["noted", "reported", "read"])),
                        name="tip_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("read_at__isnull", True), ("state", "noted")),
                            models.Q(
                                models.Q(("state", "noted"), _negated=True),
                                ("read_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="tip_read",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "reported"), ("submission__isnull", False)),
                            models.Q(
                                models.Q(("state", "reported"), _negated=True),
                                ("submission__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="tip_reported",
                    ),
                ],
            },
        ),
    ]
