"""What an analysis is: a recording becomes named findings with units, and tables to draw from.

``compute`` counts and never draws, saves or prints; ``draw`` only reads what compute left. A method is one module
in ``methods/`` that holds a module-level ``METHOD``; the registry finds it by itself.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from characterization.analysis.choices import Choice
from characterization.charts.chart import Chart
from characterization.instruments.base import Flag, Recording, Technique


@dataclass(frozen=True)
class Finding:
    """One number that people quote. ``name`` is stable and of the field (``first_discharge_capacity``).

    ``uncertainty`` is one standard deviation in the same unit, None where it is not known. ``convention`` says
    what the number depends on (reference cycle, background, baseline). ``subject`` tells findings of one name
    apart: the region, the peak, the cycle.
    """

    name: str
    label: str
    value: float | None
    unit: str
    uncertainty: float | None = None
    convention: str = ""
    subject: str = ""


def told_apart(findings: Iterable[Finding]) -> list[Finding]:
    """Each under a name and subject of its own: a file may hold two regions or spectra that are called the same."""
    taken: set[tuple[str, str]] = set()
    found = []
    for finding in findings:
        subject, times = finding.subject, 1
        while (finding.name, subject) in taken:
            times += 1
            subject = f"{finding.subject} ({times})".strip()
        taken.add((finding.name, subject))
        found.append(replace(finding, subject=subject))
    return found


@dataclass
class Result:
    """``tables`` are kept as Parquet under their names; a cycling method also leaves the table ``cycles``."""

    findings: list[Finding] = field(default_factory=list)
    tables: dict[str, pl.DataFrame] = field(default_factory=dict)
    flags: list[Flag] = field(default_factory=list)
    parameters: dict[str, Any] = field(default_factory=dict)

    def flag(self, code: str, message: str) -> None:
        self.flags.append(Flag(code, message))


@dataclass(frozen=True)
class Conditions:
    """What the laboratory knows and the file does not. None means: not known.

    ``first_direction`` is ``charge`` or ``discharge``, as declared for the cell. ``parameters`` are a person's own
    choices for this method (``{"reference_cycle": 3}``; on their way to the methods ``{"cycling": {…}}``).
    ``process`` is what was planned for a furnace run (``segments`` of from_degC, to_degC, rate_degC_per_min, hold_h;
    ``flow_mL_per_min``) or for a freeze-drying (``pressure_Pa``, ``time_h``). ``cell`` is what was built, as far as
    it is known: ``format``, ``active_mass_mg``, ``composite_mass_mg``, ``area_cm2``, ``nominal_capacity_mAh``,
    ``separator_thickness_um``, ``lower_voltage_V``, ``upper_voltage_V``, ``voltage_reference`` (``In-InLi``,
    ``Li+/Li``, ``cell``), ``temperature_degC``. ``library`` is what the laboratory added to what is shipped, by
    kind: lists of ``phases`` (crystal structures), ``xps_models`` (fit models), ``xps_sensitivities``,
    ``xrd_widths`` (an instrument's own line width); each entry has ``name`` and ``version``, and a method that uses
    one names both in its parameters.
    """

    first_direction: str | None = None
    reference_cycle: int | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    process: Mapping[str, Any] = field(default_factory=dict)
    cell: Mapping[str, Any] = field(default_factory=dict)
    library: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class View:
    """How a person wants to see it. Masses and area are None where they are not known.

    ``basis``: ``mAh``, ``mAh/g active``, ``mAh/g composite`` or ``mAh/cm²``; a basis whose divisor is unknown falls
    back to ``mAh``, and the axis says so. ``voltage_offset_V`` is added to every voltage and ``voltage_reference``
    names the result ("vs Li⁺/Li"). ``cycles`` are those to show as curves. ``colour`` is the group's (``s4``).
    """

    basis: str = "mAh"
    active_mass_mg: float | None = None
    composite_mass_mg: float | None = None
    area_cm2: float | None = None
    voltage_reference: str = ""
    voltage_offset_V: float = 0.0
    cycles: Sequence[int] = ()
    colour: str = "s4"
    simulated: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)

    def divisor(self) -> tuple[float, str]:
        """What to divide a capacity in mAh by, and the unit that this gives."""
        grams_active = (self.active_mass_mg or 0) / 1000
        grams_composite = (self.composite_mass_mg or 0) / 1000
        if self.basis == "mAh/g active" and grams_active > 0:
            return grams_active, "mAh/g active"
        if self.basis == "mAh/g composite" and grams_composite > 0:
            return grams_composite, "mAh/g composite"
        if self.basis == "mAh/cm²" and self.area_cm2:
            return self.area_cm2, "mAh/cm²"
        return 1.0, "mAh"


@dataclass(frozen=True)
class Drawing:
    """What ``draw`` gets: what compute left, and the recording's meta with an overview of its points.

    ``overview`` is the recording's table thinned to at most a few thousand rows with its extremes kept.
    """

    tables: Mapping[str, pl.DataFrame]
    findings: Sequence[Finding]
    meta: Mapping[str, Any]
    overview: pl.DataFrame
    flags: Sequence[Flag] = ()


Compute = Callable[[Recording, Conditions], Result]


def later(module: str, function: str = "compute") -> Compute:
    """A ``compute`` whose module is imported when it is first called, so that only the limited process pays for it.

    For methods whose counting needs libraries that take long to import; ``draw`` stays in the method's own file.
    """

    def compute(recording: Recording, conditions: Conditions) -> Result:
        found: Result = getattr(importlib.import_module(module), function)(recording, conditions)
        return found

    return compute


@dataclass(frozen=True)
class Method:
    """One analysis. ``version`` changes whenever a number that it gives can change.

    ``choices`` are what a person may set for it; ``compute`` finds them in ``conditions.parameters``.
    """

    name: str
    version: str
    label: str
    technique: Technique
    compute: Compute
    draw: Callable[[Drawing, View], list[Chart]]
    choices: tuple[Choice, ...] = ()
