"""Addresses of the ground floor below /api/v1/."""

from __future__ import annotations

from typing import Any

from rest_framework.viewsets import GenericViewSet

from synthesis.api import every_sample, furnace, gates, house, kinds, materials, places, protocols, searches

ROUTES: tuple[tuple[str, type[GenericViewSet[Any]]], ...] = (
    ("samples", every_sample.Samples),
    ("projects", house.Projects),
    ("limits", gates.Limits),
    ("protocols", protocols.Protocols),
    ("instruments", house.Instruments),
    ("materials", materials.Materials),
    ("places", places.Places),
    ("lots", kinds.MaterialLots),
    ("nanosponge-batches", kinds.NanospongeBatches),
    ("impregnations", kinds.Impregnations),
    ("freeze-dryings", kinds.FreezeDryings),
    ("carbonization-runs", furnace.CarbonizationRuns),
    ("additives", kinds.CarbonAdditives),
    ("electrolyte-batches", kinds.ElectrolyteBatches),
    ("saved-searches", searches.SavedSearches),
)
