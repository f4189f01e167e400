"""Under which class a case is kept, and which edition says what that class is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0027_answer_once_a_case")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="retention",
            field=models.CharField(blank=True, default="", max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="case",
            name="retention_edition",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("retention_edition__isnull", False)),
                fields=["retention_edition", "retention"],
                name="case_retention",
            ),
        ),
    ]
