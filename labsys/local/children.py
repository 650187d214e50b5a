"""One child of the supervisor: started, watched, started again when it dies, stopped."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from labsys.local import tether

STEADY_S = 10.0  # who lives that long has started well
LONGEST_PAUSE_S = 10.0
LARGEST_LOG_BYTES = 20_000_000


@dataclass
class Child:
    """A command whose output goes to `log`; `stop_s` is how long it may take to end by itself."""

    name: str
    command: list[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_s: float = 30.0
    on_parents_death: int = signal.SIGTERM
    output: Path | None = None  # where what it prints goes, if not to the log
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    deaths: int = 0
    failures: int = 0  # ends by its own fault; a kill from outside is none

    def start(self) -> None:
        """Starts it in a session of its own, so that Ctrl-C in a terminal reaches the supervisor alone."""
        turn_over(self.log)
        with (
            self.log.open("ab") as log,
            (self.output or self.log).open("wb" if self.output else "ab") as output,
        ):
            # The child calls only prctl and getppid between fork and exec, which no other thread can hold up.
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=log,
                env={**os.environ, **self.environment},
                start_new_session=True,
                preexec_fn=tether.tied(self.on_parents_death),  # noqa: PLW1509
            )
        self.started_at = time.monotonic()

    def ended(self) -> int | None:
        """Its exit code where it has ended; negative for a signal."""
        return self.process.poll() if self.process else None

    def again(self) -> bool:
        """Starts it once more if it lived long enough: at once the first time, then after 1, 2, 4 … 10 s."""
        if time.monotonic() - self.started_at > STEADY_S:
            self.deaths = 0
        pause_s = min(2 ** (self.deaths - 1), LONGEST_PAUSE_S) if self.deaths else 0.0
        if time.monotonic() - self.started_at < pause_s:
            return False
        code = self.ended()
        self._signal(signal.SIGKILL)  # what it left of its own children
        self.deaths += 1
        self.failures += int(code is not None and code > 0)
        self.start()
        return True

    def ask_to_stop(self) -> None:
        """SIGTERM: it finishes what it is doing."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait_until_stopped(self, hurry: bool = False) -> None:
        """Waits `stop_s`; then SIGQUIT, then SIGKILL to everything it started."""
        if self.process is None:
            return
        for signum, limit_s in (
            (None, 0.1 if hurry else self.stop_s),
            (signal.SIGQUIT, 5.0),
            (signal.SIGKILL, 5.0),
        ):
            if signum is not None:
                self._signal(signum)
            try:
                self.process.wait(limit_s)
                break
            except subprocess.TimeoutExpired:
                continue
        self._signal(signal.SIGKILL)
        self.process = None

    def _signal(self, signum: int) -> None:
        """To its whole session, of which it is the leader."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signum)
            except (ProcessLookupError, PermissionError):
                return

    def printed(self) -> str:
        """What it printed to its output."""
        return self.output.read_text(errors="replace").strip() if self.output else ""

    def last_lines(self, count: int = 8) -> list[str]:
        """What it said last."""
        return last_lines(self.log, count)


def last_lines(log: Path, count: int) -> list[str]:
    """The last lines of a log; none where there is no log."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 20_000))
            return file.read().decode(errors="replace").splitlines()[-count:]
    except FileNotFoundError:
        return []


def turn_over(log: Path) -> None:
    """Keeps one older log beside a large one."""
    if log.exists() and log.stat().st_size > LARGEST_LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
