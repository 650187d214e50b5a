"""Management commands and whole installations in processes of their own, away from the test's settings."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
KEPT = ("LABSYS_CORPUS", "LABSYS_POSTGRES_BIN")
DROPPED = ("DJANGO_SETTINGS_MODULE", "PYTHONDONTWRITEBYTECODE")


@contextmanager
def open_to_all() -> Iterator[Path]:
    """A folder that every user may enter, with spaces in its name; pytest's own are closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="labsys test "))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def environment(home: Path, **more: str) -> dict[str, str]:
    """What a shell would have, with LABSYS_HOME at `home`; nothing of the test run.

    Compiled modules are kept: to compile the whole house is a fifth of the time that each of a hundred processes takes.
    """
    plain = {
        name: value
        for name, value in os.environ.items()
        if (not name.startswith("LABSYS_") or name in KEPT) and name not in DROPPED
    }
    return {**plain, "LABSYS_HOME": str(home), **more}


def manage(
    home: Path, *arguments: str, limit_s: float = 120, **more: str
) -> subprocess.CompletedProcess[str]:
    """A management command to its end."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=CHECKOUT,
        env=environment(home, **more),
        capture_output=True,
        text=True,
        timeout=limit_s,
        check=False,
    )


def eventually(holds: Callable[[], object], limit_s: float = 60) -> None:
    """Waits until something holds; fails after `limit_s` seconds."""
    deadline = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < deadline, f"not within {limit_s} s"
        time.sleep(0.05)


def below(pid: int) -> dict[int, str]:
    """The processes below `pid` with their command lines."""
    found: dict[int, str] = {}
    todo = [pid]
    while todo:
        parent = todo.pop()
        try:
            children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        except OSError:
            continue
        for child in map(int, children):
            todo.append(child)
            found[child] = command_line(child)
    return found


def command_line(pid: int) -> str:
    """Of a living process; empty for a dead one and for a zombie."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


def is_alive(pid: int) -> bool:
    """Whether it still runs; a zombie does not."""
    return bool(command_line(pid))
