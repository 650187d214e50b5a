"""The archive: one plain tar. Written member by member with their hashes; read without trusting a name in it."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO

from django.utils.translation import gettext as _

from labsys.backups import manifest
from labsys.backups.manifest import BackupError, Manifest, Member

CHUNK = 1 << 20
MANIFEST_LIMIT_BYTES = 1 << 29  # some 3 million files
REGULAR = (tarfile.REGTYPE, tarfile.AREGTYPE)


class Hashing:
    """A file that is hashed while it is read."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source, self.digest = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most `size`."""
        chunk = self.source.read(size)
        self.digest.update(chunk)
        return chunk


class Writer:
    """Adds members to a new archive; `members` is what the manifest will say of them."""

    def __init__(self, file: BinaryIO) -> None:
        self.tar = tarfile.TarFile(fileobj=file, mode="w", format=tarfile.PAX_FORMAT)
        self.members: dict[str, Member] = {}

    def add(self, name: str, source: BinaryIO) -> Member:
        """The whole of an open file, from its beginning."""
        size = source.seek(0, os.SEEK_END)
        source.seek(0)
        told = tarfile.TarInfo(name)
        told.size, told.mode, told.mtime = size, 0o600, int(time.time())
        hashing = Hashing(source)
        self.tar.addfile(told, hashing)
        self.members[name] = Member(size, hashing.digest.hexdigest())
        return self.members[name]

    def close(self, about: Manifest) -> str:
        """Adds the manifest and its sha256, which is answered."""
        content = about.as_bytes()
        seal = hashlib.sha256(content).hexdigest()
        self.add(manifest.NAME, io.BytesIO(content))
        self.add(manifest.SEAL, io.BytesIO(seal.encode()))
        self.tar.close()
        return seal


class Archive:
    """An archive open for reading, whose members are those of its manifest, each once and an ordinary file."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self.tar = tar
        self.infos: dict[str, tarfile.TarInfo] = {}
        for info in _as_far_as_whole(tar):
            if info.name in self.infos or info.type not in REGULAR or info.issparse():
                raise BackupError(
                    _("The archive holds %(name)r twice or as a link or folder; that is no backup of labsys.")
                    % {"name": info.name}
                )
            self.infos[info.name] = info
        self.manifest = manifest.parse(self._sealed())
        self._compare_names()

    def unpack(self, folder: Path, done: Callable[[str], None]) -> None:
        """Writes every member below `folder`, calling `done` with its name.

        Raises BackupError naming the first that is broken.
        """
        for name, member in self.manifest.members.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                found = self._copy(name, file)
            if found != member:
                raise BackupError(
                    _("%(name)s in the backup is damaged: its sha256 is %(found)s, not %(told)s.")
                    % {"name": name, "found": found.sha256, "told": member.sha256}
                )
            done(name)

    def _copy(self, name: str, file: BinaryIO) -> Member:
        hashing = Hashing(self._open(name))
        try:
            for chunk in iter(lambda: hashing.read(CHUNK), b""):
                file.write(chunk)
        except tarfile.TarError as error:
            raise BackupError(_("The backup is cut short within %(name)s.") % {"name": name}) from error
        return Member(file.tell(), hashing.digest.hexdigest())

    def _sealed(self) -> bytes:
        if not {manifest.NAME, manifest.SEAL} <= self.infos.keys():
            last = next(reversed(self.infos), _("its beginning"))
            raise BackupError(
                _(
                    "The backup is cut short or damaged at or after %(name)s: no whole manifest stands at its end."
                )
                % {"name": last}
            )
        if self.infos[manifest.NAME].size > MANIFEST_LIMIT_BYTES:
            raise BackupError(_("The manifest of the backup is larger than any that labsys writes."))
        content, seal = self._open(manifest.NAME).read(), self._open(manifest.SEAL).read(64)
        if hashlib.sha256(content).hexdigest().encode() != seal:
            raise BackupError(
                _("manifest.json in the backup is damaged: its sha256 is not the one beside it.")
            )
        return content

    def _compare_names(self) -> None:
        told = self.manifest.members.keys()
        for name in self.infos.keys() - told - {manifest.NAME, manifest.SEAL}:
            raise BackupError(
                _("The archive holds %(name)r, of which its manifest knows nothing.") % {"name": name}
            )
        for name in sorted(told - self.infos.keys()):
            raise BackupError(_("%(name)s is missing from the backup.") % {"name": name})

    def _open(self, name: str) -> IO[bytes]:
        found = self.tar.extractfile(self.infos[name])
        if found is None:  # only a member that is no file, which was refused before
            raise BackupError(_("%(name)s in the backup is no file.") % {"name": name})
        return found


def _as_far_as_whole(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """The members before the end or the first broken one; the manifest stands at the end, so it is missed then."""
    try:
        yield from tar
    except tarfile.TarError:
        return


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """The archive at `path`. Raises BackupError where it is none, is cut short, or is not what its manifest says."""
    try:
        with tarfile.open(path, mode="r:") as tar:
            yield Archive(tar)
    except FileNotFoundError as error:
        raise BackupError(_("There is no file %(path)s.") % {"path": path}) from error
    except tarfile.TarError as error:
        raise BackupError(
            _("%(path)s is no backup of labsys, or it is cut short: %(why)s.") % {"path": path, "why": error}
        ) from error
