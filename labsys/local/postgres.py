"""The embedded PostgreSQL server: started as a child in the foreground, stopped. 127.0.0.1 and scram only."""

import signal
import subprocess
import time
from pathlib import Path
from typing import Self

import psycopg

from labsys.local import cluster, leftovers, places, ports, roles, tether, watch
from labsys.local.home import Home, State

START_LIMIT_S = 90.0
STOP_LIMIT_S = 30.0
QUIT_LIMIT_S = 5.0
PORT_TRIES = 5
ORDINARY = ("max_connections=200", "timezone=UTC", "log_timezone=UTC", "log_statement=none")
WITHOUT_HELPERS = (
    "io_method=sync",
)  # from 18 on: fewer processes that can die, at no cost for a small server
FORGETFUL = ("fsync=off", "full_page_writes=off")  # for tests: outlives a kill, not a loss of power


class ServerError(Exception):
    """The server did not start; the message holds the last lines of its log."""


class Server:
    """The embedded server of a home. `safe=False` trades durability for speed, for tests alone."""

    def __init__(self, home: Home, *, safe: bool = True) -> None:
        self.home, self.safe = home, safe
        self.who = places.runner()
        self.process: subprocess.Popen[bytes] | None = None
        self._watch = watch.Watch(self._answers, self._recovers)

    def start(self) -> Self:
        """Starts the server, making its data folder the first time; returns when it answers.

        Raises ServerError after START_LIMIT_S seconds, or places.NoPostgresError where it cannot run here.
        """
        self.home.make()
        state = cluster.settle(self.home, self.who)
        leftovers.clear(self.home.path / state.data)
        for _ in range(PORT_TRIES):
            if ports.is_free(state.port) and self._try(state):
                return self
            state = State(state.data, state.programs, ports.free())
            self.home.remember(state)
        raise ServerError(f"The embedded PostgreSQL did not start. {self.trouble()}")

    def stop(self) -> None:
        """Ends the sessions and stops the server, everything written (SIGINT, PostgreSQL's fast shutdown)."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait(STOP_LIMIT_S)
        self.process = None

    def trouble(self, lines: int = 5) -> str:
        """The last lines of the server's log."""
        log = self.home.logs / "postgres.log"
        said = log.read_text(errors="replace").splitlines()[-lines:] if log.exists() else []
        return " ".join(["Its log says:", *said]) if said else "It wrote no log."

    def _try(self, state: State) -> bool:
        """Starts it on that port; False where it ended by itself before it answered."""
        with (self.home.logs / "postgres.log").open("ab") as log:
            # The child calls only prctl and getppid between fork and exec, which no other thread can hold up.
            self.process = subprocess.Popen(
                self._command(state),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", start_new_session=True,
                env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
                user=self.who.uid, group=self.who.gid, extra_groups=self.who.groups,
                preexec_fn=tether.tied(signal.SIGINT),  # noqa: PLW1509
            )  # fmt: skip
        deadline = time.monotonic() + START_LIMIT_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                self.process = None
                return False
            if answers(self.home, state):
                self._make_roles(state)
                self._watch.restarted()
                return True
            time.sleep(0.02)
        self.stop()
        raise ServerError(f"PostgreSQL did not answer within {START_LIMIT_S:.0f} s. {self.trouble()}")

    def _make_roles(self, state: State) -> None:
        with connect(self.home, state, cluster.SUPERUSER, "postgres") as connection:
            roles.make_embedded(connection, self.home)

    def _command(self, state: State) -> list[str]:
        options = (
            "listen_addresses=127.0.0.1", f"port={state.port}", "unix_socket_directories=",
            *ORDINARY, *(WITHOUT_HELPERS if self._version(state) >= 18 else ()),
            *(() if self.safe else FORGETFUL),
        )  # fmt: skip
        program, data = Path(state.programs) / "postgres", self.home.path / state.data
        return [str(program), "-D", str(data), *(part for option in options for part in ("-c", option))]

    def _version(self, state: State) -> int:
        return cluster.data_version(self.home.path / state.data) or 0

    def is_stuck(self) -> bool:
        """Whether it lives, refuses everybody and does not recover either."""
        return self._watch.is_stuck()

    def end_at_once(self) -> None:
        """Ends a server that does not listen any more; the next start recovers what was committed."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            try:
                self.process.wait(QUIT_LIMIT_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def _answers(self) -> bool:
        state = self.home.state()
        return state is not None and answers(self.home, state)

    def _recovers(self) -> bool | None:
        return watch.recovers(self.process.pid) if self.process is not None else None


def answers(home: Home, state: State, role: str = cluster.SUPERUSER, database: str = "postgres") -> bool:
    """Whether the server of this home, and no other, answers: only it knows the role's password."""
    try:
        with connect(home, state, role, database, connect_timeout=5):
            return True
    except psycopg.OperationalError:
        return False


def connect(
    home: Home, state: State, role: str, database: str = cluster.DATABASE, connect_timeout: int = 10
) -> psycopg.Connection[tuple[object, ...]]:
    """A connection as one of the roles, each statement committed by itself."""
    return psycopg.connect(
        host="127.0.0.1", port=state.port, dbname=database, user=role, password=home.password(role),
        autocommit=True, connect_timeout=connect_timeout,
    )  # fmt: skip


def is_running(home: Home) -> bool:
    """Whether the server of this home answers to the application's role, whoever started it."""
    state = home.state()
    return state is not None and answers(home, state, cluster.APP, cluster.DATABASE)


def has_tables(home: Home) -> bool:
    """Whether the database of a running server was ever migrated."""
    state = home.state()
    if state is None:
        return False
    with connect(home, state, cluster.SUPERUSER) as connection:
        return connection.execute("SELECT to_regclass('public.django_migrations')").fetchone() != (None,)
