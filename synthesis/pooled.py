"""What a pool is, from what went into it: columns in which all agree, the earliest date, the mean purity."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from synthesis.errors import Refusal
from synthesis.models import MaterialLot, Sample
from synthesis.models.samples import Kind

Column = models.Field[Any, Any]


def columns_of(own: Sample) -> list[Column]:
    """The columns of its kind alone, as far as a copy may have the same."""
    return [
        column
        for column in own._meta.local_fields
        if column.name != "sample_ptr" and not column.unique and type(own) is not Sample
    ]


def pooled_values(samples: Sequence[Sample], amounts: Sequence[Decimal]) -> dict[str, Any]:
    """The columns of the pool. A value in which they differ is left empty, or refused where it must be there."""
    first = samples[0]
    values = {column.attname: _agreed(column, samples) for column in columns_of(first)}
    if first.kind == Kind.LOT:
        values |= _of_lots([one for one in samples if isinstance(one, MaterialLot)], amounts)
    return values | {
        "project_id": first.project_id,
        "name": first.name if len({one.name for one in samples}) == 1 else "",
        "group": first.group,
        "unit": first.unit,
        "simulated": any(one.simulated for one in samples),
    }


def _agreed(column: Column, samples: Sequence[Sample]) -> Any:
    found = [getattr(one, column.attname) for one in samples]
    if all(value == found[0] for value in found):
        return found[0]
    if column.null:
        return None
    if column.blank and isinstance(column, models.CharField | models.TextField):
        return ""
    other = next(one for one, value in zip(samples, found, strict=True) if value != found[0])
    raise Refusal(
        _("%(first)s and %(sample)s differ in %(what)s (%(one)s, %(other)s). Only like is pooled.")
        % {
            "first": samples[0],
            "sample": other,
            "what": column.verbose_name,
            "one": getattr(samples[0], column.name),
            "other": getattr(other, column.name),
        },
        field="inputs",
    )


def _of_lots(lots: Sequence[MaterialLot], amounts: Sequence[Decimal]) -> dict[str, Any]:
    """Good only as long as the first of them, and as pure as their mean by amount."""
    expiries = [lot.expires_on for lot in lots if lot.expires_on]
    opened = [lot.opened_on for lot in lots if lot.opened_on]
    purities = [lot.purity_percent for lot in lots]
    mean = None
    if all(purity is not None for purity in purities):
        pure = sum((purity or 0) * amount for purity, amount in zip(purities, amounts, strict=True))
        mean = (pure / sum(amounts, Decimal(0))).quantize(Decimal("0.0001"))
    return {
        "expires_on": min(expiries, default=None),
        "opened_on": min(opened, default=None),
        "purity_percent": mean,
    }
