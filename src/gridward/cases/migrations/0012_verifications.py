"""What a look on site before acceptance found, as a fact of the round."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0011_days_of_a_brief")]

    operations = [
        migrations.AddField(
            model_name="round",
            name="verified_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="round",
            name="verified_by",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="round",
            name="verify_result",
            field=models.CharField(blank=True, max_length=12),
        ),
    ]
