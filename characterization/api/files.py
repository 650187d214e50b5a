"""Files: sent in, listed, asked after, attached to a sample, read again."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Prefetch, QuerySet
from django.http import FileResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from characterization import blobs, destination, intake
from characterization.api.columns import NamedColumnsSerializer, NamingSerializer, name, named
from characterization.api.deliveries import DeliverySerializer, delivered, refuse_too_large
from characterization.models import JobEvent, Measurement, RawFile
from synthesis import access
from synthesis.access import InstrumentActor
from synthesis.api.filters import By, Words
from synthesis.api.records import BY_TIME, Records
from synthesis.authentication import PeopleAndInstruments, PeopleOnly
from synthesis.errors import NotAllowed


class ErrorSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(source="error_code")
    message = serializers.CharField(source="error_message")
    hint = serializers.CharField(source="error_hint")


class FileSerializer(serializers.ModelSerializer[RawFile]):
    """A file and how far its reading is. ``error`` is null unless it failed or waits for a person."""

    state = serializers.CharField(source="job.state")
    error = serializers.SerializerMethodField()
    project = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    sample = serializers.SlugRelatedField[Any](slug_field="code", read_only=True)
    run = serializers.SlugRelatedField[Any](slug_field="code", read_only=True)
    instrument = serializers.SlugRelatedField[Any](slug_field="name", read_only=True)
    created_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    measurements = serializers.SerializerMethodField()

    class Meta:
        model = RawFile
        fields: tuple[str, ...] = (
            "id", "sha256", "name", "size", "state", "error", "project", "sample", "run", "instrument",
            "technique", "source_path", "started_at", "simulated", "measurements", "created_at", "created_by",
        )  # fmt: skip

    @extend_schema_field(ErrorSerializer(allow_null=True))
    def get_error(self, file: RawFile) -> Any:
        return ErrorSerializer(file.job).data if file.job.error_code else None

    @extend_schema_field({"type": "array", "items": {"type": "integer"}})
    def get_measurements(self, file: RawFile) -> list[int]:
        present: list[Measurement] = getattr(file, "present", [])
        return [measurement.pk for measurement in present]


class ReaderSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(source="reader_name")
    version = serializers.CharField(source="reader_version")


class EventSerializer(serializers.ModelSerializer[JobEvent]):
    class Meta:
        model = JobEvent
        fields = ("at", "state", "note")


class FileDetailSerializer(FileSerializer):
    """With the reader that read it, and every step of its way."""

    reader = serializers.SerializerMethodField()
    timeline = EventSerializer(source="job.timeline", many=True, read_only=True)

    class Meta(FileSerializer.Meta):
        fields = (*FileSerializer.Meta.fields, "reader", "timeline")

    @extend_schema_field(ReaderSerializer(allow_null=True))
    def get_reader(self, file: RawFile) -> Any:
        return ReaderSerializer(file.job).data if file.job.reader_name else None


class ReceiptSerializer(FileSerializer):
    duplicate = serializers.BooleanField()

    class Meta(FileSerializer.Meta):
        fields = (*FileSerializer.Meta.fields, "duplicate")


class AttachSerializer(serializers.Serializer[Any]):
    """``sample`` is the code of a sample or of a furnace run."""

    sample = serializers.CharField(allow_null=True, max_length=40)


_BESIDE = ("job", "project", "sample", "run", "instrument", "created_by")
# Who waits for a file asks again and again: no more columns than are shown.
_SHOWN = (
    "id", "sha256", "name", "size", "technique", "source_path", "started_at", "simulated", "created_at",
    "project__slug", "project__name", "sample__code", "sample__kind", "run__code", "instrument__name",
    "created_by__username", "job__state", "job__error_code",
    "job__error_message", "job__error_hint", "job__reader_name", "job__reader_version", "purpose",
)  # fmt: skip


class Files(Records):
    """Raw files. An instrument's token sends files and sees its own."""

    queryset = RawFile.objects.all()
    serializer_class: Any = FileSerializer
    http_method_names = ["get", "post", "patch", "head", "options"]  # noqa: RUF012  # as the base class declares it
    orderings: ClassVar[dict[str, str]] = {
        **BY_TIME,
        "name": "name",
        "size": "size",
        "started_at": "started_at",
    }
    filters: ClassVar[dict[str, By | Words]] = {
        "project": By("project__slug"),
        "sample": By("sample__code"),
        "run": By("run__code"),
        "purpose": By("purpose"),
        "instrument": By("instrument__name"),
        "state": By("job__state"),
        "technique": By("technique"),
        "sha256": By("sha256"),
        "simulated": By("simulated", "flag"),
        "after": By("created_at__gte", "time"),
        "before": By("created_at__lt", "time"),
        "q": Words(("name", "source_path", "sample__code")),
    }

    def get_permissions(self) -> list[Any]:
        open_to_instruments = self.action in ("list", "retrieve", "create", "metadata")
        return [PeopleAndInstruments() if open_to_instruments else PeopleOnly()]

    def get_queryset(self) -> QuerySet[Any]:
        seen = self._shown()
        if isinstance(self.actor, InstrumentActor):
            return seen.filter(instrument=self.actor.instrument)
        return access.visible(seen, self.actor)

    @extend_schema(responses=FileDetailSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(FileDetailSerializer(self.get_object()).data)

    @extend_schema(
        request={"multipart/form-data": DeliverySerializer},
        responses={
            202: ReceiptSerializer,
            200: OpenApiResponse(ReceiptSerializer, _("The same bytes were here already.")),
        },
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Takes a file in: 202 for a new one, 200 for bytes that the project has already."""
        refuse_too_large(request)
        if not isinstance(self.actor, InstrumentActor) and not access.editable_projects(self.actor).exists():
            self._refuse_whoever_writes_nowhere()
        asked = DeliverySerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        receipt = delivered(self.actor, asked.validated_data)
        file = self._fresh(receipt.file.pk)
        file.duplicate = receipt.duplicate
        return Response(ReceiptSerializer(file).data, status=200 if receipt.duplicate else 202)

    @extend_schema(request=AttachSerializer, responses=FileDetailSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Says whose file it is; null takes it off its sample."""
        file = self.get_object()
        access.require_change(self.actor, file.project)
        asked = AttachSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        code = asked.validated_data["sample"]
        owner = destination.owner_for(self.actor, code) if code else None
        if owner is not None:
            access.require_change(self.actor, owner.project)
        intake.attach(file, owner)
        return Response(FileDetailSerializer(self._fresh(file.pk)).data)

    @extend_schema(request=None, responses={202: FileDetailSerializer})
    @action(detail=True, methods=("post",))
    def reread(self, request: Request, pk: str) -> Response:
        """Puts the file back in the queue: after a failure, or for a better reader."""
        file = self.get_object()
        access.require_change(self.actor, file.project)
        intake.read_again(file)
        return Response(FileDetailSerializer(self._fresh(file.pk)).data, status=202)

    @extend_schema(responses=NamedColumnsSerializer)
    @action(detail=True, pagination_class=None, filter_backends=())
    def columns(self, request: Request, pk: str) -> Response:
        """The titles of a table that no reader knows, and what somebody said that they are."""
        return named(self.get_object())

    @extend_schema(request=NamingSerializer, responses={202: NamedColumnsSerializer})
    @columns.mapping.post
    def name_columns(self, request: Request, pk: str) -> Response:
        """Says what the columns are; this file and those of the project with the same titles are read with it."""
        file = self.get_object()
        access.require_change(self.actor, file.project)
        return name(file, request.data, self.actor)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True)
    def raw(self, request: Request, pk: str) -> FileResponse:
        """The bytes as they arrived, never rendered."""
        file = self.get_object()
        return FileResponse(
            blobs.open_blob(file.sha256),
            as_attachment=True,
            filename=file.name,
            content_type="application/octet-stream",
        )

    def get_parsers(self) -> list[Any]:
        creating = self.request is not None and self.request.method == "POST" and "pk" not in self.kwargs
        return [MultiPartParser()] if creating else super().get_parsers()

    def _shown(self) -> QuerySet[RawFile]:
        files = RawFile.objects.select_related(*_BESIDE).only(*_SHOWN)
        present = Measurement.objects.filter(current=True).only("id", "file_id").order_by("pk")
        return files.prefetch_related(Prefetch("measurements", present, to_attr="present"))

    def _fresh(self, pk: int) -> Any:
        """What was just handed in or changed: also a file that an instrument sent as the second one."""
        return self._shown().get(pk=pk)

    def _refuse_whoever_writes_nowhere(self) -> None:
        if not getattr(self.actor, "is_superuser", False):
            raise NotAllowed(
                _("You may send files to no project yet. A manager of a project can make you an editor.")
            )
