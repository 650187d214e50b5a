"""A sample or a run that a script records by a protocol: pinned to its version, with a reason for each deviation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from synthesis import deviations
from synthesis.deviations import Deviation
from synthesis.errors import Refusal
from synthesis.forms.fields import split_label
from synthesis.ledger import Take
from synthesis.models import CarbonizationRun, ProtocolVersion, Sample
from synthesis.protocols import plan_of


def pin(record: Sample | CarbonizationRun, version: ProtocolVersion, takes: Sequence[Take] = ()) -> None:
    """Sets protocol and plan. Raises Refusal under ``reasons`` for a value past its limit without a reason."""
    plan = plan_of(version)
    names = {field.name for field in record._meta.fields}
    planned = {name: value for name, value in plan.values.items() if name in names}
    if isinstance(record, CarbonizationRun):
        planned["segments"] = list(plan.segments)
        planned["boats"] = {row["role"]: row["planned"] for row in plan.takes if row.get("planned")}
    else:
        planned |= {row["role"]: row["planned"] for row in plan.takes if row.get("planned")}
    record.protocol, record.planned = version, planned | record.planned
    for name, value in planned.items():
        actual = getattr(record, name, None) if name in names else None
        if isinstance(value, int | float) and isinstance(actual, int | float):
            column: Any = record._meta.get_field(name)
            label, unit = split_label(str(column.verbose_name))
            apart = deviations.between(value, actual, unit, plan.limits.get(name))
            _need_reason(record, name, label[:1].upper() + label[1:], apart)
    for row in plan.takes:
        role = row["role"]
        taken = [(take.sample, take.amount) for take in takes if take.role == role]
        off = deviations.of_amounts(row.get("planned", ""), taken, plan.limits.get(role)) if taken else None
        if off is not None:
            _need_reason(record, role, role, off)


def _need_reason(record: Sample | CarbonizationRun, name: str, label: str, apart: Deviation) -> None:
    if apart.over and not str(record.reasons.get(name, "")).strip():
        raise Refusal(deviations.reason_asked(label, apart), field=f"reasons.{name}", code="reason_needed")
