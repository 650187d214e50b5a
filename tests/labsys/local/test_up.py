"""`manage.py up` for real: ready, alone on its home, mended when something dies, gone when told."""

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from labsys.local import ports
from labsys.local.home import Home
from labsys.local.postgres import is_running
from tests.processes import CHECKOUT, below, environment, eventually, is_alive, manage

pytestmark = [pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"), pytest.mark.takes(100)]
SHUTTING_DOWN_S = 60


class Installation:
    """One `up`, started and stopped by a test."""

    def __init__(self, folder: Path) -> None:
        self.path, self.port = folder / "a home", ports.free()
        self.home = Home(self.path)
        self.process: subprocess.Popen[str] | None = None

    def up(self) -> str:
        """Starts it and returns its first line."""
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--port", str(self.port), "--workers", "1"],
            cwd=CHECKOUT, env=environment(self.path), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        return self.next_line()

    def next_line(self) -> str:
        assert self.process is not None and self.process.stdout is not None
        return str(self.process.stdout.readline()).strip()

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def ask(self, path: str) -> tuple[int, dict[str, Any]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except OSError:
            return 0, {}
        finally:
            connection.close()

    def is_ready(self) -> bool:
        return self.ask("/readyz")[0] == 200

    def running(self, word: str) -> list[int]:
        return [pid for pid, line in below(self.pid).items() if word in line]

    def end(self, signum: int) -> int:
        """Ends the supervisor by a signal; its exit code."""
        assert self.process is not None
        self.process.send_signal(signum)
        return self.process.wait(SHUTTING_DOWN_S)


@pytest.fixture(scope="module")
def installation(open_folder_of_the_file: Path) -> Iterator[Installation]:
    """One for all tests of this file, in a folder with spaces in its name."""
    found = Installation(open_folder_of_the_file)
    assert found.up() == f"labsys ready: http://127.0.0.1:{found.port}"
    yield found
    if found.process is not None and found.process.poll() is None:
        found.end(signal.SIGTERM)


def test_it_says_of_each_part_that_it_is_ready(installation: Installation) -> None:
    assert installation.ask("/readyz") == (
        200,
        {"state": "ready", "parts": {"database": "ok", "broker": "ok", "storage": "ok", "worker": "ok"}},
    )
    assert installation.ask("/healthz")[0] == 200


def test_a_second_one_on_the_same_home_is_refused_in_a_sentence(installation: Installation) -> None:
    second = manage(installation.path, "up")

    assert second.returncode == 1
    assert f"process {installation.pid} at http://127.0.0.1:{installation.port}" in second.stderr


def test_a_port_that_is_taken_is_refused_in_a_sentence(installation: Installation, tmp_path: Path) -> None:
    other = manage(tmp_path, "up", "--port", str(installation.port))

    assert other.returncode == 1
    assert f"Port {installation.port} of 127.0.0.1 is taken" in other.stderr


def test_a_command_uses_the_server_that_runs(installation: Installation) -> None:
    servers = installation.running("postgres -D")
    done = manage(
        installation.path, "shell", "-c", "from django.db import connection; print(connection.is_usable())"
    )

    assert done.returncode == 0, done.stderr
    assert installation.running("postgres -D") == servers


def kill(pids: list[int]) -> None:
    """With -9, one after the other; some may have followed the one before."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("word", ["celery", "gunicorn", "postgres -D"])
def test_what_is_killed_comes_back(installation: Installation, word: str) -> None:
    killed = installation.running(word)
    kill(killed)

    eventually(lambda: installation.running(word) and not set(installation.running(word)) & set(killed))
    eventually(installation.is_ready)


RING = """
import time
from characterization.models import WorkerPulse
from characterization.tasks import pulse
before = WorkerPulse.objects.get().at
pulse.delay()
while WorkerPulse.objects.get().at <= before:
    time.sleep(0.05)
print("heard")
"""


def test_a_worker_whose_broker_was_killed_hears_again(installation: Installation) -> None:
    assert "heard" in manage(installation.path, "shell", "-c", RING, limit_s=60).stdout


def test_after_everything_was_killed_the_next_one_recovers_by_itself(installation: Installation) -> None:
    made = manage(
        installation.path, "createsuperuser", "--noinput", "--username", "alice", "--email", "alice@example.org",
        DJANGO_SUPERUSER_PASSWORD="a long word of hers",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    all_of_it = [installation.pid, *below(installation.pid)]
    kill(all_of_it)
    installation.end(signal.SIGKILL)

    assert installation.up() == f"labsys ready: http://127.0.0.1:{installation.port}"
    asked = "from django.contrib.auth.models import User; print('kept', User.objects.get().username)"
    assert "kept alice" in manage(installation.path, "shell", "-c", asked).stdout


def test_children_of_a_supervisor_that_was_killed_follow_it(installation: Installation) -> None:
    children = below(installation.pid)
    installation.end(signal.SIGKILL)

    eventually(lambda: not any(map(is_alive, children)), 30)
    assert installation.up().startswith("labsys ready")


def test_told_to_stop_it_leaves_nothing_running(installation: Installation) -> None:
    children = below(installation.pid)
    assert len(children) > 6

    assert installation.end(signal.SIGTERM) == 0
    assert [line for pid, line in children.items() if is_alive(pid)] == []
    assert not is_running(installation.home)


def test_a_command_alone_starts_the_server_and_stops_it_again(installation: Installation) -> None:
    done = manage(
        installation.path,
        "shell",
        "-c",
        "from django.contrib.auth.models import User; print(User.objects.count())",
    )

    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "1"), done.stderr
    assert not is_running(installation.home)


WORK_ALONE = """
from labsys import local
with local.everything_running(workers=1):
    import django
    django.setup()
    exec(RING)
"""


def test_a_command_alone_may_have_a_worker_for_its_time(installation: Installation) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WORK_ALONE.replace("RING", repr(RING))],
        cwd=CHECKOUT, env=environment(installation.path, DJANGO_SETTINGS_MODULE="labsys.settings"),
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip

    assert done.stdout == "heard\n", done.stderr
    assert not is_running(installation.home)
