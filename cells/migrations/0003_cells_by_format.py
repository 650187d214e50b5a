"""The order of the list of cells by their kind."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cells", "0002_the_bench")]

    operations = [
        migrations.AddIndex("cell", models.Index(fields=["format", "sample_ptr"], name="cell_by_format")),
    ]
