"""Planned beside actual on a form: the deviation of each measured value, and the reason asked for past a limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms

from synthesis import deviations
from synthesis.deviations import Deviation, Limit
from synthesis.errors import Refusal
from synthesis.forms.fields import MeasuredField, measured, shown
from synthesis.protocols import Plan

LONGEST_REASON = 300


@dataclass(frozen=True)
class MeasuredRow:
    """One quantity of a form with its plan; ``why`` is the reason typed so far, ``why_error`` asks for one.

    Enough to draw it in a table, in a grid, or alone on a screen.
    """

    bound: forms.BoundField
    planned: str
    unit: str
    limit: Limit | None
    deviation: Deviation | None
    why: str
    why_error: str

    @property
    def name(self) -> str:
        return self.bound.name

    @property
    def why_name(self) -> str:
        return why_name(self.bound.name)

    @property
    def over(self) -> bool:
        return self.deviation is not None and self.deviation.over


def why_name(field: str) -> str:
    """The input in which the reason for a field's deviation is typed."""
    return f"why-{field}"


def reason_in(data: Any, name: str) -> str:
    return str(data.get(name, "") if data is not None else "").strip()[:LONGEST_REASON]


if TYPE_CHECKING:
    _Base = forms.BaseForm
else:
    _Base = object


class ReasonedForm(_Base):
    """For forms whose measured fields have a plan in ``follows``."""

    follows: Plan

    @property
    def measured_rows(self) -> list[MeasuredRow]:
        """Fields with a unit, in the order of the form."""
        return [
            self._row(name, field) for name, field in self.fields.items() if isinstance(field, MeasuredField)
        ]

    def planned_values(self) -> dict[str, Any]:
        return {name: value for name, value in self.follows.values.items() if name in self.fields}

    def reasons(self) -> dict[str, str]:
        """The reasons given for what lies past its limit; of a valid form."""
        return {row.name: row.why for row in self.measured_rows if row.over and row.why}

    def gives_reasons(self) -> bool:
        """Whether every value past its limit has its reason; else the row says what is asked for."""
        self.asked_why = True
        return not any(row.why_error for row in self.measured_rows)

    asked_why = False

    def _row(self, name: str, field: MeasuredField) -> MeasuredRow:
        planned = self.follows.values.get(name)
        limit = self.follows.limits.get(name)
        apart = _apart(planned, self[name].value(), field, limit)
        why = reason_in(self.data, why_name(name)) if self.is_bound else ""
        missing = self.asked_why and apart is not None and apart.over and not why
        label = str(field.label)
        return MeasuredRow(
            self[name],
            shown(planned) if planned is not None else "",
            field.unit,
            limit,
            apart,
            why,
            deviations.reason_asked(label[:1].upper() + label[1:], apart) if missing and apart else "",
        )


def _apart(planned: Any, typed: Any, field: MeasuredField, limit: Limit | None) -> Deviation | None:
    if isinstance(planned, bool) or not isinstance(planned, int | float) or typed in (None, ""):
        return None
    try:
        actual = float(measured(str(typed), field.unit, field.lowest))
    except Refusal:
        return None
    return deviations.between(float(planned), actual, field.unit, limit)
