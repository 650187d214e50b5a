"""What a version says, as rows for a page: values with their limits, what is taken, the programme drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms

from synthesis import deviations
from synthesis.forms.fields import MeasuredField, shown
from synthesis.models import ProgrammeSegment, ProtocolVersion
from synthesis.programme import Drawing, draw


@dataclass(frozen=True)
class Said:
    values: list[tuple[str, str, str]]
    """Label, planned value with its unit, limit."""
    takes: list[tuple[str, str, str, str]]
    """Role, planned amount, limit, usual lot."""
    segments: list[ProgrammeSegment]
    drawing: Drawing | None


def show(version: ProtocolVersion, form: forms.BaseForm) -> Said:
    limits = deviations.stored_limits(version.limits)

    def limit(name: str) -> str:
        return limits[name].words if name in limits else ""

    values = []
    order = {name: place for place, name in enumerate(form.fields)}
    for name, value in sorted(version.values.items(), key=lambda item: order.get(item[0], len(order))):
        field = form.fields.get(name)
        label = str(field.label if field is not None else name)
        unit = field.unit if isinstance(field, MeasuredField) else ""
        values.append((label[:1].upper() + label[1:], f"{shown(value)} {unit}".strip(), limit(name)))
    takes = [
        (row["role"], row.get("planned", ""), limit(row["role"]), row.get("lot", "")) for row in version.takes
    ]
    segments = [ProgrammeSegment(number=n, **_floats(row)) for n, row in enumerate(version.segments, start=1)]
    return Said(values, takes, segments, draw(segments, None))


def _floats(row: dict[str, Any]) -> dict[str, float]:
    return {name: float(row[name]) for name in ("from_degC", "to_degC", "rate_degC_per_min", "hold_h")}
