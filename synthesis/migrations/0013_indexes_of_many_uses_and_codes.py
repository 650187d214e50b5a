"""One index less of the ledger, and what searches by code and by temperature look at."""

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("synthesis", "0012_what_home_asks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="ledgerentry",
            name="sample",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entries",
                to="synthesis.sample",
            ),
        ),
        migrations.AddIndex(
            model_name="sample",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass("code", "varchar_pattern_ops"),
                include=("id", "kind", "project"),
                name="sample_by_code",
            ),
        ),
        migrations.AddIndex(
            model_name="carbonizationrun",
            index=models.Index(fields=["highest_temperature_degC"], name="run_by_temperature"),
        ),
    ]
