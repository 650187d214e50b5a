"""Furnace runs: programme, boats, and the additive lot that each boat left."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from synthesis import access, furnace, pinning
from synthesis.api.equipment import EquipmentField
from synthesis.api.fields import NumberField, ProjectField, SampleField, person
from synthesis.api.filters import By, Words
from synthesis.api.protocols import VersionField
from synthesis.api.records import BY_TIME, ChangeableRecords, RecordSerializer
from synthesis.api.reviews import Reviewed
from synthesis.api.samples import in_the_past, own_code, require_step
from synthesis.models import Boat, CarbonizationRun, ProgrammeSegment, Project, ProtocolVersion
from synthesis.units import Quantity


class SegmentSerializer(serializers.ModelSerializer[ProgrammeSegment]):
    class Meta:
        model = ProgrammeSegment
        fields = ("number", "from_degC", "to_degC", "rate_degC_per_min", "hold_h")
        read_only_fields = ("number",)

    def validate_rate_degC_per_min(self, rate: float) -> float:
        if rate <= 0:
            raise serializers.ValidationError(
                _("A ramp's rate is above zero; the direction follows from its ends.")
            )
        return rate

    def validate_hold_h(self, hold: float) -> float:
        if hold < 0:
            raise serializers.ValidationError(_("A hold lasts zero hours or longer."))
        return hold


class BoatSerializer(serializers.ModelSerializer[Boat]):
    """``group`` names the kind of carbon (Mo-Ni@NPCs); ``name`` and ``place`` are the new lot's."""

    source = SampleField()  # type: ignore[assignment]  # a field named so, not Field.source
    additive = serializers.SlugRelatedField[Any](slug_field="code", read_only=True)
    mass_in_g = NumberField()
    mass_out_g = NumberField()
    yield_percent = serializers.SerializerMethodField()
    group = serializers.CharField(source="additive.group", max_length=60)
    name = serializers.CharField(source="additive.name", required=False, default="", max_length=200)
    place = serializers.CharField(source="additive.place", required=False, default="", max_length=120)

    class Meta:
        model = Boat
        fields = (
            "number",
            "source",
            "additive",
            "mass_in_g",
            "mass_out_g",
            "yield_percent",
            "group",
            "name",
            "place",
        )
        read_only_fields = ("number",)

    @extend_schema_field({"type": "number"})
    def get_yield_percent(self, boat: Boat) -> float:
        return boat.yield_percent


class CarbonizationRunSerializer(RecordSerializer):
    project = ProjectField(required=False)
    created_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    segments = SegmentSerializer(many=True, required=False)
    boats = BoatSerializer(many=True)
    code = serializers.CharField(required=False, max_length=32)
    protocol = VersionField(required=False, allow_null=True, queryset=ProtocolVersion.objects.all())
    planned = serializers.DictField(read_only=True)
    reasons = serializers.DictField(child=serializers.CharField(max_length=300), required=False)
    equipment = EquipmentField()

    class Meta:
        model = CarbonizationRun
        fields = ("id", "code", "project", "furnace", "atmosphere", "flow_mL_per_min", "started_at",
                  "highest_temperature_degC", "note", "simulated", "protocol", "planned", "reasons", "equipment",
                  "segments", "boats", "created_at", "created_by")  # fmt: skip
        read_only_fields = ("simulated", "created_at")

    def validate_started_at(self, at: datetime) -> datetime:
        return in_the_past(at)

    def validate_code(self, code: str) -> str:
        return own_code(code, CarbonizationRun.PREFIX)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        fixed = {"segments", "boats", "project", "code", "protocol"} & attrs.keys()
        if self.instance is not None and fixed:
            sentence = _(
                "What ran and what was weighed stays as recorded; correct amounts in the samples' ledgers."
            )
            raise serializers.ValidationError(dict.fromkeys(fixed, sentence))
        return super().validate(attrs)


class CarbonizationRuns(Reviewed, ChangeableRecords):
    """Furnace runs. Each boat takes its mass from its source and leaves a carbon additive lot."""

    queryset = CarbonizationRun.objects.select_related("project", "created_by").prefetch_related(
        "segments", "boats__source", "boats__additive"
    )
    serializer_class = CarbonizationRunSerializer
    lookup_field = "code"
    orderings: ClassVar[dict[str, str]] = {**BY_TIME, "code": "code", "started_at": "started_at"}
    filters: ClassVar[dict[str, By | Words]] = {
        "project": By("project__slug"),
        "furnace": By("furnace"),
        "simulated": By("simulated", "flag"),
        "q": Words(("code", "furnace", "note")),
    }

    def record(self, serializer: Any, project: Project | None) -> None:
        values = dict(serializer.validated_data)
        segments = [ProgrammeSegment(**given) for given in values.pop("segments", [])]
        loads = [self._load(number, given) for number, given in enumerate(values.pop("boats"))]
        run = CarbonizationRun(**values | {"project": project})
        if run.protocol is not None:
            require_step(run.protocol, CarbonizationRun)
            pinning.pin(run, run.protocol)
        serializer.instance = furnace.record_run(run, segments, loads, person(self.actor))

    def _load(self, number: int, given: dict[str, Any]) -> furnace.BoatLoad:
        access.require_change(self.actor, given["source"].project)
        lot = given["additive"]
        return furnace.BoatLoad(
            source=given["source"],
            mass_in=Quantity(given["mass_in_g"], "g"),
            mass_out=Quantity(given["mass_out_g"], "g"),
            group=lot["group"],
            name=lot["name"],
            place=lot["place"],
            field=f"boats.{number}",
        )
