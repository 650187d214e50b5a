"""Test databases with both roles: the owner makes them, tests run as the application's own role.

A test that wants its changes committed (`transaction=True`, a live server) is followed by an emptying as the
owner, since the application's role may truncate nothing.
"""

import gc
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connections
from django.test import TransactionTestCase
from django.test.utils import setup_databases
from psycopg import sql
from pytest_django.plugin import DjangoDbBlocker

from labsys.databases import conninfo
from tests import installed
from tests.processes import open_to_all
from tests.spreading import longest_first, pytest_xdist_auto_num_workers, pytest_xdist_make_scheduler

__all__ = ["pytest_xdist_auto_num_workers", "pytest_xdist_make_scheduler"]  # hooks
KEPT = ("django_migrations", "django_content_type", "auth_permission")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if installed.IN_A_WORKER:
        longest_first(items)
    gc.freeze()  # what was imported and collected stays to the end; nobody needs to look through it again


def pytest_sessionfinish() -> None:
    installed.clear()


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """One database per worker; the server ends with the run, so none is dropped."""
    with django_db_blocker.unblock():
        setup_databases(
            verbosity=0,
            interactive=False,
            aliases=dict.fromkeys(("default", "owner")),
            serialized_aliases=set(),
        )


@pytest.fixture(scope="session", autouse=True)
def emptied_by_the_owner() -> Iterator[None]:
    """Replaces Django's flush, which the application's role has no right to."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty)
        yield


def empty(_case: TransactionTestCase) -> None:
    """Empties every table except what migrations filled."""
    ContentType.objects.clear_cache()
    with psycopg.connect(conninfo(connections["owner"].settings_dict), autocommit=True) as owner:
        rows = owner.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' "
            "AND NOT relname = ANY(%s)",
            [list(KEPT)],
        ).fetchall()
        owner.execute(
            sql.SQL("TRUNCATE {} RESTART IDENTITY").format(
                sql.SQL(", ").join(sql.Identifier(name) for (name,) in rows)
            )
        )


@pytest.fixture
def owner_of_tables(db: None) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A connection as the owner's role, outside the test's transaction."""
    with psycopg.connect(conninfo(connections["owner"].settings_dict), autocommit=True) as owner:
        yield owner


@pytest.fixture(autouse=True)
def media_of_its_own(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing a test stores is seen by another."""
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path_factory.mktemp("media"))


@pytest.fixture
def open_folder() -> Iterator[Path]:
    with open_to_all() as folder:
        yield folder


@pytest.fixture(scope="module")
def open_folder_of_the_file() -> Iterator[Path]:
    with open_to_all() as folder:
        yield folder
