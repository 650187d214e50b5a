"""The application's own role against what was recorded: every way in is refused by PostgreSQL itself."""

import psycopg
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, connections, transaction
from django.db.utils import ProgrammingError

from labsys.databases import conninfo
from synthesis.models import Project

pytestmark = pytest.mark.django_db

EVENTS = "synthesis_projectevent"
REFUSED = (psycopg.errors.InsufficientPrivilege, psycopg.errors.FeatureNotSupported)
ATTACKS = {
    "update": f"UPDATE {EVENTS} SET name = 'other'",
    "delete": f"DELETE FROM {EVENTS}",
    "truncate": f"TRUNCATE {EVENTS}",
    "truncate what it hangs on": "TRUNCATE synthesis_project CASCADE",
    "drop": f"DROP TABLE {EVENTS}",
    "forge": f"INSERT INTO {EVENTS} SELECT * FROM {EVENTS}",
    "overwrite on conflict": f"INSERT INTO {EVENTS} SELECT * FROM {EVENTS} "
    "ON CONFLICT (pgh_id) DO UPDATE SET name = 'other'",
    "merge": f"MERGE INTO {EVENTS} a USING {EVENTS} b ON a.pgh_id = b.pgh_id WHEN MATCHED THEN DELETE",
    "copy": f"COPY {EVENTS} FROM STDIN",
    "copy from a file of the server": f"COPY {EVENTS} FROM '/etc/hostname'",
    "run a program": "COPY (SELECT 1) TO PROGRAM 'true'",
    "disable triggers": "ALTER TABLE synthesis_project DISABLE TRIGGER ALL",
    "switch triggers off by role of replication": "SET session_replication_role = replica",
    "become the owner": "SET ROLE labsys_owner",
    "become the owner for good": "SET SESSION AUTHORIZATION labsys_owner",
    "a rule": f"CREATE RULE none AS ON INSERT TO {EVENTS} DO INSTEAD NOTHING",
    "a trigger": "CREATE TRIGGER none BEFORE UPDATE ON synthesis_project "
    "EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "a function of its own": "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "another ignore function": "CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name NAME) "
    "RETURNS BOOLEAN LANGUAGE sql AS 'SELECT true'",
    "a right for everybody": f"ALTER TABLE {EVENTS} OWNER TO CURRENT_USER",
    "a role with more rights": "CREATE ROLE helper LOGIN",
    "a temporary table": "CREATE TEMPORARY TABLE mine (id int)",
    "a schema": "CREATE SCHEMA mine",
    "the counter of events": f"SELECT setval(pg_get_serial_sequence('{EVENTS}', 'pgh_id'), 1)",
    "lock everybody out": f"LOCK TABLE {EVENTS} IN ACCESS EXCLUSIVE MODE",
    "rewrite the ledger": "UPDATE synthesis_ledgerentry SET delta = 0",
    "empty the ledger": "DELETE FROM synthesis_ledgerentry",
    "truncate the ledger": "TRUNCATE synthesis_ledgerentry",
    "change what was signed": "UPDATE synthesis_signature SET content = '{}'",
    "take a signature away": "DELETE FROM synthesis_signature",
    "truncate the signatures": "TRUNCATE synthesis_signature",
    "change the history of signatures": "UPDATE synthesis_signatureevent SET statement = 'other'",
    "change the history of a sample": "DELETE FROM synthesis_sampleevent",
    "forget a migration": "DELETE FROM django_migrations",
}


@pytest.fixture
def project() -> Project:
    alice = User.objects.create_user("alice")
    return Project.objects.create(slug="p1", name="first", created_by=alice)


def test_tests_run_as_the_role_the_application_works_with(project: Project) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user::text, current_user::text")
        assert cursor.fetchone() == (settings.APP_ROLE, settings.APP_ROLE)


def test_a_change_is_recorded_although_the_role_may_not_write_there(project: Project) -> None:
    project.name = "second"
    project.save()

    assert names_recorded() == ["first", "second"]


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_it_is_refused(project: Project, attack: str) -> None:
    statement = attack.replace("labsys_owner", str(connections["owner"].settings_dict["USER"]))
    with pytest.raises(Exception) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert isinstance(refused.value.__cause__, REFUSED), refused.value
    assert names_recorded() == ["first"]


def test_a_grant_to_itself_gives_nothing(project: Project) -> None:
    """PostgreSQL only warns of a grant of rights that the giver has not."""
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT ALL ON {EVENTS} TO CURRENT_USER")
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            cursor.execute(ATTACKS["update"])


def test_the_triggers_own_escape_ignores_nothing(project: Project) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pgtrigger.ignore', array_agg(tgname)::text, true) FROM pg_trigger "
            "WHERE tgrelid = 'synthesis_project'::regclass"
        )
        cursor.execute("UPDATE synthesis_project SET name = 'unseen'")

    assert names_recorded() == ["first", "unseen"]


def test_a_recording_function_cannot_be_hung_on_a_table_of_its_own(project: Project) -> None:
    """Where the role may make tables, in the queue's schema, it still may not run what writes the history."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE pgmq.mine (LIKE synthesis_project)")
        cursor.execute(
            "SELECT p.oid::regproc::text FROM pg_proc p WHERE prosecdef AND prosrc LIKE %s", [f'%"{EVENTS}"%']
        )
        functions = [name for (name,) in cursor.fetchall()]
    assert len(functions) == 3, "insert, update and delete of a project are recorded"
    for function in functions:
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                f"CREATE TRIGGER forge AFTER INSERT ON pgmq.mine FOR EACH ROW EXECUTE FUNCTION {function}()"
            )


def test_a_deletion_is_recorded_and_its_record_stays(project: Project) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM synthesis_project WHERE id = %s", [project.pk])
        cursor.execute(f"SELECT pgh_label FROM {EVENTS} ORDER BY pgh_id DESC LIMIT 1")
        assert cursor.fetchone() == ("delete",)


def test_no_table_with_a_history_is_open_to_the_application() -> None:
    with psycopg.connect(conninfo(connections["owner"].settings_dict)) as owner:
        tables = [
            str(name)
            for (name,) in owner.execute(
                "SELECT DISTINCT table_name FROM information_schema.columns WHERE table_schema = 'public' "
                "AND (column_name = 'pgh_id' OR table_name ~ '(audit|history)')"
            )
        ]
        open_to_change = owner.execute(
            "SELECT t, p FROM unnest(%s::text[]) t, "
            "unnest('{INSERT,UPDATE,DELETE,TRUNCATE,TRIGGER,REFERENCES}'::text[]) p "
            "WHERE has_table_privilege(%s, format('public.%%I', t), p)",
            [tables, settings.APP_ROLE],
        ).fetchall()

    assert len(tables) >= 15
    assert open_to_change == []


def names_recorded() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name FROM {EVENTS} ORDER BY pgh_id")
        return [name for (name,) in cursor.fetchall()]
