"""Addresses of the first floor below /api/v1/."""

from __future__ import annotations

from typing import Any

from rest_framework.viewsets import GenericViewSet

from cells.api import bench, cathodes

ROUTES: tuple[tuple[str, type[GenericViewSet[Any]]], ...] = (
    ("cathode-recipes", cathodes.CathodeRecipes),
    ("cathode-batches", cathodes.CathodeBatches),
    ("cells", bench.Cells),
    ("channels", bench.Channels),
    ("studies", bench.Studies),
)
