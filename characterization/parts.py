"""The pieces of files that still arrive: one file per upload beside the blobs, which only grows at its end."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from uuid import UUID

from django.conf import settings
from django.db.models.functions import Now

from characterization import blobs
from characterization.models import Upload
from characterization.models.uploads import LIFE

FOLDER = "uploads"


class PartLost(Exception):
    """Less is on disk than was acknowledged: the folder was emptied behind the program's back."""


def append(upload: UUID, offset: int, piece: IO[bytes]) -> int:
    """Puts a piece behind the first ``offset`` bytes, on disk before it returns. Answers for the new size.

    What a process that died left behind ``offset`` was never acknowledged and gives way. The caller holds the
    upload's row. Raises PartLost; OSError where the disk is full: then ``offset`` bytes still stand.
    """
    path = path_of(upload)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        blobs.fsync_folder(path.parent)
    with path.open("r+b") as part:
        if part.seek(0, os.SEEK_END) < offset:
            raise PartLost
        part.truncate(offset)
        part.seek(offset)
        shutil.copyfileobj(piece, part, blobs.CHUNK)
        part.flush()
        os.fsync(part.fileno())
        return part.tell()


def chunks(upload: UUID, length: int) -> Iterator[bytes]:
    """The bytes of a whole upload. Raises PartLost."""
    if not length:
        return
    try:
        with path_of(upload).open("rb") as part:
            yield from blobs.chunks_of(part)
    except FileNotFoundError as error:
        raise PartLost from error


def forget(upload: UUID) -> None:
    path_of(upload).unlink(missing_ok=True)


def forget_expired() -> int:
    """Deletes uploads that nobody continued in time, and parts that no row speaks of. Answers for how many."""
    expired = Upload.objects.filter(updated_at__lt=Now() - LIFE).delete()[0]
    folder = _folder()
    left = list(folder.iterdir()) if folder.exists() else []
    return expired + sum(blobs.forget_if_older(path, LIFE.total_seconds()) for path in left)


def path_of(upload: UUID) -> Path:
    return _folder() / upload.hex


def _folder() -> Path:
    return Path(settings.LABSYS_BLOBS) / FOLDER
