"""The command lines of the children, and what they find in their environment."""

import os
import signal
import socket
import sys
from pathlib import Path

from labsys.local.children import Child
from labsys.local.home import Home

CHECKOUT = Path(__file__).resolve().parent.parent.parent
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - how this machine reaches who listens there
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def manage(*arguments: str) -> list[str]:
    """A management command in a process of its own."""
    return [sys.executable, str(CHECKOUT / "manage.py"), *arguments]


def once(home: Home, *arguments: str) -> Child:
    """A management command that runs to its end; what it prints is kept apart from its log."""
    name = arguments[0]
    return Child(name, manage(*arguments), home.logs / f"{name}.log", output=home.logs / f"{name}.out")


def web(home: Home, host: str, port: int) -> Child:
    """gunicorn: two processes of four threads, requests of limited size, each process renewed at times."""
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    command = [
        sys.executable, "-m", "gunicorn", "labsys.wsgi", "--chdir", str(CHECKOUT), "--bind", address,
        "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--timeout", "120",
        "--graceful-timeout", "30", "--limit-request-line", "4094", "--limit-request-fields", "100",
        "--limit-request-field_size", "8190", "--max-requests", "2000", "--max-requests-jitter", "200",
        "--access-logfile", "-", "--no-control-socket",
    ]  # fmt: skip
    environment = {"LABSYS_PROCESS": "web", **allowed_hosts(host)}
    return Child("web", command, home.logs / "web.log", environment, stop_s=35.0)


def worker(home: Home, workers: int) -> Child:
    """Celery with its clock (-B); a task it cannot finish in time goes to the next worker."""
    command = [
        sys.executable, "-m", "celery", "--workdir", str(CHECKOUT), "-A", "labsys", "worker", "-B",
        "--concurrency", str(workers), "--loglevel", "INFO", "--hostname", "labsys@%h",
        "--without-gossip", "--without-mingle", "--without-heartbeat",
    ]  # fmt: skip
    return Child(
        "worker", command, home.logs / "worker.log", {"LABSYS_PROCESS": "worker"}, stop_s=15.0,
        on_parents_death=signal.SIGKILL,
    )  # fmt: skip


def allowed_hosts(host: str) -> dict[str, str]:
    """Whoever listens beyond this machine is asked for by its names, unless a deployment says otherwise."""
    if host in LOOPBACK or "LABSYS_ALLOWED_HOSTS" in os.environ:
        return {}
    names = ["localhost", "127.0.0.1", "[::1]", socket.gethostname(), socket.getfqdn()]
    return {"LABSYS_ALLOWED_HOSTS": ",".join([*names, *([] if host in EVERYWHERE else [host])])}
