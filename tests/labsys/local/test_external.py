"""A PostgreSQL of the system, named by LABSYS_DATABASE_URL: PostgreSQL 15 is the oldest that is promised."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from labsys.local import cluster, places
from labsys.local.home import Home
from labsys.local.postgres import Server, connect
from tests.processes import manage, open_to_all

pytestmark = [pytest.mark.system, pytest.mark.takes(40)]

OLDEST = sorted(places.SYSTEM.glob("*/bin"), key=lambda path: int(path.parent.name))


@pytest.fixture(scope="module")
def superuser() -> Iterator[psycopg.Connection[Any]]:
    """A server of the system's oldest PostgreSQL that knows nothing of labsys but the way it is started."""
    programs = next((path for path in OLDEST if places.works(path)), None)
    if programs is None:
        pytest.skip(f"no PostgreSQL from {places.LEAST_VERSION} on in {places.SYSTEM}")
    with open_to_all() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABSYS_POSTGRES_BIN", str(programs))
        home = Home(folder / "system")
        server = Server(home, safe=False).start()
        state = home.state()
        assert state is not None
        with connect(home, state, cluster.SUPERUSER, "postgres") as connection:
            yield connection
        server.stop()


def database(superuser: psycopg.Connection[Any], owner: str, rights: str) -> str:
    """A database with an owner of those rights; its URL."""
    name = sql.Identifier(owner)
    superuser.execute(sql.SQL("CREATE ROLE {} LOGIN {} PASSWORD 'p@ss'").format(name, sql.SQL(rights)))
    superuser.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, name))
    return f"postgresql://{owner}:p%40ss@127.0.0.1:{superuser.info.port}/{owner}"


ATTACK = """
from django.db import connection
from synthesis.models import Project
Project.objects.create(name="first", slug="first")
cursor = connection.cursor()
cursor.execute("SELECT current_user::text, count(*) FROM synthesis_projectevent")
print("works as", *cursor.fetchone())
cursor.execute("DELETE FROM synthesis_projectevent")
print("deleted")
"""


def test_an_owner_who_may_make_roles_gets_a_guarded_history(
    superuser: psycopg.Connection[Any], tmp_path: Path
) -> None:
    url = database(superuser, "lims", "CREATEROLE")
    migrated = manage(tmp_path, "migrate", "--verbosity", "0", LABSYS_DATABASE_URL=url)
    assert migrated.returncode == 0, migrated.stderr

    attacked = manage(tmp_path, "shell", "-c", ATTACK, LABSYS_DATABASE_URL=url)
    assert "works as lims_app 1" in attacked.stdout, attacked.stderr
    assert "permission denied for table synthesis_projectevent" in attacked.stderr
    assert "W001" not in manage(tmp_path, "check", LABSYS_DATABASE_URL=url).stderr


def test_an_owner_who_may_not_is_told_what_an_administrator_does(
    superuser: psycopg.Connection[Any], tmp_path: Path
) -> None:
    url = database(superuser, "plain", "")
    migrated = manage(tmp_path, "migrate", "--verbosity", "0", LABSYS_DATABASE_URL=url)
    assert migrated.returncode == 0, migrated.stderr
    checked = manage(tmp_path, "check", LABSYS_DATABASE_URL=url)
    assert "labsys.W001" in checked.stderr
    assert 'CREATE ROLE "plain_app" LOGIN' in checked.stderr

    superuser.execute("CREATE ROLE plain_app LOGIN PASSWORD 'app'")  # what the hint says
    app_url = f"postgresql://plain_app:app@127.0.0.1:{superuser.info.port}/plain"
    run = partial(manage, tmp_path, LABSYS_DATABASE_URL=url, LABSYS_APP_DATABASE_URL=app_url)
    assert run("migrate", "--verbosity", "0").returncode == 0
    assert "labsys.W001" not in run("check").stderr
    attacked = manage(tmp_path, "shell", "-c", ATTACK, LABSYS_APP_DATABASE_URL=app_url)  # no owner in sight
    assert "works as plain_app 1" in attacked.stdout, attacked.stderr
    assert "permission denied" in attacked.stderr
