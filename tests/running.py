"""The whole of labsys as a user starts it, with files to feed it and a REST API to ask."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from labsys.local import ports
from tests import installed
from tests.processes import CHECKOUT, below, environment, eventually, manage

READY_S = 120.0
PASSWORD = "white-rabbit-furnace-7"


class App:
    """One running ``up`` on a home of its own; use as a context manager."""

    def __init__(self, home: Path, *args: str, **env: str) -> None:
        self.home = home
        self.port = ports.free()
        self.args = args
        self.env = env
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> App:
        if not self.home.exists():
            self.home.mkdir(parents=True)
            installed.lay(self.home)
        with self._said.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up", "--port", str(self.port), *self.args],
                cwd=CHECKOUT, env=environment(self.home, **self.env), stdout=out, stderr=out,
            )  # fmt: skip
        eventually(lambda: self._ended or self.get("/readyz")[0] == 200, READY_S)
        assert not self._ended, self._said.read_text()[-2000:]
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None and not self._ended:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ingest(self, *paths: Path, limit_s: float = 300) -> list[dict[str, Any]]:
        """What ``manage.py ingest --wait --json`` says, one answer per file."""
        done = manage(self.home, "ingest", *map(str, paths), "--wait", "--json", limit_s=limit_s, **self.env)
        rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        assert rows, done.stdout + done.stderr
        return rows

    def token(self) -> str:
        """A superuser's token for the REST API."""
        who = ("--noinput", "--username", "root", "--email", "root@example.org")
        self._manage("createsuperuser", *who, DJANGO_SUPERUSER_PASSWORD=PASSWORD)
        done = self._manage("token", "tests", "--user", "root")
        return done.stdout.strip().splitlines()[-1]

    def get(self, path: str, token: str = "") -> tuple[int, Any]:
        """Status and JSON; status 0 where nobody answers."""
        request = urllib.request.Request(self.address + path)  # noqa: S310 - our own address
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - our own address
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, None
        except (OSError, ValueError):
            return 0, None

    def children(self, word: str) -> list[int]:
        """Process ids below the supervisor whose command line holds the word."""
        assert self.process is not None
        return [pid for pid, line in below(self.process.pid).items() if word in line]

    def _manage(self, *args: str, limit_s: float = 120, **more: str) -> subprocess.CompletedProcess[str]:
        return manage(self.home, *args, limit_s=limit_s, **{**self.env, **more})

    @property
    def _said(self) -> Path:
        return self.home.parent / f"{self.home.name}.out"

    @property
    def _ended(self) -> bool:
        return self.process is None or self.process.poll() is not None
