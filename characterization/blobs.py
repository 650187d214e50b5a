"""Bytes under their sha256: written once, fsynced with their folder, never changed.

A blob counts only when its bytes are on disk under their final name; until then it is a part file that nobody sees.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from django.conf import settings

CHUNK = 1 << 20
AT_ONCE = 4
PARTS = "parts"


@dataclass(frozen=True)
class Blob:
    sha256: str
    size: int


def path_of(sha256: str) -> Path:
    """Where a blob lies. Raises ValueError for what is no sha256, so that no other path can be made."""
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise ValueError("not a sha256")
    return _root() / sha256[:2] / sha256


def put(chunks: Iterable[bytes], check: Callable[[Blob], None] | None = None) -> Blob:
    """Writes a stream of bytes, however large, without holding it in memory.

    ``check`` sees what arrived before it is kept; what it raises leaves nothing behind.
    """
    folder = _root() / PARTS
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
        blob = Blob(digest.hexdigest(), size)
        if check is not None:
            check(blob)
        _keep(part, blob.sha256)
        return blob
    finally:
        part.unlink(missing_ok=True)


def put_path(path: Path) -> Blob:
    """Takes a file of the same disk into the store, moving it where that is possible."""
    return put_paths([path])[path]


def put_paths(paths: Iterable[Path]) -> dict[Path, Blob]:
    """The same of several files at once. All have their final names before the folders are brought to disk.

    So the disk is waited for about as long as for one file: what the first folder waits for, the others need not.
    """
    paths = list(paths)
    with ThreadPoolExecutor(AT_ONCE) as pool:  # each is hashed and waits for the disk by itself
        kept = dict(zip(paths, pool.map(_taken, paths), strict=True))
        folders = {path_of(blob.sha256).parent for blob in kept.values()}
        list(pool.map(fsync_folder, [*folders, *{folder.parent for folder in folders}]))
    return kept


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


def forget_parts(seconds: float) -> int:
    """Deletes part files that nobody has written to for so long: their upload died with its process."""
    folder = _root() / PARTS
    return sum(forget_if_older(part, seconds) for part in folder.iterdir()) if folder.exists() else 0


def forget_if_older(path: Path, seconds: float) -> bool:
    """Deletes a file or folder whose last change is longer ago; says whether it did."""
    try:
        old = time.time() - path.stat().st_mtime > seconds
    except FileNotFoundError:
        return False
    if old and path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    elif old:
        path.unlink(missing_ok=True)
    return old


def scratch() -> Path:
    """A new folder on the disk of the store, for what is not kept yet."""
    Path(settings.LABSYS_SCRATCH).mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(dir=settings.LABSYS_SCRATCH))


def fsync_folder(folder: Path) -> None:
    """Brings the names in a folder to disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _keep(part: Path, sha256: str) -> None:
    """Gives the bytes their final name, on disk before it returns."""
    final = _name(part, sha256)
    fsync_folder(final.parent)
    fsync_folder(final.parent.parent)


def _taken(path: Path) -> Blob:
    """Hashes a file whose bytes it brings to disk, and gives it its final name."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for chunk in chunks_of(file):
            digest.update(chunk)
        os.fsync(file.fileno())
    blob = Blob(digest.hexdigest(), path.stat().st_size)
    _name(path, blob.sha256)
    return blob


def _name(part: Path, sha256: str) -> Path:
    """Gives the bytes their final name, in one step. The folders are yet to be brought to disk.

    The same bytes twice are one blob. What stood there is replaced all the same: that heals a damaged copy, and
    never answers for bytes whose folder another process has not yet brought to disk.
    """
    final = path_of(sha256)
    final.parent.mkdir(parents=True, exist_ok=True)
    part.chmod(0o440)
    if _same_disk(part, final.parent):
        part.replace(final)
    else:
        _copy(part, final)
    return final


def _same_disk(one: Path, other: Path) -> bool:
    return one.stat().st_dev == other.stat().st_dev


def _copy(part: Path, final: Path) -> None:
    """From another disk: copied among the parts first, so that the last move is one step there too."""
    beside = _root() / PARTS / uuid4().hex
    beside.parent.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copy(part, beside)
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        beside.replace(final)
    finally:
        beside.unlink(missing_ok=True)


def _root() -> Path:
    return Path(settings.LABSYS_BLOBS)
