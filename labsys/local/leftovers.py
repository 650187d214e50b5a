"""What a server killed with -9 leaves behind: a stale postmaster.pid, and for a moment its backends.

A server must never start on a data folder that another process still writes to. PostgreSQL guards this by the
pid in postmaster.pid, but takes a zombie or a reused pid for a living server. Here we look at which living
processes work in the folder: every PostgreSQL process has its data folder as its working directory.
"""

import os
import signal
import sys
import time
from pathlib import Path

PATIENCE_S = 20.0


def clear(data: Path) -> None:
    """Ends what still works in `data`, then removes a postmaster.pid that nobody stands behind."""
    deadline = time.monotonic() + PATIENCE_S
    first = True
    while found := working_in(data):
        for pid in found:
            _signal(
                pid,
                signal.SIGINT if first else signal.SIGQUIT if time.monotonic() < deadline else signal.SIGKILL,
            )
        first = False
        time.sleep(0.1)
    if sys.platform == "linux":
        (data / "postmaster.pid").unlink(missing_ok=True)


def working_in(data: Path) -> list[int]:
    """The living processes whose working directory is `data`; a zombie has none. Linux only, else empty."""
    here = str(data.resolve())
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if str((entry / "cwd").readlink()) == here:
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def _signal(pid: int, signum: int) -> None:
    try:
        os.kill(pid, signum)
    except ProcessLookupError:
        return
