"""Over REST: splitting a sample, pooling several, and saying how much was counted."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from synthesis import access, ledger, splitting, stock
from synthesis.api.fields import AmountField, NumberField, SampleField, person, quantity
from synthesis.api.samples import SampleSerializer
from synthesis.errors import Refusal
from synthesis.models import Sample, StockCount
from synthesis.units import Quantity


class PartSerializer(serializers.Serializer[Any]):
    amount = AmountField()
    unit = serializers.CharField(required=False, default="")
    name = serializers.CharField(required=False, default="", allow_blank=True, max_length=200)
    place = serializers.CharField(required=False, default="", allow_blank=True, max_length=400)


class SplitSerializer(serializers.Serializer[Any]):
    """Either ``parts``, each with its amount, or ``into``: so many alike of all that is left."""

    parts = PartSerializer(many=True, required=False)
    into = serializers.IntegerField(required=False, min_value=1, max_value=splitting.MOST_PARTS)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("parts" in attrs) == ("into" in attrs):
            raise serializers.ValidationError(_("Say either parts with their amounts, or into how many."))
        return attrs


class PoolInputSerializer(serializers.Serializer[Any]):
    """Without an amount all that is left goes in."""

    sample = SampleField()
    amount = AmountField(required=False)
    unit = serializers.CharField(required=False, default="")


class PoolSerializer(serializers.Serializer[Any]):
    inputs = PoolInputSerializer(many=True)
    name = serializers.CharField(required=False, default="", allow_blank=True, max_length=200)
    place = serializers.CharField(required=False, default="", allow_blank=True, max_length=400)


class FoundSerializer(serializers.Serializer[Any]):
    """What is there; without ``unit`` in the sample's own."""

    amount = AmountField()
    unit = serializers.CharField(required=False, default="")
    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=200)


class CountedSerializer(serializers.ModelSerializer[StockCount]):
    """``correction`` is what was booked, null where all was as expected."""

    sample = serializers.CharField(source="sample.code")
    unit = serializers.CharField(source="sample.unit")
    expected = NumberField()
    counted = NumberField()
    correction = NumberField(source="entry.delta", allow_null=True, default=None)

    class Meta:
        model = StockCount
        fields = ("id", "sample", "expected", "counted", "unit", "correction")


class Portions(GenericViewSet[Any]):
    """Added to the list of all samples."""

    actor: access.Actor

    @extend_schema(request=SplitSerializer, responses={201: SampleSerializer(many=True)})
    @action(detail=True, methods=["post"], pagination_class=None, filter_backends=())
    def split(self, request: Request, code: str) -> Response:
        """New samples of the same kind out of this one, all or none."""
        sample = self.get_object()
        access.require_change(self.actor, sample.project)
        asked = SplitSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        made = splitting.split(sample, _parts(sample, asked.validated_data), person(self.actor))
        return Response(self.get_serializer(made, many=True).data, status=201)

    @extend_schema(request=PoolSerializer, responses={201: SampleSerializer})
    @action(detail=False, methods=["post"], pagination_class=None, filter_backends=())
    def pool(self, request: Request) -> Response:
        """One new sample out of several of one kind, unit, project and additive."""
        asked = PoolSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        takes = [_take(number, one) for number, one in enumerate(given["inputs"])]
        for take in takes:
            access.require_change(self.actor, take.sample.project)
        made = splitting.pool(takes, person(self.actor), name=given["name"], place=given["place"])
        return Response(self.get_serializer(made).data, status=201)

    @extend_schema(request=FoundSerializer, responses={201: CountedSerializer})
    @action(detail=True, methods=["post"], pagination_class=None, filter_backends=())
    def count(self, request: Request, code: str) -> Response:
        """Books the difference to what should be there, with its reason, and keeps the count."""
        sample = self.get_object()
        access.require_change(self.actor, sample.project)
        asked = FoundSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        found = quantity(given["amount"], given["unit"], sample.unit, "amount")
        (made,) = stock.take([stock.Counted(sample, found)], by=person(self.actor), reason=given["reason"])
        return Response(CountedSerializer(made).data, status=201)


def _parts(sample: Sample, given: dict[str, Any]) -> list[splitting.Part]:
    if "into" in given:
        return [splitting.Part(amount) for amount in splitting.evenly(sample, given["into"])]
    found = []
    for number, one in enumerate(given["parts"]):
        field = f"parts.{number}.amount"
        amount = quantity(one["amount"], one["unit"], sample.unit, field)
        found.append(splitting.Part(amount, one["name"], one["place"], field))
    if not found:
        raise Refusal(_("Say how much goes into each part: 5 g."), field="parts")
    return found


def _take(number: int, given: dict[str, Any]) -> ledger.Take:
    sample, field = given["sample"], f"inputs.{number}.amount"
    if "amount" not in given:
        return ledger.Take(sample, Quantity(sample.amount_left, sample.unit), splitting.POOL, field)
    return ledger.Take(
        sample, quantity(given["amount"], given["unit"], sample.unit, field), splitting.POOL, field
    )
