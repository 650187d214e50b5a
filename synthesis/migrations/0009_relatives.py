"""The relatives of a sample, found no further than asked; a list of one group by name."""

from django.conf import settings
from django.db import migrations, models

# Breadth first, the newest first at each step, and no further than so many: a lot with tens of thousands of uses costs
# no more than one with two thousand.
RELATIVES = """
CREATE FUNCTION synthesis_relatives(starts bigint[], forward boolean, most integer) RETURNS TABLE (sample bigint, step integer)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    seen bigint[] := starts;
    edge bigint[] := starts;
    room integer := most;
    depth integer := 0;
BEGIN
    WHILE cardinality(edge) > 0 AND room > 0 AND depth < 60 LOOP
        depth := depth + 1;
        IF forward THEN
            edge := ARRAY(SELECT DISTINCT found.there FROM (
                SELECT entry.product_id AS there FROM unnest(edge) here
                 CROSS JOIN LATERAL (SELECT product_id FROM synthesis_ledgerentry
                                      WHERE sample_id = here AND product_id IS NOT NULL ORDER BY id DESC LIMIT room) entry
            ) found WHERE found.there <> ALL (seen) LIMIT room);
        ELSE
            edge := ARRAY(SELECT DISTINCT entry.sample_id FROM synthesis_ledgerentry entry
                           WHERE entry.product_id = ANY (edge) AND entry.sample_id <> ALL (seen) LIMIT room);
        END IF;
        room := room - cardinality(edge);
        seen := seen || edge;
        RETURN QUERY SELECT id, depth FROM unnest(edge) id ORDER BY id;
    END LOOP;
END;
$$
"""


class Migration(migrations.Migration):

    dependencies = [
        ('synthesis', '0008_search_lists'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(RELATIVES, "DROP FUNCTION synthesis_relatives"),
        migrations.AddIndex(
            model_name='sample',
            index=models.Index(fields=['kind', 'group', 'name', 'id'], name='sample_of_group_by_name'),
        ),
    ]
