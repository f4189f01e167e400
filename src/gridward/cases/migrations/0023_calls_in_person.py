"""A call-back that a grid worker makes in person."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0022_tips"),
    ]

    operations = [
        migrations.AddField(
            model_name="answer",
            name="handed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="answer",
            name="handed_to",
            field=models.UUIDField(null=True),
        ),
        migrations.AddIndex(
            model_name="answer",
            index=models.Index(
                condition=models.Q(("handed_to__isnull", False), ("answer", "")),
                fields=["handed_to"],
                name="answer_handed",
            ),
        ),
    ]
