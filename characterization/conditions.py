"""What the laboratory knows of a sample or a run and an analysis must be told."""

from __future__ import annotations

from typing import Any

from cells.models import Cell
from characterization.matching import Owner
from characterization.models import AnalysisChoice
from synthesis.models import CarbonizationRun, FreezeDriedBatch, Sample

CELL_FIELDS = (
    "format",
    "active_mass_mg",
    "composite_mass_mg",
    "area_cm2",
    "separator_thickness_um",
    "lower_voltage_V",
    "upper_voltage_V",
    "voltage_reference",
    "temperature_degC",
)


def conditions_for(owner: Owner) -> dict[str, Any]:
    """Of the owner of a file; empty where nothing is known."""
    return _known(owner) | (_chosen(owner.sample) if owner.sample is not None else {})


def _chosen(sample: Sample) -> dict[str, Any]:
    """What people chose for the analyses of a sample: ``{"parameters": {"gitt": {…}}}``."""
    rows = AnalysisChoice.objects.filter(sample=sample.pk).exclude(parameters={})
    chosen = dict(rows.order_by("method").values_list("method", "parameters"))
    return {"parameters": chosen} if chosen else {}


def _known(owner: Owner) -> dict[str, Any]:
    own = owner.sample.own if owner.sample is not None else None
    if isinstance(own, Cell):
        return _built(own)
    process = _planned_run(owner.run) if owner.run is not None else {}
    if isinstance(own, FreezeDriedBatch):
        process |= {"pressure_Pa": own.pressure_Pa, "time_h": own.time_h}
    known = {name: value for name, value in process.items() if value}
    return {"process": known} if known else {}


def _built(cell: Cell) -> dict[str, Any]:
    """What is known of a cell; the nominal capacity is that of its active mass."""
    per_g, mass_mg = cell.nominal_capacity_mAh_per_g, cell.active_mass_mg
    known = {name: getattr(cell, name) for name in CELL_FIELDS}
    known["nominal_capacity_mAh"] = per_g * mass_mg / 1000 if per_g and mass_mg else None
    told: dict[str, Any] = {"cell": {name: value for name, value in known.items() if value not in (None, "")}}
    return told | ({"first_direction": cell.first_direction} if cell.first_direction else {})


def _planned_run(run: CarbonizationRun) -> dict[str, Any]:
    """The programme and the flow; a planned flow comes before the one that was logged."""
    names = ("from_degC", "to_degC", "rate_degC_per_min", "hold_h")
    segments = [{name: float(row[name]) for name in names} for row in run.segments.values(*names)]
    return {"segments": segments, "flow_mL_per_min": run.flow_mL_per_min}
