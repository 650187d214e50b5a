"""Resumable uploads over tus 1.0: creation, checksum, termination and expiration. Each ends as a file."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from characterization import resumable
from characterization.api import tus
from characterization.api.deliveries import WordsSerializer, delivery_of
from characterization.intake import Delivery
from characterization.models import Upload
from characterization.resumable import Owner
from synthesis.access import InstrumentActor
from synthesis.api.fields import person
from synthesis.authentication import PeopleAndInstruments

UNASKED = ("OPTIONS", "GET")
"""Methods that need no Tus-Resumable: the first asks for the version, the second is not of the protocol."""
NAMES = ("filename", "name")
LONGEST_KEY = 200


def _header(name: str, description: str = "", required: bool = True) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, required=required, description=description)


RESUMABLE = _header("Tus-Resumable", "1.0.0")


class SaidSerializer(WordsSerializer):
    """``key`` is the sender's own name for the upload: beginning twice with it is beginning once."""

    key = serializers.CharField(required=False, allow_blank=True, default="", max_length=LONGEST_KEY)


class UploadSerializer(serializers.ModelSerializer[Upload]):
    """``file`` is the id of the file that the upload became, null while bytes are missing."""

    expires_at = serializers.DateTimeField(read_only=True)

    class Meta:
        model = Upload
        fields = ("id", "length", "offset", "file", "duplicate", "created_at", "updated_at", "expires_at")
        read_only_fields = fields


class Uploads(GenericViewSet[Upload]):
    """Uploads that survive a cut line. Whoever began one goes on with it; to others it does not exist."""

    queryset = Upload.objects.all()
    serializer_class = UploadSerializer
    permission_classes = (PeopleAndInstruments,)
    filter_backends = ()
    pagination_class = None
    http_method_names = ["get", "head", "post", "patch", "delete", "options"]  # noqa: RUF012  # as the base class declares it

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """A client behind a wall that lets only GET and POST through names the method in a header."""
        request.method = request.headers.get("X-HTTP-Method-Override", request.method or "").upper()
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method not in UNASKED:
            tus.refuse_other_versions(request._request)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer["Tus-Resumable"] = answer["Tus-Version"] = tus.VERSION
        return answer

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return Response(status=204, headers=tus.abilities())

    @extend_schema(
        request=None,
        parameters=[RESUMABLE, _header("Upload-Length", "bytes"), _header("Upload-Metadata", required=False)],
        responses={201: OpenApiResponse(description="Begun; Location says where.")},
    )
    def create(self, request: Request) -> Response:
        """Begins an upload. Metadata: filename, sha256, key, and the fields of files/ (sample, instrument, …)."""
        length, written = tus.length(request._request), request.headers.get("Upload-Metadata", "")
        _delivery, key = self._said(written, length)  # refused now rather than after the last byte
        upload = resumable.begin(self._owner, length, written, key)
        self._end_if_whole(upload)
        place = request.build_absolute_uri(reverse("api:uploads-detail", args=[upload.pk]))
        return Response(status=201, headers={"Location": place, **tus.state_of(upload)})

    @extend_schema(responses=UploadSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """How far it is, and the file that it became. HEAD says the same in headers."""
        upload = self._found(pk)
        self._end_if_whole(upload)
        headers = {"Upload-Length": str(upload.length), **tus.state_of(upload)}
        if upload.metadata:
            headers["Upload-Metadata"] = upload.metadata
        return Response(None if request.method == "HEAD" else UploadSerializer(upload).data, headers=headers)

    @extend_schema(
        request={tus.CONTENT_TYPE: OpenApiTypes.BINARY},
        parameters=[RESUMABLE, _header("Upload-Offset", "bytes"), _header("Upload-Checksum", required=False)],
        responses={
            204: OpenApiResponse(description="Kept; Upload-Offset says how far, at the end Labsys-File.")
        },
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        """Goes on behind the bytes that are here. 409 elsewhere, 460 where the sum does not fit."""
        upload, http = self._found(pk), request._request
        offset, checksum = tus.offset(http), tus.checksum(request.headers)
        resumable.receive(upload, offset, tus.body(http), checksum)
        self._end_if_whole(upload)
        return Response(status=204, headers=tus.state_of(upload))

    @extend_schema(parameters=[RESUMABLE], responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Ends an upload without a file; a file that it has become stays."""
        resumable.withdraw(self._found(pk))
        return Response(status=204)

    @property
    def _owner(self) -> Owner:
        actor = self.request.user
        if isinstance(actor, InstrumentActor):
            return Owner(instrument=actor.instrument)
        return Owner(user=person(actor))

    def _found(self, pk: str) -> Upload:
        upload = resumable.find(self._owner, pk)
        if upload is None:
            raise Http404
        return upload

    def _said(self, written: str, length: int) -> tuple[Delivery, str]:
        given = tus.metadata(written)
        said = SaidSerializer(data=given)
        said.is_valid(raise_exception=True)
        name = next((given[name] for name in NAMES if given.get(name)), "")
        values = said.validated_data
        return delivery_of(self.request.user, values, name, length), values["key"]

    def _end_if_whole(self, upload: Upload) -> None:
        """Also where the process died between the last byte and the file: whoever asks next ends it."""
        if upload.is_whole and upload.file_id is None:
            delivery, _key = self._said(upload.metadata, upload.length)
            resumable.end(upload, delivery)
