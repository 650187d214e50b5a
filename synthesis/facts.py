"""The logged values of a sample as rows, planned beside actual, read from its own kind's columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models

from synthesis import words
from synthesis.forms.fields import split_label
from synthesis.models import Sample

NOTHING = "–"


@dataclass(frozen=True)
class Fact:
    label: str
    unit: str
    planned: str
    actual: str
    deviation: str


def of_sample(sample: Sample) -> list[Fact]:
    """One row for each of the kind's own columns that has a value or a plan."""
    own = sample.own
    if type(own) is Sample:
        return []
    return [fact for column in own._meta.local_fields if (fact := _fact(own, column)) is not None]


def _fact(own: Sample, column: Any) -> Fact | None:
    if column.name == "sample_ptr" or isinstance(column, models.BooleanField):
        return None
    value, planned = getattr(own, column.name), own.planned.get(column.name)
    if value in (None, "") and planned is None:
        return None
    label, unit = split_label(str(column.verbose_name))
    if column.choices:
        value = getattr(own, f"get_{column.name}_display")()
    return Fact(
        label[:1].upper() + label[1:], unit, _shown(planned), _shown(value), _deviation(planned, value, unit)
    )


def _shown(value: Any) -> str:
    if value in (None, ""):
        return NOTHING
    return words.digits(value) if isinstance(value, float | int) else str(value)


def _deviation(planned: Any, actual: Any, unit: str) -> str:
    """In % of the plan; temperatures as a difference."""
    if not isinstance(planned, int | float) or not isinstance(actual, int | float):
        return ""
    if unit == "°C":
        return (
            f"{actual - planned:+g}".replace("-", "−") + f"{words.NO_BREAK}°C" if actual != planned else "0"
        )
    if planned in (0, actual):
        return "0"
    return f"{100 * (actual - planned) / planned:+.1f}".replace("-", "−") + f"{words.NO_BREAK}%"
