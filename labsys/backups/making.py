"""Makes a backup while labsys runs: the database first, in one snapshot, then the files, of which none is ever
changed and none that the snapshot speaks of is younger than it; what it holds last."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

from django.conf import settings
from django.utils.translation import gettext as _

from characterization import blobs
from labsys.backups import contents, programs
from labsys.backups.archive import Writer
from labsys.backups.manifest import DUMP, FILES, SECRETS, BackupError, Manifest
from labsys.reports.gather import installed_version

Say = Callable[[str], None]
EVERY = 1000  # files between two lines of progress


def make(path: Path, say: Say) -> tuple[Manifest, str]:
    """Writes the backup to `path`, mode 0600, or nothing. Answers its manifest and the manifest's sha256.

    Raises BackupError where the file exists already, pg_dump fails, or the disk is full.
    """
    if path.exists():
        raise BackupError(_("%(path)s exists already. Name a file that does not.") % {"path": path})
    try:
        with _written_whole(path) as file:
            return _written(Writer(file), say)
    except OSError as error:
        raise BackupError(
            _("The backup could not be written: %(why)s. Nothing is left of it.") % {"why": error}
        ) from error


def _written(writer: Writer, say: Say) -> tuple[Manifest, str]:
    facts = _add_database(writer, say)
    named: set[str] = facts.pop("named")
    _add_secrets(writer)
    damaged, there = _add_files(writer, say)
    about = Manifest(
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        labsys=installed_version(),
        members=dict(writer.members),
        damaged=damaged,
        missing=sorted(named - there),
        **facts,
    )
    return about, writer.close(about)


def _add_database(writer: Writer, say: Say) -> dict[str, Any]:
    """The dump, and what the manifest says of the database, both of one moment."""
    major = contents.server_major()
    program = programs.find("pg_dump", major)
    with tempfile.TemporaryDirectory(dir=settings.LABSYS_SCRATCH, prefix="backup-") as folder:
        dump = Path(folder) / DUMP
        with contents.snapshot() as cursor:
            programs.run(
                program, "--format=custom", "--compress=1", "--no-owner", "--no-privileges", "--exclude-schema=pgmq",
                f"--snapshot={contents.exported(cursor)}", f"--file={dump}",
            )  # fmt: skip
            facts = {
                "postgres": major,
                "pg_dump": program.major,
                "tables": contents.tables(cursor),
                "history": contents.history(cursor),
                "migrations": contents.migrations(cursor),
                "named": contents.named_blobs(),
            }
        with dump.open("rb") as source:
            size = writer.add(DUMP, source).size
    say(_("database: %(size)s bytes") % {"size": size})
    return facts


def _add_secrets(writer: Writer) -> None:
    """The key of sessions and signed links; the login of the demonstration where it was loaded."""
    writer.add(SECRETS + "key", io.BytesIO(settings.SECRET_KEY.encode()))
    demo = settings.HOME.path / "secrets" / "demo"
    if demo.exists():
        writer.add(SECRETS + "demo", io.BytesIO(demo.read_bytes()))


def _add_files(writer: Writer, say: Say) -> tuple[list[str], set[str]]:
    """Every blob of the store; answers for those whose bytes are not what their name says, and for all names."""
    damaged, there = [], set()
    for count, sha256 in enumerate(_stored(), 1):
        with blobs.open_blob(sha256) as source:
            found = writer.add(f"{FILES}{sha256[:2]}/{sha256}", source)
        there.add(sha256)
        if found.sha256 != sha256:
            damaged.append(sha256)
        if count % EVERY == 0:
            say(_("files: %(count)s") % {"count": count})
    say(_("files: %(count)s") % {"count": len(there)})
    return damaged, there


def _stored() -> list[str]:
    digits = "[0-9a-f]"
    found = Path(settings.LABSYS_BLOBS).glob(f"{digits * 2}/{digits * 64}")
    return sorted(path.name for path in found if path.name.startswith(path.parent.name))


@contextmanager
def _written_whole(path: Path) -> Iterator[BinaryIO]:
    """A file beside `path` that gets its name once all of it is on disk, and vanishes otherwise."""
    part = path.with_name(f".{path.name}.{uuid4().hex[:8]}.part")
    try:
        with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        fsync_folder(path.parent)
    finally:
        part.unlink(missing_ok=True)


def fsync_folder(folder: Path) -> None:
    """Brings names made in a folder to disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
