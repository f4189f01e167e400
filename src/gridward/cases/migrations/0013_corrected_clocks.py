"""What a clock was counted by before each correction of its case."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0012_verifications")]

    operations = [
        migrations.AddField(
            model_name="clock",
            name="corrected",
            field=models.JSONField(default=list),
        ),
    ]
