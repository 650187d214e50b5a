"""Asking as a tus client does."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from tests.rest import Rest

CONTENT_TYPE = "application/offset+octet-stream"
VERSION = {"Tus-Resumable": "1.0.0"}


def words(**said: str) -> str:
    """Upload-Metadata."""
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in said.items())


def headers(project: str) -> dict[str, str]:
    """Enough for any method: the beginning of an upload of 100 bytes, or its first piece."""
    return {
        **VERSION,
        "Upload-Length": "100",
        "Upload-Offset": "0",
        "Upload-Metadata": words(project=project),
    }


def checksum(piece: bytes, algorithm: str = "sha256") -> dict[str, str]:
    digest = hashlib.new(algorithm, piece).digest()
    return {"Upload-Checksum": f"{algorithm} {base64.b64encode(digest).decode()}"}


class Tus:
    """A tus client of one token."""

    def __init__(self, api: Rest) -> None:
        self.client = api.client

    def ask(self, method: str, place: str, body: bytes = b"", **more: Any) -> Any:
        sent = {**VERSION, **more.pop("headers", {})}
        content_type = more.pop("content_type", CONTENT_TYPE)
        return self.client.generic(method, place, body, content_type, headers=sent, **more)

    def begin(self, length: int | str, **said: str) -> Any:
        sent = {"Upload-Length": str(length), **({"Upload-Metadata": words(**said)} if said else {})}
        return self.ask("POST", "/api/v1/uploads/", headers=sent)

    def place(self, length: int, **said: str) -> str:
        answer = self.begin(length, **said)
        assert answer.status_code == 201, answer.content
        return str(answer["Location"]).removeprefix("http://testserver")

    def send(self, place: str, offset: int | str, piece: bytes, more: dict[str, str] | None = None) -> Any:
        return self.ask("PATCH", place, piece, headers={"Upload-Offset": str(offset), **(more or {})})

    def offset(self, place: str) -> int:
        return int(self.ask("HEAD", place)["Upload-Offset"])
