"""`manage.py up`: everything on this machine, from one command, until Ctrl-C."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from labsys import local
from labsys.local import ports
from labsys.local.cluster import ClusterError
from labsys.local.home import Home
from labsys.local.locks import BusyError, Lock
from labsys.local.places import NoPostgresError
from labsys.local.postgres import ServerError
from labsys.local.supervisor import NotUpError, Plan, Supervisor

PORT = 8000
COMMAND_WAIT_S = 60.0  # for a command that started PostgreSQL for itself
PORT_WAIT_S = 5.0  # for the web of a supervisor that was just killed


class Command(BaseCommand):
    """Starts PostgreSQL, migrations, worker and web, starts again what dies, and stops all of it together."""

    help = "Runs labsys on this machine: PostgreSQL, web and worker. Ctrl-C stops it."
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own declaration; `migrate` checks

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help=_("address to listen on"))
        parser.add_argument("--port", type=int, help=_("port to listen on; the first free one from 8000 on"))
        parser.add_argument("--workers", type=int, default=2, help=_("files read at the same time"))
        parser.add_argument("--demo", action="store_true", help=_("load the demonstration study first"))

    def handle(self, *_args: Any, **options: Any) -> None:
        home: Home = settings.HOME
        try:
            with only_one(home) as lock:
                plan = Plan(
                    host=options["host"], port=port_for(options["host"], options["port"]), name=known_name(),
                    workers=max(1, options["workers"]), demo=options["demo"], external=local.is_external(),
                )  # fmt: skip
                lock.say(doing=local.UP, address=plan.address)
                Supervisor(home, plan, self.say).run()
        except (NotUpError, ServerError, ClusterError, NoPostgresError) as error:
            raise CommandError(str(error)) from error

    def say(self, line: str) -> None:
        """Prints at once, also into a file."""
        self.stdout.write(line)
        self.stdout.flush()


def only_one(home: Home) -> Lock:
    """The lock of this home. Raises CommandError naming who holds it."""
    try:
        return home.lock.acquire(0 if local.is_up(home) else COMMAND_WAIT_S)
    except BusyError as busy:
        raise CommandError(
            _(
                "labsys already runs for %(home)s: process %(pid)s at %(address)s. "
                "Stop it first, or set LABSYS_HOME."
            )
            % {"home": home.path, "pid": busy.holder.get("pid"), "address": busy.holder.get("address", "-")}
        ) from busy


def port_for(host: str, asked: int | None) -> int:
    """The port asked for, else the first free one from 8000 on. Raises CommandError where there is none."""
    if asked is not None:
        if not ports.becomes_free(asked, host, PORT_WAIT_S):
            raise CommandError(
                _("Port %(port)s of %(host)s is taken. Name another with --port, or none to have one found.")
                % {"port": asked, "host": host}
            )
        return asked
    for port in range(PORT, PORT + 100):
        if ports.is_free(port, host):
            return port
    raise CommandError(
        _("No port from %(first)s to %(last)s of %(host)s is free. Name one with --port.")
        % {"first": PORT, "last": PORT + 99, "host": host}
    )


def known_name() -> str:
    """A name under which the web answers."""
    first = str(settings.ALLOWED_HOSTS[0]) if settings.ALLOWED_HOSTS else "localhost"
    return "localhost" if first == "*" else first.lstrip(".")
