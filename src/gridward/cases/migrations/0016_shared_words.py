"""What the desk wrote for those who settle a matter, in place of the masked words."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0015_archive")]

    operations = [
        migrations.AddField(
            model_name="report",
            name="shared_words",
            field=models.UUIDField(null=True),
        ),
    ]
