"""Samples: what all kinds have in common, how a new one is recorded through the ledger, and the lists per kind."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework import serializers

from synthesis import access, codes, decisions, ledger, logbook, pinning, places
from synthesis.api.equipment import EquipmentField
from synthesis.api.fields import AmountField, NumberField, ProjectField, SampleField, person, quantity
from synthesis.api.filters import By, Search, Words
from synthesis.api.protocols import VersionField
from synthesis.api.records import BY_TIME, ChangeableRecords, RecordSerializer
from synthesis.errors import Refusal
from synthesis.models import Project, ProtocolVersion, Sample
from synthesis.models.samples import State
from synthesis.times import require_past

COMMON = (
    "id", "code", "kind", "name", "group", "project", "amount_made", "amount_left", "unit", "state", "made_at",
    "place", "note", "simulated", "planned", "protocol", "reasons", "equipment", "created_at",
    "created_by",
)  # fmt: skip


class SampleSerializer(RecordSerializer):
    """A sample of any kind. Amounts are JSON numbers in ``unit``."""

    project = ProjectField(required=False)
    created_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    amount_made = NumberField(read_only=True)
    amount_left = NumberField(read_only=True)
    planned = serializers.DictField(required=False)
    protocol = VersionField(required=False, allow_null=True, queryset=ProtocolVersion.objects.all())
    reasons = serializers.DictField(child=serializers.CharField(max_length=300), required=False)
    equipment = EquipmentField()

    class Meta:
        model = Sample
        fields: tuple[str, ...] = COMMON
        read_only_fields = ("code", "kind", "unit", "simulated", "created_at")

    def validate_state(self, state: str) -> str:
        """To and from hold and reject leads a decision, for a new sample too."""
        before = self.instance.state if self.instance is not None else State.AVAILABLE
        code = self.instance.code if self.instance is not None else ""
        decisions.require_open_way(before, state, code)
        return state

    def validate_made_at(self, at: datetime) -> datetime:
        return in_the_past(at)

    def validate_project(self, project: Project) -> Project:
        if self.instance is not None and project != self.instance.project:
            raise serializers.ValidationError(_("A sample stays in its project."))
        return project


def in_the_past(at: datetime) -> datetime:
    """A time that has come, or an error beside its field."""
    try:
        return require_past(at, "")
    except Refusal as refusal:
        raise serializers.ValidationError(refusal.message) from refusal


def own_code(code: str, prefix: str) -> str:
    """A code that was given before, in our spelling, or an error beside its field."""
    try:
        return codes.own_code(code, prefix)
    except Refusal as refusal:
        raise serializers.ValidationError(refusal.message) from refusal


class InputSerializer(serializers.Serializer[Any]):
    """So much of another sample that went in."""

    sample = SampleField()
    amount = AmountField()
    unit = serializers.CharField(required=False, default="")
    role = serializers.CharField(required=False, default="", max_length=80)


class KindSerializer(SampleSerializer):
    """A sample of one kind. On creation: what was made, and what it took of which samples."""

    amount_made = AmountField(required=False)  # type: ignore[assignment]  # read here as well, so another field
    unit = serializers.CharField(required=False)
    inputs = InputSerializer(many=True, required=False, write_only=True)
    code = serializers.CharField(required=False, max_length=32)

    def validate_code(self, code: str) -> str:
        return own_code(code, self.Meta.model.PREFIX)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if self.instance is not None and (kept := {"code", "protocol"} & attrs.keys()):
            raise serializers.ValidationError(dict.fromkeys(kept, _("This stays as it was recorded.")))
        fixed = {"amount_made", "unit", "inputs"} & attrs.keys()
        if self.instance is not None and fixed:
            sentence = _("Amounts move through samples/%(code)s/ledger/ once a sample is recorded.")
            raise serializers.ValidationError(dict.fromkeys(fixed, sentence % {"code": self.instance.code}))
        return super().validate(attrs)


def kind_fields(model: type[Sample], *more: str) -> tuple[str, ...]:
    """The common columns, the kind's own, and what a creation carries."""
    own = tuple(field.name for field in model._meta.local_fields if field.name != "sample_ptr")
    return (*COMMON, *own, *more, "inputs")


class SampleKind(ChangeableRecords):
    """The list of one kind of sample."""

    lookup_field = "code"
    orderings: ClassVar[dict[str, str]] = {**BY_TIME, "code": "code", "name": "name", "made_at": "made_at",
                                           "amount_left": "amount_left"}  # fmt: skip
    filters: ClassVar[dict[str, By | Words]] = {
        "project": By("project__slug"),
        "group": By("group"),
        "state": By("state"),
        "simulated": By("simulated", "flag"),
        "made_after": By("made_at__gte", "time"),
        "made_before": By("made_at__lt", "time"),
        "q": Search(),
        "search": Search(),
    }

    def record(self, serializer: Any, project: Project | None) -> None:
        values = dict(serializer.validated_data)
        inputs, amount = values.pop("inputs", []), values.pop("amount_made", None)
        unit = values.pop("unit", "")
        made = self.new(values | {"project": project})
        yielded = None if amount is None else quantity(amount, unit, made.UNIT, "amount_made")
        takes = [self._take(number, given) for number, given in enumerate(inputs)]
        self.prepare(made, takes)
        if made.protocol is not None:
            require_step(made.protocol, type(made))
            pinning.pin(made, made.protocol, takes)
        serializer.instance = ledger.record(made, yielded, takes, person(self.actor))

    def prepare(self, made: Sample, takes: Sequence[ledger.Take]) -> None:
        """Kinds fill in here what follows from what is taken."""

    def change(self, serializer: Any) -> None:
        put_in_place(self.actor, serializer)

    def new(self, values: dict[str, Any]) -> Sample:
        """The unsaved sample; kinds that carry more than columns override this."""
        model: type[Sample] = self.get_queryset().model
        return model(**values)

    def _take(self, number: int, given: dict[str, Any]) -> ledger.Take:
        sample, field = given["sample"], f"inputs.{number}.amount"
        access.require_change(self.actor, sample.project)
        return ledger.Take(
            sample, quantity(given["amount"], given["unit"], sample.unit, field), given["role"], field
        )


def put_in_place(actor: access.Actor, serializer: Any) -> None:
    """Saves a change; a place that is named with it is looked up in the tree and must have room."""
    sample, values = serializer.instance, serializer.validated_data
    if "place" not in values:
        serializer.save()
        return
    places.assign(sample, values["place"])
    with places.in_its_slot(sample, actor):
        serializer.save(place=sample.place, location=sample.location)


def require_step(version: ProtocolVersion, model: type[Any]) -> None:
    """Raises Refusal for a protocol of another step."""
    slugs = [kind.slug for kind in logbook.steps() if kind.form._meta.model is model]
    if version.protocol.kind not in slugs:
        raise Refusal(
            _("%(version)s plans another step: %(kind)s.")
            % {"version": version, "kind": version.protocol.kind},
            field="protocol",
        )
