#!/usr/bin/env python3
"""Commands of the project; `manage.py help` lists them.

A command that needs the database finds it running: that of `manage.py up`, or one started for its time.
"""

import os
import sys
import warnings
from contextlib import AbstractContextManager, nullcontext

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from labsys import local
from labsys.local.cluster import ClusterError
from labsys.local.locks import BusyError
from labsys.local.places import NoPostgresError
from labsys.local.postgres import ServerError
from labsys.starting import collect_seldom

WITHOUT_DATABASE = {
    "check", "collectstatic", "compilemessages", "diffsettings", "findstatic", "help", "makemessages",
    "makemigrations", "spectacular", "startapp", "up", "version",
}  # fmt: skip

MAKES_TABLES = {"migrate", "restore"}  # these need a database that runs, empty as it may be


def database_for(arguments: list[str]) -> AbstractContextManager[None]:
    """What has to run while the command does."""
    wants_help = not arguments or {"--help", "-h", "--version"} & set(arguments)
    if wants_help or arguments[0] in WITHOUT_DATABASE:
        # makemigrations warns that it cannot compare with a database; the files are what counts.
        warnings.filterwarnings("ignore", message="Got an error checking a consistent migration history")
        return nullcontext()
    return local.database_running(migrate=arguments[0] not in MAKES_TABLES)


def main() -> None:
    """Runs the command."""
    collect_seldom()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "labsys.settings")
    try:
        with database_for(sys.argv[1:]):
            execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, ServerError, ClusterError, NoPostgresError, BusyError) as error:
        sys.exit(f"labsys: {error}")


if __name__ == "__main__":
    main()
