"""What is searched, kept beside what is written; and the indexes that lists are sorted by."""

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

# Small letters, no accents, µ as u, ² as 2, ß as ss; every other sign that is not ASCII as U and its number. A trigram
# index sees only ASCII letters where the database sorts by code point: so it finds a part of a Chinese name, too.
FOLDED = r"""
CREATE FUNCTION labsys_folded(written text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $$
DECLARE plain text := lower(written);
BEGIN
    IF plain ~ '^[\u0001-\u007f]*$' THEN RETURN plain; END IF;
    plain := regexp_replace(normalize(plain, NFKD), '[\u0300-\u036f]', '', 'g');
    plain := lower(translate(plain, 'μøłđð', 'uoldd'));
    plain := replace(replace(replace(plain, 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe');
    IF plain ~ '^[\u0001-\u007f]*$' THEN RETURN plain; END IF;
    RETURN (SELECT string_agg(CASE WHEN ascii(letter) < 128 THEN letter
                                   ELSE 'U' || lpad(upper(to_hex(ascii(letter))), 5, '0') END, '' ORDER BY place)
              FROM regexp_split_to_table(plain, '') WITH ORDINALITY split(letter, place));
END;
$$
"""

STORED = """
INSERT INTO synthesis_searchtext (sample_id, words)
SELECT sample.id, ' ' || labsys_folded(concat_ws(' ', sample.code, sample.name, sample."group", sample.place,
        lot.lot_number, lot.supplier, material.name, material.short_name, material.formula, material.cas_number,
        additive.lot_number, additive.supplier, sample.note))
  FROM synthesis_sample sample
  LEFT JOIN synthesis_materiallot lot ON lot.sample_ptr_id = sample.id
  LEFT JOIN synthesis_material material ON material.id = lot.material_id
  LEFT JOIN synthesis_carbonadditive additive ON additive.sample_ptr_id = sample.id
 WHERE {condition}
    ON CONFLICT (sample_id) DO UPDATE SET words = EXCLUDED.words WHERE synthesis_searchtext.words <> EXCLUDED.words
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
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN {returns}; END; $$"


def triggers(table, name, columns):
    """They fire for a new row, and for a changed one only where what is searched has changed."""
    old, new = (", ".join(f'{row}."{column}"' for column in columns) for row in ("OLD", "NEW"))
    return (
        f"CREATE TRIGGER search_new AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();"
        f"CREATE TRIGGER search_changed AFTER UPDATE ON {table} FOR EACH ROW "
        f"WHEN (({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION {name}();"
    )


STATEMENTS = [
    FOLDED,
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
    function("synthesis_search_gone", "DELETE FROM synthesis_searchtext WHERE sample_id = OLD.id;", "OLD"),
    # Everything at once: for what was there before, and for whoever fills tables with triggers off.
    "CREATE FUNCTION synthesis_search_fill() RETURNS void LANGUAGE sql AS $$"
    + STORED.format(condition="true")
    + ";"
    + """
    INSERT INTO synthesis_searchword (word)
    SELECT DISTINCT found FROM (SELECT DISTINCT name FROM synthesis_sample UNION SELECT DISTINCT "group" FROM synthesis_sample
                               UNION SELECT name FROM synthesis_material) named(name),
           regexp_split_to_table(labsys_folded(name), '[^a-zA-Z0-9]+') found
     WHERE found ~ '^[a-z]{4,60}$'
        ON CONFLICT DO NOTHING $$""",
    # More rows than usual are looked at by ANALYZE, so that the planner knows which words are rare.
    "ALTER TABLE synthesis_searchtext ALTER COLUMN words SET STATISTICS 400",
    triggers("synthesis_sample", "synthesis_search_sample", ("code", "name", "group", "place", "note")),
    triggers("synthesis_materiallot", "synthesis_search_kind", ("lot_number", "supplier", "material_id")),
    triggers("synthesis_carbonadditive", "synthesis_search_kind", ("lot_number", "supplier")),
    triggers("synthesis_material", "synthesis_search_material", ("name", "short_name", "formula", "cas_number")),
    "CREATE TRIGGER search_gone BEFORE DELETE ON synthesis_sample FOR EACH ROW EXECUTE FUNCTION synthesis_search_gone()",
    "CREATE STATISTICS sample_kinds (dependencies, mcv) ON kind, project_id, \"group\", state FROM synthesis_sample",
    """CREATE INDEX run_words ON synthesis_carbonizationrun
       USING gin (labsys_folded(code || ' ' || furnace || ' ' || note) gin_trgm_ops)""",
]
UNDONE = [
    "DROP INDEX run_words",
    "DROP STATISTICS sample_kinds",
    "DROP FUNCTION synthesis_search_fill, synthesis_search_sample, synthesis_search_kind, synthesis_search_material, "
    "synthesis_search_gone CASCADE",
    "DROP FUNCTION labsys_folded",
]


class Migration(migrations.Migration):
    dependencies = [("synthesis", "0004_holds_are_decided")]

    operations = [
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS pg_trgm", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="SearchText",
            fields=[
                (
                    "sample",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_text",
                        serialize=False,
                        to="synthesis.sample",
                    ),
                ),
                ("words", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[("word", models.CharField(max_length=60, primary_key=True, serialize=False))],
        ),
        migrations.RunSQL(STATEMENTS, UNDONE),
        *(
            migrations.AddIndex(
                "sample", models.Index(fields=["kind", column, "id"], name=f"sample_by_{column}")
            )
            for column in ("name", "group", "made_at", "amount_left", "place", "state")
        ),
        migrations.AddIndex(
            "searchtext",
            django.contrib.postgres.indexes.GinIndex(
                fields=["words"], name="search_text", opclasses=("gin_trgm_ops",)
            ),
        ),
        migrations.AddIndex(
            "searchword",
            django.contrib.postgres.indexes.GinIndex(
                fields=["word"], name="search_word", opclasses=("gin_trgm_ops",)
            ),
        ),
    ]
