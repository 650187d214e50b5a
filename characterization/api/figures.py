"""How measurements, findings, cycles and series look over REST."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from characterization import queries
from characterization.api.pieces import PieceSerializer
from characterization.models import Analysis, Cycle, Finding, Measurement
from synthesis import equipment
from synthesis.api.equipment import StandingSerializer


class MeasurementSerializer(serializers.ModelSerializer[Measurement]):
    project = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    sample = serializers.SlugRelatedField[Any](slug_field="code", read_only=True)
    run = serializers.SlugRelatedField[Any](slug_field="code", read_only=True)
    instrument = serializers.SlugRelatedField[Any](slug_field="name", read_only=True)
    file = serializers.PrimaryKeyRelatedField[Any](read_only=True)

    class Meta:
        model = Measurement
        fields: tuple[str, ...] = (
            "id", "technique", "title", "part", "sample", "run", "instrument", "project", "file", "started_at", "rows",
            "current", "simulated", "created_at",
        )  # fmt: skip


class ColumnSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    unit = serializers.CharField(allow_blank=True)


class FlagSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()


class FindingSerializer(serializers.ModelSerializer[Finding]):
    """``uncertainty`` is one standard deviation in the same unit. ``subject`` tells findings of one name apart."""

    method = serializers.CharField()
    method_version = serializers.CharField()
    choice_version = serializers.IntegerField(help_text="1: as the method finds it by itself.")

    class Meta:
        model = Finding
        fields = (
            "name",
            "label",
            "value",
            "unit",
            "uncertainty",
            "convention",
            "subject",
            "method",
            "method_version",
            "choice_version",
        )


class AnalysisSerializer(serializers.ModelSerializer[Analysis]):
    class Meta:
        model = Analysis
        fields = ("method", "method_version", "choice_version", "conditions", "parameters", "computed_at")


class MeasuredBySerializer(serializers.Serializer[Any]):
    name = serializers.CharField(source="reader_name")
    version = serializers.CharField(source="reader_version")


class MeasurementDetailSerializer(MeasurementSerializer):
    """With columns, findings of the current analyses, and the flags of file and analyses."""

    reader = MeasuredBySerializer(source="*")
    columns = ColumnSerializer(many=True)
    findings = serializers.SerializerMethodField()
    flags = serializers.SerializerMethodField()
    instrument_standing = serializers.SerializerMethodField()
    analyses = AnalysisSerializer(source="current_analyses", many=True)
    pieces = serializers.SerializerMethodField()

    class Meta(MeasurementSerializer.Meta):
        fields = (
            *MeasurementSerializer.Meta.fields,
            "reader",
            "columns",
            "findings",
            "flags",
            "instrument_standing",
            "analyses",
            "pieces",
            "meta",
        )

    @extend_schema_field(FindingSerializer(many=True))
    def get_findings(self, measurement: Measurement) -> list[dict[str, Any]]:
        names = ("name", "label", "value", "unit", "uncertainty", "convention", "subject")
        return [
            {name: getattr(finding, name) for name in names}
            | {name: getattr(analysis, name) for name in ("method", "method_version", "choice_version")}
            for analysis in _current(measurement)
            for finding in analysis.findings.all()
        ]

    @extend_schema_field(StandingSerializer(allow_null=True))
    def get_instrument_standing(self, measurement: Measurement) -> Any:
        """How the instrument stood when it measured; null where no instrument is known."""
        if measurement.instrument is None:
            return None
        at = measurement.started_at or measurement.created_at
        return StandingSerializer(equipment.standing(measurement.instrument, at)).data

    @extend_schema_field(PieceSerializer(many=True))
    def get_pieces(self, measurement: Measurement) -> Any:
        """What a history is made of; empty for the table of a file."""
        return PieceSerializer(queries.pieces_of(measurement), many=True).data

    @extend_schema_field(FlagSerializer(many=True))
    def get_flags(self, measurement: Measurement) -> list[dict[str, Any]]:
        return [*measurement.flags, *(flag for analysis in _current(measurement) for flag in analysis.flags)]


class CycleSerializer(serializers.ModelSerializer[Cycle]):
    charge_capacity_mAh_per_g = serializers.FloatField(required=False)
    discharge_capacity_mAh_per_g = serializers.FloatField(required=False)

    class Meta:
        model = Cycle
        exclude = ("id", "analysis")


class CyclesSerializer(serializers.Serializer[Any]):
    results = CycleSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class SeriesSerializer(serializers.Serializer[Any]):
    """``rows`` is how many rows the window holds; ``x`` and ``y`` have one length, ``points``."""

    x = serializers.ListField(child=serializers.FloatField())
    y = serializers.ListField(child=serializers.FloatField())
    x_unit = serializers.CharField()
    y_unit = serializers.CharField()
    rows = serializers.IntegerField()
    points = serializers.IntegerField()


def _current(measurement: Measurement) -> list[Analysis]:
    current: list[Analysis] = getattr(measurement, "current_analyses", [])
    return current
