"""What can be recorded many at once. Each floor adds its own kinds when it starts, as for the logbook."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.forms.models import BaseModelForm
from django.utils.functional import Promise

from synthesis.access import Actor
from synthesis.forms.steps import StepForm

Roles = Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class ManyKind:
    """``slug`` is the logbook's word for one of them, whose form checks each row.

    ``varying`` are the columns that usually differ from row to row; all others stand once above the rows.
    ``synonyms`` are heads, beside label and name, under which files bring a column. ``roles_by`` names what a step
    takes where that depends on what is common to all rows; ``leading`` is the common field that decides it.
    """

    slug: str
    label: str | Promise
    icon: str
    form: type[BaseModelForm[Any]]
    varying: Sequence[str]
    order: int
    synonyms: Mapping[str, Sequence[str]] = field(default_factory=dict)
    roles_by: Callable[[Mapping[str, str], Actor], Roles] | None = None
    leading: str = ""

    def new_form(self, data: Any, actor: Actor) -> BaseModelForm[Any]:
        if issubclass(self.form, StepForm):
            return self.form(data, actor=actor)
        return self.form(data)

    def roles(self, common: Mapping[str, str], actor: Actor) -> Roles:
        if self.roles_by is not None:
            return self.roles_by(common, actor)
        return self.form.roles if issubclass(self.form, StepForm) else ()

    @property
    def model(self) -> Any:
        return self.form._meta.model


_KINDS: dict[str, ManyKind] = {}


def register(kind: ManyKind) -> None:
    _KINDS[kind.slug] = kind


def find(slug: str) -> ManyKind | None:
    return _KINDS.get(slug)


def kinds() -> list[ManyKind]:
    return sorted(_KINDS.values(), key=lambda kind: kind.order)
