"""What every list of records does: list, create, read, change. Nothing is deleted over REST."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.exceptions import ValidationError as InvalidModel
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from synthesis import access
from synthesis.access import Actor
from synthesis.api import versions
from synthesis.api.fields import person
from synthesis.api.filters import By, Words
from synthesis.errors import NotAllowed, Refusal
from synthesis.models import Project, Role

BY_TIME: dict[str, str] = {"id": "id", "created_at": "created_at"}


class RecordSerializer(serializers.ModelSerializer[Any]):
    """Checks the rules of the row (its constraints) before the database does, so that they are said per field."""

    def build_standard_field(self, field_name: str, model_field: Any) -> Any:
        """A column whose default the database makes (a time) need not be sent."""
        kind, arguments = super().build_standard_field(field_name, model_field)
        if model_field.has_db_default() and not arguments.get("read_only"):
            arguments["required"] = False
        return kind, arguments

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        model: type[Model] = self.Meta.model
        names = {field.name for field in model._meta.fields}
        probe = model(**{field.attname: getattr(self.instance, field.attname) for field in model._meta.fields}
                      if self.instance is not None else {})  # fmt: skip
        for name, value in attrs.items():
            if name in names:
                setattr(probe, name, value)
        check_rules(probe)
        return attrs


def check_rules(row: Model) -> None:
    """Raises a ValidationError that speaks of fields where a row breaks one of its own constraints."""
    try:
        row.validate_constraints(exclude={"code", "kind", "unit", "project"})
    except InvalidModel as error:
        raise serializers.ValidationError(serializers.as_serializer_error(error)) from error


class Records(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Any]):
    """Lists and reads what the actor may see. ``project_path`` leads from a record to its project."""

    project_path: ClassVar[str] = "project"
    orderings: ClassVar[dict[str, str]] = BY_TIME
    filters: ClassVar[Mapping[str, By | Words]] = {}

    def get_queryset(self) -> QuerySet[Any]:
        return access.visible(super().get_queryset(), self.request.user, self.project_path)

    @property
    def actor(self) -> Actor:
        actor: Actor = self.request.user
        return actor


class ChangeableRecords(Records):
    """Creates and changes too. Who may is asked before what was sent is looked at: a viewer learns nothing from it."""

    http_method_names = ["get", "post", "patch", "head", "options"]  # noqa: RUF012  # as the base class declares it

    @transaction.atomic
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        project = self.project_of_new(request)
        serializer: Any = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        self.record(serializer, project)
        shown = self.get_serializer(self.get_queryset().get(pk=serializer.instance.pk))
        return Response(shown.data, status=status.HTTP_201_CREATED)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One record, with its version as ETag."""
        found = self.get_object()
        return Response(self.get_serializer(found).data, headers={"ETag": versions.etag(found)})

    @extend_schema(parameters=[versions.IF_MATCH])
    @transaction.atomic
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        found = self.get_object()
        self.require_change(found)
        versions.require_match(request, found)
        serializer = self.get_serializer(found, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        self.change(serializer)
        shown = self.get_serializer(self.get_queryset().get(pk=found.pk)).data
        return Response(shown, headers={"ETag": versions.etag(found)})

    def project_of_new(self, request: Request) -> Project | None:
        """Which project a new record belongs to, with the right to write there."""
        return project_for(self.actor, named_project(request))

    def require_change(self, found: Any) -> None:
        access.require_change(self.actor, found.project)

    def record(self, serializer: Any, project: Project | None) -> None:
        """Saves a new record. Services of the floor stand here where a record is more than its row."""
        serializer.save(project=project, created_by=person(self.actor))

    def change(self, serializer: Any) -> None:
        serializer.save()


def project_for(actor: Actor, named: str | None) -> Project:
    """The project that a person writes into: the named one, else the only one in which they may write."""
    if named:
        project = access.visible_projects(actor).filter(slug=named).first()
        if project is None:
            raise Refusal(
                _("There is no project ‘%(slug)s’ that you may see.") % {"slug": named}, field="project"
            )
        access.require_change(actor, project)
        return project
    mine = list(access.editable_projects(actor)[:2])
    if len(mine) == 1:
        return mine[0]
    if not mine:
        raise NotAllowed(_("You may write in no project yet. A manager of a project can make you an editor."))
    raise Refusal(
        _("You write in several projects: say which, as ‘project’ with its short name."), field="project"
    )


def require_anywhere(actor: Actor, least: Role = Role.EDITOR) -> None:
    """For what belongs to no project (materials): whoever may write in one may write here."""
    allowed = access.editable_projects(actor)
    if least is Role.MANAGER and not getattr(actor, "is_superuser", False):
        allowed = allowed.filter(memberships__user=actor.pk, memberships__role=Role.MANAGER)
    if not allowed.exists():
        raise NotAllowed(_("This needs the role of %(role)s in a project.") % {"role": least.label})


def named_project(request: Request) -> str | None:
    named = request.data.get("project") if isinstance(request.data, Mapping) else None
    return str(named) if named else None
