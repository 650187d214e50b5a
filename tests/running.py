"""The whole of labsys as a user starts it: ``manage.py up`` in a home of its own, with children to look at and kill."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent
READY_S = 120.0


class App:
    """One running ``up``; use as a context manager."""

    def __init__(self, home: Path, *args: str, env: dict[str, str] | None = None) -> None:
        self.home = home
        self.port = free_port()
        self.args = args
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("LABSYS_", "DJANGO_"))
        }
        self.env = {**kept, "LABSYS_HOME": str(home), **(env or {})}
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> App:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home.parent / f"{self.home.name}.out").open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up", "--port", str(self.port), *self.args],
                cwd=CHECKOUT, env=self.env, stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip
        until(lambda: self.get("/readyz")[0] == 200 or self._ended(), READY_S)
        assert not self._ended(), (self.home.parent / f"{self.home.name}.out").read_text()[-2000:]

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)

    def manage(self, *args: str, limit_s: float = 300) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *args],
            cwd=CHECKOUT, env=self.env, capture_output=True, text=True, timeout=limit_s, check=False,
        )  # fmt: skip

    def ingest(self, *paths: Path, limit_s: float = 300) -> list[dict[str, Any]]:
        """What ``manage.py ingest --wait --json`` says, one answer per file."""
        done = self.manage("ingest", *map(str, paths), "--wait", "--json", limit_s=limit_s)
        rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        assert rows, done.stdout + done.stderr
        return rows

    def token(self) -> str:
        """A superuser's token for the REST API."""
        env = {**self.env, "DJANGO_SUPERUSER_PASSWORD": "white-rabbit-furnace-7"}
        subprocess.run(
            [sys.executable, "manage.py", "createsuperuser", "--noinput", "--username", "root", "--email", "a@b.org"],
            cwd=CHECKOUT, env=env, capture_output=True, check=False,
        )  # fmt: skip
        return self.manage("token", "tests", "--user", "root").stdout.strip().splitlines()[-1]

    def get(self, path: str, token: str = "") -> tuple[int, Any]:
        request = urllib.request.Request(self.address + path)  # noqa: S310 - our own address
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, None
        except (OSError, ValueError):
            return 0, None

    def children(self, word: str) -> list[int]:
        """Process ids below the supervisor whose command line holds the word."""
        assert self.process is not None
        found, todo = [], [self.process.pid]
        while todo:
            for child in _children_of(todo.pop()):
                todo.append(child)
                if word in _command_line(child):
                    found.append(child)
        return found

    def _ended(self) -> bool:
        return self.process is None or self.process.poll() is not None


def until(holds: Callable[[], object], limit_s: float, every_s: float = 0.1) -> None:
    """Waits until something holds; fails after ``limit_s``."""
    deadline = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < deadline, f"not within {limit_s} s"
        time.sleep(every_s)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _children_of(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
