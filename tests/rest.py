"""Asking the REST API as a script does: with a bearer token, in JSON."""

from __future__ import annotations

from typing import Any

import orjson
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from synthesis import access

ROOT = "/api/v1/"


class Rest:
    """A client of one token. Answers keep ``.status_code``, ``.json()`` and headers."""

    def __init__(self, secret: str = "") -> None:
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        self.client = Client(headers=headers)

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(address(path), query)

    def post(self, path: str, body: Any = None) -> Any:
        return self.client.post(address(path), orjson.dumps(body or {}), content_type="application/json")

    def patch(self, path: str, body: Any = None) -> Any:
        return self.client.patch(address(path), orjson.dumps(body or {}), content_type="application/json")

    def send(self, content: bytes, name: str = "scan.xy", **fields: Any) -> Any:
        return self.client.post(f"{ROOT}files/", {"file": SimpleUploadedFile(name, content), **fields})


def of(person: Any) -> Rest:
    """The API as a person's script sees it."""
    return Rest(access.new_token("script", user=person))


def of_instrument(instrument: Any) -> Rest:
    return Rest(access.new_token(instrument.name, instrument=instrument))


def address(path: str) -> str:
    return path if path.startswith(("/", "http")) else f"{ROOT}{path}"
