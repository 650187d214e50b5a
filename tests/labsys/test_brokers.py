"""RabbitMQ and Redis in the place of the embedded broker, with nothing changed but LABSYS_BROKER_URL."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from labsys.local import ports
from tests.characterization import files
from tests.processes import eventually
from tests.running import App

pytestmark = [pytest.mark.system, pytest.mark.takes(45)]


def answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def program(name: str) -> str:
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/lib/rabbitmq/bin")
    if found is None:
        pytest.skip(f"{name} is not installed here")
    return found


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[str]:
    port = ports.free()
    command = [
        program("redis-server"),
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--dir",
        str(tmp_path),
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        eventually(lambda: answers(port))
        yield f"redis://127.0.0.1:{port}/0"
        server.terminate()


@pytest.fixture
def rabbitmq(tmp_path: Path) -> Iterator[str]:
    """A node of its own in a folder of its own; the distribution port and epmd stay on this machine."""
    port, between, epmd = ports.free(), ports.free(), ports.free()
    tmp_path.chmod(0o755)
    env = {
        **os.environ,
        "HOME": str(tmp_path),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_EPMD_PORT": str(epmd),
        "RABBITMQ_CONF_ENV_FILE": str(
            tmp_path / "no-such-env.conf"
        ),  # the system's would win over what follows
        "RABBITMQ_CONFIG_FILE": str(tmp_path / "no-such"),
        "RABBITMQ_NODENAME": f"labsys{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(between),
        "RABBITMQ_MNESIA_BASE": str(tmp_path / "mnesia"),
        "RABBITMQ_LOG_BASE": str(tmp_path / "log"),
        "RABBITMQ_PID_FILE": str(tmp_path / "pid"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(tmp_path / "plugins"),
    }
    real = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")  # Debian's wrapper in the path changes the user
    command = [str(real) if real.exists() else program("rabbitmq-server")]
    program("rabbitmq-server")
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, start_new_session=True) as server:
        eventually(lambda: answers(port))
        yield f"amqp://guest:guest@127.0.0.1:{port}//"
        server.terminate()
        server.wait(60)
        subprocess.run([program("epmd"), "-port", str(epmd), "-kill"], capture_output=True, check=False)


@pytest.mark.timeout(200)
@pytest.mark.parametrize("broker", ["redis", "rabbitmq"])
def test_a_file_is_read_with_another_broker(broker, request, open_folder):
    url = request.getfixturevalue(broker)
    (open_folder / "scan.xy").write_bytes(files.xy())
    with App(open_folder / "home", "--workers", "1", LABSYS_BROKER_URL=url) as app:
        (answer,) = app.ingest(open_folder / "scan.xy")
        status, ready = app.get("/readyz")
    assert (answer["state"], len(answer["measurements"])) == ("unmatched", 1)
    assert (status, ready["parts"]["broker"]) == (200, "ok")
