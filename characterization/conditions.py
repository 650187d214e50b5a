"""What the laboratory knows of a sample or a run and an analysis must be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

from cells.models import Cell
from characterization.matching import Owner
from characterization.models import AnalysisChoice, RawFile
from synthesis.models import CarbonizationRun, FreezeDriedBatch

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


@dataclass(frozen=True)
class Chosen:
    """A version of what was chosen for a method."""

    pk: int
    version: int
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class Briefing:
    """What the analyses of a file are told: the same for all its tables, and what was chosen for one of them.

    ``of_sample`` has a version per method, ``of_parts`` one per part and method.
    """

    conditions: dict[str, Any]
    of_sample: Mapping[str, Chosen] = field(default_factory=dict)
    of_parts: Mapping[str, Mapping[str, Chosen]] = field(default_factory=dict)

    def told(self, part: str) -> dict[str, Any]:
        """The conditions of one table: its own choices stand before its sample's."""
        return with_own(self.conditions, self.of_parts.get(part, {}))

    def chosen(self, part: str, method: str) -> Chosen | None:
        """The version in force for a method of one table; None where nobody chose."""
        return self.of_parts.get(part, {}).get(method) or self.of_sample.get(method)


def with_own(conditions: dict[str, Any], own: Mapping[str, Chosen]) -> dict[str, Any]:
    """Conditions with a table's own choices; a version without any asks for what the method finds by itself."""
    if not own:
        return conditions
    chosen = {**conditions.get("parameters", {}), **{name: one.parameters for name, one in own.items()}}
    kept = {name: parameters for name, parameters in chosen.items() if parameters}
    others = {name: value for name, value in conditions.items() if name != "parameters"}
    return others | ({"parameters": kept} if kept else {})


def briefing_for(owner: Owner, file: RawFile | None = None) -> Briefing:
    """What holds now; what was chosen is asked for once."""
    of = Q(sample=owner.sample.pk) if owner.sample is not None else Q(pk__in=())
    rows = list(_present().filter(of | Q(file=file.pk) if file is not None else of))
    of_sample = {row.method: _chosen_of(row) for row in rows if row.sample_id is not None}
    own: dict[str, dict[str, Chosen]] = {}
    for row in rows:
        if row.file_id is not None:
            own.setdefault(row.part, {})[row.method] = _chosen_of(row)
    return Briefing(with_own(_known(owner), of_sample), of_sample, own)


def own_choices(rows: QuerySet[AnalysisChoice]) -> dict[tuple[int | None, str], dict[str, Chosen]]:
    """Present choices of single tables, by file and part, then by method."""
    own: dict[tuple[int | None, str], dict[str, Chosen]] = {}
    for row in rows.filter(current=True, file__isnull=False):
        own.setdefault((row.file_id, row.part), {})[row.method] = _chosen_of(row)
    return own


def _present() -> QuerySet[AnalysisChoice]:
    return AnalysisChoice.objects.filter(current=True).order_by("method")


def _chosen_of(row: AnalysisChoice) -> Chosen:
    return Chosen(row.pk, row.version, row.parameters)


def conditions_for(owner: Owner) -> dict[str, Any]:
    """Of the owner of a file; empty where nothing is known."""
    return briefing_for(owner).conditions


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
