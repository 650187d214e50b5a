"""Bodies of requests as they arrive, whole or cut, and uploads that take them."""

from __future__ import annotations

from django.http import UnreadablePostError

from characterization import parts, resumable
from characterization.models import Upload
from characterization.pieces import Body
from characterization.resumable import Owner


def body(content: bytes, announced: int | None = None, breaks: bool = False) -> Body:
    """A request's body; it may announce more than it holds, and break where it ends."""
    rest = [content]

    def read(most: int) -> bytes:
        chunk, rest[0] = rest[0][:most], rest[0][most:]
        if breaks and not chunk:
            raise UnreadablePostError("connection reset")
        return chunk

    return Body(read, len(content) if announced is None else announced)


def kept(upload: Upload) -> bytes:
    return b"".join(parts.chunks(upload.pk, upload.length))


def begun(owner: Owner, length: int) -> Upload:
    return resumable.begin(owner, length, "", "")
