"""Files that arrive in pieces: begun, continued after any interruption, and ended through the one door.

A piece is kept only where it belongs: behind exactly as many bytes as are on disk, which is asked while the upload's
row is locked. The lock is held while bytes go from disk to disk, never while the network is waited for, so that a
line that went dead keeps nobody from going on with a new one.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from uuid import UUID

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from characterization import blobs, intake, parts
from characterization.models import Upload
from characterization.models.uploads import LIFE
from characterization.pieces import Body, Checksum, hold
from synthesis.errors import Refusal
from synthesis.models import Instrument

MOST_OPEN = 100


@dataclass(frozen=True)
class Owner:
    user: AbstractBaseUser | None = None
    instrument: Instrument | None = None

    def values(self) -> dict[str, int | None]:
        return {
            "user_id": self.user.pk if self.user else None,
            "instrument_id": self.instrument.pk if self.instrument else None,
        }


@transaction.atomic
def begin(owner: Owner, length: int, metadata: str, key: str) -> Upload:
    """Begins an upload; the same owner with the same key goes on with the one begun before.

    Raises Refusal: the key belongs to another file (409), too many uploads are open (429).
    """
    mine = Upload.objects.filter(**owner.values())
    mine.filter(updated_at__lt=Now() - LIFE).delete()
    same = mine.filter(key=key).first() if key else None
    if same is None:
        _refuse_too_many(mine.filter(file=None).count())
        values = {"length": length, "metadata": metadata}
        if key:
            same, _new = Upload.objects.get_or_create(**owner.values(), key=key, defaults=values)
        else:
            same = Upload.objects.create(**owner.values(), **values)
    same.refresh_from_db()
    if (same.length, same.metadata) != (length, metadata):
        raise Refusal(
            _("The key ‘%(key)s’ belongs to another upload, of %(length)s bytes. Take another key.")
            % {"key": key, "length": f"{same.length:,}"},
            field="key",
            code="key_taken",
            status=409,
        )
    return same


def find(owner: Owner, pk: str) -> Upload | None:
    """An owner's upload, unless it has expired."""
    try:
        number = UUID(pk)
    except ValueError:
        return None
    return Upload.objects.filter(**owner.values(), pk=number, updated_at__gte=Now() - LIFE).first()


def receive(upload: Upload, offset: int, body: Body, checksum: Checksum | None = None) -> None:
    """Puts what arrives behind ``offset`` and brings ``upload`` up to date. A cut body counts as far as it came.

    Raises Refusal: not the place to go on (409), more than was announced (413), altered on the way (460, and
    nothing of it is kept), no room left (507).
    """
    _refuse_elsewhere(upload, offset)
    if body.left > upload.length - offset:
        raise Refusal(
            _("%(sent)s bytes were sent where %(left)s are missing. Nothing of them was kept.")
            % {"sent": f"{body.left:,}", "left": f"{upload.length - offset:,}"},
            code="too_long",
            status=413,
        )
    try:
        while body.left or checksum:
            offset = _keep_piece(upload, offset, body, checksum)
            checksum = None  # a piece with its sum is taken whole
    except OSError as error:
        if error.errno not in intake.NO_ROOM:
            raise
        raise Refusal(
            _("There is no room left where files are kept. Tell the administrator, then go on."),
            code="no_room",
            status=507,
        ) from error
    upload.refresh_from_db()


def end(upload: Upload, delivery: intake.Delivery) -> None:
    """Makes the file of a whole upload. Safe to repeat: the same bytes are the same file.

    Raises Refusal as ``intake.submit`` does; bytes that are not what the sender said they would be are dropped.
    """
    try:
        receipt = intake.submit(parts.chunks(upload.pk, upload.length), delivery)
    except parts.PartLost as error:
        upload.refresh_from_db()
        if upload.file_id is None:
            raise _lost() from error
        return
    except Refusal as refusal:
        if refusal.code in ("altered", "cut"):
            withdraw(upload)
        raise
    upload.file, upload.duplicate = receipt.file, receipt.duplicate
    Upload.objects.filter(pk=upload.pk).update(file=receipt.file, duplicate=receipt.duplicate)
    parts.forget(upload.pk)


def withdraw(upload: Upload) -> None:
    """Ends an upload without a file. A file that it has made already stays."""
    with transaction.atomic():
        Upload.objects.select_for_update().filter(pk=upload.pk).first()
        Upload.objects.filter(pk=upload.pk).delete()
    parts.forget(upload.pk)


def _keep_piece(upload: Upload, offset: int, body: Body, checksum: Checksum | None) -> int:
    """Takes a piece from the line, then puts it where it belongs. Answers for the new offset."""
    folder = Path(settings.LABSYS_BLOBS) / blobs.PARTS
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as held:
        hold(held, body, checksum)
        held.seek(0)
        return _append(upload, offset, held)


@transaction.atomic
def _append(upload: Upload, offset: int, piece: IO[bytes]) -> int:
    row = Upload.objects.select_for_update().filter(pk=upload.pk).first()
    if row is None:
        raise _lost()
    _refuse_elsewhere(row, offset)
    try:
        size = parts.append(row.pk, offset, piece)
    except parts.PartLost as error:
        raise _lost() from error
    Upload.objects.filter(pk=row.pk).update(offset=size, updated_at=Now())
    return size


def _refuse_elsewhere(upload: Upload, offset: int) -> None:
    if upload.offset != offset:
        raise Refusal(
            _("%(have)s bytes are here, so that the next piece begins there and not at %(sent)s.")
            % {"have": f"{upload.offset:,}", "sent": f"{offset:,}"},
            code="wrong_offset",
            status=409,
        )


def _refuse_too_many(already: int) -> None:
    if already >= MOST_OPEN:
        raise Refusal(
            _(
                "%(already)s uploads are begun and not ended. End or delete some; each ends itself after 7 days."
            )
            % {"already": already},
            code="too_many_uploads",
            status=429,
        )


def _lost() -> Refusal:
    return Refusal(
        _("What arrived of this upload is no longer here. Begin a new one."), code="upload_gone", status=410
    )
