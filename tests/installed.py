"""An installation that was set up once in a test run, to be copied: setting one up takes many seconds of work."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.processes import manage

IN_A_WORKER = "PYTEST_XDIST_WORKER" in os.environ
RUN = os.getppid() if IN_A_WORKER else os.getpid()  # the process that started the workers, for all of them
FOLDER = Path(tempfile.gettempdir()) / f"labsys installed {RUN}"


def lay(home: Path) -> None:
    """Puts a migrated, empty installation at ``home``; the first to ask in a run sets it up, the others wait."""
    FOLDER.mkdir(mode=0o755, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (FOLDER / "done").exists():
            made = manage(FOLDER / "home", "migrate", "--verbosity", "0")
            assert made.returncode == 0, made.stderr
            (FOLDER / "done").touch()
    subprocess.run(["cp", "-a", f"{FOLDER / 'home'}/.", str(home)], check=True)  # keeps whose the files are


def clear() -> None:
    """At the end of the run, not at that of one of its workers."""
    if not IN_A_WORKER:
        shutil.rmtree(FOLDER, ignore_errors=True)
