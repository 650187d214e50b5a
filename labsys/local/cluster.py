"""The data folder of the embedded server: where it lies, how it is made (initdb)."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from labsys.local import places, ports
from labsys.local.home import Home, State

SUPERUSER, OWNER, APP, DATABASE = "postgres", "labsys_owner", "labsys_app", "labsys"
INITDB_LIMIT_S = 300


class ClusterError(Exception):
    """initdb failed; the message holds what it said."""


def settle(home: Home, who: places.Runner) -> State:
    """Where data and programs lie and on which port, with the data folder made the first time."""
    known = home.state()
    data = home.path / known.data if known else place_for_data(home, who)
    found = places.programs(exactly=data_version(data))
    room = home.path if who.can_enter(home.path) else data.parent
    programs = places.reachable_programs(found, room, who)
    inside = data.is_relative_to(home.path)
    name = str(data.relative_to(home.path)) if inside else str(data)
    state = State(name, str(programs), known.port if known else ports.free())
    if data_version(data) is None:
        make(home, data, programs, who)
    if state != known:
        home.remember(state)
    return state


def place_for_data(home: Home, who: places.Runner) -> Path:
    """A new home's data folder: in the home, or in a shared place where the server's user cannot enter it."""
    if who.can_enter(home.path):
        return home.path / "postgres"
    data = places.shared_place(home.path, who) / "data"
    if data.exists():  # of a home that was deleted since: it has other passwords, and is not ours to delete
        data.rename(data.with_name(f"data.before-{time.time_ns()}"))
    sys.stderr.write(
        f"labsys: PostgreSQL runs as another user, who cannot enter {home.path}; its data is in {data}\n"
    )
    return data


def data_version(data: Path) -> int | None:
    """The major version of PostgreSQL a data folder belongs to; None where there is none yet."""
    try:
        return int((data / "PG_VERSION").read_text())
    except (FileNotFoundError, NotADirectoryError):
        return None


def make(home: Home, data: Path, programs: Path, who: places.Runner) -> None:
    """Runs initdb beside the final place and moves the whole there, so that a broken start leaves no half."""
    scratch, password = data.with_name(f".{data.name}.new"), data.with_name(f".{data.name}.password")
    shutil.rmtree(scratch, ignore_errors=True)
    password.unlink(missing_ok=True)
    scratch.mkdir(mode=0o700)
    try:
        with os.fdopen(os.open(password, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(home.password(SUPERUSER))
        if who.uid is not None and who.gid is not None:
            for path in (scratch, password):
                os.chown(path, who.uid, who.gid)
        run_initdb(programs, scratch, password, who)
    finally:
        password.unlink(missing_ok=True)
    scratch.rename(data)


def run_initdb(programs: Path, data: Path, password: Path, who: places.Runner) -> None:
    """Sorting is by code point everywhere (C.UTF-8), so that lists look the same on every machine."""
    builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    done = subprocess.run(
        [
            str(programs / "initdb"), "-D", str(data), "-U", SUPERUSER, "-E", "UTF8", "--auth=scram-sha-256",
            f"--pwfile={password}", "--no-locale", *(builtin if places.version(programs) >= 17 else []),
        ],
        cwd="/", capture_output=True, text=True, timeout=INITDB_LIMIT_S, check=False,
        env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"}, user=who.uid, group=who.gid, extra_groups=who.groups,
    )  # fmt: skip
    if done.returncode:
        raise ClusterError(
            f"The data folder {data} could not be made. initdb says: {(done.stderr or done.stdout).strip()}"
        )
