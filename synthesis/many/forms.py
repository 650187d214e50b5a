"""One form for many rows: the rules of the single form, without asking the database for each row anew."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import CheckConstraint, F, Q
from django.forms.models import BaseModelForm

from synthesis import constraint_words
from synthesis.access import Actor
from synthesis.many.kinds import ManyKind

_MOST_FORMS = 500
Violation = tuple[str, str]
Violations = dict[tuple[Any, ...], Violation | None]


class RowForms:
    """Binds rows to the form of a kind. Rows with the same choices of records share a form.

    A form is made anew for each combination of chosen records, because what it plans and offers may follow from
    them; the same record is fetched once, and a constraint of the model asks PostgreSQL once per set of values.
    """

    def __init__(self, kind: ManyKind, actor: Actor) -> None:
        self.kind, self.actor = kind, actor
        self._made: dict[tuple[str, ...], tuple[BaseModelForm[Any], dict[str, Any]]] = {}
        self._violations: Violations = {}
        self._names: tuple[str, ...] | None = None

    def bound(self, data: Mapping[str, Any]) -> BaseModelForm[Any]:
        """The form with this row in it. It is good until the next row is bound."""
        key = tuple(str(data.get(name, "")) for name in self._choosing())
        if key not in self._made:
            if len(self._made) >= _MOST_FORMS:
                self._made.clear()
            form = self.kind.new_form(dict(data), self.actor)
            _remember_records(form)
            self._made[key] = form, dict(form.__dict__)
        form, pristine = self._made[key]
        form.__dict__.clear()
        form.__dict__.update(pristine)
        form.__dict__["_bound_fields_cache"] = {}
        form.data = dict(data)
        form.__dict__["_errors"] = None
        form.instance = self.kind.model()
        _check_once(form, self._violations)
        return form

    def defaults(self) -> dict[str, Any]:
        """What a required field says of itself where nobody says otherwise."""
        fields = self.kind.new_form(None, self.actor).fields
        return {
            name: field.initial
            for name, field in fields.items()
            if field.required and field.initial is not None and not callable(field.initial)
        }

    def _choosing(self) -> tuple[str, ...]:
        if self._names is None:
            fields = self.kind.new_form(None, self.actor).fields
            self._names = tuple(
                name for name, field in fields.items() if isinstance(field, forms.ModelChoiceField)
            )
        return self._names


def _remember_records(form: BaseModelForm[Any]) -> None:
    """The same record is asked for once; that it exists was asked by then, so the model need not ask again."""
    chosen = {name for name, item in form.fields.items() if isinstance(item, forms.ModelChoiceField)}
    for name in chosen:
        item = form.fields[name]
        setattr(item, "to_python", _once(item.to_python))  # noqa: B010  # this form's own copy of the field
    left_aside: Callable[[], set[str]] = getattr(form, "_get_validation_exclusions")  # noqa: B009
    setattr(form, "_get_validation_exclusions", lambda: {*left_aside(), *chosen})  # noqa: B010


def _once(ask: Callable[[Any], Any]) -> Callable[[Any], Any]:
    known: dict[str, Any] = {}

    def asked(value: Any) -> Any:
        key = str(value)
        if key not in known:
            known[key] = ask(value)
        return known[key]

    return asked


def _check_once(form: BaseModelForm[Any], known: Violations) -> None:
    """Has the check constraints of a row's model asked of PostgreSQL once for each set of values."""
    instance = form.instance

    def validate(exclude: Any = None) -> None:
        problems: dict[str, list[str]] = {}
        for model, constraints in instance.get_constraints():
            for constraint in constraints:
                found = _violation(constraint, model, instance, exclude or (), known)
                if found is not None:
                    field, sentence = found
                    problems.setdefault(field if field in form.fields else NON_FIELD_ERRORS, []).append(
                        sentence
                    )
        if problems:
            raise ValidationError(problems)

    setattr(instance, "validate_constraints", validate)  # noqa: B010  # of this row only


def _violation(
    constraint: Any, model: Any, instance: Any, exclude: Collection[str], known: Violations
) -> Violation | None:
    """The field and the sentence of a constraint that a row breaks."""
    names = _names(constraint.condition) if isinstance(constraint, CheckConstraint) else []
    if names and set(names) & set(exclude):
        return None
    key = (constraint.name, *(getattr(instance, name, None) for name in names)) if names else None
    if key is not None and key in known:
        return known[key]
    found = None
    try:
        constraint.validate(model, instance, exclude=exclude)
    except ValidationError as error:
        said = constraint_words.SENTENCES.get(constraint.name)
        found = names[0] if names else "", str(said) if said else " ".join(error.messages)
    if key is not None:
        known[key] = found
    return found


def _names(condition: Any) -> list[str]:
    """The fields that a condition speaks of."""
    found: list[str] = []
    for child in condition.children if isinstance(condition, Q) else ():
        if isinstance(child, Q):
            found += _names(child)
        elif isinstance(child, tuple):
            found.append(child[0].split("__")[0])
            if isinstance(child[1], F):
                found.append(str(getattr(child[1], "name", "")))
    return found
