"""The chain of a sample in JSON: its relatives and the edges between them.

A chain may have two thousand samples, and a serializer takes ten times as long for each as a dict does. So the
serializers here say what is answered, and ``written`` writes it.
"""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from synthesis.api.fields import NumberField
from synthesis.genealogy import Chain
from synthesis.models import Project, Sample


class RelativeSerializer(serializers.ModelSerializer[Sample]):
    project = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    amount_left = NumberField(read_only=True)

    class Meta:
        model = Sample
        fields = ("id", "code", "kind", "name", "group", "project", "amount_left", "unit", "state")


class EdgeSerializer(serializers.Serializer[Any]):
    """``amount`` of the source, in the source's unit, that went into the target."""

    source = serializers.CharField()  # type: ignore[assignment]  # a field named so, not Field.source
    target = serializers.CharField()
    amount = NumberField()
    unit = serializers.CharField()
    role = serializers.CharField()
    entered = serializers.CharField()


class ChainSerializer(serializers.Serializer[Any]):
    """``hidden`` counts samples of projects that the reader may not see."""

    sample = serializers.CharField()
    samples = RelativeSerializer(many=True)
    edges = EdgeSerializer(many=True)
    hidden = serializers.IntegerField()


def written(sample: Sample, chain: Chain) -> dict[str, Any]:
    """What ``ChainSerializer`` describes, samples by number."""
    slugs = dict(Project.objects.filter(pk__in={one.project_id for one in chain.samples.values()})
                 .values_list("pk", "slug"))  # fmt: skip
    codes = {pk: one.code for pk, one in chain.samples.items()}
    return {
        "sample": sample.code,
        "samples": [_relative(chain.samples[pk], slugs) for pk in sorted(chain.samples)],
        "edges": [
            {
                "source": codes[edge.source_id],
                "target": codes[edge.target_id],
                "amount": edge.amount,
                "unit": edge.unit,
                "role": edge.role,
                "entered": edge.entered,
            }
            for edge in chain.edges
        ],
        "hidden": chain.hidden,
    }


def _relative(one: Sample, slugs: dict[int, str]) -> dict[str, Any]:
    return {
        "id": one.pk,
        "code": one.code,
        "kind": one.kind,
        "name": one.name,
        "group": one.group,
        "project": slugs[one.project_id],
        "amount_left": one.amount_left,
        "unit": one.unit,
        "state": one.state,
    }
