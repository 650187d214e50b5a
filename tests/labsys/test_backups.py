"""A backup made beside a running server, restored into a new home, and refused wherever a byte of it is not right."""

from __future__ import annotations

import hashlib
import io
import json
import stat
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from labsys.backups import archive, making, manifest, programs
from labsys.backups.archive import Writer
from labsys.backups.manifest import DUMP, BackupError, Manifest, Member, Table
from labsys.local.home import Home
from labsys.local.postgres import Server
from tests import installed
from tests.processes import CHECKOUT, environment, manage, open_to_all

pytestmark = pytest.mark.takes(55)

Made = dict[str, Any]
KEY = "secrets/key"
MEASURED = "CELL-0001.bdf.csv"


@dataclass(frozen=True)
class Installation:
    """A home whose server runs, what stands in it, and its backup with what `backup` said."""

    home: Path
    token: str
    session: str
    facts: Made
    backup: Path
    said: str


def inside(home: Path, call: str) -> Made:
    """What a function of tests/labsys/backed_up.py tells of the installation at `home`."""
    script = f"import json; from tests.labsys import backed_up; print(json.dumps(backed_up.{call}))"
    done = manage(home, "shell", "-c", script)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout.strip().splitlines()[-1])
    assert isinstance(answer, dict)
    return answer


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    with open_to_all() as folder:
        home, backup = folder / "a home", folder / "monday.tar"
        home.mkdir()
        installed.lay(home)
        server = Server(Home(home), safe=False).start()
        try:
            made = inside(home, "make()")
            facts = inside(home, f"facts({made['token']!r}, {made['session']!r})")
            done = manage(home, "backup", str(backup))
            assert done.returncode == 0, done.stderr
            yield Installation(home, made["token"], made["session"], facts, backup, done.stdout)
        finally:
            server.stop()


@pytest.fixture(scope="module")
def empty_home() -> Iterator[Path]:
    """A home whose server runs and whose database has no tables."""
    with open_to_all() as folder:
        server = Server(Home(folder / "empty"), safe=False).start()
        yield folder / "empty"
        server.stop()


def members(path: Path) -> dict[str, bytes]:
    """The content of an archive."""
    with tarfile.open(path) as tar:
        return {info.name: found.read() for info in tar if (found := tar.extractfile(info)) is not None}


def told(path: Path) -> Manifest:
    return manifest.parse(members(path)[manifest.NAME])


