"""Which columns of a measurement are overlaid, of each technique, and the reference lines of chosen phases."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from characterization import store
from characterization.analysis.overlay import Arrangement, Curve, Sticks, overlay
from characterization.charts.chart import Axis, Chart, numbers
from characterization.instruments.base import unit_of
from characterization.models import Analysis, Measurement
from synthesis.errors import Refusal

MOST = 24
MOST_POINTS = 50_000
COPPER_ALPHA_1 = 1.540593
SAME_WAVELENGTH = 1e-3  # Å


@dataclass(frozen=True)
class Columns:
    """``x`` and ``y`` are the names of columns that may hold them, the first that is there counts."""

    x: tuple[str, ...]
    y: tuple[str, ...]
    x_name: str
    y_name: str
    reversed: bool = False


@dataclass(frozen=True)
class Reference:
    """A phase whose lines are drawn: one that the laboratory added (``cif``), or a shipped one of this name."""

    name: str
    cif: str = ""


_ORDINATES = ("absorbance", "transmittance_percent", "reflectance_percent", "intensity_au")
_COUNTED = ("intensity_cps", "intensity_counts", "intensity_au")
_SAID = {
    "absorbance": gettext_lazy("Absorbance"),
    "transmittance_percent": gettext_lazy("Transmittance"),
    "reflectance_percent": gettext_lazy("Reflectance"),
    "pressure_kPa": gettext_lazy("Pressure"),
    "relative_pressure": gettext_lazy("Relative pressure"),
    "time_s": gettext_lazy("Time"),
    "intensity_au": gettext_lazy("Intensity"),
}
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
    measurements: Sequence[Measurement], how: Arrangement, region: str, phases: Sequence[Reference]
) -> Chart:
    """The curves that are in the quantities of the first; the caption names those that are in others.

    Raises Refusal where the measurements are of several techniques, or of one that has no curve.
    """
    techniques = {one.technique for one in measurements}
    if len(techniques) > 1:
        raise Refusal(
            _("Only measurements of one technique lie over each other; choose one technique."), status=422
        )
    columns = OVERLAID.get(measurements[0].technique)
    if columns is None:
        raise Refusal(_("Measurements of this technique are no curves to lie over each other."), status=422)
    first = measurements[0]
    x, y = _named(first, columns.x), _named(first, columns.y)
    alike = [one for one in measurements if (_named(one, columns.x), _named(one, columns.y)) == (x, y)]
    curves = [_curve(one, x, y, region) for one in alike]
    axes = (
        Axis(str(_SAID.get(x, columns.x_name)), _unit(first, x), columns.reversed),
        Axis(str(_SAID.get(y, columns.y_name)), _unit(first, y)),
    )
    lines, said = _sticks(alike, phases)
    others = [_label(one) for one in measurements if one not in alike]
    if others:
        said.append(
            _("Left out, because it is in other quantities: %(names)s.") % {"names": ", ".join(others)}
        )
    drawn = overlay(region or _("Overlay"), axes, [one for one in curves if one is not None], how, lines)
    return replace(drawn, caption=" ".join([drawn.caption, *said]).strip())


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


def _label(measurement: Measurement) -> str:
    return measurement.owner.code if measurement.owner is not None else str(measurement)


def _unit(measurement: Measurement, name: str) -> str:
    told = next((column["unit"] for column in measurement.columns if column["name"] == name), "")
    return told or unit_of(name)


def _curve(measurement: Measurement, x: str, y: str, region: str) -> Curve | None:
    """None where the measurement has none of the columns, or not the region. Of several spectra the first."""
    label = _label(measurement)
    source = f"{label} · {measurement.file.name if measurement.file else measurement.title}"
    table = _points(measurement, x, y)
    if measurement.technique == "xps":
        table, shift = _region(measurement, table, region)
    else:
        shift = 0.0
    if not x or not y or table.is_empty():
        return None
    return Curve(
        label, source, numbers(table[x].cast(pl.Float64)) + shift, numbers(table[y].cast(pl.Float64))
    )


def _points(measurement: Measurement, x: str, y: str) -> pl.DataFrame:
    """Every point of a spectrum: the overview keeps the extremes of a long table, too few for a line to look right."""
    lazy = store.table(measurement)
    names = lazy.collect_schema().names()
    if "spectrum" in names:
        lazy = lazy.filter(pl.col("spectrum") == pl.col("spectrum").min())
    wanted = [name for name in (x, y, "region", "block") if name in names]
    return lazy.select(wanted).head(MOST_POINTS).collect()


def _region(measurement: Measurement, table: pl.DataFrame, region: str) -> tuple[pl.DataFrame, float]:
    """One region at its charge-referenced energies, as the present analysis shifted them."""
    runs: list[Analysis] = getattr(measurement, "current_analyses", [])
    found = [one for run in runs for one in run.findings.all() if one.name == "xps_charge_shift"]
    own = table.filter(pl.col("region") == region)
    first = own["block"].min() if own.height else None
    return own.filter(pl.col("block") == first), found[0].value or 0.0 if found else 0.0


def _sticks(
    measurements: Sequence[Measurement], phases: Sequence[Reference]
) -> tuple[list[Sticks], list[str]]:
    """Lines for the wavelength of the first pattern, and what has to be said of that wavelength."""
    if not phases or measurements[0].technique != "xrd":
        return [], []
    told = [one.meta.get("wavelength_angstrom") for one in measurements]
    wavelength = float(told[0] or COPPER_ALPHA_1)
    said = []
    if not told[0]:
        said.append(
            _(
                "The first pattern does not say its wavelength: reference lines are drawn for Cu Kα1, %(value)s Å."
            )
            % {"value": COPPER_ALPHA_1}
        )
    elif any(other is None or abs(float(other) - wavelength) > SAME_WAVELENGTH for other in told):
        said.append(
            _("Reference lines are drawn for %(value)s Å; not all patterns were measured with it.")
            % {"value": f"{wavelength:g}"}
        )
    return [_lines(one, wavelength) for one in phases], said


def _lines(reference: Reference, wavelength: float) -> Sticks:
    rooms = importlib.import_module("characterization.analysis.library.phases")
    shipped = importlib.import_module("characterization.analysis.library.shipped")
    phase = rooms.structure_from_cif(reference.cif) if reference.cif else shipped.phase(reference.name)
    lines = rooms.lines_of(phase, wavelength) if phase is not None else []
    angle = numbers([line.two_theta_deg for line in lines])
    return Sticks(reference.name, angle, numbers([line.relative for line in lines]))
