"""What a file of a case is, and how long it plays."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0019_data_requests")]

    operations = [
        migrations.AddField(
            model_name="casefile",
            name="media",
            field=models.CharField(default="photo", max_length=10),
        ),
        migrations.AddField(
            model_name="casefile",
            name="seconds",
            field=models.FloatField(null=True),
        ),
    ]
