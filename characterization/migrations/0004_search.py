"""Indexes over the folded names of files and measurements, for the search."""

from django.db import migrations

OF_FILES = """
CREATE INDEX file_words ON characterization_rawfile USING gin (labsys_folded(name) gin_trgm_ops);
CREATE INDEX measurement_words ON characterization_measurement USING gin (labsys_folded(title || ' ' || technique) gin_trgm_ops);
"""


class Migration(migrations.Migration):
    dependencies = [("characterization", "0003_process_logs_and_documents"), ("synthesis", "0005_search")]

    operations = [migrations.RunSQL(OF_FILES, "DROP INDEX file_words, measurement_words")]
