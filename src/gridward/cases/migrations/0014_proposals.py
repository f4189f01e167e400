"""Steps that take two people: one proposes, another one confirms."""

import django.db.models.deletion
from django.db import migrations, models

import gridward.core.ids


class Migration(migrations.Migration):
    dependencies = [("cases", "0013_corrected_clocks")]

    operations = [
        migrations.CreateModel(
            name="Proposal",
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
                ("step", models.CharField(max_length=64)),
                ("payload", models.JSONField(default=dict)),
                ("round", models.PositiveSmallIntegerField()),
                ("capability", models.CharField(max_length=40)),
                ("state", models.CharField(default="open", max_length=10)),
                ("grounds", models.UUIDField()),
                ("reply", models.UUIDField(null=True)),
                ("proposed_at", models.DateTimeField()),
                ("proposed_by", models.UUIDField()),
                ("proposed_person", models.UUIDField()),
                ("expires_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.UUIDField(null=True)),
                ("decided_person", models.UUIDField(null=True)),
                ("decision", models.UUIDField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="proposal",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="proposals",
                to="cases.case",
            ),
        ),
        migrations.AddIndex(
            model_name="proposal",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["expires_at"], name="proposal_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")),
                fields=("case", "step"),
                name="proposal_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", True), ("state", "open")),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("state__in", ["confirmed", "refused", "lapsed"]),
                    ),
                    _connector="OR",
                ),
                name="proposal_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_person__isnull", True),
                    models.Q(("decided_person", models.F("proposed_person")), _negated=True),
                    _connector="OR",
                ),
                name="proposal_two_people",
            ),
        ),
    ]
