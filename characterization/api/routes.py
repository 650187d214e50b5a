"""Addresses of the second floor below /api/v1/."""

from __future__ import annotations

from typing import Any

from rest_framework.viewsets import GenericViewSet

from characterization.api import board, documents, files, library, measurements, uploads

ROUTES: tuple[tuple[str, type[GenericViewSet[Any]]], ...] = (
    ("files", files.Files),
    ("alarms", board.Alarms),
    ("channel-states", board.ChannelStates),
    ("documents", documents.Documents),
    ("library", library.Library),
    ("measurements", measurements.Measurements),
    ("uploads", uploads.Uploads),
)