def write(path: Path, content: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w") as tar:
        for name, data in content.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path


def sealed(content: dict[str, bytes], about: Manifest) -> dict[str, bytes]:
    """The members with another manifest that has its right sha256."""
    seal = hashlib.sha256(about.as_bytes()).hexdigest().encode()
    return {**content, manifest.NAME: about.as_bytes(), manifest.SEAL: seal}


def flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def test_a_backup_is_for_its_owner_alone_and_says_that_it_holds_secrets(installation):
    assert stat.S_IMODE(installation.backup.stat().st_mode) == 0o600
    assert b"This backup holds secrets" in members(installation.backup)[manifest.NAME]
    assert "It holds secrets" in installation.said
    assert [path.name for path in installation.backup.parent.iterdir() if path.name.startswith(".")] == []


def test_its_manifest_tells_what_is_in_it(installation):
    about = told(installation.backup)
    content = members(installation.backup)
    assert {name: Member(len(data), hashlib.sha256(data).hexdigest()) for name, data in content.items()} == {
        **about.members,
        manifest.NAME: Member(len(content[manifest.NAME]), installation.said.split()[-1]),
        manifest.SEAL: Member(64, hashlib.sha256(content[manifest.SEAL]).hexdigest()),
    }
    assert about.tables["synthesis_sample"].rows == 3
    assert about.tables["characterization_rawfile"].rows == 2
    assert about.history["synthesis_projectevent"] == 1
    assert "characterization.0001_initial" in about.migrations
    assert (about.damaged, about.missing) == ([], [])
    assert list(content)[-2:] == [manifest.NAME, manifest.SEAL]


def test_everything_comes_back_in_a_new_home_and_works(installation):
    """With no server running: the command starts one for its time, as a newcomer's would."""
    with open_to_all() as folder:
        home = folder / "new"
        done = manage(home, "restore", str(installation.backup), limit_s=240)
        assert done.returncode == 0, done.stderr
        assert "Every hash and every table is as it was." in done.stdout
        server = Server(Home(home), safe=False).start()
        try:
            again = inside(home, f"facts({installation.token!r}, {installation.session!r})")
            worked = inside(home, "work()")
            refused = manage(home, "restore", str(installation.backup))
        finally:
            server.stop()
        assert (home / KEY).read_text() == (installation.home / KEY).read_text()
        assert stat.S_IMODE((home / KEY).stat().st_mode) == 0o600
        assert list((home / "scratch").iterdir()) == []

    assert again == installation.facts
    assert (min(again["voltage"]), max(again["voltage"])) == (1.4, 3.7)
    assert again["token of"] == "alice"
    assert again["session"] == "white rabbit"
    assert again["jobs"] == {MEASURED: "done", "waiting.xy": "received"}
    assert [whole for _sha256, whole in again["files"].values()] == [True, True]
    assert worked["recorded"] == ["Carbon additives", "Carbon additives, second year"]
    assert worked["queue"] is True
    assert worked["role"] == "labsys_app"
    assert "permission denied" in worked["refused"]
    assert worked["code"] not in again["samples"]
    assert refused.returncode == 1
    assert "This installation is not empty: the database labsys at 127.0.0.1" in refused.stderr


@pytest.fixture(scope="module")
def drilled(installation, empty_home) -> Made:
    """Every kind of broken archive, restored one after the other into the same empty home."""
    content, about = members(installation.backup), told(installation.backup)
    folder = installation.backup.parent / "broken"
    folder.mkdir()
    file = about.files[0]
    whole = installation.backup.read_bytes()
    rows = about.tables["synthesis_sample"]
    (folder / "cut short.tar").write_bytes(whole[: len(whole) * 2 // 3])
    (folder / "cut within the dump.tar").write_bytes(whole[:5000])
    (folder / "no archive.tar").write_bytes(b"not a tar at all" * 1000)
    write(folder / "byte in the dump.tar", {**content, DUMP: flipped(content[DUMP])})
    write(folder / "byte in a file.tar", {**content, file: flipped(content[file])})
    write(
        folder / "byte in the manifest.tar",
        {**content, manifest.NAME: content[manifest.NAME].replace(b'"rows": 3', b'"rows": 4')},
    )
    write(folder / "missing file.tar", {name: data for name, data in content.items() if name != file})
    write(folder / "one file too many.tar", {**content, "files/../../evil": b"evil"})
    one_more = {**about.tables, "synthesis_sample": replace(rows, rows=rows.rows + 1)}
    write(folder / "other rows.tar", sealed(content, replace(about, tables=one_more)))
    later = {**about.history, "synthesis_projectevent": 7}
    write(folder / "other history.tar", sealed(content, replace(about, history=later)))
    newer = [*about.migrations, "synthesis.9999_from_the_future"]
    write(folder / "newer labsys.tar", sealed(content, replace(about, migrations=newer)))
    write(folder / "newer server.tar", sealed(content, replace(about, postgres=99)))
    bad_dump = content[DUMP][: len(content[DUMP]) // 2]
    as_if_right = {**about.members, DUMP: Member(len(bad_dump), hashlib.sha256(bad_dump).hexdigest())}
    write(
        folder / "dump that cannot be loaded.tar",
        sealed({**content, DUMP: bad_dump}, replace(about, members=as_if_right)),
    )
    return {"file": file, **inside(empty_home, f"drill({str(folder)!r})")}


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        ("byte in the dump", "database.dump in the backup is damaged"),
        ("byte in a file", "{file} in the backup is damaged"),
        ("byte in the manifest", "manifest.json in the backup is damaged"),
        ("missing file", "{file} is missing from the backup"),
        ("one file too many", "'files/../../evil', of which its manifest knows nothing"),
        ("cut short", "The backup is cut short or damaged at or after "),
        ("cut within the dump", "The backup is cut short or damaged at or after database.dump"),
        ("no archive", "is no backup of labsys"),
        ("other rows", "The table synthesis_sample came back with Table(rows=3"),
        ("other history", "another end than it had"),
        ("newer labsys", "synthesis.9999_from_the_future"),
        ("newer server", "The backup is of PostgreSQL 99"),
        ("dump that cannot be loaded", "pg_restore ended with 1"),
    ],
)
def test_what_is_broken_is_named_and_nothing_is_left_behind(drilled, broken, sentence):
    assert sentence.format(file=drilled["file"]) in drilled[broken]["said"]
    assert drilled[broken]["left"] == []
    assert drilled[broken]["empty"] is True
    assert drilled[broken]["key"] is True


def test_a_disk_that_is_full_leaves_no_half_file(installation):
    """A limit on the size of files stands for the disk; the server runs outside it."""
    folder = installation.backup.parent / "full"
    folder.mkdir()
    done = subprocess.run(
        ["sh", "-c", 'ulimit -f 100 && exec "$@"', "sh", sys.executable, "manage.py", "backup", str(folder / "b.tar")],
        cwd=CHECKOUT, env=environment(installation.home), capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Nothing is left of it." in done.stderr or "pg_dump ended with" in done.stderr
    assert list(folder.iterdir()) == []
    assert list((installation.home / "scratch").iterdir()) == []


def test_an_existing_file_is_never_written_over(tmp_path):
    path = tmp_path / "monday.tar"
    path.write_bytes(b"the only backup")
    with pytest.raises(BackupError, match="exists already"):
        making.make(path, print)
    assert path.read_bytes() == b"the only backup"


def test_damaged_and_lost_files_of_the_store_are_told_and_the_backup_kept(installation):
    """The last test that looks at this store: it stays damaged."""
    flipped_one, lost_one = (installation.facts["files"][name][0] for name in ("waiting.xy", MEASURED))
    stored = installation.home / "files" / flipped_one[:2] / flipped_one
    stored.chmod(0o640)
    stored.write_bytes(flipped(stored.read_bytes()))
    (installation.home / "files" / lost_one[:2] / lost_one).unlink()

    path = installation.backup.with_name("tuesday.tar")
    done = manage(installation.home, "backup", str(path))

    assert done.returncode == 1
    assert f"1 are damaged ({flipped_one}) and 1 gone ({lost_one})" in done.stderr
    assert told(path).damaged == [flipped_one]
    assert told(path).missing == [lost_one]


# --- The archive alone


def small(**values: Any) -> Manifest:
    known = {name: Member(3, hashlib.sha256(b"abc").hexdigest()) for name in (DUMP, KEY)}
    plain = Manifest("2026-01-01", "0.1.0", 18, 18, [], known, {"t": Table(1, "0")}, {})
    return replace(plain, **values)


def archive_of(path: Path, about: Manifest, *more: tarfile.TarInfo) -> Path:
    with path.open("wb") as file:
        writer = Writer(file)
        for name in (DUMP, KEY):
            writer.add(name, io.BytesIO(b"abc"))
        for info in more:
            writer.tar.addfile(info)
        writer.close(about)
    return path


def test_an_archive_is_read_as_it_was_written(tmp_path):
    path = archive_of(tmp_path / "a.tar", small())
    with archive.opened(path) as found:
        found.unpack(tmp_path / "out", lambda _name: None)
    assert found.manifest == small()
    assert (tmp_path / "out" / DUMP).read_bytes() == b"abc"


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE])
def test_links_and_folders_are_refused(tmp_path, kind):
    info = tarfile.TarInfo("files/link")
    info.type, info.linkname = kind, "/etc/hostname"
    path = archive_of(tmp_path / "a.tar", small(), info)
    with pytest.raises(BackupError, match="'files/link' twice or as a link"), archive.opened(path):
        pass


def test_a_member_twice_is_refused(tmp_path):
    path = archive_of(tmp_path / "a.tar", small(), tarfile.TarInfo(DUMP))
    with pytest.raises(BackupError, match=r"'database\.dump' twice"), archive.opened(path):
        pass


@pytest.mark.parametrize(
    "name", ["/etc/cron.d/evil", "../evil", "files/../../evil", "secrets/database", "files/ab/" + "0" * 64]
)
def test_names_that_no_backup_has_are_refused(tmp_path, name):
    """Also where the manifest agrees with them; the last lies in another folder than its first digits."""
    member = Member(0, hashlib.sha256(b"").hexdigest())
    about = small(members={**small().members, name: member})
    path = archive_of(tmp_path / "a.tar", about, tarfile.TarInfo(name))
    with pytest.raises(BackupError, match="which no backup of labsys holds"), archive.opened(path):
        pass


def test_a_program_older_than_the_server_is_named(monkeypatch):
    monkeypatch.delenv("LABSYS_POSTGRES_BIN", raising=False)
    with pytest.raises(
        BackupError, match=r"PostgreSQL 99 needs pg_dump 99 or newer; found: .*pg_dump \(1\d\)"
    ):
        programs.find("pg_dump", 99)
