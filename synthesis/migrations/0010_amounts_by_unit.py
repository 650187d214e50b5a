"""An index for searches by amount: left < 5 g."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("synthesis", "0009_relatives")]

    operations = [
        migrations.AddIndex("sample", models.Index(fields=["unit", "amount_left"], name="sample_left_in_unit")),
    ]
