"""Indexes for what the first page asks: what is not simply available, what is simulated, what expires."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("synthesis", "0011_signed_stays_signed")]

    operations = [
        migrations.AddIndex(
            "sample",
            models.Index(
                condition=models.Q(("state", "available"), _negated=True),
                fields=["state", "id"],
                name="sample_not_usual",
            ),
        ),
        migrations.AddIndex(
            "sample",
            models.Index(
                condition=models.Q(("simulated", True)), fields=["project"], name="sample_simulated"
            ),
        ),
        migrations.AddIndex("materiallot", models.Index(fields=["expires_on"], name="lot_expires")),
    ]
