"""Who runs a home, and who uses it: two files locked by the kernel, so that a dead process holds nothing."""

import fcntl
import json
import os
import time
from pathlib import Path
from typing import Self


class BusyError(Exception):
    """Somebody else holds the lock; `holder` is what they wrote into it."""

    def __init__(self, holder: dict[str, object]) -> None:
        super().__init__("held by process {}".format(holder.get("pid", "unknown")))
        self.holder = holder


class Lock:
    """An advisory lock on a file; what the holder says of itself is its content."""

    def __init__(self, path: Path, *, shared: bool = False) -> None:
        self.path, self.shared = path, shared
        self._descriptor: int | None = None

    def acquire(self, wait_s: float = 0) -> Self:
        """Takes the lock, waiting at most `wait_s` seconds; raises BusyError."""
        deadline = time.monotonic() + wait_s
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        while True:
            try:
                fcntl.flock(descriptor, (fcntl.LOCK_SH if self.shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    os.close(descriptor)
                    raise BusyError(self.said()) from None
                time.sleep(0.02)
            else:
                self._descriptor = descriptor
                return self

    def say(self, **facts: object) -> None:
        """Writes who holds the lock, for those who are turned away."""
        if self._descriptor is not None:
            content = json.dumps({"pid": os.getpid(), **facts}).encode()
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, content, 0)

    def said(self) -> dict[str, object]:
        """What the holder wrote; empty where nothing can be read."""
        try:
            found = json.loads(self.path.read_text())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def release(self) -> None:
        """Lets go; the file stays."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        return self if self._descriptor is not None else self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()
