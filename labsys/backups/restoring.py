"""Restores a backup into an empty installation: everything is checked before anything is touched, and what fails
on the way is taken back. The database comes last, in one transaction: a restore that was killed before can be
repeated, and one that was killed after is finished by `migrate`."""

from __future__ import annotations

import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path

from django.conf import settings
from django.db import connections
from django.utils.translation import gettext as _

from characterization import blobs
from labsys.backups import archive, contents, keys, programs
from labsys.backups.making import EVERY, Say
from labsys.backups.manifest import DUMP, BackupError, Manifest
from labsys.local import commands


def restore(path: Path, say: Say) -> Manifest:
    """Puts database, files and secrets of the backup in their places; answers its manifest.

    Raises BackupError where the installation is not empty, the backup is not whole, or it is of a newer labsys.
    """
    _require_empty()
    try:
        with tempfile.TemporaryDirectory(dir=settings.LABSYS_SCRATCH, prefix="restore-") as name:
            folder = Path(name)
            with archive.opened(path) as found:
                manifest = found.manifest
                _require_fitting(manifest)
                found.unpack(folder, _counting(len(manifest.members), say))
            with ExitStack() as undo:
                _place_files(folder, manifest, undo)
                keys.place(folder, manifest, undo, say)
                _load(folder / DUMP, manifest, undo)
                say(_("database: %(rows)s rows in %(tables)s tables") % _counts(manifest))
                _migrate()
                undo.pop_all()
            return manifest
    except OSError as error:
        raise BackupError(
            _("The backup could not be restored: %(why)s. Nothing is left of it.") % {"why": error}
        ) from error


def _require_empty() -> None:
    if not contents.is_empty():
        owner = settings.DATABASES[programs.OWNER]
        raise BackupError(
            _(
                "This installation is not empty: the database %(name)s at %(host)s:%(port)s has tables. "
                "A backup is restored into an empty one: set LABSYS_HOME to a new folder, "
                "or LABSYS_DATABASE_URL to an empty database."
            )
            % {"name": owner["NAME"], "host": owner["HOST"], "port": owner["PORT"]}
        )


def _require_fitting(manifest: Manifest) -> None:
    """Raises BackupError where the backup is of a newer labsys or PostgreSQL than is here."""
    known = contents.known_migrations()
    unknown = [name for name in manifest.migrations if name not in known]
    if unknown:
        raise BackupError(
            _(
                "The backup is of labsys %(version)s, whose database is newer than this one knows (%(name)s). "
                "Restore it with that version or a newer one."
            )
            % {"version": manifest.labsys, "name": unknown[0]}
        )
    if contents.server_major() < manifest.postgres:
        raise BackupError(
            _(
                "The backup is of PostgreSQL %(theirs)s, this server is %(ours)s. Restore it into %(theirs)s or newer."
            )
            % {"theirs": manifest.postgres, "ours": contents.server_major()}
        )


def _counting(all_of_them: int, say: Say) -> Say:
    """Tells of every thousandth member, and of the last."""
    done = 0

    def told(_name: str) -> None:
        nonlocal done
        done += 1
        if done % EVERY == 0 or done == all_of_them:
            say(_("checked: %(done)s of %(all)s") % {"done": done, "all": all_of_them})

    return told


def _place_files(folder: Path, manifest: Manifest, undo: ExitStack) -> None:
    """Moves the files into the store, each under the sha256 its bytes have, on disk before it returns."""
    for name in manifest.files:
        final = blobs.path_of(manifest.members[name].sha256)
        if not final.exists():
            undo.callback(final.unlink, missing_ok=True)
        blobs.put_path(folder / name)


def _load(dump: Path, manifest: Manifest, undo: ExitStack) -> None:
    """The database in one transaction, then compared with the manifest, row by row."""
    program = programs.find("pg_restore", max(contents.server_major(), manifest.pg_dump))
    programs.run(
        program, "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", str(dump)
    )
    undo.callback(contents.empty)
    with contents.snapshot() as cursor:
        tables, history = contents.tables(cursor), contents.history(cursor)
    for name in sorted(manifest.tables.keys() | tables.keys()):
        if tables.get(name) != manifest.tables.get(name):
            raise BackupError(
                _("The table %(name)s came back with %(found)s, not as it was with %(told)s.")
                % {"name": name, "found": tables.get(name), "told": manifest.tables.get(name)}
            )
    if history != manifest.history:
        raise BackupError(_("The history came back with another end than it had when the backup was made."))


def _migrate() -> None:
    """The queue, both roles' rights and what is newer here than in the backup, under the key that now counts."""
    connections[programs.OWNER].close()
    for arguments in (("migrate", "--noinput", "--verbosity", "0"), ("migrate", "--check")):
        done = subprocess.run(commands.manage(*arguments), capture_output=True, text=True, check=False)
        if done.returncode:
            said = (done.stderr or done.stdout).strip()[-1000:]
            raise BackupError(
                _("The restored database could not be brought up to date: %(said)s") % {"said": said}
            )


def _counts(manifest: Manifest) -> dict[str, int]:
    return {"rows": manifest.rows, "tables": len(manifest.tables)}
