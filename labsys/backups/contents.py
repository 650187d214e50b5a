"""What a database holds: counted and hashed in its own snapshot, so that a restored one can be compared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper
from django.db.migrations.loader import MigrationLoader

from characterization.models import Analysis, Measurement, RawFile
from labsys.backups.manifest import Table
from labsys.backups.programs import OWNER

_TABLES = """
SELECT relname, EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'pgh_id')
FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY relname
"""
# Sums of 64 bits of md5: the same on every PostgreSQL, in any order of rows, in constant memory.
_CONTENT = """
SELECT count(*), coalesce(sum(('x' || left(md5((counted.*)::text), 16))::bit(64)::bigint::numeric), 0)::text
FROM {table} counted
"""
_AS_TEXT = (
    "SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres'; "
    "SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'"
)
_EMPTY = """
DO $$ DECLARE found text; BEGIN
    FOR found IN SELECT oid::regclass FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
    LOOP EXECUTE 'DROP TABLE IF EXISTS ' || found || ' CASCADE'; END LOOP;
    FOR found IN SELECT oid::regprocedure FROM pg_proc p
        WHERE pronamespace = 'public'::regnamespace AND proowner = current_user::regrole
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    LOOP EXECUTE 'DROP FUNCTION IF EXISTS ' || found || ' CASCADE'; END LOOP;
END $$
"""


@contextmanager
def snapshot() -> Iterator[CursorWrapper]:
    """The owner's cursor in one unmoving, read-only view of the database."""
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute(_AS_TEXT)
        yield cursor


def exported(cursor: CursorWrapper) -> str:
    """The name under which pg_dump sees the same."""
    cursor.execute("SELECT pg_export_snapshot()")
    return str(cursor.fetchall()[0][0])


def tables(cursor: CursorWrapper) -> dict[str, Table]:
    """Rows and content of every table of the schema public."""
    found = {}
    for name in _names(cursor):
        cursor.execute(_CONTENT.format(table=_quoted(name)))
        rows, content = cursor.fetchall()[0]
        found[name] = Table(int(rows), str(content))
    return found


def history(cursor: CursorWrapper) -> dict[str, int]:
    """The newest event of every history table; 0 where it has none yet."""
    found = {}
    for name, recorded in _names(cursor).items():
        if recorded:
            cursor.execute(f"SELECT coalesce(max(pgh_id), 0) FROM {_quoted(name)}")  # noqa: S608 - quoted above
            found[name] = int(cursor.fetchall()[0][0])
    return found


def migrations(cursor: CursorWrapper) -> list[str]:
    """Those applied, as app.name."""
    cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
    return [f"{app}.{name}" for app, name in cursor.fetchall()]


def known_migrations() -> set[str]:
    """Those this version of labsys has, and those they replaced."""
    loader = MigrationLoader(None)
    keys = set(loader.disk_migrations)
    for migration in loader.disk_migrations.values():
        keys.update(migration.replaces)
    return {f"{app}.{name}" for app, name in keys}


def named_blobs() -> set[str]:
    """The sha256 of every file that a row speaks of; ask inside `snapshot()`."""
    found = set(RawFile.objects.using(OWNER).values_list("sha256", flat=True))
    for pair in Measurement.objects.using(OWNER).values_list("table_sha256", "overview_sha256"):
        found.update(pair)
    for kept in Analysis.objects.using(OWNER).values_list("tables", flat=True):
        found.update(kept.values())
    return found - {""}


def server_major() -> int:
    """The major version of the server."""
    connections[OWNER].ensure_connection()
    return int(connections[OWNER].connection.info.server_version) // 10_000


def is_empty() -> bool:
    """Whether the database has no table yet."""
    with connections[OWNER].cursor() as cursor:
        return not _names(cursor)


def empty() -> None:
    """Takes away the tables and functions that a restore brought."""
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute(_EMPTY)


def _names(cursor: CursorWrapper) -> dict[str, bool]:
    """The tables, and whether each is a history table."""
    cursor.execute(_TABLES)
    return {str(name): bool(recorded) for name, recorded in cursor.fetchall()}


def _quoted(name: str) -> str:
    return "public." + connections[OWNER].ops.quote_name(name)
