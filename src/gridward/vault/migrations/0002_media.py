"""Films and voice notes beside photos."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("vault", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="file",
            name="media",
            field=models.CharField(default="photo", max_length=10),
        ),
        migrations.AddField(
            model_name="file",
            name="seconds",
            field=models.FloatField(null=True),
        ),
    ]
