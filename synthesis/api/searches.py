"""Saved searches: one's own, and those shared with one's projects."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from synthesis import saved_searches
from synthesis.api.fields import ProjectField, person
from synthesis.api.filters import By, Words
from synthesis.errors import NotAllowed
from synthesis.models import SavedSearch


class SavedSearchSerializer(serializers.ModelSerializer[SavedSearch]):
    """``project`` is whom it is shared with; null: nobody."""

    project = ProjectField(required=False, allow_null=True, default=None)
    created_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)

    class Meta:
        model = SavedSearch
        fields = ("id", "name", "query", "project", "created_at", "created_by")
        read_only_fields = ("created_at",)


class RenamedSerializer(SavedSearchSerializer):
    """What can be changed of a saved search; another search is kept as another one."""

    class Meta(SavedSearchSerializer.Meta):
        read_only_fields = ("query", "created_at")  # type: ignore[assignment]  # a longer tuple


class SavedSearches(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[SavedSearch]):
    """Searches kept under a name. The text of one goes into `search` of any list of samples."""

    queryset = SavedSearch.objects.all()
    serializer_class = SavedSearchSerializer
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]  # noqa: RUF012  # as the base class declares it
    orderings: ClassVar[dict[str, str]] = {"id": "id", "name": "name"}
    filters: ClassVar[dict[str, By | Words]] = {"project": By("project__slug"), "q": Words(("name", "query"))}

    def get_queryset(self) -> QuerySet[SavedSearch]:
        return saved_searches.of(self.request.user)

    def create(self, request: Request) -> Response:
        """Keeps a search; under a name that one has already, it takes the place of the old one."""
        if person(request.user) is None:
            raise NotAllowed(_("An instrument keeps no searches."))
        asked = SavedSearchSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        values = asked.validated_data
        kept = saved_searches.save(request.user, values["name"], values["query"], values["project"])
        return Response(self.get_serializer(kept).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=RenamedSerializer, responses=SavedSearchSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Another name, or another project to share it with."""
        found = self.get_object()
        saved_searches.require_own(request.user, found)
        asked = RenamedSerializer(
            found, data=request.data, partial=True, context=self.get_serializer_context()
        )
        asked.is_valid(raise_exception=True)
        values = asked.validated_data
        changed = saved_searches.change(
            request.user,
            found,
            name=values.get("name", found.name),
            project=values.get("project", found.project),
        )
        return Response(self.get_serializer(changed).data)

    def destroy(self, request: Request, pk: str) -> Response:
        saved_searches.delete(request.user, self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)
