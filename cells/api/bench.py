"""Cells, the channels that they run on, and the studies that compare them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from cells import figures, kinds, services
from cells.models import Cell, Channel, Occupation, Study
from synthesis import access
from synthesis.api.fields import ProjectField, actor_of, person
from synthesis.api.filters import By, Words
from synthesis.api.records import BY_TIME, ChangeableRecords, RecordSerializer, require_anywhere
from synthesis.api.samples import KindSerializer, SampleKind, kind_fields
from synthesis.errors import Refusal
from synthesis.ledger import Take
from synthesis.models import Instrument, Project, Sample

ONE = Decimal(1)


@extend_schema_field({"type": "number", "nullable": True})
class Computed(serializers.ReadOnlyField):
    """A figure computed of the whole record."""

    def __init__(self, compute: Callable[[Any], float | None], **options: Any) -> None:
        self.compute = compute
        super().__init__(source="*", **options)

    def to_representation(self, value: Any) -> float | None:
        return self.compute(value)


_FIGURES = (
    "nominal_capacity_mAh",
    "areal_loading_mg_per_cm2",
    "areal_capacity_mAh_per_cm2",
    "separator_relative_density_percent",
    "n_to_p_ratio",
)


class CellSerializer(KindSerializer):
    """What follows from masses and sizes is read only; null where something for it is missing."""

    nominal_capacity_mAh = Computed(figures.nominal_mAh)
    areal_loading_mg_per_cm2 = Computed(figures.loading_mg_per_cm2)
    areal_capacity_mAh_per_cm2 = Computed(figures.areal_mAh_per_cm2)
    separator_relative_density_percent = Computed(figures.relative_density_percent)
    n_to_p_ratio = Computed(figures.n_to_p)

    class Meta(KindSerializer.Meta):
        model = Cell
        fields = kind_fields(Cell, *_FIGURES)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        kind = attrs.get("format", self.instance.format if self.instance is not None else Cell.Format.DIE)
        given = [name for name in kinds.NAMES if attrs.get(name) not in (None, "")]
        if odd := kinds.needless(kind, given):
            said = _("A cell of this kind (%(kind)s) has none.") % {"kind": Cell.Format(kind).label}
            raise serializers.ValidationError(dict.fromkeys(odd, said))
        return attrs


class OneCellSerializer(CellSerializer):
    """``active_mass_by``: weighed (into its cathode), recipe, or typed; null without both masses."""

    active_mass_by = serializers.SerializerMethodField()

    class Meta(CellSerializer.Meta):
        fields = (*CellSerializer.Meta.fields, "active_mass_by")

    def get_active_mass_by(self, cell: Cell) -> str | None:
        share = figures.active_share(cell)
        return share.by if share else None


class Cells(SampleKind):
    """Cells; the cathode powder, electrolyte and foils that went in are `inputs`."""

    queryset = Cell.objects.select_related("project", "created_by")
    serializer_class = CellSerializer
    filters: ClassVar[dict[str, By | Words]] = {
        **SampleKind.filters,
        "format": By("format"),
        "left_out": By("left_out", "flag"),
        "post_mortem": By("post_mortem"),
    }

    def get_serializer_class(self) -> Any:
        return CellSerializer if self.action == "list" else OneCellSerializer

    def record(self, serializer: Any, project: Project | None) -> None:
        serializer.validated_data.setdefault("amount_made", ONE)
        super().record(serializer, project)

    def prepare(self, made: Sample, takes: Sequence[Take]) -> None:
        assert isinstance(made, Cell)  # noqa: S101  # this list's kind
        services.complete(made, takes)


class InstrumentField(serializers.SlugRelatedField[Instrument]):
    """An instrument by its name; one that the actor may not see does not exist."""

    def get_queryset(self) -> Any:
        return access.visible_instruments(actor_of(self.context)).select_related("project")


class ChannelSerializer(RecordSerializer):
    """``cell`` is on the channel now; null where none is, or where the reader may not see it."""

    instrument = InstrumentField(slug_field="name", queryset=Instrument.objects.all())
    cell = serializers.SerializerMethodField()

    class Meta:
        model = Channel
        fields = ("id", "instrument", "name", "cell", "created_at")
        read_only_fields = ("created_at",)

    def get_cell(self, channel: Channel) -> str | None:
        present: list[Occupation] = getattr(channel, "present", [])
        return present[0].cell.code if present else None


class Channels(ChangeableRecords):
    """Channels of cyclers, with the cell that is on each."""

    queryset = Channel.objects.all()
    serializer_class = ChannelSerializer
    orderings: ClassVar[dict[str, str]] = {"id": "id", "name": "name"}
    filters: ClassVar[dict[str, By | Words]] = {
        "instrument": By("instrument__name"),
        "q": Words(("name", "instrument__name")),
    }

    def get_queryset(self) -> QuerySet[Any]:
        seen = access.visible(Occupation.objects.filter(to_at=None), self.actor, "cell__project")
        present = Prefetch("occupations", seen.select_related("cell"), to_attr="present")
        instruments = access.visible_instruments(self.actor).values("pk")
        return (
            Channel.objects.filter(instrument__in=instruments)
            .select_related("instrument")
            .prefetch_related(present)
        )

    def project_of_new(self, request: Request) -> Project | None:
        named = request.data.get("instrument") if isinstance(request.data, Mapping) else None
        found = (
            access.visible_instruments(self.actor)
            .select_related("project")
            .filter(name=str(named or ""))
            .first()
        )
        self._require(found.project if found else None)
        return None

    def require_change(self, found: Any) -> None:
        self._require(found.instrument.project)

    def record(self, serializer: Any, project: Project | None) -> None:
        serializer.save(created_by=person(self.actor))

    def change(self, serializer: Any) -> None:
        moved = serializer.validated_data.get("instrument")
        if moved is not None:
            self._require(moved.project)
        serializer.save()

    def _require(self, project: Project | None) -> None:
        if project is None:
            require_anywhere(self.actor)
        else:
            access.require_change(self.actor, project)


class CellField(serializers.SlugRelatedField[Cell]):
    """A cell by its code; one that the actor may not see does not exist."""

    default_error_messages = {"does_not_exist": _("There is no cell {value} that you may see.")}  # noqa: RUF012  # as the base class declares it

    def get_queryset(self) -> Any:
        return access.visible(Cell.objects.all(), actor_of(self.context))


class StudySerializer(RecordSerializer):
    project = ProjectField(required=False)
    cells = CellField(slug_field="code", queryset=Cell.objects.all(), many=True, required=False)
    created_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)

    class Meta:
        model = Study
        fields = ("id", "project", "name", "cells", "reference_cycle", "note", "created_at", "created_by")
        read_only_fields = ("created_at",)

    def validate_reference_cycle(self, cycle: int) -> int:
        if cycle < 1:
            raise serializers.ValidationError(_("Cycles are counted from 1."))
        return cycle


class Studies(ChangeableRecords):
    """Studies: a question with the cells that answer it."""

    queryset = Study.objects.all()
    serializer_class = StudySerializer
    orderings: ClassVar[dict[str, str]] = {**BY_TIME, "name": "name"}
    filters: ClassVar[dict[str, By | Words]] = {"project": By("project__slug"), "q": Words(("name", "note"))}

    def get_queryset(self) -> QuerySet[Any]:
        cells = Prefetch("cells", access.visible(Cell.objects.order_by("code"), self.actor))
        return super().get_queryset().select_related("project", "created_by").prefetch_related(cells)

    def change(self, serializer: Any) -> None:
        project = serializer.validated_data.get("project", serializer.instance.project)
        if project != serializer.instance.project:
            raise Refusal(_("A study stays in its project."), field="project")
        serializer.save()
