"""Migrations whose models are changed in place end in the same models as Django's own way."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.migrations.operations import AddField, AddIndex, CreateModel
from django.db.migrations.state import ProjectState
from django.db.models import CASCADE, CharField, ForeignKey, Index, IntegerField

from labsys import migrating

STEPS = [
    CreateModel("Shelf", [("id", IntegerField(primary_key=True))]),
    CreateModel("Box", [("id", IntegerField(primary_key=True)), ("shelf", ForeignKey("lab.Shelf", CASCADE))]),
    CreateModel("Deep", [], bases=("lab.Box",)),
    AddField("Box", "label", CharField(max_length=9, default="none"), preserve_default=False),
    AddField("Shelf", "near", ForeignKey("lab.Box", CASCADE, related_name="neighbours", null=True)),
    AddIndex("Box", Index(fields=["label"], name="box_label")),
]


def walked() -> ProjectState:
    """The state after all steps, with its models rendered from the start."""
    state = ProjectState()
    assert not state.apps.get_models()
    for step in STEPS:
        step.state_forwards("lab", state)
    return state


def seen(state: ProjectState) -> dict[str, Any]:
    """Of each rendered model its columns, who refers to it, and its indexes."""
    return {
        model.__name__: (
            [(field.name, field.has_default()) for field in model._meta.get_fields() if field.concrete],
            sorted(one.name for one in model._meta.related_objects),
            [index.name for index in model._meta.indexes],
        )
        for model in state.apps.get_models()
    }


def test_models_changed_in_place_are_those_that_django_would_have_rendered() -> None:
    whole = walked()
    with migrating.in_place():
        quick = walked()
    assert seen(quick) == seen(whole)
    assert quick == whole
    assert seen(quick)["Box"][2] == ["box_label"]


def test_nothing_stays_changed_in_django() -> None:
    before = [(step, step.state_forwards) for step in (CreateModel, AddField, AddIndex)]
    with pytest.raises(ZeroDivisionError), migrating.in_place():
        assert CreateModel.state_forwards is not before[0][1]
        raise ZeroDivisionError
    assert all(step.state_forwards is original for step, original in before)
