"""pg_dump and pg_restore of the right version, and how they are called. The password goes by the environment."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from labsys.backups.manifest import BackupError
from labsys.databases import conninfo
from labsys.local import places

OWNER = "owner"


@dataclass(frozen=True)
class Program:
    """A program of PostgreSQL and its major version."""

    path: Path
    major: int


def find(name: str, least: int) -> Program:
    """The oldest program of that name not older than PostgreSQL `least`. Raises BackupError where there is none."""
    folders = _folders()
    found = [Program(folder / name, major) for folder in folders if (major := _major(folder / name))]
    fitting = sorted((one for one in found if one.major >= least), key=lambda one: one.major)
    if not fitting:
        have = ", ".join(f"{one.path} ({one.major})" for one in found) or _("none")
        raise BackupError(
            _(
                "PostgreSQL %(least)s needs %(name)s %(least)s or newer; found: %(have)s. Install the client of "
                "PostgreSQL %(least)s, or set LABSYS_POSTGRES_BIN to the folder of its programs."
            )
            % {"least": least, "name": name, "have": have}
        )
    return fitting[0]


def run(program: Program, *arguments: str) -> None:
    """Runs it on the database as the owner. Raises BackupError with what it said."""
    parts = conninfo_to_dict(conninfo(settings.DATABASES[OWNER]))
    password = str(parts.pop("password", ""))
    done = subprocess.run(
        [str(program.path), *arguments, f"--dbname={make_conninfo('', **parts)}", "--no-password"],
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": os.environ.get("HOME", "/"), "PGPASSWORD": password},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False,
    )  # fmt: skip
    if done.returncode:
        raise BackupError(
            _("%(name)s ended with %(code)s: %(said)s")
            % {"name": program.path.name, "code": done.returncode, "said": done.stderr.strip()[-1000:]}
        )


def _folders() -> list[Path]:
    """LABSYS_POSTGRES_BIN alone, else beside the embedded server, the system's, labsys' own."""
    named = os.environ.get("LABSYS_POSTGRES_BIN", "").strip()
    if named:
        return [Path(named)]
    state = settings.HOME.state() if settings.DATABASE_IS_OURS else None
    ours = [Path(state.programs)] if state is not None else []
    return [*ours, *sorted(places.SYSTEM.glob("*/bin")), places.installed_with_labsys()]


def _major(path: Path) -> int:
    """0 where the program is missing or does not run here."""
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return 0
    found = re.search(r"\(PostgreSQL\) (\d+)", done.stdout)
    return int(found.group(1)) if found else 0
