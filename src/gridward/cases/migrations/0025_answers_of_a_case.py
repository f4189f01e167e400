"""Whose round an answer is about: a report may be asked about the rounds of two cases."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0024_unplaced")]

    operations = [
        migrations.AddField(
            model_name="answer",
            name="case",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.case",
            ),
        ),
    ]
