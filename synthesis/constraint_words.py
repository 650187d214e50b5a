"""The rules of a row as sentences beside the fields that they are about, before the database says them by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS
from django.db.models import BaseConstraint, CheckConstraint, Model, Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

SENTENCES: dict[str, str | Promise] = {
    "purity_is_a_share": gettext_lazy("A purity lies above 0 and at 100 % at most."),
    "molar_mass_positive": gettext_lazy("A molar mass is above zero."),
    "density_positive": gettext_lazy("A density is above zero."),
    "ramp_goes_somewhere": gettext_lazy("A rate is above zero, for cooling too."),
    "hold_not_negative": gettext_lazy("A hold lasts zero hours or longer."),
}
"""By the constraint's name. Other floors add their own."""


def broken_rules(record: Model, names: Iterable[str]) -> dict[str, list[str]]:
    """Field -> sentences for the constraints that a row breaks; "" for what belongs to no single field of ``names``."""
    wanted = list(names)
    found: dict[str, list[str]] = {}
    for model, constraints in record.get_constraints():
        for constraint in constraints:
            if sentence := _broken(constraint, model, record):
                field = next((name for name in wanted if name in set(_fields(constraint))), "")
                found.setdefault(field, []).append(sentence)
    return found


def _broken(constraint: BaseConstraint, model: type[Model], record: Model) -> str:
    try:
        constraint.validate(model, record, using=DEFAULT_DB_ALIAS)
    except ValidationError as error:
        said = SENTENCES.get(constraint.name)
        return str(said) if said else " ".join(error.messages) or _("This breaks a rule of the record.")
    return ""


def _fields(constraint: BaseConstraint) -> Iterator[str]:
    if isinstance(constraint, CheckConstraint):
        yield from _named(constraint.condition)
    yield from getattr(constraint, "fields", ())


def _named(condition: Any) -> Iterator[str]:
    for child in getattr(condition, "children", ()):
        if isinstance(child, Q):
            yield from _named(child)
        elif isinstance(child, tuple):
            yield str(child[0]).split("__")[0]
