"""Which columns of a measurement are overlaid, of each technique, and the reference lines of chosen phases."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from django.utils.translation import gettext as _

from characterization import store
from characterization.analysis.overlay import Arrangement, Curve, Sticks, overlay
from characterization.charts.chart import Axis, Chart, numbers
from characterization.instruments.base import unit_of
from characterization.models import Analysis, LibraryEntry, Measurement
from synthesis.errors import Refusal

MOST = 24
COPPER_ALPHA_1 = 1.540593


@dataclass(frozen=True)
class Columns:
    """``x`` and ``y`` are the names of columns that may hold them, the first that is there counts."""

    x: tuple[str, ...]
    y: tuple[str, ...]
    x_name: str
    y_name: str
    reversed: bool = False


_ORDINATES = ("absorbance", "transmittance_percent", "reflectance_percent", "intensity_au")
_COUNTED = ("intensity_cps", "intensity_counts", "intensity_au")
OVERLAID = {
    "xrd": Columns(("two_theta_deg",), _COUNTED, "2θ", "Intensity"),
    "xps": Columns(("binding_energy_eV",), _COUNTED, "Binding energy", "Intensity", reversed=True),
    "raman": Columns(("raman_shift_per_cm",), _COUNTED, "Raman shift", "Intensity"),
    "ftir": Columns(("wavenumber_per_cm",), _ORDINATES, "Wavenumber", "Absorbance", reversed=True),
    "uv_vis": Columns(("wavelength_nm",), _ORDINATES, "Wavelength", "Absorbance"),
    "epr": Columns(("field_mT",), _COUNTED, "Field", "Intensity"),
    "xanes": Columns(("energy_eV",), ("absorption_au",), "Energy", "Absorption"),
    "tga": Columns(("temperature_degC", "time_s"), ("mass_percent", "mass_mg"), "Temperature", "Mass"),
    "sorption": Columns(
        ("relative_pressure", "pressure_kPa"), ("amount_mmol_per_g",), "Relative pressure", "Amount adsorbed"
    ),
}


def overlay_of(
    measurements: Sequence[Measurement], how: Arrangement, region: str, phases: Sequence[LibraryEntry]
) -> Chart:
    """Raises Refusal where the measurements are of several techniques, or of one that has no curve."""
    techniques = {one.technique for one in measurements}
    if len(techniques) > 1:
        raise Refusal(
            _("Only measurements of one technique lie over each other; choose one technique."), status=422
        )
    columns = OVERLAID.get(measurements[0].technique)
    if columns is None:
        raise Refusal(_("Measurements of this technique are no curves to lie over each other."), status=422)
    curves = [_curve(one, columns, region) for one in measurements]
    axes = (
        Axis(columns.x_name, _unit(measurements[0], columns.x), columns.reversed),
        Axis(columns.y_name, _unit(measurements[0], columns.y)),
    )
    title = region or _("Overlay")
    return overlay(
        title, axes, [one for one in curves if one is not None], how, _sticks(measurements[0], phases)
    )


def regions_of(measurements: Sequence[Measurement]) -> list[str]:
    """Regions of XPS that at least one of the measurements has, carbon first."""
    named = {
        row.get("region", "")
        for one in measurements
        for row in one.meta.get("regions", [])
        if isinstance(row, dict)
    }
    return sorted((name for name in named if name), key=lambda name: (name != "C 1s", name))


def _named(measurement: Measurement, names: tuple[str, ...]) -> str:
    there = {column["name"] for column in measurement.columns}
    return next((name for name in names if name in there), "")


def _unit(measurement: Measurement, names: tuple[str, ...]) -> str:
    name = _named(measurement, names)
    told = next((column["unit"] for column in measurement.columns if column["name"] == name), "")
    return told or unit_of(name)


def _curve(measurement: Measurement, columns: Columns, region: str) -> Curve | None:
    """None where the measurement has none of the columns, or not the region. Of several spectra the first."""
    label = measurement.owner.code if measurement.owner is not None else str(measurement)
    source = f"{label} · {measurement.file.name if measurement.file else measurement.title}"
    x, y = _named(measurement, columns.x), _named(measurement, columns.y)
    table = store.overview(measurement)
    if measurement.technique == "xps":
        table, shift = _region(measurement, table, region)
    elif "spectrum" in table.columns:
        table, shift = table.filter(pl.col("spectrum") == pl.col("spectrum").min()), 0.0
    else:
        shift = 0.0
    if not x or not y or table.is_empty():
        return None
    return Curve(
        label, source, numbers(table[x].cast(pl.Float64)) + shift, numbers(table[y].cast(pl.Float64))
    )


def _region(measurement: Measurement, table: pl.DataFrame, region: str) -> tuple[pl.DataFrame, float]:
    """One region at its charge-referenced energies, as the present analysis shifted them."""
    runs: list[Analysis] = getattr(measurement, "current_analyses", [])
    found = [one for run in runs for one in run.findings.all() if one.name == "xps_charge_shift"]
    own = table.filter(pl.col("region") == region)
    first = own["block"].min() if own.height else None
    return own.filter(pl.col("block") == first), found[0].value or 0.0 if found else 0.0


def _sticks(measurement: Measurement, phases: Sequence[LibraryEntry]) -> list[Sticks]:
    """Lines for the wavelength of the first pattern; for Cu Kα1 where its file names none."""
    if not phases or measurement.technique != "xrd":
        return []
    rooms = importlib.import_module("characterization.analysis.library.phases")
    wavelength = float(measurement.meta.get("wavelength_angstrom") or COPPER_ALPHA_1)
    found = []
    for entry in phases:
        lines = rooms.lines_of(rooms.structure_from_cif(entry.content["cif"]), wavelength)
        angle = numbers([line.two_theta_deg for line in lines])
        found.append(Sticks(entry.name, angle, numbers([line.relative for line in lines])))
    return found
