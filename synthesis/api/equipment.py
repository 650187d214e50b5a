"""Checks of equipment over REST, and how it stands."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from synthesis import access, equipment
from synthesis.api.fields import actor_of
from synthesis.models import EquipmentCheck, Instrument


class EquipmentField(serializers.PrimaryKeyRelatedField[Instrument]):
    """The equipment of a step by its ``id`` among the instruments; one that the actor may not see does not exist."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Instrument.objects.all(), required=False, allow_null=True, **kwargs)

    def get_queryset(self) -> Any:
        return access.visible_instruments(actor_of(self.context))


class StandingSerializer(serializers.Serializer[Any]):
    """``state``: ok, overdue, failed or unchecked; ``since`` when it is not ok, ``due`` the day it falls due."""

    state = serializers.CharField()
    since = serializers.DateField(allow_null=True)
    due = serializers.DateField(allow_null=True)
    sentence = serializers.CharField()


class EquipmentCheckSerializer(serializers.ModelSerializer[EquipmentCheck]):
    """Without ``done_at`` it was done now; without ``valid_until`` it holds as long as the equipment's checks do."""

    done_at = serializers.DateTimeField(required=False)
    created_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)

    class Meta:
        model = EquipmentCheck
        fields = (
            "id", "kind", "done_at", "valid_until", "passed", "done_by", "note", "created_at", "created_by",
        )  # fmt: skip
        read_only_fields = ("created_at",)


class CheckActions:
    """What the list of instruments offers beside reading and changing them."""

    @extend_schema(responses=EquipmentCheckSerializer(many=True), filters=False)
    @action(detail=True, filter_backends=(), orderings={"id": "id", "done_at": "done_at"})
    def checks(self: Any, request: Request, pk: str) -> Response:
        """Calibrations and maintenance, newest first."""
        rows = EquipmentCheck.objects.filter(instrument=self.get_object()).select_related("created_by")
        page = self.paginate_queryset(rows)
        answer: Response = self.get_paginated_response(EquipmentCheckSerializer(page, many=True).data)
        return answer

    @extend_schema(request=EquipmentCheckSerializer, responses={201: EquipmentCheckSerializer})
    @checks.mapping.post
    def check(self: Any, request: Request, pk: str) -> Response:
        """Records a check that was done."""
        instrument: Instrument = self.get_object()
        equipment.require_care(self.actor, instrument)
        asked = EquipmentCheckSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        check = EquipmentCheck(instrument=instrument, **{"done_at": timezone.now(), **asked.validated_data})
        made = equipment.add_check(check, self.actor)
        made.refresh_from_db()
        return Response(EquipmentCheckSerializer(made).data, status=201)
