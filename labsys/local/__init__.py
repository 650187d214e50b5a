"""The embedded default: PostgreSQL, web and worker on one machine, from one command.

Management commands that need the database run inside `database_running()`, which finds the server of a
running `up`, or starts one for the time of the command.
"""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from labsys.local import commands
from labsys.local.home import Home
from labsys.local.locks import BusyError, Lock
from labsys.local.postgres import Server, ServerError, has_tables, is_running

WAIT_S = 90.0
UP = "up"


def home() -> Home:
    """The LABSYS_HOME of this environment."""
    named = os.environ.get("LABSYS_HOME", "").strip()
    return Home(Path(named).expanduser().absolute() if named else commands.CHECKOUT / ".labsys")


def is_external() -> bool:
    """Whether the environment names a PostgreSQL that is not ours to start."""
    return any(
        os.environ.get(name, "").strip() for name in ("LABSYS_DATABASE_URL", "LABSYS_APP_DATABASE_URL")
    )


@contextmanager
def database_running(*, migrate: bool = True) -> Iterator[None]:
    """PostgreSQL answers inside: that of a running `up`, or one started for this time and stopped at its end.

    With `migrate` its tables are made if there are none yet. Raises ServerError or places.NoPostgresError.
    """
    here = home()
    if is_external():
        yield
        return
    here.make()
    with here.users(shared=True).acquire(WAIT_S) as users:
        lock = claim(here)
        if lock is None:
            yield
            return
        with lock, server_of_our_own(here, users):
            if migrate and not has_tables(here):
                subprocess.run(commands.manage("migrate", "--noinput", "--verbosity", "0"), check=True)
            yield


@contextmanager
def everything_running(workers: int = 2) -> Iterator[None]:
    """A worker is there as well: that of a running `up`, or one started for this time."""
    with database_running():
        if is_up(home()):
            yield
            return
        worker = commands.worker(home(), workers)
        worker.start()
        try:
            yield
        finally:
            worker.ask_to_stop()
            worker.wait_until_stopped()


def is_up(here: Home) -> bool:
    """Whether `manage.py up` runs for this home."""
    try:
        here.lock.acquire().release()
    except BusyError as busy:
        return busy.holder.get("doing") == UP
    return False


def claim(here: Home) -> Lock | None:
    """None where a server answers; else the lock of who may start it. Waits while another starts it."""
    deadline = time.monotonic() + WAIT_S
    while not is_running(here):
        try:
            lock = here.lock.acquire()
        except BusyError as busy:
            if time.monotonic() > deadline:
                raise ServerError(
                    f"Process {busy.holder.get('pid')} has not started PostgreSQL yet."
                ) from busy
            time.sleep(0.05)
        else:
            lock.say(doing="a command")
            return lock
    return None


@contextmanager
def server_of_our_own(here: Home, users: Lock) -> Iterator[None]:
    """A server for the time of a command, and of the other commands that found it meanwhile."""
    server = Server(here).start()
    try:
        yield
    finally:
        users.release()
        try:
            with here.users(shared=False).acquire(WAIT_S):
                server.stop()
        except BusyError:
            server.stop()
