"""A piece of an upload on its way from the line to the disk: counted, and checked before it is believed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _

from characterization import blobs
from synthesis.errors import Refusal

SLICE = 16 << 20
"""Bytes of an unchecked piece that are kept together; a cut loses none that arrived."""
ALGORITHMS = ("sha256", "sha1")


@dataclass(frozen=True)
class Checksum:
    algorithm: str
    digest: bytes


class Body:
    """The bytes of a request, at most as many as were announced. Where they end early, what arrived is there."""

    def __init__(self, read: Callable[[int], bytes], announced: int) -> None:
        self._read = read
        self.left = announced

    def take(self, most: int) -> bytes:
        """The next bytes; none where nothing is left or the line was cut."""
        try:
            chunk = self._read(min(most, self.left)) if self.left else b""
        except OSError:  # the sender went away
            chunk = b""
        self.left = self.left - len(chunk) if chunk else 0
        return chunk


def hold(held: IO[bytes], body: Body, checksum: Checksum | None) -> None:
    """Writes what arrives: all of it where its sum is to be checked first, else a slice."""
    digest = hashlib.new(checksum.algorithm, usedforsecurity=False) if checksum else None
    most = body.left if checksum else SLICE
    while most and (chunk := body.take(min(most, blobs.CHUNK))):
        held.write(chunk)
        most -= len(chunk)
        if digest is not None:
            digest.update(chunk)
    if digest is not None and checksum is not None and digest.digest() != checksum.digest:
        raise Refusal(
            _(
                "The bytes that arrived do not have the %(algorithm)s that was sent with them. Send them again."
            )
            % {"algorithm": checksum.algorithm},
            code="checksum_mismatch",
            status=460,
        )
