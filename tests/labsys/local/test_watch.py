"""A server that lives and refuses is restarted; one that recovers is left in peace."""

from __future__ import annotations

import os
import signal
import time

from labsys.local import watch
from labsys.local.home import Home
from labsys.local.postgres import Server, is_running
from labsys.local.watch import Watch
from tests.processes import eventually


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def stuck_after(seconds: float, *, answers: bool, recovers: bool | None) -> bool:
    """Whether a server in that state counts as stuck after so long, asked every three seconds."""
    clock = Clock()
    found = Watch(lambda: answers, lambda: recovers, clock)
    verdict = False
    while clock.now < seconds:
        clock.now += 3
        verdict = found.is_stuck()
    return verdict


def test_a_server_that_refuses_without_recovering_is_stuck_after_a_while():
    assert not stuck_after(15, answers=False, recovers=False)
    assert stuck_after(30, answers=False, recovers=False)


def test_a_server_that_recovers_may_take_as_long_as_it_needs():
    assert not stuck_after(3600, answers=False, recovers=True)


def test_where_nobody_can_look_it_gets_ten_minutes():
    assert not stuck_after(500, answers=False, recovers=None)
    assert stuck_after(700, answers=False, recovers=None)


def test_a_server_that_answers_is_well():
    assert not stuck_after(3600, answers=True, recovers=False)


def test_a_server_that_hangs_is_ended_and_comes_back_with_what_was_committed(server: Server, home: Home):
    server.start()
    assert server.process is not None
    os.kill(server.process.pid, signal.SIGSTOP)  # lives, answers nobody, recovers nothing
    begun = time.monotonic()
    server.end_at_once()
    assert time.monotonic() - begun < 30
    server.start()
    eventually(lambda: is_running(home))


def test_a_healthy_server_replays_nothing(server: Server):
    server.start()
    assert server.process is not None
    assert watch.recovers(server.process.pid) is False
