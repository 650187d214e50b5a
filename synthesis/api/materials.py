"""The catalogue of materials: figures, hazards, and when to order again."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError as InvalidModel
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from synthesis.api.fields import NumberField, person
from synthesis.api.filters import By, Words
from synthesis.api.records import ChangeableRecords, RecordSerializer, require_anywhere
from synthesis.hazards import PICTOGRAMS
from synthesis.models import Material, Project

_OWN = (
    "name", "short_name", "formula", "cas_number", "molar_mass_g_per_mol", "density_g_per_mL", "phase", "supplier",
    "pictograms", "signal_word", "hazard_statements", "precautionary_statements", "low_stock_amount", "low_stock_unit",
)  # fmt: skip


@extend_schema_field({"type": "array", "items": {"type": "string", "enum": list(PICTOGRAMS)}})
class PictogramsField(serializers.ListField):
    child = serializers.ChoiceField(choices=[(code, code) for code in PICTOGRAMS])


class MaterialSerializer(RecordSerializer):
    """Without ``molar_mass_g_per_mol`` it is taken from the formula; one that does not fit the formula is refused."""

    molar_mass_g_per_mol = NumberField(required=False, allow_null=True)
    density_g_per_mL = NumberField(required=False, allow_null=True)
    pictograms = PictogramsField(required=False)
    low_stock_amount = NumberField(required=False, allow_null=True)
    low_stock_unit = serializers.ChoiceField(required=False, choices=[("g", "g"), ("mL", "mL")])

    class Meta:
        model = Material
        fields = ("id", *_OWN, "created_at")
        read_only_fields = ("created_at",)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The rules of the model, which also bring formula and phrases into one spelling."""
        attrs = super().validate(attrs)
        held = {name: getattr(self.instance, name) for name in _OWN} if self.instance is not None else {}
        probe = Material(**{**held, **{name: value for name, value in attrs.items() if name in _OWN}})
        try:
            probe.clean()
        except InvalidModel as error:
            raise serializers.ValidationError(serializers.as_serializer_error(error)) from error
        return attrs | {name: getattr(probe, name) for name in _OWN if name in attrs or not held}


class Materials(ChangeableRecords):
    """The catalogue of materials. It belongs to no project: everyone reads it, an editor of any project changes it."""

    queryset = Material.objects.all()
    serializer_class = MaterialSerializer
    orderings: ClassVar[dict[str, str]] = {"id": "id", "name": "name", "created_at": "created_at"}
    filters: ClassVar[dict[str, By | Words]] = {
        "phase": By("phase"),
        "cas_number": By("cas_number"),
        "q": Words(("name", "short_name", "formula", "cas_number")),
    }

    def get_queryset(self) -> QuerySet[Any]:
        return Material.objects.all()

    def project_of_new(self, request: Request) -> Project | None:
        require_anywhere(self.actor)
        return None

    def require_change(self, found: Any) -> None:
        require_anywhere(self.actor)

    def record(self, serializer: Any, project: Project | None) -> None:
        serializer.save(created_by=person(self.actor))
