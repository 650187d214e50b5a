"""A batch or a run as the content of a protocol: what was done becomes what is planned."""

from __future__ import annotations

from typing import Any

from django.db import models

from synthesis.models import CarbonizationRun, LedgerEntry, MaterialLot, Sample

SEGMENT = ("from_degC", "to_degC", "rate_degC_per_min", "hold_h")
_ASIDE = ("sample_ptr", "wet_yield_g", "ionic_conductivity_mS_per_cm", "supplier", "lot_number")


def of_sample(sample: Sample) -> dict[str, Any]:
    """Its logged values, and what it took as it was typed; lots are the usual ones from then on."""
    own = sample.own
    uses = LedgerEntry.objects.filter(product_id=sample.pk, kind=LedgerEntry.Kind.USE).select_related(
        "sample"
    )
    takes: dict[str, dict[str, str]] = {}
    for entry in uses.order_by("pk"):
        amount = entry.entered.replace("\u00a0", " ")
        is_lot = entry.sample.kind == MaterialLot.KIND
        takes.setdefault(
            entry.role or entry.sample.name,
            {
                "role": entry.role or entry.sample.name,
                "unit": amount.rpartition(" ")[2] or entry.sample.unit,
                "planned": amount,
                "lot": entry.sample.code if is_lot else "",
            },
        )
    return {"values": _values(own), "takes": list(takes.values()), "limits": {}}


def of_run(run: CarbonizationRun) -> dict[str, Any]:
    """Its programme and settings; the boats stand as what is put in, by the additive that comes out."""
    names = ("furnace", "atmosphere", "flow_mL_per_min", "highest_temperature_degC")
    segments = [{name: getattr(one, name) for name in SEGMENT} for one in run.segments.all()]
    boats = run.boats.select_related("additive")
    takes = {
        boat.additive.group: {
            "role": boat.additive.group,
            "unit": "g",
            "planned": f"{boat.mass_in_g.normalize():f} g",
            "lot": "",
        }
        for boat in boats
        if boat.additive.group
    }
    values = {name: value for name in names if (value := getattr(run, name)) not in (None, "")}
    return {"values": values, "takes": list(takes.values()), "limits": {}, "segments": segments}


def _values(own: Sample) -> dict[str, Any]:
    """The kind's own columns that a protocol can plan: numbers and words, no choices and no references."""
    columns = [
        column
        for column in own._meta.local_fields
        if column.name not in _ASIDE
        and not column.choices
        and isinstance(column, models.FloatField | models.CharField)
    ]
    found = {column.name: getattr(own, column.name) for column in columns}
    return {name: value for name, value in found.items() if value not in (None, "")}
