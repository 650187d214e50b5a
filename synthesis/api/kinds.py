"""The ground floor's kinds of sample, one list each, and the materials that lots are lots of."""

from __future__ import annotations

from typing import ClassVar

from rest_framework import serializers

from synthesis.api.fields import NumberField
from synthesis.api.filters import By, Words
from synthesis.api.samples import KindSerializer, SampleKind, kind_fields
from synthesis.models import (
    CarbonAdditive,
    ElectrolyteBatch,
    FreezeDriedBatch,
    ImpregnatedBatch,
    MaterialLot,
    NanospongeBatch,
)


class MaterialLotSerializer(KindSerializer):
    material_name = serializers.CharField(source="material.name", read_only=True)
    purity_percent = NumberField(required=False, allow_null=True)

    class Meta(KindSerializer.Meta):
        model = MaterialLot
        fields = kind_fields(MaterialLot, "material_name")


class NanospongeBatchSerializer(KindSerializer):
    class Meta(KindSerializer.Meta):
        model = NanospongeBatch
        fields = kind_fields(NanospongeBatch)


class ImpregnatedBatchSerializer(KindSerializer):
    class Meta(KindSerializer.Meta):
        model = ImpregnatedBatch
        fields = kind_fields(ImpregnatedBatch)


class FreezeDriedBatchSerializer(KindSerializer):
    class Meta(KindSerializer.Meta):
        model = FreezeDriedBatch
        fields = kind_fields(FreezeDriedBatch)


class CarbonAdditiveSerializer(KindSerializer):
    class Meta(KindSerializer.Meta):
        model = CarbonAdditive
        fields = kind_fields(CarbonAdditive)


class ElectrolyteBatchSerializer(KindSerializer):
    class Meta(KindSerializer.Meta):
        model = ElectrolyteBatch
        fields = kind_fields(ElectrolyteBatch)


class MaterialLots(SampleKind):
    """Lots of materials: what was delivered, and what is left of it."""

    queryset = MaterialLot.objects.select_related("project", "created_by", "material")
    serializer_class = MaterialLotSerializer
    filters: ClassVar[dict[str, By | Words]] = {
        **SampleKind.filters,
        "material": By("material_id", "id"),
        "supplier": By("supplier"),
        "lot_number": By("lot_number"),
    }


class NanospongeBatches(SampleKind):
    """Nanosponge batches; the reagents are `inputs`."""

    queryset = NanospongeBatch.objects.select_related("project", "created_by")
    serializer_class = NanospongeBatchSerializer


class Impregnations(SampleKind):
    """Impregnated batches; nanosponge and salts are `inputs`."""

    queryset = ImpregnatedBatch.objects.select_related("project", "created_by")
    serializer_class = ImpregnatedBatchSerializer


class FreezeDryings(SampleKind):
    """Freeze-dried batches; what was dried is among `inputs`."""

    queryset = FreezeDriedBatch.objects.select_related("project", "created_by")
    serializer_class = FreezeDriedBatchSerializer


class CarbonAdditives(SampleKind):
    """Carbon additive lots, bought or from a boat of a furnace run."""

    queryset = CarbonAdditive.objects.select_related("project", "created_by")
    serializer_class = CarbonAdditiveSerializer


class ElectrolyteBatches(SampleKind):
    """Solid electrolyte batches; the reagents are `inputs`."""

    queryset = ElectrolyteBatch.objects.select_related("project", "created_by")
    serializer_class = ElectrolyteBatchSerializer
