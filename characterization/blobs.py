"""Bytes under their sha256: written once, fsynced with their folder, never changed.

A blob counts only when its bytes are on disk under their final name; until then it is a part file that nobody sees.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from django.conf import settings

CHUNK = 1 << 20


@dataclass(frozen=True)
class Blob:
    sha256: str
    size: int


def path_of(sha256: str) -> Path:
    """Where a blob lies. Raises ValueError for what is no sha256, so that no other path can be made."""
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise ValueError("not a sha256")
    return _root() / sha256[:2] / sha256


def put(chunks: Iterable[bytes]) -> Blob:
    """Writes a stream of bytes, however large, without holding it in memory."""
    folder = _root() / "parts"
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / uuid4().hex
    digest, size = hashlib.sha256(), 0
    try:
        with part.open("wb") as file:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        return _keep(part, digest.hexdigest(), size)
    finally:
        part.unlink(missing_ok=True)


def put_path(path: Path) -> Blob:
    """Takes a file of the same disk into the store, moving it where that is possible."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for chunk in iter(lambda: file.read(CHUNK), b""):
            digest.update(chunk)
        os.fsync(file.fileno())
    return _keep(path, digest.hexdigest(), path.stat().st_size)


def open_blob(sha256: str) -> BinaryIO:
    return path_of(sha256).open("rb")


def is_whole(sha256: str) -> bool:
    """Whether the bytes still are what their name says."""
    digest = hashlib.sha256()
    try:
        with open_blob(sha256) as file:
            for chunk in iter(lambda: file.read(CHUNK), b""):
                digest.update(chunk)
    except FileNotFoundError:
        return False
    return digest.hexdigest() == sha256


def chunks_of(file: BinaryIO) -> Iterable[bytes]:
    return iter(lambda: file.read(CHUNK), b"")


def _keep(part: Path, sha256: str, size: int) -> Blob:
    """Gives the bytes their final name. The same bytes twice are one blob."""
    final = path_of(sha256)
    if not (final.exists() and final.stat().st_size == size):
        final.parent.mkdir(parents=True, exist_ok=True)
        try:
            part.replace(final)
        except OSError:  # another disk: copied beside its place first, so that the last move is atomic
            beside = final.with_name(f"{final.name}.{uuid4().hex}")
            shutil.copyfile(part, beside)
            with beside.open("rb") as file:
                os.fsync(file.fileno())
            beside.replace(final)
        final.chmod(0o440)
        _fsync_folder(final.parent)
        _fsync_folder(final.parent.parent)
    return Blob(sha256, size)


def _fsync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _root() -> Path:
    return Path(settings.LABSYS_BLOBS)
