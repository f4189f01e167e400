"""The same photo with time and place printed below it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0016_shared_words")]

    operations = [
        migrations.AddField(
            model_name="casefile",
            name="stamped",
            field=models.UUIDField(null=True),
        ),
    ]
