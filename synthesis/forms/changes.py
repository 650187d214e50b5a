"""The form that changes a record: its own fields as they are logged, and what they were when the form was opened.

What they were travels with the form, signed, so that the merge knows which of two people touched a field.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Model
from django.utils.translation import gettext as _

from synthesis import access, groups, record_kinds
from synthesis.changes import Base, Difference, base_of
from synthesis.errors import Refusal
from synthesis.forms.fields import MeasuredField, said, shown
from synthesis.forms.steps import callback
from synthesis.times import require_past

SALT = "synthesis.changes"
DONE = ("made_at", "started_at")
"""Times of what was done, which is never in the future."""


@dataclass(frozen=True)
class Opened:
    """What a form was opened with: how the fields stood, and which of them wait for a decision."""

    base: Base
    asked: tuple[str, ...] = ()

    def sealed(self, record: Model) -> str:
        whole = {"of": _name(record), "base": dict(self.base), "asked": list(self.asked)}
        return signing.dumps(whole, salt=SALT, compress=True)

    @classmethod
    def read(cls, sealed: str, record: Model) -> Opened:
        """What came back with a form. Raises Refusal where it is not this record's."""
        try:
            whole = signing.loads(sealed, salt=SALT)
        except signing.BadSignature:
            whole = {}
        if whole.get("of") != _name(record):
            raise Refusal(
                _(
                    "This form does not belong to %(record)s. Open its page again; what was typed was not saved."
                )
                % {"record": record}
            )
        return cls(whole["base"], tuple(whole["asked"]))


class ChangeForm(forms.ModelForm[Any]):
    """Fields of one record. Its rules are checked when it is written, against what it is then."""

    def __init__(self, *args: Any, actor: access.Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        self.actor = actor
        for name, field in self.fields.items():
            if name == "group":
                field.widget.attrs["list"] = "groups"
            if isinstance(field, forms.ModelChoiceField):
                field.empty_label = None if field.required else "–"
                _offer(field, actor, getattr(self.instance, name))

    @property
    def group_names(self) -> list[str]:
        return groups.offered(self.actor) if "group" in self.fields else []

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        return [
            self[name]
            for name, field in self.fields.items()
            if not isinstance(field, MeasuredField) and not isinstance(field.widget, forms.Textarea)
        ]

    @property
    def measured_fields(self) -> list[forms.BoundField]:
        return [self[name] for name, field in self.fields.items() if isinstance(field, MeasuredField)]

    @property
    def long_fields(self) -> list[forms.BoundField]:
        return [self[name] for name, field in self.fields.items() if isinstance(field.widget, forms.Textarea)]

    @property
    def touched(self) -> dict[str, Any]:
        """What the person changed of what the form showed."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name in self.cleaned_data}

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        for name in DONE:
            try:
                require_past(values.get(name), name)
            except Refusal as refusal:
                self.add_error(name, said(refusal))
        return values

    def _post_clean(self) -> None:
        """The record is left as it is: what is wanted is written over what it is by then."""


def form_of(record: Model, actor: access.Actor, opened: Opened, data: Mapping[str, Any] | None) -> ChangeForm:
    """The form of a record, filled with what the fields were when it was opened."""
    names = [name for name in record_kinds.of(record).fields if name in opened.base and _typed(record, name)]
    made: Any = forms.modelform_factory(
        type(record), form=ChangeForm, fields=names, formfield_callback=callback
    )
    initial = {name: _initial(record, name, opened.base[name]) for name in names}
    form: ChangeForm = made(data, instance=record, initial=initial, actor=actor)
    return form


def open_now(record: Model) -> Opened:
    return Opened(base_of(record, record_kinds.of(record).editable(record)))


def decided(form: ChangeForm, opened: Opened, data: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """What is wanted after the person's choices, and the fields on which there was none."""
    wanted, open_still = form.touched, []
    for name in opened.asked:
        choice = data.get(f"keep-{name}")
        if choice == "theirs":
            wanted.pop(name, None)
        elif choice != "mine" and name in wanted:
            open_still.append(name)
    return wanted, open_still


def place_errors(form: ChangeForm, errors: Mapping[str, list[str]]) -> None:
    for name, sentences in errors.items():
        for sentence in sentences:
            form.add_error(name if name in form.fields else None, ValidationError(sentence))


def asked_of(conflicts: Iterable[Difference]) -> tuple[str, ...]:
    return tuple(conflict.name for conflict in conflicts)


def _typed(record: Model, name: str) -> bool:
    """Whether a plain input can hold it; what cannot has a page of its own kind."""
    column: Any = record._meta.get_field(name)
    return bool(column.editable) and not isinstance(column, models.JSONField)


def _name(record: Model) -> str:
    return f"{record._meta.label_lower} {record.pk}"


def _initial(record: Model, name: str, text: str) -> Any:
    """A value as the form shows it, from the text that travelled."""
    column: Any = record._meta.get_field(name)
    if text == "" and not isinstance(column, models.CharField | models.TextField):
        return None
    if isinstance(column, models.ForeignKey):
        return int(text)
    if isinstance(column, models.BooleanField):
        return text == "true"
    value = column.to_python(text)
    return shown(value) if isinstance(column, models.FloatField | models.DecimalField) else value


def _offer(field: forms.ModelChoiceField[Any], actor: access.Actor, now: Model | None) -> None:
    """Only what the actor may see, and what stands there already."""
    model = field.queryset.model  # type: ignore[union-attr]  # a form made from a model has one
    columns = {column.name for column in model._meta.fields}
    if "project" not in columns:
        return
    seen = access.visible_projects(actor).values("pk")
    mine = models.Q(project__in=seen) | models.Q(project__isnull=True)
    field.queryset = model._default_manager.filter(mine | models.Q(pk=now.pk if now else None))
