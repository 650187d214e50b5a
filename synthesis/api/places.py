"""The tree of places."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request

from synthesis import place_tree
from synthesis.api.fields import person
from synthesis.api.filters import By, Words
from synthesis.api.records import ChangeableRecords, require_anywhere
from synthesis.models import Place, Project


class PlaceSerializer(serializers.ModelSerializer[Place]):
    """``path`` follows from the names above; ``capacity`` counts samples, null for as many as fit."""

    code = serializers.CharField(read_only=True)
    parent: Any = serializers.PrimaryKeyRelatedField(
        queryset=Place.objects.all(), required=False, allow_null=True
    )

    class Meta:
        model = Place
        fields = ("id", "code", "name", "parent", "path", "capacity", "note", "created_at")
        read_only_fields = ("path", "created_at")
        validators: ClassVar[list[Any]] = []  # the tree says the same in words, under its lock


class Places(ChangeableRecords):
    """Rooms, cabinets, shelves and slots. They belong to no project: an editor of any project changes them."""

    queryset = Place.objects.all()
    serializer_class = PlaceSerializer
    orderings: ClassVar[dict[str, str]] = {"id": "id", "path": "path", "created_at": "created_at"}
    filters: ClassVar[dict[str, By | Words]] = {"parent": By("parent_id", "id"), "q": Words(("path", "note"))}

    def get_queryset(self) -> QuerySet[Any]:
        return Place.objects.all()

    def project_of_new(self, request: Request) -> Project | None:
        require_anywhere(self.actor)
        return None

    def require_change(self, found: Any) -> None:
        require_anywhere(self.actor)

    def record(self, serializer: Any, project: Project | None) -> None:
        serializer.instance = place_tree.add(Place(**serializer.validated_data), person(self.actor))

    def change(self, serializer: Any) -> None:
        for name, value in serializer.validated_data.items():
            setattr(serializer.instance, name, value)
        place_tree.change(serializer.instance)
