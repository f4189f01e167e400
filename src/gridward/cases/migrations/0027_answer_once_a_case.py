"""Nobody is asked twice about a round of a case; about another case's round they are."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0026_fill_answers_case")]

    operations = [
        migrations.AlterField(
            model_name="answer",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.case",
            ),
        ),
        migrations.RemoveConstraint(model_name="answer", name="answer_once_a_round"),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.UniqueConstraint(
                fields=("report", "case", "round"), name="answer_once_a_case_and_round"
            ),
        ),
    ]
