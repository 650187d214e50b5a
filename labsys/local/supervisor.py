"""The supervisor behind `manage.py up`: PostgreSQL, migrations, worker, demonstration, web, in this order.

What dies is started again. SIGINT and SIGTERM stop everything in the opposite order; nothing is left running.
"""

import http.client
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

from labsys.local import commands
from labsys.local.children import Child
from labsys.local.home import Home
from labsys.local.postgres import Server

READY_LIMIT_S = 120.0
TICK_S = 0.05
MOST_FAILURES_BEFORE_READY = 3


class NotUpError(Exception):
    """labsys did not come up; the message says why and what to do."""


class StopAskedError(Exception):
    """Somebody asked to stop while labsys was coming up."""


@dataclass(frozen=True)
class Plan:
    """What is to run: where the web listens and under which name it is asked, how many workers, with what."""

    host: str
    port: int
    name: str = "localhost"
    workers: int = 2
    demo: bool = False
    external: bool = False  # PostgreSQL is not ours to start

    @property
    def address(self) -> str:
        """The address to open in a browser on this machine."""
        reached = self.reached
        return f"http://{f'[{reached}]' if ':' in reached else reached}:{self.port}"

    @property
    def reached(self) -> str:
        """The host under which this machine reaches the web."""
        return commands.EVERYWHERE.get(self.host, self.host)


class Supervisor:
    """Everything that runs for a home; what happens is told to `say`, line by line."""

    def __init__(self, home: Home, plan: Plan, say: Callable[[str], None]) -> None:
        self.home, self.plan, self.say = home, plan, say
        self.server = None if plan.external else Server(home)
        self.worker = commands.worker(home, plan.workers)
        self.web = commands.web(home, plan.host, plan.port)
        self.asked_to_stop = 0

    def run(self) -> None:
        """Runs until asked to stop. Raises NotUpError where it does not come up."""
        before = {
            signum: signal.signal(signum, self._stop_asked) for signum in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            self._come_up()
            while True:
                self._pause()
        except StopAskedError:
            self.say("labsys: stopping")
        finally:
            self._go_down()
            for signum, handler in before.items():
                signal.signal(signum, handler)

    def _come_up(self) -> None:
        if self.server is not None:
            self.server.start()
        self._finish(commands.once(self.home, "migrate", "--noinput", "--verbosity", "0"))
        self.worker.start()
        greeting = self._finish(commands.once(self.home, "demo")) if self.plan.demo else ""
        self.web.start()
        self._wait_until_ready()
        self.say(f"labsys ready: {self.plan.address}")
        if greeting:
            self.say(greeting)

    def _finish(self, command: Child) -> str:
        """Runs a command to its end while the others are looked after; what it printed."""
        command.start()
        try:
            while (code := command.ended()) is None:
                self._pause()
        finally:
            command.wait_until_stopped(hurry=True)
        if code:
            raise NotUpError(
                "\n".join([f"{command.name} failed; {command.log} says:", *command.last_lines()])
            )
        return command.printed()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_LIMIT_S
        while (answer := self._ready())[0] != 200:
            for child in (self.web, self.worker):
                if child.failures >= MOST_FAILURES_BEFORE_READY:
                    raise NotUpError("\n".join([f"{child.name} ends again and again:", *child.last_lines()]))
            if time.monotonic() > deadline:
                raise NotUpError(
                    f"Not ready after {READY_LIMIT_S:.0f} s. /readyz says {answer[1]}; logs are in {self.home.logs}."
                )
            self._pause()

    def _ready(self) -> tuple[int, str]:
        """The status of /readyz and what it says; 0 where nobody answers."""
        connection = http.client.HTTPConnection(self.plan.reached, self.plan.port, timeout=10)
        try:
            connection.request("GET", "/readyz", headers={"Host": self.plan.name})
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            return 0, str(error)
        finally:
            connection.close()

    def _pause(self) -> None:
        """One tick: looks after everything that should run. Raises StopAskedError."""
        if self.asked_to_stop:
            raise StopAskedError
        self._tend_server()
        for child in (self.worker, self.web):
            code = child.ended()
            if code is not None and child.again():
                self.say(f"labsys: {child.name} ended ({told(code)}), started again")
        time.sleep(TICK_S)

    def _tend_server(self) -> None:
        server = self.server
        if server is None or server.process is None:
            return
        if server.process.poll() is None:
            if not server.is_stuck():
                return
            self.say("labsys: PostgreSQL refuses everybody and does not recover")
            server.end_at_once()
        code, before = server.process.returncode, self.home.state()
        server.start()
        self.say(f"labsys: PostgreSQL ended ({told(code)}), started again")
        if self.home.state() != before:  # its port was taken meanwhile: the others learn the new one
            for child in (self.web, self.worker):
                if child.process is not None:
                    child.wait_until_stopped(hurry=True)
                    child.start()

    def _go_down(self) -> None:
        for child in (self.web, self.worker):
            child.ask_to_stop()
        for child in (self.web, self.worker):
            child.wait_until_stopped(hurry=self.asked_to_stop > 1)
        if self.server is not None:
            self.server.stop()

    def _stop_asked(self, _signum: int, _frame: FrameType | None) -> None:
        self.asked_to_stop += 1


def told(code: int) -> str:
    """An exit code in words."""
    return f"signal {-code}, {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
