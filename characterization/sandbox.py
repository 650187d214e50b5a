"""The spawned, limited process in which readers and analyses run, seen from outside.

A hang, a crash, 10 GB of memory or a zip bomb costs that file a failure and nothing else. One process is kept warm
per worker and replaced after RECYCLE_AFTER files or any accident. It is a plain subprocess, because workers of a
prefork pool are daemonic and may not spawn through multiprocessing, and because polars does not survive a fork.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import selectors
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings

RECYCLE_AFTER = 200
TICK_S = 2.0
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_NOT_STORABLE = re.compile(rb"\\u(0000|[dD][89a-fA-F])")
_INHERITED = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "POLARS_MAX_THREADS")


class ReaderDied(Exception):
    """The process ended without an answer; ``reason`` says by which signal, or that it ran out of time."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Sandbox:
    """One limited process; not for several threads at once."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._served = 0
        self._seconds = 0.0

    def warm(self) -> None:
        """Starts the process, so that the next file need not wait for imports."""
        if self._process is not None and self._process.poll() is not None:
            self.close()
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "characterization.analysis.process"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=settings.BASE_DIR,
                env=_bare_environment(),
                start_new_session=True,
                preexec_fn=_leave_the_network,  # noqa: PLW1509  # one system call, which no other thread can hold up
            )
            self._served = 0

    def ask(
        self, request: dict[str, Any], on_tick: Callable[[], None] | None = None, seconds: float | None = None
    ) -> dict[str, Any]:
        """Sends a request and waits for its answer; ``on_tick`` is called every few seconds meanwhile.

        Raises ReaderDied when the process dies or takes longer than ``seconds``, else LABSYS_READER_SECONDS.
        """
        if self._served >= RECYCLE_AFTER:
            self.close()
        self.warm()
        self._served += 1
        body = json.dumps(request).encode()
        self._seconds = settings.LABSYS_READER_SECONDS if seconds is None else seconds
        deadline = time.monotonic() + self._seconds
        try:
            if self._served == 1:
                self._receive(deadline, on_tick)  # its greeting
            self._pipe("stdin").write(struct.pack(">I", len(body)) + body)
            self._pipe("stdin").flush()
            return self._receive(deadline, on_tick)
        except (BrokenPipeError, EOFError) as error:
            raise ReaderDied(self._cause()) from error
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Ends the process, whatever it is doing."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue  # nothing is waiting for what was left in the pipe

    def _pipe(self, name: str) -> Any:
        return getattr(self._process, name)

    def _receive(self, deadline: float, on_tick: Callable[[], None] | None) -> dict[str, Any]:
        (length,) = struct.unpack(">I", self._exactly(4, deadline, on_tick))
        body = self._exactly(length, deadline, on_tick)
        answer: dict[str, Any] = json.loads(body)
        return _storable(answer) if _NOT_STORABLE.search(body) else answer

    def _exactly(self, count: int, deadline: float, on_tick: Callable[[], None] | None) -> bytes:
        handle = self._pipe("stdout").fileno()
        got = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(handle, selectors.EVENT_READ)
            while len(got) < count:
                if selector.select(min(TICK_S, max(0.0, deadline - time.monotonic()))):
                    chunk = os.read(handle, min(count - len(got), 1 << 20))
                    if not chunk:
                        raise EOFError
                    got += chunk
                elif time.monotonic() >= deadline:
                    self.close()
                    raise ReaderDied(f"it took longer than {self._seconds:g} s")
                elif on_tick is not None:
                    on_tick()
        return bytes(got)

    def _cause(self) -> str:
        process = self._process
        if process is None:
            return "it was stopped"
        try:
            code = process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            code = 0
        self.close()
        if code < 0:
            return f"signal {-code} ({signal.Signals(-code).name})"
        return f"exit code {code}"


def _leave_the_network() -> None:
    """Puts the process that is being started into a network of its own, with nobody else in it.

    Where the system does not permit that it stays as it was. Root keeps its own user namespace, because in another
    one it could no longer read what belongs to somebody else.
    """
    if _LIBC is not None:
        _LIBC.unshare(CLONE_NEWNET if os.geteuid() == 0 else CLONE_NEWUSER | CLONE_NEWNET)


def _storable(value: Any) -> Any:
    """An answer without NUL and halves of letters, which a file may hold and PostgreSQL does not take."""
    if isinstance(value, str):
        return value.replace("\0", "").encode(errors="replace").decode()
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {_storable(name): _storable(item) for name, item in value.items()}
    return value


def _bare_environment() -> dict[str, str]:
    """What the process may know: no database, no key."""
    kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return {
        **kept,
        "PYTHONPATH": str(Path(settings.BASE_DIR)),
        "PYTHONUNBUFFERED": "1",
        "OPENBLAS_NUM_THREADS": "1",  # matrices of a spectrum are small: threads only wait for one another
        "MPLCONFIGDIR": str(settings.LABSYS_SCRATCH),
        "LABSYS_READER_MEMORY_BYTES": str(settings.LABSYS_READER_MEMORY_BYTES),
        "LABSYS_READER_FILE_BYTES": str(settings.LABSYS_READER_FILE_BYTES),
        "LABSYS_ANALYSIS_SECONDS": str(settings.LABSYS_ANALYSIS_SECONDS),
    }


shared = Sandbox()
"""The sandbox of this worker process. It starts nothing until it is first asked."""
