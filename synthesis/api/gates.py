"""Gates over REST: a sample's checks, decisions and allowances, and the limits of a project."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from synthesis import access, allowances, decisions, gates, limits, quantities
from synthesis.api.fields import ProjectField
from synthesis.api.filters import By, Words
from synthesis.api.records import ChangeableRecords, RecordSerializer
from synthesis.gates import LONGEST_REASON
from synthesis.models import GateDecision, Project, Role, Sample, SpecificationLimit, UseAllowance, Verdict

_BY_ID = {"id": "id", "created_at": "created_at"}


class CheckSerializer(serializers.Serializer[Any]):
    """A figure beside its limits; ``fits`` is null while it is not measured."""

    quantity = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field named so, not Field.label
    value = serializers.FloatField(allow_null=True)
    uncertainty = serializers.FloatField(allow_null=True)
    unit = serializers.CharField()
    lower = serializers.FloatField(allow_null=True)
    upper = serializers.FloatField(allow_null=True)
    required = serializers.BooleanField()  # type: ignore[assignment]  # a field named so, not Field.required
    fits = serializers.BooleanField(allow_null=True)


class GateSerializer(serializers.Serializer[Any]):
    sample = serializers.CharField()
    state = serializers.CharField()
    checks = CheckSerializer(many=True)


class DecisionSerializer(serializers.ModelSerializer[GateDecision]):
    """``by_itself``: made by the limits alone. ``signed``: with the password, as every rejection is."""

    created_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    checks = CheckSerializer(many=True)
    signed = serializers.SerializerMethodField()

    class Meta:
        model = GateDecision
        fields = ("id", "verdict", "reason", "checks", "by_itself", "signed", "created_at", "created_by")

    def get_signed(self, decision: GateDecision) -> bool:
        return decision.signature_id is not None


class DecidingSerializer(serializers.Serializer[Any]):
    """A hold and a rejection need a reason; a rejection also the password of whoever decides."""

    verdict = serializers.ChoiceField(choices=Verdict.choices)
    reason = serializers.CharField(required=False, default="", max_length=LONGEST_REASON, allow_blank=True)
    password = serializers.CharField(required=False, default="", allow_blank=True, trim_whitespace=False)


class AllowanceSerializer(serializers.ModelSerializer[UseAllowance]):
    """``spent_on`` is the number of the ledger entry that it became; null while the use waits to be made."""

    created_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)

    class Meta:
        model = UseAllowance
        fields = ("id", "reason", "spent_on", "created_at", "created_by")
        read_only_fields = ("spent_on", "created_at")


class AllowingSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=LONGEST_REASON)


class GateActions:
    """What the list of samples offers beside reading and changing them."""

    @extend_schema(responses=GateSerializer, filters=False)
    @action(detail=True, pagination_class=None, filter_backends=())
    def gate(self: Any, request: Request, code: str) -> Response:
        """The figures of the sample against the limits in force."""
        sample = self.get_object()
        checks = [asdict(one) for one in gates.check(sample)]
        return Response(GateSerializer({"sample": sample.code, "state": sample.state, "checks": checks}).data)

    @extend_schema(responses=DecisionSerializer(many=True), filters=False)
    @action(detail=True, filter_backends=(), orderings=_BY_ID)
    def decisions(self: Any, request: Request, code: str) -> Response:
        """Every verdict on the sample, newest first."""
        rows = GateDecision.objects.filter(sample=self.get_object()).select_related("created_by")
        return _page(self, rows, DecisionSerializer)

    @extend_schema(request=DecidingSerializer, responses={201: DecisionSerializer})
    @decisions.mapping.post
    def decide(self: Any, request: Request, code: str) -> Response:
        """A manager's verdict: pass, hold or reject."""
        sample: Sample = self.get_object()
        access.require_change(self.actor, sample.project, Role.MANAGER)
        asked = DecidingSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        decision = decisions.decide(sample, by=self.actor, **asked.validated_data)
        return Response(DecisionSerializer(decision).data, status=201)

    @extend_schema(responses=AllowanceSerializer(many=True), filters=False)
    @action(detail=True, filter_backends=(), orderings=_BY_ID)
    def allowances(self: Any, request: Request, code: str) -> Response:
        """The uses of the sample that were allowed while it was held, newest first."""
        rows = UseAllowance.objects.filter(sample=self.get_object()).select_related("created_by")
        return _page(self, rows, AllowanceSerializer)

    @extend_schema(request=AllowingSerializer, responses={201: AllowanceSerializer})
    @allowances.mapping.post
    def allow(self: Any, request: Request, code: str) -> Response:
        """Allows the next use of a sample that is on hold or rejected, once."""
        sample: Sample = self.get_object()
        access.require_change(self.actor, sample.project, Role.MANAGER)
        asked = AllowingSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        allowance = allowances.allow(sample, self.actor, asked.validated_data["reason"])
        return Response(AllowanceSerializer(allowance).data, status=201)


class LimitSerializer(RecordSerializer):
    """``quantity`` is the stable name of a figure; its unit follows from it."""

    project = ProjectField(required=False)

    class Meta:
        model = SpecificationLimit
        fields = (
            "id", "project", "kind", "group", "quantity", "lower", "upper", "unit", "required", "retired_at",
            "created_at",
        )  # fmt: skip
        read_only_fields = ("unit", "retired_at", "created_at")
        validators: ClassVar[list[Any]] = []  # the service says it in a sentence beside ``quantity``

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        figure = quantities.by_name(attrs["quantity"])
        if figure is None:
            sentence = _("There is no figure ‘%(name)s’.") % {"name": attrs["quantity"]}
            raise serializers.ValidationError({"quantity": sentence})
        if attrs["kind"] not in figure.kinds:
            sentence = _("%(name)s is a figure of %(kinds)s.") % {
                "name": figure.name,
                "kinds": ", ".join(figure.kinds),
            }
            raise serializers.ValidationError({"quantity": sentence})
        return super().validate(attrs) | {"unit": figure.unit}


class Limits(ChangeableRecords):
    """Specification limits of one's projects, retired ones too. One is never changed: it is retired for another."""

    http_method_names = ["get", "post", "head", "options"]  # noqa: RUF012  # as the base class declares it
    queryset = SpecificationLimit.objects.select_related("project")
    serializer_class = LimitSerializer
    filters: ClassVar[dict[str, By | Words]] = {
        "project": By("project__slug"),
        "kind": By("kind"),
        "group": By("group"),
        "quantity": By("quantity"),
    }

    def project_of_new(self, request: Request) -> Project | None:
        project = super().project_of_new(request)
        if project is not None:
            access.require_change(self.actor, project, Role.MANAGER)
        return project

    def record(self, serializer: Any, project: Project | None) -> None:
        values = {**serializer.validated_data, "project": project}
        serializer.instance = limits.lay_down(SpecificationLimit(**values), self.actor)

    @extend_schema(request=None, responses=LimitSerializer)
    @action(detail=True, methods=["post"], pagination_class=None, filter_backends=())
    def retire(self, request: Request, pk: str) -> Response:
        """Takes a limit out of force."""
        limit = self.get_object()
        limits.retire(limit, self.actor)
        limit.refresh_from_db()
        return Response(self.get_serializer(limit).data)


def _page(view: Any, rows: Any, shown: Any) -> Response:
    page = view.paginate_queryset(rows)
    answer: Response = view.get_paginated_response(shown(page, many=True).data)
    return answer
