"""What runs on the channels, and what rings there, over REST."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from cells import services
from characterization import panels, queries
from characterization.queries.alarms import Alarm
from synthesis.access import Actor
from synthesis.api.fields import person


class AlarmSerializer(serializers.Serializer[Any]):
    """``code``: stalled, silent_instrument, soft_short, capacity_cliff or safety_limit. ``acknowledged`` is null
    while it rings. ``evidence`` is what it rings for: the last file, the first cycle, the furthest voltage.
    """

    id = serializers.CharField(source="key")
    code = serializers.CharField()
    sentence = serializers.CharField()
    evidence = serializers.CharField()
    since = serializers.DateTimeField(allow_null=True)
    instrument = serializers.CharField(source="instrument.name")
    channel = serializers.CharField(source="channel.name", default=None, allow_null=True)
    cell = serializers.CharField(source="cell.code", default=None, allow_null=True)
    acknowledged = serializers.SerializerMethodField()

    def get_acknowledged(self, alarm: Alarm) -> dict[str, Any] | None:
        seen = alarm.acknowledged
        if seen is None:
            return None
        by = seen.created_by.get_username() if seen.created_by else None
        return {"by": by, "at": seen.created_at, "reason": seen.reason}


class TileSerializer(serializers.Serializer[Any]):
    """``cell`` is null on a free channel and where one may not see it; ``expected_end`` goes by the last cycles."""

    channel = serializers.IntegerField(source="standing.channel.pk")
    instrument = serializers.CharField(source="standing.channel.instrument.name")
    name = serializers.CharField(source="standing.channel.name")
    state = serializers.CharField()
    cell = serializers.CharField(source="cell.code", default=None, allow_null=True)
    group = serializers.CharField(source="cell.group", default=None, allow_null=True)
    since = serializers.DateTimeField(allow_null=True)
    voltage_V = serializers.FloatField(source="tail.voltage_V", allow_null=True)
    current_mA = serializers.FloatField(source="tail.current_mA", allow_null=True)
    temperature_degC = serializers.FloatField(source="tail.temperature_degC", allow_null=True)
    last_point_at = serializers.DateTimeField(source="point_at", allow_null=True)
    cycle = serializers.IntegerField()
    planned_cycles = serializers.IntegerField(source="planned", allow_null=True)
    expected_end = serializers.DateTimeField(source="ends_at", allow_null=True)
    discharge_capacity_mAh = serializers.FloatField(source="last_mAh", allow_null=True)
    coulombic_efficiency_percent = serializers.FloatField(source="efficiency_percent", allow_null=True)
    retention_percent = serializers.FloatField(allow_null=True)
    alarms = serializers.SerializerMethodField()

    def get_alarms(self, tile: panels.Tile) -> list[str]:
        return [alarm.key for alarm in tile.alarms if alarm.rings]


@extend_schema_serializer(many=False)
class AlarmsSerializer(serializers.Serializer[Any]):
    results = AlarmSerializer(many=True)
    next = serializers.CharField(allow_null=True, help_text="Always null: all stand in one answer.")


@extend_schema_serializer(many=False)
class TilesSerializer(serializers.Serializer[Any]):
    results = TileSerializer(many=True)
    next = serializers.CharField(allow_null=True, help_text="Always null: all stand in one answer.")


class AcknowledgedSerializer(serializers.Serializer[Any]):
    """With the ``evidence`` that was seen, 409 where it rings for something else by now."""

    reason = serializers.CharField(max_length=300)
    evidence = serializers.CharField(required=False, allow_blank=True, max_length=80)


class Alarms(GenericViewSet[Any]):
    """What rings on the channels now; computed when it is asked for."""

    serializer_class = AlarmSerializer
    pagination_class = None
    filter_backends = ()

    @extend_schema(operation_id="alarms_list", responses=AlarmsSerializer)
    def list(self, request: Request) -> Response:
        """Those that ring first, the newest first among them."""
        found = queries.all_alarms(queries.board(request.user))
        return Response({"results": AlarmSerializer(found, many=True).data, "next": None})

    @extend_schema(
        parameters=[OpenApiParameter("id", str, OpenApiParameter.PATH)],
        request=AcknowledgedSerializer,
        responses={201: AlarmSerializer},
    )
    @action(detail=True, methods=["post"], url_path="acknowledge")
    def acknowledge(self, request: Request, pk: str = "") -> Response:
        """Says that somebody has seen it, and why it need not ring."""
        alarm = _find(request.user, pk)
        queries.require_acknowledge(request.user, alarm)
        sent = AcknowledgedSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        queries.require_same(alarm, sent.validated_data.get("evidence"))
        of, reason = alarm.occupation or alarm.instrument, sent.validated_data["reason"]
        services.acknowledge(alarm.code, of, alarm.evidence, reason, by=person(request.user))
        shown = AlarmSerializer(_find(request.user, pk)).data
        return Response(shown, status=status.HTTP_201_CREATED)


class ChannelStates(GenericViewSet[Any]):
    """What runs on each channel now: state, last point, cycle, expected end, alarms."""

    serializer_class = TileSerializer
    pagination_class = None
    filter_backends = ()

    @extend_schema(operation_id="channel_states_list", responses=TilesSerializer)
    def list(self, request: Request) -> Response:
        tiles = panels.board_of(queries.board(request.user)).tiles
        return Response({"results": TileSerializer(tiles, many=True).data, "next": None})


def _find(actor: Actor, key: str) -> Alarm:
    alarm = queries.alarm_of(actor, key)
    if alarm is None:
        raise NotFound
    return alarm
