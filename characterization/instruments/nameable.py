"""What the columns of a table that nobody knows can be said to be: quantities by technique, with units and factors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from characterization.instruments.base import Technique

_TIME = {"s": 1.0, "ms": 1e-3, "min": 60.0, "h": 3600.0}
_VOLTAGE = {"V": 1.0, "mV": 1e-3}
_CURRENT = {"mA": 1.0, "A": 1e3, "µA": 1e-3}
_COUNTS = {"counts": 1.0}
_RATE = {"counts/s": 1.0}
_AU = {"a. u.": 1.0}
_SHARE = {"%": 1.0, "fraction": 100.0}
_STP = 1 / 22.414  # mmol of an ideal gas in 1 cm³ at 0 °C and 1 atm


@dataclass(frozen=True)
class Quantity:
    """``units`` are what a column may be in, with the factor to the canonical one that the name ends in."""

    name: str
    label: str
    units: Mapping[str, float]


@dataclass(frozen=True)
class Told:
    """What a file does not say and an analysis needs; ``is_text`` else a number from ``lowest`` to ``highest``."""

    name: str
    label: str
    lowest: float = 0.0
    highest: float = 0.0
    is_text: bool = False


@dataclass(frozen=True)
class Nameable:
    """``needed``: of each tuple one column at least."""

    quantities: tuple[Quantity, ...]
    needed: tuple[tuple[str, ...], ...]
    told: tuple[Told, ...] = ()
    ascending: str = ""

    def quantity(self, name: str) -> Quantity | None:
        return next((one for one in self.quantities if one.name == name), None)


_INTENSITIES = (
    Quantity("intensity_counts", "Intensity", _COUNTS),
    Quantity("intensity_cps", "Intensity", _RATE),
)
_OF_LIGHT = (
    Quantity("absorbance", "Absorbance", {"–": 1.0}),
    Quantity("transmittance_percent", "Transmittance", _SHARE),
    Quantity("reflectance_percent", "Reflectance", _SHARE),
)
_ORDINATES = tuple(one.name for one in _OF_LIGHT)
_COUNTED = ("intensity_counts", "intensity_cps")

NAMEABLE: dict[Technique, Nameable] = {
    Technique.CYCLING: Nameable(
        (
            Quantity("time_s", "Test time", _TIME),
            Quantity("voltage_V", "Voltage", _VOLTAGE),
            Quantity("current_mA", "Current, charging positive", _CURRENT),
            Quantity("current_mA", "Current, charging negative", {f"−{unit}": -to for unit, to in _CURRENT.items()}),
            Quantity("temperature_degC", "Temperature", {"°C": 1.0}),
        ),
        (("time_s",), ("voltage_V",), ("current_mA",)),
    ),
    Technique.CV: Nameable(
        (
            Quantity("time_s", "Time", _TIME),
            Quantity("voltage_V", "Potential", _VOLTAGE),
            Quantity("current_mA", "Current", _CURRENT),
        ),
        (("voltage_V",), ("current_mA",)),
        (Told("scan_rate_mV_per_s", "Scan rate (mV/s)", 1e-4, 1e6),),
    ),
    Technique.EIS: Nameable(
        (
            Quantity("frequency_Hz", "Frequency", {"Hz": 1.0, "kHz": 1e3}),
            Quantity("z_real_ohm", "Real part", {"Ω": 1.0, "mΩ": 1e-3, "kΩ": 1e3}),
            Quantity("z_imag_ohm", "Imaginary part", {"Ω": 1.0, "−Ω (−Z″)": -1.0, "mΩ": 1e-3, "kΩ": 1e3}),
        ),
        (("frequency_Hz",), ("z_real_ohm",), ("z_imag_ohm",)),
    ),
    Technique.XRD: Nameable(
        (Quantity("two_theta_deg", "2θ", {"°": 1.0}), *_INTENSITIES),
        (("two_theta_deg",), _COUNTED),
        (Told("wavelength_angstrom", "Wavelength (Å)", 0.05, 10.0),),
        "two_theta_deg",
    ),
    Technique.XPS: Nameable(
        (Quantity("binding_energy_eV", "Binding energy", {"eV": 1.0}), *_INTENSITIES),
        (("binding_energy_eV",), _COUNTED),
        (
            Told("region", "Region (C 1s, survey …)", is_text=True),
            Told("excitation_energy_eV", "Excitation energy (eV)", 10.0, 2e4),
        ),
    ),
    Technique.RAMAN: Nameable(
        (
            Quantity("raman_shift_per_cm", "Raman shift", {"cm⁻¹": 1.0}),
            *_INTENSITIES,
            Quantity("intensity_au", "Intensity", _AU),
        ),
        (("raman_shift_per_cm",), (*_COUNTED, "intensity_au")),
        (Told("laser_nm", "Laser line (nm)", 100.0, 3000.0),),
        "raman_shift_per_cm",
    ),
    Technique.FTIR: Nameable(
        (Quantity("wavenumber_per_cm", "Wavenumber", {"cm⁻¹": 1.0}), *_OF_LIGHT),
        (("wavenumber_per_cm",), _ORDINATES),
        (),
        "wavenumber_per_cm",
    ),
    Technique.UV_VIS: Nameable(
        (Quantity("wavelength_nm", "Wavelength", {"nm": 1.0, "µm": 1e3}), *_OF_LIGHT),
        (("wavelength_nm",), _ORDINATES),
        (),
        "wavelength_nm",
    ),
    Technique.EPR: Nameable(
        (Quantity("field_mT", "Field", {"mT": 1.0, "G": 0.1, "T": 1e3}), Quantity("intensity_au", "Intensity", _AU)),
        (("field_mT",), ("intensity_au",)),
        (Told("microwave_frequency_GHz", "Microwave frequency (GHz)", 0.1, 1000.0),),
    ),
    Technique.XANES: Nameable(
        (
            Quantity("energy_eV", "Energy", {"eV": 1.0, "keV": 1e3}),
            Quantity("absorption_au", "Absorption µ", _AU),
        ),
        (("energy_eV",), ("absorption_au",)),
        (Told("element", "Element", is_text=True), Told("edge", "Edge (K, L3 …)", is_text=True)),
        "energy_eV",
    ),
    Technique.TGA: Nameable(
        (
            Quantity("time_s", "Time", _TIME),
            Quantity("temperature_degC", "Temperature", {"°C": 1.0}),
            Quantity("mass_mg", "Mass", {"mg": 1.0, "g": 1e3, "µg": 1e-3}),
            Quantity("mass_percent", "Mass", _SHARE),
            Quantity("heat_flow_mW", "Heat flow", {"mW": 1.0, "W": 1e3}),
        ),
        (("temperature_degC", "time_s"), ("mass_mg", "mass_percent")),
    ),
    Technique.SORPTION: Nameable(
        (
            Quantity("relative_pressure", "Relative pressure p/p₀", {"–": 1.0}),
            Quantity("pressure_kPa", "Pressure", {"kPa": 1.0, "mbar": 0.1, "bar": 100.0, "Torr": 0.133322}),
            Quantity("amount_mmol_per_g", "Amount", {"mmol/g": 1.0, "cm³(STP)/g": _STP}),
        ),
        (("relative_pressure", "pressure_kPa"), ("amount_mmol_per_g",)),
        (Told("gas", "Gas (N2, Ar, CO2 …)", is_text=True), Told("temperature_K", "Temperature (K)", 1.0, 1000.0)),
    ),
}  # fmt: skip


def problems(technique: str, columns: Sequence[Any], told: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with a naming, by field: ``column_0``, a name of ``told``, or ``technique``.

    ``columns`` has for each column of the file ``[quantity, unit]`` or None for one that is left out.
    """
    known = {str(one): nameable for one, nameable in NAMEABLE.items()}.get(technique)
    if known is None:
        return {"technique": f"Choose a technique: {', '.join(NAMEABLE)}."}
    errors: dict[str, str] = {}
    names: list[str] = []
    for place, column in enumerate(columns):
        if column is None:
            continue
        if not _fits(known, column):
            errors[f"column_{place}"] = "There is no such quantity with this unit here."
        elif column[0] in names:
            errors[f"column_{place}"] = "Another column is this quantity already."
        else:
            names.append(column[0])
    for place, needed in enumerate(known.needed):
        if not set(needed) & set(names):
            labels = dict.fromkeys(one.label for one in known.quantities if one.name in needed)
            errors.setdefault(
                f"column_{min(place, max(len(columns) - 1, 0))}", f"No column is {' or '.join(labels)}."
            )
    return errors | _told_problems(known, told)


def _fits(known: Nameable, column: Any) -> bool:
    if not isinstance(column, list | tuple) or len(column) != 2:
        return False
    return any(one.name == column[0] and column[1] in one.units for one in known.quantities)


def _told_problems(known: Nameable, told: Mapping[str, Any]) -> dict[str, str]:
    errors = {
        name: "This is not asked here." for name in told if name not in {one.name for one in known.told}
    }
    for one in known.told:
        value = told.get(one.name)
        if value in (None, ""):
            continue
        if one.is_text and not (isinstance(value, str) and len(value) <= 40 and value.isprintable()):
            errors[one.name] = "At most 40 printable letters."
        elif not one.is_text and not _within(value, one):
            errors[one.name] = f"A number from {one.lowest:g} to {one.highest:g} is expected."
    return errors


def _within(value: Any, one: Told) -> bool:
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and one.lowest <= value <= one.highest
    )


def factor(technique: Technique, name: str, unit: str) -> float:
    """What to multiply a column by. Raises StopIteration for what ``problems`` would have told of."""
    return next(
        one.units[unit] for one in NAMEABLE[technique].quantities if one.name == name and unit in one.units
    )
