"""Two roles, from the first day: the owner migrates, the application's role works.

The application's role may read and write the tables, but cannot change, delete or invent what was recorded:
neither a history table (one with a column pgh_id) nor the ledger nor a signature, neither directly nor by
switching capture off. What it may not do is refused by PostgreSQL itself, so that no fault in this program can
give it away.

- History rows are written by trigger functions that run with the owner's rights (SECURITY DEFINER, fixed
  search path). They are nobody's to execute, so nobody can hang them on a table of their own and feed them.
- pgtrigger's own escape (`pgtrigger.ignore`, a session setting anyone may make) works for the owner alone.
"""

from typing import Any

import psycopg
from pgmq.install import get_embedded_install_sql
from psycopg import sql

from labsys.local import cluster
from labsys.local.home import Home

WRITTEN_ONCE = ("synthesis_ledgerentry", "synthesis_signature")
"""What is only ever added to: the ledger, and what was signed."""
READ_ONLY = ("django_migrations", "pghistory_context")
Cursor = psycopg.Cursor[Any]


def make_embedded(connection: psycopg.Connection[Any], home: Home) -> None:
    """Both roles and the database of an embedded server; `connection` is the superuser's. Safe to repeat."""
    for role, rights in ((cluster.OWNER, "CREATEDB"), (cluster.APP, "")):
        exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
        connection.execute(
            sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEROLE {} PASSWORD {}").format(
                sql.SQL("ALTER" if exists else "CREATE"),
                sql.Identifier(role),
                sql.SQL(rights),
                home.password(role),
            )
        )
    connection.execute(
        sql.SQL("GRANT {} TO {}").format(sql.Identifier(cluster.APP), sql.Identifier(cluster.OWNER))
    )
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [cluster.DATABASE]).fetchone():
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(
                sql.Identifier(cluster.DATABASE), sql.Identifier(cluster.OWNER)
            )
        )


def make_beside(cursor: Cursor, role: str, password: str) -> bool:
    """The application's role on a server we did not start; False where the owner has no right to make it."""
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
    verb = sql.SQL("ALTER" if cursor.fetchone() else "CREATE")
    try:
        cursor.execute(sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, sql.Identifier(role), password))
        cursor.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(role)))
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


def install_queue(cursor: Cursor) -> None:
    """The schema pgmq, in which the broker keeps its queues, unless it is there."""
    cursor.execute("SELECT to_regnamespace('pgmq')")
    if cursor.fetchall() == [(None,)]:
        cursor.execute(get_embedded_install_sql())


def grant(cursor: Cursor, app: str) -> None:
    """Gives the role `app` what it may do, and takes away everything else; the cursor is the owner's."""
    role = sql.Identifier(app)
    for statement in (*_RIGHTS, *_QUEUE_RIGHTS):
        cursor.execute(sql.SQL(statement).format(app=role))
    cursor.execute(_PRIVATE_DATABASE)
    for table in history_tables(cursor):
        cursor.execute(
            sql.SQL("REVOKE ALL ON {table} FROM {app}; GRANT SELECT ON {table} TO {app}").format(
                table=sql.Identifier(table), app=role
            )
        )
    for table in WRITTEN_ONCE:
        cursor.execute(
            sql.SQL(_NO_REWRITING).format(table=sql.Identifier(table), app=role, name=sql.Literal(table))
        )
    guard_capture(cursor)


def history_tables(cursor: Cursor) -> list[str]:
    """The tables that hold what was recorded, and others the application only reads."""
    cursor.execute(
        "SELECT relname FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') "
        "AND (relname = ANY(%s) "
        "OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'pgh_id'))",
        [list(READ_ONLY)],
    )
    return [str(name) for (name,) in cursor.fetchall()]


def guard_capture(cursor: Cursor) -> None:
    """Trigger functions nobody can call, of which those that record run with the owner's rights."""
    cursor.execute(
        "SELECT p.oid::regprocedure::text, p.prosrc LIKE '%pgh\\_label%' FROM pg_proc p "
        "WHERE p.pronamespace = 'public'::regnamespace AND p.prorettype = 'trigger'::regtype "
        "AND p.proowner = current_user::regrole"
    )
    for function, records in cursor.fetchall():
        cursor.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        if records:
            cursor.execute(
                f"ALTER FUNCTION {function} SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
            )
    cursor.execute("SELECT current_user")
    owner = cursor.fetchall()[0][0]
    cursor.execute(sql.SQL(_IGNORE_FOR_THE_OWNER).format(owner=sql.Literal(owner)))


_RIGHTS = (
    "REVOKE ALL ON SCHEMA public FROM PUBLIC, {app}",
    "GRANT USAGE ON SCHEMA public TO {app}",
    "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {app}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {app}",
    "REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM PUBLIC, {app}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {app}",
)
# Queues are made by those who use them, so the application's role may create there; no history lies there.
_QUEUE_RIGHTS = (
    "GRANT USAGE, CREATE ON SCHEMA pgmq TO {app}",
    "GRANT ALL ON pgmq.meta, pgmq.notify_insert_throttle, pgmq.topic_bindings TO {app}",
    "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pgmq TO {app}",
)
_PRIVATE_DATABASE = """
DO $$ BEGIN
    EXECUTE format('REVOKE CREATE, TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
END $$
"""
_NO_REWRITING = """
DO $$ BEGIN
    IF to_regclass('public.' || {name}) IS NOT NULL THEN
        REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON {table} FROM {app};
    END IF;
END $$
"""
_IGNORE_FOR_THE_OWNER = """
CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name NAME) RETURNS BOOLEAN AS $$
    SELECT session_user = {owner}
       AND trigger_name = ANY(coalesce(nullif(current_setting('pgtrigger.ignore', true), ''), '{{}}')::text[])
$$ LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp
"""
