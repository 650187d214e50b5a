"""The library over REST: everybody reads it, managers of projects add to it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import User
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from characterization import library
from characterization.library import Given, Kind
from characterization.models import LibraryEntry
from synthesis import access
from synthesis.api.filters import By, Words
from synthesis.api.records import Records
from synthesis.errors import Refusal
from synthesis.models import Instrument


class LibraryEntrySerializer(serializers.ModelSerializer[LibraryEntry]):
    """``text`` is as somebody gave it, ``content`` what methods read of it. ``current`` is false for older versions."""

    instrument = serializers.SlugRelatedField[Any](slug_field="name", read_only=True)
    created_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)

    class Meta:
        model = LibraryEntry
        fields = (
            "id", "kind", "name", "version", "current", "summary", "source", "reason", "instrument", "text", "content",
            "created_at", "created_by",
        )  # fmt: skip


class NewLibraryEntrySerializer(serializers.Serializer[Any]):
    """A new entry, or with the name of one that is there its next version, with a reason.

    Name and source may be left out where the text says them; ``instrument`` (its name) is for line widths.
    """

    kind = serializers.ChoiceField(choices=Kind.choices)
    text = serializers.CharField(trim_whitespace=False)
    name = serializers.CharField(max_length=80, required=False, default="")
    source = serializers.CharField(max_length=500, required=False, default="")  # type: ignore[assignment]  # a field of that name
    reason = serializers.CharField(max_length=300, required=False, default="")
    instrument = serializers.CharField(required=False, default="")


class Library(Records):
    """Crystal phases, XPS fit models and sensitivity factors, XRD line widths that the laboratory added."""

    queryset = LibraryEntry.objects.select_related("instrument", "created_by")
    serializer_class = LibraryEntrySerializer
    http_method_names = ["get", "post", "head", "options"]  # noqa: RUF012  # as the base class declares it
    orderings: ClassVar[dict[str, str]] = {"id": "id", "name": "name", "created_at": "created_at"}
    filters: ClassVar[dict[str, By | Words]] = {
        "kind": By("kind"),
        "name": By("name"),
        "current": By("current", "flag"),
        "q": Words(("name", "summary", "source")),
    }

    def get_queryset(self) -> QuerySet[Any]:
        return self.queryset.all()

    @extend_schema(request=NewLibraryEntrySerializer, responses={201: LibraryEntrySerializer})
    def create(self, request: Request) -> Response:
        library.require_adding(self.actor)
        sent = NewLibraryEntrySerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        values = {**sent.validated_data, "instrument": self._instrument(sent.validated_data["instrument"])}
        entry = library.add(Given(**values), self.actor if isinstance(self.actor, User) else None)
        return Response(LibraryEntrySerializer(entry).data, status=status.HTTP_201_CREATED)

    def _instrument(self, name: str) -> Instrument | None:
        if not name:
            return None
        found = access.visible_instruments(self.actor).filter(name=name).first()
        if found is None:
            raise Refusal(
                f"There is no instrument ‘{name[:60]}’ that you may see.", field="instrument", status=422
            )
        return found
