"""What is chosen for the analyses of a measurement's sample, over REST: what there is to choose, and choosing it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from characterization import choosing
from characterization.analysis.base import Method
from characterization.analysis.choices import checked
from characterization.models import Measurement
from synthesis import access
from synthesis.api.records import Records

_METHOD = [OpenApiParameter("method", str, OpenApiParameter.PATH, description="`gitt`, `cycling`, …")]


class ChosenSerializer(serializers.Serializer[Any]):
    """All choices at once: what is left out is not chosen any longer. Each time it is a new version.

    ``only_this``: for this measurement alone; its own choices stand before its sample's.
    """

    parameters = serializers.DictField(child=serializers.JSONField())
    reason = serializers.CharField(max_length=300)
    only_this = serializers.BooleanField(default=False)


class ChoiceSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    kind = serializers.CharField()
    unit = serializers.CharField()
    lowest = serializers.FloatField(allow_null=True)
    highest = serializers.FloatField(allow_null=True)
    options = serializers.ListField(child=serializers.CharField())


class ChoiceVersionSerializer(serializers.Serializer[Any]):
    """Version 1 is what the method finds by itself. ``of_sample``: for all measurements of the sample."""

    version = serializers.IntegerField(source="number")
    current = serializers.BooleanField()
    of_sample = serializers.BooleanField()
    parameters = serializers.DictField(child=serializers.JSONField())
    reason = serializers.CharField(source="choice.reason", default="")
    by = serializers.CharField(source="choice.created_by.username", default=None, allow_null=True)
    at = serializers.DateTimeField(source="choice.created_at", default=None, allow_null=True)
    method_version = serializers.CharField(source="analysis.method_version", default=None, allow_null=True)


class ChoicesSerializer(ChosenSerializer):
    method = serializers.CharField()
    sample = serializers.CharField(allow_null=True)
    choices = ChoiceSerializer(many=True)
    versions = ChoiceVersionSerializer(many=True)


class Choosing(Records):
    """The addresses `choices/{method}/` of a measurement."""

    @extend_schema(parameters=_METHOD, responses=ChoicesSerializer)
    @action(detail=True, pagination_class=None, filter_backends=(), url_path=r"choices/(?P<method>[\w-]+)")
    def choices(self, request: Request, pk: str, method: str) -> Response:
        """What can be chosen for an analysis of this measurement's sample, and what is in force."""
        measurement: Measurement = self.get_object()
        own = choosing.method_of(measurement, method)
        return _shown(measurement, own)

    @extend_schema(parameters=_METHOD, request=ChosenSerializer, responses=ChoicesSerializer)
    @choices.mapping.put
    def choose(self, request: Request, pk: str, method: str) -> Response:
        """Chooses, for this measurement or all of its sample; they are analysed again."""
        measurement: Measurement = self.get_object()
        access.require_change(self.actor, measurement.project)
        own = choosing.method_of(measurement, method)
        sent = ChosenSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        parameters, errors = checked(own.choices, sent.validated_data["parameters"])
        if errors:
            raise ValidationError({name: [sentence] for name, sentence in errors.items()})
        by = self.actor if isinstance(self.actor, User) else None
        reason = sent.validated_data["reason"]
        if sent.validated_data["only_this"]:
            choosing.choose_own(measurement, own, parameters, reason, by)
        else:
            sample = choosing.sample_of(measurement)
            access.require_change(self.actor, sample.project)
            choosing.choose(sample, own, parameters, reason, by)
        return _shown(measurement, own)


def _shown(measurement: Measurement, method: Method) -> Response:
    present = choosing.in_force(measurement, method.name)
    told = {
        "method": method.name,
        "sample": measurement.sample.code if measurement.sample else None,
        "only_this": present is not None and present.sample_id is None,
        "versions": choosing.versions(measurement, method.name),
        "parameters": present.parameters if present else {},
        "reason": present.reason if present else "",
        "choices": method.choices,
    }
    return Response(ChoicesSerializer(told).data)
