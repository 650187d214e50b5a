"""`migrate` as the owner; afterwards the application's role is given what it may do."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.core.management.commands.migrate import Command as Migrate
from django.db import connections, transaction

from labsys import migrating
from labsys.databases import unguarded_mark
from labsys.local import roles

OWNER = "owner"


class Command(Migrate):
    """Brings the database to the newest shape, as its owner."""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database=OWNER)

    def handle(self, *args: Any, **options: Any) -> None:
        with migrating.in_place():
            super().handle(*args, **options)
        if options["database"] == OWNER and not (options["plan"] or options["check_unapplied"]):
            guard()


def guard() -> None:
    """The queue, the application's role and its rights; safe to repeat."""
    mark = unguarded_mark(settings.HOME)
    owner = connections[OWNER]
    owner.ensure_connection()
    with owner.connection.cursor() as cursor:
        if not (settings.DATABASE_IS_OURS or made(cursor) or settings.APP_ROLE_IS_NAMED):
            mark.touch()
        else:
            mark.unlink(missing_ok=True)
    with transaction.atomic(using=OWNER), owner.connection.cursor() as cursor:
        roles.install_queue(cursor)
        if not mark.exists():
            roles.grant(cursor, settings.APP_ROLE)


def made(cursor: roles.Cursor) -> bool:
    """Whether the application's role stands beside the owner now."""
    return roles.make_beside(cursor, settings.APP_ROLE, settings.APP_ROLE_PASSWORD)
