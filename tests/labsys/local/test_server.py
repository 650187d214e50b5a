"""The embedded PostgreSQL: made, started, killed, found again."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from labsys.local import cluster, places
from labsys.local.home import Home, State
from labsys.local.postgres import Server, connect, is_running
from tests.processes import CHECKOUT, environment, eventually, is_alive

pytestmark = [pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"), pytest.mark.takes(34)]


def state_of(home: Home) -> State:
    state = home.state()
    assert state is not None
    return state


def write(home: Home) -> None:
    with connect(home, state_of(home), cluster.OWNER) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")


def rows(home: Home) -> object:
    with connect(home, state_of(home), cluster.OWNER) as connection:
        return (connection.execute("SELECT count(*) FROM kept").fetchone() or [None])[0]


def test_it_keeps_its_data_over_a_stop(home: Home, server: Server) -> None:
    server.start()
    write(home)
    server.stop()
    assert not is_running(home)

    server.start()
    assert rows(home) == 1000


def test_after_a_kill_it_starts_again_with_everything_that_was_committed(home: Home, server: Server) -> None:
    process = server.start().process
    write(home)
    assert process is not None
    process.kill()  # not waited for: its pid stays as a zombie, which PostgreSQL itself takes for a living server

    server.start()
    assert rows(home) == 1000


def test_a_pid_file_of_a_machine_that_lost_power_does_not_stop_it(home: Home, server: Server) -> None:
    server.start()
    server.stop()
    data = home.path / state_of(home).data
    (data / "postmaster.pid").write_text(
        f"{os.getpid()}\n{data}\n"
    )  # the pid belongs to somebody else by now

    server.start()
    assert is_running(home)


def test_it_moves_to_another_port_where_its_own_was_taken(home: Home, server: Server) -> None:
    server.start()
    server.stop()
    state = state_of(home)
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):  # somebody else was quicker: taken all the same
            taken.bind(("127.0.0.1", state.port))
            taken.listen()
        server.start()
        assert state_of(home).port != state.port
        assert is_running(home)


def test_nobody_enters_without_the_password(home: Home, server: Server) -> None:
    server.start()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(
            host="127.0.0.1",
            port=state_of(home).port,
            user=cluster.SUPERUSER,
            password="guessed",
            dbname="postgres",
        )


def test_the_roles_are_no_superusers(home: Home, server: Server) -> None:
    server.start()
    with connect(home, state_of(home), cluster.OWNER) as connection:
        found = connection.execute(
            "SELECT rolname::text, rolsuper, rolcreaterole FROM pg_roles WHERE rolname LIKE 'labsys%' ORDER BY 1"
        ).fetchall()
    assert found == [(cluster.APP, False, False), (cluster.OWNER, False, False)]


def test_a_home_can_be_moved(home: Home, server: Server, open_folder: Path) -> None:
    server.start()
    write(home)
    server.stop()
    moved = Home(home.path.rename(open_folder / "elsewhere"))

    second = Server(moved, safe=False).start()
    assert rows(moved) == 1000
    second.stop()


def test_secrets_are_readable_by_the_owner_alone(home: Home, server: Server) -> None:
    server.start()
    assert {path.stat().st_mode & 0o777 for path in (home.path / "secrets").iterdir()} == {0o600}


@pytest.fixture
def shared_place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="labsys shared "))
    folder.chmod(0o755)
    monkeypatch.setattr(places, "SHARED_PLACES", (folder,))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_root_finds_a_place_for_data_below_a_folder_only_root_may_enter(
    as_root: None, tmp_path: Path, shared_place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tmp_path.chmod(0o700)
    home = Home(tmp_path / "home")
    server = Server(home, safe=False).start()
    try:
        assert is_running(home)
        assert Path(state_of(home).data).is_relative_to(shared_place)
        assert str(shared_place) in capsys.readouterr().err
    finally:
        server.stop()


class Unable(places.Runner):
    """A user who can enter nothing."""

    def can_enter(self, folder: Path) -> bool:
        return False


def test_root_copies_programs_that_the_servers_user_cannot_reach(
    as_root: None, tmp_path: Path, home: Home, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    copy = places.reachable_programs(places.installed_with_labsys(), tmp_path, Unable())
    monkeypatch.setenv("LABSYS_POSTGRES_BIN", str(copy))

    server.start()
    assert is_running(home)
    assert Path(state_of(home).programs).is_relative_to(home.path)


def test_it_says_what_to_do_where_no_postgresql_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABSYS_POSTGRES_BIN", str(tmp_path))
    with pytest.raises(places.NoPostgresError, match="LABSYS_DATABASE_URL"):
        places.programs()


ALONE = """
import sys
from pathlib import Path
from labsys.local.home import Home
from labsys.local.postgres import Server
server = Server(Home(Path(sys.argv[1]))).start()
"""
HOLD = ALONE + "print(server.process.pid, flush=True); sys.stdin.read()"


def test_it_ends_with_a_parent_that_was_killed(open_folder: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", ALONE + HOLD, str(open_folder / "home")],
        cwd=CHECKOUT, env=environment(open_folder), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.wait()

    eventually(lambda: not is_alive(pid), 20)


def test_an_ordinary_user_needs_nothing_of_root(as_root: None, open_folder: Path) -> None:
    nobody = places.runner()
    packages = Path(psycopg.__file__).parent.parent
    python = Path(sys.executable).resolve()
    if not nobody.can_enter(python.parent):
        python = Path(f"/usr/bin/python3.{sys.version_info.minor}")
    if not (python.exists() and nobody.can_enter(packages) and nobody.can_enter(CHECKOUT)):
        pytest.skip("an ordinary user cannot reach this checkout or its Python")
    home = open_folder / "home"
    home.mkdir()
    os.chown(home, nobody.uid or 0, nobody.gid or 0)
    done = subprocess.run(
        [python, "-c", ALONE + "server.stop(); print('stopped')", home],
        cwd=CHECKOUT, env={"PYTHONPATH": f"{packages}:{CHECKOUT}", "PYTHONDONTWRITEBYTECODE": "1"},
        user=nobody.uid, group=nobody.gid, extra_groups=[], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.stdout, done.returncode) == ("stopped\n", 0), done.stderr
