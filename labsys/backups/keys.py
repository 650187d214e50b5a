"""The secrets of an installation, put in the place of those that a fresh one has just made for itself."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from labsys import environment
from labsys.backups.making import Say, fsync_folder
from labsys.backups.manifest import SECRETS, Manifest


def place(folder: Path, manifest: Manifest, undo: ExitStack, say: Say) -> None:
    """The key of the backup takes the place of the one just made here, unless the environment gives one."""
    given = environment.text("LABSYS_SECRET_KEY")
    for name in (name for name in manifest.members if name.startswith(SECRETS)):
        content = (folder / name).read_bytes()
        if name == SECRETS + "key" and given:
            if given.encode() != content:
                say(_("LABSYS_SECRET_KEY is not the key of the backup: everybody logs in again."))
            continue
        final = settings.HOME.path / name
        undo.callback(_put_back, final, final.read_bytes() if final.exists() else None)
        _write_secret(final, content)


def _put_back(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
    else:
        _write_secret(path, content)


def _write_secret(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.restored")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    fsync_folder(path.parent)
