"""The words of the tus protocol, 1.0: headers read and refused where they say nothing that can be meant."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest
from django.utils.http import http_date
from django.utils.translation import gettext as _

from characterization.models import Upload
from characterization.pieces import ALGORITHMS, Body, Checksum
from synthesis.errors import Refusal

VERSION = "1.0.0"
CONTENT_TYPE = "application/offset+octet-stream"
DIGITS = 18


def abilities() -> dict[str, str]:
    """What OPTIONS answers."""
    return {
        "Tus-Version": VERSION,
        "Tus-Max-Size": str(settings.LABSYS_MAX_UPLOAD_BYTES),
        "Tus-Extension": "creation,checksum,termination,expiration",
        "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
    }


def state_of(upload: Upload) -> dict[str, str]:
    """How far an upload is: its offset, until when it waits, and in the end its file."""
    headers = {"Upload-Offset": str(upload.offset), "Cache-Control": "no-store"}
    if upload.file_id is None:
        return {**headers, "Upload-Expires": http_date(upload.expires_at.timestamp())}
    return {
        **headers,
        "Labsys-File": str(upload.file_id),
        "Labsys-Duplicate": "true" if upload.duplicate else "false",
    }


def refuse_other_versions(request: HttpRequest) -> None:
    if request.headers.get("Tus-Resumable") != VERSION:
        raise Refusal(
            _("Uploads speak tus %(version)s: send the header ‘Tus-Resumable: %(version)s’.")
            % {"version": VERSION},
            code="tus_version",
            status=412,
        )


def length(request: HttpRequest) -> int:
    """Upload-Length in bytes. Raises Refusal: none or no number (400), more than a file may have (413)."""
    if "Upload-Concat" in request.headers:
        raise Refusal(_("Uploads are not joined here. Send the file as one upload."), code="no_concatenation")
    found, most = _natural(request, "Upload-Length"), settings.LABSYS_MAX_UPLOAD_BYTES
    if found > most:
        raise Refusal(
            _("The file has %(size)s bytes; at most %(most)s are taken. Nothing was kept.")
            % {"size": f"{found:,}", "most": f"{most:,}"},
            code="too_large",
            status=413,
        )
    return found


def metadata(written: str) -> dict[str, str]:
    """Upload-Metadata: keys with values in base64, comma between. Raises Refusal."""
    found: dict[str, str] = {}
    for pair in written.split(",") if written.strip() else []:
        key, _space, value = pair.strip().partition(" ")
        if not key or not key.isascii() or key in found:
            raise _not_metadata(pair)
        try:
            found[key] = base64.b64decode(value.strip(), validate=True).decode()
        except (binascii.Error, ValueError) as error:
            raise _not_metadata(pair) from error
    return found


def offset(request: HttpRequest) -> int:
    """Where the body of a PATCH begins. Raises Refusal: another content type (415), no number (400)."""
    if request.content_type != CONTENT_TYPE:
        raise Refusal(
            _("Pieces come as ‘%(right)s’, not as ‘%(sent)s’.")
            % {"right": CONTENT_TYPE, "sent": request.content_type},
            code="content_type",
            status=415,
        )
    return _natural(request, "Upload-Offset")


def checksum(headers: Mapping[str, str]) -> Checksum | None:
    written = headers.get("Upload-Checksum")
    if written is None:
        return None
    algorithm, _space, value = written.strip().partition(" ")
    try:
        digest = base64.b64decode(value.strip(), validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if algorithm not in ALGORITHMS or not digest:
        raise Refusal(
            _("Upload-Checksum is ‘%(sent)s’; write sha256 or sha1, a space, and the sum in base64.")
            % {"sent": written},
            code="checksum",
        )
    return Checksum(algorithm, digest)


def body(request: HttpRequest) -> Body:
    """The raw body, which nothing has read before. Raises Refusal where its length is not announced (411)."""
    announced = str(request.META.get("CONTENT_LENGTH") or "")
    if not announced and "Transfer-Encoding" in request.headers:
        raise Refusal(_("Announce the piece's length as Content-Length."), code="no_length", status=411)
    return Body(request.read, int(announced) if announced.isdecimal() else 0)


def _natural(request: HttpRequest, header: str) -> int:
    written = request.headers.get(header, "").strip()
    if not (written.isascii() and written.isdecimal() and len(written) <= DIGITS):
        raise Refusal(
            _("%(header)s is ‘%(sent)s’; write a number of bytes.") % {"header": header, "sent": written},
            code="header",
        )
    return int(written)


def _not_metadata(pair: str) -> Refusal:
    return Refusal(
        _("Upload-Metadata holds ‘%(pair)s’; write each key once, a space, and its value in base64 of UTF-8.")
        % {"pair": pair},
        code="metadata",
    )
