"""Two roles on one PostgreSQL: `owner` migrates, `default` (the application's own role) works.

The application's role can neither change nor delete what was recorded; `labsys.local.roles` says what it may.
"""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import make_conninfo

from labsys.local import cluster
from labsys.local.home import Home

SCHEMES = {"postgres", "postgresql"}
NOT_STARTED = 1  # a port nobody listens on: a command that needs no database gets a clear refusal if it tries


def databases(
    home: Home, owner_url: str, app_url: str, app_password: str, statement_limit_s: int
) -> dict[str, Any]:
    """Django's DATABASES: embedded where no URL is given.

    `app_password` is that of the role which `migrate` makes beside the owner of a server we did not start;
    `statement_limit_s` bounds one statement of the application.
    """
    named = owner_url or app_url  # where only the application's role is named, migrations are made elsewhere
    owner = from_url(named) if named else embedded(home, cluster.OWNER)
    if app_url:
        app = from_url(app_url)
    elif not owner_url:
        app = embedded(home, cluster.APP)
    elif unguarded_mark(home).exists():
        app = dict(owner)
    else:
        app = {**owner, "USER": app_role(owner["USER"]), "PASSWORD": app_password}
    common = {"ENGINE": "django.db.backends.postgresql", "CONN_HEALTH_CHECKS": True}
    return {
        "default": {
            **common, **app, "CONN_MAX_AGE": 60, "TEST": {"MIRROR": "owner"},
            "OPTIONS": {**app.get("OPTIONS", {}), "options": limits(statement_limit_s)},
        },
        "owner": {**common, **owner, "CONN_MAX_AGE": 0},
    }  # fmt: skip


def embedded(home: Home, role: str) -> dict[str, Any]:
    """The embedded server of this home, as it was last started."""
    state = home.state()
    return {
        "HOST": "127.0.0.1", "PORT": state.port if state else NOT_STARTED, "NAME": cluster.DATABASE,
        "USER": role, "PASSWORD": home.password(role),
    }  # fmt: skip


def from_url(url: str) -> dict[str, Any]:
    """postgresql://user:password@host:port/name?sslmode=require as Django's settings."""
    parts = urlsplit(url)
    name = unquote(parts.path.lstrip("/"))
    if not name or not parts.username:
        raise ImproperlyConfigured(
            "A database URL names a user and a database, as in postgresql://user:password@host:5432/labsys. "
            f"This one has user {parts.username or 'none'} and database {name or 'none'}."
        )
    return {
        "HOST": unquote(parts.hostname or ""), "PORT": parts.port or 5432, "NAME": name,
        "USER": unquote(parts.username), "PASSWORD": unquote(parts.password or ""),
        "OPTIONS": dict(parse_qsl(parts.query)),
    }  # fmt: skip


def app_role(owner: str) -> str:
    """The application's role beside an owner of a server we did not start."""
    return f"{owner}_app"


def unguarded_mark(home: Home) -> Path:
    """Stands where the owner may not make another role, so that one role does both; see check labsys.W001."""
    return home.path / "one-database-role"


def limits(statement_s: int) -> str:
    """Session settings: a statement, a wait for a lock and an idle transaction all end."""
    idle_s = max(60, statement_s)
    bounds = {
        "statement_timeout": statement_s,
        "lock_timeout": 5,
        "idle_in_transaction_session_timeout": idle_s,
    }
    return " ".join(f"-c {name}={seconds}s" for name, seconds in bounds.items())


def conninfo(database: dict[str, Any]) -> str:
    """A libpq connection string for one entry of DATABASES, without the session settings."""
    options = {key: value for key, value in database.get("OPTIONS", {}).items() if key != "options"}
    return make_conninfo(
        host=database["HOST"], port=database["PORT"], dbname=database["NAME"],
        user=database["USER"], password=database["PASSWORD"], **options,
    )  # fmt: skip
