"""The chain of a sample in JSON: its relatives and the edges between them.

A chain may have two thousand samples, and a serializer takes ten times as long for each as a dict does. So the
serializers here say what is answered, and ``written`` writes it.
"""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from synthesis import genealogy
from synthesis.access import Actor
from synthesis.api.fields import NumberField
from synthesis.genealogy import Direction, Edge
from synthesis.models import Sample

PLAIN = ("id", "code", "kind", "name", "group", "amount_left", "unit", "state")


class RelativeSerializer(serializers.ModelSerializer[Sample]):
    project = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    amount_left = NumberField(read_only=True)

    class Meta:
        model = Sample
        fields = (*PLAIN, "project")


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


def written(sample: Sample, actor: Actor, direction: Direction) -> dict[str, Any]:
    """What ``ChainSerializer`` describes, samples by number."""
    rows, edges, hidden = genealogy.chain_rows(sample, actor, direction, (*PLAIN, "project__slug"))
    codes = {row.pop("pk"): row["code"] for row in rows}
    for row in rows:
        row["project"] = row.pop("project__slug")
    return {
        "sample": sample.code,
        "samples": rows,
        "edges": [_edge(one, codes) for one in edges],
        "hidden": hidden,
    }


def _edge(edge: Edge, codes: dict[int, str]) -> dict[str, Any]:
    return {
        "source": codes[edge.source_id],
        "target": codes[edge.target_id],
        "amount": edge.amount,
        "unit": edge.unit,
        "role": edge.role,
        "entered": edge.entered,
    }
