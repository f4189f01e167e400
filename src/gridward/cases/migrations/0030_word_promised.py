"""When somebody was promised another call, for the shift that takes over."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0029_fill_retention")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="word_by",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("word_by__isnull", False)),
                fields=["word_by", "id"],
                name="case_word",
            ),
        ),
    ]
