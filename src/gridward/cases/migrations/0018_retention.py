"""What is still kept of anybody, oldest first; and what is kept for the law."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0017_stamped_proof")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="held",
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(
                condition=models.Q(("erased_at__isnull", True), ("vault_subject__isnull", False)),
                fields=["submitted_at", "id"],
                name="submission_kept",
            ),
        ),
    ]
