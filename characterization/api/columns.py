"""Naming the columns of an unknown table over REST."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from characterization import intake, naming
from characterization.instruments.nameable import problems
from characterization.models import RawFile
from synthesis.errors import Refusal


class NamingSerializer(serializers.Serializer[Any]):
    """``columns``: for each column of the file `["voltage_V", "mV"]`, or null for one that is left out."""

    technique = serializers.CharField()
    columns = serializers.ListField(
        child=serializers.ListField(
            child=serializers.CharField(), min_length=2, max_length=2, allow_null=True
        )
    )
    told = serializers.DictField(child=serializers.JSONField(), required=False)


class NamedColumnsSerializer(NamingSerializer):
    titles = serializers.ListField(child=serializers.CharField())
    version = serializers.IntegerField()


def named(file: RawFile, status: int = 200) -> Response:
    titles = _job_titles(file)
    present = naming.naming_for(file, titles) if titles else None
    told = {
        "titles": titles,
        "technique": present.technique if present else "",
        "columns": present.columns if present else [],
        "told": present.told if present else {},
        "version": present.version if present else 0,
    }
    return Response(NamedColumnsSerializer(told).data, status=status)


def name(file: RawFile, sent: Any, actor: Any) -> Response:
    """Raises ValidationError by field, or Refusal where there is nothing to name."""
    titles = _job_titles(file)
    if not titles:
        raise Refusal(f"{file.name} is no table whose columns wait for names.")
    asked = NamingSerializer(data=sent)
    asked.is_valid(raise_exception=True)
    given = {"told": {}, **asked.validated_data}
    if len(given["columns"]) != len(titles):
        raise ValidationError({"columns": [f"{len(titles)} columns are expected, null for those left out."]})
    errors = problems(given["technique"], given["columns"], given["told"])
    if errors:
        raise ValidationError({field: [sentence] for field, sentence in errors.items()})
    intake.name_columns(file, given, actor if isinstance(actor, User) else None)
    return named(file, 202)


def _job_titles(file: RawFile) -> list[str]:
    titles: list[str] = file.job.columns
    return titles
