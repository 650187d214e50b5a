"""Migrations that do not render all models anew at each step, which took most of the time of a first start.

Django renders a model and all that are related to it again, here nearly all, whenever one is made, gets a column, an
index or a trigger. What is added can as well be added to the models as they stand: the state is the same afterwards.
Everything else (a column altered, removed, renamed) is left to Django.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations.operations import AddField, AddIndex, CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState, StateApps
from pgtrigger.migrations import AddTrigger, RemoveTrigger

Noting = Callable[[Any, str, ProjectState], None]


@contextmanager
def in_place() -> Iterator[None]:
    """Inside, what migrations add is added to the models that are rendered already."""
    changed: dict[type[Operation], Noting] = {
        CreateModel: _made(CreateModel.state_forwards),
        AddField: _field_added(AddField.state_forwards),
        AddIndex: _index_added(AddIndex.state_forwards),
        AddTrigger: _trigger_noted,
        RemoveTrigger: _trigger_struck,
    }
    before = {operation: operation.state_forwards for operation in changed}
    for operation, noting in changed.items():
        operation.state_forwards = noting  # type: ignore[method-assign, assignment]  # restored below
    try:
        yield
    finally:
        for operation, original in before.items():
            operation.state_forwards = original  # type: ignore[method-assign]


def _unrendered(note: Noting, operation: Any, app_label: str, state: ProjectState) -> StateApps | None:
    """Notes the change while nothing is rendered; answers what was, or None where nothing has been so far."""
    apps: StateApps | None = state.__dict__.pop("apps", None)
    note(operation, app_label, state)
    if apps is not None:
        state.__dict__["apps"] = apps
    return apps


def _made(note: Noting) -> Noting:
    def state_forwards(operation: CreateModel, app_label: str, state: ProjectState) -> None:
        apps = _unrendered(note, operation, app_label, state)
        if apps is not None:
            apps.render_multiple([state.models[app_label, operation.name_lower]])

    return state_forwards


def _field_added(note: Noting) -> Noting:
    def state_forwards(operation: AddField, app_label: str, state: ProjectState) -> None:
        apps = _unrendered(note, operation, app_label, state)
        if apps is not None:
            field = state.models[app_label, operation.model_name_lower].fields[operation.name]
            with apps.bulk_update():
                model: Any = apps.get_model(app_label, operation.model_name)
                model.add_to_class(operation.name, field.clone())

    return state_forwards


def _index_added(note: Noting) -> Noting:
    def state_forwards(operation: AddIndex, app_label: str, state: ProjectState) -> None:
        apps = _unrendered(note, operation, app_label, state)
        if apps is not None:
            model = apps.get_model(app_label, operation.model_name)
            model._meta.indexes = [*model._meta.indexes, operation.index]

    return state_forwards


def _trigger_noted(operation: AddTrigger, app_label: str, state: ProjectState) -> None:
    """A trigger changes no column, and what is installed was compiled when its migration was written."""
    model = state.models[app_label, operation.model_name]
    model.options["triggers"] = [*model.options.get("triggers", []), operation.trigger]


def _trigger_struck(operation: RemoveTrigger, app_label: str, state: ProjectState) -> None:
    model = state.models[app_label, operation.model_name]
    model.options["triggers"] = [one for one in model.options["triggers"] if one.name != operation.name]
