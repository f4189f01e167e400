"""When a case was put away, and the way to those that are to be."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0014_proposals")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="archived_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", False), ("archived_at__isnull", True)),
                fields=["closed_at", "id"],
                name="case_to_archive",
            ),
        ),
    ]
