"""Protocols over REST: written as drafts, released by a manager, named by the steps that follow them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from synthesis import access, logbook, protocols
from synthesis.api.fields import ProjectField, actor_of, person
from synthesis.api.filters import By, Words
from synthesis.api.records import BY_TIME, ChangeableRecords, RecordSerializer
from synthesis.errors import Refusal
from synthesis.forms.protocols import checked_content
from synthesis.models import Project, Protocol, ProtocolVersion, Role

CONTENT = ("values", "limits", "takes", "segments", "note")


class PlannedTakeSerializer(serializers.Serializer[Any]):
    """``planned`` is a quantity as typed ("0.005 mol"), ``lot`` the code of the usual lot."""

    role = serializers.CharField(max_length=80)
    unit = serializers.CharField(required=False, default="g", max_length=8)
    planned = serializers.CharField(required=False, default="", allow_blank=True, max_length=60)
    lot = serializers.CharField(required=False, default="", allow_blank=True, max_length=32)


class PlannedSegmentSerializer(serializers.Serializer[Any]):
    from_degC = serializers.FloatField(min_value=-273.15)
    to_degC = serializers.FloatField(min_value=-273.15)
    rate_degC_per_min = serializers.FloatField(min_value=1e-6)
    hold_h = serializers.FloatField(required=False, default=0, min_value=0)


class ContentSerializer(serializers.Serializer[Any]):
    """``values`` by field in its unit; ``limits`` by field or role: ``{"minus": 3, "plus": 3, "in": "unit"}``."""

    values = serializers.DictField(required=False)
    limits = serializers.DictField(required=False)
    takes = PlannedTakeSerializer(many=True, required=False)
    segments = PlannedSegmentSerializer(many=True, required=False)
    note = serializers.CharField(required=False, allow_blank=True, max_length=2000)


class VersionSerializer(serializers.ModelSerializer[ProtocolVersion]):
    released_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    values = serializers.DictField(read_only=True)
    limits = serializers.DictField(read_only=True)
    takes = PlannedTakeSerializer(many=True, read_only=True)
    segments = PlannedSegmentSerializer(many=True, read_only=True)

    class Meta:
        model = ProtocolVersion
        fields = ("id", "number", *CONTENT, "released_at", "released_by", "created_at")
        read_only_fields = fields


class ProtocolSerializer(RecordSerializer):
    """On creation also the content of the first version, a draft; ``retired`` is changed by a manager."""

    project = ProjectField(required=False)
    versions = VersionSerializer(many=True, read_only=True)
    content = ContentSerializer(required=False, write_only=True)
    retired = serializers.BooleanField(required=False, write_only=True)

    class Meta:
        model = Protocol
        fields = (
            "id",
            "project",
            "kind",
            "name",
            "retired_at",
            "versions",
            "created_at",
            "content",
            "retired",
        )
        read_only_fields = ("retired_at", "created_at")
        validators: ClassVar[
            list[Any]
        ] = []  # the service says it in a sentence, and the project may be left out

    def validate_kind(self, kind: str) -> str:
        known = [step.slug for step in logbook.steps()]
        if kind not in known:
            raise serializers.ValidationError(
                _("‘%(kind)s’ is no step. Known: %(known)s.") % {"kind": kind, "known": ", ".join(known)}
            )
        return kind

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        fixed = {"project", "kind", "name", "content"} & attrs.keys()
        if self.instance is not None and fixed:
            sentence = _("A protocol keeps this; its content changes by a new version.")
            raise serializers.ValidationError(dict.fromkeys(fixed, sentence))
        return super().validate(attrs)


class Protocols(ChangeableRecords):
    """Protocols with their versions. A released version never changes; `versions` draws the next one."""

    queryset = Protocol.objects.select_related("project").prefetch_related(
        Prefetch("versions", ProtocolVersion.objects.select_related("released_by").order_by("-number"))
    )
    serializer_class = ProtocolSerializer
    orderings: ClassVar[dict[str, str]] = {**BY_TIME, "name": "name"}
    filters: ClassVar[dict[str, By | Words]] = {
        "project": By("project__slug"),
        "kind": By("kind"),
        "q": Words(("name", "kind")),
    }

    def record(self, serializer: Any, project: Project | None) -> None:
        values = dict(serializer.validated_data)
        content = self._checked(values["kind"], values.get("content", {}))
        assert project is not None  # noqa: S101  # a protocol belongs to one
        made = protocols.create(project, values["kind"], values["name"], content, person(self.actor))
        serializer.instance = made.protocol

    def change(self, serializer: Any) -> None:
        if "retired" in serializer.validated_data:
            protocols.retire(serializer.instance, self.actor, retired=serializer.validated_data["retired"])

    @extend_schema(request=ContentSerializer, responses={201: VersionSerializer})
    @action(detail=True, methods=["post"])
    def versions(self, request: Request, pk: str) -> Response:
        """Draws the next version, a draft: with what is sent, or a copy of the last where nothing is."""
        protocol = self._to_change()
        content = self._content(request, protocol) or None
        made = protocols.new_version(protocol, content, person(self.actor))
        return Response(VersionSerializer(made).data, status=201)

    @extend_schema(request=ContentSerializer, responses=VersionSerializer)
    @action(detail=True, methods=["patch"])
    def draft(self, request: Request, pk: str) -> Response:
        """Changes the draft."""
        protocol = self._to_change()
        found = protocols.change(self._draft(protocol), self._content(request, protocol))
        return Response(VersionSerializer(found).data)

    @extend_schema(request=None, responses=VersionSerializer)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: str) -> Response:
        """Releases the draft. A manager does."""
        protocol = self._to_change(Role.MANAGER)
        return Response(VersionSerializer(protocols.release(self._draft(protocol), self.actor)).data)

    def _to_change(self, least: Role = Role.EDITOR) -> Protocol:
        protocol: Protocol = self.get_object()
        access.require_change(self.actor, protocol.project, least)
        return protocol

    def _draft(self, protocol: Protocol) -> ProtocolVersion:
        found = protocol.versions.select_related("protocol__project").filter(released_at__isnull=True).first()
        if found is None:
            raise Refusal(_("%(name)s has no draft.") % {"name": protocol.name}, status=409)
        return found

    def _content(self, request: Request, protocol: Protocol) -> dict[str, Any]:
        sent = ContentSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        return self._checked(protocol.kind, sent.validated_data)

    def _checked(self, kind: str, content: Any) -> dict[str, Any]:
        step = logbook.find(kind)
        assert step is not None  # noqa: S101  # the serializer knows the steps
        return checked_content(step.form, self.actor, content)


class VersionField(serializers.PrimaryKeyRelatedField[ProtocolVersion]):
    """The released version of a protocol that a step followed, by its id."""

    def get_queryset(self) -> Any:
        return protocols.visible_versions(actor_of(self.context)).filter(released_at__isnull=False)
