"""What is searched knows its kind and project; the hottest part of each programme, for searches by temperature."""

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

# The words that stand inside of others (cd in β-cd) once more at the end: so that two letters are found at a word's
# beginning, which is all that a trigram index can do for two letters.
STORED = """
INSERT INTO synthesis_searchtext (sample_id, kind, project_id, words)
SELECT id, kind, project_id, ' ' || text || coalesce((SELECT ' ' || string_agg(inner_word[1], ' ')
           FROM regexp_matches(text, '[^a-zA-Z0-9 ]([a-zA-Z0-9]+)', 'g') inner_word), '')
  FROM (SELECT sample.id, sample.kind, sample.project_id, labsys_folded(concat_ws(' ', sample.code, sample.name,
                sample."group", sample.place, lot.lot_number, lot.supplier, material.name, material.short_name,
                material.formula, material.cas_number, additive.lot_number, additive.supplier, sample.note)) AS text
          FROM synthesis_sample sample
          LEFT JOIN synthesis_materiallot lot ON lot.sample_ptr_id = sample.id
          LEFT JOIN synthesis_material material ON material.id = lot.material_id
          LEFT JOIN synthesis_carbonadditive additive ON additive.sample_ptr_id = sample.id
         WHERE {condition}) searched
    ON CONFLICT (sample_id) DO UPDATE SET words = EXCLUDED.words, project_id = EXCLUDED.project_id, kind = EXCLUDED.kind
"""

# One writer at a time adds words. Another one leaves them out rather than wait for it; they come with their next use.
NEW_WORDS = """
INSERT INTO synthesis_searchword (word)
SELECT DISTINCT piece FROM regexp_split_to_table(labsys_folded({text}), '[^a-zA-Z0-9]+') piece
 WHERE piece ~ '^[a-z]{{4,60}}$' AND NOT EXISTS (SELECT FROM synthesis_searchword known WHERE known.word = piece)
   AND pg_try_advisory_xact_lock(7140925)
    ON CONFLICT DO NOTHING
"""


def function(name, body, returns="NULL"):
    """A trigger function."""
    return f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN {returns}; END; $$"


STATEMENTS = [
    function(
        "synthesis_search_sample",
        STORED.format(condition="sample.id = NEW.id")
        + ";"
        + NEW_WORDS.format(text="NEW.name || ' ' || NEW.\"group\"")
        + ";",
    ),
    function("synthesis_search_kind", STORED.format(condition="sample.id = NEW.sample_ptr_id") + ";"),
    function(
        "synthesis_search_material",
        STORED.format(condition="lot.material_id = NEW.id") + ";" + NEW_WORDS.format(text="NEW.name") + ";",
    ),
    "CREATE OR REPLACE FUNCTION synthesis_search_fill() RETURNS void LANGUAGE sql AS $$"
    + STORED.format(condition="true")
    + ";"
    + """
    INSERT INTO synthesis_searchword (word)
    SELECT DISTINCT found FROM (SELECT DISTINCT name FROM synthesis_sample
                                 UNION SELECT DISTINCT "group" FROM synthesis_sample
                                 UNION SELECT name FROM synthesis_material) named(name),
           regexp_split_to_table(labsys_folded(name), '[^a-zA-Z0-9]+') found
     WHERE found ~ '^[a-z]{4,60}$'
        ON CONFLICT DO NOTHING;
    INSERT INTO synthesis_programmepeak (run_id, "to_degC", hold_h, "rate_degC_per_min")
    SELECT * FROM synthesis_peaks(NULL)
        ON CONFLICT (run_id) DO NOTHING $$""",
]
# Of the segments that reach the highest temperature: the longest hold, and the rate of the first.
PEAKS = [
    """
    CREATE FUNCTION synthesis_peaks(wanted bigint) RETURNS TABLE (run bigint, top float8, hold float8, rate float8)
    LANGUAGE sql STABLE AS $$
        SELECT DISTINCT ON (run_id) run_id, "to_degC",
               max(hold_h) OVER (PARTITION BY run_id, "to_degC"), "rate_degC_per_min"
          FROM synthesis_programmesegment WHERE wanted IS NULL OR run_id = wanted
         ORDER BY run_id, "to_degC" DESC, number $$
    """,
    function(
        "synthesis_peak",
        """
        DELETE FROM synthesis_programmepeak WHERE run_id = CASE WHEN TG_OP = 'DELETE' THEN OLD.run_id ELSE NEW.run_id END;
        INSERT INTO synthesis_programmepeak (run_id, "to_degC", hold_h, "rate_degC_per_min")
        SELECT * FROM synthesis_peaks(CASE WHEN TG_OP = 'DELETE' THEN OLD.run_id ELSE NEW.run_id END);
        """,
    ),
    "CREATE TRIGGER peak AFTER INSERT OR UPDATE OR DELETE ON synthesis_programmesegment "
    "FOR EACH ROW EXECUTE FUNCTION synthesis_peak()",
]
INDEXES = [
    "TRUNCATE synthesis_searchtext",
    "SELECT synthesis_search_fill()",
    "SET CONSTRAINTS ALL IMMEDIATE",
    "CREATE INDEX boat_yield ON synthesis_boat (((mass_out_g * 100)::float8 / mass_in_g::float8))",
]


class Migration(migrations.Migration):
    dependencies = [("synthesis", "0007_rows_recorded_together")]

    operations = [
        migrations.RemoveIndex("searchtext", "search_text"),  # built anew when all texts are there: that is faster
        migrations.AddField("searchtext", "kind", models.CharField(default="", max_length=16)),
        migrations.AddField(
            "searchtext",
            "project",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="synthesis.project",
            ),
        ),
        migrations.CreateModel(
            name="ProgrammePeak",
            fields=[
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="peak",
                        serialize=False,
                        to="synthesis.carbonizationrun",
                    ),
                ),
                ("to_degC", models.FloatField(db_index=True)),
                ("hold_h", models.FloatField()),
                ("rate_degC_per_min", models.FloatField()),
            ],
        ),
        migrations.RunSQL([PEAKS[0]], "DROP FUNCTION synthesis_peaks"),
        migrations.RunSQL(STATEMENTS, migrations.RunSQL.noop),
        migrations.RunSQL([*PEAKS[1:], *INDEXES], "DROP FUNCTION synthesis_peak CASCADE; DROP INDEX boat_yield"),
        migrations.AddIndex(
            "searchtext",
            django.contrib.postgres.indexes.GinIndex(
                fields=["words"], name="search_text", opclasses=("gin_trgm_ops",)
            ),
        ),
        migrations.AddIndex(
            "searchtext", models.Index(fields=["kind", "project", "sample"], name="search_text_list")
        ),
    ]
