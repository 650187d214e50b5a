"""Projects with their members, and instruments."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from synthesis import access, equipment
from synthesis.api.equipment import CheckActions, StandingSerializer
from synthesis.api.fields import ProjectField, person
from synthesis.api.filters import By, Words
from synthesis.api.records import ChangeableRecords, RecordSerializer, named_project, project_for
from synthesis.errors import NotAllowed
from synthesis.models import Instrument, Membership, Project, Role


class MemberSerializer(serializers.ModelSerializer[Membership]):
    user = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)

    class Meta:
        model = Membership
        fields = ("user", "role")


class ProjectSerializer(RecordSerializer):
    members = serializers.SerializerMethodField()

    class Meta:
        model = Project
        fields = ("id", "slug", "name", "description", "members", "created_at")
        read_only_fields = ("created_at",)

    @extend_schema_field(MemberSerializer(many=True))
    def get_members(self, project: Project) -> Any:
        return MemberSerializer(project.memberships.all(), many=True).data


class Projects(ChangeableRecords):
    """The projects that one belongs to. A superuser makes them, their managers describe them."""

    queryset = Project.objects.prefetch_related(
        Prefetch("memberships", Membership.objects.select_related("user").order_by("pk"))
    )
    serializer_class = ProjectSerializer
    lookup_field = "slug"
    orderings: ClassVar[dict[str, str]] = {"id": "id", "name": "name", "created_at": "created_at"}
    filters: ClassVar[dict[str, By | Words]] = {"q": Words(("name", "slug", "description"))}

    def get_queryset(self) -> QuerySet[Any]:
        return self.queryset.filter(pk__in=access.visible_projects(self.actor).values("pk"))

    def project_of_new(self, request: Request) -> Project | None:
        if not getattr(self.actor, "is_superuser", False):
            raise NotAllowed(_("A new project is made by an administrator."))
        return None

    def require_change(self, found: Any) -> None:
        access.require_change(self.actor, found, Role.MANAGER)

    def record(self, serializer: Any, project: Project | None) -> None:
        serializer.save(created_by=person(self.actor))


class InstrumentSerializer(RecordSerializer):
    project = ProjectField(required=False, allow_null=True)
    standing = serializers.SerializerMethodField()

    class Meta:
        model = Instrument
        fields = (
            "id", "name", "model", "technique", "project", "time_zone", "checked_every_days", "retired_at", "standing",
            "last_heard_at", "created_at",
        )  # fmt: skip
        read_only_fields = ("last_heard_at", "created_at")

    @extend_schema_field(StandingSerializer)
    def get_standing(self, instrument: Instrument) -> Any:
        return StandingSerializer(equipment.standing(instrument)).data

    def validate_project(self, project: Project | None) -> Project | None:
        """An instrument moves only into a project that one manages."""
        actor = self.context["request"].user
        if project is not None:
            access.require_change(actor, project, Role.MANAGER)
        elif not getattr(actor, "is_superuser", False):
            raise NotAllowed(_("An instrument of all projects is set up by an administrator."))
        return project


class Instruments(CheckActions, ChangeableRecords):
    """Instruments of one's projects, and those that belong to all. Managers set them up."""

    queryset = Instrument.objects.select_related("project")
    serializer_class = InstrumentSerializer
    orderings: ClassVar[dict[str, str]] = {"id": "id", "name": "name", "last_heard_at": "last_heard_at"}
    filters: ClassVar[dict[str, By | Words]] = {
        "project": By("project__slug"),
        "technique": By("technique"),
        "q": Words(("name", "model")),
    }

    def get_queryset(self) -> QuerySet[Any]:
        return equipment.with_checks(access.visible_instruments(self.actor).select_related("project"))

    def project_of_new(self, request: Request) -> Project | None:
        named = named_project(request)
        if getattr(self.actor, "is_superuser", False) and not named:
            return None
        project = project_for(self.actor, named)
        access.require_change(self.actor, project, Role.MANAGER)
        return project

    def require_change(self, found: Any) -> None:
        if found.project is not None:
            access.require_change(self.actor, found.project, Role.MANAGER)
        elif not getattr(self.actor, "is_superuser", False):
            raise NotAllowed(_("An instrument of all projects is set up by an administrator."))
