"""A home with 1,000,000 samples and 3,000,000 ledger rows, and how long its pages take: see ``measure``."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg

from labsys.local import cluster
from labsys.local.home import Home
from labsys.local.postgres import Server, connect
from tests.processes import CHECKOUT, environment, manage

SQL = Path(__file__).with_name("million.sql")
FILLED = (
    "synthesis_sample", "synthesis_ledgerentry", "synthesis_boat", "synthesis_programmesegment",
    "synthesis_carbonizationrun", "synthesis_materiallot", "synthesis_nanospongebatch",
    "synthesis_impregnatedbatch", "synthesis_freezedriedbatch", "synthesis_carbonadditive",
    "synthesis_electrolytebatch", "cells_cathodebatch", "cells_cell", "synthesis_searchtext", "synthesis_searchword",
)  # fmt: skip
# Texts that the generator does not write, as Django writes them.
LEFT_EMPTY = """
    SELECT table_name, column_name FROM information_schema.columns
     WHERE table_name = ANY(%s) AND table_schema = 'public' AND is_nullable = 'NO' AND column_default IS NULL
       AND data_type IN ('character varying', 'text')"""
# What the triggers and the constraints keep true otherwise; each query has to find nothing.
RULES = {
    "an amount differs from its ledger": """
        SELECT count(*) FROM synthesis_sample sample LEFT JOIN (
            SELECT sample_id, sum(delta) AS rest, sum(delta) FILTER (WHERE kind = 'make') AS made
              FROM synthesis_ledgerentry GROUP BY sample_id) booked ON booked.sample_id = sample.id
         WHERE (amount_left, amount_made) IS DISTINCT FROM (coalesce(rest, 0), coalesce(made, 0))""",
    "a use of what does not exist": """
        SELECT count(*) FROM synthesis_ledgerentry entry LEFT JOIN synthesis_sample made ON made.id = entry.product_id
         WHERE entry.product_id IS NOT NULL AND made.id IS NULL""",
    "a boat that differs from the ledger": """
        SELECT count(*) FROM synthesis_boat boat WHERE NOT EXISTS (SELECT FROM synthesis_ledgerentry entry
         WHERE sample_id = source_id AND product_id = additive_id AND -delta = "mass_in_g")""",
    "a sample without the row of its kind": """
        SELECT count(*) - (SELECT count(*) FROM synthesis_materiallot) - (SELECT count(*) FROM cells_cell)
             - (SELECT count(*) FROM synthesis_nanospongebatch) - (SELECT count(*) FROM synthesis_impregnatedbatch)
             - (SELECT count(*) FROM synthesis_freezedriedbatch) - (SELECT count(*) FROM synthesis_carbonadditive)
             - (SELECT count(*) FROM synthesis_electrolytebatch) - (SELECT count(*) FROM cells_cathodebatch)
          FROM synthesis_sample""",
    "fewer samples or ledger rows than promised": """
        SELECT CASE WHEN (SELECT count(*) FROM synthesis_sample) >= 1000000
                     AND (SELECT count(*) FROM synthesis_ledgerentry) >= 3000000 THEN 0 ELSE 1 END""",
}


def fill(home: Path) -> None:
    """Makes the tables of a new home and fills them; takes a few minutes."""
    here = Home(home)
    server = Server(here).start()
    try:
        done = manage(home, "migrate", "--noinput", "--verbosity", "0", limit_s=600)
        if done.returncode:
            raise RuntimeError(done.stderr)
        state = here.state()
        assert state is not None
        with connect(here, state, cluster.SUPERUSER) as connection:
            _timed("filled", lambda: _load(connection))
            _timed("vacuumed", lambda: connection.execute("VACUUM ANALYZE"))
            for rule, query in RULES.items():
                broken = connection.execute(query).fetchone()
                if broken != (0,):
                    raise RuntimeError(f"The generator broke a rule: {rule}: {broken}")
    finally:
        server.stop()


def _load(connection: psycopg.Connection[Any]) -> None:
    """All rows in one transaction, with triggers off and without the indexes, which are built afterwards."""
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute("SET LOCAL maintenance_work_mem = '1GB'")
        indexes = connection.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND indexname NOT IN "
            "(SELECT conname FROM pg_constraint) AND schemaname = 'public'", [list(FILLED)],
        ).fetchall()  # fmt: skip
        for name, _ in indexes:
            connection.execute(f'DROP INDEX "{name}"')
        empty = connection.execute(LEFT_EMPTY, [list(FILLED)]).fetchall()
        for table, column in empty:
            connection.execute(f'ALTER TABLE "{table}" ALTER COLUMN "{column}" SET DEFAULT \'\'')
        connection.execute(SQL.read_bytes())
        for table, column in empty:
            connection.execute(f'ALTER TABLE "{table}" ALTER COLUMN "{column}" DROP DEFAULT')
        connection.execute("SELECT synthesis_search_fill()")
        for _, definition in indexes:
            connection.execute(str(definition).encode())
        for (sequence,) in connection.execute(
            "SELECT pg_get_serial_sequence(format('%I', relname), 'id') FROM pg_class "
            "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND EXISTS (SELECT FROM pg_attribute "
            "WHERE attrelid = pg_class.oid AND attname = 'id' AND attidentity <> '')"
        ).fetchall():
            table = str(sequence).split(".")[1].removesuffix("_id_seq")
            connection.execute(f"SELECT setval('{sequence}', (SELECT greatest(1, max(id)) FROM \"{table}\"))")


def _timed(word: str, act: Any) -> None:
    start = time.perf_counter()
    act()
    print(f"{word} in {time.perf_counter() - start:.0f} s", flush=True)


def main(home: Path) -> int:
    """Fills the home unless it is there, and measures its pages in a process that knows nothing but that home."""
    if not (home / "filled").exists():
        home.mkdir(parents=True, exist_ok=True)
        home.chmod(0o755)
        fill(home)
        (home / "filled").touch()
    server = Server(Home(home)).start()
    try:
        env = environment(home, DJANGO_SETTINGS_MODULE="labsys.settings")
        command = [sys.executable, "-m", "tests.benchmarks.measure"]
        return subprocess.run(command, env=env, cwd=CHECKOUT, check=False).returncode
    finally:
        server.stop()
