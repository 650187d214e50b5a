"""Documents of materials, equipment, samples and runs: listed, sent, taken along."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from characterization import blobs, destination, documents
from characterization.documents import Thing
from characterization.models import Document
from synthesis import access
from synthesis.api.filters import By, Words
from synthesis.api.records import BY_TIME, Records, require_anywhere
from synthesis.errors import Refusal
from synthesis.models import Material


class DocumentSerializer(serializers.ModelSerializer[Document]):
    """Of one thing: ``material`` and ``instrument`` by name, ``sample`` and ``run`` by code; the others are null."""

    material = serializers.SlugRelatedField[Any](slug_field="name", read_only=True)
    instrument = serializers.SlugRelatedField[Any](slug_field="name", read_only=True)
    sample = serializers.SlugRelatedField[Any](slug_field="code", read_only=True)
    run = serializers.SlugRelatedField[Any](slug_field="code", read_only=True)
    name = serializers.CharField(source="file.name", read_only=True)
    size = serializers.IntegerField(source="file.size", read_only=True)
    sha256 = serializers.CharField(source="file.sha256", read_only=True)
    created_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)

    class Meta:
        model = Document
        fields = ("id", "kind", "title", "material", "instrument", "sample", "run", "name", "size", "sha256",
                  "replaces", "created_at", "created_by")  # fmt: skip


class SentSerializer(serializers.Serializer[Any]):
    """Exactly one of ``material`` (name), ``instrument`` (name), ``sample`` and ``run`` (code)."""

    file = serializers.FileField(max_length=1000)
    kind = serializers.ChoiceField(Document.Kind.choices, default=Document.Kind.OTHER)
    title = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)
    replaces = serializers.IntegerField(required=False, allow_null=True, default=None)
    material = serializers.CharField(required=False, allow_blank=True, default="", max_length=120)
    instrument = serializers.CharField(required=False, allow_blank=True, default="", max_length=120)
    sample = serializers.CharField(required=False, allow_blank=True, default="", max_length=40)
    run = serializers.CharField(required=False, allow_blank=True, default="", max_length=40)


class Documents(Records):
    """Safety data sheets, certificates, photos. The older edition stays when a newer replaces it."""

    queryset = Document.objects.all()
    serializer_class: Any = DocumentSerializer
    http_method_names = ["get", "post", "head", "options"]  # noqa: RUF012  # as the base class declares it
    orderings: ClassVar[dict[str, str]] = BY_TIME
    filters: ClassVar[dict[str, By | Words]] = {
        "material": By("material__name"),
        "instrument": By("instrument__name"),
        "sample": By("sample__code"),
        "run": By("run__code"),
        "kind": By("kind"),
        "q": Words(("title", "file__name")),
    }

    def get_queryset(self) -> QuerySet[Any]:
        return documents.visible(self.actor)

    def get_parsers(self) -> list[Any]:
        creating = self.request is not None and self.request.method == "POST"
        return [MultiPartParser()] if creating else super().get_parsers()

    @extend_schema(request={"multipart/form-data": SentSerializer}, responses={201: DocumentSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Keeps a document of a thing."""
        require_anywhere(self.actor)
        asked = SentSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = asked.validated_data
        sent = values["file"]
        kept = documents.add(
            self._thing(values), sent.chunks(), name=sent.name or "", size=sent.size, actor=self.actor,
            kind=values["kind"], title=values["title"], replaces=values["replaces"],
        )  # fmt: skip
        return Response(DocumentSerializer(self.get_queryset().get(pk=kept.pk)).data, status=201)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True)
    def raw(self, request: Request, pk: str) -> FileResponse:
        """The bytes as they came, never rendered."""
        found = self.get_object()
        return FileResponse(
            blobs.open_blob(found.file.sha256),
            as_attachment=True,
            filename=found.file.name,
            content_type="application/octet-stream",
        )

    def _thing(self, values: dict[str, Any]) -> Thing:
        named = [name for name in ("material", "instrument", "sample", "run") if values[name]]
        if len(named) != 1:
            raise Refusal(
                _("Say of what it is: one of material, instrument, sample and run."), field="material"
            )
        word = values[named[0]]
        if named[0] == "sample":
            return destination.sample_for(self.actor, word)
        if named[0] == "run":
            return destination.run_for(self.actor, word)
        if named[0] == "instrument":
            return get_object_or_404(
                access.visible_instruments(self.actor).select_related("project"), name=word
            )
        return get_object_or_404(Material, name=word)
