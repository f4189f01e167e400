"""Whether a submission came among many from one network address."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0020_media")]

    operations = [
        migrations.AddField(
            model_name="submission",
            name="crowded",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
