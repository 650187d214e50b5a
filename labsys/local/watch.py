"""Notices an embedded PostgreSQL that lives but does not answer any more, and is not recovering either.

After a crash of one of its processes PostgreSQL ends the others, recovers and answers again. Killed a second time
in the middle of that, it can wait for ever for processes that it started too early: its own log then ends at
"database system was interrupted", and every connection is refused with "in recovery mode".
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

SILENT_S = 20.0
"""How long a server may refuse while nothing of it recovers."""
ANYWHERE_S = 600.0
"""The same where its processes cannot be looked at."""
ASK_EVERY_S = 2.0


class Watch:
    """Asks a server every few seconds; ``answers`` and ``recovers`` are asked no more often than that."""

    def __init__(
        self,
        answers: Callable[[], bool],
        recovers: Callable[[], bool | None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._answers, self._recovers, self._clock = answers, recovers, clock
        self._asked_at = self._well_at = clock()

    def is_stuck(self) -> bool:
        """Whether the server has refused for SILENT_S seconds in which nothing of it recovered."""
        now = self._clock()
        if now - self._asked_at < ASK_EVERY_S:
            return False
        self._asked_at = now
        recovers = self._recovers()
        if recovers or self._answers():
            self._well_at = now
            return False
        return now - self._well_at > (ANYWHERE_S if recovers is None else SILENT_S)

    def restarted(self) -> None:
        """Begins anew after the server was started."""
        self._asked_at = self._well_at = self._clock()


def recovers(postmaster: int) -> bool | None:
    """Whether the server has a process that replays its log; None where processes cannot be looked at."""
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children")
    try:
        pids = children.read_text().split()
    except OSError:
        return None
    return any(b"startup" in _command_line(pid) for pid in pids)


def _command_line(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
